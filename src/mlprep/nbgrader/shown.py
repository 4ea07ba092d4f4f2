"""What an autograded notebook says at its top, to the instructor and to the learner."""

from __future__ import annotations

import html

from nbformat import NotebookNode, from_dict


def heading(found: dict) -> list[NotebookNode]:
    """A cell that says what was noticed about a submission; none where there is nothing to say."""
    lines = [f"Note: {note}" for note in found.get("notes", [])]
    lines += [f"Flag: {flag}" for flag in found.get("flags", [])]
    if found.get("unsafe"):
        lines.append("Graded WITHOUT A SANDBOX: its code ran with the rights of the grader.")
    if not lines:
        return []
    text = "**About this submission**\n\n" + "\n".join(f"- {_plain(line)}" for line in lines)
    return [from_dict({"cell_type": "markdown", "id": "about", "metadata": {}, "source": text})]


def _plain(text: str) -> str:
    """Text that no markdown takes for markup; `code` stays code."""
    text = html.escape(" ".join(text.split()), quote=False)
    return "".join(f"\\{c}" if c in "*_[]!$#|~\\" else c for c in text)
