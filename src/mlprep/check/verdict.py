"""From outcomes to a verdict: which probes held, which mistake it is, what to tell the learner."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from mlprep.check.answer import CHANGED, UNUSABLE, AnswerLost, Call, Outcome
from mlprep.check.values import show

if TYPE_CHECKING:
    from mlprep.check.question import Alternative, Probe, Question


UNANSWERED = "Not answered yet."
FORM = ("wanted, not", "the shape is", "the dtype is", "complex, not", "nan")


@dataclass
class Verdict:
    """What a learner is told of one question.

    status: "right", "wrong" (with or without some points), "raised", "lost" (the process that ran
    the answer died or was stopped). mistake: the name of a mistake, or "". call, expected, got:
    the failing call in small, each one line. probes: (name, claim, held, hidden) of each.
    """

    question: str
    points: float
    max_points: float
    status: str
    message: str
    mistake: str = ""
    call: str = ""
    expected: str = ""
    got: str = ""
    probes: list[tuple[str, str, bool, bool]] = field(default_factory=list)

    def to_dict(self) -> dict:
        """The verdict as JSON-able data."""
        return asdict(self)

    def text(self) -> str:
        """The verdict in a few lines of plain text."""
        lines = [f"{self.question}: {self.points:g} of {self.max_points:g} points. {self.message}"]
        lines += [f"  {label:9}{value}" for label, value in self.rows()]
        return "\n".join(lines)

    def html(self) -> str:
        """The verdict as a small card; everything in it is escaped."""
        colour = "#2e7d32" if self.status == "right" else "#b3261e"
        mark = "✔" if self.status == "right" else "✘"
        rows = "".join(
            f"<tr><th style='text-align:left;padding-right:1em'>{label}</th>"
            f"<td style='text-align:left'><code>{html.escape(value)}</code></td></tr>"
            for label, value in self.rows()
        )
        table = f"<table>{rows}</table>" if rows else ""
        return (
            f"<div style='border-left:4px solid {colour};padding:4px 12px'>"
            f"<strong>{mark} {html.escape(self.question)}: "
            f"{self.points:g} of {self.max_points:g} points</strong>"
            f"<div>{html.escape(self.message)}</div>{table}</div>"
        )

    def rows(self) -> list[tuple[str, str]]:
        """The failing call in small: (label, one line) of each part that there is."""
        rows = [("call", self.call), ("expected", self.expected), ("got", self.got)]
        return [(label, value) for label, value in rows if value]


def judge(question: Question, answer, quiet: bool = True) -> Verdict:
    """The verdict on one answer."""
    wanted = question.wanted()
    try:
        got = question.observe(answer, quiet)
    except AnswerLost as lost:
        call = getattr(lost, "call", None)
        return Verdict(
            question.name, 0.0, question.points, "lost", str(lost), call=call.text if call else ""
        )
    gaps = _gaps(question, got, wanted)
    held = [gap is None for gap in gaps]
    probes = [(p.name, p.claim, ok, p.hidden) for p, ok in zip(question.probes, held, strict=True)]
    if all(held):
        return Verdict(
            question.name,
            question.points,
            question.points,
            "right",
            _praise(question),
            probes=probes,
        )
    points = sum(s for s, ok in zip(question.shares(), held, strict=True) if ok)
    worst = _worst(question, got, wanted, gaps)
    probe, outcome, want, gap = worst
    status = "raised" if outcome.error and not want.error else "wrong"
    mistake = diagnose(question, got)
    verdict = Verdict(
        question.name,
        round(points, 4),
        question.points,
        status,
        mistake.message if mistake else _complaint(question, probe, outcome, gap),
        mistake=mistake.name if mistake else "",
        probes=probes,
    )
    if outcome.call and outcome.error != "NotImplementedError":
        verdict.call = outcome.call.text
    if not want.error and not outcome.error and _is_result(probe, outcome.call):
        verdict.expected, verdict.got = show(want.value), outcome.not_plain or show(outcome.value)
    if mistake and status != "raised":
        verdict.got = verdict.got or gap
    return verdict


def diagnose(question: Question, got: list[Outcome]) -> Alternative | None:
    """The one mistake that behaves like the answer on every probe; None if none or several do.

    Mistakes that the author declared come before the standing ones.
    """
    from mlprep.check.standing import standing_mistakes

    declared = matches(question, got, question.mistakes)
    if declared:
        return declared[0] if len(declared) == 1 else None
    if all(outcome.error for outcome in got):
        return None  # the error itself says more
    standing = matches(question, got, standing_mistakes(question.model))
    return standing[0] if standing else None


def matches(
    question: Question, got: list[Outcome], alternatives: list[Alternative]
) -> list[Alternative]:
    """Those of `alternatives` whose outcome equals `got` on every probe."""
    found = []
    for alternative in alternatives:
        kind, name = type(alternative).__name__, alternative.name
        for index, (probe, outcome) in enumerate(zip(question.probes, got, strict=True)):
            theirs = question.behaviour(kind, name, alternative.answer, index)
            if outcome.error != theirs.error or probe.gap(outcome, theirs) is not None:
                break
        else:
            found.append(alternative)
    return found


def _gaps(question, got, wanted) -> list[str | None]:
    return [p.gap(g, w) for p, g, w in zip(question.probes, got, wanted, strict=True)]


def _worst(question, got, wanted, gaps) -> tuple[Probe, Outcome, Outcome, str]:
    """The broken probe to tell of: a result of the wrong form or a changed argument first, then
    an error, then the first broken claim, then the smallest failing call."""
    rows = [row for row in zip(question.probes, got, wanted, gaps, strict=True) if row[3]]

    def rank(row):
        probe, outcome, want, gap = row
        size = outcome.call.size if outcome.call else 0
        unusable = outcome.not_plain.endswith(UNUSABLE)
        told = isinstance(outcome.value, str) and isinstance(want.value, str)
        signs = (
            not unusable and not told and any(words in gap for words in FORM),
            outcome.changed and not want.changed,
            unusable,
            outcome.error and not want.error,
            probe.claim,
            True,
        )
        order = next(place for place, sign in enumerate(signs) if sign)
        return (order, 0 if signs[order] is probe.claim else size)

    return min(rows, key=rank)


def _complaint(question: Question, probe: Probe, outcome: Outcome, gap: str) -> str:
    if outcome.error == "NotImplementedError":
        return UNANSWERED
    if outcome.value is None and "not None" in gap:
        gap += ". Is a `return` missing?"
    if gap.endswith(CHANGED):
        return f"{gap[0].upper()}{gap[1:]}. Work on a copy."
    claim = "" if outcome.error else probe.claim.rstrip(".")
    start = gap[0] if gap.startswith("nan") else gap[0].upper()
    text = f"{claim}, but {gap}" if claim else start + gap[1:]
    return text if text.endswith("?") else f"{text}."


def _is_result(probe: Probe, call: Call | None) -> bool:
    """Whether what the probe returns is the result of the one call that is shown."""
    return call is not None and probe.kind == "case"


def _praise(question: Question) -> str:
    hidden = any(probe.hidden for probe in question.probes)
    return "All tests held, the hidden ones too." if hidden else "All tests held."
