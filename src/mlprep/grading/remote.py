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

from mlprep.check.answer import AnswerLost, RemoteError, Watched, class_names
from mlprep.check.values import NotPlain, one_line
from mlprep.errors import GraderError
from mlprep.grading.launch import Launcher
from mlprep.grading.limits import Limits
from mlprep.grading.wire import (
    Decoder,
    Encoder,
    Peer,
    PeerGone,
    WireError,
    assign,
    is_container,
)

START_S = 60.0  # for a process to start, on a busy machine
NOT_JOINED = ("Exception", "StopIteration", "StopAsyncIteration")  # the last two end loops of ours


class Box:
    """A submission's process, seen from the judge.

    objects: where the worked solution gives objects and functions, such as "Counter()" for what
    calling Counter gives (None: anywhere). Elsewhere plain data is wanted: there an object of the
    learner's could tell each check what that check wants to hear.
    given: where this submission has given any.
    changes: where the worked solution changes its arguments in place (None: anywhere). Elsewhere a
    change is not carried over to the test's own data, which would then agree with a wrong result.
    changed: where this submission has changed any.
    lost: how the process was lost, None while it lives.
    last: the last call that a test made, and what came back if it did: (name, args, kwargs[, got]).
    exceptions: classes of our own that an error of the learner's may be, by name.
    """

    def __init__(self, launcher: Launcher, limits: Limits, deadline: float):
        """Start the process; nothing may run past `deadline` (time.monotonic())."""
        self._limits, self._deadline = limits, deadline
        self._exports: dict[int, object] = {}
        self._from = ""  # where the value that is decoded comes from
        self.objects: frozenset[str] | None = None
        self.given: set[str] = set()
        self.changes: frozenset[str] | None = None
        self.changed: set[str] = set()
        self.lost: AnswerLost | None = None
        self.last: tuple = ()
        self.exceptions: dict[str, type[Exception]] = {}
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
        """Wait until the process has started, and write files into its folder.

        Nothing of the learner's runs yet, and none of their time is used.

        Raises:
            GraderError: it did not start. AnswerLost: the notebook's time was up already.
        """
        try:
            self._ask({"do": "nothing"}, START_S)
            for name, data in files.items():
                self._ask({"do": "file", "name": name, "data": self.encode(data)}, START_S)
        except AnswerLost as lost:
            if time.monotonic() >= self._deadline:
                raise
            raise GraderError(f"A submission's process did not start. {lost}") from None

    # What a judge asks for

    def run_cell(self, source: str) -> tuple[list, RemoteError | None]:
        """Run a cell's source: its nbformat outputs (not to be trusted), and its error."""
        reply = self._ask({"do": "cell", "source": source}, self._limits.cell_s)
        outputs = reply.get("outputs")
        return (outputs if isinstance(outputs, list) else []), _error(reply, {})

    def get(self, name: str):
        """The value of a name: plain data or a Handle.

        Raises:
            RemoteError: nothing of that name was defined.
        """
        value = self.request({"do": "get", "name": name}, name)
        if isinstance(value, Handle):
            value._call_it(name)
        return value

    def put(self, name: str, value) -> None:
        """Give a name a new value: a handle, or a function of the test's."""
        self.request({"do": "put", "name": name, "value": self.encode(value)})

    def forget(self, name: str) -> None:
        """Delete a name."""
        self.request({"do": "forget", "name": name})

    def forget_callbacks(self) -> None:
        """From now on the submission can't call the functions that it was given before."""
        self._exports.clear()
        self.last = ()

    def request(self, request: dict, source: str = ""):
        """The decoded value of a reply.

        Args:
            source: where the value comes from, as `objects` has it.

        Raises:
            RemoteError: the learner's code raised. AnswerLost: the process is gone.
        """
        reply = self._ask(request, self._limits.call_s)
        self.raise_error_of(reply)
        return self.decode(reply.get("value"), source)

    def raise_error_of(self, reply: dict) -> None:
        if error := _error(reply, self.exceptions):
            raise error

    def call(self, handle: Handle, args: tuple, kwargs: dict):
        """Call a handle; arguments that were changed there are changed here."""
        self.last = (handle.__name__, args, kwargs)
        request = {
            "do": "call",
            "id": handle._id,
            "args": self.encode(args),
            "kwargs": self.encode(kwargs),
        }
        reply = self._ask(request, self._limits.call_s)
        self.raise_error_of(reply)
        source = f"{handle._from}()"
        for ours, key in ((args, "args"), (kwargs, "kwargs")):
            if key in reply:
                self.changed.add(source)
                if self.changes is None or source in self.changes:
                    assign(ours, self.decode(reply[key], source))
        value = self.decode(reply.get("value"), source)
        self.last = (*self.last[:3], value)
        return value

    def measure(self, handle: Handle, what: str, args: tuple, kwargs: dict) -> int:
        """What a call costs there, as mlprep.check.cost counts it. Arguments stay as they are."""
        self.last = (handle.__name__, args, kwargs)
        request = {"do": "measure", "id": handle._id, "what": what}
        request |= {"args": self.encode(args), "kwargs": self.encode(kwargs)}
        cost = self.request(request)
        if type(cost) is not int:
            raise self._loss("The answer could not be read: a message is malformed.")
        return cost

    def encode(self, value):
        return Encoder(self._export).encode(value)

    def decode(self, data, source: str = ""):
        self._from = source
        try:
            return Decoder(self._resolve).decode(data)
        except WireError as error:
            raise self._loss(f"The answer could not be read: {error}.") from None

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
            self.given.add(self._from)
            return Handle(self, data, self._from)
        raise WireError("a message is malformed")

    # The channel

    def _ask(self, request: dict, timeout_s: float) -> dict:
        around = self._peer.deadline  # of the call in which a callback of ours asks this
        deadline = min(time.monotonic() + timeout_s, self._deadline)
        self._peer.deadline = deadline if around is None else min(deadline, around)
        try:
            return self._peer.ask(request)
        except PeerGone as gone:
            if not gone.timed_out:
                raise self._loss(self._death()) from None
            if time.monotonic() >= self._deadline:
                text = f"The whole notebook took longer than {self._limits.notebook_s:g} s."
            else:
                text = f"It did not finish within {timeout_s:g} s."
            raise self._loss(text) from None
        except WireError as error:
            raise self._loss(f"The answer could not be read: {error}.") from None
        finally:
            self._peer.deadline = around

    def _loss(self, why: str) -> AnswerLost:
        self.lost = self.lost or AnswerLost(why)
        return self.lost

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
            mutable = any(map(is_container, [*args, *kwargs.values()]))
            before = self.encode([args, kwargs]) if mutable else None
            reply = {"value": self.encode(function(*args, **kwargs))}
            if mutable and (after := self.encode([args, kwargs])) != before:
                reply["changed"] = after
            return reply
        except AnswerLost:
            raise
        except Exception as error:  # noqa: BLE001 - the callback's error is the caller's to see
            names = class_names(error)
            kind = next((name for name in names if hasattr(builtins, name)), "RuntimeError")
            return {"error": f"{type(error).__name__}: {error}"[:300], "kind": kind}


class Handle:
    """A function or an object of the learner's in the submission's process."""

    __slots__ = ("__name__", "_box", "_from", "_held", "_id", "is_stream", "type_name")

    def __init__(self, box: Box, data: dict, source: str):
        put = object.__setattr__
        put(self, "_box", box)
        put(self, "_id", data["id"])
        put(self, "_from", source)
        put(self, "type_name", str(data.get("type"))[:80])
        put(self, "__name__", str(data.get("name") or data.get("type"))[:80])
        put(self, "is_stream", data.get("stream") is True)
        put(self, "_held", data.get("held"))

    def held(self):
        """The items of an object whose class is a kind of list, tuple, set or dict; else None."""
        return None if self._held is None else self._box.decode(self._held, self._from)

    def _become(self, other: Handle) -> None:
        """Stand for the same thing of a fresh process, wherever this handle is already in use."""
        for name in Handle.__slots__:
            object.__setattr__(self, name, getattr(other, name))

    def _call_it(self, name: str) -> None:
        """A lambda is called as the learner called it."""
        if self.__name__ == "<lambda>":
            object.__setattr__(self, "__name__", name)

    def _ask(self, request: dict, step: str):
        """The value of a reply; its place is this object's, and `step` further.

        Raises:
            NotPlain: the worked solution gives data here, so no more is asked of this object.
        """
        self._must_be_wanted()
        return self._box.request(request | {"id": self._id}, f"{self._from}{step}")

    def _must_be_wanted(self) -> None:
        if self._box.objects is not None and self._from not in self._box.objects:
            raise NotPlain(f"an object of type {one_line(self.type_name)}")

    def __call__(self, *args, **kwargs):
        self._must_be_wanted()
        return self._box.call(self, args, kwargs)

    def _measure(self, what: str, args: tuple, kwargs: dict) -> int:
        self._must_be_wanted()
        return self._box.measure(self, what, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask({"do": "attr", "name": name}, f".{name}")

    def __setattr__(self, name, value):
        value = self._box.encode(value)
        self._ask({"do": "setattr", "name": name, "value": value}, "")

    def __getitem__(self, key):
        return self._ask({"do": "item", "key": self._box.encode(key)}, "[]")

    def __len__(self):
        return int(self._ask({"do": "length"}, ""))

    def __bool__(self):
        return self._ask({"do": "truth"}, "") is True

    def __iter__(self):
        return self if self.is_stream else self._ask({"do": "iter"}, "")

    def __next__(self):
        reply = self._box._ask({"do": "next", "id": self._id}, self._box._limits.call_s)
        if reply.get("end") is True:
            raise StopIteration
        self._box.raise_error_of(reply)
        return self._box.decode(reply.get("value"), f"{self._from}[]")


def _error(reply: dict, known: dict[str, type[Exception]]) -> RemoteError | None:
    """The error that a reply tells of, as an exception that `except ValueError` also catches.

    known: exception classes of ours besides the builtin ones.
    """
    error = reply.get("error")
    if error is None:
        return None
    if not isinstance(error, dict):
        return RemoteError(["Exception"], str(error)[:200])
    given = error.get("kinds")
    kinds = [str(kind)[:80] for kind in given[:10]] if isinstance(given, list) else []
    message, where = str(error.get("message", ""))[:200], str(error.get("where", ""))[:120]
    for name in kinds:
        base = known.get(name) or getattr(builtins, name, None)
        if not (isinstance(base, type) and issubclass(base, Exception)) or name in NOT_JOINED:
            continue
        try:
            joined = type(f"Remote{name}", (RemoteError, base), {"__str__": Exception.__str__})
            return joined(kinds, message, where)
        except TypeError:  # it cannot be made of one message (UnicodeDecodeError)
            continue
    return RemoteError(kinds or ["Exception"], message, where)
