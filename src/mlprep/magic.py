"""`%check`, `%hint` and `%solution` in a notebook of the course.

`%mock` and `%plain` are in mlprep.mock.magic and mlprep.plain.magic.

    %check              grade this notebook with the hidden tests
    %check ridge_df     the same, and show one question
    %hint ridge_df      the next of its three hints
    %solution ridge_df  its worked solution, once you have tried

The notebook is graded in processes of their own, not in this kernel: what you left in memory
neither helps nor harms.

Every kernel of the environment loads this module (etc/ipython/ipython_config.py), so it imports
what takes time when it is first used.
"""

from __future__ import annotations

import contextlib
import html
import json
import linecache
import os
from pathlib import Path
from typing import TYPE_CHECKING

from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import display

from mlprep import warm
from mlprep.asking import Run
from mlprep.course import Course, Unit
from mlprep.errors import MlprepError, UsageError

if TYPE_CHECKING:
    from mlprep.grading.judge import Report, Result

COLOURS = {"right": "#2e7d32", "by hand": "#5f6368", "grader failed": "#8a6d00"}


@magics_class
class CheckMagics(Magics):
    """The magics of the course."""

    @line_magic
    def check(self, line: str) -> None:
        """Grade this notebook; with a question's name, show that one."""
        from mlprep.checking import report_text
        from mlprep.grading.judge import Report, Result

        try:
            unit, notebook = this_unit()
            live = live_answers(unit, unit.stem_of(notebook), self.shell.user_ns)
            command = ["check", unit.name, "--json", "--live", "--notebook", str(notebook)]
            output = Run(unit.course, command, json.dumps(live)).output()
            data = json.loads(output)
            report = Report(
                data["unit"], [Result(**r) for r in data["results"]], data["notes"], data["seconds"]
            )
            question = line.strip()
            known = [result.question for result in report.results]
            if question and question not in known:
                raise UsageError(f"{question}: no such question. There are {', '.join(known)}.")
        except MlprepError as error:
            print(f"%check: {error}")
            return
        bundle = {
            "text/plain": report_text(report, question),
            "text/html": report_html(report, question),
        }
        display(bundle, raw=True)

    @line_magic
    def hint(self, line: str) -> None:
        """The next hint for a question."""
        self._help(line, "--hint")

    @line_magic
    def solution(self, line: str) -> None:
        """The worked solution of a question that you have tried."""
        self._help(line, "--solution")

    def _help(self, line: str, flag: str) -> None:
        try:
            unit, _ = this_unit()
            if not line.strip():
                raise UsageError("name the question, such as %hint ridge_df.")
            text = Run(unit.course, ["check", unit.name, line.strip(), flag]).output()
            display({"text/plain": text, "text/markdown": text}, raw=True)
        except MlprepError as error:
            print(f"%{flag.strip('-')}: {error}")


def this_unit() -> tuple[Unit, Path]:
    """The unit and the file of the notebook that this kernel belongs to.

    Raises:
        UsageError: the kernel does not run in a folder of the course that is named as a unit.
    """
    folder, session = kernel_folder()
    unit = Course.find(folder).unit(folder.name)
    return unit, session or unit.work_notebook()


def kernel_folder() -> tuple[Path, Path | None]:
    """Where this kernel's notebook lies, and its file where Jupyter says so."""
    session = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if not session.is_absolute():
        return Path.cwd(), None
    return session.parent, session if session.suffix == ".ipynb" else None


def live_answers(unit: Unit, stem: str, namespace: dict) -> dict[str, str]:
    """The sources of the answer cells as they were last run in this kernel, by name.

    A notebook on disk may be older than what the learner has just run.
    """
    from mlprep.grading.merge import read_notebook
    from mlprep.grading.roles import grade_id, role

    source = unit.source_notebook(stem)
    if not source.is_file():
        return {}
    names = [grade_id(cell) for cell in read_notebook(source).cells if role(cell) == "answer"]
    found = {}
    for name in names:
        if text := cell_that_defined(namespace.get(name), name):
            found[name] = text
    return found


def cell_that_defined(value, name: str) -> str:
    """The text of the notebook cell that defined a function or class of this name, or ""."""
    code = getattr(value, "__code__", None)
    if code is None and isinstance(value, type):
        methods = (getattr(v, "__code__", None) for v in vars(value).values())
        code = next((c for c in methods if c is not None), None)
    if code is None or "ipykernel" not in code.co_filename:
        return ""
    text = "".join(linecache.getlines(code.co_filename)).rstrip("\n")
    return text if f"def {name}" in text or f"class {name}" in text else ""


def report_html(report: Report, question: str = "") -> str:
    """A report as a table; everything in it is escaped."""
    rows = "".join(_row(r) for r in report.results if question in ("", r.question))
    notes = "".join(f"<p style='margin:4px 0'>{html.escape(note)}</p>" for note in report.notes)
    title = f"{html.escape(report.unit)}: {report.score:g} of {report.max_score:g} points"
    return f"<div><strong>{title}</strong>{rows}{notes}</div>"


def _row(result: Result) -> str:
    from mlprep.checking import MARKS

    colour = COLOURS.get(result.status, "#b3261e")
    details = "".join(
        f"<div><span style='display:inline-block;width:5em;opacity:.7'>{label}</span>"
        f"<code>{html.escape(value)}</code></div>"
        for label, value in result.rows()
    )
    return (
        f"<div style='border-left:4px solid {colour};margin:8px 0;padding:2px 12px'>"
        f"<strong>{MARKS.get(result.status, '✘')} {html.escape(result.question)}</strong> "
        f"{result.points:g} of {result.max_points:g}"
        f"<div>{html.escape(result.message)}</div>{details}</div>"
    )


def load_ipython_extension(shell) -> None:
    """`%load_ext mlprep.magic`; the course's kernels load it by themselves."""
    from mlprep.mock.magic import MockMagics
    from mlprep.plain.magic import PlainMagics

    for magics in (CheckMagics, MockMagics, PlainMagics):
        shell.register_magics(magics)
    with contextlib.suppress(MlprepError, OSError):
        unit, _ = this_unit()
        if kernel_folder()[0].resolve() == unit.work_notebook().parent:  # no grader runs it
            warm.start(unit.course)  # so that the first check finds it ready
