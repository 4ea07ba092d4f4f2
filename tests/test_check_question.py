"""A question: what an answer earns, and the one sentence that its author is told."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from mlprep.check import Question
from mlprep.check.answer import AnswerLost, RemoteError
from mlprep.check.values import NotPlain

NAN = float("nan")


def centred(x):
    """`x` minus its mean, a new array."""
    x = np.asarray(x, dtype=float)
    return x - x.mean(0)


def asked(answer, points=4.0, **options) -> Question:
    """A question about a function that subtracts column means: two visible and two hidden probes,
    three mistakes."""
    q = Question(answer, points=points, name="centred", **options)
    q.case(np.array([[1.0, 2.0], [3.0, 6.0]]), gives=[[-1.0, -2.0], [1.0, 2.0]])

    @q.probe(gives=[0.0, 0.0, 0.0])
    def columns_sum_to_zero(f):
        """Columns sum to 0."""
        return f(np.array([[1.0, 5.0, 0.0], [2.0, 1.0, 4.0]])).sum(0)

    q.hidden()
    q.case(np.array([[2.0], [4.0], [9.0]]))

    @q.probe
    def shifting_changes_nothing(f):
        """A shift of all rows changes nothing."""
        x = np.array([[1.0, 7.0], [2.0, 3.0]])
        return f(x + 100.0)

    q.reference(centred)

    @q.mistake("You subtracted the mean of each row; the mean is over axis 0.")
    def over_rows(x):
        return x - x.mean(-1, keepdims=True)

    @q.mistake("You subtracted one mean of all numbers; each column has its own.")
    def one_mean(x):
        return x - x.mean()

    @q.mistake("You divided by the standard deviation as well.")
    def standardised(x):
        return (x - x.mean(0)) / x.std(0)

    return q


def verdict_on(answer):
    return asked(answer).verdict()


# Right answers


@pytest.mark.parametrize(
    "answer",
    [
        centred,
        lambda x: centred(x).tolist(),
        lambda x: tuple(map(tuple, centred(x))),
        lambda x: torch.from_numpy(centred(x)),
        lambda x: torch.from_numpy(centred(x)).requires_grad_(),
        lambda x: centred(x).astype(np.float32),
        lambda x: (row for row in centred(x)),
        lambda x: map(list, centred(x)),
        lambda x: np.asfortranarray(centred(x)),
    ],
    ids="array list tuple tensor grad float32 generator map fortran".split(),
)
def test_a_right_answer_in_any_container_gets_full_points(answer):
    verdict = verdict_on(answer)
    assert (verdict.status, verdict.points) == ("right", 4.0), verdict.text()
    assert verdict.message == "All tests held, the hidden ones too."
    assert (verdict.mistake, verdict.call, verdict.got) == ("", "", "")


def test_the_learner_is_told_which_probes_held():
    verdict = verdict_on(lambda x: x - x.mean(-1, keepdims=True))
    assert verdict.probes == [
        ("case_1", "", False, False),
        ("columns_sum_to_zero", "Columns sum to 0.", False, False),
        ("case_3", "", False, True),
        ("shifting_changes_nothing", "A shift of all rows changes nothing.", False, True),
    ]


# Points


def test_visible_and_hidden_probes_share_one_half_each():
    assert asked(centred).shares() == [1.0, 1.0, 1.0, 1.0]
    q = Question(abs, points=6)
    q.case(-1, gives=1)
    q.hidden()
    for k in range(3):
        q.case(k)
    assert q.shares() == [3.0, 1.0, 1.0, 1.0]


def test_without_hidden_probes_the_visible_share_all_and_the_other_way_round():
    for hidden in (False, True):
        q = Question(abs, points=3)
        if hidden:
            q.hidden()
        q.case(-1, gives=1)
        q.case(-2, gives=2)
        assert q.shares() == [1.5, 1.5]


def test_weights_divide_a_share():
    q = Question(abs, points=4)
    q.case(-1, gives=1, weight=3)
    q.case(-2, gives=2)
    q.hidden()
    q.raises(TypeError, "a", weight=5)
    assert q.shares() == [1.5, 0.5, 2.0]


def test_each_probe_that_holds_earns_its_share():
    def only_up_to_two_rows(x):
        if len(x) > 2:
            raise ValueError("too many rows")
        return centred(x)

    verdict = verdict_on(only_up_to_two_rows)
    assert (verdict.status, verdict.points) == ("raised", 3.0)


def test_points_and_weights_must_be_positive_and_a_question_must_probe():
    with pytest.raises(ValueError, match="points must be positive"):
        Question(abs, points=0)
    with pytest.raises(ValueError, match="weight must be positive"):
        Question(abs, points=1).case(1, gives=1, weight=0)
    with pytest.raises(ValueError, match="abs: a question needs a probe"):
        Question(abs, points=1).grade()
    with pytest.raises(NotPlain):
        Question(abs, points=1).case(1, gives=object())


def test_a_probe_without_a_wanted_value_needs_a_reference():
    q = Question(abs, points=1)
    q.case(-1)
    with pytest.raises(ValueError, match=r"abs, probe case_1: say what it gives"):
        q.verdict()


# What is said: mistakes


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x: x - x.mean(-1)[:, None], "over_rows"),
        (lambda x: (x - x.mean()).tolist(), "one_mean"),
        (lambda x: ((x - x.mean(0)) / x.std(0)).astype(np.float32), "standardised"),
    ],
)
def test_a_known_mistake_is_named_however_it_is_written(answer, mistake):
    verdict = verdict_on(answer)
    assert verdict.mistake == mistake
    assert verdict.message == next(m.message for m in asked(abs).mistakes if m.name == mistake)
    assert verdict.points < 4


def test_a_mistake_that_fits_all_probes_but_one_is_not_named():
    def nearly_over_rows(x):
        x = np.asarray(x)
        return x - x.mean(-1, keepdims=True) + (1.0 if x.max() > 100 else 0.0)

    verdict = verdict_on(nearly_over_rows)
    assert verdict.mistake == ""
    assert verdict.message.startswith("Columns sum to 0, but ")


def test_two_mistakes_at_once_are_told_by_the_claim_that_broke():
    def both(x):
        return (x - x.mean()) / x.std(0)

    verdict = verdict_on(both)
    assert verdict.mistake == ""
    assert verdict.message.startswith("Columns sum to 0, but")
    assert verdict.message.endswith("(3 of 3 differ).")


def test_a_mistake_that_another_one_shares_is_not_named():
    q = asked(lambda x: x - x.mean(-1, keepdims=True))

    @q.mistake("The same in other words.")
    def the_same(x):
        return x - np.mean(x, axis=1).reshape(-1, 1)

    assert q.verdict().mistake == ""


def test_a_mistake_may_raise():
    q = Question(lambda n: [0][n], points=2, name="root")
    q.case(0, gives=0)
    q.case(4, gives=2)
    q.reference(lambda n: int(n**0.5))

    @q.mistake("It knows 0 only.")
    def knows_zero_only(n):
        return [0][n]

    verdict = q.verdict()
    assert (verdict.status, verdict.mistake, verdict.points) == ("raised", "knows_zero_only", 1.0)
    assert verdict.message == "It knows 0 only."


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (lambda x: x, "returns_its_input"),
        (lambda x: np.zeros_like(x), "returns_zeros"),
        (lambda x: np.ones(np.shape(x)).tolist(), "returns_ones"),
        (lambda x: np.full(np.shape(x), -1.0), "returns_a_constant"),
    ],
)
def test_standing_mistakes_are_named_without_being_declared(answer, mistake):
    assert verdict_on(answer).mistake == mistake


def outer(a, b):
    return np.outer(a, b)


def asked_outer(answer) -> Question:
    q = Question(answer, points=2, name="outer")
    q.case(np.array([1.0, 2.0]), np.array([3.0, 4.0]), gives=[[3.0, 4.0], [6.0, 8.0]])
    q.case(np.array([1.0, 2.0, 4.0]), np.array([3.0, 4.0]))
    q.reference(outer)
    return q


def test_a_transposed_result_is_named():
    assert asked_outer(lambda a, b: np.outer(b, a)).verdict().mistake == "returns_the_transpose"


def test_a_changed_argument_is_named():
    def spoils(a, b):
        result = np.outer(a, b)
        a += 1
        return result

    verdict = asked_outer(spoils).verdict()
    assert verdict.mistake == "changes_its_argument"
    assert verdict.points == 0


@pytest.mark.parametrize(
    "spoil",
    [lambda v: v.sort(), lambda v: v.__setitem__(0, 9), lambda v: v.append(1), lambda v: v.pop()],
)
def test_changing_a_list_in_place_loses_points(spoil):
    def largest(values):
        top = max(values)
        spoil(values)
        return top

    q = Question(largest, points=1)
    q.case([2, 3, 1], gives=3)
    verdict = q.verdict()
    assert verdict.points == 0
    assert verdict.message == "Argument 1 was changed in place. Work on a copy."


def test_what_must_be_changed_in_place_may_be():
    def sort(values):
        values.sort()

    def asked_sort(answer):
        q = Question(answer, points=1, name="sort")

        @q.probe
        def it_sorts(f):
            """The list is sorted in place."""
            values = [3, 1, 2]
            f(values)
            return values

        q.reference(sort)
        return q.verdict()

    assert asked_sort(lambda values: values.__setitem__(slice(None), sorted(values))).points == 1
    assert asked_sort(lambda values: sorted(values)).points == 0
    reverse = asked_sort(lambda values: values.sort(reverse=True))
    assert reverse.message == "The list is sorted in place, but 3 at [0] is not 1 (2 of 3 differ)."


@pytest.mark.parametrize(
    ("data", "spoil"),
    [
        (np.array([1.0, 2.0]), lambda v: v.__imul__(3)),
        (torch.tensor([1.0, 2.0]), lambda v: v.mul_(3)),
        ([1.0, 2.0], lambda v: v.append(3.0)),
        (([1.0], [2.0]), lambda v: v[0].clear()),
        ({1.0: 2.0}, lambda v: v.clear()),
        ({1.0, 2.0}, lambda v: v.clear()),
        ([[1.0], [2.0]], lambda v: v[1].append(3.0)),
    ],
)
def test_data_that_probes_share_is_put_back_after_a_change(data, spoil):
    """Else one wrong answer would spoil what the next probe, or the next answer, is asked."""

    def careless(values):
        size = len(values)
        spoil(values)
        spoil(values)
        raise ValueError(size)

    q = Question(careless, points=1, name="careless")
    before = repr(data)

    @q.probe(gives=0)
    def shared(f):
        f(data)

    assert q.verdict().message.startswith("It raised ValueError: ")
    assert repr(data) == before


# What is said: claims and the smallest failing input


def test_an_unknown_mistake_is_told_by_its_claim_with_the_call():
    verdict = verdict_on(lambda x: 2 * (x - x.mean(0)) + np.eye(*np.shape(x)))
    assert verdict.message == "Columns sum to 0, but 1.0 at [0] is not 0.0 (2 of 3 differ)."
    assert verdict.call == "centred([[1.0, 5.0, 0.0], [2.0, 1.0, 4.0]])"


def test_without_a_claim_the_smallest_failing_call_is_shown_with_both_values():
    q = Question(lambda x: [v + (v > 2) for v in x], points=2, name="copy")
    q.case([5, 1, 3, 4], gives=[5, 1, 3, 4])
    q.case([1, 3], gives=[1, 3])
    q.case([1], gives=[1])
    verdict = q.verdict()
    assert verdict.message == "4 at [1] is not 3 (1 of 2 differ)."
    assert (verdict.call, verdict.expected, verdict.got) == ("copy([1, 3])", "[1, 3]", "[1, 4]")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: None, "An array of shape (3, 1) is wanted, not None. Is a `return` missing?"),
        (lambda x: centred(x)[0], "The shape is (1,), not (3, 1)."),
        (lambda x: centred(x) * NAN, "nan at [0, 0] is not -3.0."),
        (lambda x: "centred", "An array of shape (3, 1) is wanted, not a string."),
        (lambda x: centred(x) + 0j, "The numbers are complex, not real."),
        (lambda x: object(), "Plain data is wanted, not an object of type object."),
        (lambda x: centred, "Plain data is wanted, not a function."),
        (lambda x: {"x": centred(x)}, "An array of shape (3, 1) is wanted, not a dict."),
        (lambda x: [[1.0, 2.0], [3.0]], "An array of shape (3, 1) is wanted, not a list."),
    ],
)
def test_values_of_another_form_are_told_first(answer, message):
    assert verdict_on(answer).message == message


def test_a_case_that_gives_an_empty_text_shows_what_came_instead():
    q = Question(lambda ids: "a", points=1, name="decode")
    q.case([], gives="")
    assert q.verdict().message == "'a' is not ''."


def test_a_dtype_is_graded_where_a_probe_demands_it():
    q = Question(lambda n: np.arange(n, dtype=np.float32), points=1, name="grid")
    q.case(3, gives=[0.0, 1.0, 2.0], dtype="float64")
    assert q.verdict().message == "The dtype is float32, not float64."


# What is said: errors


def test_an_answer_that_raises_is_told_with_the_line():
    def broken(x):
        return x.nothing  # the line

    verdict = verdict_on(broken)
    assert verdict.status == "raised"
    assert verdict.message == (
        "It raised AttributeError: 'numpy.ndarray' object has no attribute 'nothing' "
        "(at `return x.nothing  # the line`)."
    )


def test_a_stub_is_not_answered_yet():
    def stub(x):
        raise NotImplementedError()

    verdict = verdict_on(stub)
    assert (verdict.status, verdict.points, verdict.message) == ("raised", 0, "Not answered yet.")
    assert verdict.call == ""


def test_leaving_python_is_an_error_like_any_other():
    def leave(x):
        sys.exit(3)

    assert verdict_on(leave).message.startswith("It raised SystemExit: 3 (at")


def test_endless_recursion_is_an_error_like_any_other():
    def again(x):
        return again(x)

    assert verdict_on(again).message.startswith("It raised RecursionError")


def test_an_error_with_an_unreadable_text_is_still_told():
    class Rude(Exception):
        def __str__(self):
            raise RuntimeError

    def rude(x):
        raise Rude

    assert verdict_on(rude).message == "It raised Rude (at `raise Rude`)."


def test_an_error_that_is_wanted_must_be_raised():
    def root(x):
        if x < 0:
            raise ValueError("negative")
        return x**0.5

    def asked_root(answer):
        q = Question(answer, points=2, name="root")
        q.case(4.0, gives=2.0)
        q.raises(ValueError, -1.0, claim="A negative number has no root")
        q.reference(root)
        return q.verdict()

    class Special(ValueError):
        pass

    def special(x):
        return root(x) if x >= 0 else (_ for _ in ()).throw(Special)

    assert asked_root(root).points == 2
    assert asked_root(special).points == 2
    missing = asked_root(lambda x: abs(x) ** 0.5)
    assert missing.points == 1
    assert missing.message == (
        "A negative number has no root, but it returned 1.0 and raised no ValueError."
    )
    other = asked_root(lambda x: [][0] if x < 0 else x**0.5)
    assert other.message == "It raised IndexError, not ValueError."


def test_a_stub_never_earns_the_points_for_an_error():
    def stub(x):
        raise NotImplementedError

    q = Question(stub, points=2)
    q.raises(RuntimeError, 1)
    q.raises(Exception, 1)
    assert q.verdict().points == 0


def test_a_lost_answer_gets_nothing_and_the_call_is_told():
    def lost(x):
        if len(x) > 2:
            raise AnswerLost("It did not finish within 10 s.")
        return centred(x)

    verdict = verdict_on(lost)
    assert (verdict.status, verdict.points) == ("lost", 0.0)
    assert verdict.message == "It did not finish within 10 s."
    assert verdict.call == "centred([[2.0], [4.0], [9.0]])"


def test_an_error_in_another_process_is_told_like_one_in_this():
    def remote(x):
        raise RemoteError(["ValueError", "Exception"], "no\nway", "raise ValueError")

    verdict = verdict_on(remote)
    assert verdict.message == "It raised ValueError: no\\nway (at `raise ValueError`)."
