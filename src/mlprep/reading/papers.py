"""Short invented papers, every sentence and every cell of which has a name.

    print(paper("A").text())        "[A1] A cracked cell …", "T1/NS/AP" for a cell of Table 1
    paper("A").places["T1/NS/AP"]   "78.9"

They are made to be criticised: their numbers agree with each other except where a fault was
planted, and what is sound in them is as telling as what is not.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PAPERS = Path(__file__).with_name("papers.txt")
WIDTH = 92


@dataclass
class Paper:
    """An invented paper.

    name: a letter. places: by the name of a sentence ("A1") or a cell ("T1/NS/AP"), what it says;
    in the order of reading. sections: (heading, names of its sentences). lines: as printed.
    """

    name: str
    title: str
    places: dict[str, str] = field(default_factory=dict)
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The paper, with the name of each sentence before it and each table in columns."""
        return "\n".join([f"{self.name}. {self.title}", *self.lines])

    def sentences(self, section: str) -> list[str]:
        """Names of the sentences of a section, by a part of its heading."""
        return [name for title, names in self.sections if section in title for name in names]


@cache
def papers() -> dict[str, Paper]:
    """All papers, by name."""
    found: dict[str, Paper] = {}
    name = ""
    table: list[list[str]] = []
    for line in [*PAPERS.read_text(encoding="utf-8").splitlines(), ""]:
        if table and not line.startswith("|"):
            _add_table(found[name], table)
            table = []
        if line.startswith("# "):
            name, title = line[2:].split(". ", 1)
            found[name] = Paper(name, title)
        elif line.startswith("## "):
            found[name].sections.append((line[3:], []))
            found[name].lines += ["", line[3:]]
        elif line.startswith("|"):
            table.append(line.strip("|").split("|"))
        elif line:
            _add_sentence(found[name], line)
    return found


def paper(name: str) -> Paper:
    """A paper by its letter.

    Raises:
        ValueError: there is no such paper.
    """
    if name not in papers():
        raise ValueError(f"paper: the papers are {', '.join(papers())}. Got {name!r}.")
    return papers()[name]


def _add_sentence(paper: Paper, text: str) -> None:
    name = f"{paper.name}{sum('/' not in place for place in paper.places) + 1}"
    paper.places[name] = text
    paper.sections[-1][1].append(name)
    paper.lines += textwrap.wrap(f"[{name}] {text}", WIDTH, subsequent_indent="     ")


def _add_table(paper: Paper, rows: list[list[str]]) -> None:
    table, *columns = rows[0]
    for row, *cells in rows[1:]:
        for column, cell in zip(columns, cells, strict=True):
            paper.places[f"{table}/{row}/{column}"] = cell
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        paper.lines.append(("    " + "  ".join(cells)).rstrip())
