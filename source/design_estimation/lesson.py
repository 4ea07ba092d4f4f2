# %% [markdown]
# # {{title}}
#
# > "A hundred million people open our feed every day. How many machines is that? And when traffic
# > grows by a quarter, what breaks first?"
#
# Most candidates divide by 86 400, get a rate, and stop. The rate decides nothing yet. What is
# wanted is the **one resource that binds**, how far it is from breaking, and which of your guesses
# that answer hangs on. Six small laws are enough for any design; four of them are routinely used
# in a form that is wrong.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import heapq
import math

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## The three-minute estimate
#
# Say five lines, each with its unit: **rate** (mean and peak), **bytes at rest**, **bytes in
# motion**, **work in flight**, **machines by each resource**. Machines by *each* resource, because
# the largest of them is the answer and the others are slack.
#
# The feed: 12 openings a user and day, 500 candidates scored for each with 50 features of 8 bytes
# and 2 MFLOP, 200 ms in the system, a table of 10⁹ embeddings of 64 floats. A machine: 0.5 TFLOP/s
# that one really reaches, 64 GB for us, 25 Gbit/s, kept at most 60 % busy.

# %%
users, actions, peak, candidates = 1e8, 12, 3, 500
mean = users * actions / 86_400  # requests/s
busy = mean * peak
motion = busy * (candidates + 1) * 50 * 8  # B/s: one row for the user, one for each candidate
work = busy * candidates * 2e6  # FLOP/s
table = 1e9 * 64 * 4  # B
print(f"rate        {mean:,.0f}/s, at the peak {busy:,.0f}/s")
print(
    f"at rest     table {table / 1e9:.0f} GB; log {mean * 1000 * 90 * 86_400 * 3 / 1e12:.0f} TB",
    end="",
)
print(" (1 kB a request, 90 days, 3 copies)")
print(f"in motion   {motion / 1e9:.2f} GB/s = {motion * 8 / 1e9:.0f} Gbit/s at the peak")
print(f"in flight   {busy * 0.200:,.0f} requests (rate times 0.2 s)")
machines = {
    "compute": work / 0.5e12 / 0.6,
    "network": motion * 8 / 25e9 / 0.6,
    "memory": table / 64e9,
}
print("machines   ", ", ".join(f"{name} {math.ceil(n)}" for name, n in machines.items()))

# %% [markdown]
# **Read it.** Scoring binds, by an order of magnitude; memory only says that the table is sharded.
# So a cheaper scorer, or fewer candidates, is worth more than any cache. One line changes the
# answer: with a scorer a hundred times smaller, the network would bind. An estimate that does not
# end in such a sentence is bookkeeping.
#
# ### Predict first: how wrong is a product of guesses?
#
# Six factors, each known to within "a factor 1.1 to 3". If every one is at its worst, the machine
# count is off by the product. How far off is it likely to be? And which single question to the
# interviewer narrows it most?

# %%
guesses = {  # each is right to within this factor, in 4 cases out of 5
    "users": 1.1,
    "openings a day": 2.0,
    "peak factor": 1.5,
    "candidates": 1.5,
    "FLOP a candidate": 3.0,
    "FLOP/s reached": 1.5,
}
spread = np.log(list(guesses.values()))
likely = math.exp(np.sqrt((spread**2).sum()))  # independent errors: logarithms add as variances
n = machines["compute"]
print(f"all at their worst: off by a factor {math.exp(spread.sum()):.0f}")
print(f"4 times out of 5:   off by less than {likely:.1f}", end="")
print(f", {n / likely:.0f} to {n * likely:.0f} machines")
for name, share in sorted(zip(guesses, spread**2 / (spread**2).sum()), key=lambda row: -row[1]):
    print(f"  {share:4.0%} of the doubt is in {name}")

# %% [markdown]
# **Read it.** Errors of factors add like the sides of a right triangle, in logarithms. So a
# product of six rough guesses is better than it looks, and **the widest guess owns most of the
# doubt**: ask about that one, and leave the number of users alone. Two digits are plenty; the
# interval is the honest third.
#
# ## Utilisation is not headroom
#
# Now the 60 %. Requests arrive at random at rate $\lambda$; each of $c$ servers needs $s$ for one.
# The load is $a=\lambda s$, the utilisation $\rho=a/c$. With exponential service times (Erlang C),
# the chance that all are busy and the wait are
#
# $$C=\frac{\frac{a^c}{c!}\frac1{1-\rho}}{\sum_{k<c}\frac{a^k}{k!}+\frac{a^c}{c!}\frac1{1-\rho}},
# \qquad P(W>t)=C\,e^{-(c-a)t/s},\qquad \mathbb{E}W=\frac{C\,s}{c-a}$$


# %%
def waits(load, servers):  # chance to wait, mean and p99 wait; the last two in services
    blocked = 1.0
    for k in range(1, servers + 1):  # Erlang B, without factorials
        blocked = load * blocked / (k + load * blocked)
    p_wait = blocked / (1 - load / servers * (1 - blocked))
    clearing = 1 / (servers - load)
    return p_wait, p_wait * clearing, clearing * math.log(max(100 * p_wait, 1))


def simulate(load, servers, services, rng):  # waits of requests that come at random, in order
    arrivals = np.cumsum(rng.exponential(1 / load, len(services))).tolist()
    free, found = [0.0] * servers, []
    for at, service in zip(arrivals, services.tolist()):
        start = max(at, free[0])  # the server that is free first
        heapq.heapreplace(free, start + service)
        found.append(start - at)
    return np.array(found)


# %% [markdown]
# ### Predict first: from 50 % to 90 %
#
# One server goes from 50 % to 90 % busy. Does the mean wait grow by a factor of 2, 5 or 10? And
# where does a fleet of 16 stand at 90 %: worse than one server, because there is more traffic, or
# better?

# %%
left, right = figures.panels(
    "mean wait", "p99 wait", xlabel="utilisation ρ", ylabel="wait / service time", size=(6.0, 3.1)
)
rho = np.linspace(0.02, 0.97, 120)
for servers, marker in ((1, "o"), (4, "s"), (16, "^")):
    exact = np.array([waits(r * servers, servers) for r in rho])
    (line,) = left.plot(rho, exact[:, 1], label=f"{servers} server{'s' * (servers > 1)}")
    right.plot(rho, exact[:, 2])
    for r in (0.5, 0.7, 0.8, 0.9):
        rng = np.random.default_rng(servers)
        found = simulate(r * servers, servers, rng.exponential(1.0, 160_000), rng)
        batches = found.reshape(20, -1)
        p99s = np.quantile(batches, 0.99, axis=1)
        style = {"color": line.get_color(), "fmt": marker, "markersize": 3.5, "capsize": 2}
        left.errorbar(r, found.mean(), 2 * batches.mean(1).std() / 19**0.5, **style)
        right.errorbar(r, np.quantile(found, 0.99), 2 * p99s.std() / 19**0.5, **style)
    half, nine = (waits(r * servers, servers)[1] for r in (0.5, 0.9))
    print(f"{servers:2d} servers: mean wait at 50 % {half:.3f}, at 90 % {nine:.2f} services")
left.set_ylim(0, 12), right.set_ylim(0, 50), left.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Points: 160 000 simulated requests each, in 20 batches, bars of two standard errors;
# lines: the formula. The curve is a hockey stick: the last tenth of utilisation costs more than
# all before it. At $\rho=0.8$ a single server already makes one request in a hundred wait over
# twenty services. **Pooling moves the knee**: 16 servers at 90 % wait less than one at 50 %.
#
# So "CPU at 80 %, 20 % free" has no meaning before you say how many servers share one line.
#
# ## Little's law needs no model
#
# $L=\lambda W$: mean number in a system = rate × **mean** time in it. No distribution, no order of
# service is assumed. It turns a latency into memory, threads, connections.

# %%
print("ρ = 0.8, one server  c² | mean wait ± 2 s.e. formula  p99 | in system  rate × mean time")
n, lam = 400_000, 0.8
for name, cv2 in (("constant", 0), ("exponential", 1), ("gamma", 4)):
    rng = np.random.default_rng(8)
    services = rng.gamma(1 / cv2, cv2, n) if cv2 else np.ones(n)
    gaps = rng.exponential(1 / lam, n)
    steps = np.cumsum(np.append(0.0, services[:-1] - gaps[1:]))
    wait = steps - np.minimum.accumulate(steps)  # Lindley's recursion, in one go
    ends = np.cumsum(gaps) + wait + services
    times = np.concatenate([np.cumsum(gaps), ends])
    order = times.argsort()
    inside = np.repeat([1, -1], n)[order].cumsum()[
        :-1
    ]  # one more at an arrival, one less at an end
    count = (inside * np.diff(times[order])).sum() / ends[-1]
    error = 2 * wait.reshape(40, -1).mean(axis=1).std(ddof=1) / 40**0.5
    formula, little = (1 + cv2) / 2 * lam / (1 - lam), (wait + services).sum() / ends[-1]
    print(f"{name:20s} {cv2:3d} | {wait.mean():9.2f} ± {error:5.2f} {formula:9.2f}", end="")
    print(f"{np.quantile(wait, 0.99):6.1f} | {count:8.3f} {little:15.3f}")

# %% [markdown]
# **Read it.** The last two columns agree to the last digit, because both are one area: requests in
# the system, added up over time, or over requests. That *is* the proof; no distribution enters.
# The waits differ: same $\rho$, same mean service, but the **variability** of service scales them
# by $(1+c_s^2)/2$ (exact for random arrivals and one server; Kingman's factor $(c_a^2+c_s^2)/2$
# near saturation in general). One rare slow query type in the same line makes everybody wait: give
# it a line of its own before you buy machines.
#
# ## How many machines?


# %%
def fewest(load, good):
    return next(c for c in range(load + 1, 2 * load + 20) if good(*waits(load, c)))


print("       | 1 in 100 may wait at all    | p99 wait up to half a service | pools of load 4")
print("load a | servers  busy   spare / √a  | servers  busy   spare / √a    | servers")
for load in (4, 16, 64, 256):
    strict = fewest(load, lambda p_wait, mean, p99: p_wait <= 0.01)
    patient = fewest(load, lambda p_wait, mean, p99: p99 <= 0.5)
    pools = load // 4 * fewest(4, lambda p_wait, mean, p99: p99 <= 0.5)
    for servers in (strict, patient):
        print(f"{load:6d} |" if servers == strict else " ", end="")
        print(f"{servers:8d} {load / servers:5.0%} {(servers - load) / load**0.5:11.2f}  |", end="")
    print(f"{pools:8d}")
for name, servers in (("139 scorers", 139), ("a shard of the table", 1)):
    now, then = (waits(share * servers, servers)[2] for share in (0.6, 0.75))
    print(f"{name}: p99 wait at 60 % {now:.1f}, with a quarter more traffic {then:.1f} services")

# %% [markdown]
# **Read it.** To keep the *chance* of waiting fixed, the spare must grow as $\sqrt a$ (Halfin &
# Whitt), by about 2.5 times the root for 1 in 100; with patience, by less. No fixed utilisation is
# right, and small pools cost what the last column says.
#
# The feed again: with a quarter more traffic 139 scorers in one pool do not notice. A shard of the
# table is a line of its own, and does. **The smallest pool breaks first**, not the resource that
# binds.
#
# ## Fan-out: everybody's tail is your median
#
# A page waits for **all** of $n$ calls. If each is slow with probability $p$, independently, the
# page is slow with $1-(1-p)^n$; $p\,n$ is only its first term.


# %%
def calls(rng, shape):  # ms: log-normal around 10, and 1 in 200 stalls for 200 more
    return 10 * rng.lognormal(0, 0.3, shape) + 200 * (rng.random(shape) < 0.005)


first = calls(np.random.default_rng(3), (20_000, 100))
second = calls(np.random.default_rng(4), (20_000, 100))
hedged = np.minimum(first, 20 + second)  # ask a second replica after 20 ms; the first answer wins
titles, ylabels = ("a page is slow", "p99 of a page"), ("probability", "ms")
left, right = figures.panels(*titles, xlabel="calls n", ylabel=ylabels, log="x")
n, sizes = np.logspace(0, 3, 60), (1, 2, 5, 10, 20, 50, 100)
for p in (1e-2, 1e-3, 1e-4):
    (line,) = left.plot(n, 1 - (1 - p) ** n, label=f"p = {p:g}")
    left.plot(n, p * n, color=line.get_color(), linewidth=0.6, linestyle="-")
for name, ms in (("wait for all", first), ("hedge after 20 ms", hedged)):
    p99 = [np.quantile(ms[:, :size].max(axis=1), 0.99) for size in sizes]
    right.plot(sizes, p99, marker="o", label=name)
    print(f"{name:18s} p99 of one call {p99[0]:.0f} ms, of a page of 100 {p99[-1]:.0f} ms")
print(f"extra calls: {(first > 20).mean():.1%}; p = 0.01, n = 100: {1 - 0.99**100:.3f} slow")
left.set_ylim(0, 1.05), left.legend(loc="upper left"), right.legend(loc="center right")
figures.plain_ticks(left.xaxis, (1, 10, 100, 1000)), figures.plain_ticks(right.xaxis, (1, 10, 100))
plt.show()

# %% [markdown]
# **Read it.** Left: with $p=0.01$ most pages of 100 calls meet a slow one; each backend's p99 is
# the page's *median*. Thin lines: $p\,n$, which passes 1. Right: asking a second replica after 20
# ms adds one or two per cent of calls and removes most of the tail (Dean & Barroso 2013), because
# two rare stalls rarely meet. That is the assumption: if a shared database stalls, both replicas
# wait for it and the hedge is extra load at the worst moment.
#
# ### Predict first: ten stages of 50 ms
#
# Ten stages in a row have a p99 of 50 ms each. Is the p99 of the whole 500 ms? More, or less?

# %%
print("stages | sum of p99s | p99 of the sum: independent | one cause for all | sum of means")
rng, sigma = np.random.default_rng(5), 0.8
scale = 50 / math.exp(sigma * 2.3263)  # so that each stage's p99 is 50 ms
for stages in (1, 2, 5, 10):
    z = rng.standard_normal((100_000, stages))
    alone = (scale * np.exp(sigma * z)).sum(axis=1)
    together = (scale * np.exp(sigma * z[:, :1])).sum(axis=1) * stages
    tails = np.quantile(alone, 0.99), np.quantile(together, 0.99)
    means = stages * scale * math.exp(sigma**2 / 2)
    print(f"{stages:6d} | {50 * stages:8d} ms | {tails[0]:24.0f} ms", end="")
    print(f" | {tails[1]:14.0f} ms | {means:9.0f} ms")

# %% [markdown]
# **Read it.** Percentiles do not add. Their sum is right if one cause slows all stages at once;
# for these independent stages it wastes half of the budget. And it can be **too small**: two
# stages that each stall in 0.6 % of requests have fine p99s, and 1.2 % of requests stall. The
# truth is found in *whole requests*: take the slowest 1 % of traces and see where **they** spend
# their time. A stage whose own p99 is harmless may own it.
#
# ## Compute or memory: the roofline
#
# Work of $F$ FLOP that moves $B$ bytes takes at least $\max(F/\text{peak},\,B/\text{bandwidth})$.
# The ratio $F/B$ is its intensity; where the device's two limits meet is the **ridge**.

# %%
PEAK, BANDWIDTH = 989e12, 3.35e12  # an H100 SXM: dense 16-bit FLOP/s, bytes/s
workloads = {  # name: (FLOP, bytes), for a model of 8e9 weights in 16 bits
    "embedding sum": (64.0, 64 * 2.0),
    "decode, 1 sequence": (2 * 8e9, 2 * 8e9),
    "attention in decode": (4 * 4 * 128.0, 2 * 2 * 128.0),  # 4 query heads share a cached key
    "decode, 32 sequences": (32 * 2 * 8e9, 2 * 8e9),
    "prefill, 2048 tokens": (2048 * 2 * 8e9, 2 * 8e9 + 4e9),  # and some activations
}
labels = {"xlabel": "intensity (FLOP/byte)", "ylabel": "at most (TFLOP/s)", "log": "xy"}
(ax,) = figures.panels("one H100, five workloads", **labels, size=(5.6, 3.2))
x = np.array([0.1, PEAK / BANDWIDTH, 1e4])
ax.plot(x, np.minimum(PEAK, x * BANDWIDTH) / 1e12, color=figures.INK)
ax.axvline(PEAK / BANDWIDTH, color=figures.SAND, linestyle=figures.DASHES[1])
ax.annotate(f"ridge {PEAK / BANDWIDTH:.0f}", (PEAK / BANDWIDTH * 1.15, 0.4), fontsize=8)
for (name, (flop, moved)), marker in zip(workloads.items(), "osD^v", strict=True):
    rate = flop / max(flop / PEAK, moved / BANDWIDTH) / 1e12
    ax.plot(flop / moved, rate, marker, color=figures.BLUE, markersize=6)
    ax.annotate(name, (flop / moved * 1.4, rate / 1.7), fontsize=7.5)
    print(f"{name:22s} {flop / moved:7.1f} FLOP/byte, {rate * 1e12 / PEAK:7.2%} of the peak")
plt.show()

# %% [markdown]
# **Read it.** On the slope, bytes bind; on the roof, arithmetic. Reading the weights once serves
# one sequence or thirty-two in nearly the same time, until the batch reaches the ridge. Attention
# in decode stays on the slope whatever the batch, because every sequence has its own cache. "GPU
# 100 % busy" says that *something* ran, not that arithmetic did. Data sheets quote multiply-adds
# as two FLOP: count yours the same way, or be off by two.
#
# ## What a partial speed-up is worth
#
# Times add, speeds do not: with shares $s_i$ of the old time and speed-ups $x_i$, the whole
# becomes $1/\big(1-\sum s_i+\sum s_i/x_i\big)$ times as fast.

# %%
print("70 % of the time, made x times as fast | average of speed-ups (wrong) | limit")
for x in (2, 4, 10, 1000):
    print(f"x = {x:4d}: {1 / (0.3 + 0.7 / x):27.3f} | {0.3 + 0.7 * x:28.1f} | {1 / 0.3:.2f}")
print("\nmachines | Amdahl, 2 % in common | and 0.05 % of talk between each pair")
for n in (1, 4, 16, 32, 64, 128):
    amdahl = n / (1 + 0.02 * (n - 1))
    universal = n / (1 + 0.02 * (n - 1) + 0.0005 * n * (n - 1))
    print(f"{n:8d} | {amdahl:21.1f} | {universal:10.1f}")

# %% [markdown]
# **Read it.** The average promises 1.7 where the clock says 1.54, and has no limit. Below: what is
# serial flattens the curve; what machines must tell *each other* bends it **down** (Gunther's term
# for coherency).
#
# ## The 45 minutes, number by number
#
# | minute | number | it decides |
# |---|---|---|
# | 0–5 | rate, peak; latency and freshness promised | online or batch |
# | 5–10 | cost of each kind of error | threshold, metric |
# | 10–18 | bytes at rest; delay of labels | storage, retraining |
# | 18–26 | FLOP and bytes of one prediction | which model is affordable |
# | 26–34 | machines by resource, p99 budget, slack | what binds; fallback |
# | 34–43 | alerts a day, size of a visible effect | who is paged; test length |
# | 43–45 | the number that would change the design | next step |

# %% [markdown]
# ## Where it breaks
#
# All of this is only as good as the latencies you measure. A server needs 5 ms and stalls for a
# second every twenty. A load test sends a request each 10 ms, **but waits for the answer before
# the next**.

# %%
seconds, gap = 200, 0.010
intended = np.arange(0, seconds, gap)  # when a user would have come
service = np.full(len(intended), 0.005)
free, start = 0.0, np.empty(len(intended))
stalls = 20.0 * np.arange(1, seconds // 20)
for i, at in enumerate(intended):
    start[i] = max(at, free)
    free = start[i] + service[i]
    if len(stalls) and free > stalls[0]:  # whatever is served then takes a second longer
        free, stalls, service[i] = free + 1.0, stalls[1:], service[i] + 1.0
tester, user = service, start + service - intended
(ax,) = figures.panels("one server, one log", xlabel="percentile", ylabel="latency (ms)", log="xy")
q = np.array([0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999])
for name, seen in (("from sending to answer", tester), ("from intending to answer", user)):
    ax.plot(1 - q, 1000 * np.quantile(seen, q), marker="o", label=name)
    shown = [f"{1000 * np.quantile(seen, p):.0f}" for p in (0.5, 0.9, 0.99, 0.999)]
    print(f"{name:26s} p50, p90, p99, p99.9: {', '.join(shown)} ms")
ax.set_xticks(1 - q[[0, 2, 5, 7, 9]], ["p50", "p90", "p99", "p99.9", "p99.99"])
ax.invert_xaxis(), ax.minorticks_off(), ax.legend(loc=(0.35, 0.45))
plt.show()

# %% [markdown]
# **Read it.** Same run. While the server stalls, the tester is waiting too: one slow request is
# noted instead of a hundred that would have come. Its p99 is 5 ms; a user's is near a second. No
# error, no warning, a fine dashboard. A *closed* loop cannot see overload, because it slows down
# with the server (Schroeder et al. 2006). Send on a clock, and count from the intended time.

# %% [markdown]
# ## Say it in 60 seconds
#
# "A hundred million users, twelve openings: 14 000 requests a second, 42 000 at the peak. Scoring
# needs about 140 machines at 60 % busy, network and memory a handful. So scoring binds, and the
# FLOP of a candidate is the guess to check first. Small pools must idle, large ones may run
# hotter. With a quarter more traffic the scorers hold; the shards, each a line of its own, break
# first, at p99. The page waits for many calls: I budget whole requests, not stages."
#
# **Mid**: right rate, peak and bytes. **Senior**: machines by resource, headroom with a reason.
# **Staff**: which guess matters, when the binding resource changes, its price.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Traffic grows by a quarter. What breaks first?</summary>
#
# Not the resource with the highest utilisation, but the one nearest to its knee *for its pool
# size*. A pool of 2 at 70 % goes to 88 % and its wait more than triples; a pool of 200 at 80 %
# just reaches 100 % and never recovers. Check also what has a hard edge instead of a queue:
# connection limits (by Little's law they follow rate × latency, so they grow *twice* when latency
# grows as well), memory of what is in flight, quotas. And retries: a timeout that fires adds load
# exactly then.
#
# </details>
#
# <details><summary>2. Do ten machines with one line each do as well as ten machines with one
# line?</summary>
#
# No. Random assignment leaves machines idle while others have lines: each is a single server at
# $\rho$. One line is $C(c,a)$, much better. In between, sending each request to the shorter of two
# random lines takes away most of the difference without a common queue; so does letting idle
# workers steal. Sticky routing (by user, for caches) gives the difference back: weigh hit rate
# against wait.
#
# </details>
#
# <details><summary>3. Arrivals are not Poisson. Does anything survive?</summary>
#
# Little's law survives as it is. The wait scales roughly by $(c_a^2+c_s^2)/2$ near saturation
# (Kingman). Many independent users do make Poisson arrivals over seconds; what breaks it is common
# cause: cron jobs at full minutes, push messages, retries, upstream batching. Then use the busiest
# *minute's* rate and add the burst as a backlog to be drained: burst ÷ (capacity − rate) seconds.
#
# </details>
#
# <details><summary>4. What p99 must a backend have so that a page of 100 calls is slow in 1 % of
# cases?</summary>
#
# $1-(1-p)^{100}=0.01$ gives $p\approx10^{-4}$: the backend's p99.99 must be within the page's
# limit. Measuring it to 10 % takes about $100/p=10^6$ requests (relative error of a count of $k$
# is $1/\sqrt k$, so $k=100$). If that cannot be had: fewer calls, a quorum (use the answers that
# are there after 50 ms and say what the missing ones cost in quality), or hedging.
#
# </details>
#
# <details><summary>5. Is it ever right to add p99s?</summary>
#
# As a guarantee without any knowledge of dependence: the chance that the total exceeds the sum of
# the *p99.5s* of two stages is at most 1 % (union bound: 0.5 % + 0.5 %). So to promise a p99 over
# $k$ stages add their $1-0.01/k$ quantiles, not their p99s: the sum of p99s is **not** even a
# bound for the p99 in the worst case, though it is one for log-normal-like stages that are
# independent or move together.
#
# </details>
#
# <details><summary>6. When would a faster GPU not help decoding?</summary>
#
# Below the ridge the time is bytes ÷ bandwidth. More FLOP/s move the ridge right and change
# nothing; more bandwidth, fewer bytes (quantised weights and cache, fewer key heads) or more
# sequences for each reading of the weights help. Above it, the opposite. And prefill and decode
# sit on different sides, so one upgrade helps one of them.
#
# </details>
#
# <details><summary>7. How do you choose the peak factor?</summary>
#
# By what resource it is for and over which window it is averaged. For compute behind a queue: the
# busiest minute. For a hard limit: the busiest second. For storage: 1. One region's day has a
# factor near 2 to 3; global services less, launches and matches 10 and more. Say whether
# autoscaling follows it: if a machine takes 5 minutes to start, the factor over 5 minutes must be
# held in reserve.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
