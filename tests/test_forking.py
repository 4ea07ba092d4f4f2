"""A fork stands for a new process: what it prints, how it ends, what it knows of its caller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from forking import SOCKET, forked
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = pytest.mark.skipif(SOCKET not in os.environ, reason="forks are made on Linux only")


def run(*words: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(forked(*words), capture_output=True, text=True, **options)


def test_it_has_our_folder_our_variables_and_our_words(tmp_path):
    code = "import os, sys; print(os.getcwd(), sorted(os.environ), sys.argv[1:])"
    done = run("-c", code, "two words", cwd=tmp_path, env={"LC_CTYPE": "C.UTF-8", "ONLY": "this"})
    assert done.stdout == f"{tmp_path} ['LC_CTYPE', 'ONLY'] ['two words']\n"
    (tmp_path / "mine.py").write_text("import sys; print('mine', sys.argv[1:], __name__)")
    assert run("-m", "mine", "x", cwd=tmp_path).stdout == "mine ['x'] __main__\n"
    assert run(str(tmp_path / "mine.py"), "y").stdout == "mine ['y'] __main__\n"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("pass", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no such unit')", 1, "no such unit\n"),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
        ("import os; os._exit(7)", 7, ""),
        ("import os; os.kill(os.getpid(), 9)", -9, ""),
        ("import atexit, sys; atexit.register(sys.stderr.write, 'bye')", 0, "bye"),
    ],
)
def test_it_ends_as_python_ends(code, status, error):
    done = run("-c", code)
    assert done.returncode == status
    assert done.stderr.endswith(error) if error else not done.stderr


def test_a_signal_reaches_it_and_it_dies_with_whoever_asked(tmp_path):
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    for number, status in ((signal.SIGINT, 1), (signal.SIGTERM, -15), (signal.SIGKILL, -9)):
        with subprocess.Popen(forked("-c", code), stdout=-1, stderr=-1, text=True) as child:
            pid = int(child.stdout.readline())
            child.send_signal(number)
            child.communicate(timeout=50)
        assert child.returncode == status
        until = time.monotonic() + 20
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < until:
            time.sleep(0.01)
        assert not os.path.exists(f"/proc/{pid}")


def test_a_kernel_starts_as_a_new_one_and_shows_its_figures():
    first = "import os, sys\nprint('numpy' in dir(), sys.argv[0].endswith('ipykernel_launcher.py'))"
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    nb = new_notebook(cells=[new_code_cell(first), new_code_cell(figure)])
    NotebookClient(nb, kernel_name="python3").execute()
    (said,), (shown,) = (cell.outputs for cell in nb.cells)
    assert said.text == "False True\n"
    assert shown.output_type == "display_data" and "image/png" in shown.data


def test_without_a_server_it_is_a_new_process(monkeypatch):
    monkeypatch.setenv(SOCKET, "/nonexistent")
    code = "import sys; print('torch' in sys.modules)"
    assert run("-c", code).stdout == "False\n"
    assert run("-c", code, env={}).args[0] == sys.executable
