"""What JupyterLab asks about mock interviews: the clock and the notebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from interviews import drawn, interview_course

from mlprep.lab.mock import clock
from mlprep.mock.desk import Desk
from mlprep.mock.log import Log
from mlprep.plan.state import State


@pytest.fixture
def course(tmp_path):
    return interview_course(tmp_path)


def desk(course, minutes_ago: float = 0.0) -> Desk:
    then = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return Desk(course, Log(State.of(course), lambda: then))


def test_nothing_is_shown_where_nothing_is_under_way(course):
    assert clock(course) == {}
    assert not (course.root / "work").exists()


def test_the_clock_is_that_of_the_row_that_began_it(course):
    desk(course, 12).start(drawn(course, unit="feed"))
    found = clock(course)
    assert 720 <= found.pop("elapsed_s") < 725
    assert found == {"title": "System design", "minutes": 45.0, "step": "Opening"}
    desk(course).next()
    assert clock(course)["step"] == "Follow-up 1"
    desk(course).end()
    assert clock(course) == {}


def test_a_mock_that_was_left_for_long_has_no_clock(course):
    desk(course, 91).start(drawn(course, unit="feed"))
    assert clock(course) == {}
