# %% [markdown]
# # {{title}}
#
# > "Write pairwise squared distances between two sets of embeddings. No loops. … Fine. How much
# > memory does it take for a million by ten thousand? Can an entry be negative? And will your
# > near-duplicate job find the same duplicates tomorrow?"
#
# The code takes three minutes. The round is about the questions after it. They are always the
# same ones: shapes, the largest temporary, cancellation and underflow, ties, and what repeats in
# another process. Here each is measured.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import os
import sqlite3
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.check import peak_bytes

figures.use_style()

# %% [markdown]
# ## Four sentences before you type
#
# 1. **Shapes**, of every intermediate: "X is n by d, the products n by m".
# 2. **The largest temporary**, in those letters. It decides whether the code runs at all.
# 3. **Ties and empties**: equal scores, an empty row, one class only.
# 4. **What must repeat**: in another order, in another process, tomorrow.
#
# Squared distances, four ways. All are right on paper:
#
# $$D_{ij}=\sum_k (X_{ik}-Y_{jk})^2=\lVert x_i\rVert^2+\lVert y_j\rVert^2-2\,x_i^\top y_j$$
#
# with $X\in\mathbb{R}^{n\times d}$, $Y\in\mathbb{R}^{m\times d}$, $D\in\mathbb{R}^{n\times m}$.


# %%
def broadcast(X, Y):
    return ((X[:, None] - Y[None]) ** 2).sum(-1)  # (n, m, d) twice


def by_rows(X, Y):
    return np.array([((Y - x) ** 2).sum(-1) for x in X])  # (m, d), n times


def expanded(X, Y):
    return (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T  # (n, m)


def centred(X, Y):
    c = X.mean(axis=0)
    return np.maximum(expanded(X - c, Y - c), 0)


ROUTES = (broadcast, by_rows, expanded, centred)

# %% [markdown]
# ### Predict first: memory
#
# n = 300 queries, m = 200 items, d = 64. The result takes 480 kB. How much does each way hold at
# its worst moment, in multiples of the result? Then scale: n = 10⁶, m = 10⁴, float64.

# %%
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((300, 64)), rng.standard_normal((200, 64))
result = 300 * 200 * 8
print("route      peak / result   exact to   loops in Python")
for route, loops in zip(ROUTES, (0, 300, 0, 0), strict=True):
    error = np.abs(route(X, Y) - broadcast(X, Y)).max()
    print(f"{route.__name__:10s} {peak_bytes(route, X, Y) / result:9.1f} {error:14.0e} {loops:12d}")
n, m, d = 10**6, 10**4, 64
print(f"n = 10⁶, m = 10⁴: D {n * m * 8 / 1e9:.0f} GB, n·m·d {n * m * d * 8 / 1e12:.1f} TB")

# %% [markdown]
# **Read it.** The broadcast holds the n × m × d cube: d results. Expansion holds two or three n × m
# arrays, one for each operator that waits. For a million by ten thousand even D does not fit: go by
# blocks of rows, keep the k nearest of each, never make D.
#
# ## Cancellation
#
# Expansion subtracts numbers of size $\lVert x\rVert^2$, each rounded to $\varepsilon\approx
# 10^{-16}$ of itself: the error of D is about $\varepsilon\lVert x\rVert^2$, whatever D is.
#
# ### Predict first: at which offset does it break?
#
# Points in 16 dimensions, spread 0.1, so D ≈ 0.3, are moved by a vector with entries r. At which r
# is D wrong in its second digit? From where on is the *nearest neighbour* another point?

# %%
shifts, errors, strangers, negative = 10.0 ** np.arange(9), [], [], []
A, B = 0.1 * rng.standard_normal((60, 16)), 0.1 * rng.standard_normal((80, 16))
for r in shifts:
    P, Q = A + r, B + r  # rounded here already: the truth below is that of P and Q
    exact = by_rows(P, Q)
    errors.append([np.mean(np.abs(f(P, Q) - exact) / exact) for f in ROUTES[2:]])
    near = exact.argmin(axis=1)
    strangers.append([(f(P, Q).argmin(axis=1) != near).mean() for f in ROUTES[2:]])
    negative.append((expanded(P, P).diagonal() < 0).mean())
errors, strangers = np.array(errors), np.array(strangers)
print(f"D wrong by more than 1 % on average from r = {shifts[errors[:, 0] > 0.01][0]:.0e} on")
for r, share in zip(shifts[4:], strangers[4:, 0], strict=True):
    print(f"r = {r:.0e}: {share:4.0%} of the nearest neighbours are other points")
print("share of self-distances below 0:", *(f"{share:.2f}" for share in negative))

# %%
labels = {"xlabel": "offset r of all coordinates", "ylabel": ("relative error", "share")}
left, right = figures.panels("mean over all pairs", "wrong nearest neighbour", **labels)
left.plot(shifts, errors[:, 0], marker="o", label="expanded")
left.plot(shifts, np.maximum(errors[:, 1], 1e-17), marker="s", label="centred")
left.plot(shifts, 2e-16 * 16 * shifts**2 / 0.32, color=figures.SAND, label="ε‖x‖² / D")
left.axhline(1, color=figures.INK, linewidth=0.6, linestyle="-")
left.set(xscale="log", yscale="log", ylim=(1e-18, 1e4)), left.legend(loc=(0.45, 0.22), fontsize=7)
right.plot(shifts, strangers[:, 0], marker="o", label="expanded")
right.plot(shifts, strangers[:, 1], marker="s", label="centred")
right.set(xscale="log", ylim=(-0.05, 1.05)), right.legend(loc="upper left", fontsize=7)
for ax in (left, right):
    ax.set_xticks(10.0 ** np.arange(0, 9, 2))
plt.show()

# %% [markdown]
# **Read it.** Left: the error follows $\varepsilon\lVert x\rVert^2/D$ (dotted), two decades for one
# decade of offset; above the thin line no digit is right. Centred, it stays at the last digits.
# Right: between 10⁶ and 10⁷ nearly all neighbours change, without an error message. The visible
# symptom is older: a quarter of the distances of points to themselves is negative at *every*
# offset, and a root makes NaN of them. Clipping removes the NaN, nothing else.
#
# ## Products of many probabilities
#
# Viterbi's best path is $\max\prod_t A_{s_{t-1}s_t}B_{s_t o_t}$. float64 ends near $10^{-324}$.
#
# ### Predict first
#
# Three states, eight symbols. After how many steps is everything 0? And what path comes out then?


# %%
def best_path(pi, A, B, obs, log):
    """Viterbi with products, or with sums of logarithms: path, and whether all became 0."""
    with np.errstate(divide="ignore"):
        start, step, emit = (np.log(p) if log else p for p in (pi, A, B))
    join = np.add if log else np.multiply
    best, back, died = join(start, emit[:, obs[0]]), [], None
    for t, symbol in enumerate(obs[1:], 1):
        through = join(best[:, None], step)  # (from, to)
        back.append(through.argmax(axis=0))
        best = join(through.max(axis=0), emit[:, symbol])
        if died is None and not log and not best.any():
            died = t
    path = [int(best.argmax())]
    for came_from in reversed(back):
        path.append(int(came_from[path[-1]]))
    return np.array(path[::-1]), died


# %%
hmm = np.random.default_rng(4)
pi, A = np.full(3, 1 / 3), 0.9 * np.eye(3) + 0.1 * hmm.dirichlet(np.ones(3), 3)
B = hmm.dirichlet(np.full(8, 0.7), 3)
states, right, dead = [0], {True: [], False: []}, {}
for _ in range(999):
    states.append(hmm.choice(3, p=A[states[-1]]))
states = np.array(states)
obs = np.array([hmm.choice(8, p=B[s]) for s in states])
lengths = np.arange(100, 1001, 50)
for log in (True, False):
    for T in lengths:
        path, dead[log] = best_path(pi, A, B, obs[:T], log)
        right[log].append((path == states[:T]).mean())

# %%
alike = [a == b for a, b in zip(right[True], right[False], strict=True)]
print(
    f"products are all 0 from step {dead[False]} on; same accuracy up to T = {lengths[alike][-1]}"
)
print(f"T = 1000, states right: {right[True][-1]:.2f} in logs, {right[False][-1]:.2f} in products")
(ax,) = figures.panels(
    "accuracy of the path", xlabel="length T", ylabel="share right", size=(5, 2.6)
)
ax.plot(lengths, right[True], marker="o", label="sum of logarithms")
ax.plot(lengths, right[False], marker="s", label="products")
ax.axvline(dead[False], color=figures.INK, linewidth=0.8, linestyle="-")
ax.annotate("all products are 0", (dead[False] + 8, 0.92))
ax.set(ylim=(0, 1)), ax.legend(loc="lower left")
plt.show()

# %% [markdown]
# **Read it.** The two agree to the last state while the products live. Beyond, argmax of zeros is
# state 0, at every later step and in every back-pointer: the tail of the path is state 0, and the
# walk back starts from there. Nothing raises, and a unit test of length 20 passes. A rescaled
# product is as good as logarithms for the path; for the probability you must add up the scales.
#
# ## Random answers are tested by distribution
#
# A reservoir keeps k of a stream so that each item is in with k/n. Off by one (`rng.integers(i -
# 1)` for item i) is a slip that everybody makes once.


# %%
def reservoir(n, k, rng, slip=0):
    kept = list(range(k))
    for i in range(k + 1, n + 1):
        place = int(rng.integers(i - slip))
        if place < k:
            kept[place] = i - 1
    return kept


calls, draws = 4000, np.random.default_rng(7)
axes = figures.panels("5 items, k = 2", "40 items, k = 2", xlabel="place", ylabel="in the sample")
for ax, n in zip(axes, (5, 40), strict=True):
    for slip, mark in ((0, "o"), (1, "s")):
        chosen = np.concatenate([reservoir(n, 2, draws, slip) for _ in range(calls)])
        share = np.bincount(chosen, minlength=n) / calls
        ax.plot(np.arange(1, n + 1), share, marker=mark, label=("right", "off by one")[slip])
        worst = np.abs(share - 2 / n).max() / np.sqrt(2 / n * (1 - 2 / n) / calls)
        print(f"n = {n:2d}, slip {slip}: largest deviation {worst:4.1f} standard errors")
    band = 2 * np.sqrt(2 / n * (1 - 2 / n) / calls)
    ax.axhspan(2 / n - band, 2 / n + band, color="#dddddd", zorder=0, label="k/n ± 2 s.e.")
    ax.set(ylim=(0, 3 / n)), ax.legend(loc="lower right", fontsize=7)
plt.show()

# %% [markdown]
# **Read it.** On five items the slip is worth 15 points and no test can miss it. On forty, only the
# first two places suffer: half their share. So test samplers on *short* streams, with the standard
# error $\sqrt{p(1-p)/\text{calls}}$ as the yardstick, and allow four or five of them: with many
# places some exceed two. Comparing with one stored stream would refuse every correct answer that
# draws in another order.
#
# ## Shards: no overlap, full cover
#
# Eight workers evaluate 1003 examples. A sampler that gives each the same number of rows must
# repeat some or drop some (PyTorch's pads by default, and drops with `drop_last`). Fine for
# training; for a test score it is another test set.

# %%
n, world = 1003, 8
hard = np.arange(n) >= n - 40  # the rare class is sorted to the end, and is got wrong
correct = ~hard
each = -(-n // world)
order = np.arange(n)
ways = {
    "exact: order[rank::world]": np.concatenate([order[r::world] for r in range(world)]),
    "padded from the start": np.concatenate([order, order[: each * world - n]]),
    "tail dropped": order[: n // world * world],
    "last batches of 32 dropped": np.concatenate(
        [order[r::world][: len(order[r::world]) // 32 * 32] for r in range(world)]
    ),
}
for name, rows in ways.items():
    times = np.bincount(rows, minlength=n)
    told = f"{len(rows):4d} rows, {(times > 1).sum():2d} twice, {(times == 0).sum():3d} never"
    print(
        f"{name:28s} {told}; accuracy {correct[rows].mean():.4f}, hard {hard[rows].sum():2d} of 40"
    )

# %% [markdown]
# **Read it.** Padding changes the score in the fourth digit; dropping the last batch of every
# worker throws away more than a fifth of the rows, and, the file being sorted, the ones that
# matter: the hard class is never seen, and the score is perfect. Evaluation needs uneven shards and
# a sum of counts, never a mean of the workers' means.
#
# ## SQL: three silent ones
#
# A join repeats rows; `NOT IN` with a NULL finds nothing; RANK skips numbers after a tie.

# %%
db = sqlite3.connect(":memory:")
db.executescript("""
CREATE TABLE orders (id, user, amount); CREATE TABLE clicks (user, page);
CREATE TABLE banned (user); INSERT INTO banned VALUES ('eve'), (NULL);
INSERT INTO orders VALUES (1, 'ann', 10), (2, 'ann', 5), (3, 'bob', 7), (4, 'eve', 7);
INSERT INTO clicks VALUES ('ann', 'a'), ('ann', 'b'), ('ann', 'c'), ('bob', 'a');
""")
QUERIES = {
    "with clicks, joined": "SELECT SUM(amount) FROM orders JOIN clicks USING (user)",
    "with clicks, EXISTS": "SELECT SUM(amount) FROM orders o WHERE "
    "EXISTS (SELECT 1 FROM clicks c WHERE c.user = o.user)",
    "orders NOT IN banned": "SELECT COUNT(*) FROM orders WHERE user "
    "NOT IN (SELECT user FROM banned)",
    "orders NOT EXISTS": "SELECT COUNT(*) FROM orders o WHERE "
    "NOT EXISTS (SELECT 1 FROM banned b WHERE b.user = o.user)",
    "three rankings": """SELECT RANK() OVER w, DENSE_RANK() OVER w, ROW_NUMBER() OVER w
    FROM orders WINDOW w AS (ORDER BY amount DESC)""",
}
for name, query in QUERIES.items():
    print(f"{name:21s}", *db.execute(query).fetchall())

# %% [markdown]
# **Read it.** The join multiplies each of Ann's orders by her three clicks (*fan-out*): 52 in place
# of 22. Aggregate before you join, or ask with EXISTS. `x NOT IN (…, NULL)` is never true, since
# x = NULL is unknown. And "top 2" by RANK or DENSE_RANK or ROW_NUMBER are three different
# questions: ask which one is meant.
#
# ## Threads, processes, waiting
#
# A task computes c seconds, of which h hold the interpreter's lock, and waits w. With W workers on
# K cores the throughput is at most each of $W/(c+w)$, $K/c$ and $1/h$ a second. Speed-up is the
# smallest, times $c+w$.

# %%
tasks = {
    "tokenise in pure Python": (0.10, 0.10, 0.0),
    "NumPy that releases the lock": (0.10, 0.01, 0.0),
    "fetch, then parse a little": (0.01, 0.01, 0.19),
}
print(f"{'8 workers, 4 cores':30s} one lock   a process each")
for name, (c, h, w) in tasks.items():
    threads, processes = (min(8 / (c + w), 4 / c, lock) * (c + w) for lock in (1 / h, np.inf))
    print(f"{name:30s} {threads:8.1f} {processes:14.1f}")

# %% [markdown]
# **Read it.** Threads do nothing for pure Python, all for waiting, and as much as there are cores
# for code that releases the lock. asyncio is one thread: it overlaps waiting, never computing, and
# one call that blocks stops everybody. Processes pay for what crosses between them: count bytes.

# %% [markdown]
# ## Where it breaks
#
# The same MinHash in two processes, on the same two documents. Python salts `hash` of text with a
# random number per process; here two numbers are fixed, so that this page repeats.

# %%
CODE = """
import hashlib
def stable(text):
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
def sketch(words, of, k=128):
    return [min(of(f"{i} {word}") % 2**32 for word in words) for i in range(k)]
for of in (hash, stable):
    print(*sketch([f"w{i}" for i in range(40)], of))
    print(*sketch([f"w{i}" for i in range(10, 50)], of))
"""


# %%
def run(salt):
    """The four sketches of a fresh process: [hash A, hash B, stable A, stable B]."""
    words = [sys.executable, "-c", CODE]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": salt},
    )
    return [np.array(line.split(), dtype=int) for line in done.stdout.splitlines()]


monday, tuesday = run("1"), run("2")
print(
    f"true Jaccard similarity of A and B: {30 / 50:.2f}, standard error {(0.24 / 128) ** 0.5:.2f}"
)
for name, a in (("hash()", 0), ("blake2b", 2)):
    same, across = (monday[a] == monday[a + 1]).mean(), (monday[a] == tuesday[a + 1]).mean()
    itself = (monday[a] == tuesday[a]).mean()
    print(f"{name:8s} A, B in one process {same:.2f} | A Monday, B Tuesday {across:.2f}", end="")
    print(f" | A Monday, A Tuesday {itself:.2f}")

# %% [markdown]
# **Read it.** Within a process both estimate the similarity within two standard errors, so every
# unit test passes. Across processes hash() says that a document has nothing in common with itself.
# The same salt reorders sets of text: `list({...})[:100]` is another sample every day, and a
# vocabulary numbered by iterating over a set fits no checkpoint of yesterday.

# %% [markdown]
# ## Say it in 60 seconds
#
# "X is n by d, Y m by d, D n by m. Broadcasting would hold n·m·d, so I expand the square: one
# matrix product. It cancels when norms are large against distances, so I subtract the mean from
# both and clip at zero; for a million rows I go by blocks, keep the top k, and never make D. For
# duplicates I fix the hash to its bytes, since hash() differs by process, and commit one known
# signature."
#
# **Rubric.** *Mid*: right code, shapes named. *Senior*: memory and cancellation before being
# asked; tests duplicates, one point, an offset. *Staff*: asks what D is for; says what must repeat
# across processes, and which test sees it.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. Your distances are in float32 on a GPU. What changes?</summary>
#
# ε is 6e-8, so the error ε‖x‖² is of the size of D as soon as norms are some 4000 times the
# distance: for unit-norm embeddings a D near 1e-7 is noise. Tensor-core
# formats are coarser still (10 mantissa bits in TF32). Remedies in order of cost: centre; normalise
# and use cosine; accumulate in float32 at least; take the top 4k by the fast route and recompute
# these few by differences.
#
# </details>
#
# <details><summary>2. NMS is the bottleneck at 10⁵ boxes. What now?</summary>
#
# First reduce N: a score threshold and the top few thousand per class (which is what detectors do).
# Per class: shift boxes by class × a large offset, and one call suppresses within classes only. A
# bit matrix of overlaps can be computed in parallel; only the scan over kept boxes is sequential.
# Then question the rule: a hard threshold drops the second of two objects that stand close
# together; soft suppression lowers scores instead (Bodla et al. 2017).
#
# </details>
#
# <details><summary>3. How would you test a function whose result is random?</summary>
#
# By properties that hold for each draw (k items, all from the stream, no place twice) and by shares
# over many seeded draws with an argued tolerance: four or five standard errors of the statistic,
# and enough draws that the slips you fear are ten. Choose small cases: biases of order 1/n vanish
# in large ones. Never compare with one stored stream, unless the draw order is part of the
# contract.
#
# </details>
#
# <details><summary>4. Reservoirs on 100 shards: how do you combine them?</summary>
#
# Not by sampling the samples: shards have different sizes. Either keep the counts and draw from
# shard s with probability proportional to its remaining count, or give each item a key u and keep
# the k smallest: the k smallest of all keys are a uniform sample of the union. For weights, keys
# −log(u)/w (equivalently u^(1/w), largest kept) make it a weighted sample without replacement
# (Efraimidis & Spirakis 2006).
#
# </details>
#
# <details><summary>5. An AUC monitor jumps between 0.6 and 0.9. Is the model unstable?</summary>
#
# Compute its standard error first: with P positives and N negatives it is at most
# $\sqrt{\text{AUC}(1-\text{AUC})/\min(P,N)}$, and not far below where one class is rare. Ten
# positives in the window give ± 0.1 by luck alone (Hanley & McNeil 1982 have a closed form). Choose
# windows by number of positives, not by hours; show the interval; leave a gap where a class is
# missing. Ties matter too: quantised scores with ties counted as wins move the curve with the share
# of ties.
#
# </details>
#
# <details><summary>6. Why not set PYTHONHASHSEED=0 and be done?</summary>
#
# It removes the symptom where it is set: not in a colleague's notebook, in a Spark executor, in
# another language, or after an upgrade that changes the function. The contract must be the bytes:
# encoding, hash, byte order. Then a value can be committed as a test. The salt has a purpose, too:
# it keeps attackers from choosing keys that collide.
#
# </details>
#
# <details><summary>7. One worker crashes in the middle of an epoch. What must a loader
# know?</summary>
#
# The seed, the epoch and the number of batches consumed: with the order a pure function of (seed,
# epoch), and shards a pure function of (order, rank, world), the rest can be recomputed. If the
# world size changes on restart, slices by rank change as well: count consumed *global* batches, and
# reshard what is left. State hidden in an iterator cannot be restored.
#
# </details>
#
# <details><summary>8. When does asyncio beat threads?</summary>
#
# When there are thousands of waits: a task costs a few kilobytes, a thread a stack and a switch.
# Up to some hundreds, threads are as good, and libraries that block work unchanged. Neither adds
# computing under the lock; free-threaded builds (PEP 703) change that for threads. Whatever you
# take: bound the number in flight, or the first slow dependency fills the memory.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
