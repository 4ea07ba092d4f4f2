"""Your own mock interviews, as `mlprep mock` kept them: numbers and flags, never points.

    mocks, note = own_mocks()               the marked ones; why there are none, or ""
    print(report_mocks(mocks, note))        by round: days, gap to the peer, flags; quotes nothing

They are read in your copy in work/ only. Where somebody grades, nothing is looked for: neither the
file of whoever grades nor yours.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mlprep.course import Course
from mlprep.errors import MlprepError, UsageError

LEAST_DAYS = 3
FLAGS = {
    "few_days": f"fewer than {LEAST_DAYS} different days",
    "no_peer": "a mock that nobody else marked",
    "no_fix": "a mock without one thing to fix, though another followed",
    "not_rescored": "a fix that was not scored in the next mock",
}
NONE = "No mock has been held and marked yet. Begin with `mlprep mock --round design --peer NAME`."
ELSEWHERE = "Your log of mocks is read in your own copy in work/ only. It was not looked for here."


def own_mocks(start: Path | None = None) -> tuple[list[dict], str]:
    """The mocks that were marked, the first one first, and a sentence if there are none.

    Args:
        start: where the notebook lies (default: the working directory).

    Returns:
        Dicts with "day", "round", "marks" ({marker: {axis: 0 to 3}}), "fix" and "kept".
    """
    place = Path(start or Path.cwd()).resolve()
    try:
        work = Course.find(place).root / "work"
    except UsageError:
        return [], ELSEWHERE
    if work not in place.parents:
        return [], ELSEWHERE
    from mlprep.mock.log import held
    from mlprep.plan.state import State

    try:
        found = held(State(work / "attempts.db"))
    except MlprepError as error:
        return [], str(error)
    mocks = [
        {"day": m.day, "round": m.round, "marks": m.marks, "fix": m.fix, "kept": m.kept}
        for m in found
    ]
    return mocks, "" if mocks else NONE


def flags_of(mocks: Sequence[dict]) -> list[str]:
    """What the mocks of one round lack, as keys of FLAGS."""
    later = list(zip(mocks, mocks[1:], strict=False))
    found = {
        "few_days": len({mock["day"] for mock in mocks}) < LEAST_DAYS,
        "no_peer": any(not set(mock["marks"]) - {"self"} for mock in mocks),
        "no_fix": any(not mock["fix"] for mock, _ in later),
        "not_rescored": any(mock["fix"] and after["kept"] is None for mock, after in later),
    }
    return [name for name in FLAGS if found[name]]


def report_mocks(mocks: Sequence[dict], note: str = "") -> str:
    """Days, mean |own mark - peer's| and flags of each round. Quotes nothing that was written."""
    if not mocks:
        return note or NONE
    lines = []
    for round_ in dict.fromkeys(mock["round"] for mock in mocks):
        same = [mock for mock in mocks if mock["round"] == round_]
        gaps = ", ".join(f"{gap:.2f}" for mock in same if (gap := _gap(mock)) is not None)
        days = len({mock["day"] for mock in same})
        lines.append(f"{round_}: {len(same)} marked on {days} day{'s' if days > 1 else ''}")
        lines.append(f"    gap to the peer: {gaps or 'no peer has marked yet'}")
        lines += [f"    {name:13} {FLAGS[name]}" for name in flags_of(same)]
    return "\n".join([*lines, "Flags are advice: no points."])


def _gap(mock: dict) -> float | None:
    """Mean |own mark - last peer's| over the axes that both marked."""
    peers = [marks for who, marks in mock["marks"].items() if who != "self"]
    own = mock["marks"].get("self", {})
    both = [axis for axis in own if peers and axis in peers[-1]]
    return sum(abs(own[a] - peers[-1][a]) for a in both) / len(both) if both else None
