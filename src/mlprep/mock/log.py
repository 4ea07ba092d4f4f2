"""The log of mocks, in the file that keeps the attempts and the plan (work/attempts.db).

What happens is added as it happens, a row each, and no row is ever changed; SQLite enforces it. A
mock is what its rows say, so one that was cut off half-way is there as far as it came.

    begun       round, unit, title, seed, minutes, opening, peer, fix (the one named last time);
                place "notebook" where it is held in steps, call: only questions are shown
    noted       at_s, step, text           what was typed while speaking
    asked       at_s, step, question       a follow-up was put
    answered    at_s, step                 its answer was over
    had         step, mark                 2 had its answer, 1 partly, 0 not
    marked      by, marks                  by "self" or a peer's name; axis: 0 to 3
    kept        mark                       how far the fix of last time was kept, 0 to 3
    fix         text                       the one thing to fix next time
    ended       at_s                       the conversation's length
    discarded                              it does not count
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from mlprep.mock.rounds import ROUNDS, level
from mlprep.plan.journal import Journal
from mlprep.plan.state import State

FORM = 1  # of the rows' data
TABLE = "mock_event"
SELF = "self"


@dataclass
class Mock:
    """One mock as its rows tell it."""

    id: str
    at: str
    round: str
    unit: str
    title: str = ""
    seed: int = 0
    minutes: float = 0.0
    opening: str = ""
    peer: str = ""
    last_fix: str = ""
    place: str = ""
    is_call: bool = False
    notes: list[dict] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    had: dict[int, int] = field(default_factory=dict)
    marks: dict[str, dict[str, int]] = field(default_factory=dict)  # by who marked
    kept: int | None = None
    fix: str = ""
    last_s: float = 0.0  # when something was kept last
    seconds: float | None = None
    is_ended: bool = False

    @property
    def day(self) -> str:
        """The day here of its beginning, in ISO form."""
        return datetime.fromisoformat(self.at).astimezone().date().isoformat()

    @property
    def step(self) -> int:
        """The follow-up that was put last; 0 is the opening."""
        return len(self.asked)

    def elapsed_s(self, now: datetime) -> float:
        """Seconds by the clock on the wall since it began."""
        return max((now - datetime.fromisoformat(self.at)).total_seconds(), 0.0)

    @property
    def missed(self) -> int:
        """How many follow-ups the learner did not have, wholly or partly."""
        return sum(mark < 2 for mark in self.had.values())

    @property
    def own(self) -> dict[str, int]:
        return self.marks.get(SELF, {})

    @property
    def peers(self) -> dict[str, dict[str, int]]:
        return {who: marks for who, marks in self.marks.items() if who != SELF}

    def gap(self) -> dict[str, int]:
        """Own mark minus the last peer's for each axis; {} where one of them is missing."""
        if not (self.own and self.peers):
            return {}
        theirs = list(self.peers.values())[-1]
        return {axis: mark - theirs[axis] for axis, mark in self.own.items() if axis in theirs}

    def to_dict(self) -> dict:
        """JSON-able, with the levels and the gap."""
        levels = {who: level(marks) for who, marks in self.marks.items()}
        return vars(self) | {"day": self.day, "levels": levels, "gap": self.gap()}


class Log(Journal):
    """The mocks in a learner's file."""

    table, thing, form = TABLE, "mock", FORM

    def mocks(self) -> list[Mock]:
        """All mocks that count, the first one first, those that were cut off among them."""
        found: dict[str, Mock] = {}
        discarded, unread = set(), 0
        for row in self.state.rows(TABLE):
            try:
                if row["kind"] == "discarded":
                    discarded.add(row["mock"])
                else:
                    _take(found, row)
            except (KeyError, TypeError, ValueError):
                unread += 1
        if unread:
            self.notes.append(
                f"{self.state.path}: {unread} row{'s' if unread > 1 else ''} of the log of mocks "
                "cannot be read and are left out; nothing was changed."
            )
        return [mock for name, mock in found.items() if name not in discarded]


def held(state: State) -> list[Mock]:
    """The mocks that were marked, the first one first."""
    return [mock for mock in Log(state).mocks() if mock.marks]


def last_fix(mocks: list[Mock], round_: str) -> str:
    """The one thing to fix that was named last in this kind of round."""
    return next((m.fix for m in reversed(mocks) if m.round == round_ and m.fix), "")


def _take(found: dict[str, Mock], row: dict) -> None:
    """Add one row to the mock that it belongs to; a row that makes no sense raises."""
    if row["form"] > FORM:
        raise ValueError("a newer mlprep wrote it")
    name, kind, data = row["mock"], row["kind"], json.loads(row["data"])
    if kind == "begun":
        datetime.fromisoformat(row["at"])
        if data["round"] not in ROUNDS:
            raise ValueError("no such round")
        same = {key: data[key] for key in ("unit", "title", "seed", "minutes", "opening", "peer")}
        where = {"place": data.get("place", ""), "is_call": bool(data.get("call"))}
        found[name] = Mock(name, row["at"], data["round"], **same, **where, last_fix=data["fix"])
        return
    mock = found[name]
    if kind == "noted":
        mock.notes.append({key: data[key] for key in ("at_s", "step", "text")})
    elif kind == "asked":
        mock.asked.append(str(data["question"]))
    elif kind == "answered":
        mock.answered.append(int(data["step"]))
    elif kind == "had":
        mock.had[int(data["step"])] = int(data["mark"])
    elif kind == "marked":
        axes = ROUNDS[mock.round].axes
        marks = {axis: int(mark) for axis, mark in data["marks"].items() if axis in axes}
        if not marks or not set(marks.values()) <= set(range(4)):
            raise ValueError("no marks")
        mock.marks[str(data["by"])] = marks
    elif kind == "kept":
        mock.kept = int(data["mark"])
    elif kind == "fix":
        mock.fix = str(data["text"])
    elif kind == "ended":
        mock.seconds, mock.is_ended = float(data["at_s"]), True
    else:
        raise ValueError("no such kind of row")
    mock.last_s = max(mock.last_s, float(data.get("at_s", 0)))
