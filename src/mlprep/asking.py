"""Run `mlprep ARGUMENTS` for somebody who waits for it in another process: a kernel, a server.

    run = Run(course, ["check", "softmax", "--json"])
    run.output()     what it prints; an error with its message where it failed
    run.cancel()     from any thread: ends it with all that it started

In the warm process where there is one (mlprep.warm), else in a new Python.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

from mlprep import warm
from mlprep.course import Course
from mlprep.errors import GraderError, MlprepError, UsageError

STOP_S = 2  # for a cold run that is stopped to end by itself
REFUSED = re.compile(r"mlprep \w+: (.*)")


class Cancelled(MlprepError):
    """The run was cancelled by whoever waited for it."""


class Run:
    """One run of mlprep.

    Args:
        course: where it runs.
        arguments: its command line.
        stdin: what it reads.
        wait_s: how long a warm process that is not ready yet is waited for.
    """

    def __init__(
        self, course: Course, arguments: Sequence[str], stdin: str = "", wait_s: float = 0
    ):
        self.course, self.arguments, self.stdin = course, list(arguments), stdin
        self.wait_s = wait_s
        self.cancelled = False
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._process: subprocess.Popen | None = None

    def output(self) -> str:
        """What it prints.

        Raises:
            UsageError: it ended with a message of its own, which is passed on.
            GraderError: it ended in another way.
            Cancelled: somebody called `cancel`.
        """
        answer = self._warm() or self._cold()
        if self.cancelled:
            raise Cancelled("Cancelled. Nothing was graded, and no attempt was counted.")
        last = (answer.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        if refused := REFUSED.match(last):
            raise UsageError(refused[1])
        if answer.code not in (0, 1) or not answer.stdout.strip():
            raise GraderError(
                f"The grader failed, not your work ({last[:200]}). Your notebook is as you saved "
                "it, and nothing was scored."
            )
        return answer.stdout

    def cancel(self) -> None:
        """End it, whatever it is doing; `output` then raises Cancelled."""
        with self._lock:
            self.cancelled = True
            if self._connection is not None:
                with contextlib.suppress(OSError):  # it has just ended
                    self._connection.shutdown(socket.SHUT_RDWR)
            if self._process is not None:
                _stop(self._process)

    def _warm(self) -> warm.Answer | None:
        connection = warm.connect(self.course, self.wait_s)
        with self._lock:
            if connection is None:
                return None
            if self.cancelled:
                connection.close()
                return None
            self._connection = connection
        return warm.exchange(connection, self.arguments, self.stdin)

    def _cold(self) -> warm.Answer:
        with self._lock:
            if self.cancelled:
                return warm.Answer("", "", 130)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mlprep", *self.arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=self.course.root,
                env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            )
        stdout, stderr = self._process.communicate(self.stdin)
        return warm.Answer(stdout, stderr, self._process.returncode)


def _stop(process: subprocess.Popen) -> None:
    """Ask a process to end, so that it ends what it started; then make it."""
    with contextlib.suppress(ProcessLookupError):
        if os.name == "nt":
            process.kill()
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
