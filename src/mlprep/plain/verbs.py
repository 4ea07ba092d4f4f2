"""`mlprep plain`: from arguments to a file, a mark, a run or the log."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.plain.log import Log, Sitting
from mlprep.plain.page import Asked, asked, is_untouched, page
from mlprep.plain.patterns import of_question
from mlprep.plain.shown import as_json, log_text, mark_text, run_text
from mlprep.plain.talk import MARKS, SAYS, TALK, Entry, entries_in, mark_named, next_mark, review
from mlprep.plan.state import State, StateError, unwritten

HOW = (
    "`mlprep plain UNIT QUESTION` begins, `mlprep plain mark` notes the next step, "
    "`mlprep plain run UNIT QUESTION` is the first run, `mlprep plain log` shows the rate."
)
WORDS = {"mark": (0, 99), "run": (0, 2), "log": (0, 0), "listen": (0, 0)}
MAX_BYTES = 200_000


def _now() -> datetime:
    return datetime.now(UTC)


def plain(
    course: Course,
    args: argparse.Namespace,
    now: Callable[[], datetime] = _now,
    ask: Callable[[str], str] = input,
) -> int:
    """Do what the arguments say; the exit code."""
    first, *rest = args.words or [""]
    least, most = WORDS.get(first, (1, 1))
    if not first or not least <= len(rest) <= most:
        raise UsageError(HOW)
    if args.json and first != "log":
        raise UsageError("--json goes with `mlprep plain log`.")
    if args.no_clock and first in WORDS:
        raise UsageError("--no-clock goes with `mlprep plain UNIT QUESTION`.")
    state = State.of(course)
    log = Log(state, now)
    sittings = log.sittings()
    for note in [*state.notes, *log.notes]:
        print(f"note: {note}", file=sys.stderr)
    if first == "log":
        print(as_json(sittings) if args.json else log_text(sittings))
        return 0
    if first == "mark":
        print(mark_text(_mark(log, _open_one(sittings), " ".join(rest))))
        return 0
    if first == "listen":
        return _listen(log, _open_one(sittings), ask)
    if first == "run":
        return _run(course, log, sittings, rest)
    return _begin(log, sittings, asked(course.unit(first), rest[0]), not args.no_clock)


def _begin(log: Log, sittings: list[Sitting], question: Asked, clock: bool) -> int:
    """Write the plain file under a name that nothing has, and start the clock."""
    unit, state = question.unit, log.state
    before = any((s.unit, s.question) == (unit.name, question.name) for s in sittings)
    tried = state.path.is_file() and state.attempts.tried(unit.name, question.name)
    path = _write_new(question)
    try:
        log.begin(
            unit=unit.name,
            question=question.name,
            pattern=of_question(unit.name, question.name),
            file=path.relative_to(unit.course.root).as_posix(),
            clock=clock,
            fresh=not (before or tried),
        )
    except StateError:
        path.unlink()
        raise
    print(path.relative_to(unit.course.root))
    print("The clock runs." if clock else "No clock runs.", end=" ")
    print("Open the file in an editor without completion, and talk.")
    if clock:
        print(f"As you begin a step: `mlprep plain mark`. First {MARKS[0]}: {SAYS[MARKS[0]]}.")
    print(f"When you are done: `mlprep plain run {unit.name} {question.name}`. One run counts.")
    state.back_up()
    return 0


def _write_new(question: Asked) -> Path:
    folder, text = question.folder(), page(question)
    for number in range(1, 1000):
        path = folder / f"{question.name}{f'-{number}' if number > 1 else ''}.py"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            return path
        except FileExistsError:
            continue
        except OSError as error:
            raise StateError(unwritten(path, error)) from error
    raise UsageError(f"{folder}: it has a thousand files of {question.name}. Move some away.")


def _open_one(sittings: list[Sitting]) -> Sitting:
    """The sitting that a mark belongs to: the last one begun, if it was not run yet."""
    last = sittings[-1] if sittings else None
    if last is None or last.first is not None:
        raise UsageError(f"no question is open. {HOW}")
    if not last.clock:
        raise UsageError(
            f"{last.question} was begun without a clock. Note the times in its file, as in "
            "`# 00:40 restate`."
        )
    return last


def _mark(log: Log, sitting: Sitting, words: str) -> Entry:
    """Keep a mark; without words the next one."""
    mark, rest = mark_named(words) if words else (next_mark(sitting.marks), "")
    if not mark:
        raise UsageError(
            f"a mark is {', '.join(MARKS)} (or 1 to {len(MARKS)}), or {TALK} while you speak; "
            f"words may follow. Got {words[:40]!r}."
        )
    entry = (round(sitting.seconds(log.now())), mark, rest[:200])
    log.add(sitting.id, "marked", at_s=entry[0], mark=mark, words=entry[2])
    sitting.marks.append(entry)
    return entry


def _listen(log: Log, sitting: Sitting, ask: Callable[[str], str]) -> int:
    """Let a peer note what is heard: Enter while there is speech, a number for a mark."""
    numbers = ", ".join(f"{place} {mark}" for place, mark in enumerate(MARKS, start=1))
    print(f"{sitting.question}. Enter: they are talking. A number: {numbers}. q ends.")
    while True:
        try:
            said = ask("> ").strip()
        except (EOFError, KeyboardInterrupt):
            said = "q"
        if said.lower() in ("q", "quit"):
            return 0
        try:
            print(mark_text(_mark(log, sitting, said or TALK)), flush=True)
        except UsageError as error:
            print(error)


def _run(course: Course, log: Log, sittings: list[Sitting], names: list[str]) -> int:
    """Grade the file of the last sitting (of this question), and keep what came of it."""
    if len(names) == 1:
        raise UsageError(f"name unit and question, or neither for the last one. {HOW}")
    if names:
        asked(course.unit(names[0]), names[1])  # a misspelt name is told as such
    same = [s for s in sittings if not names or [s.unit, s.question] == names]
    if not same:
        begin = f"mlprep plain {' '.join(names)}" if names else "mlprep plain UNIT QUESTION"
        raise UsageError(f"it was not begun. Begin with `{begin}`.")
    sitting = same[-1]
    question = asked(course.unit(sitting.unit), sitting.question)
    text = _read(course.root / sitting.file)
    if is_untouched(text, question):
        raise UsageError(f"{sitting.file}: nothing is written yet. Nothing was run or counted.")
    at_s = round(sitting.seconds(log.now())) if sitting.clock else None
    from mlprep.plain.runs import run

    result = run(question, text)
    entries = sorted([*sitting.marks, *entries_in(text)], key=lambda entry: entry[0])
    log.add(
        sitting.id,
        "ran",
        at_s=at_s,
        passed=result.points >= result.max_points,
        points=result.points,
        max_points=result.max_points,
        message=result.message,
        mistake=result.mistake,
        entries=entries,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    log.state.back_up()
    end_s = at_s if at_s is not None else max((entry[0] for entry in entries), default=0)
    print(run_text(result, sitting, review(entries, end_s), at_s))
    return 0 if result.points >= result.max_points else 1


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: an answer has at most {MAX_BYTES // 1000} kB.")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(
            f"{path}: it is gone. Begin again with `mlprep plain UNIT QUESTION`."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: it cannot be read as UTF-8 text ({type(error).__name__}). Save it as plain "
            "text. Nothing was run or counted."
        ) from None
