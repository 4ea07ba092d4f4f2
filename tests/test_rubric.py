"""Rubrics: marks, levels, and probes that ask whether exemplars were placed."""

import pytest

from mlprep.design import DESIGN
from mlprep.reading import RESEARCH
from mlprep.rubric import Rubric, weighted_kappa

RUBRICS = {"design": DESIGN, "research": RESEARCH}
A, B, C = [1] * 6, [0] * 6, [3, 3, 3, 3, 2, 3]


@pytest.fixture(params=RUBRICS.values(), ids=RUBRICS)
def rubric(request) -> Rubric:
    return request.param


def by_row(rubric: Rubric, marks) -> dict:
    return dict(zip(rubric.rows, marks, strict=True))


def test_its_table_has_a_line_a_row_and_four_levels(rubric):
    lines = rubric.table().splitlines()
    assert len(lines) == len(rubric.rows) + 2 and {line.count("|") for line in lines} == {6}
    assert lines[0].startswith(f"| {rubric.noun} | 0")


def test_the_level_is_the_lower_median():
    assert [RESEARCH.level(marks) for marks in (A, B, C)] == [1, 0, 3]
    assert RESEARCH.level([3, 3, 3, 0, 0, 0]) == 0 and RESEARCH.level([3, 3, 3, 3, 0, 0]) == 3
    assert DESIGN.level([3, 3, 3, 1, 0, 0, 0]) == 1


def test_a_gap_names_the_rows_that_differ():
    assert RESEARCH.gap(A, C) == {row: a - c for row, a, c in zip(RESEARCH.rows, A, C, strict=True)}
    assert RESEARCH.gap(A, by_row(RESEARCH, A)) == {}


def changed(rubric: Rubric, mark) -> list:
    marks = [1] * len(rubric.rows)
    return [*marks[:3], mark, *marks[4:]]


@pytest.mark.parametrize("mark", [1, 1.0, True, "1"])
def test_a_mark_may_be_any_whole_number(rubric, mark):
    assert set(rubric.marks_of(changed(rubric, mark)).values()) == {1}


@pytest.mark.parametrize("mark", [4, -1, 1.5, "x", None, [1], float("nan"), 10**400])
def test_a_mark_that_is_none_is_named_with_its_row(rubric, mark):
    fourth = list(rubric.rows)[3]
    said = f"the mark for {fourth} is {str(mark)[:20]}, not 0, 1, 2 or 3"
    assert rubric.form_check("A")(lambda: {"A": changed(rubric, mark)}) == f"exemplar A: {said}"


def test_marks_that_cannot_be_read_are_named(rubric):
    count, first = len(rubric.rows), next(iter(rubric.rows))
    for marks, said in (
        ([1, 2], f"{count} marks are wanted, one {rubric.one}. Got 2"),
        ({}, f"the {rubric.noun} {first!r} has no mark"),
        (by_row(rubric, [1] * count) | {"style": 1}, f"'style' is no {rubric.noun}. There are"),
        ("1" * count, f"a dict by {rubric.noun}"),
        (3, f"a dict by {rubric.noun}"),
    ):
        with pytest.raises(ValueError, match=said):
            rubric.marks_of(marks)
        assert said in rubric.form_check("A")(lambda marks=marks: {"A": marks})


def test_exemplars_that_are_missing_are_named(rubric):
    right = [1] * len(rubric.rows)
    for check in (
        rubric.form_check("AC"),
        rubric.placing_check("C", right),
        rubric.order_check({"A": right, "C": right}),
    ):
        assert check(lambda: {"A": right}) == "exemplar C is missing"
        assert f"{{'A': {{{next(iter(rubric.rows))!r}: 1, …}}}}" in check(lambda: None)


def test_exemplars_are_placed_within_a_level():
    place = RESEARCH.placing_check("C", C, "It says what refutes it.")
    assert place(lambda: {"C": [2] * 6}) == ""
    assert place(lambda: {"C": [3, 3, 3, 1, 2, 3]}) == (
        "you gave mathematics 1, the markers 3 (simplifies). It says what refutes it"
    )


def test_exemplars_stand_in_the_order_of_their_sums_or_levels():
    order = RESEARCH.order_check({"A": A, "B": B, "C": C})
    assert order(lambda: {"A": A, "B": B, "C": C}) == ""
    assert order(lambda: {"A": [1] * 5 + [2], "B": A, "C": C}) == ""  # same level, other sums
    assert "put B level with A" in order(lambda: {"A": A, "B": A, "C": C})
    assert "put A above C" in order(lambda: {"A": C, "B": B, "C": A})
    order = DESIGN.order_check({"A": [1] * 7, "B": [0] * 7})
    assert "put B level with A" in order(lambda: {"A": [1] * 6 + [2], "B": [1] * 7})


def test_weighted_kappa_is_one_for_the_same_marks_and_nothing_for_chance():
    assert weighted_kappa([(0, 0), (1, 1), (3, 3)]) == 1
    assert weighted_kappa([(0, 0), (0, 1), (1, 0), (1, 1)]) == pytest.approx(0)
    for pairs in ([], [(1, 1), (1, 1)]):
        with pytest.raises(ValueError, match="weighted_kappa"):
            weighted_kappa(pairs)
