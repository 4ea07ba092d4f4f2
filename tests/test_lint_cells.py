"""The author's lint: traps in an assignment's cells that its tests would not show."""

import pytest
from authoring import edit, make_course

from mlprep.course import Course
from mlprep.lint import lint_course

WHERE = "source/toy/toy.py, cell"


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course", "toy")


def texts(course, text):
    """The problems of toy.py with this expression in its first test cell."""
    line = "q = Question(log_mean_exp, points=3)\n"
    return lint_course(edit(course, "toy/toy.py", line, f"{line}text = {text}\n"))


@pytest.mark.parametrize("prefix", ["", "f", "r"])
@pytest.mark.parametrize("line", ["% of them", "  %time", "# %time"])
def test_a_line_of_a_text_that_starts_with_percent_is_refused(course, prefix, line):
    (problem,) = texts(course, f'{prefix}"""Not\n{line}\n"""')
    assert problem == (
        f"{WHERE} 7 (log_mean_exp_is_right_for_any_size): no line of a text may start with %, "
        f"which makes it a magic. Got {line.strip('# ')!r} in line 4. Break it elsewhere."
    )


def test_percent_elsewhere_in_a_text_is_fine(course):
    assert texts(course, '"""% of\n1 %\n""" + "%d %s" % (2, 3)') == []


@pytest.mark.parametrize(
    ("until", "problem"),
    [
        (
            '# %% nbgrader={"grade_id": "perplexity_is',  # two answers, then their tests
            "10 (perplexity_is_a_geometric_mean): a test must be the next graded cell after its "
            "answer. Got cell 9 between it and perplexity in cell 8",
        ),
        (
            "# %% [markdown]\n# ## 3.",  # one question inside another
            "10 (log_mean_exp_is_right_for_any_size): a test must be the next graded cell after "
            "its answer. Got cell 9 between it and log_mean_exp in cell 4",
        ),
    ],
)
def test_an_answer_whose_test_comes_after_another_is_refused(course, until, problem):
    """The first question's test is moved down, to where `until` starts."""
    path = course.root / "source/toy/toy.py"
    text = path.read_text()
    starts = '# %% nbgrader={"grade_id": "log_mean_exp_is', "# %% [markdown]\n# ## 2.", until
    a, b, end = (text.index(start) for start in starts)
    path.write_text(text[:a] + text[b:end] + text[a:b] + text[end:])
    mend = "Put each answer right above its test."
    assert lint_course(Course(course.root)) == [f"{WHERE} {problem}. {mend}"]
