"""A learner's copies in work/: made when they are opened, renewed with the course, never lost.

    path, news = ready(unit, stem)   the copy; what happened to it, in a sentence, or ""
    kept = start_over(unit, stem)    a fresh copy; the old one is in work/<unit>/older/

The release that a copy was made from is kept beside it, in work/<unit>/.release/: what differs from
it is the learner's. Every file is written whole under another name and then put in its place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from datetime import datetime
from pathlib import Path

from mlprep.course import Unit
from mlprep.errors import NotebookError, UsageError

BASE, OLDER = ".release", "older"


def has_release(unit: Unit, stem: str) -> bool:
    """Whether there is something to make a copy from."""
    return unit.release_notebook(stem).is_file()


def ready(unit: Unit, stem: str) -> tuple[Path, str]:
    """The learner's copy of a released notebook, with the files that it reads beside it.

    Returns:
        Its path, and a sentence on what happened to it ("" if nothing did).

    Raises:
        UsageError: there is no such release.
        NotebookError: the copy is no notebook any more; it is left as it is.
        OSError: it could not be written; what was there is still there.
    """
    release, mine = unit.release_notebook(stem), unit.work_notebook(stem)
    if not has_release(unit, stem):
        raise UsageError(f"{release}: missing. Run `mlprep build {unit.name}`.")
    for path in sorted(release.parent.rglob("*")):
        inside = path.relative_to(release.parent)
        is_data = (
            path.is_file() and path.suffix != ".ipynb" and ".ipynb_checkpoints" not in inside.parts
        )
        if is_data:
            _renew_data(path, mine.parent / inside, mine.parent / BASE / inside)
    base = _base(mine)
    news = ""
    if not mine.exists():
        _put(release.read_bytes(), mine)
    elif not base.is_file() or base.read_bytes() != release.read_bytes():
        news = _renew(release, mine, base)
    else:
        return mine, ""
    _put(release.read_bytes(), base)
    return mine, news


def start_over(unit: Unit, stem: str) -> Path | None:
    """A fresh copy of the release in the place of the learner's, which is kept.

    Returns:
        Where the old one is now; None if there was none.

    Raises:
        UsageError: there is no such release.
        OSError: the disk did not take it; the learner's copy is then as it was.
    """
    release, mine = unit.release_notebook(stem), unit.work_notebook(stem)
    if not has_release(unit, stem):
        raise UsageError(f"{release}: missing. Run `mlprep build {unit.name}`.")
    kept = _keep(mine) if mine.exists() else None
    _put(release.read_bytes(), mine)
    _put(release.read_bytes(), _base(mine))
    return kept


def _base(mine: Path) -> Path:
    return mine.parent / BASE / mine.name


def _renew(release: Path, mine: Path, base: Path) -> str:
    """Bring a copy up to a newer release; a sentence if that changed it."""
    import nbformat

    from mlprep.grading.merge import read_notebook
    from mlprep.renew import is_same, renewed

    theirs, old = read_notebook(mine), None
    with contextlib.suppress(NotebookError):
        old = read_notebook(base)
    made = renewed(old, theirs, read_notebook(release))
    if is_same(made, theirs):
        return ""
    _keep(mine)
    _put((nbformat.writes(made, version=4).rstrip("\n") + "\n").encode(), mine)
    return (  # JupyterLab cuts a message at 140 characters
        f"A newer {mine.name} was merged into your copy. Your answers are kept; the file as it was "
        f"is in {OLDER}/."
    )


def _renew_data(release: Path, mine: Path, base: Path) -> None:
    """Give a data file, or renew it where the learner has left it as it was."""
    content = release.read_bytes()
    if base.is_file() and base.read_bytes() == content and mine.exists():
        return
    if not mine.exists() or (base.is_file() and base.read_bytes() == mine.read_bytes()):
        _put(content, mine)
    if mine.read_bytes() == content:
        _put(content, base)


def _keep(mine: Path) -> Path:
    """A copy of a file in the folder for older ones, under a name that nothing has."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    folder = mine.parent / OLDER
    folder.mkdir(exist_ok=True)
    for number in range(1, 1000):
        more = f"-{number}" if number > 1 else ""
        kept = folder / f"{mine.stem}-{stamp}{more}{mine.suffix}"
        if not kept.exists():
            break
    _put(mine.read_bytes(), kept)
    shutil.copystat(mine, kept)
    return kept


def _put(content: bytes, path: Path) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
