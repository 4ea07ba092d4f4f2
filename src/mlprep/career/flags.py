"""What a linter's report looks like: numbered, each flag with its reason, nothing quoted.

A notebook that is handed in carries its outputs, so a report never shows what it read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Text = TypeVar("Text")
Reasons = Mapping[str, str]  # by the flag's name, in the order in which they are told


def report(
    texts: Sequence[Text],
    lint: Callable[[Text], Reasons],
    noun: str = "text",
    whole: tuple[str, Reasons] = ("all", {}),
    width: int = 20,
    end: str = "true",
) -> str:
    """Flags with their reasons, by the number of the text.

    Args:
        texts: what was written.
        lint: the flags of one of them.
        noun: what one of them is called.
        whole: what all of them together are called, and the flags of that.
        width: of the flags' names, in characters.
        end: what a text without flags need not be.
    """
    if not texts:
        return f"No {'stories' if noun == 'story' else f'{noun}s'}: nothing to say."
    lines = []
    for number, text in enumerate(texts, start=1):
        flags = lint(text)
        lines.append(f"{noun} {number}: " + (f"{len(flags)} to look at" if flags else "no flags"))
        lines += [f"    {name:{width}} {reason}" for name, reason in flags.items()]
    name_of_all, flags = whole
    lines += [f"{name_of_all}: {name:{width}} {reason}" for name, reason in flags.items()]
    return "\n".join([*lines, f"Flags are advice: no points, and no flag does not mean {end}."])
