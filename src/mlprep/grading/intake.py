"""What of a submission's folder may be read, checked before anything of it is copied or run.

    why_not_student("ada")                  "" or why no student may be called so
    taken = take_in(folder, ["softmax"])    its notebooks and files as bytes, and what was left out
    unfit(folder)                           each file below that must not be copied, and why

A submission comes from a stranger: it may hold links, pipes, names that are traps, files without
end, or a false time. Only regular files are opened, links are never followed, and no more is read
than is allowed. What lies beside the notebooks and is unfit is left out and said so; a notebook
that is unfit is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mlprep.errors import NotebookError

NAME = re.compile(r"\w[\w .,+@()=-]{0,99}")
STUDENT = re.compile(r"\w[\w .+@-]{0,127}")
TIMESTAMP = "timestamp.txt"  # nbgrader's: written in the learner's name when they submit
IGNORED = re.compile(r"\..*|__pycache__|.*\.pyc|.*~|feedback")  # nobody means to hand these in
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Caps:
    """What a submission may have: bytes of a notebook, bytes and number of its other files."""

    notebook_bytes: int = 20 << 20
    files_bytes: int = 16 << 20
    files: int = 100
    entries: int = 2000  # more are not even looked at


@dataclass
class Taken:
    """A submission that was read.

    notebooks: by name without suffix. files: what lies beside them, by name. absent: notebooks
    that were not handed in. refused: why one that was could not be taken, by its name. flags: what
    an instructor should know, one sentence each. submitted: when, as timestamp.txt says, in UTC;
    None where there is no such file.
    """

    notebooks: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    submitted: datetime | None = None

    @property
    def sha256(self) -> str:
        """A hash of all that was handed in: the same bytes and names give the same hash."""
        total = hashlib.sha256()
        parts = [*self.notebooks.items(), *self.files.items(), *self.refused.items()]
        for name, data in [*parts, ("", str(self.submitted or ""))]:
            data = data.encode() if isinstance(data, str) else data
            total.update(f"{len(name)}:{name}:{len(data)}:".encode() + data)
        return total.hexdigest()


def why_not_student(name: str) -> str:
    """ "" or, in a clause, why `name` can be no student's: it becomes a path and a pattern."""
    if STUDENT.fullmatch(name):
        return ""
    return "a student's name has letters, digits and . + - @ _ or spaces, 128 at most"


def take_in(folder: Path, stems: Sequence[str], caps: Caps | None = None) -> Taken:
    """Read what a student handed in for a unit.

    Args:
        folder: submitted/<student>/<unit>.
        stems: the unit's notebooks, by name without suffix; others are left out.

    Raises:
        NotebookError: `folder` is no folder, or none of the notebooks is there.
    """
    caps = caps or Caps()
    if folder.is_symlink() or folder.parent.is_symlink() or not folder.is_dir():
        raise NotebookError(f"{folder}: must be a folder, not a link or a file.")
    taken = Taken()
    for stem in stems:
        path = folder / f"{stem}.ipynb"
        if not os.path.lexists(path):
            taken.absent.append(stem)
            continue
        try:
            taken.notebooks[stem] = read_regular(path, caps.notebook_bytes)
        except NotebookError as error:
            taken.refused[stem] = str(error)
    if len(taken.absent) == len(stems):
        raise NotebookError(f"{folder}: holds none of {', '.join(f'{s}.ipynb' for s in stems)}.")
    _take_files(folder, stems, caps, taken)
    taken.submitted = claimed_time(folder, stems, taken.flags)
    return taken


def read_regular(path: Path, limit_bytes: int) -> bytes:
    """The bytes of a regular file. Links are not followed; pipes and devices not waited for.

    Raises:
        NotebookError: it is anything else, or has more than `limit_bytes`.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        if why := _why_not(path.name, path.lstat(), limit_bytes):
            raise NotebookError(f"{path.name}: {why}.")
        with open(os.open(path, flags), "rb") as file:
            if why := _why_not(path.name, os.fstat(file.fileno()), limit_bytes):
                raise NotebookError(f"{path.name}: {why}.")
            data = file.read(limit_bytes + 1)
    except OSError as error:
        raise NotebookError(f"{path.name}: cannot be read ({error.strerror}).") from None
    if len(data) > limit_bytes:  # it grew meanwhile
        raise NotebookError(f"{path.name}: {_too_large(len(data), limit_bytes)}.")
    return data


def unfit(folder: Path, caps: Caps | None = None) -> dict[Path, str]:
    """Every path below `folder` that must not be copied, and why, in a clause.

    What nobody means to hand in (checkpoints, caches) counts as fit here: nbgrader ignores it.
    """
    caps = caps or Caps()
    found: dict[Path, str] = {}
    room, count = caps.files_bytes, 0
    for path, info in _walk(folder):
        count += 1
        if count > caps.entries:
            return found | {folder: f"more than {caps.entries} files were handed in"}
        is_notebook = path.suffix == ".ipynb" and path.parent == folder
        limit = caps.notebook_bytes if is_notebook else room
        if stat.S_ISDIR(info.st_mode):
            why = "" if NAME.fullmatch(path.name) else "its name is odd"
        else:
            why = _why_not(path.name, info, limit)
        if not why and not is_notebook and count > caps.files:
            why = f"more than {caps.files} files were handed in"
        if why:
            found[path] = why
        elif not is_notebook and stat.S_ISREG(info.st_mode):
            room -= info.st_size
    return found


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """What lies below `folder`, into real folders only."""
    todo = [folder]
    while todo:
        for path, info in _entries(todo.pop()):
            if IGNORED.fullmatch(path.name) and stat.S_ISDIR(info.st_mode):
                continue
            yield path, info
            if stat.S_ISDIR(info.st_mode):
                todo.append(path)


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """What lies in `folder`, in order of names."""
    with os.scandir(folder) as items:
        for item in sorted(items, key=lambda item: item.name):
            yield Path(item.path), item.stat(follow_symlinks=False)


def _take_files(folder: Path, stems: Sequence[str], caps: Caps, taken: Taken) -> None:
    room, seen = caps.files_bytes, 0
    for path, info in _entries(folder):
        name = path.name
        seen += 1
        if seen > caps.entries:
            taken.flags.append(f"More than {caps.entries} files were handed in; not all are read.")
            return
        if IGNORED.fullmatch(name) or name == TIMESTAMP or name.removesuffix(".ipynb") in stems:
            continue
        why = "a folder; files lie beside the notebook" if stat.S_ISDIR(info.st_mode) else ""
        if not why and name.endswith(".ipynb"):
            why = "not a notebook of this unit"
        if not why and len(taken.files) >= caps.files:
            why = f"more than {caps.files} files"
        try:
            if not why:
                taken.files[name] = read_regular(path, room)
                room -= len(taken.files[name])
        except NotebookError as error:
            why = str(error).removeprefix(f"{name}: ").rstrip(".")
        if why:
            taken.flags.append(f"{printable(name)} is left out: {why}.")


def _why_not(name: str, info: os.stat_result, limit_bytes: int) -> str:
    if not NAME.fullmatch(name):
        return "its name is odd"
    if stat.S_ISLNK(info.st_mode):
        return "a link, not a file"
    if not stat.S_ISREG(info.st_mode):
        return "not a regular file"
    return _too_large(info.st_size, limit_bytes) if info.st_size > limit_bytes else ""


def _too_large(size: int, limit: int) -> str:
    return f"too large ({size / 2**20:.1f} MB; {limit / 2**20:.1f} MB are left)"


def printable(name: str) -> str:
    """A file's name as it may stand in a message."""
    return "".join(c if c.isprintable() else "?" for c in name[:80])


def claimed_time(folder: Path, stems: Sequence[str], flags: list[str]) -> datetime | None:
    """When the work was submitted, as its timestamp.txt says; what it cannot be is flagged.

    The file is the learner's to write, so the time is a claim. The time at which a grader first
    saw these bytes is kept beside it, in the record of attempts. A time that cannot be read does
    not become "in time": the notebooks' own time stands in for it.
    """
    from nbgrader.utils import parse_utc

    path = folder / TIMESTAMP
    if not os.path.lexists(path):
        return None
    try:
        claimed = parse_utc(read_regular(path, 200).decode().strip()).replace(tzinfo=UTC)
    except Exception:  # noqa: BLE001 - parsers of dates raise many kinds
        flags.append(f"{TIMESTAMP} holds no date; the file's own time is taken.")
        files = [folder / f"{stem}.ipynb" for stem in stems]
        newest = max(file.lstat().st_mtime for file in files if os.path.lexists(file))
        return datetime.fromtimestamp(newest, UTC)
    if claimed > datetime.now(UTC) + CLOCKS_DIFFER:
        flags.append(f"{TIMESTAMP} says {claimed:%Y-%m-%d %H:%M} UTC, which is yet to come.")
    return claimed
