"""The rounds of a loop: which units they draw on, how long they take, how they are marked.

Every rubric has four levels an axis, from 0 to 3, named as in mlprep.design.rubric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlprep.design.rubric import AXES as DESIGN
from mlprep.design.rubric import LEVELS, STEPS
from mlprep.errors import UsageError

Levels = tuple[str, str, str, str]

CODING: dict[str, Levels] = {
    "communication": (
        "silent, or codes in the first minute",
        "restates the task, answers when asked",
        "thinks aloud, says brute force and its cost before the idea",
        "makes the interviewer a colleague: options, a choice, its price",
    ),
    "problem solving": (
        "no plan, or the first idea defended",
        "a working idea after hints",
        "an example, an idea and its invariant, unaided",
        "sees the general problem, and what would break the idea",
    ),
    "competence": (
        "does not run",
        "runs after repairs; the language gets in the way",
        "clean, right, with the right cost stated",
        "simple to change: names, parts, no cleverness without need",
    ),
    "testing": (
        "none",
        "the given example, when asked",
        "a dry run by hand and the edge cases, unasked",
        "properties that a wrong answer must break",
    ),
}
FUNDAMENTALS: dict[str, Levels] = {
    "mechanism": (
        "names and slogans",
        "the definition, and what it is for",
        "derives it, with shapes and assumptions",
        "says what would make it unnecessary",
    ),
    "numbers": (
        "none",
        "right after a prompt",
        "sizes the effect unasked, with its unit",
        "predicts a measurement, and what would refute it",
    ),
    "limits": (
        "always works",
        "one known exception",
        "when it fails, by which mechanism, seen in which signal",
        "ranks the failures for the case at hand",
    ),
    "conversation": (
        "recites, or stops",
        "answers what was asked",
        "short answer first, reasons next, checks in",
        "builds on the follow-up; says what is not known",
    ),
}
BEHAVIOURAL: dict[str, Levels] = {
    "scope": (
        "a task that was given",
        "a feature with a deadline",
        "a problem over months or several people",
        "what several teams then did otherwise",
    ),
    "ownership": (
        '"we", and no decision',
        "own part is clear",
        "own decisions, with what spoke against them",
        "took on what nobody owned, and left it owned",
    ),
    "result": (
        "none, or a feeling",
        "shipped; a number without a base",
        "number, base, own share of it",
        "the cost as well, and how it would have gone otherwise",
    ),
    "reflection": (
        "others were wrong",
        "a lesson of the kind that everybody learns",
        "what was changed since, with an instance",
        "what would be decided otherwise, and what that would have cost",
    ),
}
RESEARCH: dict[str, Levels] = {
    "problem sense": (
        "restates",
        "motivates",
        "sharpens to a decision",
        "reframes so that others would work on it",
    ),
    "evidence": (
        "trusts the table",
        "checks the baselines",
        "quantifies noise and cost",
        "designs the decisive test",
    ),
    "failure modes": ("none", "generic", "specific, with a trigger", "predicts and bounds"),
    "mathematics": ("symbols", "follows", "derives", "simplifies"),
    "honesty": (
        "overclaims",
        "hedges",
        "states limits unasked",
        "says what would refute it",
    ),
    "dialogue": (
        "defends",
        "answers",
        "builds on pushback",
        "improves the interviewer's idea",
    ),
}

STEPS_MIN = sum(minutes for minutes, _ in STEPS.values())


@dataclass(frozen=True)
class Kind:
    """A round: its title, the areas whose units it draws on, its minutes, its rubric."""

    name: str
    title: str
    areas: tuple[str, ...]
    minutes: int
    axes: Mapping[str, Levels]
    steps: tuple[tuple[float, str], ...]  # how the time is spent: each step's part of it
    has_code: bool = False
    is_long: bool = False  # half of the time goes to one task: no small question opens it

    @property
    def in_text(self) -> str:
        """The title inside a sentence; ML stays ML."""
        return self.title if self.title[:2].isupper() else self.title.lower()


ROUNDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "coding",
            "Coding",
            ("coding",),
            45,
            CODING,
            (
                (0.2, "restate the task, one example, the plain way and its cost"),
                (0.5, "the idea and what stays true in every step of it; then code"),
                (0.3, "a dry run by hand, edge cases, cost in time and memory"),
            ),
            has_code=True,
            is_long=True,
        ),
        Kind(
            "design",
            "System design",
            ("design",),
            45,
            DESIGN,
            tuple((spent / STEPS_MIN, f"{step}: {what}") for step, (spent, what) in STEPS.items()),
            is_long=True,
        ),
        Kind(
            "fundamentals",
            "ML fundamentals",
            ("fundamentals",),
            30,
            FUNDAMENTALS,
            ((1.0, "each time the short answer first, then why, then where it breaks"),),
        ),
        Kind(
            "behavioural",
            "Behavioural",
            ("career", "start"),
            30,
            BEHAVIOURAL,
            ((1.0, "situation briefly, your own actions, a result with its number, the lesson"),),
        ),
        Kind(
            "research",
            "Research",
            ("research",),
            45,
            RESEARCH,
            (
                (
                    0.5,
                    "the question and why now, what is known, the test that could fail, its cost",
                ),
                (0.5, "pushback: baselines, noise, limits, what would refute it"),
            ),
        ),
    )
}


def kind_of(name: str) -> Kind:
    """The round called `name`.

    Raises:
        UsageError: there is none.
    """
    if name not in ROUNDS:
        raise UsageError(f"the round must be one of {', '.join(ROUNDS)}. Got {name[:40]!r}.")
    return ROUNDS[name]


def level(marks: Mapping[str, int]) -> str:
    """The level of an answer: its median axis, the lower of two."""
    ranks = sorted(marks.values())
    return LEVELS[ranks[(len(ranks) - 1) // 2]]


def weakest(kind: Kind, marks: Mapping[str, int]) -> str:
    """What to fix first: the lowest axis, and what its next level asks for; "" where all is top."""
    axis = min(kind.axes, key=lambda axis: marks.get(axis, len(LEVELS)))
    mark = marks.get(axis, len(LEVELS))
    return f"{axis}: {kind.axes[axis][mark + 1]}" if mark < len(LEVELS) - 1 else ""
