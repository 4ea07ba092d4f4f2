"""What happens is written down as it happens, a row each, in the file that keeps the attempts.

No row is ever changed; SQLite enforces it. A thing (a mock, a sitting) is what its rows say, so one
that was cut off half-way is there as far as it came.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from mlprep.plan.state import State


def tables(table: str, thing: str) -> tuple[str, ...]:
    """SQL that makes a journal's table; `thing` names the column that says of which thing."""
    return (
        f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
        f" form INTEGER NOT NULL, {thing} TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL)",
        f"CREATE TRIGGER IF NOT EXISTS {table}_stays BEFORE UPDATE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{thing}s are only added'); END",
        f"CREATE TRIGGER IF NOT EXISTS {table}_is_kept BEFORE DELETE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{thing}s are only added'); END",
    )


class Journal:
    """The rows of one kind of thing in a learner's file; a subclass reads them.

    Args:
        state: the file.
        now: gives the time that is written to a row.

    Table, thing and form (of the rows' data) are the subclass's. `notes` has a sentence for rows
    that could not be read.
    """

    table: str
    thing: str
    form: int

    def __init__(self, state: State, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self.state, self.now = state, now
        self.notes: list[str] = []

    def begin(self, **data) -> str:
        """Add a thing; its id."""
        name = uuid.uuid4().hex
        self.add(name, "begun", **data)
        return name

    def add(self, name: str, kind: str, **data) -> None:
        """Add what happened to the thing of that id. It is on the disk when this returns."""
        row = {"at": self.now().isoformat(timespec="seconds"), "form": self.form, self.thing: name}
        row |= {"kind": kind, "data": json.dumps(data, ensure_ascii=False)}
        self.state.add(tables(self.table, self.thing), self.table, row)
