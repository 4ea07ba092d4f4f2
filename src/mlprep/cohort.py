"""Grade what a cohort handed in: submitted/<student>/<unit>/ → gradebook, autograded/, attempts.

    summary = grade(course.unit("softmax"), Options(jobs=2))

intake → judged in parallel, sandboxed (mlprep.workers) → stored by this process, as it comes. What
is unchanged since it was graded is not graded again, so a run that was stopped goes on where it
was.

An old score never outlives the work that earned it. When a new submission is refused, or the
grader fails on it, it has no points so far and waits for a person ("needs manual grade"), and its
graded notebook is replaced by one that says why; the earlier attempt stays in the record. The next
run tries a failed one again.
"""

from __future__ import annotations

import contextlib
import difflib
import itertools
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field
from typing import TextIO

from mlprep import workers
from mlprep.course import Course, Unit
from mlprep.errors import AuthorError, GraderError, NotebookError, UsageError
from mlprep.grading import bench
from mlprep.grading.intake import Taken, printable, take_in, why_not_student
from mlprep.grading.launch import require_sandbox
from mlprep.grading.task import UnitTask
from mlprep.imports import without_collecting
from mlprep.progress import Progress

TICK_S = 0.2
TRIES = 2  # of what the grader failed at; a wrong answer is judged once


@dataclass(frozen=True)
class Options:
    """How to grade.

    students: only these (default: all). force: what is unchanged too. jobs: submissions at a time
    on this machine (default: one for each processor). scheduler: a Dask scheduler's address; its
    workers judge instead. unsafe: without a sandbox; the results are stamped so.
    """

    students: Sequence[str] = ()
    force: bool = False
    jobs: int | None = None
    scheduler: str = ""
    unsafe: bool = False


@dataclass
class Summary:
    """What came of a run, by student.

    graded: points, and the points that were given out automatically. unchanged: not graded again.
    flagged: what an instructor should look at. refused: why nothing of it can be graded. failed:
    what the grader failed at.
    """

    unit: str
    unsafe: bool = False
    graded: dict[str, tuple[float, float]] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    flagged: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        return 1 if self.refused or self.failed else 0

    def to_dict(self) -> dict:
        """The summary as JSON-able data."""
        return asdict(self)

    def text(self) -> str:
        """The summary in plain text."""
        groups = ("graded", "unchanged", "flagged", "refused", "failed")
        counts = [f"{len(getattr(self, g))} {g}" for g in groups if getattr(self, g)]
        how = " WITHOUT A SANDBOX" if self.unsafe and self.graded else ""
        lines = [f"{self.unit}: {', '.join(counts) or 'nothing'} in {self.seconds:.1f} s{how}"]
        rows = [("flagged", name, why) for name, all in self.flagged.items() for why in all]
        rows += [("refused", name, why) for name, why in self.refused.items()]
        rows += [("failed", name, why) for name, why in self.failed.items()]
        return "\n".join(lines + [f"{kind:8} {name}: {why}" for kind, name, why in rows])


def grade(
    unit: Unit,
    options: Options | None = None,
    stream: TextIO | None = None,
    summary: Summary | None = None,
) -> Summary:
    """Grade a unit's submissions and store the results.

    Args:
        stream: where progress is shown (default: stderr).
        summary: is filled in as it goes; what it holds when an error is raised was stored.

    Raises:
        UsageError: nothing was submitted, or an argument is wrong.
        AuthorError: the unit was not built.
        GraderError: nobody's work can be graded here.
        KeyboardInterrupt: it was stopped.
    """
    options = options or Options()
    summary = summary or Summary(unit.name)
    summary.unsafe = options.unsafe
    begun = time.monotonic()
    if options.jobs is not None and options.jobs < 1:
        raise UsageError(f"--jobs: must be 1 or more. Got {options.jobs}.")
    sources = _sources(unit)
    students = _students(unit, options.students)
    try:
        if not options.scheduler:
            bench.prepare(UnitTask(unit.name, sources, {}, sandbox=not options.unsafe))
            if not options.unsafe:
                require_sandbox()
        with without_collecting():
            from mlprep.storing import Store  # imports nbgrader, while the workers import torch

        with contextlib.ExitStack() as stack:
            stack.enter_context(_alone(unit.course))
            pool = stack.enter_context(_pool(options))
            store = stack.enter_context(Store(unit, sources, sandboxed=not options.unsafe))
            progress = stack.enter_context(Progress(len(students), stream or sys.stderr))
            _Run(unit, options, store, pool, summary, progress).all(students)
    finally:
        bench.close_benches()
        summary.seconds = round(time.monotonic() - begun, 2)
    return summary


def _pool(options: Options) -> contextlib.AbstractContextManager[workers.Pool]:
    if options.scheduler:
        return workers.on_cluster(options.scheduler)
    return workers.here(options.jobs or workers.processors())


def _sources(unit: Unit) -> dict[str, str]:
    """The text of each of the unit's notebooks, by name."""
    paths = sorted(unit.folder.glob("*.ipynb"))
    if not paths:
        raise AuthorError(f"{unit.folder}: holds no notebook. Run `mlprep build {unit.name}`.")
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def _students(unit: Unit, wanted: Sequence[str]) -> list[str]:
    """Who has handed something in for a unit, or those of them who are wanted."""
    root = unit.course.root / "submitted"
    folders = root.iterdir() if root.is_dir() else ()
    found = sorted(f.name for f in folders if os.path.lexists(f / unit.name))
    if not found:
        raise UsageError(
            f"{root}/*/{unit.name}: nothing was submitted. Put each student's notebooks there, or "
            "collect them with nbgrader."
        )
    for name in wanted:
        if name not in found:
            near = difflib.get_close_matches(name, found, n=3)
            mend = f"Did you mean {' or '.join(near)}?" if near else f"{len(found)} others have."
            raise UsageError(f"{name}: has submitted nothing for {unit.name}. {mend}")
    return sorted(set(wanted)) or found


@contextlib.contextmanager
def _alone(course: Course) -> Iterator[None]:
    """There is one writer: a second run for the same course ends at once."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder = course.root / "autograded"
    folder.mkdir(exist_ok=True)
    with open(folder / ".grading.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError("This course is being graded already. Wait for that run.") from None
        yield


@dataclass
class _Work:
    """One submission on its way."""

    student: str
    taken: Taken
    task: bytes
    tries: int = 0


class _Run:
    """One pass over the students."""

    def __init__(self, unit, options, store, pool, summary, progress):
        self.unit: Unit = unit
        self.options: Options = options
        self.store, self.pool = store, pool
        self.summary: Summary = summary
        self.progress: Progress = progress
        self.unit_task = UnitTask(
            unit.name,
            store.sources,
            store.masters,
            sandbox=not options.unsafe,
            files=store.files,
            limits=store.limits,
        )
        self.running: dict[Future, _Work] = {}

    def all(self, students: Sequence[str]) -> None:
        """Judge and store; however it ends, what was judged by then is stored."""
        waiting = self.work(students)
        try:
            while True:
                room = max(0, self.pool.room() - len(self.running))
                for work in itertools.islice(waiting, room):
                    self.start(work)
                if not self.running:
                    return
                done, _ = wait(self.running, TICK_S, FIRST_COMPLETED)
                for future in done:
                    self.finish(future)
                self.progress.show()
        except KeyboardInterrupt:
            for future in [future for future in self.running if future.done()]:
                self.finish(future)
            raise

    def work(self, students: Sequence[str]) -> Iterator[_Work]:
        """The submissions that must be judged, one by one; the others are dealt with."""
        for student in students:
            if why := why_not_student(student):
                self.refuse(printable(student), f"{why[0].upper()}{why[1:]}.")
                continue
            taken = self.take_in(student)
            last = self.store.last.get(student)
            if not self.options.force and self.store.is_unchanged(student, taken):
                if last.outcome == "refused":
                    self.refuse(student, last.reason)
                else:
                    self.summary.unchanged.append(student)
                    self.progress.unchanged += 1
                continue
            if not taken.notebooks:
                self.keep(student, self.store.refused(student, taken))
                continue
            task = self.unit_task.for_submission(taken.notebooks, taken.files)
            yield _Work(student, taken, task)

    def take_in(self, student: str) -> Taken:
        folder = self.store.book.folder("submitted", student, self.unit.name)
        try:
            return take_in(folder, list(self.store.sources))
        except NotebookError as error:
            why = str(error).replace(f"{self.unit.course.root}/", "")
            return Taken(refused=dict.fromkeys(self.store.sources, why))

    def start(self, work: _Work) -> None:
        work.tries += 1
        self.running[self.pool.submit(work.task)] = work

    def finish(self, future: Future) -> None:
        """Store what came of a task, or try it again."""
        work = self.running.pop(future)
        answer = workers.answer_of(future)
        if answer.failed and (lost := self.pool.why_lost()):
            raise GraderError(f"{lost} What was graded is kept; run the command again to go on.")
        if answer.failed and answer.hopeless:
            raise GraderError(answer.failed)
        if answer.failed and work.tries < TRIES:
            self.start(work)
        elif answer.failed:
            self.keep(work.student, self.store.failed(work.student, work.taken, answer.failed))
        else:
            self.keep(work.student, self.store.judged(work.student, work.taken, answer))

    def keep(self, student: str, attempt) -> None:
        """Put a stored attempt into the summary."""
        if attempt.outcome == "refused":
            self.refuse(student, attempt.reason)
            return
        if attempt.flags:
            self.summary.flagged[student] = attempt.flags
        if attempt.outcome == "failed":
            self.summary.failed[student] = attempt.reason
            self.progress.failed += 1
        else:
            self.summary.graded[student] = (attempt.score, attempt.max_score)
            self.progress.done += 1

    def refuse(self, student: str, reason: str) -> None:
        self.summary.refused[student] = reason
        self.progress.failed += 1
