"""Study mode's files: the course's own are read-only, the learner's are not."""

from __future__ import annotations

import asyncio
import errno
import json
from pathlib import Path

import pytest
from conftest import notebook
from tornado.web import HTTPError

from mlprep.contents import StudyContents, is_generated
from mlprep.study import prepare

LESSON, COPY = "notebooks/softmax.ipynb", "work/softmax/softmax.ipynb"


@pytest.fixture
def contents(toy_course):
    prepare(toy_course)
    return StudyContents(root_dir=str(toy_course.root))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (LESSON, True),
        ("/release/softmax/logits.csv", True),
        (COPY, False),
        ("work/notebooks/mine.ipynb", False),
        ("notebooks", False),
        ("", False),
    ],
)
def test_what_lies_in_a_generated_folder_is_generated(path, expected):
    assert is_generated(path) is expected


def test_only_the_learners_files_are_writable(contents):
    def writable(path):
        return asyncio.run(contents.get(path, content=False))["writable"]

    assert [writable(LESSON), writable(COPY), writable("work")] == [False, True, True]
    folder = asyncio.run(contents.get("notebooks"))
    assert [entry["writable"] for entry in folder["content"]] == [False]


def test_a_lesson_is_not_saved_over_and_a_copy_is_saved(contents, toy_course):
    before = (toy_course.root / LESSON).read_bytes()
    model = asyncio.run(contents.get(LESSON))
    with pytest.raises(HTTPError, match="Save your copy in work/"):
        asyncio.run(contents.save(model, LESSON))
    assert (toy_course.root / LESSON).read_bytes() == before
    asyncio.run(contents.save(model, "work/lesson.ipynb"))
    saved = (toy_course.root / "work/lesson.ipynb").read_text()
    assert [cell["id"] for cell in json.loads(saved)["cells"]] == ["title"]
    assert "Softmax in notebooks/softmax.ipynb" in saved


def test_the_root_shows_what_a_learner_needs_and_a_folder_of_their_own_shows_all(contents, root):
    (Path(contents.root_dir) / "work/tests").mkdir(parents=True)
    inside = asyncio.run(contents.get("work"))["content"]
    assert {entry["name"] for entry in inside} >= {"tests"}
    here = asyncio.run(StudyContents(root_dir=str(root)).get(""))["content"]
    names = {entry["name"] for entry in here}
    assert {"notebooks", "README.md"} <= names
    assert not names & {"src", "tests", "jupyter", "run.py", "pyproject.toml"}


def test_a_copy_is_made_when_it_is_first_looked_at(contents, toy_course):
    mine = toy_course.root / COPY
    assert not mine.exists()
    asyncio.run(contents.get(COPY, content=False))
    release = toy_course.unit("softmax").release_notebook()
    assert mine.read_bytes() == release.read_bytes()
    assert contents.news == {}


def renew(course):
    """Release the unit again, with a locked text that was not there before."""
    path = course.unit("softmax").release_notebook()
    made = notebook("# Softmax in release/softmax/softmax.ipynb")
    made["cells"].append(notebook("New.")["cells"][0] | {"id": "new"})
    path.write_text(json.dumps(made))


def test_a_newer_release_is_merged_when_the_copy_is_opened_not_while_it_is_open(
    contents, toy_course
):
    mine = toy_course.root / COPY
    asyncio.run(contents.get(COPY))
    before = mine.read_bytes()
    renew(toy_course)
    asyncio.run(contents.get(COPY, content=False))  # JupyterLab asks so before each save
    assert mine.read_bytes() == before
    model = asyncio.run(contents.get(COPY))
    assert [cell["source"] for cell in model["content"]["cells"]][-1] == "New."
    assert "was merged into your copy" in contents.news[mine.resolve()]


def test_a_broken_copy_is_told_in_a_sentence_and_left_alone(contents, toy_course):
    asyncio.run(contents.get(COPY))
    mine = toy_course.root / COPY
    mine.write_text('{"cells": [')
    with pytest.raises(HTTPError, match="Nothing was deleted. Rename the file and open") as raised:
        asyncio.run(contents.get(COPY))
    assert raised.value.status_code == 400
    assert mine.read_text() == '{"cells": ['


def test_a_full_disk_is_told_in_a_sentence(contents, toy_course, monkeypatch):
    def full(unit, stem):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mlprep.copies.ready", full)
    with pytest.raises(HTTPError, match=r"could not be made \(No space left on device\)") as raised:
        asyncio.run(contents.get(COPY))
    assert raised.value.status_code == 507
    monkeypatch.undo()
    asyncio.run(contents.get(COPY))
    monkeypatch.setattr("mlprep.copies.ready", full)
    assert asyncio.run(contents.get(COPY))["content"]["cells"]  # what there is still opens
    assert "Your copy is as it was." in contents.news[(toy_course.root / COPY).resolve()]


@pytest.mark.parametrize(
    "path", ["work/softmax/mine.ipynb", "work/nothing/nothing.ipynb", "work/../softmax.ipynb", ""]
)
def test_other_paths_are_no_copies(contents, path):
    assert contents.copy_at(path) is None
    assert contents.copy_at(COPY)[1] == "softmax"
