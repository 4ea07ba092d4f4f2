"""One submission to judge, as bytes: what goes to a worker, and what comes back.

    task = unit_task.for_submission(notebooks, files)     bytes for any worker on any machine
    answer = Answer.of(judge_task(task))                  by mlprep.grading.bench, anywhere

A task holds all that its answer depends on, so that grading is a pure function of it. Both are
JSON: what a submission has made is never unpickled.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import functools
import hashlib
import json
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import mlprep
from mlprep.errors import NotebookError
from mlprep.grading.limits import Limits
from mlprep.grading.roles import role


@functools.cache
def grader_version() -> str:
    """The version of the code that decides scores: the package's, and a hash of that code."""
    here = Path(__file__).resolve().parent
    files = sorted([*here.glob("*.py"), *(here.parent / "check").glob("*.py")])
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + file.read_bytes())
    return f"{mlprep.__version__}+{total.hexdigest()[:8]}"


@dataclass(frozen=True)
class UnitTask:
    """What the tasks of one unit share.

    sources, masters: the unit's notebooks as text, by name: with solutions and hidden tests; and
    as nbgrader keeps them (see mlprep.grading.graded).
    files: the unit's own data files, by name; they replace what a learner hands in under the name.
    """

    unit: str
    sources: Mapping[str, str]
    masters: Mapping[str, str]
    sandbox: bool = True
    limits: Limits = field(default_factory=Limits)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def for_submission(self, notebooks: Mapping[str, bytes], files: Mapping[str, bytes]) -> bytes:
        """The task to judge what one student handed in, by name of notebook and of file."""
        pages = [
            {
                "name": name,
                "source": self.sources[name],
                "master": self.masters[name],
                "learner": _text(data),
            }
            for name, data in notebooks.items()
        ]
        return json.dumps(
            {
                "needs": self._needs | {"notebooks": len(pages)},
                "unit": self.unit,
                "notebooks": pages,
                "files": {name: _text(data) for name, data in files.items()},
                "own_files": {name: _text(data) for name, data in self.files.items()},
            }
        ).encode()

    @functools.cached_property
    def modules(self) -> list[str]:
        """What a submission will want imported."""
        return modules_of(self.sources.values())

    @functools.cached_property
    def judge_modules(self) -> list[str]:
        """What its tests will want imported."""
        return modules_of(self.sources.values(), ("test", "locked"))

    @functools.cached_property
    def _needs(self) -> dict:
        return {
            "sandbox": self.sandbox,
            "modules": self.modules,
            "judge_modules": self.judge_modules,
            "limits": asdict(self.limits),
            "version": grader_version(),
        }


@dataclass
class Judged:
    """What came of one notebook: its report as data, the graded notebook as text; or why it was
    refused."""

    name: str
    report: dict = field(default_factory=dict)
    graded: str = ""
    refused: str = ""


@dataclass
class Answer:
    """What came of a task. failed: the grader's own failure, "" where there was none; hopeless:
    it would fail in the same way for any submission."""

    notebooks: list[Judged] = field(default_factory=list)
    failed: str = ""
    hopeless: bool = False
    worker: str = ""
    seconds: float = 0.0

    @classmethod
    def of(cls, data: bytes) -> Answer:
        found = json.loads(data)
        return cls(**found | {"notebooks": [Judged(**page) for page in found["notebooks"]]})

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def load_task(task: bytes) -> dict:
    """A task as data; what its unit's notebooks hold is parsed once and kept."""
    from mlprep.grading.judge import read_ahead

    data = json.loads(task)
    for page in data["notebooks"]:
        _notebook(page["master"])
        read_ahead(_notebook(page["source"]))
    return data


def try_solutions(data: dict, launcher) -> bytes:
    """What comes of the worked solutions of a task's notebooks, as JSON for `run_task`.

    Nothing of the learner's takes part, so it is the same for every task of a unit.
    """
    from mlprep.grading.judge import try_worked_solution

    limits, files = Limits(**data["needs"]["limits"]), _bytes(data["own_files"])
    found = {}
    with in_folder_of(files):
        for page in data["notebooks"]:
            source = _notebook(page["source"])
            trial = try_worked_solution(data["unit"], source, files, limits, launcher)
            found[page["name"]] = trial.to_dict()
    return json.dumps(found).encode()


def unit_of(data: dict) -> str:
    """A hash of all that the trial of a task's worked solutions depends on."""
    parts = [[page["name"], page["source"]] for page in data["notebooks"]]
    text = json.dumps([parts, data["own_files"], data["needs"]["limits"]])
    return hashlib.sha256(text.encode()).hexdigest()


def run_task(data: dict, launcher) -> bytes:
    """Judge one submission; the answer as JSON. It never raises.

    Args:
        data: from load_task; where it has "trials", the worked solutions were tried before.
    """
    begun = time.monotonic()
    answer = Answer(worker=socket.gethostname())
    try:
        if data["needs"]["version"] != grader_version():
            answer.failed = (
                f"{answer.worker} has mlprep {grader_version()}, not {data['needs']['version']}. "
                "Install the same version on every worker."
            )
            answer.hopeless = True
        else:
            with in_folder_of(_bytes(data["own_files"])):
                answer.notebooks = [_judge(data, page, launcher) for page in data["notebooks"]]
    except Exception as error:  # noqa: BLE001 - the grader's fault, and said so
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}, line {where.lineno}"
        answer.failed = f"The grader stopped with {type(error).__name__}: {error} ({place})."
    answer.seconds = round(time.monotonic() - begun, 4)
    return answer.to_bytes()


def _judge(data: dict, page: dict, launcher) -> Judged:
    from mlprep.grading.graded import graded_notebook
    from mlprep.grading.judge import Trial, judge_notebook
    from mlprep.grading.merge import parse_notebook

    limits = Limits(**data["needs"]["limits"])
    files = _bytes(data["files"] | data["own_files"])
    tried = data.get("trials", {}).get(page["name"])
    trial = Trial.of(tried) if tried else None
    label = f"{page['name']}.ipynb"
    try:
        learner = parse_notebook(base64.b64decode(page["learner"]), label)
        source = _notebook(page["source"])
        report = judge_notebook(data["unit"], source, learner, files, limits, launcher, trial)
    except NotebookError as error:
        return Judged(page["name"], refused=str(error))
    graded = graded_notebook(_notebook(page["master"]), learner, report)
    return Judged(page["name"], report.to_dict(), json.dumps(graded))


@functools.lru_cache(maxsize=16)
def _notebook(text: str):
    from nbformat.v4 import reads

    return reads(text)


@contextlib.contextmanager
def in_folder_of(files: Mapping[str, bytes]) -> Iterator[None]:
    """Be in a folder that holds these files, where our tests may read them, or import them."""
    if not files:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="mlprep-") as folder, contextlib.chdir(folder):
        for name, content in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(content)
        sys.path.append(folder)
        try:
            yield
        finally:
            sys.path.remove(folder)


def _bytes(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(text) for name, text in files.items()}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def imported_late(source: str) -> list[str]:
    """What torch imports when it is first used so: a second of work for each learner's process."""
    return ["torch._dynamo"] if "optim" in source else []


def modules_of(texts: Iterable[str], roles: Sequence[str] = ()) -> list[str]:
    """What the code cells of notebooks import, so that it is imported once, not once a learner.

    nbformat takes its time to start, and here others wait for the answer: the cells are read as
    JSON. Lines that are no Python (magics) are not looked at.

    Args:
        roles: only cells of these (mlprep.grading.roles.role; default: all).
    """
    found = set()
    for cell in (cell for text in texts for cell in json.loads(text).get("cells", ())):
        if cell["cell_type"] != "code" or (roles and role(cell) not in roles):
            continue
        source = "".join(cell["source"])
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
        found.update(imported_late(source))
    if not any(name.partition(".")[0] == "torch" for name in found - {"torch._dynamo"}):
        found.discard("torch._dynamo")
    return sorted(found)
