"""Check my work in real JupyterLab and Notebook 7: one server, one learner, from first to last."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import UNIT_TOML, a_free_port
from conftest import notebook as small_notebook
from helpers import NO_MAX, OVERFLOW, softmax_course, with_answer
from playwright.sync_api import expect

from mlprep.release import Releaser

ROOT = Path(__file__).resolve().parents[1]
COPY = "work/softmax/softmax.ipynb"
WAIT_IN_KERNEL = """\
def double(x):
    return 2 * x
import os, time
time.sleep(20 if "JPY_SESSION_NAME" in os.environ else 0)"""
LOOP = "def softmax(z):\n    while True:\n        pass"
THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"

pytestmark = pytest.mark.slow
expect.set_options(timeout=20_000)


class Site:
    """The server: where it is, and the course that it shows."""

    def __init__(self, course, port):
        self.course, self.address = course, f"http://127.0.0.1:{port}/"

    def url(self, path: str) -> str:
        return f"{self.address}{path}{'&' if '?' in path else '?'}token=t"

    def ask(self, method: str, path: str, data: dict | None = None):
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.url(path), body, method=method)
        request.add_header("Authorization", "token t")
        with urllib.request.urlopen(request) as answer:
            return answer.status

    def set_theme(self, name: str) -> None:
        self.ask("PUT", THEMES, {"raw": json.dumps({"theme": name})})

    @property
    def mine(self) -> Path:
        return self.course.root / COPY


@pytest.fixture(scope="module")
def site(tmp_path_factory, serve_all):
    """A course of one unit in `mlprep study`."""
    root = tmp_path_factory.mktemp("lab") / "course"
    course = softmax_course(root)
    shutil.rmtree(root / "work")
    shutil.copytree(ROOT / "jupyter", root / "jupyter")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    unit = course.unit("softmax")
    (unit.folder / "unit.toml").write_text(UNIT_TOML)
    stage = 'stage = "First"\nunits = ["softmax"]\n'
    (root / "source/curriculum.toml").write_text(f"[[engineering]]\n{stage}")
    source = unit.source_notebook().read_text()
    unit.release_notebook().write_text(Releaser(course).notebook(unit, "softmax", source))
    (root / "notebooks").mkdir()
    unit.lesson.write_text(json.dumps(small_notebook("# A lesson")))
    unit.lesson_source.write_text("")
    made = Site(course, port := a_free_port())
    words = [sys.executable, "-m", "mlprep", "study", "--no-browser", f"--port={port}"]
    env = os.environ | {"MLPREP_COURSE": str(root), "JUPYTER_TOKEN": "t"}
    serve_all(words, made.address + "api", timeout_s=60, env=env)
    yield made
    shutil.rmtree(root)  # its warm process ends


@pytest.fixture(scope="module")
def new_page(chromium):
    """A function that opens a page; an error of our scripts in any of them fails the file."""
    errors = []

    def is_ours(text):
        return "mlprep" in text and "No space left" not in text and errors.append(text)

    def make():
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: is_ours(error.stack or ""))
        page.on("console", lambda message: message.type == "error" and is_ours(message.text))
        return page

    yield make
    assert errors == []


@pytest.fixture
def page(new_page, tmp_path):
    """A page of one test."""
    page = new_page()
    yield page
    page.screenshot(path=tmp_path / "end.png")
    page.close()


@pytest.fixture(scope="module")
def open_lab(new_page, site):
    """A page of several tests: from the list of units to the learner's copy by clicking only."""
    site.set_theme("JupyterLab Light")
    page = new_page()
    page.goto(site.url("lab/tree/work/README.md?reset"))
    page.get_by_role("tab", name="README.md").click()
    start = page.locator(".jp-MarkdownViewer")
    assert not site.mine.exists()
    start.get_by_role("link", name="Softmax", exact=True).click()
    page.get_by_role("heading", name="A lesson").wait_for()
    expect(button(page)).to_have_count(0)  # a lesson has nothing to check
    page.get_by_role("tab", name="README.md").click()
    start.get_by_role("link", name="assignment", exact=True).click()
    button(page).wait_for()
    yield page
    page.close()


@pytest.fixture
def lab(open_lab, tmp_path):
    yield open_lab
    open_lab.screenshot(path=tmp_path / "end.png")


def put_answers(site, **answers) -> None:
    """Write the learner's copy."""
    released = nbformat.read(site.course.unit("softmax").release_notebook(), as_version=4)
    site.mine.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(with_answer(released, **answers), site.mine)


def open_copy(page, site):
    page.goto(site.url(f"lab/tree/{COPY}?reset"))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()


def button(page):
    return page.get_by_role("button", name="Check my work").first


def panel(page):
    return page.get_by_role("region", name="Check my work")


def question(page, name: str):
    return (
        panel(page).locator(".mlprep-question").filter(has=page.get_by_role("heading", name=name))
    )


def attempts(site) -> int:
    with closing(sqlite3.connect(site.course.root / "work/attempts.db")) as db:
        return db.execute("SELECT COUNT(*) FROM attempt").fetchone()[0]


def write(page, name: str, text: str) -> None:
    """Type `text` over the answer cell of a question."""
    start = re.compile(rf"^def {name}\b")
    cell = page.locator(".jp-CodeCell .cm-content").filter(has_text=start).first
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_from_the_list_of_units_to_the_first_check_by_clicking_only(site, lab):
    button(lab).click()
    summary = "0 of 7 points. 0 of 3 questions right. 2 more graded by hand."
    expect(panel(lab).get_by_role("status").first).to_have_text(summary)
    expect(panel(lab).get_by_text("Not answered yet.")).to_have_count(3)
    assert site.mine.exists()
    names = lab.locator(".jp-DirListing-itemText").all_inner_texts()
    assert "README.md" in names
    assert not {"source", "release", "gradebook.db", "attempts.db"} & set(names)


def test_a_wrong_answer_its_three_hints_and_its_worked_solution(lab):
    write(lab, "softmax", NO_MAX.strip())
    write(lab, "double", "def double(x):\n    raise KeyError('<img src=x onerror=alert(1)>')")
    button(lab).click()
    shown = question(lab, "softmax")
    expect(shown).to_contain_text(OVERFLOW)
    expect(shown.get_by_role("heading")).to_contain_text("(not yet right) 2 of 4 points")
    expect(shown.locator("dl")).to_contain_text("softmax([[1000.0, 1001.0, 999.0]")
    expect(question(lab, "double")).to_contain_text("<img src=x onerror=alert(1)>")
    assert panel(lab).locator("img").count() == 0

    for number, hint in enumerate(("Look at a row", "softmax([[1000", "Subtract."), 1):
        shown.get_by_role("button", name="Next hint").click()
        expect(shown.locator(".mlprep-hints > li")).to_have_count(number)
        expect(shown.locator(".mlprep-hints > li").last).to_contain_text(hint)
    expect(shown.get_by_role("button", name="No more hints")).to_be_disabled()
    shown.get_by_role("button", name="Worked solution").click()
    expect(shown.locator("pre")).to_contain_text("z.max(-1, keepdims=True)")
    expect(shown).to_contain_text("it cancels")
    untried = question(lab, "Counter")
    untried.get_by_role("button", name="Worked solution").click()
    expect(untried).to_contain_text("Counter: try it first.")
    question(lab, "double").get_by_role("button", name="Next hint").click()
    expect(question(lab, "double")).to_contain_text("This question has no hints.")
    assert faults_of_accessibility(lab) == []

    shown.get_by_role("button", name="Go to the cell of softmax").click()
    expect(lab.locator(".jp-Cell.jp-mod-active:visible")).to_contain_text("def softmax(z):")


def faults_of_accessibility(page) -> list[tuple[str, str, str]]:
    """What axe-core finds in the panel, of any severity."""
    found = Axe().run(page, context="#mlprep-check").response
    assert len(found["passes"]) >= 10
    return [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found["violations"]]


def test_a_check_is_cancelled_and_meanwhile_a_second_one_is_refused(site, lab):
    write(lab, "softmax", LOOP)
    before = attempts(site)
    button(lab).click()
    expect(panel(lab).get_by_role("status").first).to_have_text("Grading…")
    expect(panel(lab).get_by_role("progressbar")).to_be_visible()
    button(lab).click()
    expect(panel(lab)).to_contain_text(f"A check of {COPY} is already running.")
    with pytest.raises(urllib.error.HTTPError) as raised:  # another window
        site.ask("POST", "mlprep/check", {"path": COPY})
    assert b"A check of this notebook is already running. Wait for it" in raised.value.read()
    panel(lab).get_by_role("button", name="Cancel").click()
    expect(panel(lab)).to_contain_text("Cancelled. Nothing was graded, and no attempt was counted.")
    expect(panel(lab).get_by_role("progressbar")).to_be_hidden()
    assert attempts(site) == before


def test_what_goes_wrong_is_one_sentence_and_loses_nothing(site, lab):
    write(lab, "softmax", NO_MAX.strip())
    source = site.course.unit("softmax").source_notebook()
    kept = source.read_bytes()
    source.write_text("no notebook")
    button(lab).click()
    expect(panel(lab)).to_contain_text("this is not a Jupyter notebook")
    source.write_bytes(kept)

    full = {"status": 500, "json": {"message": "No space left on device"}}
    is_save = {"PUT": lambda route: route.fulfill(**full)}
    lab.route(
        "**/api/contents/**", lambda r: is_save.get(r.request.method, lambda r: r.fallback())(r)
    )
    panel(lab).get_by_role("button", name="Check again").click()
    lab.locator(".jp-Dialog").get_by_role("button").last.click()
    expect(panel(lab)).to_contain_text("The notebook could not be saved (the disk is full)")
    expect(panel(lab)).to_contain_text("Your answers are still in this tab")
    lab.unroute_all()

    text = site.mine.read_text()
    site.mine.write_text(text + " ")  # as another tab would
    os.utime(site.mine, (time.time() + 60, time.time() + 60))
    panel(lab).get_by_role("button", name="Check again").click()
    lab.locator(".jp-Dialog").get_by_role("button", name="Cancel").click()
    expect(panel(lab)).to_contain_text("Both versions are still there")
    assert site.mine.read_text() == text + " "
    panel(lab).get_by_role("button", name="Check again").click()
    lab.locator(".jp-Dialog").get_by_role("button", name="Overwrite").click()
    expect(question(lab, "softmax")).to_contain_text(OVERFLOW)


def test_a_busy_kernel_does_not_hold_the_check_up(lab):
    write(lab, "double", WAIT_IN_KERNEL)
    lab.keyboard.press("Control+Enter")
    lab.get_by_text("[*]:").first.wait_for()
    button(lab).click()
    expect(panel(lab).get_by_text("Your kernel was busy. The check did not")).to_be_visible()
    expect(question(lab, "double")).to_contain_text("All tests held.")


def test_starting_over_gives_a_fresh_copy_and_keeps_the_old_one(site, lab):
    write(lab, "softmax", NO_MAX.strip())
    lab.get_by_role("menuitem", name="Run", exact=True).click()
    lab.get_by_role("menuitem", name="Start this assignment over…").click()
    lab.locator(".jp-Dialog").get_by_role("button", name="Start over").click()
    expect(panel(lab)).to_contain_text("A fresh copy. The old one is work/softmax/older/softmax-")
    expect(lab.locator(".jp-Notebook:visible")).not_to_contain_text("np.exp(z)")
    (kept,) = (site.mine.parent / "older").iterdir()
    assert NO_MAX.strip() in [cell.source for cell in nbformat.read(kept, 4).cells]


def test_in_the_dark_the_keyboard_reaches_all_after_a_newer_release_was_merged(site, page):
    put_answers(site, softmax=NO_MAX)
    path = site.course.unit("softmax").release_notebook()
    newer = nbformat.read(path, as_version=4)
    newer.cells[0].source += "\nimport math"
    nbformat.write(newer, path)
    site.set_theme("JupyterLab Dark")
    open_copy(page, site)
    expect(page.get_by_text("A newer softmax.ipynb was merged into your copy.")).to_be_visible()
    expect(page.locator(".jp-Notebook")).to_contain_text("import math")
    expect(page.locator(".jp-Notebook")).to_contain_text("e = np.exp(z)")
    assert page.locator("body").get_attribute("data-jp-theme-name") == "JupyterLab Dark"

    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Control+Shift+Enter")
    expect(panel(page).get_by_text("questions right")).to_be_visible()
    expect(page.get_by_role("heading", name="Softmax", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check again")).to_be_focused()
    question(page, "softmax").get_by_role("button", name="Next hint").focus()
    page.keyboard.press("Enter")
    question(page, "softmax").locator(".mlprep-hints > li").first.wait_for()
    assert faults_of_accessibility(page) == []


def test_the_button_works_in_notebook_7(site, page):
    put_answers(site, softmax=NO_MAX)
    page.goto(site.url(f"notebooks/{COPY}"))
    button(page).click()
    expect(question(page, "softmax")).to_contain_text(OVERFLOW)


def test_only_the_courses_own_paths_are_answered_and_only_with_a_token(site):
    def refused(path, token="t", body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(site.address + path, data)
        request.add_header("Authorization", f"token {token}")
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(request)
        return raised.value.code, json.loads(raised.value.read()).get("message", "")

    outside = "must lie in the folder that JupyterLab shows"
    for path in ("../../etc/passwd", "work/\0", "work/../../x.ipynb"):
        code, message = refused("mlprep/check", body={"path": path})
        assert (code, outside in message) == (400, True), path
    code, message = refused("mlprep/assignment?path=release/softmax/softmax.ipynb")
    assert message.endswith(f"not your copy of the assignment. Open {COPY} and check that.")
    code, message = refused("mlprep/assignment?path=notebooks/nothing.ipynb")
    assert "not an assignment of the course" in message
    code, message = refused("mlprep/assignment")
    assert message == "path: must be given, as text. Got None."
    assert refused(f"mlprep/assignment?path={COPY}", token="x")[0] == 403
