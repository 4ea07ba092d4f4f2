"""The judge as a step of nbgrader's, in the place where it would run the notebook in a kernel."""

from __future__ import annotations

import os
from pathlib import Path

from nbformat import from_dict
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer, default

from mlprep.grading.intake import TIMESTAMP
from mlprep.grading.limits import Limits
from mlprep.grading.roles import role
from mlprep.nbgrader.shown import heading

DEFAULT = Limits()
NOT_GRADED = {
    "output_type": "error",
    "ename": "NotGraded",
    "evalue": "The notebook was refused.",
    "traceback": ["Not graded: see the top of the notebook."],
}


class Judge(NbGraderPreprocessor):
    """Runs the learner's cells in a sandbox and the tests outside it; writes what came of both.

    A test's outcome is written where nbgrader looks for it: the verdict as a display, then the
    points as a result. A test that the worked solution does not pass either has no outcome; the
    step Record leaves its points to a person.
    """

    unsafe = Bool(help="Run submissions without a sandbox (MLPREP_UNSAFE=1).").tag(config=True)
    call_s = Float(DEFAULT.call_s, help="Seconds for a call of an answer.").tag(config=True)
    cell_s = Float(DEFAULT.cell_s, help="Seconds for a cell.").tag(config=True)
    test_s = Float(DEFAULT.test_s, help="Seconds for a test.").tag(config=True)
    notebook_s = Float(DEFAULT.notebook_s, help="Seconds for a notebook.").tag(config=True)
    memory_mb = Integer(DEFAULT.memory_bytes >> 20, help="Memory of a submission.").tag(config=True)
    disk_mb = Integer(DEFAULT.disk_bytes >> 20, help="Disk of a submission.").tag(config=True)
    processes = Integer(DEFAULT.processes, help="Processes of a submission.").tag(config=True)

    @default("unsafe")
    def _unsafe_default(self) -> bool:
        return os.environ.get("MLPREP_UNSAFE", "") not in ("", "0")

    @property
    def limits(self) -> Limits:
        return Limits(
            call_s=self.call_s,
            cell_s=self.cell_s,
            test_s=self.test_s,
            notebook_s=self.notebook_s,
            memory_bytes=self.memory_mb << 20,
            disk_bytes=self.disk_mb << 20,
            processes=self.processes,
        )

    def preprocess(self, nb, resources):
        found = nb.metadata["mlprep"]
        if found["refused"]:
            for cell in nb.cells:
                if role(cell) == "test":  # a test that shows nothing counts as passed
                    cell.outputs = [from_dict(NOT_GRADED)]
            return nb, resources
        place = resources["nbgrader"]
        report, graded = self.parent.batch.judge(
            place["assignment"],
            place["notebook"],
            nb,
            files_in(Path(resources["metadata"]["path"])),
            not self.unsafe,
            self.limits,
        )
        found["flags"] = list(dict.fromkeys(found["flags"] + report["flags"]))
        found["unsafe"] = self.unsafe
        found["unknown"] = [r["name"] for r in report["results"] if r["status"] == "grader failed"]
        for result in report["results"]:
            if result["status"] == "grader failed":
                self.log.error("%s: NOT GRADED: %s", result["name"], result["message"])
        for flag in found["flags"]:
            self.log.warning("%s: %s", place["student"], flag)
        nb.cells = heading(found) + graded.cells
        nb.metadata["mlprep"] = found
        return nb, resources


def files_in(folder: Path) -> dict[str, bytes]:
    """The files beside an autograded notebook, which nbgrader has copied there."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in paths
        if path.suffix != ".ipynb" and path.name != TIMESTAMP
    }
