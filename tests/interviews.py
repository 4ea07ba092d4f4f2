"""A small course in which each round has units to be asked about, and somebody who answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from mlprep.course import Course
from mlprep.mock.draw import Known, draw
from mlprep.mock.log import Log
from mlprep.mock.material import materials
from mlprep.mock.rounds import ROUNDS
from mlprep.mock.talk import Talk
from mlprep.plan.state import State

UNITS = {  # name: area, difficulty
    "hunt": ("coding", 3),
    "feed": ("design", 4),
    "search": ("design", 3),
    "fraud": ("design", 5),
    "softmax": ("fundamentals", 2),
    "stories": ("career", 2),
    "seeds": ("research", 4),
}
UNIT = """\
title = "The {name}"
area = "{area}"
tracks = ["engineering", "research"]
minutes = {{ lesson = 30, assignment = 60 }}
difficulty = {difficulty}
prerequisites = []
objectives = []
interview_questions = ["Why {name}?", "When not {name}?"]
topics = []
references = []
"""
FOLLOW_UPS = 7
LESSON = """\
# %% [markdown]
# # {{{{title}}}}
#
# > "Design the {name}. It is
#   large, and
# > what then?"
#
# Text.

# %%
import numpy as np  # > not a quote

# %% [markdown]
# ## Say it in 60 seconds
#
# "The minute of {name}."

# %% [markdown]
# ## Follow-ups
#
{ladder}
# %% [markdown]
# ## References
"""
RUNG = """\
# <details><summary>{number}. What of part {number} of
# {name}?</summary>
#
# The **answer** {number} of {name}.
#
# </details>
#
"""


def interview_course(root: Path, units: Iterable[str] = tuple(UNITS)) -> Course:
    """A course of these units; all of one track."""
    names = list(units)
    for name in names:
        area, difficulty = UNITS[name]
        folder = root / "source" / name
        folder.mkdir(parents=True)
        text = UNIT.format(name=name, area=area, difficulty=difficulty)
        (folder / "unit.toml").write_text(text, encoding="utf-8")
        rungs = range(1, FOLLOW_UPS + 1)
        ladder = "".join(RUNG.format(number=number, name=name) for number in rungs)
        lesson = LESSON.format(name=name, ladder=ladder)
        (folder / "lesson.py").write_text(lesson, encoding="utf-8")
    quoted = ", ".join(f'"{name}"' for name in names)
    stage = f'[[engineering]]\nstage = "All"\nunits = [{quoted}]\n'
    (root / "source" / "curriculum.toml").write_text(stage, encoding="utf-8")
    return Course(root)


def drawn(course: Course, round_: str = "design", seed: int = 1, known: Known | None = None, **how):
    """A round of the course."""
    return draw(_materials(course, round_), ROUNDS[round_], seed, known or Known(), **how)


@cache
def _materials(course: Course, round_: str) -> list:
    return materials(course, ROUNDS[round_])[0]


class Somebody:
    """Who sits at the keyboard: answers from a list, then Enter or a mark; time goes on with each.

    shown: all that was on the screen, prompts included.
    """

    def __init__(self, answers: Iterable = (), mark: str = "2", step_s: float = 60.0):
        self.answers, self.mark, self.step_s = list(answers), mark, step_s
        self.shown: list[str] = []
        self.prompts: list[str] = []
        self.time_s = 1000.0
        self.look: Callable[[str], None] = lambda prompt: None

    def ask(self, prompt: str) -> str:
        self.look(prompt)
        self.shown.append(prompt)
        self.prompts.append(prompt)
        self.time_s += self.step_s
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, type) and issubclass(answer, BaseException):
                raise answer
            return answer
        return self.mark if "0 to 3" in prompt or "0 not at all" in prompt else ""

    def say(self, text: str) -> None:
        self.shown.append(text)

    def clock(self) -> float:
        return self.time_s

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(seconds=self.time_s - 1000)

    @property
    def text(self) -> str:
        return "\n".join(self.shown)


def talk(course: Course, who: Somebody, round_: str = "design", peer: str = "", **how) -> Talk:
    """A conversation with somebody, kept in the course's file."""
    log = Log(State.of(course), who.now)
    return Talk(drawn(course, round_, **how), log, who.clock, who.ask, who.say, peer)


def mocks_in(course: Course) -> list:
    """What the log says."""
    return Log(State.of(course)).mocks()
