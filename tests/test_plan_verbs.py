"""`mlprep plan` and `mlprep progress`: what they print, write and refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from planning import planned_course

from mlprep.cli import main

SET = ["plan", "--track", "engineering", "--weeks", "8", "--hours", "10"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    course = planned_course(tmp_path / "course")
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    monkeypatch.chdir(course.root)
    return course


def test_a_plan_is_set_once_and_shown_from_then_on(course, capsys):
    assert main(SET) == 0
    first = capsys.readouterr().out
    assert first.startswith("Engineering track. Interview on ")
    assert "(in 56 days), 10 hours a week." in first
    assert main(["plan"]) == 0
    assert capsys.readouterr().out == first
    assert main(["plan", "--hours", "5"]) == 0
    assert "(in 56 days), 5 hours a week." in capsys.readouterr().out
    assert (course.root / "work" / "attempts.backup.db").is_file()


def test_a_day_is_taken_too(course, capsys):
    day = date.today() + timedelta(days=40)
    assert main([*SET[:3], "--interview", day.isoformat(), "--hours", "4.5"]) == 0
    assert f"Interview on {day} (in 40 days), 4.5 hours a week." in capsys.readouterr().out


BAD = {
    "no plan yet": (["plan"], "no plan is set yet. Try `mlprep plan --track"),
    "the past": ([*SET[:3], "--interview", "2020-02-02", "--hours", "3"], "must be after today"),
    "no such day": (["plan", "--interview", "2027-02-30"], "must be a day of the calendar"),
    "no hours": ([*SET[:5], "--hours", "0"], "must be more than 0 and at most 112. Got 0.0."),
    "not a number": (["plan", "--hours", "ten"], "--hours must be a number. Got 'ten'."),
    "not a week": (["plan", "--weeks", "nan"], "--weeks must be more than 0 and at most 150."),
    "unknown track": (["plan", "--track", "phd", *SET[3:]], "must be engineering or research."),
    "half a plan": (["plan", "--hours", "3"], "a plan needs --track, --interview or --weeks too."),
    "an export": (["progress", "--export", "a.doc"], "an export ends in .json or .csv."),
    "a picture": (["progress", "--picture", "a.png"], "a picture ends in .svg."),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(name, course, capsys):
    arguments, message = BAD[name]
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert said.startswith(f"mlprep {arguments[0]}: ")
    assert not (course.root / "work" / "attempts.db").exists()


def test_bad_input_leaves_the_plan_as_it_was(course, capsys):
    main(SET)
    first = capsys.readouterr().out
    assert main(["plan", "--hours", "-1"]) == 2
    main(["plan"])
    assert capsys.readouterr().out == first


def test_a_broken_file_is_said_once_and_the_plan_comes_back(course, capsys):
    main(SET)
    first = capsys.readouterr().out
    (course.root / "work" / "attempts.db").write_bytes(b"broken" * 500)
    assert main(["plan"]) == 0
    shown = capsys.readouterr()
    assert shown.out == first
    assert shown.err.startswith("note: ") and shown.err.count("\n") == 1
    assert "is kept as attempts.db.broken and the last back-up took its place." in shown.err
    main(["plan"])
    assert capsys.readouterr().err == ""


def test_a_broken_file_without_a_back_up_is_said_too(course, capsys):
    (course.root / "work").mkdir()
    (course.root / "work" / "attempts.db").write_bytes(b"broken" * 500)
    assert main(["progress"]) == 0
    shown = capsys.readouterr()
    assert "is kept as attempts.db.broken and a new one was begun." in shown.err
    assert shown.out.startswith("No plan is set yet.")


def test_a_file_that_cannot_be_written_is_exit_code_1(course, capsys):
    assert main(["progress", "--export", "none/mine.json"]) == 1
    assert "mine.json: it cannot be read or written (No such file" in capsys.readouterr().err


def test_a_reader_who_stops_reading_gets_no_traceback(course):
    main(SET)
    words = [sys.executable, "-m", "mlprep", "plan", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_calendar_picture_export_and_json_are_written(course, capsys):
    assert main([*SET, "--calendar", "plan.ics"]) == 0
    assert main(["progress", "--picture", "areas.svg", "--export", "mine.csv"]) == 0
    capsys.readouterr()
    for name, begins in (
        ("plan.ics", "BEGIN:VCALENDAR"),
        ("areas.svg", "<svg"),
        ("mine.csv", "at,"),
    ):
        assert (course.root / name).read_text().startswith(begins)
    for verb in ("plan", "progress"):
        assert main([verb, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["settings"]["hours"] == 10
    assert main(["plan", "--calendar", "plan.txt"]) == 2
    assert "a calendar ends in .ics" in capsys.readouterr().err
