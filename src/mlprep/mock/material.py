"""What an interviewer can ask about a unit: read out of its lesson, so that it is written once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from mlprep.course import Course, Unit
from mlprep.errors import MlprepError
from mlprep.mock.rounds import Kind

FOLD = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
NUMBER = re.compile(r"^\d+[.)]\s+")
CELL = re.compile(r"^# %%[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class FollowUp:
    """One rung of the ladder. The answer is Markdown."""

    question: str
    answer: str


@dataclass(frozen=True)
class Material:
    """A unit as an interviewer sees it.

    openings: the question at the top of the lesson, then the unit's interview questions.
    minute: the lesson's own answer in 60 seconds, "" where it has none.
    """

    unit: str
    title: str
    difficulty: int
    openings: tuple[str, ...]
    ladder: tuple[FollowUp, ...]
    minute: str = ""
    area: str = ""


def material_of(unit: Unit) -> Material | None:
    """What can be asked about a unit; None where its lesson has no question or no follow-ups."""
    texts = lesson_texts(unit)
    quote = next(filter(None, map(block_quote, texts[:2])), "")
    info = unit.info
    openings = tuple(dict.fromkeys(filter(None, [quote, *info["interview_questions"]])))
    follow_ups = part(texts, "Follow-ups")
    ladder = tuple(
        FollowUp(NUMBER.sub("", _one_line(question)), answer.strip())
        for question, answer in FOLD.findall(follow_ups)
    )
    if not openings or not ladder:
        return None
    minute = part(texts, "Say it in 60 seconds")
    return Material(
        unit.name, info["title"], info["difficulty"], openings, ladder, minute, info["area"]
    )


def materials(course: Course, kind: Kind) -> tuple[list[Material], list[str]]:
    """All units that a round may draw on, and a sentence for each that cannot be read."""
    found, notes = [], []
    for unit in course.units().values():
        try:
            if unit.info["area"] in kind.areas and (material := material_of(unit)):
                found.append(material)
        except (MlprepError, OSError, ValueError, KeyError, TypeError) as error:
            notes.append(f"{unit.name}: left out, it cannot be read ({str(error)[:120]}).")
    return found, notes


def lesson_texts(unit: Unit) -> list[str]:
    """The text cells of a lesson: of the built one, else of its source; [] where there is none."""
    if unit.lesson.is_file():
        cells = json.loads(unit.lesson.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    if not unit.lesson_source.is_file():
        return []
    source = unit.lesson_source.read_text(encoding="utf-8")
    heads = CELL.findall(source)
    bodies = CELL.split(source)[1:]
    return [
        re.sub(r"^# ?", "", body.strip("\n"), flags=re.MULTILINE)
        for head, body in zip(heads, bodies, strict=True)
        if "[markdown]" in head
    ]


def block_quote(text: str) -> str:
    """The first block quote of a text as one line, without the quotation marks around it."""
    lines = re.search(r"^>.*(?:\n.*\S.*)*", text, re.MULTILINE)  # lazy lines, without >, too
    if not lines:
        return ""
    quote = _one_line(re.sub(r"^> ?", "", lines[0], flags=re.MULTILINE))
    whole = quote[:1] in '"“' and quote[-1:] in '"”'
    return quote[1:-1].strip() if whole else quote


def part(texts: list[str], title: str) -> str:
    """What stands under an H2, up to the next one."""
    whole = "\n\n".join(texts)
    found = re.search(rf"^## {re.escape(title)}[^\n]*\n(.*?)(?=^## |\Z)", whole, re.M | re.S)
    return found[1].strip() if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
