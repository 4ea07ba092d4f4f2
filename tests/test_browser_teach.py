"""An instructor in `mlprep teach`: releases a unit and grades three learners by clicking."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from conftest import UNIT_TOML, a_free_port
from helpers import NO_MAX, softmax_course, softmax_notebook, with_answer
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[1]
FORMULA = "Because $e^{-m}$ cancels."
STUBS = dict.fromkeys(("softmax", "Counter", "double"), "raise NotImplementedError()")
COHORT = {  # what they hand in, and the points that no person gives
    "ada": ({"why_the_maximum": FORMULA}, 7),
    "bob": ({"softmax": NO_MAX, "why_the_maximum": FORMULA}, 5),
    "eve": (STUBS | {"why_the_maximum": FORMULA}, 0),
}

pytestmark = pytest.mark.slow
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of one unit, which three learners have handed in."""
    root = tmp_path_factory.mktemp("teach") / "course"
    course = softmax_course(root)
    shutil.rmtree(root / "work")
    shutil.copytree(ROOT / "jupyter", root / "jupyter")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (course.unit("softmax").folder / "unit.toml").write_text(UNIT_TOML)
    for name, (answers, _) in COHORT.items():
        folder = root / "submitted" / name / "softmax"
        folder.mkdir(parents=True)
        nbformat.write(with_answer(softmax_notebook(), **answers), folder / "softmax.ipynb")
    return course


@pytest.fixture(scope="module")
def page(course, serve_all, chromium):
    """JupyterLab as it opens; at the end nothing was asked of any other machine."""
    port = a_free_port()
    address = f"http://127.0.0.1:{port}/"
    words = [sys.executable, "-m", "mlprep", "teach", "--no-browser", f"--port={port}"]
    env = os.environ | {"MLPREP_COURSE": str(course.root), "JUPYTER_TOKEN": "t"}
    env["PATH"] = os.defpath  # nbgrader's own programs are found all the same
    serve_all(words, address + "api", timeout_s=60, env=env)
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    outside = []
    page.on("request", lambda r: r.url.startswith(("http:", "https:")) and outside.append(r.url))
    page.goto(f"{address}lab?reset&token=t")
    yield page
    page.close()
    assert [url for url in outside if not url.startswith(address)] == []


@pytest.fixture
def formgrader(page, tmp_path):
    yield page.frame_locator("iframe[src*=formgrader]")
    page.screenshot(path=tmp_path / "end.png")


def said(formgrader) -> str:
    """What Formgrader's message says; it is closed."""
    message = formgrader.locator(".modal.in")
    title = message.locator(".modal-title").inner_text()
    message.get_by_role("button", name="OK").click()
    expect(message).to_have_count(0)
    return title


def test_formgrader_opens_by_itself_and_releases_the_unit(formgrader, course, page):
    row = formgrader.locator("tr").filter(has_text="softmax")
    expect(row.locator(".num-submissions")).to_have_text("3")
    row.locator(".assign a").click()
    assert said(formgrader) == "Success"
    assert course.unit("softmax").release_notebook().is_file()
    names = page.locator(".jp-DirListing-itemText").all_inner_texts()
    assert {"source", "submitted", "release"} <= set(names)


def test_three_submissions_are_graded_each_with_a_click(formgrader, course):
    formgrader.locator("tr").filter(has_text="softmax").locator(".num-submissions a").click()
    for name, (_, points) in COHORT.items():
        row = formgrader.locator("tr").filter(has_text=name)
        row.locator(".autograde a").click()
        assert said(formgrader) == "Success"
        expect(row.locator(".score")).to_have_text(re.compile(rf"^{points} / 12"))
    assert len(list((course.root / "autograded").glob("*/softmax/softmax.ipynb"))) == 3


def test_a_written_answer_is_graded_by_hand_with_its_formula_drawn(formgrader, course, page):
    formgrader.get_by_role("link", name="Manual Grading").click()
    formgrader.get_by_role("link", name="softmax").click()
    formgrader.get_by_role("link", name="softmax").click()
    formgrader.locator("tbody a").first.click()
    expect(formgrader.locator("math msup").first).to_be_visible()
    points = formgrader.locator("input.score").last
    # Its script sets this when it has begun to listen.
    expect(formgrader.locator("input.extra-credit").last).to_have_attribute("placeholder", "0")
    points.fill("2")
    with page.expect_response(lambda r: "/api/grade/" in r.url and r.request.method == "PUT"):
        points.press("Tab")
    with closing(sqlite3.connect(course.root / "gradebook.db")) as db:
        assert db.execute("SELECT COUNT(*) FROM grade WHERE manual_score = 2").fetchone() == (1,)
