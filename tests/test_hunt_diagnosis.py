"""Probes for a diagnosis: its form, how many pairs are right, and each fault by its method."""

from __future__ import annotations

import pytest

from mlprep import hunt


class Script:
    a = b = c = d = e = run = staticmethod(len)


NAMES = list(hunt.FAULTS)[:5]
RIGHT = dict(zip("abcde", NAMES, strict=True))
KNOWN = {hunt.fingerprint(Script, *pair) for pair in RIGHT.items()}


def asked(answer) -> list[str]:
    return [check(lambda: answer) for check in hunt.form_checks(Script, KNOWN)]


def test_the_right_pairs_are_known_by_fingerprints_that_differ():
    assert len(KNOWN) == 5 and asked(RIGHT) == ["", ""]
    assert asked(RIGHT | {"a": NAMES[1]}) == ["", "4 of your pairs are"]
    assert asked(dict(zip("abcde", NAMES[::-1], strict=True)))[1] == "1 of your pairs are"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (list(RIGHT), "yours is list"),
        ({}, "yours has 0 pairs; a script has five faults in five methods"),
        (RIGHT | {"a": "gremlins"}, "'gremlins' is none of the thirty names"),
        (dict(zip("abcdx", NAMES, strict=True)), "Script has no method 'x'"),
    ],
)
def test_what_is_no_diagnosis_is_said(answer, said):
    assert hunt.form_checks(Script, KNOWN)[0](lambda: answer) == said


def test_each_fault_is_asked_for_by_its_method_and_clue():
    clues = {method: (fault, f"look at {method}") for method, fault in RIGHT.items()}
    checks = hunt.fault_checks(clues)
    assert [check.__name__ for check in checks] == [f"what_ails_{m}" for m in RIGHT]
    assert checks[0].__doc__ == "a: look at a"
    assert [check(lambda: RIGHT) for check in checks] == [""] * 5
    assert checks[0](lambda: {}) == "yours says nothing"
    assert checks[0](lambda: RIGHT | {"a": "b" * 50}) == f"yours says {'b' * 40}"
