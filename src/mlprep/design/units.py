"""Quantities that carry their units: "200 ms", (1e8, "users"), (3.35e12, "B/s").

    quantity("200 ms").value            0.2, in base units: seconds, bytes, FLOP, US dollars
    quantity((8, "Gbit/s")).kind        "an amount of data a second"

Words for what is counted (users, rows, requests …) have no unit: "requests/user/day" is 1/day.
Bytes and bits are told apart (Gbit, GB), and so are 1000 and 1024 (GB, GiB). One MAC is two FLOP.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

Dims = tuple[int, int, int, int]  # powers of second, byte, FLOP, dollar
NONE: Dims = (0, 0, 0, 0)
TIME: Dims = (1, 0, 0, 0)
RATE: Dims = (-1, 0, 0, 0)
DATA: Dims = (0, 1, 0, 0)
WORK: Dims = (0, 0, 1, 0)
MONEY: Dims = (0, 0, 0, 1)

DAY = 86_400.0
COUNTED = re.compile(r"[a-z]{3,}(-[a-z]+)*|[CG]PUs?|TPUs?|ids?|ops?")  # users, rows, GPUs …
KINDS = {
    NONE: "a plain number",
    TIME: "a time",
    RATE: "a rate",
    DATA: "an amount of data",
    (-1, 1, 0, 0): "an amount of data a second",
    WORK: "an amount of computation",
    (-1, 0, 1, 0): "an amount of computation a second",
    (0, -1, 1, 0): "computation for each byte",
    MONEY: "an amount of money",
    (-1, 0, 0, 1): "money for a time",
    (0, -1, 0, 1): "money for an amount of data",
    (-1, -1, 0, 1): "money for data and a time",
}
UNCLEAR = {
    **dict.fromkeys(("thousand", "million", "billion", "trillion"), "write the number out"),
    **dict.fromkeys(("flop", "flops"), "write FLOP, or FLOP/s for a rate"),
    **dict.fromkeys(("kbps", "mbps", "gbps", "bps"), "write bit/s, Mbit/s … or B/s, MB/s …"),
    **dict.fromkeys(("sec", "secs", "msec"), "write s or ms"),
    **dict.fromkeys(("mins", "hrs", "hr"), "write min or h"),
    "mac": "write MAC",
    "FLOPS": "write FLOP, or FLOP/s for a rate",
    "FLOPs": "write FLOP, or FLOP/s for a rate",
    "TFLOPS": "write TFLOP/s",
    "Gb": "write Gbit or GB",
    "Mb": "write Mbit or MB",
    "kb": "write kbit or kB",
    "Tb": "write Tbit or TB",
    "m": "write min, ms or month",
    "M": "write the number out, such as 5e6",
    "k": "write the number out, such as 5e3",
}


class UnitError(ValueError):
    """A quantity cannot be read; str(error) ends the sentence "`name` …"."""


class NoUnit(UnitError):
    """A number stands alone."""

    def __init__(self, number: float, mend: str = "write '1' after a plain number"):
        super().__init__(f"is {number:g} without a unit: {mend}")
        self.number = number


def _table() -> dict[str, tuple[float, Dims]]:
    table: dict[str, tuple[float, Dims]] = {"1": (1.0, NONE), "x": (1.0, NONE)}
    table["%"] = table["percent"] = (0.01, NONE)
    seconds = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600}
    seconds |= {"d": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}
    for name, long in (("s", "second"), ("min", "minute"), ("h", "hour"), ("d", "day")):
        seconds[long] = seconds[name]
    for name, factor in seconds.items():
        table[name] = (float(factor), TIME)
        if len(name) > 3 or name == "day":
            table[name + "s"] = table[name]
    table["rps"] = table["qps"] = (1.0, RATE)
    for i, prefix in enumerate(("", "k", "M", "G", "T", "P", "E")):
        table[f"{prefix}B"] = (1000.0**i, DATA)
        table[f"{prefix}bit"] = (1000.0**i / 8, DATA)
        table[f"{prefix}FLOP"] = (1000.0**i, WORK)
        table[f"{prefix}MAC"] = (2 * 1000.0**i, WORK)
        if i:
            table[f"{prefix.upper()}iB"] = (1024.0**i, DATA)
            table[f"{prefix.upper()}ibit"] = (1024.0**i / 8, DATA)
    longs = zip(("", "kilo", "mega", "giga", "tera", "peta"), ("", *"kMGTP"), strict=True)
    for long, prefix in longs:
        table[f"{long}byte"] = table[f"{long}bytes"] = table[f"{prefix}B"]
        table[f"{long}bit"] = table[f"{long}bits"] = table[f"{prefix}bit"]
    for long, short in (("milli", "ms"), ("micro", "us"), ("nano", "ns")):
        table[f"{long}second"] = table[f"{long}seconds"] = table[short]
    table["KB"] = table["kB"]
    table["kiB"] = table["KiB"]
    for name in ("USD", "$", "dollar", "dollars"):
        table[name] = (1.0, MONEY)
    return table


UNITS = _table()
FOLDED = {name.lower() for name in UNITS}


@dataclass(frozen=True)
class Quantity:
    """A number in base units, what it measures, and the unit that it was written in."""

    value: float
    dims: Dims
    unit: str
    factor: float

    @property
    def kind(self) -> str:
        return kind_of(self.dims)

    def __str__(self) -> str:
        return shown(self.value, self)


def kind_of(dims: Dims) -> str:
    """What a quantity of these dimensions measures, with its article."""
    names = ("s", "B", "FLOP", "USD")
    powers = [f"{n}^{p}" if p != 1 else n for n, p in zip(names, dims, strict=True) if p]
    return KINDS.get(dims) or f"in {' '.join(powers)}"


def shown(value: float, like: Quantity) -> str:
    """A value in base units, written in the unit of another quantity: "41,700 1/s"."""
    number = value / like.factor
    big = 1000 <= abs(number) < 1e7
    text = f"{float(f'{number:.4g}'):,.0f}" if big else f"{number:.4g}"
    return f"{text} {like.unit}" if like.unit != "1" else text


def unit(text: str) -> tuple[float, Dims]:
    """The size of a unit in base units, and its dimensions.

    Args:
        text: such as "ms", "GB/s", "requests/user/day", "USD/h", "s^-1"; "1" for a plain number.

    Raises:
        UnitError: a word is no unit.
    """
    factor, dims = 1.0, [0, 0, 0, 0]
    for place, part in enumerate(text.split("/")):
        for word in re.split(r"[\s*·]+", part.strip()) or ["1"]:
            name, _, power = word.partition("^")
            if name not in UNITS and not _is_counted(name):
                raise UnitError(f"has the unit {word[:20]!r}, which is unknown: {_mend(name)}")
            try:
                times = int(power or 1) * (1 if place == 0 else -1)
            except ValueError:
                raise UnitError(f"has the power {power[:20]!r}: write a whole number") from None
            if abs(times) > 9:
                raise UnitError(f"has the power {power[:20]!r}: write one up to 9")
            size, powers = UNITS.get(name, (1.0, NONE))
            factor *= size**times
            dims = [d + times * p for d, p in zip(dims, powers, strict=True)]
    return factor, tuple(dims)


def _is_counted(name: str) -> bool:
    """Whether a word names things that are counted, and is no unit in other letters."""
    return COUNTED.fullmatch(name) is not None and name not in UNCLEAR and name not in FOLDED


def _mend(name: str) -> str:
    if name in UNCLEAR:
        return UNCLEAR[name]
    for known in UNITS:
        if known.lower() == name.lower():
            return f"write {known}"
    return "use s, ms, day, B, GB, GiB, Gbit, FLOP, USD, 1/s, a counted thing, or 1"


def quantity(raw) -> Quantity:
    """Read "200 ms" or (200, "ms"); a bare number is refused, "3 x" or (3, "1") is a plain one.

    Raises:
        UnitError: it is not a finite number with a known unit.
    """
    if isinstance(raw, Quantity):
        return raw
    if isinstance(raw, str):
        number, _, text = raw.strip().partition(" ")
        raw = (number.replace(",", "").replace("_", ""), text.strip() or "")
    if not isinstance(raw, (list, tuple)):
        try:
            raise NoUnit(float(raw))
        except (TypeError, ValueError) as error:
            if isinstance(error, NoUnit):
                raise
            raise UnitError("is not a quantity: write '200 ms' or (200, 'ms')") from None
    if len(raw) != 2 or not isinstance(raw[1], str):
        raise UnitError("is not a quantity: write (number, 'unit'), such as (200, 'ms')")
    try:
        number = float(raw[0])
    except (TypeError, ValueError, OverflowError):
        raise UnitError("has no number in it: write '200 ms' or (200, 'ms')") from None
    if not math.isfinite(number):
        raise UnitError("is not a finite number")
    if not raw[1].strip():
        raise NoUnit(number)
    factor, dims = unit(raw[1])
    if not math.isfinite(number * factor) or not factor:
        raise UnitError("is too large or too small to compute with")
    return Quantity(number * factor, dims, raw[1].strip(), factor)
