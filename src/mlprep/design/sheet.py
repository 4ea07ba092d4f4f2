"""A design worksheet: a dict of assumptions, derived numbers, choices and risks, checked by what it
says itself.

    SHEET = Sheet(
        assumptions={"daily_users": "users", "actions": "1/user/day", "peak": "1", "p99": "ms"},
        derived={"avg_rps": "1/s", "peak_rps": "1/s"},
        deadline="p99",
    )
    for check in SHEET.form():                    q.probe(check, gives="")
    for check in SHEET.links(avg_rps, peak_rps):  q.probe(check, gives="")

No number is right or wrong by itself. A *link* is a function that is named after a derived number
and takes assumptions (or earlier derived numbers) by name, in base units; what the learner derived
must follow from what the learner assumed, to TOLERANCE. A check is a probe that returns "" or one
clause that names what is broken.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mlprep.design.rubric import STEPS
from mlprep.design.units import (
    DAY,
    NONE,
    NoUnit,
    Quantity,
    UnitError,
    kind_of,
    quantity,
    shown,
    unit,
)

TOLERANCE = 0.05
ROUNDING = 1e-6  # limits may be met exactly
FEWEST_WORDS = 5
PARTS = ("assumptions", "derived", "stages", "steps", "choices", "failures")
STUBS = re.compile(r"\b(todo|tbd|fixme|xxx)\b", re.IGNORECASE)


class SheetError(Exception):
    """The worksheet cannot be read; str(error) ends the sentence "claim, but …"."""


@dataclass
class Read:
    """What a learner's worksheet says: quantities by name, and what could not be read."""

    values: dict[str, Quantity] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Quantity:
        if name in self.wrong:
            raise SheetError(f"`{name}` {self.wrong[name]}")
        if name not in self.values:
            raise SheetError(f"`{name}` is missing")
        return self.values[name]


@dataclass
class Sheet:
    """What a worksheet must state.

    assumptions, derived: by name, a unit of the kind that is wanted: "B" accepts "3 GiB", and what
        is counted ("users", "1") accepts a bare number.
    bounds: by name, the least and the most that an assumption may be, in base units (else: 0
        to any).
    deadline: the assumption that the budgets of the stages must keep to ("": no stages).
    steps: the steps of the conversation that must be covered.
    rejected, failures: how many alternatives and failure modes at least.
    """

    assumptions: dict[str, str]
    derived: dict[str, str]
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    deadline: str = ""
    steps: tuple[str, ...] = tuple(STEPS)
    rejected: int = 2
    failures: int = 1

    def __post_init__(self):
        self._units = {name: unit(text) for name, text in (self.assumptions | self.derived).items()}
        unknown = {*self.bounds, *([self.deadline] if self.deadline else [])} - {*self.assumptions}
        if unknown or set(self.assumptions) & set(self.derived):
            raise ValueError(
                "Sheet: bounds and deadline name assumptions, and no name is assumed and derived. "
                f"Got {sorted(unknown or set(self.assumptions) & set(self.derived))}."
            )

    # What the author puts into a question

    def form(self) -> list[Callable]:
        """Probes that need no formula: quantities with units, budget, coverage. All are visible."""
        checks = [self._assumptions_stated, self._derived_stated]
        checks += [self._stages_fit] if self.deadline else []
        checks += [self._steps_covered, self._alternatives_rejected, self._failures_covered]
        claims = [
            "Every assumption is stated, with a number and a unit of its kind.",
            "Every derived number is stated, in a unit of its kind.",
            f"The budgets of the stages add up to no more than `{self.deadline}`.",
            f"Each step says something: a sentence of {FEWEST_WORDS} words or more.",
            f"{self.rejected} alternatives or more are rejected, each with what it would cost.",
            f"{self.failures} failure or more has a detection and a fallback.",
        ]
        if not self.deadline:
            del claims[2]
        return [
            _probe(check, check.__name__.strip("_"), claim)
            for check, claim in zip(checks, claims, strict=True)
        ]

    def links(self, *rules: Callable) -> list[Callable]:
        """Probes: each derived number follows from the assumptions. One a rule, in its name.

        A rule's docstring is the claim. Its parameters are assumptions or derived numbers; it
        gets them as the learner states them, in base units, and returns base units.
        """
        for rule in rules:
            self._known(rule)
            if rule.__name__ not in self.derived:
                raise ValueError(f"Sheet.links: {rule.__name__} is no derived number.")
        return [
            _probe(functools.partial(self._follows, rule), rule.__name__, rule.__doc__)
            for rule in rules
        ]

    def limits(self, *rules: Callable) -> list[Callable]:
        """Probes: what is needed is no more than there is. A rule returns (needed, available)."""
        for rule in rules:
            self._known(rule)
        return [
            _probe(functools.partial(self._holds, rule), rule.__name__, rule.__doc__)
            for rule in rules
        ]

    def _known(self, rule: Callable) -> None:
        unknown = set(inspect.signature(rule).parameters) - set(self._units)
        if unknown or not rule.__doc__:
            raise ValueError(
                f"{rule.__name__}: a rule takes numbers of the sheet and has a docstring. "
                f"Got {sorted(unknown) or 'none'}. Mend it."
            )

    # Checks: from a worksheet to "" or a clause

    def _assumptions_stated(self, sheet: dict) -> str:
        read = self._read(sheet)
        for name in self.assumptions:
            value = read.get(name).value
            low, high = self.bounds.get(name, (0.0, math.inf))
            if not low <= value <= high:
                size, _ = self._units[name]
                ends = " to ".join("any" if math.isinf(e) else f"{e / size:g}" for e in (low, high))
                own = self.assumptions[name]
                return f"`{name}` is {read.get(name)}, and {ends} {own} is possible"
        return ""

    def _derived_stated(self, sheet: dict) -> str:
        read = self._read(sheet)
        for name in self.derived:
            if not read.get(name).value:
                return f"`{name}` is nothing: a design of nothing needs no numbers"
        return ""

    def _stages_fit(self, sheet: dict) -> str:
        deadline = self._read(sheet).get(self.deadline)
        stages = _part(sheet, "stages", dict)
        if len(stages) < 2:
            raise SheetError("`stages` names fewer than two stages")
        total = 0.0
        for name, raw in stages.items():
            spent = _of_kind(raw, deadline.dims, f"stage `{str(name)[:30]}`")
            if spent.value < 0:
                return f"stage `{str(name)[:30]}` has the negative budget {spent}"
            total += spent.value
        if total <= deadline.value * (1 + ROUNDING):
            return ""
        over = shown(total - deadline.value, deadline)
        sums = f"they add up to {shown(total, deadline)}"
        return f"{sums}, which is {over} more than {deadline}: cut the largest stage"

    def _steps_covered(self, sheet: dict) -> str:
        steps = _part(sheet, "steps", dict)
        said: dict[str, str] = {}
        for step in self.steps:
            text = _prose(steps.get(step), f"the step `{step}`")
            if text in said:
                return f"`{step}` repeats what `{said[text]}` says"
            said[text] = step
        return ""

    def _alternatives_rejected(self, sheet: dict) -> str:
        options = []
        for choice in _part(sheet, "choices", list):
            choice = _fields(choice, "choices", ("chosen", "because", "rejected"))
            _prose(choice["chosen"], "`chosen`", least=1)
            _prose(choice["because"], "`because`", least=1)
            if not isinstance(choice["rejected"], (list, tuple)):
                raise SheetError("`rejected` is no list of alternatives")
            for other in choice["rejected"]:
                other = _fields(other, "rejected", ("option", "cost"))
                options.append(_prose(other["option"], "a rejected `option`", least=1))
                try:
                    quantity(other["cost"])
                except UnitError:
                    _prose(other["cost"], f"the cost of rejected option {len(options)}", least=2)
        if len(set(options)) < self.rejected:
            return f"{len(set(options))} different ones are stated"
        return ""

    def _failures_covered(self, sheet: dict) -> str:
        found = _part(sheet, "failures", list)
        for row in found:
            row = _fields(row, "failures", ("failure", "detection", "fallback"))
            parts = ("failure", "detection", "fallback")
            if len({_prose(row[key], f"`{key}`", least=2) for key in parts}) < 3:
                return "failure, detection and fallback are three things, and two say the same"
        return "" if len(found) >= self.failures else f"{len(found)} are stated"

    def _follows(self, rule: Callable, sheet: dict) -> str:
        read, name = self._read(sheet), rule.__name__
        values = {key: read.get(key) for key in inspect.signature(rule).parameters}
        got = read.get(name)
        want = _apply(rule, {key: value.value for key, value in values.items()})
        if _near(got.value, want):
            return ""
        guesses = self._mixed_up(rule, values, read, got)
        guesses += self._guesses(rule, values, got, want)
        why = " or ".join(guesses[:2]) or _ratio(got.value, want)
        own = f"`{name}` is {got} and your own numbers give {shown(want, got)}"
        return f"{own}: {why}"

    def _holds(self, rule: Callable, sheet: dict) -> str:
        read = self._read(sheet)
        values = {key: read.get(key) for key in inspect.signature(rule).parameters}
        try:
            needed, available = rule(**{key: value.value for key, value in values.items()})
        except (ZeroDivisionError, OverflowError, ValueError):
            raise SheetError("it cannot be computed from your numbers: is one 0?") from None
        if needed <= available * (1 + ROUNDING):
            return ""
        parts = ", ".join(f"`{key}` = {value}" for key, value in values.items())
        if available <= 0:
            return f"{parts}: there is nothing to hold it"
        return f"{parts}: needed is {needed / available:.3g} times what there is"

    # Reading

    def _read(self, sheet: dict) -> Read:
        read = Read()
        for part, names in (("assumptions", self.assumptions), ("derived", self.derived)):
            stated = _part(sheet, part, dict)
            for name in names:
                if name in stated:
                    try:
                        read.values[name] = self._of_its_kind(name, stated[name])
                    except UnitError as error:
                        read.wrong[name] = str(error)
        return read

    def _of_its_kind(self, name: str, raw) -> Quantity:
        _, dims = self._units[name]
        known = (self.assumptions | self.derived)[name]
        try:
            got = quantity(raw)
        except NoUnit as error:
            if dims == NONE:
                return Quantity(error.number, NONE, "1", 1.0)
            mend = f"{kind_of(dims)} is wanted; write its unit behind it, such as {known!r}"
            raise NoUnit(error.number, mend) from None
        if got.dims != dims:
            hint = ""
            if (got.dims[0] - dims[0], *got.dims[1:]) == (-1, *dims[1:]):
                hint = ". It is a rate: multiply by the time that it goes on for"
            elif (got.dims[0] - dims[0], *got.dims[1:]) == (1, *dims[1:]):
                hint = ". It is a total: divide by the time that it took"
            raise UnitError(
                f"has the unit {got.unit!r}, {got.kind}, where {kind_of(dims)} is wanted, "
                f"such as {known!r}{hint}"
            )
        return got

    # What a wrong number looks like

    def _guesses(self, rule, values: dict[str, Quantity], got: Quantity, want: float) -> list[str]:
        """What would explain a derived number, the likeliest first."""
        base = {key: value.value for key, value in values.items()}
        found = []
        for key, value in values.items():
            size, _ = self._units[key]
            if not value.value or _near(value.value, size):
                continue
            for what, changed in (
                (f"`{key}` ({value}) seems to be left out", size),
                (f"`{key}` ({value}) seems to be left out", 0.0),  # where it is added
                (f"`{key}` ({value}) seems to be used the wrong way up", size**2 / value.value),
                (f"`{key}` ({value}) seems to be counted twice", value.value**2 / size),
            ):
                other = _apply(rule, base | {key: changed}, strict=False)
                fits = other and not _near(other, want) and _near(got.value, other, 0.01)
                if fits and what not in found:
                    found.append(what)
        return found + _factor(got, got.value / want if want else math.inf)

    def _mixed_up(self, rule, values, read: Read, got: Quantity) -> list[str]:
        """Other numbers of the sheet that would explain it, in place of those that belong."""
        base = {key: value.value for key, value in values.items()}
        found = []
        for key, value in values.items():
            for other, taken in read.values.items():
                alike = taken.dims == value.dims and taken.dims != NONE
                if (
                    not alike
                    or other in (*values, rule.__name__)
                    or _near(taken.value, value.value)
                ):
                    continue
                changed = _apply(rule, base | {key: taken.value}, strict=False)
                if changed is not None and _near(got.value, changed, 0.01):
                    found.append(f"as if `{other}` stood in the place of `{key}`")
        return found


def _factor(got: Quantity, ratio: float) -> list[str]:
    """What a factor between a number and the right one usually means."""
    known: list[tuple[float, str]] = []
    if got.dims[0] < 0:
        known += [(DAY, "a day has 86,400 s, so this is the number for a day, not for a second")]
        known += [(3600.0, "this is the number for an hour, not for a second")]
    known += [(1 / DAY, "it is divided by 86,400 s a day once too often")]
    known += [(DAY, "a day has 86,400 s: multiplied once too often, or not divided")]
    if got.dims[1]:
        known += [(8.0, "these are bits: a byte has 8"), (1 / 8, "divided by 8 as if from bits")]
        for power, pair in enumerate(("kB and KiB", "MB and MiB", "GB and GiB", "TB and TiB"), 1):
            text = f"1000 and 1024 are mixed ({pair}): use one, and name it"
            known += [(1.024**power, text), (1.024**-power, text)] if power > 1 else []
    if got.dims[2]:
        both = "one multiply-add (MAC) is two FLOP"
        known += [(0.5, both), (2.0, f"{both}; yours counts it twice")]
    for power in (1, 2, 3, 4):
        text = f"it is off by a factor 1000{'^' + str(power) if power > 1 else ''}: look at the "
        known += [(1000.0**s, f"{text}prefixes (ms and s, MB and GB)") for s in (power, -power)]
    known += [(10.0**s, "a slip of the decimal point?") for s in (-2, -1, 1, 2)]
    texts = [text for size, text in known if _near(ratio, size, 0.008)]
    return list(dict.fromkeys(texts))[:1]


def _ratio(got: float, want: float) -> str:
    if want == 0:
        return "it should be nothing"
    if got / want < 0:
        return "the sign differs"
    return f"yours is {got / want:.3g} times that"


def _near(got: float, want: float, tolerance: float = TOLERANCE) -> bool:
    return abs(got - want) <= tolerance * abs(want)


def _apply(rule: Callable, values: dict[str, float], strict: bool = True) -> float | None:
    with contextlib.suppress(ZeroDivisionError, OverflowError, ValueError):
        if math.isfinite(value := float(rule(**values))):
            return value
    if strict:
        raise SheetError("it cannot be computed from your numbers: is one of them 0 or huge?")
    return None


def _probe(check: Callable[[dict], str], name: str, claim: str) -> Callable:
    """A probe of a Question: calls the answer and returns "" or a clause."""

    def probe(worksheet):
        try:
            return check(_whole(worksheet()))
        except (SheetError, UnitError) as error:
            return str(error)

    probe.__name__, probe.__doc__ = name, claim
    return probe


def _whole(sheet) -> dict:
    if not isinstance(sheet, dict):
        raise SheetError(f"a worksheet is a dict with {', '.join(PARTS)}")
    return sheet


def _part(sheet: dict, part: str, kind: type):
    found = sheet.get(part)
    if kind is list and isinstance(found, tuple):
        found = list(found)
    if not isinstance(found, kind):
        raise SheetError(f"`{part}` is missing: a {kind.__name__} is wanted")
    return found


def _fields(row, part: str, names: tuple[str, ...]) -> dict:
    if not isinstance(row, dict) or set(names) - set(row):
        raise SheetError(f"each row of `{part}` is a dict with {', '.join(names)}")
    return row


def _of_kind(raw, dims, label: str) -> Quantity:
    try:
        got = quantity(raw)
    except UnitError as error:
        raise SheetError(f"{label} {error}") from None
    if got.dims != dims:
        raise SheetError(f"{label} is {got.kind}, where {kind_of(dims)} is wanted")
    return got


def _prose(text, label: str, least: int = FEWEST_WORDS) -> str:
    """Text with at least so many words; which words they are is nobody's business here."""
    words = re.findall(r"\w+", text) if isinstance(text, str) else []
    if not words:
        raise SheetError(f"{label} is empty")
    if STUBS.search(text):
        raise SheetError(f"{label} is not written yet")
    if len(words) < least:
        count = f"{len(words)} word{'s' * (len(words) > 1)}"
        raise SheetError(f"{label} has {count}, and {least} are the least")
    return " ".join(text.lower().split())
