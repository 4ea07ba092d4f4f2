"""Study mode's files: the course's own are read-only, the learner's are not."""

from __future__ import annotations

import asyncio
import json

import pytest
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
    asyncio.run(contents.save(model, "work/softmax/lesson.ipynb"))
    saved = (toy_course.root / "work/softmax/lesson.ipynb").read_text()
    assert [cell["id"] for cell in json.loads(saved)["cells"]] == ["title"]
    assert "Softmax in notebooks/softmax.ipynb" in saved
