"""Small notebooks to grade, and what the tests of grading share."""

from __future__ import annotations

import atexit
import copy
import functools
from pathlib import Path
from textwrap import dedent

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlprep.course import Course
from mlprep.grading.judge import Report, judge_notebook
from mlprep.grading.launch import Launcher, choose
from mlprep.grading.limits import Limits

QUICK = Limits(call_s=5, cell_s=20, notebook_s=60)  # a busy machine imports torch in seconds


def cell(kind: str, name: str, source: str, points: float = 0) -> NotebookNode:
    """A cell with nbgrader's metadata: "locked", "answer", "test", "written" or "task"."""
    flags = {
        "grade": kind in ("test", "written"),
        "grade_id": name,
        "locked": kind in ("locked", "test", "task"),
        "schema_version": 3,
        "solution": kind in ("answer", "written"),
        "task": kind == "task",
    }
    if points:
        flags["points"] = points
    make = new_markdown_cell if kind in ("written", "task") else new_code_cell
    made = make(dedent(source).strip("\n"), metadata={"nbgrader": flags})
    made["id"] = name.replace("_", "-")
    return made


def notebook(*cells: NotebookNode) -> NotebookNode:
    """A notebook for the python3 kernel."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=list(cells), metadata=metadata)


SOFTMAX = """
def softmax(z):
    ### BEGIN SOLUTION
    z = np.asarray(z)
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
    ### END SOLUTION
"""
NO_MAX = """
def softmax(z):
    e = np.exp(z)
    return e / e.sum(-1, keepdims=True)
"""
STUB = """
def softmax(z):
    raise NotImplementedError()
"""
OVERFLOW = "exp overflows at about 709 in float64. Subtract the row maximum first."


def softmax_notebook() -> NotebookNode:
    """An instructor's notebook: a function, a class, plain asserts, a written answer, a task."""
    return notebook(
        cell(
            "locked",
            "imports",
            """
            import numpy as np
            from mlprep.check import Question
            """,
        ),
        cell("answer", "softmax", SOFTMAX),
        cell(
            "test",
            "softmax_rows_sum_to_one",
            f'''
            """Rows are probabilities, however large the logits."""
            q = Question(softmax, points=4)
            q.case(np.array([[1.0, 2.0, 3.0]]), gives=[[0.0900, 0.2447, 0.6652]], atol=5e-5)
            @q.probe(gives=[1.0, 1.0])
            def rows_sum_to_one(f):
                """Rows sum to 1."""
                return f(np.array([[1.0, 2.0, 4.0], [0.0, 5.0, 1.0]])).sum(-1)
            ### BEGIN HIDDEN TESTS
            q.hidden()
            q.case(np.array([[1000.0, 1001.0, 999.0], [-900.0, -899.0, -898.0]]))

            @q.reference
            def through_logs(z):
                m = z.max(-1, keepdims=True)
                return np.exp(z - m - np.log(np.exp(z - m).sum(-1, keepdims=True)))

            @q.mistake("{OVERFLOW}")
            def no_max_subtraction(z):
                e = np.exp(z)
                return e / e.sum(-1, keepdims=True)

            @q.mistake("You normalised over axis 0; rows are axis -1.")
            def over_columns(z):
                e = np.exp(z - z.max(0, keepdims=True))
                return e / e.sum(0, keepdims=True)

            @q.variant
            def by_loop(z):
                return [[v / sum(row) for v in row] for row in np.exp(z - z.max(-1)[:, None])]

            q.hints("Look at a row of large logits.", "softmax([[1000.0, 1001.0]])", "Subtract.")
            q.why("Subtracting the maximum changes nothing: it cancels.")
            ### END HIDDEN TESTS
            q.grade()
            ''',
            4,
        ),
        cell(
            "answer",
            "Counter",
            """
            class Counter:
                ### BEGIN SOLUTION
                def __init__(self, start=0):
                    self.total = start

                def add(self, k):
                    self.total += k
                    return self.total
                ### END SOLUTION
            """,
        ),
        cell(
            "test",
            "Counter_adds_up",
            '''
            """A counter remembers its total."""
            q = Question(Counter, points=2)
            @q.probe(gives=[3, 7, 7])
            def it_adds_up(cls):
                """Each call adds to the total."""
                counter = cls(1)
                return [counter.add(2), counter.add(4), counter.total]
            ### BEGIN HIDDEN TESTS
            q.hidden()
            @q.probe(gives=[5, 1])
            def counters_are_apart(cls):
                """Two counters share nothing."""
                a, b = cls(), cls()
                a.add(5), b.add(1)
                return [a.total, b.total]
            ### END HIDDEN TESTS
            q.grade()
            ''',
            2,
        ),
        cell("answer", "double", "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n"
             "    ### END SOLUTION"),
        cell(
            "test",
            "double_doubles",
            """
            assert double(2) == 4, "double(2) must be 4"
            ### BEGIN HIDDEN TESTS
            assert double(-1.5) == -3.0, "double(-1.5) must be -3.0"
            ### END HIDDEN TESTS
            """,
            1,
        ),
        cell("written", "why_the_maximum", "Because it cancels.", 3),
        cell("task", "sketch", "Sketch it.\n### BEGIN MARK SCHEME\nA curve.\n### END MARK SCHEME",
             2),
    )  # fmt: skip


def with_answer(source: NotebookNode, **answers: str) -> NotebookNode:
    """A learner's copy of a notebook, with these answer cells."""
    made = copy.deepcopy(source)
    for name, text in answers.items():
        find(made, name).source = dedent(text).strip("\n")
    return made


def find(nb: NotebookNode, name: str) -> NotebookNode:
    """The cell with this grade_id."""
    cells = [c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    assert cells, f"no cell {name}"
    return cells[0]


@functools.cache
def sandbox() -> Launcher:
    """A warm, sandboxed launcher for all tests of a process."""
    launcher = choose(sandbox=True)
    atexit.register(launcher.close)
    return launcher


def graded(
    learner: NotebookNode,
    source: NotebookNode | None = None,
    launcher: Launcher | None = None,
    files: dict[str, bytes] | None = None,
    **limits,
) -> Report:
    """What the judge says of a learner's notebook, run in a sandbox (or by another launcher)."""
    return judge_notebook(
        "softmax",
        source or softmax_notebook(),
        learner,
        files,
        limits=Limits(**(vars(QUICK) | limits)),
        launcher=launcher or sandbox(),
    )


def outcomes(report: Report) -> dict[str, tuple[str, float]]:
    """{question: (status, points)} of what is graded automatically."""
    return {result.question: (result.status, result.points) for result in report.automatic}


RIGHT = {"softmax": ("right", 4.0), "Counter": ("right", 2.0), "double": ("right", 1.0)}


def softmax_course(root: Path, learner: NotebookNode | None = None) -> Course:
    """A course of one unit, `softmax`, with a learner's copy in work/ (default: all right)."""
    course = Course(root)
    source = softmax_notebook()
    unit = root / "source" / "softmax"
    for path in (unit, root / "work" / "softmax", root / "release" / "softmax"):
        path.mkdir(parents=True)
    (root / "source" / "curriculum.toml").write_text("")
    (unit / "unit.toml").write_text("")
    (unit / "softmax.py").write_text("")
    nbformat.write(source, unit / "softmax.ipynb")
    nbformat.write(learner or source, root / "work" / "softmax" / "softmax.ipynb")
    return course
