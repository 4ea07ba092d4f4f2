"""A step of `nbgrader generate_feedback`."""

from __future__ import annotations

from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution


class HideTests(ClearHiddenTests):
    """Takes hidden tests out of test cells, and out of nothing else: a learner's cell with a
    marker in it does not stop their feedback."""

    def preprocess_cell(self, cell, resources, cell_index):
        if is_grade(cell) and not is_solution(cell):
            return super().preprocess_cell(cell, resources, cell_index)
        return cell, resources
