"""The process that runs a learner's cells and calls what they define. It never sees a test.

Forked by the warm parent (serve_socket), or started cold with `--fd FD`, one end of a socket pair
(Windows: `--port N`, a loopback port to call). It serves:

    cell    run the source of a cell in an IPython shell       → what it printed, its error
    nothing                             it has started
    file    write a file of the unit's into its folder
    get     the value of a name; put and forget change it, as a test may
    call    a handle with arguments → its result, and the arguments that it changed
    measure what such a call costs, in steps or in bytes
    attr, setattr, item, length, truth, iter, next             what a probe may do with a handle

Whatever it answers is data to the judge: a submission that forges answers has only returned
other values.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
import socket
import sys
import tempfile
from pathlib import Path

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from mlprep.check.answer import class_names, first_line, learner_line
from mlprep.check.cost import measure
from mlprep.check.values import is_stream
from mlprep.grading.outputs import capture
from mlprep.grading.wire import CONTAINERS, Decoder, Encoder, Peer, WireError, assign

MAX_HANDLES = 100_000


class Shell(InteractiveShell):
    """IPython without a screen."""

    def enable_gui(self, gui=None) -> None:
        """`%matplotlib` finds nothing to start."""

    def _showtraceback(self, etype, evalue, stb) -> None:
        """Errors go to the judge as data."""


def make_shell() -> Shell:
    """The process's shell, made when it is first asked for.

    It has no history: that would start a thread and write a file.
    """
    return Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))


class Submission:
    """The learner's namespace, and the handles that the judge holds on its objects."""

    def __init__(self, sock: socket.socket):
        self.peer = Peer(sock, self.serve)
        self.shell = make_shell()
        self.handles: dict[int, object] = {}

    # Values

    def encode(self, value):
        return Encoder(self._export).encode(value)

    def decode(self, data):
        return Decoder(self._resolve).decode(data)

    def _export(self, value) -> dict:
        if isinstance(value, Callback):
            return {"t": "theirs", "id": value.handle}
        if len(self.handles) >= MAX_HANDLES:
            raise WireError("too many objects were returned")
        self.handles[id(value)] = value
        data = {
            "t": "handle",
            "id": id(value),
            "type": type(value).__name__[:80],
            "name": str(getattr(value, "__name__", ""))[:80],
            "stream": is_stream(value),
        }
        kind = next((base for base in CONTAINERS if isinstance(value, base)), None)
        if kind is not None:  # a class of the learner's that is a list, say: it has methods, too
            with contextlib.suppress(WireError, RecursionError):
                data["held"] = self.encode(kind(value))
        return data

    def _resolve(self, data: dict):
        if data["t"] == "theirs":
            return self.handles[data["id"]]
        if data["t"] == "named":
            return self.shell.user_ns[data["name"]]
        if data["t"] == "handle":
            return Callback(self, data["id"], data["name"])
        raise WireError("a message is malformed")

    # Requests

    def serve(self, request: dict) -> dict:
        try:
            with contextlib.redirect_stdout(Nowhere()), contextlib.redirect_stderr(Nowhere()):
                return getattr(self, f"do_{request['do']}")(request)
        except BaseException as error:  # noqa: BLE001 - SystemExit and the like are outcomes too
            return {"error": describe_error(error)}

    def do_cell(self, request: dict) -> dict:
        seed_everything()
        with capture(self.shell) as outputs:
            result = self.shell.run_cell(request["source"], store_history=True)
        reply = {"outputs": outputs.to_list()}
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            reply["error"] = describe_error(error)
        return reply

    def do_nothing(self, request: dict) -> dict:
        return {}

    def do_file(self, request: dict) -> dict:
        path = Path(request["name"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.decode(request["data"]))
        return {}

    def do_get(self, request: dict) -> dict:
        return {"value": self.encode(self.shell.user_ns[request["name"]])}

    def do_put(self, request: dict) -> dict:
        self.shell.user_ns[request["name"]] = self.decode(request["value"])
        return {}

    def do_forget(self, request: dict) -> dict:
        del self.shell.user_ns[request["name"]]
        return {}

    def do_call(self, request: dict) -> dict:
        seed_everything()
        args, kwargs = self.decode(request["args"]), self.decode(request["kwargs"])
        result = self.handles[request["id"]](*args, **kwargs)
        reply = {"value": self.encode(result)}
        echo = Encoder(self._echo).encode
        if echo(args) != request["args"]:
            reply["args"] = echo(args)
        if echo(kwargs) != request["kwargs"]:
            reply["kwargs"] = echo(kwargs)
        return reply

    def do_measure(self, request: dict) -> dict:
        seed_everything()
        args, kwargs = self.decode(request["args"]), self.decode(request["kwargs"])
        return {"value": measure(self.handles[request["id"]], request["what"], args, kwargs)}

    def _echo(self, value) -> dict:
        """A handle as it came in, so that an argument that did not change encodes as before."""
        if isinstance(value, Callback):
            return {"t": "handle", "id": value.handle, "name": value.__name__}
        return {"t": "theirs", "id": id(value)}

    def do_attr(self, request: dict) -> dict:
        return {"value": self.encode(getattr(self.handles[request["id"]], request["name"]))}

    def do_setattr(self, request: dict) -> dict:
        target, value = self.handles[request["id"]], self.decode(request["value"])
        setattr(target, request["name"], value)
        return {}

    def do_item(self, request: dict) -> dict:
        return {"value": self.encode(self.handles[request["id"]][self.decode(request["key"])])}

    def do_length(self, request: dict) -> dict:
        return {"value": len(self.handles[request["id"]])}

    def do_truth(self, request: dict) -> dict:
        return {"value": bool(self.handles[request["id"]])}

    def do_iter(self, request: dict) -> dict:
        return {"value": self.encode(iter(self.handles[request["id"]]))}

    def do_next(self, request: dict) -> dict:
        try:
            return {"value": self.encode(next(self.handles[request["id"]]))}
        except StopIteration:
            return {"end": True}


class Callback:
    """A function of the judge's, seen from here: calling it asks the judge."""

    def __init__(self, submission: Submission, handle: int, name: str):
        self._submission, self.handle, self.__name__ = submission, handle, name

    def __call__(self, *args, **kwargs):
        encode = self._submission.encode
        request = {
            "do": "callback",
            "id": self.handle,
            "args": encode(args),
            "kwargs": encode(kwargs),
        }
        reply = self._submission.peer.ask(request)
        if "error" in reply:
            raise _error_of(f"{self.__name__}: {reply['error']}", reply.get("kind"))
        if "changed" in reply:
            assign([args, kwargs], self._submission.decode(reply["changed"]))
        return self._submission.decode(reply["value"])


def _error_of(text: str, kind: str | None) -> Exception:
    """A callback's error as one of the same builtin class, so that `except OSError` catches it."""
    known = getattr(builtins, str(kind), None)
    if isinstance(known, type) and issubclass(known, Exception):
        with contextlib.suppress(TypeError):  # one that is not made of a message
            return known(text)
    return RuntimeError(text)


def describe_error(error: BaseException) -> dict:
    """An exception as data: the names of its classes, its first line, the line that raised."""
    return {
        "kinds": list(class_names(error))[:10] or [type(error).__name__],
        "message": first_line(error),
        "where": learner_line(error),
    }


def seed_everything() -> None:
    """The global random streams start anew, so that a submission behaves the same each time."""
    random.seed(0)
    np.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(0)  # torch.manual_seed notes where it was called from


class Nowhere(io.TextIOBase):
    """Where what a called function prints goes."""

    def write(self, text: str) -> int:
        return len(text)

    def writable(self) -> bool:
        return True


def serve_socket(sock: socket.socket, folder: str = "") -> None:
    """Be the submission that `sock` talks to, in `folder` (default: a new temporary one)."""
    tempfile.tempdir = None  # TMPDIR has changed: what lies there goes away with the launcher
    folder = folder or tempfile.mkdtemp(prefix="mlprep-")
    os.chdir(folder)
    os.environ["HOME"] = os.environ["IPYTHONDIR"] = folder
    sys.path.append(folder)  # last: a file of the learner's shadows nothing
    Submission(sock).peer.serve_forever()


def main() -> None:
    how, number = sys.argv[1], int(sys.argv[2])
    if how == "--port":
        sock = socket.create_connection(("127.0.0.1", number))
    else:
        sock = socket.socket(fileno=number)
    serve_socket(sock, os.getcwd())


if __name__ == "__main__":
    main()
