"""Checking one's own work: the file is only read, the attempt is kept, help comes after trying."""

from __future__ import annotations

import os
import shutil
import sqlite3

import nbformat
import pytest
from helpers import (
    NO_MAX,
    OVERFLOW,
    QUICK,
    RIGHT,
    STUB,
    cell,
    find,
    notebook,
    outcomes,
    sandbox,
    softmax_course,
    softmax_notebook,
    with_answer,
)

from mlprep.checking import (
    attempts_of,
    check,
    helps,
    next_hint,
    report_text,
    without_markers,
    worked_solution,
)
from mlprep.errors import AuthorError, NotebookError, UsageError
from mlprep.grading.limits import Limits

SOURCE = softmax_notebook()


@pytest.fixture(autouse=True)
def warm(monkeypatch):
    """One warm process for all tests (test_cli.py checks from cold ones)."""
    monkeypatch.setattr("mlprep.checking.for_own_work", sandbox)


@pytest.fixture
def unit(tmp_path):
    """The unit `softmax` with all its answers right in work/."""
    return softmax_course(tmp_path).unit("softmax")


def write_answer(unit, **answers):
    nbformat.write(with_answer(SOURCE, **answers), unit.work_notebook())


# Checking


def test_the_learners_copy_is_graded_and_the_attempt_is_kept(unit):
    report = check(unit)
    assert outcomes(report) == RIGHT
    with sqlite3.connect(attempts_of(unit).path) as db:
        assert db.execute("SELECT unit, score, max_score FROM attempt").fetchall() == [
            ("softmax", 7.0, 7.0)
        ]
    db.close()


@pytest.mark.parametrize(
    "softmax",
    ["def softmax(z): return z", "while True: pass", "import os; os._exit(1)", "this is no Python",
     "open('softmax.ipynb', 'w').write('gone')\nimport glob, os\nfor f in glob.glob('*'):\n"
     "    os.remove(f)"],
    ids="wrong loop exit syntax delete".split(),
)  # fmt: skip
def test_the_learners_files_are_never_touched(unit, softmax, monkeypatch):
    limits = Limits(**(vars(QUICK) | {"cell_s": 1, "call_s": 1}))
    monkeypatch.setattr("mlprep.grading.judge.Limits", lambda: limits)
    write_answer(unit, softmax=softmax)
    data = unit.work_notebook().with_name("table.csv")
    data.write_text("1,2\n")
    for path in (unit.work_notebook(), data):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    before = files(unit.work_notebook().parent)
    assert check(unit).results[0].points == 0.0
    assert files(unit.work_notebook().parent) == before


def files(folder):
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.iterdir())}


def test_another_file_can_be_named(unit, tmp_path):
    other = tmp_path / "elsewhere" / "copy.ipynb"
    other.parent.mkdir()
    nbformat.write(with_answer(SOURCE, softmax=NO_MAX), other)
    assert check(unit, other).results[0].message == OVERFLOW
    assert outcomes(check(unit)) == RIGHT


def test_live_answers_are_graded_in_the_place_of_saved_ones_and_said_to_be(unit):
    write_answer(unit, softmax=STUB)
    report = check(unit, live={"softmax": find(SOURCE, "softmax").source, "unknown": "1"})
    assert outcomes(report) == RIGHT
    assert report.notes == [
        "Graded as it runs in your kernel, not as saved: softmax, unknown. "
        "Save the notebook to keep it."
    ]
    same = {"double": find(SOURCE, "double").source + "\n"}
    assert check(unit, live=same).notes == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such notebook"),
        ("", "the file is empty"),
        ('{"cells": [', "not a Jupyter notebook"),
        (nbformat.writes(notebook(cell("answer", "ridge", "1"))), "Is it another unit's"),
    ],
)
def test_a_file_that_cannot_be_graded_is_an_error_and_no_attempt(unit, content, message):
    path = unit.work_notebook()
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(NotebookError, match=message):
        check(unit)
    assert not attempts_of(unit).path.exists()


def test_a_unit_that_is_not_built_says_so(unit):
    unit.source_notebook().unlink()
    with pytest.raises(AuthorError, match=r"softmax\.ipynb: missing\. Run `mlprep build softmax`"):
        check(unit)


def test_a_record_that_cannot_be_read_is_put_aside_and_the_attempt_kept(unit):
    path = attempts_of(unit).path
    path.write_text("this is no database, and it is long enough to be read")
    report = check(unit)
    assert outcomes(report) == RIGHT
    assert "it is kept as attempts.db.broken and a new one was begun" in report.notes[0]
    assert path.with_name("attempts.db.broken").read_text().startswith("this is no database")
    assert len(attempts_of(unit).of_student("softmax", "")) == 1


def test_the_report_comes_even_where_the_attempt_cannot_be_kept(unit):
    attempts_of(unit).path.mkdir()
    report = check(unit)
    assert outcomes(report) == RIGHT
    assert "attempts.db: this attempt could not be kept" in report.notes[0]


def test_a_worksheet_is_checked_as_what_it_is(unit):
    sheet = notebook(
        cell("locked", "imports", "from mlprep.check import Question"),
        cell("answer", "disks", "def disks():\n    return 12"),
        cell("test", "disks_are_enough", "q = Question(disks, points=2)\nq.case(gives=12)\n"
             "q.hints('a', 'b', 'c')\nq.grade()", 2),
    )  # fmt: skip
    (unit.folder / "worksheet.py").write_text("")
    nbformat.write(sheet, unit.source_notebook("worksheet"))
    shutil.copy(unit.source_notebook("worksheet"), unit.work_notebook("worksheet"))
    assert outcomes(check(unit, unit.work_notebook("worksheet"))) == {"disks": ("right", 2.0)}
    assert outcomes(check(unit)) == RIGHT
    assert helps(unit)["disks"].hints == ("a", "b", "c")
    (unit.folder / "softmax.py").unlink()
    assert outcomes(check(unit)) == {"disks": ("right", 2.0)}


def test_a_file_of_any_other_name_is_taken_for_the_assignment(unit, tmp_path):
    assert unit.stem_of(tmp_path / "softmax-Copy1.ipynb") == "softmax"
    assert unit.stem_of(None) == "softmax"


# Hints and solutions


def test_hints_come_one_at_a_time_and_the_last_one_stays(unit):
    assert [next_hint(unit, "softmax") for _ in range(4)] == [
        "Hint 1 of 3 for `softmax`: Look at a row of large logits.",
        "Hint 2 of 3 for `softmax`: softmax([[1000.0, 1001.0]])",
        "Hint 3 of 3 for `softmax`: Subtract.",
        "Hint 3 of 3 for `softmax`: Subtract.",
    ]
    assert next_hint(unit, "double") == "double has no hints."


def test_an_unknown_question_is_answered_with_those_there_are(unit):
    for ask in (next_hint, worked_solution):
        with pytest.raises(UsageError, match="no such question.*It has softmax, Counter, double"):
            ask(unit, "sofmax")


def test_the_worked_solution_comes_after_an_attempt_that_was_more_than_the_stub(unit):
    write_answer(unit, softmax=STUB)
    for _ in range(2):
        with pytest.raises(UsageError, match="softmax: try it first"):
            worked_solution(unit, "softmax")
        check(unit)
    write_answer(unit, softmax=NO_MAX)
    check(unit)
    text = worked_solution(unit, "softmax")
    assert text.startswith("```python\ndef softmax(z):\n    z = np.asarray(z)\n")
    assert text.endswith("Subtracting the maximum changes nothing: it cancels.\n")
    assert "SOLUTION" not in text


def test_an_answer_that_is_gone_is_no_attempt(unit):
    learner = with_answer(SOURCE)
    learner.cells.remove(find(learner, "softmax"))
    nbformat.write(learner, unit.work_notebook())
    check(unit)
    with pytest.raises(UsageError, match="try it first"):
        worked_solution(unit, "softmax")


def test_every_answer_has_its_solution(unit):
    known = helps(unit)
    assert list(known) == ["softmax", "Counter", "double"]
    assert known["double"].solution == "def double(x):\n    return 2 * x"
    assert without_markers("a\n    ### BEGIN SOLUTION\nb\n### END SOLUTION") == "a\nb"


# Showing


def test_a_report_in_text_has_a_line_for_each_question_and_its_reasons_below(unit):
    write_answer(unit, softmax=NO_MAX)
    report = check(unit)
    lines = report_text(report).splitlines()
    assert lines[0] == "softmax: 5 of 7 points (5 more are graded by hand)"
    assert lines[1] == f"✘ softmax                       2/4  {OVERFLOW}"
    assert lines[2].startswith("    call     softmax([[1000.0, 1001.0, 999.0]")
    assert [line.split()[:3] for line in lines if line[0] != " "][2:] == [
        ["✔", "Counter", "2/2"],
        ["✔", "double", "1/1"],
        ["✎", "why_the_maximum", "0/3"],
        ["✎", "sketch", "0/2"],
    ]
    only = report_text(report, "double")
    assert only == "✔ double                        1/1  All tests held."


def test_a_hint_that_cannot_be_counted_is_refused_in_a_sentence(unit):
    attempts_of(unit).path.mkdir(parents=True)
    with pytest.raises(UsageError, match="hints are counted there, and it cannot be written"):
        next_hint(unit, "softmax")


def test_an_untouched_class_and_a_stub_under_plain_asserts_are_no_attempts(unit):
    stub = "def double(x):\n    raise NotImplementedError()"
    write_answer(unit, Counter="raise NotImplementedError()", double=stub)
    results = {result.question: result for result in check(unit).automatic}
    for name in ("Counter", "double"):
        assert (results[name].points, results[name].message) == (0.0, "Not answered yet.")
        with pytest.raises(UsageError, match="try it first"):
            worked_solution(unit, name)
    assert worked_solution(unit, "softmax")
