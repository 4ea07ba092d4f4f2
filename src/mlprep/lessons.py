"""Lessons are executed once, when what they are made of changes.

    recipe(authored)            what the hash of a lesson covers besides its own cells
    execute(nb, label)          runs the notebook in a fresh kernel; fills in outputs

A lesson runs in an empty folder, offline, with one BLAS thread and a fixed hash seed, in at most
60 s and 1 GB. It must not raise, warn, or print what differs from run to run or machine to machine.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import mlprep
from mlprep.errors import AuthorError
from mlprep.notebook import Authored, parse

LIMIT_S = 60.0
LIMIT_BYTES = 1_000_000_000
STARTUP_S = 60
RECIPE = "2"  # raise it when the way of executing changes what a lesson shows

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "COLUMNS": "80",
    "TZ": "UTC",
}
DROPPED = ("MPLBACKEND", "PYTHONWARNINGS", "PYTHONSTARTUP", "MLPREP_COURSE")
OFFLINE = """\
import socket as _socket

def _refuse(self, address, *rest, _connect=_socket.socket.connect):
    if self.family == getattr(_socket, "AF_UNIX", None) or address[0] in ("127.0.0.1", "::1"):
        return _connect(self, address, *rest)
    raise OSError("lessons run offline: make the data in the lesson")
def _no_lookup(host, *rest, _look_up=_socket.getaddrinfo, **options):
    if host in (None, "localhost", "127.0.0.1", "::1"):
        return _look_up(host, *rest, **options)
    raise OSError("lessons run offline: make the data in the lesson")
_socket.socket.connect, _socket.getaddrinfo = _refuse, _no_lookup
del _socket, _refuse, _no_lookup
"""
FULL = """\
def _say_which_panels_are_empty():
    import sys
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        for axes in pyplot.figure(number).axes:
            title = axes.get_title("left") or axes.get_title()
            if axes.axison and not (axes.has_data() or axes.texts or axes.images):
                print(f"a figure has the empty panel {title!r}: "
                      "it is shown when the cell that made it ends", file=sys.stderr)

get_ipython().events.register("post_execute", _say_which_panels_are_empty)
"""
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
INSTALLED = re.compile(r"\S*[/\\](?:site-packages|python3\.\d+)[/\\]\S*")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """What an execution took."""

    wall_s: float
    peak_bytes: int


def recipe(authored: Authored) -> str:
    """How lessons are executed, and the bytes of every mlprep module that this one imports."""
    lines = [RECIPE]
    for name, path in sorted(imported_modules(authored).items()):
        lines.append(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}")
    return "\n".join(lines)


def imported_modules(authored: Authored) -> dict[str, Path]:
    """The mlprep modules that a lesson imports, those that they import, and so on."""
    found: dict[str, Path] = {}
    names = set()
    for cell in authored.cells:
        if cell.type == "code":
            names |= _imports(cell.source, package="")
    while names:
        name = names.pop()
        path = _module_path(name)
        if path is None or name in found:
            continue
        found[name] = path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        names |= _imports(path.read_text(encoding="utf-8"), package)
    return found


def _imports(source: str, package: str) -> set[str]:
    """Dotted names under mlprep that a text imports, with the packages above them."""
    try:
        tree = parse(source)
    except SyntaxError:
        return set()
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, *filter(None, [node.module])]) if node.level else node.module
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    for name in list(found):
        parts = name.split(".")
        found |= {".".join(parts[:n]) for n in range(1, len(parts))}
    return {name for name in found if name.split(".")[0] == "mlprep"}


def _module_path(name: str) -> Path | None:
    path = Path(mlprep.__file__).parent.joinpath(*name.split(".")[1:])
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def execute(nb: dict, label: str, limit_s: float = LIMIT_S, limit_bytes: int = LIMIT_BYTES) -> Run:
    """Runs the cells of `nb` in a fresh kernel and puts their outputs in.

    Raises:
        AuthorError: a cell raised, warned or printed what will differ; or the whole took too
            long or too much memory. One line for each problem.
    """
    import nbformat

    node = nbformat.from_dict(nb)
    with tempfile.TemporaryDirectory(prefix="mlprep-lesson-") as folder:
        Path(folder, "matplotlibrc").touch()  # the reader's own style must not show
        run = _run(node, label, Path(folder), limit_s)
        problems = _output_problems(node, label, folder)
    if run.wall_s > limit_s:
        problems.append(_too_long(label, run.wall_s, limit_s))
    if run.peak_bytes > limit_bytes:
        problems.append(
            f"{label}: a lesson runs within {limit_bytes / 1e9:g} GB. "
            f"Got {run.peak_bytes / 1e9:.2f} GB. Make its arrays smaller."
        )
    if problems:
        raise AuthorError("\n".join(problems))
    for cell, done in zip(nb["cells"], node.cells, strict=True):
        if cell["cell_type"] == "code":
            cell["outputs"] = joined_streams([_plain(output) for output in done.outputs])
            cell["execution_count"] = done.execution_count
    return run


def joined_streams(outputs: list[dict]) -> list[dict]:
    """Outputs with neighbouring pieces of a stream made one: where they part is chance."""
    found: list[dict] = []
    for output in outputs:
        last = found[-1] if found else {}
        same = output["output_type"] == last.get("output_type") == "stream"
        if same and output["name"] == last["name"]:
            last["text"] += output["text"]
        else:
            found.append(dict(output))
    return found


def _plain(output) -> dict:
    return json.loads(json.dumps(output))


def _too_long(label: str, wall_s: float, limit_s: float) -> str:
    return (
        f"{label}: a lesson runs within {limit_s:g} s. Got {wall_s:.1f} s. "
        "Do with less data or fewer repetitions."
    )


def _run(node, label: str, folder: Path, limit_s: float) -> Run:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        node,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # how prints fall into packets is chance
        startup_timeout=STARTUP_S,
        iopub_timeout=10,
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(folder)}},
    )
    env = {k: v for k, v in os.environ.items() if k not in DROPPED}
    env |= ENVIRONMENT | {"IPYTHONDIR": str(folder / ".ipython")}
    startup = folder / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "offline.py").write_text(OFFLINE)
    (startup / "full.py").write_text(FULL)
    count = 0
    with client.setup_kernel(env=env, cwd=str(folder)):
        pid = client.km.provisioner.pid
        started = time.monotonic()
        for index, cell in enumerate(node.cells):
            where = f"{label}, cell {index + 1}"
            left_s = limit_s - (time.monotonic() - started)
            client.timeout = max(1, int(left_s + 1))
            try:
                if cell.cell_type == "code":
                    count += 1
                    client.execute_cell(cell, index, execution_count=count)
            except CellExecutionError as error:
                raise AuthorError(_raised(where, error)) from None
            except CellTimeoutError:
                wall_s = time.monotonic() - started
                raise AuthorError(
                    f"{_too_long(label, wall_s, limit_s)} It was stopped in cell {index + 1}."
                ) from None
            except DeadKernelError:
                raise AuthorError(
                    f"{where}: the kernel died. A lesson runs within "
                    f"{LIMIT_BYTES / 1e9:g} GB. Look for what takes so much."
                ) from None
            if left_s <= 0:
                break
        return Run(time.monotonic() - started, peak_bytes(pid))


def _raised(where: str, error) -> str:
    text = ANSI.sub("", str(error.traceback))
    line = next((x for x in text.split("\n") if re.match(r"-+> *\d+ ", x)), "")
    line = re.sub(r"^-+> *", "line ", line).strip()
    return (
        f"{where}: a lesson must run. Got {error.ename}: {' '.join(error.evalue.split())[:200]}"
        f"{f' in {line[:80]!r}' if line else ''}. Mend the cell."
    )


def peak_bytes(pid: int) -> int:
    """The most memory that a live process has held so far."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    except (OSError, TypeError):
        import psutil

        info = psutil.Process(pid).memory_info()
        return getattr(info, "peak_wset", info.rss)


def _output_problems(node, label: str, folder: str) -> list[str]:
    problems = []
    private = [p for p in (folder, sys.prefix, str(Path.home())) if len(p) > 5]
    for number, cell in enumerate(node.cells, start=1):
        where = f"{label}, cell {number}"
        for output in cell.get("outputs", []):
            text = ANSI.sub("", _text(output))
            first = next((line for line in text.split("\n") if line.strip()), "").strip()
            if output.output_type == "stream" and output.name == "stderr":
                problems.append(
                    f"{where}: a lesson must not warn. Got {first[:120]!r} on stderr. "
                    "Mend the cause, or print what the reader shall see."
                )
            elif match := ADDRESS.search(text):
                problems.append(
                    f"{where}: outputs must be the same each time. Got the address {match[0]} in "
                    f"{first[:80]!r}. Print a value, or end the cell in plt.show()."
                )
            elif path := _private_path(text, private):
                problems.append(
                    f"{where}: outputs must be the same on every machine. Got the path {path!r}. "
                    "Show the message alone."
                )
    return problems


def _private_path(text: str, private: list[str]) -> str | None:
    """A path in the text that names this machine's folders or Python's own files."""
    installed = INSTALLED.search(text)
    return next((p for p in private if p in text), installed and installed[0])


def _text(output) -> str:
    """All text of an output; images left out."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    data = output.get("data", {})
    return "\n".join(str(v) for k, v in data.items() if not k.startswith("image/"))
