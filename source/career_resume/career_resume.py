# %% [markdown]
# # {{title}}: the assignment
#
# Seven questions on supplied samples, a written task and a checklist, about {{minutes}} minutes.
# Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **All people, firms and numbers here are invented.** Your own bullets are linted near the end,
# from a file outside this folder. They get flags and no points, and neither this notebook nor the
# record of your attempts keeps them. No argument may be changed in place.

# %% nbgrader={"grade_id": "imports", "locked": true}
import functools
import math
import re
from pathlib import Path

import numpy as np
from scipy import integrate, special, stats

from mlprep.career import read_own, report
from mlprep.check import Question
from mlprep.design import UnitError, quantity

METHOD_WORDS = ("by", "using", "through", "via")
LEAD_IN = ("from", "by", "to")  # these belong to the number behind them
IRREGULAR = "built cut drew drove fed found grew held led ran sent sped took won wrote".split()

CARD = {
    "params": "7e9 params",
    "precision": "16 bit",
    "devices": "2 devices",
    "device_memory": "24 GB",
    "mean_load": "20 requests/s",
    "peak_load": "60 requests/s",
    "daily": "1.728e6 requests/day",
    "price": "1.80 USD/h",
    "cost_per_million": "50 USD",
}
KINDS = {name: quantity(text).dims for name, text in CARD.items()}

CLICHES = ["passionate about", "fast-paced", "perfect fit", "team player", "cutting edge"]
LOG = ["cold-start post of 3 March", "4 ms budget", "Tern"]
PROJECTS = ["shelfmark", "tinyjoin"]
OTHERS = ["Arc", "Bluefin Labs", "Delta"]
GOOD_LETTER = """Your cold-start post of 3 March ends with a question that I have worked on from the
other side. You rank new sellers by borrowing from their category, and say that the borrowed prior
is never given back. In shelfmark, a ranker for second-hand books that I run for nine shops, I
measured how fast a prior should fade: after 40 views the seller's own clicks predict better, on
every shop but one. I would like to know whether that holds under your 4 ms budget, where a second
lookup may not be affordable at all. My log, code and the shop on which it failed are public and run
with one command. If you think that the fading is the wrong knob, I would be glad to hear why, and
which one you would turn first."""

PARTS = {
    "problem": ["problem", "why"],
    "approach": ["approach", "method", "how it works"],
    "result": ["result", "benchmark"],
    "run": ["run", "usage", "quickstart"],
    "licence": ["licence", "license"],
}
FENCE = "`" * 3
WHOLE = f"""# shelfmark
Ranks second-hand books for small shops.
## Why
Nine shops, no click logs, 40,000 books that exist once.
## How it works
A prior by category that fades as a seller's own clicks come in.
## Results
NDCG@10 0.41 against 0.33 for newest-first, on 6 held-out weeks (5 seeds, sd 0.01).
## Quickstart
{FENCE}
# makes the toy data first
python -m shelfmark evaluate --toy
{FENCE}
## License
MIT.
"""

# %% [markdown]
# ## 1. Taking a bullet apart (4 points, 25 minutes)
#
# "I accomplished **X**, relative to **Y**, by doing **Z**." `parse_xyz(bullet)` finds the three, or
# gives `None`. The rules, in this order:
#
# 1. Strip spaces at both ends, then one final full stop. Words are what spaces separate.
# 2. A word is a **number** if it begins with a digit, after at most one of `$ + - ~ <`. So `p99`,
#    `F1` and `A100` are none. Nor is a year: four digits beginning with 19 or 20, right after `in`.
# 3. **z** begins at the first of the words `by`, `using`, `through`, `via` whose next word exists
#    and is no number; it runs to the end. (`by 40 %` and `by 2025` are no methods.)
# 4. **y** begins at the first number before z, or at the word before that if it is `from`, `by` or
#    `to`; it runs up to z.
# 5. **x** is what comes before y. Its first word must be a verb in the past: it ends in `ed` or is
#    in `IRREGULAR`, whatever its case.
# 6. Each part loses a comma or semicolon at its end. If one of the three is missing, or x begins
#    with no such verb: `None`.
#
# **Example.** `"Cut p99 latency by 40 %, by batching."` has x `"Cut p99 latency"`, y `"by 40 %"`, z
# `"by batching"`.


# %% nbgrader={"grade_id": "parse_xyz", "solution": true}
def parse_xyz(bullet):
    """Outcome, measure and method of a bullet, or None where one is missing.

    Args:
        bullet: str.

    Returns:
        dict with the keys "x", "y", "z" (str), or None.
    """
    ### BEGIN SOLUTION
    words = bullet.strip().removesuffix(".").split()

    def is_number(i):
        year = i and words[i - 1] == "in" and re.fullmatch(r"(19|20)\d\d[,;]?", words[i])
        return bool(re.match(r"[$+\-~<]?\d", words[i])) and not year

    ends = [i for i in range(len(words) - 1) if words[i] in METHOD_WORDS and not is_number(i + 1)]
    if not ends:
        return None
    numbers = [i for i in range(ends[0]) if is_number(i)]
    if not numbers:
        return None
    start = numbers[0] - (numbers[0] > 0 and words[numbers[0] - 1] in LEAD_IN)
    verb = words[0].lower()
    if not start or not (verb.endswith("ed") or verb in IRREGULAR):
        return None
    parts = words[:start], words[start : ends[0]], words[ends[0] :]
    x, y, z = (" ".join(part).rstrip(",;") for part in parts)
    return {"x": x, "y": y, "z": z}
    ### END SOLUTION


# %% nbgrader={"grade_id": "parse_xyz_finds_outcome_measure_and_method", "grade": true}
"""A bullet is whole if it says what came of it, measured how, and by what means."""
q = Question(parse_xyz, points=4)
q.case(
    "Cut p99 latency from 310 ms to 120 ms by batching requests for 4 ms.",
    gives={
        "x": "Cut p99 latency",
        "y": "from 310 ms to 120 ms",
        "z": "by batching requests for 4 ms",
    },
    claim="y begins at the from, by or to before the first number; z at its first method word",
)
q.case(
    "Reduced serving cost by 38 % of 2.1 M USD, through weight quantisation.",
    gives={
        "x": "Reduced serving cost",
        "y": "by 38 % of 2.1 M USD",
        "z": "through weight quantisation",
    },
    claim="`by` before a number opens the measure, not the method",
)
q.case("Responsible for 12 models using PyTorch.", gives=None, claim="x begins with a past verb")
q.case(
    "Improved the recommender by training 3 models.",
    gives=None,
    claim="a number inside the method measures effort, not the outcome",
)
q.case(
    "Raised recall from 0.61 to 0.68 at 1 % alerts, using merchant velocity features.",
    gives={
        "x": "Raised recall",
        "y": "from 0.61 to 0.68 at 1 % alerts",
        "z": "using merchant velocity features",
    },
    claim="the measure runs up to the method",
)
q.case(
    "Launched the ranking service in 2023 by writing it in Rust.",
    gives=None,
    claim="a year measures nothing",
)
q.case("Labelled 12,000 scans.", gives=None, claim="without a method there is None")
q.case(
    "Halved GPT-2 training from 9 h to 4 h via sequence packing.",
    gives={"x": "Halved GPT-2 training", "y": "from 9 h to 4 h", "z": "via sequence packing"},
    claim="a digit inside a name is no number",
)
### BEGIN HIDDEN TESTS
q.hidden()
for sample, what in (
    ("Built F1 dashboards by hand.", "a digit inside a name is no number"),
    (
        "Grew weekly users from 40k to 55k in 2024 by ranking new sellers first.",
        "a year inside the measure stays there",
    ),
    (
        "Sped up nightly joins by 5x, by bucketing the skewed key.",
        "the first `by` opens the measure, the second the method",
    ),
    ("Led migration of 23 services via one gateway", "the full stop may be missing"),
    ("Works on 3 pipelines using Spark.", "x begins with a verb in the past"),
    (
        "Wrote a nearby-stores index with 4 ms lookups through cell hashing.",
        "`by` inside another word opens nothing",
    ),
    (
        "Dropped false alarms from 11 a week to 2 a week by comparing weekdays, via DuckDB.",
        "the method begins at the first of the four words",
    ),
    ("Saved $410k a year using spot machines.", "a number may begin with a dollar sign"),
    ("Migrated A100 jobs to spot machines using checkpoints.", "a digit inside a name is none"),
    (
        "Took pages from 14 a week to 3 by 2025, by deleting dead alerts.",
        "`by 2025` is no method: a number follows",
    ),
    ("  sent 60 features to 9 models using one store.  ", "spaces and case do not count"),
    ("", "an empty bullet has no parts"),
):
    q.case(sample, claim=what)
NUMBER_WORD = r"[$+\-~<]?\d"


def taken_apart(
    text,
    number=NUMBER_WORD,
    years=True,
    guarded=True,
    verbs=True,
    late=False,
    after=False,
    gaps=None,
):
    """The rules as regular expressions; each argument breaks one of them."""
    text = re.sub(r"\s+", " ", text.strip())
    text = text[:-1] if text.endswith(".") else text
    hidden = re.sub(r"(?<=\bin )((?:19|20)\d\d)(?=[,; ]|$)", "YEAR", text) if years else text
    guard = rf"(?!{NUMBER_WORD})" if guarded else ""
    found = list(re.finditer(rf"(?:(?<= )|^)(?:by|using|through|via) {guard}", hidden))
    if not found:
        return gaps
    cut = found[-1 if late else 0].start()
    first = re.search(
        rf"(?:^|(?<= ))(?:(?:from|by|to) )?{number}", hidden if after else hidden[:cut]
    )
    if not first or not first.start():
        return gaps
    begin = first.start()
    parts = text[: min(begin, cut)], text[begin:cut] or text[begin:], text[cut:]
    verb = text.split(" ")[0].lower()
    if verbs and not (verb.endswith("ed") or verb in IRREGULAR):
        return gaps
    return dict(zip("xyz", (part.strip().rstrip(",;") for part in parts)))


@q.reference
def by_regular_expressions(bullet):
    return taken_apart(bullet)


@q.mistake("""You took every `by` for the method. `by 40 %` is the measure: the method is what you
did. Look at the word behind it: a number there means measure.""")
def by_before_a_number_as_method(bullet):
    return taken_apart(bullet, guarded=False)


@q.mistake("""You took any digit for a number: p99, F1, GPT-2 and A100 are names. A bullet full of
names with digits still measures nothing. A number's word begins with its digit.""")
def any_digit_is_a_measure(bullet):
    return taken_apart(bullet, number=r"[^ ]*\d")


@q.mistake("""You took a year for a measure. "In 2023" says when, not how much: leave out four
digits (19.. or 20..) right after `in`.""")
def year_as_measure(bullet):
    return taken_apart(bullet, years=False)


@q.mistake("""You did not look at the first word. "Responsible for" and "works on" say what you
were meant to do; a verb in the past says what you did. Return None without one.""")
def verb_not_checked(bullet):
    return taken_apart(bullet, verbs=False)


@q.mistake("""You looked for a number in the method too. "By training 3 models" counts effort, and
nothing came of it yet. The measure must stand before the method.""")
def number_in_method_as_measure(bullet):
    return taken_apart(bullet, after=True)


@q.mistake("""You cut at the last of the four words. A method may have two parts ("by comparing
weekdays, via DuckDB"): it begins at the first.""")
def method_from_the_last_word(bullet):
    return taken_apart(bullet, late=True)


@q.mistake("""A bullet with a gap gives None, not a dict of empty texts: who reads it must be able
to ask whether there is a result.""")
def gaps_as_empty_texts(bullet):
    return taken_apart(bullet, gaps={"x": "", "y": "", "z": ""})


@q.mistake("""You left `from`, `by` or `to` with the outcome, so x ends in a dangling word ("Cut
p99 latency from"). It belongs to the number behind it: let y begin there.""")
def lead_in_left_with_x(bullet):
    parts = taken_apart(bullet)
    if parts and (found := re.match(r"(from|by|to) ", parts["y"])):
        parts = parts | {"x": f"{parts['x']} {found[1]}", "y": parts["y"][found.end() :]}
    return parts


@q.mistake("""The method came without its first word. z keeps `by`, `using`, `through` or `via`:
"by batching", not "batching".""")
def method_word_dropped(bullet):
    parts = taken_apart(bullet)
    return parts and parts | {"z": parts["z"].partition(" ")[2]}


@q.mistake("""The measure swallowed the method: y ends where z begins.""")
def measure_to_the_end(bullet):
    parts = taken_apart(bullet)
    return parts and parts | {"y": bullet.strip().removesuffix(".").partition(f"{parts['x']} ")[2]}


@q.mistake("""You know only verbs in `ed`. Cut, built, led, took: look the first word up in
IRREGULAR, too.""")
def irregular_verbs_forgotten(bullet):
    return taken_apart(bullet) if bullet.strip().split(" ")[0].endswith("ed") else None


@q.mistake("""You compared the verb's case. IRREGULAR is in lower case and bullets begin with a
capital: lower the first word before you look it up.""")
def capital_verbs_unknown(bullet):
    first = bullet.strip().split(" ")[0]
    return taken_apart(bullet) if first.endswith("ed") or first in IRREGULAR else None


@q.mistake("""You kept the comma before the next part. Each part loses a comma or semicolon at its
end.""")
def commas_kept(bullet):
    parts = taken_apart(bullet)
    whole = f"{bullet.strip()} "
    for key in parts or {}:
        after = whole[whole.find(parts[key]) + len(parts[key])]
        parts[key] += after if after in ",;" else ""
    return parts


@q.mistake("""You kept the full stop at the end: take one off before you split into words.""")
def full_stop_kept(bullet):
    parts = taken_apart(bullet)
    return parts and parts | {"z": parts["z"] + "." * bullet.strip().endswith(".")}


@q.variant
def word_by_word(bullet):
    words, y, z = bullet.strip().removesuffix(".").split(), None, None
    for i, word in enumerate(words):
        number = word.lstrip("$+-~<")[:1].isdigit()
        year = len(word.strip(",;")) == 4 and word[:2] in ("19", "20") and words[i - 1] == "in"
        number = number and not year
        if number and y is None:
            y = i - 1 if words[i - 1] in LEAD_IN else i
        following = words[i + 1] if i + 1 < len(words) else "0"
        if word in METHOD_WORDS and not following.lstrip("$+-~<")[:1].isdigit():
            z = i
            break
    if z is None or y is None or y < 1 or y >= z:
        return None
    if not words[0].lower().endswith("ed") and words[0].lower() not in IRREGULAR:
        return None
    join = " ".join
    return {
        "x": join(words[:y]).rstrip(",;"),
        "y": join(words[y:z]).rstrip(",;"),
        "z": join(words[z:]).rstrip(",;"),
    }


@q.variant
def from_the_reference_with_keys_in_another_order(bullet):
    parts = taken_apart(bullet)
    return parts and {key: parts[key] for key in "zyx"}


q.hints(
    "Two words decide: the one behind `by`, and the one before a number.",
    '"Cut cost by 5 %." has a `by` and no method: None.',
    """Find z first: the first of the four words whose next word is no number. Then look for numbers
only before z, and step back over from, by or to.""",
)
q.why("""Order matters: the method ends the search for numbers, because a number behind it
counts effort (3 models, 40 experiments), and effort is what weak bullets measure. The guard
behind `by` is the same thought the other way round: "by 40 %" looks like a method and is none.

A parser sees form only. `{"x": …, "y": …, "z": …}` means that somebody *could* ask about it;
in "Improved synergy by 300 % by leveraging AI" all three are there. That is why nothing that
you write about yourself is graded by such a function.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. What changed, and how sure is it? (4 points, 25 minutes)
#
# `delta_report(before, after, unit, paired=False)`: runs of the same metric before and after, one
# number a run. Return a dict:
#
# - `"abs"`: mean after − mean before, in `unit`. If `unit` is `"share"` (values from 0 to 1), in
#   **percentage points**: 100 times that.
# - `"unit"`: what `"abs"` is in: `"points"` for shares, else `unit` itself.
# - `"rel"`: in per cent of the old mean, $100\,(\bar a/\bar b-1)$.
# - `"rate"`: for a time (`unit` is `"s"` or `"ms"`), by how many per cent the work *done in a unit
#   of time* changes, $100\,(\bar b/\bar a-1)$; else `None`.
# - `"ci95"`: (low, high), the 95 % interval of `"abs"` in its unit. Independent runs: Welch's
#   (variances not pooled, Student's t with the Welch–Satterthwaite degrees of freedom). `paired`:
#   run i of both sides shares a seed, so Student's t of the differences, n − 1 degrees of freedom.
#
# Fewer than two runs on a side, or `paired` with unequal lengths: `ValueError`.
#
# **Example.** Shares (0.79, 0.81) and (0.83, 0.85): +4 points, which is +5 %; the interval is
# (−2.08, 10.08) points.


# %% nbgrader={"grade_id": "delta_report", "solution": true}
def delta_report(before, after, unit, paired=False):
    """An honest change: absolute, relative, and with a 95 % interval.

    Args:
        before: float array (n,), means above 0.
        after: float array (m,), means above 0; m = n where paired.
        unit: str; "share" for values from 0 to 1, "s" or "ms" for times, else any.
        paired: bool. Run i of both sides shares a seed.

    Returns:
        dict with "abs", "unit", "rel", "rate", "ci95".

    Raises:
        ValueError: fewer than two runs on a side, or paired with unequal lengths.
    """
    ### BEGIN SOLUTION
    n, m = len(before), len(after)
    if min(n, m) < 2 or (paired and n != m):
        raise ValueError("two runs on each side, and as many on both where paired")
    before, after = np.asarray(before, float), np.asarray(after, float)
    old, new = before.mean(), after.mean()
    if paired:
        variances, df = ((after - before).var(ddof=1) / n,), n - 1
    else:
        variances = before.var(ddof=1) / n, after.var(ddof=1) / m
        df = sum(variances) ** 2 / (variances[0] ** 2 / (n - 1) + variances[1] ** 2 / (m - 1))
    half = stats.t.ppf(0.975, df) * math.sqrt(sum(variances))
    size = 100 if unit == "share" else 1
    return {
        "abs": size * (new - old),
        "unit": "points" if unit == "share" else unit,
        "rel": 100 * (new / old - 1),
        "rate": 100 * (old / new - 1) if unit in ("s", "ms") else None,
        "ci95": (size * (new - old - half), size * (new - old + half)),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "delta_report_has_a_base_and_an_interval", "grade": true}
"""A change is told in its unit, in per cent of the old value, and with its interval."""
q = Question(delta_report, points=4)
q.case(
    np.array([0.79, 0.81]),
    np.array([0.83, 0.85]),
    "share",
    gives={
        "abs": 4.0,
        "unit": "points",
        "rel": 5.0,
        "rate": None,
        "ci95": (-2.0849, 10.0849),
    },
    rtol=1e-4,
    claim="0.80 → 0.84 is +4 points and +5 %",
)


@q.probe(gives={"rel": -40.0, "rate": 66.6667}, rtol=1e-4)
def less_time_is_more_speed(f):
    """40 % less time for each request is 67 % more requests in the same time."""
    got = f(np.array([198.0, 200.0, 202.0]), np.array([119.0, 120.0, 121.0]), "ms")
    return {key: got[key] for key in ("rel", "rate")}


q.raises(ValueError, np.array([0.8]), np.array([0.8, 0.9]), "share", claim="one run has no spread")
### BEGIN HIDDEN TESTS
q.hidden()
few, more = np.array([70.1, 71.9, 70.4]), np.array([72.0, 71.2, 73.9, 72.6, 72.2])
seeds_before = np.array([0.612, 0.655, 0.581, 0.634, 0.668, 0.599, 0.641])
seeds_after = seeds_before + np.array([0.012, 0.009, 0.015, 0.011, 0.008, 0.014, 0.010])


@q.probe
def welch_interval_of_unequal_sides(f):
    """The interval of independent runs is Welch's."""
    return f(few, more, "BLEU")["ci95"]


@q.probe
def interval_of_the_differences(f):
    """With shared seeds the interval is that of the differences, and in points for shares."""
    return f(seeds_before, seeds_after, "share", paired=True)["ci95"]


@q.probe
def same_seeds_not_paired(f):
    """Without `paired` the runs count as independent, even if there are as many."""
    return f(seeds_before, seeds_after, "share")["ci95"]


@q.probe
def sizes_in_their_unit(f):
    """Outside shares `abs` and its unit are those of the metric."""
    got = f(few, more, "BLEU")
    return {key: got[key] for key in ("abs", "unit", "rel", "rate")}


@q.probe
def a_slower_service(f):
    """A time that grows: more time, less done."""
    got = f(np.array([0.8, 1.2]), np.array([1.5, 1.1, 1.3]), "s")
    return {key: got[key] for key in ("abs", "unit", "rel", "rate")}


q.raises(ValueError, few, more, "BLEU", kwargs={"paired": True}, claim="pairs need a partner each")


@functools.cache
def welch_or_paired(before, after, paired):
    """scipy's interval of two tuples; kept, because many answers below start from it."""
    if paired:
        test = stats.ttest_rel(after, before)
    else:
        test = stats.ttest_ind(after, before, equal_var=False)
    return tuple(map(float, test.confidence_interval(0.95)))


@q.reference
def through_scipy(before, after, unit, paired=False):
    if min(len(before), len(after)) < 2 or (paired and len(before) != len(after)):
        raise ValueError("too few runs")
    low, high = welch_or_paired(tuple(before), tuple(after), paired)
    share = unit == "share"
    ratio = np.mean(after) / np.mean(before)
    return {
        "abs": (np.mean(after) - np.mean(before)) * (100 if share else 1),
        "unit": "points" if share else unit,
        "rel": (ratio - 1) * 100,
        "rate": (1 / ratio - 1) * 100 if unit in ("s", "ms") else None,
        "ci95": (100 * low, 100 * high) if share else (low, high),
    }


def centred(before, after, unit, paired, half):
    right = through_scipy(before, after, unit, paired)
    half = half * (100 if unit == "share" else 1)
    return right | {"ci95": (right["abs"] - half, right["abs"] + half)}


def squared_errors(before, after, ddof=1):
    return np.var(before, ddof=ddof) / len(before), np.var(after, ddof=ddof) / len(after)


def welch_df(before, after):
    u, v = squared_errors(before, after)
    return (u + v) ** 2 / (u**2 / (len(before) - 1) + v**2 / (len(after) - 1))


@q.mistake("""You gave the points as the per cent. 0.80 → 0.84 is +4 percentage points and +5 % of
the old value. `rel` divides by the old mean, for shares too.""")
def percent_vs_points(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    return right | ({"rel": right["abs"]} if unit == "share" else {})


@q.mistake("""You gave the relative change as the points: `abs` of a share is 100 · (new − old).
0.80 → 0.84 is +4 points; +5 is per cent.""")
def points_as_percent(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    return right | ({"abs": right["rel"]} if unit == "share" else {})


@q.mistake("""You turned −40 % of time into +40 % of speed. Speed is one over time: 1/0.6 is 1.67,
so +67 %. `rate` is 100 · (old/new − 1).""")
def latency_minus_40_is_speed_plus_40(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    return right | ({"rate": -right["rel"]} if right["rate"] is not None else {})


@q.mistake("""You divided by the new value. A change is told in per cent of what was there before:
the base is the old mean.""")
def relative_to_the_new(before, after, unit, paired=False):
    return through_scipy(before, after, unit, paired) | {
        "rel": 100 * (1 - np.mean(before) / np.mean(after))
    }


@q.mistake("""Your interval uses 1.96. With a handful of runs the spread itself is a guess: at 2
degrees of freedom the factor is 4.3. Use Student's t.""")
def normal_for_t(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    if paired:
        error = np.std(np.subtract(after, before), ddof=1) / len(before) ** 0.5
    else:
        error = sum(squared_errors(before, after)) ** 0.5
    return right and centred(before, after, unit, paired, 1.959964 * error)


@q.mistake("""Your interval is as wide as the runs scatter, not as the mean is uncertain: divide
each variance by its number of runs.""")
def spread_for_standard_error(before, after, unit, paired=False):
    through_scipy(before, after, unit, paired)
    if paired:
        half = stats.t.ppf(0.975, len(before) - 1) * np.std(np.subtract(after, before), ddof=1)
    else:
        both = np.var(before, ddof=1) + np.var(after, ddof=1)
        half = stats.t.ppf(0.975, welch_df(before, after)) * both**0.5
    return centred(before, after, unit, paired, half)


@q.mistake("""You ignored that the seeds are shared. A hard seed is hard for both sides; the
differences do not see it. With `paired`, take the interval of after − before.""")
def unpaired_despite_shared_seeds(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    return right | {"ci95": through_scipy(before, after, unit)["ci95"]}


@q.mistake("""You paired runs that share nothing, because there are as many. Only `paired` says
that run i of both sides belongs together.""")
def paired_whenever_lengths_agree(before, after, unit, paired=False):
    return through_scipy(before, after, unit, paired or len(before) == len(after))


@q.mistake("""You pooled the variances (the equal-variance test). Nothing says that the new method
scatters like the old one: use Welch's, with its own degrees of freedom.""")
def variances_pooled(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    if paired:
        return right
    low, high = stats.ttest_ind(after, before).confidence_interval(0.95)
    size = 100 if unit == "share" else 1
    return right | {"ci95": (size * low, size * high)}


@q.mistake("""Your variances divide by n, which is too small for a handful of runs: divide by n −
1 (`ddof=1`).""")
def variance_divided_by_n(before, after, unit, paired=False):
    through_scipy(before, after, unit, paired)
    if paired:
        error, df = np.std(np.subtract(after, before)) / len(before) ** 0.5, len(before) - 1
    else:
        u, v = squared_errors(before, after, ddof=0)
        error = (u + v) ** 0.5
        df = (u + v) ** 2 / (u**2 / (len(before) - 1) + v**2 / (len(after) - 1))
    return centred(before, after, unit, paired, stats.t.ppf(0.975, df) * error)


@q.mistake("""The interval of a share stayed in shares (0.01 for one point). It is the interval of
`abs`: the same unit, points.""")
def interval_not_in_points(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    return right | {"ci95": through_scipy(before, after, "", paired)["ci95"]}


@q.mistake("""You tested at 5 % on one side: t at 0.95 gives a 90 % interval. Each side keeps
2.5 per cent: t at 0.975.""")
def ninety_per_cent_interval(before, after, unit, paired=False):
    through_scipy(before, after, unit, paired)
    if paired:
        error = np.std(np.subtract(after, before), ddof=1) / len(before) ** 0.5
        return centred(before, after, unit, paired, stats.t.ppf(0.95, len(before) - 1) * error)
    error = sum(squared_errors(before, after)) ** 0.5
    return centred(before, after, unit, paired, stats.t.ppf(0.95, welch_df(before, after)) * error)


@q.mistake("""You subtracted the other way round. A change is after − before: what got more is
positive.""")
def before_minus_after(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    low, high = right["ci95"]
    return right | {"abs": -right["abs"], "rel": -right["rel"], "ci95": (-high, -low)}


@q.mistake("""You took n + m − 2 degrees of freedom with Welch's standard error. Those belong to
the pooled test; Welch's are fewer, and the interval wider.""")
def degrees_of_the_pooled_test(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    if paired:
        return right
    error = sum(squared_errors(before, after)) ** 0.5
    half = stats.t.ppf(0.975, len(before) + len(after) - 2) * error
    return centred(before, after, unit, paired, half)


@q.mistake(
    """`rel` and `rate` are in per cent: 100 times the ratio less one. Yours are fractions."""
)
def fractions_for_per_cent(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    rate = right["rate"]
    return right | {"rel": right["rel"] / 100, "rate": None if rate is None else rate / 100}


@q.mistake("""You computed a rate for every metric. Only a time has one (`unit` "s" or "ms"): else
it is None.""")
def a_rate_for_everything(before, after, unit, paired=False):
    right = through_scipy(before, after, unit, paired)
    return right | {"rate": 100 * (np.mean(before) / np.mean(after) - 1)}


@q.variant
def in_torch(before, after, unit, paired=False):
    import torch

    b, a = torch.as_tensor(before).double(), torch.as_tensor(after).double()
    if min(len(a), len(b)) < 2 or (paired and len(a) != len(b)):
        raise ValueError("runs")
    u, v = b.var() / len(b), a.var() / len(a)
    df = (u + v) ** 2 / (u**2 / (len(b) - 1) + v**2 / (len(a) - 1))
    error = (u + v).sqrt()
    if paired:
        error, df = (a - b).std() / len(a) ** 0.5, len(a) - 1
    half = float(error) * stats.t.ppf(0.975, float(df))
    scale = 100.0 if unit == "share" else 1.0
    step = a.mean() - b.mean()
    return {
        "ci95": [scale * (step - half), scale * (step + half)],
        "abs": scale * step,
        "rel": step / b.mean() * 100,
        "unit": {"share": "points"}.get(unit, unit),
        "rate": (b.mean() / a.mean() - 1) * 100 if unit in {"s", "ms"} else None,
    }


@q.variant
def with_statistics_module(before, after, unit, paired=False):
    import statistics as st

    b, a = [float(v) for v in before], [float(v) for v in after]
    if len(a) < 2 or len(b) < 2 or (paired and len(a) != len(b)):
        raise ValueError
    if paired:
        sample = [y - x for x, y in zip(b, a)]
        error2, df = st.variance(sample) / len(sample), len(sample) - 1
    else:
        u, v = st.variance(b) / len(b), st.variance(a) / len(a)
        error2, df = u + v, (u + v) ** 2 / (u * u / (len(b) - 1) + v * v / (len(a) - 1))
    low, high = stats.t.interval(0.95, df, loc=st.fmean(a) - st.fmean(b), scale=error2**0.5)
    k = 100 if unit == "share" else 1
    return {
        "abs": k * (st.fmean(a) - st.fmean(b)),
        "unit": "points" if k == 100 else unit,
        "rel": 100 * st.fmean(a) / st.fmean(b) - 100,
        "rate": 100 * st.fmean(b) / st.fmean(a) - 100 if unit in ("ms", "s") else None,
        "ci95": np.array([k * low, k * high]),
    }


q.hints(
    "Which number is the base of each result? And is the interval that of the mean, in `abs`' "
    "unit?",
    "0.80 → 0.84: abs 4, rel 5. 200 ms → 120 ms: rel −40, rate +67.",
    """se² = var(before, ddof=1)/n + var(after, ddof=1)/m; stats.t.ppf(0.975, df) · se on both sides
of the mean difference; with `paired`, the same for the one sample after − before.""",
)
q.why("""One fact, several true numbers: +4 points, +5 %, 20 % fewer errors. Each is right with
its base and a trap without, so a bullet says from what to what. Times invert: −40 % of time is
+67 % of speed, −50 % is +100 %, −90 % is +900 %.

The interval is where a bullet survives or dies. With two runs a side, +4 points has the
interval (−2, 10): there is nothing to claim. Pairing is the cheapest precision there is: with
the same seeds on both sides the seeds' own luck cancels, and the interval in the hidden test
shrinks more than ten times. Pair only what was run in pairs: two lists of equal length are not
pairs.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. How much of the gain is the best of k? (3 points, 20 minutes)
#
# Runs with different seeds scatter normally with standard deviation `sd`. Somebody ran `k` seeds of
# the new method and reports the best; the baseline's number is the best of `k_base` seeds, with the
# same scatter. They report a gain of `gain` (> 0, in the metric's unit).
#
# Return `(luck, share)`: the gain that this way of reporting gives **on average if both methods are
# equally good**, in the metric's unit, and the share of `gain` that it makes up, at least 0 and at
# most 1.
#
# Exact to 0.5 %: use $\ \mathbb{E}\max_k=\int z\,k\,\varphi(z)\,\Phi(z)^{k-1}dz\ $ (normal density
# and distribution function), by any quadrature, or a table. A simulation of a million draws is just
# enough.
#
# **Example.** sd 0.8, best of 8 against one run: luck 1.139; of a gain of 2.0 that is 0.569.


# %% nbgrader={"grade_id": "seed_luck", "solution": true}
def seed_luck(k, sd, gain, k_base=1):
    """What picking the best seed adds, and what share of a reported gain it is.

    Args:
        k: int ≥ 1. Seeds of the new method; the best is reported.
        sd: float > 0. Scatter of one run.
        gain: float > 0. The reported difference.
        k_base: int ≥ 1. Seeds of the baseline; its best is reported.

    Returns:
        (luck, share): two floats.
    """

    ### BEGIN SOLUTION
    def best_of(n):
        def weighted(z):
            density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            return z * n * density * special.ndtr(z) ** (n - 1)

        return integrate.quad(weighted, -10, 10, points=[0.0])[0]

    luck = sd * (best_of(k) - best_of(k_base))
    return luck, min(max(luck / gain, 0.0), 1.0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "seed_luck_is_the_mean_of_the_maximum", "grade": true}
"""The best of k seeds gains without any improvement."""
q = Question(seed_luck, points=3)
close = {"rtol": 5e-3, "atol": 1e-3}
q.case(8, 0.8, 2.0, gives=(1.13888, 0.56944), claim="the best of 8 lies 1.42 sd above", **close)
q.case(1, 0.8, 2.0, gives=(0.0, 0.0), claim="one seed a side: nobody picked anything", **close)
q.case(8, 0.8, 2.0, 8, gives=(0.0, 0.0), claim="picked alike, the luck cancels", **close)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(2, 1.0, 5.0, claim="the better of two lies 1/√π = 0.564 sd above", **close)
q.case(20, 0.3, 0.25, claim="a gain smaller than the luck is all luck: the share is 1", **close)
q.case(3, 0.5, 1.0, 10, claim="a baseline that was picked harder: negative luck, share 0", **close)
q.case(50, 1.7, 9.0, 5, claim="the difference of two maxima, not of two counts", **close)


@functools.cache
def mean_of_best(k):
    """E max = ∫ Φ⁻¹(v^(1/k)) dv: the mean over a fine grid of the maximum's quantiles."""
    v = (np.arange(50_000) + 0.5) / 50_000
    return float(np.mean(stats.norm.ppf(v ** (1 / k))))


def reported(best_of, k, sd, gain, k_base=1):
    luck = sd * (best_of(k) - best_of(k_base))
    return luck, float(np.clip(luck / gain, 0, 1))


@q.reference
def by_quantiles(k, sd, gain, k_base=1):
    return reported(mean_of_best, k, sd, gain, k_base)


@q.mistake("""You take the best seed for the method: no luck anywhere. The best of 8 equal runs
lies 1.42 standard deviations above their mean, whatever you changed.""")
def best_seed(k, sd, gain, k_base=1):
    return 0.0, 0.0


@q.mistake("""√(2 ln k) is the limit for huge k: at 8 seeds it says 2.04 where the truth is 1.42.
Integrate, or use a table of expected maxima.""")
def square_root_of_two_log_k(k, sd, gain, k_base=1):
    return reported(lambda n: math.sqrt(2 * math.log(n)), k, sd, gain, k_base)


@q.mistake(
    """sd/√k is how uncertain the *mean* of k runs is. It falls with k; the best of k rises."""
)
def standard_error_for_the_maximum(k, sd, gain, k_base=1):
    return reported(lambda n: n**-0.5 if n > 1 else 0.0, k, sd, gain, k_base)


@q.mistake("""You left the baseline's picking out. Its best of `k_base` is lucky as well: subtract
its expected maximum. With equal effort the luck cancels.""")
def baseline_luck_ignored(k, sd, gain, k_base=1):
    return reported(mean_of_best, k, sd, gain)


@q.mistake("""You took the best of k / k_base (or k − k_base) seeds. Maxima do not subtract like
counts: take each side's expected maximum and subtract those.""")
def ratio_of_counts(k, sd, gain, k_base=1):
    return reported(mean_of_best, max(k / k_base, 1), sd, gain)


@q.mistake("""The share must stay between 0 and 1: a gain below the luck is all luck, and a
baseline that was picked harder leaves none. Clip it; leave `luck` itself as it is.""")
def share_not_clipped(k, sd, gain, k_base=1):
    luck, _ = by_quantiles(k, sd, gain, k_base)
    return luck, luck / gain


@q.mistake("""You clipped `luck` itself. Against a baseline that was picked harder it is negative,
and worth saying: the comparison was unfair to you. Only `share` is clipped.""")
def luck_clipped_at_zero(k, sd, gain, k_base=1):
    luck, share = by_quantiles(k, sd, gain, k_base)
    return max(luck, 0.0), share


@q.mistake("""You took the quantile 1 − 1/k. One run in k lies above it; the best of k lies
further out on average (1.42 against 1.15 at k = 8).""")
def one_in_k_quantile(k, sd, gain, k_base=1):
    return reported(lambda n: stats.norm.ppf(1 - 1 / n) if n > 1 else 0.0, k, sd, gain, k_base)


@q.mistake("""That is the median of the best run, Φ⁻¹(½^(1/k)). On average it is higher (1.42
against 1.38 at k = 8): the maximum is skewed upwards.""")
def median_of_the_maximum(k, sd, gain, k_base=1):
    return reported(lambda n: stats.norm.ppf(0.5 ** (1 / n)), k, sd, gain, k_base)


@q.mistake("""You multiplied with the variance, or left the scatter out: the best of k lies 1.42
*standard deviations* above at k = 8, so luck is in the metric's unit.""")
def scatter_squared(k, sd, gain, k_base=1):
    return reported(mean_of_best, k, sd**2, gain, k_base)


@q.mistake("""You left the scatter out: the luck is `sd` times the expected maximum of standard
normals.""")
def scatter_left_out(k, sd, gain, k_base=1):
    return reported(mean_of_best, k, 1.0, gain, k_base)


@q.mistake("""The share is that of the gain which is luck: luck / gain. You returned what is left
after it.""")
def share_of_skill(k, sd, gain, k_base=1):
    luck, share = by_quantiles(k, sd, gain, k_base)
    return luck, 1 - share


@q.mistake("""Φ⁻¹((k − 3/8)/(k + 1/4)) is Blom's approximation: 4 % off at k = 2, 0.7 % at 8.
Asked is 0.5 %: integrate.""")
def approximation_by_blom(k, sd, gain, k_base=1):
    return reported(lambda n: stats.norm.ppf((n - 0.375) / (n + 0.25)), k, sd, gain, k_base)


@q.mistake("""Your integrand lacks the factor k: the density of the maximum is k φ(z) Φ(z)^(k−1),
for any of the k runs may be the best.""")
def factor_k_forgotten(k, sd, gain, k_base=1):
    return reported(lambda n: mean_of_best(n) / n, k, sd, gain, k_base)


@q.variant
def by_the_trapezoid(k, sd, gain, k_base=1):
    z = np.linspace(-9, 9, 4001)

    def best_of(n):
        return np.trapezoid(1 - stats.norm.cdf(z[z > 0]) ** n, z[z > 0]) - np.trapezoid(
            stats.norm.cdf(z[z <= 0]) ** n, z[z <= 0]
        )

    luck = (best_of(k) - best_of(k_base)) * sd
    return np.array([luck, np.clip(luck / gain, 0, 1)])


@q.variant
def in_torch_by_quantiles(k, sd, gain, k_base=1):
    import torch

    u = (torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000
    best = [torch.special.ndtri(u ** (1 / n)).mean() for n in (k, k_base)]
    luck = sd * (best[0] - best[1])
    return luck, (luck / gain).clamp(0, 1)


q.hints(
    "Two people pick: you and whoever ran the baseline. Each one's pick is lucky by itself.",
    "k = 2, sd = 1 against one run: luck 0.564. k = 2 against k_base = 2: luck 0.",
    """best_of(n) = integrate.quad(lambda z: z · n · pdf(z) · cdf(z)**(n − 1), −10, 10)[0]; luck =
sd · (best_of(k) − best_of(k_base)); clip luck / gain to [0, 1] for the share.""",
)
q.why("""The maximum of k equal draws grows with k, slowly and without end: 0.56, 1.42, 1.87
standard deviations for 2, 8, 20. So "+2.0" from the best of 8 with a scatter of 0.8 contains
1.1 points that the next person will not see. It is not fraud, it is arithmetic, and an
interviewer who trains models knows it: the follow-up is "how many runs, and what is the
mean?".

The baseline matters as much. Its published number is often the best of many runs by people who
cared; or one run by somebody (you) who did not. Equal effort on both sides cancels the luck
even if everybody picks. √(2 ln k) is a limit that is reached very late; it overstates the luck
at any k that one can afford.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Which line survives? (4 points, 25 minutes)
#
# Twelve pairs of bullets. Under each pair stands what the log says: **all** of it. Choose the
# **stronger** line: of those in which everything follows from the log, the one that tells more of
# what decides. Then name what is wrong with the other, from `FLAWS`.
#
# `rank_pairs()` returns a dict from each pair's number (int) to `("A" or "B", flaw of the other)`.
# Run the next cell to read them.
#
# **Example.** Log: *"Errors 9 before, 4 after, of 300."* A: *"Cut errors from 9 to 4 of 300."* B:
# *"Cut errors by 56 %."* The answer is `("A", "no base")`.

# %% nbgrader={"grade_id": "given_pairs", "locked": true}
FLAWS = [
    "points for per cent",
    "time for speed",
    "no base",
    "the team's result",
    "offline as money",
    "a best run",
    "median for p99",
    "says less",
]
PAIRS = [  # (log, A, B), numbered from 1
    (
        "Accuracy on the held-out month: 0.80 before, 0.84 after, five seeds each.",
        "Raised held-out accuracy from 80 % to 84 % (5 seeds a side) by relabelling 3,000 rows.",
        "Improved held-out accuracy by 4 % (5 seeds a side) by relabelling 3,000 rows.",
    ),
    (
        "Time of a request at equal load: 200 ms before, 120 ms after.",
        "Made requests 40 % faster: each takes 40 % less time, so a worker serves 40 % more.",
        "Cut the time of a request from 200 ms to 120 ms, so that a worker serves 1.67 times more.",
    ),
    (
        "Six people, six changes, one launch: revenue +3.1 % in its A/B test. Your change had an "
        "arm "
        "of its own: +0.4 %.",
        "Grew revenue by 3.1 % (A/B test) by re-ranking search results.",
        "Added 0.4 % of revenue in an A/B arm of its own by re-ranking search results, within a "
        "launch of six changes worth 3.1 %.",
    ),
    (
        "New method, 8 seeds: mean 71.2, sd 0.9, best 72.6. Baseline, 8 seeds: mean 70.9, sd 0.9.",
        "Measured a gain of 0.3 ± 1.0 points over 8 seeds a side, and kept the simpler baseline.",
        "Reached 72.6, a gain of 1.7 points over the baseline's 70.9, with a new architecture.",
    ),
    (
        "Nightly job: 6.5 h before, 50 min after, 40 TB; a skewed join was bucketed. Yours alone.",
        "Optimised data pipelines, which now finish considerably earlier.",
        "Cut the nightly 40 TB job from 6.5 h to 50 min by bucketing a skewed join.",
    ),
    (
        "Chargebacks caught at 500 reviews a day: 19 % before, 31 % after, of 4,100 in the "
        "quarter.",
        "Caught 31 % of 4,100 chargebacks at 500 reviews a day, up from 19 %, with new features.",
        "Improved fraud detection by 63 % with new features.",
    ),
    (
        "AUC on last month's clicks: 0.74 before, 0.76 after. No online test. A planning sheet "
        "says "
        "that 0.01 of AUC is worth $1.2M a year.",
        "Raised AUC on a held-out month from 0.74 to 0.76 by modelling position, and wrote the "
        "plan "
        "of the A/B test.",
        "Generated $2.4M a year by raising AUC from 0.74 to 0.76 through a model of position.",
    ),
    (
        "A/B test, 14 days: click rate 2.0 % in control, 2.5 % in treatment, p < 0.001.",
        "Raised click rate by 25 % of its value, from 2.0 % to 2.5 %, in a 14-day A/B test.",
        "Raised click rate by 0.5 % in a 14-day A/B test.",
    ),
    (
        "You designed it and wrote the code; two colleagues reviewed. p99 310 ms before, 120 ms "
        "after, "
        "measured on this change alone.",
        "Helped the team to lower p99 latency from 310 ms to 120 ms.",
        "Cut p99 latency from 310 ms to 120 ms by designing and writing a batching proxy.",
    ),
    (
        "Twelve configurations were tried on the test month; the best had 91.4 %. On the next "
        "month, "
        "never looked at before: 90.2 %, and the baseline 90.0 %.",
        "Gained 0.2 points on a fresh month (90.0 % to 90.2 %) after trying 12 configurations.",
        "Reached 91.4 % against a baseline of 90.0 % by tuning.",
    ),
    (
        "Median 80 ms before, 48 ms after batching; p99 310 ms before, 420 after; with a wait of "
        "at "
        "most 2 ms: median 60, p99 330. The contract says p99 below 350 ms.",
        "Cut median latency by 40 %, from 80 ms to 48 ms, by batching requests.",
        "Cut median latency from 80 ms to 60 ms within a p99 contract of 350 ms (310 to 330 ms), "
        "by "
        "batching with a wait of at most 2 ms.",
    ),
    (
        "NDCG@10 on a held-out week +0.021. A/B test, 21 days: revenue a session +0.8 %, 95 % "
        "interval "
        "0.3 to 1.3.",
        "Raised revenue a session by 0.8 % (95 %: 0.3 to 1.3; A/B test of 21 days) with a new "
        "ranker.",
        "Raised NDCG@10 by 0.021 on a held-out week with a new ranker.",
    ),
]
for number, (log, a, b) in enumerate(PAIRS, start=1):
    print(f"{number}. A: {a}\n   B: {b}\n   Log: {log}\n")


# %% nbgrader={"grade_id": "rank_pairs", "solution": true}
def rank_pairs():
    """The stronger line of each pair, and the flaw of the other.

    Returns:
        dict from the pair's number to ("A" or "B", one of FLAWS).
    """
    ### BEGIN SOLUTION
    return {
        1: ("A", "points for per cent"),
        2: ("B", "time for speed"),
        3: ("B", "the team's result"),
        4: ("A", "a best run"),
        5: ("B", "says less"),
        6: ("A", "no base"),
        7: ("A", "offline as money"),
        8: ("A", "points for per cent"),
        9: ("B", "says less"),
        10: ("A", "a best run"),
        11: ("B", "median for p99"),
        12: ("A", "says less"),
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "rank_pairs_takes_what_the_log_supports", "grade": true}
"""The stronger line is the one that five minutes of questions leave standing."""
q = Question(rank_pairs, points=4)


def the_pair(number, letter, claim):
    """A probe: which line of this pair was chosen."""

    def chosen(f):
        given = f().get(number)
        given = given[0] if isinstance(given, (list, tuple)) and given else given
        return "" if given == letter else f"for pair {number} you chose {given!r}"

    chosen.__name__, chosen.__doc__ = f"pair_{number}", claim
    return chosen


def named(numbers, flaws):
    """A probe: which flaw is named where the right line was chosen."""

    def flaws_are_named(f):
        answer = f()
        for number in numbers:
            given = answer.get(number)
            if not isinstance(given, (list, tuple)) or len(given) != 2:
                return f"pair {number} has {given!r}"
            letter, flaw = given
            if letter == LETTERS[number] and flaw != flaws[number]:
                what = "none of FLAWS" if flaw not in FLAWS else "not what the log contradicts"
                return f"for pair {number} you named {flaw!r}, {what} most"
        return ""

    flaws_are_named.__name__ = f"flaws_from_{numbers[0]}"
    flaws_are_named.__doc__ = "The other line's flaw is named"
    return flaws_are_named


def well_formed(f):
    """Every pair has a letter and one of FLAWS."""
    answer = f()
    if sorted(answer) != list(range(1, len(PAIRS) + 1)):
        return f"the keys are {sorted(answer)}"
    for number, given in sorted(answer.items()):
        pair = given if isinstance(given, (list, tuple)) else (given,)
        if len(pair) != 2 or pair[0] not in ("A", "B") or pair[1] not in FLAWS:
            return f"pair {number} has {given!r}"
    return ""


LETTERS = {1: "A", 2: "B", 5: "B"}
RIGHT_FLAWS = {1: FLAWS[0], 2: FLAWS[1], 5: "says less"}
q.probe(well_formed, gives="")
for nth, claim in (
    (1, "80 % to 84 % is 4 points; '4 %' would be 83.2 %"),
    (2, "40 % less time is 67 % more requests, not 40 %"),
    (5, "a line without a number tells less than one with size, times and cause"),
):
    q.probe(the_pair(nth, LETTERS[nth], claim), gives="", weight=2.0)
q.probe(named((1, 2, 5), RIGHT_FLAWS), gives="", weight=2.0)
### BEGIN HIDDEN TESTS
q.hidden()
LETTERS |= {3: "B", 4: "A", 6: "A", 7: "A", 8: "A", 9: "B", 10: "A", 11: "B", 12: "A"}
RIGHT_FLAWS |= {3: FLAWS[3], 4: "a best run", 6: FLAWS[2], 7: FLAWS[4], 8: FLAWS[0]}
RIGHT_FLAWS |= {9: "says less", 10: "a best run", 11: "median for p99", 12: "says less"}
for nth, claim in (
    (3, "3.1 % belongs to six changes, and the log has an arm for yours"),
    (4, "the mean of 8 gained 0.3 ± 1.0; 1.7 compares a best with a mean"),
    (6, "'63 %' of what? The denominator and the review budget decide what it is worth"),
    (7, "nobody measured money: a planning sheet is no experiment"),
    (8, "2.0 % to 2.5 % is 0.5 points, or 25 %; '0.5 %' would be 2.01 %, far too modest"),
    (9, "the log says that it is yours: 'helped' gives it away and hides the method"),
    (10, "91.4 was picked among 12 on the month that it is reported on"),
    (11, "the contract is on p99, which the other line broke without a word"),
    (12, "money measured in an experiment decides more than a metric that stands for it"),
):
    q.probe(the_pair(nth, LETTERS[nth], claim), gives="")
q.probe(named((3, 4, 6, 7, 8, 9, 10, 11, 12), RIGHT_FLAWS), gives="", weight=3.0)


ORDER = (0, 1, 3, 5, 7, 2, 4, 0, 7, 5, 6, 7)  # the flaw of each pair's other line, in FLAWS


def choosing(*turned):
    """The right answers with the choice turned round for some pairs."""
    answer = {}
    for place, (right, flaw) in enumerate(zip("ABBABAAABABA", ORDER), start=1):
        answer[place] = ("AB".replace(right, "") if place in turned else right, FLAWS[flaw])
    return answer


@q.reference
def from_the_log():
    return choosing()


@q.mistake("""Twice you took percentage points for per cent. 80 → 84 % is "4 points" or "5 %",
never "4 %"; 2.0 → 2.5 % is "0.5 points" or "25 %". In the second pair the wrong line is the
modest one: the mistake costs you, too.""")
def percent_vs_points():
    return choosing(1, 8)


@q.mistake("""In pair 2 you took −40 % of time for +40 % of speed. A worker who needs 120 ms
instead of 200 serves 200/120 = 1.67 times as many.""")
def latency_minus_40_is_speed_plus_40():
    return choosing(2)


@q.mistake("""In pair 3 you claimed the launch. "What did *your* change do?" is the first
follow-up, and the log has the answer: 0.4 %. Claim that, and name the launch as its frame.""")
def team_result_as_mine():
    return choosing(3)


@q.mistake("""Twice you took the best run for the method. The best of 8 seeds, or of 12
configurations on the test month, is part luck: the mean, or a fresh month, says how large.""")
def best_seed():
    return choosing(4, 10)


@q.mistake("""In pair 6 you took a percentage without a base. 19 % → 31 % is +63 % and +12 points;
at which review budget, of how many? Without them the number can't be questioned, so it is not
believed.""")
def no_denominator():
    return choosing(6)


@q.mistake("""In pair 7 you turned AUC into money. No experiment was run: $2.4M is a planning
sheet multiplied with an offline metric. Claim the metric, and the plan to measure the money.""")
def offline_metric_as_revenue():
    return choosing(7)


@q.mistake("""In pair 11 you took the median for the promise. It fell by 40 % while p99 rose to
420 ms over a contract of 350: the first follow-up ("and p99?") ends that line.""")
def median_for_tail():
    return choosing(11)


@q.mistake("""You chose the more modest line each time. Modest is not honest: 0.5 % for 25 %,
"helped" for what you built alone, an offline metric for a measured result. Say all that the log
supports.""")
def the_modest_line():
    return choosing(8, 9, 12)


@q.mistake("""You chose by the larger number each time. The larger number is the one that gets
questioned first; ask of each what the log would have to say for it to be true.""")
def the_larger_number():
    return choosing(3, 4, 6, 7, 10)


@q.mistake("""In pair 9 you gave your own work away. The log says designed and written by you,
measured alone: "helped the team" is less true, not more polite.""")
def helped_instead_of_did():
    return choosing(9)


@q.mistake("""In pair 12 you took the offline metric although the money was measured. Distrust
money that nobody measured (pair 7), not a 21-day experiment with an interval.""")
def measured_money_distrusted():
    return choosing(12)


@q.variant
def as_lists():
    return {n: list(pair) for n, pair in choosing().items()}


@q.variant
def from_columns():
    return {i + 1: (right, FLAWS[ORDER[i]]) for i, right in enumerate("ABBABAAABABA")}


q.hints(
    "Ask of each word in a line: which part of the log says so? Then: what does the line leave "
    "out?",
    "Pair 8: is 2.0 % to 2.5 % a rise by 0.5 %? What would 2.0 % plus 0.5 % of it be?",
    """Two lines may be true: then the one that tells more of what decides wins, and the other's
flaw is "says less". Pairs 1 and 8 share a flaw, and so do 4 and 10.""",
)
q.why("""Six of these flaws make a number larger than the log, and two make it smaller.
Interviewers punish both: inflation ends the conversation, modesty never starts it. The test is
the same for all: *what would the log have to say for this to be true?*

The numbers that survive have a base (of what), a comparator (than what), a place (on which
data), an owner (whose), and where runs scatter, an interval. Pair 4 is the hardest to write
and the best to have: a null result with an interval and a decision. Nobody invents those.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. The scale card (3 points, 20 minutes)
#
# Before an interview, put each project's sizes on a card; the first follow-ups ask for them. A card
# is a dict from names to quantities with units, such as `"80 GB"`. `check_card(card)` returns the
# **sorted list** of its flags:
#
# - `"missing:NAME"` for each of these that is not there: `params`, `precision` (of a weight),
#   `devices`, `device_memory` (of one), `mean_load`, `peak_load`, `daily` (requests a day), `price`
#   (of one device), `cost_per_million` (requests, in dollars).
# - `"unit:NAME"` if it can't be read (`UnitError`) or is of another kind than in `KINDS`.
#
# If there is any of these, return only these. Else:
#
# - `"does_not_fit"`: the weights take more than all devices' memory together.
# - `"peak_below_mean"`.
# - `"daily_differs"`: a day's requests differ from `mean_load` by more than 5 % of the latter.
# - `"cost_differs"`: `cost_per_million` differs by more than 5 % from what a million requests at
#   `mean_load` on all devices cost at `price`.
#
# `quantity(text).value` is in base units (s, B, USD, 1/s), `.dims` its kind: `quantity("16
# bit").value` is 2 (bytes), `quantity("1.7e7 requests/day").value` is 196.8 (a second).
#
# **Example.** 7e9 params of 16 bit on one device of 4 GB: `["does_not_fit"]`, for they take 14 GB.


# %% nbgrader={"grade_id": "check_card", "solution": true}
def check_card(card):
    """What is missing on a scale card, or contradicts itself.

    Args:
        card: dict from names to quantities, such as "80 GB".

    Returns:
        sorted list of str.
    """
    ### BEGIN SOLUTION
    flags, values = [], {}
    for name, dims in KINDS.items():
        if name not in card:
            flags.append(f"missing:{name}")
            continue
        try:
            read = quantity(card[name])
        except UnitError:
            flags.append(f"unit:{name}")
            continue
        values[name] = read.value
        if read.dims != dims:
            flags.append(f"unit:{name}")
    if flags:
        return sorted(flags)
    v = values
    mean = v["mean_load"]
    cost = 1e6 / mean * v["devices"] * v["price"]
    if v["params"] * v["precision"] > v["devices"] * v["device_memory"]:
        flags.append("does_not_fit")
    if v["peak_load"] < mean:
        flags.append("peak_below_mean")
    if abs(v["daily"] - mean) > 0.05 * mean:
        flags.append("daily_differs")
    if abs(v["cost_per_million"] - cost) > 0.05 * cost:
        flags.append("cost_differs")
    return sorted(flags)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_card_finds_what_contradicts", "grade": true}
"""A card's numbers carry their units and agree with each other."""
q = Question(check_card, points=3)
q.case(CARD, gives=[], claim="the card above is whole and agrees with itself")
q.case(
    CARD | {"devices": "1 devices", "device_memory": "4 GB", "cost_per_million": "25 USD"},
    gives=["does_not_fit"],
    claim="7e9 weights of 2 bytes do not fit into 4 GB",
)
q.case(
    {key: CARD[key] for key in CARD if key != "price"} | {"daily": "1.7e6"},
    gives=["missing:price", "unit:daily"],
    claim="what is missing or has no unit is said alone, and sorted",
)
q.case(
    CARD | {"peak_load": "10 requests/s", "cost_per_million": "100 USD"},
    gives=["cost_differs", "peak_below_mean"],
    claim="every contradiction is listed",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case(CARD | {"params": "2e10 params"}, claim="two devices hold 40 GB of weights")
q.case(
    CARD | {"params": "40e9 params", "precision": "8 bit", "device_memory": "24 GiB"},
    claim="8 bit are one byte",
)
q.case(CARD | {"params": "5e9 params", "precision": "8 bit"}, claim="5 GB fit into 48")
q.case(CARD | {"daily": "1.5e6 requests/day"}, claim="a day has 86 400 s: 17.4/s is not 20/s")
q.case(
    CARD | {"daily": "72000 requests/h", "mean_load": "1200 requests/min"}, claim="any unit of rate"
)
q.case(CARD | {"cost_per_million": "25 USD"}, claim="both devices cost")
q.case(CARD | {"cost_per_million": "16.7 USD"}, claim="devices are paid at the mean load")
q.case(CARD | {"mean_load": "20 ms"}, claim="a time is no rate")
q.case(
    CARD | {"params": "7 billion", "peak_load": "1 requests/s"},
    claim="with an unreadable unit nothing else is said",
)
q.case({}, claim="an empty card misses everything")
q.case(CARD | {"cost_per_million": "52 USD"}, claim="4 % is within 5 %")
q.case(CARD | {"params": "25e9 params"}, claim="50 GB do not fit into 48")
q.case(CARD | {"params": "22e9 params"}, claim="44 GB of weights fit into 48, by the rule")
q.case(CARD | {"daily": "1.7e6 requests/day"}, claim="19.7/s is within 5 % of 20/s")


def checked(
    card,
    devices=True,
    bits=lambda size: size,
    paid="mean_load",
    paid_devices=True,
    day=1.0,
    raw=False,
    only_first=False,
    go_on=False,
    kinds=True,
    overhead=1.0,
    absolute=False,
    hour=1.0,
):
    """The rules as a table; each argument breaks one of them."""
    state, v = [], {}
    for name in CARD:
        read = None
        if name in card:
            try:
                read = quantity(card[name])
                v[name] = float(card[name].split()[0]) if raw else read.value
            except UnitError:
                pass
        if name not in card:
            state.append(f"missing:{name}")
        elif read is None or (kinds and read.dims != KINDS[name]):
            state.append(f"unit:{name}")
    if state and not (go_on and len(v) == len(CARD)):
        return sorted(state)
    cost = v["price"] * 1e6 / hour / v[paid] * (v["devices"] if paid_devices else 1)
    memory = v["device_memory"] * (v["devices"] if devices else 1)

    def far(got, want):
        return abs(got - want) > 0.05 * (1 if absolute else want)

    rules = {
        "does_not_fit": v["params"] * bits(v["precision"]) * overhead > memory,
        "peak_below_mean": v["peak_load"] < v["mean_load"],
        "daily_differs": far(v["daily"] * day, v["mean_load"]),
        "cost_differs": far(v["cost_per_million"], cost),
    }
    found = sorted(state + [name for name, broken in rules.items() if broken])
    return found[:1] if only_first else found


@q.reference
def by_a_table(card):
    return checked(card)


@q.mistake("""You divided by 3600 although `price` comes in dollars a *second*: `.value` is in base
units. Seconds times devices times price is all.""")
def hours_converted_twice(card):
    return checked(card, hour=3600.0)


@q.mistake("""You compared with the memory of one device. Weights may be split: `devices` times
`device_memory` is what there is.""")
def one_device_only(card):
    return checked(card, devices=False)


@q.mistake("""You took bits for bytes: 16 bit are 2 bytes. `quantity(…).value` has done that
already; do not multiply by 8 or read the 16.""")
def bits_as_bytes(card):
    return checked(card, bits=lambda size: 8 * size)


@q.mistake("""You assumed 2 bytes a weight. The card says the precision: at 8 bit it is one.""")
def always_two_bytes(card):
    return checked(card, bits=lambda size: 2.0)


@q.mistake("""You divided the bits by 8 once more: `.value` is in bytes already.""")
def divided_by_eight_twice(card):
    return checked(card, bits=lambda size: size / 8)


@q.mistake("""You counted 16 bytes a parameter, which is training with Adam (weights, gradient,
moments). The rule is about the weights at their `precision`.""")
def training_state_for_serving(card):
    return checked(card, bits=lambda size: 16.0)


@q.mistake("""You priced a million requests at the peak. Devices are paid all day long and serve
the mean: at the peak rate they look three times as cheap.""")
def cost_at_the_peak(card):
    return checked(card, paid="peak_load")


@q.mistake("""You priced one device. All of them are paid, busy or not.""")
def price_of_one_device(card):
    return checked(card, paid_devices=False)


@q.mistake("""You multiplied the mean by 86 400, or divided the day by it, once more. `.value` of
"requests/day" is a rate in 1/s already: compare the two values as they are.""")
def a_day_converted_twice(card):
    return checked(card, day=1 / 86_400)


@q.mistake("""You compared the bare numbers. "20 GB" and "20 ms" are not the same 20: use
`quantity(text).value`, which is in base units.""")
def numbers_without_units(card):
    return checked(card, raw=True)


@q.mistake("""You stopped at the first contradiction. Somebody has to mend the whole card: list
all, sorted.""")
def stops_at_the_first(card):
    return checked(card, only_first=True)


@q.mistake("""You did not compare the kinds: a mean load of "20 ms" reads well and is no rate.
Compare `quantity(text).dims` with KINDS.""")
def any_kind_will_do(card):
    return checked(card, kinds=False)


@q.mistake("""Your 5 % is an absolute 0.05. Multiply it with what you compare against: 5 % of 20/s
is 1/s.""")
def tolerance_is_absolute(card):
    return checked(card, absolute=True)


@q.mistake("""You added room for a cache or activations. That is wise on a real device, and not
the rule here: the weights alone, against all memory.""")
def overhead_added(card):
    return checked(card, overhead=1.2)


@q.mistake("""The flags are in the order in which you found them. Sort them.""")
def flags_not_sorted(card):
    found = checked(card)
    order = [*CARD, "does_not_fit", "peak_below_mean", "daily_differs", "cost_differs"]
    return sorted(found, key=lambda flag: order.index(flag.partition(":")[2] or flag))


@q.variant
def through_sets(card):
    missing = {f"missing:{name}" for name in KINDS.keys() - card.keys()}
    wrong = set()
    for name in KINDS.keys() & card.keys():
        try:
            if quantity(card[name]).dims != KINDS[name]:
                wrong.add(f"unit:{name}")
        except UnitError:
            wrong.add(f"unit:{name}")
    if missing | wrong:
        return sorted(missing | wrong)
    get = {name: quantity(text).value for name, text in card.items()}
    seconds = 1e6 / get["mean_load"]
    bill = seconds * get["price"] * get["devices"]
    tests = {
        ("does_not_fit", get["params"] * get["precision"] > get["device_memory"] * get["devices"]),
        ("peak_below_mean", get["mean_load"] > get["peak_load"]),
        ("daily_differs", abs(get["daily"] / get["mean_load"] - 1) > 0.05),
        ("cost_differs", abs(get["cost_per_million"] / bill - 1) > 0.05),
    }
    return sorted(name for name, broken in tests if broken)


@q.variant
def as_a_tuple(card):
    return tuple(checked(dict(card)))


q.hints(
    "All values come in base units. Which of your factors were already in them?",
    'CARD with "daily": "72000 requests/h" is whole: 20 a second.',
    """cost of a million = 1e6 / mean_load seconds, times devices, times price; the weights take
params · precision, both as `.value`.""",
)
q.why("""A card is where numbers meet each other. Each alone may be right; together they tell
whether anybody measured: 14 GB of weights on 4 GB, a peak below the mean, a cost that only
holds if the fleet is always at its peak. Interviewers multiply in their heads, so do it first.

Units do the rest. `quantity` carries them, and comparing kinds before values catches the slip
that no range check sees: a plausible number of the wrong thing. The rule on memory is a lower
bound: a cache, activations and the framework come on top, so "fits" here means only "is not
impossible".""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. A letter that only they could get (3 points, 20 minutes)
#
# One paragraph, after an hour of reading about *one* company. `letter_flags(letter, log, projects,
# others)` returns the **sorted list** of these flags:
#
# - `"length"`: fewer than 90 or more than 160 words (what spaces and line ends separate).
# - `"facts"`: fewer than two *different* facts of the reading log are in it. `log` is a list of
#   phrases, each the key of one fact.
# - `"project"`: none of your `projects` (names) is in it.
# - `"cliche"`: any phrase of `CLICHES` is in it.
# - `"other_company"`: any of the companies `others` is in it.
#
# A phrase *is in* the letter if it stands there in any case, with no letter or digit right before
# or after it: `Arc` is not in "search". Line ends count as spaces, in the letter only.
#
# **Example.** An empty letter has `["facts", "length", "project"]`.


# %% nbgrader={"grade_id": "letter_flags", "solution": true}
def letter_flags(letter, log, projects, others):
    """What a letter lacks, as far as that can be counted.

    Args:
        letter: str.
        log, projects, others: lists of str. Key phrases, own projects, other companies.

    Returns:
        sorted list of str.
    """
    ### BEGIN SOLUTION
    flat = " ".join(letter.split())

    def there(phrase):
        pattern = rf"(?<![^\W_]){re.escape(phrase)}(?![^\W_])"
        return re.search(pattern, flat, re.IGNORECASE) is not None

    rules = {
        "length": not 90 <= len(letter.split()) <= 160,
        "facts": sum(map(there, dict.fromkeys(log))) < 2,
        "project": not any(map(there, projects)),
        "cliche": any(map(there, CLICHES)),
        "other_company": any(map(there, others)),
    }
    return sorted(name for name, broken in rules.items() if broken)
    ### END SOLUTION


# %% nbgrader={"grade_id": "letter_flags_count_what_can_be_counted", "grade": true}
"""A letter names what only this reader did, and what only this writer did."""
q = Question(letter_flags, points=3)
q.case(GOOD_LETTER, LOG, PROJECTS, OTHERS, gives=[], claim="this letter lacks nothing countable")
q.case("", LOG, PROJECTS, OTHERS, gives=["facts", "length", "project"], claim="an empty letter")
q.case(
    "I am passionate about search and would be a perfect fit for Delta. " * 8,
    LOG,
    PROJECTS,
    OTHERS,
    gives=["cliche", "facts", "other_company", "project"],
    claim="96 words that any company could get",
)
q.case(
    GOOD_LETTER.replace("cold-start post of 3 March", "blog and your 4 ms budget"),
    LOG,
    PROJECTS,
    OTHERS,
    gives=["facts"],
    claim="one fact named twice is one fact",
)
### BEGIN HIDDEN TESTS
q.hidden()
plain = "word " * 78 + "Tern has a 4 ms budget and so has my own tinyjoin ok"  # 91 words
SENT_BEFORE = """I read your cold-start post of 3 March twice, because I disagreed with it the
first time. A prior that never fades looks wrong on a market where most sellers sell once. Then
I ran your argument on my own data: tinyjoin, my library for joins that do not look ahead,
comes with a log of 40,000 listings. You were right for sellers with fewer than 20 views, and
wrong after. What I could not reproduce is your 4 ms budget: my join alone takes 3. If you are
willing to say how the lookup is laid out, I would change mine. I would bring this kind of
measured disagreement to Delta, and I can start in May."""
POLITE = """I have always been passionate about machine learning, and your mission speaks to
me. In my last role I built several models and worked with many stakeholders in a fast-paced
setting, where I learned to communicate and to deliver. I believe that my background in ranking
makes me a strong candidate for this position. I saw that you work with Tern, which I find very
interesting, and I would love to learn more about it. Please find attached my resume, which
shows my projects, among them shelfmark, a ranker for books. I am looking forward to hearing
from you and would be happy to tell you more about myself in a call."""
BRIEF = """Your cold-start post of 3 March leaves one knob out: when to give the borrowed prior
back. In shelfmark I measured it; 40 views was enough in eight shops of nine. Does the lookup
fit into your 4 ms budget? If so, I would like to try it with you."""
for draft, what in (
    (SENT_BEFORE, "the name of another company is left from the last letter"),
    (POLITE, "one fact and two phrases that anybody writes"),
    (BRIEF, "a good letter below 90 words is flagged for its length only"),
    (plain.replace(" ok", ""), "90 words are enough"),
    (plain.replace(" own", "").replace(" ok", ""), "89 words are too few"),
    ("word " * 69 + plain, "160 words are not too many"),
    ("word " * 70 + plain, "161 words are too many"),
    (plain.replace("Tern", "pattern"), "a name inside another word is not there"),
    (plain.replace("word word", "search arcs", 1), "`Arc` is neither in search nor in arcs"),
    (plain.replace("word word", "at ARC, then", 1), "case does not count"),
    (plain.replace("4 ms budget", "14 ms budget"), "14 ms is not 4 ms"),
    (plain.replace("my own tinyjoin", "my own join"), "no project is named"),
    (plain.replace("4 ms budget", "4 ms\nbudget"), "a phrase may run over a line end"),
    (plain.replace("word word", "in a Fast-Paced,", 1), "a cliché before a comma is one"),
):
    q.case(draft, LOG, PROJECTS, OTHERS, claim=what)


def flagged(
    letter,
    log,
    projects,
    others,
    edge=True,
    fold=True,
    least=2,
    count=None,
    low=90,
    high=160,
    join=True,
):
    """The rules by splitting into words; each argument breaks one of them."""
    text = f" {' '.join(letter.split()) if join else letter} "
    if fold:
        text = text.lower()

    def times(phrase):
        phrase = phrase.lower() if fold else phrase
        where = [m.start() for m in re.finditer(re.escape(phrase), text)]
        if edge:
            where = [
                i
                for i in where
                if not text[i - 1].isalnum() and not text[i + len(phrase)].isalnum()
            ]
        return len(where)

    found = [times(key) for key in log]
    facts = sum(found) if count == "all" else sum(n > 0 for n in found)
    size = len(letter) if count == "letters" else len(letter.split())
    rules = {
        "length": size < low or size > high,
        "facts": facts < least,
        "project": not sum(map(times, projects)),
        "cliche": sum(map(times, CLICHES)) > 0,
        "other_company": sum(map(times, others)) > 0,
    }
    return [name for name in sorted(rules) if rules[name]]


@q.reference
def by_positions(letter, log, projects, others):
    return flagged(letter, log, projects, others)


@q.mistake("""You looked for substrings: `Arc` is in "search", `Tern` in "pattern", "4 ms" in "14
ms". No letter or digit may stand right before or after a phrase.""")
def substrings_count(letter, log, projects, others):
    return flagged(letter, log, projects, others, edge=False)


@q.mistake("""You compared upper and lower case. "ARC" is Arc, and "Fast-Paced" the same cliché:
fold both sides.""")
def case_counts(letter, log, projects, others):
    return flagged(letter, log, projects, others, fold=False)


@q.mistake("""One fact is enough for you. Anybody finds one in the advert; the second shows the
hour of reading. Two different ones are asked for.""")
def one_fact_is_enough(letter, log, projects, others):
    return flagged(letter, log, projects, others, least=1)


@q.mistake("""You counted mentions. The same fact twice is one fact: count how many phrases of the
log are there.""")
def mentions_for_facts(letter, log, projects, others):
    return flagged(letter, log, projects, others, count="all")


@q.mistake("""You counted letters, not words. Split at spaces and line ends.""")
def letters_for_words(letter, log, projects, others):
    return flagged(letter, log, projects, others, count="letters")


@q.mistake("""Your bounds shut out 90 and 160. Fewer than 90 is too few, more than 160 too many:
both ends are fine.""")
def bounds_shut_out(letter, log, projects, others):
    return flagged(letter, log, projects, others, low=91, high=159)


@q.mistake("""You ask for the whole log. Two facts of it are enough: three and more make a list,
not a letter.""")
def the_whole_log(letter, log, projects, others):
    return flagged(letter, log, projects, others, least=len(log))


@q.mistake("""A phrase that runs over a line end was not found. Make every stretch of white space
one space first.""")
def line_ends_hide_phrases(letter, log, projects, others):
    return flagged(letter, log, projects, others, join=False)


@q.mistake("""You want every project in the letter. One is enough.""")
def every_project_wanted(letter, log, projects, others):
    found = set(flagged(letter, log, projects, others)) - {"project"}
    missing = any("project" in flagged(letter, log, [name], others) for name in projects)
    return sorted(found | ({"project"} if missing else set()))


@q.mistake("""You let only white space stand beside a phrase. "Delta." and "(Tern)" name them,
too: no letter or digit is all that is asked.""")
def only_white_space_around(letter, log, projects, others):
    text = f" {' '.join(letter.lower().split())} "

    def count(phrases):
        return sum(f" {phrase.lower()} " in text for phrase in phrases)

    rules = {
        "cliche": count(CLICHES) > 0,
        "facts": count(log) < 2,
        "length": not 90 <= len(letter.split()) <= 160,
        "other_company": count(others) > 0,
        "project": not count(projects),
    }
    return [name for name, broken in rules.items() if broken]


@q.variant
def by_word_boundaries(letter, log, projects, others):
    text = re.sub(r"\s+", " ", letter).casefold()

    def has(phrase):
        return bool(re.search(r"\b" + re.escape(phrase.casefold()) + r"\b", text))

    flags = set()
    if len(re.findall(r"\S+", letter)) not in range(90, 161):
        flags.add("length")
    if len({key for key in log if has(key)}) < 2:
        flags.add("facts")
    if not [name for name in projects if has(name)]:
        flags.add("project")
    flags |= {"cliche" for phrase in CLICHES if has(phrase)}
    flags |= {"other_company" for name in others if has(name)}
    return sorted(flags)


@q.variant
def as_a_tuple_of_flags(letter, log, projects, others):
    return tuple(flagged(letter, log, projects, others))


q.hints(
    "What stands right before and right after a phrase decides whether it is there.",
    '"pattern" contains the letters of Tern; a letter with it does not name Tern.',
    r"""re.search(r"\b" + re.escape(phrase) + r"\b", text, re.IGNORECASE), on the letter with every
stretch of white space made one space.""",
)
q.why("""Everything here can be counted, so it can be fooled: two facts may be named and have
nothing to do with each other. What decides is the question that no function answers: *would
this sentence be false about a rival?* "Your 4 ms budget" would be; "your inspiring mission"
would not.

Substrings are the classic slip in any keyword filter, and keyword filters read your resume,
too: a filter for "R" or "Go" that matches inside words lets everybody through, and one that
wants the exact word misses "PyTorch-based". Write skills as entries of their own.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. What does a README lack? (3 points, 20 minutes)
#
# A project link is opened for seconds. `readme_gaps(text)` returns which of the five parts are
# missing, **in the order of `PARTS`**.
#
# - A *heading* is a line of one to six `#` and a space at its very start, outside code blocks. A
#   *code block* opens and closes with a line that starts with three backticks.
# - A heading's *body* runs to the next heading (of any level) or to the end. The part is there if a
#   heading contains one of the words of `PARTS[part]`, in any case, and the body of one such
#   heading **has what it takes**:
# - `problem`, `approach`, `licence`: text that is more than white space, and not just `TODO`;
# - `result`: a digit;
# - `run`: a code block with a line that is not blank.
#
# **Example.** `"# Run\n\npython train.py"` lacks all five: the command stands in no code block.


# %% nbgrader={"grade_id": "readme_gaps", "solution": true}
def readme_gaps(text):
    """The parts that a README lacks, in the order of PARTS.

    Args:
        text: str, Markdown.

    Returns:
        list of str.
    """
    ### BEGIN SOLUTION
    sections, fenced = [("", [])], False
    for line in text.split("\n"):
        heading = re.match(r"#{1,6} (.*)", line)
        if line.startswith("```"):
            fenced = not fenced
            sections[-1][1].append("```")
        elif heading and not fenced:
            sections.append((heading[1].lower(), []))
        else:
            sections[-1][1].append(line)

    def good(part, lines):
        body = "\n".join(lines)
        if part == "result":
            return any(c.isdigit() for c in body)
        if part == "run":
            return any(block.strip() for block in body.split("```")[1::2])
        return body.strip() not in ("", "TODO")

    return [
        part
        for part, words in PARTS.items()
        if not any(any(w in head for w in words) and good(part, body) for head, body in sections)
    ]
    ### END SOLUTION


# %% nbgrader={"grade_id": "readme_gaps_are_sections_without_substance", "grade": true}
"""A README says why, how, how well, how to run it, and who may use it."""
q = Question(readme_gaps, points=3)
q.case(WHOLE, gives=[], claim="this README has all five parts")
q.case("", gives=list(PARTS), claim="an empty README lacks all five")
q.case(
    "# fastnet\nThe problem: slow nets. Method: prune. Result: 3x. Run it! MIT licence.",
    gives=list(PARTS),
    claim="words in running text are no sections",
)
q.case(
    WHOLE.replace("NDCG@10 0.41 against 0.33", "Much better than").replace(
        ", on 6 held-out weeks (5 seeds, sd 0.01)", ""
    ),
    gives=["result"],
    claim="a result without a number is none",
)
### BEGIN HIDDEN TESTS
q.hidden()
LIBRARY = f"""# tinyjoin

Joins two time-stamped tables without looking into the future.

## The problem

`merge_asof` takes the newest row. Features that arrive late make that row a leak.

## Method

Two clocks a row: when it happened, and when it was known. Sorted once, then a sweep.

## Benchmarks

| rows | seconds | memory |
|---|---|---|
| 1e6 | 0.8 | 90 MB |
| 1e8 | 96 | 8.1 GB |

## Usage

{FENCE}python
import tinyjoin
tinyjoin.join(requests, rows, ttl="7d")
{FENCE}
"""
REPLICATION = f"""# Replicating one figure on double descent

## Why this figure

It is shown in every talk, and the scatter between seeds is not.

## Approach

Random features, 20 rows, widths from 2 to 400, 50 seeds each.

## What came out

The peak is there in 50 of 50 seeds; its height varies by a factor of 6.

## Run it

{FENCE}bash
# two minutes on a laptop
make figure
{FENCE}

## Licence

Apache 2.0, text under CC BY 4.0.
"""
TEMPLATE = f"""# project_name

## Problem
TODO
## Approach

## Results
Coming soon.
## Quickstart
{FENCE}
{FENCE}
## License
TODO
"""
COURSEWORK = """# Pigeons: why, our method, and its results

We count pigeons on 1,200 photos of station roofs for the course on vision. A small detector finds
83 % of them at one false alarm a photo; most misses sit behind antennas.

## Running the notebook

    jupyter lab pigeons.ipynb

Three authors, equal parts.
"""
for sample, what in (
    (WHOLE.replace("MIT.", "TODO"), "TODO is no licence"),
    (
        WHOLE.replace(f"{FENCE}\n# makes", "# makes").replace(f"toy\n{FENCE}", "toy"),
        "a command outside a code block cannot be copied",
    ),
    (
        WHOLE.replace("# makes the toy data first", "# Why not"),
        "a comment inside a code block is no heading",
    ),
    (WHOLE.replace("## Results\n", "## Results\n### On toy data\n"), "a body ends at any heading"),
    (
        WHOLE.replace("## Results\n", "## Results\n## Benchmark\n"),
        "one good section of two is enough",
    ),
    (WHOLE.upper(), "headings count in any case"),
    (
        WHOLE.replace("python -m shelfmark evaluate --toy\n", "\n").replace(
            "# makes the toy data first\n", ""
        ),
        "an empty code block runs nothing",
    ),
    (
        WHOLE.replace("## Why", "##Why").replace("## How", "  ## How"),
        "a heading needs its space, and starts its line",
    ),
    (LIBRARY, "a library without a licence may not be used"),
    (REPLICATION, "only the listed words open a part: `What came out` is not among them"),
    (TEMPLATE, "a template has all headings and nothing in them"),
    (COURSEWORK, "one heading may carry several parts; an indented command is in no code block"),
    (WHOLE + "## Known problems\n", "an empty second section takes nothing away"),
    (WHOLE + "## Benchmark\n", "a full section stays, whatever comes behind it"),
    ("## Method\n\n\n## Usage\n\n```\nmake\n```\n", "white space is no body"),
):
    q.case(sample, claim=what)


def lacking(
    text,
    fences=True,
    body=True,
    digits=True,
    block=True,
    todo=True,
    fold=True,
    pick=any,
    exact=False,
    own=False,
):
    """The rules through one pass of headings; each argument breaks one of them."""
    masked = text
    if fences:
        masked = re.sub(r"(?ms)^```.*?^```", lambda m: m[0].replace("\n#", "\n\x00"), text)
    pieces = re.split(r"(?m)^#{1,6} (.*)$", masked)[1:]
    gaps = []
    for part, words in PARTS.items():
        found = []
        for head, piece in zip(pieces[::2], pieces[1::2]):
            title = head.lower() if fold else head
            if not any(word == title if exact else word in title for word in words):
                continue
            piece = head + piece if own else piece
            filled = re.findall(r"(?ms)^```[^\n]*\n(.*?)^```", piece)
            if not body:
                ok = True
            elif part == "result" and digits:
                ok = re.search(r"\d", piece) is not None
            elif part == "run" and block:
                ok = any(code.strip() for code in filled)
            else:
                ok = piece.strip() not in (("", "TODO") if todo else ("",))
            found.append(ok)
        if not found or not pick(found):
            gaps.append(part)
    return gaps


@q.reference
def by_splitting_at_headings(text):
    return lacking(text)


@q.mistake("""You took `#` inside a code block for a heading. Most commands in READMEs have
comments: skip what stands between lines of three backticks.""")
def comment_in_code_as_heading(text):
    return lacking(text, fences=False)


@q.mistake("""A heading is enough for you. Templates have all five headings and nothing below:
look into the bodies.""")
def heading_is_enough(text):
    return lacking(text, body=False)


@q.mistake("""You let a result pass without a number. "Much better" is what everybody writes: a
digit is the least.""")
def result_without_number(text):
    return lacking(text, digits=False)


@q.mistake("""You let a command pass outside a code block, or an empty one. It must be there to be
copied.""")
def command_anywhere(text):
    return lacking(text, block=False)


@q.mistake("""TODO counts as text for you. It says that the part is missing.""")
def todo_counts_as_text(text):
    return lacking(text, todo=False)


@q.mistake("""You compared the headings' case: "## Why" and "## WHY" are the same. Lower both.""")
def case_of_headings_counts(text):
    return lacking(text, fold=False)


@q.mistake("""You looked at the first matching section only. An empty "Results" before a full
"Benchmark" is untidy, not missing.""")
def first_section_only(text):
    return lacking(text, pick=lambda found: found[0])


@q.mistake("""You let the last matching section decide. One good section is enough, whatever comes
behind it.""")
def last_section_only(text):
    return lacking(text, pick=lambda found: found[-1])


@q.mistake("""You compared whole headings. "Results" contains "result", and that is enough.""")
def whole_headings_compared(text):
    return lacking(text, exact=True)


@q.mistake("""You counted the heading's own words as its body. What stands below it decides.""")
def heading_in_its_body(text):
    return lacking(text, own=True)


@q.mistake("""You sorted the gaps. They come in the order of PARTS.""")
def gaps_sorted(text):
    return sorted(lacking(text))


@q.mistake("""You searched the whole text for the words. "No problem, just run it" has two of them
and no section. Only headings open a part.""")
def words_anywhere(text):
    return [p for p, words in PARTS.items() if not any(w in text.lower() for w in words)]


@q.mistake("""You returned what is there. The gaps are asked for: what is missing.""")
def parts_that_are_there(text):
    return [part for part in PARTS if part not in lacking(text)]


@q.variant
def line_by_line(text):
    have, part_names, fenced, bodies = set(), [], False, {}

    def close():
        for name in part_names:
            lines = bodies.get("text", [])
            plain = "\n".join(lines).strip()
            if name == "result":
                good = bool(set("0123456789") & set(plain))
            elif name == "run":
                good = bool(bodies.get("code"))
            else:
                good = plain not in ("", "TODO")
            if good:
                have.add(name)

    for line in text.splitlines():
        mark = line.split(" ")[0]
        if line.startswith("```"):
            fenced = not fenced
            bodies.setdefault("text", []).append(line)
        elif not fenced and " " in line and mark and set(mark) == {"#"} and len(mark) < 7:
            close()
            title = line[len(mark) + 1 :].lower()
            part_names = [p for p, words in PARTS.items() if any(w in title for w in words)]
            bodies = {}
        else:
            bodies.setdefault("text", []).append(line)
            if fenced and line.strip():
                bodies["code"] = True
    close()
    return [part for part in PARTS if part not in have]


@q.variant
def as_a_tuple_of_gaps(text):
    return tuple(lacking(text))


q.hints(
    "A heading is a promise. What must its body hold to keep it, part by part?",
    "A code block with the line `# makes data`: is that a heading?",
    """Walk through the lines, flip a flag at three backticks, start a new section at a heading only
while the flag is down; then look at each section's body.""",
)
q.why("""Templates made headings worthless as a signal, so the body decides. A number under
"Results" and a command that can be copied are the two parts that a template cannot fill in;
they are also what the person behind the link looks for first (experience, not data).

The comment in the code block is the slip that real READMEs punish: half of them have one.
Whoever splits at `#` cuts the run section in two and reports a gap that is not there: a linter
with false alarms is switched off.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Your own lines: flags, no points
#
# Write your bullets, one a line, into the file below: it lies outside this folder, so that nothing
# collects it. The report names the bullet's number and the reason, and quotes nothing: outputs are
# handed in with a notebook. Nothing is sent, and no record of attempts sees it.
#
# Flags say what is absent or measurable. On 12 good lines that the linter had not seen it was wrong
# on two. **Ignore a flag whenever you can say why.** Your `letter_flags` and `readme_gaps` are
# linters, too: run them on your own letter and README.

# %% nbgrader={"grade_id": "own_lines", "locked": true}
OWN_BULLETS = Path.home() / "my_resume_bullets.txt"
print(report(read_own(OWN_BULLETS)))

# %% [markdown] nbgrader={"grade_id": "five_minutes", "task": true, "points": 4}
# ## 8. Three lines and five minutes (4 points, graded by hand)
#
# Rewrite these three, each in at most 35 words, claiming all that its log supports and no more.
# Then write the spoken answers (60 to 90 words each) to the two follow-ups on the line of **your
# choice**.
#
# 1. *"Helped improve search performance significantly."* Log: query p99 900 ms → 340 ms, median 120
#    → 115; you found the lock by profiling and removed it; one service of 14; 30 M queries a day.
# 2. *"Achieved 93.8 % accuracy, beating SOTA by 1.9 %."* Log: best of 10 seeds 93.8; mean 92.6, sd
#    0.7; own rerun of the published method, 10 seeds: mean 92.4, sd 0.6; its paper says 91.9.
# 3. *"Drove $5M in revenue with ML."* Log: team of 8; A/B +1.2 % of 400 M a year, all features;
#    yours was the calibration layer; switched off alone for a week: −0.3 %, interval −0.7 to +0.1.
#
# Follow-ups: **"How do you know that it was you?"** and **"What would you have seen if it had not
# worked?"**
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or the three lines with other adjectives.
# - **1**: numbers are there, but one of them contradicts its log (93.8 as the result; $5M or 1.2 %
#   as own; "62 % faster" for 900 → 340 ms, which is 2.6 times).
# - **2** (mid): all three follow from the log, with base and method; but something that the log
#   supports is given away (30 M queries a day, "found by profiling"), or the answers repeat the
#   line.
# - **3** (senior): as 2, and line 2 gives mean, scatter and number of seeds on both sides: 0.2
#   points (95 % about −0.4 to 0.8), so no gain was shown; line 3 claims the calibration layer with
#   its interval, which includes 0. The answers name the comparison behind each claim (same load,
#   the switch-off week, the own rerun).
# - **4** (staff): as 3, and the answers say what would have changed the writer's mind and what they
#   decided then (kept the baseline, asked for a longer switch-off: to see −0.3 with an interval
#   half as wide takes four times as long); the tail's gain is set beside the median's (115 ms), so
#   that nobody finds it out first.
#
# A level-4 line 1: "Cut query p99 from 900 ms to 340 ms (median unchanged, 120 to 115) on a service
# with 30 M queries a day, by profiling tail requests and removing a shared lock." Line 2: "Reran a
# published method and our variant with 10 seeds each: 92.4 and 92.6 %, no gain shown (95 %: -0.4 to
# 0.8); kept the simpler one." Line 3: "Built the calibration layer of an 8-person ranking launch
# (+1.2 % revenue, A/B); switching it off alone for a week cost 0.3 % (95 %: -0.1 to 0.7)." Answer
# to the first follow-up on line 3: "I don't know it well. The 1.2 percent is the launch's. For mine
# alone we switched the layer off for a week: revenue fell by 0.3, with an interval that includes
# zero. I asked for four weeks, which would halve it; we had two. What I do know is that calibration
# error fell from 4 to 1 percent in the auction's bins, on the same traffic, and that was my change
# only." (A number that the log does not have, such as the last, must be marked as assumed.)
# ### END MARK SCHEME

# %% [markdown]
# *Your three lines and two answers: write them here, in place of this line.*

# %% [markdown] nbgrader={"grade_id": "profile_checklist", "task": true, "points": 2}
# ## 9. Checklist (2 points, for completion)
#
# Copy the list into the cell below. Behind each line put a **date**, or *no* and why. No names, no
# addresses: whoever grades this sees only that it is done.
#
# - headline says role and domain; skills stand as entries, compared with five adverts
# - the open-to-work signal is for recruiters only, or left off on purpose (quoted in 2020, look
#   again: the platform takes steps to hide it from your employer and "can't guarantee complete
#   privacy")
# - two or three project links, each with a README without gaps
# - reading log of one hour on one company, three dated items, and the paragraph
# - five referral requests: date of asking, date of following up
#
# ### BEGIN MARK SCHEME
# - **0**: fewer than three lines are answered.
# - **1**: three or four lines have a date or a reason.
# - **2**: all five have one. "No, because …" counts as much as a date; content is not judged.
# ### END MARK SCHEME

# %% [markdown]
# *Your checklist: write it here, in place of this line.*
