"""A run and the log as text for a terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from mlprep.grading.judge import Result
from mlprep.plain.log import Sitting
from mlprep.plain.patterns import NAMES
from mlprep.plain.rate import rate_text
from mlprep.plain.talk import FAULTS, MARKS, TALK, Entry, Review, clock
from mlprep.plan.text import table

WIDTH = 78
NONE = "Nothing was begun yet. Begin with `mlprep plain UNIT QUESTION`."


def run_text(result: Result, sitting: Sitting, talk: Review, at_s: float | None) -> str:
    """What `mlprep plain run` prints; the sitting is as it was before this run."""
    number = len(sitting.runs) + 1
    passed = result.points >= result.max_points
    which = "First run" if number == 1 else f"Run {number} (only the first counts)"
    after = f" after {clock(at_s)}" if at_s is not None else ""
    head = f"{'✔' if passed else '✘'} {which} of {sitting.question}{after}: "
    head += (
        f"{'passed' if passed else 'failed'}, {result.points:g} of {result.max_points:g} points."
    )
    lines = [*_wrapped(head), *_wrapped(result.message, "  ")]
    lines += [f"    {label:9}{value}" for label, value in result.rows()]
    if not passed:
        again = f"`mlprep check {sitting.unit} {sitting.question} --solution`"
        lines += ["", "Mend it and run again, or compare:", f"  {again}"]
    if number == 1:
        lines += ["", *talk_lines(talk)]
        if not sitting.fresh:
            lines += ["", *_wrapped(
                "You had begun or checked this question before, so this run is in the log and not "
                "in the first-run pass rate."
            )]  # fmt: skip
    return "\n".join(lines)


def talk_lines(talk: Review) -> list[str]:
    """How the marks were given."""
    there = len(MARKS) - len(talk.missing)
    lines = [f"Talk-through: {there} of {len(MARKS)} marks."]
    if there == 0:
        return lines + _wrapped(
            "No mark was given, so nothing can be said of how you talked. `mlprep plain mark` in a "
            "second terminal gives the next one; a peer in the call can do it with "
            "`mlprep plain listen`.",
            "  ",
        )
    for fault in talk.faults:
        more = ""
        if fault == "missing-mark":
            more = f" Missing: {', '.join(talk.missing)}."
        elif fault == "out-of-order":
            more = f" Too late: {', '.join(talk.late)}."
        elif fault == "silent>60 s":
            gaps = [f"{clock(a)} to {clock(b)}" for a, b in talk.silences]
            some = ", ".join(gaps[:4]) + (", …" if len(gaps) > 4 else "")
            more = f" Nothing was noted {some}."
        lines += _wrapped(f"{fault}: {FAULTS[fault]}{more}", "  ")
    if not talk.faults:
        lines.append("  All eight, in order, and never silent for more than a minute.")
    return lines


def log_text(sittings: Sequence[Sitting]) -> str:
    """What `mlprep plain log` prints."""
    if not sittings:
        return NONE
    counted = [sitting for sitting in sittings if sitting.counts]
    lines = [f"First-run pass rate: {_rate(counted)}.", ""]
    rows = []
    for one in sittings:
        talk, first = one.talk(), one.first
        rows.append(
            [
                one.day,
                one.question + ("" if one.fresh else " *"),
                one.pattern if first else "",  # it would tell how to answer
                clock(first["at_s"]) if first and first["at_s"] is not None else "",
                ("passed" if one.passed else "failed") if first else "not run",
                f"{first['points']:g}/{first['max_points']:g}" if first else "",
                f"{len(MARKS) - len(talk.missing)}/8" if talk else "",
                clock(talk.longest_silence_s) if talk and talk.longest_silence_s else "",
            ]
        )
    heads = ["day", "question", "pattern", "time", "first run", "points", "marks", "quiet"]
    lines += table(heads, rows, "   r rrr")
    if any(not one.fresh for one in sittings):
        lines += ["", "* begun or checked before: not in the rate."]
    patterns = [name for name in NAMES if any(one.pattern == name for one in counted)]
    if patterns:
        rows = [[name, _rate([s for s in counted if s.pattern == name])] for name in patterns]
        lines += ["", *table(["pattern", "first runs passed"], rows)]
    missed = [f for f in FAULTS for s in sittings if s.marks_were_given and f in s.talk().faults]
    if missed:
        told = {fault: missed.count(fault) for fault in dict.fromkeys(missed)}
        lines += ["", "Talk: " + ", ".join(f"{fault} {count}×" for fault, count in told.items())]
    return "\n".join(lines)


def as_json(sittings: Sequence[Sitting]) -> str:
    """All sittings with their marks and runs, and the rate."""
    counted = [sitting for sitting in sittings if sitting.counts]
    rate = {"runs": len(counted), "passed": sum(s.passed for s in counted)}
    return json.dumps({"first_runs": rate, "sittings": [s.to_dict() for s in sittings]}, indent=1)


def mark_text(entry: Entry) -> str:
    """The line that answers a mark."""
    at_s, mark, words = entry
    if mark == TALK:
        return f"{clock(at_s)} talking{f': {words}' if words else ''}"
    place = MARKS.index(mark) + 1
    return f"{clock(at_s)} {mark} ({place} of {len(MARKS)}){f': {words}' if words else ''}"


def _rate(sittings: Sequence[Sitting]) -> str:
    return rate_text(sum(sitting.passed for sitting in sittings), len(sittings))


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
