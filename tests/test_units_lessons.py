"""Every lesson on disk prints what it shows: nbval runs it again in a fresh kernel."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from conftest import Unchanged
from forking import forked

from mlprep.course import Course
from mlprep.lessons import DROPPED, ENVIRONMENT, recipe
from mlprep.notebook import read

ROOT = Path(__file__).resolve().parents[1]
LESSONS = [unit for unit in Course(ROOT).units().values() if unit.lesson_source.is_file()]
SANITIZE = """\
[durations]
regex: \\d+(\\.\\d+)? m?s\\b
replace: TIME
"""


def test_there_are_lessons():
    assert len(LESSONS) >= 1


@pytest.mark.parametrize("unit", LESSONS, ids=lambda unit: unit.name)
def test_a_lesson_prints_what_it_shows(unit, tmp_path, unchanged):
    """From top to bottom, every output compared but for figures and durations."""
    authored = read(unit, unit.lesson_source)
    unchanged.skip(unit.lesson.read_bytes(), recipe(authored), Path(__file__).read_bytes())
    done = nbval(unit.lesson, tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    code = [c for c in nbformat.read(unit.lesson, as_version=4).cells if c.cell_type == "code"]
    assert f"{len(code)} passed" in done.stdout
    unchanged.passed()


def test_a_number_that_is_not_what_the_cell_prints_is_found(tmp_path):
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(2 + 2)")])
    lesson.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="5\\n")]
    nbformat.write(lesson, tmp_path / "lesson.ipynb")
    done = nbval(tmp_path / "lesson.ipynb", tmp_path)
    assert done.returncode == 1
    assert "1 failed" in done.stdout


def nbval(lesson: Path, folder: Path) -> subprocess.CompletedProcess:
    """`pytest --nbval` on a notebook, with none of this repository's settings or other plugins."""
    (folder / "sanitize.cfg").write_text(SANITIZE)
    (folder / "pytest.ini").write_text("[pytest]\n")
    words = ["-m", "pytest", "-q", "-c", folder / "pytest.ini", "--rootdir", lesson.parent]
    words += ["-p", "no:cacheprovider", "-p", "nbval.plugin", "--nbval"]
    words += ["--nbval-kernel-name", "python3", "--nbval-sanitize-with", folder / "sanitize.cfg"]
    environment = {k: v for k, v in os.environ.items() if k not in DROPPED} | ENVIRONMENT
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = {"capture_output": True, "text": True, "env": environment, "cwd": folder}
    return subprocess.run(forked(*words, lesson), **options)


def test_a_slow_test_is_skipped_only_while_all_is_as_when_it_last_passed():
    seen = {}
    cache = SimpleNamespace(get=seen.get, set=seen.__setitem__)
    config, node = SimpleNamespace(cache=cache), SimpleNamespace(name="test_it[a/b]")

    def is_skipped(*parts: str, fails: bool = False) -> bool:
        unchanged = Unchanged(SimpleNamespace(config=config, node=node))
        try:
            unchanged.skip(*parts)
        except pytest.skip.Exception:
            return True
        if not fails:
            unchanged.passed()
        return False

    assert [is_skipped("one", "2"), is_skipped("one", "2"), is_skipped("one2", "")] == [0, 1, 0]
    assert [is_skipped("bad", fails=True), is_skipped("bad", fails=True)] == [0, 0]
    assert is_skipped("one2", "")
