"""What the learner chose once: the track, the day of the interview, the hours a week.

It lies beside the attempts in work/attempts.db, so that one file holds all that is known of a
learner. Each choice is a new row and the last one counts: nothing is overwritten. A healthy file
is copied to attempts.backup.db; one that cannot be read is kept under another name, and the
back-up takes its place.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from mlprep.attempts import Attempts
from mlprep.course import TRACKS, Course
from mlprep.errors import MlprepError, UsageError

VERSION = 1  # of the tables below, kept as the file's user_version
TABLES = (
    "CREATE TABLE IF NOT EXISTS setting (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
    " track TEXT NOT NULL, start TEXT NOT NULL, interview TEXT NOT NULL, hours REAL NOT NULL)",
)
MOST_HOURS = 112.0  # a week; sixteen a day
LONGEST_DAYS = 3 * 366
SET_IT = "mlprep plan --track engineering --weeks 10 --hours 10"


class StateError(MlprepError):
    """The learner's file cannot be read or written."""


@dataclass(frozen=True)
class Settings:
    """What was chosen: track, first day, day of the interview, hours a week."""

    track: str
    start: date
    interview: date
    hours: float

    def to_dict(self) -> dict:
        """JSON-able; dates in ISO form."""
        return asdict(self) | {
            "start": self.start.isoformat(),
            "interview": self.interview.isoformat(),
        }


def chosen(
    before: Settings | None,
    today: date,
    track: str | None = None,
    interview: date | None = None,
    hours: float | None = None,
) -> Settings:
    """Settings from what is given now and, for the rest, from what was chosen before.

    The first day stays while track and plan go on; another track, or a plan whose interview is
    over, begins today.

    Raises:
        UsageError: something is missing or makes no sense.
    """
    track = track or (before.track if before else None)
    interview = interview or (before.interview if before else None)
    hours = hours if hours is not None else (before.hours if before else None)
    given = {"--track": track, "--interview or --weeks": interview, "--hours": hours}
    if missing := [name for name, value in given.items() if value is None]:
        raise UsageError(f"a plan needs {', '.join(missing)} too. Try `{SET_IT}`.")
    if track not in TRACKS:
        raise UsageError(f"the track must be {' or '.join(TRACKS)}. Got {str(track)[:40]!r}.")
    if not (isinstance(hours, (int, float)) and 0 < hours <= MOST_HOURS):
        raise UsageError(
            f"the hours a week must be more than 0 and at most {MOST_HOURS:g}. Got {hours}."
        )
    if interview <= today:
        raise UsageError(f"the interview must be after today, {today}. Got {interview}.")
    if interview - today > timedelta(days=LONGEST_DAYS):
        raise UsageError(f"the interview must be within three years of {today}. Got {interview}.")
    goes_on = before and before.track == track and before.interview > today >= before.start
    return Settings(track, before.start if goes_on else today, interview, float(hours))


class State:
    """The learner's file.

    Args:
        path: work/attempts.db of a course, made when first written.

    `notes` holds what happened to the file and must be told, a sentence each.
    """

    def __init__(self, path: Path):
        self.path = path
        self.attempts = Attempts(path)
        self.notes: list[str] = []

    @classmethod
    def of(cls, course: Course) -> State:
        """The state in a course; a file that cannot be read is put aside first."""
        state = cls(course.root / "work" / "attempts.db")
        state.mend()
        return state

    @property
    def backup_path(self) -> Path:
        return self.path.with_name(f"{self.path.stem}.backup{self.path.suffix}")

    def settings(self) -> Settings | None:
        """What was chosen last, or None."""
        if not self.path.is_file():
            return None
        with self._open() as db:
            if not _has(db, "setting"):
                return None
            query = "SELECT track, start, interview, hours FROM setting ORDER BY id DESC LIMIT 1"
            row = db.execute(query).fetchone()
        if row is None:
            return None
        track, start, interview, hours = row
        try:
            found = Settings(track, date.fromisoformat(start), date.fromisoformat(interview), hours)
        except (TypeError, ValueError):
            found = None
        if found is None or track not in TRACKS or not 0 < hours <= MOST_HOURS:
            self.notes.append(f"{self.path}: what was chosen makes no sense. Set the plan again.")
            return None
        return found

    def choose(self, settings: Settings, at: str) -> None:
        """Keep a choice, made at the time `at` (ISO form)."""
        self.add(TABLES, "setting", {"at": at, **settings.to_dict()})

    def add(self, tables: Sequence[str], table: str, row: dict) -> None:
        """Add a row to a table, which the statements `tables` make where it is missing."""
        names, places = ", ".join(row), ", ".join("?" * len(row))
        with self._open() as db:
            for statement in tables:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))

    def rows(self, table: str) -> list[dict]:
        """All rows of a table, the first one first; none where there is no such table."""
        if not self.path.is_file():
            return []
        with self._open() as db:
            if not _has(db, table):
                return []
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY id")]

    def mend(self) -> None:
        """Put a file that cannot be read aside, and go on with the back-up or a new one."""
        if not self.path.is_file():
            return
        trouble = _trouble(self.path)
        if trouble is None:
            return
        kept = _free_name(self.path.with_name(f"{self.path.name}.broken"))
        with self._telling():
            for part in ("", "-journal", "-wal", "-shm"):  # they belong to the broken file
                beside = self.path.with_name(self.path.name + part)
                if beside.exists():
                    beside.replace(kept.with_name(kept.name + part))
            restored = self.backup_path.is_file() and _trouble(self.backup_path) is None
            if restored:
                _copy(self.backup_path, self.path)
        how = "the last back-up took its place" if restored else "a new one was begun"
        self.notes.append(
            f"{self.path}: it could not be read ({trouble}); it is kept as {kept.name} and {how}."
        )

    def back_up(self) -> None:
        """Copy the file beside itself, whole or not at all; no room for it is no error."""
        if self.path.is_file():
            with contextlib.suppress(sqlite3.Error, OSError):
                _copy(self.path, self.backup_path)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._telling():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
                (version,) = db.execute("PRAGMA user_version").fetchone()
                if version > VERSION:
                    raise StateError(
                        f"{self.path}: a newer mlprep wrote it (form {version}, and this one knows "
                        f"{VERSION}). Update the course; nothing was changed."
                    )
                yield db

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StateError(unwritten(self.path, error)) from error


def unwritten(path: Path, error: Exception) -> str:
    """The sentence on a file that could not be written (or read)."""
    full = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
    if getattr(error, "errno", None) in full or "disk is full" in str(error):
        return f"{path}: the disk is full. Nothing was changed; free some space and try again."
    if isinstance(error, OSError):
        why = os.strerror(error.errno) if error.errno else str(error)
    else:
        why = str(error)
    return f"{path}: it cannot be read or written ({why}). Nothing was changed."


def _has(db: sqlite3.Connection, table: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return db.execute(query, (table,)).fetchone() is not None


def _trouble(path: Path) -> str | None:
    """Why a file is no database that can be read, or None. One that is in use is none."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, timeout=0.2, uri=True)) as db:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            return None if verdict == "ok" else verdict.splitlines()[0][:80]
    except sqlite3.OperationalError:
        return None  # locked, or not ours to read: whoever opens it says so
    except sqlite3.DatabaseError as error:
        return str(error)


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _copy(source: Path, target: Path) -> None:
    whole = target.with_name(target.name + ".part")
    try:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(whole)) as other:
            one.backup(other)
        whole.replace(target)
    finally:
        whole.unlink(missing_ok=True)
