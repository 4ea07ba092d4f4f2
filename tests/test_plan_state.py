"""What the learner chose is kept in one file, which is never lost: broken, full, newer, in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from planning import TODAY, planned_course, result, state_of, tried

from mlprep.errors import UsageError
from mlprep.plan.state import Settings, State, StateError, chosen, unwritten

SOON = TODAY + timedelta(weeks=8)


@pytest.fixture
def course(tmp_path):
    return planned_course(tmp_path)


def test_the_last_choice_counts_and_the_first_is_kept(course):
    state = state_of(course)
    assert state.settings() == Settings("engineering", TODAY, date(2027, 2, 1), 10.0)
    state.choose(Settings("research", TODAY, SOON, 4.5), "later")
    assert State.of(course).settings() == Settings("research", TODAY, SOON, 4.5)
    assert [row["hours"] for row in state.rows("setting")] == [10.0, 4.5]


def test_nothing_is_written_by_looking(course):
    state = State.of(course)
    assert (state.settings(), state.rows("attempt"), state.notes) == (None, [], [])
    state.back_up()
    assert not (course.root / "work").exists()


def test_choices_and_attempts_live_in_one_file_whichever_comes_first(course):
    state = state_of(course)
    tried(state, TODAY, "softmax", result("softmax"))
    assert len(state.rows("attempt")) == len(state.rows("setting")) == 1
    other = planned_course(course.root / "other")
    state = State.of(other)
    tried(state, TODAY, "softmax", result("softmax"))
    assert state.settings() is None
    assert state_of(other).settings().hours == 10


BAD = {
    "a day in the past": ({"interview": TODAY - timedelta(1)}, "must be after today, 2026-11-23"),
    "today": ({"interview": TODAY}, "must be after today, 2026-11-23. Got 2026-11-23."),
    "the far future": ({"interview": date(2060, 1, 1)}, "must be within three years"),
    "no hours": ({"hours": 0.0}, "must be more than 0 and at most 112. Got 0.0."),
    "negative hours": ({"hours": -3.0}, "must be more than 0"),
    "no number": ({"hours": float("nan")}, "must be more than 0"),
    "more than a day has": ({"hours": 113}, "at most 112. Got 113."),
    "another track": ({"track": "phd"}, "must be engineering or research. Got 'phd'."),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_refused_in_a_sentence(name):
    given, message = BAD[name]
    good = {"track": "engineering", "interview": SOON, "hours": 10.0}
    with pytest.raises(UsageError) as error:
        chosen(None, TODAY, **good | given)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_missing_is_named_with_an_example():
    with pytest.raises(UsageError, match="needs --interview or --weeks, --hours too. Try `mlprep"):
        chosen(None, TODAY, track="research")


def test_a_change_keeps_the_rest_and_the_first_day():
    first = chosen(None, TODAY, "engineering", SOON, 10)
    later = TODAY + timedelta(days=9)
    assert chosen(first, later, hours=6) == Settings("engineering", TODAY, SOON, 6.0)
    assert chosen(first, later, track="research").start == later
    over = SOON + timedelta(days=3)
    assert chosen(first, over, interview=over + timedelta(days=9)).start == over


def test_a_broken_file_is_kept_aside_and_said(course):
    path = state_of(course).path
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    state = State.of(course)
    (note,) = state.notes
    assert note == (
        f"{path}: it could not be read (file is not a database); "
        "it is kept as attempts.db.broken and a new one was begun."
    )
    assert path.with_name("attempts.db.broken").read_bytes().startswith(b"not a database")
    assert state.settings() is None
    path.write_bytes(b"broken again " * 100)
    assert "attempts.db.broken-2 and" in State.of(course).notes[0]


def test_a_file_that_is_damaged_inside_comes_back_from_its_back_up(course):
    state = state_of(course)
    for number in range(40):
        tried(state, TODAY, "softmax", result("softmax", text="x" * 900), notebook=str(number))
    state.back_up()
    data = bytearray(state.path.read_bytes())
    data[4096:-4096] = b"\xff" * (len(data) - 8192)
    state.path.write_bytes(data)
    again = State.of(course)
    assert "is kept as attempts.db.broken and the last back-up took its place." in again.notes[0]
    assert again.settings().hours == 10
    assert len(again.rows("attempt")) == 40
    assert State.of(course).notes == []


def test_a_file_from_a_newer_version_is_left_alone(course):
    path = state_of(course).path
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 9")
    before = path.read_bytes()
    with pytest.raises(StateError, match="a newer mlprep wrote it .form 9, and this one knows 1."):
        State.of(course).settings()
    assert path.read_bytes() == before


def test_a_full_disk_is_said_and_loses_nothing(course, monkeypatch):
    state = state_of(course)

    class Full(sqlite3.Connection):
        def execute(self, statement, *values):
            if statement.startswith("INSERT"):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(statement, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Full))
    with pytest.raises(StateError, match="the disk is full. Nothing was changed; free some space"):
        state.choose(Settings("research", TODAY, SOON, 1.0), "later")
    monkeypatch.undo()
    assert state.settings().hours == 10


def test_a_folder_that_cannot_be_made_is_said(course):
    (course.root / "work").write_text("a file")
    with pytest.raises(StateError, match="cannot be read or written .File exists."):
        state_of(course)
    assert "No such device" in unwritten(course.root, OSError(19, ""))


def test_choices_that_make_no_sense_are_said_and_set_again(course):
    state = state_of(course)
    state.choose(Settings("engineering", TODAY, SOON, -1.0), "later")
    assert state.settings() is None
    assert state.notes == [f"{state.path}: what was chosen makes no sense. Set the plan again."]


def test_a_file_in_use_is_not_taken_for_broken(course):
    state = state_of(course)
    with closing(sqlite3.connect(state.path, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        again = State(state.path)
        again.mend()
        assert again.notes == []
        db.execute("ROLLBACK")
    assert state.settings().hours == 10
