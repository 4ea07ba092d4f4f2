"""A question: probes, a reference, the wrong answers that people give, and right ones in other
styles.

A probe is a function from an answer (a function or a class) to plain data. The learner's answer,
the reference, each mistake and each variant run through the same probes:

- equal to the reference on every probe: full points;
- else equal to one mistake on every probe: the points of the probes that held, and its message;
- else: the points of the probes that held, and the first claim that broke, with the call.

Probes declared before `q.hidden()` share one half of the points, those after it the other half;
without hidden probes the visible ones share all of them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mlprep.check.answer import CHANGED, Outcome, observe
from mlprep.check.values import difference, duplicate, one_line, plain, show
from mlprep.check.verdict import Verdict, judge

_MISSING = object()


class Rng:
    """Stands for a fresh numpy Generator in the arguments of a case."""

    def __init__(self, seed: int):
        self.seed = seed

    def __repr__(self):
        return f"rng({self.seed})"


@dataclass
class Probe:
    """One thing that must hold of an answer.

    run: from an answer to plain data. kind: "case", "raises" or "probe". wanted: the Outcome that
    a right answer has, or None where the reference decides. claim: the sentence that a learner
    reads when it breaks, or "".
    """

    run: Callable
    kind: str
    name: str
    claim: str
    wanted: Outcome | None
    hidden: bool
    weight: float
    rtol: float
    atol: float
    dtype: str | None

    def gap(self, got: Outcome, want: Outcome) -> str | None:
        """How `got` differs from `want`: a clause, or None where they agree."""
        if got.not_plain:
            return (
                None
                if got.not_plain == want.not_plain
                else (f"plain data is wanted, not {got.not_plain}")
            )
        if want.not_plain:
            return f"{show(got.value)} is plain data"
        if want.error or got.error:
            if not want.error:
                text = f": {got.error_text}" if got.error_text else ""
                where = f" (at `{got.error_where}`)" if got.error_where else ""
                return f"it raised {got.error}{text}{where}"
            if want.error in got.error_kinds and not _is_stub(got, want):
                return None
            if got.error:
                return f"it raised {got.error}, not {want.error}"
            return f"it returned {show(got.value)} and raised no {want.error}"
        texts = isinstance(got.value, str) and isinstance(want.value, str)
        if texts and got.value and not want.value and self.kind == "probe":
            return got.value  # the probe itself says what is wrong
        if clause := difference(got.value, want.value, self.rtol, self.atol, self.dtype):
            return clause
        if got.changed != want.changed:
            return f"{got.changed or want.changed} {CHANGED}"
        return None


@dataclass
class Alternative:
    """A named wrong answer (with a message) or a right one written another way (without)."""

    name: str
    answer: Callable
    message: str = ""


class Question:
    """One graded question about one answer.

    Args:
        answer: what the learner wrote: a function, a class, or plain data.
        points: what the question is worth.
        name: how messages call it (default: the answer's own name).
    """

    def __init__(self, answer, points: float, name: str | None = None):
        if not points > 0:
            raise ValueError(f"Question: points must be positive. Got {points!r}.")
        self.answer = answer
        self.points = float(points)
        self.name = one_line(name or getattr(answer, "__name__", None) or "answer", 80)
        self.probes: list[Probe] = []
        self.mistakes: list[Alternative] = []
        self.variants: list[Alternative] = []
        self.model: Callable | None = None
        self.hint_texts: tuple[str, ...] = ()
        self.why_text = ""
        self._hidden = False
        self._behaviour: dict[tuple[str, str, int], Outcome] = {}

    # Probes

    def case(
        self,
        *args,
        gives=_MISSING,
        kwargs: dict | None = None,
        claim: str = "",
        rtol: float = 1e-6,
        atol: float = 1e-9,
        dtype: str | None = None,
        weight: float = 1.0,
    ) -> None:
        """The answer, called with these arguments, gives `gives` (default: what the reference
        gives).

        Args:
            rtol, atol: got = want where |got - want| <= atol + rtol * |want|.
            dtype: name of the dtype that arrays in the result must have (None: not graded).
        """
        kwargs = kwargs or {}

        def call(answer):
            return answer(*map(_fresh, args), **{key: _fresh(v) for key, v in kwargs.items()})

        wanted = None if gives is _MISSING else Outcome(value=plain(gives))
        self._add(call, "case", "", claim, wanted, rtol, atol, dtype, weight)

    def raises(
        self,
        error: type[Exception],
        *args,
        kwargs: dict | None = None,
        claim: str = "",
        weight: float = 1.0,
    ) -> None:
        """The answer, called with these arguments, raises `error` or a subclass of it."""
        kwargs = kwargs or {}

        def call(answer):
            return answer(*map(_fresh, args), **{key: _fresh(v) for key, v in kwargs.items()})

        wanted = Outcome(error_kinds=(error.__name__,))
        self._add(call, "raises", "", claim, wanted, 0.0, 0.0, None, weight)

    def probe(
        self,
        function: Callable | None = None,
        *,
        gives=_MISSING,
        rtol: float = 1e-6,
        atol: float = 1e-9,
        dtype: str | None = None,
        weight: float = 1.0,
    ):
        """Decorator: `function(answer)` returns plain data; its docstring is the claim.

        With gives="" the function judges for itself: it returns "" where the claim holds, else
        what is wrong, as the end of the sentence "claim, but …".
        """

        def add(function):
            claim = " ".join((function.__doc__ or function.__name__.replace("_", " ")).split())
            wanted = None if gives is _MISSING else Outcome(value=plain(gives))
            name = function.__name__
            self._add(function, "probe", name, claim, wanted, rtol, atol, dtype, weight)
            return function

        return add if function is None else add(function)

    def hidden(self) -> None:
        """From here on, probes are hidden from the learner."""
        self._hidden = True

    @staticmethod
    def rng(seed: int) -> Rng:
        """An argument of a case: a fresh `np.random.default_rng(seed)` for each call."""
        return Rng(seed)

    def _add(self, run, kind, name, claim, wanted, rtol, atol, dtype, weight) -> None:
        name = name or f"{kind}_{len(self.probes) + 1}"
        if weight <= 0:
            raise ValueError(f"{self.name}, probe {name}: weight must be positive. Got {weight!r}.")
        probe = Probe(run, kind, name, claim, wanted, self._hidden, weight, rtol, atol, dtype)
        self.probes.append(probe)

    # What the author knows of the answer

    def reference(self, function: Callable) -> Callable:
        """Decorator: the right answer by an independent route."""
        self.model = function
        return function

    def mistake(self, message: str) -> Callable[[Callable], Callable]:
        """Decorator: a wrong answer that people give. Its name is the mistake's name."""

        def add(function):
            text = " ".join(message.split())
            self.mistakes.append(Alternative(function.__name__, function, text))
            return function

        return add

    def variant(self, function: Callable) -> Callable:
        """Decorator: a right answer written in another way; it must get full points."""
        self.variants.append(Alternative(function.__name__, function))
        return function

    def hints(self, property_that_fails: str, smallest_input: str, what_to_change: str) -> None:
        """Three rungs, which the checker gives one at a time."""
        self.hint_texts = (property_that_fails, smallest_input, what_to_change)

    def why(self, text: str) -> None:
        """What the worked solution says beside its code: why this and not the usual wrong
        answer."""
        self.why_text = text

    # Grading

    def shares(self) -> list[float]:
        """The points of each probe, in order; their sum is `points`."""
        groups = {
            hidden: [p.weight for p in self.probes if p.hidden is hidden]
            for hidden in (False, True)
        }
        both = bool(groups[True]) and bool(groups[False])
        pot = self.points / 2 if both else self.points
        return [pot * probe.weight / sum(groups[probe.hidden]) for probe in self.probes]

    def observe(self, answer, quiet: bool = True) -> list[Outcome]:
        """What each probe gives for `answer`, in order."""
        return [observe(probe.run, answer, self.name, quiet) for probe in self.probes]

    def wanted(self) -> list[Outcome]:
        """What each probe must give.

        Raises:
            ValueError: a probe has no `gives`, and there is no reference.
        """
        found = []
        for index, probe in enumerate(self.probes):
            if probe.wanted is not None:
                found.append(probe.wanted)
            elif self.model is None:
                raise ValueError(
                    f"{self.name}, probe {probe.name}: say what it gives (gives=…), "
                    "or declare a reference."
                )
            else:
                found.append(self.behaviour("reference", "", self.model, index))
        return found

    def behaviour(self, kind: str, name: str, answer: Callable, index: int) -> Outcome:
        """What probe `index` gives for an answer of the author's.

        It is run once and remembered: authors' answers must repeat themselves.
        """
        key = (kind, name, index)
        if key not in self._behaviour:
            self._behaviour[key] = observe(self.probes[index].run, answer, self.name)
        return self._behaviour[key]

    def verdict(self, answer=_MISSING, quiet: bool = True) -> Verdict:
        """Judge `answer` (default: the learner's)."""
        return judge(self, self.answer if answer is _MISSING else answer, quiet)

    def grade(self) -> float:
        """Show the verdict on the learner's answer; return the points earned.

        The returned number is nbgrader's partial credit.
        """
        if not self.probes:
            raise ValueError(f"{self.name}: a question needs a probe. Add q.case(…) or @q.probe.")
        if _collectors:
            return _collectors[-1](self)
        verdict = self.verdict(quiet=False)
        if verdict.status == "right" and self.model is None:
            verdict.message = f"The visible tests held. %check {self.name} runs the hidden ones."
        _display(verdict)
        return verdict.points


def _is_stub(got: Outcome, want: Outcome) -> bool:
    """NotImplementedError is a RuntimeError, but an answer not given is not the error wanted."""
    return "NotImplementedError" in (got.error, want.error) and got.error != want.error


def _fresh(value):
    if isinstance(value, Rng):
        return np.random.default_rng(value.seed)
    return duplicate(value)


_collectors: list[Callable[[Question], float]] = []


@contextlib.contextmanager
def collecting(grade: Callable[[Question], float]) -> Iterator[None]:
    """While this lasts, `q.grade()` calls `grade(q)` and shows nothing."""
    _collectors.append(grade)
    try:
        yield
    finally:
        _collectors.pop()


def _display(verdict: Verdict) -> None:
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(verdict.text())
    else:
        bundle = {"text/plain": verdict.text(), "text/html": verdict.html()}
        ipython.display.display(bundle, raw=True)
