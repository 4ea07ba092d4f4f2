# %% [markdown]
# # {{title}}: the assignment
#
# Six questions here and a written one; a take-home is in `practice.ipynb`. Together about
# {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **All firms, people and numbers here are invented.** The rules of the debrief and of the day are
# this course's: firms differ, and few publish theirs. No argument may be changed in place.

# %% nbgrader={"grade_id": "imports", "locked": true}
import itertools
import math
from collections import Counter
from datetime import date
from functools import cache

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.career.loop import Loop, charges, problems
from mlprep.career.mocks import own_mocks, report_mocks
from mlprep.check import Question

nan = float("nan")

# %% [markdown]
# ## 1. The debrief (4 points, 20 minutes)
#
# `scores[s, a]` is the mark of session `s` on axis `a`: 1 strong no, 2 no, 3 yes, 4 strong yes;
# `nan` where the session did not mark the axis. `required[a]` (bool) says which axes the job cannot
# do without. `debrief(scores, required)` returns `(decision, axis)`. **The first rule that applies
# decides:**
#
# 1. **Veto.** A strong no on a required axis: `("no", axis)`.
# 2. **Gap.** A required axis that nobody marked: `("more", axis)`, ask for one more session.
# 3. **Floor.** A required axis whose own mean is below 2.5: `("no", axis)`, the lowest such mean.
# 4. **Sum.** Take the mean of each axis that has a mark, required or not. If the mean of these
#    means is 3 or more, `("hire", None)`, else `("no", None)`.
#
# Where several axes fit, the smallest index. At least one mark is there.
#
# **Example.** Three sessions, three axes, the first two required: `[[4, nan, 4], [1, 4, nan],
# [4, 4, 4]]` has a mean of 3.6 over its seven marks. The answer is `("no", 0)`.


# %% nbgrader={"grade_id": "debrief", "solution": true}
def debrief(scores, required):
    """The panel's decision, and the axis that it hung on.

    Args:
        scores: float array [sessions, axes], 1 to 4; nan = not marked.
        required: bool array [axes].

    Returns:
        (decision, axis): "hire", "no" or "more"; an int, or None.
    """
    ### BEGIN SOLUTION
    asked = ~np.isnan(scores)
    for axis in np.flatnonzero(required):
        if (scores[:, axis] == 1).any():
            return "no", int(axis)
    for axis in np.flatnonzero(required):
        if not asked[:, axis].any():
            return "more", int(axis)
    seen = np.flatnonzero(asked.any(axis=0))
    means = {int(axis): scores[asked[:, axis], axis].mean() for axis in seen}
    low = [axis for axis in means if required[axis] and means[axis] < 2.5]
    if low:
        return "no", min(low, key=means.get)  # the first of several
    return ("hire" if np.mean(list(means.values())) >= 3 else "no"), None
    ### END SOLUTION


# %% nbgrader={"grade_id": "debrief_has_floors", "grade": true}
"""A hole is not filled by what is high elsewhere."""
q = Question(debrief, points=4)


def panel(*rows):
    """Scores from texts: panel("4.1", "34.") has two sessions and three axes."""
    return np.array([[nan if mark == "." else float(mark) for mark in row] for row in rows])


def needed(text):
    return np.array([mark == "1" for mark in text])


q.case(
    panel("4.4", "14.", "444"),
    needed("110"),
    gives=("no", 0),
    claim="one strong no on a required axis fails, whatever the mean",
)
q.case(
    panel("3.4", "3.3"),
    needed("110"),
    gives=("more", 1),
    claim="a required axis that nobody marked is neither a yes nor a no",
)
q.case(
    panel("42..", "3.42", "42.4"),
    needed("1110"),
    gives=("no", 1),
    claim="a required axis whose own mean is below 2.5 fails",
)
q.case(
    panel("43.", "2.1", "3.4"),
    needed("110"),
    gives=("no", None),
    claim="a strong no on an axis that is not required fails nobody; the sum may",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    panel("4..4", "4.34", "44.1", ".23."),
    needed("1110"),
    claim="above all floors, the mean of the axes' means decides",
)
q.case(
    panel("14..", "4.4."),
    needed("1001"),
    claim="the veto comes before the gap: why ask on",
)
q.case(
    panel(".41", ".44"),
    needed("101"),
    claim="rule 1 looks at every axis before rule 2 looks at any",
)
q.case(
    panel("24.", "24."),
    needed("101"),
    claim="rule 2 looks at every axis before rule 3 looks at any",
)
q.case(
    panel("4.1", "1.4", "444"),
    needed("111"),
    claim="of two vetoes the smaller axis is named, whoever spoke first",
)
q.case(
    panel("42.2", "433.", "42.2"),
    needed("1101"),
    claim="the axis with the lowest mean is named, not the first below the floor",
)
q.case(
    panel("23.", "3.4", ".44"),
    needed("111"),
    claim="2.5 itself is enough for an axis, and a single no is no veto",
)
q.case(
    panel("3.3", "33.", ".33"),
    needed("101"),
    claim="3 itself is enough for the sum",
)
q.case(
    panel("42222", "43333", "4....", "4....", "4...."),
    needed("10000"),
    claim="the sum is over axes, not over marks: five strong yeses on one axis count once",
)
q.case(
    panel("24", "24", "44"),
    needed("11"),
    claim="the floor is under the mean: 2, 2 and 4 make 2.67, though their median is 2",
)
q.case(
    panel("442", "4.1", "4.."),
    needed("100"),
    claim="an axis that is not required has neither veto nor floor",
)


def decided(scores, required, veto="required", gap=True, zero=False, floor="mean", base="axes",
            order="veto first", named="lowest", strict=False):  # fmt: skip
    """The debrief in plain Python; each argument breaks one rule."""
    columns = list(zip(*np.asarray(scores).tolist()))
    marks = [[m for m in column if m == m] for column in columns]
    must = [a for a, need in enumerate(np.asarray(required).tolist()) if need]
    vetoed = [a for a in (must if veto == "required" else range(len(marks))) if 1.0 in marks[a]]
    if veto == "plain":
        vetoed = [a for a in must if any(m <= 2 for m in marks[a])]
    missed = [a for a in must if not marks[a]]
    if veto == "none":
        vetoed = []
    if order == "gap first" and missed:
        return "more", missed[0]
    if vetoed:
        return "no", vetoed[0]
    if gap and missed:
        return "more", missed[0]
    if zero:
        marks = [[m if m == m else 0.0 for m in column] for column in columns]
    means = {a: sum(own) / len(own) for a, own in enumerate(marks) if own}
    if floor == "median":
        means = {a: float(np.median(own)) for a, own in enumerate(marks) if own}
    below = (lambda x, bar: x <= bar) if strict else (lambda x, bar: x < bar)
    guarded = means if floor == "all" else [a for a in must if a in means]
    low = [a for a in guarded if below(means[a], 2.5)]
    if floor == "single":
        low = [a for a in must if any(m < 2.5 for m in marks[a])]
    if floor != "none" and low:
        return "no", low[0] if named == "first" else min(low, key=lambda a: (means[a], a))
    if base == "marks":
        pool = [m for own in marks for m in own]
    else:
        pool = [means[a] for a in means if base == "axes" or a in must]
    return ("no" if below(sum(pool) / len(pool), 3) else "hire"), None


@q.reference
def in_plain_python(scores, required):
    return decided(scores, required)


@q.mistake("""You hired by the mean of all marks. Strength on one axis then pays for a hole in
another, and the job is done with all of them. Veto, gap and floor come first; the mean speaks only
among candidates who pass them.""")
def mean_score_hire(scores, required):
    return ("hire" if np.nanmean(scores) >= 3 else "no"), None


@q.mistake("""You let the sessions vote: each one's mean, then the majority. The rows are people,
and the job is in the columns: go through the axes.""")
def sessions_vote(scores, required):
    votes = [np.nanmean(row) >= 3 for row in np.asarray(scores)]
    return ("hire" if sum(votes) > len(votes) / 2 else "no"), None


@q.mistake("""You left the veto to the floor: a 1 and a 4 make 2.5, and the strong no is gone. Look
for a 1 on a required axis before you average anything.""")
def strong_no_averaged_away(scores, required):
    return decided(scores, required, veto="none")


@q.mistake("""You let a strong no on any axis fail. Only required axes have a veto; else each
further question that somebody likes to ask becomes a condition of the job.""")
def veto_on_every_axis(scores, required):
    return decided(scores, required, veto="all")


@q.mistake("""A required axis without a mark passed: you averaged over what was asked. Nobody knows
whether there is a hole. Return ("more", axis).""")
def not_asked_passes(scores, required):
    return decided(scores, required, gap=False)


@q.mistake("""You counted "not asked" as 0. That a session did not mark an axis is the panel's
choice, and says nothing about the candidate. Leave nan out of every mean.""")
def not_asked_is_zero(scores, required):
    return decided(scores, required, gap=False, zero=True)


@q.mistake("""You looked for gaps before vetoes. A strong no on a required axis decides already; one
more session cannot undo it, and costs everybody an hour. Veto first.""")
def gap_before_veto(scores, required):
    return decided(scores, required, order="gap first")


@q.mistake("""You failed an axis for a single mark below 2.5. The floor is for the axis' own mean:
one no beside a yes is noise as often as not. Only a strong no decides alone.""")
def floor_on_single_marks(scores, required):
    return decided(scores, required, floor="single")


@q.mistake("""You put the floor under axes that are not required as well. They count in the sum
only.""")
def floor_on_every_axis(scores, required):
    return decided(scores, required, floor="all")


@q.mistake("""There is no floor in your debrief: two plain noes on a required axis were outvoted by
the other axes. Compare each required axis' own mean with 2.5.""")
def no_floor(scores, required):
    return decided(scores, required, floor="none")


@q.mistake("""Your last mean is over marks, not over axes: an axis that five sessions marked weighs
five times. Average each axis first, then the axes.""")
def asked_often_weighs_more(scores, required):
    return decided(scores, required, base="marks")


@q.mistake("""Your last mean is over required axes only. They have had their floors; the sum is
where the other axes count.""")
def sum_of_required_axes_only(scores, required):
    return decided(scores, required, base="required")


@q.mistake("""You named the first axis below the floor. The panel is to hear the lowest one: that is
what the decision hangs on.""")
def first_axis_below_named(scores, required):
    return decided(scores, required, named="first")


@q.mistake("""You asked all rules of one axis before you looked at the next axis. The first *rule*
that applies decides: look for a veto on every axis, then for a gap on every axis, then for the
floor.""")
def axis_by_axis(scores, required):
    for a, need in enumerate(required):
        own = scores[:, a][~np.isnan(scores[:, a])]
        if need and (own == 1).any():
            return "no", a
        if need and not own.size:
            return "more", a
        if need and own.mean() < 2.5:
            return "no", a
    return decided(scores, required)


@q.mistake("""Of two vetoes you named the one of the first session. Where several axes fit, the
smallest index.""")
def first_session_named(scores, required):
    found = np.argwhere((scores == 1) & required)
    return ("no", int(found[0][1])) if len(found) else decided(scores, required)


@q.mistake("""You failed who is exactly on the bar. The rules say below 2.5, and 3 or more.""")
def bar_must_be_beaten(scores, required):
    return decided(scores, required, strict=True)


@q.mistake("""You took the median of an axis. With two or three marks it throws one of them away;
the rules say mean.""")
def median_of_an_axis(scores, required):
    return decided(scores, required, floor="median")


@q.mistake("""You let a plain no (2) veto. Only a strong no, 1, decides alone; a 2 counts in the
axis' mean.""")
def plain_no_is_a_veto(scores, required):
    return decided(scores, required, veto="plain")


@q.variant
def with_masked_arrays(scores, required):
    masked = np.ma.masked_invalid(scores)
    must = np.asarray(required, dtype=bool)
    veto = np.flatnonzero(((masked == 1).filled(False)).any(axis=0) & must)
    if veto.size:
        return "no", veto[0]
    gap = np.flatnonzero((masked.count(axis=0) == 0) & must)
    if gap.size:
        return "more", gap[0]
    means = masked.mean(axis=0)
    low = np.where(must, means.filled(9.0), 9.0)
    if low.min() < 2.5:
        return "no", int(low.argmin())
    return ("hire", None) if means.mean() >= 3 else ("no", None)


@q.variant
def with_nanmeans(scores, required):
    keep = ~np.isnan(scores).all(axis=0)
    must = list(np.flatnonzero(required))
    for axis in must:
        if 1 in scores[:, axis]:
            return "no", axis
    for axis in must:
        if not keep[axis]:
            return "more", axis
    means = np.full(scores.shape[1], nan)
    means[keep] = np.nanmean(scores[:, keep], axis=0)
    below = sorted((means[axis], axis) for axis in must if means[axis] < 2.5)
    if below:
        return "no", below[0][1]
    return ["no", "hire"][int(np.nanmean(means) >= 3)], None


q.hints(
    "Which axes decide alone, and in which order are the rules asked?",
    'panel("14", "4.") with both axes required: 1 and 4 make 2.5, and still it is a no.',
    """Four steps: any 1 in a required column; a required column without marks; required columns'
own means below 2.5, the lowest named; then the mean of all columns' means against 3.""",
)
q.why("""A mean assumes that axes pay for each other. In a sum of sales they do; in a job they
mostly don't: a model that is designed well and cannot be coded is not shipped. Floors say so, axis
by axis, and the mean is left for choosing among people without a hole.

"Not asked" is a third value. Averaged away it turns the panel's own gap into a yes, counted as zero
into a no; both are made up. Real panels ask for one more session, and so can you: *"I think nobody
asked me about X. Shall we?"*""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. A strong no by bad luck (3 points, 15 minutes)
#
# The veto has a price. Take a candidate **without** a hole; on axis `a`, each of `marks[a]`
# independent marks comes out as a strong no with probability `p_low[a]`, by noise alone. The panel
# fails them if **some one axis** gets `confirm` strong noes or more. `panel_fails(marks, p_low,
# confirm)` is the probability of that.
#
# `marks[a]` is an int ≥ 0 and `confirm` an int ≥ 1. An axis with fewer marks than `confirm` cannot
# fail.
#
# **Example.** Five axes with two marks each and 5 % a mark: with `confirm = 1` it is
# $1-0.95^{10}=0.401$; with `confirm = 2` it is $1-(1-0.05^2)^5=0.0124$.


# %% nbgrader={"grade_id": "panel_fails", "solution": true}
def panel_fails(marks, p_low, confirm):
    """The probability that noise alone fails a candidate.

    Args:
        marks: int array [axes]. Independent marks on each axis.
        p_low: float array [axes]. Probability that one of them is a strong no.
        confirm: int ≥ 1. Strong noes on one axis that fail.

    Returns:
        float.
    """
    ### BEGIN SOLUTION
    passes = 1.0
    for n, p in zip(marks, p_low, strict=True):
        passes *= sum(
            math.comb(int(n), k) * p**k * (1 - p) ** (n - k) for k in range(min(confirm, n + 1))
        )
    return 1 - passes
    ### END SOLUTION


# %% nbgrader={"grade_id": "panel_fails_counts_axis_by_axis", "grade": true}
"""Each further mark is one more chance of bad luck; asking for two changes that."""
q = Question(panel_fails, points=3)
FIVE = np.array([2, 2, 2, 2, 2]), np.full(5, 0.05)
q.case(*FIVE, 1, gives=1 - 0.95**10, claim="ten marks at 5 % are ten chances, not 50 %")
q.case(*FIVE, 2, gives=1 - (1 - 0.05**2) ** 5, claim="both strong noes must be on one axis")
q.case(
    np.array([3, 1]), np.array([0.1, 0.2]), 2, gives=0.028, claim="an axis asked once can't confirm"
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(np.array([3, 2, 0]), np.array([0.3, 0.1, 0.6]), 1, claim="an axis nobody marked cannot fail")
q.case(np.array([4, 3]), np.array([0.2, 0.35]), 2, claim="two or more on an axis, not exactly two")
q.case(np.array([1, 2, 3]), np.array([0.05, 0.4, 0.25]), 3, claim="three on one axis")
q.case(np.array([5]), np.array([0.15]), 1, claim="one axis alone")
q.case(np.array([2, 3, 1]), np.array([0.0, 0.5, 1.0]), 2, claim="chances of 0 and 1 are fine")


@q.reference
def every_outcome(marks, p_low, confirm):
    axes = [a for a, n in enumerate(marks) for _ in range(n)]
    fails = 0.0
    for outcome in itertools.product((0, 1), repeat=len(axes)):
        weight = math.prod(p_low[a] if low else 1 - p_low[a] for a, low in zip(axes, outcome))
        count = Counter(a for a, low in zip(axes, outcome) if low)
        fails += weight * any(times >= confirm for times in count.values())
    return fails


def tail(n, p, least):
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


@q.mistake("""You added the chances. Probabilities of "at least one" do not add up: two axes may
fail at once, and with many marks the sum passes 1. Multiply the chances of passing, and subtract
from 1.""")
def chances_added(marks, p_low, confirm):
    return sum(tail(int(n), float(p), confirm) for n, p in zip(marks, p_low))


@q.mistake("""You counted strong noes over all axes together. Two of them on two axes confirm
nothing: `confirm` is for one and the same axis.""")
def pooled_over_axes(marks, p_low, confirm):
    chance = [1.0]
    for p in np.repeat(p_low, marks):
        chance = [a * (1 - p) + b * p for a, b in zip([*chance, 0.0], [0.0, *chance])]
    return sum(chance[confirm:])


@q.mistake("""You took exactly `confirm` strong noes. More than that fails as well.""")
def exactly_so_many(marks, p_low, confirm):
    exact = [
        math.comb(int(n), confirm) * p**confirm * (1 - p) ** max(0, n - confirm)
        for n, p in zip(marks, p_low)
    ]
    return 1 - math.prod(1 - e for e in exact)


@q.mistake("""You multiplied the axes' chances of failing: that is the chance that all of them fail
at once. One is enough. Multiply the chances of passing.""")
def all_axes_must_fail(marks, p_low, confirm):
    return math.prod(tail(int(n), float(p), confirm) for n, p in zip(marks, p_low))


@q.mistake("""You took the worst axis alone. The others can fail by luck too.""")
def worst_axis_alone(marks, p_low, confirm):
    return max(tail(int(n), float(p), confirm) for n, p in zip(marks, p_low))


@q.mistake("""You returned the probability of passing. Subtract it from 1.""")
def passing_returned(marks, p_low, confirm):
    return math.prod(1 - tail(int(n), float(p), confirm) for n, p in zip(marks, p_low))


@q.mistake("""You used p once for each axis, however often it is marked. Each mark is a chance of
its own: an axis with three has three.""")
def one_mark_an_axis(marks, p_low, confirm):
    return 1 - math.prod(1 - p if n else 1 for n, p in zip(marks, p_low))


@q.mistake("""You averaged p over the axes first. The axis with the most marks or the highest chance
then counts like any other. Keep each axis' own p.""")
def average_chance(marks, p_low, confirm):
    p = float(np.mean(p_low))
    return 1 - math.prod(1 - tail(int(n), p, confirm) for n in marks)


@q.mistake("""You used `confirm` as a power: pᶜ is the chance that two given marks are both low.
With more marks there are several pairs. Sum the binomial terms from `confirm` to n.""")
def one_pair_only(marks, p_low, confirm):
    return 1 - math.prod(1 - p**confirm if n >= confirm else 1.0 for n, p in zip(marks, p_low))


@q.mistake("""You let candidates pass with exactly `confirm` strong noes on an axis. So many already
fail: fewer than `confirm` pass.""")
def one_more_than_confirm(marks, p_low, confirm):
    return 1 - math.prod(1 - tail(int(n), float(p), confirm + 1) for n, p in zip(marks, p_low))


@q.variant
def from_the_upper_tail(marks, p_low, confirm):
    return 1 - math.prod(1 - tail(int(n), float(p), confirm) for n, p in zip(marks, p_low))


@q.variant
def by_polynomials(marks, p_low, confirm):
    passes = np.float64(1)
    for n, p in zip(marks, p_low):
        terms = np.poly1d([1.0])
        for _ in range(n):
            terms = terms * np.poly1d([p, 1 - p])
        passes = passes * terms.coeffs[::-1][:confirm].sum()
    return 1 - passes


q.hints(
    "What must happen on every axis for the candidate to pass?",
    "One axis, two marks, p = 0.5, confirm = 2: both must be low, 0.25.",
    """For each axis: P(fewer than confirm) = Σ C(n, k) pᵏ (1−p)ⁿ⁻ᵏ over k < confirm. Multiply over
the axes, subtract from 1.""",
)
q.why("""1 − (1 − p)ⁿ is why a veto must be rare, and why panels that grow become harsher without
anybody meaning it: at 5 % a mark, ten marks lose 40 % of the people who have no hole. Asking that a
strong no be *confirmed* on its axis costs one more session there and brings it to 1 %. A hole is
still found: if it shows in 60 % of the marks, two of two see it 36 % of the time, two of three
65 %.

Adding chances (50 %) overstates, and pooling strong noes over axes lets two unrelated slips pass
for one hole.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Plan the day (6 points, 40 minutes)
#
# `plan(brief)` gets what `Loop(kind, seed).brief()` gives (print one) and returns a dict:
#
# - `"order"`: every session's name once; up to `brief["breaks"]` entries `"break"`. A session comes
#   after those in its `"after"`. You begin with a charge of 100. A session must **begin** with a
#   charge of at least its `"needs"`, and then takes its `"costs"`; a break gives `brief["gain"]`,
#   up to 100 again.
# - `"stories"`: `{session: {axis: story}}`. Every axis in a session's `"tell"` gets a story that
#   shows it (`brief["stories"]`). **No story is told twice in the day.**
# - A required axis that is in no session's `"axes"` must be **volunteered**: a story for it in any
#   one session with `"open": True`.
# - `"questions"`: `{session: topic}`, one for every session, from its `"knows"`; no topic twice.
#
# A plan exists for every brief; any that holds is right. `problems(brief, plan)` names each broken
# rule. There are at most 6 sessions, 2 breaks and 7 stories: searching all ways is fine.

# %% nbgrader={"grade_id": "a_brief", "locked": true}
for given in (Loop("startup", 3), Loop("lab", 25)):
    print(f"\n{given.kind}: {given.brief()['breaks']} breaks of {given.brief()['gain']}")
    for session in given.brief()["sessions"]:
        print("  ", {k: v for k, v in session.items() if k not in ("stage", "minutes")})
    print("   stories", given.brief()["stories"])


# %% nbgrader={"grade_id": "plan", "solution": true}
def plan(brief):
    """A plan for the day that breaks no rule.

    Args:
        brief: dict, as Loop.brief() gives it.

    Returns:
        dict with "order" (list), "stories" and "questions" (dicts by session).
    """
    ### BEGIN SOLUTION
    sessions = {session["name"]: session for session in brief["sessions"]}

    def arrange(done, charge, breaks):
        """The rest of the order, or None: depth first."""
        left = [s for name, s in sessions.items() if name not in done]
        if not left:
            return done
        for s in left:
            if charge >= s["needs"] and set(s["after"]) <= set(done):
                found = arrange([*done, s["name"]], charge - s["costs"], breaks)
                if found:
                    return found
        if breaks:
            return arrange([*done, "break"], min(100, charge + brief["gain"]), breaks - 1)
        return None

    def distinct(options):
        """One of each place's options, all different: depth first."""
        if not options:
            return []
        for option in options[0]:
            rest = distinct([[o for o in other if o != option] for other in options[1:]])
            if rest is not None:
                return [option, *rest]
        return None

    places = [(name, axis) for name, s in sessions.items() for axis in s["tell"]]
    marked = {axis for s in sessions.values() for axis in s["axes"]}
    spare = [name for name, s in sessions.items() if s["open"]]
    places += [(spare[0], axis) for axis in brief["required"] if axis not in marked]
    fits = [[story for story, shown in brief["stories"].items() if a in shown] for _, a in places]
    stories = {name: {} for name in sessions}
    for (name, axis), story in zip(places, distinct(fits)):
        stories[name][axis] = story
    topics = distinct([s["knows"] for s in sessions.values()])
    return {
        "order": arrange([], 100, brief["breaks"]),
        "stories": stories,
        "questions": dict(zip(sessions, topics)),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "plan_breaks_no_rule", "grade": true}
"""Each session begins with enough, each signal is new, each axis is heard, everybody is asked."""
q = Question(plan, points=6)


drawn = cache(Loop)


def broken(f, loops, *rules):
    """The first rule of these that a plan breaks: a clause, or ""."""
    for kind, seed in loops:
        brief = drawn(kind, seed).brief()
        found = [p for p in problems(brief, f(brief)) if p.rule in ("form", *rules)]
        if found and found[0].rule == "twice":
            return f"in Loop({kind!r}, {seed}) a story is told twice"
        if found:
            return f"in Loop({kind!r}, {seed}): {found[0].text.rstrip('.')}"
    return ""


SHOWN = (("startup", 3), ("lab", 25), ("bigco", 28))


@q.probe(gives="")
def order_holds(f):
    """Every session once, after those that it follows; no more breaks than there are"""
    return broken(f, SHOWN, "order")


@q.probe(gives="")
def charge_suffices(f):
    """Each session begins with at least what it needs"""
    return broken(f, SHOWN, "energy")


@q.probe(gives="")
def signals_are_new(f):
    """Every axis that is asked for gets a story that shows it, and no story comes twice"""
    return broken(f, SHOWN, "twice", "stories")


@q.probe(gives="")
def axes_are_covered(f):
    """A required axis that no session asks for is volunteered where there is time"""
    return broken(f, SHOWN, "cover", "stories")


@q.probe(gives="")
def everybody_is_asked(f):
    """You have a question for everybody, and they can answer it"""
    return broken(f, SHOWN, "questions")


@q.probe(gives="")
def nobody_is_asked_the_same(f):
    """Each one is asked something else"""
    return broken(f, SHOWN, "again")


### BEGIN HIDDEN TESTS
q.hidden()
MORE = (
    ("startup", 48), ("startup", 54), ("bigco", 12), ("bigco", 35), ("lab", 41), ("lab", 54)
)  # fmt: skip


@q.probe(gives="")
def order_holds_in_other_loops(f):
    """Every session once, after those that it follows; no more breaks than there are"""
    return broken(f, MORE, "order")


@q.probe(gives="")
def charge_suffices_in_other_loops(f):
    """Each session begins with at least what it needs"""
    return broken(f, MORE, "energy")


@q.probe(gives="")
def signals_are_new_in_other_loops(f):
    """Every axis that is asked for gets a story that shows it, and no story comes twice"""
    return broken(f, MORE, "twice", "stories")


@q.probe(gives="")
def axes_are_covered_in_other_loops(f):
    """A required axis that no session asks for is volunteered where there is time"""
    return broken(f, MORE, "cover", "stories")


@q.probe(gives="")
def everybody_is_asked_in_other_loops(f):
    """You have a question for everybody, and they can answer it"""
    return broken(f, MORE, "questions")


@q.probe(gives="")
def nobody_is_asked_the_same_in_other_loops(f):
    """Each one is asked something else"""
    return broken(f, MORE, "again")


def orders(brief):
    """Every order with its breaks."""
    names = [s["name"] for s in brief["sessions"]]
    for count in range(brief["breaks"], -1, -1):
        for places in itertools.combinations_with_replacement(range(1, len(names)), count):
            for order in itertools.permutations(names):
                whole = list(order)
                for place in reversed(places):
                    whole.insert(place, "break")
                yield whole


def holds(brief, order):
    """Whether an order keeps to `after` and to the charge."""
    after = {s["name"]: s["after"] for s in brief["sessions"]}
    needs = {s["name"]: s["needs"] for s in brief["sessions"]}
    in_turn = all(order.index(b) < order.index(n) for n in needs for b in after[n])
    return in_turn and all(c >= needs.get(n, 0) for n, c in charges(brief, order))


def places_of(brief):
    """(session, axis) of each story to tell, the volunteered ones last."""
    marked = {axis for s in brief["sessions"] for axis in s["axes"]}
    spare = next(s["name"] for s in reversed(brief["sessions"]) if s["open"])
    asked = [(s["name"], axis) for s in brief["sessions"] for axis in s["tell"]]
    return asked + [(spare, axis) for axis in brief["required"] if axis not in marked]


def one_each(options):
    """The first choice of one for each place, all different."""
    return next(c for c in itertools.product(*options) if len(set(c)) == len(c))


def fitting(brief, axis):
    return [story for story, shown in brief["stories"].items() if axis in shown]


def told(brief, chosen):
    stories = {}
    for (name, axis), story in zip(places_of(brief), chosen):
        if story is not None:
            stories.setdefault(name, {})[axis] = story
    return stories


def searched(brief):
    """A plan that holds, by trying everything."""
    return {
        "order": next(order for order in orders(brief) if holds(brief, order)),
        "stories": told(brief, one_each([fitting(brief, a) for _, a in places_of(brief)])),
        "questions": dict(
            zip([s["name"] for s in brief["sessions"]],
                one_each([s["knows"] for s in brief["sessions"]]))
        ),
    }  # fmt: skip


KNOWN = {}


def right_plan(brief, **changes):
    """The plan that holds (searched once for each brief), with some parts replaced."""
    key = repr(brief)
    if key not in KNOWN:
        KNOWN[key] = searched(brief)
    return {part: KNOWN[key][part] for part in ("order", "stories", "questions")} | changes


@q.reference
def by_trying_everything(brief):
    return right_plan(brief)


@q.mistake("""You kept the order of the invitation and took no break. It was made by a calendar, not
for you; ask to move two sessions and for fifteen minutes: both are usually granted (experience, not
data).""")
def order_of_the_invitation(brief):
    return right_plan(brief, order=[s["name"] for s in brief["sessions"]])


@q.mistake("""You sorted by costs, the heaviest first, and rested when it no longer worked. What a
session takes and what it needs are two numbers: a light one may need you fresh. Compare `needs`
with the charge at its beginning.""")
def heaviest_first(brief):
    return right_plan(brief, order=by_need(brief, lambda s: -s["costs"]))


@q.mistake("""You began with the easiest to warm up. It costs charge as well, and then the sessions
that need you fresh come too late. Search the orders against `needs`.""")
def easiest_first(brief):
    return right_plan(brief, order=by_need(brief, lambda s: s["costs"]))


def by_need(brief, key):
    """Sorted by key, keeping to `after`, with a break wherever the charge is too low."""
    left, order, charge, breaks = sorted(brief["sessions"], key=key), [], 100, brief["breaks"]
    while left:
        s = next(s for s in left if set(s["after"]) <= set(order))
        if charge < s["needs"] and breaks:
            order, charge, breaks = [*order, "break"], min(100, charge + brief["gain"]), breaks - 1
        left.remove(s)
        order, charge = [*order, s["name"]], charge - s["costs"]
    return order


@q.mistake("""A session begins too low: you took no break, or took it at the very beginning, when
the charge is 100 already and it gives nothing. A break is worth its gain only where so much is
missing.""")
def breaks_before_the_first_session(brief):
    whole = right_plan(brief)["order"]
    names = [name for name in whole if name != "break"]
    return right_plan(brief, order=["break"] * brief["breaks"] + names)


@q.mistake("""You told the best story everywhere: the one that shows most. Panels compare notes;
told twice it is one signal, and the second interviewer learns nothing. Each place gets a story of
its own.""")
def one_signal_twice(brief):
    best = [
        max(fitting(brief, a), key=lambda s: len(brief["stories"][s])) for _, a in places_of(brief)
    ]
    return right_plan(brief, stories=told(brief, best))


@q.mistake("""You took for each place the first story that is still unused. Sometimes that one was
the only story for a later place, which then has none. Search, or give the places with the fewest
stories theirs first.""")
def first_story_that_is_left(brief):
    used = []
    for _, axis in places_of(brief):
        used.append(next((s for s in fitting(brief, axis) if s not in used), None))
    return right_plan(brief, stories=told(brief, used))


@q.mistake("""You told stories only where they are asked for. An axis that no session asks for stays
without a mark, and the debrief says "more" or fills the gap by guessing. Where a session is open,
volunteer: "may I add one thing on how I work with others?\"""")
def waits_to_be_asked(brief):
    asks = {s["name"]: s["tell"] for s in brief["sessions"]}
    stories = right_plan(brief)["stories"]
    kept = {n: {a: x for a, x in mine.items() if a in asks[n]} for n, mine in stories.items()}
    return right_plan(brief, stories=kept)


@q.mistake("""You volunteered in a session that has no minute left (`open` is False). Take an open
one.""")
def volunteers_anywhere(brief):
    asks = {s["name"]: s["tell"] for s in brief["sessions"]}
    shut = [s["name"] for s in brief["sessions"] if not s["open"]]
    stories = {}
    for name, mine in right_plan(brief)["stories"].items():
        for axis, story in mine.items():
            where = name if axis in asks[name] else shut[0]
            stories.setdefault(where, {})[axis] = story
    return right_plan(brief, stories=stories)


@q.mistake("""You have no questions for them. They are the only part of the day in which you find
out whether you want the job, and an interviewer without one writes "no interest". One for each
session, on what that person knows.""")
def no_questions_for_them(brief):
    return right_plan(brief, questions={})


@q.mistake("""You asked everybody the same. Once two of them compare notes it is a ritual. Another
topic for each, on what that person knows.""")
def same_question_to_everybody(brief):
    topic = next(iter(brief["questions"]))
    return right_plan(brief, questions={s["name"]: topic for s in brief["sessions"]})


@q.mistake("""You gave out the questions without looking at who can answer: the CTO knows the
runway, the engineer who was paged does not. Take one from each session's `knows`.""")
def good_questions_wrong_people(brief):
    names = [s["name"] for s in brief["sessions"]]
    return right_plan(brief, questions=dict(zip(names, brief["questions"])))


@q.mistake("""You gave each session the first topic that was left. Now and then a later one finds
all its topics taken, and has none. Search, or begin with those who know least.""")
def first_question_that_is_left(brief):
    asked = {}
    for s in brief["sessions"]:
        free = [t for t in s["knows"] if t not in asked.values()]
        asked |= {s["name"]: free[0]} if free else {}
    return right_plan(brief, questions=asked)


@q.mistake("""Your order pays no heed to `after`: the review comes before the talk that it is about.
Each session stands behind those that it follows.""")
def what_comes_after_ignored(brief):
    free = {**brief, "sessions": [{**s, "after": []} for s in brief["sessions"]]}
    order = next(o for o in orders(free) if holds(free, o) and not holds(brief, o)) if any(
        s["after"] for s in brief["sessions"]
    ) else right_plan(brief)["order"]  # fmt: skip
    return right_plan(brief, order=order)


@q.variant
def backwards_and_in_tuples(brief):
    key = "turned " + repr(brief)
    if key not in KNOWN:
        KNOWN[key] = turned_round(brief)
    return KNOWN[key]


def turned_round(brief):
    found = {**brief, "sessions": brief["sessions"][::-1]}
    order = tuple(next(o for o in orders(found) if holds(found, o)))
    turned = dict(reversed(brief["stories"].items()))
    fits = [[s for s, shown in turned.items() if a in shown] for _, a in places_of(brief)]
    knows = [s["knows"][::-1] for s in found["sessions"]]
    asked = dict(zip([s["name"] for s in found["sessions"]], one_each(knows)))
    return {"questions": asked, "stories": told(brief, one_each(fits)), "order": order}


@q.variant
def as_lists_of_text(brief):
    found = right_plan(brief)
    return {**found, "order": " | ".join(found["order"]).split(" | ")}


q.hints(
    "Three searches that do not touch each other: the order, the stories, the questions.",
    'Print problems(brief, plan(brief)) for Loop("lab", 25): which of the three is it?',
    """Order: recursion over the sessions that may come next, a break as one more choice. Stories
and questions: recursion over places, never an option twice. Volunteered axes are places as
well.""",
)
q.why("""The three parts are independent, which is half of the solution. The order is a search with
a budget: neither heaviest first nor easiest first is right, since what a session needs and what it
takes are two things. Stories and questions are matchings: first come, first served leaves the
narrow places empty.

The model is book-keeping. It says that four sessions cannot all have your best hour, so choose
which gets it. It does not say how people tire: large replications found little of the "depleted
will".""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Play a loop: no points
#
# Go through one with your own plan and your own debrief. Change kind and seed; leave a story out,
# tell one twice, take the invitation's order, and see what the panel can still conclude.

# %%
try:
    loop = Loop("bigco", 28)
    loop.step("pass", "recruiter: asked for level, stages and dates")
    loop.step("pass", "screen")
    brief = loop.brief()
    mine = plan(brief)
    print(*charges(brief, mine["order"]), sep="\n")
    print([str(problem) for problem in problems(brief, mine)] or "the plan holds")
    marks = loop.marks(mine)
    print(brief["required"], marks, sep="\n")
    loop.step("pass", "onsite")
    decision, axis = debrief(marks, np.ones(len(brief["required"]), dtype=bool))
    print(loop.step(decision), "because of", "the sum" if axis is None else brief["required"][axis])
except NotImplementedError:
    print("Answer questions 1 and 3 first.")

# %% [markdown]
# ## 4. What an interviewer can write down (3 points, 15 minutes)
#
# Rubric axes: coding, design, fundamentals, ownership, collaboration. Label each note by a
# session's interviewer with the **first** of these that applies:
#
# - `"hearsay"`: the fact comes from elsewhere than this session: another room, the CV, a name.
# - `"impression"`: a judgement; nothing that the candidate said or did is told.
# - `"off_axis"`: something seen or heard, but on no axis of the rubric.
# - `"evidence"`: something that the candidate said or did, on an axis.
#
# `label_notes()` returns a dict from the note's number to its label. A bad mark with a reason is
# evidence like a good one.

# %% nbgrader={"grade_id": "given_notes", "locked": true}
LABELS = ("hearsay", "impression", "off_axis", "evidence")
NOTES = [
    "Said the brute force and its cost first, then found the invariant without a hint.",
    "Very sharp. I would put them at 9 out of 10, clearly senior.",
    "Priya told me that they froze in her coding round, so let us be careful with the level.",
    "Did not think of the empty list until I asked; then added the case and a test for it.",
    "Was three minutes late, as the link in our invitation was broken.",
    "Seems to lack ownership.",
    "Six years at a firm that is known for its ranking team.",
    'On retraining: "eleven labels can\'t move this", and then computed the interval to show it.',
    "Low energy; I can't see them in front of a customer.",
    "The take-home was the best of this year, as the CTO wrote to us.",
    "Said 'we' in the story; asked which part was theirs, named two and who did the rest.",
    "Has an accent, and I could follow everything.",
    "With two hints, could not say why the validation loss lay below the training loss.",
    "Communicates well and was a pleasure to talk to.",
    "Asked who carries the pager, and what it last went off for; wanted to see that runbook.",
    "Four papers, two of them at good venues.",
]
for number, note in enumerate(NOTES, start=1):
    print(f"{number:2d}. {note}")


# %% nbgrader={"grade_id": "label_notes", "solution": true}
def label_notes():
    """What each note is.

    Returns:
        dict from the note's number (int, from 1) to one of LABELS.
    """
    ### BEGIN SOLUTION
    labels = dict.fromkeys(range(1, 17), "evidence")
    labels |= dict.fromkeys((3, 7, 10, 16), "hearsay")
    labels |= dict.fromkeys((2, 6, 9, 14), "impression")
    labels |= dict.fromkeys((5, 12), "off_axis")
    return labels
    ### END SOLUTION


# %% nbgrader={"grade_id": "label_notes_by_what_was_seen", "grade": true}
"""Evidence is what was said or done here; the rest is opinion, echo or noise."""
q = Question(label_notes, points=3)


def the_note(number, label, claim):
    """A probe: how this note was labelled."""

    def labelled(f):
        labels = f()
        if not isinstance(labels, dict):
            return "a dict from number to label is wanted"
        given = labels.get(number)
        return "" if given == label else f"you labelled note {number} {given!r}"

    labelled.__name__, labelled.__doc__ = f"note_{number}", claim
    return labelled


def every_note_has_a_label(f):
    """Every note has one of LABELS"""
    answer = f()
    if not isinstance(answer, dict):
        return "a dict from number to label is wanted"
    if sorted(answer) != list(range(1, len(NOTES) + 1)):
        return f"the keys are {sorted(answer)}"
    strange = [n for n in sorted(answer) if answer[n] not in LABELS]
    return f"note {strange[0]} has {answer[strange[0]]!r}" if strange else ""


q.probe(every_note_has_a_label, gives="")
for entry in (
    (1, "evidence", "three things that were done, in order: anybody could mark from it"),
    (2, "impression", "9 out of 10 of what? A number is no observation"),
    (3, "hearsay", "that is Priya's mark: written down again, it counts twice"),
    (5, "off_axis", "it was seen, and no axis asks for it"),
):
    q.probe(the_note(*entry), gives="", weight=2.0)
### BEGIN HIDDEN TESTS
q.hidden()
for entry in (
    (4, "evidence", "a lapse that was seen, and what they did about it"),
    (6, "impression", "it names an axis; what did they say or do?"),
    (7, "hearsay", "from the CV: the firm's name did not sit in the room"),
    (8, "evidence", "a quotation, and a computation"),
    (9, "impression", "nothing that was said or done is in it"),
    (10, "hearsay", "praise from another room is another room's signal"),
    (11, "evidence", "on collaboration and ownership: what was said when asked"),
    (12, "off_axis", "an accent is on no rubric, and must not be"),
    (13, "evidence", "a no with its reason: two hints, one phenomenon"),
    (14, "impression", "kind, and nobody can mark an axis from it"),
    (15, "evidence", "your questions are heard: this one shows ownership"),
    (16, "hearsay", "from the CV; the session is there to see for itself"),
):
    q.probe(the_note(*entry), gives="")

ORDER = """evidence impression hearsay evidence off_axis impression hearsay evidence impression
hearsay evidence off_axis evidence impression evidence hearsay"""
TRUE = dict(enumerate(ORDER.split(), start=1))


@q.reference
def by_position():
    return {number: str(label) for number, label in sorted(TRUE.items())}


@q.mistake("""You took what colleagues and CVs say for evidence. It is a signal, but one that has
been counted already: written down a second time, one person's mark looks like two people's.""")
def echoes_count_as_evidence():
    return {n: "evidence" if label == "hearsay" else label for n, label in TRUE.items()}


@q.mistake("""You took judgements for evidence. "Sharp", "lacks ownership" and "low energy" tell
what the writer thinks; a reader can neither check nor mark them.""")
def judgements_are_evidence():
    return {n: "evidence" if label == "impression" else label for n, label in TRUE.items()}


@q.mistake("""You took note 2 for evidence because it has a number. 9 out of 10 measures the
writer's liking. Which sentence or deed is behind it?""")
def a_number_is_evidence():
    return TRUE | {2: "evidence"}


@q.mistake("""You took note 6 for evidence because it names an axis. Naming the axis is the mark;
the evidence for it is missing.""")
def an_axis_named_is_evidence():
    return TRUE | {6: "evidence"}


@q.mistake("""You took criticism for impression. "Could not say why, with two hints" was heard in
the room: a no with its reason is as good as a yes.""")
def bad_news_is_impression():
    return TRUE | {4: "impression", 13: "impression"}


@q.mistake("""You took for evidence whatever was seen. A late link and an accent were seen too, and
say nothing about the job; let in, they decide close cases.""")
def seen_is_enough():
    return TRUE | {5: "evidence", 12: "evidence"}


@q.mistake("""You left out the candidate's own questions. They are said in the session like anything
else: who carries the pager, and the runbook, show ownership.""")
def their_questions_do_not_count():
    return TRUE | {15: "off_axis"}


@q.mistake("""You took praise from another room for evidence and blame from another room for
hearsay. Both are the other room's.""")
def good_echo_is_evidence():
    return TRUE | {10: "evidence"}


@q.mistake("""You took the CV's facts for evidence. They were true before anybody asked a question;
the interviewer cannot know what the candidate did there.""")
def a_good_name_is_evidence():
    return TRUE | {7: "evidence", 16: "evidence"}


@q.variant
def by_label():
    sets = {"hearsay": {3, 7, 10, 16}, "impression": {2, 6, 9, 14}, "off_axis": {5, 12}}
    return {n: next((k for k in sets if n in sets[k]), "evidence") for n in range(16, 0, -1)}


@q.variant
def as_letters():
    names = {"h": "hearsay", "i": "impression", "o": "off_axis", "e": "evidence"}
    return {n: names[c] for n, c in enumerate("eiheoiheiheoeieh", start=1)}


q.hints(
    "Could somebody who was not there mark an axis from this note alone?",
    "Compare 6 with 15: both are about ownership. What did the candidate say or do?",
    "Ask in the order of the list: from elsewhere? a judgement? on no axis? Else it is evidence.",
)
q.why("""An interviewer goes home with notes, and the debrief sees only these. So give them
sentences that can be written down: the cost of the brute force, the option that you rejected with
its reason, a number with its unit, a question that shows what you would look at first. "Was
pleasant" is what is written when there was nothing to write.

Hearsay is one signal counted twice, from the panel's side. It is also why a bad first room can
poison the day: some firms hide the notes of others until one's own are in.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Is it a log? (3 points, 20 minutes)
#
# A log of mocks of **one** round is a list of dicts, in any order:
#
# - `"day"`: `"2026-03-02"`;
# - `"marks"`: `{marker: {axis: mark}}`, where the marker `"self"` is you; others are peers;
# - `"fix"`: the axis that you chose to mend, or `""`;
# - `"kept"`: how far the fix named **last time** was kept, 0 to 3, or `None` if nobody looked.
#
# `review(log)` returns the codes that apply, in this order:
#
# | code | when |
# |---|---|
# | `"few_days"` | fewer than three different days |
# | `"no_peer"` | a mock that "self" or everybody else did not mark |
# | `"axes"` | not all markers of all mocks marked the same set of axes |
# | `"marks"` | some mark is none of 0, 1, 2, 3 |
# | `"no_fix"` | a mock with `fix == ""` that has a later one |
# | `"not_rescored"` | a mock names a fix, and the next one's `kept` is `None` |
#
# *Next* and *later* are by day; mocks of one day in the order of the list. The first mock's `kept`
# is not looked at.
#
# **Example.** `review([])` is `["few_days"]`, and `review(MOCKS)` (below) is `[]`.

# %% nbgrader={"grade_id": "given_log", "locked": true}
AXES = ("communication", "problem solving", "competence", "testing")


def mock(day, own, peer, fix="testing", kept=2, who="Ada"):
    """A mock: the marks as text, one digit an axis."""
    marks = {"self": dict(zip(AXES, map(int, own))), who: dict(zip(AXES, map(int, peer)))}
    return {"day": day, "marks": marks, "fix": fix, "kept": kept}


MOCKS = [
    mock("2026-03-02", "2221", "1110", kept=None),
    mock("2026-03-09", "2211", "1112", fix="communication", kept=1),
    mock("2026-03-23", "1222", "2122", fix="problem solving", kept=3),
    mock("2026-04-06", "2222", "2222", fix="", kept=2),
]


# %% nbgrader={"grade_id": "review", "solution": true}
def review(log):
    """What a log of mocks lacks.

    Args:
        log: list of dicts with "day", "marks", "fix" and "kept".

    Returns:
        list of codes.
    """
    ### BEGIN SOLUTION
    mocks = sorted(log, key=lambda entry: entry["day"])  # stable: one day keeps its order
    markings = [marks for entry in mocks for marks in entry["marks"].values()]
    pairs = list(zip(mocks, mocks[1:]))
    found = {
        "few_days": len({entry["day"] for entry in mocks}) < 3,
        "no_peer": any("self" not in e["marks"] or len(e["marks"]) < 2 for e in mocks),
        "axes": len({frozenset(marks) for marks in markings}) > 1,
        "marks": any(m not in (0, 1, 2, 3) for marks in markings for m in marks.values()),
        "no_fix": any(entry["fix"] == "" for entry, _ in pairs),
        "not_rescored": any(a["fix"] != "" and b["kept"] is None for a, b in pairs),
    }
    return [code for code, applies in found.items() if applies]
    ### END SOLUTION


# %% nbgrader={"grade_id": "review_sees_what_is_missing", "grade": true}
"""Three days, one rubric, two markers, and a fix that is looked at next time."""
q = Question(review, points=3)


def log_of(*changes):
    """MOCKS with some entries changed: (index, dict)."""
    found = [{**entry, "marks": {w: dict(m) for w, m in entry["marks"].items()}} for entry in MOCKS]
    for index, change in changes:
        found[index] |= change
    return found


def marked(index, who, **marks):
    """A change of one marker's marks, for log_of; a mark of None takes the axis away."""
    before = MOCKS[index]["marks"]
    new = {a: m for a, m in {**before.get(who, {}), **marks}.items() if m is not None}
    return index, {"marks": {**before, who: new}}


q.case(MOCKS, gives=[], claim="a log with three days, two markers and fixes is whole")
q.case([], gives=["few_days"], claim="an empty log is short of days")
q.case(
    log_of((1, {"day": "2026-03-02"}), (2, {"day": "2026-03-02"})),
    gives=["few_days"],
    claim="three mocks on one day are one day",
)
q.case(
    log_of((2, {"kept": None}), (0, {"fix": ""})),
    gives=["no_fix", "not_rescored"],
    claim="a fix is named each time, and looked at next time",
)
q.case(
    log_of(marked(1, "Ada", testing=None)),
    gives=["axes"],
    claim="all markers have the same axes, or the marks cannot be compared",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(MOCKS[::-1], claim="next is by day, not by place in the list")
q.case(log_of((3, {"fix": "testing"})), claim="the last mock may name a fix, too")
q.case(log_of((1, {"kept": 0})), claim="kept 0 was looked at: not kept is an answer")
q.case(log_of(marked(3, "Ada", competence=4), marked(0, "self", testing=0)), claim="marks end at 3")
q.case(log_of(marked(2, "self", testing=1.5)), claim="there are no half marks")
q.case(
    log_of((2, {"marks": {"self": MOCKS[2]["marks"]["self"]}})), claim="a mock needs another marker"
)
q.case(log_of((2, {"marks": {"Ada": MOCKS[2]["marks"]["Ada"]}})), claim="and your own marks")
q.case(
    log_of((0, {"marks": {"Bo": MOCKS[0]["marks"]["Ada"], **MOCKS[0]["marks"]}})),
    claim="two peers are fine",
)
q.case(
    log_of((1, {"marks": {"Ada": MOCKS[1]["marks"]["Ada"], "Bo": MOCKS[1]["marks"]["Ada"]}})),
    claim="two peers do not stand for your own marks",
)
q.case(
    [{**e, "marks": {w: {f"{a}!": m for a, m in k.items()} for w, k in e["marks"].items()}}
     for e in log_of()],
    claim="another rubric is fine, if all mocks have it",
)  # fmt: skip
q.case(log_of(marked(2, "Bo", testing=1)), claim="a second peer with one axis only breaks the set")
q.case(
    [{**e, "marks": {w: {f"{a}!": m for a, m in k.items()} for w, k in e["marks"].items()}}
     if i == 1 else e for i, e in enumerate(log_of())],
    claim="one mock on another rubric cannot be compared",
)  # fmt: skip
q.case(log_of(marked(1, "Ada", testing=None))[:2], claim="codes come in the table's order")
q.case(MOCKS[:3], claim="three days are enough")
q.case(log_of((0, {"fix": ""}), (1, {"kept": None})), claim="without a fix there is none to score")


def examined(log, days="days", order="by day", rubric="all", last=False, first=False,
             falsy=False, peer="both", whole=True, fixless=False, least=3):  # fmt: skip
    """The review, written out; each argument breaks one rule."""
    mocks = list(log)
    if order == "by day":
        mocks = [e for _, _, e in sorted((e["day"], i, e) for i, e in enumerate(log))]
    number = len({e["day"] for e in mocks}) if days == "days" else len(mocks)
    codes = ["few_days"] if number < least else []
    others = [set(e["marks"]) - {"self"} for e in mocks]
    alone = [not other for other in others]
    if peer == "both":
        alone = [no or "self" not in e["marks"] for no, e in zip(alone, mocks)]
    codes += ["no_peer"] if any(alone) else []
    sets = []
    for e in mocks:
        own = [sorted(m) for w, m in e["marks"].items() if rubric == "all" or w == "self"]
        if rubric == "within":
            own = [sorted(m) for m in e["marks"].values()]
            codes += ["axes"] if any(s != own[0] for s in own) and "axes" not in codes else []
        sets += own
    if rubric != "within" and any(s != sets[0] for s in sets):
        codes += ["axes"]
    every = [m for e in mocks for marks in e["marks"].values() for m in marks.values()]
    bad = [m for m in every if not 0 <= m <= 3 or (whole and m != int(m))]
    codes += ["marks"] if bad else []
    named = mocks if last else mocks[:-1]
    codes += ["no_fix"] if any(not e["fix"] for e in named) else []
    lost = False
    for before, after in zip(mocks, mocks[1:]):
        unseen = not after["kept"] if falsy else after["kept"] is None
        lost |= unseen and (fixless or before["fix"] != "")
    lost |= first and bool(mocks) and mocks[0]["kept"] is None
    return codes + (["not_rescored"] if lost else [])


@q.reference
def written_out(log):
    return examined(log)


@q.mistake("""You counted mocks. Three on one day share the day's form, and nothing can be mended
between them: count different days.""")
def mocks_counted_not_days(log):
    return examined(log, days="mocks")


@q.mistake("""You asked for more than three days. Three are enough.""")
def more_than_three_days(log):
    return examined(log, least=4)


@q.mistake("""You read the list as it stands. A log that is exported newest first then has every fix
scored before it was named. Sort by day first.""")
def order_of_the_list(log):
    return examined(log, order="list")


@q.mistake("""You compared your own axes only. A peer who marks other axes gives numbers that cannot
be set against yours. Compare all markers of all mocks.""")
def only_own_axes_compared(log):
    return examined(log, rubric="self")


@q.mistake("""You compared markers within each mock only. If the rubric changes from one mock to the
next, there is no trend. All mocks need one set of axes.""")
def rubric_may_change(log):
    return examined(log, rubric="within")


@q.mistake("""You asked the last mock for a fix too. There is no next time yet in which it could be
scored; it may name one, and need not.""")
def last_mock_needs_a_fix(log):
    return examined(log, last=True)


@q.mistake("""You asked the first mock for a score of the last fix. There was none before it.""")
def first_mock_has_a_past(log):
    return examined(log, first=True)


@q.mistake("""You took kept = 0 for "nobody looked": 0 is false in Python. It was looked at, and not
kept. Compare with None.""")
def zero_is_missing(log):
    return examined(log, falsy=True)


@q.mistake("""You did not miss your own marks. Without "self" there is no gap between you and the
peer, and that gap is half of what a mock teaches.""")
def own_marks_not_missed(log):
    return examined(log, peer="peer")


@q.mistake("""You counted markers. Two peers are two, and "self" is still missing.""")
def two_markers_are_enough(log):
    codes = [code for code in written_out(log) if code != "no_peer"]
    few = "few_days" in codes
    alone = any(len(e["marks"]) < 2 for e in log)
    return [*codes[:few], *(["no_peer"] if alone else []), *codes[few:]]


@q.mistake("""You compared with AXES, the axes of the supplied log. Other rounds have other rubrics;
what counts is that all markers of a log have the same one.""")
def axes_of_the_supplied_log(log):
    codes = [code for code in written_out(log) if code != "axes"]
    before = sum(code in ("few_days", "no_peer") for code in codes)
    strange = any(set(m) != set(AXES) for e in log for m in e["marks"].values())
    return [*codes[:before], *(["axes"] if strange else []), *codes[before:]]


@q.mistake("""You let half marks pass. The levels are 0 to 3, with a text for each; 1.5 is a way not
to decide.""")
def half_marks_pass(log):
    return examined(log, whole=False)


@q.mistake("""You missed a score where no fix had been named. Then there is nothing to look at; the
fault is the missing fix, and that has its own code.""")
def score_without_a_fix(log):
    return examined(log, fixless=True)


@q.variant
def with_loops_and_appends(log):
    codes, mocks = [], sorted(log, key=lambda e: date.fromisoformat(e["day"]).toordinal())
    if len(dict.fromkeys(e["day"] for e in mocks)) <= 2:
        codes.append("few_days")
    if not all("self" in e["marks"] and len(e["marks"]) > 1 for e in mocks):
        codes.append("no_peer")
    first = next((set(m) for e in mocks for m in e["marks"].values()), None)
    if not all(set(m) == first for e in mocks for m in e["marks"].values()):
        codes.append("axes")
    if {m for e in mocks for k in e["marks"].values() for m in k.values()} - {0, 1, 2, 3}:
        codes.append("marks")
    if "" in [e["fix"] for e in mocks[:-1]]:
        codes.append("no_fix")
    for i in range(1, len(mocks)):
        if mocks[i - 1]["fix"] and mocks[i]["kept"] is None:
            return codes + ["not_rescored"]
    return codes


@q.variant
def as_a_tuple(log):
    return tuple(examined(log))


q.hints(
    "Sort by day first. Which mocks have a next one, and which have one before?",
    "Two mocks with kept 0 and kept None: which one did somebody look at?",
    "Pairs of neighbours: zip(mocks, mocks[1:]). One set of axes over all markers of all mocks.",
)
q.why("""A log is worth keeping for two comparisons: with yourself last time, and with somebody else
now. The first needs one rubric, several days and a fix that is looked at again; the second needs a
peer on the same axes. Everything that `review` flags breaks one of the two.

"At least three mocks" is experience, not data. Three days are the fewest that show a direction and
whether it lasts.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. The gap and the fix (3 points, 20 minutes)
#
# For a log that `review` has nothing against, `gap_trend(log)` returns a dict. Mocks are taken in
# order of day (all days differ); of several peers, take the mean of their marks, axis by axis.
#
# | key | value |
# |---|---|
# | `"days"` | days since the first mock, a list |
# | `"gap"` | for each mock, the mean over axes of \|own mark − peers' mark\| |
# | `"bias"` | for each mock, the mean over axes of own − peers' |
# | `"slope"` | of the least-squares line through (days, gap), **per 30 days** |
# | `"moved"` | for each mock with a next one: the peers' mark on its `fix`, next time minus now |
#
# **Example.** `MOCKS`: `days` 0, 7, 21, 35; `gap` 1, 0.75, 0.5, 0; `moved` 2, 1, 1.


# %% nbgrader={"grade_id": "gap_trend", "solution": true}
def gap_trend(log):
    """How far you and your peers differ, and whether fixes moved what they named.

    Args:
        log: list of dicts as in question 5, without faults; all days different.

    Returns:
        dict with "days", "gap", "bias", "moved" (lists) and "slope" (float).
    """
    ### BEGIN SOLUTION
    mocks = sorted(log, key=lambda entry: entry["day"])
    days = [date.fromisoformat(entry["day"]).toordinal() for entry in mocks]
    days = [day - days[0] for day in days]
    own = [entry["marks"]["self"] for entry in mocks]
    peers = []
    for entry in mocks:
        others = [marks for who, marks in entry["marks"].items() if who != "self"]
        peers.append({axis: np.mean([marks[axis] for marks in others]) for axis in others[0]})
    off = [[mine[a] - theirs[a] for a in mine] for mine, theirs in zip(own, peers)]
    gap = [float(np.mean(np.abs(row))) for row in off]
    return {
        "days": days,
        "gap": gap,
        "bias": [float(np.mean(row)) for row in off],
        "slope": 30 * float(np.polyfit(days, gap, 1)[0]),
        "moved": [
            float(after[entry["fix"]] - before[entry["fix"]])
            for entry, before, after in zip(mocks, peers, peers[1:])
        ],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "gap_trend_compares_axis_by_axis", "grade": true}
"""The gap is axis by axis; the trend is in days; the fix is judged by others."""
q = Question(gap_trend, points=3)


def asks(key, log, claim):
    """A probe: one entry of what gap_trend gives for a log."""

    def entry(f):
        return f([{**e, "marks": {w: dict(m) for w, m in e["marks"].items()}} for e in log])[key]

    entry.__name__, entry.__doc__ = key, claim
    return entry


q.probe(asks("days", MOCKS, "Days are counted from the first mock"), gives=[0, 7, 21, 35])
q.probe(asks("gap", MOCKS, "The gap is the mean |own − peer| over axes"), gives=[1, 0.75, 0.5, 0])
q.probe(asks("bias", MOCKS, "The bias is the mean of own − peer"), gives=[1, 0.25, 0, 0])
q.probe(
    asks("slope", MOCKS, "The slope is per 30 days, on real days"),
    gives=-30 * 19.6875 / 722.75,  # by hand: covariance over variance of the days
)
q.probe(asks("moved", MOCKS, "A fix has moved by the peers' marks on its axis"), gives=[2, 1, 1])
### BEGIN HIDDEN TESTS
q.hidden()
MIXED = [
    mock("2026-05-30", "3021", "0310", fix="testing", kept=1),
    mock("2026-05-01", "1203", "3120", fix="competence", kept=None),
    mock("2026-05-12", "2213", "2301", fix="problem solving", kept=0),
    mock("2026-07-03", "1321", "2312", fix="", kept=2),
]
BOTH = [{**e, "marks": {**e["marks"], "Bo": dict(zip(AXES, map(int, b)))}}
        for e, b in zip(MIXED, ("2213", "0013", "3230", "1022"))]  # fmt: skip
for entry in (
    ("days", MIXED, "Mocks are taken by day, whatever the order of the list"),
    ("gap", MIXED, "Differences up and down do not cancel in the gap"),
    ("bias", MIXED, "They do cancel in the bias: that is the other number"),
    ("slope", MIXED, "Unequal distances in time count in the slope"),
    ("moved", MIXED, "The mark next time minus the mark this time, on the axis that was named"),
    ("gap", BOTH, "Several peers: first their mean, axis by axis, then the gap"),
    ("moved", BOTH, "Several peers: the mean of their marks moved by so much"),
):
    q.probe(asks(*entry))


def figured(log, sign=False, means=False, axis_of="peer", turned=False, time="days", per=30,
            listed=False, who="mean", slope="line", each_peer=False):  # fmt: skip
    """The trend by hand; each argument breaks one rule."""
    order = list(log) if listed else sorted(log, key=lambda e: e["day"])
    begin = date.fromisoformat(order[0]["day"])
    days = [(date.fromisoformat(e["day"]) - begin).days for e in order]
    axes = list(order[0]["marks"]["self"])
    own = np.array([[e["marks"]["self"][a] for a in axes] for e in order], float)
    theirs = []
    all_gaps = []
    for mine, e in zip(own, order):
        rows = np.array([[m[a] for a in axes] for w, m in e["marks"].items() if w != "self"], float)
        pick = {"mean": rows.mean(0), "first": rows[0], "last": rows[-1]}
        theirs.append(pick[who])
        all_gaps.append(np.abs(mine - rows).mean())
    theirs = np.array(theirs)
    off = own - theirs
    gap = np.abs(off).mean(1)
    if sign:
        gap = off.mean(1)
    if means:
        gap = np.abs(off.mean(1))
    if each_peer:
        gap = np.array(all_gaps)
    x = np.array(days if time == "days" else range(len(days)), float)
    line = ((x - x.mean()) * (gap - gap.mean())).sum() / ((x - x.mean()) ** 2).sum()
    if slope == "ends":
        line = (gap[-1] - gap[0]) / (x[-1] - x[0])
    judged = own if axis_of == "self" else theirs
    moved = [
        judged[i + 1, axes.index(e["fix"])] - judged[i, axes.index(e["fix"])]
        for i, e in enumerate(order[:-1])
        if e["fix"]
    ]
    return {
        "days": days,
        "gap": gap.tolist(),
        "bias": off.mean(1).tolist(),
        "slope": per * line,
        "moved": [-m if turned else m for m in moved],
    }


@q.reference
def by_covariance(log):
    return figured(log)


@q.mistake("""Your gap has a sign, so that one axis too high and one too low look like agreement.
Take the absolute difference axis by axis; the signed mean is the bias.""")
def gap_with_sign(log):
    return figured(log, sign=True)


@q.mistake("""You compared your mean with the peer's mean. 3 and 0 against 0 and 3 is no agreement.
Difference by axis first, absolute value, then the mean.""")
def gap_of_the_means(log):
    return figured(log, means=True)


@q.mistake("""You judged the fix by your own marks. Whoever has just worked on something marks it
up. Take the peers'.""")
def moved_by_own_marks(log):
    return figured(log, axis_of="self")


@q.mistake("""Your `moved` is this time minus next time: an improvement comes out negative.""")
def moved_backwards(log):
    return figured(log, turned=True)


@q.mistake("""Your slope is per mock, not per time: a pause of five weeks counts like one of a week.
Use the days.""")
def slope_by_number_of_mock(log):
    return figured(log, time="number", per=1)


@q.mistake("""Your slope is per day. Multiply by 30: the statement fixes the unit.""")
def slope_per_day(log):
    return figured(log, per=1)


@q.mistake("""Your slope joins the first and the last mock and forgets those between. Least squares
uses all of them.""")
def slope_of_the_ends(log):
    return figured(log, slope="ends")


@q.mistake("""You took the mocks in the order of the list. Sort them by day: "next time" and the
days since the first depend on it.""")
def list_taken_as_it_is(log):
    return figured(log, listed=True)


@q.mistake("""You looked at one peer only. Average their marks axis by axis first.""")
def one_peer_of_several(log):
    return figured(log, who="last")


@q.mistake("""You looked at the first peer only. Average their marks axis by axis first.""")
def first_peer_of_several(log):
    return figured(log, who="first")


@q.mistake("""You took a gap to each peer and averaged the gaps. Then peers who differ among
themselves make a gap of yours. Average their marks first.""")
def gap_to_each_peer(log):
    return figured(log, each_peer=True)


@q.variant
def with_lists_only(log):
    entries = sorted((date.fromisoformat(e["day"]), i, e) for i, e in enumerate(log))
    n = len(entries)
    x = [(day - entries[0][0]).days for day, _, _ in entries]
    gaps, biases, peer = [], [], []
    for _, _, e in entries:
        theirs = {}
        for who, marks in e["marks"].items():
            for axis, mark in marks.items():
                if who != "self":
                    theirs.setdefault(axis, []).append(mark)
        theirs = {a: sum(v) / len(v) for a, v in theirs.items()}
        off = [e["marks"]["self"][a] - theirs[a] for a in theirs]
        gaps.append(sum(abs(d) for d in off) / len(off))
        biases.append(sum(off) / len(off))
        peer.append(theirs)
    sx, sy = sum(x), sum(gaps)
    sxx, sxy = sum(v * v for v in x), sum(v * g for v, g in zip(x, gaps))
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx) * 30
    fixes = [e["fix"] for _, _, e in entries]
    moved = [peer[i + 1][fixes[i]] - peer[i][fixes[i]] for i in range(n - 1)]
    return {"slope": slope, "moved": moved, "bias": biases, "gap": gaps, "days": x}


@q.variant
def with_arrays_in_it(log):
    found = figured(log)
    return {key: np.asarray(value, dtype=np.float64) for key, value in found.items()}


q.hints(
    "Where do you take the absolute value: before or after the mean over axes?",
    "One mock, two axes: own 3 and 0, peer 0 and 3. Gap 3, bias 0.",
    """Sort; a table [mocks, axes] of own marks and one of the peers' means; their difference gives
gap and bias; np.polyfit(days, gap, 1)[0] · 30; the peers' table at the fix's column gives
moved.""",
)
q.why("""The gap tells whether you can see yourself as others do; the bias, in which direction you
err. They fall at different speeds: a bias goes with a single remark, a gap with practice on the
rubric.

`moved` flatters you. You choose the *lowest* axis to mend, and the lowest of several noisy marks is
low partly by bad luck, so that it rises next time even if nothing was done (see the lesson).
Believe a fix that holds for two mocks, not one.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Your own log: flags, no points
#
# `mlprep mock --round design --peer NAME` holds a mock and keeps it. The next cell reads what it
# kept, in your copy in `work/` only; where somebody grades, nothing is looked for. It shows days,
# gaps and flags, and quotes nothing. Hold three before a real loop, coding, design and behavioural
# among them, and record one, if your peer agrees: nobody checks, and two minutes of it tell enough.
#
# Then it draws your gap, or that of `MOCKS` until there are three mocks of one round.

# %%
held, why_none = own_mocks()
print(report_mocks(held, why_none))
try:
    names = dict.fromkeys(entry["round"] for entry in held)
    by_round = {name: [entry for entry in held if entry["round"] == name] for name in names}
    whole = [name for name in by_round if not review(by_round[name])] + ["the supplied log"]
    shown = gap_trend(by_round.get(whole[0], MOCKS))
except NotImplementedError:
    print("Answer questions 5 and 6 first.")
else:
    figures.use_style()
    (ax,) = figures.panels(
        whole[0], xlabel="days since the first mock", ylabel="levels, of 0 to 3", size=(4.6, 2.6)
    )
    ax.plot(shown["days"], shown["gap"], marker="o", label="gap: mean |own − peer|")
    ax.plot(shown["days"], shown["bias"], marker="s", label="bias: mean (own − peer)")
    ax.legend()
    plt.show()

# %% [markdown] nbgrader={"grade_id": "write_the_debrief", "task": true, "points": 5}
# ## 7. Write the debrief (5 points, graded by hand)
#
# You chair the panel for an ML engineer. Required: coding, design, fundamentals, ownership. At most
# 200 words: **the decision, the axis that it hangs on, what you give each note, what you do about
# the dissent, and one sentence that the recruiter may pass on to the candidate.**
#
# | room | coding | design | fundamentals | ownership | note |
# |---|---|---|---|---|---|
# | coding, Ines | 4 | | | | "Clean, dry run unasked, found a linear way. Best of the week." |
# | design, Tom | | 4 | 3 | | "Sized the queue before the model; named what breaks at ten times." |
# | depth, Wei | | | 2 | | "Derived the gradient; stuck at why the loss was lower on validation." |
# | manager, Sara | | | | 2 | "Forecast story. The team did most. Nice to talk to." |
# | coding with AI, Lu | 2 | | | 3 | see below |
#
# Lu: "Took the model's code with a bug in it; said so after tests failed, and what they had not
# read. Ines says they are excellent, so perhaps a bad hour."
#
# Tom: "Fundamentals is a 3 from me, Wei's question was a trick." Ines: "If we let this one go, we
# are not serious." Sara heard the forecast story; so did Lu, who marks ownership from it.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Either decision can earn all points if it
# follows from stated rules: by question 1's, every floor is met (fundamentals 2.5, ownership 2.5,
# coding 3, design 4; mean of means 3.0), which is "hire" on the edge. What is marked is the
# treatment of evidence.
#
# - **0**: no decision, or a vote count.
# - **1** (junior): a decision by the mean or by the loudest voice.
# - **2** (mid): goes axis by axis; names the axis that it hangs on.
# - **3** (senior): as 2, and treats the notes by kind: Lu's "Ines says" is struck out, Sara's
#   "nice" is no evidence, "the team did most" is; Wei's note has what was said.
# - **4**: as 3, and sees that ownership has **one** signal: the same story in two rooms, so 2 and 3
#   are not two marks. Hence "more" on ownership (another story, another person), or a stated reason
#   to decide without it.
# - **5** (staff): as 4, and handles the dissent by evidence (Tom says why Wei's question is a
#   trick, or his 3 and her 2 both stand); does not let enthusiasm buy a floor; says what result of
#   the extra session would change the decision, before it is held; and the sentence for the
#   candidate is true, kind and promises nothing ("we would like to hear of one more project, with
#   somebody who was not there today").
# ### END MARK SCHEME

# %% [markdown]
# *Your debrief: write it here, in place of this line.*
