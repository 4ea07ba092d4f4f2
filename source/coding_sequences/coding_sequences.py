# %% [markdown]
# # {{title}}: the assignment
#
# Six problems, one for each pattern, and a conversation: about two hours. The unit's second
# notebook, `practice.ipynb`, has six more that do not say which pattern they want. The two take
# about {{minutes}} minutes. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Conventions in all questions.** Input comes as plain lists of integers, pairs or text, and may
# be empty unless a question says otherwise. No argument may be changed in place. Everything in
# the standard library is allowed. *In proportion to n* is a promise about counted steps, not
# seconds; a factor of log n is forgiven, unless a question counts calls. Before you code, answer
# each question's **invariant question** aloud in one sentence.

# %% nbgrader={"grade_id": "imports", "locked": true}
import bisect
import heapq
import random
import re
from collections import Counter, OrderedDict, defaultdict, deque

from mlprep.check import Question, excess_growth, work


def each(f, *calls):
    """What f gives for each tuple of arguments, under the text of the call."""
    return {", ".join(map(repr, args)): f(*args) for args in calls}


def same(got, want):
    """Whether two results agree; lists, tuples and arrays of the same items do."""
    if not isinstance(want, (list, tuple)):
        return type(got) is not str and got == want
    try:
        got = list(got)
    except TypeError:
        return False
    return len(got) == len(want) and all(map(same, got, want))


def cheap(f, args, gives, make, at_most=1.4):
    """Nothing where f(*args) is right and its work grows as it may; else what is wrong."""
    if not same(f(*args), gives):  # an answer that does nothing is fast
        return f"already {', '.join(map(repr, args))} gives something else than {gives}"
    return excess_growth(f, make, 20, 120, at_most)


# %% [markdown]
# ## 1. Hashing: prompts that are nearly the same (3 points, 12 minutes, easy)
#
# *Invariant question: what can I compute from one item alone that is equal for two items exactly
# when they belong together?*
#
# A prompt is a list of token numbers (integers from 0). Two prompts are near-duplicates if they
# hold the same tokens, each equally often, in any order. **Token 0 is padding and does not count.**
#
# `duplicate_groups(prompts)` returns the groups of near-duplicates. A group is the ascending list
# of the places (from 0) of its prompts; groups of a single prompt are left out; groups stand in
# the order of their first places. Prompts without any token but padding are near-duplicates of
# each other. The work must grow in proportion to the number of prompts (their length is bounded).
#
# **Example.** `duplicate_groups([[5, 3], [3, 3, 5], [3, 0, 5], [7], [5, 3, 3]])` is
# `[[0, 2], [1, 4]]`.


# %% nbgrader={"grade_id": "duplicate_groups", "solution": true}
def duplicate_groups(prompts):
    """Places of prompts that agree but for order and padding.

    Args:
        prompts: list of lists of integers >= 0. 0 is padding.

    Returns:
        list of lists of places, each of two or more, in the order of their first places.
    """
    ### BEGIN SOLUTION
    groups = {}
    for place, tokens in enumerate(prompts):
        key = tuple(sorted(token for token in tokens if token != 0))
        groups.setdefault(key, []).append(place)
    return [places for places in groups.values() if len(places) > 1]
    ### END SOLUTION


# %% nbgrader={"grade_id": "duplicate_groups_agree_but_for_order", "grade": true}
"""Prompts with the same tokens are found together, by one look at each."""
q = Question(duplicate_groups, points=3)
FIVE = [[5, 3], [3, 3, 5], [3, 0, 5], [7], [5, 3, 3]]
q.case(
    FIVE,
    gives=[[0, 2], [1, 4]],
    claim="order and padding do not count, how often a token occurs does",
)
q.case([[1], [2], [3]], gives=[], claim="a prompt without a near-duplicate is in no group")


@q.probe(gives=[[[0, 1]], []])
def a_second_call_knows_nothing_of_the_first(f):
    """A second call starts with nothing: a default argument `{}` would be made only once."""
    return [f([[6], [6]]), f([[6], [8]])]


def prompts_apart(n):
    """n prompts, all different."""
    return ([[i, 2 * i, i % 7] for i in range(1, n + 1)],)


@q.probe(gives="")
def eight_times_the_prompts_are_eight_times_the_work(f):
    """The work grows like n: a dict finds a key at once, a list or a loop over pairs searches"""
    return cheap(f, ([[4], [9], [4]],), [[0, 2]], prompts_apart)


### BEGIN HIDDEN TESTS
q.hidden()


def pair_by_pair(prompts):
    """Brute force: each prompt against each other one."""
    bags = [Counter(t for t in tokens if t) for tokens in prompts]
    groups = [[j for j, bag in enumerate(bags) if bag == mine] for mine in bags]
    return [group for i, group in enumerate(groups) if group[0] == i and len(group) > 1]


def bags_at_random(seed, n):
    draw = random.Random(seed)
    return ([[draw.randint(0, 3) for _ in range(draw.randint(0, 3))] for _ in range(n)],)


PADDED = [([[0, 0], [], [4]],), ([[2, 2, 0], [2, 0, 0], [0, 2, 2]],), ([],), ([[0]],)]
DIGITS = [([[1, 12], [1, 1, 2]],), ([[1, 4], [2, 3]],), ([[2, 2, 3], [2, 3, 3]],)]
ORDER = [([[1], [2], [2], [1]],), ([[1], [2], [1], [2], [2]],)]
MIXED = [bags_at_random(seed, 2 + seed) for seed in range(6)]


@q.probe(gives=each(pair_by_pair, *PADDED))
def padding_counts_nothing(f):
    """Padding is left out before two prompts are compared, also where nothing else is left"""
    return each(f, *PADDED)


@q.probe(gives=each(pair_by_pair, *DIGITS))
def equal_keys_mean_equal_tokens(f):
    """Two prompts with different tokens never get the same key"""
    return each(f, *DIGITS)


@q.probe(gives=each(pair_by_pair, *ORDER))
def groups_in_the_order_of_their_first_places(f):
    """Groups stand in the order of their first places, whatever their size and their ends"""
    return each(f, *ORDER)


@q.probe(gives=each(pair_by_pair, *MIXED))
def as_pair_by_pair(f):
    """The groups are those that one finds by comparing each prompt with each other one"""
    return each(f, *MIXED)


@q.reference
def by_sorting_the_places(prompts):
    keys = [sorted(t for t in tokens if t) for tokens in prompts]
    places, groups = sorted(range(len(keys)), key=lambda i: (keys[i], i)), []
    for place in places:
        if groups and keys[groups[-1][0]] == keys[place]:
            groups[-1].append(place)
        else:
            groups.append([place])
    return sorted(group for group in groups if len(group) > 1)


def grouped(prompts, key):
    groups = defaultdict(list)
    for place, tokens in enumerate(prompts):
        groups[key([t for t in tokens if t])].append(place)
    return [places for places in groups.values() if len(places) > 1]


@q.mistake("""The key is a set, so how often a token occurs is lost: [2, 2, 3] and [2, 3, 3] are
taken for the same. Sort the tokens, or count them.""")
def key_is_a_set(prompts):
    return grouped(prompts, frozenset)


@q.mistake("""The key keeps the order: [5, 3] and [3, 5] get different keys. Sort first; equal
things must get equal keys.""")
def key_keeps_the_order(prompts):
    return grouped(prompts, tuple)


@q.mistake("""Padding is part of your key, so a prompt and its padded copy differ. Drop the zeros
before you sort.""")
def padding_kept(prompts):
    groups = defaultdict(list)
    for place, tokens in enumerate(prompts):
        groups[tuple(sorted(tokens))].append(place)
    return [places for places in groups.values() if len(places) > 1]


@q.mistake("""Numbers are glued together without anything between them: [1, 12] and [1, 1, 2]
both become "112". Use a tuple, or a separator that no token contains.""")
def digits_glued_together(prompts):
    return grouped(prompts, lambda tokens: "".join(map(str, sorted(tokens))))


@q.mistake("""A sum is no key: [1, 4] and [2, 3] have the same sum and the same length. A key must
be equal *only* for things that belong together.""")
def sum_and_length_for_a_key(prompts):
    return grouped(prompts, lambda tokens: (sum(tokens), len(tokens)))


@q.mistake("""Prompts that are alone come back as groups of one. Leave them out.""")
def groups_of_one_kept(prompts):
    groups = defaultdict(list)
    for place, tokens in enumerate(prompts):
        groups[tuple(sorted(t for t in tokens if t))].append(place)
    return list(groups.values())


@q.mistake("""All keys share one list: `dict.fromkeys(keys, [])` makes a single list, as a default
argument `[]` does. Make a new one for each key: setdefault, or defaultdict(list).""")
def mutable_default_for_all_keys(prompts):
    keys = [tuple(sorted(t for t in tokens if t)) for tokens in prompts]
    groups = dict.fromkeys(keys, [])
    for place, key in enumerate(keys):
        groups[key].append(place)
    return [places for places in groups.values() if len(places) > 1]


earlier, kept = (
    {},
    {},
)  # what the next mistake remembers; each call's first result, so that it repeats


@q.mistake("""Your function remembers its last calls: a default argument `groups={}` is made once,
when `def` runs, and all calls share it. Make the dict inside the function.""")
def mutable_default(prompts):
    if repr(prompts) not in kept:
        for place, tokens in enumerate(prompts):
            key = tuple(sorted(t for t in tokens if t))
            earlier.setdefault(key, []).append(place)
        kept[repr(prompts)] = [list(places) for places in earlier.values() if len(places) > 1]
    return kept[repr(prompts)]


@q.mistake("""The groups come sorted by size. They stand in the order of their first places.""")
def largest_group_first(prompts):
    groups = grouped(prompts, lambda tokens: tuple(sorted(tokens)))
    return sorted(groups, key=len, reverse=True)


@q.mistake("""The groups are right, but `key in seen` on a *list* walks through it: n lookups of up
to n steps. The same line on a dict or a set looks once.""")
def keys_in_a_list(prompts):
    seen, groups = [], []
    for place, tokens in enumerate(prompts):
        key = sorted(t for t in tokens if t)
        if key in seen:
            groups[seen.index(key)].append(place)
        else:
            seen.append(key)
            groups.append([place])
    return [places for places in groups if len(places) > 1]


@q.mistake("""You remove zeros from the list that the loop runs over: each removal makes it skip the
next token, so of two zeros side by side one stays. Build a new list of what you keep.""")
def in_place_while_iterating(prompts):
    groups = defaultdict(list)
    for place, tokens in enumerate(prompts):
        kept = list(tokens)
        for token in kept:
            if token == 0:
                kept.remove(token)
        groups[tuple(sorted(kept))].append(place)
    return [places for places in groups.values() if len(places) > 1]


@q.mistake("""Groups come in the order in which they got their second prompt, not their first.
Collect all prompts first, and drop the single ones at the end.""")
def ordered_by_the_second_prompt(prompts):
    first, groups = {}, {}
    for place, tokens in enumerate(prompts):
        key = tuple(sorted(t for t in tokens if t))
        if key in first:
            groups.setdefault(key, [first[key]]).append(place)
        first.setdefault(key, place)
    return list(groups.values())


@q.variant
def by_counts(prompts):
    return grouped(prompts, lambda tokens: frozenset(Counter(tokens).items()))


@q.variant
def by_text_with_separators(prompts):
    groups = {}
    for place in range(len(prompts)):
        key = ",".join(str(t) for t in sorted(prompts[place]) if t)
        groups[key] = groups.get(key, ()) + (place,)
    return tuple(group for group in groups.values() if len(group) >= 2)


q.hints(
    """Two prompts must get the same key exactly when they belong together. Which half of that
sentence does your key break: are equal prompts apart, or different ones together?""",
    """[[1, 12], [1, 1, 2]] has no group, [[2, 0], [2]] has one, and [[2, 2, 3], [2, 3, 3]] has
none.""",
    """One pass: drop zeros, bring the rest into one order, make it hashable, and collect places
in a dict. Keep only lists of two or more.""",
)
q.why("""Hashing turns "compare each with each" into "compute from one". All the thought is in the
key: it must be equal for what belongs together (sorting removes the order, filtering the padding)
and *only* for that (a set forgets counts, a sum forgets nearly everything). Counts as a key cost
less than sorting where prompts are long.

The work is n keys and n lookups, each of expected constant cost. Python keeps a dict in the order
of insertion, so the groups come in the order of their first places by themselves.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. Two pointers: two retrievers, one ranking (4 points, 20 minutes, medium)
#
# *Invariant question: when I move this pointer, what have I ruled out for good?*
#
# Two retrievers each return a list of pairs `(id, score)`, the highest score first. An id occurs at
# most once in a list, but may be in both, with different scores. `merge_top_k(a, b, k)` returns the
# list of the k best ids, best first. An id that is in both counts once, at its higher score.
# **Ties:** at equal scores what is in `a` comes before what is in `b`, and each list's own order
# stays. If there are fewer than k different ids, return them all; k is 0 or more.
#
# The lists may be very long: **the work may grow in proportion to k, not with the lists.**
#
# **Example.** `merge_top_k([("x", 9), ("y", 5)], [("z", 9), ("x", 7), ("w", 5)], 4)` is
# `["x", "z", "y", "w"]`.


# %% nbgrader={"grade_id": "merge_top_k", "solution": true}
def merge_top_k(a, b, k):
    """The ids of the k best entries of two sorted lists, each id once.

    Args:
        a, b: lists of (id, score), score descending, ids unique within a list.
        k: integer >= 0.

    Returns:
        list of at most k ids, best first; ties go to a.
    """
    ### BEGIN SOLUTION
    found, i, j = {}, 0, 0
    while len(found) < k and (i < len(a) or j < len(b)):
        if j == len(b) or (i < len(a) and a[i][1] >= b[j][1]):
            found.setdefault(a[i][0])
            i += 1
        else:
            found.setdefault(b[j][0])
            j += 1
    return list(found)
    ### END SOLUTION


# %% nbgrader={"grade_id": "merge_top_k_reads_no_further_than_it_must", "grade": true}
"""Two sorted lists are merged as far as k ids need, and no further."""
q = Question(merge_top_k, points=4)
q.case(
    [("x", 9), ("y", 5)], [("z", 9), ("x", 7), ("w", 5)], 4,
    gives=["x", "z", "y", "w"], claim="at equal scores a comes first, and x counts once, at its 9",
)  # fmt: skip
q.case([("x", 1)], [], 5, gives=["x"], claim="one list may be empty, and k larger than both")


def long_lists(n):
    """Five ids are wanted of two lists of n, without a common one."""
    return [(i, 2 * n - 2 * i) for i in range(n)], [(-i - 1, 2 * n - 2 * i) for i in range(n)], 5


@q.probe(gives="")
def five_ids_cost_the_same_in_longer_lists(f):
    """Five ids need about ten entries, however long the lists: nothing of the rest is read"""
    return cheap(f, ([(1, 3)], [(2, 4)], 2), [2, 1], long_lists, at_most=0.3)


### BEGIN HIDDEN TESTS
q.hidden()


def sorted_together(a, b, k):
    """Brute force: sort everything, then keep first occurrences."""
    ranked = sorted(a + b, key=lambda pair: -pair[1])  # sorted() keeps a before b
    return list(dict.fromkeys(name for name, _ in ranked))[:k]


def rankings(seed):
    draw = random.Random(seed)
    lists = []
    for most in (4, 5):
        ids = draw.sample("pqrstu", draw.randint(1, most))
        scores = sorted(draw.choices(range(5), k=len(ids)), reverse=True)
        lists.append(list(zip(ids, scores)))
    return *lists, draw.randint(1, 7)


DRAWN = [rankings(seed) for seed in range(8)]
BOTH = [([("x", 5)], [("z", 9), ("x", 9)], 2), ([("x", 5), ("y", 4)], [("w", 6), ("x", 6)], 3)]
TIED = [([("p", 1), ("q", 1)], [("r", 1), ("p", 1), ("s", 1)], k) for k in (1, 2, 3, 4, 9)]
TWICE = [([("a", 8), ("b", 6)], [("a", 7), ("b", 5), ("c", 4)], k) for k in (1, 2, 3)]
ENDS = [([], [], 3), ([], [("m", 2), ("n", 2)], 1)]


@q.probe(gives=each(sorted_together, *TIED))
def ties_go_to_the_first_list(f):
    """At equal scores all of a comes before all of b, each in its own order"""
    return each(f, *TIED)


@q.probe(gives=each(sorted_together, *BOTH))
def the_place_of_the_higher_score(f):
    """An id that is in both stands where its higher score stands, also where b has it"""
    return each(f, *BOTH)


@q.probe(gives=each(sorted_together, *TWICE))
def an_id_in_both_lists_counts_once(f):
    """An id that was returned already takes no second place, and uses up none of the k"""
    return each(f, *TWICE)


@q.probe(gives=each(sorted_together, *ENDS))
def empty_lists(f):
    """A list that is empty or used up leaves the rest of the other one"""
    return each(f, *ENDS)


q.case([("m", 2)], [("n", 1)], 0, gives=[], claim="k = 0 asks for nothing")


@q.probe(gives=each(sorted_together, *DRAWN))
def as_if_sorted_together(f):
    """The ids are those that one gets by sorting all entries"""
    return each(f, *DRAWN)


def all_of_them(n):
    return *long_lists(n)[:2], 2 * n


@q.probe(gives="")
def taking_all_is_linear(f):
    """With k as large as the lists, the work grows like k: `pop(0)` moves the whole rest, and `in`
    walks through a list"""
    return cheap(f, ([(1, 3)], [(2, 4)], 2), [2, 1], all_of_them)


@q.reference
def by_lazy_merge(a, b, k):
    found = {}
    if k:
        for name, _ in heapq.merge(a, b, key=lambda pair: -pair[1]):
            found[name] = None
            if len(found) == k:
                break
    return list(found)


def merged(a, b, k, first=lambda x, y: x[1] >= y[1], seen=True, rest=True):
    """The right answer, with parts to replace."""
    found, taken, i, j = [], set(), 0, 0
    while len(found) < k and (i < len(a) or j < len(b) if rest else i < len(a) and j < len(b)):
        if j == len(b) or (i < len(a) and first(a[i], b[j])):
            name, i = a[i][0], i + 1
        else:
            name, j = b[j][0], j + 1
        if not seen or name not in taken:
            found.append(name)
            taken.add(name)
    return found


@q.mistake("""At equal scores your merge takes b first: `>` where `>=` is meant. A stable merge
prefers the first list.""")
def tie_order_second_list_first(a, b, k):
    return merged(a, b, k, first=lambda x, y: x[1] > y[1])


@q.mistake("""Whole pairs are compared, so the id decides and the score only at equal ids. Compare
`a[i][1]` with `b[j][1]`.""")
def pairs_compared_by_id(a, b, k):
    return merged(a, b, k, first=lambda x, y: str(x[0]) >= str(y[0]))


@q.mistake("""An id that is in both lists is returned twice. Remember what you have returned; the
first time is the higher score.""")
def duplicates_returned_twice(a, b, k):
    return merged(a, b, k, seen=False)


@q.mistake("""Duplicates use up places: you take k entries and then drop the repeated ids, so fewer
than k are left. Count different ids while you merge.""")
def duplicates_use_up_places(a, b, k):
    return list(dict.fromkeys(merged(a, b, k, seen=False)))


@q.mistake("""When one list is used up you stop, and the rest of the other is lost. Go on until both
are used up or k is reached.""")
def rest_dropped(a, b, k):
    return merged(a, b, k, rest=False)


@q.mistake("""The ids are right, but you go through both lists to their ends (sorted, merged or
copied), for k ids of lists that are sorted already. Walk along both and stop at k.""")
def everything_sorted(a, b, k):
    return sorted_together(a, b, k)


@q.mistake("""`pop(0)` moves the whole rest of the list, and the copy that spares your argument
costs n as well. Keep an index for each list instead.""")
def list_pop_0(a, b, k):
    a, b, found = list(a), list(b), {}
    while (a or b) and len(found) < k:
        side = a if not b or (a and a[0][1] >= b[0][1]) else b
        found.setdefault(side.pop(0)[0])
    return list(found)


@q.mistake("""The ids are right, but "have I returned it already?" asks a list, and `in` walks
through it: k² for large k. Keep a set or a dict of them beside it.""")
def returned_ids_in_a_list(a, b, k):
    found, i, j = [], 0, 0
    while len(found) < k and (i < len(a) or j < len(b)):
        if j == len(b) or (i < len(a) and a[i][1] >= b[j][1]):
            name, i = a[i][0], i + 1
        else:
            name, j = b[j][0], j + 1
        if name not in found:
            found.append(name)
    return found


@q.mistake("""For k = 0 you return one id: the length is compared with k only after an id was taken.
Ask before.""")
def one_taken_before_asking(a, b, k):
    return merged(a, b, max(k, 1))


@q.mistake("""At equal scores an id that is in both lists stands where you first saw it, in a,
with its lower score. Its place is that of the higher score.""")
def ties_in_order_of_sight(a, b, k):
    best = {}
    for name, score in a[:k] + b[:k]:
        best[name] = max(score, best.get(name, score))
    return sorted(best, key=lambda name: -best[name])[:k]


@q.mistake("""The second list's score overwrites the first's where an id is in both, also where it
is lower. The higher one counts.""")
def later_score_overwrites(a, b, k):
    best = {**dict(a), **dict(b)}
    return sorted(best, key=lambda name: -best[name])[:k]


@q.variant
def by_two_iterators(a, b, k):
    sides, found = [iter(a), iter(b)], []
    heads = [next(side, None) for side in sides]
    taken = set()
    while len(found) < k and any(heads):
        scores = [head[1] if head else float("-inf") for head in heads]
        side = scores.index(max(scores))
        if not heads[side]:
            side = 1 - side
        name = heads[side][0]
        if name not in taken:
            taken.add(name)
            found.append(name)
        heads[side] = next(sides[side], None)
    return found


@q.variant
def by_prefixes(a, b, k):
    ranked = sorted(a[:k] + b[:k], key=lambda pair: pair[1], reverse=True)
    return tuple(dict.fromkeys(name for name, _ in ranked))[:k]


q.hints(
    """Write down which entry your merge takes at equal scores, what it does when one list ends, and
what when an id comes a second time.""",
    """a = [("p", 1)], b = [("p", 1), ("s", 1)], k = 2: the answer is p, s. And k = 2 of two lists
of a million must not read a million.""",
    """Two indices. As long as ids are missing and one list has entries: take from a if b is used up
or a's score is at least b's; remember the id in a dict; move that index.""",
)
q.why("""Invariant: everything before the two indices has been returned (or is a repetition), and
everything behind scores no more than what was returned last. So a pointer never has to step back,
and each step either returns an id or skips its second occurrence. An id has at most two entries,
so k ids are found after at most 2k steps, whatever the length of the lists. Even two prefixes of
k entries are enough: fewer than k ids of its own list stand before one of the best k.

The first occurrence carries the higher score because both lists fall: "keep the better one" needs
no comparison. The usual wrong answers are all at the seams: ties, the end of one list,
duplicates.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Sliding window: a rate limiter (4 points, 18 minutes, medium)
#
# *Invariant question: when the right edge moves to t, what exactly is in the window, and what must
# leave?*
#
# Requests come at times in milliseconds, ascending, several may come in the same one.
# `admitted(times_ms, limit, window_ms)` returns a list of bools: whether each is admitted. A
# request at t is admitted if **fewer than `limit`** requests were admitted in the window
# `(t−window_ms, t]`: one that was admitted exactly `window_ms` ago is outside; one earlier in the
# list at the same time t is inside. **Requests that were refused do not count.** `limit` and
# `window_ms` are at least 1.
#
# The work must grow in proportion to the number of requests, whatever the limit is.
#
# **Example.** `admitted([0, 10, 20, 100, 105, 110], 2, 100)` is
# `[True, True, False, True, False, True]`: at 100 the request of 0 is outside, at 105 those of 10
# and 100 are inside, at 110 only that of 100.


# %% nbgrader={"grade_id": "admitted", "solution": true}
def admitted(times_ms, limit, window_ms):
    """Which requests a limit on every window lets through.

    Args:
        times_ms: list of integers, ascending, may repeat.
        limit: integer >= 1. Admitted requests per window.
        window_ms: integer >= 1.

    Returns:
        list of bools, one a request.
    """
    ### BEGIN SOLUTION
    inside, answers = deque(), []
    for now in times_ms:
        while inside and inside[0] <= now - window_ms:
            inside.popleft()
        answers.append(len(inside) < limit)
        if answers[-1]:
            inside.append(now)
    return answers
    ### END SOLUTION


# %% nbgrader={"grade_id": "admitted_never_exceeds_the_limit_in_any_window", "grade": true}
"""No window holds more admitted requests than the limit, and none is refused without need."""
q = Question(admitted, points=4)
q.case(
    [0, 10, 20, 100, 105, 110], 2, 100,
    gives=[True, True, False, True, False, True],
    claim="at 100 the request of 0 has left; at 105 those of 10 and 100 are inside",
)  # fmt: skip
q.case([], 3, 10, gives=[], claim="no request, no answer")


def steady_stream(n):
    """A request each millisecond, three admitted in ten."""
    return list(range(n)), 3, 10


@q.probe(gives="")
def each_request_is_looked_at_once_or_twice(f):
    """The work grows like n: a request enters the window once and leaves it once"""
    return cheap(f, ([0, 1, 2], 2, 2), [True, True, True], steady_stream)


### BEGIN HIDDEN TESTS
q.hidden()


def counted_anew(times_ms, limit, window_ms):
    """Brute force: for each request, count those that were admitted before."""
    answers = []
    for i, now in enumerate(times_ms):
        inside = [t for t, ok in zip(times_ms[:i], answers) if ok and t > now - window_ms]
        answers.append(len(inside) < limit)
    return answers


def requests(seed):
    draw = random.Random(seed)
    times = sorted(draw.randint(0, 12) for _ in range(draw.randint(1, 9)))
    return times, draw.randint(1, 3), draw.randint(1, 5)


EDGES = [([0, 4], 1, 4), ([0, 4], 1, 5), ([3, 3, 3], 2, 1), ([0, 4, 5, 9, 10], 1, 5)]
REFUSED = [([0, 3, 6, 9, 12], 1, 5), ([0, 1, 2, 3, 4, 5, 6], 2, 5)]
BURST = [([0, 1, 2, 20, 21, 22, 23], 3, 10), ([7, 8, 9, 10, 11, 12, 13], 3, 4)]
RANDOM = [requests(seed) for seed in range(12)]


@q.probe(gives=each(counted_anew, *EDGES))
def the_edge_of_the_window(f):
    """Exactly window_ms ago is outside, less is inside, and the same millisecond is inside"""
    return each(f, *EDGES)


@q.probe(gives=each(counted_anew, *REFUSED))
def refused_requests_take_no_place(f):
    """A refused request leaves no trace: a client that keeps knocking is let in again"""
    return each(f, *REFUSED)


@q.probe(gives=each(counted_anew, *BURST))
def several_leave_at_once(f):
    """After a pause several requests leave the window at once, and all of them must go"""
    return each(f, *BURST)


@q.probe(gives=each(counted_anew, *RANDOM))
def as_counted_anew(f):
    """The answers are those that one gets by counting each window anew"""
    return each(f, *RANDOM)


def wide_window(n):
    """The window holds n / 2 requests, and one leaves at each step."""
    return list(range(n)), n, n // 2


@q.probe(gives="")
def a_high_limit_costs_no_more(f):
    """A window of n / 2 requests costs no more a step: `pop(0)` on a list moves all the others"""
    return cheap(f, ([0, 1, 2], 2, 2), [True, True, True], wide_window)


@q.reference
def by_the_one_limit_before(times_ms, limit, window_ms):
    kept, answers = [], []
    for now in times_ms:
        answers.append(len(kept) < limit or kept[-limit] <= now - window_ms)
        kept += [now] * answers[-1]
    return answers


def limiter(times_ms, limit, window_ms, leave, count=lambda ok: ok, room=lambda n, m: n < m):
    """The right answer, with parts to replace."""
    inside, answers = deque(), []
    for now in times_ms:
        leave(inside, now - window_ms)
        answers.append(room(len(inside), limit))
        if count(answers[-1]):
            inside.append(now)
    return answers


def leave_on_time(inside, edge):
    while inside and inside[0] <= edge:
        inside.popleft()


@q.mistake("""A request that was admitted exactly window_ms ago still counts. The window is open on
the left, (t − window, t]: it leaves when its time is *at most* t − window.""")
def off_by_one_window(times_ms, limit, window_ms):
    def leave(inside, edge):
        while inside and inside[0] < edge:
            inside.popleft()

    return limiter(times_ms, limit, window_ms, leave)


@q.mistake("""One too many gets in: with `limit` inside the window is full. Ask for *fewer than*
limit before you let the next one in.""")
def one_too_many(times_ms, limit, window_ms):
    return limiter(times_ms, limit, window_ms, leave_on_time, room=lambda n, m: n <= m)


@q.mistake("""Refused requests count too, so a client that keeps asking is never let in again. Only
put what was admitted into the window.""")
def refused_count_too(times_ms, limit, window_ms):
    return limiter(times_ms, limit, window_ms, leave_on_time, count=lambda ok: True)


@q.mistake("""The counter starts anew at each multiple of window_ms: at such a border twice the
limit gets through within one window. The window must slide with the request.""")
def fixed_windows(times_ms, limit, window_ms):
    used, answers = Counter(), []
    for now in times_ms:
        answers.append(used[now // window_ms] < limit)
        used[now // window_ms] += answers[-1]
    return answers


@q.mistake("""Your window starts with a request and ends before the next one starts: at that border
twice the limit gets through within one window. Each request has a window of its own, the last
window_ms before it.""")
def window_starts_with_a_request(times_ms, limit, window_ms):
    start, used, answers = None, 0, []
    for now in times_ms:
        if start is None or now - start >= window_ms:
            start, used = now, 0
        answers.append(used < limit)
        used += answers[-1]
    return answers


@q.mistake("""The answers are right, but `pop(0)` on a list moves all that are left in the window:
with a high limit that is n steps a request. A deque's popleft() moves nothing; nor does an
index.""")
def list_pop_0(times_ms, limit, window_ms):
    inside, answers = [], []
    for now in times_ms:
        while inside and inside[0] <= now - window_ms:
            inside.pop(0)
        answers.append(len(inside) < limit)
        inside += [now] * answers[-1]
    return answers


@q.mistake("""The answers are right, but you look through all that was ever admitted at each
request. Drop what has left the window, once.""")
def history_searched_each_time(times_ms, limit, window_ms):
    kept, answers = [], []
    for now in times_ms:
        answers.append(sum(t > now - window_ms for t in kept) < limit)
        kept += [now] * answers[-1]
    return answers


@q.mistake("""That is a token bucket: permits come back evenly over time, here as soon as one part
of the window has passed. The question's rule gives a place back when its request leaves the
window.""")
def token_bucket(times_ms, limit, window_ms):
    permits, last, answers = limit * window_ms, times_ms[0] if times_ms else 0, []
    for now in times_ms:
        permits, last = min(limit * window_ms, permits + limit * (now - last)), now
        answers.append(permits >= window_ms)
        permits -= window_ms * answers[-1]
    return answers


@q.variant
def with_an_index_for_the_left_edge(times_ms, limit, window_ms):
    kept, left, answers = [], 0, [False] * len(times_ms)
    for i, now in enumerate(times_ms):
        while left < len(kept) and kept[left] + window_ms <= now:
            left += 1
        if len(kept) - left < limit:
            kept.append(now)
            answers[i] = True
    return answers


@q.variant
def one_leaves_a_step(times_ms, limit, window_ms):
    def leave(inside, edge):
        if inside and inside[0] <= edge:
            inside.popleft()

    return limiter(times_ms, limit, window_ms, leave)


@q.variant
def by_bisection(times_ms, limit, window_ms):
    kept, answers = [], []
    for now in times_ms:
        old = bisect.bisect_right(kept, now - window_ms)
        if ok := len(kept) - old < limit:
            kept.append(now)
        answers.append(ok)
    return tuple(answers)


q.hints(
    """Draw the window as (t − window, t] and ask of each stored time: inside or outside? Then ask
who is stored at all.""",
    """Times 0 and 4, limit 1: with a window of 4 both are admitted, with 5 only the first. Times 0,
3, 6 with a window of 5: the third is admitted, for the second was refused.""",
    """A deque of admitted times. First remove from the left *while* the oldest is ≤ t − window,
then compare the length with the limit, then store t only if it is admitted.""",
)
q.why("""Invariant: after the removals the deque holds exactly the admitted times in (t − window,
t], oldest first. Each request enters at most once and leaves at most once, so n requests cost at
most 2n moves although one step may remove many: that is the amortised argument, and it is what
you say aloud.

The reference is shorter still: a request may enter if the admitted one `limit` places before it
is old enough. (For the same reason `if` in the place of `while` gives the same answers here: if
anything is too old, one that leaves is room enough. It stops being right once you report the
*count* in the window.) That needs the limit-th last only, so a ring of `limit` numbers will do:
the memory that you promise when the interviewer asks for a million clients.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Stack: where a configuration breaks (3 points, 15 minutes, easy)
#
# *Invariant question: which of the things that are still open can be closed next?*
#
# `first_unmatched(text)` looks at the brackets `()`, `[]` and `{}` of a configuration, from left to
# right, and returns the place (from 0) of the first that is wrong:
#
# - a closing bracket that does not close the one opened last among those still open (or there is
#   none): its place;
# - else, if brackets are still open at the end: the place of the **leftmost** of these;
# - else −1, also for empty text.
#
# What stands between two double quotes is a value: brackets in it do not count. Quotes come in
# pairs. The work must grow in proportion to the text, however deep it is nested: a depth of 100 000
# must work.
#
# **Example.** `first_unmatched('{"a(": [1, 2}')` is 12, the `}`; `first_unmatched("([]")` is 0.


# %% nbgrader={"grade_id": "first_unmatched", "solution": true}
def first_unmatched(text):
    """The place of the first wrong bracket.

    Args:
        text: str. Double quotes come in pairs.

    Returns:
        integer place, or -1 where all brackets match.
    """
    ### BEGIN SOLUTION
    opening = {")": "(", "]": "[", "}": "{"}
    still_open, quoted = [], False
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "([{":
            still_open.append((letter, place))
        elif letter in ")]}":
            if not still_open or still_open.pop()[0] != opening[letter]:
                return place
    return still_open[0][1] if still_open else -1
    ### END SOLUTION


# %% nbgrader={"grade_id": "first_unmatched_is_the_first_wrong_bracket", "grade": true}
"""The first bracket that is wrong is found, however deep it lies."""
q = Question(first_unmatched, points=3)
q.case(
    '{"a(": [1, 2}', gives=12, claim="the } is wrong, for the [ was opened last; the ( is in quotes"
)
q.case("([]", gives=0, claim="of what is left open at the end, the leftmost is the answer")
q.case("f(x)[0]{}", gives=-1, claim="matched brackets side by side are fine")


def nested(n):
    return ("(" * (n // 2) + ")" * (n // 2),)


@q.probe(gives="")
def depth_costs_no_more(f):
    """The work grows like the text, also where it is nested as deep as it can be"""
    return cheap(f, ("[()",), 0, nested)


### BEGIN HIDDEN TESTS
q.hidden()


def by_cancelling(text):
    """Brute force: cancel neighbours that match until nothing changes."""
    kept = [(place, letter) for place, letter in enumerate(text) if letter in '()[]{}"']
    while '"' in (letters := [letter for _, letter in kept]):
        first = letters.index('"')
        second = letters.index('"', first + 1)
        del kept[first : second + 1]
    i = 0
    while i + 1 < len(kept):
        if kept[i][1] + kept[i + 1][1] in ("()", "[]", "{}"):
            del kept[i : i + 2]
            i = 0
        else:
            i += 1
    closing = [place for place, letter in kept if letter in ")]}"]
    return closing[0] if closing else kept[0][0] if kept else -1


def brackets(seed):
    draw = random.Random(seed)
    text = "".join(draw.choices("()()[]{}x", k=draw.randint(2, 8)))
    return (text + '"' + draw.choice("([)") + '"' + draw.choice("([)]") * draw.randint(0, 1),)


KINDS = [("([)]",), ("(]",), ("{[}",), ("[(])",), ("][",)]
OPEN = [("(((",), ("()[({})",), ("[{",), ("([]{",), ("",), ("no brackets",)]
EARLY = [(")",), ("())(",), ("]",), ("()}",)]
QUOTED = [('("(")',), ('["]"',), ('"(" "["',), ('{")"}}',)]
TEXTS = [brackets(seed) for seed in range(14)]


@q.probe(gives=each(by_cancelling, *KINDS))
def kinds_must_match(f):
    """A bracket is closed by its own kind, and the one opened last is closed first"""
    return each(f, *KINDS)


@q.probe(gives=each(by_cancelling, *OPEN))
def left_open_at_the_end(f):
    """What is still open at the end is wrong: the leftmost of it is the answer"""
    return each(f, *OPEN)


@q.probe(gives=each(by_cancelling, *EARLY))
def closed_before_it_is_opened(f):
    """A closing bracket with nothing open is wrong, and no reason to raise"""
    return each(f, *EARLY)


@q.probe(gives=each(by_cancelling, *QUOTED))
def brackets_in_quotes(f):
    """Between two quotes nothing counts"""
    return each(f, *QUOTED)


@q.probe(gives=each(by_cancelling, *TEXTS))
def as_by_cancelling(f):
    """The place is the one that is left after cancelling all pairs by hand"""
    return each(f, *TEXTS)


@q.probe(gives=[-1, 9_001])
def very_deep(f):
    """9000 brackets deep: Python's own stack ends at a few thousand calls"""
    return [f("[" * 9_000 + "]" * 9_000), f("[(" + "[" * 8_999 + ")")]


def side_by_side(n):
    return ("()" * (n // 2),)


@q.probe(gives="")
def many_short_pairs(f):
    """The work grows like the text: `text[1:]` and `text + c` copy all of it each time"""
    return cheap(f, ("[()",), 0, side_by_side)


@q.reference
def by_expected_closers(text):
    closer, waiting = {"(": ")", "[": "]", "{": "}"}, []
    for found in re.finditer(r'"[^"]*"|[()\[\]{}]', text):
        bracket = found.group()
        if bracket in closer:
            waiting.append((closer[bracket], found.start()))
        elif bracket[0] != '"' and (not waiting or waiting.pop()[0] != bracket):
            return found.start()
    return waiting[0][1] if waiting else -1


PARTNER = {")": "(", "]": "[", "}": "{"}


def scan(text, quotes=True, end=lambda left: left[0][1] if left else -1, kinds=True, guard=True):
    """The right answer, with parts to replace."""
    left, quoted = [], False
    for place, letter in enumerate(text):
        quoted ^= quotes and letter == '"'
        if quoted:
            continue
        if letter in "([{":
            left.append((letter, place))
        elif letter in ")]}":
            if guard and not left:
                return place
            if left.pop()[0] != PARTNER[letter] and kinds:
                return place
    return end(left)


@q.mistake("""You report the bracket opened last among those left open. The one that has waited
longest is asked for: the bottom of the stack, not its top.""")
def innermost_reported(text):
    return scan(text, end=lambda left: left[-1][1] if left else -1)


@q.mistake("""Where two brackets do not match you report the opening one. It could still be
closed; the closing one is wrong.""")
def opening_bracket_reported(text):
    left, quoted = [], False
    for place, letter in enumerate(text):
        quoted ^= letter == '"'
        if quoted:
            continue
        if letter in "([{":
            left.append((letter, place))
        elif letter in PARTNER:
            if not left:
                return place
            other, where = left.pop()
            if other != PARTNER[letter]:
                return where
    return left[0][1] if left else -1


@q.mistake("""At the end brackets are still open, and you say that all is well. Look at what is left
on the stack.""")
def leftovers_forgotten(text):
    return scan(text, end=lambda left: -1)


@q.mistake("""A closing bracket with nothing open pops from an empty stack, and Python raises. Ask
first whether anything is open.""")
def empty_stack_popped(text):
    return scan(text, guard=False)


@q.mistake("""Any closing bracket closes any opening one: "(]" passes. Compare the kinds.""")
def kinds_ignored(text):
    return scan(text, kinds=False)


@q.mistake("""Brackets in quotes are counted. What stands between two quotes is a value.""")
def quotes_ignored(text):
    return scan(text, quotes=False)


@q.mistake("""You count each kind on its own, so "([)]" passes: numbers agree, nesting does not. The
order of what is open must be kept: a stack.""")
def kinds_counted_apart(text):
    left, quoted = {kind: [] for kind in "([{"}, False
    for place, letter in enumerate(text):
        quoted ^= letter == '"'
        if quoted:
            continue
        if letter in left:
            left[letter].append(place)
        elif letter in PARTNER:
            if not left[PARTNER[letter]]:
                return place
            left[PARTNER[letter]].pop()
    return min((places[0] for places in left.values() if places), default=-1)


@q.mistake("""A function that calls itself at each bracket ends at a depth of about a thousand
(RecursionError). Keep your own stack: a list has no such limit.""")
def recursion_depth(text):
    marks = [(m.start(), m.group()) for m in re.finditer(r'"[^"]*"|[()\[\]{}]', text)]
    marks = [mark for mark in marks if mark[1][0] != '"']

    def inside(i):
        """Read to the bracket that closes this level: (its number, wrong place or None)."""
        while i < len(marks) and marks[i][1] in "([{":
            start, kind = marks[i]
            i, wrong = inside(i + 1)
            if wrong is not None:
                return i, wrong
            if i == len(marks):
                opened.append(start)
                return i, None
            if PARTNER[marks[i][1]] != kind:
                return i, marks[i][0]
            i += 1
        return i, None

    opened = []
    i, wrong = inside(0)
    if wrong is not None:
        return wrong
    return marks[i][0] if i < len(marks) else min(opened, default=-1)


@q.mistake("""The stack is a text: `stack += letter` and `stack[:-1]` copy it each time, so a deep
configuration costs n². Use a list: append and pop.""")
def stack_in_a_text(text):
    stack, places, quoted = "", [], False
    for place, letter in enumerate(text):
        quoted ^= letter == '"'
        if quoted:
            continue
        if letter in "([{":
            stack += letter
            places.append(place)
        elif letter in ")]}":
            if not stack or stack[-1] != PARTNER[letter]:
                return place
            stack = stack[:-1]
            places.pop()
    return places[0] if places else -1


@q.mistake("""`text = text[1:]` copies the rest at each letter: n² for a loop that looks linear. Go
along with enumerate.""")
def text_cut_from_the_front(text):
    left, quoted, place = [], False, 0
    while text:
        letter, text = text[0], text[1:]
        quoted ^= letter == '"'
        if not quoted and letter in "([{":
            left.append((letter, place))
        elif not quoted and letter in ")]}":
            if not left or left.pop()[0] != PARTNER[letter]:
                return place
        place += 1
    return left[0][1] if left else -1


@q.variant
def without_quoted_parts(text):
    bare = re.sub(r'"[^"]*"', lambda found: " " * len(found.group()), text)
    left = deque()
    for place in range(len(bare)):
        letter = bare[place]
        if letter in ("(", "[", "{"):
            left.append(place)
        elif letter in (")", "]", "}"):
            if len(left) == 0:
                return place
            if bare[left[-1]] + letter not in ("()", "[]", "{}"):
                return place
            left.pop()
    return left.popleft() if left else -1


@q.variant
def with_numbers_for_kinds(text):
    kinds, stack, places, quoted = "([{)]}", [], [], 0
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = 1 - quoted
        kind = kinds.find(letter) if not quoted else -1
        if 0 <= kind < 3:
            stack, places = stack, places
            stack.append(kind)
            places.append(place)
        elif kind >= 3:
            if not stack or stack[-1] != kind - 3:
                return place
            del stack[-1], places[-1]
    return next(iter(places), -1)


q.hints(
    """What is open forms an order. Which of the open brackets may be closed next, and what do you
know of the others?""",
    """"([)]" gives 2, "(" gives 0, ")" gives 0, "((" gives 0, and '["]"' gives 0.""",
    """A list of (kind, place). Opening: append. Closing: nothing there, or another kind on top, is
the answer. At the end: the place at the bottom, or −1.""",
)
q.why("""Invariant: the list holds exactly the brackets that are open, in the order in which they
were opened; only the last one may be closed next. Each bracket is pushed once and popped once, so
the work is linear even where one closing bracket follows a thousand opening ones.

A count of each kind forgets the order, recursion borrows Python's stack (which ends at a few
thousand frames), and a text for a stack is copied at each change. The list is all that is
needed.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Binary search: the largest batch that fits (3 points, 12 minutes, easy)
#
# *Invariant question: what is known of everything left of `lo`, and of everything from `hi` on?*
#
# `fits(batch)` starts a job with that batch size and returns True if it does not run out of
# memory. Each call takes minutes. If a batch fits, every smaller one fits. `fits` may be called
# for 1 to `limit` only. `largest_batch(fits, limit)` returns the largest batch from 1 to `limit`
# that fits, or 0 if none does (also for a limit of 0, without a call).
#
# **At most ⌈log₂ limit⌉ + 1 calls.** More than 64 calls raise an error.
#
# **Example.** If memory holds 11 sequences, `largest_batch(fits, 16)` is 11, after at most 5 calls;
# if it holds 40, the answer is 16; if it holds none, 0.


# %% nbgrader={"grade_id": "largest_batch", "solution": true}
def largest_batch(fits, limit):
    """The largest batch that fits, by few calls.

    Args:
        fits: from an integer 1 to limit to bool; once False, False for all larger ones.
        limit: integer >= 0.

    Returns:
        integer from 0 (none fits) to limit.
    """
    ### BEGIN SOLUTION
    lo, hi = 0, limit + 1  # lo fits (or is 0), hi does not (or is never asked)
    while hi - lo > 1:
        middle = (lo + hi) // 2
        if fits(middle):
            lo = middle
        else:
            hi = middle
    return lo
    ### END SOLUTION


# %% nbgrader={"grade_id": "largest_batch_asks_a_logarithm_of_times", "grade": true}
"""The border is found, by a logarithm of calls, all of them allowed."""
q = Question(largest_batch, points=3)


def memory(holds, limit):
    """A fits() that remembers what it was asked, and loses patience after 64 calls."""
    asked = []

    def fits(batch):
        asked.append(batch)
        if len(asked) > 64:
            raise RuntimeError(f"called 65 times, last for {asked[-3:]}: the loop does not end")
        return batch <= min(holds, limit)

    return fits, asked


def found(f, *pairs):
    """What f finds for pairs of what memory holds and the limit."""
    return {
        f"memory for {holds}, limit {limit}": f(memory(holds, limit)[0], limit)
        for holds, limit in pairs
    }


def misused(f, limits):
    """Calls that are too many or not allowed, over all memories up to each limit."""
    for limit in limits:
        for holds in range(limit + 2):
            fits, asked = memory(holds, limit)
            f(fits, limit)
            if outside := [batch for batch in asked if batch not in range(1, limit + 1)]:
                return f"with a limit of {limit} it was called for {outside[0]}"
            if len(asked) > (limit - 1).bit_length() + 1:
                return f"with a limit of {limit}, {len(asked)} calls were made: {asked[:12]}"
    return ""


@q.probe(gives="")
def few_calls_for_sixteen(f):
    """With a limit of 16 five calls are enough, each for a whole number from 1 to 16"""
    return misused(f, [16])


@q.probe(gives={"memory for 11, limit 16": 11, "memory for 40, limit 16": 16,
                "memory for 0, limit 16": 0})  # fmt: skip
def the_examples(f):
    """The statement's examples"""
    return found(f, (11, 16), (40, 16), (0, 16))


### BEGIN HIDDEN TESTS
q.hidden()
SMALL = [(holds, limit) for limit in range(1, 6) for holds in range(limit + 1)]


@q.probe(gives={f"memory for {h}, limit {n}": min(h, n) for h, n in SMALL})
def every_small_case(f):
    """Every limit from 1 to 5, every border: none fits, one fits, all fit"""
    return found(f, *SMALL)


@q.probe(gives={"memory for 7, limit 0": 0})
def nothing_to_try(f):
    """With a limit of 0 there is nothing to try"""
    return found(f, (7, 0))


@q.probe(gives="")
def few_calls_for_any_limit(f):
    """At most ⌈log₂ limit⌉ + 1 calls, each from 1 to the limit, and none if that is 0"""
    return misused(f, [0, 1, 2, 3, 4, 7, 8, 13])


@q.probe(gives={"memory for 123456789, limit 1000000000": 123456789})
def a_limit_of_a_billion(f):
    """A billion batches need thirty calls"""
    return found(f, (123_456_789, 10**9))


@q.reference
def bit_by_bit(fits, limit):
    best = 0
    for step in reversed([1 << bit for bit in range(limit.bit_length())]):
        if best + step <= limit and fits(best + step):
            best += step
    return best


@q.mistake("""The loop never ends: with lo and hi side by side the middle is lo again, and `lo =
middle` changes nothing. Round up, or stop when hi − lo is 1.""")
def binary_search_overflow_loop(fits, limit):
    lo, hi = 0, limit
    while lo < hi:
        middle = (lo + hi) // 2
        if fits(middle):
            lo = middle
        else:
            hi = middle - 1
    return lo


@q.mistake("""You ask one batch after the other: as many calls as the answer is large. "Fits"
changes once from True to False, so each call can rule out half.""")
def one_by_one(fits, limit):
    best = 0
    while best < limit and fits(best + 1):
        best += 1
    return best


@q.mistake("""You return the first batch that does *not* fit (or one beyond the limit). The answer
is the one before it.""")
def first_that_does_not_fit(fits, limit):
    return bit_by_bit(fits, limit) + 1


@q.mistake("""The limit itself is never tried: with hi = limit taken as "does not fit", the answer
stays below it. Start with hi = limit + 1, or search from lo to hi inclusive.""")
def limit_never_tried(fits, limit):
    return bit_by_bit(fits, limit - 1) if limit else 0


@q.mistake("""You take for granted that a batch of 1 fits. Where none fits the answer is 0, so 0 is
where lo must start.""")
def one_taken_for_granted(fits, limit):
    lo, hi = 1, limit + 1
    while hi - lo > 1:
        middle = (lo + hi) // 2
        lo, hi = (middle, hi) if fits(middle) else (lo, middle)
    return lo if limit else 0


@q.mistake("""fits is called for 0, which is no batch. Whatever stands for "none" is known without a
call.""")
def zero_asked(fits, limit):
    lo, hi = -1, limit + 1
    while hi - lo > 1:
        middle = (lo + hi) // 2
        lo, hi = (middle, hi) if fits(middle) else (lo, middle)
    return max(lo, 0)


@q.mistake("""With a limit of 0 you still call fits, for a batch that is not allowed. There is
nothing to try: return 0 at once, or start the search at 0.""")
def asked_where_nothing_is_allowed(fits, limit):
    lo, hi = 1, limit
    while lo < hi:
        middle = (lo + hi + 1) // 2
        lo, hi = (middle, hi) if fits(middle) else (lo, middle - 1)
    return lo if fits(lo) else 0


@q.mistake("""Doubling runs past the limit: fits is called for a batch that is not allowed. Cap it
at the limit.""")
def doubled_past_the_limit(fits, limit):
    hi = 1
    while hi <= 2 * limit and fits(hi):
        hi *= 2
    lo = hi // 2
    while hi - lo > 1:
        middle = (lo + hi) // 2
        lo, hi = (middle, hi) if fits(middle) else (lo, middle)
    return min(lo, limit)


@q.mistake("""Only powers of two are tried: doubling brackets the answer between two of them, and
the search between these is missing.""")
def powers_of_two_only(fits, limit):
    best = 0
    while (best * 2 or 1) <= limit and fits(best * 2 or 1):
        best = best * 2 or 1
    return best


@q.mistake("""Two calls a round, one for the middle and one for its neighbour: twice as many as
needed. One call tells which half to keep.""")
def two_calls_a_round(fits, limit):
    lo, hi = 0, limit
    while lo < hi:
        middle = (lo + hi + 1) // 2
        if fits(middle) and (middle == limit or not fits(middle + 1)):
            return middle
        lo, hi = (middle, hi) if fits(middle) else (lo, middle - 1)
    return lo


@q.variant
def by_the_library(fits, limit):
    return bisect.bisect_left(range(1, limit + 1), True, key=lambda batch: not fits(batch))


@q.variant
def recursive_with_both_ends(fits, limit):
    def between(low, high):
        if low == high:
            return low
        middle = high - (high - low) // 2
        return between(middle, high) if fits(middle) else between(low, middle - 1)

    return between(0, limit)


q.hints(
    """Say what is known of lo and of hi before the loop and after each round. Is it still true when
they stand side by side, and does the loop stop there?""",
    """limit = 1: if 1 fits the answer is 1, else 0, with one call. limit = 2 and memory for 1 is
where loops hang.""",
    """lo = 0 "fits", hi = limit + 1 "does not"; while hi − lo > 1: ask the middle and move the
end of which you have just learned the same. Return lo.""",
)
q.why("""Write the invariant beside the variables: *lo fits (0 stands for none), hi does not*. The
middle lies strictly between them, so the loop moves one end each time and ends with hi = lo + 1,
and lo is the answer. All off-by-one slips are broken invariants: hi = limit says of an untried
batch that it does not fit, lo = 1 says of an untried one that it does, and `lo = middle` with a
middle that is rounded down to lo moves nothing.

There are limit + 1 possible answers and a call tells one of two things, so no method can do with
fewer than ⌈log₂(limit + 1)⌉ calls in the worst case. In languages with fixed integers write lo +
(hi − lo) / 2; in Python the sum cannot overflow.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. Linked list: which embedding rows stay (5 points, 25 minutes, medium)
#
# *Invariant question: which neighbours change when one node moves, and in which order do I write
# them?*
#
# A GPU holds `capacity` embedding rows (at least 1). `RowCache(capacity)` decides which stay: those
# **read most recently**. Two methods:
#
# - `read(ids)` reads rows one after the other, and returns a list of bools: whether each was in
#   the cache at that moment. A row that was not is brought in; if the cache is full, the row that
#   has not been read for the longest time leaves first. An id may occur several times in `ids`.
# - `order()` returns the ids in the cache, the one read last first. It reads nothing.
#
# A read must cost the same however large the cache is. Two caches share nothing. Any structure
# that keeps these promises is fine; in an interview you will be asked for the doubly linked list,
# so write that at least once.
#
# **Example.** With `cache = RowCache(2)`: `cache.read([7, 8, 7, 9])` is
# `[False, False, True, False]`, and `cache.order()` is `[9, 7]`: row 8 has left.


# %% nbgrader={"grade_id": "rowcache", "solution": true}
class RowCache:
    """Keeps the rows that were read most recently.

    Args:
        capacity: integer >= 1. Rows that it holds.
    """

    def __init__(self, capacity):
        ### BEGIN SOLUTION
        self.capacity = capacity
        self.newer, self.older = {}, {}  # each id's neighbours
        self.end = object()  # stands between the newest and the oldest
        self.newer[self.end] = self.older[self.end] = self.end
        ### END SOLUTION

    def read(self, ids):
        """Whether each row was in the cache; brings it in or to the front."""
        ### BEGIN SOLUTION
        return [self._read(row) for row in ids]
        ### END SOLUTION

    def order(self):
        """The ids in the cache, the one read last first."""
        ### BEGIN SOLUTION
        found, row = [], self.older[self.end]
        while row is not self.end:
            found.append(row)
            row = self.older[row]
        return found

    def _read(self, row):
        hit = row in self.older
        if hit:
            self._unlink(row)
        elif len(self.older) > self.capacity:
            self._unlink(self.newer[self.end])
        first = self.older[self.end]  # four links for a node between end and first
        self.newer[row], self.older[row] = self.end, first
        self.older[self.end] = self.newer[first] = row
        return hit

    def _unlink(self, row):
        newer, older = self.newer.pop(row), self.older.pop(row)
        self.older[newer], self.newer[older] = older, newer

    ### END SOLUTION


# %% nbgrader={"grade_id": "rowcache_keeps_what_was_read_last", "grade": true}
"""The cache holds the rows read last, in order, at a cost that does not depend on its size."""
q = Question(RowCache, points=5)


def now(result):
    """A result as it is now: what comes one by one is read at once."""
    return result if result is None else list(result)


def story(f, capacity, *batches):
    """The hits of each batch, and the order after it."""
    cache = f(capacity)
    return [[now(cache.read(list(batch))), now(cache.order())] for batch in batches]


@q.probe(gives=[[[False, False, True, False], [9, 7]]])
def the_example(f):
    """Capacity 2, read 7 8 7 9: the second 7 is a hit and makes 8 the oldest"""
    return story(f, 2, [7, 8, 7, 9])


@q.probe(gives=[[False], [3], []])
def two_caches(f):
    """Two caches share nothing: a dict in the class body would be one for all"""
    one, other = f(2), f(2)
    return [one.read([3]), one.order(), other.order()]


def hits_only(n):
    """Fill the cache, then read the oldest row again and again."""
    return list(range(n)) * 3


def misses_only(n):
    """Each row is new, so that one leaves at each read once the cache is full."""
    return list(range(3 * n))


def per_read(f, ids):
    """Nothing where reading ids(n) with a capacity of n costs in proportion to n."""
    steps = [work(f(n).read, ids(n)) for n in (10, 60)]
    return "" if steps[1] < 6**1.4 * steps[0] else "n reads cost about n^2"


@q.probe(gives=[[[False], [1]], ""])
def a_hit_costs_the_same_in_a_large_cache(f):
    """Finding a row and moving it to the front costs the same, however many there are"""
    return [story(f, 1, [1])[0], per_read(f, hits_only)]


### BEGIN HIDDEN TESTS
q.hidden()


class Scan:
    """Brute force: the last time of each row is looked for in the whole history."""

    def __init__(self, capacity):
        self.capacity, self.history = capacity, []

    def order(self):
        return list(dict.fromkeys(reversed(self.history)))[: self.capacity]

    def read(self, ids):
        hits = []
        for row in ids:
            hits.append(row in self.order())
            self.history.append(row)
        return hits


def batches(seed):
    draw = random.Random(seed)
    sizes = [draw.randint(0, 7) for _ in range(3)]
    return draw.randint(1, 4), *[draw.choices(range(6), k=size) for size in sizes]


def stories(f, *told):
    return {f"RowCache({c}), reads {', '.join(map(repr, b))}": story(f, c, *b) for c, *b in told}


FULL = [(3, [1, 2, 3], [1], [4], [2]), (1, [5, 5, 6], [5]), (2, [1, 2], [2, 2, 3], [1])]
LARGE = [(9, [1, 2, 3], [3, 1]), (3, [], [4])]
OFTEN = [(2, [1, 1, 1, 2, 3], [1]), (3, [1, 2, 3, 3, 2, 4], [1, 2])]
DRAWN = [batches(seed) for seed in range(10)]


@q.probe(gives=stories(Scan, *FULL))
def the_oldest_read_leaves(f):
    """Of a full cache the row that was not read for the longest time leaves, on a miss only"""
    return stories(f, *FULL)


@q.probe(gives=stories(Scan, *OFTEN))
def how_often_does_not_matter(f):
    """It matters when a row was read last, not how often, nor when it came in"""
    return stories(f, *OFTEN)


@q.probe(gives=stories(Scan, *LARGE))
def nothing_leaves_early(f):
    """Nothing leaves before the cache is full, and reading nothing changes nothing"""
    return stories(f, *LARGE)


@q.probe(gives=stories(Scan, *DRAWN))
def as_in_the_whole_history(f):
    """Hits and order are those that the whole history of reads gives"""
    return stories(f, *DRAWN)


@q.probe(gives=[[[False], [1]], ""])
def a_miss_costs_the_same_in_a_large_cache(f):
    """Finding the row that must leave costs the same, however many there are"""
    return [story(f, 1, [1])[0], per_read(f, misses_only)]


@q.reference
class by_ordered_dict:
    def __init__(self, capacity):
        self.capacity, self.rows = capacity, OrderedDict()

    def read(self, ids):
        return [self._one(row) for row in ids]

    def _one(self, row):
        hit = row in self.rows
        if not hit and len(self.rows) == self.capacity:
            self._leave()
        self.rows[row] = None
        self.rows.move_to_end(row)
        return hit

    def _leave(self):
        self.rows.popitem(last=False)

    def order(self):
        return list(reversed(self.rows))


@q.mistake("""A hit does not move the row to the front, so the row that came in first leaves,
however often it is read: first in, first out.""")
class first_in_first_out(by_ordered_dict):
    def _one(self, row):
        return True if row in self.rows else super()._one(row)


@q.mistake("""The row that was read *last* leaves: the wrong end of the list. The end that is
farthest from the front goes.""")
class newest_leaves(by_ordered_dict):
    def _leave(self):
        self.rows.popitem()


@q.mistake("""A row leaves at each read of a full cache, also on a hit. Look first; only a miss
needs a place.""")
class leaves_on_a_hit_too(by_ordered_dict):
    def _one(self, row):
        hit = row in self.rows
        if len(self.rows) == self.capacity:
            self._leave()
        self.rows[row] = None
        self.rows.move_to_end(row)
        return hit


@q.mistake("""One row too few is held: you make room when capacity − 1 are in. Room is needed when
capacity rows are there and one more comes.""")
class one_too_few(by_ordered_dict):
    def _one(self, row):
        hit = super()._one(row)
        while len(self.rows) >= max(self.capacity, 2):
            self._leave()
        return hit


@q.mistake("""One row too many is held: `>` where `>=` is meant. After a read there may be capacity
rows, not one more.""")
class one_too_many_held(by_ordered_dict):
    def __init__(self, capacity):
        super().__init__(capacity + 1)


@q.mistake("""order() starts with the oldest. The row that was read last comes first.""")
class order_from_the_oldest(by_ordered_dict):
    def order(self):
        return list(self.rows)


@q.mistake("""The row that was read least *often* leaves (LFU). The question asks for the one that
was not read for the longest time: counts do not matter.""")
class least_often_leaves(by_ordered_dict):
    def __init__(self, capacity):
        super().__init__(capacity)
        self.counts = Counter()

    def _one(self, row):
        self.counts[row] += 1
        return super()._one(row)

    def _leave(self):
        row = min(self.rows, key=self.counts.__getitem__)
        del self.rows[row], self.counts[row]


@q.mistake("""All of ids is looked up before anything is brought in: a row that occurs twice in one
batch is a miss both times. Rows are read one after the other.""")
class batch_looked_up_at_once(by_ordered_dict):
    def read(self, ids):
        hits = [row in self.rows for row in ids]
        super().read(ids)
        return hits


@q.mistake("""The answers are right, but `rows.remove(row)` walks through the list to find it, and
moves the rest: a read costs as much as the cache is large. In a linked list a dict gives the
node, and four links move it.""")
class moved_by_list_remove(by_ordered_dict):
    def __init__(self, capacity):
        self.capacity, self.line, self.rows = capacity, [], set()

    def _one(self, row):
        if hit := row in self.rows:
            self.line.remove(row)
        elif len(self.rows) == self.capacity:
            self.rows.remove(self.line.pop(0))
        self.line.append(row)
        self.rows.add(row)
        return hit

    def order(self):
        return self.line[::-1]


@q.mistake("""The answers are right, but `min` over the times of all rows looks at each of them
whenever one must leave. Keep the rows in the order of their reads, and the oldest is at the
end.""")
class oldest_searched_by_min(by_ordered_dict):
    def __init__(self, capacity):
        super().__init__(capacity)
        self.times, self.clock = {}, 0

    def _one(self, row):
        self.clock += 1
        self.times[row] = self.clock
        return super()._one(row)

    def _leave(self):
        row = min(self.rows, key=lambda other: self.times[other])
        del self.rows[row], self.times[row]


@q.variant
class dict_that_keeps_order:
    def __init__(self, capacity):
        self.rows, self.room = {}, capacity

    def read(self, ids):
        hits = []
        for row in ids:
            hits.append(self.rows.pop(row, False))
            self.rows[row] = True
            if len(self.rows) > self.room:
                self.rows.pop(next(iter(self.rows)))
        return hits

    def order(self):
        return list(self.rows)[::-1]


class Node:
    def __init__(self, row=None):
        self.row, self.before, self.after = row, self, self


@q.variant
class nodes_in_a_ring:
    def __init__(self, capacity):
        self.capacity, self.nodes, self.ring = capacity, {}, Node()

    def read(self, ids):
        return tuple(map(self.touch, ids))

    def touch(self, row):
        node, hit = self.nodes.get(row), row in self.nodes
        if not hit:
            if len(self.nodes) >= self.capacity:
                last = self.ring.before
                last.before.after, self.ring.before = self.ring, last.before
                del self.nodes[last.row]
            node = self.nodes[row] = Node(row)
        node.before.after, node.after.before = node.after, node.before
        node.before, node.after = self.ring, self.ring.after
        node.before.after = node.after.before = node
        return hit

    def order(self):
        node = self.ring.after
        while node is not self.ring:
            yield node.row
            node = node.after


q.hints(
    """Tell two reads apart, a hit and a miss. Which of them moves a row, which removes one, and
what does each cost if there are a million rows?""",
    """Capacity 2, read 1, 2, 1, 3: row 2 leaves, order() is 3, 1. Capacity 1, read 5, 5, 6: the
second 5 is a hit.""",
    """A dict from id to node, and a ring of nodes with one fixed node that stands between the
newest and the oldest: then no link is ever None. Unlink on a hit, or the oldest on a miss in a
full cache; then link in behind the fixed node.""",
)
q.why("""Two structures share the work: the dict finds a node without walking, the list moves it
without shifting. Neither can do both. A node's move changes six links, two to close the gap and
four to open a new one; write the node's own links before the neighbours', else you lose the
neighbour. The fixed node (sentinel) removes every "if it is the first" case.

`OrderedDict` is this very structure, and fine in production code. A plain dict keeps the order of
insertion as well, but it leaves holes at the front: `next(iter(rows))` walks over them, so it is
no promise of constant cost. LRU is a bet that the near past tells the near future. The lesson
shows where the bet is lost.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "the_interviewer_goes_on", "task": true, "points": 5}
# ## The interviewer goes on (5 points, 15 minutes, graded by hand)
#
# Your rate limiter of question 3 works. "Now there are eight servers in front of the model, a
# million clients, and a limit of 100 requests a minute for each client. What do you change?"
# Answer in 150 to 250 words, in the cell below this one, as you would say it: what you ask first,
# at least two designs with what each costs (memory in bytes for a million clients, messages per
# request) and what each gets wrong, which you choose, and the test that would show that it is
# broken.
#
# ### BEGIN MARK SCHEME
# Give the highest level of which everything holds. Style and grammar do not count.
#
# - **0**: nothing, or "use Redis" without a reason.
# - **1**: one design that works for one server, with its memory (100 times of 8 bytes × 10⁶
#   clients = 800 MB, or less with 4 bytes or a ring).
# - **2**: sees that counts on eight servers must be shared or split, and names what goes wrong
#   without (up to 8 × 100 requests get through).
# - **3**: two designs with numbers: exact times in one shared place (one message per request, 800
#   MB), or counters of the current and the last minute (16 bytes a client, 16 MB, approximate),
#   or a share of the limit for each server (no message, unfair when traffic is uneven), or all of
#   a client's requests sent to one server by a hash of its id.
# - **4**: as 3, and chooses by something that was asked (is the limit a promise or a
#   protection?), and says what happens when the shared place is down (open or closed).
# - **5**: as 4, and a test that would go red: two requests at the same moment on two servers with
#   one place left (read and write must be one step), clocks that differ, a burst across the
#   border of a minute.
#
# A level-5 answer: "Is it billing or protection? Suppose protection: a few per cent too many
# don't hurt. Exact: my deque for each client in a shared store. 100 times of 8 bytes, times a
# million, is 800 MB and one round trip per request, and check and append must be one atomic step.
# Cheaper: two counters a client, this minute and the last, weighted by how much of the last is
# still in the window: 16 MB; it assumes that requests were even, so a burst can pass with
# somewhat more. Cheapest: send each client to one server by a hash of its id: no messages, my
# code unchanged, but a hot client heats one server and a restart forgets. I choose counters in
# the shared store, with a time-out of 5 ms after which we admit: protection must not become the
# outage. Test: limit 1, two servers, the same moment, a thousand times: exactly one admitted each
# time; then the same with clocks 2 s apart."
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
