"""Plain data: what an answer may return, how two values differ, and how to show one in a line.

An answer is judged by numbers, strings, lists, tuples, dicts, sets, numpy arrays and torch tensors.
The kind of container is not graded: a list of numbers, a tuple, an array and a tensor with the
same shape and values are equal. Neither is the kind of number, unless a probe asks for a dtype.
"""

from __future__ import annotations

import copy
import itertools
import sys
from collections import deque
from collections.abc import ItemsView, Iterator, KeysView, ValuesView

import numpy as np

LINE_LENGTH = 80
LIST_LIKE = (range, deque, KeysView, ValuesView, ItemsView)
ATOMS = (int, float, str, bool, type(None))  # exact types that need no copy; most of long lists
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
    """`value` as exact builtins and numpy arrays of numbers; tensors become arrays, numpy's
    numbers arrays of shape (), arrays of strings or objects lists, iterators lists.

    Raises:
        NotPlain: an object of some other type is in it.
    """
    if depth > 20:
        raise NotPlain("a structure nested more than 20 deep")
    deeper = depth + 1
    if value is None or isinstance(value, (bool, np.bool_)):
        return value if value is None else bool(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        return b"".join([value])
    if isinstance(value, (np.generic, np.ndarray)):
        return _plain_array(np.asarray(value), deeper)
    for kind in (int, float, complex):
        if isinstance(value, kind):
            return kind(value)
    if is_tensor(value):
        return _plain_tensor(value)
    if isinstance(value, (list, tuple)):
        items = [plain(item, deeper) for item in value]
        return tuple(items) if type(value) is tuple else items
    if isinstance(value, dict):
        return {_plain_key(key, deeper): plain(item, deeper) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        items = [_plain_key(item, deeper) for item in value]
        return frozenset(items) if isinstance(value, frozenset) else set(items)
    if isinstance(value, LIST_LIKE) or is_stream(value):
        items = list(itertools.islice(value, LONGEST_STREAM + 1))
        if len(items) > LONGEST_STREAM:
            raise NotPlain(f"a stream of more than {LONGEST_STREAM} items")
        return [plain(item, deeper) for item in items]
    if hasattr(type(value), "held") and (items := type(value).held(value)) is not None:
        return plain(items, deeper)  # it lives in another process
    kind = one_line(getattr(value, "type_name", None) or type(value).__name__, 80)
    raise NotPlain("a function" if kind in ("function", "method") else f"an object of type {kind}")


def _plain_array(array: np.ndarray, depth: int):
    if array.dtype.kind in "biufc":
        return array
    if array.dtype.kind in "OSUT":
        return plain(array.tolist(), depth)
    raise NotPlain(f"an array of {array.dtype}")


def _plain_tensor(tensor) -> np.ndarray:
    try:
        tensor = tensor.detach().cpu().resolve_conj().resolve_neg()
        narrow = tensor.dtype.is_floating_point and tensor.dtype.itemsize < 4
        return (tensor.float() if narrow else tensor).numpy()
    except (TypeError, RuntimeError):
        raise NotPlain(f"a tensor of layout {tensor.layout} and {tensor.dtype}") from None


def _plain_key(value, depth: int):
    """A key of a dict or an item of a set: plain and hashable, with numbers as builtins."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        return tuple(_plain_key(item, depth + 1) for item in value)
    value = plain(value, depth)
    if isinstance(value, (list, dict, set, np.ndarray)):
        raise NotPlain(f"a dict or a set with {kind_of(value)} for a key")
    return value


def is_stream(value) -> bool:
    """Whether a value yields items one by one (a generator, a map, a file)."""
    proxied = getattr(type(value), "is_stream", None)
    return value.is_stream if proxied is not None else isinstance(value, Iterator)


def duplicate(value):
    """A copy that shares no array with `value`; functions, generators' states and handles copied
    where they can be, shared where they cannot."""
    if type(value) in ATOMS:
        return value
    if isinstance(value, np.ndarray):
        return value.copy()
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(duplicate(item) for item in value)
    if type(value) is dict:
        return {key: duplicate(item) for key, item in value.items()}
    if isinstance(value, np.random.Generator):
        return _duplicate_generator(value)
    return copy.deepcopy(value) if isinstance(value, set) else value


def _duplicate_generator(rng: np.random.Generator) -> np.random.Generator:
    """copy.deepcopy, at a third of its price: a probe of a sampler calls it a thousand times."""
    source, seeds = rng.bit_generator, rng.bit_generator.seed_seq
    if type(rng) is not np.random.Generator or type(seeds) is not np.random.SeedSequence:
        return copy.deepcopy(rng)
    fresh = type(source)(np.random.SeedSequence(**seeds.state))
    fresh.state = source.state
    return np.random.Generator(fresh)


def same_data(a, b) -> bool:
    """Whether two arguments hold bit-equal data (used to see in-place changes)."""
    if type(a) in ATOMS:
        return type(a) is type(b) and (a == b or a != a and b != b)
    if is_tensor(a) and is_tensor(b):
        if a.dtype != b.dtype:
            return False
        try:
            a, b = plain(a), plain(b)
        except NotPlain:
            return True  # a layout that cannot be read: not judged
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same_data, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same_data(a[key], b[key]) for key in a)
    if isinstance(a, (set, frozenset)):
        return a == b
    if isinstance(a, (str, bytes, int, float, complex, type(None))):
        return type(a) is type(b) and (a == b or a != a and b != b)
    return type(a) is type(b)  # functions, generators of random numbers, handles: theirs to change


def restore(value, copy) -> None:
    """Undo changes in place: make `value` hold again what its duplicate `copy` holds."""
    if isinstance(value, np.ndarray):
        if value.shape == copy.shape:
            value[...] = copy
    elif is_tensor(value):
        value.data = copy.data
    elif isinstance(value, list):
        value[:] = copy
    elif isinstance(value, (dict, set)):
        value.clear()
        value.update(copy)
    elif isinstance(value, tuple):
        for item, old in zip(value, copy, strict=True):
            restore(item, old)


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
        return _different_set(got, want, rtol, atol)
    if isinstance(want, (list, tuple)) and not (is_numbers(want) and _may_be_numbers(got, want)):
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
    return _different_text(got, want) if isinstance(want, (str, bytes)) else f"{got} is not {want}"


def _different_text(got, want) -> str:
    """Two unequal texts: in full, or where they are long from shortly before they differ."""
    pairs = enumerate(zip(got, want, strict=False))
    start = next((i for i, (g, w) in pairs if g != w), min(len(got), len(want)))
    if max(len(got), len(want)) <= LINE_LENGTH // 2 or start < 10:
        return f"{show(got, LINE_LENGTH)} is not {show(want, LINE_LENGTH)}"
    parts = [repr(text[start - 10 : start + 20]) for text in (got, want)]
    return f"from character {start - 10} on, {parts[0]} is not {parts[1]}"


def _different_set(got, want, rtol, atol) -> str | None:
    if isinstance(got, np.ndarray) and got.ndim == 1:
        got = got.tolist()
    if not isinstance(got, (set, frozenset, list, tuple)):
        return f"a set is wanted, not {kind_of(got)}"
    try:
        items = {_hashable(item) for item in got}
    except TypeError:
        return f"a set is wanted, not {show(got)}"
    if len(items) < len(got):
        return f"{show(got)} holds an item twice"
    missing, extra = want - items, items - want
    if len(missing) == len(extra) and all(map(_is_real, missing | extra)):
        if _different_numbers(sorted(extra), sorted(missing), rtol, atol, None) is None:
            return None
    return _amiss("items", missing, extra)


def _is_real(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _hashable(value):
    """Lists and arrays as tuples: the kind of container is not graded."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return tuple(map(_hashable, value))
    return frozenset(value) if isinstance(value, set) else value


def _amiss(what: str, missing, extra) -> str | None:
    parts = [f"missing {show(sorted(missing, key=str))}"] if missing else []
    parts += [f"unexpected {show(sorted(extra, key=str))}"] if extra else []
    return f"the {what} differ: {', '.join(parts)}" if parts else None


def _different_dict(got, want, rtol, atol, dtype) -> str | None:
    if not isinstance(got, dict):
        return f"a dict is wanted, not {kind_of(got)}"
    if got.keys() != want.keys():
        return _amiss("keys", want.keys() - got.keys(), got.keys() - want.keys())
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
        items = "1 item is" if len(want) == 1 else f"{len(want)} items are"
        return f"{items} wanted, not {len(got)}"
    for index, (g, w) in enumerate(zip(got, want, strict=True)):
        if clause := difference(g, w, rtol, atol, dtype):
            inner = clause.removeprefix("at ") if clause.startswith("at item ") else clause
            return f"at item {index}{', ' if inner != clause else ' '}{inner}"
    return None


def _may_be_numbers(got, want) -> bool:
    """Whether it says more to compare two sequences as arrays than item by item."""
    if not isinstance(got, (list, tuple)) or np.ndim(want) > 1:
        return True
    return len(got) == len(want) and is_numbers(got)


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
    if got is None or isinstance(got, (str, bytes, dict, set, frozenset)):
        return f"{kind_of(want)} is wanted, not {kind_of(got)}"
    if isinstance(got, (list, tuple)) and got and not is_numbers(got):
        return f"{kind_of(want)} is wanted, not {kind_of(got)}"
    got = np.asarray(got)
    if got.size == 0 and want.size == 0 and got.ndim == 1 and want.shape[0] == 0:
        return None  # no rows: an empty list has no second axis
    if not _all_numbers(got):
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
    exact = _is_exact(got) and _is_exact(want)
    close = np.asarray(got == want, bool) if exact else _close(got, want, rtol, atol, dtype)
    if close.all():
        return None
    unwanted = np.zeros(got.shape, bool) if exact else np.isnan(_wide(got)) & ~np.isnan(_wide(want))
    where = np.unravel_index(int(np.argmax(unwanted if unwanted.any() else ~close)), got.shape)
    place = f" at {[int(i) for i in where]}" if got.ndim else ""
    g, w = _tell_apart(*(np.asarray(a[where]).item() for a in (got, want)))
    if unwanted.any():
        return f"nan{place} is not {w}"
    count = f" ({int((~close).sum())} of {close.size} differ)" if close.size > 1 else ""
    return f"{g}{place} is not {w}{count}"


def _all_numbers(array: np.ndarray) -> bool:
    if array.dtype.kind == "O":  # Python's integers above 64 bits
        return all(isinstance(item, (int, float)) for item in array.flat)
    return array.dtype.kind in "biufc"


def _is_exact(array: np.ndarray) -> bool:
    """Whether an array holds integers or bools, of any size."""
    if array.dtype.kind == "O":
        return all(isinstance(item, int) for item in array.flat)
    return array.dtype.kind in "biu"


def _wide(array: np.ndarray) -> np.ndarray:
    """An array in double precision; integers above its range become infinite."""
    if array.dtype.kind != "O":
        return array.astype(complex if array.dtype.kind == "c" else float)
    wide = [item if abs(item) < 1e308 else np.copysign(np.inf, item > 0) for item in array.flat]
    return np.array(wide, float).reshape(array.shape)


def _close(got, want, rtol, atol, dtype) -> np.ndarray:
    """Where got = want, for numbers of which one side at least is not an integer."""
    narrow = got.dtype in (np.float32, np.float16, np.complex64)
    got, want = _wide(got), _wide(want)
    if narrow and dtype is None:
        largest = float(np.abs(want[np.isfinite(want)]).max(initial=0.0))
        rtol, atol = max(rtol, FLOAT32_RTOL), max(atol, FLOAT32_ATOL * largest)
    with np.errstate(all="ignore"):
        return np.isclose(got, want, rtol=rtol, atol=atol, equal_nan=True)


def _tell_apart(a, b) -> tuple[str, str]:
    """Two unequal numbers, with as many digits as it takes to see that they differ."""
    for digits in (6, 9, 12, 15, 17):
        texts = number(a, digits), number(b, digits)
        if texts[0] != texts[1]:
            break
    return texts


def number(value, digits: int = 6) -> str:
    """A number in as few digits as tell it: 0.0900, 1e-09, 13889."""
    if isinstance(value, (bool, int)):
        size = value.bit_length()
        return str(value) if size < 128 else f"an integer of {size} bits"
    if isinstance(value, complex):
        return f"{value:.{digits}g}"
    text = f"{value:.{digits}g}"
    return text if "e" in text or "." in text or not np.isfinite(value) else f"{text}.0"


def kind_of(value) -> str:
    """What a value is, with its article: "a float", "an array of shape (3, 2)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            kinds = {"b": "a bool", "i": "an int", "u": "an int", "O": "an int", "c": "a complex"}
            return kinds.get(value.dtype.kind, "a float")
        return f"an array of shape {value.shape}"
    if isinstance(value, bytes):
        return "bytes"
    return with_article("string" if isinstance(value, str) else type(value).__name__)


def with_article(noun: str) -> str:
    """ "an int", "a float"."""
    return f"{'an' if noun[:1] in 'aeiouAEIOU' else 'a'} {noun}"


def one_line(text: str, length: int = 200) -> str:
    """Text of the learner's as it may stand in a message: one line, nothing that a terminal or a
    file cannot take."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:length])


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
        some = itertools.islice(value, length)  # more would not fit
        items = ", ".join(show(item, length) for item in some)
        text = f"{opening}{items}{',' if type(value) is tuple and len(value) == 1 else ''}{closing}"
        if len(text) > length and len(value) > 3:
            first = show(next(iter(value)), 30)
            text = f"{type(value).__name__} of {len(value)} items, first {first}"
    elif isinstance(value, dict):
        some = itertools.islice(value.items(), length)
        text = "{" + ", ".join(f"{show(k, length)}: {show(v, length)}" for k, v in some) + "}"
    elif isinstance(value, np.random.Generator):
        text = "rng"
    elif callable(value):
        text = getattr(value, "__name__", None) or "a function"
        text = "a function" if text == "<lambda>" else one_line(str(text), length)
    else:
        text = with_article(one_line(type(value).__name__))
    return text if len(text) <= length else text[: length - 1] + "…"
