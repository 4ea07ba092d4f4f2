"""Which names a piece of code takes from outside itself."""

from __future__ import annotations

import symtable


def free_names(source: str) -> set[str]:
    """Names that `source` reads and does not itself define at its top level.

    Builtins are among them. Names that are bound only later, or only in one branch, count as
    defined.
    """
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
            if symbol.is_referenced() and is_outer:
                read.add(symbol.get_name())
    return read - bound
