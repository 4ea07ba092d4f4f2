"""A question: how an answer is called, whatever it is, and how the verdict is shown."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import torch

from mlprep.check import Question
from mlprep.check.question import collecting


def centred(x):
    """`x` minus its mean, a new array."""
    x = np.asarray(x, dtype=float)
    return x - x.mean(0)


# Probes that compute


def test_a_probe_may_compute_with_a_list_a_tensor_or_a_generator():
    for answer in (
        lambda x: centred(x).tolist(),
        lambda x: torch.from_numpy(centred(x)).requires_grad_(),
        lambda x: iter(centred(x)),
    ):
        q = Question(answer, points=1)

        @q.probe(gives=[0.0, 0.0])
        def columns_sum_to_zero(f):
            return f(np.array([[1.0, 5.0], [2.0, 1.0]])).sum(axis=0) * 1.0 + np.zeros(2)

        assert q.verdict().points == 1


def test_a_result_that_a_probe_cannot_use_is_shown():
    q = Question(lambda x: "a", points=1, name="f")

    @q.probe(gives=0.0)
    def it_adds(f):
        """It adds."""
        return f(1) - 1

    verdict = q.verdict()
    assert verdict.status == "wrong"
    assert verdict.message == (
        "It adds, but plain data is wanted, not 'a' (the result cannot be used)."
    )
    nothing = Question(lambda x: None, points=1, name="f")
    nothing.probe(gives=0.0)(it_adds)
    assert nothing.verdict().message.endswith("Is a `return` missing?")


def test_an_error_that_a_probe_expects_does_not_hide_one_that_it_does_not():
    q = Question(lambda x: [1.0, 2.0] if x > 0 else [][0], points=1, name="f")

    @q.probe(gives=[2.0, 4.0])
    def it_raises_then_doubles(f):
        try:
            f(-1)
        except IndexError:
            return f(1) * np.array(2.0)

    assert q.verdict().points == 1, q.verdict().text()


# Classes, generators, callbacks


class Counter:
    def __init__(self, start=0):
        self.total = start

    def add(self, k):
        self.total += k
        return self.total

    def __len__(self):
        return self.total

    def __getitem__(self, key):
        return [self.total] * 3 if key == "all" else self.total

    def history(self):
        yield from range(self.total)

    def twin(self):
        return Counter(self.total)

    def on(self, callback):
        return callback(self.total)


def asked_counter(answer) -> Question:
    q = Question(answer, points=2, name="Counter")

    @q.probe(gives=[3, 7, 7])
    def it_adds_up(cls):
        """Each call adds to the total."""
        counter = cls(1)
        return [counter.add(2), counter.add(4), counter.total]

    @q.probe
    def all_else(cls):
        counter = cls()
        counter.total = 4
        first = next(counter.history())
        twin = counter.twin()
        twin.add(1)
        seen = []
        return {
            "len": len(counter),
            "item": counter["all"],
            "first": first,
            "history": list(counter.history()),
            "twins": [twin.total, counter.total],
            "callback": counter.on(lambda n: seen.append(n) or n + 0.5),
            "seen": seen,
        }

    q.reference(Counter)
    return q


def test_an_answer_may_be_a_class_whose_objects_are_used_by_probes():
    verdict = asked_counter(type("Other", (Counter,), {})).verdict()
    assert verdict.points == 2, verdict.text()


def test_objects_in_a_list_are_used_by_probes_too():
    q = Question(lambda n: [Counter(k) for k in range(n)], points=1, name="counters")

    @q.probe(gives=[5, 6])
    def each_adds_up(f):
        """Each counter adds up."""
        return [counter.add(5) for counter in f(2)]

    assert q.verdict().points == 1
    q.answer = lambda n: (Counter(9), Counter(9))
    verdict = q.verdict()
    assert verdict.message == "Each counter adds up, but 14 at [0] is not 5 (2 of 2 differ)."


def test_a_mistake_that_returns_no_data_is_not_taken_for_one_that_does():
    q = Question(lambda x: [x], points=1, name="lazy")
    q.case(3, gives=3)
    q.reference(lambda x: x)

    @q.mistake("You returned a function.")
    def a_function(x):
        return lambda: x

    assert q.verdict().mistake == ""
    assert q.verdict(lambda x: abs).mistake == ""
    assert q.verdict(lambda x: lambda: 4).mistake == "a_function"


def test_a_method_that_is_missing_is_told_as_the_error_that_it_is():
    class Bare:
        def __init__(self, start=0):
            self.total = start

    verdict = asked_counter(Bare).verdict()
    assert verdict.status == "raised"
    assert verdict.message.startswith("It raised AttributeError: 'Bare' object has no attribute")
    assert verdict.call == "Counter()"


def test_the_last_call_of_a_method_is_shown():
    class Wrong(Counter):
        def add(self, k):
            self.total += k

    verdict = asked_counter(Wrong).verdict()
    assert verdict.call == "Counter.add(4)"
    assert verdict.points == 1


def test_standing_mistakes_bend_the_methods_of_a_class():
    class Zero(Counter):
        def add(self, k):
            super().add(k)
            return 0

        def history(self):
            return (0 for _ in range(self.total))

        def __getitem__(self, key):
            return super().__getitem__(key)

        def on(self, callback):
            callback(self.total)
            return 0.0

    assert asked_counter(Zero).verdict().mistake == "returns_zeros"


# Arguments


def test_each_call_gets_fresh_arguments():
    def eats(values, table):
        values.clear()
        table["x"] = 0
        return 1

    data, table = [1, 2], {"x": 1}
    q = Question(eats, points=1)
    q.case(data, kwargs={"table": table}, gives=1)
    q.verdict()
    assert (data, table) == ([1, 2], {"x": 1})


def test_keyword_arguments_reach_the_answer_and_its_message():
    q = Question(lambda x, *, lam: x, points=1, name="ridge")
    q.case([1.0], kwargs={"lam": 0.5}, gives=[2.0])
    assert q.verdict().call == "ridge([1.0], lam=0.5)"


def test_a_random_stream_is_fresh_for_each_call():
    def draw(rng):
        return rng.normal(size=3)

    q = Question(draw, points=1)
    q.case(q.rng(7))
    q.case(q.rng(7), gives=np.random.default_rng(7).normal(size=3))
    q.reference(draw)
    assert q.verdict().points == 1
    wrong = Question(lambda rng: np.random.default_rng(8).normal(size=3), points=1, name="draw")
    wrong.case(wrong.rng(7), gives=draw(np.random.default_rng(7)))
    assert wrong.verdict().call == "draw(rng)"


def test_large_arguments_are_shown_by_shape_and_a_call_stays_one_short_line():
    q = Question(lambda *a: 1, points=1, name="f")
    q.case(np.zeros((200, 30)), "x" * 500, list(range(500)), gives=0)
    call = q.verdict().call
    assert call.startswith("f(array (200, 30) of float64, 'xxx")
    assert len(call) < 220


# Showing a verdict


def test_the_card_escapes_whatever_the_learner_returned():
    q = Question(lambda: "<script>", points=1, name="<b>f</b>")
    q.case(gives="<i>")
    html = q.verdict().html()
    assert "<script>" not in html
    assert "<b>f" not in html
    assert "&lt;script&gt;" in html


def test_a_verdict_is_a_few_lines_of_text():
    q = Question(lambda x: x + 1, points=2, name="same")
    q.case(3, gives=3)
    assert q.verdict().text().splitlines() == [
        "same: 0 of 2 points. 4 is not 3.",
        "  call     same(3)",
        "  expected 3",
        "  got      4",
    ]


def test_grading_prints_the_verdict_and_returns_the_points(capsys):
    q = Question(abs, points=2)
    q.case(-3, gives=3)
    assert q.grade() == 2.0
    assert capsys.readouterr().out == (
        "abs: 2 of 2 points. The visible tests held. %check abs runs the hidden ones.\n"
    )


def test_what_an_answer_prints_and_warns_of_is_swallowed_by_the_judge_only(capsys):
    def chatty(x):
        print("printed")
        print("error", file=sys.stderr)
        warnings.warn("warned", stacklevel=1)
        return x

    q = Question(chatty, points=1)
    q.case(1, gives=1)
    q.verdict()
    assert capsys.readouterr() == ("", "")
    q.grade()
    captured = capsys.readouterr()
    assert "printed" in captured.out
    assert captured.err == ""


def test_a_collector_is_given_the_question_in_the_place_of_grading(capsys):
    q = Question(abs, points=2)
    q.case(-3, gives=3)
    with collecting(lambda question: 0.5):
        assert q.grade() == 0.5
    assert capsys.readouterr().out == ""
    assert q.grade() == 2.0


def test_answers_that_are_plain_data_are_probed_as_they_are():
    q = Question({"disks": 12, "cost": 3.5}, points=2, name="estimate")

    @q.probe(gives=12)
    def enough_disks(answer):
        """36 TB need 12 disks of 3 TB."""
        return answer["disks"]

    @q.probe(gives=4.0)
    def right_cost(answer):
        """The cost is 4."""
        return answer["cost"]

    verdict = q.verdict()
    assert (verdict.points, verdict.message) == (1.0, "The cost is 4, but 3.5 is not 4.0.")
