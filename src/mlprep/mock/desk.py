"""A mock in steps, each a call of its own: for a notebook, whose kernel may be restarted.

What is in the log is all that a step knows, and the clock is the one on the wall. Every step
returns what is to be shown, as Markdown.
"""

from __future__ import annotations

from dataclasses import dataclass

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.mock.draw import Drawn, drawn_again
from mlprep.mock.log import SELF, Log, Mock
from mlprep.mock.rounds import ROUNDS, weakest
from mlprep.mock.sheet import rubric
from mlprep.mock.talk import HAD, KEPT_LEVELS, clock_text, time_is_up, verdict

PLACE = "notebook"
NONE = "no mock is under way. Begin with `%mock start design`."
SPEAK = "Speak. When you are done: `%mock next`."
WAS_IT_SAID = "Was it said? `%mock next y` (yes), `p` (partly), `n` (no), or without a mark."


@dataclass(frozen=True)
class Shown:
    """What a step shows. asks_had: it is an answer, and whether it was said can be asked now."""

    text: str
    asks_had: bool = False


def under_way(log: Log, mocks: list[Mock] | None = None) -> Mock | None:
    """The mock that is being held in steps: the last one, unless it is over or marked."""
    mocks = log.mocks() if mocks is None else mocks
    last = mocks[-1] if mocks else None
    is_open = last and last.place == PLACE and not last.is_ended and not last.marks
    return last if is_open else None


def is_abandoned(log: Log, mock: Mock) -> bool:
    """Whether twice its time is over: nobody has gone on talking so long."""
    return mock.elapsed_s(log.now()) > 2 * mock.minutes * 60


def clock_of(log: Log, mock: Mock) -> str:
    """[12:05 of 45:00]"""
    return clock_text(mock.elapsed_s(log.now()), mock.minutes)


def step_of(mock: Mock) -> str:
    """Where a conversation is, in two words."""
    return f"Follow-up {mock.step}" if mock.step else "Opening"


class Desk:
    """The mock under way in a course, or the last one.

    Args:
        log: of the learner in this course.
    """

    def __init__(self, course: Course, log: Log):
        self.course, self.log = course, log

    # The conversation

    def start(self, drawn: Drawn, fix: str = "", peer: str = "", is_call=False) -> Shown:
        """Begin a round.

        Args:
            fix: what was to be fixed since last time.
            peer: who else marks, "" for nobody.
            is_call: somebody else asks and has the answers; only questions are shown.

        Raises:
            UsageError: one is under way.
        """
        mock = under_way(self.log)
        if mock and not is_abandoned(self.log, mock):
            raise UsageError(
                f"{ROUNDS[mock.round].title}, {mock.title}, is under way {clock_of(self.log, mock)}"
                ". `%mock next` goes on, `%mock end` ends it, `%mock drop` leaves it out of the "
                "log."
            )
        drawn.begin(self.log, peer, fix, place=PLACE, call=is_call)
        mock = self._open()
        lines = [f"### {drawn.kind.title}, {drawn.minutes:g} minutes: {drawn.material.title}"]
        if fix:
            lines.append(f"What you wanted to fix since last time: **{fix}**")
        lines += [self._question(mock, drawn), SPEAK]
        if drawn.kind.has_code:
            unit = drawn.material.unit
            lines.append(f"Code in a cell of your own, or in `work/{unit}/{unit}.ipynb`.")
        lines.append("How the minutes are spent:")
        lines.append("\n".join(f"- {step}" for step in drawn.steps))
        if is_call:
            lines.append(f"The interviewer's sheet: `{drawn.command} --sheet interviewer`")
        return Shown("\n\n".join([*lines, f"The same round again: `{drawn.magic}`"]))

    def next(self, said: str = "") -> Shown:
        """The answer to the question that is open, or the next question, or the end.

        Args:
            said: a mark for the last answer, a key of HAD.

        Raises:
            UsageError: none is under way, or the mark comes before its answer.
        """
        mock = self._open()
        drawn = drawn_again(self.course, mock)
        is_asked = mock.step > 0 and mock.step not in mock.answered
        if said and (mock.step == 0 or (is_asked and not mock.is_call)):
            raise UsageError("a mark comes after the answer. `%mock next`, without one, shows it.")
        if is_asked:
            self.log.add(mock.id, "answered", at_s=self._at_s(mock), step=mock.step)
            if not mock.is_call:
                return Shown(self._answer(mock, drawn), asks_had=True)
        if said:
            self.had(said)
        left = len(drawn.ladder) - mock.step
        if left <= 0:
            return self.end("That was the last follow-up.")
        if self._at_s(mock) >= mock.minutes * 60:
            return self.end(time_is_up(left))
        rung = drawn.ladder[mock.step]
        self.log.add(
            mock.id, "asked", at_s=self._at_s(mock), step=mock.step + 1, question=rung.question
        )
        return Shown(f"{self._question(self._open(), drawn)}\n\n{SPEAK}")

    def had(self, said: str) -> None:
        """Keep whether the last answer was given: a key of HAD."""
        mock = self._open()
        if HAD.get(said) is not None:
            self.log.add(mock.id, "had", step=mock.step, mark=HAD[said])

    def note(self, text: str) -> Shown:
        """Keep a note at the step that is open."""
        mock = self._open()
        if not text:
            raise UsageError("a note needs a text, such as `%mock note requests a second first`.")
        self.log.add(mock.id, "noted", at_s=self._at_s(mock), step=mock.step, text=text)
        return Shown(f"`{clock_of(self.log, mock)}` Noted.")

    def end(self, why: str = "") -> Shown:
        """End the conversation; what is shown goes on to the marks."""
        mock = self._open()
        drawn = drawn_again(self.course, mock)
        seconds = mock.last_s if is_abandoned(self.log, mock) else self._at_s(mock)
        self.log.add(mock.id, "ended", at_s=seconds)
        self.log.state.back_up()
        why = f"{why} The conversation is over.".strip()
        lines = [f"`{clock_text(seconds, mock.minutes)}` {why}"]
        if drawn.material.minute:
            lines += ["**The lesson's own 60 seconds on the subject:**", drawn.material.minute]
        if mock.is_call and mock.asked:
            lines.append("**What good answers hold:**")
            lines += [_folded(rung) for rung in drawn.ladder[: mock.step]]
        lines += [f"### Rubric: {drawn.kind.in_text}", rubric(drawn.kind)]
        lines.append("Mark before you talk about it. " + self._then(self._last()))
        return Shown("\n\n".join(lines))

    def drop(self) -> Shown:
        """Leave the mock under way out of the log."""
        self.log.add(self._open().id, "discarded")
        return Shown("Left out of the log.")

    def where(self) -> Shown:
        """What is open now, again, and what comes next: for a kernel that was restarted."""
        mock = under_way(self.log)
        if mock is None:
            mocks = self.log.mocks()
            return Shown(self._then(mocks[-1]) if mocks else NONE[:1].upper() + NONE[1:])
        drawn = drawn_again(self.course, mock)
        if mock.step and mock.step in mock.answered and not mock.is_call:
            return Shown(f"{self._answer(mock, drawn)}\n\n{WAS_IT_SAID}")
        return Shown(f"{self._question(mock, drawn)}\n\n{SPEAK}")

    # The marks

    def marked(self, by: str, marks: dict[str, int]) -> Shown:
        """Keep somebody's marks; each one's are shown when all that are expected are there."""
        mock = self.to_mark()
        self.log.add(mock.id, "marked", by=by, marks=marks)
        self.log.state.back_up()
        mock = self._last()
        kept = "Your marks are kept." if by == SELF else f"{by}'s marks are kept."
        if missing := self._missing(mock):
            return Shown(f"{kept} They are shown when {_names(missing)} marked too. "
                         + self._then(mock))  # fmt: skip
        levels = verdict(ROUNDS[mock.round], mock.marks).replace("\n", "\n\n")
        return Shown(f"{kept}\n\n{levels}\n\n{self._then(mock)}")

    def to_mark(self) -> Mock:
        """The last mock, ended if it was not.

        Raises:
            UsageError: there is none.
        """
        if under_way(self.log):
            self.end()
        return self._last()

    def kept(self, mark: int) -> Shown:
        """Keep how far the fix of last time was kept.

        Raises:
            UsageError: there was none.
        """
        mock = self.to_mark()
        if not mock.last_fix:
            raise UsageError("nothing was named to fix before this mock.")
        self.log.add(mock.id, "kept", mark=mark)
        return Shown(self._then(self._last()))

    def to_fix(self) -> Mock:
        """The last mock, if it was marked.

        Raises:
            UsageError: it was not, or there is none.
        """
        mock = self._last()
        if not mock.marks:
            raise UsageError("the marks come first: `%mock score self`.")
        return mock

    def offered(self) -> str:
        """What to fix first by the last mock's marks, the peer's before one's own."""
        mock = self._last()
        judged = list(mock.peers.values())[-1:] or list(mock.marks.values())
        return weakest(ROUNDS[mock.round], judged[0]) if judged else ""

    def fix(self, text: str) -> Shown:
        """Keep the one thing to fix next time.

        Raises:
            UsageError: there is no text, or nothing was marked.
        """
        mock = self.to_fix()
        if not text:
            raise UsageError("name the thing, such as `%mock fix say the cost of each choice`.")
        self.log.add(mock.id, "fix", text=text)
        self.log.state.back_up()
        return Shown(
            f"Kept. To fix next time: **{text}**\n\nThe next {ROUNDS[mock.round].in_text} "
            f"mock asks about it. {self._then(self._last())}"
        )

    # Inside

    def _open(self) -> Mock:
        mock = under_way(self.log)
        if mock is None:
            raise UsageError(NONE)
        return mock

    def _last(self) -> Mock:
        mocks = self.log.mocks()
        if not mocks:
            raise UsageError("there is no mock to mark. Begin with `%mock start design`.")
        return mocks[-1]

    def _at_s(self, mock: Mock) -> float:
        return round(mock.elapsed_s(self.log.now()), 1)

    def _question(self, mock: Mock, drawn: Drawn) -> str:
        clock = clock_of(self.log, mock)
        if mock.step == 0:
            return f"`{clock}` **Interviewer:**\n\n> {drawn.opening}"
        head = f"`{clock}` **Follow-up {mock.step} of {len(drawn.ladder)}:**"
        return f"{head}\n\n> {mock.asked[-1]}"

    def _answer(self, mock: Mock, drawn: Drawn) -> str:
        rung = drawn.ladder[mock.step - 1]
        head = f"`{clock_of(self.log, mock)}` **Follow-up {mock.step}:** {rung.question}"
        return f"{head}\n\n**What a good answer holds:**\n\n{rung.answer}"

    def _missing(self, mock: Mock) -> list[str]:
        wanted = [SELF, *([mock.peer] if mock.peer else [])]
        return [who for who in wanted if who not in mock.marks]

    def _then(self, mock: Mock) -> str:
        """What comes next for a mock whose conversation is over."""
        if missing := self._missing(mock):
            return (
                "Now the marks: " + ", then ".join(f"`%mock score {who}`" for who in missing) + "."
            )
        if mock.last_fix and mock.kept is None:
            return (
                f"Last time you named this to fix: **{mock.last_fix}**\n\nWas it done? `%mock "
                f"kept` and a number: {KEPT_LEVELS}."
            )
        if not mock.fix:
            offered = self.offered()
            hint = f" Offered, if you name none: *{offered}*." if offered else ""
            return f"Now the one thing to fix next time: `%mock fix` and your words.{hint}"
        return "All of it is in the log: `%mock log` shows the trend."


def _folded(rung) -> str:
    return f"<details><summary>{rung.question}</summary>\n\n{rung.answer}\n\n</details>"


def _names(missing: list[str]) -> str:
    names = ["you" if who == SELF else who for who in missing]
    return f"{' and '.join(names)} {'have' if len(names) > 1 or names == ['you'] else 'has'}"
