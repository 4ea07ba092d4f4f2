"""The research rubric: six rows, four levels, and probes that ask whether exemplars were placed.

    RESEARCH.level([1, 2, 2, 1, 3, 2])     2: the third smallest of six, not the sum
    RESEARCH.gap(mine, theirs)             rows on which two markers differ

A brief is marked by it, a critique, and a conversation about either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Marks = Mapping[str, int] | Sequence[int]


@dataclass(frozen=True)
class Rubric:
    """Rows, each with what its four levels (0 to 3) say."""

    rows: dict[str, tuple[str, str, str, str]]

    def marks_of(self, marks: Marks) -> dict[str, int]:
        """Marks 0 to 3 by row.

        Raises:
            ValueError: a row is missing or unknown, or a mark is no whole number from 0 to 3.
        """
        if isinstance(marks, str) or not isinstance(marks, Mapping | Sequence):
            raise ValueError("marks are a dict by row, or a list in the order of the rubric")
        if not isinstance(marks, Mapping):
            if len(marks) != len(self.rows):
                raise ValueError(f"{len(self.rows)} marks are wanted, and there are {len(marks)}")
            marks = dict(zip(self.rows, marks, strict=True))
        for row in self.rows:
            if row not in marks:
                raise ValueError(f"the row {row!r} has no mark")
            if marks[row] not in range(4):
                raise ValueError(f"the mark for {row} is {str(marks[row])[:20]}, not 0, 1, 2 or 3")
        if extra := sorted(str(row) for row in marks if row not in self.rows):
            raise ValueError(f"{extra[0][:30]!r} is no row. There are {', '.join(self.rows)}")
        return {row: int(marks[row]) for row in self.rows}

    def level(self, marks: Marks) -> int:
        """The lower median: more than half of the rows are at this level or above it."""
        return sorted(self.marks_of(marks).values())[(len(self.rows) - 1) // 2]

    def gap(self, mine: Marks, theirs: Marks) -> dict[str, int]:
        """Mine minus theirs, for each row where two markers differ."""
        mine, theirs = self.marks_of(mine), self.marks_of(theirs)
        return {row: mine[row] - theirs[row] for row in self.rows if mine[row] != theirs[row]}

    def table(self) -> str:
        """The rubric as a markdown table."""
        lines = ["| row | 0 | 1 | 2 | 3 |", "|---|---|---|---|---|"]
        lines += [f"| **{row}** | " + " | ".join(said) + " |" for row, said in self.rows.items()]
        return "\n".join(lines)

    # Probes: from the learner's function to "" or a clause

    def form_check(self, names: Sequence[str]) -> Callable:
        """A probe: every exemplar has a mark on every row."""

        def every_row_is_marked(place):
            """Each exemplar has a mark from 0 to 3 in each row."""
            return self._read(place, names)[1]

        return every_row_is_marked

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

        check.__name__ = f"exemplar_{name.lower()}_is_placed"
        check.__doc__ = f"Each row of exemplar {name} is marked within one level of the markers."
        return check

    def order_check(self, exemplars: Mapping[str, Marks]) -> Callable:
        """A probe: the exemplars' sums of marks stand in the right order, none level."""
        wanted = sorted(exemplars, key=lambda name: sum(self.marks_of(exemplars[name]).values()))

        def the_exemplars_stand_in_order(place):
            """Your marks put the exemplars in the markers' order, none level with another."""
            placed, clause = self._read(place, list(exemplars))
            if clause:
                return clause
            sums = {name: sum(placed[name].values()) for name in wanted}
            for low, high in zip(wanted, wanted[1:], strict=False):
                if sums[low] >= sums[high]:
                    how = "level with" if sums[low] == sums[high] else "above"
                    return f"your marks put {low} {how} {high}, and it is below"
            return ""

        return the_exemplars_stand_in_order

    def _read(self, place: Callable, names: Sequence[str]) -> tuple[dict[str, dict], str]:
        placed = place()
        if not isinstance(placed, dict):
            return {}, "a dict of marks is wanted, such as {'A': [1, 0, …], 'B': …}"
        found = {}
        for name in names:
            if name not in placed:
                return {}, f"exemplar {name} is missing"
            try:
                found[name] = self.marks_of(placed[name])
            except ValueError as error:
                return {}, f"exemplar {name}: {error}"
        return found, ""


RESEARCH = Rubric(
    {
        "problem": (
            "restates", "motivates", "sharpens to a decision",
            "reframes so that others would work on it",
        ),
        "evidence": (
            "trusts the table", "checks baselines", "quantifies noise and cost",
            "designs the decisive test",
        ),
        "failure": ("none", "generic", "specific, with a trigger", "predicts and bounds"),
        "mathematics": ("symbols", "follows", "derives", "simplifies"),
        "honesty": (
            "overclaims", "hedges", "states limits unasked", "says what would refute it",
        ),
        "dialogue": (
            "defends", "answers", "builds on pushback", "improves the interviewer's idea",
        ),
    }
)  # fmt: skip
