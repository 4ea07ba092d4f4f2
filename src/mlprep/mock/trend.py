"""The log as it is read: what was held, each axis over time, what was to be fixed and was."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from mlprep.errors import UsageError
from mlprep.mock.log import Mock
from mlprep.mock.rounds import ROUNDS, level
from mlprep.mock.talk import KEPT, minutes_text, shown
from mlprep.plan.export import write_whole
from mlprep.plan.text import table

COLUMNS = 6  # mocks side by side in a trend
CSV_COLUMNS = ("day", "round", "unit", "minutes", "axis", "self", "peer", "peer_name", "fix")
NONE = "No mock has been held yet. Begin with `mlprep mock --round design`."


def trend_text(mocks: list[Mock]) -> str:
    """What `mlprep mock --log` prints."""
    if not mocks:
        return NONE
    marked = [mock for mock in mocks if mock.marks]
    lines = [f"{_count(len(marked))} held and marked.", "", *_all(mocks)]
    for name, kind in ROUNDS.items():
        if same := [mock for mock in marked if mock.round == name][-COLUMNS:]:
            lines += ["", f"{kind.title}, your mark and the peer's:", "", *_axes(name, same)]
    if fixes := _fixes(mocks):
        lines += ["", "To fix:", "", *fixes]
    return "\n".join(lines)


def as_json(mocks: list[Mock]) -> str:
    """All mocks with their notes, marks and gaps."""
    return json.dumps([mock.to_dict() for mock in mocks], indent=1, ensure_ascii=False)


def export(mocks: list[Mock], path: Path) -> None:
    """Write the log: .json (all of it) or .csv (a line for each axis of each mock).

    Raises:
        UsageError: the name ends in neither.
        StateError: it cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".json", ".csv"):
        raise UsageError(f"{path}: an export ends in .json or .csv. Got {kind or 'no ending'!r}.")
    write_whole(path, as_json(mocks) + "\n" if kind == ".json" else as_csv(mocks))


def as_csv(mocks: list[Mock]) -> str:
    """One line for each axis of each mock that was marked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for mock in mocks:
        peer, theirs = _peer(mock)
        head = [mock.day, mock.round, mock.unit, f"{mock.minutes:g}"]
        for axis in ROUNDS[mock.round].axes if mock.marks else ():
            marks = [mock.own.get(axis, ""), theirs.get(axis, "")]
            writer.writerow([*head, axis, *marks, _harmless(peer), _harmless(mock.fix)])
    return out.getvalue()


def _all(mocks: list[Mock]) -> list[str]:
    rows = []
    for mock in mocks:
        peer, theirs = _peer(mock)
        own = level(mock.own) if mock.own else ("" if mock.marks else "not marked")
        gaps = mock.gap().values()
        rows.append(
            [
                mock.day,
                mock.round,
                mock.unit,
                minutes_text(mock.seconds) if mock.seconds is not None else "",
                own,
                f"{level(theirs)} ({peer})" if theirs else "",
                f"{sum(gaps) / len(gaps):+.1f}" if gaps else "",
            ]
        )
    heads = ["day", "round", "unit", "length", "you", "peer", "gap"]
    return table(heads, rows, "   r  r")


def _axes(name: str, mocks: list[Mock]) -> list[str]:
    """A row an axis, a column a mock; then the gap, which is to come near 0."""
    rows = []
    for axis in ROUNDS[name].axes:
        cells = [f"{_at(m.own, axis)}/{_at(_peer(m)[1], axis)}".removesuffix("/ ") for m in mocks]
        rows.append([axis, *cells])
    gaps = [list(mock.gap().values()) for mock in mocks]
    if any(gaps):
        rows.append(["mean gap", *(f"{sum(gap) / len(gap):+.1f}" if gap else "" for gap in gaps)])
        sizes = [f"{sum(map(abs, gap)) / len(gap):.1f}" if gap else "" for gap in gaps]
        rows.append(["mean |gap|", *sizes])  # gaps in two directions cancel in the row above
    return table(["axis", *(mock.day[5:] for mock in mocks)], rows, " " + "r" * len(mocks))


def _at(marks: dict[str, int], axis: str) -> str:
    return str(marks[axis]) if axis in marks else " "


def _fixes(mocks: list[Mock]) -> list[str]:
    """What was named, and how far it was kept in the next mock of that round."""
    lines = []
    for number, mock in enumerate(mocks):
        if mock.fix:
            later = [m for m in mocks[number + 1 :] if m.round == mock.round and m.kept is not None]
            kept = f" Next time: {KEPT[later[0].kept]}." if later else ""
            end = "" if mock.fix.endswith((".", "!", "?")) else "."
            lines.append(shown(f"- {mock.day}, {mock.round}: {mock.fix}{end}{kept}"))
    return lines


def _peer(mock: Mock) -> tuple[str, dict[str, int]]:
    """Who marked last beside the learner, and how."""
    return list(mock.peers.items())[-1] if mock.peers else ("", {})


def _count(number: int) -> str:
    return "1 mock" if number == 1 else f"{number} mocks"


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
