"""Outputs of notebook cells: the learner's, rebuilt from untrusted data; and ours."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_output

from mlprep.check.answer import AnswerLost, RemoteError
from mlprep.grading.limits import DROPPED, MAX_OUTPUTS, MAX_RICH_BYTES, MAX_TEXT

RICH_TYPES = (
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "application/json",
)


def checked_outputs(items: list) -> tuple[list[NotebookNode], bool]:
    """nbformat outputs made from `items`, and whether the cell showed more than is kept.

    What is not of the right form is left out.
    """
    found, text_room, rich_room = [], MAX_TEXT + len(DROPPED), MAX_RICH_BYTES
    dropped = len(items) > MAX_OUTPUTS
    for item in items[:MAX_OUTPUTS]:
        if not isinstance(item, dict):
            continue
        kind = item.get("output_type")
        if kind == "stream" and isinstance(item.get("text"), str):
            name = "stderr" if item.get("name") == "stderr" else "stdout"
            text = item["text"][:text_room]
            dropped |= len(text) < len(item["text"]) or text.endswith(DROPPED)
            text_room -= len(text)
            if text:
                found.append(new_output("stream", name=name, text=text))
        elif kind in ("display_data", "execute_result") and isinstance(item.get("data"), dict):
            data = {t: item["data"][t] for t in RICH_TYPES if isinstance(item["data"].get(t), str)}
            size = sum(map(len, data.values()))
            dropped |= size > rich_room
            if data and size <= rich_room:
                rich_room -= size
                extra = {"execution_count": None} if kind == "execute_result" else {}
                found.append(new_output(kind, data=data, **extra))
    return found, dropped


def error_output(error: RemoteError) -> NotebookNode:
    """An error as a cell shows it: its class, its message and the line that raised."""
    line = f"{error.kinds[0]}: {error}"
    trace = [f"at: {error.where}", line] if error.where else [line]
    return new_output("error", ename=error.kinds[0], evalue=str(error), traceback=trace)


def stopped_output(lost: AnswerLost) -> NotebookNode:
    """Why a cell was stopped."""
    return new_output("error", ename="Stopped", evalue=str(lost), traceback=[f"Stopped: {lost}"])
