# %% [markdown]
# # {{title}}
#
# > "Your rule takes the best next step, and it passes my three examples. Is it right? If it is not,
# > what is the smallest thing that you would have to remember to make it right?"
#
# Most people answer the first part with more examples and the second with "dynamic programming".
# Here both get a measurement: how many examples a wrong rule survives, and how much a right one
# must remember, counted and not guessed.

# %% [markdown]
# ## Objectives
#
# {{objectives}}

# %%
import math
import random
from collections import deque
from itertools import combinations, product

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.check import growth, work

figures.use_style()

# %% [markdown]
# ## Six patterns, told by their wording
#
# | you hear | ask aloud | cost |
# |---|---|---|
# | cheapest way to cut a line | what is `best[i]`, what came last? | states × choices |
# | align, compare, two texts | what is `t[i][j]`, what is row 0? | n·m, two rows kept |
# | fewest, take the next | who has the least choice? | n log n |
# | from … to, busy, free | what happens at a tie? | n log n |
# | rotate, overlap, area | pixel or edge? | the output's size |
# | codes, flags, seen before | which word of bits is the set? | n words |
#
# The first three are one question: *what does the future need to know of the past?*

# %% [markdown]
# ## A table is a brute force with its prefixes merged
#
# Let $p$ be the decisions made, $s$ the rest and $c(ps)$ the cost. Two prefixes are **the same
# state** if no rest tells them apart:
#
# $$p\sim q\iff c(ps)-c(qs)\ \text{is the same for all}\ s$$
#
# Of one state only the cheapest prefix matters. The number of classes is the size of the smallest
# table; with one class the cheapest prefix is all you keep: greed. For small inputs, count them.
#
# ### Predict first: how many states?
#
# Ten stages give $2^{10}=1024$ ways to place checkpoints; ten jobs, as many ways to fill two GPUs.
# How many different futures: for the checkpoints, for jobs of 1 to 5 whole minutes, for jobs in
# seconds with decimals?

# %%
rng = random.Random(4)
MINUTES, GIGABYTES = ([rng.randint(1, 5) for _ in range(16)] for _ in range(2))
SECONDS = [rng.uniform(1, 5) for _ in range(16)]


def checkpoints(bits):  # 1: write after this stage; at most 9 minutes may be lost
    stretch = cost = 0
    for bit, length, size in zip(bits, MINUTES, GIGABYTES, strict=False):
        stretch += length
        if stretch > 9:
            return math.inf
        cost, stretch = (cost + size, 0) if bit else (cost, stretch)
    return cost


def two_gpus(bits, lengths):  # which GPU each job runs on; when is the later one done?
    loads = [0, 0]
    for bit, length in zip(bits, lengths, strict=False):
        loads[bit] += length
    return max(loads)


# %%
def futures(cost, k, more=5):
    """Prefixes of k decisions that some rest of `more` decisions tells apart."""
    found = set()
    for prefix in product((0, 1), repeat=k):
        row = [cost(prefix + rest) for rest in product((0, 1), repeat=more)]
        low = min(row)
        found.add(tuple(c if c == math.inf else round(c - low, 9) for c in row))
    return len(found)


ks = range(1, 11)
problems = {
    "two GPUs, seconds": lambda bits: two_gpus(bits, SECONDS),
    "two GPUs, whole minutes": lambda bits: two_gpus(bits, MINUTES),
    "checkpoints": checkpoints,
}
counts = {name: [futures(cost, k) for k in ks] for name, cost in problems.items()}
for name, row in counts.items():
    print(f"{name:24s}", row)

# %%
(ax,) = figures.panels("states", xlabel="decisions made", ylabel="different futures", size=(5, 2.8))
ax.plot(
    ks, [2**k for k in ks], color=figures.SAND, linestyle="-", linewidth=5, label="all prefixes"
)
for (name, row), marker in zip(counts.items(), "osv", strict=True):
    ax.plot(ks, row, marker=marker, label=name)
ax.set_yscale("log"), figures.plain_ticks(ax.yaxis, (1, 4, 16, 64, 256, 1024))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Checkpoints (dotted): a handful of futures, however long the run; all that counts is
# where the last one stands. Whole minutes: one for each difference of loads, so at most the *sum*
# of the lengths. Decimals: nearly every prefix has its own, and a cache is hardly ever hit.
# **Rounding the inputs made the table possible**: that is what "pseudo-polynomial" means.
#
# ## From states to cost
#
# State, last decision, order, start, answer: say these first. Cost = states × choices × work for
# each choice, and the last factor hides powers of n. Four versions of the checkpoint table, in
# steps counted by `mlprep.check.work`:


# %%
def no_memory(minutes, sizes, limit):
    best, stretch = math.inf, 0
    for j in range(len(minutes) - 1, -1, -1):
        stretch += minutes[j]
        if stretch <= limit:
            best = min(best, no_memory(minutes[:j], sizes[:j], limit) + sizes[-1])
    return best if minutes else 0


def table(minutes, sizes, limit, anew=False):
    best = [0]
    for i in range(1, len(minutes) + 1):
        reach, stretch = [], 0
        for j in range(i - 1, -1, -1):
            stretch = sum(minutes[j:i]) if anew else stretch + minutes[j]
            if stretch <= limit:
                reach.append(best[j])
        best.append(min(reach) + sizes[i - 1])
    return best[-1]


# %%
def sums_anew(minutes, sizes, limit):
    return table(minutes, sizes, limit, anew=True)


def queue_of_minima(minutes, sizes, limit):
    queue, best, total = deque([(0, 0)]), 0, 0  # (minutes, cost), both rising
    for length, size in zip(minutes, sizes, strict=True):
        total += length
        while total - queue[0][0] > limit:
            queue.popleft()
        best = queue[0][1] + size
        while queue and queue[-1][1] >= best:
            queue.pop()
        queue.append((total, best))
    return best


def run(n):
    return [1] * n, [i * 7 % 5 + 1 for i in range(n)], n // 2 + 1


VERSIONS = no_memory, sums_anew, table, queue_of_minima
print("cost of run(14), by all four:", {f(*run(14)) for f in VERSIONS})

# %%
(ax,) = figures.panels(
    "four versions", xlabel="stages n", ylabel="counted steps", size=(5, 3), log="xy"
)
sizes = {no_memory: (4, 6, 8, 10, 12, 14)}
for f, marker in zip(VERSIONS, "osv^", strict=True):
    ns = sizes.get(f, (4, 8, 16, 32, 64))
    ax.plot(ns, [work(f, *run(n)) for n in ns], marker=marker, label=f.__name__)
    small, large = ns[-2:]
    print(
        f"{f.__name__:16s} exponent between {small} and {large}: {growth(f, run, small, large):.2f}"
    )
ax.set_xlim(3.5, 80), figures.plain_ticks(ax.xaxis, (4, 8, 16, 32, 64))
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Straight lines are powers of n: the slope is the exponent, printed above. A curve
# that bends upwards is no power at all: `no_memory` already climbs like $n^9$ between 12 and 14.
# `sums_anew` and `table` differ in one expression, `sum(minutes[j:i])`, and in a whole power of n:
# innocent in a review, deadly at n = 10,000. The queue keeps only those prefixes that may still be
# a minimum. Each enters once and leaves once, so n, whatever the limit is: the argument to say
# aloud.

# %% [markdown]
# ## Greed: argue, or look for the counterexample
#
# A greedy rule claims that one class is enough. The proof is an **exchange**: take any best answer,
# put the greedy choice into it, show that nothing gets worse. No proof at hand? Then hunt: a brute
# force on small random inputs takes ten lines.
#
# ### Predict first: how long does a wrong rule survive?
#
# Snapshots must hit each run's interval. Rule A: the minute that shows most runs, again and again.
# On random logs of eight runs, how often is A wrong? One in three, ten, thirty?


# %%
def by(key, point=1):  # sort, and take a point where the newest does not hit
    def rule(runs):
        points = []
        for one in sorted(runs, key=key):
            if not any(one[0] <= p <= one[1] for p in points):
                points.append(one[point])
        return len(points)

    return rule


def busiest(runs):
    left, count = list(runs), 0
    while left:
        p = max((b for _, b in left), key=lambda p: sum(x <= p <= y for x, y in left))
        left, count = [(x, y) for x, y in left if not x <= p <= y], count + 1
    return count


def fewest(runs):  # brute force: fewer points first
    ends = {b for _, b in runs}
    tries = (chosen for size in range(9) for chosen in combinations(ends, size))
    return next(len(c) for c in tries if all(any(x <= p <= y for p in c) for x, y in runs))


# %%
RULES = {"first to start": by(lambda r: r[0]), "shortest": by(lambda r: r[1] - r[0])}
RULES |= {"busiest minute": busiest, "first to end": by(lambda r: r[1])}
NS, rng, wrong, smallest = range(2, 9), random.Random(7), {name: [] for name in RULES}, {}
for n in NS:
    draws = [[(rng.randint(0, 12), rng.randint(0, 6)) for _ in range(n)] for _ in range(500)]
    logs = [[(a, a + length) for a, length in draw] for draw in draws]
    wants = [fewest(log) for log in logs]
    for name, rule in RULES.items():
        failing = [log for log, want in zip(logs, wants, strict=True) if rule(log) != want]
        wrong[name].append(len(failing) / len(logs))
        if failing:
            smallest.setdefault(name, sorted(failing[0]))
for name, shares in wrong.items():
    p = shares[-1]
    tests = f"{math.log(0.05) / math.log(1 - p):4.0f}" if p else "   –"
    print(f"{name:15s} wrong at n = 3: {shares[1]:5.1%}, at n = 8: {p:5.1%}", end="; ")
    print(f"tests to see it with 95 %: {tests}")
print("smallest found:", smallest)

# %%
(ax,) = figures.panels(
    "wrong rules survive small tests", xlabel="runs n", ylabel="share wrong (%)", size=(5, 2.8)
)
for (name, shares), marker in zip(wrong.items(), "osv^", strict=True):
    ax.plot(NS, 100 * np.array(shares), marker=marker, label=name)
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Two rules fail soon. The busiest minute is right on every log of three runs and on
# most of eight: an interviewer's three examples say nothing about it, and the print says how many
# tests do. The rule at 0 has an argument: the run that ends first must be hit; move its point to
# its last minute; every other run that was hit there ends no earlier. **Exchange, then the rest is
# smaller.**
#
# ## Intervals: the tie is the convention
#
# Events $(\text{start},+1)$ and $(\text{end},-1)$: sort, add up. At equal times, ends first means
# half-open, starts first closed; as tuples, $-1<+1$ puts ends first by itself. The largest sum is
# the number of machines that suffices.

# %%
JOBS = [(0, 4), (1, 3), (3, 6), (4, 8), (6, 7), (7, 9)]
left, right = figures.panels(
    "jobs", "in use", xlabel="hour", ylabel=("job", "GPUs"), size=(6, 2.4), sharex=True
)
for row, (a, b) in enumerate(JOBS):
    left.hlines(row, a, b, color=figures.INK, linewidth=5), left.plot(b, row, "o", mfc="w", c="k")
for name, order in (("half-open", 1), ("closed", -1)):
    events = sorted((t, order * step) for a, b in JOBS for t, step in ((a, 1), (b, -1)))
    used = np.cumsum([order * step for _, step in events])
    print(f"{name:9s}: changes at 3: {[order * x for t, x in events if t == 3]}, peak {used.max()}")
times = sorted({t for t, _ in events})
for name, count, look in (
    ("half-open", [sum(a <= t < b for a, b in JOBS) for t in times], {"drawstyle": "steps-post"}),
    ("closed", [sum(a <= t <= b for a, b in JOBS) for t in times], {"ls": "", "marker": "o"}),
):
    right.plot(times, count, label=name, **look)
right.legend(loc="lower center"), left.set_ylim(-0.7, 5.7)
figures.plain_ticks(right.yaxis, range(4)), right.set_ylim(-0.1, 3.3)
plt.show()

# %% [markdown]
# **Read it.** White dots: ends that are not included. Right: the line is the half-open count, dots
# the closed one at each event. They differ only at ends; where one job ends as another starts (3,
# 4, 6, 7) the closed count is one above the half-open peak. Ask which is meant. Merging, free
# slots, coverage and area are this one sum, read in another way: where it is 0, or positive.
#
# ## Index maps: pixels are intervals, too
#
# Turn an image of width W counter-clockwise: pixel $x$ goes to row $W-1-x$, an *edge* goes to
# $W-x$. Swap the formulas, and boxes are off by one. A test that needs no thought: paint, turn,
# compare.

# %%
H, W, rng = 5, 7, random.Random(3)
maps = {
    "edges, W - x": lambda x0, y0, x1, y1: (y0, W - x1, y1, W - x0),
    "pixels, W - 1 - x": lambda x0, y0, x1, y1: (y0, W - 1 - x1, y1, W - 1 - x0),
    "height for width": lambda x0, y0, x1, y1: (y0, H - x1, y1, H - x0),
}
for name, turn in maps.items():
    right_ones = 0
    for _ in range(200):
        (x0, x1), (y0, y1) = (sorted(rng.sample(range(size + 1), 2)) for size in (W, H))
        image, turned = np.zeros((H, W)), np.zeros((W, H))
        image[y0:y1, x0:x1] = 1
        a, b, c, d = turn(x0, y0, x1, y1)
        turned[max(b, 0) : max(d, 0), a:c] = 1
        right_ones += np.array_equal(np.rot90(image), turned)
    print(f"{name:18s} right for {right_ones} of 200 boxes")
flat = np.arange(H * W).reshape(H, W)
print("four turns of the index map:", np.array_equal(np.rot90(np.rot90(flat, 3)), flat))

# %% [markdown]
# ## Bits: r differences cannot touch r + 1 blocks
#
# Find all pairs of 64-bit codes that differ in at most r bits. Cut each code into r + 1 blocks:
# some block is free of differences, so near pairs **agree exactly** in a block, and a dict finds
# exact agreement. Price: other pairs agree by chance. For random codes expect
#
# $$\text{candidates}\approx\tfrac{n^2}{2}\,(r+1)\,2^{-64/(r+1)}$$
#
# ### Predict first: 2,000 codes
#
# There are two million pairs. How many are looked at for r = 3, how many for r = 7?


# %%
def candidates(words, r):
    """Pairs that agree in some block, each counted once for each block."""
    cuts, total = [64 * k // (r + 1) for k in range(r + 2)], 0
    for low, high in zip(cuts, cuts[1:], strict=False):
        blocks = (words >> np.uint64(low)) & np.uint64((1 << (high - low)) - 1)
        _, sizes = np.unique(blocks, return_counts=True)
        total += int((sizes * (sizes - 1) // 2).sum())
    return total


def codes(n, p=0.5, seed=0):  # p: how often a bit is 1
    bits = np.random.default_rng(seed).random((n, 64)) < p
    return (bits.astype(np.uint64) << np.arange(64, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


NS = np.array((250, 500, 1000, 2000, 4000))
for r in (1, 3, 7):
    found = candidates(codes(2000), r)
    print(f"r = {r}: {found:7d} of {2000 * 1999 // 2} pairs; expected", end=" ")
    print(f"{2000 * 1999 / 2 * (r + 1) * 2 ** (-64 / (r + 1)):.3g}")

# %%
labels = {"xlabel": "codes n", "ylabel": "pairs to look at"}
(ax,) = figures.panels("work by blocks", **labels, size=(6, 3), log="xy")
ax.plot(NS, NS * (NS - 1) / 2, color=figures.SAND, linestyle="-", linewidth=4, label="all pairs")
for r, shown in ((7, "o"), (3, "s")):
    line = NS**2 / 2 * (r + 1) * 2 ** (-64 / (r + 1))
    ax.plot(
        NS, line, color=figures.INK, linestyle=figures.DASHES[r == 3], label=f"r = {r}, expected"
    )
    found = [candidates(codes(n), r) for n in NS]
    ax.plot(NS, found, shown, color=figures.BLUE, label=f"r = {r}, measured")
ax.plot(NS, 4.0 * NS, color=figures.ORANGE, linestyle=figures.DASHES[2], label="4 look-ups a code")
figures.plain_ticks(ax.xaxis, NS)
print(f"r = 3: pairs to look at pass the look-ups at n = {2 * 4 * 2**16 / 4:,.0f}")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()

# %% [markdown]
# **Read it.** All lines of pairs have slope 2: blocks divide n² by a constant, $2^{16}/4$ for r =
# 3. While that line lies below the look-ups (dotted), work *is* linear: up to about 130,000 codes.
# For r = 7 the blocks have 8 bits, and n² is divided by 32 only. Manku and others let several of
# more blocks agree, at eight billion pages.
#
# ## Where it breaks
#
# "Random" was an assumption. Signs of embeddings are not fair coins: after a ReLU, or with a mean
# that is not zero, most bits agree. Same n, same r, same code:

# %%
for p in (0.5, 0.7, 0.8, 0.9, 0.97):
    found = candidates(codes(2000, p), 3)
    same = p * p + (1 - p) ** 2
    print(
        f"bits are 1 in {p:4.0%}: {found:7d} candidates, {found / 1_999_000:.4f} a pair;", end=" "
    )
    print(f"a block of 16 bits is worth {-16 * math.log2(same):4.1f}")
x = np.random.default_rng(1).normal(0.8, 1, (2000, 64))  # embeddings with a mean
shift = np.arange(64, dtype=np.uint64)
for name, part in (("signs", x > 0), ("signs, medians taken off", x > np.median(x, axis=0))):
    words = (part.astype(np.uint64) << shift).sum(axis=1, dtype=np.uint64)
    print(f"{name:24s}: {candidates(words, 3):6d} candidates")

# %% [markdown]
# **Read it.** Nothing is wrong with any answer: no pair is missed, tests on small inputs pass, and
# the work is a hundred or several thousand times what was promised. A block is worth its *entropy*,
# not its width. The cure is in the data: take each dimension's median off before the sign. Before
# you promise linear work from a hash, look at the largest bucket.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I ask what the future needs to know of the past. Nothing: greed works, and I say the exchange. A
# position or two: a table; I say what an entry means, the last decision, start and order. Cost is
# states times choices times work, and I look for sums and slices in the last factor. Everything: no
# table helps; I round, or bound. I try a rule against brute force on hundreds of small inputs,
# since wrong rules pass most of them. Intervals become sorted ends; the tie is the convention.
# Boxes have edges, not pixels. Bits are sets in a word; blocks turn near into equal, if the bits
# are fair."

# %% [markdown]
# ## Follow-ups
#
# <details><summary>What does each level say to "is your greedy right?"</summary>
#
# - *Mid*: tries examples; knows that intervals sort by end; names "overlapping subproblems".
# - *Senior*: gives the exchange argument or a counterexample with numbers; says state, last
#   decision, start and order before the code; counts hidden sums; tests against brute force.
# - *Staff*: says what changes the answer (weights, a third sequence to a window, decimals), which
#   bound tells how far a heuristic is off, where the assumption behind the cost shows in production
#   (largest bucket, band too narrow), and what to do when the input does not fit one machine.
#
# </details>
#
# <details><summary>1. Each run has a value, and they must not overlap: does "first to end" still
# work?</summary>
#
# No: with values the exchange fails, since the run that ends first may be worth nothing. The future
# needs to know one thing, when the machine is free again. Sort by end; `best[i]` is the best value
# of the first i runs; the last run is left out, or taken together with `best[p(i)]`, where p(i),
# found by binary search, counts the runs that end at or before its start. n log n. Greed for
# *counts*, tables for *values* is a pattern to listen for.
#
# </details>
#
# <details><summary>2. The alignment table does not fit into memory. What now?</summary>
#
# For the price, two rows. For the alignment itself: fill the first half forwards and the second
# half backwards, both with two rows; where their sum is smallest in the middle row, the best path
# crosses; recurse on both halves. The work is $nm(1+\tfrac12+\tfrac14+\dots)=2nm$, the memory
# linear (Hirschberg 1975). If the answer is close to the diagonal, a band of width w costs n·w; if
# the price found is at most w, the band was wide enough, else double it.
#
# </details>
#
# <details><summary>3. Run the table on many cores, or a GPU.</summary>
#
# An entry needs its left, upper and diagonal neighbours, so all entries with the same i + j are
# independent: sweep antidiagonals, up to min(n, m) entries at once. The one-dimensional tables have
# a longer chain; but a step "best[i] = min over j of best[j] + w(j, i)" is a product of matrices in
# (min, +), which is associative, so a parallel scan exists, at more work in total. Merging
# intervals is associative as well: merge parts, then join at the seams. Say what is lost: the walk
# back is sequential.
#
# </details>
#
# <details><summary>4. Three sequences to a window, or any number?</summary>
#
# Any number is bin packing: NP-hard. Already "exactly three that fill it" is (3-partition). The
# futures of a half-filled set of windows are multisets of free space, and they hardly merge. So:
# first-fit decreasing, and the bound ⌈total tokens / window⌉ beside it. If they agree you have a
# proof for this input. With lengths that are whole numbers up to a few thousand, pack the
# *histogram* instead of the list, as Krell and others do for language models: there are few
# different lengths.
#
# </details>
#
# <details><summary>5. The jobs arrive as a stream, and the calendar never ends.</summary>
#
# Sorting is gone; keep pieces of constant use in a balanced tree, or cut time into slots of a fixed
# size and keep a segment tree with "add to a range, largest in a range", log of the number of slots
# a call. What is over may be forgotten, if nobody books the past: ask. For merged outages: keep the
# merged intervals sorted by start; a new one touches a run of neighbours, which it replaces; each
# interval is removed once, so the total stays n log n.
#
# </details>
#
# <details><summary>6. Is the warped distance between curves a metric? May I index by it?</summary>
#
# No. From (0) to (1) it is 1, from (1) to (1, 1) it is 0, and from (0) to (1, 1) it is 2: repeating
# a value is free, and the triangle inequality fails. So trees that prune by the triangle may lose
# neighbours. One uses lower bounds instead: for curves of one length and a band, the distance to
# the other curve's envelope never exceeds the warped one, and costs n (Keogh & Ratanamahatana
# 2005). It is also sensitive to offset and scale: normalise first, and say so, since that throws
# away the level of the loss.
#
# </details>
#
# <details><summary>7. How many bits for a Bloom filter of n keys at a false-positive rate
# f?</summary>
#
# With k hashes a bit stays 0 with probability about $e^{-kn/m}$; best is $k=\tfrac mn\ln2$, when
# half of the bits are set, and then $m=-n\ln f/(\ln 2)^2$: 9.6 bits a key for 1 %, whatever the
# keys' size. Two hashes suffice to make all k of them, $h_1+i\,h_2$, without loss in the limit
# (Kirsch & Mitzenmacher). Deleting needs counters; merging two filters is `|`. It costs one cache
# miss a hash, so blocked filters keep a key's bits in one line and pay with a few more false
# positives.
#
# </details>
#
# <details><summary>8. Why does your memo make it slower, or crash?</summary>
#
# Three usual reasons. The key is the whole rest of a text or list, so hashing costs n a call: key
# by position. The recursion is as deep as the input, and Python stops near 1,000: fill the table in
# a loop. The cache outlives the call (a default argument, `lru_cache` on a method): stale answers
# for other prices, and memory that never comes back. And one that is no bug: the states do not
# merge, as in the first figure, so nothing is ever found in it.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
