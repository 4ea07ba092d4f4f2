"""What a call costs, counted and not timed: so it is the same on each machine, however busy.

    work(f, xs)                         steps that f(xs) takes
    peak_bytes(f, xs)                   the most memory that f(xs) holds at once
    growth(f, make, 100, 800)           1.0: in proportion to n. 2.0: to its square
    excess_growth(f, make, 100, 800, at_most=1.4)      "" or "the work grows about like n^2"

A step is a line of Python (each round of a loop counts), an operation with an element of the
input (a comparison, a sum, a hash), or an element that a list or text moves: `xs[1:]`, `x in xs`,
`xs.pop(0)` and `text += c` cost what they cost. What numpy and torch do inside a call is not seen.

An answer that does nothing does little work: let a probe give the answer's value beside it. Counts
differ from one correct answer to the next, so a probe gives what `excess_growth` says, not a count.
The submission's process counts itself: a submission could lie about it, and about nothing else.
"""

from __future__ import annotations

import functools
import math
import sys
import tracemalloc
from collections.abc import Callable

from mlprep.check.answer import PACKAGE, Watched

MOVES_ALL = ("index", "count", "remove", "copy", "reverse", "sort")  # methods of all items
LEAST_BYTES = 1024  # less is noise: one integer above 256 takes 32 bytes, the one below takes none
MOVES_REST = ("pop", "insert")  # they move what comes after


def work(f: Callable, *args, **kwargs) -> int:
    """The steps that f(*args, **kwargs) takes."""
    return _measured(f, "work", args, kwargs)


def peak_bytes(f: Callable, *args, **kwargs) -> int:
    """The most memory in bytes that f(*args, **kwargs) holds at once beyond its arguments.

    Python's own objects and numpy's arrays are seen, torch's tensors are not.
    """
    return _measured(f, "bytes", args, kwargs)


def growth(f: Callable, make: Callable, small: int, large: int, of: Callable = work) -> float:
    """The exponent p of a cost like n^p, between two sizes of input.

    Args:
        make: from a size n to the arguments of f, as a tuple.
        of: work or peak_bytes.
    """
    least = LEAST_BYTES if of is peak_bytes else 1
    before, after = (max(of(f, *make(n)), least) for n in (small, large))
    return math.log(after / before) / math.log(large / small)


def excess_growth(
    f: Callable, make: Callable, small: int, large: int, at_most: float, of: Callable = work
) -> str:
    """What grows too fast with n, in words that do not depend on the details; "" if nothing does.

    n log n has an exponent of about 1.2 between 100 and 800: at_most=1.5 tells it from n squared.
    """
    power = growth(f, make, small, large, of)
    if power <= at_most:
        return ""
    noun = "memory" if of is peak_bytes else "work"
    told = max(round(power), math.floor(at_most) + 1)  # never a power that is allowed
    return f"the {noun} grows about like n^{told}"


def _measured(f: Callable, what: str, args: tuple, kwargs: dict) -> int:
    if isinstance(f, Watched):
        counted = functools.partial(_measured, f._target, what)
        return Watched(lambda *a, **k: counted(a, k), f._watch, f._name)(*args, **kwargs)
    if elsewhere := getattr(type(f), "_measure", None):  # it runs in another process
        return elsewhere(f, what, args, kwargs)
    return measure(f, what, args, kwargs)


def measure(f: Callable, what: str, args: tuple, kwargs: dict) -> int:
    """The cost of a call in this process: its steps ("work") or its peak memory ("bytes")."""
    if what == "bytes":
        return _bytes(f, args, kwargs)
    counter = Counter()
    counted = counter.wrap(list(args)), counter.wrap(kwargs)
    try:
        counter.run(f, *counted)
    except Exception:  # noqa: BLE001 - it may want exact types: then lines and moves are counted
        counter = Counter()
        counter.run(f, args, kwargs)
    return counter.steps


def _bytes(f: Callable, args: tuple, kwargs: dict) -> int:
    ours = not tracemalloc.is_tracing()
    if ours:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        f(*args, **kwargs)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if ours:
            tracemalloc.stop()


class Counter:
    """Counts steps: of lines as they are traced, of elements as they are used."""

    def __init__(self):
        self.steps = 0
        self._kinds = _kinds(self)
        self._ends: list[tuple] = []  # of lists whose end may move: (list, its last item)

    def wrap(self, value):
        """The value with numbers, texts and lists that count how they are used."""
        kind = self._kinds.get(type(value))
        if type(value) is dict:
            return {self.wrap(key): self.wrap(item) for key, item in value.items()}
        if type(value) in (list, tuple, set, frozenset):
            return (kind or type(value))([self.wrap(item) for item in value])
        return kind(value) if kind else value

    def run(self, f: Callable, args, kwargs) -> None:
        """Call f, counting."""
        trace, profile = sys.gettrace(), sys.getprofile()
        self.steps = 0
        sys.setprofile(self._profile)
        sys.settrace(self._trace)
        try:
            f(*args, **kwargs)
        finally:
            sys.settrace(trace)
            sys.setprofile(profile)

    def _trace(self, frame, event, arg):
        if frame.f_code.co_filename.startswith(PACKAGE):
            return None
        self.steps += 1
        return self._line

    def _line(self, frame, event, arg):
        self.steps += event == "line"
        return self._line

    def _profile(self, frame, event, arg):
        """List methods that move many items; `arg` is the built-in method that is called."""
        if event not in ("c_call", "c_return"):
            return
        held, name = getattr(arg, "__self__", None), getattr(arg, "__name__", "")
        if not isinstance(held, list) or not held:
            return
        if name in MOVES_ALL and event == "c_call":
            self.steps += len(held)
        elif name in MOVES_REST and event == "c_call":
            self._ends.append((held, held[-1]))
        elif name in MOVES_REST and self._ends:
            was, last = self._ends.pop()
            if was is held and last is held[-1]:
                self.steps += len(held)


def _kinds(counter: Counter) -> dict[type, type]:
    """Numbers, texts and lists that tell `counter` what is done with them."""

    def counted(base: type, name: str, cost: Callable) -> Callable:
        method = getattr(base, name)

        @functools.wraps(method)
        def call(self, *args):
            result = method(self, *args)
            counter.steps += cost(self, result, *args)
            if type(result) is base and base in (list, str):
                return kinds[base](result)
            return result

        return call

    def one(self, result, *args) -> int:
        return 1

    def length(self, result, *args) -> int:
        return len(result) if isinstance(result, (list, str)) else 1

    def cut(self, result, index) -> int:
        return len(result) if isinstance(index, slice) else 1  # rows[0] copies nothing

    def whole(self, result, *args) -> int:
        return len(self)

    numbers = "lt le gt ge eq ne hash add radd sub rsub mul rmul floordiv mod truediv neg"
    bits = "and or xor rand ror rxor lshift rshift invert"
    plans = {
        int: [(numbers, one), (bits, one)],
        float: [(numbers, one)],
        str: [
            ("lt le gt ge eq ne hash", one),
            ("add mul", length),
            ("getitem", cut),
            ("contains", whole),
        ],
        list: [("add mul rmul", length), ("getitem", cut), ("eq ne lt le gt ge", whole)],
    }
    kinds: dict[type, type] = {}
    for base, plan in plans.items():
        methods = {
            f"__{name}__": counted(base, f"__{name}__", cost)
            for names, cost in plan
            for name in names.split()
        }
        kinds[base] = type(base.__name__, (base,), {"__slots__": (), **methods})

    def iterate(self):
        for item in list.__iter__(self):
            counter.steps += 1
            yield item

    def letters(self):
        for letter in str.__iter__(self):
            counter.steps += 1
            yield kinds[str](letter)

    def join_to(self, other):
        """Text + this: Python asks the subclass first, so that the whole text is counted."""
        counter.steps += len(other) + len(self)
        return kinds[str](str.__add__(other, self))

    kinds[list].__iter__ = iterate
    kinds[str].__iter__ = letters
    kinds[str].__radd__ = join_to
    return kinds
