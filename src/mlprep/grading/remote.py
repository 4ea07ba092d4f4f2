"""The judge's view of a submission: a process behind a socket, its names and objects as handles.

    with Sandbox(folder, limits) as box:
        box.run_cell(source)               what it printed, and its error
        f = box.get("softmax")             plain data, or a Handle
        f(x)                               plain data comes back; arguments changed in place change

Whatever goes wrong on the other side is one of two things: RemoteError (the learner's code raised)
or AnswerLost (the process died, took too long or broke the protocol; a fresh one must be started).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlprep.check.answer import AnswerLost, RemoteError, Watched
from mlprep.check.values import is_tensor
from mlprep.grading.wire import Decoder, Encoder, Peer, PeerGone, WireError

BLAS_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD = dict.fromkeys(BLAS_THREADS, "1")


@dataclass(frozen=True)
class Limits:
    """What a submission may use: seconds for a call, a cell and the whole notebook; bytes."""

    call_s: float = 10.0
    cell_s: float = 30.0
    notebook_s: float = 180.0
    file_bytes: int = 64 << 20


class Sandbox:
    """A submission's process."""

    def __init__(self, folder: Path, limits: Limits, deadline: float):
        """Start the process in `folder`; nothing may run past `deadline` (time.monotonic())."""
        self._limits, self._deadline = limits, deadline
        self._exports: dict[int, object] = {}
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mlprep.grading.submission", str(theirs.fileno())],
                cwd=folder,
                env=_environment(folder),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=lambda: _limit(limits),
            )
        self._socket = ours
        self._peer = Peer(ours, self._serve)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def close(self) -> None:
        """End the process and all that it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._socket.close()

    # What a judge asks for

    def run_cell(self, source: str) -> tuple[str, RemoteError | None]:
        """Run a cell's source: what it printed, and the error that it raised."""
        reply = self._ask({"do": "cell", "source": source}, self._limits.cell_s)
        return str(reply.get("out", "")), _error(reply)

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
                raise AnswerLost("The process that ran the answer ended (exit or crash).") from None
            if time.monotonic() >= self._deadline:
                text = f"The whole notebook took longer than {self._limits.notebook_s:g} s."
            else:
                text = f"It did not finish within {timeout_s:g} s."
            raise AnswerLost(text) from None
        except WireError as error:
            raise AnswerLost(f"The answer could not be read: {error}.") from None

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

    def __init__(self, box: Sandbox, data: dict):
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
    error = reply.get("error")
    if error is None:
        return None
    if not isinstance(error, dict):
        return RemoteError(["Exception"], str(error)[:200])
    kinds = [str(kind)[:80] for kind in list(error.get("kinds") or ["Exception"])[:10]]
    message, where = str(error.get("message", ""))[:200], str(error.get("where", ""))[:120]
    return RemoteError(kinds, message, where)


def _environment(folder: Path) -> dict[str, str]:
    """A clean environment: nothing of the user's, one BLAS thread, no window for plots."""
    keep = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT") if name in os.environ}
    return (
        keep
        | ONE_THREAD
        | {
            "PATH": os.defpath,
            "HOME": str(folder),
            "IPYTHONDIR": str(folder / ".ipython"),
            "MPLCONFIGDIR": str(folder / ".matplotlib"),
            "MPLBACKEND": "agg",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


def _limit(limits: Limits) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    cpu = int(limits.notebook_s) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
