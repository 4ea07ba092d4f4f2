"""The loop as a state machine, its drawn days, the take-home's table, one's own log of mocks."""

from __future__ import annotations

import csv
import io
import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from mlprep.career import mocks as own
from mlprep.career.loop import ENDS, FULL, KINDS, PATHS, REQUIRED, Loop, charges, problems
from mlprep.career.takehome import COLUMNS, MONTHS, handed_out, marmot, trial
from mlprep.course import Course
from mlprep.mock.log import Log
from mlprep.plan.state import State

ROOT = Path(__file__).parents[1]


def a_plan(brief):
    """Any plan that holds, by trying everything."""
    names = [s["name"] for s in brief["sessions"]]
    order = next(
        whole
        for count in range(brief["breaks"] + 1)
        for places in itertools.combinations_with_replacement(range(1, len(names)), count)
        for order in itertools.permutations(names)
        for whole in [with_breaks(order, places)]
        if not {p.rule for p in problems(brief, plan_of(whole))} & {"form", "order", "energy"}
    )
    marked = {axis for s in brief["sessions"] for axis in s["axes"]}
    spare = next(s["name"] for s in brief["sessions"] if s["open"])
    places = [(s["name"], axis) for s in brief["sessions"] for axis in s["tell"]]
    places += [(spare, axis) for axis in brief["required"] if axis not in marked]
    fits = [[s for s, shown in brief["stories"].items() if axis in shown] for _, axis in places]
    stories = {}
    for (name, axis), story in zip(places, different(fits), strict=True):
        stories.setdefault(name, {})[axis] = story
    topics = different([s["knows"] for s in brief["sessions"]])
    return plan_of(order, stories, dict(zip(names, topics, strict=True)))


def plan_of(order, stories=None, questions=None):
    return {"order": list(order), "stories": stories or {}, "questions": questions or {}}


def with_breaks(order, places):
    whole = list(order)
    for place in reversed(places):
        whole.insert(place, "break")
    return whole


def different(options):
    return next(c for c in itertools.product(*options) if len(set(c)) == len(c))


# The state machine


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_through_a_loop_ends(kind):
    ways, ends = [()], set()
    while ways:
        way = ways.pop()
        loop = Loop(kind, 1)
        for event in way:
            loop.step(event)
        assert [entry["event"] for entry in loop.history] == list(way)
        assert len(way) <= len(PATHS[kind]) + 4
        if loop.state in ENDS:
            assert loop.allowed() == ()
            ends.add(loop.state)
        ways += [(*way, event) for event in loop.allowed()]
    assert ends == set(ENDS)


def test_a_panel_may_ask_for_more_once():
    loop = Loop("bigco", 1)
    for event in ("pass", "pass", "pass", "more", "pass"):
        loop.step(event, note=event)
    assert (loop.state, loop.allowed()) == ("debrief", ("hire", "no"))
    assert loop.history[3] == {"state": "debrief", "event": "more", "note": "more"}


def test_what_cannot_happen_is_refused():
    loop = Loop("lab", 1)
    with pytest.raises(ValueError, match=r"'recruiter' there is pass, fail, withdraw. Got 'hire'"):
        loop.step("hire")
    assert (loop.state, loop.history) == ("recruiter", [])
    loop.step("withdraw")
    with pytest.raises(ValueError, match="there is nothing any more"):
        loop.step("pass")
    with pytest.raises(ValueError, match="kind must be one of startup, bigco, lab. Got 'agency'"):
        Loop("agency", 1)


# The day


@pytest.mark.parametrize("kind", KINDS)
def test_every_day_can_be_planned_and_not_as_it_is_drawn(kind):
    sizes = {"startup": {3, 4}, "bigco": {4, 5, 6}, "lab": {4, 5}}[kind]
    seen = set()
    for seed in range(14):
        brief = Loop(kind, seed).brief()
        assert brief == Loop(kind, seed).brief()
        assert brief["required"] == list(REQUIRED[kind])
        assert all(s["axes"] or not s["tell"] for s in brief["sessions"])
        assert set(brief["questions"]) >= {t for s in brief["sessions"] for t in s["knows"]}
        drawn = [s["name"] for s in brief["sessions"]]
        assert "energy" in {p.rule for p in problems(brief, plan_of(drawn))}
        assert problems(brief, a_plan(brief)) == []
        seen.add(len(drawn))
    assert seen == sizes


def test_a_brief_is_a_copy():
    loop = Loop("bigco", 3)
    loop.brief()["sessions"][0]["axes"].append("luck")
    assert "luck" not in loop.brief()["sessions"][0]["axes"]


def test_a_break_gives_no_more_than_a_full_charge():
    brief = Loop("bigco", 3).brief()
    name = brief["sessions"][0]["name"]
    after = charges(brief, ["break", name, "break", "break"])
    assert after[:2] == [("break", FULL), (name, FULL)]
    assert after[3][1] <= FULL


def spoilt(brief):
    """(rule, plan): a plan that breaks it."""
    good = a_plan(brief)
    names = [s["name"] for s in brief["sessions"]]
    told = {n: dict(mine) for n, mine in good["stories"].items()}
    (name, axis), *rest = [(n, a) for n, mine in told.items() for a in mine]
    less = {n: {a: x for a, x in m.items() if (n, a) != (name, axis)} for n, m in told.items()}
    twice = {**told, name: {**told[name], axis: told[rest[0][0]][rest[0][1]]}}
    yield "form", {"order": names}
    yield "form", {**good, "stories": []}
    yield "form", {**good, "order": [*good["order"], "lunch"]}
    yield "order", {**good, "order": good["order"][1:]}
    yield "order", {**good, "order": [*good["order"], "break", "break"]}
    yield "energy", {**good, "order": names}
    yield "stories", {**good, "stories": less}
    yield "stories", {**good, "stories": {**told, name: {axis: "no such story"}}}
    yield "twice", {**good, "stories": twice}
    yield "questions", {**good, "questions": {}}
    yield "questions", {**good, "questions": dict.fromkeys(names, "the weather")}
    yield "again", {**good, "questions": dict.fromkeys(names, "data")}


def test_every_rule_is_seen():
    brief = Loop("bigco", 7).brief()
    for rule, plan in spoilt(brief):
        assert rule in {p.rule for p in problems(brief, plan)}, rule


def test_an_axis_that_nobody_hears_is_a_problem():
    brief = Loop("bigco", 28).brief()
    plan = a_plan(brief)
    asked = {s["name"]: s["tell"] for s in brief["sessions"]}
    plan["stories"] = {
        n: {a: x for a, x in m.items() if a in asked[n]} for n, m in plan["stories"].items()
    }
    (problem,) = problems(brief, plan)
    assert str(problem).startswith("cover: nobody hears anything on ownership")


def test_marks_repeat_and_are_missing_where_nothing_was_told():
    loop = Loop("bigco", 7)
    brief = loop.brief()
    plan = a_plan(brief)
    marks = loop.marks(plan)
    assert marks.shape == (len(brief["sessions"]), len(brief["required"]))
    assert set(marks[~np.isnan(marks)]) <= {1.0, 2.0, 3.0, 4.0}
    np.testing.assert_array_equal(marks, loop.marks(plan))
    silent = loop.marks({**plan, "stories": {}})
    assert np.isnan(silent).sum() > np.isnan(marks).sum()
    tired = loop.marks({**plan, "order": [s["name"] for s in brief["sessions"]]}, noise=0.0)
    assert np.nansum(tired) < np.nansum(loop.marks(plan, noise=0.0))


# The take-home's table


def test_the_table_is_what_the_generator_gives(capsysbinary, monkeypatch):
    given = (ROOT / "source" / "career_loop" / "marmot.csv").read_bytes()
    assert given == handed_out().encode()
    assert given == (ROOT / "release" / "career_loop" / "marmot.csv").read_bytes()
    monkeypatch.delitem(sys.modules, "mlprep.career.takehome")
    import runpy

    runpy.run_module("mlprep.career.takehome", run_name="__main__")
    assert capsysbinary.readouterr().out == given


def test_the_table_has_what_is_planted_in_it():
    made = marmot(11, users=300)
    rows = list(csv.DictReader(io.StringIO(made.text)))
    assert tuple(rows[0]) == COLUMNS and len(rows) > 1000
    ids = [int("".join(filter(str.isdigit, row["user"]))) for row in rows]
    months = [int(row["month"][-2:]) for row in rows]
    assert len({row["user"] for row in rows}) > 2 * len(set(ids))  # spellings
    keys = list(zip(months, ids, strict=True))
    assert 0.04 < 1 - len(set(keys)) / len(keys) < 0.1  # written twice
    assert {(user, month) for month, user in keys} == set(made.truth)
    written = {(key, row["written"]) for key, row in zip(keys, rows, strict=True)}
    assert len(written) == len(rows)  # never two on one day
    minutes = {m: [] for m in range(1, MONTHS + 1)}
    for month, row in zip(months, rows, strict=True):
        if row["minutes"]:
            minutes[month].append(float(row["minutes"]))
    medians = {m: np.median(values) for m, values in minutes.items()}
    assert [m for m in medians if medians[m] > 300] == [made.shifted]
    blank = {m for m, row in zip(months, rows, strict=True) if not row["left"]}
    assert blank == {MONTHS}
    left = [row for row in rows if row["left"] == "1"]
    stayed = [row for row in rows if row["left"] == "0"]
    got = [np.mean([row["offers"] != "0" for row in group]) for group in (left, stayed)]
    assert got[0] > 0.8 and got[1] < 0.2  # the leak


def test_without_signal_only_idle_days_count():
    made = marmot(11, users=200, signal=0.0)
    by_idle = {}
    for row in csv.DictReader(io.StringIO(made.text)):
        key = int("".join(filter(str.isdigit, row["user"]))), int(row["month"][-2:])
        by_idle.setdefault(row["days_idle"], set()).add(round(made.truth[key], 12))
    assert all(len(chances) == 1 for chances in by_idle.values())


def test_a_trial_keeps_the_parts_apart():
    found = trial(5, users=200)
    assert set(found.train["month"]) == set(range(1, MONTHS - 3))
    assert set(found.new["month"]) == {MONTHS - 2, MONTHS - 1}
    assert not set(found.train["user"]) & set(found.new["user"])
    assert "left" not in found.new and not np.isnan(found.left).any()
    assert len(found.left) == len(found.truth) == len(found.new["user"])
    found.new["rentals"][:] = 0.0
    assert trial(5, users=200).new["rentals"].any()


# One's own mocks


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "curriculum.toml").write_text("")
    for name in ("work", "autograded"):
        (tmp_path / name / "career_loop").mkdir(parents=True)
    return Course(tmp_path)


def hold(course, day, own_marks, peer, fix="", kept=None, round_="coding"):
    log = Log(
        State(course.root / "work" / "attempts.db"), lambda: datetime(2026, 3, day, 12, tzinfo=UTC)
    )
    axes = ("communication", "problem solving", "competence", "testing")
    about = {"unit": "hunt", "title": "t", "seed": 1, "minutes": 45.0, "opening": "?"}
    name = log.begin(round=round_, **about, peer="Ada", fix="")
    log.add(name, "marked", by="self", marks=dict(zip(axes, own_marks, strict=True)))
    if peer:
        log.add(name, "marked", by="Ada", marks=dict(zip(axes, peer, strict=True)))
    if kept is not None:
        log.add(name, "kept", mark=kept)
    if fix:
        log.add(name, "fix", text=fix)


def test_without_a_log_it_says_how_to_begin(course):
    found, note = own.own_mocks(course.root / "work" / "career_loop")
    assert found == []
    assert own.report_mocks(found, note) == own.NONE
    assert not (course.root / "work" / "attempts.db").exists()


@pytest.mark.parametrize("place", ["autograded/career_loop", "work", ".", "/"])
def test_elsewhere_nothing_is_read(course, place):
    hold(course, 2, (2, 2, 2, 1), (1, 1, 1, 0))
    found, note = own.own_mocks(course.root / place)
    assert (found, note) == ([], own.ELSEWHERE)


def test_a_report_has_numbers_and_flags_and_quotes_nothing(course):
    hold(course, 2, (2, 2, 2, 1), (1, 1, 1, 0), fix="secret weakness")
    hold(course, 9, (2, 2, 2, 2), (1, 2, 2, 2), kept=0)
    hold(course, 10, (1, 1, 1, 1), (), round_="coding")
    found, note = own.own_mocks(course.root / "work" / "career_loop")
    text = own.report_mocks(found, note)
    assert "coding: 3 marked on 3 days" in text and "1.00, 0.25" in text
    assert [line.split()[0] for line in text.splitlines()[2:-1]] == ["no_peer", "no_fix"]
    assert "secret" not in text and "points" in text.splitlines()[-1]


def test_flags_name_what_is_missing(course):
    hold(course, 2, (2, 2, 2, 1), (1, 1, 1, 0), fix="a")
    hold(course, 2, (2, 2, 2, 1), (1, 1, 1, 0), fix="b")
    found, _ = own.own_mocks(course.root / "work" / "career_loop")
    assert own.flags_of(found) == ["few_days", "not_rescored"]


def test_a_broken_log_is_a_sentence(course):
    (course.root / "work" / "attempts.db").write_text("no database" * 99)
    found, note = own.own_mocks(course.root / "work" / "career_loop")
    assert found == [] and "cannot be read" in own.report_mocks(found, note)
