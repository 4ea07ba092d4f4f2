"""The plain file of a question: what a shared editor shows in an interview, and nothing else.

The statement stands there as comments, then the signature with its docstring. There are no tests,
no examples that run, and no notebook around it that knows the names.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from mlprep.course import Unit
from mlprep.errors import AuthorError, UsageError
from mlprep.grading.merge import read_notebook
from mlprep.grading.roles import grade_id, role
from mlprep.plain.talk import MARKS

STUB = re.compile(r"^([ \t]*)# YOUR CODE HERE\n[ \t]*raise NotImplementedError\(\)", re.MULTILINE)
RULE = "# " + "-" * 76


@dataclass(frozen=True)
class Asked:
    """A question: its unit, the notebook that it is in, and its name."""

    unit: Unit
    stem: str
    name: str

    def folder(self) -> Path:
        """Where its plain files lie."""
        return self.unit.work_notebook().parent / "plain"


def asked(unit: Unit, name: str) -> Asked:
    """A graded question of a unit, by its answer's name.

    Raises:
        UsageError: there is none; the message names those that there are.
    """
    found = {}
    for stem in [path.stem for path in unit.assignment_sources()] or [unit.name]:
        if not unit.source_notebook(stem).is_file():
            raise AuthorError(
                f"{unit.source_notebook(stem)}: missing. Run `mlprep build {unit.name}`."
            )
        cells = read_notebook(unit.source_notebook(stem)).cells
        found |= {grade_id(cell): stem for cell in cells if role(cell) == "answer"}
    if name not in found:
        raise UsageError(
            f"{name[:40]}: no such question in {unit.name}. It has {', '.join(found)}."
        )
    return Asked(unit, found[name], name)


def page(question: Asked) -> str:
    """The text of the plain file."""
    unit, name = question.unit, question.name
    release = unit.release_notebook(question.stem)
    if not release.is_file():  # the source has the answers
        raise AuthorError(f"{release}: missing. Run `mlprep build {unit.name}`.")
    cells = read_notebook(release).cells
    place = next(i for i, cell in enumerate(cells) if grade_id(cell) == name)
    head = [
        f"# {name}, in a plain editor: no completion, no test, one first run that counts.",
        "# Note when you begin each step (minutes:seconds on your clock), here or beside it with",
        "# `mlprep plain mark`. Any line like `# 12:30 the window only grows` counts as spoken.",
        "#",
        *(f"# --:-- {mark}" for mark in MARKS),
        "#",
        f"# When you are done: mlprep plain run {unit.name} {name}",
        RULE,
    ]
    statement = [*_rules(cells[0]), *_statement(cells[:place])]
    imports, given = _given(cells)
    quoted = re.findall(r"`([^`\n]+)`", "\n".join(statement))
    told = set(re.findall(r"\w+", " ".join(quoted)))
    given = [name for name in given if name in told]
    body = ["#" + (f" {line}" if line.strip() else "") for line in statement]
    if given:
        body += [
            "#",
            f"# Given, as in the notebook, and there when it is run: {', '.join(given)}",
        ]
    code = STUB.sub(r"\1...", cells[place].source)
    parts = [
        "\n".join([*head, *body, RULE]),
        "\n".join([*imports, ""] if imports else []),
        code.strip("\n"),
    ]
    return "\n\n".join(filter(None, parts)).rstrip() + "\n"


def is_untouched(text: str, question: Asked) -> bool:
    """Whether a file has no other code than the page that it began as."""
    return _code_lines(text) == _code_lines(page(question))


def _code_lines(text: str) -> list[str]:
    lines = (line.rstrip() for line in text.splitlines())
    return [line for line in lines if line and not line.lstrip().startswith("#")]


def _rules(cell: NotebookNode) -> list[str]:
    """What the notebook's first cell says of all its questions: its paragraphs that begin bold."""
    if cell.cell_type != "markdown":
        return []
    bold = [p for p in re.split(r"\n\s*\n", cell.source) if p.startswith("**")]
    kept = [p for p in bold if re.match(r"\*\*[^*]*(convention|rule|all problems)", p, re.I)]
    return [line for paragraph in kept for line in [*paragraph.splitlines(), ""]]


def _statement(cells: list[NotebookNode]) -> list[str]:
    """The text cells above an answer, back to the question before it or the title."""
    texts: list[str] = []
    for cell in reversed(cells):
        if role(cell) in ("test", "answer", "written"):
            break
        if cell.cell_type == "markdown" and not re.search(r"^# ", cell.source, re.MULTILINE):
            texts.insert(0, cell.source.strip())
    return "\n\n".join(texts).splitlines()


def _given(cells: list[NotebookNode]) -> tuple[list[str], list[str]]:
    """The imports of the notebook that an answer may want, and the names that it is given."""
    imports: list[str] = []
    names: list[str] = []
    for cell in cells:
        if role(cell) != "locked" or cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic
            continue
        for node in tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                text = ast.unparse(node)
                if "mlprep" not in text and text not in imports:
                    imports.append(text)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.append(node.name)
            elif isinstance(node, ast.Assign):
                names += [t.id for t in node.targets if isinstance(t, ast.Name)]
    return imports, names
