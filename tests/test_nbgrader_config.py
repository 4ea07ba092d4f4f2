"""nbgrader_config.py: what reaches a learner, and what a graded copy looks like."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from forking import forked
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[1]


def load(folder: Path):
    return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()


def cell(kind, source, grade_id, **flags):
    """A cell as `mlprep build` writes it."""
    metadata = {"grade": False, "locked": False, "solution": False, "task": False} | flags
    metadata |= {"grade_id": grade_id, "schema_version": 3}
    code = {"execution_count": None, "outputs": []} if kind == "code" else {}
    found = {"cell_type": kind, "id": grade_id, "metadata": {"nbgrader": metadata}}
    return found | {"source": source} | code


@pytest.fixture
def course(toy_course):
    """The toy course with a source notebook of one question, and files that must stay behind."""
    folder = toy_course.root / "source/softmax"
    source = json.loads(toy_course.unit("softmax").release_notebook().read_text())
    answer = "def two():\n    ### BEGIN SOLUTION\n    return 2\n    ### END SOLUTION\n"
    test = {"grade": True, "locked": True, "points": 3}
    source["cells"] += [
        cell("code", answer, "two", solution=True),
        cell("code", "assert two() == 2, 'two() must be 2'", "two_is_two", **test),
    ]
    (folder / "softmax.ipynb").write_text(json.dumps(source))
    for name in ("lesson.py", "helper.pyc", ".DS_Store", "softmax.py~"):
        (folder / name).write_text("an answer")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/softmax.pyc").write_text("an answer")
    (folder / "logits.csv").write_text("1,2,3\n")
    shutil.rmtree(toy_course.root / "release")
    return toy_course.root


def nbgrader(course: Path, python: str, *words: str) -> str:
    """What an nbgrader command prints; it must succeed."""
    bin_folder = Path(python).parent  # nbgrader runs the program alembic, found by PATH
    env = dict(os.environ, PATH=f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    env.pop("MLPREP_COURSE", None)
    done = subprocess.run(
        forked("-m", "nbgrader", *words), cwd=course, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_nothing_authored_reaches_release_and_grading_is_quiet_and_forgiving(course, python):
    nbgrader(course, python, "generate_assignment", "softmax", "--create")
    assert files(course / "release") == {"softmax/softmax.ipynb", "softmax/logits.csv"}
    release = (course / "release/softmax/softmax.ipynb").read_text()
    assert "return 2" not in release

    # A learner who answers rightly, and deletes the test cell.
    work = json.loads(release)
    work["cells"] = [c for c in work["cells"] if c["id"] != "two_is_two"]
    work["cells"][-1]["source"] = "def two():\n    return 2\n"
    submitted = course / "submitted/ada/softmax"
    submitted.mkdir(parents=True)
    (submitted / "softmax.ipynb").write_text(json.dumps(work))
    said = nbgrader(course, python, "autograde", "softmax", "--create")
    assert "without encryption" not in said
    graded = json.loads((course / "autograded/ada/softmax/softmax.ipynb").read_text())
    assert {str(c["metadata"].get("execution")) for c in graded["cells"]} == {"None"}
    nbgrader(course, python, "export")
    row = (course / "grades.csv").read_text().splitlines()[1].split(",")
    assert row[0] == "softmax"
    assert "3.0" in row


def test_the_exchange_is_where_the_variable_says_else_in_the_checkout(course, monkeypatch):
    monkeypatch.delenv("MLPREP_EXCHANGE", raising=False)
    assert load(course).Exchange.root == str(course / "exchange")
    assert (course / "exchange").is_dir()
    monkeypatch.setenv("MLPREP_EXCHANGE", str(course / "shared" / "place"))
    assert load(course).Exchange.root == str(course / "shared" / "place")
    assert (course / "shared" / "place").is_dir()


def test_nbgrader_finds_the_course_from_any_folder_in_it(course):
    config = load(course)
    assert config.CourseDirectory.course_id == "mlprep"
    assert config.CourseDirectory.root == str(course)


def test_every_setting_has_its_reason_beside_it():
    blocks = (ROOT / "nbgrader_config.py").read_text().split("\n\n")
    settings = [block for block in blocks if "\nc." in f"\n{block}" and "get_config" not in block]
    assert len(settings) >= 7
    assert [block for block in settings if "#" not in block] == []
