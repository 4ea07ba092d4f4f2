"""The author's lint: everything about a unit that can be told without running it.

    lint_unit(unit)             every problem of a unit's folder, lesson, assignment and worksheet
    lint_course(course)         every problem of the curriculum and of all its units
    check_course(course)        the same, raised as one AuthorError with a line for each problem

A problem is one line: where, what must hold, what was found, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mlprep.course import Course, Unit
from mlprep.errors import AuthorError
from mlprep.lint.cells import assignment_problems
from mlprep.lint.leaks import leak_problems
from mlprep.lint.lesson import lesson_problems
from mlprep.lint.markers import marker_problems
from mlprep.lint.unit import curriculum_problems, unit_problems
from mlprep.notebook import PLACEHOLDER, PLACEHOLDERS, Authored, read

__all__ = [
    "check_course",
    "curriculum_problems",
    "leak_problems",
    "lint_course",
    "lint_unit",
    "notebook_problems",
    "refuse",
    "sources",
    "unit_problems",
]


def sources(unit: Unit) -> list[Authored]:
    """Every py:percent file of a unit, read: lesson, assignment, worksheet."""
    paths = [path for path in [unit.lesson_source] if path.is_file()]
    return [read(unit, path) for path in paths + unit.assignment_sources()]


def notebook_problems(authored: Authored) -> list[str]:
    """What is wrong with one py:percent file."""
    if not authored.cells:
        return authored.problems or [f"{authored.label}: must have cells. Got none. Write `# %%`."]
    problems = authored.problems + _placeholders(authored)
    marked = marker_problems(authored)
    for texts in marked.values():
        problems += texts
    if authored.is_lesson:
        return problems + lesson_problems(authored)
    return problems + assignment_problems(authored, set(marked))


def _placeholders(authored: Authored) -> list[str]:
    problems = []
    for cell in authored.cells:
        if cell.type != "markdown":
            continue
        for name in PLACEHOLDER.findall(cell.source):
            if name not in PLACEHOLDERS:
                near = difflib.get_close_matches(name, PLACEHOLDERS, n=1)
                mend = f"Did you mean {{{{{near[0]}}}}}?" if near else f"Known: {PLACEHOLDERS}."
                problems.append(
                    f"{cell.where}: unknown placeholder. Got {{{{{name}}}}}. {mend} "
                    "In a formula, put a space between the braces."
                )
    return problems


def lint_unit(unit: Unit) -> list[str]:
    """Every problem of a unit that its sources show."""
    problems = unit_problems(unit)
    for authored in sources(unit):
        problems += notebook_problems(authored)
    return problems


def lint_course(course: Course, units: Iterable[str] | None = None) -> list[str]:
    """Every problem of the curriculum and of its units (or of those named)."""
    chosen = [course.unit(name) for name in units] if units else list(course.units().values())
    problems = curriculum_problems(course)
    for unit in chosen:
        problems += lint_unit(unit)
    return problems


def check_course(course: Course, units: Iterable[str] | None = None) -> None:
    """Raises:
    AuthorError: there are problems; one line for each.
    """
    refuse(lint_course(course, units))


def refuse(problems: list[str]) -> None:
    """Raises:
    AuthorError: there are problems; one line for each.
    """
    if problems:
        raise AuthorError("\n".join(dict.fromkeys(problems)))
