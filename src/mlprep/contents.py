"""Files as JupyterLab sees them in study mode: what is generated can be run, not saved over.

JupyterLab saves a notebook that was only opened. Without this, each lesson that is read becomes a
change in the checkout, and the next update of the course a conflict.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

GENERATED = ("notebooks", "release")


class StudyContents(AsyncLargeFileManager):
    """The usual files; those below notebooks/ and release/ are marked read-only."""

    async def get(self, path, *args, **kwargs):
        """A file's or folder's model, in which generated files are not writable."""
        model = await super().get(path, *args, **kwargs)
        inside = model["content"] if model["type"] == "directory" else None
        for entry in [model, *(inside or [])]:
            if is_generated(entry["path"]):
                entry["writable"] = False
        return model

    async def save(self, model, path=""):
        """Write a file, but no generated one: the answer 403 says where a copy goes."""
        if is_generated(path):
            raise HTTPError(403, f"{path} is part of the course. Save your copy in work/.")
        return await super().save(model, path)


def is_generated(path: str) -> bool:
    """Whether a path of the contents API (relative to the course) lies in a generated folder."""
    parts = PurePosixPath(path.strip("/")).parts
    return len(parts) > 1 and parts[0] in GENERATED
