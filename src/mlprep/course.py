"""Where things are: the course on disk, its units, and what `unit.toml` says of each.

course = Course.find()              the course that contains the working directory
course.units()                      every unit under source/, by name
course.unit("bias_variance")        one of them, or a UsageError that lists the others
"""

from __future__ import annotations

import difflib
import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mlprep.errors import AuthorError, UsageError

UNIT_FIELDS = {
    "title": str,
    "area": str,
    "tracks": list,
    "minutes": dict,
    "difficulty": int,
    "prerequisites": list,
    "objectives": list,
    "interview_questions": list,
    "topics": list,
    "references": list,
}
AREAS = ("fundamentals", "research", "design", "coding", "career", "start")
TRACKS = ("engineering", "research")
MORE_NOTEBOOKS = ("practice", "worksheet")  # graded notebooks that a unit may have besides NAME


@dataclass(frozen=True)
class Course:
    """A checkout of the curriculum: the folder that holds source/curriculum.toml."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course around `start` (default: MLPREP_COURSE, else the working directory).

        Raises:
            UsageError: no folder from there upwards holds source/curriculum.toml.
        """
        start = Path(start or os.environ.get("MLPREP_COURSE") or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "source" / "curriculum.toml").is_file():
                return cls(folder)
        raise UsageError(
            f"{start}: must lie inside the course (the folder with source/curriculum.toml). "
            "Change into it, or set MLPREP_COURSE to it."
        )

    def units(self) -> dict[str, Unit]:
        """Every unit on disk, by name, in alphabetical order."""
        folders = sorted(p.parent for p in (self.root / "source").glob("*/unit.toml"))
        return {folder.name: Unit(self, folder.name) for folder in folders}

    def unit(self, name: str) -> Unit:
        """The unit called `name`.

        Raises:
            UsageError: there is none; the message names the nearest ones.
        """
        units = self.units()
        if name in units:
            return units[name]
        near = difflib.get_close_matches(name, units, n=3) or list(units)
        raise UsageError(f"{name}: no such unit. Did you mean {' or '.join(near) or 'none yet'}?")

    @cached_property
    def curriculum(self) -> dict[str, list[dict]]:
        """Each track's stages in order: {"engineering": [{"stage": str, "units": [str]}]}."""
        return read_toml(self.root / "source" / "curriculum.toml")


@dataclass(frozen=True)
class Unit:
    """One folder under source/, and the files that are made from it."""

    course: Course
    name: str

    @property
    def folder(self) -> Path:
        return self.course.root / "source" / self.name

    @property
    def lesson_source(self) -> Path:
        return self.folder / "lesson.py"

    @property
    def lesson(self) -> Path:
        return self.course.root / "notebooks" / f"{self.name}.ipynb"

    def assignment_sources(self) -> list[Path]:
        """The py:percent files that become graded notebooks: NAME.py, practice.py, worksheet.py."""
        files = [self.folder / f"{stem}.py" for stem in (self.name, *MORE_NOTEBOOKS)]
        return [path for path in files if path.is_file()]

    def source_notebook(self, stem: str | None = None) -> Path:
        """The instructor's notebook, with solutions and hidden tests (generated)."""
        return self.folder / f"{stem or self.name}.ipynb"

    def release_notebook(self, stem: str | None = None) -> Path:
        """What a learner is given (generated)."""
        return self.course.root / "release" / self.name / f"{stem or self.name}.ipynb"

    def work_notebook(self, stem: str | None = None) -> Path:
        """The learner's own copy: theirs, never overwritten."""
        return self.course.root / "work" / self.name / f"{stem or self.name}.ipynb"

    def stem_of(self, notebook: Path | None) -> str:
        """Which of the unit's notebooks a file is a copy of: by its name, else the assignment."""
        stems = [path.stem for path in self.assignment_sources()] or [self.name]
        return notebook.stem if notebook is not None and notebook.stem in stems else stems[0]

    @cached_property
    def info(self) -> dict:
        """What unit.toml says, with every field present and of the right type.

        Raises:
            AuthorError: a field is missing, unknown or of another type.
        """
        path = self.folder / "unit.toml"
        info = read_toml(path)
        for field in info.keys() - UNIT_FIELDS.keys():
            near = difflib.get_close_matches(field, UNIT_FIELDS, n=1)
            mend = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(UNIT_FIELDS)}."
            raise AuthorError(f"{path}: unknown field {field!r}. {mend}")
        for field, kind in UNIT_FIELDS.items():
            if not isinstance(info.get(field), kind):
                raise AuthorError(
                    f"{path}: {field} must be a {kind.__name__}. Got {info.get(field)!r}."
                )
        if info["area"] not in AREAS:
            raise AuthorError(f"{path}: area must be one of {AREAS}. Got {info['area']!r}.")
        if not info["tracks"] or not set(info["tracks"]) <= set(TRACKS):
            raise AuthorError(f"{path}: tracks must be among {TRACKS}. Got {info['tracks']!r}.")
        return info


def read_toml(path: Path) -> dict:
    """The table in a TOML file.

    Raises:
        AuthorError: the file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuthorError(f"{path}: missing. Write it, or copy another unit's.") from None
    except tomllib.TOMLDecodeError as error:
        raise AuthorError(f"{path}: not valid TOML ({error}).") from None
