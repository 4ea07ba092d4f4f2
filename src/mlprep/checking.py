"""Check a learner's own work: find their notebook, grade it, keep the attempt, say what came of it.

The one way in for `mlprep check`, `%check` and whatever else shows the result.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import mlprep
from mlprep.attempts import Attempts
from mlprep.check.proof import questions_of
from mlprep.course import Unit
from mlprep.errors import AuthorError, MlprepError, UsageError
from mlprep.grading.judge import Report, Result, files_beside, judge_notebook
from mlprep.grading.launch import for_own_work
from mlprep.grading.merge import read_notebook
from mlprep.grading.roles import grade_id, role

MARKS = {"right": "✔", "by hand": "✎", "grader failed": "!"}


def attempts_of(unit: Unit) -> Attempts:
    """The learner's record in this course."""
    return Attempts(unit.course.root / "work" / "attempts.db")


def check(unit: Unit, notebook: Path | None = None, live: dict[str, str] | None = None) -> Report:
    """Grade the learner's notebook of a unit with the hidden tests, and keep the attempt.

    Args:
        notebook: the file to grade (default: the learner's copy in work/). It is only read.
        live: sources of answer cells, by name, that replace those in the file.

    Raises:
        NotebookError: the file is missing or is not this assignment.
    """
    stem = unit.stem_of(notebook)
    source_path = unit.source_notebook(stem)
    if not source_path.is_file():
        raise AuthorError(f"{source_path}: missing. Run `mlprep build {unit.name}`.")
    path = notebook or unit.work_notebook(stem)
    learner = read_notebook(path)
    saved = learner_sources(learner)
    for cell in learner.cells:
        if (name := grade_id(cell)) in (live or {}):
            cell.source = live[name]
    source = read_notebook(source_path)
    report = judge_notebook(unit.name, source, learner, files_beside(path), launcher=for_own_work())
    unsaved = sorted(
        name for name, text in (live or {}).items() if saved.get(name, "").strip() != text.strip()
    )
    if unsaved:
        report.notes.append(
            f"Graded as it runs in your kernel, not as saved: {', '.join(unsaved)}. "
            "Save the notebook to keep it."
        )
    _keep(unit, report, _sha256(path), _sha256(source_path))
    return report


def _keep(unit: Unit, report: Report, notebook_sha256: str, source_sha256: str) -> None:
    """Record the attempt; a record that cannot be read is put aside first, and that is noted."""
    attempts = attempts_of(unit)
    record = (report, notebook_sha256, source_sha256, mlprep.__version__)
    try:
        try:
            attempts.record(*record)
        except sqlite3.OperationalError:
            raise  # in use, full, not ours to write
        except sqlite3.DatabaseError:
            from mlprep.plan.state import State

            notes = State.of(unit.course).notes
            attempts.record(*record)
            report.notes += notes
    except (sqlite3.Error, OSError, MlprepError) as error:
        report.notes.append(
            f"{attempts.path}: this attempt could not be kept ({error}). Move the file away."
        )


def learner_sources(notebook) -> dict[str, str]:
    """The source of each cell that has a grade id."""
    return {grade_id(cell): cell.source for cell in notebook.cells if grade_id(cell)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# Hints and worked solutions


@dataclass
class Help:
    """What the author wrote to help with one question."""

    hints: tuple[str, ...]
    why: str
    solution: str


def helps(unit: Unit) -> dict[str, Help]:
    """The hints and the worked solution of each question of a unit, by its answer's name."""
    found: dict[str, Help] = {}
    for stem in [path.stem for path in unit.assignment_sources()] or [unit.name]:
        path = unit.source_notebook(stem)
        notebook = read_notebook(path)
        for cell in notebook.cells:
            if role(cell) == "answer":
                found[grade_id(cell)] = Help((), "", without_markers(cell.source))
        for asked in questions_of(notebook, str(path)):
            known = found[asked.answer]
            known.hints = known.hints or asked.question.hint_texts
            known.why = known.why or asked.question.why_text
    return found


def without_markers(source: str) -> str:
    """A solution's code without nbgrader's marker lines."""
    lines = source.splitlines()
    kept = [line for line in lines if "BEGIN SOLUTION" not in line and "END SOLUTION" not in line]
    return "\n".join(kept)


def _help(unit: Unit, question: str) -> Help:
    known = helps(unit)
    if question not in known:
        raise UsageError(f"{question}: no such question in {unit.name}. It has {', '.join(known)}.")
    return known[question]


def next_hints(unit: Unit, question: str) -> tuple[list[str], int]:
    """A question's hints up to the next one, and how many there are; that it was asked is kept."""
    rungs = _help(unit, question).hints
    if not rungs:
        return [], 0
    attempts = attempts_of(unit)
    try:
        rung = attempts.next_hint(unit.name, question, len(rungs))
    except (sqlite3.Error, OSError) as error:
        raise UsageError(
            f"{attempts.path}: hints are counted there, and it cannot be written ({error}). Free "
            "some disk, or move the file away."
        ) from None
    return [" ".join(text.split()) for text in rungs[: rung + 1]], len(rungs)


def next_hint(unit: Unit, question: str) -> str:
    """The next of a question's three hints, in Markdown; the last one stays."""
    hints, count = next_hints(unit, question)
    if not hints:
        return f"{question} has no hints."
    return f"Hint {len(hints)} of {count} for `{question}`: {hints[-1]}"


def _was_run_plainly(unit: Unit, question: str) -> bool:
    """Whether the learner has run this question's plain file (see mlprep.plain)."""
    from mlprep.plain.log import Log
    from mlprep.plan.state import State

    asked = (unit.name, question)
    sittings = Log(State.of(unit.course)).sittings()
    return any(one.first is not None for one in sittings if (one.unit, one.question) == asked)


def worked_solution(unit: Unit, question: str) -> str:
    """The worked solution and why it is so, in Markdown, once an attempt was checked.

    Raises:
        UsageError: nothing was tried yet, or there is no such question.
    """
    known = _help(unit, question)
    if not (attempts_of(unit).tried(unit.name, question) or _was_run_plainly(unit, question)):
        raise UsageError(
            f"{question}: try it first. Write an answer, check it (mlprep check {unit.name}), "
            "then ask again."
        )
    return f"```python\n{known.solution}\n```\n\n{known.why}".rstrip() + "\n"


# Showing a report


def report_text(report: Report, question: str = "") -> str:
    """A report in plain text; with `question`, that one only."""
    lines = []
    if not question:
        by_hand = sum(r.max_points for r in report.results if r.status == "by hand")
        more = f" ({by_hand:g} more are graded by hand)" if by_hand else ""
        lines.append(f"{report.unit}: {report.score:g} of {report.max_score:g} points{more}")
    for result in report.results:
        if question in ("", result.question):
            lines += _result_lines(result)
    lines += [f"note: {note}" for note in report.notes]
    return "\n".join(lines)


def _result_lines(result: Result) -> list[str]:
    mark = MARKS.get(result.status, "✘")
    points = f"{result.points:g}/{result.max_points:g}"
    head = f"{mark} {result.question:24} {points:>8}  {result.message}"
    return [head.rstrip()] + [f"    {label:9}{value}" for label, value in result.rows()]
