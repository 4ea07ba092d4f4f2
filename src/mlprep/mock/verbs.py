"""`mlprep mock`: from arguments to a conversation, a sheet or the log."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.mock.draw import Drawn, choose_round, draw, known_of
from mlprep.mock.log import SELF, Log, Mock, last_fix
from mlprep.mock.material import materials
from mlprep.mock.page import make
from mlprep.mock.rounds import ROUNDS, kind_of
from mlprep.mock.sheet import PAGES, sheet
from mlprep.mock.talk import Talk, score
from mlprep.mock.trend import as_json, export, trend_text
from mlprep.plan.state import State

MOST_MIN = 240
NAME_LENGTH = 40


def _say(text: str) -> None:
    print(text, flush=True)


@dataclass(frozen=True)
class Console:
    """Where a mock is held: what shows and reads lines, the clock, and whether somebody is there.

    The command line uses the terminal; tests bring their own.
    """

    ask: Callable[[str], str] = input
    say: Callable[[str], None] = _say
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    is_there: Callable[[], bool] = field(
        default=lambda: sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    )


def mock(course: Course, args: argparse.Namespace, console: Console | None = None) -> int:
    """Do what the arguments say; the exit code."""
    console = console or Console()
    kind = kind_of(args.round) if args.round is not None else None
    minutes = minutes_of(args.minutes) if args.minutes is not None else None
    seed = seed_of(args.seed) if args.seed is not None else None
    peer = peer_of(args.peer) if args.peer is not None else ""
    if args.sheet is not None and args.sheet not in PAGES:
        raise UsageError(f"--sheet is for {', '.join(PAGES)}. Got {args.sheet[:40]!r}.")
    if args.notebook:
        return _make_notebook(course)
    state = State.of(course)
    log = Log(state, console.now)
    mocks = log.mocks()
    _tell([*state.notes, *log.notes])
    if args.log:
        return _show_log(mocks, args)
    if args.json or args.export:
        raise UsageError("--json and --export go with --log.")
    if args.sheet is None and not console.is_there():
        raise UsageError(
            "a mock is held in a terminal, and this is none. `--notebook` makes a notebook for "
            "it, `--sheet` prints it for two people in a call."
        )
    if args.score and kind is None:
        return _score_last(log, mocks, peer, console)
    drawn = draw_round(course, state, mocks, kind, seed, minutes, args.unit)
    fix = last_fix(mocks, drawn.kind.name)
    if args.sheet is not None:
        _print(sheet(drawn, args.sheet, fix))
        return 0
    try:
        if args.score:
            _score_paper(log, drawn, peer, fix, console)
        else:
            Talk(drawn, log, console.clock, console.ask, console.say, peer).hold(fix)
    finally:
        state.back_up()
    return 0


def draw_round(course, state, mocks, kind, seed, minutes, unit) -> Drawn:
    """The round that the arguments and the record give."""
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    known = known_of(state, mocks, date.today())
    if kind is None:
        if unit is not None:
            kind = next(k for k in ROUNDS.values() if course.unit(unit).info["area"] in k.areas)
        else:
            kind = choose_round(course, random.Random(f"round {seed}"), known)
    found, notes = materials(course, kind)
    _tell(notes)
    return draw(found, kind, seed, known, minutes, unit)


def _make_notebook(course: Course) -> int:
    path, is_new = make(course)
    name = path.relative_to(course.root).as_posix()
    _print(f"{name} {'is made' if is_new else 'is there, as you left it'}. Open it in JupyterLab.")
    return 0


def _show_log(mocks: list[Mock], args: argparse.Namespace) -> int:
    if args.export:
        export(mocks, args.export)
    _print(as_json(mocks) if args.json else trend_text(mocks))
    return 0


def _score_last(log: Log, mocks: list[Mock], peer: str, console: Console) -> int:
    """Add to the last mock the marks that it lacks."""
    last = mocks[-1] if mocks else None
    if last is None:
        raise UsageError("there is no mock to mark. Name the round of one held on paper: --round.")
    if last.own and last.fix and (not peer or peer in last.marks):
        raise UsageError(
            f"the mock of {last.day} has these marks already. --peer NAME adds somebody else's."
        )
    console.say(f"{ROUNDS[last.round].title} on {last.day}: {last.title or last.unit}")
    _marking(log, last.id, ROUNDS[last.round], console, peer, last.last_fix, last)
    return 0


def _score_paper(log: Log, drawn: Drawn, peer: str, fix: str, console: Console) -> None:
    """Keep a mock that was held with a sheet: its marks only."""
    console.say(f"{drawn.kind.title}, held on paper: {drawn.material.title}")
    name = drawn.begin(log, peer, fix)
    _marking(log, name, drawn.kind, console, peer, fix)


def _marking(log: Log, name, kind, console, peer, fix, before: Mock | None = None) -> None:
    try:
        score(log, name, kind, console.ask, console.say, peer, fix, before)
    except (KeyboardInterrupt, EOFError):
        raise UsageError(
            "stopped. The marks that were whole are in the log; `mlprep mock --score` goes on."
        ) from None
    finally:
        log.state.back_up()


# Arguments


def minutes_of(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = float("nan")
    if not 0 < minutes <= MOST_MIN:
        raise UsageError(
            f"--minutes must be a number above 0 and at most {MOST_MIN}. Got {text[:40]!r}."
        )
    return minutes


def seed_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise UsageError(f"--seed must be a whole number from 0 on. Got {text[:40]!r}.")
    return int(text)


def peer_of(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH or name.lower() in (SELF, "you"):
        raise UsageError(
            f"--peer must be a name of at most {NAME_LENGTH} letters, and not your own 'self' "
            f"or 'you'. Got {text[:40]!r}."
        )
    return name


def _print(text: str) -> None:
    """Print, to a reader who may stop reading (`mlprep mock --log | head`)."""
    try:
        print(text, flush=True)
    except BrokenPipeError:  # what is left in the buffer must not complain at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(notes: list[str]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
