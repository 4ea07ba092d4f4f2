"""Markdown of autograded notebooks as HTML, in feedback and in Formgrader.

Whoever wrote it, nothing in it can run or load anything, and formulas are drawn without a network:
they are MathML (mlprep.grading.mathml).
"""

from __future__ import annotations

import functools
import html
import re

from bleach import Cleaner
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import (
    InvalidNotebook,
    IPythonRenderer,
    MarkdownWithMath,
)

from mlprep.grading.mathml import mathml

TAGS = frozenset(
    "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li "
    "mark ol p pre s small span strong sub summary sup table tbody td tfoot th thead tr u ul"
    "".split()
)
MAX_TEXT = 200_000  # characters of one cell
PLAIN = frozenset("align class colspan height id rowspan style title width".split())
IMAGE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*|(?!\w+:|//)[\w./ %-]+")


@pass_context
def markdown2html(context, source: str) -> str:
    """The filter of this name in nbconvert's templates."""
    cell = context.get("cell", {})
    page = _Page(attachments=cell.get("attachments", {}), exclude_anchor_links=True)
    return page.made_of(source)


class _Page(IPythonRenderer):
    """Leaves a mark where a formula was, cleans the page, and puts the formulas in."""

    def __init__(self, **options):
        super().__init__(escape=False, **options)
        self._formulas: list[str] = []

    def made_of(self, source: str) -> str:
        """`source` as HTML; as it stands where it is no markdown that can be read."""
        source = source.replace(MARK, "")[:MAX_TEXT]
        try:
            page = _cleaner().clean(MarkdownWithMath(renderer=self).render(source))
        except Exception:  # noqa: BLE001 - a text nested 1000 deep must not cost a page
            return f"<pre>{html.escape(source)}</pre>"
        return PLACE.sub(lambda place: self._formulas[int(place[1])], page)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        try:
            return super().image(text, url, title)
        except InvalidNotebook:  # the picture is not in the cell
            return f"<em>[{text}]</em>"

    def _place(self, tex: str, display: bool) -> str:
        self._formulas.append(mathml(tex, display))
        return f"{MARK}{len(self._formulas) - 1}{MARK}"

    def block_math(self, body: str) -> str:
        return self._place(body, display=True)

    def inline_math(self, body: str) -> str:
        return self._place(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return self._place(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


MARK = "\ue000"  # for private use: no text has it
PLACE = re.compile(f"{MARK}(\\d+){MARK}")


LINK = re.compile(r"(https?:|mailto:|#|[\w./ %-]*$)", re.IGNORECASE)


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if MARK in value:  # a formula is no attribute
        return False
    if (tag, name) == ("img", "src"):
        return IMAGE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return LINK.match(value) is not None
    return name in PLAIN or (tag, name) in (("img", "alt"), ("details", "open"))


@functools.cache
def _cleaner() -> Cleaner:
    return Cleaner(
        tags=TAGS,
        attributes=_is_allowed,
        protocols=["http", "https", "mailto", "data"],  # data: of images only
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
    )
