"""Any course's `nbgrader autograde` is judged by us once its configuration says so, and honest work
gets the same scores as before."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from forking import forked
from helpers import cell, find, notebook
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets.config import Config

import mlprep.nbgrader
from mlprep.grading.launch import why_no_sandbox
from mlprep.grading.merge import released

pytestmark = pytest.mark.skipif(bool(why_no_sandbox()), reason=why_no_sandbox() or "sandboxed")

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "foreign"
c.Execute.extra_arguments = ["--IPKernelApp.log_level=40"]
"""
OURS = "import mlprep.nbgrader\nmlprep.nbgrader.configure(c)\nc.Judge.call_s = 3.0\n"


def foreign() -> nbformat.NotebookNode:
    """A course of somebody who knows nothing of us: plain asserts, imports in cells that anybody
    may edit, helpers in test cells, files, magics, points as the last line."""
    made = notebook(
        cell("answer", "squares", """
            def squares(n):
                \"\"\"The squares of 1 to n.\"\"\"
                ### BEGIN SOLUTION
                if n < 1:
                    raise ValueError("n must be positive")
                return [i ** 2 for i in range(1, n + 1)]
                ### END SOLUTION
            """),
        cell("test", "squares_are_right", '''
            """Squares of the first numbers."""
            from numpy.testing import assert_allclose, assert_raises
            def same(a, b):
                assert_allclose(a, b, err_msg="squares differ")
            same(squares(3), [1, 4, 9])
            ### BEGIN HIDDEN TESTS
            same(squares(5), np.arange(1, 6) ** 2)
            ### END HIDDEN TESTS
            ''', 2),
        cell("test", "squares_refuses", """
            assert_raises(ValueError, squares, 0)
            try:
                squares(-1)
            except ValueError as error:
                assert "positive" in str(error) or True
            else:
                raise AssertionError("did not raise")
            """, 1),
        cell("answer", "sum_of_squares", """
            def sum_of_squares(n):
                ### BEGIN SOLUTION
                return sum(squares(n))
                ### END SOLUTION
            """),
        cell("test", "sum_calls_squares", """
            orig_squares = squares
            del squares
            try:
                sum_of_squares(1)
            except NameError:
                pass
            else:
                raise AssertionError("sum_of_squares does not use squares")
            finally:
                squares = orig_squares
            same(sum_of_squares(3), 14)
            """, 1),
        cell("answer", "sorted", """
            def sorted(values):
                ### BEGIN SOLUTION
                values = list(values)
                values.sort()
                return values
                ### END SOLUTION
            """),
        cell("test", "sorted_sorts", "assert sorted([3, 1, 2]) == [1, 2, 3]", 1),
        cell("answer", "Account", """
            class Account:
                ### BEGIN SOLUTION
                def __init__(self, balance=0):
                    self.balance = balance
                def pay(self, amount):
                    if amount > self.balance:
                        raise TooPoor("no money")
                    self.balance -= amount
                    return self
                ### END SOLUTION
            """),
        cell("test", "account_pays", '''
            %matplotlib inline
            account = Account(10)
            account.pay(3).pay(2)
            assert account.balance == 5
            with pytest.raises(TooPoor, match="money"):
                account.pay(100)
            ''', 2),
        cell("answer", "total", """
            def total(path):
                ### BEGIN SOLUTION
                return sum(float(line) for line in open(path))
                ### END SOLUTION
            """),
        cell("test", "total_reads", """
            expected = np.loadtxt("numbers.csv").sum()
            points = 0.0
            if abs(total("numbers.csv") - expected) < 1e-9:
                points += 1.5
            with open("numbers.csv") as file:
                assert file.readline().strip() == "1"
            points + 0.5
            """, 2),
        cell("answer", "summary", """
            Summary = namedtuple("Summary", "low high")
            def summary(values):
                ### BEGIN SOLUTION
                return Summary(min(values), max(values))
                ### END SOLUTION
            """),
        cell("test", "summary_names", """
            assert summary([2, 1]).low == 1
            assert summary([2, 1]) == (1, 2)
            low, high = summary([5.0])
            assert low == high == 5
            """, 1),
        cell("written", "why", "Because $x^2 \\\\ge 0$.", 3),
    )  # fmt: skip
    made.cells.insert(
        0,
        new_code_cell(
            "import numpy as np\nimport pytest\nfrom collections import namedtuple", id="imports"
        ),
    )
    made.cells.insert(1, cell("locked", "too_poor", "class TooPoor(Exception):\n    pass"))
    made.cells.insert(2, new_markdown_cell("## Squares\n\nWrite $x_i = i^2$, for $i < n$.", id="m"))
    return made


RIGHT = {
    name: find(foreign(), name).source.replace("### BEGIN SOLUTION", "").replace(
        "### END SOLUTION", "")
    for name in ("squares", "sum_of_squares", "sorted", "Account", "total", "summary")
}  # fmt: skip
HONEST = {
    "right": RIGHT,
    "stub": {
        name: f"def {name}(*args):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
        for name in RIGHT
    },
    "wrong": {
        "squares": "def squares(n):\n    return [i ** 2 for i in range(n)]",
        "sum_of_squares": "def sum_of_squares(n):\n    return n * (n + 1) * (2 * n + 1) // 6",
        "sorted": "def sorted(values):\n    return list(values)",
        "Account": "class Account:\n    def __init__(self, sum):\n        self.balance = sum",
        "total": "def total(path):\n    return None",
        "summary": "def summary(values):\n    return min(values), max(values)",
    },
    "partial": RIGHT | {
        "squares": "def squares(n):\n    return np.arange(1, n + 1) ** 2",
        "Account": RIGHT["Account"].replace("self.balance -= amount", "pass"),
        "total": "def total(path):\n    return 0.0",
    },
    "printing": RIGHT | {
        "squares": "import matplotlib.pyplot as plt\n" + RIGHT["squares"]
        + "\nplt.plot(squares(3))\nplt.show()\nprint(squares(2))",
    },
}  # fmt: skip
NOISY = RIGHT | {
    "squares": "import warnings\ndef squares(n):\n    warnings.warn('careful')\n" + "\n".join(
        RIGHT["squares"].splitlines()[2:])
}  # fmt: skip


def submit(root: Path, student: str, answers: dict[str, str], change=None) -> Path:
    """Hand in a notebook with these answers; its path."""
    made = copy.deepcopy(foreign())
    for each in made.cells:
        each.source = released(each.source)
    for name, text in answers.items():
        find(made, name).source = text
    if change:
        change(made)
    path = root / "submitted" / student / "ps" / "problem.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made))
    return path


def course(root: Path, config: str, source=None) -> Path:
    (root / "source" / "ps").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG + config)
    (root / "source" / "ps" / "numbers.csv").write_text("1\n2.5\n")
    nbformat.write(source or foreign(), root / "source" / "ps" / "problem.ipynb")
    return root


def run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        forked("-m", "nbgrader", *words),
        cwd=root,
        env=os.environ | {"PATH": path} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def nbgrader(root: Path, *words: str) -> str:
    done = run(root, *words)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


ROWS = """
select a.student_id, b.name, g.auto_score, g.needs_manual_grade, n.flagged
from grade g join base_cell b on b.id = g.cell_id join submitted_notebook n on n.id = g.notebook_id
join submitted_assignment a on a.id = n.assignment_id
"""


def stored(root: Path) -> dict[str, dict]:
    """What the gradebook has, by student."""
    found: dict[str, dict] = {}
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as book:
        for student, name, points, by_hand, flagged in book.execute(ROWS):
            entry = found.setdefault(student, {"points": {}, "by hand": [], "flagged": flagged})
            entry["points"][name] = points
            entry["by hand"] = sorted([*entry["by hand"], name] if by_hand else entry["by hand"])
    return found


def autograded(root: Path, student: str):
    path = root / "autograded" / student / "ps" / "problem.ipynb"
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def released_course(tmp_path_factory) -> Path:
    """The foreign course, released, with our configuration."""
    root = course(tmp_path_factory.mktemp("foreign"), OURS)
    nbgrader(root, "generate_assignment", "ps", "--create")
    return root


@pytest.fixture
def fresh(released_course, tmp_path) -> Path:
    """A copy of it, with nobody's work."""
    root = tmp_path / "course"
    shutil.copytree(released_course, root, ignore=shutil.ignore_patterns("submitted", "autograded"))
    return root


DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Erk"
    "Jggg=="
)


def paste(nb) -> None:
    """Answer with a picture, and with one that is none."""
    answer = find(nb, "why")
    answer.source = "See ![dot](attachment:dot.png), ![trap](attachment:trap.png)."
    trap = {"image/png": '"><script>alert(1)</script>', "image/svg+xml": "<svg/>"}
    answer["attachments"] = {"dot.png": {"image/png": DOT}, "trap.png": trap}


@pytest.fixture(scope="module")
def graded(released_course) -> Path:
    """Honest and broken work, graded in one batch, with feedback."""
    root = released_course
    for student, answers in {**HONEST, "noisy": NOISY}.items():
        submit(root, student, answers)
    submit(root, "cut-off", RIGHT).write_text('{"cells": [')
    submit(root, "empty", RIGHT).write_text("")
    other = notebook(new_code_cell("1"))
    nbformat.write(other, submit(root, "another", RIGHT))
    link = submit(root, "linked", RIGHT)
    link.unlink()
    link.symlink_to(root / "source" / "ps" / "problem.ipynb")
    submit(root, "twice", RIGHT, lambda nb: nb.cells.append(copy.deepcopy(find(nb, "squares"))))
    submit(root, "pasting", RIGHT, paste)
    submit(root, "piped", RIGHT)
    os.mkfifo(root / "submitted" / "piped" / "ps" / "timestamp.txt")
    (root / "log").write_text(nbgrader(root, "autograde", "ps"))
    nbgrader(root, "generate_feedback", "ps")
    return root


def feedback(root: Path, student: str) -> str:
    return (root / "feedback" / student / "ps" / "problem.html").read_text()


# Scores


def test_the_worked_solution_of_a_foreign_course_passes_under_our_judge(graded):
    assert stored(graded)["right"]["points"] == {
        "squares_are_right": 2.0,
        "squares_refuses": 1.0,
        "sum_calls_squares": 1.0,
        "sorted_sorts": 1.0,
        "account_pays": 2.0,
        "total_reads": 2.0,
        "summary_names": 1.0,
        "why": None,  # a person's to grade
    }


@pytest.mark.slow
def test_honest_work_scores_as_in_plain_nbgrader(graded, tmp_path):
    plain = course(tmp_path / "plain", "")
    nbgrader(plain, "generate_assignment", "ps", "--create")
    for student, answers in HONEST.items():
        submit(plain, student, answers)
    nbgrader(plain, "autograde", "ps")
    theirs, ours = stored(plain), stored(graded)
    for student in HONEST:
        assert ours[student]["points"] == theirs[student]["points"], student
        assert ours[student]["by hand"] == theirs[student]["by hand"], student
        assert not ours[student]["flagged"]


def test_warnings_cost_nothing(graded):
    found = stored(graded)
    assert found["noisy"]["points"] == found["right"]["points"]


def test_a_test_cell_shows_the_verdict_and_then_the_points_and_no_stderr(graded):
    for student in HONEST:
        for each in autograded(graded, student).cells:
            meta = each.metadata.get("nbgrader", {})
            if each.cell_type == "code" and meta.get("grade"):
                kinds = [output.output_type for output in each.outputs]
                assert kinds == ["display_data", "execute_result"], (student, meta.grade_id)
                assert float(each.outputs[1].data["text/plain"]) <= meta.points


def test_what_the_learner_s_cells_showed_is_kept(graded):
    shown = find(autograded(graded, "printing"), "squares").outputs
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert any(output.get("text") == "[1, 4]\n" for output in shown)


def test_a_picture_in_a_written_answer_is_kept_and_nothing_else(graded):
    answer = find(autograded(graded, "pasting"), "why")
    assert answer.attachments == {"dot.png": {"image/png": DOT}}
    page = feedback(graded, "pasting").partition("<body>")[2]
    assert f"data:image/png;base64,{DOT}" in page
    assert "<script" not in page


def test_grading_twice_gives_the_same_file(graded, fresh):
    submit(fresh, "partial", HONEST["partial"])
    nbgrader(fresh, "autograde", "ps")
    assert autograded(fresh, "partial") == autograded(graded, "partial")


API = """
import json, sys
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader
api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", path=".").load_config())
before = list(api.coursedir.ignore)
results = [api.autograde("ps", name, force=True) for name in ("ada", "ben", "ada")]
print(json.dumps([[r["success"] for r in results], api.coursedir.ignore == before]))
"""


def test_formgrader_s_own_way_grades_one_student_after_another(fresh):
    submit(fresh, "ada", RIGHT)
    path = submit(fresh, "ben", RIGHT)
    (path.parent / "link").symlink_to("/etc/passwd")
    said = subprocess.check_output([sys.executable, "-c", API], cwd=fresh, text=True)
    assert json.loads(said.splitlines()[-1]) == [[True, True, True], True]
    found = stored(fresh)
    assert found["ada"]["points"] == found["ben"]["points"]
    assert found["ben"]["flagged"] and not found["ada"]["flagged"]
    assert not (fresh / "autograded" / "ben" / "ps" / "link").exists()
    assert (fresh / "autograded" / "ben" / "ps" / "numbers.csv").exists()


# What is broken


@pytest.mark.parametrize(
    ("student", "why"),
    [
        ("cut-off", "not a Jupyter notebook"),
        ("empty", "is empty"),
        ("another", "none of the assignment's cells"),
        ("linked", "a link, not a file"),
    ],
)
def test_a_notebook_that_cannot_be_graded_gets_no_points_says_why_and_waits(graded, student, why):
    found = stored(graded)[student]
    assert set(found["points"].values()) == {0.0}
    assert found["by hand"] == sorted(found["points"])
    assert found["flagged"]
    top = autograded(graded, student).cells[0].source
    assert "not graded" in top and why in top
    assert why in feedback(graded, student)
    assert "def squares" not in json.dumps(autograded(graded, student)).replace(
        'def squares(n):\\n    \\"\\"\\"The squares', ""
    )


def test_a_cell_that_is_there_twice_stops_neither_its_notebook_nor_the_batch(graded):
    found = stored(graded)
    assert found["twice"]["points"] == found["right"]["points"]
    note = autograded(graded, "twice").cells[0].source
    assert "is there 2 times" in note


def test_a_pipe_for_a_timestamp_stops_nobody(graded):
    assert "piped" not in stored(graded)
    assert "NOT GRADED: timestamp.txt: not a regular file" in (graded / "log").read_text()


def test_an_old_score_does_not_outlive_the_work_that_earned_it(fresh):
    submit(fresh, "ada", RIGHT)
    submit(fresh, "ben", RIGHT)
    submit(fresh, "cem", RIGHT)
    nbgrader(fresh, "autograde", "ps")
    assert stored(fresh)["ada"]["points"]["squares_are_right"] == 2.0
    submit(fresh, "ada", RIGHT | {"squares": "import os\nos._exit(1)"})
    submit(fresh, "ben", RIGHT).write_text("{}")
    (fresh / "submitted" / "cem" / "ps" / "timestamp.txt").write_text("x" * 999)
    nbgrader(fresh, "autograde", "ps", "--force")
    found = stored(fresh)
    assert found["ada"]["points"]["squares_are_right"] == 0.0
    assert found["ada"]["points"]["sorted_sorts"] == 1.0
    assert set(found["ben"]["points"].values()) == {0.0}
    assert set(found["cem"]["points"].values()) == {None}


# When the grader fails


def test_a_test_that_the_worked_solution_fails_is_left_to_a_person(tmp_path):
    source = foreign()
    find(source, "sorted_sorts").source += "\nimport inspect\nassert inspect.getsource(sorted)"
    find(source, "total_reads").source += "\nundefined_by_anybody"
    root = course(tmp_path / "course", OURS, source)
    nbgrader(root, "generate_assignment", "ps", "--create")
    submit(root, "ada", RIGHT)
    log = nbgrader(root, "autograde", "ps")
    found = stored(root)["ada"]
    assert found["points"]["sorted_sorts"] is None and found["points"]["total_reads"] is None
    assert {"sorted_sorts", "total_reads"} <= set(found["by hand"])
    assert found["points"]["squares_are_right"] == 2.0
    assert "sorted_sorts: NOT GRADED: The worked solution does not pass this test either" in log


def test_without_a_sandbox_nobody_is_graded_unless_the_instructor_says_so(fresh, tmp_path):
    submit(fresh, "ada", RIGHT)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("alembic", "python"):
        (programs / name).symlink_to(Path(sys.executable).parent / name)
    refused = run(fresh, "autograde", "ps", PATH=str(programs))
    assert refused.returncode == 1
    assert "bubblewrap is not installed" in refused.stdout
    assert not (fresh / "autograded" / "ada" / "ps").exists()
    assert set(stored(fresh)["ada"]["points"].values()) == {None}
    done = run(fresh, "autograde", "ps", PATH=str(programs), MLPREP_UNSAFE="1")
    assert done.returncode == 0, done.stdout
    assert stored(fresh)["ada"]["points"]["squares_are_right"] == 2.0
    graded = autograded(fresh, "ada")
    assert graded.metadata.mlprep.unsafe is True
    assert "WITHOUT A SANDBOX" in graded.cells[0].source


def test_a_source_that_changed_after_the_release_is_told(fresh):
    source = foreign()
    find(source, "sorted_sorts").source = "assert sorted([2, 1]) == [2, 1]"
    nbformat.write(source, fresh / "source" / "ps" / "problem.ipynb")
    submit(fresh, "ada", RIGHT)
    log = nbgrader(fresh, "autograde", "ps")
    assert "changed since `nbgrader generate_assignment` (sorted_sorts)" in log
    assert stored(fresh)["ada"]["points"]["sorted_sorts"] == 1.0


# Feedback


def test_feedback_names_the_failing_call_and_hides_the_hidden_tests(graded):
    page = feedback(graded, "wrong")
    assert "squares(3)" in page and "[0, 1, 4]" in page
    assert "squares differ" in page
    assert "np.arange(1, 6) ** 2" not in page and "HIDDEN" not in page
    assert "Traceback" not in page.partition("<body>")[2]
    assert "Not answered yet." in feedback(graded, "stub")


def test_feedback_draws_its_formulas_from_a_file_without_a_network(graded, chromium):
    page = chromium.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    path = graded / "feedback" / "right" / "ps" / "problem.html"
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.locator("script").count() == 0
    formulas = page.locator("math")
    assert formulas.count() >= 2
    sizes = [formulas.nth(k).bounding_box() for k in range(formulas.count())]
    assert all(size["width"] > 8 and size["height"] > 8 for size in sizes)
    assert "$" not in page.locator("h2 + p").first.inner_text()
    page.close()


def test_markdown_that_cannot_be_read_is_shown_as_it_stands(monkeypatch):
    from mlprep.nbgrader import page

    def too_deep(*args):
        raise RecursionError

    monkeypatch.setattr(page.MarkdownWithMath, "render", too_deep)
    assert page._Page().made_of("> <b>deep</b>") == "<pre>&gt; &lt;b&gt;deep&lt;/b&gt;</pre>"


def test_a_page_runs_and_loads_nothing():
    from mlprep.nbgrader.page import _Page

    page = _Page().made_of
    assert page("![a](attachment:gone.png)") == "<p><em>[a]</em></p>\n"
    assert "<math" in page("$x$") and "<script" not in page("<script>1</script>")
    assert 'href="https://a.b/c"' in page("[x](https://a.b/c)")
    for trap in ("[x](javascript:alert(1))", "<a href=' java\nscript:alert(1)'>x</a>",
                 "[x](data:text/html;base64,PHA+)", "![x](https://a.b/pixel.png)",
                 "<img src='data:image/svg+xml;base64,AAAA'>", "![$y$](a.png)"):  # fmt: skip
        made = page(trap)
        assert "script" not in made and "data:" not in made and "a.b" not in made, made
        assert "xmlns" not in made


# Configuration


def test_configure_keeps_what_a_course_has_set():
    c = Config()
    c.Autograde.create_student = False
    c.OverwriteCells.missing_cell_notification = "put back"
    mlprep.nbgrader.configure(c)
    assert c.Autograde.create_student is False
    assert c.OverwriteCells.missing_cell_notification == "put back"
    assert c.OverwriteCells.add_missing_cells is True
    for path in c.HTMLExporter.extra_template_basedirs:
        assert Path(path).is_dir()


def test_every_step_that_is_configured_can_be_imported():
    from traitlets.utils.importstring import import_item

    c = Config()
    mlprep.nbgrader.configure(c)
    names = [c.Autograde.exporter_class, *c.HTMLExporter.filters.values()]
    names += c.Autograde.sanitize_preprocessors + c.Autograde.autograde_preprocessors
    names += c.GenerateFeedback.preprocessors
    assert len(names) >= 14
    for name in names:
        assert callable(import_item(name)), name
