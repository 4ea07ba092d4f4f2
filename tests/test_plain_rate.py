"""The first-run pass rate's interval contains the rates that what was seen does not contradict."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from mlprep.course import Course
from mlprep.grading.merge import grade_id, read_notebook, role
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


@pytest.mark.parametrize("unit", QUESTIONS)
def test_each_question_of_the_pattern_units_has_its_pattern_and_each_pattern_two(unit):
    course = Course(Path(__file__).resolve().parents[1])
    if unit not in course.units() or not course.unit(unit).release_notebook().is_file():
        pytest.skip("not written yet")
    names = []
    for path in course.unit(unit).assignment_sources():
        cells = read_notebook(course.unit(unit).release_notebook(path.stem)).cells
        names += [grade_id(cell) for cell in cells if role(cell) == "answer"]
    assert sorted(names) == sorted(QUESTIONS[unit])
    counts = Counter(of_question(unit, name) for name in names)
    assert counts == {name: 2 for name, p in PATTERNS.items() if p.unit == unit}
    assert of_question(unit, "nothing") == of_question("nothing", names[0]) == ""
