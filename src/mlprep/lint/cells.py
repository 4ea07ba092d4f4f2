"""Rules for the cells of an assignment: ids, statements, solutions, and what tests may name."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from mlprep.lint.markers import outside, regions
from mlprep.lint.names import definitions, free_names, star_imports, top_level_names
from mlprep.lint.questions import take_apart, test_cell_problems
from mlprep.lint.text import words
from mlprep.notebook import MAGIC_LINE, Authored, Cell, nodes, parse

GRADE_ID = re.compile(r"[a-z][a-z0-9_]*")
CELLS = {"assignment": range(12, 31), "practice": range(12, 31), "worksheet": range(6, 31)}
STATEMENT_WORDS = 8


def assignment_problems(authored: Authored, marked: set[int] = frozenset()) -> list[str]:
    """What is wrong with an assignment or worksheet, its markers aside.

    Args:
        marked: numbers of the cells whose markers are wrong; what follows from it is not said.
    """
    problems = _count(authored) + _first_cell(authored) + _grade_ids(authored)
    no_python = syntax_problems(authored)
    problems += [text for texts in no_python.values() for text in texts]
    problems += _statements(authored)
    broken = marked | set(no_python)
    problems += _false_magics(authored, set(no_python)) + _tests_in_place(authored, broken)
    problems += _solutions(authored, broken)
    for cell in authored.cells:
        if cell.kind == "test" and cell.number not in broken:
            problems += test_cell_problems(cell)
    problems += _names_of_tests(authored, set(no_python), broken)
    for cell in authored.cells:
        if cell.number in broken:
            continue
        schemes = [r.body(cell.source) for r in regions(cell.source, "MARK SCHEME")]
        if cell.kind == "task" and not any(line.strip() for body in schemes for line in body):
            problems.append(
                f"{cell.where}: a task needs a mark scheme. Got none. Write it between "
                "`### BEGIN MARK SCHEME` and `### END MARK SCHEME`."
            )
    return problems


def _count(authored: Authored) -> list[str]:
    kind = authored.stem if authored.stem in CELLS else "assignment"
    allowed, got = CELLS[kind], len(authored.cells)
    problems = []
    if got not in allowed:
        problems.append(
            f"{authored.label}: {kind} must have {allowed[0]} to {allowed[-1]} cells. Got {got}. "
            f"{'Split it' if got > allowed[-1] else 'Give each idea its own cell'}."
        )
    if not any(cell.graded for cell in authored.cells):
        problems.append(f"{authored.label}: nothing is graded. Add a question.")
    return problems


def _first_cell(authored: Authored) -> list[str]:
    first = authored.cells[0] if authored.cells else None
    if first and (first.type != "markdown" or not re.match(r"# .*\{\{title\}\}", first.source)):
        return [
            f"{first.where}: the first cell must be the title. "
            f"Got {first.source[:40]!r}. Write `# {{{{title}}}}` in a markdown cell."
        ]
    return []


def _grade_ids(authored: Authored) -> list[str]:
    problems, first = [], {}
    for cell in authored.cells:
        if not cell.nbgrader:
            continue
        name = cell.grade_id
        if not name:
            problems.append(
                f"{cell.where}: a cell with nbgrader metadata needs a grade_id. "
                f"Got {cell.nbgrader!r}. Name it after its function."
            )
        elif not isinstance(name, str) or not GRADE_ID.fullmatch(name) or len(name) > 64:
            problems.append(
                f"{cell.where}: a grade_id is snake_case, of at most 64 letters. Got {name!r}. "
                "Name a solution after its function, a test after function and claim."
            )
        elif name in first:
            problems.append(
                f"{cell.where}: grade_id used twice, first in cell {first[name]}. Rename one."
            )
        else:
            first[name] = cell.number
    return problems


def syntax_problems(authored: Authored) -> dict[int, list[str]]:
    """Code cells that Python refuses or warns of, by cell number."""
    found: dict[int, list[str]] = {}
    for cell in authored.cells:
        if cell.type == "code":
            if texts := list(_syntax(cell)):
                found[cell.number] = [f"{cell.where}: {text}" for text in texts]
    return found


def _syntax(cell: Cell) -> Iterator[str]:
    source = MAGIC_LINE.sub(r"\1pass", cell.source)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(source, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            line = (cell.source.split("\n") + [""])[(error.lineno or 1) - 1].strip()
            yield (
                f"must be Python. Got {line[:60]!r} in line {error.lineno}: {error.msg}. "
                "Mend the syntax."
            )
            return
    for warning in caught:
        got = f"{str(warning.message)!r} in line {warning.lineno}"
        yield f"Python must not warn. Got {got}. Mend it."
    if cell.kind == "code" and not cell.source.strip():
        yield "the cell is empty. Delete it."


def _false_magics(authored: Authored, no_python: set[int]) -> list[str]:
    """Lines of a text that start with %: they are taken for magics wherever cells are read."""
    problems = []
    for cell in authored.cells:
        if cell.type != "code" or cell.number in no_python:
            continue
        lines, inside = cell.source.split("\n"), set()
        for node in nodes(cell.source):
            text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if text or isinstance(node, ast.JoinedStr):
                inside |= set(range(node.lineno, node.end_lineno))  # without its first line
        for number in sorted(inside):
            if MAGIC_LINE.match(lines[number]):
                problems.append(
                    f"{cell.where}: no line of a text may start with %, which makes it a magic. "
                    f"Got {lines[number].strip()[:60]!r} in line {number + 1}. Break it elsewhere."
                )
    return problems


def _tests_in_place(authored: Authored, broken: set[int]) -> list[str]:
    """The first test cell that asks about an answer is the next graded cell after it."""
    problems, seen = [], set()
    for position, cell in enumerate(authored.cells):
        if cell.kind != "test" or cell.number in broken:
            continue
        above = [c for c in authored.cells[:position] if c.number not in broken]
        for subject in [question.subject for question in take_apart(cell.source).questions]:
            givers = [
                c
                for c in above
                if c.kind == "solution" and subject in top_level_names(c.source, imports=False)
            ]
            if not givers or givers[-1].number in seen:
                continue
            seen.add(givers[-1].number)
            between = [c for c in above[above.index(givers[-1]) :] if c.graded]
            if between:
                problems.append(
                    f"{cell.where}: a test must be the next graded cell after its answer. "
                    f"Got cell {between[0].number} between it and {subject} in cell "
                    f"{givers[-1].number}. Put each answer right above its test."
                )
    return problems


def _solutions(authored: Authored, broken: set[int]) -> list[str]:
    problems = []
    for cell in authored.cells:
        if cell.kind != "solution" or cell.number in broken:
            continue
        cut = regions(cell.source, "SOLUTION")
        defined = definitions(cell.source)
        if defined and not cut:
            problems.append(
                f"{cell.where}: signature and docstring must stay, the answer must go. Got no "
                "region. Put `### BEGIN SOLUTION` and `### END SOLUTION` around the answer."
            )
        body = [line for region in cut for line in region.body(cell.source)]
        if cut and not any(line.strip() and not line.strip().startswith("#") for line in body):
            problems.append(f"{cell.where}: the solution is empty. Write the worked solution.")
        plain = {name.lower().replace("_", "") for name in defined}
        if defined and (cell.grade_id or "").replace("_", "") not in plain:
            problems.append(
                f"{cell.where}: a solution cell is named after its function. "
                f"Got {cell.grade_id!r} for {', '.join(defined)}. Rename it."
            )
        for module in star_imports(cell.source):
            problems.append(f"{cell.where}: no `import *`. Got one of {module}. Name what you use.")
        if cut and _stub_breaks(cell):
            problems.append(
                f"{cell.where}: what is left for the learner must be Python. Got a syntax error "
                "once the solution is cut. Move the markers inside the function."
            )
    return problems


def _stub_breaks(cell: Cell) -> bool:
    lines, cut = [], regions(cell.source)
    for number, line in enumerate(cell.source.split("\n"), start=1):
        if any(region.first == number for region in cut):
            lines.append(line[: len(line) - len(line.lstrip())] + "raise NotImplementedError()")
        elif not any(region.holds(number) for region in cut):
            lines.append(line)
    try:
        parse("\n".join(lines))
    except SyntaxError:
        return True
    return False


def _statements(authored: Authored) -> list[str]:
    """Each question has text before it: since the last graded cell, with at least 8 words."""
    problems, said, asked = [], 0, False
    for cell in authored.cells:
        if cell.type == "markdown" and not cell.graded:
            body = [line for line in cell.source.split("\n") if not line.lstrip().startswith("#")]
            said += words("\n".join(body))
        needs = cell.kind in ("solution", "written")
        own = words(outside(cell.source)) if cell.kind == "task" else 0
        if (needs and said < STATEMENT_WORDS) or (cell.kind == "task" and own < STATEMENT_WORDS):
            problems.append(
                f"{cell.where}: a question needs a statement before it. "
                f"Got {max(said, own)} words. "
                "Say inputs, shapes, units, conventions, and give a worked example."
            )
        asked = asked or cell.kind == "solution"
        if cell.kind == "test" and not asked:
            problems.append(
                f"{cell.where}: a test must follow the solution cell that it tests. Got none "
                "before it. Move it."
            )
        if cell.graded:
            said = 0
    return problems


def _names_of_tests(authored: Authored, no_python: set[int], broken: set[int]) -> list[str]:
    """A test may name: builtins, what itself or a locked cell above it defines, and its answers.

    Its answers are what its question's solution cells define at their top level, by def, class
    or assignment (never by import). Its question's solution cells are those above it, back to
    the test cell of the question before (several tests may follow one solution), and the cell
    that defines the subject of a Question in it. A name that only the solution's region defines
    must be mentioned in the stub or in the question's text, or the learner could not know it.
    """
    problems = []
    for position, cell in enumerate(authored.cells):
        if cell.kind == "locked" and cell.type == "code" and cell.number not in no_python:
            for module in star_imports(cell.source):
                problems.append(
                    f"{cell.where}: no `import *`. Got one of {module}. Name what you use."
                )
        if cell.kind != "test" or cell.number in broken:
            continue
        above = [c for c in authored.cells[:position] if c.number not in no_python]
        locked = set().union(
            *(top_level_names(c.source) for c in above if c.type == "code" and c.kind == "locked")
        )
        for name in sorted(set(free_names(cell.source)) - locked):
            problems += _answer_name(cell, name, above)
    return problems


def _answer_name(cell: Cell, name: str, above: list[Cell]) -> Iterator[str]:
    solutions = [c for c in above if c.kind == "solution"]
    givers = [c for c in solutions if name in top_level_names(c.source, imports=False)]
    subjects = {question.subject for question in take_apart(cell.source).questions}
    own = own_solutions(above)
    if not givers:
        imported = any(name in top_level_names(c.source) for c in solutions)
        who, mend = ("only the answer imports", "Import") if imported else ("none has", "Define")
        yield (
            f"{cell.where}: a test may use only builtins, locked cells, its own names and the "
            f"answer. Got {name}, which {who}. {mend} it in a locked cell or in the test."
        )
    elif name not in subjects and not any(c in own for c in givers):
        yield (
            f"{cell.where}: a test may use the answer to its own question alone. Got {name} of "
            f"cell {givers[-1].number}. Compute it by another route, or move the test there."
        )
    elif not _mentioned(name, givers[-1], above):
        yield (
            f"{cell.where}: the learner must be told the name {name}. Got it in the solution "
            f"region of cell {givers[-1].number} alone. Name it in the stub or in the statement."
        )


def own_solutions(above: list[Cell]) -> list[Cell]:
    """The solution cells of the question that a test cell below `above` belongs to."""
    found: list[Cell] = []
    for cell in reversed(above):
        if cell.kind == "solution":
            found.append(cell)
        elif cell.kind == "test" and found:
            break
    return found


def _mentioned(name: str, giver: Cell, above: list[Cell]) -> bool:
    texts = [outside(giver.source)] if regions(giver.source) else []
    for cell in reversed(above[: above.index(giver)]):
        if cell.kind == "test":
            break
        if cell.type == "markdown":
            texts.append(cell.source)
    return any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts)
