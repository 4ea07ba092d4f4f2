"""What a learner wrote and what their cells showed, made safe to open in an instructor's browser.

harmless_outputs(outputs)           no script, no foreign content, in outputs of cells
harmless_markdown(text)             the same for markdown that will become a page
harmless_attachments(attachments)   pictures that were pasted into it
"""

from __future__ import annotations

import base64
import binascii
import copy
import functools
import re

from nbformat import NotebookNode

from mlprep.grading.mathml import ATTRIBUTES, TAGS, mathml

IMAGES = ("image/png", "image/jpeg")
MAX_PICTURES_BYTES = 8 << 20  # in one cell
TAG = re.compile(
    r"</?(?:b|br|code|details|em|hr|i|kbd|li|ol|p|pre|strong|sub|summary|sup|u|ul)\s*/?>"
    r"|<https?://[^\s<>\"'`]+>"
    r"|<(?=[A-Za-z/!?])"
)
FORMULA = re.compile(r"^\s*(\${1,2}|\\\[)(?P<tex>.*?)(\${1,2}|\\\])\s*$", re.DOTALL)


def harmless_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs of the learner's without what could run in a browser; formulas as MathML."""
    kept = []
    for output in _sanitizer().sanitize_code_outputs(copy.deepcopy(outputs)):
        data = output.get("data")
        if data:
            for kind in IMAGES:
                if kind in data and not _is_base64(data[kind]):
                    del data[kind]
            if (found := FORMULA.match(data.get("text/latex", ""))) and "text/html" not in data:
                data["text/html"] = mathml(found["tex"], display=True)
        if data is None or data:
            kept.append(output)
    return kept


def harmless_attachments(attachments) -> NotebookNode:
    """The pictures that were pasted into a cell of text, by name; nothing else is kept."""
    kept, room = NotebookNode(), MAX_PICTURES_BYTES
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            fits = isinstance(data, str) and len(data) <= room
            if kind in IMAGES and fits and _is_base64(data):
                kept.setdefault(str(name), NotebookNode())[kind] = data
                room -= len(data)
    return kept


def harmless_markdown(text: str) -> str:
    """Markdown whose HTML tags are plain ones without attributes; others are shown as text.

    What is no tag (a < b, > quoted) is left alone. The page that it becomes must still be cleaned
    of links that run scripts (mlprep.nbgrader.page).
    """
    return TAG.sub(lambda tag: "&lt;" if tag[0] == "<" else tag[0], text)


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return False


@functools.cache
def _sanitizer():
    from bleach import ALLOWED_TAGS
    from nbconvert.preprocessors.sanitize import SanitizeHTML

    tables = {"table", "thead", "tbody", "tr", "th", "td", "p", "br", "hr", "pre", "div", "span"}
    tags = sorted({*ALLOWED_TAGS, *tables, "sub", "sup", "details", "summary", *TAGS})
    return SanitizeHTML(enabled=True, tags=tags, attributes={"*": ATTRIBUTES, "a": ["href"]})
