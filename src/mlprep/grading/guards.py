"""How code of ours is run that works on what a submission gave it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import warnings
from collections.abc import Iterator

from mlprep.check.answer import AnswerLost

MAX_MESSAGE = 1000  # characters of what a test says


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """What our own cells print or warn of is shown to nobody."""
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Stop a test of ours that does not end with what the answer gave it: AnswerLost.

    Only in a main thread, and where the system has timers; a loop inside a library's compiled code
    is not stopped.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not is_main:
        yield
        return

    def stop(number, frame):
        raise AnswerLost(f"The test did not finish within {seconds:.3g} s.")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again, should the test swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def shortened(text: str) -> str:
    """What a test says, which may quote the learner: of a length and in characters that any page
    can show."""
    text = "".join(
        c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text[:MAX_MESSAGE].strip()
    )
    return text if len(text) < MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
