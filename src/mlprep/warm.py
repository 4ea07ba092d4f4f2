"""A process that has everything imported, so that a check costs what the learner's code costs.

    start(course)                   make sure that one runs for this course (returns at once)
    ask(course, arguments, stdin)   what `mlprep ARGUMENTS` prints, run in a fork of it; None where
                                    there is none yet (then run it cold)

Linux only; elsewhere `ask` always gives None. The process belongs to the user and the course, talks
over a Unix socket in a folder that only the user can open, and ends after an hour without work.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import mlprep
from mlprep.course import Course
from mlprep.grading.launch import BLAS_THREADS

IDLE_S = 3600
LOOK_S = 30  # how often it looks whether the course is still there
MAX_REQUEST_BYTES = 64 << 20
ANSWER_S = 300


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


def start(course: Course) -> None:
    """Start the warm process in the background, unless one runs or is about to."""
    if sys.platform != "linux":
        return
    import fcntl

    with contextlib.suppress(OSError), open(address(course).with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the process inherits and keeps it
        subprocess.Popen(
            [sys.executable, "-m", "mlprep.warm", str(course.root)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock.fileno()],
            env=os.environ | dict.fromkeys(BLAS_THREADS, "1"),
        )


def ask(course: Course, arguments: list[str], stdin: str = "") -> tuple[str, str] | None:
    """What `mlprep ARGUMENTS` prints on stdout and stderr; None where no warm process answers."""
    if sys.platform != "linux":
        return None
    try:
        connection = _connect(address(course))
        if connection is None:
            start(course)
            return None
        with connection:
            connection.settimeout(ANSWER_S)
            request = {"arguments": arguments, "stdin": stdin}
            connection.sendall(json.dumps(request).encode())
            connection.shutdown(socket.SHUT_WR)
            answer = json.loads(_read_all(connection))
    except (OSError, ValueError):
        return None
    return answer["stdout"], answer["stderr"]


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


def serve(course: Course) -> None:
    """Answer requests in forks until there has been none for an hour."""
    path = address(course)
    listener = socket.socket(socket.AF_UNIX)
    _import_what_checks_need(course)
    path.unlink(missing_ok=True)
    listener.bind(str(path))  # from here on it is found
    listener.listen(8)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks are reaped by the system
    listener.settimeout(LOOK_S)
    idle_s = 0
    while idle_s < IDLE_S and course.root.exists():
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


def _import_what_checks_need(course: Course) -> None:
    """numpy, the grader, and torch if a unit uses it: memory is dear where it does not."""
    from mlprep.grading.task import imported_late
    from mlprep.grading.zygote import warm_up

    notebooks = [unit.source_notebook() for unit in course.units().values()]
    texts = [path.read_text(encoding="utf-8") for path in notebooks if path.exists()]
    modules = ["matplotlib.pyplot"]
    if with_torch := [text for text in texts if "import torch" in text]:
        modules += ["torch", *imported_late(" ".join(with_torch))]
    warm_up(modules)
    for module in ("mlprep.checking", "mlprep.cli", "nbformat.v4"):
        importlib.import_module(module)


def _answer(course: Course, connection: socket.socket) -> None:
    """In a fork: run one command and send what it prints."""
    from mlprep import cli
    from mlprep.grading import launch

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 1
    try:
        request = json.loads(_read_all(connection))
        os.chdir(course.root)
        launch.use_fork_of_this_process()
        out, err = io.StringIO(), io.StringIO()
        sys.stdin = io.StringIO(request["stdin"])
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = cli.main(request["arguments"])
            except SystemExit as stop:  # argparse
                code = int(stop.code or 0)
        answer = {"stdout": out.getvalue(), "stderr": err.getvalue(), "code": code}
        connection.sendall(json.dumps(answer).encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve(Course(Path(sys.argv[1])))
