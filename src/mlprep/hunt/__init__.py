"""Training scripts that run and do not learn: a pool of thirty faults, to practise on.

    text, hidden = script(seed)          a script with planted faults, and which ones
    check(text)                          {fault: whether its probe holds} of a script's text
    healthy("table")                     the text of a script without faults

`table.py` and `text.py` are the two healthy scripts; `faults.py` says what is planted and how each
fault is told from all the others; `checks.py` holds what one would try on a script unread, and
`diagnosis.py` the probes for a diagnosis.
"""

from mlprep.hunt.diagnosis import fault_checks, fingerprint, form_checks
from mlprep.hunt.faults import FAULTS, Fault, check, healthy, load, planted, script

__all__ = [
    "FAULTS",
    "Fault",
    "check",
    "fault_checks",
    "fingerprint",
    "form_checks",
    "healthy",
    "load",
    "planted",
    "script",
]
