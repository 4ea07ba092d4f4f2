"""Running mlprep for somebody who waits: what it prints, its errors, and how it is cancelled."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import pytest
from helpers import softmax_course, softmax_notebook, with_answer

from mlprep import warm
from mlprep.asking import Cancelled, Run
from mlprep.errors import GraderError, UsageError

LOOP = "def softmax(z):\n    while True:\n        open({marker!r}, 'w').close()\n"
CHECK = ["check", "softmax", "--json"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose learner has answered all questions; its warm process is never started."""
    monkeypatch.setattr("mlprep.warm.start", lambda course: None)
    monkeypatch.setenv("MLPREP_COURSE", str(tmp_path))
    return softmax_course(tmp_path)


@pytest.fixture(scope="module")
def warmed(tmp_path_factory):
    """A course with a warm process of its own; the process ends with the course's folder."""
    course = softmax_course(tmp_path_factory.mktemp("warm") / "course")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("MLPREP_COURSE", str(course.root))
        patch.setenv("TMPDIR", folder)
        patch.setattr("tempfile.tempdir", folder)
        connection = warm.connect(course, wait_s=60)
        assert connection, "the warm process must answer within a minute. Got nothing."
        connection.close()
        yield course


def answer_endlessly(course, marker):
    """Let the learner's answer loop; it touches `marker` while it does."""
    path = course.unit("softmax").work_notebook()
    endless = with_answer(softmax_notebook(), softmax=LOOP.format(marker=str(marker)))
    nbformat.write(endless, path)


def is_quiet(marker) -> bool:
    """Whether nobody touches the file any more, at most some seconds from now."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        marker.unlink(missing_ok=True)
        time.sleep(0.3)
        if not marker.exists():
            return True
    return False


def cancelled_after_start(run, marker):
    """Start a run, wait until the learner's code loops, cancel it; (its error, seconds it took)."""
    errors = []

    def wait():
        try:
            run.output()
        except Exception as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    until = time.monotonic() + 30
    while not marker.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert marker.exists(), "the answer must have been started. Got nothing in 30 s."
    begun = time.monotonic()
    run.cancel()
    thread.join(30)
    assert not thread.is_alive()
    return errors[0], time.monotonic() - begun


def test_a_run_gives_what_the_command_prints(course):
    report = json.loads(Run(course, CHECK).output())
    assert report["score"] == 7


def test_a_message_of_the_command_is_passed_on_and_a_crash_is_the_graders(course):
    with pytest.raises(UsageError, match="^nothing: no such unit. Did you mean"):
        Run(course, ["check", "nothing"]).output()
    with pytest.raises(GraderError, match="failed, not your work .*unrecognized arguments"):
        Run(course, ["check", "softmax", "--no-such-option"]).output()


def test_a_cold_run_is_cancelled_with_all_that_it_started(course, tmp_path):
    marker = tmp_path / "looping"
    answer_endlessly(course, marker)
    error, seconds = cancelled_after_start(Run(course, CHECK), marker)
    assert isinstance(error, Cancelled)
    assert seconds < 5
    assert is_quiet(marker)
    assert not (course.root / "work" / "attempts.db").exists()


def test_what_a_killed_command_has_started_ends_with_it(course, tmp_path):
    marker = tmp_path / "looping"
    answer_endlessly(course, marker)
    words = [sys.executable, "-m", "mlprep", *CHECK]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=course.root) as command:
        until = time.monotonic() + 30
        while not marker.exists() and time.monotonic() < until:
            time.sleep(0.02)
        command.kill()
    assert marker.exists()
    assert is_quiet(marker)


def test_a_run_that_was_cancelled_before_it_began_does_not_begin(course):
    run = Run(course, CHECK)
    run.cancel()
    with pytest.raises(Cancelled, match="Nothing was graded, and no attempt was counted"):
        run.output()


def test_a_warm_run_is_cancelled_with_all_that_it_started_and_the_next_one_works(warmed, tmp_path):
    marker = tmp_path / "looping"
    answer_endlessly(warmed, marker)
    error, seconds = cancelled_after_start(Run(warmed, CHECK), marker)
    assert isinstance(error, Cancelled)
    assert seconds < 5
    assert is_quiet(marker)
    assert not (warmed.root / "work" / "attempts.db").exists()
    nbformat.write(softmax_notebook(), warmed.unit("softmax").work_notebook())
    begun = time.monotonic()
    assert json.loads(Run(warmed, CHECK).output())["score"] == 7
    assert time.monotonic() - begun < 5


def test_a_crash_in_the_warm_process_is_the_graders_and_says_its_last_line(warmed):
    with pytest.raises(GraderError) as raised:
        Run(warmed, [*CHECK, "--notebook", "no\0file"]).output()
    assert str(raised.value) == (
        "The grader failed, not your work (ValueError: embedded null byte). Your notebook is as "
        "you saved it, and nothing was scored."
    )


def test_a_warm_run_leaves_nothing_in_the_folder_for_temporary_files(warmed):
    Run(warmed, CHECK).output()
    until = time.monotonic() + 10  # its process ends after the answer
    while (left := list(Path(tempfile.gettempdir()).glob("mlprep-?????*"))) and (
        time.monotonic() < until
    ):
        time.sleep(0.05)
    assert left == []
