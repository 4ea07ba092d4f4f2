"""Imports that cost much and give nothing here."""

from __future__ import annotations

import sys


def skip_iri_grammar() -> None:
    """Let jsonschema, and so nbformat, start in a tenth of the time in this process.

    Where `rfc3987_syntax` is installed (JupyterLab brings it), jsonschema imports it to check IRIs,
    and it compiles a grammar for a second. No notebook has an IRI to check. The module is optional
    to jsonschema; None makes its import fail at once.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
