# %% [markdown]
# # {{title}}: the assignment
#
# Eight questions and one round that a peer marks: about 155 of this unit's {{minutes}} minutes. The
# rest is a round with an assistant, in `practice.ipynb`. Afterwards you can:
#
# {{objectives}}
#
# {{how_it_works}}
#
# **Rules of all questions.** Plain Python is enough, and no argument may be changed in place.
# Work is counted, not timed: a step is a line that runs, a comparison, or an item that a list or a
# text has to move.
#
# Questions 1, 2, 4 and 8 are predictions. Answer them without running anything; then check.

# %% nbgrader={"grade_id": "imports", "locked": true}
import hashlib
import itertools
import math

from mlprep.check import Question, excess_growth, growth
from mlprep.plain.patterns import NAMES as PATTERNS


def code(key, value):
    """A fingerprint of an answer, so that it can be checked without being told."""
    return hashlib.sha256(f"{key} {value}".encode()).hexdigest()[:8]


def one_of(answers, key, right):
    """Nothing where the answer for a key has the right fingerprint, else what it says."""
    if not isinstance(answers, dict):
        return f"yours is no dict but {type(answers).__name__}"
    if key not in answers:
        return f"yours has no {key!r}"
    if isinstance(answers[key], float) and answers[key].is_integer():
        answers = {key: int(answers[key])}
    return "" if code(key, answers[key]) == right else f"yours says {str(answers[key])[:40]}"


def fingerprints(codes, claims):
    """A probe for each claim: the answer for that key is the right one."""

    def probe(key, claim):
        def checked(f):
            return one_of(f(), key, codes[key])

        checked.__name__, checked.__doc__ = f"key_{key}", claim
        return checked

    return [probe(key, claim) for key, claim in claims.items()]


# %% [markdown]
# ## 1. Name the pattern (4 points, 12 minutes)
#
# Twelve statements in six pairs; one condition separates the two of a pair. `patterns()` returns a
# dict from letter to one of the names in `PATTERNS`: the pattern that gives the right answer **at
# the least cost**. A name may be used twice.
#
# - **A** Changes of a loss, of any sign: the longest run of steps whose changes sum to exactly 0.
# - **B** Latencies, none negative: the longest run of requests that sum to at most a budget.
# - **C** Scores in no order: the positions of two that sum to exactly t, in linear time.
# - **D** Scores in ascending order, constant extra memory: do two of them sum to exactly t?
# - **E** Services call each other, every call costs the same: the fewest calls from one to another.
# - **F** Links between regions, each with a price of 0 or more: the cheapest route for a shard.
# - **G** Documents keep their order and go whole into contexts of L tokens: the fewest contexts.
# - **H** As G, but a context costs the square of the places that it leaves free: the least cost.
# - **I** 10⁹ scores arrive once, in no order, and memory holds a thousand: the hundred largest.
# - **J** A batch size fits the memory or not, and if one fits all smaller ones do; a trial takes a
#   minute: the largest that fits.
# - **K** Twelve regularisers, some pairs of them conflict: every set of three without a conflict,
#   listed.
# - **L** A text without blanks and a vocabulary: in how many ways can it be cut into words?
#
# The names: hashing, two pointers, sliding window, stack, binary search, linked list, trees, tries,
# heap, backtracking, graphs, advanced graphs, 1-D DP, 2-D DP, greedy, intervals, maths and
# geometry, bits. *graphs* is search over edges that all cost the same; *advanced graphs* is what
# has to compare costs.
#
# **Example of the form.** `{"A": "bits", "B": "tries", …}`: twelve letters.

# %% nbgrader={"grade_id": "patterns", "solution": true}
def patterns():
    """The pattern of each statement: a dict from letter, A to L, to a name in PATTERNS."""
    ### BEGIN SOLUTION
    return {
        "A": "hashing",
        "B": "sliding window",
        "C": "hashing",
        "D": "two pointers",
        "E": "graphs",
        "F": "advanced graphs",
        "G": "greedy",
        "H": "1-D DP",
        "I": "heap",
        "J": "binary search",
        "K": "backtracking",
        "L": "1-D DP",
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "patterns_are_told_apart_by_one_condition", "grade": true}
"""One condition of the statement decides between two patterns that look alike."""
q = Question(patterns, points=4)
CODES = {"A": "5dd26ef5", "D": "18739957", "E": "3c44c93d", "H": "d558e83f", "K": "986aa4b9"}


@q.probe(gives="")
def twelve_known_names(f):
    """A dict from the letters A to L to names in PATTERNS"""
    answers = f()
    if not isinstance(answers, dict) or sorted(map(str, answers)) != list("ABCDEFGHIJKL"):
        return "yours has other keys"
    wrong = [name for name in answers.values() if name not in PATTERNS]
    return f"{str(wrong[0])[:40]!r} is no name of a pattern" if wrong else ""


FIRST = {
    "A": "A: changes of any sign, so a longer run may come back to 0; no start can be dropped",
    "D": "D: sorted, so if the two ends sum to too much, the larger end can be in no pair",
    "E": "E: all calls cost the same, so the first time that a service is reached is the best",
    "H": "H: filling a context early can cost more later, so no first step is safe",
    "K": "K: all of them are wanted, not their number",
}
for check in fingerprints(CODES, FIRST):
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()
RIGHT = dict(
    zip(
        "ABCDEFGHIJKL",
        "hashing/sliding window/hashing/two pointers/graphs/advanced graphs/greedy/1-D DP/heap/"
        "binary search/backtracking/1-D DP".split("/"),
    )
)
SECOND = {
    "B": "B: none is negative, so a run that breaks the budget breaks it however it grows",
    "C": "C: in no order, and positions are wanted: ask for each score whether its partner came",
    "F": "F: prices differ, so the route with the fewest links need not be the cheapest",
    "G": "G: whatever fits may go in: a fuller context never makes the next ones more",
    "I": "I: only the smallest of the hundred kept so far is ever compared",
    "J": "J: yes, …, yes, no, …, no along the batch size",
    "L": "L: only their number is wanted, and it is a sum over the last word",
}
for check in fingerprints({k: code(k, v) for k, v in RIGHT.items()}, SECOND):
    q.probe(check, gives="")


@q.reference
def as_the_conditions_say():
    return dict(RIGHT)


def but(**other):
    return RIGHT | other


@q.mistake("""A: a window needs a limit that a longer run cannot come back under. With changes of
any sign the sum falls and rises, so you can never say which end to move. Prefix sums in a dict: two
equal prefix sums enclose a run of sum 0.""")
def window_with_negative_values():
    return but(A="sliding window")


@q.mistake("""B: prefix sums in a dict find runs of one exact sum; here any sum up to the budget
counts. No latency is negative, so a window that broke the budget is only mended from its left.""")
def hashing_for_a_limit():
    return but(B="hashing")


@q.mistake("""C: two pointers need order. Sorting costs n log n and loses the positions. A dict from
score to position answers "did its partner come?" at once.""")
def pointers_without_order():
    return but(C="two pointers")


@q.mistake("""D: a dict finds the pair as well, with memory for n scores. The order that you are
given makes it needless: drop the end that cannot be in any pair.""")
def memory_where_order_is_given():
    return but(D="hashing")


@q.mistake("""E: comparing costs with a heap is right and needless: all calls cost the same, so
breadth-first search reaches each service by a shortest way first.""")
def heap_where_all_steps_are_equal():
    return but(E="advanced graphs")


@q.mistake("""F: breadth-first search counts links. Three cheap links may cost less than one dear
one: the nearest open region by *price* has to be closed next.""")
def prices_ignored():
    return but(F="graphs")


@q.mistake("""G: the recursion over cuts is right and costs more than it has to. Any packing can be
changed into the one that fills each context as far as it goes, without one context more.""")
def dp_where_greedy_is_enough():
    return but(G="1-D DP")


@q.mistake("""H: taking what fits is right for the *number* of contexts. With squares, two halves
full beat one full and one nearly empty: the last document of a context has to be chosen.""")
def greedy_where_dp():
    return but(H="greedy")


@q.mistake("""K: a sum over last choices counts sets; here each set must be handed out. Extend a
partial set, and drop it at the first conflict.""")
def counting_where_listing_is_asked():
    return but(K="1-D DP")


@q.mistake("""L: trying all cuts lists 2^(n−1) of them. Only the number is asked: ways(i) is the sum
of ways(j) over the words that end at i, and each is computed once.""")
def listing_where_counting_is_asked():
    return but(L="backtracking")


@q.mistake("""J: trying one batch size after the other is what a window or two pointers do. Each
trial costs a minute and the answers are in order: halve.""")
def trials_one_by_one():
    return but(J="two pointers")


@q.variant
def in_another_order():
    return dict(sorted(RIGHT.items(), reverse=True))


@q.variant
def built_from_pairs():
    names = list(RIGHT.values())
    return {letter: names[place] for place, letter in enumerate("ABCDEFGHIJKL")}


q.hints(
    """Read the two of a pair side by side and underline the one condition that differs. What does
it forbid?""",
    """Try the smaller pattern on [1, −1, 2] for A, on prices 5 against 1 + 1 + 1 for F, on
documents of 1, 1, 4 tokens with L = 5 for H (squares: 3² + 1² against 4² + 0²).""",
    """Ask each pattern's own question: does a longer window stay broken? is it sorted? are all
steps equal? can a first step be exchanged at no loss? all of them, or how many?""",
)
q.why("""A pattern is a licence, and the licence is one property: *monotone* for windows and binary
search, *sorted* for two pointers, *equal steps* for breadth-first search, *exchange* for greedy,
*overlapping answers* for DP. The words of a statement suggest a pattern ("longest run" → window),
the property decides. The usual wrong answer goes by the words: A and B have the same ones.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. What does it really cost? (4 points, 10 minutes)
#
# Eight functions; each was called O(n) by somebody in an interview. `exponents()` returns a dict
# from the function's name to 1 or 2: the exponent p of its work, like n^p, for inputs of n
# **different** items (`shrinking`: n numbers of 1 and a cap of √n). n log n counts as 1. A text
# cannot be changed, so `text += word` makes a new one.

# %% nbgrader={"grade_id": "eight_functions", "locked": true}
def drain(jobs):
    jobs, total = list(jobs), 0
    while jobs:
        total += jobs.pop(0)
    return total


def unseen(keys):
    seen = []
    for key in keys:
        if key not in seen:
            seen.append(key)
    return seen


def joined(words):
    text = ""
    for word in words:
        text += word
    return text


def tails(costs):
    return costs[0] + tails(costs[1:]) if costs else 0


def shrinking(costs, cap):
    left = total = best = 0
    for right in range(len(costs)):
        total += costs[right]
        while total > cap:
            total -= costs[left]
            left += 1
        best = max(best, right - left + 1)
    return best


def halved(costs):
    if len(costs) < 2:
        return costs
    middle = len(costs) // 2
    a, b = halved(costs[:middle]), halved(costs[middle:])
    merged, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            merged.append(a[i])
            i += 1
        else:
            merged.append(b[j])
            j += 1
    return merged + a[i:] + b[j:]


def chunked(costs):
    best = 0
    for i in range(len(costs)):
        best = max(best, sum(costs[i : i + 8]))
    return best


def counted(keys):
    return {key: keys.count(key) for key in set(keys)}


# %% nbgrader={"grade_id": "exponents", "solution": true}
def exponents():
    """The exponent of each function's work: a dict from its name to 1 or 2."""
    ### BEGIN SOLUTION
    return {
        "drain": 2,
        "unseen": 2,
        "joined": 2,
        "tails": 2,
        "shrinking": 1,
        "halved": 1,
        "chunked": 1,
        "counted": 2,
    }
    ### END SOLUTION


# %% nbgrader={"grade_id": "exponents_are_those_that_are_measured", "grade": true}
"""The exponents are those that counting gives."""
q = Question(exponents, points=4)
CODES = {"drain": "d50cc233", "joined": "ee07abad", "shrinking": "72d22114", "chunked": "938f6aee"}
NAMES = ["drain", "unseen", "joined", "tails", "shrinking", "halved", "chunked", "counted"]


@q.probe(gives="")
def eight_exponents(f):
    """A dict from the eight names to 1 or 2"""
    answers = f()
    if not isinstance(answers, dict) or sorted(map(str, answers)) != sorted(NAMES):
        return "yours has other keys"
    wrong = [value for value in answers.values() if value not in (1, 2)]
    return f"yours has {str(wrong[0])[:40]}" if wrong else ""


FIRST = {
    "drain": "drain: count the items that get another place when the first one goes",
    "joined": "joined: a text cannot be changed, so count what each `+=` copies",
    "shrinking": "shrinking: count how often `left += 1` can run in all, not in one round",
    "chunked": "chunked: count the numbers in the slice, for a small n and for a large one",
}
for check in fingerprints(CODES, FIRST):
    q.probe(check, gives="")
### BEGIN HIDDEN TESTS
q.hidden()


def measured(function, make):
    """The exponent that counting gives, n log n as 1."""
    return 1 if growth(function, make, 30, 240) < 1.5 else 2


INPUTS = {
    "drain": lambda n: ([*range(n)],),
    "unseen": lambda n: ([str(i) for i in range(n)],),
    "joined": lambda n: ([f"{i:03}" for i in range(n)],),
    "tails": lambda n: ([*range(n)],),
    "shrinking": lambda n: ([1] * n, int(n**0.5)),
    "halved": lambda n: ([i * 7 % n for i in range(n)],),
    "chunked": lambda n: ([*range(n)],),
    "counted": lambda n: ([str(i) for i in range(n)],),
}
FUNCTIONS = (drain, unseen, joined, tails, shrinking, halved, chunked, counted)
COUNTED = {f.__name__: measured(f, INPUTS[f.__name__]) for f in FUNCTIONS}
SECOND = {
    "unseen": "unseen: `in` asks a list one item after the other",
    "tails": "tails: count the numbers that costs[1:] copies, over all calls",
    "halved": "halved: log n levels, and n numbers are moved on each",
    "counted": "counted: `keys.count` reads all of keys, for each of the different ones",
}
for check in fingerprints({k: code(k, v) for k, v in COUNTED.items()}, SECOND):
    q.probe(check, gives="")


@q.reference
def as_counted():
    return dict(COUNTED)


def exponents_but(**other):
    return COUNTED | other


@q.mistake("""drain: list.pop(0) is not a constant step. All items behind the first move up by one
place, n/2 on average, n times. collections.deque has popleft, which moves none.""")
def list_pop_0_is_constant():
    return exponents_but(drain=1)


@q.mistake("""unseen: `in` on a list compares with one item after the other, so n different keys
need n²/2 comparisons. On a set it is one hash.""")
def in_list_is_constant():
    return exponents_but(unseen=1)


@q.mistake("""joined: text += word copies the text so far, 1 + 2 + … + n words. (CPython sometimes
extends a text in place; that is an accident of one interpreter, and the lesson shows it fail.)
Collect in a list and join once.""")
def string_plus_is_constant():
    return exponents_but(joined=1)


@q.mistake("""tails: one call a number, but each call copies the rest: costs[1:] is a new list.
n + (n − 1) + … + 1. Pass the index on instead. (At n = 1000 it also runs out of stack.)""")
def slice_is_free():
    return exponents_but(tails=1)


@q.mistake("""shrinking: two nested loops are not always n². left only grows, and by n in all: the
inner loop runs at most n times over the whole call.""")
def two_loops_are_always_quadratic():
    return exponents_but(shrinking=2)


@q.mistake("""halved: halves are sorted log₂ n levels deep, with n moves a level: n log n, which
counts as 1 here. Slices do cost, but each level copies n numbers in all, not each call.""")
def recursion_on_slices_is_quadratic():
    return exponents_but(halved=2)


@q.mistake("""chunked: the slice has 8 numbers at most, whatever n is: 8 n is a constant times
n.""")
def any_slice_in_a_loop_is_quadratic():
    return exponents_but(chunked=2)


@q.mistake("""counted: one line, and a loop inside it. keys.count(key) reads all n keys, for each of
n different ones. collections.Counter reads them once.""")
def one_line_is_one_pass():
    return exponents_but(counted=1)


@q.mistake("""You believed all eight: pop(0), `in` on a list, += on a text, a slice and count each
touch up to n items, and each stands in a loop.""")
def all_linear():
    return dict.fromkeys(COUNTED, 1)


@q.variant
def quadratic_ones_named():
    return {name: 2 if name[0] in "dujtc" and name != "chunked" else 1 for name in NAMES}


@q.variant
def as_floats():
    return {name: float(value) for name, value in COUNTED.items()}


q.hints(
    """For each line inside a loop ask: how many items does this *one* line touch?""",
    """Write n = 4 down: drain moves 3 + 2 + 1 + 0 items, shrinking runs its inner line at most 4
times in all, tails copies 3 + 2 + 1 + 0 numbers.""",
    """Measure: growth(unseen, lambda n: ([str(i) for i in range(n)],), 30, 240) is the exponent
that counting gives. `growth` is imported above.""",
)
q.why("""Big-O is a claim about the code that stands there, so count what each line touches. Four
lines look like one step and are n: pop(0), `in` on a list, += on a text, a slice. And two look like
n² and are not: an inner loop whose counter never goes back (n in all), and a slice of constant
length. An interviewer who hears "O(n)" over a pop(0) has a reason to doubt every other number.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Mend it until it meets the bound (5 points, 15 minutes)
#
# This passed a review. It gives the right text when it is called once, on few keys:
#
# ```python
# def digest(keys, known=[]):
#     queue, text = list(keys), ""
#     while queue:
#         key = queue.pop(0)
#         if key not in known:
#             known.append(key)
#             text += key + ";"
#     return text
# ```
#
# Write `digest(keys, known=None)` with the same text and none of its faults:
#
# - `keys`: list of str. `known`: list of str, or None for no known keys.
# - Returns a text: each key that is not in `known`, once, in the order of first appearance, each
#   followed by `;`. No such key: the empty text.
# - Two calls share nothing. Neither list is changed.
# - The work grows in proportion to `len(keys) + len(known)`, and 20 000 keys are no problem.
#
# **Example.** `digest(["b", "a", "b", "c"], ["a"])` is `"b;c;"`.

# %% nbgrader={"grade_id": "digest", "solution": true}
def digest(keys, known=None):
    """The keys that are not known, once each, in order, each followed by ";".

    Args:
        keys: list of str.
        known: list of str, or None: nothing is known.

    Returns:
        str.
    """
    ### BEGIN SOLUTION
    seen = set(known or ())
    parts = []
    for key in keys:
        if key not in seen:
            seen.add(key)
            parts.append(key + ";")
    return "".join(parts)
    ### END SOLUTION


# %% nbgrader={"grade_id": "digest_meets_the_bound", "grade": true}
"""The same text, in linear work, and nothing is left over from the last call."""
q = Question(digest, points=5)
q.case(["b", "a", "b", "c"], ["a"], gives="b;c;", claim="the statement's example")


@q.probe(gives=["u;v;", "u;v;", ""])
def two_calls_share_nothing(f):
    """Two calls with the same keys give the same text; no keys give the empty text"""
    return [f(["u", "v", "u"]), f(["u", "v", "u"]), f([])]


def different(n):
    return ([f"d{i:03}" for i in range(n)],)


@q.probe(gives=["x;y;z;", ""])
def work_grows_in_proportion_to_different_keys(f):
    """Eight times as many different keys are eight times the work"""
    return [f(["x", "y", "z"]), excess_growth(f, different, 25, 200, at_most=1.4)]


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives=["r;", ""])
def work_grows_in_proportion_to_equal_keys(f):
    """n times the same key is n steps: taking the next key must not move all others"""
    return [f(["r", "r"]), excess_growth(f, lambda n: (["s"] * n,), 25, 200, at_most=1.4)]


def all_known(n):
    known = [f"k{i:03}" for i in range(n)]
    return ([known[-1]] * n, known)


@q.probe(gives=["", ""])
def work_grows_in_proportion_to_known_keys(f):
    """Each look at the known keys is one step, however many they are"""
    return [f(["m"], ["m"]), excess_growth(f, all_known, 25, 200, at_most=1.4)]


@q.probe(gives=[3000, "l1000;", ";l3999;"])
def many_keys(f):
    """Thousands of keys give a text, and not an error"""
    text = f([f"l{i}" for i in range(1000, 4000)])
    return [len(text) // 6, text[:6], text[-7:]]


q.case(["q3", "q1", "q2", "q1"], [], claim="the order is that of the first appearance")
q.case(["e", "g", "e"], ["g", "e"], gives="", claim="all are known: the empty text")


@q.reference
def by_positions(keys, known=None):
    first = {}
    for place in range(len(keys) - 1, -1, -1):
        first[keys[place]] = place
    for key in known or []:
        first.pop(key, None)
    return "".join(f"{key};" for key in sorted(first, key=first.get))


@q.mistake("""queue.pop(0) is still there: each one moves all keys behind it. Loop over the keys
(`for key in keys`), or use a deque.""")
def pop_0_kept(keys, known=None):
    seen, parts, queue = set(known or ()), [], list(keys)
    while queue:
        key = queue.pop(0)
        if key not in seen:
            seen.add(key)
            parts.append(key + ";")
    return "".join(parts)


@q.mistake("""`in` still asks a list, which is one comparison a key. Make a set of the known keys
first, and add to it.""")
def in_list_kept(keys, known=None):
    seen, parts = list(known or ()), []
    for key in keys:
        if key not in seen:
            seen.append(key)
            parts.append(key + ";")
    return "".join(parts)


@q.mistake("""text += copies the text so far, for each key. Collect the pieces in a list and join
them once.""")
def string_plus_kept(keys, known=None):
    seen, text = set(known or ()), ""
    for key in keys:
        if key not in seen:
            seen.add(key)
            text += key + ";"
    return text


LAST = []


@q.mistake("""A default value is made once, when the function is defined, and lives on: the second
call knows the keys of the first. Write `known=None` and make the set inside.""")
def mutable_default(keys, known=None):
    seen, parts = set(LAST if known is None else known), []  # a default that lives on
    for key in keys:
        if key not in seen:
            seen.add(key)
            parts.append(key + ";")
    LAST[:] = keys
    return "".join(parts)


@q.mistake("""One call a key: Python stops at about a thousand calls deep (RecursionError). A loop
has no depth.""")
def recursion_depth(keys, known=None):
    seen, parts = set(known or ()), []

    def go(i):
        if i < len(keys):
            if keys[i] not in seen:
                seen.add(keys[i])
                parts.append(keys[i] + ";")
            go(i + 1)

    go(0)
    return "".join(parts)


@q.mistake("""The keys are in no order: a set forgets it. (dict.fromkeys(keys) keeps the order of
first appearance.)""")
def order_of_a_set(keys, known=None):
    return "".join(f"{key};" for key in sorted(set(keys) - set(known or ())))


@q.mistake("""The last key has no `;`: join puts it *between* the pieces. Each key is followed by
one.""")
def separator_between(keys, known=None):
    return ";".join(key for key in dict.fromkeys(keys) if key not in set(known or ()))


@q.mistake("""A key that comes twice is told twice: remember the new keys as well as the known
ones.""")
def told_twice(keys, known=None):
    old = set(known or ())
    return "".join(key + ";" for key in keys if key not in old)


@q.mistake("""The known keys are not looked at.""")
def known_ignored(keys, known=None):
    return "".join(key + ";" for key in dict.fromkeys(keys))


@q.mistake("""The known keys are searched anew for each key: `in` asks the list that it is, or a set
is made of it in the loop, which reads all of it. Make one set, before the loop.""")
def known_read_for_each_key(keys, known=None):
    seen, parts = set(), []
    for key in keys:
        if key not in seen and key not in set(known or ()):
            seen.add(key)
            parts.append(key + ";")
    return "".join(parts)


@q.variant
def by_a_dict(keys, known=None):
    old = set() if known is None else set(known)
    return "".join([f"{key};" for key in dict.fromkeys(keys) if key not in old])


@q.variant
def with_a_deque(keys, known=None):
    from collections import deque

    queue, seen, parts = deque(keys), {*(known or [])}, []
    while queue:
        key = queue.popleft()
        if key in seen:
            continue
        seen.add(key)
        parts += [key, ";"]
    return "".join(parts)


q.hints(
    """Four lines touch more than one item, and one object outlives the call. Which?""",
    """Call it twice with ["u"]: what does the second call know? Then n times the same key: which
line costs n there?""",
    """A set made inside from `known`, a `for` over the keys, a list of pieces, one join.""",
)
q.why("""Each fault has its own input: equal keys cost only if the queue moves up, known keys only
if a list is asked, different keys also if the text is copied. So "it is slow" is no diagnosis, and
three measurements are. The default list is worse than slow: it makes the second test of a round
fail for a reason that is not in the second test.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. What the brute force costs (4 points, 12 minutes)
#
# "The brute force tries all …; that is … candidates, and … steps." Write `brute_force(kind, n)`: a
# pair of **exact** ints for n ≥ 1 items: how many candidates there are, and how many items are
# touched in all if each candidate touches every item that it has.
#
# | kind | a candidate | touches |
# |---|---|---|
# | `"pairs"` | two different positions, in no order | 2 |
# | `"runs"` | a contiguous run of one or more items | its length |
# | `"subsets"` | any set of the items, the empty one too | its size |
# | `"orders"` | an order of all n items | n |
# | `"cuts"` | a way to cut the row of n items into one or more pieces, none empty | n |
#
# **Example.** `brute_force("runs", 3)` is (6, 10): three of one item, two of two, one of three.

# %% nbgrader={"grade_id": "brute_force", "solution": true}
def brute_force(kind, n):
    """How many candidates a brute force tries, and how many items they touch in all.

    Args:
        kind: "pairs", "runs", "subsets", "orders" or "cuts".
        n: int ≥ 1.

    Returns:
        (candidates, touched): two ints, exact.
    """
    ### BEGIN SOLUTION
    if kind == "pairs":
        return n * (n - 1) // 2, n * (n - 1)
    if kind == "runs":
        return n * (n + 1) // 2, n * (n + 1) * (n + 2) // 6
    if kind == "subsets":
        return 2**n, n * 2 ** (n - 1)
    if kind == "orders":
        return math.factorial(n), n * math.factorial(n)
    return 2 ** (n - 1), n * 2 ** (n - 1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "brute_force_is_what_enumeration_counts", "grade": true}
"""The formulas count what an enumeration counts."""
q = Question(brute_force, points=4)
q.case("runs", 3, gives=(6, 10), claim="the statement's example")
q.case("pairs", 4, gives=(6, 12), claim="two different positions, in no order")
q.case("subsets", 2, gives=(4, 4), claim="{}, {a}, {b}, {a, b}")
q.case("cuts", 3, gives=(4, 12), claim="abc, a|bc, ab|c, a|b|c")
### BEGIN HIDDEN TESTS
q.hidden()


def listed(kind, n):
    """All candidates, one after the other."""
    if kind == "pairs":
        return list(itertools.combinations(range(n), 2))
    if kind == "runs":
        return [range(i, j) for i in range(n) for j in range(i + 1, n + 1)]
    if kind == "subsets":
        return [s for k in range(n + 1) for s in itertools.combinations(range(n), k)]
    if kind == "orders":
        return list(itertools.permutations(range(n)))
    inner = itertools.product([False, True], repeat=n - 1)
    return [range(n) for _ in inner]


KINDS = ("pairs", "runs", "subsets", "orders", "cuts")
SMALL = (1, 2, 5, 6)
for name in KINDS:

    def small(f, name=name):
        return [f(name, n) for n in SMALL]

    small.__doc__ = f"{name}, n = 1, 2, 5, 6: as an enumeration counts them"
    small.__name__ = f"small_{name}"
    lists = [listed(name, n) for n in SMALL]
    q.probe(small, gives=[(len(found), sum(map(len, found))) for found in lists])


@q.probe(gives=["265252859812191058636308480000000", "1267650600228229401496703205376", "171700"])
def large_n_exactly(f):
    """Large counts are exact ints, not floats"""
    return [str(f("orders", 30)[0]), str(f("subsets", 100)[0]), str(f("runs", 100)[1])]


@q.reference
def by_sums(kind, n):
    if kind == "pairs":
        count = sum(range(n))
        return count, 2 * count
    if kind == "runs":
        return sum(range(1, n + 1)), sum((n - k + 1) * k for k in range(1, n + 1))
    if kind == "subsets":
        sizes = [math.comb(n, k) for k in range(n + 1)]
        return sum(sizes), sum(k * size for k, size in enumerate(sizes))
    count = math.perm(n) if kind == "orders" else sum(math.comb(n - 1, k) for k in range(n))
    return count, n * count


def right_but(kind, count):
    """The right answer, with another count for one kind."""
    return lambda k, n: count(n) if k == kind else by_sums(k, n)


@q.mistake("""runs: the candidates are counted, but each is touched as if it had one item. Summing
each run anew is n³/6, not n²/2: that is why the brute force of a window question is cubic.""")
def a_run_costs_one_step(kind, n):
    return right_but("runs", lambda n: (n * (n + 1) // 2, n * (n + 1) // 2))(kind, n)


@q.mistake("""runs: those of one item are left out. n(n − 1)/2 counts pairs of positions; a run may
begin and end at the same one.""")
def runs_counted_as_pairs(kind, n):
    runs = [j - i + 1 for i in range(n) for j in range(i + 1, n)] if n < 99 else [0]
    return right_but("runs", lambda n: (len(runs), sum(runs)))(kind, n)


@q.mistake("""runs: n³/6 is what grows, and not the exact sum: n(n + 1)(n + 2)/6. For n = 3, that is
10.""")
def only_the_leading_term(kind, n):
    return right_but("runs", lambda n: (n * (n + 1) // 2, n**3 // 6))(kind, n)


@q.mistake("""runs: n² pairs (i, j) were tried, also those with j before i, which are no runs.""")
def runs_with_both_orders(kind, n):
    return right_but("runs", lambda n: (n * n, n * n * n))(kind, n)


@q.mistake("""pairs: (i, j) and (j, i) are the same pair, and (i, i) is none: n(n − 1)/2.""")
def pairs_in_both_orders(kind, n):
    return right_but("pairs", lambda n: (n * (n - 1), 2 * n * (n - 1)))(kind, n)


@q.mistake("""subsets: a subset has n/2 items on average, not n: each item is in half of them.""")
def each_subset_has_n_items(kind, n):
    return right_but("subsets", lambda n: (2**n, n * 2**n))(kind, n)


@q.mistake("""subsets: the empty one is left out; the table counts it.""")
def empty_subset_left_out(kind, n):
    return right_but("subsets", lambda n: (2**n - 1, n * 2 ** (n - 1)))(kind, n)


@q.mistake("""cuts: there are n − 1 places *between* n items, so 2^(n−1) ways to cut, not 2^n.""")
def cuts_at_n_places(kind, n):
    return right_but("cuts", lambda n: (2**n, n * 2**n))(kind, n)


@q.mistake("""orders: n^n lets an item come twice. An order uses each once: n!.""")
def orders_with_repetition(kind, n):
    return right_but("orders", lambda n: (n**n, n * n**n))(kind, n)


@q.mistake("""The large counts have lost digits: a float keeps 16. Divide with //, and use ** and
math.factorial on ints.""")
def counts_as_floats(kind, n):
    count, touched = by_sums(kind, n)
    return int(float(count)), int(float(touched))


@q.variant
def by_listing_where_it_is_short(kind, n):
    if n > 7:
        return by_sums(kind, n)
    candidates = listed(kind, n)
    return len(candidates), sum(map(len, candidates))


@q.variant
def as_a_list(kind, n):
    return list(by_sums(kind, n))


q.hints(
    """Write all candidates for n = 3 down and count them; then count the items in them.""",
    """n = 1: no pair, one run, two subsets, one order, one cut. n = 2: three runs, which touch
1 + 1 + 2 items.""",
    """Runs of length k: n − k + 1 of them. Subsets: each item is in half of them. Cuts: n − 1
places, each open or closed.""",
)
q.why("""The brute force is worth saying for its number: it tells whether it would pass (10⁸ steps
are below a second in C and a minute in Python), and what must be saved. Candidates and work are two
counts. The most common slip is to call "all runs, summed" quadratic: there are n²/2 runs, and
summing each costs its length, n³/6 in all. Running sums make it n²/2, a window n: two savings, and
each deserves its own sentence.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. Your own edge tests (6 points, 20 minutes)
#
# > `longest_quiet(scores, h)`: `scores` is a list of ints, of any sign, `h` an int. A span (start,
# > end) is *quiet* if start < end and each of `scores[start:end]` is **below** h. Return the
# > longest quiet span, as two ints; (0, 0) if there is none. If several are longest, any of them
# > will do.
#
# Nobody shows you the code. `edge_tests()` returns your tests: a list of **3 to 8** pairs
# `((scores, h), expected)` with at most 8 scores each. They are run
#
# - on **right** code, which does what the statement says and may do anything where it leaves it
#   free: a test that some right code fails is wrong;
# - on nine **planted bugs**. A bug dies if a right test of yours gets another answer from it, or an
#   error. This one is shown; the other eight are not:
#
# ```python
# def longest_quiet(scores, h):
#     best, start = (0, 0), 0
#     for i, score in enumerate(scores):
#         if score >= h:
#             if i - start > best[1] - best[0]:
#                 best = (start, i)
#             start = i + 1
#     return best
# ```
#
# **Example of the form.** `[(([1, 9, 1, 1, 9], 5), (2, 4)), …]`. It is a right test, and the bug
# above survives it.

# %% nbgrader={"grade_id": "edge_tests", "solution": true}
def edge_tests():
    """Tests of longest_quiet: a list of 3 to 8 pairs ((scores, h), (start, end))."""
    ### BEGIN SOLUTION
    return [
        (([], 5), (0, 0)),
        (([9, 7], 5), (0, 0)),
        (([1], 5), (0, 1)),
        (([1, 9, 2, 3, 3, 9, 1], 5), (2, 5)),
        (([9, 1, 9, 4, 4], 5), (3, 5)),
        (([3, 5, 3, 3, 5, 9], 5), (2, 4)),
        (([0, -7, 0, 9, 2], 5), (0, 3)),
    ]
    ### END SOLUTION


# %% nbgrader={"grade_id": "edge_tests_hold_on_right_code_and_kill_bugs", "grade": true}
"""The tests hold on every right implementation, and the planted bugs die."""
q = Question(edge_tests, points=6)


def right_answers(scores, h):
    """All answers that the statement allows: each span is looked at."""
    spans = [(i, j) for i in range(len(scores)) for j in range(i + 1, len(scores) + 1)]
    quiet = [(i, j) for i, j in spans if max(scores[i:j]) < h]
    longest = max((j - i for i, j in quiet), default=0)
    return [(i, j) for i, j in quiet if j - i == longest] or [(0, 0)]


def suite(f):
    """The tests as (scores, h, expected), or a sentence on their form."""
    tests = f()
    if not isinstance(tests, (list, tuple)) or not 3 <= len(tests) <= 8:
        return "3 to 8 tests are wanted"
    found = []
    for number, test in enumerate(tests, start=1):
        if not isinstance(test, (list, tuple)) or len(test) != 2:
            return f"test {number} has not the two parts (scores, h) and (start, end)"
        given, expected = test
        if not isinstance(given, (list, tuple)) or len(given) != 2 or isinstance(given[0], int):
            return f"the first part of test {number} is not (scores, h)"
        try:
            start, end = (int(x) for x in expected)
            found.append(([int(x) for x in given[0]], int(given[1]), (start, end)))
        except (TypeError, ValueError):
            return f"test {number} expects {str(expected)[:30]}; two ints are wanted"
        if len(found[-1][0]) > 8:
            return f"test {number} has more than 8 scores"
    return found


def sound(f):
    """The tests that every right implementation passes."""
    tests = suite(f)
    if isinstance(tests, str):
        return []
    return [(s, h, e) for s, h, e in tests if right_answers(s, h) == [e]]


def dies(bug, f):
    """Whether a sound test gets another answer from a bug, or an error."""
    for scores, h, expected in sound(f):
        try:
            if bug(list(scores), h) != expected:
                return True
        except Exception:
            return True
    return False


@q.probe(gives="")
def three_to_eight_pairs(f):
    """3 to 8 pairs ((scores, h), (start, end)) with at most 8 scores each"""
    tests = suite(f)
    return tests if isinstance(tests, str) else ""


@q.probe(gives="", weight=2)
def each_expected_is_right(f):
    """What a test expects is what the statement says, counted by hand and not run"""
    tests = suite(f)
    if isinstance(tests, str):
        return f"they have another form: {tests}"
    for number, (scores, h, e) in enumerate(tests, start=1):
        if e not in right_answers(scores, h):
            return f"test {number} expects {e} for {scores}, h = {h}: right code fails it"
    return ""


@q.probe(gives="", weight=2)
def nothing_more_than_the_statement_is_asked(f):
    """Where the statement leaves the answer open, a test must not close it"""
    tests = suite(f)
    if isinstance(tests, str):
        return f"they have another form: {tests}"
    for number, (scores, h, e) in enumerate(tests, start=1):
        allowed = right_answers(scores, h)
        if e in allowed and len(allowed) > 1:
            other = next(span for span in allowed if span != e)
            return f"test {number} wants {e}, and {other} is as right"
    return ""


def end_forgotten(scores, h):
    """The bug that the statement shows."""
    best, start = (0, 0), 0
    for i, score in enumerate(scores):
        if score >= h:
            if i - start > best[1] - best[0]:
                best = (start, i)
            start = i + 1
    return best


@q.probe(gives="")
def the_shown_bug_dies(f):
    """The bug that is shown closes a span only at a score that is not quiet"""
    return "" if dies(end_forgotten, f) else "no sound test of yours ends inside the longest span"


### BEGIN HIDDEN TESTS
q.hidden()


def scan(scores, h, quiet=lambda score, h: score < h, none=(0, 0), keep="longest"):
    """Right as it stands; its settings plant bugs."""
    best, start = none, None
    for i, score in enumerate([*scores, h]):
        if quiet(score, h) and i < len(scores):
            start = i if start is None else start
        elif start is not None:
            longer = i - start > best[1] - best[0]
            if best == none or {"longest": longer, "first": False, "last": True}[keep]:
                best = (start, i)
            start = None
    return best


def at_the_limit(scores, h):
    return scan(scores, h, quiet=lambda score, h: score <= h)


def empty_fails(scores, h):
    return (0, 0) if scores[0] >= h and len(scores) == 1 else scan(scores, h)


def none_is_one(scores, h):
    return scan(scores, h) if min(scores, default=h - 1) < h else (0, 1)


def first_span(scores, h):
    return scan(scores, h, keep="first")


def last_span(scores, h):
    return scan(scores, h, keep="last")


def zero_is_missing(scores, h):
    return scan(scores, h, quiet=lambda score, h: bool(score) and score < h)


def size_not_sign(scores, h):
    return scan(scores, h, quiet=lambda score, h: abs(score) < h)


def equal_neighbours(scores, h):
    best, i = (0, 0), 0
    while i < len(scores):
        j = i
        while j < len(scores) and scores[j] < h and (j == i or scores[j] != scores[j - 1]):
            j += 1
        if j - i > best[1] - best[0]:
            best = (i, j)
        i = max(j, i + 1)
    return best


BUGS = {
    at_the_limit: "A score equal to h is not quiet, and a bug that takes it for quiet lives",
    empty_fails: "No scores are an input, too, and a bug that reads the first of them lives",
    none_is_one: "There may be no quiet score at all, and a bug that then returns (0, 1) lives",
    first_span: "The longest span need not be the first, and a bug that takes the first lives",
    last_span: "The longest span need not be the last, and a bug that takes the last lives",
    zero_is_missing: "0 is a score like any other, and a bug that takes it for a missing one lives",
    size_not_sign: "Scores may be below 0, and a bug that drops the sign lives",
    equal_neighbours: "Equal scores may be neighbours, and a bug that splits a span there lives",
}
for bug, claim in BUGS.items():

    def killed(f, bug=bug):
        return "" if dies(bug, f) else "no sound test of yours kills it"

    killed.__name__, killed.__doc__ = bug.__name__, claim
    q.probe(killed, gives="")


def search():
    """Of all short inputs, those that kill most of what still lives."""
    values, found, alive = (-9, 0, 2, 3), [(([], 3), (0, 0))], [end_forgotten, *BUGS]
    inputs = [list(s) for n in range(1, 5) for s in itertools.product(values, repeat=n)]
    fair = [(s, right_answers(s, 3)[0]) for s in inputs if len(right_answers(s, 3)) == 1]
    alive.remove(empty_fails)
    while alive or len(found) < 3:
        scores, expected = max(fair, key=lambda t: sum(b(t[0], 3) != t[1] for b in alive))
        found.append(((scores, 3), expected))
        alive = [bug for bug in alive if bug(scores, 3) == expected]
    return found


KILLERS = search()


@q.reference
def found_by_search():
    return list(KILLERS)


GOOD = [
    (([], 4), (0, 0)),
    (([5], 4), (0, 0)),
    (([3, 4, 3, 3, 4, 3], 4), (2, 4)),
    (([6, -8, 0, -8, 6], 4), (1, 4)),
    (([6, 1, 2], 4), (1, 3)),
]


@q.mistake("""Only ordinary inputs: some quiet, some not, in the middle. They show that the code
does something; bugs live at the edges. Go through the statement word by word: list (empty?), ints
of any sign (0? negative?), *below* h (equal?), longest (first? last? to the end?), none.""")
def happy_paths_only():
    return [(([1, 9, 2, 3, 9], 5), (2, 4)), (([9, 1, 2, 4, 9, 2, 9], 5), (1, 4)),
            (([8, 1, 3, 8], 5), (1, 3))]  # fmt: skip


@q.mistake("""One of the expected values came from running code with `<=`: a test that is copied
from an output asserts the bug. Right code fails it. Work the answer out from the statement: *below*
h.""")
def expected_copied_from_a_buggy_run():
    return [*GOOD[:2], (([3, 4, 3, 3, 4, 3], 4), (0, 6)), *GOOD[3:]]


@q.mistake("""A test wants the first of two spans of one length. "Any of them will do": a right
implementation returns the other one and fails your test. Change the input so that one span is
longest.""")
def one_of_two_longest_demanded():
    return [*GOOD, (([1, 9, 1], 4), (0, 1))]


@q.mistake("""All ends are one too small: (start, end) is a span as in scores[start:end], and end is
the first place after it.""")
def ends_are_inclusive():
    return [(given, (e[0], max(e[1] - 1, 0))) for given, e in GOOD]


@q.mistake("""No scores, no quiet score, one score: the classic three, and then nothing that is
particular to this statement: equal to h, 0, below 0, equal neighbours, longest in the middle.""")
def the_classic_three_only():
    return [(([], 4), (0, 0)), (([5, 6], 4), (0, 0)), (([1], 4), (0, 1))]


@q.mistake("""The tests are good; the empty list is not among them. It is the first thing to break,
and the cheapest to write.""")
def empty_list_left_out():
    return GOOD[1:]


@q.mistake("""The tests are good, but in none of them is there nothing quiet: the answer (0, 0) is
asked for by the statement and by no test, but that of the empty list.""")
def none_quiet_left_out():
    return [GOOD[0], *GOOD[2:]]


@q.mistake("""The tests are good, but no score equals h. "Below" is the one word of the statement
that an off-by-one gets wrong.""")
def limit_left_out():
    return [*GOOD[:2], (([3, 5, 3, 3, 5, 3], 4), (2, 4)), *GOOD[3:]]


@q.mistake("""The tests are good, but no score is negative: "of any sign" is in the statement
because somebody will write abs.""")
def negative_left_out():
    return [*GOOD[:3], (([6, 1, 0, 1, 6], 4), (1, 4)), GOOD[4]]


@q.mistake("""The tests are good, but no score is 0: `if score and …` takes it for missing.""")
def zero_left_out():
    return [*GOOD[:3], (([6, -8, -7, -8, 6], 4), (1, 4)), GOOD[4]]


@q.variant
def five_tests():
    return list(GOOD)


@q.variant
def lists_in_place_of_pairs():
    return [[[scores, h], list(e)] for (scores, h), e in GOOD]


q.hints(
    """Each word of the statement that could have been another word is a test: list, any sign,
below, longest, none, span.""",
    """An empty list. A list with nothing quiet. A score equal to h beside a quiet one. A longest
span between two shorter ones. Can one input do three of these?""",
    """[3, 4, 3, 3, 4, 3] with h = 4 asks for the limit, for equal neighbours and for the middle
span at once; add 0 and −8 somewhere, and a span that reaches the end.""",
)
q.why("""A test has two duties: right code passes it, wrong code does not. The first is broken by
expected values copied from a run and by asking for what the statement leaves open; then the suite
rejects good code, and somebody "mends" it. The second is broken by happy paths. Five inputs of six
scores kill all nine bugs here, for each word of the statement is in one of them: edges are read
off the statement, not off the code.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. What a log of a round shows (4 points, 15 minutes)
#
# A listener noted when each step began. Write `log_faults(log, end_s)`. `log` is a list of
# `(at_s, mark)` in order of time, in seconds since the question was put; `mark` is one of the eight
# marks, in their right order: `"restate"`, `"example"`, `"brute force"`, `"idea"`, `"code"`,
# `"dry run"`, `"edge tests"`, `"complexity"`; or `"talk"`: they were speaking, and no more. A mark
# may come several times. The round ends at `end_s`. Return a list of what is wrong, in the order of
# this table:
#
# | name | when |
# |---|---|
# | `"codes-in-first-minute"` | the first `code` is before 60 s |
# | `"silent>60 s"` | more than 60 s pass between two entries, before the first or after the last |
# | `"no-dry-run"` | no `dry run` comes after the first `code` |
# | `"out-of-order"` | of two marks that are there, the later one of the eight first came earlier |
# | `"missing-mark"` | one of the eight is not there at all |
#
# Without any `code`, any `dry run` will do. Times differ.
#
# **Example.** `log_faults([(5, "restate"), (50, "code"), (110, "talk"), (160, "dry run")], 200)`
# is `["codes-in-first-minute", "missing-mark"]`.

# %% nbgrader={"grade_id": "log_faults", "solution": true}
def log_faults(log, end_s):
    """What is wrong with a round, by the times of its marks.

    Args:
        log: list of (at_s, mark), in order of time.
        end_s: when the round ended.

    Returns:
        list of str, in the order of the statement's table.
    """
    ### BEGIN SOLUTION
    order = ["restate", "example", "brute force", "idea", "code", "dry run", "edge tests"]
    order.append("complexity")
    first = {}
    for at_s, mark in log:
        first.setdefault(mark, at_s)
    times = [0, *(at_s for at_s, _ in log), end_s]
    code_s = first.get("code", -1)
    firsts = [first[mark] for mark in order if mark in first]
    faults = {
        "codes-in-first-minute": "code" in first and code_s < 60,
        "silent>60 s": any(b - a > 60 for a, b in zip(times, times[1:])),
        "no-dry-run": not any(mark == "dry run" and at_s > code_s for at_s, mark in log),
        "out-of-order": firsts != sorted(firsts),
        "missing-mark": any(mark not in first for mark in order),
    }
    return [name for name, holds in faults.items() if holds]
    ### END SOLUTION


# %% nbgrader={"grade_id": "log_faults_names_what_a_listener_missed", "grade": true}
"""Each fault is seen by its rule, and no other log is accused."""
q = Question(log_faults, points=4)
START = [(5, "restate"), (50, "code"), (110, "talk"), (160, "dry run")]
q.case(START, 200, gives=["codes-in-first-minute", "missing-mark"], claim="the example")
ALL = ["restate", "example", "brute force", "idea", "code", "dry run", "edge tests", "complexity"]
GOOD_LOG = [(20 + 50 * place, mark) for place, mark in enumerate(ALL)]
q.case(GOOD_LOG, 430, gives=[], claim="all eight, in order, never silent for more than a minute")
q.case(
    GOOD_LOG,
    431,
    gives=["silent>60 s"],
    claim="from the last entry, at 370 s, to the end at 431 s, 61 s are silent",
)
### BEGIN HIDDEN TESTS
q.hidden()


def moved(*entries, without=()):
    """The good log with some entries added and some marks taken out."""
    kept = [entry for entry in GOOD_LOG if entry[1] not in without]
    return sorted([*kept, *entries])


CASES = {
    "no time before the first entry or between two is longer than 60 s, except here: 0 to 61": (
        [(at + 41, mark) for at, mark in GOOD_LOG],
        471,
    ),
    "talking is no silence: at 95 s somebody spoke": (
        moved((95, "talk"), (45, "talk"), without=("example", "brute force")),
        430,
    ),
    "talk is no mark, and talk alone lacks all eight": ([(30, "talk"), (90, "talk")], 120),
    "code at 59 s is in the first minute": (moved((59, "code")), 430),
    "code at 60 s is not": (moved((60, "code"), without=("brute force",)), 430),
    "a dry run before the code is none of this code": (
        moved((200, "dry run"), (250, "talk"), (290, "talk"), without=("dry run",)),
        430,
    ),
    "a dry run before the code and one after it": (moved((200, "dry run")), 430),
    "marks may come again: an example after the code is no fault": (
        moved((300, "example"), (385, "idea")),
        430,
    ),
    "the idea came after the code": (
        moved((230, "idea"), (185, "talk"), without=("idea",)),
        430,
    ),
    "no code at all, and a dry run of the idea": (moved((200, "talk"), without=("code",)), 430),
    "an empty log of a minute": ([], 60),
    "an empty log of 61 s": ([], 61),
}
for claim, (entries, end) in CASES.items():
    q.case(entries, end, claim=claim)


@q.reference
def as_the_plain_editor_does(log, end_s):
    from mlprep.plain.talk import review

    return list(review([(at_s, mark, "") for at_s, mark in log], end_s).faults)


RULES = ("codes-in-first-minute", "silent>60 s", "no-dry-run", "out-of-order", "missing-mark")


def told(log, end_s, **rule):
    """The right faults, with some rules replaced: name_with_underscores=whether it holds."""
    right = dict.fromkeys(as_the_plain_editor_does(log, end_s), True)
    key = {"codes": RULES[0], "silent": RULES[1], "dry": RULES[2], "order": RULES[3]}
    key["missing"] = RULES[4]
    right |= {key[name]: holds for name, holds in rule.items()}
    return [name for name in RULES if right.get(name)]


def gaps(times):
    return [b - a for a, b in zip(times, times[1:])]


def firsts_of(log):
    return {mark: at for at, mark in reversed(log)}


@q.mistake("""Code in the first minute is never reported. Who types within a minute has recognised
something and understood nothing yet: the first `code` before 60 s.""")
def codes_in_first_minute(log, end_s):
    return told(log, end_s, codes=False)


@q.mistake("""The minute includes its end here: code at 60 s exactly is not before 60 s.""")
def sixty_is_in_the_first_minute(log, end_s):
    return told(log, end_s, codes=firsts_of(log).get("code", 99) <= 60)


@q.mistake("""Silence is never reported: the longest time between two entries, and before the first
and after the last, must be at most 60 s. A minute of silence is what an interviewer remembers.""")
def silent_60_s(log, end_s):
    return told(log, end_s, silent=False)


@q.mistake("""Only the gaps between entries are looked at. The round begins at 0 and ends at end_s:
a minute of staring at the statement, and a minute after the last word, are silent too.""")
def start_and_end_not_silent(log, end_s):
    return told(log, end_s, silent=any(g > 60 for g in gaps([at for at, _ in log])))


@q.mistake("""The end of the round is left out: after the last entry somebody may be silent as
well.""")
def end_not_silent(log, end_s):
    return told(log, end_s, silent=any(g > 60 for g in gaps([0, *(at for at, _ in log)])))


@q.mistake("""60 s are reported as silence; *more* than 60 s are.""")
def exactly_sixty_is_silence(log, end_s):
    times = [0, *(at for at, _ in log), end_s]
    return told(log, end_s, silent=any(g >= 60 for g in gaps(times)))


@q.mistake("""Entries called "talk" are dropped before the silences are measured: they are there to
say that nobody was silent.""")
def talk_is_not_heard(log, end_s):
    times = [0, *(at for at, mark in log if mark != "talk"), end_s]
    return told(log, end_s, silent=any(g > 60 for g in gaps(times)))


@q.mistake("""A missing dry run is never reported. It must come *after* the first code: what was run
through before is another program.""")
def no_dry_run(log, end_s):
    return told(log, end_s, dry=False)


@q.mistake("""Any dry run will do here, also one before the code. What was run through then was not
yet this code: one must come after the first `code`.""")
def dry_run_before_the_code_counts(log, end_s):
    return told(log, end_s, dry=all(mark != "dry run" for _, mark in log))


@q.mistake("""The first dry run decides here. For this rule one after the first `code` is enough,
whatever came before (that it first came before the code is disorder, which is another rule).""")
def first_dry_run_decides(log, end_s):
    first = firsts_of(log)
    return told(log, end_s, dry=first.get("dry run", -1) <= first.get("code", -1))


@q.mistake("""A mark that comes again is taken for disorder. Only the *first* time of each mark
counts: another example after the code is good practice.""")
def again_is_out_of_order(log, end_s):
    places = [ALL.index(mark) for _, mark in log if mark in ALL]
    return told(log, end_s, order=places != sorted(places))


@q.mistake("""The last time of each mark decides here: a dict that is filled in order of time keeps
the last one. The first counts.""")
def last_time_of_each_mark(log, end_s):
    last = {mark: at for at, mark in log}
    times = [last[mark] for mark in ALL if mark in last]
    return told(log, end_s, order=times != sorted(times))


@q.mistake("""A missing mark is reported as disorder as well. Order is a question of marks that are
there.""")
def missing_is_out_of_order(log, end_s):
    marks = list(dict.fromkeys(mark for _, mark in log if mark != "talk"))
    return told(log, end_s, order=marks != ALL)


@q.mistake("""Order is never reported.""")
def order_ignored(log, end_s):
    return told(log, end_s, order=False)


@q.mistake("""Missing marks are never reported.""")
def missing_ignored(log, end_s):
    return told(log, end_s, missing=False)


@q.mistake("""Eight entries are counted, not eight marks: entries may repeat, or be "talk".""")
def eight_entries_are_eight_marks(log, end_s):
    return told(log, end_s, missing=len(log) < 8)


@q.mistake("""The list ends at the first fault that is found. All of them are wanted.""")
def first_fault_only(log, end_s):
    return told(log, end_s)[:1]


@q.variant
def rule_by_rule(log, end_s):
    marks, times = [mark for _, mark in log], [at for at, _ in log]
    found = []
    if any(mark == "code" for mark in marks) and times[marks.index("code")] < 60:
        found.append("codes-in-first-minute")
    if max(gaps([0, *times, end_s])) > 60:
        found.append("silent>60 s")
    if "dry run" not in (marks[marks.index("code") :] if "code" in marks else marks):
        found.append("no-dry-run")
    met = list(dict.fromkeys(mark for mark in marks if mark != "talk"))
    if met != [mark for mark in ALL if mark in met]:
        found.append("out-of-order")
    return found + ["missing-mark"] * (len(met) < 8)


@q.variant
def one_pass(log, end_s):
    first, quiet, before, dry = {}, False, 0, False
    for at_s, mark in [*log, (end_s, "talk")]:
        quiet, before = quiet or at_s - before > 60, at_s
        if mark != "talk" and mark not in first:
            first[mark] = at_s
        dry = dry or (mark == "dry run")
        if mark == "code" and first["code"] == at_s:
            dry = False
    order = [mark for mark in ALL if mark in first]
    disorder = any(first[a] > first[b] for a, b in zip(order, order[1:]))
    holds = first.get("code", 60) < 60, quiet, not dry, disorder, len(first) < 8
    return [name for name, hold in zip(RULES, holds) if hold]


q.hints(
    """One rule at a time, each on the good log with one entry changed. Which rule fails?""",
    """An empty log of 61 s: ["silent>60 s", "no-dry-run", "missing-mark"]. An example at 300 s,
after the code, in a good log: [].""",
    """First time of each mark: `setdefault`. Times for silence: 0, all entries, end_s. The dry run
needs a time after the first code.""",
)
q.why("""These are the faults that a listener can count without knowing the answer, and all but one
are about what is *not* there. So the rules are about gaps and firsts: time before the first word
and after the last one counts, a mark may come again, and a dry run belongs to the code that it
follows. A dict comprehension over the log keeps the last time of each mark, which is the usual
slip. `mlprep plain` applies the same rules to you.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 7. The first-run pass rate, with its doubt (3 points, 15 minutes)
#
# What counts is not how many problems you solved, but how often the first run passed. Write
# `first_run_rate(runs)`. `runs` is a list of `(question, passed)` in order of time; only the
# **first** run of each question counts. Return `(rate, low, high)`: the share that passed, and the
# ends of its 95 % interval by Wilson: with $n$ questions, rate $\hat p$ and $z = 1.96$, all $p$
# with
#
# $$|\hat p - p| \le z\sqrt{p(1-p)/n}, \qquad\text{that is}\qquad
# \frac{\hat p + \frac{z^2}{2n} \pm z\sqrt{\frac{\hat p(1-\hat p)}{n} + \frac{z^2}{4n^2}}}
# {1 + \frac{z^2}{n}}.$$
#
# No runs: (0, 0, 1), for nothing is known.
#
# **Example.** Three questions, all passed at the first run: (1, 0.438, 1). Three of three is no
# evidence that you pass half of them.

# %% nbgrader={"grade_id": "first_run_rate", "solution": true}
def first_run_rate(runs):
    """The share of questions whose first run passed, with Wilson's 95 % interval.

    Args:
        runs: list of (question, passed), in order of time.

    Returns:
        (rate, low, high): three floats.
    """
    ### BEGIN SOLUTION
    first = {}
    for question, passed in runs:
        first.setdefault(question, passed)
    n, z = len(first), 1.96
    if not n:
        return 0.0, 0.0, 1.0
    rate = sum(first.values()) / n
    middle = rate + z**2 / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return rate, (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    ### END SOLUTION


# %% nbgrader={"grade_id": "first_run_rate_counts_first_runs", "grade": true}
"""Only first runs count, and few of them say little."""
q = Question(first_run_rate, points=3)
THREE = [("lru", True), ("lca", True), ("iou", True)]
q.case(THREE, gives=(1.0, 0.4385, 1.0), atol=1e-4, claim="3 of 3: the example")
q.case(
    [("lru", False), ("lru", True), ("iou", True), ("lru", True)],
    gives=(0.5, 0.0945, 0.9055),
    atol=1e-4,
    claim="lru failed first and iou passed: 1 of 2, whatever came later",
)
### BEGIN HIDDEN TESTS
q.hidden()
q.case([], claim="no runs: nothing is known")
q.case([("a", False)], claim="0 of 1")
TWENTY = [(f"q{i}", i % 5 != 3) for i in range(20)]
q.case(TWENTY, claim="16 of 20")
q.case([("a", True), ("a", False), ("b", False), ("b", True), ("c", True), ("d", False),
        ("c", False)], claim="2 of 4: later runs change nothing")  # fmt: skip
q.case([(f"q{i}", i == 1) for i in range(11)], claim="1 of 11: an interval is not symmetric")


@q.reference
def by_halving(runs):
    """The ends are where |rate − p| meets z times its standard error, found by halving."""
    first = dict(reversed(runs))
    if not first:
        return 0.0, 0.0, 1.0
    n, ends = len(first), []
    rate = sum(first.values()) / n
    for outside in (0.0, 1.0):
        inside, out = rate, outside
        for _ in range(80):
            p = (inside + out) / 2
            if abs(rate - p) <= 1.96 * math.sqrt(p * (1 - p) / n):
                inside = p
            else:
                out = p
        ends.append((inside + out) / 2)
    return rate, *ends


def wilson(first, z=1.96):
    n = len(first)
    if not n:
        return 0.0, 0.0, 1.0
    p, s = sum(first) / n, z * z / n
    half = z * math.sqrt(p * (1 - p) / n + s / n / 4)
    return p, (p + s / 2 - half) / (1 + s), (p + s / 2 + half) / (1 + s)


def firsts(runs):
    return list(dict(reversed(runs)).values())


@q.mistake("""Every run is counted. The second run of a question knows what the first one said; only
the first of each counts.""")
def later_runs_counted(runs):
    return wilson([passed for _, passed in runs])


@q.mistake("""The last run of each question is counted: a dict that is filled in order of time keeps
the last. After enough runs everybody passes.""")
def last_run_counts(runs):
    return wilson(list(dict(runs).values()))


@q.mistake("""A question counts as passed if any run of it passed: that is the number solved, which
this measure is there to replace.""")
def solved_at_last_counts(runs):
    found = {}
    for question, passed in runs:
        found[question] = found.get(question, False) or passed
    return wilson(list(found.values()))


@q.mistake("""The interval is rate ± z·√(rate(1 − rate)/n). Its standard error is that of the rate
you saw: at 3 of 3 it is 0, as if you could never fail again. Wilson takes the p in question.""")
def wald_interval(runs):
    first = firsts(runs)
    if not first:
        return 0.0, 0.0, 1.0
    p = sum(first) / len(first)
    half = 1.96 * math.sqrt(p * (1 - p) / len(first))
    return p, max(p - half, 0.0), min(p + half, 1.0)


@q.mistake("""rate ± z·√(rate(1 − rate)/n), which also leaves [0, 1]. Use Wilson's form.""")
def wald_beyond_one(runs):
    first = firsts(runs)
    if not first:
        return 0.0, 0.0, 1.0
    p = sum(first) / len(first)
    half = 1.96 * math.sqrt(p * (1 - p) / len(first))
    return p, p - half, p + half


@q.mistake("""z = 1.645 leaves 5 % on *each* side: that is a 90 % interval. 95 % wants 1.96.""")
def ninety_percent(runs):
    return wilson(firsts(runs), 1.645)


@q.mistake("""The first number is Wilson's middle, not the share that passed. Return the share.""")
def the_middle_for_the_rate(runs):
    p, low, high = wilson(firsts(runs))
    return (low + high) / 2 if firsts(runs) else 0.0, low, high


@q.mistake("""Two passes and two failures were added before the share was taken. That is a shrunk
estimate, and its interval leaves [0, 1] too; return the share that was seen, and Wilson's ends.""")
def plus_two_of_each(runs):
    first = firsts(runs)
    if not first:
        return 0.0, 0.0, 1.0
    p = (sum(first) + 2) / (len(first) + 4)
    half = 1.96 * math.sqrt(p * (1 - p) / (len(first) + 4))
    return p, p - half, p + half


@q.mistake("""Without any run you say that the rate is 0 for sure. Nothing is known: (0, 0, 1).""")
def nothing_is_known_for_sure(runs):
    return wilson(firsts(runs)) if runs else (0.0, 0.0, 0.0)


@q.mistake("""Only one of the two parts is divided by 1 + z²/n: the fraction bar goes under
both.""")
def half_width_not_divided(runs):
    first = firsts(runs)
    if not first:
        return 0.0, 0.0, 1.0
    p, s = sum(first) / len(first), 1.96**2 / len(first)
    half = 1.96 * math.sqrt(p * (1 - p) / len(first) + s / len(first) / 4)
    return p, (p + s / 2) / (1 + s) - half, (p + s / 2) / (1 + s) + half


@q.variant
def by_the_quadratic(runs):
    first = firsts(runs)
    if not first:
        return [0, 0, 1]
    n, p = len(first), sum(first) / len(first)
    a, b, c = 1 + 1.96**2 / n, -(2 * p + 1.96**2 / n), p * p
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return [p, (-b - root) / (2 * a), (-b + root) / (2 * a)]


@q.variant
def with_a_set(runs):
    seen, passed = set(), []
    for question, ok in runs:
        if question not in seen:
            seen.add(question)
            passed.append(ok)
    return wilson(passed)


q.hints(
    """Two things can be wrong: which runs are counted, and the interval. Compare the first number
alone.""",
    """[("lru", False), ("lru", True)]: one question, and it failed. For 1 of 1 the interval is
(0.207, 1).""",
    """`setdefault` keeps the first. Then put n, the share and z = 1.96 into the formula; the whole
numerator is divided.""",
)
q.why("""The first run is the only one that an interview has. Few runs say little, and the interval
must say that: the textbook's p̂ ± z·√(p̂(1−p̂)/n) has width 0 at 3 of 3, because it takes the
standard error at the observed rate. Wilson asks which p would not be surprised by what was seen.
From 3 of 3 on, 44 % is still possible; it takes 16 of 16 to be above 80 %.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 8. Dry run (3 points, 12 minutes)
#
# By hand, as on a whiteboard:
#
# ```python
# def longest_within(costs, cap):
#     left = total = best = 0
#     for right in range(len(costs)):
#         total += costs[right]
#         while total > cap:
#             total -= costs[left]
#             left += 1
#         best = max(best, right - left + 1)
#     return best
# ```
#
# for `longest_within([3, 1, 2, 9, 2, 1, 1, 5, 1], 6)`. `dry_run()` returns a dict:
#
# - `"rows"`: a list of `(right, left, total, best)` at the **end** of each round of the `for`;
# - `"with_if"`: what the call returns if `while` is replaced by `if`, and nothing else.
#
# **Example.** The first row is (0, 0, 3, 1).

# %% nbgrader={"grade_id": "dry_run", "solution": true}
def dry_run():
    """The trace of the call, and its result with `if` for `while`: {"rows": …, "with_if": …}."""
    ### BEGIN SOLUTION
    rows = [
        (0, 0, 3, 1),
        (1, 0, 4, 2),
        (2, 0, 6, 3),
        (3, 4, 0, 3),
        (4, 4, 2, 3),
        (5, 4, 3, 3),
        (6, 4, 4, 3),
        (7, 6, 6, 3),
        (8, 7, 6, 3),
    ]
    return {"rows": rows, "with_if": 3}
    ### END SOLUTION


# %% nbgrader={"grade_id": "dry_run_is_what_the_code_does", "grade": true}
"""The values are those that the code has, not those that it was meant to have."""
q = Question(dry_run, points=3)


@q.probe(gives="")
def nine_rows(f):
    """A dict with nine rows (right, left, total, best), and with_if"""
    answer = f()
    if not isinstance(answer, dict) or sorted(answer) != ["rows", "with_if"]:
        return "yours has other keys"
    shapes = [len(row) for row in answer["rows"]]
    return "" if shapes == [4] * 9 else f"yours has {len(shapes)} rows of {set(shapes)} numbers"


@q.probe(gives=[[0, 0, 3, 1], [1, 0, 4, 2], [2, 0, 6, 3]])
def rows_0_to_2(f):
    """The first three costs fit together: nothing is taken out"""
    return [[int(x) for x in row] for row in f()["rows"][:3]]


### BEGIN HIDDEN TESTS
q.hidden()


def traced(costs=(3, 1, 2, 9, 2, 1, 1, 5, 1), cap=6, shrink="while", entry=False, plus=1, early=0):
    """The rows and the result of the code, with slips to choose from."""
    left = total = best = 0
    rows = []
    for right, cost in enumerate(costs):
        if entry:
            rows.append((right, left, total, best))
        total += cost
        if early:
            best = max(best, right - left + plus)
        while total > cap and not (shrink == "keeps one" and left == right):
            total -= costs[left]
            left += 1
            if shrink == "if":
                break
        while shrink == "at the cap" and total >= cap:
            total -= costs[left]
            left += 1
        best = max(best, right - left + plus)
        if not entry:
            rows.append((right, left, total, best))
    return {"rows": rows, "with_if": best}


def watched():
    """The statement's code itself, watched by Python's tracer at the end of each round."""
    import sys

    rows = []

    def longest_within(costs, cap):
        left = total = best = 0
        for right in range(len(costs)):
            total += costs[right]
            while total > cap:
                total -= costs[left]
                left += 1
            best = max(best, right - left + 1)
        return best

    last = longest_within.__code__.co_firstlineno + 7

    def local(frame, event, arg):
        if event == "line" and seen and seen[-1] == last:
            rows.append(tuple(frame.f_locals[k] for k in ("right", "left", "total", "best")))
        seen.append(frame.f_lineno)
        return local

    seen = []
    before = sys.gettrace()
    sys.settrace(lambda frame, event, arg: local)
    try:
        longest_within([3, 1, 2, 9, 2, 1, 1, 5, 1], 6)
    finally:
        sys.settrace(before)
    return rows


def row_3(f):
    """Row 3: 9 is more than the cap: `while` goes on until even 9 is out, and left passes right"""
    return [int(x) for x in f()["rows"][3]]


def rows_4_to_6(f):
    """Rows 4 to 6: the window begins anew at 4"""
    return [[int(x) for x in row] for row in f()["rows"][4:7]]


def rows_7_and_8(f):
    """Rows 7 and 8: 2 + 1 + 1 + 5 is 9, so two go out; then 1 + 5 + 1 is 7, so one goes out"""
    return [[int(x) for x in row] for row in f()["rows"][7:]]


def with_if(f):
    """With `if`, one cost goes out a round: over the cap, the window neither grows nor shrinks"""
    return int(f()["with_if"])


for check in (row_3, rows_4_to_6, rows_7_and_8, with_if):
    q.probe(check)


@q.reference
def as_python_traces_it():
    return {"rows": watched(), "with_if": traced(shrink="if")["with_if"]}


def slipped(**slip):
    return traced(**slip) | {"with_if": 3}


@q.mistake("""Your rows are those of `if`: one cost goes out a round. `while` is asked again after
each: at 9, four costs go out.""")
def while_run_once():
    return slipped(shrink="if")


@q.mistake("""The window is never empty in your rows. Nothing in the code keeps one cost: at 9 the
loop goes on until total is 0 and left is 4, one *past* right. That the code survives it (the length
is 0) is worth saying aloud.""")
def one_cost_is_kept():
    return slipped(shrink="keeps one")


@q.mistake("""best is one too small: right − left + 1 is written there.""")
def length_without_plus_one():
    return slipped(plus=0)


@q.mistake("""Your rows are taken at the beginning of each round, before anything ran. The end of
the round is asked for.""")
def rows_before_the_round():
    return slipped(entry=True)


@q.mistake("""best was taken before the window was mended, when it was over the cap. In the code it
comes after the `while`.""")
def best_before_shrinking():
    return slipped(early=1)


@q.mistake("""A total equal to the cap was mended, too. The code says `>`: 6 may stay.""")
def mended_at_the_cap():
    return slipped(shrink="at the cap")


@q.mistake("""The rows are right. With `if` the window does not grow while it is over the cap: each
round adds one cost and takes one out. It keeps its longest length, 3, and the result is the same.
(People write it so on purpose; then say why it is right.)""")
def if_lets_the_window_grow():
    return traced() | {"with_if": 5}


@q.mistake("""The rows are right. With `if`, 9 stays in the window for a while, but best only looks
at its length, and never falls.""")
def if_loses_what_was_found():
    return traced() | {"with_if": 2}


@q.mistake("""The rows are right. With `if` the window over the cap is not longer than the best one
before it: a cost in, a cost out. Not 4.""")
def if_gains_one():
    return traced() | {"with_if": 4}


@q.variant
def lists_for_rows():
    return {"rows": [list(row) for row in traced()["rows"]], "with_if": 3}


@q.variant
def by_running_sums():
    costs, rows, best, left = [3, 1, 2, 9, 2, 1, 1, 5, 1], [], 0, 0
    sums = [0, *itertools.accumulate(costs)]
    for right in range(9):
        left = next(i for i in range(left, right + 2) if sums[right + 1] - sums[i] <= 6)
        best = max(best, right - left + 1)
        rows.append((right, left, sums[right + 1] - sums[left], best))
    return {"rows": rows, "with_if": 3}


q.hints(
    """Write a table with four columns and fill it line by line as the code says, not as the window
"should" be.""",
    """The round of 9: total is 15. What is total after 3, 1 and 2 went out? Is it still more than
6?""",
    """After 9 went out, left is 4, total 0. For `if`: length = right − left + 1 stays the same in a
round in which one goes in and one goes out.""",
)
q.why("""A dry run is worth only what it is literal: the slips above all come from running what was
*meant*. The empty window (left = right + 1) is the row that an interviewer waits for. And the last
question has an answer that few predict: with `if` the window never shrinks, so best is right all
the same; the invariant is another one ("as long as the longest so far"), and must be said.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "a_round_with_a_peer", "task": true, "points": 16}
# ## 9. A round, marked by a peer (16 points, 45 minutes, graded by hand)
#
# Take a question of another coding unit that you have not seen, in a plain editor, with somebody
# who listens: 35 minutes, aloud, **one** first run (`mlprep plain UNIT QUESTION` writes the file
# and starts the clock; the listener notes with `mlprep plain listen`). Then they mark you on four
# bands, 0 to 4 each, and you write into the cell below: the question, the time, the eight marks
# with their times, whether the first run passed, your peer's four marks with one observed sentence
# for each, your own four marks given *before* you saw theirs, and the one thing that you will do
# otherwise.
#
# ### BEGIN MARK SCHEME
# Four bands of 0 to 4 points. Mark what was observed, not what was meant; half points are not
# given. Without a log of times no band gets more than 2.
#
# *Communication.* **0** silent, or reads the code out. **1** explains when asked; code in the first
# minute. **2** restates; silent for more than a minute more than once. **3** all eight marks in
# order, hints are taken up. **4** as 3, and steers: asks what is open, says what is dropped and
# why, checks that the listener follows.
#
# *Problem solving.* **0** no way found. **1** brute force only, no cost named. **2** right pattern,
# by memory: no invariant, or a wrong cost. **3** brute force with its cost, pattern, invariant, the
# cost that the code has. **4** as 3, and weighs two ways; says what changes with the input (stream,
# ties, memory).
#
# *Competence.* **0** no running code. **1** code with gaps; a long hunt for syntax. **2** works
# after the first run was mended. **3** the first run passes; clean names; no hidden n². **4** as 3,
# and no dead state, small functions, could be extended at once.
#
# *Testing.* **0** none. **1** runs it and looks. **2** ordinary inputs, after the run. **3** dry
# run with values; edges read off the statement, with expected values. **4** as 3, and a slip was
# found by the dry run or the tests *before* the run, or the tests would kill a bug that the
# listener planted.
#
# A 3-3-3-3 reads: "Merged outages, 31 minutes. 00:20 restate (touching ones merge? yes) · 01:40
# example · 03:30 brute force: compare all pairs and repeat, n³ · 05:50 idea: sorted by start, only
# the last kept one can touch, n log n · 08:10 code · 17:00 dry run on the example, found that I
# compared with the last *start* · 22:30 edges: none, one, nested, touching · 29:00 complexity.
# First run passed. Mine 3-3-3-3, peer 2-3-3-3: 'at 11:00 to 12:40 you typed and I did not know
# what'. Otherwise: I say the loop's invariant when I open the loop." Give the writer the peer's
# marks, lowered by one in each band whose sentence names nothing that was observed.
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
