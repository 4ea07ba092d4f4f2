"""The plain file: what an editor shows, and no more."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from helpers import softmax_course

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.grading.merge import grade_id, read_notebook, role
from mlprep.plain.page import asked, is_untouched, page

COURSE = Course(Path(__file__).resolve().parents[1])
CODING = [
    name
    for name, unit in COURSE.units().items()
    if unit.info["area"] == "coding" and unit.release_notebook().is_file()
]


def test_there_are_coding_units():
    assert len(CODING) >= 2


@pytest.mark.parametrize("name", [*CODING, "bias_variance"])
def test_each_question_has_a_page_that_is_python_without_answer_or_test(name):
    unit, count = COURSE.unit(name), 0
    for path in unit.assignment_sources():
        for cell in read_notebook(unit.source_notebook(path.stem)).cells:
            if role(cell) != "answer":
                continue
            question = asked(unit, grade_id(cell))
            text = page(question)
            names = [
                getattr(node, "name", "").lower().replace("_", "") for node in ast.parse(text).body
            ]
            assert question.name.replace("_", "") in names, text  # gpu_calendar: GpuCalendar
            assert "Question(" not in text and "SOLUTION" not in text and "HIDDEN" not in text
            assert "YOUR CODE HERE" not in text and text.count("# --:-- ") == 8
            assert is_untouched(text, question)
            assert not is_untouched(text.replace("...", "return 1"), question)
            count += 1
    assert count >= 3


def test_it_has_the_statement_the_imports_and_the_names_that_are_given():
    unit = COURSE.unit("bias_variance")
    text = page(asked(unit, "ridge_df"))
    head, code = text.split("\n\nimport numpy as np\n", 1)
    assert "# ## 5. Count effective parameters" in head and "# **Conventions" in head
    assert "Given, as in" not in head  # nothing that this statement speaks of
    other = page(asked(unit, "bias_variance"))
    assert "and there when it is run: sine, polynomial\n" in other
    assert "# ## 4." not in head and code.lstrip().startswith("def ridge_df(X, lam):")


def test_a_question_that_is_not_there_is_told_with_those_that_are(tmp_path):
    unit = softmax_course(tmp_path).unit("softmax")
    with pytest.raises(UsageError, match="softmx: no such question in softmax. It has softmax, "):
        asked(unit, "softmx")
