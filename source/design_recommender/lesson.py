# %% [markdown]
# # {{title}}
#
# > "Design the home feed of a marketplace: 100 million daily users, 100 million items. … Good. Your
# > new retrieval model has 12 % more recall offline. The experiment is flat. What happened?"
#
# Everybody draws two towers and a ranker. The interview is decided by the second half: what the
# loss really learns, what the index really loses, and what the log cannot contain. This lesson
# walks the 45 minutes in order and **measures each claim on the way**. One of them, on what log q
# does to rare items, is the opposite of what most candidates say.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures

figures.use_style()

# %% [markdown]
# ## Minutes 0–10: clarify, then one metric
#
# *The decision:* which 20 of 10⁸ items to show, now. *An error* wastes a place; a bad one (sold
# out) costs trust. *Who loses* if it only exploits: new sellers. Ask: sessions a day, latency, what
# is forbidden, what counts as success.
#
# *Goal:* purchases per user in 28 days. *Guardrails:* p99 latency, sellers with a first sale.
# *Offline proxy:* recall at 500; it may disagree, for the log holds only what the old system
# showed.
#
# ### Predict first: can one stage do it?
#
# 12 requests a user and day, a peak of 3. Guess scores a second for one stage over everything, and
# for 500 candidates.

# %%
peak_rps = 1e8 * 12 / 86_400 * 3
print(f"requests at the peak       {peak_rps:12,.0f} /s")
print(f"one stage: all items       {peak_rps * 1e8:12.1e} scores/s")
print(f"500 candidates             {peak_rps * 500:12.1e} scores/s")
print(f"features: 501 rows a page  {peak_rps * 501 / 1e6:12.1f} million rows/s", end="")
print(f", {peak_rps * 501 * 50 * 8 / 1e9:.2f} GB/s")
table = 1e9 * 64 * 4
print(f"table, 1e9 ids × 64 fp32   {table / 1e9:12.0f} GB; while training with")
print(f"  Adam, row-wise Adagrad   {3 * table / 1e9:12.0f} and {(table + 1e9 * 4) / 1e9:.0f} GB")
vector = 128 * 4
sizes = 1e8 * np.array([vector, vector + 2 * 16 * 4, 16 + 8]) / 1e9
print("index flat, HNSW, IVF-PQ   {:12.1f}, {:.1f} and {:.1f} GB".format(*sizes))
lists, probes = 40_000, 16
products = lists + probes * 1e8 / lists
print(f"IVF, {lists:,} lists, {probes} probed {products:11,.0f} products a request")
reads = products * peak_rps / 1e12 * np.array([vector, 16])
print("  their memory reads, fp32 {:12.2f} TB/s; with 16-byte codes {:.2f}".format(*reads))

# %% [markdown]
# **Read it.** One stage needs 200 000 times the scores: that, and not taste, is why there are two.
# What binds then? Retrieval reads 1.7 TB/s of memory, in sequence: some twenty servers, or one or
# two with codes. The ranker wants **20.9 million feature rows a second**: 8 GB/s is a few network
# cards, but as random reads it is a fleet. It halves if you rank 250, and nearly vanishes if item
# features live in the ranker's memory.
#
# And the table is a statement about optimisers: Adam triples it. Row-wise Adagrad, one number a
# row, adds 2 %.
#
# ## Minutes 10–34: two paths, three seams

# %%
_, ax = plt.subplots(figsize=(6.0, 3.0))
top = "impressions\nand clicks", "rows, once\nmature", "towers,\nranker", "vectors,\nindex v7"
low = "request", "user\nfeatures", "retrieve\n(index v7)", "filter,\nrank", "MMR, place\nto explore"
at = {n: (1.33 * i, 1.0) for i, n in enumerate(top)} | {n: (i, 0.0) for i, n in enumerate(low)}
look = {"boxstyle": "round,pad=0.45", "fc": "white", "ec": figures.INK}
for name, (x, y) in at.items():
    ax.text(x, y, name, ha="center", va="center", fontsize=7.5, bbox=look)
flow, seam = {"arrowstyle": "-|>"}, {"arrowstyle": "-|>", "ls": "--", "color": figures.ORANGE}
for names, half in ((top, 0.46), (low, 0.36)):
    for a, b in zip(names, names[1:], strict=False):
        ax.annotate("", (at[b][0] - half, at[b][1]), (at[a][0] + half, at[a][1]), arrowprops=flow)
for tip, tail, x, text in (((2.1, 0.2), (3.6, 0.8), 2.98, "one version"),
                           ((1.3, 0.8), (1.0, 0.2), 1.22, "one definition")):  # fmt: skip
    ax.annotate("", tip, tail, arrowprops=seam)
    ax.text(x, 0.48, text, fontsize=7.5)
loop = (4.0, 4.0, -0.62, -0.62, -0.46), (-0.2, -0.38, -0.38, 1.0, 1.0)
ax.plot(*loop, color=figures.ORANGE, linestyle=":"), ax.set(xlim=(-0.7, 4.5), ylim=(-0.6, 1.5))
ax.text(1.2, -0.55, "the page becomes the next log", fontsize=7.5)
ax.text(-0.5, 1.35, "OFFLINE, hourly"), ax.text(-0.5, 0.3, "ONLINE, 200 ms"), ax.axis("off")
plt.show()

# %%
names, ms = "gateway features retrieve rank re-rank network".split(), (10, 20, 30, 60, 20, 20)
counts = {2: 1e8, 3: 500, 4: 100, 5: 20}
left, right = figures.panels("items that enter", "budget", xlabel=("items", "ms since the request"),
                             ylabel="stage", sharey=True, size=(6.0, 2.6))  # fmt: skip
place, ends = np.arange(6)[::-1], np.cumsum(ms)
for i, count in counts.items():
    left.barh(place[i], count, color=figures.BLUE, height=0.6)
    text = f"{count:,.0f}" if count < 1e8 else f"10⁸, {products:,.0f}\ncompared"
    left.text(count * 1.5, place[i], text, va="center", fontsize=7.5)
left.set(xscale="log", xlim=(1, 3e11), yticks=place, yticklabels=names)
right.barh(place, ms, left=ends - ms, color=figures.ORANGE, height=0.6)
for y, end, m in zip(place, ends, ms, strict=True):
    right.text(end + 3, y, f"{m} ms", va="center", fontsize=7.5)
right.axvline(200, color=figures.INK, linewidth=1.0), right.set(xlim=(0, 212))
print(f"the stages take {sum(ms)} ms; slack {200 - sum(ms)} ms of 200")
plt.show()

# %% [markdown]
# **Read them.** Above: full arrows are data flow, the others **seams** where such systems break.
# Vectors and index carry one version (a user vector of v8 in an index of v7 is noise). A feature
# has one definition for both paths. And the dotted one is built by nobody: the page that is served
# *becomes* the next training set.
#
# Below: each stage may cost far more per item because the one before let few through. The slack is
# for the tail: p99s of stages do not add up. Retrieval late? Serve popular items of the hour.

# %% [markdown]
# ## What in-batch negatives learn
#
# Row i of a batch: user $u_i$ bought item $i$; the other items $j$ of the batch are negatives. They
# are not a uniform sample: item $j$ is there with probability $q_j$, its popularity. A sum over the
# catalogue, estimated from such a sample, needs weights $1/q_j$:
#
# $$\sum_{k} e^{s_k}\;\approx\;\frac1B\sum_{j\in\text{batch}}\frac{e^{s_j}}{q_j}
# =\frac1B\sum_j e^{s_j-\log q_j}$$
#
# So train with $s_{ij}-\log q_j$ and the optimum is $s\to\log P(j\mid i)$, up to a constant a user.
# Leave it out, and $s$ itself must absorb it: $s\to\log P(j\mid i)-\log q_j$, the pointwise mutual
# information (word2vec's objective, as Levy & Goldberg 2014 saw).


# %%
def world(rng, n_users=150, n_items=400, n_categories=8, n_events=16_000):
    category = rng.integers(n_categories, size=n_items)
    zipf = rng.permutation(1 / np.arange(1, n_items + 1) ** 0.9)
    taste = 0.9 * rng.dirichlet(np.full(n_categories, 0.08), n_users) + 0.1 / n_categories
    P = taste[:, category] * zipf
    P /= P.sum(axis=1, keepdims=True)  # P(item | user): (n_users, n_items)
    user = rng.integers(n_users, size=n_events)
    item = (P.cumsum(axis=1)[user] < rng.random((n_events, 1))).sum(axis=1).clip(max=n_items - 1)
    return P, category, user, item


P, category, user, item = world(np.random.default_rng(0))
past = np.arange(len(user)) < 12_800  # events come in order: the future is the test
counts = np.bincount(item[past], minlength=P.shape[1])
logq = np.log((counts + 1) / (past.sum() + len(counts)))
head = np.argsort(np.argsort(-counts)) < len(counts) // 5
print(f"{head.mean():.0%} of the items have {counts[head].sum() / counts.sum():.0%} of the events")


# %%
def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def train(correct, seed, B=128, temp=0.2):
    rng, n = np.random.default_rng(seed), len(P)
    table, state = rng.standard_normal((sum(P.shape), 16)), 1e-12  # users, then items
    for rows in rng.integers(past.sum(), size=(700, B)):
        ids = np.concatenate([user[rows], n + item[rows]])
        x = unit(table[ids])
        u, v = np.split(x, 2)  # (B, 16)
        z = u @ v.T / temp - correct * logq[item[rows]]  # (B, B)
        z[(item[rows][:, None] == item[rows]) & ~np.eye(B, dtype=bool)] = -np.inf  # twins
        p = np.exp(z - z.max(axis=1, keepdims=True))
        dz = (p / p.sum(axis=1, keepdims=True) - np.eye(B)) / (B * temp)
        g, grad = np.concatenate([dz @ v, dz.T @ u]), np.zeros_like(table)
        g = g - (g * x).sum(axis=1, keepdims=True) * x
        np.add.at(grad, ids, g / np.linalg.norm(table[ids], axis=1, keepdims=True))
        state = state + (grad**2).mean(axis=1, keepdims=True)  # row-wise Adagrad: one number a row
        table -= 0.5 * grad / np.sqrt(state)
    return unit(table[:n]), unit(table[n:])  # what serving will multiply


# %% [markdown]
# ### Predict first: who gains from the correction?
#
# Train twice, with and without $-\log q$. Two predictions. Recall at 50 of purchases of **tail**
# items (outside the top fifth): up or down? And: serve the *corrected* model, but subtract
# $\beta\log q$ from its scores. Which β brings the uncorrected model back?


# %%
def recall(scores, only=True, k=50):
    old, new = np.zeros((2, *P.shape), dtype=bool)
    old[user[past], item[past]] = True
    new[user[~past], item[~past]] = True
    new &= ~old & only
    top = np.argsort(np.where(old, np.inf, -scores), axis=1)[:, :k]
    hits, wanted = np.take_along_axis(new, top, axis=1).sum(axis=1), new.sum(axis=1)
    return np.mean(hits[wanted > 0] / wanted[wanted > 0])


groups = {"all": True, "head": head, "tail": ~head}
models = [[train(on, seed) for seed in range(3)] for on in (True, False)]
scores, plain = ([U @ V.T / 0.2 for U, V in three] for three in models)
popular = [np.tile(counts, (len(P), 1))]

# %%
table = {}
for name, some in (("with log q", scores), ("without", plain), ("popularity", popular)):
    table[name] = [np.mean([recall(s, group) for s in some]) for group in groups.values()]
    print(f"{name:12s}", *(f"{g} {r:.3f}" for g, r in zip(groups, table[name], strict=True)))
betas = np.linspace(-0.5, 1.5, 9)
curves = []
for group in groups.values():
    curves.append([np.mean([recall(s - b * logq, group) for s in scores]) for b in betas])
shift = np.mean([(a - b).mean(axis=0) for a, b in zip(scores, plain, strict=True)], axis=0)
slope, fit = np.polyfit(logq, shift, 1)[0], np.corrcoef(logq, shift)[0, 1]
print(f"slope of (score with − score without) on log q: {slope:.2f}, correlation {fit:.2f}")

# %%
left, right = figures.panels("trained with, without log q", "corrected model, served with −β log q",
                             xlabel=("items that are bought", "β at serving"),
                             ylabel="recall at 50", sharey=True, size=(6.0, 3.0))  # fmt: skip
place = np.arange(3)
for i, (name, row) in enumerate(table.items()):
    colour = (figures.INK, figures.BLUE, figures.SAND)[i]
    left.bar(place + 0.27 * (i - 1), row, 0.25, color=colour, label=name)
left.set(xticks=place, xticklabels=list(groups), ylim=(0, 1)), left.legend(fontsize=7)
for i, (name, curve) in enumerate(zip(groups, curves, strict=True)):
    (line,) = right.plot(betas, curve, label=name)
    right.plot(1, table["without"][i], "os^"[i], color=line.get_color(), markersize=7, mfc="white")
right.plot([], [], "o", color=figures.INK, mfc="white", markersize=7, label="without, at β = 0")
right.axvline(0, color=figures.INK, linewidth=0.6, linestyle="-")
right.legend(fontsize=7, loc="lower left")
plt.show()

# %% [markdown]
# **Read it.** Left: with log q total recall rises, and **all of it comes from the head; the tail
# falls**. "Log q helps rare items" has the sign wrong: it gives popular items back what
# over-sampling took. Right: as β grows, the corrected model turns into the uncorrected one (open
# markers, drawn at β = 1). So log q **at serving** hands the correction back. Theory wants the
# printed slope to be 1; 16 bounded dimensions give less.
#
# ## What an index loses
#
# IVF: k-means into L lists, probe the best few: $L+\text{nprobe}\cdot n/L$ products, least at
# $L=\sqrt{\text{nprobe}\cdot n}$.
#
# ### Predict first: what does a lost item cost?
#
# At recall 0.9 against exact search, what share of *purchases* is lost: 10 %, more, less?


# %%
def ivf(X, L, rng, rounds=10):
    c = X[rng.choice(len(X), L, replace=False)]
    for _ in range(rounds + 1):  # nearest centroid: largest x·c - |c|²/2
        owner = np.argmax(X @ c.T - (c**2).sum(axis=1) / 2, axis=1)
        sums = np.array([np.bincount(owner, column, minlength=L) for column in X.T]).T
        size = np.bincount(owner, minlength=L)[:, None]
        c, last = np.where(size > 0, sums / np.maximum(size, 1), c), c
    return last, owner, size[:, 0]


rng = np.random.default_rng(1)
centres = unit(rng.standard_normal((120, 16)))
X, Q = (unit(centres[rng.integers(120, size=n)] + 0.22 * rng.standard_normal((n, 16)))
        for n in (12_000, 60))  # fmt: skip
S = Q @ X.T
weight = np.exp(S / 0.1)  # purchases are proportional to it
top = np.argpartition(-S, 100, axis=1)[:, :100]
best = np.take_along_axis(weight, top, axis=1).sum(axis=1)

# %%
results = {}
for L in (32, 128, 512):
    c, owner, size = ivf(X, L, np.random.default_rng(L))
    rank = np.argsort(np.argsort(-(Q @ c.T), axis=1), axis=1)  # (queries, L): 0 is probed first
    for nprobe in 2 ** np.arange(0, int(np.log2(L))):
        seen = (rank < nprobe)[:, owner]
        cost = (L + ((rank < nprobe) * size).sum(axis=1).mean()) / len(X)
        found = np.sort(np.where(seen, weight, 0), axis=1)[:, -100:].sum(axis=1)
        kept = np.take_along_axis(seen, top, axis=1).mean(), (found / best).mean()
        results.setdefault(L, []).append((cost, *kept))
    for which, wanted in ((0, 0.045), (1, 0.9)):
        cost, found, kept = min(results[L], key=lambda row: abs(row[which] - wanted))
        print(f"L = {L:3d}: recall {found:.2f} for {cost:.1%} of the products;", end="")
        print(f" purchases lost {1 - kept:.1%}")

# %%
left, right = figures.panels("L lists, nprobe doubles", "what is lost, L = 128", size=(6.0, 3.0),
                             xlabel="products, share of n", ylabel=("recall at 100", "lost share"),
                             log="x")  # fmt: skip
for (L, rows), marker in zip(results.items(), "os^", strict=True):
    left.plot(*np.array(rows).T[:2], marker=marker, label=f"L = {L}")
cost, found, kept = np.array(results[128][:-1]).T
right.plot(cost, 1 - found, marker="o", label="items")
right.plot(cost, 1 - kept, marker="s", label="purchases")
left.axhline(0.9, color=figures.INK, linewidth=0.6, linestyle="-"), left.legend(loc="lower right")
right.set(yscale="log"), right.legend(loc="lower left")
figures.plain_ticks(right.yaxis, (0.003, 0.01, 0.03, 0.1, 0.3))
for ax in (left, right):
    figures.plain_ticks(ax.xaxis, (0.03, 0.1, 0.3))
plt.show()

# %% [markdown]
# **Read it.** Left: many lists pay their centroids first: at 4.5 % of the products L = 128 finds
# three items in four, L = 512 one in five. Right: **lost purchases are a fraction of lost items**:
# what an index misses lies at the border of the list, and its replacement is nearly as good. So a
# per cent of recall is not a per cent of revenue. Measure its price once (raise nprobe for 1 % of
# users).
#
# ## Re-ranking: relevance against variety
#
# MMR takes next the item with the largest
# $\lambda\,\mathrm{rel}_i-(1-\lambda)\max_j\mathrm{sim}_{ij}$ over the chosen j. A shop would say:
# at most c of a category. Which frontier is better?


# %%
def mmr(rel, sim, lam, k=20):
    page, close = [], np.zeros(len(rel))
    for _ in range(k):
        score = lam * rel - (1 - lam) * close
        score[page] = -np.inf
        page.append(int(np.argmax(score)))
        close = sim[page[0]] if len(page) == 1 else np.maximum(close, sim[page[-1]])
    return page


def at_most(cap, rel, kind, k=20):
    page = []
    for i in np.argsort(-rel):
        page += [i] if len(page) < k and np.sum(kind[page] == kind[i]) < cap else []
    return page


# %%
U, V = models[0][0]
results = {"MMR": {}, "cap": {}}
for u in range(0, 150, 5):
    near = np.argsort(-(V @ U[u]))[:100]
    rel, sim, kind = P[u, near] / P[u, near].max(), V[near] @ V[near].T, category[near]
    pages = {("MMR", lam): mmr(rel, sim, lam) for lam in (1, 0.9, 0.8, 0.6, 0.4, 0.2)}
    pages |= {("cap", cap): at_most(cap, rel, kind) for cap in (20, 12, 8, 6, 4, 3)}
    for (rule, knob), page in pages.items():
        share = np.bincount(kind[page])
        kept = rel[page].sum() / np.sort(rel)[-20:].sum()
        results[rule].setdefault(knob, []).append((np.sum(share > 0), share.max() / 20, kept))
results = {rule: {k: np.mean(v, axis=0) for k, v in rows.items()} for rule, rows in results.items()}
for rule, rows in results.items():
    print(rule, *(f"| {k:g}: {a:.1f} kinds, {b:.0%}, {c:.0%}" for k, (a, b, c) in rows.items()))

# %%
left, right = figures.panels("how many categories", "how much of one", sharey=True, size=(6.0, 3.1),
                             xlabel=("categories on the page", "share of the largest category"),
                             ylabel="relevance kept")  # fmt: skip
for (rule, rows), marker in zip(results.items(), "os", strict=True):
    points = np.array(list(rows.values())).T
    label, symbol = ("MMR", "λ") if rule == "MMR" else ("at most c of a category", "c")
    for ax, x in ((left, points[0]), (right, points[1])):
        ax.plot(x, points[2], marker=marker, label=label)
        for knob, spot in zip(rows, zip(x, points[2], strict=True), strict=True):
            shift = (4, 4) if (rule == "MMR") == (ax is left) else (-26, -9)
            ax.annotate(f"{symbol}={knob:g}", spot, shift, textcoords="offset points", fontsize=6.5)
left.legend(loc="lower left", fontsize=7), left.margins(0.14), right.margins(0.14)
right.invert_xaxis()
plt.show()

# %% [markdown]
# **Read it.** The winner changes with the measure. Counted in categories (left) MMR dominates: one
# item of each other kind, cheaply. Counted by how much of the page one kind takes (right) the cap
# does. Say first what variety is *for*: discovery wants the left measure, boredom and fairness the
# right one. Past λ = 0.8 MMR pays for nothing on the left.
#
# ## Where it breaks
#
# The first question again. An old system shows its favourite 20 of 400 items. Judge two lists on
# its log: one that agrees with it, one that is better. Then show random items in 5 % of places,
# with known probability.

# %%
rng, n, k, shows = np.random.default_rng(0), 400, 20, 1_000_000
rate = rng.beta(1, 19, n)  # the true click rate of each item
belief = rate * np.exp(0.9 * rng.standard_normal(n))  # the old system's
old = np.argsort(-belief)[:k]
lists = {
    "like the old": np.argsort(-belief * np.exp(0.1 * rng.standard_normal(n)))[:k],
    "better": np.argsort(-rate * np.exp(0.3 * rng.standard_normal(n)))[:k],
}
print("exploring | list         | recall at 20 | weighted ± s.e.    | true clicks a page")
for eps in (0.0, 0.05):
    shown = np.where(rng.random(shows) < eps, rng.integers(n, size=shows), rng.choice(old, shows))
    bought = shown[rng.random(shows) < rate[shown]]
    chance = (1 - eps) * np.isin(np.arange(n), old) / k + eps / n  # known, because it was logged
    for name, page in lists.items():
        hit = np.isin(bought, page)
        w = hit / chance[bought] / shows  # unbiased only if every chance is above 0
        ips = f"{w.sum():.2f} ± {np.sqrt((w**2).sum()):.2f}" if eps else "not possible"
        row = f"{eps:9.0%} | {name:12s} | {hit.mean():12.2f} | {ips:>18s} |"
        print(row, f"{rate[page].sum():.2f}")

# %% [markdown]
# **Read it.** Recall prefers the worse list by far: it measures **agreement with what was shown**.
# Weighted by one over the probability of being shown, the same clicks name the better one. So
# "recall up, experiment flat" is no paradox. The price of the answer: 5 % of places, known in
# advance.
#
# ## Minutes 34–45: monitoring, iteration, recap
#
# Page somebody for short pages, share of fallbacks, age of the index, mixed versions. Daily: recall
# and calibration by slice (head, tail, new); share of impressions of the top 1 % of sellers.
# Shadow, 1 %, 50 %; the old index stays warm. Kill criterion, written before: purchases flat after
# two weeks, or first sales down 2 %.

# %% [markdown]
# ## Say it in 60 seconds
#
# "A request picks 20 of 10⁸ items in 200 ms. At 42 000 requests a second one stage is 4·10¹² scores
# a second, so: two towers and an inverted file, 80 000 products; a ranker for 500; variety last.
# Feature reads bind, 8 GB a second. Towers train on in-batch negatives, log q subtracted in
# training only: without it the score is mutual information, which favours the tail. The ranker's
# rows are impressions whose window has closed. Filter before truncating. Offline recall rewards
# agreeing with the old system, so 2 % of places explore, with logged probability. I ship on
# purchases; first sales of new sellers guard. A catalogue of 10⁵ would need one stage only."

# %% [markdown]
# ## Follow-ups
#
# <details><summary>How is the answer marked?</summary>
#
# *Mid:* draws two stages, has a baseline, splits by time. *Senior:* ties objective to label and
# exposure, finds what binds, fills the page when a stage is late, names the seams. *Staff:* prices
# exploration and a per cent of recall, says who loses, when the binding resource changes, and what
# would make one stage enough; commits, and says what would change the decision.
#
# </details>
#
# <details><summary>1. What would make the simple design enough?</summary>
#
# A catalogue of $10^5$ items: 100 000 vectors of 128 floats are 51 MB to read and 13 million
# multiply-adds, a few milliseconds on one core. Then exact search beats any index: no recall to
# lose, no versions, filters for free. Below some 1 000 candidates a user (local deals, one city)
# skip retrieval: rank everything. And a popularity list by category and city is the baseline that
# the first experiment must beat; on a new market it wins for months, because there are no events to
# train on.
#
# </details>
#
# <details><summary>2. Should the positive be corrected too?</summary>
#
# The usual formula subtracts log q from every column. But the positive in the denominator was not
# sampled: it is there with probability 1. Khrylchenko et al. (2025) redo the derivation; only the
# negatives are importance-weighted, and each example gets a weight that is the model's probability
# of being wrong. The difference matters where the positive dominates the sum: small batches,
# confident models. In any case the ratio of two estimates is biased for finite B, by order 1/B; log
# q is exact only in the limit. And q must be the *batch's* distribution: after down-sampling heads
# or deduplicating, count again.
#
# </details>
#
# <details><summary>3. Your q is estimated from a stream. What if it is stale?</summary>
#
# A new item has q too small, so $-\log q$ too large as a negative: it is pushed down hard, exactly
# when it starts to sell. Yi et al. (2019) estimate the gap between two sightings of an item by a
# moving average of batch numbers, which adapts and needs no fixed vocabulary. Floor q (add-one does
# that), and look at the score of items by age: a dip in the first days is this.
#
# </details>
#
# <details><summary>4. In-batch negatives never show items that nobody buys. So?</summary>
#
# Then their vectors are never pushed away from anything: they keep their start, or with a content
# tower they extrapolate freely, and strange items surface in the top list. Mix in uniform negatives
# from the catalogue (Yang et al. 2020), and use for q the mixture that they were really drawn from.
# It is also the argument for exposing the ranker to a few random candidates.
#
# </details>
#
# <details><summary>5. Dot product or cosine?</summary>
#
# Cosine bounds scores to ±1/τ, so τ is a hyperparameter that matters: 1/τ must be large enough for
# log P to fit (scores here span 10, for a Zipf catalogue of 10⁸ some 18). With free lengths
# popularity goes into the length; then k-means lists are lopsided, because a long vector has large
# products with everyone, and inner-product search is no nearest-neighbour search (Liu et al. 2019
# measure how strongly long vectors dominate). Whatever you choose, train and serve the same: cosine
# between vectors that were trained with dot products can be arbitrary (Steck et al. 2024).
#
# </details>
#
# <details><summary>6. When does the binding resource change?</summary>
#
# At a tenth of the traffic, feature reads stop binding, and memory for the index does (it does not
# scale with traffic): IVF-PQ, 2.4 GB, fits in each ranker process and saves a network hop. At ten
# times the catalogue, updates bind: 10⁹ vectors re-encoded after each training run is a batch job
# of hours, so the item tower must change rarely, or old and new index run side by side at twice the
# memory. With a transformer as ranker, FLOP bind: then 500 candidates become 150 and a small
# pre-ranker is worth a stage.
#
# </details>
#
# <details><summary>7. Who loses from your design, and how would you notice?</summary>
#
# Sellers with few events: the corrected score follows popularity, and popularity follows exposure.
# The loop shows up as concentration: plot impressions of the top 1 % of sellers by week, for items
# of equal quality (random traffic tells quality). Remedies have prices: a fixed share for
# exploration (cheap, measurable), a tail bonus in re-ranking (visible, tunable), a content tower so
# that new items start near their like. Choose with the marketplace team: more sellers with a first
# sale is worth something, and it is not in the 28-day purchase metric.
#
# </details>
#
# <details><summary>8. Offline metrics on 100 sampled negatives were fast. What is wrong?</summary>
#
# They are another metric: a positive among 100 random items is easy, and the order of models can
# turn around, even in expectation (Krichene & Rendle 2020). Score all items for a sample of *users*
# instead. The same holds for splits: leave-last-out trains on other users' future (Ji et al. 2023).
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
