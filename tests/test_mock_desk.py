"""A mock in steps: what the log holds is all that a step knows, and nothing is shown early."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interviews import Somebody, drawn, interview_course, mocks_in, talk

from mlprep.errors import UsageError
from mlprep.mock.desk import Desk, under_way
from mlprep.mock.log import Log
from mlprep.mock.rounds import ROUNDS
from mlprep.plan.state import State

MARKS = dict.fromkeys(ROUNDS["design"].axes, 2)


@pytest.fixture
def course(tmp_path):
    return interview_course(tmp_path)


@pytest.fixture
def who():
    return Somebody()


@pytest.fixture
def desk(course, who):
    """A desk made anew for each call, as by a kernel that was restarted."""

    class Restarted:
        def __getattr__(self, name):
            return getattr(Desk(course, Log(State.of(course), who.now)), name)

    return Restarted()


def begin(course, desk, fix="", peer="", is_call=False, **how):
    return desk.start(drawn(course, unit="feed", **how), fix, peer, is_call).text


def test_a_whole_round_by_desks_that_know_the_log_only(course, who, desk):
    text = begin(course, desk, fix="Numbers first", minutes=20)
    ladder = drawn(course, unit="feed", minutes=20).ladder
    assert "> Design the feed. It is large, and what then?" in text
    assert "since last time: **Numbers first**" in text
    assert "`%mock start design --unit feed --seed 1 --minutes 20`" in text
    for number, rung in enumerate(ladder, start=1):
        who.time_s += 120
        question = desk.next("y" if number == 2 else "").text
        assert f"Follow-up {number} of {len(ladder)}:**\n\n> {rung.question}" in question
        assert rung.answer not in question
        shown = desk.next()
        assert shown.asks_had and rung.answer in shown.text
    text = desk.next("p").text
    assert text.startswith("`[04:00 of 20:00]` That was the last follow-up. The conversation is")
    assert "The minute of feed." in text and "| **framing** |" in text
    assert "`%mock score self`." in text
    assert desk.marked("self", MARKS | {"data": 1}).text.startswith("Your marks are kept.\n\nYou: ")
    assert "Last time you named this to fix: **Numbers first**" in desk.where().text
    assert "`%mock fix`" in desk.kept(3).text
    assert desk.offered() == f"data: {ROUNDS['design'].axes['data'][2]}"
    assert "To fix next time: **Label delay**" in desk.fix("Label delay").text
    (mock,) = mocks_in(course)
    assert (mock.had, mock.seconds, mock.kept, mock.fix) == ({1: 2, 2: 1}, 240, 3, "Label delay")
    assert mock.asked == [rung.question for rung in ladder] and mock.answered == [1, 2]
    assert mock.place == "notebook" and under_way(Log(State.of(course))) is None


def test_a_mark_comes_after_its_answer(course, desk):
    begin(course, desk)
    with pytest.raises(UsageError, match="a mark comes after the answer"):
        desk.next("y")
    desk.next()
    with pytest.raises(UsageError, match="a mark comes after the answer"):
        desk.next("n")
    assert mocks_in(course)[0].had == {}


def test_in_a_call_only_questions_are_shown_until_it_is_over(course, desk):
    text = begin(course, desk, is_call=True, minutes=20)
    assert "--sheet interviewer" in text
    answers = [rung.answer for rung in drawn(course, unit="feed", minutes=20).ladder]
    seen = desk.next().text + desk.where().text + desk.next("y").text + desk.where().text
    assert not any(answer in seen for answer in answers)
    over = desk.next().text
    assert all(answer in over for answer in answers) and over.count("<details>") == 2
    assert mocks_in(course)[0].had == {1: 2}


def test_where_one_is_is_shown_again_and_changes_nothing(course, desk):
    assert desk.where().text.startswith("No mock is under way.")
    begin(course, desk)
    for _ in range(3):
        rows = len(State.of(course).rows("mock_event"))
        assert desk.where().text == desk.where().text
        assert len(State.of(course).rows("mock_event")) == rows
        desk.next()


def test_when_the_time_is_up_no_follow_up_is_put(course, who, desk):
    begin(course, desk)
    desk.next()
    who.time_s += 46 * 60
    assert desk.next().asks_had
    assert "`[46:00 of 45:00]` Time is up: 5 follow-ups were not asked." in desk.next().text


def test_one_at_a_time_unless_the_other_was_left_for_long(course, who, desk):
    begin(course, desk)
    with pytest.raises(UsageError, match=r"System design, The feed, is under way \[00:00 of 45:00"):
        begin(course, desk)
    who.time_s += 60
    desk.note("then I was called away")
    who.time_s += 91 * 60
    begin(course, desk)
    assert [mock.is_ended for mock in mocks_in(course)] == [False, False]
    who.time_s += 9999999
    desk.end()
    assert mocks_in(course)[1].seconds == 0  # nothing was said after its first second


def test_it_can_be_left_out_of_the_log(course, desk):
    begin(course, desk)
    desk.drop()
    assert mocks_in(course) == []


def test_a_mock_that_a_terminal_holds_is_not_taken_over(course, desk):
    with pytest.raises(Exception, match="stopped"):
        talk(course, Somebody(["", EOFError])).hold()
    for step in (desk.next, desk.end, desk.drop):
        with pytest.raises(UsageError, match="no mock is under way. Begin with `%mock start des"):
            step()


def test_marks_are_compared_once_all_are_there(course, desk):
    begin(course, desk, peer="Ada")
    text = desk.marked("self", MARKS).text  # ends the conversation too
    assert "senior" not in text and "Ada has marked too" in text
    text = desk.marked("Ada", MARKS | {"numbers": 0}).text
    assert "You: senior" in text and "You minus Ada: numbers +2." in text
    assert desk.offered().startswith("numbers: ")
    assert mocks_in(course)[0].is_ended


def test_what_is_missing_is_told(course, desk):
    for step in (lambda: desk.marked("self", MARKS), lambda: desk.fix("x")):
        with pytest.raises(UsageError, match="there is no mock to mark"):
            step()
    begin(course, desk)
    with pytest.raises(UsageError, match="a note needs a text"):
        desk.note("")
    with pytest.raises(UsageError, match="the marks come first"):
        desk.fix("x")
    with pytest.raises(UsageError, match="nothing was named to fix before"):
        desk.kept(1)
    desk.marked("self", MARKS)
    with pytest.raises(UsageError, match="name the thing"):
        desk.fix("")


def test_a_unit_that_is_gone_is_one_sentence(course, desk):
    begin(course, desk)
    course.unit("feed").lesson_source.unlink()
    with pytest.raises(UsageError, match="no unit of this round has an opening question"):
        desk.next()
    desk.drop()


@settings(max_examples=30)
@given(steps=st.lists(st.sampled_from(["next", "where", "note"]), max_size=20))
def test_no_answer_is_shown_before_its_question(tmp_path_factory, steps):
    course = interview_course(tmp_path_factory.mktemp("any"), ["feed"])
    desk = Desk(course, Log(State.of(course), Somebody().now))
    texts = [begin(course, desk)]
    for step in steps:
        if under_way(desk.log) is None:
            break
        texts.append(desk.note("x").text if step == "note" else getattr(desk, step)().text)
    whole = "".join(texts)
    (mock,) = mocks_in(course)
    for number, rung in enumerate(drawn(course, unit="feed").ladder, start=1):
        assert (rung.question in whole) == (number <= mock.step)
        assert (rung.answer in whole) == (number in mock.answered)
