"""The conversation: step by step under the clock, nothing shown early, nothing lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interviews import Somebody, drawn, interview_course, mocks_in, talk

from mlprep.mock.rounds import ROUNDS
from mlprep.mock.talk import Stopped, Talk, shown


@pytest.fixture
def course(tmp_path):
    return interview_course(tmp_path)


def plain(markdown: str) -> str:
    return markdown.replace("**", "")


def test_a_mock_from_the_first_question_to_the_fix(course):
    who = Somebody(["", "requests first", "", "", "y"])
    talk(course, who, unit="feed").hold()
    (mock,) = mocks_in(course)
    assert (mock.round, mock.unit, mock.is_ended) == ("design", "feed", True)
    assert mock.opening in who.text and len(mock.asked) == 6
    assert mock.notes == [{"at_s": 60.0, "step": 0, "text": "requests first"}]
    assert mock.had == {1: 2}
    assert mock.own == dict.fromkeys(ROUNDS["design"].axes, 2)
    assert mock.fix == f"framing: {ROUNDS['design'].axes['framing'][3]}"
    assert "You: senior (median axis)." in who.text
    assert who.text.index("The minute of feed.") > who.text.index("Follow-up 6 of 6")


class Forgetful:
    """A log that keeps nothing."""

    def begin(self, **data):
        return "mock"

    def add(self, *row, **data):
        pass


@pytest.fixture(scope="module")
def any_course(tmp_path_factory):
    return interview_course(tmp_path_factory.mktemp("talk"))


@given(seed=st.integers(0, 10**6), answers=st.lists(st.sampled_from(["", "t", "text", "n"])))
def test_no_answer_is_shown_before_its_question_was_answered(any_course, seed, answers):
    round_ = sorted(ROUNDS)[seed % len(ROUNDS)]
    who = Somebody(["", *answers], step_s=20)
    conversation = Talk(drawn(any_course, round_, seed), Forgetful(), who.clock, who.ask, who.say)
    ladder = conversation.drawn.ladder

    def look(prompt):
        if prompt.endswith("> "):  # somebody speaks: nothing of this rung or a later one is shown
            at = next((i for i, r in enumerate(ladder) if r.question not in flat(who)), len(ladder))
            for rung in ladder[max(at - 1, 0) :]:
                assert plain(rung.answer) not in flat(who)
            for rung in ladder[at:]:
                assert rung.question not in flat(who)

    who.look = look
    conversation.hold()
    assert sum("> " in prompt for prompt in who.prompts) >= 2


def flat(who: Somebody) -> str:
    return " ".join(who.text.split())


def test_the_clock_is_in_every_prompt_and_goes_on(course):
    who = Somebody(["", "", "", "", "", "", "", "", "end"])
    talk(course, who).hold()
    times = [re.match(r"\[(\d\d):(\d\d) of 45:00\] > ", p) for p in who.prompts]
    seconds = [int(found[1]) * 60 + int(found[2]) for found in times if found]
    assert seconds == sorted(seconds) and len(seconds) >= 4


def test_t_shows_the_clock_and_is_no_note(course):
    who = Somebody(["", "t", "t", "said"])
    talk(course, who).hold()
    assert who.prompts[1:4] == ["[00:00 of 45:00] > ", "[01:00 of 45:00] > ", "[02:00 of 45:00] > "]
    assert [note["text"] for note in mocks_in(course)[0].notes] == ["said"]


def test_when_the_time_is_up_no_follow_up_is_put(course):
    who = Somebody(step_s=60 * 20)
    talk(course, who).hold()
    (mock,) = mocks_in(course)
    assert len(mock.asked) == 1 and mock.own
    assert "[60:00 of 45:00] Time is up: 5 follow-ups were not asked." in who.text


@pytest.mark.parametrize("steps", [1, 2])
def test_end_goes_to_the_marks(steps, course):
    who = Somebody(["", *[""] * (2 * (steps - 1)), "end"])
    talk(course, who).hold()
    (mock,) = mocks_in(course)
    assert len(mock.asked) == steps - 1 and mock.own and mock.fix


def test_what_is_no_mark_is_asked_again(course):
    who = Somebody(["", "end", "4", "two", "", "-1", "3"])
    talk(course, who).hold()
    assert mocks_in(course)[0].own["framing"] == 3
    assert who.text.count("A mark is 0, 1, 2 or 3.") == 4


def test_a_peer_marks_without_seeing_the_first_marks(course):
    theirs = ["1", "2", "2", "2", "2", "2", "0"]
    who = Somebody(["", "end", *["2"] * 7, "", *theirs])
    talk(course, who, peer="Ada").hold()
    (mock,) = mocks_in(course)
    assert list(mock.marks["Ada"].values()) == [1, 2, 2, 2, 2, 2, 0]
    assert mock.gap()["conversation"] == 2
    assert "\n" * 50 in who.text
    assert "You minus Ada: framing +1, conversation +2." in who.text
    assert mock.fix.startswith("conversation: ")  # the peer's lowest


def test_the_fix_of_last_time_is_asked_again_and_scored(course):
    talk(course, Somebody(["", "end", *["1"] * 7, "Say the binding resource"])).hold()
    who = Somebody(["", "end", *["2"] * 7, "2"])
    talk(course, who).hold("Say the binding resource")
    assert who.text.count("Say the binding resource") == 2  # before and after
    assert [(mock.fix[:3], mock.kept) for mock in mocks_in(course)] == [("Say", None), ("fra", 2)]


def test_a_fix_is_needed_where_none_can_be_offered(course):
    who = Somebody(["", "end", *["3"] * 7, "", " ", "Breathe"])
    talk(course, who).hold()
    assert mocks_in(course)[0].fix == "Breathe"


def test_ctrl_c_before_the_clock_leaves_nothing(course):
    with pytest.raises(Stopped, match="before it began. Nothing was logged"):
        talk(course, Somebody([KeyboardInterrupt])).hold()
    assert mocks_in(course) == []


STOPS = {  # what is pressed: is it in the log
    "yes": ([KeyboardInterrupt, "y"], True),
    "Enter": ([KeyboardInterrupt, ""], True),
    "no": ([KeyboardInterrupt, "n"], False),
    "Ctrl-C twice": ([KeyboardInterrupt, KeyboardInterrupt], True),
    "Ctrl-C and the end": ([KeyboardInterrupt, EOFError], True),
    "the end": ([EOFError], True),
}


@pytest.mark.parametrize("name", STOPS)
def test_stopping_keeps_what_was_said_unless_it_is_discarded(name, course):
    pressed, is_kept = STOPS[name]
    with pytest.raises(Stopped) as stopped:
        talk(course, Somebody(["", "said", "", *pressed])).hold()
    assert ("is in the log" in str(stopped.value)) == is_kept
    assert stopped.value.exit_code == 130
    assert [[n["text"] for n in m.notes] for m in mocks_in(course)] == [["said"]] * is_kept


def test_stopping_among_the_marks_keeps_the_conversation(course):
    with pytest.raises(Stopped):
        talk(course, Somebody(["", "said", "end", "2", KeyboardInterrupt, ""])).hold()
    (mock,) = mocks_in(course)
    assert mock.is_ended and mock.marks == {} and mock.notes


def test_a_coding_round_says_where_to_code(course):
    who = Somebody()
    talk(course, who, "coding").hold()
    assert "work/hunt/hunt.ipynb" in who.text
    assert drawn(course, "coding").command in who.text


def test_markdown_is_wrapped_but_tables_and_code_are_not():
    long = "word " * 30
    text = f"{long}\n- **one** {long}\n\n```\n{long}\n```\n| {long} |"
    lines = shown(text, "  ").splitlines()
    assert lines[0].startswith("  word") and max(len(line) for line in lines[:2]) <= 78
    assert any(line.startswith("  - one word") for line in lines)
    assert sum(len(line) > 140 for line in lines) == 2
    assert "**" not in shown(text)
