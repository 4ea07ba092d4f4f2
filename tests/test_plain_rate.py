"""The first-run pass rate's interval contains the rates that what was seen does not contradict."""

from __future__ import annotations

import math

import pytest

from mlprep.plain.patterns import NAMES, PATTERNS, QUESTIONS, of_question
from mlprep.plain.rate import Z95, rate_text, wilson


@pytest.mark.parametrize(("passed", "runs"), [(0, 1), (3, 3), (8, 10), (1, 11), (20, 40)])
def test_at_its_ends_the_rate_seen_is_just_1_96_standard_errors_away(passed, runs):
    low, high = wilson(passed, runs)
    for p, is_edge in ((low, passed == 0), (high, passed == runs)):
        if is_edge:
            assert p == passed / runs
        else:
            assert abs(passed / runs - p) == pytest.approx(Z95 * math.sqrt(p * (1 - p) / runs))


def test_it_is_said_in_a_sentence_that_a_few_runs_say_little():
    assert rate_text(3, 3) == "3 of 3 (100%; 95 % interval 44% to 100%)"
    assert rate_text(0, 0) == "none yet"
    with pytest.raises(ValueError, match="Got 4 of 3"):
        wilson(4, 3)


def test_there_are_eighteen_patterns_and_each_says_how_to_know_it():
    assert len(NAMES) == 18
    assert all(p.cue and p.cost and p.asks.endswith("?") for p in PATTERNS.values())
    assert [p.unit for p in PATTERNS.values()] == [
        unit for unit in ("coding_sequences", "coding_trees", "coding_tables") for _ in range(6)
    ]
    assert set(QUESTIONS.values()) <= set(NAMES) and of_question("nothing") == ""
