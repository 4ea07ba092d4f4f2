"""What all submissions that one `nbgrader autograde` grades have in common."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from mlprep.errors import GraderError
from mlprep.grading.bench import judge_task
from mlprep.grading.limits import Limits
from mlprep.grading.task import Answer, UnitTask
from mlprep.nbgrader.trusted import Trusted, trusted_notebook


class Batch:
    """A course's assignments as they are graded now, and the judge's processes.

    Those are started once. They end with this process, or when nobody has asked them for some
    minutes.
    """

    def __init__(self, converter):
        self.coursedir, self.log = converter.coursedir, converter.log
        self._kept = converter.exclude_overwriting
        self.trusted = functools.cache(self._trusted)
        self._task_of = functools.cache(self._make_task)

    def gradebook(self):
        """nbgrader's gradebook of this course, to be closed after use."""
        from nbgrader.api import Gradebook

        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def source_folder(self, assignment: str) -> Path:
        place = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment)
        return Path(place)

    def _trusted(self, assignment: str) -> dict[str, Trusted]:
        """The assignment's notebooks, by name."""
        folder, found = self.source_folder(assignment), {}
        with self.gradebook() as book:
            for name in [row.name for row in book.find_assignment(assignment).notebooks]:
                found[name] = trusted_notebook(book, assignment, name, folder / f"{name}.ipynb")
                for warning in found[name].warnings:
                    self.log.warning(warning)
        return found

    def _make_task(self, assignment: str, sandbox: bool, limits: Limits) -> UnitTask:
        notebooks = self.trusted(assignment).items()
        return UnitTask(
            assignment,
            {name: nbformat.v4.writes(trusted.source) for name, trusted in notebooks},
            {name: nbformat.v4.writes(trusted.master) for name, trusted in notebooks},
            sandbox,
            limits,
            self._own_files(assignment),
        )

    def _own_files(self, assignment: str) -> dict[str, bytes]:
        """The files beside the source notebooks that replace what learners hand in."""
        from nbgrader.utils import find_all_files

        folder = self.source_folder(assignment)
        paths = map(Path, find_all_files(str(folder), [*self.coursedir.ignore, "*.ipynb"]))
        files = {path.relative_to(folder).as_posix(): path for path in sorted(paths)}
        kept = self._kept.get(assignment, [])
        return {name: path.read_bytes() for name, path in files.items() if name not in kept}

    def judge(
        self,
        assignment: str,
        name: str,
        notebook: NotebookNode,
        files: dict[str, bytes],
        sandbox: bool,
        limits: Limits,
    ) -> tuple[dict, NotebookNode]:
        """The report on a learner's notebook, as data, and the notebook with outputs.

        Raises:
            GraderError: the grader failed, twice.
        """
        task = self._task_of(assignment, sandbox, limits)
        data = task.for_submission({name: json.dumps(notebook).encode()}, files)
        answer = Answer.of(judge_task(data))
        if answer.failed and not answer.hopeless:
            answer = Answer.of(judge_task(data))
        failed = answer.failed or answer.notebooks[0].refused
        if failed:
            raise GraderError(f"{assignment}/{name}: the grader failed. {failed}")
        judged = answer.notebooks[0]
        return judged.report, nbformat.v4.reads(judged.graded)
