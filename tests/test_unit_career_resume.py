"""The unit on the resume: what a learner writes about themselves stays out of every record."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import nbformat
from helpers import sandbox

from mlprep.attempts import Attempts
from mlprep.course import Course
from mlprep.grading.judge import files_beside, judge_notebook

ROOT = Path(__file__).resolve().parents[1]
UNIT = Course(ROOT).unit("career_resume")
OWN = "Quuxotron of Zanzibaria raised Xylophonix by 73.519 %"


def test_own_words_reach_neither_the_report_nor_the_record_of_attempts(tmp_path):
    """Both hand-graded cells hold them; the record keeps that something is written, not what."""
    source = nbformat.read(UNIT.source_notebook(UNIT.name), as_version=4)
    learner = copy.deepcopy(nbformat.read(UNIT.release_notebook(UNIT.name), as_version=4))
    places = [cell for cell in learner.cells if "in place of this line" in cell.source]
    for cell in places:
        cell.source = OWN
    assert len(places) == 2
    files = files_beside(UNIT.source_notebook(UNIT.name))
    report = judge_notebook(UNIT.name, source, learner, files, launcher=sandbox())
    Attempts(tmp_path / "attempts.db").record(report, "0" * 64, "0" * 64, "0")
    kept = (tmp_path / "attempts.db").read_bytes()
    assert len(report.results) == 9 and b"profile_checklist" in kept
    shown = json.dumps([str(output) for output in report.outputs.values()])
    for word in ("Quuxotron", "Zanzibaria", "Xylophonix", "73.519"):
        assert word.encode() not in kept
        assert word not in json.dumps(report.to_dict()) + shown
