"""The start page, as static/home.js asks for it.

GET   home                               all that is on it: see page()
POST  home {track, interview, hours}     the same, after the choice was kept; what is wrong with
                                         it is {"message", "fields": a sentence for each field}
GET   home/file?kind=ics|json|csv        {"name", "text"}: the calendar, the record, the results
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mlprep import copies
from mlprep.course import TRACKS, Course
from mlprep.errors import UsageError
from mlprep.lab.handlers import Handler, answers
from mlprep.plan.calendar import calendar
from mlprep.plan.export import as_csv, as_json
from mlprep.plan.overview import overview
from mlprep.plan.record import DIAGNOSTIC, DIAGNOSTIC_UNIT
from mlprep.plan.state import SET_IT, Settings, State, chosen
from mlprep.study import UNITS_PAGE

SUGGESTED = {"weeks": 10, "hours": 10.0}  # until something is chosen
FILES = {"ics": "mlprep-plan.ics", "json": "mlprep-record.json", "csv": "mlprep-results.csv"}
MISSING = {
    "track": "Choose a track.",
    "interview": "Choose the day of the interview.",
    "hours": "Say how many hours a week you have.",
}
TOLD: dict[Path, list[str]] = {}  # what happened to each course's record since the server started
ONE_AT_A_TIME = threading.Lock()  # two tabs must not both put a broken record aside


class Home(Handler):
    """The page, and the choice that is made on it."""

    @answers
    async def get(self):
        return await self.apart(alone, page, Course.find(self.root), date.today())

    @answers
    async def post(self):
        body, today = self.get_json_body(), date.today()
        settings, problems = choice(body if isinstance(body, dict) else {}, today)
        if problems:
            self.set_status(400)
            return {"message": next(iter(problems.values())), "fields": problems}
        return await self.apart(alone, page, Course.find(self.root), today, settings)


class File(Handler):
    """What is downloaded."""

    @answers
    async def get(self):
        kind = self.text("kind")
        return await self.apart(alone, file, Course.find(self.root), date.today(), kind)


def alone(function, *args):
    with ONE_AT_A_TIME:
        return function(*args)


def page(course: Course, today: date, settings: Settings | None = None) -> dict:
    """The overview (mlprep.plan.overview) and what only the page wants.

    tracks: name, label and stages of each; suggested: what the form holds at first; list: the page
    of all units; diagnostic has the path and question to open as well; each unit's `assignments`
    are those that exist.

    Args:
        settings: kept first, if given.

    Raises:
        StateError: the learner's file cannot be read or written.
    """
    state = learner(course)
    if settings is not None:
        before = state.settings()
        settings = chosen(before, today, settings.track, settings.interview, settings.hours)
        state.choose(settings, datetime.now(UTC).isoformat(timespec="seconds"))
    data = overview(course, state, today)
    state.back_up()
    told = [*TOLD.get(course.root, []), *data["notes"]]
    data["notes"] = [_for_a_page(course, note) for note in dict.fromkeys(told)]
    for unit in data["units"]:
        _keep_what_exists(course, unit)
    known = {unit["unit"]: unit for unit in data["units"]}
    first = known.get(DIAGNOSTIC_UNIT)
    data["diagnostic"] |= {
        "path": first["assignment"] if first else "",
        "lesson": first["lesson"] if first else "",
        "question": DIAGNOSTIC,
    }
    step = data["next"]
    if step["unit"]:
        kind = "lesson" if step["kind"] == "lesson" else "assignment"
        step["path"] = known[step["unit"]][kind]
    return data | {
        "tracks": _tracks(course),
        "suggested": _suggested(data["settings"], today),
        "list": UNITS_PAGE if (course.root / UNITS_PAGE).is_file() else "",
    }


def learner(course: Course) -> State:
    """The learner's state; what happened to its file is told until the server ends."""
    state = State.of(course)
    TOLD.setdefault(course.root, []).extend(state.notes)
    state.notes = []
    return state


def _for_a_page(course: Course, note: str) -> str:
    """A note without the course's own path and without commands to type."""
    return note.replace(f"{course.root}/", "").replace(f": `{SET_IT}`", "")


def _keep_what_exists(course: Course, unit: dict) -> None:
    """Paths of a unit that can be opened; "" for one that is not built."""
    found = course.unit(unit["unit"])
    if not found.lesson.is_file():
        unit["lesson"] = ""
    stems = [p.stem for p in found.assignment_sources() if copies.has_release(found, p.stem)]
    paths = {s: found.work_notebook(s).relative_to(course.root).as_posix() for s in stems}
    unit["assignments"] = [
        {"label": "Assignment" if stem == found.name else stem.capitalize(), "path": path}
        for stem, path in paths.items()
    ]
    unit["assignment"] = next(iter(paths.values()), "")


def _tracks(course: Course) -> list[dict]:
    rows = []
    for name in TRACKS:
        stages = course.curriculum.get(name, [])
        beside = [stage["stage"] for stage in stages if "from_week" in stage]
        line = [stage["stage"] for stage in stages if stage["stage"] not in beside]
        rows.append({"name": name, "label": name.capitalize(), "stages": line, "beside": beside})
    return rows


def _suggested(settings: dict | None, today: date) -> dict:
    weeks = timedelta(weeks=SUGGESTED["weeks"])
    given = settings or {"track": TRACKS[0], "hours": SUGGESTED["hours"], "interview": ""}
    day = given["interview"] if given["interview"] > today.isoformat() else (today + weeks)
    return {"track": given["track"], "interview": str(day), "hours": given["hours"]}


def choice(given: dict, today: date) -> tuple[Settings | None, dict[str, str]]:
    """The settings in a filled form, or for each field that is wrong one sentence.

    Args:
        given: track and interview are text, hours a number or text.
    """
    values, problems = {}, {}
    well = {"track": TRACKS[0], "interview": today + timedelta(days=1), "hours": 1.0}
    for name, read in {"track": str, "interview": _day, "hours": _number}.items():
        value = given.get(name)
        try:
            if value is None or not str(value).strip():
                raise UsageError(MISSING[name])
            values[name] = read(str(value).strip())
            chosen(None, today, **(well | {name: values[name]}))
        except UsageError as error:
            problems[name] = str(error)[:1].upper() + str(error)[1:]
    return (None if problems else chosen(None, today, **values)), problems


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"the interview must be a day of the calendar, such as 2027-01-15. Got {text[:40]!r}."
        ) from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"the hours a week must be a number. Got {text[:40]!r}.") from None


def file(course: Course, today: date, kind: str) -> dict:
    """A file for the learner to keep: its name and its text.

    Raises:
        UsageError: there is no such file, or no plan to put into a calendar.
    """
    if kind not in FILES:
        raise UsageError(f"kind: must be one of {', '.join(FILES)}. Got {kind[:40]!r}.")
    state = learner(course)
    data = overview(course, state, today)
    if kind == "ics" and data["plan"] is None:
        raise UsageError("There is no plan yet to put into a calendar. Make one first.")
    text = {
        "ics": lambda: calendar(data),
        "json": lambda: as_json(state, data),
        "csv": lambda: as_csv(state),
    }[kind]()
    return {"name": FILES[kind], "text": text}


HANDLERS = [("home", Home), ("home/file", File)]
