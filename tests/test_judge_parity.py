"""A learner's own kernel and the judge see the same answer: what crosses between two processes
is worth what it is worth in one."""

from __future__ import annotations

import pytest
from helpers import cell, graded, notebook, outcomes

from mlprep.check.proof import questions_of


def both_ways(answer: str, test: str):
    """(points by the judge, points in the kernel) of an answer `f` to one question."""
    source = notebook(
        cell("locked", "imports", "import numpy as np\nfrom mlprep.check import Question"),
        cell("answer", "f", answer),
        cell("test", "f_is_right", f"q = Question(f, points=2)\n{test}\nq.grade()", 2),
    )
    (asked,) = questions_of(source)
    return graded(source, source).results[0].points, asked.question.verdict().points


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("from collections import Counter\ndef f(x):\n    return Counter(x)",
         "q.case('aab', gives={'a': 2, 'b': 1})"),
        ("def f(x):\n    return np.array(list(x))", "q.case('ab', gives=['a', 'b'])"),
        ("def f(x):\n    return len(x)", "q.case(np.array(['a', 'b']), gives=2)"),
        ("def f(x):\n    return 10**30 * x", "q.case(3, gives=3 * 10**30)"),
        ("def f(x):\n    return x.sum()", "q.case(np.ones(3, np.float32), gives=3.0)"),
        ("def f(x):\n    x.sort()\n    return x[0]", "q.case([2, 1], gives=1)"),
        ("def f(x):\n    x += 1\n    return x - 1", "q.case(np.zeros(2), gives=[0, 0])"),
        ("def f(x):\n    return {x: 1}.keys()", "q.case(3, gives=[3])"),
        ("def f(x):\n    return lambda y: x + y",
         "@q.probe(gives=5)\ndef p(f):\n    return f(2)(3)"),
        ("def f(draw, rng, x, seen):\n    a = draw(rng, x, seen=seen)\n"
         "    return [a, rng.random(), x, seen]",
         "def draw(rng, x, seen):\n    x += 1\n    seen['n'] = [1]\n    return rng.random()\n"
         "q.case(draw, q.rng(0), np.zeros(2), {}, gives=[\n"
         "    *np.random.default_rng(0).random(2).tolist(), [1, 1], {'n': [1]}])"),
        ("class Table(dict):\n    pass\ndef f(x):\n    return Table(a=x)",
         "q.case(1, gives={'a': 1})"),
        ("class Row(list):\n    pass\ndef f(x):\n    return [Row([Row([x]), 2]), Row()]",
         "q.case(1, gives=[[[1], 2], []])"),
        ("class Bag(set):\n    pass\ndef f(x):\n    return {'s': Bag([x, x])}",
         "q.case(1, gives={'s': {1, 2}})"),
        ("class Loop(list):\n    pass\ndef f(x):\n    y = Loop()\n    y.append(y)\n    return y",
         "q.case(1, gives=[1])"),
        ("class Stack(list):\n    def top(self):\n        return self[-1]\n"
         "def f(x):\n    return Stack(x)",
         "@q.probe(gives=3)\ndef p(f):\n    return f([1, 3]).top()"),
        ("def f(x):\n    n = len(x)\n    x.clear()\n    return n", "q.case({1, 2}, gives=2)"),
    ],
)  # fmt: skip
def test_an_answer_is_worth_the_same_in_both_processes(answer, test):
    judged, here = both_ways(answer, test)
    assert judged == here


def test_callbacks_streams_and_random_numbers_cross_over():
    source = notebook(
        cell("locked", "imports", "import numpy as np\nfrom mlprep.check import Question"),
        cell(
            "answer",
            "descend",
            """
            def descend(gradient, x, rng, table):
                for step in range(3):
                    x = x - 0.1 * gradient(x)
                    table[step] = float(x[0])
                return (x + rng.normal(size=2) for _ in range(2))
            """,
        ),
        cell(
            "test",
            "descend_steps",
            '''
            q = Question(descend, points=2)
            @q.probe
            def it_steps(f):
                """Each step follows the gradient that it is given."""
                seen, table = [], {}
                def gradient(x):
                    seen.append(x.copy())
                    return 2 * x
                rng = np.random.default_rng(0)
                path = f(gradient, np.array([1.0, 2.0]), rng, table)
                return [next(path), list(path), len(seen), seen[-1], table]
            @q.reference
            def by_hand(gradient, x, rng, table):
                for step in range(3):
                    gradient(x)
                    x = x * (1 - 0.2)
                    table[step] = float(x[0])
                return (x + rng.normal(size=2) for _ in range(2))
            q.grade()
            ''',
            2,
        ),
    )
    assert outcomes(graded(source, source)) == {"descend": ("right", 2.0)}


def test_an_error_of_a_callback_is_caught_by_its_class():
    source = notebook(
        cell("locked", "imports", "from mlprep.check import Question"),
        cell(
            "answer",
            "patient",
            """
            def patient(read):
                for _ in range(3):
                    try:
                        return read()
                    except OSError:
                        pass
                raise TimeoutError("three times")
            """,
        ),
        cell(
            "test",
            "patient_reads_again",
            '''
            class Busy(ConnectionError):
                """Of the test's own."""

            q = Question(patient, points=2)

            def reading(*errors):
                left = list(errors)
                def read():
                    if left:
                        raise left.pop()
                    return 7
                return read

            @q.probe(gives=7)
            def two_that_pass(f):
                """Two busy moments are waited for."""
                return f(reading(OSError("a"), Busy("b")))
            @q.probe(gives=["ValueError", "UnicodeDecodeError or RuntimeError"])
            def others_come_back(f):
                """Any other error comes back to the caller."""
                found = []
                undecoded = UnicodeDecodeError("utf-8", b"", 0, 1, "made of five parts")
                for error in (ValueError("c"), undecoded):
                    try:
                        f(reading(error))
                    except (UnicodeDecodeError, RuntimeError):
                        found.append("UnicodeDecodeError or RuntimeError")
                    except ValueError:
                        found.append("ValueError")
                return found
            q.grade()
            ''',
            2,
        ),
    )
    assert outcomes(graded(source, source)) == {"patient": ("right", 2.0)}
