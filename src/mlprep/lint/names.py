"""Which names a code cell needs, and which it gives to the cells after it."""

from __future__ import annotations

import ast
import builtins
import symtable
from functools import lru_cache

from mlprep.notebook import MAGIC_LINE, parse

BUILTINS = frozenset(dir(builtins)) | {"__name__"}


@lru_cache(maxsize=64)
def free_names(source: str) -> list[str]:
    """Names that a cell uses and neither defines nor finds among Python's builtins, sorted."""
    table = symtable.symtable(MAGIC_LINE.sub(r"\1pass", source), "cell", "exec")
    own = {s.get_name() for s in table.get_symbols() if _binds(s)}
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    scopes = list(table.get_children())
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        for symbol in scope.get_symbols():
            if symbol.is_global():
                used.add(symbol.get_name())
                if symbol.is_assigned():
                    own.add(symbol.get_name())
    return sorted(used - own - BUILTINS)


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def top_level_names(source: str, imports: bool = True) -> set[str]:
    """Names bound at the top level of a cell: def, class, assignments, loops, with, imports."""
    found: set[str] = set()
    for node in _top_level(parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif imports and isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(a.asname or a.name).partition(".")[0] for a in node.names}
    return found


def _top_level(node: ast.AST):
    """Nodes below `node`, without going into functions, classes and comprehensions."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp)
    inner += (ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, inner):
            yield from _top_level(child)


def definitions(source: str) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """The functions and classes that a cell defines at its top level, by name."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in parse(source).body if isinstance(node, kinds)}


def star_imports(source: str) -> list[str]:
    """Modules that a cell imports everything from."""
    nodes = [n for n in ast.walk(parse(source)) if isinstance(n, ast.ImportFrom)]
    return [n.module or "." for n in nodes if any(a.name == "*" for a in n.names)]
