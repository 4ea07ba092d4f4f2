"""Whatever arrives, from a submission's process or in a notebook, the grader says what is wrong
with it: no other exception, no point for a wrong answer.

The examples are drawn at random but always the same: a failure can be seen again.
"""

from __future__ import annotations

import collections
import copy
import json
import socket

import nbformat
import numpy as np
import pytest
from attempts import ANSWERS, ASKED, POINTS, RIGHT, UNIT, WRONG, released, source
from helpers import find
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlprep.check.answer import AnswerLost
from mlprep.check.values import NotPlain, plain
from mlprep.errors import MlprepError, NotebookError
from mlprep.grading.cells import checked_outputs
from mlprep.grading.graded import graded_notebook
from mlprep.grading.harmless import harmless_markdown, harmless_outputs
from mlprep.grading.judge import Report, judge_notebook, try_worked_solution
from mlprep.grading.launch import choose, why_no_sandbox
from mlprep.grading.limits import Limits
from mlprep.grading.merge import merge, parse_notebook
from mlprep.grading.remote import Box, Handle
from mlprep.grading.wire import Decoder, Encoder, Peer, PeerGone, WireError

ALWAYS_THE_SAME = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.function_scoped_fixture],
)  # fmt: skip
MANY = settings(ALWAYS_THE_SAME, max_examples=400)
SOME = settings(ALWAYS_THE_SAME, max_examples=150)
FEW = settings(ALWAYS_THE_SAME, max_examples=30)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["list", "tuple", "set", "frozenset", "dict", "array", "scalar", "tensor",
                       "named", "rng", "handle", "theirs", "complex", "bytes", "strings", "objects",
                       "float64", "int8", "qint8", "PCG64", "MT19937"])
)  # fmt: skip
KEYS = ["t", "v", "id", "name", "type", "dtype", "grad", "shape", "bit_generator", "state", "key",
        "pos", "inc", "error", "kinds", "message", "value", "stream", "end", "args"]  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=15,
)
Named = collections.namedtuple("Named", "low high")
plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.sampled_from([np.arange(6.0).reshape(2, 3), np.float32(2.5), np.array(["a", "bc"]), 1 + 2j,
                       np.array([1, None], dtype=object), np.random.default_rng(3),
                       np.random.Generator(np.random.MT19937(3)),
                       np.random.Generator(np.random.Philox(3)), Named(1, [2])]),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def a_box() -> Box:
    """A judge's end without a submission behind it."""
    box = object.__new__(Box)
    box.__dict__.update(
        _exports={}, _from="", objects=frozenset(), given=set(), lost=None, exceptions={}, last=()
    )
    return box


def mutated(data, tree):
    """`tree` (JSON) with some of its nodes replaced, dropped or doubled, as `data` draws."""
    tree = json.loads(json.dumps(tree))
    for _ in range(data.draw(st.integers(1, 3))):
        nodes = []
        todo = [tree]
        while todo:
            node = todo.pop()
            keys = node if isinstance(node, dict) else range(len(node))
            for key in list(keys):
                nodes.append((node, key))
                if isinstance(node[key], (dict, list)):
                    todo.append(node[key])
        if not nodes:
            return tree
        node, key = data.draw(st.sampled_from(nodes))
        how = data.draw(st.sampled_from(["replace", "drop", "double"]))
        if how == "replace":
            node[key] = data.draw(anything)
        elif how == "drop":
            del node[key]
        elif isinstance(node, list):
            node.insert(key, copy.deepcopy(node[key]))
    return tree


def use(value) -> None:
    """What a judge does with a value: all that it holds is looked at."""
    try:
        plain(value)
    except NotPlain:
        pass
    for inner in value if isinstance(value, (list, tuple)) else ():
        use(inner)
    if isinstance(value, np.random.Generator):
        value.random(700)


# What crosses the wire


@MANY
@given(anything)
def test_arbitrary_messages_are_read_or_refused(message):
    try:
        use(a_box().decode(message))
    except AnswerLost as lost:
        assert "could not be read" in str(lost)


@MANY
@given(st.data(), plain_data)
def test_changed_messages_are_read_or_refused(data, value):
    message = Encoder(lambda value: {"t": "handle", "id": 1}).encode(value)
    try:
        use(a_box().decode(mutated(data, [message])[0:1]))
    except AnswerLost:
        pass
    try:
        for part in mutated(data, [message]):
            found = Decoder(lambda data: Handle(a_box(), data, "")).decode(part)
            use(found)
    except WireError:
        pass


@SOME
@given(st.sampled_from(["MT19937", "Philox"]), st.integers(-(2**31), 2**31 - 1) | anything)
def test_no_random_generator_reads_beside_its_memory(name, place):
    state = getattr(np.random, name)(3).state
    inner, key = (state["state"], "pos") if name == "MT19937" else (state, "buffer_pos")
    inner[key] = place
    message = {"t": "rng", "v": Encoder(lambda value: value).encode(state)}
    try:
        use(a_box().decode(message))
    except AnswerLost:
        pass


@SOME
@given(anything)
def test_arbitrary_replies_tell_of_an_error_or_of_none(reply):
    box = a_box()
    try:
        box.raise_error_of({"error": reply})
    except Exception as error:
        assert type(error).__name__.startswith("Remote"), error
        str(error)
    else:
        assert reply is None


@SOME
@given(st.binary(max_size=200) | anything.map(lambda found: json.dumps(found).encode()))
def test_arbitrary_bytes_on_the_channel_are_refused(data):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        peer = Peer(ours, lambda request: {})
        theirs.sendall(data + b"\n")
        theirs.shutdown(socket.SHUT_WR)
        try:
            reply = peer.ask({"do": "get", "name": "f"})
        except (WireError, PeerGone):
            return
        assert isinstance(reply, dict)


@SOME
@given(st.lists(anything | st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error"]),
     "text": anything, "name": anything, "metadata": anything,
     "data": st.dictionaries(st.sampled_from(["text/html", "image/png", "text/latex", "text/plain",
                                              "text/markdown", "image/svg+xml"]), anything)}),
    max_size=5))  # fmt: skip
def test_arbitrary_outputs_become_outputs_or_nothing(items):
    found, _ = checked_outputs(items)
    kept = harmless_outputs(found)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=kept)])
    nbformat.validate(made)


@SOME
@given(st.text(alphabet="<>/!?ab =\"'`$&;:#\\\nscriptjv", max_size=60))
def test_markdown_keeps_no_tag_but_plain_ones_and_twice_is_once(text):
    from mlprep.nbgrader.page import _Page

    once = harmless_markdown(text)
    assert harmless_markdown(once) == once
    page = _Page(exclude_anchor_links=True).made_of(text)
    assert "<script" not in page and "javascript:" not in page.partition("href=")[2][:12]


# Notebooks


class Notebooks:
    """Learners' notebooks that somebody has meddled with."""

    @staticmethod
    def of(answer: str):
        made = released(source())
        for name, text in {**ANSWERS, "square": answer}.items():
            find(made, name).source = text
        return made

    @staticmethod
    def meddled(data, notebook):
        for _ in range(data.draw(st.integers(1, 4))):
            cells = notebook.cells
            if not cells:
                break
            index = data.draw(st.integers(0, len(cells) - 1))
            other = data.draw(st.integers(0, len(cells) - 1))
            how = data.draw(
                st.sampled_from(
                    ["drop", "double", "swap", "retype", "metadata", "nbgrader", "cut", "add"]
                )
            )
            cell = cells[index]
            if how == "drop":
                del cells[index]
            elif how == "double":
                cells.insert(other, copy.deepcopy(cell))
            elif how == "swap":
                cells[index], cells[other] = cells[other], cells[index]
            elif how == "retype":
                cell["cell_type"] = data.draw(st.sampled_from(["code", "markdown", "raw"]))
            elif how == "metadata":
                cell["metadata"] = data.draw(anything)
            elif how == "nbgrader" and isinstance(cell["metadata"], dict):
                names = ["grade", "grade_id", "points", "solution", "locked", "task", "checksum"]
                ids = st.sampled_from(["square", "square_of_numbers", "twice", "imports", "mine"])
                entries = data.draw(st.dictionaries(st.sampled_from(names), ids | anything))
                cell["metadata"]["nbgrader"] = entries
            elif how == "cut":
                cell["source"] = cell["source"][: data.draw(st.integers(0, 40))]
            elif how == "add":
                texts = ["1 / 0", "x = ", "2.0", "del np", "%matplotlib inline", "assert False", ""]
                text = data.draw(st.sampled_from(texts))
                cells.insert(index, nbformat.v4.new_code_cell(text))
        return notebook


def parsed(notebook):
    """As a grader reads it from a file."""
    return parse_notebook(json.dumps(notebook).encode(), "powers.ipynb")


@SOME
@given(st.data(), st.sampled_from([RIGHT, WRONG]))
def test_meddled_notebooks_are_merged_and_restored_or_refused(data, answer):
    ours = source()
    try:
        learner = parsed(Notebooks.meddled(data, Notebooks.of(answer)))
        merged = merge(ours, learner)
    except NotebookError:
        return
    restored = graded_notebook(ours, learner, Report(UNIT, [], []))
    nbformat.validate(restored)
    tests = [step.name for step in merged.steps if step.kind in ("test", "locked")]
    assert sorted(tests) == sorted(["imports", *POINTS])
    for name in tests:
        assert find(restored, name).source == find(ours, name).source
        assert find(restored, name).metadata.nbgrader == find(ours, name).metadata.nbgrader


@SOME
@given(st.data())
def test_changed_files_are_read_or_refused(data):
    tree = Notebooks.of(WRONG)
    try:
        learner = parse_notebook(json.dumps(mutated(data, tree)).encode(), "powers.ipynb")
        merge(source(), learner)
        graded_notebook(source(), learner, Report(UNIT, [], []))
    except NotebookError:
        pass


@SOME
@given(st.binary(max_size=100) | st.text(max_size=50).map(str.encode))
def test_arbitrary_files_are_refused(data):
    with pytest.raises(NotebookError):
        parse_notebook(data, "powers.ipynb")


@pytest.fixture(scope="module")
def judge():
    if why_no_sandbox():
        pytest.skip(why_no_sandbox())
    limits = Limits(call_s=5, cell_s=10, notebook_s=60)
    with choose(sandbox=True) as launcher:
        trial = try_worked_solution(UNIT, source(), None, limits, launcher)
        assert trial.failed == {}

        def points(notebook) -> dict[str, float]:
            report = judge_notebook(UNIT, source(), notebook, None, limits, launcher, trial)
            assert all(result.status != "grader failed" for result in report.results)
            return {result.name: result.points for result in report.automatic}

        yield points


@FEW
@given(st.data())
def test_meddling_with_a_wrong_answer_earns_nothing(judge, data):
    try:
        earned = judge(parsed(Notebooks.meddled(data, Notebooks.of(WRONG))))
    except MlprepError:
        return
    assert [earned[name] for name in ASKED] == [0.0] * len(ASKED)
    assert all(earned[name] <= POINTS[name] for name in POINTS)


@FEW
@given(st.data())
def test_meddling_with_a_right_answer_never_stops_the_judge(judge, data):
    try:
        earned = judge(parsed(Notebooks.meddled(data, Notebooks.of(RIGHT))))
    except MlprepError:
        return
    assert all(0 <= earned[name] <= POINTS[name] for name in POINTS)
