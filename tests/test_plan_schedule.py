"""The plan keeps the order of the stages and the hours that there are, whatever it is given."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning import TODAY, engineering, research

from mlprep.plan.schedule import is_known, remaining, schedule, weeks_between
from mlprep.plan.stages import Stage, Task
from mlprep.plan.state import Settings

TINY = 1e-6
days = st.integers(1, 400)
hours = st.floats(0.5, 112, allow_nan=False)
counts = st.integers(0, 12)
score = st.sampled_from([0.0, 0.5, 1.0])
scores = st.dictionaries(st.sampled_from(["d", "o", "f", "c", "l", "s", "e"]), score)
tracks = st.one_of(
    st.builds(engineering, counts, counts, counts, st.floats(0, 300)), st.builds(research)
)


def chosen(days_left=70, hours_a_week=10.0):
    return Settings("engineering", TODAY, TODAY + timedelta(days=days_left), hours_a_week)


def spent(weeks, name):
    return sum(week.hours.get(name, 0.0) for week in weeks)


@settings(max_examples=150, deadline=None)
@given(tracks, days, hours, scores, st.integers(0, 100))
def test_the_hours_sum_to_those_that_there_are_and_no_week_has_more(stages, d, h, known, later):
    plan = schedule(stages, chosen(d, h), TODAY + timedelta(days=later), {}, known)
    assert plan.available == pytest.approx(h * max(d - later, 0) / 7)
    assert sum(plan.stages.values()) == pytest.approx(plan.available)
    for week in plan.weeks:
        assert week.available <= h + TINY
        assert sum(week.hours.values()) == pytest.approx(week.available)
        assert all(hours > 0 for hours in week.hours.values())
        for name, units in week.units.items():
            assert sum(units.values()) <= week.hours[name] + TINY


@settings(max_examples=150, deadline=None)
@given(st.builds(engineering, counts, counts, counts, st.floats(0, 300)), days, hours, scores)
def test_four_fifths_of_the_first_fortnight_are_design(stages, d, h, known):
    plan = schedule(stages, chosen(d, h), TODAY, {}, known)
    fortnight = plan.weeks[:2]
    assert (fortnight[-1].last - TODAY).days < 14
    assert spent(fortnight, "Design") >= 0.8 * sum(w.available for w in fortnight) - TINY


@settings(max_examples=150, deadline=None)
@given(tracks, days, hours, scores, st.integers(0, 100))
def test_stages_follow_each_other_in_order(stages, d, h, known, later):
    plan = schedule(stages, chosen(d, h), TODAY + timedelta(days=later), {}, known)
    order = [stage.name for stage in stages if stage.from_week is None]
    seen = [name for week in plan.weeks for name in week.hours if name in order]
    assert seen == sorted(seen, key=order.index)


@settings(max_examples=100, deadline=None)
@given(st.builds(engineering, counts, counts, counts), days, hours, scores)
def test_mocks_begin_in_week_four_and_go_on_to_the_end(stages, d, h, known):
    plan = schedule(stages, chosen(d, h), TODAY, {}, known)
    for week in plan.weeks:
        assert (week.hours.get("Mocks", 0) > 0) == (week.number >= 4)
        assert (week.hours.get("Loop", 0) > 0) == (week.number >= 4)
    if plan.weeks[-1].number < 4:
        assert "Mocks begins in week 4, after the interview" in " ".join(plan.notes)


@settings(max_examples=100, deadline=None)
@given(days, hours, scores)
def test_reading_runs_from_day_one_and_keeps_its_part(d, h, known):
    plan = schedule(research(), chosen(d, h), TODAY, {}, known)
    assert all(week.hours["Reading"] >= 0.2 * week.available - TINY for week in plan.weeks)


@settings(max_examples=100, deadline=None)
@given(tracks, days, hours, st.integers(0, 60))
def test_a_unit_is_placed_whole_or_cut_and_said(stages, d, h, later):
    plan = schedule(stages, chosen(d, h), TODAY + timedelta(days=later))
    if not plan.weeks:
        return
    for stage in stages:
        for name, needed in remaining(stage, {}).items():
            placed = sum(week.units.get(stage.name, {}).get(name, 0.0) for week in plan.weeks)
            lost = sum(cut.hours for cut in plan.cut if cut.unit == name)
            assert placed + lost == pytest.approx(needed, abs=1e-5)
    assert bool(plan.cut) == any("were cut" in note for note in plan.notes)


def test_gaps_move_hours_to_their_stage_and_never_break_the_order():
    known = dict.fromkeys("dofcl", 1.0)
    plain = schedule(engineering(0, 0, 0), chosen(), TODAY, {}, known).stages
    gaps = schedule(engineering(0, 0, 0), chosen(), TODAY, {}, known | {"f": 0.0}).stages
    assert gaps["Fundamentals"] > 1.3 * plain["Fundamentals"]
    assert gaps["Design"] >= 0.35 * (100 - 100 / 60) - TINY


def test_what_the_diagnostic_found_known_is_cut_first():
    plan = schedule(engineering(design=9), chosen(), TODAY, {}, {"d1": 1.0})
    cut = [(c.unit, c.why) for c in plan.cut if c.stage == "Design"]
    assert cut[0] == ("d1", "the diagnostic found it known")
    assert {why for _, why in cut[1:]} == {"there is no time for it"}
    design = [unit for week in plan.weeks for unit in week.units.get("Design", {})]
    assert list(dict.fromkeys(design)) == [f"d{i}" for i in (0, 2, 3, 4, 5, 6, 7)]


def test_a_topic_may_leave_out_its_areas_prefix():
    assert is_known("design_feature_store", {"feature_store": 1.0})
    assert not is_known("design_feature_store", {"feature_store": 0.0, "store": 1.0})
    assert not is_known("backprop", {})


def test_what_is_done_takes_no_more_hours():
    stage = Stage("One", (Task("u", "U", "design", 60, 120),))
    assert remaining(stage, {}) == {"u": 3.0}
    assert remaining(stage, {"u": 0.0}) == {"u": 2.0}
    assert remaining(stage, {"u": 0.5}) == {"u": 1.0}
    assert remaining(stage, {"u": 0.8}) == {}


def test_a_start_that_is_done_leaves_its_hours_to_design():
    plan = schedule(engineering(), chosen(), TODAY, {"s0": 1.0})
    assert plan.stages["Start"] == 0
    assert plan.weeks[0].hours == {"Design": pytest.approx(10)}


def test_units_that_were_missed_are_caught_up_in_later_practice():
    stages = engineering(design=4, fundamentals=2, coding=1)
    done = {"s0": 1.0, "d0": 1.0, "d1": 1.0}  # two of four when design's weeks are over
    plan = schedule(stages, chosen(), TODAY + timedelta(days=42), done)
    assert plan.stages["Design"] == pytest.approx(10)
    assert plan.weeks[0].units["Design"] == {
        "d2": 5.0,
        "d3": pytest.approx(plan.weeks[0].hours["Design"] - 5),
    }
    assert {cut.stage for cut in plan.cut} <= {"Loop"}
    assert sum(plan.stages.values()) == pytest.approx(40)


def test_a_start_that_is_longer_than_its_fifth_is_done_in_part():
    plan = schedule(engineering(start=120), chosen(70, 2.5), TODAY)
    assert plan.stages["Start"] == pytest.approx(1.0)
    assert [(c.unit, round(c.hours, 6), c.why) for c in plan.cut if c.stage == "Start"] == [
        ("s0", 1.0, "only a part of it fits")
    ]


def test_weeks_are_counted_from_the_first_day_and_todays_begins_today():
    plan = chosen(17)
    assert [(w.number, (w.last - w.first).days + 1) for w in weeks_between(plan, TODAY)] == [
        (1, 7),
        (2, 7),
        (3, 3),
    ]
    third = weeks_between(plan, TODAY + timedelta(days=9))[1:]
    assert [(w.number, w.first) for w in third][1] == (2, TODAY + timedelta(days=9))


def test_nothing_is_planned_after_the_interview_or_without_stages():
    assert schedule(engineering(), chosen(5), TODAY + timedelta(days=5)).weeks == []
    assert schedule([], chosen(), TODAY).stages == {}


def test_only_stages_that_run_beside_others_still_use_all_hours():
    plan = schedule([Stage("Reading", from_week=1)], chosen(14), TODAY)
    assert sum(spent(plan.weeks, name) for name in plan.stages) <= 20 + TINY
