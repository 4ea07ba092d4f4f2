"""The take-home's table, made by a seed: users of an invented firm that rents out tools.

    python -m mlprep.career.takehome > marmot.csv      the table that is handed out, byte for byte
    made = marmot(seed=5)                              another one: made.text, made.truth
    trial(seed=5)                                      what an honest test of a model is, for tests

It has what such tables have: one user under several spellings, a month written twice, a month in
another unit, blanks, outcomes that nobody can know yet, and one column that knows the outcome.
Whoever solves the take-home learns more by not reading on.
"""

from __future__ import annotations

import math
import random
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

COLUMNS = (
    "user", "month", "written", "plan", "rentals", "minutes", "days_idle", "tickets", "offers",
    "left",
)  # fmt: skip
YEAR, MONTHS = 2025, 9
SEED, USERS = 2025, 480  # of the table that is handed out
BLANK, TWICE = 0.05, 0.07


@dataclass(frozen=True)
class Made:
    """A table and what nobody outside can know.

    text: the CSV. truth: {(user, month): probability of leaving}. rows: {(user, month): what is
    written there in the end, with minutes in minutes and nan for blanks}. shifted: the month whose
    minutes are seconds in the text.
    """

    text: str
    truth: dict[tuple[int, int], float]
    rows: dict[tuple[int, int], dict[str, float]]
    shifted: int


@dataclass(frozen=True)
class Trial:
    """A model's honest test: dicts of arrays to train on and to predict, outcomes, their truth."""

    train: dict[str, np.ndarray]
    new: dict[str, np.ndarray]
    left: np.ndarray
    truth: np.ndarray


@cache
def marmot(seed: int, users: int = 400, signal: float = 1.0) -> Made:
    """The table of a seed.

    Args:
        users: how many there are; each has a row for most of its months.
        signal: how much anything but the days since the last rental says; 0: nothing.
    """
    rng = random.Random(f"marmot {seed}")
    shifted = rng.randint(2, MONTHS - 2)
    lines, made = [], Made("", {}, {}, shifted)
    for user in range(1, users + 1):
        first = rng.randint(1, MONTHS - 2)
        last = min(MONTHS, first + rng.randint(2, 8))
        habit, is_plus = rng.gauss(0, 1), rng.random() < 0.35
        for month in range(first, last + 1):
            if rng.random() < 0.08:
                continue
            lines += _lines(rng, user, month, habit, is_plus, signal, made)
    rng.shuffle(lines)
    text = "\n".join([",".join(COLUMNS), *(",".join(line) for line in lines)]) + "\n"
    return Made(text, made.truth, made.rows, shifted)


def trial(seed: int, users: int = 400, signal: float = 1.0) -> Trial:
    """The last two months with outcomes, for users who are new to the model.

    The arrays are new ones in each call.
    """
    kept = _trial(seed, users, signal)
    train, new = (
        {name: column.copy() for name, column in part.items()} for part in (kept.train, kept.new)
    )
    return Trial(train, new, kept.left.copy(), kept.truth.copy())


@cache
def _trial(seed: int, users: int, signal: float) -> Trial:
    made = marmot(seed, users, signal)
    first_test = MONTHS - 2
    known = {key: row for key, row in sorted(made.rows.items(), key=_in_time) if key[1] < MONTHS}
    new = {key: row for key, row in known.items() if key[1] >= first_test}
    met = {user for user, _ in new}
    old = {k: row for k, row in known.items() if k[1] <= first_test - 2 and k[0] not in met}
    train, test = _columns(old), _columns(new)
    return Trial(train, test, test.pop("left"), np.array([made.truth[key] for key in new]))


def _in_time(item) -> tuple[int, int]:
    (user, month), _ = item
    return month, user


def _columns(rows: dict[tuple[int, int], dict[str, float]]) -> dict[str, np.ndarray]:
    names = next(iter(rows.values()))
    found = {name: np.array([row[name] for row in rows.values()]) for name in names}
    users, months = zip(*rows, strict=True)
    return {"user": np.array(users), "month": np.array(months), **found}


def _lines(rng, user, month, habit, is_plus, signal, made: Made) -> list[list[str]]:
    """The line of a user's month; now and then an older one as well, with fewer rentals in it."""
    rentals = _poisson(rng, math.exp(0.9 + 0.45 * habit))
    idle = min(30, int(rng.expovariate(1.0) * 24 / (1 + rentals)))
    tickets = _poisson(rng, 0.5)
    minutes = math.exp(3.0 + 0.3 * habit + 0.45 * rng.gauss(0, 1))
    more = 0.7 * tickets - 0.5 * (minutes / 20 - 1) - 0.8 * is_plus - 0.25 * (rentals - 2.5)
    p = 1 / (1 + math.exp(-(-1.9 + 0.11 * idle + signal * more)))
    has_left = rng.random() < p
    offers = _poisson(rng, 0.15) + has_left * (rng.random() < 0.9) * (1 + _poisson(rng, 0.7))
    written = date(YEAR, month, 1) + timedelta(days=31 + rng.randint(0, 2))
    unit = 60 if month == made.shifted else 1
    line = [
        _spelling(rng, user),
        f"{YEAR}-{month:02}",
        written.isoformat(),
        rng.choice(("plus", "Plus", "PLUS ") if is_plus else ("basic", "Basic", " basic")),
        "" if rng.random() < BLANK else str(rentals),
        "" if rng.random() < BLANK else f"{minutes * unit:.1f}",
        str(idle),
        str(tickets),
        str(offers),
        "" if month == MONTHS else str(int(has_left)),
    ]
    made.truth[user, month] = p
    numbers = {name: float(line[COLUMNS.index(name)] or "nan") for name in COLUMNS[4:]}
    numbers["minutes"] /= unit
    made.rows[user, month] = {**numbers, "plus": float(is_plus)}
    if rng.random() >= TWICE:
        return [line]
    older = list(line)
    older[0] = _spelling(rng, user)
    older[2] = (written - timedelta(days=rng.randint(1, 20))).isoformat()
    older[4] = str(max(0, rentals - rng.randint(1, 2)))
    older[7] = str(tickets + 1)
    return [older, line]


def _spelling(rng: random.Random, user: int) -> str:
    return rng.choice(("U-{:05}", "U-{:05}", "U-{:05}", "u{:05}", " U-{:05}", "u-{}")).format(user)


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's way: how many uniform numbers multiply to more than exp(-mean), less one."""
    bar, product, count = math.exp(-mean), rng.random(), 0
    while product > bar:
        product *= rng.random()
        count += 1
    return count


def handed_out() -> str:
    """The table that is handed out beside the notebook."""
    return marmot(SEED, USERS).text


if __name__ == "__main__":
    sys.stdout.buffer.write(handed_out().encode())
