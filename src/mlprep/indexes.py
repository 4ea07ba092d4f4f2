"""The generated indexes: notebooks/README.md (lessons) and release/README.md (assignments)."""

from __future__ import annotations

from pathlib import Path

from mlprep.course import Course, Unit
from mlprep.errors import AuthorError
from mlprep.notebook import banner

SOURCES = "source/curriculum.toml and each unit's unit.toml"
HEADINGS = {"engineering": "Engineering track", "research": "Research track"}
LESSONS_INTRO = """\
# Lessons

Read them in order. Each opens with the question that an interviewer asks, and was run from top
to bottom: every number and figure in it was computed by the code above it.
"""
ASSIGNMENTS_INTRO = """\
# Assignments

Work on a copy of these: `python3 run.py study` makes one in `work/`, and keeps your answers when
an assignment is renewed. Difficulty runs from 1 (warm-up) to 5 (asked of specialists).
"""


def index_pages(course: Course) -> dict[Path, str]:
    """The text of each index, by path.

    Raises:
        AuthorError: a unit.toml or curriculum.toml cannot be read.
    """
    return {
        course.root / "notebooks" / "README.md": page(course, LESSONS_INTRO, _lesson_row),
        course.root / "release" / "README.md": page(course, ASSIGNMENTS_INTRO, _assignment_row),
    }


def page(course: Course, intro: str, row) -> str:
    """A page with a table for each stage of each track.

    Args:
        intro: the text above the tables.
        row: a function of a unit: its links and its minutes, or None to leave it out.
    """
    units = course.units()
    note = banner(SOURCES).replace("edit that file, not this one", "edit those, not this file")
    lines = [note, "", intro]
    for track, stages in course.curriculum.items():
        try:
            lines += _track(HEADINGS.get(track, track), stages, units, row)
        except (KeyError, TypeError, AttributeError):
            raise AuthorError(
                f"source/curriculum.toml: no index can be made of track {track!r}. "
                "Mend what is named above."
            ) from None
    return "\n".join(lines).rstrip("\n") + "\n"


def _track(heading: str, stages: list[dict], units: dict[str, Unit], row) -> list[str]:
    """A heading, then a table for each stage; units are numbered through the track."""
    blocks, number, minutes = [], 0, 0
    for stage in stages:
        rows = []
        for name in stage["units"]:
            if name in units and (found := row(units[name])):
                number += 1
                link, spent = found
                minutes += spent
                difficulty = units[name].info["difficulty"]
                rows.append(f"| {number} | {link} | {spent} | {difficulty} |")
        if rows:
            table = ["| | Unit | Minutes | Difficulty |", "| ---: | :--- | ---: | ---: |", *rows]
            blocks += ["", f"### {stage['stage']}", "", *table]
    if not blocks:
        return []
    units_text = "1 unit" if number == 1 else f"{number} units"
    return [f"## {heading}", "", f"{units_text}, {_hours(minutes)}.", *blocks, ""]


def _hours(minutes: int) -> str:
    """About how long: `45 minutes`, `6.5 hours`."""
    hours = (minutes + 15) // 30 / 2
    if minutes < 60:
        return f"{minutes} minutes"
    return f"{hours:g} hour{'s' if hours != 1 else ''}"


def _lesson_row(unit: Unit) -> tuple[str, int] | None:
    if not unit.lesson_source.is_file():
        return None
    return f"[{unit.info['title']}]({unit.name}.ipynb)", unit.info["minutes"]["lesson"]


def _assignment_row(unit: Unit) -> tuple[str, int] | None:
    stems = [path.stem for path in unit.assignment_sources()]
    if not stems:
        return None
    links = [f"[{unit.info['title']}]({unit.name}/{stems[0]}.ipynb)"]
    links += [f"[{stem}]({unit.name}/{stem}.ipynb)" for stem in stems[1:]]
    return ", ".join(links), unit.info["minutes"]["assignment"]
