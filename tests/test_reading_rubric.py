"""The research rubric and the worksheets' placeholder for it."""

from mlprep.notebook import PLACEHOLDERS
from mlprep.reading import RESEARCH


def test_it_has_six_rows_of_four_levels():
    assert len(RESEARCH.rows) == 6 and {len(said) for said in RESEARCH.rows.values()} == {4}
    assert RESEARCH.table().startswith("| row | 0 | 1 | 2 | 3 |\n|---|---|---|---|---|\n")
    assert "research_rubric" in PLACEHOLDERS
