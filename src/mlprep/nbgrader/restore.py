"""The first of nbgrader's sanitizing steps: the assignment's own cells are put back."""

from __future__ import annotations

import copy

from nbgrader.preprocessors import NbGraderPreprocessor

from mlprep.grading.graded import graded_notebook
from mlprep.grading.judge import Report
from mlprep.grading.merge import merge


class Restore(NbGraderPreprocessor):
    """Cells of the assignment that a learner edited, retyped, re-weighted, duplicated or deleted
    are the assignment's again; of the learner's own cells the text is kept and nothing else.

    What was found goes into the notebook's metadata, as "mlprep": {"flags", "notes"}. A notebook
    that is only shown, because it was refused, is left alone.
    """

    def preprocess(self, nb, resources):
        place = resources["nbgrader"]
        trusted = self.parent.batch.trusted(place["assignment"])[place["notebook"]]
        found = nb.metadata["mlprep"]
        if not found["refused"]:
            merged = merge(trusted.source, nb)
            flags = merged.flags
            own_markers = "begin_test_delimeter" in self.config.ClearHiddenTests
            if own_markers:  # what the release has of a test is unknown
                flags = [flag for flag in flags if "was changed" not in flag]
            found = found | {"flags": found["flags"] + flags, "notes": merged.notes}
            restored = graded_notebook(trusted.master, nb, Report("", [], []))
            nb.cells = restored.cells
        nb.nbformat, nb.nbformat_minor = 4, 5  # cells have ids
        nb.metadata = copy.deepcopy(trusted.master.metadata) | {"mlprep": found}
        return nb, resources
