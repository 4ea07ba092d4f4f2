"""The build proves each question of an assignment that changed: its mistakes lose their points and
are named, its variants keep them (see mlprep.check.proof). It runs in a process of its own.

    prove(authored, text)       problems, one line each; none: the probes are strong enough
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mlprep.errors import AuthorError
from mlprep.lessons import DROPPED, ENVIRONMENT
from mlprep.notebook import Authored

LIMIT_S = 300


def prove(authored: Authored, text: str) -> list[str]:
    """What the probes of a source notebook (its text) fail to tell, a line for each problem.

    Raises:
        AuthorError: the notebook does not run on its worked solutions, or takes too long.
    """
    where = {cell.grade_id: cell.where for cell in authored.cells if cell.grade_id}
    env = {k: v for k, v in os.environ.items() if k not in DROPPED} | ENVIRONMENT
    env["MPLBACKEND"] = "agg"
    with tempfile.TemporaryDirectory(prefix="mlprep-proof-") as folder:
        notebook, result = Path(folder, "notebook.ipynb"), Path(folder, "result.json")
        notebook.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "mlprep.proofs", notebook, result, authored.label]
        try:
            done = subprocess.run(
                command, cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT_S
            )
        except subprocess.TimeoutExpired:
            raise AuthorError(
                f"{authored.label}: its questions must be proved within {LIMIT_S} s. Got no end. "
                "Make the probes smaller."
            ) from None
        if done.returncode or not result.is_file():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise AuthorError(
                f"{authored.label}: its questions must be provable. Got {last[:200]!r}. "
                "Run its source notebook from top to bottom."
            )
        found = json.loads(result.read_text(encoding="utf-8"))
    if "error" in found:
        raise AuthorError(found["error"])
    return [
        f"{where.get(name, authored.label)}: {' '.join(problem.split())}"
        for name, problem in found["problems"]
    ]


def main(notebook: str, result: str, label: str) -> None:
    """The process: proves a notebook's questions and writes what it found as JSON."""
    import nbformat

    from mlprep.check import proof

    try:
        asked = proof.questions_of(nbformat.read(notebook, as_version=4), label)
        problems = [
            (one.test, text) for one in asked for text in proof.prove(one.question).problems
        ]
        found = {"problems": problems}
    except AuthorError as error:
        found = {"error": str(error)}
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
