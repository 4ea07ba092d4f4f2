"""Wrong answers that are tried on every question without being declared."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable

import numpy as np

from mlprep.check.values import is_tensor


def standing_mistakes(correct: Callable | None) -> list:
    """Named wrong answers made from a correct one: a function, or a class whose methods are bent.

    A bend that cannot show (no array to transpose, no argument to change) equals `correct`.
    """
    from mlprep.check.question import Alternative

    if correct is None:
        return []
    return [
        Alternative(name, _bent(correct, bend), message) for name, (bend, message) in BENDS.items()
    ]


def _bent(correct: Callable, bend: Callable) -> Callable:
    """`correct` with every result passed through `bend(call, args, kwargs)`."""
    if not inspect.isclass(correct):

        @functools.wraps(correct)
        def function(*args, **kwargs):
            return bend(correct, args, kwargs)

        return function

    class Bent(correct):
        def __getattribute__(self, name):
            value = super().__getattribute__(name)
            if name.startswith("_") or not inspect.ismethod(value):
                return value
            return lambda *args, **kwargs: bend(value, args, kwargs)

    Bent.__name__ = correct.__name__
    return Bent


def _map_numbers(value, change: Callable):
    """`value` with each number or array replaced by `change(array)`."""
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_map_numbers(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _map_numbers(item, change) for key, item in value.items()}
    if is_tensor(value):
        value = value.detach().cpu().numpy()
    if isinstance(value, (bool, np.bool_)):
        return bool(change(np.asarray(value)))
    if isinstance(value, (int, float, complex, np.number)):
        return change(np.asarray(value)).item()
    if isinstance(value, np.ndarray):
        return change(value)
    return value


def _input(call, args, kwargs):
    given = [*args, *kwargs.values()]
    return given[0] if given else None


def _zeros(call, args, kwargs):
    return _map_numbers(call(*args, **kwargs), np.zeros_like)


def _ones(call, args, kwargs):
    return _map_numbers(call(*args, **kwargs), np.ones_like)


def _constant(call, args, kwargs):
    return _map_numbers(call(*args, **kwargs), lambda a: np.full_like(a, 7))


def _transposed(call, args, kwargs):
    return _map_numbers(call(*args, **kwargs), lambda a: a.swapaxes(-1, -2) if a.ndim > 1 else a)


def _raises(call, args, kwargs):
    raise RuntimeError("standing mistake")


def _mutates(call, args, kwargs):
    result = call(*args, **kwargs)
    for arg in [*args, *kwargs.values()]:
        if is_tensor(arg) and arg.numel():
            arg.data += 1
            break
        if isinstance(arg, np.ndarray) and arg.size and arg.flags.writeable:
            arg[...] = ~arg if arg.dtype == bool else arg + 1
            break
        if isinstance(arg, list):
            arg.append(arg[-1] if arg else 0)
            break
        if isinstance(arg, dict):
            arg["standing"] = 0
            break
    return result


BENDS = {
    "returns_its_input": (_input, "It returns its first argument unchanged."),
    "returns_zeros": (_zeros, "It returns zeros, whatever it is given."),
    "returns_ones": (_ones, "It returns ones, whatever it is given."),
    "returns_a_constant": (_constant, "It returns the same number, whatever it is given."),
    "returns_the_transpose": (_transposed, "The last two axes of the result are swapped."),
    "raises": (_raises, "It raises RuntimeError."),
    "changes_its_argument": (
        _mutates,
        "The result is right, but an argument was changed in place. Work on a copy.",
    ),
}
