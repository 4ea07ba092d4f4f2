"""A course with submissions, and what the tests of cohort grading share."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

import nbformat
from helpers import NO_MAX, SOFTMAX, STUB, find, softmax_course, softmax_notebook
from nbformat import NotebookNode

from mlprep.attempts import Attempts
from mlprep.course import Course, Unit
from mlprep.gradebook import Gradebook
from mlprep.release import Releaser

REPO = Path(__file__).parents[1]
ANSWERS = {"ada": SOFTMAX, "ben": NO_MAX, "cem": STUB}
EARNED = {"ada": 7.0, "ben": 5.0, "cem": 3.0}
COUNTER = """
class Counter:
    def __init__(self, start=0):
        self.total = start

    def add(self, k):
        self.total += k
        return self.total
"""
REST = {
    "Counter": COUNTER,
    "double": "def double(x):\n    return 2 * x",
    "why_the_maximum": "Subtracting a constant from each logit cancels.",
}


def cohort_course(
    root: Path, students: dict[str, str] = ANSWERS, has_gradebook: bool = True
) -> Course:
    """A course whose unit `softmax` was submitted with these answers, by student."""
    course = softmax_course(root)
    shutil.copy(REPO / "nbgrader_config.py", root)
    if has_gradebook:
        (root / "gradebook.db").write_bytes(_empty_gradebook())
    for student, answer in students.items():
        submit(course, student, answer)
    return course


@functools.cache
def _empty_gradebook() -> bytes:
    """A gradebook with nothing in it: nbgrader takes 2 s to make one."""
    with tempfile.TemporaryDirectory() as folder:
        Gradebook(Course(Path(folder))).close()
        return (Path(folder) / "gradebook.db").read_bytes()


@functools.cache
def _released() -> str:
    course, text = Course(REPO), nbformat.writes(softmax_notebook())
    return Releaser(course).notebook(Unit(course, "softmax"), "softmax", text)


def released() -> NotebookNode:
    """softmax.ipynb as learners get it."""
    return nbformat.reads(_released(), as_version=4)


def submit(course: Course, student: str, answer: str, **others: str) -> Path:
    """Hand in softmax.ipynb with this answer; the other questions are right unless given."""
    notebook = released()
    for name, text in (REST | {"softmax": answer} | others).items():
        find(notebook, name).source = text.strip("\n")
    return hand_in(course, student, nbformat.writes(notebook).encode())


def hand_in(course: Course, student: str, data: bytes, name: str = "softmax.ipynb") -> Path:
    """Hand in any bytes."""
    folder = course.root / "submitted" / student / "softmax"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def stored(course: Course) -> dict[str, dict[str, float | None]]:
    """What the gradebook holds: {student: {cell: points, None where a person decides}}."""
    with Gradebook(course) as book:
        scores = book.scores("softmax")
    return {s: {cell: p for (_, cell), p in cells.items()} for s, cells in scores.items()}


def earned(course: Course) -> dict[str, float]:
    """The automatic points of each student in the gradebook."""
    return {s: sum(p or 0.0 for p in cells.values()) for s, cells in stored(course).items()}


def graded_file(course: Course, student: str) -> NotebookNode:
    """The graded notebook of a student."""
    path = course.root / "autograded" / student / "softmax" / "softmax.ipynb"
    return nbformat.read(path, as_version=4)


def record(course: Course) -> Attempts:
    """The instructor's record of attempts."""
    return Attempts(course.root / "attempts.db")
