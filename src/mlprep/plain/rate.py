"""How often a first run passes, and how little a few runs say of that."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson(passed: int, runs: int, z: float = Z95) -> tuple[float, float]:
    """The interval of all rates p that `passed` of `runs` do not contradict at level z.

    They are those with |passed / runs - p| <= z sqrt(p (1 - p) / runs): the standard error is that
    of the rate in question, not of the one observed, so 3 of 3 does not give an interval of [1, 1].

    Raises:
        ValueError: there are no runs, or more passed than there are.

    Source: Wilson 1927.
    """
    if runs < 1 or not 0 <= passed <= runs:
        raise ValueError(f"wilson: 0 <= passed <= runs, runs >= 1. Got {passed} of {runs}.")
    rate, spread = passed / runs, z * z / runs
    centre = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(rate * (1 - rate) / runs + spread / runs / 4)
    low = 0.0 if passed == 0 else max(centre - half, 0.0)
    return low, 1.0 if passed == runs else min(centre + half, 1.0)


def rate_text(passed: int, runs: int) -> str:
    """ "3 of 5 (60 %; 95 % interval 23 to 88 %)", or "none yet"."""
    if not runs:
        return "none yet"
    low, high = wilson(passed, runs)
    return f"{passed} of {runs} ({passed / runs:.0%}; 95 % interval {low:.0%} to {high:.0%})"
