"""Start servers one after another, put load on each, and collect what was measured."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlprep.serving.histogram import table
from mlprep.serving.model import FLOAT, INT8

PACKAGES = ("fastapi", "onnx", "onnxruntime", "onnxscript", "uvicorn")
CONFIGURATIONS = {  # name: model, greatest batch, longest wait in ms
    "plain": (FLOAT, 1, 0.0),
    "batched": (FLOAT, 16, 4.0),
    "int8": (INT8, 1, 0.0),
    "int8 batched": (INT8, 16, 4.0),
}
START_S = 60.0


def missing() -> list[str]:
    """The packages that serving needs and that are not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


@dataclass
class Served:
    """A server that runs in a process of its own."""

    port: int

    def load(self, clients: int, seconds: float, rate: float) -> dict:
        """What `clients` clients see, in a further process; see mlprep.serving.load."""
        words = [self.port, clients, seconds, rate]
        return json.loads(_run("mlprep.serving.load", *words))


@contextlib.contextmanager
def serve(folder: Path, name: str) -> Iterator[Served]:
    """One of CONFIGURATIONS, ready to answer; stopped at the end.

    Args:
        folder: where the models are; they are exported into it if they are not.

    Raises:
        RuntimeError: the server did not start.
    """
    model, max_batch, wait_ms = CONFIGURATIONS[name]
    if not (folder / INT8).exists():
        _run("mlprep.serving.model", folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [folder / model, port, max_batch, wait_ms]
    server = subprocess.Popen(
        [sys.executable, "-m", "mlprep.serving.server", *map(str, words)],
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_until_it_answers(server, port)
        yield Served(port)
    finally:
        server.terminate()
        server.communicate()


def measure(seconds: float = 5.0, clients: int = 64, rounds: int = 2, say=print) -> dict[str, dict]:
    """Each of CONFIGURATIONS: its capacity, then its latencies at a rate that all get.

    The rate is 70 % of what the plain server can do, found first by a closed loop. They take turns,
    `rounds` of `seconds` for each, so that a busy minute of the machine meets all of them; counts
    of the rounds are added.

    Returns:
        {server: {"offered_rps", "seconds", "sent", "failed", "capacity_rps", "histogram"}};
        {} when packages are missing, which `say` then says.
    """
    if lacking := missing():
        say(
            f"Not measured: {', '.join(lacking)} not installed. Run pip install "
            "'mlprep[serve]', or start the course by run.py, which installs it."
        )
        return {}
    closed: dict[str, list[dict]] = {name: [] for name in CONFIGURATIONS}
    opened: dict[str, list[dict]] = {name: [] for name in CONFIGURATIONS}
    offered = 0.0
    with tempfile.TemporaryDirectory(prefix="mlprep-serving-") as folder:
        for turn in range(rounds):
            for name in CONFIGURATIONS:
                with serve(Path(folder), name) as served:
                    served.load(8, 0.3, 0)  # the first runs are slower
                    closed[name].append(served.load(clients, max(1.0, seconds / 4), 0))
                    offered = offered or round(0.7 * _rate(closed[name]), 1)
                    opened[name].append(served.load(clients, seconds, offered))
                say(f"{name}: round {turn + 1} of {rounds} done")
    return {name: _summary(opened[name], offered, _rate(closed[name])) for name in CONFIGURATIONS}


def _rate(runs: list[dict]) -> float:
    """Answers a second over all runs.

    Raises:
        RuntimeError: there was no answer.
    """
    answers = sum(len(run["latencies_s"]) for run in runs)
    if not answers:
        raise RuntimeError("the server answered no request")
    return answers / sum(run["seconds"] for run in runs)


def _summary(runs: list[dict], offered: float, capacity: float) -> dict:
    latencies = [latency for run in runs for latency in run["latencies_s"]]
    failed = sum(run["failed"] for run in runs)
    return {
        "offered_rps": offered,
        "seconds": round(sum(run["seconds"] for run in runs), 3),
        "sent": len(latencies) + failed,
        "failed": failed,
        "capacity_rps": round(capacity, 1),
        "histogram": table(latencies),
    }


def _environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1"}


def _run(module: str, *words) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        env=_environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def _wait_until_it_answers(server: subprocess.Popen, port: int) -> None:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends and server.poll() is None:
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return
        time.sleep(0.05)
    said = server.stderr.read()[-500:] if server.poll() is not None else "it did not answer"
    raise RuntimeError(f"the server did not start: {said}")
