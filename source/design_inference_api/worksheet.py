# %% [markdown]
# # {{title}}: the worksheet
#
# > "Our editor has a writing assistant: you stop typing, and it suggests how to go on, word by
#   word.
# > Five million people use it every day. Design the API that serves it."
#
# One design, from a sentence to numbers, in about an hour; then a real server, measured.
# {{how_it_goes}}

# %% [markdown]
# ## The 45 minutes
#
# {{framework}}
#
# Draw the path on which somebody waits and the path on which nobody does apart, and name the two
# seams: where features are logged as served, and where a new version comes in.

# %% [markdown]
# ## The rubric
#
# Seven axes, 0 to 3 each. **The level of an answer is its median axis**, not the sum. In this
# design *data* means what goes into a request and what comes back as a label: what was suggested,
# and what was kept.
#
# {{rubric}}

# %% nbgrader={"grade_id": "imports", "locked": true}
import math
import re

from mlprep import serving
from mlprep.check import Question
from mlprep.design import DESIGN, Sheet, gap, level, samples

# %% [markdown]
# ## Three answers to mark
#
# **A.** "What is a suggestion for: fewer keystrokes, or better letters? The two models differ, and
# who writes in a second language loses if we train on what was accepted. 5·10⁶ users, 20 requests:
# 1 160 a second, 3 500 at the peak. 800 prompt tokens and an 8-billion model are 13 TFLOP, 32 ms of
# a device: **reading prompts takes 111 devices, writing 60 tokens only 9**. But the document is the
# same from pause to pause. With nine tenths of the prompt cached it is 11 and 9, 40 dollars an hour
# instead of 240, and now decoding binds nearly as much: from there on I would shorten answers. The
# price is sticky routing, so one dead device makes thousands of cold prompts; I hold a quarter in
# reserve and admit cold ones by budget. A suggestion after 500 ms is worth nothing: I drop it
# unread, and under load a 1-billion model answers, then nobody; each answer logs its tier. 1 % of
# pauses get no suggestion at random, to know what people write without us, and weight the rest by
# that. Offline likelihood up and kept characters flat after two weeks: I believe the characters. If
# the small model keeps 95 % of them I ship that one. Decided; I write it down with the number that
# reopens it."
#
# **B.** "I would ask about latency: half a second. 5 million users, 20 requests a day each: 100
# million, about 1 200 a second. We log every request, 2 kB, so 200 GB a day. The model is a large
# language model behind vLLM on Kubernetes, with FastAPI in front; replicas behind a load balancer,
# Redis caches frequent prompts. vLLM has continuous batching and PagedAttention, so throughput is
# high. We autoscale on CPU and memory. Baseline: the last words that followed most often, an n-gram
# model; then a fine-tuned model, because it uses context. Data are documents of users who agreed,
# split by time. For latency we quantise to int8 and stream tokens. Offline we look at perplexity,
# then an A/B test on the acceptance rate for two weeks. Monitoring: Grafana with latency and GPU
# utilisation, alerts at p99 above 500 ms. If a replica fails, Kubernetes restarts it. That is data,
# model, serving and monitoring. Shall I go on with the fine-tuning?"
#
# **C.** "Which error is worse: no suggestion, or a bad one in a letter to a customer? A bad one, so
# I show it only above a calibrated threshold. 3 500 requests a second at the peak, 800 + 60 tokens.
# A sequence holds 113 MB of cache, so beside 16 GB of weights 497 fit into a device; a step takes
# 21 ms. Prefill binds: 3 500 times 32 ms are 111 devices, 159 at 70 % load. Prefixes are cached by
# document, which saves 60 % or more. Budget for the first word: network 60, queue 100, prefill 40,
# step 25, slack 275, of 500 ms. Prompts are read in chunks, or streams freeze. Queues are bounded,
# deadlines travel with the request, retries have a budget of 10 %. Baseline is the n-gram cache;
# the loss is likelihood, the decision is show or not, so I calibrate. Labels: what was kept after a
# minute, only for what was shown; the log holds the prompt as served, compared with training.
# Rollout: shadow, 1 % by user, the version in the cache's key, the old one warm. Guardrails: p99,
# complaints, by language, powered for 1 %. Do you want privacy next, or overload?"

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
        "A": [3, 3, 3, 3, 3, 3, 3],
        "B": [1, 1, 1, 1, 1, 1, 1],
        "C": [2, 2, 2, 2, 2, 2, 2],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "place_exemplars_within_a_level", "grade": true}
"""Three answers are told apart by what they decide, not by what they name."""
q = Question(place_exemplars, points=3)
MARKS = {"B": [1, 1, 1, 1, 1, 1, 1]}
B_SAYS = "B names six products and sizes nothing: its rate is computed and no decision uses it."
q.probe(DESIGN.form_check("ABC"), gives="")
q.probe(DESIGN.placing_check("B", MARKS["B"], B_SAYS), gives="")
### BEGIN HIDDEN TESTS
q.hidden()
MARKS |= {"A": [3, 3, 3, 3, 3, 3, 3], "C": [2, 2, 2, 2, 2, 2, 2]}
A_SAYS = "A finds that prefill binds, says when that changes, prices it, gives up quality by tier."
C_SAYS = "C sizes what binds and plans for overload, but neither prices it nor questions the goal."
q.probe(DESIGN.placing_check("A", MARKS["A"], A_SAYS), gives="")
q.probe(DESIGN.placing_check("C", MARKS["C"], C_SAYS), gives="")
q.probe(DESIGN.order_check(MARKS), gives="", weight=2)


@q.reference
def by_the_markers():
    return DESIGN.by_row(MARKS)


@q.mistake(samples.SAME_MARKS)
def one_level_for_all():
    return dict.fromkeys("ABC", [2] * 7)


@q.mistake("""You placed B above C. B has the current stack, and every part of it is good; C knows
what binds, what a late answer does and who decides whether to show it. Naming a tool earns
nothing.""")
def the_stack_impresses():
    return {"A": [3] * 7, "B": [2] * 7, "C": [1] * 7}


@q.mistake("""You placed A below C, perhaps because C covers more parts in more detail. A says when
the binding resource changes and at what price, what the system's own suggestions do to its labels,
and which result would make the small model enough.""")
def coverage_is_level():
    return {"A": [2] * 7, "B": [1] * 7, "C": [3] * 7}


@q.variant
def a_little_stricter():
    return {"A": [3, 3, 3, 3, 3, 2, 3], "B": [0, 1, 1, 1, 1, 1, 1], "C": [2, 2, 2, 2, 2, 2, 1]}


@q.variant
def by_axis():
    return DESIGN.by_row({"A": [3] * 7, "B": [1] * 7, "C": [2] * 7})


q.hints(
    "Ask of each sentence: which decision would be different without it?",
    "B autoscales a GPU service on CPU: on serving, replicas and a cache are a 1.",
    "The median axis puts B lowest and A highest. Recheck the axis that the message names.",
)
q.why("""B is **mid**: baseline, replicas, cache, an A/B test, all in order; but "vLLM has
continuous batching" is a property of a tool, not a size, and CPU is the wrong signal. C is
**senior**: the cost of an error sets the threshold, the binding resource is found and sized with
headroom, overload and rollback are planned. A is **staff**: the same arithmetic, and then the
question when it changes (cached prefixes), what that costs (cold starts after a failure), what to
give up under load and in which order, how the system spoils its own labels, and the number that
would reopen the decision.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Your design in numbers (8 points, 35 minutes)
#
# {{sheet_form}}

# %% [markdown]
# | derived | is |
# |---|---|
# | `peak_rps` | requests a second at the peak |
# | `kv_per_sequence` | cache of one sequence at its full length: prompt and answer |
# | `sequences` | how many fit beside the weights into `mem_share` of the memory (do not round) |
# | `step_time` | reading weights and caches (prompt + half of the answer), or arithmetic, if longer
# |
# | `prefill_time` | arithmetic for the prompt tokens that are not cached |
# | `in_flight` | requests in service at the peak: prefill, then a step for each token of the answer
# |
# | `prefill_devices` | devices that do nothing but prefill, at the peak |
# | `decode_devices` | devices that do nothing but steps of `sequences`, at the peak |
# | `devices_needed` | both together, busy at most `max_load` of the time |
# | `cost_per_million` | USD for 10⁶ requests, `devices` being paid around the clock |
#
# Weights have 16 bits: a token of a sequence costs 2 FLOP for each 2 bytes of weights.
# `device_flops` is what you expect to reach. A share `prefix_cached` of the prompt's tokens need
# not be computed again, and takes its room all the same.
#
# Limits: the weights fit; `devices` are at least `devices_needed` and hold what is in flight;
# `step_time` is within `pace`, the time for each token that you promise. The stages lead to the
# first token.

# %% nbgrader={"grade_id": "sheet", "locked": true}
SHEET = Sheet(
    assumptions={
        "daily_users": "users",
        "requests_per_user": "requests/user/day",
        "peak": "1",
        "prompt_tokens": "tokens",
        "answer_tokens": "tokens",
        "prefix_cached": "1",
        "weights_size": "GB",
        "kv_per_token": "kB",
        "device_memory": "GB",
        "mem_share": "1",
        "bandwidth": "TB/s",
        "device_flops": "TFLOP/s",
        "max_load": "1",
        "devices": "devices",
        "device_price": "USD/h",
        "pace": "ms",
        "p99": "ms",  # until the first token
    },
    derived={
        "peak_rps": "1/s",
        "kv_per_sequence": "MB",
        "sequences": "1",
        "step_time": "ms",
        "prefill_time": "ms",
        "in_flight": "1",
        "prefill_devices": "devices",
        "decode_devices": "devices",
        "devices_needed": "devices",
        "cost_per_million": "USD",
    },
    bounds={
        "peak": (1, 100),
        "prefix_cached": (0, 0.9999),
        "mem_share": (0.01, 1),
        "max_load": (0.01, 1),
    },
    deadline="p99",
)


# %% nbgrader={"grade_id": "worksheet", "solution": true}
def worksheet():
    """The API of a writing assistant: what is assumed, what follows, what may fail.

    Returns:
        dict: assumptions, derived, stages, steps, choices, failures.
    """
    ### BEGIN SOLUTION
    avg = 5e6 * 20 / 86_400
    each = (800 + 60) * 131_072
    fit = (80e9 * 0.9 - 16e9) / each
    step = max((16e9 + fit * 830 * 131_072) / 3.35e12, 16e9 * fit / 400e12)
    prefill = 800 * (1 - 0.6) * 16e9 / 400e12
    reading, writing = 3 * avg * prefill, 3 * avg * 60 * step / fit
    return {
        "assumptions": {
            "daily_users": "5e6 users",
            "requests_per_user": "20 requests/user/day",
            "peak": "3 1",
            "prompt_tokens": "800 tokens",
            "answer_tokens": "60 tokens",
            "prefix_cached": "60 %",  # the document, from one pause to the next
            "weights_size": "16 GB",
            "kv_per_token": "131.072 kB",
            "device_memory": "80 GB",
            "mem_share": "90 %",
            "bandwidth": "3.35 TB/s",
            "device_flops": "400 TFLOP/s",
            "max_load": "70 %",
            "devices": "84 devices",
            "device_price": "2 USD/h",
            "pace": "40 ms",
            "p99": "500 ms",
        },
        "derived": {
            "peak_rps": (3 * avg, "requests/s"),
            "kv_per_sequence": (each / 1e6, "MB"),
            "sequences": (fit, "1"),
            "step_time": (step * 1e3, "ms"),
            "prefill_time": (prefill * 1e3, "ms"),
            "in_flight": (3 * avg * (prefill + 60 * step), "requests"),
            "prefill_devices": (reading, "devices"),
            "decode_devices": (writing, "devices"),
            "devices_needed": ((reading + writing) / 0.7, "devices"),
            "cost_per_million": (84 * 2 / 3600 / avg * 1e6, "USD"),
        },
        "stages": {"network": "60 ms", "queue": "100 ms", "prefill": "40 ms", "slack": "300 ms"},
        "steps": {
            "clarify": "A bad suggestion costs more than none; after 500 ms none is wanted.",
            "metrics": "Characters kept after a minute; guardrails: complaints, p99, cost.",
            "data": "Prompt logged as served; kept or not, only for what was shown.",
            "model": "Words that followed most often first; then the model, if it keeps more.",
            "serving": "Prefill binds: cache prefixes, route by document, read in chunks.",
            "monitoring": "Suggestions in time, queue age, share by language; serving is paged.",
            "iteration": "Shadow, one per cent by user, half; stop it if kept characters stay.",
            "recap": "Prefill binds until nine tenths are cached; then answers' length does.",
        },
        "choices": [
            {
                "chosen": "prefixes cached on the device that has the document",
                "because": "prefill is most of the work",
                "rejected": [
                    {"option": "no cache", "cost": "about 95 devices more at the peak"},
                    {"option": "separate pools", "cost": "caches cross the network each time"},
                ],
            }
        ],
        "failures": [
            {
                "failure": "a device dies and its documents come in cold",
                "detection": "prefill tokens a second double within a minute",
                "fallback": "cold prompts get a budget, the small model takes the rest",
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


def peak_rps(daily_users, requests_per_user, peak):
    """The peak rate is users times requests of each, per second, times the peak factor."""
    return daily_users * requests_per_user * peak


def kv_per_sequence(prompt_tokens, answer_tokens, kv_per_token):
    """A sequence keeps prompt and answer until it ends."""
    return (prompt_tokens + answer_tokens) * kv_per_token


def sequences(device_memory, mem_share, weights_size, kv_per_sequence):
    """Sequences share what the weights leave of the usable memory."""
    return (device_memory * mem_share - weights_size) / kv_per_sequence


def step_time(
    weights_size, sequences, prompt_tokens, answer_tokens, kv_per_token, bandwidth, device_flops
):
    """A step reads weights and caches, and computes; the longer of the two is its time."""
    caches = sequences * (prompt_tokens + answer_tokens / 2) * kv_per_token
    return max((weights_size + caches) / bandwidth, weights_size * sequences / device_flops)


def prefill_time(prompt_tokens, prefix_cached, weights_size, device_flops):
    """Prefill computes the prompt tokens that are not cached."""
    return prompt_tokens * (1 - prefix_cached) * weights_size / device_flops


def in_flight(peak_rps, prefill_time, answer_tokens, step_time):
    """What is in service is the rate times the time that a request takes (Little's law)."""
    return peak_rps * (prefill_time + answer_tokens * step_time)


def prefill_devices(peak_rps, prefill_time):
    """Each request occupies a device for the whole of its prefill."""
    return peak_rps * prefill_time


def decode_devices(peak_rps, answer_tokens, step_time, sequences):
    """A step makes a token for each of the sequences, so they share its time."""
    return peak_rps * answer_tokens * step_time / sequences


def devices_needed(prefill_devices, decode_devices, max_load):
    """A device does one or the other, so the two add up; and it is kept below its load."""
    return (prefill_devices + decode_devices) / max_load


def cost_per_million(devices, device_price, daily_users, requests_per_user):
    """Devices are paid around the clock, and share their cost over the average rate."""
    return devices * device_price / (daily_users * requests_per_user) * 1e6


def the_weights_fit(weights_size, device_memory, mem_share):
    """The weights fit into the usable memory of a device."""
    return weights_size, device_memory * mem_share


def enough_devices(devices_needed, devices):
    """The devices that are paid for carry the peak."""
    return devices_needed, devices


def room_for_what_is_in_flight(in_flight, devices, sequences):
    """What is in service at the peak has room in the caches of all devices."""
    return in_flight, devices * sequences


def the_pace_is_kept(step_time, pace):
    """A step takes no longer than the time for each token that is promised."""
    return step_time, pace


for check in SHEET.links(
    peak_rps, kv_per_sequence, sequences, step_time, prefill_time, in_flight, prefill_devices,
    decode_devices, devices_needed, cost_per_million,
):  # fmt: skip
    q.probe(check, gives="")
for check in SHEET.limits(
    the_weights_fit, enough_devices, room_for_what_is_in_flight, the_pace_is_kept
):
    q.probe(check, gives="")


def consistent(users=2e6, each=3.0, peak=5.0, prompt=300, answer=400, cached=0.25, weights=6e9,
               kv=5e4, load=0.5, p99=0.8):  # fmt: skip
    """A consistent worksheet from other assumptions than the solution's, in mixed units."""
    avg = users * each / 86_400
    own = (prompt + answer) * kv
    fit = (24e9 * 0.8 - weights) / own
    step = max((weights + fit * (prompt + answer / 2) * kv) / 1e12, weights * fit / 60e12)
    prefill = prompt * (1 - cached) * weights / 60e12
    reading, writing = avg * peak * prefill, avg * peak * answer * step / fit
    flying = avg * peak * (prefill + answer * step)
    paid = max((reading + writing) / load, flying / fit) * 1.2
    return samples.whole(
        assumptions={
            "daily_users": (users, "users"),
            "requests_per_user": (each, "1/day"),
            "peak": (peak, "1"),
            "prompt_tokens": (prompt, "1"),
            "answer_tokens": (answer, "1"),
            "prefix_cached": (cached, "1"),
            "weights_size": (weights, "B"),
            "kv_per_token": (kv * 8, "bit"),
            "device_memory": "24 GB",
            "mem_share": "80 %",
            "bandwidth": "1000 GB/s",
            "device_flops": "30 TMAC/s",
            "max_load": (load, "1"),
            "devices": (paid, "1"),
            "device_price": "12 USD/day",
            "pace": (step * 1.5, "s"),
            "p99": (p99, "s"),
        },
        derived={
            "peak_rps": (avg * peak * 60, "1/min"),
            "kv_per_sequence": (own / 1024**2, "MiB"),
            "sequences": (fit, "1"),
            "step_time": (step, "s"),
            "prefill_time": (prefill * 1e6, "us"),
            "in_flight": (flying, "1"),
            "prefill_devices": (reading, "1"),
            "decode_devices": (writing, "1"),
            "devices_needed": ((reading + writing) / load, "1"),
            "cost_per_million": (paid * 12 / 86_400 / avg * 1e6, "USD"),
        },
        stages={"all but prefill": (p99 * 0.7, "s"), "prefill": (p99 * 0.3, "s")},
    )


@q.reference
def with_other_assumptions():
    return consistent()


@q.mistake("""Your peak rate is that of the average second: the factor is in your assumptions and
not in your number. Multiply.""")
def no_peak():
    return samples.spoilt(consistent(), peak_rps=1 / 5)


@q.mistake("""You sized the cache for the prompt only. What is generated is kept as well, until the
sequence ends: (prompt + answer) · kv_per_token.""")
def kv_counts_prompt_only():
    return samples.spoilt(consistent(), kv_per_sequence=300 / 700)


@q.mistake("""The weights are forgotten: the caches get the whole memory in your number. Subtract
weights_size from the usable memory first.""")
def weights_forgotten():
    return samples.spoilt(consistent(), sequences=19.2 / 13.2)


@q.mistake("""Your step reads the weights only. At full memory the caches are the larger part of
what is read: add them.""")
def cache_is_not_read():
    return samples.spoilt(consistent(), step_time=6 / (6 + 13.2 * 500 / 700))


@q.mistake("""You compute the cached prefix again: prefill is for the share 1 − prefix_cached of the
prompt. Or you kept the cached share and dropped the other one.""")
def cached_prefix_computed():
    return samples.spoilt(consistent(), prefill_time=1 / 0.75)


@q.mistake("""Only prefill is in your in_flight: a request stays for its whole answer, a step for
each token.""")
def in_flight_without_decoding():
    sheet = consistent()
    number = sheet["derived"]["prefill_devices"]
    return sheet | {"derived": sheet["derived"] | {"in_flight": number}}


@q.mistake("""Each sequence has a device of its own in your decode_devices: the batch is missing. A
step makes a token for all sequences; divide by them.""")
def a_device_for_each_sequence():
    sheet = consistent()
    fit = sheet["derived"]["sequences"][0]
    return samples.spoilt(consistent(), decode_devices=fit)


@q.mistake("""You took the larger of prefill and decode. Both are work for the same devices: their
times add up.""")
def larger_of_both():
    sheet = consistent()
    parts = [sheet["derived"][name][0] for name in ("prefill_devices", "decode_devices")]
    return samples.spoilt(consistent(), devices_needed=max(parts) / sum(parts))


@q.mistake("""Your devices are busy all of the time: max_load is not in devices_needed. Then every
burst waits.""")
def no_headroom():
    return samples.spoilt(consistent(), devices_needed=0.5)


@q.mistake("""You priced requests at the peak rate. Devices are paid while they idle, so the cost of
a request follows the average.""")
def cost_at_the_peak():
    return samples.spoilt(consistent(), cost_per_million=1 / 5)


@q.mistake("""Each stage may take the whole p99: the budgets add up to more than the promise. Share
it out, and keep some slack.""")
def every_stage_gets_the_p99():
    sheet = consistent()
    return sheet | {"stages": dict.fromkeys(sheet["stages"], "800 ms")}


@q.mistake("""Nothing was rejected, so nothing was chosen. Name two options that you did not take
and what each would have cost.""")
def no_alternatives():
    sheet = consistent()
    return sheet | {"choices": [row | {"rejected": []} for row in sheet["choices"]]}


@q.mistake("""A step takes longer than the pace that you promise, by your own numbers. Fewer
sequences, shorter contexts or another promise: say which.""")
def slower_than_promised():
    sheet = consistent()
    return sheet | {"assumptions": sheet["assumptions"] | {"pace": "0.1 ms"}}


@q.variant
def a_larger_app():
    return consistent(users=9e8, each=40.0, prompt=5000, answer=30, cached=0.95, load=0.8)


@q.variant
def a_small_one():
    return consistent(users=3e4, each=0.2, peak=40.0, prompt=11, answer=7, cached=0.0, kv=100.0)


q.hints(
    "Write the unit behind every number: bytes over bytes a second, FLOP over FLOP a second.",
    "10 GB usable, 4 GB weights, 2 MB for each sequence: 3000 fit. 2 requests/s of 50 ms prefill: "
    "0.1 devices read prompts.",
    "Prefill: peak · prefill_time; decode: peak · answer · step_time / sequences, "
    "devices_needed = their sum / max_load.",
)
q.why("""Most people size the decoding, for it takes most of a request's *time*: 1.3 s against 13
ms. But a step is shared by hundreds of sequences, and a prefill by nobody. For short answers to
long prompts **prefill takes most of the devices**, by a factor of five here even with 60 % cached,
and the lever is the prefix, not the batch. Time in service decides *memory* (in_flight against
sequences); work decides *devices*. Keep the two apart, and you see which one binds.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "design_in_prose", "task": true, "points": 3}
# ## 3. Your design in words (3 points, marked by hand)
#
# {{in_words}}
#
# ### BEGIN MARK SCHEME
# {{how_marked}}
# Marked exemplars: B is mid (1), C senior (2), A staff (3).
#
# What the levels look like in this design:
#
# - **1 (mid)**: the rate is right; batching and replicas are named; a baseline; an A/B test.
# - **2 (senior)**: memory, time of a step and prefill are sized, and the binding one named, with
#   headroom; overload has an end (bounded queue, deadlines, retry budget); versioned rollback;
#   labels exist only for what was shown.
# - **3 (staff)**: says when the binding resource changes and at what price; gives up quality under
#   load on purpose and in an order; limits the blast radius of a lost device; plans for labels that
#   the system itself makes; says what would make the small model enough.
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*

# %% [markdown]
# ## 4. A real server, and an honest line about it (5 points, 40 minutes)
#
# The cell below exports a torch network to ONNX (also with int8 weights), serves it with
# onnxruntime behind FastAPI in a process of its own, and lets 64 clients send requests on a clock:
# *plain*, with micro-*batches* of up to 16, in *int8*, and both. `mlprep/serving/` is the code:
# read `server.py` and `load.py`. Set `MEASURE` to `True`, run it (a minute or two), **copy what it
# prints** into your answer, and set it back. It says so if packages are missing; then, or if you
# are on a borrowed machine, take `serving.frozen()[1]`, one such run that is kept in a file.

# %%
MEASURE = False
if MEASURE:
    print(serving.measure())
else:
    lacking = serving.missing()
    print("Not installed: " + ", ".join(lacking) if lacking else "All is installed to measure.")

# %% [markdown]
# For each server `measured` holds `offered_rps` (requests that were due a second), `seconds`,
# `sent`, `failed`, `capacity_rps` (answers a second when clients never pause) and `histogram`: how
# many *answered* requests took from 1.05^(k−1) to 1.05^k ms, under the key k. Return a dict:
#
# | key | what |
# |---|---|
# | `measured` | what was printed |
# | `before`, `after` | two of its servers |
# | `p50_ms`, `p99_ms` | each a dict for these two servers: nearest rank, upper edge of its bucket;
# failed requests count as slower than all |
# | `metric` | what you claim: `"capacity_rps"`, `"p50_ms"` or `"p99_ms"` |
# | `change_percent` | from before to after, in % **of before**: −25 is a quarter less |
# | `text` | the line for your résumé, one or two sentences |
# | `settings` | list of the other numbers in the text (batch size, cores …) |
#
# Every number in the text follows from the measurement (within 3 %; labels like p99 or int8 are no
# numbers) or is a setting. It has the metric's value before **and** after, with a unit: `ms`, or
# `/s`. A claim about a latency needs the same offered load (within 5 %), one about p99 at least 1
# 000 requests on each side. **And the price:** if another of the three got worse by more than 10 %,
# its two values are in the text too. What is graded is that the line is true, not that it is large.


# %% nbgrader={"grade_id": "claim", "solution": true}
def claim():
    """A measured improvement, and a line about it that follows from the measurement.

    Returns:
        dict: measured, before, after, p50_ms, p99_ms, metric, change_percent, text, settings.
    """
    ### BEGIN SOLUTION
    measured = serving.frozen()[1]

    def at(server, q):
        found = measured[server]
        rank = math.ceil(q * found["sent"] - 1e-9)
        for bucket, count in sorted(found["histogram"].items()):
            rank -= count
            if rank <= 0:
                return 1.05**bucket
        return math.inf

    pair = ("plain", "batched")
    old, new = (measured[server]["capacity_rps"] for server in pair)
    return {
        "measured": measured,
        "before": "plain",
        "after": "batched",
        "p50_ms": {server: at(server, 0.50) for server in pair},
        "p99_ms": {server: at(server, 0.99) for server in pair},
        "metric": "capacity_rps",
        "change_percent": 100 * (new - old) / old,
        "text": f"Raised the throughput of a CPU inference server from {old:.0f} to {new:.0f} "
        f"requests/s ({new / old:.1f}×) with micro-batches of up to 16; at "
        f"{measured['plain']['offered_rps']:.0f} requests/s the median latency went from "
        f"{at('plain', 0.5):.1f} to {at('batched', 0.5):.1f} ms and the p99 from "
        f"{at('plain', 0.99):.1f} to {at('batched', 0.99):.1f} ms.",
        "settings": [16],
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "claim_follows_from_the_measurement", "grade": true}
"""The line says what was measured: value, base, unit, load and price."""
q = Question(claim, points=5)
FIELDS = ("measured", "before", "after", "p50_ms", "p99_ms", "metric", "change_percent", "text",
          "settings")  # fmt: skip


@q.probe(gives="")
def all_parts_are_there(f):
    """The answer has all nine parts, and both servers are in what was measured."""
    found = f()
    if not isinstance(found, dict) or set(FIELDS) - set(found):
        return f"a dict with {', '.join(FIELDS)} is wanted"
    for server in (found["before"], found["after"]):
        if server not in found["measured"]:
            return f"`measured` has no server {server!r}"
    if found["before"] == found["after"]:
        return "before and after are the same server"
    if found["metric"] not in ("capacity_rps", "p50_ms", "p99_ms"):
        return f"the metric is {str(found['metric'])[:30]!r}"
    return ""


@q.probe(gives="")
def the_counts_add_up(f):
    """What was answered is what is in the histogram: sent less failed."""
    found = f()
    for server in (found["before"], found["after"]):
        own = found["measured"][server]
        counted, answers = sum(own["histogram"].values()), own["sent"] - own["failed"]
        if counted != answers:
            return f"{server} has {counted} in its histogram and {answers} answers"
    return ""


### BEGIN HIDDEN TESTS
q.hidden()
GROUPED = r"(?<![\w.,])\d{1,3}(?:[ , \u202f]\d{3})+(?:\.\d+)?(?!\d)"  # 2,063 and 2 063
NUMBER = re.compile(GROUPED + r"|(?<![\w.])\d+(?:\.\d+)?")
CAPACITY, P50, P99 = METRICS = ("capacity_rps", "p50_ms", "p99_ms")


def percentile(own, share):
    """The upper edge of the bucket in which the nearest rank lies, failures behind all."""
    slower = own["sent"] - math.ceil(share * own["sent"] - 1e-9) - own["failed"]
    for bucket in sorted(own["histogram"], key=float, reverse=True):
        if slower < 0:
            return math.inf
        if own["histogram"][bucket] > slower:
            return 1.05 ** float(bucket)
        slower -= own["histogram"][bucket]
    return math.inf


def values(found, server):
    own = found["measured"][server]
    return {CAPACITY: own[CAPACITY], P50: percentile(own, 0.5), P99: percentile(own, 0.99)}


def both(found):
    return values(found, found["before"]), values(found, found["after"])


def near(got, want, tolerance=0.03):
    return got == want or abs(got - want) <= tolerance * abs(want)


def numbers(text):
    return [float(re.sub(r"[ , \u202f]", "", word)) for word in NUMBER.findall(text)]


def said(found, value):
    return any(near(number, value) for number in numbers(found["text"]))


def worse(metric, old, new):
    low, high = (new, old) if metric == CAPACITY else (old, new)
    return high[metric] > 1.1 * low[metric]


@q.probe(gives="", weight=2)
def percentiles_come_from_the_histogram(f):
    """p50 and p99 are read off the histogram at their rank, failures being the slowest."""
    found = f()
    for server, want in zip((found["before"], found["after"]), both(found)):
        for metric in (P50, P99):
            got = found[metric].get(server)
            if got is None or not near(float(got), want[metric], 0.055):
                return f"{metric} of {server} is {want[metric]:.3g}, and yours is {got}"
    return ""


@q.probe(gives="")
def the_change_is_relative_to_before(f):
    """The change is (after − before) / before, in per cent."""
    found = f()
    old, new = (side[found["metric"]] for side in both(found))
    want, got = 100 * (new - old) / old, float(found["change_percent"])
    if abs(got - want) <= max(6.0 if found["metric"] != CAPACITY else 1.0, 0.02 * abs(want)):
        return ""
    return f"from {old:.4g} to {new:.4g} is {want:+.1f} %, and yours is {got:+.1f}"


@q.probe(gives="")
def the_comparison_is_fair(f):
    """Latencies are compared at the same load, and a p99 rests on 1000 requests or more."""
    found = f()
    one, two = (found["measured"][found[side]] for side in ("before", "after"))
    if found["metric"] != CAPACITY and not near(two["offered_rps"], one["offered_rps"], 0.05):
        return f"the load was {one['offered_rps']:g} and {two['offered_rps']:g} requests/s"
    if found["metric"] == P99 and min(one["sent"], two["sent"]) < 1000:
        return f"there were {min(one['sent'], two['sent'])} requests, ten of which decide at 1000"
    return ""


@q.probe(gives="", weight=2)
def every_number_was_measured(f):
    """Each number in the text follows from the measurement, or is named as a setting."""
    found = f()
    old, new = both(found)
    known = [float(number) for number in found["settings"]]
    for side in ("before", "after"):
        own = found["measured"][found[side]]
        known += [own["offered_rps"], own["seconds"], own["sent"], own["failed"]]
    for metric in METRICS:
        a, b = old[metric], new[metric]
        known += [a, b, b / a, a / b, abs(100 * (b - a) / a)]
    for number in numbers(found["text"]):
        if not any(near(number, value) for value in known):
            return f"{number:g} is in the text, and in no measurement or setting"
    return ""


@q.probe(gives="", weight=2)
def value_base_and_unit_are_said(f):
    """The text has the metric before and after, and its unit."""
    found = f()
    for side, value in zip(("before", "after"), (side[found["metric"]] for side in both(found))):
        if not said(found, value):
            return f"the value {side}, {value:.4g}, is not in the text"
    unit = r"/ ?s\b|per second|a second" if found["metric"] == CAPACITY else r"\d ?ms\b|millisecond"
    return "" if re.search(unit, found["text"]) else "its unit is not in the text"


@q.probe(gives="", weight=2)
def the_price_is_said(f):
    """What got worse by more than 10 % is in the text, before and after."""
    found = f()
    old, new = both(found)
    for metric in METRICS:
        if metric != found["metric"] and worse(metric, old, new):
            if not (said(found, old[metric]) and said(found, new[metric])):
                change = f"from {old[metric]:.4g} to {new[metric]:.4g}"
                return f"{metric} went {change}, and nobody is told"
    return ""


@q.probe(gives="", weight=2)
def it_is_an_improvement(f):
    """The metric that is claimed got better."""
    found = f()
    old, new = (side[found["metric"]] for side in both(found))
    better = new > old if found["metric"] == CAPACITY else new < old
    return "" if better else f"{found['metric']} went from {old:.4g} to {new:.4g}"


def run(capacity, p50, p99, rps=200.0, count=1500, failed=0):
    """A measurement with these percentiles."""
    low, high = (round(math.log(ms) / math.log(1.05)) for ms in (p50, p99))
    answered = count - failed
    tail = round(0.03 * answered)
    histogram = {low: answered - tail, high: tail}
    return {"offered_rps": rps, "seconds": 7.5, "sent": count, "failed": failed,
            "capacity_rps": capacity, "histogram": histogram}  # fmt: skip


def sound(metric=CAPACITY, old=(400.0, 10.0, 30.0), new=(1000.0, 14.0, 29.0), text="", **change):
    """A sound claim about a made-up measurement, with some parts changed."""
    measured = {"v1": run(*old, **change.pop("v1", {})), "v2": run(*new, **change.pop("v2", {}))}
    a, b = (values({"measured": measured}, server) for server in ("v1", "v2"))
    unit = "requests/s" if metric == CAPACITY else "ms"
    line = f"{a[metric]:.1f} to {b[metric]:.1f} {unit} at 200 requests/s"
    price = f", the median going from {a[P50]:.1f} to {b[P50]:.1f} ms" if worse(P50, a, b) else ""
    return {
        "measured": measured, "before": "v1", "after": "v2",
        "p50_ms": {"v1": a[P50], "v2": b[P50]}, "p99_ms": {"v1": a[P99], "v2": b[P99]},
        "metric": metric, "change_percent": 100 * (b[metric] - a[metric]) / a[metric],
        "text": text or line + price, "settings": [],
    } | change  # fmt: skip


@q.reference
def of_another_measurement():
    return sound()


@q.mistake("""Your change is relative to the value after. "x % of before" has *before* below the
line: from 400 to 1000 is +150 %, not +60 %.""")
def percent_of_after():
    return sound(change_percent=60.0)


@q.mistake("""You give the ratio as a change: 2.5 times is 250 % *of* before, a change
of +150 %.""")
def ratio_as_change():
    return sound(change_percent=250.0)


@q.mistake("""A number in your line is in no measurement. Where is it from? If it is a setting, name
it in `settings`; if it is a hope, take it out.""")
def a_number_from_nowhere():
    found = sound()
    return found | {"text": found["text"] + ", saving 77 % of the cost"}


@q.mistake("""Your line says how much better, and not from what to what. "2.5× faster" means nothing
without a base: a slow start makes any ratio large. Give both values, with the unit.""")
def ratio_without_a_base():
    return sound(text="Made inference 2.5× faster, the median going from 9.9 to 14.2 ms")


@q.mistake("""The price is missing: something else got worse by more than 10 %. Whoever asks in the
interview will find it in a minute; say it first, and why it was worth it.""")
def price_not_said():
    return sound(text="Raised throughput from 400 to 1000 requests/s at 200 requests/s")


@q.mistake("""Your percentiles leave failed requests out, so they look faster than the service was.
They were waited for, in vain: rank them behind all.""")
def failures_dropped():
    found = sound(v2={"failed": 40})
    slow = {"v1": found["p99_ms"]["v1"], "v2": 1.05 ** max(found["measured"]["v2"]["histogram"])}
    return found | {"p99_ms": slow}


@q.mistake("""You claim a p99 from a few hundred requests: it is the third or fourth largest of
them, and another run gives another one. Measure longer, or claim the median.""")
def p99_of_a_few():
    few = {"count": 300}
    return sound(P99, (400.0, 10.0, 30.0), (500.0, 10.0, 20.0), v1=few, v2=few)


@q.mistake("""Your latencies were measured at different loads: half the load makes any server fast.
Compare at the same offered rate.""")
def another_load():
    return sound(P50, (400.0, 14.0, 30.0), (500.0, 10.0, 30.0), v2={"rps": 100.0})


@q.mistake("""What you claim got worse. Say what improved, or that nothing did: that is a
finding as well.""")
def sold_what_got_worse():
    return sound(P50, (400.0, 10.0, 30.0), (1000.0, 14.0, 30.0))


@q.variant
def about_the_median():
    return sound(P50, (400.0, 20.0, 60.0), (410.0, 12.0, 58.0))


@q.variant
def about_the_tail():
    return sound(P99, (400.0, 20.0, 60.0), (410.0, 20.0, 35.0), v1={"failed": 3})


@q.variant
def in_words_of_its_own():
    return sound(
        old=(1398.0, 6.0, 20.0), new=(12_970.0, 5.0, 19.0), settings=[8, "16"],
        text="Took an int8 service on 8 cores from 1,398 to 12,970 answers a second at a p99 of "
        "20 ms, by batches of 16 (9.3×, +828 %)",
    )  # fmt: skip


q.hints(
    "Read your line as somebody who does not believe it: of what, from what, at which load, at "
    "what price?",
    "From 400 to 1000 requests/s is +150 % or 2.5×; with a median from 10 to 14 ms, both pairs of "
    "numbers are in the line.",
    "Print values before and after for all three metrics. The pair that you claim is in the text, "
    "each pair that got worse by 10 %, and nothing that you did not measure.",
)
q.why("""An interviewer asks four things about any number on a résumé: of what, from what, measured
how, and what did it cost. A line that has the two values, the unit and the load answers three of
them before they are asked; the price answers the fourth, and is what makes people believe the rest.
In the kept run the honest claim is *capacity*: batching multiplies it. The medians and p99s show
how near to its knee the plain server was, on a machine with other work: true of that minute, and of
no other. "Reduced latency by batching" is what most people would write here; at a tenth of the load
batching makes it worse.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Mark yourself, and compare
#
# {{mark_yourself}}
# Most people are a level too kind on *numbers* and *serving*.

# %%
mine = [1, 1, 1, 1, 1, 1, 1]  # framing, numbers, data, model, serving, evaluation, conversation
theirs = None  # the same seven, from somebody else
print("your level:", level(mine))
if theirs:
    print("mine less theirs:", gap(mine, theirs) or "no difference")
