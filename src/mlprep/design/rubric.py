"""How a design conversation is run and marked: its steps, seven axes, and what each level says.

    level([1, 2, 2, 3, 2, 2, 1])        "senior": the median axis, not the sum
    gap(mine, theirs)                   where two markers differ

Learners place three exemplar answers by it before they write their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

# The steps of a 45-minute conversation: minutes, and what each must leave behind.
STEPS: dict[str, tuple[int, str]] = {
    "clarify": (
        5,
        "user, decision, objective, scale, latency, freshness, constraints; assumptions written",
    ),
    "metrics": (5, "one goal, two guardrails, an offline proxy and why it may disagree"),
    "data": (8, "sources, label and its delay, exposure bias, point-in-time rule, privacy"),
    "model": (8, "rule or linear baseline first, one step up with a reason; loss matches decision"),
    "serving": (8, "path, budget per stage, binding resource, fallback"),
    "monitoring": (5, "data, model, business, cost; who is paged"),
    "iteration": (4, "experiment, rollout, rollback, next bet, kill criterion"),
    "recap": (2, "the decision, the largest risk, what would change it"),
}
LEVELS = ("below bar", "mid", "senior", "staff")
AXES: dict[str, tuple[str, str, str, str]] = {
    "framing": (
        "jumps to the model",
        "asks, and uses some of the answers",
        "scopes by the decision and by the cost of an error",
        "challenges the goal, names who loses",
    ),
    "numbers": (
        "none",
        "request rate and storage when asked",
        "finds the binding resource, sizes it, adds headroom",
        "derives when the binding resource changes, with cost per unit",
    ),
    "data": (
        '"we have data"',
        "sources, a split by time",
        "label delay, exposure bias, point-in-time, a skew test",
        "plans the data that the system itself will create, with a correction",
    ),
    "model": (
        "the latest name",
        "a baseline and a justified step",
        "loss, metric and decision aligned, calibration where needed",
        "shows what would make the simple one enough",
    ),
    "serving": (
        "one box",
        "cache, replicas",
        "tail, overload, fallback, versioned rollback",
        "blast radius, capacity plan, on-call load",
    ),
    "evaluation": (
        "accuracy",
        "offline metric and an A/B test",
        "guardrails, power, slices, shadow then canary",
        "decides under ambiguity, plans for offline and online disagreeing",
    ),
    "conversation": (
        "waits for questions",
        "structured",
        "drives, checks in, trades off aloud",
        "commits, says what would change it, leaves decisions written",
    ),
}

Marks = Mapping[str, int] | Sequence[int]


def marks_of(marks: Marks) -> dict[str, int]:
    """Marks 0 to 3 by axis.

    Raises:
        ValueError: an axis is missing or unknown, or a mark is no whole number from 0 to 3.
    """
    if not isinstance(marks, Mapping):
        marks = list(marks)
        if len(marks) != len(AXES):
            raise ValueError(f"{len(AXES)} marks are wanted, one an axis. Got {len(marks)}")
        marks = dict(zip(AXES, marks, strict=True))
    for axis in AXES:
        if axis not in marks:
            raise ValueError(f"the axis {axis!r} has no mark")
    if extra := sorted(str(axis) for axis in marks if axis not in AXES):
        raise ValueError(f"{extra[0][:30]!r} is no axis. There are {', '.join(AXES)}")
    found = {}
    for axis in AXES:
        try:
            mark = float(marks[axis])
        except (TypeError, ValueError):
            raise ValueError(f"the mark for {axis} is not a number") from None
        if mark not in range(len(LEVELS)):
            raise ValueError(f"the mark for {axis} is {mark:g}, not 0, 1, 2 or 3")
        found[axis] = int(mark)
    return found


def level(marks: Marks) -> str:
    """The level of an answer: its median axis."""
    return LEVELS[sorted(marks_of(marks).values())[len(AXES) // 2]]


def gap(mine: Marks, theirs: Marks) -> dict[str, int]:
    """Mine minus theirs for each axis where two markers differ, and for the level."""
    mine, theirs = marks_of(mine), marks_of(theirs)
    found = {axis: mine[axis] - theirs[axis] for axis in AXES if mine[axis] != theirs[axis]}
    levels = LEVELS.index(level(mine)) - LEVELS.index(level(theirs))
    return found | ({"level": levels} if levels else {})


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Agreement of two markers beyond chance, with quadratic weights: 1 is perfect, 0 is chance.

    Raises:
        ValueError: there is no pair, or all marks are the same, so that chance agrees as well.
    """
    if not pairs:
        raise ValueError("weighted_kappa: there must be a pair of marks. Got none.")
    ours, theirs = zip(*pairs, strict=True)
    seen = sum((a - b) ** 2 for a, b in pairs) / len(pairs)
    chance = sum((a - b) ** 2 for a in ours for b in theirs) / len(pairs) ** 2
    if not chance:
        raise ValueError("weighted_kappa: the marks must differ somewhere. Got one mark only.")
    return 1 - seen / chance


def rubric_table() -> str:
    """The rubric as a markdown table: {{rubric}} in a worksheet's text."""
    head = "| axis | " + " | ".join(f"{i} {name}" for i, name in enumerate(LEVELS)) + " |"
    rows = [f"| **{axis}** | " + " | ".join(texts) + " |" for axis, texts in AXES.items()]
    return "\n".join([head, "|---" * (len(LEVELS) + 1) + "|", *rows])


def steps_table() -> str:
    """The framework as a markdown table: {{framework}} in a worksheet's text."""
    rows = [f"| `{step}` | {minutes} | {text} |" for step, (minutes, text) in STEPS.items()]
    return "\n".join(["| step | minutes | what it leaves behind |", "|---|---|---|", *rows])


# Placing exemplars


def form_check(names: Sequence[str]) -> Callable:
    """A probe: every exemplar has a mark on every axis, and their levels differ."""

    def every_axis_is_marked(place):
        """Each exemplar has a mark from 0 to 3 on each of the seven axes."""
        _, clause = _read(place, names)
        return clause

    return every_axis_is_marked


def placing_check(name: str, marks: Marks, because: str = "") -> Callable:
    """A probe: exemplar `name` is placed within one level on each axis, and as a whole.

    Args:
        because: what in the exemplar decides; said when the marks are too far off.
    """
    right = marks_of(marks)

    def check(place):
        placed, clause = _read(place, [name])
        if clause:
            return clause
        off = {axis: placed[name][axis] - right[axis] for axis in AXES}
        worst = max(off, key=lambda axis: abs(off[axis]))
        if abs(off[worst]) <= 1:
            return ""
        said = AXES[worst][right[worst]]
        text = f"you gave {worst} {placed[name][worst]}, the markers {right[worst]} ({said})"
        return f"{text}. {because.rstrip('.')}" if because else text

    check.__name__ = f"exemplar_{name.lower()}_is_placed"
    check.__doc__ = f"Each axis of exemplar {name} is marked within one level of the markers."
    return check


def order_check(exemplars: Mapping[str, Marks]) -> Callable:
    """A probe: the exemplars' levels (median axes) stand in the right order."""
    wanted = sorted(exemplars, key=lambda name: LEVELS.index(level(exemplars[name])))

    def the_levels_stand_in_order(place):
        """The median axis puts the three exemplars in the right order, none level with another."""
        placed, clause = _read(place, list(exemplars))
        if clause:
            return clause
        ranks = {name: LEVELS.index(level(placed[name])) for name in wanted}
        for low, high in zip(wanted, wanted[1:], strict=False):
            if ranks[low] >= ranks[high]:
                how = "level with" if ranks[low] == ranks[high] else "above"
                return f"your marks put {low} {how} {high}, and it is below"
        return ""

    return the_levels_stand_in_order


def _read(place: Callable, names: Sequence[str]) -> tuple[dict[str, dict[str, int]], str]:
    """The learner's marks for these exemplars, and what is wrong with them, or ""."""
    placed = place()
    if not isinstance(placed, dict):
        return {}, "a dict of marks is wanted, such as {'A': {'framing': 1, …}}"
    found = {}
    for name in names:
        if name not in placed:
            return {}, f"exemplar {name} is missing"
        try:
            found[name] = marks_of(placed[name])
        except (ValueError, TypeError) as error:
            return {}, f"exemplar {name}: {error}"
    return found, ""
