"""What the start page asks for: the choice and what is wrong with it, the page, the files."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning import TODAY, planned_course, result, state_of, tried

from mlprep.errors import UsageError
from mlprep.lab.home import FILES, choice, file, page
from mlprep.plan.state import Settings, StateError

WELL = {"track": "engineering", "interview": "2027-02-01", "hours": "10"}


@pytest.fixture
def course(tmp_path):
    return planned_course(tmp_path)


def test_a_filled_form_becomes_settings():
    settings, problems = choice(WELL, TODAY)
    assert problems == {}
    assert (settings.track, str(settings.interview), settings.hours, settings.start) == (
        *("engineering", "2027-02-01", 10.0),
        TODAY,
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("track", "", "Choose a track."),
        ("track", "sales", "The track must be engineering or research. Got 'sales'."),
        ("interview", None, "Choose the day of the interview."),
        ("interview", "soon", "must be a day of the calendar, such as 2027-01-15. Got 'soon'."),
        ("interview", "2026-11-23", "must be after today, 2026-11-23. Got 2026-11-23."),
        ("interview", "2031-01-01", "must be within three years of 2026-11-23. Got 2031-01-01."),
        ("hours", " ", "Say how many hours a week you have."),
        ("hours", "ten", "The hours a week must be a number. Got 'ten'."),
        ("hours", 0, "The hours a week must be more than 0 and at most 112. Got 0.0."),
        ("hours", "nan", "The hours a week must be more than 0 and at most 112. Got nan."),
        ("hours", 113, "Got 113.0."),
    ],
)
def test_each_wrong_field_has_its_own_sentence(field, value, sentence):
    settings, problems = choice(WELL | {field: value}, TODAY)
    assert settings is None
    assert list(problems) == [field]
    assert problems[field].endswith(sentence)
    assert "--" not in problems[field]


def test_all_wrong_fields_are_told_at_once():
    assert list(choice({}, TODAY)[1]) == ["track", "interview", "hours"]


anything = st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.integers()))


@given(st.dictionaries(st.sampled_from(list(WELL)), anything))
def test_whatever_is_sent_gives_settings_or_sentences(sent):
    settings, problems = choice(sent, TODAY)
    assert (settings is None) == bool(problems)
    assert all(text.endswith(".") and "\n" not in text for text in problems.values())


def test_before_the_choice_it_suggests_one_and_names_each_tracks_stages(course):
    data = page(course, TODAY)
    assert data["settings"] is None and data["plan"] is None
    assert data["suggested"] == {
        "track": "engineering",
        "interview": str(TODAY + timedelta(weeks=10)),
        "hours": 10.0,
    }
    engineering, research = data["tracks"]
    assert engineering["stages"] == ["Start", "System design", "Fundamentals", "Coding"]
    assert engineering["beside"] == ["Mocks"]
    assert research["label"] == "Research"
    assert not (course.root / "work").exists()
    json.dumps(data)


def test_a_choice_is_kept_and_a_later_one_goes_on_with_the_plan(course):
    assert page(course, TODAY, choice(WELL, TODAY)[0])["settings"]["hours"] == 10
    later = TODAY + timedelta(days=8)
    data = page(course, later, choice(WELL | {"hours": "5"}, later)[0])
    assert (data["settings"]["hours"], data["week"]) == (5, 2)
    assert data["settings"]["start"] == str(TODAY)
    assert data["suggested"]["interview"] == "2027-02-01"


def test_after_the_interview_another_day_is_suggested_and_no_command_is_shown(course):
    state_of(course, weeks=1)
    data = page(course, TODAY + timedelta(days=30))
    assert data["plan"] is None
    assert data["suggested"]["interview"] == str(TODAY + timedelta(days=100))
    assert data["notes"] == ["The interview was on 2026-11-30. Set another day to plan on."]


def test_only_what_exists_can_be_opened(course):
    state_of(course)
    (softmax,) = [u for u in page(course, TODAY)["units"] if u["unit"] == "softmax"]
    assert (softmax["lesson"], softmax["assignment"], softmax["assignments"]) == ("", "", [])
    unit = course.unit("softmax")
    for stem in ("softmax", "worksheet"):
        (unit.folder / f"{stem}.py").write_text("")
        unit.release_notebook(stem).parent.mkdir(parents=True, exist_ok=True)
        unit.release_notebook(stem).write_text("{}")
    unit.lesson.parent.mkdir()
    unit.lesson.write_text("{}")
    (softmax,) = [u for u in page(course, TODAY)["units"] if u["unit"] == "softmax"]
    assert softmax["lesson"] == "notebooks/softmax.ipynb"
    assert softmax["assignments"] == [
        {"label": "Assignment", "path": "work/softmax/softmax.ipynb"},
        {"label": "Worksheet", "path": "work/softmax/worksheet.ipynb"},
    ]
    assert page(course, TODAY)["diagnostic"]["question"] == "diagnostic"


def test_a_broken_record_is_put_aside_and_told_until_the_server_ends(course):
    state_of(course)
    page(course, TODAY)
    (course.root / "work/attempts.db").write_bytes(b"no database" * 1000)
    for _ in range(2):
        data = page(course, TODAY)
        (note,) = data["notes"]
        assert note.startswith("work/attempts.db: it could not be read")
        assert data["plan"] is not None  # from the back-up


def test_a_full_disk_is_a_sentence(course):
    full = sqlite3.OperationalError("database or disk is full")
    with mock.patch("mlprep.plan.state.sqlite3.connect", side_effect=full):
        with pytest.raises(StateError, match="the disk is full. Nothing was changed"):
            page(course, TODAY, Settings("research", TODAY, TODAY + timedelta(weeks=9), 8.0))
    assert page(course, TODAY)["settings"] is None


def test_the_files_have_a_name_and_a_text(course):
    with pytest.raises(UsageError, match="There is no plan yet"):
        file(course, TODAY, "ics")
    tried(state_of(course), TODAY, "softmax", result("softmax", "wrong", "no_max"))
    made = {kind: file(course, TODAY, kind) for kind in FILES}
    assert made["ics"]["text"].startswith("BEGIN:VCALENDAR\r\n")
    assert len(json.loads(made["json"]["text"])["attempts"]) == 1
    assert made["csv"]["text"].count("\n") == 2
    assert {m["name"] for m in made.values()} == set(FILES.values())
    with pytest.raises(UsageError, match="kind: must be one of ics, json, csv. Got 'exe'"):
        file(course, TODAY, "exe")
