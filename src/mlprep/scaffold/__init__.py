"""A new unit: a small working example in the right shape, to write one's own over.

new_unit(course, "drift")       source/drift/ with unit.toml, lesson.py and drift.py
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from mlprep.course import Course, read_toml
from mlprep.errors import UsageError
from mlprep.lint.unit import name_problem

TEMPLATES = Path(__file__).parent / "unit"
TRACK = "engineering"
STAGE = "New units"


def new_unit(course: Course, name: str) -> Path:
    """Make source/<name>/ from the template and list it in curriculum.toml. Returns the folder.

    What it makes passes the build and the tests as it stands. Nothing is overwritten.

    Raises:
        UsageError: the name is no unit name, or is taken.
        AuthorError: curriculum.toml cannot be read.
    """
    if problem := name_problem(name):
        raise UsageError(problem)
    folder = course.root / "source" / name
    if folder.exists():
        raise UsageError(
            f"source/{name}: a new unit needs a name of its own. Got one that exists. "
            "Choose another; nothing was written."
        )
    curriculum = course.root / "source" / "curriculum.toml"
    read_toml(curriculum)
    extended = add_to_curriculum(curriculum.read_text(encoding="utf-8"), name)
    title = name.replace("_", " ").capitalize()
    texts = {
        "unit.toml": _template("unit.toml").replace("@@title@@", title),
        "lesson.py": _template("lesson.py"),
        f"{name}.py": _template("assignment.py"),
    }
    folder.mkdir(parents=True)
    for filename, text in texts.items():
        (folder / filename).write_text(text, encoding="utf-8")
    if extended is not None:
        curriculum.write_text(extended, encoding="utf-8")
        vars(course).pop("curriculum", None)  # it was read before
    return folder


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def add_to_curriculum(text: str, name: str) -> str | None:
    """curriculum.toml with the unit at the end of its track's last stage, or None if it is there.

    Everything else stays as it is: comments, order, spaces.

    Raises:
        UsageError: the file is laid out in a way that cannot be extended safely.
    """
    before = tomllib.loads(text)
    stages = before.get(TRACK, [])
    if any(name in stage.get("units", []) for stage in stages):
        return None
    if not stages:
        block = f'[[{TRACK}]]\nstage = "{STAGE}"\nunits = ["{name}"]\n'
        extended = f"{text.rstrip()}\n\n{block}" if text.strip() else block
        want = [{"stage": STAGE, "units": [name]}]
    else:
        extended = _extend_last_stage(text, name)
        last = stages[-1]
        want = [*stages[:-1], last | {"units": [*last.get("units", []), name]}]
    try:
        safe = tomllib.loads(extended) == before | {TRACK: want}
    except tomllib.TOMLDecodeError:
        safe = False
    if not safe:
        raise UsageError(
            f"source/curriculum.toml: its layout cannot be extended by mlprep new. Add {name!r} to "
            f"a stage of {TRACK} by hand, then run it again."
        )
    return extended


def _extend_last_stage(text: str, name: str) -> str:
    """Puts the name before the bracket that closes the track's last `units = […]`."""
    start = text.rfind(f"[[{TRACK}]]")
    match = re.compile(r"^units\s*=\s*\[(.*?)\]", re.MULTILINE | re.DOTALL).search(text, start)
    if start < 0 or match is None:
        return text
    inside = match[1].rstrip()
    comma = "" if not inside or inside.endswith(",") else ","
    if "\n" in match[1]:
        indent = re.search(r"\n([ \t]*)\S", match[1])
        new = f'{inside}{comma}\n{indent[1] if indent else "    "}"{name}",\n'
    else:
        new = f'{inside}{comma}{" " if inside else ""}"{name}"'
    return text[: match.start(1)] + new + text[match.end(1) :]
