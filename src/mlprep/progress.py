"""How far a long run is: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 24
BAR_EVERY_S = 0.1
LINE_EVERY_S = 15.0


class Progress:
    """Counts what is done of `total` and shows it on `stream`; a context manager.

    In a terminal it is one line that is redrawn and cleared at the end.
    """

    def __init__(self, total: int, stream: TextIO, what: str = "graded"):
        self.total, self.stream, self.what = total, stream, what
        self.done = self.failed = self.unchanged = 0
        self._is_terminal = stream.isatty()
        self._begun = self._shown = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc_info) -> None:
        if self._is_terminal:
            self._write("\r\x1b[K")

    def show(self) -> None:
        """Draw it, unless that was done a moment ago."""
        now = time.monotonic()
        if now - self._shown < (BAR_EVERY_S if self._is_terminal else LINE_EVERY_S):
            return
        self._shown = now
        self._write(f"\r\x1b[K{self.bar()} {self}" if self._is_terminal else f"{self}\n")

    def bar(self) -> str:
        full = WIDTH * self._over() // max(self.total, 1)
        return f"[{'#' * full}{'.' * (WIDTH - full)}]"

    def __str__(self):
        parts = [f"{self._over()} of {self.total}", f"{self.done} {self.what}"]
        if self.unchanged:
            parts.append(f"{self.unchanged} unchanged")
        if self.failed:
            parts.append(f"{self.failed} failed")
        left = self.left_s()
        return ", ".join(parts) + (f", {_clock(left)} left" if left is not None else "")

    def left_s(self) -> float | None:
        """Seconds that the rest will take if it goes on so; None while nobody can tell."""
        worked = self.done + self.failed
        if not worked or self._over() >= self.total:
            return None
        return (time.monotonic() - self._begun) / worked * (self.total - self._over())

    def _over(self) -> int:
        return self.done + self.failed + self.unchanged

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds + 0.5), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        if minutes >= 60
        else (f"{minutes}:{seconds:02}")
    )
