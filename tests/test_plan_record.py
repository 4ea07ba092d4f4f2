"""What the attempts say: units done, the diagnostic, and mistakes due after 1, 3, 7 and 21 days."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from planning import TODAY, diagnosed, planned_course, result, state_of, tried

from mlprep.plan.record import attempts_in, diagnostic_scores, repeats, unit_parts


@pytest.fixture
def state(tmp_path):
    return state_of(planned_course(tmp_path))


def day(number):
    return TODAY + timedelta(days=number)


def due(state, number):
    return [(r.mistake, (r.due - TODAY).days, r.step, r.times)
            for r in repeats(attempts_in(state), day(number))]  # fmt: skip


def missed(state, number, slug="no_max", question="softmax"):
    tried(state, day(number), "softmax", result(question, "wrong", slug))


def right(state, number, **more):
    tried(state, day(number), "softmax", result("softmax"), **more)


def test_a_units_part_is_its_best_attempt(state):
    tried(state, day(0), "softmax", result("a"), result("b", "wrong"))
    tried(state, day(1), "softmax", result("a", "wrong"), result("b", "wrong"))
    assert unit_parts(attempts_in(state)) == {"softmax": 2.5 / 4}


def test_a_mistake_comes_back_after_1_3_7_and_21_days(state):
    missed(state, 0)
    assert due(state, 0) == [("no_max", 1, 0, 1)]
    for asked, next_due, step in ((1, 4, 1), (4, 11, 2), (11, 32, 3)):
        right(state, asked)
        assert due(state, asked) == [("no_max", next_due, step, 1)]
    right(state, 32)
    assert due(state, 33) == []


def test_right_before_it_is_due_is_no_repeat(state):
    missed(state, 0)
    right(state, 0)
    assert due(state, 0) == [("no_max", 1, 0, 1)]


def test_a_repeat_that_is_late_counts_from_the_day_of_it(state):
    missed(state, 0)
    right(state, 9)
    assert due(state, 9) == [("no_max", 12, 1, 1)]


def test_made_again_it_begins_anew(state):
    missed(state, 0)
    right(state, 1)
    missed(state, 4)
    assert due(state, 4) == [("no_max", 5, 0, 2)]


def test_a_notebook_that_did_not_change_is_no_repeat(state):
    tried(state, day(0), "softmax", result("softmax", "wrong", "no_max"))
    right(state, 0, notebook="mended")
    right(state, 1, notebook="mended")
    assert due(state, 1) == [("no_max", 1, 0, 1)]


def test_another_question_and_another_mistake_are_their_own(state):
    missed(state, 0)
    missed(state, 0, "axis_0")
    missed(state, 0, "no_max", "other")
    right(state, 1)
    assert due(state, 1) == [("no_max", 1, 0, 1), ("no_max", 4, 1, 1), ("axis_0", 4, 1, 1)]


def test_what_is_wrong_without_a_name_does_not_come_back(state):
    tried(state, day(0), "softmax", result("softmax", "wrong"))
    assert due(state, 5) == []


def test_days_after_today_are_not_yet_known(state):
    missed(state, 3)
    assert due(state, 2) == []


def test_the_diagnostic_is_read_from_the_first_attempt_that_is_complete(state):
    tried(state, day(0), "start", result("diagnostic", "wrong", probes=[
        ["is_complete", "", False, False], ["item_backprop", "", False, True]]))  # fmt: skip
    assert diagnostic_scores(attempts_in(state)) == {}
    diagnosed(state, day(0), backprop=True, drift=False)
    diagnosed(state, day(1), backprop=True, drift=True)
    assert diagnostic_scores(attempts_in(state)) == {"backprop": 1.0, "drift": 0.0}


def test_the_diagnostics_answers_do_not_come_back_as_repeats(state):
    tried(state, day(0), "start", result("diagnostic", "wrong", "popular_beliefs"))
    assert due(state, 5) == []


def test_rows_that_cannot_be_read_are_left_out(state):
    missed(state, 0)
    with closing(sqlite3.connect(state.path)) as db, db:
        for report in ("no json", '{"results": 3}', "[]"):
            db.execute(
                "INSERT INTO attempt (at, unit, notebook_sha256, source_sha256, version, score,"
                " max_score, report) VALUES ('2026-11-23', 'softmax', '', '', '', 1, 2, ?)",
                (report,),
            )
    assert len(attempts_in(state)) == 1
