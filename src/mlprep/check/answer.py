"""Calling an answer: every call is watched, and what comes of a probe is kept as plain data.

    outcome = observe(probe, answer)     run probe(answer); an Outcome, whatever happens

The probe gets the answer behind a proxy that remembers the last call (for the message), notices
arguments that were changed in place, and keeps objects of the learner's classes behind proxies of
their own, so that a probe handles nothing but plain data and calls.
"""

from __future__ import annotations

import contextlib
import functools
import io
import linecache
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mlprep.check.values import (
    NotPlain,
    duplicate,
    is_numbers,
    is_stream,
    is_tensor,
    one_line,
    plain,
    restore,
    same_data,
    show,
)

UNUSABLE = "(the result cannot be used)"  # a probe that computes with it raises
CHANGED = "was changed in place"  # ends what is said of an argument
PACKAGE = str(Path(__file__).resolve().parents[1])


class AnswerLost(BaseException):
    """The process that runs the answer died or was stopped; str(error) says why."""


class RemoteError(Exception):
    """The answer raised in another process.

    kinds: names of the exception's classes, most special first; where: the line that raised.
    """

    def __init__(self, kinds: list[str], message: str, where: str = ""):
        super().__init__(one_line(message))
        self.kinds, self.where = [one_line(kind) for kind in kinds], one_line(where)


@dataclass
class Call:
    """One call of the learner's code, as it is shown in a message."""

    text: str
    size: int


@dataclass
class Outcome:
    """What a probe gave: a value, or an error; and what was noticed on the way.

    last: the last call, as Watch has it.
    """

    value: object = None
    error_kinds: tuple[str, ...] = ()
    error_text: str = ""
    error_where: str = ""
    not_plain: str = ""
    changed: str = ""
    last: tuple[str, list, dict] | None = field(default=None, repr=False)

    @functools.cached_property
    def call(self) -> Call | None:
        """The last call as a message shows it; most outcomes are never shown."""
        return describe_call(*self.last) if self.last else None

    @property
    def error(self) -> str:
        """The class of the error, or "" where there was none."""
        return self.error_kinds[0] if self.error_kinds else ""


@dataclass
class Watch:
    """What the proxies of one probe have seen.

    last: the last call, as name, arguments and named arguments, copied before the call.
    result: what the last call returned. raised: the last error that came out of the learner's
    code, whatever the probe did with it; blamed: that error ended the probe.
    as_arrays: hand sequences of numbers and tensors to the probe as arrays. spoilt: arguments that
    were changed in place, each with what it was.
    """

    last: tuple[str, list, dict] | None = None
    changed: str = ""
    result: object = None
    raised: BaseException | None = None
    blamed: bool = False
    as_arrays: bool = False
    spoilt: list[tuple[object, object]] = field(default_factory=list)

    def call(self) -> Call | None:
        """The last call, as a message shows it."""
        return describe_call(*self.last) if self.last else None


class Watched:
    """A callable or an object of the learner's, seen through a Watch."""

    __slots__ = ("_name", "_target", "_watch")

    def __init__(self, target, watch: Watch, name: str):
        self._target, self._watch, self._name = target, watch, name

    def __call__(self, *args, **kwargs):
        args = [unwatch(arg) for arg in args]
        kwargs = {key: unwatch(arg) for key, arg in kwargs.items()}
        copies, named_copies = duplicate(args), duplicate(kwargs)
        self._watch.last = (self._name, copies, named_copies)
        before = list(zip(args, copies, strict=True))
        before += [(kwargs[key], named_copies[key]) for key in kwargs]
        try:
            with self._theirs():
                result = self._target(*args, **kwargs)
        finally:
            for place, (arg, copy) in zip([*range(1, len(args) + 1), *kwargs], before, strict=True):
                if not same_data(arg, copy):
                    self._watch.changed = self._watch.changed or f"argument {place}"
                    self._watch.spoilt.append((arg, copy))
        self._watch.result = result
        return watch_value(result, self._watch, self._name)

    @contextlib.contextmanager
    def _theirs(self) -> Iterator[None]:
        """What raises in here is the learner's code."""
        try:
            yield
        except StopIteration:
            raise
        except (Exception, SystemExit) as error:
            self._watch.raised = error
            raise

    @property
    def is_stream(self) -> bool:
        return is_stream(self._target)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        with contextlib.nullcontext() if _is_bare(self._target) else self._theirs():
            value = getattr(self._target, name)
        return watch_value(value, self._watch, f"{self._name}.{name}")

    def __setattr__(self, name, value):
        if name in Watched.__slots__:
            object.__setattr__(self, name, value)
        else:
            with self._theirs():
                setattr(self._target, name, unwatch(value))

    def __iter__(self):
        with self._theirs():
            items = iter(self._target)
        while True:
            try:
                with self._theirs():
                    item = next(items)
            except StopIteration:
                return
            yield watch_value(item, self._watch, f"{self._name}[…]")

    def __next__(self):
        with self._theirs():
            item = next(self._target)
        return watch_value(item, self._watch, f"next({self._name})")

    def __len__(self):
        with self._theirs():
            return len(self._target)

    def __getitem__(self, key):
        with self._theirs():
            item = self._target[unwatch(key)]
        return watch_value(item, self._watch, f"{self._name}[…]")

    def __repr__(self):
        return self._name


def _is_bare(value) -> bool:
    """Whether a probe that wants an attribute of this takes it for something else: an array."""
    kind = getattr(value, "type_name", None) or type(value).__name__
    return is_stream(value) or kind in ("function", "method", "builtin_function_or_method")


def watch_value(value, watch: Watch, name: str):
    """Plain data as it is; anything else behind a proxy."""
    if watch.as_arrays:
        with contextlib.suppress(NotPlain):
            if is_tensor(value) or is_stream(value) or type(value) in (list, tuple):
                data = plain(value)
                return np.asarray(data) if is_numbers(data) else data
    if type(value) in (list, tuple):
        return type(value)(watch_value(item, watch, name) for item in value)
    try:
        if not is_stream(value):
            plain(value)
            return value
    except NotPlain:
        pass
    return Watched(value, watch, name)


def unwatch(value):
    """What the learner's code gets: the object itself, not its proxy."""
    if isinstance(value, Watched):
        return value._target
    if type(value) in (list, tuple):
        items = [unwatch(item) for item in value]
        same = all(item is old for item, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    return value


def describe_call(name: str, args, kwargs) -> Call:
    """`name(1.0, [2, 3], lam=0.5)` with long arguments shortened, and how much data it takes."""
    parts = [show(arg, 60) for arg in args] + [f"{k}={show(v, 60)}" for k, v in kwargs.items()]
    size = sum(_size(arg) for arg in [*args, *kwargs.values()])
    return Call(f"{name}({', '.join(parts)})", size)


def _size(value) -> int:
    if type(value) in (int, float, bool):
        return 1
    if isinstance(value, (list, tuple, set)):
        return sum(map(_size, value)) + 1
    if isinstance(value, dict):
        return sum(map(_size, value.values())) + 1
    if isinstance(value, str):
        return len(value)
    return int(np.prod(value.shape)) if hasattr(value, "shape") else 1


def observe(probe: Callable, answer, name: str, quiet: bool = True) -> Outcome:
    """Run `probe` on `answer` and keep what comes out as plain data.

    A probe may compute with what the answer returns. Where that fails on a list, a generator or
    a tensor, it is tried again with arrays: the kind of container is not graded.

    Args:
        quiet: swallow what the answer prints. Warnings never reach the notebook: nbgrader would
            take anything on stderr for a failure.
    """
    watch = Watch()
    outcome = _observe(probe, answer, name, quiet, watch)
    if outcome.error and not watch.blamed:
        watch = Watch(as_arrays=True)
        outcome = _observe(probe, answer, name, quiet, watch)
        if outcome.error and not watch.blamed and watch.last:
            outcome.error_kinds, outcome.error_text = (), ""
            outcome.not_plain = _why_not_plain(watch.result)
    return outcome


def _observe(probe, answer, name, quiet, watch) -> Outcome:
    proxy = Watched(answer, watch, name) if _needs_proxy(answer) else answer
    outcome = Outcome()
    with _quiet(quiet):
        try:
            outcome.value = _freeze(probe(proxy))
        except AnswerLost as lost:
            lost.call = watch.call()
            raise
        except NotPlain as error:
            outcome.not_plain = str(error)
        except RemoteError as error:
            watch.blamed = error is watch.raised
            outcome.error_kinds = tuple(error.kinds) or ("Exception",)
            outcome.error_text, outcome.error_where = str(error), error.where
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a learner's code raises anything
            watch.blamed = error is watch.raised
            outcome.error_kinds = class_names(error)
            outcome.error_text, outcome.error_where = first_line(error), learner_line(error)
    outcome.changed, outcome.last = watch.changed, watch.last
    for argument, copy in reversed(watch.spoilt):  # other probes may share it
        restore(argument, copy)
    return outcome


def _needs_proxy(answer) -> bool:
    try:
        plain(answer)
    except NotPlain:
        return True
    return False


def _why_not_plain(result) -> str:
    try:
        if not is_stream(result):
            plain(result)
    except NotPlain as error:
        return str(error)
    return f"{show(result)} {UNUSABLE}"


def _freeze(value):
    return duplicate(plain(unwatch(value)))


@contextlib.contextmanager
def _quiet(quiet: bool):
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        if quiet:
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        yield


def class_names(error: BaseException) -> tuple[str, ...]:
    """The names of an exception's classes, most special first, without the roots."""
    return tuple(c.__name__ for c in type(error).__mro__ if c not in (BaseException, object))


def first_line(error: BaseException) -> str:
    """The first line of an error's text, cut to one line of a message."""
    try:
        text = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - a learner's __str__ may raise
        return ""
    return one_line(text[0]) if text else ""


def learner_line(error: BaseException) -> str:
    """The deepest line of code outside installed packages that led to the error."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if not filename.startswith((sys.prefix, sys.base_prefix, PACKAGE, "<test")):
            found = linecache.getline(filename, trace.tb_lineno).strip() or found
        trace = trace.tb_next
    return one_line(found, 120)
