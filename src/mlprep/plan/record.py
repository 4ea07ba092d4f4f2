"""What the attempts say: how far each unit is, what the diagnostic found, what is due again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mlprep.plan.state import State

DIAGNOSTIC_UNIT, DIAGNOSTIC = "start", "diagnostic"
ITEM = "item_"  # probes of the diagnostic are called item_<topic>
DONE = 0.8  # of a unit's automatic points
INTERVALS_DAYS = (1, 3, 7, 21)
REPEAT_MIN = 10.0


@dataclass(frozen=True)
class Checked:
    """One graded attempt of the learner's own: when, at what, and each question's result."""

    day: date
    unit: str
    notebook: str
    score: float
    max_score: float
    results: tuple[dict, ...]


@dataclass(frozen=True)
class Repeat:
    """A misconception that comes back: solve the question again on the day that it is due.

    step: how many repeats have gone well since the last miss; times: how often it was made.
    """

    unit: str
    question: str
    mistake: str
    message: str
    due: date
    step: int
    times: int

    def to_dict(self) -> dict:
        return vars(self) | {"due": self.due.isoformat(), "minutes": REPEAT_MIN}


def attempts_in(state: State) -> list[Checked]:
    """The learner's graded attempts, the first one first; rows that cannot be read are left out."""
    found = []
    for row in state.rows("attempt"):
        if row.get("student") or row.get("outcome", "graded") != "graded":
            continue
        try:
            results = [r for r in json.loads(row["report"])["results"] if isinstance(r, dict)]
            day = datetime.fromisoformat(row["at"]).astimezone().date()
            score, most = float(row["score"]), float(row["max_score"])
        except (KeyError, TypeError, ValueError):
            continue
        found.append(Checked(day, row["unit"], row["notebook_sha256"], score, most, tuple(results)))
    return found


def unit_parts(attempts: list[Checked]) -> dict[str, float]:
    """Each tried unit's best part of its automatic points, 0 to 1."""
    best: dict[str, float] = {}
    for attempt in attempts:
        part = min(attempt.score / attempt.max_score, 1.0) if attempt.max_score > 0 else 0.0
        best[attempt.unit] = max(best.get(attempt.unit, 0.0), part)
    return best


def diagnostic_scores(attempts: list[Checked]) -> dict[str, float]:
    """Each topic of the diagnostic: 1.0 known, 0.0 not; {} while it has not been taken.

    The first attempt that answers every item counts: later ones have read the answers.
    """
    for attempt in attempts:
        for result in attempt.results if attempt.unit == DIAGNOSTIC_UNIT else ():
            probes = result.get("probes") or []
            if result.get("question") == DIAGNOSTIC and _complete(probes):
                return {
                    name.removeprefix(ITEM): float(held)
                    for name, _, held, *_ in probes
                    if name.startswith(ITEM)
                }
    return {}


def _complete(probes: list) -> bool:
    """Whether the probes that look at the form of the answers, not at the items, held."""
    form = [held for name, _, held, *_ in probes if not name.startswith(ITEM)]
    return bool(probes) and len(form) < len(probes) and all(form)


def repeats(attempts: list[Checked], today: date) -> list[Repeat]:
    """Every misconception that has not yet been repeated to the end, the most overdue first.

    The diagnostic's own answers do not come back: its gaps do, as hours of the plan.
    A mistake that was named on some day is due again 1 day later; each time that its question is
    right on that day or after it, the next interval is longer (3, 7, 21 days), then it is done
    with. Making it again begins anew. A notebook that did not change since the last attempt is no
    repeat.
    """
    open_: dict[tuple[str, str, str], Repeat] = {}
    last: dict[str, str] = {}
    for attempt in attempts:
        if attempt.day > today:
            continue
        changed = last.get(attempt.unit) != attempt.notebook
        last[attempt.unit] = attempt.notebook
        for result in attempt.results:
            question = result.get("question", "")
            slug, status = result.get("mistake", ""), result.get("status", "")
            if slug and question != DIAGNOSTIC:
                key = (attempt.unit, question, slug)
                times = open_[key].times + 1 if key in open_ and changed else 1
                times = times if changed or key not in open_ else open_[key].times
                due = attempt.day + timedelta(days=INTERVALS_DAYS[0])
                open_[key] = Repeat(*key, result.get("message", ""), due, 0, times)
            elif status == "right" and changed:
                for key, repeat in list(open_.items()):
                    if key[:2] == (attempt.unit, question) and attempt.day >= repeat.due:
                        _went_well(open_, key, repeat, attempt.day)
    return sorted(open_.values(), key=lambda repeat: (repeat.due, repeat.unit, repeat.question))


def _went_well(open_: dict, key: tuple[str, str, str], repeat: Repeat, day: date) -> None:
    step = repeat.step + 1
    if step >= len(INTERVALS_DAYS):
        del open_[key]
        return
    due = day + timedelta(days=INTERVALS_DAYS[step])
    open_[key] = Repeat(*key, repeat.message, due, step, repeat.times)
