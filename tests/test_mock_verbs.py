"""`mlprep mock`: what it prints, keeps and refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import sys

import pytest
from interviews import Somebody, interview_course, mocks_in, talk

from mlprep.cli import main, parser
from mlprep.mock.verbs import Console, mock

FIRST = [*["2"] * 6, "1"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    course = interview_course(tmp_path / "course")
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    monkeypatch.chdir(course.root)
    return course


def run(course, who, *arguments):
    """`mlprep mock …` with somebody at the keyboard."""
    args = parser().parse_args(["mock", *arguments])
    return mock(course, args, Console(who.ask, who.say, who.clock, who.now, lambda: True))


BAD = {
    "round": (["--round", "chess"], "the round must be one of coding, design, fundamentals"),
    "no minutes": (["--minutes", "0"], "must be a number above 0 and at most 240. Got '0'."),
    "fewer": (["--minutes", "-5"], "Got '-5'."),
    "not a number": (["--minutes", "nan"], "Got 'nan'."),
    "seed": (["--seed", "x"], "--seed must be a whole number from 0 on. Got 'x'."),
    "nobody": (["--peer", " "], "--peer must be a name of at most 40 letters"),
    "oneself": (["--peer", "self"], "--peer must be a name"),
    "page": (["--sheet", "mine"], "--sheet is for candidate, interviewer, both. Got 'mine'."),
    "no unit": (["--sheet", "--unit", "serch"], "serch: no such unit. Did you mean search?"),
    "other round": (
        ["--sheet", "--round", "design", "--unit", "seeds"],
        "seeds: no unit of the round design. It has feed, fraud, search.",
    ),
    "no terminal": (["--round", "design"], "a mock is held in a terminal, and this is none."),
    "json": (["--sheet", "--json"], "--json and --export go with --log."),
    "export": (["--log", "--export", "a.doc"], "an export ends in .json or .csv. Got '.doc'."),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(name, course, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    arguments, message = BAD[name]
    assert main(["mock", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and message in err and len(err.splitlines()) == 1
    assert err.startswith("mlprep mock: ")
    assert not (course.root / "work").exists()


def test_a_round_without_units_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(interview_course(tmp_path / "small", ["softmax"]).root)
    assert main(["mock", "--round", "design", "--sheet"]) == 2
    assert "design: no unit of this round has an opening" in capsys.readouterr().err


def test_a_sheet_has_a_page_for_each_and_the_candidate_s_has_no_answers(course, capsys):
    pages = {}
    for page in ("candidate", "interviewer", "both"):
        assert main(["mock", "--round", "design", "--seed", "3", "--sheet", page]) == 0
        pages[page] = capsys.readouterr().out
    assert pages["both"] == f"{pages['candidate'].rstrip(chr(10))}\n\n---\n\n{pages['interviewer']}"
    assert main(["mock", "--round", "design", "--seed", "3", "--sheet"]) == 0
    assert capsys.readouterr().out == pages["both"]
    mine, theirs = pages["candidate"], pages["interviewer"]
    assert mine.startswith("# System design, 45 minutes: the candidate's page")
    assert "Design the" in mine and "answer" not in mine and "What of part" not in mine
    assert "The minute of" not in mine and "| **framing** |" not in mine
    assert theirs.count("**Follow-up ") == 6 and theirs.count("> The **answer**") == 6
    assert "**Follow-up 1 (minute 22).**" in theirs
    assert theirs.count("\n| **") == 7 and "The minute of" in theirs
    assert not (course.root / "work").exists()


def test_a_sheet_tells_how_its_marks_are_entered(course, capsys):
    main(["mock", "--round", "design", "--seed", "3", "--minutes", "20", "--sheet"])
    command = capsys.readouterr().out.splitlines()[-1].split()
    assert command[:2] == ["mlprep", "mock"] and command[-3:] == ["--score", "--peer", "NAME"]
    run(course, Somebody([*FIRST, "", *["1"] * 7]), *command[2:-1], "Ada")
    (found,) = mocks_in(course)
    assert (found.minutes, found.seed) == (20.0, 3)
    assert list(found.marks) == ["self", "Ada"] and found.seconds is None and found.fix


def test_a_mock_is_held_and_the_next_one_asks_for_its_fix(course):
    who = Somebody(["", "end", *FIRST, "Numbers before boxes"])
    assert run(course, who, "--round", "design", "--seed", "1") == 0
    who = Somebody(["", "end", *FIRST, "3", "Trade off aloud"])
    assert run(course, who, "--round", "design", "--seed", "1") == 0
    assert "What you wanted to fix since last time: Numbers before boxes" in who.text
    assert [found.kept for found in mocks_in(course)] == [None, 3]
    assert (course.root / "work" / "attempts.backup.db").is_file()


def test_without_a_round_one_is_drawn_and_a_unit_has_its_own(course):
    run(course, Somebody(["", "end"]), "--seed", "5")
    run(course, Somebody(["", "end"]), "--unit", "seeds")
    assert mocks_in(course)[1].round == "research"


def test_the_log_shows_the_trend(course, capsys):
    assert main(["mock", "--log"]) == 0
    assert capsys.readouterr().out.startswith("No mock has been held yet.")
    for mark, kept in (("1", []), ("2", ["2"])):
        answers = ["", "end", *["2"] * 7, "", *[mark] * 7, *kept, "Numbers"]
        run(course, Somebody(answers), "--round", "design", "--seed", "1", "--peer", "Ada")
    with pytest.raises(Exception, match="stopped"):
        talk(course, Somebody(["", EOFError]), "coding").hold()
    assert main(["mock", "--log"]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert lines[0] == "2 mocks held and marked."
    assert sum(line.startswith("2026-11-23  design") for line in lines) == 2
    assert [line.split() for line in lines if "framing " in line] == [["framing", "2/1", "2/2"]]
    assert "mean gap       +1.0   +0.0" in lines and "mean |gap|      1.0    0.0" in lines
    assert any(line.endswith("not marked") for line in lines)
    assert "- 2026-11-23, design: Numbers. Next time: mostly." in lines
    assert max(map(len, lines)) <= 90


def test_the_log_as_json_and_as_files(course, capsys, tmp_path):
    run(course, Somebody(["", "=1+1", "end", *FIRST, "=fix"]), "--round", "design")
    assert main(["mock", "--log", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["marks"]["self"]["conversation"] == 1
    assert found["levels"] == {"self": "senior"} and found["gap"] == {}
    assert main(["mock", "--log", "--export", str(tmp_path / "a.csv")]) == 0
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 7 and rows[0]["fix"] == "'=fix" and rows[6]["self"] == "1"
    assert main(["mock", "--log", "--export", str(tmp_path / "a.json")]) == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == [found]


def test_marks_are_added_to_the_last_mock(course):
    with pytest.raises(Exception, match="mlprep mock --score"):
        talk(course, Somebody(["", "said", EOFError])).hold()
    assert run(course, Somebody([*FIRST, "Numbers"]), "--score") == 0
    assert run(course, Somebody(["", *["3"] * 7]), "--score", "--peer", "Ada") == 0
    (found,) = mocks_in(course)
    assert list(found.marks) == ["self", "Ada"] and found.fix == "Numbers"
    with pytest.raises(Exception, match="has these marks already. --peer NAME adds"):
        run(course, Somebody(), "--score", "--peer", "Ada")


def test_marks_for_nothing_are_refused(course):
    with pytest.raises(Exception, match="there is no mock to mark"):
        run(course, Somebody(), "--score")


def test_marks_that_were_whole_stay_when_one_stops(course):
    who = Somebody([*FIRST, "", "1", KeyboardInterrupt])
    with pytest.raises(Exception, match="The marks that were whole are in the log"):
        run(course, who, "--score", "--round", "design", "--peer", "Ada")
    assert list(mocks_in(course)[0].marks) == ["self"]


def test_a_broken_file_is_told_and_a_mock_goes_on(course, capsys):
    path = course.root / "work" / "attempts.db"
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 1000)
    run(course, Somebody(["", "end"]), "--round", "design")
    (note,) = capsys.readouterr().err.splitlines()
    assert "it is kept as attempts.db.broken and a new one was begun." in note
    assert len(mocks_in(course)) == 1


def test_a_notebook_for_mocks_is_made_once(course, capsys):
    assert main(["mock", "--notebook"]) == 0
    assert capsys.readouterr().out.startswith("work/mock/mock.ipynb is made.")
    (course.root / "work/mock/mock.ipynb").write_text("mine")
    assert main(["mock", "--notebook"]) == 0
    assert "is there, as you left it" in capsys.readouterr().out
    assert (course.root / "work/mock/mock.ipynb").read_text() == "mine"


def test_progress_shows_the_mocks(course, capsys):
    assert main(["progress"]) == 0
    assert "Mock interviews: none held yet." in capsys.readouterr().out
    run(course, Somebody(["", "end", *["1"] * 7, "Numbers"]), "--round", "design")
    run(course, Somebody(["", "end", *FIRST, "2"]), "--round", "design", "--peer", "Ada")
    main(["progress"])
    text = capsys.readouterr().out
    assert "Mock interviews: 2 held, the last on 2026-11-23." in text
    assert "framing                1 2  – 2       +1\n" in text
    assert "System design: senior  you  peer  change\n" in text
    fix = "To fix in the next system design mock: framing: challenges the goal, names who"
    assert fix in text and "Hold next: Coding (not held yet)." in text
    main(["progress", "--export", "mine.json"])
    record = json.loads((course.root / "mine.json").read_text(encoding="utf-8"))
    assert record["mocks"][0]["kind"] == "begun"


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_in_a_real_terminal(course):
    import pexpect

    words = ["-m", "mlprep", "mock", "--round", "coding", "--seed", "1", "--minutes", "8"]
    child = pexpect.spawn(sys.executable, words, cwd=str(course.root), encoding="utf-8", timeout=30)
    child.expect("Press Enter to start the clock")
    child.sendline()
    child.expect(r"\[00:0\d of 08:00\] > ")
    assert "Design the hunt. It is large, and what then?" in child.before
    child.sendline("said aloud")
    child.expect(r"of 08:00\] > ")
    child.sendintr()
    child.expect("Keep what was said so far in the log")
    child.sendline("")
    child.expect("mlprep mock: stopped. What was said is in the log")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert [note["text"] for note in mocks_in(course)[0].notes] == ["said aloud"]
