"""The judge's view of a submission: a process behind a socket, its names and objects as handles.

    with Box(launcher, limits, deadline) as box:
        box.run_cell(source)               what it printed, and its error
        f = box.get("softmax")             plain data, or a Handle
        f(x)                               plain data comes back; arguments changed in place change

Whatever goes wrong on the other side is one of two things: RemoteError (the learner's code raised)
or AnswerLost (the process died, took too long or broke the protocol; a fresh one must be started).
"""

from __future__ import annotations

import builtins
import signal
import time

import numpy as np

from mlprep.check.answer import AnswerLost, RemoteError, Watched
from mlprep.check.values import is_tensor
from mlprep.grading.launch import Launcher
from mlprep.grading.limits import Limits
from mlprep.grading.wire import Decoder, Encoder, Peer, PeerGone, WireError


class Box:
    """A submission's process, seen from the judge."""

    def __init__(self, launcher: Launcher, limits: Limits, deadline: float):
        """Start the process; nothing may run past `deadline` (time.monotonic())."""
        self._limits, self._deadline = limits, deadline
        self._exports: dict[int, object] = {}
        self._process = launcher.start(limits)
        self._peer = Peer(self._process.socket, self._serve)
        self._ended = ""

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def close(self, gone: bool = False) -> str:
        """End the process and all that it started; how it had ended before."""
        if not self._ended:
            self._ended = self._process.end(gone) or "exit"
        return self._ended

    def has_left_processes(self) -> bool:
        """Whether what ran so far has left processes behind."""
        return self._process.has_left_processes()

    def put_files(self, files: dict[str, bytes]) -> None:
        """Write files into the submission's folder."""
        for name, data in files.items():
            self._ask({"do": "file", "name": name, "data": self.encode(data)}, self._limits.call_s)

    # What a judge asks for

    def run_cell(self, source: str) -> tuple[list, RemoteError | None]:
        """Run a cell's source: its nbformat outputs (not to be trusted), and its error."""
        reply = self._ask({"do": "cell", "source": source}, self._limits.cell_s)
        outputs = reply.get("outputs")
        return (outputs if isinstance(outputs, list) else []), _error(reply)

    def get(self, name: str):
        """The value of a name: plain data or a Handle.

        Raises:
            RemoteError: nothing of that name was defined.
        """
        return self.request({"do": "get", "name": name})

    def request(self, request: dict):
        """The decoded value of a reply.

        Raises:
            RemoteError: the learner's code raised. AnswerLost: the process is gone.
        """
        reply = self._ask(request, self._limits.call_s)
        if error := _error(reply):
            raise error
        return self.decode(reply.get("value"))

    def call(self, handle: Handle, args: tuple, kwargs: dict):
        """Call a handle; arguments that were changed there are changed here."""
        request = {
            "do": "call",
            "id": handle._id,
            "args": self.encode(args),
            "kwargs": self.encode(kwargs),
        }
        reply = self._ask(request, self._limits.call_s)
        if error := _error(reply):
            raise error
        for ours, key in ((args, "args"), (kwargs, "kwargs")):
            if key in reply:
                assign(ours, self.decode(reply[key]))
        return self.decode(reply.get("value"))

    def encode(self, value):
        return Encoder(self._export).encode(value)

    def decode(self, data):
        try:
            return Decoder(self._resolve).decode(data)
        except WireError as error:
            raise AnswerLost(f"The answer could not be read: {error}.") from None

    def _export(self, value) -> dict:
        if isinstance(value, Watched):
            value = value._target
        if isinstance(value, Handle):
            return {"t": "theirs", "id": value._id}
        if callable(value):
            self._exports[id(value)] = value
            name = getattr(value, "__name__", "callback")
            return {"t": "handle", "id": id(value), "name": name}
        raise TypeError(
            f"A test may pass plain data, arrays, tensors and functions to an answer. "
            f"Got {type(value).__name__}."
        )

    def _resolve(self, data: dict):
        if data["t"] == "theirs":
            return self._exports[data["id"]]
        if data["t"] == "handle" and type(data["id"]) is int:
            return Handle(self, data)
        raise WireError("a message is malformed")

    # The channel

    def _ask(self, request: dict, timeout_s: float) -> dict:
        self._peer.deadline = min(time.monotonic() + timeout_s, self._deadline)
        try:
            return self._peer.ask(request)
        except PeerGone as gone:
            if not gone.timed_out:
                raise AnswerLost(self._death()) from None
            if time.monotonic() >= self._deadline:
                text = f"The whole notebook took longer than {self._limits.notebook_s:g} s."
            else:
                text = f"It did not finish within {timeout_s:g} s."
            raise AnswerLost(text) from None
        except WireError as error:
            raise AnswerLost(f"The answer could not be read: {error}.") from None

    def _death(self) -> str:
        """Why the process is gone, in a sentence."""
        how = self.close(gone=True)
        if how == "memory":
            return f"It used more than {self._limits.memory_bytes >> 20} MB of memory."
        if how == f"signal {int(signal.SIGXCPU)}":
            return f"It used more than {self._limits.notebook_s:g} s of processor time."
        return "The process that ran the answer ended (exit or crash)."

    def _serve(self, request: dict) -> dict:
        """Answer the submission: it may call the functions that a probe gave it, no more."""
        try:
            if request.get("do") != "callback":
                raise WireError("a message is malformed")
            function = self._exports[request["id"]]
            args, kwargs = self.decode(request["args"]), self.decode(request["kwargs"])
            return {"value": self.encode(function(*args, **kwargs))}
        except AnswerLost:
            raise
        except Exception as error:  # noqa: BLE001 - the callback's error is the caller's to see
            return {"error": f"{type(error).__name__}: {error}"[:300]}


class Handle:
    """A function or an object of the learner's in the submission's process."""

    __slots__ = ("__name__", "_box", "_id", "is_stream", "type_name")

    def __init__(self, box: Box, data: dict):
        put = object.__setattr__
        put(self, "_box", box)
        put(self, "_id", data["id"])
        put(self, "type_name", str(data.get("type"))[:80])
        put(self, "__name__", str(data.get("name") or data.get("type"))[:80])
        put(self, "is_stream", data.get("stream") is True)

    def __call__(self, *args, **kwargs):
        return self._box.call(self, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._box.request({"do": "attr", "id": self._id, "name": name})

    def __setattr__(self, name, value):
        value = self._box.encode(value)
        self._box.request({"do": "setattr", "id": self._id, "name": name, "value": value})

    def __getitem__(self, key):
        return self._box.request({"do": "item", "id": self._id, "key": self._box.encode(key)})

    def __len__(self):
        return int(self._box.request({"do": "length", "id": self._id}))

    def __iter__(self):
        return self if self.is_stream else self._box.request({"do": "iter", "id": self._id})

    def __next__(self):
        reply = self._box._ask({"do": "next", "id": self._id}, self._box._limits.call_s)
        if reply.get("end") is True:
            raise StopIteration
        if error := _error(reply):
            raise error
        return self._box.decode(reply.get("value"))


def assign(target, new) -> None:
    """Make mutable data equal to `new` in place, as the call did on the other side."""
    if isinstance(target, (tuple, list)) and isinstance(new, (tuple, list)):
        if type(target) is list and len(target) != len(new):
            target[:] = new
            return
        for index, (old, item) in enumerate(zip(target, new, strict=False)):
            if _is_container(old):
                assign(old, item)
            elif type(target) is list:
                target[index] = item
    elif isinstance(target, dict) and isinstance(new, dict):
        for key in target.keys() - new.keys():
            del target[key]
        for key, item in new.items():
            if key in target and _is_container(target[key]):
                assign(target[key], item)
            else:
                target[key] = item
    elif isinstance(target, np.ndarray) and np.shape(target) == np.shape(new):
        target[...] = new
    elif is_tensor(target) and is_tensor(new):
        target.data = new.data
    elif isinstance(target, np.random.Generator) and isinstance(new, np.random.Generator):
        target.bit_generator.state = new.bit_generator.state


def _is_container(value) -> bool:
    mutable = (list, tuple, dict, np.ndarray, np.random.Generator)
    return isinstance(value, mutable) or is_tensor(value)


def _error(reply: dict) -> RemoteError | None:
    """The error that a reply tells of, as an exception that `except ValueError` also catches."""
    error = reply.get("error")
    if error is None:
        return None
    if not isinstance(error, dict):
        return RemoteError(["Exception"], str(error)[:200])
    given = error.get("kinds")
    kinds = [str(kind)[:80] for kind in given[:10]] if isinstance(given, list) else []
    kinds = kinds or ["Exception"]
    message, where = str(error.get("message", ""))[:200], str(error.get("where", ""))[:120]
    return _error_class(kinds)(kinds, message, where)


def _error_class(kinds: list[str]) -> type[RemoteError]:
    """RemoteError, joined with the first builtin exception among `kinds`."""
    for name in kinds:
        base = getattr(builtins, name, None)
        if isinstance(base, type) and issubclass(base, Exception) and base is not Exception:
            try:
                return type(f"Remote{name}", (RemoteError, base), {})
            except TypeError:  # its memory layout cannot be shared (OSError, UnicodeError)
                return RemoteError
    return RemoteError
