"""The web book: it builds without a warning, needs no network, and its formulas are typeset."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The book, built from a copy: building writes beside its configuration."""
    import sys

    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    built = shutil.ignore_patterns("_build", "notebooks")
    shutil.copytree(ROOT / "site", folder / "site", ignore=built)
    (folder / "source").mkdir()
    shutil.copy(ROOT / "source/curriculum.toml", folder / "source")
    words = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "site", "site/_build/html"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "site/_build/html"


def test_each_lesson_is_a_page_that_the_front_page_links_to(book):
    front = (book / "index.html").read_text()
    assert len(LESSONS) >= 1
    for name in LESSONS:
        assert (book / f"notebooks/{name}.html").is_file()
        assert front.count(f'href="notebooks/{name}.html"') >= 2, "table and sidebar"


def test_no_page_asks_for_anything_outside_the_book(book):
    loaded = re.compile(
        r'<(?:script|img|iframe)[^>]*\ssrc="(?:https?:)?//|<link[^>]*href="https?://'
    )
    pages = [*book.glob("*.html"), *book.glob("notebooks/*.html")]
    assert len(pages) >= 3 + len(LESSONS)
    assert [page.name for page in pages if loaded.search(page.read_text())] == []


def test_the_formulas_are_typeset_without_a_network(book, chromium):
    page = chromium.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((book / f"notebooks/{LESSONS[0]}.html").as_uri())
    formulas = page.locator(".math").count()
    assert formulas >= 1
    page.wait_for_function(
        "n => document.querySelectorAll('.math mjx-container').length === n", arg=formulas
    )
    assert page.locator("[data-mjx-error]").count() == 0
    assert [url for url in asked if not url.startswith("file:")] == []
    page.close()
