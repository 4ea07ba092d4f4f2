"""Every unit on disk: its graders are tested by wrong answers and by right ones, and what is
generated matches its source (its lesson: test_units_lessons.py)."""

from __future__ import annotations

import collections
import copy
import functools
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from conftest import PASSED, fingerprint
from helpers import find, sandbox
from pasting import pasted

from mlprep.build import build
from mlprep.check.proof import Asked, Proof, prove, questions_of
from mlprep.course import Course
from mlprep.grading.judge import Report, files_beside, judge_notebook
from mlprep.grading.roles import grade_id, role

ROOT = Path(__file__).resolve().parents[1]
COURSE = Course(ROOT)
KINDS = ("mistakes", "killed", "named", "variants", "accepted", "standing", "caught")
SCREENS = ("lab", "mock", "plain", "plan")  # parts of the package that no grader takes part in
GRADER = [
    *(p for p in (ROOT / "src/mlprep").rglob("*.*") if p.parent.name not in (*SCREENS, "static")),
    *(ROOT / "tests" / name for name in ("conftest.py", "helpers.py", "pasting.py", __file__)),
]


@functools.cache
def hash_of(*files: Path) -> str:
    """One hash for the files among these paths."""
    files = [file for file in files if file.is_file() and file.suffix != ".pyc"]
    return fingerprint(*(part for f in sorted(files) for part in (f.name, f.read_bytes())))


@dataclass(frozen=True)
class Assignment:
    """One graded notebook: the instructor's, and what a learner is given."""

    unit: str
    stem: str

    @property
    def source_path(self) -> Path:
        return COURSE.unit(self.unit).source_notebook(self.stem)

    @functools.cached_property
    def source(self) -> nbformat.NotebookNode:
        return nbformat.read(self.source_path, as_version=4)

    @functools.cached_property
    def release(self) -> nbformat.NotebookNode:
        path = COURSE.unit(self.unit).release_notebook(self.stem)
        return nbformat.read(path, as_version=4)

    @functools.cached_property
    def asked(self) -> list[Asked]:
        return questions_of(self.source, self.stem)

    @functools.cached_property
    def proofs(self) -> list[Proof]:
        return [prove(asked.question) for asked in self.asked]

    @functools.cached_property
    def counts(self) -> dict[str, int]:
        """How many of what its graders are tried with they see through."""
        counts = {kind: sum(len(getattr(p, kind)) for p in self.proofs) for kind in KINDS}
        return counts | {"questions": len(self.proofs)}

    @functools.cached_property
    def parts(self) -> list[str]:
        """All that a test of this notebook depends on."""
        release = COURSE.unit(self.unit).release_notebook(self.stem)
        return [hash_of(*self.source_path.parent.rglob("*"), release), hash_of(*GRADER)]

    def graded(self, learner: nbformat.NotebookNode) -> Report:
        """What the judge says, the answers running in a sandboxed process."""
        files = files_beside(self.source_path)
        return judge_notebook(self.unit, self.source, learner, files, launcher=sandbox())

    def solved(self, **answers: str) -> nbformat.NotebookNode:
        """The release with all worked solutions, but for these answers."""
        learner = copy.deepcopy(self.release)
        for cell in self.source.cells:
            if role(cell) == "answer":
                find(learner, grade_id(cell)).source = cell.source
        for name, text in answers.items():
            find(learner, name).source = text
        return learner

    def __repr__(self) -> str:
        return self.unit if self.stem == self.unit else f"{self.unit}/{self.stem}"


ASSIGNMENTS = [
    Assignment(unit.name, path.stem)
    for unit in COURSE.units().values()
    for path in unit.assignment_sources()
]

assignments = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=repr, indirect=True)


def test_there_are_units():
    assert len(COURSE.units()) >= 1
    assert len(ASSIGNMENTS) >= len(COURSE.units()) - 1  # the diagnostic may have no lesson


def test_what_is_generated_matches_its_source():
    assert build(COURSE, check=True) == []


def test_every_notebook_opens_with_the_kernel_that_everybody_has():
    folders = ("source", "release", "notebooks")
    paths = [path for name in folders for path in ROOT.glob(f"{name}/**/*.ipynb")]
    assert len(paths) > 2 * len(ASSIGNMENTS)
    for path in paths:
        assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3", path


# The graders


@pytest.fixture
def assignment(request, unchanged):
    """A graded notebook; a test of it is skipped while nothing that it depends on has changed."""
    unchanged.skip(*request.param.parts)
    yield request.param
    if request.node.stash.get(PASSED, False):
        unchanged.passed()


@assignments
def test_the_worked_solutions_get_full_points(assignment):
    report = assignment.graded(assignment.solved())
    assert report.automatic
    assert {r.name: (r.status, r.points) for r in report.automatic} == {
        r.name: ("right", r.max_points) for r in report.automatic
    }, report.results
    assert report.notes == []


@assignments
def test_the_release_as_it_is_gets_nothing(assignment):
    report = assignment.graded(copy.deepcopy(assignment.release))
    assert {r.name: r.points for r in report.results} == dict.fromkeys(
        (r.name for r in report.results), 0.0
    )
    assert {r.message for r in report.automatic} <= {"Not answered yet."} | {
        r.message for r in report.automatic if r.status == "missing"
    }


@assignments
def test_every_question_is_proved(assignment):
    """Mistakes lose points and are named, variants keep them, nothing trivial passes."""
    assert [f"{p.question}: {text}" for p in assignment.proofs for text in p.problems] == []


@assignments
def test_the_visible_tests_of_the_release_hold_for_the_worked_solutions(assignment):
    visible = questions_of(assignment.solved(), assignment.stem)
    assert [asked.test for asked in visible] == [asked.test for asked in assignment.asked]
    for asked in visible:
        verdict = asked.question.verdict()
        assert verdict.points == asked.question.points, verdict.text()


@assignments
def test_a_mistake_of_each_question_is_named_in_the_learners_own_cell(assignment):
    """The whole path: it stands in the answer cell, runs in a sandboxed process, and is named."""
    row = [(a, a.question.mistakes[0].name) for a in assignment.asked]
    for asked, name, result in graded_together(assignment, row):
        if result.mistake != name:  # a mistake in another answer may spoil this one
            ((_, _, result),) = graded_together(assignment, [(asked, name)])
        assert (result.mistake, result.points < result.max_points) == (name, True), result


@assignments
def test_a_variant_of_each_question_gets_full_points_in_the_learners_own_cell(assignment):
    row = [(a, a.question.variants[0].name) for a in assignment.asked if a.question.variants]
    for _, name, result in graded_together(assignment, row):
        assert (result.status, result.points) == ("right", result.max_points), (name, result)


def graded_together(assignment: Assignment, row):
    """(asked, name, result) of alternatives that stand in one notebook, one in each answer cell."""
    chosen = {}
    for asked, name in row:
        chosen.setdefault(asked.answer, (asked, name))
    report = assignment.graded(assignment.solved(**{a: pasted(*c) for a, c in chosen.items()}))
    results = {result.name: result for result in report.results}
    return [(asked, name, results[asked.test]) for asked, name in chosen.values()]


def test_the_graders_kill_and_name_every_mistake_and_accept_every_variant(
    record_property, unchanged
):
    """The numbers that the course publishes of its own graders."""
    rates = collections.Counter()
    for a in ASSIGNMENTS:
        rates.update(unchanged.remembered(f"counts of {a}", lambda a=a: a.counts, *a.parts))
    record_property("rates", dict(rates))
    print(dict(rates))
    assert rates["mistakes"] >= 2 * rates["questions"] > 0
    assert rates["killed"] == rates["named"] == rates["mistakes"]
    assert rates["accepted"] == rates["variants"] >= 3 * rates["questions"]
    assert rates["caught"] == rates["standing"] >= 3 * rates["questions"]
