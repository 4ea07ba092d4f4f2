"""A rubric: rows, each with what its four levels say, and probes that ask whether exemplars were
placed by it.

    RESEARCH.level([1, 2, 2, 1, 3, 2])     2: the third smallest of six, not the sum
    RESEARCH.gap(mine, theirs)             rows on which two markers differ
    RESEARCH.placing_check("A", marks)     a probe: is exemplar A placed within one level?

`mlprep.design.DESIGN` has seven axes, `mlprep.reading.RESEARCH` six rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Marks = Mapping[str, int] | Sequence[int]
Levels = tuple[str, str, str, str]


@dataclass(frozen=True)
class Rubric:
    """Rows and levels, and how messages speak of them.

    rows: by name, what the levels 0 to 3 say.
    names: of the levels, as the table's head shows them.
    one: how messages call a row, with its article.
    marked, ordered: what form_check and order_check claim.
    by_level: whether order_check compares levels; else sums of marks.
    """

    rows: dict[str, Levels]
    names: Levels = ("", "", "", "")
    one: str = "a row"
    marked: str = "Each exemplar has a mark from 0 to 3 in each row."
    ordered: str = "Your marks put the exemplars in the markers' order, none level with another."
    by_level: bool = False

    @property
    def noun(self) -> str:
        return self.one.split()[-1]

    def marks_of(self, marks: Marks) -> dict[str, int]:
        """Marks 0 to 3 by row.

        Raises:
            ValueError: a row is missing or unknown, or a mark is no whole number from 0 to 3.
        """
        if isinstance(marks, str) or not hasattr(marks, "__iter__"):
            raise ValueError(f"marks are a dict by {self.noun}, or a list in the rubric's order")
        if not isinstance(marks, Mapping):
            marks = list(marks)
            if len(marks) != len(self.rows):
                wanted = f"{len(self.rows)} marks are wanted, one {self.one}"
                raise ValueError(f"{wanted}. Got {len(marks)}")
            marks = dict(zip(self.rows, marks, strict=True))
        for row in self.rows:
            if row not in marks:
                raise ValueError(f"the {self.noun} {row!r} has no mark")
        if extra := sorted(str(row) for row in marks if row not in self.rows):
            known = ", ".join(self.rows)
            raise ValueError(f"{extra[0][:30]!r} is no {self.noun}. There are {known}")
        return {row: _mark(row, marks[row]) for row in self.rows}

    def level(self, marks: Marks) -> int:
        """The lower median: more than half of the rows are at this level or above it."""
        return sorted(self.marks_of(marks).values())[(len(self.rows) - 1) // 2]

    def gap(self, mine: Marks, theirs: Marks) -> dict[str, int]:
        """Mine minus theirs, for each row where two markers differ."""
        mine, theirs = self.marks_of(mine), self.marks_of(theirs)
        return {row: mine[row] - theirs[row] for row in self.rows if mine[row] != theirs[row]}

    def by_row(self, exemplars: Mapping[str, Marks]) -> dict[str, dict[str, int]]:
        """The marks of each exemplar, by row."""
        return {name: self.marks_of(marks) for name, marks in exemplars.items()}

    def table(self) -> str:
        """The rubric as a markdown table."""
        head = " | ".join(f"{mark} {name}".strip() for mark, name in enumerate(self.names))
        lines = [f"| {self.noun} | {head} |", "|---" * (len(self.names) + 1) + "|"]
        lines += [f"| **{row}** | " + " | ".join(said) + " |" for row, said in self.rows.items()]
        return "\n".join(lines)

    # Probes: from the learner's function to "" or a clause

    def form_check(self, names: Sequence[str]) -> Callable:
        """A probe: every exemplar has a mark in every row."""

        def check(place):
            return self._read(place, names)[1]

        return _named(check, f"every_{self.noun}_is_marked", self.marked)

    def placing_check(self, name: str, marks: Marks, because: str = "") -> Callable:
        """A probe: exemplar `name` is placed within one level in each row.

        Args:
            because: what in the exemplar decides; said when a mark is too far off.
        """
        right = self.marks_of(marks)

        def check(place):
            placed, clause = self._read(place, [name])
            if clause:
                return clause
            off = {row: placed[name][row] - right[row] for row in self.rows}
            worst = max(off, key=lambda row: abs(off[row]))
            if abs(off[worst]) <= 1:
                return ""
            said = self.rows[worst][right[worst]]
            text = f"you gave {worst} {placed[name][worst]}, the markers {right[worst]} ({said})"
            return f"{text}. {because.rstrip('.')}" if because else text

        claim = f"Each {self.noun} of exemplar {name} is marked within one level of the markers."
        return _named(check, f"exemplar_{name.lower()}_is_placed", claim)

    def order_check(self, exemplars: Mapping[str, Marks]) -> Callable:
        """A probe: the exemplars' levels (or sums of marks) stand in order, none level."""
        wanted = sorted(exemplars, key=lambda name: self._rank(exemplars[name]))

        def check(place):
            placed, clause = self._read(place, list(exemplars))
            if clause:
                return clause
            ranks = {name: self._rank(placed[name]) for name in wanted}
            for low, high in zip(wanted, wanted[1:], strict=False):
                if ranks[low] >= ranks[high]:
                    how = "level with" if ranks[low] == ranks[high] else "above"
                    return f"your marks put {low} {how} {high}, and it is below"
            return ""

        return _named(check, "the_exemplars_stand_in_order", self.ordered)

    def _rank(self, marks: Marks) -> int:
        return self.level(marks) if self.by_level else sum(self.marks_of(marks).values())

    def _read(self, place: Callable, names: Sequence[str]) -> tuple[dict[str, dict], str]:
        """The learner's marks for these exemplars, and what is wrong with them, or ""."""
        placed = place()
        if not isinstance(placed, dict):
            such = f"{{'A': {{{next(iter(self.rows))!r}: 1, …}}}}"
            return {}, f"a dict of marks is wanted, such as {such}"
        found = {}
        for name in names:
            if name not in placed:
                return {}, f"exemplar {name} is missing"
            try:
                found[name] = self.marks_of(placed[name])
            except ValueError as error:
                return {}, f"exemplar {name}: {error}"
        return found, ""


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Agreement of two markers beyond chance, with quadratic weights: 1 is perfect, 0 is chance.

    Raises:
        ValueError: there is no pair, or all marks are the same, so that chance agrees as well.
    """
    if not pairs:
        raise ValueError("weighted_kappa: there must be a pair of marks. Got none.")
    ours, theirs = zip(*pairs, strict=True)
    seen = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    chance = sum((a - b) ** 2 for a in ours for b in theirs) / len(pairs) ** 2
    if not chance:
        raise ValueError("weighted_kappa: the marks must differ somewhere. Got one mark only.")
    return 1 - seen / chance


def _mark(row: str, mark: object) -> int:
    try:
        number = float(mark)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if number not in range(4):
        raise ValueError(f"the mark for {row} is {str(mark)[:20]}, not 0, 1, 2 or 3")
    return int(number)


def _named(check: Callable, name: str, claim: str) -> Callable:
    check.__name__, check.__doc__ = name, claim
    return check
