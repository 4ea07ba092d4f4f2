"""Stages as curriculum.toml and the units on disk say."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from authoring import edit, make_course
from planning import TODAY, planned_course

from mlprep.course import Course
from mlprep.errors import AuthorError
from mlprep.lint import lint_course
from mlprep.plan.schedule import schedule
from mlprep.plan.stages import Stage, stages_of
from mlprep.plan.state import Settings

ROOT = Path(__file__).resolve().parents[1]


def test_stages_come_in_order_with_their_units_minutes(tmp_path):
    stages = stages_of(planned_course(tmp_path), "engineering")
    names = [stage.name for stage in stages]
    assert names == ["Start", "System design", "Fundamentals", "Coding", "Mocks"]
    assert [[task.minutes for task in stage.tasks] for stage in stages] == [
        [90],
        [180],
        [150],
        [],
        [],
    ]
    assert (stages[1].least, stages[1].first_fortnight, stages[4].from_week) == (0.35, 0.8, 4)
    assert stages[2].topics == ("metrics", "softmax", "not_written_yet")


def test_a_track_that_is_not_there_has_no_stages(tmp_path):
    assert stages_of(planned_course(tmp_path), "other") == []


def test_a_gap_is_the_part_of_the_topics_that_is_missing():
    stage = Stage("One", topics=("a", "b"))
    assert [stage.gap(s) for s in ({}, {"c": 1.0}, {"a": 1.0}, {"a": 0.0, "b": 1.0})] == [
        0.5,
        0.5,
        0.0,
        0.5,
    ]


BAD = {
    "share = -1": "share must be a number from 0 to 100. Got -1.",
    "least = 2": "least must be a number from 0 to 1. Got 2.",
    "first_fortnight = true": "first_fortnight must be a number from 0 to 1. Got True.",
    "from_week = 1.5": "from_week must be a number from 1 to 520. Got 1.5.",
    'topics = "one"': "topics must be a list of names. Got one.",
    "practice = 3": "practice must be a sentence. Got 3.",
}


@pytest.mark.parametrize("line", BAD)
def test_a_field_without_meaning_is_refused_by_the_plan_and_the_lint(line, tmp_path):
    course = make_course(tmp_path / "course", "toy")
    course = edit(course, "curriculum.toml", "units =", f"{line}\nunits =")
    with pytest.raises(AuthorError, match="stage"):
        stages_of(course, "engineering")
    (problem,) = lint_course(course)
    assert BAD[line].replace("Got one", "Got 'one'") in problem.replace('"', "'")


@pytest.mark.parametrize("track", ["engineering", "research"])
def test_this_courses_plan_keeps_the_order_for_any_time(track):
    stages = stages_of(Course(ROOT), track)
    order = [stage.name for stage in stages if stage.from_week is None]
    for weeks, hours in itertools.product((1, 2, 3, 4, 6, 10, 26), (1.0, 4.0, 10.0, 40.0)):
        settings = Settings(track, TODAY, TODAY + timedelta(weeks=weeks), hours)
        plan = schedule(stages, settings, TODAY)
        assert sum(plan.stages.values()) == pytest.approx(weeks * hours)
        seen = [name for week in plan.weeks for name in week.hours if name in order]
        assert seen == sorted(seen, key=order.index)
        for week in plan.weeks:
            assert sum(week.hours.values()) == pytest.approx(hours)
            assert ("Mocks" in week.hours) == (week.number >= 4)
            assert track == "engineering" or week.hours["Reading"] >= 0.2 * hours - 1e-6
        fortnight = sum(week.hours.get("System design", 0.0) for week in plan.weeks[:2])
        assert track == "research" or fortnight >= 0.8 * hours * min(weeks, 2) - 1e-6


def test_the_curriculum_can_be_planned():
    course = Course(ROOT)
    for track in course.curriculum:
        stages = stages_of(course, track)
        assert len(stages) >= 5
        assert any(stage.from_week == 4 and stage.name == "Mocks" for stage in stages)
        assert all(stage.practice for stage in stages if stage.share)
    order = [stage.name for stage in stages_of(course, "engineering") if stage.from_week is None]
    assert order[-3:] == ["System design", "Fundamentals", "Coding"]
    order = [stage.name for stage in stages_of(course, "research")]
    assert order.index("Derivations") < order.index("Stability") < order.index("Experiment")
    assert next(s for s in stages_of(course, "research") if s.name == "Reading").from_week == 1
