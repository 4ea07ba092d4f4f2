"""A question that is run alone has with it what it is built on, and no more."""

from __future__ import annotations

import pytest
from helpers import cell, notebook

from mlprep.grading.roles import grade_id
from mlprep.plain.runs import only

SOURCE = notebook(
    cell("locked", "imports", "import math"),
    cell("answer", "half", "def half(x):\n    return x / 2"),
    cell("test", "half_of_two", "assert half(2) == 1, 'half'", 1),
    cell("answer", "quarter", "def quarter(x):\n    return half(half(x))"),
    cell("test", "quarter_of_four", "assert quarter(4) == 1, 'quarter'", 1),
    cell("answer", "eighth", "def eighth(x):\n    return quarter(x) / 2"),
    cell("test", "eighth_of_eight", "assert eighth(8) == 1, 'eighth'", 1),
    cell("answer", "root", "def root(x):\n    return math.sqrt(x)"),
    cell("test", "root_of_half", "assert root(half(2)) == 1, 'root'", 1),
)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("half", "imports half half_of_two"),
        ("quarter", "imports half quarter quarter_of_four"),
        ("eighth", "imports half quarter eighth eighth_of_eight"),
        ("root", "imports half root root_of_half"),  # its test uses half
    ],
)
def test_a_question_comes_with_the_answers_that_it_is_built_on(question, names):
    assert [grade_id(kept) for kept in only(SOURCE, question).cells] == names.split()
