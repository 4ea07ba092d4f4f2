"""From py:percent text to a notebook."""

import json

import nbformat
import pytest
from authoring import edit, make_course

from mlprep import notebook as nb_module
from mlprep.notebook import KINDS, dumps, fill, question_points, read, render

FRONT = "# ---\n# jupyter:\n#   kernelspec:\n#     {}\n# ---"
TITLE = "# %% [markdown]\n# # {{title}}\n"


@pytest.fixture
def unit(tmp_path):
    return make_course(tmp_path / "course", "toy").unit("toy")


@pytest.fixture
def written(unit):
    """Writes toy.py and reads it: what the author typed, as cells."""

    def write(*cells):
        path = unit.folder / "toy.py"
        path.write_text("\n\n".join(cells) + "\n", encoding="utf-8")
        return read(unit, path)

    return write


def headed(header, body="pass", markdown=False):
    return f"# %%{' [markdown]' if markdown else ''} nbgrader={json.dumps(header)}\n{body}"


@pytest.mark.parametrize(
    ("header", "kind", "want"),
    [
        ({"locked": True}, "locked", {"locked": True}),
        ({"solution": True}, "solution", {"solution": True}),
        ({"grade": True, "points": 2}, "test", {"grade": True, "locked": True, "points": 2}),
    ],
)
def test_short_code_headers_are_completed(written, unit, header, kind, want):
    authored = written(headed({"grade_id": "x"} | header))
    assert authored.problems == []
    assert authored.cells[0].kind == kind
    got = render(unit, authored)["cells"][0]["metadata"]["nbgrader"]
    flags = dict.fromkeys(("grade", "locked", "solution", "task"), False)
    assert got == flags | {"grade_id": "x", "schema_version": 3} | want


@pytest.mark.parametrize(
    ("header", "kind", "want"),
    [
        (
            {"grade": True, "solution": True, "points": 3},
            "written",
            {"grade": True, "solution": True, "points": 3},
        ),
        ({"task": True, "points": 4}, "task", {"task": True, "locked": True, "points": 4}),
        ({"locked": True}, "locked", {"locked": True}),
    ],
)
def test_short_text_headers_are_completed(written, unit, header, kind, want):
    authored = written(headed({"grade_id": "x"} | header, "# text", markdown=True))
    assert authored.problems == []
    assert authored.cells[0].kind == kind
    got = render(unit, authored)["cells"][0]["metadata"]["nbgrader"]
    flags = dict.fromkeys(("grade", "locked", "solution", "task"), False)
    assert got == flags | {"grade_id": "x", "schema_version": 3} | want


def test_every_kind_is_tried_above():
    assert set(KINDS.values()) == {"code", "text", "locked", "solution", "test", "written", "task"}


def test_the_full_dict_gives_the_same_as_the_short_one(written, unit):
    full = {
        "grade": False,
        "grade_id": "x",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    long = render(unit, written(headed(full)))["cells"]
    short = render(unit, written(headed({"grade_id": "x", "solution": True})))["cells"]
    assert long == short


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"grade_id": "x", "solutoin": True}, "Did you mean solution?"),
        ({"grade_id": "x", "solution": "yes"}, "solution must be true or false. Got 'yes'"),
        ({"grade_id": "x"}, "with no role is none of ours"),
        ({"grade_id": "x", "grade": True, "solution": True}, "with grade and solution is none"),
        ({"grade_id": "x", "task": True, "points": 1}, "a code cell with task is none of ours"),
        ({"grade_id": "x", "grade": True, "locked": False, "points": 1}, "has locked: true"),
        ({"grade_id": "x", "solution": True, "locked": True}, "has locked: false"),
        ({"grade_id": "x", "solution": True, "points": 2}, "points are for graded cells"),
        ({"grade_id": "x", "grade": True}, "a graded cell needs points"),
        ({"grade_id": "x", "grade": True, "points": 0}, "must be a number above 0. Got 0"),
        ({"grade_id": "x", "grade": True, "points": True}, "must be a number above 0. Got True"),
        ({"grade_id": "x", "solution": True, "schema_version": 2}, "schema_version must be 3"),
    ],
)
def test_headers_that_nbgrader_would_misread_are_problems(written, header, message):
    (problem,) = written(headed(header)).problems
    assert problem.startswith("source/toy/toy.py, cell 1 (x): ")
    assert message in problem


def test_a_header_whose_json_is_broken_is_a_problem(written):
    (problem,) = written('# %% nbgrader={"grade_id": "x", "grade": tru}\npass').problems
    assert "cell 1" in problem and "nbgrader" in problem


def test_unknown_cell_metadata_is_a_problem(written):
    (problem,) = written('# %% tag=["x"]\npass').problems
    assert "Got 'tag'. Did you mean tags?" in problem


def test_text_in_a_header_is_a_problem(written):
    (problem,) = written("# %% Load the data\npass").problems
    assert "Got 'Load the data'" in problem


def test_a_kernel_other_than_python3_is_a_problem(written):
    front = FRONT.format("name: conda-env\n#     display_name: x")
    (problem,) = written(front, "# %%\nx = 1").problems
    assert "kernel must be python3. Got 'conda-env'" in problem


def test_a_raw_cell_is_a_problem(written):
    (problem,) = written("# %% [raw]\n# text").problems
    assert "raw cells are not used" in problem


def test_points_come_from_the_questions(written, unit):
    body = "q = Question(f, points=3)\np = Question(g, points=0.5)\nq.grade() + p.grade()"
    authored = written(headed({"grade_id": "x", "grade": True}, body))
    assert authored.problems == []
    assert render(unit, authored)["cells"][0]["metadata"]["nbgrader"]["points"] == 3.5


def test_points_in_the_metadata_must_agree_with_the_questions(written):
    body = "q = Question(f, points=3)\nq.grade()"
    header = {"grade_id": "x", "grade": True, "points": 2}
    (problem,) = written(headed(header, body)).problems
    assert "must be those of its questions, 3. Got 2 in the metadata" in problem
    assert written(headed(header | {"points": 3}, body)).problems == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("q = Question(f)", "Question(...) needs points"),
        ("q = Question(f, points=n)", "literal number above 0. Got n"),
        ("q = Question(f, points=-1)", "literal number above 0. Got -1"),
        ("q = Question(f, points=True)", "literal number above 0. Got True"),
    ],
)
def test_points_must_be_literal(source, message):
    with pytest.raises(ValueError) as error:
        question_points(source)
    assert message in str(error.value)


def test_comments_stay_comments_and_magics_become_magics(written):
    """jupytext alone turns `# why?` and `# cat is …` into shell commands."""
    source = "# why?\n# cat and cp are commands\n# !ls\n# %load_ext mlprep.magic\nx = 1  # %time"
    (cell,) = written(f"# %%\n{source}").cells
    assert cell.source == source.replace("# %load_ext", "%load_ext")


def test_ids_are_the_grade_id_else_a_hash_with_suffixes_for_repeats(written, unit):
    cells = ["# %%\nx = 1", headed({"grade_id": "sol", "solution": True}), "# %%\nx = 1"]
    ids = [cell["id"] for cell in render(unit, written(*cells))["cells"]]
    assert ids[1] == "sol"
    assert ids[2] == f"{ids[0]}-2"
    assert ids == [cell["id"] for cell in render(unit, written(*cells, "# %%\ny = 1"))["cells"]][:3]


def test_metadata_is_exactly_kernelspec_language_and_ours(written, unit):
    got = render(unit, written(TITLE))["metadata"]
    assert set(got) == {"kernelspec", "language_info", "mlprep"}
    assert got["kernelspec"]["name"] == "python3"
    assert got["language_info"] == {"name": "python"}
    assert got["mlprep"]["source"] == "source/toy/toy.py"
    assert len(got["mlprep"]["sha256"]) == 64


def test_the_hash_covers_cells_placeholders_and_extra(written, unit):
    def digest(authored, extra=""):
        return render(unit, authored, extra)["metadata"]["mlprep"]["sha256"]

    authored = written(TITLE)
    assert digest(authored) == digest(authored)
    assert digest(authored) != digest(authored, "numpy 3")
    assert digest(authored) != digest(written(TITLE, "# %%\nx = 1"))
    before = digest(written(TITLE))
    course = edit(unit.course, "toy/unit.toml", 'title = "Toy"', 'title = "Other"')
    unit = course.unit("toy")
    assert before != digest(read(unit, unit.folder / "toy.py"))


def test_only_the_first_markdown_cell_has_the_banner(written, unit):
    cells = render(unit, written("# %%\nx = 1", TITLE, "# %% [markdown]\n# more"))["cells"]
    note = "Generated by mlprep build from source/toy/toy.py; edit that file, not this one."
    banner = f"<!-- {note} -->"
    assert [banner in cell["source"] for cell in cells] == [False, True, False]
    assert cells[1]["source"] == f"{banner}\n\n# Toy"


def test_text_is_valid_nbformat_with_one_final_newline(written, unit):
    locked = headed({"grade_id": "a", "locked": True})
    text = dumps(render(unit, written(TITLE, "# %%\nx = 1", locked)))
    assert text.endswith("}\n") and not text.endswith("\n\n")
    node = nbformat.reads(text, as_version=4)
    nbformat.validate(node)
    assert (node.nbformat, node.nbformat_minor) == (4, 5)
    assert node.cells[1].outputs == [] and node.cells[1].execution_count is None


def test_only_tags_and_mystnb_survive_beside_nbgrader(written, unit):
    (cell,) = render(unit, written('# %% tags=["raises-exception"] mystnb={"figure": {}}\n1/0'))[
        "cells"
    ]
    assert cell["metadata"] == {"tags": ["raises-exception"], "mystnb": {"figure": {}}}


def test_placeholders_are_filled_from_unit_toml(unit):
    cells = render(unit, read(unit, unit.lesson_source))["cells"]
    text = "\n".join(cell["source"] for cell in cells)
    assert "# Toy\n" in text
    assert "- average likelihoods that are too small" in text
    assert "- Goodfellow, Bengio & Courville (2016). Deep Learning. Section 4.1." in text
    assert "{{" not in text


def test_the_place_of_a_reference_starts_as_a_sentence_does():
    place = nb_module._reference
    assert place({"text": "A (2020). T.", "where": "eq. (2)."}) == "A (2020). T. Eq. (2)."
    assert place({"text": "A (2020). T", "where": "arXiv:1"}) == "A (2020). T. arXiv:1."


def test_minutes_are_those_of_the_file(unit):
    authored = read(unit, unit.folder / "toy.py")
    assert nb_module.placeholder_values(unit, authored)["minutes"] == "30"
    lesson = read(unit, unit.lesson_source)
    assert nb_module.placeholder_values(unit, lesson)["minutes"] == "20"


def test_a_list_keeps_the_quote_mark_or_indent_before_its_placeholder():
    fields = {"objectives": "- a\n- b"}
    assert fill("> {{objectives}}", fields) == "> - a\n> - b"
    assert fill("  {{ objectives }}\nend", fields) == "  - a\n  - b\nend"
    assert fill("You can: {{objectives}}", fields) == "You can: - a\n- b"
    assert fill("{{unknown}}", fields) == "{{unknown}}"


def test_a_file_that_is_not_utf8_is_a_problem(unit):
    path = unit.folder / "toy.py"
    path.write_bytes("# %% [markdown]\n# café\n".encode("latin-1"))
    (problem,) = read(unit, path).problems
    assert problem.startswith("source/toy/toy.py: must be UTF-8 text.")


def test_a_broken_file_header_is_a_problem(written):
    (problem,) = written(FRONT.format("name: x"), "# %%\n1").problems
    assert "must be a py:percent file. Got" in problem
