"""Probes that judge for themselves, and authors' answers that are run once."""

from __future__ import annotations

import numpy as np

from mlprep.check import Question
from mlprep.check.proof import prove


def doubled(x):
    return 2 * x


def asked(answer) -> Question:
    q = Question(answer, points=2, name="doubled")

    @q.probe(gives="")
    def twice_as_large(f):
        """The result is twice the argument."""
        got = float(f(np.array([3.0]))[0])
        return "" if got == 6.0 else "yours is larger" if got > 6.0 else "yours is smaller"

    q.hidden()
    q.case(np.array([1.0, 5.0]))
    q.reference(doubled)

    @q.mistake("You squared.")
    def squared(x):
        return x**2

    return q


def test_what_a_probe_says_is_wrong_ends_the_sentence():
    verdict = asked(lambda x: 1.5 * x).verdict()
    assert verdict.message == "The result is twice the argument, but yours is smaller."


def test_a_probe_that_says_nothing_holds():
    assert asked(doubled).verdict().status == "right"
    assert not prove(asked(doubled)).problems


def test_a_mistake_is_named_by_the_same_clause():
    assert asked(lambda x: x * x).verdict().mistake == "squared"


def test_the_first_claim_is_told_whatever_words_a_later_probe_uses():
    q = Question(doubled, points=2)

    @q.probe(gives="")
    def first(f):
        """Line 1 doubles."""
        return "" if f(1) == 2 else "yours does not"

    @q.probe(gives="")
    def second(f):
        """Line 2 doubles."""
        return "" if f(2) == 4 else "the shape is not right, or an entry is nan"

    assert q.verdict().status == "right"
    q.answer = lambda x: x + 1.5
    assert q.verdict().message == "Line 1 doubles, but yours does not."


def test_an_argument_changed_in_place_is_noticed_beside_a_clause():
    def in_place(x):
        x *= 2
        return x

    verdict = asked(in_place).verdict()
    assert verdict.points == 0
    assert "changed in place" in verdict.message


def test_the_reference_and_the_mistakes_are_run_once_for_many_verdicts():
    q = asked(doubled)
    calls = []
    q.reference(lambda x: calls.append("reference") or 2 * x)
    q.mistakes[0].answer = lambda x: calls.append("mistake") or x**2
    for _ in range(3):
        assert q.verdict(lambda x: x * x).mistake == "squared"
    assert sorted(calls) == ["mistake", "mistake", "reference"]
