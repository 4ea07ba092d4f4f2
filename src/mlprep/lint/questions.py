"""What a test cell must hold, told from its text alone.

A test cell either declares Questions and ends in their grade(), or asserts, with messages.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from mlprep.lint.markers import Region, regions
from mlprep.notebook import Cell, nodes, parse

PROBES = ("case", "probe", "raises")
TEACHING = ("reference", "mistake", "variant", "hints", "why")
METHODS = (*PROBES, *TEACHING, "hidden", "rng", "grade")
SLUG = re.compile(r"[a-z][a-z0-9_]*")


@dataclass
class Use:
    """One use of a question in its cell: a call or a decorator."""

    method: str
    line: int
    call: ast.Call | None
    function: ast.FunctionDef | None  # what it decorates


@dataclass
class QuestionFacts:
    """One `q = Question(subject, points=…)` of a test cell."""

    variable: str
    subject: str | None
    line: int
    uses: list[Use] = field(default_factory=list)

    def of(self, *methods: str) -> list[Use]:
        return [use for use in self.uses if use.method in methods]


@dataclass
class TestCellFacts:
    """A test cell, taken apart."""

    tree: ast.Module
    hidden: list[Region]
    questions: list[QuestionFacts]

    def is_hidden(self, line: int) -> bool:
        return any(region.holds(line) for region in self.hidden)


@lru_cache(maxsize=64)
def take_apart(source: str) -> TestCellFacts:
    """The questions of a test cell and how they are used. Read only.

    Raises:
        SyntaxError: the cell is not Python.
    """
    tree = parse(source)
    questions: dict[str, QuestionFacts] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and is_question(node.value):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    given = node.value.args or [
                        k.value for k in node.value.keywords if k.arg == "answer"
                    ]
                    subject = given[0].id if given and isinstance(given[0], ast.Name) else None
                    questions[target.id] = QuestionFacts(target.id, subject, node.lineno)
    for variable, use in _uses(source, set(questions)):
        questions[variable].uses.append(use)
    found = sorted(questions.values(), key=lambda q: q.line)
    for question in found:
        question.uses.sort(key=lambda use: use.line)
    return TestCellFacts(tree, regions(source, "HIDDEN TESTS"), found)


def is_question(node: ast.AST | None) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return "Question" in (getattr(node.func, "id", None), getattr(node.func, "attr", None))


def _uses(source: str, variables: set[str]) -> Iterator[tuple[str, Use]]:
    def method(node: ast.AST) -> tuple[str, str] | None:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in variables:
                return node.value.id, node.attr
        return None

    decorators: set[ast.AST] = set()
    for node in nodes(source):  # a definition comes before its decorators
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                call = decorator if isinstance(decorator, ast.Call) else None
                if found := method(call.func if call else decorator):
                    decorators |= {decorator}
                    yield found[0], Use(found[1], decorator.lineno, call, node)
        elif isinstance(node, ast.Call) and node not in decorators:
            if found := method(node.func):
                yield found[0], Use(found[1], node.lineno, node, None)


def test_cell_problems(cell: Cell) -> list[str]:
    """What is wrong with one test cell (which parses), a sentence each."""
    facts = take_apart(cell.source)
    texts = []
    if not ast.get_docstring(facts.tree):
        texts.append(
            'its first line must be its claim, a docstring. Got none. Write """Rows sum to 1.""".'
        )
    calls = [node for node in nodes(cell.source) if is_question(node)]
    if len(calls) != len(facts.questions):
        texts.append(
            "each Question must be assigned to its own name at the top level. "
            f"Got {len(calls)} Questions and {len(facts.questions)} names. Write q = Question(…)."
        )
    elif facts.questions:
        for question in facts.questions:
            texts += _question(facts, question)
        texts += _ends_in_grade(facts)
    else:
        texts += _asserts_something(facts)
    texts += _assertions(cell.source)
    texts += _uncalled(facts)
    return [f"{cell.where}: {text}" for text in texts]


def _question(facts: TestCellFacts, question: QuestionFacts) -> Iterator[str]:
    q = question.variable
    if facts.is_hidden(question.line):
        yield f"{q} = Question(…) must stand above the hidden tests. Move it up."
    for use in question.uses:
        if use.method not in METHODS:
            near = difflib.get_close_matches(use.method, METHODS, n=1)
            mend = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(METHODS)}."
            yield f"a Question has no {use.method}. Got {q}.{use.method}. {mend}"
        if use.method in TEACHING and not facts.is_hidden(use.line):
            yield (
                f"{q}.{use.method} would reach the learner. Got it outside the hidden tests. "
                "Move it between their markers."
            )
    yield from _probes(facts, question)
    yield from _hidden_call(facts, question)
    yield from _teaching(question)


def _probes(facts: TestCellFacts, question: QuestionFacts) -> Iterator[str]:
    q = question.variable
    probes = question.of(*PROBES)
    if not [use for use in probes if not facts.is_hidden(use.line)]:
        yield (
            f"{q} needs a visible probe. Got none above the hidden tests. "
            f"Add {q}.case(…, gives=…) there."
        )
    for use in probes:
        if use.method == "raises" or "gives" in _keywords(use.call):
            continue
        name = use.function.name if use.function else f"{q}.case, line {use.line}"
        if not facts.is_hidden(use.line):
            yield (
                f"a visible probe must say what it gives, for the learner has no reference. "
                f"Got none in {name}. Add gives=…."
            )
        elif not question.of("reference"):
            yield (
                f"{name} does not say what it gives and {q} has no reference. "
                f"Add gives=… or @{q}.reference."
            )


def _hidden_call(facts: TestCellFacts, question: QuestionFacts) -> Iterator[str]:
    q = question.variable
    calls = question.of("hidden")
    inside = [use for use in calls if facts.is_hidden(use.line)]
    if len(inside) < len(calls):
        yield f"{q}.hidden() belongs below `### BEGIN HIDDEN TESTS`. Got it outside. Move it."
    if facts.hidden and not calls:
        yield (
            f"the hidden tests must start with {q}.hidden(). Got none. "
            "Without it their probes count as visible."
        )
    early = [
        use
        for use in question.of(*PROBES)
        if inside and facts.is_hidden(use.line) and use.line < inside[0].line
    ]
    for use in early:
        yield f"{q}.hidden() must come before the hidden probes. Got one in line {use.line} before."
    if len(calls) > 1:
        yield f"{q}.hidden() must be called once. Got {len(calls)} calls. Keep the first."


def _teaching(question: QuestionFacts) -> Iterator[str]:
    q = question.variable
    if not question.of("mistake"):
        yield f'{q} must name a wrong answer that people give. Got none. Add @{q}.mistake("…").'
    if len(found := question.of("variant")) < 2:
        yield (
            f"{q} must have two variants, right answers in another style. Got {len(found)}. "
            f"Add @{q}.variant."
        )
    for use in question.of("mistake"):
        name = use.function.name if use.function else "a mistake"
        message = use.call.args[0] if use.call and use.call.args else None
        if not _is_text(message):
            yield f"{name} needs a message that helps. Got none. Say what was done and what to do."
    for use in question.of("mistake", "variant", "reference"):
        if use.function and not SLUG.fullmatch(use.function.name):
            yield f"names are snake_case. Got {use.function.name!r}. Rename it."
    names = [use.function.name for use in question.of(*TEACHING, "probe") if use.function]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is defined twice in {q}. Rename one: the second hides the first."
    hints = [arg for use in question.of("hints") if use.call for arg in use.call.args]
    if len(question.of("hints")) != 1 or len(hints) != 3 or not all(map(_is_text, hints)):
        yield (
            f"{q} must have three hints. Got {sum(map(_is_text, hints))}. Write {q}.hints("
            '"the property that fails", "the smallest failing input", "what to change").'
        )
    whys = [use.call.args[0] for use in question.of("why") if use.call and use.call.args]
    if len(whys) != 1 or not _is_text(whys[0]):
        yield (
            f"{q} must say why. Got {len(whys)} explanations. "
            f'Write {q}.why("Why this and not the usual wrong answer.").'
        )


def _ends_in_grade(facts: TestCellFacts) -> Iterator[str]:
    last = facts.tree.body[-1]
    graded = set()
    if isinstance(last, ast.Expr) and not facts.is_hidden(last.lineno):
        for node in ast.walk(last.value):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "grade" and isinstance(node.func.value, ast.Name):
                    graded.add(node.func.value.id)
    for question in facts.questions:
        q = question.variable
        if q not in graded:
            yield (
                f"the cell must end in {q}.grade(), below the hidden tests. "
                f"Got {ast.unparse(last).splitlines()[0][:60]!r}. Without it nothing is graded."
            )


def _asserts_something(facts: TestCellFacts) -> Iterator[str]:
    called = _referenced(facts.tree)
    if not any(isinstance(node, ast.Assert) for node in _reached(facts.tree, called)):
        yield (
            "a test cell must assert something. Got no Question(…).grade() and no assert that "
            "runs. Add one."
        )
    last = facts.tree.body[-1] if facts.tree.body else None
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call | ast.Constant):
        yield (
            "a cell of asserts must not end in an expression: nbgrader reads its value as the "
            f"points. Got {ast.unparse(last)[:60]!r}. Drop it."
        )


def _reached(node: ast.AST, called: set[str]) -> Iterator[ast.AST]:
    """Nodes below `node`, without the bodies of functions and classes that nothing uses."""
    for child in ast.iter_child_nodes(node):
        definition = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if definition and child.name not in called and not child.decorator_list:
            continue
        yield child
        yield from _reached(child, called)


def _referenced(tree: ast.Module) -> set[str]:
    """Names that are used from outside their own definition."""
    found: set[str] = set()
    for node in tree.body:
        own = getattr(node, "name", None)
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        found |= names - {own}
    return found


def _uncalled(facts: TestCellFacts) -> Iterator[str]:
    called = _referenced(facts.tree)
    for node in facts.tree.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            if node.name not in called:
                yield f"{node.name} is defined and never called. Call it, or decorate it."


def _assertions(source: str) -> Iterator[str]:
    for node in nodes(source):
        if not isinstance(node, ast.Assert):
            continue
        text = ast.unparse(node.test)[:60]
        varies = [n for n in ast.walk(node.test) if isinstance(n, ast.Name | ast.Call)]
        if isinstance(node.test, ast.Tuple) or not varies:
            yield f"an assert must be able to fail. Got {text!r}, always the same. Mend it."
        elif not _is_text(node.msg):
            yield f"an assert needs a message that helps. Got none for {text!r}. Add one."


def _keywords(call: ast.Call | None) -> set[str]:
    return {k.arg or "" for k in call.keywords} if call else set()


def _is_text(node: ast.AST | None) -> bool:
    """Whether an argument is a text with something in it, as far as one can tell."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(node.value.strip())
    return node is not None
