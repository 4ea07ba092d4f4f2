# %% [markdown]
# # {{title}}: practice under interview conditions
#
# Six more problems. None says which pattern it wants: that is the first thing to find out. About
# two hours, best in three sittings of two problems each.
#
# **How to take it.** Start a clock for each problem. Switch completion off, or write on paper. Talk
# aloud: restate the question, work one example by hand, say the brute force and its cost, then
# the idea and its invariant; only now write code. Walk through it with the example before you run
# anything, and name the edge cases. **The first run counts**: note whether all visible tests
# held at the first attempt. That share is the number to follow from week to week, not how many
# you have solved. Hints and worked solutions come afterwards. `%plain NAME` opens a question in a
# plain editor and keeps its clock and its first run.
#
# {{how_it_works}}
#
# **Conventions in all questions.** Input comes as plain lists of integers and may be empty unless a
# question says otherwise. No argument may be changed in place. Everything in the standard
# library is allowed. A factor of log n above *in proportion to n* is forgiven.

# %% nbgrader={"grade_id": "imports", "locked": true}
import bisect
import heapq
import random
from collections import deque

from mlprep.check import Question, excess_growth, peak_bytes


def each(f, *calls):
    """What f gives for each tuple of arguments, under the text of the call."""
    return {", ".join(map(repr, args)): f(*args) for args in calls}


def same(got, want):
    """Whether two results agree; lists, tuples and arrays of the same items do."""
    if not isinstance(want, (list, tuple)):
        return got == want
    try:
        got = list(got)
    except TypeError:
        return False
    return len(got) == len(want) and all(map(same, got, want))


def cheap(f, args, gives, make, at_most=1.4, sizes=(20, 120), **of):
    """Nothing where f(*args) is right and its cost grows as it may; else what is wrong."""
    if not same(f(*args), gives):  # an answer that does nothing is fast
        return f"already {', '.join(map(repr, args))} gives something else than {gives}"
    return excess_growth(f, make, *sizes, at_most, **of)


# %% [markdown]
# ## 1. Until it gets worse (3 points, 15 minutes)
#
# A training run logs a loss at each step. `steps_until_worse(losses)` returns for each step how
# many steps later the first **strictly higher** loss comes; 0 if none comes. No losses, no
# answers. The work must grow in proportion to the number of steps.
#
# **Example.** `steps_until_worse([3, 1, 4, 1, 5])` is `[2, 1, 2, 1, 0]`.


# %% nbgrader={"grade_id": "steps_until_worse", "solution": true}
def steps_until_worse(losses):
    """Distance to the next strictly higher loss.

    Args:
        losses: list of integers.

    Returns:
        list of integers, one a step; 0 where no later loss is higher.
    """
    ### BEGIN SOLUTION
    waits, waiting = [0] * len(losses), []  # places whose worse loss has not come yet
    for step, loss in enumerate(losses):
        while waiting and losses[waiting[-1]] < loss:
            place = waiting.pop()
            waits[place] = step - place
        waiting.append(step)
    return waits
    ### END SOLUTION


# %% nbgrader={"grade_id": "steps_until_worse_is_the_first_higher_loss", "grade": true}
"""Each step waits for the first loss above its own."""
q = Question(steps_until_worse, points=3)
q.case(
    [3, 1, 4, 1, 5],
    gives=[2, 1, 2, 1, 0],
    claim="the steps to the first higher loss, 0 if none comes",
)
q.case([], gives=[], claim="no losses, no answers")


def falling(n):
    """It only gets better, so that nothing is ever found, but at the very end."""
    return ([*range(n, 1, -1), n + 1],)


@q.probe(gives="")
def a_long_fall_is_read_once(f):
    """The work grows like n: nobody looks through the rest of the run for each step"""
    return cheap(f, ([2, 3],), [1, 0], falling)


### BEGIN HIDDEN TESTS
q.hidden()


def looked_for(losses):
    """Brute force: look through the rest for each step."""
    later = [[j - i for j in range(i, len(losses)) if losses[j] > x] for i, x in enumerate(losses)]
    return [found[0] if found else 0 for found in later]


def runs(seed):
    draw = random.Random(seed)
    return ([draw.randint(0, 4) for _ in range(draw.randint(1, 8))],)


LEVEL = [([2, 2, 3],), ([5, 5],), ([1, 1, 1, 2],)]
ENDS = [([7],), ([4, 3, 2],), ([1, 2, 3],), ([9, 1, 2, 3],)]
NESTED = [([5, 3, 1, 2, 4, 6],), ([-1, -3, -2, 0],), ([3, 1, 1, 2, 1, 3, 4],)]
RANDOM = [runs(seed) for seed in range(12)]


@q.probe(gives=each(looked_for, *LEVEL))
def an_equal_loss_is_not_worse(f):
    """A loss that is equal is not higher: go on to the next one"""
    return each(f, *LEVEL)


@q.probe(gives=each(looked_for, *ENDS))
def where_nothing_worse_comes(f):
    """Where no higher loss comes the answer is 0"""
    return each(f, *ENDS)


@q.probe(gives=each(looked_for, *NESTED))
def one_loss_ends_many_waits(f):
    """One high loss may be what several earlier steps were waiting for"""
    return each(f, *NESTED)


@q.probe(gives=each(looked_for, *RANDOM))
def as_looked_for(f):
    """The answers are those that one gets by looking through the rest for each step"""
    return each(f, *RANDOM)


@q.reference
def from_the_right_by_leaps(losses):
    waits = [0] * len(losses)
    for i in reversed(range(len(losses) - 1)):
        j = i + 1
        while losses[j] <= losses[i] and waits[j]:
            j += waits[j]
        waits[i] = j - i if losses[j] > losses[i] else 0
    return waits


def waited(losses, worse=lambda new, old: new > old, all_of_them=True, left=lambda i, n: 0):
    """The right answer, with parts to replace."""
    answers, waiting = [left(i, len(losses)) for i in range(len(losses))], []
    for step, loss in enumerate(losses):
        while waiting and worse(loss, losses[waiting[-1]]):
            place = waiting.pop()
            answers[place] = step - place
            if not all_of_them:
                break
        waiting.append(step)
    return answers


@q.mistake("""An equal loss ends the wait in your answer. The question asks for a strictly higher
one: `<` where you have `<=`.""")
def equal_counts_as_worse(losses):
    return waited(losses, worse=lambda new, old: new >= old)


@q.mistake("""You return the place of the worse loss. The question asks how many steps later it
comes: subtract the step's own place.""")
def place_for_distance(losses):
    return [i + wait if wait else 0 for i, wait in enumerate(waited(losses))]


@q.mistake("""Only the step right before a loss learns of it: you compare neighbours, or write
`if` where `while` is needed. A high loss ends all waits of lower steps before it, one after the
other.""")
def only_one_wait_ends(losses):
    return waited(losses, all_of_them=False)


@q.mistake("""Steps that nothing worse follows get the distance to the end of the run. They
get 0.""")
def end_of_the_run_for_none(losses):
    return waited(losses, left=lambda i, n: n - i)


@q.mistake("""You wait for the next *lower* loss. Worse is higher.""")
def next_lower(losses):
    return waited([-loss for loss in losses])


@q.mistake("""Answers are kept by the loss's value, so steps with equal losses overwrite each other.
Keep the place: values repeat.""")
def kept_by_value(losses):
    waits = {}
    for i, wait in enumerate(waited(losses)):
        waits[losses[i]] = wait
    return [waits[loss] for loss in losses]


@q.mistake("""The answers are right, but each step looks through what follows: n² on a run that only
improves. Let the steps wait, and let each loss end the waits of all below it.""")
def looked_for_each_time(losses):
    return looked_for(losses)


@q.variant
def stack_from_the_right(losses):
    waits, higher = [], []
    for i in range(len(losses) - 1, -1, -1):
        while higher and losses[higher[-1]] <= losses[i]:
            del higher[-1]
        waits.append(higher[-1] - i if higher else 0)
        higher.append(i)
    return tuple(reversed(waits))


@q.variant
def waiting_in_a_heap(losses):
    waits, waiting = [0 for _ in losses], []
    for step, loss in enumerate(losses):
        while waiting and waiting[0][0] < loss:
            _, place = heapq.heappop(waiting)
            waits[place] = step - place
        heapq.heappush(waiting, (loss, step))
    return waits


q.hints(
    """Which steps are still waiting when a new loss comes, and in which order do their losses
stand?""",
    """[2, 2, 3] gives 2, 1, 0: the equal loss ends no wait, and the 3 ends two.""",
    """Keep the places that wait in a list. Their losses never rise along it, so a new loss ends
waits from the end of the list: pop while the last one's loss is lower, note the distance, append
the new place.""",
)
q.why("""The pattern is a **stack**. Invariant: the places on it have not met a higher loss yet,
so their losses never rise from bottom to top (a higher one would have removed those below it). A
new loss therefore ends a run of waits at the top and nothing below. Each place is pushed once and
popped at most once: linear, though one step may pop many.

The stack holds places, not values: the distance is asked for, and values repeat. The reference
needs no stack at all: from the right, the known waits are leaps over everything lower.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 2. What the model has seen before (4 points, 18 minutes)
#
# `leaked_tokens(evaluation, training, n)` tells how much of a test text stood in the training
# data. `evaluation` is a list of token numbers, `training` a list of documents (lists of token
# numbers), n at least 1. A run of n neighbouring tokens of the evaluation text is *leaked* if the
# same run stands within **one** training document. Return how many **tokens** of the evaluation
# text (places, not kinds) lie in at least one leaked run. The work must grow in proportion to the
# number of tokens in all (n is small).
#
# **Example.** `leaked_tokens([1, 2, 3, 4, 2, 3], [[2, 3, 4], [9, 1]], 2)` is 5: the runs (2, 3),
# (3, 4) and again (2, 3) are leaked, and cover all but the first token.


# %% nbgrader={"grade_id": "leaked_tokens", "solution": true}
def leaked_tokens(evaluation, training, n):
    """How many tokens lie in a run of n that a training document holds.

    Args:
        evaluation: list of integers.
        training: list of lists of integers.
        n: integer >= 1.

    Returns:
        integer, 0 to len(evaluation).
    """
    ### BEGIN SOLUTION
    known = {
        tuple(document[i : i + n]) for document in training for i in range(len(document) - n + 1)
    }
    leaked, done = 0, 0  # places before `done` are counted
    for i in range(len(evaluation) - n + 1):
        if tuple(evaluation[i : i + n]) in known:
            leaked += i + n - max(i, done)
            done = i + n
    return leaked
    ### END SOLUTION


# %% nbgrader={"grade_id": "leaked_tokens_counts_each_place_once", "grade": true}
"""Each place that a leaked run covers counts once."""
q = Question(leaked_tokens, points=4)
q.case(
    [1, 2, 3, 4, 2, 3], [[2, 3, 4], [9, 1]], 2, gives=5,
    claim="the runs 2 3, 3 4 and again 2 3 are leaked and cover five places",
)  # fmt: skip
q.case([1, 2], [[1, 2, 3]], 3, gives=0, claim="a text shorter than n has no run of n")


def texts_apart(n):
    """An evaluation text and three documents without a common token."""
    return list(range(n)), [list(range(k * n, (k + 1) * n)) for k in (1, 2, 3)], 2


@q.probe(gives="")
def every_run_is_looked_up_once(f):
    """The work grows like the tokens: a run is looked up, not searched for in all of them"""
    return cheap(f, ([4, 5], [[4, 5]], 2), 2, texts_apart)


### BEGIN HIDDEN TESTS
q.hidden()


def place_by_place(evaluation, training, n):
    """Brute force: for each place, each run over it, against each run of each document."""
    count = 0
    for place in range(len(evaluation)):
        starts = [s for s in range(place - n + 1, place + 1) if 0 <= s <= len(evaluation) - n]
        count += any(
            evaluation[s : s + n] == document[t : t + n]
            for s in starts
            for document in training
            for t in range(len(document) - n + 1)
        )
    return count


def corpus(seed):
    draw = random.Random(seed)
    texts = [draw.choices(range(4), k=draw.randint(0, 7)) for _ in range(3)]
    return texts[0], texts[1:], draw.randint(1, 3)


LAST = [([7, 8, 9], [[8, 9]], 2), ([1, 2, 3], [[1, 2, 3]], 3), ([6], [[5, 6]], 1)]
OVER = [([1, 1, 1, 1], [[1, 1]], 2), ([1, 2, 1, 2, 1], [[1, 2, 1]], 3), ([5, 5], [[5]], 1)]
BORDER = [([1, 2, 3], [[1], [2, 3]], 3), ([4, 5], [[4], [5]], 2), ([1, 2, 5], [[1, 2], [5]], 3)]
ALIKE = [([1, 12], [[11, 2]], 2), ([2, 3], [[3, 2]], 2), ([0, 4], [[4], [0, 1]], 2)]
RANDOM = [corpus(seed) for seed in range(14)]


@q.probe(gives=each(place_by_place, *LAST))
def the_last_run_counts(f):
    """The run that ends with the last token is a run as well, in both texts"""
    return each(f, *LAST)


@q.probe(gives=each(place_by_place, *OVER))
def a_token_counts_once(f):
    """A token that lies in several leaked runs counts once"""
    return each(f, *OVER)


@q.probe(gives=each(place_by_place, *BORDER))
def runs_end_with_their_document(f):
    """A run lies within one document: the end of one and the start of the next make none"""
    return each(f, *BORDER)


@q.probe(gives=each(place_by_place, *ALIKE))
def tokens_and_their_order_must_agree(f):
    """Two runs agree if all tokens do, in this order: 1, 12 is not 11, 2"""
    return each(f, *ALIKE)


@q.probe(gives=each(place_by_place, *RANDOM))
def as_place_by_place(f):
    """The count is the one that one gets by trying each run over each place"""
    return each(f, *RANDOM)


def run_starts(evaluation, training, n, glue=tuple, last=1, whole=True):
    """Places at which a leaked run starts, with parts to replace."""
    known = {
        glue(document[i : i + n])
        for document in training
        for i in range(max(len(document) - n + last, 0) if whole else len(document))
    }
    starts = range(max(len(evaluation) - n + last, 0) if whole else len(evaluation))
    return [i for i in starts if glue(evaluation[i : i + n]) in known]


def covered(evaluation, starts, n):
    return len({i + k for i in starts for k in range(n) if i + k < len(evaluation)})


@q.reference
def by_text_of_tokens(evaluation, training, n):
    def texts(tokens):
        return [" ".join(map(str, tokens[i : i + n])) for i in range(max(len(tokens) - n + 1, 0))]

    known = set().union(*map(texts, training))
    marks = [0] * (len(evaluation) + 1)
    for i, text in enumerate(texts(evaluation)):
        if text in known:
            marks[i] += 1
            marks[i + n] -= 1
    depth = count = 0
    for mark in marks[:-1]:
        depth += mark
        count += depth > 0
    return count


@q.mistake("""You count leaked runs. The question asks for tokens: a run has n of them, and
neighbouring runs share most.""")
def runs_counted(evaluation, training, n):
    return len(run_starts(evaluation, training, n))


@q.mistake("""Runs that overlap are counted n tokens each, so a token counts once for every run over
it. Mark the places, or remember up to where you have counted.""")
def overlaps_counted_twice(evaluation, training, n):
    return n * len(run_starts(evaluation, training, n))


@q.mistake("""After a leaked run you jump behind it, so runs that start inside it are never looked
up. Go on by one place.""")
def inner_runs_skipped(evaluation, training, n):
    starts = set(run_starts(evaluation, training, n))
    place = count = 0
    while place < len(evaluation):
        count, place = (count + n, place + n) if place in starts else (count, place + 1)
    return count


@q.mistake("""You count different tokens. A token that occurs at several leaked places counts at
each: collect places, not tokens.""")
def kinds_counted(evaluation, training, n):
    starts = run_starts(evaluation, training, n)
    return len({token for i in starts for token in evaluation[i : i + n]})


@q.mistake("""The last run is missing: a text of m tokens has m − n + 1 runs of n, and `range(m −
n)` gives one less.""")
def off_by_one_window(evaluation, training, n):
    return covered(evaluation, run_starts(evaluation, training, n, last=0), n)


@q.mistake("""Slices at the end of a text are shorter than n, and you look them up as well: their
tokens count as leaked without a whole run. Stop at m − n + 1.""")
def short_tails_count(evaluation, training, n):
    return covered(evaluation, run_starts(evaluation, training, n, whole=False), n)


@q.mistake("""You join the documents first, so a run may start in one and end in the next. Nobody
trained on that. Take the runs of each document.""")
def documents_joined(evaluation, training, n):
    joined = [token for document in training for token in document]
    return covered(evaluation, run_starts(evaluation, [joined], n), n)


@q.mistake("""Token numbers are glued together without a separator: 1, 12 and 11, 2 become the same
text. Use a tuple.""")
def digits_glued_together(evaluation, training, n):
    def glue(tokens):
        return len(tokens), "".join(map(str, tokens))

    return covered(evaluation, run_starts(evaluation, training, n, glue), n)


@q.mistake("""The order within a run is lost (a set, or sorted tokens): 2, 3 is not 3, 2.""")
def order_lost(evaluation, training, n):
    starts = run_starts(evaluation, training, n, lambda run: tuple(sorted(run)))
    return covered(evaluation, starts, n)


@q.mistake("""You count tokens that occur in the training data at all. A single token tells nothing:
runs of n are asked for.""")
def single_tokens(evaluation, training, n):
    known = {token for document in training for token in document}
    return sum(token in known for token in evaluation)


@q.mistake("""The count is right, but the runs are kept in a list, and `in` walks through it for
each run: n² that looks like n. The same line on a set looks once.""")
def runs_in_a_list(evaluation, training, n):
    known = []
    for document in training:
        known += [tuple(document[i : i + n]) for i in range(len(document) - n + 1)]
    starts = [i for i in range(len(evaluation) - n + 1) if tuple(evaluation[i : i + n]) in known]
    return covered(evaluation, starts, n)


@q.variant
def through_shifted_copies(evaluation, training, n):
    def grams(tokens):
        return zip(*(tokens[k:] for k in range(n)))

    known, hit = set(), [False] * len(evaluation)
    for document in training:
        known.update(grams(document))
    for i, gram in enumerate(grams(evaluation)):
        if gram in known:
            hit[i : i + n] = [True] * n
    return sum(hit)


@q.variant
def through_nested_dicts(evaluation, training, n):
    tree = {}
    for document in training:
        for i in range(len(document) - n + 1):
            node = tree
            for token in document[i : i + n]:
                node = node.setdefault(token, {})
    places = set()
    for i in range(len(evaluation) - n + 1):
        node = tree
        for token in evaluation[i : i + n]:
            node = node.get(token)
            if node is None:
                break
        else:
            places.update(range(i, i + n))
    return len(places)


q.hints(
    """What must be equal for a run to be leaked, and what is counted in the end: runs or
places?""",
    """[1, 1, 1, 1] with the document [1, 1] and n = 2 is 4. [4, 5] with the documents [4] and [5]
is 0. [7, 8, 9] with [8, 9] is 2.""",
    """A set of tuples, from each document on its own. Go through the runs of the evaluation text,
and mark the n places of those that are in the set; count the marks.""",
)
q.why("""The pattern is **hashing**: "does it occur anywhere in there" is a lookup, once all runs
are keys. A tuple is a safe key; glued digits are not, and sorted ones forget the order. The set
is built per document, for a run across a border was never seen by anybody.

Places are counted once by remembering where the last counted run ended. At n = 13 and a trillion
tokens the set does not fit: keep 8-byte hashes instead of tuples (and accept rare false alarms),
a Bloom filter, or hash the *evaluation* runs, which are few, and stream the training data past
them.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 3. Resumed from itself (4 points, 18 minutes)
#
# Every checkpoint has a number and records the one that its run was resumed from:
# `resumed_from[i]` is the number of that checkpoint, or −1 if the run began afresh. By a mistake
# in the records, the chain may run in a circle. `resume_loop(resumed_from, start)` follows it
# from checkpoint `start` (which exists). If it ends, return `None`. Else return the pair `(entry,
# length)`: the first checkpoint on the way that lies on the circle (it may be `start`), and how
# many checkpoints the circle has.
#
# There are billions of checkpoints: **the memory must not grow with their number**, and the work
# must grow in proportion to it. The records may not be changed.
#
# **Example.** With `resumed_from = [3, 0, 1, 4, 1, -1]`, starting at 2 the way is 2, 1, 0, 3, 4,
# 1, …: `resume_loop(resumed_from, 2)` is `(1, 4)`; starting at 5 it is `None`.


# %% nbgrader={"grade_id": "resume_loop", "solution": true}
def resume_loop(resumed_from, start):
    """Where a chain of checkpoints begins to repeat.

    Args:
        resumed_from: list of integers, each a place in the list, or -1.
        start: integer, a place in the list.

    Returns:
        (entry, length), or None where the chain ends.
    """
    ### BEGIN SOLUTION
    slow = fast = start
    while True:
        if resumed_from[fast] == -1 or resumed_from[resumed_from[fast]] == -1:
            return None
        slow, fast = resumed_from[slow], resumed_from[resumed_from[fast]]
        if slow == fast:
            break
    entry = start
    while entry != slow:
        entry, slow = resumed_from[entry], resumed_from[slow]
    length, place = 1, resumed_from[entry]
    while place != entry:
        length, place = length + 1, resumed_from[place]
    return entry, length
    ### END SOLUTION


# %% nbgrader={"grade_id": "resume_loop_needs_no_memory", "grade": true}
"""The circle is found, its entry and its length, with a few variables."""
q = Question(resume_loop, points=4)
q.case([3, 0, 1, 4, 1, -1], 2, gives=(1, 4), claim="from 2 on, 1 is the first that comes again")
q.case([3, 0, 1, 4, 1, -1], 5, gives=None, claim="a chain that ends has no circle")


def long_chain(n):
    """A way in of n, then a circle of n."""
    return [*range(1, 2 * n), n], 0


@q.probe(gives="")
def the_memory_stays(f):
    """The memory stays the same for a longer chain: nothing is kept of the way but a few numbers"""
    return cheap(f, ([1, 1], 0), (1, 1), long_chain, 0.4, (100, 400), of=peak_bytes)


### BEGIN HIDDEN TESTS
q.hidden()


def remembered(resumed_from, start):
    """Brute force: remember the whole way."""
    way, place = [], start
    while place != -1 and place not in way:
        way.append(place)
        place = resumed_from[place]
    return None if place == -1 else (place, len(way) - way.index(place))


def records(seed):
    draw = random.Random(seed)
    size = draw.randint(2, 7)
    records = [draw.choice([-1, *range(size), *range(size)]) for _ in range(size)]
    return records, draw.randrange(size)


ENDS = [
    ([-1], 0),
    ([1, 2, -1, 0], 0),
    ([1, -1], 0),
    ([-1, 0, 1, 1], 2),
    ([1, 2, -1, 4, 3], 0),
    ([-1, -1], 1),
]
SELF = [([0], 0), ([0, 0], 1), ([1, 2, 2], 0)]
WHOLE = [([1, 0], 1), ([2, 0, 1], 0), ([1, 2, 3, 4, 0], 3)]
TAILS = [([1, 2, 3, 2], 0), ([1, 2, 3, 4, 5, 6, 4], 0), ([1, 2, 3, 4, 5, 1], 0)]
RANDOM = [records(seed) for seed in range(14)]


@q.probe(gives=each(remembered, *ENDS))
def a_chain_that_ends(f):
    """−1 ends the chain; in Python it is also the last place of the list, if it is used as an
    index"""
    return each(f, *ENDS)


@q.probe(gives=each(remembered, *SELF))
def a_circle_of_one(f):
    """A checkpoint that was resumed from itself is a circle of one"""
    return each(f, *SELF)


@q.probe(gives=each(remembered, *WHOLE))
def no_way_in(f):
    """If the start lies on the circle, it is the entry"""
    return each(f, *WHOLE)


@q.probe(gives=each(remembered, *TAILS))
def a_way_in(f):
    """The entry is where the way in ends, and the length is that of the circle alone"""
    return each(f, *TAILS)


@q.probe(gives=each(remembered, *RANDOM))
def as_remembered(f):
    """The answers are those that one gets by remembering the whole way"""
    return each(f, *RANDOM)


@q.probe(gives="")
def the_work_is_linear(f):
    """The work grows like the chain: no place is walked to from the start again and again"""
    return cheap(f, ([1, 1], 0), (1, 1), long_chain)


@q.reference
def by_doubling_leaps(resumed_from, start):
    anchor, place, steps, leap = start, resumed_from[start], 1, 1
    while place != anchor:
        if place == -1:
            return None
        if steps == leap:
            anchor, steps, leap = place, 0, 2 * leap
        place, steps = resumed_from[place], steps + 1
    ahead = behind = start
    for _ in range(steps):
        ahead = resumed_from[ahead]
    while ahead != behind:
        ahead, behind = resumed_from[ahead], resumed_from[behind]
    return ahead, steps


def meeting(resumed_from, start):
    """Where a slow and a fast walker meet, or None."""
    slow = fast = start
    while True:
        for _ in range(2):
            fast = resumed_from[fast]
            if fast == -1:
                return None
        slow = resumed_from[slow]
        if slow == fast:
            return slow


def around(resumed_from, place):
    length, other = 1, resumed_from[place]
    while other != place:
        length, other = length + 1, resumed_from[other]
    return length


@q.mistake("""You report where the two walkers meet. That is somewhere on the circle; the entry is
where they meet again when one of them starts over and both walk at the same pace.""")
def meeting_place_for_entry(resumed_from, start):
    met = meeting(resumed_from, start)
    return None if met is None else (met, around(resumed_from, met))


@q.mistake("""A circle is never reported: the walk stops after as many steps as there are
checkpoints and says that it has ended. After n steps without an end you *are* on a circle.""")
def cycle_ignored(resumed_from, start):
    return None


@q.mistake("""The way in is counted into the length. Walk around once from the entry and count.""")
def way_in_counted(resumed_from, start):
    found = by_doubling_leaps(resumed_from, start)
    if found is None:
        return None
    steps, place = 0, start
    while place != found[0]:
        steps, place = steps + 1, resumed_from[place]
    return found[0], found[1] + steps


@q.mistake("""The length is one too large: the entry is counted at the start and again at the end
of the round.""")
def length_one_too_large(resumed_from, start):
    found = by_doubling_leaps(resumed_from, start)
    return found and (found[0], found[1] + 1)


@q.mistake("""A circle of one is taken for an end: you stop where a checkpoint is its own origin.
Only −1 ends a chain.""")
def circle_of_one_is_an_end(resumed_from, start):
    found = by_doubling_leaps(resumed_from, start)
    return None if found and found[1] == 1 else found


@q.mistake("""You always report `start` as the entry. The way in may be long; the entry is the first
checkpoint that comes twice.""")
def start_for_entry(resumed_from, start):
    found = by_doubling_leaps(resumed_from, start)
    return found and (start, found[1])


@q.mistake("""The fast walker takes −1 for a place: `resumed_from[-1]` is the *last* record, so it
goes on from there. Look at each of its two steps.""")
def minus_one_for_an_index(resumed_from, start):
    slow = fast = start
    while True:
        fast = resumed_from[resumed_from[fast]]
        slow = resumed_from[slow]
        if fast == -1:
            return None
        if slow == fast:
            break
    entry = start
    while entry != slow:
        entry, slow = resumed_from[entry], resumed_from[slow]
    return entry, around(resumed_from, entry)


@q.mistake("""The answers are right, but the set of what you have visited grows with the chain. Two
walkers of different pace need two numbers.""")
def visited_in_a_dict(resumed_from, start):
    when, place = {}, start
    while place != -1:
        if place in when:
            return place, len(when) - when[place]
        when[place] = len(when)
        place = resumed_from[place]
    return None


@q.mistake("""The answers are right, and no memory is used, but for each new place you walk from the
start again to see whether it was there: n². Two walkers need a few rounds.""")
def walked_from_the_start_again(resumed_from, start):
    place, steps = start, 0
    while place != -1:
        other, before = start, 0
        while before < steps and other != place:
            other, before = resumed_from[other], before + 1
        if before < steps:
            return place, steps - before
        place, steps = resumed_from[place], steps + 1
    return None


@q.variant
def surely_inside_after_n_steps(resumed_from, start):
    place = start
    for _ in range(len(resumed_from)):
        place = resumed_from[place]
        if place < 0:
            return None
    length = around(resumed_from, place)
    first = second = start
    for _ in range(length):
        second = resumed_from[second]
    while first != second:
        first, second = resumed_from[first], resumed_from[second]
    return [first, length]


@q.variant
def slow_and_fast(resumed_from, start):
    met = meeting(resumed_from, start)
    if met is None:
        return None
    while start != met:
        start, met = resumed_from[start], resumed_from[met]
    return start, around(resumed_from, start)


q.hints(
    """A walker that never ends is on a circle. What can a second walker tell you who is faster,
or who started later?""",
    """[1, 1] from 0 is (1, 1). [1, 2, 3, 2] from 0 is (2, 2). [1, -1] from 0 is None, and
`resumed_from[-1]` is no record that you want.""",
    """One step and two steps a round until they meet (or an end comes). Then one walker back to the
start, both at one step a round: they meet at the entry. Then around once for the length.""",
)
q.why("""The pattern is a **linked list** with two walkers. Say the way in has a steps and the
circle c. When they meet, slow has gone m steps and fast 2m, so the difference m is a multiple of
c. A walker who is m steps ahead of another one on this chain is therefore at the same place as
soon as both are on the circle: start one at `start` and one at the meeting place (m ahead), and
they first agree at the entry.

A visited set is the right *first* answer in an interview: say it, say that it costs n, then ask
whether memory matters. The other variant shows a plainer idea: after n steps you are surely
inside, so measure c there, and send two walkers c apart.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. A pair within the budget (4 points, 18 minutes)
#
# A search answers in the time of one retriever and one reranker. Slower ones are better.
# `best_pair(retrievers_ms, rerankers_ms, budget_ms)` gets the latencies of both kinds, each list
# ascending (values may repeat), and returns the places `(i, j)` of the pair whose **sum is as
# large as possible but at most the budget**. Among pairs with the same sum the smallest i wins,
# then the smallest j. `None` if no pair fits, also if a list is empty. The work must grow in
# proportion to the lengths of the two lists.
#
# **Example.** `best_pair([10, 20, 20, 35], [15, 40, 40], 60)` is `(1, 1)`: 20 + 40 = 60.


# %% nbgrader={"grade_id": "best_pair", "solution": true}
def best_pair(retrievers_ms, rerankers_ms, budget_ms):
    """The pair with the largest sum within the budget.

    Args:
        retrievers_ms, rerankers_ms: lists of integers >= 0, ascending.
        budget_ms: integer.

    Returns:
        (i, j), or None.
    """
    ### BEGIN SOLUTION
    best, best_sum = None, -1
    j = len(rerankers_ms) - 1
    for i, retriever in enumerate(retrievers_ms):
        while j >= 0 and retriever + rerankers_ms[j] > budget_ms:
            j -= 1
        if j >= 0 and retriever + rerankers_ms[j] > best_sum:
            best, best_sum = (i, j), retriever + rerankers_ms[j]
    if best is None:
        return None
    i, j = best
    while j > 0 and rerankers_ms[j - 1] == rerankers_ms[j]:
        j -= 1
    return i, j
    ### END SOLUTION


# %% nbgrader={"grade_id": "best_pair_never_steps_back", "grade": true}
"""The best pair within the budget is found by one walk along both lists."""
q = Question(best_pair, points=4)
q.case([10, 20, 20, 35], [15, 40, 40], 60, gives=(1, 1), claim="20 + 40 is 60, first at (1, 1)")
q.case([5], [6], 10, gives=None, claim="if nothing fits there is no pair")


def two_ladders(n):
    return list(range(0, 3 * n, 3)), list(range(0, 2 * n, 2)), 2 * n


@q.probe(gives="")
def not_every_pair_is_tried(f):
    """The work grows like the lists, not like their product: nobody tries each pair"""
    return cheap(f, ([1, 2], [4], 5), (0, 0), two_ladders)


### BEGIN HIDDEN TESTS
q.hidden()


def every_pair(a, b, budget):
    """Brute force: try all."""
    pairs = [(i, j) for i in range(len(a)) for j in range(len(b)) if a[i] + b[j] <= budget]
    return max(pairs, key=lambda p: (a[p[0]] + b[p[1]], -p[0], -p[1]), default=None)


def ladders(seed):
    draw = random.Random(seed)
    a, b = (sorted(draw.choices(range(9), k=draw.randint(1, 5))) for _ in range(2))
    return a, b, draw.randint(0, 15)


NONE = [([], [1], 9), ([1], [], 9), ([], [], 0), ([3, 4], [3], 5)]
EXACT = [([1, 6], [4, 7], 10), ([2], [3], 5), ([0], [0], 0), ([0, 1], [0, 2], 2)]
TIED = [([1, 2, 3], [3, 4, 5], 6), ([4, 4], [1, 1, 1], 5), ([1, 1, 5], [2, 2, 6, 6], 7)]
MIXED = [([1, 5, 8], [1, 2, 9], 12), ([2, 9], [3, 4], 12), ([1, 2], [1, 2], 99)]
RANDOM = [ladders(seed) for seed in range(14)]


@q.probe(gives=each(every_pair, *NONE))
def nothing_fits(f):
    """None where a list is empty, or even the two fastest are too slow"""
    return each(f, *NONE)


@q.probe(gives=each(every_pair, *EXACT))
def exactly_the_budget_fits(f):
    """A sum equal to the budget is within it"""
    return each(f, *EXACT)


@q.probe(gives=each(every_pair, *TIED))
def ties(f):
    """Among equal sums the smallest i, then the smallest j, also where values repeat"""
    return each(f, *TIED)


@q.probe(gives=each(every_pair, *MIXED))
def the_best_need_not_hold_the_largest(f):
    """Neither list's largest that fits need be in the best pair, and a sum may stay far below"""
    return each(f, *MIXED)


@q.probe(gives=each(every_pair, *RANDOM))
def as_every_pair(f):
    """The pair is the one that one finds by trying all"""
    return each(f, *RANDOM)


@q.reference
def by_bisection(a, b, budget):
    found = []
    for i, first in enumerate(a):
        j = bisect.bisect_right(b, budget - first) - 1
        if j >= 0:
            found.append((first + b[j], -i, -bisect.bisect_left(b, b[j])))
    best = max(found, default=None)
    return None if best is None else (-best[1], -best[2])


def walk(a, b, budget, fits=lambda s, m: s <= m, better=lambda s, t: s > t, back=True):
    """The right answer, with parts to replace."""
    best, j = None, len(b) - 1
    for i in range(len(a)):
        while j >= 0 and not fits(a[i] + b[j], budget):
            j -= 1
        if j >= 0 and (best is None or better(a[i] + b[j], a[best[0]] + b[best[1]])):
            best = i, j
    if best is None or not back:
        return best
    return best[0], b.index(b[best[1]])


@q.mistake("""A sum that is exactly the budget is refused. It fits: `<=`.""")
def budget_excluded(a, b, budget):
    return walk(a, b, budget, fits=lambda s, m: s < m)


@q.mistake("""Among equal sums you keep the last pair, not the one with the smallest i: `>` where
you have `>=`.""")
def tie_order_last_i(a, b, budget):
    return walk(a, b, budget, better=lambda s, t: s >= t)


@q.mistake("""Among equal rerankers you return the last one: the right pointer comes from above.
Step back to the first of equal value.""")
def tie_order_last_j(a, b, budget):
    return walk(a, b, budget, back=False)


@q.mistake("""You take the slowest retriever that fits at all, then the slowest reranker beside
it. A faster retriever may leave room for a much slower reranker.""")
def largest_first(a, b, budget):
    fit = [first for first in a if b and first + b[0] <= budget]
    if not fit:
        return None
    second = [x for x in b if fit[-1] + x <= budget][-1]
    return a.index(fit[-1]), b.index(second)


@q.mistake("""Both pointers start at the left: the sum only grows, and a step that overshoots
cannot be taken back without losing pairs. Start one at each end: then each step has one sensible
direction.""")
def both_from_the_left(a, b, budget):
    best, i, j = None, 0, 0
    while i < len(a) and j < len(b) and a[i] + b[j] <= budget:
        if best is None or a[i] + b[j] > a[best[0]] + b[best[1]]:
            best = i, j
        if j + 1 < len(b) and a[i] + b[j + 1] <= budget:
            j += 1
        else:
            i += 1
    return best


@q.mistake("""You return the sum nearest to the budget, also from above. Above the budget is
out.""")
def nearest_sum(a, b, budget):
    pairs = []
    for i, first in enumerate(a):
        place = bisect.bisect_left(b, budget - first)
        pairs += [(abs(first + b[j] - budget), i, j) for j in (place - 1, place) if 0 <= j < len(b)]
    return min(pairs)[1:] if pairs else None


@q.mistake("""You return the latencies. The question asks for their places.""")
def values_for_places(a, b, budget):
    found = by_bisection(a, b, budget)
    return found and (a[found[0]], b[found[1]])


@q.mistake("""The pair is right, but you try all of them: n · m sums. In a sorted list one
comparison rules out many pairs: walk from one list's start and the other's end.""")
def every_pair_tried(a, b, budget):
    return every_pair(a, b, budget)


@q.variant
def from_the_other_side(a, b, budget):
    best, i, j = (-1, 0, 0), len(a) - 1, 0
    while i >= 0 and j < len(b):
        if a[i] + b[j] > budget:
            i -= 1
        else:
            best = max(best, (a[i] + b[j], -a[i], -j))
            j += 1
    return None if best[0] < 0 else (a.index(-best[1]), -best[2])


@q.variant
def over_kinds_of_values(a, b, budget):
    first_a, first_b = {}, {}
    for values, first in ((a, first_a), (b, first_b)):
        for place, value in enumerate(values):
            first.setdefault(value, place)
    right, sums = list(first_b), []
    for value in first_a:
        while right and value + right[-1] > budget:
            right.pop()
        if right:
            sums.append((-(value + right[-1]), first_a[value], first_b[right[-1]]))
    return min(sums)[1:] if sums else None


q.hints(
    """Start one pointer at the smallest of one list and the other at the largest of the other.
What do you know if the sum is too large, and what if it fits?""",
    """[1, 5, 8] and [1, 2, 9] with 12: the best is 1 + 9 or 8 + 2, both 10, so (0, 2). [4, 4] and
[1, 1, 1] with 5 is (0, 0).""",
    """For each i from the left, move j down while the sum is too large; what is too large for i
is too large for all later ones. Note a sum that is strictly better; in the end step j back over
equal values.""",
)
q.why("""The pattern is **two pointers**. Think of the table of all sums, rows i, columns j: it
grows to the right and downwards. The walk starts in the corner where one step makes the sum
larger and the other smaller. "Too large" rules out the rest of that column (later rows are larger
still), "fits" makes this the best of the row. Each comparison removes a row or a column: at most
n + m comparisons.

From the corner where both are smallest, both steps make the sum larger, and no comparison rules
out anything. The ties are the other half of the problem: the walk meets the first best i by
itself, and the *last* best j.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. A threshold over shards (4 points, 20 minutes)
#
# The scores of all positive examples lie on several machines. Each shard is an ascending list of
# integers from 0 to `top`; some are empty. A threshold t (an integer from 0 to `top`) catches the
# scores that are **at least t**. `highest_threshold(shards, need, top)` returns the highest
# threshold that catches at least `need` scores in all (`need` is at least 1), or `None` if there
# are fewer scores than that.
#
# The shards are long and `top` is large: the work may grow with the **logarithm** of either, and in
# proportion to the number of shards only. `need` may be anything.
#
# **Example.** With `shards = [[100, 400, 400], [250, 900], []]` and `top = 1000`, a need of 3
# gives 400, a need of 2 gives 400 as well (401 would catch one), a need of 4 gives 250, a need of
# 6 gives `None`.


# %% nbgrader={"grade_id": "highest_threshold", "solution": true}
def highest_threshold(shards, need, top):
    """The highest threshold that catches enough.

    Args:
        shards: list of ascending lists of integers 0 to top.
        need: integer >= 1.
        top: integer >= 0.

    Returns:
        integer 0 to top, or None.
    """

    ### BEGIN SOLUTION
    def enough(threshold):
        caught = (len(shard) - bisect.bisect_left(shard, threshold) for shard in shards)
        return sum(caught) >= need

    if not enough(0):
        return None
    lo, hi = 0, top + 1  # lo catches enough, hi does not
    while hi - lo > 1:
        middle = (lo + hi) // 2
        if enough(middle):
            lo = middle
        else:
            hi = middle
    return lo
    ### END SOLUTION


# %% nbgrader={"grade_id": "highest_threshold_reads_little_of_a_shard", "grade": true}
"""The highest threshold that catches enough is found without reading the shards through."""
q = Question(highest_threshold, points=4)
SHARDS = [[100, 400, 400], [250, 900], []]
q.case(SHARDS, 3, 1000, gives=400, claim="three scores are 400 or more")
q.case(SHARDS, 4, 1000, gives=250, claim="four scores are 250 or more, only three 251 or more")
q.case(SHARDS, 6, 1000, gives=None, claim="five scores cannot meet a need of six")


def long_shards(n):
    """Three shards of n scores; half of all are needed."""
    return [list(range(k, 1000, 1000 // n))[:n] for k in range(3)], 3 * n // 2, 1000


@q.probe(gives="")
def shards_are_not_read_through(f):
    """Six times the scores are hardly more work: a shard is searched, not read"""
    return cheap(f, ([[2, 5]], 1, 9), 5, long_shards, at_most=0.7)


### BEGIN HIDDEN TESTS
q.hidden()


def downwards(shards, need, top):
    """Brute force: all thresholds from the top, all scores."""
    for threshold in range(top, -1, -1):
        if sum(score >= threshold for shard in shards for score in shard) >= need:
            return threshold
    return None


def sharded(seed):
    draw = random.Random(seed)
    shards = [sorted(draw.choices(range(7), k=draw.randint(0, 4))) for _ in range(3)]
    return shards, draw.randint(1, 7), 6


TIED = [([[5, 5], [5]], need, 9) for need in (1, 2, 3)] + [([[2, 4, 4, 4], [4]], 2, 9)]
EDGES = [([[9]], 1, 9), ([[0]], 1, 9), ([[0, 0], [9]], 3, 9), ([[0]], 1, 0), ([[3, 3]], 2, 3)]
NONE = [([], 1, 5), ([[], []], 1, 5), ([[3]], 2, 5), ([[1, 2], [5]], 4, 5)]
UNEVEN = [([[1, 2, 3], [7, 8, 9]], 3, 9), ([[1], [8, 8, 9]], 2, 9), ([[0, 6], [], [1, 2]], 3, 9)]
RANDOM = [sharded(seed) for seed in range(14)]


@q.probe(gives=each(downwards, *TIED))
def equal_scores_are_caught_together(f):
    """A score equal to the threshold is caught; equal scores are caught together, even if that is
    more than needed"""
    return each(f, *TIED)


@q.probe(gives=each(downwards, *EDGES))
def both_ends(f):
    """0 and top are thresholds like any other"""
    return each(f, *EDGES)


@q.probe(gives=each(downwards, *NONE))
def not_enough_scores(f):
    """None where there are fewer scores than needed, or none at all"""
    return each(f, *NONE)


@q.probe(gives=each(downwards, *UNEVEN))
def shards_count_together(f):
    """What counts is the sum over all shards; one shard alone may have none, or all"""
    return each(f, *UNEVEN)


@q.probe(gives=each(downwards, *RANDOM))
def as_downwards(f):
    """The threshold is the one that one finds by trying all from the top"""
    return each(f, *RANDOM)


def many_thresholds(n):
    return [[0, n // 2, n]], 2, n


@q.probe(gives="")
def thresholds_are_not_tried_one_by_one(f):
    """Six times as many thresholds are hardly more work: enough is enough for all lower ones"""
    return cheap(f, ([[2, 5]], 1, 9), 5, many_thresholds, at_most=0.7)


@q.reference
def bit_by_bit(shards, need, top):
    def caught(threshold):
        return sum(len(shard) - bisect.bisect_right(shard, threshold - 1) for shard in shards)

    if caught(0) < need:
        return None
    best = 0
    for bit in reversed(range(top.bit_length())):
        step = best + (1 << bit)
        if step <= top and caught(step) >= need:
            best = step
    return best


def searched(shards, need, top, caught=lambda s, t: len(s) - bisect.bisect_left(s, t), lo=0, up=1):
    """The right answer, with parts to replace."""

    def enough(threshold):
        return sum(caught(shard, threshold) for shard in shards) >= need

    if not enough(0):
        return None
    hi = top + up
    while hi - lo > 1:
        middle = (lo + hi) // 2
        lo, hi = (middle, hi) if enough(middle) else (lo, middle)
    return lo


@q.mistake("""Scores equal to the threshold are not caught: bisect_right gives the place *behind*
them. At least t begins at bisect_left.""")
def left_vs_right_bisect(shards, need, top):
    return searched(shards, need, top, lambda s, t: len(s) - bisect.bisect_right(s, t))


@q.mistake("""You ask for *more* than needed. Exactly `need` is enough: `>=`.""")
def more_than_needed(shards, need, top):
    return None if sum(map(len, shards)) < need else searched(shards, need + 1, top) or 0


@q.mistake("""You count the scores below the threshold. Those from the place to the end of the shard
are caught: its length minus the place.""")
def counted_from_the_wrong_end(shards, need, top):
    return searched(shards, need, top, bisect.bisect_left)


@q.mistake("""You return the first threshold that does not catch enough. The answer is the one
before it.""")
def one_too_high(shards, need, top):
    found = searched(shards, need, top)
    return found if found is None else found + 1


@q.mistake("""`top` itself is never tried: with hi = top taken as "not enough" the answer stays
below it. Start with hi = top + 1.""")
def top_never_tried(shards, need, top):
    return searched(shards, need, top, up=0)


@q.mistake("""With fewer scores than needed no threshold will do. Your search ends at 0 without
asking whether 0 catches enough.""")
def zero_for_none(shards, need, top):
    return searched(shards, need, top) or 0


@q.mistake("""Each shard on its own has to meet the need in your answer. The sum over all shards has
to.""")
def each_shard_alone(shards, need, top):
    found = [searched([shard], need, top) for shard in shards]
    return min((t for t in found if t is not None), default=None)


@q.mistake("""The need is divided among the shards, as if the scores were spread evenly. One shard
may hold all the high ones.""")
def need_divided_evenly(shards, need, top):
    if sum(map(len, shards)) < need:
        return None
    share = -(-need // len(shards))
    found = [searched([shard], min(share, len(shard)), top) for shard in shards if shard]
    return min(found)


@q.mistake("""The lowest threshold that catches enough is always 0. The highest is asked for: move
lo up when it is enough.""")
def lowest_for_highest(shards, need, top):
    return None if searched(shards, need, top) is None else 0


@q.mistake("""The threshold is right, but you read all scores (merged, sorted or counted). The
shards are sorted: the number that a threshold catches takes a logarithm of steps.""")
def everything_merged(shards, need, top):
    scores = sorted(score for shard in shards for score in shard)
    return scores[-need] if need <= len(scores) else None


@q.mistake("""The threshold is right, but thresholds are tried one after the other. Catching
enough goes over from yes to no once, so halve.""")
def thresholds_one_by_one(shards, need, top):
    for threshold in range(top, -1, -1):
        if sum(len(s) - bisect.bisect_left(s, threshold) for s in shards) >= need:
            return threshold
    return None


@q.variant
def by_the_library_twice(shards, need, top):
    def short_of(threshold):
        return sum(len(s) - bisect.bisect_left(s, threshold) for s in shards) < need

    return bisect.bisect_left(range(top + 1), True, key=short_of) - 1 if not short_of(0) else None


@q.variant
def by_hand_from_above(shards, need, top):
    def caught(shard, threshold):
        low, high = 0, len(shard)
        while low < high:
            middle = (low + high) // 2
            if shard[middle] < threshold:
                low = middle + 1
            else:
                high = middle
        return len(shard) - low

    low, high = -1, top
    while low < high:
        middle = (low + high + 1) // 2
        total = 0
        for shard in shards:
            total += caught(shard, middle)
        low, high = (middle, high) if middle < 0 or total >= need else (low, middle - 1)
    return None if low < 0 else low


q.hints(
    """Take the question for granted and ask it backwards: given a threshold, does it catch
enough? How does that answer change as the threshold rises?""",
    """[[5, 5], [5]] gives 5 for a need of 1, 2 and 3. [[9]] with top 9 gives 9, [[0]] gives 0,
[[3]] with a need of 2 gives None.""",
    """Search the thresholds by halves: lo catches enough, hi = top + 1 does not. For one
threshold, sum over the shards: length minus bisect_left.""",
)
q.why("""The pattern is **binary search on the answer**. The count that a threshold catches falls
as the threshold rises, so "enough" is yes up to some point and no from there on: search for that
point. Each question costs one bisection a shard, so 30 questions of 30 steps for a billion of
each; and nothing has to be moved: each machine sends one number a question.

*At least t* starts at bisect_left, *more than t* at bisect_right; say which one you need before
you type it, and test it with equal scores. The same search gives the k-th largest over shards,
quantiles of sorted files, and the capacity that a schedule needs.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 6. The longest calm stretch (5 points, 25 minutes)
#
# A drift score is logged every hour. A stretch of neighbouring hours is *calm* if its largest and
# its smallest score differ by at most h (h is 0 or more). `longest_calm(scores, h)` returns
# `(start, stop)` of the longest calm stretch: places `start` to `stop − 1`, as in a slice. Among
# equally long ones the earliest wins. Without scores it is `(0, 0)`. The work must grow in
# proportion to the number of scores, whatever the stretch's length.
#
# **Example.** `longest_calm([4, 2, 5, 8, 7, 6, 9], 3)` is `(2, 6)`: 5, 8, 7, 6 differ by 3 at
# most; so do 8, 7, 6, 9, but later.


# %% nbgrader={"grade_id": "longest_calm", "solution": true}
def longest_calm(scores, h):
    """The longest stretch whose scores differ by at most h.

    Args:
        scores: list of integers.
        h: integer >= 0.

    Returns:
        (start, stop); (0, 0) where there are no scores.
    """
    ### BEGIN SOLUTION
    falling, rising = deque(), deque()  # places of what may still become the largest, the smallest
    best, left = (0, 0), 0
    for right, score in enumerate(scores):
        while falling and scores[falling[-1]] <= score:
            falling.pop()
        while rising and scores[rising[-1]] >= score:
            rising.pop()
        falling.append(right)
        rising.append(right)
        while scores[falling[0]] - scores[rising[0]] > h:
            left += 1
            if falling[0] < left:
                falling.popleft()
            if rising[0] < left:
                rising.popleft()
        if right + 1 - left > best[1] - best[0]:
            best = left, right + 1
    return best
    ### END SOLUTION


# %% nbgrader={"grade_id": "longest_calm_differs_by_h_at_most", "grade": true}
"""The longest stretch that differs by h at most, the first of its length."""
q = Question(longest_calm, points=5)
q.case(
    [4, 2, 5, 8, 7, 6, 9], 3, gives=(2, 6), claim="5, 8, 7, 6 is calm, and the first of length 4"
)
q.case([], 2, gives=(0, 0), claim="without scores the stretch is empty")


def saw(n):
    """A slow saw: calm stretches of about n / 2."""
    return [i % 7 + 5 * (2 * i // n) for i in range(n)], 8


@q.probe(gives="")
def a_long_stretch_costs_no_more(f):
    """The work grows like n: the largest of a stretch is kept up to date, not looked for again"""
    return cheap(f, ([1, 9, 9], 0), (1, 3), saw)


### BEGIN HIDDEN TESTS
q.hidden()


def every_stretch(scores, h):
    """Brute force: all stretches, longest and earliest first."""
    n = len(scores)
    for length in range(n, 0, -1):
        for start in range(n - length + 1):
            stretch = scores[start : start + length]
            if max(stretch) - min(stretch) <= h:
                return start, start + length
    return 0, 0


def logs(seed):
    draw = random.Random(seed)
    return [draw.randint(0, 6) for _ in range(draw.randint(1, 8))], draw.randint(0, 4)


EXACT = [([1, 3], 2), ([5, 5, 5], 0), ([0, 4, 8], 4), ([-2, 2, 0], 4)]
TIED = [([1, 9, 1, 9], 3), ([1, 1, 5, 5, 9, 9], 0), ([7], 0), ([3, 2, 1], 0)]
CREEP = [([1, 2, 3, 4, 5, 6], 2), ([0, 3, 0, 3, 6, 3], 3), ([5, 1, 5, 9, 5], 4)]
BEHIND = [([9, 5, 6, 7, 8], 3), ([1, 4, 5, 6, 5, 4], 3), ([8, 2, 3, 2, 8, 9], 1), ([6, 0, 3, 5], 3)]
RANDOM = [logs(seed) for seed in range(16)]


@q.probe(gives=each(every_stretch, *EXACT))
def a_difference_of_h_is_calm(f):
    """A difference of exactly h is calm"""
    return each(f, *EXACT)


@q.probe(gives=each(every_stretch, *TIED))
def the_earliest_of_equal_length(f):
    """Among stretches of equal length the earliest wins, also if the length is 1"""
    return each(f, *TIED)


@q.probe(gives=each(every_stretch, *CREEP))
def slow_drift_adds_up(f):
    """The largest and the smallest of the whole stretch count, not neighbours, nor its two ends"""
    return each(f, *CREEP)


@q.probe(gives=each(every_stretch, *BEHIND))
def the_left_edge_moves_only_as_far_as_it_must(f):
    """After a break the left edge moves just behind what was too far away, and what it passed
    is forgotten"""
    return each(f, *BEHIND)


@q.probe(gives=each(every_stretch, *RANDOM))
def as_every_stretch(f):
    """The stretch is the one that one finds by trying all"""
    return each(f, *RANDOM)


@q.reference
def by_two_heaps(scores, h):
    largest, smallest, best, left = [], [], (0, 0), 0
    for right, score in enumerate(scores):
        heapq.heappush(largest, (-score, right))
        heapq.heappush(smallest, (score, right))
        while -largest[0][0] - smallest[0][0] > h:
            left += 1
            while largest[0][1] < left:
                heapq.heappop(largest)
            while smallest[0][1] < left:
                heapq.heappop(smallest)
        best = max(best, (left, right + 1), key=lambda span: span[1] - span[0])
    return best


def tried(scores, h, calm, last=False):
    """The longest stretch that is calm in a wrong sense, by brute force where that is cheap."""
    n = len(scores)
    if n > 20:
        return by_two_heaps(scores, h)
    found = [(i, j) for i in range(n) for j in range(i + 1, n + 1) if calm(scores[i:j])]
    return max(found[::-1] if last else found, key=lambda s: s[1] - s[0], default=(0, 0))


@q.mistake("""stop is the place *behind* the last score, as in a slice; you return the place of
the last one.""")
def off_by_one_window(scores, h):
    start, stop = by_two_heaps(scores, h)
    return start, max(stop - 1, 0)


@q.mistake("""A difference of exactly h breaks the stretch in your answer. At most h is calm.""")
def h_excluded(scores, h):
    return tried(scores, h, lambda s: max(s) - min(s) < h)


@q.mistake("""Among equally long stretches you return the last. Replace the best only by a longer
one: `>`, not `>=`.""")
def tie_order_latest(scores, h):
    return tried(scores, h, lambda s: max(s) - min(s) <= h, last=True)


@q.mistake("""Only the two ends of a stretch are compared. Something in between may lie far
away.""")
def only_the_ends_compared(scores, h):
    return tried(scores, h, lambda s: abs(s[0] - s[-1]) <= h)


@q.mistake("""Only neighbours are compared, so a slow drift goes unnoticed. Largest and smallest
of the whole stretch count.""")
def only_neighbours_compared(scores, h):
    return tried(scores, h, lambda s: all(abs(a - b) <= h for a, b in zip(s, s[1:])))


@q.mistake("""When a score does not fit you start anew at that score. What came shortly before may
fit with it: move the left edge only behind what is too far away.""")
def starts_anew_at_the_break(scores, h):
    best, left, high, low = (0, 0), 0, float("-inf"), float("inf")
    for right, score in enumerate(scores):
        high, low = max(high, score), min(low, score)
        if high - low > h:
            left, high, low = right, score, score
        best = max(best, (left, right + 1), key=lambda span: span[1] - span[0])
    return best


@q.mistake("""The largest and the smallest are never forgotten: after a score has left the stretch
it still breaks it. Whoever is passed by the left edge must go.""")
def extremes_never_forgotten(scores, h):
    best, left, high, low = (0, 0), 0, float("-inf"), float("inf")
    for right, score in enumerate(scores):
        high, low = max(high, score), min(low, score)
        while left < right and high - low > h:
            left += 1
        best = max(best, (left, right + 1), key=lambda span: span[1] - span[0])
    return best


@q.mistake("""Without scores it raises. Nothing is a stretch of length 0: return (0, 0).""")
def empty_input(scores, h):
    high = max(scores)  # of nothing: ValueError
    return by_two_heaps(scores, h) if high else by_two_heaps(scores, h)


@q.mistake("""The stretch is right, but its largest and smallest are looked for again at each
step, or each start is tried: n² when the stretch is long. Keep the candidates: a score that is
followed by a larger one can never be the largest again.""")
def extremes_looked_for_each_time(scores, h):
    best, left = (0, 0), 0
    for right in range(len(scores)):
        while max(scores[left : right + 1]) - min(scores[left : right + 1]) > h:
            left += 1
        best = max(best, (left, right + 1), key=lambda span: span[1] - span[0])
    return best


@q.variant
def window_that_never_shrinks(scores, h):
    high, low, size, best, left = deque(), deque(), 0, (0, 0), 0
    for right, score in enumerate(scores):
        for line, sign in ((high, 1), (low, -1)):
            while line and sign * line[-1][0] <= sign * score:
                line.pop()
            line.append((score, right))
        if high[0][0] - low[0][0] > h:
            left += 1
            for line in (high, low):
                if line[0][1] < left:
                    line.popleft()
        elif right + 1 - left > size:
            size, best = right + 1 - left, (left, right + 1)
    return best


@q.variant
def left_edge_by_leaps(scores, h):
    table, width = [(scores, scores)], 1  # largest and smallest of 1, 2, 4, … neighbours
    while 2 * width <= len(scores):
        high, low = table[-1]
        places = range(len(high) - width)
        high = [max(high[i], high[i + width]) for i in places]
        low = [min(low[i], low[i + width]) for i in places]
        table, width = [*table, (high, low)], 2 * width
    best, left = [0, 0], 0
    for right in range(1, len(scores) + 1):
        while True:
            level = (right - left).bit_length() - 1
            (high, low), other = table[level], right - (1 << level)
            if max(high[left], high[other]) - min(low[left], low[other]) <= h:
                break
            left += 1
        if right - left > best[1] - best[0]:
            best = [left, right]
    return best


q.hints(
    """A stretch that is calm stays calm when you cut off its ends. So how does the left edge move
when the right edge does, and what must be known of the scores between them?""",
    """[1, 4, 5, 6, 5, 4] with 3: (1, 6), for only the 1 is too far from the 6. [6, 0, 3, 5] with
3: (1, 3). [1, 9, 1, 9] with 3: (0, 1).""",
    """Two deques of places: in one the scores fall, in the other they rise; their first places
are the largest and the smallest of the window. A new score removes from the back what it outdoes;
the left edge removes from the front what it passes.""",
)
q.why("""The pattern is a **sliding window** whose state is a pair of monotone deques. The window
slides because calm is inherited by parts: if (left, right) is not calm, no larger stretch with
this right end is, so left never has to go back. The largest of a window is no running number,
since it can leave. But a score that is followed by a larger one will never be the largest again,
so it can be dropped at once; what is left falls from front to back, and the front is the largest.
Each place enters and leaves each deque once: linear.

The variant that never shrinks says why only *longer* matters: a window of the best length so far
slides along until it can grow. Two heaps with late removal cost a factor of log n and are quicker
to write; say so and choose.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## Afterwards
#
# For each problem write down in one line: the pattern that you named first and after how many
# minutes; whether the visible tests held at the first run; and the slip, if any, in the words of
# the message that you got. A slip that comes twice in a week is the one to write on your
# edge-case list. Take the notebook again in three weeks, from an empty copy.
