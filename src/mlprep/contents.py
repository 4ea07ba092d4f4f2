"""Files as JupyterLab sees them in study mode.

What is generated can be run, not saved over: JupyterLab saves a notebook that was only opened, and
each lesson that is read would become a change in the checkout and a conflict at its next update.

An assignment in work/ is made when it is first opened, and brought up to a newer release when it is
opened again (mlprep.copies).
"""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from mlprep import copies
from mlprep.course import Course, Unit
from mlprep.errors import NotebookError

GENERATED = ("notebooks", "release")
# What makes the course and helps nobody to study it. Told by their place, unlike hide_globs: a
# learner's own folder work/tests is theirs to see.
WORKSHOP = frozenset(
    "benchmarks binder jupyter site src tests CHANGELOG.md CONTRIBUTING.md constraints.txt "
    "nbgrader_config.py pyproject.toml run.py".split()
)


class StudyContents(AsyncLargeFileManager):
    """The usual files without the workshop; those in notebooks/ and release/ are read-only.

    news: what happened to a copy when it was opened, until somebody has shown it.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.news: dict[Path, str] = {}

    async def get(self, path, content=True, *args, **kwargs):
        """A file's or folder's model, in which generated files are not writable."""
        copy = self.copy_at(path)
        if copy:
            await self.open_copy(*copy, path, content)
        try:
            model = await super().get(path, content, *args, **kwargs)
        except HTTPError as error:
            raise (broken(path) if copy and error.status_code == 400 else error) from None
        inside = model["content"] if model["type"] == "directory" else None
        if inside and not path.strip("/"):
            inside[:] = [entry for entry in inside if entry["name"] not in WORKSHOP]
        for entry in [model, *(inside or [])]:
            if is_generated(entry["path"]):
                entry["writable"] = False
        return model

    async def save(self, model, path=""):
        """Write a file, but no generated one: the answer 403 says where a copy goes."""
        if is_generated(path):
            raise HTTPError(403, f"{path} is part of the course. Save your copy in work/.")
        return await super().save(model, path)

    def copy_at(self, path: str) -> tuple[Unit, str] | None:
        """The unit and the notebook's name if `path` is that of a learner's copy."""
        parts = PurePosixPath(path.strip("/")).parts
        if len(parts) != 3 or parts[0] != "work" or not parts[2].endswith(".ipynb"):
            return None
        unit, stem = Unit(Course(Path(self.root_dir)), parts[1]), parts[2].removesuffix(".ipynb")
        is_unit = (unit.folder / "unit.toml").is_file()
        return (unit, stem) if is_unit and copies.has_release(unit, stem) else None

    async def open_copy(self, unit: Unit, stem: str, path: str, content: bool) -> None:
        """Make the copy, or renew it: not while it is only looked at, for it may be open."""
        mine = unit.work_notebook(stem)
        there = mine.exists()
        if there and not content:
            return
        try:
            _, news = await asyncio.to_thread(copies.ready, unit, stem)
        except NotebookError:
            raise broken(path) from None
        except OSError as error:
            if not there:
                raise HTTPError(
                    507, f"{path} could not be made ({error.strerror}). Free some disk and retry."
                ) from None
            news = f"{path} could not be renewed ({error.strerror}). Your copy is as it was."
        if news:
            self.news[mine.resolve()] = news


def is_generated(path: str) -> bool:
    """Whether a path of the contents API (relative to the course) lies in a generated folder."""
    parts = PurePosixPath(path.strip("/")).parts
    return len(parts) > 1 and parts[0] in GENERATED


def broken(path: str) -> HTTPError:
    """What is said of a learner's copy that cannot be read."""
    return HTTPError(
        400,
        f"{path} is not a notebook any more: it was cut off or changed by another program. "
        "Nothing was deleted. Rename the file and open the assignment again to get a fresh copy.",
    )
