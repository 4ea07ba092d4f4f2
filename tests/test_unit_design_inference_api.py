"""Inference API: builds obey queueing theory, worksheets are judged by themselves, claims too."""

from __future__ import annotations

import copy
import math
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlprep import serving
from mlprep.check.proof import questions_of
from mlprep.course import Course
from mlprep.notebook import read, render


@pytest.fixture(scope="module")
def questions():
    """The questions of the assignment and of the worksheet by name, on worked solutions."""
    unit = Course(Path(__file__).parents[1]).unit("design_inference_api")
    sources = [read(unit, source) for source in unit.assignment_sources()]
    notebooks = [nbformat.from_dict(render(unit, source)) for source in sources]
    return {
        asked.question.name: asked.question
        for notebook in notebooks
        for asked in questions_of(notebook)
    }


# The assignment


def test_batches_of_one_wait_as_pollaczek_and_khinchine_say(questions):
    microbatch = questions["microbatch"].answer
    for rho in (0.3, 0.7):
        arrivals = np.cumsum(np.random.default_rng(1).exponential(1 / rho, 40_000))
        wait = np.array(microbatch(arrivals, 1, 9.0, 0.9, 0.1)) - 1.0
        error = wait.reshape(20, -1).mean(axis=1).std(ddof=1) / 20**0.5
        assert abs(wait.mean() - rho / (2 * (1 - rho))) < 4 * error


def test_a_batcher_loses_nobody_and_no_batch_is_too_large(questions):
    microbatch = questions["microbatch"].answer
    for seed in range(60):
        rng = np.random.default_rng(seed)
        arrivals = np.cumsum(rng.integers(0, 4, 50)).astype(float)
        most, wait = int(rng.integers(1, 9)), float(rng.integers(0, 6))
        done = arrivals + microbatch(arrivals, most, wait, 2.0, 0.5)
        assert (np.diff(done) >= 0).all()
        ends, sizes = np.unique(done, return_counts=True)
        assert sizes.max() <= most
        assert (np.diff(ends) >= 2.0 + 0.5 * sizes[1:] - 1e-9).all()


def test_one_slot_and_whole_prompts_are_a_queue_of_jobs(questions):
    continuous_batch = questions["continuous_batch"].answer
    for seed in range(30):
        rng = np.random.default_rng(seed)
        at = np.cumsum(rng.exponential(9.0, 25))
        requests = [
            (float(a), int(p), int(m))
            for a, p, m in zip(at, rng.integers(1, 9, 25), rng.integers(1, 9, 25), strict=True)
        ]
        ttft, tpot = continuous_batch(requests, 1, 999, 99, 0.5, 0.25)
        free = 0.0
        for (arrival, prompt, new), first, pace in zip(requests, ttft, tpot, strict=True):
            begin = max(arrival, free)
            assert first == pytest.approx(begin + 0.5 + 0.25 * prompt - arrival)
            assert pace == pytest.approx(0.75 if new > 1 else 0.0)
            free = arrival + first + (new - 1) * 0.75


def test_a_rollout_only_ever_adds_users_and_is_within_a_point(questions):
    front_door = questions["front_door"].answer
    asked = [(float(i), f"user {i}", "k") for i in range(20_000)]
    inside = set()
    for percent in (1, 5, 25, 50, 100):
        answers = front_door(asked, percent, "launch", 1, 1.0)
        now = {user for (_, user, _), (version, _) in zip(asked, answers, strict=True)
               if version == "new"}  # fmt: skip
        assert inside <= now and abs(100 * len(now) / 20_000 - percent) < 1
        inside = now


def test_a_user_has_the_same_version_in_another_process(questions):
    front_door = questions["front_door"].answer
    code = (
        "import hashlib; print(sum(int(hashlib.sha256(f's:{i}'.encode()).hexdigest()[:8], 16) "
        "% 10_000 < 3000 for i in range(500)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = front_door([(0.0, str(i), "k") for i in range(500)], 30.0, "s", 1, 1.0)
    assert int(said.stdout) == [version for version, _ in here].count("new")


def test_the_retry_budget_bounds_an_outage(questions):
    retry = questions["retry"].answer
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n, ratio, burst = int(rng.integers(1, 200)), float(rng.random()), float(rng.integers(1, 9))
        waits = retry([["busy"] * 5] * n, 5, ratio, burst, 0.1, 2.0, rng)
        assert sum(map(len, waits)) <= burst + ratio * n


def average_of_medians(hosts, q):
    """An unlisted slip: the percentile of the hosts' percentiles."""
    own = [latency_of(host, q) for host in hosts if host]
    return rank_of(own, 0.5) if own else None


def latency_of(host, q):
    return rank_of([math.inf if r[3] is None else r[3] - r[0] for r in host], q)


def rank_of(values, q):
    return sorted(values)[math.ceil(q * len(values)) - 1]


def test_an_unlisted_mistake_is_told_what_broke(questions):
    verdict = questions["fleet_quantile"].verdict(average_of_medians)
    assert not verdict.mistake and verdict.points < verdict.max_points
    assert "one host had three" in verdict.message


# The worksheet


def broken(question, made):
    clauses = {probe.name: probe.run(lambda: made) for probe in question.probes}
    return {name: clause for name, clause in clauses.items() if clause}


def sheet(base, users, each, peak, prompt, answer, cached, kv, load):
    """A consistent worksheet: the worked one, with other assumptions and what follows from them."""
    rate, own = users * each / 86_400, (prompt + answer) * kv
    fit = (72e9 - 16e9) / own
    step = max((16e9 + fit * (prompt + answer / 2) * kv) / 3.35e12, 16e9 * fit / 400e12)
    prefill = prompt * (1 - cached) * 16e9 / 400e12
    reading, writing = rate * peak * prefill, rate * peak * answer * step / fit
    flying = rate * peak * (prefill + answer * step)
    devices = max((reading + writing) / load, flying / fit) * 1.01
    made = copy.deepcopy(base)
    made["assumptions"] |= {
        "daily_users": (users, "users"),
        "requests_per_user": (each, "1/day"),
        "peak": (peak, "1"),
        "prompt_tokens": (prompt, "tokens"),
        "answer_tokens": (answer, "tokens"),
        "prefix_cached": (100 * cached, "%"),
        "kv_per_token": (kv, "B"),
        "max_load": (load, "1"),
        "devices": (devices, "1"),
        "pace": (step * 1.01, "s"),
    }
    made["derived"] |= {
        "peak_rps": (rate * peak * 3600, "1/h"),
        "kv_per_sequence": (own / 1024, "KiB"),
        "sequences": (fit, "1"),
        "step_time": (step, "s"),
        "prefill_time": (prefill, "s"),
        "in_flight": (flying, "1"),
        "prefill_devices": (reading, "1"),
        "decode_devices": (writing, "1"),
        "devices_needed": ((reading + writing) / load, "1"),
        "cost_per_million": (devices * 2 / 3600 / rate * 1e6, "USD"),
    }
    return made


assumed = st.tuples(
    st.floats(1, 1e9),
    st.floats(0.01, 1e3),
    st.floats(1, 100),
    st.floats(1, 1e5),
    st.floats(1, 1e4),
    st.floats(0, 0.999),
    st.floats(1e2, 1e6),
    st.floats(0.05, 1),
)


@settings(max_examples=40, deadline=None)
@given(assumed)
def test_any_consistent_worksheet_is_accepted(questions, numbers):
    question = questions["worksheet"]
    assert broken(question, sheet(question.answer(), *numbers)) == {}


LINKS = {  # each derived number, and the checks that are built on it
    "peak_rps": {"in_flight", "prefill_devices", "decode_devices"},
    "kv_per_sequence": {"sequences"},
    "sequences": {"step_time", "decode_devices", "room_for_what_is_in_flight"},
    "step_time": {"in_flight", "decode_devices", "the_pace_is_kept"},
    "prefill_time": {"in_flight", "prefill_devices"},
    "in_flight": {"room_for_what_is_in_flight"},
    "prefill_devices": {"devices_needed"},
    "decode_devices": {"devices_needed"},
    "devices_needed": {"enough_devices"},
    "cost_per_million": set(),
}


@settings(max_examples=40, deadline=None)
@given(
    assumed, st.sampled_from(sorted(LINKS)), st.one_of(st.floats(1e-6, 0.94), st.floats(1.06, 1e6))
)
def test_a_broken_link_is_named_and_only_what_is_built_on_it(questions, numbers, name, factor):
    question = questions["worksheet"]
    made = sheet(question.answer(), *numbers)
    number, unit = made["derived"][name]
    made["derived"][name] = (number * factor, unit)
    found = broken(question, made)
    assert name in found and set(found) <= {name} | LINKS[name]
    assert found[name].startswith(f"`{name}` is ") and "your own numbers give" in found[name]


def test_the_numbers_of_the_exemplars_hold(questions):
    """111 devices read prompts and 9 write; with nine tenths cached 11 and 9; 497 sequences."""
    base = questions["worksheet"].answer()
    for cached, reading in ((0.0, 111), (0.9, 11)):
        found = sheet(base, 5e6, 20, 3, 800, 60, cached, 131_072, 1.0)["derived"]
        assert round(found["prefill_devices"][0]) == reading
        assert round(found["decode_devices"][0]) == 9
        assert math.floor(found["sequences"][0]) in (496, 497)
        assert round(found["step_time"][0] * 1e3) == 21


# The claim


def test_a_claim_is_judged_by_its_own_measurement_not_by_its_size(questions):
    question = questions["claim"]
    for after in ("batched", "int8", "int8 batched"):
        measured = serving.frozen()[1]
        made = question.answer() | {"after": after}
        rows = {name: percentiles(measured[name]) for name in ("plain", after)}
        made |= {
            metric: {n: row[metric] for n, row in rows.items()} for metric in ("p50_ms", "p99_ms")
        }
        old, new = measured["plain"]["capacity_rps"], measured[after]["capacity_rps"]
        made["change_percent"] = 100 * (new / old - 1)
        made["text"] = f"{old:.0f} to {new:.0f} requests/s"
        for metric in ("p50_ms", "p99_ms"):
            a, b = rows["plain"][metric], rows[after][metric]
            made["text"] += f", {metric} {a:.1f} to {b:.1f} ms"
        assert broken(question, made) == {}
        made["text"] += " and 1234 % cheaper"
        assert list(broken(question, made)) == ["every_number_was_measured"]


def percentiles(found):
    edges = np.repeat(
        [serving.edge_ms(k) for k in sorted(found["histogram"])],
        [found["histogram"][k] for k in sorted(found["histogram"])],
    )
    assert len(edges) == found["sent"]
    return {f"p{round(100 * q)}_ms": edges[math.ceil(q * len(edges)) - 1] for q in (0.5, 0.99)}
