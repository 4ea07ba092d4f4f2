# %% [markdown]
# # {{title}}
#
# {{minutes}} minutes. You will be able to:
#
# {{objectives}}
#
# {{how_it_works}}

# %% nbgrader={"grade_id": "imports", "locked": true}
import math
from decimal import Decimal

import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. Average likelihoods
#
# Write `log_mean_exp(x)`: the logarithm of the mean of $e^{x_i}$.
#
# - `x`: float64 array of shape (n,), n ≥ 1, natural logarithms. Entries may be $-\infty$, which is
#   the logarithm of zero; none is $+\infty$ or NaN.
# - Returns a float. Where all entries are $-\infty$ it is $-\infty$.
# - It must be right to six digits for entries anywhere between −10⁵ and 10⁵, and must not warn.
#
# Example: the mean of 0.2, 0.4 and 0.9 is 0.5, so `log_mean_exp(np.log([0.2, 0.4, 0.9]))` is
# $\log 0.5 \approx -0.6931$.


# %% nbgrader={"grade_id": "log_mean_exp", "solution": true}
def log_mean_exp(x):
    """The logarithm of the mean of exp(x), for x of any size.

    Args:
        x: float64 array (n,). Natural logarithms; -inf is allowed.

    Returns:
        float. -inf where all entries are.
    """
    ### BEGIN SOLUTION
    shift = np.max(x)
    if not np.isfinite(shift):
        return float(shift)
    return float(shift + np.log(np.mean(np.exp(x - shift))))
    ### END SOLUTION


# %% [markdown]
# Try it here before you run the tests.

# %%
x = np.array([-801.0, -804.0, -810.0])

# %% nbgrader={"grade_id": "log_mean_exp_is_right_for_any_size", "grade": true}
"""The result is right however large or small the likelihoods are."""
q = Question(log_mean_exp, points=3)
q.case(np.log([0.2, 0.4, 0.9]), gives=math.log(0.5), claim="the mean of three probabilities")
q.case(np.array([-1000.0, -1000.0]), gives=-1000.0, claim="exp(-1000) is 0 as a float")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(np.array([900.0, 897.0, 905.0, 880.0]), claim="exp(900) is inf as a float")
q.case(np.array([-801.0, -np.inf, -804.0]), claim="one likelihood is zero")
q.case(np.array([-np.inf, -np.inf]), gives=-np.inf, claim="all likelihoods are zero")


@q.probe(gives=[7.0, -31.0])
def adding_a_constant_adds_it_to_the_result(f):
    """Adding a constant to all entries adds it to the result."""
    x = np.array([0.5, -2.0, 1.25])
    return [f(x + c) - f(x) for c in (7.0, -31.0)]


@q.reference
def with_decimals(x):
    total = sum(Decimal(float(v)).exp() for v in x)
    return float((total / len(x)).ln())


@q.mistake(
    "exp rounds to 0 below about -745 and to inf above about 709. Subtract the maximum before you "
    "take it, and add it back to the logarithm."
)
def exp_before_shifting(x):
    with np.errstate(all="ignore"):
        return float(np.log(np.mean(np.exp(x))))


@q.mistake(
    "This is the mean of the logarithms, which Jensen's inequality puts below the logarithm of the "
    "mean. Average the exponentials."
)
def mean_of_the_logarithms(x):
    return float(np.mean(x))


@q.mistake("This is the log-sum-exp: the sum was not divided by n. Subtract log(n).")
def sum_not_mean(x):
    return float(np.logaddexp.reduce(x))


@q.variant
def pair_by_pair(x):
    return float(np.logaddexp.reduce(x) - np.log(len(x)))


@q.variant
def one_pass(x):
    top, total = -math.inf, 0.0
    for v in x:
        if v > top:
            total, top = total * math.exp(top - v) + 1.0, float(v)
        elif v > -math.inf:
            total += math.exp(v - top)
    return top + math.log(total / len(x)) if total else -math.inf


q.hints(
    "Adding a constant to all entries must add the same constant to the result.",
    "Try two equal entries of -1000: their mean is one of them.",
    "Take the maximum out of the exponentials first; keep it finite.",
)
q.why(
    "`np.log(np.mean(np.exp(x)))` is the same formula, but its exponentials leave the range of a "
    "float. Shifting by the maximum changes nothing on paper and makes the largest term 1. The "
    "mean of `x` is no repair: it is another, smaller number."
)
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Perplexity
#
# Write `perplexity(log_p)`: the exponential of the mean negative log-probability that a language
# model gave the tokens of a text.
#
# - `log_p`: float64 array of shape (n,), n ≥ 1, natural logarithms of the probabilities, finite.
# - Returns a float, at least 1.
#
# Example: two tokens with probabilities 1/2 and 1/8 have perplexity
# $\sqrt{2 \cdot 8} = 4$.


# %% nbgrader={"grade_id": "perplexity", "solution": true}
def perplexity(log_p):
    """The geometric mean of the tokens' inverse probabilities.

    Args:
        log_p: float64 array (n,). Natural logarithms of probabilities.

    Returns:
        float, at least 1.
    """
    ### BEGIN SOLUTION
    return float(np.exp(-np.mean(log_p)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "perplexity_is_a_geometric_mean", "grade": true}
"""Perplexity is the geometric mean of the inverse probabilities."""
q = Question(perplexity, points=2)
q.case(np.log([0.5, 0.125]), gives=4.0, claim="the geometric mean of 2 and 8")
q.case(np.log([0.05, 0.05, 0.05]), gives=20.0, claim="a choice among 20 equal tokens")
### BEGIN HIDDEN TESTS
q.hidden()
q.case(np.array([-0.1, -2.3, -7.0, -0.7, -1.9]))
q.case(np.full(5000, -3.0), claim="a long text")


@q.reference
def by_the_definition(log_p):
    return float((-sum(map(Decimal, map(float, log_p))) / len(log_p)).exp())


@q.mistake(
    "This averages probabilities, then inverts. Perplexity averages their logarithms: a geometric "
    "mean, which a single rare token raises."
)
def inverse_of_the_mean_probability(log_p):
    return float(1 / np.mean(np.exp(log_p)))


@q.mistake("The logarithms are natural, the power has base 2. Use exp.")
def power_of_two(log_p):
    return float(2 ** -np.mean(log_p))


@q.variant
def product_of_roots(log_p):
    return float(np.prod(np.exp(-np.asarray(log_p) / len(log_p))))


@q.variant
def with_math_fsum(log_p):
    return math.exp(-math.fsum(log_p) / len(log_p))


q.hints(
    "Equal probabilities p must give 1/p.",
    "Try probabilities 1/2 and 1/8: the answer is 4, not 3.2.",
    "Average the logarithms, change the sign, then take exp.",
)
q.why(
    "The logarithms are averaged, not the probabilities, since the probability of a text is a "
    "product. The base of the power must be that of the logarithms."
)
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. In your own words
#
# Two models have the same mean probability for each token, and different perplexities. In at most
# five sentences: how can that be, and which would you ship?

# %% [markdown] nbgrader={"grade_id": "in_words", "grade": true, "solution": true, "points": 2}
# Perplexity averages logarithms, so one token with a tiny probability costs more than many good
# ones earn. The model with the higher perplexity is sure of itself and sometimes very wrong. I
# would ship the other one, unless those tokens do not matter to the product.

# %% [markdown]
# ## Before you go on
#
# Restart the kernel and run all cells. Then check your work, and read the worked solutions.
