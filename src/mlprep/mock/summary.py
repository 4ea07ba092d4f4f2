"""The log in short, as plain data: for the start page and `mlprep progress`."""

from __future__ import annotations

from collections.abc import Collection

from mlprep.mock.log import Mock, last_fix
from mlprep.mock.rounds import ROUNDS, level

LAST = 6  # mocks of a round whose marks are shown
ORDER = {  # which round a track wants first, where as many were held
    "engineering": ("design", "coding", "fundamentals", "behavioural", "research"),
    "research": ("research", "fundamentals", "coding", "behavioural", "design"),
}


def summary(mocks: list[Mock], track: str = "engineering", areas: Collection[str] = ()) -> dict:
    """What was held, where it goes, what is to be fixed and what to hold next.

    Keys: held, last (a day, "" for none), open (the last mock, if its marks are missing, else
    None), rounds (of those that were marked: round, title, held, last, level, days, axes), fixes
    (round, name, day, fix: asked again in the next mock of that round), next (round, title, why).
    An axis has your marks and a peer's in the order of time (None: not marked), and the change from
    your first to your last.

    Args:
        mocks: those that count, the first one first.
        track: whose rounds come first.
        areas: of the units that the learner studies; other rounds are not proposed. Empty: all.
    """
    marked = [mock for mock in mocks if mock.marks]
    last = mocks[-1] if mocks else None
    return {
        "held": len(marked),
        "last": marked[-1].day if marked else "",
        "open": _open(last) if last and not last.marks else None,
        "rounds": [
            _round(name, same)
            for name in ROUNDS
            if (same := [mock for mock in marked if mock.round == name])
        ],
        "fixes": [
            {"round": name, "name": kind.in_text, "fix": fix, "day": _day_of(mocks, name)}
            for name, kind in ROUNDS.items()
            if (fix := last_fix(mocks, name))
        ],
        "next": _next(marked, track, areas),
    }


def _open(mock: Mock) -> dict:
    state = "not marked" if mock.is_ended else "not ended"
    return {"round": mock.round, "title": mock.title or mock.unit, "day": mock.day, "state": state}


def _round(name: str, mocks: list[Mock]) -> dict:
    shown = mocks[-LAST:]
    return {
        "round": name,
        "title": ROUNDS[name].title,
        "held": len(mocks),
        "last": mocks[-1].day,
        "level": level(_judged(mocks[-1])),
        "days": [mock.day for mock in shown],
        "axes": [_axis(axis, shown) for axis in ROUNDS[name].axes],
    }


def _axis(axis: str, mocks: list[Mock]) -> dict:
    own = [mock.own.get(axis) for mock in mocks]
    peers = [_last_peer(mock).get(axis) for mock in mocks]
    known = [mark for mark in own if mark is not None]
    change = known[-1] - known[0] if len(known) > 1 else None
    return {"axis": axis, "self": own, "peer": peers, "change": change}


def _last_peer(mock: Mock) -> dict[str, int]:
    return list(mock.peers.values())[-1] if mock.peers else {}


def _judged(mock: Mock) -> dict[str, int]:
    """The marks that count: a peer's before one's own."""
    return _last_peer(mock) or mock.own


def _day_of(mocks: list[Mock], name: str) -> str:
    """The day on which the last fix of a round was named."""
    return next(mock.day for mock in reversed(mocks) if mock.round == name and mock.fix)


def _next(marked: list[Mock], track: str, areas: Collection[str]) -> dict:
    """The round that was held least; of several the one with the lowest marks last time."""
    order = [name for name in ORDER[track] if not areas or set(ROUNDS[name].areas) & set(areas)]
    by_round = {
        name: [mock for mock in marked if mock.round == name] for name in order or ORDER[track]
    }

    def rank(name: str) -> tuple[int, float]:
        held = by_round[name]
        marks = _judged(held[-1]).values() if held else [0]
        return len(held), sum(marks) / len(marks)

    name = min(by_round, key=rank)
    held = by_round[name]
    why = "not held yet"
    if held:
        times = "once" if len(held) == 1 else f"{len(held)} times"
        why = f"held {times}, the last on {held[-1].day}: {level(_judged(held[-1]))}"
    return {"round": name, "title": ROUNDS[name].title, "why": why}
