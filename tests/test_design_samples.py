"""What authors' answers share: a whole sheet is accepted, a spoilt one is wrong in one number."""

import pytest

from mlprep.design import Sheet, samples

SHEET = Sheet({"users": "users", "p99": "ms"}, {"rps": "1/s", "bytes": "GB"}, deadline="p99")


def rps(users):
    """Each user asks once a second."""
    return users


def whole() -> dict:
    halves = dict.fromkeys(["first", "second"], "5 ms")
    assumptions = {"users": "7 users", "p99": "10 ms"}
    return samples.whole(assumptions, {"rps": (7, "1/s"), "bytes": (2.0, "GB")}, halves)


def test_a_whole_sheet_passes_every_check_of_the_form():
    checks = SHEET.form() + SHEET.links(rps)
    assert len(checks) >= 7 and [check(whole) for check in checks] == [""] * len(checks)


@pytest.mark.parametrize(
    ("unit", "factors", "derived"),
    [
        (None, {"rps": 3}, {"rps": (21, "1/s"), "bytes": (2.0, "GB")}),
        (None, {"rps": 3, "bytes": 0.5}, {"rps": (21, "1/s"), "bytes": (1.0, "GB")}),
        ("GiB", {"bytes": 1}, {"rps": (7, "1/s"), "bytes": (2.0, "GiB")}),
    ],
)
def test_a_spoilt_sheet_is_a_copy_with_other_derived_numbers(unit, factors, derived):
    sheet = whole()
    assert samples.spoilt(sheet, unit=unit, **factors) == sheet | {"derived": derived}
    assert sheet == whole()
