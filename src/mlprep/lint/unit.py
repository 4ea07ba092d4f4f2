"""Rules for a unit's folder, its unit.toml and its place in curriculum.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlprep.course import MORE_NOTEBOOKS, TRACKS, Course, Unit
from mlprep.errors import AuthorError
from mlprep.plan.stages import OPTIONAL, stage_problem

UNIT_NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = ("lesson", *MORE_NOTEBOOKS, "unit", "readme")
AUTHORED_FILES = ("unit.toml", "lesson.py", *(f"{stem}.py" for stem in MORE_NOTEBOOKS))


def name_problem(name: str) -> str | None:
    """Why a unit cannot be called `name`, or None."""
    if not UNIT_NAME.fullmatch(name) or len(name) > 48:
        return (
            f"a unit's name is snake_case, of at most 48 letters. Got {name!r}. "
            "Try bias_variance or design_feature_store."
        )
    if name in RESERVED:
        return f"{name!r} is the name of a file in each unit. Choose another."
    return None


def unit_problems(unit: Unit) -> list[str]:
    """What is wrong with the folder, unit.toml, and the unit's place in the curriculum."""
    label = f"source/{unit.name}"
    problems = [f"{label}: {text}" for text in filter(None, [name_problem(unit.name)])]
    if not unit.lesson_source.is_file():
        problems.append(f"{label}/lesson.py: missing. Every unit has a lesson; write it.")
    known = {*AUTHORED_FILES, f"{unit.name}.py"}
    for path in sorted(unit.folder.glob("*.py")):
        if path.name not in known:
            problems.append(
                f"{label}/{path.name}: a unit's Python files are {', '.join(sorted(known))}. "
                "Rename it, or put it in the package."
            )
    try:
        info = unit.info
    except AuthorError as error:
        return [*problems, _relative(unit.course, str(error))]
    problems += [f"{label}/unit.toml: {text}" for text in _fields(unit, info)]
    try:
        problems += [f"{label}: {text}" for text in _place(unit, info)]
    except AuthorError:
        pass  # curriculum_problems says so
    return problems


def _relative(course: Course, text: str) -> str:
    return text.replace(f"{course.root}/", "")


def _fields(unit: Unit, info: dict) -> Iterator[str]:
    if not info["title"].strip():
        yield "title must not be empty. Write what the unit is about."
    if info["difficulty"] not in range(1, 6):
        yield f"difficulty is 1 to 5. Got {info['difficulty']}. Compare with other units."
    allowed = {"lesson", "assignment"}
    minutes = info["minutes"]
    if set(minutes) != allowed or not all(
        isinstance(value, int) and 0 <= value <= 600 for value in minutes.values()
    ):
        yield f"minutes must be {{lesson = 30, assignment = 60}}. Got {minutes}. Whole numbers."
    elif not minutes["lesson"]:
        yield "minutes.lesson must be above 0. Estimate it."
    elif minutes["assignment"] and not unit.assignment_sources():
        yield (
            f"minutes.assignment is {minutes['assignment']}, and there is no {unit.name}.py, "
            f"{' or '.join(f'{stem}.py' for stem in MORE_NOTEBOOKS)}. Write it, or set 0."
        )
    elif not minutes["assignment"] and unit.assignment_sources():
        yield "minutes.assignment is 0, and there is an assignment. Estimate it."
    for field in ("prerequisites", "objectives", "interview_questions", "topics", "tracks"):
        for value in info[field]:
            if not isinstance(value, str) or not value.strip():
                yield f"{field} must hold texts. Got {value!r}. Mend it."
    if len(info["objectives"]) not in range(2, 5):
        yield f"2 to 4 objectives. Got {len(info['objectives'])}. Say what one can do afterwards."
    for field in ("interview_questions", "topics", "references"):
        if not info[field]:
            yield f"{field} must not be empty. Add one."
    for number, entry in enumerate(info["references"], start=1):
        keys = set(entry) if isinstance(entry, dict) else set()
        if keys != {"text", "where"} or not all(str(value).strip() for value in entry.values()):
            yield (
                f"reference {number} must have text and where. Got {entry!r}. "
                'Write text = "Author (year). Title." and where = "section 2, eq. (3)".'
            )


def _place(unit: Unit, info: dict) -> Iterator[str]:
    places = track_places(unit.course)
    for track in TRACKS:
        listed = unit.name in places.get(track, [])
        if track in info["tracks"] and not listed:
            yield (
                f"its track {track} must list it in source/curriculum.toml. Got no {unit.name} "
                "there. Add it to a stage."
            )
        if listed and track not in info["tracks"]:
            yield (
                f"source/curriculum.toml lists it in track {track}, and its unit.toml does not "
                f"name that track. Got tracks = {info['tracks']}. Mend one of them."
            )
    units = unit.course.units()
    for name in info["prerequisites"]:
        if name not in units:
            yield f"prerequisites must be units. Got {name!r}. Write it first, or leave it out."
            continue
        for track, order in places.items():
            if unit.name in order and name in order and order.index(name) >= order.index(unit.name):
                yield (
                    f"its prerequisite {name} must come before it. Got it "
                    f"{'as itself' if name == unit.name else f'later in track {track}'}. "
                    "Mend source/curriculum.toml or the prerequisites."
                )


def track_places(course: Course) -> dict[str, list[str]]:
    """Each track's units in curriculum order, as far as curriculum.toml is well formed."""
    order: dict[str, list[str]] = {}
    for track, stages in course.curriculum.items():
        for stage in stages if isinstance(stages, list) else []:
            names = stage.get("units", []) if isinstance(stage, dict) else []
            order.setdefault(track, []).extend(names)
    return order


def curriculum_problems(course: Course) -> list[str]:
    """What is wrong with curriculum.toml and with the folders under source/."""
    label = "source/curriculum.toml"
    problems = []
    for folder in sorted((course.root / "source").iterdir()):
        if folder.is_dir() and not folder.name.startswith((".", "__")):
            if not (folder / "unit.toml").is_file():
                problems.append(
                    f"source/{folder.name}: a unit needs a unit.toml. Got none. Write it."
                )
    try:
        curriculum = course.curriculum
    except AuthorError as error:
        return [*problems, _relative(course, str(error))]
    units = course.units()
    for track, stages in curriculum.items():
        if track not in TRACKS:
            problems.append(f"{label}: tracks are {', '.join(TRACKS)}. Got {track!r}. Rename it.")
        if not isinstance(stages, list) or not all(map(_is_stage, stages)):
            problems.append(
                f"{label}: a track is a list of stages. Got {str(stages)[:60]!r}. Write "
                f'[[{track}]], stage = "…", units = ["…"].'
            )
            continue
        for stage in stages:
            if problem := stage_problem(stage):
                problems.append(f"{label}, stage {stage['stage']!r} of {track}: {problem}")
        names = [name for stage in stages for name in stage["units"]]
        for name in sorted(set(names)):
            if name not in units:
                problems.append(
                    f"{label}: names a unit that is not there. Got {name!r} in track {track}. "
                    "Write the unit (mlprep new), or leave it out."
                )
            if names.count(name) > 1:
                problems.append(
                    f"{label}: a unit stands once in a track. Got {name!r} {names.count(name)} "
                    f"times in {track}. Keep one."
                )
    return problems


def _is_stage(stage) -> bool:
    return (
        isinstance(stage, dict)
        and {"stage", "units"} <= set(stage) <= {"stage", "units", *OPTIONAL}
        and isinstance(stage["stage"], str)
        and isinstance(stage["units"], list)
        and all(isinstance(name, str) for name in stage["units"])
    )
