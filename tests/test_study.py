"""Study mode: copies that are never overwritten, a start page, JupyterLab on it."""

from __future__ import annotations

import json
import os
import re
import urllib.request

import pytest

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.study import START_PAGE, prepare, server_arguments, start_page, study


def labels(course, paths):
    return sorted(path.relative_to(course.root).as_posix() for path in paths)


def test_every_released_file_is_copied_once(toy_course):
    (toy_course.root / "release/softmax/.ipynb_checkpoints").mkdir()
    (toy_course.root / "release/softmax/.ipynb_checkpoints/softmax-checkpoint.ipynb").touch()
    copied = prepare(toy_course)
    assert labels(toy_course, copied) == ["work/softmax/logits.csv", "work/softmax/softmax.ipynb"]
    assert prepare(toy_course) == []
    assert labels(toy_course, (toy_course.root / "work").rglob("*.*")) == [
        "work/README.md",
        "work/softmax/logits.csv",
        "work/softmax/softmax.ipynb",
    ]


def test_a_copy_is_never_overwritten(toy_course):
    prepare(toy_course)
    mine = toy_course.unit("softmax").work_notebook()
    mine.write_text("my answers")
    mine.with_name("logits.csv").unlink()
    toy_course.unit("softmax").release_notebook().write_text("a newer release")
    assert labels(toy_course, prepare(toy_course)) == ["work/softmax/logits.csv"]
    assert mine.read_text() == "my answers"


def test_an_empty_file_of_the_learner_is_left_alone_too(toy_course):
    mine = toy_course.unit("softmax").work_notebook()
    mine.parent.mkdir(parents=True)
    mine.touch()
    prepare(toy_course)
    assert mine.read_bytes() == b""


def test_the_start_page_leads_to_the_lesson_and_to_the_copy(toy_course):
    prepare(toy_course)
    page = toy_course.root / START_PAGE
    links = re.findall(r"\]\(([^)]+)\)", page.read_text())
    assert links == ["../notebooks/softmax.ipynb", "softmax/softmax.ipynb"]
    assert all((page.parent / link).is_file() for link in links)


def test_the_start_page_has_no_link_to_what_is_not_built(toy_course):
    toy_course.unit("softmax").lesson.unlink()
    toy_course.unit("softmax").release_notebook().unlink()
    prepare(toy_course)
    text = (toy_course.root / START_PAGE).read_text()
    assert "Softmax" in text
    assert "](" not in text


def test_every_lesson_of_this_course_is_on_its_start_page(root):
    course = Course(root)
    lessons = {f"../notebooks/{path.stem}.ipynb" for path in (root / "notebooks").glob("*.ipynb")}
    assert lessons <= set(re.findall(r"\]\(([^)]+)\)", start_page(course)))
    assert len(lessons) >= 1


def test_a_checkout_without_configuration_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageError, match=r"jupyter.study: missing"):
        study(Course(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_callers_arguments_come_last():
    arguments = server_arguments(False, 9999, ["--debug"])
    assert {"--no-browser", "--port=9999"} <= set(arguments)
    assert arguments[-1] == "--debug"
    assert "--no-browser" not in server_arguments(True, None, [])


@pytest.fixture
def studied(toy_course, serve, free_port, python):
    """The toy course in a real server: (address with its token, seconds until it answered)."""
    words = [python, "-m", "mlprep", "study", "--no-browser", f"--port={free_port}"]
    env = dict(os.environ, MLPREP_COURSE=str(toy_course.root))
    seconds, output = serve(words, f"http://127.0.0.1:{free_port}/api", env=env)
    address = re.search(r"http://127\.0\.0\.1\S+", output.read_text())
    assert address, f"the address is not printed:\n{output.read_text()}"
    return address[0], seconds


@pytest.mark.slow
def test_jupyterlab_answers_within_10_s_and_shows_the_learners_side_only(studied):
    address, seconds = studied
    assert seconds < 10
    assert "/lab/tree/work/README.md?token=" in address
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
        assert answer.status == 200
    settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)[1])
    disabled = settings["disabledExtensions"]
    assert "@jupyter/nbgrader:formgrader" in disabled
    assert "@jupyterlab/apputils-extension:announcements" in disabled
    assert "@jupyter/nbgrader:validate-assignment" not in disabled

    listing = address.replace("/lab/tree/work/README.md?", "/api/contents/?")
    with urllib.request.urlopen(listing) as answer:
        names = {item["name"] for item in json.load(answer)["content"]}
    assert {"notebooks", "work"} <= names
    assert not names & {"source", "release", "submitted", "autograded", "exchange"}

    for path, expected in (
        ("notebooks/softmax.ipynb", False),
        ("work/softmax/softmax.ipynb", True),
    ):
        listing = address.replace("/lab/tree/work/README.md?", f"/api/contents/{path}?")
        with urllib.request.urlopen(listing) as answer:
            assert json.load(answer)["writable"] is expected, path


@pytest.mark.slow
def test_the_start_page_opens_as_a_page_whose_links_open_notebooks(studied, chromium):
    page = chromium.new_page()
    outside = []
    page.on("request", lambda r: "127.0.0.1" in r.url or outside.append(r.url))
    page.goto(studied[0])
    for link, text in (("assignment", "release/softmax"), ("Softmax", "notebooks/softmax")):
        page.get_by_role("tab", name="README.md").click(timeout=30_000)
        page.locator(".jp-MarkdownViewer").get_by_role("link", name=link, exact=True).click()
        page.get_by_role("heading", name=f"Softmax in {text}").wait_for()
    assert [url for url in outside if url.startswith("http")] == []
    page.get_by_text("notebook is read-only").wait_for()
    page.close()
