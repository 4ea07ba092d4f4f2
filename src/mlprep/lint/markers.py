"""nbgrader's markers: nbgrader fails open on a misspelt one, so every near miss is refused.

A marker stands alone on its line and is exactly one of

    ### BEGIN SOLUTION        ### END SOLUTION          in a solution cell
    ### BEGIN HIDDEN TESTS    ### END HIDDEN TESTS      in a test cell
    ### BEGIN MARK SCHEME     ### END MARK SCHEME       in a task cell

In code cells a comment that starts with ### is kept for them.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from mlprep.notebook import Authored, Cell

REGIONS = {"SOLUTION": "solution", "HIDDEN TESTS": "test", "MARK SCHEME": "task"}
PHRASES = tuple(f"{verb} {region}" for region in REGIONS for verb in ("BEGIN", "END"))
MARKERS = tuple(f"### {phrase}" for phrase in PHRASES)
COMPACT = {re.sub(" ", "", phrase): phrase for phrase in PHRASES}
VERBS = ("BEGIN", "START", "OPEN", "END", "STOP", "CLOSE", "FINISH")
SIMILAR = 0.82


@dataclass(frozen=True)
class Region:
    """The lines between a pair of markers, counted from 1; the markers' own lines included."""

    name: str
    first: int
    last: int

    def holds(self, line: int) -> bool:
        return self.first <= line <= self.last

    def body(self, source: str) -> list[str]:
        return source.split("\n")[self.first : self.last - 1]


def regions(source: str, name: str | None = None) -> list[Region]:
    """The well-formed regions of a cell, in order (of one name, if given)."""
    found, opened = [], None
    for number, line in enumerate(source.split("\n"), start=1):
        verb, _, region = line.strip().removeprefix("### ").partition(" ")
        if line.strip() not in MARKERS:
            continue
        if verb == "BEGIN":
            opened = (region, number)
        elif opened and opened[0] == region:
            found.append(Region(region, opened[1], number))
            opened = None
    return [r for r in found if name in (None, r.name)]


def outside(source: str) -> str:
    """The cell without its regions and markers: what a learner is given, stub aside."""
    cut = regions(source)
    lines = enumerate(source.split("\n"), start=1)
    return "\n".join(line for number, line in lines if not any(r.holds(number) for r in cut))


def marker_problems(authored: Authored) -> dict[int, list[str]]:
    """Markers that are misspelt, unbalanced, nested or in a cell of another kind, by cell."""
    found = {}
    for cell in authored.cells:
        if texts := _spelling(cell) or _structure(cell):
            found[cell.number] = [f"{cell.where}: {text}" for text in texts]
    return found


def _spelling(cell: Cell) -> list[str]:
    texts = []
    for line in cell.source.split("\n"):
        line = line.strip()
        if line in MARKERS:
            continue
        if phrase := next((p for p in PHRASES if p in line), None):
            texts.append(
                f"a marker must stand alone on its line, as `### {phrase}`. Got {line[:80]!r}. "
                "nbgrader reads any line that holds these words as the marker."
            )
        elif phrase := meant(line, cell.type):
            texts.append(f"misspelt marker. Got {line[:80]!r}. Write `### {phrase}`.")
        elif cell.type == "code" and line.startswith("###"):
            texts.append(
                f"a comment with ### is kept for nbgrader's markers. Got {line[:80]!r}. "
                "Use one #, or write the marker exactly."
            )
    return texts


def meant(line: str, cell_type: str = "code") -> str | None:
    """The marker phrase that a line was probably meant to be, or None.

    Only lines that hold nothing else are looked at: comments in code, whole lines in text.
    """
    if cell_type == "code" and not line.startswith(("#", "//", "<!--")):
        return None
    words = re.sub(r"[^A-Za-z]+", " ", line).upper().split()
    compact = "".join(words)
    if not 7 <= len(compact) <= 24:
        return None
    verb = next((v for w in words for v in difflib.get_close_matches(w, VERBS, 1, 0.75)), None)
    if verb:
        side = "BEGIN" if verb in VERBS[:3] else "END"
        rest = "".join(w for w in words if not difflib.get_close_matches(w, [verb], 1, 0.75))
        near = difflib.get_close_matches(rest, [r.replace(" ", "") for r in REGIONS], 1, 0.75)
        if near:
            return next(f"{side} {r}" for r in REGIONS if r.replace(" ", "") == near[0])
    if len(words) == 1 or verb:
        near = difflib.get_close_matches(compact, COMPACT, 1, SIMILAR)
        if near and compact != "SOLUTION":
            return COMPACT[near[0]]
    if cell_type == "code" and compact in ("HIDDENTEST", "HIDDENTESTS", "MARKSCHEME"):
        return "BEGIN HIDDEN TESTS" if compact.startswith("HIDDEN") else "BEGIN MARK SCHEME"
    return None


def _structure(cell: Cell) -> list[str]:
    markers = [
        line.strip().removeprefix("### ").partition(" ")
        for line in cell.source.split("\n")
        if line.strip() in MARKERS
    ]
    if strangers := dict.fromkeys(m for _, _, m in markers if REGIONS[m] != cell.kind):
        return [
            f"a {region} region belongs in a {REGIONS[region]} cell. Got one in a "
            f"{cell.kind or cell.type} cell. Move it, or mend the cell's nbgrader flags."
            for region in strangers
        ]
    texts, opened = [], None
    for verb, _, region in markers:
        if verb == "BEGIN" and opened:
            texts.append(
                f"regions must not nest. Got `### BEGIN {region}` inside {opened}. "
                f"End {opened} first."
            )
        elif verb == "BEGIN":
            opened = region
        elif opened == region:
            opened = None
        else:
            texts.append(
                f"`### END {region}` must follow its BEGIN. Got it "
                f"{'inside ' + opened if opened else 'without one'}. Put `### BEGIN {region}` "
                "above it."
            )
    if opened:
        texts.append(f"`### BEGIN {opened}` has no END. Write `### END {opened}` where it ends.")
    return texts
