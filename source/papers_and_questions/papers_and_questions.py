# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one critique; with the worksheet beside it about {{minutes}} minutes.
# Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **All papers, people and numbers here are invented.** No argument may be changed in place. The
# worksheet beside this notebook has the brief, and linters for your own notes and questions.

# %% nbgrader={"grade_id": "imports", "locked": true}
import functools
import hashlib
import itertools
import math

import numpy as np
from scipy import special

from mlprep.check import Question
from mlprep.reading import paper

FLAWS = ("summary", "abstract", "limits", "no_next", "cites", "none")  # of notes, question 6
LABELS = ("topic", "cannot_fail", "known", "baseline", "compute", "none")  # question 7


def the_item(what, number, label, claim):
    """A probe: what this item was called."""

    def called(f):
        given = f().get(number)
        return "" if given == label else f"you called {what} {number} {given!r}"

    called.__name__, called.__doc__ = f"{what}_{number}", claim
    return called


def each_item_has_one(what, count, labels):
    """A probe: every item has a label, and one that there is."""

    def named(f):
        """Every item has one of the labels."""
        answer = f()
        if not isinstance(answer, dict) or sorted(answer) != list(range(1, count + 1)):
            return f"a dict with the keys 1 to {count} is wanted"
        strange = [n for n in sorted(answer) if answer[n] not in labels]
        return f"{what} {strange[0]} has {answer[strange[0]]!r}" if strange else ""

    return named


# %% [markdown]
# ## 1. What a table can say of a gain (4 points, 20 minutes)
#
# A table prints two methods as `mean ± x`, each over **the same** $n$ seeds, and no scores by seed.
# The paired interval needs the standard deviation $s_d$ of the differences, and that depends on the
# correlation of the two columns, which is not printed. From the two standard deviations one knows
# only $|s_a-s_b|\le s_d\le s_a+s_b$.
#
# `gain_from_table(a, b, n, kind)`: `a` and `b` are pairs (mean, x), $n\ge2$, and `kind` says what x
# is: `"sd"` (dividing by $n-1$), `"sem"` (sd$/\sqrt n$) or `"ci95"` (half of the method's own 95 %
# interval, $t_{n-1}\,$sd$/\sqrt n$). $t_{n-1}$ is the 97.5 % quantile of Student's t,
# `special.stdtrit(n - 1, 0.975)`. Return a dict:
#
# - `"delta"`: mean of b less mean of a,
# - `"narrow"`, `"wide"`: the smallest and the largest half width $t_{n-1}\,s_d/\sqrt n$ that the
#   paired interval of the difference can have,
# - `"verdict"`: `"gain"` if even the widest interval lies above 0, `"loss"` if even the widest lies
#   below 0, `"open"` if even the narrowest holds 0 (a bound at 0 counts as holding it), else
#   `"ask"`: ask for the scores by seed.
#
# **Example.** (80.0, 0.3) and (81.0, 0.4), sd, n = 5: t = 2.776, so the half width is between
# 2.776 · 0.1/√5 = 0.124 and 2.776 · 0.7/√5 = 0.869. The gain of 1.0 is above both: `"gain"`.


# %% nbgrader={"grade_id": "gain_from_table", "solution": true}
def gain_from_table(a, b, n, kind):
    """What two cells "mean ± x" say of the paired difference b - a.

    Args:
        a, b: pairs of floats (mean, x).
        n: int ≥ 2. Seeds, the same for both.
        kind: "sd", "sem" or "ci95". What x is.

    Returns:
        dict with "delta", "narrow", "wide" (floats) and "verdict" (str).
    """
    ### BEGIN SOLUTION
    t = special.stdtrit(n - 1, 0.975)
    to_sem = {"sd": 1 / math.sqrt(n), "sem": 1.0, "ci95": 1 / t}[kind]
    sem_a, sem_b = a[1] * to_sem, b[1] * to_sem
    delta = b[0] - a[0]
    narrow, wide = t * abs(sem_a - sem_b), t * (sem_a + sem_b)
    if delta > wide:
        verdict = "gain"
    elif delta < -wide:
        verdict = "loss"
    else:
        verdict = "open" if abs(delta) <= narrow else "ask"
    return {"delta": delta, "narrow": narrow, "wide": wide, "verdict": verdict}
    ### END SOLUTION


# %% nbgrader={"grade_id": "gain_from_table_bounds_the_interval", "grade": true}
"""Two cells bound the interval of the difference; they do not give it."""
q = Question(gain_from_table, points=4)
q.case(
    (80.0, 0.3),
    (81.0, 0.4),
    5,
    "sd",
    gives={"delta": 1.0, "narrow": 0.12416640, "wide": 0.86916480, "verdict": "gain"},
    rtol=1e-5,
    claim="a standard deviation becomes a standard error by √n, and n = 5 has t = 2.776",
)
q.case(
    (81.2, 0.5),
    (81.7, 0.4),
    3,
    "sem",
    gives={"delta": 0.5, "narrow": 0.43026527, "wide": 3.87238746, "verdict": "ask"},
    rtol=1e-5,
    claim="a standard error is not divided by √n again; between the two bounds one must ask",
)
q.case(
    (70.0, 2.0),
    (70.3, 0.5),
    7,
    "ci95",
    gives={"delta": 0.3, "narrow": 1.5, "wide": 2.5, "verdict": "open"},
    claim="half widths of 95 % intervals are used as they are: they have their t already",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case((64.0, 0.2), (61.5, 0.3), 11, "sd", claim="a loss beyond the widest interval is a loss")
q.case(
    (50.0, 0.9),
    (50.8, 0.9),
    4,
    "ci95",
    claim="equal spreads: the narrowest interval has no width, since both may move as one",
)
q.case((90.0, 1.3), (91.9, 0.4), 6, "sem", claim="bars that do not overlap decide nothing either")
q.case(
    (33.0, 0.8),
    (33.7, 0.7),
    10,
    "sd",
    claim="bars that overlap decide nothing: the pairs may agree closely",
)
q.case(
    (40.0, 2.6),
    (41.05, 0.9),
    9,
    "sd",
    claim="where even the narrowest interval holds 0, no scores by seed can help",
)
q.case(
    (75.0, 0.6),
    (75.62, 0.5),
    8,
    "sd",
    claim="the worst case is luck in opposite directions: s_a + s_b, beyond independence",
)
q.case((12.0, 1.0), (12.0, 1.0), 5, "sd", claim="no difference at all is open, not to be asked")


def table_gain(a, b, n, kind, t=None, sems=None, spread=None, judge=None):
    """The right answer by building score vectors; each argument breaks one rule."""
    t = special.stdtrit(n - 1, 0.975) if t is None else t
    if sems is None:
        own_t = special.stdtrit(n - 1, 0.975)
        factor = {"sd": n**-0.5, "sem": 1.0, "ci95": 1 / own_t}[kind]
        sems = a[1] * factor, b[1] * factor
    if spread is None:
        v = np.arange(n) - (n - 1) / 2
        v = v / v.std(ddof=1)  # mean 0, sd 1
        root = n**0.5
        spread = [(sems[1] * root * sign * v - sems[0] * root * v).std(ddof=1) / root
                  for sign in (1, -1)]  # fmt: skip
    delta = b[0] - a[0]
    narrow, wide = (t * s for s in spread)
    if judge is None:
        verdict = "gain" if delta > wide else "loss" if delta < -wide else "ask"
        verdict = "open" if abs(delta) <= narrow + 1e-12 else verdict
    else:
        verdict = judge(delta, narrow, wide)
    return {"delta": delta, "narrow": narrow, "wide": wide, "verdict": verdict}


def errors_of(a, b, n, kind):
    t = special.stdtrit(n - 1, 0.975)
    factor = {"sd": n**-0.5, "sem": 1.0, "ci95": 1 / t}[kind]
    return a[1] * factor, b[1] * factor


@q.reference
def by_two_columns_of_scores(a, b, n, kind):
    return table_gain(a, b, n, kind)


@q.mistake("""You took a standard deviation for a standard error: it was not divided by √n. Then
more seeds would not help at all. Read the caption for what ± is; if it does not say, that is the
first question.""")
def sd_called_sem(a, b, n, kind):
    sems = (a[1], b[1]) if kind == "sd" else None
    return table_gain(a, b, n, kind, sems=sems)


@q.mistake("""You divided a standard error by √n once more. ± s.e.m. is the error of the mean
already; only a standard deviation is divided.""")
def sem_divided_again(a, b, n, kind):
    sems = (a[1] / n**0.5, b[1] / n**0.5) if kind == "sem" else None
    return table_gain(a, b, n, kind, sems=sems)


@q.mistake("""You used the half width of a 95 % interval as a standard error, and multiplied by t
again: your interval is t times too wide.""")
def ci_called_sem(a, b, n, kind):
    sems = (a[1], b[1]) if kind == "ci95" else None
    return table_gain(a, b, n, kind, sems=sems)


@q.mistake("""You used 1.96. With n seeds the factor is Student's t with n - 1 degrees of freedom:
4.30 for three seeds, 2.78 for five.""")
def normal_for_few_seeds(a, b, n, kind):
    sems = (a[1] / 1.96, b[1] / 1.96) if kind == "ci95" else None
    return table_gain(a, b, n, kind, t=1.96, sems=sems)


@q.mistake("""You used n degrees of freedom. One is spent on the mean: n - 1.""")
def n_degrees_of_freedom(a, b, n, kind):
    t = special.stdtrit(n, 0.975)
    sems = (a[1] / t, b[1] / t) if kind == "ci95" else None
    return table_gain(a, b, n, kind, t=t, sems=sems)


@q.mistake("""You added variances, as if the columns were independent, and gave one width. They
share their seeds, so that the width lies anywhere between |s_a − s_b| and s_a + s_b: the table does
not say where.""")
def independent_columns(a, b, n, kind):
    sems = errors_of(a, b, n, kind)
    return table_gain(a, b, n, kind, spread=[math.hypot(*sems)] * 2)


@q.mistake("""You ran a two-sample t test, with 2n − 2 degrees of freedom. The columns share their
seeds: they are n pairs, with n − 1 degrees of freedom and a correlation that is not printed.""")
def two_sample_test(a, b, n, kind):
    half = special.stdtrit(2 * n - 2, 0.975) * math.hypot(*errors_of(a, b, n, kind))
    delta = b[0] - a[0]
    verdict = "gain" if delta > half else "loss" if delta < -half else "open"
    return {"delta": delta, "narrow": half, "wide": half, "verdict": verdict}


@q.mistake("""Your widest interval is the one for independent columns. Seeds can also help one
method and harm the other (a small learning rate for both, say): the worst case is s_a + s_b.""")
def independence_is_the_worst_case(a, b, n, kind):
    sems = errors_of(a, b, n, kind)
    return table_gain(a, b, n, kind, spread=[abs(sems[0] - sems[1]), math.hypot(*sems)])


@q.mistake("""You judged by whether the two bars overlap. Bars show each method's own luck; a pair
shares much of it. Judge by the interval of the difference, the narrowest and the widest.""")
def bars_overlap(a, b, n, kind):
    def judge(delta, narrow, wide):
        if abs(delta) <= a[1] + b[1]:
            return "open"
        return "gain" if delta > 0 else "loss"

    return table_gain(a, b, n, kind, judge=judge)


@q.mistake("""Where the table can't decide you wrote "open". It is open only if even the narrowest
interval holds 0; else the scores by seed would tell, and the authors have them: "ask".""")
def undecided_called_open(a, b, n, kind):
    def judge(delta, narrow, wide):
        return "gain" if delta > wide else "loss" if delta < -wide else "open"

    return table_gain(a, b, n, kind, judge=judge)


@q.mistake("""You called it a gain as soon as the narrowest interval leaves 0 out. That is the best
case, in which all luck is shared. A claim must survive the worst.""")
def best_case_is_enough(a, b, n, kind):
    def judge(delta, narrow, wide):
        return "open" if abs(delta) <= narrow else "gain" if delta > 0 else "loss"

    return table_gain(a, b, n, kind, judge=judge)


@q.mistake("""Your difference is a less b. The gain is b less a: its sign decides between "gain" and
"loss".""")
def a_less_b(a, b, n, kind):
    return table_gain(b, a, n, kind)


@q.variant
def over_correlations(a, b, n, kind):
    sa, sb = errors_of(a, b, n, kind)
    rho = np.array([1.0, -1.0])
    half = special.stdtrit(n - 1, 0.975) * np.sqrt(np.maximum(sa**2 + sb**2 - 2 * rho * sa * sb, 0))
    delta = b[0] - a[0]
    inside = np.abs(delta) <= half + 1e-9
    verdict = "open" if inside[0] else "ask" if inside[1] else "gain" if delta > 0 else "loss"
    return {"verdict": verdict, "delta": delta, "narrow": half[0], "wide": half[1]}


@q.variant
def through_intervals(a, b, n, kind):
    t = -special.stdtrit(n - 1, 0.025)
    h = [x if kind == "ci95" else t * x / (n**0.5 if kind == "sd" else 1) for _, x in (a, b)]
    low, high, delta = abs(h[1] - h[0]), sum(h), b[0] - a[0]
    if delta - high > 0 or delta + high < 0:
        return {"delta": delta, "narrow": low, "wide": high,
                "verdict": "gain" if delta > 0 else "loss"}  # fmt: skip
    verdict = "open" if delta - low <= 0 <= delta + low else "ask"
    return {"delta": delta, "narrow": low, "wide": high, "verdict": verdict}


q.hints(
    "What is ± here, what is t for this n, and what do the two columns share?",
    "(0, 1) and (2, 1), sd, n = 2: t = 12.7, narrow 0, wide 12.7 · 2/√2 = 18.0: ask.",
    "Make both x standard errors first; narrow = t·|e_a − e_b|, wide = t·(e_a + e_b).",
)
q.why("""A table of means and spreads throws away the one thing that decides: which scores belong
together. Meta-analysts have met this for decades (the sd of a change does not follow from the sds
before and after), and vary the correlation to see whether their conclusion moves. You do the same:
if the verdict is the same at both ends, the missing number does not matter. If it is "ask", you
have found the most useful question to the authors: ten numbers that they have on disk.

"The bars overlap" is not an argument in either direction, and a caption that does not say what ±
is makes a factor of √n (or t) of difference.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Of what is it that many per cent? (4 points, 20 minutes)
#
# An abstract says "improves accuracy by 10.0 %" and names no base. The table has accuracies in per
# cent: `new` for the new method, `rows` (a dict, name → accuracy) for the others. Three readings of
# a change from `base` to `new`:
#
# | reading | is |
# |---|---|
# | `"points"` | new − base |
# | `"relative"` | 100 (new − base)/base |
# | `"error"` | 100 (new − base)/(100 − base): the share of the error that went away |
#
# All printed numbers, `percent` too, are rounded to one decimal: the true value lies within ±0.05.
# A reading is **possible** if some true values of `new`, `base` and `percent` make it hold exactly.
#
# `bases_of(percent, new, rows)` returns the list of all possible pairs (name, reading), in the
# order of `rows` and, for each row, of the table above. Every base is between 1 and 99, and lower
# than `new` by 0.2 or more.
#
# **Example.** `bases_of(10.0, 91.0, {"kNN": 80.0, "CNN": 90.0})` is `[("CNN", "error")]`: the error
# falls from 10.0 to 9.0. In points CNN gives 1.0; kNN gives 11.0, 13.8 and 55.0.


# %% nbgrader={"grade_id": "bases_of", "solution": true}
def bases_of(percent, new, rows):
    """Which comparisons could be meant by "improves by `percent` %".

    Args:
        percent: float, as printed in the abstract.
        new: float. Accuracy of the new method in per cent, as printed.
        rows: dict from a method's name to its accuracy in per cent, as printed.

    Returns:
        list of pairs (name, reading).
    """
    ### BEGIN SOLUTION
    readings = {
        "points": lambda new, base: new - base,
        "relative": lambda new, base: 100 * (new - base) / base,
        "error": lambda new, base: 100 * (new - base) / (100 - base),
    }
    found = []
    for name, base in rows.items():
        for reading, value in readings.items():  # each rises with new and falls with base
            low = value(new - 0.05, base + 0.05)
            high = value(new + 0.05, base - 0.05)
            if low <= percent + 0.05 and high >= percent - 0.05:
                found.append((name, reading))
    return found
    ### END SOLUTION


# %% nbgrader={"grade_id": "bases_of_finds_what_was_meant", "grade": true}
"""A relative figure without its base has several readings, and some are possible."""
q = Question(bases_of, points=4)
q.case(
    10.0,
    91.0,
    {"kNN": 80.0, "CNN": 90.0},
    gives=[("CNN", "error")],
    claim="a share of the error is measured against the base's error",
)
q.case(
    5.8,
    91.0,
    {"SVM": 86.0, "CNN": 90.0, "kNN": 85.2},
    gives=[("SVM", "relative"), ("kNN", "points")],
    claim="every row counts, the weakest too, and a pair may be possible in points as well",
)
q.case(
    11.1,
    99.2,
    {"A": 99.0, "B": 89.3},
    gives=[("A", "error"), ("B", "relative")],
    claim="of an error of 1.0 ± 0.05 and a gain of 0.2 ± 0.1 nearly any per cent can be made",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    33.3,
    98.4,
    {"big": 97.6, "small": 73.8, "old": 65.1},
    claim="rounded inputs: 0.8 of 2.4 is anything between 29 and 38 %",
)
q.case(7.5, 78.9, {"plain": 71.4, "LS": 72.0}, claim="points are a reading too")
q.case(2.0, 61.2, {"x": 60.0, "y": 59.1, "z": 60.4}, claim="relative to the base, not to the new")
q.case(2.2, 61.2, {"x": 60.0}, claim="the abstract's number is rounded as well")
q.case(
    50.0,
    60.0,
    {"p": 20.0, "q": 40.0, "r": 10.0},
    claim="a half of the error, or half as much again",
)
q.case(1.0, 2.6, {"tiny": 1.6, "less": 2.3}, claim="near zero, points and share of error agree")
q.case(
    40.0, 55.0, {"u": 30.0, "v": 50.0}, gives=[], claim="it may fit nothing in the table: then ask"
)
q.case(
    2.3,
    87.9,
    {"weak": 79.4, "strong": 86.0, "mid": 85.9, "alt": 85.6},
    claim="rows that differ by a digit may both be meant",
)


def corners(percent, new, rows, *, shift=0.05, own=0.05, values=None, only=None):
    """All readings at all corners of the rounding box; each argument breaks one rule."""
    values = values or {
        "points": lambda n, b: n - b,
        "relative": lambda n, b: 100 * n / b - 100,
        "error": lambda n, b: 100 - 100 * (100 - n) / (100 - b),
    }
    signs = (-shift, shift)
    found = []
    for name in rows:
        for reading in values:
            got = [values[reading](new + i, rows[name] + j) for i in signs for j in signs]
            if min(got) <= percent + own + 1e-12 and max(got) >= percent - own - 1e-12:
                found.append((name, reading))
    return [pair for pair in found if only is None or only(*pair)]


@q.reference
def at_the_corners(percent, new, rows):
    return corners(percent, new, rows)


@q.mistake("""You computed with the printed numbers as if they were exact. 0.8 points of 2.4 may be
0.7 of 2.5 or 0.9 of 2.3: near the top of a scale a tenth of a point is several per cent of the
error.""")
def digits_taken_as_exact(percent, new, rows):
    return corners(percent, new, rows, shift=0.0)


@q.mistake("""You let the table's numbers vary and took the abstract's as exact. "10.0 %" is rounded
too: anything from 9.95 to 10.05.""")
def claim_taken_as_exact(percent, new, rows):
    return corners(percent, new, rows, own=0.0)


@q.mistake("""You looked at the strongest row only. That is the comparison which *should* be meant.
Abstracts quote the weakest often enough, and finding that out is the purpose.""")
def strongest_row_only(percent, new, rows):
    best = max(rows, key=rows.get)
    return corners(percent, new, rows, only=lambda name, _: name == best)


@q.mistake("""You divided by the new accuracy. A relative change is measured against where it
started: the base.""")
def relative_to_the_new(percent, new, rows):
    values = {
        "points": lambda n, b: n - b,
        "relative": lambda n, b: 100 * (n - b) / n,
        "error": lambda n, b: 100 * (n - b) / (100 - b),
    }
    return corners(percent, new, rows, values=values)


@q.mistake("""You divided by the error that is left. The share of the error that went away is of the
error that there was: 100 − base.""")
def share_of_the_error_left(percent, new, rows):
    values = {
        "points": lambda n, b: n - b,
        "relative": lambda n, b: 100 * (n - b) / b,
        "error": lambda n, b: 100 * (n - b) / (100 - n),
    }
    return corners(percent, new, rows, values=values)


@q.mistake("""You stopped at the first reading that fits. If two fit, you do not know which was
meant, and that is the finding.""")
def first_that_fits(percent, new, rows):
    return corners(percent, new, rows)[:1]


@q.mistake("""You left the difference in points out. "By 2 %" for two points is wrong usage, and it
is the commonest of the three.""")
def points_left_out(percent, new, rows):
    return corners(percent, new, rows, only=lambda _, reading: reading != "points")


@q.mistake("""You left the share of the error out. Near 100 % it is the largest of the three, so it
is what abstracts like to quote.""")
def error_left_out(percent, new, rows):
    return corners(percent, new, rows, only=lambda _, reading: reading != "error")


@q.variant
def with_arrays(percent, new, rows):
    n, pairs = new + np.array([-0.05, 0.05]), []
    for name, base in rows.items():
        b = base + np.array([0.05, -0.05])
        for reading, scale in (("points", 100.0), ("relative", b), ("error", 100 - b)):
            low, high = 100 * (n - b) / scale
            if not (low > percent + 0.05 or high < percent - 0.05):
                pairs.append([name, reading])
    return pairs


@q.variant
def by_looking_for_a_base(percent, new, rows):
    found = []
    for name, base in rows.items():
        gap = (new - base - 0.1, new - base + 0.1)
        ends = {
            "points": gap,
            "relative": (gap[0] / (base + 0.05) * 100, gap[1] / (base - 0.05) * 100),
            "error": (gap[0] / (99.95 - base) * 100, gap[1] / (100.05 - base) * 100),
        }
        found += [(name, r) for r, (lo, hi) in ends.items() if lo - 0.05 <= percent <= hi + 0.05]
    return tuple(found)


q.hints(
    "Which numbers are rounded, and against what is each reading measured?",
    "new 99.0, base 98.0, 50.0 %: the error went from 2.0 to 1.0. Rounded: 46 to 54 %.",
    "For each row and reading: low at new − 0.05, base + 0.05; high at new + 0.05, base − 0.05.",
)
q.why("""Each reading rises with `new` and falls with `base`, so two corners of the rounding box are
enough. What the exercise shows: the nearer to 100 %, the less a printed digit supports a share of
the error. A base of 99.0 and a new score of 99.2 are "20 % less error", or 10, or 29.

So write all three when you quote: *from 97.6 to 98.4, 0.8 points, a third of the error*. And when
you read, ask which row. A gain over the weakest baseline, as a share of the error, is two choices
made for you.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. A value off a figure (3 points, 15 minutes)
#
# A figure has two ticks whose values you know, and a point whose place you measured in pixels.
# `read_figure(pixel, ticks, scale)`: `ticks` is a pair of (pixel, value), `scale` is `"linear"` or
# `"log"` (a straight line from pixel to the logarithm of the value). Pixels may run either way: in
# an image, rows are counted from the top. Return (value, low, high): the value at `pixel`, and the
# smallest and largest value if your pixel is off by up to 2 in either direction; low < high. The
# ticks are exact. A point may lie outside of the two ticks.
#
# **Example.** Ticks at pixel 400 (value 1) and 100 (value 1000), log, pixel 200: two thirds of the
# way up in decades, so 100.0, between 100 · 10^(−0.02) = 95.5 and 104.7.


# %% nbgrader={"grade_id": "read_figure", "solution": true}
def read_figure(pixel, ticks, scale):
    """A value off an axis, with what two pixels more or less would make of it.

    Args:
        pixel: float.
        ticks: ((pixel, value), (pixel, value)), two different pixels and values.
        scale: "linear" or "log".

    Returns:
        (value, low, high), floats.
    """
    ### BEGIN SOLUTION
    (p0, v0), (p1, v1) = ticks
    if scale == "log":
        v0, v1 = math.log(v0), math.log(v1)

    def at(place):
        value = v0 + (place - p0) * (v1 - v0) / (p1 - p0)
        return math.exp(value) if scale == "log" else value

    ends = sorted((at(pixel - 2), at(pixel + 2)))
    return (at(pixel), *ends)
    ### END SOLUTION


# %% nbgrader={"grade_id": "read_figure_follows_the_axis", "grade": true}
"""A pixel is a step on a linear axis and a factor on a logarithmic one."""
q = Question(read_figure, points=3)
q.case(
    200.0,
    ((400.0, 1.0), (100.0, 1000.0)),
    "log",
    gives=(100.0, 95.49925860, 104.71285481),
    claim="on a logarithmic axis equal pixels are equal factors, and so is the error",
)
q.case(
    130.0,
    ((50.0, 20.0), (250.0, 30.0)),
    "linear",
    gives=(24.0, 23.9, 24.1),
    claim="on a linear axis two pixels are a step",
)
q.case(
    310.0,
    ((300.0, 0.0), (100.0, 8.0)),
    "linear",
    gives=(-0.4, -0.48, -0.32),
    claim="a point beyond the ticks is read by going on along the axis",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    137.0,
    ((60.0, 5e-4), (180.0, 5e-2)),
    "log",
    claim="learning rates below 1: logarithms may be negative",
)
q.case(23.0, ((90.0, 3.0), (30.0, 4.0)), "log", claim="ticks need not be powers of ten")
q.case(
    11.0,
    ((211.0, 64.0), (111.0, 512.0)),
    "log",
    claim="beyond the last tick of a logarithmic axis the factor goes on",
)
q.case(75.0, ((80.0, 2.0), (40.0, 1.0)), "linear", claim="the first tick may have the larger value")
q.case(
    75.0,
    ((80.0, 100.0), (40.0, 10.0)),
    "log",
    claim="low is below high, whichever way the pixels run",
)


def off_the_axis(pixel, ticks, scale, error="log", clip=False, off=2.0):
    """The right answer through a straight line fitted with numpy; arguments break rules."""
    p, v = np.array(ticks, dtype=float).T
    curved = scale == "log"
    line = np.polynomial.polynomial.Polynomial.fit(p, np.log10(v) if curved else v, 1)
    places = np.array([pixel, pixel - off, pixel + off])
    if clip:
        places = places.clip(p.min(), p.max())
    values = 10 ** line(places) if curved else line(places)
    value, low, high = float(values[0]), float(values[1:].min()), float(values[1:].max())
    if curved and error == "linear":
        step = abs(off * (v[1] - v[0]) / (p[1] - p[0]))
        low, high = value - step, value + step
    return value, low, high


@q.reference
def by_a_fitted_line(pixel, ticks, scale):
    return off_the_axis(pixel, ticks, scale)


@q.mistake("""You read a logarithmic axis as a linear one. Half-way between 1 and 100 stands 10, and
not 50. Interpolate the logarithm.""")
def log_axis_read_as_linear(pixel, ticks, scale):
    return off_the_axis(pixel, ticks, "linear")


@q.mistake("""Your value is right, and its error is a step, the same everywhere. On a logarithmic
axis two pixels are a factor: move the pixel and read again.""")
def error_of_a_linear_axis(pixel, ticks, scale):
    return off_the_axis(pixel, ticks, scale, error="linear")


@q.mistake("""You stopped at the ticks: np.interp holds the last value beyond its ends. The axis
goes on; continue the line.""")
def clipped_to_the_ticks(pixel, ticks, scale):
    return off_the_axis(pixel, ticks, scale, clip=True)


@q.mistake("""Your low and high follow the pixel, and pixels may run downwards. Sort the two
values.""")
def low_and_high_by_pixel(pixel, ticks, scale):
    value, low, high = off_the_axis(pixel, ticks, scale)
    rising = (ticks[1][1] - ticks[0][1]) * (ticks[1][0] - ticks[0][0]) > 0
    return (value, low, high) if rising else (value, high, low)


@q.mistake("""You took log10 of the ticks and exp at the end. The inverse of log10 is a power of
ten: use one base on both ways.""")
def another_base_on_the_way_back(pixel, ticks, scale):
    found = off_the_axis(pixel, ticks, scale)
    return tuple(math.exp(math.log10(v)) for v in found) if scale == "log" else found


@q.mistake("""np.interp wants pixels that rise, and says nothing when they fall: it returns an end.
It also stops at the ticks. Write the line yourself.""")
def interp_on_falling_pixels(pixel, ticks, scale):
    p, v = np.array(ticks, dtype=float).T
    places = (pixel, pixel - 2, pixel + 2)
    got = np.interp(places, p, np.log(v) if scale == "log" else v)
    got = np.exp(got) if scale == "log" else got
    return got[0], got[1:].min(), got[1:].max()


@q.mistake("""You counted pixels from the bottom, and swapped the ticks' values. The ticks say by
themselves which way the axis runs.""")
def axis_turned_round(pixel, ticks, scale):
    (p, v), (r, w) = ticks
    return off_the_axis(pixel, ((p, w), (r, v)), scale)


@q.mistake("""You moved the pixel by one. The statement says two, in either direction: your low and
high are too close.""")
def one_pixel_off(pixel, ticks, scale):
    return off_the_axis(pixel, ticks, scale, off=1.0)


@q.variant
def with_powers(pixel, ticks, scale):
    (p, v), (r, w) = ticks
    share = [(x - p) / (r - p) for x in (pixel, pixel - 2, pixel + 2)]
    if scale == "log":
        found = [v * (w / v) ** s for s in share]
    else:
        found = [v + (w - v) * s for s in share]
    return [found[0], min(found), max(found)]


@q.variant
def with_numpy(pixel, ticks, scale):
    p, v = np.asarray(ticks, dtype=float).T
    v = np.log2(v) if scale == "log" else v
    got = v[0] + (np.array([pixel, pixel - 2, pixel + 2]) - p[0]) * np.diff(v) / np.diff(p)
    got = 2**got if scale == "log" else got
    return np.array([got[0], *np.sort(got[1:])])


q.hints(
    "Are equal distances equal steps on this axis, or equal factors?",
    "Ticks (0, 1) and (100, 100), log, pixel 50: 10.0, from 9.12 to 10.96.",
    "Interpolate log(value) for pixel, pixel − 2 and pixel + 2, take exp, sort the last two.",
)
q.why("""Half of what a paper knows stands in figures only, and much of it on logarithmic axes,
where the eye reads "a bit to the right" for "three times as many steps". A claim of speed is a
horizontal distance: read both curves at the *same* loss. Points read off a plot can carry a whole
replication (Besiroglu et al. 2024 reconstructed a scaling law that way), if the error of reading is
carried along: here it is a constant factor, so it hurts most where values are large.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. An equation with the digits that are printed (3 points, 20 minutes)
#
# A paper prints $L(C)=E+A\,C^{-\alpha}$ and three coefficients. You get them as **text**, for their
# digits matter: `"0.34"` is a number rounded to two decimals, somewhere from 0.335 to 0.345;
# `"406"` lies between 405.5 and 406.5; `"1.690"` between 1.6895 and 1.6905. `law_range(C, E, A,
# alpha)` returns (low, printed, high): the value with the coefficients as printed, and the
# smallest and largest value that the true ones allow, each coefficient free within its own
# rounding. $C>0$; coefficients are positive, in plain digits without an exponent, and a last 0
# behind the point counts as a digit.
#
# **Example.** `law_range(10000.0, "2.0", "50", "0.50")`: printed 2 + 50/100 = 2.5; low 1.95 +
# 49.5 · 10^(−2.02) = 2.423, high 2.05 + 50.5 · 10^(−1.98) = 2.579.


# %% nbgrader={"grade_id": "law_range", "solution": true}
def law_range(C, E, A, alpha):
    """What E + A·C^(-alpha) can be, if the coefficients are only known as printed.

    Args:
        C: float > 0.
        E, A, alpha: str, as printed: "1.69", "406", "0.34".

    Returns:
        (low, printed, high), floats.
    """

    ### BEGIN SOLUTION
    def box(text):
        half = 0.5 * 10.0 ** -len(text.partition(".")[2])
        return float(text) - half, float(text), float(text) + half

    E, A, alpha = box(E), box(A), box(alpha)
    powers = sorted(C**-a for a in alpha)
    return tuple(E[i] + A[i] * powers[i] for i in range(3))
    ### END SOLUTION


# %% nbgrader={"grade_id": "law_range_carries_the_rounding", "grade": true}
"""A rounded exponent is a factor of doubt that grows with C."""
q = Question(law_range, points=3)
q.case(
    10_000.0,
    "2.0",
    "50",
    "0.50",
    gives=(2.42272133, 2.5, 2.57879992),
    claim="each coefficient varies within half a unit of its last digit",
)
q.case(
    1e21,
    "1.69",
    "1100",
    "0.15",
    gives=(2.29621673, 2.46874036, 2.68717904),
    claim="at 10²¹ an exponent with two decimals leaves a factor of 1.27 on either side",
)
q.case(
    1e6,
    "1.690",
    "20.0",
    "0.30",
    gives=(1.98458212, 2.00697864, 2.03099785),
    claim="1.690 has three decimals: the last 0 is a digit",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    0.02,
    "1.8",
    "0.35",
    "0.076",
    claim="below C = 1 a larger exponent gives a larger value: look where the extremes lie",
)
q.case(1.0, "0.5", "3", "0.25", claim="at C = 1 the exponent does not matter")
q.case(5e4, "3", "700.0", "0.4", claim="whole numbers are rounded to whole numbers")
q.case(2e9, "0.100", "12.50", "0.095", claim="digits of E and A do not help a short exponent")


def law_box(C, E, A, alpha, *, halves=None, fixed=(), half=0.5):
    """Brute force over the corners of the rounding box; arguments break rules."""
    texts = {"E": E, "A": A, "alpha": alpha}
    sides = {}
    for name, text in texts.items():
        decimals = len(text) - text.index(".") - 1 if "." in text else 0
        if halves:
            decimals = halves(text)
        step = 0.0 if name in fixed else half * 10**-decimals
        sides[name] = (float(text) - step, float(text) + step)
    values = [e + a * C**-x for e, a, x in itertools.product(*sides.values())]
    return min(values), float(E) + float(A) / C ** float(alpha), max(values)


@q.reference
def over_all_corners(C, E, A, alpha):
    return law_box(C, E, A, alpha)


@q.mistake("""You paired low with low: E, A and alpha all rounded down. With C above 1 a *larger*
exponent makes a smaller loss, so low needs the largest alpha.""")
def all_low_all_high(C, E, A, alpha):
    ends = []
    for sign in (-1, 0, 1):
        e, a, x = (float(t) + sign * 0.5 * 10 ** -len(t.partition(".")[2]) for t in (E, A, alpha))
        ends.append(e + a * C**-x)
    return tuple(ends)


@q.mistake("""Your corners are right for C above 1 only. Below 1 (petaFLOP-days, say) C^(−alpha)
rises with alpha: sort, or try all corners.""")
def corners_for_large_c_only(C, E, A, alpha):
    low, high = [], []
    for text, sign in ((E, 1), (A, 1), (alpha, -1)):
        step = sign * 0.5 * 10 ** -len(text.partition(".")[2])
        low.append(float(text) - step), high.append(float(text) + step)
    at = [e + a * C**-x for e, a, x in (low, [float(E), float(A), float(alpha)], high)]
    return tuple(at)


@q.mistake("""You lost the last 0: float("1.690") is 1.69, and its rounding looks ten times as
coarse. Count the digits in the text.""")
def trailing_zero_lost(C, E, A, alpha):
    def decimals(text):
        short = repr(float(text))
        return 0 if short.endswith(".0") else len(short.partition(".")[2])

    return law_box(C, E, A, alpha, halves=decimals)


@q.mistake("""You gave a number without a point a rounding of its own. "50" is rounded to whole
numbers like any other to its last digit: from 49.5 to 50.5.""")
def whole_numbers_taken_as_tenths(C, E, A, alpha):
    return law_box(C, E, A, alpha, halves=lambda t: max(1, len(t.partition(".")[2])))


@q.mistake("""You let each coefficient move by a whole unit of its last digit. Rounding moves it by
half a unit at most.""")
def a_whole_unit(C, E, A, alpha):
    return law_box(C, E, A, alpha, half=1.0)


@q.mistake("""You took the printed coefficients as exact: low, printed and high are one. The
exponent multiplies log C, so that its third decimal moves the loss at large C.""")
def digits_taken_as_exact(C, E, A, alpha):
    return law_box(C, E, A, alpha, half=0.0)


@q.mistake("""You varied E and A and kept the exponent. It is the coefficient that matters most: at
C = 10²¹ half a hundredth of it is a factor of 1.27.""")
def exponent_taken_as_exact(C, E, A, alpha):
    return law_box(C, E, A, alpha, fixed=("alpha",))


@q.mistake("""You varied the exponent only. E and A are rounded too; where C is small they are all
that matters.""")
def only_the_exponent(C, E, A, alpha):
    return law_box(C, E, A, alpha, fixed=("E", "A"))


@q.mistake("""You propagated the error to first order, which is symmetric. A power is not: over a
wide box take the corners.""")
def first_order(C, E, A, alpha):
    e, a, x = map(float, (E, A, alpha))
    de, da, dx = (0.5 * 10 ** -len(t.partition(".")[2]) for t in (E, A, alpha))
    mid = e + a * C**-x
    half = de + da * C**-x + a * C**-x * abs(math.log(C)) * dx
    return mid - half, mid, mid + half


@q.variant
def with_decimals(C, E, A, alpha):
    from decimal import Decimal

    def interval(text):
        half = Decimal(1).scaleb(Decimal(text).as_tuple().exponent) / 2
        return [float(Decimal(text) + k * half) for k in (-1, 0, 1)]

    grid = np.array(
        [e + a * C**-x for e in interval(E) for a in interval(A) for x in interval(alpha)]
    )
    return grid.min(), grid[13], grid.max()


@q.variant
def through_logarithms(C, E, A, alpha):
    def step(text):
        return 5 * 10.0 ** -(1 + (len(text.split(".")[1]) if "." in text else 0))

    middle = math.log(float(A)) - float(alpha) * math.log(C)
    swing = abs(math.log(C)) * step(alpha)
    low = float(E) - step(E) + (float(A) - step(A)) / float(A) * math.exp(middle - swing)
    high = float(E) + step(E) + (float(A) + step(A)) / float(A) * math.exp(middle + swing)
    return np.array([low, float(E) + math.exp(middle), high])


q.hints(
    "How far may each printed number be from the true one, and which way does each move L?",
    '`law_range(100.0, "0", "1", "0.5")`: alpha from 0.45 to 0.55, A from 0.5 to 1.5, E ± 0.5.',
    "half = 0.5 · 10^(−decimals of the text); sort the powers; low with low, high with high.",
)
q.why("""L rises with E and with A; with alpha it falls where C > 1 and rises where C < 1. So the
extremes lie at corners of the box. The doubt from the exponent is a factor C^(±0.005) for two
decimals: 1.02 at C = 100, 1.27 at 10²¹. A law that was fitted to 0.01 and printed with two decimals
cannot be recomputed from its page. This happened: Besiroglu et al. (2024) report that rounded
parameters in the text of a well-known paper bias the law's predictions substantially.

Before you say that an equation contradicts its table, compute what its digits allow.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Four papers with planted faults (8 points, 45 minutes)
#
# The next cell prints four invented papers. Every sentence has a name, such as `A8`, and so has
# every cell of a table: `T1/NS/AP` is Table 1, row NS, column AP. Each paper has **one to three**
# faults of these kinds:
#
# | kind | what was done |
# |---|---|
# | `"leak"` | something of the test data went into training or into a choice |
# | `"budget"` | the methods did not get the same tuning or the same training |
# | `"metric"` | an announced metric is not given; another one stands in its place |
# | `"seeds"` | runs were left out or exchanged after their scores were seen |
#
# `find_faults()` returns a dict from "A", "B", "C", "D" to lists of pairs (kind, place). The place
# is the sentence or the cell where the authors **do** it, not one that repeats its result, and not
# the abstract. What the authors state as a limit of their own is not a fault, and neither is a
# control that is as it should be: much in these papers is sound.
#
# You are marked by F1: precision is the share of your pairs that sit on a fault, recall the share
# of the faults that were found, F1 = 2 · precision · recall/(precision + recall). A fault may have
# more than one right place; name one (a second one neither helps nor harms).
#
# **Example of the form.** `{"A": [("metric", "A2")], "B": [("seeds", "T1/LIN/sd")], "C": [], "D":
# []}`

# %% nbgrader={"grade_id": "given_papers", "locked": true}
KINDS = ("leak", "budget", "metric", "seeds")
for letter in "ABCD":
    print(paper(letter).text(), end="\n\n\n")

# The key, so that F1 can be shown to you and the places cannot.
KEY = {
    "8ed5b4b0": 0, "817e8e1d": 1, "2749eb7f": 1, "3b324e68": 1, "0794b1ca": 2, "af33449c": 3,
    "6715abe0": 4, "c3aa55ab": 4, "3790be8f": 4, "518e6d10": 5, "d34254f9": 5, "e4d87ad9": 6,
    "c29c4354": 1, "77ae1ace": 6,
}  # fmt: skip


def which_fault(letter, kind, place):
    """The number of the fault that sits there, or None."""
    return KEY.get(hashlib.sha256(f"{letter} {kind} {place}".encode()).hexdigest()[:8])


def form_of(found):
    """What is wrong with the form of an answer, or ""."""
    if not isinstance(found, dict) or sorted(found) != list("ABCD"):
        return "a dict with the keys A, B, C and D is wanted"
    for letter in "ABCD":
        if not isinstance(found[letter], (list, tuple, set)):
            return f"paper {letter} has {found[letter]!r}, and a list of pairs is wanted"
        for pair in found[letter]:
            if not isinstance(pair, (list, tuple)) or len(pair) != 2 or pair[0] not in KINDS:
                return f"paper {letter} has {pair!r}, and a pair (kind, place) is wanted"
            if pair[1] not in list(paper(letter).places):
                return f"paper {letter} has no place {pair[1]!r}"
    return ""


def f1_of(found):
    """(F1, a clause that says how it comes about)."""
    flags = {(letter, *pair) for letter in found for pair in map(tuple, found[letter])}
    hits = [which_fault(*flag) for flag in flags]
    found, wrong = {hit for hit in hits if hit is not None}, hits.count(None)
    f1 = 2 * len(found) / (len(found) + wrong + len(set(KEY.values())))
    return f1, f"F1 is {f1:.2f}: {len(found)} faults found, and {wrong} of your pairs sit on none"


# %% nbgrader={"grade_id": "find_faults", "solution": true}
def find_faults():
    """The planted faults, each with the place where it sits.

    Returns:
        dict from "A", "B", "C", "D" to a list of pairs (kind, place).
    """
    ### BEGIN SOLUTION
    return {
        "A": [("leak", "A8")],
        "B": [("budget", "T1/LW/settings tried"), ("seeds", "B15")],
        "C": [("leak", "C11"), ("metric", "C15")],
        "D": [("budget", "D7"), ("seeds", "T1/RWF/mean")],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "find_faults_and_nothing_else", "grade": true}
"""A critique is worth what it finds, less what it accuses wrongly."""
q = Question(find_faults, points=8)


@q.probe(gives="", weight=0.25)
def every_place_exists(f):
    """Each paper has a list of pairs (kind, place)."""
    return form_of(f())


ADVICE = []  # filled by the hidden tests, which say more


def f1_at_least(least):
    def reached(f):
        found = f()
        if said := form_of(found):
            return said
        f1, clause = f1_of(found)
        return "" if f1 >= least - 1e-9 else ". ".join([clause, *(say(found) for say in ADVICE)])

    reached.__name__ = f"f1_of_{round(100 * least)}"
    reached.__doc__ = f"F1 is {least:g} or more."
    return reached


for least in (0.4, 0.6, 0.75, 0.9, 1.0):
    q.probe(f1_at_least(least), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
FAULTS = [  # paper, kind, places, what gives it away
    ("A", "leak", ("A8",), "three frames of a panel are nearly one picture, and frames are drawn"),
    ("B", "budget",
     ("T1/LIN/settings tried", "T1/CON/settings tried", "T1/LW/settings tried", "B12"),
     "the ranges of the search are the same, and a table says how many settings were tried"),
    ("B", "seeds", ("B15",), "a method that diverges in two runs of eight has a mean with them in"),
    ("C", "leak", ("C11",), "look up what days 28 to 30 are for, and what was chosen on them"),
    ("C", "metric", ("C15", "T2/TT/recall@100, rare", "T2/RH/recall@100, rare"),
     "what was announced for rare queries, and what is reported for them?"),
    ("D", "budget", ("D7", "D8"), "count what each method is trained on: epochs times recordings"),
    ("D", "seeds", ("T1/RWF/mean", "D12"), "recompute both means of Table 1 from the five scores"),
]  # fmt: skip
SOUND = {
    "A4": "three frames of a panel are no fault by themselves: the split makes them one",
    "A7": "statistics of the training part only are as they should be",
    "A10": "neighbours are looked for in the training part only",
    "A12": "20 settings for each of three methods, chosen on validation frames, are fair",
    "A15": "a paired interval over five seeds, all positive, is more than most papers give",
    "A16": "the threshold is set on validation frames, and this recall was announced",
    "A18": "an ablation in an announced metric, of a number that was fixed in advance (A9)",
    "B5": "deduplicated across all parts, whole sites held out: no leak here",
    "B10": "warm-up counts towards the tokens: this budget is equal",
    "B12": "chosen on validation; and B14 has a test that no choice has seen",
    "B13": "new seeds after the choice are what one wants",
    "B14": "a test set that was used once, after all choices",
    "B16": "this is the honest half of what was done in the sentence before",
    "B17": "a rerun by somebody else checks the code; it cannot repair the search",
    "B20": "a number that was fixed in advance cost no tuning",
    "C5": "no session on two sides: this guards against a leak",
    "C6": "frequencies are counted on training days",
    "C12": "learning rate and batch size were chosen on validation days, 24 trials each",
    "C13": "equal storage is a fair comparison",
    "C14": "the announced metric, with a paired test",
    "C16": "means of four seeds, with their spread",
    "D10": "30 trials for each method, on validation speakers",
    "D11": "the best epoch is chosen on validation, in both methods",
    "D14": "both parts of the test were announced, and all five seeds are in",
    "D16": "one run, and the authors say what it is worth: a hint",
}


def of_good_form(ask):
    """A probe: what is wrong with the answer's form, or else what `ask` says of it."""

    @functools.wraps(ask)
    def probe(f):
        found = f()
        return form_of(found) or ask(found)

    return probe


def kind_is_named(letter, kind, claim):
    def named(found):
        given = {pair[0] for pair in found[letter]}
        return "" if kind in given else f"you have no {kind} in paper {letter}"

    named.__name__, named.__doc__ = f"paper_{letter}_{kind}", f"Paper {letter}: {claim}"
    return of_good_form(named)


def fault_sits_there(letter, kind, places, claim):
    def placed(found):
        given = [place for own, place in found[letter] if own == kind]
        if set(given) & set(places):
            return ""
        if not given:
            return f"you have no {kind} there"
        return f"the {kind} of paper {letter} does not sit at {given[0]}"

    placed.__name__ = f"where_the_{kind}_of_{letter}_sits"
    placed.__doc__ = f"Paper {letter}: {claim}"
    return of_good_form(placed)


def accused_wrongly(letter, pairs):
    """The first pair that sits on no fault, and why; or ""."""
    wanted = {(kind, place) for own, kind, places, _ in FAULTS if own == letter for place in places}
    wrong = [pair for pair in map(tuple, pairs) if pair not in wanted]
    if not wrong:
        return ""
    kind, place = wrong[0]
    if place in paper(letter).sentences("Limits"):
        why = "the authors state it themselves, or conclude"
    elif place in paper(letter).sentences("Abstract"):
        why = "the abstract repeats; the fault is in the body"
    else:
        why = SOUND.get(place, "there is none of that kind here")
        if kind in {own for own, _ in wanted}:
            why = SOUND.get(place, "this paper has one, and it sits elsewhere")
        if place in {own for _, own in wanted}:
            why = SOUND.get(place, "there is a fault here, and of another kind")
    return f"you accused {place} of a fault of the kind {kind}: {why}"


def nothing_sound_is_accused(letter):
    def fair(found):
        return accused_wrongly(letter, found[letter])

    fair.__name__ = f"paper_{letter}_is_accused_of_nothing_else"
    fair.__doc__ = f"Paper {letter}: what is sound is left alone."
    return of_good_form(fair)


@ADVICE.append
def the_first_wrong_pair_or_else_a_missing_one(found):
    for letter in "ABCD":
        if said := accused_wrongly(letter, found[letter]):
            return f"In paper {letter} {said}"
    for letter, kind, places, claim in FAULTS:
        if not {(kind, place) for place in places} & set(map(tuple, found[letter])):
            return f"In paper {letter} something is left: {claim}"
    return "All else is right"


for least in (0.3, 0.5, 0.7, 0.8, 0.95):
    q.probe(f1_at_least(least), gives="")
for letter, kind, places, claim in FAULTS:  # they tell mistakes apart; points follow F1
    q.probe(kind_is_named(letter, kind, claim), gives="", weight=0.02)
    q.probe(fault_sits_there(letter, kind, places, claim), gives="", weight=0.02)
for letter in "ABCD":
    q.probe(nothing_sound_is_accused(letter), gives="", weight=0.02)


def key_without(*faults):
    """The right answer, but for these faults (numbers in FAULTS)."""
    found = {letter: [] for letter in "ABCD"}
    for number, (letter, kind, places, _) in enumerate(FAULTS):
        if number not in faults:
            found[letter].append((kind, places[0]))
    return found


def key_and(**more):
    return {letter: pairs + more.get(letter, []) for letter, pairs in key_without().items()}


@q.reference
def by_the_key():
    return key_without()


@q.mistake("""You flagged everything. Each fault is among your pairs, and so is every sound control:
a reader cannot tell which you believe. Write down only what you would say to the authors'
faces.""")
def flags_everything():
    return {x: [(k, place) for place in paper(x).places for k in KINDS] for x in "ABCD"}


@q.mistake("""You named all four kinds in every paper. A list of what can go wrong in general is no
critique of this paper: each charge needs its sentence.""")
def every_kind_in_every_paper():
    found = {x: [(kind, f"{x}12") for kind in KINDS] for x in "ABCD"}
    for x, pairs in key_without().items():
        found[x] = [*pairs, *(pair for pair in found[x] if pair[0] not in dict(pairs))]
    return found


@q.mistake("""You charged the authors with what they state as limits. They have told you; there is
nothing to find. Ask what they do *not* say.""")
def flags_stated_limits():
    return key_and(
        A=[("leak", "A19")], B=[("budget", "B19")], C=[("metric", "C20")], D=[("seeds", "D18")]
    )


@q.mistake("""You read the abstracts, and put the right charges there. An abstract repeats what was
done elsewhere: the sentence or the cell in the body is what you would ask the authors to
change.""")
def flags_the_abstract_only():
    return {x: [(kind, f"{x}3") for kind, _ in pairs] for x, pairs in key_without().items()}


@q.mistake("""You read sentences and no tables. Two faults can be seen in a cell only: a number of
settings, and a mean that does not follow from its row.""")
def tables_not_read():
    return key_without(1, 6)


@q.mistake("""You stopped at the first fault of each paper. One fault makes a second one likelier,
not less: go on to the end.""")
def one_fault_a_paper():
    return {x: pairs[:1] for x, pairs in key_without().items()}


@q.mistake("""You accused controls that are as they should be: equal trials (A12, C12), the best
epoch on validation speakers (D11). Ask of each choice on which data it was made, and whether all
methods had it.""")
def sound_controls_accused():
    return key_and(A=[("budget", "A12")], C=[("leak", "C12")], D=[("leak", "D11")])


@q.mistake("""You found the leak by near-duplicates and not the one by choice. A setting that was
picked where the *test* score stops rising is fitted to the test (C11).""")
def choosing_on_test_is_no_leak():
    return key_without(3)


@q.mistake("""You let runs that diverged be exchanged. Divergence is a result of the method: two of
eight. The mean of the rest answers another question.""")
def failed_runs_may_be_replaced():
    return key_without(2)


@q.mistake("""You accepted recall at 100 for rare queries because the paper gives a reason. The
announced metric was nDCG@10 on the rare ones too; from "all" and "frequent" it can be computed, and
it fell.""")
def a_reason_excuses_the_metric():
    return key_without(4)


@q.mistake("""You took the 30 epochs before the 45 for part of the method. They are; and a baseline
with as many updates is missing (18 epochs' worth of recordings, 40 % more).""")
def extra_epochs_are_the_method():
    return key_without(5)


@q.mistake("""You charged D16, a single run, with picking seeds. The authors ran once, say so, and
say what it is worth. Weak evidence that is labelled as weak is honest.""")
def a_labelled_hint_accused():
    return key_and(D=[("seeds", "D16")])


@q.mistake("""You missed the leak of paper A. Each panel is in three frames, a second apart, and
*frames* were drawn at random: most test panels are in training too.""")
def frames_are_independent():
    return key_without(0)


@q.variant
def other_right_places():
    return {letter: [(k, places[-1]) for own, k, places, _ in FAULTS if own == letter]
            for letter in "DCBA"}  # fmt: skip


@q.variant
def in_another_order():
    return {x: tuple(list(pair) for pair in reversed(pairs)) for x, pairs in key_without().items()}


q.hints(
    "What was split, what was chosen on which data, who was tuned, which runs are in?",
    "Paper D: add up the five scores of each row, and divide by five.",
    """Seven faults in all: two leaks, two budgets, one metric, two of seeds. Two can be seen in a
table only; none is in an abstract or among the limits.""",
)
q.why("""| | where | why |
|---|---|---|
| leak | A8 | frames are split, panels repeat (A4): NS finds its neighbours in the same panel |
| budget | B, Table 1 | 40 settings against 6: the best of 40 is lower by luck and by search |
| seeds | B15 | two diverged runs were exchanged; B16 tells that the baseline had none |
| leak | C11 | H was chosen on days 28 to 30, the test (C4) |
| metric | C15 | rare nDCG@10 was announced (C7), not given; it fell (below) |
| budget | D7 | 30 · 0.6 + 45 = 63 epochs' worth of recordings against 45 |
| seeds | D, Table 1 | the mean of RWF's five is 91.7; 92.1 is the mean of the best three |

The cell of a table is the sharpest place; the sentence that speaks for it (B12, D12) counts too.

Rare nDCG@10 follows from Table 1: 42.8 = 0.74 · 45.6 + 0.26 x makes x about 34.8 for RH, and the
same for TT about 35.8.

Each fault was found by *putting two places together*: a sentence and the one that it contradicts, a
row and its sum. Reading for style finds none of them. And each has a sound twin (20 settings each,
choices on validation, a labelled hint), for a reader who cries wolf is not believed the third
time.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. What is wrong with the note? (4 points, 20 minutes)
#
# Below is a paper in short, and fourteen notes on it. Each has **one** of these flaws, or
# `"none"`. The rules, in this order; the first that applies counts:
#
# | | |
# |---|---|
# | `"summary"` | it says what the paper does or reports, and judges nothing |
# | `"abstract"` | it judges, and every number that it takes from the paper stands in the abstract |
# | `"limits"` | its objections are all stated by the authors themselves, in whatever words |
# | `"no_next"` | its next step has no outcome that would prove the note wrong |
# | `"cites"` | of the works in the summary it names some, and only such as agree with it |
#
# `name_flaws()` returns a dict from each note's number (int) to one of `FLAWS`.
#
# **Gate pruning (GP) for keyword models (invented)**
#
# - Abstract: GP removes 60 % of the weights and keeps accuracy: 94.1 % before, 94.0 % after.
# - Table 2 (accuracy, five seeds, mean ± sd): dense 94.1 ± 0.3; magnitude pruning, 10 settings
#   tried, 93.8 ± 0.4; GP, 40 settings tried, 94.0 ± 0.3.
# - Table 3 (time for a query on a phone): dense 21 ms, GP 20 ms.
# - Section 5, the authors' limits: one corpus; no larger model; energy was not measured.
# - Other works: Ode 2021 and Ruiz 2022 find magnitude pruning as good as gates if tuned as long;
#   Park 2020 and Lind 2023 find gates better by 0.5 points.
#
# 1. GP learns a gate for each channel, in two stages, and cuts where the gate is small. It is
#    compared with magnitude pruning on a corpus of commands, in accuracy and in time on a phone.
# 2. 60 % of the weights go, and 0.1 points are lost (94.1 to 94.0): hardly anybody would notice,
#    so gates work. Next: their code at 80 %. If more than 0.5 points are lost there, I take it
#    back.
# 3. Table 3: 21 ms become 20. Sixty per cent of the weights buy 5 % of the time. And the 0.2 over
#    magnitude pruning (Table 2) had four times the settings. Test: magnitude pruning with 40
#    settings, five seeds; if it stays 0.2 behind, I am wrong. Lind 2023 would say that it does.
# 4. Weak: one corpus only, no larger model, and nothing on energy. (Table 2: 94.0 ± 0.3.) Next:
#    the code on a second corpus with five seeds; if GP loses less than 1 point there, my doubt is
#    gone.
# 5. In Table 2 GP had 40 settings and magnitude pruning 10, so that the 0.2 points may be tuning.
#    One should look at this more closely, and compare with more methods on more data.
# 6. Table 2 has 94.0 against 93.8 for magnitude pruning. The sign is that of Park 2020 and Lind
#    2023, so I believe in gates, though not in the size. Test: both at 80 %; if the gap is below
#    0.3, I am wrong about gates.
# 7. Can a keyword model lose 60 % of its weights? Table 2 has five seeds: dense 94.1 ± 0.3,
#    magnitude pruning 93.8 ± 0.4, GP 94.0 ± 0.3. Table 3 has 21 and 20 ms. The authors conclude
#    that accuracy is kept; in a next version they will treat energy.
# 8. From 94.1 to 94.0 is a mean over commands, and hides who pays: with 60 % of the weights gone,
#    the rare ones may lose far more. Test: accuracy by command from the checkpoint; if the worst
#    ten lose less than 1 point, "keeps" is a fair word.
# 9. I doubt that it carries over. Clean commands of a single collection say little about a
#    street; a network of this size says little about one that is a hundred times as big; and 20
#    ms (Table 3) is no number for a battery. Test: joules for a query; if they fall by 30 % or
#    more, I was too strict.
# 10. Table 3: 1 ms for 60 % of the weights. The assumption that fewer weights are less time fails
#    on this phone. My next step: run their code with five seeds on the same corpus, 30 hours on
#    one accelerator, and see how time and accuracy behave.
# 11. Time is the weak point: 5 % in Table 3. On accuracy I have no doubt left, for the 0.2 in
#    Table 2 agree with what Park 2020 and Lind 2023 found before. Test: a kernel for sparse rows. I
#    say that time stays above 15 ms; if it falls below, I am wrong about time.
# 12. Table 2: 0.2 points between 94.0 ± 0.3 and 93.8 ± 0.4 is half a standard deviation. Park
#    2020 and Lind 2023 have 0.5 for gates, Ode 2021 and Ruiz 2022 nothing once settings are
#    equal; here they are 40 and 10. Thirty more settings for magnitude pruning cost 10 USD. I
#    predict 93.9 to 94.1, and if it stays at 93.8 I believe in the gates.
# 13. The authors say that energy was not measured. I would not wait for it: 20 of 21 ms are left
#    in Table 3, so memory binds and not arithmetic. Test: a dense model of half the width. If it
#    needs more than 15 ms, or falls below 93.5, I am wrong and pruning is the right tool.
# 14. The abstract's 94.1 to 94.0 does not say what had to be beaten; Table 2 does: 93.8, with a
#    quarter of the settings. If GP with ten settings keeps 94.0, I withdraw this. Lind 2023 is
#    against me.


# %% nbgrader={"grade_id": "name_flaws", "solution": true}
def name_flaws():
    """The flaw of each note.

    Returns:
        dict from the note's number to one of FLAWS.
    """
    ### BEGIN SOLUTION
    return {
        1: "summary",
        2: "abstract",
        3: "none",
        4: "limits",
        5: "no_next",
        6: "cites",
        7: "summary",
        8: "abstract",
        9: "limits",
        10: "no_next",
        11: "cites",
        12: "none",
        13: "none",
        14: "none",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "name_flaws_tells_a_critique_from_a_summary", "grade": true}
"""A note is a critique if it could be wrong, and says how one would find out."""
q = Question(name_flaws, points=4)
q.probe(each_item_has_one("note", 14, FLAWS), gives="")
for entry in (
    (1, "summary", "nothing in it can be wrong about the evidence"),
    (3, "none", "numbers of two tables, a test with an outcome against it, and a work against it"),
    (4, "limits", "its three weak points are those of section 5"),
):
    q.probe(the_item("note", *entry), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
ORDER = """summary abstract none limits no_next cites summary abstract limits no_next cites
none none none"""
RIGHT = dict(enumerate(ORDER.split(), start=1))
for entry in (
    (2, "abstract", "94.1, 94.0 and 60 %: it never opened a table"),
    (5, "no_next", "'more closely' and 'more data' cannot come out against it"),
    (6, "cites", "two works agree with it and are named; two disagree and are not"),
    (7, "summary", "many numbers of the tables, and no judgement on any"),
    (8, "abstract", "a good idea, and all that it knows of the paper is the abstract"),
    (9, "limits", "a single collection, a bigger network, a battery: section 5 in other words"),
    (10, "no_next", "'see how they behave' is an activity: no outcome would prove it wrong"),
    (11, "cites", "'no doubt left' while Ode 2021 and Ruiz 2022 are in the summary"),
    (12, "none", "it names works on both sides and a price"),
    (13, "none", "it mentions a stated limit to set it aside, and has a weak point of its own"),
    (14, "none", "it quotes the abstract to hold a table against it"),
):
    q.probe(the_item("note", *entry), gives="")


@q.reference
def by_table():
    return dict(sorted(RIGHT.items()))


def passed(flaw):
    """All labels right, but notes with this flaw are let pass."""
    return {number: "none" if had == flaw else had for number, had in RIGHT.items()}


@q.mistake("""You let summaries pass. A summary proves that you read; an interviewer asks what you
think. Write one sentence that could turn out to be wrong about the evidence.""")
def summary_not_critique():
    return passed("summary")


@q.mistake("""You let notes pass that know the abstract's numbers only. Authors choose those. Take
one number from a table and recompute it before you judge.""")
def abstract_numbers_only():
    return passed("abstract")


@q.mistake("""You let notes pass that hand the authors' limits back to them. They are stated because
they do little harm. What is missing from that list?""")
def limitations_copied_from_authors():
    return passed("limits")


@q.mistake("""You let notes pass without a test that could fail. "Look more closely" agrees with
every result. Say which number would change your mind.""")
def no_testable_next_step():
    return passed("no_next")


@q.mistake("""You let notes pass that cite one side. Belief grows by citation alone when papers that
disagree are left out (Greenberg 2009). Name the best work against you.""")
def cherry_cites():
    return passed("cites")


@q.mistake("""You took note 7 for a critique because it has the tables' numbers. It repeats them and
judges none: which of them is weak, and why?""")
def numbers_make_a_critique():
    return RIGHT | {7: "none"}


@q.mistake("""You took note 9 for the reader's own thoughts. Corpus, size and energy are the
authors' three limits in other words.""")
def reworded_limits_are_own():
    return RIGHT | {9: "none"}


@q.mistake("""You took an activity for a test (note 10). Thirty hours and five seeds are a cost.
Which result would prove the note wrong?""")
def activity_is_a_test():
    return RIGHT | {10: "none"}


@q.mistake("""You flagged note 14 because it quotes the abstract. It does so to hold Table 2 against
it, and that is what a critique does.""")
def abstract_may_not_be_quoted():
    return RIGHT | {14: "abstract"}


@q.mistake("""You flagged note 13 because it names a stated limit. It sets that limit aside, and its
own point (memory binds) is nowhere in section 5.""")
def stated_limit_may_not_be_named():
    return RIGHT | {13: "limits"}


@q.mistake("""You flagged note 3 for citing one side. The work that it names is against it: that is
the opposite of picking cherries.""")
def one_citation_is_one_sided():
    return RIGHT | {3: "cites", 14: "cites"}


@q.variant
def grouped_by_flaw():
    groups = dict(zip(FLAWS, ((1, 7), (2, 8), (4, 9), (5, 10), (6, 11), (3, 12, 13, 14))))
    return {number: flaw for flaw, numbers in groups.items() for number in numbers}


@q.variant
def as_a_list_of_indices():
    order = [0, 1, 5, 2, 3, 4, 0, 1, 2, 3, 4, 5, 5, 5]
    return dict(zip(range(1, 15), [FLAWS[i] for i in order]))


q.hints(
    "Does it judge? By which numbers? Whose objection? What would prove it wrong? Who is against?",
    "Compare 7 with 12: both have all of Table 2. Which could be wrong?",
    "Each flaw twice, once loud and once quiet; four notes have none.",
)
q.why("""Each flaw has a loud form and a quiet one. The quiet summary is full of numbers; the quiet
reader of abstracts has a fine idea; the quiet copyist rewords; the quiet activity has a price; the
quiet cherry-picker is generous elsewhere.

And each has a false alarm: to quote the abstract *against* a table, to name a limit and set it
aside, to cite one work that disagrees. The linter below can see numbers, places and copied words.
It cannot see whether you are right.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Is it a question? (4 points, 20 minutes)
#
# Below is a group, and fourteen entries from the question logs of its applicants. Each has **one**
# of these flaws, or `"none"`. The rules, in this order; the first that applies counts:
#
# | | |
# |---|---|
# | `"topic"` | it predicts nothing |
# | `"cannot_fail"` | no result of the test that it names would disagree with the prediction |
# | `"known"` | a work on the group's list has answered it, in the same setting |
# | `"baseline"` | no method is named that it must beat or meet, not even M without the change |
# | `"compute"` | the test needs more than 100 times the budget (6 · parameters · tokens a run) |
#
# A test that needs more than the budget, but not 100 times as much, can be shrunk: that is no flaw
# here. `sort_questions()` returns a dict from each entry's number (int) to one of `LABELS`.
#
# **A group for small language models (invented)**
#
# - Budget of a first test: 500 device hours, at 2e14 FLOP/s that are really reached.
# - Model M: 125 million parameters, 2.5 billion tokens, perplexity 24.6 (five seeds, sd 0.2).
# - Known: Ahn 2023: with equal trials, linear and cosine decay end within 0.2 % of each other in
#   perplexity, from 100 million to 3 billion parameters, tokens seen once. Berg 2024: leaving out
#   the shortest tenth of the documents changes nothing (below 0.1 %) at 1 billion parameters.
#
# 1. Data quality for small language models. We look at filters, mixtures and duplicates, and find
#    out what matters most.
# 2. Does dropping 13-gram duplicates make M better on sites that were held out? Prediction: 24.2
#    or less instead of 24.6; above 24.4 I am wrong. Test: M with and without, five seeds each.
# 3. Does the order of the data shape what M learns? Prediction: order has an influence, for
#    better or for worse, large or too small to be seen. Test: three orders of M's data, five seeds
#    each.
# 4. Is dropping duplicates worth as much at 70 billion parameters? Prediction: 1 % lower
#    perplexity than with them; less than 0.5 % refutes it. Test: one run with and one without,
#    1.4e12 tokens each.
# 5. Is linear decay better than cosine at 300 million parameters? Prediction: by 1 % in
#    perplexity, with equal trials; below 0.5 % I am wrong. Test: ten runs on 6 billion tokens,
#    seen once.
# 6. Does a small memory layer help M? Prediction: perplexity below 26 and more coherent samples;
#    at 26 or above I am wrong. Test: M with the layer, five seeds.
# 7. How do attention sinks, norms and optimisers play together? We chart it with 40 runs of M,
#    four sinks by two norms by five optimisers, and report perplexity and the norm of the
#    activations.
# 8. From which width on does depth stop paying? Prediction: beyond width 2,048 twice the depth
#    gains less than 1 % over the same FLOP spent on width; more refutes it. Test: 5 depths, 8
#    widths, 10 seeds, on average 1.3 billion parameters and 26 billion tokens a run.
# 9. Does luck grow with the batch? Prediction: the sd over seeds doubles from M's 0.2 at batch
#    512 to 0.4 at batch 8,192; below 0.25 I am wrong. Test: M at ten batch sizes, 60 seeds each.
# 10. Do short documents harm? Prediction: at 1 billion parameters, training without the shortest
#    tenth gives 0.5 % less perplexity than with it; below 0.2 % I am wrong. Test: six runs on 5
#    billion tokens.
# 11. Does M plan ahead? Prediction: from a hidden layer a probe finds the token after next better
#    than chance; where it does not, the probe was too weak. Test: four probes on 12 layers of M.
# 12. Does code in the mixture help with puzzles? Prediction: after mixing in a tenth of code, M
#    solves 30 % or more of 500 puzzles, and below 25 % I am wrong. Test: five seeds of M with
#    code.
# 13. Ahn 2023 has linear and cosine decay equal when tokens are seen once. Are they when M sees a
#    tenth of its tokens ten times? Prediction: linear ends 1 % below cosine; under 0.5 % I am
#    wrong. Test: five seeds each, equal trials.
# 14. Does shuffling within shards only do harm? Prediction: no; the 95 % interval of the
#    difference to a full shuffle lies within ± 0.2, and I am wrong if it reaches beyond. Test: M
#    both ways, 20 seeds each.


# %% nbgrader={"grade_id": "sort_questions", "solution": true}
def sort_questions():
    """The flaw of each entry.

    Returns:
        dict from the entry's number to one of LABELS.
    """
    ### BEGIN SOLUTION
    return {
        1: "topic",
        2: "none",
        3: "cannot_fail",
        4: "compute",
        5: "known",
        6: "baseline",
        7: "topic",
        8: "compute",
        9: "none",
        10: "known",
        11: "cannot_fail",
        12: "baseline",
        13: "none",
        14: "none",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "sort_questions_finds_what_can_be_answered", "grade": true}
"""A question has a prediction that can fail, against something, within reach, not yet answered."""
q = Question(sort_questions, points=4)
q.probe(each_item_has_one("entry", 14, LABELS), gives="")
for entry in (
    (1, "topic", "an area of work; no result would answer it"),
    (2, "none", "24.2 against 24.6, and 24.4 as the line: ten runs of 2e18 FLOP are cheap"),
    (4, "compute", "2 · 6 · 7e10 · 1.4e12 = 1.2e24 FLOP against 3.6e20: more than 3,000 times"),
):
    q.probe(the_item("entry", *entry), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
ORDER = """topic none cannot_fail compute known baseline topic compute none known cannot_fail
baseline none none"""
RIGHT = dict(enumerate(ORDER.split(), start=1))
for entry in (
    (3, "cannot_fail", "better, worse, or too small to be seen: every outcome agrees"),
    (5, "known", "Ahn 2023 covers 300 million parameters, equal trials, tokens seen once"),
    (6, "baseline", "26 is no bar: M without the layer has 24.6. Against what?"),
    (7, "topic", "40 runs and two measures, and nothing that is expected of them"),
    (8, "compute", "400 runs of 2.0e20 are 8.1e22 FLOP, 225 times 3.6e20: count the runs"),
    (9, "none", "600 runs of M are 1.1e21, three times the budget: shrink it"),
    (10, "known", "Berg 2024 has answered it at this size"),
    (11, "cannot_fail", "'the probe was too weak' takes care of every failure"),
    (12, "baseline", "30 % of puzzles, and how many without code?"),
    (13, "none", "it names what is known, and asks beyond it: tokens seen ten times"),
    (14, "none", "a prediction of no difference can fail, if it has a margin"),
):
    q.probe(the_item("entry", *entry), gives="")


@q.reference
def by_table():
    return dict(sorted(RIGHT.items()))


def passed(flaw):
    """All labels right, but entries with this flaw are let pass."""
    return {number: "none" if had == flaw else had for number, had in RIGHT.items()}


@q.mistake("""You let topics pass for questions. A topic is a place to look; a question has an
answer that you could be wrong about. Add the prediction.""")
def topic_not_question():
    return passed("topic")


@q.mistake("""You let predictions pass that agree with every outcome. Write down the result that
would refute it, before the run; if you can't, there is nothing to run.""")
def unfalsifiable():
    return passed("cannot_fail")


@q.mistake("""You let questions pass whose test costs more than a hundred budgets. 6 · parameters ·
tokens · runs, over FLOP/s and 3,600: do it before you fall in love.""")
def needs_100x_compute():
    return passed("compute")


@q.mistake("""You let questions pass that are answered. Ten minutes with the group's own reading
list would have told. Ask beyond what is known: another scale, another setting, the exception.""")
def known_answer():
    return passed("known")


@q.mistake("""You let predictions pass with nothing to beat. A number is no baseline: "below 26" is
met by the model without the layer. Which method, with which budget, and at what score?""")
def no_baseline_to_beat():
    return passed("baseline")


@q.mistake("""You took entry 7 for a question because it has numbers. 40 runs are a plan of work; it
does not say what will come out.""")
def a_plan_is_a_question():
    return RIGHT | {7: "none"}


@q.mistake("""You took "no difference" for a prediction that cannot fail (entry 14). With a margin
it can fail: an interval that reaches beyond ± 0.2 refutes it.""")
def no_difference_cannot_fail():
    return RIGHT | {14: "cannot_fail"}


@q.mistake("""You called a test out of reach that needs three budgets (entry 9). Ten seeds in place
of sixty, and it fits; only more than 100 times is a flaw here.""")
def over_budget_is_out_of_reach():
    return RIGHT | {9: "compute"}


@q.mistake("""You called a question known because it names a work (entry 13). It asks where that
work stops: tokens seen ten times. That is how good questions begin.""")
def a_named_work_has_answered_it():
    return RIGHT | {13: "known"}


@q.mistake("""You counted one run of entry 8. It has 5 · 8 · 10 = 400 of 2.0e20 FLOP each.""")
def runs_not_counted():
    return RIGHT | {8: "none"}


@q.mistake("""You let entry 6 pass because it has a number that could fail. M without the layer has
24.6, so that a layer which does harm would pass as well.""")
def any_number_is_a_baseline():
    return RIGHT | {6: "none"}


@q.variant
def grouped_by_flaw():
    groups = dict(zip(LABELS, ((1, 7), (3, 11), (5, 10), (6, 12), (4, 8), (2, 9, 13, 14))))
    return {number: flaw for flaw, numbers in groups.items() for number in numbers}


@q.variant
def as_a_list_of_indices():
    order = [0, 5, 1, 4, 2, 3, 0, 4, 5, 2, 1, 3, 5, 5]
    return dict(zip(range(1, 15), [LABELS[i] for i in order]))


q.hints(
    "What does it predict? What would disagree? Who knows it already? Better than what? Cost?",
    "Compare 6 with 2: both have a number that could fail. Which has something to beat?",
    "Each flaw twice; four have none. The budget is 500 · 3600 · 2e14 = 3.6e20 FLOP.",
)
q.why("""| entry | runs | FLOP | times 3.6e20 |
|---|---|---|---|
| 4 | 2 | 1.2e24 | 3,267 |
| 8 | 400 | 8.1e22 | 225 |
| 9 | 600 | 1.1e21 | 3.1 |
| 10 | 6 | 1.8e20 | 0.5 |

The quiet ones are what interviews are lost with: an escape clause (11), a bar that lies on the
floor (6), a plan of work with numbers in it (7), a product of four harmless numbers (8). Platt
(1964) has the touchstone for all of them: *which hypothesis does your experiment exclude?*""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. The cheapest decisive test (4 points, 20 minutes)
#
# A question can be tested at several scales. Each entry of `tests` is a dict:
#
# | key | |
# |---|---|
# | `name` | str |
# | `params`, `tokens` | of one run; a run takes 6 · params · tokens FLOP |
# | `arms` | methods that are run, the baseline among them |
# | `effect`, `sd` | predicted effect at this scale, and sd of the paired difference between seeds |
# | `rate` | FLOP/s that a device really reaches at this scale |
# | `usd_h` | price of a device hour |
# | `labels_usd` | labels that must be bought for this test: once, not for each run |
#
# A test is *decisive* with $\lceil 7.85\,(\text{sd}/\text{effect})^2+2\rceil$ seeds (80 % power at
# 5 %). Every arm runs on every seed. `cheapest_test(tests, budget_usd)` returns a dict with `name`,
# `seeds` (of each arm), `hours` (device hours of all runs) and `usd` (devices and labels) of the
# decisive test that costs least, or `None` if that one costs more than `budget_usd` (equal is
# fine). Of equal costs the first.
#
# **Example.** 1e8 params, 2e9 tokens, 2 arms, effect 1, sd 1, 1e14 FLOP/s, 2 USD/h, no labels: 10
# seeds, 20 runs of 1.2e18 FLOP, 66.7 h, 133.3 USD.


# %% nbgrader={"grade_id": "cheapest_test", "solution": true}
def cheapest_test(tests, budget_usd):
    """The decisive test that costs least.

    Args:
        tests: list of dicts, see above; at least one.
        budget_usd: float.

    Returns:
        dict with "name", "seeds", "hours", "usd"; or None if none is affordable.
    """
    ### BEGIN SOLUTION
    found = []
    for test in tests:
        seeds = math.ceil(7.85 * (test["sd"] / test["effect"]) ** 2 + 2)
        work = 6 * test["params"] * test["tokens"] * test["arms"] * seeds
        hours = work / test["rate"] / 3600
        usd = hours * test["usd_h"] + test["labels_usd"]
        found.append({"name": test["name"], "seeds": seeds, "hours": hours, "usd": usd})
    best = min(found, key=lambda row: row["usd"])
    return best if best["usd"] <= budget_usd else None
    ### END SOLUTION


# %% nbgrader={"grade_id": "cheapest_test_is_decisive", "grade": true}
"""The cheapest run is not the cheapest test: small models show small effects."""
q = Question(cheapest_test, points=4)


def option(name, params, tokens, effect, sd, arms=2, rate=1e14, usd_h=2.0, labels_usd=0.0):
    """One of the tests to choose from."""
    return {"name": name, "params": params, "tokens": tokens, "arms": arms, "effect": effect,
            "sd": sd, "rate": rate, "usd_h": usd_h, "labels_usd": labels_usd}  # fmt: skip


q.case(
    [option("one", 1e8, 2e9, 1.0, 1.0)],
    500.0,
    gives={"name": "one", "seeds": 10, "hours": 66.66666667, "usd": 133.33333333},
    claim="work is 6 · params · tokens for each run, and every arm runs on every seed",
)
q.case(
    [option("tiny", 1e7, 1e9, 0.05, 0.4), option("mid", 6e7, 1e9, 0.4, 0.4)],
    500.0,
    gives={"name": "mid", "seeds": 10, "hours": 20.0, "usd": 40.0},
    claim="a cheap run with a small effect needs many seeds: tiny needs 505",
)
q.case(
    [option("labelled", 3e7, 1e9, 1.0, 0.5, labels_usd=700.0, arms=3)],
    700.0,
    gives=None,
    claim="labels are part of the cost, and a test over the budget is no test",
)
### BEGIN HIDDEN TESTS
q.hidden()
SCALES = [
    option("s", 2e7, 4e8, 0.1, 0.4, rate=3e13),
    option("m", 1.3e8, 2.6e9, 0.5, 0.3, rate=9e13, arms=3),
    option("l", 1e9, 2e10, 0.9, 0.2, rate=2e14, usd_h=3.0),
]
q.case(SCALES, 1e4, claim="price, rate and arms differ from scale to scale")
q.case(SCALES[1:], 900.0, claim="two or three arms, the baseline counted among them")
q.case(SCALES[2:], 1e5, claim="the largest run may need the fewest seeds: 3 at least")
q.case(
    [
        option("human", 5e7, 1e9, 1.0, 0.7, labels_usd=60.0),
        option("proxy", 5e7, 1e9, 0.3, 0.7, arms=2),
    ],
    1e3,
    claim="labels are bought once, however many runs there are",
)
q.case(
    [option("x", 1e8, 2e9, 1.0, 1.0), option("y", 2e8, 1e9, 1.0, 1.0)],
    1e3,
    claim="of equal costs the first",
)
EDGE = option("edge", 2.0**20, 3600 * 2.0**20, 0.4, 0.4, rate=6 * 2.0**40)  # no rounding: 1 h a run
q.case([EDGE], 40.0, claim="exactly the budget is affordable")
q.case(
    [
        option("fast", 6e7, 1e9, 0.4, 0.4, rate=3e14, usd_h=9.0),
        option("slow", 6e7, 1e9, 0.4, 0.4, rate=1e14, usd_h=1.0),
    ],
    300.0,
    claim="cost decides, and not hours",
)
q.case(
    [option("small", 4e7, 8e8, 0.2, 0.5), option("big", 3e8, 6e9, 0.8, 0.5)],
    30.0,
    gives=None,
    claim="if the cheapest decisive test is over the budget, there is none",
)


def cost_rows(tests, seeds=None, work=6, arms=0, labels=None, hour=3600, rows=None):
    """All costs with numpy; each argument breaks one rule."""
    rows = []
    for test in tests:
        n = int(np.ceil(2 + 7.85 * np.square(test["sd"] / test["effect"])))
        n = seeds(test) if seeds else n
        runs = n * (test["arms"] + arms)
        hours = float(np.prod([work, test["params"], test["tokens"], runs]) / (test["rate"] * hour))
        bought = test["labels_usd"] * (labels(runs) if labels else 1)
        rows.append((test["name"], n, hours, hours * test["usd_h"] + bought))
    return rows


def pick(rows, budget, key=lambda row: row[3], check=True):
    row = min(rows, key=key)
    if check and row[3] > budget + 1e-9:
        return None
    return dict(zip(("name", "seeds", "hours", "usd"), row))


@q.reference
def by_sorting(tests, budget_usd):
    return pick(cost_rows(tests), budget_usd)


@q.mistake("""You ran each arm once. One pair of runs decides nothing: the number of seeds follows
from effect and sd.""")
def one_seed(tests, budget_usd):
    return pick(cost_rows(tests, seeds=lambda _: 1), budget_usd)


@q.mistake("""You chose the test whose single run is cheapest. At a small scale the effect shrinks
and the number of seeds grows with its square: compare whole tests.""")
def cheapest_run(tests, budget_usd):
    def run(row):
        test = next(t for t in tests if t["name"] == row[0])
        return test["params"] * test["tokens"] / test["rate"] * test["usd_h"]

    return pick(cost_rows(tests), budget_usd, key=run)


@q.mistake("""You left the baseline out. Its numbers from another paper share neither your data nor
your seeds, and nothing is paired: it is one of the arms.""")
def baseline_not_run(tests, budget_usd):
    return pick(cost_rows(tests, arms=-1), budget_usd)


@q.mistake("""You counted the baseline on top of the arms. `arms` has it already.""")
def baseline_counted_twice(tests, budget_usd):
    return pick(cost_rows(tests, arms=1), budget_usd)


@q.mistake("""You took 2 FLOP for each parameter and token. That is a forward pass; with the
backward pass it is 6.""")
def forward_pass_only(tests, budget_usd):
    return pick(cost_rows(tests, work=2), budget_usd)


@q.mistake("""You bought the labels anew for each run. They are a cost of the test, and stay.""")
def labels_for_each_run(tests, budget_usd):
    return pick(cost_rows(tests, labels=lambda runs: runs), budget_usd)


@q.mistake("""You left the labels out. A test that needs them is often the dearer one for that
reason.""")
def labels_forgotten(tests, budget_usd):
    return pick(cost_rows(tests, labels=lambda _: 0), budget_usd)


@q.mistake("""You returned the cheapest test without looking at the budget. If it costs more, the
honest answer is None: shrink the question.""")
def budget_ignored(tests, budget_usd):
    return pick(cost_rows(tests), budget_usd, check=False)


@q.mistake("""You took the test with the fewest device hours. Hours have prices, and labels have
too: compare dollars.""")
def fewest_hours(tests, budget_usd):
    return pick(cost_rows(tests), budget_usd, key=lambda row: row[2])


@q.mistake("""You refused a test that costs exactly the budget. The statement says that equal is
fine.""")
def budget_itself_refused(tests, budget_usd):
    best = pick(cost_rows(tests), budget_usd)
    return best if best and best["usd"] < budget_usd - 1e-9 else None


@q.mistake("""You took seconds for hours. FLOP over FLOP/s are seconds; 3,600 make an hour.""")
def seconds_paid_as_hours(tests, budget_usd):
    return pick(cost_rows(tests, hour=1), budget_usd)


@q.mistake("""You rounded the seeds to the nearest number, or down. Power is a floor: round up.""")
def seeds_not_rounded_up(tests, budget_usd):
    return pick(
        cost_rows(tests, seeds=lambda t: round(7.85 * (t["sd"] / t["effect"]) ** 2 + 2)),
        budget_usd,
    )


@q.mistake("""You left out the 2 that is added for the t distribution with few seeds: a large effect
then asks for one seed or two, and no interval can be had from one.""")
def two_more_forgotten(tests, budget_usd):
    return pick(
        cost_rows(tests, seeds=lambda t: math.ceil(7.85 * (t["sd"] / t["effect"]) ** 2)),
        budget_usd,
    )


@q.mistake("""You divided sd by effect and forgot to square. Half of the effect needs four times the
seeds, and that is why small scales are dear.""")
def ratio_not_squared(tests, budget_usd):
    return pick(
        cost_rows(tests, seeds=lambda t: math.ceil(7.85 * t["sd"] / t["effect"] + 2)), budget_usd
    )


@q.variant
def affordable_first(tests, budget_usd):
    best = None
    for test in tests:
        ratio = test["sd"] / test["effect"]
        seeds = -int(-(7.85 * ratio * ratio + 2) // 1)
        seconds = seeds * test["arms"] * test["params"] * test["tokens"] * 6.0 / test["rate"]
        usd = test["labels_usd"] + seconds * test["usd_h"] / 3600
        if usd <= budget_usd + 1e-9 and (best is None or usd < best["usd"] - 1e-9):
            best = {"usd": usd, "hours": seconds / 3600, "seeds": seeds, "name": test["name"]}
    return best


@q.variant
def with_arrays(tests, budget_usd):
    params, tokens, arms, effect, sd, rate, usd_h, labels = (
        np.array([t[key] for t in tests], dtype=float)
        for key in "params tokens arms effect sd rate usd_h labels_usd".split()
    )
    seeds = np.ceil(7.85 * (sd / effect) ** 2 + 2)
    hours = 6 * params * tokens * arms * seeds / rate / 3600
    usd = hours * usd_h + labels
    i = int(np.argmin(usd))
    if usd[i] > budget_usd + 1e-9:
        return None
    return {"name": tests[i]["name"], "seeds": seeds[i], "hours": hours[i], "usd": usd[i]}


q.hints(
    "How many runs does one decisive test have, and what is paid once?",
    "effect = sd makes 10 seeds; effect = sd/2 makes 34; effect = sd/8 makes 505.",
    "For each test: seeds (rounded up), 6·N·D·arms·seeds/rate/3600 h, times usd_h, plus labels.",
)
q.why("""Cost grows with N · D · (sd/effect)². If the effect shrinks in proportion to the size of
the model, a tenth of the size costs a hundredth for each run (fewer tokens as well) and a hundred
times the seeds: nothing is gained, and the answer is about the wrong scale. So the cheapest
*decisive* test is mostly in the middle, and you find it only by writing the predicted effect down
**for each scale**. That line is what an interviewer waits for after "I would try it on a small
model first".""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "critique", "task": true, "points": 6}
# ## 9. "A paper you liked: what is wrong with it?" (6 points, graded by hand)
#
# Take paper C. You liked it. Write what you would say in two minutes (at most 300 words): its
# claim, what the tables support, the most damaging thing that they do not say **with a number that
# you recomputed**, what you would test next, at which cost, and which result would make you
# withdraw. Then answer this pushback in at most 80 words: *"On rare queries nobody finds the
# product in the first ten anyway, so recall at 100 is what counts."*
#
# ### BEGIN MARK SCHEME
# Mark each row of the research rubric 0 to 3; the points are a third of the sum, rounded down.
#
# - **Problem.** 0 retells RH. 1 says why rare queries matter. 2 asks what a shop would decide by
#   it. 3 turns it: which list length do shoppers of rare things really scan?
# - **Evidence.** 0 quotes +2.1 and +9.4. 1 sees that Table 2 has another metric than announced, or
#   that H was chosen on the test days. 2 computes rare nDCG@10 from Table 1 (shares 0.74 and 0.26:
#   about 34.8 against 35.8) *and* what rounding leaves (each ± 0.3 or so). 3 designs the test that
#   settles it: nDCG@10 by query for the rare ones, H chosen on days 25 to 27, paired bootstrap.
# - **Failure modes.** 0 none. 1 "may not generalise". 2 a trigger (products with few purchases give
#   heads that match anything). 3 bounds it (0.26 · 1 point on all queries, hidden by +2.1 on 74 %).
# - **Mathematics.** 0 symbols. 1 follows the maximum over heads. 2 derives the decomposition. 3
#   sees without new runs that "all" and "frequent" fix the third number.
# - **Honesty.** 0 "the paper is wrong". 1 hedges. 2 says that four seeds and rounding leave room. 3
#   names the result that would make the speaker withdraw, with a number.
# - **Dialogue.** 0 repeats. 1 answers. 2 takes it up: then recall at 100 should have been
#   announced, and the funnel behind it needs a ranker. 3 improves it: report both, with the share
#   of shoppers who scroll that far; if more than a third do, the interviewer is right.
# ### END MARK SCHEME

# %% [markdown]
# *Your critique and your answer: write them here, in place of this line.*
