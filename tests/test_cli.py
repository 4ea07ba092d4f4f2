"""The command line: one line for each error, exit codes that scripts can trust."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import nbformat
import pytest
from helpers import NO_MAX, OVERFLOW, softmax_course, softmax_notebook, with_answer

import mlprep
from mlprep.cli import main, parser


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The course of the unit `softmax`, all right, with the working directory inside it."""
    course = softmax_course(tmp_path / "course")
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    monkeypatch.chdir(course.root / "work")
    return course


def wrong(course):
    nbformat.write(with_answer(softmax_notebook(), softmax=NO_MAX),
                   course.unit("softmax").work_notebook())  # fmt: skip


def test_all_right_is_0_and_something_wrong_is_1(course, capsys):
    assert main(["check", "softmax"]) == 0
    assert capsys.readouterr().out.startswith("softmax: 7 of 7 points")
    wrong(course)
    assert main(["check", "softmax"]) == 1
    assert OVERFLOW in capsys.readouterr().out
    assert main(["check", "softmax", "double"]) == 0
    assert capsys.readouterr().out.startswith("✔ double")


def test_a_report_as_json_is_the_whole_report(course, capsys):
    wrong(course)
    assert main(["check", "softmax", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["score"], data["max_score"]) == (5.0, 7.0)
    assert data["results"][0]["mistake"] == "no_max_subtraction"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["check", "sofmax"], 2, "mlprep check: sofmax: no such unit. Did you mean softmax?"),
        (["check", "softmax", "dobule"], 2, "dobule: no such question in softmax. It has softmax"),
        (["check", "softmax", "--hint"], 2, "name the question: mlprep check UNIT QUESTION --hint"),
        (["check", "softmax", "double", "--solution"], 2, "double: try it first."),
        (["check", "softmax", "--notebook", "none.ipynb"], 1, "none.ipynb: there is no such"),
        (["check", "softmax", "--notebook", "."], 1, "a notebook must be a file"),
        (["build", "nothing"], 2, "mlprep build: nothing: no such unit"),
    ],
)
def test_an_error_is_one_line_on_stderr(course, capsys, arguments, code, message):
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith(f"mlprep {arguments[0]}: ")
    assert len(err.splitlines()) == 1


def test_outside_of_a_course_the_way_in_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "softmax"]) == 2
    assert "must lie inside the course" in capsys.readouterr().err


def test_the_course_may_be_named_from_anywhere(course, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLPREP_COURSE", str(course.root))
    assert main(["check", "softmax", "double"]) == 0


@pytest.mark.parametrize("arguments", [[], ["chekc"], ["check"], ["check", "a", "--what"]])
def test_a_wrong_command_is_2_with_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: mlprep" in capsys.readouterr().err


def test_every_verb_explains_itself(capsys):
    verbs = next(a for a in parser()._actions if a.dest == "verb").choices
    assert {"study", "check", "build", "new"} <= set(verbs)
    for verb in verbs:
        with pytest.raises(SystemExit) as stop:
            main([verb, "--help"])
        assert stop.value.code == 0
        assert f"usage: mlprep {verb}" in capsys.readouterr().out


def test_hints_and_solutions_are_printed(course, capsys):
    assert main(["check", "softmax", "softmax", "--hint"]) == 0
    assert capsys.readouterr().out == "Hint 1 of 3 for `softmax`: Look at a row of large logits.\n"
    main(["check", "softmax"])
    capsys.readouterr()
    assert main(["check", "softmax", "softmax", "--solution"]) == 0
    assert "def softmax(z):" in capsys.readouterr().out


def test_the_program_and_the_module_are_the_same_and_know_their_version():
    for command in ([sys.executable, "-m", "mlprep"], ["mlprep"]):
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        done = subprocess.run([*command, "--version"], capture_output=True, text=True,
                              env=os.environ | {"PATH": path}, check=True)  # fmt: skip
        assert done.stdout == f"mlprep {mlprep.__version__}\n"


def test_a_console_that_knows_no_such_letters_is_no_reason_to_fail(course):
    done = subprocess.run(
        [sys.executable, "-m", "mlprep", "check", "softmax", "double"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"? double")
