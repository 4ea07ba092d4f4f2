"""What is run when a learner's notebook is graded: their cells, our locked cells, our tests.

A learner may edit, delete, move or duplicate any cell. Their code runs as it would in their own
kernel, from top to bottom; locked cells and tests are always those of the source notebook.
"""

from __future__ import annotations

import json
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from mlprep.errors import NotebookError
from mlprep.grading.roles import grade_id, role

MAX_NOTEBOOK_BYTES = 20 << 20
CLEARED = ("HIDDEN TESTS", "MARK SCHEME")


@dataclass
class Step:
    """One cell to run. kind: "cell" (the learner's), "locked" or "test" (ours)."""

    kind: str
    name: str  # grade_id, or "cell 7" for a cell of the learner's own
    source: str
    cell: int = -1  # its index in the learner's notebook; -1: it is not there


@dataclass
class Merged:
    """The steps in order, what the learner should know of their notebook, and what is missing."""

    steps: list[Step]
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # answer cells that are gone
    written: dict[str, str] = field(default_factory=dict)  # answers that a person grades
    flags: list[str] = field(default_factory=list)  # what an instructor should look at


def read_notebook(path: Path) -> NotebookNode:
    """A notebook from a file that may be anything.

    Raises:
        NotebookError: it is missing, too large, or not a notebook; the message says which.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be read for ever
            raise NotebookError(f"{path}: a notebook must be a file. Got a folder or a device.")
        size = status.st_size
        if size > MAX_NOTEBOOK_BYTES:
            raise NotebookError(
                f"{path}: the notebook has {size >> 20} MB; {MAX_NOTEBOOK_BYTES >> 20} MB are "
                "allowed. Clear its outputs (Kernel, Restart Kernel and Clear Outputs) and save."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotebookError(
            f"{path}: there is no such notebook. Open the unit once (mlprep study) to get your "
            "copy, or name the file."
        ) from None
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({type(error).__name__}).") from None
    return parse_notebook(data, str(path))


def parse_notebook(content: bytes, label: str) -> NotebookNode:
    """A notebook from the bytes of a file that may be anything; `label` names it in messages.

    Raises:
        NotebookError: they are no notebook; the message says why.
    """
    import nbformat

    if not content.strip():
        raise NotebookError(f"{label}: the file is empty. Start over from release/.")
    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text)
        if not isinstance(data, dict) or "nbformat" not in data:
            raise ValueError("no nbformat")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing cell ids are no concern of a learner
            notebook = nbformat.reads(text, as_version=4)
            return _repaired(notebook)
    except Exception:  # noqa: BLE001 - nbformat raises many kinds, AssertionError among them
        raise NotebookError(
            f"{label}: this is not a Jupyter notebook (or it was cut off while it was saved). "
            "Restore an earlier version, or start over from release/."
        ) from None


def _repaired(notebook: NotebookNode) -> NotebookNode:
    """`notebook` with every cell of the form that merging relies on."""
    cells = []
    for cell in notebook.cells:
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(map(str, source))
        if cell.get("cell_type") not in ("code", "markdown", "raw") or not isinstance(source, str):
            continue
        cell["source"] = source
        if not isinstance(cell.get("metadata"), dict):
            cell["metadata"] = NotebookNode()
        if not isinstance(cell["metadata"].get("nbgrader", {}), dict):
            cell["metadata"]["nbgrader"] = NotebookNode()
        cells.append(cell)
    notebook.cells = cells
    return notebook


def merge(source: NotebookNode, learner: NotebookNode) -> Merged:
    """The steps that grade `learner`'s notebook with `source`'s locked cells and tests.

    Raises:
        NotebookError: the notebook has none of the source's cells: it is another one.
    """
    ours = {grade_id(cell): cell for cell in source.cells if role(cell)}
    theirs: dict[str, list[int]] = {}
    for index, cell in enumerate(learner.cells):
        if (name := grade_id(cell)) in ours:
            theirs.setdefault(name, []).append(index)
    if ours and not theirs:
        raise NotebookError(
            "The notebook has none of the assignment's cells. Is it another unit's? "
            f"Cells of this one: {', '.join(list(ours)[:5])}."
        )
    merged = Merged(steps=[])
    for index, cell in enumerate(learner.cells):
        name = grade_id(cell)
        kind = role(ours[name]) if name in ours else ""
        if kind == "written":
            merged.written[name] = cell.source
        elif kind in ("test", "locked"):
            if index == theirs[name][-1]:
                merged.steps.append(Step(kind, name, ours[name].source, index))
        elif cell.cell_type == "code":
            label = name or f"cell {index + 1}"
            merged.steps.append(Step("cell", label, cell.source, index))
    _note_changes(merged, ours, theirs, learner)
    _insert_missing(merged, ours)
    return merged


def _note_changes(merged, ours, theirs, learner) -> None:
    for name, cell in ours.items():
        kind, indices = role(cell), theirs.get(name, [])
        if kind in ("test", "locked"):
            copies = [learner.cells[i] for i in indices]
            if any(not is_unchanged(copy, cell) for copy in copies):
                merged.flags.append(f"The cell `{name}` was changed; ours was run.")
            elif not copies:
                merged.flags.append(f"The cell `{name}` was deleted; ours was run.")
        if not indices:
            if kind in ("answer", "written"):
                merged.missing.append(name)
                merged.notes.append(
                    f"The answer cell `{name}` is missing. Copy it from release/ to answer it."
                )
            continue
        if len(indices) > 1:
            numbers = " and ".join(str(index + 1) for index in indices)
            effect = "they run in order" if kind == "answer" else "the last one counts"
            merged.notes.append(
                f"`{name}` is there {len(indices)} times (cells {numbers}): {effect}."
            )
        if kind == "answer" and all(learner.cells[i].cell_type != "code" for i in indices):
            merged.missing.append(name)
            merged.notes.append(f"The answer cell `{name}` is no code cell any more. Make it one.")


def is_unchanged(copy: NotebookNode, ours: NotebookNode) -> bool:
    """Whether a learner's copy of a cell of ours is as it was handed out, or as it is in source."""
    texts = [[line.rstrip() for line in text.strip().splitlines()]
             for text in (copy.source, ours.source, released(ours.source))]  # fmt: skip
    return copy.cell_type == ours.cell_type and texts[0] in texts[1:]


def released(source: str) -> str:
    """A test cell's source without what nbgrader clears for the release."""
    kept, hidden = [], False
    for line in source.splitlines():
        hidden |= any(f"BEGIN {region}" in line for region in CLEARED)
        if not hidden:
            kept.append(line)
        hidden &= not any(f"END {region}" in line for region in CLEARED)
    return "\n".join(kept).strip()


def _insert_missing(merged: Merged, ours: dict[str, NotebookNode]) -> None:
    """Tests and locked cells that the learner deleted go after their predecessor in the source."""
    before = ""
    for name, cell in ours.items():
        kind = role(cell)
        places = [index for index, step in enumerate(merged.steps) if step.name == name]
        if not places and kind in ("test", "locked"):
            previous = [i for i, step in enumerate(merged.steps) if step.name == before]
            step = Step(kind, name, cell.source)
            merged.steps.insert(previous[-1] + 1 if previous else 0, step)
            before = name
        elif places:
            before = name
