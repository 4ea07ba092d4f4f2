"""Bias and variance: the numbers by an independent route, and answers that luck must not decide."""

from __future__ import annotations

import itertools
from pathlib import Path

import nbformat
import numpy as np
import pytest

from mlprep.check.proof import questions_of
from mlprep.course import Course
from mlprep.notebook import read, render

GRID = np.linspace(0, 1, 500)


@pytest.fixture(scope="module")
def questions():
    """The assignment's questions by name, on its worked solutions."""
    unit = Course(Path(__file__).parents[1]).unit("bias_variance")
    notebook = nbformat.from_dict(render(unit, read(unit, unit.assignment_sources()[0])))
    return {asked.question.name: asked.question for asked in questions_of(notebook)}


def sine(x):
    return np.sin(2 * np.pi * x)


def conditioned_on_inputs(degree: int, n: int, sigma: float, reps: int = 8000):
    """(bias², variance) of a polynomial on the sine, with label noise integrated exactly.

    Given the inputs the fit is linear in the labels, ŷ = S y, so its mean is S f and its variance
    σ² diag(S Sᵀ). Only the inputs are simulated; the law of total variance adds the two up.
    """
    x = np.random.default_rng(0).random((reps, n))
    solve = np.linalg.pinv(np.power.outer(x, np.arange(degree + 1)))  # (reps, degree + 1, n)
    grid = np.power.outer(GRID, np.arange(degree + 1))  # (m, degree + 1); S = grid @ solve
    mean = np.einsum("rdn,rn->rd", solve, sine(x)) @ grid.T  # (reps, m)
    spread = sigma**2 * np.einsum("rdn,ren->de", solve, solve) / reps  # averaged over the inputs
    label = ((grid @ spread) * grid).sum(axis=1)  # (m,)
    return np.mean((mean.mean(0) - sine(GRID)) ** 2), np.mean(label + mean.var(axis=0))


def test_the_numbers_of_the_first_question_hold_by_conditioning_on_the_inputs():
    assert conditioned_on_inputs(1, 25, 0.3) == pytest.approx((0.198, 0.027), rel=0.03)
    assert conditioned_on_inputs(3, 40, 0.3)[0] == pytest.approx(0.0045, rel=0.03)


def parts(p, f_true, x_test, sigma):
    return np.mean((p.mean(0) - f_true(x_test)) ** 2), p.var(axis=0).mean(), sigma**2


def one_number_at_a_time(fit, f_true, x_test, n_train, sigma, reps, rng):
    rows = []
    for _ in range(reps):
        x = np.array([rng.uniform() for _ in range(n_train)])
        y = f_true(x) + np.array([rng.normal(0, sigma) for _ in range(n_train)])
        rows.append(fit(x, y)(x_test))
    return parts(np.array(rows), f_true, x_test, sigma)


def noise_before_inputs(fit, f_true, x_test, n_train, sigma, reps, rng):
    noise = rng.normal(0, sigma, (reps, n_train))
    x = rng.uniform(0, 1, (reps, n_train))
    rows = [fit(a, f_true(a) + b)(x_test) for a, b in zip(x, noise, strict=True)]
    return parts(np.array(rows), f_true, x_test, sigma)


def spawned(fit, f_true, x_test, n_train, sigma, reps, rng):
    rows = []
    for child in rng.spawn(reps):
        x = np.sort(child.random(n_train))
        rows.append(fit(x, f_true(x) + sigma * child.standard_normal(n_train))(x_test))
    return parts(np.array(rows), f_true, x_test, sigma)


@pytest.mark.parametrize("answer", [one_number_at_a_time, noise_before_inputs, spawned])
def test_the_order_of_drawing_is_free(questions, answer):
    verdict = questions["bias_variance"].verdict(answer)
    assert verdict.points == verdict.max_points, verdict.text()


def test_luck_does_not_decide_the_statistical_probes(questions):
    statistical = ("straight_line", "cubic", "every_repetition_draws_a_new_training_set")
    probes = [p for p in questions["bias_variance"].probes if p.name in statistical]
    assert len(probes) == 3
    refused = []
    for skip in range(1, 201):

        def answer(*args, skip=skip):
            args[-1].random(skip)  # another stream of luck
            return noise_before_inputs(*args)

        refused += [(skip, p.name) for p in probes if not held(p, p.run(answer))]
    assert not refused


def held(probe, got) -> bool:
    if probe.wanted.value == "":
        return got == ""
    return all(
        np.allclose(got[key], want, rtol=probe.rtol, atol=probe.atol)
        for key, want in probe.wanted.value.items()
    )


def predictions(fit, f_true, x_test, n_train, sigma, reps, rng):
    x = rng.uniform(0, 1, (reps, n_train))
    y = f_true(x) + rng.normal(0, sigma, x.shape)
    return np.array([fit(*pair)(x_test) for pair in zip(x, y, strict=True)])


def noisy_labels_drawn_once(fit, f_true, x_test, n_train, sigma, reps, rng):
    y = f_true(x_test) + rng.normal(0, sigma, len(x_test))
    p = predictions(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.mean((p.mean(0) - y) ** 2), p.var(0).mean(), sigma**2


def noisy_labels_drawn_last(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = predictions(fit, f_true, x_test, n_train, sigma, reps, rng)
    y = f_true(x_test) + rng.normal(0, sigma, len(x_test))
    return np.mean((p.mean(0) - y) ** 2), p.var(0).mean(), sigma**2


def absolute_bias(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = predictions(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.abs(p.mean(0) - f_true(x_test)).mean(), p.var(0).mean(), sigma**2


def squares_before_the_mean(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = predictions(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.mean((p - f_true(x_test)) ** 2), p.var(0).mean(), sigma**2


def variance_along_each_model(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = predictions(fit, f_true, x_test, n_train, sigma, reps, rng)
    return parts(p, f_true, x_test, sigma)[0], p.var(axis=1).mean(), sigma**2


def deviation_with_ddof(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = predictions(fit, f_true, x_test, n_train, sigma, reps, rng)
    return parts(p, f_true, x_test, sigma)[0], p.std(axis=0, ddof=1).mean(), sigma**2


STREAMS = itertools.count(1000)  # seeds of generators that nobody handed over


def global_stream(fit, f_true, x_test, n_train, sigma, reps, rng):
    other = np.random.default_rng(next(STREAMS))
    return one_number_at_a_time(fit, f_true, x_test, n_train, sigma, reps, other)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (noisy_labels_drawn_once, "bias_against_noisy_y"),
        (noisy_labels_drawn_last, "bias_against_noisy_y"),
        (absolute_bias, "bias_is_absolute"),
        (squares_before_the_mean, "squared_before_the_models_were_averaged"),
        (variance_along_each_model, "var_across_x"),
        (deviation_with_ddof, "standard_deviation_for_variance"),
        (global_stream, "rng_ignored"),
    ],
)
def test_a_mistake_is_named_however_it_draws(questions, answer, mistake):
    def skipping(count):
        def other_luck(*args):
            args[-1].random(count)
            np.random.seed(count)  # the global stream of `global_stream`
            return answer(*args)

        return other_luck

    named = [questions["bias_variance"].verdict(skipping(i)).mistake for i in range(40)]
    assert named.count(mistake) >= 39, named  # both streams are luck: tolerances are 4 s.e.


def test_an_unlisted_mistake_is_told_what_broke(questions):
    def inputs_from_minus_one(fit, f_true, x_test, n_train, sigma, reps, rng):
        x = rng.uniform(-1, 1, (reps, n_train))
        y = f_true(x) + rng.normal(0, sigma, x.shape)
        p = np.array([fit(*pair)(x_test) for pair in zip(x, y, strict=True)])
        return parts(p, f_true, x_test, sigma)

    verdict = questions["bias_variance"].verdict(inputs_from_minus_one)
    assert not verdict.mistake
    assert "new uniform inputs" in verdict.message
    assert "'mean input'" in verdict.message
