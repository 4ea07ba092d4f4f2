"""`mlprep plain`: what it writes, keeps, prints and refuses."""

from __future__ import annotations

import argparse
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from helpers import NO_MAX, OVERFLOW, SOFTMAX, STUB, softmax_course, softmax_notebook, with_answer

from mlprep.cli import main, parser
from mlprep.errors import GraderError, UsageError
from mlprep.grading.merge import grade_id, read_notebook
from mlprep.plain import magic
from mlprep.plain.log import TABLE, Log
from mlprep.plain.page import asked
from mlprep.plain.runs import only, run
from mlprep.plain.verbs import plain
from mlprep.plan.export import as_json
from mlprep.plan.state import State

RIGHT = SOFTMAX.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")


class Clock:
    def __init__(self):
        self.time = datetime(2027, 1, 4, 9, tzinfo=UTC)

    def __call__(self):
        return self.time

    def go(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def course(tmp_path, monkeypatch):
    course = softmax_course(tmp_path / "course")
    stub = STUB.replace("    raise", "    # YOUR CODE HERE\n    raise")
    release = with_answer(softmax_notebook(), softmax=stub)
    nbformat.write(release, course.unit("softmax").release_notebook())
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    monkeypatch.chdir(course.root)
    return course


@pytest.fixture
def clock():
    return Clock()


def do(course, clock, *words, ask=input):
    """`mlprep plain …` at a time."""
    return plain(course, parser().parse_args(["plain", *words]), clock, ask)


def written(course, name, answer):
    """Write an answer into a plain file, in the place of the stub."""
    path = course.root / "work" / "softmax" / "plain" / name
    path.write_text(path.read_text().partition("def softmax")[0] + answer)
    return path


def sittings(course):
    return Log(State.of(course)).sittings()


def test_a_round_from_the_file_to_the_rate(course, clock, capsys):
    mine = course.unit("softmax").work_notebook().read_bytes()
    assert do(course, clock, "softmax", "softmax") == 0
    assert capsys.readouterr().out.startswith("work/softmax/plain/softmax.py\nThe clock runs.")
    for seconds, words in ((15, ""), (50, "example"), (40, "3 n²"), (45, "talk")):
        clock.go(seconds)
        do(course, clock, "mark", *words.split())
    assert "00:15 restate (1 of 8)\n01:05 example (2 of 8)\n01:45 brute force (3 of 8): n²\n" in (
        capsys.readouterr().out
    )
    path = written(
        course, "softmax.py", "# 03:00 idea: shift\n# 03:40 code\nimport numpy as np\n" + NO_MAX
    )
    clock.go(130)
    assert do(course, clock, "run", "softmax", "softmax") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("✘ First run of softmax after 04:40: failed, 2 of 4 points.")
    assert OVERFLOW in said and "expected" in said and "Talk-through: 5 of 8 marks." in said
    assert "no-dry-run: " in said and "Missing: dry run, edge tests, complexity." in said
    assert "silent" not in said  # 03:40 to 04:40 is a minute, and no more
    assert main(["check", "softmax", "softmax", "--solution"]) == 0  # it was tried
    assert "z.max(-1" in capsys.readouterr().out
    path.write_text("import numpy as np\n" + RIGHT)
    assert do(course, clock, "run") == 0
    assert "✔ Run 2 (only the first counts) of softmax" in capsys.readouterr().out
    (one,) = sittings(course)
    assert (one.counts, one.passed, len(one.runs)) == (True, False, 2)
    assert one.first["mistake"] == "no_max_subtraction"
    assert do(course, clock, "log") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("First-run pass rate: 0 of 1 (0%; 95 % interval 0% to 79%).")
    assert "failed" in shown and "5/8" in shown
    assert course.unit("softmax").work_notebook().read_bytes() == mine


def test_a_second_go_is_a_new_file_and_is_not_in_the_rate(course, clock, capsys):
    do(course, clock, "softmax", "softmax")
    first = written(course, "softmax.py", "mine")
    do(course, clock, "softmax", "softmax", "--no-clock")
    assert first.read_text().endswith("mine")
    written(course, "softmax-2.py", "import numpy as np\n" + RIGHT)
    capsys.readouterr()
    assert do(course, clock, "run", "softmax", "softmax") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("✔ First run of softmax: passed, 4 of 4 points.")
    assert "not in the first-run pass rate" in said
    one, two = sittings(course)
    assert (one.first, one.fresh, two.fresh, two.counts, two.passed) == (
        None,
        True,
        False,
        False,
        True,
    )
    do(course, clock, "log", "--json")
    data = json.loads(capsys.readouterr().out)
    assert data["first_runs"] == {"runs": 0, "passed": 0} and len(data["sittings"]) == 2


BAD = {
    "nothing": ([], "`mlprep plain UNIT QUESTION` begins"),
    "unit alone": (["softmax"], "`mlprep plain UNIT QUESTION` begins"),
    "unit": (["sofmax", "softmax"], "sofmax: no such unit. Did you mean softmax?"),
    "question": (["softmax", "max"], "max: no such question in softmax. It has softmax, Counter"),
    "nothing open": (["mark"], "no question is open."),
    "no listener": (["listen"], "no question is open."),
    "not begun": (["run", "softmax", "double"], "not begun. Begin with `mlprep plain so"),
    "nothing begun": (["run"], "it was not begun."),
    "run what": (["run", "softmax"], "name unit and question"),
    "json": (["run", "--json"], "--json goes with `mlprep plain log`."),
    "clock": (["log", "--no-clock"], "--no-clock goes with"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(name, course, capsys):
    words, message = BAD[name]
    assert main(["plain", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and message in err and err.startswith("mlprep plain: ")
    assert len(err.splitlines()) == 1 and not (course.root / "work/softmax/plain").exists()


def test_what_is_not_written_or_cannot_be_read_is_no_run(course, clock):
    do(course, clock, "softmax", "softmax")
    path = course.root / "work/softmax/plain/softmax.py"
    with pytest.raises(UsageError, match="nothing is written yet"):
        do(course, clock, "run")
    with pytest.raises(UsageError, match="a mark is restate, .*Got 'shout'"):
        do(course, clock, "mark", "shout")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read as UTF-8 text"):
        do(course, clock, "run")
    path.unlink()
    with pytest.raises(UsageError, match="it is gone"):
        do(course, clock, "run")
    assert sittings(course)[0].runs == []
    do(course, clock, "softmax", "softmax", "--no-clock")
    with pytest.raises(UsageError, match="begun without a clock"):
        do(course, clock, "mark")


def test_code_that_is_no_python_is_a_first_run_that_failed(course, clock, capsys):
    do(course, clock, "softmax", "softmax")
    written(course, "softmax.py", "def softmax(z:\n    return z\n")
    assert do(course, clock, "run") == 1
    assert "SyntaxError" in capsys.readouterr().out and sittings(course)[0].counts


def test_a_listener_notes_speech_and_marks_until_they_stop(course, clock, capsys):
    do(course, clock, "softmax", "softmax")
    lines = iter(["", "1", "nonsense", "4 shift by the maximum"])

    def ask(prompt):
        clock.go(10)
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    assert do(course, clock, "listen", ask=ask) == 0
    assert "a mark is restate" in capsys.readouterr().out
    assert sittings(course)[0].marks == [
        (10.0, "talk", ""),
        (20.0, "restate", ""),
        (40.0, "idea", "shift by the maximum"),
    ]


def test_rows_are_only_added_exported_and_read_as_far_as_they_make_sense(course, clock):
    do(course, clock, "softmax", "softmax")
    do(course, clock, "mark")
    state = State.of(course)
    with sqlite3.connect(state.path) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(f"DELETE FROM {TABLE}")
    log = Log(state)
    log.add("nobody", "marked", at_s=1, mark="idea", words="")
    (one,) = log.sittings()
    log.add(one.id, "ran", at_s=1, passed=True, points=1, max_points=1, message="", mistake="",
            entries=[[1, "idea"]])  # fmt: skip
    assert log.sittings()[0].first is None
    assert "2 rows of the log of plain sittings" in log.notes[-1]
    rows = json.loads(as_json(state, {}))["plain"]
    assert [row["kind"] for row in rows] == ["begun", "marked", "marked", "ran"]


def test_a_question_is_graded_alone_and_a_grader_that_fails_counts_for_nothing(course, monkeypatch):
    question = asked(course.unit("softmax"), "Counter")
    source = read_notebook(course.unit("softmax").source_notebook())
    names = [grade_id(cell) for cell in only(source, "Counter").cells]
    assert names == ["imports", "Counter", "Counter_adds_up"]
    monkeypatch.setattr(
        "mlprep.plain.runs.judge_notebook", lambda *a, **k: argparse.Namespace(results=[])
    )
    with pytest.raises(GraderError, match="failed, not you"):
        run(question, "")


def test_the_magic_says_the_unit_by_itself():
    assert magic.words("softmax", ["double"]) == ["softmax", "double"]
    assert magic.words("softmax", ["run", "double"]) == ["run", "softmax", "double"]
    assert magic.words("softmax", ["mark", "dry", "run"]) == ["mark", "dry", "run"]
    for said in ([], ["listen"]):
        with pytest.raises(UsageError):
            magic.words("softmax", said)
