"""Wrong answers that are tried on every question without being declared.

Each is a bend: it takes the results of a right answer and spoils them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlprep.check.values import is_numbers, is_stream, is_tensor


@dataclass
class Standing:
    """A standing mistake made of one right answer.

    took: whether it has changed anything yet. One that never does (no array to transpose, no
    argument to change) is no mistake.
    """

    name: str
    message: str
    answer: Callable | None = None
    took: bool = False
    first: object = None  # the first number that the right answer gave


def standing_mistakes(correct: Callable | None) -> list[Standing]:
    """Named wrong answers made from a right function, or a right class by bending its methods."""
    if not callable(correct):
        return []
    found = []
    for name, (bend, message) in BENDS.items():
        mistake = Standing(name, message)
        mistake.answer = _bent(correct, functools.partial(bend, mistake))
        found.append(mistake)
    return found


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
    if type(value) in (list, tuple):
        return type(value)(_map_numbers(item, change) for item in value)
    if isinstance(value, dict):
        return {key: _map_numbers(item, change) for key, item in value.items()}
    if is_tensor(value):
        value = value.detach().cpu().float().numpy() if _is_float(value) else value.cpu().numpy()
    if isinstance(value, (bool, np.bool_)):
        return bool(change(np.asarray(value)))
    if isinstance(value, (int, float, complex, np.number)):
        return change(np.asarray(value)).item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return change(value)
    return (_map_numbers(item, change) for item in value) if is_stream(value) else value


def _is_float(tensor) -> bool:
    return tensor.dtype.is_floating_point


def _input(mistake, call, args, kwargs):
    given = [*args, *kwargs.values()]
    mistake.took |= bool(given)
    return given[0] if given else call()


def _filled(like: Callable, mistake, call, args, kwargs):
    """The numbers of the result replaced by those that `like(array)` gives."""

    def change(array):
        mistake.took |= bool(array.size)
        return like(array)

    return _map_numbers(call(*args, **kwargs), change)


def _constant(mistake, call, args, kwargs):
    def like(array):
        if mistake.first is None and array.size:
            mistake.first = array.flat[0]
        return np.full_like(array, 0 if mistake.first is None else mistake.first)

    return _filled(like, mistake, call, args, kwargs)


def _transposed(mistake, call, args, kwargs):
    def swap(array):
        swapped = array.swapaxes(-1, -2) if array.ndim > 1 else array
        mistake.took |= not np.array_equal(swapped, array, equal_nan=array.dtype.kind in "fc")
        return swapped

    result = call(*args, **kwargs)
    rows = type(result) is list and is_numbers(result)
    return _map_numbers(np.asarray(result) if rows else result, swap)


def _raises(mistake, call, args, kwargs):
    mistake.took = True
    raise RuntimeError("standing mistake")


def _mutates(mistake, call, args, kwargs):
    result = call(*args, **kwargs)
    mistake.took |= any(_spoil(arg) for arg in [*args, *kwargs.values()])
    return result


def _spoil(arg) -> bool:
    """Change an argument in place; whether that was possible."""
    if is_tensor(arg) and arg.numel():
        arg.data = ~arg.data if arg.dtype.itemsize == 1 and not _is_float(arg) else arg.data + 1
    elif isinstance(arg, np.ndarray) and arg.size and arg.flags.writeable:
        if arg.dtype.kind not in "biufc":
            return False
        arg[...] = ~arg if arg.dtype == bool else arg + 1
    elif isinstance(arg, list):
        arg.append(arg[-1] if arg else 0)
    elif isinstance(arg, dict):
        arg["standing"] = 0
    else:
        return False
    return True


BENDS = {
    "returns_its_input": (_input, "It returns its first argument unchanged."),
    "returns_zeros": (
        functools.partial(_filled, np.zeros_like),
        "It returns zeros, whatever it is given.",
    ),
    "returns_ones": (
        functools.partial(_filled, np.ones_like),
        "It returns ones, whatever it is given.",
    ),
    "returns_a_constant": (_constant, "It returns the same number, whatever it is given."),
    "returns_the_transpose": (_transposed, "The last two axes of the result are swapped."),
    "raises": (_raises, "It raises RuntimeError."),
    "changes_its_argument": (
        _mutates,
        "The result is right, but an argument was changed in place. Work on a copy.",
    ),
}
