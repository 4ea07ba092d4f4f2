"""mlprep new: a unit that is right as it stands, and never in the way of another."""

import tomllib

import pytest
from authoring import edit, make_course, tree, without_kernels

from mlprep.build import build
from mlprep.course import Course
from mlprep.errors import AuthorError, UsageError
from mlprep.lint import lint_course
from mlprep.scaffold import add_to_curriculum, new_unit


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def test_a_new_unit_passes_the_build_and_the_lint(course, monkeypatch):
    without_kernels(monkeypatch)  # tests/test_lessons.py runs and proves it
    folder = new_unit(course, "first_unit")
    assert folder == course.root / "source" / "first_unit"
    assert sorted(p.name for p in folder.iterdir()) == ["first_unit.py", "lesson.py", "unit.toml"]
    assert lint_course(course) == []
    build(course)
    assert build(course, check=True) == []
    assert course.unit("first_unit").info["title"] == "First unit"


@pytest.mark.parametrize(
    "name", ["Attention", "2d", "a-b", "../up", "a/b", "", "lesson", "worksheet"]
)
def test_bad_names_are_refused(course, name):
    before = tree(course.root)
    with pytest.raises(UsageError, match="a unit's name|is the name of a file"):
        new_unit(course, name)
    assert tree(course.root) == before


@pytest.mark.parametrize("kind", ["unit", "empty folder", "file"])
def test_what_exists_is_never_overwritten(course, kind):
    path = course.root / "source" / "taken"
    if kind == "unit":
        new_unit(course, "taken")
    elif kind == "empty folder":
        path.mkdir()
    else:
        path.write_text("")
    before = tree(course.root)
    with pytest.raises(UsageError, match="source/taken: a new unit needs a name of its own"):
        new_unit(course, "taken")
    assert tree(course.root) == before


def test_a_curriculum_that_cannot_be_read_stops_before_anything_is_written(course):
    (course.root / "source" / "curriculum.toml").write_text("[[engineering\n")
    with pytest.raises(AuthorError, match="not valid TOML"):
        new_unit(course, "toy")
    assert not (course.root / "source" / "toy").exists()


def test_the_course_sees_the_new_unit_at_once(course):
    assert course.curriculum == {}
    new_unit(course, "toy")
    assert course.curriculum["engineering"][0]["units"] == ["toy"]


LAYOUTS = {
    "empty": "",
    "comment": "# The table of contents.\n",
    "other track": '[[research]]\nstage = "One"\nunits = ["a"]\n',
    "one line": '[[engineering]]\nstage = "One"\nunits = ["a"] # b\n',
    "no units yet": '[[engineering]]\nstage = "One"\nunits = []\n',
    "many lines": '[[engineering]]\nstage = "One"\nunits = [\n  "a",\n  "b", # why\n]\n',
    "no last comma": '[[engineering]]\nstage = "One"\nunits = [\n\t"a",\n\t"b"\n]\n',
    "two stages": '[[engineering]]\nstage = "1"\nunits = ["a"]\n\n[[engineering]]\n'
    'stage = "2"\nunits = ["b"]\n\n[[research]]\nstage = "3"\nunits = ["c"]\n',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_curriculum_keeps_what_it_says(layout):
    text = LAYOUTS[layout]
    extended = add_to_curriculum(text, "new")
    got, want = tomllib.loads(extended), tomllib.loads(text)
    want.setdefault("engineering", [{"stage": "New units", "units": []}])[-1]["units"].append("new")
    assert got == want
    assert all(word.rstrip(",]") in extended for word in text.split())
    assert add_to_curriculum(extended, "new") is None


def test_a_layout_that_cannot_be_extended_is_refused():
    text = 'engineering = [{stage = "One", units = ["a"]}]\n'
    with pytest.raises(UsageError, match="Add 'new' to a stage of engineering by hand"):
        add_to_curriculum(text, "new")


def test_a_unit_named_in_the_curriculum_beforehand_is_not_added_twice(course):
    path = course.root / "source" / "curriculum.toml"
    path.write_text('[[engineering]]\nstage = "One"\nunits = ["toy"]\n')
    before = path.read_text()
    new_unit(Course(course.root), "toy")
    assert path.read_text() == before


def test_the_lint_would_see_a_flaw_in_the_template(course):
    new_unit(course, "toy")
    course = edit(course, "toy/toy.py", "q.hidden()\n", "")
    assert len(lint_course(course)) == 1
