"""Binder: what repo2docker makes of binder/, and the same steps run for real.

The image itself cannot be built in a test (it needs a Docker engine and conda-forge). In its place
a new virtual environment gets torch, then binder/postBuild and binder/start do what they do there.
The environment then serves once more: run.py must take it over and finish it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import Unchanged

ROOT = Path(__file__).resolve().parents[1]
TORCH = re.search(r'TORCH = "(.*)"', (ROOT / "run.py").read_text())[1]


# What repo2docker reads --------------------------------------------------------------------


@pytest.fixture(scope="module")
def buildpack():
    """The build pack that repo2docker picks for this repository, on Binder's platform."""
    from repo2docker.app import Repo2Docker

    app = Repo2Docker()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        for kind in app.buildpacks:
            pack = kind(app.base_image)
            pack.platform = "linux/amd64"
            if pack.detect():
                yield pack
                return


def test_binder_takes_the_conda_environment_with_python_3_11(buildpack):
    assert type(buildpack).__name__ == "CondaBuildPack"
    assert buildpack.binder_dir == "binder"
    assert buildpack.python_version == "3.11"


def test_the_image_runs_post_build_and_start(buildpack):
    dockerfile = buildpack.render(build_args={})
    assert re.search(r"^RUN ./binder/postBuild$", dockerfile, re.M)
    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_the_scripts_are_executable_and_stop_at_the_first_error(name):
    script = ROOT / "binder" / name
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text()


def test_start_becomes_the_command_it_was_given_with_one_thread_and_the_study_settings(tmp_path):
    code = "import json, os, sys; print(json.dumps([dict(os.environ), sys.argv[1:]]))"
    words = [ROOT / "binder/start", sys.executable, "-c", code, "two words"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    environment, arguments = json.loads(done.stdout)
    assert arguments == ["two words"]
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["JUPYTER_CONFIG_PATH"].split(":")[0] == str(ROOT / "jupyter/study")
    assert (ROOT / "binder/start").read_text().rstrip().endswith('exec "$@"')


# The same, run for real --------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what a commit of this checkout would hold, so that nothing is written here."""
    folder = tmp_path_factory.mktemp("binder") / "course"
    words = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def recipe(request):
    """What an environment is made of; the tests of one are not run again while it is the same."""
    files = [ROOT / name for name in ("run.py", "pyproject.toml", "constraints.txt", __file__)]
    for name in ("binder", "jupyter", "src/mlprep/lab", "src/mlprep/plan"):
        files += [path for path in sorted((ROOT / name).rglob("*")) if path.suffix != ".pyc"]
    files += [ROOT / "src/mlprep" / name for name in ("cli.py", "study.py", "contents.py")]
    unchanged = Unchanged(request)
    unchanged.skip(*(part for f in files if f.is_file() for part in (f.name, f.read_bytes())))
    return unchanged


@pytest.fixture(scope="module")
def image(recipe, checkout):
    """A fresh environment with torch, in which binder/postBuild has run; its variables."""
    venv = checkout.parent / "env"
    environment = dict(os.environ, PATH=f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}")
    environment["PIP_COMPILE"] = "0"  # a third of the time; Python compiles what it imports
    for name in ("VIRTUAL_ENV", "MLPREP_COURSE", "PYTHONPATH"):
        environment.pop(name, None)
    for words in (
        [sys.executable, "-m", "venv", venv],
        ["python", "-m", "pip", "install", "-q", TORCH],
        ["./binder/postBuild"],
    ):
        done = subprocess.run(words, cwd=checkout, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return environment


@pytest.mark.slow
def test_post_build_keeps_torch_and_writes_the_list_of_units(image, checkout):
    code = "import torch, mlprep; print(torch.__version__)"
    words = ["python", "-c", code]
    said = subprocess.run(words, env=image, capture_output=True, text=True, check=True).stdout
    assert said.startswith(TORCH.removeprefix("torch=="))
    assert (checkout / "work/README.md").is_file()


@pytest.mark.slow
def test_the_lab_starts_under_binders_prefix_on_the_start_page(image, checkout, serve, free_port):
    options = [f"--port={free_port}", "--ServerApp.base_url=/user/b/", "--IdentityProvider.token=t"]
    if os.geteuid() == 0:
        options.append("--allow-root")  # Binder runs it as an ordinary user
    address = f"http://127.0.0.1:{free_port}/user/b/"
    lab = ["./binder/start", "jupyter", "lab", "--no-browser", *options]
    serve(lab, address + "api", timeout_s=60, cwd=checkout, env=image)
    with urllib.request.urlopen(address + "?token=t") as answer:
        assert answer.status == 200
        assert answer.url.startswith(address + "lab?")
        page = answer.read().decode()
    copy = address + "api/contents/work/bias_variance/bias_variance.ipynb?content=0&token=t"
    with urllib.request.urlopen(copy) as answer:
        assert json.load(answer)["writable"]
    settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)[1])
    assert settings["baseUrl"] == "/user/b/"
    assert settings["mlprepOpen"] == "mlprep:open-start"
    with urllib.request.urlopen(address + "mlprep/home?token=t") as answer:
        assert json.load(answer)["list"] == "work/README.md"
    assert "@jupyter/nbgrader:formgrader" in settings["disabledExtensions"]


@pytest.mark.slow
def test_run_py_takes_over_an_environment_that_has_torch_and_then_starts_in_seconds(
    image, checkout, recipe, request
):
    words = [sys.executable, "run.py", "test", "--version"]
    environment = dict(image, MLPREP_VENV=str(checkout.parent / "env"))
    done = subprocess.run(words, cwd=checkout, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[0]) == (0, "pytest"), done.stderr
    steps = re.findall(r"^  (\w[\w ]*?)  ", done.stderr, re.M)
    assert list(dict.fromkeys(steps)) == ["packages", "first imports"]

    begun = time.monotonic()
    done = subprocess.run(words, cwd=checkout, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - begun < 10
    if not request.session.testsfailed:  # in this process, which has run this whole file
        recipe.passed()
