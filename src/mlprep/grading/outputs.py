"""What a cell shows, in the submission's process: text, displays and figures, up to a limit."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher

from mlprep.grading.limits import DROPPED, MAX_RICH_BYTES, MAX_TEXT


class Outputs:
    """nbformat outputs of one cell, in the order in which they came."""

    def __init__(self):
        self.items: list[dict] = []
        self.dropped = False
        self._text = self._rich = 0

    def write(self, name: str, text: str) -> None:
        room = MAX_TEXT - self._text
        self.dropped |= len(text) > room
        text = text[:room]
        self._text += len(text)
        if not text:
            return
        last = self.items[-1] if self.items else {}
        if last.get("name") == name:
            last["text"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "text": [text]})

    def display(self, kind: str, data: dict, metadata: dict) -> None:
        size = len(json.dumps(data, default=str))
        if self._rich + size > MAX_RICH_BYTES:
            self.dropped = True
            return
        self._rich += size
        self.items.append({"output_type": kind, "data": data, "metadata": metadata})

    def to_list(self) -> list[dict]:
        """The outputs as plain JSON-able data, with a line that says what was dropped."""
        if self.dropped:
            self.items.append({"output_type": "stream", "name": "stdout", "text": [DROPPED]})
        joined = [
            {**item, "text": "".join(item["text"])} if "text" in item else item
            for item in self.items
        ]
        return json.loads(json.dumps(joined, default=str))


class _Stream(io.TextIOBase):
    def __init__(self, outputs: Outputs, name: str):
        self._outputs, self._name = outputs, name

    def write(self, text: str) -> int:
        self._outputs.write(self._name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(CapturingDisplayPublisher):
    def __init__(self, outputs: Outputs, **kwargs):
        super().__init__(**kwargs)
        self._outputs_of_cell = outputs

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs):
        self._outputs_of_cell.display("display_data", dict(data), dict(metadata or {}))


class _Hook(CapturingDisplayHook):
    def __call__(self, result=None):
        if result is not None:
            data, metadata = self.shell.display_formatter.format(result)
            self.outputs.display("execute_result", data, metadata)


@contextlib.contextmanager
def capture(shell) -> Iterator[Outputs]:
    """Collect what `shell` shows meanwhile; open figures are shown at the end."""
    outputs = Outputs()
    publisher, hook = shell.display_pub, shell.display_trap.hook
    shell.display_pub = _Publisher(outputs)
    shell.display_trap.hook = _Hook(shell, outputs)
    out, err = _Stream(outputs, "stdout"), _Stream(outputs, "stderr")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield outputs
            _show_figures(shell)
    finally:
        shell.display_pub, shell.display_trap.hook = publisher, hook


def _show_figures(shell) -> None:
    if "matplotlib.pyplot" not in sys.modules:
        return
    pyplot = sys.modules["matplotlib.pyplot"]
    if not pyplot.get_fignums():
        return
    from IPython.core.pylabtools import print_figure

    for number in pyplot.get_fignums():
        with contextlib.suppress(Exception):  # a figure that cannot be drawn is not shown
            png = print_figure(pyplot.figure(number), "png", base64=True)
            text = repr(pyplot.figure(number))
            shell.display_pub.publish({"text/plain": text, "image/png": png})
    pyplot.close("all")
