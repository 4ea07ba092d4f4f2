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
from mlprep.nbgrader.judge import Judge
from mlprep.nbgrader.shown import heading
from mlprep.release import Releaser

READ_ONLY = 0o444  # as nbgrader leaves them


class Store:
    """The one writer for a unit; a context manager.

    sources, masters: the unit's notebooks as text, by name (see mlprep.grading.task.UnitTask).
    files: the unit's data files, by name. limits: what a submission may use, as the course's
    nbgrader_config.py says (c.Judge). last: each student's last attempt.
    """

    def __init__(self, unit: Unit, sources: Mapping[str, str], sandboxed: bool):
        self.unit, self.sources, self.sandboxed = unit, sources, sandboxed
        paths = Releaser(unit.course).data_files(unit).values()
        self.files = {p.relative_to(unit.folder).as_posix(): p.read_bytes() for p in paths}
        self.book = Gradebook(unit.course)
        self.limits = Judge(config=self.book.config).limits
        self.version = _sha256({**sources, **self.files, "": repr(self.limits)})
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
        refused, graded = dict(taken.refused), {}
        for page in answer.notebooks:
            if page.refused:
                refused[page.name] = page.refused
                continue
            graded[page.name] = nbformat.v4.reads(page.graded)
            attempt.results += rows_of(page.report, page.name)
            attempt.notes += page.report["notes"]
            attempt.flags += page.report["flags"]
        failures = [r for r in attempt.results if r["status"] == "grader failed"]
        unknown = {(row["notebook"], row["name"]) for row in failures}
        if failures:
            attempt.outcome = "failed"
            attempt.reason = " ".join(f"{r['name']}: {r['message']}" for r in failures)
        elif not graded:
            attempt.outcome = "refused"
            attempt.reason = " ".join(dict.fromkeys(refused.values()))
        return self._keep(attempt, taken, graded, refused, unknown)

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
        graded = {name: refused_notebook(self._master(name), why) for name in taken.notebooks}
        attempt.flags.append(f"The grader failed: {why}")
        unknown = {key for key in self._points if key[0] in taken.notebooks}
        return self._keep(attempt, taken, graded, dict(taken.refused), unknown)

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

    def _master(self, name: str) -> NotebookNode:
        return nbformat.v4.reads(self.masters[name])

    def _keep(
        self,
        attempt: Attempt,
        taken: Taken,
        graded: dict[str, NotebookNode],
        refused: Mapping[str, str],
        unknown: set[tuple[str, str]],
    ) -> Attempt:
        """Write all three, and complete the attempt with the scores that were stored.

        Args:
            refused: why a notebook cannot be graded, by its name.
            unknown: cells whose points a person decides.
        """
        for name, why in refused.items():
            graded[name] = refused_notebook(self._master(name), why)
            attempt.flags.append(f"{name}.ipynb was not graded: {why}")
        attempt.flags += [f"{name}.ipynb was not handed in." for name in taken.absent]
        attempt.flags = list(dict.fromkeys(attempt.flags))
        said = {"notes": attempt.notes, "flags": attempt.flags, "unsafe": not self.sandboxed}
        for notebook in graded.values():
            notebook.cells = heading(said) + notebook.cells
        last = self.last.get(attempt.student)
        is_flagged = True if attempt.flags else False if last and last.flags else None
        self._write(attempt.student, taken, graded)
        scores = self.book.store(
            Entry(
                unit=self.unit.name,
                student=attempt.student,
                submitted=taken.submitted,
                notebooks=graded,
                unknown=unknown,
                refused=set(refused),
                absent=set(taken.absent),
                flagged=is_flagged,
            )
        )
        known = {(row["notebook"], row["name"]): row for row in attempt.results}
        for (notebook, cell), score in scores.items():
            if (notebook, cell) not in known:
                why = refused.get(notebook) or attempt.reason or "Not handed in."
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
            (new / name).parent.mkdir(parents=True, exist_ok=True)
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
