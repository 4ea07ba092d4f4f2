# %% [markdown]
# # {{title}}: a round with an assistant
#
# Some rounds now give you an assistant, and mark what you do with it. This one has a fixed
# transcript, so that everybody gets the same: code that is mostly right, and a confident summary.
# About 75 minutes of the {{minutes}}, best taken in one go.
#
# {{how_it_works}}
#
# **Rules of all questions.** The order is the point: settle the specification, write the tests, and
# only then open the transcript, which is folded. No argument may be changed in place.

# %% nbgrader={"grade_id": "round_imports", "locked": true}
import hashlib
import random

from mlprep.check import Question, excess_growth

# %% [markdown]
# ## The task, as the interviewer says it
#
# > "Requests for a language model arrive with their lengths in tokens. Put them into batches. A
# > batch is padded to its longest request, and with the padding it has at most `max_tokens` tokens;
# > it has at most `max_size` requests. Some requests are too long for any batch."
#
# ## 1. What must be asked first? (2 points, 6 minutes)
#
# Eight questions that you might put *before* anything is delegated. `ask_first()` returns a dict
# from letter to `"fixed"`, if the words above answer it, or `"open"`, if they do not.
#
# - **A** Does the padding count towards `max_tokens`?
# - **B** May requests be reordered, so that lengths in a batch are alike?
# - **C** May a batch have exactly `max_tokens` tokens?
# - **D** What happens to a request that is too long?
# - **E** Does a request that is too long close the batch before it?
# - **F** Can a length be 0, as when the whole prompt is cached?
# - **G** Are places or lengths wanted in the result?
# - **H** May a batch have exactly `max_size` requests?

# %% nbgrader={"grade_id": "ask_first", "solution": true}
def ask_first():
    """Which questions are answered by the task: a dict from A to H to "fixed" or "open"."""
    ### BEGIN SOLUTION
    fixed = "ACH"
    return {letter: "fixed" if letter in fixed else "open" for letter in "ABCDEFGH"}
    ### END SOLUTION


# %% nbgrader={"grade_id": "ask_first_tells_open_from_fixed", "grade": true}
"""What the words fix need not be asked, and what they leave open must be."""
q = Question(ask_first, points=2)
SUMS = {"A": "3030f34f", "B": "68b2a2dc", "C": "1d22dd01", "D": "c8237cc6"}


def is_right(f, letter, right):
    answers = f()
    said = answers.get(letter) if isinstance(answers, dict) else answers
    same = hashlib.sha256(f"{letter} {said}".encode()).hexdigest()[:8] == right
    return "" if same else f"yours says {str(said)[:20]}"


CLAIMS = {
    "A": "A: with the padding it has at most max_tokens",
    "B": "B: nothing is said of the order; some callers need it",
    "C": "C: what does “at most” say of the limit itself?",
    "D": "D: that there are such requests is said, and nothing more",
    "E": "E: who has not asked D cannot know this either",
    "F": "F: no smallest length is named",
    "G": "G: “put them into batches” names no form",
    "H": "H: as in C",
}
for letter in SUMS:

    def shown(f, letter=letter):
        return is_right(f, letter, SUMS[letter])

    shown.__name__, shown.__doc__ = f"letter_{letter}", CLAIMS[letter]
    q.probe(shown, gives="")
### BEGIN HIDDEN TESTS
q.hidden()
OPEN = dict.fromkeys("ABCDEFGH", "open") | dict.fromkeys("ACH", "fixed")
for letter in "EFGH":

    def kept(f, letter=letter):
        said = f().get(letter)
        return "" if said == OPEN[letter] else f"yours says {str(said)[:20]}"

    kept.__name__, kept.__doc__ = f"letter_{letter}", CLAIMS[letter]
    q.probe(kept, gives="")


@q.reference
def by_the_words():
    return dict(OPEN)


@q.mistake("""You would ask nothing: everything is "fixed". An assistant fills what is open with
what is usual, without saying so; you find out from the tests that you did not write. Five things
are open here.""")
def prompt_before_spec():
    return dict.fromkeys("ABCDEFGH", "fixed")


@q.mistake("""You would ask everything. Three of these are answered by "at most" and "with the
padding"; asking them shows that you did not listen.""")
def asks_what_was_said():
    return dict.fromkeys("ABCDEFGH", "open")


@q.mistake("""F: a length of 0 looks impossible and is not: a cached prompt leaves nothing to
read. What is not excluded has to be asked, or `if not length` will decide it for you.""")
def zero_is_impossible():
    return OPEN | {"F": "fixed"}


@q.mistake("""B: order is not mentioned, which is no promise that it may be changed. Streams,
fairness and tests all hang on it.""")
def order_is_free():
    return OPEN | {"B": "fixed"}


@q.variant
def from_pairs():
    return dict(zip("ABCDEFGH", "fixed open fixed open open open open fixed".split()))


@q.variant
def in_reverse():
    return dict(reversed(OPEN.items()))


q.hints(
    """For each letter, underline the words of the task that answer it. Nothing to underline:
open.""",
    """"At most" includes the limit; "with the padding it has" says what is counted.""",
    """Three are fixed.""",
)
q.why("""What is fixed costs you nothing to know, and what is open costs the round if an assistant
settles it: it always does, silently, by what is common. The five open ones become five sentences of
the prompt, and five tests.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## The specification, after you asked
#
# `plan_batches(lengths, max_tokens, max_size)`:
#
# - `lengths`: list of ints from 0 on, in order of arrival. `max_tokens`, `max_size`: ints from 1
#   on.
# - A batch of k requests costs k times its longest length, and may cost `max_tokens` exactly. It
#   has at most `max_size` requests.
# - In order: a request goes into the current batch if both limits then hold, else that batch is
#   closed and the request opens the next. A length of 0 is a request like any other.
# - A request longer than `max_tokens` is rejected. It closes no batch.
# - Returns `(batches, rejected)`: a list of lists of places, in order, none of them empty, and a
#   list of places. No requests: `([], [])`. The work grows in proportion to the number of requests.
#
# **Example.** `plan_batches([3, 5, 20, 4, 1], 10, 4)` is `([[0, 1], [3, 4]], [2])`: two of length 5
# fill the ten exactly; the 20 is rejected; a third of length 4 would have made 15.
#
# ## 2. Tests before you read a line (5 points, 20 minutes)
#
# `spec_tests()` returns a list of 4 to 8 tests `((lengths, max_tokens, max_size), (batches,
# rejected))`, at most 6 requests each, worked out from the specification by hand. In one of them at
# least a batch has `max_size` requests, and in one at least a request is rejected. They are run on
# right code, and on four faults that the assistant's code has, each planted alone.

# %% nbgrader={"grade_id": "spec_tests", "solution": true}
def spec_tests():
    """Tests of plan_batches: a list of ((lengths, max_tokens, max_size), (batches, rejected))."""
    ### BEGIN SOLUTION
    return [
        (([], 8, 3), ([], [])),
        (([2, 4, 4], 8, 3), ([[0, 1], [2]], [])),
        (([1, 6, 1], 8, 3), ([[0], [1], [2]], [])),
        (([2, 9], 8, 3), ([[0]], [1])),
        (([0, 0, 3], 8, 2), ([[0, 1], [2]], [])),
        (([9, 1, 9, 2], 8, 3), ([[1, 3]], [0, 2])),
    ]
    ### END SOLUTION


# %% nbgrader={"grade_id": "spec_tests_hold_on_right_code_and_expose_faults", "grade": true}
"""The tests hold on right code and expose what the assistant got wrong."""
q = Question(spec_tests, points=5)


def broken_rule(lengths, max_tokens, max_size, batches, rejected):
    """The first rule of the specification that an answer breaks, or ""."""
    if rejected != [i for i, length in enumerate(lengths) if length > max_tokens]:
        return "rejected are exactly those longer than max_tokens"
    if [i for b in batches for i in b] != [i for i in range(len(lengths)) if i not in rejected]:
        return "each other request is in one batch, in order"
    for b in batches:
        if not b or len(b) > max_size or len(b) * max(lengths[i] for i in b) > max_tokens:
            return "a batch has 1 to max_size requests and costs at most max_tokens"
    for b, after in zip(batches, batches[1:]):
        longest = max(lengths[i] for i in [*b, after[0]])
        if len(b) < max_size and (len(b) + 1) * longest <= max_tokens:
            return "a batch is closed only if the next request does not fit"
    return ""


def read(f):
    """The tests as (lengths, max_tokens, max_size, batches, rejected), or what their form lacks."""
    tests, found = f(), []
    if not isinstance(tests, (list, tuple)) or not 4 <= len(tests) <= 8:
        return "4 to 8 tests are wanted"
    for number, test in enumerate(tests, start=1):
        try:
            (lengths, max_tokens, max_size), (batches, rejected) = test
            numbers = [int(x) for x in lengths], int(max_tokens), int(max_size)
            found.append((*numbers, [[int(i) for i in b] for b in batches], [*map(int, rejected)]))
        except (TypeError, ValueError):
            return f"test {number} is not ((lengths, max_tokens, max_size), (batches, rejected))"
        if len(found[-1][0]) > 6:
            return f"test {number} has more than 6 requests"
    return found


def sound(f):
    tests = read(f)
    return [] if isinstance(tests, str) else [test for test in tests if not broken_rule(*test)]


@q.probe(gives="")
def four_to_eight_tests(f):
    """4 to 8 tests of the form ((lengths, max_tokens, max_size), (batches, rejected))"""
    tests = read(f)
    return tests if isinstance(tests, str) else ""


@q.probe(gives="", weight=2)
def each_test_expects_what_the_specification_says(f):
    """A test is worked out from the specification, so that right code passes it"""
    tests = read(f)
    if isinstance(tests, str):
        return f"they have another form: {tests}"
    for number, test in enumerate(tests, start=1):
        if rule := broken_rule(*test):
            return f"test {number} expects {test[3:]} for {test[:3]}, and {rule}"
    return ""


@q.probe(gives="")
def limits_are_reached(f):
    """Limits have edges: some batch has max_size requests, and another test a rejected one"""
    tests = sound(f)
    full = any(len(b) == size for _, _, size, batches, _ in tests for b in batches)
    return "" if full and any(test[4] for test in tests) else "no sound test of yours has both"


### BEGIN HIDDEN TESTS
q.hidden()


def planned(lengths, max_tokens, max_size, stale=False, strict=False, lost=False, zero=False):
    """The assistant's code, with each of its faults or without."""
    batches, rejected, batch, longest = [], [], [], 0
    for i, length in enumerate(lengths):
        if length > max_tokens or (zero and not length):
            rejected.append(i)
            continue
        cost = (len(batch) + 1) * (longest if stale else max(longest, length))
        if batch and (len(batch) == max_size or cost >= max_tokens + (not strict)):
            batches.append(batch)
            batch, longest = [], 0
        batch.append(i)
        longest = max(longest, length)
        if lost and i == len(lengths) - 1:
            batches.append(batch)
    if batch and not lost:
        batches.append(batch)
    return batches, rejected


FAULTS = {
    "stale": "The cost of a batch was counted without the new request's length, and this lives",
    "strict": "A batch that costs max_tokens exactly was refused, and this fault lives",
    "lost": "The last batch is lost if the last request is rejected, and this fault lives",
    "zero": "A length of 0 was taken for no request, and this fault lives",
}
for fault, claim in FAULTS.items():

    def exposed(f, fault=fault):
        found = [t for t in sound(f) if planned(*t[:3], **{fault: True}) != (t[3], t[4])]
        return "" if found else "no sound test of yours fails on it"

    exposed.__name__, exposed.__doc__ = fault, claim
    q.probe(exposed, gives="")


@q.reference
def drawn_until_all_are_exposed():
    rng, found = random.Random(3), [(([], 5, 2), ([], []))]
    for fault in ("", *FAULTS):
        while True:
            given = ([rng.randrange(8) for _ in range(rng.randint(2, 5))], 6, 2)
            right = planned(*given)
            wrong = planned(*given, **{fault: True}) if fault else None
            full = any(len(b) == 2 for b in right[0]) and right[1]
            if wrong != right and (fault or full):
                break
        found.append((given, right))
    return found


SUITE = [
    (([], 9, 2), ([], [])),
    (([3, 3, 3], 9, 3), ([[0, 1, 2]], [])),
    (([1, 5], 9, 3), ([[0], [1]], [])),
    (([4, 0, 10], 9, 3), ([[0, 1]], [2])),
    (([1, 1, 1], 9, 2), ([[0, 1], [2]], [])),
]


@q.mistake("""Your expected values are what the assistant's code returns. Tests written from code
repeat its misunderstanding, and are green: that is why they come before the reading. Work each one
out from the specification.""")
def tests_written_from_code():
    wrong = dict.fromkeys(FAULTS, True)
    return [(given, planned(*given, **wrong)) for given, _ in SUITE]


@q.mistake("""These tests hold on right code and on nearly all wrong code: every batch is far
below its limits. Each number of the specification is a place for a fault: exactly max_tokens, one
more, a length of 0, a rejected one in the middle and at the end.""")
def far_below_the_limits():
    return [(([1, 1], 50, 2), ([[0, 1]], [])), (([2, 3], 50, 3), ([[0, 1]], [])),
            (([1, 60, 1], 50, 4), ([[0, 2]], [1])), (([4], 50, 2), ([[0]], []))]  # fmt: skip


@q.mistake("""A rejected request closes the batch in one of your tests. The specification says
that it closes none: you have tested what you would have written.""")
def rejected_closes_the_batch():
    return [*SUITE, (([1, 10, 1], 9, 3), ([[0], [2]], [1]))]


@q.mistake("""You added the lengths up. A batch is padded: k requests cost k times the longest.""")
def lengths_are_added():
    return [*SUITE[:2], (([1, 5], 9, 3), ([[0, 1]], [])), *SUITE[3:]]


@q.mistake("""The tests are good, but none ends in a request that is rejected: what is done "at the
last request" is then never tried without one.""")
def rejected_last_left_out():
    return [*SUITE[:3], (([4, 0, 10, 9], 9, 3), ([[0, 1], [3]], [2])), SUITE[4]]


@q.mistake("""The tests are good, but no length is 0.""")
def zero_length_left_out():
    return [*SUITE[:3], (([4, 1, 10], 9, 3), ([[0, 1]], [2])), SUITE[4]]


@q.mistake("""The tests are good, but no batch costs max_tokens exactly. "At most" has an edge.""")
def exact_cost_left_out():
    return [SUITE[0], (([2, 3, 2], 10, 3), ([[0, 1, 2]], [])), *SUITE[2:]]


@q.mistake("""The tests are good, but in none does a *longer* request come into a batch that has
room by its old longest: the padding of those before it grows, too.""")
def growing_padding_left_out():
    return [*SUITE[:2], (([5, 1], 9, 3), ([[0], [1]], [])), *SUITE[3:]]


@q.variant
def five_tests():
    return list(SUITE)


@q.variant
def as_lists():
    return [[list(given), list(expected)] for given, expected in SUITE]


q.hints(
    """One test a sentence of the specification: exactly the cost, one above, 0, rejected in the
middle, rejected at the end, none.""",
    """[1, 5] with 9: the second makes the first cost 5, too. [4, 0, 10]: what is lost if the last
one is rejected?""",
    """([3, 3, 3], 9, 3) is exact. ([1, 5], 9, 3) must make two batches. ([4, 0, 10], 9, 3) has a 0
and a rejected last one.""",
)
q.why("""Code that somebody else wrote fast fails where the specification has a number or a
special case, and its author did not: at exactly the limit, at 0, at the end. So a test for each
number, from the sentence and not from the code. Five small ones expose all four faults; the same
five with expected values from the code would be green.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## The transcript
#
# Do your tests stand? Then open it.
#
# <details><summary>You and the assistant</summary>
#
# **You:** Write plan_batches(lengths, max_tokens, max_size) to this specification. *(It follows, as
# above.)*
#
# **Assistant:** Here is a clean single-pass solution:
#
# ```python
# def plan_batches(lengths, max_tokens, max_size):
#     batches, rejected = [], []
#     batch, longest = [], 0
#     for i, length in enumerate(lengths):
#         if not length or length > max_tokens:
#             rejected.append(i)
#             continue
#         if len(batch) == max_size or (len(batch) + 1) * longest >= max_tokens:
#             batches.append(batch)
#             batch, longest = [], 0
#         batch.append(i)
#         longest = max(longest, length)
#         if i == len(lengths) - 1:
#             batches.append(batch)
#     return batches, rejected
# ```
#
# 1. One pass, so the work grows in proportion to the number of requests.
# 2. Padding is accounted for: no batch costs more than `max_tokens`.
# 3. No batch has more than `max_size` requests.
# 4. The budget is used fully: a batch may cost `max_tokens` exactly.
# 5. No request is lost: each place is in exactly one batch, or rejected.
# 6. No requests give `([], [])`.
# 7. The input is not changed.
# 8. A request that is too long is rejected, and closes no batch.
# 9. A length of 0 is handled like any other.
#
# **You:** Are you sure about the last batch?
#
# **Assistant:** Yes: when the loop reaches the last request, the open batch is appended. I have
# checked several examples and all of them pass.
#
# </details>
#
# ## 3. Which claims are false? (4 points, 15 minutes)
#
# `counterexamples()` returns a dict from the number of each **false** claim to an input `(lengths,
# max_tokens, max_size)` on which the code above breaks that claim. Leave the true ones out. An
# input may break several claims.

# %% nbgrader={"grade_id": "counterexamples", "solution": true}
def counterexamples():
    """An input that refutes each false claim: {number: (lengths, max_tokens, max_size)}."""
    ### BEGIN SOLUTION
    return {2: ([1, 6], 8, 3), 4: ([4, 4], 8, 3), 5: ([2, 9], 8, 3), 9: ([0], 8, 3)}
    ### END SOLUTION


# %% nbgrader={"grade_id": "counterexamples_refute_the_false_claims_only", "grade": true}
"""Each false claim is refuted by an input, and no true one is accused."""
q = Question(counterexamples, points=4)


def assistant(lengths, max_tokens, max_size):
    """The code of the transcript."""
    batches, rejected = [], []
    batch, longest = [], 0
    for i, length in enumerate(lengths):
        if not length or length > max_tokens:
            rejected.append(i)
            continue
        if len(batch) == max_size or (len(batch) + 1) * longest >= max_tokens:
            batches.append(batch)
            batch, longest = [], 0
        batch.append(i)
        longest = max(longest, length)
        if i == len(lengths) - 1:
            batches.append(batch)
    return batches, rejected


def refuted(number, lengths, max_tokens, max_size):
    """Whether the code breaks claim 2, 3, 4, 5, 6, 8 or 9 on this input."""
    batches, rejected = assistant(lengths, max_tokens, max_size)
    costs = [len(b) * max(lengths[i] for i in b) for b in batches if b]
    if number == 2:
        return any(cost > max_tokens for cost in costs)
    if number == 3:
        return any(len(b) > max_size for b in batches)
    if number == 4:  # the next request would have made it exact, and was kept out
        pairs = [(b, after[0]) for b, after in zip(batches, batches[1:]) if len(b) < max_size]
        return any((len(b) + 1) * max(lengths[i] for i in [*b, n]) == max_tokens for b, n in pairs)
    if number == 5:
        return sorted([*rejected, *(i for b in batches for i in b)]) != [*range(len(lengths))]
    if number == 6:
        return not lengths and (batches, rejected) != ([], [])
    if number == 8:
        return any(length > max_tokens and i not in rejected for i, length in enumerate(lengths))
    return number == 9 and any(lengths[i] == 0 for i in rejected)


def given(f):
    answer = f()
    return answer if isinstance(answer, dict) else {}


def refutes(f, number):
    """"" where the input for a claim refutes it, else what it does."""
    if number not in given(f):
        return "yours has no input for it"
    try:
        lengths, max_tokens, max_size = given(f)[number]
        lengths = [int(x) for x in lengths]
        shown = f"{lengths}, {max_tokens}, {max_size}"
        if min([max_tokens, max_size, *(length + 1 for length in lengths)]) < 1:
            return f"({shown}) is no input of the specification"
        broken = refuted(number, lengths, max_tokens, max_size)
        return "" if broken else f"claim {number} holds for ({shown})"
    except (TypeError, ValueError):
        return f"{str(given(f)[number])[:40]} is not (lengths, max_tokens, max_size)"


@q.probe(gives="")
def claim_9(f):
    """Claim 9 is false: `not length` is true for 0"""
    return refutes(f, 9)


@q.probe(gives="")
def claim_4(f):
    """Claim 4 is false: read the comparison aloud, with a cost of exactly max_tokens"""
    return refutes(f, 4)


@q.probe(gives="")
def what_is_refuted_is_refuted(f):
    """Each input that is given breaks the claim that it stands for"""
    if not isinstance(f(), dict):
        return f"yours is no dict but {type(f()).__name__}"
    texts = [refutes(f, number) for number in given(f)]
    return next(filter(None, texts), "" if given(f) else "yours refutes nothing")


### BEGIN HIDDEN TESTS
q.hidden()


@q.probe(gives="", weight=2)
def claim_2(f):
    """Claim 2 is false: when the cost is compared, whose length is not yet in `longest`?"""
    return refutes(f, 2)


@q.probe(gives="", weight=2)
def claim_5(f):
    """Claim 5 is false: which line is skipped if the last request is rejected?"""
    return refutes(f, 5)


@q.probe(gives="")
def true_claims_are_left_alone(f):
    """Claims 1, 3, 6, 7 and 8 are true: accusing them costs the round, too"""
    accused = sorted(str(number) for number in given(f) if number not in (2, 4, 5, 9))
    return f"yours accuses {', '.join(accused)}" if accused else ""


@q.reference
def by_search():
    rng, found = random.Random(5), {}
    while len(found) < 4:
        case = ([rng.randrange(8) for _ in range(rng.randint(1, 4))], 6, 3)
        found |= {n: case for n in (2, 4, 5, 9) if n not in found and refuted(n, *case)}
    return found


RIGHT = {2: ([2, 5], 8, 3), 4: ([2, 2, 2], 6, 3), 5: ([1, 7], 6, 3), 9: ([3, 0], 6, 2)}


@q.mistake("""You accepted the code as it came: no claim is refuted. The summary describes what was
asked for, not what was written. Read each claim against its line, with the number that is at its
edge.""")
def accepts_unseen():
    return {}


@q.mistake("""Claims 4 and 9 are seen by reading one comparison each. 2 and 5 take two rounds of the
loop: do a dry run with a longer second request, and with a last one that is rejected.""")
def read_but_not_run_through():
    return {4: RIGHT[4], 9: RIGHT[9]}


@q.mistake("""Claim 5 was believed, because the assistant said "I have checked". It answered the
question that you asked: *when the last request is reached*. A rejected one never reaches that
line.""")
def reassured_about_the_last_batch():
    return {number: case for number, case in RIGHT.items() if number != 5}


@q.mistake("""Claim 2 was believed. `longest` does not know the new request when the cost is
compared: [2, 5] with 8 makes a batch that costs 10.""")
def stale_longest_not_seen():
    return {number: case for number, case in RIGHT.items() if number != 2}


@q.mistake("""Claim 1 is accused. `max` of two numbers and `append` are single steps; the work is in
proportion to the number of requests. A review that cries wolf is not read.""")
def linear_claim_accused():
    return RIGHT | {1: ([1, 2, 3], 6, 3)}


@q.mistake("""Claim 8 is accused. A request that is too long is skipped by `continue`, before
anything is closed. (That the open batch may then be lost at the end is claim 5.)""")
def rejection_accused():
    return RIGHT | {8: RIGHT[5]}


@q.variant
def other_inputs():
    return {9: ([0, 0], 3, 1), 5: ([2, 1, 99], 9, 9), 4: ([3, 3, 3], 9, 5), 2: ([1, 1, 9], 10, 4)}


@q.variant
def one_input_for_two():
    both = ([0, 1, 7], 6, 3)
    return RIGHT | {5: both, 9: both}


q.hints(
    """Four claims are false. For each line of the code ask which claim it is meant to keep.""",
    """Two requests are enough for each: a longer second one; two that fill the budget exactly; a
last one that is too long; a 0.""",
    """2: ([2, 5], 8, 3) costs 10. 4: what does `>=` do at 6 of 6? 5: `continue` jumps over the last
`if`. 9: `not 0`.""",
)
q.why("""Claims are worth reading as a list of properties to break: each names the line to look at
and the number to try. Five of the nine are true, so suspicion alone scores nothing; an input
does. And a second question got a confident answer to something slightly different. A model's
assurance is a sample of how assurances sound: run it through.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 4. Hand in code that passes (5 points, 15 minutes)
#
# Write `plan_batches` as the specification says. Mend the transcript's code or write your own; you
# answer for it either way.

# %% nbgrader={"grade_id": "plan_batches", "solution": true}
def plan_batches(lengths, max_tokens, max_size):
    """Batches of requests in order, padded to the longest, and what fits into none.

    Args:
        lengths: list of ints from 0 on. Tokens of each request, in order of arrival.
        max_tokens: int ≥ 1. A batch of k costs k times its longest, at most this.
        max_size: int ≥ 1. Requests in a batch, at most.

    Returns:
        (batches, rejected): list of lists of places, list of places.
    """
    ### BEGIN SOLUTION
    batches, rejected, longest = [], [], 0
    for i, length in enumerate(lengths):
        if length > max_tokens:
            rejected.append(i)
            continue
        padded = max(longest, length)
        fits = batches and len(batches[-1]) < max_size
        if fits and (len(batches[-1]) + 1) * padded <= max_tokens:
            batches[-1].append(i)
            longest = padded
        else:
            batches.append([i])
            longest = length
    return batches, rejected
    ### END SOLUTION


# %% nbgrader={"grade_id": "plan_batches_keeps_the_specification", "grade": true}
"""Every sentence of the specification holds."""
q = Question(plan_batches, points=5)
q.case([3, 5, 20, 4, 1], 10, 4, gives=([[0, 1], [3, 4]], [2]), claim="the statement's example")
q.case([], 5, 2, gives=([], []), claim="no requests, no batches")
q.case([1, 1, 1, 1, 1], 50, 2, gives=([[0, 1], [2, 3], [4]], []), claim="two in a batch at most")
### BEGIN HIDDEN TESTS
q.hidden()
q.case([2, 2, 2], 6, 5, gives=([[0, 1, 2]], []), claim="a batch may cost max_tokens exactly")
q.case([1, 5], 9, 5, gives=([[0], [1]], []), claim="a longer request pads those before it, too")
q.case([2, 3, 8], 7, 5, gives=([[0, 1]], [2]), claim="the last batch stays if the last is rejected")
q.case([0, 0, 2], 4, 4, gives=([[0, 1], [2]], []), claim="a length of 0 is a request")
q.case([1, 9, 1], 4, 4, gives=([[0, 2]], [1]), claim="a rejected request closes no batch")
q.case([9, 9], 4, 4, gives=([], [0, 1]), claim="all are rejected: no empty batch")


@q.probe(weight=2)
def random_requests(f):
    """Forty random lists of requests, with limits from 1 on"""
    rng, found = random.Random(8), []
    for _ in range(40):
        lengths = [rng.randrange(7) for _ in range(rng.randint(0, 9))]
        batches, rejected = f(lengths, rng.randint(1, 9), rng.randint(1, 4))
        found.append([[list(b) for b in batches], list(rejected)])
    return found


@q.probe(gives="")
def the_work_is_linear(f):
    """Six times the requests are six times the work"""
    if not f([2, 2], 4, 2)[0]:
        return "it does nothing"
    return excess_growth(f, lambda n: ([1] * n, 9 * n, n), 20, 120, at_most=1.4)


@q.reference
def one_batch_after_the_other(lengths, max_tokens, max_size):
    """Each batch is drawn out as far as it goes, and then the next begins."""
    places = [i for i, length in enumerate(lengths) if length <= max_tokens]
    batches, start = [], 0
    while start < len(places):
        end, longest = start, 0
        while end < len(places) and end - start < max_size:
            longest = max(longest, lengths[places[end]])
            if (end - start + 1) * longest > max_tokens:
                break
            end += 1
        batches.append(places[start:end])
        start = end
    return batches, [i for i, length in enumerate(lengths) if length > max_tokens]


def code(lengths, max_tokens, max_size, stale=0, strict=0, lost=0, zero=0, close=0, size=0, add=0):
    """Right code, with faults to choose from."""
    batches, rejected, batch, longest, total = [], [], [], 0, 0
    for i, length in enumerate(lengths):
        if length > max_tokens or (zero and not length):
            rejected.append(i)
            if close and batch:
                batches.append(batch)
                batch, longest, total = [], 0, 0
            continue
        cost = (len(batch) + 1) * (longest if stale else max(longest, length))
        cost = total + length if add else cost
        if batch and (len(batch) >= max_size + size or cost > max_tokens - bool(strict)):
            batches.append(batch)
            batch, longest, total = [], 0, 0
        batch.append(i)
        longest, total = max(longest, length), total + length
        if lost and i == len(lengths) - 1:
            batches.append(batch)
    return ([*batches, batch] if batch and not lost else batches), rejected


@q.mistake("""You handed in the transcript's code. It breaks four sentences of the specification;
the claims under it say which.""")
def accepts_unseen(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, stale=1, strict=1, lost=1, zero=1)


@q.mistake("""The cost is still compared with the old longest. A longer request makes *all* of the
batch longer: take max(longest, length) first.""")
def stale_longest_kept(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, stale=1)


@q.mistake("""A batch that costs max_tokens exactly is still refused. "At most" is <=.""")
def strict_limit_kept(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, strict=1)


@q.mistake("""The last batch is still lost when the last request is rejected: `continue` jumps
over the line that appends it. Append it after the loop.""")
def last_batch_still_lost(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, lost=1)


@q.mistake("""A request of length 0 is still rejected: `not length` is true for 0. Compare with
max_tokens only.""")
def zero_still_rejected(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, zero=1)


@q.mistake("""A rejected request closes the batch before it. The specification says that it closes
none.""")
def rejection_closes(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, close=1)


@q.mistake("""After the loop the open batch is appended even if it is empty: no requests, or none
that fits, give [[]]. No batch is empty.""")
def empty_batch_at_the_end(lengths, max_tokens, max_size):
    batches, rejected = code(lengths, max_tokens, max_size)
    return batches or [[]], rejected


@q.mistake("""The requests were sorted by length. That saves padding and breaks the order, which the
specification fixes: batches are formed as requests arrive.""")
def sorted_by_length(lengths, max_tokens, max_size):
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    batches, rejected = code([lengths[i] for i in order], max_tokens, max_size)
    return [[order[i] for i in b] for b in batches], sorted(order[i] for i in rejected)


@q.mistake("""Batches have one request more than max_size: compare before the request is added.""")
def one_too_many(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, size=1)


@q.mistake("""The lengths are added up. Padding makes each request as long as the longest: k times
the longest.""")
def lengths_added_up(lengths, max_tokens, max_size):
    return code(lengths, max_tokens, max_size, add=1)


@q.mistake("""The longest of the batch is found anew for each request, by looking at all of them:
the work grows with the square of a batch. Keep it in a variable.""")
def longest_found_anew(lengths, max_tokens, max_size):
    batches, rejected = [], []
    for i, length in enumerate(lengths):
        if length > max_tokens:
            rejected.append(i)
            continue
        longest = length
        for j in batches[-1] if batches else ():
            longest = max(longest, lengths[j])
        if batches and len(batches[-1]) < max_size:
            if (len(batches[-1]) + 1) * longest <= max_tokens:
                batches[-1].append(i)
                continue
        batches.append([i])
    return batches, rejected


@q.variant
def with_a_closing_function(lengths, max_tokens, max_size):
    batches, open_batch, longest = [], [], 0
    rejected = [i for i, length in enumerate(lengths) if length > max_tokens]
    for i, length in enumerate(lengths):
        if length > max_tokens:
            continue
        grown = max(longest, length)
        if open_batch and (
            len(open_batch) == max_size or grown * (len(open_batch) + 1) > max_tokens
        ):
            batches.append(open_batch)
            open_batch, grown = [], length
        open_batch.append(i)
        longest = grown
    if open_batch:
        batches.append(open_batch)
    return batches, rejected


@q.variant
def as_a_list_of_starts(lengths, max_tokens, max_size):
    kept, starts, longest = [], [], 0
    for i, length in enumerate(lengths):
        if length <= max_tokens:
            longest = max(longest, length)
            size = len(kept) - starts[-1] + 1 if starts else max_size + 1
            if size > max_size or size * longest > max_tokens:
                starts.append(len(kept))
                longest = length
            kept.append(i)
    ends = [*starts[1:], len(kept)]
    batches = [kept[a:b] for a, b in zip(starts, ends)]
    return batches, [i for i, length in enumerate(lengths) if length > max_tokens]


q.hints(
    """Run your own tests from question 2 on it, one after the other.""",
    """[1, 5] with 9; [2, 2, 2] with 6; [2, 3, 8] with 7; [0, 0, 2] with 4: what must come out?""",
    """max(longest, length) before the comparison; > in place of >=; the last batch after the loop;
no `not length`.""",
)
q.why("""Mending is four small changes; the way to be sure is that each has a test that was red on
the transcript and is green now. A rewrite is as good, and then your tests owe nothing to its
shape. What does not work is a fifth prompt "please fix the bugs": you would have to read the next
answer as carefully.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown]
# ## 5. The order of a round (3 points, 10 minutes)
#
# A log of such a round is a list of steps, in order: `"spec"` (something open was settled),
# `"tests"` (a test was written), `"prompt"`, `"read"` (the answer was read), `"run"` (the tests
# were run), `"accept"` (the answer was taken over). Steps may repeat. `order_faults(log)` returns a
# list of what is wrong, in the order of this table:
#
# | name | when |
# |---|---|
# | `"prompt-before-spec"` | a `prompt` comes before the first `spec`, or there is no `spec` |
# | `"tests-written-from-code"` | there is a `read`, and no `tests` before the first one |
# | `"accepts-unseen"` | an `accept`, and no `read` or no `run` since the `prompt` before it |
#
# An `accept` without any `prompt` before it needs a `read` and a `run` before it.
#
# **Example.** `order_faults(["spec", "prompt", "read", "tests", "run", "accept"])` is
# `["tests-written-from-code"]`.

# %% nbgrader={"grade_id": "order_faults", "solution": true}
def order_faults(log):
    """What is wrong with the order of a round with an assistant.

    Args:
        log: list of "spec", "tests", "prompt", "read", "run", "accept", in order.

    Returns:
        list of str, in the order of the statement's table.
    """
    ### BEGIN SOLUTION
    seen, since, faults = set(), set(), set()
    for step in log:
        if step == "prompt":
            since = set()
            if "spec" not in seen:
                faults.add("prompt-before-spec")
        if step == "read" and "read" not in seen and "tests" not in seen:
            faults.add("tests-written-from-code")
        if step == "accept" and not {"read", "run"} <= since:
            faults.add("accepts-unseen")
        seen.add(step)
        since.add(step)
    order = ["prompt-before-spec", "tests-written-from-code", "accepts-unseen"]
    return [name for name in order if name in faults]
    ### END SOLUTION


# %% nbgrader={"grade_id": "order_faults_sees_what_came_too_late", "grade": true}
"""Three faults are a matter of order, and the order is seen."""
q = Question(order_faults, points=3)
GOOD = ["spec", "tests", "prompt", "read", "run", "accept"]
q.case(GOOD, gives=[], claim="the right order has no fault")
q.case(
    ["spec", "prompt", "read", "tests", "run", "accept"],
    gives=["tests-written-from-code"],
    claim="the statement's example",
)
q.case(["tests", "prompt", "accept"], gives=["prompt-before-spec", "accepts-unseen"],
       claim="never read, so no test was written from code; never settled, never run")  # fmt: skip
### BEGIN HIDDEN TESTS
q.hidden()
LOGS = {
    "an empty log": [],
    "a prompt, then the specification": ["prompt", "spec", "tests", "read", "run", "accept"],
    "read and run before, and a second answer taken unseen": [*GOOD, "prompt", "accept"],
    "a second answer, read and not run": [*GOOD, "prompt", "read", "accept"],
    "a second answer, run and not read": [*GOOD, "prompt", "run", "accept"],
    "a second answer, read and run": [*GOOD, "prompt", "run", "read", "accept"],
    "the first answer was read and run, the second was taken": ["spec", "tests", "prompt", "read",
                                                                "run", "prompt", "accept"],
    "two answers, one accept for both": ["spec", "tests", "prompt", "read", "run", "prompt", "read",
                                         "run", "accept"],
    "more tests after the reading are good": [*GOOD[:4], "tests", "run", "accept"],
    "nothing was accepted": ["spec", "tests", "prompt"],
    "your own code, without a prompt": ["tests", "accept"],
    "your own code, read and run": ["tests", "read", "run", "accept"],
    "all three": ["prompt", "read", "accept", "spec", "tests", "run"],
}  # fmt: skip
for claim, steps in LOGS.items():
    q.case(steps, claim=claim)


@q.reference
def by_slices(log):
    def before(step, end):
        return step in log[:end]

    reads = [i for i, step in enumerate(log) if step == "read"]
    early = any(step == "prompt" and not before("spec", i) for i, step in enumerate(log))
    late = bool(reads) and not before("tests", reads[0])
    unseen = False
    for i, step in enumerate(log):
        if step == "accept":
            start = max((j for j in range(i) if log[j] == "prompt"), default=0)
            unseen |= not {"read", "run"} <= set(log[start:i])
    names = "prompt-before-spec", "tests-written-from-code", "accepts-unseen"
    return [name for name, holds in zip(names, (early, late, unseen)) if holds]


def with_rule(log, name, holds):
    found = dict.fromkeys(by_slices(log), True) | {name: holds}
    order = "prompt-before-spec", "tests-written-from-code", "accepts-unseen"
    return [fault for fault in order if found.get(fault)]


@q.mistake("""Only whether there is a `spec` is looked at, not whether it came first. What is
settled after the prompt, the assistant has settled already.""")
def spec_anywhere(log):
    return with_rule(log, "prompt-before-spec", "prompt" in log and "spec" not in log)


@q.mistake("""Only whether there are `tests` is looked at. Written after the first reading, they say
what the code does.""")
def tests_anywhere(log):
    return with_rule(log, "tests-written-from-code", "read" in log and "tests" not in log)


@q.mistake("""Without a `read` no test can be written from code, but it is reported: the rule begins
with "there is a read".""")
def tests_missing_is_reported(log):
    first = log.index("read") if "read" in log else len(log)
    return with_rule(log, "tests-written-from-code", "tests" not in log[:first])


@q.mistake("""A `read` and a `run` anywhere before the accept are taken as enough. A second prompt
gives another answer: it has to be read and run itself.""")
def read_once_is_read_for_ever(log):
    places = [i for i, step in enumerate(log) if step == "accept"]
    holds = any(not {"read", "run"} <= set(log[:i]) for i in places)
    return with_rule(log, "accepts-unseen", holds)


@q.mistake("""Reading is taken as enough. Tests that were not run have said nothing.""")
def reading_is_enough(log):
    unseen = False
    for i, step in enumerate(log):
        if step == "accept":
            start = max((j for j in range(i) if log[j] == "prompt"), default=0)
            unseen |= "read" not in log[start:i]
    return with_rule(log, "accepts-unseen", unseen)


@q.mistake("""Green tests are taken as enough. What you have not read you cannot answer for, nor
explain to the one who asks.""")
def running_is_enough(log):
    unseen = False
    for i, step in enumerate(log):
        if step == "accept":
            start = max((j for j in range(i) if log[j] == "prompt"), default=0)
            unseen |= "run" not in log[start:i]
    return with_rule(log, "accepts-unseen", unseen)


@q.mistake("""Only the first `accept` is looked at.""")
def first_accept_only(log):
    end = log.index("accept") + 1 if "accept" in log else len(log)
    return with_rule(log, "accepts-unseen", "accepts-unseen" in by_slices(log[:end]))


@q.variant
def with_indices(log):
    def first(step):
        return log.index(step) if step in log else len(log)

    found = ["prompt-before-spec"] if first("prompt") < first("spec") else []
    if first("read") < len(log) and first("tests") > first("read"):
        found.append("tests-written-from-code")
    read = run = bad = False
    for step in log:
        if step == "prompt":
            read = run = False
        read, run = read or step == "read", run or step == "run"
        bad = bad or (step == "accept" and not (read and run))
    return found + ["accepts-unseen"] * bad


@q.variant
def by_pieces(log):
    pieces, piece = [], []
    for step in log:
        if step == "prompt":
            pieces.append(piece)
            piece = []
        piece.append(step)
    pieces.append(piece)
    unseen = any(
        step == "accept" and not {"read", "run"} <= set(piece[:i])
        for piece in pieces
        for i, step in enumerate(piece)
    )
    return [*(name for name in by_slices(log) if name != "accepts-unseen"),
            *["accepts-unseen"] * unseen]  # fmt: skip


q.hints(
    """Three rules, three scans. For which log is one of yours wrong?""",
    """["spec", "tests", "prompt", "read", "run", "accept", "prompt", "accept"]: the second answer
was never read.""",
    """At each prompt, forget what was read and run. For the tests, only what stands before the
first read counts.""",
)
q.why("""All three faults leave the same steps in the log; only their order differs. That is why
"did you test it?" is answered with yes by everybody. Since each prompt makes a new answer, reading
and running belong to an answer, not to a round.""")
### END HIDDEN TESTS
q.grade()

# %% [markdown] nbgrader={"grade_id": "review_for_a_colleague", "task": true, "points": 8}
# ## 6. Review and delegation (8 points, 10 minutes, graded by hand)
#
# In the cell below: (a) the review of the transcript's code as you would leave it for a colleague,
# at most five comments; (b) three sentences on what of this task you would delegate again and what
# not, and why.
#
# ### BEGIN MARK SCHEME
# Two parts of 0 to 4. Give the highest level of which everything holds.
#
# *Review.* **0** nothing, or "there are bugs". **1** a fault is named. **2** at least three, each
# with an input and what comes out. **3** all four, each with an input, the expected result by a
# sentence of the specification, and the change; no true claim is accused. **4** as 3, ordered by
# harm (lost requests first), says what was right, and names the test that now guards each.
#
# *Delegation.* **0** nothing. **1** "use it carefully". **2** names a part that was worth
# delegating and one that was not. **3** as 2, with the reason in cost: who can check it, how fast,
# and what a miss costs. **4** as 3, and says what would change the answer (no oracle, a long diff,
# secret data).
#
# A level-4 review comment: "Lost requests. plan_batches([2, 9], 8, 3) returns ([], [1]); place 0 is
# gone. Each place is in one batch or rejected. The append stands behind `continue`; I moved it
# below the loop. Guarded by test 4. (Rejecting without closing, and max_size, are right.)"
# ### END MARK SCHEME

# %% [markdown]
# *Your answer: write it here, in place of this line.*
