# %% [markdown]
# # {{title}}
#
# > "Your solution passes. Now tell me why it is linear, which input would break it, and what you
# > would do if the numbers could be negative, the keys came from a stranger, or the test were
# > wrong now and then."
#
# Most candidates know the six patterns of this unit. Few can say what each of them *assumes*. Here
# each assumption is stated, and then taken away while the steps are counted.
#
# ## Objectives
#
# {{objectives}}

# %%
import bisect
import math
import random
from collections import OrderedDict, deque

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.check import growth, work

figures.use_style()

# %% [markdown]
# ## Recognise it: what the wording says
#
# | you read | pattern | ask aloud |
# |---|---|---|
# | same, seen before | hashing | which key is shared by what belongs together? |
# | two sorted things | two pointers | what does this step rule out for good? |
# | longest, last k in a row | window | what leaves when the right edge moves? |
# | nested, next larger | stack | which open thing is closed first? |
# | largest that fits | binary search | what is known left of lo, right of hi? |
# | reorder, no memory | linked list | which links change, in which order? |
#
# ### Predict first: six lines that look linear
#
# Each function below is one loop. Do its steps grow like n, or n²? (`work` counts lines,
# comparisons, elements that a list moves or walks over.)


# %%
def looked_up(xs):
    seen = []
    return [x for x in xs if x in seen or seen.append(x)]


def queued(xs):
    line = list(xs)
    return [line.pop(0) for _ in xs]


def summed(xs):
    k = len(xs) // 4
    return [sum(xs[i : i + k]) for i in range(len(xs) - k + 1)]


def worse(xs):
    return [next((j for j in range(i, len(xs)) if xs[j] > x), -1) for i, x in enumerate(xs)]


def ranked(xs):
    return [sum(y < x for y in xs) for x in xs]


def moved(xs):
    line = list(xs)
    return [line.remove(x) or line.append(x) for x in xs]


# %%
def looked_up_fast(xs):
    seen = set()
    return [x for x in xs if x in seen or seen.add(x)]


def queued_fast(xs):
    line = deque(xs)
    return [line.popleft() for _ in xs]


def summed_fast(xs):
    k, total = len(xs) // 4, sum(xs[: len(xs) // 4])
    return [total] + [total := total + new - old for old, new in zip(xs, xs[k:])]


def worse_fast(xs):
    found, waiting = [-1] * len(xs), []
    for j, x in enumerate(xs):
        while waiting and xs[waiting[-1]] < x:
            found[waiting.pop()] = j
        waiting.append(j)
    return found


# %%
def ranked_fast(xs):
    ordered = sorted(xs)
    return [bisect.bisect_left(ordered, x) for x in xs]


def moved_fast(xs):
    line = OrderedDict.fromkeys(xs)
    return [line.move_to_end(x) for x in xs]


def falling(n):
    return (list(range(n, 0, -1)),)


SLOW = looked_up, queued, summed, worse, ranked, moved
FAST = looked_up_fast, queued_fast, summed_fast, worse_fast, ranked_fast, moved_fast
NAMES = "hashing", "two pointers", "window", "stack", "binary search", "linked list"
for name, slow, fast in zip(NAMES, SLOW, FAST):
    same = slow(*falling(40)) == fast(*falling(40))
    powers = [growth(f, falling, 50, 400) for f in (slow, fast)]
    print(f"{name:13s} {slow.__name__:9s} n^{powers[0]:.2f}   mended n^{powers[1]:.2f}", same)

# %%
sizes = np.array([25, 50, 100, 200, 400])
left, right = figures.panels(
    "as it is written", "mended", xlabel="items n", ylabel="steps", log="xy", sharey=True
)
for ax, functions in ((left, SLOW), (right, FAST)):
    for i, (name, f) in enumerate(zip(NAMES, functions)):
        look = {"color": figures.COLOURS[i % 4], "marker": "os^Dvx"[i], "linestyle": "-"}
        ax.plot(sizes, [work(f, *falling(n)) for n in sizes], label=name, **look)
    for power in (1, 2):
        ax.plot(sizes, sizes**power, color="#777777", linestyle=":", linewidth=1)
        right.text(26, 25**power * 1.25, ("n", "n²")[power - 1], fontsize=8, color="#555555")
    figures.plain_ticks(ax.xaxis, sizes)
right.legend(fontsize=6.5, loc="upper left", ncols=2)
plt.show()

# %% [markdown]
# **Read it.** Left, all six climb as steeply as n² (dotted: n and n² steps). Right, the same
# answers climb like n, the one with a sort a little steeper: that is the log. Not one of the six
# has a second loop that one sees at a glance: it hides in `in`, `pop(0)`, a slice, a generator,
# `remove`. Say the cost of every *call*, not of every loop. And steps are no seconds: a step
# inside a list's own code is far cheaper than a line of Python, so in a test on small input the
# left column looks as fast.

# %% [markdown]
# ## Two pointers: a walk down a staircase
#
# Sorted lists $a$ (n), $b$ (m), a budget $B$. The table of sums $S_{ij}=a_i+b_j$ grows to the right
# and upwards. Find the largest $S_{ij}\le B$. The border between "fits" and "too much" is a
# staircase, and the pointers walk along it from the corner where **one direction makes the sum
# larger and the other smaller**:
#
# - $S_{ij}>B$: every later row is larger still, so column $j$ is done for good.
# - $S_{ij}\le B$: this is row $i$'s best, so row $i$ is done for good.
#
# Each comparison removes a row or a column: at most $n+m$ of them.

# %%
draw = np.random.default_rng(3)
a, b = np.sort(draw.integers(1, 60, 14)), np.sort(draw.integers(1, 60, 22))
budget, i, j, walk = 62, 0, len(b) - 1, []
while i < len(a) and j >= 0:
    walk.append((j, i))
    i, j = (i + 1, j) if a[i] + b[j] <= budget else (i, j - 1)
sums = a[:, None] + b
best = sums[sums <= budget].max()
titles = {"xlabel": "place j in b", "ylabel": "place i in a"}
(ax,) = figures.panels("which sums a_i + b_j fit into 62", **titles, size=(6.0, 3.3))
fitting = np.where(sums <= budget, sums, np.nan)
image = ax.pcolormesh(range(22), range(14), fitting, cmap="Greys", vmin=0, vmax=110)
ax.plot(*np.array(walk).T, color=figures.INK, marker="o", ms=3.5, linestyle="-")
ax.plot(*np.argwhere(sums == best)[:, ::-1].T, "s", ms=10, mfc="none", mec=figures.ORANGE)
ax.annotate("start", (21, 0.1), (20.2, 5.2), arrowprops={"arrowstyle": "->"})
ax.text(13.5, 11.5, "too much", fontsize=9), ax.set_xticks(range(0, 22, 3)), ax.grid(False)
plt.colorbar(image, label="sum that fits")
plt.show()
print(f"{len(walk)} comparisons instead of {sums.size}; best sum {best} of {budget}")
print(f"10 against 100000: walk {10 + 100_000}, bisect {10 * math.ceil(math.log2(100_000))} steps")

# %% [markdown]
# **Read it.** Grey: sums that fit, darker where larger; white above: too much. The line is the
# walk, from the lower right; the squares are the best pairs. It never leaves the border, and
# passes every candidate. From the *lower left* corner both steps make the sum larger, and no
# comparison would rule anything out: that is the usual wrong answer.
#
# When one list is short the walk is not even the best: the last line bisects for each element of
# the short one (Bird 2006 goes further).

# %% [markdown]
# ## Window and stack: linear on the whole, not in each step
#
# One step of a window or a stack may remove many items. The argument: each item enters once and
# leaves at most once, so n steps make at most 2n moves. That is *amortised* cost. It promises the
# sum, not the step.
#
# ### Predict first: the dearest step
#
# A service keeps the waiting losses of "next worse" on a stack, one request per loss, 400 of them.
# How many moves does the average request make, and how many the dearest?

# %%
rng = random.Random(0)
losses = [1000 - i + rng.randint(0, 60) for i in range(300)] + [2000] + list(range(99))
moves, waiting = [], []
for loss in losses:
    before = len(waiting)
    while waiting and waiting[-1] < loss:
        waiting.pop()
    moves.append(before - len(waiting) + 1)
    waiting.append(loss)
left, right = figures.panels("moves in each step", "moves in all", xlabel="step", ylabel="moves")
left.vlines(range(len(moves)), 0.8, moves, color=figures.INK, linewidth=1)
left.set_yscale("log"), figures.plain_ticks(left.yaxis, (1, 2, 5, 10, 20, 50))
right.plot(np.cumsum(moves), label="moves so far")
right.plot(2 * np.arange(len(moves)), label="2 × steps", color=figures.ORANGE)
right.legend()
plt.show()
print(f"steps {len(moves)}, moves on average {np.mean(moves):.2f}, in the dearest {max(moves)}")

# %% [markdown]
# **Read it.** Left, on a log scale: nearly all steps make one to five moves, one makes dozens.
# Right: the sum stays below 2 per step, the bound, and jumps where the large loss comes. So "O(1)
# amortised" is the right claim for throughput and a wrong one for a latency budget: a p99.9 sees
# the spike. The same holds for a growing list, a hash table that is rebuilt, and a cache that is
# flushed.
#
# ## Hashing: constant on average, over what?
#
# ### Predict first: keys from a stranger
#
# A service counts requests by user id in a dict. Somebody registers the ids 0, P, 2P, 3P, … with
# $P=2^{61}-1$. What does it cost to insert n of them?

# %%
P = 2**61 - 1  # Python hashes an integer to its remainder modulo P (on 64-bit machines)


class Id(int):
    """An integer that counts how often it is compared with another."""

    compared = 0
    __hash__ = int.__hash__

    def __eq__(self, other):
        Id.compared += 1
        return int(self) == int(other)


for n in (200, 400, 800):
    row = []
    for step in (1, P):
        Id.compared = 0
        dict.fromkeys(Id(step * k) for k in range(n))
        row.append(Id.compared)
    print(f"n = {n}: {row[0]} comparisons for ids 0, 1, 2, …; {row[1]} for 0, P, 2P, …")

# %% [markdown]
# **Read it.** All multiples of P have the hash 0, so each insertion meets all keys before it:
# twice the keys, four times the comparisons. "O(1)" is an average over *hash functions or keys
# that nobody chose against you* (Crosby & Wallach 2003 turned that into an attack on servers).
# Texts are safe in Python, since their hash has a secret per process; integers and tuples of them
# are not. Remedies to name: a keyed hash of the id, a bound on n, a tree or sorted list (log n
# whatever comes).

# %% [markdown]
# ## Binary search: one lie is enough
#
# Invariant: *lo fits, hi does not*. Each answer moves one of them, and nothing ever moves it
# back. So the search trusts every answer for good.
#
# ### Predict first: a test that is sometimes wrong
#
# "Does batch b fit?" is answered by running it. With probability p the run lies (another job on the
# GPU; a lucky allocation). The limit is 1023: ten questions. With p = 2 %, how often is the result
# wrong? And what helps more per call: asking everything three times, or asking *twice more at the
# end*, whether b fits and b + 1 does not, and starting anew if not?


# %%
def search(fits, limit=1023):
    lo, hi = 0, limit + 1
    while hi - lo > 1:
        middle = (lo + hi) // 2
        lo, hi = (middle, hi) if fits(middle) else (lo, middle)
    return lo


def vote(fits):
    return search(lambda b: fits(b) + fits(b) + fits(b) >= 2)


def checked(fits):
    while not (fits(found := search(fits)) and not fits(found + 1)):
        pass
    return found


def trial(method, p, rng):
    calls, truth = [], rng.randint(1, 1022)
    found = method(lambda b: calls.append(b) or (b <= truth) != (rng.random() < p))
    return found != truth, len(calls)


# %%
RATES, METHODS = (0.01, 0.02, 0.05, 0.1), (search, vote, checked)
table = np.array(
    [[np.mean([trial(f, p, rng) for _ in range(3000)], axis=0) for p in RATES] for f in METHODS]
)  # (method, rate, [wrong, calls])
print("lies      " + "".join(f"{f.__name__:>22s}" for f in METHODS) + "    1 − (1 − p)^10")
for k, p in enumerate(RATES):
    cells = [f"{wrong:8.1%} in {calls:4.1f} calls" for wrong, calls in table[:, k]]
    print(f"p = {p:5.1%} ", *cells, f"{1 - (1 - p) ** 10:12.1%}")
wrong, calls = figures.panels(
    "result wrong", "cost", xlabel="lies p", ylabel=("share of runs", "calls"), log="x"
)
for f, row, mark in zip(METHODS, table, "os^"):
    wrong.plot(RATES, row[:, 0], marker=mark, label=f.__name__)
    calls.plot(RATES, row[:, 1], marker=mark, label=f.__name__)
for ax in (wrong, calls):
    figures.plain_ticks(ax.xaxis, RATES), ax.legend(), ax.set_ylim(0)
plt.show()

# %% [markdown]
# **Read it.** The plain search errs as $1-(1-p)^{10}$: every lie is fatal. A vote is wrong with
# $3p^2$, so the result with about $30p^2$. Checking wins on *both* axes up to 5 %: a wrong result
# (10p) is accepted only if one of its two checks lies too, about $10p^2$. Verify the answer, not
# the steps.
#
# ## Linked list: an LRU cache, and when to hate it
#
# A dict finds the node, a doubly linked list moves it: O(1). The *policy* is a bet: what was read
# lately is read soon.
#
# ### Predict first: epochs
#
# A loader reads 200 shards in order, epoch after epoch; the cache holds 150. What share of reads
# hits?


# %%
def next_reads(reads):  # for each read, when the same row is read next
    soon, ahead = [math.inf] * len(reads), {}
    for t in reversed(range(len(reads))):
        soon[t], ahead[reads[t]] = ahead.get(reads[t], math.inf), t
    return soon


LEAVES = {
    "LRU": lambda cache: next(iter(cache)),
    "random": lambda cache: rng.choice(list(cache)),
    "hindsight": lambda cache: max(cache, key=cache.get),  # needed last: Belady's rule
}


def hits(reads, capacity, policy):  # share of reads after the first 200 that hit
    cache, found = OrderedDict(), 0  # row: when it is read next; the oldest use stands first
    for t, (row, soon) in enumerate(zip(reads, next_reads(reads))):
        if row in cache:
            found += t >= 200
        elif len(cache) == capacity:
            del cache[LEAVES[policy](cache)]
        cache[row] = soon
        cache.move_to_end(row)
    return found / (len(reads) - 200)


# %%
orders = {"in order": list(range(200)) * 8, "shuffled each epoch": [], "Zipf": []}
for _ in range(8):
    orders["shuffled each epoch"] += rng.sample(range(200), 200)
orders["Zipf"] = rng.choices(range(200), [1 / (k + 1) for k in range(200)], k=1600)
capacities = np.array([10, 30, 50, 75, 100, 125, 150, 175, 190, 200])
panels = figures.panels(
    *orders, xlabel="capacity of 200", ylabel="share of hits", sharey=True, size=(6.0, 2.6)
)
for ax, (name, reads) in zip(panels, orders.items()):
    ax.set_xticks((0, 100, 200))
    for policy in LEAVES:
        share = [hits(reads, c, policy) for c in capacities]
        ax.plot(capacities, share, label=policy)
        print(f"{name:20s} {policy:10s} capacity 30: {share[1]:.2f}, 150: {share[6]:.2f}")
panels[0].legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** In order, LRU never hits until *everything* fits: each row leaves just before it is
# needed. A *random* victim does far better, in shuffled epochs as well. On Zipf traffic (users,
# words) LRU is ahead a little, where the cache is small. The dotted line knows the future. So ask
# for the access pattern before you choose a policy: an epoch is a scan, and for a scan the rule
# is to keep *some* rows and let the rest pass. Sleator & Tarjan (1985) showed that no on-line
# rule guarantees more than LRU in the worst case; a scan like this one is such a case.

# %% [markdown]
# ## Where it breaks
#
# "Longest stretch whose sum is at most h" is a window, as long as longer stretches have larger
# sums. Log *differences*, gradients or rewards are signed. Below, the same window on signed
# numbers, against brute force; and what replaces it.


# %%
def window(xs, h):
    left, total, best = 0, 0, 0
    for right, x in enumerate(xs):
        total += x
        while left <= right and total > h:
            total, left = total - xs[left], left + 1
        best = max(best, right + 1 - left)
    return best


def brute(xs, h):
    ends = range(len(xs) + 1)
    return max(j - i for j in ends for i in range(j + 1) if sum(xs[i:j]) <= h)


def by_prefixes(xs, h):
    """The longest ends at right and starts at the first left with P[left] >= P[right] - h."""
    highest, total, best = [0], 0, 0  # running maximum of the prefix sums P: it never falls
    for right, x in enumerate(xs):
        total += x
        best = max(best, right + 1 - bisect.bisect_left(highest, total - h))
        highest.append(max(highest[-1], total))
    return best


# %%
print("negative    window wrong    by prefixes wrong")
for share in (0.0, 0.05, 0.1, 0.3, 0.5):
    missed = np.zeros(2)
    for _ in range(300):
        xs = [rng.randint(1, 9) * (-1 if rng.random() < share else 1) for _ in range(14)]
        missed += [f(xs, 12) != brute(xs, 12) for f in (window, by_prefixes)]
    print(f"{share:8.0%} {missed[0] / 300:15.0%} {missed[1] / 300:20.0%}")
xs = [5, 9, -8, 2]
print("smallest kind of failure:", xs, "h = 8: window", window(xs, 8), "brute", brute(xs, 8))

# %% [markdown]
# **Read it.** Without negative numbers the window is never wrong; a few of them are enough to
# make it wrong in a good part of the runs, and tests with positive numbers will not show it. The
# window gives up 5, 9 because the sum is above h, though −8 would have brought it back: "too
# much" is no longer inherited by longer stretches, so the left edge may not be thrown away. The
# repair keeps what a window forgets: prefix sums, their running maximum (which is sorted, so it
# can be bisected). A window needs *monotone*; prefix sums do not.

# %% [markdown]
# ## Say it in 60 seconds
#
# "I look for what the wording gives me: sorted, contiguous, seen before, nested, a yes that turns
# to no, order by use. That names a pattern, and I say its invariant: what a step rules out for
# good. Each element enters once and leaves once, so it is linear in total. It rests on one
# assumption: longer stretches have larger sums. If values may be negative that falls, and I go to
# prefix sums with a hash map or a bisection. Brute force is n squared; I keep it as the test:
# small random inputs with ties, empties and equal elements. Hidden costs: `in` on a list, pop
# from the front, slices."

# %% [markdown]
# ## Follow-ups
#
# <details><summary>What does each level say?</summary>
#
# - *Mid*: names the pattern, codes it, gives the right exponent; finds the edge cases when asked.
# - *Senior*: says the invariant before coding, and the cost argument from it; tests against brute
#   force; knows amortised from worst case and average from adversarial.
# - *Staff*: names the assumption that the pattern rests on and what replaces it when it falls; asks
#   about access pattern, trust and latency first; knows when the plain answer is good enough.
#
# </details>
#
# <details><summary>1. The data comes as a stream. Which of the six survive?</summary>
#
# Window, stack and hashing do: they read from left to right, with memory for the window, the open
# items or the distinct keys. Two pointers from both ends do not, the end is not there yet; two
# pointers in the same direction (a merge) do. Binary search needs random access or a predicate.
# For hashing on an endless stream the memory is what fails: keep a sketch, a Bloom filter or the
# last hour, and say what error that buys.
#
# </details>
#
# <details><summary>2. It does not fit in one machine's memory.</summary>
#
# Hashing: send each key to machine hash(key) mod k, then every group is local; watch hot keys.
# Sorted shards: merge k pointers with a heap, or search the answer and let each shard count (the
# practice notebook). Window over time: split by time with an overlap of one window.
# Near-duplicates that are not equal after sorting need MinHash: a key again, but one that is
# equal only *probably*.
#
# </details>
#
# <details><summary>3. Why is `next(iter(d))` with `del` not the same as OrderedDict?</summary>
#
# A dict keeps its entries in an array in the order of insertion; a deletion leaves a hole, and
# holes go when the array is rebuilt. `next(iter(d))` walks from the front over all holes.
# Deleting from the front again and again without inserting is quadratic; as a cache, which
# inserts as often, it costs a walk over up to as many holes as there is spare room. OrderedDict
# keeps a linked list beside the table, and both of its ends are at hand. In practice the walk is
# fast C code; in a promise of O(1) it counts.
#
# </details>
#
# <details><summary>4. Prove that nothing beats n + m for the pair problem, n = m.</summary>
#
# Ask only for a sum of exactly B. Take $a_i=2i$, $b_j=2j$, $B=2n-1$: all sums are even, so there
# is no pair. Change one $a_i$ to $2i+1$: the list is still sorted, and $a_i+b_{n-1-i}=B$. So
# whoever has not read $a_i$ cannot say "none", and the same holds for each $b_j$: 2n reads are
# needed, and the walk makes at most 2n comparisons. For n much smaller than m only n of the b have
# a partner that could matter, so the argument leaves room, and bisection uses it.
#
# </details>
#
# <details><summary>5. Two threads use your cache.</summary>
#
# A move is several link writes; between two of them the list is broken. One lock around each read
# is right and serialises everything, hits too, since in LRU a *hit writes*. Cheaper: shard the
# cache by key with a lock each; or mark instead of move (CLOCK: a bit per row, a hand that clears
# bits), so that a hit writes one bit; or record hits in a buffer per thread and apply them in
# batches. Ask which error is allowed: exact order is seldom needed.
#
# </details>
#
# <details><summary>6. The middle of lo and hi: what went wrong in real libraries?</summary>
#
# `(lo + hi) / 2` overflows in fixed-width integers once the array is longer than half the range;
# it stood in a textbook and in Java's library for years (Bloch 2006). Write `lo + (hi - lo) / 2`.
# In NumPy the same happens with int32 indices. In Python the sum is exact, and the usual failure
# is the other one: `lo = mid` with a middle rounded down, which never moves once hi = lo + 1.
#
# </details>
#
# <details><summary>7. Your window keeps a sum of floats. After a day it is off.</summary>
#
# Adding and subtracting leaves the rounding errors of everything that ever passed: after a huge
# value has gone the sum may have lost all digits. Use integers (counts, cents, ticks), recompute
# the sum once per window length (still linear), or keep two stacks of partial sums and never
# subtract. The same for a running variance: remove-and-add is where it turns negative.
#
# </details>
#
# <details><summary>8. When would you *not* use the clever version?</summary>
#
# When n is small, when the code is run once, or when the data is in NumPy: `np.searchsorted`, a
# cumulative sum or a sort runs in compiled code, and n log n there beats a linear loop in Python
# for any n that fits in memory. Say the order of growth first, then say that you would measure.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
