"""Which unit and which questions a round has: by a seed, and by what the learner missed.

The seed and the record of attempts decide the unit; the seed and the unit decide the questions.
So whoever names the unit as well gets the same round on another machine.
"""

from __future__ import annotations

import difflib
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.mock.log import Log, Mock
from mlprep.mock.material import FollowUp, Material, material_of, materials
from mlprep.mock.rounds import ROUNDS, Kind
from mlprep.plan.record import DONE, attempts_in, diagnostic_scores, repeats, unit_parts
from mlprep.plan.state import State

FOLLOW_UP_MIN = 4.0  # the opening has half of the time, each follow-up so much of the rest
RECENT = 2  # units of a round's last mocks, which come back seldom
BEGINNER = 3  # the difficulty that anybody may be asked


@dataclass(frozen=True)
class Drawn:
    """A round as it will be held."""

    kind: Kind
    material: Material
    seed: int
    minutes: float
    opening: str
    ladder: tuple[FollowUp, ...]

    @property
    def steps(self) -> list[str]:
        """How the minutes are spent, a line each."""
        if len(self.kind.steps) == 1:
            return [self.kind.steps[0][1]]
        minutes = [max(1, round(part * self.minutes)) for part, _ in self.kind.steps]
        return [
            f"{spent} min: {text}"
            for spent, (_, text) in zip(minutes, self.kind.steps, strict=True)
        ]

    @property
    def command(self) -> str:
        """What draws the same round again, on any machine."""
        return f"mlprep mock --round {self.kind.name} {self._same}"

    @property
    def magic(self) -> str:
        """The same in a notebook."""
        return f"%mock start {self.kind.name} {self._same}"

    @property
    def _same(self) -> str:
        minutes = "" if self.minutes == self.kind.minutes else f" --minutes {self.minutes:g}"
        return f"--unit {self.material.unit} --seed {self.seed}{minutes}"

    def begin(self, log: Log, peer: str, fix: str, **more) -> str:
        """Add its beginning to the log; the mock's id."""
        return log.begin(
            round=self.kind.name,
            unit=self.material.unit,
            title=self.material.title,
            seed=self.seed,
            minutes=self.minutes,
            opening=self.opening,
            peer=peer,
            fix=fix,
            **more,
        )


@dataclass(frozen=True)
class Known:
    """What the record says of the learner, by unit: the best part of the points, and mistakes."""

    parts: dict[str, float] = field(default_factory=dict)
    mistakes: dict[str, int] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)  # of the diagnostic, by topic
    missed: dict[str, int] = field(default_factory=dict)  # follow-ups not had in earlier mocks
    held: tuple[tuple[str, str], ...] = ()  # earlier mocks: round and unit, the first one first


def known_of(state: State, mocks: Sequence[Mock], today: date) -> Known:
    """What the attempts and the earlier mocks say."""
    attempts = attempts_in(state)
    mistakes = Counter(repeat.unit for repeat in repeats(attempts, today))
    missed = Counter()
    for mock in mocks:
        missed[mock.unit] = mock.missed  # the last one counts
    return Known(
        unit_parts(attempts),
        dict(mistakes),
        diagnostic_scores(attempts),
        dict(missed),
        tuple((mock.round, mock.unit) for mock in mocks),
    )


def weight(material: Material, round_: str, known: Known, reach: int) -> float:
    """How likely a unit is drawn, relative to the others of its round.

    More for mistakes that are still open, for what was begun and is not right, for gaps of the
    diagnostic, and for follow-ups that were missed; less for what is above the learner's level or
    was asked just now.
    """
    name = material.unit
    total = 1.0 + min(known.mistakes.get(name, 0), 3) + min(known.missed.get(name, 0), 3) / 2
    if name in known.parts:
        total += 2 * (1 - known.parts[name])
    total += 1 - known.scores.get(name, 1.0)
    if material.difficulty > reach:
        total /= 4
    recent = [unit for kind, unit in known.held if kind == round_][-RECENT:]
    return total / 6 if name in recent else total


def reach_of(found: Sequence[Material], known: Known) -> int:
    """The difficulty that the learner may be asked: one above the hardest unit that is done."""
    done = [m.difficulty for m in found if known.parts.get(m.unit, 0.0) >= DONE]
    return max([BEGINNER, *(difficulty + 1 for difficulty in done)])


def choose_round(course: Course, rng: random.Random, known: Known) -> Kind:
    """One of the rounds that were held least, where none is asked for.

    Raises:
        UsageError: there is nothing to ask in any.
    """
    there = [kind for kind in ROUNDS.values() if materials(course, kind)[0]]
    if not there:
        raise UsageError("there is no unit with an opening question and follow-ups yet.")
    held = Counter(kind for kind, _ in known.held)
    least = min(held[kind.name] for kind in there)
    return rng.choice([kind for kind in there if held[kind.name] == least])


def draw(
    found: Sequence[Material],
    kind: Kind,
    seed: int,
    known: Known,
    minutes: float | None = None,
    unit: str | None = None,
) -> Drawn:
    """The round that a seed gives.

    Args:
        found: what may be asked (see materials).
        minutes: default: the round's own.
        unit: this unit and no other.

    Raises:
        UsageError: there is no such unit in this round, or none at all.
    """
    if not found:
        raise UsageError(
            f"{kind.name}: no unit of this round has an opening question and follow-ups yet. "
            f"Choose another of {', '.join(name for name in ROUNDS if name != kind.name)}."
        )
    names = [material.unit for material in found]
    if unit is not None and unit not in names:
        raise UsageError(f"{unit}: no unit of the round {kind.name}. It has {', '.join(names)}.")
    if unit is None:
        reach = reach_of(found, known)
        weights = [weight(material, kind.name, known, reach) for material in found]
        (material,) = random.Random(f"unit {seed}").choices(found, weights)
    else:
        material = found[names.index(unit)]
    minutes = float(kind.minutes if minutes is None else minutes)
    rng = random.Random(f"questions {seed}")
    first = material.openings[0]
    opening = first if kind.is_long else rng.choice([first, *material.openings])
    others = [rung for rung in material.ladder if not _same(rung.question, opening)]
    count = min(len(others), max(1, round(minutes / 2 / FOLLOW_UP_MIN)))
    ladder = tuple(others[rung] for rung in sorted(rng.sample(range(len(others)), count)))
    return Drawn(kind, material, seed, minutes, opening, ladder)


def drawn_again(course: Course, mock: Mock) -> Drawn:
    """The round of a mock in the log.

    Raises:
        UsageError: its unit is gone, or has nothing to be asked any more.
    """
    material = material_of(course.unit(mock.unit))
    found = [material] if material else []
    return draw(found, ROUNDS[mock.round], mock.seed, Known(), mock.minutes, mock.unit)


def _same(question: str, other: str) -> bool:
    """Whether two questions are the same but for a few words."""
    one, two = (re.findall(r"\w+", text.lower()) for text in (question, other))
    return difflib.SequenceMatcher(None, one, two).ratio() > 0.7
