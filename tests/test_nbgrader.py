"""nbgrader's own commands, from release to feedback, on a course with the repository's settings."""

from __future__ import annotations

import copy
import csv
import html
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from forking import forked
from helpers import NO_MAX, OVERFLOW, find, softmax_course, softmax_notebook, with_answer

ROOT = Path(__file__).resolve().parents[1]
SOURCE = softmax_notebook()
pytestmark = pytest.mark.slow
STUDENTS = ("ada", "ben", "cy")
SCORES = {"ada": 7.0, "ben": 5.0, "cy": 0.0}  # all right, a known mistake, nothing


def nbgrader(course, *words: str) -> str:
    """What an nbgrader command prints; it must succeed."""
    programs = Path(sys.executable).parent  # nbgrader runs the program alembic, found by PATH
    env = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    env.pop("MLPREP_COURSE", None)
    done = subprocess.run(
        forked("-m", "nbgrader", *words), cwd=course.root, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def a_course(root: Path, settings: str):
    course = softmax_course(root)
    (root / "nbgrader_config.py").write_text(settings)
    shutil.rmtree(root / "release")
    return course


def submit(course) -> None:
    """Three students hand in what they made of the release."""
    release = nbformat.read(course.unit("softmax").release_notebook(), as_version=4)
    solved = with_answer(release, **{n: find(SOURCE, n).source for n in ("Counter", "double")})
    handed_in = {
        "ada": with_answer(solved, softmax=find(SOURCE, "softmax").source),
        "ben": with_answer(solved, softmax=NO_MAX),
        "cy": copy.deepcopy(release),
    }
    for student, notebook in handed_in.items():
        path = course.root / "submitted" / student / "softmax" / "softmax.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def exported(course) -> dict[str, float]:
    """Each student's score, as nbgrader exports it."""
    nbgrader(course, "export")
    with (course.root / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course after generate_assignment, autograde and generate_feedback."""
    settings = (ROOT / "nbgrader_config.py").read_text()
    course = a_course(tmp_path_factory.mktemp("course"), settings)
    nbgrader(course, "generate_assignment", "softmax", "--create")
    submit(course)
    nbgrader(course, "autograde", "softmax", "--create")
    nbgrader(course, "generate_feedback", "softmax")
    return course


def feedback(course, student: str) -> str:
    """The text of a student's feedback page."""
    path = course.root / "feedback" / student / "softmax" / "softmax.html"
    return html.unescape(path.read_text(encoding="utf-8"))


def test_the_release_has_stubs_visible_tests_and_no_secrets(graded):
    release = nbformat.read(graded.unit("softmax").release_notebook(), as_version=4)
    assert "NotImplementedError" in find(release, "softmax").source
    test = find(release, "softmax_rows_sum_to_one").source
    assert "q.case(np.array([[1.0, 2.0, 3.0]])" in test
    assert test.endswith("q.grade()")
    text = json.dumps(release)
    for secret in ("HIDDEN", "BEGIN", "q.mistake", "1000.0", "keepdims", "A curve"):
        assert secret not in text


def test_the_exported_scores_are_right(graded):
    assert exported(graded) == SCORES


def test_every_graded_cell_has_its_points_in_the_gradebook(graded):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded.root}/gradebook.db") as gradebook:
        found = {
            student: {
                grade.name: (grade.auto_score, grade.max_score)
                for grade in gradebook.find_submission_notebook(
                    "softmax", "softmax", student
                ).grades
            }
            for student in STUDENTS
        }
    by_hand = {"why_the_maximum": (None, 3.0), "sketch": (None, 2.0)}
    cells = ("softmax_rows_sum_to_one", "Counter_adds_up", "double_doubles")
    for student, points in (("ada", (4, 2, 1)), ("ben", (2, 2, 1)), ("cy", (0, 0, 0))):
        wanted = {c: (p, m) for c, p, m in zip(cells, points, (4, 2, 1), strict=True)} | by_hand
        given = {name: (None if name in by_hand else auto, most)
                 for name, (auto, most) in found[student].items()}  # fmt: skip
        assert given == wanted, student


def test_the_feedback_names_the_mistake(graded):
    assert OVERFLOW in feedback(graded, "ben")
    assert OVERFLOW not in feedback(graded, "ada")
    assert "Not answered yet." in feedback(graded, "cy")


@pytest.mark.parametrize("student", STUDENTS)
def test_the_feedback_shows_no_hidden_test(graded, student):
    page = feedback(graded, student)
    hidden = ("q.mistake", "q.variant", "q.reference", "def through_logs", "over_columns",
              "BEGIN HIDDEN", "You normalised over axis 0")  # fmt: skip
    assert [secret for secret in hidden if secret in page] == []


def test_plain_nbgrader_gives_the_same_scores(tmp_path):
    """With none of our parts plugged in: the test cells grade by themselves."""
    course = a_course(tmp_path, "c = get_config()\nc.CourseDirectory.course_id = 'plain'\n"
                      "c.CourseDirectory.ignore = ['*.py', '*.toml']\n")  # fmt: skip
    nbgrader(course, "generate_assignment", "softmax", "--create")
    submit(course)
    nbgrader(course, "autograde", "softmax", "--create")
    assert exported(course) == SCORES
    graded = (course.root / "autograded/ben/softmax/softmax.ipynb").read_text()
    assert json.dumps(OVERFLOW)[1:-1] in graded  # the mistake is named there as well
