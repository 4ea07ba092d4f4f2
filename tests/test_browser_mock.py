"""A mock interview in real JupyterLab: from the start page to the log, under a clock that runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import a_free_port, notebook
from interviews import Somebody, drawn, interview_course, mocks_in, talk
from playwright.sync_api import expect

from mlprep.mock.desk import Desk
from mlprep.mock.log import Log
from mlprep.mock.rounds import ROUNDS
from mlprep.plan import Settings, State

ROOT = Path(__file__).resolve().parents[1]
SERVE = """\
from mlprep import course, study
study.study(course.Course.find(), False, {port}, ["--ServerApp.base_url=/user/b/"])
"""
TODAY = date.today()
ROUND = " --unit feed --seed 1 --minutes 15 --peer Ada"
NARROW = {"width": 400, "height": 800}

pytestmark = pytest.mark.slow
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose units can be asked about, and a plan."""
    course = interview_course(tmp_path_factory.mktemp("mock") / "course")
    shutil.copytree(ROOT / "jupyter", course.root / "jupyter")
    plan = Settings("engineering", TODAY, TODAY + timedelta(weeks=10), 10.0)
    State.of(course).choose(plan, f"{TODAY}T08:00:00+00:00")
    yield course
    shutil.rmtree(course.root)  # its warm process ends


@pytest.fixture(scope="module")
def address(course, serve_all):
    """Where `mlprep study` shows it."""
    port = a_free_port()
    words = [sys.executable, "-c", SERVE.format(port=port)]
    env = os.environ | {"MLPREP_COURSE": str(course.root), "JUPYTER_TOKEN": "t"}
    made = f"http://127.0.0.1:{port}/user/b/"
    serve_all(words, made + "api", timeout_s=60, env=env)
    return made


@pytest.fixture
def page(chromium, address, tmp_path):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(30_000)
    wrong = []
    page.on("pageerror", lambda error: "mlprep" in (error.stack or "") and wrong.append(error))
    yield page
    page.screenshot(path=tmp_path / "end.png")
    page.close()
    assert wrong == []


def code(page, word: str):
    """The code cell that begins with `%mock` and this word."""
    return code_with(page, re.compile(rf"^%mock {word}\b"))


def code_with(page, text):
    """The code cell whose input holds a text."""
    written = page.locator(".cm-content").filter(has_text=text)
    return page.locator(".jp-CodeCell:visible").filter(has=written)


def run(page, cell, more: str = ""):
    """Write more behind a cell's text, run it by keyboard, and give its output."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(more)
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-OutputArea")


def answer(page, prompt: str, text: str) -> None:
    """Type a line where the kernel asks for one."""
    asked = page.locator(".jp-Stdin").filter(has_text=prompt)
    asked.locator("input").fill(text)
    page.keyboard.press("Enter")


def restart_the_kernel(address: str) -> None:
    kernels = f"{address}api/kernels"
    with urllib.request.urlopen(f"{kernels}?token=t") as found:
        (kernel,) = json.load(found)
    words = urllib.request.Request(f"{kernels}/{kernel['id']}/restart?token=t", b"")
    urllib.request.urlopen(words).close()


def faults_of_accessibility(page, where: str) -> list[tuple[str, str, str]]:
    found = Axe().run(page, context=where).response
    assert len(found["passes"]) >= 3
    return [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found["violations"]]


def start_page(page):
    page.get_by_role("tab", name="Start page").click()
    return page.get_by_role("region", name="Mock interviews")


def test_a_whole_round_from_the_start_page_to_the_log(page, address, course, tmp_path):
    page.goto(f"{address}lab?reset&token=t")
    section = page.get_by_role("region", name="Mock interviews")
    expect(section).to_contain_text("None held yet.")
    expect(section).to_contain_text("Hold next: System design (not held yet).")
    section.get_by_role("button", name="Hold a mock").click()

    expect(page.get_by_text("| Idle")).to_be_visible()
    opening = run(page, code(page, "start"), ROUND)
    expect(opening).to_contain_text("Design the feed. It is large, and what then?")
    clock = page.get_by_role("timer", name="Time")
    expect(clock).to_have_text(re.compile(r"00:0\d of 15:00"))
    before = clock.text_content()
    expect(clock).not_to_have_text(before, timeout=3000)
    assert faults_of_accessibility(page, ".mlprep-mock-clock") == []

    step = run(page, code(page, "next"))
    expect(step).to_contain_text("Follow-up 1 of 2")
    expect(page.get_by_role("group", name="Mock interview")).to_contain_text("Follow-up 1")
    assert not re.search(r"answer \d of feed", step.text_content())
    page.screenshot(path=tmp_path / "question.png")
    run(page, code(page, "next"))
    expect(step).to_contain_text(re.compile(r"The answer \d of feed"))
    page.screenshot(path=tmp_path / "answer.png")
    answer(page, "Was it said?", "y")
    expect(step).to_contain_text("Follow-up 2 of 2")

    restart_the_kernel(address)
    room = code_with(page, "Room for numbers")
    run(page, room, "%mock")
    expect(room.locator(".jp-OutputArea")).to_contain_text("Follow-up 2 of 2")
    run(page, code(page, "next"))
    answer(page, "Was it said?", "n")
    expect(step).to_contain_text("The minute of feed.")
    expect(step.get_by_role("table")).to_contain_text("framing")
    expect(clock).to_have_count(0)
    page.screenshot(path=tmp_path / "rubric.png")

    marks = run(page, code(page, "score"))
    for axis, mark in zip(ROUNDS["design"].axes, "2222221", strict=True):
        answer(page, f"{axis}, 0 to 3", mark)
    expect(marks).to_contain_text("They are shown when Ada has marked too.")
    assert "0 to 3" not in marks.text_content()
    page.screenshot(path=tmp_path / "handed-over.png")
    page.keyboard.press("Home")
    cell = code(page, "score").locator(".cm-content")
    cell.fill("%mock score Ada 1 2 2 2 2 2 1")
    run(page, code(page, "score"))
    expect(marks).to_contain_text("You minus Ada: framing +1.")
    fix = run(page, code(page, "fix"))
    answer(page, "The one thing to fix next time", "Ask who loses")
    expect(fix).to_contain_text("To fix next time: Ask who loses")
    expect(run(page, code(page, "log"))).to_contain_text("1 mock held and marked.")
    page.screenshot(path=tmp_path / "log.png")

    (mock,) = mocks_in(course)
    assert (mock.had, mock.fix, mock.gap()["framing"]) == ({1: 2, 2: 0}, "Ask who loses", 1)
    section = start_page(page)
    expect(section).to_contain_text("1 held, the last on")
    expect(section).to_contain_text("To fix in the next system design mock: Ask who loses")


def test_the_start_page_shows_the_trend_on_a_narrow_screen_too(page, address, course, tmp_path):
    for mark in "123":
        talk(course, Somebody(["", "end", *[mark] * 4, "Dry run", *"3333"]), "coding").hold()
    page.goto(f"{address}lab?reset&token=t")
    section = page.get_by_role("region", name="Mock interviews")
    table = section.get_by_role("table", name="Coding")
    expect(table.get_by_role("row", name="testing")).to_contain_text("1 → 2 → 3")
    expect(table.get_by_role("row", name="testing")).to_contain_text("+2")
    expect(section).to_contain_text("To fix in the next coding mock: Dry run")
    assert faults_of_accessibility(page, "#mlprep-home") == []
    section.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "wide.png")
    page.keyboard.press("Control+b")
    page.set_viewport_size(NARROW)
    section.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "narrow.png")
    fits = "e => e.scrollWidth <= e.clientWidth"
    assert page.locator("#mlprep-home").evaluate(fits)
    assert section.evaluate(fits)


def begun(course, minutes_ago: float) -> Desk:
    """A mock that a notebook began some time ago."""
    then = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    Desk(course, Log(State.of(course), lambda: then)).start(drawn(course, unit="feed"))
    return Desk(course, Log(State.of(course)))


@pytest.mark.parametrize("place", ["lab/tree/README.ipynb", "notebooks/README.ipynb"])
def test_the_clock_stands_above_every_notebook_and_goes_on_when_the_time_is_up(
    place, page, address, course, tmp_path
):
    (course.root / "README.ipynb").write_text(json.dumps(notebook("# Another")))
    desk = begun(course, 44.9)
    try:
        page.goto(f"{address}{place}?reset&token=t")
        clock = page.get_by_role("group", name="Mock interview")
        expect(clock).to_contain_text(re.compile("44:5. of 45:00Opening"))
        expect(clock).to_contain_text(re.compile("45:0. of 45:00Time is up"))
        page.screenshot(path=tmp_path / "over.png")
    finally:
        desk.drop()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(clock).to_have_count(0)
