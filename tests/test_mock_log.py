"""The log of mocks: only added to, whole after a crash, and one sentence where it is broken."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from interviews import Somebody, interview_course, mocks_in, talk
from planning import result, tried

from mlprep.mock.log import Log, held, last_fix
from mlprep.plan.state import Settings, State, StateError

MARKS = {"communication": 1, "problem solving": 2, "competence": 2, "testing": 0}


@pytest.fixture
def state(tmp_path):
    return State.of(interview_course(tmp_path))


@pytest.fixture
def log(state):
    return Log(state, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))


def begin(log, round_="coding", **more):
    data = {"unit": "hunt", "title": "The hunt", "seed": 7, "minutes": 45.0, "opening": "?"}
    return log.begin(round=round_, **data | {"peer": "", "fix": ""} | more)


def test_a_mock_is_what_its_rows_say(log):
    name = begin(log, fix="test first")
    log.add(name, "noted", at_s=3.0, step=0, text="n² first")
    log.add(name, "asked", at_s=9.0, step=1, question="And then?")
    log.add(name, "had", step=1, mark=1)
    log.add(name, "ended", at_s=60.0)
    log.add(name, "marked", by="self", marks=MARKS)
    log.add(name, "marked", by="Ada", marks=MARKS | {"testing": 2, "competence": 1})
    log.add(name, "kept", mark=2)
    log.add(name, "fix", text="say the cost")
    (mock,) = log.mocks()
    assert (mock.round, mock.unit, mock.seed, mock.day) == ("coding", "hunt", 7, "2026-11-23")
    assert mock.notes == [{"at_s": 3.0, "step": 0, "text": "n² first"}]
    assert (mock.asked, mock.missed, mock.seconds) == (["And then?"], 1, 60.0)
    assert mock.gap() == {
        "communication": 0, "problem solving": 0, "competence": 1, "testing": -2,
    }  # fmt: skip
    assert (mock.last_fix, mock.kept, mock.fix) == ("test first", 2, "say the cost")
    assert mock.to_dict()["levels"] == {"self": "mid", "Ada": "mid"}
    assert log.notes == []


def test_nothing_can_be_changed_or_taken_away(log):
    begin(log)
    with closing(sqlite3.connect(log.state.path)) as db:
        for statement in ("UPDATE mock_event SET data = '{}'", "DELETE FROM mock_event"):
            with pytest.raises(sqlite3.IntegrityError, match="mocks are only added"):
                db.execute(statement)


def test_attempts_and_a_plan_find_room_in_a_file_that_a_mock_began(log):
    begin(log)
    tried(log.state, date(2026, 11, 23), "feed", result("q"))
    settings = Settings("engineering", date(2026, 11, 23), date(2027, 1, 15), 10.0)
    log.state.choose(settings, "2026-11-23T12:00:00+00:00")
    assert log.state.settings() == settings
    assert [len(log.state.rows(name)) for name in ("attempt", "setting", "mock_event")] == [1] * 3


def test_a_discarded_mock_does_not_count_and_its_rows_stay(log):
    name = begin(log)
    log.add(name, "discarded")
    assert log.mocks() == []
    assert [row["kind"] for row in log.state.rows("mock_event")] == ["begun", "discarded"]


def test_the_fix_that_was_named_last_in_this_round_counts(log):
    for round_, text in (("coding", "one"), ("design", "two"), ("coding", "three")):
        log.add(begin(log, round_), "fix", text=text)
    begin(log, "coding")  # cut off
    assert last_fix(log.mocks(), "coding") == "three"
    assert last_fix(log.mocks(), "research") == ""


def test_only_marked_mocks_were_held(log, state):
    begin(log)
    log.add(begin(log), "marked", by="self", marks=MARKS)
    assert len(log.mocks()) == 2 and len(held(state)) == 1


BROKEN = {
    "no JSON": ("noted", "{"),
    "a list": ("noted", "[]"),
    "no text": ("noted", "{}"),
    "another kind": ("sung", "{}"),
    "no number": ("had", '{"step": "x", "mark": 1}'),
    "no such mark": ("marked", '{"by": "self", "marks": {"testing": 9}}'),
    "no marks": ("marked", '{"by": "self", "marks": {}}'),
    "no such round": ("begun", '{"round": "chess"}'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_row_that_makes_no_sense_is_left_out_with_one_sentence(name, log):
    kind, data = BROKEN[name]
    mock = begin(log)
    row = {"at": "2026-11-23T12:00:00+00:00", "form": 1, "mock": mock, "kind": kind, "data": data}
    log.state.add((), "mock_event", row)
    log.add(mock, "fix", text="after it")
    (found,) = log.mocks()
    assert found.fix == "after it"
    (note,) = log.notes
    assert note.startswith(f"{log.state.path}: 1 row of the log of mocks cannot be read")


def test_rows_of_a_newer_form_are_left_out(log):
    mock = begin(log)
    row = {"at": "", "form": 2, "mock": mock, "kind": "fix", "data": '{"text": "new"}'}
    log.state.add((), "mock_event", row)
    assert log.mocks()[0].fix == "" and len(log.notes) == 1


def test_a_broken_file_is_put_aside_and_the_back_up_takes_its_place(log, tmp_path):
    log.add(begin(log), "fix", text="from the back-up")
    log.state.back_up()
    log.state.path.write_bytes(b"not a database" * 1000)
    state = State(log.state.path)
    state.mend()
    assert last_fix(Log(state).mocks(), "coding") == "from the back-up"
    assert len(state.notes) == 1 and "the last back-up took its place" in state.notes[0]
    assert (tmp_path / "work" / "attempts.db.broken").is_file()


def test_a_file_that_cannot_be_written_is_one_sentence(log):
    begin(log)
    log.state.path.unlink()
    log.state.path.mkdir()
    with pytest.raises(StateError, match="cannot be read or written .* Nothing was changed"):
        begin(log)


CRASH = """\
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from interviews import Somebody, talk
from mlprep.course import Course

who = Somebody(["", "numbers first", "", "", "y"])
who.look = lambda prompt: os._exit(9) if "Follow-up 3" in who.text else None
talk(Course(Path(sys.argv[1])), who, unit="feed").hold()
"""


def test_what_was_said_survives_a_crash_half_way(tmp_path):
    course = interview_course(tmp_path)
    here = os.path.dirname(__file__)
    done = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path), here], check=False)
    assert done.returncode == 9
    (mock,) = mocks_in(course)
    assert [note["text"] for note in mock.notes] == ["numbers first"]
    assert len(mock.asked) == 3 and mock.had == {1: 2}
    assert not mock.is_ended and mock.marks == {}
    talk(course, Somebody(), unit="feed").hold()  # and the next one is kept beside it
    assert [mock.is_ended for mock in mocks_in(course)] == [False, True]
