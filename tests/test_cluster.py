"""A Dask cluster judges; a worker that dies half-way costs nothing but time."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from helpers import SOFTMAX
from submissions import cohort_course, earned, record

from mlprep.cohort import Options, grade
from mlprep.errors import GraderError, UsageError
from mlprep.grading.launch import why_no_sandbox

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

STUDENTS = [f"s{number}" for number in range(10)]
SLOW = "import time\ntime.sleep(0.3)\n" + SOFTMAX


@pytest.fixture
def cluster(tmp_path, free_port):
    """A scheduler's address; the scheduler and its two workers, as processes on this machine."""
    address = f"tcp://127.0.0.1:{free_port}"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", str(free_port)]
    worker = ["worker", address, "--nthreads", "1", "--no-nanny"]
    environment = os.environ | {"DASK_TEMPORARY_DIRECTORY": str(tmp_path / "dask")}
    children = []
    with open(tmp_path / "dask.log", "w") as log:
        for name, *words in (scheduler, worker, worker):
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words]
            command.append("--no-dashboard")
            options = {"env": environment, "cwd": tmp_path, "stdout": log, "stderr": log}
            children.append(subprocess.Popen(command, **options))
    yield address, children
    for child in children:
        child.kill()
        child.wait()


@pytest.fixture(autouse=True)
def needs_sandbox():
    if why := why_no_sandbox():
        pytest.skip(why)


@pytest.fixture
def course(tmp_path):
    return cohort_course(tmp_path / "course", dict.fromkeys(STUDENTS, SLOW))


def kill_when(course, graded: int, child) -> threading.Thread:
    """Kill a process when so many submissions have been graded."""

    def watch():
        until = time.monotonic() + 60
        while len(record(course).latest("softmax")) < graded and time.monotonic() < until:
            time.sleep(0.02)
        child.kill()
        child.wait()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def run(course, address):
    return grade(course.unit("softmax"), Options(scheduler=address), io.StringIO())


def test_a_worker_that_dies_half_way_loses_nothing_and_repeats_nothing(course, cluster):
    address, (_, victim, other) = cluster
    killer = kill_when(course, 3, victim)
    summary = run(course, address)
    killer.join()
    assert victim.returncode == -signal.SIGKILL and other.poll() is None
    assert sorted(summary.graded) == STUDENTS and not summary.failed
    assert earned(course) == dict.fromkeys(STUDENTS, 7.0)
    for student in STUDENTS:
        (attempt,) = record(course).of_student("softmax", student)
        assert attempt.outcome == "graded" and attempt.sandboxed
    assert run(course, address).unchanged == STUDENTS


def test_a_scheduler_that_dies_half_way_ends_the_run_and_what_was_graded_is_kept(course, cluster):
    address, (victim, *_) = cluster
    killer = kill_when(course, 3, victim)
    with pytest.raises(GraderError, match="is gone. What was graded is kept"):
        run(course, address)
    killer.join()
    kept = record(course).latest("softmax")
    assert 3 <= len(kept) < len(STUDENTS)
    assert earned(course) == dict.fromkeys(kept, 7.0)  # nobody was given a failure for it


def test_a_scheduler_that_does_not_answer_is_said_so(course, free_port, monkeypatch):
    monkeypatch.setattr("mlprep.workers.CONNECT_S", 0.5)
    with pytest.raises(UsageError, match="no Dask scheduler answers there"):
        run(course, f"tcp://127.0.0.1:{free_port}")
    assert not (course.root / "attempts.db").exists()
