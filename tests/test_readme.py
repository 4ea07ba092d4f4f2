"""README.md: every command that it shows runs, what it prints is what comes, its links lead on."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import nbformat
import pytest
from forking import forked
from helpers import find

from mlprep import copies
from mlprep.course import Course

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
UNIT = "bias_variance"
EXIT_CODES = {"python3 run.py check bias_variance": 1}  # not all of it is right
NOISE_FORGOTTEN = """\
def decomposes(preds, y_new, bias2, var, noise, z=3.0):
    errors = np.mean((y_new - preds) ** 2, axis=1)
    gap = errors.mean() - (bias2 + var)
    se = errors.std(ddof=1) / np.sqrt(len(errors))
    return gap, se, bool(abs(gap) <= z * se)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of this course in which a learner has answered two questions, one of them wrongly."""
    root = tmp_path_factory.mktemp("readme") / "course"
    for name in ("source", "release", "notebooks", "jupyter"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course(root)
    unit = course.unit(UNIT)
    copies.ready(unit, UNIT)
    source = nbformat.read(unit.source_notebook(), as_version=4)
    mine = nbformat.read(unit.work_notebook(), as_version=4)
    find(mine, "ridge_df").source = find(source, "ridge_df").source
    find(mine, "decomposes").source = NOISE_FORGOTTEN
    nbformat.write(mine, unit.work_notebook())
    submitted = root / "submitted" / "ada" / UNIT / f"{UNIT}.ipynb"
    submitted.parent.mkdir(parents=True)
    shutil.copy(unit.work_notebook(), submitted)
    return course


@pytest.fixture(scope="module")
def run_py():
    """run.py as a module, to see what it would start."""
    spec = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def environment(course) -> dict[str, str]:
    """The environment as `source .venv/bin/activate` leaves it."""
    programs = Path(sys.executable).parent
    env = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    return env | {"MLPREP_COURSE": str(course.root)}


def words_of(command: str, run_py) -> list[str]:
    """What a command of README starts in the environment that exists already."""
    words = shlex.split(command)
    if words[:2] == ["python3", "run.py"]:
        started, _, _ = run_py.command(words[2:])
        return forked(*started[1:])
    if words[0] in ("nbgrader", "mlprep"):
        assert (Path(sys.executable).parent / words[0]).is_file()
        return forked("-m", *words)
    return words


def test_the_commands_are_counted_and_each_is_run_by_a_test_below():
    assert len(COMMANDS) == 20
    assert len(set(COMMANDS)) == 20
    assert set(SERVERS) | set(COVERED) | set(RUN) == set(COMMANDS)


SERVERS = ["python3 run.py study", "python3 run.py teach"]
COVERED = ["python3 run.py test", "source .venv/bin/activate"]
RUN = [command for command in COMMANDS if command not in SERVERS + COVERED]


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN)
def test_a_command_runs(command, course, run_py):
    words = words_of(command, run_py)
    done = subprocess.run(
        words, cwd=course.root, env=environment(course), capture_output=True, text=True
    )
    assert done.returncode == EXIT_CODES.get(command, 0), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_after_the_commands_there_is_a_release_feedback_and_a_score(course):
    """(After those above, in the same file.)"""
    same = course.unit(UNIT).release_notebook().relative_to(course.root)
    assert (course.root / same).read_bytes() == (ROOT / same).read_bytes()
    assert (course.root / "feedback" / "ada" / UNIT / f"{UNIT}.html").is_file()
    grades = (course.root / "grades.csv").read_text()
    assert re.search(rf"^{UNIT},.*,ada,", grades, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "path"), [(SERVERS[0], "/mlprep/home"), (SERVERS[1], "/formgrader")]
)
def test_a_server_starts_and_answers(command, path, course, run_py, serve, free_port):
    words = words_of(command, run_py) + ["--no-browser", f"--port={free_port}"]
    env = environment(course) | {"JUPYTER_TOKEN": "secret"}
    serve(words, f"http://127.0.0.1:{free_port}/api", timeout_s=60, env=env, cwd=course.root)
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}{path}?token=secret") as answer:
        assert answer.status == 200


def test_the_tests_are_started_as_it_says():
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith('exec python3 run.py test "$@"')


def test_the_example_of_a_named_mistake_is_what_a_learner_gets(course):
    words = [sys.executable, "-m", "mlprep", "check", UNIT, "decomposes"]
    done = subprocess.run(words, env=environment(course), capture_output=True, text=True)
    example = next(block for kind, block in BLOCKS if kind == "")
    assert done.stdout == example


def test_every_link_and_folder_exists():
    links = re.findall(r"\]\((?!https://)([^)#]+)\)", TEXT)
    assert len(links) >= 4
    folders = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", TEXT, re.MULTILINE)
    named = re.findall(r"`([\w/]+/)`", " ".join(folders))
    assert len(named) >= 10
    made_when_used = {"work/", "submitted/", "feedback/"}
    for name in {*links, *named} - made_when_used:
        assert (ROOT / name).exists(), name


def test_the_magics_that_it_shows_exist():
    from mlprep.magic import CheckMagics
    from mlprep.mock.magic import MockMagics
    from mlprep.plain.magic import PlainMagics

    shown = set(re.findall(r"`%(\w+)", TEXT))
    magics = (CheckMagics, MockMagics, PlainMagics)
    known = {name for kind in magics for name in kind.magics["line"]}
    assert shown == {"check", "hint", "solution", "mock", "plain"} <= known
    words = set(re.findall(r"`%mock (\w+)", TEXT))
    assert len(words) >= 5 and all(hasattr(MockMagics, f"_do_{word}") for word in words)


def test_the_owner_is_written_in_one_address():
    addresses = re.findall(r"https://[^\s)]*OWNER[^\s)]*", TEXT)
    assert addresses == ["https://mybinder.org/v2/gh/OWNER/mlprep/HEAD?urlpath=lab"]
    assert "](https://mybinder.org/v2/gh/" in TEXT.splitlines()[2]
    assert (ROOT / "notebooks" / "README.md").is_file()


def test_no_address_of_a_package_index_is_given():
    assert not re.findall(r"https?://\S*(?:download\.pytorch|pypi|simple/|whl)", TEXT)
