# %% [markdown]
# # {{title}}
#
# > "Design the API that serves our model. Two thousand requests a second at the peak, answers
# > within 300 ms for 99 of 100. And tell me: what happens at three thousand?"
#
# Most candidates draw a load balancer, replicas and a cache. The question is the second half. A
# serving system is a **queue with a price list**: batching buys throughput with waiting, memory
# decides how much runs at once, and what clients do when you are late decides whether you ever
# recover. All of it can be simulated in twenty lines, and checked against formulas.

# %% [markdown]
# ## Objectives
#
# {{objectives}}
#
# ### The 45 minutes
#
# | minutes | what you leave behind |
# |---|---|
# | clarify 5 | who waits, for which decision; rate, p99, what a late answer is worth |
# | metrics 5 | answers *in time* a second; guardrails: quality, cost of 10⁶ requests |
# | data 8 | inputs at request time, logged as served; labels joined later |
# | model 8 | the cheapest that decides well; a smaller one to fall back to |
# | serving 8 | batch size, memory, budget by stage, what happens at 150 % |
# | monitoring 5 | p99 from due to done, queue, drift of scores; who is paged |
# | iteration 4 | shadow, canary by user, rollback in minutes |
# | recap 2 | the binding resource, and the number that would change the plan |

# %%
import heapq
import math
from collections import deque

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures, serving

figures.use_style()

# %% [markdown]
# ## Numbers first: what binds?
#
# Say it is a language model of $8\cdot10^9$ weights on one device. With $M$ bytes of memory, share
# $f$ usable, weights $w$, $\kappa$ bytes of cache a token, prompts of $p$ and answers of $m$
# tokens:
#
# $$n=\left\lfloor\frac{fM-w}{(p+m)\,\kappa}\right\rfloor,\qquad
# t_{\text{step}}=\max\left(\frac{w+n\,(p+\frac m2)\,\kappa}{\text{bandwidth}},
# \frac{2\,\frac w2\,n}{\text{FLOP/s}}\right)$$
#
# The cache holds prompt **and** answer. The weights were there first. Each step reads them once,
# for all $n$, and then every cache.

# %%
M, SHARE, WEIGHTS, KAPPA = 80e9, 0.9, 16.06e9, 2 * 32 * 8 * 128 * 2  # 32 layers, 8 key heads, 2 B
BANDWIDTH, PEAK, USD_H = 3.35e12, 989e12, 2.0
print(f"one sequence alone: {WEIGHTS / BANDWIDTH * 1e3:.2f} ms a token, ", end="")
print(f"{BANDWIDTH / WEIGHTS:.0f} tokens/s; ridge at {PEAK / BANDWIDTH:.0f} sequences")
print("prompt + answer | fit at once | step (ms): read, compute | tokens/s | USD for 1e6 tokens")
for prompt, answer in ((100, 100), (500, 250), (2000, 500), (7168, 1024), (31_000, 1000)):
    n = math.floor((M * SHARE - WEIGHTS) / ((prompt + answer) * KAPPA))
    read = (WEIGHTS + n * (prompt + answer / 2) * KAPPA) / BANDWIDTH
    compute = WEIGHTS * n / PEAK
    rate = n / max(read, compute)
    times = f"{read * 1e3:15.1f}, {compute * 1e3:6.1f}"
    print(f"{prompt:6d} + {answer:5d}  | {n:11d} | {times}", end="")
    print(f" | {rate:8,.0f} | {USD_H / 3600 / rate * 1e6:10.3f}")
forgot = math.floor(M * SHARE / (8192 * KAPPA)), math.floor((M * SHARE - WEIGHTS) / (7168 * KAPPA))
print(f"8192 tokens: {forgot[0]} if the weights are forgotten, {forgot[1]} if prompts alone count")

# %% [markdown]
# **Read it.** Reading takes about 20 ms whatever the context: memory is full, and a full memory
# takes that long to read. What changes is how many share it. So **price follows context length**,
# and the lever is bytes for each token of cache, not FLOP/s. The binding resource changes in the
# first line: with requests of 200 tokens 2 133 run at once, and arithmetic takes longer.
#
# ## Two paths, drawn apart

# %%
ONLINE = ["client\ndeadline", "gateway\nauth, canary", "cache\n(version, key)", "queue\nbounded",
          "batcher\nmax_wait", "model\nreplicas"]  # fmt: skip
OFFLINE = ["log as served\nfeatures, score", "labels\njoin, delay", "train", "gate\nslices, cost",
           "registry\nversions", "shadow,\ncanary"]  # fmt: skip
_, ax = plt.subplots(figsize=(6.0, 2.7))
arrow = {"arrowstyle": "-|>", "color": figures.INK}
for row, (names, y) in enumerate(((ONLINE, 0.76), (OFFLINE, 0.24))):
    for i, name in enumerate(names):
        x, step = (i, 1) if row == 0 else (5 - i, -1)
        look = {"boxstyle": "round,pad=0.35", "fc": ("white", "#e9e9ee")[row], "ec": figures.INK}
        ax.text(x, y, name, ha="center", va="center", fontsize=6.6, bbox=look)
        if i:
            ax.annotate("", (x - 0.37 * step, y), (x - 0.66 * step, y), arrowprops=arrow, zorder=0)
arrow |= {"linestyle": "--", "color": figures.BLUE, "lw": 1.4}
for end, begin in (((5, 0.36), (5, 0.63)), ((0.9, 0.63), (0.1, 0.36))):
    ax.annotate("", end, begin, arrowprops=arrow)
ax.text(4.9, 0.5, "seam 1: features", ha="right"), ax.text(0.75, 0.5, "seam 2: versions")
ax.text(-0.45, 0.97, "online: somebody waits"), ax.text(-0.45, 0.02, "offline: nobody does")
ax.set(xlim=(-0.55, 5.55), ylim=(0, 1.03)), ax.axis("off")
plt.show()

# %% [markdown]
# **Read it.** White: the path on which somebody waits. Grey: the path on which nobody does. They
# meet twice. What was served is logged *as served*; a new version comes back through shadow and
# canary, and the version is part of the cache's key. Two boxes are often missing: the **bound on
# the queue** and the **deadline** that travels with the request.
#
# ## Latency is mostly waiting
#
# Load $\rho$, one server, random arrivals, service with mean $s$ and squared coefficient of
# variation $c_s^2$ (Pollaczek–Khinchine):
# $\mathbb{E}W=\dfrac{\rho}{1-\rho}\cdot\dfrac{1+c_s^2}{2}\,s$. A simulator is believed only after
# it agrees with that.


# %%
def queue(load, servers, services, rng):  # waits, in units of the mean service
    arrivals = np.cumsum(rng.exponential(1 / (load * servers), len(services))).tolist()
    free, found = [0.0] * servers, []
    for at, service in zip(arrivals, services.tolist()):
        start = max(at, free[0])
        heapq.heapreplace(free, start + service)
        found.append(start - at)
    return np.array(found)


n, rho, rng = 120_000, 0.8, np.random.default_rng(6)
terms = [3.2**k / math.factorial(k) for k in range(4)] + [3.2**4 / math.factorial(4) / 0.2]
erlang_c = terms[-1] / sum(terms)  # the chance to wait, with 4 servers
exact = {"M/M/1": rho / (1 - rho), "M/M/4": erlang_c / (4 - 3.2), "M/D/1": 2.0, "M/G/1, c²=4": 10.0}
services = [rng.exponential(1, n), rng.exponential(1, n), np.ones(n), rng.gamma(0.25, 4, n)]
print("ρ = 0.8        formula | simulated ± 2 s.e. | service only | p99 of wait + service")
for (name, want), work in zip(exact.items(), services):
    wait = queue(rho, 4 if "4" in name[:5] else 1, work, rng)
    error = 2 * wait.reshape(24, -1).mean(axis=1).std(ddof=1) / 24**0.5
    print(f"{name:12s} {want:9.2f} | {wait.mean():9.2f} ± {error:.2f}   ", end="")
    print(f"| {work.mean():12.2f} | {np.quantile(wait + work, 0.99):8.1f}")

# %% [markdown]
# **Read it.** The column *service only* is what a server's own dashboard shows: 1.00, whatever
# happens. The user's p99 is 7 to 50 times that. Variability alone moves the mean wait from 2 to
# 10: for language models, where answers differ a hundredfold in length, a queue of *requests* is
# the wrong unit; schedule steps.
#
# ## Batching: the price list
#
# A batch of $b$ takes $t_0+b\,t_1$. One worker can do $b/(t_0+b\,t_1)$ requests a second. A batch
# **starts** at $\max(\text{worker free},\ \min(\text{full},\ \text{first
# arrival}+\texttt{max\_wait}))$. From the *first* arrival: a timer that starts anew with each would
# never ring in a steady stream.


# %%
T0, T1 = 0.004, 0.00025  # 4 ms to read the weights, 0.25 ms for each request


def microbatch(arrivals, max_batch, max_wait):  # latency of each request
    at, out, free, i = arrivals.tolist(), [], 0.0, 0
    while i < len(at):
        full = at[i + max_batch - 1] if i + max_batch <= len(at) else math.inf
        start, j = max(free, min(full, at[i] + max_wait)), i
        while j < len(at) and j - i < max_batch and at[j] <= start:
            j += 1
        free = start + T0 + T1 * (j - i)
        out += [free - a for a in at[i:j]]
        i = j
    return np.array(out)


def arrivals(rate, n=8000, seed=1):
    return np.cumsum(np.random.default_rng(seed).exponential(1 / rate, n))


alone = microbatch(arrivals(150, 40_000), 1, 0.0) - T0 - T1
error = 2 * alone.reshape(20, -1).mean(axis=1).std(ddof=1) / 20**0.5
load = 150 * (T0 + T1)
print(f"max_batch 1: mean wait {alone.mean() * 1e3:.2f} ± {error * 1e3:.2f} ms,", end=" ")
print(f"formula {load / (1 - load) / 2 * (T0 + T1) * 1e3:.2f} ms (M/D/1 at ρ = {load:.2f})")

# %% [markdown]
# ### Predict first: which way does max_wait push?
#
# At 100 requests a second a worker of batch 32 is nearly idle. At 1 500 it is busy. You raise
# `max_wait` from 0 to 40 ms. What happens to the median in each case? And which `max_batch` gives
# the best p99 at 1 500?

# %%
left, middle, right = figures.panels(
    "latency, max_batch 32", "latency, 1 500/s", "capacity", size=(6.0, 2.9),
    xlabel=("max_wait (ms)", "max_batch", "max_batch"), ylabel=("ms", "ms", "requests/s"),
)  # fmt: skip
waits, sizes = (0, 2, 5, 10, 20, 30, 40), (8, 10, 12, 16, 24, 32, 48, 64)
for rate, color in ((100, figures.ORANGE), (1500, figures.INK)):
    lat = [np.quantile(microbatch(arrivals(rate), 32, w / 1e3), (0.5, 0.99)) * 1e3 for w in waits]
    for q, style, mark in ((0, "-", "o"), (1, "--", "s")):
        left.plot(waits, np.array(lat)[:, q], style, color=color, marker=mark, label=f"{rate}/s")
    print(f"{rate:5d}/s: p50 {lat[0][0]:.1f} ms without waiting, {lat[-1][0]:.1f} with", end="")
    print(f" 40 ms; p99 {lat[0][1]:.1f} and {lat[-1][1]:.1f}")
both = [np.quantile(microbatch(arrivals(1500), b, 0.0), (0.5, 0.99)) * 1e3 for b in sizes]
for q, (style, mark) in enumerate((("-", "o"), ("--", "s"))):
    label = ("p50", "p99")[q]
    middle.plot(sizes, np.array(both)[:, q], style, c=figures.INK, marker=mark, label=label)
right.plot(b := np.arange(1, 65), b / (T0 + b * T1)), right.set_ylim(0, 4400)
right.axhline(1 / T1, color=figures.SAND), right.annotate("1 / t₁", (30, 3780), fontsize=8)
left.legend(*[h[::2] for h in left.get_legend_handles_labels()], loc="upper left", handlelength=1.4)
middle.set_ylim(0, 60), left.set_ylim(0, 60), middle.legend()
plt.show()

# %% [markdown]
# **Read it.** Solid p50, dashed p99. Left: at low load nearly everybody waits out the whole
# `max_wait` for companions that do not come. At high load it doubles, until batches are full first
# (32 come in 21 ms). **The timer costs latency at any load and adds no capacity**: while the worker
# is busy, the next batch collects by itself. Middle: below 10 the worker is overloaded; beyond 16
# nothing changes, because batches are only as large as what arrived meanwhile. Right: throughput
# saturates at $1/t_1$.
#
# ## The hockey stick, with batches


# %%
labels = {"xlabel": "offered load (requests/s)", "ylabel": "p99 (ms)", "log": "xy"}
(ax,) = figures.panels("p99 against load", **labels, size=(5.6, 3.1))
for (size, wait), mark in zip(((1, 0.0), (8, 0.0), (32, 0.0), (32, 0.020)), "os^v", strict=True):
    capacity = size / (T0 + size * T1)
    rates = capacity * np.array([0.03, 0.1, 0.25, 0.5, 0.7, 0.85, 0.95])
    p99 = [np.quantile(microbatch(arrivals(r, 6000), size, wait), 0.99) * 1e3 for r in rates]
    name = f"max_batch {size}" + (f", max_wait {wait * 1e3:.0f} ms" if wait else "")
    ax.plot(rates, p99, marker=mark, label=name)
    ax.axvline(capacity, color=figures.SAND, linewidth=0.8, linestyle="-")
    print(f"{name:28s} capacity {capacity:5.0f}/s; p99 at 10 % {p99[1]:5.1f}", end="")
    print(f", at 50 % {p99[3]:5.1f}, at 95 % {p99[-1]:6.1f} ms")
figures.plain_ticks(ax.xaxis, (10, 100, 1000)), figures.plain_ticks(ax.yaxis, (5, 10, 20, 50, 100))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Vertical: capacities. A batcher works *faster* when more is waiting: the knee becomes
# a slope. At half load p99 has grown by half, so it **gives no warning**; what warns is the mean
# batch size.
#
# ## Language models: schedule steps
#
# An answer takes hundreds of steps. **Static** batching keeps a batch until its longest answer
# ends; **continuous** batching refills slots at each step (Orca). A prompt is read first: whole, or
# in **chunks**?
#
# ### Predict first: who pays for the long prompt?
#
# One prompt in twelve has 6 000 tokens, at 0.04 ms each. Whose latency suffers when it comes in:
# its own, or everybody's? What do chunks of 256 cost, and whom?


# %%
def generate(requests, policy, slots=32, t0=0.012, t1=4e-5, chunk=256):
    done, active, t = [dict(r, read=0, times=[]) for r in requests], [], 0.0
    line = deque(done)
    while line or active:
        t = t if active else max(t, line[0]["at"])
        closed = policy == "static" and any(r["times"] for r in active)
        while line and line[0]["at"] <= t and len(active) < slots and not closed:
            active.append(line.popleft())
        ready = [r for r in active if r["read"] == r["prompt"]]
        readers, tokens = [r for r in active if r["read"] < r["prompt"]][:1], 0
        for r in readers:
            most = chunk if policy == "chunked" else r["prompt"]
            tokens = min(most, r["prompt"] - r["read"])
            r["read"] += tokens
        t += t0 + t1 * (len(ready) + tokens)
        for r in ready + [r for r in readers if r["read"] == r["prompt"]]:
            r["times"].append(t)
        active = [r for r in active if len(r["times"]) < r["new"]]
    return done


# %%
rng = np.random.default_rng(2)
prompts = np.where(rng.random(360) < 1 / 12, 6000, rng.integers(50, 400, 360)).tolist()
news, gaps = (1 + rng.geometric(1 / 80, 360)).tolist(), rng.exponential(1, 360)
rates, labels = (1, 2, 4, 6, 8, 10), {"xlabel": "requests/s", "ylabel": ("p90 (s)", "p90 (ms)")}
left, right = figures.panels("first token", "longest pause in a stream", **labels)
left.set_yscale("log"), figures.plain_ticks(left.yaxis, (0.03, 0.1, 0.3, 1, 3, 10))
print("at 6 requests/s | first token p50, p90 (s) | per token p50 (ms) | longest pause p90 (ms)")
for policy, mark in (("static", "o"), ("continuous", "s"), ("chunked", "^")):
    rows = []
    for rate in rates:
        sent = zip(np.cumsum(gaps / rate).tolist(), prompts, news)
        done = generate([{"at": a, "prompt": p, "new": m} for a, p, m in sent], policy)
        ttft, gap = [r["times"][0] - r["at"] for r in done], [np.diff(r["times"]) for r in done]
        pause, pace = [g.max() * 1e3 for g in gap], [g.mean() * 1e3 for g in gap]
        rows.append([*np.quantile(ttft, (0.5, 0.9)), np.median(pace), np.quantile(pause, 0.9)])
    for ax, column in ((left, 1), (right, 3)):
        ax.plot(rates, np.array(rows)[:, column], marker=mark, label=policy)
    print("{:15s} | {:12.2f}, {:9.2f} | {:18.1f} | {:22.0f}".format(policy, *rows[rates.index(6)]))
left.legend(), right.set_ylim(0, 300)
plt.show()

# %% [markdown]
# **Read it.** Left: static batching lets newcomers wait for the longest answer; continuous batching
# admits them at the next step. Right: continuous batching with whole prompts freezes **every**
# stream for a quarter of a second: prefill blocks decode. In chunks, the pause shrinks by an order
# of magnitude, and the price is paid by first tokens. TTFT and TPOT are two promises with one
# budget; the mean time per token hides the pauses.
#
# ## Percentiles, done wrong
#
# Ten hosts. On some, 5 % of requests stall for a second. What does the dashboard say?

# %%
rng = np.random.default_rng(3)
slow = np.arange(0, 11)
true, averaged, normal = [], [], []
for k in slow:
    ms = 40 * rng.lognormal(0, 0.4, (10, 20_000))
    ms[:k] += 1000 * (rng.random((k, 20_000)) < 0.05)
    true.append(np.quantile(ms, 0.99))
    averaged.append(np.quantile(ms, 0.99, axis=1).mean())
    normal.append(ms.mean() + 2 * ms.std())
labels = {"xlabel": "hosts of 10 with a stall in 5 % of requests", "ylabel": "ms"}
(ax,) = figures.panels("three things called p99", **labels, size=(5.4, 2.9))
names = "of all requests", "average of the hosts' p99s", "mean + 2 standard deviations"
for name, line, mark in zip(names, (true, averaged, normal), "os^", strict=True):
    ax.plot(slow, line, marker=mark, label=name)
ax.legend(loc="lower right")
for k in (1, 3, 5):
    print(f"{k} slow hosts: p99 {true[k]:5.0f} ms, averaged {averaged[k]:4.0f}, ", end="")
    print(f"mean + 2 sd {normal[k]:4.0f}")
plt.show()

# %% [markdown]
# **Read it.** One slow host: 0.5 % of all requests stall, the fleet's p99 is fine, and the average
# cries wolf. Three slow hosts: 1.5 % stall, the p99 is a second, and the average says little more
# than a third of it. It is a straight line through a cliff. Histograms can be **added**;
# percentiles can't. And count from when a request was *due*: a tester who waits for answers is
# slowed by the stall that he should report.
#
# ## A real server, measured
#
# The worksheet runs this for you: a torch network, exported to ONNX, behind FastAPI, with and
# without micro-batches and int8. Here is one such run, kept in a file. Yours will differ.

# %%
remark, kept = serving.frozen()
print(remark)


def at_rank(histogram, rank):  # upper edge, in ms, of the bucket that holds this rank
    for bucket, count in sorted(histogram.items()):
        rank -= count
        if rank <= 0:
            return serving.edge_ms(bucket)


print("server       | at most (1/s) | at (1/s)  requests  failed | p50, p99 (ms), 95 % interval")
medians = {}
for name, found in kept.items():
    n = found["sent"] - found["failed"]
    spread = 1.96 * (n * 0.99 * 0.01) ** 0.5  # of the rank: a binomial count
    ranks = [0.5 * n, 0.99 * n, 0.99 * n - spread, min(n, 0.99 * n + spread)]
    p50, p99, low, high = (at_rank(found["histogram"], math.ceil(rank)) for rank in ranks)
    medians[name] = f"{p50:.1f}"
    print(f"{name:12s} | {found['capacity_rps']:13.0f} | {found['offered_rps']:8.0f}", end="")
    print(f"{n:10d} {found['failed']:7d} | {p50:4.1f} {p99:6.1f}, {low:.1f} to {high:.1f}")
old, new = (kept[name]["capacity_rps"] for name in ("plain", "batched"))
print(f"Throughput {old:.0f} → {new:.0f} requests/s ({new / old:.1f}×) by batches of 16; ", end="")
print(f"median {medians['plain']} → {medians['batched']} ms at {found['offered_rps']:.0f}/s")

# %% [markdown]
# **Read it.** Same load for all, near 70 % of what the plain server can do. Micro-batching
# multiplies **capacity**; so does int8, most where reading weights binds, at batch 1. The plain
# server's median is several services: on a machine with other work 70 % is the knee already. That
# batches shorten it shows how far they move the knee; at a tenth of the load they would lengthen
# it, as in the simulation. The intervals take requests for independent, and a neighbour's busy
# second is not. So I claim capacity and no p99. The last line is what I would put on a résumé:
# from, to, unit, by what, at which load, and what it did to the rest.

# %% [markdown]
# ## Where it breaks
#
# A server answers 100 requests a second; 80 come. Clients wait for one second, then try again, four
# attempts in all. For ten seconds the server is slow (20 a second). Then it is well again. When is
# the *service* well again?


# %%
def outage(budget=math.inf, drop_expired=False, seconds=120, tick=0.05, patience=1.0):
    line, again, credit, work, good = deque(), deque(), 10.0, 0.0, np.zeros(seconds)
    for i in range(round(seconds / tick)):
        t = i * tick
        new = [1] * round(80 * tick)  # attempts made, for each request that is sent now
        credit = min(10.0, credit + budget * len(new)) if budget < math.inf else math.inf
        while again and again[0][0] <= t:
            _, attempts, served = again.popleft()
            if not served[0] and attempts < 4 and credit >= 1:
                credit, new = credit - 1, [*new, attempts + 1]
        for attempts in new:
            served = [False]
            line.append((t + patience, served)), again.append((t + patience, attempts, served))
        work = min(work + (20 if 30 <= t < 40 else 100) * tick, 5.0)
        while line and (work >= 1 or (drop_expired and line[0][0] < t)):
            until, served = line.popleft()
            if until >= t:
                served[0], good[int(t)] = True, good[int(t)] + 1
            work -= 1 if until >= t or not drop_expired else 0
    return good


# %%
labels = {"xlabel": "time (s)", "ylabel": "answers in time (1/s)"}
(ax,) = figures.panels("a slowdown of ten seconds", **labels, size=(6.0, 3.0))
ax.axvspan(30, 40, color="#e4e4ea")
ax.annotate("slow", (33, 96), fontsize=8)
for name, settings in (
    ("four attempts", {}),
    ("retries: 10 % of requests", {"budget": 0.1}),
    ("and expired ones dropped", {"budget": 0.1, "drop_expired": True}),
):
    good = outage(**settings)
    back = next((t for t in range(40, 120) if good[t : t + 5].mean() >= 76), None)
    ax.plot(np.arange(120) + 0.5, good, label=name)
    when = f"well again {back - 40} s after the server" if back else "not well again in 80 s"
    print(f"{name:30s} {when}; {good[40:].mean():.0f} answers/s in time after second 40")
ax.set_ylim(0, 105), ax.legend(loc="center left", bbox_to_anchor=(0.34, 0.5))
plt.show()

# %% [markdown]
# **Read it.** Four attempts: the cause is gone at 40, and nothing recovers. Retries alone are more
# than the capacity, and each answer comes when its client has left: a *metastable* failure (Bronson
# et al. 2021). A budget lets the line drain, slowly, since the server still works for those who
# have gone. Dropping expired requests ends it at once. More replicas would not have: the line is
# made of dead requests.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I ask what a late answer is worth: say, nothing after 300 ms. One worker does 235 a second alone,
# 2 700 in batches of 32; so two, and one for a failure. `max_wait` near zero: busy workers fill
# batches by themselves. At three thousand two still do; with one left, the queue is bounded,
# expired work dropped, a smaller model helps, retries have a budget. Canary by user, version in the
# cache key, old version warm. I scale on requests in service, page on answers in time."
#
# **Mid**: replicas, cache. **Senior**: overload, deadlines, rollback. **Staff**: prices the quality
# that is given up under load, limits the blast radius, says what changes the plan.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Would you ever set max_wait above zero?</summary>
#
# When $t_0$ is large against the gaps between arrivals *and* the resource is paid by use: a shared
# accelerator, where a half-empty batch takes time from another model. Or with several workers at
# low load, where each takes a single request at once and all run at batch 1. Then a wait of a
# fraction of $t_0$ is enough; beyond $t_0$ it never pays, for the next batch would have collected
# as many.
#
# </details>
#
# <details><summary>2. Reserve the whole context, or page it?</summary>
#
# Reserving `prompt + max_new` never evicts, and wastes what answers do not use: with a limit of 1
# 024 and a mean of 200, four fifths of the reserved part. Paging takes blocks as needed, so the
# batch is larger by the ratio of reserved to used. Its price: when all grow at once somebody must
# be preempted, and recomputing a prompt costs a prefill. So watch preemptions; above a per cent or
# so, admit fewer. A staff answer also shares blocks of common prefixes.
#
# </details>
#
# <details><summary>3. Prefill and decode on separate machines?</summary>
#
# They bind on different resources, so separate pools can be sized, and bought, apart, and no prompt
# stops a stream. The price is moving the cache: 7 168 tokens at 131 kB are 0.94 GB, 19 ms at 50
# GB/s, on top of the first token. It pays when prompts are long and pauses are a promise; chunks
# are the simpler design for the rest, and one knob.
#
# </details>
#
# <details><summary>4. What do you scale on, and how fast?</summary>
#
# Work in service over slots: rate × service time. CPU idles beside a GPU, and "GPU busy" is 100 %
# from the first request on. A replica takes minutes (weights, warm-up), so scaling covers the daily
# curve, and headroom covers bursts: spare = growth of the load within the start-up time. Scale down
# slowly, or the system oscillates. And never let the autoscaler be the answer to an outage: it sees
# a storm as demand.
#
# </details>
#
# <details><summary>5. The canary's p99 is 20 % worse on one host of fifty. Roll back?</summary>
#
# First: is it a *sample*? At 2 % of traffic the p99 rests on 2 % × 1 % of requests; its rank has
# the standard error $\sqrt{n\cdot0.01}$. Second: same load? A canary host often gets cold caches
# and smaller batches. Compare with a *baseline* canary: the old version, freshly started, same
# share. And the rule is written before: which metric, by how much, for how long. Rolling back is
# cheap, if the old version is warm; do it when in doubt.
#
# </details>
#
# <details><summary>6. int8 made it faster. What could be worse, and where would you look?</summary>
#
# Not the mean accuracy: rows near the threshold flip, and rare slices with large activations lose
# most. Compare decisions, not logits: share of changed decisions by slice, calibration at the
# threshold. And speed is no given: on a CPU without integer dot products, or at large batches where
# arithmetic binds, it may be slower. It gains most where reading weights binds, at small batches.
#
# </details>
#
# <details><summary>7. Trade quality for load on purpose: how, and who decides?</summary>
#
# Tiers: full model; smaller model; cached or default answer; refusal. Each has a price in the
# product's own unit (conversions lost for 1 000 requests) and a capacity. Under overload requests
# drop a tier by *value*, not by luck: paying users last. The switch is automatic on queue age,
# visible on a dashboard, logged with each answer (training must know which tier answered), and
# exercised every week, or it won't work on the day.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
