"""The first run: a plain file's answer, graded with its question's real tests.

The answer takes the place of the answer cell in a copy of the notebook that holds its question
only (and the worked answers that it is built on), and goes through the same judge as everything
else. The learner's notebook is not touched.
"""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from mlprep.errors import GraderError
from mlprep.grading.judge import Result, files_beside, judge_notebook
from mlprep.grading.launch import for_own_work
from mlprep.grading.merge import read_notebook
from mlprep.grading.names import python_of, read_and_bound
from mlprep.grading.roles import grade_id, role
from mlprep.plain.page import Asked


def run(question: Asked, answer: str) -> Result:
    """What comes of a text in the place of the answer.

    Raises:
        GraderError: the grader failed; the answer is neither right nor wrong.
    """
    unit, path = question.unit, question.unit.source_notebook(question.stem)
    source = only(read_notebook(path), question.name)
    learner = copy.deepcopy(source)
    for cell in learner.cells:
        if grade_id(cell) == question.name:
            cell.source = answer
    files = files_beside(unit.release_notebook(question.stem))
    report = judge_notebook(unit.name, source, learner, files, launcher=for_own_work())
    results = [result for result in report.results if result.status != "by hand"]
    failed = next((r for r in results if r.status == "grader failed"), None)
    if failed is not None or not results:
        why = failed.message if failed else "the question has no test"
        raise GraderError(f"{question.name}: the grader failed, not you ({why}). Nothing was kept.")
    return _one(results)


def only(source: NotebookNode, question: str) -> NotebookNode:
    """The notebook with its locked cells, one question's answer cell and that question's tests;
    and the answers, as they are worked out, that this question is built on."""
    made = copy.deepcopy(source)
    kept, others, latest = set(), {}, ""
    for number, cell in enumerate(made.cells):
        kind = role(cell)
        if kind == "answer":
            latest = grade_id(cell)
        if kind == "locked" or (kind in ("answer", "test") and latest == question):
            kept.add(number)
        elif kind == "answer":
            others[number] = names_of(cell)
    needed = [names_of(made.cells[n])[0] for n in kept if role(made.cells[n]) != "locked"]
    while needed:
        names = needed.pop()
        for number, (read, bound) in others.items():
            if number not in kept and names & bound:
                kept.add(number)
                needed.append(read)
    made.cells = [cell for number, cell in enumerate(made.cells) if number in kept]
    return made


def names_of(cell: NotebookNode) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a cell reads, and those that it binds."""
    return read_and_bound(python_of(cell.source))


def _one(results: list[Result]) -> Result:
    """The results of a question's test cells as one; the first that is not right speaks."""
    told = next((r for r in results if r.status != "right"), results[0])
    told.points = round(sum(r.points for r in results), 4)
    told.max_points = sum(r.max_points for r in results)
    return told
