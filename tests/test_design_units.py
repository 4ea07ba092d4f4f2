"""Quantities carry their units: what is the same is read the same, what is unclear is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlprep.design.units import UNITS, UnitError, kind_of, quantity, shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("200 ms", "0.2 s"),
        ("8 Gbit/s", "1 GB/s"),
        ("1 GiB", (2**30, "B")),
        ("1 GB", (10**9, "bytes")),
        ("12 actions/user/day", (12 / 86_400, "1/s")),
        ("5 qps", "5 requests/s"),
        ("1 TMAC", "2 TFLOP"),
        ("50 %", (0.5, "1")),
        ("1,000 users", "1000 users"),
        ("3 h", "180 min"),
        ("2 s^-1", "2 1/s"),
        ("2 USD/h", "48 dollars/day"),
        ("3 wombats", "3 1"),
        ("7 megabytes/s", "7 MB/s"),
        ("4 GPUs", "4 vector-lanes"),
    ],
)
def test_the_same_quantity_in_two_units(one, other):
    one, other = quantity(one), quantity(other)
    assert one.dims == other.dims and one.value == pytest.approx(other.value, rel=1e-12)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (5, "5 without a unit"),
        ((5, ""), "5 without a unit"),
        ("5", "5 without a unit"),
        ("5 Gb", "write Gbit or GB"),
        ("5 TFLOPS", "write TFLOP/s"),
        ("5 gb", "write GB"),
        ("5 Wombats", "unknown"),
        ("5 million users", "write the number out"),
        ("5 gbps", "Mbit/s"),
        ("5 flops", "FLOP/s"),
        ("5 gbit", "write Gbit"),
        ("5 q", "unknown"),
        ("five ms", "no number"),
        ("nan ms", "not a finite number"),
        (("1e400", "ms"), "not a finite number"),
        (None, "not a quantity"),
        ((1, 2, 3), "not a quantity"),
        ("1 s^x", "whole number"),
        ("1 s^99", "up to 9"),
    ],
)
def test_what_cannot_be_read_is_said(raw, message):
    with pytest.raises(UnitError, match=message):
        quantity(raw)


@given(st.sampled_from(sorted(UNITS)), st.floats(1e-3, 1e6))
def test_a_quantity_is_shown_in_the_unit_it_was_written_in(name, number):
    got = quantity((number, name))
    text = shown(got.value, got)
    again = quantity(text if name != "1" else f"{text} 1")
    assert again.dims == got.dims and again.value == pytest.approx(got.value, rel=1e-3)


def test_kinds_have_names():
    assert quantity("1 B/s").kind == "an amount of data a second"
    assert quantity("1 ms").kind == "a time"
    assert kind_of((2, 0, 0, 0)) == "in s^2"
