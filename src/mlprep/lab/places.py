"""Which assignment a path of JupyterLab names. Nothing outside of the course is ever read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlprep.course import Course, Unit
from mlprep.errors import UsageError


@dataclass(frozen=True)
class Place:
    """A learner's notebook: a file in work/<unit>/, and which of the unit's notebooks it is."""

    unit: Unit
    path: Path

    @property
    def stem(self) -> str:
        return self.unit.stem_of(self.path)


def find(root: Path, path: str) -> Place:
    """The learner's notebook at `path`, relative to the server's `root`.

    Raises:
        UsageError: it lies outside, or is not a learner's copy of an assignment.
    """
    full = (root / path.replace("\0", "/../").strip("/")).resolve()
    if "\0" in path or not full.is_relative_to(root):
        raise UsageError(f"{path}: must lie in the folder that JupyterLab shows.")
    try:
        course = Course.find(full.parent)
    except UsageError:
        raise UsageError(
            f"{path}: not a notebook of the course, so there is no test for it."
        ) from None
    parts = full.relative_to(course.root).parts
    units = course.units()
    name = parts[1] if len(parts) > 2 and parts[1] in units else Path(parts[-1]).stem
    if name not in units or full.suffix != ".ipynb":
        raise UsageError(f"{path}: not an assignment of the course, so there is no test for it.")
    unit = units[name]
    if parts[:-1] != ("work", name):
        mine = unit.work_notebook(unit.stem_of(full)).relative_to(course.root).as_posix()
        raise UsageError(f"{path}: not your copy of the assignment. Open {mine} and check that.")
    return Place(unit, full)
