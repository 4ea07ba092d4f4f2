# %% [markdown]
# # {{title}}: the worksheet
#
# > "You have one page and five minutes. What should we find out, and why has nobody?"
#
# A one-page problem brief, from the question to the price. First you mark three briefs of other
# people, then you cost your own, then you write it. What you assume is up to you; what you derive
# must follow from it. Prose is marked by people, with the rubric below. About an hour and
# a half, and some evenings for the dossier.

# %% [markdown]
# ## The rubric, for briefs, critiques and conversations
#
# {{research_rubric}}
#
# Six rows, 0 to 3 each. **The level of a brief is its lower median** (the third smallest mark):
# four rows must be there to reach a level.
#
# Eight questions that Heilmeier asked of proposals at DARPA cover most of a brief: what you want to
# do, without jargon; how it is done today; what is new; who cares; the risks; the cost; the time;
# and the exams, half-way and at the end. One is missing there: **what would refute you?**

# %% nbgrader={"grade_id": "imports", "locked": true}
from pathlib import Path

from mlprep.check import Question
from mlprep.design import Sheet
from mlprep.reading import BRIEF, NOTE, QUESTION, RESEARCH

# %% [markdown]
# ## Three briefs to mark
#
# They are for the group of question 7 in the assignment: model M has 125 million parameters and
# sees 2.5 billion tokens, with perplexity 24.6 (sd 0.2 over seeds); a first test may take 500
# device hours at 2e14 FLOP/s. The work that they cite is invented. After each the interviewer
# pushed back:
# **"Nobody repeats data more than four times in practice."**
#
# **A.** "Is it harmful to train on repeated data? Good text is running out, so that every group
# will have to repeat. Cole 2024 found that two passes do little harm. I expect that more than four
# passes harm. We train M on new tokens, and on 2, 4, 8 and 16 passes over a part of them, with the
# learning rate tuned for each, and compare validation perplexity; three seeds each. That is 15
# runs of 6 · N · D, 2.8e19 FLOP, some 40 device hours. If repeating does no harm, we stop. Risks:
# the model could be too small to show the effect, and the result may depend on the data." —
# *Pushback:* "True, four would be the most relevant. I'd keep 8 and 16 in, to see the trend."
#
# **B.** "Data is the fuel of artificial intelligence, and its scarcity is a fundamental challenge.
# We propose a principled framework for repetition-aware pretraining. Let R be a repetition
# operator on the data manifold with L = E + A/N^α + B/(R∘D)^β; minimising over R is a convex
# problem under mild assumptions. Table 3 of Cole 2024 shows a loss of 3 % through repetition. Our
# framework removes the cause, and will therefore gain 3 %. We will train a model of 7 billion
# parameters on 1.4e12 tokens, and expect it to be better than comparable models. Since all parts
# are well understood, risks are low." — *Pushback:* "Our framework covers any number of passes.
# Cole's Table 3 confirms that."
#
# **C.** "At which price of a new token should a group stop repeating? Call v(r) the share of a new
# token that one token of pass r is worth; everybody who buys text needs v and has a curve of losses
# instead. Cole 2024 has losses for r up to 2; Dorn 2025 says that larger models gain less from
# repeats, on one seed. I predict v(4) from 0.6 to 0.9 and v(16) below 0.2; v(16) above 0.5 refutes
# me. One needs no surface: near D the loss is straight in log D, so that v is a difference of
# losses over a slope, and two amounts of new tokens give the slope. Noise: sd 0.2, 12 seeds that
# share their order, 0.1 in perplexity, 0.08 in v. So 5 arms of 12 runs, 1.1e20 FLOP, 156 hours.
# What may fool me: near-duplicates among 'new' tokens raise v(r); 5 % of them raise it by 0.05 at
# most, and I count them. If v(4) is not known to ± 0.15 after 20 seeds, I stop. It would say
# nothing on fine-tuning, and little on models ten times as large." — *Pushback:* "Then v(4) is the
# number that you decide by. I'd drop 16, and use its runs for code, where four passes are common.
# Your point makes it a better question: is v(4) the same for code and for prose?"

# %% [markdown]
# ## 1. Place them (3 points, 15 minutes)
#
# Mark A, B and C in each row, 0 to 3, by what is *said*. Return `{"A": {row: mark, …}, "B": …, "C":
# …}`; a list of six marks in the order of the rubric will do.
#
# Graded: each mark within one level of ours, and the sums of marks in the right order. The test
# below shows our marks for A: cover them until you have yours. B and C stay hidden.
#
# **Example of the form.** `{"A": [1, 0, 2, 1, 1, 0], "B": …, "C": …}`.


# %% nbgrader={"grade_id": "place_exemplars", "solution": true}
def place_exemplars():
    """Marks 0 to 3 for the three briefs.

    Returns:
        dict from "A", "B", "C" to marks: a dict by row, or a list in the order of the rubric.
    """
    ### BEGIN SOLUTION
    return {"A": [1, 1, 1, 1, 1, 1], "B": [0, 0, 0, 0, 0, 0], "C": [3, 3, 3, 3, 2, 3]}
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_exemplars_within_a_level", "grade": true}
"""Three briefs are told apart by what could come out of them."""
q = Question(place_exemplars, points=3)
q.probe(RESEARCH.form_check("ABC"), gives="")
q.probe(
    RESEARCH.placing_check(
        "A",
        [1, 1, 1, 1, 1, 1],
        "A motivates, has a baseline and counts its FLOP, but nobody would act on 'harmful'",
    ),
    gives="",
)
### BEGIN HIDDEN TESTS
q.hidden()
MARKS = {"A": [1, 1, 1, 1, 1, 1], "B": [0, 0, 0, 0, 0, 0], "C": [3, 3, 3, 3, 2, 3]}
B_SAYS = "B's operator has no definition, its 3 % is another's loss, and it cannot fail"
C_SAYS = "C turns losses into a price, says what refutes it, bounds a failure and drops its own arm"
q.probe(RESEARCH.placing_check("B", MARKS["B"], B_SAYS), gives="")
q.probe(RESEARCH.placing_check("C", MARKS["C"], C_SAYS), gives="")
q.probe(RESEARCH.order_check(MARKS), gives="", weight=2)


@q.reference
def by_the_markers():
    return {name: dict(zip(RESEARCH.rows, marks)) for name, marks in MARKS.items()}


@q.mistake("""Every brief gets the same marks. Within a level of two of them, perhaps, but a rubric
that tells nobody apart is not being used.""")
def one_level_for_all():
    return dict.fromkeys("ABC", [1] * 6)


@q.mistake("""You marked B's mathematics up for its symbols. R has no definition, "mild assumptions"
are not named, and nothing follows from the formula that is used afterwards: symbols are a 0.""")
def symbols_impress():
    return {"A": [1] * 6, "B": [1, 0, 0, 3, 0, 0], "C": [3, 3, 3, 3, 2, 3]}


@q.mistake("""You placed B above A, perhaps for its size. Seven billion parameters are no evidence;
A has a baseline, equal tuning and a number of hours.""")
def scale_impresses():
    return {"A": [0, 0, 1, 0, 1, 1], "B": [1, 1, 1, 1, 0, 1], "C": [3, 3, 3, 3, 3, 3]}


@q.mistake("""You marked C's dialogue down because it gives up an arm. Building on a pushback until
the question is better than before is the top of that row.""")
def giving_way_is_weak():
    return {"A": [1] * 6, "B": [0] * 6, "C": [3, 3, 3, 3, 2, 1]}


@q.mistake("""You marked C's honesty or problem down because it claims less: one model size, one
quantity. A limit that is said unasked, and a result that would refute it, are what the row is
about.""")
def narrow_is_low():
    return {"A": [1] * 6, "B": [0] * 6, "C": [1, 3, 3, 3, 0, 3]}


@q.variant
def a_little_kinder():
    return {"A": [2, 2, 1, 1, 1, 1], "B": [1, 0, 0, 1, 0, 0], "C": [3, 3, 3, 3, 3, 3]}


@q.variant
def a_little_stricter():
    rows = zip(RESEARCH.rows, (1, 1, 0, 1, 1, 1), (0, 0, 0, 0, 0, 0), (2, 3, 2, 2, 2, 3))
    table = list(rows)
    return {name: {row[0]: row[i] for row in table} for i, name in enumerate("ABC", 1)}


q.hints(
    "For each row ask: which sentence is it that earns the mark?",
    "A formula that nothing is computed from is a 0; a count of FLOP that sizes the test is a 1.",
    "B lowest, C highest, in nearly every row. Recheck the row that the message names.",
)
q.why("""B is what fluent applicants write: urgent, formal, large, and nothing could come out that
would surprise its author. A is a sound plan for a question that leads to no decision ("harmful"),
and its criterion for stopping is that there is no effect, which three seeds will often show. C
asks for a *number that somebody needs*, derives the smallest experiment that gives it, carries the
noise through to that number, bounds what could fool it, and names what would refute it. It is also
the one that changes in the conversation.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. What your own test costs (5 points, 25 minutes)
#
# Take the question that you put first in your log, and cost its cheapest decisive test. Return a
# dict with `"assumptions"` and `"derived"`, the names of `SHEET` below, each a number with a unit:
# `"200 h"`, or a pair `(x, "FLOP")`; what is counted needs none.
#
# | assumption | is |
# |---|---|
# | `params`, `tokens` | of one run |
# | `factor` | FLOP for each parameter and token: 6 to train, 2 if you only evaluate |
# | `arms` | methods that are run, the baseline among them |
# | `seeds`, `trials` | for each arm: final runs, and runs to tune it before (0 is possible) |
# | `effect`, `sd` | predicted effect, and sd of the paired difference, in the same unit |
# | `device_flops` | what a device really reaches |
# | `labels`, `label_price` | items that people must label once (0 is possible), USD for each |
#
# | derived | is |
# |---|---|
# | `run_work` | work of one run |
# | `runs` | all of them, tuning included |
# | `device_time` | of all runs together |
# | `cost` | devices and labels |
# | `seeds_needed` | 7.85 (sd/effect)² + 2, for 80 % power at 5 % |
#
# Limits: `seeds` are at least `seeds_needed`, and `cost` is at most `budget`.

# %% nbgrader={"grade_id": "sheet", "locked": true}
SHEET = Sheet(
    assumptions={
        "params": "1",
        "tokens": "1",
        "factor": "1",
        "arms": "1",
        "seeds": "1",
        "trials": "1",
        "effect": "1",
        "sd": "1",
        "device_flops": "TFLOP/s",
        "device_price": "USD/h",
        "labels": "1",
        "label_price": "USD",
        "budget": "USD",
    },
    derived={
        "run_work": "FLOP",
        "runs": "1",
        "device_time": "h",
        "cost": "USD",
        "seeds_needed": "1",
    },
    bounds={"factor": (1, 20), "arms": (2, 1000), "seeds": (2, 1e5), "trials": (0, 1e5)},
)


# %% nbgrader={"grade_id": "estimate", "solution": true}
def estimate():
    """What the cheapest decisive test of my question costs.

    Returns:
        dict with "assumptions" and "derived".
    """
    ### BEGIN SOLUTION
    runs = 2 * (12 + 6)
    work = 6 * 1.25e8 * 2.5e9
    hours = runs * work / 2e14 / 3600
    return {
        "assumptions": {
            "params": 1.25e8,
            "tokens": "2.5e9 tokens",
            "factor": 6,
            "arms": "2 arms",
            "seeds": 12,
            "trials": 6,
            "effect": 0.25,
            "sd": 0.28,
            "device_flops": "200 TFLOP/s",
            "device_price": "2 USD/h",
            "labels": 0,
            "label_price": "0.1 USD",
            "budget": "500 USD",
        },
        "derived": {
            "run_work": (work, "FLOP"),
            "runs": runs,
            "device_time": (hours, "h"),
            "cost": (hours * 2, "USD"),
            "seeds_needed": 7.85 * (0.28 / 0.25) ** 2 + 2,
        },
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "estimate_follows_from_its_assumptions", "grade": true}
"""Every number follows from your assumptions, and the test is decisive and within the budget."""
q = Question(estimate, points=5)
for check in SHEET.form()[:2]:
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()


def run_work(params, tokens, factor):
    """The work of a run is factor · params · tokens."""
    return params * tokens * factor


def runs(arms, seeds, trials):
    """Every arm has its final runs and its runs for tuning, the baseline as well."""
    return arms * (seeds + trials)


def device_time(runs, run_work, device_flops):
    """Device time is all runs' work over what a device reaches."""
    return runs * run_work / device_flops


def cost(device_time, device_price, labels, label_price):
    """Devices are paid by the hour, labels once."""
    return device_time * device_price + labels * label_price


def seeds_needed(effect, sd):
    """Seeds grow with the square of sd over effect."""
    return 7.85 * (sd / effect) ** 2 + 2


def the_test_is_decisive(seeds_needed, seeds):
    """There are as many seeds as the effect needs."""
    return seeds_needed, seeds


def the_test_is_affordable(cost, budget):
    """The test costs no more than the budget."""
    return cost, budget


for check in SHEET.links(run_work, runs, device_time, cost, seeds_needed):
    q.probe(check, gives="")
for check in SHEET.limits(the_test_is_decisive, the_test_is_affordable):
    q.probe(check, gives="")


def consistent(params=7e7, tokens=2e9, seeds=40, effect=0.3, labels=900, budget=2e4, arms=3):
    """A consistent estimate from other assumptions than the solution's."""
    all_runs, work = arms * (seeds + 10), 6 * params * tokens
    seconds = all_runs * work / 9e13
    return {
        "assumptions": {
            "params": params,
            "tokens": (tokens, "tokens"),
            "factor": 6,
            "arms": arms,
            "seeds": seeds,
            "trials": 10,
            "effect": (effect, "points"),
            "sd": 0.5,
            "device_flops": "90 TFLOP/s",
            "device_price": "36 USD/day",
            "labels": (labels, "items"),
            "label_price": "0.2 USD",
            "budget": (budget, "USD"),
        },
        "derived": {
            "run_work": (work / 1e15, "PFLOP"),
            "runs": (all_runs, "runs"),
            "device_time": (seconds / 86_400, "days"),
            "cost": (seconds * 36 / 86_400 + labels * 0.2, "USD"),
            "seeds_needed": 7.85 * (0.5 / effect) ** 2 + 2,
        },
    }


def spoilt(name, factor):
    sheet = consistent()
    number = sheet["derived"][name]
    number, own = number if isinstance(number, tuple) else (number, "1")
    sheet["derived"][name] = (number * factor, own)
    return sheet


@q.reference
def with_other_assumptions():
    return consistent()


@q.mistake("""You left the tuning out of the runs. Trials are runs: they cost the same, and a
baseline that was tuned less is not a baseline.""")
def tuning_is_free():
    return spoilt("runs", 40 / 50)


@q.mistake("""You counted the runs of one arm. The baseline is run too, on the same seeds.""")
def one_arm_only():
    return spoilt("runs", 1 / 3)


@q.mistake("""You took 2 FLOP for each parameter and token where you assume 6: the backward pass is
missing.""")
def forward_pass_only():
    return spoilt("run_work", 1 / 3)


@q.mistake("""Your device time is for one run. All runs of all arms are paid.""")
def time_of_one_run():
    return spoilt("device_time", 1 / 150)


@q.mistake("""Labels are not in your cost. People are often dearer than devices.""")
def labels_forgotten():
    sheet = consistent()
    usd = sheet["derived"]["cost"][0] - 180
    return sheet | {"derived": sheet["derived"] | {"cost": (usd, "USD")}}


@q.mistake("""You did not square sd over effect. Half of the effect needs four times the seeds.""")
def ratio_not_squared():
    sheet = consistent()
    return sheet | {"derived": sheet["derived"] | {"seeds_needed": 7.85 * 0.5 / 0.3 + 2}}


@q.mistake("""Your seeds are fewer than your own effect and sd need: the test is not decisive. More
seeds, a larger effect (another question), or a measurement with less noise.""")
def too_few_seeds():
    return consistent(seeds=3)


@q.mistake("""Your test costs more than your budget. Shrink the model, the arms or the question; do
not raise the budget.""")
def over_the_budget():
    return consistent(params=2e9, tokens=4e10, budget=500.0)


@q.variant
def a_smaller_test():
    return consistent(params=1e7, tokens=2e8, seeds=30, effect=0.4, labels=0, budget=100.0, arms=2)


@q.variant
def a_larger_test():
    return consistent(params=1e9, tokens=2e10, seeds=12, effect=0.6, labels=5000, budget=1e5)


q.hints(
    "Write the unit behind every number, and cancel: FLOP over FLOP/s are seconds.",
    "2 arms of 3 seeds and 1 trial are 8 runs; 8 runs of 9e17 FLOP at 1e14 FLOP/s are 20 h.",
    "runs = arms · (seeds + trials); device_time = runs · run_work / device_flops; labels once.",
)
q.why("""Nobody can say that your effect or your sd is wrong; everybody can see whether the seeds
follow from them. That is the use of the estimate in an interview: the assumption that hurts (mostly
the effect) stands on the page, and can be argued about. Tuning is the item that is forgotten, and
the one that reviewers ask for first. If the sum is over the budget, say which of the three you give
up: the scale, the arms, or the question.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Your own texts: flags, no points
#
# Three text files outside this folder, `field: text`, one entry after the other (a text may run
# over several lines). The reports name numbers and reasons and quote nothing of what they read.
#
# - `my_notes.txt`: `paper`, `date`, `claim`, `evidence`, `assumption`, `baseline`, `missing` (the
#   ablation that is missing), `against` (the best work that disagrees), `cost`, `next` (your next
#   test). With `abstract` and `limits` pasted in, it also looks for numbers of the abstract only
#   and for copied limits.
# - `my_questions.txt`: `question`, `prediction`, `refuted` (by which result), `baseline`, `test`,
#   `cost`, `known` (where you looked). Ten for one group, the best first.
# - `my_brief.txt`: `question`, `why_now`, `known`, `prediction`, `test`, `compute`, `data`, `kill`,
#   `risks`, and `budget` if you have one.
#
# A flag says what is absent or can be measured. Three good notes that the linter had not seen got
# two flags, both wrong: it did not know "an afternoon" for a cost, nor "under 70 %" for a way to
# fail. **Ignore a flag whenever you can say why.**

# %% nbgrader={"grade_id": "own_texts", "locked": true}
for schema, name in ((NOTE, "my_notes"), (QUESTION, "my_questions"), (BRIEF, "my_brief")):
    print(schema.report(schema.read(Path.home() / f"{name}.txt")))

# %% [markdown] nbgrader={"grade_id": "brief", "task": true, "points": 6}
# ## 3. The brief (6 points, graded by hand)
#
# One page, 450 words at most, for a group that you name: question, why now, what is known,
# **prediction that could fail**, cheapest decisive test, compute and data, kill criterion, risks.
# Use the numbers of your estimate. Then ask somebody for two objections, and add each with your
# answer (80 words at most).
#
# ### BEGIN MARK SCHEME
# Mark each row of the research rubric 0 to 3 (marked exemplars: A is 1 in all, B 0, C 3 but for
# honesty, 2). The points are a third of the sum, rounded down.
#
# - **Problem.** 0: a topic, or another paper's abstract. 1: says why it matters. 2: somebody would
#   decide otherwise by the answer, and the brief says who. 3: the question is put so that others
#   would work on it: a quantity that many need and nobody has.
# - **Evidence.** 0: takes numbers of others as they are printed. 1: names the baseline that it must
#   beat, with its score and equal tuning. 2: noise and cost are numbers, and the seeds follow from
#   them. 3: the test excludes something whatever comes out, and is the cheapest that does.
# - **Failure modes.** 0: none. 1: "may not generalise". 2: specific, with what would trigger it. 3:
#   predicts how large its effect on the answer can be, and how one would see it.
# - **Mathematics.** 0: symbols, or none where they are needed. 1: follows a known formula rightly.
#   2: derives what is needed here. 3: the derivation makes the experiment smaller.
# - **Honesty.** 0: cannot fail. 1: hedges ("may", "we hope"). 2: states unasked what it will not
#   show. 3: names the result that refutes it and the date on which it stops.
# - **Dialogue** (the two objections). 0: defends. 1: answers. 2: changes something because of it.
#   3: the question is better afterwards, and the credit is given.
#
# No points are taken for a wrong prediction, nor given for the size of the test.
# ### END MARK SCHEME

# %% [markdown]
# *Your brief and two answers: write them here, in place of this line.*

# %% [markdown] nbgrader={"grade_id": "dossier", "task": true, "points": 2}
# ## 4. The dossier (2 points for completion)
#
# One group that you want to join. Tick what is done, with its date; nobody judges what you found.
#
# - six papers read in three passes, three of them by the group, each with a note of its own
# - from each paper one table cell, one point of a figure or one equation recomputed
# - one small replication: the cheapest result of one paper, its numbers beside yours, the command
# - ten questions to the group, ranked: (what they would decide by the answer) × (chance that the
#   answer surprises them) ÷ (cost of the test in hours)
# - one paper by others that disagrees with the group, and what would settle it
#
# ### BEGIN MARK SCHEME
# Completion only: 2 points if every line has a date or "not done, because …", 1 if most have.
# ### END MARK SCHEME

# %% [markdown]
# *Your dates: write them here, in place of this line.*

# %% [markdown] nbgrader={"grade_id": "talk", "task": true, "points": 2}
# ## 5. The talk (2 points for completion)
#
# The same brief, spoken: **5 minutes** (question, one figure, prediction, what refutes it, price)
# and **20 minutes** (the same five, then what is known, the test, what may fool you, a result or a
# pilot).
#
# - rehearsed three times, each for somebody who may interrupt; recorded once
# - the first minute has the question and the number, and no outline
# - every figure has a title that says what it shows, and is read aloud: axes, then what to see
# - stopped on time without the last slide; the last slide is the kill criterion
# - **every question that was asked**, written down, with the answer that you would give now
#
# ### BEGIN MARK SCHEME
# Completion only: 2 points if three dates and the list of questions are there, 1 for one of both.
# ### END MARK SCHEME

# %% [markdown]
# *Your dates, and the questions that were asked: write them here, in place of this line.*

# %% [markdown]
# ## Mark yourself, and compare
#
# Put the marks for your own brief into `mine`. When somebody else has marked it too, put theirs
# beside them, and talk about the rows on which you differ.

# %%
mine = [1, 1, 1, 1, 1, 1]  # problem, evidence, failure, mathematics, honesty, dialogue
theirs = None  # the same six, from somebody else
print("your level:", RESEARCH.level(mine))
if theirs:
    print("mine less theirs:", RESEARCH.gap(mine, theirs) or "no difference")
