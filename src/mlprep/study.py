"""JupyterLab for the two who use it: a learner (study) and an instructor (teach).

prepare(course)     the list of all units in work/ is written
study(course)       the same, then JupyterLab on the start page (mlprep.lab.home), without what only
                    helps an instructor
teach(course)       JupyterLab on nbgrader's Formgrader, with everything

Settings that do not depend on the caller are in jupyter/study and jupyter/teach.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from mlprep import copies, warm
from mlprep.course import Course, Unit
from mlprep.errors import UsageError
from mlprep.indexes import page

UNITS_PAGE = "work/README.md"
UNITS_TEXT = """\
# All units

Read a lesson, then solve its assignment and press **Check my work** above it. The assignments below
are your own copies, in `work/`, made when you first open them: change them as you like. When the
course has a newer version, it is merged and your answers stay. To start one afresh, choose *Start
this assignment over* in the menu *Run*; the copy that you had is kept. Lessons can be run and
changed too, but not saved: to keep your changes, save a copy in `work/`. Difficulty runs from 1
(warm-up) to 5 (asked of specialists).
"""


def study(
    course: Course, open_browser: bool = True, port: int | None = None, extra: Sequence[str] = ()
) -> int:
    """Open the course in JupyterLab for a learner, and return when the server has stopped.

    Args:
        course: the checkout; its folder is the server's root.
        open_browser: whether a browser is opened. The address is printed in any case.
        port: where to listen; Jupyter takes the next free one when it is taken. None: 8888.
        extra: further arguments of `jupyter lab`.

    Returns:
        The exit code: 0 when the learner stopped the server.
    """
    configuration = configuration_of(course, "study")
    prepare(course)
    warm.start(course, os.getpid())  # while JupyterLab starts: the first check finds it ready
    return _serve(course, configuration, server_arguments(open_browser, port, extra))


def teach(
    course: Course, open_browser: bool = True, port: int | None = None, extra: Sequence[str] = ()
) -> int:
    """The same for an instructor: Formgrader and nbgrader's other panels, nothing hidden."""
    configuration = configuration_of(course, "teach")
    if "MLPREP_EXCHANGE" not in os.environ and not os.access(course.root, os.W_OK):
        exchange = Path(tempfile.gettempdir()) / "mlprep-exchange"
        os.environ["MLPREP_EXCHANGE"] = str(exchange)
        print(f"mlprep: {course.root} cannot be written to; the exchange is {exchange}.")
    return _serve(course, configuration, server_arguments(open_browser, port, extra))


def configuration_of(course: Course, mode: str) -> Path:
    """The folder of Jupyter's settings for a mode.

    Raises:
        UsageError: the checkout lacks it.
    """
    folder = course.root / "jupyter" / mode
    if not folder.is_dir():
        raise UsageError(f"{folder}: missing. Check out the whole course.")
    return folder


def _serve(course: Course, configuration: Path, arguments: list[str]) -> int:
    print("mlprep: starting JupyterLab; Ctrl-C stops it.", flush=True)
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(configuration), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    programs = str(Path(sys.executable).parent)  # nbgrader calls alembic by its name
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    os.chdir(course.root)  # nbgrader's buttons look for nbgrader_config.py there
    from jupyterlab.labapp import LabApp  # takes a second, and must see JUPYTER_CONFIG_PATH

    try:
        LabApp.launch_instance(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def server_arguments(open_browser: bool, port: int | None, extra: Iterable[str]) -> list[str]:
    """The command line of `jupyter lab`; the rest is in jupyter/."""
    arguments = ["--Application.log_level=ERROR"]  # the address is printed even so
    if not open_browser:
        arguments.append("--no-browser")
    if port is not None:
        arguments.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # containers; it listens on this machine only
    return [*arguments, *extra]


def prepare(course: Course) -> None:
    """Write the list of all units; copies of assignments are made when they are opened."""
    page = course.root / UNITS_PAGE
    page.parent.mkdir(exist_ok=True)
    page.write_text(units_page(course), encoding="utf-8")


def units_page(course: Course) -> str:
    """The Markdown that leads to each lesson and to the learner's own copies, by track."""
    return page(course, UNITS_TEXT, _row)


def _row(unit: Unit) -> tuple[str, int] | None:
    """A unit's links, relative to work/, and the minutes that it takes."""
    title, minutes = unit.info["title"], unit.info["minutes"]
    links = [f"[{title}](../notebooks/{unit.name}.ipynb)"] if unit.lesson.is_file() else [title]
    for stem in [path.stem for path in unit.assignment_sources()]:
        if copies.has_release(unit, stem):
            kind = "assignment" if stem == unit.name else stem
            links.append(f"[{kind}]({unit.name}/{stem}.ipynb)")
    return " · ".join(links), sum(minutes.values())
