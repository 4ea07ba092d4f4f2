"""What authors' answers to a worksheet share: a sheet that is whole, and one with a wrong number.

sheet = whole(assumptions, derived, stages={"model": (p99 / 2, "s"), "rest": (p99 / 2, "s")})
spoilt(sheet, peak_rps=1 / 2.5)       a derived number, times a factor
spoilt(sheet, storage=1, unit="TB")   … in another unit
"""

from __future__ import annotations

from mlprep.design.rubric import STEPS

# A mistake in placing exemplars that every rubric has.
SAME_MARKS = """Every answer gets the same marks. Within one level of each, perhaps, but a rubric
that cannot tell them apart is not being used: look for what each *decides*."""


def whole(assumptions: dict, derived: dict, stages: dict) -> dict:
    """A worksheet with these numbers; steps, choices and failures say as little as is allowed."""
    return {
        "assumptions": assumptions,
        "derived": derived,
        "stages": stages,
        "steps": {step: f"What is decided in the step {step}." for step in STEPS},
        "choices": [
            {"chosen": "a", "because": "it is", "rejected": [{"option": "b", "cost": "2 USD/h"}]},
            {"chosen": "c", "because": "so", "rejected": [{"option": "d", "cost": "a day more"}]},
        ],
        "failures": [
            {"failure": "no labels", "detection": "count them", "fallback": "last week's model"}
        ],
    }


def spoilt(sheet: dict, unit: str | None = None, **factors: float) -> dict:
    """A copy of the worksheet with derived numbers (pairs) too large by a factor each.

    Args:
        unit: what they are said to be in; default: their own.
    """
    derived = dict(sheet["derived"])
    for name, factor in factors.items():
        number, own = derived[name]
        derived[name] = (number * factor, unit or own)
    return sheet | {"derived": derived}
