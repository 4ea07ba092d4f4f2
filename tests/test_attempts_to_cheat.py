"""No submission gets points for a wrong answer, harms another one, or goes unnoticed.

The attempts are in attempts.py. They are made in each way in which other people's work is graded:
the judge with the sandboxed launcher, as `mlprep grade` uses it, and `nbgrader autograde`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from attempts import ATTEMPTS, HONEST, POINTS, SECRET, UNIT, Attempt, source
from forking import forked

from mlprep.grading.judge import judge_notebook, try_worked_solution
from mlprep.grading.launch import choose, why_no_sandbox
from mlprep.grading.limits import Limits

pytestmark = pytest.mark.skipif(bool(why_no_sandbox()), reason=why_no_sandbox() or "sandboxed")

SECONDS = {"call_s": 2.0, "cell_s": 6.0, "test_s": 10.0, "notebook_s": 60.0}
MEMORY_MB = 600
LIMITS = Limits(**SECONDS, memory_bytes=MEMORY_MB << 20)
CONFIG = f"""
import mlprep.nbgrader
c = get_config()
c.CourseDirectory.course_id = "powers"
mlprep.nbgrader.configure(c)
c.Judge.memory_mb = {MEMORY_MB}
""" + "".join(f"c.Judge.{name} = {value}\n" for name, value in SECONDS.items())
SCRIPT = re.compile(r"<script|<img[^>]*onerror|<svg[^>]*onload|javascript:", re.IGNORECASE)


def test_there_are_many_attempts():
    assert len(ATTEMPTS) >= 60
    assert len({attempt.name for attempt in ATTEMPTS + HONEST}) == len(ATTEMPTS + HONEST)


# The judge in the sandbox, as `mlprep grade` uses it


@pytest.fixture(scope="module")
def launcher():
    with choose(sandbox=True) as launcher:
        yield launcher


@pytest.fixture(scope="module")
def trial(launcher):
    found = try_worked_solution(UNIT, source(), None, LIMITS, launcher)
    assert found.failed == {}
    return found


def judged(attempt: Attempt, launcher, trial, course: Path):
    learner = attempt.notebook(course)
    return judge_notebook(UNIT, source(), learner, None, LIMITS, launcher, trial)


def points_of(report) -> dict[str, float]:
    return {result.name: result.points for result in report.automatic}


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_the_judge_gives_no_point_for_a_wrong_answer(attempt, launcher, trial, course):
    report = judged(attempt, launcher, trial, course)
    told = [(result.name, result.message) for result in report.results]
    assert points_of(report) == attempt.expected, told
    if attempt.flag and not attempt.files:
        assert any(attempt.flag in flag for flag in report.flags), report.flags
    assert SECRET not in json.dumps(report.outputs)


@pytest.mark.parametrize("attempt", HONEST, ids=lambda attempt: attempt.name)
def test_honest_work_keeps_its_marks_in_the_judge(attempt, launcher, trial, course):
    report = judged(attempt, launcher, trial, course)
    assert points_of(report) == POINTS, report.results
    assert report.flags == []


# nbgrader


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course in nbgrader, with every attempt and all honest work handed in and graded at once."""
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "source" / UNIT).mkdir(parents=True)
    nbformat.write(source(), root / "source" / UNIT / f"{UNIT}.ipynb")
    for attempt in [*ATTEMPTS, *HONEST]:
        folder = root / "submitted" / student(attempt) / UNIT
        folder.mkdir(parents=True)
        nbformat.write(attempt.notebook(root), folder / f"{UNIT}.ipynb")
        if attempt.files:
            attempt.files(folder)
    return root


def student(attempt: Attempt) -> str:
    return re.sub(r"\W+", "-", attempt.name)


def nbgrader(root: Path, *words: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        forked("-m", "nbgrader", *words),
        cwd=root,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    return said


@pytest.fixture(scope="module")
def graded(course) -> dict[str, dict]:
    """What came of each student: points by cell, and the autograded notebook."""
    nbgrader(course, "generate_assignment", UNIT, "--create")
    before = tree(course)
    log = nbgrader(course, "autograde", UNIT)
    assert tree(course) == before, "a submission has changed the course"
    nbgrader(course, "generate_feedback", UNIT)
    found = json.loads(subprocess.check_output([sys.executable, "-c", READ], cwd=course, text=True))
    for name, entry in found.items():
        path = course / "autograded" / name / UNIT / f"{UNIT}.ipynb"
        entry["notebook"] = json.loads(path.read_text())
        entry["feedback"] = (course / "feedback" / name / UNIT / f"{UNIT}.html").read_text()
        entry["log"] = log
    return found


READ = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db", "powers") as book:
    rows = [row for student in book.students
            for row in book.find_submission("powers", student.id).notebooks]
    print(json.dumps({row.assignment.student.id: {
        "points": {g.name: g.auto_score for g in row.grades if g.auto_score is not None},
        "flagged": row.flagged,
    } for row in rows}))
"""


def tree(root: Path) -> dict[str, str]:
    """A hash of every file of the course but those that grading writes."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith(("autograded", "feedback", "gradebook.db")):
            continue
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 24:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.name)
def test_nbgrader_gives_no_point_for_a_wrong_answer(attempt, graded):
    entry = graded[student(attempt)]
    assert entry["points"] == attempt.expected
    told = entry["notebook"]["metadata"]["mlprep"]["flags"]
    if attempt.flag:
        assert any(attempt.flag in flag for flag in told), told
        assert entry["flagged"]
        assert attempt.flag.split("`")[-1] in json.dumps(entry["notebook"]["cells"][0])


@pytest.mark.parametrize("attempt", HONEST, ids=lambda attempt: attempt.name)
def test_honest_work_keeps_its_marks_in_nbgrader(attempt, graded):
    entry = graded[student(attempt)]
    assert entry["points"] == POINTS
    assert entry["notebook"]["metadata"]["mlprep"]["flags"] == []
    assert not entry["flagged"]


@pytest.mark.parametrize("attempt", [*ATTEMPTS, *HONEST], ids=lambda attempt: attempt.name)
def test_feedback_shows_no_hidden_test_and_runs_no_script(attempt, graded):
    entry = graded[student(attempt)]
    assert SECRET not in entry["feedback"]
    assert "HIDDEN TESTS" not in entry["feedback"]
    shown = [output for cell in entry["notebook"]["cells"] for output in cell.get("outputs", ())]
    pages = [text for output in shown for kind, text in output.get("data", {}).items()
             if kind not in ("text/plain", "text/latex")]  # fmt: skip
    texts = [cell["source"] for cell in entry["notebook"]["cells"]
             if cell["cell_type"] != "code"]  # fmt: skip
    for text in map("".join, [*pages, *texts]):
        assert not re.search(r"<script|<img[^>]*onerror|<svg[^>]*onload", text), text
    body = entry["feedback"].partition("<body>")[2]
    assert body and not SCRIPT.search(re.sub(r"<code.*?</code>", "", body))
