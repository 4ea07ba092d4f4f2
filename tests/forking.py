"""Commands and kernels in forks of one process, which has imported what takes them seconds.

    subprocess.run(forked("-m", "nbgrader", "autograde", "ps"), …)

conftest.py starts the process for a session (`python forking.py serve SOCKET`); it imports when it
is first asked. Each test process finds it by the variable below. JUPYTER_PATH leads whoever starts
a `python3` kernel here as well: its command is `python forking.py run SOCKET -m ipykernel_…`,
which stands for the fork as long as it lives, and hands signals on.

A fork is as fresh as a new process but for three things: modules are imported (not configured),
the hash seed is 0, and sys.flags are the server's. Where there is no server, a new process is
started instead.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
from pathlib import Path

SOCKET = "MLPREP_TESTS_FORKING"
MODULES = (
    "matplotlib.pyplot",
    "scipy.stats",
    "torch",
    "ipykernel.ipkernel",  # kernelapp itself reads its environment when it is imported
    "ipykernel.zmqshell",
    "jupyter_client.session",
    "zmq.eventloop.zmqstream",
    "IPython.core.completer",
    "nbgrader.apps.nbgraderapp",
    "nbconvert.preprocessors.execute",
    "pytest",
    "_pytest.terminal",
    "nbval.plugin",
)
HANDED_ON = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
SERVER = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def forked(*words: str | Path) -> list[str]:
    """The command that is `python WORDS…` in a fork."""
    asked = ["run", os.environ.get(SOCKET, ""), *map(str, words)]
    return [sys.executable, "-I", "-S", __file__, *asked]


@contextlib.contextmanager
def server(folder: Path):
    """The server's process, and the variables by which others find it."""
    place = str(folder / "socket")
    words = [sys.executable, __file__, "serve", place]
    process = subprocess.Popen(words, env=os.environ | SERVER, cwd=folder)
    kernel = folder / "kernels/python3/kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [sys.executable, "-I", "-S", __file__, "run", place]
    argv += ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3 (ipykernel)", "language": "python"}
    kernel.write_text(json.dumps(spec | {"metadata": {"debugger": True}}))
    try:
        yield {SOCKET: place, "JUPYTER_PATH": str(folder)}
    finally:
        process.terminate()
        process.wait()


# The one who asks


def ask(place: str, words: list[str]) -> None:
    """Have the words run in a fork with our files, folder and variables; end as it ended."""
    try:
        line = socket.socket(socket.AF_UNIX)
        line.connect(place)
    except (OSError, AttributeError):
        os.execv(sys.executable, [sys.executable, *words])
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDED_ON)  # until there is somebody to hand them to
    request = {"words": words, "cwd": os.getcwd(), "env": dict(os.environ)}
    data = json.dumps(request).encode()
    socket.send_fds(line, [len(data).to_bytes(8, "big")], [0, 1, 2])
    line.sendall(data)
    answers = line.makefile("rb")
    pid = int(answers.readline())
    for number in HANDED_ON:
        signal.signal(number, lambda number, frame: os.kill(pid, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDED_ON)
    code = int(answers.readline() or -signal.SIGKILL)
    if code < 0:
        with contextlib.suppress(OSError):  # of SIGKILL
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


# The server


class Server:
    """Forks for each connection; a connection that is closed ends its fork."""

    def __init__(self, place: str):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(place)
        self.listener.listen(64)
        self.lines: dict[int, socket.socket] = {}  # by the fork's number
        self.bell, self.ringer = socket.socketpair()
        self.ringer.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self.ringer.fileno(), warn_on_full_buffer=False)
        self.selector = selectors.DefaultSelector()
        for file in (self.listener, self.bell):
            self.selector.register(file, selectors.EVENT_READ)

    def serve(self) -> None:
        is_warm = False
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    is_warm = is_warm or warm_up()
                    self.start(self.listener.accept()[0])
                elif key.fileobj is self.bell:
                    self.bell.recv(4096)
                    self.reap()
                else:  # whoever asked is gone
                    self.selector.unregister(key.fileobj)
                    for pid, line in self.lines.items():
                        if line is key.fileobj:
                            os.kill(pid, signal.SIGKILL)

    def start(self, line: socket.socket) -> None:
        size, fds, _, _ = socket.recv_fds(line, 8, 3)
        data = line.makefile("rb").read(int.from_bytes(size, "big"))
        pid = os.fork()
        if pid == 0:
            self.listener.close()
            self.selector.close()
            become(json.loads(data), fds)
        for fd in fds:
            os.close(fd)
        with contextlib.suppress(OSError):  # whoever asked is gone: that is noticed below
            line.sendall(b"%d\n" % pid)
        self.lines[pid] = line
        self.selector.register(line, selectors.EVENT_READ)

    def reap(self) -> None:
        while self.lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            line = self.lines.pop(pid)
            with contextlib.suppress(OSError, KeyError):
                self.selector.unregister(line)
                line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
            line.close()


def warm_up() -> bool:
    """Import what commands and kernels will want."""
    import gc
    import importlib

    gc.disable()
    for module in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    gc.freeze()
    gc.enable()
    return True


def become(request: dict, fds: list[int]) -> None:
    """Be `python WORDS…` from here on."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    if "JPY_PARENT_PID" in os.environ:  # a kernel ends when that process does
        os.environ["JPY_PARENT_PID"] = str(os.getppid())
    words = request["words"]
    sys.path[0] = request["cwd"]
    code = 1
    try:
        if words[0] == "-m":
            sys.argv = words[1:]
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        elif words[0] == "-c":
            sys.argv = ["-c", *words[2:]]
            exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
        else:
            sys.argv = words
            runpy.run_path(words[0], run_name="__main__")
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - as Python ends
        import traceback

        traceback.print_exc()
    finally:
        end(code)


def end(code: int) -> None:
    """Leave as Python does: what was registered is called, what was printed is written."""
    import atexit
    import threading

    with contextlib.suppress(BaseException):
        threading._shutdown()
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BaseException):
            stream.flush()
    os._exit(code & 0xFF)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        Server(sys.argv[2]).serve()
    else:
        ask(sys.argv[2], sys.argv[3:])
