"""How a design conversation is run and marked: its steps, seven axes, and what each level says.

    level([1, 2, 2, 3, 2, 2, 1])        "senior": the median axis, not the sum
    gap(mine, theirs)                   where two markers differ

Learners place three exemplar answers by it before they write their own.
"""

from __future__ import annotations

from mlprep.rubric import Levels, Marks, Rubric

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
LEVELS: Levels = ("below bar", "mid", "senior", "staff")
AXES: dict[str, Levels] = {
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

DESIGN = Rubric(
    AXES,
    names=LEVELS,
    one="an axis",
    marked="Each exemplar has a mark from 0 to 3 on each of the seven axes.",
    ordered="The median axis puts the three exemplars in the right order, none level with another.",
    by_level=True,
)


def level(marks: Marks) -> str:
    """The level of an answer: its median axis."""
    return LEVELS[DESIGN.level(marks)]


def gap(mine: Marks, theirs: Marks) -> dict[str, int]:
    """Mine minus theirs for each axis where two markers differ, and for the level."""
    levels = DESIGN.level(mine) - DESIGN.level(theirs)
    return DESIGN.gap(mine, theirs) | ({"level": levels} if levels else {})


def steps_table() -> str:
    """The framework as a markdown table: {{framework}} in a worksheet's text."""
    rows = [f"| `{step}` | {minutes} | {text} |" for step, (minutes, text) in STEPS.items()]
    return "\n".join(["| step | minutes | what it leaves behind |", "|---|---|---|", *rows])
