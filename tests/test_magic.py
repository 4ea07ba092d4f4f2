"""%check, %hint and %solution in a kernel: what runs there is graded, and shown as a card."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from helpers import NO_MAX, OVERFLOW, SOFTMAX, STUB, find, softmax_course, softmax_notebook
from helpers import with_answer as answered
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from mlprep import magic
from mlprep.errors import UsageError
from mlprep.magic import this_unit

SOURCE = softmax_notebook()
LIGHT = "import mlprep.magic, sys; print([m for m in ('numpy', 'nbformat') if m in sys.modules])"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """What the cells of a learner's notebook show: answers, then the magics."""
    course = softmax_course(tmp_path_factory.mktemp("course"), answered(SOURCE, softmax=STUB))
    lines = [
        "%hint softmax",
        "%solution softmax",
        "%check",
        "%check double",
        "%check nothing",
        "%solution softmax",
        "%hint",
    ]
    return run(course, lines, softmax=NO_MAX)


def run(course, lines, **answers):
    """{line: the outputs of the cell} of a kernel that runs the answers, then these lines."""
    nb = answered(SOURCE, **answers)
    nb.cells = [find(nb, name) for name in ("imports", "softmax", "Counter", "double")]
    start = "import mlprep.warm; mlprep.warm.start = lambda course: None"  # nothing is left behind
    nb.cells = [new_code_cell(start), *nb.cells, *map(new_code_cell, lines)]
    folder = course.unit("softmax").work_notebook().parent
    execute(nb, folder)
    found = {}
    for cell in nb.cells[5:]:
        found.setdefault(cell.source, []).append(cell.outputs)
    return found


def execute(nb, folder):
    where = {"metadata": {"path": str(folder)}}
    quiet = ["--IPKernelApp.log_level=40"]
    NotebookClient(nb, timeout=120, resources=where, extra_arguments=quiet).execute()


def text_of(outputs) -> str:
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs)


def test_check_grades_what_runs_in_the_kernel_and_says_that_it_is_not_saved(session):
    (outputs,) = session["%check"]
    text = text_of(outputs)
    assert text.startswith("softmax: 5 of 7 points (5 more are graded by hand)")
    assert OVERFLOW in text
    assert "Graded as it runs in your kernel, not as saved: softmax." in text


def test_check_shows_a_card(session):
    ((output,),) = session["%check"]
    html = output.data["text/html"]
    assert f"<div>{OVERFLOW}</div>" in html
    assert "softmax: 5 of 7 points" in html
    assert html.count("border-left") == 5


def test_check_with_a_name_shows_that_question(session):
    (outputs,) = session["%check double"]
    assert text_of(outputs).startswith("✔ double                        1/1  All tests held.")
    assert "Counter" not in text_of(outputs)


def test_an_unknown_name_is_answered_with_those_there_are(session):
    (outputs,) = session["%check nothing"]
    assert text_of(outputs).startswith("%check: nothing: no such question. There are softmax, ")


def test_hints_and_solutions_come_as_on_the_command_line(session):
    assert text_of(session["%hint softmax"][0]).startswith("Hint 1 of 3 for `softmax`: Look at")
    before, after = map(text_of, session["%solution softmax"])
    assert before.startswith("%solution: softmax: try it first")
    assert "z.max(-1, keepdims=True)" in after
    assert "text/markdown" in session["%solution softmax"][1][0].data
    assert text_of(session["%hint"][0]) == ("%hint: name the question, such as %hint ridge_df.\n")


def test_what_is_saved_is_graded_where_nothing_was_run(tmp_path):
    course = softmax_course(tmp_path, answered(SOURCE, softmax=SOFTMAX))
    unit = course.unit("softmax")
    assert magic.live_answers(unit, "softmax", {}) == {}
    assert magic.live_answers(unit, "worksheet", {}) == {}


@pytest.mark.parametrize("value", [None, 3, print, len, type, lambda z: z, subprocess.Popen])
def test_what_no_cell_defined_is_not_taken_for_an_answer(value):
    assert magic.cell_that_defined(value, "softmax") == ""


def test_a_notebook_knows_its_unit_by_its_folder(tmp_path, monkeypatch):
    course = softmax_course(tmp_path)
    folder = course.root / "work" / "softmax"
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(folder)
    assert this_unit() == (course.unit("softmax"), folder / "softmax.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "worksheet.ipynb"))
    monkeypatch.chdir("/")
    assert this_unit()[1] == folder / "worksheet.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(course.root / "Untitled.ipynb"))
    with pytest.raises(UsageError, match="no such unit"):
        this_unit()


def test_the_warm_process_is_started_for_the_learners_copy_only(tmp_path, monkeypatch):
    course = softmax_course(tmp_path)
    started = []
    monkeypatch.setattr("mlprep.warm.start", started.append)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shell = type("Shell", (), {"register_magics": lambda self, *magics: None})()
    (course.root / "autograded/ada/softmax").mkdir(parents=True)
    folders = ("source/softmax", "autograded/ada/softmax", "work", "work/softmax")
    for folder, count in zip(folders, (0, 0, 0, 1), strict=True):
        monkeypatch.chdir(course.root / folder)
        magic.load_ipython_extension(shell)
        assert len(started) == count


def test_every_kernel_loads_the_magics_without_the_grader():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_card_escapes_what_the_learner_wrote():
    from mlprep.grading.judge import Report, Result

    result = Result("<b>", 0.0, 1.0, "wrong", "<script>alert(1)</script>", got="<img src=x>")
    html = magic.report_html(Report("<i>", [result], ["<u>"], 0.1))
    for tag in ("<b>", "<script>", "<img", "<i>", "<u>"):
        assert tag not in html


def test_a_magic_outside_of_the_course_says_what_to_do(tmp_path):
    nb = nbformat.v4.new_notebook(cells=[new_code_cell("%check")])
    execute(nb, tmp_path)
    assert "must lie inside the course" in text_of(nb.cells[0].outputs)
