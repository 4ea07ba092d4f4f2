"""Imports that cost much: what is left out of them, and how the rest goes faster."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Import much: it makes little garbage, and looking for it is a sixth of the time.

    What was made stays out of later collections, which in a fork would copy every page of it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def use_once() -> None:
    """Use numpy, and torch if it is imported, before forking: else each fork pays for the first
    use, of torch with some ten milliseconds. No random stream moves, and no thread is started.
    """
    import numpy as np

    square = np.eye(3)
    np.linalg.solve(square, square @ square)
    np.linalg.svd(np.random.default_rng(0).normal(size=(3, 2)))
    repr(np.exp(square.sum(axis=0)).astype(np.float32))
    if torch := sys.modules.get("torch"):
        with torch.random.fork_rng(devices=[]):
            _use_torch(torch, torch.from_numpy(square))


def _use_torch(torch, square) -> None:
    """What most notebooks do with it, but for backward(): a fork could not call that again."""
    functional, x = torch.nn.functional, torch.randn(5, 3) @ square.float()
    functional.scaled_dot_product_attention(*[x[None, None]] * 3)
    functional.layer_norm(x.softmax(-1) @ x.T, (5,))
    layer = torch.nn.Linear(3, 3)
    functional.cross_entropy(torch.relu(layer(x)), torch.tensor([0, 1, 2, 0, 1]))
    repr(x.mean(0).exp())
    if "torch._dynamo" in sys.modules:  # an optimiser is wanted
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        optimizer.zero_grad()
        optimizer.step()


def skip_iri_grammar() -> None:
    """Let jsonschema, and so nbformat, start in a tenth of the time in this process.

    Where `rfc3987_syntax` is installed (JupyterLab brings it), jsonschema imports it to check IRIs,
    and it compiles a grammar for a second. No notebook has an IRI to check. The module is optional
    to jsonschema; None makes its import fail at once.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
