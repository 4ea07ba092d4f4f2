"""A learner's notebook brought up to a newer release, cell by cell, with all they wrote kept.

Three notebooks meet: what they have now, the release that it was made from, and the new release.
The order is the new release's. What a learner wrote in an answer stays; the course's own cells are
renewed; cells that the learner added stay after the cell that they followed.
"""

from __future__ import annotations

import copy
import uuid

from nbformat import NotebookNode

from mlprep.grading.roles import grade_id


def renewed(base: NotebookNode | None, mine: NotebookNode, new: NotebookNode) -> NotebookNode:
    """`mine` with the cells of `new`.

    Args:
        base: the release that `mine` was made from; None where nobody knows: then every cell that
            `new` has not counts as the learner's own.
    """
    released = [*(base.cells if base else []), *new.cells]
    by_text = {(cell.cell_type, cell.source): _key(cell) for cell in released}
    known = {_key(cell) for cell in released}

    def key_of(cell: NotebookNode) -> str:
        """A learner's cell's key; some programs give all cells other ids when they save."""
        key = _key(cell)
        return key if key in known else by_text.get((cell.cell_type, cell.source), key)

    own = [(key_of(cell), cell) for cell in mine.cells]
    old = {_key(cell): cell for cell in base.cells} if base else {}
    cells: list[tuple[str, NotebookNode]] = []
    for cell in new.cells:
        key = _key(cell)
        theirs = [other for name, other in own if name == key]
        cells += [(key, chosen) for chosen in _chosen(cell, theirs, old.get(key))]
    _insert_own(cells, own, old, {_key(cell) for cell in new.cells})
    made = copy.deepcopy(new)
    made.cells = _with_ids([cell for _, cell in cells])
    made.metadata = NotebookNode(new.metadata | mine.metadata)
    return made


def is_same(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two notebooks have the same cells, whatever these have shown."""

    def parts(notebook):
        return [(cell.cell_type, cell.source, grade_id(cell)) for cell in notebook.cells]

    return parts(one) == parts(other)


def _key(cell: NotebookNode) -> str:
    """What a cell is known by in each of the notebooks."""
    return grade_id(cell) or cell.get("id", "")


def _chosen(
    new: NotebookNode, theirs: list[NotebookNode], old: NotebookNode | None
) -> list[NotebookNode]:
    """The cells that take the place of one cell of the release."""
    if not theirs:
        return [new]
    meta = new.metadata.get("nbgrader", {})
    if meta.get("solution"):
        untouched = old is not None and all(cell.source == old.source for cell in theirs)
        return [new] if untouched else [_marked_as(new, cell) for cell in theirs]
    last = theirs[-1]
    is_edited_text = not meta and old is not None and old.source == new.source
    return [_marked_as(new, last) if last.source == new.source or is_edited_text else new]


def _marked_as(new: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """The learner's cell, with what it has shown, and the release's marks on it."""
    kept = copy.deepcopy(cell)
    if "nbgrader" in new.metadata and kept.cell_type == new.cell_type:
        kept.metadata["nbgrader"] = copy.deepcopy(new.metadata["nbgrader"])
    return kept


def _insert_own(cells, mine, old, ours: set[str]) -> None:
    """Put the learner's own cells after those that they followed."""
    place = 0
    for key, cell in mine:
        if key in ours:
            place = 1 + max(i for i, (other, _) in enumerate(cells) if other == key)
        elif key not in old or cell.source != old[key].source:
            own = copy.deepcopy(cell)
            own.metadata.pop("nbgrader", None)  # a question that the course has dropped
            cells.insert(place, (key, own))
            place += 1


def _with_ids(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells, each with an id of its own."""
    seen: set[str] = set()
    for cell in cells:
        if not cell.get("id") or cell["id"] in seen:
            cell["id"] = uuid.uuid4().hex[:12]
        seen.add(cell["id"])
    return cells
