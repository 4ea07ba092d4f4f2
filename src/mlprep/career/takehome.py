"""The take-home's table, made by a seed: users of an invented firm that rents out tools.

    python -m mlprep.career.takehome > marmot.csv      the table that is handed out, byte for byte
    made = marmot(seed=5)                              another one: made.text, made.truth

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

    text: the CSV. truth: {(user, month): probability of leaving}. shifted: the month whose minutes
    are seconds.
    """

    text: str
    truth: dict[tuple[int, int], float]
    shifted: int


@cache
def marmot(seed: int, users: int = 400, signal: float = 1.0) -> Made:
    """The table of a seed.

    Args:
        users: how many there are; each has a row for most of its months.
        signal: how much anything but the days since the last rental says; 0: nothing.
    """
    rng = random.Random(f"marmot {seed}")
    shifted = rng.randint(2, MONTHS - 2)
    rows, truth = [], {}
    for user in range(1, users + 1):
        first = rng.randint(1, MONTHS - 2)
        last = min(MONTHS, first + rng.randint(2, 8))
        habit, is_plus = rng.gauss(0, 1), rng.random() < 0.35
        for month in range(first, last + 1):
            if rng.random() < 0.08:
                continue
            rows += _rows(rng, user, month, habit, is_plus, signal, shifted, truth)
    rng.shuffle(rows)
    lines = [",".join(COLUMNS), *(",".join(row) for row in rows)]
    return Made("\n".join(lines) + "\n", truth, shifted)


def _rows(rng, user, month, habit, is_plus, signal, shifted, truth) -> list[list[str]]:
    """The row of a user's month; now and then an older one as well, with fewer rentals in it."""
    rentals = _poisson(rng, math.exp(0.9 + 0.45 * habit))
    idle = min(30, int(rng.expovariate(1.0) * 24 / (1 + rentals)))
    tickets = _poisson(rng, 0.5)
    minutes = math.exp(3.0 + 0.3 * habit + 0.45 * rng.gauss(0, 1))
    more = 0.7 * tickets - 0.5 * (minutes / 20 - 1) - 0.8 * is_plus - 0.25 * (rentals - 2.5)
    p = 1 / (1 + math.exp(-(-1.9 + 0.11 * idle + signal * more)))
    truth[user, month] = p
    has_left = rng.random() < p
    offers = _poisson(rng, 0.15) + has_left * (rng.random() < 0.9) * (1 + _poisson(rng, 0.7))
    outcome = "" if month == MONTHS else str(int(has_left))
    written = date(YEAR, month, 1) + timedelta(days=31 + rng.randint(0, 2))
    shown = minutes * 60 if month == shifted else minutes
    row = [
        _spelling(rng, user),
        f"{YEAR}-{month:02}",
        written.isoformat(),
        rng.choice(("plus", "Plus", "PLUS ") if is_plus else ("basic", "Basic", " basic")),
        "" if rng.random() < BLANK else str(rentals),
        "" if rng.random() < BLANK else f"{shown:.1f}",
        str(idle),
        str(tickets),
        str(offers),
        outcome,
    ]
    if rng.random() >= TWICE:
        return [row]
    older = list(row)
    older[0] = _spelling(rng, user)
    older[2] = (written - timedelta(days=rng.randint(1, 20))).isoformat()
    older[4] = str(max(0, rentals - rng.randint(1, 2)))
    older[7] = str(tickets + 1)
    return [older, row]


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
