"""Proof that a question's probes are strong enough: its mistakes lose and are named, its variants
pass, and nothing trivial passes.

    for asked in questions_of(notebook):        every question of an instructor's notebook
        prove(asked.question).problems          sentences; none: all is well

The build and the test suite run it on every question of every unit.
"""

from __future__ import annotations

import contextlib
import io
import linecache
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlprep.check.question import Alternative, Question, collecting
from mlprep.check.standing import Standing, standing_mistakes
from mlprep.check.verdict import matches
from mlprep.errors import AuthorError

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass
class Proof:
    """What was tried on one question, by name, and what did not hold.

    mistakes: tried; killed: of them, those that lost points; named: those that were named.
    variants: tried, the worked solution and the reference among them; accepted: with full points.
    standing: the standing mistakes that can be made here; caught: those that lost points.
    problems: sentences; none: all is well.
    """

    question: str
    mistakes: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def prove(question: Question) -> Proof:
    """Try the worked solution, the reference, every mistake, variant and standing mistake."""
    proof = Proof(question.name)
    solution = Alternative("the worked solution", question.answer)
    right = [solution, *question.variants]
    if question.model is not None:
        right.append(Alternative("the reference", question.model))
    for answer in right:
        _must_pass(question, answer, proof)
        _must_repeat(question, answer, proof)
    for mistake in question.mistakes:
        _must_be_named(question, mistake, proof)
    for standing in standing_mistakes(question.answer):
        _must_lose(question, standing, proof)
    return proof


def _must_pass(question: Question, answer: Alternative, proof: Proof) -> None:
    verdict = question.verdict(answer.answer)
    proof.variants.append(answer.name)
    if verdict.points >= question.points:
        proof.accepted.append(answer.name)
    else:
        broken = [name for name, _, held, _ in verdict.probes if not held]
        proof.problems.append(
            f"{answer.name}: a right answer must get {question.points:g} points. "
            f"Got {verdict.points:g}; broken: {', '.join(broken)}. {verdict.text()}"
        )


def _must_repeat(question: Question, answer: Alternative, proof: Proof) -> None:
    first, second = question.observe(answer.answer), question.observe(answer.answer)
    for probe, one, other in zip(question.probes, first, second, strict=True):
        if probe.gap(one, other) is not None:
            proof.problems.append(
                f"{answer.name}, probe {probe.name}: gives another result each time. Seed it."
            )


def _must_be_named(question: Question, mistake: Alternative, proof: Proof) -> None:
    verdict = question.verdict(mistake.answer)
    say = proof.problems.append
    proof.mistakes.append(mistake.name)
    if verdict.points >= question.points:
        say(f"mistake {mistake.name}: it gets full points. Add a probe that it breaks.")
        return
    proof.killed.append(mistake.name)
    if verdict.mistake == mistake.name:
        proof.named.append(mistake.name)
        return
    same = matches(question, question.observe(mistake.answer), question.mistakes)
    others = [other.name for other in same if other.name != mistake.name]
    if others:
        say(
            f"mistake {mistake.name}: no probe tells it from {', '.join(others)}. "
            "Add one, or make them one mistake."
        )
    else:
        say(f"mistake {mistake.name}: it behaves differently each time. Seed it.")


def _must_lose(question: Question, mistake: Standing, proof: Proof) -> None:
    points = question.verdict(mistake.answer).points
    if not mistake.took:
        return  # it cannot be made in this question
    proof.standing.append(mistake.name)
    if points < question.points:
        proof.caught.append(mistake.name)
    else:
        proof.problems.append(
            f"the standing mistake {mistake.name} gets full points. Add a probe that it breaks."
        )


# The questions of a notebook


@dataclass
class Asked:
    """A question as a notebook asks it.

    test, answer: grade ids of the test cell and of the answer cell before it. solution: the
    answer cell's source, worked. test_source: the test cell's.
    """

    test: str
    answer: str
    solution: str
    test_source: str
    question: Question


def questions_of(notebook: NotebookNode, label: str = "the notebook") -> list[Asked]:
    """Every question of an instructor's notebook, on its worked solutions.

    Locked cells, answer cells and test cells are run here, top to bottom; nothing is graded.

    Raises:
        AuthorError: a cell of the notebook raises.
    """
    from mlprep.grading.roles import grade_id, role

    found: list[Asked] = []
    space: dict[str, object] = {"__name__": "__main__"}
    answer, solution = "", ""
    for cell in notebook.cells:
        kind, name = role(cell), grade_id(cell)
        if kind in ("answer", "locked") and cell.cell_type == "code":
            if kind == "answer":
                answer, solution = name, cell.source
            _run(cell.source, name, label, space)
        elif kind == "test":
            asked = _asked_in(cell.source, name, label, dict(space))
            found += [Asked(name, answer, solution, cell.source, question) for question in asked]
    return found


def _asked_in(source: str, name: str, label: str, space: dict) -> list[Question]:
    asked: list[Question] = []

    def keep(question: Question) -> float:
        asked.append(question)
        return 0.0

    with collecting(keep):
        _run(source, name, label, space)
    return asked


def _run(source: str, name: str, label: str, space: dict) -> None:
    filename = f"<test {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, filename, "exec"), space)
    except Exception as error:
        raise AuthorError(
            f"{label}, cell {name}: it must run on the worked solutions. "
            f"Got {type(error).__name__}: {error}."
        ) from error
