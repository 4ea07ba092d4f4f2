"""A small course to break: one unit, made by `mlprep new`, in a folder of the test's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from mlprep.course import Course
from mlprep.scaffold import new_unit

REPO = Path(__file__).parents[1]


def make_course(root: Path, *units: str) -> Course:
    """A course at `root` with the repository's nbgrader settings and these units."""
    (root / "source").mkdir(parents=True)
    (root / "source" / "curriculum.toml").write_text("# The table of contents.\n")
    shutil.copy(REPO / "nbgrader_config.py", root)
    course = Course(root)
    for name in units:
        new_unit(course, name)
    return Course(root)


def edit(course: Course, path: str, old: str, new: str, count: int = 1) -> Course:
    """Replace text in a file under source/, which must hold it, and read the course anew."""
    file = course.root / "source" / path
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{path} no longer holds {old!r}"
    file.write_text(text.replace(old, new, count), encoding="utf-8")
    return Course(course.root)


def notebook(path: Path) -> dict:
    """A notebook's JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def texts(path: Path) -> str:
    """The sources of all cells of a notebook."""
    return "\n".join("".join(cell["source"]) for cell in notebook(path)["cells"])


def tree(root: Path) -> dict[str, bytes]:
    """Every file below `root`, by relative path."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def without_kernels(monkeypatch) -> list[str]:
    """Lessons are not run, only counted, and nothing is proved.

    Returns:
        The labels of the lessons that would have been run, as it goes.
    """
    ran = []

    def execute(nb, label):
        ran.append(label)
        code = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]
        for count, cell in enumerate(code, start=1):
            cell["execution_count"] = count

    monkeypatch.setattr("mlprep.lessons.execute", execute)
    monkeypatch.setattr("mlprep.proofs.prove", lambda authored, text: [])
    return ran
