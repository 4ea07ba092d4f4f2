"""The author's lint: assignments. Each test breaks one thing in an assignment that is well formed,
and sees that one message; it names file, cell and grade_id."""

import json

import pytest
from authoring import edit, make_course

from mlprep.course import Course
from mlprep.lint import leak_problems, lint_course
from mlprep.lint.cells import own_solutions
from mlprep.lint.markers import MARKERS, meant, outside, regions
from mlprep.lint.names import free_names, star_imports, top_level_names
from mlprep.lint.questions import METHODS
from mlprep.notebook import Cell, dumps, read, render
from mlprep.release import Releaser

TEST = "source/toy/toy.py, cell 7 (log_mean_exp_is_right_for_any_size)"


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course", "toy")


def breaks(course, old, new, count=1):
    return lint_course(edit(course, "toy/toy.py", old, new, count))


# Markers

MISSPELT = [
    "### begin solution",
    "## BEGIN SOLUTION",
    "#### BEGIN SOLUTION",
    "# BEGIN SOLUTION",
    "###BEGIN SOLUTION",
    "### BEGIN  SOLUTION",
    "### BEGIN SOLUTIONS",
    "### BEGIN SOLUTOIN",
    "### BEGINN SOLUTION",
    "### BEGIN_SOLUTION",
    "### BEGINSOLUTION",
    "### BEGIN SOLUTION ###",
    "### BEGIN SOLUTION:",
    "### START SOLUTION",
    "### SOLUTION BEGIN",
    "### Solution",
]


@pytest.mark.parametrize("marker", MISSPELT)
def test_a_misspelt_marker_is_refused(course, marker):
    (problem,) = breaks(course, "### BEGIN SOLUTION", marker)
    assert problem.startswith("source/toy/toy.py, cell 4 (log_mean_exp): ")
    assert f"Got {marker!r}" in problem


def test_a_misspelt_hidden_test_is_refused_once_for_each_cell(course):
    problems = breaks(course, "### BEGIN HIDDEN TESTS", "### BEGIN HIDDEN TEST", 2)
    assert len(problems) == 2
    assert all("misspelt marker" in problem for problem in problems)


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("### Begin Hidden Tests", "BEGIN HIDDEN TESTS"),
        ("### BEGIN HIDDEN TEST", "BEGIN HIDDEN TESTS"),
        ("### BEGIN HIDEN TESTS", "BEGIN HIDDEN TESTS"),
        ("### BEGIN HIDDENTESTS", "BEGIN HIDDEN TESTS"),
        ("### END HIDDEN_TESTS", "END HIDDEN TESTS"),
        ("# hidden tests", "BEGIN HIDDEN TESTS"),
        ("### STOP HIDDEN TESTS", "END HIDDEN TESTS"),
        ("### BEGIN MARKSCHEME", "BEGIN MARK SCHEME"),
        ("### BEGIN MARKING SCHEME", "BEGIN MARK SCHEME"),
        ("### END MARK SHEME", "END MARK SCHEME"),
        ("### End Solution", "END SOLUTION"),
        ("<!-- END SOLUTION -->", "END SOLUTION"),
    ],
)
def test_what_a_misspelt_marker_was_meant_to_be(line, phrase):
    assert meant(line) == phrase


@pytest.mark.parametrize(
    "line",
    [
        "# the solution of the quadratic",
        "# begin with the largest",
        "# solution",
        "# end of the loop",
        "# tests whether the marks add up",
        "begin_solution = 1",
        "x = 1  # END",
        "",
    ],
)
def test_ordinary_lines_are_no_markers(line):
    assert meant(line) is None


@pytest.mark.parametrize(
    "line", ["### Solution", "Marking scheme", "The solution", "## Hidden tests"]
)
def test_ordinary_text_is_no_marker(line):
    assert meant(line, "markdown") is None
    assert meant("### Begin solution", "markdown") == "BEGIN SOLUTION"


MARKED = {
    "inside a line": (
        "    ### BEGIN SOLUTION",
        "    x = x  ### BEGIN SOLUTION",
        "must stand alone on its line",
    ),
    "never ended": ("    ### END SOLUTION\n", "", "`### BEGIN SOLUTION` has no END"),
    "never begun": ("    ### BEGIN SOLUTION\n", "", "`### END SOLUTION` must follow its BEGIN"),
    "nested": (
        "    ### END SOLUTION",
        "    ### BEGIN SOLUTION\n    ### END SOLUTION",
        "regions must not nest",
    ),
    "solution in a test": (
        "### BEGIN HIDDEN",
        "### BEGIN SOLUTION\n### BEGIN HIDDEN",
        "SOLUTION reg",
    ),
    "hidden test in text": ("# Try it", "# ### BEGIN HIDDEN TESTS\n# Try it", "in a text cell"),
    "another comment": (
        "    shift =",
        "    ### the shift\n    shift =",
        "kept for nbgrader's markers",
    ),
}


@pytest.mark.parametrize("name", MARKED)
def test_markers_are_checked(course, name):
    old, new, message = MARKED[name]
    problems = breaks(course, old, new)
    assert any(message in problem for problem in problems)
    assert all(problem.startswith("source/toy/toy.py, cell ") for problem in problems)


def test_end_before_begin(course):
    course = edit(course, "toy/toy.py", "### BEGIN SOLUTION", "### END SOLUTIO")
    course = edit(course, "toy/toy.py", "### END SOLUTION", "### BEGIN SOLUTION")
    problems = breaks(course, "### END SOLUTIO\n", "### END SOLUTION\n")
    assert any(
        "`### END SOLUTION` must follow its BEGIN. Got it without one" in p for p in problems
    )


def test_regions_and_what_is_outside_them():
    source = "a\n  ### BEGIN SOLUTION\n  b\n  ### END SOLUTION\nc"
    (region,) = regions(source)
    assert (region.name, region.first, region.last) == ("SOLUTION", 2, 4)
    assert region.body(source) == ["  b"]
    assert outside(source) == "a\nc"
    assert len(MARKERS) == 6


# Cells and ids

CELLS = {
    "hex id": ('"grade_id": "imports"', '"grade_id": "cell-0f3a"', "snake_case, of at most 64"),
    "no id": ('"grade_id": "imports", ', "", "needs a grade_id"),
    "empty id": ('"grade_id": "imports"', '"grade_id": ""', "needs a grade_id"),
    "used twice": ('"in_words"', '"imports"', "grade_id used twice, first in cell 2. Rename one."),
    "not its function": (
        '"grade_id": "perplexity"',
        '"grade_id": "surprise"',
        "named after its fun",
    ),
    "empty solution": ("    return float(np.exp(-np.mean(log_p)))\n", "", "the solution is empty"),
    "title": ("# # {{title}}", "# # Toy", "the first cell must be the title"),
    "syntax": ("x = np.array([-801.0", "x = = np.array([-801.0", "must be Python. Got 'x = = np"),
    "star": ("import numpy as np\n", "import numpy as np\nfrom math import *\n", "no `import *`"),
    "placeholder": ("# {{minutes}}", "# {{minute}}", "Did you mean {{minutes}}?"),
    "empty cell": ("x = np.array([-801.0, -804.0, -810.0])\n", "", "the cell is empty"),
}


@pytest.mark.parametrize("name", CELLS)
def test_cells_are_checked(course, name):
    old, new, message = CELLS[name]
    (problem,) = breaks(course, old, new)
    assert problem.startswith("source/toy/toy.py, cell ")
    assert message in problem


def test_a_solution_without_a_region_would_lose_its_signature(course):
    course = edit(course, "toy/toy.py", "    ### BEGIN SOLUTION\n", "", 2)
    (first, second) = breaks(course, "    ### END SOLUTION\n", "", 2)
    assert "cell 4 (log_mean_exp): signature and docstring must stay" in first


def test_a_region_that_leaves_no_python(course):
    course = edit(course, "toy/toy.py", "def log_mean", "### BEGIN SOLUTION\ndef log_mean")
    course = edit(course, "toy/toy.py", "    ### BEGIN SOLUTION\n    shift", "    shift")
    end = "    ### END SOLUTION\n\n\n# %% [markdown]\n# Try"
    (problem,) = breaks(course, end, end.replace("SOLUTION\n", "SOLUTION\n    return 0\n"))
    assert "what is left for the learner must be Python" in problem


def test_a_question_needs_a_statement(course):
    path = course.root / "source/toy/toy.py"
    text = path.read_text()
    start, end = text.index("# ## 2. Perplexity"), text.index('# %% nbgrader={"grade_id": "perplex')
    path.write_text(text[:start] + "# ## 2. Perplexity\n\n\n" + text[end:])
    (problem,) = lint_course(Course(course.root))
    assert "cell 9 (perplexity): a question needs a statement before it. Got 0 words" in problem


def test_a_test_before_any_solution(course):
    cell = '# %% nbgrader={"grade_id": "t", "grade": true, "points": 1}\n'
    cell += '"""One is one."""\nassert abs(-1) == 1, "one"\n\n'
    problems = breaks(course, "# %% [markdown]\n# ## 1.", cell + "# %% [markdown]\n# ## 1.")
    assert any("a test must follow the solution cell" in problem for problem in problems)


def test_twelve_to_thirty_cells(course):
    more = "# %%\ny = 1\n\n" * 18
    (problem,) = breaks(
        course, "# %% [markdown]\n# ## Before", f"{more}# %% [markdown]\n# ## Before"
    )
    assert problem.startswith("source/toy/toy.py: assignment must have 12 to 30 cells. Got 31.")


def test_a_worksheet_has_tasks_with_mark_schemes(course):
    task = '# %% [markdown] nbgrader={"grade_id": "design", "task": true, "points": 4}\n'
    task += "# Design a feature store for ten million users, and say what it costs.\n"
    scheme = "# ### BEGIN MARK SCHEME\n# One point for each estimate.\n# ### END MARK SCHEME\n"
    title = "# %% [markdown]\n# # {{title}}\n\n"
    rest = "# %% [markdown]\n# Think of reads and writes apart.\n\n" * 4
    path = course.root / "source/toy/worksheet.py"
    path.write_text(title + rest + task + scheme)
    assert lint_course(course) == []
    path.write_text(title + rest + task)
    (problem,) = lint_course(course)
    assert "worksheet.py, cell 6 (design): a task needs a mark scheme" in problem
    path.write_text(title + rest + task.replace("Design a feature store", "").split(", and")[0])
    assert any("a question needs a statement" in problem for problem in lint_course(course))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# %% [markdown]\n# # {{title}}\n\n" + "# %%\ny = 1\n\n" * 12, "nothing is graded"),
        ("", "must have cells. Got none"),
        ("# %% [raw]\n# x\n", "raw cells are not used"),
    ],
)
def test_a_file_that_is_no_assignment(course, text, message):
    (course.root / "source/toy/toy.py").write_text(text)
    assert any(message in problem for problem in lint_course(course))


# Test cells

TESTS = {
    "claim": (
        '"""The result is right however large or small the likelihoods are."""\n',
        "",
        "claim",
    ),
    "no grade": (
        "### END HIDDEN TESTS\nq.grade()",
        "### END HIDDEN TESTS",
        "must end in q.grade()",
    ),
    "grade inside": (
        "### END HIDDEN TESTS\nq.grade()",
        "q.grade()\n### END HIDDEN TESTS",
        "must end in q.grade(), below the hidden tests",
    ),
    "grade first": (
        "### END HIDDEN TESTS\nq.grade()",
        "### END HIDDEN TESTS\nq.grade()\nx = 1",
        "end in",
    ),
    "no hidden()": ("q.hidden()\n", "", "must start with q.hidden()"),
    "hidden() outside": (
        "### BEGIN HIDDEN TESTS\nq.hidden()",
        "q.hidden()\n### BEGIN HIDDEN TESTS",
        "out",
    ),
    "hidden() late": (
        "q.hidden()\n",
        "q.case(np.array([900.0]))\nq.hidden()\n",
        "q.hidden() must come before the hidden probes",
    ),
    "hidden() twice": ("q.hidden()\n", "q.hidden()\nq.hidden()\n", "must be called once. Got 2"),
    "unknown method": (
        "q.case(np.array([900",
        "q.csae(np.array([900",
        "Got q.csae. Did you mean case?",
    ),
    "visible gives": (", gives=-1000.0", "", "a visible probe must say what it gives"),
    "one variant": ("@q.variant\ndef one_pass", "@q.probe(gives=0)\ndef one_pass", "Got 1."),
    "bare mistake": (
        '@q.mistake("This is the log-sum-exp: the sum was not divided by n. Subtract log(n).")',
        '@q.mistake(" ")',
        "sum_not_mean needs a message",
    ),
    "camel case": ("def sum_not_mean", "def sumNotMean", "names are snake_case. Got 'sumNotMean'"),
    "same name": ("def one_pass", "def pair_by_pair", "pair_by_pair is defined twice in q"),
    "two hints": (
        '    "Try two equal entries of -1000: their mean is one of them.",\n',
        "",
        "Got 2.",
    ),
    "empty hint": ('"Try two equal entries of -1000: their mean is one of them."', '""', "Got 2."),
    "unassigned": (
        "q = Question(log",
        "q = Question(abs, points=1)\nq = Question(log",
        "its own name",
    ),
    "free name": ("math.log(0.5), claim", "half, claim", "Got half, which none has. Define it"),
    "learner's import": ("import math\n", "", "Got math, which none has"),
    "undecorated": (
        "@q.variant\ndef one_pass",
        "def one_pass",
        "one_pass is defined and never called",
    ),
    "question hidden": (
        "q = Question(log_mean_exp, points=3)\n",
        "### BEGIN HIDDEN TESTS\nq = Question(log_mean_exp, points=3)\n### END HIDDEN TESTS\n",
        "must stand above the hidden tests",
    ),
    "points": ("log_mean_exp, points=3", "log_mean_exp, points=three", "Got three. Write points=2"),
}


@pytest.mark.parametrize("name", TESTS)
def test_test_cells_are_checked(course, name):
    old, new, message = TESTS[name]
    problems = [p for p in breaks(course, old, new) if p.startswith(TEST)]
    assert any(message in problem for problem in problems)
    if name not in ("undecorated", "learner's import", "question hidden", "points"):
        assert len(problems) == 1


def remove(course, start, end):
    """Cut the text from `start` up to `end` out of toy.py."""
    path = course.root / "source/toy/toy.py"
    text = path.read_text()
    first = text.index(start)
    path.write_text(text[:first] + text[text.index(end, first) :])
    return lint_course(Course(course.root))


def test_a_question_without_mistakes(course):
    (problem,) = remove(
        course, '@q.mistake(\n    "This averages', "@q.variant\ndef product_of_roots"
    )
    assert "must name a wrong answer that people give" in problem


def test_a_question_without_visible_probes(course):
    (problem,) = remove(
        course,
        "q.case(np.log([0.5, 0.125])",
        "### BEGIN HIDDEN TESTS\nq.hidden()\nq.case(np.array([-0.1",
    )
    assert "q needs a visible probe" in problem


def test_a_question_without_reference_where_one_is_needed(course):
    (one, *more) = remove(course, "@q.reference\ndef by_the", '@q.mistake(\n    "This averages')
    assert "does not say what it gives and q has no reference" in one
    assert len(more) == 1  # two cases need it


def test_a_question_without_why(course):
    (problem,) = remove(course, 'q.why(\n    "The logarithms', "### END HIDDEN")
    assert "q must say why" in problem


@pytest.mark.parametrize(
    ("part", "move"),
    [
        ("@q.variant", "\n@q.variant\ndef early(x):\n    return 0.0\n\n"),
        ("@q.mistake", '\n@q.mistake("no")\ndef early(x):\n    return 0.0\n\n'),
        ("q.why", 'q.why("Because it is so.")\n'),
    ],
)
def test_what_teaches_must_be_hidden(course, part, move):
    problems = breaks(course, "### BEGIN HIDDEN TESTS\n", f"{move}### BEGIN HIDDEN TESTS\n")
    assert any(f"{part.strip('@')} would reach the learner" in problem for problem in problems)


def plain(course, body, points=', "points": 2'):
    """Replace the second question's test cell by one of plain code; its problems."""
    path = course.root / "source/toy/toy.py"
    text = path.read_text()
    start = text.index('# %% nbgrader={"grade_id": "perplexity_is')
    end = text.index("# %% [markdown]\n# ## 3.")
    header = f'# %% nbgrader={{"grade_id": "perplexity_is", "grade": true{points}}}\n'
    path.write_text(f'{text[:start]}{header}"""It is a mean."""\n{body}\n\n{text[end:]}')
    return lint_course(Course(course.root))


def test_plain_asserts_with_messages_are_allowed(course):
    body = 'assert perplexity(np.log([0.5])) == 2, "one half gives two"'
    assert plain(course, body) == []
    hidden = 'assert perplexity(np.log([0.1])) > 9, "1/p"'
    hidden = f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    assert plain(make_course(course.root / "again", "toy"), body + hidden) == []


ASSERTS = {
    "nothing": ("print(perplexity(np.log([0.5])))", "must assert something"),
    "never called": (
        'def test_half():\n    assert perplexity(np.log([0.5])) == 2, "two"',
        "must assert something",
    ),
    "no message": ("assert perplexity(np.log([0.5])) == 2", "an assert needs a message"),
    "empty message": ('assert perplexity(np.log([0.5])) == 2, ""', "an assert needs a message"),
    "constant": ('assert True, "fine"', "must be able to fail. Got 'True'"),
    "tuple": ('assert (perplexity(np.log([0.5])) == 2, "two")', "assertion is always true"),
    "constants": ('assert 1 == 1.0, "fine"', "must be able to fail"),
    "expression": (
        'p = perplexity(np.log([0.5]))\nassert p == 2, "two"\np',
        "must not end in an expr",
    ),
    "hidden()": (
        'q.hidden()\nassert perplexity(np.log([0.5])) == 2, "two"',
        "Got q, which none has",
    ),
    "another's answer": (
        'assert perplexity(np.log([0.5])) == -log_mean_exp(np.log([0.5])), "two"',
        "the answer to its own question alone. Got log_mean_exp of cell 4",
    ),
}


@pytest.mark.parametrize("name", ASSERTS)
def test_cells_of_asserts_are_checked(course, name):
    body, message = ASSERTS[name]
    problems = plain(course, body)
    assert message in problems[0]
    assert problems[0].startswith("source/toy/toy.py, cell 10 (perplexity_is)")


def test_a_called_test_function_is_fine(course):
    body = 'def half():\n    assert perplexity(np.log([0.5])) == 2, "two"\n\nhalf()'
    assert plain(course, body) == []


def test_plain_asserts_need_points(course):
    (problem,) = plain(course, 'assert perplexity(np.log([0.5])) == 2, "two"', points="")
    assert 'Add "points": 2' in problem


def test_a_question_may_be_about_an_earlier_answer(course):
    """The subject of a Question may be any answer above; other names may not."""
    cell = '# %% nbgrader={"grade_id": "again", "grade": true}\n"""Again."""\n'
    path = course.root / "source/toy/toy.py"
    text = path.read_text()
    start = text.index("q = Question(log_mean_exp")
    question = text[start : text.index("# %% [markdown]\n# ## 2.")]
    before = "# %% [markdown]\n# ## 3."
    path.write_text(text.replace(before, cell + question + before))
    assert lint_course(Course(course.root)) == []


def test_names_that_only_the_solution_region_defines(course):
    course = edit(
        course,
        "toy/toy.py",
        '    ### END SOLUTION\n\n\n# %% nbgrader={"grade_id": "perplexity_is',
        "    ### END SOLUTION\n\n\n### BEGIN SOLUTION\nSECRET = 1\n### END SOLUTION\n\n"
        '# %% nbgrader={"grade_id": "perplexity_is',
    )
    body = 'assert perplexity(np.log([0.5])) == 2 * SECRET, "two"'
    (problem,) = plain(course, body)
    assert "must be told the name SECRET" in problem
    assert breaks(course, "# ## 2. Perplexity", "# ## 2. Perplexity\n# Set `SECRET` to one.") == []


def test_the_methods_that_the_lint_knows_are_those_of_question():
    from mlprep.check import Question

    public = {name for name in vars(Question) if not name.startswith("_")}
    assert set(METHODS) <= public
    others = {"shares", "observe", "behaviour", "wanted", "verdict"}  # not for test cells
    assert public - set(METHODS) <= others, "tell the lint (METHODS) or this test of the new one"


def test_free_names():
    source = (
        "import a.b\nfrom c import d as e\nx = [i for i in f]\ndef g(h=j):\n    k = l\n    return k"
    )
    assert free_names(source) == ["f", "j", "l"]
    assert free_names("class A(B):\n    x = 1\n    y = x\n    def m(self):\n        return z") == [
        "B",
        "z",
    ]
    assert free_names("def f():\n    global t\n    t = 1\nprint(t, len, __name__)") == []
    assert free_names("@q.probe\ndef p(f):\n    return lambda u: u + v") == ["q", "v"]
    assert free_names("%load_ext x\nwith open('f') as f:\n    y") == ["y"]


def test_top_level_names():
    source = "import a.b, c\nfor i in x:\n    d: int = 1\n(e, *f) = x\n"
    source += "def g():\n    h = 1\n[j for j in x]"
    assert top_level_names(source) == {"a", "c", "i", "d", "e", "f", "g"}
    assert top_level_names(source, imports=False) == {"i", "d", "e", "f", "g"}
    assert star_imports("from a.b import *\nfrom c import d") == ["a.b"]


def test_the_solutions_of_a_question_go_back_to_the_test_before():
    kinds = ["solution", "test", "text", "solution", "code", "solution", "test", "test"]
    cells = [Cell("", n, "code", kind, "") for n, kind in enumerate(kinds)]
    assert [c.number for c in own_solutions(cells[:1])] == [0]
    assert [c.number for c in own_solutions(cells[:6])] == [5, 3]
    assert [c.number for c in own_solutions(cells[:7])] == [5, 3]


# What reaches the learner


def released(course):
    unit = course.unit("toy")
    authored = read(unit, unit.folder / "toy.py")
    text = Releaser(course).notebook(unit, "toy", dumps(render(unit, authored)))
    return authored, json.loads(text)


def test_nothing_leaks_from_a_new_unit(course):
    assert leak_problems(*released(course)) == []


@pytest.mark.parametrize("setting", ["ClearHiddenTests.enabled", "ClearSolutions.enabled"])
def test_a_switched_off_preprocessor_is_seen(course, setting):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.{setting} = False\n")
    problems = leak_problems(*released(course))
    assert any("the release must hold no marker" in problem for problem in problems)
    assert any("a solution or hidden test reaches the learner" in problem for problem in problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A mean_of_the_logarithms is wrong.", "the mistake's name 'mean_of_the_logarithms'"),
        ("Not with_decimals.", "the reference's name 'with_decimals'"),
        ("You may go pair_by_pair.", "the variant's name 'pair_by_pair'"),
        (
            "This is the log-sum-exp: the sum was not\n# divided by n. Subtract log(n).",
            "text of mistake",
        ),
        ("Equal probabilities p must give 1/p.", "text of hints"),
    ],
)
def test_names_and_messages_of_hidden_parts_are_looked_for(course, text, message):
    course = edit(course, "toy/toy.py", "# Try it here", f"# {text} Try it here")
    (problem,) = leak_problems(*released(course))
    assert message in problem and "reaches the learner, in cell 5" in problem


def test_a_line_of_the_solution_in_a_written_cell_is_found(course):
    authored, release = released(course)
    release["cells"][4]["source"] = "    shift = np.max(x)   "
    (problem,) = leak_problems(authored, release)
    assert "cell 4 (log_mean_exp): a solution or hidden test reaches the learner" in problem
    release["cells"][4]["source"] = "shift = 1"
    assert leak_problems(authored, release) == []
