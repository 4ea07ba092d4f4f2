"""The rounds and their rubrics: whole, and level and weakest axis follow from the marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlprep.course import AREAS
from mlprep.design import rubric
from mlprep.errors import UsageError
from mlprep.mock.rounds import ROUNDS, kind_of, level, weakest


def test_every_area_belongs_to_one_round():
    assert sorted(area for kind in ROUNDS.values() for area in kind.areas) == sorted(AREAS)
    assert len(ROUNDS) == 5


@pytest.mark.parametrize("kind", ROUNDS.values(), ids=ROUNDS)
def test_a_rubric_has_four_different_levels_an_axis(kind):
    assert len(kind.axes) >= 4
    for axis, texts in kind.axes.items():
        assert len(set(texts)) == 4, axis
        assert not any("|" in text for text in texts)  # they stand in a table
    assert sum(part for part, _ in kind.steps) == pytest.approx(1)


def test_design_has_the_seven_axes_of_the_units():
    assert ROUNDS["design"].axes is rubric.AXES
    assert list(ROUNDS["coding"].axes) == [
        "communication", "problem solving", "competence", "testing",
    ]  # fmt: skip
    assert len(ROUNDS["research"].axes) == 6


@given(st.lists(st.integers(0, 3), min_size=7, max_size=7))
def test_the_level_is_the_one_of_the_design_units(marks):
    assert level(dict(zip(rubric.AXES, marks, strict=True))) == rubric.level(marks)


def test_of_two_middle_axes_the_lower_counts():
    assert level({"a": 0, "b": 1, "c": 2, "d": 3}) == "mid"


def test_the_weakest_axis_comes_with_what_its_next_level_asks_for():
    kind = ROUNDS["coding"]
    marks = dict.fromkeys(kind.axes, 2)
    assert weakest(kind, marks | {"testing": 1}) == f"testing: {kind.axes['testing'][2]}"
    assert weakest(kind, dict.fromkeys(kind.axes, 3)) == ""


def test_a_title_in_a_sentence_keeps_its_abbreviation():
    names = [kind.in_text for kind in ROUNDS.values()]
    assert names[:3] == ["coding", "system design", "ML fundamentals"]


def test_an_unknown_round_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="the round must be one of coding, design, .* Got 'chess'"):
        kind_of("chess")
