"""The release is what `nbgrader generate_assignment` makes, byte for byte."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from authoring import edit, make_course, notebook, texts, tree, without_kernels
from forking import forked

from mlprep.build import build
from mlprep.course import Course
from mlprep.errors import AuthorError
from mlprep.notebook import dumps, read, render
from mlprep.release import Releaser
from mlprep.scaffold import new_unit


@pytest.fixture
def course(tmp_path, monkeypatch):
    without_kernels(monkeypatch)
    return make_course(tmp_path / "course", "toy")


def release_of(course, stem="toy"):
    unit = course.unit("toy")
    authored = read(unit, unit.folder / f"{stem}.py")
    return Releaser(course).notebook(unit, stem, dumps(render(unit, authored)))


def generate_assignment(root, unit):
    """The real command. The environment's own programs must be found: it runs `alembic`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = forked("-m", "nbgrader", "generate_assignment", unit, "--force")
    env = os.environ | {"PATH": path, "PYTHONWARNINGS": "ignore", "JUPYTER_CONFIG_DIR": str(root)}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_nbgrader_itself_gives_the_same_bytes(course):
    """Notebooks and data files alike, with a worksheet, markers of every kind and a picture."""
    folder = course.root / "source" / "toy"
    (folder / "data").mkdir()
    (folder / "data" / "table.csv").write_text("a,b\n1,2\n")
    (folder / "worksheet.py").write_text(WORKSHEET, encoding="utf-8")
    build(course)
    ours = tree(course.root / "release" / "toy")
    assert set(ours) == {"toy.ipynb", "worksheet.ipynb", "data/table.csv"}
    generate_assignment(course.root, "toy")
    assert tree(course.root / "release" / "toy") == ours
    assert (course.root / "gradebook.db").is_file()  # it did run


WORKSHEET = """\
# %% [markdown]
# # {{title}}

# %% [markdown] nbgrader={"grade_id": "rules", "locked": true}
# Ten lines at most for each answer. Naïve guesses count as well: ½, “π”, 木.

# %% [markdown] nbgrader={"grade_id": "design", "task": true, "points": 4}
# Design a feature store for ten million users, and say what it costs.
#
# ### BEGIN MARK SCHEME
# One point for each estimate.
# ### END MARK SCHEME

# %% [markdown]
# Which part of it breaks first, and how would you notice before the users do?

# %% [markdown] nbgrader={"grade_id": "breaks", "grade": true, "solution": true, "points": 2}
# The write path.

# %% [markdown]
# Done.
"""


def test_solutions_and_hidden_tests_are_gone(course):
    text = release_of(course)
    for secret in ("shift = np.max(x)", "q.hidden", "with_decimals", "q.why", "BEGIN", "tiny prob"):
        assert secret not in text
    assert text.count("raise NotImplementedError()") == 2
    assert "YOUR ANSWER HERE" in text
    assert text.count("q.grade()") == 2


def test_the_release_carries_checksums_and_locks(course):
    path = course.root / "r.ipynb"
    path.write_text(release_of(course))
    cells = {cell["id"]: cell["metadata"] for cell in notebook(path)["cells"]}
    assert len(cells["imports"]["nbgrader"]["checksum"]) == 32
    assert cells["imports"]["editable"] is False
    assert cells["log_mean_exp"]["deletable"] is False
    assert "editable" not in cells["log_mean_exp"]
    assert notebook(path)["metadata"]["kernelspec"]["name"] == "python3"


def test_the_course_settings_are_used(course):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.ClearSolutions.code_stub = {"python": "pass  # your turn"}\n')
    assert release_of(course).count("pass  # your turn") == 2


def test_authored_files_are_not_copied_but_data_is(course):
    unit = course.unit("toy")
    (unit.folder / "weights.npy").write_bytes(b"\x93NUMPY")
    (unit.folder / ".DS_Store").write_bytes(b"")
    target = course.root / "release" / "toy" / "weights.npy"
    assert Releaser(course).data_files(unit) == {target: unit.folder / "weights.npy"}


def test_settings_that_would_copy_the_answers_are_refused(course):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.CourseDirectory.ignore = ["*.toml"]\n')
    with pytest.raises(AuthorError) as error:
        Releaser(course).data_files(course.unit("toy"))
    assert "c.CourseDirectory.ignore must hold '*.py'" in str(error.value)


def test_a_course_without_settings_is_refused(course):
    (course.root / "nbgrader_config.py").unlink()
    with pytest.raises(AuthorError, match="nbgrader_config.py: missing"):
        release_of(course)


def test_what_nbgrader_refuses_names_the_file(course):
    unit = course.unit("toy")
    with pytest.raises(AuthorError) as error:
        edit(course, "toy/toy.py", "    ### END SOLUTION\n", "")
        authored = read(unit, unit.folder / "toy.py")
        Releaser(course).notebook(unit, "toy", dumps(render(unit, authored)))
    assert "source/toy/toy.py: nbgrader must accept it. Got RuntimeError" in str(error.value)


def test_a_unit_of_its_own_name_only(course):
    """A second unit's release does not touch the first one's."""
    build(course)
    before = tree(course.root / "release" / "toy")
    new_unit(Course(course.root), "other")
    build(Course(course.root), ["other"])
    assert tree(course.root / "release" / "toy") == before
    assert "# Other" in texts(course.root / "release" / "other" / "other.ipynb")
