# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one explanation, about 200 of the {{minutes}} minutes; the worksheet beside it
# takes the rest, and ends at a real server. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** The unit of an argument is the end of its name: `_s` seconds,
# `_ms` milliseconds, `_bytes` bytes, `_rps` requests a second. Times count from an arbitrary 0 and
# requests are in order of time. No argument may be changed in place. Nothing opens a connection:
# you write the *logic* of a server and simulate it. Python, NumPy and torch are all fine.

# %% nbgrader={"grade_id": "imports", "locked": true}
import hashlib
import heapq
import math
import random
from collections import OrderedDict, deque

import numpy as np

from mlprep.check import Question

# %% [markdown]
# ## 1. How many sequences, how fast, for how much? (3 points, 15 minutes)
#
# A device of `mem_bytes`, of which the share `frac` may be used, serves a language model of
# `weights_bytes` (16-bit weights, all read in every step). A sequence of `prompt_tokens` that
# generates `new_tokens` keeps `kv_per_token` bytes for **each token of both kinds** until it ends.
# Return a dict:
#
# | key | what |
# |---|---|
# | `sequences` | whole number that fit at once, each with room for its full length |
# | `floor_s` | time of a decode step of one sequence, if only the weights were read |
# | `ridge` | sequences at which arithmetic takes as long as reading the weights (a float) |
# | `step_s` | time of a step with all `sequences`: the longer of reading and arithmetic |
# | `usd_per_million` | USD for 10⁶ generated tokens, if the device only ever does such steps |
#
# A step reads the weights once and the cache of every sequence, which on average is half through
# its new tokens: `prompt_tokens + new_tokens / 2`. It computes 2 FLOP for each weight and sequence
# (forget the attention's). `bw_Bps` is bytes a second, `peak_flops` FLOP a second, `usd_per_h` the
# price. If not even one sequence fits, raise `ValueError`.
#
# **Example.** 80e9 bytes, 0.9, 16.06e9, 7168 + 1024 tokens of 131 072 bytes, 3.35e12, 989e12, 2
# USD/h: 52 sequences, 4.79 ms, 295, 20.4 ms, 0.218 USD.


# %% nbgrader={"grade_id": "llm_capacity", "solution": true}
def llm_capacity(
    mem_bytes, frac, weights_bytes, prompt_tokens, new_tokens, kv_per_token,
    bw_Bps, peak_flops, usd_per_h,
):  # fmt: skip
    """What one device can hold, how long a step takes, and what a token costs.

    Args:
        mem_bytes, weights_bytes, kv_per_token: bytes. frac: share of the memory, 0 to 1.
        prompt_tokens, new_tokens: whole numbers ≥ 1.
        bw_Bps: bytes/s. peak_flops: FLOP/s. usd_per_h: USD an hour.

    Returns:
        dict with sequences, floor_s, ridge, step_s, usd_per_million.

    Raises:
        ValueError: no sequence fits.
    """
    ### BEGIN SOLUTION
    each = (prompt_tokens + new_tokens) * kv_per_token
    sequences = math.floor((mem_bytes * frac - weights_bytes) / each)
    if sequences < 1:
        raise ValueError("not even one sequence fits beside the weights")
    cache = sequences * (prompt_tokens + new_tokens / 2) * kv_per_token
    flop = 2 * (weights_bytes / 2) * sequences
    step_s = max((weights_bytes + cache) / bw_Bps, flop / peak_flops)
    return {
        "sequences": sequences,
        "floor_s": weights_bytes / bw_Bps,
        "ridge": peak_flops / bw_Bps,
        "step_s": step_s,
        "usd_per_million": usd_per_h / 3600 * step_s / sequences * 1e6,
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "llm_capacity_counts_every_byte", "grade": true}
"""Memory sets how many sequences run, bytes set how fast they are, and both set the price."""
q = Question(llm_capacity, points=3)
H100 = (80e9, 0.9, 16.06e9, 7168, 1024, 131_072, 3.35e12, 989e12, 2.0)


@q.probe(gives=52)
def sequences_that_fit(f):
    """The example: 55.9 GB are left for caches of 8192 tokens, 1.07 GB each."""
    return f(*H100)["sequences"]


@q.probe(gives=[0.00479403, 295.2239], rtol=1e-4)
def floor_and_ridge(f):
    """The example: 16.06 GB are read in 4.79 ms; arithmetic takes as long at 295 sequences."""
    return [f(*H100)[key] for key in ("floor_s", "ridge")]


@q.probe(gives=0.02041970, rtol=1e-4)
def time_of_a_full_step(f):
    """The example: weights and 52 caches of 7680 tokens, 68.4 GB, are read in 20.4 ms."""
    return f(*H100)["step_s"]


@q.probe(gives=0.218159, rtol=1e-4)
def price_of_a_million(f):
    """The example: 52 tokens a step are 2547 a second, 9.2 million an hour, for 2 USD."""
    return f(*H100)["usd_per_million"]


q.raises(
    ValueError, 17e9, 0.9, 16.06e9, 7168, 1024, 131_072, 3.35e12, 989e12, 2.0,
    claim="The weights alone do not fit, so no sequence does",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    40e9, 0.85, 14e9, 300, 1700, 524_288, 1.6e12, 300e12, 1.3,
    claim="A short prompt that generates much: the cache is sized for what will be generated",
)  # fmt: skip
q.case(
    96e9, 0.5, 2e9, 11, 13, 1e4, 1e12, 5e12, 3.0,
    claim="With small caches a step is bound by arithmetic: the longer of both counts",
)  # fmt: skip
q.raises(
    ValueError, 80e9, 0.9, 70e9, 7168, 9000, 131_072, 3.35e12, 989e12, 2.0,
    claim="A sequence that only fits with a fraction of itself does not fit",
)  # fmt: skip


@q.reference
def by_filling_the_memory(mem, frac, weights, prompt, new, kv, bw, peak, usd):
    left, n = mem * frac - weights, 0
    while left >= (prompt + new) * kv:
        left, n = left - (prompt + new) * kv, n + 1
    if not n:
        raise ValueError("full")
    reading = weights / bw + n * sum(prompt + half for half in (0, new)) / 2 * kv / bw
    arithmetic = n * weights / peak  # 2 bytes a weight, 2 FLOP a weight
    tokens_per_usd = n / max(reading, arithmetic) * 3600 / usd
    return {
        "sequences": n, "floor_s": weights / bw, "ridge": (weights / bw) / (weights / peak),
        "step_s": max(reading, arithmetic), "usd_per_million": 1e6 / tokens_per_usd,
    }  # fmt: skip


def capacity(mem, frac, weights, prompt, new, kv, bw, peak, usd, each=None, left=None,
             whole=math.floor, seen=None, step=None, paid=None, ridge=None):  # fmt: skip
    each = (prompt + new) * kv if each is None else each
    n = whole((mem * frac - weights if left is None else left) / each)
    if n < 1:
        raise ValueError("full")
    reading = (weights + n * (prompt + new / 2 if seen is None else seen) * kv) / bw
    step_s = step(reading, n * weights / peak) if step else max(reading, n * weights / peak)
    return {
        "sequences": n, "floor_s": weights / bw, "ridge": ridge or peak / bw, "step_s": step_s,
        "usd_per_million": usd / 3600 * step_s / (paid or n) * 1e6,
    }  # fmt: skip


@q.mistake("""You sized the cache for the prompt only. Each generated token is kept as well, until
the sequence ends: the server admits too many, and runs out of memory in the middle of answers. Use
prompt + new tokens.""")
def kv_counts_prompt_only(*a):
    return capacity(*a, each=a[3] * a[5])


@q.mistake("""You gave the whole memory to caches: the weights are forgotten, and they were there
first. Subtract weights_bytes before you divide.""")
def weights_forgotten(*a):
    return capacity(*a, left=a[0] * a[1])


@q.mistake("""You used all of the memory. Activations, fragments and the runtime need the rest:
multiply mem_bytes by frac, then subtract the weights.""")
def all_memory_used(*a):
    return capacity(*a, left=a[0] - a[2])


@q.mistake("""The share applies to the device, not to what the weights leave: mem_bytes · frac −
weights_bytes, not (mem_bytes − weights_bytes) · frac.""")
def share_of_the_rest(*a):
    return capacity(*a, left=(a[0] - a[2]) * a[1])


@q.mistake("""You rounded to the nearest whole sequence, or up. A part of a sequence does not fit:
round down.""")
def rounded_up(*a):
    return capacity(*a, whole=math.ceil)


@q.mistake("""Your step reads the weights only. At 52 sequences of 7680 tokens the caches are three
times the weights: they are what a long context costs. Add them to the bytes read.""")
def cache_is_not_read(*a):
    return capacity(*a, seen=0)


@q.mistake("""Your caches are read at full length in every step. A running sequence is on average
half through its new tokens: prompt + new / 2.""")
def cache_always_full(*a):
    return capacity(*a, seen=a[3] + a[4])


@q.mistake("""Reading and arithmetic are added. They overlap: the longer one is the time of the
step.""")
def times_added(*a):
    return capacity(*a, step=lambda reading, arithmetic: reading + arithmetic)


@q.mistake("""Your step is always the time of reading. With short contexts and many sequences
arithmetic takes longer: take the larger of the two.""")
def always_memory_bound(*a):
    return capacity(*a, step=lambda reading, arithmetic: reading)


@q.mistake("""You paid for one token a step. A step makes one token for *each* sequence: divide its
price by sequences. That is all that batching is for.""")
def one_token_a_step(*a):
    return capacity(*a, paid=1)


@q.mistake("""Your ridge is off by two: a weight has 2 bytes and costs 2 FLOP for each sequence, so
the twos cancel and it is peak_flops / bw_Bps.""")
def ridge_off_by_two(*a):
    return capacity(*a, ridge=a[7] / a[6] / 2)


@q.variant
def with_floor_division(mem, frac, weights, prompt, new, kv, bw, peak, usd):
    n = int((mem * frac - weights) // (kv * (prompt + new)))
    if n <= 0:
        raise ValueError
    bound = np.array([(weights + n * kv * (prompt + 0.5 * new)) / bw, n * weights / peak])
    return {
        "sequences": float(n), "floor_s": weights / bw, "ridge": np.float64(peak) / bw,
        "step_s": bound.max(), "usd_per_million": bound.max() * usd / n / 3.6e-3,
    }  # fmt: skip


@q.variant
def per_weight(*a):
    found = capacity(*a)
    parameters = a[2] / 2
    found["ridge"] = (a[2] / a[6]) / (2 * parameters / a[7])
    return found


q.hints(
    "What lies in memory during a step, and what is read in it? What does one step produce?",
    "100 bytes, frac 0.5, weights 20, 2 + 1 tokens of 5 bytes: 30 bytes are left, 15 each, so 2.",
    "(mem · frac − weights) / ((prompt + new) · kv), rounded down; max of bytes/bw and FLOP/peak.",
)
q.why("""Two different limits are in play. **Memory** says how many sequences run at once, and it
must be sized for what a sequence *will* hold: a server that counts prompts admits work that it must
evict halfway. **Bandwidth** says how long a step takes. At 52 sequences arithmetic takes under 1 ms
and reading 20: far from the ridge at 295, and out of reach of it, because the memory is full first.
So for long contexts the price of a token is set by the *cache*: fewer key heads, 8-bit caches or
shorter prompts cut both limits at once, a device with more FLOP/s neither.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. The percentile of a fleet (4 points, 20 minutes)
#
# A load test ran against several hosts. For each request there are four times: when it was **due**
# by the test's clock, when the client **sent** it (late, if all clients were waiting), when a
# worker **started** on it, and when the answer was **done**, or `None` if none came.
#
# Return the q-quantile of what users of the *fleet* would have seen: from due to done, with a
# request that was never answered counted as infinite. Use the nearest rank: the smallest latency
# such that at least the share `q` of all requests were that fast. No request at all: `None`.
#
# **Example.** One host, `[(0, 0, 1, 3), (1, 3, 3, 4)]`: latencies 3 and 3. Their median is 3.


# %% nbgrader={"grade_id": "fleet_quantile", "solution": true}
def fleet_quantile(hosts, q):
    """The q-quantile of latency over all requests of all hosts.

    Args:
        hosts: list of hosts, each a list of (due_s, sent_s, started_s, done_s or None).
        q: float, 0 < q ≤ 1, such as 0.99.

    Returns:
        float seconds (math.inf where it falls on a request without an answer), or None.
    """
    ### BEGIN SOLUTION
    latencies = sorted(
        math.inf if done is None else done - due for host in hosts for due, _, _, done in host
    )
    if not latencies:
        return None
    return latencies[math.ceil(q * len(latencies)) - 1]
    ### END SOLUTION


# %% nbgrader={"grade_id": "fleet_quantile_pools_what_users_saw", "grade": true}
"""A percentile is taken once, over all requests, from when they were due."""
q = Question(fleet_quantile, points=4)
q.case([[(0, 0, 1, 3), (1, 3, 3, 4)]], 0.5, gives=3.0, claim="The example: both took 3 s from due")
quiet = [(float(t), float(t), float(t), t + 0.5) for t in range(3)]
busy = [(float(t), t + 1.0, t + 2.0, t + 4.0 + t) for t in range(7)]
q.case(
    [quiet, busy], 0.5,
    gives=5.0,
    claim="The median of ten requests, of which one host had three",
)  # fmt: skip
q.case([[], []], 0.99, gives=None, claim="No request has no percentile")
### BEGIN HIDDEN TESTS
q.hidden()
q.case([quiet, busy], 0.9, claim="Hosts with different load weigh by their requests")
q.case(
    [[(0.0, 0.0, 0.0, 1.0)], [(0.0, 0.0, 0.0, None), (1.0, 1.0, 1.0, 1.5)]], 1.0,
    claim="A request without an answer is the slowest of all",
)  # fmt: skip
some = [(float(t), float(t), float(t), 2.0 * t + 2.0) for t in range(7)]  # 2 to 8 s
q.case(
    [[(0.0, 0.0, 0.0, None), *some]], 0.5, claim="An unanswered request is slow, not fast"
)  # fmt: skip
q.case(
    [[*some, (0.0, 0.0, 0.0, None)]], 0.7,
    claim="An unanswered request counts as a request: it moves the ranks of the others",
)  # fmt: skip


def stalled(seed, n):
    """A server that stalls, and clients that wait with it."""
    rng = np.random.default_rng(seed)
    due, rows, free, sent = 0.0, [], 0.0, 0.0
    for i in range(n):
        due += float(rng.exponential(1.0))
        sent = max(due, free - 0.25)
        started = max(sent, free)
        free = started + float(rng.exponential(0.4)) + 30.0 * (i % 61 == 60)
        rows.append((due, sent, started, free))
    return rows


@q.probe
def a_stall_that_delays_its_testers(f):
    """A stall counts for every request that was due in it, sent late or not."""
    hosts = [stalled(1, 150), stalled(2, 50), quiet]
    return [f(hosts, p) for p in (0.5, 0.9, 0.99)]


@q.reference
def by_counting(hosts, q):
    seen = [math.inf if r[3] is None else r[3] - r[0] for host in hosts for r in host]
    for value in sorted(set(seen)):
        if sum(other <= value for other in seen) >= q * len(seen) * (1 - 1e-12):
            return value
    return None


def pooled(hosts, q, begin=0, rank=None, keep_failed=True):
    seen = sorted(
        math.inf if r[3] is None else r[3] - r[begin]
        for host in hosts for r in host if keep_failed or r[3] is not None
    )  # fmt: skip
    if not seen:
        return None
    return rank(seen) if rank else seen[math.ceil(q * len(seen) * (1 - 1e-12)) - 1]


def each_host(hosts, q):
    return [by_counting([host], q) for host in hosts if host]


@q.mistake("""You took the time from started to done. That is the service time: what the server's
own dashboard shows, and it stays flat while the line grows out of the door. A user waits from when
the request was due.""")
def service_time_as_latency(hosts, q):
    return pooled(hosts, q, begin=2)


@q.mistake("""You count from when the client sent the request. A client that waits for an answer
sends its next request late, so the stall that it should report slows the reporter: coordinated
omission. Count from due.""")
def coordinated_omission(hosts, q):
    return pooled(hosts, q, begin=1)


@q.mistake("""Mean plus two standard deviations is the 97.7th percentile of a *normal* distribution.
Latencies are skewed and have several humps, and one stall moves both numbers. Sort and take the
rank.""")
def mean_plus_2sd_as_p99(hosts, q):
    def rank(seen):
        finite = [value for value in seen if value < math.inf] or [math.inf]
        return float(np.mean(finite) + 2 * np.std(finite)) if math.inf not in finite else math.inf

    return pooled(hosts, q, rank=rank)


@q.mistake("""You averaged the hosts' percentiles. No request ever had that latency, and a host with
three requests counts like one with a thousand. Pool the requests (or add histograms) and take the
percentile once.""")
def average_of_p99s(hosts, q):
    own = each_host(hosts, q)
    return sum(own) / len(own) if own else None


@q.mistake("""You averaged the hosts' percentiles by their number of requests. Better weights, but a
percentile is not a mean: if one host in ten is slow, it owns the fleet's whole tail. Pool the
requests.""")
def weighted_average_of_p99s(hosts, q):
    sizes = [len(host) for host in hosts if host]
    own = each_host(hosts, q)
    return sum(n * p for n, p in zip(sizes, own)) / sum(sizes) if own else None


@q.mistake("""You report the worst host's percentile. It is a bound, and useful for finding the
host; but it is not what the fleet's users see. Pool the requests.""")
def worst_host(hosts, q):
    return max(each_host(hosts, q), default=None)


@q.mistake("""Requests without an answer are left out, so the server looks fastest when it fails
most. They were waited for: count them as infinite.""")
def failures_dropped(hosts, q):
    return pooled(hosts, q, keep_failed=False)


@q.mistake("""A request without an answer counts as 0 s in yours: the fastest of all. It was waited
for in vain; count it as infinite.""")
def failures_as_zero(hosts, q):
    rows = [[(r[0], r[1], r[2], r[0] if r[3] is None else r[3]) for r in host] for host in hosts]
    return by_counting(rows, q)


@q.mistake("""Your rank is one too high: sorted[int(q · n)] is the next one where q · n is whole.
The smallest value that at least a share q reaches is sorted[ceil(q · n) − 1].""")
def one_rank_too_high(hosts, q):
    return pooled(hosts, q, rank=lambda seen: seen[min(int(q * len(seen) + 1e-9), len(seen) - 1)])


@q.mistake("""You interpolate between two requests (NumPy's default). The statement asks for the
nearest rank, a latency that somebody had: method="inverted_cdf".""")
def interpolated(hosts, q):
    def rank(seen):
        place = q * (len(seen) - 1)
        low, high = seen[math.floor(place)], seen[math.ceil(place)]
        share = place - math.floor(place)
        return low if not share else low + share * (high - low)

    return pooled(hosts, q, rank=rank)


@q.variant
def with_numpy(hosts, q):
    rows = [r for host in hosts for r in host]
    if not rows:
        return None
    seen = np.array([np.inf if r[3] is None else r[3] - r[0] for r in rows])
    return np.sort(seen)[int(np.ceil(np.round(q * len(seen), 9))) - 1]


@q.variant
def with_a_heap(hosts, q):
    worst = []
    for host in hosts:
        for due, _, _, done in host:
            heapq.heappush(worst, float("inf") if done is None else done - due)
    found = None
    for _ in range(math.ceil(q * len(worst) - 1e-9)):
        found = heapq.heappop(worst)
    return found


q.hints(
    "Whose wait is it, when did it begin, and which requests belong into the list?",
    "Hosts of 3 and 7 requests make one list of 10; its median is the 5th of them in order.",
    "done − due for all hosts together, inf for None; sort; index ceil(q · n) − 1.",
)
q.why("""Each of the four times answers another question. started → done tells the *team* whether
the model got slower; sent → done is what a proxy sees; **due → done is what users feel**, and the
only one that shows a stall at its full size. Percentiles cannot be averaged, because they are not
means: histograms can be added, and then read once. That is why monitoring systems store buckets.
And a timeout is a latency: drop it, and the p99 improves while the service dies.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. A micro-batcher (5 points, 30 minutes)
#
# One worker. A batch of `b` requests takes `t0_s + b * t1_s`, and all of its answers come at its
# end. A batch **starts** as soon as the worker is free and one of two things holds:
#
# - `max_batch` requests are waiting, or
# - the *first* of the waiting requests has waited `max_wait_s`.
#
# It takes the waiting requests in order, at most `max_batch`; those that arrive in the very moment
# of the start are in. Nothing joins a batch that runs. Return each request's latency, from arrival
# to answer.
#
# **Example.** Arrivals 0, 4, 8, 12 ms, `max_batch` 8, wait 10 ms, `t0` 5 ms, `t1` 1 ms. The first
# batch starts at 10 ms with three requests and ends at 18; the fourth starts at 22 and ends at 28.
# Latencies: 18, 14, 10, 16 ms.


# %% nbgrader={"grade_id": "microbatch", "solution": true}
def microbatch(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    """Latency of each request behind a micro-batcher with one worker.

    Args:
        arrivals_s: float array (n,), not decreasing.
        max_batch: whole number ≥ 1.
        max_wait_s: float ≥ 0.
        t0_s, t1_s: floats. A batch of b takes t0_s + b · t1_s.

    Returns:
        float array or list (n,), in the order of the arrivals.
    """
    ### BEGIN SOLUTION
    arrivals = [float(at) for at in arrivals_s]
    latencies, free, first = [], -math.inf, 0
    while first < len(arrivals):
        last = first + max_batch - 1
        full = arrivals[last] if last < len(arrivals) else math.inf
        start = max(free, min(full, arrivals[first] + max_wait_s))
        end = first
        while end < len(arrivals) and end <= last and arrivals[end] <= start:
            end += 1
        free = start + t0_s + (end - first) * t1_s
        latencies += [free - at for at in arrivals[first:end]]
        first = end
    return latencies
    ### END SOLUTION


# %% nbgrader={"grade_id": "microbatch_waits_from_the_first", "grade": true}
"""A batch starts when it is full or its first request is due, and the worker is free."""
q = Question(microbatch, points=5)
q.case(
    np.array([0.0, 0.004, 0.008, 0.012]), 8, 0.010, 0.005, 0.001,
    gives=[0.018, 0.014, 0.010, 0.016],
    claim="The wait is measured from the first request; three are there when it ends",
)  # fmt: skip
q.case(
    np.array([0.0, 1.0, 2.0]), 2, 10.0, 5.0, 1.0,
    gives=[8.0, 7.0, 16.0],
    claim="Two are a full batch at 1 and do not wait; the third waits alone until 12",
)  # fmt: skip
q.case(
    np.array([0.0, 1.0, 2.0, 3.0]), 3, 0.0, 4.0, 1.0,
    gives=[5.0, 11.0, 10.0, 9.0],
    claim="What arrives while the worker is busy leaves with it, in the next batch",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    np.array([0.0, 1.0, 1.0, 1.0, 1.0, 9.0]), 2, 3.0, 2.0, 0.5,
    claim="At most max_batch go at once; the others keep their place and their waiting time",
)  # fmt: skip
q.case(np.array([]), 4, 1.0, 2.0, 0.5, claim="No requests, no latencies")
q.case(
    np.array([0.0, 2.0, 5.0, 6.5]), 5, 2.0, 4.0, 1.0,
    claim="One that arrives in the moment of the start is in; one whose wait ends while the worker "
    "is busy starts when it is free, together with those that came since",
)  # fmt: skip
q.case(
    np.array([0.0, 1.0, 5.0, 5.5]), 4, 2.0, 4.0, 1.0,
    claim="Waiting counts from the arrival, also for a request that came while the worker was busy",
)  # fmt: skip


def poisson(seed, n, rate):
    return np.cumsum(np.random.default_rng(seed).exponential(1 / rate, n))


@q.probe(gives="")
def without_batches_it_is_a_queue_with_constant_service(f):
    """With max_batch 1 the mean wait is that of Pollaczek and Khinchine, to 4 standard errors."""
    lat = np.asarray(f(poisson(3, 3000, 0.6), 1, 5.0, 0.7, 0.3), dtype=float)
    if lat.shape != (3000,):
        return f"there are 3000 requests and you return shape {lat.shape}"
    wait, want = lat - 1.0, 0.6 / (2 * (1 - 0.6))  # rho s / (2 (1 - rho)), s = 1
    error = wait.reshape(20, -1).mean(axis=1).std(ddof=1) / 20**0.5
    off = (wait.mean() - want) / error
    return "" if abs(off) < 4 else f"at ρ 0.6 yours is {wait.mean():.3f}, and it is {want:.3f}"


@q.probe
def a_busy_stream(f):
    """Under load every request keeps its order, its wait and its batch."""
    return f(poisson(4, 300, 3.0), 7, 0.9, 1.1, 0.13)


@q.reference
def by_events(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    events = [(float(at), 0, i) for i, at in enumerate(arrivals_s)]  # 0: arrival, 1: anything else
    heapq.heapify(events)
    waiting, latency, busy_until = deque(), [0.0] * len(events), -math.inf
    while events:
        now, kind, i = heapq.heappop(events)
        if kind == 0:
            waiting.append((now, i))
            heapq.heappush(events, (now + max_wait_s, 1, -1))
        if events and events[0][0] == now:
            continue
        due = bool(waiting) and waiting[0][0] + max_wait_s <= now
        if now >= busy_until and waiting and (due or len(waiting) >= max_batch):
            batch = [waiting.popleft() for _ in range(min(max_batch, len(waiting)))]
            busy_until = now + t0_s + len(batch) * t1_s
            for at, who in batch:
                latency[who] = busy_until - at
            heapq.heappush(events, (busy_until, 1, -1))
    return np.array(latency)


def batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, starts, busy=True, joins="start",
            served=None):  # fmt: skip
    """A batcher whose start is starts(arrivals, first, last, free), and what joins by then."""
    at = [float(a) for a in arrivals_s]
    latency, free, first = [], -math.inf, 0
    while first < len(at):
        last = first + max_batch - 1
        closes = starts(at, first, last, free)
        start = max(free, closes) if busy else closes
        limit, end = (start if joins == "start" else max(closes, at[first])), first
        while end < len(at) and end <= last and at[end] <= limit:
            end += 1
        free = start + t0_s + (end - first) * t1_s
        latency += [(free - a) if served is None else (free - start) for a in at[first:end]]
        first = end
    return np.array(latency)


def full(at, last):
    return at[last] if last < len(at) else math.inf


def normal(wait):
    return lambda at, first, last, free: min(full(at, last), at[first] + wait)


@q.mistake("""Your timer starts anew with each arrival. A steady stream then never lets a batch go
before it is full, and the first request waits for all of them. Measure the wait from the first
request.""")
def batch_timer_resets_on_arrival(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    def starts(at, first, last, free):
        i = first
        while i < min(last, len(at) - 1) and at[i + 1] <= at[i] + max_wait_s:
            i += 1
        return at[i] if i == last else at[i] + max_wait_s

    return batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, starts)


@q.mistake("""You return the time of the batch, from its start to its end: the service time. What a
user feels begins at the arrival, and most of it is waiting for the batch to fill and for the
worker.""")
def service_time_as_latency(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    return batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, normal(max_wait_s), served=True)


@q.mistake("""A full batch goes on waiting for its timer. There is nothing left to wait for: start
when max_batch requests are there.""")
def full_batch_waits(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    def starts(at, first, last, free):
        return at[first] + max_wait_s

    return batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, starts)


@q.mistake("""Your timer starts when the worker becomes free. Requests that came while it was busy
have waited already: count from the first one's arrival.""")
def timer_starts_when_the_worker_is_free(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    def starts(at, first, last, free):
        return min(max(full(at, last), free), max(at[first], free) + max_wait_s)

    return batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, starts)


@q.mistake("""Your batches run side by side: a batch starts while the one before it still runs.
There is one worker; a batch starts when it is free.""")
def worker_never_busy(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    return batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, normal(max_wait_s), busy=False)


@q.mistake("""Your batch is closed when the timer ends, and then waits for the worker half empty.
What arrives until the *start* still joins, up to max_batch: that is free throughput.""")
def closed_before_it_starts(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    return batches(
        arrivals_s, max_batch, max_wait_s, t0_s, t1_s, normal(max_wait_s), joins="close"
    )  # fmt: skip


@q.mistake("""There is no limit: your batches take all that wait. max_batch bounds memory and the
time of a step; what is over it goes next.""")
def max_batch_ignored(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    def starts(at, first, last, free):
        return min(full(at, first + max_batch - 1), at[first] + max_wait_s)

    at = [float(a) for a in arrivals_s]
    latency, free, first = [], -math.inf, 0
    while first < len(at):
        start = max(free, starts(at, first, 0, free))
        end = first + sum(a <= start for a in at[first:])
        free = start + t0_s + (end - first) * t1_s
        latency += [free - a for a in at[first:end]]
        first = end
    return np.array(latency)


@q.mistake("""You return the wait until the batch starts. An answer comes at its end: add the time
of the batch.""")
def waiting_only(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    rule = normal(max_wait_s)
    whole = batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, rule)
    return whole - batches(arrivals_s, max_batch, max_wait_s, t0_s, t1_s, rule, served=True)


@q.mistake("""Each request of a batch pays t0_s in yours, so batching gains nothing. It is paid once
for a batch: t0_s + b · t1_s.""")
def nothing_is_shared(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    return batches(arrivals_s, max_batch, max_wait_s, 0.0, t0_s + t1_s, normal(max_wait_s))


@q.mistake("""Every batch costs the same in your simulation: t1_s · b is missing. Larger batches are
cheaper for each request, not free.""")
def batch_size_is_free(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    return batches(arrivals_s, max_batch, max_wait_s, t0_s + t1_s, 0.0, normal(max_wait_s))


@q.variant
def with_searchsorted(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    at = np.asarray(arrivals_s, dtype=float)
    done, free, i = np.empty(len(at)), 0.0, 0
    while i < len(at):
        limit = at[i + max_batch - 1] if i + max_batch <= len(at) else np.inf
        start = max(min(at[i] + max_wait_s, limit), free)
        j = min(int(np.searchsorted(at, start, side="right")), i + max_batch)
        done[i:j] = free = start + t0_s + t1_s * (j - i)
        i = j
    return done - at


@q.variant
def one_at_a_time(arrivals_s, max_batch, max_wait_s, t0_s, t1_s):
    todo, out, free = list(map(float, arrivals_s)), [], float("-inf")
    while todo:
        start = todo[0] + max_wait_s
        if len(todo) >= max_batch:
            start = min(start, todo[max_batch - 1])
        start = max(start, free)
        batch = [a for a in todo[:max_batch] if a <= start]
        free = start + (t0_s + t1_s * len(batch))
        out.extend(free - a for a in batch)
        todo = todo[len(batch) :]
    return tuple(out)


q.hints(
    "When would the batch start if the worker were idle for ever? And when is the worker free?",
    "Arrivals 0, 4, 8, 12 and a wait of 10: a timer on the first ends at 10, not at 22.",
    "start = max(free, min(arrival of the max_batch-th, first arrival + max_wait_s)).",
)
q.why("""The start is one line: the later of *worker free* and *batch ready*, where ready is the
earlier of *full* and *first one due*. Everything people get wrong is one of these four words. Note
what happens under load: when batches take longer than `max_wait_s`, the timer is always over before
the worker is free, and the batch size sets itself. The timer matters only when there is *little*
traffic, which is when it costs latency and buys nothing. So `max_wait_s` = 0 is a good default, and
a batcher adapts by itself.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Continuous batching (5 points, 40 minutes)
#
# A language model works in **steps**. A request `(arrival_s, prompt, new)` first has its prompt
# read (*prefill*), then makes one token a step until it has `new`. At the start of each step, at
# time `t`:
#
# 1. **Admit** from the front of the queue (in order of arrival), as long as the first one has
#    arrived (`arrival_s <= t`), fewer than `slots` run, and the cache has room: what the running
#    ones have *reserved* plus its own reservation is at most `kv_budget`. A request reserves
#    `prompt + new` until it ends. If the first does not fit, nobody behind it is admitted. (Each
#    fits alone.)
# 2. If nothing runs, `t` jumps to the next arrival, and the step begins there.
# 3. **Work**: each running request whose prompt is read makes one token. Of the others, the one
#    that was admitted first reads up to `chunk` tokens of its prompt (only this one).
# 4. The step takes `t0_s + t1_s * (tokens made in 3 + prompt tokens read in 3)`. At its end the
#    tokens appear. A prompt whose last token was read in this step gives the **first token** then.
#    Who has `new` tokens leaves.
#
# Return `(ttft, tpot)`, two lists in the order of the requests: time to first token, from
# *arrival*; and time per token after it, (last − first) / (new − 1), 0.0 if `new` is 1.
#
# **Example.** `[(0, 2, 3), (0, 3, 2)]`, 2 slots, room for 99, chunk 2, steps of 1 s + 0 s a token.
# Step 1 reads the first prompt: its token appears at 1. Steps 2 and 3 read the second prompt (2,
# then 1 token) beside the decoding of the first, which ends at 3. Step 4 ends the second. `([1, 3],
# [1, 1])`.


# %% nbgrader={"grade_id": "continuous_batch", "solution": true}
def continuous_batch(requests, slots, kv_budget, chunk, t0_s, t1_s):
    """Times to the first token, and between tokens, under continuous batching.

    Args:
        requests: list of (arrival_s, prompt, new), in order of arrival. prompt, new ≥ 1.
        slots: most sequences that run at once. kv_budget: tokens that the cache holds.
        chunk: most prompt tokens that are read in one step, ≥ 1.
        t0_s, t1_s: a step takes t0_s + t1_s for each token that it makes or reads.

    Returns:
        (ttft, tpot): two lists of floats, seconds.
    """
    ### BEGIN SOLUTION
    queue, running, t = deque(range(len(requests))), [], 0.0
    unread = [prompt for _, prompt, _ in requests]
    made = [0] * len(requests)
    first, last = [0.0] * len(requests), [0.0] * len(requests)
    while queue or running:
        while queue and len(running) < slots:
            arrival, prompt, new = requests[queue[0]]
            reserved = sum(requests[i][1] + requests[i][2] for i in running)
            if arrival > t or reserved + prompt + new > kv_budget:
                break
            running.append(queue.popleft())
        if not running:
            t = requests[queue[0]][0]
            continue
        decoding = [i for i in running if not unread[i]]
        reader = next((i for i in running if unread[i]), None)
        read = 0 if reader is None else min(chunk, unread[reader])
        t += t0_s + t1_s * (len(decoding) + read)
        if reader is not None:
            unread[reader] -= read
            if not unread[reader]:
                first[reader] = t
                decoding.append(reader)
        for i in decoding:
            made[i] += 1
            last[i] = t
        running = [i for i in running if made[i] < requests[i][2]]
    ttft = [at - request[0] for at, request in zip(first, requests)]
    tpot = [
        (end - begin) / (request[2] - 1) if request[2] > 1 else 0.0
        for begin, end, request in zip(first, last, requests)
    ]
    return ttft, tpot
    ### END SOLUTION


# %% nbgrader={"grade_id": "continuous_batch_mixes_prefill_and_decode", "grade": true}
"""Slots are refilled at each step, caches reserved in full, and prefill never stops decoding."""
q = Question(continuous_batch, points=5)
q.case(
    [(0.0, 2, 3), (0.0, 3, 2)], 2, 99, 2, 1.0, 0.0,
    gives=([1.0, 3.0], [1.0, 1.0]),
    claim="The example: the second prompt is read in pieces while the first one decodes",
)  # fmt: skip
q.case(
    [(0.0, 1, 4), (0.0, 1, 2), (0.5, 1, 2)], 2, 99, 5, 1.0, 0.0,
    gives=([1.0, 2.0, 3.5], [1.0, 1.0, 1.0]),
    claim="A slot that becomes free is filled in the next step, not when the whole batch is done",
)  # fmt: skip
q.case(
    [(0.0, 4, 6), (0.0, 4, 3)], 2, 10, 4, 1.0, 0.0,
    gives=([1.0, 7.0], [1.0, 1.0]),
    claim="Ten tokens of cache are the first request's own: the second waits until it ends",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    [(0.0, 1, 9), (0.0, 40, 2)], 3, 99, 8, 0.5, 0.125,
    claim="While a prompt of 40 is read in chunks of 8, the other request keeps making tokens",
)  # fmt: skip
q.case(
    [(0.0, 3, 5), (0.0, 30, 9), (0.0, 2, 2)], 3, 40, 64, 1.0, 0.25,
    claim="The first in the queue does not fit, and nobody overtakes it",
)  # fmt: skip
q.case(
    [(7.0, 5, 1), (30.0, 2, 2)], 2, 99, 2, 1.0, 0.5,
    claim="An idle server waits for the next arrival; a request of one token has no time per token",
)  # fmt: skip
q.case([], 2, 9, 2, 1.0, 0.5, gives=([], []), claim="No requests, nothing to report")
q.case(
    [(0.0, 3, 2), (0.0, 5, 3), (0.0, 7, 2)], 3, 99, 4, 1.0, 0.25,
    claim="Only the prompt that was admitted first is read in a step, up to chunk",
)  # fmt: skip


def traffic(seed, n):
    rng = np.random.default_rng(seed)
    at = np.cumsum(rng.exponential(2.0, n))
    return [
        (float(a), int(p), int(m))
        for a, p, m in zip(at, rng.integers(1, 30, n), rng.integers(1, 12, n))
    ]


@q.probe
def sixty_requests(f):
    """Sixty requests under load each get their first token and their pace."""
    return f(traffic(5, 60), 5, 71, 7, 0.25, 0.0625)


class Sequence:
    """One request of the reference, which books what happens to it token by token."""

    def __init__(self, arrival, prompt, new):
        self.arrival, self.prompt, self.new = arrival, prompt, new
        self.read, self.times = 0, []

    def paces(self):
        gaps = np.diff(self.times)
        return self.times[0] - self.arrival, float(gaps.mean()) if len(gaps) else 0.0


def token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, reserve=sum, refill=True,
                   strict=True, pause=False, readers=1, begin="arrival"):  # fmt: skip
    waiting = [Sequence(*r) for r in requests]
    everybody, active, t = list(waiting), [], 0.0
    while waiting or active:
        if refill or not active:
            for s in list(waiting):
                used = sum(reserve((o.prompt, o.new)) for o in active)
                fits = used + reserve((s.prompt, s.new)) <= kv_budget
                if s.arrival <= t and fits and len(active) < slots:
                    waiting.remove(s)
                    active.append(s)
                    s.admitted = t
                elif strict:
                    break
        if not active:
            t = waiting[0].arrival
            continue
        work, prefilling = [], [s for s in active if s.read < s.prompt]
        decoding = [s for s in active if s.read == s.prompt]
        for s in prefilling[:readers]:
            take = min(chunk, s.prompt - s.read)
            s.read += take
            work += [s] * take
        if prefilling and pause:
            decoding = []
        t += t0_s + t1_s * (len(work) + len(decoding))
        for s in decoding + [s for s in prefilling[:readers] if s.read == s.prompt]:
            s.times.append(t)
        active = [s for s in active if len(s.times) < s.new]
    if begin == "admitted":
        for s in everybody:
            s.arrival = s.admitted
    return [s.paces()[0] for s in everybody], [s.paces()[1] for s in everybody]


@q.reference
def with_objects(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s)


@q.mistake("""You read a whole prompt in one step, whatever chunk says. All others then wait for
that step: one long prompt, and every answer on the screen freezes. Read at most chunk tokens a
step.""")
def prefill_blocks_decode(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, 10**9, t0_s, t1_s)


@q.mistake("""Decoding pauses while a prompt is read. Each step does both: one token for each
sequence whose prompt is read, and a chunk of one prompt beside them.""")
def decode_pauses_for_prefill(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, pause=True)


@q.mistake("""You admit only when all running requests have ended: static batching. The longest
answer then holds every slot, and a request that comes in between waits for it. Admit at each
step.""")
def static_batching(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, refill=False)


@q.mistake("""You reserve the prompt only. The cache grows by a token in each step until the answer
ends: this admits what cannot be finished. Reserve prompt + new.""")
def kv_counts_prompt_only(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, reserve=lambda r: r[0])


@q.mistake("""The cache's budget is not looked at: slots alone decide. Slots are a setting, the
cache is memory; check both.""")
def budget_ignored(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, math.inf, chunk, t0_s, t1_s)


@q.mistake("""A request that fits overtakes the first one that does not. Under load a long request
then never gets in: small ones keep the cache full. Stop at the first that does not fit.""")
def small_ones_overtake(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, strict=False)


@q.mistake("""Your time to first token begins when a request is admitted. Its user has been waiting
since it arrived; under load the queue is the larger part.""")
def ttft_from_admission(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, begin="admitted")


@q.mistake("""Your time to first token counts from 0. Each request has its own clock, which starts
at its arrival.""")
def ttft_from_zero(requests, slots, kv_budget, chunk, t0_s, t1_s):
    ttft, tpot = token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s)
    return [first + r[0] for first, r in zip(ttft, requests)], tpot


@q.mistake("""Several prompts are read in one step, a chunk of each. The chunk bounds what a step
costs everybody: only the prompt that was admitted first gets it.""")
def a_chunk_for_each_prompt(requests, slots, kv_budget, chunk, t0_s, t1_s):
    return token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s, readers=99)


@q.mistake("""You divide by new instead of new − 1. There are new − 1 gaps after the first token;
the time to the first is another number.""")
def gaps_counted_as_tokens(requests, slots, kv_budget, chunk, t0_s, t1_s):
    ttft, tpot = token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s)
    return ttft, [pace * (r[2] - 1) / r[2] for pace, r in zip(tpot, requests)]


@q.mistake("""You report the time until the answer is complete where the time to its first token is
asked for. Users of a stream begin to read at the first.""")
def whole_answer_for_first_token(requests, slots, kv_budget, chunk, t0_s, t1_s):
    ttft, tpot = token_by_token(requests, slots, kv_budget, chunk, t0_s, t1_s)
    return [a + pace * (r[2] - 1) for a, pace, r in zip(ttft, tpot, requests)], tpot


@q.variant
def with_arrays(requests, slots, kv_budget, chunk, t0_s, t1_s):
    n = len(requests)
    if not n:
        return [], []
    at, prompt, new = np.array(requests, dtype=float).T
    left, made, admitted = prompt.copy(), np.zeros(n), np.zeros(n, dtype=bool)
    first, last, t, nxt = np.zeros(n), np.zeros(n), 0.0, 0
    while (made < new).any():
        on = admitted & (made < new)
        while nxt < n and at[nxt] <= t and on.sum() < slots:
            if (prompt + new)[on].sum() + prompt[nxt] + new[nxt] > kv_budget:
                break
            admitted[nxt] = on[nxt] = True
            nxt += 1
        if not on.any():
            t = at[nxt]
            continue
        gives = on & (left == 0)
        reads = np.flatnonzero(on & (left > 0))[:1]
        took = np.minimum(left[reads], chunk)
        left[reads] -= took
        t = t + t0_s + t1_s * (gives.sum() + took.sum())
        first[reads[left[reads] == 0]] = t
        gives[reads[left[reads] == 0]] = True
        made[gives] += 1
        last[gives] = t
    return first - at, np.where(new > 1, (last - first) / np.maximum(new - 1, 1), 0.0)


@q.variant
def with_dicts(requests, slots, kv_budget, chunk, t0_s, t1_s):
    state = [{"left": p, "need": p + m, "todo": m, "when": [], "a": a} for a, p, m in requests]
    line, busy, t = state[::-1], [], 0.0
    while line or busy:
        while line and line[-1]["a"] <= t and len(busy) + 1 <= slots:
            if sum(s["need"] for s in busy) > kv_budget - line[-1]["need"]:
                break
            busy.append(line.pop())
        if not busy:
            t = line[-1]["a"]
            continue
        ready = [s for s in busy if s["left"] == 0]
        cost = len(ready)
        for s in busy:
            if s["left"]:
                piece = min(s["left"], chunk)
                s["left"] -= piece
                cost += piece
                ready += [s] if s["left"] == 0 else []
                break
        t += t0_s + cost * t1_s
        for s in ready:
            s["when"].append(t)
        busy = [s for s in busy if len(s["when"]) < s["todo"]]
    pace = [(s["when"][-1] - s["when"][0]) / max(s["todo"] - 1, 1) for s in state]
    return [s["when"][0] - s["a"] for s in state], pace


q.hints(
    "Print for each step: who runs, who decodes, who reads how much, when it ends.",
    "[(0, 2, 3), (0, 3, 2)] with chunk 2 takes four steps; the first request makes a token in "
    "steps 1, 2 and 3.",
    "In one loop: admit, jump if idle, decoders = running with nothing unread, one reader with "
    "min(chunk, unread), add the time, give tokens, drop who is done.",
)
q.why("""Static batching wastes slots: everybody waits for the longest answer. Continuous batching
(Orca) decides anew at *each step*, so a slot is refilled as soon as it is free. Then two new
questions come up. **Prefill against decode**: a prompt of thousands of tokens in one step stops
every stream; chunks bound that pause, at the price of a later first token for the one who is being
read. **How much to reserve**: `prompt + new` never has to evict, and wastes what is reserved and
not used yet; paging the cache (vLLM) takes blocks as they are needed, runs more sequences, and must
be able to preempt one when it guessed wrong. Counting prompts only is the guess without the
ability.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. The front door: a canary and a cache (4 points, 25 minutes)
#
# A new version of the model goes to `percent` % of the **users**; a cache stands in front of both
# versions. For each request `(t_s, user, key)` return `(version, hit)`.
#
# **Version.** Take the SHA-256 of the text `f"{salt}:{user}"` in UTF-8, its first 8 hexadecimal
# digits as a whole number, modulo 10 000. The version is `"new"` if that is below `percent * 100`,
# else `"old"`. So 12.5 means 1250 of 10 000.
#
# **Cache.** Least recently used, at most `capacity` answers. An answer belongs to what was asked
# (`key`) *of a version*. It is a hit if it is there and was **stored** less than `ttl_s` ago
# (exactly `ttl_s` is too old). A hit makes it the most recently used and does not make it younger.
# A miss stores a new answer (in the place of an old one for the same question), as the most
# recently used; then, if there are more than `capacity`, the least recently used one goes. Nothing
# else removes an answer.
#
# **Example.** One user, 0 %, capacity 2, ttl 10, requests at 0, 5 and 10 for `"a"`: `("old",
# False)`, `("old", True)`, `("old", False)`.


# %% nbgrader={"grade_id": "front_door", "solution": true}
def front_door(requests, percent, salt, capacity, ttl_s):
    """Which version answers each request, and whether from the cache.

    Args:
        requests: list of (t_s, user, key); user and key are strings.
        percent: float, 0 to 100. Share of the users that get the new version.
        salt: string. Another salt is another experiment.
        capacity: whole number ≥ 1. ttl_s: float > 0.

    Returns:
        list of ("new" or "old", bool).
    """
    ### BEGIN SOLUTION
    stored, answers = OrderedDict(), []
    for t_s, user, key in requests:
        digest = hashlib.sha256(f"{salt}:{user}".encode()).hexdigest()
        version = "new" if int(digest[:8], 16) % 10_000 < percent * 100 else "old"
        entry = (version, key)
        hit = entry in stored and t_s - stored[entry] < ttl_s
        if not hit:
            stored[entry] = t_s
        stored.move_to_end(entry)
        if len(stored) > capacity:
            stored.popitem(last=False)
        answers.append((version, hit))
    return answers
    ### END SOLUTION


# %% nbgrader={"grade_id": "front_door_is_sticky_and_versioned", "grade": true}
"""A user keeps one version, in every process, and never reads the other version's answers."""
q = Question(front_door, points=4)
q.case(
    [(0.0, "ada", "a"), (5.0, "ada", "a"), (10.0, "ada", "a")], 0.0, "s1", 2, 10.0,
    gives=[("old", False), ("old", True), ("old", False)],
    claim="The example: an answer of age ttl_s is too old, and a hit did not make it younger",
)  # fmt: skip


@q.probe(gives="")
def versions_follow_from_sha_256(f):
    """At 50 % with salt ranker-7, bob (1899), dan (2511) and eve (2576) get the new version."""
    asked = [(0.0, u, "k") for u in ("ada", "bob", "cleo", "dan", "eve", "finn", "gus")]
    seen = [version for version, _ in f(asked * 2, 50.0, "ranker-7", 9, 60.0)]
    right = ["old", "new", "old", "new", "new", "old", "old"] * 2
    return "" if seen == right else "yours gives it to others"


@q.probe(gives="")
def answers_are_shared_within_a_version(f):
    """The first question of each version is a miss, and the same one again is a hit."""
    known = set()
    for version, hit in f([(0.0, f"u{i}", "same") for i in range(24)], 50.0, "s2", 9, 60.0):
        if hit and version not in known:
            return "an answer of the other version was served"
        if not hit and version in known:
            return "the answer was there, and was not used"
        known.add(version)
    return ""


### BEGIN HIDDEN TESTS
q.hidden()
USERS = [f"user-{i}" for i in range(1500)]


def newcomers(f, percent, salt="canary", users=None):
    asked = [(0.0, u, "k") for u in users or USERS]
    return [u for (_, u, _), (version, _) in zip(asked, f(asked, percent, salt, 3, 5.0))
            if version == "new"]  # fmt: skip


@q.probe(gives="")
def who_gets_the_new_version(f):
    """At 12.5 % exactly those users get the new version whose bucket is below 1250."""
    digests = [(u, hashlib.sha256(f"canary:{u}".encode()).hexdigest()) for u in USERS[:200]]
    right = [u for u, digest in digests if int(digest[:8], 16) % 10_000 < 1250]
    return "" if newcomers(f, 12.5, users=USERS[:200]) == right else "yours gives it to others"


@q.probe(gives="")
def the_share_is_the_share(f):
    """0 % are none, 100 % are all, and 50 % about a half of the users."""
    found = [len(newcomers(f, percent, users=USERS[:400])) for percent in (0.0, 50.0, 100.0)]
    fine = found[0] == 0 and 150 < found[1] < 250 and found[2] == 400
    return "" if fine else "yours are other shares"


@q.probe(gives="")
def a_tenth_of_a_percent_is_possible(f):
    """A careful rollout begins below one per cent: 0.1 % are fewer users than 1 %."""
    few = len(newcomers(f, 0.1)) < len(newcomers(f, 1.0))
    return "" if few else "yours gives both to as many"


@q.probe(gives="")
def the_same_question_has_the_same_version(f):
    """A user who asks the same thing again gets the same version."""
    seen = [v for v, _ in f([(0.0, u, "k") for u in USERS[:60]] * 2, 30.0, "sticky", 5, 5.0)]
    return "" if seen[:60] == seen[60:] else "some users change theirs"


@q.probe(gives="")
def a_user_keeps_the_version(f):
    """A user has the same version in each of her requests, whatever she asks and when."""
    asked = [(float(i), u, f"k{i}") for i, u in enumerate(USERS[:60] * 2)]
    seen = [version for version, _ in f(asked, 30.0, "sticky", 5, 5.0)]
    return "" if seen[:60] == seen[60:] else "some users change theirs"


@q.probe(gives="")
def another_salt_is_another_draw(f):
    """Two experiments with two salts do not put the same users into the new version."""
    one, two = (newcomers(f, 30.0, salt, USERS[:100]) for salt in ("a", "b"))
    return "" if one != two else "yours does"


q.case(
    [(0.0, "ada", "a"), (1.0, "ada", "b"), (2.0, "ada", "a"), (3.0, "ada", "c"), (4.0, "ada", "a"),
     (5.0, "ada", "b")],
    0.0, "s", 2, 60.0,
    claim="A question that was just asked again stays; the one that nobody asked goes",
)  # fmt: skip
q.case(
    [(0.0, "ada", "a"), (9.0, "ada", "a"), (9.5, "ada", "b"), (11.0, "ada", "a"),
     (12.0, "ada", "c"), (13.0, "ada", "a")],
    0.0, "s", 2, 10.0,
    claim="A stale answer is replaced by a fresh one, which is then the most recently used",
)  # fmt: skip


q.case(
    [(0.0, "ada", "a"), (20.0, "ada", "a"), (21.0, "ada", "a")], 0.0, "s", 2, 10.0,
    claim="An answer of 20 s ago is too old, and the new one is young",
)  # fmt: skip


@q.reference
def with_a_list(requests, percent, salt, capacity, ttl_s):
    entries, out = [], []  # (entry, stored at), most recently used last
    for t, user, key in requests:
        bucket = int.from_bytes(hashlib.sha256(f"{salt}:{user}".encode()).digest()[:4], "big")
        version = ("old", "new")[bucket % 10_000 / 100 < percent]
        at = next((at for e, at in entries if e == (version, key)), None)
        hit = at is not None and t - at < ttl_s
        entries = [pair for pair in entries if pair[0] != (version, key)]
        entries = [*entries, ((version, key), at if hit else t)][-capacity:]
        out.append((version, hit))
    return out


def sha(text):
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def door(requests, percent, salt, capacity, ttl_s, bucket=None, name=None, touch=True, renew=False,
         fresh=True):  # fmt: skip
    stored, out = OrderedDict(), []
    for t, user, key in requests:
        place = bucket(user, key) if bucket else sha(f"{salt}:{user}") % 10_000
        version = "new" if place < percent * 100 else "old"
        entry = name(version, user, key) if name else (version, key)
        hit = entry in stored and (t - stored[entry] < ttl_s or not fresh)
        if not hit or renew:
            stored[entry] = t
        if touch or not hit:
            stored.move_to_end(entry)
        while len(stored) > capacity:
            stored.popitem(last=False)
        out.append((version, hit))
    return out


@q.mistake("""Each request draws its version anew. A user then sees two models in one session: the
product flickers, and no metric of a *user* (sessions, returns) can be compared. Assign by a hash of
the user.""")
def per_request_random_canary(requests, percent, salt, capacity, ttl_s):
    draw = random.Random(f"{salt} {percent}")
    return door(requests, percent, salt, capacity, ttl_s, lambda u, k: draw.randrange(10_000))


@q.mistake("""Your users are split, and stay where they are, but not by the first 8 digits of
SHA-256 of salt:user. If you use Python's hash(): for texts it is salted anew in every process, so
after a restart, or on the next host, the same user has the other version. Use hashlib.""")
def builtin_hash(requests, percent, salt, capacity, ttl_s):
    return door(
        requests, percent, salt, capacity, ttl_s, lambda u, k: hash(f"{salt}:{u}") % 10_000
    )  # fmt: skip


@q.mistake("""The version is not part of the cache's key. The new model's users read the old one's
answers: the canary looks like the control, and after a rollback bad answers live on. Store under
(version, key).""")
def cache_no_version(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent, salt, capacity, ttl_s, name=lambda v, u, k: k)


@q.mistake("""The user is part of your cache's key, so nobody profits from what others asked. Here
an answer depends on version and key only. (Where it does depend on the user, it must be in.)""")
def cache_for_each_user(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent, salt, capacity, ttl_s, name=lambda v, u, k: (v, u, k))


@q.mistake("""You hash the user without the salt. Then every experiment has the same users in its
first per cent: they see all bugs, and the experiments are confounded with each other. Hash
salt:user.""")
def salt_ignored(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent, salt, capacity, ttl_s, lambda u, k: sha(u) % 10_000)


@q.mistake("""Your versions depend on what is asked, not only on who asks. One user then has both.
Hash the user, not the request.""")
def assigned_by_question(requests, percent, salt, capacity, ttl_s):
    return door(
        requests, percent, salt, capacity, ttl_s, lambda u, k: sha(f"{salt}:{u}:{k}") % 10_000
    )  # fmt: skip


@q.mistake("""You have 100 buckets, so a share of 0.5 % is 1 % and 12.5 % is 13 %. Take 10 000
buckets and compare with percent · 100.""")
def only_a_hundred_buckets(requests, percent, salt, capacity, ttl_s):
    return door(
        requests, percent, salt, capacity, ttl_s, lambda u, k: sha(f"{salt}:{u}") % 100 * 100
    )  # fmt: skip


@q.mistake("""You compare a bucket of 10 000 with the per cent itself: 50 % becomes half a per cent.
Compare with percent · 100.""")
def per_cent_of_ten_thousand(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent / 100, salt, capacity, ttl_s)


@q.mistake("""Your answers never grow old: ttl_s is ignored. A model's answer about today's stock is
wrong tomorrow.""")
def ttl_ignored(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent, salt, capacity, ttl_s, fresh=False)


@q.mistake("""A hit makes the answer young again. What is asked often then never expires: the most
popular answers are the stalest. Age counts from when it was stored.""")
def ttl_renewed_on_hit(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent, salt, capacity, ttl_s, renew=True)


@q.mistake("""You evict the oldest answer, not the least recently used one. A hit must move an
answer to the end of the line.""")
def fifo_not_lru(requests, percent, salt, capacity, ttl_s):
    return door(requests, percent, salt, capacity, ttl_s, touch=False)


@q.variant
def with_last_use_in_a_dict(requests, percent, salt, capacity, ttl_s):
    born, used, out = {}, {}, []
    for i, (t, user, key) in enumerate(requests):
        share = int(hashlib.sha256((salt + ":" + user).encode("utf-8")).hexdigest()[:8], 16)
        e = ("new" if share % 10**4 < 100 * percent else "old") + "\0" + key
        hit = e in born and born[e] + ttl_s > t
        born[e] = born[e] if hit else t
        used[e] = i
        if len(used) > capacity:
            oldest = min(used, key=used.get)
            del used[oldest], born[oldest]
        out.append([e.split("\0")[0], hit])
    return out


@q.variant
def with_a_plain_dict(requests, percent, salt, capacity, ttl_s):
    box = {}

    def ask(t, user, key):
        version = "new" if sha(f"{salt}:{user}") % 10_000 < percent * 100 else "old"
        at = box.pop((version, key), None)  # dicts keep their order
        hit = bool(at is not None and t - at < ttl_s)
        box[version, key] = at if hit else t
        if len(box) > capacity:
            del box[next(iter(box))]
        return version, hit

    return [ask(*request) for request in requests]


q.hints(
    "Ask the same twice, as one user and as two. Who may share an answer, and for how long?",
    "ada is old and bob is new at 50 % with salt ranker-7; both ask 'a': two misses, two hits.",
    "int(sha256(f'{salt}:{user}').hexdigest()[:8], 16) % 10 000 < percent · 100; an OrderedDict "
    "from (version, key) to the time of storing; move_to_end on each use.",
)
q.why("""The bucket makes the rollout *monotone*: who is in at 1 % is still in at 10 %, since her
bucket does not move. It also makes it reproducible, so a complaint can be traced to a version
without a log. The version in the cache key is what makes a canary measurable at all: without it,
part of the new arm reads old answers, and the difference that you look for shrinks by the hit rate.
And it makes rollback real: with the version in the key, old answers are still warm and bad ones
cannot come back.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. A circuit breaker (3 points, 15 minutes)
#
# When a callee is broken, waiting for its timeouts breaks the caller as well. A breaker is
#
# - **closed**: calls are sent. After `threshold` failures **in a row** it opens, at the time of the
#   last of them;
# - **open**: calls are refused at once, for `open_s` seconds;
# - **half open**: the first call at `open_s` or more after it opened is sent, as a trial. If it is
#   fine, the breaker is closed and counts from 0. If it fails, it is open again, from then.
#
# `calls` are `(t_s, ok)`: when, and how the call would end *if it were sent*. What a refused call
# would have given is unknown to the breaker. Calls end at once. Return for each whether it was
# sent.
#
# **Example.** Threshold 2, open for 10 s: failures at 0 and 1 are sent, calls at 2 and 10 refused,
# one at 11 is sent.


# %% nbgrader={"grade_id": "breaker", "solution": true}
def breaker(calls, threshold, open_s):
    """Which calls a circuit breaker lets through.

    Args:
        calls: list of (t_s, ok), in order of time. ok: bool.
        threshold: whole number ≥ 1. open_s: float > 0.

    Returns:
        list of bool: sent (True) or refused (False).
    """
    ### BEGIN SOLUTION
    sent, in_a_row, opened = [], 0, None  # opened: since when, or None
    for t_s, ok in calls:
        if opened is not None and t_s - opened < open_s:
            sent.append(False)
            continue
        sent.append(True)
        if ok:
            in_a_row, opened = 0, None
        else:
            in_a_row += 1
            if opened is not None or in_a_row >= threshold:
                opened = t_s
    return sent
    ### END SOLUTION


# %% nbgrader={"grade_id": "breaker_opens_tries_and_closes", "grade": true}
"""It opens on failures in a row, tries one call after a while, and learns from that one."""
q = Question(breaker, points=3)
q.case(
    [(0.0, False), (1.0, False), (2.0, True), (10.0, True), (11.0, True), (12.0, True)], 2, 10.0,
    gives=[True, True, False, False, True, True],
    claim="The example: open from 1 on, so 11 is the first that is tried; it is fine, so it closes",
)  # fmt: skip
q.case(
    [(0.0, False), (1.0, True), (2.0, False), (3.0, True), (4.0, False)], 2, 10.0,
    gives=[True] * 5,
    claim="Failures count in a row: a success in between starts the count anew",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    [(0.0, False), (1.0, False), (2.0, False), (13.0, False), (14.0, True), (22.0, True),
     (23.0, True), (24.0, False), (25.0, False), (26.0, False), (27.0, True)],
    3, 10.0,
    claim="A trial that fails opens it again at once, from the time of the trial; one that is fine "
    "starts the count at 0",
)  # fmt: skip
q.case(
    [(0.0, False), (4.0, True), (8.0, True), (10.0, True), (11.0, False), (12.0, True)], 1, 10.0,
    claim="Refused calls neither close it nor keep it open for longer",
)  # fmt: skip
q.case(
    [(0.0, False), (1.0, False), (3.0, False), (12.0, True), (12.5, False), (13.0, True)], 2, 10.0,
    claim="A call that was refused says nothing about the callee",
)  # fmt: skip
q.case([], 3, 1.0, gives=[], claim="No calls")


@q.probe
def a_flaky_callee(f):
    """300 calls to a callee that fails in bursts."""
    rng = np.random.default_rng(9)
    bad = np.repeat(rng.random(30) < 0.4, 10)
    times = np.cumsum(rng.integers(1, 4, 300))
    fine = np.where(bad, rng.random(300) < 0.25, rng.random(300) < 0.9)
    return f([(float(t), bool(ok)) for t, ok in zip(times, fine)], 3, 15.0)


@q.reference
def as_three_states(calls, threshold, open_s):
    state, count, until, out = "closed", 0, 0.0, []
    for t, ok in calls:
        if state == "open" and t >= until:
            state = "half open"
        out.append(state != "open")
        if state == "half open":
            state, count, until = ("closed", 0, 0.0) if ok else ("open", 0, t + open_s)
        elif state == "closed":
            count = 0 if ok else count + 1
            if count == threshold:
                state, until = "open", t + open_s
    return out


def machine(calls, threshold, open_s, reset=True, listen=False, trial=True, extend=False,
            late=0, tries=True):  # fmt: skip
    count, opened, out = 0, None, []
    for t, ok in calls:
        shut = opened is not None and (t - opened < open_s or not tries)
        out.append(not shut)
        if shut:
            if extend:
                opened = t
            if listen and ok:
                count, opened = 0, None
            continue
        if opened is not None and not trial:
            count, opened = 0, None
        if ok:
            count, opened = (0 if reset or opened is not None else count), None
        else:
            count += 1
            if opened is not None or count >= threshold + late:
                opened = t
    return out


@q.mistake("""You count failures in all, not in a row. At any error rate above 0 the breaker then
opens sooner or later, however healthy the callee is. A success sets the count to 0.""")
def counts_failures_in_all(calls, threshold, open_s):
    return machine(calls, threshold, open_s, reset=False)


@q.mistake("""You use the result of a call that was refused. It was never made, so nobody knows how
it would have ended: only a trial after open_s can close the breaker.""")
def listens_to_refused_calls(calls, threshold, open_s):
    return machine(calls, threshold, open_s, listen=True)


@q.mistake("""After open_s your breaker is simply closed, and needs threshold failures to open
again: each time a broken callee gets a new salvo. One trial decides: if it fails, open at once.""")
def no_half_open(calls, threshold, open_s):
    return machine(calls, threshold, open_s, trial=False)


@q.mistake("""Each refused call starts the waiting time anew, so under steady traffic your breaker
never tries again. open_s counts from when it opened.""")
def refused_calls_keep_it_open(calls, threshold, open_s):
    return machine(calls, threshold, open_s, extend=True)


@q.mistake("""Your breaker opens one failure late: it opens *at* the threshold-th in a row.""")
def one_failure_late(calls, threshold, open_s):
    return machine(calls, threshold, open_s, late=1)


@q.mistake("""Once open, it never closes: nothing is tried after open_s. The callee recovers and
nobody notices.""")
def open_for_ever(calls, threshold, open_s):
    return machine(calls, threshold, open_s, tries=False)


@q.variant
def as_a_generator(calls, threshold, open_s):
    def run():
        left, shut_until, trial = threshold, -math.inf, False
        for t, ok in calls:
            if t < shut_until:
                yield np.bool_(False)
                continue
            yield np.bool_(True)
            left = threshold if ok else left - 1
            if not ok and (trial or left == 0):
                shut_until, trial = t + open_s, True
            elif ok:
                trial = False

    return list(run())


@q.variant
def with_a_window(calls, threshold, open_s):
    out, recent, opened = [], deque(maxlen=threshold), None
    for t, ok in calls:
        go = opened is None or t >= opened + open_s
        out.append(int(go) == 1)
        if go:
            recent.append(ok)
            if ok:
                opened = None
            elif opened is not None or (len(recent) == threshold and not any(recent)):
                opened = t
    return out


q.hints(
    "Three things are remembered: failures in a row, whether it is open, and since when.",
    "Threshold 1, open for 10: (0, fails), (4, fine), (10, fine) gives sent, refused, sent.",
    "Refuse while t − opened < open_s; else send: success → count 0 and closed; failure → open if "
    "it was a trial or the count reaches threshold.",
)
q.why("""A breaker turns a slow failure into a fast one: a timeout of a second in each request would
keep a thread for a second, and by Little's law a caller at 100 requests/s then has 100 threads that
wait for nothing. *In a row* and not *in all*, because any rate adds up; production breakers use the
share of failures in a window for the same reason. The trial is one call, not all: a callee that is
just coming up must not be met by the whole backlog.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. Retries with a budget (4 points, 20 minutes)
#
# A client sends a request up to `attempts` times. `outcomes[k]` is what attempt `k` gives: `"ok"`,
# `"busy"` (overloaded: trying again later may help) or `"bad"` (the request itself is wrong: it
# never helps). The client stands in for thousands, so it has a **budget**, shared by all of its
# requests: tokens, `burst` at the start. Each request, when it is first sent, adds `ratio` tokens,
# up to `burst` in all. A retry costs one whole token; with less than one there is no retry, and the
# request has failed.
#
# Only `"busy"` is retried. Before retry number `k` (0, 1, …) of a request the client waits a random
# time: **one** draw `rng.uniform(0, min(cap_s, base_s * 2**k))`, made only for retries that are
# sent.
#
# Return, for each request, the list of its waits. Requests come one after the other.
#
# **Example.** `ratio` 0.5, `burst` 1, 3 attempts, two requests that are always `"busy"`: the first
# has 1 token and one retry; the second finds 0.5 and has none.


# %% nbgrader={"grade_id": "retry", "solution": true}
def retry(requests, attempts, ratio, burst, base_s, cap_s, rng):
    """The waits before each retry of each request, under a shared budget.

    Args:
        requests: list of outcomes, each a list of "ok", "busy" or "bad", `attempts` of them.
        attempts: whole number ≥ 1. ratio: tokens for each request. burst: most tokens, ≥ 1.
        base_s, cap_s: floats. rng: np.random.Generator.

    Returns:
        list of lists of floats, seconds.
    """
    ### BEGIN SOLUTION
    tokens, waits = burst, []
    for outcomes in requests:
        tokens = min(burst, tokens + ratio)
        own = []
        for k in range(attempts - 1):
            if outcomes[k] != "busy" or tokens < 1:
                break
            tokens -= 1
            own.append(float(rng.uniform(0, min(cap_s, base_s * 2**k))))
        waits.append(own)
    return waits
    ### END SOLUTION


# %% nbgrader={"grade_id": "retry_keeps_to_its_budget", "grade": true}
"""Retries are few, spread out at random, and only where they can help."""
q = Question(retry, points=4)


@q.probe(gives=[[1, 0], [0, 1], [2]])
def how_often_it_tries_again(f):
    """Retries are bounded by attempts and by the budget, and made for busy answers only."""

    def counts(requests, attempts, ratio, burst):
        waits = f(requests, attempts, ratio, burst, 0.1, 5.0, np.random.default_rng(0))
        return [len(own) for own in waits]

    return [
        counts([["busy"] * 3, ["busy"] * 3], 3, 0.5, 1.0),
        counts([["bad", "ok"], ["busy", "ok"]], 2, 0.5, 4.0),
        counts([["busy"] * 3], 3, 0.25, 9.0),
    ]


@q.probe(gives="")
def waits_spread_out(f):
    """Waits before a first retry are spread over the whole of 0 to base_s."""
    waits = f([["busy", "ok"]] * 40, 2, 1.0, 3.0, 2.0, 60.0, np.random.default_rng(1))
    first = [own[0] for own in waits]
    if min(first) < 0.4 and 1.6 < max(first) <= 2.0:
        return ""
    return f"with base_s 2, forty of them lie between {min(first):.2f} and {max(first):.2f} s"


### BEGIN HIDDEN TESTS
q.hidden()
STORM = [["busy"] * 5] * 24
q.case(STORM, 5, 0.25, 2.0, 0.1, 1.0, q.rng(2), claim="An outage costs a quarter more, not 5 times")
q.case(
    [["busy"] * 7] * 3, 7, 1.0, 50.0, 1.0, 6.0, q.rng(3),
    claim="The longest wait doubles with each retry, and never exceeds cap_s",
)  # fmt: skip
q.case(
    [["ok"] * 4] * 9 + [["busy", "busy", "busy", "ok"]] * 3, 4, 0.5, 4.0, 1.0, 9.0, q.rng(4),
    claim="Quiet times fill the budget up to burst, and no further",
)  # fmt: skip
q.case(
    [["busy", "bad", "ok"], ["bad", "busy", "ok"], ["ok", "busy", "busy"]], 3, 1.0, 5.0, 1.0, 9.0,
    q.rng(5),
    claim="What is wrong stays wrong, and what is fine is finished",
)  # fmt: skip
q.case([["busy"]] * 3, 1, 1.0, 5.0, 1.0, 9.0, q.rng(6), claim="One attempt leaves no retry")
q.case(
    [["busy"] * 2] * 5, 2, 0.75, 1.0, 1.0, 9.0, q.rng(7),
    claim="A retry needs a whole token: 0.75 is none",
)  # fmt: skip


@q.reference
def with_tokens_as_fractions(requests, attempts, ratio, burst, base_s, cap_s, rng):
    spent, left, out = 0.0, [burst], []
    for outcomes in requests:
        left.append(min(left[-1] + ratio, burst))
        tried = next((k for k, what in enumerate(outcomes[:attempts]) if what != "busy"), attempts)
        wanted = min(tried, attempts - 1)
        given = min(wanted, int(left[-1] // 1))
        left[-1] -= given
        spent += given
        limits = [min(base_s * 2.0**k, cap_s) for k in range(given)]
        out.append([limit * rng.random() for limit in limits])
    return out


def client(requests, attempts, ratio, burst, base_s, cap_s, rng, budget=True, again=("busy",),
           wait=None, shared=True, limited=True, whole=1.0):  # fmt: skip
    tokens, out = burst, []
    for outcomes in requests:
        tokens = (min(burst, tokens + ratio) if limited else tokens + ratio) if shared else burst
        own = []
        for k in range(attempts - 1):
            if outcomes[k] not in again or (budget and tokens < whole):
                break
            tokens -= 1
            longest = min(cap_s, base_s * 2**k)
            own.append(float(wait(k, longest) if wait else rng.uniform(0, longest)))
        out.append(own)
    return out


@q.mistake("""There is no budget: in an outage each request is sent `attempts` times, so the callee
gets several times its load exactly when it can bear least, and stays down because of it. Take a
token for each retry.""")
def retry_storm(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng, budget=False)


@q.mistake("""Each request has a budget of its own, so a thousand of them have a thousand. The
tokens are shared: keep them from request to request.""")
def budget_for_each_request(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng, shared=False)


@q.mistake("""Your waits are not random. All clients that failed together come back together, and
fail together. Draw uniformly from 0 to the limit (full jitter).""")
def no_jitter(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng, wait=lambda k, top: top)


@q.mistake("""Your limit does not double: every retry waits for the same time on average. Use
base_s · 2^k, with k = 0 for the first retry.""")
def same_wait_each_time(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng,
                  wait=lambda k, top: rng.uniform(0, min(cap_s, base_s)))  # fmt: skip


@q.mistake("""cap_s is ignored: the waits double for ever. After ten retries a second has become a
quarter of an hour.""")
def no_cap(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, math.inf, rng)


@q.mistake("""You count k from 1: the first wait may already be twice base_s. k is 0 for the first
retry.""")
def first_retry_counts_as_second(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng,
                  wait=lambda k, top: rng.uniform(0, min(cap_s, base_s * 2 ** k * 2)))  # fmt: skip


@q.mistake("""You retry "bad" as well. A request that is wrong is wrong each time: this is load
without hope. Retry "busy" only.""")
def bad_is_retried(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng, again=("busy", "bad"))


@q.mistake("""Your tokens grow without limit in quiet times, so after a quiet night an outage may be
answered by a storm. Keep at most burst.""")
def savings_without_limit(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng, limited=False)


@q.mistake("""Your budget is empty at the start: the first failures of a fresh client are never
retried. Begin with burst tokens.""")
def empty_at_the_start(requests, attempts, ratio, burst, base_s, cap_s, rng):
    tokens, out = 0.0, []
    for outcomes in requests:
        tokens = min(burst, tokens + ratio)
        one = client([outcomes], attempts, 0.0, tokens, base_s, cap_s, rng)[0]
        tokens -= len(one)
        out.append(one)
    return out


@q.mistake("""You retry with a part of a token. A retry costs a whole one: with 0.75 there is none,
or the budget is overdrawn.""")
def part_of_a_token_is_enough(requests, attempts, ratio, burst, base_s, cap_s, rng):
    return client(requests, attempts, ratio, burst, base_s, cap_s, rng, whole=1e-9)


@q.variant
def with_random(requests, attempts, ratio, burst, base_s, cap_s, rng):
    purse, plan = float(burst), []
    for outcomes in requests:
        purse = min(purse + ratio, float(burst))
        plan.append([])
        k = 0
        while outcomes[k] == "busy" and k + 1 < attempts and purse >= 1.0:
            purse, limit = purse - 1.0, base_s * (1 << k)
            plan[-1].append((limit if limit < cap_s else cap_s) * rng.random())
            k += 1
    return plan


@q.variant
def as_arrays(requests, attempts, ratio, burst, base_s, cap_s, rng):
    limits, have, out = np.minimum(base_s * 2.0 ** np.arange(attempts), cap_s), burst, []
    for outcomes in requests:
        have = min(burst, have + ratio)
        busy = 0
        for what in outcomes[: attempts - 1]:
            if what != "busy":
                break
            busy += 1
        n = min(busy, math.floor(have))
        have -= n
        out.append(rng.uniform(0, limits[:n]))
    return out


q.hints(
    "Count what the callee gets when everything is busy: how much more than without retries?",
    "ratio 0.5, burst 1, two requests that are always busy: one retry in all.",
    "Before a request's loop: tokens = min(burst, tokens + ratio). In it, stop unless busy and "
    "tokens ≥ 1; take one; draw rng.uniform(0, min(cap_s, base_s · 2^k)).",
)
q.why("""Retries help against *single* failures and hurt in an outage: then all calls fail, and
three layers with three attempts each send 27 times the load. A budget makes the difference by
itself: at 1 % failures 25 % of tokens are plenty, at 100 % they bound the extra load to a quarter.
Jitter spreads the rest; backoff alone keeps the crowd together and only moves it. Which layer may
retry is a design decision: one, the one that knows whether the request may be repeated.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Review a deployment (3 points, 20 minutes)
#
# Two things that are found in most incidents, in one function that returns `(inverted, replicas)`.
#
# **Timeouts.** `hops` are callers from the outside in: `(name, timeout_s, attempts, pause_s)`. Each
# calls the next one in the list (the last one calls the model). It gives *one attempt* `timeout_s`,
# makes up to `attempts`, with `pause_s` between two of them. A hop is **inverted** if it may give
# up on an attempt while the next hop is still trying: if what the next hop may take in all is **as
# long as or longer than** the hop's own `timeout_s`. `inverted`: the names of these callers,
# outside in.
#
# **Replicas.** `pool` is a dict: `rate_rps` requests come; each keeps one of the `slots` of a
# replica for `service_s` on average, waiting not counted. `cpu` and `gpu` are how busy the
# replicas' processors are now, `replicas` how many there are. Return the fewest replicas (at least
# 1) that keep the slots at most `max_load` busy at this rate.
#
# **Example.** `[("gateway", 1.3, 1, 0), ("api", 0.4, 3, 0.1)]`: the api may take 3 · 0.4 + 2 · 0.1
# = 1.4 s, so `["gateway"]`. 300 requests/s of 0.5 s, 8 slots, at most 75 %: 150 are in service, 25
# replicas.


# %% nbgrader={"grade_id": "review", "solution": true}
def review(hops, pool):
    """Which callers give up too early, and how many replicas the load needs.

    Args:
        hops: list of (name, timeout_s, attempts, pause_s), outermost first.
        pool: dict with rate_rps, service_s, slots, max_load, replicas, cpu, gpu.

    Returns:
        (inverted, replicas): list of names, int.
    """
    ### BEGIN SOLUTION
    inverted = []
    for (name, timeout_s, _, _), (_, inner_s, attempts, pause_s) in zip(hops, hops[1:]):
        if attempts * inner_s + (attempts - 1) * pause_s >= timeout_s:
            inverted.append(name)
    in_service = pool["rate_rps"] * pool["service_s"]
    replicas = math.ceil(in_service / (pool["slots"] * pool["max_load"]))
    return inverted, max(replicas, 1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "review_finds_what_pages_people", "grade": true}
"""Callers outlast what they call, and replicas follow the work that is in service."""
q = Question(review, points=3)
POOL = {"rate_rps": 300.0, "service_s": 0.5, "slots": 8, "max_load": 0.75, "replicas": 20,
        "cpu": 0.22, "gpu": 0.99}  # fmt: skip
CALM = {"rate_rps": 3.0, "service_s": 0.25, "slots": 8, "max_load": 0.5, "replicas": 5,
        "cpu": 0.75, "gpu": 0.3}  # fmt: skip
q.case(
    [("gateway", 1.3, 1, 0.0), ("api", 0.4, 3, 0.1)], POOL,
    gives=(["gateway"], 25),
    claim="The example: all attempts and pauses count, and 150 requests are in service",
)  # fmt: skip
q.case(
    [("app", 8.0, 1, 0.0), ("gateway", 3.0, 2, 0.5), ("api", 1.0, 2, 0.25)], CALM,
    gives=([], 1),
    claim="Each outlasts all attempts of the next; less than one request is in service",
)  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()
q.case(
    [("app", 2.0, 2, 0.0), ("gateway", 2.0, 1, 0.0), ("api", 0.5, 3, 0.125),
     ("ranker", 0.5, 1, 0.0)],
    POOL | {"cpu": 0.95, "gpu": 0.6},
    claim="Equal timeouts are inverted: both give up at once, and the answer has nobody to go to",
)  # fmt: skip
q.case(
    [("app", 1.0, 1, 0.0)], POOL | {"rate_rps": 301.0},
    claim="A part of a replica more is one replica more",
)  # fmt: skip
q.case(
    [("gateway", 1.45, 1, 0.0), ("api", 0.4, 3, 0.1)], CALM,
    claim="Between three attempts there are two pauses: 1.4 s in all, and 1.45 are enough",
)  # fmt: skip
q.case(
    [("app", 1.0, 9, 0.5), ("api", 0.75, 1, 0.0)], POOL | {"max_load": 0.5, "slots": 7},
    claim="The caller's own attempts do not matter to its timeout of one attempt",
)  # fmt: skip
q.case([("app", 1.0, 2, 0.1)], POOL | {"rate_rps": 0.0}, claim="One hop, nobody calls: one replica")
q.case(
    [("app", 0.7, 1, 0.0), ("api", 0.25, 3, 0.0625), ("db", 0.5, 1, 0.0)],
    CALM | {"rate_rps": 160.0},
    claim="Three attempts of 0.25 s are longer than 0.7 s, and one of 0.5 s is longer than 0.25",
)  # fmt: skip


@q.reference
def by_the_clock(hops, pool):
    names = []
    for caller, callee in zip(hops[:-1], hops[1:]):
        clock = 0.0
        for attempt in range(callee[2]):
            clock += callee[1] + (callee[3] if attempt else 0.0)
        names += [caller[0]] if not clock < caller[1] else []
    n = 1
    while n * pool["slots"] * pool["max_load"] < pool["rate_rps"] * pool["service_s"]:
        n += 1
    return names, n


def audit(hops, pool, takes=lambda h: h[2] * h[1] + (h[2] - 1) * h[3], bad=lambda a, b: a >= b,
          own=lambda h: h[1], replicas=None):  # fmt: skip
    found = [a[0] for a, b in zip(hops, hops[1:]) if bad(takes(b), own(a))]
    busy = pool["rate_rps"] * pool["service_s"]
    right = math.ceil(busy / (pool["slots"] * pool["max_load"]))
    return found, max(1, replicas(pool) if replicas else right)


@q.mistake("""Your timeouts are inverted: you report callers that outlast their callees, and pass
those that give up first. The outer timeout must be the longer one, or the inner work goes on for
nobody.""")
def timeouts_inverted(hops, pool):
    return audit(hops, pool, bad=lambda a, b: a < b)


@q.mistake("""You compare timeouts and forget attempts: three attempts of 0.4 s take 1.2 s and the
pauses. What the next hop may take *in all* must end before the caller's timeout.""")
def attempts_forgotten(hops, pool):
    return audit(hops, pool, takes=lambda h: h[1])


@q.mistake("""The pauses between attempts are missing: the caller waits through them as well,
attempts − 1 times.""")
def pauses_forgotten(hops, pool):
    return audit(hops, pool, takes=lambda h: h[1] * h[2])


@q.mistake("""You count a pause after the last attempt as well. Pauses lie between attempts:
attempts − 1 of them.""")
def a_pause_too_many(hops, pool):
    return audit(hops, pool, takes=lambda h: h[2] * (h[1] + h[3]))


@q.mistake("""You round replicas to the nearest, or down. 25.1 replicas are 26, or max_load is
broken.""")
def replicas_rounded(hops, pool):
    return audit(
        hops, pool,
        replicas=lambda p: round(p["rate_rps"] * p["service_s"] / p["slots"] / p["max_load"]),
    )  # fmt: skip


@q.mistake("""Equal timeouts pass in yours. Then both give up at the same moment, and the callee's
answer or error finds nobody: the caller needs more than the callee may take.""")
def equal_is_fine(hops, pool):
    return audit(hops, pool, bad=lambda a, b: a > b)


@q.mistake("""You compare with all attempts of the *caller*. It is one attempt that is cut off while
the callee works: compare with its timeout_s alone.""")
def callers_attempts_counted(hops, pool):
    return audit(hops, pool, own=lambda h: h[2] * h[1] + (h[2] - 1) * h[3])


@q.mistake("""Your replicas follow the CPU. In a GPU service the CPU waits for the GPU: at 22 % it
asks for fewer replicas while the line grows. Scale on what a request occupies: rate × service time
over slots.""")
def autoscale_on_cpu_of_gpu_service(hops, pool):
    return audit(
        hops, pool, replicas=lambda p: math.ceil(p["replicas"] * p["cpu"] / p["max_load"])
    )  # fmt: skip


@q.mistake("""Your replicas follow how busy the GPU is. It stops at 100 %: it can't say whether the
load is 1 or 5 times what fits, and it is high for a single request too. Scale on rate × service
time over slots.""")
def autoscale_on_busy_gpu(hops, pool):
    return audit(
        hops, pool, replicas=lambda p: math.ceil(p["replicas"] * p["gpu"] / p["max_load"])
    )  # fmt: skip


@q.mistake("""You fill every slot all of the time: max_load is not in your number. Then each burst
waits.""")
def no_headroom(hops, pool):
    return audit(
        hops, pool, replicas=lambda p: math.ceil(p["rate_rps"] * p["service_s"] / p["slots"])
    )  # fmt: skip


@q.mistake("""One request a replica: the slots are missing. A replica serves `slots` at once, that
is what batching is for.""")
def slots_forgotten(hops, pool):
    return audit(
        hops, pool, replicas=lambda p: math.ceil(p["rate_rps"] * p["service_s"] / p["max_load"])
    )  # fmt: skip


@q.variant
def with_numpy(hops, pool):
    limit = np.array([hop[1] for hop in hops])
    tries, pause = np.array([hop[2] for hop in hops]), np.array([hop[3] for hop in hops])
    total = limit * tries + pause * (tries - 1)
    late = np.flatnonzero(total[1:] >= limit[:-1])
    load = pool["rate_rps"] * pool["service_s"] / pool["slots"]
    return tuple(hops[i][0] for i in late), np.maximum(np.ceil(load / pool["max_load"]), 1)


@q.variant
def from_the_inside_out(hops, pool):
    found, inside = [], -math.inf
    for name, timeout_s, attempts, pause_s in reversed(hops):
        if not inside < timeout_s:
            found.insert(0, name)
        inside = attempts * (timeout_s + pause_s) - pause_s
    slots = pool["rate_rps"] * pool["service_s"] / pool["max_load"]
    return found, max(1, -int(-slots // pool["slots"]))


q.hints(
    "Who is still working when somebody has given up? And what does a request hold while it runs?",
    "A callee of 3 attempts of 0.4 s with pauses of 0.1 s may take 1.4 s: 1.3 is too short for it.",
    "For neighbours: attempts · timeout + (attempts − 1) · pause ≥ caller's timeout. Replicas: "
    "ceil(rate · service / (slots · max_load)).",
)
q.why("""A caller that gives up first throws away work that is still being done, and then often asks
for it again: load grows as success falls. So budgets shrink from the outside in; better still, the
deadline is handed down and the callee drops what nobody waits for. Replicas follow **work in
service** (Little's law), since it is the only number here that is proportional to demand when the
service is saturated: CPU is idle because the GPU is the bottleneck, and GPU utilisation says that
something ran. A queue length works too, as an alarm: it is 0 until it is too late.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "explain_in_90_seconds", "task": true, "points": 4}
# ## 9. Say it in 90 seconds (4 points, graded by hand)
#
# An interviewer says: **"We put dynamic batching in front of our ranking model: batches up to 32,
# `max_wait` 20 ms. Our load test showed four times the throughput and a p99 of 45 ms. In production
# the median went *up* by 18 ms, and last Friday a five-minute slowdown of one database turned into
# two hours of timeouts, at normal traffic. CPU was at 20 % all the time, so nothing scaled. What
# happened, and what do you change, in which order?"**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Read it aloud with a clock
# before you hand it in.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or "more replicas".
# - **1**: explains one of the three (median, outage, scaling) by a mechanism.
# - **2**: explains two. Median: at normal traffic batches do not fill, so nearly every request
#   waits the whole `max_wait` for nobody. Outage: retries kept the load above the capacity after
#   the cause was gone. Scaling: CPU is not what binds.
# - **3**: all three, and a change for each: `max_wait` 0 to 2 ms (under load batches fill while the
#   worker is busy); a retry budget with jitter, deadlines handed down and shorter than the
#   callers', a bound on the queue; scale on work in service. Says why the load test did not show
#   it: it waited for answers (closed loop) or counted from sending, and ran at full load only.
# - **4**: as 3, and decides an order with reasons (first what ends the outage by itself: shed load
#   or drop expired work; then the budget; then `max_wait`, which is one number behind a flag;
#   scaling last, since replicas do not end a storm), and how each is proven: an open-loop test at a
#   third of the load and at 120 % of it, a five-minute fault injected, recovery time as the metric.
#   Says what would change their mind.
#
# A level-4 answer: "Three things. The median: at normal traffic a batch of 32 never fills, so
# requests wait out most of the 20 ms for companions that do not come. The test ran at full load,
# where batches fill at once, so it could not see this. Friday: a slow database made calls time out,
# clients retried, and the retries alone were above our capacity, so it stayed down when the cause
# was gone. CPU never moved because the GPU and its queue bind. First I make overload end by itself:
# bound the queue, drop requests whose deadline has passed, hand deadlines down so that inner
# timeouts end before outer ones. Then a retry budget of 10 % with jitter, at one layer only. Then
# max_wait to 1 ms: while the worker is busy the next batch fills anyway. Then scaling on requests
# in service per slot. I prove it with an open loop, latency from the intended time, at 30 % and at
# 120 % of capacity, and inject the same five minutes: recovery must take less than one. If the
# queue was short on Friday while requests timed out, I am wrong about retries and look at the
# connection pool first."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
