"""Plain data: what an answer may return, how two values differ, and how to show one in a line.

An answer is judged by numbers, strings, lists, tuples, dicts, sets, numpy arrays and torch tensors.
The kind of container is not graded: a list of numbers, a tuple, an array and a tensor with the
same shape and values are equal. Neither is the kind of number, unless a probe asks for a dtype.
"""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Iterator

import numpy as np

LINE_LENGTH = 80
LONGEST_STREAM = 10_000  # items read from an iterator that an answer returned
FLOAT32_RTOL = 1e-4  # ~ 1000 roundings of 6e-8 each
FLOAT32_ATOL = 1e-5  # relative to the largest expected value


class NotPlain(Exception):
    """A value that is not plain data; str(error) names its type."""


def is_tensor(value) -> bool:
    """Whether value is a torch tensor (without importing torch)."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def plain(value, depth: int = 0):
    """`value` as exact builtins and numpy arrays; tensors become arrays, iterators become lists.

    Raises:
        NotPlain: an object of some other type is in it.
    """
    if depth > 20:
        raise NotPlain("a structure nested more than 20 deep")
    deeper = depth + 1
    if value is None or isinstance(value, (bool, str, bytes)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (int, float, complex)):
        return value
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), deeper) if value.dtype == object else value
    if is_tensor(value):
        value = value.detach().cpu()
        narrow = value.dtype.is_floating_point and value.dtype.itemsize < 4
        return (value.float() if narrow else value).numpy()
    if isinstance(value, (list, tuple)):
        items = [plain(item, deeper) for item in value]
        return tuple(items) if type(value) is tuple else items
    if isinstance(value, dict):
        return {plain(key, deeper): plain(item, deeper) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return {plain(item, deeper) for item in value}
    if isinstance(value, range) or is_stream(value):
        items = list(itertools.islice(value, LONGEST_STREAM + 1))
        if len(items) > LONGEST_STREAM:
            raise NotPlain(f"a stream of more than {LONGEST_STREAM} items")
        return [plain(item, deeper) for item in items]
    kind = getattr(value, "type_name", None) or type(value).__name__
    raise NotPlain("a function" if kind in ("function", "method") else f"an object of type {kind}")


def is_stream(value) -> bool:
    """Whether a value yields items one by one (a generator, a map, a file)."""
    proxied = getattr(type(value), "is_stream", None)
    return value.is_stream if proxied is not None else isinstance(value, Iterator)


def duplicate(value):
    """A copy that shares no array with `value`; functions, generators' states and handles copied
    where they can be, shared where they cannot."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(duplicate(item) for item in value)
    if type(value) is dict:
        return {key: duplicate(item) for key, item in value.items()}
    if isinstance(value, (set, np.random.Generator)):
        return copy.deepcopy(value)
    return value


def same_data(a, b) -> bool:
    """Whether two arguments hold bit-equal data (used to see in-place changes)."""
    if is_tensor(a) and is_tensor(b):
        a, b = a.detach().cpu().numpy(), b.detach().cpu().numpy()
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same_data, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same_data(a[key], b[key]) for key in a)
    if isinstance(a, (set, frozenset)):
        return a == b
    return True  # functions, generators of random numbers, handles: theirs to change


def difference(got, want, rtol=1e-6, atol=1e-9, dtype=None) -> str | None:
    """How plain data `got` differs from plain data `want`: a clause for a sentence, or None.

    Args:
        rtol, atol: got = want where |got - want| <= atol + rtol * |want|. A float32 result is
            held to FLOAT32_RTOL and FLOAT32_ATOL at least, unless `dtype` asks for float64.
        dtype: name of the dtype that every array must have (None: any of the right kind).
    """
    if want is None or isinstance(want, (bool, str, bytes)):
        return _different_atom(got, want)
    if isinstance(want, dict):
        return _different_dict(got, want, rtol, atol, dtype)
    if isinstance(want, (set, frozenset)):
        if not isinstance(got, (set, frozenset, list, tuple)):
            return f"a set is wanted, not {kind_of(got)}"
        same = set(got) == set(want) and len(got) == len(want)
        return None if same else f"{show(got)} is not {show(want)}"
    if isinstance(want, (list, tuple)) and not is_numbers(want):
        return _different_sequence(got, want, rtol, atol, dtype)
    return _different_numbers(got, want, rtol, atol, dtype)


def _different_atom(got, want) -> str | None:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got.item()
    if want is None or isinstance(want, (str, bytes)):
        same = type(got) is type(want) and got == want
    else:
        same = isinstance(got, (bool, int, float)) and got == want
    if same:
        return None
    if type(got) is not type(want):
        return f"{kind_of(want)} is wanted, not {kind_of(got)}"
    return f"{show(got)} is not {show(want)}"


def _different_dict(got, want, rtol, atol, dtype) -> str | None:
    if not isinstance(got, dict):
        return f"a dict is wanted, not {kind_of(got)}"
    if got.keys() != want.keys():
        missing, extra = want.keys() - got.keys(), got.keys() - want.keys()
        parts = [f"missing {show(sorted(missing, key=str))}"] if missing else []
        parts += [f"unexpected {show(sorted(extra, key=str))}"] if extra else []
        return "the keys differ: " + ", ".join(parts)
    for key in want:
        if clause := difference(got[key], want[key], rtol, atol, dtype):
            return f"at {key!r} {clause}"
    return None


def _different_sequence(got, want, rtol, atol, dtype) -> str | None:
    if isinstance(got, np.ndarray) and got.ndim:
        got = list(got)
    if not isinstance(got, (list, tuple)):
        return f"{kind_of(want)} is wanted, not {kind_of(got)}"
    if len(got) != len(want):
        return f"{len(want)} items are wanted, not {len(got)}"
    for index, (g, w) in enumerate(zip(got, want, strict=True)):
        if clause := difference(g, w, rtol, atol, dtype):
            return f"at item {index} {clause}"
    return None


def is_numbers(value) -> bool:
    """Whether a (nested) sequence is rectangular and holds numbers only."""
    if isinstance(value, (list, tuple)):
        if not value:
            return False
        if any(item is None or isinstance(item, (str, bytes, dict, set)) for item in value):
            return False
        if not all(map(is_numbers, value)):
            return False
        return len({np.shape(item) for item in value}) == 1
    return isinstance(value, (int, float, complex, np.ndarray))


def _different_numbers(got, want, rtol, atol, dtype) -> str | None:
    want = np.asarray(want)
    if got is None or isinstance(got, (str, bytes, dict, set)):
        return f"{kind_of(want)} is wanted, not {kind_of(got)}"
    if isinstance(got, (list, tuple)) and got and not is_numbers(got):
        return f"{kind_of(want)} is wanted, not {kind_of(got)}"
    got = np.asarray(got)
    if got.dtype.kind not in "biufc":
        return f"numbers are wanted, not {kind_of(got)}"
    if got.shape != want.shape:
        swapped = got.ndim > 1 and got.swapaxes(-1, -2).shape == want.shape
        return f"the shape is {got.shape}, not {want.shape}" + (
            ": two axes are swapped" if swapped else ""
        )
    if dtype is not None and got.dtype != np.dtype(dtype):
        return f"the dtype is {got.dtype}, not {np.dtype(dtype)}"
    if want.size == 0:
        return None
    if got.dtype.kind == "c" and want.dtype.kind != "c":
        return "the numbers are complex, not real"
    wide = complex if want.dtype.kind == "c" else float
    exact = got.dtype.kind in "biu" and want.dtype.kind in "biu"
    if not exact:
        if got.dtype in (np.float32, np.float16) and dtype is None:
            finite = np.abs(want[np.isfinite(want)]) if want.dtype.kind in "fc" else np.abs(want)
            rtol = max(rtol, FLOAT32_RTOL)
            atol = max(atol, FLOAT32_ATOL * float(finite.max(initial=0.0)))
        got, want = got.astype(wide), want.astype(wide)
        with np.errstate(all="ignore"):
            close = np.isclose(got, want, rtol=rtol, atol=atol, equal_nan=True)
    else:
        close = got == want
    if close.all():
        return None
    unwanted = np.isnan(got) & ~np.isnan(want) if not exact else np.zeros(got.shape, bool)
    where = np.unravel_index(int(np.argmax(unwanted if unwanted.any() else ~close)), got.shape)
    place = f" at {[int(i) for i in where]}" if got.ndim else ""
    g, w = (number(a[where].item()) for a in (got, want))
    if unwanted.any():
        return f"nan{place} is not {w}"
    count = f" ({int((~close).sum())} of {close.size} differ)" if close.size > 1 else ""
    return f"{g}{place} is not {w}{count}"


def number(value) -> str:
    """A number in as few digits as tell it: 0.0900, 1e-09, 13889."""
    if isinstance(value, (bool, int)):
        return str(value)
    if isinstance(value, complex):
        return f"{value:.6g}"
    text = f"{value:.6g}"
    return text if "e" in text or "." in text or not np.isfinite(value) else f"{text}.0"


def kind_of(value) -> str:
    """What a value is, with its article: "a float", "an array of shape (3, 2)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return {"b": "a bool", "i": "an int", "u": "an int"}.get(value.dtype.kind, "a float")
        return f"an array of shape {value.shape}"
    name = type(value).__name__
    return {"str": "a string", "int": "an int"}.get(name, f"a {name}")


def show(value, length: int = LINE_LENGTH) -> str:
    """One line for a learner: small data in full, large data by shape, dtype and range."""
    if is_tensor(value):
        value = plain(value)
    if isinstance(value, (bool, str, bytes)) or value is None:
        text = repr(value)
    elif isinstance(value, (int, float, complex)):
        text = number(value)
    elif isinstance(value, np.ndarray):
        text = show(value.tolist(), 10**9) if value.size <= 12 else ""
        if not text or len(text) > length:
            text = f"array {value.shape} of {value.dtype}"
    elif isinstance(value, (list, tuple, set, frozenset)):
        opening, closing = {list: "[]", tuple: "()"}.get(type(value), "{}")
        items = ", ".join(show(item, length) for item in itertools.islice(value, 200))
        text = f"{opening}{items}{',' if type(value) is tuple and len(value) == 1 else ''}{closing}"
        if len(text) > length and len(value) > 3:
            first = show(next(iter(value)), 30)
            text = f"{type(value).__name__} of {len(value)} items, first {first}"
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{k!r}: {show(v, length)}" for k, v in value.items()) + "}"
    elif isinstance(value, np.random.Generator):
        text = "rng"
    elif callable(value):
        text = getattr(value, "__name__", None) or "a function"
        text = {"<lambda>": "a function"}.get(text, text)
    else:
        text = f"a {type(value).__name__}"
    return text if len(text) <= length else text[: length - 1] + "…"
