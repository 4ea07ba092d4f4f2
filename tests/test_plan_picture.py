"""The picture of progress says in words what it draws."""

from __future__ import annotations

from xml.etree import ElementTree

from mlprep.plan.picture import areas_svg

SVG = "{http://www.w3.org/2000/svg}"


def area(title="Coding", part=0.25, done=1, units=4):
    return {"title": title, "part": part, "done": done, "units": units}


def test_each_area_has_a_bar_of_its_part_and_words():
    root = ElementTree.fromstring(areas_svg([area(), area("A & B <i>", 1.0, 2, 2)]))
    bars = list(root.iter(f"{SVG}rect"))[1:]
    empty, full = bars[0], bars[1]
    assert float(full.get("width")) == 0.25 * float(empty.get("width"))
    assert bars[3].get("width") == bars[2].get("width") + ".0"
    assert root.get("role") == "img"
    named = {part.get("id"): part.text for part in root if part.get("id")}
    assert set(root.get("aria-labelledby").split()) == set(named)
    assert named["areas-words"] == (
        "Coding: 25% done, 1 of 4 units; A & B <i>: 100% done, 2 of 2 units"
    )
    assert [text.text for text in root.iter(f"{SVG}text")] == [
        "Coding",
        "25%, 1 of 4 units",
        "A & B <i>",
        "100%, 2 of 2 units",
    ]


def test_there_is_a_picture_of_nothing():
    assert "There is no unit yet." in areas_svg([])
