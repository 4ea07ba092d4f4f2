"""A process that has everything imported, so that a check costs what the learner's code costs.

    start(course)                   make sure that one runs for this course (returns at once)
    connect(course)                 a socket to it, or None where there is none yet
    exchange(socket, arguments)     what `mlprep ARGUMENTS` gives, run in a fork of it
    ask(course, arguments)          both; None where none runs yet (then run it cold)

Whoever closes the socket while the fork works ends the fork and all that it started.

Linux only; elsewhere `connect` and `ask` always give None. The process belongs to the user and
the course, talks over a Unix socket in a folder that only the user can open, and ends after an hour
without work.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import mlprep
from mlprep.course import Course
from mlprep.grading.launch import BLAS_THREADS
from mlprep.imports import without_collecting

IDLE_S = 3600
LOOK_S = 30  # how often it looks whether the course is still there
MAX_REQUEST_BYTES = 64 << 20
ANSWER_S = 300
STOP_S = 1  # for a run that is stopped to end by itself

_started: list[subprocess.Popen] = []  # here, so that those that have ended are reaped


def address(course: Course) -> Path:
    """The socket of the warm process for this course and this version of the code."""
    package = Path(mlprep.__file__).parent
    stamps = [f"{path}{path.stat().st_mtime_ns}" for path in sorted(package.rglob("*.py"))]
    name = hashlib.sha256("\n".join([str(course.root), *stamps]).encode()).hexdigest()[:16]
    return _private_folder() / f"{name}.sock"


def _private_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"mlprep-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(f"{folder} is open to others. Remove it.")
    return folder


def start(course: Course, owner: int = 0) -> None:
    """Start the warm process in the background, unless one runs or is about to.

    Args:
        owner: the process that it is for; it ends soon after that one. 0: it ends when idle only.
    """
    if sys.platform != "linux":
        return
    import fcntl

    with contextlib.suppress(OSError), open(address(course).with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the process inherits and keeps it
        _started[:] = [process for process in _started if process.poll() is None]
        process = subprocess.Popen(
            [sys.executable, "-m", "mlprep.warm", str(course.root), str(owner)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock.fileno()],
            env=os.environ | dict.fromkeys(BLAS_THREADS, "1"),
        )
        _started.append(process)


@dataclass
class Answer:
    """What a run of mlprep gave: what it printed, and its exit code."""

    stdout: str
    stderr: str
    code: int


def ask(course: Course, arguments: list[str], stdin: str = "") -> Answer | None:
    """What `mlprep ARGUMENTS` gives; None where no warm process answers."""
    connection = connect(course)
    return exchange(connection, arguments, stdin) if connection else None


def connect(course: Course, wait_s: float = 0) -> socket.socket | None:
    """A socket to the warm process. Where none runs yet, one is started and waited for so long."""
    if sys.platform != "linux":
        return None
    until = time.monotonic() + wait_s
    with contextlib.suppress(OSError):
        connection = _connect(address(course))
        if connection is None:
            start(course)
        while connection is None and time.monotonic() < until:
            time.sleep(0.05)
            connection = _connect(address(course))
        return connection
    return None


def exchange(connection: socket.socket, arguments: list[str], stdin: str = "") -> Answer | None:
    """What `mlprep ARGUMENTS` gives; None where the process went away. Closes the socket."""
    try:
        with connection:
            connection.settimeout(ANSWER_S)
            request = {"arguments": arguments, "stdin": stdin}
            connection.sendall(json.dumps(request).encode())
            connection.shutdown(socket.SHUT_WR)
            return Answer(**json.loads(_read_all(connection)))
    except (OSError, ValueError):
        return None


def _connect(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    return connection


def _read_all(connection: socket.socket) -> bytes:
    parts, size = [], 0
    while part := connection.recv(1 << 20):
        parts.append(part)
        size += len(part)
        if size > MAX_REQUEST_BYTES:
            raise ValueError("the message is too large")
    return b"".join(parts)


# The warm process


def serve(course: Course, owner: int = 0) -> None:
    """Answer requests in forks until there has been none for an hour, or the owner has ended."""
    path = address(course)
    listener = socket.socket(socket.AF_UNIX)
    _import_what_checks_need(course)
    path.unlink(missing_ok=True)
    listener.bind(str(path))  # from here on it is found
    listener.listen(8)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks are reaped by the system
    listener.settimeout(LOOK_S)
    idle_s = 0
    while idle_s < IDLE_S and course.root.exists() and _is_alive(owner):
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            idle_s += LOOK_S
            continue
        idle_s = 0
        if os.fork() == 0:
            listener.close()
            _answer(course, connection)
        connection.close()
    path.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    """Whether there is a process of that number (0: this one)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True


def _import_what_checks_need(course: Course) -> None:
    """numpy, the grader, and torch if a unit uses it: memory is dear where it does not."""
    from mlprep.grading.task import imported_late
    from mlprep.grading.zygote import warm_up

    notebooks = [unit.source_notebook() for unit in course.units().values()]
    texts = [path.read_text(encoding="utf-8") for path in notebooks if path.exists()]
    modules = ["matplotlib.pyplot"]
    if with_torch := [text for text in texts if "import torch" in text]:
        modules += ["torch", *imported_late(" ".join(with_torch))]
    with without_collecting():
        warm_up(modules)
        for module in ("mlprep.checking", "mlprep.cli", "nbformat.v4"):
            importlib.import_module(module)


def _answer(course: Course, connection: socket.socket) -> None:
    """In a fork: run one command and send what it prints."""
    from mlprep import cli
    from mlprep.grading import launch

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        request = json.loads(_read_all(connection))
        os.chdir(course.root)
        launch.use_fork_of_this_process()
        threading.Thread(target=_stop_when_nobody_waits, args=(connection,), daemon=True).start()
        out, err = io.StringIO(), io.StringIO()
        sys.stdin = io.StringIO(request["stdin"])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = cli.main(request["arguments"])
            except SystemExit as stop:  # argparse
                code = int(stop.code or 0)
            except Exception:  # noqa: BLE001 - whoever asked shows it
                traceback.print_exc()
        answer = {"stdout": out.getvalue(), "stderr": err.getvalue(), "code": code}
        connection.sendall(json.dumps(answer).encode())
    finally:
        launch.for_own_work().close()
        os._exit(code)


def _stop_when_nobody_waits(connection: socket.socket) -> None:
    """End this process, and with it what it started, when the other side closes the socket."""
    hung_up = select.poll()
    hung_up.register(connection, 0)  # closed altogether: that is always reported
    hung_up.poll()
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    time.sleep(STOP_S)
    os._exit(130)  # something had caught it


if __name__ == "__main__":
    serve(Course(Path(sys.argv[1])), int(sys.argv[2]))
