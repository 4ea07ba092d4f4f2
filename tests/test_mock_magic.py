"""`%mock`: what is typed, what is shown, and a kernel that is restarted half-way."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import pytest
from interviews import Somebody, interview_course, mocks_in
from IPython.core.error import StdinNotImplementedError
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from mlprep.mock import magic, page
from mlprep.mock.verbs import Console

ROUND = "design --unit feed --seed 1"


class Notebook:
    """A kernel's `%mock`: `run` gives what a line shows; `who` sits at the keyboard."""

    def __init__(self, capsys):
        self.capsys, self.who, self.cleared = capsys, Somebody(), 0
        self.shown = []
        self.magics = magic.MockMagics(shell=None)

    def run(self, line: str = "", *answers) -> str:
        who = self.who
        who.answers = list(answers)
        self.shown.clear()
        self.magics.console = Console(who.ask, who.say, who.clock, who.now, lambda: True)
        self.magics.mock(line)
        return "\n".join([*self.shown, self.capsys.readouterr().out])


@pytest.fixture
def course(tmp_path):
    return interview_course(tmp_path)


@pytest.fixture
def notebook(course, capsys, monkeypatch):
    path, _ = page.make(course)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    monkeypatch.chdir(path.parent)
    made = Notebook(capsys)

    def display(data, raw):
        assert raw and data["text/plain"]
        made.shown.append(data["text/markdown"])

    def clear():
        made.cleared += 1
        made.shown.clear()

    monkeypatch.setattr(magic, "display", display)
    monkeypatch.setattr(magic, "clear_output", clear)
    return made


def test_a_round_with_somebody_beside(notebook, course):
    assert "The feed" in notebook.run(f"start {ROUND} --minutes=15 --peer 'Ada L'")
    assert "Follow-up 1 of 2" in notebook.run("next")
    text = notebook.run("next", "maybe", "yes")
    assert "What a good answer holds" in text and "Follow-up 2 of 2" in text
    assert "Noted" in notebook.run('note it\'s "p99"')
    assert "Rubric" in notebook.run("next", "n")
    text = notebook.run("score self", *"2222221")
    assert notebook.cleared == 1 and "Ada L has marked too" in text
    assert "You minus Ada L: conversation +1." in notebook.run("score Ada L 2 2 2 2 2 2 0")
    assert "**Say it in numbers**" in notebook.run("fix", "Say it in numbers")
    (mock,) = mocks_in(course)
    assert (mock.had, mock.notes[0]["text"]) == ({1: 2, 2: 0}, 'it\'s "p99"')
    assert list(mock.marks) == ["self", "Ada L"] and mock.is_ended
    assert "1 mock held and marked." in notebook.run("log")


def test_the_fix_of_last_time_comes_back(notebook, course):
    for fix in ("fix numbers", "fix"):
        text = notebook.run(f"start {ROUND}")
        notebook.run("score 1 1 1 1 1 1 1")
        notebook.run(fix, "3", "")
    assert "since last time: **numbers**" in text
    assert "Last time you named this to fix: numbers" in notebook.who.text
    assert [(m.fix[:7], m.kept) for m in mocks_in(course)] == [("numbers", None), ("framing", 3)]


def test_where_no_line_can_be_typed_marks_stand_behind_the_word(notebook, course):
    notebook.run(f"start {ROUND} --minutes 8")
    notebook.run("next")
    text = notebook.run("next", StdinNotImplementedError)
    assert "`%mock next y`" in text
    assert "The conversation is over" in notebook.run("next p")
    text = notebook.run("score", StdinNotImplementedError)
    assert "| **framing** |" in text and "`%mock score self 2 2 2 2 2 2 2`" in text
    notebook.run("score 1 2 2 2 2 2 2")
    assert "framing: scopes by" in notebook.run("fix", StdinNotImplementedError)
    (mock,) = mocks_in(course)
    assert mock.had == {1: 1} and mock.fix.startswith("framing: ")


def test_end_at_the_prompt_ends_and_a_stop_keeps_what_was_whole(notebook, course):
    notebook.run(f"start {ROUND}")
    notebook.run("next")
    assert "%mock: stopped." in notebook.run("next", KeyboardInterrupt)
    assert "Was it said?" in notebook.run()
    notebook.run("next n")
    assert "Rubric" in notebook.run("next", "end")
    text = notebook.run("score", "2", KeyboardInterrupt)
    assert "%mock: stopped." in text and notebook.cleared == 1
    (mock,) = mocks_in(course)
    assert mock.had == {1: 0} and mock.marks == {}


BAD = {
    "sing": "%mock: sing: no such word. `%mock help` lists them.",
    "next": "%mock: no mock is under way. Begin with `%mock start design`.",
    "next 2": "%mock: behind `next` stands y, p or n, or nothing. Got '2'.",
    "start chess": "%mock: the round must be one of coding, design, fund",
    "start design coding": "%mock: coding: not understood.",
    "start --sead 3": "%mock: --sead: not understood.",
    "start --seed": "%mock: --seed: a value must follow.",
    "start --seed x": "%mock: --seed must be a whole number from 0 on. Got 'x'.",
    "start --minutes 0": "%mock: --minutes must be a number above 0 and at most 240. Got '0'.",
    "start --unit serch design": "%mock: serch: no unit of the round design.",
    "start --unit serch": "%mock: serch: no such unit. Did you mean search?",
    "start --peer self": "%mock: --peer must be a name",
    "start 'design": "%mock: a quotation mark is not closed.",
    "sheet design --page mine": "%mock: --page must be one of candidate, interviewer, both.",
    "score": "%mock: there is no mock to mark.",
    "kept 4": "%mock: behind `kept` stands a number from 0 to 3. Got '4'.",
    "fix x": "%mock: there is no mock to mark.",
}


@pytest.mark.parametrize("line", BAD)
def test_what_makes_no_sense_is_one_sentence(line, notebook, course):
    text = notebook.run(line).strip()
    assert text.startswith(BAD[line]) and len(text.splitlines()) == 1
    assert not (course.root / "work" / "attempts.db").exists()


@pytest.mark.parametrize("marks", ["1 1", "1 1 1 1 1 1 4", "1 1 1 1 1 1 -1", "1 1 1 1 1 1 1 1"])
def test_marks_must_be_whole(marks, notebook, course):
    notebook.run(f"start {ROUND}")
    assert "marks are 7 numbers from 0 to 3: framing, numbers" in notebook.run(f"score {marks}")
    assert mocks_in(course)[0].marks == {}


def test_the_sheet_tells_the_candidate_s_line(notebook):
    text = notebook.run(f"sheet {ROUND} --page interviewer")
    assert "`%mock start design --unit feed --seed 1 --call`" in text
    assert "answer" not in notebook.run(f"sheet {ROUND} --page candidate")


def test_the_help_names_every_word():
    words = {name.removeprefix("_do_") for name in dir(magic.MockMagics) if name[:4] == "_do_"}
    assert len(words) == 12
    for word in words - {"help", "where"}:
        assert f"`%mock {word}" in magic.HELP


def test_outside_of_a_course_it_is_one_sentence(notebook, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    text = notebook.run("log").strip()
    assert text.startswith("%mock: ") and len(text.splitlines()) == 1


def test_a_broken_file_is_told_and_the_mock_goes_on(notebook, course):
    (course.root / "work" / "attempts.db").write_bytes(b"no database at all" * 1000)
    text = notebook.run(f"start {ROUND}")
    assert "note: " in text and "it could not be read" in text and "> Design the feed." in text


def run(course, *lines) -> list[str]:
    """What a fresh kernel shows for each line, in the folder of the notebook."""
    nb = nbformat.read(page.make(course)[0], as_version=4)
    nb.cells = [new_code_cell(line) for line in ("%load_ext mlprep.magic", *lines)]
    where = {"metadata": {"path": str(course.root / "work/mock")}}
    quiet = ["--IPKernelApp.log_level=40"]
    NotebookClient(nb, timeout=120, resources=where, extra_arguments=quiet).execute()
    return [
        "".join(o.get("text", "") or o.data.get("text/markdown", "") for o in cell.outputs)
        for cell in nb.cells[1:]
    ]


def test_a_round_goes_on_in_another_kernel(course, monkeypatch):
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    run(course, f"%mock start {ROUND} --minutes 8", "%mock next")
    where, answer, over, marks = run(
        course, "%mock", "%mock next", "%mock next y", "%mock score self 2 2 2 2 2 2 2"
    )
    assert "Follow-up 1 of 1" in where and "What a good answer holds" in answer
    assert "The conversation is over" in over and "You: senior" in marks
    (mock,) = mocks_in(course)
    assert mock.had == {1: 2} and mock.own


def test_the_notebook_is_made_once_and_stays_the_learners(course):
    path, is_new = page.make(course)
    assert is_new and path == course.root / "work/mock/mock.ipynb"
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    lines = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    assert [line.split()[1] for line in lines if line[0] == "%"] == [
        *("start", "next", "score", "fix", "log"),
    ]
    assert all(len(cell.source.split()) <= 120 for cell in nb.cells)
    path.write_text(json.dumps({"mine": 1}))
    assert page.make(course) == (path, False)
    assert json.loads(path.read_text()) == {"mine": 1}


def test_a_disk_that_does_not_take_it_is_one_sentence(course):
    (course.root / "work").write_text("a file")
    with pytest.raises(Exception, match="it cannot be read or written .* Nothing was changed"):
        page.make(course)


def test_every_kernel_knows_the_magic_without_what_takes_time():
    light = "import mlprep.mock.magic, sys; print([m for m in sys.modules if 'mock.' in m])"
    done = subprocess.run([sys.executable, "-c", light], capture_output=True, text=True, check=True)
    assert done.stdout == "['mlprep.mock.magic']\n"
