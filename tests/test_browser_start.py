"""The start page in real JupyterLab, under a prefix as on Binder: one server, one learner."""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.request
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import UNIT_TOML, a_free_port
from conftest import notebook as small_notebook
from helpers import OVERFLOW, cell, notebook, softmax_course
from nbformat.v4 import new_markdown_cell
from planning import diagnosed, result, tried
from playwright.sync_api import expect

from mlprep.plan import Settings, State
from mlprep.release import Releaser

ROOT = Path(__file__).resolve().parents[1]
THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
CURRICULUM = """\
[[engineering]]
stage = "Start"
units = ["start"]
share = 0

[[engineering]]
stage = "Fundamentals"
units = ["softmax"]
share = 3
practice = "Say it aloud."

[[engineering]]
stage = "Mocks"
units = []
from_week = 4

[[research]]
stage = "Reading"
units = ["softmax"]
"""
DIAGNOSTIC = '''
"""Every topic has an answer."""
q = Question(diagnostic, points=2)
@q.probe(gives=True)
def is_complete(f):
    """There are two letters."""
    return len(f()) == 2
### BEGIN HIDDEN TESTS
q.hidden()
@q.probe(gives="a")
def item_softmax(f):
    return f()["softmax"]
### END HIDDEN TESTS
q.grade()
'''
SERVE = """\
from mlprep import course, study
study.study(course.Course.find(), False, {port}, ["--ServerApp.base_url=/user/b/"])
"""
CHECKED = "url => import(url).then(m => m.news.dispatchEvent(new Event('checked')))"
TODAY = date.today()

pytestmark = pytest.mark.slow
expect.set_options(timeout=20_000)


def start_notebook() -> nbformat.NotebookNode:
    """The unit `start`: one question, the diagnostic."""
    answer = (
        "def diagnostic():\n    ### BEGIN SOLUTION\n    return dict(softmax='a', metrics='b')\n"
        "    ### END SOLUTION"
    )
    return notebook(
        cell("locked", "imports", "from mlprep.check import Question"),
        cell("locked", "filler", "\n".join(f"x{i} = {i}" for i in range(60))),
        new_markdown_cell("## 4. The diagnostic", id="heading"),
        cell("answer", "diagnostic", answer),
        cell("test", "diagnostic_is_complete", DIAGNOSTIC, 2),
    )


class Site:
    """The server: where it is, and the course that it shows."""

    def __init__(self, course, port):
        self.course, self.address = course, f"http://127.0.0.1:{port}/user/b/"

    def url(self, path: str) -> str:
        return f"{self.address}{path}{'&' if '?' in path else '?'}token=t"

    def set_theme(self, name: str) -> None:
        body = json.dumps({"raw": json.dumps({"theme": name})}).encode()
        urllib.request.urlopen(urllib.request.Request(self.url(THEMES), body, method="PUT")).close()


@pytest.fixture(scope="module")
def site(tmp_path_factory, serve_all):
    """A course of two units in `mlprep study`."""
    root = tmp_path_factory.mktemp("start") / "course"
    course = softmax_course(root)
    shutil.rmtree(root / "work")
    shutil.copytree(ROOT / "jupyter", root / "jupyter")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "source/curriculum.toml").write_text(CURRICULUM)
    for name in ("source/start", "release/start", "notebooks"):
        (root / name).mkdir()
    (root / "source/start/start.py").write_text("")
    nbformat.write(start_notebook(), root / "source/start/start.ipynb")
    for name, area in (("start", "start"), ("softmax", "fundamentals")):
        text = UNIT_TOML.replace('"fundamentals"', f'"{area}"').replace("Softmax", name.title())
        (root / f"source/{name}/unit.toml").write_text(text)
        unit = course.unit(name)
        source = unit.source_notebook().read_text()
        unit.release_notebook().write_text(Releaser(course).notebook(unit, name, source))
        unit.lesson.write_text(json.dumps(small_notebook(f"# The lesson {name}")))
        unit.lesson_source.write_text("")
    made = Site(course, port := a_free_port())
    words = [sys.executable, "-c", SERVE.format(port=port)]
    env = os.environ | {"MLPREP_COURSE": str(root), "JUPYTER_TOKEN": "t"}
    serve_all(words, made.address + "api", timeout_s=60, env=env)
    yield made
    shutil.rmtree(root)  # its warm process ends


@pytest.fixture
def page(chromium, site, tmp_path):
    """A page of one test; our scripts fail in none, and nothing is asked of another machine."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    wrong = []
    page.on("pageerror", lambda error: "mlprep" in (error.stack or "") and wrong.append(error))
    page.on("request", lambda r: r.url.startswith("http") and wrong.append(r.url))
    yield page
    page.screenshot(path=tmp_path / "end.png")
    page.close()
    assert [each for each in wrong if not str(each).startswith(site.address)] == []


def heading(page, name: str):
    return page.get_by_role("heading", name=name)


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def faults_of_accessibility(page) -> list[tuple[str, str, str]]:
    """What axe-core finds on the page, of any severity."""
    found = Axe().run(page, context="#mlprep-home").response
    assert len(found["passes"]) >= 10
    return [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found["violations"]]


def state(site) -> State:
    return State(site.course.root / "work/attempts.db")


def test_it_opens_by_itself_and_says_beside_each_field_what_is_wrong(site, page):
    page.goto(site.url(""))
    day, hours = page.get_by_label("When is it"), page.get_by_label("How many hours")
    expect(heading(page, "Prepare for your interview")).to_be_focused()
    expect(page.locator("#mlprep-interview-hint")).to_have_text("In 10 weeks.")
    day.fill("2020-01-01")
    hours.fill("0")
    press(page, "Make my plan")
    expect(day).to_have_accessible_description(f"The interview must be after today, {TODAY}. Got "
                                               "2020-01-01.")  # fmt: skip
    expect(hours).to_have_accessible_description(
        "The hours a week must be more than 0 and at most 112. Got 0.0."
    )
    expect(day).to_be_focused()
    day.fill("")
    hours.fill("")
    press(page, "Make my plan")
    expect(day).to_have_accessible_description("Choose the day of the interview.")
    expect(hours).to_have_accessible_description("Say how many hours a week you have.")
    assert faults_of_accessibility(page) == []
    assert state(site).settings() is None


def test_from_the_first_page_to_the_first_checked_question_by_clicking_only(site, page):
    page.goto(site.url("lab?reset"))
    press(page, "Make my plan")
    expect(heading(page, "Your plan")).to_be_focused()
    assert state(site).settings().interview == TODAY + timedelta(weeks=10)
    assert not (site.course.root / "work/start/start.ipynb").exists()
    press(page, "Open the diagnostic")
    expect(page.locator(".jp-Cell.jp-mod-active")).to_be_in_viewport()
    expect(page.locator(".jp-Cell.jp-mod-active")).to_contain_text("4. The diagnostic")
    page.get_by_role("button", name="Check my work").first.click()
    panel = page.get_by_role("region", name="Check my work")
    expect(panel.get_by_text("0 of 2 points. 0 of 1 questions right.")).to_be_visible()
    page.get_by_role("tab", name="Start page").click()
    expect(heading(page, "Take the diagnostic")).to_have_count(0)
    expect(page.get_by_text("Start: 0% done, 0 of 1 units")).to_have_count(1)


def test_after_a_week_it_shows_what_is_due_what_was_missed_and_how_far_one_is(site, page):
    begun = TODAY - timedelta(days=7)
    learner = state(site)
    interview = TODAY + timedelta(days=63)
    learner.choose(Settings("engineering", begun, interview, 10.0), f"{begun}T08:00:00+00:00")
    diagnosed(learner, begun, softmax=False, metrics=True)
    wrong = result("softmax", "wrong", "no_max_subtraction", message=OVERFLOW)
    tried(learner, begun + timedelta(days=3), "softmax", result("Counter"), wrong)
    page.goto(site.url("lab"))
    expect(heading(page, "Your plan")).to_be_visible()
    now = page.get_by_role("region", name="Now")
    expect(now).to_contain_text(OVERFLOW)
    expect(page.get_by_text("in 63 days")).to_be_visible()
    week = page.get_by_role("region", name="This week: 10 hours")
    expect(week.get_by_role("listitem").first).to_contain_text("Start0.8 h · 25% right · missed")
    table = page.get_by_role("table", name="Progress by area, in numbers")
    expect(table.get_by_role("row", name="Fundamentals")).to_contain_text("0 of 1")
    expect(table.get_by_role("row", name="Fundamentals")).to_contain_text("63%")
    expect(page.get_by_role("img", name="Progress by area")).to_be_visible()
    expect(page.get_by_text("Diagnostic: 1 of 2 topics known. Gaps: softmax.")).to_be_visible()
    weeks = page.get_by_role("table", name="Hours by week and stage").get_by_role("row")
    expect(weeks).to_have_count(11)  # nine weeks, names, sums
    assert faults_of_accessibility(page) == []

    with page.expect_download() as got:
        press(page, "Calendar (.ics)")
    assert got.value.suggested_filename == "mlprep-plan.ics"
    text = Path(got.value.path()).read_text()
    assert text.startswith("BEGIN:VCALENDAR") and "Solve softmax (softmax) again" in text
    with page.expect_download() as got:
        press(page, "Everything recorded (.json)")
    assert len(json.loads(Path(got.value.path()).read_text())["attempts"]) == 3

    press(page, "Open the question")
    expect(page.locator(".jp-Cell.jp-mod-active:visible")).to_contain_text("def softmax(z)")
    expect(page.locator(".jp-Cell.jp-mod-active:visible")).to_be_in_viewport()


def test_it_is_reached_from_menu_tile_and_palette_and_stays_behind_a_document(site, page):
    page.goto(site.url("lab/tree/work/README.md?reset"))
    page.locator(".jp-MarkdownViewer").get_by_role("link", name="Softmax").first.wait_for()
    tab = page.get_by_role("tab", name="Start page")
    expect(tab).to_have_attribute("aria-selected", "false")
    page.reload()
    expect(tab).to_have_attribute("aria-selected", "false")
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    expect(tab).to_have_count(0)
    page.get_by_role("menuitem", name="Help", exact=True).click()
    page.get_by_role("menuitem", name="Start page").click()
    expect(heading(page, "Your plan")).to_be_visible()
    press(page, "List of all units")
    expect(page.locator(".jp-MarkdownViewer")).to_be_visible()
    page.keyboard.press("Control+Shift+L")
    page.locator(".jp-LauncherCard[title='The plan to your interview, what is next, and how far "
                 "you are']").click()  # fmt: skip
    expect(heading(page, "Your plan")).to_be_visible()
    expect(tab).to_have_count(1)


def test_by_keyboard_in_the_dark_with_a_second_tab(site, page):
    site.set_theme("JupyterLab Dark")
    page.goto(site.url("lab?reset"))
    expect(heading(page, "Your plan")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Change track, interview date or hours")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("When is it")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("radio", name="Engineering")).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert faults_of_accessibility(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("Research · interview")).to_be_visible()
    expect(heading(page, "Your plan")).to_be_focused()

    learner, was = state(site), state(site).settings()
    assert was.track == "research"
    learner.choose(Settings("engineering", was.start, was.interview, 7.0), "2026")  # another tab
    page.evaluate(CHECKED, f"{site.address}mlprep/static/shared.js")
    expect(page.get_by_text("7 hours a week")).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Open the question")).to_be_focused()
    assert faults_of_accessibility(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".jp-Cell.jp-mod-active")).to_contain_text("def softmax(z)")


def test_a_broken_record_and_a_full_disk_are_told(site, page):
    page.goto(site.url("lab?reset"))
    expect(heading(page, "Your plan")).to_be_visible()
    (site.course.root / "work/attempts.db").write_bytes(b"no database" * 1000)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    notes = page.get_by_role("list", name="Notes")
    expect(notes).to_contain_text("work/attempts.db: it could not be read")
    expect(notes).to_contain_text("is kept as attempts.db.broken and the last back-up took its")
    expect(heading(page, "Your plan")).to_be_visible()

    told = "work/attempts.db: the disk is full. Nothing was changed."
    full = {"status": 400, "json": {"message": told}}
    page.route("**/mlprep/home*", lambda route: route.fulfill(**full))
    press(page, "Change track, interview date or hours")
    press(page, "Change my plan")
    expect(page.locator("form").get_by_text(told)).to_be_visible()
    press(page, "Keep it as it is")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
    expect(heading(page, "Your plan")).to_be_visible()
