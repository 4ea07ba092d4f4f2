"""Hours by stage and week, in the order of the stages, from what is left to what there is.

    plan = schedule(stages, settings, today, parts, scores)
    plan.weeks[0].hours        {"System design": 9.2, "Start": 0.8}

What holds of every plan (tests/test_plan_schedule.py tries it on generated input):

- the hours of all stages and weeks sum to the hours that there are, and no week has more;
- stages follow each other in the order of curriculum.toml; those with `from_week` run beside them,
  in every week from that one on and in none before it;
- a stage with `first_fortnight` has at least that part of the first fourteen days;
- gaps of the diagnostic move hours between stages, never the order;
- what does not fit is named in `cut`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta

from mlprep.plan.record import DONE
from mlprep.plan.stages import Stage, Task
from mlprep.plan.state import Settings

WEEK = 7
FORTNIGHT_WEEKS = 2
MOST_BESIDE = 0.6  # of a week, for the stages that run beside the others
GAP_WEIGHT = 1.0  # a stage whose topics are all missing weighs three times one that is all known
NOTHING = 1e-9


@dataclass
class Week:
    """One week of the plan: number from 1, its days that are still to come, hours by stage.

    units: the hours of each unit of the week, in order, by stage; what a stage has beyond them is
    practice.
    """

    number: int
    first: date
    last: date
    hours: dict[str, float] = field(default_factory=dict)
    units: dict[str, dict[str, float]] = field(default_factory=dict)
    available: float = 0.0

    def to_dict(self) -> dict:
        return vars(self) | {"first": self.first.isoformat(), "last": self.last.isoformat()}


@dataclass
class Cut:
    """A unit that there is no time for (or not enough: `hours` of it are missing), and why."""

    stage: str
    unit: str
    title: str
    hours: float
    why: str


@dataclass
class Plan:
    """The weeks from today to the interview; hours by stage; what was cut; what to be told.

    missed: units that were to be done before today and are not; they come first from now on.
    """

    weeks: list[Week] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    cut: list[Cut] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    available: float = 0.0


def schedule(
    stages: list[Stage],
    settings: Settings,
    today: date,
    parts: dict[str, float] | None = None,
    scores: dict[str, float] | None = None,
) -> Plan:
    """The plan from `today` to the day before the interview.

    Args:
        stages: the track's, in order.
        parts: the part of each unit that is done, 0 to 1 (see record.unit_parts).
        scores: the diagnostic's, by topic, 0 to 1; {} before it was taken.
    """
    pieces = weeks_between(settings, today)
    weeks = [week for week in pieces if week.first >= today]
    plan = Plan(weeks=weeks, available=sum(week.available for week in weeks))
    if not stages or plan.available <= NOTHING:
        return plan
    whole = {stage.name: sum(task.minutes for task in stage.tasks) / 60 for stage in stages}
    _fill(stages, pieces, _budgets(stages, pieces, whole, scores or {}))
    left = {stage.name: remaining(stage, parts or {}) for stage in stages}
    past = [week for week in pieces if week.first < today]
    plan.missed = [name for s in stages for name in _missed(s, past, left[s.name], scores or {})]
    _fill(stages, weeks, _caught_up(stages, weeks, left))
    for stage in stages:
        hours = sum(week.hours.get(stage.name, 0.0) for week in weeks)
        plan.stages[stage.name] = hours
        _place_units(stage, left[stage.name], hours, plan, scores or {})
    plan.notes += _notes(stages, plan, settings)
    return plan


def weeks_between(settings: Settings, today: date) -> list[Week]:
    """The weeks from the plan's first day to the interview; today's is cut in two before today."""
    weeks = []
    first, number = settings.start, 1
    while first < settings.interview:
        after = min(first + timedelta(days=WEEK), settings.interview)
        cuts = [first, today, after] if first < today < after else [first, after]
        for begin, end in itertools.pairwise(cuts):
            hours = settings.hours * (end - begin).days / WEEK
            weeks.append(Week(number, begin, end - timedelta(days=1), available=hours))
        first, number = first + timedelta(days=WEEK), number + 1
    return weeks


def remaining(stage: Stage, parts: dict[str, float]) -> dict[str, float]:
    """The hours that each unit of the stage still takes.

    A unit that was tried has had its lesson read; one at four fifths of its points is done.
    """
    left = {}
    for task in stage.tasks:
        part = parts.get(task.unit)
        if part is None:
            left[task.unit] = task.minutes / 60
        elif part < DONE:
            left[task.unit] = task.assignment_min * (1 - part) / 60
    return left


def _missed(
    stage: Stage, past: list[Week], left: dict[str, float], scores: dict[str, float]
) -> list[str]:
    """The units for which the stage's weeks before today were long enough, and that are left."""
    hours, found = sum(week.hours.get(stage.name, 0.0) for week in past), []
    for task in stage.tasks:
        if not is_known(task.unit, scores):  # what is known may have been cut
            hours -= task.minutes / 60
            if hours >= -NOTHING and task.unit in left:
                found.append(task.unit)
    return found


# How many hours each stage gets


def _budgets(
    stages: list[Stage],
    weeks: list[Week],
    needs: dict[str, float],
    scores: dict[str, float],
) -> dict[str, float]:
    """The hours of each stage over the whole plan; they sum to all that there are."""
    total = sum(week.available for week in weeks)
    fortnight = sum(week.available for week in weeks if week.number <= FORTNIGHT_WEEKS)
    first = next((stage for stage in stages if stage.first_fortnight), None)
    others = (1 - first.first_fortnight) * fortnight if first else total
    budgets: dict[str, float] = {}
    whole = total
    kept = sum(min(s.least * whole, _most(s, stages, weeks)) for s in stages if s.share)
    for stage in stages:  # what takes what its units take, and no more
        if stage.share == 0:
            early = first and stages.index(stage) < stages.index(first)
            room = max(total - kept, 0.0)
            budgets[stage.name] = min(needs[stage.name], min(others, room) if early else room)
            others -= budgets[stage.name] if early else 0
            total -= budgets[stage.name]
    open_ = [stage for stage in stages if stage.share and _most(stage, stages, weeks) > NOTHING]
    if not open_:
        open_ = [stage for stage in stages if stage.from_week is None][-1:] or stages[:1]
    floors = {stage.name: stage.least * whole for stage in open_}
    if first in open_:
        wanted = first.first_fortnight * fortnight
        floors[first.name] = max(floors[first.name], min(wanted, total))
    most = {stage.name: _most(stage, stages, weeks) for stage in open_}
    weights = {
        stage.name: (stage.share or 1.0) * (1 + GAP_WEIGHT * (2 * stage.gap(scores) - 1) / 2)
        for stage in open_
    }
    given = _shared(total, weights, floors, most)
    _help_each_other(given, needs, floors, most)
    return budgets | given


def _caught_up(
    stages: list[Stage], weeks: list[Week], left: dict[str, dict[str, float]]
) -> dict[str, float]:
    """The hours that the weeks to come already have, moved from practice to units left over."""
    total = sum(week.available for week in weeks)
    given = {s.name: sum(week.hours.get(s.name, 0.0) for week in weeks) for s in stages}
    needs = {name: sum(units.values()) for name, units in left.items()}
    most = {stage.name: _most(stage, stages, weeks) for stage in stages}
    floors = dict.fromkeys(given, 0.0)
    early = [week for week in weeks if week.number <= FORTNIGHT_WEEKS]
    for stage in stages:
        if stage.from_week is not None:
            floors[stage.name] = min(given[stage.name], stage.least * total)
        if stage.first_fortnight:
            floors[stage.name] = sum(week.hours.get(stage.name, 0.0) for week in early)
            if early:  # nothing moves in before it
                for before in stages[: stages.index(stage)]:
                    most[before.name] = given[before.name]
    for number, stage in enumerate(stages):  # no practice in what only takes what its units take
        later = next((s for s in stages[number:] if s.share and s.from_week is None), None)
        if stage.share == 0 and later and given[stage.name] > needs[stage.name]:
            given[later.name] += given[stage.name] - needs[stage.name]
            given[stage.name] = most[stage.name] = needs[stage.name]
    _help_each_other(given, needs, floors, most)
    return given


def _most(stage: Stage, stages: list[Stage], weeks: list[Week]) -> float:
    """The most hours that a stage can have."""
    if stage.from_week is None:
        return sum(week.available for week in weeks)
    beside = [s for s in stages if s.from_week is not None and s.share]
    hours = sum(week.available for week in weeks if _runs(stage, stages, week))
    return MOST_BESIDE / len(beside) * hours


def _runs(stage: Stage, stages: list[Stage], week: Week) -> bool:
    """Whether a stage that runs beside the others does so in this week."""
    fortnight = week.number <= FORTNIGHT_WEEKS and any(s.first_fortnight for s in stages)
    return week.number >= (stage.from_week or 1) and not fortnight


def _shared(
    total: float, weights: dict[str, float], floors: dict[str, float], most: dict[str, float]
) -> dict[str, float]:
    """`total` in proportion to the weights, but each between its floor and its most."""
    low = {name: min(floors[name], most[name]) for name in weights}
    if (asked := sum(low.values())) > total:
        low = {name: hours * total / asked for name, hours in low.items()}
    fixed: dict[str, float] = {}
    while len(fixed) < len(weights):
        rest = total - sum(fixed.values())
        free = {name: weight for name, weight in weights.items() if name not in fixed}
        part = {name: rest * weight / sum(free.values()) for name, weight in free.items()}
        below = {name: low[name] for name in free if part[name] < low[name]}
        above = {name: most[name] for name in free if part[name] > most[name]}
        short = sum(low[name] - part[name] for name in below)
        over = sum(part[name] - most[name] for name in above)
        if not below and not above:
            return fixed | part
        fixed |= below if short >= over else above
    name = max(weights, key=lambda name: most[name] - fixed[name])
    fixed[name] += total - sum(fixed.values())  # only rounding, or stages that are all full
    return fixed


def _help_each_other(
    given: dict[str, float],
    needs: dict[str, float],
    floors: dict[str, float],
    most: dict[str, float],
) -> None:
    """Hours that one stage would only practise with go to units of another that lack them."""
    spare = {name: max(0.0, given[name] - max(needs[name], floors[name])) for name in given}
    short = {name: max(0.0, min(needs[name], most[name]) - given[name]) for name in given}
    moved = min(sum(spare.values()), sum(short.values()))
    if moved > NOTHING:
        out, into = sum(spare.values()), sum(short.values())
        for name in given:
            given[name] += moved * (short[name] / into - spare[name] / out)


# When


def _fill(stages: list[Stage], weeks: list[Week], budgets: dict[str, float]) -> None:
    """Give out the hours week by week: first what runs beside, then one stage after another."""
    for week in weeks:
        week.hours = {}
    for stage in stages:
        if stage.from_week is not None:
            running = [week for week in weeks if _runs(stage, stages, week)]
            hours = sum(week.available for week in running)
            for week in running:
                week.hours[stage.name] = budgets.get(stage.name, 0.0) * week.available / hours
    queue = [stage.name for stage in stages if stage.from_week is None]
    left = {name: budgets.get(name, 0.0) for name in queue}
    for week in weeks:
        free = week.available - sum(week.hours.values())
        while queue and free > NOTHING:
            name = queue[0]
            spent = min(free, left[name]) if len(queue) > 1 else free
            if spent > NOTHING:
                week.hours[name] = week.hours.get(name, 0.0) + spent
            free, left[name] = free - spent, left[name] - spent
            if left[name] <= NOTHING and len(queue) > 1:
                queue.pop(0)
        week.hours = {s.name: week.hours[s.name] for s in stages if week.hours.get(s.name, 0) > 0}


def _place_units(
    stage: Stage, left: dict[str, float], hours: float, plan: Plan, scores: dict[str, float]
) -> None:
    """Put the stage's units into its weeks; those that do not fit are cut.

    What the diagnostic found known goes first, then what comes last in the stage.
    """
    kept = dict(left)
    tasks = {task.unit: task for task in stage.tasks}
    while kept and sum(kept.values()) > hours + NOTHING:
        known = [name for name in kept if is_known(name, scores)]
        name = (known or list(kept))[-1]
        missing = sum(kept.values()) - hours
        if stage.share == 0 and missing < kept[name]:  # the start: a part of it is better than none
            plan.cut.append(_cut(stage, tasks[name], missing, "only a part of it fits"))
            kept[name] -= missing
            break
        why = "the diagnostic found it known" if known else "there is no time for it"
        plan.cut.append(_cut(stage, tasks[name], kept.pop(name), why))
    queue = list(kept.items())
    for week in plan.weeks:
        free = week.hours.get(stage.name, 0.0)
        while queue and free > NOTHING:
            name, needed = queue.pop(0)
            spent = min(free, needed)
            placed = week.units.setdefault(stage.name, {})
            placed[name] = placed.get(name, 0.0) + spent
            free -= spent
            if needed - spent > NOTHING:
                queue.insert(0, (name, needed - spent))


def is_known(unit: str, scores: dict[str, float]) -> bool:
    """Whether the diagnostic found a unit's topic known; a topic may leave out the area's prefix
    (feature_store is the topic of design_feature_store)."""
    return scores.get(unit, scores.get(unit.partition("_")[2], 0.0)) >= 0.5


def _cut(stage: Stage, task: Task, hours: float, why: str) -> Cut:
    return Cut(stage.name, task.unit, task.title, hours, why)


def _notes(stages: list[Stage], plan: Plan, settings: Settings) -> list[str]:
    notes = []
    if plan.cut:
        hours = sum(cut.hours for cut in plan.cut)
        notes.append(
            f"The time is too short for everything: {hours:.1f} hours were cut, "
            f"so that no week has more than {settings.hours:g}."
        )
    last = plan.weeks[-1].number
    for stage in stages:
        if stage.from_week is not None and stage.share and stage.from_week > last:
            notes.append(
                f"{stage.name} begins in week {stage.from_week}, after the interview: "
                "give it an evening of your own."
            )
    return notes
