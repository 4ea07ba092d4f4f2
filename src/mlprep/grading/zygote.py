"""The warm parent: it has numpy, IPython and whatever else is asked for imported, and forks
submissions.

Started as `python -m mlprep.grading.zygote FD MODE [MODULE …]`, FD being its end of a
SOCK_SEQPACKET pair, MODE "sandboxed" (inside bubblewrap: each fork gets namespaces of its own) or
"open", MODULE what to import besides. Requests, one JSON packet each:

    {"start": ID, "limits": {…}}  with a socket attached: fork a submission that serves it
    {"end": ID}                   kill it and all that it started; the reply says how it ended
    {"count": ID}                 how many processes it has now
    {"twin": true}                with a socket attached: fork a second warm parent that serves it
    {"ready": true}               the reply says that the imports are done

It starts no threads. It watches the memory of what it forked.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from mlprep.grading.isolate import PRIVATE, become_nobody, enter_namespaces
from mlprep.grading.limits import Limits, apply_limits
from mlprep.imports import use_once, without_collecting

WATCH_S = 0.1
PACKET_BYTES = 1 << 16
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Child:
    """One submission: the process that waits for it, and how it ended ("" while it runs)."""

    pid: int
    limits: Limits
    deadline: float
    ended: str = ""


class Zygote:
    """The warm parent's loop."""

    def __init__(self, control: socket.socket, sandboxed: bool):
        self.control, self.sandboxed = control, sandboxed
        self.children: dict[int, Child] = {}
        self.twins: list[int] = []

    def run(self) -> None:
        """Serve until the judge closes its end; then everything that was forked dies."""
        from mlprep.grading.submission import make_shell

        make_shell().run_cell("pass", store_history=False)  # each fork has it, used once
        gc.freeze()  # a fork that collects garbage would copy every page that it looks at
        try:
            while True:
                ready, _, _ = select.select([self.control], [], [], WATCH_S)
                if ready and not self.serve():
                    return
                self.reap()
                self.watch()
        finally:
            for child in self.children.values():
                self.kill(child, "the grader stopped")

    def serve(self) -> bool:
        message, fds, _, _ = socket.recv_fds(self.control, PACKET_BYTES, 2)
        if not message:
            return False
        request = json.loads(message)
        if "start" in request:
            self.start(request["start"], Limits(**request["limits"]), fds[0])
        elif "twin" in request:
            self.twin(fds[0])
        elif "end" in request:
            child = self.children.pop(request["end"], None)
            if child is not None:
                until = time.monotonic() + (0.2 if request.get("gone") else 0)
                self.reap()
                while not child.ended and time.monotonic() < until:
                    time.sleep(0.002)
                    self.reap()
                self.kill(child, "it was ended")
            self.control.send(json.dumps({"ended": child.ended if child else ""}).encode())
        elif "count" in request:
            child = self.children.get(request["count"])
            tree = descendants(child.pid, parents_of_all()) if child else []
            self.control.send(json.dumps({"count": len(tree)}).encode())
        else:
            self.control.send(b'{"ready": true}')
        return True

    def twin(self, fd: int) -> None:
        """Fork a warm parent that shares what this one has imported, and nothing else."""
        pid = os.fork()
        if pid:
            os.close(fd)
            self.twins.append(pid)
            return
        try:
            self.control.close()
            Zygote(socket.socket(fileno=fd), self.sandboxed).run()
        finally:
            os._exit(0)

    def start(self, name: int, limits: Limits, fd: int) -> None:
        pid = os.fork()
        if pid == 0:
            try:
                self.become_submission(limits, fd)
            finally:
                os._exit(1)
        os.close(fd)
        deadline = time.monotonic() + limits.notebook_s + 10
        self.children[name] = Child(pid, limits, deadline)

    def become_submission(self, limits: Limits, fd: int) -> None:
        from mlprep.grading.submission import serve_socket

        os.setsid()
        self.control.close()
        apply_limits(limits)
        folder = ""
        if self.sandboxed:
            enter_namespaces(limits)
            folder = PRIVATE
        serve_socket(socket.socket(fileno=fd), folder)
        os._exit(0)

    def reap(self) -> None:
        """Note which children have ended, and how."""
        self.twins = [pid for pid in self.twins if not os.waitpid(pid, os.WNOHANG)[0]]
        for child in self.children.values():
            if child.ended:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                child.ended = "exit" if code >= 0 else f"signal {-code}"

    def watch(self) -> None:
        """Kill what uses more memory or time than it may."""
        running = [child for child in self.children.values() if not child.ended]
        if not running:
            return
        parents = parents_of_all()
        for child in running:
            tree = descendants(child.pid, parents)
            if time.monotonic() > child.deadline:
                self.kill(child, "time")
            elif _is_over(tree, child.limits.memory_bytes):
                self.kill(child, "memory")

    def kill(self, child: Child, reason: str) -> None:
        """End a child with all its descendants, wherever they hide."""
        if child.ended:
            return
        child.ended = reason
        for _ in range(100):  # a fork bomb may outrun one sweep
            tree = descendants(child.pid, parents_of_all())
            for pid in reversed(tree):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            try:
                if os.waitpid(child.pid, os.WNOHANG)[0]:
                    return
            except ChildProcessError:
                return
            time.sleep(0.001)


def parents_of_all() -> dict[int, int]:
    """Each process's parent, by process number."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    found[int(entry)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError):
                continue
    return found


def descendants(root: int, parents: dict[int, int]) -> list[int]:
    """`root` and all below it, parents first."""
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _is_over(tree: list[int], limit_bytes: int) -> bool:
    """Whether processes use more memory than they may, asked in the cheap way first: what they
    have in common with others is counted for each there."""
    return sum(map(resident_of, tree)) > limit_bytes < sum(map(memory_of, tree))


def resident_of(pid: int) -> int:
    """Bytes of memory that a process has, shared or not."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0


def memory_of(pid: int) -> int:
    """Bytes of memory that a process adds: its share of what it has with others counted once."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def warm_up(modules: Sequence[str]) -> None:
    """Import what submissions will want: numpy, IPython, and `modules` as far as they are there.

    Threads are left to be started by those who need them.
    """
    for module in ("numpy.random", "IPython.core.logger", "mlprep.grading.submission"):
        importlib.import_module(module)
    for module in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    use_once()


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    sandboxed = sys.argv[2] == "sandboxed"
    if sandboxed:
        become_nobody()
    with without_collecting():
        warm_up(sys.argv[3:])
    Zygote(control, sandboxed).run()


if __name__ == "__main__":
    main()
