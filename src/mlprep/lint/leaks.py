"""What must not reach a learner: looked for in the release notebook itself.

The release is made by nbgrader; these checks do not trust it. A setting, a preprocessor that was
switched off or a marker that slipped through shows here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlprep.lint.markers import PHRASES, outside, regions
from mlprep.lint.questions import take_apart
from mlprep.notebook import Authored, Cell

SIGNIFICANT = 12  # characters that a line must have to be looked for


def leak_problems(authored: Authored, release: dict) -> list[str]:
    """Solutions, hidden tests, mark schemes and mistakes that the release notebook shows."""
    shown = [(number, _text(cell)) for number, cell in enumerate(release["cells"], start=1)]
    problems = []
    for number, text in shown:
        for phrase in PHRASES:
            if phrase in text:
                problems.append(
                    f"{authored.label}: the release must hold no marker. Got {phrase!r} in its "
                    f"cell {number}. Mend the marker, or nbgrader_config.py."
                )
    open_text = "\n".join(_open(cell) for cell in authored.cells)
    open_lines = {_squeeze(line) for line in open_text.split("\n")}
    lines = {_squeeze(line): n for n, text in reversed(shown) for line in text.split("\n")}
    for cell in authored.cells:
        for line in sorted(_secret_lines(cell) - open_lines):
            if line in lines:
                problems.append(
                    f"{cell.where}: a solution or hidden test reaches the learner. Got "
                    f"{line[:60]!r} in cell {lines[line]} of the release. "
                    "Mend the markers, or nbgrader_config.py."
                )
        for what, secret in sorted(_secrets(cell)):
            for number, text in shown:
                if _shows(text, secret, what, release["cells"][number - 1]["cell_type"]):
                    problems.append(
                        f"{cell.where}: the {what} {secret[:60]!r} reaches the learner, in cell "
                        f"{number} of the release. Reword that cell, or rename it."
                    )
                    break
    return problems


def _text(cell: dict) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _open(cell: Cell) -> str:
    """What of an authored cell a learner may see."""
    if cell.kind == "written" or (cell.kind == "solution" and not regions(cell.source)):
        return ""
    return outside(cell.source)


def _squeeze(line: str) -> str:
    return " ".join(line.split())


def _secret_lines(cell: Cell) -> set[str]:
    seen = set(_open(cell).split("\n"))
    lines = {_squeeze(line) for line in cell.source.split("\n") if line not in seen}
    return {line for line in lines if len(re.sub(r"\s", "", line)) >= SIGNIFICANT}


def _secrets(cell: Cell) -> Iterator[tuple[str, str]]:
    """(what it is, text) of the names and messages of a test cell's hidden part."""
    if cell.kind != "test":
        return
    for question in take_apart(cell.source).questions:
        for use in question.of("mistake", "variant", "reference"):
            if use.function:
                yield f"{use.method}'s name", use.function.name
        for use in question.of("mistake", "hints", "why"):
            for arg in use.call.args if use.call else []:
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str):
                    yield f"text of {use.method}", _squeeze(arg.value)


def _shows(text: str, secret: str, what: str, cell_type: str) -> bool:
    if what.startswith("text"):
        return len(secret) >= SIGNIFICANT and secret in _squeeze(text)
    if secret not in text:
        return False
    if cell_type == "markdown" and "_" not in secret:
        return False  # a plain word of the language
    return re.search(rf"\b{re.escape(secret)}\b", text) is not None
