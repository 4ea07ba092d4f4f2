"""Which notebook a path of JupyterLab names: the learner's own copies, and nothing else."""

from __future__ import annotations

import pytest
from helpers import softmax_course

from mlprep.errors import UsageError
from mlprep.lab.places import find


@pytest.fixture
def root(tmp_path):
    """A server's folder that holds a course and other things."""
    softmax_course(tmp_path / "course")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "softmax.ipynb").touch()
    return tmp_path.resolve()


@pytest.mark.parametrize(
    "path", ["course/work/softmax/softmax.ipynb", "/course/work/softmax/a.ipynb"]
)
def test_a_notebook_in_the_units_folder_below_work_is_the_learners(root, path):
    place = find(root, path)
    assert place.unit.name == place.stem == "softmax"
    assert place.path == root / path.strip("/")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../course/work/softmax/softmax.ipynb", "must lie in the folder that JupyterLab shows"),
        ("course/work/softmax/../../../../x.ipynb", "must lie in the folder"),
        ("course/\0/softmax.ipynb", "must lie in the folder"),
        ("elsewhere/softmax.ipynb", "not a notebook of the course"),
        ("course/notebooks/regression.ipynb", "not an assignment of the course"),
        ("course/work/softmax/softmax.csv", "not an assignment of the course"),
        ("course/work/softmax", "not an assignment of the course"),
        ("course/release/softmax/softmax.ipynb", "Open work/softmax/softmax.ipynb and check that"),
        ("course/source/softmax/softmax.ipynb", "not your copy of the assignment"),
        ("course/work/softmax/older/softmax.ipynb", "not your copy of the assignment"),
        ("course/notebooks/softmax.ipynb", "not your copy of the assignment"),
    ],
)
def test_every_other_path_is_refused_in_a_sentence(root, path, said):
    with pytest.raises(UsageError, match=said):
        find(root, path)


def test_a_link_out_of_the_folder_is_not_followed(root):
    inside = root / "course"
    (inside / "work" / "softmax" / "out.ipynb").symlink_to("/etc/hostname")
    with pytest.raises(UsageError, match="must lie in the folder"):
        find(inside, "work/softmax/out.ipynb")
