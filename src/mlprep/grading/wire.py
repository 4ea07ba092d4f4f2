"""How judge and submission talk: one JSON object a line over a socket, data only, never pickle.

Numbers, strings, containers, numpy arrays (npy without pickle), torch tensors and the state of a
numpy Generator cross as data and are rebuilt as exact builtins, arrays and tensors: a Counter as a
dict, a named tuple as a tuple, a deque as a list. Functions and objects, and containers of a class
that the learner made, cross as handles: the other side calls them, and only data comes back.

Either side may ask while it waits for an answer, so that a callback works: see Peer.
"""

from __future__ import annotations

import base64
import collections
import io
import json
import secrets
import socket
import sys
import time
from collections import deque
from collections.abc import Callable

import numpy as np

from mlprep.check.values import LIST_LIKE, is_tensor

MAX_BYTES = 64 << 20  # one message
MAX_DEPTH = 24
MAX_ITEMS = 1_000_000  # items in one message's containers
MAX_INTEGER_BITS = 10_000  # more than anybody needs, fewer than JSON readers refuse
SCALARS = (bool, int, float, str)
CONTAINERS = (list, tuple, set, frozenset, dict)
NUMBERS = {"complex64", "complex128", "bool", "float16", "float32", "float64"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


class WireError(Exception):
    """A message is not of the agreed form, or too large."""


class TooLarge(WireError):
    """A value is larger than one message may be."""


class PeerGone(Exception):
    """The other side closed the channel, or did not answer in time (`timed_out`)."""

    def __init__(self, message: str, timed_out: bool = False):
        super().__init__(message)
        self.timed_out = timed_out


# Values


class Encoder:
    """Plain data to JSON-able data; what is not plain goes through `export(value) -> dict`."""

    def __init__(self, export: Callable[[object], dict]):
        self._export = export
        self._items = 0

    def encode(self, value, depth: int = 0):
        """`value` as JSON-able data.

        Raises:
            WireError: it is too deep, too large or an array of objects.
        """
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise TooLarge("the result is nested too deep or has too many items")
        kind = _base(value)
        if kind in CONTAINERS and len(value) > MAX_ITEMS:
            raise TooLarge(f"the result has {len(value)} items; {MAX_ITEMS} are allowed")
        if kind is tuple and hasattr(type(value), "_fields"):
            return {"t": "named", "name": type(value).__name__, "fields": list(value._fields),
                    "v": [self.encode(item, depth + 1) for item in tuple(value)]}  # fmt: skip
        if kind is not type(value):  # str(value) would call a method of the learner's
            value = str.__str__(value) if kind is str else kind(value)
        if kind is int and value.bit_length() > MAX_INTEGER_BITS:
            raise TooLarge(f"the result is an integer of {value.bit_length()} bits")
        if value is None or kind in SCALARS:
            return value
        if kind in (list, tuple, set, frozenset):
            return {"t": kind.__name__, "v": [self.encode(item, depth + 1) for item in value]}
        if kind is dict:
            pairs = [
                [self.encode(key, depth + 1), self.encode(item, depth + 1)]
                for key, item in value.items()
            ]
            return {"t": "dict", "v": pairs}
        if kind is complex:
            return {"t": "complex", "v": [value.real, value.imag]}
        if kind is bytes:
            return {"t": "bytes", "v": base64.b64encode(value).decode()}
        if isinstance(value, np.generic) and value.dtype.kind in "biufc":
            return _scalar(value)
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufcSUTO":
            return self._array(np.asarray(value), depth)
        if isinstance(value, np.random.Generator):
            return {"t": "rng", "v": self.encode(value.bit_generator.state, depth + 1)}
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            data = value.detach().cpu().resolve_conj().resolve_neg()
            _refuse_large(data)
            name = str(data.dtype).removeprefix("torch.")
            if data.dtype.is_floating_point and data.dtype.itemsize < 4:
                data = data.float()
            return {
                "t": "tensor",
                "v": _pack(data.numpy()),
                "dtype": name,
                "grad": value.requires_grad,
            }
        return self._export(value)

    def _array(self, array: np.ndarray, depth: int) -> dict:
        _refuse_large(array)
        if array.dtype.kind in "biufc":
            return {"t": "array", "v": _pack(array)}
        items = [self.encode(item, depth + 1) for item in array.ravel().tolist()]
        return {"t": "objects" if array.dtype.kind == "O" else "strings",
                "shape": list(array.shape), "v": items}  # fmt: skip


def _base(value) -> type:
    """The type that `value` crosses as: its own, or the builtin that it is a kind of."""
    kind = type(value)
    for base in (*SCALARS, bytes):
        if isinstance(value, base) and not isinstance(value, np.number):
            return base
    if isinstance(value, LIST_LIKE):
        return list
    named = hasattr(kind, "_fields") or hasattr(kind, "n_sequence_fields")
    if kind.__module__ != "__main__" or named:  # a class of the learner's own may have methods
        return next((base for base in CONTAINERS if isinstance(value, base)), kind)
    return kind


def _refuse_large(value) -> None:
    if value.nbytes > MAX_BYTES // 2:
        raise TooLarge(f"the result has {value.nbytes >> 20} MB; {MAX_BYTES >> 21} are allowed")


def _scalar(value: np.generic) -> dict:
    if value.dtype.name not in NUMBERS:  # numpy's long double
        value = np.complex128(value) if value.dtype.kind == "c" else np.float64(value)
    item = value.item()
    data = [item.real, item.imag] if value.dtype.kind == "c" else item
    return {"t": "scalar", "dtype": value.dtype.name, "v": data}


class Decoder:
    """JSON-able data to plain data; handles go through `resolve(dict) -> object`."""

    def __init__(self, resolve: Callable[[dict], object]):
        self._resolve = resolve
        self._items = 0

    def decode(self, data, depth: int = 0):
        """The value that `data` stands for.

        Raises:
            WireError: `data` is not of the agreed form.
        """
        self._items += 1
        if depth > MAX_DEPTH or self._items > MAX_ITEMS:
            raise WireError("a message is nested too deep or has too many items")
        if data is None or type(data) in SCALARS:
            return data
        if type(data) is not dict or type(data.get("t")) is not str:
            raise WireError("a message is malformed")
        try:
            return self._decode_tagged(data["t"], data, depth + 1)
        except WireError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a forged message leads to
            raise WireError(f"a message is malformed ({type(error).__name__})") from None

    def _decode_tagged(self, tag: str, data: dict, depth: int):
        if tag in ("list", "tuple", "set", "frozenset"):
            items = [self.decode(item, depth) for item in _checked(data["v"], list)]
            return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[tag](items)
        if tag == "named":
            items = [self.decode(item, depth) for item in _checked(data["v"], list)]
            return _named(_checked(data["name"], str), _checked(data["fields"], list), items)
        if tag == "dict":
            pairs = _checked(data["v"], list)
            return {self.decode(key, depth): self.decode(item, depth) for key, item in pairs}
        if tag == "complex":
            real, imaginary = data["v"]
            return complex(float(real), float(imaginary))
        if tag == "bytes":
            return base64.b64decode(_checked(data["v"], str), validate=True)
        if tag == "array":
            return _unpack(data["v"])
        if tag == "scalar":
            return _unpack_scalar(data)
        if tag in ("strings", "objects"):
            items = [self.decode(item, depth) for item in _checked(data["v"], list)]
            return _array_of(items, tag, _checked(data["shape"], list))
        if tag == "rng":
            return _generator(self.decode(data["v"], depth))
        if tag == "tensor":
            return _tensor(data)
        return self._resolve(data)


def _checked(value, kind: type):
    if type(value) is not kind:
        raise WireError(f"a message is malformed (not a {kind.__name__})")
    return value


def _pack(array: np.ndarray) -> str:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return base64.b64encode(buffer.getvalue()).decode()


def _unpack(text: str) -> np.ndarray:
    raw = base64.b64decode(_checked(text, str), validate=True)
    try:
        array = np.load(io.BytesIO(raw), allow_pickle=False)
    except Exception as error:  # noqa: BLE001 - numpy raises many kinds on a forged header
        raise WireError(f"an array is malformed ({type(error).__name__})") from None
    if type(array) is not np.ndarray or array.dtype.kind not in "biufc":
        raise WireError("an array is malformed")
    return array.copy()


def _unpack_scalar(data: dict) -> np.generic:
    if data["dtype"] not in NUMBERS:
        raise WireError("a number is malformed")
    make = np.dtype(data["dtype"]).type
    value = data["v"]
    return make(complex(*value)) if type(value) is list else make(value)


def _array_of(items: list, tag: str, shape: list) -> np.ndarray:
    if tag == "strings" and {type(item) for item in items} not in ({str}, {bytes}, set()):
        raise WireError("an array is malformed")
    flat = np.empty(len(items), object)
    flat[:] = items
    return (flat if tag == "objects" or not items else np.array(items)).reshape(shape)


def _named(name: str, fields: list, items: list) -> tuple:
    """A named tuple; collections.namedtuple refuses names that are none."""
    if len(fields) > 100 or len(name) > 80 or any(type(field) is not str for field in fields):
        raise WireError("a named tuple is malformed")
    return collections.namedtuple(name, fields)(*items)


def _generator(state) -> np.random.Generator:
    name = _checked(state, dict).get("bit_generator")
    if name not in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        raise WireError("a random generator is malformed")
    if name in ("MT19937", "Philox"):  # numpy would read memory at whatever place they name
        place = state["state"]["pos"] if name == "MT19937" else state["buffer_pos"]
        if type(place) is not int or not 0 <= place <= (624 if name == "MT19937" else 4):
            raise WireError("a random generator is malformed")
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)


def _tensor(data: dict):
    import torch

    dtype = getattr(torch, _checked(data["dtype"], str), None)
    if not isinstance(dtype, torch.dtype):
        raise WireError("a tensor is malformed")
    tensor = torch.from_numpy(_unpack(data["v"])).to(dtype)
    return tensor.requires_grad_() if data.get("grad") is True else tensor


def assign(target, new) -> None:
    """Make mutable data equal to `new` in place, as a call did on the other side."""
    if isinstance(target, (tuple, list)) and isinstance(new, (tuple, list)):
        if type(target) is list and len(target) != len(new):
            target[:] = new
            return
        for index, (old, item) in enumerate(zip(target, new, strict=False)):
            if is_container(old):
                assign(old, item)
            elif type(target) is list:
                target[index] = item
    elif isinstance(target, dict) and isinstance(new, dict):
        for key in target.keys() - new.keys():
            del target[key]
        for key, item in new.items():
            if key in target and is_container(target[key]):
                assign(target[key], item)
            else:
                target[key] = item
    elif isinstance(target, set) and isinstance(new, set):
        target.clear()
        target.update(new)
    elif isinstance(target, np.ndarray) and np.shape(target) == np.shape(new):
        target[...] = new
    elif is_tensor(target) and is_tensor(new):
        target.data = new.data
    elif isinstance(target, np.random.Generator) and isinstance(new, np.random.Generator):
        target.bit_generator.state = new.bit_generator.state


def is_container(value) -> bool:
    mutable = (list, tuple, dict, set, np.ndarray, np.random.Generator)
    return isinstance(value, mutable) or is_tensor(value)


# Channel


class Peer:
    """One end of the channel.

    `ask` sends a request and waits for its answer; requests that arrive meanwhile are handed to
    `serve(request) -> reply`, whose reply is sent back. A reply bears its request's number, which
    cannot be foreseen: a forged one cannot be taken for the answer to a later request.
    """

    def __init__(self, sock: socket.socket, serve: Callable[[dict], dict]):
        self._socket = sock
        self._serve = serve
        self._buffer = bytearray()
        self._answered: deque[str] = deque(maxlen=1000)
        self.deadline: float | None = None  # time.monotonic() at which waiting ends

    def ask(self, request: dict) -> dict:
        """The other side's reply to `request`.

        Raises:
            PeerGone: it closed the channel or was too slow. WireError: it sent rubbish.
        """
        number = secrets.token_hex(8)
        self._send({"ask": request, "number": number})
        while True:
            message = self._receive()
            if "ask" in message:
                self._answer(message)
            elif message.get("number") == number:
                self._answered.append(number)
                return _checked(message.get("reply"), dict)
            elif message.get("number") not in self._answered:
                raise WireError("a message is malformed")

    def serve_forever(self) -> None:
        """Answer requests until the other side closes the channel."""
        while True:
            try:
                message = self._receive()
            except PeerGone:
                return
            self._answer(message)

    def _answer(self, message: dict) -> None:
        reply = self._serve(_checked(message.get("ask"), dict))
        self._send({"reply": reply, "number": message.get("number")})

    def _send(self, message: dict) -> None:
        line = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        if len(line) > MAX_BYTES:
            raise WireError(f"a message has {len(line)} bytes; {MAX_BYTES} are allowed")
        try:
            self._set_timeout()
            self._socket.sendall(line)
        except TimeoutError:
            raise PeerGone("no answer in time", timed_out=True) from None
        except OSError as error:
            raise PeerGone(f"the channel broke ({type(error).__name__})") from None

    def _receive(self) -> dict:
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            start = len(self._buffer)
            if start > MAX_BYTES:
                raise WireError(f"a message has more than {MAX_BYTES} bytes")
            try:
                self._set_timeout()
                chunk = self._socket.recv(1 << 20)
            except TimeoutError:
                raise PeerGone("no answer in time", timed_out=True) from None
            except OSError as error:
                raise PeerGone(f"the channel broke ({type(error).__name__})") from None
            if not chunk:
                raise PeerGone("the channel was closed")
            self._buffer += chunk
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            return _checked(json.loads(line), dict)
        except (ValueError, RecursionError, MemoryError):
            raise WireError("a message is not JSON") from None

    def _set_timeout(self) -> None:
        if self.deadline is None:
            self._socket.settimeout(None)
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
