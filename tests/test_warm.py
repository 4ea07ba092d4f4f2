"""The warm process: how long it lives. (What it answers: test_asking.py.)"""

from __future__ import annotations

import os
import subprocess
import sys

from helpers import softmax_course

from mlprep import warm

SERVE = (
    "import sys; from pathlib import Path; from mlprep import warm;"
    "from mlprep.course import Course;"
    "warm.LOOK_S = 0.1; warm.serve(Course(Path(sys.argv[1])), int(sys.argv[2]))"
)


def test_it_ends_soon_after_the_process_that_it_is_for(tmp_path):
    course = softmax_course(tmp_path / "course")
    owner = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    words = [sys.executable, "-c", SERVE, str(course.root), str(owner.pid)]
    with subprocess.Popen(words, env=os.environ | {"TMPDIR": str(tmp_path)}) as process:
        socket = tmp_path / f"mlprep-{os.getuid()}" / warm.address(course).name
        while not socket.exists():
            assert process.poll() is None, "it ended while its owner was there"
        owner.communicate(b"\n")
        assert process.wait(10) == 0
    assert not socket.exists()


def test_nobody_in_particular_is_always_there():
    assert warm._is_alive(0)
    assert warm._is_alive(1)
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    assert not warm._is_alive(gone.pid)
