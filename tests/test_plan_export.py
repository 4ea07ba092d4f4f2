"""The learner's record as a file of their own: all of it, or a table of results."""

from __future__ import annotations

import csv
import json
import os

import pytest
from planning import TODAY, planned_course, result, state_of, tried

from mlprep.errors import UsageError
from mlprep.plan import overview
from mlprep.plan.export import export, write_whole
from mlprep.plan.state import StateError


@pytest.fixture
def state(tmp_path):
    state = state_of(planned_course(tmp_path / "course"))
    tried(state, TODAY, "softmax", result("softmax", "wrong", "no_max", message="=1+1, “é”"))
    state.attempts.next_hint("softmax", "softmax", 3)
    return state


@pytest.fixture
def data(state, tmp_path):
    return overview(planned_course(tmp_path / "again"), state, TODAY)


def test_json_has_everything(state, data, tmp_path):
    path = tmp_path / "mine.json"
    export(state, data, path)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["mlprep_export"] == 1
    assert record["settings"][0]["track"] == "engineering"
    assert record["attempts"][0]["report"]["results"][0]["mistake"] == "no_max"
    assert record["hints"][0]["question"] == "softmax"
    assert record["overview"]["coming"][0]["due"] == "2026-11-24"


def test_csv_has_a_line_for_each_question_and_no_formulas(state, data, tmp_path):
    path = tmp_path / "mine.CSV"
    export(state, data, path)
    with path.open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["at"].startswith("2026-11-2") and row["at"].endswith("+00:00")
    assert (row["unit"], row["question"], row["points"]) == ("softmax", "softmax", "0.5")
    assert (row["mistake"], row["message"]) == ("no_max", "'=1+1, “é”")


def test_another_ending_is_refused(state, data, tmp_path):
    with pytest.raises(UsageError, match="an export ends in .json or .csv. Got '.xlsx'."):
        export(state, data, tmp_path / "mine.xlsx")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text("old")
    (tmp_path / "mine.json.part").symlink_to("/dev/full")
    with pytest.raises(StateError, match="mine.json: the disk is full. Nothing was changed"):
        write_whole(path, "new" * 100_000)
    assert path.read_text() == "old"
    assert not (tmp_path / "mine.json.part").is_symlink()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StateError, match="mine.csv: it cannot be read or written .No such file"):
        write_whole(tmp_path / "none" / "mine.csv", "")
