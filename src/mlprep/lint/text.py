"""Words and headings of markdown cells."""

from __future__ import annotations

import re

NOT_PROSE = re.compile(r"<!--.*?-->|```.*?```|~~~.*?~~~|\$\$.*?\$\$|\{\{.*?\}\}", re.DOTALL)
INLINE_MATH = re.compile(r"\$[^$\n]+\$")
LINK = re.compile(r"\]\([^)]*\)")
HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*$", re.MULTILINE)
FENCED = re.compile(r"```.*?```|~~~.*?~~~", re.DOTALL)


def words(text: str) -> int:
    """Words that a reader reads: no comments, code blocks, displayed formulas or addresses.

    An inline formula counts as one word, and a placeholder as none.
    """
    text = INLINE_MATH.sub("x", LINK.sub("]", NOT_PROSE.sub(" ", text)))
    return sum(bool(re.search(r"\w", token)) for token in re.sub(r"<[^>]+>", " ", text).split())


def headings(text: str) -> list[tuple[int, str]]:
    """(level, title) of each heading of a markdown cell, code blocks aside."""
    return [(len(m[1]), m[2]) for m in HEADING.finditer(FENCED.sub("", text))]
