"""Recommender: the builds by other routes, luck that must not decide, any consistent worksheet."""

from __future__ import annotations

import copy
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
    unit = Course(Path(__file__).parents[1]).unit("design_recommender")
    sources = [read(unit, source) for source in unit.assignment_sources()]
    notebooks = [nbformat.from_dict(render(unit, source)) for source in sources]
    return {
        asked.question.name: asked.question
        for notebook in notebooks
        for asked in questions_of(notebook)
    }


# The assignment


def test_gradients_of_the_loss_agree_with_finite_differences(questions):
    loss = questions["inbatch_loss"].answer
    rng = np.random.default_rng(0)
    U, V = rng.standard_normal((2, 5, 3))
    ids, logq = np.array([3, 1, 3, 7, 1]), rng.standard_normal(5)
    _, *grads = loss(U, V, ids, logq, 0.7)
    for which, grad in enumerate(grads):
        for at in np.ndindex(5, 3):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [U.copy(), V.copy()]
                moved[which][at] += step
                ends.append(loss(*moved, ids, logq, 0.7)[0])
            assert grad[at] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-6)


def test_the_corrected_sum_over_a_batch_is_unbiased_for_the_sum_over_the_catalogue():
    rng = np.random.default_rng(1)
    s, q = rng.standard_normal(11), rng.dirichlet(np.ones(11))
    drawn = rng.choice(11, p=q, size=(40_000, 7))
    sums = np.exp(s - np.log(q))[drawn].mean(axis=1)
    assert sums.mean() == pytest.approx(np.exp(s).sum(), abs=4 * sums.std() / 200)


def test_luck_does_not_decide_about_the_towers(questions):
    q = questions["train_towers"]
    right = q.answer
    for skip in range(1, 4):

        def answer(log, cfg, rng, skip=skip):
            rng.random(skip)  # another stream of luck
            return right(log, cfg, rng)

        verdict = q.verdict(answer)
        assert verdict.points == verdict.max_points, verdict.text()


def test_mmr_takes_the_best_item_at_each_step(questions):
    mmr = questions["mmr"].answer
    for seed in range(100):
        rng = np.random.default_rng(seed)
        rel, sim, lam = rng.random(7), rng.random((7, 7)), rng.uniform(0.1, 1)
        sim = sim + sim.T
        page = mmr(rel, sim, lam, 5)
        for at, chosen in enumerate(page):
            near = sim[:, page[:at]].max(axis=1) if at else np.zeros(7)
            value = lam * rel - (1 - lam) * near
            value[page[:at]] = -np.inf
            assert value[chosen] == value.max()


def test_an_unlisted_mistake_is_told_what_broke(questions):
    q = questions["funnel"]
    right = q.answer

    def ranks_twice(user, shop, k):
        shop["rank"](user, np.array([0, 1]))
        return right(user, shop, k)

    verdict = q.verdict(ranks_twice)
    assert not verdict.mistake and 0 < verdict.points < verdict.max_points
    assert "calls of the ranker" in verdict.text()


# The worksheet


def sheet(base, users, each, peak, ranked, listings, lists, ids, states, share, learn):
    """A consistent worksheet: the worked one, with other assumptions and what follows from them."""
    avg, made = users * each / 86_400, copy.deepcopy(base)
    scores, index, table = avg * peak * ranked, listings * 96 * 4, ids * 64 * 4 * (1 + states)
    views = avg * 86_400 * 20 * share
    made["assumptions"] |= {
        "daily_users": (users, "users"),
        "pages_per_user": (each * 7, "1/week"),
        "peak": (peak, "1"),
        "candidates": (ranked, "1"),
        "listings": (listings, "1"),
        "lists": (lists + 16, "1"),
        "ids": (ids, "1"),
        "states": (states, "1"),
        "trainer_memory": (table, "B"),
        "server_memory": (index / 1e6 + 1, "MB"),
        "servers": (scores / 3e4 + 1, "1"),
        "explore_share": (100 * share, "%"),
        "new_listings": (views / learn / 2, "1/day"),
        "views_to_learn": (learn, "views"),
    }
    made["derived"] |= {
        "avg_rps": (avg * 3600, "1/h"),
        "peak_rps": (avg * peak, "rps"),
        "scores": (scores, "1/s"),
        "feature_traffic": (avg * peak * (ranked + 1) * 240 * 8, "bit/s"),
        "products": (lists + 16 + 16 * listings / (lists + 16), "1"),
        "index_size": (index / 2**20, "MiB"),
        "table_size": (table / 1e12, "TB"),
        "servers_needed": (scores / 3e4, "1"),
        "explored_views": (views / 86_400, "1/s"),
        "learned_listings": (views / learn, "1/day"),
        "cost_per_million": ((scores / 3e4 + 1) * 0.5 / 3600 / avg * 1e6, "USD"),
    }
    return made


size = st.floats(1, 1e8, allow_nan=False)
assumed = st.tuples(
    size, size, st.floats(1, 100), size, size, size, size, st.floats(0, 3),
    st.floats(0.001, 1), st.floats(1, 1e4),
)  # fmt: skip


def broken(question, made):
    clauses = {probe.name: probe.run(lambda: made) for probe in question.probes}
    return {name: clause for name, clause in clauses.items() if clause}


@settings(max_examples=40, deadline=None)
@given(assumed)
def test_any_consistent_worksheet_is_accepted(questions, numbers):
    question = questions["worksheet"]
    assert broken(question, sheet(question.answer(), *numbers)) == {}


LINKS = {  # each derived number, and the checks that are built on it
    "avg_rps": {"peak_rps", "explored_views", "cost_per_million"},
    "peak_rps": {"scores", "feature_traffic"},
    "scores": {"servers_needed"},
    "feature_traffic": set(),
    "products": set(),
    "index_size": {"the_index_fits"},
    "table_size": {"the_table_fits"},
    "servers_needed": {"enough_servers"},
    "explored_views": {"learned_listings"},
    "learned_listings": {"new_listings_are_learned"},
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
