"""Study mode: copies that are never overwritten, a list of units, JupyterLab on it."""

from __future__ import annotations

import json
import os
import re
import urllib.request

import pytest

from mlprep.course import Course
from mlprep.errors import UsageError
from mlprep.study import UNITS_PAGE, prepare, server_arguments, study, teach, units_page


def test_preparing_writes_the_list_of_units_and_no_copy(toy_course):
    prepare(toy_course)
    prepare(toy_course)
    files = [path for path in (toy_course.root / "work").rglob("*") if path.is_file()]
    assert files == [toy_course.root / UNITS_PAGE]


def test_the_list_of_units_leads_to_the_lesson_and_to_the_copy(toy_course):
    prepare(toy_course)
    page = toy_course.root / UNITS_PAGE
    links = re.findall(r"\]\(([^)]+)\)", page.read_text())
    assert links == ["../notebooks/softmax.ipynb", "softmax/softmax.ipynb"]
    assert (page.parent / links[0]).is_file()  # the other one is made when it is opened


def test_the_list_of_units_has_no_link_to_what_is_not_built(toy_course):
    toy_course.unit("softmax").lesson.unlink()
    toy_course.unit("softmax").release_notebook().unlink()
    prepare(toy_course)
    text = (toy_course.root / UNITS_PAGE).read_text()
    assert "Softmax" in text
    assert "](" not in text


def test_every_lesson_of_this_course_is_on_its_list_of_units(root):
    course = Course(root)
    lessons = {f"../notebooks/{path.stem}.ipynb" for path in (root / "notebooks").glob("*.ipynb")}
    assert lessons <= set(re.findall(r"\]\(([^)]+)\)", units_page(course)))
    assert len(lessons) >= 1


@pytest.mark.parametrize("mode", [study, teach])
def test_a_checkout_without_configuration_is_refused_before_anything_is_written(mode, tmp_path):
    with pytest.raises(UsageError, match=rf"jupyter.{mode.__name__}: missing"):
        mode(Course(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_writable", [True, False])
def test_the_exchange_lies_in_the_course_unless_that_may_only_be_read(
    toy_course, monkeypatch, is_writable
):
    monkeypatch.setenv("MLPREP_EXCHANGE", "")
    monkeypatch.delenv("MLPREP_EXCHANGE")  # and what teach sets is taken back at the end
    monkeypatch.setattr("mlprep.study._serve", lambda course, configuration, arguments: 0)
    monkeypatch.setattr("os.access", lambda path, mode: is_writable)
    assert teach(toy_course) == 0
    assert ("MLPREP_EXCHANGE" in os.environ) is not is_writable


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
    assert "/lab?token=" in address
    with urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
        assert answer.status == 200
    settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)[1])
    disabled = settings["disabledExtensions"]
    assert "@jupyter/nbgrader:formgrader" in disabled
    assert "@jupyterlab/apputils-extension:announcements" in disabled
    assert "@jupyter/nbgrader:validate-assignment" not in disabled
    assert settings["mlprepOpen"] == "mlprep:open-start"

    listing = address.replace("/lab?", "/api/contents/?")
    with urllib.request.urlopen(listing) as answer:
        names = {item["name"] for item in json.load(answer)["content"]}
    assert {"notebooks", "work"} <= names
    assert not names & {"source", "release", "submitted", "autograded", "exchange"}

    for path, expected in (
        ("notebooks/softmax.ipynb", False),
        ("work/softmax/softmax.ipynb", True),
    ):
        listing = address.replace("/lab?", f"/api/contents/{path}?")
        with urllib.request.urlopen(listing) as answer:
            assert json.load(answer)["writable"] is expected, path


@pytest.mark.slow
def test_the_list_of_units_opens_as_a_page_whose_links_open_notebooks(studied, chromium):
    page = chromium.new_page()
    outside = []
    page.on("request", lambda r: "127.0.0.1" in r.url or outside.append(r.url))
    page.goto(studied[0].replace("/lab?", "/lab/tree/work/README.md?"))
    for link, text in (("assignment", "release/softmax"), ("Softmax", "notebooks/softmax")):
        page.get_by_role("tab", name="README.md").click(timeout=30_000)
        page.locator(".jp-MarkdownViewer").get_by_role("link", name=link, exact=True).click()
        page.get_by_role("heading", name=f"Softmax in {text}").wait_for()
    assert [url for url in outside if url.startswith("http")] == []
    page.get_by_text("notebook is read-only").wait_for()
    page.close()
