"""Starting a submission's process: sandboxed and warm, warm only, or cold.

    with choose(sandbox=True) as launcher:        a Warm one inside bubblewrap, or a GraderError
        process = launcher.start(limits)          a socket to talk over
        reason = process.end()                    kills it; says how it had ended

`why_no_sandbox()` tries the sandbox once and says, in a sentence, what is missing.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import mlprep
from mlprep.errors import GraderError
from mlprep.grading.isolate import PRIVATE, die_with_parent
from mlprep.grading.limits import Limits, apply_limits

BLAS_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MODULES = ("matplotlib.pyplot", "torch")
SYSTEM_FOLDERS = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/alternatives",
)


class Process(Protocol):
    """A submission's process, as the judge sees it."""

    socket: socket.socket

    def end(self, gone: bool = False) -> str:
        """Kill it and all that it started; say how it had ended: "memory", "signal 9", …

        gone: it has closed its socket, so it has ended or is about to.
        """

    def has_left_processes(self) -> bool:
        """Whether what it ran has left processes behind (False where that cannot be seen)."""


class Launcher(Protocol):
    """Starts submissions' processes. A context manager."""

    sandboxed: bool

    def start(self, limits: Limits) -> Process: ...

    def close(self) -> None: ...


def environment(folder: str) -> dict[str, str]:
    """A clean environment: nothing of the user's, one BLAS thread, no window for plots."""
    keep = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT") if name in os.environ}
    return (
        keep
        | dict.fromkeys(BLAS_THREADS, "1")
        | {
            "PATH": os.defpath,
            "HOME": folder,
            "IPYTHONDIR": folder,
            "MPLCONFIGDIR": folder,
            "TMPDIR": folder,
            "MPLBACKEND": "agg",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )


class Cold:
    """A new Python for each submission, in a folder of its own: any system, no sandbox."""

    sandboxed = False

    def start(self, limits: Limits) -> Process:
        return _ColdProcess(limits)

    def ready(self) -> None:
        """There is nothing to wait for."""

    def close(self) -> None:
        """There is nothing to close."""

    def __enter__(self) -> Cold:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()


class _ColdProcess:
    def __init__(self, limits: Limits):
        self._folder = tempfile.TemporaryDirectory(prefix="mlprep-", ignore_cleanup_errors=True)
        command = [sys.executable, "-m", "mlprep.grading.submission"]
        options = {
            "cwd": self._folder.name,
            "env": environment(self._folder.name),
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        if os.name == "nt":  # no inherited sockets: it calls back on loopback
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = str(listener.getsockname()[1])
                self._process = subprocess.Popen([*command, "--port", port], **options)
                self.socket, _ = listener.accept()
            return
        self.socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*command, "--fd", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=lambda: (apply_limits(limits), die_with_parent()),
                **options,
            )

    def end(self, gone: bool = False) -> str:
        try:
            code = self._process.wait(timeout=0.2 if gone else 0)
        except subprocess.TimeoutExpired:
            code = None
        try:
            if os.name == "nt":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self.socket.close()
        self._folder.cleanup()
        if code is None:
            return "it was ended"
        return "exit" if code >= 0 else f"signal {-code}"

    def has_left_processes(self) -> bool:
        return False


class Warm:
    """Forks of one warm parent; inside bubblewrap if `sandboxed`. Linux only.

    One Warm serves one judge at a time, and submissions of one trust domain.

    Args:
        modules: what the warm parent imports, besides numpy and IPython.
    """

    def __init__(self, sandboxed: bool, modules: Sequence[str] = MODULES):
        self.sandboxed = sandboxed
        self._names = itertools.count()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mode = "sandboxed" if sandboxed else "open"
        command = [sys.executable, "-m", "mlprep.grading.zygote", str(theirs.fileno()), mode]
        command += modules
        self._folder = tempfile.TemporaryDirectory(prefix="mlprep-", ignore_cleanup_errors=True)
        with theirs:
            self._process = subprocess.Popen(
                [*bubblewrap(), *command] if sandboxed else command,
                pass_fds=[theirs.fileno()],
                env=environment(PRIVATE if sandboxed else self._folder.name),
                cwd=None if sandboxed else self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until the imports are done.

        Raises:
            GraderError: the warm parent did not start; the message says why.
        """
        self._ask({"ready": True})

    def start(self, limits: Limits) -> Process:
        ours, theirs = socket.socketpair()
        name = next(self._names)
        packet = json.dumps({"start": name, "limits": asdict(limits)}).encode()
        with theirs:
            try:
                socket.send_fds(self._control, [packet], [theirs.fileno()])
            except OSError:
                raise self._failure() from None
        return _WarmProcess(self, name, ours)

    def twin(self) -> Warm:
        """A second warm parent, forked of this one: for another judge, at the cost of a fork.

        It ends with this one at the latest.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self._control, [b'{"twin": true}'], [theirs.fileno()])
            except OSError:
                raise self._failure() from None
        return Twin(self.sandboxed, ours)

    def end(self, name: int, gone: bool) -> str:
        return str(self._ask({"end": name, "gone": gone}).get("ended", ""))

    def count(self, name: int) -> int:
        return int(self._ask({"count": name})["count"])

    def close(self) -> None:
        self._control.close()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._process.stderr.close()
        self._folder.cleanup()

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def _ask(self, request: dict) -> dict:
        try:
            self._control.send(json.dumps(request).encode())
            answer = self._control.recv(1 << 16)
        except OSError:
            answer = b""
        if not answer:
            raise self._failure()
        return json.loads(answer)

    def _failure(self) -> GraderError:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return GraderError(f"The grader's warm process ended: {said[-1] if said else 'no reason'}.")


class Twin(Warm):
    """A warm parent that was forked of another one."""

    def __init__(self, sandboxed: bool, control: socket.socket):
        self.sandboxed, self._control = sandboxed, control
        self._names = itertools.count()

    def close(self) -> None:
        self._control.close()  # it sees it, kills what it started, and ends

    def _failure(self) -> GraderError:
        return GraderError("The grader's warm process ended.")


class Forked(Warm):
    """Forks of a fork of this process, made now: whatever it has imported is warm already.

    Made before any test is loaded, so that a submission cannot find one in its memory.
    """

    def __init__(self):
        self.sandboxed = False
        self._names = itertools.count()
        self._folder = tempfile.TemporaryDirectory(prefix="mlprep-", ignore_cleanup_errors=True)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = os.fork()
        if self._pid == 0:
            from mlprep.grading.zygote import Zygote

            self._control.close()
            os.environ.update(environment(self._folder.name))
            try:
                Zygote(theirs, sandboxed=False).run()
            finally:
                os._exit(0)
        theirs.close()

    def close(self) -> None:
        self._control.close()  # the fork sees it, kills what it started, and ends
        os.waitpid(self._pid, 0)
        self._folder.cleanup()

    def _failure(self) -> GraderError:
        return GraderError("The grader's warm process ended.")


class _WarmProcess:
    def __init__(self, warm: Warm, name: int, ours: socket.socket):
        self._warm, self._name, self.socket = warm, name, ours

    def end(self, gone: bool = False) -> str:
        self.socket.close()
        return self._warm.end(self._name, gone)

    def has_left_processes(self) -> bool:
        return self._warm.count(self._name) > (2 if self._warm.sandboxed else 1)


def bubblewrap() -> list[str]:
    """The command that starts a program inside the sandbox.

    The program sees the system's libraries, this Python and the mlprep package, read-only; no
    network, no home, no course. It can write in PRIVATE only. A root grader keeps root's number
    there until the warm parent gives it up (mlprep.grading.isolate.become_nobody).
    """
    readable = [*SYSTEM_FOLDERS, sys.base_prefix, sys.prefix, str(Path(mlprep.__file__).parent)]
    command = [
        "bwrap",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--die-with-parent",
        "--new-session",
        "--hostname",
        "sandbox",
        "--perms",
        "1777",
        "--tmpfs",
        PRIVATE,
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    if os.getuid() != 0:
        command += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    parents = {str(parent) for path in readable for parent in Path(path).parents}
    for folder in sorted(parents - {"/"} | {"/tmp"}):  # else bubblewrap makes them for root alone
        command += ["--perms", "0755", "--dir", folder]
    for path in dict.fromkeys(readable):
        command += ["--ro-bind-try", path, path]
    for path in _font_lists():
        command += ["--ro-bind-try", str(path), f"{PRIVATE}/{path.name}"]
    return [*command, "--remount-ro", "/", "--chdir", PRIVATE, "--"]


def _font_lists() -> list[Path]:
    """matplotlib's lists of this system's fonts: it takes half a second to make one."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return sorted((cache / "matplotlib").glob("fontlist-*.json"))


@functools.cache
def why_no_sandbox() -> str:
    """ "" where the sandbox works, else one sentence: what is missing and what to do."""
    if sys.platform != "linux":
        return "The sandbox needs Linux with bubblewrap."
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (on Debian or Ubuntu: apt install bubblewrap)."
    probe = (
        "from mlprep.grading.isolate import *; from mlprep.grading.limits import Limits;"
        "become_nobody(); enter_namespaces(Limits())"
    )
    done = subprocess.run(
        [*bubblewrap(), sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        check=False,
        env=environment(PRIVATE),
        timeout=60,
    )
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"bubblewrap is installed but does not work here: {said}."


def require_sandbox() -> None:
    """Make sure that other people's code can be run here.

    Raises:
        GraderError: there is no sandbox; the message says what to do.
    """
    if why := why_no_sandbox():
        raise GraderError(
            f"{why} Other people's code runs in a sandbox only; say --unsafe to run it without."
        )


_own: Launcher | None = None


def use_fork_of_this_process() -> None:
    """From now on one's own work is checked in forks of this process as it is now."""
    global _own
    _own = Forked()


def for_own_work() -> Launcher:
    """The launcher for a learner who checks their own work: no sandbox, the quickest there is."""
    return _own or Cold()


def choose(sandbox: bool, modules: Sequence[str] = MODULES) -> Launcher:
    """The launcher for other people's work.

    Args:
        sandbox: they run in a sandbox or not at all. Without it, only limits bind them.
        modules: what is imported once for all of them, besides numpy and IPython.

    Raises:
        GraderError: a sandbox is wanted and cannot be had.
    """
    if sandbox:
        require_sandbox()
        return Warm(sandboxed=True, modules=modules)
    return Warm(sandboxed=False, modules=modules) if sys.platform == "linux" else Cold()
