"""Matrix calculus: of several wrong lines the first one is told, whatever is wrong with the
others, and a wrong line costs the lines after it nothing."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest

from mlprep.check.proof import questions_of
from mlprep.course import Course
from mlprep.notebook import read, render


@pytest.fixture(scope="module")
def questions():
    """The assignment's questions by name, on its worked solutions."""
    unit = Course(Path(__file__).parents[1]).unit("matrix_calculus")
    notebook = nbformat.from_dict(render(unit, read(unit, unit.assignment_sources()[0])))
    return {asked.question.name: asked.question for asked in questions_of(notebook)}


def of_another_shape(self, *args):
    return np.ones((2, 2, 2))


def in_error(self, *args):
    raise ZeroDivisionError("the matrix is nan, and the shape is odd")


def unanswered(self, *args):
    raise NotImplementedError


def tripled(method):
    def line(self, *args):
        result = method(self, *args)
        return [3 * np.asarray(a) for a in result] if isinstance(result, tuple) else 3 * result

    return line


def lines_of(question):
    return [name for name in vars(question.answer) if name.startswith("d_")]


@pytest.mark.parametrize("later", [of_another_shape, in_error, unanswered])
@pytest.mark.parametrize(("name", "count"), [("lines", 8), ("sheet", 6)])
def test_the_first_wrong_line_is_told(questions, name, count, later):
    question = questions[name]
    lines = lines_of(question)
    assert len(lines) == count
    for number, (line, following) in enumerate(zip(lines, lines[1:], strict=False), 1):
        first = tripled(vars(question.answer)[line])
        answer = type("Answer", (question.answer,), {line: first, following: later})
        message = question.verdict(answer).message
        assert message.startswith(f"Line {number}, "), message
        assert number == 1 or "every entry is 3 times" in message, message


@pytest.mark.parametrize("name", ["lines", "sheet"])
def test_a_wrong_line_costs_its_own_points_only(questions, name):
    question = questions[name]
    for number, line in enumerate(lines_of(question), 1):
        wrong = type("Answer", (question.answer,), {line: of_another_shape})
        broken = [claim for _, claim, held, _ in question.verdict(wrong).probes if not held]
        assert len(broken) >= 2
        assert all(claim.startswith(f"Line {number}") for claim in broken), broken
