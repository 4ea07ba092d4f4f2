"""An author's mistake or variant as a learner would have written it: in the answer cell.

The source of a test cell holds it among its helpers, behind a decorator; here it becomes the text
of a cell that defines the answer.
"""

from __future__ import annotations

import ast

from mlprep.check.proof import Asked


def pasted(asked: Asked, name: str) -> str:
    """The answer cell's source in which the answer is the alternative called `name`.

    The worked solution stands above it, for mistakes that start from it.
    """
    answer = asked.question.answer.__name__
    worked = f"worked_{answer}"
    parts = needed(ast.parse(asked.test_source), name)
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id == answer:
                node.id = worked
    maker = ast.parse(f"def make_{answer}():\n    return {name}\n{worked} = {answer}\n")
    maker.body[0].body[:0] = parts
    assign = f"{answer} = make_{answer}()"
    return f"{asked.solution}\n\n{ast.unparse(ast.fix_missing_locations(maker))}\n{assign}\n"


def needed(tree: ast.Module, name: str) -> list[ast.stmt]:
    """The statements of a test cell that define `name` and what it uses, without decorators."""
    definers: dict[str, ast.stmt] = {}
    for node in tree.body:
        for bound in bound_by(node):
            definers[bound] = node
    wanted, todo = set(), [name]
    while todo:
        node = definers.get(todo.pop())
        if node is not None and node not in wanted:
            wanted.add(node)
            todo += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    parts = [node for node in tree.body if node in wanted and not makes_a_question(node)]
    for part in parts:
        if hasattr(part, "decorator_list"):
            part.decorator_list = []
    assert parts, f"{name} is not defined in the test cell"
    return parts


def bound_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    loops = [n for n in ast.walk(node) if isinstance(n, ast.comprehension)]
    inner = {id(n) for loop in loops for n in ast.walk(loop.target)}  # theirs alone
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in inner]
    return [n.id for n in names if type(n.ctx) is ast.Store]


def makes_a_question(node: ast.stmt) -> bool:
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return isinstance(node, ast.Assign) and "Question" in names
