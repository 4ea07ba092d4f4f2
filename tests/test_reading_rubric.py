"""The research rubric: marks, levels, and probes that ask whether exemplars were placed."""

import pytest

from mlprep.notebook import PLACEHOLDERS
from mlprep.reading import RESEARCH

A, B, C = [1] * 6, [0] * 6, [3, 3, 3, 3, 2, 3]


def test_six_rows_of_four_levels_make_a_table():
    assert len(RESEARCH.rows) == 6 and {len(said) for said in RESEARCH.rows.values()} == {4}
    lines = RESEARCH.table().splitlines()
    assert len(lines) == 8 and {line.count("|") for line in lines} == {6}
    assert "research_rubric" in PLACEHOLDERS


def test_the_level_is_the_lower_median():
    assert [RESEARCH.level(marks) for marks in (A, B, C)] == [1, 0, 3]
    assert RESEARCH.level([3, 3, 3, 0, 0, 0]) == 0 and RESEARCH.level([3, 3, 3, 3, 0, 0]) == 3
    assert RESEARCH.gap(A, C) == {row: a - c for row, a, c in zip(RESEARCH.rows, A, C, strict=True)}
    assert RESEARCH.gap(A, dict(zip(RESEARCH.rows, A, strict=True))) == {}


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ([1] * 5, "6 marks are wanted"),
        ({}, "'problem' has no mark"),
        ([1, 2, 3, 4, 0, 0], "mathematics is 4"),
        ([1, 2, 3, "x", 0, 0], "mathematics is x"),
        (dict(zip(RESEARCH.rows, A, strict=True)) | {"style": 1}, "'style' is no row"),
        ("111111", "a dict by row"),
        (3, "a dict by row"),
    ],
)
def test_marks_that_cannot_be_read_are_named(marks, said):
    with pytest.raises(ValueError, match=said):
        RESEARCH.marks_of(marks)
    assert said in RESEARCH.form_check("A")(lambda: {"A": marks})


def test_exemplars_are_placed_within_a_level_and_in_order():
    place = RESEARCH.placing_check("C", C, "It says what refutes it.")
    assert place(lambda: {"C": [2] * 6}) == ""
    assert place(lambda: {"C": [3, 3, 3, 1, 2, 3]}) == (
        "you gave mathematics 1, the markers 3 (simplifies). It says what refutes it"
    )
    assert "C is missing" in place(lambda: {}) and "dict" in place(lambda: None)
    order = RESEARCH.order_check({"A": A, "B": B, "C": C})
    assert order(lambda: {"A": A, "B": B, "C": C}) == ""
    assert "put B level with A" in order(lambda: {"A": A, "B": A, "C": C})
    assert "put A above C" in order(lambda: {"A": C, "B": B, "C": A})
    assert "A is missing" in order(lambda: {"B": B, "C": C})
