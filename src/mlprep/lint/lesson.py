"""Rules for a lesson: its parts, their order, and the length of its cells."""

from __future__ import annotations

import re

from mlprep.lint.cells import syntax_problems
from mlprep.lint.text import headings, words
from mlprep.notebook import Authored, Cell

CELLS = range(18, 31)
TEXT_WORDS = 120
CODE_LINES = 20
FOLLOW_UPS = 5
PARTS = (
    "Objectives",
    "Predict first",
    "Where it breaks",
    "Say it in 60 seconds",
    "Follow-ups",
    "References",
)
FOLD = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)


def lesson_problems(authored: Authored) -> list[str]:
    """What is wrong with a lesson, its markers and its outputs aside."""
    problems = []
    if len(authored.cells) not in CELLS:
        problems.append(
            f"{authored.label}: lessons have {CELLS[0]} to {CELLS[-1]} cells. "
            f"Got {len(authored.cells)}. Give each idea its own cell, or leave one out."
        )
    for cell in authored.cells:
        if cell.nbgrader:
            problems.append(
                f"{cell.where}: a lesson is not graded. Got nbgrader metadata. "
                f"Move the cell to {authored.unit.name}.py."
            )
    problems += [text for texts in syntax_problems(authored).values() for text in texts]
    problems += _title(authored) + _parts(authored) + _lengths(authored)
    return problems


def parts(authored: Authored) -> dict[str, list[Cell]]:
    """The cells of each part that is there: from its heading up to the next H2.

    `Predict first` may also be an H3; its first cell stands for it.
    """
    found: dict[str, list[Cell]] = {}
    current: list[Cell] | None = None
    for cell in authored.cells:
        for level, title in headings(cell.source) if cell.type == "markdown" else []:
            part = next((p for p in PARTS if _is_part(p, level, title)), None)
            if part and part not in found:
                current = found[part] = []
            elif level == 2:
                current = None
        if current is not None:
            current.append(cell)
    return found


def _is_part(part: str, level: int, title: str) -> bool:
    if part == "Predict first":
        return level in (2, 3) and title.startswith(part)
    return level == 2 and title == part


def _title(authored: Authored) -> list[str]:
    first = authored.cells[0] if authored.cells else None
    if first is None:
        return []
    lines = first.source.split("\n")
    problems = []
    if first.type != "markdown" or lines[0].strip() != "# {{title}}":
        problems.append(
            f"{first.where}: the first cell must start with the title. Got {lines[0][:40]!r}. "
            "Write `# {{title}}` in a markdown cell."
        )
    if not any(line.startswith(">") for line in lines):
        problems.append(
            f"{first.where}: the first cell must ask what an interviewer asks. Got no block quote. "
            "Write the question after `> `."
        )
    return problems


def _parts(authored: Authored) -> list[str]:
    label, found, problems = authored.label, parts(authored), []
    for part in PARTS:
        if part not in found:
            problems.append(
                f"{label}: a lesson needs the part {part!r}. Got none. Write `## {part}`."
            )
    order = list(found)
    wanted = [part for part in PARTS if part in found]
    for got, want in zip(order, wanted, strict=True):
        if got != want:
            problems.append(
                f"{label}: the parts must come in the order {', '.join(wanted)}. "
                f"Got {got!r} where {want!r} belongs. Move it."
            )
            break
    for part, placeholder in (("Objectives", "objectives"), ("References", "references")):
        if part in found and not any(f"{{{{{placeholder}}}}}" in c.source for c in found[part]):
            problems.append(
                f"{found[part][0].where}: {part} come from unit.toml. Got none of them. "
                f"Write {{{{{placeholder}}}}}."
            )
    breaks = found.get("Where it breaks", [])
    if breaks and not any(cell.type == "code" for cell in breaks):
        problems.append(
            f"{breaks[0].where}: what breaks must be run live. Got no code cell before the next "
            "part. Add one."
        )
    if "Follow-ups" in found:
        problems += _follow_ups(found["Follow-ups"])
    return problems


def _follow_ups(cells: list[Cell]) -> list[str]:
    text = "\n".join(cell.source for cell in cells if cell.type == "markdown")
    where, problems = cells[0].where, []
    folds = FOLD.findall(text)
    if len(folds) < FOLLOW_UPS:
        problems.append(
            f"{where}: at least {FOLLOW_UPS} follow-up questions. Got {len(folds)}. "
            "Write <details><summary>question</summary>answer</details>."
        )
    if text.count("<details") != len(folds) or text.count("</details>") != len(folds):
        problems.append(
            f"{where}: each <details> needs a <summary> and its end. Got {text.count('<details')} "
            f"beginnings, {text.count('</details>')} ends, {len(folds)} whole ones. Mend the tags."
        )
    for question, answer in folds:
        if not words(question) or not words(answer):
            problems.append(
                f"{where}: a follow-up needs question and answer. Got {question.strip()[:60]!r} "
                "with one of them empty. Write it."
            )
    return problems


def _lengths(authored: Authored) -> list[str]:
    found = parts(authored)
    exempt = {c.number for part in ("Follow-ups", "References") for c in found.get(part, [])}
    problems = []
    for cell in authored.cells:
        if cell.type == "markdown" and cell.number not in exempt:
            if (got := words(cell.source)) > TEXT_WORDS:
                problems.append(
                    f"{cell.where}: text cells have at most {TEXT_WORDS} words. Got {got}. "
                    "Split it, or say less."
                )
        elif cell.type == "code":
            got = sum(bool(line.strip()) for line in cell.source.split("\n"))
            if got > CODE_LINES:
                problems.append(
                    f"{cell.where}: code cells have at most {CODE_LINES} lines. Got {got}. "
                    "Split it at a purpose."
                )
    return problems
