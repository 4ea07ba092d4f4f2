"""A graded notebook: the learner's cells, our locked cells and tests, and what came of them.

    graded = graded_notebook(master, learner, report)     what autograded/ gets
    show_results(notebook, report, rows)                  only the outputs, into a notebook

It is what `nbgrader autograde` would leave: Formgrader shows it, `nbgrader generate_feedback` reads
it. It opens in an instructor's browser, so nothing of the learner's that could run there is kept.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from nbformat import NotebookNode, from_dict

from mlprep.grading.harmless import harmless_attachments, harmless_markdown, harmless_outputs
from mlprep.grading.judge import Report, Result
from mlprep.grading.roles import grade_id, role


def graded_notebook(master: NotebookNode, learner: NotebookNode, report: Report) -> NotebookNode:
    """The learner's notebook with our cells restored and with outputs.

    Args:
        master: the unit's notebook as nbgrader keeps it in the gradebook: solutions cleared, hidden
            tests in their cells, a checksum in each cell that has a grade_id.
        learner: as it was handed in and judged.
    """
    ours = {name: cell for cell in master.cells if (name := grade_id(cell))}
    last = {grade_id(cell): row for row, cell in enumerate(learner.cells)}
    cells: list[NotebookNode] = []
    rows: list[int] = []  # where each cell stands in the learner's notebook; -1: it did not
    for row, cell in enumerate(learner.cells):
        name = grade_id(cell)
        if name in ours and row == last[name]:
            cells.append(_known(ours[name], cell))
        elif name in ours and _is_ours(ours[name]):
            continue  # a copy of ours; the last one counts
        else:
            cells.append(_theirs(cell, row))
        rows.append(row)
    _add_missing(master, cells, rows)
    known_texts = {cell.source for cell in master.cells}
    metadata = copy.deepcopy(master.metadata)
    graded = from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    show_results(graded, report, rows)
    for cell in graded.cells:
        if cell.source not in known_texts and cell.cell_type != "code":
            cell.source = harmless_markdown(cell.source)
    return graded


def refused_notebook(master: NotebookNode, why: str) -> NotebookNode:
    """What stands for a submission that could not be graded: the assignment, unanswered, under a
    cell that says why."""
    shown = copy.deepcopy(master)
    for cell in shown.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    text = f"**This submission was not graded.**\n\n```text\n{why.replace('`', chr(39))}\n```"
    fields = {"id": "not-graded", "cell_type": "markdown", "source": text, "metadata": {}}
    shown.cells.insert(0, from_dict(fields))
    return shown


def show_results(notebook: NotebookNode, report: Report, rows: Sequence[int] | None = None) -> None:
    """Write what the learner's cells showed, and our verdicts, into the cells of `notebook`.

    Args:
        rows: the index of each cell in the notebook that was judged (default: that one is this).
    """
    results = {result.name: result for result in report.results}
    rows = range(len(notebook.cells)) if rows is None else rows
    for row, cell in zip(rows, notebook.cells, strict=True):
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        cell.outputs = harmless_outputs(report.outputs.get(row, []))
        if role(cell) == "test" and grade_id(cell) in results:
            cell.outputs = outputs_of(results[grade_id(cell)])


def outputs_of(result: Result) -> list[NotebookNode]:
    """What a test cell shows: the verdict, then the points, where nbgrader reads them.

    A test that failed by itself shows an error: the points are unknown, whatever nbgrader makes
    of it.
    """
    if result.status == "grader failed":
        name, text = "GraderFailed", result.message
        trace = [f"{name}: {text}"]
        return [_output("error", ename=name, evalue=text, traceback=trace)]
    card = {"text/plain": result.text(), "text/html": result.html()}
    points = {"text/plain": repr(float(result.points))}
    return [
        _output("display_data", data=card, metadata={}),
        _output("execute_result", data=points, metadata={}, execution_count=None),
    ]


def _output(kind: str, **fields) -> NotebookNode:
    return from_dict({"output_type": kind, **fields})  # new_output would validate each: 2 ms


def _is_ours(cell: NotebookNode) -> bool:
    """Whether a cell's text is ours: the learner was not meant to edit it."""
    return bool(cell.metadata.nbgrader.get("locked")) or role(cell) == "test"


def _known(ours: NotebookNode, theirs: NotebookNode) -> NotebookNode:
    """A cell of the assignment's, with the learner's text where it is theirs to write."""
    cell = _fresh(ours)
    if not _is_ours(ours):
        cell.source = theirs.source
        _keep_pictures(cell, theirs)
    return cell


def _fresh(ours: NotebookNode) -> NotebookNode:
    cell = copy.deepcopy(ours)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _theirs(cell: NotebookNode, row: int) -> NotebookNode:
    """A cell of the learner's own: its text, and nothing else of what was in the file."""
    fields = {"cell_type": cell.cell_type, "source": cell.source, "metadata": {}}
    if cell.cell_type == "code":
        fields |= {"outputs": [], "execution_count": None}
    made = from_dict({"id": f"theirs-{row}", **fields})
    _keep_pictures(made, cell)
    return made


def _keep_pictures(cell: NotebookNode, theirs: NotebookNode) -> None:
    """Pictures in a learner's text, as they paste them into a written answer."""
    if cell.cell_type == "markdown" and (kept := harmless_attachments(theirs.get("attachments"))):
        cell.attachments = kept


def _add_missing(master: NotebookNode, cells: list[NotebookNode], rows: list[int]) -> None:
    """Cells of ours that the learner deleted go after their predecessor in the assignment."""
    place = -1
    for cell in master.cells:
        if not (name := grade_id(cell)):
            continue
        found = [index for index, there in enumerate(cells) if grade_id(there) == name]
        if not found and (_is_ours(cell) or role(cell) == "written"):
            cells.insert(place + 1, _fresh(cell))
            rows.insert(place + 1, -1)
            found = [place + 1]
        if found:
            place = found[0]
