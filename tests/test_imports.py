"""What is imported and used ahead leaves nothing behind that a fork could see."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap

from mlprep.imports import without_collecting

USED = """
import os, random, sys
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np, torch, torch._dynamo
from mlprep.imports import use_once

def state():
    streams = torch.random.get_rng_state().tolist(), np.random.get_state()[1].tolist()
    return *streams, random.getstate(), len(os.listdir("/proc/self/task"))

before = state()
use_once()
assert state() == before, "a random stream has moved, or a thread was started"
pid = os.fork()
if not pid:  # autograd refuses in a fork if it has run before
    weights = torch.ones(3, requires_grad=True)
    (weights * weights).sum().backward()
    torch.optim.Adam([weights]).step()
    os._exit(0 if weights.grad.tolist() == [2, 2, 2] else 1)
assert os.waitpid(pid, 0)[1] == 0
print("torch" in sys.modules)
"""
WITHOUT_TORCH = """
import sys
from mlprep.imports import use_once
use_once()
print("torch" in sys.modules)
"""


def printed(code: str) -> str:
    words = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_using_once_moves_no_stream_starts_no_thread_and_leaves_autograd_to_the_forks():
    assert printed(USED) == "True\n"


def test_what_is_not_imported_is_not_used():
    assert printed(WITHOUT_TORCH) == "False\n"


def test_garbage_is_collected_again_after_imports():
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()
