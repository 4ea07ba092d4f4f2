"""All that is known of the learner as one file of theirs: .json (everything) or .csv (results)."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from mlprep.errors import UsageError
from mlprep.plan.state import State, StateError, unwritten

FORM = 1
CSV_COLUMNS = ("at", "unit", "score", "max_score", "question", "points", "max_points", "status",
               "mistake", "message")  # fmt: skip


def export(state: State, data: dict, path: Path) -> None:
    """Write the record to `path`: whole, or not at all.

    Raises:
        UsageError: the name ends in neither .json nor .csv.
        StateError: it cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".json", ".csv"):
        raise UsageError(f"{path}: an export ends in .json or .csv. Got {kind or 'no ending'!r}.")
    write_whole(path, as_json(state, data) if kind == ".json" else as_csv(state))


def as_json(state: State, data: dict) -> str:
    """Settings, attempts with results, hints, mocks, plain sittings, and the overview of today."""
    attempts = [_with_report(row) for row in state.rows("attempt")]
    record = {
        "mlprep_export": FORM,
        "overview": {key: value for key, value in data.items() if key != "picture"},
        "settings": state.rows("setting"),
        "attempts": attempts,
        "hints": state.rows("hint"),
        "mocks": state.rows("mock_event"),
        "plain": state.rows("plain_event"),
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def as_csv(state: State) -> str:
    """One line for each question of each attempt."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in map(_with_report, state.rows("attempt")):
        report = row["report"]
        results = report.get("results", []) if isinstance(report, dict) else []
        for result in results:
            values = row | {key: result.get(key, "") for key in CSV_COLUMNS[4:]}
            writer.writerow({key: _harmless(values[key]) for key in CSV_COLUMNS})
    return out.getvalue()


def _with_report(row: dict) -> dict:
    try:
        return row | {"report": json.loads(row["report"])}
    except (TypeError, ValueError):
        return row


def _harmless(value):
    """Text that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def write_whole(path: Path, text: str) -> None:
    """Write a file under its own name only when all of it is on the disk.

    Raises:
        StateError: it cannot be written; what was there before is untouched.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StateError(unwritten(path, error)) from error
