"""A cohort is graded once, whatever happens meanwhile: nothing lost, nothing twice, no score that
a new attempt did not earn."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from forking import forked
from helpers import NO_MAX, SOFTMAX, STUB, find
from nbgrader import api
from sqlalchemy import event
from submissions import (
    ANSWERS,
    EARNED,
    cohort_course,
    earned,
    graded_file,
    hand_in,
    record,
    released,
    stored,
    submit,
)

from mlprep import cohort, storing, workers
from mlprep.cohort import Options, Summary, grade
from mlprep.course import Course
from mlprep.errors import GraderError, UsageError
from mlprep.gradebook import Gradebook
from mlprep.grading.launch import Warm
from mlprep.grading.task import Answer, load_task, run_task


@pytest.fixture
def course(tmp_path) -> Course:
    """A course with three submissions: right, wrong, not answered."""
    return cohort_course(tmp_path / "course")


class Workers(Executor):
    """Judges in this process, one task after the other, and counts them.

    fails: how often a task fails before it is judged. hopeless: why all fail. stop_after: as if
    Ctrl-C was pressed when so many were judged.
    """

    def __init__(self, launcher):
        self.launcher, self.judged, self.fails = launcher, 0, 0
        self.hopeless, self.stop_after = "", None

    def submit(self, function, task: bytes) -> Future:
        future = Future()
        future.set_result(self.answer(task))
        return future

    def answer(self, task: bytes) -> bytes:
        if self.judged == self.stop_after:
            raise KeyboardInterrupt
        if self.hopeless:
            return Answer(failed=self.hopeless, hopeless=True).to_bytes()
        if self.fails:
            self.fails -= 1
            return Answer(failed="The judge ended unexpectedly.").to_bytes()
        self.judged += 1
        return run_task(load_task(task), self.launcher)


@pytest.fixture(scope="module")
def needs_sandbox():
    from mlprep.grading.launch import why_no_sandbox

    if why := why_no_sandbox():
        pytest.skip(why)


@pytest.fixture(scope="module")
def launcher():
    with Warm(sandboxed=False, modules=()) as launcher:
        yield launcher


@pytest.fixture
def judge(launcher, monkeypatch) -> Workers:
    """Workers of this process take the place of the real ones, which have tests of their own."""
    found = Workers(launcher)

    @contextlib.contextmanager
    def here(jobs):
        yield workers.Pool(found, lambda: 1, lambda: "")

    monkeypatch.setattr(workers, "here", here)
    monkeypatch.setattr(cohort, "require_sandbox", lambda: None)
    monkeypatch.setattr(cohort.bench, "prepare", lambda task: None)
    return found


def run(course: Course, **options) -> Summary:
    return grade(course.unit("softmax"), Options(**options), io.StringIO())


def gradebook(course: Course) -> api.Gradebook:
    return api.Gradebook(f"sqlite:///{course.root}/gradebook.db")


# Scores


def test_each_submission_earns_what_it_is_worth(course, judge):
    summary = run(course)
    assert {s: points for s, (points, _) in summary.graded.items()} == EARNED
    assert earned(course) == EARNED
    assert summary.exit_code == 0 and not summary.flagged


def test_what_a_person_grades_is_left_to_them(course, judge):
    submit(course, "ben", NO_MAX, why_the_maximum="YOUR ANSWER HERE")
    run(course)
    scores = stored(course)
    assert scores["ada"]["why_the_maximum"] is None and scores["ada"]["sketch"] is None
    assert scores["ben"]["why_the_maximum"] == 0  # as released: nothing to read
    with gradebook(course) as book:
        assert book.find_submission("softmax", "ada").needs_manual_grade
        comment = book.find_comment("why_the_maximum", "softmax", "softmax", "ben")
        assert comment.auto_comment == "No response."


def test_a_score_by_hand_is_kept_and_marked_for_another_look(course, judge):
    run(course)
    with gradebook(course) as book:
        for cell, points in (("why_the_maximum", 3.0), ("softmax_rows_sum_to_one", 1.0)):
            grade_row = book.find_grade(cell, "softmax", "softmax", "ada")
            grade_row.manual_score, grade_row.needs_manual_grade = points, False
        book.db.commit()
    submit(course, "ada", STUB)
    run(course)
    with gradebook(course) as book:
        again = book.find_grade("softmax_rows_sum_to_one", "softmax", "softmax", "ada")
        assert (again.auto_score, again.manual_score, again.needs_manual_grade) == (0, 1, True)
        assert book.find_grade("why_the_maximum", "softmax", "softmax", "ada").manual_score == 3


def test_the_gradebook_can_be_recomputed_from_the_record(course, judge):
    hand_in(course, "dan", b"{")
    run(course)
    submit(course, "ben", SOFTMAX)
    run(course)
    with Gradebook(course) as book:
        held = book.scores("softmax")
    assert held == {s: a.scores() for s, a in record(course).latest("softmax").items()}
    assert len(held) == 4 and record(course).latest("softmax")["ben"].score == 7.0


def test_the_graded_notebook_shows_what_was_missed_and_where_the_points_went(course, judge):
    run(course)
    outputs = find(graded_file(course, "ben"), "softmax_rows_sum_to_one").outputs
    assert "Subtract the row maximum first" in outputs[0].data["text/html"]
    assert outputs[1].data["text/plain"] == "2.0"
    path = course.root / "autograded/ben/softmax/softmax.ipynb"
    assert path.stat().st_mode & 0o777 == 0o444


def test_nbgrader_with_the_plugin_gives_the_same_scores(course, judge, needs_sandbox):
    submit(course, "dan", "def softmax(z):\n    return z", Counter="raise SystemExit")
    hand_in(course, "eve", b"{")
    config = course.root / "nbgrader_config.py"
    if "mlprep.nbgrader" not in config.read_text():
        with config.open("a") as file:
            file.write("\nimport mlprep.nbgrader\nmlprep.nbgrader.configure(c)\n")
    run(course)
    ours = stored(course)
    flags = {s: a.flags for s, a in record(course).latest("softmax").items()}
    (course.root / "gradebook.db").unlink()
    shutil.rmtree(course.root / "autograded")
    for command in (["generate_assignment", "softmax", "--force"], ["autograde", "softmax"]):
        nbgrader(course, *command)
    assert stored(course) == ours and len(ours) == 5
    with gradebook(course) as book:
        rows = {s.student_id: s.notebooks[0] for s in book.assignment_submissions("softmax")}
        assert {s: row.flagged for s, row in rows.items()} == {s: bool(f) for s, f in flags.items()}
        needs = {s: row.needs_manual_grade for s, row in rows.items()}
    assert all(needs.values())


def nbgrader(course: Course, *words: str) -> None:
    """Run an nbgrader command."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = forked("-m", "nbgrader", *words)
    environment = os.environ | {"PATH": programs}
    done = subprocess.run(
        command, cwd=course.root, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr


def test_feedback_is_made_from_it_without_hidden_tests(course, judge):
    run(course, students=["ben"])
    nbgrader(course, "generate_feedback", "softmax")
    text = (course.root / "feedback/ben/softmax/softmax.html").read_text()
    assert "Subtract the row maximum first" in text and "Score: 5.0 / 12.0" in text


# Once


def test_unchanged_work_is_not_judged_again(course, judge):
    run(course)
    again = run(course)
    assert judge.judged == 3
    assert again.unchanged == list(ANSWERS) and not again.graded and again.exit_code == 0
    assert len(record(course).of_student("softmax", "ada")) == 1


def test_force_judges_unchanged_work_again_and_stores_the_same(course, judge):
    run(course)
    before = stored(course), graded_file(course, "ben")
    run(course, force=True)
    assert judge.judged == 6
    assert (stored(course), graded_file(course, "ben")) == before
    assert len(record(course).of_student("softmax", "ada")) == 2


def test_new_work_is_judged_and_replaces_the_old(course, judge):
    run(course)
    submit(course, "ben", SOFTMAX)
    summary = run(course)
    assert list(summary.graded) == ["ben"] and summary.unchanged == ["ada", "cem"]
    assert earned(course) == EARNED | {"ben": 7.0}
    assert [a.score for a in record(course).of_student("softmax", "ben")] == [5.0, 7.0]


def test_a_new_version_of_the_unit_or_the_grader_judges_all_again(course, judge, monkeypatch):
    run(course)
    (course.root / "source/softmax/logits.csv").write_text("1,2,3\n")
    run(course)
    assert judge.judged == 6
    monkeypatch.setattr(storing, "grader_version", lambda: "another")
    run(course)
    assert judge.judged == 9


def test_a_score_that_somebody_changed_is_put_right(course, judge):
    run(course)
    with gradebook(course) as book:
        book.find_grade("double_doubles", "softmax", "softmax", "cem").auto_score = 99
        book.db.commit()
    (course.root / "autograded/ada/softmax/softmax.ipynb").unlink()
    assert sorted(run(course).graded) == ["ada", "cem"]
    assert earned(course) == EARNED


def test_a_run_that_was_stopped_goes_on_where_it_was(course, judge):
    judge.stop_after = 2
    summary = Summary("softmax")
    with pytest.raises(KeyboardInterrupt):
        grade(course.unit("softmax"), Options(), io.StringIO(), summary)
    assert list(summary.graded) == ["ada", "ben"]
    judge.stop_after = None
    summary = run(course)
    assert list(summary.graded) == ["cem"] and judge.judged == 3
    assert earned(course) == EARNED


def test_what_was_stopped_half_way_is_done_again(course, judge, monkeypatch):
    """Between the scores and the attempt: the next run repeats it and adds nothing twice."""
    with monkeypatch.context() as patch:

        def crash(self, attempt):
            raise SystemError

        patch.setattr(storing.Attempts, "add", crash)
        with pytest.raises(SystemError):
            run(course)
    assert len(run(course).graded) == 3
    assert earned(course) == EARNED
    with gradebook(course) as book:
        assert book.db.query(api.Grade).count() == 3 * 5


def test_one_transaction_stores_a_submission(course, judge):
    submit(course, "dan", SOFTMAX)
    commits = []

    def count(connection):
        commits.append(connection)

    original = Gradebook.store

    def store(self, entry):
        event.listen(self._book.engine, "commit", count)
        try:
            return original(self, entry)
        finally:
            event.remove(self._book.engine, "commit", count)

    Gradebook.store = store
    try:
        run(course)
        assert len(commits) == 4
        run(course, force=True)
        assert len(commits) == 8
    finally:
        Gradebook.store = original


def test_two_runs_at_a_time_are_one_too_many(course, judge):
    with cohort._alone(course), pytest.raises(UsageError, match="being graded already"):
        run(course)


# What cannot be graded


def broken(course: Course) -> dict[str, str]:
    """Submissions that nobody could grade, and what must be said of each."""
    hand_in(course, "cut_off", b'{"cells": [')
    hand_in(course, "empty", b"")
    hand_in(course, "binary", bytes(range(256)))
    hand_in(course, "deep", b'{"nbformat": 4, "cells": ' + b"[" * 100_000)
    hand_in(course, "other", b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    hand_in(course, "misnamed", b"{}", "homework.ipynb")
    (course.root / "submitted/linked/softmax").mkdir(parents=True)
    link = course.root / "submitted/linked/softmax/softmax.ipynb"
    link.symlink_to(course.root / "source/softmax/softmax.ipynb")
    (course.root / "submitted/folder_link").mkdir()
    (course.root / "submitted/folder_link/softmax").symlink_to(course.root / "submitted/ada")
    return {
        "cut_off": "not a Jupyter notebook",
        "empty": "the file is empty",
        "binary": "not a Jupyter notebook",
        "deep": "not a Jupyter notebook",
        "other": "none of the assignment's cells",
        "misnamed": "holds none of softmax.ipynb",
        "linked": "a link, not a file",
        "folder_link": "must be a folder, not a link",
    }


def test_broken_work_is_refused_with_a_reason_and_stops_nobody(course, judge):
    reasons = broken(course)
    summary = run(course)
    assert sorted(summary.refused) == sorted(reasons)
    for student, reason in reasons.items():
        assert reason in summary.refused[student]
        assert str(course.root) not in summary.refused[student]
    assert {s: p for s, p in earned(course).items() if s in EARNED} == EARNED
    assert summary.exit_code == 1
    again = run(course)
    assert again.refused == summary.refused and again.exit_code == 1
    assert judge.judged == 3 + 5  # those that had to be opened to see what they are


def test_an_old_score_does_not_survive_work_that_is_refused(course, judge):
    run(course)
    hand_in(course, "ada", b"")
    summary = run(course)
    assert list(summary.refused) == ["ada"]
    assert set(stored(course)["ada"].values()) == {0}
    about, first = (cell.source for cell in graded_file(course, "ada").cells[:2])
    assert "was not graded" in first and "file is empty" in first
    assert "About this submission" in about
    with gradebook(course) as book:
        submission = book.find_submission("softmax", "ada")
        assert submission.score == 0 and submission.needs_manual_grade
        assert submission.notebooks[0].flagged
    attempts = record(course).of_student("softmax", "ada")
    assert [(a.outcome, a.score) for a in attempts] == [("graded", 7.0), ("refused", 0.0)]


def test_a_notebook_that_is_missing_earns_0_as_in_nbgrader(course, judge):
    source = course.root / "source/softmax"
    (source / "worksheet.ipynb").write_bytes((source / "softmax.ipynb").read_bytes())
    summary = run(course, students=["ada"])
    assert summary.graded["ada"][0] == 7.0
    assert summary.flagged == {"ada": ["worksheet.ipynb was not handed in."]}
    with Gradebook(course) as book:
        scores = book.scores("softmax")["ada"]
    assert {p for (notebook, _), p in scores.items() if notebook == "worksheet"} == {0}


def test_a_failure_of_the_grader_is_tried_once_more(course, judge):
    judge.fails = 1
    summary = run(course)
    assert not summary.failed and earned(course) == EARNED


def test_a_wrong_answer_is_judged_once(course, judge):
    run(course, students=["cem"])
    assert judge.judged == 1


def test_a_second_failure_is_no_zero_and_is_tried_in_the_next_run(course, judge):
    run(course)
    submit(course, "ada", NO_MAX)
    judge.fails = 2
    summary = run(course)
    assert summary.failed == {"ada": "The judge ended unexpectedly."} and summary.exit_code == 1
    assert set(stored(course)["ada"].values()) == {None}
    assert run(course).graded == {"ada": (5.0, 7.0)}


def test_a_test_that_fails_by_itself_costs_nobody_points(course, judge):
    path = course.root / "source/softmax/softmax.ipynb"
    path.write_text(path.read_text().replace("double(-1.5) == -3.0", "double(1 / 0)"))
    summary = run(course)
    assert "double_doubles" in summary.failed["ada"] and "ZeroDivision" in summary.failed["ada"]
    scores = stored(course)["ada"]
    assert scores["double_doubles"] is None and scores["softmax_rows_sum_to_one"] == 4
    assert find(graded_file(course, "ada"), "double_doubles").outputs[0].ename == "GraderFailed"


def test_where_nobody_can_be_judged_the_run_ends_and_old_scores_stay(course, judge):
    run(course)
    judge.hopeless = "bubblewrap is not installed."
    submit(course, "ada", NO_MAX)
    with pytest.raises(GraderError, match="bubblewrap is not installed"):
        run(course)
    assert earned(course) == EARNED


def test_cells_that_changed_under_graded_work_are_an_error_that_says_what_to_do(course, judge):
    run(course)
    path = course.root / "source/softmax/softmax.ipynb"
    path.write_text(path.read_text().replace('"double_doubles"', '"double_again"'))
    with pytest.raises(GraderError, match="nbgrader db assignment remove softmax --force"):
        run(course)
    assert earned(course) == EARNED


# Flags


def test_what_was_left_out_or_odd_is_flagged(course, judge):
    hand_in(course, "ada", b"", "-rf")
    notebook = released()
    notebook.cells.remove(find(notebook, "double_doubles"))
    hand_in(course, "ben", nbformat.writes(notebook).encode())
    submit(course, "cem", "import os\nos._exit(0)")
    summary = run(course)
    assert summary.flagged["ada"] == ["-rf is left out: its name is odd."]
    assert summary.flagged["ben"] == ["The cell `double_doubles` was deleted; ours was run."]
    assert "cell `softmax` was stopped: The process" in summary.flagged["cem"][0]
    with gradebook(course) as book:
        assert all(s.notebooks[0].flagged for s in book.assignment_submissions("softmax"))
    assert summary.exit_code == 0


def test_a_time_that_is_not_later_than_the_last_one_is_flagged(course, judge):
    stamp = course.root / "submitted/ada/softmax/timestamp.txt"
    stamp.write_text("2026-03-02 10:00:00 UTC")
    run(course)
    submit(course, "ada", NO_MAX)
    stamp.write_text("2026-03-01 10:00:00 UTC")
    assert "no later than the work that was here before" in run(course).flagged["ada"][0]


def test_a_late_submission_pays_what_the_course_s_policy_says(course, judge):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    run(course, students=["cem"])
    with gradebook(course) as book:
        book.find_assignment("softmax").duedate = datetime(2026, 3, 1)
        book.db.commit()
    (course.root / "submitted/ada/softmax/timestamp.txt").write_text("2026-03-02 00:00:00 UTC")
    (course.root / "submitted/ben/softmax/timestamp.txt").write_text("2026-02-28 00:00:00 UTC")
    run(course)
    with gradebook(course) as book:
        rows = {s.student_id: s.notebooks[0] for s in book.assignment_submissions("softmax")}
        assert rows["ada"].late_submission_penalty == 7.0
        assert rows["ben"].late_submission_penalty is None


def test_work_graded_without_a_sandbox_is_stamped_and_graded_again_in_one(course, judge):
    summary = run(course, unsafe=True)
    assert "WITHOUT A SANDBOX" in summary.text()
    assert not record(course).latest("softmax")["ada"].sandboxed
    assert run(course, unsafe=True).unchanged == list(ANSWERS)
    assert len(run(course).graded) == 3
    assert record(course).latest("softmax")["ada"].sandboxed
    assert run(course, unsafe=True).unchanged == list(ANSWERS)


def test_a_student_of_an_odd_name_is_refused_and_nothing_is_written(course, judge):
    (course.root / "submitted/{x}*/softmax").mkdir(parents=True)
    summary = run(course)
    assert "student's name" in summary.refused["{x}*"]
    assert not (course.root / "autograded/{x}*").exists() and "{x}*" not in stored(course)


# The command


def mlprep(course: Course, *words: str, **options) -> subprocess.CompletedProcess:
    command = forked("-m", "mlprep", "grade", *words)
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True, **options)


def test_errors_of_the_command_say_what_to_do(course, judge):
    unit = course.unit("softmax")
    with pytest.raises(
        UsageError, match="adam: has submitted nothing for softmax. Did you mean ad"
    ):
        grade(unit, Options(students=["adam"]))
    with pytest.raises(UsageError, match="zzz: has submitted nothing .* 3 others have"):
        grade(unit, Options(students=["zzz"]))
    with pytest.raises(UsageError, match="jobs: must be 1 or more. Got 0"):
        grade(unit, Options(jobs=0))
    (course.root / "submitted").rename(course.root / "gone")
    with pytest.raises(UsageError, match="nothing was submitted"):
        grade(unit)


def test_without_a_sandbox_nothing_runs_and_one_sentence_says_so(course):
    empty = {"PATH": "/nonexistent"}  # no bwrap there
    done = mlprep(course, "softmax", env=os.environ | empty)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "bubblewrap is not installed" in done.stderr
    assert "--unsafe" in done.stderr and not stored(course)
    assert mlprep(course, "sofmax").returncode == 2


def test_killed_or_interrupted_the_command_goes_on_when_it_is_run_again(tmp_path, needs_sandbox):
    """The real thing: processes, sandbox, Ctrl-C, SIGKILL; nothing lost, twice, or left behind."""
    slow = "import time\ntime.sleep(1)\n" + SOFTMAX
    students = {f"s{number}": slow for number in range(8)}
    course = cohort_course(tmp_path / "course", students, has_gradebook=False)
    command = [sys.executable, "-m", "mlprep", "grade", "softmax", "--jobs", "2"]
    for number, how in enumerate((signal.SIGINT, signal.SIGKILL), 1):
        child = subprocess.Popen(
            command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 60
        while attempts(course) < 2 * number and time.monotonic() < until:
            time.sleep(0.02)
        child.send_signal(how)
        out, err = child.communicate(timeout=20)
        assert child.returncode == (130 if how == signal.SIGINT else -how), err
        if how == signal.SIGINT:
            assert "graded in" in out and "run the command again to go on" in err
    assert 4 <= attempts(course) < 8
    done = mlprep(course, "softmax", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert len(summary["graded"]) + len(summary["unchanged"]) == 8
    assert len(summary["unchanged"]) >= 4
    assert earned(course) == dict.fromkeys(students, 7.0)
    assert attempts(course) == 8
    assert all(a.sandboxed for a in record(course).latest("softmax").values())
    assert not left_behind(course)


def attempts(course: Course) -> int:
    with contextlib.suppress(sqlite3.OperationalError):
        with contextlib.closing(sqlite3.connect(course.root / "attempts.db")) as db:
            return db.execute("SELECT COUNT(*) FROM attempt").fetchone()[0]
    return 0


def left_behind(course: Course) -> list[str]:
    """Processes of the grader that stay when those that started them are gone."""
    for _ in range(50):
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_text().split("\0")
                if "mlprep.grading.bench" in words and process.joinpath("cwd").samefile(
                    course.root
                ):
                    found.append(process.name)
        if not found:
            return []
        time.sleep(0.1)
    return found


def test_options_have_the_names_of_the_command_s_arguments():
    fields = {field.name for field in dataclasses.fields(Options)}
    assert fields == {"students", "force", "jobs", "scheduler", "unsafe"}
