"""Proof: a question whose probes are too weak is found out, and a sound one is not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from helpers import find, softmax_notebook

from mlprep.check import Question
from mlprep.check.proof import prove, questions_of
from mlprep.check.standing import BENDS, standing_mistakes
from mlprep.check.values import show
from mlprep.errors import AuthorError


def ratio(a, b):
    """Elementwise a / b, as an array (n,)."""
    return np.asarray(a, float) / np.asarray(b, float)


def sound(answer=ratio, points=2.0) -> Question:
    """A question that its probes prove."""
    q = Question(answer, points=points, name="ratio")
    q.case(np.array([6.0, 1.0]), np.array([2.0, 4.0]), gives=[3.0, 0.25])
    q.hidden()
    q.case(np.array([5.0, -3.0, 8.0]), np.array([2.0, 4.0, -1.0]))

    @q.reference
    def by_reciprocal(a, b):
        return a * (1 / b)

    @q.mistake("You divided b by a.")
    def upside_down(a, b):
        return b / a

    @q.mistake("You rounded down.")
    def floor_division(a, b):
        return a // b

    @q.variant
    def through_logs(a, b):
        return np.sign(a * b) * np.exp(np.log(np.abs(a)) - np.log(np.abs(b)))

    return q


def problems(question: Question) -> str:
    return "\n".join(prove(question).problems)


def test_a_sound_question_is_proved_and_everything_was_tried():
    proof = prove(sound())
    assert proof.problems == []
    assert proof.mistakes == ["upside_down", "floor_division"]
    assert proof.variants == ["the worked solution", "through_logs", "the reference"]
    assert proof.standing == [name for name in BENDS if name != "returns_the_transpose"]


def test_a_mistake_with_full_points_is_found():
    q = sound()

    @q.mistake("You never saw it.")
    def only_wrong_for_zero(a, b):
        return ratio(a, b) if np.all(b) else 0.0

    assert problems(q) == (
        "mistake only_wrong_for_zero: it gets full points. Add a probe that it breaks."
    )


def test_mistakes_that_no_probe_tells_apart_are_found():
    q = sound()

    @q.mistake("The same again.")
    def inverse(a, b):
        return 1 / (a / b)

    assert "mistake upside_down: no probe tells it from inverse." in problems(q)
    assert "mistake inverse: no probe tells it from upside_down." in problems(q)


def test_a_broken_variant_is_found():
    q = sound()

    @q.variant
    def for_positive_numbers(a, b):
        return np.exp(np.log(a) - np.log(b))

    assert "for_positive_numbers: a right answer must get 2 points. Got 1; broken: case_2." in (
        problems(q)
    )


def test_a_worked_solution_or_a_reference_that_is_wrong_is_found():
    wrong = sound(lambda a, b: b / a)
    assert "the worked solution: a right answer must get 2 points. Got 0" in problems(wrong)
    other = sound()
    other.reference(lambda a, b: a + b)
    assert "the reference: a right answer must get 2 points. Got 1" in problems(other)


def test_unseeded_answers_are_found():
    count = itertools.count()

    def counts(a, b):
        return ratio(a, b) + next(count)

    q = sound(counts)
    assert "the worked solution, probe case_1: gives another result each time. Seed it." in (
        problems(q)
    )
    q = sound()

    @q.mistake("It drifts.")
    def drifting(a, b):
        return counts(a, b)

    assert "mistake drifting: it behaves differently each time. Seed it." in problems(q)


@pytest.mark.parametrize(
    ("answer", "args", "gives", "passing"),
    [
        (lambda x: np.abs(x), [[1.0, 2.0], [3.0]], None, "returns_its_input"),
        (lambda x: np.minimum(x, 0.0), [[1.0, 2.0], [3.0]], None, "returns_zeros"),
        (lambda x: np.sign(x), [[1.0, 2.0], [3.0]], None, "returns_ones"),
        (lambda x: len(x), [[1, 5], [4, 2]], 2, "returns_a_constant"),
        (lambda x: bool(sum(x)), [[1, 2], [3]], True, "returns_ones"),
    ],
)
def test_probes_that_something_trivial_passes_are_found(answer, args, gives, passing):
    q = Question(answer, points=1, name="f")
    for arg in args:
        q.case(np.array(arg), **({} if gives is None else {"gives": gives}))
    q.reference(answer)
    assert f"the standing mistake {passing} gets full points" in problems(q)


def test_probes_that_never_look_at_the_axes_are_found():
    q = Question(np.outer, points=1, name="outer")

    @q.probe(gives=21.0)
    def the_sum(f):
        return np.sum(f(np.array([1.0, 2.0]), np.array([3.0, 4.0])))

    q.case(np.array([2.0]), np.array([3.0]), gives=[[6.0]])
    assert "returns_the_transpose gets full points" in problems(q)


def test_probes_that_only_want_an_error_are_found():
    def refuse(x):
        raise RuntimeError

    q = Question(refuse, points=1)
    q.raises(RuntimeError, 1)
    assert problems(q) == (
        "the standing mistake raises gets full points. Add a probe that it breaks."
    )


def test_a_standing_mistake_that_cannot_be_made_is_no_problem():
    """A symmetric result has no transpose, a string no zeros, no argument cannot be changed."""

    def gram(X):
        return X @ X.T

    q = Question(gram, points=1)
    q.case(np.array([[1.0, 2.0], [3.0, 5.0]]), gives=[[5.0, 13.0], [13.0, 34.0]])
    proof = prove(q)
    assert (proof.problems, "returns_the_transpose" in proof.standing) == ([], False)

    def greet():
        return "hello"

    q = Question(greet, points=1)
    q.case(gives="hello")
    proof = prove(q)
    assert (proof.problems, proof.standing) == ([], ["raises"])


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return len(self.items)


def test_the_methods_of_a_class_are_bent_too():
    q = Question(Stack, points=1)

    @q.probe(gives=[3, 4])
    def it_keeps_what_is_pushed(cls):
        stack = cls()
        stack.push(3), stack.push(4)
        return stack.items

    assert "returns_zeros gets full points" in problems(q)  # nothing looks at what push returns

    @q.probe(gives=[1, 2])
    def it_counts(cls):
        stack = cls()
        return [stack.push(3), stack.push(4)]

    assert problems(q) == ""


BENT = {
    "returns_its_input": "[1.0]",
    "returns_zeros": "{'a': [[0.0, 0.0], [0.0, 0.0]], 'b': [0, (False, 's', None)]}",
    "returns_ones": "{'a': [[1.0, 1.0], [1.0, 1.0]], 'b': [1, (True, 's', None)]}",
    "returns_a_constant": "{'a': [[4.0, 4.0], [4.0, 4.0]], 'b': [4, (True, 's', None)]}",
    "returns_the_transpose": "{'a': [[4.0, 3.0], [2.0, 1.0]], 'b': [5, (False, 's', None)]}",
    "raises": "RuntimeError",
    "changes_its_argument": "{'a': [[4.0, 2.0], [3.0, 1.0]], 'b': [5, (False, 's', None)]}",
}


@pytest.mark.parametrize("name", BENDS)
def test_every_standing_mistake_bends_what_it_says(name):
    def right(x):
        return {"a": np.array([[4.0, 2.0], [3.0, 1.0]]), "b": [5, (False, "s", None)]}

    mistake = next(m for m in standing_mistakes(right) if m.name == name)
    x = np.array([1.0])
    assert not mistake.took
    try:
        shown = show(mistake.answer(x))
    except RuntimeError:
        shown = "RuntimeError"
    assert shown == BENT[name]
    assert mistake.took
    assert (x.tolist() == [1.0]) == (name != "changes_its_argument")


# The questions of a notebook


def test_the_questions_of_a_notebook_are_found_with_their_cells():
    found = questions_of(softmax_notebook())
    assert [(asked.answer, asked.test) for asked in found] == [
        ("softmax", "softmax_rows_sum_to_one"),
        ("Counter", "Counter_adds_up"),
    ]
    assert "z.max(-1" in found[0].solution
    assert "q.hints" in found[0].test_source
    assert [prove(asked.question).problems for asked in found] == [[], []]


def test_a_cell_that_does_not_run_on_the_worked_solutions_is_named():
    broken = softmax_notebook()
    find(broken, "softmax").source += "\nundefined"
    with pytest.raises(AuthorError, match=r"unit, cell softmax: it must run .* Got NameError"):
        questions_of(broken, "unit")
    broken = softmax_notebook()
    find(broken, "double").source = "def double(x):\n    return x"
    with pytest.raises(AuthorError, match=r"cell double_doubles: .* Got AssertionError: double\(2"):
        questions_of(broken)


def test_what_the_cells_print_is_not_shown(capsys):
    chatty = softmax_notebook()
    find(chatty, "imports").source += "\nprint('hello')"
    assert len(questions_of(chatty)) == 2
    assert capsys.readouterr().out == ""
