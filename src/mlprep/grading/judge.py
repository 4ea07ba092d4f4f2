"""Judge a learner's notebook: run their cells in another process, our tests in this one."""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import math
import time
import types
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

from mlprep.check.answer import AnswerLost, RemoteError
from mlprep.check.question import Question, collecting
from mlprep.check.values import NotPlain, show
from mlprep.check.verdict import UNANSWERED, Verdict
from mlprep.errors import NotebookError
from mlprep.grading.cells import checked_outputs, error_output, stopped_output
from mlprep.grading.guards import at_most, shortened, silence
from mlprep.grading.launch import Cold, Launcher
from mlprep.grading.limits import Limits
from mlprep.grading.merge import Merged, Step, merge, released
from mlprep.grading.names import NoShell, Origins, python_of, read_and_bound
from mlprep.grading.remote import Box
from mlprep.grading.roles import grade_id, role
from mlprep.grading.space import Space, Undefined

MAX_FILES_BYTES = 16 << 20
STUB = "NotImplementedError"  # what an answer raises that nobody has written yet


@dataclass
class Result(Verdict):
    """What came of one graded cell: a verdict, and which cell it is (its grade_id).

    status, besides a Verdict's: "missing" (the answer cell is gone), "by hand" (a person grades
    it), "grader failed" (then the learner's points are unknown, not 0).
    """

    name: str = ""
    seconds: float = 0.0


@dataclass
class Report:
    """What came of a notebook: a result for each graded cell, and what else to know.

    flags: what an instructor should look at, one sentence each: tests that were edited, processes
    that died or were left behind, output that was dropped.
    outputs: what the learner's cells showed, by the cell's index in their notebook. It is theirs:
    a page that shows it must sanitize it.
    """

    unit: str
    results: list[Result]
    notes: list[str]
    seconds: float = 0.0
    flags: list[str] = field(default_factory=list)
    outputs: dict[int, list[NotebookNode]] = field(default_factory=dict, repr=False)

    @property
    def automatic(self) -> list[Result]:
        return [result for result in self.results if result.status != "by hand"]

    @property
    def score(self) -> float:
        return round(sum(result.points for result in self.automatic), 4)

    @property
    def max_score(self) -> float:
        return sum(result.max_points for result in self.automatic)

    def to_dict(self) -> dict:
        """The report as JSON-able data, without what the cells showed."""
        data = asdict(replace(self, outputs={}))
        del data["outputs"]
        return data | {"score": self.score, "max_score": self.max_score}


@dataclass(frozen=True)
class Trial:
    """What came of the worked solution under its own tests.

    failed: the tests that it does not pass, and what they said; they can judge nobody.
    objects: where it gives objects and functions; changes: where it changes its arguments in
    place; see Box.
    lost: its process was lost, which may be the fault of a busy machine.
    """

    failed: dict[str, str] = field(default_factory=dict)
    objects: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    lost: bool = False

    @classmethod
    def of(cls, data: dict) -> Trial:
        """A trial from what `to_dict` gave."""
        sets = {name: frozenset(data[name]) for name in ("objects", "changes")}
        return cls(**data | sets)

    def to_dict(self) -> dict:
        """The trial as JSON-able data."""
        return asdict(self) | {name: sorted(getattr(self, name)) for name in ("objects", "changes")}


def try_worked_solution(
    unit: str,
    source: NotebookNode,
    files: dict[str, bytes] | None = None,
    limits: Limits | None = None,
    launcher: Launcher | None = None,
) -> Trial:
    """Judge the instructor's own notebook, as any other."""
    run = _Run(source, merge(source, source), files or {}, limits or Limits(), launcher or Cold())
    report = run.report(unit)
    failed = {r.name: r.message for r in report.automatic if r.points < r.max_points}
    lost = any(result.status == "lost" for result in report.results)
    return Trial(failed, frozenset(run.given), frozenset(run.changed), lost)


def judge_notebook(
    unit: str,
    source: NotebookNode,
    learner: NotebookNode,
    files: dict[str, bytes] | None = None,
    limits: Limits | None = None,
    launcher: Launcher | None = None,
    trial: Trial | None = None,
) -> Report:
    """Grade `learner`'s notebook with `source`'s tests.

    Args:
        files: what lies beside the notebook for its code to read, by name (see files_beside).
        launcher: starts the submission's process (default: a cold one, without a sandbox).
        trial: what came of the worked solution; give it where other people's work is graded
            (default: the worked solution is tried only if a test stops with an error).

    Raises:
        NotebookError: the notebook is not this assignment.
    """
    limits, launcher = limits or Limits(), launcher or Cold()

    def tried() -> Trial:
        return trial or try_worked_solution(unit, source, files, limits, launcher)

    merged = merge(source, learner)
    run = _Run(source, merged, files or {}, limits, launcher, tried, trial)
    return run.report(unit)


def files_beside(notebook: Path) -> dict[str, bytes]:
    """The plain files in a notebook's folder that its code may want, links and notebooks left out.

    Raises:
        NotebookError: together they are too large to hand over.
    """
    found: dict[str, bytes] = {}
    for path in sorted(notebook.parent.iterdir()) if notebook.parent.is_dir() else []:
        if path.is_file() and not path.is_symlink() and path.suffix not in (".ipynb", ".db"):
            if path.stat().st_size > MAX_FILES_BYTES - sum(map(len, found.values())):
                raise NotebookError(
                    f"{path}: the files beside the notebook may have {MAX_FILES_BYTES >> 20} MB in "
                    "all. Move the large ones away."
                )
            found[path.name] = path.read_bytes()
    return found


def _is_graded(cell: NotebookNode) -> bool:
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade") or meta.get("task"))


@functools.lru_cache(maxsize=1000)
def compiled_test(code: str, filename: str) -> tuple[types.CodeType, types.CodeType | None]:
    """A test cell's code, and apart from it the expression that it ends in, if it ends in one."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    worth = compile(ast.Expression(last.value), filename, "eval") if last is not None else None
    return compile(tree, filename, "exec"), worth


def read_ahead(source: NotebookNode) -> None:
    """Parse and compile what each run of the judge on this notebook needs; forks then have it."""
    Origins(source)
    for cell in source.cells:
        if role(cell) == "test":
            with contextlib.suppress(SyntaxError):
                compiled_test(python_of(cell.source), f"<test {grade_id(cell)}>")


class _Run:
    """One pass over the steps; starts the submission's process anew when it is lost."""

    def __init__(
        self,
        source: NotebookNode,
        merged: Merged,
        files: dict[str, bytes],
        limits: Limits,
        launcher: Launcher,
        tried: Callable[[], Trial] | None = None,
        trial: Trial | None = None,
    ):
        self.source, self.merged, self.files = source, merged, files
        self.limits, self.launcher = limits, launcher
        self.tried, self.trial = tried, trial  # both None: this is the worked solution's run
        self.deadline = time.monotonic() + limits.notebook_s
        self.points = {
            grade_id(cell): float(cell.metadata["nbgrader"].get("points", 0))
            for cell in source.cells
            if _is_graded(cell)
        }
        self.asks = _asked_by_each_test(source)
        self.origins = Origins(source)
        self.started = time.monotonic()
        self.done: list[Step] = []
        self.errors: dict[str, str] = {}  # what went wrong in a cell, by its name
        self.results: dict[str, Result] = {}
        self.outputs: dict[int, list[NotebookNode]] = {}
        self.flags: list[str] = list(merged.flags)
        self.ours: dict[str, object] = {
            "__builtins__": builtins,
            "__name__": "__judge__",
            "get_ipython": NoShell,
        }
        self.earlier: dict[str, object] = {}  # what tests have defined
        self.given: set[str] = set()
        self.changed: set[str] = set()
        self.box: Box | None = None

    def report(self, unit: str) -> Report:
        try:
            self.all_steps()
        finally:
            self.close()
        results = [self.result_of(cell) for cell in self.source.cells if _is_graded(cell)]
        seconds = round(time.monotonic() - self.started, 3)
        flags = list(dict.fromkeys(self.flags))
        return Report(unit, results, self.merged.notes, seconds, flags, self.outputs)

    def all_steps(self) -> None:
        self.open_box()
        for statement in self.origins.imports:
            with contextlib.suppress(Exception), silence():  # who needs it will miss it
                exec(statement, self.ours)
        for step in self.merged.steps:
            if step.kind == "test":
                started = time.monotonic()
                result = self.results[step.name] = self.test(step)
                result.seconds = round(time.monotonic() - started, 3)
                if self.box.has_left_processes():
                    self.flags.append(
                        f"`{result.question}` left processes behind; they were ended."
                    )
                    self.start_again()  # what one question left behind must not cost the next
                continue
            if step.kind == "locked":
                self.run_here(step)
            self.run_there(step)

    def open_box(self) -> None:
        self.box = Box(self.launcher, self.limits, self.deadline)
        self.box.given, self.box.changed = self.given, self.changed
        if self.trial is not None:
            self.box.objects, self.box.changes = self.trial.objects, self.trial.changes
        self.box.put_files(self.files)

    def close(self) -> None:
        if self.box is not None:
            self.box.close()

    def run_there(self, step: Step) -> None:
        """Run a cell in the submission's process."""
        if not step.source.strip():
            return
        try:
            shown, error = self.box.run_cell(step.source)
        except AnswerLost as lost:
            self.errors[step.name] = f"the cell `{step.name}` was stopped: {lost}"
            self.flags.append(f"The cell `{step.name}` was stopped: {lost}")
            self.outputs[step.cell] = [stopped_output(lost)]
            self.start_again()
            return
        self.outputs[step.cell], dropped = checked_outputs(shown)
        if dropped:
            self.flags.append(f"The cell `{step.name}` showed more than is kept.")
        if error is not None:
            self.outputs[step.cell].append(error_output(error))
            where = f" (at `{error.where}`)" if error.where else ""
            text = f": {error}" if str(error) else ""
            self.errors[step.name] = f"the cell `{step.name}` raised {error.kinds[0]}{text}{where}"
        self.done.append(step)

    def run_here(self, step: Step) -> None:
        """Run a locked cell in the judge too. What it takes from the learner is not there."""
        try:
            with silence():
                code = compile(python_of(step.source), f"<test {step.name}>", "exec")
                exec(code, self.ours)
        except Exception as error:  # noqa: BLE001 - told when a test misses what it should define
            self.errors.setdefault(step.name, f"{type(error).__name__}: {error}")

    def start_again(self) -> None:
        """A fresh process, with the cells that went well run again."""
        self.box.close()
        try:
            self.open_box()
            for step in self.done:
                self.box.run_cell(step.source)
        except AnswerLost:
            pass  # the next question meets the same end and says so

    def test(self, step: Step) -> Result:
        """Run one test cell of ours on what the learner defined."""
        worth = self.points[step.name]
        name = self.asks.get(step.name) or step.name
        result = Result(name, 0.0, worth, "wrong", "", name=step.name)
        if name in self.merged.missing:
            result.status, result.message = "missing", f"The answer cell `{name}` is missing."
            return result
        if self.trial is not None and step.name in self.trial.failed:
            return self.grader_failed(result)
        try:
            earned, verdicts = self.run_test(step)
        except AnswerLost as lost:
            result.status, result.message = "lost", str(lost)
            self.flags.append(f"`{name}` was lost: {lost}")
            self.start_again()
        except Undefined as error:
            result.status, result.message = "raised", self.explain_undefined(str(error))
        except RemoteError as error:
            result.status = "raised"
            if error.kinds[0] == STUB:
                result.message = UNANSWERED
                return result
            result.message = f"It raised {error.kinds[0]}: {error}".removesuffix(": ") + "."
            self.tell_last_call(result)
        except NotPlain as error:
            result.message = f"Plain data is wanted, not {error}."
        except AssertionError as error:
            result.message = shortened(str(error)) or _claim(step.source)
            self.tell_last_call(result)
        except Exception as error:  # noqa: BLE001 - our test's fault, or what it got was unusable
            text = shortened(f"The test stopped with {type(error).__name__}: {error}")
            result.message = f"{text}. Is what the answer gives of the right type and shape?"
            if self.tried is None:
                result.status, result.message = "grader failed", f"{text}."
                return result
            self.trial = self.trial or self.tried()
            if step.name in self.trial.failed:
                return self.grader_failed(result)
        else:
            result.points = worth if earned is None else min(earned, worth)
            result.status = "right" if result.points >= worth else "wrong"
            result.message = "All tests held." if result.status == "right" else ""
            for verdict in verdicts:
                self.tell(result, verdict)
                if verdict.status == "lost":
                    self.flags.append(f"`{name}` was lost: {verdict.message}")
        return result

    def grader_failed(self, result: Result) -> Result:
        """A test that the worked solution does not pass says nothing of the learner."""
        result.status = "grader failed"
        result.message = (
            f"The worked solution does not pass this test either. {self.trial.failed[result.name]}"
        )
        return result

    def run_test(self, step: Step) -> tuple[float | None, list[Verdict]]:
        """Execute a test cell: the number that it ends in (None: it ends in none), its verdicts."""
        verdicts: list[Verdict] = []

        def grade(question: Question) -> float:
            box, kept = self.box, self.box.changes
            box.changes = None  # a Question sees what was changed, and says so
            try:
                verdict = question.verdict()
            finally:
                box.changes = kept
            verdicts.append(verdict)
            if verdict.status == "lost":
                self.start_again()
                space.fetch_again(self.box)  # for the next question in this cell
            return verdict.points

        code, value = python_of(step.source), None
        body, last = compiled_test(code, f"<test {step.name}>")
        self.box.forget_callbacks()
        self.box.exceptions = _exceptions_in(self.ours)
        space = Space(self.box, step.name, self.origins, self.ours, self.earlier)
        left_s = min(self.limits.test_s, max(self.deadline - time.monotonic(), 1.0))
        try:
            with collecting(grade), silence(), at_most(left_s):
                space.fetch_what(code)
                exec(body, space)
                if last is not None:
                    value = eval(last, space)
        finally:
            _, bound = read_and_bound(code)
            self.earlier |= {name: space[name] for name in bound if dict.__contains__(space, name)}
        if self.box.lost is not None:  # and a bare `except:` of the test swallowed it
            raise self.box.lost
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            return None, verdicts
        earned = float(value)
        return (0.0 if math.isnan(earned) else max(earned, 0.0)), verdicts

    def tell(self, result: Result, verdict: Verdict) -> None:
        """Put what a verdict says into a result; the first that is not right decides."""
        result.probes += verdict.probes
        if result.call or (verdict.status == "right" and result.status != "right"):
            return
        if verdict.status == "right":
            result.message = verdict.message
            return
        result.status, result.message = verdict.status, verdict.message
        result.mistake, result.call = verdict.mistake, verdict.call
        result.expected, result.got = verdict.expected, verdict.got

    def tell_last_call(self, result: Result) -> None:
        """What a test without a Question did last, and what came of it."""
        if self.box.last:
            name, args, kwargs, *got = self.box.last
            parts = [show(a, 60) for a in args] + [f"{k}={show(v, 60)}" for k, v in kwargs.items()]
            result.call = f"{name}({', '.join(parts)})"
            result.got = show(got[0]) if got else ""

    def explain_undefined(self, name: str) -> str:
        if self.errors.get(name, "").startswith(f"the cell `{name}` raised {STUB}"):
            return UNANSWERED
        reasons = [self.errors[key] for key in (name, *self.errors) if key in self.errors]
        because = f": {reasons[0]}" if reasons else ". Define it in its answer cell"
        return f"`{name}` is not defined{because}".rstrip(".") + "."

    def result_of(self, cell: NotebookNode) -> Result:
        name = grade_id(cell)
        worth = self.points[name]
        if name in self.results:
            return self.results[name]
        if role(cell) == "test":
            message = "The test was not reached."
            return Result(name, 0.0, worth, "grader failed", message, name=name)
        written = self.merged.written.get(name, "").strip()
        message = "Graded by hand." if written else "Nothing is written yet."
        return Result(name, 0.0, worth, "by hand", message, name=name)


def _claim(source: str) -> str:
    """What a test of plain asserts checks, as its first line says to the learner."""
    text = ast.get_docstring(ast.parse(python_of(released(source)))) or ""
    first = text.strip().partition("\n")[0].strip()
    return f"This does not hold: {first}" if first else "A test without a message failed."


def _exceptions_in(space: dict) -> dict[str, type[Exception]]:
    """The exception classes of a namespace, by their names."""
    found = {"LinAlgError": np.linalg.LinAlgError}
    for value in space.values():
        if isinstance(value, type) and issubclass(value, Exception):
            found[value.__name__] = value
    return found


def _asked_by_each_test(source: NotebookNode) -> dict[str, str]:
    """The answer cell that each test cell is about: the nearest one before it."""
    asked, latest = {}, ""
    for cell in source.cells:
        if role(cell) == "answer":
            latest = grade_id(cell)
        elif role(cell) == "test":
            asked[grade_id(cell)] = latest
    return asked
