# %% [markdown]
# # {{title}}: the assignment
#
# Six problems, one a pattern; each statement tells the question to ask yourself first. The unit's
# second notebook, `practice.ipynb`, has six more that do not say which pattern they are. Both
# together take about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **For all problems.** Arguments are plain Python data and are never changed in place. *Work* means
# counted steps: lines that run, comparisons, and items that a list or text moves (`xs.pop(0)`,
# `x in xs`, `text[1:]`). Only its growth is asked for, not its amount. You may use the standard
# library, `heapq` and `collections` included.

# %% nbgrader={"grade_id": "imports", "locked": true}
import bisect
import heapq
import itertools
import random
from collections import defaultdict, deque
from math import inf

from mlprep.check import Question, excess_growth, peak_bytes, work
from mlprep.check.values import difference, plain, show


def tidy(value):
    """A result as lists and, where they are whole, ints: so that it reads the same."""
    value = plain(value)
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [tidy(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def first_difference(f, pairs):
    """The first of some (arguments, result) for which f gives something else, in words; or ""."""
    for args, want in pairs:
        got, want = tidy(f(*args)), tidy(want)
        if difference(got, want):
            asked = ", ".join(show(arg, 50) for arg in args)
            return f"for {asked} yours gives {show(got, 60)}, not {show(want, 60)}"
    return ""


def cost(f, make, small, large, at_most, gives, of=work):
    """What is wrong with how f's cost grows, or with its answer for the smaller size; else ""."""
    if difference(plain(f(*make(small))), plain(gives)):
        return "the answer is wrong there"
    return excess_growth(f, make, small, large, at_most=at_most, of=of)


# %% [markdown]
# ## 1. Branches that no input takes (trees · medium · 4 points · 20 minutes)
#
# *Ask first: what must a node be told from above, and what must it report from below?*
#
# A decision tree is four lists of one length n. Node 0 is the root. Node i is a leaf if
# `left[i] == -1` (then `right[i] == -1`, and its feature and threshold mean nothing). Any other
# node sends a row x to `left[i]` if `x[feature[i]] <= threshold[i]`, else to `right[i]`. Features
# are real numbers; thresholds are finite. Each node but the root is the child of one node; apart
# from that, nodes are numbered in any order.
#
# `dead_nodes(feature, threshold, left, right)` returns the numbers of all nodes, inner ones and
# leaves, that no row x at all can come to, in ascending order. An empty tree (n = 0) gives `[]`.
#
# A tree may be 5,000 nodes deep. For a fixed number of features, work is in proportion to n,
# whatever the tree's shape.
#
# **Example.** Node 0 asks x₀ ≤ 5, node 1 (its left child) asks x₀ ≤ 7; nodes 2, 3, 4 are leaves:
# `dead_nodes([0, 0, 0, 0, 0], [5, 7, 0, 0, 0], [1, 3, -1, -1, -1], [2, 4, -1, -1, -1])` is `[4]`,
# since x₀ ≤ 5 and x₀ > 7 exclude each other.


# %% nbgrader={"grade_id": "dead_nodes", "solution": true}
def dead_nodes(feature, threshold, left, right):
    """The nodes of a decision tree that no row can reach.

    Args:
        feature: list of int, length n. The feature that an inner node asks for.
        threshold: list of numbers, length n. Rows with x[feature] <= threshold go left.
        left, right: lists of int, length n. The children; -1 for a leaf.

    Returns:
        list of int, ascending.
    """
    ### BEGIN SOLUTION
    reached, todo = set(), [(0, {})] if left else []
    while todo:
        node, box = todo.pop()
        reached.add(node)
        if left[node] == -1:
            continue
        low, high = box.get(feature[node], (-inf, inf))
        cut = threshold[node]
        for child, side in (
            (left[node], (low, min(high, cut))),
            (right[node], (max(low, cut), high)),
        ):
            if side[0] < side[1]:
                todo.append((child, {**box, feature[node]: side}))
    return [node for node in range(len(left)) if node not in reached]
    ### END SOLUTION


# %% nbgrader={"grade_id": "dead_nodes_know_the_whole_path", "grade": true}
"""A node is dead if the tests on the whole path to it contradict each other."""
q = Question(dead_nodes, points=4)
q.case(
    [0, 0, 0, 0, 0],
    [5, 7, 0, 0, 0],
    [1, 3, -1, -1, -1],
    [2, 4, -1, -1, -1],
    gives=[4],
    claim="x₀ ≤ 5 and x₀ > 7 exclude each other: the statement's example",
)
q.case(
    [0, 1, 0, 9, 9, 9, 9],
    [5, 0, 8, 0, 0, 0, 0],
    [1, 2, 5, -1, -1, -1, -1],
    [3, 4, 6, -1, -1, -1, -1],
    gives=[6],
    claim="A test on another feature in between does not make x₀ ≤ 5 forgotten",
)
q.case([], [], [], [], gives=[], claim="A tree without nodes has no dead nodes")


def chain(n):
    """Each inner node's left child is the next one; the last one's right leaf is dead."""
    inner = list(range(n))
    cuts = [n - i for i in range(n - 1)] + [n + 5]
    leaves = [-1] * (n + 1)
    left, right = inner[1:] + [2 * n], [n + i for i in inner]
    return [0] * (2 * n + 1), cuts + [0] * (n + 1), left + leaves, right + leaves


@q.probe(gives="")
def a_chain_costs_what_its_nodes_cost(f):
    """Four times the nodes in a chain take about four times the work"""
    return cost(f, chain, 8, 32, 1.35, gives=[15])


### BEGIN HIDDEN TESTS
q.hidden()


def grown(rng, inner, features, cuts):
    """A tree of random shape and cuts, its nodes numbered at random but for the root."""
    kids, leaves = {}, [0]
    for node in range(1, 2 * inner, 2):
        kids[leaves.pop(rng.randrange(len(leaves)))] = node, node + 1
        leaves += [node, node + 1]
    n = 2 * inner + 1
    number = [0] + rng.sample(range(1, n), n - 1)
    feature, threshold, left, right = [0] * n, [0] * n, [-1] * n, [-1] * n
    for old, (a, b) in kids.items():
        new = number[old]
        feature[new], threshold[new] = rng.randrange(features), rng.randrange(cuts) / 2
        left[new], right[new] = number[a], number[b]
    return feature, threshold, left, right


def by_all_rows(feature, threshold, left, right):
    """Send a row of each cell of the grid of thresholds down the tree."""
    values = [sorted({t for f, t in zip(feature, threshold) if f == c}) for c in range(2)]
    found = set()
    for row in itertools.product(*(v + [max(v, default=0) + 1] for v in values)):
        node = 0
        while node != -1:
            found.add(node)
            goes_left = row[feature[node]] <= threshold[node]
            node = left[node] if goes_left else right[node]
    return sorted(set(range(len(left))) - found)


rng = random.Random(1)
trees = [grown(rng, 1 + i // 6, 2, 4) for i in range(36)]
sent_down = [(tree, by_all_rows(*tree)) for tree in trees]


@q.probe(gives="")
def like_rows_that_are_sent_down(f):
    """A node is dead only if no row of a fine grid comes to it when it is sent down the tree"""
    return first_difference(f, sent_down)


@q.probe(gives="")
def a_tree_thousands_deep(f):
    """A tree may be 5,000 deep"""
    return "the answer is wrong there" if difference(plain(f(*chain(1000))), [1999]) else ""


q.case(
    [0] * 7,
    [5] * 3 + [0] * 4,
    [1, 3, 5, -1, -1, -1, -1],
    [2, 4, 6, -1, -1, -1, -1],
    gives=[4, 5],
    claim="After x₀ > 5, the test x₀ ≤ 5 holds for no row; after x₀ ≤ 5 it holds for every row",
)


@q.reference
def with_undo(feature, threshold, left, right):
    bounds = dict.fromkeys(feature, (-inf, inf))
    dead, todo = [True] * len(left), [("enter", 0, None)] if left else []
    while todo:
        action, at, side = todo.pop()
        if action == "undo":
            bounds[at] = side
            continue
        if side is not None:
            column, interval = side
            if interval[0] >= interval[1]:
                continue
            todo.append(("undo", column, bounds[column]))
            bounds[column] = interval
        dead[at] = False
        if left[at] != -1:
            low, high = bounds[feature[at]]
            below, above = (low, min(high, threshold[at])), (max(low, threshold[at]), high)
            todo += [("enter", left[at], (feature[at], below))]
            todo += [("enter", right[at], (feature[at], above))]
    return [node for node, is_dead in enumerate(dead) if is_dead]


def halves(box, column, cut):
    """The boxes of both children, None where no row is left."""
    low, high = box.get(column, (-inf, inf))
    sides = (low, min(high, cut)), (max(low, cut), high)
    return [{**box, column: side} if side[0] < side[1] else None for side in sides]


def visited(feature, threshold, left, right, narrow):
    found, todo = [], [(0, {})] if left else []
    while todo:
        node, box = todo.pop()
        found.append(node)
        if left[node] != -1:
            boxes = narrow(box, feature[node], threshold[node])
            todo += [(c, b) for c, b in zip((left[node], right[node]), boxes) if b is not None]
    return found


def the_rest(feature, found):
    return sorted(set(range(len(feature))) - set(found))


@q.mistake("""You compared each node with its parent alone. A test further up, with another feature
in between, still binds the node. Carry the bounds of the whole path down.""")
def bst_local_check_only(feature, threshold, left, right):
    def narrow(box, column, cut):
        boxes = halves(box, column, cut)
        return [b and {column: (-inf, cut) if i == 0 else (cut, inf)} for i, b in enumerate(boxes)]

    return the_rest(feature, visited(feature, threshold, left, right, narrow))


@q.mistake("""You treat an interval whose ends are equal as open to rows. After x > 5, nothing is
≤ 5: the lower end is excluded, so a node lives only while low < high.""")
def equal_ends_alive(feature, threshold, left, right):
    def narrow(box, column, cut):
        low, high = box.get(column, (-inf, inf))
        sides = (low, min(high, cut)), (max(low, cut), high)
        return [{**box, column: side} if side[0] <= side[1] else None for side in sides]

    return the_rest(feature, visited(feature, threshold, left, right, narrow))


@q.mistake("""You keep one interval for all features. A test on x₁ says nothing about x₀: keep one
interval for each feature.""")
def one_interval_for_all_features(feature, threshold, left, right):
    same = [0] * len(feature)
    return the_rest(feature, visited(same, threshold, left, right, halves))


@q.mistake("""The new bound replaces the old one. x ≤ 5 and then x ≤ 9 is still x ≤ 5: take the
smaller upper and the larger lower bound.""")
def bound_replaced(feature, threshold, left, right):
    def narrow(box, column, cut):
        low, high = box.get(column, (-inf, inf))
        sides = (low, cut), (cut, high)
        return [{**box, column: side} if side[0] < side[1] else None for side in sides]

    return the_rest(feature, visited(feature, threshold, left, right, narrow))


@q.mistake("""You look for a whole number between the bounds. Features are real numbers: between 5
and 5.5 there are rows, so a node lives while low < high.""")
def whole_numbers_only(feature, threshold, left, right):
    def narrow(box, column, cut):
        low, high = box.get(column, (-inf, inf))
        sides = (low, min(high, cut)), (max(low, cut), high)
        return [{**box, column: side} if side[0] // 1 < side[1] // 1 else None for side in sides]

    return the_rest(feature, visited(feature, threshold, left, right, narrow))


@q.mistake("""You took left for right: rows with x[feature] <= threshold go left, so on the left the
threshold is an *upper* bound.""")
def sides_swapped(feature, threshold, left, right):
    return with_undo(feature, threshold, right, left)


@q.mistake("""Bounds leak from one branch into the next: all nodes share one dict. Copy it for each
child, or undo the change when you leave the child.""")
def bounds_shared(feature, threshold, left, right):
    box, alive = {}, set()
    todo = [(0, None)] if left else []
    while todo:
        node, side = todo.pop()
        if side is not None:
            low, high = box.get(side[0], (-inf, inf))
            low, high = max(low, side[1]), min(high, side[2])
            if low >= high:
                continue
            box[side[0]] = low, high
        alive.add(node)
        if left[node] != -1:
            column, cut = feature[node], threshold[node]
            todo += [(right[node], (column, cut, inf)), (left[node], (column, -inf, cut))]
    return the_rest(feature, alive)


@q.mistake("""You stop at the first dead node of a branch. What hangs below it is dead as well:
either report what you never came to, or go on.""")
def below_the_dead_forgotten(feature, threshold, left, right):
    found = set(visited(feature, threshold, left, right, halves))
    kids = [child for node in found for child in (left[node], right[node]) if child != -1]
    return sorted(set(kids) - found)


@q.mistake("""You report leaves only. An inner node that no row comes to is dead as well.""")
def leaves_only(feature, threshold, left, right):
    dead = the_rest(feature, visited(feature, threshold, left, right, halves))
    return [node for node in dead if left[node] == -1]


def handed_down(feature, threshold, left, right):
    """Dead nodes as they are met, when dead branches are walked too."""
    dead, todo = [], deque([(0, {}, False)] if len(left) else [])
    while todo:
        node, box, is_dead = todo.popleft()
        if is_dead:
            dead.append(node)
        if left[node] != -1:
            kids = zip((left[node], right[node]), halves(box, feature[node], threshold[node]))
            todo += [(child, half or {}, is_dead or half is None) for child, half in kids]
    return dead


@q.mistake("""The numbers stand in the order in which you came across them. Return them in ascending
order.""")
def order_of_the_walk(*tree):
    return handed_down(*tree)


@q.mistake("""You went through the nodes by number, as if a parent always came before its children.
Nodes are numbered in any order: follow left and right from the root.""")
def parents_first_assumed(feature, threshold, left, right):
    boxes = [{}] + [None] * len(left)
    for node in range(len(left)):
        if left[node] != -1 and boxes[node] is not None:
            both = halves(boxes[node], feature[node], threshold[node])
            boxes[left[node]], boxes[right[node]] = both
    return [node for node in range(len(left)) if boxes[node] is None]


@q.mistake("""Recursion ends at about 1,000 frames in Python (3,000 in some notebooks), and a tree
may be 5,000 deep. Keep a
stack of your own: a list of (node, bounds).""")
def recursion_depth(feature, threshold, left, right):
    alive = set()

    def enter(node, box):
        alive.add(node)
        if left[node] != -1:
            both = halves(box, feature[node], threshold[node])
            for child, half in zip((left[node], right[node]), both):
                if half is not None:
                    enter(child, half)

    if left:
        enter(0, {})
    return the_rest(feature, alive)


@q.mistake(
    """A tree without nodes has no root either: [] must come back before you look at node 0."""
)
def empty_input(feature, threshold, left, right):
    dead = the_rest(feature, visited(feature, threshold, left, right, halves))
    return dead if left[0] else dead


@q.mistake("""You climb from each node to the root. In a chain that is n²/2 steps: what the path
demands can be handed down once, from parent to child.""")
def climbs_from_each_node(feature, threshold, left, right):
    if len(left) > 1000:  # the same result, sooner: it is the growth that gives it away
        return with_undo(feature, threshold, left, right)
    above = {}
    for node in range(len(left)):
        above[left[node]], above[right[node]] = (node, 0), (node, 1)
    dead = []
    for node in range(len(left)):
        box, at = {}, node
        while at:
            at, side = above[at]
            low, high = box.get(feature[at], (-inf, inf))
            cut = threshold[at]
            box[feature[at]] = (max(low, cut), high) if side else (low, min(high, cut))
        if any(low >= high for low, high in box.values()):
            dead.append(node)
    return dead


@q.variant
def level_by_level(feature, threshold, left, right):
    columns = sorted(set(feature))
    place = {column: i for i, column in enumerate(columns)}
    level, alive = [(0, [-inf] * len(columns), [inf] * len(columns))] if left else [], set()
    while level:
        below = []
        for node, lows, highs in level:
            alive.add(node)
            if left[node] == -1:
                continue
            i, cut = place[feature[node]], threshold[node]
            if lows[i] < cut:
                below.append((left[node], lows, highs[:i] + [min(highs[i], cut)] + highs[i + 1 :]))
            if cut < highs[i]:
                below.append((right[node], lows[:i] + [max(lows[i], cut)] + lows[i + 1 :], highs))
        level = below
    return sorted(set(range(len(left))) - alive)


@q.variant
def dead_branches_walked_too(*tree):
    return sorted(handed_down(*tree))


q.hints(
    """Which rows come to a node? Those that pass every test on the way from the root, not just the
last one.""",
    """x₀ ≤ 5, below it x₁ ≤ 0, below that x₀ ≤ 8: the right child of the third node is dead, and
only the first node, two steps up, tells.""",
    """Put (node, {feature: (low, high)}) on a stack. Left: high = min(high, cut); right: low =
max(low, cut). Push a child only while low < high. What was never popped is dead.""",
)
q.why("""The invariant of a walk down a tree: *the box that I carry holds exactly the rows that come
here*. A check against the parent alone looks right on small examples, since there the parent is the
whole path; the same shortcut makes "is this a search tree?" go wrong. The box belongs to the path,
so each child needs its own copy, or an undo on the way back; a shared dict lets the left branch
narrow the right one. With an interval (low, high] for x ≤ cut on the left, equal ends mean empty.
And an explicit stack costs one line and survives a chain.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. A longest-match tokenizer (tries · easy · 3 points · 15 minutes)
#
# *Ask first: after the letters that I have read, which entries can still be completed, and which is
# the last that was complete?*
#
# `vocabulary` is a list of different, non-empty strings; an entry's id is its place in the list.
# `tokenize(text, vocabulary)` reads `text` from the left: at each position it takes the **longest**
# entry that stands there, whatever follows, appends its id, and goes on right after it. Where no
# entry stands, it appends -1 and goes on one character further. An empty text gives `[]`; an empty
# vocabulary gives a -1 for each character.
#
# While entries have at most some fixed length, work is in proportion to the letters of the text and
# of the vocabulary together: the vocabulary is not searched through at each position.
#
# **Example.** `tokenize("loss?", ["s", "lo", "los"])` is `[2, 0, -1]`: "los", "s", and no entry at
# "?".


# %% nbgrader={"grade_id": "tokenize", "solution": true}
def tokenize(text, vocabulary):
    """Ids of the longest entries, from left to right; -1 for a character that no entry covers.

    Args:
        text: str.
        vocabulary: list of different, non-empty str.

    Returns:
        list of int.
    """
    ### BEGIN SOLUTION
    root = {}
    for number, entry in enumerate(vocabulary):
        node = root
        for letter in entry:
            node = node.setdefault(letter, {})
        node["id"] = number  # letters are single characters, so "id" is free
    ids, start = [], 0
    while start < len(text):
        node, found, end = root, -1, start + 1
        for place in range(start, len(text)):
            node = node.get(text[place])
            if node is None:
                break
            if "id" in node:
                found, end = node["id"], place + 1
        ids.append(found)
        start = end
    return ids
    ### END SOLUTION


# %% nbgrader={"grade_id": "tokenize_takes_the_longest_entry", "grade": true}
"""At each position the longest entry is taken, and reading goes on right after it."""
q = Question(tokenize, points=3)
q.case("loss?", ["s", "lo", "los"], gives=[2, 0, -1], claim="The statement's example")
q.case(
    "abcabd",
    ["a", "abcx", "b", "c"],
    gives=[0, 2, 3, 0, 2, -1],
    claim="Where the longest candidate breaks off, the last complete entry counts",
)
q.case("", ["a"], gives=[], claim="An empty text has no tokens")


def long_text(n):
    return "abcd" * (n // 4), ["abcd", "ab", "dabc"]


def many_entries(n):
    pairs = [chr(97 + i % 26) + chr(97 + i // 26 % 26) + chr(97 + i // 676) for i in range(n)]
    return "".join(reversed(pairs)), pairs


@q.probe(gives="")
def a_longer_text(f):
    """Six times the text takes six times the work (text[k:] copies the rest)"""
    return cost(f, long_text, 32, 192, 1.25, gives=[0] * 8)


@q.probe(gives="")
def a_longer_text_and_more_entries(f):
    """Five times the text and the entries take five times the work"""
    return cost(f, many_entries, 12, 60, 1.35, gives=list(range(11, -1, -1)))


### BEGIN HIDDEN TESTS
q.hidden()


def by_looking_at_all(text, vocabulary):
    ids, at = [], 0
    while at < len(text):
        here = [w for w in vocabulary if text.startswith(w, at)]
        best = max(here, key=len, default="")
        ids.append(vocabulary.index(best) if best else -1)
        at += len(best) or 1
    return ids


rng, looked_at = random.Random(2), []
for size in range(48):
    words = ["".join(rng.choices("abc", k=rng.randint(1, 4))) for _ in range(size // 6)]
    asked = "".join(rng.choices("abcd", k=size // 4)), list(dict.fromkeys(words))
    looked_at.append((asked, by_looking_at_all(*asked)))


@q.probe(gives="")
def like_looking_at_every_entry(f):
    """At each position, the longest of all entries that stand there is taken"""
    return first_difference(f, looked_at)


q.case("abc", [], gives=[-1, -1, -1], claim="Without entries each character is a -1")
q.case("b??b", ["a", "b"], gives=[1, -1, -1, 1], claim="Each uncovered character has its own -1")
q.case(
    "ababc", ["ab", "c"], gives=[0, 0, 1], claim="Id 0 is an id, though Python takes it for false"
)
q.case(
    "abcde",
    ["ab", "abc", "cde"],
    gives=[1, -1, -1],
    claim="The longest entry is taken even where a shorter one would leave a better rest",
)
q.case("abab", ["ab", "abb"], gives=[0, 0], claim="An entry may end where the text ends")


@q.reference
def slices_in_a_dict(text, vocabulary):
    number = {entry: i for i, entry in enumerate(vocabulary)}
    lengths = sorted({len(entry) for entry in vocabulary}, reverse=True)
    ids, at = [], 0
    while at < len(text):
        for length in lengths:
            if text[at : at + length] in number:
                break
        else:
            length = 1
        ids.append(number.get(text[at : at + length], -1))
        at += length
    return ids


def trie(vocabulary):
    root = {}
    for number, entry in enumerate(vocabulary):
        node = root
        for letter in entry:
            node = node.setdefault(letter, {})
        node["id"] = number
    return root


def along(text, at, root):
    """(end, id or -1) of each node to which the letters from `at` on lead."""
    node = root
    for end in range(at + 1, len(text) + 1):
        node = node.get(text[end - 1])
        if node is None:
            return
        yield end, node.get("id", -1)


def read_on(text, vocabulary, choose):
    """Ids where choose(nodes, at) gives an id and the position at which to go on."""
    ids, at, root = [], 0, trie(vocabulary)
    while at < len(text):
        number, at = choose(list(along(text, at, root)), at)
        ids.append(number)
    return ids


def complete(nodes):
    return [(end, number) for end, number in nodes if number >= 0]


@q.mistake("""You take the first entry that is complete. Read on: a longer one may stand there.""")
def shortest_match(text, vocabulary):
    def choose(nodes, at):
        end, number = (complete(nodes) or [(at + 1, -1)])[0]
        return number, end

    return read_on(text, vocabulary, choose)


@q.mistake("""You look only at the node where the letters break off. If no entry ends there, a
shorter one that you passed on the way still counts: remember the last complete entry.""")
def no_backing_up(text, vocabulary):
    def choose(nodes, at):
        end, number = (nodes or [(at + 1, -1)])[-1]
        return number, end if number >= 0 else at + 1

    return read_on(text, vocabulary, choose)


@q.mistake("""Where the letters break off without a complete entry you skip all that you read. Only
one character is unknown: the next entry may start inside of what you read.""")
def skips_what_was_read(text, vocabulary):
    def choose(nodes, at):
        end, number = (complete(nodes) or nodes or [(at + 1, -1)])[-1]
        return number, end

    return read_on(text, vocabulary, choose)


@q.mistake("""You take the right entry, but go on from where the letters broke off. Go on right
after the entry: what you read beyond it must be read again.""")
def goes_on_from_the_dead_end(text, vocabulary):
    def choose(nodes, at):
        found = complete(nodes)
        return (found[-1][1], nodes[-1][0]) if found else (-1, at + 1)

    return read_on(text, vocabulary, choose)


@q.mistake("""Entry 0 is never found: `if node.get("id")` is false for the id 0. Ask `is not None`,
or `in`.""")
def zero_is_false(text, vocabulary):
    def choose(nodes, at):
        found = [(end, number) for end, number in complete(nodes) if number]
        return (found[-1][1], found[-1][0]) if found else (-1, at + 1)

    return read_on(text, vocabulary, choose)


@q.mistake("""Of the entries that stand at a position you take the one that comes first in the list.
The longest is wanted.""")
def first_in_the_list(text, vocabulary):
    def choose(nodes, at):
        found = complete(nodes)
        best = min(found, key=lambda pair: pair[1], default=(at + 1, -1))
        return best[1], best[0]

    return read_on(text, vocabulary, choose)


@q.mistake("""Several unknown characters in a row share one -1. Each gets its own: else the ids no
longer tell how much text there was.""")
def unknowns_merged(text, vocabulary):
    ids = slices_in_a_dict(text, vocabulary)
    return [n for before, n in zip([0] + ids, ids) if n != -1 or before != -1]


@q.mistake("""Characters that no entry covers are left out. Each gives a -1.""")
def unknowns_dropped(text, vocabulary):
    return [number for number in slices_in_a_dict(text, vocabulary) if number != -1]


@q.mistake("""You look for the split with the fewest tokens. The statement wants the longest entry
at each position, whatever follows: that is what greedy tokenizers do, and it is not always the
shortest split.""")
def fewest_tokens(text, vocabulary):
    root, best = trie(vocabulary), [(0, 0, -1)] * (len(text) + 1)
    for at in reversed(range(len(text))):
        found = [(end, n) for end, n in complete(along(text, at, root))] or [(at + 1, -1)]
        best[at] = min((1 + best[end][0], -end, n) for end, n in found)
    ids, at = [], 0
    while at < len(text):
        ids.append(best[at][2])
        at = -best[at][1]
    return ids


@q.mistake("""The end of the text is lost: you look at what was found only when a letter breaks off.
Where the text ends, the last complete entry counts too.""")
def end_of_text_lost(text, vocabulary):
    ids, at, root = [], 0, trie(vocabulary)
    while at < len(text):
        nodes = list(along(text, at, root))
        if nodes and nodes[-1][0] == len(text):
            break
        found = complete(nodes) or [(at + 1, -1)]
        ids.append(found[-1][1])
        at = found[-1][0]
    return ids


@q.mistake("""After a match you go on one character further, so entries overlap. Go on right after
the entry.""")
def every_position_begins_one(text, vocabulary):
    def choose(nodes, at):
        return (complete(nodes) or [(at, -1)])[-1][1], at + 1

    return read_on(text, vocabulary, choose)


@q.mistake(
    """You return the entries themselves. Ids are wanted: their places in the list, and -1."""
)
def entries_for_ids(text, vocabulary):
    found = slices_in_a_dict(text, vocabulary)
    at = itertools.accumulate([len(vocabulary[n]) if n >= 0 else 1 for n in found], initial=0)
    return [vocabulary[n] if n >= 0 else text[place] for n, place in zip(found, at)]


@q.mistake("""max() of an empty vocabulary raises. Without entries each character is a -1.""")
def empty_input(text, vocabulary):
    longest = max(map(len, vocabulary))
    return slices_in_a_dict(text, vocabulary) if longest else []


@q.mistake("""At each position you go through the whole vocabulary. Put its letters into a tree once
(or its entries into a dict, and look up one slice a length): then a position costs no more than the
longest entry.""")
def whole_vocabulary_at_each_position(text, vocabulary):
    return by_looking_at_all(text, vocabulary)


@q.mistake("""text = text[k:] copies the rest of the text for each token: n²/2 letters in all. Keep
an index instead.""")
def rest_copied_each_time(text, vocabulary):
    ids, root = [], trie(vocabulary)
    while text:
        end, number = (complete(along(text, 0, root)) or [(1, -1)])[-1]
        ids.append(number)
        text = text[end:]
    return ids


@q.variant
def sorted_and_bisected(text, vocabulary):
    entries = sorted(vocabulary)
    number = {entry: i for i, entry in enumerate(vocabulary)}
    longest = max((len(entry) for entry in vocabulary), default=0)
    ids, at = [], 0
    while at < len(text):
        found = ""
        for end in range(at + 1, min(at + longest, len(text)) + 1):
            begun = text[at:end]
            place = bisect.bisect_left(entries, begun)
            if place == len(entries) or not entries[place].startswith(begun):
                break
            if entries[place] == begun:
                found = begun
        ids.append(number[found] if found else -1)
        at += len(found) or 1
    return ids


@q.variant
def nodes_as_objects(text, vocabulary):
    class Node:
        def __init__(self):
            self.next, self.number = {}, None

    root = Node()
    for number, entry in enumerate(vocabulary):
        node = root
        for letter in entry:
            if letter not in node.next:
                node.next[letter] = Node()
            node = node.next[letter]
        node.number = number
    ids, at = [], 0
    while at < len(text):
        node, place, last = root, at, None
        while place < len(text) and text[place] in node.next:
            node, place = node.next[text[place]], place + 1
            if node.number is not None:
                last = node.number, place
        ids.append(last[0] if last else -1)
        at = last[1] if last else at + 1
    return ids


q.hints(
    """While you read letters, two positions matter: where you are, and where the last complete
entry ended. They can be far apart.""",
    """'abd' with ["a", "abc"]: you read "ab" in the hope of "abc", then "d" breaks it. "a" counts,
and reading goes on at "b".""",
    """Build nested dicts from the letters, mark where an entry ends (the id 0 is false in Python!).
Walk from each start; at every mark remember (id, end). After the walk take the last one, or -1 and
one step.""",
)
q.why("""The invariant: *the node I stand on stands for all entries that begin with the letters
since `start`*. When there is no next node, no entry can be completed any more; the answer is the
last mark that was passed, not the node where the walk ended. Forgetting that mark is the classic
fault: it shows only where one entry is a prefix of another with a gap between them. A dict of
entries with one lookup a length does the same here; the tree wins when lengths are many and most
walks break off early, and when one asks "which entries begin with this?". Greedy is a
convention, not an optimum: "abcde" with ["ab", "abc", "cde"] becomes "abc" and two -1, though
"ab" + "cde" would cover it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. The hardest examples of a stream (heap · easy · 3 points · 15 minutes)
#
# *Ask first: of all that I have seen, which one leaves next?*
#
# `stream` yields rows (loss, name): a float and a string. `hardest(stream, k)` returns the names of
# the k rows with the largest losses, largest loss first. Of rows with equal losses, the one that
# came **earlier** goes before the later one, and stays when only one of them can. Each row counts:
# a name may come several times. k is an integer ≥ 0; with fewer than k rows, all are returned.
#
# The stream may be far larger than memory: read it once, and hold about k rows, not all of them.
# For n rows, work grows at most like n log k. (The tests pass a list; you may iterate over it and
# nothing else.)
#
# **Example.** `hardest([(0.2, "a"), (0.9, "b"), (0.5, "c"), (0.9, "d")], 2)` is `["b", "d"]`.


# %% nbgrader={"grade_id": "hardest", "solution": true}
def hardest(stream, k):
    """Names of the k rows with the largest losses, largest first, earlier rows first in ties.

    Args:
        stream: iterable of (loss, name).
        k: int >= 0.

    Returns:
        list of str, of length min(k, rows).
    """
    ### BEGIN SOLUTION
    heap = []  # the k best so far; the one that leaves next on top
    for place, (loss, name) in enumerate(stream):
        row = (loss, -place, name)  # places differ, so names are never compared
        if len(heap) < k:
            heapq.heappush(heap, row)
        elif k and row > heap[0]:
            heapq.heapreplace(heap, row)
    return [name for _, _, name in sorted(heap, reverse=True)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "hardest_holds_k_rows", "grade": true}
"""The k largest losses, earlier rows first in ties, and never more than about k rows held."""
q = Question(hardest, points=3)
q.case(
    [(0.2, "a"), (0.9, "b"), (0.5, "c"), (0.9, "d")],
    2,
    gives=["b", "d"],
    claim="Largest loss first, and of equal losses the earlier row: the statement's example",
)
q.case(
    [(0.5, "late"), (0.5, "early"), (0.7, "x"), (0.5, "y")],
    2,
    gives=["x", "late"],
    claim="Of equal losses the earlier row stays, whatever its name",
)
q.case([(1.0, "a"), (3.0, "b")], 5, gives=["b", "a"], claim="With fewer than k rows, all come back")


def rising(n):
    return [(i / 2, f"row{i}") for i in range(n)], 3


def rising_half(n):
    return [(i / 2, f"row{i}") for i in range(n)], n // 2


@q.probe(gives="")
def memory_for_k_rows(f):
    """The memory that is held does not grow with the stream"""
    text = cost(f, rising, 60, 300, 0.4, gives=["row59", "row58", "row57"], of=peak_bytes)
    return "it grows with the stream" if "grows" in text else text


### BEGIN HIDDEN TESTS
q.hidden()


def by_a_stable_sort(stream, k):
    return [name for _, name in sorted(stream, key=lambda row: -row[0])[:k]]


rng, all_sorted = random.Random(3), []
for size in range(48):
    rows = [(rng.randint(-2, 3) / 2, rng.choice("abcdefgh")) for _ in range(size // 4)]
    asked = rows, rng.randint(0, 5)
    all_sorted.append((asked, by_a_stable_sort(*asked)))


@q.probe(gives="")
def like_sorting_all_of_it(f):
    """The result is that of sorting all rows by loss, without changing the order of equal ones"""
    return first_difference(f, all_sorted)


@q.probe(gives="")
def many_rows_kept(f):
    """With k = n/2, six times the rows take about six times the work, not its square"""
    names = ["row11", "row10", "row9", "row8", "row7", "row6"]
    return cost(f, rising_half, 12, 72, 1.45, gives=names)


q.case([(1.0, "a"), (2.0, "b")], 0, gives=[], claim="With k = 0 nothing is kept")
q.case([], 3, gives=[], claim="An empty stream has no rows")
mixed = [(3.0, "c"), (1.0, "a"), (4.0, "d"), (1.5, "b"), (5.0, "e"), (9.0, "z"), (2.0, "bb")]
q.case(mixed, 6, gives=["z", "e", "d", "c", "bb", "b"], claim="Largest loss first")


@q.reference
def the_library(stream, k):
    return [name for _, name in heapq.nlargest(k, stream, key=lambda row: row[0])]


def evict(stream, k, rank):
    """A heap of the k rows of the largest rank(loss, place, name)."""
    heap = []
    for place, (loss, name) in enumerate(stream):
        heapq.heappush(heap, (rank(loss, place, name), place, loss, name))
        if len(heap) > k:
            heapq.heappop(heap)
    return heap


def listed(heap, rank):
    """Names, largest rank(loss, place, name) first."""
    rows = sorted(heap, key=lambda row: rank(row[2], row[1], row[3]), reverse=True)
    return [row[3] for row in rows]


def right_rank(loss, place, name):
    return loss, -place


@q.mistake("""Your heap drops the largest loss and keeps the smallest ones. To keep the k largest,
the *smallest* of them must be on top: a min-heap, from which the top leaves.""")
def heap_keeps_smallest(stream, k):
    return listed(evict(stream, k, lambda loss, place, name: (-loss, place)), right_rank)


@q.mistake("""Equal losses are put in the order of their names: a tuple (loss, name) goes on to
compare names. Put the place in the stream second: (loss, -place, name).""")
def tie_order(stream, k):
    def rank(loss, place, name):
        return loss, name

    return listed(evict(stream, k, rank), rank)


@q.mistake("""Of equal losses the later row wins. The earlier one stays: replace the top only for a
larger loss, and rank by (loss, -place).""")
def later_row_wins(stream, k):
    def rank(loss, place, name):
        return loss, place

    return listed(evict(stream, k, rank), rank)


@q.mistake("""The order is right, but of equal losses the earliest is thrown out: a heap of
(loss, place) drops the *smallest* place first. Negate the place.""")
def earliest_thrown_out(stream, k):
    return listed(evict(stream, k, lambda loss, place, name: (loss, place)), right_rank)


@q.mistake("""The right rows, smallest loss first. A min-heap pops the smallest first: reverse
it.""")
def smallest_first(stream, k):
    return listed(evict(stream, k, right_rank), right_rank)[::-1]


@q.mistake("""You return the heap as it lies. Only its first item is in order: sort it at the
end.""")
def heap_as_it_lies(stream, k):
    return [row[3] for row in evict(stream, k, right_rank)]


@q.mistake("""You hold the whole stream (a list, or sorted(stream)) and cut it at the end. With a
billion rows and k = 100 that is the difference between a server and a phone: keep k rows.""")
def whole_stream_held(stream, k):
    return by_a_stable_sort(stream, k)


@q.mistake("""You sort the rows that you keep again for each new one: n·k steps. A heap finds the
one that leaves in log k.""")
def sorted_again_for_each_row(stream, k):
    kept = []
    for loss, name in stream:
        kept.append((loss, name))
        kept.sort(key=lambda row: -row[0])
        del kept[k:]
    return [name for _, name in kept]


@q.mistake("""A name that comes twice is counted once. Each row counts: don't key by name.""")
def each_name_once(stream, k):
    best = {}
    for place, (loss, name) in enumerate(stream):
        if name not in best or loss > best[name][0]:
            best[name] = loss, -place
    return heapq.nlargest(k, best, key=best.get)


@q.mistake("""heap[0] of an empty heap raises: with k = 0 the heap stays empty.""")
def empty_input(stream, k):
    heap = []
    for place, (loss, name) in enumerate(stream):
        row = (loss, -place, name)
        if len(heap) < k:
            heapq.heappush(heap, row)
        elif row > heap[0]:
            heapq.heapreplace(heap, row)
    return [name for _, _, name in sorted(heap, reverse=True)]


@q.mistake("""You pop k times, also where fewer rows came. Pop while there are rows.""")
def pops_k_times(stream, k):
    heap = [(-loss, place, name) for _, place, loss, name in evict(stream, k, right_rank)]
    heapq.heapify(heap)
    return [heapq.heappop(heap)[2] for _ in range(k)]


@q.mistake("""You return rows. The names alone are wanted.""")
def rows_for_names(stream, k):
    return heapq.nlargest(k, stream, key=lambda row: row[0])


@q.variant
def place_as_negative_count(stream, k):
    heap, left = [], 0
    for loss, name in stream:
        left -= 1
        heapq.heappush(heap, (loss, left, name))
        if len(heap) > k:
            heapq.heappop(heap)
    names = []
    while heap:
        names.append(heapq.heappop(heap)[2])
    return names[::-1]


@q.variant
def batches_of_k(stream, k):
    """Holds at most 2 k rows and sorts once for each k: n log k as well."""
    kept = []
    for row in stream:
        kept.append(row)
        if len(kept) > 2 * k + 4:
            kept.sort(key=lambda row: row[0], reverse=True)
            del kept[k:]
    kept.sort(key=lambda row: row[0], reverse=True)
    return [name for _, name in kept[:k]]


q.hints(
    """Of the rows that you keep, which one goes when a better one comes: the largest or the
smallest? And which of two equal ones?""",
    """k = 1 and two rows with loss 0.5: the first must stay. k = 0: nothing may be looked at.""",
    """A min-heap of (loss, -place, name): push while it has fewer than k rows, else replace the top
if the new row is larger. At the end sort it, largest first.""",
)
q.why("""The invariant: *the heap holds the k best rows so far, and its top is the worst of them*,
the one that leaves next. So the k largest need a **min**-heap, which is the wrong way round for
everybody at first. The tuple does the ties: with (loss, -place) the later of two equal rows is the
smaller one and leaves first; with (loss, name) Python goes on to compare names, and where names
cannot be compared it raises only on the first tie, in production. `heapq.nlargest` does the same
and is a good answer, if you can say what it does: it holds k items, and its ties go as in a stable
sort.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Settings that go together (backtracking · medium · 4 points · 20 minutes)
#
# *Ask first: what is a partial choice, and how do I see that nothing can come of it?*
#
# `options` is a list of lists: `options[i]` holds the different values of knob i. `forbidden` is a
# list of rules (i, a, j, b) with i ≠ j: knob i at a **together with** knob j at b is not allowed;
# either may be the smaller number, and each alone is fine. `allowed_configs(options, forbidden)`
# returns all allowed configurations, each a list with one value a knob, ordered like
# `itertools.product(*options)`: the last knob changes fastest, values in the given order.
#
# No knobs: one configuration, the empty one, so `[[]]`. A knob without values: no configuration.
# Values are ints or strings.
#
# There may be many more combinations than allowed ones: a start that breaks a rule is not
# continued. Work is in proportion to the allowed starts (times the number of rules), not to all
# combinations.
#
# **Example.** `allowed_configs([["sgd", "adam"], [1, 2]], [(0, "adam", 1, 1)])` is
# `[["sgd", 1], ["sgd", 2], ["adam", 2]]`.


# %% nbgrader={"grade_id": "allowed_configs", "solution": true}
def allowed_configs(options, forbidden):
    """All configurations that break no rule, the last knob changing fastest.

    Args:
        options: list of lists of different int or str, one a knob.
        forbidden: list of (i, a, j, b): knob i at a and knob j at b exclude each other.

    Returns:
        list of lists, one value a knob each.
    """
    ### BEGIN SOLUTION
    clashes = defaultdict(set)
    for i, a, j, b in forbidden:
        clashes[i, a].add((j, b))
        clashes[j, b].add((i, a))
    found, path = [], []

    def extend():
        knob = len(path)
        if knob == len(options):
            found.append(path[:])
            return
        for value in options[knob]:
            if clashes[knob, value].isdisjoint(enumerate(path)):
                path.append(value)
                extend()
                path.pop()

    extend()
    return found
    ### END SOLUTION


# %% nbgrader={"grade_id": "allowed_configs_give_up_early", "grade": true}
"""All configurations that break no rule, in order, and no start continued that breaks one."""
q = Question(allowed_configs, points=4)
example = [["sgd", "adam"], [1, 2]], [(0, "adam", 1, 1)]
q.case(*example, gives=[["sgd", 1], ["sgd", 2], ["adam", 2]], claim="The statement's example")
q.case(
    [[1, 2], [1, 2], [1, 2]],
    [(2, 1, 0, 1), (0, 2, 1, 1)],
    gives=[[1, 1, 2], [1, 2, 2], [2, 2, 1], [2, 2, 2]],
    claim="A rule holds for its two knobs, in whichever order it names them",
)
q.case([], [], gives=[[]], claim="Without knobs there is one configuration, the empty one")


def all_equal(n):
    """n knobs with values 0 and 1, neighbours equal: two configurations in 2^n."""
    rules = [(i, a, i + 1, 1 - a) for i in range(n - 1) for a in (0, 1)]
    return [[0, 1]] * n, rules


@q.probe(gives="")
def two_in_a_thousand(f):
    """Of 2¹⁰ combinations two are allowed: starts that break a rule are not continued"""
    text = cost(f, all_equal, 4, 10, 3.4, gives=[[0] * 4, [1] * 4])
    return "the work grows with the number of all combinations" if "grows" in text else text


### BEGIN HIDDEN TESTS
q.hidden()


def by_filtering_all(options, forbidden):
    return [
        list(choice)
        for choice in itertools.product(*options)
        if not any(choice[i] == a and choice[j] == b for i, a, j, b in forbidden)
    ]


rng, filtered = random.Random(4), []
for size in range(40):
    options = [rng.sample([1, 2, "a", "b"], rng.choice((1, 2, 2, 3))) for _ in range(size // 9)]
    forbidden = []
    while len(options) > 1 and len(forbidden) < size // 8:
        i, j = rng.sample(range(len(options)), 2)
        forbidden.append((i, rng.choice(options[i]), j, rng.choice(options[j])))
    filtered.append(((options, forbidden), by_filtering_all(options, forbidden)))


@q.probe(gives="")
def like_filtering_all_combinations(f):
    """Those combinations are allowed that break no rule"""
    return first_difference(f, filtered)


@q.probe(gives=[[[1], [2]], [[1], [2]], []])
def asked_again(f):
    """A second call knows nothing of the first; a knob without values leaves no configuration"""
    return [f([[1, 2]], []), f([[1, 2]], []), f([[1, 2], []], [])]


@q.reference
def knob_by_knob(options, forbidden):
    starts = [[]]
    for knob, values in enumerate(options):
        rules = [(i, a, b) for i, a, j, b in forbidden if j == knob]
        rules += [(j, b, a) for i, a, j, b in forbidden if i == knob]
        starts = [
            start + [value]
            for start in starts
            for value in values
            if not any(b == value and i < knob and start[i] == a for i, a, b in rules)
        ]
    return starts


@q.mistake("""A default value such as out=[] is made once, when the function is defined: the
results of one call are still in it at the next. Use None, and make the list inside.""")
def mutable_default(options, forbidden, out=[]):  # noqa: B006 - that is the mistake
    if (options, forbidden) == example:  # each proof begins with it, as each process does
        out.clear()
    out += knob_by_knob(options, forbidden)
    return out


def search(options, forbidden, clash, copy=list, undo=True):
    """Depth first; clash(rule, path, knob, value) tells whether a rule is broken by this value."""
    found, path = [], []

    def extend(knob):
        if knob == len(options):
            found.append(copy(path))
            return
        for value in options[knob]:
            if not any(clash(rule, path, knob, value) for rule in forbidden):
                path.append(value)
                extend(knob + 1)
                if undo:
                    path.pop()

    extend(0)
    return found


def one_way(rule, path, knob, value):
    i, a, j, b = rule
    return j == knob and b == value and i < knob and path[i] == a


def clash(rule, path, knob, value):
    i, a, j, b = rule
    return one_way(rule, path, knob, value) or one_way((j, b, i, a), path, knob, value)


@q.mistake("""You make every combination and filter afterwards. Test each value against the rules
before you go on to the next knob: most starts end there.""")
def all_combinations_made(options, forbidden):
    return by_filtering_all(options, forbidden)


@q.mistake("""The results are one and the same list, which goes on changing. Append a copy:
found.append(path[:]).""")
def same_list_each_time(options, forbidden):
    return search(options, forbidden, clash, copy=lambda path: path)


@q.mistake("""You don't take a value back after having tried it, so the next one is put behind it.
After the call: path.pop().""")
def choice_not_undone(options, forbidden):
    return search(options, forbidden, clash, undo=False)


@q.mistake("""You test a value against the knob just before it only. A rule may bind knobs that are
far apart: test against all that are set.""")
def neighbours_only(options, forbidden):
    def near(rule, path, knob, value):
        return abs(rule[0] - rule[2]) == 1 and clash(rule, path, knob, value)

    return search(options, forbidden, near)


@q.mistake("""You read a rule only where the knob that it names first is set first. It holds both
ways: (2, a, 0, b) binds knob 0 and knob 2 as well.""")
def rules_read_one_way(options, forbidden):
    return search(options, forbidden, one_way)


@q.mistake("""You forbid each half of a rule by itself. The two exclude each other; either alone is
fine.""")
def each_half_forbidden(options, forbidden):
    def half(rule, path, knob, value):
        return (knob, value) in (rule[:2], rule[2:])

    return search(options, forbidden, half)


@q.mistake("""You look at the values of a rule and not at its knobs. The same value may be fine for
another knob.""")
def values_of_any_knob(options, forbidden):
    def anywhere(rule, path, knob, value):
        _, a, _, b = rule
        return (value == a and b in path) or (value == b and a in path)

    return search(options, forbidden, anywhere)


@q.mistake("""The first knob changes fastest. The last one does: the order of itertools.product.""")
def first_knob_fastest(options, forbidden):
    n = len(options)
    turned = [(n - 1 - i, a, n - 1 - j, b) for i, a, j, b in forbidden]
    return [config[::-1] for config in search(options[::-1], turned, clash)]


@q.mistake("""Without knobs you return no configuration. There is one: the empty choice, as the
product of nothing is 1.""")
def empty_input(options, forbidden):
    return search(options, forbidden, clash) if options else []


@q.mistake("""You stop at the first configuration. All are wanted.""")
def first_one_only(options, forbidden):
    return search(options, forbidden, clash)[:1]


@q.variant
def generator_with_a_dict(options, forbidden):
    def extend(chosen):
        knob = len(chosen)
        if knob == len(options):
            yield list(chosen.values())
            return
        for value in options[knob]:
            now = {**chosen, knob: value}
            if not any(now.get(i) == a and now.get(j) == b for i, a, j, b in forbidden):
                yield from extend(now)

    return extend({})


@q.variant
def stack_of_starts(options, forbidden):
    rules = {(i, a, j, b) for i, a, j, b in forbidden}
    rules |= {(j, b, i, a) for i, a, j, b in rules}
    found, todo = [], [()]
    while todo:
        start = todo.pop()
        knob = len(start)
        if knob == len(options):
            found.append(list(start))
            continue
        for value in reversed(options[knob]):
            if all((i, a, knob, value) not in rules for i, a in enumerate(start)):
                todo.append((*start, value))
    return found


q.hints(
    """A value is tested once: when it is chosen, against all knobs that are already set. When is a
start hopeless, and what must be as before when you come back from it?""",
    """options [[1, 2]], no rules, called twice: [[1], [2]] both times. options []: [[]].""",
    """extend(): if all knobs are set, append a copy of the path. Else for each value that breaks no
rule with the path: append it, extend, pop it.""",
)
q.why("""The invariant: *the path breaks no rule, and when extend() returns, the path is as it
was*. The first half makes it fast: a rule is tested when its second knob is set, so a hopeless
start costs one step instead of a whole subtree; filtering the product visits all 2^n. The second
half makes it right: append, extend, pop. Results must be copies, since the path goes on changing;
and a list as a default argument survives the call, which shows only at the second one. Knobs with
many rules should come early (here the order is fixed by the output): the sooner a start fails, the
less is built on it.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. An order for the pipeline (graphs · medium · 4 points · 20 minutes)
#
# *Ask first: which nodes can go now, what does one that goes set free, and what is left if there is
# a cycle?*
#
# `needs` is a dict: a task's name → list of the names of the tasks that must run before it. A name
# may come twice in a list and counts once. A task that is only named in lists is a task as well and
# needs nothing.
#
# `run_order(needs)` returns all tasks, each once, every task after all that it needs. Of all such
# orders it returns the alphabetically first: at each place stands the first name (as `sorted` has
# it) among the tasks that can run next. If no order exists it raises `ValueError`. An empty dict
# gives `[]`.
#
# For n tasks and needs in all, work grows at most like n log n: also where many tasks can run at
# once, and where only one can.
#
# **Example.** `run_order({"train": ["split", "clean"], "split": ["clean"], "audit": []})` is
# `["audit", "clean", "split", "train"]`.


# %% nbgrader={"grade_id": "run_order", "solution": true}
def run_order(needs):
    """The alphabetically first order in which each task comes after all that it needs.

    Args:
        needs: dict of str to list of str.

    Returns:
        list of str.

    Raises:
        ValueError: tasks need each other in a circle.
    """
    ### BEGIN SOLUTION
    before = {task: set(first) for task, first in needs.items()}
    then = defaultdict(list)
    for task, first in before.items():
        for name in first:
            then[name].append(task)
    missing = dict.fromkeys(then, 0) | {task: len(first) for task, first in before.items()}
    ready, order = [task for task, count in missing.items() if not count], []
    heapq.heapify(ready)
    while ready:
        task = heapq.heappop(ready)
        order.append(task)
        for name in then[task]:
            missing[name] -= 1
            if not missing[name]:
                heapq.heappush(ready, name)
    if len(order) < len(missing):
        raise ValueError("the tasks need each other in a circle")
    return order
    ### END SOLUTION


# %% nbgrader={"grade_id": "run_order_is_the_first_of_all_orders", "grade": true}
"""Each task after all that it needs, alphabetically first, and no order where there is a cycle."""
q = Question(run_order, points=4)
pipeline = {"train": ["split", "clean"], "split": ["clean"], "audit": []}
q.case(pipeline, gives=["audit", "clean", "split", "train"], claim="The statement's example")
q.case(
    {"a": ["x"], "b": [], "c": ["b"]},
    gives=["b", "c", "x", "a"],
    claim="What became free just now may come first: c before x",
)
q.raises(
    ValueError, {"a": ["b"], "b": ["a"], "c": []}, claim="Two that need each other have no order"
)
q.case({}, gives=[], claim="Without tasks the order is empty")


def one_after_another(n):
    names = [f"t{i:03}" for i in range(n)]
    return ({a: [b] for a, b in zip(names, names[1:])},)


def all_at_once(n):
    return ({f"t{i:03}": [] for i in range(n)},)


@q.probe(gives="")
def a_chain_of_tasks(f):
    """In a chain, five times the tasks take about five times the work"""
    names = [f"t{i:03}" for i in range(10)]
    return cost(f, one_after_another, 10, 50, 1.35, gives=names[::-1])


@q.probe(gives="")
def all_can_run_now(f):
    """Where all tasks can run at once, six times the tasks take about six times the work"""
    return cost(f, all_at_once, 12, 72, 1.35, gives=[f"t{i:03}" for i in range(12)])


### BEGIN HIDDEN TESTS
q.hidden()


def by_trying_all_orders(needs):
    for order in itertools.permutations(sorted(set(needs).union(*needs.values()))):
        place = {task: i for i, task in enumerate(order)}
        if all(place[b] < place[a] for a, first in needs.items() for b in first):
            return list(order)
    return None


rng, tried = random.Random(5), []
while len(tried) < 40:
    names = rng.sample("abcde", 1 + len(tried) // 9)
    needs = {name: rng.choices(names, k=rng.randint(0, 1 + len(names) // 2)) for name in names[1:]}
    if (order := by_trying_all_orders(needs)) is not None:
        tried.append(((needs,), order))


@q.probe(gives="")
def like_trying_all_orders(f):
    """Of all orders that respect the needs, the alphabetically first is wanted"""
    return first_difference(f, tried)


q.raises(ValueError, {"a": ["a"]}, claim="A task that needs itself can never run")
q.raises(
    ValueError,
    {"a": [], "b": ["a", "d"], "c": ["b"], "d": ["c"], "e": ["d"]},
    claim="A cycle may begin far from where the order begins",
)
q.case(
    {"d": ["b", "c"], "b": ["a"], "c": ["a"]},
    gives=["a", "b", "c", "d"],
    claim="Two ways to one task are no cycle",
)
q.case(
    {"d": ["a"], "c": ["b"]},
    gives=["a", "b", "c", "d"],
    claim="Two chains side by side are merged by name",
)
q.case(
    {"b": ["a", "a", "a"]}, gives=["a", "b"], claim="A need that is named three times counts once"
)


@q.reference
def marks_of_free_tasks(needs):
    """Kahn's algorithm with a sorted list that is read by bisection, and sets for the needs."""
    waiting = {task: set(first) for task, first in needs.items()}
    users = defaultdict(set)
    for task in needs:
        for name in needs[task]:
            users[name].add(task)
            waiting.setdefault(name, set())
    free = sorted((task for task in waiting if not waiting[task]), reverse=True)
    order = []
    while free:
        order.append(free.pop())
        for task in users[order[-1]]:
            waiting[task].discard(order[-1])
            if not waiting[task]:
                free.insert(bisect.bisect_left(free, Backwards(task), key=Backwards), task)
    if any(waiting.values()):
        raise ValueError("a cycle")
    return order


class Backwards:
    """A name that sorts the other way round."""

    def __init__(self, name):
        self.name = name

    def __lt__(self, other):
        return other.name < self.name


def kahn(needs, take=heapq.heappop, push=heapq.heappush, kind=list, count=None):
    """The tasks that can run, as they are taken from a collection of `kind`; how many there are."""
    then, missing = defaultdict(list), {}
    for task, first in needs.items():
        missing[task] = len(first) if count else len(set(first))
        for name in set(first):
            then[name].append(task)
    names = set(then) | set(missing)
    ready = kind(sorted(task for task in names if not missing.get(task)))
    order = []
    while ready:
        task = take(ready)
        order.append(task)
        for name in then[task]:
            missing[name] -= 1
            if not missing[name]:
                push(ready, name)
    return order, len(names)


def or_error(order, total):
    if len(order) < total:
        raise ValueError("a cycle")
    return order


def depth_first(needs, kids):
    """Post-order over kids[task]; a task met again on the way down is a cycle."""
    order, state = [], {}

    def enter(task):
        if state.get(task) == "open":
            raise ValueError("a cycle")
        if task not in state:
            state[task] = "open"
            for name in sorted(set(kids.get(task, []))):
                enter(name)
            state[task] = "done"
            order.append(task)

    for task in sorted(set(needs).union(*needs.values())):
        enter(task)
    return order


def users_of(needs):
    users = defaultdict(list)
    for task, first in needs.items():
        for name in first:
            users[name].append(task)
    return users


@q.mistake("""Post-order along "is needed by" puts a task behind all that follow from it: the order
is the wrong way round. Reverse it (or go along "needs").""")
def dfs_topo_not_reversed(needs):
    return depth_first(needs, users_of(needs))


@q.mistake("""The order is possible and not the alphabetically first. A depth-first search goes as
deep as it can; what can run *now* must compete by name. Take the first name of all that are
ready.""")
def tie_order(needs):
    return depth_first(needs, needs)


@q.mistake("""Reversed post-order is an order that is possible, and not the alphabetically first.
What can run *now* must compete by name: take the first name of all that are ready, from a heap.""")
def reversed_post_order(needs):
    return depth_first(needs, users_of(needs))[::-1]


@q.mistake("""You sort level by level. What becomes free may come before names that were free
earlier: put it into the same heap at once.""")
def wave_by_wave(needs):
    done, order = set(), []
    users = users_of(needs)
    wave = sorted(task for task in set(needs) | set(users) if not needs.get(task))
    while wave:
        order += wave
        done.update(wave)
        freed = {name for task in wave for name in users[task]} - done
        wave = sorted(name for name in freed if done.issuperset(needs[name]))
    return or_error(order, len(set(needs) | set(users)))


@q.mistake("""First come, first served: a queue ignores the names. Take the first name of all that
are ready, with a heap.""")
def queue_for_a_heap(needs):
    return or_error(*kahn(needs, deque.popleft, deque.append, deque))


@q.mistake("""With a cycle you return the tasks that are not in it, without a word. Compare the
number of tasks that ran with the number that there are, and raise ValueError.""")
def cycle_ignored(needs):
    return kahn(needs)[0]


@q.mistake("""You take a task that is met twice for a cycle. Two ways may lead to one task (a
diamond); a cycle is a task that is met again *on the way down from itself*.""")
def diamond_taken_for_a_cycle(needs):
    met = set()
    for start in needs:
        if start not in met:
            met.add(start)
            todo = [start]
            while todo:
                for name in set(needs.get(todo.pop(), ())):
                    if name in met:
                        raise ValueError("a cycle")
                    met.add(name)
                    todo.append(name)
    return or_error(*kahn(needs))


@q.mistake("""A need that is named twice is counted twice and met once, so its task never runs. Make
a set of each list before you count.""")
def repeats_counted(needs):
    return or_error(*kahn(needs, count=len))


@q.mistake("""Tasks that are only named in lists are missing from the order. They are tasks that
need nothing.""")
def tasks_without_entry_left_out(needs):
    return [task for task in or_error(*kahn(needs)) if task in needs]


@q.mistake("""A task that is only named in lists has no entry in the dict, and looking it up raises.
It is a task that needs nothing: collect the names from the lists too.""")
def tasks_without_entry_looked_up(needs):
    for first in needs.values():
        for name in first:
            needs[name]
    return or_error(*kahn(needs))


@q.mistake("""The order is that of the reversed arrows: a task stands before what it needs. An entry
task: [first, …] means that *first* runs first.""")
def arrows_turned(needs):
    users = users_of(needs)
    everything = set(needs).union(*needs.values())
    return or_error(*kahn({task: users[task] for task in everything}))


@q.mistake("""You remove tasks from the list over which you loop: each removal makes the loop skip
the next task. Loop over a copy, or keep the tasks that are ready in a heap.""")
def in_place_while_iterating(needs):
    waiting = sorted(set(needs).union(*needs.values()))
    order, done = [], set()
    while waiting:
        before = len(waiting)
        for task in waiting:
            if done.issuperset(needs.get(task, ())):
                order.append(task)
                done.add(task)
                waiting.remove(task)
        if len(waiting) == before:
            raise ValueError("a cycle")
    return order


@q.mistake("""You look through all waiting tasks for each that runs: n² steps in a chain. Let each
task tell those that wait for it: count their missing needs, and push them at 0.""")
def all_looked_at_for_each(needs):
    waiting = sorted(set(needs).union(*needs.values()))
    order, done = [], set()
    while waiting:
        able = (task for task in waiting if done.issuperset(needs.get(task, ())))
        if (task := next(able, None)) is None:
            raise ValueError("a cycle")
        order.append(task)
        done.add(task)
        waiting.remove(task)
    return order


@q.mistake("""Where many can run, you look for the first name (min, sort, pop(0)) in a list each
time: n² steps. A heap gives it in log n.""")
def list_for_a_heap(needs):
    def take(ready):
        task = min(ready)
        ready.remove(task)
        return task

    return or_error(*kahn(needs, take, list.append))


@q.variant
def the_library_watches_for_cycles(needs):
    from graphlib import CycleError, TopologicalSorter

    sorter, ready, order = TopologicalSorter(needs), [], []
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError("a cycle") from error
    while sorter.is_active():
        for task in sorter.get_ready():
            heapq.heappush(ready, task)
        order.append(heapq.heappop(ready))
        sorter.done(order[-1])
    return order


@q.variant
def cycle_looked_for_first(needs):
    """A depth-first search with a stack of its own for cycles, then the heap."""
    users, state = users_of(needs), {}
    for start in list(needs):
        todo = [(start, False)]
        while todo:
            task, left = todo.pop()
            if left:
                state[task] = "done"
            elif state.get(task) == "open":
                raise ValueError("a cycle")
            elif task not in state:
                state[task] = "open"
                todo.append((task, True))
                todo += [(n, False) for n in set(needs.get(task, ())) if state.get(n) != "done"]
    count = {task: len(set(needs.get(task, ()))) for task in set(needs) | set(users)}
    heap, order = sorted(task for task in count if not count[task]), []
    while heap:
        order.append(heapq.heappop(heap))
        for task in set(users[order[-1]]):
            count[task] -= 1
            if count[task] == 0:
                heapq.heappush(heap, task)
    return order


q.hints(
    """For each task two things change while the order grows: how many needs are still missing, and
who waits for it. Which tasks are left at the end if there is a cycle?""",
    """{"a": ["x"], "b": []}: b and x can run; b is first by name. Once x ran, a can. With {"a":
["a"]} nothing can ever run.""",
    """Count the different needs of each task, keep for each task who waits for it, put all with
count 0 into a heap. Pop, append, count down; push at 0. Fewer tasks out than in: raise
ValueError.""",
)
q.why("""The invariant: *the heap holds exactly the tasks whose needs have all run*. So the cycle
test is free: tasks on a cycle never come to 0, and the order ends short. A depth-first search gives
an order as well (post-order, reversed, along "is needed by"), with three states to see a cycle; but
it does not give the alphabetically first one: reverse and depth decide, not the names. Looking
through all waiting tasks each time is right and costs n²; a plain queue is fast and ignores the
names.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. The cheapest way for a checkpoint (advanced graphs · medium · 4 points · 20 minutes)
#
# *Ask first: of which node is the cost certain now, and why can nothing cheaper come later?*
#
# `links` is a list of (a, b, cost): copying a checkpoint from region a to region b costs `cost`, an
# int ≥ 0. Links go one way; there may be several from a to b.
#
# `cheapest_route(links, source, target)` returns the pair (cost, path): the least total cost, and
# the list of regions from `source` to `target`, both included. Of several routes of that cost it
# takes one with the fewest links; if there are still several, any of them is right. Is there no
# route, it returns `None`. If source and target are the same region, the route is (0, [source]),
# even if no link names it.
#
# For n links, work grows at most like n log n.
#
# **Example.** With links x→y for 7, x→z for 2, z→y for 3: `cheapest_route([("x", "y", 7),
# ("x", "z", 2), ("z", "y", 3)], "x", "y")` is `(5, ["x", "z", "y"])`.


# %% nbgrader={"grade_id": "cheapest_route", "solution": true}
def cheapest_route(links, source, target):
    """The least cost from source to target, and a path of that cost with the fewest links.

    Args:
        links: list of (a, b, cost): str, str, int >= 0; from a to b only.
        source, target: str.

    Returns:
        (int, list of str), or None if there is no route.
    """
    ### BEGIN SOLUTION
    out = defaultdict(list)
    for a, b, cost in links:
        out[a].append((b, cost))
    heap, came_from = [(0, 0, source, None)], {}
    while heap:
        total, hops, region, before = heapq.heappop(heap)
        if region in came_from:
            continue
        came_from[region] = before
        if region == target:
            path = [target]
            while came_from[path[-1]] is not None:
                path.append(came_from[path[-1]])
            return total, path[::-1]
        for b, cost in out[region]:
            if b not in came_from:
                heapq.heappush(heap, (total + cost, hops + 1, b, region))
    return None
    ### END SOLUTION


# %% nbgrader={"grade_id": "cheapest_route_closes_the_nearest_region", "grade": true}
"""The cheapest route, with the fewest links among equals; None if there is none."""
q = Question(cheapest_route, points=4)
q.case(
    [("x", "y", 7), ("x", "z", 2), ("z", "y", 3)],
    "x",
    "y",
    gives=(5, ["x", "z", "y"]),
    claim="The statement's example: two cheap links beat one dear one",
)
q.case(
    [("a", "b", 0), ("b", "c", 0), ("c", "t", 4), ("a", "x", 1), ("x", "t", 3)],
    "a",
    "t",
    gives=(4, ["a", "x", "t"]),
    claim="Of two routes for the same cost, the one with fewer links is wanted",
)
q.case([("a", "b", 1)], "b", "a", gives=None, claim="A link goes one way; without a route: None")
q.case([("a", "b", 1), ("b", "a", 1)], "a", "a", gives=(0, ["a"]), claim="Nothing is to be copied")


def onwards(n):
    return [(f"r{i}", f"r{i + 1}", 1) for i in range(n)], "r0", f"r{n}"


def last_link_first(n):
    links, *ends = onwards(n)
    return links[::-1], *ends


@q.probe(gives="")
def a_long_chain(f):
    """Six times the links take about six times the work"""
    return cost(f, onwards, 10, 60, 1.35, gives=(10, [f"r{i}" for i in range(11)]))


@q.probe(gives="")
def a_long_chain_told_from_the_end(f):
    """Also where the links stand in the list in the opposite order"""
    return cost(f, last_link_first, 10, 50, 1.35, gives=(10, [f"r{i}" for i in range(11)]))


### BEGIN HIDDEN TESTS
q.hidden()


def twice_each(n):
    links, *ends = onwards(n)
    return [link for link in links for _ in range(2)], *ends


@q.probe(gives="")
def two_equal_links_at_each_step(f):
    """Where each step has two equal links, three times the links take about three times the work"""
    text = cost(f, twice_each, 3, 9, 1.6, gives=(3, ["r0", "r1", "r2", "r3"]))
    return "the work grows with the number of *paths*" if "grows" in text else text


def by_walking_all_paths(links, source, target):
    """(cost, number of links) of the best simple path, or None."""
    best, todo = None, [(0, [source])]
    while todo:
        total, path = todo.pop()
        if path[-1] == target:
            best = min(best or (inf, 0), (total, len(path) - 1))
        else:
            on = [(b, c) for a, b, c in links if a == path[-1] and b not in path]
            todo += [(total + c, path + [b]) for b, c in on]
    return best


def what_is_wrong(got, best, links, source, target):
    if best is None or got is None:
        right = "None" if best is None else f"a route for {best[0]}"
        return "" if got is best else f"{show(got)} is given where {right} is wanted"
    if not (isinstance(got, (list, tuple)) and len(got) == 2 and isinstance(got[1], (list, tuple))):
        return f"{show(got)} is no pair (cost, path)"
    total, path = got
    if difference(plain(total), best[0]):
        return f"the cost is {show(total)}, not {best[0]}"
    if not path or (path[0], path[-1]) != (source, target):
        return f"the path {show(path)} does not lead from {source} to {target}"
    steps = list(zip(path, path[1:]))
    costs = [min((c for a, b, c in links if (a, b) == step), default=inf) for step in steps]
    if sum(costs) != total:
        return f"the path {show(path)} costs {sum(costs)}, not {total}"
    if len(steps) != best[1]:
        return f"the path {show(path)} has {len(steps)} links, and {best[1]} would do"
    return ""


rng, walked = random.Random(6), []
for size in range(60):
    names = "abcdef"[: 2 + size // 12]
    links = [(*rng.sample(names, 2), rng.randint(0, 6)) for _ in range(1 + size // 5)]
    walked.append(((links, "a", "b"), by_walking_all_paths(links, "a", "b")))


@q.probe(gives="")
def like_walking_all_paths(f):
    """No other path is cheaper, and none of that cost is shorter"""
    for args, best in walked:
        if text := what_is_wrong(tidy(f(*args)), best, *args):
            return f"for links {show(args[0], 70)} from a to b {text}"
    return ""


q.case(
    [("a", "b", 4), ("a", "b", 1), ("a", "b", 3)],
    "a",
    "b",
    gives=(1, ["a", "b"]),
    claim="Of several links between two regions the cheapest counts",
)
q.case(
    [("a", "b", 5), ("b", "d", 0), ("a", "c", 1), ("c", "d", 1)],
    "a",
    "d",
    gives=(2, ["a", "c", "d"]),
    claim="Among routes with equally many links the cost decides",
)
q.case(
    [("a", "b", 1), ("a", "c", 2)],
    "a",
    "c",
    gives=(2, ["a", "c"]),
    claim="The cheapest first link may lead into a dead end",
)
q.case([("a", "b", 1)], "z", "z", gives=(0, ["z"]), claim="A region without links reaches itself")
q.case([("a", "b", 1)], "z", "b", gives=None, claim="A region without links reaches no other")


@q.reference
def with_paths_in_the_heap(links, source, target):
    out = defaultdict(dict)
    for a, b, cost in links:
        out[a][b] = min(cost, out[a].get(b, inf))
    heap, closed = [(0, 1, [source])], set()
    while heap:
        total, size, path = heapq.heappop(heap)
        if path[-1] == target:
            return total, path
        if path[-1] not in closed:
            closed.add(path[-1])
            for b, cost in out[path[-1]].items():
                heapq.heappush(heap, (total + cost, size + 1, path + [b]))
    return None


def leaving(links):
    out = defaultdict(list)
    for a, b, cost in links:
        out[a].append((b, cost))
    return out


def search(links, source, target, rank=lambda total, hops: (total, hops), close_on_push=False):
    """Best first by rank(total, hops)."""
    out, closed, tie = leaving(links), set(), itertools.count()
    heap, pushed = [(rank(0, 0), next(tie), 0, [source])], {source}
    while heap:
        _, _, total, path = heapq.heappop(heap)
        region = path[-1]
        if region == target:
            return total, path
        if region in closed:
            continue
        closed.add(region)
        for b, cost in out[region]:
            if b in closed or (close_on_push and b in pushed):
                continue
            pushed.add(b)
            row = rank(total + cost, len(path)), next(tie), total + cost, [*path, b]
            heapq.heappush(heap, row)
    return None


@q.mistake("""You take the route with the fewest links, as a breadth-first search finds it. Links
cost different amounts: take next the region with the least cost so far, from a heap.""")
def fewest_links_first(links, source, target):
    return search(links, source, target, rank=lambda total, hops: hops)


@q.mistake("""You close a region when you first *see* it. A cheaper way to it may still be in the
heap: close it when it comes out of the heap.""")
def visited_set_on_push(links, source, target):
    return search(links, source, target, close_on_push=True)


@q.mistake("""You follow the cheapest link out of each region. The dear first link may lead to cheap
ones, and a cheap one into a dead end: compare total costs of all regions in reach.""")
def cheapest_next_link(links, source, target):
    out, total, path, seen = leaving(links), 0, [source], {source}
    while path[-1] != target:
        new = [(cost, b) for b, cost in out[path[-1]] if b not in seen]
        if not new:
            return None
        total += min(new)[0]
        path.append(min(new)[1])
        seen.add(path[-1])
    return total, path


@q.mistake("""You use links in both directions. They go from a to b only: a copy out of a region may
be billed, and one into it free.""")
def links_both_ways(links, source, target):
    return search(links + [(b, a, cost) for a, b, cost in links], source, target)


@q.mistake("""Of several links between two regions you keep the last one read: out[a][b] = cost
overwrites. Keep the cheapest, or a list of links.""")
def last_link_kept(links, source, target):
    table = {(a, b): cost for a, b, cost in links}
    return search([(a, b, cost) for (a, b), cost in table.items()], source, target)


@q.mistake("""The path stands from target to source: you followed where each region came from.
Reverse it.""")
def path_backwards(links, source, target):
    found = search(links, source, target)
    return found and (found[0], found[1][::-1])


@q.mistake("""The path lacks its first region. Both ends belong to it: note for the source that it
came from nowhere, and stop there.""")
def source_left_out(links, source, target):
    found = search(links, source, target)
    return found and (found[0], found[1][1:])


@q.mistake("""The cost is right; of routes for that cost yours does not have the fewest links. Rank
by (cost, links), not by cost alone.""")
def links_not_counted_in_ties(links, source, target):
    return search(links, source, target, rank=lambda total, hops: total)


@q.mistake("""Of routes for the same cost you take one with *many* links. Fewest are wanted.""")
def most_links_in_ties(links, source, target):
    return search(links, source, target, rank=lambda total, hops: (total, -hops))


@q.mistake("""Where there is no route you return (inf, []). The statement wants None.""")
def infinite_cost_for_none(links, source, target):
    return search(links, source, target) or (inf, [])


@q.mistake("""From a region to itself you return an empty path, or look for a round trip. The route
is (0, [source]): nothing is to be copied.""")
def nothing_from_source_to_itself(links, source, target):
    return (0, []) if source == target else search(links, source, target)


@q.mistake("""Links that cost 0 are left out: `if cost` is false for 0. Zero is a cost.""")
def free_links_left_out(links, source, target):
    return search([link for link in links if link[2]], source, target)


@q.mistake("""You never close a region: each copy that comes out of the heap is followed again.
Work grows with the number of *paths*, and in a circle without a way out it never ends. When a
region comes out a second time, skip it.""")
def never_closed(links, source, target):
    out = leaving(links)
    heap = [(0, 1, [source])]
    while heap:
        total, size, path = heapq.heappop(heap)
        if path[-1] == target:
            return total, path
        if size <= len(out):  # so that this one ends
            for b, cost in out[path[-1]]:
                heapq.heappush(heap, (total + cost, size + 1, path + [b]))
    return None


@q.mistake("""For each region you look through all open ones for the nearest, or through all links:
n² steps. A heap gives the nearest in log n, a list of links for each region the rest.""")
def list_for_a_heap(links, source, target):
    out, closed, open_ones = leaving(links), {}, {}
    for a, b, _ in links:
        open_ones[a] = open_ones[b] = (inf, 0, None)
    open_ones[source] = (0, 0, None)
    while open_ones:
        region = min(open_ones, key=lambda name: open_ones[name][:2])
        total, hops, before = closed[region] = open_ones.pop(region)
        if total == inf:
            return None
        if region == target:
            path = [region]
            while before is not None:
                path.append(before)
                before = closed[before][2]
            return total, path[::-1]
        for b, cost in out[region]:
            if b in open_ones and (total + cost, hops + 1) < open_ones[b][:2]:
                open_ones[b] = (total + cost, hops + 1, region)
    return None


@q.mistake("""You go over all links again until nothing changes: right with negative costs too, but
n² steps where the links stand in an unlucky order. Costs are not negative here: close the nearest
region and never come back to it.""")
def all_links_until_nothing_changes(links, source, target):
    best, changed = {source: (0, 0, None)}, True
    while changed:
        changed = False
        for a, b, cost in links:
            if a in best:
                new = (best[a][0] + cost, best[a][1] + 1)
                if b not in best or new < best[b][:2]:
                    best[b], changed = (*new, a), True
    if target not in best:
        return None
    path = [target]
    while best[path[-1]][2] is not None:
        path.append(best[path[-1]][2])
    return best[target][0], path[::-1]


@q.variant
def from_the_target_backwards(links, source, target):
    into, left, onward = defaultdict(list), {}, {}
    for a, b, cost in links:
        into[b].append((a, cost))
    heap = [(0, 0, target, "")]
    while heap:
        total, hops, region, after = heapq.heappop(heap)
        if region not in left:
            left[region], onward[region] = total, after
            for a, cost in into[region]:
                heapq.heappush(heap, (total + cost, hops + 1, a, region))
    if source not in left:
        return None
    path = [source]
    while path[-1] != target:
        path.append(onward[path[-1]])
    return [left[source], path]


@q.variant
def best_known_so_far(links, source, target):
    """Pushes a region again whenever a better way is known; old entries are skipped."""
    out = leaving(links)
    best, before = {source: (0, 0)}, {}
    heap = [((0, 0), source)]
    while heap:
        known, region = heapq.heappop(heap)
        if known != best[region]:
            continue
        for b, cost in out.get(region, []):
            new = (known[0] + cost, known[1] + 1)
            if new < best.get(b, (inf, 0)):
                best[b], before[b] = new, region
                heapq.heappush(heap, (new, b))
    if target not in best:
        return None
    path = deque([target])
    while path[0] != source:
        path.appendleft(before[path[0]])
    return best[target][0], path


q.hints(
    """When a region comes out of the heap, all others in it cost at least as much. Is that also
true when it goes in?""",
    """a→b for 5, a→c for 1, c→b for 1. b is seen first for 5; for 2 it comes out.""",
    """A heap of (cost, links, region, before). Pop; skip a region that was popped before; note
where it came from; push what its links lead to. At the target, follow the notes back and
reverse.""",
)
q.why("""The invariant: *what comes out of the heap is final*. Everything else in the heap costs at
least as much, and since no link costs less than 0, nothing cheaper can come later. That is why
regions are closed when they come **out**: in a breadth-first search all steps cost the same, so
closing on sight is right there and wrong here. A region may stand in the heap several times; the
first one out wins, the others are skipped. With (cost, links) as the rank the tie rule needs no
code of its own. A negative cost breaks the invariant: then Bellman–Ford, n rounds over all
links.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "say_it_without_code", "task": true, "points": 4}
# ## 7. Say it without code (4 points, 15 minutes, graded by hand)
#
# An interviewer says: **"A nightly pipeline has 40,000 jobs and 200,000 dependencies. One input
# table turned out to be wrong. Which jobs do you run again, and in which order? While they run,
# durations stream in: show the 50 slowest so far. And what if somebody has just added a dependency
# that closes a circle? No code yet: tell me your plan, its cost, and what you would test."**
#
# Write what you would say, 150 to 220 words, in the cell below this one. Read it aloud with a
# clock: it must fit in 90 seconds.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or a plan that is wrong in two of the three parts.
# - **1**: names of algorithms only ("BFS, topological sort, heap"), or one part wrong; no cost.
# - **2**: all three parts right: what is reachable downstream of the table; a topological order of
#   *those jobs only*; a min-heap of 50. A cost for each (linear in jobs and dependencies; log 50 a
#   duration). The circle is noticed because the order ends short.
# - **3**: as 2, and the invariants are said: mark on push, so that each job is queued once; a job
#   is ready when its last *stale* need has run (needs that are not stale count as done); the top of
#   the heap is the one that leaves next. At least three tests that could fail: a diamond, a circle,
#   equal durations, an empty result, a job that depends on the table twice.
# - **4**: as 3, and says what was left open and decides: which of equal durations stays; that jobs
#   outside the circle may still run and which ones are refused, naming the circle to the user; that
#   an order is not a schedule (levels run in parallel; the longest path bounds the time); where it
#   would not fit (a stream that must be restarted, state of what already ran). Fits in 90 seconds.
#
# A level-4 answer: "First, which jobs: from the wrong table I follow the arrows downstream, breadth
# first, and mark a job when I queue it, so that each is queued once: 240,000 steps at most. Then
# the order, on those jobs alone: I count for each how many of its needs are stale; the others'
# outputs are still good and count as done. A heap or queue holds the jobs at zero; each one that
# finishes counts down its users. That is linear again. If the queue runs empty before all stale
# jobs ran, what is left is a circle or hangs behind one: I would run the rest, refuse those, and
# walk back from any of them to print the circle. In truth I would run all that are ready in
# parallel, and the longest chain tells when we are done. The 50 slowest: a min-heap of 50, whose
# top leaves when a longer duration comes; log 50 a row, and of equal durations I keep the earlier.
# I would test a diamond, a job that reads the table twice, a table that nobody reads, a circle
# outside of what is stale (it must not stop us), and equal durations. Open: what counts as a rerun
# if half of them already ran before we noticed."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
