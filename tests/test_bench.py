"""Judging goes on when a process of the grader is lost, and ends when those who asked are gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from helpers import NO_MAX, SOFTMAX, softmax_notebook, with_answer

from mlprep.grading import bench
from mlprep.grading.launch import why_no_sandbox
from mlprep.grading.limits import Limits
from mlprep.grading.task import Answer, UnitTask, modules_of

SOURCE = nbformat.writes(softmax_notebook())
SANDBOX = not why_no_sandbox()
UNIT = UnitTask("softmax", {"softmax": SOURCE}, {"softmax": SOURCE}, sandbox=SANDBOX)


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    bench.close_benches()


def task(answer: str = SOFTMAX, unit: UnitTask = UNIT) -> bytes:
    notebook = with_answer(softmax_notebook(), softmax=answer)
    return unit.for_submission({"softmax": nbformat.writes(notebook).encode()}, {})


def judged(data: bytes) -> Answer:
    return Answer.of(bench.judge_task(data))


def points(answer: Answer) -> float:
    return sum(result["points"] for result in answer.notebooks[0].report["results"])


def slots() -> list[int]:
    """Process numbers of this process's slots: forks of the root process."""
    (root,) = bench._roots.values()
    children = Path(f"/proc/{root._process.pid}/task/{root._process.pid}/children")
    found = [int(pid) for pid in children.read_text().split()]
    return [pid for pid in found if b"grading.bench" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_task_gives_the_report_and_the_graded_notebook():
    answer = judged(task(NO_MAX))
    (page,) = answer.notebooks
    assert not answer.failed and points(answer) == 5.0
    assert "Subtract the row maximum first" in page.graded
    assert json.loads(page.graded)["nbformat"] == 4


def test_the_same_task_gives_the_same_answer():
    first, second = judged(task(NO_MAX)), judged(task(NO_MAX))
    for answer in (first, second):
        for result in answer.notebooks[0].report["results"]:
            result["seconds"] = 0
        answer.notebooks[0].report["seconds"] = answer.seconds = 0
    assert first == second


def test_two_threads_judge_at_a_time():
    with ThreadPoolExecutor(2) as executor:
        answers = list(executor.map(judged, [task(), task(NO_MAX)] * 3))
    assert [points(answer) for answer in answers] == [7.0, 5.0] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_slot_that_is_killed_is_replaced():
    judged(task())
    for pid in slots():
        os.kill(pid, signal.SIGKILL)
    lost = judged(task())
    assert "ended unexpectedly" in lost.failed and not lost.hopeless
    assert points(judged(task())) == 7.0


def test_a_root_that_is_killed_is_replaced():
    judged(task())
    (root,) = bench._roots.values()
    root._process.kill()
    root._process.wait()
    time.sleep(0.2)  # its slots see it
    answers = [judged(task()) for _ in range(3)]
    assert points(answers[-1]) == 7.0


def test_a_judge_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(bench, "JUDGE_S", 0.0)
    unit = replace(UNIT, limits=Limits(notebook_s=0.3, test_s=30, call_s=30, cell_s=30))
    notebook = softmax_notebook()
    notebook.cells[-3].source = "import time\ntime.sleep(20)"  # a test of ours
    text = nbformat.writes(notebook)
    unit = replace(unit, sources={"softmax": text}, masters={"softmax": text})
    begun = time.monotonic()
    answer = judged(task(unit=unit))
    assert "no answer" in answer.failed and time.monotonic() - begun < 10


def test_a_worker_of_another_version_judges_nobody(monkeypatch):
    monkeypatch.setattr("mlprep.grading.task.grader_version", lambda: "0.0.1+other")
    answer = judged(task(unit=replace(UNIT)))
    assert answer.hopeless and "not 0.0.1+other" in answer.failed


def test_without_a_sandbox_nobody_is_judged_and_the_answer_says_why(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    unit = replace(UNIT, sandbox=True, sources={"softmax": "import abc\n".join(["", ""])})
    unit = replace(unit, sources={"softmax": SOURCE.replace("import numpy", "import abc, numpy")})
    answer = judged(task(unit=unit))
    assert answer.hopeless and "bubblewrap is not installed" in answer.failed


def test_nothing_of_the_grader_outlives_those_who_asked():
    code = (
        "import os, sys; sys.path.insert(0, 'tests'); import test_bench as t;"
        "t.judged(t.task()); [print(root._process.pid) for root in t.bench._roots.values()];"
        "print(*t.slots()); sys.stdout.flush(); os.kill(os.getpid(), 9)"
    )
    repo = Path(__file__).parents[1]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    until = time.monotonic() + 5
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_what_a_unit_imports_is_known_without_running_it():
    cells = [
        "import numpy as np, torch.nn as nn\nfrom scipy import linalg",
        "%matplotlib inline\nimport hidden",
        "def f():\n    import json\n    from .local import x\n    torch.optim.Adam",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    text = nbformat.writes(notebook)
    assert modules_of([text]) == ["json", "numpy", "scipy", "torch._dynamo", "torch.nn"]
    assert modules_of([text], ("test",)) == []


def test_what_one_slot_has_tried_the_next_one_reads(tmp_path):
    """Two ask at once: one works, the other waits and has the result."""
    code = (
        "import pathlib, sys, time\n"
        "from mlprep.grading.bench import _one_at_a_time\n"
        "with _one_at_a_time(pathlib.Path(sys.argv[1])) as file:\n"
        "    found = file.read()\n"
        "    if not found:\n"
        "        time.sleep(0.3)\n"
        "        file.write(b'tried')\n"
        "    print(found.decode() or 'nothing')\n"
    )
    words = [sys.executable, "-c", code, tmp_path / "unit.json"]
    pair = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(one.communicate()[0] for one in pair) == ["nothing\n", "tried\n"]
