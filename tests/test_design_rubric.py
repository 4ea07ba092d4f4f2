"""The rubric: one place for its axes, levels by the median, exemplars placed within one level."""

from pathlib import Path

import nbformat

from mlprep.design import AXES, DESIGN, LEVELS, STEPS, gap, level
from mlprep.design.rubric import steps_table
from mlprep.design.text import TEXTS

MARKS = {"A": (1, 2, 1, 1, 1, 1, 0), "B": (3, 3, 2, 3, 3, 2, 3), "C": (2, 2, 2, 1, 2, 2, 3)}


def asked(place):
    checks = [
        DESIGN.form_check(list(MARKS)),
        *(DESIGN.placing_check(n, m) for n, m in MARKS.items()),
    ]
    return [check(lambda: place) for check in [*checks, DESIGN.order_check(MARKS)]]


def test_the_framework_takes_45_minutes():
    assert sum(minutes for minutes, _ in STEPS.values()) == 45
    assert all(step in steps_table() for step in STEPS)


def test_the_rubric_has_seven_axes_of_four_levels():
    assert len(AXES) == 7 and {len(texts) for texts in AXES.values()} == {len(LEVELS)}
    assert DESIGN.table().startswith("| axis | 0 below bar | 1 mid | 2 senior | 3 staff |\n")


def test_every_design_worksheet_says_what_all_say_and_hides_how_it_is_marked():
    root = Path(__file__).resolve().parents[1]
    sheets = list(root.glob("release/design_*/worksheet.ipynb"))
    assert len(sheets) >= 5
    for path in sheets:
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        assert [name for name, said in TEXTS.items() if said not in text] == ["how_marked"], path


def test_the_level_is_the_median_axis_not_the_sum():
    assert level((1, 1, 1, 1, 3, 3, 3)) == "mid"
    assert level(dict.fromkeys(AXES, 3)) == "staff"


def test_the_right_marks_and_marks_one_off_are_accepted():
    assert asked(MARKS) == [""] * 5
    near = {"A": (2, 1, 1, 2, 0, 1, 1), "B": (2, 3, 3, 3, 3, 3, 2), "C": (2, 2, 2, 2, 2, 1, 2)}
    by_axis = {name: dict(zip(AXES, marks, strict=True)) for name, marks in near.items()}
    assert asked(near) == asked(by_axis) == [""] * 5


def test_the_same_marks_for_all_are_never_right():
    for mark in range(4):
        assert any(asked(dict.fromkeys(MARKS, [mark] * 7)))


def test_a_mark_too_far_off_names_the_axis_and_what_the_markers_saw():
    changed = MARKS | {"A": (1, 2, 1, 1, 3, 1, 0)}
    clause = asked(changed)[1]
    assert clause == "you gave serving 3, the markers 1 (cache, replicas)"
    check = DESIGN.placing_check("A", MARKS["A"], because="It never says what happens on overload.")
    assert check(lambda: changed).endswith("replicas). It never says what happens on overload")


def test_the_order_of_the_levels_is_graded():
    swapped = MARKS | {"A": (2,) * 7, "C": (1,) * 7}
    assert asked(swapped)[-1] == "your marks put A above C, and it is below"
    assert "level with" in asked(MARKS | {"C": (1,) * 7})[-1]


def test_two_markers_differ_by_axis_and_level():
    assert gap(MARKS["A"], MARKS["A"]) == {}
    by_axis = {"framing": 1, "numbers": 1, "data": 1, "model": 1, "conversation": -1, "level": 1}
    assert gap((2, 2, 2, 2, 2, 2, 2), (1, 1, 1, 1, 2, 2, 3)) == by_axis
