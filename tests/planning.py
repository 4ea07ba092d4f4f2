"""A small course with a plan, and a learner's attempts in it, for the tests of the plan."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from unittest import mock

from mlprep.attempts import Attempt, Attempts
from mlprep.course import Course
from mlprep.plan.stages import Stage, Task
from mlprep.plan.state import Settings, State

TODAY = date(2026, 11, 23)
UNIT = """\
title = "{title}"
area = "{area}"
tracks = ["engineering", "research"]
minutes = {{ lesson = {lesson}, assignment = {assignment} }}
difficulty = 2
prerequisites = []
objectives = []
interview_questions = []
topics = []
references = []
"""
CURRICULUM = """\
[[engineering]]
stage = "Start"
units = ["start"]
share = 0

[[engineering]]
stage = "System design"
units = ["design"]
share = 4
least = 0.35
first_fortnight = 0.8
practice = "Design something aloud."

[[engineering]]
stage = "Fundamentals"
units = ["softmax", "not_written_yet"]
share = 3
topics = ["metrics"]

[[engineering]]
stage = "Coding"
units = []
share = 2

[[engineering]]
stage = "Mocks"
units = []
from_week = 4
practice = "A mock."

[[research]]
stage = "Reading"
units = []
from_week = 1
least = 0.2

[[research]]
stage = "Derivations"
units = ["softmax"]
"""
UNITS = {  # name: area, minutes of the lesson and of the assignment
    "start": ("start", 30, 60),
    "design": ("design", 60, 120),
    "softmax": ("fundamentals", 60, 90),
}


def planned_course(root: Path) -> Course:
    """A course of three units in two tracks; one unit that its curriculum lists is not written."""
    for name, (area, lesson, assignment) in UNITS.items():
        folder = root / "source" / name
        folder.mkdir(parents=True)
        text = UNIT.format(title=name.title(), area=area, lesson=lesson, assignment=assignment)
        (folder / "unit.toml").write_text(text)
    (root / "source" / "curriculum.toml").write_text(CURRICULUM)
    return Course(root)


def state_of(course: Course, weeks: int | None = 10, hours: float = 10.0, track="engineering"):
    """The learner's state, with a plan from TODAY on unless weeks is None."""
    state = State.of(course)
    if weeks is not None:
        interview = TODAY + timedelta(weeks=weeks)
        state.choose(Settings(track, TODAY, interview, hours), "2026-11-23T08:00:00+00:00")
    return state


def result(question: str, status: str = "right", mistake: str = "", **more) -> dict:
    """One question's result as a report has it."""
    points = 2.0 if status == "right" else 0.5
    row = {"question": question, "name": question, "points": points, "max_points": 2.0}
    row |= {"status": status, "mistake": mistake, "message": f"You did {mistake}.", "probes": []}
    return row | {"notebook": "n", "auto_score": points} | more


def tried(state: State, day: date, unit: str, *results: dict, notebook: str = "") -> None:
    """Keep an attempt at a unit on some day (at noon, UTC)."""
    made = Attempt(unit, notebook or f"{unit} on {day}", "source", "0", results=list(results))
    noon = datetime.combine(day, time(12)).astimezone(UTC).isoformat()  # here, whatever the zone
    with mock.patch("mlprep.attempts._now", return_value=noon):
        Attempts(state.path).add(made)


def diagnosed(state: State, day: date, **topics: bool) -> None:
    """Keep an attempt at the diagnostic with these topics right or wrong."""
    probes = [("is_complete", "", True, False)]
    probes += [(f"item_{topic}", "", held, True) for topic, held in topics.items()]
    tried(state, day, "start", result("diagnostic", "wrong", probes=json.loads(json.dumps(probes))))


def tasks(name: str, count: int, minutes: float) -> tuple[Task, ...]:
    """Units of one length."""
    third = minutes / 3
    return tuple(Task(f"{name}{i}", name, "design", third, 2 * third) for i in range(count))


def engineering(design=8, fundamentals=9, coding=5, start=100.0) -> list[Stage]:
    """The stages of the engineering track, with so many units of five hours."""
    return [
        Stage("Start", tasks("s", 1, start), share=0),
        Stage("Design", tasks("d", design, 300), 4, 0.35, first_fortnight=0.8, topics=("d", "o")),
        Stage("Fundamentals", tasks("f", fundamentals, 300), 3, topics=("f",)),
        Stage("Coding", tasks("c", coding, 300), 2, topics=("c",)),
        Stage("Mocks", (), 0.6, 0.05, from_week=4),
        Stage("Loop", tasks("l", 4, 225), 0.6, 0.03, from_week=4, topics=("l",)),
    ]


def research() -> list[Stage]:
    """The stages of the research track."""
    return [
        Stage("Start", tasks("b", 1, 120), share=0),
        Stage("Reading", (), 2, 0.2, from_week=1),
        Stage("Derivations", tasks("d", 4, 300), 2, topics=("d",)),
        Stage("Stability", tasks("s", 3, 300), 2, topics=("s",)),
        Stage("Experiment", tasks("e", 2, 400), 1, topics=("e",)),
    ]
