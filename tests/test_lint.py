"""The author's lint: units, curriculum and lessons. Each test breaks one thing in a unit that is
well formed, and sees that one message."""

import shutil

import pytest
from authoring import edit, make_course

from mlprep.course import Course
from mlprep.errors import AuthorError
from mlprep.lint import check_course, lint_course, lint_unit
from mlprep.lint.lesson import PARTS
from mlprep.lint.text import headings, words
from mlprep.lint.unit import name_problem


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course", "toy")


def test_a_new_unit_has_no_problems(course):
    assert lint_course(course) == []
    check_course(course)


def breaks(course, file, old, new, count=1):
    """The problems of the course after one edit."""
    return lint_course(edit(course, file, old, new, count))


UNIT_TOML = {
    "title = ": ('title = "Toy"', 'title = ""', "title must not be empty"),
    "difficulty": ("difficulty = 2", "difficulty = 6", "difficulty is 1 to 5. Got 6"),
    "minutes keys": ("assignment = 30", "assignement = 30", "minutes must be {lesson = 30"),
    "minutes type": ("lesson = 20", "lesson = 20.5", "minutes must be {lesson = 30"),
    "lesson minutes": ("lesson = 20", "lesson = 0", "minutes.lesson must be above 0"),
    "assignment minutes": (
        "assignment = 30",
        "assignment = 0",
        "minutes.assignment is 0, and there",
    ),
    "topics": ('topics = ["floating point", "log-sum-exp", "perplexity"]', "topics = []", "topics"),
    "text fields": ('"perplexity"]', "3]", "topics must hold texts. Got 3"),
    "reference": ('where = "section 4.1"', 'where = ""', "reference 1 must have text"),
    "reference keys": (
        'where = "section 4.1"',
        'url = "x"',
        "reference 1 must have text and where",
    ),
    "unknown field": ("difficulty", "dificulty", "Did you mean difficulty?"),
    "area": ('"fundamentals"', '"maths"', "area must be one of"),
    "prerequisite": ("prerequisites = []", 'prerequisites = ["gone"]', "Got 'gone'"),
    "itself": ("prerequisites = []", 'prerequisites = ["toy"]', "Got it as itself"),
    "not TOML": ("difficulty = 2", "difficulty = ", "not valid TOML"),
}


@pytest.mark.parametrize("name", UNIT_TOML)
def test_unit_toml_is_checked(course, name):
    old, new, message = UNIT_TOML[name]
    (problem,) = breaks(course, "toy/unit.toml", old, new)
    assert problem.startswith("source/toy")
    assert message in problem


def test_two_to_four_objectives(course):
    path = course.root / "source/toy/unit.toml"
    lines = [line for line in path.read_text().splitlines() if "say which" not in line]
    path.write_text("\n".join(lines))
    (problem,) = lint_course(Course(course.root))
    assert "2 to 4 objectives. Got 1" in problem


def test_a_unit_without_a_lesson(course):
    (course.root / "source/toy/lesson.py").unlink()
    (problem,) = lint_course(course)
    assert problem == "source/toy/lesson.py: missing. Every unit has a lesson; write it."


def test_a_unit_without_an_assignment_must_say_so(course):
    (course.root / "source/toy/toy.py").unlink()
    (problem,) = lint_course(course)
    assert "there is no toy.py, practice.py or worksheet.py" in problem
    assert breaks(course, "toy/unit.toml", "assignment = 30", "assignment = 0") == []


def test_a_python_file_that_is_none_of_ours(course):
    (course.root / "source/toy/Toy.py").write_text("# %% [markdown]\n")
    (problem,) = lint_course(course)
    assert problem.startswith("source/toy/Toy.py: a unit's Python files are")


def test_a_folder_without_unit_toml(course):
    (course.root / "source/draft").mkdir()
    (problem,) = lint_course(course)
    assert problem.startswith("source/draft: a unit needs a unit.toml")


@pytest.mark.parametrize("name", ["Toy", "1st", "a-b", "a b", "ünit", "", "lesson", "x" * 49])
def test_bad_unit_names(name):
    assert name_problem(name)
    assert not name_problem("bias_variance2")


def test_a_unit_folder_with_a_bad_name(course):
    source = course.root / "source"
    shutil.move(source / "toy", source / "Toy-1")
    shutil.move(source / "Toy-1" / "toy.py", source / "Toy-1" / "Toy-1.py")
    (problem,) = breaks(course, "curriculum.toml", "toy", "Toy-1")
    assert "a unit's name is snake_case" in problem and "Got 'Toy-1'" in problem


CURRICULUM = {
    "unit not listed": ('units = ["toy"]', "units = []", "must list it in source/curriculum.toml"),
    "listed twice": ('["toy"]', '["toy", "toy"]', "Got 'toy' 2 times in engineering"),
    "not there": ('["toy"]', '["toy", "gone"]', "names a unit that is not there. Got 'gone'"),
    "stage key": ("stage =", "name =", "a track is a list of stages"),
    "not TOML": ("[[", "[", "not valid TOML"),
}


@pytest.mark.parametrize("name", CURRICULUM)
def test_the_curriculum_is_checked(course, name):
    old, new, message = CURRICULUM[name]
    (problem,) = breaks(course, "curriculum.toml", old, new)
    assert message in problem


def test_an_unknown_track(course):
    problems = breaks(course, "curriculum.toml", "[[engineering]]", "[[enginering]]")
    assert "tracks are engineering, research. Got 'enginering'" in problems[0]


def test_a_track_that_the_unit_does_not_name(course):
    extra = '[[research]]\nstage = "One"\nunits = ["toy"]\n\n[[eng'
    (problem,) = breaks(course, "curriculum.toml", "[[eng", extra)
    assert "lists it in track research, and its unit.toml does not" in problem


def test_a_prerequisite_that_comes_later(tmp_path):
    course = make_course(tmp_path / "two", "first", "second")
    assert (
        breaks(course, "second/unit.toml", "prerequisites = []", 'prerequisites = ["first"]') == []
    )
    path = course.root / "source/first/unit.toml"
    path.write_text(path.read_text().replace("prerequisites = []", 'prerequisites = ["second"]'))
    (problem,) = lint_course(Course(course.root), ["first"])
    assert "its prerequisite second must come before it. Got it later in track engin" in problem


# Lessons

LESSON = {
    "title": ("# # {{title}}", "# # Toy", "must start with the title. Got '# Toy'"),
    "question": ("# > ", "# ", "must ask what an interviewer asks"),
    "objectives": ("# {{objectives}}", "# - learn", "Objectives come from unit.toml"),
    "references": ("# {{references}}", "# - a book", "References come from unit.toml"),
    "placeholder": (
        "# {{references}}",
        "# {{references}} {{refs}}",
        "placeholder. Got {{refs}}",
    ),
    "marker": (
        "# ## References",
        "# ### BEGIN SOLUTION\n#\n# ## References",
        "SOLUTION region belongs in a",
    ),
    "syntax": ("rng = np", "rng == = np", "must be Python. Got 'rng == = np"),
    "escape": ("rng = np", 'tex = "\\gamma"\nrng = np', "Python must not warn. Got"),
    "fold": ("</summary>\n# The softmax", "\n# The softmax", "whole ones. Mend the tags"),
    "empty answer": (
        "# Any shift is right on paper. With the mean, a single large entry can still overflow.\n",
        "",
        "needs question and answer",
    ),
    "graded cell": (
        "# %%\nimpossible",
        '# %% nbgrader={"grade_id": "x", "locked": true}\nimpossible',
        "a lesson is not graded",
    ),
    "long text": (
        "# For any constant",
        "# " + "word " * 110 + "for any constant",
        "at most 120 words",
    ),
    "long code": ("x = np.log([", "y = 1\n" * 16 + "x = np.log([", "at most 20 lines. Got 21"),
    "metadata": ("# %%\nimpossible", "# %% tag=1\nimpossible", "Did you mean tags?"),
}


@pytest.mark.parametrize("name", LESSON)
def test_lessons_are_checked(course, name):
    old, new, message = LESSON[name]
    count = 4 if name == "question" else 1
    problems = breaks(course, "toy/lesson.py", old, new, count)
    assert message in problems[-1]
    assert problems[-1].startswith("source/toy/lesson.py")
    assert len(problems) == (2 if name == "fold" else 1)  # with four whole ones left


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_wanted(course, part):
    problems = breaks(course, "toy/lesson.py", f"## {part}", f"## On {part}")
    missing = f"source/toy/lesson.py: a lesson needs the part {part!r}."
    assert [p for p in problems if "needs the part" in p][0].startswith(missing)


def test_parts_in_another_order(course):
    course = edit(course, "toy/lesson.py", "## Where it breaks", "## Swap")
    course = edit(course, "toy/lesson.py", "## Say it in 60 seconds", "## Where it breaks")
    problems = breaks(course, "toy/lesson.py", "## Swap", "## Say it in 60 seconds")
    assert "Got 'Say it in 60 seconds' where 'Where it breaks' belongs" in problems[0]


def test_predict_first_may_be_a_part_of_its_own_with_a_longer_heading(course):
    assert breaks(course, "toy/lesson.py", "### Predict first", "## Predict first: how?") == []


def test_what_breaks_must_be_run(course):
    problems = breaks(course, "toy/lesson.py", "# %%\nimpossible", "# %% [markdown]\n# ## In")
    assert any("what breaks must be run live" in problem for problem in problems)


def test_five_follow_ups(course):
    path = course.root / "source/toy/lesson.py"
    text = path.read_text()
    first = text.index("# <details>")
    path.write_text(text[:first] + text[text.index("# <details>", first + 1) :])
    (problem,) = lint_course(course)
    assert "at least 5 follow-up questions. Got 4" in problem


@pytest.mark.parametrize(("extra", "allowed"), [(7, True), (8, False)])
def test_thirty_cells_at_most(course, extra, allowed):
    path = course.root / "source/toy/lesson.py"
    cells = path.read_text().count("# %%")
    assert cells == 23
    say, more = "# %% [markdown]\n# ## Say", "# %%\ny = 1\n\n" * extra
    problems = breaks(course, "toy/lesson.py", say, more + say)
    assert problems == [] if allowed else "18 to 30 cells. Got 31" in problems[0]


def test_all_problems_of_a_unit_are_reported_together(course):
    course = edit(course, "toy/unit.toml", "difficulty = 2", "difficulty = 9")
    course = edit(course, "toy/lesson.py", "# > ", "# ", 9)
    course = edit(course, "toy/toy.py", '"grade_id": "perplexity"', '"grade_id": "imports"')
    with pytest.raises(AuthorError) as error:
        check_course(course)
    lines = str(error.value).split("\n")
    assert len(lines) >= 3
    for file in ("unit.toml", "lesson.py, cell 1", "toy.py, cell 9 (imports)"):
        assert any(line.startswith(f"source/toy/{file}") for line in lines)
    assert lint_unit(course.unit("toy")) == lines


def test_words_are_those_that_a_reader_reads():
    assert words("one two, three") == 3
    assert words("<!-- none --> $$x = 1 + 2$$ ```\ncode here\n``` {{title}}") == 0
    assert words("where $x_i = 2$ holds") == 3
    assert words("[a link](https://example.org/with words)") == 2
    assert words("| a | b |\n| --- | --- |\n| 1 | 2 |") == 4
    assert words("<details><summary>why</summary>so</details>") == 2


def test_headings_in_code_blocks_do_not_count():
    assert headings("# A\n```\n# no\n```\n### B c\n#nothing") == [(1, "A"), (3, "B c")]
