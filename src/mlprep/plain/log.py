"""The log of plain-editor sittings, in the file that keeps the attempts (work/attempts.db).

What happens is added as it happens, a row each, and no row is ever changed; SQLite enforces it. The
clock is the time of the first row, so it runs whatever becomes of the terminal.

    begun       unit, question, pattern, file, clock, fresh    fresh: never begun or checked before
    marked      at_s, mark, words
    ran         at_s, passed, points, max_points, message, mistake, entries, sha256
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from mlprep.plain.talk import MARKS, TALK, Entry, Review, review
from mlprep.plan.journal import Journal

FORM = 1  # of the rows' data
TABLE = "plain_event"


@dataclass
class Sitting:
    """One go at a question as its rows tell it. `first` is its first run, the one that counts."""

    id: str
    at: datetime
    unit: str
    question: str
    pattern: str
    file: str
    clock: bool
    fresh: bool
    marks: list[Entry] = field(default_factory=list)
    runs: list[dict] = field(default_factory=list)

    @property
    def first(self) -> dict | None:
        return self.runs[0] if self.runs else None

    @property
    def counts(self) -> bool:
        """Whether its first run is in the first-run pass rate: it was run, and the question was
        new."""
        return self.fresh and self.first is not None

    @property
    def passed(self) -> bool:
        return bool(self.runs) and self.runs[0]["passed"]

    @property
    def day(self) -> str:
        """The day here of its beginning, in ISO form."""
        return self.at.astimezone().date().isoformat()

    def seconds(self, now: datetime) -> float:
        """How long ago it was begun."""
        return max((now - self.at).total_seconds(), 0.0)

    def talk(self) -> Review | None:
        """What the marks up to the first run show; None where it was not run."""
        if self.first is None:
            return None
        entries, end_s = self.first["entries"], self.first["at_s"]
        if end_s is None:  # no clock: the last note is the end
            end_s = max((at_s for at_s, _, _ in entries), default=0.0)
        return review(entries, end_s)

    @property
    def marks_were_given(self) -> bool:
        return bool(self.first and any(mark in MARKS for _, mark, _ in self.first["entries"]))

    def to_dict(self) -> dict:
        """JSON-able."""
        talk = self.talk()
        return vars(self) | {
            "at": self.at.isoformat(timespec="seconds"),
            "counts": self.counts,
            "faults": list(talk.faults) if talk else [],
        }


class Log(Journal):
    """The sittings in a learner's file."""

    table, thing, form = TABLE, "sitting", FORM

    def sittings(self) -> list[Sitting]:
        """All sittings, the first one first, those that were never run among them."""
        found: dict[str, Sitting] = {}
        unread = 0
        for row in self.state.rows(TABLE):
            try:
                _take(found, row)
            except (KeyError, TypeError, ValueError):
                unread += 1
        if unread:
            self.notes.append(
                f"{self.state.path}: {unread} row{'s' if unread > 1 else ''} of the log of plain "
                "sittings cannot be read and are left out; nothing was changed."
            )
        return list(found.values())


def _take(found: dict[str, Sitting], row: dict) -> None:
    """Add one row to the sitting that it belongs to; a row that makes no sense raises."""
    if row["form"] > FORM:
        raise ValueError("a newer mlprep wrote it")
    name, kind, data = row["sitting"], row["kind"], json.loads(row["data"])
    if kind == "begun":
        texts = {key: str(data[key]) for key in ("unit", "question", "pattern", "file")}
        at = datetime.fromisoformat(row["at"])
        found[name] = Sitting(
            name, at, **texts, clock=bool(data["clock"]), fresh=bool(data["fresh"])
        )
    elif kind == "marked":
        if data["mark"] not in (*MARKS, TALK):
            raise ValueError("no such mark")
        found[name].marks.append((float(data["at_s"]), data["mark"], str(data["words"])))
    elif kind == "ran":
        found[name].runs.append(
            {
                "at_s": None if data["at_s"] is None else float(data["at_s"]),
                "passed": bool(data["passed"]),
                "points": float(data["points"]),
                "max_points": float(data["max_points"]),
                "message": str(data["message"]),
                "mistake": str(data["mistake"]),
                "entries": [(float(at_s), str(m), str(text)) for at_s, m, text in data["entries"]],
            }
        )
    else:
        raise ValueError("no such kind of row")
