"""Makes every generated file of the course from what is authored under source/.

    source/<unit>/<stem>.py  →  source/<unit>/<stem>.ipynb     with solutions and hidden tests
                             →  release/<unit>/<stem>.ipynb    what a learner is given
    source/<unit>/lesson.py  →  notebooks/<unit>.ipynb         executed
    unit.toml, curriculum.toml  →  notebooks/README.md, release/README.md
    other files of a unit    →  release/<unit>/                copied, as nbgrader does

An assignment's questions are proved before it is written (mlprep.proofs).
The same sources give the same bytes, and only what changed is written. A file whose source has
problems is left as it is; the others are built, then all problems are raised together.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import threading
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from mlprep import lessons, lint, proofs
from mlprep.course import Course, Unit
from mlprep.errors import AuthorError, DriftError
from mlprep.indexes import index_pages
from mlprep.notebook import Authored, dumps, label_of, render
from mlprep.release import Releaser

MAX_BYTES = 600_000
PARALLEL_FROM = 12  # units
FIX = "mlprep build"


@dataclass
class Build:
    """One run: what was written (or would have to be), and what is wrong."""

    course: Course
    check: bool
    written: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    expected: set[Path] = field(default_factory=set)

    def path_label(self, path: Path) -> str:
        return path.relative_to(self.course.root).as_posix()

    def put(self, path: Path, content: str | bytes) -> None:
        """Make `path` hold `content`, or note that it does not."""
        self.expected.add(path)
        data = content.encode() if isinstance(content, str) else content
        label = self.path_label(path)
        if path.suffix == ".ipynb" and len(data) > MAX_BYTES:
            self.problems.append(
                f"{label}: a notebook has at most {MAX_BYTES // 1000} kB. "
                f"Got {len(data) // 1000} kB. Show fewer or smaller figures."
            )
        elif not path.is_file():
            self._note(path, data, f"{label}: missing")
        elif path.read_bytes() != data:
            self._note(path, data, f"{label}: differs from what its source gives")

    def _note(self, path: Path, data: bytes, drift: str) -> None:
        if self.check:
            self.drift.append(drift)
        else:
            write(path, data)
            self.written.append(self.path_label(path))

    def remove(self, path: Path) -> None:
        """Take away a generated file whose source is gone."""
        if self.check:
            self.drift.append(f"{self.path_label(path)}: its source is gone")
        else:
            path.unlink()
            self.written.append(self.path_label(path))


def build(course: Course, units: Iterable[str] | None = None, check: bool = False) -> list[str]:
    """Build all units, or those named, and the indexes. Returns the paths written.

    Args:
        check: write and execute nothing; compare.

    Raises:
        AuthorError: sources have problems; one line for each.
        DriftError: with `check`, generated files do not match their sources.
        UsageError: no unit is called so.
    """
    run = Build(course, check)
    units = list(units or [])
    chosen = [course.unit(name) for name in units] or list(course.units().values())
    releaser = Releaser(course)
    run.problems += lint.curriculum_problems(course)
    alone = 1 if check and len(chosen) >= PARALLEL_FROM and _may_fork() else len(chosen)
    for unit in chosen[:alone]:  # the first one imports what the copies of this process share
        _unit(run, unit, releaser)
    if chosen[alone:]:
        _check_side_by_side(run, chosen[alone:])
    _indexes(run)
    if not run.problems:  # else what is expected is not known
        for folder in _generated_folders(course, chosen if units else None):
            _strangers(run, folder)
    lint.refuse(run.problems)
    if run.drift:
        raise DriftError(
            "\n".join(run.drift)
            + f"\nGenerated files that do not match their sources: {len(run.drift)}. "
            + f"Run `{FIX}` and commit what it writes."
        )
    return run.written


def _may_fork() -> bool:
    """Whether this process can be copied safely: it has one thread, and the system can."""
    return (
        "fork" in multiprocessing.get_all_start_methods()
        and threading.active_count() == 1
        and (os.cpu_count() or 1) > 1
    )


def _check_side_by_side(run: Build, units: list[Unit]) -> None:
    """Check units in as many processes as there are cores (four at most)."""
    context = multiprocessing.get_context("fork")
    jobs = [(run.course, unit.name) for unit in units]
    workers = min(4, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for part in pool.map(_checked, jobs, chunksize=4):
            run.drift += part.drift
            run.problems += part.problems
            run.expected |= part.expected


def _checked(job: tuple[Course, str]) -> Build:
    course, name = job
    part = Build(course, check=True)
    _unit(part, course.unit(name), Releaser(course))
    return part


def _unit(run: Build, unit: Unit, releaser: Releaser) -> None:
    folder_problems = lint.unit_problems(unit)
    run.problems += folder_problems
    run.expected |= _outputs(unit)
    for authored in lint.sources(unit):
        problems = lint.notebook_problems(authored)
        run.problems += problems
        if problems or folder_problems:
            continue
        try:
            if authored.is_lesson:
                _lesson(run, unit, authored)
            else:
                _assignment(run, unit, authored, releaser)
        except AuthorError as error:
            run.problems.append(str(error))
    if not folder_problems and unit.assignment_sources():
        try:
            for target, source in releaser.data_files(unit).items():
                run.put(target, source.read_bytes())
        except AuthorError as error:
            run.problems.append(str(error))


def _outputs(unit: Unit) -> set[Path]:
    """What a unit's sources are made into, whether or not that succeeds now."""
    found = {unit.lesson} if unit.lesson_source.is_file() else set()
    for path in unit.assignment_sources():
        found |= {unit.source_notebook(path.stem), unit.release_notebook(path.stem)}
    return found


def _assignment(run: Build, unit: Unit, authored: Authored, releaser: Releaser) -> None:
    source = dumps(render(unit, authored))
    release = releaser.notebook(unit, authored.stem, source)
    problems = lint.leak_problems(authored, json.loads(release))
    target = unit.source_notebook(authored.stem)
    if not (problems or run.check or _holds(target, source)):
        problems = proofs.prove(authored, source)
    run.problems += problems
    if not problems:
        run.put(target, source)
        run.put(unit.release_notebook(authored.stem), release)


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _lesson(run: Build, unit: Unit, authored: Authored) -> None:
    """The lesson, executed again only where its hash changed."""
    nb = render(unit, authored, extra=lessons.recipe(authored))
    kept = _kept_outputs(unit.lesson, nb)
    if kept is not None:
        for cell, old in zip(nb["cells"], kept, strict=True):
            if cell["cell_type"] == "code":
                cell["outputs"] = old["outputs"]
                cell["execution_count"] = old["execution_count"]
    elif run.check:
        run.drift.append(f"{run.path_label(unit.lesson)}: was not made from this source")
        return
    else:
        lessons.execute(nb, label_of(unit, authored.path))
    run.put(unit.lesson, dumps(nb))


def _kept_outputs(path: Path, nb: dict) -> list[dict] | None:
    """The cells of the lesson on disk if it was executed from the same source, else None."""
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        same = old["metadata"]["mlprep"] == nb["metadata"]["mlprep"]
        ids = [cell["id"] for cell in old["cells"]] == [cell["id"] for cell in nb["cells"]]
        ran = all(
            cell["execution_count"] is not None and isinstance(cell["outputs"], list)
            for cell in old["cells"]
            if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return old["cells"] if same and ids and ran else None


def _indexes(run: Build) -> None:
    try:
        pages = index_pages(run.course)
    except AuthorError as error:
        run.problems.append(str(error).replace(f"{run.course.root}/", ""))
        return
    for path, text in pages.items():
        run.put(path, text)


def _generated_folders(course: Course, units: list[Unit] | None) -> list[Path]:
    """Where every file must be one of ours: whole trees, or the folders of some units."""
    if units is not None:
        return [p for u in units for p in (u.folder, course.root / "release" / u.name)]
    return [course.root / name for name in ("source", "release", "notebooks")]


def _strangers(run: Build, folder: Path) -> None:
    """Notebooks (and in release/ any files) that nothing under source/ gives."""
    release = run.course.root / "release"
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(run.course.root).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_dir() or hidden or path in run.expected:
            continue
        if path.suffix == ".ipynb" and _is_generated(path):
            run.remove(path)
        elif path.suffix == ".ipynb" or release in path.parents:
            run.problems.append(
                f"{run.path_label(path)}: everything here is made from source/. Got a file that "
                "nothing there gives. Move it away, or delete it."
            )


def _is_generated(path: Path) -> bool:
    try:
        return "source" in json.loads(path.read_text(encoding="utf-8"))["metadata"]["mlprep"]
    except (ValueError, KeyError, TypeError):
        return False


def write(path: Path, data: bytes) -> None:
    """Replace a file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
