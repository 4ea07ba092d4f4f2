"""Self-study: the learner's copies in work/, a start page that leads to them, and JupyterLab.

prepare(course)     what is missing in work/ is copied there, the start page is written
study(course)       the same, then JupyterLab on the start page until it is stopped
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from mlprep.course import Course, Unit
from mlprep.errors import UsageError
from mlprep.indexes import page

START_PAGE = "work/README.md"
START_TEXT = """\
# Start here

Read a lesson, then solve its assignment. The assignments below are your own copies, in `work/`:
change them as you like, an update of the course never overwrites them. To start one afresh, rename
or delete its file and start `python3 run.py study` again. Lessons can be run and changed too, but
not saved: to keep your changes, save a copy in `work/`. Difficulty runs from 1 (warm-up) to 5
(asked of specialists).
"""


def study(
    course: Course, open_browser: bool = True, port: int | None = None, extra: Sequence[str] = ()
) -> int:
    """Open the course in JupyterLab, and return when the server has stopped.

    Args:
        course: the checkout; its folder is the server's root.
        open_browser: whether a browser is opened. The address is printed in any case.
        port: where to listen; Jupyter takes the next free one when it is taken. None: 8888.
        extra: further arguments of `jupyter lab`.

    Returns:
        The exit code: 0 when the learner stopped the server.
    """
    configuration = course.root / "jupyter" / "study"
    if not configuration.is_dir():
        raise UsageError(f"{configuration}: missing. Check out the whole course.")
    copied = prepare(course)
    print(f"mlprep: {len(copied)} new files in work/. Starting JupyterLab; Ctrl-C stops it.")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(configuration), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    os.chdir(course.root)  # nbgrader's buttons look for nbgrader_config.py there
    from jupyterlab.labapp import LabApp  # takes a second, and must see JUPYTER_CONFIG_PATH

    try:
        LabApp.launch_instance(server_arguments(open_browser, port, extra))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def server_arguments(open_browser: bool, port: int | None, extra: Iterable[str]) -> list[str]:
    """The command line of `jupyter lab`; what does not depend on the caller is in jupyter/study."""
    arguments = ["--Application.log_level=ERROR"]  # the address is printed even so
    if not open_browser:
        arguments.append("--no-browser")
    if port is not None:
        arguments.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # containers; it listens on this machine only
    return [*arguments, *extra]


def prepare(course: Course) -> list[Path]:
    """Copy each released file that work/ does not have yet, and write the start page.

    Returns:
        The files that were copied; a file that exists is never touched.
    """
    copied = []
    for unit in course.units().values():
        release, work = unit.release_notebook().parent, unit.work_notebook().parent
        for path in sorted(release.rglob("*")):
            target = work / path.relative_to(release)
            if path.is_file() and ".ipynb_checkpoints" not in path.parts and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                whole = target.with_name(target.name + ".part")
                shutil.copyfile(path, whole)
                whole.replace(target)  # never half a copy under the real name
                copied.append(target)
    page = course.root / START_PAGE
    page.parent.mkdir(exist_ok=True)
    page.write_text(start_page(course), encoding="utf-8")
    return copied


def start_page(course: Course) -> str:
    """The Markdown that leads to each lesson and to the learner's own copies, by track."""
    return page(course, START_TEXT, _row)


def _row(unit: Unit) -> tuple[str, int] | None:
    """A unit's links, relative to work/, and the minutes that it takes."""
    title, minutes = unit.info["title"], unit.info["minutes"]
    links = [f"[{title}](../notebooks/{unit.name}.ipynb)"] if unit.lesson.is_file() else [title]
    for stem in [path.stem for path in unit.assignment_sources()]:
        if unit.work_notebook(stem).is_file():
            kind = "assignment" if stem == unit.name else stem
            links.append(f"[{kind}]({unit.name}/{stem}.ipynb)")
    return " · ".join(links), sum(minutes.values())
