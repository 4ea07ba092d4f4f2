"""The learner's notebook for mock interviews, work/mock/mock.ipynb: made once, theirs from then on.

It holds `%mock` and a few words; what was said and marked is in the log.
"""

from __future__ import annotations

import json
from pathlib import Path

from mlprep.course import Course
from mlprep.notebook import KERNELSPEC
from mlprep.plan.export import write_whole
from mlprep.plan.state import StateError, unwritten

PLACE = "work/mock/mock.ipynb"
CELLS = (
    (
        "title",
        "markdown",
        """\
# Mock interview

You are asked, you speak aloud, the clock runs: alone, with somebody beside you, or in a call. The
clock stands in each step below and, in JupyterLab, above every open notebook.

Run one cell at a time with **Ctrl Enter**, never all at once. What happens is kept as it happens: a
restarted kernel or a closed lid loses nothing, and `%mock` shows where you are. `%mock help` lists
all that can be typed.""",
    ),
    (
        "draw",
        "markdown",
        """\
## 1. Draw a round

Write the round: coding, design, fundamentals, behavioural or research; without one, a round that
you held least. The unit is drawn, more often one where you missed something.

- Shorter: `%mock start design --minutes 20`
- Somebody beside you marks too: `%mock start design --peer Ada`
- In a call, the interviewer prints the sheet (`%mock sheet design --page interviewer`, or `mlprep
  mock --round design --sheet interviewer`) and sends you the line with `--call` at its end: then
  you see questions only.

The clock starts at once.""",
    ),
    ("start", "code", "%mock start design"),
    (
        "speak",
        "markdown",
        """\
## 2. Speak

Half of the time is for the opening question. Then run the next cell again and again: it puts a
follow-up; once you have answered, it shows what a good answer holds and asks whether you said it.
`%mock end` ends the round before its time.""",
    ),
    ("next", "code", "%mock next"),
    (
        "numbers",
        "code",
        "# Room for numbers or code. A note with the clock beside it: %mock note say p99\n",
    ),
    (
        "mark",
        "markdown",
        """\
## 3. Mark

You first, axis by axis; your marks then vanish from the screen. Somebody else marks with their name
in the place of `self`. They are compared once all are there.""",
    ),
    ("score", "code", "%mock score self"),
    (
        "repair",
        "markdown",
        """\
## 4. One thing to fix

Your own words, or what is offered: the lowest axis and what its next level asks for. The next mock
of this round shows it to you first, and asks here how far you kept it.""",
    ),
    ("fix", "code", "%mock fix"),
    ("trend", "markdown", "## 5. What was held, and where it goes"),
    ("log", "code", "%mock log"),
)


def make(course: Course) -> tuple[Path, bool]:
    """The notebook's path, and whether it was made now; one that is there stays as it is.

    Raises:
        StateError: it cannot be written.
    """
    path = course.root / PLACE
    if path.exists():
        return path, False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(unwritten(path, error)) from error
    write_whole(path, json.dumps(notebook(), indent=1, ensure_ascii=False) + "\n")
    return path, True


def notebook() -> dict:
    """The notebook as it is handed out."""
    return {
        "cells": [_cell(*cell) for cell in CELLS],
        "metadata": {"kernelspec": dict(KERNELSPEC), "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(name: str, kind: str, text: str) -> dict:
    cell = {"cell_type": kind, "id": f"mock-{name}", "metadata": {}}
    more = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return cell | more | {"source": text.splitlines(keepends=True)}
