"""`mlprep plan` and `mlprep progress`: from arguments to what is printed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, date, datetime, timedelta

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.plan.calendar import calendar
from mlprep.plan.export import export, write_whole
from mlprep.plan.overview import overview
from mlprep.plan.state import SET_IT, State, chosen
from mlprep.plan.text import plan_text, progress_text


def plan(course: Course, args: argparse.Namespace, today: date | None = None) -> int:
    """Set the plan where something is chosen, then print it; the exit code."""
    today = today or date.today()
    state = State.of(course)
    before = state.settings()
    given = (args.track, args.interview, args.weeks, args.hours)
    if any(value is not None for value in given):
        interview = _date(args.interview) if args.interview is not None else None
        if args.weeks is not None:
            interview = _in_weeks(args.weeks, today)
        hours = _number("--hours", args.hours) if args.hours is not None else None
        settings = chosen(before, today, args.track, interview, hours)
        state.choose(settings, datetime.now(UTC).isoformat(timespec="seconds"))
    elif before is None:
        _tell(state)
        raise UsageError(f"no plan is set yet. Try `{SET_IT}`.")
    data = overview(course, state, today)
    _tell(state, data["notes"])
    if args.calendar:
        _write_calendar(data, args.calendar)
    state.back_up()
    _print(json.dumps(data) if args.json else plan_text(data))
    return 0


def progress(course: Course, args: argparse.Namespace, today: date | None = None) -> int:
    """Print how far the learner is; write the record or the picture where it is asked for."""
    state = State.of(course)
    data = overview(course, state, today or date.today())
    _tell(state, data["notes"])
    if args.export:
        export(state, data, args.export)
    if args.picture:
        if args.picture.suffix.lower() != ".svg":
            raise UsageError(f"{args.picture}: a picture ends in .svg.")
        write_whole(args.picture, data["picture"])
    state.back_up()
    _print(json.dumps(data) if args.json else progress_text(data))
    return 0


def _print(text: str) -> None:
    """Print, to a reader who may stop reading (`mlprep plan | head`)."""
    try:
        print(text, flush=True)
    except BrokenPipeError:  # what is left in the buffer must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(state: State, notes: list[str] | None = None) -> None:
    for note in state.notes if notes is None else notes:
        print(f"note: {note}", file=sys.stderr)


def _write_calendar(data: dict, path) -> None:
    if path.suffix.lower() != ".ics":
        raise UsageError(f"{path}: a calendar ends in .ics.")
    if data["plan"] is None:
        raise UsageError(f"there is nothing to put into a calendar. Try `{SET_IT}`.")
    write_whole(path, calendar(data))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--interview must be a day of the calendar, such as 2027-01-15. Got {text[:40]!r}."
        ) from None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{name} must be a number. Got {text[:40]!r}.") from None


def _in_weeks(text: str, today: date) -> date:
    weeks = _number("--weeks", text)
    if not 0 < weeks <= 150:
        raise UsageError(f"--weeks must be more than 0 and at most 150. Got {text[:40]}.")
    return today + timedelta(days=max(1, round(weeks * 7)))
