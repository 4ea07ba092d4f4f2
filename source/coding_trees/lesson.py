# %% [markdown]
# # {{title}}
#
# > "This breadth-first search has nine lines. It is right on every picture that I have tried. On an
# > open field of 20 × 20 pixels it does not come back. Tell me which line it is, and how you know,
# > before you run anything."
#
# You know these patterns. What rounds are lost on is smaller: the order of two lines, a bound that
# belongs to the path, a tie, a tree that is a chain. Here each pattern gets the *one question* that
# finds its invariant, and its cost is not asserted but counted: `work(f, x)` gives the steps that a
# call takes.
#
# ## Objectives
#
# {{objectives}}

# %%
import heapq
import math
import random
from collections import deque

import matplotlib.pyplot as plt
import numpy as np

from mlprep import figures
from mlprep.check import work

figures.use_style()

# %% [markdown]
# ## Six patterns, six questions
#
# | you hear | pattern | ask, and say |
# |---|---|---|
# | "for each node", nested, depth | tree | what goes down with me, what comes up? |
# | "begins with", many words | trie | what can still be completed? |
# | "k best", a stream, merge | heap | who leaves next? |
# | "all valid …", rules | backtracking | when can nothing come of it? |
# | reach, order, steps, regions | graph | when is a node *taken*? |
# | cheapest, weights | Dijkstra, Prim | what is *final*, and why? |
#
# The answer to the question is the loop's invariant. Say it before you write the loop; it also
# tells what to test.

# %% [markdown]
# ## Trees: down and up
#
# The deepest node of a tree, from a list of parents. One function climbs from each node to the
# root; the other lets each node use what its parent already knows.
#
# ### Predict first: n² or n log n?
#
# Climbing costs the sum of all depths. That is $n^2/2$ on a chain and about $n\log_2 n$ on a
# balanced tree. And on a tree drawn at random from *all* trees with n nodes: which of the two is
# nearer?


# %%
def chain(n, rng):  # parents stand before their children, -1 is above the root
    return [i - 1 for i in range(n)]


def balanced(n, rng):
    return [(i - 1) // 2 for i in range(n)]


def any_tree(n, rng):  # each labelled tree equally likely: first visits of a random walk
    number, parent, at = {0: 0}, [-1], 0
    while len(parent) < n:
        new = rng.randrange(n)
        if new not in number:
            number[new] = len(parent)
            parent.append(number[at])
        at = new
    return parent


# %%
def by_climbing(parent):
    deepest = 0
    for node in range(len(parent)):
        depth = 0
        while parent[node] >= 0:
            node, depth = parent[node], depth + 1
        deepest = max(deepest, depth)
    return deepest


def in_one_pass(parent):
    depth = [0] * len(parent)
    for node in range(1, len(parent)):
        depth[node] = depth[parent[node]] + 1  # what goes down
    return max(depth)


# %%
SIZES = (16, 32, 64, 128, 256)
(ax,) = figures.panels("deepest node", xlabel="nodes n", ylabel="steps", log="xy", size=(5.6, 3.2))
rows = (("climbing, chain", by_climbing, chain), ("climbing, any tree", by_climbing, any_tree))
rows += (
    ("climbing, balanced", by_climbing, balanced),
    ("one pass, any tree", in_one_pass, any_tree),
)
for (label, f, shape), marker in zip(rows, "osv^"):
    rng = random.Random(1)
    times = 6 if shape is any_tree else 1
    steps = [np.mean([work(f, shape(n, rng)) for _ in range(times)]) for n in SIZES]
    power = np.polyfit(np.log(SIZES[1:]), np.log(steps[1:]), 1)[0]
    ax.plot(SIZES, steps, marker=marker, label=f"{label}: n^{power:.2f}")
figures.plain_ticks(ax.xaxis, SIZES), ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Read it.** Both axes are logarithmic, so a slope is an exponent. "Any tree" is neither: it is
# about $n^{1.5}$, since the depth of a tree drawn from all trees is of order $\sqrt n$. Balanced is
# the exception that examples show, and interviewers test with the chain. Two more things happen
# there: recursion ends at about 1,000 frames, and whatever was "log n" becomes n.
#
# ## Tries: what can still be completed?
#
# A vocabulary of V entries, a text, the longest entry at each position. Three ways: try all
# entries; look up slices in a dict, longest first; walk a tree of letters.


# %%
def all_entries(text, vocabulary):
    for i in range(len(text)):
        max((word for word in vocabulary if text.startswith(word, i)), key=len, default="")


def slices(text, vocabulary, longest=8):
    known = set(vocabulary)
    for i in range(len(text)):
        for length in range(longest, 0, -1):
            if text[i : i + length] in known:
                break


def walk(text, root):
    for i in range(len(text)):
        node = root
        for j in range(i, len(text)):
            if (node := node.get(text[j])) is None:
                break


def share(vocabulary):  # a node stands for a beginning
    return len({w[: i + 1] for w in vocabulary for i in range(len(w))}) / sum(map(len, vocabulary))


# %%
def tree_of(vocabulary):
    root = {}
    for word in vocabulary:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
    return root


rng, COUNTS = random.Random(2), (4, 16, 64, 256, 1024)
words = ["".join(rng.choices("abcdefgh", k=rng.randint(4, 8))) for _ in range(max(COUNTS))]
text = "".join(rng.choices("abcdefgh", k=60))
labels = {"xlabel": "entries V", "ylabel": ("steps / letter of text", "nodes / letters")}
left, right = figures.panels("three ways", "size of the tree", log="x", **labels)
for f, marker in ((all_entries, "o"), (slices, "s"), (walk, "^")):
    data = [tree_of(words[:v]) if f is walk else words[:v] for v in COUNTS]
    steps = [(work(f, text, d) - work(f, "", d)) / len(text) for d in data]
    left.plot(COUNTS, steps, marker=marker, label=f.__name__)
left.set(yscale="log"), left.legend(), right.set(ylim=(0, 1.05))
right.plot(COUNTS, [share(words[:v]) for v in COUNTS], marker="o")
_ = [figures.plain_ticks(ax.xaxis, COUNTS) for ax in (left, right)]
plt.show()


# %%
def reads_a_token(text, root):
    """Letters that the greedy tokenizer reads, per letter of text."""
    at = read = 0
    while at < len(text):
        node, end, j = root, at + 1, at
        while j < len(text) and text[j] in node:
            node, j = node[text[j]], j + 1
            end = j if "end" in node else end
        read += j - at + (j < len(text))
        at = end
    return read / len(text)


for m in (2, 8, 32, 128):
    root = tree_of(["a", "a" * m + "b"])
    root["a"]["end"] = True
    print(f"entries a and a…ab ({m + 1:3d} letters), text aaa…: ", end="")
    print(f"{reads_a_token('a' * 2000, root):5.1f} letters read for one of the text")

# %% [markdown]
# **Read it.** Left: a dict is flat in V too; it pays for all lengths, the walk for about $\log_8
# V+1$ letters on random text. Right: sharing saves less than people say. And "linear in the text"
# is false: each "a" is emitted after reading to the end of a hope that fails. Strictly linear needs
# links between nodes (Song et al. 2021).
#
# ## Heaps: who leaves next?
#
# To keep the k *largest*, keep the *smallest* of them on top: a row enters only if it beats the
# top.
#
# ### Predict first: how many rows enter?
#
# A million rows in random order, k = 100. How often is the heap changed after its first 100 rows?


# %%
def entered(stream, k, marks):
    """How many rows have entered a heap of the k largest, after each of `marks` rows."""
    heap, count, told = [], 0, []
    for place, loss in enumerate(stream, start=1):
        if place <= k:
            heapq.heappush(heap, loss)
        elif loss > heap[0]:
            heapq.heapreplace(heap, loss)
            count += 1
        if place in marks:
            told.append(count)
    return told


K, MARKS = 100, [10**e for e in (3, 4, 5, 6)]
rng = np.random.default_rng(3)
shuffled = np.mean(
    [entered(rng.permutation(MARKS[-1]).tolist(), K, MARKS) for _ in range(3)], axis=0
)
print("     rows   random order   k (H_n − H_k)   rising")
for n, told, rising in zip(MARKS, shuffled, entered(range(MARKS[-1]), K, MARKS)):
    print(f"{n:9,d} {told:14,.0f} {sum(K / i for i in range(K + 1, n + 1)):15,.0f} {rising:8,d}")

# %% [markdown]
# **Read it.** Row i enters if it is among the k best of i rows: with probability $k/i$. The sum is
# $k(H_n-H_k)\approx k\ln(n/k)$, under a thousand for a million rows. So the cost in random order is
# *n comparisons and hardly a heap operation*; the bound $n\log k$ belongs to the rising stream. And
# that is the common one in practice: sorted logs, a loss that grows. Say both.
#
# ## Backtracking: when can nothing come of it?
#
# Fourteen knobs with three values; random rules "not both". A node is a start that breaks no rule.
#
# ### Predict first: does the order of the knobs matter?
#
# The number of complete configurations can't depend on it. Does the work: by 10 %, by 10 times?

# %%
D, VALUES = 14, 3
rng = random.Random(6)
busy = [rng.random() ** 4 for _ in range(D)]  # some knobs have many rules, most have few
RULES = set()
for i in range(D):
    for j in range(i):
        for a in range(VALUES):
            for b in range(VALUES):
                if rng.random() < 0.3 * max(busy[i], busy[j]):
                    RULES |= {(i, a, j, b), (j, b, i, a)}
count = [sum(rule[0] == i for rule in RULES) for i in range(D)]
ORDERS = {"as given": list(range(D)), "most rules first": sorted(range(D), key=lambda i: -count[i])}
ORDERS["most rules last"] = ORDERS["most rules first"][::-1]


def children(path, order):
    """Values of the next knob that break no rule with the path."""
    i = order[len(path)]
    set_before = list(zip(order, path))
    return [a for a in range(VALUES) if not any((i, a, j, b) in RULES for j, b in set_before)]


# %%
def levels(order):
    """How many starts of each length break no rule."""
    found, paths = [1], [()]
    for _ in order:
        paths = [(*path, a) for path in paths for a in children(path, order)]
        found.append(len(paths))
    return found


def probe(order, rng):
    """Knuth: one random way down; the product of the numbers of children estimates each level."""
    path, weight, total = (), 1, 1
    while len(path) < len(order) and (able := children(path, order)):
        weight *= len(able)
        total += weight
        path = (*path, rng.choice(able))
    return total


found = {name: levels(order) for name, order in ORDERS.items()}
print(f"complete combinations: {VALUES**D:,}")
for name in ORDERS:
    print(f"{name:16s} {sum(found[name]):6,d} nodes for {found[name][-1]} configurations")

# %%
left, right = figures.panels(
    "starts that live",
    "Knuth's estimate",
    xlabel=("knobs set", "probes"),
    ylabel=("nodes", "nodes"),
)
left.plot([VALUES**i for i in range(D + 1)], color="#999999", linestyle="-", linewidth=0.8)
left.annotate("all: 3ⁿ", (11.5, 1.6e5), fontsize=8)
for i, (name, order) in enumerate(ORDERS.items()):
    left.plot(found[name], marker="os^"[i], label=name)
    rng = random.Random(7)
    told = np.array([probe(order, rng) for _ in range(1000)])
    n = np.unique(np.geomspace(10, len(told), 60).astype(int))
    right.plot(n, np.cumsum(told)[n - 1] / n)
    right.axhline(sum(found[name]), color=figures.COLOURS[i], linestyle="-", linewidth=0.7)
    mean, se = told[:100].mean(), told[:100].std(ddof=1) / 10
    print(f"{name:16s} true {sum(found[name]):6,d} | 100 probes: {mean:6,.0f} ± {se:,.0f}")
left.set(yscale="log", ylim=(0.7, 3e5), xticks=range(0, D + 1, 2))
left.legend(fontsize=7, loc="upper left"), right.set(xscale="log", yscale="log")
plt.show()

# %% [markdown]
# **Read it.** Left: pruning bends each curve, and the order decides where: rules that can fail
# early must stand early. Same configurations, more than fifty times the work. Right: "how long will
# it run?" has an answer before it ends. Go down at random, multiply the numbers of children: the
# sum of the products is an unbiased estimate of the nodes (Knuth 1974; thin lines: truth). A
# hundred probes tell minutes from years.
#
# ## Graphs: when is a node taken?
#
# Back to the nine lines.
#
# ### Predict first: how many entries?
#
# An open field of s × s pixels, from one corner. How often is something put into the queue, if a
# pixel is marked when it is *taken out*?


# %%
def distances(side, mark_on_push):
    """Steps from the corner to each pixel, and how many entries the queue has seen."""
    seen, entries, queue = {}, 1, deque([(0, 0, 0)])
    if mark_on_push:
        seen[0, 0] = 0
    while queue:
        r, c, d = queue.popleft()
        if not mark_on_push:
            seen[r, c] = d
        for y, x in ((r + 1, c), (r, c + 1), (r - 1, c), (r, c - 1)):
            if 0 <= y < side and 0 <= x < side and (y, x) not in seen:
                if mark_on_push:
                    seen[y, x] = d + 1
                queue.append((y, x, d + 1))
                entries += 1
    return seen, entries


# %%
sides = range(2, 9)
push, pop = ([distances(s, way)[1] for s in sides] for way in (True, False))
assert all(distances(s, True)[0] == distances(s, False)[0] for s in sides), "another result"
(ax,) = figures.panels("open field", xlabel="side s", ylabel="entries", size=(4.6, 2.8))
ax.plot(sides, pop, marker="o", label="marked when taken out")
ax.plot(sides, push, marker="s", label="marked when put in: s²")
ax.set_yscale("log"), ax.legend()
plt.show()
print("marked on the way out:", pop)
print("binomial(2s, s) − 1:  ", [math.comb(2 * s, s) - 1 for s in sides])
print(f"side 20: {math.comb(40, 20) - 1:.2e} entries, against {20 * 20}")

# %% [markdown]
# **Read it.** A pixel that is not yet marked is put in by each neighbour that comes before it, and
# each copy does the same: the entries are the shortest *paths*, $\binom{2s}{s}-1$ of them. Every
# result is right, every small test is fast. One line, in the wrong place: mark where you append.
#
# ## Weights: what is final?
#
# With weights the same line must stand at the *other* place. Dijkstra (1959) closes a node when it
# comes **out**: all others in the heap cost at least as much already. Who closes on sight, as
# above, is wrong on how many targets?


# %%
def cheapest(links, close_on_push=False, weighted=True, lift=0):
    """Costs from node 0, ranked by total price; the switches are classic slips."""
    cost, closed, heap = {}, {0} if close_on_push else set(), [(0, 0, 0)]
    while heap:
        rank, total, a = heapq.heappop(heap)
        if a in cost:
            continue
        cost[a] = total
        for b, price in links[a]:
            if b not in closed and b not in cost:
                if close_on_push:
                    closed.add(b)
                step = price + lift if weighted else 1
                heapq.heappush(heap, (rank + step, total + price, b))
    return cost


# %%
def random_links(n, most, rng):
    return [[(rng.randrange(n), rng.randint(1, most)) for _ in range(3)] for _ in range(n)]


print("costs     closed on sight    fewest links    wrong, of reachable targets")
for most in (1, 2, 5, 20, 100):
    rng, wrong, total = random.Random(8), np.zeros(2), 0
    for _ in range(60):
        links = random_links(40, most, rng)
        right = cheapest(links)
        slips = cheapest(links, close_on_push=True), cheapest(links, weighted=False)
        wrong += [sum(slip[b] != right[b] for b in right) for slip in slips]
        total += len(right)
    print("1 to {:3d} {:15.0%} {:15.0%}".format(most, *wrong / total))

# %% [markdown]
# **Read it.** With equal costs all three agree: a test with weights of 1 tests nothing. From there
# on both slips are wrong on a share of targets that grows with the spread of the costs, and neither
# ever raises.
#
# ## Where it breaks
#
# "A link with a credit has a negative cost. Then add a constant to all costs, and go on." Below,
# from 0 % to 30 % of the links get a credit, in graphs without circles, so that the truth is
# simple.


# %%
def truth(links):  # links go from lower to higher numbers: one pass in that order is enough
    cost = {0: 0}
    for a in range(len(links)):
        for b, price in links[a] if a in cost else ():
            cost[b] = min(cost.get(b, math.inf), cost[a] + price)
    return cost


def with_credits(share, rng, n=40):
    def price():
        return rng.randint(1, 20) * (-1 if rng.random() < share else 1)

    return [[(rng.randint(a + 1, min(a + 9, n)), price()) for _ in range(3)] for a in range(n)] + [
        []
    ]


print("credits   closed when taken    a constant added: wrong on")
for part in (0.0, 0.05, 0.1, 0.3):
    rng, wrong = random.Random(9), np.zeros(3)
    for _ in range(60):
        links = with_credits(part, rng)
        right, ways = truth(links), (cheapest(links), cheapest(links, lift=20))
        wrong += [*(sum(way[b] != right[b] for b in right) for way in ways), len(right)]
    print("{:7.0%} {:17.0%} {:20.0%}".format(part, *wrong[:2] / wrong[2]))


# %%
def reopened(links):
    """Dijkstra without closing: a node that becomes cheaper goes in again. Entries taken out."""
    cost, heap, taken = {0: 0}, [(0, 0)], 0
    while heap:
        total, a = heapq.heappop(heap)
        taken += 1
        for b, price in links[a] if total == cost[a] else ():
            if total + price < cost.get(b, math.inf):
                cost[b] = total + price
                heapq.heappush(heap, (cost[b], b))
    return cost, taken


def detours(m):  # node 2i goes on for 0, or through 2i + 1 for a price and twice the credit
    links = [[] for _ in range(2 * m + 1)]
    for i in range(m):
        links[2 * i] = [(2 * i + 2, 0), (2 * i + 1, 2 ** (m - i))]
        links[2 * i + 1] = [(2 * i + 2, -2 * 2 ** (m - i))]
    return links


for m in (2, 4, 8, 12):
    cost, taken = reopened(detours(m))
    print(f"{2 * m + 1:3d} nodes: right: {cost == truth(detours(m))}, {taken:6,d} taken out")

# %% [markdown]
# **Read it.** With 5 % credits "final" is already false on many targets. The constant makes it
# worse: it charges a path for each of its links, so the ranking changes, and it is wrong wherever
# the best path is long. Letting nodes in again is right as long as no circle pays, and here doubles
# its work with each detour: $2^m$. What keeps the promise is Bellman–Ford: n rounds over all links,
# whatever the signs, and a circle that pays shows in the last one.

# %% [markdown]
# ## Say it in 60 seconds
#
# > "Six patterns, one question each. Tree: what does a node get from above, what does it report? A
# > stack if chains may come. Trie: what can still be completed? I remember the last complete entry.
# > Heap: who leaves next? k largest needs a min-heap; the tuple holds the tie rule. Backtracking: a
# > start that breaks a rule ends; I undo on return. Graph: mark where I push, or I count paths.
# > Weights: close where I pop, as long as no cost is negative."
#
# *Mid*: names the pattern, writes it. *Senior*: says invariant and cost, tests chain, tie, cycle,
# empty. *Staff*: says which assumption carries it, and what replaces it when it falls.

# %% [markdown]
# ## Follow-ups
#
# <details><summary>1. The tree does not fit into memory, or one machine.</summary>
#
# What goes down and what comes up are small: that is the interface. Store the tree by levels and
# stream it: children after parents serves everything that goes down; the reverse file serves what
# comes up. Over machines, cut it at subtrees: each returns its summary (best cost, count, bound),
# the top part combines them. What does not work so is anything that needs two distant nodes at
# once. For "lowest common ancestor" a preorder number and the last number in the subtree make it a
# comparison of intervals, with no tree in memory at all.
#
# </details>
#
# <details><summary>2. Your tokenizer is a trie. Make it strictly linear.</summary>
#
# The waste is the text that is read again after a hope fails. Precompute for each node where to go
# on when the next letter does not fit, and which tokens are emitted on the way: failure links as in
# Aho–Corasick, here with the tokens attached (Song et al. 2021 report $O(n)$, from $O(nm)$ for
# entries of length m). Say also when it does not pay: words are short, most walks break off early,
# and a dict lookup for each length runs in C. Measure on your text, not on `aaaa`.
#
# </details>
#
# <details><summary>3. Top k over 200 shards that update all the time.</summary>
#
# Top k of the union is within the union of the shards' top k: each keeps a heap of k, and a merge
# heap of 200 heads pulls k rows: $k\log 200$. Ties must be decided by a key that all shards share
# (time, then id), or the result depends on who answers first. Deletions break the small heaps: what
# was thrown out may be wanted again. Then keep more than k, or an ordered structure, or recompute
# the shard when it falls below k. For counts rather than scores the statement is false: a name
# can be the most frequent overall and in no shard's top k.
#
# </details>
#
# <details><summary>4. How would you delete from the middle of a heap?</summary>
#
# Don't: mark it dead and drop it when it comes to the top (`heapq`'s documentation does so with
# entries that are overwritten). The price is that `len(heap)` no longer counts the living, and that
# memory grows with the dead; rebuild when they are more than half, which is linear and so free on
# average. An index from item to place makes true deletion possible in log n: sift the moved item up
# *or* down, one of both.
#
# </details>
#
# <details><summary>5. The search has run for an hour. Stop or wait?</summary>
#
# Estimate. Knuth's random descents give the size of the tree in seconds; with a bad order their
# spread is huge, and that is a finding too: reorder (fewest values left first, decided anew at each
# step), break symmetries, and look for a bound that cuts starts that can still be completed but not
# *better* than the best so far. Then ask whether you need all solutions: counting, one solution,
# and proof that there is none are three tasks. For the last one, greedy or random restarts say
# nothing.
#
# </details>
#
# <details><summary>6. The graph changes while you search: edges come and go.</summary>
#
# Insertions only, connectivity only: union–find, almost constant a step. Deletions break it. For
# order: keep a topological order and repair it only between the two ends of a new edge; report a
# cycle when the repair runs into itself. For cheapest paths: a cheaper edge spreads from its end
# (Dijkstra from there); a dearer one invalidates all that went over it. Say how stale an answer may
# be; rebuilding every minute is often the design, and a snapshot makes the answer consistent.
#
# </details>
#
# <details><summary>7. Breadth-first search in parallel?</summary>
#
# Level by level: all of a level in parallel, a barrier, the next. "Mark on push" is now a race: two
# workers may both find the node unmarked. For distances that is harmless (both write the same
# number); for parents or counts it needs an atomic test-and-set, or a rule (smallest parent wins).
# Levels that are wide pay; a chain has no parallelism at all. Depth-first order, and with it the
# usual cycle test, is hard to parallelise; counting missing needs (Kahn's way) is easy.
#
# </details>
#
# <details><summary>8. Why not one algorithm for spanning trees and cheapest paths?</summary>
#
# It nearly is one: Dijkstra's paper of 1959 has both, three pages, the same sets of nodes. Grow
# from a start, always take the least in the heap. The rank decides: the price of the *link* gives
# the cheapest way to join all; the price of the *whole way* gives the cheapest way to each. Rank by
# way plus a lower bound on the rest, and it is A*. Rank by the dearest link on the way, and its
# dearest link is as cheap as can be. If you can say which rank the question wants, the code is the
# same twenty lines.
#
# </details>

# %% [markdown]
# ## References
#
# {{references}}
