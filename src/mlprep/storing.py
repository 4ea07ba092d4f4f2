"""What becomes of a judged submission: autograded/, the gradebook, the record of attempts.

    with Store(unit, sources, sandboxed) as store:
        store.is_unchanged(student, taken)      graded before, and it would come out the same
        store.judged(student, taken, answer)    keep it; likewise store.refused, store.failed

In this order: the graded notebook, the scores (one transaction), the attempt. Whatever is stopped
half-way has no attempt, so the next run does it again; it replaces, never adds.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from mlprep.attempts import Attempt, Attempts, rows_of
from mlprep.course import Unit
from mlprep.gradebook import Entry, Gradebook
from mlprep.grading.graded import refused_notebook
from mlprep.grading.intake import TIMESTAMP, Taken
from mlprep.grading.task import Answer, grader_version
from mlprep.release import Releaser

READ_ONLY = 0o444  # as nbgrader leaves them


class Store:
    """The one writer for a unit; a context manager.

    sources, masters: the unit's notebooks as text, by name (see mlprep.grading.task.UnitTask).
    files: the unit's data files, by name. last: each student's last attempt.
    """

    def __init__(self, unit: Unit, sources: Mapping[str, str], sandboxed: bool):
        self.unit, self.sources, self.sandboxed = unit, sources, sandboxed
        data = Releaser(unit.course).data_files(unit).values()
        self.files = {p.name: p.read_bytes() for p in data if p.parent == unit.folder}
        self.version = _sha256({**sources, **self.files})
        self.book = Gradebook(unit.course)
        self.masters = self.book.prepare(unit, sources)
        self.attempts = Attempts(unit.course.root / "attempts.db")
        self.last = self.attempts.latest(unit.name)
        self._stored = self.book.scores(unit.name)
        self._points = {
            (name, cell.metadata.nbgrader.grade_id): float(cell.metadata.nbgrader.points)
            for name, text in self.masters.items()
            for cell in nbformat.v4.reads(text).cells
            if "points" in cell.metadata.get("nbgrader", {})
        }

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc_info) -> None:
        self.book.close()

    def is_unchanged(self, student: str, taken: Taken) -> bool:
        """Whether this very work was graded or refused before, with this version of the unit and
        of the grader, and that result is still in place."""
        last = self.last.get(student)
        if last is None or last.outcome == "failed" or (self.sandboxed and not last.sandboxed):
            return False
        now = (taken.sha256, self.version, grader_version())
        if now != (last.notebook_sha256, last.source_sha256, last.version):
            return False
        folder = self.book.folder("autograded", student, self.unit.name)
        files = [folder / f"{name}.ipynb" for name in self.sources if name not in taken.absent]
        return self._stored.get(student) == last.scores() and all(f.is_file() for f in files)

    def judged(self, student: str, taken: Taken, answer: Answer) -> Attempt:
        """Keep what came of a submission that was judged."""
        attempt = self._attempt(student, taken)
        attempt.seconds = answer.seconds
        reasons = dict(taken.refused)
        graded: dict[str, NotebookNode] = {}
        unknown: set[tuple[str, str]] = set()
        for page in answer.notebooks:
            if page.refused:
                reasons[page.name] = page.refused
                continue
            graded[page.name] = nbformat.v4.reads(page.graded)
            attempt.results += rows_of(page.report, page.name)
            attempt.notes += page.report["notes"]
            attempt.flags += page.report["flags"]
        for row in attempt.results:
            if row["status"] == "grader failed":
                unknown.add((row["notebook"], row["name"]))
        failures = [r for r in attempt.results if r["status"] == "grader failed"]
        if failures:
            attempt.outcome = "failed"
            attempt.reason = " ".join(f"{r['name']}: {r['message']}" for r in failures)
        elif not graded:
            attempt.outcome = "refused"
            attempt.reason = " ".join(reasons.values())
        return self._keep(attempt, taken, graded, reasons, unknown)

    def refused(self, student: str, taken: Taken) -> Attempt:
        """Keep that nothing of a submission could be taken."""
        attempt = self._attempt(student, taken)
        attempt.outcome = "refused"
        attempt.reason = " ".join(dict.fromkeys(taken.refused.values()))
        return self._keep(attempt, taken, {}, dict(taken.refused), set())

    def failed(self, student: str, taken: Taken, why: str) -> Attempt:
        """Keep that the grader failed on a submission."""
        attempt = self._attempt(student, taken)
        attempt.outcome, attempt.reason = "failed", why
        reasons = dict.fromkeys(taken.notebooks, f"The grader failed: {why}") | taken.refused
        return self._keep(attempt, taken, {}, reasons, set())

    def _attempt(self, student: str, taken: Taken) -> Attempt:
        attempt = Attempt(
            unit=self.unit.name,
            notebook_sha256=taken.sha256,
            source_sha256=self.version,
            version=grader_version(),
            student=student,
            sandboxed=self.sandboxed,
            submitted=taken.submitted.isoformat() if taken.submitted else "",
            flags=list(taken.flags),
        )
        last = self.last.get(student)
        if last and last.submitted and last.notebook_sha256 != attempt.notebook_sha256:
            if attempt.submitted and attempt.submitted <= last.submitted:
                attempt.flags.append(
                    f"{TIMESTAMP} says {attempt.submitted}, no later than the work that was here "
                    "before."
                )
        return attempt

    def _keep(self, attempt, taken, graded, reasons, unknown) -> Attempt:
        """Write all three, and complete the attempt with the scores that were stored."""
        for name, why in reasons.items():
            graded[name] = refused_notebook(nbformat.v4.reads(self.masters[name]), why)
            unknown |= {key for key in self._points if key[0] == name}
            attempt.flags.append(f"{name}.ipynb was not graded: {why}")
        attempt.flags += [f"{name}.ipynb was not handed in." for name in taken.absent]
        self._write(attempt.student, taken, graded)
        scores = self.book.store(
            Entry(
                unit=self.unit.name,
                student=attempt.student,
                submitted=taken.submitted,
                notebooks=graded,
                unknown=unknown,
                absent=set(taken.absent),
                flagged=bool(attempt.flags),
            )
        )
        known = {(row["notebook"], row["name"]): row for row in attempt.results}
        for (notebook, cell), score in scores.items():
            if (notebook, cell) not in known:
                why = reasons.get(notebook, "Not handed in.")
                row = {"notebook": notebook, "name": cell, "question": cell, "points": 0.0}
                row |= {"status": "not graded", "message": why}
                known[notebook, cell] = row | {"max_points": self._points[notebook, cell]}
            known[notebook, cell]["auto_score"] = score
        attempt.results = list(known.values())
        self.attempts.add(attempt)
        self.last[attempt.student] = attempt
        return attempt

    def _write(self, student: str, taken: Taken, graded: Mapping[str, NotebookNode]) -> None:
        """Replace the folder in autograded/ as a whole."""
        folder = self.book.folder("autograded", student, self.unit.name)
        new = folder.parent / f".{folder.name}.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for name, data in (taken.files | self.files).items():
            _write(new / name, data)
        for name, notebook in graded.items():
            _write(new / f"{name}.ipynb", nbformat.v4.writes(notebook).encode() + b"\n")
        if taken.submitted:
            _write(new / TIMESTAMP, f"{taken.submitted:%Y-%m-%d %H:%M:%S.%f} UTC\n".encode())
        if folder.exists():
            shutil.rmtree(folder)
        new.rename(folder)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(READ_ONLY)


def _sha256(files: Mapping[str, str | bytes]) -> str:
    """One hash for files, by name."""
    total = hashlib.sha256()
    for name, data in sorted(files.items()):
        data = data.encode() if isinstance(data, str) else data
        total.update(f"{len(name)}:{name}:{len(data)}:".encode() + data)
    return total.hexdigest()
