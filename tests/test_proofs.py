"""The build proves an assignment's questions before it writes it."""

import pytest
from authoring import edit, make_course, without_kernels

from mlprep import proofs
from mlprep.build import build
from mlprep.errors import AuthorError
from mlprep.notebook import dumps, read, render
from mlprep.proofs import prove


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course", "toy")


def proved(course):
    unit = course.unit("toy")
    authored = read(unit, unit.folder / "toy.py")
    return prove(authored, dumps(render(unit, authored)))


def test_the_questions_of_a_new_unit_are_proved(course):
    assert proved(course) == []


def test_a_variant_that_is_wrong_and_a_mistake_that_is_right_are_problems(course):
    course = edit(
        course, "toy/toy.py", "return float(2 ** -np.mean", "return float(np.e ** -np.mean"
    )
    course = edit(course, "toy/toy.py", "- np.log(len(x)))", "- np.log(len(x) + 1))")
    first, second = proved(course)
    assert first.startswith(
        "source/toy/toy.py, cell 7 (log_mean_exp_is_right_for_any_size): pair_by"
    )
    assert "a right answer must get 3 points" in first
    assert second.startswith(
        "source/toy/toy.py, cell 10 (perplexity_is_a_geometric_mean): mistake p"
    )
    assert "power_of_two: it gets full points" in second


def test_a_solution_that_raises_is_a_problem(course):
    course = edit(course, "toy/toy.py", "    shift = np.max(x)\n", "    shift = np.max(y)\n")
    problem = proved(course)[0]
    assert "the worked solution: a right answer must get 3 points. Got 0" in problem


def test_a_notebook_that_ends_its_process_is_a_problem(course):
    course = edit(course, "toy/toy.py", "import numpy as np\n", "import numpy as np\n\nexit(3)\n")
    with pytest.raises(AuthorError, match="its questions must be provable. Got 'no message'"):
        proved(course)


def test_a_notebook_that_never_ends_is_a_problem(course, monkeypatch):
    monkeypatch.setattr(proofs, "LIMIT_S", 0.2)
    with pytest.raises(AuthorError, match="must be proved within 0.2 s"):
        proved(course)


def test_only_what_changed_is_proved_and_nothing_unproved_is_written(course, monkeypatch):
    without_kernels(monkeypatch)
    asked = []

    def refuse(authored, text):
        asked.append(authored.label)
        return [f"{authored.label}: too weak"]

    with monkeypatch.context() as patch:
        patch.setattr(proofs, "prove", refuse)
        with pytest.raises(AuthorError, match="source/toy/toy.py: too weak"):
            build(course)
        assert asked == ["source/toy/toy.py"]
        assert not course.unit("toy").source_notebook().exists()
        assert not course.unit("toy").release_notebook().exists()
    build(course)
    monkeypatch.setattr(proofs, "prove", refuse)
    assert build(course) == []
    assert build(course, check=True) == []
    assert len(asked) == 1
