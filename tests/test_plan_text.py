"""The plan and the progress in a terminal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from planning import TODAY, diagnosed, planned_course, result, state_of, tried

from mlprep.plan import overview
from mlprep.plan.text import plan_text, progress_text, table


@pytest.fixture
def course(tmp_path):
    return planned_course(tmp_path)


def test_a_table_lines_up():
    assert table(["name", "hours"], [["one", "9.5"], ["three", "10.0"]], " r") == [
        "name   hours",
        "-----  -----",
        "one      9.5",
        "three   10.0",
    ]


def test_the_plan_says_when_what_and_what_now(course):
    text = plan_text(overview(course, state_of(course), TODAY))
    assert text.startswith(
        "Engineering track. Interview on 2027-02-01 (in 70 days), 10 hours a week.\n\n"
        "Now: Start (lesson), about 30 minutes."
    )
    assert "     notebooks/start.ipynb\n" in text
    assert "   1  23 Nov – 29 Nov    1.5  Start          start 1.5\n" in text
    assert "                         8.5  System design  design 3.0, practice 5.5\n" in text
    assert "Practice:\n  System design: Design something aloud." in text
    assert max(map(len, text.splitlines())) <= 100


def test_what_was_cut_is_listed_with_the_reason(course):
    text = plan_text(overview(course, state_of(course, weeks=2, hours=2), TODAY))
    assert "The time is too short for everything: " in text
    assert "softmax    2.5  Fundamentals  there is no time for it" in text
    assert "start      0.7  Start         only a part of it fits" in text
    assert "Mocks begins in week 4, after the interview" in text


def test_progress_shows_areas_units_repeats_and_the_diagnostic(course):
    state = state_of(course)
    diagnosed(state, TODAY, softmax=False, design=True)
    tried(state, TODAY, "softmax", result("softmax"), result("axis", "wrong", "summed_rows"))
    text = progress_text(overview(course, state, TODAY + timedelta(days=1)))
    assert "Fundamentals   [############........]   62%  0 of 1\n" in text
    assert "Fundamentals   softmax      150     62%  begun\n" in text
    assert "now  softmax axis  summed rows      1\n" in text
    assert text.endswith("Diagnostic: 1 of 2 topics known.\nGaps: softmax.")
    assert "now  softmax axis" in plan_text(overview(course, state, TODAY + timedelta(days=1)))


def test_what_was_missed_is_said(course):
    text = plan_text(overview(course, state_of(course), TODAY + timedelta(days=7)))
    assert "\nMissed so far, and first from now on: start, design.\n" in text


def test_what_runs_beside_is_said(course):
    text = plan_text(overview(course, state_of(course), TODAY + timedelta(days=21)))
    assert "\nBeside it this week: Mocks 1." in text


def test_without_a_plan_it_says_so(course):
    data = overview(course, state_of(course, None), TODAY)
    assert plan_text(data).startswith("No plan is set yet.\n\nNow: about 2 minutes. Set your track")
    assert progress_text(data).startswith("No plan is set yet.\n\narea")
