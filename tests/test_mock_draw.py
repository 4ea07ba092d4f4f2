"""A seed draws the same round; what was missed is drawn more often."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interviews import Somebody, drawn, interview_course, mocks_in, talk
from planning import result, tried

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.mock.draw import Known, choose_round, draw, known_of, weight
from mlprep.mock.material import FollowUp, Material
from mlprep.mock.rounds import ROUNDS
from mlprep.plan.state import State

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return interview_course(tmp_path_factory.mktemp("draw"))


def how_often(course, known, seeds=400) -> Counter:
    return Counter(drawn(course, seed=seed, known=known).material.unit for seed in range(seeds))


seeds = st.integers(0, 10**9)


@given(seeds, st.sampled_from(list(ROUNDS)), st.floats(1, 240))
def test_the_same_seed_draws_the_same_round(course, seed, round_, minutes):
    one = drawn(course, round_, seed, minutes=minutes)
    assert one == drawn(course, round_, seed, minutes=minutes)
    assert one.opening in one.material.openings
    assert 1 <= len(one.ladder) == len(set(one.ladder))
    assert list(one.ladder) == sorted(one.ladder, key=one.material.ladder.index)


@given(seeds)
def test_with_the_unit_named_the_record_changes_nothing(course, seed):
    known = Known({"feed": 0.1}, {"feed": 3}, held=(("design", "feed"),))
    assert drawn(course, seed=seed, unit="feed") == drawn(
        course, seed=seed, unit="feed", known=known
    )


def test_seeds_differ(course):
    assert len({drawn(course, "fundamentals", seed).ladder for seed in range(20)}) > 10
    assert len({drawn(course, "fundamentals", seed).opening for seed in range(20)}) == 3


def test_what_was_missed_is_drawn_more_often(course):
    plain = how_often(course, Known())
    missed = how_often(course, Known({"search": 0.4}, {"search": 2}))
    assert missed["search"] > plain["search"] + 50
    in_mocks = how_often(course, Known(missed={"feed": 3}))
    assert in_mocks["feed"] > plain["feed"] + 20
    in_the_diagnostic = how_often(course, Known(scores={"feed": 0.0, "search": 1.0}))
    assert in_the_diagnostic["feed"] > plain["feed"] + 20


def test_what_is_too_hard_or_was_just_asked_comes_seldom(course):
    plain = how_often(course, Known())
    assert plain["fraud"] < plain["feed"] <= plain["search"]  # difficulties 5, 4 and 3
    after_success = how_often(course, Known({"feed": 1.0}))
    assert after_success["fraud"] > 2 * plain["fraud"]
    again = how_often(course, Known(held=(("design", "search"),)))
    assert 0 < again["search"] < plain["search"] / 2
    assert how_often(course, Known(held=(("research", "search"),))) == plain


def test_the_record_says_what_is_known(tmp_path):
    course = interview_course(tmp_path)
    state = State.of(course)
    tried(state, DAY, "search", result("q", "wrong", "no_cache"), result("r"))
    talk(course, Somebody(["", "", "", "n", "", "p", "", "y"]), unit="feed").hold()
    known = known_of(state, mocks_in(course), DAY + timedelta(days=1))
    assert known.mistakes == {"search": 1} and known.parts["search"] == pytest.approx(0.625)
    assert known.missed == {"feed": 2}
    assert known.held == (("design", "feed"),)


def test_the_minutes_decide_how_many_follow_ups(course):
    counts = [len(drawn(course, minutes=minutes).ladder) for minutes in (1, 10, 30, 45, 200)]
    assert counts == [1, 1, 4, 6, 7]


def test_the_opening_does_not_come_back_as_a_follow_up():
    ladder = (FollowUp("Why then feed?", "Because."), FollowUp("Something else?", "Yes."))
    material = Material("feed", "Feed", 3, ("Why, then, feed?",), ladder)
    assert draw([material], ROUNDS["design"], 1, Known()).ladder == ladder[1:]


def test_a_long_round_opens_with_the_lesson_s_question(course):
    for round_ in ("design", "coding"):
        assert {drawn(course, round_, seed).opening[:6] for seed in range(20)} == {"Design"}


def test_a_unit_of_another_round_is_refused(course):
    with pytest.raises(UsageError, match="softmax: no unit of the round design. It has feed, "):
        drawn(course, unit="softmax")


def test_a_round_without_units_is_refused_with_the_others(tmp_path):
    course = interview_course(tmp_path, ["softmax"])
    with pytest.raises(UsageError, match="^design: no unit of this round .* Choose another of cod"):
        drawn(course)
    assert choose_round(course, random.Random(1), Known()).name == "fundamentals"
    (tmp_path / "empty" / "source").mkdir(parents=True)
    with pytest.raises(UsageError, match="no unit with an opening question"):
        choose_round(Course(tmp_path / "empty"), random.Random(1), Known())


def test_without_a_round_one_of_those_held_least_is_chosen(course):
    held = tuple((name, "x") for name in ROUNDS if name != "research")
    assert choose_round(course, random.Random(1), Known(held=held)).name == "research"
    chosen = {choose_round(course, random.Random(seed), Known()).name for seed in range(40)}
    assert chosen == set(ROUNDS)


@given(st.floats(0, 1), st.floats(0, 1))
def test_fewer_points_never_weigh_less(one, other):
    material = Material("u", "U", 3, ("?",), (FollowUp("q", "a"),))
    low, high = sorted([one, other])
    weights = [weight(material, "design", Known({"u": part}), 3) for part in (low, high)]
    assert weights[0] >= weights[1] > 0
