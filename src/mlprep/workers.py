"""Where submissions are judged: in processes of this machine, or by a Dask cluster.

with here(jobs=2) as pool:                        or on_cluster(address)
    future = pool.submit(task)                    an Answer in the end, whatever happens
    pool.room()                                   how many tasks it should have at a time
    pool.why_lost()                               "" while it can go on
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from mlprep.errors import GraderError, UsageError
from mlprep.grading import bench
from mlprep.grading.task import Answer

KEPT = "What was graded is kept; run the command again to go on."
CONNECT_S = 10


@dataclass
class Pool:
    """An executor that judges, and what must be known of it."""

    executor: Executor
    room: Callable[[], int]
    why_lost: Callable[[], str]

    def submit(self, task: bytes) -> Future:
        return self.executor.submit(bench.judge_task, task)


def answer_of(future: Future) -> Answer:
    """What a finished task gave; a worker's own failure is an answer too."""
    try:
        return Answer.of(future.result())
    except (Exception, CancelledError) as error:  # noqa: BLE001 - executors raise many kinds
        name = type(error).__name__
        text = f"{name}: {error}"[:300]
        return Answer(failed=f"The worker failed ({text}).", hopeless=name == "ModuleNotFoundError")


@contextlib.contextmanager
def here(jobs: int) -> Iterator[Pool]:
    """Judge on this machine, `jobs` submissions at a time.

    A thread only waits: its submissions are judged by processes of its own (mlprep.grading.bench).
    """
    executor = ThreadPoolExecutor(jobs, "judging")
    try:
        yield Pool(executor, lambda: 2 * jobs, lambda: "")
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        bench.close_benches()  # whoever still waits is told
        executor.shutdown()


@contextlib.contextmanager
def on_cluster(address: str) -> Iterator[Pool]:
    """Judge on the workers of a Dask scheduler. Each needs this version of mlprep, and bubblewrap.

    Raises:
        UsageError: Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask, which is not installed: pip install 'mlprep[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{address}: no Dask scheduler answers there ({type(error).__name__}). "
            "Start one with `dask scheduler`, and workers with `dask worker ADDRESS --nthreads 1`."
        ) from None

    gone = f"The scheduler at {address} is gone."

    def room() -> int:
        try:
            return max(4, 2 * sum(client.nthreads().values()))
        except OSError:
            raise GraderError(f"{gone} {KEPT}") from None

    def why_lost() -> str:
        return "" if client.status == "running" else gone

    with client:
        executor = client.get_executor(pure=False)
        try:
            yield Pool(executor, room, why_lost)
        finally:
            executor.shutdown(wait=False)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
