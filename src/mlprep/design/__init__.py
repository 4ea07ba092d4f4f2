"""What design worksheets are made of: quantities with units, checks of consistency, the rubric.

A worksheet's test cell asks `Sheet` for probes and gives them to a `Question`; see CONTRIBUTING.md,
"A worksheet".
"""

from mlprep.design import samples
from mlprep.design.rubric import AXES, DESIGN, LEVELS, STEPS, gap, level
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
    "gap",
    "level",
    "quantity",
    "samples",
    "weighted_kappa",
]
