"""From an authored py:percent file to a notebook, byte for byte the same each time.

    authored = read(unit, path)         cells with their kind, and what is wrong with their headers
    nb = render(unit, authored)         placeholders filled, nbgrader metadata completed, ids given
    text = dumps(nb)                    what is written to disk

A cell's kind follows from its nbgrader flags:

    kind       cell      flags              who edits it      in the release
    text       markdown  none               anybody           as it is
    code       code      none               the learner       as it is
    locked     either    locked             nobody            as it is, read-only
    solution   code      solution           the learner       with a stub for its region
    test       code      grade              nobody            without its hidden tests
    written    markdown  grade, solution    the learner       "YOUR ANSWER HERE"
    task       markdown  task               nobody            without its mark scheme
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from mlprep.course import Unit
from mlprep.design.text import TEXTS
from mlprep.reading.rubric import RESEARCH

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_KEYS = ("nbgrader", "tags", "mystnb")
FLAGS = ("grade", "solution", "task", "locked")
NBGRADER_KEYS = (*FLAGS, "grade_id", "points", "schema_version")
KINDS = {
    ("code", ()): "code",
    ("markdown", ()): "text",
    ("code", ("locked",)): "locked",
    ("markdown", ("locked",)): "locked",
    ("code", ("solution",)): "solution",
    ("code", ("grade",)): "test",
    ("markdown", ("grade", "solution")): "written",
    ("markdown", ("task",)): "task",
}
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLACEHOLDERS = (
    "title",
    "objectives",
    "references",
    "interview_questions",
    "minutes",
    "how_it_works",
    "research_rubric",
    *TEXTS,
)
HOW_IT_WORKS = """\
How it works: write each answer where it says `YOUR CODE HERE`, and run the test cell under it. It
runs the visible tests, which carry half of the points. **Check my work**, above the notebook, runs
the hidden ones too, and has three hints for each question and, once you have tried, its worked
solution. In a cell, `%check`, `%hint NAME` and `%solution NAME` do the same."""
MAGIC = re.compile(r"^(\s*)# (%%?[A-Za-z])", re.MULTILINE)
MAGIC_LINE = re.compile(r"^([ \t]*)%.*$", re.MULTILINE)


@dataclass
class Cell:
    """One authored cell. `source` has its placeholders unfilled and its regions uncleared."""

    where: str  # source/attention/attention.py, cell 7 (softmax)
    number: int  # counted from 1
    type: str  # code, markdown or raw
    kind: str  # see the module's table
    source: str
    grade_id: str | None = None
    points: float | None = None
    metadata: dict = field(default_factory=dict)  # tags and mystnb
    nbgrader: dict = field(default_factory=dict)  # as authored

    @property
    def graded(self) -> bool:
        return self.kind in ("test", "written", "task")


@dataclass
class Authored:
    """One py:percent file, read."""

    unit: Unit
    path: Path
    label: str  # the path as messages and banners name it
    cells: list[Cell]
    problems: list[str]  # what is wrong with the headers, one sentence each

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def is_lesson(self) -> bool:
        return self.path == self.unit.lesson_source


def label_of(unit: Unit, path: Path) -> str:
    """The path as messages name it: from the course's root, with forward slashes."""
    return path.relative_to(unit.course.root).as_posix()


def read(unit: Unit, path: Path) -> Authored:
    """The cells of a py:percent file. Nothing is refused here: `problems` says what is wrong."""
    label = label_of(unit, path)
    problems: list[str] = []
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problems.append(f"{label}: must be UTF-8 text. Got {error}. Save it as UTF-8.")
        return Authored(unit, path, label, [], problems)
    try:
        metadata, cells = _parse(text)
    except Exception as error:  # jupytext and nbformat raise many kinds
        got = str(error).strip().split("\n")[0][:120]
        problems.append(f"{label}: must be a py:percent file. Got {got!r}. Mend its header.")
        return Authored(unit, path, label, [], problems)
    kernel = metadata.get("kernelspec", {}).get("name", "python3")
    if kernel != "python3":
        problems.append(
            f"{label}: the kernel must be python3. Got {kernel!r}. Drop the header's kernelspec."
        )
    authored = Authored(unit, path, label, [], problems)
    for number, node in enumerate(cells, start=1):
        authored.cells.append(_read_cell(label, number, node, problems))
    return authored


def _parse(text: str) -> tuple[dict, list]:
    """jupytext's reading of a py:percent text: (notebook metadata, cells).

    Comments stay comments: by itself jupytext turns `# why?` and `# cat is …` into shell
    commands. Only `# %magic` and `# %%magic` become magics.
    """
    import jupytext

    fmt = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    nb = jupytext.reads(text, fmt=fmt)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source = MAGIC.sub(r"\1\2", cell.source)
    return nb.metadata, nb.cells


def _read_cell(label: str, number: int, node, problems: list[str]) -> Cell:
    metadata = {k: v for k, v in node.metadata.items() if not k.startswith("lines_to_")}
    nbgrader = metadata.pop("nbgrader", None)
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    where = f"{label}, cell {number}" + (f" ({grade_id})" if grade_id else "")
    cell = Cell(where, number, node.cell_type, "", node.source, grade_id)

    def refuse(text: str) -> None:
        problems.append(f"{where}: {text}")

    if title := metadata.pop("title", None):
        refuse(
            f"the cell header has text that is not metadata. Got {title[:60]!r}. "
            "Write it as a heading, or mend the JSON of nbgrader={…}."
        )
    for key in sorted(metadata.keys() - set(CELL_KEYS)):
        refuse(f"unknown cell metadata. Got {key!r}. {_mend(key, CELL_KEYS)}")
    cell.metadata = {k: metadata[k] for k in CELL_KEYS if k in metadata}
    if nbgrader is None:
        cell.kind = {"markdown": "text"}.get(node.cell_type, node.cell_type)
    elif not isinstance(nbgrader, dict):
        refuse(f"nbgrader metadata must be a JSON object. Got {nbgrader!r}. Write nbgrader={{…}}.")
    else:
        cell.nbgrader = nbgrader = _plain(nbgrader)
        if _read_flags(cell, refuse):
            _read_points(cell, refuse)
    if cell.type == "raw":
        refuse("raw cells are not used. Make it `# %% [markdown]`.")
    return cell


def _plain(value):
    """NotebookNode → dict, all the way down."""
    return json.loads(json.dumps(value))


def _mend(word: str, known) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."


def _read_flags(cell: Cell, refuse) -> bool:
    """Settles the cell's kind; False if the flags do not say what it is."""
    meta = cell.nbgrader
    unknown = sorted(meta.keys() - set(NBGRADER_KEYS))
    for key in unknown:
        refuse(f"unknown nbgrader metadata. Got {key!r}. {_mend(key, NBGRADER_KEYS)}")
    odd = [flag for flag in FLAGS if not isinstance(meta.get(flag, False), bool)]
    for flag in odd:
        refuse(f"{flag} must be true or false. Got {meta[flag]!r}. Mend the cell header.")
    if unknown or odd:
        return False
    if meta.get("schema_version", 3) != 3:
        refuse(f"schema_version must be 3. Got {meta['schema_version']!r}. Leave it out.")
    roles = tuple(flag for flag in ("grade", "solution", "task") if meta.get(flag) is True)
    if not roles and meta.get("locked") is True:
        roles = ("locked",)
    cell.kind = KINDS.get((cell.type, roles), "") if roles else ""
    if not cell.kind:
        refuse(
            f"a {cell.type} cell with {' and '.join(roles) or 'no role'} is none of ours. Code "
            "cells are locked, solution or grade; markdown cells locked, task, or grade and "
            "solution. Mend the flags."
        )
        return False
    locked = cell.kind in ("locked", "test", "task")
    if meta.get("locked", locked) is not locked:
        refuse(
            f"a {cell.kind} cell has locked: {str(locked).lower()}. "
            f"Got {str(meta['locked']).lower()}. Leave it out."
        )
    return True


def _read_points(cell: Cell, refuse) -> None:
    said = cell.nbgrader.get("points")
    if said is not None and not _is_points(said):
        refuse(f"points must be a number above 0. Got {said!r}. Mend the cell header.")
        return
    if not cell.graded:
        if said is not None:
            refuse(f"points are for graded cells, this one is {cell.kind}. Leave them out.")
        return
    cell.points = said
    if cell.kind == "test":
        try:
            questions = question_points(cell.source)
        except ValueError as error:
            refuse(f"{error}")
            return
        except SyntaxError:
            return  # the lint says so
        if questions:
            total = sum(questions)
            if said is not None and said != total:
                refuse(
                    f"points must be those of its questions, {total:g}. "
                    f"Got {said:g} in the metadata. Leave it out there."
                )
            cell.points = total
    if cell.points is None:
        refuse('a graded cell needs points. Got none. Add "points": 2 to its nbgrader metadata.')


def _is_points(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def question_points(source: str) -> list[float]:
    """The literal `points=` of each Question(...) call in a test cell.

    Raises:
        ValueError: a Question has no points, or they are not a literal number above 0.
        SyntaxError: the cell is not Python.
    """
    points = []
    for node in nodes(source):
        if isinstance(node, ast.Call) and _called(node) == "Question":
            given = [k.value for k in node.keywords if k.arg == "points"]
            if not given:
                raise ValueError("Question(...) needs points. Got none. Write points=2.")
            if not (isinstance(given[0], ast.Constant) and _is_points(given[0].value)):
                raise ValueError(
                    "points= must be a literal number above 0. "
                    f"Got {ast.unparse(given[0])}. Write points=2."
                )
            points.append(given[0].value)
    return points


def _called(node: ast.Call) -> str | None:
    """`f` of f(...) and of m.f(...)."""
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


@lru_cache(maxsize=256)
def parse(source: str) -> ast.Module:
    """The syntax tree of a code cell; lines with an IPython magic count as `pass`. Read only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\l" and its like are the lint's to report
        return ast.parse(MAGIC_LINE.sub(r"\1pass", source))


@lru_cache(maxsize=64)
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Every node of a code cell's syntax tree, the outer ones first. Read only."""
    return tuple(ast.walk(parse(source)))


def render(unit: Unit, authored: Authored, extra: str = "") -> dict:
    """The notebook (nbformat 4.5, no outputs) that an authored file without problems gives.

    Its metadata hold the source's path and a hash of all that it was made of: the cells as
    rendered, and `extra` (for a lesson: how it is executed and the modules that it imports).
    """
    fields = placeholder_values(unit, authored)
    cells, seen = [], {}
    banner_due = True
    for cell in authored.cells:
        source = cell.source
        if cell.type == "markdown":
            source = fill(source, fields)
            if banner_due:
                source, banner_due = f"{banner(authored.label)}\n\n{source}", False
        metadata = dict(cell.metadata)
        if cell.grade_id:
            metadata["nbgrader"] = full_nbgrader(cell)
        cells.append(
            {
                "cell_type": cell.type,
                "id": _cell_id(cell, source, seen),
                "metadata": metadata,
                "source": source,
                **({"execution_count": None, "outputs": []} if cell.type == "code" else {}),
            }
        )
    digest = hashlib.sha256((json.dumps(cells, sort_keys=True) + extra).encode()).hexdigest()
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": dict(KERNELSPEC),
            "language_info": {"name": "python"},
            "mlprep": {"sha256": digest, "source": authored.label},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def full_nbgrader(cell: Cell) -> dict:
    """nbgrader's metadata with every flag, schema version 3."""
    full = {
        "grade": cell.kind in ("test", "written"),
        "grade_id": cell.grade_id,
        "locked": cell.kind in ("locked", "test", "task"),
        "schema_version": 3,
        "solution": cell.kind in ("solution", "written"),
        "task": cell.kind == "task",
    }
    return full | ({"points": cell.points} if cell.graded else {})


def _cell_id(cell: Cell, source: str, seen: dict[str, int]) -> str:
    """The grade_id, else a hash of type and source; repeats get -2, -3 …"""
    name = cell.grade_id or hashlib.sha256(f"{cell.type}\n{source}".encode()).hexdigest()[:12]
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def banner(label: str) -> str:
    """The comment that a generated file starts with."""
    return f"<!-- Generated by mlprep build from {label}; edit that file, not this one. -->"


def placeholder_values(unit: Unit, authored: Authored) -> dict[str, str]:
    """What stands for {{title}}, {{objectives}} … in this unit's texts, as markdown."""
    info = unit.info
    minutes = info["minutes"].get("lesson" if authored.is_lesson else "assignment", 0)
    return {
        "title": info["title"],
        "objectives": _bullets(info["objectives"]),
        "references": _bullets([_reference(entry) for entry in info["references"]]),
        "interview_questions": _bullets(info["interview_questions"]),
        "minutes": str(minutes),
        "how_it_works": HOW_IT_WORKS,
        "research_rubric": RESEARCH.table(),
        **TEXTS,
    }


def _bullets(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _reference(entry: dict) -> str:
    """Author (year). Title. Section 3, eq. (2)."""
    where = entry["where"].rstrip(".")
    if re.match(r"[a-z]+\b", where):  # section, but not arXiv
        where = where[0].upper() + where[1:]
    text = entry["text"].rstrip(".")
    return f"{text}{'' if text.endswith('?') else '.'} {where}."


def fill(source: str, fields: dict[str, str]) -> str:
    """Fills {{name}}; each line of a list keeps what precedes the placeholder (`> ` or indent)."""
    lines = []
    for line in source.split("\n"):
        match = PLACEHOLDER.search(line)
        prefix = line[: match.start()] if match else ""
        filled = PLACEHOLDER.sub(lambda m: fields.get(m[1], m[0]), line)
        if set(prefix) <= set("> \t"):
            filled = filled.replace("\n", f"\n{prefix}")
        lines.append(filled)
    return "\n".join(lines)


def dumps(nb: dict) -> str:
    """The notebook's text as nbformat writes it, with exactly one final newline."""
    import nbformat

    node = nbformat.from_dict(nb)
    nbformat.validate(node)
    return nbformat.writes(node, version=4).rstrip("\n") + "\n"
