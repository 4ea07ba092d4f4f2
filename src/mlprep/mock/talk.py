"""The conversation in a terminal: question by question under a clock, then the marks.

Each step is on the disk before the next one is shown.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from mlprep.design.rubric import LEVELS
from mlprep.errors import MlprepError
from mlprep.mock.draw import Drawn
from mlprep.mock.log import SELF, Log, Mock
from mlprep.mock.rounds import Kind, level, weakest

WIDTH = 78
SCREEN = 60  # lines
KEYS = "Enter: next. Any text: kept as a note. t: the clock. end: score now."
WAS_IT_SAID = "Was it said? y(es), p(artly), n(o), Enter: no mark. "
HAD = {"y": 2, "p": 1, "n": 0, "": None, "end": None}
KEPT = ("not at all", "once, when reminded", "mostly", "throughout")
KEPT_LEVELS = ", ".join(f"{mark} {text}" for mark, text in enumerate(KEPT))
VERBATIM = re.compile(r"^\s*(\||```|    )")
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s")


class Stopped(MlprepError):
    """The learner stopped, or the input ended. What was said so far is in the log, or discarded."""

    exit_code = 130


class Talk:
    """One mock in a terminal.

    Args:
        drawn: the round.
        log: where it is kept.
        clock: seconds from any origin.
        ask: shows a prompt and returns a line; raises EOFError when the input has ended.
        say: shows a text.
        peer: who else marks, "" for nobody.
    """

    def __init__(
        self,
        drawn: Drawn,
        log: Log,
        clock: Callable[[], float],
        ask: Callable[[str], str],
        say: Callable[[str], None],
        peer: str = "",
    ):
        self.drawn, self.log, self.clock, self.ask, self.say = drawn, log, clock, ask, say
        self.peer = peer
        self.id = ""
        self._begun_s = 0.0
        self._over_s: float | None = None

    def hold(self, last_fix: str = "") -> None:
        """All of it, to the last mark.

        Args:
            last_fix: what was named last time in this round; it is asked for again.

        Raises:
            Stopped: Ctrl-C, or the end of the input.
        """
        try:
            self._head(last_fix)
            self.ask("Press Enter to start the clock. ")
            self._begun_s = self.clock()
            drawn, material = self.drawn, self.drawn.material
            self.id = drawn.begin(self.log, self.peer, last_fix)
            self._converse()
            self._over_s = self._at_s()
            self.log.add(self.id, "ended", at_s=self._over_s)
            if material.minute:
                self.say(
                    f"\nThe lesson's own 60 seconds on the subject:\n\n{shown(material.minute)}"
                )
            score(self.log, self.id, drawn.kind, self.ask, self.say, self.peer, last_fix)
        except (KeyboardInterrupt, EOFError) as stop:
            raise self._stopped(isinstance(stop, EOFError)) from None

    def clock_text(self) -> str:
        """The clock as each prompt shows it; it goes on when the time is up."""
        return clock_text(self._at_s(), self.drawn.minutes)

    # The steps

    def _head(self, last_fix: str) -> None:
        drawn = self.drawn
        title = f"{drawn.kind.title}, {drawn.minutes:g} minutes: {drawn.material.title}"
        lines = [title, "=" * len(title), f"The same round again: {drawn.command}"]
        if drawn.kind.has_code:
            unit = drawn.material.unit
            lines.append(f"Code in a plain editor, or in your copy: work/{unit}/{unit}.ipynb")
        lines += ["", "How the minutes are spent:"]
        lines += [shown(f"- {step}") for step in drawn.steps]
        if last_fix:
            lines += ["", shown(f"What you wanted to fix since last time: {last_fix}")]
        self.say("\n".join([*lines, "", KEYS, ""]))

    def _converse(self) -> None:
        """The opening, then one follow-up after the other until the time is up."""
        self.say(f"\n{self.clock_text()} Interviewer:\n\n{shown(self.drawn.opening, '  ')}\n")
        if not self._listen(0):
            return
        count = len(self.drawn.ladder)
        for step, rung in enumerate(self.drawn.ladder, start=1):
            if left := self._time_is_up(count - step + 1):
                self.say(left)
                return
            self.log.add(self.id, "asked", at_s=self._at_s(), step=step, question=rung.question)
            head = f"{self.clock_text()} Follow-up {step} of {count}:"
            self.say(f"\n{head}\n\n{shown(rung.question, '  ')}\n")
            goes_on = self._listen(step)
            self.log.add(self.id, "answered", at_s=self._at_s(), step=step)
            self.say(f"\nWhat a good answer holds:\n\n{shown(rung.answer, '  ')}\n")
            said = self._had()
            if HAD[said] is not None:
                self.log.add(self.id, "had", step=step, mark=HAD[said])
            if said == "end" or not goes_on:
                return

    def _listen(self, step: int) -> bool:
        """Wait until the answer is over; whether the conversation goes on."""
        while True:
            said = self.ask(f"{self.clock_text()} > ").strip()
            if said in ("", "end"):
                return said == ""
            if said != "t":
                self.log.add(self.id, "noted", at_s=self._at_s(), step=step, text=said)

    def _had(self) -> str:
        """Whether the answer was given: a key of HAD."""
        while True:
            said = had_of(self.ask(WAS_IT_SAID))
            if said in HAD:
                return said

    def _time_is_up(self, left: int) -> str:
        is_up = self._at_s() >= self.drawn.minutes * 60
        return f"\n{self.clock_text()} {time_is_up(left)}" if is_up else ""

    def _at_s(self) -> float:
        return round(self.clock() - self._begun_s, 1)

    # Stopping

    def _stopped(self, at_the_end_of_input: bool) -> Stopped:
        """Keep what was said, or discard it if the learner says so."""
        if not self.id:
            return Stopped("stopped before it began. Nothing was logged.")
        said = ""
        if not at_the_end_of_input:
            try:
                said = self.ask("\nStopped. Keep what was said so far in the log? [Y/n] ")
            except (KeyboardInterrupt, EOFError):
                pass  # when in doubt, nothing is lost
        if said.strip().lower() in ("n", "no"):
            self.log.add(self.id, "discarded")
            return Stopped("stopped, and left out of the log.")
        if self._over_s is None:
            self.log.add(self.id, "ended", at_s=self._at_s())
        return Stopped("stopped. What was said is in the log; `mlprep mock --score` adds marks.")


def score(
    log: Log,
    mock: str,
    kind: Kind,
    ask: Callable[[str], str],
    say: Callable[[str], None],
    peer: str = "",
    last_fix: str = "",
    before: Mock | None = None,
) -> None:
    """Ask for the marks and for the one thing to fix, and keep each as soon as it is there.

    Args:
        before: the mock as it is in the log, when it was marked in part; that is not asked again.
    """
    marks = dict(before.marks) if before else {}
    title = f"Rubric: {kind.in_text}, 0 to 3 on each axis"
    say(f"\n{title}\n{'-' * len(title)}")
    for who in [SELF, *([peer] if peer else [])]:
        if who in marks:
            continue
        if marks and who != SELF:  # what the first one chose must not lead the second
            ask(f"\n{who} marks now, without a look at your marks: hand over, then Enter. ")
            say("\n" * SCREEN)
        say("\nYour own marks." if who == SELF else f"\n{who}'s marks.")
        marks[who] = ask_marks(kind, ask, say)
        log.add(mock, "marked", by=who, marks=marks[who])
    say("\n" + verdict(kind, marks))
    if last_fix and (before is None or before.kept is None):
        say("\n" + shown(f"Last time you named this to fix: {last_fix}"))
        log.add(mock, "kept", mark=ask_number(f"Was it done? {KEPT_LEVELS}: ", ask, say))
    if before is None or not before.fix:
        log.add(mock, "fix", text=ask_fix(weakest(kind, marks.get(peer) or marks[SELF]), ask))
    say("\nKept. `mlprep mock --log` shows the trend.")


def ask_fix(offered: str, ask: Callable[[str], str]) -> str:
    """The one thing to fix; `offered` is taken where nothing is typed."""
    hint = f" (Enter: {offered})" if offered else ""
    text = ""
    while not text:
        text = ask(f"\nThe one thing to fix next time{hint}: ").strip() or offered
    return text


def verdict(kind: Kind, marks: dict[str, dict[str, int]]) -> str:
    """Each marker's level, and where they differ."""
    names = {who: "You" if who == SELF else who for who in marks}
    lines = [f"{names[who]}: {level(found)} (median axis)." for who, found in marks.items()]
    own = marks.get(SELF, {})
    for who, theirs in marks.items():
        if who == SELF:
            continue
        off = {axis: mark - theirs[axis] for axis, mark in own.items() if mark != theirs[axis]}
        gaps = [f"{axis} {difference:+d}" for axis, difference in off.items()]
        differ = f"You minus {who}: {', '.join(gaps)}." if gaps else f"You and {who} agree."
        lines.append(differ)
    return "\n".join(lines)


def ask_marks(kind: Kind, ask: Callable[[str], str], say: Callable[[str], None]) -> dict[str, int]:
    """A mark on each axis, whose levels are shown."""
    marks = {}
    for axis, texts in kind.axes.items():
        rows = [
            textwrap.fill(f"  {mark} {name}: {text}", WIDTH, subsequent_indent="    ")
            for mark, (name, text) in enumerate(zip(LEVELS, texts, strict=True))
        ]
        say("\n".join(["", axis, *rows]))
        marks[axis] = ask_number(f"{axis}, 0 to 3: ", ask, say)
    return marks


def ask_number(prompt: str, ask: Callable[[str], str], say: Callable[[str], None]) -> int:
    while True:
        said = ask(prompt).strip()
        if said in ("0", "1", "2", "3"):
            return int(said)
        say("A mark is 0, 1, 2 or 3.")


def had_of(said: str) -> str:
    """What was typed to "was it said?", as a key of HAD where it is one."""
    said = said.strip().lower()
    return {"yes": "y", "partly": "p", "no": "n"}.get(said, said)


def time_is_up(left: int) -> str:
    """The sentence on the follow-ups that are left when the minutes are over."""
    return f"Time is up: {'1 follow-up was' if left == 1 else f'{left} follow-ups were'} not asked."


def clock_text(seconds: float, minutes: float) -> str:
    """[12:05 of 45:00]; it goes on when the time is up."""
    return f"[{minutes_text(seconds)} of {minutes_text(minutes * 60)}]"


def minutes_text(seconds: float) -> str:
    """12:05 for 725 seconds."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes:02}:{seconds:02}"


def shown(markdown: str, indent: str = "") -> str:
    """Markdown for a terminal: paragraphs and list items wrapped, tables and code as they are."""
    blocks: list[list[str]] = [[]]
    in_code = False
    for line in markdown.replace("**", "").strip().splitlines():
        fence = line.lstrip().startswith("```")
        if in_code or fence or VERBATIM.match(line):
            blocks += [[line, ""], []]  # the empty second line: not to be wrapped
            in_code ^= fence
        elif not line.strip():
            blocks += [[""], []]
        elif ITEM.match(line):
            blocks += [[line]]
        else:
            blocks[-1].append(line.strip())
    lines: list[str] = []
    for block in filter(None, blocks):
        if block[-1] == "":
            lines.append(indent + block[0] if block[0] else "")
            continue
        deeper = indent + ("  " if ITEM.match(block[0]) else "")
        text = " ".join(block)
        lines += textwrap.wrap(
            text, WIDTH, initial_indent=indent, subsequent_indent=deeper, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(lines)
