#!/usr/bin/env python3
"""The one command: makes the environment, then runs what you asked for.

    python3 run.py study               open the course in JupyterLab
    python3 run.py teach               open the instructor's view, nbgrader's Formgrader
    python3 run.py test [ARGUMENTS]    run the tests (the arguments go to pytest)
    python3 run.py VERB [ARGUMENTS]    any other verb of `mlprep`: build, check, new ...

Needs Python 3.11 and nothing else. The environment is made once, in .venv (the variable
MLPREP_VENV names another folder), and again when it is broken or its recipe has changed.

On Linux, pip's usual PyTorch brings several GB for graphics cards. For the build without them, set
PIP_EXTRA_INDEX_URL to the index that "Start Locally" on pytorch.org gives for CPU before you start.
"""

import sys

VERSION = "{}.{}".format(*sys.version_info)
if sys.version_info < (3, 11):  # all of this file must stay readable to Python 3.6, to get here
    sys.exit(
        "run.py: Python 3.11 or newer is needed and this is " + VERSION + ": install a newer "
        "one from python.org or your system's packages, and start run.py with that."
    )

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("MLPREP_VENV") or ROOT / ".venv").absolute()
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LIBRARY = VENV / ("Lib" if os.name == "nt" else f"lib/python{VERSION}")
STAMP = VENV / "mlprep-environment.json"  # what the environment was made from, and if it is done
LOG = VENV / "install.log"
TORCH = "torch==2.13.0"  # a step of its own: then a CPU build that pip is pointed at wins
NEEDED_BYTES = 3_000_000_000
INSTALLING = "installing"  # the stamp's recipe while pip is at work: found later, pip was killed
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
IMPORTS = (
    "import numpy, scipy, matplotlib, torch, nbgrader.apps, jupyterlab, jupytext, pytest, mlprep"
)
PROBE = """
import importlib.metadata, os
for distribution in importlib.metadata.distributions():
    for file in distribution.files or ():
        if file.size is None or "etc" in file.parts:  # settings may change
            continue
        if os.stat(distribution.locate_file(file)).st_size != file.size:
            raise SystemExit(f"{file} is not as pip left it")
"""


class SetupError(Exception):
    """The environment could not be made. One sentence: what is wrong and what to do."""


class PipGaveUp(SetupError):
    """pip ended by itself before it changed anything: the next start can go on from here."""


class Broken(SetupError):
    """What is installed does not work, though pip says that all is there."""


def main(arguments):
    """Make the environment if it is not ready, then run the verb; the exit code is the verb's."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    try:
        if not ready():
            with lock():
                if not ready():  # another run.py may have made it while this one waited
                    install()
    except SetupError as error:
        sys.exit(f"run.py: {error}")
    except OSError as error:
        sys.exit(f"run.py: {explain(str(error))}")
    except KeyboardInterrupt:
        say("interrupted; the next start puts the environment right")
        return 130
    return run(*command(arguments))


def say(text):
    print(f"run.py: {text}", file=sys.stderr, flush=True)


# The verb ----------------------------------------------------------------------------------


def command(arguments):
    """The command line that does what was asked, its environment variables and its folder."""
    verb, rest = arguments[0], arguments[1:]
    settings = dict(os.environ, VIRTUAL_ENV=str(VENV))
    settings["PATH"] = f"{BIN}{os.pathsep}{settings.get('PATH', os.defpath)}"
    settings.pop("PYTHONHOME", None)
    for name in THREADS:  # small arrays: more threads only cost, and two workers share the cores
        settings.setdefault(name, "1")
    if verb == "test":
        settings.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes import the same
        return [str(PYTHON), "-m", "pytest", *workers(rest), *rest], settings, ROOT
    settings.setdefault("MLPREP_COURSE", str(ROOT))  # so that the verbs work from any folder
    return [str(PYTHON), "-m", "mlprep", verb, *rest], settings, Path.cwd()


def workers(rest):
    """Three test processes, each test file in one of them, unless the arguments say otherwise.

    One more than a small machine has cores: some tests only wait. The files keep their order, in
    which tests/conftest.py puts the slow ones first.
    """
    chosen = any(re.match(r"-n|--numprocesses|--dist|(-p)?no:xdist|--pdb", word) for word in rest)
    return [] if chosen else ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def run(words, settings, folder):
    """Become that command, so that signals reach it; on Windows start it and wait."""
    sys.stdout.flush()
    if os.name != "nt":
        os.chdir(folder)
        os.execve(words[0], words, settings)
    child = subprocess.Popen(words, env=settings, cwd=folder)
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # the child had it too, and decides
            return child.wait()


# Is the environment ready? -----------------------------------------------------------------


def ready():
    """Whether the environment is finished, made from today's recipe, here, and undamaged."""
    now = stamp()
    return now.get("recipe") == recipe() and now.get("place") == place() and works(PROBE)


def recipe():
    """A hash of all that decides what is installed."""
    files = [ROOT / name for name in ("pyproject.toml", "constraints.txt", "run.py")]
    files += sorted(path for path in (ROOT / "jupyter").rglob("*") if path.is_file())  # copied in
    parts = [str(ROOT).encode(), *(file.read_bytes() for file in files)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def place():
    """What an environment does not survive a change of: its folder and its Python."""
    return [str(VENV), VERSION, sys.base_prefix]


def stamp():
    """What was last noted about the environment; {} when there is nothing to read."""
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def note(state, ours):
    """Write the stamp. `ours`: run.py made the folder, and so may remove it."""
    text = json.dumps({"recipe": state, "place": place(), "ours": ours})
    STAMP.write_text(text + "\n", encoding="utf-8")


def works(code):
    """Whether the environment's Python starts, and runs `code` without an error."""
    try:
        subprocess.run([PYTHON, "-c", code], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@contextlib.contextmanager
def lock():
    """One run.py at a time works on the environment; the others wait for it."""
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with open(VENV.with_name(VENV.name + ".lock"), "w") as file:
        if not locked(file):
            say(f"another run.py is making {VENV}; waiting for it")
            while not locked(file):
                time.sleep(0.2)
        # pip inherits it, and may outlive a run.py that is killed: until then nobody steps in.
        os.set_inheritable(file.fileno(), True)
        yield


def locked(file):
    """Whether this process now holds the lock; the system takes it back when the process ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# Making it ---------------------------------------------------------------------------------


def install():
    """Bring a sound older environment up to date; make any other anew."""
    old = stamp()
    sound = works("") and old.get("place", place()) == place()
    if sound and old.get("recipe") not in (INSTALLING, recipe()):
        try:
            return fill(old.get("ours", False))
        except Broken:
            say("the environment does not work as it is")
    make()
    return fill(ours=True)


def make():
    """An empty environment, in the place of whatever is there now."""
    if VENV.exists() and any(VENV.iterdir()):
        if VENV != ROOT / ".venv" and not stamp().get("ours"):
            raise SetupError(
                f"{VENV} does not work as an environment, and is not run.py's to remove: set "
                "MLPREP_VENV to a new or an empty folder."
            )
        say(f"{VENV} is half-made, damaged, moved or of another Python: making it anew")
    VENV.mkdir(exist_ok=True)
    note(INSTALLING, ours=True)
    for path in set(VENV.iterdir()) - {STAMP}:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    free = shutil.disk_usage(VENV).free
    if free < NEEDED_BYTES:
        raise SetupError(no_space(f"only {free / 1e9:.1f} GB of disk are free"))
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "this Python cannot make environments: install your system's package for that "
            "(python3-venv on Debian and Ubuntu) and start again."
        )
    say(f"making the environment in {VENV} (once: about a minute and 2 GB)")
    # The Python under this one, which may itself lie in the environment that was just removed.
    step("Python", [getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(VENV)])


def fill(ours):
    """Install PyTorch, then the course with all that it needs, and see that they can be used."""
    pip = [str(PYTHON), "-m", "pip", "install"]
    note(INSTALLING, ours)
    try:
        if not works(torch_check()):
            step("PyTorch", [*pip, TORCH])
        step("packages", [*pip, "-c", "constraints.txt", "-e", ".[test]"])
    except PipGaveUp:
        note("", ours)
        raise
    step("first imports", [str(PYTHON), "-c", IMPORTS], failure=Broken)
    note(recipe(), ours)


def torch_check():
    """Code that fails unless a torch that pyproject.toml accepts can be imported."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    least = tuple(map(int, re.search(r'"torch>=(\d+)\.(\d+)', text).groups()))
    return f"import torch; assert tuple(map(int, torch.__version__.split('.')[:2])) >= {least}"


def step(title, words, failure=PipGaveUp):
    """Run one command with its output in the log, and show for how long and how far it has run.

    Raises:
        SetupError: it failed; `failure` unless the disk is full.
    """
    settings = dict(os.environ, PYTHONUNBUFFERED="1", PIP_PROGRESS_BAR="off", PIP_NO_INPUT="1")
    settings |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}
    settings.pop("PYTHONHOME", None)
    begun, lines = time.monotonic(), []
    child = subprocess.Popen(
        words, cwd=ROOT, env=settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", close_fds=False,
    )  # fmt: skip
    reader = threading.Thread(target=keep, args=(child.stdout, lines), daemon=True)
    reader.start()
    try:
        with Progress(title, begun) as progress:
            while child.poll() is None:
                progress.show(news(lines))
                time.sleep(0.1)
    except BaseException:
        with contextlib.suppress(subprocess.TimeoutExpired):  # Ctrl-C reached it as well
            child.wait(10)
        child.kill()
        raise
    reader.join(5)
    if child.returncode:
        text = "".join(lines)
        raise (SetupError if NO_SPACE.search(text) else failure)(explain(text))


def keep(stream, lines):
    """Collect a command's output and copy it to the log, which may be on a full disk."""
    with stream:
        for line in stream:
            lines.append(line)
            with contextlib.suppress(OSError), open(LOG, "a", encoding="utf-8") as log:
                log.write(line)


def news(lines):
    """What pip is doing, in a few words, from the lines that it has printed."""
    for line in reversed(lines[-50:]):
        if line.startswith("Installing collected packages:"):
            there = [*LIBRARY.glob("site-packages/*.dist-info")]
            return f"installing {line.count(',') + 1} packages, {len(there)} there"
        found = re.match(r"\s*(?:Collecting|Downloading|Building|Preparing) .{1,60}", line)
        if found:
            return found[0].strip()
    return ""


class Progress:
    """One line of a step: rewritten in place on a terminal, else printed every 15 seconds."""

    def __init__(self, title, begun):
        self.title, self.begun, self.width, self.last = title, begun, 0, begun
        self.terminal = sys.stderr.isatty()

    def show(self, text, end=False):
        now = time.monotonic()
        line = f"  {self.title:<14}{now - self.begun:4.0f} s  {text}"
        if self.terminal:
            print("\r" + line[:100].ljust(self.width), end="\n" if end else "", file=sys.stderr)
            self.width = min(len(line), 100)
        elif end or now - self.last > 15:
            print(line, file=sys.stderr)
            self.last = now
        sys.stderr.flush()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.show("stopped" if kind else "", end=True)


# What went wrong, in one sentence ----------------------------------------------------------

NO_SPACE = re.compile(r"[Nn]o space left|Errno (28|122)\b|not enough space|quota exceeded")
NO_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ConnectionError|name resolution|ProxyError|"
    r"SSLError|CERTIFICATE_VERIFY|Connection (refused|reset|aborted)|Network is unreachable"
)


def explain(text):
    """The sentence for what a failed command printed."""
    details = f"(details: {LOG})" if LOG.exists() else "(no details)"
    missing = re.search(r"No matching distribution found for (\S+)", text)
    if NO_SPACE.search(text):
        return no_space("the disk is full")
    if missing or NO_NETWORK.search(text):
        return (
            f"pip could not get {missing[1] if missing else 'all packages'} for Python {VERSION}: "
            "connect to the network, or point PIP_INDEX_URL at a package index that this machine "
            f"reaches {details}."
        )
    errors = [line for line in text.splitlines() if re.match(r"ERROR|Error|\w*Error:", line)]
    reason = (errors or text.strip().splitlines() or ["it ended without a word"])[-1].strip()
    return f"the environment could not be made: {reason[:200]} {details}."


def no_space(found):
    return (
        f"{found} and the environment needs {NEEDED_BYTES / 1e9:.0f} GB: free some, or set "
        "MLPREP_VENV to a folder on another disk."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
