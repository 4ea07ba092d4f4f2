"""What crosses between judge and submission arrives as it was, and rubbish does no harm."""

from __future__ import annotations

import collections
import enum
import json
import socket
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlprep.check.values import difference, plain
from mlprep.grading import wire
from mlprep.grading.names import free_names
from mlprep.grading.wire import Decoder, Encoder, Peer, PeerGone, TooLarge, WireError


def export(value) -> dict:
    return {"t": "handle", "type": type(value).__name__}


def encode(value):
    return json.loads(json.dumps(Encoder(export).encode(value)))


def decode(data):
    return Decoder(lambda data: data).decode(data)


def crossed(value):
    """`value` as it arrives on the other side."""
    return decode(encode(value))


# Round trips

ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
)
KEYS = st.one_of(st.text(max_size=4), st.integers(), st.tuples(st.integers(), st.text(max_size=2)))
DATA = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
    ),
    max_leaves=12,
)


@given(DATA)
def test_builtins_arrive_equal_and_of_the_same_types(value):
    there = crossed(value)
    assert repr(there) == repr(value) or there == value
    assert type(there) is type(value)


DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.floating_dtypes(sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(sizes=(64, 128)),
)


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
def test_arrays_arrive_bit_by_bit(array):
    there = crossed(array)
    assert (there.dtype, there.shape) == (array.dtype, array.shape)
    assert there.tobytes() == array.tobytes()
    assert there.flags.writeable


@given(DTYPES.flatmap(lambda dtype: hnp.from_dtype(np.dtype(dtype))))
def test_numpy_numbers_arrive_with_their_dtype(number):
    there = crossed(number)
    assert type(there) is type(number)
    assert there.tobytes() == number.tobytes() or np.isnan(number)


@pytest.mark.parametrize(
    "dtype", "float64 float32 float16 bfloat16 int64 uint8 bool complex64".split()
)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (0, 3)])
def test_tensors_arrive_with_their_dtype(dtype, shape):
    tensor = torch.ones(shape).to(getattr(torch, dtype))
    there = crossed(tensor)
    assert (there.dtype, there.shape) == (tensor.dtype, tensor.shape)
    assert torch.equal(there, tensor)


def test_a_tensor_keeps_its_wish_for_a_gradient():
    assert crossed(torch.ones(2, requires_grad=True)).requires_grad
    assert not crossed(torch.ones(2)).requires_grad
    there = crossed(torch.ones(2, requires_grad=True) * 2)
    assert there.is_leaf
    assert crossed(torch.tensor([1 + 2j]).conj()).tolist() == [1 - 2j]


@pytest.mark.parametrize("name", "PCG64 PCG64DXSM MT19937 Philox SFC64".split())
def test_a_random_stream_goes_on_where_it_was(name):
    rng = np.random.Generator(getattr(np.random, name)(5))
    rng.normal(size=3)
    there = crossed(rng)
    assert there.normal(size=4).tolist() == rng.normal(size=4).tolist()


Point = collections.namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    RED = 3


@pytest.mark.parametrize(
    ("value", "there"),
    [
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (collections.deque([1, 2]), [1, 2]),
        ({"a": 1}.keys(), ["a"]),
        ({"a": 1}.items(), [("a", 1)]),
        (range(3), [0, 1, 2]),
        (np.str_("a"), "a"),
        (np.bytes_(b"a"), b"a"),
        (Colour.RED, 3),
        (np.longdouble(0.5), np.float64(0.5)),
        (np.datetime64("2020"), {"t": "handle", "type": "datetime64"}),
        (np.array(["2020"], "M8[D]"), {"t": "handle", "type": "ndarray"}),
        (object(), {"t": "handle", "type": "object"}),
        (torch.ones(2).max(dim=0), (torch.tensor(1.0), torch.tensor(0))),
    ],
)
def test_kinds_of_containers_arrive_as_the_builtin_and_objects_as_handles(value, there):
    arrived = crossed(value)
    assert arrived == there
    assert type(arrived) is type(there)


def test_a_named_tuple_keeps_its_names():
    arrived = crossed(Point(1, [2]))
    assert arrived == (1, [2]) and isinstance(arrived, tuple)
    assert (arrived.x, arrived.y, type(arrived).__name__) == (1, [2], "Point")


@pytest.mark.parametrize(
    "array",
    [
        np.array([["a", "bc"], ["", "d"]]),
        np.array([b"a", b"bc"]),
        np.array([[1, None, "a"]], dtype=object),
        np.array([], dtype=str).reshape(0, 3),
    ],
)
def test_arrays_of_strings_and_objects_arrive(array):
    there = crossed(array)
    assert there.shape == array.shape
    assert there.tolist() == array.tolist()


class Vocabulary(dict):
    """A container of the learner's own: it may have methods, so it stays on its side."""


Vocabulary.__module__ = "__main__"


def test_a_container_of_the_learners_own_class_stays_a_handle():
    assert crossed(Vocabulary(a=1)) == {"t": "handle", "type": "Vocabulary"}


@given(DATA)
def test_what_arrives_is_judged_like_what_was_sent(value):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert difference(plain(crossed(value)), plain(value)) is None


# Limits


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(5_000_000),
        torch.zeros(5_000_000, dtype=torch.float64),
        [0] * 1_000_001,
        range(10**12),
        [[0] * 1000] * 1001,
        10**4000,
        [[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]],
        np.empty(5_000_000, dtype=object),
    ],
    ids="array tensor list range nested integer deep objects".split(),
)
def test_what_is_too_large_is_refused_before_it_is_sent(value):
    with pytest.raises(TooLarge, match="the result"):
        Encoder(export).encode(value)


# Rubbish

TAGS = (
    "list tuple set frozenset dict complex bytes array scalar strings objects rng tensor x".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.fixed_dictionaries(
            {"t": st.sampled_from(TAGS), "v": inner},
            optional={"dtype": inner, "shape": inner, "grad": inner, "id": inner},
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(JSON)
def test_a_malformed_message_is_a_wire_error_and_nothing_else(data):
    def resolve(data):
        return {}[data["id"]]

    try:
        Decoder(resolve).decode(data)
    except WireError as error:
        assert "\n" not in str(error)


def forged(header: bytes, body: bytes = b"") -> dict:
    """An array whose npy header says what it likes."""
    size = len(header).to_bytes(2, "little")
    return {"t": "array", "v": wire.base64.b64encode(
        b"\x93NUMPY\x01\x00" + size + header + body).decode()}  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        {"t": "array", "v": "not base64!"},
        {"t": "array", "v": wire.base64.b64encode(b"PK\x03\x04 a zip").decode()},
        {"t": "array", "v": wire.base64.b64encode(b"\x80\x04cos\nsystem\n.").decode()},
        forged(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80\x04N."),
        forged(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"),
        forged(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"),
        forged(b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", b"\0" * 8),
        forged(b"{'descr': '<U9', 'fortran_order': False, 'shape': (1,), }", b"\0" * 36),
        forged(b"__import__('os').system('echo')"),
        forged(b"(" * 9000),
        {"t": "scalar", "dtype": "int8", "v": 300},
        {"t": "scalar", "dtype": "object", "v": 1},
        {"t": "scalar", "dtype": ["float64"], "v": 1},
        {"t": "scalar", "dtype": "complex64", "v": [1, 2, 3]},
        {"t": "strings", "v": ["a", 1], "shape": [2]},
        {"t": "strings", "v": ["a"], "shape": [10**12]},
        {"t": "objects", "v": [1], "shape": ["x"]},
        {"t": "tensor", "v": encode(np.ones(2))["v"], "dtype": "load"},
        {"t": "tensor", "v": encode(np.ones(2))["v"], "dtype": "quint8"},
        {"t": "tensor", "v": encode(np.ones(2, int))["v"], "dtype": "int64", "grad": True},
        {"t": "rng", "v": {"t": "dict", "v": [["bit_generator", "__class__"]]}},
        {"t": "rng", "v": {"t": "dict", "v": [["bit_generator", "Philox"], ["state", 3]]}},
        {"t": "set", "v": [{"t": "list", "v": []}]},
        {"t": "dict", "v": [[{"t": "list", "v": []}, 1]]},
        {"t": "dict", "v": [[1]]},
        {"t": "bytes", "v": "ä"},
        {"t": 3, "v": 1},
        {"v": 1},
        [1],
    ],
)
def test_a_forged_value_is_refused(data):
    with pytest.raises(WireError):
        decode(data)


@pytest.mark.parametrize("name", "PCG64 MT19937 Philox SFC64".split())
@given(data=st.data())
def test_a_forged_state_of_a_random_stream_is_refused_or_harmless(name, data):
    state = encode(getattr(np.random, name)(0).state)
    places = [(pair, 1) for pair in state["v"]]
    places += [(pair, 1) for _, inner in state["v"] if isinstance(inner, dict)
               and isinstance(inner["v"], list) for pair in inner["v"]
               if isinstance(pair, list)]  # fmt: skip
    target, index = data.draw(st.sampled_from(places))
    target[index] = data.draw(JSON)
    try:
        rng = decode({"t": "rng", "v": state})
    except WireError:
        return
    rng.integers(10)


def test_a_message_deeper_or_longer_than_allowed_is_refused():
    deep = 1
    for _ in range(30):
        deep = {"t": "list", "v": [deep]}
    for data in (deep, {"t": "list", "v": [0] * 1_000_001}):
        with pytest.raises(WireError, match="nested too deep or has too many items"):
            decode(data)


# The channel


@pytest.fixture
def pair():
    """Two connected sockets."""
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def serving(sock: socket.socket, serve) -> threading.Thread:
    thread = threading.Thread(target=Peer(sock, serve).serve_forever)
    thread.start()
    return thread


def test_a_request_is_answered_and_requests_in_between_are_too(pair):
    ours, theirs = pair
    there = Peer(theirs, lambda request: {"sum": there.ask({"double": request["n"]})["n"] + 1})
    thread = threading.Thread(target=there.serve_forever)
    thread.start()
    here = Peer(ours, lambda request: {"n": 2 * request["double"]})
    assert [here.ask({"n": n})["sum"] for n in (3, 5)] == [7, 11]
    ours.close()
    thread.join(5)
    assert not thread.is_alive()


def test_a_second_answer_to_an_old_request_is_passed_over(pair):
    """A submission that sends an answer of its own spoils that answer, not the ones after it."""
    ours, theirs = pair

    def serve(request):
        for number in list(numbers):
            theirs.sendall(json.dumps({"reply": {"n": -1}, "number": number}).encode() + b"\n")
        return request

    numbers = []
    here = Peer(ours, dict)
    thread = serving(theirs, serve)
    for n in range(3):
        assert here.ask({"n": n}) == {"n": n}
        numbers.append(here._answered[-1])
    ours.close()
    thread.join(5)


def test_an_answer_to_no_request_is_a_wire_error(pair):
    ours, theirs = pair
    for line in (b'{"reply": {}}\n', b'{"reply": {}, "number": "1"}\n'):
        theirs.sendall(line)
        with pytest.raises(WireError):
            Peer(ours, dict).ask({})


def test_a_large_message_arrives_whole(pair):
    ours, theirs = pair
    thread = serving(theirs, lambda request: {"size": len(request["text"])})
    assert Peer(ours, dict).ask({"text": "x" * 5_000_000}) == {"size": 5_000_000}
    ours.close()
    thread.join(5)


def test_a_peer_that_is_silent_or_drips_is_left_when_the_time_is_up(pair):
    ours, theirs = pair
    peer = Peer(ours, dict)
    theirs.sendall(b'{"reply": ')
    peer.deadline = time.monotonic() + 0.2
    with pytest.raises(PeerGone) as gone:
        peer.ask({})
    assert gone.value.timed_out
    assert time.monotonic() < peer.deadline + 1
    with pytest.raises(PeerGone):  # nothing is sent after the deadline either
        peer.ask({})


def test_a_peer_that_does_not_read_is_left_when_the_time_is_up(pair):
    ours, _ = pair
    peer = Peer(ours, dict)
    peer.deadline = time.monotonic() + 0.2
    with pytest.raises(PeerGone) as gone:
        peer.ask({"text": "x" * 20_000_000})
    assert gone.value.timed_out


def test_a_peer_that_hangs_up_is_gone(pair):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(PeerGone) as gone:
        Peer(ours, dict).ask({})
    assert not gone.value.timed_out


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b"[1]\n", b"rubbish\n", b'{"reply": 3}\n', b'{"ask": 3}\n', b"\xff\xfe\n",
     b"[" * 100_000 + b"\n", b'{"reply": {"n": ' + b"9" * 5000 + b"}}\n"],
    ids=lambda line: repr(line[:12]),
)  # fmt: skip
def test_a_line_of_another_form_is_a_wire_error(pair, line):
    ours, theirs = pair
    theirs.sendall(line)
    with pytest.raises(WireError):
        Peer(ours, dict).ask({})


def test_a_message_without_end_is_refused(pair, monkeypatch):
    monkeypatch.setattr(wire, "MAX_BYTES", 1000)
    ours, theirs = pair
    theirs.sendall(b"x" * 5000)
    with pytest.raises(WireError, match="more than 1000 bytes"):
        Peer(ours, dict).ask({})
    with pytest.raises(WireError, match="1000 are allowed"):
        Peer(ours, dict).ask({"text": "x" * 1000})


# Names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("softmax(x)", {"softmax", "x"}),
        ("import numpy as np\nnp.ones(n)", {"n"}),
        ("import os.path\nos", set()),
        ("x = 1\ny = x + z", {"z"}),
        ("def f(a, b=default):\n    return a + outer", {"default", "outer"}),
        ("def f():\n    x = 1\n    def g():\n        return x + y\n    return g", {"y"}),
        ("@q.probe\ndef p(f):\n    return f(data)", {"q", "data"}),
        ("class A(Base):\n    size = width\n    def m(self):\n        return helper()",
         {"Base", "width", "helper"}),
        ("[i * k for i in items]", {"k", "items"}),
        ("{k: v for k, v in pairs if v}", {"pairs"}),
        ("lambda a: a + b", {"b"}),
        ("for i in range(3):\n    print(i)", {"range", "print"}),
        ("with open(p) as file:\n    file", {"open", "p"}),
        ("try:\n    a\nexcept E as e:\n    e", {"a", "E"}),
        ("def f():\n    global cache\n    cache = 1\nf()\ncache", set()),
        ("(n := 3) + n", set()),
        ("x: Shape = 1", {"Shape"}),
        ("f'{value!r:{width}}'", {"value", "width"}),
        ("def f(x: Array) -> Out: ...", {"Array", "Out"}),
        ("", set()),
    ],
)  # fmt: skip
def test_the_names_that_code_takes_from_outside_are_found(source, names):
    assert free_names(source) == names
