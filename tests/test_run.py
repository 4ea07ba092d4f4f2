"""run.py: from nothing to a working environment, and back from whatever broke it.

The environments here are real ones without packages; `step`, which would call pip, is replaced by
a note of what was asked for. test_binder.py makes one with pip for real.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import textwrap
import time
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FROM_NOTHING = ["Python", "PyTorch", "packages", "first imports"]


def load(venv: Path) -> types.ModuleType:
    """run.py as a module that works on `venv`, with a list `steps` of the steps it took."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    run = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLPREP_VENV", str(venv))
        spec.loader.exec_module(run)
    run.steps = []

    def step(title, words, failure=None):
        run.steps.append(title)
        if title == "Python":
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)

    run.step, run.real_step = step, run.step
    run.run = lambda words, settings, folder: words
    return run


@pytest.fixture
def run(tmp_path):
    return load(tmp_path / "env")


def sentence(capsys, run, arguments=("build",)) -> str:
    """The one line with which run.py gives up."""
    with pytest.raises(SystemExit) as stop:
        run.main(list(arguments))
    assert isinstance(stop.value.code, str), "printed on stderr, exit code 1"
    assert stop.value.code.startswith("run.py: ")
    assert "\n" not in stop.value.code
    assert "Traceback" not in capsys.readouterr().err
    return stop.value.code


# From nothing, and the second time ---------------------------------------------------------


def test_the_environment_is_made_once(run):
    assert run.main(["build", "--check"])[1:] == ["-m", "mlprep", "build", "--check"]
    assert run.steps == FROM_NOTHING
    run.main(["build"])
    assert run.steps == FROM_NOTHING


def test_an_installed_torch_is_kept(run):
    run.make()
    package = run.LIBRARY / "site-packages/torch"
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = '2.6.1+cpu'")
    run.fill(ours=True)
    assert run.steps == ["Python", "packages", "first imports"]
    (package / "__init__.py").write_text("__version__ = '2.5.0'")
    run.fill(ours=True)
    assert "PyTorch" in run.steps


RECIPE = ["pyproject.toml", "constraints.txt", "run.py", "jupyter/etc/labconfig/page_config.json"]


@pytest.mark.parametrize("name", RECIPE)
def test_a_changed_recipe_updates_the_environment_in_place(run, tmp_path, name):
    checkout = tmp_path / "checkout"
    for file in RECIPE:
        (checkout / file).parent.mkdir(parents=True, exist_ok=True)
        (checkout / file).write_bytes((ROOT / file).read_bytes())
    run.ROOT = checkout
    run.main(["build"])
    run.steps.clear()
    with (checkout / name).open("a") as file:
        file.write("\n# changed\n")
    run.main(["build"])
    assert run.steps == ["PyTorch", "packages", "first imports"]


# Broken environments -----------------------------------------------------------------------


def lose_python(run):
    run.PYTHON.unlink()


def spoil_python(run):
    run.PYTHON.unlink()
    run.PYTHON.write_text("not a program")
    run.PYTHON.chmod(0o755)


def damage_a_package(run):
    (run.LIBRARY / "site-packages/six.py").write_text("raise ImportError")


def lose_a_package(run):
    (run.LIBRARY / "site-packages/six.py").unlink()


def lose_the_stamp_in_an_install(run):
    run.note(run.INSTALLING, ours=True)


@pytest.mark.parametrize(
    "breakage",
    [lose_python, spoil_python, damage_a_package, lose_a_package, lose_the_stamp_in_an_install],
)
def test_a_broken_environment_is_noticed_and_made_anew(run, capsys, breakage):
    run.main(["build"])
    pretend_installed(run)
    run.main(["build"])
    assert run.steps == FROM_NOTHING, "an intact package is not a reason"
    breakage(run)
    run.main(["build"])
    assert run.steps == FROM_NOTHING * 2
    assert "making it anew" in capsys.readouterr().err
    run.main(["build"])
    assert run.steps == FROM_NOTHING * 2


def test_changed_settings_are_no_damage(run):
    run.main(["build"])
    pretend_installed(run)
    (run.VENV / "etc/six.json").write_text("changed by a program")
    run.main(["build"])
    assert run.steps == FROM_NOTHING


def pretend_installed(run):
    """Put a package into the environment in the way that pip does."""
    site = run.LIBRARY / "site-packages"
    (run.VENV / "etc").mkdir()
    (run.VENV / "etc/six.json").write_text("{}")
    (site / "six.py").write_text("value = 6\n")
    (site / "six-1.0.dist-info").mkdir()
    (site / "six-1.0.dist-info/METADATA").write_text("Name: six\nVersion: 1.0\n")
    (site / "six-1.0.dist-info/RECORD").write_text(
        "six.py,sha256=,10\n../../../etc/six.json,sha256=,2\n"
    )


def test_a_moved_environment_is_made_anew(run, tmp_path):
    run.main(["build"])
    run.VENV.rename(tmp_path / "elsewhere")
    moved = load(tmp_path / "elsewhere")
    moved.main(["build"])
    assert moved.steps == FROM_NOTHING


def test_an_environment_of_another_python_is_made_anew(run):
    run.main(["build"])
    run.VERSION = "3.99"
    run.main(["build"])
    assert run.steps == FROM_NOTHING * 2


def test_an_environment_that_cannot_be_imported_from_is_made_anew(run):
    run.main(["build"])
    run.note("an older recipe", ours=True)
    run.steps.clear()
    step = run.step

    def broken_once(title, words, failure=None):
        step(title, words, failure)
        if title == "first imports" and run.steps.count(title) == 1:
            raise failure("numpy cannot be imported")

    run.step = broken_once
    run.main(["build"])
    assert run.steps == ["PyTorch", "packages", "first imports", *FROM_NOTHING]


def test_a_lost_stamp_costs_a_look_not_a_new_environment(run):
    run.main(["build"])
    run.STAMP.unlink()
    run.main(["build"])
    assert run.steps == [*FROM_NOTHING, "PyTorch", "packages", "first imports"]


def test_a_folder_of_somebody_else_is_never_removed(run, capsys):
    run.VENV.mkdir()
    (run.VENV / "thesis.tex").write_text("years of work")
    assert "MLPREP_VENV" in sentence(capsys, run)
    assert [path.name for path in run.VENV.iterdir()] == ["thesis.tex"]


# Interrupted -------------------------------------------------------------------------------


@pytest.mark.parametrize("title", FROM_NOTHING)
def test_ctrl_c_leaves_a_state_that_the_next_start_repairs(run, capsys, title):
    step = run.step

    def interrupted(now, words, failure=None):
        step(now, words, failure)
        if now == title:
            raise KeyboardInterrupt

    run.step = interrupted
    assert run.main(["build"]) == 130
    assert "interrupted" in capsys.readouterr().err
    run.step = step
    run.steps.clear()
    run.main(["build"])
    assert run.steps == FROM_NOTHING


def test_two_at_once_make_it_once(tmp_path):
    script = tmp_path / "one.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys, time
        sys.path.insert(0, {str(ROOT / "tests")!r})
        from pathlib import Path
        from test_run import load
        run = load(Path({str(tmp_path / "env")!r}))
        step = run.step
        def slowly(title, words, failure=None):
            with open({str(tmp_path / "steps")!r}, "a") as file:
                print(title, file=file)
            time.sleep(0.3)
            step(title, words, failure)
        run.step = slowly
        run.main(["build"])
        """)
    )
    pair = [subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE) for _ in range(2)]
    said = b"".join(child.communicate(timeout=60)[1] for child in pair)
    assert [child.returncode for child in pair] == [0, 0]
    assert (tmp_path / "steps").read_text().splitlines() == FROM_NOTHING
    assert b"another run.py is making" in said


@pytest.mark.skipif(os.name == "nt", reason="on Windows the lock ends with run.py alone")
def test_pip_keeps_the_lock_when_run_py_is_killed(run, tmp_path):
    lock = tmp_path / "env.lock"
    with run.lock():
        orphan = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1, close_fds=False)
    with lock.open("w") as file:
        assert not run.locked(file)
        orphan.communicate(b"\n")
        assert run.locked(file)


# What can go wrong, each in one sentence ---------------------------------------------------


def test_run_py_can_be_read_by_an_old_python():
    ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_is_needed():
    code = "import runpy, sys; sys.version_info = (3, 8, 10); runpy.run_path('run.py')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert re.fullmatch(
        r"run.py: Python 3.11 or newer is needed and this is 3.8: .*\n", done.stderr
    )


def test_a_full_disk_is_seen_before_anything_is_installed(run, capsys, monkeypatch):
    few = types.SimpleNamespace(free=400_000_000)
    monkeypatch.setattr(run.shutil, "disk_usage", lambda path: few)
    assert "only 0.4 GB of disk are free and the environment needs 3 GB" in sentence(capsys, run)
    assert run.steps == []


def fails(run, output: str):
    """Let the packages' step be a real command that prints `output` and fails."""
    step = run.step
    words = [sys.executable, "-c", f"print({output!r}); raise SystemExit(1)"]

    def failing(title, usual, failure=run.PipGaveUp):
        step(title, usual, failure)
        if title == "packages":
            run.real_step(title, words, failure)

    run.step = failing
    return step


def test_a_disk_that_fills_up_is_named_and_the_next_start_makes_it_anew(run, capsys):
    step = fails(run, "ERROR: Could not install: [Errno 28] No space left on device")
    assert "the disk is full" in sentence(capsys, run)
    run.step = step
    run.main(["build"])
    assert run.steps == [*FROM_NOTHING[:3], *FROM_NOTHING]


def test_what_pip_says_last_is_passed_on_and_the_next_start_goes_on(run, capsys):
    step = fails(run, "Collecting numpy\nERROR: ResolutionImpossible: numpy")
    said = sentence(capsys, run)
    assert "ERROR: ResolutionImpossible: numpy" in said
    assert str(run.LOG) in said
    assert "Collecting numpy" in run.LOG.read_text()
    run.step = step
    run.main(["build"])
    assert run.steps == [*FROM_NOTHING[:3], "PyTorch", "packages", "first imports"]


@pytest.mark.parametrize(
    "settings",
    [
        {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"},
        {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"},
        {"PIP_NO_INDEX": "1"},
    ],
)
def test_no_network_is_named(run, capsys, monkeypatch, settings):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {"PIP_CONFIG_FILE": os.devnull, **settings}.items():
        monkeypatch.setenv(name, value)
    pip = [sys.executable, "-m", "pip", "download", "-d", str(run.VENV), "nothing-is-called-so"]
    run.step = lambda title, words, failure=run.PipGaveUp: run.real_step(title, pip, failure)
    said = sentence(capsys, run)
    assert "pip could not get nothing-is-called-so" in said
    assert "connect to the network, or point PIP_INDEX_URL at" in said


def test_a_network_that_is_lost_on_the_way_is_named(run, capsys):
    fails(run, "urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.")
    assert "pip could not get all packages" in sentence(capsys, run)


def test_a_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert str(tmp_path / "file") in sentence(capsys, load(tmp_path / "file" / "env"))


def test_a_python_without_ensurepip_says_which_package_is_missing(run, capsys, monkeypatch):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert "python3-venv" in sentence(capsys, run)


# What is shown meanwhile -------------------------------------------------------------------

SLOW = "import time; print('Collecting numpy', flush=True); time.sleep(0.4)"


def test_a_step_says_what_it_is_and_how_long_it_took(run, capsys):
    run.VENV.mkdir()
    run.real_step("packages", [sys.executable, "-c", SLOW])
    assert re.fullmatch(r"  packages +\d s\s*\n", capsys.readouterr().err)


def test_on_a_terminal_the_line_follows_what_pip_does(run, capsys, monkeypatch):
    run.VENV.mkdir()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run.real_step("packages", [sys.executable, "-c", SLOW])
    shown = capsys.readouterr().err
    assert "Collecting numpy" in shown
    assert shown.count("\r") >= 3
    assert shown.count("\n") == 1


def test_packages_that_are_being_installed_are_counted(run):
    run.make()
    pretend_installed(run)
    assert run.news(["Collecting a\n", "Installing collected packages: a, b, c\n"]) == (
        "installing 3 packages, 1 there"
    )


# The verb ----------------------------------------------------------------------------------


def test_no_verb_shows_the_verbs(run, capsys):
    assert run.main([]) == 2
    assert "python3 run.py study" in capsys.readouterr().out
    assert run.steps == []


THREE = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


@pytest.mark.parametrize(
    ("rest", "added"),
    [
        ([], THREE),
        (["-k", "softmax"], THREE),
        (["-n", "0"], []),
        (["-n4"], []),
        (["-p", "no:xdist"], []),
        (["--pdb"], []),
    ],
)
def test_tests_run_in_three_processes_unless_told_otherwise(run, rest, added):
    words, _, folder = run.command(["test", *rest])
    assert words == [str(run.PYTHON), "-m", "pytest", *added, *rest]
    assert folder == ROOT


def test_a_verb_sees_the_environment_and_the_course(run, monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.delenv("MLPREP_COURSE", raising=False)
    _, settings, folder = run.command(["check", "softmax"])
    assert settings["VIRTUAL_ENV"] == str(run.VENV)
    assert settings["PATH"].split(os.pathsep)[0] == str(run.BIN)
    assert settings["MLPREP_COURSE"] == str(ROOT)
    assert (settings["OMP_NUM_THREADS"], settings["MKL_NUM_THREADS"]) == ("4", "1")
    assert "PYTHONHOME" not in settings
    assert folder == Path.cwd()


def test_the_verbs_exit_code_and_folder_are_those_of_the_caller(run, tmp_path):
    run.main(["build"])
    package = run.LIBRARY / "site-packages/mlprep"
    package.mkdir()
    (package / "__main__.py").write_text(
        "import os, sys; print(os.getcwd(), *sys.argv[1:]); sys.exit(7)"
    )
    words = [sys.executable, ROOT / "run.py", "check", "softmax", "--hint"]
    env = dict(os.environ, MLPREP_VENV=str(run.VENV))
    begun = time.monotonic()
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout == f"{tmp_path} check softmax --hint\n"
    assert time.monotonic() - begun < 5


def test_the_stamp_is_plain_to_read(run):
    run.main(["build"])
    assert set(json.loads(run.STAMP.read_text())) == {"recipe", "place", "ours"}
