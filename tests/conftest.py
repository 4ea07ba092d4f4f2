"""What several test files share: a small course, servers that end with the test, a browser."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import forking
import hypothesis
import pytest

from mlprep.imports import skip_iri_grammar

ROOT = Path(__file__).resolve().parents[1]

skip_iri_grammar()  # in each test process, a second

# Three test processes on two cores: more threads in each only get in each other's way.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# The same examples each time, nothing written, no hurry on a busy machine.
hypothesis.settings.register_profile("tests", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("tests")

# As root in a closed network: no sandbox of its own, no calls home.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

LONGEST = ("test_attempts_to_cheat", "test_binder", "test_units", "test_units_lessons")

UNIT_TOML = """\
title = "Softmax"
area = "fundamentals"
tracks = ["engineering"]
minutes = {lesson = 30, assignment = 60}
difficulty = 2
prerequisites = []
objectives = ["Compute a softmax that does not overflow", "Say why it does not"]
interview_questions = ["Why subtract the maximum?"]
topics = ["softmax"]
references = []
"""


def pytest_configure(config):
    """Commands and kernels are forked for all test processes by one (see forking.py)."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell's job in the background: what
        signal.signal(signal.SIGINT, signal.default_int_handler)  # tests start would be deaf, too
    if sys.platform == "linux" and forking.SOCKET not in os.environ:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="forking-")))
            os.environ.update(stack.enter_context(forking.server(folder)))
            config.add_cleanup(stack.pop_all().close)


def pytest_collection_modifyitems(items):
    """The longest files come first, then those with slow tests: all processes then end at about
    the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.stem not in LONGEST, item.path not in slow))


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A fixture may ask whether its test passed."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


class Unchanged:
    """What a slow test depends on, so that it is not run again while that is the same.

    A fresh checkout has no memory (.pytest_cache), and `--cache-clear` loses it.
    """

    def __init__(self, request):
        self._cache = request.config.cache
        self._name = request.node.name

    def skip(self, *parts: str | bytes) -> None:
        """Skip the test when it last passed with these parts, this Python and these packages."""
        self._key = fingerprint(*parts)
        if self._cache.get(_place(self._name), "") == self._key:
            pytest.skip("passed before, and nothing that it depends on has changed")

    def passed(self) -> None:
        """The last line of the test."""
        self._cache.set(_place(self._name), self._key)

    def remembered(self, name: str, make: Callable, *parts: str | bytes):
        """What make() gives (JSON-able), made again only when one of the parts has changed."""
        key, found = fingerprint(*parts), self._cache.get(_place(name), None)
        if not isinstance(found, list) or found[0] != key:
            found = [key, make()]
            self._cache.set(_place(name), found)
        return found[1]


def _place(name: str) -> str:
    return "mlprep/" + re.sub(r"[^\w.-]+", "-", name)


@functools.cache
def packages() -> str:
    """This Python, and what is installed in it."""
    found = sorted(f"{d.name} {d.version}" for d in importlib.metadata.distributions())
    return "\n".join([sys.version, *found])


def fingerprint(*parts: str | bytes) -> str:
    """A hash of the parts, this Python and these packages."""
    total = hashlib.sha256(packages().encode())
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


@pytest.fixture
def unchanged(request) -> Unchanged:
    return Unchanged(request)


@pytest.fixture(autouse=True, scope="session")
def own_jupyter_folders(tmp_path_factory):
    """Jupyter and IPython neither read nor write the settings of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("jupyter")
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        os.environ[name] = str(folder / name.lower())


@pytest.fixture
def root() -> Path:
    """The checkout that is being tested."""
    return ROOT


@pytest.fixture
def toy_course(tmp_path):
    """A course of one unit, `softmax`, as `mlprep build` leaves it, with its configuration."""
    from mlprep.course import Course

    folder = tmp_path / "course"
    for name in ("source/softmax", "release/softmax", "notebooks"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(ROOT / "jupyter", folder / "jupyter")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    stage = 'stage = "First"\nunits = ["softmax"]\n'
    (folder / "source/curriculum.toml").write_text(f"[[engineering]]\n{stage}")
    (folder / "source/softmax/unit.toml").write_text(UNIT_TOML)
    (folder / "source/softmax/softmax.py").write_text("# %% [markdown]\n# # Softmax\n")
    for path in ("release/softmax/softmax.ipynb", "notebooks/softmax.ipynb"):
        (folder / path).write_text(json.dumps(notebook(f"# Softmax in {path}")))
    (folder / "release/softmax/logits.csv").write_text("1,2,3\n")
    return Course(folder)


def notebook(text: str) -> dict:
    """The smallest notebook that Jupyter opens without a question: one cell of text."""
    cell = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": text}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def free_port() -> int:
    """A port on which nothing listens now."""
    return a_free_port()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serve(tmp_path):
    """A function that starts a command and waits until it answers at a URL; stopped at the end."""
    with serving(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def serve_all(tmp_path_factory):
    """The same for all tests of a file."""
    with serving(tmp_path_factory.mktemp("servers")) as start:
        yield start


@contextlib.contextmanager
def serving(folder):
    """See `serve`; what the commands print is kept in `folder`."""
    children = []

    def start(words, url, timeout_s=20, **options):
        """The seconds until the first answer, and the file that holds what the command printed."""
        output = folder / f"server-{len(children)}.log"
        begun = time.monotonic()
        with output.open("w") as file:
            child = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT, **options)
        children.append(child)
        while time.monotonic() - begun < timeout_s and child.poll() is None:
            try:
                urllib.request.urlopen(url, timeout=5).close()
            except urllib.error.HTTPError:
                return time.monotonic() - begun, output  # an error page is an answer
            except OSError:
                time.sleep(0.1)
            else:
                return time.monotonic() - begun, output
        raise AssertionError(f"{url}: no answer in {timeout_s} s.\n{output.read_text()}")

    try:
        yield start
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@pytest.fixture(scope="module")
def chromium():
    """A headless Chromium, driven by Playwright; each test opens pages of its own.

    Not for the session: while Playwright runs, nothing else in the process can use asyncio.run.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no chromium on this machine (.ci/run installs it)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def python() -> str:
    """The Python that runs the tests."""
    return sys.executable
