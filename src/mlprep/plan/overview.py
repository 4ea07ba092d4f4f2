"""Everything that a start page or a terminal shows, as one plain dict (JSON-able)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from mlprep.course import AREAS, TRACKS, Course
from mlprep.plan.picture import areas_svg
from mlprep.plan.record import (
    DIAGNOSTIC_UNIT,
    DONE,
    Repeat,
    attempts_in,
    diagnostic_scores,
    repeats,
    unit_parts,
)
from mlprep.plan.schedule import Plan, Week, schedule
from mlprep.plan.stages import Stage, Task, stages_of
from mlprep.plan.state import SET_IT, Settings, State

PRACTICE_MIN = 60  # at one sitting
AREA_TITLES = {
    "start": "Start",
    "design": "System design",
    "fundamentals": "Fundamentals",
    "research": "Research",
    "coding": "Coding",
    "career": "Interview loop",
}


def overview(course: Course, state: State, today: date) -> dict:
    """The learner's settings, plan, next step, repeats and progress.

    Keys: today, notes (sentences to be shown), settings (None before a plan was set), days_left,
    week, diagnostic {taken, scores, gaps}, next (one step), missed (units that should be done by
    now), beside (this week's mocks and reading), due and coming (repeats), plan {available, stages,
    weeks, cut, notes} or None, units, areas, picture (SVG of the areas), mocks (see
    mlprep.mock.summary), plain {runs, passed} (first runs in a plain editor).

    Args:
        state: see State.of.
        today: the day to plan from.
    """
    settings = state.settings()
    attempts = attempts_in(state)
    parts, scores = unit_parts(attempts), diagnostic_scores(attempts)
    again = repeats(attempts, today)
    stages = stages_of(course, settings.track) if settings else _all_stages(course)
    over = settings is not None and settings.interview <= today
    plan = schedule(stages, settings, today, parts, scores) if settings and not over else None
    units = _units(course, stages, parts)
    areas = area_progress(units)
    mocks = _mocks(state, settings, {area["area"] for area in areas})
    return {
        "today": today.isoformat(),
        "notes": state.notes + (_over(settings) if over else []),
        "settings": settings.to_dict() if settings else None,
        "days_left": max((settings.interview - today).days, 0) if settings else None,
        "week": plan.weeks[0].number if plan and plan.weeks else None,
        "diagnostic": {
            "taken": bool(scores),
            "scores": scores,
            "gaps": [topic for topic, score in scores.items() if score < 0.5],
        },
        "next": next_step(stages, settings, plan, units, bool(scores), again, today),
        "missed": plan.missed if plan else [],
        "beside": _beside(plan, stages) if plan else [],
        "due": [repeat.to_dict() for repeat in again if repeat.due <= today],
        "coming": [repeat.to_dict() for repeat in again if repeat.due > today],
        "plan": _plan(plan, stages) if plan else None,
        "units": units,
        "areas": areas,
        "picture": areas_svg(areas),
        "mocks": mocks,
        "plain": _plain(state),
    }


def _plain(state: State) -> dict:
    """How many first runs in a plain editor count, and how many of them passed."""
    from mlprep.plain.log import Log  # it imports the plan

    counted = [sitting for sitting in Log(state).sittings() if sitting.counts]
    return {"runs": len(counted), "passed": sum(sitting.passed for sitting in counted)}


def _mocks(state: State, settings: Settings | None, areas: set[str]) -> dict:
    """The mock interviews in short."""
    from mlprep.mock.log import Log  # they import the plan
    from mlprep.mock.summary import summary

    log = Log(state)
    mocks = log.mocks()
    state.notes += log.notes
    return summary(mocks, settings.track if settings else TRACKS[0], areas)


def _over(settings: Settings) -> list[str]:
    return [f"The interview was on {settings.interview}. Set another day to plan on: `{SET_IT}`."]


def _all_stages(course: Course) -> list[Stage]:
    """Every track's stages, each unit once."""
    seen: set[str] = set()
    stages = []
    for track in course.curriculum:
        for stage in stages_of(course, track):
            tasks = tuple(task for task in stage.tasks if task.unit not in seen)
            seen |= {task.unit for task in tasks}
            stages.append(Stage(stage.name, tasks, topics=stage.topics, practice=stage.practice))
    return stages


def _units(course: Course, stages: list[Stage], parts: dict[str, float]) -> list[dict]:
    rows = []
    for stage in stages:
        for task in stage.tasks:
            part = parts.get(task.unit)
            files = course.unit(task.unit)
            rows.append(
                {
                    "unit": task.unit,
                    "title": task.title,
                    "area": task.area,
                    "stage": stage.name,
                    "minutes": task.minutes,
                    "lesson_min": task.lesson_min,
                    "assignment_min": task.assignment_min,
                    "part": round(part or 0.0, 4),
                    "state": _state(part),
                    "lesson": files.lesson.relative_to(course.root).as_posix(),
                    "assignment": files.work_notebook().relative_to(course.root).as_posix(),
                }
            )
    return rows


def _state(part: float | None) -> str:
    if part is None:
        return "not begun"
    return "done" if part >= DONE else "begun"


def area_progress(units: list[dict]) -> list[dict]:
    """Each area's units, how many are done, and the part of its minutes that is (by points)."""
    rows = []
    for area in AREAS:
        inside = [unit for unit in units if unit["area"] == area]
        minutes = sum(unit["minutes"] for unit in inside)
        if inside:
            done = sum(unit["part"] * unit["minutes"] for unit in inside)
            rows.append(
                {
                    "area": area,
                    "title": AREA_TITLES[area],
                    "units": len(inside),
                    "done": sum(unit["state"] == "done" for unit in inside),
                    "begun": sum(unit["state"] == "begun" for unit in inside),
                    "minutes": minutes,
                    "part": round(done / minutes, 4) if minutes else 0.0,
                }
            )
    return sorted(rows, key=lambda row: list(AREA_TITLES).index(row["area"]))


# Today


def next_step(
    stages: list[Stage],
    settings: Settings | None,
    plan: Plan | None,
    units: list[dict],
    diagnosed: bool,
    again: list[Repeat],
    today: date,
) -> dict:
    """What to do now: one thing, why, and for how long.

    kind: "set" (no plan yet), "repeat", "lesson", "assignment", "practice" or "rest" (nothing is
    left). Repeats come before new work, the diagnostic before all of it.
    """
    known = {unit["unit"]: unit for unit in units}
    if settings is None or plan is None:
        return _step("set", f"Set your track, the interview and your hours: `{SET_IT}`.", 2)
    if DIAGNOSTIC_UNIT in known and not diagnosed:
        unit = known[DIAGNOSTIC_UNIT]
        kind = "lesson" if unit["state"] == "not begun" else "assignment"
        why = "The diagnostic comes first: the plan weighs your hours by its gaps."
        return _step(kind, why, unit[f"{kind}_min"], unit)
    due = [repeat for repeat in again if repeat.due <= today and repeat.unit in known]
    if due:
        first = due[0]
        why = (
            f"{first.question} is due again ({len(due)} in all): empty your answer and write it "
            f"anew. Last time: {first.message}"
        )
        return _step("repeat", why, 10, known[first.unit], question=first.question)
    week = plan.weeks[0]
    for stage in stages:
        for name, hours in week.units.get(stage.name, {}).items():
            unit = known[name]
            kind = "lesson" if unit["state"] == "not begun" else "assignment"
            why = f"{stage.name}, week {week.number}: {hours:.1f} hours of it this week."
            return _step(kind, why, min(unit[f"{kind}_min"], hours * 60), unit)
    for stage in stages:
        if hours := week.hours.get(stage.name):
            todo = stage.practice or "Repeat what you did worst in this stage."
            why = f"{stage.name}, week {week.number}, {hours:.1f} hours: {todo}"
            return _step("practice", why, min(hours * 60, PRACTICE_MIN))
    return _step("rest", "Nothing is left to do before the interview.", 0)


def _step(kind: str, why: str, minutes: float, unit: dict | None = None, question="") -> dict:
    path = ""
    if unit:
        path = unit["lesson"] if kind == "lesson" else unit["assignment"]
    return {
        "kind": kind,
        "unit": unit["unit"] if unit else "",
        "title": unit["title"] if unit else "",
        "question": question,
        "why": why,
        "minutes": round(minutes),
        "path": path,
    }


def _beside(plan: Plan, stages: list[Stage]) -> list[dict]:
    """What runs beside the units this week: nobody can see whether it was done, so it is said."""
    hours = plan.weeks[0].hours
    return [
        {"stage": stage.name, "hours": hours[stage.name], "practice": stage.practice}
        for stage in stages
        if stage.from_week is not None and stage.name in hours
    ]


# The plan as data


def _plan(plan: Plan, stages: list[Stage]) -> dict:
    tasks = {task.unit: task for stage in stages for task in stage.tasks}
    return {
        "available": plan.available,
        "stages": [
            {
                "name": stage.name,
                "hours": plan.stages.get(stage.name, 0.0),
                "practice": stage.practice,
                "from_week": stage.from_week,
            }
            for stage in stages
        ],
        "weeks": [_week(week, tasks, stages) for week in plan.weeks],
        "cut": [asdict(cut) for cut in plan.cut],
        "notes": plan.notes,
    }


def _week(week: Week, tasks: dict[str, Task], stages: list[Stage]) -> dict:
    practice = {stage.name: stage.practice for stage in stages}
    rows = []
    for name, hours in week.hours.items():
        units = week.units.get(name, {})
        rows.append(
            {
                "stage": name,
                "hours": hours,
                "units": [
                    {"unit": unit, "title": tasks[unit].title, "hours": spent}
                    for unit, spent in units.items()
                ],
                "practice_hours": max(hours - sum(units.values()), 0.0),
                "practice": practice[name],
            }
        )
    first, last = week.first.isoformat(), week.last.isoformat()
    return {
        "number": week.number,
        "first": first,
        "last": last,
        "hours": week.available,
        "stages": rows,
    }
