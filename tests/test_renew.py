"""A newer release merged into a learner's notebook, cell by cell."""

from __future__ import annotations

import copy

import pytest
from helpers import NO_MAX, SOFTMAX, STUB, cell, find, notebook
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from mlprep.renew import is_same, renewed


def text(name, source):
    made = new_markdown_cell(source)
    made["id"] = name
    return made


def release(intro="Read this.", stub=STUB, test="assert softmax, 'missing'", *more):
    return notebook(
        text("intro", intro),
        cell("locked", "imports", "import numpy as np"),
        cell("answer", "softmax", stub),
        cell("test", "softmax_holds", test, 2),
        cell("written", "why", "YOUR ANSWER HERE", 3),
        *more,
    )


def sources(nb):
    return [c.source for c in nb.cells]


OLD = release()
NEW = release("Read this first.", test="assert softmax([1]) == [1], 'one class'")


def test_an_untouched_copy_becomes_the_new_release():
    assert is_same(renewed(OLD, copy.deepcopy(OLD), NEW), NEW)
    newer_stub = release(stub="def softmax(z, axis=-1):\n    raise NotImplementedError()")
    assert is_same(renewed(OLD, copy.deepcopy(OLD), newer_stub), newer_stub)


def test_answers_stay_with_what_they_have_shown_and_the_courses_cells_are_renewed():
    mine = copy.deepcopy(OLD)
    find(mine, "softmax").source = NO_MAX
    find(mine, "softmax").outputs = [new_output("stream", text="shown")]
    find(mine, "why").source = "Because."
    find(mine, "softmax_holds").source = "assert True, 'mine'"
    made = renewed(OLD, mine, NEW)
    assert sources(made) == [
        "Read this first.",
        "import numpy as np",
        NO_MAX,
        "assert softmax([1]) == [1], 'one class'",
        "Because.",
    ]
    assert find(made, "softmax").outputs[0].text == "shown"


def test_cells_of_ones_own_stay_after_the_cell_that_they_followed():
    mine = copy.deepcopy(OLD)
    mine.cells.insert(0, new_code_cell("first = 1"))
    mine.cells.insert(4, new_code_cell("scratch = 2"))
    mine.cells.append(new_markdown_cell("a note"))
    made = sources(renewed(OLD, mine, release("Read.", STUB, "assert 1, 'new'")))
    assert made[0] == "first = 1"
    assert made[made.index(find(OLD, "softmax").source) + 1] == "scratch = 2"
    assert made[-1] == "a note"


def test_an_edited_text_stays_while_the_course_has_not_changed_it():
    mine = copy.deepcopy(OLD)
    mine.cells[0].source = "Read this. My note."
    assert sources(renewed(OLD, mine, NEW))[0] == "Read this first."
    same_text = release(test="assert 1, 'new'")
    assert sources(renewed(OLD, mine, same_text))[0] == "Read this. My note."


def test_an_answer_to_a_question_that_was_dropped_stays_as_an_ordinary_cell():
    old = release("Read this.", STUB, "assert 1, 'x'", cell("answer", "gone", "def gone(): ..."))
    mine = copy.deepcopy(old)
    find(mine, "gone").source = "def gone(): return 1"
    made = renewed(old, mine, NEW)
    assert made.cells[-1].source == "def gone(): return 1"
    assert "nbgrader" not in made.cells[-1].metadata
    assert "def gone(): ..." not in sources(renewed(old, copy.deepcopy(old), NEW))


def test_without_the_release_that_it_was_made_from_nothing_of_it_is_dropped():
    mine = copy.deepcopy(OLD)
    mine.cells.append(text("older-text", "A text of an older release."))
    find(mine, "softmax").source = SOFTMAX
    made = renewed(None, mine, NEW)
    assert "A text of an older release." in sources(made)
    assert find(made, "softmax").source == SOFTMAX


def test_what_was_deleted_comes_back_and_what_is_there_twice_stays_twice():
    mine = copy.deepcopy(OLD)
    again = copy.deepcopy(find(mine, "softmax"))
    again.source = NO_MAX
    mine.cells = [c for c in mine.cells if c.source != "import numpy as np"] + [again]
    made = renewed(OLD, mine, NEW)
    assert "import numpy as np" in sources(made)
    assert [c.source for c in made.cells if c.source in (NO_MAX, STUB.strip("\n"))] == [
        STUB.strip("\n"),
        NO_MAX,
    ]
    assert len({c["id"] for c in made.cells}) == len(made.cells)


def test_cells_are_known_by_their_text_where_a_program_has_renamed_them_all():
    mine = copy.deepcopy(OLD)
    find(mine, "softmax").source = NO_MAX
    mine.cells.append(new_markdown_cell("a note"))
    for cell_of_mine in mine.cells:
        del cell_of_mine["id"]
    made = renewed(OLD, mine, NEW)
    expected = sources(NEW)
    expected[expected.index(find(NEW, "softmax").source)] = NO_MAX
    assert sources(made) == [*expected, "a note"]


def test_renewing_twice_changes_nothing():
    mine = copy.deepcopy(OLD)
    mine.cells.insert(2, new_code_cell("scratch = 2"))
    once = renewed(OLD, mine, NEW)
    assert is_same(renewed(NEW, copy.deepcopy(once), NEW), once)
    assert is_same(renewed(OLD, copy.deepcopy(once), NEW), once)


@pytest.mark.parametrize("base", [OLD, None])
@given(st.lists(st.sampled_from(["own", "drop", "edit", "move", "double"]), max_size=6), st.data())
def test_whatever_was_done_to_a_copy_every_text_of_the_learner_is_kept(base, deeds, data):
    mine = copy.deepcopy(OLD)
    written = []
    for number, deed in enumerate(deeds):
        place = data.draw(st.integers(0, len(mine.cells) - 1)) if mine.cells else 0
        if deed == "own" or not mine.cells:
            mine.cells.insert(place, new_code_cell(f"own = {number}"))
            written.append(f"own = {number}")
        elif deed == "drop":
            if mine.cells[place].source not in written:
                del mine.cells[place]
        elif deed == "edit":
            target = mine.cells[place]
            if target.metadata.get("nbgrader", {}).get("solution"):
                if target.source in written:
                    written.remove(target.source)
                target.source = f"answer = {number}"
                written.append(target.source)
        elif deed == "move":
            mine.cells.append(mine.cells.pop(place))
        else:
            mine.cells.append(copy.deepcopy(mine.cells[place]))
    made = renewed(base, mine, NEW)
    assert set(written) <= set(sources(made))
    assert {c.source for c in NEW.cells if c.metadata.get("nbgrader", {}).get("locked")} <= set(
        sources(made)
    )
