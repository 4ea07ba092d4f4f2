"""A round on paper, for two people in a call: Markdown, a page for each of them."""

from __future__ import annotations

from mlprep.design.rubric import LEVELS
from mlprep.mock.draw import Drawn
from mlprep.mock.rounds import Kind
from mlprep.mock.talk import KEPT_LEVELS

PAGES = ("candidate", "interviewer", "both")
BREAK = "\n\n---\n\n"


def sheet(drawn: Drawn, page: str = "both", last_fix: str = "") -> str:
    """The pages asked for; the candidate's first, and never with an answer on it."""
    pages = {"candidate": candidate, "interviewer": interviewer}
    wanted = pages if page == "both" else {page: pages[page]}
    return BREAK.join(make(drawn, last_fix) for make in wanted.values())


def candidate(drawn: Drawn, last_fix: str = "") -> str:
    """What the candidate has before them: the question, the time, room for numbers."""
    lines = [_title(drawn, "the candidate's page"), "", f"> {drawn.opening}", "", _steps(drawn)]
    if drawn.kind.has_code:
        unit = drawn.material.unit
        lines += ["", f"Code in a plain editor, or in `work/{unit}/{unit}.ipynb`."]
    if last_fix:
        lines += ["", f"What you wanted to fix since last time: {last_fix}"]
    return "\n".join([*lines, "", "Notes:", "", "\n\n".join(["…"] * 3)])


def interviewer(drawn: Drawn, last_fix: str = "") -> str:
    """What the interviewer has: questions with answers, when to ask them, and the rubric."""
    count = len(drawn.ladder)
    lines = [
        _title(drawn, "the interviewer's page"),
        "",
        "Keep the clock in sight, and say when half of it is over. Read the opening aloud, then "
        "listen: half of the time is the candidate's. Put the follow-ups in order, as many as "
        "there is time for; what a good answer holds is below each. Mark before you talk about it.",
        "",
        f"**Opening (minute 0).** {drawn.opening}",
        "",
        _steps(drawn),
    ]
    for step, rung in enumerate(drawn.ladder, start=1):
        minute = drawn.minutes * (0.5 + (step - 1) / count / 2)
        lines += ["", f"**Follow-up {step} (minute {minute:.0f}).** {rung.question}"]
        lines += ["", *_quoted(rung.answer)]
    if drawn.material.minute:
        lines += ["", "**The lesson's own 60 seconds on the subject.**", ""]
        lines += _quoted(drawn.material.minute)
    lines += ["", "## Rubric", "", rubric(drawn.kind, ("self", "peer"))]
    if last_fix:
        lines += ["", f"Fixed since last time? *{last_fix}* ({KEPT_LEVELS}): …"]
    lines += ["", "The one thing to fix next time: …", ""]
    lines += [
        "Enter the marks into the candidate's log: in their notebook, begun with "
        f"`{drawn.magic} --call`, by `%mock score NAME`; in a terminal with",
        "",
    ]
    return "\n".join([*lines, f"    {drawn.command} --score --peer NAME"])


def rubric(kind: Kind, markers: tuple[str, ...] = ()) -> str:
    """The rubric as a table, with a column for the marks of each marker."""
    heads = ["axis", *(f"{mark} {name}" for mark, name in enumerate(LEVELS)), *markers]
    empty = " |" * len(markers)
    rows = [f"| **{axis}** | {' | '.join(texts)} |{empty}" for axis, texts in kind.axes.items()]
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows])


def _title(drawn: Drawn, page: str) -> str:
    minutes = f"{drawn.minutes:g} minutes"
    return f"# {drawn.kind.title}, {minutes}: {page}\n\n{drawn.material.title}. Seed {drawn.seed}."


def _steps(drawn: Drawn) -> str:
    return "\n".join(["How the minutes are spent:", "", *(f"- {x}" for x in drawn.steps)])


def _quoted(markdown: str) -> list[str]:
    return [f"> {line}".rstrip() for line in markdown.splitlines()]
