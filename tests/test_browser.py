"""A learner in real JupyterLab: answers two questions, runs the notebook, types %check, reads."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from pasting import pasted
from playwright.sync_api import expect

from mlprep.check.proof import questions_of
from mlprep.course import Course
from mlprep.grading.merge import read_notebook

ROOT = Path(__file__).resolve().parents[1]
UNIT = "bias_variance"
RIGHT, WRONG, MISTAKE = "ridge_df", "decomposes", "noise_forgotten"

pytestmark = pytest.mark.slow
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module", autouse=True)
def there_is_a_browser():
    """Without one this file would pass by testing nothing."""
    assert shutil.which("chromium") or shutil.which("chromium-browser"), (
        "chromium: must be installed for the browser tests. Got none. Install it "
        "(apt-get install chromium), or leave the tests out by name."
    )


@pytest.fixture
def course(tmp_path):
    """A copy of this course; taken away at the end, so that its warm process ends."""
    root = tmp_path / "course"
    for name in ("source", "release", "notebooks", "jupyter"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    yield Course(root)
    shutil.rmtree(root)


@pytest.fixture
def lab(course, serve, free_port, python, chromium, tmp_path):
    """A page of JupyterLab on the learner's copy of the unit."""
    words = [python, "-m", "mlprep", "study", "--no-browser", f"--port={free_port}"]
    env = os.environ | {"MLPREP_COURSE": str(course.root)}
    _, output = serve(words, f"http://127.0.0.1:{free_port}/api", timeout_s=60, env=env)
    token = re.search(r"token=(\w+)", output.read_text())[1]
    page = chromium.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(60_000)
    where = f"http://127.0.0.1:{free_port}/lab/tree/work/{UNIT}/{UNIT}.ipynb"
    page.goto(f"{where}?reset&token={token}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    yield page
    page.screenshot(path=tmp_path / "end.png")
    page.close()


def replace_cell(page, start: str, text: str) -> None:
    """Type `text` over the code cell that begins with `start`."""
    editor = page.locator(".jp-CodeCell .cm-content").filter(has_text=re.compile(f"^{start}"))
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def run_at_the_end(page, line: str):
    """Type a line into a new last cell and run it; its output.

    Each step waits for what the one before shows, as a learner does.
    """
    cells = page.locator(".jp-Notebook .jp-Cell")
    count = cells.count()
    cells.last.locator(".jp-InputPrompt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(cells).to_have_count(count + 1)
    cells.last.locator(".cm-content").click()
    page.keyboard.insert_text(line)
    expect(cells.last.locator(".cm-content")).to_have_text(line)
    page.keyboard.press("Control+Enter")
    return cells.last.locator(".jp-OutputArea-output")


def test_a_learner_answers_checks_and_is_told_the_mistake(course, lab, tmp_path):
    unit = course.unit(UNIT)
    asked = {a.answer: a for a in questions_of(read_notebook(unit.source_notebook()))}
    mistake = next(m for m in asked[WRONG].question.mistakes if m.name == MISTAKE)
    release = unit.release_notebook().read_bytes()

    replace_cell(lab, f"def {RIGHT}", asked[RIGHT].solution)
    replace_cell(lab, f"def {WRONG}", pasted(asked[WRONG], MISTAKE))
    lab.get_by_role("menuitem", name="Run", exact=True).click()
    lab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    card = run_at_the_end(lab, "%check")
    card.get_by_text(mistake.message).wait_for()
    text = card.inner_text()
    lab.screenshot(path=tmp_path / "check.png")

    points = {a.answer: a.question.points for a in asked.values()}
    assert re.search(rf"✔ {RIGHT} {points[RIGHT]:g} of {points[RIGHT]:g}", text)
    assert re.search(rf"✘ {WRONG} \d\S* of {points[WRONG]:g}", text)
    assert text.count("Not answered yet.") == len(points) - 2
    assert "Graded as it runs in your kernel, not as saved" in text
    assert unit.release_notebook().read_bytes() == release

    hint = run_at_the_end(lab, f"%hint {WRONG}")
    hint.get_by_text("Hint 1 of 3 for").wait_for()
    solution = run_at_the_end(lab, f"%solution {WRONG}")
    solution.locator("pre").get_by_text(f"def {WRONG}(").wait_for()

    lab.keyboard.press("Control+s")
    lab.locator(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)").first.wait_for()
    saved = run_at_the_end(lab, f"%check {WRONG}")
    saved.get_by_text(mistake.message).wait_for()
    assert "not as saved" not in saved.inner_text()
