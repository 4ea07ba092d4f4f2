"""Costs are counted: the exponent of what grows, the same in the notebook and in the grader."""

from __future__ import annotations

import bisect
import heapq
from collections import deque
from textwrap import dedent

import numpy as np
import pytest
from helpers import cell, graded, notebook, outcomes, with_answer

from mlprep.check import excess_growth, growth, peak_bytes, work


def numbers(n):
    return (list(range(n)),)


def letters(n):
    return ("ab" * (n // 2),)


def pop_the_first(xs):
    queue = list(xs)
    while queue:
        queue.pop(0)


def pop_the_last(xs):
    stack = list(xs)
    while stack:
        stack.pop()


def insert_in_front(xs):
    out = []
    for x in xs:
        out.insert(0, x)


def insert_behind(xs):
    out = []
    for x in xs:
        out.insert(len(out), x)


def pop_left(xs):
    queue = deque(xs)
    while queue:
        queue.popleft()


def look_up_in_a_list(xs):
    seen = []
    for x in xs:
        if x not in seen:
            seen.append(x)


def look_up_in_a_set(xs):
    seen = set()
    return [x for x in xs if not (x in seen or seen.add(x))]


def cut_off_the_head(xs):
    while xs:
        xs = xs[1:]


def sum_each_prefix(xs):
    return [sum(xs[:end]) for end in range(len(xs))]


def sort_again_for_each(xs):
    kept = []
    for x in xs:
        kept.append(-x)
        kept.sort()


def pairs(xs):
    return sum(1 for i in range(len(xs)) for _ in range(i))


def sort_and_search(xs):
    ordered = sorted(xs)
    return [bisect.bisect_left(ordered, x) for x in xs]


def through_a_heap(xs):
    heap = []
    for x in xs:
        heapq.heappush(heap, x)
    return [heapq.heappop(heap) for _ in xs]


def grow_a_text(text):
    out = ""
    for letter in text:
        out += letter
    return out


def join_a_text(text):
    return "".join(letter for letter in text)


@pytest.mark.parametrize("f", [pop_the_last, insert_behind, pop_left, look_up_in_a_set])
def test_linear_work_grows_in_proportion(f):
    assert growth(f, numbers, 30, 240) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    "f",
    [
        pop_the_first,
        insert_in_front,
        look_up_in_a_list,
        cut_off_the_head,
        sum_each_prefix,
        sort_again_for_each,
        pairs,
    ],
)
def test_a_hidden_loop_over_the_list_is_counted(f):
    assert growth(f, numbers, 30, 240) == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("f", [sort_and_search, through_a_heap])
def test_n_log_n_lies_between(f):
    assert 1 < growth(f, numbers, 30, 240) < 1.4


def test_growing_a_text_by_letters_copies_it_each_time():
    assert growth(grow_a_text, letters, 30, 240) == pytest.approx(2, abs=0.15)
    assert growth(join_a_text, letters, 30, 240) == pytest.approx(1, abs=0.1)


def test_a_row_that_is_looked_at_is_not_copied():
    def look(rows):
        return [rows[0][i] for i in range(len(rows[0]))]

    def copy(rows):
        return [rows[0][:][i] for i in range(len(rows[0]))]

    def one_row(n):
        return ([[1] * n],)

    assert growth(look, one_row, 30, 240) == pytest.approx(1, abs=0.1)
    assert growth(copy, one_row, 30, 240) > 1.7


def test_the_words_do_not_depend_on_the_count():
    assert excess_growth(pop_left, numbers, 30, 240, at_most=1.4) == ""
    for f in (pop_the_first, pairs, sum_each_prefix):
        text = excess_growth(f, numbers, 30, 240, at_most=1.4)
        assert text == "the work grows about like n^2"


def test_the_power_that_is_told_is_never_one_that_is_allowed():
    def between(xs):  # about n^1.45
        for x in xs:
            for _ in range(int((x + 1) ** 0.45)):
                pass

    assert 1.35 < growth(between, numbers, 100, 800) < 1.5
    assert excess_growth(between, numbers, 100, 800, at_most=1.3) == "the work grows about like n^2"


def test_peak_memory_tells_n_squared_from_n():
    def differences(x):
        return np.abs(x[:, None] - x).max()

    def spread(x):
        return x.max() - x.min()

    def make(n):
        return (np.arange(float(n)),)

    assert peak_bytes(differences, *make(1000)) >= 8e6 > 1e5 > peak_bytes(spread, *make(1000))
    words = excess_growth(differences, make, 400, 1600, at_most=1.3, of=peak_bytes)
    assert words == "the memory grows about like n^2"
    assert excess_growth(spread, make, 400, 1600, at_most=1.3, of=peak_bytes) == ""


def test_a_few_bytes_do_not_grow():
    def chain(n):
        return (list(range(1, n)) + [-1],)

    def length(chain):  # a number above 256 takes memory, a smaller one takes none
        place = count = 0
        while place != -1:
            place, count = chain[place], count + 1
        return count

    def way(chain):
        places = [0]
        while chain[places[-1]] != -1:
            places.append(chain[places[-1]])
        return len(places)

    assert excess_growth(length, chain, 100, 800, at_most=0.4, of=peak_bytes) == ""
    assert "n^1" in excess_growth(way, chain, 100, 800, at_most=0.4, of=peak_bytes)


def test_arguments_are_what_they_were_and_named_ones_count():
    xs = [3, 1, 2]
    assert work(lambda xs: xs.sort(), xs=xs) > 0 and xs == [3, 1, 2]


def test_an_answer_that_wants_exact_types_is_counted_all_the_same():
    def strict(xs):
        if any(type(x) is not int for x in xs):
            raise TypeError("whole numbers only")
        return pairs(xs)

    assert growth(strict, numbers, 30, 240) == pytest.approx(2, abs=0.15)


def test_an_answer_that_raises_raises():
    with pytest.raises(ZeroDivisionError):
        work(lambda xs: 1 / 0, [1])


def test_what_was_traced_before_is_traced_again(monkeypatch):
    import sys

    traced = sys.gettrace()
    work(pop_left, [1, 2])
    assert sys.gettrace() is traced and sys.getprofile() is None


TEST = '''
"""First occurrences, in proportion to the keys."""
q = Question(first_seen, points=2)


def keys(n):
    return (list(range(n)),)


@q.probe(gives=[[2, 3], ""])
def eight_times_the_keys_is_not_sixty_four_times_the_work(f):
    """Work grows in proportion to the keys: look each one up in a set."""
    return [f([2, 3, 2]), excess_growth(f, keys, 30, 240, at_most=1.4)]


@q.reference
def by_dict(xs):
    return list(dict.fromkeys(xs))


@q.mistake("`in` walks through a list each time. Keep a set beside it.")
def seen_in_a_list(xs):
    seen = []
    for x in xs:
        if x not in seen:
            seen.append(x)
    return seen


q.grade()
'''


def test_the_grader_counts_in_the_submission_and_names_the_mistake():
    imports = cell("locked", "imports", "from mlprep.check import Question, excess_growth")
    right = "def first_seen(xs):\n    return list(dict.fromkeys(xs))"
    answer = cell("answer", "first_seen", right)
    source = notebook(imports, answer, cell("test", "first_seen_once", TEST, 2))
    assert outcomes(graded(source, source)) == {"first_seen": ("right", 2.0)}
    slow = dedent(
        """
        def first_seen(xs):
            out = []
            for x in xs:
                if out.count(x) == 0:
                    out.append(x)
            return out
        """
    )
    report = graded(with_answer(source, first_seen=slow), source)
    (result,) = report.automatic
    assert result.points == 0 and result.mistake == "seen_in_a_list"
