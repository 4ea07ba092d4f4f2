"""What a learner has tried: one row for each check of a unit, and the hints that they asked for.

One SQLite file, work/attempts.db, append-only. It stays on the learner's machine.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, unit TEXT NOT NULL,
    notebook_sha256 TEXT NOT NULL, source_sha256 TEXT NOT NULL, version TEXT NOT NULL,
    score REAL NOT NULL, max_score REAL NOT NULL, report TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS hint (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, unit TEXT NOT NULL,
    question TEXT NOT NULL, rung INTEGER NOT NULL
);
"""


class Attempts:
    """The record of one learner.

    Args:
        path: the SQLite file; made with its folder when it is first written.
    """

    def __init__(self, path: Path):
        self.path = path

    def record(self, report, notebook_sha256: str, source_sha256: str, version: str) -> None:
        """Keep one report (mlprep.grading.judge.Report)."""
        data = report.to_dict()
        with self._open() as db:
            db.execute(
                "INSERT INTO attempt (at, unit, notebook_sha256, source_sha256, version, score,"
                " max_score, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _now(),
                    report.unit,
                    notebook_sha256,
                    source_sha256,
                    version,
                    report.score,
                    report.max_score,
                    json.dumps(data),
                ),
            )

    def tried(self, unit: str, question: str) -> bool:
        """Whether the learner has had an answer to this question checked that was more than the
        empty stub."""
        with self._open() as db:
            rows = db.execute("SELECT report FROM attempt WHERE unit = ?", (unit,)).fetchall()
        results = [result for (text,) in rows for result in json.loads(text)["results"]]
        return any(
            result["question"] == question
            and result["status"] in ("right", "wrong", "raised", "lost")
            and result["message"] != "Not answered yet."
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
            db.executescript(SCHEMA)
            yield db


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
