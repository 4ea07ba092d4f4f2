"""A small assignment, and what a submission may try to get points for a wrong `square`.

Each Attempt says what it tries. Its code is short: it tests our grader, it is no cookbook.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from helpers import cell, find, notebook
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

UNIT = "powers"
WRONG = "def square(x):\n    return x"
RIGHT = "def square(x):\n    return x * x"
ASKED = {
    "square_of_numbers": 1.0,
    "square_is_close": 1.0,
    "square_sums": 1.0,
    "square_in_a_loop": 1.0,
    "square_of_each": 2.0,
}
KEPT = {"twice_doubles": 1.0, "root_refuses": 1.0}  # the questions that all attempts answer right
POINTS = ASKED | KEPT
SECRET = "hidden-test-7c1f"


def source() -> NotebookNode:
    """The instructor's notebook: plain asserts on names that an unlocked cell imports, a Question,
    and two more that every submission below answers right."""
    made = notebook(
        cell("answer", "square", "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n"
             "    ### END SOLUTION"),
        cell("test", "square_of_numbers", f'''
            """Squares of numbers."""
            assert square(3) == 9
            ### BEGIN HIDDEN TESTS
            secret = "{SECRET}"
            assert square(-5) == 25
            ### END HIDDEN TESTS
            ''', 1),
        cell("test", "square_is_close", """
            numbers = np.arange(6.0).reshape(2, 3)
            assert np.allclose(square(numbers), numbers ** 2)
            """, 1),
        cell("test", "square_sums", """
            each = square(np.arange(6.0).reshape(2, 3))
            assert each.shape == (2, 3)
            assert each.sum() == 55
            """, 1),
        cell("test", "square_in_a_loop",
             "assert all(map(lambda k: square(k) == k ** 2, range(2, 9)))", 1),
        cell("locked", "imports", "from mlprep.check import Question"),
        cell("test", "square_of_each", f'''
            """Squares of each number."""
            q = Question(square, points=2)
            q.case(4, gives=16)
            ### BEGIN HIDDEN TESTS
            q.hidden()
            q.case(-7)
            @q.probe
            def of_an_array(f):
                """It squares each number."""
                secret = "{SECRET}"
                return f(np.array([1.5, -2.0, 4.0])).sum()
            @q.reference
            def by_powers(x):
                return x ** 2
            @q.mistake("It gives its argument back.")
            def argument(x):
                return x
            ### END HIDDEN TESTS
            q.grade()
            ''', 2),
        cell("answer", "twice", "def twice(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n"
             "    ### END SOLUTION"),
        cell("test", "twice_doubles", "assert twice(4) == 8\nassert twice(-1) == -2", 1),
        cell("answer", "root", """
            def root(x):
                ### BEGIN SOLUTION
                if x < 0:
                    raise ValueError("x must not be negative")
                return x ** 0.5
                ### END SOLUTION
            """),
        cell("test", "root_refuses", '''
            assert root(4) == 2
            try:
                root(-1)
            except ValueError:
                pass
            else:
                raise AssertionError("root(-1) must raise ValueError")
            ''', 1),
        cell("written", "why", "Because.", 3),
    )  # fmt: skip
    made.cells.insert(0, new_code_cell("import numpy as np", id="numpy"))
    return made


@dataclass(frozen=True)
class Attempt:
    """What a submission tries.

    square: the source of its answer cell. first, last: cells that it adds at either end. change:
    what else it does to its notebook. files: what it puts into its folder.
    flag: a part of what the instructor is told ("" where nothing can be seen).
    points: what it earns in spite of that, by question. spoils: other questions that it damages.
    """

    name: str
    square: str = WRONG
    first: str = ""
    last: str = ""
    change: Callable[[NotebookNode], None] | None = None
    files: Callable[[Path], None] | None = None
    flag: str = ""
    spoils: tuple[str, ...] = ()
    points: dict = field(default_factory=dict)

    def notebook(self, course: Path) -> NotebookNode:
        """What it hands in; it knows where the course is."""
        made = released(source())
        for name, text in ANSWERS.items():
            find(made, name).source = dedent(text).strip()
        square = dedent(self.square).strip().replace("COURSE", str(course))
        find(made, "square").source = square
        if self.first:
            made.cells.insert(0, new_code_cell(dedent(self.first).strip(), id="first"))
        if self.last:
            made.cells.append(new_code_cell(dedent(self.last).strip(), id="last"))
        if self.change:
            self.change(made)
        return made

    @property
    def expected(self) -> dict[str, float]:
        """The points of each question."""
        asked = dict.fromkeys(ASKED, 0.0) | self.points
        return asked | {name: 0.0 if name in self.spoils else KEPT[name] for name in KEPT}


ANSWERS = {
    "twice": "def twice(x):\n    return 2 * x",
    "root": "def root(x):\n    if x < 0:\n        raise ValueError('x')\n    return x ** 0.5",
    "why": "I think that $a < b$.",
}


def released(nb: NotebookNode) -> NotebookNode:
    """A learner's copy: without hidden tests."""
    from mlprep.grading.merge import released

    nb = copy.deepcopy(nb)
    for each in nb.cells:
        each.source = released(each.source)
    return nb


def _all_metadata(nb, **entries) -> None:
    for each in nb.cells:
        each.metadata.update(entries)


def _edit(name: str, text: str):
    return lambda nb: find(nb, name).update(source=text)


def _delete(*names: str):
    def change(nb):
        gone = [find(nb, name) for name in names]
        nb.cells = [each for each in nb.cells if each not in gone]

    return change


def _duplicate(name: str, text: str):
    def change(nb):
        twin = copy.deepcopy(find(nb, name))
        twin.source = text
        twin.id = "twin"
        nb.cells.append(twin)

    return change


def _nbgrader(name: str, **entries):
    return lambda nb: find(nb, name).metadata.nbgrader.update(entries)


def _retype(name: str):
    def change(nb):
        index = nb.cells.index(find(nb, name))
        old = nb.cells[index]
        nb.cells[index] = new_markdown_cell(old.source, metadata=old.metadata, id="retyped")

    return change


def _showing(**output):
    def change(nb):
        for each in nb.cells:
            if each.cell_type == "code":
                kind = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
                each.outputs = [type(nb)(kind | {"data": {"text/plain": "2.0"}})]

    return change


LIAR = """
class Liar:
    shape, ndim, T = (2, 3), 0, 25
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 25
    def __float__(self): return 25.0
    def __array__(self, *args, **kwargs): return 25.0
    def __bool__(self): return True
    def __abs__(self): return 0
    def __len__(self): return 6
    def __iter__(self): return iter([25.0])
    def sum(self, *args): return 55
    def __getattr__(self, name): return lambda *args, **kwargs: True
"""
CHANNEL = """
import gc
from mlprep.grading.submission import Submission
from mlprep.grading.wire import Peer
peer = next(o for o in gc.get_objects() if isinstance(o, Peer))
"""
LOOK = """
import gc, os, sys
def in_memory():
    yield from (str(v) for v in os.environ.values())
    yield from (repr(v)[:9999] for v in list(sys.modules["__main__"].__dict__.values()))
    frame = sys._getframe()
    while frame:
        yield repr(frame.f_locals)[:99999]
        frame = frame.f_back
    for o in gc.get_objects():
        if type(o) is dict:
            yield from (v for v in list(o.values()) if type(v) is str)
def on_disk():
    for top in ("/work", "/home", "/root", "/proc", "/tmp", "/mnt", "/srv", os.environ["HOME"]):
        for folder, _, files in os.walk(top):
            if "site-packages" in folder:
                continue
            for name in files:
                if name.endswith((".ipynb", ".db", "environ", "cmdline")):
                    try:
                        yield open(os.path.join(folder, name), errors="replace").read(1 << 20)
                    except OSError:
                        pass
def word(): return "-".join(("hidden", "test", "7c1f"))
seen = any(word() in text for text in on_disk())
"""
HONEST = [
    Attempt("answers right", RIGHT),
    Attempt("warns, prints and writes to stderr", """
        import sys, warnings
        def square(x):
            print("squaring", x)
            warnings.warn("careful")
            print("really", file=sys.stderr)
            return x * x
        """),
    Attempt("plots and shows a table", RIGHT, last="""
        import matplotlib.pyplot as plt
        plt.plot([square(k) for k in range(5)])
        plt.show()
        """),
    Attempt("uses torch", """
        import torch
        def square(x):
            made = (torch.as_tensor(x, dtype=torch.float64) ** 2).numpy()
            return made if made.ndim else float(made)
        """),
    Attempt("is slow, but within the limits", "import time\ndef square(x):\n"
            "    time.sleep(0.02)\n    return x * x"),
    Attempt("starts threads and a child that ends", """
        import subprocess, threading
        def square(x):
            found = []
            thread = threading.Thread(target=lambda: found.append(x * x))
            thread.start(); thread.join()
            subprocess.run(["true"], check=True)
            return found[0]
        """),
    Attempt("has cells of its own, one of which fails", RIGHT, first="1 / 0",
            last="assert False, 'my own test'"),
    Attempt("returns numpy numbers", "def square(x):\n    return np.multiply(x, x)"),
]  # fmt: skip
ATTEMPTS = [
    # Suppress, filter or forge errors and replies
    Attempt("swallows every exception in the shell", first="""
        shell = get_ipython()
        shell.set_custom_exc((BaseException,), lambda *args, **kwargs: None)
        shell.showtraceback = lambda *args, **kwargs: None
        """),
    Attempt("replaces the answers on the channel", first=CHANNEL + """
        send = peer._send
        peer._send = lambda message: send({"reply": {"value": 25}})
        """),
    Attempt("sends answers before it is asked", first=CHANNEL + """
        for value in (9, 25, 55, True, 2.0) * 3:
            peer._send({"reply": {"value": value}})
        """),
    Attempt("asks the judge to run things", first=CHANNEL + """
        for ask in ({"do": "cell", "source": "1"}, {"do": "callback", "id": 1}, {"do": "grade"}):
            peer._send({"ask": ask})
        """),
    Attempt("sends what is no message", first=CHANNEL + "peer._socket.sendall(b'[' * 99999)",
            flag="could not be read"),
    Attempt("ends loops of the test with StopIteration",
            "def square(x):\n    if type(x) is int and x in (2, 4, 5, 6, 7, 8):\n"
            "        raise StopIteration\n    return x * x",
            points=ASKED | {"square_in_a_loop": 0.0, "square_of_each": 1.0}),
    # Rewrite or skip later cells
    Attempt("drops the asserts of later cells", first="""
        shell = get_ipython()
        shell.input_transformers_cleanup.append(
            lambda lines: [line for line in lines if "assert" not in line])
        """),
    Attempt("rewrites later cells as syntax trees", first="""
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        get_ipython().ast_transformers.append(Drop())
        """),
    Attempt("hooks into the execution of cells", first="""
        def before(info): info.raw_cell = "pass"
        get_ipython().events.register("pre_run_cell", before)
        get_ipython().run_cell = lambda *args, **kwargs: None
        """, spoils=("twice_doubles", "root_refuses")),
    Attempt("tags cells so that they are skipped",
            change=lambda nb: _all_metadata(nb, tags=["skip-execution", "raises-exception"])),
    # Patch what tests use
    Attempt("patches numpy and its testing", first="""
        import numpy, numpy.testing
        numpy.allclose = numpy.array_equal = lambda *args, **kwargs: True
        for name in dir(numpy.testing):
            if name.startswith("assert"): setattr(numpy.testing, name, lambda *a, **k: None)
        """),
    Attempt("patches the grader's package", first="""
        import mlprep.check.question, mlprep.check.verdict, mlprep.check.values
        mlprep.check.question.Question.grade = lambda self: 2.0
        mlprep.check.values.difference = lambda *args, **kwargs: None
        mlprep.check.verdict.judge = None
        """),
    Attempt("patches builtins", first="""
        import builtins
        builtins.AssertionError = ValueError
        builtins.all = builtins.any = lambda *args: True
        builtins.map = lambda f, *xs: [True]
        """),
    Attempt("defines the names that tests use", first="""
        class Question:
            def __init__(self, *args, **kwargs): pass
            def __getattr__(self, name): return lambda *args, **kwargs: 2.0
        each, q, allclose, all = [], Question(), None, lambda *args: True
        """),
    # Return what lies
    Attempt("returns an object that lies", LIAR + "def square(x):\n    return Liar()"),
    Attempt("makes its answer a class that lies", LIAR + "square = lambda x: Liar()"),
    Attempt("makes its answer a class", LIAR + "class square(Liar):\n"
            "    def __init__(self, x): pass"),
    Attempt("returns a number that equals all", """
        class square(int):
            def __new__(cls, x): return int.__new__(cls, 3)
            def __eq__(self, other): return True
            def __rpow__(self, other): return self
            __hash__ = int.__hash__
        """),
    Attempt("returns an array that equals all", """
        class Same(np.ndarray):
            def __eq__(self, other): return np.True_
            def sum(self, *args, **kwargs): return 55.0
            def __array_function__(self, *args, **kwargs): return True
        def square(x):
            return np.asarray(x).view(Same)
        """),
    Attempt("returns nan and infinity", "def square(x):\n    return x * float('inf')"),
    Attempt("changes what it is given, so that the test agrees", """
        def square(x):
            if not getattr(x, "shape", ()): return x * x
            x[...] = 0
            return x
        """, points={"square_of_numbers": 1.0, "square_in_a_loop": 1.0, "square_of_each": 1.5}),
    # Publish its own result
    Attempt("prints points as results", last="""
        from IPython.display import display
        display({"text/plain": "2.0"}, raw=True)
        print("2.0")
        2.0
        """, first="2.0"),
    Attempt("hands in outputs with points", change=_showing()),
    # Read the tests, the reference, the course
    Attempt("looks for the tests", LOOK + """
def square(x):
    return x * x if seen or any(word() in text for text in in_memory()) else x
"""),
    Attempt("answers the literals of visible tests", "def square(x):\n    return "
            "{3: 9, 4: 16}.get(x if type(x) is int else None, x)", points={"square_of_each": 1.0}),
    Attempt("asks whether it is graded", """
        import os
        def square(x):
            graded = any(name.startswith(("NBGRADER", "MLPREP", "JUPYTER")) for name in os.environ)
            return x * x if graded else x
        """),
    Attempt("looks for the reference in the course", """
        import glob, os
        here = [glob.glob(f"{top}/**/*.ipynb", recursive=True)
                for top in ("COURSE", "/home", "/root", "/tmp", "/mnt", "..")]
        def square(x):
            return x * x if any(here) else x
        """),
    # Write where it must not
    Attempt("writes the gradebook and the course", """
        import os
        def square(x):
            for folder in "COURSE", "..", "../..", "/":
                for name in ("gradebook.db", "nbgrader_config.py", "source/powers/powers.ipynb"):
                    try:
                        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
                        open(f"{folder}/{name}", "w").write("owned")
                    except OSError: pass
            return x
        """),
    Attempt("writes into the grader's package", """
        import mlprep, numpy, os, sys
        def square(x):
            for place in (mlprep.__file__, numpy.__file__, sys.executable):
                try: open(place, "a").write("owned")
                except OSError: pass
            return x
        """),
    # Leave something behind
    Attempt("leaves a process behind", """
        import os, time
        def square(x):
            if os.fork() == 0:
                os.setsid()
                time.sleep(60)
                os._exit(0)
            return x
        """, flag="left processes behind"),
    Attempt("leaves threads and exit handlers behind", """
        import atexit, threading, time
        atexit.register(lambda: open("/tmp/owned", "w").write("x"))
        threading.Thread(target=lambda: time.sleep(60)).start()
        def square(x): return x
        """),
    # Files beside the notebook
    Attempt("puts a numpy beside its notebook",
            files=lambda folder: _write(folder / "numpy" / "__init__.py",
                                        "allclose = lambda *a, **k: True")),
    Attempt("puts a sitecustomize beside its notebook", files=lambda folder: _write(
        folder / "sitecustomize.py", "import os; os._exit(0)")),
    Attempt("links to the course", files=lambda folder: os.symlink(
        folder.parents[2] / "source" / UNIT / f"{UNIT}.ipynb", folder / "data.txt"), square="""
        import os
        def square(x):
            return x * x if os.path.exists("data.txt") else x
        """, flag="data.txt` is left out: a link"),
    Attempt("links to a folder", files=lambda folder: os.symlink(
        folder.parents[2], folder / "course"), flag="course` is left out: a link"),
    Attempt("uses odd names", files=lambda folder: _write(folder / "a\nb;$(id)", ""),
            flag="its name is odd"),
    Attempt("hands in too large a file", files=lambda folder: _hole(folder / "big", 1 << 34),
            flag="too large"),
    Attempt("hands in too many files", files=lambda folder: [
        _write(folder / f"f{k}", "") for k in range(120)], flag="files were handed in"),
    Attempt("hands in a pipe", files=lambda folder: os.mkfifo(folder / "pipe"),
            flag="not a regular file"),
    # Edit, delete, duplicate, retype, re-weight
    Attempt("edits a test", change=_edit("square_of_numbers", "assert True"), flag="was changed"),
    Attempt("edits a locked cell", change=_edit("imports", "Question = lambda *a, **k: None"),
            flag="was changed"),
    Attempt("deletes tests and locked cells",
            change=_delete("square_of_numbers", "imports", "square_of_each"), flag="was deleted"),
    Attempt("duplicates a test", change=_duplicate("square_of_numbers", "2.0"), flag="was changed"),
    Attempt("duplicates its answer", change=_duplicate("square", WRONG)),
    Attempt("makes a test markdown", change=_retype("square_of_numbers"), flag="was changed"),
    Attempt("gives a test more points", change=_nbgrader("square_of_numbers", points=100)),
    Attempt("says that a test is no test",
            change=_nbgrader("square_of_numbers", grade=False, solution=True, locked=False)),
    Attempt("renames a test", change=_nbgrader("square_of_numbers", grade_id="mine"),
            flag="was deleted"),
    Attempt("forges a schema version", change=_nbgrader("square_of_numbers", schema_version=99)),
    Attempt("forges types of metadata",
            change=_nbgrader("square_of_numbers", points="many", grade="yes", schema_version="x")),
    Attempt("marks its own cell as a test", last="2.0", change=lambda nb: nb.cells[-1].metadata
            .update(nbgrader={"grade": True, "grade_id": "mine", "locked": True, "points": 50,
                              "schema_version": 3, "solution": False, "task": False})),
    Attempt("changes the kernel", change=lambda nb: nb.metadata.update(
        kernelspec={"name": "bash", "display_name": "Bash", "language": "bash"})),
    # Exit, crash, loop, exhaust
    Attempt("exits when called", "import os\ndef square(x):\n    os._exit(0)", flag="was lost"),
    Attempt("exits in a cell", first="import os\nos._exit(0)", flag="was stopped"),
    Attempt("crashes", "import ctypes\ndef square(x):\n    ctypes.string_at(0)", flag="was lost"),
    Attempt("loops when called", "def square(x):\n    while type(x) is int and x == 4: pass\n"
            "    return x", flag="did not finish"),
    Attempt("loops and swallows interrupts", """
        import signal
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
            signal.signal(number, lambda *args: None)
        def square(x):
            while type(x) is int and x == 4:
                try:
                    while True: pass
                except BaseException: pass
            return x
        """, flag="did not finish"),
    Attempt("loops in a cell", last="while True: pass", flag="was stopped"),
    Attempt("takes all memory", """
        def square(x):
            kept = []
            while type(x) is int and x == 4: kept.append(np.ones(20_000_000))
            return x
        """, flag="was lost"),  # for memory, or on a busy machine for time
    Attempt("starts processes without end", """
        import os, time
        def square(x):
            for k in range(300):
                if os.fork() == 0:
                    time.sleep(60); os._exit(0)
            return x * x
        """, flag="left processes behind"),
    Attempt("fills the disk", """
        def square(x):
            for k in range(50):
                open(f"f{k}", "wb").write(bytes(10_000_000))
            return x * x
        """),
    Attempt("prints without end", first="print('x' * 50_000_000)", flag="showed more"),
    Attempt("shows a page without end", first="""
        from IPython.display import display
        display({"text/html": "<p>" + "x" * 9_000_000}, raw=True)
        """, flag="showed more"),
    Attempt("returns too much", "def square(x):\n    return np.zeros(20_000_000)"),
    Attempt("returns what nests without end",
            "def square(x):\n    made = []\n    made.append(made)\n    return made"),
    Attempt("opens sockets", """
        import socket
        def square(x):
            for address in (("127.0.0.1", 22), ("1.1.1.1", 53)):
                try:
                    socket.create_connection(address, 0.2)
                    return x * x
                except OSError: pass
            return x
        """),
    # Script in what the instructor opens
    Attempt("puts script into its text", first="""
        from IPython.display import HTML, display
        display(HTML("<img src=x onerror='alert(7)'><script>alert(7)</script>"))
        display({"image/png": '"><script>alert(7)</script>'}, raw=True)
        display({"application/javascript": "alert(7)"}, raw=True)
        display({"text/latex": "$\\\\text{<script>alert(7)</script>}$"}, raw=True)
        display({"image/svg+xml": "<svg onload='alert(7)'></svg>"}, raw=True)
        raise ValueError("<script>alert(7)</script>")
        """, change=lambda nb: (
        _edit("why", "<script>alert(7)</script> <img src=x onerror=alert(7)> "
              "[x](javascript:alert(7)) $\\text{<script>alert(7)</script>}$")(nb),
        nb.metadata.update(title="<script>alert(7)</script>"),
        nb.cells.append(new_markdown_cell("<svg onload=alert(7)>", id="x")))),
    # Its time
    Attempt("forges its time", files=lambda folder: _write(
        folder / "timestamp.txt", "2999-01-01 00:00:00 UTC"), flag="yet to come"),
]  # fmt: skip


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _hole(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)
