"""The calendar file: RFC 5545's lines, folded and escaped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning import TODAY, diagnosed, planned_course, result, state_of, tried

from mlprep.plan import overview
from mlprep.plan.calendar import calendar, escaped, fold


def unfolded(text):
    """The content lines, as section 3.1 of the RFC puts them together again."""
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def unescaped(text):
    out, rest = [], iter(text)
    for character in rest:
        if character == "\\":
            character = next(rest)
            character = "\n" if character in "nN" else character
        out.append(character)
    return "".join(out)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_a_line_is_folded_at_75_octets_and_comes_back(text):
    line = "SUMMARY:" + escaped(text)
    folded = fold(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert unfolded(folded) == [line]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=80))
def test_text_comes_back_from_its_escapes(text):
    assert unescaped(escaped(text)) == text
    assert not set(escaped(text)) & {"\n", "\r"}


def test_escapes():
    assert escaped("a, b; c\\d\nnext\r\nline\x00\x07") == "a\\, b\\; c\\\\d\\nnext\\nline"


@pytest.fixture
def data(tmp_path):
    course = planned_course(tmp_path)
    state = state_of(course, weeks=3)
    diagnosed(state, TODAY, softmax=False)
    tried(state, TODAY, "softmax", result("softmax", "wrong", "no_max"))
    return overview(course, state, TODAY + timedelta(days=2))


def test_each_week_each_repeat_and_the_interview_are_entries(data):
    lines = unfolded(calendar(data))
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mlprep//plan//EN"]
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3 + 1 + 1
    starts = [line.partition(":")[2] for line in lines if line.startswith("DTSTART")]
    ends = [line.partition(":")[2] for line in lines if line.startswith("DTEND")]
    assert starts == ["20261125", "20261130", "20261207", "20261125", "20261214"]
    assert ends == ["20261130", "20261207", "20261214", "20261126", "20261215"]  # the day after
    uids = [line for line in lines if line.startswith("UID")]
    assert len(set(uids)) == len(uids)
    assert all(line in lines for line in uids)
    assert {line for line in lines if line.startswith("DTSTAMP")} == {"DTSTAMP:20261125T000000Z"}


def test_a_week_keeps_its_name_when_it_is_exported_again(data, tmp_path):
    course = planned_course(tmp_path / "other")
    later = overview(course, state_of(course, weeks=3), TODAY)
    one, other = (
        {line for line in unfolded(calendar(each)) if line.startswith("UID:week")}
        for each in (data, later)
    )
    assert one == other and len(one) == 3
