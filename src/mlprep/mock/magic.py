"""`%mock` in a notebook: the same mock interview as in a terminal, a step at a time.

    %mock start design      draw a round and start the clock
    %mock next              what a good answer holds, and the next follow-up
    %mock score self        the marks
    %mock log               what was held, and the trend

Every kernel of the environment knows this module, so it imports what takes time when it is used.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from IPython.core.error import StdinNotImplementedError
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import clear_output, display

from mlprep.errors import MlprepError, UsageError

if TYPE_CHECKING:
    from mlprep.mock.desk import Desk, Shown
    from mlprep.mock.verbs import Console

HELP = """\
| you type | what happens |
|---|---|
| `%mock start design` | a round is drawn, the clock starts, the opening question is put |
| `%mock next` | what a good answer holds, then the next follow-up |
| `%mock next y` | the same, and the last answer is marked: `y` yes, `p` partly, `n` no |
| `%mock note TEXT` | a note is kept with the clock beside it |
| `%mock` | where you are, again |
| `%mock end` | the conversation is over; the rubric |
| `%mock score self` | your marks; `%mock score Ada` for Ada's |
| `%mock score self 2 1 2 3` | all of them in one line, in the rubric's order |
| `%mock kept 2` | how far last time's fix was kept, 0 to 3 |
| `%mock fix TEXT` | the one thing to fix next time |
| `%mock log` | what was held, and the trend |
| `%mock sheet design` | the round on paper, a page for each of you; `--page interviewer` for one |
| `%mock drop` | the mock under way is left out of the log |

The rounds are coding, design, fundamentals, behavioural and research. `start` and `sheet` also take
`--unit NAME`, `--seed N` and `--minutes M`; `start` takes `--peer NAME`, who marks too, and
`--call`: somebody in a call asks and has the answers, and only questions are shown here."""


@magics_class
class MockMagics(Magics):
    """Mock interviews."""

    console: Console | None = None  # tests bring their own

    @line_magic
    def mock(self, line: str) -> None:
        """Hold a mock interview; `%mock help` says how."""
        from mlprep.mock.desk import Desk
        from mlprep.mock.log import Log
        from mlprep.mock.verbs import Console

        verb, _, rest = line.strip().partition(" ")
        try:
            act = getattr(self, f"_do_{verb or 'where'}", None)
            if act is None:
                raise UsageError(f"{verb[:40]}: no such word. `%mock help` lists them.")
            course, state = _here()
            console = self.console or Console()
            log = Log(state, console.now)
            mocks = log.mocks()
            for note in [*state.notes, *log.notes]:
                print(f"note: {note}")
            log.notes.clear()
            act(Desk(course, log), rest.strip(), console, mocks)
        except MlprepError as error:
            print(f"%mock: {error}")
        except KeyboardInterrupt:
            print("%mock: stopped. What was kept before is in the log; run the cell again.")

    def _do_help(self, *_) -> None:
        _show(HELP)

    def _do_where(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        _show(desk.where().text)

    def _do_start(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        from mlprep.mock.log import last_fix

        options, drawn = _drawn(desk, rest, mocks)
        fix = last_fix(mocks, drawn.kind.name)
        _show(desk.start(drawn, fix, options["peer"], options["call"]).text)

    def _do_next(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        from mlprep.mock.talk import HAD, had_of

        said = had_of(rest)
        if said not in HAD:
            raise UsageError(f"behind `next` stands y, p or n, or nothing. Got {rest[:40]!r}.")
        if said == "end":
            _show(desk.end().text)
            return
        shown = desk.next(said)
        if shown.asks_had:
            self._ask_had(desk, shown, console)
        else:
            _show(shown.text)

    def _ask_had(self, desk: Desk, shown: Shown, console: Console) -> None:
        """Show an answer and, where lines can be typed, ask for its mark and go on."""
        from mlprep.mock.desk import WAS_IT_SAID as TYPE_IT
        from mlprep.mock.talk import HAD, WAS_IT_SAID, had_of

        _show(shown.text)
        said = None
        while said not in HAD:
            try:
                said = had_of(console.ask(WAS_IT_SAID))
            except (StdinNotImplementedError, EOFError):
                _show(TYPE_IT)
                return
        if said == "end":
            _show(desk.end().text)
        else:
            _show(desk.next(said).text)

    def _do_note(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        _show(desk.note(rest).text)

    def _do_end(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        _show(desk.end().text)

    def _do_drop(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        _show(desk.drop().text)

    def _do_score(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        from mlprep.mock.log import SELF
        from mlprep.mock.rounds import ROUNDS
        from mlprep.mock.sheet import rubric
        from mlprep.mock.talk import ask_marks
        from mlprep.mock.verbs import peer_of

        words = rest.split()
        numbers = [word for word in words if word.lstrip("-").isdigit()]
        who = " ".join(word for word in words if word not in numbers)
        by = SELF if who.lower() in ("", SELF, "me") else peer_of(who)
        kind = ROUNDS[desk.to_mark().round]
        if numbers:
            _show(desk.marked(by, _marks(numbers, list(kind.axes))).text)
            return
        try:
            marks = ask_marks(kind, console.ask, console.say)
        except (StdinNotImplementedError, EOFError):
            clear_output()
            line = f"%mock score {by} {' '.join('2' for _ in kind.axes)}"
            _show(
                f"{rubric(kind)}\n\nNo lines can be typed here. Write the marks behind the name, "
                f"in this order, such as `{line}`."
            )
            return
        except KeyboardInterrupt:
            clear_output()
            raise
        clear_output()  # the next one to mark must not see these
        _show(desk.marked(by, marks).text)

    def _do_kept(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        if rest not in ("0", "1", "2", "3"):
            raise UsageError(f"behind `kept` stands a number from 0 to 3. Got {rest[:40]!r}.")
        _show(desk.kept(int(rest)).text)

    def _do_fix(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        from mlprep.mock.talk import KEPT_LEVELS, ask_fix, ask_number

        mock = desk.to_fix()
        offered = desk.offered()
        try:
            if mock.last_fix and mock.kept is None:
                console.say(f"Last time you named this to fix: {mock.last_fix}")
                mark = ask_number(f"Was it done? {KEPT_LEVELS}: ", console.ask, console.say)
                desk.kept(mark)
            text = rest or ask_fix(offered, console.ask)
        except (StdinNotImplementedError, EOFError):
            text = rest or offered
        _show(desk.fix(text).text)

    def _do_log(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        from mlprep.mock.trend import trend_text

        print(trend_text(mocks))

    def _do_sheet(self, desk: Desk, rest: str, console: Console, mocks) -> None:
        from mlprep.mock.log import last_fix
        from mlprep.mock.sheet import sheet

        options, drawn = _drawn(desk, rest, mocks)
        _show(sheet(drawn, options["page"], last_fix(mocks, drawn.kind.name)))


def _here():
    """The course that this kernel's notebook lies in, and the learner's file."""
    from mlprep.course import Course
    from mlprep.magic import kernel_folder
    from mlprep.plan.state import State

    course = Course.find(kernel_folder()[0])
    return course, State.of(course)


def _drawn(desk: Desk, rest: str, mocks):
    """What stands behind `start` or `sheet`, and the round that it draws."""
    from mlprep.mock.rounds import kind_of
    from mlprep.mock.verbs import draw_round, minutes_of, seed_of

    options = _options(rest)
    kind = kind_of(options["round"]) if options["round"] else None
    seed = seed_of(options["seed"]) if options["seed"] else None
    minutes = minutes_of(options["minutes"]) if options["minutes"] else None
    unit = options["unit"] or None
    return options, draw_round(desk.course, desk.log.state, mocks, kind, seed, minutes, unit)


def _options(rest: str) -> dict:
    """Words behind `start` or `sheet`: a round, and options with values."""
    from mlprep.mock.sheet import PAGES
    from mlprep.mock.verbs import peer_of

    found = dict.fromkeys(("round", "seed", "minutes", "unit", "peer"), "")
    found |= {"page": "both", "call": False}
    try:
        words = shlex.split(rest)
    except ValueError:
        raise UsageError(f"a quotation mark is not closed. Got {rest[:40]!r}.") from None
    while words:
        word = words.pop(0)
        name, is_joined, value = word.removeprefix("--").partition("=")
        if word == "--call":
            found["call"] = True
        elif not word.startswith("--") and not found["round"]:
            found["round"] = word
        elif word.startswith("--") and name in found and name != "round":
            if not is_joined and not words:
                raise UsageError(f"--{name}: a value must follow.")
            found[name] = value if is_joined else words.pop(0)
        else:
            raise UsageError(f"{word[:40]}: not understood. `%mock help` lists what is.")
    if found["peer"]:
        found["peer"] = peer_of(found["peer"])
    if found["page"] not in PAGES:
        raise UsageError(f"--page must be one of {', '.join(PAGES)}. Got {found['page'][:40]!r}.")
    return found


def _marks(numbers: list[str], axes: list[str]) -> dict[str, int]:
    if len(numbers) != len(axes) or not set(numbers) <= set("0123"):
        raise UsageError(
            f"marks are {len(axes)} numbers from 0 to 3: {', '.join(axes)}. Got "
            f"{' '.join(numbers)[:40]}."
        )
    return dict(zip(axes, map(int, numbers), strict=True))


def _show(markdown: str) -> None:
    from mlprep.mock.talk import shown

    display({"text/plain": shown(markdown), "text/markdown": markdown}, raw=True)
