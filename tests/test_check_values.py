"""Plain data: what counts as equal, and what is said of two values that differ."""

from __future__ import annotations

import collections
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlprep.check.values import (
    LINE_LENGTH,
    NotPlain,
    difference,
    duplicate,
    number,
    one_line,
    plain,
    same_data,
    show,
)

Point = collections.namedtuple("Point", "x y")
NAN, INF = float("nan"), float("inf")


def told(got, want, **options):
    """What is said of the plain forms of two values."""
    return difference(plain(got), plain(want), **options)


# Equal


@pytest.mark.parametrize(
    "same",
    [
        (1.0, 2.0, 3.0),
        np.array([1, 2, 3]),
        np.array([1.0, 2.0, 3.0], dtype=np.float32),
        torch.tensor([1.0, 2.0, 3.0]),
        torch.tensor([1, 2, 3]),
        torch.tensor([1.0, 2.0, 3.0], dtype=torch.bfloat16),
        torch.tensor([1.0, 2.0, 3.0], requires_grad=True),
        torch.tensor([1.0 + 0j, 2.0, 3.0]).real,
        range(1, 4),
        (k for k in (1, 2, 3)),
        map(float, "123"),
        collections.deque([1, 2, 3]),
        {1: "a", 2: "b", 3: "c"}.keys(),
        [np.float64(1), torch.tensor(2.0), 3],
        np.array([1, 2, 3], dtype=object),
        np.array([1, 2, 3]).view(np.matrix)[0].A1,
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_kind_of_container_and_of_number_is_not_graded(same):
    assert told(same, [1, 2, 3]) is None


@pytest.mark.parametrize(
    ("got", "want"),
    [
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        ([np.array([1, 2]), (3, 4)], [[1, 2], [3, 4]]),
        ([[1], [2, 3]], ([1], [2, 3])),
        (Point(1, 2), (1, 2)),
        (collections.Counter("aab"), {"b": 1, "a": 2}),
        (collections.defaultdict(list, {"a": [1]}), {"a": (1,)}),
        ({np.int64(3): 1, (np.int64(1), 2): 2}, {3: 1, (1, 2): 2}),
        ({frozenset("ab"): 1}, {frozenset("ba"): 1}),
        (np.str_("relu"), "relu"),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([b"a"]), [b"a"]),
        (np.bool_(True), True),
        (torch.tensor(True), True),
        (1, True),
        ([1, 0], np.array([True, False])),
        (np.array(3), 3),
        (np.float32(3), 3),
        (torch.tensor(3), 3),
        (10**30, 10**30),
        (1e30, 10**30),
        ([10**30, 1], [10**30, 1.0]),
        ([], []),
        ([], np.zeros((0, 3))),
        (np.zeros((0, 3)), []),
        ({}, {}),
        (set(), set()),
        ([2, 1], {1, 2}),
        (np.array([2, 1]), {1, 2}),
        ([[1, 2], [3, 4]], {(1, 2), (3, 4)}),
        ({0.1 + 0.2, 1}, {0.3, 1}),
        ({"a": {"b": [1, None]}}, {"a": {"b": (1, None)}}),
        ([NAN, INF, -INF], [NAN, INF, -INF]),
        (1 + 1e-9, 1),
        (torch.tensor([1 + 2j]).conj(), [1 - 2j]),
    ],
)
def test_equal_data_is_equal_whatever_holds_it(got, want):
    assert told(got, want) is None


@pytest.mark.parametrize("kind", [np.float32, torch.tensor])
def test_single_precision_is_not_a_mistake(kind):
    third = kind(np.float32(1) / np.float32(3) * np.float32(1 + 5e-6))
    assert told(third, 1 / 3) is None
    assert told([third], [1 / 3]) is None
    assert "0.33" in told(third, 1 / 3, dtype="float32")


def test_small_entries_beside_large_ones_may_be_off_by_a_rounding_of_the_large_in_float32():
    assert told(np.array([1e3, 1e-4], np.float32), [1e3, 2e-4]) is None
    assert told(np.array([1e3, 1e-4]), [1e3, 2e-4]) is not None


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4)))
def test_every_array_equals_its_list_its_tensor_and_itself(array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for same in (array, array.tolist(), torch.from_numpy(array), tuple(array)):
            assert told(same, array) is None


# Different


@pytest.mark.parametrize(
    ("got", "want", "clause"),
    [
        (None, 3, "an int is wanted, not None"),
        (None, [[1, 2]], "an array of shape (1, 2) is wanted, not None"),
        (None, "a", "a string is wanted, not None"),
        (3, None, "None is wanted, not an int"),
        ("3", 3, "an int is wanted, not a string"),
        (3, "3", "a string is wanted, not an int"),
        (b"a", "a", "a string is wanted, not bytes"),
        (2, True, "a bool is wanted, not an int"),
        (False, True, "False is not True"),
        ("relu", "gelu", "'relu' is not 'gelu'"),
        (0.5, [0.5], "the shape is (), not (1,)"),
        ([0.5], 0.5, "the shape is (1,), not ()"),
        ([[1.0], [2.0]], [1.0, 2.0], "the shape is (2, 1), not (2,)"),
        (np.ones((2, 3)), np.ones((3, 2)), "the shape is (2, 3), not (3, 2): two axes are swapped"),
        (np.ones((4, 2, 3)), np.ones((4, 3, 2)), "two axes are swapped"),
        ([1.0, NAN], [1.0, 2.0], "nan at [1] is not 2.0"),
        ([5.0, NAN], [1.0, 2.0], "nan at [1] is not 2.0"),
        ([1.0, 2.0], [1.0, NAN], "2.0 at [1] is not nan (1 of 2 differ)"),
        ([1.0, INF], [1.0, 2.0], "inf at [1] is not 2.0 (1 of 2 differ)"),
        ([1.0, -INF], [1.0, INF], "-inf at [1] is not inf"),
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "5 at [1, 1] is not 4 (1 of 4 differ)"),
        (3, 4, "3 is not 4"),
        (2.5, 3, "2.5 is not 3"),
        (2**53 + 1, 2**53, "9007199254740993 is not 9007199254740992"),
        (10**30 + 1, 10**30, "1000000000000000000000000000001 is not 1000000"),
        (10**400, 1.0, "an integer of 1329 bits is not 1.0"),
        ([True, False], [True, True], "False at [1] is not True"),
        (1 + 2j, 1.0, "the numbers are complex, not real"),
        ({"a": 1}, [1], "wanted, not a dict"),
        ([1], {"a": 1}, "a dict is wanted, not a list"),
        ({"a": 1, "c": 2}, {"a": 1, "b": 2}, "the keys differ: missing ['b'], unexpected ['c']"),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "at 'a' at 'b' 1 is not 2"),
        (["a", "b"], ["a", "c"], "at item 1 'b' is not 'c'"),
        (["a"], ["a", "b"], "2 items are wanted, not 1"),
        (["a", "b"], ["a"], "1 item is wanted, not 2"),
        ("ab", ["a", "b"], "a list is wanted, not a string"),
        ({1, 2}, {1, 3}, "the items differ: missing [3], unexpected [2]"),
        ([1, 1, 2], {1, 2}, "[1, 1, 2] holds an item twice"),
        ([{}], {1}, "a set is wanted, not [{}]"),
        (3, {3}, "a set is wanted, not an int"),
        ({1, 2}, [1, 2], "an array of shape (2,) is wanted, not a set"),
        ([[1, 2], [3]], [[1, 2], [3, 4]], "an array of shape (2, 2) is wanted, not a list"),
        (["a", 1], [1, 1], "at item 0 an int is wanted, not a string"),
        ([1, None], [1, 2], "at item 1 an int is wanted, not None"),
        ((1.0, 2.0), (1.0, 2.0, 3.0), "3 items are wanted, not 2"),
        ((np.ones(2), 2.0), (1.0, 2.0), "at item 0 the shape is (2,), not ()"),
    ],
)
def test_what_differs_is_said(got, want, clause):
    assert clause in told(got, want)


def test_a_demanded_dtype_is_compared_before_the_values():
    got = np.array([1.0, 2.0], dtype=np.float32)
    assert told(got, [1.0, 3.0], dtype="float64") == "the dtype is float32, not float64"
    assert told(got, [1.0, 2.0], dtype="float32") is None
    assert told(np.float32(2), 2.0, dtype="float32") is None
    assert told(np.int32(2), 2, dtype="int64") == "the dtype is int32, not int64"


def test_integers_are_compared_exactly_and_floats_within_the_tolerances():
    assert told(1_000_000_001, 1_000_000_000) == "1000000001 is not 1000000000"
    assert told(1_000_000_001.0, 1_000_000_000) is None
    assert told(1.1, 1.0, rtol=0.2) is None
    assert told(1.1, 1.0, rtol=0, atol=0.05) == "1.1 is not 1.0"


def test_unequal_values_never_look_equal():
    assert told(1.00000001, 1.00000002, rtol=0, atol=0) == "1.00000001 is not 1.00000002"
    assert told("a" * 200 + "b", "a" * 200 + "c") == (
        "from character 190 on, 'aaaaaaaaaab' is not 'aaaaaaaaaac'"
    )
    assert told("a" * 200, "a" * 201) == "from character 190 on, 'aaaaaaaaaa' is not 'aaaaaaaaaaa'"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=10,
)


@given(VALUES, VALUES)
def test_any_two_values_can_be_compared_and_told_in_short(got, want):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # overflow on the way to float64
        clause = told(got, want)
        assert told(got, got) is None
    assert clause is None or 0 < len(clause) < 400


# Not plain


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "an object of type object"),
        ([1, object()], "an object of type object"),
        (len, "an object of type builtin_function_or_method"),
        (lambda: 1, "a function"),
        (np.datetime64("2020-01-01"), "an array of datetime64[D]"),
        ({torch.ones(1): 1}, "a dict or a set with an array of shape (1,) for a key"),
        (torch.eye(2).to_sparse(), "a tensor of layout torch.sparse_coo and torch.float32"),
    ],
)
def test_what_is_no_plain_data_is_named(value, name):
    with pytest.raises(NotPlain, match=r".") as error:
        plain(value)
    assert str(error.value) == name


def test_an_endless_stream_and_an_endless_nesting_are_refused():
    def forever():
        while True:
            yield 1

    with pytest.raises(NotPlain, match="more than 10000 items"):
        plain(forever())
    nested = []
    nested.append(nested)
    with pytest.raises(NotPlain, match="nested more than 20 deep"):
        plain(nested)


# Copies


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (np.zeros(3), lambda a: a.__setitem__(0, 1)),
        (np.zeros(3), lambda a: a.resize(4, refcheck=False)),
        (torch.zeros(3), lambda t: t.add_(1)),
        (torch.zeros(3, dtype=torch.bfloat16), lambda t: t.add_(1)),
        ([3, 1, 2], lambda v: v.sort()),
        ([[1], [2]], lambda v: v[0].append(3)),
        (["a"], lambda v: v.__setitem__(0, "b")),
        ([1.0, NAN], lambda v: v.__setitem__(0, NAN)),
        ({"a": [1]}, lambda v: v["a"].clear()),
        ({"a": 1}, lambda v: v.update(b=2)),
        ({1, 2}, lambda v: v.discard(1)),
        ([None], lambda v: v.__setitem__(0, 0)),
        (([1],), lambda v: v[0].append(2)),
    ],
)
def test_a_change_in_place_is_seen_and_a_copy_is_not_touched_by_it(value, change):
    copy = duplicate(value)
    assert same_data(value, copy)
    change(value)
    assert not same_data(value, copy)


def test_a_copied_generator_of_random_numbers_goes_on_from_the_same_state():
    rng = np.random.default_rng(3)
    rng.normal()
    copy = duplicate(rng)
    assert copy.normal() == rng.normal()
    assert copy.spawn(1)[0].normal() == rng.spawn(1)[0].normal()  # seeds are not shared


# Showing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.09, "0.09"),
        (2.0, "2.0"),
        (1e-9, "1e-09"),
        (13889, "13889"),
        (True, "True"),
        (None, "None"),
        (NAN, "nan"),
        (1 + 2j, "1+2j"),
        ("a\nb", "'a\\nb'"),
        ([], "[]"),
        ((1,), "(1,)"),
        ({"a": [1.0]}, "{'a': [1.0]}"),
        (np.arange(3.0), "[0.0, 1.0, 2.0]"),
        (np.zeros((20, 30)), "array (20, 30) of float64"),
        (torch.zeros(2, 2), "[[0.0, 0.0], [0.0, 0.0]]"),
        (list(range(1000)), "list of 1000 items, first 0"),
        (len, "len"),
        (lambda: 1, "a function"),
        (np.random.default_rng(0), "rng"),
        (object(), "an object"),
        (10**50, "an integer of 167 bits"),
    ],
)
def test_a_value_is_shown_in_one_line(value, text):
    assert show(value) == text


@given(VALUES)
def test_what_is_shown_is_one_short_line(value):
    text = show(value)
    assert len(text) <= LINE_LENGTH
    assert len(text.splitlines()) <= 1


def test_showing_a_huge_structure_takes_no_time():
    assert (
        show([[[0.5] * 300] * 300] * 300)
        == "list of 300 items, first list of 300 items, first list…"
    )
    assert len(show({k: k for k in range(100_000)})) == LINE_LENGTH


def test_a_number_is_shown_with_as_many_digits_as_asked():
    assert number(1 / 3) == "0.333333"
    assert number(1 / 3, 9) == "0.333333333"


def test_text_of_the_learners_cannot_steer_a_terminal_or_break_a_line():
    assert one_line("a\x1b[31m\n\ud800b") == "a\\x1b[31m\\n\\ud800b"
    assert len(one_line("x" * 500)) == 200


def test_a_place_in_a_nested_sequence_is_named_from_outside_in():
    clause = difference([["a"], ["b", "c"]], [["a"], ["b", "d"]])
    assert clause == "at item 1, item 1 'c' is not 'd'"
