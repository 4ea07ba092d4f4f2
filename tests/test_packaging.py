"""What is installed, at which versions, and that the repository keeps its own rules."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+-]+)")
# pip brings these with torch where there is a GPU to use; a pin would bring them everywhere.
TORCH_OWN = re.compile(r"torch$|triton|nvidia|cuda|mkl|^(intel|tbb|umf)")


@pytest.fixture(scope="module")
def pins():
    """constraints.txt: {name: version}."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [PIN.fullmatch(line) for line in lines if not line.startswith("#")]
    assert None not in found, "only comments and NAME==VERSION: no index, no path, no option"
    return {canonicalize_name(match[1]): match[2] for match in found}


def git(*words) -> list[str]:
    """The lines that a git command prints."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


# Versions ----------------------------------------------------------------------------------


def test_constraints_hold_nothing_that_would_replace_a_cpu_build(pins):
    assert [name for name in pins if TORCH_OWN.search(name)] == []


def test_constraints_leave_the_installer_and_the_course_alone(pins):
    assert not pins.keys() & {"pip", "setuptools", "wheel", "mlprep"}


def test_no_index_or_mirror_is_written_into_any_set_up_file():
    option = re.compile(
        r"--(extra-)?index-url|--find-links|--trusted-host|file://|https?://(?!127)"
    )
    for name in (
        "constraints.txt",
        "pyproject.toml",
        "run.py",
        ".ci/run",
        *git("ls-files", "binder"),
    ):
        assert option.findall((ROOT / name).read_text()) == [], name


def test_every_package_that_the_course_needs_is_pinned_at_the_version_tested_here(pins):
    seen, todo = set(), [Requirement("mlprep[cluster,serve,site,test]")]
    while todo:
        need = todo.pop()
        name = canonicalize_name(need.name)
        if (name, frozenset(need.extras)) in seen or TORCH_OWN.search(name):
            continue
        seen.add((name, frozenset(need.extras)))
        here = importlib.metadata.distribution(name)
        elsewhere = sys.platform != "linux" and name not in pins  # pywinpty, appnope
        if name not in ("mlprep", "setuptools") and not elsewhere:
            assert pins.get(name) == here.version, f"{name}: constraints.txt is not what runs here"
        for text in here.requires or ():
            further = Requirement(text)
            if not further.marker or any(
                further.marker.evaluate({"extra": extra}) for extra in need.extras or {""}
            ):
                todo.append(further)
    assert len(seen) >= 120


def test_run_py_installs_a_torch_that_the_package_accepts():
    wanted = re.search(r'TORCH = "torch==(.*)"', (ROOT / "run.py").read_text())[1]
    needs = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
    (torch,) = [need for need in needs if need.name == "torch"]
    assert Version(wanted) in torch.specifier


def test_python_3_11_is_asked_for_everywhere_in_the_same_way():
    assert PYPROJECT["project"]["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in (ROOT / "run.py").read_text()
    assert "python=3.11" in (ROOT / "binder/environment.yml").read_text()


# What an installation brings ---------------------------------------------------------------


def test_the_jupyter_settings_are_installed_with_the_package():
    shared = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    files = 0
    for source, target in shared.items():
        for path in (ROOT / source).rglob("*"):
            if path.is_file():
                copy = Path(sys.prefix) / target / path.relative_to(ROOT / source)
                assert copy.is_file(), f"{copy}: missing. Run pip install -e . again."
                assert copy.read_bytes() == path.read_bytes(), f"{copy}: older than {path}"
                files += 1
    assert files >= 1


def test_announcements_and_extension_manager_are_off_in_every_lab():
    for name in ("etc", "study"):
        text = (ROOT / "jupyter" / name / "labconfig/page_config.json").read_text()
        off = json.loads(text)["disabledExtensions"]
        assert off["@jupyterlab/apputils-extension:announcements"]
        assert off["@jupyterlab/extensionmanager-extension"]
        assert ("@jupyter/nbgrader:formgrader" in off) == (name == "study")


def test_jupyterlab_leaves_the_installed_settings_as_they_are():
    # It adds what is missing here to the installed file, which then differs from ours.
    settings = json.loads((ROOT / "jupyter/etc/labconfig/page_config.json").read_text())
    assert settings["lockedExtensions"] == settings["disabledExtensions"]


def test_the_command_is_installed():
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name="mlprep")
    assert callable(entry.load())


# The repository's own rules ----------------------------------------------------------------


def test_code_is_clean_by_ruff():
    words = [sys.executable, "-m", "ruff", "check", "--quiet", "--output-format=concise", ROOT]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_module_is_too_long_to_read_in_one_sitting():
    modules = [name for name in git("ls-files", "*.py") if not name.startswith("source/")]
    assert len(modules) >= 20
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in modules}
    assert [f"{name}: {n} lines" for name, n in lengths.items() if n > 600] == []


def test_what_learners_and_the_grader_write_is_not_tracked():
    written = ["work/softmax/softmax.ipynb", "submitted/ada/softmax/softmax.ipynb", "gradebook.db"]
    written += ["autograded/ada/softmax/softmax.ipynb", "feedback/ada/softmax/softmax.html"]
    written += [
        "exchange/mlprep/inbound",
        ".venv/bin/python",
        ".venv.lock",
        "site/notebooks/x.ipynb",
    ]
    assert git("check-ignore", *written) == written
    assert git("ls-files", "autograded") == ["autograded/README.md"]


def test_licences_name_code_and_text():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
    text = (ROOT / "LICENSE-TEXT").read_text()
    assert "https://creativecommons.org/licenses/by/4.0/" in text
    assert PYPROJECT["project"]["license"] == "MIT"


def test_continuous_integration_runs_the_test_command_of_run_py():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    assert script.read_text().rstrip().endswith('exec python3 run.py test "$@"')


def test_every_command_that_the_documents_show_exists():
    from mlprep.cli import parser

    (verbs,) = [action.choices for action in parser()._actions if action.dest == "verb"]
    shown = []
    for name in git("ls-files", "*.md"):
        found = re.findall(r"(?:python3 run\.py|`mlprep) ([a-z]+)", (ROOT / name).read_text())
        shown += [(name, verb) for verb in found]
    assert [(name, verb) for name, verb in shown if verb not in {"test", *verbs}] == []
    assert len(shown) >= 10


def test_the_question_that_the_authors_guide_shows_is_proved():
    import numpy as np
    import torch

    from mlprep.check import Question
    from mlprep.check.proof import prove

    def softmax(z):
        weights = np.exp(z - z.max(-1, keepdims=True))
        return weights / weights.sum(-1, keepdims=True)

    guide = (ROOT / "CONTRIBUTING.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", guide, re.S)
    (code,) = [block for block in blocks if "Question(softmax" in block]
    space = {"np": np, "torch": torch, "Question": Question, "softmax": softmax}
    exec(code.replace("q.grade()", ""), space)
    proof = prove(space["q"])
    assert proof.problems == []
    assert proof.mistakes == ["no_max_subtraction"]
    assert "through_log_sum_exp" in proof.variants
