# %% [markdown]
# # {{title}}: the worksheet
#
# > "Design a spam filter for the comments of a photo app. Fifty million people use it every day.
# > A comment is checked before it appears."
#
# One design, from a sentence to numbers, in about an hour.
# {{how_it_goes}}

# %% [markdown]
# ## The 45 minutes
#
# {{framework}}
#
# Draw the path that runs *while a comment waits* and the path that runs *offline* apart, and name
# the two seams between them: where features cross, and where labels come back.

# %% [markdown]
# ## The rubric
#
# Seven axes, 0 to 3 each. **The level of an answer is its median axis**, not the sum: it
# takes four axes to reach a level. One brilliant axis lifts nobody, one weak one sinks nobody.
#
# {{rubric}}

# %% nbgrader={"grade_id": "imports", "locked": true}
from mlprep.check import Question
from mlprep.design import DESIGN, Sheet, gap, level, samples

# %% [markdown]
# ## Three answers to mark
#
# **A.** "What may a check cost, and which error is worse? I take it that removing a friend's
# comment is worse than showing spam for an hour, and that 150 ms go unnoticed. 5·10⁷ users, 2
# comments each: 1 160 a second, 3 500 at the peak. A small text model needs 2 GFLOP, so 7 TFLOP/s:
# a device at 30 % of its peak would do, memory is no issue, so I buy three, for headroom and one
# failure. Labels: what moderators removed, but reports arrive days late and nobody reports what
# was never shown; I hold out by time, let 0.5 % of blocked comments through to learn from them,
# and compare the features logged online with the ones recomputed offline. Model: blocklist and
# account age first, then the text model, threshold from the two costs, calibrated. Path: 20 ms
# features, 60 model, 20 network, 50 slack. If the model is late we publish and check again within
# a minute; the old version stays warm for rollback. I would A/B test it against the rules on the
# report rate, after an offline comparison. Shall I go deeper into the labels or the serving?"
#
# **B.** "First I ask what spam is: links and insults. For 50 million users with two comments each
# that is roughly 1 200 comments a second, and at 500 bytes 50 GB a day in the store. Comments flow
# through Kafka into a feature service on Kubernetes. The moderators' decisions are in the
# warehouse; I split them by time. A TF-IDF model with logistic regression is the baseline; then a
# fine-tuned transformer, because spammers rephrase, trained on cross-entropy with a threshold set
# by what a wrong removal costs, checked on a calibration plot. We serve it in replicas behind a
# load balancer with a Redis cache for repeated texts, and autoscale on CPU. We look at AUC and F1
# offline, and run an A/B test for two weeks. Then I would go on to monitoring: dashboards for
# latency and data drift in Grafana, with an alert to the team. That is metrics, data, model and
# serving; iteration comes next."
#
# **C.** "Before I filter anything: do we want less spam, or fewer people who leave because of it?
# They differ, and small creators whose slang looks like spam lose by a filter; I would watch their
# removals as a guardrail. 5·10⁷ · 2 / 86 400 is 1 160 a second, 3 500 at the peak; at 2 GFLOP one
# device, about 2 dollars an hour, so 0.5 cents for ten thousand comments. Compute does not bind;
# moderators do: 0.1 % sent to people are 10⁵ reviews a day, some 300 people. So the product is the
# queue's order, and that stays so until reviews are below 10⁴. The filter makes its own data: what
# it blocks is never labelled. I release 0.5 % of blocked comments at random and weight them by
# 200. A rule on links and account age may catch most; if the model adds less than 5 % of catches
# at equal removals, I keep the rule. Overload: publish, then check in the background; shadow, 1 %,
# then half of the users, rollback in a minute. If offline says better and reports do not fall in
# two weeks, I trust the reports, and look at which slice moved. I commit to the rule plus review
# queue for one quarter; one number would change that: reviews for each 1 000 comments. I will
# write these decisions down."

# %% [markdown]
# ## 1. Place them (3 points, 15 minutes)
#
# {{place_them}}


# %% nbgrader={"grade_id": "place_exemplars", "solution": true}
def place_exemplars():
    """Marks 0 to 3 for the three answers.

    Returns:
        dict from "A", "B", "C" to marks: a dict by axis, or a list in the order of the rubric.
    """
    ### BEGIN SOLUTION
    return {
        "A": [2, 2, 2, 2, 2, 1, 2],
        "B": [1, 1, 1, 2, 1, 1, 1],
        "C": [3, 3, 3, 3, 2, 3, 3],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_exemplars_within_a_level", "grade": true}
"""Three answers are told apart by what they decide, not by what they name."""
q = Question(place_exemplars, points=3)
MARKS = {"A": [2, 2, 2, 2, 2, 1, 2]}
A_SAYS = "A decides by the two costs and sizes the device, but its test has no guardrail or slice."
q.probe(DESIGN.form_check("ABC"), gives="")
q.probe(DESIGN.placing_check("A", MARKS["A"], A_SAYS), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
MARKS |= {"B": [1, 1, 1, 2, 1, 1, 1], "C": [3, 3, 3, 3, 2, 3, 3]}
B_SAYS = "B names four products and sizes nothing: rates are computed, and no decision uses them."
C_SAYS = "C says who loses, what binds (reviewers, not devices), and which number changes its mind."
q.probe(DESIGN.placing_check("B", MARKS["B"], B_SAYS), gives="")
q.probe(DESIGN.placing_check("C", MARKS["C"], C_SAYS), gives="")
q.probe(DESIGN.order_check(MARKS), gives="", weight=2)


@q.reference
def by_the_markers():
    return DESIGN.by_row(MARKS)


@q.mistake(samples.SAME_MARKS)
def one_level_for_all():
    return dict.fromkeys("ABC", [2] * 7)


@q.mistake("""You placed B above A. B names more products; A makes more decisions: which error is
worse, what binds, what happens when the model is late. Naming a tool earns nothing.""")
def names_impress():
    return {"A": [1] * 6 + [2], "B": [2] * 7, "C": [3] * 7}


@q.mistake("""You placed C below A, perhaps because it ends with a simple rule. It has weighed the
model against that rule, found that reviewers bind, and said what would change its mind.""")
def simple_is_low():
    return {"A": [3, 3, 3, 3, 3, 2, 3], "B": [1] * 7, "C": [2] * 7}


@q.variant
def a_little_stricter():
    return {"A": [2, 2, 2, 2, 1, 1, 2], "B": [1, 1, 1, 1, 1, 1, 0], "C": [3] * 7}


@q.variant
def by_axis():
    return DESIGN.by_row({"A": [3, 2, 2, 2, 2, 2, 2], "B": [1, 1, 1, 2, 1, 1, 1], "C": [3] * 7})


q.hints(
    "Ask of each sentence: which decision would be different without it?",
    "A rate that nothing is sized by is a 1 on numbers; devices sized by it are a 2.",
    "The median axis puts B lowest and C highest. Recheck the axis that the message names.",
)
q.why("""B is fluent and **mid**: every part is there, each named, none decided by a number. Its one
better axis is the model (loss, threshold and calibration belong together), and one axis does not
lift a median. A is **senior**: it asks which error is worse and lets that set the threshold; it
finds what binds, sizes it, and plans for the late model and the late label. Its test is thin. C is
**staff**: it challenges the goal, finds that people and not devices bind, plans data that the
system itself will destroy (with weights to correct it), and commits, with the number that would
change its mind. C is also the shortest on technology.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Your design in numbers (8 points, 30 minutes)
#
# {{sheet_form}}
#
# | derived | is |
# |---|---|
# | `avg_rps`, `peak_rps` | comments a second, on average and at the peak |
# | `storage` | logged rows of `row_size`, for `keep_for`, in `replicas` copies |
# | `in_flight` | comments in the system at the peak, each for `latency` on average |
# | `compute` | FLOP a second at the peak; `work` is for one comment |
# | `devices_needed` | for `compute`, if each does `device_flops` and is busy for `max_load` |
# | `cost_per_million` | USD for 10⁶ comments, `devices` being paid around the clock |
#
# Limits: `devices` are at least `devices_needed`, a copy of the model fits on each, `latency` is
# within `p99`.

# %% nbgrader={"grade_id": "sheet", "locked": true}
SHEET = Sheet(
    assumptions={
        "daily_users": "users",
        "comments_per_user": "comments/user/day",
        "peak": "1",
        "row_size": "B",
        "keep_for": "days",
        "replicas": "1",
        "work": "GFLOP",
        "device_flops": "TFLOP/s",  # what you expect to reach, not what the data sheet says
        "max_load": "1",
        "model_size": "GB",
        "device_memory": "GB",
        "devices": "devices",
        "device_price": "USD/h",
        "latency": "ms",
        "p99": "ms",
    },
    derived={
        "avg_rps": "1/s",
        "peak_rps": "1/s",
        "storage": "TB",
        "in_flight": "1",
        "compute": "TFLOP/s",
        "devices_needed": "devices",
        "cost_per_million": "USD",
    },
    bounds={"peak": (1, 100), "replicas": (1, 20), "max_load": (0.01, 1), "devices": (1, 1e6)},
    deadline="p99",
)


# %% nbgrader={"grade_id": "worksheet", "solution": true}
def worksheet():
    """A spam filter for comments: what is assumed, what follows, what was rejected, what may fail.

    Returns:
        dict: assumptions, derived, stages, steps, choices, failures.
    """
    ### BEGIN SOLUTION
    avg = 5e7 * 2 / 86_400
    return {
        "assumptions": {
            "daily_users": "5e7 users",
            "comments_per_user": "2 comments/user/day",
            "peak": 3,
            "row_size": "500 B",
            "keep_for": "180 days",
            "replicas": 3,
            "work": "2 GFLOP",
            "device_flops": "80 TFLOP/s",
            "max_load": "50 %",
            "model_size": "0.5 GB",
            "device_memory": "24 GB",
            "devices": "2 devices",
            "device_price": "1 USD/h",
            "latency": "60 ms",
            "p99": "150 ms",
        },
        "derived": {
            "avg_rps": (avg, "comments/s"),
            "peak_rps": (3 * avg, "comments/s"),
            "storage": (avg * 86_400 * 180 * 500 * 3 / 1e12, "TB"),
            "in_flight": (3 * avg * 0.060, "comments"),
            "compute": (3 * avg * 2e9 / 1e12, "TFLOP/s"),
            "devices_needed": (3 * avg * 2e9 / (80e12 * 0.5), "devices"),
            "cost_per_million": (2 * 1 / 3600 / avg * 1e6, "USD"),
        },
        "stages": {"network": "20 ms", "features": "20 ms", "model": "60 ms", "slack": "50 ms"},
        "steps": {
            "clarify": "A wrong removal costs more than an hour of visible spam.",
            "metrics": "Fewer reports a day; guardrails: wrong removals, comments of new users.",
            "data": "Moderators' removals, a week late; half a per cent of blocked ones released.",
            "model": "Rules on links and account age, then a small text model if it adds.",
            "serving": "Check before publishing; when late, publish and check again in a minute.",
            "monitoring": "Share blocked by country, score drift, appeals upheld; safety is paged.",
            "iteration": "Shadow, one per cent, half; kill it if reports stay where they are.",
            "recap": "Reviewers bind, not devices; more than 3 reviews in 1000 changes the plan.",
        },
        "choices": [
            {
                "chosen": "check before publishing",
                "because": "spam that is seen once has done its harm",
                "rejected": [
                    {"option": "check afterwards", "cost": "about a minute of spam in every feed"},
                    {"option": "large language model", "cost": (15, "USD")},
                ],
            }
        ],
        "failures": [
            {
                "failure": "the model service is overloaded",
                "detection": "queue longer than 100 ms for a minute",
                "fallback": "rules only, checked again later",
            }
        ],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "worksheet_is_consistent", "grade": true}
"""Every derived number follows from the assumptions, and the design keeps to its limits."""
q = Question(worksheet, points=8)
for check in SHEET.form():
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()


def avg_rps(daily_users, comments_per_user):
    """The average rate is users times comments of each, per second."""
    return daily_users * comments_per_user


def peak_rps(avg_rps, peak):
    """The peak rate is the average rate times the peak factor."""
    return avg_rps * peak


def storage(avg_rps, row_size, keep_for, replicas):
    """Storage follows the average rate: rows, times their size, for as long as kept, in copies."""
    return avg_rps * row_size * keep_for * replicas


def in_flight(peak_rps, latency):
    """What is in flight is the arrival rate times the time in the system (Little's law)."""
    return peak_rps * latency


def compute(peak_rps, work):
    """The devices compute at the peak rate, each comment for its work."""
    return peak_rps * work


def devices_needed(compute, device_flops, max_load):
    """Devices are the work over what one of them does while it is kept below its load."""
    return compute / (device_flops * max_load)


def cost_per_million(devices, device_price, avg_rps):
    """Devices are paid around the clock, and share their cost over the average rate."""
    return devices * device_price / avg_rps * 1e6


def enough_devices(devices_needed, devices):
    """The devices that are paid for carry the peak."""
    return devices_needed, devices


def the_model_fits(model_size, device_memory):
    """A copy of the model fits into the memory of one device."""
    return model_size, device_memory


def the_mean_is_within_the_p99(latency, p99):
    """The mean time in the system is below the p99 that is promised."""
    return latency, p99


for check in SHEET.links(
    avg_rps, peak_rps, storage, in_flight, compute, devices_needed, cost_per_million
):
    q.probe(check, gives="")
for check in SHEET.limits(enough_devices, the_model_fits, the_mean_is_within_the_p99):
    q.probe(check, gives="")


def consistent(users=2e7, each=1.5, peak=2.5, work=4e9, load=0.6, devices=4, p99=0.2):
    """A consistent worksheet from other assumptions than the solution's, in base units."""
    avg = users * each / 86_400
    return samples.whole(
        assumptions={
            "daily_users": (users, "users"),
            "comments_per_user": (each, "1/day"),
            "peak": (peak, "1"),
            "row_size": "0.8 kB",
            "keep_for": "13 weeks",
            "replicas": "2 copies",
            "work": (work, "FLOP"),
            "device_flops": "50 TFLOP/s",
            "max_load": (load, "1"),
            "model_size": "1 GiB",
            "device_memory": "16 GiB",
            "devices": (devices, "1"),
            "device_price": "24 USD/day",
            "latency": "70 ms",
            "p99": (p99, "s"),
        },
        derived={
            "avg_rps": (avg * 60, "1/min"),
            "peak_rps": (avg * peak, "1/s"),
            "storage": (avg * 800 * 13 * 7 * 86_400 * 2, "B"),
            "in_flight": (avg * peak * 0.07, "1"),
            "compute": (avg * peak * work / 2, "MAC/s"),
            "devices_needed": (avg * peak * work / (50e12 * load), "1"),
            "cost_per_million": (devices * 24 / 86_400 / avg * 1e6, "USD"),
        },
        stages={"all but the model": (p99 / 2, "s"), "model": (p99 / 2, "s")},
    )


@q.reference
def with_other_assumptions():
    return consistent()


@q.mistake("""Your rate is for a day and says "a second". A day has 86 400 s: carry the unit through
the division, and every number built on it comes right.""")
def per_day_not_per_second():
    sheet = consistent()
    factors = dict.fromkeys(sheet["derived"], 86_400) | {"cost_per_million": 1 / 86_400}
    return samples.spoilt(sheet, **factors)


@q.mistake("""The peak factor is in your assumptions and not in your peak: the design is sized for
an average second. Multiply, and see whether the devices still do.""")
def no_peak():
    return samples.spoilt(consistent(), peak_rps=1 / 2.5)


@q.mistake("""Your storage is in bits: 8 times too much. Disks are sold in bytes; write Gbit or TB
and mean it.""")
def bits_for_bytes():
    return samples.spoilt(consistent(), storage=8)


@q.mistake("""You divided by 1024⁴ and wrote TB. 1000 and 1024 are mixed: write TiB, or divide by
1000⁴.""")
def mixed_1000_vs_1024():
    return samples.spoilt(consistent(), storage=1 / 1024**4, unit="TB")


@q.mistake("""You counted multiply-adds as FLOP, so half of the arithmetic is missing: one MAC is
two FLOP. Write MAC/s if you mean it.""")
def macs_as_flops():
    return samples.spoilt(consistent(), compute=1, unit="FLOP/s")


@q.mistake("""Your devices are busy 100 % of the time: the load that you allow is not in the number.
At that load every burst queues. Divide by max_load.""")
def util_is_fine():
    return samples.spoilt(consistent(), devices_needed=0.6)


@q.mistake("""You used the p99 in Little's law. What is in flight follows from the *mean* time in
the system; the p99 belongs into the budget.""")
def p99_in_littles_law():
    return samples.spoilt(consistent(), in_flight=0.2 / 0.07)


@q.mistake("""Each stage may take the whole p99: the budgets add up to more than the promise. A
budget is what you refuse to spend; share the p99 out, and keep some slack.""")
def every_stage_gets_the_p99():
    sheet = consistent()
    return sheet | {"stages": dict.fromkeys(sheet["stages"], "200 ms")}


@q.mistake("""You priced only what is used: the devices are paid while they idle, so the cost of a
comment follows the *average* rate, not the peak.""")
def cost_at_the_peak():
    return samples.spoilt(consistent(), cost_per_million=1 / 2.5)


@q.mistake("""Nothing was rejected, so nothing was chosen. Name two options that you did not take
and what each would have cost.""")
def no_alternatives():
    sheet = consistent()
    choices = [row | {"rejected": []} for row in sheet["choices"]]
    return sheet | {"choices": choices}


@q.mistake("""You bought fewer devices than your own numbers ask for. Either the load, the work or
the number of devices has to give; say which.""")
def too_few_devices():
    return consistent(users=4e8, devices=1)


@q.variant
def a_larger_app():
    return consistent(users=3e9, each=20.0, peak=5.0, devices=1000)


@q.variant
def a_small_one():
    return consistent(users=1e4, each=0.1, peak=50.0, work=3e12, load=0.9, devices=1, p99=1.3)


q.hints(
    "Write the unit behind every number, and cancel: users · comments/user/day · day/86 400 s.",
    "With 86 400 users of 1 comment a day at peak 2: avg 1/s, peak 2/s; 60 ms make 0.12 in flight.",
    "Size by the peak, store and pay by the average; devices: compute/(device_flops · max_load).",
)
q.why("""Nobody knows how many comments people write, and it does not matter: an interviewer wants
to see assumptions that can be replaced, and numbers that move when they are. Rates drive machines
at the *peak* and storage and cost at the *average*; Little's law wants the *mean* latency, the
budget wants the p99. In this design the devices cost 1 or 2 dollars an hour and never bind. Saying
so, and moving on to what does bind (people who review, labels that come late), is the senior half
of the answer.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "design_in_prose", "task": true, "points": 3}
# ## 3. Your design in words (3 points, marked by hand)
#
# {{in_words}}
#
# ### BEGIN MARK SCHEME
# {{how_marked}}
# Marked exemplars: B is mid (1), A senior (2), C staff (3).
#
# What the levels look like in this design:
#
# - **1 (mid)**: rate and storage are right; baseline and a step up; replicas; an A/B test.
# - **2 (senior)**: which error is worse sets the threshold; the binding resource is found and
#   sized with headroom; late and missing labels are planned for; what happens when the model is
#   late.
# - **3 (staff)**: questions the goal and says who loses; finds that reviewers bind rather than
#   devices, and when that changes; collects labels on what the filter hides, with weights; says
#   what would make the rule enough, and which result would end the project.
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*

# %% [markdown]
# ## Mark yourself, and compare
#
# {{mark_yourself}}
# Talk about those.

# %%
mine = [1, 1, 1, 1, 1, 1, 1]  # framing, numbers, data, model, serving, evaluation, conversation
theirs = None  # the same seven, from somebody else
print("your level:", level(mine))
if theirs:
    print("mine less theirs:", gap(mine, theirs) or "no difference")
