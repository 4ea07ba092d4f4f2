"""Everything that a start page shows, as plain data."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from planning import TODAY, diagnosed, planned_course, result, state_of, tried

from mlprep.plan import overview

ALL = {
    "today", "notes", "settings", "days_left", "week", "diagnostic", "next", "missed", "beside",
    "due", "coming", "plan", "units", "areas", "picture", "mocks",
    "plain",
}  # fmt: skip


@pytest.fixture
def course(tmp_path):
    return planned_course(tmp_path)


def step(course, state, today=TODAY):
    found = overview(course, state, today)["next"]
    return found["kind"], found["unit"], found["question"]


def test_it_is_plain_data_with_the_same_keys_with_and_without_a_plan(course):
    for state in (state_of(course, None), state_of(course)):
        data = overview(course, state, TODAY)
        assert set(data) == ALL
        assert json.loads(json.dumps(data)) == data


def test_without_a_plan_it_says_how_to_set_one_and_shows_all_units(course):
    data = overview(course, state_of(course, None), TODAY)
    assert (data["plan"], data["settings"], data["days_left"]) == (None, None, None)
    assert data["next"]["kind"] == "set"
    assert "mlprep plan --track" in data["next"]["why"]
    assert [unit["unit"] for unit in data["units"]] == ["start", "design", "softmax"]


def test_the_plan_has_weeks_stages_and_units(course):
    data = overview(course, state_of(course), TODAY)
    assert (data["days_left"], data["week"], data["plan"]["available"]) == (70, 1, 100)
    week = data["plan"]["weeks"][0]
    assert (week["first"], week["last"], week["hours"]) == ("2026-11-23", "2026-11-29", 10)
    start, design = week["stages"]
    assert start["units"] == [{"unit": "start", "title": "Start", "hours": 1.5}]
    assert (design["stage"], design["hours"], design["practice_hours"]) == (
        "System design",
        8.5,
        5.5,
    )
    assert design["practice"] == "Design something aloud."


def test_the_diagnostic_comes_first_then_the_stages_in_order(course):
    state = state_of(course)
    assert step(course, state) == ("lesson", "start", "")
    tried(state, TODAY, "start", result("role_of"))
    assert step(course, state) == ("assignment", "start", "")
    diagnosed(state, TODAY, design=False, softmax=True)
    tried(state, TODAY, "start", result("role_of"))
    assert step(course, state) == ("lesson", "design", "")
    tried(state, TODAY, "design", result("size", "wrong"))
    assert step(course, state) == ("assignment", "design", "")
    tried(state, TODAY, "design", result("size"))
    assert step(course, state) == ("practice", "", "")


def test_a_repeat_comes_before_new_work_on_the_day_that_it_is_due(course):
    state = state_of(course)
    diagnosed(state, TODAY, design=False)
    tried(state, TODAY, "softmax", result("softmax", "wrong", "no_max"))
    assert step(course, state)[0] != "repeat"
    data = overview(course, state, TODAY)
    assert (data["due"], data["coming"][0]["due"]) == ([], "2026-11-24")
    tomorrow = TODAY + timedelta(days=1)
    assert step(course, state, tomorrow) == ("repeat", "softmax", "softmax")
    data = overview(course, state, tomorrow)
    assert data["due"][0]["mistake"] == "no_max"
    assert "Last time: You did no_max." in data["next"]["why"]
    assert data["next"]["path"] == "work/softmax/softmax.ipynb"


def test_a_repeat_of_a_unit_outside_the_track_does_not_stop_the_others(course):
    state = state_of(course, track="research")
    tried(state, TODAY, "design", result("size", "wrong", "no_peak"))
    tried(state, TODAY, "softmax", result("softmax", "wrong", "no_max"))
    assert step(course, state, TODAY + timedelta(days=1)) == ("repeat", "softmax", "softmax")


def test_what_should_be_done_by_now_is_named(course):
    state = state_of(course)
    later = TODAY + timedelta(days=7)
    assert overview(course, state, TODAY)["missed"] == []
    assert overview(course, state, later)["missed"] == ["start", "design"]
    tried(state, TODAY, "design", result("size"))
    assert overview(course, state, later)["missed"] == ["start"]


def test_mocks_are_said_from_week_four_on(course):
    state = state_of(course)
    assert overview(course, state, TODAY)["beside"] == []
    (mocks,) = overview(course, state, TODAY + timedelta(days=21))["beside"]
    assert (mocks["stage"], mocks["practice"]) == ("Mocks", "A mock.")


def test_gaps_of_the_diagnostic_are_shown_and_move_hours(course):
    state = state_of(course)
    before = overview(course, state, TODAY)
    diagnosed(state, TODAY, softmax=False, metrics=False, design=True)
    data = overview(course, state, TODAY)
    assert data["diagnostic"] == {
        "taken": True,
        "scores": {"softmax": 0.0, "metrics": 0.0, "design": 1.0},
        "gaps": ["softmax", "metrics"],
    }
    hours = [{s["name"]: s["hours"] for s in d["plan"]["stages"]} for d in (before, data)]
    assert hours[1]["Fundamentals"] > hours[0]["Fundamentals"]


def test_progress_by_area_weighs_units_by_their_minutes(course):
    state = state_of(course)
    tried(state, TODAY, "softmax", result("softmax"), result("axis", "wrong"))
    data = overview(course, state, TODAY)
    rows = {
        row["area"]: (row["units"], row["done"], row["begun"], row["part"]) for row in data["areas"]
    }
    assert rows == {
        "start": (1, 0, 0, 0.0),
        "design": (1, 0, 0, 0.0),
        "fundamentals": (1, 0, 1, 0.625),
    }


def test_after_the_interview_it_asks_for_another_day(course):
    state = state_of(course, weeks=2)
    data = overview(course, state, TODAY + timedelta(days=14))
    assert (data["plan"], data["days_left"], data["next"]["kind"]) == (None, 0, "set")
    assert data["notes"][0].startswith("The interview was on 2026-12-07. Set another day")


def test_the_last_day_still_has_a_plan(course):
    data = overview(course, state_of(course, weeks=2), TODAY + timedelta(days=13))
    assert data["plan"]["available"] == pytest.approx(10 / 7)
