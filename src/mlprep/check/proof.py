"""Proof that a question's probes are strong enough: its mistakes lose and are named, its variants
pass, and nothing trivial passes.

The build and the test suite run it on every question of every unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mlprep.check.question import Alternative, Question
from mlprep.check.standing import standing_mistakes
from mlprep.check.verdict import matches


@dataclass
class Proof:
    """What was tried on one question, and what did not hold (sentences; empty: all well)."""

    question: str
    mistakes: list[str] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def prove(question: Question) -> Proof:
    """Try the worked solution, the reference, every mistake, variant and standing mistake."""
    proof = Proof(question.name)
    say = proof.problems.append
    solution = Alternative("the worked solution", question.answer)
    right = [solution, *question.variants]
    if question.model is not None:
        right.append(Alternative("the reference", question.model))
    for answer in right:
        _must_pass(question, answer, say)
        proof.variants.append(answer.name)
    seen = question.observe(question.answer)
    again = question.observe(question.answer)
    for probe, first, second in zip(question.probes, seen, again, strict=True):
        if probe.gap(first, second) is not None:
            say(f"probe {probe.name}: gives another result each time. Seed it.")
    for mistake in question.mistakes:
        _must_be_named(question, mistake, say)
        proof.mistakes.append(mistake.name)
    for mistake in standing_mistakes(question.answer):
        outcomes = question.observe(mistake.answer)
        if _shows(question, outcomes, seen):
            if question.verdict(mistake.answer).points >= question.points:
                say(f"the standing mistake {mistake.name} gets full points. Add a probe.")
            proof.standing.append(mistake.name)
    return proof


def _must_pass(question: Question, answer: Alternative, say) -> None:
    verdict = question.verdict(answer.answer)
    if verdict.points < question.points:
        broken = [name for name, _, held, _ in verdict.probes if not held]
        say(
            f"{answer.name}: a right answer must get {question.points:g} points. "
            f"Got {verdict.points:g}; broken: {', '.join(broken)}. {verdict.text()}"
        )


def _must_be_named(question: Question, mistake: Alternative, say) -> None:
    verdict = question.verdict(mistake.answer)
    if verdict.points >= question.points:
        say(f"mistake {mistake.name}: it gets full points. Add a probe that it breaks.")
        return
    if verdict.mistake == mistake.name:
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


def _shows(question: Question, outcomes, seen) -> bool:
    """Whether a bend changed anything that the answer returned or was given."""
    return any(
        probe.gap(outcome, right) is not None or not _same(outcome, right)
        for probe, outcome, right in zip(question.probes, outcomes, seen, strict=True)
    )


def _same(a, b) -> bool:
    return a.error == b.error and a.changed == b.changed
