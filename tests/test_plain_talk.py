"""The eight marks of a round: read from words and comments, and what a log of them shows."""

from __future__ import annotations

import pytest

from mlprep.plain.talk import FAULTS, MARKS, SAYS, entries_in, mark_named, next_mark, review

EARLY = ["no-dry-run", "out-of-order"]
GOOD = [(20.0 + 50 * place, mark, "") for place, mark in enumerate(MARKS)]


def test_each_mark_and_each_fault_says_what_it_is():
    assert len(MARKS) == len(SAYS) == 8 and set(SAYS) == set(MARKS)
    assert len(FAULTS) == 5 and all(len(text) > 30 for text in FAULTS.values())


@pytest.mark.parametrize(
    ("said", "mark", "rest"),
    [
        ("restate: pairs of keys", "restate", "pairs of keys"),
        ("Dry-run", "dry run", ""),
        ("dryrun on the example", "dry run", "on the example"),
        ("brute", "brute force", ""),
        ("brute force + cost: n²", "brute force", "cost: n²"),
        ("edge", "edge tests", ""),
        ("8", "complexity", ""),
        ("2 small one", "example", "small one"),
        ("talk", "talk", ""),
        ("codec is slow", "", "codec is slow"),
        ("9", "", "9"),
        ("12:30 idea", "", "12:30 idea"),
    ],
)
def test_a_mark_is_known_by_its_name_or_its_number(said, mark, rest):
    assert mark_named(said) == (mark, rest)


def test_comments_with_a_time_are_a_log_and_others_are_not():
    text = """
# 00:40 restate: it may be empty
def f(x):  # 01:00 not at the beginning of a line
    # 12:30 the window only grows
    return x
# --:-- idea
# 99:99 no such time
"""
    assert entries_in(text) == [
        (40.0, "restate", "it may be empty"),
        (750.0, "talk", "the window only grows"),
    ]


def test_the_next_mark_follows_the_furthest():
    assert next_mark([]) == "restate"
    assert next_mark([(1, "idea", ""), (2, "example", ""), (3, "talk", "")]) == "code"
    assert next_mark(GOOD) == "talk"


def test_a_good_log_has_no_fault():
    found = review(GOOD, 430)
    assert (found.faults, found.missing, found.late, found.longest_silence_s) == ((), (), (), 0.0)


@pytest.mark.parametrize(
    ("entries", "end_s", "faults"),
    [
        (GOOD, 431, ["silent>60 s"]),
        ([(59.0, "code", ""), *GOOD], 430, ["codes-in-first-minute", "out-of-order"]),
        (GOOD[:5] + GOOD[6:], 430, ["silent>60 s", "no-dry-run", "missing-mark"]),
        ([*GOOD, (400.0, "restate", "")], 430, []),
        ([], 60, ["no-dry-run", "missing-mark"]),
        ([], 61, ["silent>60 s", "no-dry-run", "missing-mark"]),
        ([(200.0, "dry run", ""), (265.0, "talk", ""), *GOOD[:5], *GOOD[6:]], 430, EARLY),
    ],
)
def test_each_fault_is_seen_and_no_other(entries, end_s, faults):
    assert list(review(entries, end_s).faults) == faults
