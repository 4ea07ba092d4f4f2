# %% [markdown]
# # {{title}}
#
# > "Our model is retrained from last week's logs. Design the pipeline. What happens when a machine
# > dies in the night, when somebody edits the feature code, and when the new model is better on
# > average?"
#
# Most candidates list the steps: extract, train, evaluate, deploy. Everybody knows the steps. What
# is asked is which **promises** hold while steps fail: that a result says what it was made of, that
# nobody reads a half, that a killed run goes on as if nothing had been, that a gate cannot be
# gamed. And the price of each.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import hashlib
import json
import math

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## The 45 minutes, promise by promise
#
# | minute | what you settle | here |
# |---|---|---|
# | 0–5 clarify | who is hurt by a late, wrong, missing model | wrong is worse than old |
# | 5–10 metrics | a goal, two guardrails, the offline proxy | resolved; wrong promises, time |
# | 10–18 data | when a label is *known*; what is checked | 14 days; types, then rename |
# | 18–26 model | the cheap model that would do; what training costs | adapters; memory, FLOP |
# | 26–34 serving | how a model crosses; how it goes back | canary, old one warm |
# | 34–39 monitoring | whose pager, for which number | label rate, schema, step time |
# | 39–43 iteration | gate, test sets, how fresh is worth it | below |
# | 43–45 recap | what binds, what would change that | label delay |

# %% [markdown]
# ## The offline path: a result says what it was made of
#
# Give each step's result the key *hash(code, settings, values of the inputs)*. If the key is in the
# store, the step does not run. No dates, no "dirty" flags, no order of deployment.
#
# ### Predict first: five changes
#
# Steps: *check* the log, *label* it, compute *features*, *join*, *train*, *evaluate*, *gate*. Which
# of them run again after (a) a comment in the label's code, (b) another label window, (c) one more
# row in the log, which the check throws out, (d) another learning rate, (e) another limit in the
# gate?


# %%
STEPS = {  # inputs; hours on a real day; what the step makes of its setting and its inputs
    "check": (["log"], 1, lambda least, log: [x for x in log if x >= least]),
    "label": (["check"], 1, lambda window, rows: [x % window for x in rows]),
    "features": (["check"], 6, lambda scale, rows: [x * scale for x in rows]),
    "join": (["label", "features"], 2, lambda _, *sides: list(zip(*sides, strict=True))),
    "train": (["join"], 10, lambda rate, rows: sum(rate * a * b for a, b in rows)),
    "evaluate": (["train", "join"], 3, lambda _, w, rows: w / len(rows)),
    "gate": (["evaluate"], 0.1, lambda limit, score: score > limit),
}
SETTINGS = dict(zip(STEPS, (0, 7, 3, None, 0.1, None, 1), strict=True))


def run(log, code, settings, store):  # the steps that had to run, in order
    values, ran = {"log": log}, []
    for name, (inputs, _, make) in STEPS.items():
        given = [values[above] for above in inputs]
        made_of = json.dumps([code.get(name, name), settings[name], given])
        key = hashlib.sha256(made_of.encode()).hexdigest()
        if key not in store:
            store[key], ran = make(settings[name], *given), [*ran, name]
        values[name] = store[key]
    return ran


# %%
LOG, NAMES = [5, 12, -3, 20, 8], list(STEPS)
CHANGES = {  # log, code, settings
    "a  comment in label": (LOG, {"label": "label  # days"}, SETTINGS),
    "b  label window": (LOG, {}, SETTINGS | {"label": 5}),
    "c  bad row in log": ([*LOG, -9], {}, SETTINGS),
    "d  learning rate": (LOG, {}, SETTINGS | {"train": 0.2}),
    "e  limit of gate": (LOG, {}, SETTINGS | {"gate": 9}),
}
again = {}
for change, (log, code, settings) in CHANGES.items():
    store = {}
    run(LOG, {}, SETTINGS, store)
    again[change] = run(log, code, settings, store)
    hours = sum(STEPS[name][1] for name in again[change])
    print(f"{change:19s} {hours:5.1f} of {sum(s[1] for s in STEPS.values())} h: ", end="")
    print(", ".join(again[change]))

# %%
_, ax = plt.subplots(figsize=(6.0, 3.1))
ax.set(xlim=(-3.0, 8.3), ylim=(-5.2, 2.1)), ax.axis("off")
spots = {name: (1.28 * x, 0.6) for x, name in enumerate(NAMES)} | {"log": (-1.4, 0.6)}
spots |= {"label": (1.4, 1.5), "features": (2.44, -0.3)}
box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": figures.INK}
text = {"ha": "center", "va": "center", "fontsize": 7.5}
for name, spot in spots.items():
    ax.text(*spot, name, bbox=box, **text)
    for above in STEPS[name][0] if name in STEPS else ():
        bend = "arc3,rad=-0.6" if (above, name) == ("join", "evaluate") else "arc3"
        shape = {"arrowstyle": "-|>", "connectionstyle": bend, "color": figures.INK}
        shape |= {"shrinkA": 3 + 2.4 * len(above), "shrinkB": 4 + 2.4 * len(name)}
        ax.annotate("", spot, spots[above], arrowprops=shape)
for y, (change, ran) in enumerate(again.items()):
    ax.text(-3.0, -1.4 - 0.9 * y, change, va="center", fontsize=7.5)
    for name in NAMES:
        face = figures.BLUE if name in ran else "white"
        style = {"markerfacecolor": face, "markeredgecolor": figures.INK, "markersize": 11}
        ax.plot(spots[name][0], -1.4 - 0.9 * y, marker="s", **style)
plt.show()

# %% [markdown]
# **Read it.** Above: the offline path, log to gate. Below: one row a change; a filled square under
# a step: it ran again. A comment (a) costs one step, because label's *value* is the same as before:
# **early cut-off**. The bad row (c) stops at the check. A learning rate (d) leaves ten hours of
# data work alone. Keys made of the inputs' *keys* would run everything after a comment; keys made
# of *names* would run nothing when data change, and stay green.
#
# ## The online path: two versions, one instant
#
# A batch or a model is written under another name, checked there, then **renamed**: what readers
# can meet changes once. A retry starts from nothing, so it may be repeated.

# %%
_, ax = plt.subplots(figsize=(6.0, 2.8))
ax.set(xlim=(0, 10), ylim=(0, 4.6)), ax.axis("off")
old, canary = "version 41\n(in use)", "version 42\n(canary)"
spots = {"requests": (0.8, 2.4), "router": (2.8, 2.4), "answers": (7.9, 2.4)}
spots |= {old: (5.4, 3.6), canary: (5.4, 1.3), "registry": (2.2, 0.4), "log": (8.9, 0.4)}
for name, spot in spots.items():
    ax.text(*spot, name, bbox=box, **text)
links = {  # label, and where it stands
    ("router", old): ("99 %", (3.8, 3.3)),
    ("router", canary): ("1 %", (4.1, 2.1)),
    ("answers", "log"): ("with version\nand features", (9.45, 1.5)),
    ("registry", canary): ("a name moves:\nforward, or back", (4.6, 0.35)),
}
plain = [("requests", "router"), (old, "answers"), (canary, "answers")]
for (start, end), (label, place) in (links | dict.fromkeys(plain, ("", (0, 0)))).items():
    shape = {"arrowstyle": "-|>", "shrinkA": 22, "shrinkB": 24, "color": figures.INK}
    ax.annotate("", spots[end], spots[start], arrowprops=shape)
    ax.text(*place, label, color=figures.BLUE, ha="center", va="center", fontsize=7.5)
plt.show()

# %% [markdown]
# **Read it.** Two seams with the offline path: the **registry**, where a name moves from one
# version to another, and the **log**, where labels come back days later. Rollback is the same move
# backwards, so it takes as long as a rename, if version 41 is still loaded.
#
# ## Where the bytes go
#
# Adam in mixed precision: $2+2+(4+4+4)=16$ bytes a parameter (weight, gradient; master copy, two
# moments). ZeRO shares out over $n$ devices: stage 1 the 12, stage 2 the gradients too, stage 3
# all. Activations a layer: $s\,b\,h\,(34+5as/h)$ bytes; the second term is the attention scores.
#
# ### Predict first: what fits?
#
# 7.5 billion parameters, 64 devices of 80 GB: which stage fits first? And at 8192 tokens, does it
# still?

# %%
params, n, layers, width, heads = 7.5e9, 64, 32, 4096, 32
titles = "7.5e9 parameters, 64 devices", "activations, 1 sequence a device"
labels = {"xlabel": ("ZeRO stage", "tokens in a sequence"), "ylabel": "GB on one device"}
left, right = figures.panels(*titles, **labels, size=(6.0, 3.1))
total, pieces = np.zeros(4), {"weights": (2, 3), "gradients": (2, 2), "Adam": (12, 1)}
for (piece, (size, start)), colour in zip(pieces.items(), figures.COLOURS[1:], strict=True):
    part = params * size / np.where(np.arange(4) >= start, n, 1) / 1e9
    left.bar(range(4), part, bottom=total, color=colour, edgecolor="white", label=piece)
    total += part
s = np.array([1024, 2048, 4096, 8192, 16384])
for kept, factor in {"all": 34 + 5 * heads * s / width, "no scores": 34, "inputs": 2}.items():
    right.loglog(s, layers * s * width * factor / 1e9, marker="o", label=kept)
    print(f"8192 tokens, kept {kept:9s}: {(layers * s * width * factor / 1e9)[3]:6.1f} GB")
print("state in stages 0 to 3:", ", ".join(f"{x:.1f}" for x in total), "GB")
left.set(ylim=(0, 132), xticks=range(4)), right.set_ylim(0.2, 6000)
for ax, x in ((left, 2.6), (right, 1000)):
    ax.axhline(80, color="#777777", linewidth=1, linestyle="-")
    ax.annotate("80 GB", (x, 84), fontsize=7.5), ax.legend(loc="upper right" if x < 9 else 2)
figures.plain_ticks(right.xaxis, s[::2]), figures.plain_ticks(right.yaxis, (1, 10, 100, 1000))
plt.show()

# %% [markdown]
# **Read it.** Stage 1 fits already: Adam is three quarters of the state. Stage 2 costs no more
# traffic than plain data parallelism; stage 3 half as much again. The right panel is another
# account: no stage touches it, and the scores grow with the *square* of the length. Recomputing
# only them is nearly free: cheap to make, large to keep (Korthikanti et al. 2023).
#
# ## The ring
#
# Each of $n$ devices ends with the sum of all gradients of $S$ bytes. Round a ring, in chunks of
# $S/n$: $t=2\frac{n-1}{n}\frac{S}{B}+2(n-1)\alpha$, with bandwidth $B$ and latency $\alpha$ a step.
#
# ### Predict first: 8 devices or 1024?
#
# By which factor does the all-reduce slow down? For 14 GB? For 1 MB?

# %%
bandwidth, latency = 50e9, 10e-6  # B/s and s: a link between devices, one message
titles = "14 GB: gradients of 7e9 parameters", "1 MB: one small layer"
labels = {"xlabel": "devices n", "ylabel": ("s", "ms"), "log": "xy"}
left, right = figures.panels(*titles, **labels, size=(6.0, 3.0))
n = 2.0 ** np.arange(1, 13)
for ax, size, scale in ((left, 14e9, 1), (right, 1e6, 1e3)):
    ways = {
        "ring": 2 * (n - 1) / n * size / bandwidth + 2 * (n - 1) * latency,
        "tree": 2 * np.log2(n) * (size / bandwidth + latency),
        "through one device": 2 * (n - 1) * (size / bandwidth + latency),
    }
    for (way, t), marker in zip(ways.items(), "os^", strict=True):
        ax.plot(n, t * scale, marker=marker, markersize=3, label=way)
        unit = "s" if scale == 1 else "ms"
        print(f"{way:18s} 8 devices {t[2] * scale:7.3f}, 1024 {t[9] * scale:8.3f} {unit}")
    ax.axhline(size / bandwidth * scale, color="#777777", linewidth=1, linestyle="-")
    figures.plain_ticks(ax.xaxis, (2, 8, 64, 512, 4096))
left.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Thin line: sending $S$ once. For large messages the ring costs just under twice that,
# *whatever n is*, and no method can do better (Patarasuk & Yuan 2009). For 1 MB its $2(n-1)$ steps
# of latency are all that counts, and a tree wins. So gradients are put into large buckets, and sent
# while the backward pass still runs.
#
# ## How often to save
#
# A save takes $\delta$; the *job* fails every $M$ = one device's time ÷ $n$. Lost share, to first
# order: $\frac{\delta}{\tau}+\frac{\tau/2+R}{M}$, least at $\tau=\sqrt{2\delta M}$ (Young 1974).
# Without approximation $\frac{(M+R)(e^{(\tau+\delta)/M}-1)}{\tau}-1$, for failures at random.
#
# ### Predict first: the wrong interval
#
# Twice too long: what does that cost? And forgetting the ÷ $n$, for 1024 devices?

# %%
save, restart, one = 60.0, 600.0, 5e4 * 3600  # s; a device fails once in 50,000 h


def exact(tau, M):
    return (M + restart) * np.expm1((tau + save) / M) / tau - 1


def simulate(tau, M, rng, segments=4_000):  # share lost, and its standard error
    spent, open_ = np.zeros(segments), np.arange(segments)
    while len(open_):  # segments that have not been finished and saved yet
        fails_at = rng.exponential(M, len(open_))
        dies = fails_at < tau + save
        spent[open_] += np.where(dies, fails_at + restart, tau + save)
        open_ = open_[dies]
    lost = spent / tau - 1
    return lost.mean(), lost.std(ddof=1) / segments**0.5


# %%
labels = {"xlabel": "time between checkpoints (s)", "ylabel": "time lost (%)", "log": "xy"}
(ax,) = figures.panels("60 s a save, 10 min a restart", **labels, size=(5.6, 3.2))
taus, rng = np.geomspace(100, 2e5, 200), np.random.default_rng(7)
for devices, colour, marker in ((1024, figures.INK, "o"), (16_384, figures.ORANGE, "s")):
    M = one / devices
    best, forgot = math.sqrt(2 * save * M), math.sqrt(2 * save * one)
    ax.plot(taus, 100 * exact(taus, M), color=colour, linestyle="-", label=f"{devices} devices")
    ax.plot(taus, 100 * (save / taus + (taus / 2 + restart) / M), color=colour, linewidth=0.8)
    points = np.geomspace(150, min(1e5, 2.5 * M), 8)
    found = 100 * np.array([simulate(tau, M, rng) for tau in points])
    ax.errorbar(
        points, found[:, 0], 2 * found[:, 1], color=colour, fmt=marker, markersize=3, capsize=3
    )
    ax.axvline(best, color=colour, linewidth=1, linestyle=(0, (1, 2)))
    lost = [f"{exact(tau, M):.3g}" for tau in (best, 2 * best, forgot)]
    print(f"{devices} devices fail every {M / 3600:.1f} h. Share lost, saved each {best:.0f} s:")
    print(f"  {lost[0]}; half as often: {lost[1]}; without the ÷ n, {forgot:.0f} s: {lost[2]}")
ax.set_ylim(1.5, 400), ax.legend(loc="lower left")
figures.plain_ticks(ax.yaxis, (2, 5, 10, 30, 100, 300))
plt.show()

# %% [markdown]
# **Read it.** Thick: exact; thin: first order; points: simulated, with bars of two standard
# errors; dotted: $\sqrt{2\delta M}$. The valley is flat: twice too long costs
# less than a point on 1024 devices. Precision is not the issue; the **÷ n** is. And M shrinks with
# the fleet: at 16,384 devices a 60-second save already loses a sixth, so $\delta$ must fall (save
# in the background).
#
# ## What has to be saved
#
# ### Predict first: which loss shows?
#
# A run is cut and resumed without (a) Adam's moments, (b) the generator, (c) the place in the
# epoch, (d) the step; or (e) whole, on 48 devices instead of 64. Where does the loss jump?

# %%
draw = np.random.default_rng(2)
X = draw.standard_normal((256, 24)) * np.geomspace(1, 0.05, 24)
y = (X @ draw.standard_normal(24) * 2 + draw.logistic(size=256) > 0).astype(float)


def go(state, steps, devices=64):  # new state, rows seen, loss after each step
    rng = np.random.default_rng()
    rng.bit_generator.state = state["rng"]
    (w, m, v, t, todo), seen, losses = (state[key] for key in ("w", "m", "v", "t", "todo")), [], []
    for _ in range(steps):
        todo = todo or rng.permutation(256).tolist()
        rows, todo, t = todo[:64], todo[64:], t + 1
        x = X[rows] * (rng.random(24) < 0.9)  # dropout of inputs
        each = x * (1 / (1 + np.exp(-x @ w)) - y[rows])[:, None]
        g = np.sum([part.sum(axis=0) for part in np.array_split(each, devices)], axis=0) / 64
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        size = 0.3 * min(1, t / 200) / (1 - 0.9**t) * math.sqrt(1 - 0.999**t)
        w, seen = w - size * m / (np.sqrt(v) + 1e-9), seen + rows
        losses.append(np.mean(np.logaddexp(0, (1 - 2 * y) * (X @ w))))
    new = {"w": w, "m": m, "v": v, "t": t, "todo": todo, "rng": rng.bit_generator.state}
    return new, seen, np.array(losses)


# %%
zero, first = np.zeros(24), np.random.default_rng(1).bit_generator.state
start = {"w": zero, "m": zero, "v": zero, "t": 0, "todo": [], "rng": first}
middle, *_ = go(start, 402)  # two steps into an epoch of four
whole, rows_whole, loss_whole = go(middle, 30)
print("resumed without   | largest rise of the loss | weights differ by | due rows not seen")
for name, change, devices in (
    ("nothing", {}, 64),
    ("a  moments", {"m": zero, "v": zero}, 64),
    ("b  generator", {"rng": first}, 64),
    ("c  place in epoch", {"todo": []}, 64),
    ("d  step", {"t": 0}, 64),
    ("e  on 48 devices", {}, 48),
):
    state, rows, losses = go(middle | change, 30, devices)
    missed = len(set(rows_whole[:128]) - set(rows[:128]))  # of the epoch's last two steps
    gap, rise = abs(state["w"] - whole["w"]).max(), (losses - loss_whole).max()
    print(f"{name:17s} | {rise:24.4f} | {gap:17.1e} | {missed:5d} of 128")

# %% [markdown]
# **Read it.** Only lost moments make the loss jump. A lost place hides in the noise, and half of
# the rows that were due are not seen. "The loss looks fine" tests one piece of state in five;
# **cut, resume, compare bits** tests all. The last row lost nothing: 48 devices add in another
# order, and rounding parts the runs. Bit equality is a promise for *one* layout.
#
# ## Many devices, one batch
#
# Sums add up over devices, means do not: all-reduce sums and counts, then divide.
#
# ### Predict first: harmless?
#
# Each device averages its own tokens, and the averages are averaged. Does that only add noise? And
# batch norm, with 4 rows on each device?

# %%
rng, repeats = np.random.default_rng(4), 4000
print("8 devices: mean of device means / mean over tokens | ± 2 s.e. | spread")
for name, spread, slope in (
    ("equal lengths", 0.0, 0.0),
    ("ragged, unrelated to the gradient", 0.8, 0.0),
    ("ragged, long texts are easier", 0.8, 0.3),
):
    tokens = np.round(200 * rng.lognormal(0, spread, (repeats, 8)))
    on_device = 1 - slope * np.log(tokens / 200) + rng.standard_normal((repeats, 8)) / tokens**0.5
    wrong = on_device.mean(axis=1) / ((tokens * on_device).sum() / tokens.sum())
    error = 2 * wrong.std() / repeats**0.5
    print(f"{name:41s} {wrong.mean():7.3f} | {error:8.3f} | {wrong.std():6.3f}")
print("batch norm on one device's rows: correlation with the whole batch's")
for rows in (2, 4, 16, 64):
    x = rng.standard_normal((4000, rows))  # the whole batch's mean and spread: 0 and 1
    z = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    print(f"  {rows:2d} rows: {np.corrcoef(x.ravel(), z.ravel())[0, 1]:.3f}", end="")
print()

# %% [markdown]
# **Read it.** Where length says something about the loss, averaging averages is **biased**: short
# texts count too much, at any number of steps. Batch norm on few rows is another function; say
# *synchronised*, or use a norm that looks at one row.
#
# ## How fresh is worth it
#
# A run costs $c$; each day of age loses $g$ a day. With a run every $T$ days and labels $D$ days
# late: $\frac cT+g\left(\frac T2+D\right)$ a day, least at $T=\sqrt{2c/g}$. Young's formula again.

# %%
run_usd = 64 * 2 * 6 * 7e9 * 2e10 / (64 * 400e12) / 3600  # 64 devices at 2 USD/h
print(f"a run: {run_usd:,.0f} USD. All below in USD a day.")
print("g: a day of age | best T |  runs and age at best T,  daily,  weekly | labels 14 days late")
for g in (5, 50, 250, 2500):
    best = math.sqrt(2 * run_usd / g)
    costs = [run_usd / T + g * T / 2 for T in (best, 1, 7)]
    print(f"{g:15d} | {best:4.1f} d | {costs[0]:23,.0f} {costs[1]:7,.0f} {costs[2]:8,.0f}", end="")
    print(f" | {14 * g:19,.0f}")

# %% [markdown]
# **Read it.** Measure $g$ first: serve last month's model to 1 %, or score old models on new days.
# The optimum is flat here too. Once age matters at all, waiting for labels (last column) costs more
# than any schedule saves: a faster label is worth more than a faster cluster. A skipped run leaves
# the model $T$ days older: $gT$ a day until the next.
#
# ## Where it breaks
#
# The gate asks for a gain on held-out rows. A team tries candidate after candidate **on the same
# rows**, and keeps what helped. Here every candidate flips coins.

# %%
tries, n_rows, repeats = 400, 2000, 12
kept = np.empty((2, repeats, tries))
for r in range(repeats):
    rng = np.random.default_rng(r)
    for where in (0, 1):  # the test that chooses, then fresh rows
        right = rng.choice(np.array([-1, 1], np.int8), (tries, n_rows))  # 1: candidate is right
        if where == 0:
            keep = np.where(right.sum(axis=1, dtype=int) > 0, 1, -1)  # else turn its answers
        votes = np.cumsum(right * keep[:, None], axis=0)  # of all that were kept so far
        kept[where, r] = np.mean((votes > 0) + 0.5 * (votes == 0), axis=1)
labels = {"xlabel": "candidates tried on one test set", "ylabel": "accuracy of their vote"}
(ax,) = figures.panels("coins, chosen on a test set", **labels, size=(5.2, 3.0))
for accuracy, name in zip(kept, ("on the test that chose", "on fresh rows"), strict=True):
    mean, error = accuracy.mean(0), accuracy.std(0, ddof=1) / repeats**0.5
    (line,) = ax.plot(range(1, tries + 1), mean, label=name)
    ax.fill_between(range(1, tries + 1), mean - 2 * error, mean + 2 * error, alpha=0.25)
    shown = ", ".join(f"{mean[i]:.3f}" for i in (0, 19, -1))
    print(f"{name:22s} after 1, 20, 400 tries: {shown} (± {2 * error[-1]:.3f})")
ax.set_ylim(0.45, 0.72), ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Bands: two standard errors of 12 repeats. On the rows that chose, coins reach a gain
# that any gate would pass, with a tiny interval; on fresh rows there is nothing. No single look was
# dishonest. The interval assumes that the candidate did not depend on the rows (Blum & Hardt 2015).
# So a registry notes each look at a test set, the gate refuses a used one, and a *newer week* is
# the natural fresh set.

# %% [markdown]
# ## Say it in 60 seconds
#
# "Steps are keyed by code, settings and input values, so a change runs only what it reaches, and
# rollback is free. Batches are checked, then renamed; retries start from nothing. Labels wait until
# they are known. Training holds 16 bytes a parameter; activations are recomputed. A thousand
# devices fail every two days: a save every hour or so loses three per cent. Resume is tested to the
# bit. The gate wants a gain on fresh rows and no slice harmed; back in a minute. Freshness is
# priced: usually label delay binds."
#
# **Mid**: right steps, retries, checkpoints. **Senior**: idempotence, what resume needs, gate with
# slices, rollback. **Staff**: prices age and failure, finds what binds.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. The step is not deterministic (GPU atomics, an API call). Do keys by content
# still work?</summary>
#
# The key is of the *inputs*, so the step is not run again and its stored value is used: reruns are
# stable because they do not happen. What you lose: early cut-off after it (a second run gives
# another value, and everything behind moves), and the claim that the value can be made again. So
# store the value, not only the recipe; note the environment in the key; and put a cheap
# deterministic step behind it (rounding, sorting) where that is honest. Garbage collection follows:
# keep what a promoted model's lineage reaches, drop the rest by age.
#
# </details>
#
# <details><summary>2. Object stores have no atomic rename of a folder. Now what?</summary>
#
# Write data files under unique names, then one small manifest that lists them, then move one
# pointer by a conditional put (compare and swap). Readers take the pointer once and read only what
# its manifest lists. That is what table formats do. Two writers: the second's condition fails, it
# re-reads and retries. Old files are deleted only after the longest reader's time.
#
# </details>
#
# <details><summary>3. One device in a thousand is slow. What does the step time do?</summary>
#
# A synchronous step waits for the slowest: if each device is slow in a share p of steps, the step
# is slow with $1-(1-p)^n$: at p = 0.1 % and 1024 devices in 64 % of steps. So hunt for stragglers
# by device (they are mostly the *same* ones: heat, a bad link), keep spares warm and swap at the
# next checkpoint. Dropping the slowest gradients biases the batch if slowness depends on the data
# (long sequences). Asynchrony trades this for stale gradients.
#
# </details>
#
# <details><summary>4. When is a simpler pipeline enough?</summary>
#
# If the whole run takes minutes and costs a dollar: one script, one container, run it all each
# night; caching is where bugs live. If a month of age costs nothing: retrain by hand, with the
# gate. Content keys pay when steps differ in price by orders of magnitude; a registry pays from
# the second model in use; sharded state pays when 16 bytes a parameter exceed a device. What is
# never optional: the check before publishing, the test of resume if runs are longer than the time
# between failures, and a way back.
#
# </details>
#
# <details><summary>5. ZeRO 3, tensor parallel or pipeline parallel?</summary>
#
# Ask what does not fit. State too large: ZeRO, for its traffic (about 1.5 times plain data
# parallelism) overlaps with compute as long as each device's batch is large enough. One layer's
# activations or weights too large: tensor parallel, inside a machine, since it communicates in
# every layer. Many machines with slow links between them: pipeline stages send only activations,
# at the price of a bubble of $(p-1)/(m+p-1)$ for p stages and m micro-batches. The binding resource
# changes when the global batch stops growing: then data parallelism has nothing left to share out.
#
# </details>
#
# <details><summary>6. Offline says +2 %, the canary shows nothing. Ship?</summary>
#
# First rule out a broken seam: replay the canary's logged features through the offline model; the
# scores must be equal. Then ask whether the canary *could* have seen it: 1 % of traffic for a day
# may have an interval of ± 3 %. Then the proxy: offline rows were chosen by the old model, so gains
# where it never went do not show, and gains on what it showed are flattered. If the interval
# excludes the gain, hold, look at slices, and repair the offline set: its job is to rank candidates
# as the online test does. Decide by cost: a neutral model that is cheaper may still go.
#
# </details>
#
# <details><summary>7. How do you promise to delete a user's data from a pipeline of
# caches?</summary>
#
# Lineage answers which results hold them: keys are made of values, so the graph from row to batch
# to model exists. Delete the source, invalidate what it reaches, rebuild on schedule; models are
# retrained within the promised time, so T above gets an upper bound from law rather than cost. Keep
# raw personal data out of keys and logs; key by an opaque id whose table can be dropped.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
