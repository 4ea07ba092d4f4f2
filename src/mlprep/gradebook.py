"""The one writer of nbgrader's gradebook: what `nbgrader autograde` would store, in one
transaction a submission.

    with Gradebook(course) as book:
        masters = book.prepare(unit, sources)       the assignment is in the gradebook
        book.store(entry)                           one submission's scores
        book.scores(unit)                           what is stored, by student

nbgrader's own classes are used for everything that is read or written; nothing is patched.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbgrader import api
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from mlprep.course import Course, Unit
from mlprep.errors import GraderError

CONFIG = "nbgrader_config.py"


@dataclass
class Entry:
    """What is stored of one submission.

    notebooks: the graded notebooks, by name; their outputs hold the points. unknown: cells whose
    points no machine knows, as (notebook, cell): a person decides. refused: notebooks that have
    no points for now, and wait for a person. absent: notebooks that were not handed in. flagged:
    nbgrader's mark for a person to look at; None leaves it as it is.
    """

    unit: str
    student: str
    submitted: datetime | None
    notebooks: Mapping[str, nbformat.NotebookNode]
    unknown: set[tuple[str, str]] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    flagged: bool | None = None


class Gradebook:
    """The gradebook of a course, open for writing; a context manager."""

    def __init__(self, course: Course):
        self.course = course
        self.config = _config(course)
        self.folders = CourseDirectory(config=self.config, root=str(course.root))
        with _own_programs_first():  # nbgrader calls alembic when it makes a gradebook
            self._book = api.Gradebook(self.folders.db_url, self.folders.course_id)
        self._db = self._book.db
        self._cells: dict[str, dict] = {}  # of a unit: ids and kinds, by notebook and name
        self._known: set[str] = set()  # students in the gradebook

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def close(self) -> None:
        self._book.close()

    def folder(self, step: str, student: str, unit: str) -> Path:
        """Where nbgrader keeps a student's work: step is "submitted" or "autograded"."""
        name = getattr(self.folders, f"{step}_directory")
        return Path(self.folders.format_path(name, student, unit))

    # The assignment

    def prepare(self, unit: Unit, sources: Mapping[str, str]) -> dict[str, str]:
        """Make the gradebook know a unit as it is now; its notebooks as nbgrader keeps them.

        It is what `nbgrader generate_assignment` does, without the release.

        Args:
            sources: the text of each notebook of the unit, by name.

        Raises:
            GraderError: graded work of an older version, with other cells, is in the gradebook.
        """
        converter = GenerateAssignment(coursedir=self.folders, config=self.config)
        masters = {name: self._master(converter, unit, name, t) for name, t in sources.items()}
        try:
            assignment = self._book.find_assignment(unit.name)
            stored = {book.name: _stored_cells(book) for book in assignment.notebooks}
        except api.MissingEntry:
            stored = None
        if stored != {name: _cells(master) for name, master in masters.items()}:
            self._save(converter, unit, masters)
        self._load(unit.name)
        return {name: nbformat.v4.writes(master) for name, master in masters.items()}

    def _master(self, converter, unit: Unit, name: str, text: str) -> nbformat.NotebookNode:
        """A notebook as nbgrader saves its cells: without solutions, with checksums."""
        exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            if _name(preprocessor) == SaveCells.__name__:
                break
            exporter.register_preprocessor(preprocessor)
        node = nbformat.reads(text, as_version=4)
        with contextlib.chdir(self.course.root):
            made, _ = exporter.from_notebook_node(node, self._resources(unit.name, name, "."))
        return nbformat.reads(made, as_version=4)

    def _save(self, converter, unit: Unit, masters: Mapping[str, nbformat.NotebookNode]) -> None:
        assignment = self._book.update_or_create_assignment(unit.name)
        gone = {book.name for book in assignment.notebooks} - masters.keys()
        is_graded = bool(assignment.submissions)
        self._db.rollback()  # let go of the file
        try:
            if gone and is_graded:
                raise RuntimeError(f"it would lose {', '.join(sorted(gone))}")
            for name in gone:
                self._book.remove_notebook(name, unit.name)
            for name, master in masters.items():
                saver = SaveCells(parent=converter)
                saver.preprocess(copy.deepcopy(master), self._resources(unit.name, name, "."))
        except RuntimeError as error:
            raise GraderError(
                f"{unit.name}: work on a version with other cells is in the gradebook "
                f"({str(error).splitlines()[0]}). Keep its cells, or forget that work first: "
                f"nbgrader db assignment remove {unit.name} --force"
            ) from None
        self._db.expire_all()

    def _resources(self, unit: str, notebook: str, student: str) -> dict:
        place = {"student": student, "assignment": unit, "notebook": notebook}
        return {
            "metadata": {"name": notebook, "path": str(self.course.root / "source" / unit)},
            "unique_key": notebook,
            "output_files_dir": f"{notebook}_files",
            "nbgrader": place | {"db_url": self.folders.db_url},
        }

    def _load(self, unit: str) -> None:
        assignment = self._book.find_assignment(unit)
        self._cells[unit] = {
            "id": assignment.id,
            "due": assignment.duedate is not None,
            "notebooks": {
                book.name: {
                    "id": book.id,
                    "graded": {
                        cell.name: cell.id for cell in [*book.grade_cells, *book.task_cells]
                    },
                    "commented": {
                        cell.name: cell.id for cell in [*book.solution_cells, *book.task_cells]
                    },
                }
                for book in assignment.notebooks
            },
        }
        self._known = {student_id for (student_id,) in self._db.query(api.Student.id)}
        self._db.rollback()  # let go of the file

    # Submissions

    def store(self, entry: Entry) -> dict[tuple[str, str], float | None]:
        """Store a submission's automatic scores; give them back, by notebook and cell.

        What a person has added (scores, comments, extra credit) is kept. A cell that has such a
        score is marked for them to look at again, as nbgrader does.

        Raises:
            GraderError: the gradebook cannot be written.
        """
        scores = automatic_scores(entry)
        try:
            submission = self._submission(entry)
            for row in submission.notebooks:
                scores |= self._store_notebook(entry, row, scores)
            self._db.flush()
            is_late = self._cells[entry.unit]["due"] and submission.total_seconds_late > 0
            self._db.commit()
        except SQLAlchemyError as error:
            reason = str(error).splitlines()[0]
            raise GraderError(f"{self.folders.db_url}: cannot be written: {reason}.") from None
        finally:
            self._db.rollback()
            self._db.expunge_all()
        self._known.add(entry.student)
        if is_late:
            for name in entry.notebooks:
                penalties = AssignLatePenalties(config=self.config)
                nothing = nbformat.v4.new_notebook()
                penalties.preprocess(nothing, self._resources(entry.unit, name, entry.student))
        return scores

    def _submission(self, entry: Entry) -> api.SubmittedAssignment:
        """The submission's row, with those of its notebooks, grades and comments."""
        unit = self._cells[entry.unit]
        found = None
        if entry.student in self._known:
            query = self._db.query(api.SubmittedAssignment)
            found = query.filter_by(assignment_id=unit["id"], student_id=entry.student).first()
        else:
            self._db.add(api.Student(id=entry.student))
        if found is None:
            found = api.SubmittedAssignment(assignment_id=unit["id"], student_id=entry.student)
            self._db.add(found)
            for book in unit["notebooks"].values():
                row = api.SubmittedNotebook(notebook_id=book["id"])
                row.grades = [api.Grade(cell_id=cell) for cell in book["graded"].values()]
                row.comments = [api.Comment(cell_id=cell) for cell in book["commented"].values()]
                found.notebooks.append(row)
        found.timestamp = entry.submitted.replace(tzinfo=None) if entry.submitted else None
        return found

    def _store_notebook(self, entry: Entry, row: api.SubmittedNotebook, automatic) -> dict:
        """Fill in one notebook's rows; its scores."""
        books = self._cells[entry.unit]["notebooks"]
        name = next(name for name, book in books.items() if book["id"] == row.notebook_id)
        scores = {}
        for cell, grade in _by_cell(books[name]["graded"], row.grades):
            score = automatic.get((name, cell))
            if name in entry.absent | entry.refused:
                score = 0.0
            scores[name, cell] = grade.auto_score = score
            waits = score is None or name in entry.refused or grade.manual_score is not None
            grade.needs_manual_grade = waits and name not in entry.absent
        silent = _unanswered(entry.notebooks[name]) if name in entry.notebooks else set()
        for cell, comment in _by_cell(books[name]["commented"], row.comments):
            comment.auto_comment = "No response." if cell in silent else None
        if entry.flagged is not None:
            row.flagged = entry.flagged
        row.late_submission_penalty = None
        return scores

    def scores(self, unit: str) -> dict[str, dict[tuple[str, str], float | None]]:
        """The stored automatic scores of a unit: {student: {(notebook, cell): points or None}}."""
        rows = (
            self._db.query(
                api.SubmittedAssignment.student_id,
                api.Notebook.name,
                api.BaseCell.name,
                api.Grade.auto_score,
            )
            .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
            .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
            .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
            .join(
                api.SubmittedAssignment,
                api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
            )
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .filter(api.Assignment.name == unit)
        )
        found: dict[str, dict] = {}
        for student, notebook, cell, score in rows:
            found.setdefault(student, {})[notebook, cell] = score
        self._db.rollback()
        return found


def automatic_scores(entry: Entry) -> dict[tuple[str, str], float | None]:
    """The points of each graded cell, by nbgrader's own rule; None: a person decides."""
    scores = {}
    for name, notebook in entry.notebooks.items():
        for cell in notebook.cells:
            if is_task(cell):
                scores[name, cell.metadata.nbgrader.grade_id] = None
            elif is_grade(cell):
                key = name, cell.metadata.nbgrader.grade_id
                scores[key] = None if key in entry.unknown else determine_grade(cell)[0]
    return scores


def _by_cell(cells: Mapping[str, str], rows) -> Iterator[tuple[str, object]]:
    """Each row with the name of its cell; rows of cells that are gone are left out."""
    names = {cell_id: name for name, cell_id in cells.items()}
    return ((names[row.cell_id], row) for row in rows if row.cell_id in names)


def _unanswered(notebook: nbformat.NotebookNode) -> set[str]:
    """Answer cells that are as they were released."""
    return {
        cell.metadata.nbgrader.grade_id
        for cell in notebook.cells
        if is_solution(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    }


def _cells(master: nbformat.NotebookNode) -> dict[str, tuple]:
    """What the gradebook keeps of a notebook's cells."""
    found = {}
    for cell in master.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") or meta.get("solution") or meta.get("locked") or meta.get("task"):
            graded = meta.get("grade") or meta.get("task")
            points = float(meta["points"]) if graded else None
            source = (cell.cell_type, cell.source, meta.get("checksum"), bool(meta.get("locked")))
            found[meta["grade_id"]] = (*source, points)
    return found


def _stored_cells(notebook: api.Notebook) -> dict[str, tuple]:
    graded = [*notebook.grade_cells, *notebook.task_cells]
    points = {cell.name: cell.max_score for cell in graded}
    return {
        cell.name: (
            cell.cell_type,
            cell.source,
            cell.checksum,
            cell.locked,
            points.get(cell.name),
        )
        for cell in notebook.source_cells
    }


def _config(course: Course) -> Config:
    if not (course.root / CONFIG).is_file():
        return Config()
    return PyFileConfigLoader(CONFIG, path=str(course.root)).load_config()


def _name(preprocessor) -> str:
    name = preprocessor if isinstance(preprocessor, str) else preprocessor.__name__
    return name.rpartition(".")[2]


@contextlib.contextmanager
def _own_programs_first() -> Iterator[None]:
    """Programs of this environment are found, whether or not it is activated."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before or os.defpath])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before
