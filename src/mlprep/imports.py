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


def skip_iri_grammar() -> None:
    """Let jsonschema, and so nbformat, start in a tenth of the time in this process.

    Where `rfc3987_syntax` is installed (JupyterLab brings it), jsonschema imports it to check IRIs,
    and it compiles a grammar for a second. No notebook has an IRI to check. The module is optional
    to jsonschema; None makes its import fail at once.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
