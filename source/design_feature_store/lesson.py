# %% [markdown]
# # {{title}}
#
# > "Our fraud model scores an AUC of 0.92 offline and 0.82 live. It is the same model file, every
# > feature is defined once, and the training set comes from a point-in-time join. What happened,
# > and what would you build so that it cannot happen again?"
#
# "Training–serving skew, so use a feature store" is what everybody answers. This team has one. The
# lesson walks the 45 minutes of that conversation, and each claim is run: what a join on event time
# leaks, why the leaked number is still worth something, what "equal online and offline" can mean
# when values take time to arrive, and which resource binds.
#
# ## Objectives
#
# {{objectives}}

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## Clarify and metrics (10 minutes)
#
# Ask what decides the design, and write the answers down:
#
# - **Which decision, when?** A payment is approved or held, within 100 ms.
# - **Who reads?** A fraud model (a few keys a payment), a ranker (500 candidates a request).
# - **How fresh, per feature?** A dispute count may be an hour old. A velocity count may not.
# - **What does a wrong value cost**, as against a missing one?
#
# The goal is not "a feature store". It is: *what training sees is what serving could have read*.
# Goal metric: parity rate on logged requests. Guardrails: p99 of a read, age of values. Offline AUC
# is no metric of this system, and you are about to see why.

# %% [markdown]
# ## Data (8 minutes): every row has two times
#
# `event_ts`, when it was true; `created_ts`, when we could read it. For entity $i$ and request time
# $t$, serving reads
#
# $$x_i(t)=\text{value of}\ \arg\max_{\text{event}}\{\,r:\ r_{\text{id}}=i,\
# r_{\text{event}}\le t,\ \underbrace{r_{\text{created}}\le t}_{\text{often left out}},\
# t-r_{\text{event}}\le\text{ttl}\,\}.$$
#
# ### Predict first: six rows, one request
#
# The request comes at 10:00. Which row does serving read, and which one does a join on event time
# put into the training set?

# %%
ROWS = {"A": (6, 6.3), "B": (7, 7.4), "C": (7, 10.8), "D": (8, 8.5), "E": (9, 12), "F": (11, 11.3)}
labels = {"xlabel": ("hour of the day", "event time (h)"), "ylabel": ("row", "write time (h)")}
left, right = figures.panels("from true to written", "the plane of two times", **labels)
for i, (name, (event, created)) in enumerate(ROWS.items()):
    left.plot((event, created), (i, i), "-", color=figures.BLUE)
    left.plot(event, i, "o", color=figures.INK), left.plot(created, i, "|", ms=11, c=figures.INK)
    right.plot(event, created, "o", color=figures.INK)
    right.annotate(name, (event, created), xytext=(4, 3), textcoords="offset points")
left.axvline(10, color=figures.ORANGE, linestyle="--")
left.set(yticks=range(6), yticklabels=ROWS, xlim=(5, 13))
right.plot((5, 13), (5, 13), color=figures.INK, linewidth=0.6, linestyle="-")
right.fill_between((5, 10), 5, 10, color=figures.SAND, alpha=0.45, linewidth=0)
right.fill_between((5, 10), 10, 13, facecolor="none", edgecolor=figures.ORANGE, hatch="///")
right.text(5.2, 9.3, "readable at 10"), right.text(5.2, 12.4, "leak", backgroundcolor="white")
right.set(xlim=(5, 13), ylim=(5, 13)), plt.show()
newest = {rule: max((r[0], r[1], n) for n, r in ROWS.items() if r[0] <= 10 and r[1] <= known)[2]
          for rule, known in (("serving", 10), ("event-time join", math.inf))}  # fmt: skip
print("row read by each at 10:00:", newest)

# %% [markdown]
# **Read it.** Left: dots are when a row became true, ticks when it was written, the dashed line is
# the request. Right: the same rows as points; all lie above the diagonal. Serving reads the shaded
# square: D. A join on event time reads the whole strip left of 10, so it takes E, of which nobody
# knew for two more hours. C is a correction of B, and would be a leak too.
#
# This is not exotic: until a change in 2026 the joins of Feast, a widely used open feature store,
# filtered on event time only, and `created_timestamp` merely broke ties. Filtering on it became an
# option, off by default.

# %% [markdown]
# ## What it costs: a fraud model with late labels
#
# The feature: disputes of this card in the last 72 hours. A dispute is *about* the payment (event
# time), and is *reported* some days later (write time). Beside it stand two features that are known
# at once: how many payments the card made in 24 hours, and an amount score. Three training sets
# differ in the dispute count alone: **both times**, **event time only**, and event time with a
# window that is closed at the request (**own event inside**).


# %%
def payments(seed, cards=700, hours=720.0):  # card, time, fraud: sorted by card and time
    rng = np.random.default_rng(seed)
    start = np.where(rng.random(cards) < 0.5, rng.uniform(0, hours, cards), np.inf)  # card stolen
    spell = rng.exponential(48, cards)
    own, theirs = rng.poisson(rng.gamma(2.0, 1.0, cards) * hours / 24), rng.poisson(spell / 8)
    theirs[np.isinf(start)] = 0
    card = np.repeat(np.tile(np.arange(cards), 2), np.concatenate([own, theirs]))
    thief = np.arange(len(card)) >= own.sum()
    when = rng.random(len(card)) * np.where(thief, spell[card], hours)
    when[thief] += start[card[thief]]
    order = np.array([i for i in np.lexsort((when, card)) if when[i] < hours])
    return card[order], when[order], thief[order] & (rng.random(len(order)) < 0.9), rng


def counts(card, when, which, created, window, strict=True):  # of `which`, known at each payment
    found = np.zeros(len(when))
    for rows in np.split(np.arange(len(when)), np.flatnonzero(np.diff(card)) + 1):
        events = rows[which[rows]]
        age = when[rows, None] - when[events]  # (payments, events) of one card
        inside = (age <= window) & ((age > 0) if strict else (age >= 0))
        found[rows] = (inside & (created[events] <= when[rows, None])).sum(axis=1)
    return found


# %%
def auc(score, y):  # chance that a fraud scores above an honest payment; a tie is half
    values, at, n = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(n) - (n - 1) / 2)[at]
    return (ranks[y].mean() - (y.sum() + 1) / 2) / (~y).sum()


def logistic(X, y):  # Newton's method with a touch of ridge: X (n, d) -> w (d,)
    w = np.zeros(X.shape[1])
    for _ in range(20):
        p = 1 / (1 + np.exp(-X @ w))
        w += np.linalg.solve((X.T * (p * (1 - p))) @ X + 1e-3 * np.eye(len(w)), X.T @ (y - p))
    return w


def tables(seed):  # what does not depend on the delay
    card, when, fraud, rng = payments(seed)
    at_once, wait = np.full(len(when), -np.inf), rng.exponential(1.0, len(when))
    velocity = counts(card, when, np.ones(len(when), bool), at_once, 24)
    rest = np.column_stack([np.ones(len(when)), np.log1p(velocity), rng.normal(0.7 * fraud)])
    leaks = [counts(card, when, fraud, at_once, 72, strict) for strict in (True, False)]
    return card, when, fraud, wait, rest, leaks


# %%
def trial(table, delay_h):  # for each training set: AUC offline, AUC live, expected ÷ real frauds
    card, when, fraud, wait, rest, leaks = table
    known = counts(card, when, fraud, when + delay_h * wait, 72)
    old, new = when < 480, when >= 480  # train on 20 days, judge on 10
    X = [np.column_stack([np.minimum(d, 3), rest]) for d in (known, *leaks)]
    weights = [logistic(x[old], fraud[old]) for x in X]
    live = [X[0][new] @ w for w in weights]  # serving has what is known, whatever you trained on
    offline = [auc(x[new] @ w, fraud[new]) for x, w in zip(X, weights, strict=True)]
    expected = [(1 / (1 + np.exp(-s))).sum() / fraud[new].sum() for s in live]
    return np.array([offline, [auc(s, fraud[new]) for s in live], expected]).T  # (3 sets, 3)


TABLES = [tables(seed) for seed in range(4)]
results = np.array([trial(table, 72) for table in TABLES])  # (4 worlds, 3 sets, 3 numbers)
print("mean delay 72 h        AUC offline |    AUC live | frauds expected per real one (± s.e.)")
for i, name in enumerate(("both times", "event time only", "own event inside")):
    mean, se = results[:, i].mean(0), results[:, i].std(0, ddof=1) / 2
    print(f"{name:18s} " + " |".join(f"{m:9.3f} ± {s:.3f}" for m, s in zip(mean, se, strict=True)))

# %% [markdown]
# **Read it.** The honest row keeps its word: what it shows offline is what serving gets. The second
# row is the interviewer's: 0.92 falls to 0.82, with the same file, the same definitions, no bug in
# any line of code. The third is the label in its own window.
#
# Now the last column. Live **ranking** hardly suffers: the AUC of the leaky model is within the
# error of the honest one. Its **probabilities** do: trained where disputes are plentiful, it reads
# their absence as innocence, and expects only about 0.6 of the real frauds. A threshold set
# offline lets the rest through. A monitor on AUC would miss it; one on calibration would not.

# %%
DELAYS = (3, 12, 24, 48, 72, 120, 168)
by_delay = np.array([[trial(table, d) for table in TABLES] for d in DELAYS]).mean(axis=1)
labels = {"xlabel": "mean delay of a dispute (h)", "ylabel": ("AUC", "expected ÷ real frauds")}
left, right = figures.panels("what you are shown, what you get", "calibration live", **labels)
left.plot(DELAYS, by_delay[:, 1, 0], marker="o", label="event time: offline")
left.plot(DELAYS, by_delay[:, 0, 0], marker="s", label="both times: offline")
left.plot(DELAYS, by_delay[:, 1, 1], marker="^", label="event time: live")
left.fill_between(DELAYS, by_delay[:, 0, 0], by_delay[:, 1, 0], color=figures.SAND, alpha=0.35)
left.text(78, 0.865, "worth of knowing\nat once")
right.plot(DELAYS, by_delay[:, 0, 2], marker="s", color=figures.BLUE, label="both times")
right.plot(DELAYS, by_delay[:, 1, 2], marker="^", color=figures.ORANGE, label="event time")
left.set(ylim=(0.75, 1.0)), left.legend(loc="upper left", fontsize=7), right.set(ylim=(0, 1.15))
right.legend(loc="lower left"), plt.show()
gain = by_delay[DELAYS.index(24), 0, 0] - by_delay[DELAYS.index(72), 0, 0]
print(f"reporting after 24 h in place of 72 h on average is worth {gain:+.3f} AUC")

# %% [markdown]
# **Read it.** The solid line is flat: a join on event time does not see the delay. So it answers
# another question exactly: *how good would the model be if values arrived at once?* The shaded gap
# is the **ceiling on what a faster pipeline can earn**. Compute both joins, show the honest one,
# and take the difference to the meeting about streaming.
#
# ## Model (8 minutes): the simplest store that is right
#
# 1. **Log what you serve, train on the log.** No skew; a new feature waits weeks for its history.
# 2. **A table with two times, and the join.** History at once; serving is *simulated*.
# 3. **Both**: backfill to try, log to keep; the log checks the join.

# %% [markdown]
# ## Serving (8 minutes): how old is a value?
#
# A job starts every $T$ seconds, reads up to its start, and its values can be read $L$ later (run
# and push). They serve until the next ones come, so ages run from $L$ to $L+T$, with mean $L+T/2$.
# If an entity changes at random at rate $\mu$, a read at a random moment is out of date with
# probability
#
# $$P(\text{stale})=1-e^{-\mu L}\,\frac{1-e^{-\mu T}}{\mu T}.$$
#
# So "online equals offline" is false by design for a share of reads that you can compute. Parity
# must be asked **at equal knowledge**: join offline as of the store's last cut-off, or compare what
# was logged.


# %%
def stale_share(mu, T, L, entities, seed):  # one read of each, at its own random moment
    rng = np.random.default_rng(seed)
    changes = rng.exponential(1 / mu, (entities, 16 + int(4 * mu * (T + L)))).cumsum(axis=1)
    t = rng.uniform(T + L, 2 * T + L, (entities, 1))
    cutoff = (t - L) // T * T  # start of the last job whose push has ended
    return np.mean(((changes > cutoff) & (changes <= t)).any(axis=1))


T, minutes = np.array([60, 300, 900, 3600, 14_400.0]), np.arange(0, 180, 0.25)
labels = {"xlabel": ("minutes", "period T (min)"), "ylabel": ("age (min)", "share of stale reads")}
left, right = figures.panels("age of a value, T = 60, L = 20", "stale reads", **labels)
left.plot(minutes, (minutes - 20) % 60 + 20, color=figures.INK)
left.axhline(50, linestyle="--"), left.text(84, 83, "dashed: mean L + T/2")
for mu, name, style in ((1 / 600, "10 min", "o"), (1 / 7200, "2 h", "s")):
    exact = 1 - np.exp(-mu * 1200) * (1 - np.exp(-mu * T)) / (mu * T)
    seen = np.array([stale_share(mu, t, 1200, 5000, seed=7) for t in T])
    right.plot(T / 60, exact, label=f"changes every {name}"), right.plot(T / 60, seen, "k" + style)
    z = ((seen - exact) / np.sqrt(exact * (1 - exact) / 5000)).round(1)
    print(f"changes every {name}: stale {exact.round(3)}, simulation off by z = {z}")
left.set_ylim(0, 90), right.set(xscale="log", ylim=(0, 1.05))
figures.plain_ticks(right.xaxis, (1, 5, 15, 60, 240)), right.legend(loc="center left")
plt.show()

# %% [markdown]
# **Read it.** Left: a saw tooth that never comes below $L$. "It is an hourly job" is neither the
# worst case (80 minutes) nor the mean (50). Right: lines are the formula, points a simulation. For
# the two-hour entity, going from hourly to every minute removes most of what is removable, but the
# curve ends on the floor $1-e^{-\mu L}$: **below $T\approx L$ you must shorten the run, not the
# period**. For the ten-minute entity nothing on this axis helps: compute it in the request.
#
# ## Which resource binds?
#
# 2·10⁸ users, 500 features of 8 bytes, 41 667 requests/s at the peak, a user and 500 candidates
# each. Say your guess first: bytes, reads, or network?

# %%
users, features, value_bytes, replicas = 2e8, 500, 8, 3
peak_rps, candidates, items = 41_667, 500, 1e6
node = {"storage": 256e9, "key reads": 1e5, "network": 1.25e9}  # B, 1/s, B/s of one machine
row_bytes = features * value_bytes


def nodes(hit_rate):  # candidates' rows are found in the ranker's own memory at this rate
    reads = peak_rps * (1 + candidates * (1 - hit_rate))
    need = {
        "storage": users * row_bytes * replicas,
        "key reads": reads,
        "network": reads * row_bytes,
    }
    return need, {name: math.ceil(need[name] / node[name]) for name in node}


for hit_rate in (0.0, 0.95, 0.99):
    need, count = nodes(hit_rate)
    sizes = f"{need['storage'] / 1e12:.1f} TB, {need['key reads'] / 1e6:5.2f} M reads/s, "
    sizes += f"{need['network'] / 1e9:5.1f} GB/s"
    print(f"items cached {hit_rate:4.0%}: {sizes} -> nodes {count}: {max(count, key=count.get)}")
print(f"all item rows in each ranker: {items * row_bytes / 1e9:.0f} GB")

# %% [markdown]
# **Read it.** Storage would be content with ten machines; reads want 209. So the argument about
# databases is the wrong one: 500 of 501 keys are *items*, and a million item rows are 4 GB, which
# every ranker can hold. At 95 % hits the two are nearly level; at 99 % **storage binds**, and only
# then do compression, narrower types and dropping dead features pay. The price is one more copy
# with an age of its own.
#
# ## Two paths, two seams
#
# Draw the offline and the online path apart, and name where they meet: **features** (one
# definition) and **labels** (joined back by request id).

# %%
BOXES = {  # name: (x, y, text)
    "log": (0.09, 0.86, "event log\nevent_ts,\ncreated_ts"),
    "off": (0.33, 0.86, "offline store\nall versions"),
    "join": (0.60, 0.86, "join on\nboth times"),
    "train": (0.88, 0.86, "train,\nregistry"),
    "def": (0.33, 0.50, "feature definitions\n(one code, versioned)"),
    "flog": (0.60, 0.50, "feature log (id, ts,\nvalues), labels later"),
    "on": (0.33, 0.13, "online store\nnewest, event_ts"),
    "serve": (0.60, 0.13, "model\nserver"),
    "req": (0.88, 0.13, "request\n100 ms"),
}
ARROWS = """log>off log>def def>off def>on off>join join>train
on>serve req>serve serve>flog flog>join train>serve""".split()


# %%
def draw(boxes, arrows):
    _, ax = plt.subplots(figsize=(6.0, 3.3))
    ax.set(xlim=(0, 1), ylim=(0, 1)), ax.axis("off")
    ax.axhspan(0.70, 1.0, color=figures.SAND, alpha=0.25, linewidth=0)
    ax.axhspan(0.0, 0.28, color=figures.BLUE, alpha=0.12, linewidth=0)
    ax.text(0.005, 0.96, "offline path", style="italic"), ax.text(0.005, 0.03, "online path",
                                                                 style="italic")  # fmt: skip
    for arrow in arrows:
        (x, y, _), (u, v, _) = (boxes[name] for name in arrow.split(">"))
        style = {"arrowstyle": "-|>", "color": figures.INK, "lw": 0.9, "shrinkA": 24, "shrinkB": 24}
        ax.annotate("", (u, v), xytext=(x, y), arrowprops=style)
    for name, (x, y, text) in boxes.items():
        seam = name in ("def", "flog")
        edge = {"boxstyle": "round", "facecolor": "white", "edgecolor": figures.INK}
        edge |= {"linewidth": 2.2 if seam else 0.8, "linestyle": "--" if seam else "-"}
        ax.text(x, y, text, ha="center", va="center", fontsize=7.5, bbox=edge)
    plt.show()


draw(BOXES, ARROWS)

# %% [markdown]
# **Read it.** Above, the offline path; below, the online one. The dashed boxes are the seams: the
# definitions feed both stores, and the feature log carries what serving used back to the join,
# where labels meet it. Without that arrow parity cannot be measured. Budget of the 100 ms: network
# 20, store 15, model 30, rules 10, slack 25. If the store times out, serve "missing": training
# knows it, for the join keeps cold entities.
#
# ## Monitoring (5 minutes): how long to wait for the late?
#
# Two streams have a median delay of one minute: one exponential, one lognormal with $\sigma=2$.
# You close windows ten minutes late. What share is lost in each?

# %%
wait = np.array([1, 2, 5, 10, 30, 60, 240, 1440])  # minutes
rng, n = np.random.default_rng(5), 200_000
delays = {"exponential": rng.exponential(1 / math.log(2), n), "lognormal, σ = 2": None}
delays["lognormal, σ = 2"] = np.exp(2 * rng.standard_normal(n))
(ax,) = figures.panels(
    "late for good", xlabel="allowance (min)", ylabel="share lost", log="xy", size=(5.0, 2.7)
)
for (name, delay), mark in zip(delays.items(), "os", strict=True):
    lost = np.array([(delay > w).mean() for w in wait])
    ax.plot(wait[lost > 0], lost[lost > 0], marker=mark, label=name)
    print(f"{name:17s} lost after 10 min {lost[3]:.3%}, after 1 h {lost[5]:.3%}", end="")
    print(f", after a day {lost[7]:.3%}")
figures.plain_ticks(ax.xaxis, (1, 10, 60, 240, 1440)), ax.set(ylim=(1e-5, 1)), ax.legend()
plt.show()

# %% [markdown]
# **Read it.** At ten minutes the exponential stream loses a thousandth, the other one an eighth; an
# hour still leaves one in fifty. Medians say nothing: **plot the tail on two logarithmic axes
# before you choose**. For a heavy tail no allowance is right: close early, count the late, and let
# a backfill rewrite the day. Every such rewrite writes into the past, which is why the join needs
# the second timestamp.
#
# Alarms, each with an owner: parity rate by feature, missing apart from wrong; age of the newest
# value; share of late events; calibration live. *The producer of a feature is paged, not the
# model's team.*

# %% [markdown]
# ## Where it breaks
#
# The stream job crashes and replays its last thousand events: *at least once*, as promised.
# Half-way through the replay you read three stores that took the same events. Which of them is
# wrong?

# %%
rng = np.random.default_rng(8)
event_ts = np.sort(rng.uniform(0, 1000, 4000))
card, balance = rng.integers(0, 200, 4000), rng.integers(1, 100, 4000)
arrival = np.argsort(event_ts + rng.exponential(3, 4000))  # a little out of order
arrival = [*arrival[:3000], *arrival[2000:2500]]  # crash at 3000, replay from 2000
truth = {}
for i in sorted(arrival, key=lambda i: event_ts[i]):
    truth[card[i]] = balance[i]
set_last, set_newer, times, count = {}, {}, {}, {}
for i in arrival:
    set_last[card[i]] = balance[i]  # "the last write wins"
    if event_ts[i] >= times.get(card[i], -1):
        set_newer[card[i]], times[card[i]] = balance[i], event_ts[i]
    count[card[i]] = count.get(card[i], 0) + 1  # incremental, as in many stream jobs
exact = {c: sum(card[i] == c for i in set(arrival)) for c in truth}
for name, got, want in (
    ("last write wins", set_last, truth), ("newer wins", set_newer, truth),
    ("count += 1", count, exact),
):  # fmt: skip
    print(f"{name:16s} wrong for {np.mean([got[c] != want[c] for c in want]):.0%} of cards")

# %% [markdown]
# One survives, and none raised anything. "Newer wins" reaches the same state in any order and after
# any number of repeats. "Last write wins" walks through the past once more, *and heals when the
# replay ends*: no check the next morning finds it. The increment never heals: it needs event ids,
# or to be computed again from the log.
#
# ## Iteration and recap (6 minutes)
#
# First fill the log, then check the join against it, in shadow, for one model; then a second
# team's. Roll back by definition version, never by editing values. Stop if after two models the
# second reused nothing: then a table and a log are enough. Largest risk: nobody owns the features
# of people who have left.

# %% [markdown]
# ## Say it in 60 seconds
#
# "Every feature row has two times: when it was true and when we could read it. Training must join
# on both, or it sees values that serving never had; offline numbers then flatter, and live
# probabilities are too low. Windows end strictly before the request. One definition feeds both
# stores, writes are newer-wins, backfills replace whole days. I log what serving used and compare
# it with the join, request by request. For this traffic reads bind, not bytes: I cache item rows
# first. Freshness is period plus run plus push, and the difference between the two joins is what
# more freshness could earn. With one model I would build only the log and the table."

# %% [markdown]
# What your 60 seconds contain, by level:
#
# - **Mid.** An offline store for training and an online one for serving; point-in-time join;
#   freshness named; Redis or the like for latency.
# - **Senior.** Two timestamps and why; strict windows; missing kept apart from 0; a replay and a
#   parity report; idempotent writes and backfills; reads sized, age computed from its parts.
# - **Staff.** What freshness is worth, from the two joins; when the binding resource changes; when
#   *not* to build it; who owns a feature, who is paged, how a definition is retired and a user
#   deleted from history; what would change the decision.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Why not just log features at serving and never join?</summary>
#
# Do it for every feature that is in production: the log is right by construction, with time-outs,
# defaults and stale caches in it. It cannot do three things: give history to a feature invented
# today, answer for requests that an older policy never let happen, or repair a feature that was
# served wrong. For these you join, and the log tells you how far the join can be trusted: compare
# the two on features that have both. Cost at the peak here: 41 667 requests/s × 501 rows × 4 kB is
# 83 GB/s, so log ids and versions and the features of a sample, not all of it.
#
# </details>
#
# <details><summary>2. Your rows have no created_ts. Now what?</summary>
#
# Three substitutes, worst first. *A constant lag*: join as of $t-\ell$ with $\ell$ a high quantile
# of the delay; safe for most rows, too pessimistic for the rest, wrong for backfills. *Table
# versions*: formats with time travel, or dated snapshots, give write time at the grain of a commit,
# for as long as versions are kept. *The source's change log*: its offset order is write order, and
# can be replayed. Start writing `created_ts` today, never update it, and never let a backfill keep
# the old one: a restated row is a new version. Measure the delay on new rows, and use it to choose
# $\ell$ for the old ones.
#
# </details>
#
# <details><summary>3. A month of a feature was wrong. How do you repair it?</summary>
#
# Separate three repairs. *Serving*: fix the definition under a new version, fill the online store
# by replay, switch. *History for new models*: backfill by overwriting whole days, so that it can be
# run twice; the new rows get today's `created_ts`. *History for reproducing old models*: keep the
# wrong rows, for they are what those models saw. Here the clean rule bites: joined on both times,
# the repaired values are invisible to last month's requests, because nobody knew them. To train on
# repaired history you say so: a second "knowledge time" for that version (as if it had been
# running), with the natural delay simulated. It is a declared what-if, not a silent leak.
#
# </details>
#
# <details><summary>4. Should training see fresh values, or values as stale as served?</summary>
#
# As stale as served. If serving reads the last push, join as of the cut-off of that push:
# `created_ts <= ts` with `created_ts` the moment at which the *online* store had the value. Else
# the model learns to trust a freshness that it will not get; the lesson's calibration column is the
# extreme case. Consequence: making the pipeline faster changes the training distribution. Ship a
# speed-up like a model change: rejoin, retrain, compare, then switch both together.
#
# </details>
#
# <details><summary>5. What does a time to live really do?</summary>
#
# It turns a stalled pipeline from *silently old* into *loudly missing*. That is only better if the
# model was trained with missing values and somebody is paged. Set by storage cost, it is a trap:
# after one failed day the store empties itself at midnight and every request is cold. So: age
# counted from `event_ts`, the same value in join and store, longer than the longest outage that you
# want to survive on old values, and an alarm on age well before it. A backfill that refreshes the
# store's own write time resets all ages: another reason to keep `event_ts` beside the value.
#
# </details>
#
# <details><summary>6. When would you not build a feature store?</summary>
#
# One model, one team, predictions in batch: a table with two timestamps and a tested join. Features
# that come with the request (text, image, cart): a shared library, nothing to store. Deep models
# that learn from raw event sequences: the "feature" is the last 200 events, and the store shrinks
# to an append-only list per user with a cut-off time, though the two-timestamp rule stays. It pays
# when several teams reuse the same entities, when the same value is needed in training and within
# milliseconds, and when somebody owns it. Count reuse after a year: features read by one model are
# overhead with a catalogue.
#
# </details>
#
# <details><summary>7. A user asks to be deleted. What must go?</summary>
#
# Online row, offline versions, feature log, derived aggregates, training sets, caches and backups,
# and possibly models. An append-only bitemporal table is the hardest place to delete from, and the
# one that auditors ask about. Two designs that help: encrypt each user's values with a key of their
# own and delete the key; keep ids behind a mapping table that can be cut. Either way old training
# sets can no longer be rebuilt exactly: store their checksums and metrics, and say that
# reproducibility ends where erasure begins. Aggregates over many users may stay; counts over few
# may not.
#
# </details>
#
# <details><summary>8. How do you change a definition without breaking its readers?</summary>
#
# A definition is immutable: `spend_7d` v2 is another column. Both are computed for a while; each
# model names the version that it was trained on; a reader moves when it retrains. Retire v1 when
# the registry shows no deployed model that reads it. Adding columns is safe, narrowing a type or
# changing a default is not: the default is part of the definition. The expensive mistake is "fixing
# the bug in place": every deployed model was fitted to the bug, and meets its repair as drift.
#
# </details>
#
# <details><summary>9. You rebuild last month's training set, and it differs. A bug?</summary>
#
# With a join on event time it is certain: late rows, corrections and backfills have arrived since.
# With both times the set is the same for ever, provided that `created_ts` is never rewritten, ties
# are broken by a rule, and nothing was erased. That gives the cheapest leak detector there is, and
# it needs no serving log: **build the same set twice, a week apart, and compare hashes by column.**
# The columns that changed are the ones that leak, ordered by how much. What it cannot see are leaks
# that were there from the start (an event in its own window) and code that differs online: for
# those you need the feature log.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
