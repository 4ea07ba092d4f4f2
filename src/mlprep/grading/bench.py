"""Judging one submission after another: warm, apart from each other, and restarted when lost.

    answer = judge_task(task)       JSON in, JSON out; from any thread, on any machine
    prepare(unit_task)              start what it will need, without waiting
    close_benches()                 end all that it has started in this process

Three kinds of processes stand behind it (Linux; elsewhere a slot judges by itself):

    root      one a machine: imports numpy, torch and the grader once, starts the sandbox's warm
              parent, and forks slots
    slot      one a thread that calls judge_task: has a warm parent of its own in the sandbox
    judge     one a submission: forked of its slot, so that no test leaves a trace for the next

Nothing that a submission made is unpickled: bytes of JSON cross over. When a judge dies or hangs,
its answer says so, and its slot is replaced.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import BinaryIO

from mlprep.errors import GraderError
from mlprep.grading.launch import BLAS_THREADS, Cold, Warm, require_sandbox, why_no_sandbox
from mlprep.grading.task import Answer, UnitTask, load_task, run_task, try_solutions, unit_of
from mlprep.imports import use_once, without_collecting

USED_LATE = (  # what a judge would import while it works
    "encodings.utf_8_sig",
    "mlprep.check.standing",
    "nbconvert.preprocessors.sanitize",
    "numpy.random",
)
PRISTINE = {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
START_S = 120.0
JUDGE_S = 60.0  # for the tests' own work, on top of what the submission may take
IDLE_S = 300.0  # nobody has asked for so long: the run is over, or whoever asked is gone
LOOK_S = 20.0
KEPT_TRIALS = 20


def judge_task(task: bytes) -> bytes:
    """Judge one submission; called in a worker of an executor. It never raises.

    Args:
        task: as `mlprep.grading.task.UnitTask.for_submission` makes it.

    Returns:
        What `mlprep.grading.task.Answer.of` reads.
    """
    needs = json.loads(task)["needs"]
    allowed_s = needs["limits"]["notebook_s"] * needs["notebooks"] + JUDGE_S
    key = _key(needs["sandbox"], needs["modules"], needs["judge_modules"])
    try:
        return _slot(key).ask(task, allowed_s)
    except _Lost as lost:
        _drop_slot(key)
        return Answer(failed=str(lost), worker=socket.gethostname()).to_bytes()


def prepare(task: UnitTask) -> None:
    """Start the imports that judging a unit will take, in other processes, and go on.

    Whoever calls this makes sure that there is a sandbox, if the task wants one.
    """
    _root(_key(task.sandbox, task.modules, task.judge_modules), "checked" if task.sandbox else "")


def close_benches() -> None:
    """End every process that judging has started here; whoever waits for one is told."""
    with _roots_lock:
        for slot in list(_slots):
            slot.close()
        for root in _roots.values():
            root.close()
        _roots.clear()


atexit.register(close_benches)


# This process's side


class _Lost(Exception):
    """A slot is gone, or gives no answer in time."""


_roots: dict[tuple, Root] = {}
_roots_lock = threading.Lock()
_slots: weakref.WeakSet[Slot] = weakref.WeakSet()
_mine = threading.local()


def _key(sandbox: bool, modules: Sequence[str], judge_modules: Sequence[str]) -> tuple:
    """What a root process has to be made for."""
    return sandbox, tuple(modules), tuple(judge_modules)


def _root(key: tuple, mode: str = "") -> Root:
    with _roots_lock:
        if key in _roots and not _roots[key].is_alive():
            _roots.pop(key).close()
        if key not in _roots:
            _roots[key] = Root(*key, mode)
        return _roots[key]


def _slot(key: tuple) -> Slot:
    """The calling thread's slot."""
    slots = _mine.__dict__.setdefault("slots", {})
    if key not in slots:
        slots[key] = _root(key).slot()
        _slots.add(slots[key])
    return slots[key]


def _drop_slot(key: tuple) -> None:
    slot = _mine.__dict__.get("slots", {}).pop(key, None)
    if slot is not None:
        slot.close()


class Root:
    """The process that forks slots, seen from the one that started it."""

    def __init__(
        self, sandbox: bool, modules: Sequence[str], judge_modules: Sequence[str], mode: str = ""
    ):
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mode = mode or ("sandbox" if sandbox else "unsafe")  # "checked": the sandbox was tried
        command = [sys.executable, "-m", "mlprep.grading.bench", str(theirs.fileno()), mode]
        with theirs:
            self._process = subprocess.Popen(
                [*command, *modules, "--", *judge_modules],
                pass_fds=[theirs.fileno()],
                env=os.environ | dict.fromkeys(BLAS_THREADS, "1") | PRISTINE,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one who started it
            )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def slot(self) -> Slot:
        """A new slot.

        Raises:
            _Lost: the root process has ended.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                socket.send_fds(self._control, [b"slot"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise _Lost("The grader's own process ended.") from None
        return Slot(ours)

    def close(self) -> None:
        self._control.close()  # it sees that, and ends with all that it has started
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Slot:
    """A process that judges one submission at a time, seen from the one that asks."""

    def __init__(self, sock: socket.socket):
        self._socket = sock
        self._connection = Connection(os.dup(sock.fileno()))
        self._refusal: bytes | None = None  # b"": it can judge

    def ask(self, task: bytes, allowed_s: float) -> bytes:
        """The answer to a task.

        Raises:
            _Lost: the slot ended or gave no answer in time.
        """
        try:
            if self._refusal is None:
                self._refusal = self._receive(START_S)
            if self._refusal:
                return self._refusal
            self._connection.send_bytes(task)
            return self._receive(allowed_s)
        except (OSError, EOFError) as error:
            raise _Lost(f"The judge ended unexpectedly ({type(error).__name__}).") from None

    def _receive(self, allowed_s: float) -> bytes:
        if not self._connection.poll(allowed_s):
            raise _Lost(f"The judge gave no answer in {allowed_s:g} s.")
        return self._connection.recv_bytes()

    def close(self) -> None:
        """End it. A thread that waits for it sees that it ended."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def __del__(self):
        self.close()
        self._socket.close()
        self._connection.close()


# The root process


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    sandbox, split = sys.argv[2] != "unsafe", sys.argv.index("--")
    modules, judge_modules = sys.argv[3:split], sys.argv[split + 1 :]
    mother, failure = None, ""
    try:
        if sys.platform == "linux":
            mother = Warm(sandbox, modules)  # it imports while we do
        if sys.argv[2] == "sandbox":
            require_sandbox()
        if mother is not None:
            with without_collecting():
                _import(judge_modules)
            mother.ready()
    except (GraderError, OSError) as error:
        failure = why_no_sandbox() if isinstance(error, OSError) and sandbox else str(error)
    with tempfile.TemporaryDirectory(prefix="mlprep-trials-") as trials:
        _fork_slots(control, mother, failure, Path(trials))
    if mother is not None:
        mother.close()


def _import(modules: Sequence[str]) -> None:
    """What judges will want: the grader, and what the unit's tests import."""
    for module in (*USED_LATE, "mlprep.grading.graded"):
        importlib.import_module(module)
    for module in modules:
        with contextlib.suppress(Exception):  # a file beside the notebook
            importlib.import_module(module)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    use_once()


def _fork_slots(control: socket.socket, mother, failure: str, trials: Path) -> None:
    """Fork a slot for each request, until whoever started this process is gone or long silent."""
    slots: list[int] = []
    idle_since = time.monotonic()
    control.settimeout(LOOK_S)
    while slots or time.monotonic() - idle_since < IDLE_S:
        try:
            message, fds, _, _ = socket.recv_fds(control, 100, 1)
        except TimeoutError:
            slots = [pid for pid in slots if not os.waitpid(pid, os.WNOHANG)[0]]
            if slots:
                idle_since = time.monotonic()
            continue
        if not message:
            return
        try:
            launcher = mother.twin() if mother is not None and not failure else Cold()
        except GraderError:
            return  # the warm parent is gone; whoever asks next starts all anew
        pid = os.fork()
        if pid == 0:
            try:
                control.close()
                _serve(Connection(fds[0]), launcher, failure, trials)
            finally:
                os._exit(0)
        os.close(fds[0])
        launcher.close()  # it is the slot's, not ours
        slots.append(pid)


def _serve(connection: Connection, launcher, failure: str, folder: Path) -> None:
    """Be a slot. What came of worked solutions is kept in `folder`, for the other slots too."""
    refusal = Answer(failed=failure, hopeless=True, worker=socket.gethostname())
    connection.send_bytes(refusal.to_bytes() if failure else b"")
    tried: dict[str, dict] = {}  # what came of the worked solutions of the last few units
    while not failure and connection.poll(IDLE_S):
        try:
            task = load_task(connection.recv_bytes())
            launcher.ready()
        except (EOFError, GraderError):
            return  # nobody asks any more, or the warm parent is gone: another slot does better
        key = unit_of(task)
        if key not in tried:
            with _one_at_a_time(folder / f"{key}.json") as file:
                trials = file.read()
                if not trials:
                    trials = _apart(lambda task=task: try_solutions(task, launcher), connection)
                    if not any(trial["lost"] for trial in json.loads(trials or "{}").values()):
                        file.write(trials)
            if not trials:
                return  # whoever asked sees a lost slot
            tried = dict([*tried.items()][-KEPT_TRIALS:]) | {key: json.loads(trials)}
        task["trials"] = tried[key]
        if any(trial["lost"] for trial in tried[key].values()):
            del tried[key]  # was the machine busy? Try again with the next task
        answer = _apart(lambda task=task: run_task(task, launcher), connection)
        if not answer:
            return
        connection.send_bytes(answer)


@contextlib.contextmanager
def _one_at_a_time(path: Path) -> Iterator[BinaryIO]:
    """A file, open for reading and appending, that no other process has open so meanwhile."""
    with open(path, "a+b") as file:
        with contextlib.suppress(ImportError):  # Windows
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)  # closing it lets go
        file.seek(0)
        yield file


def _apart(function: Callable[[], bytes], asker: Connection) -> bytes:
    """What `function` returns, called so that it leaves no trace here where that can be had."""
    if sys.platform == "linux":
        return _in_fork(function, asker)
    return function()  # a fork of a process that has threads may hang there


def _in_fork(function: Callable[[], bytes], asker: Connection) -> bytes:
    """What `function` returns when it is run in a fork; b"" where the fork died, or nobody waits
    for the answer any more."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            gc.disable()  # it ends soon
            asker.close()
            os.close(reader)
            answer = function()
            with open(writer, "wb") as file:
                file.write(answer)
        finally:
            os._exit(0)
    os.close(writer)
    parts = []
    with open(reader, "rb", buffering=0) as file:
        while asker not in wait([file, asker]):
            if not (part := file.read(1 << 20)):
                os.waitpid(pid, 0)
                return b"".join(parts)
            parts.append(part)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return b""


if __name__ == "__main__":
    main()
