"""Whatever a learner does to the cells, theirs run as they stand and ours are the source's."""

from __future__ import annotations

import copy
import json
import os
import random

import nbformat
import pytest
from helpers import SOFTMAX, find, softmax_notebook, with_answer
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from mlprep.errors import NotebookError
from mlprep.grading import merge as module
from mlprep.grading.merge import Step, merge, read_notebook
from mlprep.grading.roles import grade_id, role

SOURCE = softmax_notebook()
OURS = [grade_id(cell) for cell in SOURCE.cells if role(cell) in ("test", "locked")]


def steps(learner) -> list[tuple[str, str]]:
    return [(step.kind, step.name) for step in merge(SOURCE, learner).steps]


def edited(change) -> nbformat.NotebookNode:
    learner = copy.deepcopy(SOURCE)
    change(learner)
    return learner


USUAL = [
    ("locked", "imports"),
    ("cell", "softmax"),
    ("test", "softmax_rows_sum_to_one"),
    ("cell", "Counter"),
    ("test", "Counter_adds_up"),
    ("cell", "double"),
    ("test", "double_doubles"),
]


def test_the_roles_of_cells_follow_from_their_flags():
    assert {grade_id(cell): role(cell) for cell in SOURCE.cells} == {
        "imports": "locked",
        "softmax": "answer",
        "softmax_rows_sum_to_one": "test",
        "Counter": "answer",
        "Counter_adds_up": "test",
        "double": "answer",
        "double_doubles": "test",
        "why_the_maximum": "written",
        "sketch": "written",
    }
    assert role(new_markdown_cell("# Title")) == role(new_code_cell("1")) == ""


def test_an_untouched_notebook_runs_from_top_to_bottom():
    merged = merge(SOURCE, copy.deepcopy(SOURCE))
    assert [(step.kind, step.name) for step in merged.steps] == USUAL
    assert merged.written == {
        "why_the_maximum": "Because it cancels.",
        "sketch": find(SOURCE, "sketch").source,
    }
    assert (merged.notes, merged.missing) == ([], [])


def test_tests_and_locked_cells_are_ours_whatever_the_learner_wrote_there():
    def change(nb):
        for name in OURS:
            find(nb, name).source = "raise SystemExit"
            find(nb, name).metadata["nbgrader"]["points"] = 100
            find(nb, name).metadata["nbgrader"]["grade"] = False

    merged = merge(SOURCE, edited(change))
    assert {step.name: step.source for step in merged.steps if step.name in OURS} == {
        name: find(SOURCE, name).source for name in OURS
    }
    assert [(step.kind, step.name) for step in merged.steps] == USUAL


def test_the_learners_own_cells_run_where_they_stand():
    def change(nb):
        nb.cells.insert(1, new_code_cell("helper = 3"))
        nb.cells.insert(2, new_markdown_cell("Notes."))
        nb.cells.insert(3, new_code_cell("more = 4"))

    assert steps(edited(change))[:4] == [
        ("locked", "imports"),
        ("cell", "cell 2"),
        ("cell", "cell 4"),
        ("cell", "softmax"),
    ]


def test_a_deleted_test_or_locked_cell_is_put_back_after_its_predecessor():
    for name in OURS:
        merged = merge(SOURCE, edited(lambda nb, name=name: nb.cells.remove(find(nb, name))))
        assert [(step.kind, step.name) for step in merged.steps] == USUAL
        assert merged.notes == []


def test_only_an_answer_is_left_and_all_of_ours_are_put_back():
    learner = edited(lambda nb: nb.__setitem__("cells", [find(nb, "softmax")]))
    assert steps(learner) == [step for step in USUAL if step[0] != "cell" or step[1] == "softmax"]


def test_a_deleted_answer_is_missing_and_said_so():
    merged = merge(SOURCE, edited(lambda nb: nb.cells.remove(find(nb, "softmax"))))
    assert merged.missing == ["softmax"]
    assert merged.notes == [
        "The answer cell `softmax` is missing. Copy it from release/ to answer it."
    ]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_that_is_no_code_cell_any_more_is_missing_and_said_so(kind):
    merged = merge(SOURCE, edited(lambda nb: find(nb, "softmax").update(cell_type=kind)))
    assert merged.missing == ["softmax"]
    assert merged.notes == ["The answer cell `softmax` is no code cell any more. Make it one."]


def test_an_answer_that_is_there_twice_runs_twice_and_a_test_once():
    def change(nb):
        nb.cells.insert(2, copy.deepcopy(find(nb, "softmax")))
        nb.cells.insert(0, copy.deepcopy(find(nb, "double_doubles")))

    merged = merge(SOURCE, edited(change))
    names = [step.name for step in merged.steps]
    assert names.count("softmax") == 2
    assert names.count("double_doubles") == 1
    assert merged.notes == [
        "`softmax` is there 2 times (cells 3 and 4): they run in order.",
        "`double_doubles` is there 2 times (cells 1 and 9): the last one counts.",
    ]


def test_a_step_knows_the_cell_that_it_came_from():
    learner = edited(lambda nb: nb.cells.insert(0, new_markdown_cell("# Mine")))
    places = {step.name: step.cell for step in merge(SOURCE, learner).steps}
    assert (places["imports"], places["softmax"]) == (1, 2)
    learner.cells = [find(learner, "softmax")]
    places = {step.name: step.cell for step in merge(SOURCE, learner).steps}
    assert (places["imports"], places["softmax"]) == (-1, 0)


def test_another_units_notebook_is_refused():
    learner = nbformat.v4.new_notebook(cells=[new_code_cell("1")])
    with pytest.raises(NotebookError, match=r"none of the assignment's cells.*imports, softmax"):
        merge(SOURCE, learner)


@given(st.randoms(use_true_random=False))
def test_however_cells_are_moved_deleted_copied_and_retyped_each_of_ours_runs_once(rng):
    learner = copy.deepcopy(SOURCE)
    for _ in range(rng.randint(1, 12)):
        meddle(learner, rng)
    if not any(grade_id(cell) for cell in learner.cells):
        return
    merged = merge(SOURCE, learner)
    ours = [step for step in merged.steps if step.kind != "cell"]
    assert sorted(step.name for step in ours) == sorted(OURS)
    assert all(step.source == find(SOURCE, step.name).source for step in ours)
    code = [c.source for c in learner.cells if c.cell_type == "code" and grade_id(c) not in OURS]
    theirs = [step.source for step in merged.steps if step.kind == "cell"]
    assert theirs == [text for text in code if text not in NOT_CODE]
    assert merged.written.keys() <= {"why_the_maximum", "sketch"}


NOT_CODE = {find(SOURCE, name).source for name in ("why_the_maximum", "sketch")}


def meddle(nb, rng: random.Random) -> None:
    """Do one thing to a notebook that learners do, by mistake or not."""
    if len(nb.cells) < 2:
        return
    i, j = rng.randrange(len(nb.cells)), rng.randrange(len(nb.cells))
    deed = rng.choice(["move", "delete", "copy", "retype", "edit", "strip", "rename", "insert"])
    if deed == "move":
        nb.cells.insert(j, nb.cells.pop(i))
    elif deed == "delete":
        del nb.cells[i]
    elif deed == "copy":
        nb.cells.insert(j, copy.deepcopy(nb.cells[i]))
    elif deed == "retype":
        nb.cells[i].cell_type = rng.choice(["code", "markdown", "raw"])
    elif deed == "edit" and nb.cells[i].source not in NOT_CODE:
        nb.cells[i].source = f"x = {j}"
    elif deed == "strip":
        nb.cells[i].metadata.get("nbgrader", {}).pop("grade", None)
    elif deed == "rename" and role(nb.cells[i]) == "answer":
        nb.cells[i].metadata["nbgrader"]["grade_id"] = "mine"
    elif deed == "insert":
        nb.cells.insert(j, new_code_cell(f"y = {i}"))


# Files


def test_a_notebook_is_read_as_it_is(tmp_path):
    path = tmp_path / "softmax.ipynb"
    nbformat.write(SOURCE, path)
    assert read_notebook(path) == SOURCE
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # some editors begin a file like this
    assert read_notebook(path) == SOURCE


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"def softmax(z): ...", "not a Jupyter notebook"),
        (b"{}", "not a Jupyter notebook"),
        (b"[]", "not a Jupyter notebook"),
        (b'{"nbformat": 4}', "not a Jupyter notebook"),
        (b'{"nbformat": "x", "cells": []}', "not a Jupyter notebook"),
        (b'{"nbformat": 99, "nbformat_minor": 0, "cells": [], "metadata": {}}', "not a Jupyter"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "not a Jupyter"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [3]}', "not a Jupyter"),
        (b"\x89PNG\r\n\x1a\n", "not a Jupyter notebook"),
        (b"[" * 100_000, "not a Jupyter notebook"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_a_file_that_is_no_notebook_is_named_with_what_to_do(tmp_path, content, what):
    path = tmp_path / "softmax.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=what) as error:
        read_notebook(path)
    assert str(error.value).startswith(f"{path}: ")
    assert path.read_bytes() == content


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_a_notebook_that_was_cut_off_is_refused(tmp_path, part):
    path = tmp_path / "softmax.ipynb"
    text = nbformat.writes(SOURCE)
    path.write_text(text[: int(len(text) * part)])
    with pytest.raises(NotebookError, match="cut off while it was saved"):
        read_notebook(path)


def test_what_is_missing_a_folder_a_pipe_or_unreadable_is_refused(tmp_path):
    with pytest.raises(NotebookError, match="there is no such notebook"):
        read_notebook(tmp_path / "none.ipynb")
    with pytest.raises(NotebookError, match="must be a file"):
        read_notebook(tmp_path)
    os.mkfifo(tmp_path / "pipe.ipynb")
    with pytest.raises(NotebookError, match="must be a file"):
        read_notebook(tmp_path / "pipe.ipynb")
    (tmp_path / "loop.ipynb").symlink_to("loop.ipynb")
    with pytest.raises(NotebookError, match="cannot be read"):
        read_notebook(tmp_path / "loop.ipynb")


def test_a_notebook_full_of_outputs_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "softmax.ipynb"
    nbformat.write(SOURCE, path)
    monkeypatch.setattr(module, "MAX_NOTEBOOK_BYTES", 1 << 10)
    with pytest.raises(NotebookError, match="Clear its outputs"):
        read_notebook(path)


def test_an_older_format_is_read(tmp_path):
    path = tmp_path / "softmax.ipynb"
    nbformat.write(nbformat.convert(copy.deepcopy(SOURCE), 3), path, version=3)
    assert json.loads(path.read_text())["nbformat"] == 3
    learner = read_notebook(path)
    assert [grade_id(cell) for cell in learner.cells] == [grade_id(cell) for cell in SOURCE.cells]
    assert steps(learner) == USUAL


def test_cells_of_an_odd_form_are_mended_or_left_out(tmp_path):
    data = json.loads(nbformat.writes(with_answer(SOURCE, softmax=SOFTMAX)))
    data["cells"][1]["source"] = ["def softmax(z):\n", "    return z"]
    data["cells"][2]["metadata"] = {"nbgrader": 3}
    data["cells"].append({"cell_type": "heading", "source": "x", "metadata": {}})
    data["cells"].append({"cell_type": "code", "source": 3, "metadata": {}, "outputs": []})
    path = tmp_path / "softmax.ipynb"
    path.write_text(json.dumps(data))
    merged = merge(SOURCE, read_notebook(path))
    assert Step("cell", "softmax", "def softmax(z):\n    return z", 1) in merged.steps
    assert merged.missing == []
    assert sorted(step.name for step in merged.steps if step.kind != "cell") == sorted(OURS)


def test_grade_ids_that_are_no_text_are_none():
    assert grade_id(new_code_cell("1", metadata={"nbgrader": {"grade_id": ["a"]}})) == ""
    assert grade_id(new_code_cell("1", metadata={"nbgrader": {"grade_id": 3}})) == ""
