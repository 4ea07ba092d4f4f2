"""The judge: whatever a submission does costs it the question at hand and nothing else."""

from __future__ import annotations

import copy
import json
import time

import nbformat
import pytest
from helpers import (
    NO_MAX,
    OVERFLOW,
    RIGHT,
    STUB,
    cell,
    find,
    graded,
    notebook,
    outcomes,
    softmax_notebook,
    with_answer,
)
from nbformat.v4 import new_code_cell, new_markdown_cell

from mlprep.errors import NotebookError
from mlprep.grading.launch import Cold

SOURCE = softmax_notebook()
EXP = """
    z = np.asarray(z)
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
"""


def answered(softmax: str, **limits):
    """The report on a notebook that is right but for this answer."""
    return graded(with_answer(SOURCE, softmax=softmax), **limits)


def first(report):
    return report.results[0]


def edited(change, **limits):
    """The report on a notebook that someone has meddled with."""
    learner = copy.deepcopy(SOURCE)
    change(learner)
    return graded(learner, **limits)


# Scores


def test_the_worked_solutions_get_full_points_and_written_answers_wait():
    report = graded(SOURCE)
    assert outcomes(report) == RIGHT
    assert (report.score, report.max_score) == (7.0, 7.0)
    assert [(r.name, r.status, r.max_points) for r in report.results[3:]] == [
        ("why_the_maximum", "by hand", 3.0),
        ("sketch", "by hand", 2.0),
    ]
    assert report.notes == []
    json.dumps(report.to_dict())


def test_a_known_mistake_is_named_with_the_points_of_the_probes_that_held():
    result = first(answered(NO_MAX))
    assert (result.status, result.points, result.mistake) == ("wrong", 2.0, "no_max_subtraction")
    assert result.message == OVERFLOW
    assert result.call.startswith("softmax([[1000.0, 1001.0, 999.0], ")
    assert "nan" in result.got


def test_an_untouched_stub_is_not_answered_yet():
    result = first(answered(STUB))
    assert (result.status, result.points, result.message) == ("raised", 0.0, "Not answered yet.")


def test_the_same_notebook_gets_the_same_report_each_time():
    random = """
    import random
    def softmax(z):
        z = np.asarray(z) + random.random() + np.random.rand()
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True) + np.random.rand()
    """
    reports = [answered(random).to_dict() for _ in range(2)]
    for report in reports:
        report.pop("seconds")
        for result in report["results"]:
            result.pop("seconds")
    assert reports[0] == reports[1]


# What an answer may do


@pytest.mark.parametrize(
    "softmax",
    [
        "def softmax(z):" + EXP + "    # a comment\n",
        "softmax = lambda z: np.exp(z - z.max(-1, keepdims=True)) / np.exp("
        "z - z.max(-1, keepdims=True)).sum(-1, keepdims=True)",
        "import torch\ndef softmax(z):\n    return torch.softmax(torch.as_tensor(z), -1)",
        "from scipy.special import softmax as s\ndef softmax(z):\n    return s(z, axis=-1)",
        "class Softmax:\n    def __call__(self, z):"
        + EXP.replace("\n    ", "\n        ")
        + "\nsoftmax = Softmax()",
        "%matplotlib inline\n!echo hello\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n"
        "plt.show()\ndef softmax(z):" + EXP,
        "%%time\ndef softmax(z):" + EXP,
        "print('x' * 1_000_000)\ndef softmax(z):\n    print('y' * 1_000_000)" + EXP,
        "import sys, warnings\ndef softmax(z):\n    warnings.warn('careful')\n"
        "    sys.stderr.write('e' * 10_000)" + EXP,
        "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='ignore')\n"
        "def softmax(z):" + EXP,
        "np.set_printoptions(precision=1)\nnp.random.seed(1)\ndef softmax(z):" + EXP,
        "import os\nopen('mine.txt', 'w').write('a')\nos.environ['X'] = '1'\nos.makedirs('d')\n"
        "os.chdir('d')\ndef softmax(z):" + EXP,
        "import asyncio\nasync def later():\n    await asyncio.sleep(0)\nawait later()\n"
        "def softmax(z):" + EXP,
        "from dataclasses import dataclass\n@dataclass\nclass Row:\n    value: 'list[int]'\n"
        "def softmax(z):" + EXP,
        "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))\ndef softmax(z):" + EXP,
        "from concurrent.futures import ThreadPoolExecutor\ndef softmax(z):\n"
        "    with ThreadPoolExecutor(2) as pool:\n        rows = list(pool.map(np.asarray, z))\n"
        "    z = np.array(rows)" + EXP,
    ],
    ids="plain lambda torch scipy object plot time prints warns settings seeds files async "
    "dataclass pickle threads".split(),
)
def test_a_right_answer_keeps_its_points_whatever_else_its_cell_does(softmax):
    report = answered(softmax)
    assert outcomes(report) == RIGHT, report.results


def test_helper_cells_of_the_learner_run_where_they_stand():
    def change(nb):
        nb.cells.insert(1, new_code_cell("def shifted(z):\n    return z - z.max(-1)[:, None]"))
        nb.cells.insert(2, new_markdown_cell("My notes"))
        find(
            nb, "softmax"
        ).source = "def softmax(z):\n    e = np.exp(shifted(z))\n    return e / e.sum(-1)[:, None]"

    assert outcomes(edited(change)) == RIGHT


def test_a_broken_cell_of_the_learners_own_costs_nothing():
    def change(nb):
        nb.cells.insert(1, new_code_cell("1 / 0"))
        nb.cells.insert(2, new_code_cell("this is no Python"))
        nb.cells.append(new_code_cell("while True: pass"))

    assert outcomes(edited(change, cell_s=1)) == RIGHT


def test_a_file_beside_the_notebook_can_be_read():
    reading = "text = open('table.csv').read()\ndef softmax(z):\n    assert text == '1,2'" + EXP
    learner = with_answer(SOURCE, softmax=reading)
    assert outcomes(graded(learner, files={"table.csv": b"1,2"})) == RIGHT
    assert first(graded(learner)).status == "raised"


# What costs the question at hand


@pytest.mark.parametrize(
    ("softmax", "status", "message"),
    [
        ("def softmax(z):\n    while True: pass", "lost", "did not finish within 1 s"),
        ("while True: pass", "raised", "was stopped: It did not finish within 1 s"),
        (
            "def softmax(z):\n    while True:\n        try:\n            while True: pass\n"
            "        except BaseException: pass",
            "lost",
            "did not finish within 1 s",
        ),
        ("import time\ndef softmax(z):\n    time.sleep(60)", "lost", "did not finish within 1 s"),
        ("import os\ndef softmax(z):\n    os._exit(0)", "lost", "ended"),
        ("import os\nos._exit(0)", "raised", "`softmax` is not defined"),
        ("import os, signal\ndef softmax(z):\n    os.kill(os.getpid(), 9)", "", ""),
        ("import ctypes\ndef softmax(z):\n    ctypes.string_at(0)", "lost", "ended"),
        ("import sys\ndef softmax(z):\n    sys.exit(3)", "raised", "It raised SystemExit: 3"),
        ("import sys\nsys.exit(3)\ndef softmax(z): pass", "raised", "not defined"),
        ("exit()\ndef softmax(z): pass", "raised", "not defined"),
        ("def softmax(z:\n    pass", "raised", "raised SyntaxError"),
        ("def softmax(z):\nreturn z", "raised", "raised IndentationError"),
        ("1 / 0\ndef softmax(z): pass", "raised", "raised ZeroDivisionError: division by zero"),
        ("def Softmax(z): pass", "raised", "`softmax` is not defined. Define it in its answer"),
        ("", "raised", "`softmax` is not defined. Define it in its answer"),
        ("def softmax(z):\n    return softmax(z)", "raised", "RecursionError"),
        ("def softmax(z):\n    raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
        ("def softmax(z):\n    return undefined", "raised", "NameError: name 'undefined'"),
        ("def softmax():\n    return 1", "raised", "takes 0 positional arguments but 1 was given"),
        ("def softmax(z):\n    return np.zeros(20_000_000)", "raised", "TooLarge: the result has"),
        ("def softmax(z):\n    return [0] * 2_000_000", "raised", "TooLarge: the result has"),
        ("def softmax(z):\n    return 'x' * 200_000_000", "", ""),
        ("def softmax(z):\n    a = []\n    a.append(a)\n    return a", "raised", "TooLarge"),
        ("def softmax(z):\n    pass", "wrong", "wanted, not None. Is a `return` missing?"),
        ("def softmax(z):\n    return object()", "wrong", "wanted, not an object of type object"),
        ("def softmax(z):\n    return lambda: 1", "wrong", "wanted, not a function"),
        ("def softmax(z):\n    return print", "wrong", "wanted, not"),
        ("def softmax(z):\n    return {1: 2}", "wrong", "wanted, not a dict"),
        ("def softmax(z):\n    return z.T", "wrong", "The shape is (3, 1), not (1, 3): two axes"),
        ("def softmax(z):\n    return np.array(['a'])", "wrong", "wanted, not a list"),
        ("softmax = 3", "raised", "'int' object is not callable"),
        ("softmax = None", "raised", "'NoneType' object is not callable"),
        ("del np\ndef softmax(z):\n    return np.exp(z)", "raised", "NameError"),
        ("import numpy\nnumpy.exp = None\ndef softmax(z):" + EXP, "raised", "TypeError"),
    ],
)
def test_a_broken_answer_costs_its_question_only(softmax, status, message):
    report = answered(softmax, call_s=1, cell_s=1)
    result = first(report)
    assert result.points == 0.0
    assert result.status == status or not status
    assert message in result.message
    assert "\n" not in result.message
    others = outcomes(report)
    others.pop("softmax")
    assert others == {name: RIGHT[name] for name in others}
    assert len(others) == 2


def test_an_endless_stream_is_told_as_one(monkeypatch):
    monkeypatch.setattr("mlprep.check.values.LONGEST_STREAM", 50)
    result = first(answered("def softmax(z):\n    return (0 for _ in iter(int, 1))"))
    assert result.points == 0.0
    assert "not a stream of more than 50 items" in result.message


@pytest.mark.parametrize(
    "softmax",
    [
        "def softmax(z):\n    while True: pass",
        "import os\ndef softmax(z):\n    os._exit(0)",
        "import os\nos._exit(0)",
        "def softmax(z):\n    return softmax(z)",
        NO_MAX,
        STUB,
    ],
)
def test_a_check_of_ones_own_work_says_the_same_without_a_sandbox(softmax):
    """The same points and the same words, from a cold process."""
    sandboxed, cold = answered(softmax, call_s=1), answered(softmax, call_s=1, launcher=Cold())
    assert [told(r) for r in sandboxed.results] == [told(r) for r in cold.results]


def told(result):
    return (result.status, result.points, result.message, result.mistake, result.call, result.got)


def test_one_slow_call_costs_no_more_than_its_time():
    started = time.monotonic()
    answered("def softmax(z):\n    while True: pass", call_s=1)
    assert time.monotonic() - started < 6


def test_a_notebook_that_takes_too_long_is_stopped_and_said_so():
    def change(nb):
        for _ in range(10):
            nb.cells.insert(1, new_code_cell("import time; time.sleep(0.8)"))

    started = time.monotonic()
    report = edited(change, cell_s=1, notebook_s=3)
    assert time.monotonic() - started < 10
    assert len(report.results) == 5
    assert report.score < 7
    assert "The whole notebook took longer than 3 s" in first(report).message


def test_a_memory_hog_is_stopped_and_costs_its_question_only():
    hog = "def softmax(z):\n    a = [np.ones(1 << 20) for _ in range(2000)]\n    return z"
    report = answered(hog, address_bytes=3 << 30, memory_bytes=1 << 29)
    assert first(report).points == 0.0
    assert first(report).status in ("lost", "raised")
    assert outcomes(report)["double"] == ("right", 1.0)


def test_what_happened_in_an_answer_cell_is_told_where_its_name_is_missed():
    report = answered("raise ValueError('no\\nway')\ndef softmax(z): pass")
    assert first(report).message == (
        "`softmax` is not defined: the cell `softmax` raised ValueError: no "
        "(at `raise ValueError('no\\nway')`)."
    )


# State


def test_a_lost_question_leaves_the_others_their_state():
    def change(nb):
        find(nb, "softmax").source = "table = [1]\nimport os\ndef softmax(z):\n    os._exit(1)"
        find(nb, "double").source = "def double(x):\n    return 2 * x * len(table)"

    assert outcomes(edited(change))["double"] == ("right", 1.0)


def test_names_that_a_question_replaces_do_not_reach_the_tests():
    """The judge's numpy, Question and builtins are its own."""
    cheat = """
    import mlprep.check.question as m, builtins
    Question = m.Question
    m.Question.grade = lambda self: 100.0
    m.Question.verdict = None
    builtins.abs = builtins.len = builtins.all = lambda *a: True
    np.isclose = np.array_equal = lambda *a, **k: True
    def softmax(z):
        return z
    """
    assert first(answered(cheat)).points == 0.0


@pytest.mark.parametrize(
    "value",
    [
        "class Any(float):\n    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0.0\n    __hash__ = None\n    __rsub__ = __sub__",
        "class Any:\n    def __eq__(self, other): return True\n"
        "    def __getattr__(self, name): return self\n"
        "    def __call__(self, *a, **k): return self\n"
        "    def __array__(self, *a, **k): return np.zeros((1, 3))",
        "class Any(np.ndarray):\n    def __array_finalize__(self, o): pass\n"
        "    def __new__(cls, *a): return np.zeros((1, 3)).view(cls)\n"
        "    def __array_ufunc__(self, *a, **k): return True",
    ],
)
def test_an_object_that_equals_everything_earns_nothing(value):
    assert first(answered(f"{value}\ndef softmax(z):\n    return Any(0)")).points == 0.0


def test_looking_for_the_tests_finds_none():
    spy = """
    import gc, sys, os, inspect
    def softmax(z):
        hidden = [o for o in gc.get_objects() if isinstance(o, str) and "q.mistake(" in o]
        frames = [f.filename for f in inspect.stack() if "<test" in f.filename]
        modules = [n for n in sys.modules if n.endswith(("grading.judge", "pytest"))]
        raise RuntimeError(str([len(hidden), len(frames), len(modules)]))
    """
    assert "RuntimeError: [0, 0, 0]" in first(answered(spy)).message


FORGED = [
    b"rubbish\n",
    b"{}\n",
    b"[]\n",
    b'{"reply": 3}\n',
    b'{"reply": {}}\n',
    b'{"reply": {"error": 3}}\n',
    b'{"reply": {"error": {"kinds": 5}}}\n',
    b'{"reply": {"error": {"kinds": [], "message": [1]}}}\n',
    b'{"reply": {"value": {"t": "handle", "id": "x"}}}\n',
    b'{"reply": {"value": {"t": "theirs", "id": []}}}\n',
    b'{"reply": {"value": {"t": "array", "v": "AAAA"}}}\n',
    b'{"reply": {"value": 1, "args": 3, "kwargs": {"t": "list", "v": []}}}\n',
    b'{"reply": {"value": 1, "args": {"t": "tuple", "v": [{"t": "dict", "v": [[1, 2]]}]}}}\n',
    b'{"reply": {"outputs": [{"output_type": {}}], "error": []}}\n',
    b'{"ask": {"do": "cell"}}\n',
    b'{"ask": {"do": "callback", "id": {}, "args": 1}}\n',
    b'{"ask": 1}\n',
    b"\xff\n",
]


@pytest.mark.parametrize("line", FORGED, ids=lambda line: line.decode("latin-1").strip())
def test_forged_answers_cost_the_question_and_never_break_the_judge(line):
    forging = f"""
    def softmax(z):
        import gc
        for o in gc.get_objects():
            if type(o).__name__ == "Peer":
                o._socket.sendall({line!r})
                number = inspect_the_number_of_the_request()
                o._socket.sendall({line!r}.replace(b'"reply"', b'"number": "%s", "reply"' % number))
        return z

    def inspect_the_number_of_the_request():
        import sys
        frame = sys._getframe()
        while frame:
            if "message" in frame.f_locals and "number" in frame.f_locals["message"]:
                return frame.f_locals["message"]["number"].encode()
            frame = frame.f_back
    """
    report = answered(forging)
    assert first(report).points == 0.0
    assert first(report).status in ("wrong", "raised", "lost")
    assert outcomes(report)["double"] == ("right", 1.0)


def test_a_forged_cell_reply_does_not_break_the_judge():
    forging = """
    import gc
    for o in gc.get_objects():
        if type(o).__name__ == "Peer":
            o._socket.sendall(b'{"reply": {"error": {"kinds": 5}}}\\n')
    """
    assert outcomes(answered(forging))["Counter"] == ("right", 2.0)


# What a learner may do to the cells (test_merge.py has the rest)


def test_a_deleted_an_edited_and_a_copied_test_cell_are_ours_again():
    def delete(nb):
        nb.cells = [c for c in nb.cells if c is not find(nb, "softmax_rows_sum_to_one")]

    def edit(nb):
        find(nb, "softmax_rows_sum_to_one").source = "4.0"
        find(nb, "double_doubles").metadata["nbgrader"]["points"] = 100

    def double(nb):
        nb.cells.append(copy.deepcopy(find(nb, "softmax_rows_sum_to_one")))

    for change in (delete, edit, double):
        assert outcomes(edited(change)) == RIGHT


def test_a_deleted_answer_is_missing_and_its_question_only_is_lost():
    report = edited(lambda nb: nb.cells.remove(find(nb, "softmax")))
    assert first(report).status == "missing"
    assert first(report).message == "The answer cell `softmax` is missing."
    assert report.score == 3.0


def test_an_answer_that_is_there_twice_counts_as_it_runs():
    def change(nb):
        wrong = copy.deepcopy(find(nb, "softmax"))
        wrong.source = NO_MAX
        nb.cells.insert(1, wrong)

    report = edited(change)
    assert outcomes(report) == RIGHT
    assert report.notes == ["`softmax` is there 2 times (cells 2 and 3): they run in order."]


def test_a_written_answer_that_is_empty_is_said_to_be():
    report = edited(lambda nb: find(nb, "why_the_maximum").update(source="  "))
    by_hand = {r.name: r.message for r in report.results if r.status == "by hand"}
    assert by_hand["why_the_maximum"] == "Nothing is written yet."


def test_a_notebook_of_another_unit_is_refused():
    with pytest.raises(NotebookError, match="Is it another unit's"):
        graded(notebook(cell("answer", "ridge", "1")))


def test_a_notebook_in_an_older_format_is_graded():
    old = nbformat.convert(copy.deepcopy(SOURCE), 3)
    assert outcomes(graded(nbformat.convert(old, 4))) == RIGHT


# Tests of ours


def test_plain_asserts_tell_their_message_and_cost_the_points():
    report = graded(with_answer(SOURCE, double="def double(x):\n    return x + 2"))
    result = next(r for r in report.results if r.question == "double")
    assert (result.status, result.points) == ("wrong", 0.0)
    assert result.message == "double(-1.5) must be -3.0"


def test_a_test_of_ours_that_fails_is_no_ones_zero():
    broken = softmax_notebook()
    find(broken, "double_doubles").source = "{}['nothing of the learner is called']"
    result = graded(SOURCE, broken).results[2]
    assert (result.status, result.points) == ("grader failed", 0.0)
    assert "KeyError" in result.message


def test_a_question_that_ends_in_a_number_of_its_own_is_worth_that_at_most():
    for ending, points in (("q.grade()", 4.0), ("q.grade() / 2", 2.0), ("q.grade() + 9", 4.0)):
        other = softmax_notebook()
        test = find(other, "softmax_rows_sum_to_one")
        test.source = test.source.replace("q.grade()", ending)
        assert first(graded(SOURCE, other)).points == points


def test_a_lost_question_does_not_cost_the_next_one_in_its_cell():
    source = notebook(
        cell("locked", "imports", "from mlprep.check import Question"),
        cell("answer", "f", "import os\ndef f(x):\n    os._exit(1)\ndef g(x):\n    return x"),
        cell(
            "test",
            "f_and_g",
            "q = Question(f, points=1)\nq.case(1, gives=1)\nr = Question(g, points=1)\n"
            "r.case(1, gives=1)\nq.grade() + r.grade()",
            2,
        ),
    )
    assert first(graded(source, source)).points == 1.0


def test_a_process_that_starts_slowly_costs_the_learner_nothing():
    """Starting does not count against the first call."""
    report = graded(SOURCE, files={"table.csv": b"1"}, launcher=Cold(), call_s=0.05)
    assert len(report.results) == 5


def test_the_call_that_is_shown_has_the_questions_name():
    assert first(answered("softmax = lambda z: z")).call.startswith("softmax(")
