"""Probes for a diagnosis: a function that returns {method: name of its fault} for a script class.

    for check in form_checks(TableScript, {"9ea5dfae", …}):
        q.probe(check, gives="")
    for check in fault_checks({"scale": ("integer_division", "printed, …"), …}):
        q.probe(check, gives="")

The first two may be seen by learners: they know the right pairs by their fingerprints only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping

from mlprep.hunt.faults import FAULTS


def fingerprint(script: type, method: str, fault: str) -> str:
    """A pair in eight characters, so that it can be checked without being told."""
    return hashlib.sha256(f"{script.__name__} {method} {fault}".encode()).hexdigest()[:8]


def form_checks(script: type, known: Collection[str]) -> list[Callable]:
    """Probes: is it a dict of methods and names of faults, and how many pairs are right?

    Args:
        script: the class whose methods have the faults.
        known: the fingerprints of the right pairs.
    """

    def five_pairs(f):
        """A diagnosis is a dict of five methods and names out of the thirty"""
        return _form(f(), script)

    def how_many_are_right(f):
        """All five pairs are right"""
        right = sum(fingerprint(script, *pair) in known for pair in f().items())
        return "" if right == len(known) else f"{right} of your pairs are"

    return [five_pairs, how_many_are_right]


def fault_checks(right: Mapping[str, tuple[str, str]]) -> list[Callable]:
    """Probes, one a method: is its fault the right one?

    Args:
        right: by method, the name of its fault and the clue that the claim gives.
    """
    return [_named(method, fault, clue) for method, (fault, clue) in right.items()]


def _named(method: str, fault: str, clue: str) -> Callable:
    def check(f):
        got = f().get(method)
        if got == fault:
            return ""
        return f"yours says {str(got)[:40]}" if got else "yours says nothing"

    check.__name__, check.__doc__ = f"what_ails_{method}", f"{method}: {clue}"
    return check


def _form(answer: object, script: type) -> str:
    """What is wrong with the form of a diagnosis, or ""."""
    if not isinstance(answer, dict):
        return f"yours is {type(answer).__name__}"
    if len(answer) != 5:
        return f"yours has {len(answer)} pairs; a script has five faults in five methods"
    for method, fault in answer.items():
        if not callable(getattr(script, str(method), None)):
            return f"{script.__name__} has no method {str(method)[:40]!r}"
        if fault not in FAULTS:
            return f"{str(fault)[:40]!r} is none of the thirty names"
    return ""
