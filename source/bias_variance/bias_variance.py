# %% [markdown]
# # {{title}}: the assignment
#
# Seven questions and one explanation, about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Arrays are NumPy float64; their shapes are in brackets. No
# argument may be changed in place. "Mean squared error" is the mean of squared differences, with
# no factor ½ and no root.

# %% nbgrader={"grade_id": "imports", "locked": true}
import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## What you are given
#
# A **fit function** takes a training set and returns a model; a **model** is a function from
# inputs to predictions. Everything about a learner that these questions need is in that pair:
#
# ```python
# model = fit(x, y)          # x, y: arrays [n]
# predictions = model(x_new)  # array of the shape of x_new
# ```

# %% nbgrader={"grade_id": "given_fit_functions", "locked": true}
def sine(x):
    """One period of a sine on the unit interval, elementwise."""
    return np.sin(2 * np.pi * np.asarray(x))


def polynomial(degree):
    """The fit function of least-squares polynomials: `polynomial(3)(x, y)` is a model."""

    def fit(x, y):
        powers = np.vander(np.asarray(x), degree + 1)  # (n, degree + 1)
        coefficients = np.linalg.lstsq(powers, np.asarray(y), rcond=None)[0]
        return lambda x_new: np.polyval(coefficients, np.asarray(x_new))

    return fit


def training_mean(x, y):
    """The fit function that ignores x: its model always predicts the mean of y."""
    mean = np.mean(np.asarray(y))
    return lambda x_new: np.full(np.shape(x_new), mean)


def observed(fit):
    """For the tests: `fit`, and a list that collects the training sets it is given."""
    seen = []

    def noting(x, y):
        if np.ndim(x) != 1 or np.shape(x) != np.shape(y):
            raise ValueError(f"fit takes x [n] and y [n], not {np.shape(x)} and {np.shape(y)}")
        seen.append((np.array(x, dtype=float), np.array(y, dtype=float)))
        return fit(x, y)

    return noting, seen


# %% [markdown]
# ## 1. Measure bias and variance (5 points, 15 minutes)
#
# Write the simulation behind the decomposition. Do `reps` times: draw a **new** training set of
# `n_train` pairs, fit it, predict at all of `x_test`. In each set
#
# - the inputs are uniform on [0, 1),
# - the labels are $y = f(x) + \sigma\varepsilon$, with $\varepsilon$ standard normal.
#
# All randomness comes from `rng`; the order in which you draw is free. With $\hat f_r$ the model
# of repetition $r$ and $\bar f$ the mean of all `reps` models, return three floats:
#
# | | at one test point $x$ | then |
# |---|---|---|
# | `bias2` | $(\bar f(x) - f(x))^2$ | averaged over `x_test` |
# | `var` | variance of $\hat f_r(x)$ over $r$ | averaged over `x_test` |
# | `noise` | $\sigma^2$ | |
#
# Divide by `reps` or by `reps - 1` in the variance, as you like. You may subtract `var / reps` from
# `bias2`, the false bias of a mean of `reps` models; you need not. `reps` is 2 or more. `f_true`
# takes arrays.
#
# **Example.** `bias_variance(polynomial(1), sine, np.linspace(0, 1, 500), 25, 0.3, 100, rng)` is
# near (0.198, 0.027, 0.09), and never exactly that.

# %% nbgrader={"grade_id": "bias_variance", "solution": true}
def bias_variance(fit, f_true, x_test, n_train, sigma, reps, rng):
    """Squared bias, variance and noise of a learner, averaged over test points.

    Args:
        fit: function (x [n_train], y [n_train]) → model; a model maps inputs to predictions.
        f_true: function from inputs to noise-free labels, elementwise.
        x_test: float array [m]. Where the models are compared.
        n_train: int. Pairs in each training set.
        sigma: float. Standard deviation of the label noise.
        reps: int ≥ 2. Training sets to draw.
        rng: np.random.Generator. The only source of randomness.

    Returns:
        (bias2, var, noise): three floats.
    """
    ### BEGIN SOLUTION
    predictions = np.empty((reps, len(x_test)))  # (reps, m)
    for r in range(reps):
        x = rng.random(n_train)
        y = f_true(x) + sigma * rng.standard_normal(n_train)
        predictions[r] = fit(x, y)(x_test)
    bias2 = np.mean((predictions.mean(axis=0) - f_true(x_test)) ** 2)
    var = np.mean(predictions.var(axis=0))
    return bias2, var, sigma**2
    ### END SOLUTION


# %% nbgrader={"grade_id": "bias_variance_measures_each_part", "grade": true}
"""Bias², variance and noise are told apart, whatever the learner."""
q = Question(bias_variance, points=5)


def rising(x):
    return 2 + 3 * np.asarray(x)


@q.probe(
    gives={
        "training sets": 6,
        "different inputs": 6,
        "different noise": 6,
        "points in each": [70] * 6,
        "mean input": 0.5,
        "spread of the inputs": 12**-0.5,
        "spread of the noise": 0.4,
    },
    rtol=0.2,  # 420 points: the least certain number, the noise, has a standard error of 3.5 %
)
def every_repetition_draws_a_new_training_set(f):
    """Each of 6 repetitions fits a training set of its own: new uniform inputs, new noise."""
    fit, seen = observed(training_mean)
    f(fit, rising, np.array([0.3, 0.6]), 70, 0.4, 6, np.random.default_rng(4))
    if not seen:
        return {"training sets": 0}
    x = [x for x, _ in seen]
    noise = [y - rising(x) for x, y in seen]
    return {
        "training sets": len(seen),
        "different inputs": len({tuple(np.sort(row).round(9)) for row in x}),
        "different noise": len({tuple(np.sort(row).round(9)) for row in noise}),
        "points in each": [row.size for row in x],
        "mean input": np.mean(np.concatenate(x)),
        "spread of the inputs": np.std(np.concatenate(x)),
        "spread of the noise": np.std(np.concatenate(noise)),
    }


# Simulations differ by luck. At 100 repetitions the standard errors here are 0.001 (bias²) and
# 0.003 (variance); more than four of them are allowed.
@q.probe(gives={"bias2": 0.198, "var": 0.027, "noise": 0.09}, rtol=0.15, atol=0.009)
def straight_line(f):
    """On a sine, a straight line has bias² 0.198 and variance 0.027 (n = 25, σ = 0.3)."""
    rng = np.random.default_rng(0)
    parts = f(polynomial(1), sine, np.linspace(0, 1, 500), 25, 0.3, 100, rng)
    return dict(zip(("bias2", "var", "noise"), parts))


@q.probe(gives="")
def cubic(f):
    """A cubic can bend: on the sine its bias² is 0.005 (n = 40, σ = 0.3)."""
    rng = np.random.default_rng(8)
    bias2 = f(polynomial(3), sine, np.linspace(0, 1, 500), 40, 0.3, 60, rng)[0]
    if 0.001 < bias2 < 0.009:  # its standard error is 0.0002
        return ""
    return "yours is larger than 0.009" if bias2 > 0.001 else "yours is smaller than 0.001"


### BEGIN HIDDEN TESTS
q.hidden()


def versus(got, *rights):
    """What is wrong with a number that may be one of `rights`: a clause, or ""."""
    got = float(got)
    if any(abs(got - right) <= 1e-4 * abs(right) for right in rights):
        return ""
    if np.isnan(got):
        return "yours is NaN"
    if got > 2 * max(rights):
        return "yours is more than twice as large"
    return "yours is larger" if got > max(rights) else "yours is smaller"


def twelve_models(f, index):
    """Part `index` of what f returns, and the predictions of the models that it fitted.

    Bias is near 0.6, variance near 0.05 and σ² = 2.25, so that whatever is left out of a part or
    leaks into it moves it one way, whatever the luck.
    """
    fit, seen = observed(training_mean)
    x_test = np.linspace(0.5, 0.9, 41)
    parts = f(fit, rising, x_test, 60, 1.5, 12, np.random.default_rng(3))
    fitted = [training_mean(x, y)(x_test) for x, y in seen] or [np.full(41, np.nan)]
    return parts[index], np.array(fitted), rising(x_test)


@q.probe(gives="")
def bias_follows_from_the_models(f):
    """bias2 is the squared distance of the average of your own models from f, averaged over x."""
    got, fitted, truth = twelve_models(f, 0)
    plain, var = np.mean((fitted.mean(axis=0) - truth) ** 2), np.mean(fitted.var(axis=0, ddof=1))
    return versus(got, plain, plain - var / 12, plain - var * 11 / 144)  # without false bias


@q.probe(gives="")
def variance_follows_from_the_models(f):
    """var is the variance over your own models at one x, averaged over x."""
    got, fitted, _ = twelve_models(f, 1)
    return versus(got, *(np.mean(fitted.var(axis=0, ddof=ddof)) for ddof in (0, 1)))


@q.probe(gives={"noise": 0.36})
def noise_is_the_variance_of_the_noise(f):
    """noise is σ², whatever the models do: 0.36 for σ = 0.6."""
    parts = f(training_mean, sine, np.array([0.5]), 3, 0.6, 2, np.random.default_rng(2))
    return dict(zip(("noise",), list(parts)[2:]))


@q.probe(gives={"bias2": 0.0, "var": 0.0, "noise": 0.0}, atol=1e-9)
def no_noise_and_the_right_model_leave_no_error(f):
    """A straight line fitted to noise-free points of a straight line has no error at all."""
    parts = f(polynomial(1), rising, np.array([0.2, 0.7]), 9, 0.0, 3, np.random.default_rng(5))
    return dict(zip(("bias2", "var", "noise"), parts))


@q.probe(gives={"same seed, same result": True, "other seed, other result": True})
def all_randomness_comes_from_rng(f):
    """All randomness comes from rng: its seed decides the result."""
    first, again, other = (
        f(training_mean, sine, np.array([0.1]), 3, 0.3, 4, np.random.default_rng(seed))[1]
        for seed in (6, 6, 7)
    )
    return {
        "same seed, same result": float(first) == float(again),
        "other seed, other result": float(first) != float(other),
    }


def training_sets(f_true, n_train, sigma, reps, rng):
    """All training sets at once: x and y (reps, n_train)."""
    x = rng.random((reps, n_train))
    return x, np.stack([f_true(row) for row in x]) + sigma * rng.standard_normal(x.shape)


@q.reference
def one_test_point_at_a_time(fit, f_true, x_test, n_train, sigma, reps, rng):
    x, y = training_sets(f_true, n_train, sigma, reps, rng)
    rows = [fit(*pair)(x_test).tolist() for pair in zip(x, y, strict=True)]
    bias2, var = [], []
    for truth, values in zip(f_true(x_test).tolist(), zip(*rows)):
        centre = sum(values) / reps
        bias2.append((centre - truth) ** 2)
        var.append(sum((value - centre) ** 2 for value in values) / (reps - 1))
    return sum(bias2) / len(bias2), sum(var) / len(var), sigma * sigma


def simulate(fit, f_true, x_test, n_train, sigma, reps, rng):
    """The predictions (reps, m) of a right simulation."""
    x, y = training_sets(f_true, n_train, sigma, reps, rng)
    return np.stack([fit(*pair)(x_test) for pair in zip(x, y, strict=True)])


def right_bias2(p, f_true, x_test):
    return np.mean((p.mean(axis=0) - f_true(x_test)) ** 2)


@q.mistake("""You measured how much the average model varies along x: the shape of the curve.
Variance is over training sets, at one x: take it over the repetitions (axis 0 of a
reps × points array), then average over x.""")
def var_across_x(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return right_bias2(p, f_true, x_test), p.mean(axis=0).var(), sigma**2


@q.mistake("""Your variance is over x and over training sets at once, so the shape of the curve is
counted as variance. Take it over the repetitions at each x (axis 0), then average over x.""")
def var_over_everything(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return right_bias2(p, f_true, x_test), p.var(), sigma**2


@q.mistake("""σ² leaked into bias². You compared the average model with noisy labels y; bias is
against f itself. Use f_true(x_test).""")
def bias_against_noisy_y(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    fresh = f_true(x_test) + sigma * rng.standard_normal((reps, len(x_test)))
    bias2 = np.mean((p.mean(axis=0) - fresh) ** 2)
    return bias2, p.var(axis=0).mean(), sigma**2


@q.mistake("""The variance is 0: every repetition trained on the same set, so all models are the
same model. Draw inputs and labels inside the loop.""")
def same_training_set_reused(fit, f_true, x_test, n_train, sigma, reps, rng):
    x, y = training_sets(f_true, n_train, sigma, 1, rng)
    p = np.stack([fit(x[0], y[0])(x_test) for _ in range(reps)])
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma**2


@q.mistake("""The inputs were drawn once and only the noise is new, so the luck of where the points
fall is missing from the variance. Draw x inside the loop too.""")
def same_inputs_every_time(fit, f_true, x_test, n_train, sigma, reps, rng):
    x = rng.random(n_train)
    y = f_true(x) + sigma * rng.standard_normal((reps, n_train))
    p = np.stack([fit(x, row)(x_test) for row in y])
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma**2


@q.mistake("""The bias was not squared: it has the unit of y, and it can be negative. Only bias²
adds up with variance and σ². Square the difference at each x, then average.""")
def bias_not_squared(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.mean(p.mean(axis=0) - f_true(x_test)), p.var(axis=0).mean(), sigma**2


@q.mistake("""You averaged the absolute bias. It has the unit of y and does not add up with variance
and σ². Square the difference at each x, then average.""")
def bias_is_absolute(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.abs(p.mean(axis=0) - f_true(x_test)).mean(), p.var(axis=0).mean(), sigma**2


@q.mistake("""You averaged the bias over x before you squared it, so a model that is too high on the
left and too low on the right looks unbiased. Square at each x, then average.""")
def bias_cancels_over_x(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.mean(p.mean(axis=0) - f_true(x_test)) ** 2, p.var(axis=0).mean(), sigma**2


@q.mistake("""Your bias² contains the variance: you squared the error of each model and averaged the
squares. Average the models first, then subtract f and square.""")
def squared_before_the_models_were_averaged(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.mean((p - f_true(x_test)) ** 2), p.var(axis=0).mean(), sigma**2


@q.mistake("""You returned a standard deviation as `var`. Only variances add up: use the mean
squared distance from the average model.""")
def standard_deviation_for_variance(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return right_bias2(p, f_true, x_test), p.std(axis=0).mean(), sigma**2


@q.mistake("""You summed over the test points. Each part is an average over x, so that it does not
grow with the number of points you happen to look at.""")
def summed_over_x(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return np.sum((p.mean(axis=0) - f_true(x_test)) ** 2), p.var(axis=0).sum(), sigma**2


@q.mistake("""bias2 and var are swapped in what you return. The order is bias2, var, noise.""")
def variance_before_bias(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return p.var(axis=0).mean(), right_bias2(p, f_true, x_test), sigma**2


@q.mistake("""You returned σ as `noise`. The part of the squared error that no model can remove is
the variance of the noise, σ².""")
def noise_is_sigma(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma


@q.mistake("""The models were trained on noise-free labels f(x), so they vary too little. Training
labels carry noise: y = f(x) + σ·ε.""")
def training_labels_without_noise(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, 0.0, reps, rng)
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma**2


@q.mistake("""The training labels have noise of standard deviation σ², not σ: normal(0, s) takes a
standard deviation. Pass sigma, and square it only in what you return.""")
def sigma_squared_as_scale(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma**2, reps, rng)
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma**2


@q.mistake("""The randomness did not come from `rng`: the same seed gives another result, so nobody
can repeat your experiment. Draw everything with rng's methods.""")
def rng_ignored(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, np.random.default_rng())
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma**2


@q.mistake("""You made a generator with a fixed seed of your own, so another `rng` changes nothing
and the luck of one seed cannot be averaged out. Draw everything with rng's methods.""")
def own_fixed_seed(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, np.random.default_rng(0))
    return right_bias2(p, f_true, x_test), p.var(axis=0).mean(), sigma**2


@q.variant
def second_moment_minus_squared_mean(fit, f_true, x_test, n_train, sigma, reps, rng):
    total, squares = np.zeros(len(x_test)), np.zeros(len(x_test))
    for _ in range(reps):
        x = rng.uniform(0.0, 1.0, size=n_train)
        p = fit(x, rng.normal(f_true(x), sigma))(x_test)
        total, squares = total + p, squares + p**2
    mean = total / reps
    bias2 = ((mean - f_true(x_test)) ** 2).mean()
    return [bias2.item(), (squares / reps - mean**2).mean().item(), sigma**2]


@q.variant
def false_bias_taken_out(fit, f_true, x_test, n_train, sigma, reps, rng):
    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    var = p.var(axis=0, ddof=1)
    return np.mean((p.mean(axis=0) - f_true(x_test)) ** 2 - var / reps), var.mean(), sigma**2


@q.variant
def in_torch_single_precision(fit, f_true, x_test, n_train, sigma, reps, rng):
    import torch

    p = simulate(fit, f_true, x_test, n_train, sigma, reps, rng)
    p = torch.tensor(p, dtype=torch.float32)
    truth = torch.tensor(f_true(x_test), dtype=torch.float32)
    bias2 = (p.mean(dim=0) - truth).square().mean()
    return bias2, p.var(dim=0).mean(), torch.tensor(sigma) ** 2


@q.variant
def sorted_inputs_through_welford(fit, f_true, x_test, n_train, sigma, reps, rng):
    mean, m2 = np.zeros(len(x_test)), np.zeros(len(x_test))
    for count in range(1, reps + 1):
        x = np.sort(rng.uniform(size=n_train))
        p = fit(x, f_true(x) + rng.normal(scale=sigma, size=n_train))(x_test)
        step = p - mean
        mean = mean + step / count
        m2 = m2 + step * (p - mean)
    return np.mean((mean - f_true(x_test)) ** 2), np.mean(m2) / (reps - 1), sigma**2


q.hints(
    """There are two averages, and their order is the whole question: one over training sets (at
one x), one over x. Which of your three numbers takes them in which order?""",
    """Take `training_mean` on y = 2x, one test point x = 0.5 and σ = 0. The average model is 1 and
so is f: bias² is near 0. A model is the mean of n values of 2x, so var is near 1 / (3n), not 0.""",
    """Keep an array of predictions with one row a repetition. bias2: mean over axis 0, minus
f_true(x_test), squared, mean. var: variance over axis 0, mean. Draw x and y inside the loop.""",
)
q.why("""Everything is read off one array of predictions, repetitions × test points. Averages
**down** a column are over training sets: they give the average model and its spread. Averages
**along** a row are over x: they come last, and only make one number of many. Both usual slips mix
the two: a variance along x measures the shape of the curve (0.32 for the straight line, where
0.027 is right), and a bias that is averaged over x before it is squared cancels to about 0.

Bias is measured against f, which only a simulation knows. Against noisy labels you would add σ² to
it, and then count σ² twice in the total. On real data you cannot measure bias² and σ² apart: you
see their sum.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Check the identity against its error bar (3 points, 10 minutes)
#
# Expected squared error = bias² + variance + noise. Measured numbers never add up exactly, so a
# check needs a yardstick: the standard error of the measured error.
#
# You get the predictions of $R \ge 2$ models, each trained on its own training set, at $m$ test
# points (`preds`), and new noisy labels at these points, drawn anew for each model (`y_new`). The
# three parts come from a very long simulation: take them as exact. Return
#
# - `gap`: the measured mean squared error over all $R \times m$ entries, minus what the parts add
#   up to;
# - `se`: the standard error of the measured error, estimated from the $R$ rows. Rows are
#   independent. The $m$ errors of one row are not, for they share one model: so a row counts as
#   **one** observation. Sample standard deviations divide by $R - 1$;
# - `holds`: True if the gap is at most `z` standard errors in size, else False. A gap of exactly
#   `z * se` holds.
#
# **Example.** `preds = [[0, 0], [0, 0], [0, 0]]`, `y_new = [[1, 1], [2, 2], [3, 3]]`, parts 1, 2
# and 1: the rows' errors are 1, 4 and 9, their mean is 4.667, the gap is 0.667,
# `se` = 4.041 / √3 = 2.333, and it holds.

# %% nbgrader={"grade_id": "decomposes", "solution": true}
def decomposes(preds, y_new, bias2, var, noise, z=3.0):
    """Whether bias² + variance + noise explains a measured error, within its standard error.

    Args:
        preds: float array [R, m]. Row r: predictions of the model of training set r.
        y_new: float array [R, m]. Noisy labels at the same points, new in each row.
        bias2, var, noise: floats. The parts, as bias_variance returns them.
        z: float > 0. How many standard errors the gap may have.

    Returns:
        (gap, se, holds): float, float, bool.
    """
    ### BEGIN SOLUTION
    errors = np.mean((y_new - preds) ** 2, axis=1)  # (R,), one for each training set
    gap = errors.mean() - (bias2 + var + noise)
    se = errors.std(ddof=1) / np.sqrt(len(errors))
    return gap, se, bool(abs(gap) <= z * se)
    ### END SOLUTION


# %% nbgrader={"grade_id": "decomposes_within_its_standard_error", "grade": true}
"""The gap is judged by the standard error of independent rows."""
q = Question(decomposes, points=3)
three_rows = np.zeros((3, 2)), np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])

q.case(
    *three_rows, 1.0, 2.0, 1.0,
    gives=(2 / 3, (49 / 3) ** 0.5 / 3**0.5, True),  # rows' errors 1, 4, 9
    claim="The rows' errors 1, 4 and 9 have mean 4.667 and standard error 2.333",
    rtol=1e-4,
)
q.case(
    np.zeros((2, 3)), np.full((2, 3), 2.0), 1.0, 2.0, 1.0,
    gives=(0.0, 0.0, True),
    claim="A gap of 0 holds even with a standard error of 0: it is at most z * se",
    rtol=1e-4,
)
q.case(
    *three_rows, 8.0, 2.0, 5.0, 2.0,
    gives=(-31 / 3, 7 / 3, False),
    claim="Parts that add up to too much do not hold either: the size of the gap counts",
    rtol=1e-4,
)
### BEGIN HIDDEN TESTS
q.hidden()


def measured(seed, rows=30, points=7, sigma=0.5):
    """Predictions of models that are off by a constant each, and fresh labels of f = 0.

    A model's constant is normal with mean 0.4 and standard deviation 0.6: bias² is 0.16, the
    variance 0.36, and the errors of a row rise and fall together.
    """
    rng = np.random.default_rng(seed)
    preds = 0.4 + 0.6 * rng.standard_normal((rows, 1)) + np.zeros((rows, points))
    return preds, sigma * rng.standard_normal((rows, points))


@q.probe(rtol=1e-4)
def gap_of_the_right_parts(f):
    """The gap is the measured error minus all three parts, which come squared already."""
    return f(*measured(0), 0.16, 0.36, 0.25)[0]


@q.probe(rtol=1e-4)
def standard_error_counts_rows(f):
    """A row is one observation: se is the standard deviation of R row errors over √R."""
    return f(*measured(1, rows=5, points=11), 0.16, 0.36, 0.25)[1]


@q.probe
def z_decides(f):
    """The same gap holds or not, as z says; z is 3 if it is not given."""
    preds, y_new = measured(2)
    error = np.mean((y_new - preds) ** 2, axis=1)
    se = error.std(ddof=1) / 30**0.5
    off = error.mean() - 0.36 - 0.25  # with bias² = off - 2.5 se the gap is 2.5 se
    return [
        bool(f(preds, y_new, off - factor * se, 0.36, 0.25, *z)[2])
        for factor, z in ((2.5, ()), (2.5, (2.0,)), (-2.5, ()), (-3.5, ()), (-3.5, (4.0,)))
    ]


@q.probe
def right_parts_hold_about_as_often_as_promised(f):
    """At z = 2 the right parts hold in about 95 of 100 experiments (96 of these)."""
    return sum(bool(f(*measured(i, rows=60), 0.16, 0.36, 0.25, 2.0)[2]) for i in range(200, 300))


@q.reference
def jackknife_over_rows(preds, y_new, bias2, var, noise, z=3.0):
    rows = [sum((a - b) ** 2 for a, b in zip(*pair)) / len(pair[0]) for pair in zip(preds, y_new)]
    count, total = len(rows), sum(rows)
    without = [(total - row) / (count - 1) for row in rows]
    centre = sum(without) / count
    se = ((count - 1) / count * sum((value - centre) ** 2 for value in without)) ** 0.5
    gap = total / count - bias2 - var - noise
    return float(gap), float(se), bool(-z * se <= gap <= z * se)


def right_se(preds, y_new):
    return np.std(np.mean((y_new - preds) ** 2, axis=1), ddof=1) / len(preds) ** 0.5


def answer(gap, se, z):
    return gap, se, bool(abs(gap) <= z * se)


@q.mistake("""The noise is missing from the sum: bias² + variance explain the distance from f, but
you measured the distance from noisy labels. Add σ².""")
def noise_forgotten(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var)
    return answer(gap, right_se(preds, y_new), z)


@q.mistake("""You treated all R × m errors as independent. Those of a row share a model, so your
standard error is too small and right parts are rejected. Average each row first, then use the
spread of the R averages.""")
def points_as_independent(preds, y_new, bias2, var, noise, z=3.0):
    errors = (y_new - preds) ** 2
    gap = errors.mean() - (bias2 + var + noise)
    return answer(gap, errors.std(ddof=1) / errors.size**0.5, z)


@q.mistake("""You treated all R × m errors as independent (with ddof=0). Those of a row share a
model, so your standard error is too small and right parts are rejected. Average each row first,
then use the spread of the R averages, with ddof=1.""")
def pooled_errors(preds, y_new, bias2, var, noise, z=3.0):
    errors = (y_new - preds) ** 2
    gap = errors.mean() - (bias2 + var + noise)
    return answer(gap, errors.std() / errors.size**0.5, z)


@q.mistake("""You grouped the errors by test point: the mean over axis 0 has one entry a column, and
columns are not independent. Average each row (axis 1).""")
def columns_for_rows(preds, y_new, bias2, var, noise, z=3.0):
    errors = np.mean((y_new - preds) ** 2, axis=0)
    gap = errors.mean() - (bias2 + var + noise)
    return answer(gap, errors.std(ddof=1) / len(errors) ** 0.5, z)


@q.mistake("""You returned the standard deviation of the row errors. The mean of R independent rows
is √R times steadier than one row: divide by √R.""")
def deviation_for_standard_error(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var + noise)
    return answer(gap, right_se(preds, y_new) * len(preds) ** 0.5, z)


@q.mistake("""You divided by R where the statement says R - 1: np.std does that unless you pass
ddof=1. With few rows the standard error comes out too small.""")
def population_deviation(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var + noise)
    return answer(gap, right_se(preds, y_new) * (1 - 1 / len(preds)) ** 0.5, z)


@q.mistake("""The gap has the wrong sign: it is the measured error minus the sum of the parts.""")
def gap_reversed(preds, y_new, bias2, var, noise, z=3.0):
    gap = (bias2 + var + noise) - np.mean((y_new - preds) ** 2)
    return answer(gap, right_se(preds, y_new), z)


@q.mistake("""Your gap lost its sign. Return measured minus explained; only the comparison takes its
size.""")
def gap_without_its_sign(preds, y_new, bias2, var, noise, z=3.0):
    gap = abs(np.mean((y_new - preds) ** 2) - (bias2 + var + noise))
    return answer(gap, right_se(preds, y_new), z)


@q.mistake("""You let every negative gap hold. Parts that add up to too much are as wrong as parts
that add up to too little: compare abs(gap).""")
def one_sided_check(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var + noise)
    se = right_se(preds, y_new)
    return gap, se, bool(gap <= z * se)


@q.mistake("""You squared bias2 once more. It is bias² already.""")
def bias_squared_again(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2**2 + var + noise)
    return answer(gap, right_se(preds, y_new), z)


@q.mistake("""You squared noise once more. It is σ² already.""")
def noise_squared_again(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var + noise**2)
    return answer(gap, right_se(preds, y_new), z)


@q.mistake("""You asked for equality up to rounding (np.isclose). A measured mean differs from its
expectation by luck, and by how much its standard error says: compare abs(gap) with z * se.""")
def equal_up_to_rounding(preds, y_new, bias2, var, noise, z=3.0):
    mse = np.mean((y_new - preds) ** 2)
    total = bias2 + var + noise
    return mse - total, right_se(preds, y_new), bool(np.isclose(mse, total))


@q.mistake("""A gap of exactly z * se must hold: use <=. With strict < a perfect match (gap 0, se 0)
is refused.""")
def bound_excluded(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var + noise)
    se = right_se(preds, y_new)
    return gap, se, bool(abs(gap) < z * se)


@q.mistake("""You used 3 standard errors whatever z is. Use the argument.""")
def z_ignored(preds, y_new, bias2, var, noise, z=3.0):
    gap = np.mean((y_new - preds) ** 2) - (bias2 + var + noise)
    return answer(gap, right_se(preds, y_new), 3.0)


@q.variant
def plain_loops(preds, y_new, bias2, var, noise, z=3.0):
    import statistics

    rows = []
    for r in range(len(preds)):
        squares = [(y_new[r][j] - preds[r][j]) ** 2 for j in range(len(preds[r]))]
        rows.append(float(sum(squares) / len(squares)))
    gap = statistics.fmean(rows) - bias2 - var - noise
    se = statistics.stdev(rows) / len(rows) ** 0.5
    return gap, se, not abs(gap) > z * se


@q.variant
def in_torch(preds, y_new, bias2, var, noise, z=3.0):
    import torch

    rows = (torch.from_numpy(y_new) - torch.from_numpy(preds)).square().mean(dim=1)
    gap = rows.mean() - bias2 - var - noise
    se = rows.std() / rows.numel() ** 0.5
    return gap, se, gap.abs() <= z * se


@q.variant
def through_scipy(preds, y_new, bias2, var, noise, z=3.0):
    from scipy import stats

    rows = ((preds - y_new) ** 2).mean(-1)
    gap, se = rows.mean() - sum((bias2, var, noise)), stats.sem(rows)
    return [gap, se, gap**2 <= (z * se) ** 2]


q.hints(
    """Which numbers in these arrays are independent of each other? Only those can be counted in a
standard error.""",
    """With 2 rows of 1000 columns, and models that are off by 1.0 and by 0.1, you have seen two
models, not 2000. Row errors: about 1.00 and 0.01; standard error: about 0.5.""",
    """errors = mean over axis 1 of (y_new - preds)², one for each row. gap = mean(errors) minus the
sum of all three parts. se = std(errors, ddof=1) / √R. holds = abs(gap) <= z * se.""",
)
q.why("""The identity is about expectations; a simulation has means. What decides between "holds"
and "there is a bug" is the standard error, and that depends on what is independent. The R models
are. Errors of one model at m points are not: a model that is too high at one point is too high at
its neighbours. Counting R × m observations makes the standard error far too small, and a right
decomposition then fails the check again and again. The same slip is made with users and their page
views in A/B tests.

Without σ² the gap is not luck: it stays at σ² however long you simulate.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Draw a learning curve (3 points, 8 minutes)
#
# For each training size, train on the **first** `n` rows of the training data and measure two
# mean squared errors: on the very rows that the model was trained on, and on **all** validation
# rows.
#
# - `sizes` is a non-empty sequence of ints, in any order, perhaps with repeats. The results keep
#   its order.
# - Each size needs a model of its own: call `fit` once for each entry.
# - A size below 1 or above the number of training rows raises `ValueError`. (A slice past the end
#   would quietly return fewer rows, and draw a flat end that is not there.)
#
# **Example.** With `training_mean`, `y = [1, 3, 5, 7, 9]` and `y_val = [4, 6]` (x does not
# matter), the models of sizes 1 to 4 predict 1, 2, 3 and 4. The training errors are 0, 1, 8/3 and
# 5, the validation errors 17, 10, 5 and 2.

# %% nbgrader={"grade_id": "learning_curve", "solution": true}
def learning_curve(fit, x, y, x_val, y_val, sizes):
    """Training and validation error as the training set grows.

    Args:
        fit: function (x [n], y [n]) → model; a model maps inputs to predictions.
        x, y: float arrays [N]. Training data, in random order.
        x_val, y_val: float arrays [M]. Validation data.
        sizes: sequence of k ints. Training sizes to try, each from 1 to N.

    Returns:
        (sizes, train_err, val_err): three sequences of length k.

    Raises:
        ValueError: a size is below 1 or above N.
    """
    ### BEGIN SOLUTION
    train_err, val_err = [], []
    for n in sizes:
        if not 1 <= n <= len(x):
            raise ValueError(f"learning_curve: sizes must be from 1 to {len(x)}. Got {n}.")
        model = fit(x[:n], y[:n])
        train_err.append(np.mean((y[:n] - model(x[:n])) ** 2))
        val_err.append(np.mean((y_val - model(x_val)) ** 2))
    return np.array(sizes), np.array(train_err), np.array(val_err)
    ### END SOLUTION


# %% nbgrader={"grade_id": "learning_curve_measures_both_errors", "grade": true}
"""Both errors are measured on the right rows."""
q = Question(learning_curve, points=3)
odd_numbers = np.arange(5.0), np.array([1.0, 3.0, 5.0, 7.0, 9.0])  # x, y
two_more = np.array([9.0, 8.0]), np.array([4.0, 6.0])  # x_val, y_val


@q.probe(gives="")
def each_size_trains_on_the_first_n_rows(f):
    """For each size one model is trained, on the first n rows of x and y."""
    fit, seen = observed(training_mean)
    inputs, labels = np.arange(13.0), np.arange(13.0) ** 2
    f(fit, inputs, labels, *two_more, [6, 2, 13])
    if len(seen) != 3:
        return f"fit was called {len(seen)} times for 3 sizes"
    for n, (x, y) in zip((6, 2, 13), seen):
        if len(x) != n:
            return f"for size {n} fit got {len(x)} rows"
        if not (np.allclose(x, inputs[:n]) and np.allclose(y, labels[:n])):
            return f"for size {n} fit got other rows"
    return ""


q.case(
    training_mean, *odd_numbers, *two_more, [1, 2, 3, 4],
    gives=([1, 2, 3, 4], [0.0, 1.0, 8 / 3, 5.0], [17.0, 10.0, 5.0, 2.0]),
    claim="The first 1, 2, 3 and 4 rows have means 1, 2, 3 and 4, with the errors of the example",
    rtol=1e-4,
)
q.raises(
    ValueError, training_mean, *odd_numbers, *two_more, [2, 6],
    claim="There are 5 rows, so a size of 6 cannot be measured",
)
### BEGIN HIDDEN TESTS
q.hidden()


def noisy_cubic(count, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, count)
    return x, x**3 - x + 0.3 * rng.standard_normal(count)


def curve(f, fit, sizes, count=23, val_count=41):
    """What f returns, by name."""
    result = f(fit, *noisy_cubic(count, 0), *noisy_cubic(val_count, 1), sizes)
    return dict(zip(("sizes", "train_err", "val_err"), result))


@q.probe(rtol=1e-4)
def sizes_keep_their_order(f):
    """Results keep the order of sizes, repeats too."""
    return curve(f, training_mean, [17, 3, 8, 3])


@q.probe(rtol=1e-4)
def validation_error_uses_all_validation_rows(f):
    """Every model is validated on all validation rows, also where n is smaller or larger."""
    return [curve(f, polynomial(1), [5, 23], val_count=count)["val_err"] for count in (11, 37)]


@q.probe(rtol=1e-4, atol=1e-9)
def a_polynomial_through_all_points_has_no_training_error(f):
    """Four points lie on a cubic: training error 0. It is measured on the n rows of the model."""
    return curve(f, polynomial(3), [4, 12])["train_err"]


q.raises(
    ValueError, training_mean, *odd_numbers, *two_more, [0, 2],
    claim="A size of 0 leaves nothing to train on",
)


def checked(sizes, count):
    if min(sizes) < 1 or max(sizes) > count:
        raise ValueError(f"sizes must be from 1 to {count}")
    return sizes


def mse(model, x, y):
    return sum((float(a) - float(b)) ** 2 for a, b in zip(model(x), y)) / len(y)


@q.reference
def sums_in_plain_python(fit, x, y, x_val, y_val, sizes):
    models = [fit(x[:n].copy(), y[:n].copy()) for n in checked(sizes, len(x))]
    train = [mse(model, x[:n], y[:n]) for n, model in zip(sizes, models)]
    return list(sizes), train, [mse(model, x_val, y_val) for model in models]


@q.mistake("""You measured the training error on all training rows. Rows that the model never saw
are no training rows: use the same n rows that it was trained on.""")
def training_error_on_all_rows(fit, x, y, x_val, y_val, sizes):
    models = [fit(x[:n], y[:n]) for n in checked(sizes, len(x))]
    return sizes, [mse(model, x, y) for model in models], [mse(m, x_val, y_val) for m in models]


@q.mistake("""You trained one model on all rows and only measured it on fewer, so the validation
error cannot change with n. Train a new model on the first n rows.""")
def fitted_once_on_all_rows(fit, x, y, x_val, y_val, sizes):
    model = fit(x, y)
    train = [mse(model, x[:n], y[:n]) for n in checked(sizes, len(x))]
    return sizes, train, [mse(model, x_val, y_val)] * len(sizes)


@q.mistake("""You cut the validation data to n rows as well, so points of the curve are measured on
different data, and the small ones are noisy. Use all validation rows at every size.""")
def validation_cut_to_n(fit, x, y, x_val, y_val, sizes):
    models = [fit(x[:n], y[:n]) for n in checked(sizes, len(x))]
    train = [mse(model, x[:n], y[:n]) for n, model in zip(sizes, models)]
    return sizes, train, [mse(m, x_val[:n], y_val[:n]) for n, m in zip(sizes, models)]


@q.mistake("""You validated on the training rows that were left over. Use x_val and y_val: at n = N
nothing is left over.""")
def validated_on_the_rest(fit, x, y, x_val, y_val, sizes):
    models = [fit(x[:n], y[:n]) for n in checked(sizes, len(x))]
    train = [mse(model, x[:n], y[:n]) for n, model in zip(sizes, models)]
    rest = [np.mean((y[n:] - m(x[n:])) ** 2) for n, m in zip(sizes, models)]
    return sizes, train, rest


@q.mistake("""You took the root. The errors are mean squared errors here, so that bias², variance
and noise can be read off them.""")
def root_mean_squared(fit, x, y, x_val, y_val, sizes):
    _, train, val = sums_in_plain_python(fit, x, y, x_val, y_val, sizes)
    return sizes, np.sqrt(train), np.sqrt(val)


@q.mistake("""You summed the squared errors. A sum grows with the number of rows by itself: divide
each by the number of rows that it was measured on.""")
def summed_not_averaged(fit, x, y, x_val, y_val, sizes):
    _, train, val = sums_in_plain_python(fit, x, y, x_val, y_val, sizes)
    return sizes, np.multiply(train, sizes), np.multiply(val, len(y_val))


@q.mistake("""You averaged absolute errors. Square them: this is about the mean squared error.""")
def absolute_errors(fit, x, y, x_val, y_val, sizes):
    models = [fit(x[:n], y[:n]) for n in checked(sizes, len(x))]
    train = [np.abs(y[:n] - model(x[:n])).mean() for n, model in zip(sizes, models)]
    return sizes, train, [np.abs(y_val - model(x_val)).mean() for model in models]


@q.mistake("""Training and validation error are swapped in what you return. The order is sizes,
training error, validation error.""")
def errors_swapped(fit, x, y, x_val, y_val, sizes):
    sizes, train, val = sums_in_plain_python(fit, x, y, x_val, y_val, sizes)
    return sizes, val, train


@q.mistake("""A size beyond the data did not raise: x[:6] of 5 rows has 5 rows, so the curve claims
a size that was never measured. Check 1 <= n <= len(x), else raise ValueError.""")
def slices_past_the_end(fit, x, y, x_val, y_val, sizes):
    models = [fit(x[:n], y[:n]) for n in sizes]
    train = [np.mean((y[:n] - model(x[:n])) ** 2) for n, model in zip(sizes, models)]
    return sizes, train, [mse(model, x_val, y_val) for model in models]


@q.mistake("""You returned one row a size. Return three sequences: all sizes, all training errors,
all validation errors. Transpose your rows.""")
def one_row_a_size(fit, x, y, x_val, y_val, sizes):
    return np.array(sums_in_plain_python(fit, x, y, x_val, y_val, sizes), dtype=float).T


@q.mistake("""You halved the squared errors. That is a convention for gradients; "mean squared
error" has no factor ½ here.""")
def halved(fit, x, y, x_val, y_val, sizes):
    _, train, val = sums_in_plain_python(fit, x, y, x_val, y_val, sizes)
    return sizes, np.multiply(train, 0.5), np.multiply(val, 0.5)


@q.mistake("""You sorted the sizes. Results keep the order in which the sizes were given.""")
def sizes_sorted(fit, x, y, x_val, y_val, sizes):
    return sums_in_plain_python(fit, x, y, x_val, y_val, sorted(sizes))


@q.variant
def one_array_of_three_rows(fit, x, y, x_val, y_val, sizes):
    if np.any(np.asarray(sizes) < 1) or np.any(np.asarray(sizes) > x.size):
        raise ValueError("size")
    rows = []
    for n in sizes:
        model = fit(x[:n], y[:n])
        losses = np.square(model(x[:n]) - y[:n]).mean(), np.square(model(x_val) - y_val).mean()
        rows.append((n, *losses))
    return np.array(rows).T


@q.variant
def in_torch_single_precision(fit, x, y, x_val, y_val, sizes):
    import torch
    from torch.nn.functional import mse_loss

    def loss(model, x, y):
        return mse_loss(torch.tensor(model(x)).float(), torch.tensor(y).float()).item()

    models = [fit(x[:n], y[:n]) for n in checked(sizes, len(y))]
    train = [loss(model, x[:n], y[:n]) for model, n in zip(models, sizes)]
    return tuple(sizes), train, [loss(model, x_val, y_val) for model in models]


@q.variant
def through_var_and_dot(fit, x, y, x_val, y_val, sizes):
    result = {"n": [], "train": [], "val": []}
    for n in map(int, checked(sizes, len(y))):
        model = fit(x[:n], y[:n])
        residual, residual_val = y[:n] - model(x[:n]), y_val - model(x_val)
        result["n"].append(n)
        result["train"].append(residual.var() + residual.mean() ** 2)
        result["val"].append(residual_val @ residual_val / len(residual_val))
    return tuple(result.values())


q.hints(
    """Each point of the curve has one model and two data sets. Which rows did that model see, and
on which rows do you measure it?""",
    """One row, training_mean: it predicts that row, so the training error is 0. With
y = [1, 3, 5, 7], anything above 0 at size 1 was measured on rows that the model never saw.""",
    """For each n, after checking 1 <= n <= len(x): model = fit(x[:n], y[:n]); training error on
x[:n], y[:n]; validation error on all of x_val, y_val; no root, no sum.""",
)
q.why("""The curve compares models of different training sizes, so all else stays the same: each
point has its own model, and all are measured on the same validation rows. The training error is
measured on the rows that the model has seen: it starts near 0 and rises, because few points are
easy to fit. If yours falls with n, you measured it on rows that the small models never saw, and the
gap that diagnoses variance is hidden.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Read the curve and choose the next step (3 points, 10 minutes)
#
# You are shown the end of a run and are asked "what now?". A training log does not show what the
# validation loss shows: `train_loss` is what the optimiser saw, in training mode. `train_only` is
# the part of it that exists in training mode alone: the penalty in the objective, and what dropout
# adds. `val_loss` has no such part. **First make the two comparable.** `target` is the loss that
# you have reason to think reachable: the noise floor, or what people reach.
#
# Then return `(label, step)`. The label is the first of these that is true, where "by more than
# `tol`" is strict:
#
# 1. `"suspect"`: validation is *below* training by more than `tol`, like for like;
# 2. `"bias"`: training is above `target` by more than `tol`;
# 3. `"variance"`: validation is above training by more than `tol`;
# 4. `"ok"`: none of these.
#
# The step is the one of `"capacity"` (a richer model or better features), `"data"` (more training
# rows), `"split"` (look for leaks between the sets, and for an easier validation set) and `"stop"`
# that acts on the cause.
#
# **Example.** `next_step(0.5, 0.25, 0.375, 0.125, 0.125)` is `("ok", "stop")`: without the 0.375
# that only training counts, the training loss is 0.125, the target.

# %% nbgrader={"grade_id": "next_step", "solution": true}
def next_step(train_loss, val_loss, train_only, target, tol):
    """What limits a model, and what to do about it.

    Args:
        train_loss: float. Loss in the training log, `train_only` included.
        val_loss: float. Loss on validation data, in evaluation mode.
        train_only: float ≥ 0. Penalty and dropout's share of train_loss.
        target: float. Loss that can be reached.
        tol: float > 0. Differences up to tol do not count.

    Returns:
        (label, step): label is "suspect", "bias", "variance" or "ok"; step is "split",
        "capacity", "data" or "stop".
    """
    ### BEGIN SOLUTION
    train = train_loss - train_only
    if val_loss < train - tol:
        return "suspect", "split"
    if train > target + tol:
        return "bias", "capacity"
    if val_loss > train + tol:
        return "variance", "data"
    return "ok", "stop"
    ### END SOLUTION


# %% nbgrader={"grade_id": "next_step_acts_on_the_cause", "grade": true}
"""The step acts on what limits the model."""
q = Question(next_step, points=3)

# The numbers are train_loss, val_loss, train_only, target, tol.
q.case(
    0.5, 0.25, 0.375, 0.125, 0.125,
    gives=("ok", "stop"),
    claim="A lower validation loss is no alarm while the training loss contains a penalty of 0.375",
)
q.case(
    1.5, 1.625, 0.0, 0.5, 0.25,
    gives=("bias", "capacity"),
    claim="Training 1.5, target 0.5: the model cannot fit even the rows that it has seen",
)
q.case(
    0.5, 1.5, 0.0, 0.5, 0.25,
    gives=("variance", "data"),
    claim="Training is at the target, validation 1.0 above: what differs is which rows it saw",
)
### BEGIN HIDDEN TESTS
q.hidden()
# All numbers are sums of powers of ½, so that ties are exact in every way of writing a rule.
q.case(
    1.5, 0.75, 0.25, 1.0, 0.25,
    claim="Training 1.25 without its penalty, validation 0.75: too good, like for like",
)
q.case(
    2.0, 3.5, 0.5, 0.75, 0.25,
    claim="With both a bias and a gap the label is the first that is true: bias",
)
q.case(
    0.875, 2.0, 0.0, 0.75, 0.25,
    claim="A high validation loss alone is no bias: training 0.875 is within tol of the target",
)
q.case(
    1.0, 1.25, 0.0, 0.75, 0.25,
    claim="Differences of exactly tol do not count, above the target and between the losses",
)
q.case(
    1.0, 0.75, 0.0, 1.0, 0.25,
    claim="Validation exactly tol below training is not suspect",
)
q.case(
    0.875, 1.0, 0.5, 0.25, 0.25,
    claim="Without the penalty of 0.5 training is 0.375: no bias, but a gap of 0.625",
)
q.case(
    1.25, 1.375, 0.0, 1.125, 0.25,
    claim="A training loss that is far above 0 is no bias if the target is as high",
)
q.case(
    1.0, 0.25, 0.0, 0.125, 0.25,
    claim="Suspect comes before bias: a leak makes every other reading worthless",
)


@q.reference
def by_counting_sixteenths(train_loss, val_loss, train_only, target, tol):
    """In whole sixteenths: no rounding, and the rules as a table of conditions."""
    train, val, floor, slack = (
        round(16 * number) for number in (train_loss - train_only, val_loss, target, tol)
    )
    table = (
        (train - val > slack, ("suspect", "split")),
        (train - floor > slack, ("bias", "capacity")),
        (val - train > slack, ("variance", "data")),
        (True, ("ok", "stop")),
    )
    return next(result for applies, result in table if applies)


def label(train, val_loss, target, tol):
    if val_loss < train - tol:
        return "suspect"
    if train > target + tol:
        return "bias"
    return "variance" if val_loss > train + tol else "ok"


def with_step(name, **changed):
    steps = {"suspect": "split", "bias": "capacity", "variance": "data", "ok": "stop"}
    return name, (steps | changed)[name]


@q.mistake("""You answer a bias with more data. More rows shrink the luck of the draw; a model that
cannot fit the rows it has seen stays as wrong with a million of them. Give it more capacity.""")
def more_data_fixes_bias(train_loss, val_loss, train_only, target, tol):
    return with_step(label(train_loss - train_only, val_loss, target, tol), bias="data")


@q.mistake("""You answer a variance with more capacity. A richer model follows the luck of the draw
even more closely. More rows average it out.""")
def more_capacity_fixes_variance(train_loss, val_loss, train_only, target, tol):
    return with_step(label(train_loss - train_only, val_loss, target, tol), variance="capacity")


@q.mistake("""You took a validation loss below the logged training loss for a bug. The log counts
the penalty and dropout, validation does not. Subtract train_only before you compare.""")
def val_loss_lower_is_a_bug(train_loss, val_loss, train_only, target, tol):
    if val_loss < train_loss - tol:
        return "suspect", "split"
    return with_step(label(train_loss - train_only, val_loss, target, tol))


@q.mistake("""You compare the logged training loss as it is. Part of it, train_only, exists in
training mode alone, so the run looks biased or leaking. Subtract it first.""")
def penalty_left_in(train_loss, val_loss, train_only, target, tol):
    return with_step(label(train_loss, val_loss, target, tol))


@q.mistake("""You added train_only to a loss. train_loss contains it already: subtract it from
train_loss, and leave val_loss as it is.""")
def penalty_added(train_loss, val_loss, train_only, target, tol):
    return with_step(label(train_loss + train_only, val_loss, target, tol))


@q.mistake("""You subtracted train_only from both losses. The validation loss never had it.""")
def penalty_subtracted_from_both(train_loss, val_loss, train_only, target, tol):
    return with_step(label(train_loss - train_only, val_loss - train_only, target, tol))


@q.mistake("""You looked at the gap before the bias. The first rule that is true decides, and bias
comes before variance: close a gap on a model that cannot fit, and it still cannot fit.""")
def gap_before_bias(train_loss, val_loss, train_only, target, tol):
    train = train_loss - train_only
    if val_loss > train + tol:
        return "variance", "data"
    return with_step(label(train, val_loss, target, tol))


@q.mistake("""You read bias off the validation loss. A high validation loss can be either; bias
shows in the training loss, on rows that the model has seen.""")
def bias_from_validation(train_loss, val_loss, train_only, target, tol):
    train = train_loss - train_only
    if val_loss < train - tol:
        return "suspect", "split"
    if val_loss > target + tol:
        return "bias", "capacity"
    return with_step(label(train, val_loss, target, tol))


@q.mistake("""You compared the training loss with 0. Noise cannot be fitted away: compare it with
the target.""")
def target_taken_as_zero(train_loss, val_loss, train_only, target, tol):
    return with_step(label(train_loss - train_only, val_loss, 0.0, tol))


@q.mistake("""You never say "suspect". A validation loss below the training loss, like for like and
by more than tol, means a leak or an easier set: look at the split first.""")
def never_suspicious(train_loss, val_loss, train_only, target, tol):
    train = train_loss - train_only
    return with_step(label(train, max(val_loss, train), target, tol))


@q.mistake("""You count a difference of exactly tol. "By more than tol" is strict: use > and <, not
>= and <=.""")
def ties_count(train_loss, val_loss, train_only, target, tol):
    train = train_loss - train_only
    if val_loss <= train - tol:
        return "suspect", "split"
    if train >= target + tol:
        return "bias", "capacity"
    return ("variance", "data") if val_loss >= train + tol else ("ok", "stop")


@q.variant
def by_signed_differences(train_loss, val_loss, train_only, target, tol):
    train = train_loss - train_only
    gap, excess = val_loss - train, train - target
    if -gap > tol:
        return ["suspect", "split"]
    if excess > tol:
        return ["bias", "capacity"]
    return ["variance", "data"] if gap > tol else ["ok", "stop"]


@q.variant
def by_select(train_loss, val_loss, train_only, target, tol):
    train = np.subtract(train_loss, train_only)
    rules = [train - tol > val_loss, train - target > tol, val_loss - tol > train]
    names = np.select(rules, ["suspect", "bias", "variance"], "ok")
    return str(names), str(np.select(rules, ["split", "capacity", "data"], "stop"))


q.hints(
    """Two questions, in this order: are the two losses measured alike? And does the model fit the
rows that it has seen? More rows help only if it does.""",
    """Log 0.5 with a penalty of 0.375, validation 0.25: like for like, training is 0.125. Nothing
is suspect. And with training at 1.5, target 0.5, validation 1.5: would another million rows lower
the 1.5?""",
    """train = train_loss - train_only, then the four rules with strict comparisons. suspect: split,
bias: capacity, variance: data, ok: stop.""",
)
q.why("""Bias is what stays with infinitely many rows, so rows cannot lower it. It shows as a
training loss above what can be reached; the gap between the losses shows variance, and shrinks
with n. Look at the training loss first: closing the gap of a model that cannot fit leaves you with
two curves that agree on a bad number.

A validation loss below the logged training loss is common and harmless: the log has the penalty
and the dropout in it (and is averaged over an epoch in which the model was still getting better).
It means something only when both are measured alike, and then it means the data: a leak, or an
easier validation set.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Count effective parameters (3 points, 10 minutes)
#
# Ridge regression has as many coefficients as least squares, but spends fewer degrees of freedom:
# along singular direction $j$ of $X$, with singular value $d_j$, it keeps the share
# $d_j^2 / (d_j^2 + \lambda)$ of what least squares would fit. Return the sum of these shares,
#
# $$\mathrm{df}(\lambda) = \mathrm{tr}\,S = \sum_j \frac{d_j^2}{d_j^2 + \lambda}.$$
#
# $S$ is the matrix in $\hat y = S y$, where the weights minimise
# $\lVert y - Xw \rVert^2 + \lambda \lVert w \rVert^2$ (sums, not means).
#
# - `X` is used as it is: no centring, no scaling, no intercept. It may have more columns than
#   rows, dependent columns, or zeros only.
# - At λ = 0 the answer is the rank of `X`. Count a singular value as 0 if it is below $10^{-10}$
#   times the largest.
# - A negative λ raises `ValueError`.
#
# **Example.** `X = [[3, 0], [0, 1], [0, 0]]` has singular values 3 and 1. At λ = 1: 9/10 + 1/2 =
# 1.4. At λ = 0: 2.

# %% nbgrader={"grade_id": "ridge_df", "solution": true}
def ridge_df(X, lam):
    """Effective degrees of freedom of ridge regression.

    Args:
        X: float array [n, d]. Inputs, one row each; n and d are at least 1.
        lam: float ≥ 0. Weight of the squared penalty.

    Returns:
        float, from 0 to the rank of X.

    Raises:
        ValueError: lam is negative.
    """
    ### BEGIN SOLUTION
    if lam < 0:
        raise ValueError(f"ridge_df: lam must not be negative. Got {lam}.")
    d = np.linalg.svd(X, compute_uv=False)
    d2 = d[d > 1e-10 * d.max()] ** 2
    return np.sum(d2 / (d2 + lam))
    ### END SOLUTION


# %% nbgrader={"grade_id": "ridge_df_falls_from_the_rank_to_zero", "grade": true}
"""Degrees of freedom fall from the rank to 0 as the penalty grows."""
q = Question(ridge_df, points=3)
two_directions = np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]])  # singular values 3 and 1

q.case(
    two_directions, 1.0,
    gives=1.4, rtol=1e-4,
    claim="At λ = 1 the direction with d² = 9 keeps 9/10 and the one with d² = 1 keeps 1/2",
)
q.case(
    two_directions, 1e9,
    gives=1e-8, rtol=1e-3, atol=1e-10,
    claim="A huge penalty leaves no freedom: df falls to (9 + 1) / λ",
)
q.case(
    np.array([[1.0, 1.0, 2.0], [2.0, 2.0, 4.0]]), 0.0,
    gives=1.0, rtol=1e-4,
    claim="At λ = 0 df is the rank: these two rows and three columns have rank 1",
)
q.raises(ValueError, two_directions, -2.0, claim="A negative penalty has no meaning")
### BEGIN HIDDEN TESTS
q.hidden()
tall = np.random.default_rng(0).normal(1.0, 1.0, size=(7, 3))  # columns are not centred
wide = np.random.default_rng(1).normal(0.0, 2.0, size=(3, 5))
wide_integers = np.array([[2, 0, 0, 2, 0], [0, 3, 0, 0, 0], [0, 0, 1, 0, 3]], dtype=float)
repeated = np.array([[1, 0, 1, 2], [2, 1, 2, 4], [0, 3, 0, 0], [1, 1, 1, 2], [4, 0, 4, 8]], float)

q.case(tall, 2.5, rtol=1e-4, claim="X is used as it is, with 7 rows and 3 columns")
q.case(wide, 0.7, rtol=1e-4, claim="With more columns than rows there are n singular values")
q.case(
    wide_integers, 0.0, rtol=1e-4,
    claim="At λ = 0 three independent rows of five columns fit three labels: df is 3",
)
q.case(
    repeated, 0.0, rtol=1e-4,
    claim="At λ = 0 repeated columns count once: the rank of this 5 × 4 matrix is 2",
)
q.case(repeated, 0.3, rtol=1e-4, claim="Dependent columns are no obstacle to ridge")
q.case(
    np.zeros((4, 2)), 0.0, gives=0.0,
    claim="A matrix of zeros has rank 0, and nothing may be divided by 0",
)
q.case(np.zeros((4, 2)), 3.0, gives=0.0, claim="A matrix of zeros fits nothing: df is 0")
q.case(np.array([[2.0]]), 4.0, gives=0.5, rtol=1e-4, claim="One number: d² = 4, λ = 4, df = 1/2")


@q.reference
def trace_of_the_smoother(X, lam):
    """The trace of the map from y to ŷ, column by column: each label's pull on its own fit."""
    if lam < 0:
        raise ValueError("lam")
    n, d = X.shape
    if lam == 0:
        return float(np.trace(X @ np.linalg.pinv(X, rcond=1e-10)))
    augmented = np.vstack([X, np.sqrt(lam) * np.eye(d)])  # ridge as least squares
    pull = 0.0
    for i in range(n):
        unit = np.zeros(n + d)
        unit[i] = 1.0
        pull += X[i] @ np.linalg.lstsq(augmented, unit, rcond=None)[0]
    return float(pull)


def fractions(d, lam):
    """d² / (d² + λ) for the singular values that count."""
    if lam < 0:
        raise ValueError("lam")
    d2 = d[d > 1e-10 * d.max()] ** 2 if d.any() else d[:0]
    return d2 / (d2 + lam)


def singular(X):
    return np.linalg.svd(X, compute_uv=False)


@q.mistake("""You used singular values where their squares belong: d / (d + λ). The penalty meets
XᵀX, whose eigenvalues are d².""")
def singular_values_not_squared(X, lam):
    return fractions(np.sqrt(singular(X)), lam).sum()


@q.mistake("""You squared once too often: eigenvalues of XᵀX are d² already. Use e / (e + λ) with
them, or d² / (d² + λ) with singular values.""")
def eigenvalues_squared_again(X, lam):
    return fractions(singular(X) ** 2, lam).sum()


@q.mistake("""You squared λ. It is the weight of the squared penalty, and meets d² as it is.""")
def penalty_squared(X, lam):
    return fractions(singular(X), lam * abs(lam)).sum()


@q.mistake("""You multiplied λ by the number of rows. That belongs to a mean squared error; here
the loss is a sum.""")
def penalty_times_rows(X, lam):
    return fractions(singular(X), lam * len(X)).sum()


@q.mistake("""You returned what is left over for the residuals, n - df. The degrees of freedom of
the fit are the trace of the smoother itself.""")
def residual_degrees(X, lam):
    return len(X) - fractions(singular(X), lam).sum()


@q.mistake("""You summed what the penalty takes away, λ / (d² + λ). Degrees of freedom are what
stays: d² / (d² + λ).""")
def what_is_taken_away(X, lam):
    if lam < 0:
        raise ValueError("lam")
    return np.sum(lam / (singular(X) ** 2 + lam))


@q.mistake("""You summed the squared shares: that is the trace of S Sᵀ, which gives the label
variance. df here is the trace of S: do not square the shares.""")
def trace_of_the_squared_smoother(X, lam):
    return np.sum(fractions(singular(X), lam) ** 2)


@q.mistake("""You averaged the shares. Degrees of freedom add up over directions: sum them.""")
def averaged_not_summed(X, lam):
    found = fractions(singular(X), lam)
    return found.sum() / min(X.shape)


@q.mistake("""You centred the columns. X is used as it is here; centring takes out one direction,
the one that an intercept would use.""")
def columns_centred(X, lam):
    return fractions(singular(X - X.mean(axis=0)), lam).sum()


@q.mistake("""You counted the coefficients. The penalty ties them together: each direction counts as
the share d² / (d² + λ) that it keeps.""")
def counts_the_columns(X, lam):
    if lam < 0:
        raise ValueError("lam")
    return float(X.shape[1])


@q.mistake("""At λ = 0 your sum counts singular values that are rounding errors (1e-16 / 1e-16 = 1),
or divides 0 by 0. Leave out those below 1e-10 times the largest.""")
def rounding_errors_counted(X, lam):
    if lam < 0:
        raise ValueError("lam")
    d2 = singular(X) ** 2
    return np.sum(d2 / (d2 + lam))


@q.mistake("""You inverted XᵀX + λI, which has no inverse at λ = 0 when columns depend on each other
or outnumber the rows. Sum over singular values instead: it needs no inverse.""")
def explicit_inverse(X, lam):
    if lam < 0:
        raise ValueError("lam")
    return np.trace(X @ np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1])) @ X.T)


@q.mistake("""A negative λ must raise ValueError: with it a direction can keep more than all of what
it fits, or infinitely much.""")
def negative_penalty_accepted(X, lam):
    if lam >= 0:
        return fractions(singular(X), lam).sum()
    d2 = singular(X) ** 2
    return np.sum(d2 / (d2 + lam))


@q.variant
def eigenvalues_and_rank(X, lam):
    if lam < 0:
        raise ValueError("lam must be at least 0")
    if lam == 0:
        return np.linalg.matrix_rank(X)
    smaller = X.T @ X if X.shape[0] > X.shape[1] else X @ X.T
    e = np.linalg.eigvalsh(smaller)
    return sum(float(value) / (float(value) + lam) for value in e)


@q.variant
def trace_with_a_solve(X, lam):
    if lam < 0:
        raise ValueError("lam must be at least 0")
    if lam == 0:
        return int(np.linalg.matrix_rank(X))
    gram = X.T @ X
    return np.trace(np.linalg.solve(gram + lam * np.eye(len(gram)), gram))


@q.variant
def in_torch_single_precision(X, lam):
    import torch

    if lam < 0:
        raise ValueError("lam must be at least 0")
    d = torch.linalg.svdvals(torch.tensor(X, dtype=torch.float32))
    d2 = d[d > 1e-6 * d.max()].square()
    return (d2 / (d2 + lam)).sum()


@q.variant
def zeros_replaced(X, lam):
    if lam < 0:
        raise ValueError("lam must be at least 0")
    d = np.linalg.svd(X, full_matrices=False)[1]
    counts = d >= max(1e-10 * d[0], 1e-300)
    return np.where(counts, d**2 / np.where(counts, d**2 + lam, 1.0), 0.0).sum()


q.hints(
    """df is the rank of X at λ = 0, falls as λ grows, and goes to 0. Which of the three does your
function miss?""",
    """X = [[2]] has d = 2, so d² = 4. At λ = 4 half is kept: 0.5. And X = [[1, 1], [2, 2]] at λ = 0
must give 1: the second singular value is a rounding error, or 0.""",
    """Check lam < 0. d = np.linalg.svd(X, compute_uv=False); keep those above 1e-10 * d.max(); sum
d**2 / (d**2 + lam) over the kept ones.""",
)
q.why("""With X = U D Vᵀ the ridge fit is ŷ = U diag(d² / (d² + λ)) Uᵀ y: each direction keeps
its own share, and the trace of the map is their sum. Directions in which the data vary much
(large d) are hardly touched; the weak ones, which carry the variance, go first.

Why not np.trace(X @ inv(XᵀX + λI) @ Xᵀ)? For λ > 0 it is right. At λ = 0 it breaks on dependent
columns and whenever d > n, which is where this number is most wanted: the sum over singular values
has no inverse in it. "Number of coefficients" is the usual answer in an interview; it is the limit
λ → 0 of a full-rank X, and says nothing about a network with weight decay.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Stop early (3 points, 12 minutes)
#
# Replay a validation curve and say where training stops, and which epoch's weights are restored.
# Epochs count from 0; `val[t]` is known at the end of epoch $t$.
#
# - Epoch $t$ is an **improvement** if `val[t]` is below the best loss so far by *more than*
#   `min_delta`. Before the first improvement the best loss so far is +∞.
# - An improvement, and nothing else, sets the best loss and the best epoch. Smaller gains are no
#   improvement, even if they are the lowest loss seen.
# - Training stops at the end of the epoch that is the `patience`-th in a row without improvement:
#   that is `stop_epoch`. If it never comes to that, `stop_epoch` is the last epoch.
# - A NaN is no improvement. If there never was an improvement, `best_epoch` is None.
# - An empty curve raises `ValueError`. `patience` is at least 1, `min_delta` at least 0.
#
# **Example.** `val = [5, 4, 3, 4, 5, 2]`, patience 2, min_delta 0: epochs 3 and 4 are two in a row
# without improvement, so the result is (4, 2). That epoch 5 would have been better, nobody can
# know.

# %% nbgrader={"grade_id": "early_stop", "solution": true}
def early_stop(val, patience, min_delta=0.0):
    """Where training stops, and which epoch is restored.

    Args:
        val: float array [T]. Validation loss after each epoch; may hold NaN.
        patience: int ≥ 1. Epochs in a row without improvement after which training stops.
        min_delta: float ≥ 0. A gain must be larger than this to count.

    Returns:
        (stop_epoch, best_epoch): int, and int or None; counted from 0.

    Raises:
        ValueError: val is empty.
    """
    ### BEGIN SOLUTION
    if len(val) == 0:
        raise ValueError("early_stop: val must not be empty.")
    best, best_epoch, waited = np.inf, None, 0
    for epoch, loss in enumerate(val):
        if loss < best - min_delta:  # False for NaN
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                break
    return epoch, best_epoch
    ### END SOLUTION


# %% nbgrader={"grade_id": "early_stop_restores_the_best_epoch", "grade": true}
"""Training stops when patience runs out, and the best epoch is restored."""
q = Question(early_stop, points=3)

q.case(
    np.array([5.0, 4.0, 3.0, 4.0, 5.0, 2.0]), 2, 0.0,
    gives=(4, 2),
    claim="Epochs 3 and 4 do not improve on epoch 2: with patience 2 training stops at epoch 4",
)
q.case(
    np.array([3.0, 2.0, 2.5, 1.0]), 2, 0.0,
    gives=(3, 3),
    claim="Patience never runs out, so training ends at the last epoch",
)
q.case(
    np.array([1.0, 0.75, 0.5, 0.375, 0.25]), 4, 0.25,
    gives=(4, 2),
    claim="A gain of exactly min_delta is none: 0.75, 0.375 and 0.25 do not count, 0.5 does",
)
### BEGIN HIDDEN TESTS
q.hidden()
nan = float("nan")
# Losses and min_delta are multiples of 1/16, so that ties are exact in every way of writing them.
q.case(
    np.array([4.0, 5.0, 3.0, 5.0, 2.0, 6.0, 6.0, 1.0]), 2, 0.0,
    claim="An improvement starts the count again: only epochs in a row use up patience",
)
q.case(
    np.array([1.0, 3.0, 2.5, 2.0, 1.5]), 3, 0.0,
    claim="A loss is compared with the best so far, not with the epoch before",
)
q.case(
    np.array([1.0, 0.875, 0.75, 0.625, 0.5625, 0.5, 0.4375]), 3, 0.1875,
    claim="Slow progress counts once it adds up to more than min_delta since the last improvement",
)
q.case(
    np.array([2.0, 1.0, 0.9375, 0.875, 3.0, 3.0, 3.0]), 3, 0.25,
    claim="The lowest loss is not restored if its gain was too small to count",
)
q.case(
    np.array([3.0, 3.0, 4.0]), 1, 0.0,
    claim="With patience 1 the first epoch without improvement is the last",
)
q.case(
    np.array([2.0, nan, 1.0, nan, nan, 0.5]), 2, 0.0,
    claim="A NaN is no improvement, and a later number still can be one",
)
q.case(np.array([nan, nan, nan, 1.0]), 3, 0.0, claim="Without any improvement best_epoch is None")
q.case(np.array([7.0]), 5, 0.5, claim="The first number improves on +∞")
q.case(
    np.array([8.0, 6.5, 6.0, 5.75]), 2, 1.0,
    claim="min_delta is an amount of loss, not a share of it",
)
q.raises(ValueError, np.array([]), 2, 0.0, claim="Nothing can be said of an empty curve")


@q.probe(gives="")
def random_curves(f):
    """Thirty random curves, some with NaN, follow the same rules."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        val = rng.integers(0, 9, size=rng.integers(1, 8)) / 8
        val[rng.random(val.size) < 0.1] = nan
        patience, min_delta = int(rng.integers(1, 4)), float(rng.integers(0, 3)) / 8
        right = by_jumps_between_improvements(val, patience, min_delta)
        stop, best = f(val.copy(), patience, min_delta)
        got = None if stop is None else int(stop), None if best is None else int(best)
        if got != right:
            return f"the result is {got}, not {right}"
    return ""


@q.reference
def by_jumps_between_improvements(val, patience, min_delta=0.0):
    """No counter: jump from each improvement to the next one within reach."""
    losses = [float(loss) for loss in val]
    if not losses:
        raise ValueError("empty")
    best_epoch, best, reach = None, float("inf"), range(patience)
    while found := [t for t in reach if t < len(losses) and best - losses[t] > min_delta]:
        best_epoch, best = found[0], losses[found[0]]
        reach = range(best_epoch + 1, best_epoch + patience + 1)
    return min(reach[-1], len(losses) - 1), best_epoch


def replay(val, patience, min_delta, improves=None, allowed=0, resets=True):
    """The rules with one bent.

    improves(loss, best, previous): what counts. allowed: epochs that patience is longer.
    resets: an improvement starts the count again.
    """
    if len(val) == 0:
        raise ValueError("empty")
    improves = improves or (lambda loss, best, previous: loss < best - min_delta)
    best, best_epoch, waited, previous = float("inf"), None, 0, float("inf")
    for epoch, loss in enumerate(val):
        if improves(loss, best, previous):
            best, best_epoch, waited = loss, epoch, 0 if resets else waited
        else:
            waited += 1
            if waited >= patience + allowed:
                break
        previous = loss
    return epoch, best_epoch


@q.mistake("""You stop one epoch late. The epoch that makes `patience` in a row is the last one:
count it first, then stop at waited >= patience, not at waited > patience.""")
def patience_off_by_one(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, allowed=1)


@q.mistake("""You stop one epoch early: the count starts at the improvement itself. Set it to 0
there, so that the first epoch after it is number 1.""")
def improvement_counted_as_waiting(val, patience, min_delta=0.0):
    if patience > 1:
        return replay(val, patience, min_delta, allowed=-1)
    return 0, replay(val[:1], 1, min_delta)[1]


@q.mistake("""You restore the epoch at which training stopped. By then the model is `patience`
epochs past its best: remember the epoch of the last improvement.""")
def best_epoch_is_stop_epoch(val, patience, min_delta=0.0):
    stop, _ = replay(val, patience, min_delta)
    return stop, stop


@q.mistake("""The count of epochs without improvement never starts again, so patience is used up by
epochs that are far apart. Set it to 0 at every improvement.""")
def count_never_reset(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, resets=False)


@q.mistake("""You compare each epoch with the one before it, so a curve that jumps up and creeps
down again looks like progress. Compare with the best loss so far.""")
def compared_with_the_previous_epoch(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, lambda loss, _, last: loss < last - min_delta)


@q.mistake("""You count every gain, however small. A gain must be larger than min_delta.""")
def min_delta_ignored(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, lambda loss, best, _: loss < best)


@q.mistake("""You count a gain of exactly min_delta, so that at min_delta = 0 a flat curve improves
for ever. More than min_delta is strict: use <.""")
def exact_gain_counts(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, lambda loss, best, _: loss <= best - min_delta)


@q.mistake("""You took min_delta as a share of the best loss. It is an amount: compare with
best - min_delta.""")
def min_delta_as_a_share(val, patience, min_delta=0.0):
    def improves(loss, best, _):
        return loss < (best * (1 - min_delta) if best < float("inf") else best)

    return replay(val, patience, min_delta, improves)


@q.mistake("""You added min_delta to the best loss, so that a loss may rise and still count as an
improvement. A gain must exceed it: compare with best - min_delta.""")
def min_delta_added(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, lambda loss, best, _: loss < best + min_delta)


@q.mistake("""Every small gain moves your best loss, though it does not count as an improvement.
Slow progress then never adds up. Update the best loss only at an improvement.""")
def small_gains_move_the_best(val, patience, min_delta=0.0):
    if len(val) == 0:
        raise ValueError("empty")
    best, best_epoch, waited = float("inf"), None, 0
    for epoch, loss in enumerate(val):
        if loss < best - min_delta:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
        if loss < best:
            best = loss
        if waited == patience:
            break
    return epoch, best_epoch


@q.mistake("""You restored the lowest loss up to the stop. A gain of at most min_delta is no
improvement: the best epoch is that of the last improvement.""")
def lowest_loss_restored(val, patience, min_delta=0.0):
    stop, _ = replay(val, patience, min_delta)
    seen = np.asarray(val[: stop + 1], dtype=float)
    return stop, None if np.isnan(seen).all() else int(np.nanargmin(seen))


@q.mistake("""You looked for the best epoch in the whole curve. Epochs after the stop were never
trained: look up to stop_epoch only.""")
def looks_past_the_stop(val, patience, min_delta=0.0):
    stop, _ = replay(val, patience, min_delta)
    whole = np.asarray(val, dtype=float)
    return stop, None if np.isnan(whole).all() else int(np.nanargmin(whole))


@q.mistake("""You returned the best epoch first. The order is stop_epoch, best_epoch.""")
def best_epoch_first(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta)[::-1]


@q.mistake("""You returned None as stop_epoch where patience never runs out. Training then ends
with the curve: stop_epoch is the last epoch.""")
def no_stop_without_patience(val, patience, min_delta=0.0):
    stop, best = replay(val, patience, min_delta)
    waited = stop + 1 if best is None else stop - best
    return (stop if waited >= patience else None), best


@q.mistake("""You count epochs from 1. The first one is epoch 0 here.""")
def counted_from_one(val, patience, min_delta=0.0):
    stop, best = replay(val, patience, min_delta)
    return stop + 1, None if best is None else best + 1


@q.mistake("""A NaN became your best loss: "not worse than the best" is true of NaN, and every
comparison with it is false from then on. Ask whether the loss is below best - min_delta.""")
def nan_becomes_the_best(val, patience, min_delta=0.0):
    return replay(val, patience, min_delta, lambda loss, best, _: not loss >= best - min_delta)


@q.mistake("""You skip NaN epochs without counting them. A NaN is an epoch without improvement, and
uses up patience like any other.""")
def nan_not_counted(val, patience, min_delta=0.0):
    kept = [t for t, loss in enumerate(val) if loss == loss]
    if len(val) == 0:
        raise ValueError("empty")
    if not kept:
        return len(val) - 1, None
    stop, best = replay([val[t] for t in kept], patience, min_delta)
    ran_out = best is not None and stop - best == patience
    return (kept[stop] if ran_out else len(val) - 1), None if best is None else kept[best]


@q.variant
def distance_to_the_best_epoch(val, patience, min_delta=0.0):
    if not len(val):
        raise ValueError("no epochs")
    best, best_epoch = np.inf, -1
    for epoch in range(len(val)):
        if best - val[epoch] > min_delta:
            best, best_epoch = val[epoch], epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch if best_epoch >= 0 else None
    return len(val) - 1, best_epoch if best_epoch >= 0 else None


@q.variant
def with_a_stopper_object(val, patience, min_delta=0.0):
    class Stopper:
        best, best_epoch, bad = float("inf"), None, 0

        def step(self, epoch, loss):
            gain = self.best - loss
            self.bad = 0 if gain > min_delta else self.bad + 1
            if self.bad == 0:
                self.best, self.best_epoch = loss, epoch
            return self.bad >= patience

    if val.size == 0:
        raise ValueError("no epochs")
    stopper = Stopper()
    stops = [epoch for epoch, loss in enumerate(val.tolist()) if stopper.step(epoch, loss)]
    if stops:
        return early_stop_prefix(val, stops[0], patience, min_delta)
    return [len(val) - 1, stopper.best_epoch]


def early_stop_prefix(val, stop, patience, min_delta):
    """The curve as far as it was trained never stops before its end."""
    return [stop, distance_to_the_best_epoch(val[: stop + 1], patience, min_delta)[1]]


@q.variant
def flags_then_runs(val, patience, min_delta=0.0):
    if len(val) < 1:
        raise ValueError("no epochs")
    flags, best = [], np.inf
    for loss in np.nan_to_num(np.asarray(val, dtype=float), nan=np.inf):
        flags.append(bool(loss < best - min_delta))
        best = loss if flags[-1] else best
    text = "".join("i" if flag else "." for flag in flags)
    end = text.find("." * patience)
    stop = len(text) - 1 if end < 0 else end + patience - 1
    best_epoch = text.rfind("i", 0, stop + 1)
    return np.int64(stop), None if best_epoch < 0 else np.int64(best_epoch)


q.hints(
    """Three things are remembered between epochs: the best loss, its epoch, and how many epochs in
a row did not improve on it. Which one changes when it should not, or the other way round?""",
    """val = [3, 3], patience 1: epoch 1 does not improve, and that is 1 in a row. The answer is
(1, 0). For val = [nan] it is (0, None).""",
    """if loss < best - min_delta: set best, best_epoch and waited = 0. Else waited += 1, and stop
in this epoch if waited == patience. Written this way a NaN needs no special case.""",
)
q.why("""One comparison and three variables. The order matters: count the bad epoch first, then ask
whether that was the `patience`-th. `waited > patience` trains an epoch too long, and is the most
common slip. The epoch that you stop at is by construction *not* the best one: it lies `patience`
epochs behind, unless the curve ended first. Without restoring the best weights early stopping
returns a model that is known to be worse.

`loss < best - min_delta` is False for NaN, which is what you want. The reverse form,
`if loss >= best - min_delta: waited += 1`, is False for NaN too, and makes a diverged epoch the
best one.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. See the second descent (4 points, 15 minutes)
#
# Fit least squares on more and more random features, beyond the point where they are as many as
# the training rows. The features are given: `random_features(X, width, seed)`. With one seed, the
# features of a narrower width are the first columns of a wider one.
#
# For each width, with $\Phi$ [n, width] the training features:
#
# - the weights $w$ minimise $\lVert \Phi w - y \rVert$; where many do, take those with the
#   smallest $\lVert w \rVert$ (the *minimum-norm* solution), whatever the rank of $\Phi$: units
#   can be dead (a column of zeros), and training rows can be repeated;
# - no intercept, no penalty;
# - return the mean squared errors on training and on test rows, and the length $\lVert w \rVert_2$.
#   The test rows use the same features: the same seed.
#
# Work in float64: near `width = n` the matrix is almost singular. (In PyTorch use
# `torch.linalg.pinv`, or `lstsq(..., driver="gelsd")`: the default driver of `lstsq` reads
# uninitialised memory in many releases, and then gives other weights at each call.)
#
# **Example.** On the data of the visible test (n = 20), the test error is 0.50 at width 10, 29.8 at
# width 20 and 0.38 at width 400.

# %% nbgrader={"grade_id": "given_features", "locked": true}
def random_features(X, width, seed):
    """Outputs [n, width] of `width` random ReLU units for inputs X [n, d]."""
    X = np.asarray(X, dtype=float)
    weights = np.random.default_rng(seed).standard_normal((width, X.shape[1] + 1))
    return np.maximum(X @ weights[:, 1:].T + weights[:, 0], 0.0)


# %% nbgrader={"grade_id": "double_descent", "solution": true}
def double_descent(X, y, X_test, y_test, widths, seed):
    """Errors of minimum-norm least squares on more and more random features.

    Args:
        X, y: float arrays [n, d] and [n]. Training data.
        X_test, y_test: float arrays [m, d] and [m]. Test data.
        widths: sequence of k ints ≥ 1. Numbers of features.
        seed: int. Seed of the features, the same for all widths and for both data sets.

    Returns:
        (train_mse, test_mse, norm): three sequences of length k; norm is the length of the
        weights.
    """
    ### BEGIN SOLUTION
    rows = []
    for width in widths:
        features = random_features(X, width, seed)  # (n, width)
        w = np.linalg.lstsq(features, y, rcond=None)[0]  # minimum norm, whatever the rank
        test_features = random_features(X_test, width, seed)  # (m, width)
        train_mse = np.mean((features @ w - y) ** 2)
        test_mse = np.mean((test_features @ w - y_test) ** 2)
        rows.append((train_mse, test_mse, np.linalg.norm(w)))
    return tuple(np.array(rows).T)
    ### END SOLUTION


# %% nbgrader={"grade_id": "double_descent_peaks_where_width_meets_n", "grade": true}
"""The test error peaks where the width meets n, and falls again beyond."""
q = Question(double_descent, points=4)


def saturating(rows, seed, d=5):
    """Inputs [rows, d] and noisy labels [rows] of a tanh of one direction."""
    direction = np.random.default_rng(1).standard_normal(d)
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((rows, d))
    return X, np.tanh(X @ direction) + 0.3 * rng.standard_normal(rows)


def visible_data():
    """Training and test data as double_descent takes them: X, y, X_test, y_test."""
    return *saturating(20, 18), *saturating(150, 68)


@q.probe(
    gives={
        "train_mse": [0.478871, 0.138769, 0.051000, 0.020974, 0.0],
        "test_mse": [1.28422, 0.867796, 1.47331, 1.90968, 29.3329],
        "norm": [1.51931, 1.83125, 2.73040, 3.29519, 16.8069],
    },
    rtol=1e-3,
    atol=1e-6,
)
def up_to_the_peak(f):
    """With 20 rows and up to 20 features the training error falls to 0, and weights grow long."""
    result = f(*visible_data(), [3, 10, 15, 18, 20], 2)
    return dict(zip(("train_mse", "test_mse", "norm"), result))


@q.probe(
    gives={
        "width of the highest test error": 20,
        "widths with training error 0": [20, 22, 40, 400],
        "norm at 20, 22, 40, 400": [16.8069, 3.65564, 1.36877, 0.325214],
        "test error at 400": 0.389191,
    },
    rtol=1e-3,
)
def beyond_the_peak(f):
    """From width = n on the fit is exact, the weights get shorter, the test error falls."""
    widths = [3, 10, 18, 20, 22, 40, 400]
    result = list(f(*visible_data(), widths, 2))
    if len(result) != 3:
        return {"sequences": len(result)}
    train, test, norm = result
    return {
        "width of the highest test error": widths[int(np.argmax(test))],
        "widths with training error 0": [w for w, e in zip(widths, train) if e < 1e-6],
        "norm at 20, 22, 40, 400": norm[3:],
        "test error at 400": test[-1],
    }


### BEGIN HIDDEN TESTS
q.hidden()
curve_names = ("train_mse", "test_mse", "norm")
wider_than_eleven = [13, 17, 30]  # with seed 3 no unit is dead: np.linalg.inv finds an "inverse"


def eleven_rows():
    return *saturating(11, 5, d=4), *saturating(29, 6, d=4)


def shortest(features, y):
    """Minimum-norm least squares from the eigenvectors of the kernel ΦΦᵀ [n, n]."""
    values, vectors = np.linalg.eigh(features @ features.T)
    kept = values > 1e-11 * values[-1]
    dual = vectors[:, kept] @ ((vectors[:, kept].T @ y) / values[kept])
    return features.T @ dual


def summary(features, y, test_features, y_test, w):
    residual, residual_test = features @ w - y, test_features @ w - y_test
    return residual @ residual / len(y), residual_test @ residual_test / len(y_test), (w @ w) ** 0.5


def sweep(solve, X, y, X_test, y_test, widths, seed):
    """The right sweep over widths with a solver of one's own."""
    rows = []
    for width in widths:
        features, test = random_features(X, width, seed), random_features(X_test, width, seed)
        rows.append(summary(features, y, test, y_test, solve(features, y)))
    return tuple(np.array(rows).T)


def beyond(f, part):
    """Part `part` of what f gives where many weights fit exactly, and what is right."""
    got = list(f(*eleven_rows(), wider_than_eleven, 3))
    right = sweep(shortest, *eleven_rows(), wider_than_eleven, 3)
    return [float(value) for value in got[part]] if part < len(got) else [], right[part]


def compared(values, rights, larger, smaller):
    if len(values) != len(wider_than_eleven):
        return f"there are {len(values)} values for {len(wider_than_eleven)} widths"
    for width, value, right in zip(wider_than_eleven, values, rights):
        if not abs(value - right) <= 1e-3 * right:
            return f"at width {width} {larger if not value < right else smaller}"
    return ""


@q.probe(gives="")
def exact_fit_beyond_n(f):
    """With more features than rows the training error is 0."""
    got, _ = beyond(f, 0)
    bad = [w for w, value in zip(wider_than_eleven, got) if not value < 1e-6]
    return f"at width {bad[0]} it is not" if bad else ""


@q.probe(gives="")
def shortest_of_all_exact_fits(f):
    """Of all weights that fit exactly, the shortest are wanted."""
    return compared(*beyond(f, 2), "yours are longer", "yours are shorter, so they do not fit")


@q.probe(gives="")
def test_error_of_the_shortest_fit(f):
    """The test error is that of the shortest weights, on the features of the test rows."""
    return compared(*beyond(f, 1), "yours is larger", "yours is smaller")


@q.probe(rtol=1e-3, atol=1e-6)
def rank_deficient_features(f):
    """With dead units and repeated rows, the shortest least-squares fit is still wanted."""
    X, y = saturating(6, 5, d=3)
    X, y = np.vstack([X, X[:3]]), np.append(y, y[:3] + 0.5)  # 9 rows, 6 different inputs
    result = f(X, y, *saturating(14, 6, d=3), [5, 9, 25], 0)
    return dict(zip(curve_names, result))


@q.probe(gives={"alone": True, "in another order": True})
def widths_do_not_touch_each_other(f):
    """What a width gives does not depend on the other widths, or on their order."""
    both, alone, turned = (f(*eleven_rows(), widths, 4) for widths in ([4, 9], [9], [9, 4]))
    return {
        "alone": bool(np.allclose(np.asarray(both)[:, 1:], np.asarray(alone), rtol=1e-3)),
        "in another order": bool(np.allclose(np.asarray(both)[:, ::-1], turned, rtol=1e-3)),
    }


@q.probe(rtol=1e-3, atol=1e-6)
def other_shapes(f):
    """Other data, another seed: 11 rows of 4 inputs, 29 test rows."""
    return dict(zip(curve_names, f(*eleven_rows(), [2, 6, 9], 6)))


@q.reference
def through_the_kernel(X, y, X_test, y_test, widths, seed):
    return sweep(shortest, X, y, X_test, y_test, widths, seed)


@q.mistake("""You inverted ΦᵀΦ. With more features than rows it has no inverse: np.linalg.inv
raises, or returns rounding errors blown up by 1e16. Use np.linalg.lstsq or pinv on Φ itself.""")
def inv_at_interpolation(X, y, X_test, y_test, widths, seed):
    def solve(features, y):
        return np.linalg.inv(features.T @ features) @ features.T @ y

    return sweep(solve, X, y, X_test, y_test, widths, seed)


@q.mistake("""You solved the normal equations ΦᵀΦ w = Φᵀy. With more features than rows they have
many solutions, and rounding errors pick one: it fits, but it is not the shortest. Use
np.linalg.lstsq or pinv on Φ itself.""")
def normal_equations_solved(X, y, X_test, y_test, widths, seed):
    def solve(features, y):
        return np.linalg.solve(features.T @ features, features.T @ y)

    return sweep(solve, X, y, X_test, y_test, widths, seed)


@q.mistake("""You inverted ΦΦᵀ beyond n. With repeated training rows it has no inverse either. Use
np.linalg.lstsq or pinv on Φ itself: they work at any rank.""")
def dual_inverse(X, y, X_test, y_test, widths, seed):
    def solve(features, y):
        if features.shape[1] > len(y):
            return features.T @ np.linalg.inv(features @ features.T) @ y
        return shortest(features, y)

    return sweep(solve, X, y, X_test, y_test, widths, seed)


@q.mistake("""You added a small penalty. It hides the peak that this question is about, and the fit
is no longer exact beyond n. Use np.linalg.lstsq, which needs no penalty.""")
def small_ridge_added(X, y, X_test, y_test, widths, seed):
    def solve(features, y):
        gram = features.T @ features
        return np.linalg.solve(gram + 1e-3 * np.eye(len(gram)), features.T @ y)

    return sweep(solve, X, y, X_test, y_test, widths, seed)


@q.mistake("""Your weights fit, but they are not the shortest: you used n of the features and left
the others at 0. Beyond n that throws away what makes the second descent. Use np.linalg.lstsq
or pinv on all of Φ.""")
def basic_solution(X, y, X_test, y_test, widths, seed):
    def solve(features, y):
        w = np.zeros(features.shape[1])
        n = min(features.shape)
        w[:n] = shortest(features[:, :n], y)
        return w

    return sweep(solve, X, y, X_test, y_test, widths, seed)


@q.mistake("""The test rows got features of another seed, so the weights meet units that they were
not fitted to. Use the same seed for X and X_test.""")
def test_features_redrawn(X, y, X_test, y_test, widths, seed):
    rows = []
    for width in widths:
        features, test = random_features(X, width, seed), random_features(X_test, width, seed + 1)
        rows.append(summary(features, y, test, y_test, shortest(features, y)))
    return np.array(rows).T


@q.mistake("""Each width got a seed of its own, so the curve mixes width with luck. Use `seed` for
all widths: then a wider map only adds columns.""")
def new_seed_for_each_width(X, y, X_test, y_test, widths, seed):
    columns = [
        sweep(shortest, X, y, X_test, y_test, [width], seed + i) for i, width in enumerate(widths)
    ]
    return np.concatenate(columns, axis=1)


@q.mistake("""You added an intercept, one more column than the width says. Use the features as they
are given.""")
def intercept_added(X, y, X_test, y_test, widths, seed):
    rows = []
    for width in widths:
        features, test = (
            np.column_stack([np.ones(len(part)), random_features(part, width, seed)])
            for part in (X, X_test)
        )
        rows.append(summary(features, y, test, y_test, shortest(features, y)))
    return np.array(rows).T


@q.mistake("""You took roots. The errors are mean squared errors: no root.""")
def root_mean_squared(X, y, X_test, y_test, widths, seed):
    train, test, norm = sweep(shortest, X, y, X_test, y_test, widths, seed)
    return np.sqrt(train), np.sqrt(test), norm


@q.mistake("""You returned the squared length of the weights. `norm` is the length itself, the root
of the sum of squares.""")
def norm_squared(X, y, X_test, y_test, widths, seed):
    train, test, norm = sweep(shortest, X, y, X_test, y_test, widths, seed)
    return train, test, norm**2


@q.mistake("""Training and test error are swapped in what you return. The order is train_mse,
test_mse, norm.""")
def errors_swapped(X, y, X_test, y_test, widths, seed):
    train, test, norm = sweep(shortest, X, y, X_test, y_test, widths, seed)
    return test, train, norm


@q.mistake("""You returned one row a width. Return three sequences: all training errors, all test
errors, all norms. Transpose your rows.""")
def one_row_a_width(X, y, X_test, y_test, widths, seed):
    return np.array(sweep(shortest, X, y, X_test, y_test, widths, seed)).T


@q.variant
def pseudo_inverse(X, y, X_test, y_test, widths, seed):
    train, test, norm = [], [], []
    for width in widths:
        features = random_features(X, width, seed)
        w = np.linalg.pinv(features) @ y
        train.append(((y - features @ w) ** 2).mean())
        test.append(((y_test - random_features(X_test, width, seed) @ w) ** 2).mean())
        norm.append(sum(w**2) ** 0.5)
    return train, test, norm


@q.variant
def singular_values_by_hand(X, y, X_test, y_test, widths, seed):
    def solve(features, y):
        U, d, Vt = np.linalg.svd(features, full_matrices=False)
        kept = d > 1e-12 * d[0]
        return Vt[kept].T @ ((U[:, kept].T @ y) / d[kept])

    return np.array(sweep(solve, X, y, X_test, y_test, widths, seed))


@q.variant
def in_torch(X, y, X_test, y_test, widths, seed):
    import torch

    y, y_test, results = torch.from_numpy(y), torch.from_numpy(y_test), []
    wide = torch.from_numpy(random_features(X, max(widths), seed))  # narrower: its first columns
    wide_test = torch.from_numpy(random_features(X_test, max(widths), seed))
    for width in widths:
        w = torch.linalg.lstsq(wide[:, :width], y[:, None], driver="gelsd").solution
        train = (wide[:, :width] @ w - y[:, None]).square().mean()
        test = (wide_test[:, :width] @ w - y_test[:, None]).square().mean()
        results.append(torch.stack([train, test, w.norm()]))
    return torch.stack(results, dim=1)


@q.variant
def through_scipy(X, y, X_test, y_test, widths, seed):
    from scipy import linalg

    def solve(features, y):
        return linalg.lstsq(features, y, lapack_driver="gelsy")[0]

    return [list(part) for part in sweep(solve, X, y, X_test, y_test, widths, seed)]


q.hints(
    """Beyond width = n there are many weights with training error 0. Which of them does your solver
return, and does it still work where ΦᵀΦ has no inverse?""",
    """Φ = [[1, 1]], y = [2]: one row, two features. w = (2, 0), (0, 2) and (1, 1) all fit. Only
(1, 1) is the shortest, with norm 1.414; np.linalg.inv(Φ.T @ Φ) raises.""",
    """w = np.linalg.lstsq(features, y, rcond=None)[0] gives the shortest weights at any rank. Same
seed for X and X_test, np.mean of squares, np.linalg.norm(w).""",
)
q.why("""Up to width = n there is one least-squares fit, and at n it passes through all noisy labels
with no freedom left: some singular value of Φ is tiny, the weights must be huge, and so is the test
error. Beyond n there are many exact fits, and the shortest one gets shorter with every feature
(with nested features: what fitted before still fits). Long weights are what hurts, not their
number.

So the solver *is* the result here. `lstsq` and `pinv` work on Φ and cut singular values that are
rounding errors. `inv(Φ.T @ Φ)` squares the condition number, and beyond n inverts a matrix that
has no inverse: the second descent turns into noise, without a warning in most runs. A small penalty
is good practice in the field, and hides the effect here.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 8. Say it in 90 seconds (4 points, graded by hand)
#
# An interviewer asks: **"Training error is high and validation error is just above it. Your team
# lead wants to label twice as much data. And a colleague says that our big network must be
# overfitting, because it has more parameters than examples. What do you tell them?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Use what you measured in
# this assignment: name at least two of your own numbers and what they show. Read it aloud with a
# clock before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or wrong on both points (more data cures bias; more parameters than examples
#   always means overfitting).
# - **1**: one of the two points is right, but as a slogan ("high bias, get a bigger model") with
#   no cause and no number.
# - **2**: both points are right. High training error is bias, which stays with infinitely many
#   rows, so labelling will not help; capacity, features or less regularisation will. Parameter
#   counts alone do not show overfitting. No numbers, or numbers that do not bear on the claim.
# - **3**: as 2, and argued from what was measured: for instance, a straight line keeps bias² 0.20
#   against variance 0.03, so more rows can only remove the 0.03; ridge at λ = 1 spends 1.4 of 2
#   degrees of freedom; the test error is 29 at width 20 and 0.39 at width 400 on the same 20 rows.
#   Says what limits the claim: the training loss is compared with the target or noise floor, and
#   without train-only terms.
# - **4**: as 3, and names a mechanism and a test that could prove it wrong: the norm of the weights
#   (or effective degrees of freedom), not their number, sets the variance, and the peak is where
#   width meets n; and a cheap experiment that decides, such as a learning curve on half the rows
#   before anybody labels more, or a validation error against width or weight decay. Fits in 90
#   seconds (at most about 220 words) and answers the two people, not the textbook.
#
# A level-4 answer: "Before we label anything, look at the training error. It is far above what
# people reach, and validation sits right on top of it. That is bias: it would stay with infinitely
# many rows. In my simulation a straight line on a sine had bias² of 0.20 and variance of 0.03, so
# all the data in the world could remove only the 0.03. The cheap check: train on half our rows. If
# the validation curve is already flat, labelling buys nothing; a richer model or better features
# will. I would first make sure that the training loss has no penalty or dropout in it, else it
# looks worse than it is. About the network: counting parameters does not tell. I fitted 20 rows
# with random features. The test error peaked at 29 where the width met the 20 rows, and fell to
# 0.39 with 400 features, below anything on the left of the peak. What had changed was the length of
# the weights: 17 at the peak, 0.3 at 400. So I would plot validation error against width or weight
# decay. If it rises as we grow, my colleague is right."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
