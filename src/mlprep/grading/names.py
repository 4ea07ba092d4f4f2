"""Which names a piece of code takes from outside itself, and which cell of a notebook they are of.

free_names("y = f(x)")              {"f", "x"}
origins = Origins(source)           where the names of an instructor's notebook come from
origins.of("f", "f_is_right")       "theirs" | "locked" | "test" | "": the cell that defines it
"""

from __future__ import annotations

import ast
import functools
import re
import symtable
from typing import TYPE_CHECKING

from mlprep.grading.roles import grade_id, role

if TYPE_CHECKING:
    from nbformat import NotebookNode

IPYTHON_ONLY = re.compile(r"^\s*[%!?]|^\s*\w[\w, ]*=\s*[%!]|\?\s*$", re.MULTILINE)
TIMED = re.compile(r"\s*%%(time|timeit|capture|prun)\b[^\n]*\n?")


def free_names(source: str) -> frozenset[str]:
    """Names that `source` reads and does not itself define at its top level.

    Builtins are among them. Names that are bound only later, or only in one branch, count as
    defined.
    """
    read, bound = read_and_bound(source)
    return read - bound


@functools.lru_cache(maxsize=1000)
def read_and_bound(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names that `source` reads from its top level, and those that it binds there."""
    top = symtable.symtable(source, "<cell>", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    bound |= {child.get_name() for child in top.get_children() if child.get_type() != "annotation"}
    read: set[str] = set()
    todo = [top]
    while todo:
        table = todo.pop()
        todo += table.get_children()
        for symbol in table.get_symbols():
            is_outer = table is top or symbol.is_global()
            if symbol.is_global() and symbol.is_assigned():  # `global x; x = …` in a function
                bound.add(symbol.get_name())
            if symbol.is_referenced() and is_outer:
                read.add(symbol.get_name())
    return frozenset(read), frozenset(bound)


def python_of(source: str) -> str:
    """A cell as Python: its magics and shell lines become calls of `get_ipython()`."""
    source = TIMED.sub("", source, count=1) if TIMED.match(source) else source
    if not IPYTHON_ONLY.search(source):
        return source
    try:
        ast.parse(source)
        return source  # a % or ? inside a string
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return TransformerManager().transform_cell(source)


class NoShell:
    """What `get_ipython()` gives where there is no IPython: magics do nothing."""

    def __getattr__(self, name: str):
        return lambda *args, **kwargs: None


class Origins:
    """Where the names of an instructor's notebook come from.

    imports: the import statements at the top of its code cells, whoever may edit the cell. They
    are run in the judge as well, so that `np` in a test never is what a submission says it is.
    """

    def __init__(self, source: NotebookNode):
        self.imports: list[str] = []
        self._known: dict[str, dict[str, str]] = {}
        self._definers: list[tuple[str, str, frozenset[str]]] = []  # what it is, name, binds
        for cell in source.cells:
            if cell.cell_type != "code":
                continue
            kind = role(cell)
            try:
                imports, bound, imported = _top_of(cell.source)
            except SyntaxError:
                continue
            self.imports += imports
            if kind in ("answer", ""):
                bound -= imported
            kind = kind if kind in ("locked", "test") else "theirs"
            self._definers.append((kind, grade_id(cell), bound))

    def of(self, name: str, test: str) -> str:
        """What the last cell before `test` that defines `name` is: "theirs", "locked" or "test".

        "" where none does.
        """
        return self._before(test).get(name, "")

    def _before(self, test: str) -> dict[str, str]:
        """What defines each name that is defined before `test`: the last of them."""
        if test not in self._known:
            known = self._known[test] = {}
            for kind, cell, bound in self._definers:
                if cell == test and kind == "test":
                    break
                known |= dict.fromkeys(bound, kind)
        return self._known[test]


@functools.lru_cache(maxsize=1000)
def _top_of(source: str) -> tuple[list[str], frozenset[str], frozenset[str]]:
    """A cell's imports at its top, the names that it binds there, and those that only they bind."""
    code = python_of(source)
    tree = ast.parse(code)
    imports = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    imported = {name for node in imports for name in _bound_by(node)}
    only = frozenset(imported - _others(tree)) if imports else frozenset()
    return [ast.unparse(node) for node in imports], read_and_bound(code)[1], only


def _bound_by(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}


def _others(tree: ast.Module) -> set[str]:
    """Names that the statements of `tree` other than imports bind."""
    rest = [n for n in tree.body if not isinstance(n, (ast.Import, ast.ImportFrom))]
    return read_and_bound(ast.unparse(ast.Module(rest, [])))[1]
