"""What a cell of a notebook is, by its nbgrader metadata: cells of nbformat, or plain JSON."""

from __future__ import annotations

from collections.abc import Mapping


def grade_id(cell: Mapping) -> str:
    """A cell's nbgrader id, or ""."""
    found = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return found if isinstance(found, str) else ""


def role(cell: Mapping) -> str:
    """What a cell of a source notebook is: "test", "answer", "written", "locked" or ""."""
    meta = cell["metadata"].get("nbgrader", {})
    if not grade_id(cell):
        return ""
    if cell["cell_type"] == "code":
        if meta.get("solution"):
            return "answer"
        return "test" if meta.get("grade") else "locked" if meta.get("locked") else ""
    if meta.get("task") or meta.get("solution"):
        return "written"
    return ""
