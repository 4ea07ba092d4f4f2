# %% [markdown]
# # {{title}}: the worksheet
#
# > "Our support assistant is a model of 7 billion parameters. Each week we train it further on last
# > week's conversations. Design the pipeline, from the logs to the model in use."
#
# One design, from a sentence to numbers, in about an hour and a quarter.
# {{how_it_goes}}

# %% [markdown]
# ## The 45 minutes
#
# {{framework}}
#
# Draw the path from logs to a promoted model (offline) and the path from a promoted model to
# answers (online) apart, and name the two seams between them: where a model crosses, and where
# labels come back.

# %% [markdown]
# ## The rubric
#
# Seven axes, 0 to 3 each. **The level of an answer is its median axis**, not the sum: five good
# axes do not pay for the sixth that was never mentioned, and one brilliant one lifts nobody.
#
# {{rubric}}

# %% nbgrader={"grade_id": "imports", "locked": true}
import math

from mlprep.check import Question
from mlprep.design import DESIGN, Sheet, gap, level, samples

# %% [markdown]
# ## Three answers to mark
#
# **A.** "I would ask how large and how often: 7 billion parameters, weekly, some 20 billion tokens.
# Six FLOP for each parameter and token make 8.4·10²⁰; on 64 devices at 400 TFLOP/s that is about
# nine hours. Airflow starts the steps on Sunday: extract to Parquet, clean and tokenise with Spark,
# train with FSDP, evaluate, push to MLflow; each step is retried three times. I split by time, the
# last two days are the test. The baseline is last week's model, and I train on from it, because
# training from scratch costs far more; the loss is cross-entropy on the agents' turns. The weights
# are 14 GB, so they fit on one device of 80 GB. A checkpoint goes to S3 each hour. We look at
# perplexity and at 500 questions; if the average is better, the model is promoted, and two replicas
# behind a load balancer are switched over. After that an A/B test on resolved conversations for two
# weeks. Dashboards in Grafana show loss, GPU use and drift, and alert the team. That is data,
# training, evaluation and deployment; next I would go into hyperparameters."
#
# **B.** "Is weekly right? I would run old models on later weeks and see what age costs. Suppose 0.3
# points of resolved conversations a week, and a point is worth 40,000 dollars a week: age costs
# 12,000. A run is 8.4·10²⁰ FLOP, nine hours of 64 devices, 1,200 dollars. So compute does not bind,
# and would not until runs cost ten times that. Labels bind: resolved means no new contact within 14
# days. Weekly it is, daily once that delay is under three days. Small languages lose first, so each
# is a slice that must be shown not worse. The assistant writes its own training data: 2 % of
# conversations go to people at random, weighted by 50. Adapters first; if the full run gains less
# than 0.2 points on that 2 %, they stay, at a fiftieth of the price. Steps are keyed by code,
# config and data; resume is tested to the bit. 64 devices fail every 32 days; saving each four
# hours loses 0.6 %. The dear failure is a bad batch that nobody sees, a week lost: check before
# publishing, one region first, the old model warm, whoever is on call rolls back alone. If offline
# rises and resolved conversations do not, I hold, and repair the offline set. I commit for a
# quarter; one number changes it, the label delay. Written down, with owners."
#
# **C.** "What does a wrong answer cost? A refund promised wrongly is worse than handing over to a
# person. So: resolved conversations, with wrong promises as guardrail; live on Monday at six.
# 8.4·10²⁰ FLOP are nine hours on 64 devices. Memory: 16 bytes a parameter, 112 GB and not 14;
# shared out,
# 1.75 GB each. Activations bind: 60 GB of 80, so I recompute the attention scores and have half of
# it free. Resolved is known after 14 days; younger rows wait; split by time; what was logged at
# serving is compared with what training reads. Schema check, then publish in one step; steps may be
# repeated safely. Model: last week's against one trained on; loss only on turns of resolved
# conversations, threshold for handing over set by the two costs, on calibrated scores. Checkpoints:
# 42 s each, the fleet fails every 32 days, so one each four hours. Budget: extract 6 h, train 10,
# evaluate 3, canary 24, slack 5. The gate is a paired interval on a fresh week, overall and for
# eight languages; shadow, then 1 %, then an A/B test with power for one point. The old version
# stays loaded: back in a minute; if the run is late, it stays. Shall I go deeper into labels or
# failures?"

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
        "A": [1, 1, 1, 1, 1, 1, 1],
        "B": [3, 3, 3, 3, 3, 3, 3],
        "C": [2, 2, 2, 2, 2, 2, 2],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_exemplars_within_a_level", "grade": true}
"""Three answers are told apart by what they decide, not by what they name."""
q = Question(place_exemplars, points=3)
MARKS = {"C": [2, 2, 2, 2, 2, 2, 2]}
C_SAYS = (
    "C lets the cost of a wrong promise set the guardrail and the threshold, and sizes what "
    "binds; it does not question the goal."
)
q.probe(DESIGN.form_check("ABC"), gives="")
q.probe(DESIGN.placing_check("C", MARKS["C"], C_SAYS), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
MARKS |= {"A": [1] * 7, "B": [3] * 7}
A_SAYS = "A gets the rate right and lets no number decide; its 14 GB are an eighth of the memory."
B_SAYS = "B prices age against a run, finds that labels bind, and says which number changes it."
q.probe(DESIGN.placing_check("A", MARKS["A"], A_SAYS), gives="")
q.probe(DESIGN.placing_check("B", MARKS["B"], B_SAYS), gives="")
q.probe(DESIGN.order_check(MARKS), gives="", weight=2)


@q.reference
def by_the_markers():
    return DESIGN.by_row(MARKS)


@q.mistake(samples.SAME_MARKS)
def one_level_for_all():
    return dict.fromkeys("ABC", [2] * 7)


@q.mistake("""You placed A above C. A names six products; C makes the decisions: what an error
costs, what binds in memory, when a label is known. Naming a tool earns nothing.""")
def names_impress():
    return {"A": [2] * 7, "B": [3] * 7, "C": [1] * 7}


@q.mistake("""You placed B below C, perhaps because it says less about memory and stages. It has
priced a week of age against a run, and so knows that neither binds: labels do. It says what would
make adapters enough.""")
def price_is_not_engineering():
    return {"A": [1] * 7, "B": [2] * 7, "C": [3] * 7}


@q.variant
def a_little_stricter():
    return {"A": [1, 1, 1, 1, 1, 0, 0], "B": [3, 3, 3, 3, 2, 3, 3], "C": [2, 2, 2, 1, 2, 2, 1]}


@q.variant
def by_axis():
    return DESIGN.by_row({"A": [1] * 7, "B": [3, 3, 3, 2, 2, 3, 3], "C": [2, 2, 2, 2, 2, 3, 2]})


q.hints(
    "Ask of each sentence: which decision would be different without it?",
    "Nine hours that nothing is decided by are a 1; nine hours against a price of age are a 3.",
    "The median axis puts A lowest and B highest. Recheck the axis that the message names.",
)
q.why("""A is fluent and **mid**: every part is there, sized or named, and its numbers decide
nothing. Hourly checkpoints, three retries, two weeks: habits. It counts the weights for the memory,
and promotes on an average. C is **senior**: the cost of a wrong promise sets guardrail and
threshold; memory is counted and the binding part is bought off by recomputation; labels wait; the
gate has an interval, slices and a fresh test. B is **staff**: it asks whether weekly is right,
prices age against a run, finds that neither compute nor failures bind but the label delay, plans
for data that the assistant itself will write, says what would make adapters enough, and which
number ends the plan.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Your design in numbers (9 points, 35 minutes)
#
# {{sheet_form}}

# %% [markdown]
# | derived | is |
# |---|---|
# | `state_size` | weights and gradients in 16 bits, Adam's 32-bit master copy and two moments |
# | `state_each` | the same, shared out evenly over all devices (ZeRO 3) |
# | `train_time` | 6 FLOP for each parameter and token, on all devices at `device_flops` |
# | `allreduce_time` | one ring all-reduce of the 16-bit gradients; each device sends at `link` |
# | `checkpoint_size` | the 32-bit numbers only: master copy and two moments |
# | `save_time` | a checkpoint written at `save_rate` (of the whole job) |
# | `interval` | between checkpoints, the best to first order; `device_mtbf` is for one device |
# | `lost_share` | of the time: saving; and for each failure half an interval and `restart` |
# | `cost_per_run` | all devices for `train_time`, longer by `lost_share` |
#
# Limits: `state_each` and `act_size` (activations of one device) fit into `device_memory`; an
# `interval` is longer than a save; the training with what is lost is within `fresh_within`, and so
# are the stages, from the last log to the model in use.

# %% nbgrader={"grade_id": "sheet", "locked": true}
SHEET = Sheet(
    assumptions={
        "params": "parameters",
        "tokens": "tokens",  # of one run
        "devices": "devices",
        "device_flops": "TFLOP/s",  # what you expect to reach, not what the data sheet says
        "device_memory": "GB",
        "act_size": "GB",
        "link": "GB/s",
        "save_rate": "GB/s",
        "device_mtbf": "h",
        "restart": "min",
        "device_price": "USD/h",
        "fresh_within": "h",
    },
    derived={
        "state_size": "GB",
        "state_each": "GB",
        "train_time": "h",
        "allreduce_time": "s",
        "checkpoint_size": "GB",
        "save_time": "s",
        "interval": "min",
        "lost_share": "1",
        "cost_per_run": "USD",
    },
    bounds={"params": (1e6, 1e13), "devices": (2, 1e6), "device_mtbf": (3.6e4, 1e10)},
    deadline="fresh_within",
)


# %% nbgrader={"grade_id": "worksheet", "solution": true}
def worksheet():
    """Weekly training of an assistant: what is assumed, what follows, what was rejected.

    Returns:
        dict: assumptions, derived, stages, steps, choices, failures.
    """
    ### BEGIN SOLUTION
    params, tokens, devices, flops = 7e9, 2e10, 64, 400e12
    train_s = 6 * params * tokens / (devices * flops)
    save_s, mtbf_s = 12 * params / 2e9, 5e4 * 3600 / devices
    interval_s = math.sqrt(2 * save_s * mtbf_s)
    lost = save_s / interval_s + (interval_s / 2 + 600) / mtbf_s
    return {
        "assumptions": {
            "params": "7e9 parameters",
            "tokens": "2e10 tokens",
            "devices": "64 devices",
            "device_flops": "400 TFLOP/s",
            "device_memory": "80 GB",
            "act_size": "30 GB",
            "link": "50 GB/s",
            "save_rate": "2 GB/s",
            "device_mtbf": "5e4 h",
            "restart": "10 min",
            "device_price": "2 USD/h",
            "fresh_within": "48 h",
        },
        "derived": {
            "state_size": (16 * params / 1e9, "GB"),
            "state_each": (16 * params / devices / 1e9, "GB"),
            "train_time": (train_s / 3600, "h"),
            "allreduce_time": (2 * (devices - 1) / devices * 2 * params / 50e9, "s"),
            "checkpoint_size": (12 * params / 1e9, "GB"),
            "save_time": (save_s, "s"),
            "interval": (interval_s / 60, "min"),
            "lost_share": (lost, "1"),
            "cost_per_run": (devices * 2 * train_s / 3600 * (1 + lost), "USD"),
        },
        "stages": {
            "extract": "6 h",
            "check": "1 h",
            "train": "10 h",
            "gate": "3 h",
            "canary": "24 h",
            "slack": "4 h",
        },
        "steps": {
            "clarify": "A wrong promise costs more than handing over to a person.",
            "metrics": "Resolved conversations; guardrails: wrong promises, time to a person.",
            "data": "Resolved is known after 14 days; younger conversations wait.",
            "model": "Adapters on last week's model first, the full run if it adds.",
            "serving": "A version is loaded beside the old one and gets one per cent.",
            "monitoring": "Schema, label rate, loss against last week, handovers by language.",
            "iteration": "Shadow, one per cent, half; kill the full run if adapters do.",
            "recap": "Label delay binds; below three days we would train daily.",
        },
        "choices": [
            {
                "chosen": "train further each week",
                "because": "a run is cheap against a week of age, labels are slower than that",
                "rejected": [
                    {"option": "train daily", "cost": "seven times the runs, no newer labels"},
                    {"option": "train from scratch", "cost": (120_000, "USD")},
                ],
            }
        ],
        "failures": [
            {
                "failure": "a producer changes a type",
                "detection": "schema check before publishing",
                "fallback": "last week's batch and model stay",
            }
        ],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "worksheet_is_consistent", "grade": true}
"""Every derived number follows from the assumptions, and the design keeps to its limits."""
q = Question(worksheet, points=9)
for check in SHEET.form():
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()


def state_size(params):
    """Training holds 16 bytes a parameter: 2 and 2 in 16 bits, three times 4 in 32."""
    return 16 * params


def state_each(state_size, devices):
    """In stage 3 every device holds an equal share of the whole state."""
    return state_size / devices


def train_time(params, tokens, devices, device_flops):
    """A run takes 6 FLOP for each parameter and token, shared by all devices."""
    return 6 * params * tokens / (devices * device_flops)


def allreduce_time(params, devices, link):
    """In a ring each device sends 2(n − 1)/n of the gradients, 2 bytes a parameter."""
    return 2 * (devices - 1) / devices * 2 * params / link


def checkpoint_size(params):
    """A checkpoint holds master copy and two moments: 12 bytes a parameter."""
    return 12 * params


def save_time(checkpoint_size, save_rate):
    """Saving takes the checkpoint over the rate of writing."""
    return checkpoint_size / save_rate


def interval(save_time, device_mtbf, devices):
    """The best interval is √(2 · save · M), and M of the job is one device's over their number."""
    return math.sqrt(2 * save_time * device_mtbf / devices)


def lost_share(save_time, interval, device_mtbf, devices, restart):
    """What is lost: saves, and for each failure of the job half an interval and a restart."""
    return save_time / interval + (interval / 2 + restart) * devices / device_mtbf


def cost_per_run(devices, device_price, train_time, lost_share):
    """All devices are paid while the run lasts, and it lasts longer by what is lost."""
    return devices * device_price * train_time * (1 + lost_share)


def a_device_holds_it(state_each, act_size, device_memory):
    """A share of the state and a device's activations fit into its memory."""
    return state_each + act_size, device_memory


def saving_is_shorter_than_working(save_time, interval):
    """A checkpoint takes less time than the work between two of them."""
    return save_time, interval


def trained_in_time(train_time, lost_share, fresh_within):
    """The run, with what is lost, ends within the freshness that was promised."""
    return train_time * (1 + lost_share), fresh_within


LINKS = [state_size, state_each, train_time, allreduce_time, checkpoint_size, save_time]
for check in SHEET.links(*LINKS, interval, lost_share, cost_per_run):
    q.probe(check, gives="")
for check in SHEET.limits(a_device_holds_it, saving_is_shorter_than_working, trained_in_time):
    q.probe(check, gives="")

BASE = {
    "params": (1.3e9, "1"),
    "tokens": (5e9, "tokens"),
    "devices": (16, "GPUs"),
    "device_flops": (1e14, "FLOP/s"),
    "device_memory": (24, "GiB"),
    "act_size": (9e9, "B"),
    "link": (80, "Gbit/s"),
    "save_rate": (500, "MB/s"),
    "device_mtbf": (1000, "days"),
    "restart": (300, "s"),
    "device_price": (36, "USD/day"),
    "fresh_within": (3, "days"),
}


def numbers(**changed):
    """The assumptions of BASE in base units, some of them changed."""
    from mlprep.design.units import quantity

    return {name: quantity(stated).value for name, stated in BASE.items()} | changed


def consistent(rules=None, **changed):
    """A consistent worksheet on BASE; `rules` put other formulas in place of the right ones."""
    values, derived = numbers(**changed), {}
    rules = rules or {}
    units = {"GB": 1e9, "h": 3600.0, "min": 60.0, "s": 1.0, "1": 1.0, "USD": 1.0}
    for rule in (*LINKS, interval, lost_share, cost_per_run):
        name = rule.__name__
        code = rule.__code__
        wanted = {k: values[k] for k in code.co_varnames[: code.co_argcount]}
        values[name] = rules.get(name, rule)(**wanted)
        unit = SHEET.derived[name]
        derived[name] = (values[name] / units[unit], unit)
    stated = {name: (value, SHEET_BASE[name]) for name, value in values.items() if name in BASE}
    third = (values["fresh_within"] / 3, "s")
    return samples.whole(stated, derived, dict.fromkeys(["extract", "train", "canary"], third))


SHEET_BASE = dict.fromkeys(BASE, "1") | {
    "device_flops": "FLOP/s",
    "device_memory": "B",
    "act_size": "B",
    "link": "B/s",
    "save_rate": "B/s",
    "device_mtbf": "s",
    "restart": "s",
    "device_price": "USD/s",
    "fresh_within": "s",
}


@q.reference
def with_other_assumptions():
    return consistent()


@q.mistake("""Your state has 14 bytes a parameter: the gradients are missing. They are there at the
moment when memory is fullest.""")
def grads_forgotten():
    return consistent({"state_size": lambda params: 14 * params})


@q.mistake("""Your state has 12 bytes a parameter: the 32-bit master copy is missing. A 16-bit
weight cannot take up steps as small as Adam's.""")
def master_copy_forgotten():
    return consistent({"state_size": lambda params: 12 * params})


@q.mistake("""Your state is that of the weights alone, an eighth of it. It would do for serving;
training also holds gradients, master copy and moments.""")
def weights_only():
    return consistent({"state_size": lambda params: 2 * params})


@q.mistake("""Your all-reduce sends the gradients once. A ring sends 2(n − 1)/n of them: once round
to add up, once more to hand out.""")
def ring_equals_size():
    return consistent({"allreduce_time": lambda params, devices, link: 2 * params / link})


@q.mistake("""Your interval takes one device's time between failures for the job's. n devices fail n
times as often; divide before the root.""")
def daly_not_over_devices():
    def one_device(save_time, device_mtbf, devices):
        return math.sqrt(2 * save_time * device_mtbf)

    return consistent({"interval": one_device})


@q.mistake("""You counted 2 FLOP for each parameter and token: that is the forward pass. The
backward pass costs about twice as much again; training takes 6.""")
def forward_pass_only():
    def two(params, tokens, devices, device_flops):
        return 2 * params * tokens / (devices * device_flops)

    return consistent({"train_time": two})


@q.mistake("""Your checkpoint holds 16-bit weights only. A run that resumes from it has no moments
and has lost bits of its weights: save the 12 bytes in 32 bits.""")
def checkpoint_of_weights():
    return consistent({"checkpoint_size": lambda params: 2 * params})


@q.mistake("""You lose a whole interval with each failure. A failure falls anywhere in it, so half
of it is lost on average.""")
def whole_interval_lost():
    def whole(save_time, interval, device_mtbf, devices, restart):
        return save_time / interval + (interval + restart) * devices / device_mtbf

    return consistent({"lost_share": whole})


@q.mistake("""The stages add up to more than was promised: each may take all of `fresh_within`.
Share the time out, and keep some slack.""")
def every_stage_gets_it_all():
    sheet = consistent()
    return sheet | {"stages": dict.fromkeys(sheet["stages"], "72 h")}


@q.mistake("""By your own numbers a device is too small: its share of the state and its activations
do not fit. Recompute, cut the batch, or take more devices; say which.""")
def does_not_fit():
    return consistent(act_size=40e9)


@q.mistake("""By your own numbers the run is longer than the freshness that you promise. More
devices, fewer tokens, or an older model: say which.""")
def later_than_promised():
    return consistent(tokens=5e12)


@q.mistake("""Nothing was rejected, so nothing was chosen. Name two options that you did not take
and what each would have cost.""")
def no_alternatives():
    sheet = consistent()
    return sheet | {"choices": [row | {"rejected": []} for row in sheet["choices"]]}


@q.variant
def a_large_model():
    return consistent(
        params=7e10,
        tokens=1e12,
        devices=2048,
        device_flops=4e14,
        device_memory=8e10,
        fresh_within=30 * 86_400.0,
        save_rate=4e10,
    )


@q.variant
def a_small_model():
    return consistent(params=1e8, tokens=3e8, devices=2, restart=20.0, fresh_within=1800.0)


q.hints(
    "Write one row a number: which assumptions enter, with which unit. Cancel the units.",
    "1e9 parameters on 2 devices: state 16 GB, 8 GB each; checkpoint 12 GB; 12 s at 1 GB/s.",
    "state 16·params; train 6·params·tokens/(devices·flops); interval √(2·save·mtbf/devices).",
)
q.why("""Nobody knows how many tokens a week has, and it does not matter: what matters is that the
numbers move together when it changes. Notice what they say here. Compute: nine hours, 1,200
dollars. Memory: the state is shared out to nothing, activations decide. Failures: with 64 devices
they cost half a per cent, and no cleverness is worth its price; with 10,000 devices the same
formula says that a save must take seconds. So none of these binds, and the senior half of the
answer is to say so and move on to what does: labels that mature in two weeks, and a bad batch that
nobody notices.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "design_in_prose", "task": true, "points": 3}
# ## 3. Your design in words (3 points, 25 minutes, marked by hand)
#
# {{in_words}}
#
# ### BEGIN MARK SCHEME
# {{how_marked}}
# Marked exemplars: A is mid (1), C senior (2), B staff (3).
#
# What the levels look like in this design:
#
# - **1 (mid)**: the steps in order; FLOP and hours are right; a split by time; last week's model as
#   baseline; checkpoints and retries as habits; promotion on an average.
# - **2 (senior)**: the cost of an error sets metric and threshold; memory is counted and the part
#   that binds is dealt with; labels wait until they are known; steps idempotent, publish after the
#   check, resume tested; the gate has an interval, slices and a fresh test; rollback in minutes.
# - **3 (staff)**: freshness is priced (value of an update against a run), and what binds is found
#   elsewhere; the data that the system itself makes are planned for, with weights; says what would
#   make the cheap model enough; costs a failed run and limits how far it reaches; one number that
#   would change the plan, and who owns it.
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*

# %% [markdown]
# ## Mark yourself, and compare
#
# {{mark_yourself}}
# Most people are a level too kind on *data* and *evaluation* here.

# %%
mine = [1, 1, 1, 1, 1, 1, 1]  # framing, numbers, data, model, serving, evaluation, conversation
theirs = None  # the same seven, from somebody else
print("your level:", level(mine))
if theirs:
    print("mine less theirs:", gap(mine, theirs) or "no difference")
