"""What an interviewer can ask is read out of the lessons."""

from __future__ import annotations

import json

import pytest
from interviews import FOLLOW_UPS, interview_course

from mlprep.course import Course
from mlprep.mock.material import block_quote, material_of, materials, part
from mlprep.mock.rounds import ROUNDS


@pytest.fixture
def course(tmp_path):
    return interview_course(tmp_path)


def test_a_lesson_gives_openings_ladder_and_minute(course):
    found = material_of(course.unit("feed"))
    assert found.openings == (
        "Design the feed. It is large, and what then?",
        "Why feed?",
        "When not feed?",
    )
    assert len(found.ladder) == FOLLOW_UPS
    assert found.ladder[1].question == "What of part 2 of feed?"
    assert found.ladder[1].answer == "The **answer** 2 of feed."
    assert found.minute == '"The minute of feed."'
    assert found.difficulty == 4


def test_the_built_lesson_comes_first(course):
    unit = course.unit("feed")
    unit.lesson.parent.mkdir()
    texts = ["# Feed\n\n> Built?", "## Follow-ups\n<details><summary>Q?</summary>A.</details>"]
    cells = [{"cell_type": "markdown", "source": text.splitlines(True)} for text in texts]
    unit.lesson.write_text(json.dumps({"cells": cells}))
    found = material_of(unit)
    assert found.openings[0] == "Built?"
    assert [(rung.question, rung.answer) for rung in found.ladder] == [("Q?", "A.")]
    assert found.minute == ""


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("# T\n\n> one\n> two\n\nmore", "one two"),
        ('> "whole"', "whole"),
        ('> "half" and more', '"half" and more'),
        ("no quote, 3 > 2", ""),
    ],
)
def test_a_block_quote_is_one_line(text, quote):
    assert block_quote(text) == quote


def test_a_part_ends_at_the_next_heading():
    assert part(["## A\none", "two\n### deeper\n\n## B\nthree"], "A") == "one\n\ntwo\n### deeper"
    assert part(["## A\none"], "B") == ""


def test_a_unit_without_a_lesson_is_left_out_and_a_broken_one_is_told(course):
    course.unit("feed").lesson_source.unlink()
    (course.unit("search").folder / "unit.toml").write_text("title = ")
    found, notes = materials(course, ROUNDS["design"])
    assert [material.unit for material in found] == ["fraud"]
    assert len(notes) == 1 and notes[0].startswith("search: left out, it cannot be read (")


def test_the_units_of_this_course_can_be_asked(root):
    found = [m for kind in ROUNDS.values() for m in materials(Course(root), kind)[0]]
    assert len(found) >= 15
    for material in found:
        assert len(material.ladder) >= 5, material.unit
        assert len(material.openings) >= 3, material.unit
        assert material.minute and not material.openings[0].startswith('"'), material.unit
        assert all(rung.question and rung.answer for rung in material.ladder), material.unit
        assert "<" + "details" not in "".join(rung.answer for rung in material.ladder)
