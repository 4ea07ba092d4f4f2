"""What a course says of an assignment's notebook: from the gradebook, and from its source folder.

`nbgrader generate_assignment` has put the cells that learners are graded by into the gradebook:
those count. The source notebook on disk adds what the gradebook does not keep: the worked
solutions, the order of all cells, and the imports of cells that anybody may edit.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from mlprep.errors import GraderError
from mlprep.grading.merge import read_notebook
from mlprep.grading.roles import grade_id, role

TELLING = 500  # names in a warning are cut here


@dataclass
class Trusted:
    """One notebook of an assignment.

    source: with worked solutions and hidden tests. master: as learners are graded by it, with the
    gradebook's texts and checksums. warnings: what an instructor should mend, one sentence each.
    """

    source: NotebookNode
    master: NotebookNode
    warnings: list[str] = field(default_factory=list)


def trusted_notebook(gradebook, assignment: str, notebook: str, path: Path) -> Trusted:
    """What the course says of one notebook.

    Args:
        gradebook: nbgrader's, open.
        path: the source notebook on disk.

    Raises:
        GraderError: it is not there, or nothing of it can be read.
    """
    if not path.is_file():
        raise GraderError(
            f"{path}: missing. The worked solution and the imports of the source notebook are "
            "needed to grade; put it back."
        )
    cells = _cells_of(gradebook.find_notebook(notebook, assignment))
    source = read_notebook(path)
    found = Trusted(source, copy.deepcopy(source))
    found.source.cells = _with_ours(source, cells, keep_solutions=True)
    found.master.cells = _with_ours(found.master, cells, keep_solutions=False)
    _compare(found, read_notebook(path), cells, path)
    return found


def _cells_of(row) -> dict[str, NotebookNode]:
    """The notebook cells that the gradebook keeps, by name."""
    grades = {cell.name: cell for cell in row.grade_cells}
    tasks = {cell.name: cell for cell in row.task_cells}
    solutions = {cell.name for cell in row.solution_cells}
    found = {}
    for cell in row.source_cells:
        meta = {
            "grade": cell.name in grades,
            "grade_id": cell.name,
            "locked": bool(cell.locked),
            "schema_version": 3,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        graded = grades.get(cell.name) or tasks.get(cell.name)
        if graded is not None:
            meta["points"] = graded.max_score
        fields = {
            "cell_type": cell.cell_type,
            "id": cell.name,
            "metadata": {"nbgrader": meta},
            "source": cell.source or "",
        }
        if cell.cell_type == "code":
            fields |= {"outputs": [], "execution_count": None}
        found[cell.name] = nbformat.from_dict(fields)
    return found


def _with_ours(source: NotebookNode, cells: dict, keep_solutions: bool) -> list[NotebookNode]:
    """The cells of a notebook on disk, those that the gradebook knows as it has them."""
    made, seen = [], set()
    for cell in source.cells:
        name = grade_id(cell)
        if name in cells and name not in seen:
            ours = copy.deepcopy(cells[name])
            if keep_solutions and ours.metadata.nbgrader.solution:
                ours.source = cell.source
            made.append(ours)
            seen.add(name)
        elif role(cell) not in ("test", "written"):  # else it was added after the release
            cell.metadata.pop("nbgrader", None)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            made.append(cell)
    return made + [copy.deepcopy(cell) for name, cell in cells.items() if name not in seen]


def _compare(found: Trusted, disk: NotebookNode, cells: dict, path: Path) -> None:
    there = {grade_id(cell): cell for cell in disk.cells if role(cell)}
    graded = {name for name, cell in cells.items() if role(cell) or cell.metadata.nbgrader.task}
    changed = {
        name
        for name, cell in cells.items()
        if role(cell) in ("test", "locked")
        and name in there
        and there[name].source.strip() != cell.source.strip()
    } | (there.keys() ^ graded)
    if changed:
        found.warnings.append(
            f"{path}: changed since `nbgrader generate_assignment` ({_list(changed)}). What the "
            "gradebook has is graded; run that command again to grade what the file has."
        )


def _list(names) -> str:
    return ", ".join(sorted(names))[:TELLING]
