"""Lessons run in a fresh kernel, under limits, and show the same each time."""

import re
from pathlib import Path

import pytest
from authoring import edit, make_course, notebook, tree

import mlprep
from mlprep import lessons
from mlprep.build import build
from mlprep.errors import AuthorError
from mlprep.lessons import execute, imported_modules, recipe
from mlprep.notebook import Authored, Cell, read


@pytest.fixture(autouse=True)
def kernels_of_their_own(monkeypatch):
    """Time and memory are those of a new process, not of a fork that has all imported."""
    monkeypatch.delenv("JUPYTER_PATH", raising=False)


def nb_of(*sources, tags=()):
    """A notebook of code cells."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{n}",
            "metadata": {"tags": list(tags)} if tags else {},
            "outputs": [],
            "source": source,
        }
        for n, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def printed(*sources):
    """What the last cell prints."""
    nb = nb_of(*sources)
    execute(nb, "lesson.py")
    return "".join(nb["cells"][-1]["outputs"][0]["text"])


def refusal(*sources, **limits):
    with pytest.raises(AuthorError) as error:
        execute(nb_of(*sources), "source/toy/lesson.py", **limits)
    return str(error.value)


def test_a_lesson_is_executed_with_outputs_and_nothing_else(tmp_path):
    """The whole way: the same bytes from two executions, figures included."""
    course = make_course(tmp_path / "course", "toy")
    build(course)
    lesson = course.root / "notebooks" / "toy.ipynb"
    before, nb = tree(course.root), notebook(lesson)
    code = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert sum("image/png" in output.get("data", {}) for c in code for output in c["outputs"]) == 1
    assert all(cell["metadata"] == {} for cell in nb["cells"])
    assert set(nb["metadata"]) == {"kernelspec", "language_info", "mlprep"}
    lesson.unlink()
    assert build(course) == ["notebooks/toy.ipynb"]
    assert tree(course.root) == before


def test_a_failing_lesson_fails_the_build_and_writes_nothing(tmp_path):
    course = make_course(tmp_path / "course", "toy")
    course = edit(course, "toy/lesson.py", "x = np.log([0.2, 0.4, 0.9])", "x = np.log(y)")
    with pytest.raises(AuthorError) as error:
        build(course)
    want = "source/toy/lesson.py, cell 5: a lesson must run. Got NameError: name 'y' is not defined"
    assert str(error.value).startswith(want)
    assert not (course.root / "notebooks" / "toy.ipynb").exists()
    assert (course.root / "release" / "toy" / "toy.ipynb").exists()


def test_the_surroundings_are_fixed(monkeypatch):
    """One thread, a fixed hash seed, an empty folder, and no settings of the reader's."""
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    lines = printed(
        "import os, sys\n"
        "print(os.environ['OMP_NUM_THREADS'], os.environ['PYTHONHASHSEED'])\n"
        "print([name for name in os.listdir() if not name.startswith('.')])\n"
        "print(os.environ.get('PYTHONWARNINGS'), 'inline' in os.environ['MPLBACKEND'])\n"
        "print([name for name in globals() if 'socket' in name or 'refuse' in name])"
    ).splitlines()
    assert lines == ["1 0", "['matplotlibrc']", "None True", "[]"]


def test_a_lesson_is_offline():
    text = refusal("import urllib.request\nurllib.request.urlopen('http://192.0.2.1', timeout=2)")
    assert "lessons run offline: make the data in the lesson" in text
    text = refusal("import socket\nsocket.getaddrinfo('example.org', 80)")
    assert "lessons run offline" in text


def test_a_stream_is_one_output_however_it_was_cut():
    """Slow printing is sent in pieces, whose edges depend on the clock."""
    nb = nb_of("import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.3)\n7")
    execute(nb, "lesson.py")
    stream, value = nb["cells"][0]["outputs"]
    assert (stream["name"], stream["text"]) == ("stdout", "0\n1\n2\n")
    assert value["data"] == {"text/plain": "7"}


def test_streams_are_joined_only_where_they_meet():
    def stream(name, text):
        return {"output_type": "stream", "name": name, "text": text}

    figure = {"output_type": "display_data", "data": {}, "metadata": {}}
    a, b, c, d = stream("stdout", "a"), stream("stdout", "b"), stream("stderr", "c"), figure
    assert lessons.joined_streams([a, b, c, d, a]) == [stream("stdout", "ab"), c, d, a]
    assert a["text"] == "a"


def test_warnings_are_the_authors_error():
    text = refusal("x = 1", "import warnings\nwarnings.warn('old way')")
    assert text.startswith("source/toy/lesson.py, cell 2: a lesson must not warn. Got ")
    assert "UserWarning: old way" in text


def test_a_figure_that_is_shown_before_it_is_finished_is_refused():
    begun = "import matplotlib.pyplot as plt\nfigure, (a, b) = plt.subplots(1, 2)\n"
    text = refusal(
        begun + "a.plot([1, 2])\nb.set_title('floors')",
        "b.plot([1, 2])\nplt.show()",
        begun + "a.bar([1], [2])\nb.axis('off')\nplt.show()",
        begun + "a.imshow([[1, 2]])\nb.text(0, 0, 'words')\nplt.show()",
    )
    assert text.startswith("source/toy/lesson.py, cell 1: a lesson must not warn. Got ")
    assert "a figure has the empty panel 'floors'" in text
    assert len(text.splitlines()) == 1


def test_outputs_that_differ_from_run_to_run_are_refused():
    text = refusal("object()", "print('fine')", "import os\nos.getcwd()")
    first, second = text.splitlines()
    assert re.search(r"cell 1: outputs must be the same each time. Got the address 0x\w+", first)
    assert "cell 3: outputs must be the same on every machine. Got the path" in second


def test_too_much_time_is_refused_and_named():
    text = refusal("import time", "time.sleep(30)", limit_s=1)
    assert re.match(r"source/toy/lesson.py: a lesson runs within 1 s. Got \d+\.\d s\.", text)
    assert "It was stopped in cell 2" in text
    text = refusal("import time\ntime.sleep(0.6)", "time.sleep(0.6)", limit_s=1)
    assert "a lesson runs within 1 s. Got 1." in text


def test_too_much_memory_is_refused_and_named():
    text = refusal("x = bytes(bytearray(150_000_000))\ndel x", limit_bytes=120_000_000)
    match = re.match(r"source/toy/lesson.py: a lesson runs within 0.12 GB. Got (\d\.\d+) GB", text)
    assert match and 0.3 < float(match[1]) < 0.6  # both copies, freed since


def test_a_kernel_that_dies_is_named():
    text = refusal("import os", "os._exit(1)")
    assert text.startswith("source/toy/lesson.py, cell 2: the kernel died.")


def test_a_tagged_cell_may_raise():
    nb = nb_of("1 / 0", tags=["raises-exception"])
    execute(nb, "lesson.py")
    (output,) = nb["cells"][0]["outputs"]
    assert (output["output_type"], output["ename"]) == ("error", "ZeroDivisionError")


def test_a_traceback_through_installed_files_is_refused():
    nb = nb_of("import json\njson.loads('{')", tags=["raises-exception"])
    with pytest.raises(
        AuthorError, match="outputs must be the same on every machine. Got the path"
    ):
        execute(nb, "lesson.py")


def test_time_and_memory_are_measured():
    run = execute(nb_of("import time\ntime.sleep(0.2)"), "lesson.py")
    assert 0.2 < run.wall_s < 10
    assert 20e6 < run.peak_bytes < 500e6


# What a lesson's hash covers


def authored_of(*sources):
    cells = [Cell("", n, "code", "code", source) for n, source in enumerate(sources)]
    return Authored(None, Path("lesson.py"), "lesson.py", cells, [])


def test_imported_modules_are_found_with_what_they_import():
    found = imported_modules(authored_of("%load_ext x\nimport numpy", "from mlprep import course"))
    assert set(found) == {"mlprep", "mlprep.course", "mlprep.errors"}
    assert found["mlprep.course"] == Path(mlprep.__file__).parent / "course.py"
    assert "mlprep.check.question" in imported_modules(
        authored_of("from mlprep.check import Question")
    )
    assert set(imported_modules(authored_of("import numpy as np"))) == set()
    assert imported_modules(authored_of("def broken(:")) == {}


def test_relative_imports_are_followed(tmp_path, monkeypatch):
    package = tmp_path / "mlprep"
    (package / "sub").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "sub" / "__init__.py").write_text("from . import one\n")
    (package / "sub" / "one.py").write_text("def f():\n    from ..two import g\n")
    (package / "two.py").write_text("from .sub.three import h\n")
    (package / "sub" / "three.py").write_text("h = 1\n")
    monkeypatch.setattr(lessons.mlprep, "__file__", str(package / "__init__.py"))
    lesson = authored_of("import mlprep.sub")
    names = {"mlprep", "mlprep.sub", "mlprep.sub.one", "mlprep.two", "mlprep.sub.three"}
    assert set(imported_modules(lesson)) == names
    before = recipe(lesson)
    (package / "sub" / "three.py").write_text("h = 2\n")
    assert recipe(lesson) != before


def test_the_recipe_of_a_lesson_without_our_modules_is_constant(tmp_path):
    course = make_course(tmp_path / "course", "toy")
    unit = course.unit("toy")
    assert recipe(read(unit, unit.lesson_source)) == lessons.RECIPE
