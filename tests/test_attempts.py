"""The record of a learner's attempts: kept for good, by several processes at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from mlprep.attempts import Attempts
from mlprep.grading.judge import Report, Result


def report(status="wrong", message="The rows do not sum to 1.", question="softmax", points=1.0):
    return Report("softmax", [Result(question, points, 4.0, status, message, name="t")], [], 0.5)


@pytest.fixture
def attempts(tmp_path):
    return Attempts(tmp_path / "work" / "attempts.db")


def keep(attempts, *reports):
    for each in reports:
        attempts.record(each, "a" * 64, "b" * 64, "0.1.0")


def test_an_attempt_is_kept_with_what_was_judged(attempts):
    keep(attempts, report(), report("right", "All tests held.", points=4.0))
    with closing(sqlite3.connect(attempts.path)) as db:
        columns = "unit, notebook_sha256, source_sha256, version, score, max_score"
        rows = db.execute(f"SELECT {columns} FROM attempt ORDER BY id").fetchall()
    same = ("softmax", "a" * 64, "b" * 64, "0.1.0")
    assert rows == [(*same, 1.0, 4.0), (*same, 4.0, 4.0)]


@pytest.mark.parametrize("statement", ["DELETE FROM attempt", "UPDATE attempt SET score = 9"])
def test_an_attempt_stays_as_it_was(attempts, statement):
    keep(attempts, report())
    with closing(sqlite3.connect(attempts.path)) as db:
        with pytest.raises(sqlite3.IntegrityError, match="attempts are only added"):
            db.execute(statement)


@pytest.mark.parametrize(
    ("status", "message", "tried"),
    [
        ("right", "All tests held.", True),
        ("wrong", "3 is not 4.", True),
        ("raised", "It raised ValueError.", True),
        ("lost", "It did not finish within 10 s.", True),
        ("raised", "Not answered yet.", False),
        ("missing", "The answer cell `softmax` is missing.", False),
        ("grader failed", "The test stopped.", False),
        ("by hand", "Graded by hand.", False),
    ],
)
def test_what_counts_as_having_tried(attempts, status, message, tried):
    assert not attempts.tried("softmax", "softmax")
    keep(attempts, report(status, message))
    assert attempts.tried("softmax", "softmax") is tried
    assert not attempts.tried("softmax", "other")
    assert not attempts.tried("other", "softmax")


def test_hints_are_counted_by_question_and_end_with_the_last(attempts):
    assert [attempts.next_hint("u", "a", 3) for _ in range(5)] == [0, 1, 2, 2, 2]
    assert attempts.next_hint("u", "b", 3) == 0
    assert attempts.next_hint("v", "a", 3) == 0


def test_many_at_once_lose_nothing(attempts):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keep(attempts, report()), range(40)))
        rungs = list(pool.map(lambda _: attempts.next_hint("u", "a", 100), range(20)))
    with closing(sqlite3.connect(attempts.path)) as db:
        assert db.execute("SELECT COUNT(*) FROM attempt").fetchone() == (40,)
        assert db.execute("SELECT COUNT(*) FROM hint").fetchone() == (20,)
    assert len(rungs) == 20


def test_a_record_of_the_first_version_is_read_and_written_on(attempts):
    attempts.path.parent.mkdir()
    with closing(sqlite3.connect(attempts.path)) as db, db:
        db.execute(
            "CREATE TABLE attempt (id INTEGER PRIMARY KEY, at TEXT NOT NULL, unit TEXT NOT NULL,"
            " notebook_sha256 TEXT NOT NULL, source_sha256 TEXT NOT NULL, version TEXT NOT NULL,"
            " score REAL NOT NULL, max_score REAL NOT NULL, report TEXT NOT NULL)"
        )
        old = '{"results": [{"question": "softmax", "status": "wrong", "message": "no"}]}'
        values = ("2026-01-01", "softmax", "a", "b", "0", 0.0, 4.0, old)
        db.execute("INSERT INTO attempt VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    assert attempts.tried("softmax", "softmax")
    keep(attempts, report())
    with closing(sqlite3.connect(attempts.path)) as db:
        assert db.execute("SELECT COUNT(*) FROM attempt").fetchone() == (2,)
