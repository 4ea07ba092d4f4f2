"""How nbgrader reads a submission: nothing of it is copied, opened or waited for before it is
known to be regular files of agreed names and sizes.

nbgrader makes one exporter for all submissions, before it copies the first.
"""

from __future__ import annotations

import copy
import glob
import os
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import MissingEntry

from mlprep.errors import NotebookError
from mlprep.grading.graded import refused_notebook
from mlprep.grading.intake import (
    TIMESTAMP,
    Caps,
    claimed_time,
    printable,
    read_regular,
    unfit,
    why_not_student,
)
from mlprep.grading.merge import merge, parse_notebook
from mlprep.nbgrader.batch import Batch

CAPS = Caps()
TIMESTAMP_BYTES = 200


class SubmissionExporter(NotebookExporter):
    """Reads submitted notebooks for `nbgrader autograde`.

    A notebook that cannot be graded at all is replaced by the assignment, unanswered, under a cell
    that says why: it gets no points, is flagged, and the batch goes on.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.batch = Batch(self.parent)
        self.parent.coursedir = copy.copy(self.parent.coursedir)  # this batch's, to be changed
        self._refused: dict[str, str] = {}  # why a notebook was, by its path
        self._flags: list[str] = []  # of the submission at hand
        self._ignored = list(self.parent.coursedir.ignore)
        self._other_hook = self.parent.pre_convert_hook
        self.parent.pre_convert_hook = self._before_copying
        for folder in list(self.parent.assignments):
            self._look_at(folder)

    # Before anything is copied

    def _look_at(self, folder: str) -> None:
        """What nbgrader would do first with a submission: open its timestamp, where a pipe would
        stop it for ever, and make its student. What must not come to that is left out, and its old
        score forgotten."""
        notebooks = self.parent.assignments[folder]
        student = self.parent.init_single_notebook_resources(notebooks[0])["nbgrader"]["student"]
        why = why_not_student(student)
        path = Path(folder) / TIMESTAMP
        if not why and os.path.lexists(path):
            try:
                read_regular(path, TIMESTAMP_BYTES)
            except NotebookError as error:
                why = str(error)
        if why:
            del self.parent.assignments[folder]
            self.log.error("%s: NOT GRADED: %s", printable(folder), why)
            self._forget_score(notebooks[0])

    def _before_copying(self, **kwargs) -> None:
        """nbgrader's hook before it copies the files of one submission."""
        converter = self.parent
        converter.coursedir.ignore = ["*"]  # until all is looked at, and if that fails
        notebooks = list(converter.notebooks)
        folder = Path(notebooks[0]).parent
        self._flags = []
        self._forget_score(notebooks[0])
        if folder.is_symlink():
            self._refused |= dict.fromkeys(notebooks, f"{folder.name}: a link, not a folder.")
            return
        claimed_time(folder, [Path(path).stem for path in notebooks], self._flags)
        left_out = unfit(folder, CAPS)
        for path, why in left_out.items():
            if str(path) in notebooks:
                self._refused[str(path)] = f"{path.name}: {why}."
            else:
                name = printable(path.relative_to(folder).as_posix() if path != folder else "")
                self._flags.append(f"`{name or folder.name}` is left out: {why}.")
        if folder not in left_out:
            names = [glob.escape(path.name) for path in left_out]
            converter.coursedir.ignore = [*self._ignored, *names]
        if self._other_hook:
            self._other_hook(**kwargs)

    def _forget_score(self, notebook: str) -> None:
        """An old score never stands for a new submission: until this one is graded, the automatic
        points of each cell are unknown."""
        place = self.parent.init_single_notebook_resources(notebook)["nbgrader"]
        with self.batch.gradebook() as book:
            try:
                submission = book.find_submission(place["assignment"], place["student"])
            except MissingEntry:
                return
            for row in submission.notebooks:
                for grade in row.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
            book.db.commit()

    # Reading

    def from_filename(self, filename: str, resources=None, **kwargs):
        if not self._is_submitted(filename):
            return super().from_filename(filename, resources, **kwargs)
        place = resources["nbgrader"]
        resources["metadata"] = {"name": place["notebook"], "path": str(Path(filename).parent)}
        return self.from_notebook_node(self._read(filename, place), resources, **kwargs)

    def _is_submitted(self, filename: str) -> bool:
        directory = self.parent.coursedir.submitted_directory
        place = self.parent.init_single_notebook_resources(filename)["nbgrader"]
        folder = self.parent.coursedir.format_path(directory, place["student"], place["assignment"])
        return Path(folder) == Path(filename).parent

    def _read(self, filename: str, place: dict) -> NotebookNode:
        """A submitted notebook, or what stands for one that is refused."""
        trusted = self.batch.trusted(place["assignment"])[place["notebook"]]
        try:
            if filename in self._refused:
                raise NotebookError(self._refused[filename])
            data = read_regular(Path(filename), CAPS.notebook_bytes)
            notebook = parse_notebook(data, Path(filename).name)
            merge(trusted.source, notebook)
            flags, refused = list(self._flags), False
        except NotebookError as error:
            self.log.error("%s: NOT GRADED: %s", filename, error)
            notebook = refused_notebook(trusted.master, str(error))
            flags, refused = [*self._flags, f"Not graded: {error}"], True
        notebook.metadata["mlprep"] = {"flags": flags, "refused": refused}
        return notebook
