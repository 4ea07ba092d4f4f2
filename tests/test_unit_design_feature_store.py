"""Feature store: the builds agree with each other, and any consistent worksheet is accepted."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlprep.check.proof import questions_of
from mlprep.course import Course
from mlprep.notebook import read, render


@pytest.fixture(scope="module")
def questions():
    """The questions of the assignment and of the worksheet by name, on worked solutions."""
    unit = Course(Path(__file__).parents[1]).unit("design_feature_store")
    sources = [read(unit, source) for source in unit.assignment_sources()]
    notebooks = [nbformat.from_dict(render(unit, source)) for source in sources]
    return {
        asked.question.name: asked.question
        for notebook in notebooks
        for asked in questions_of(notebook)
    }


# The assignment


def timelines(seed, count=40):
    rng = np.random.default_rng(seed)
    rows = {}
    for _ in range(count):
        event_ts = int(rng.integers(0, 30))
        key = (f"e{rng.integers(6)}", event_ts, event_ts + int(rng.integers(0, 12)))
        rows[key] = float(rng.integers(0, 100))
    return [(*key, value) for key, value in rows.items()]


def test_reading_the_store_at_a_moment_is_joining_at_that_moment(questions):
    join, materialize = questions["pit_join"].answer, questions["materialize"].answer
    for seed in range(200):
        rows, entities = timelines(seed), [f"e{i}" for i in range(7)]
        for now in (3, 11, 25, 60):
            store = materialize(rows, now)
            online = [store[e][1] if e in store else None for e in entities]
            assert online == join([(e, now) for e in entities], rows, math.inf)


def test_online_and_offline_means_agree_on_random_replays(questions):
    OnlineMean = questions["online_mean"].answer
    for seed in range(50):
        rng = np.random.default_rng(seed)
        feature, so_far, ts = OnlineMean(20), [], 0
        for _ in range(40):
            ts += int(rng.integers(0, 6))
            event = int(rng.integers(max(0, ts - 25), ts + 2)), float(rng.integers(1, 100))
            so_far.append(event)
            feature.add(*event)
            inside = [amount for t, amount in so_far if ts - 20 <= t < ts]
            assert feature.mean(ts) == (pytest.approx(np.mean(inside)) if inside else None)


def test_every_event_of_a_stream_is_counted_once_or_late(questions):
    ingest = questions["ingest"].answer
    for seed in range(100):
        rng = np.random.default_rng(seed)
        events = [(int(t), 1.0) for t in rng.integers(0, 90, 30)]
        found = ingest(events, 8, int(rng.integers(0, 30)))
        starts = [start for start, _ in found["closed"]] + list(found["open"])
        assert len(starts) == len(set(starts))
        sums = sum(s for _, s in found["closed"]) + sum(found["open"].values())
        assert sums + len(found["late"]) == len(events)


def nearest_in_the_past_by_position(requests, rows, ttl_s):
    """An unlisted slip: the rows are taken to be in order of event time."""
    joined = []
    for entity, ts in requests:
        found = None
        for who, event_ts, created_ts, value in rows:
            if who == entity and max(event_ts, created_ts) <= ts <= event_ts + ttl_s:
                found = value
        joined.append(found)
    return joined


def test_an_unlisted_mistake_is_told_what_broke(questions):
    verdict = questions["pit_join"].verdict(nearest_in_the_past_by_position)
    assert not verdict.mistake and verdict.points < verdict.max_points
    assert "does not beat a newer event" in verdict.message


def test_a_list_in_the_class_is_told_that_entities_share_it(questions):
    OnlineMean = questions["online_mean"].answer

    class Shared(OnlineMean):
        everyone = []

        def __init__(self, window_s):
            super().__init__(window_s)
            self.events = self.everyone

        def mean(self, ts):
            self.everyone[:] = [e for e in self.everyone if e[0] >= ts - self.window_s]
            amounts = [amount for t, amount in self.everyone if t < ts]
            return sum(amounts) / len(amounts) if amounts else None

    verdict = questions["online_mean"].verdict(Shared)
    assert verdict.points < verdict.max_points
    assert verdict.message.startswith("Two entities are two objects")


# The worksheet


def rates(users, each, peak, keys, cached):
    average = users * each / 86_400
    return average, average * peak * keys * (1 - cached)


def sheet(base, users, each, peak, keys, cached, entities, features, period):
    """A consistent worksheet: the worked one, with other assumptions and what follows from them."""
    average, reads = rates(users, each, peak, keys, cached)
    stored = entities * features * 8 * 3
    nodes = max(reads / (1e5 * 0.6), stored / 64e9)
    made = copy.deepcopy(base)
    made["assumptions"] |= {
        "daily_users": (users, "users"),
        "requests_per_user": (each, "1/day"),
        "peak": (peak, "1"),
        "keys_per_request": (keys, "keys"),
        "cached": (100 * cached, "%"),
        "entities": (entities, "1"),
        "features": (features, "1"),
        "nodes": (nodes + 1, "nodes"),
        "period": (period, "min"),
        "max_age": (period + 3, "min"),
    }
    made["derived"] |= {
        "peak_rps": (average * peak * 3600, "1/h"),
        "online_bytes": (stored / 1024**2, "MiB"),
        "key_reads": (reads, "reads/s"),
        "bandwidth": (reads * features * 64, "bit/s"),
        "nodes_needed": (nodes, "1"),
        "worst_age": ((period + 3) * 60, "s"),
        "cost_per_million": ((nodes + 1) * 0.35 / 3600 / average * 1e6, "USD"),
    }
    return made


size = st.floats(1, 1e9, allow_nan=False)
assumed = st.tuples(
    size, size, st.floats(1, 100), size, st.floats(0, 0.999), size, size, st.floats(0.1, 1e5)
)


def broken(question, made):
    clauses = {probe.name: probe.run(lambda: made) for probe in question.probes}
    return {name: clause for name, clause in clauses.items() if clause}


@settings(max_examples=40, deadline=None)
@given(assumed)
def test_any_consistent_worksheet_is_accepted(questions, numbers):
    question = questions["worksheet"]
    assert broken(question, sheet(question.answer(), *numbers)) == {}


LINKS = {  # each derived number, and the checks that are built on it
    "peak_rps": {"key_reads"},
    "online_bytes": {"nodes_needed"},
    "key_reads": {"bandwidth", "nodes_needed"},
    "bandwidth": set(),
    "nodes_needed": {"enough_nodes"},
    "worst_age": {"fresh_enough"},
    "log_bytes": set(),
    "backfill_time": {"repaired_in_time"},
    "cost_per_million": set(),
}


@settings(max_examples=40, deadline=None)
@given(
    assumed,
    st.sampled_from(sorted(LINKS)),
    st.one_of(st.floats(1e-6, 0.94), st.floats(1.06, 1e6)),
)
def test_a_broken_link_is_named_and_only_what_is_built_on_it(questions, numbers, name, factor):
    question = questions["worksheet"]
    made = sheet(question.answer(), *numbers)
    number, unit = made["derived"][name]
    made["derived"][name] = (number * factor, unit)
    found = broken(question, made)
    assert name in found and set(found) <= {name} | LINKS[name]
    assert found[name].startswith(f"`{name}` is ") and "your own numbers give" in found[name]


def test_the_binding_resource_moves_as_an_exemplar_says(questions):
    """B: 37 nodes for the reads where bytes need 5, 13 dollars an hour; at 98 % hits it is 5."""
    rule = {probe.name: probe for probe in questions["worksheet"].probes}["nodes_needed"]
    base = questions["worksheet"].answer()

    def needed(cached):
        made = sheet(base, 3e7, 8, 11_000 / (3e7 * 8 / 86_400), 201, cached, 4e7, 300, 5)
        assert rule.run(lambda: made) == ""
        return math.ceil(made["derived"]["nodes_needed"][0])

    assert (needed(0.0), needed(0.98 * 200 / 201)) == (37, 5)
    assert round(37 * 0.35) == 13
