"""Grade the same submissions with nbgrader and with mlprep, side by side.

    python benchmarks/grading.py              40 submissions of each unit
    python benchmarks/grading.py --n 12       fewer
    python benchmarks/grading.py --write      put the results into benchmarks/README.md

The units lie in benchmarks/units/. Each submission answers each question rightly, wrongly (with one
of the question's named mistakes, or a bug) or not at all, by a fixed lot. What nbgrader and mlprep
make of them is compared, too: wherever nbgrader could run the tests, the points are the same.

CPU time and memory are those of a command with all that it starts, looked at five times a second.
Where other programs used much of the machine meanwhile, a command is measured again (--tries), and
the least disturbed of its runs counts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent
REPO = HERE.parent
UNITS = ("arrays", "tensors")
LOOK_S = 0.2
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
os.environ.update(ONE_THREAD)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # Python's default: nothing is compiled twice
TRIES = 5
PATIENCE_S = 60  # a command that takes longer is tried twice at most
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
TICKS = os.sysconf("SC_CLK_TCK")
UNIT_TOML = """\
title = "A unit"
area = "fundamentals"
tracks = ["engineering"]
minutes = {lesson = 1, assignment = 1}
difficulty = 1
prerequisites = []
objectives = []
interview_questions = []
topics = []
references = []
"""
PLAIN = """\
c = get_config()
c.CourseDirectory.ignore = ["*.py", "*.toml", ".*", "__pycache__"]
c.Execute.extra_arguments = ["--IPKernelApp.log_level=40"]
"""
PLUGIN = """\
import mlprep.nbgrader
mlprep.nbgrader.configure(c)
"""
WRONG = {
    "standardise": ("np.where(spread == 0, 1.0, spread)", "spread"),
    "ridge": (" + lam * np.eye(X.shape[1])", ""),
    "kmeans_step": ("if (nearest == k).any():", "if True:"),
    "logistic_fit": (" / len(y)", ""),
    "auc": (" + 0.5 * (positive[:, None] == negative).mean()", ""),
    "attention": (" / q.shape[1] ** 0.5", ""),
    "layer_norm": ("unbiased=False, ", ""),
    "MLP": ("torch.relu(self.first(x))", "self.first(x)[:, :3]"),
    "train": ("optimizer.step()", "pass"),
    "cross_entropy": (").mean()", ").sum()"),
}
SHARES = (("right", 0.6), ("wrong", 0.25), ("stub", 0.15))
TARGETS = {"arrays": 8, "tensors": 20}


# The course


def make_course(root: Path, n: int) -> None:
    """A course with the benchmark's units, built, and `n` submissions of each."""
    from mlprep.course import Course
    from mlprep.notebook import dumps, read, render
    from mlprep.release import Releaser

    shutil.copytree(HERE / "units", root / "authored")
    (root / "source").mkdir()
    (root / "source" / "curriculum.toml").write_text("")
    shutil.copy(REPO / "nbgrader_config.py", root)
    course = Course(root)
    for name in UNITS:
        folder = root / "source" / name
        folder.mkdir()
        (folder / "unit.toml").write_text(UNIT_TOML)
        shutil.copy(root / "authored" / f"{name}.py", folder)
        unit = course.unit(name)
        text = dumps(render(unit, read(unit, folder / f"{name}.py")))
        unit.source_notebook().write_text(text)
        release = nbformat.reads(Releaser(course).notebook(unit, name, text), 4)
        source = nbformat.reads(text, 4)
        for number in range(n):
            folder = root / "submitted" / f"student{number:03}" / name
            folder.mkdir(parents=True)
            nbformat.write(submission(source, release, number), folder / f"{name}.ipynb")
        folder = root / "work" / name
        folder.mkdir(parents=True)
        nbformat.write(submission(source, release, 0), folder / f"{name}.ipynb")


def submission(source, release, number: int):
    """A learner's notebook: each question answered rightly, wrongly or not at all."""
    lot = random.Random(number)
    made = nbformat.from_dict(json.loads(json.dumps(release)))
    for ours, theirs in zip(source.cells, made.cells, strict=True):
        name = ours.metadata.get("nbgrader", {}).get("grade_id", "")
        if name not in WRONG:
            continue
        kind = lot.choices(*zip(*SHARES, strict=True))[0]
        right = re.sub(r"\n *### (BEGIN|END) SOLUTION", "", ours.source)
        if kind != "stub":
            theirs.source = right
        if kind == "wrong":
            theirs.source = right.replace(*WRONG[name])
            assert theirs.source != right, name
    return made


# Measuring a command


@dataclass
class Cost:
    """What a command took: wall seconds, CPU seconds and peak memory, of all its processes.

    others: the share of the machine's processors that other programs used meanwhile.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    others: float = 0.0


@dataclass
class Watch:
    """Looks at a process and all that descends from it until it ends."""

    root: int
    parents: dict[int, int] = field(default_factory=dict)
    own_s: dict[int, float] = field(default_factory=dict)
    reaped_s: dict[int, float] = field(default_factory=dict)
    peak_kb: int = 0

    def look(self) -> None:
        stats = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    text = Path(f"/proc/{entry}/stat").read_text()
                    stats[int(entry)] = text.rpartition(")")[2].split()
        found = {self.root}
        while True:
            more = {pid for pid, s in stats.items() if int(s[1]) in found or pid in self.own_s}
            if more <= found:
                break
            found |= more
        for pid in found & stats.keys():
            words = stats[pid]
            self.parents.setdefault(pid, int(words[1]))
            self.own_s[pid] = (int(words[11]) + int(words[12])) / TICKS
            self.reaped_s[pid] = (int(words[13]) + int(words[14])) / TICKS
        self.peak_kb = max(self.peak_kb, sum(map(_pss_kb, found & stats.keys())))

    def total_s(self, pid: int | None = None) -> float:
        """CPU time of a process and its descendants; of those that were not waited for, what was
        last seen."""
        pid = pid or self.root
        children = [child for child, parent in self.parents.items() if parent == pid]
        seen = sum(self.total_s(child) for child in children)
        return self.own_s.get(pid, 0.0) + max(self.reaped_s.get(pid, 0.0), seen)


def _pss_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return int(found[1]) if found else 0
    return 0


def measured(command: list[str], folder: Path) -> Cost:
    """Run a command; what it cost.

    Raises:
        SystemExit: it failed.
    """
    begun, busy_s = time.monotonic(), all_busy_s()
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | {"PATH": PATH},
        )
        watch, ended = Watch(child.pid), threading.Event()

        def keep_looking():
            while not ended.wait(LOOK_S):
                watch.look()

        thread = threading.Thread(target=keep_looking)
        thread.start()
        usage = os.wait4(child.pid, 0)
        wall_s = time.monotonic() - begun
        ended.set()
        thread.join()
        child.returncode = os.waitstatus_to_exitcode(usage[1])
        if child.returncode:
            log.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{log.read()[-3000:]}")
    waited_s = usage[2].ru_utime + usage[2].ru_stime
    cpu_s = max(waited_s, watch.total_s())
    others = (all_busy_s() - busy_s - cpu_s) / (wall_s * processors())
    return Cost(wall_s, cpu_s, watch.peak_kb / 1024, max(0.0, others))


def all_busy_s() -> float:
    """Seconds that all processors together have worked since the machine started."""
    words = Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    user, nice, system, _, _, *interrupts = map(int, words[:8])
    return (user + nice + system + sum(interrupts)) / TICKS


def processors() -> int:
    return len(os.sched_getaffinity(0))


def least_disturbed(measure, tries: int, allowed: float):
    """The result of `measure() -> (cost, …)`, measured again where other programs used more than
    the share `allowed` of the machine."""
    found = []
    while len(found) < tries:
        found.append(measure())
        cost = found[-1][0]
        if cost.others < allowed or (cost.wall_s > PATIENCE_S and len(found) > 1):
            break
    return min(found, key=lambda result: result[0].others)


@contextlib.contextmanager
def copy_of(course: Path) -> Iterator[Path]:
    """A copy of the course, to grade in."""
    with tempfile.TemporaryDirectory(prefix="mlprep-benchmark-") as folder:
        yield Path(shutil.copytree(course, Path(folder) / "course"))


# The graders


def grade_with(grader: str, course: Path, unit: str) -> tuple[Cost, dict]:
    """Grade a unit's submissions in a fresh copy of the course: the cost, and the points.

    grader: "nbgrader" (as it comes), "plugin" (nbgrader autograde with mlprep.nbgrader) or "mlprep"
    (mlprep grade). That the assignment is in the gradebook is not part of the cost.
    """
    with copy_of(course) as folder:
        config = folder / "nbgrader_config.py"
        nbgrader = [sys.executable, "-m", "nbgrader"]
        config.write_text(PLAIN if grader == "nbgrader" else PLAIN + PLUGIN)
        measured([*nbgrader, "generate_assignment", unit, "--force"], folder)
        if grader == "mlprep":
            cost = measured([sys.executable, "-m", "mlprep", "grade", unit], folder)
        else:
            cost = measured([*nbgrader, "autograde", unit], folder)
        return cost, points(folder, unit)


def points(folder: Path, unit: str) -> dict:
    """{(student, cell): automatic points} of a gradebook."""
    from mlprep.course import Course
    from mlprep.gradebook import Gradebook

    with Gradebook(Course(folder)) as book:
        scores = book.scores(unit)
    return {(s, cell): p for s, cells in scores.items() for (_, cell), p in cells.items()}


def stages(course: Path, unit: str, n: int) -> dict[str, float]:
    """Milliseconds of a submission in each stage, one after the other in this process.

    start: the sandboxed process. run: the learner's cells and calls of their answers. judge: the
    tests' own work, the graded notebook. store: gradebook, autograded/, record.
    """
    from mlprep.course import Course
    from mlprep.grading.intake import take_in
    from mlprep.grading.launch import choose
    from mlprep.grading.remote import Box
    from mlprep.grading.task import Answer, UnitTask, load_task, modules_of, run_task
    from mlprep.storing import Store

    spent = dict.fromkeys(("start", "run", "all", "store"), 0.0)

    class Timed(Box):
        def __init__(self, *args, **kwargs):
            begun = time.perf_counter()
            self.asked = False
            super().__init__(*args, **kwargs)
            spent["start"] += time.perf_counter() - begun

        def _ask(self, request, *args, **kwargs):
            begun = time.perf_counter()
            try:
                return super()._ask(request, *args, **kwargs)
            finally:  # the first answer comes when the process has started
                stage = "run" if self.asked else "start"
                spent[stage] += time.perf_counter() - begun
                self.asked = True

    import mlprep.grading.judge as judge

    with copy_of(course) as folder:
        made = Course(folder).unit(unit)
        source = made.source_notebook().read_text()
        judge.Box = Timed
        try:
            with (
                choose(True, modules_of([source])) as launcher,
                Store(made, {unit: source}, sandboxed=True) as store,
            ):
                launcher.ready()
                task = UnitTask(unit, store.sources, store.masters)
                students = sorted(path.name for path in (folder / "submitted").iterdir())[: n + 1]
                for number, student in enumerate(students):
                    if number == 1:  # the first one is a warm-up
                        spent = dict.fromkeys(spent, 0.0)
                    taken = take_in(folder / "submitted" / student / unit, [unit])
                    begun = time.perf_counter()
                    data = load_task(task.for_submission(taken.notebooks, taken.files))
                    answer = Answer.of(run_task(data, launcher))
                    spent["all"] += time.perf_counter() - begun
                    begun = time.perf_counter()
                    store.judged(student, taken, answer)
                    spent["store"] += time.perf_counter() - begun
        finally:
            judge.Box = Box
    spent["judge"] = spent.pop("all") - spent["start"] - spent["run"]
    return {name: 1000 * s / max(1, len(students) - 1) for name, s in spent.items()}


def check_latency(course: Path, unit: str) -> dict[str, float]:
    """Seconds until `mlprep check` has answered: a new process, and the course's warm one."""
    from mlprep import warm
    from mlprep.course import Course

    with copy_of(course) as folder:
        command = [sys.executable, "-m", "mlprep", "check", unit]
        begun = time.monotonic()
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        cold_s = time.monotonic() - begun
        made, waited = Course(folder), time.monotonic() + 60
        warm.start(made)
        while warm.ask(made, ["check", unit]) is None and time.monotonic() < waited:
            time.sleep(0.1)
        times = []
        for _ in range(5):
            begun = time.monotonic()
            warm.ask(made, ["check", unit])
            times.append(time.monotonic() - begun)
        return {"cold": cold_s, "warm": sorted(times)[2]}


# The report


def report(results: dict, n: int) -> str:
    """The results as Markdown."""
    names = ("nbgrader", "jupyterlab", "numpy", "torch", "SQLAlchemy", "ipykernel")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    lines = [
        f"{date.today()}, Python {platform.python_version()}, {platform.system()}, "
        f"{processors()} processors, {n} submissions of each unit. {versions}.",
        "",
        "| unit | grader | submissions a minute | times nbgrader | wall s | CPU s a submission | "
        "peak memory MB | used by others |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for unit, found in results.items():
        base = found["costs"]["nbgrader"]
        for grader, cost in found["costs"].items():
            lines.append(
                f"| {unit} | {grader} | {60 * n / cost.wall_s:.0f} | "
                f"{base.wall_s / cost.wall_s:.1f} | {cost.wall_s:.1f} | {cost.cpu_s / n:.3f} | "
                f"{cost.peak_mb:.0f} | {cost.others:.0%} |"
            )
    lines += ["", "| unit | " + " | ".join(["start", "run", "judge", "store"]) + " |"]
    lines.append("|---|---|---|---|---|")
    for unit, found in results.items():
        total = sum(found["stages"].values())
        cells = [
            f"{found['stages'][stage]:.0f} ms ({found['stages'][stage] / total:.0%})"
            for stage in ("start", "run", "judge", "store")
        ]
        lines.append(f"| {unit} | {' | '.join(cells)} |")
    lines += ["", "| unit | `mlprep check`, cold | warm |", "|---|---|---|"]
    for unit, found in results.items():
        check = found["check"]
        lines.append(f"| {unit} | {check['cold']:.2f} s | {check['warm']:.2f} s |")
    return "\n".join(lines) + "\n"


README = """\
# Benchmarks

Written by `python benchmarks/grading.py --write`; do not edit.

The same submissions are graded by nbgrader as it comes, by nbgrader with `mlprep.nbgrader` in its
configuration (`plugin`), and by `mlprep grade`, one after the other on the same machine. The
figures are times of one run: compare them with each other, not with those of another machine.
nbgrader uses one processor, `mlprep grade` all of them; its start (imports, sandbox) is counted.

{results}
`stages` (second table): milliseconds of one submission, one at a time: starting its process in
the sandbox; running its cells and calls; the tests' own work; storing. The points that the graders
gave were compared: {agreement}.

Targets: {targets}.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=40, help="submissions of each unit")
    parser.add_argument("--unit", choices=UNITS, action="append", help="only this one")
    parser.add_argument("--write", action="store_true", help="write benchmarks/README.md")
    parser.add_argument("--tries", type=int, default=TRIES, help="while others use the machine")
    args = parser.parse_args()
    graders = ("nbgrader", "plugin", "mlprep")
    results, agreement = {}, []
    with tempfile.TemporaryDirectory(prefix="mlprep-benchmark-") as folder:
        course = Path(folder) / "course"
        course.mkdir()
        make_course(course, args.n)
        for unit in args.unit or UNITS:
            costs, given = {}, {}
            for grader in graders:
                print(f"{unit}: {grader} …", file=sys.stderr)

                def measure(grader=grader, unit=unit):
                    return grade_with(grader, course, unit)

                # what runs on one processor is not disturbed by what runs on another
                allowed = 0.1 if grader == "mlprep" else 0.1 + 0.8 * (1 - 1 / processors())
                costs[grader], given[grader] = least_disturbed(measure, args.tries, allowed)
                print(costs[grader], file=sys.stderr)
            results[unit] = {
                "costs": costs,
                "stages": stages(course, unit, min(args.n - 1, 10)),
                "check": check_latency(course, unit),
            }
            for grader in graders[1:]:
                agreement.append(compare(unit, grader, given["nbgrader"], given[grader]))
    text = report(results, args.n)
    print(text + "\n".join(agreement))
    if args.write:
        targets = "; ".join(f"{name} at least {times} times" for name, times in TARGETS.items())
        readme = README.format(results=text, agreement="; ".join(agreement), targets=targets)
        (HERE / "README.md").write_text(readme)


def compare(unit: str, grader: str, base: dict, found: dict) -> str:
    """How often two graders gave the same points, in a clause."""
    differ = [key for key in base if abs((base[key] or 0) - (found.get(key) or 0)) > 1e-9]
    for student, cell in differ[:5]:
        key = student, cell
        print(f"{unit}, {student}, {cell}: {base[key]} and {found.get(key)}", file=sys.stderr)
    return (
        f"{unit}: {grader} agrees with nbgrader on {len(base) - len(differ)} of {len(base)} cells"
    )


if __name__ == "__main__":
    main()
