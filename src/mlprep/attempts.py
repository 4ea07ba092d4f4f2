"""What was tried: one row for each time that a notebook was judged, and the hints asked for.

One form for both who use it; each file is append-only, which SQLite itself enforces:

    work/attempts.db    a self-studier's own checks (student ""); it stays on their machine
    attempts.db         an instructor's grading, beside gradebook.db: a row for each submission
                        that was graded, refused or failed, with which code and in which sandbox

The scores in the gradebook can be recomputed from the rows (`Attempt.scores`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

UNANSWERED = "Not answered yet."  # as mlprep.check.verdict says it; that imports numpy
TABLES = (
    "CREATE TABLE IF NOT EXISTS attempt (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
    " unit TEXT NOT NULL, notebook_sha256 TEXT NOT NULL, source_sha256 TEXT NOT NULL,"
    " version TEXT NOT NULL, score REAL NOT NULL, max_score REAL NOT NULL, report TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS hint (id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
    " unit TEXT NOT NULL, question TEXT NOT NULL, rung INTEGER NOT NULL)",
)
COLUMNS = {  # added to `attempt` since
    "student": "TEXT NOT NULL DEFAULT ''",
    "outcome": "TEXT NOT NULL DEFAULT 'graded'",
    "reason": "TEXT NOT NULL DEFAULT ''",
    "flags": "TEXT NOT NULL DEFAULT '[]'",
    "sandboxed": "INTEGER NOT NULL DEFAULT 0",
    "submitted": "TEXT NOT NULL DEFAULT ''",
    "seconds": "REAL NOT NULL DEFAULT 0",
}
APPEND_ONLY = (
    "CREATE INDEX IF NOT EXISTS attempt_of_student ON attempt (unit, student, id)",
    "CREATE TRIGGER IF NOT EXISTS attempt_stays BEFORE UPDATE ON attempt"
    " BEGIN SELECT RAISE(ABORT, 'attempts are only added'); END",
    "CREATE TRIGGER IF NOT EXISTS attempt_is_kept BEFORE DELETE ON attempt"
    " BEGIN SELECT RAISE(ABORT, 'attempts are only added'); END",
)


@dataclass
class Attempt:
    """One row: what was judged, with what, and what came of it.

    notebook_sha256: all that was handed in. source_sha256: the unit's version. version: the
    grader's. outcome: "graded", "refused" (nothing in it can be graded) or "failed" (the grader
    did); reason: why, for the last two. sandboxed: False where it ran without (--unsafe, and all
    of one's own work). results: the report's, one dict for each graded cell (see rows_of).
    """

    unit: str
    notebook_sha256: str
    source_sha256: str
    version: str
    student: str = ""
    outcome: str = "graded"
    reason: str = ""
    results: list[dict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    sandboxed: bool = False
    submitted: str = ""
    seconds: float = 0.0
    at: str = ""

    def scores(self) -> dict[tuple[str, str], float | None]:
        """The automatic score of each graded cell, by notebook and cell; None: a person decides."""
        return {(r["notebook"], r["name"]): r["auto_score"] for r in self.results}

    @property
    def score(self) -> float:
        return round(sum(points or 0.0 for points in self.scores().values()), 4)

    @property
    def max_score(self) -> float:
        """The points that were given out automatically."""
        return sum(r["max_points"] for r in self.results if r["auto_score"] is not None)


class Attempts:
    """A record of attempts.

    Args:
        path: the SQLite file; made with its folder when it is first written.
    """

    def __init__(self, path: Path):
        self.path = path

    def record(self, report, notebook_sha256: str, source_sha256: str, version: str) -> None:
        """Keep the report (mlprep.grading.judge.Report) on a learner's own work."""
        data = report.to_dict()
        row = {
            "unit": report.unit,
            "notebook_sha256": notebook_sha256,
            "source_sha256": source_sha256,
            "version": version,
            "score": report.score,
            "max_score": report.max_score,
            "report": json.dumps(data | {"results": rows_of(data, report.unit)}),
            "seconds": report.seconds,
        }
        self._insert(row)

    def add(self, attempt: Attempt) -> None:
        """Keep an attempt at a submission."""
        report = {"unit": attempt.unit, "results": attempt.results, "notes": attempt.notes}
        names = (
            "unit notebook_sha256 source_sha256 version student outcome reason sandboxed submitted"
        )
        row = {name: getattr(attempt, name) for name in names.split()}
        row |= {"score": attempt.score, "max_score": attempt.max_score, "seconds": attempt.seconds}
        row |= {"flags": json.dumps(attempt.flags), "report": json.dumps(report)}
        self._insert(row)

    def _insert(self, row: dict) -> None:
        row = {"at": _now(), **row}
        places = ", ".join("?" * len(row))
        with self._open() as db:
            db.execute(
                f"INSERT INTO attempt ({', '.join(row)}) VALUES ({places})", tuple(row.values())
            )

    def latest(self, unit: str) -> dict[str, Attempt]:
        """Each student's last attempt at a unit."""
        if not self.path.is_file():
            return {}
        with self._open() as db:
            db.row_factory = sqlite3.Row
            rows = db.execute(
                "SELECT * FROM attempt WHERE id IN"
                " (SELECT MAX(id) FROM attempt WHERE unit = ? GROUP BY student)",
                (unit,),
            ).fetchall()
        return {row["student"]: _attempt(row) for row in rows}

    def of_student(self, unit: str, student: str) -> list[Attempt]:
        """All attempts of one student at a unit, the first one first."""
        with self._open() as db:
            db.row_factory = sqlite3.Row
            query = "SELECT * FROM attempt WHERE unit = ? AND student = ? ORDER BY id"
            return [_attempt(row) for row in db.execute(query, (unit, student))]

    def tried(self, unit: str, question: str) -> bool:
        """Whether the learner has had an answer to this question checked that was more than the
        empty stub."""
        with self._open() as db:
            rows = db.execute("SELECT report FROM attempt WHERE unit = ?", (unit,)).fetchall()
        results = [result for (text,) in rows for result in json.loads(text)["results"]]
        return any(
            result["question"] == question
            and result["status"] in ("right", "wrong", "raised", "lost")
            and result["message"] != UNANSWERED
            for result in results
        )

    def next_hint(self, unit: str, question: str, rungs: int) -> int:
        """Note that a hint was asked for; the rung to show, from 0 to rungs - 1."""
        with self._open() as db:
            query = "SELECT COUNT(*) FROM hint WHERE unit = ? AND question = ?"
            (seen,) = db.execute(query, (unit, question)).fetchone()
            rung = min(seen, rungs - 1)
            db.execute(
                "INSERT INTO hint (at, unit, question, rung) VALUES (?, ?, ?, ?)",
                (_now(), unit, question, rung),
            )
        return rung

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
            (made,) = db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            known = {row[1] for row in db.execute("PRAGMA table_info(attempt)")}
            if not made or COLUMNS.keys() - known:
                _make_tables(db)
            yield db


def rows_of(report: dict, notebook: str) -> list[dict]:
    """A report's results as an attempt keeps them."""
    unknown = ("by hand", "grader failed")
    return [
        result
        | {
            "notebook": notebook,
            "auto_score": None if result["status"] in unknown else result["points"],
        }
        for result in report["results"]
    ]


def _make_tables(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")  # one process at a time
    for statement in TABLES:
        db.execute(statement)
    known = {row[1] for row in db.execute("PRAGMA table_info(attempt)")}
    for name in COLUMNS.keys() - known:
        db.execute(f"ALTER TABLE attempt ADD COLUMN {name} {COLUMNS[name]}")
    for statement in APPEND_ONLY:
        db.execute(statement)
    db.commit()


def _attempt(row: sqlite3.Row) -> Attempt:
    report = json.loads(row["report"])
    same = "unit notebook_sha256 source_sha256 version student outcome reason submitted seconds at"
    return Attempt(
        **{name: row[name] for name in same.split()},
        results=report["results"],
        notes=report["notes"],
        flags=json.loads(row["flags"]),
        sandboxed=bool(row["sandboxed"]),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
