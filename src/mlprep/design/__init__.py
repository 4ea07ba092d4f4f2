"""What design worksheets are made of: quantities with units, checks of consistency, the rubric.

A worksheet's test cell asks `Sheet` for probes and gives them to a `Question`; see CONTRIBUTING.md,
"A worksheet".
"""

from mlprep.design.rubric import (
    AXES,
    DESIGN,
    LEVELS,
    STEPS,
    form_check,
    gap,
    level,
    order_check,
    placing_check,
)
from mlprep.design.sheet import Sheet
from mlprep.design.units import Quantity, UnitError, quantity
from mlprep.rubric import weighted_kappa

__all__ = [
    "AXES",
    "DESIGN",
    "LEVELS",
    "STEPS",
    "Quantity",
    "Sheet",
    "UnitError",
    "form_check",
    "gap",
    "level",
    "order_check",
    "placing_check",
    "quantity",
    "weighted_kappa",
]
