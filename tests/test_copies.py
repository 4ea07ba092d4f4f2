"""A learner's copies: made when opened, renewed with the course, never lost."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import nbformat
import pytest
from helpers import SOFTMAX, find, softmax_course, softmax_notebook, with_answer

from mlprep import copies
from mlprep.errors import NotebookError, UsageError


@pytest.fixture
def unit(tmp_path):
    """A unit whose release is a notebook and a data file, without a copy."""
    unit = softmax_course(tmp_path).unit("softmax")
    shutil.rmtree(tmp_path / "work", ignore_errors=True)
    release(unit, softmax_notebook())
    unit.release_notebook().with_name("logits.csv").write_text("1,2,3\n")
    return unit


def release(unit, notebook):
    path = unit.release_notebook()
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def newer(unit):
    """Release the unit again with another text in its first cell."""
    notebook = nbformat.read(unit.release_notebook(), as_version=4)
    notebook.cells[0].source += "\nimport math"
    release(unit, notebook)


def answered(unit):
    """Write an answer into the learner's copy."""
    path = unit.work_notebook()
    nbformat.write(with_answer(nbformat.read(path, as_version=4), softmax=SOFTMAX), path)
    return path


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_copy_is_made_with_its_data_and_then_left_alone(unit):
    path, news = copies.ready(unit, "softmax")
    assert path.read_bytes() == unit.release_notebook().read_bytes()
    assert news == ""
    assert files(path.parent) == [
        ".release/logits.csv",
        ".release/softmax.ipynb",
        "logits.csv",
        "softmax.ipynb",
    ]
    path.write_text("anything of mine")
    assert copies.ready(unit, "softmax") == (path, "")
    assert path.read_text() == "anything of mine"


def test_a_newer_release_is_merged_and_the_file_as_it_was_is_kept(unit):
    copies.ready(unit, "softmax")
    path = answered(unit)
    before = path.read_bytes()
    newer(unit)
    _, news = copies.ready(unit, "softmax")
    merged = nbformat.read(path, as_version=4)
    assert merged.cells[0].source.endswith("import math")
    assert find(merged, "softmax").source == SOFTMAX.strip("\n")
    (kept,) = (path.parent / "older").iterdir()
    assert kept.read_bytes() == before
    assert news == (
        "A newer softmax.ipynb was merged into your copy. Your answers are kept; the file as it "
        "was is in older/."
    )
    assert copies.ready(unit, "softmax")[1] == ""


def test_a_copy_from_before_there_was_a_record_is_renewed_too(unit):
    copies.ready(unit, "softmax")
    path = answered(unit)
    shutil.rmtree(path.parent / copies.BASE)
    assert copies.ready(unit, "softmax")[1] == ""
    shutil.rmtree(path.parent / copies.BASE)
    newer(unit)
    assert "merged" in copies.ready(unit, "softmax")[1]


def test_data_is_renewed_unless_the_learner_changed_it(unit):
    copies.ready(unit, "softmax")
    given = unit.release_notebook().with_name("logits.csv")
    mine = unit.work_notebook().with_name("logits.csv")
    given.write_text("4,5,6\n")
    copies.ready(unit, "softmax")
    assert mine.read_text() == "4,5,6\n"
    mine.write_text("my numbers\n")
    given.write_text("7,8,9\n")
    copies.ready(unit, "softmax")
    assert mine.read_text() == "my numbers\n"


@pytest.mark.parametrize("broken", [b"", b"{", b"\xff\xfe", b'{"cells": 3}'])
def test_a_copy_that_is_no_notebook_any_more_is_left_as_it_is(unit, broken):
    path, _ = copies.ready(unit, "softmax")
    path.write_bytes(broken)
    newer(unit)
    with pytest.raises(NotebookError):
        copies.ready(unit, "softmax")
    assert path.read_bytes() == broken


def test_starting_over_gives_the_release_and_keeps_every_older_copy(unit):
    copies.ready(unit, "softmax")
    path = answered(unit)
    before = path.read_bytes()
    kept = [copies.start_over(unit, "softmax") for _ in range(3)]
    assert path.read_bytes() == unit.release_notebook().read_bytes()
    assert kept[0].read_bytes() == before
    assert len(set(kept)) == 3
    path.unlink()
    assert copies.start_over(unit, "softmax") is None


@pytest.mark.parametrize("act", [copies.ready, copies.start_over])
def test_a_full_disk_loses_nothing(unit, act, monkeypatch):
    copies.ready(unit, "softmax")
    path = answered(unit)
    before = path.read_bytes()
    newer(unit)

    def full(self, content):
        with open(self, "wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        act(unit, "softmax")
    assert path.read_bytes() == before
    assert [name for name in files(path.parent) if name.endswith(".part")] == []


def test_what_was_never_released_cannot_be_copied(unit):
    for act in (copies.ready, copies.start_over):
        with pytest.raises(UsageError, match=r"nothing.ipynb: missing"):
            act(unit, "nothing")
