"""The log in short: each axis over time, what is to be fixed, what to hold next."""

from __future__ import annotations

import json

import pytest
from interviews import Somebody, interview_course, mocks_in, talk

from mlprep.mock.log import Mock
from mlprep.mock.rounds import ROUNDS
from mlprep.mock.summary import ORDER, summary

DAY = "2026-11-23T12:00:00+00:00"


def mock(round_="design", mark=2, peer=None, fix="", ended=True, **axes) -> Mock:
    made = Mock("id", DAY, round_, "feed", "The feed", fix=fix, is_ended=ended)
    kind = ROUNDS[round_]
    if mark is not None:
        made.marks["self"] = dict.fromkeys(kind.axes, mark) | axes
    if peer is not None:
        made.marks["Ada"] = dict.fromkeys(kind.axes, peer)
    return made


def test_before_the_first_one():
    found = summary([])
    assert (found["held"], found["last"], found["open"]) == (0, "", None)
    assert (found["rounds"], found["fixes"]) == ([], [])
    assert found["next"] == {"round": "design", "title": "System design", "why": "not held yet"}


def test_each_axis_has_its_marks_in_order_and_the_change():
    mocks = [mock(mark=1), mock(mark=None, peer=0), mock(mark=2, peer=1, numbers=0)]
    (design,) = summary(mocks)["rounds"]
    assert (design["held"], design["level"], design["days"]) == (3, "mid", ["2026-11-23"] * 3)
    assert design["axes"][0] == {
        "axis": "framing", "self": [1, None, 2], "peer": [None, 0, 1], "change": 1,
    }  # fmt: skip
    assert design["axes"][1]["change"] == -1
    assert json.loads(json.dumps(design)) == design


def test_only_the_last_six_are_shown():
    (design,) = summary([mock(mark=n % 4) for n in range(9)])["rounds"]
    assert design["held"] == 9 and design["axes"][0]["self"] == [3, 0, 1, 2, 3, 0]


def test_the_fix_of_each_round_is_the_one_that_is_asked_next(tmp_path):
    course = interview_course(tmp_path)
    for round_, fix in (("design", "one"), ("coding", "two"), ("design", "three")):
        count = len(ROUNDS[round_].axes)
        talk(course, Somebody(["", "end", *["1"] * count, fix]), round_).hold()
    fixes = summary(mocks_in(course))["fixes"]
    assert [(fix["round"], fix["fix"]) for fix in fixes] == [("coding", "two"), ("design", "three")]


@pytest.mark.parametrize(("ended", "state"), [(True, "not marked"), (False, "not ended")])
def test_a_mock_without_marks_is_told(ended, state):
    found = summary([mock(), mock(mark=None, ended=ended)])
    assert found["held"] == 1 and found["open"]["state"] == state
    assert summary([mock(mark=None), mock()])["open"] is None


def test_next_is_the_round_held_least_then_the_one_with_the_lowest_marks():
    assert summary([mock("design")])["next"]["round"] == "coding"
    all_once = [mock(name) for name in ROUNDS]
    all_once[3] = mock("behavioural", mark=2, peer=0)  # the peer's marks count
    found = summary(all_once)["next"]
    assert found["round"] == "behavioural"
    assert found["why"] == "held once, the last on 2026-11-23: below bar"
    assert summary(all_once + all_once)["next"]["why"].startswith("held 2 times, ")


def test_a_track_has_its_own_order_and_only_rounds_that_it_studies():
    assert {frozenset(order) for order in ORDER.values()} == {frozenset(ROUNDS)}
    assert summary([], "research")["next"]["round"] == "research"
    assert summary([], "engineering", {"fundamentals"})["next"]["round"] == "fundamentals"
    assert summary([mock("fundamentals")], "engineering", {"fundamentals"})["next"]["round"] == (
        "fundamentals"
    )
