"""The eight marks of a coding round, and what a log of them shows.

A log is a list of (seconds since the question was put, mark, words). The mark "talk" says that you
were speaking, and no more. In a file, a log is its comment lines that begin with a time:

    # 00:40 restate: pairs of prompts whose keys are equal, each pair once
    # 12:30 the window only ever grows to the right
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MARKS = (
    "restate",
    "example",
    "brute force",
    "idea",
    "code",
    "dry run",
    "edge tests",
    "complexity",
)
SAYS = {
    "restate": "the task in your own words, and what the statement leaves open",
    "example": "one small example by hand, with its answer",
    "brute force": "the plain way, and what it costs",
    "idea": "the pattern, and the invariant that makes it right",
    "code": "you begin to write",
    "dry run": "your code on the example, line by line, with values",
    "edge tests": "empty, one, all equal, at the limit: input and expected",
    "complexity": "time and memory that this code really has",
}
TALK = "talk"
SILENCE_S = 60
FIRST_MINUTE_S = 60
LINE = re.compile(r"^\s*#\s*(\d{1,3}):([0-5]\d)\b[\s.,;:–—-]*(.*?)\s*$")
FAULTS = {
    "codes-in-first-minute": "Code in the first minute: the question was not understood yet, only "
    "recognised. Restate it and do one example first.",
    "silent>60 s": "More than a minute without a word: nobody can help you, or follow you. Say "
    "what you try, even if it fails.",
    "no-dry-run": "No dry run after the code: the first run is then the test, and the interviewer "
    "finds the slip. Take the example through the code, value by value.",
    "out-of-order": "The marks are not in order: what comes late was not used. A brute force after "
    "the code justifies nothing.",
    "missing-mark": "A mark is missing: who marks you has nothing to give points for.",
}

Entry = tuple[float, str, str]


@dataclass(frozen=True)
class Review:
    """What a log shows.

    missing: marks that are not there. late: marks whose first time lies before that of a mark that
    must precede it. silences: (from, to) in seconds, each longer than a minute. faults: the keys of
    FAULTS that it has, in their order.
    """

    missing: tuple[str, ...]
    late: tuple[str, ...]
    silences: tuple[tuple[float, float], ...]
    faults: tuple[str, ...]

    @property
    def longest_silence_s(self) -> float:
        return max((end - start for start, end in self.silences), default=0.0)


def review(entries: Iterable[Entry], end_s: float) -> Review:
    """What a log shows of a round that lasted `end_s` seconds."""
    entries = sorted(entries, key=lambda entry: entry[0])
    first: dict[str, float] = {}
    for at_s, mark, _ in entries:
        first.setdefault(mark, at_s)
    missing = tuple(mark for mark in MARKS if mark not in first)
    there = [mark for mark in MARKS if mark in first]
    late = tuple(
        mark
        for place, mark in enumerate(there)
        if any(first[mark] < first[earlier] for earlier in there[:place])
    )
    times = [0.0, *(at_s for at_s, _, _ in entries), end_s]
    pairs = zip(times, times[1:], strict=False)
    silences = tuple((a, b) for a, b in pairs if b - a > SILENCE_S)
    code_s = first.get("code", 0.0)
    is_dry = any(mark == "dry run" and at_s >= code_s for at_s, mark, _ in entries)
    held = {
        "codes-in-first-minute": "code" not in first or code_s >= FIRST_MINUTE_S,
        "silent>60 s": not silences,
        "no-dry-run": is_dry,
        "out-of-order": not late,
        "missing-mark": not missing,
    }
    return Review(missing, late, silences, tuple(fault for fault, ok in held.items() if not ok))


def mark_named(words: str) -> tuple[str, str]:
    """The mark that a text begins with, and the rest of it; ("", text) where it begins with none.

    A number from 1 to 8 stands for the mark of that place; "dry-run" and "brute" are understood.
    """
    text = words.strip()
    plain = re.sub(r"[-_]", " ", text.lower())
    for mark in sorted((*MARKS, TALK), key=len, reverse=True):
        names = {mark, mark.replace(" ", "")} | SHORT.get(mark, set())
        for name in sorted(names, key=len, reverse=True):
            if re.match(rf"{re.escape(name)}(?![a-z])", plain):
                return mark, text[len(name) :].lstrip(" :.,;+-–—")
    number = re.match(r"([1-8])(?![\d:])", text)
    if number:
        return MARKS[int(number[1]) - 1], text[1:].lstrip(" :.,;+-–—")
    return "", text


SHORT = {
    "brute force": {"brute"},
    "edge tests": {"edge", "edge test", "edges", "tests"},
    "complexity": {"cost"},
    "dry run": {"dry"},
}


def entries_in(text: str) -> list[Entry]:
    """The log that a file's comments hold."""
    found = []
    for line in text.splitlines():
        if timed := LINE.match(line):
            mark, words = mark_named(timed[3])
            found.append((int(timed[1]) * 60.0 + int(timed[2]), mark or TALK, words))
    return found


def next_mark(entries: Sequence[Entry]) -> str:
    """The mark that comes after the furthest one so far; "talk" after the last."""
    places = [MARKS.index(mark) for _, mark, _ in entries if mark in MARKS]
    place = max(places, default=-1) + 1
    return MARKS[place] if place < len(MARKS) else TALK


def clock(seconds: float) -> str:
    """12:05 for 725 seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02}:{rest:02}"
