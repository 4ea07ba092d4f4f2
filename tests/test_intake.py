"""Nothing of a submission is read or copied but regular files of agreed names, sizes and number."""

from __future__ import annotations

import os
import socket
import time

import pytest

from mlprep.errors import NotebookError
from mlprep.grading.intake import Caps, read_regular, take_in, unfit, why_not_student


@pytest.fixture
def folder(tmp_path):
    """submitted/ada/softmax with a notebook and a file beside it."""
    folder = tmp_path / "submitted" / "ada" / "softmax"
    folder.mkdir(parents=True)
    (folder / "softmax.ipynb").write_text('{"cells": []}')
    (folder / "logits.csv").write_text("1,2\n")
    return folder


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_text("what only the instructor may read")
    return path


def test_an_honest_submission_is_taken_whole_and_unflagged(folder):
    (folder / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "__pycache__").mkdir()
    taken = take_in(folder, ["softmax"])
    assert taken.notebooks == {"softmax": b'{"cells": []}'}
    assert taken.files == {"logits.csv": b"1,2\n"}
    assert taken.flags == [] and taken.refused == {}
    assert taken.submitted.isoformat() == "2026-03-01T10:00:00+00:00"
    assert unfit(folder) == {}


def test_a_link_is_never_followed(folder, secret):
    (folder / "data.csv").symlink_to(secret)
    (folder / "course").symlink_to(secret.parent)
    taken = take_in(folder, ["softmax"])
    assert list(taken.files) == ["logits.csv"]
    assert taken.flags == [
        "course is left out: a link, not a file.",
        "data.csv is left out: a link, not a file.",
    ]
    assert set(unfit(folder)) == {folder / "course", folder / "data.csv"}


def test_a_notebook_that_is_a_link_is_refused(folder, secret):
    (folder / "softmax.ipynb").unlink()
    (folder / "softmax.ipynb").symlink_to(secret)
    taken = take_in(folder, ["softmax"])
    assert taken.notebooks == {}
    assert taken.refused == {"softmax": "softmax.ipynb: a link, not a file."}


def test_a_folder_that_is_a_link_is_refused(folder, tmp_path):
    (tmp_path / "submitted" / "eve").mkdir()
    link = tmp_path / "submitted" / "eve" / "softmax"
    link.symlink_to(folder)
    with pytest.raises(NotebookError, match="not a link"):
        take_in(link, ["softmax"])


def test_a_pipe_or_a_socket_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(os.path.relpath(folder / "sock"))
        begun = time.monotonic()
        taken = take_in(folder, ["softmax"])
    assert time.monotonic() - begun < 2
    assert [flag.rpartition(": ")[2] for flag in taken.flags] == ["not a regular file."] * 2
    assert len(unfit(folder)) == 2


def test_a_notebook_replaced_by_a_pipe_is_refused_at_once(folder):
    (folder / "softmax.ipynb").unlink()
    os.mkfifo(folder / "softmax.ipynb")
    assert take_in(folder, ["softmax"]).refused == {"softmax": "softmax.ipynb: not a regular file."}


@pytest.mark.parametrize("name", ["-rf", "a\nb", "x" * 101, "$(id)", "a\\b", "a\u202eb", "a;b"])
def test_an_odd_name_is_left_out(folder, name):
    (folder / name).write_text("")
    taken = take_in(folder, ["softmax"])
    assert list(taken.files) == ["logits.csv"]
    assert len(taken.flags) == 1 and "its name is odd" in taken.flags[0]
    assert taken.flags[0].isprintable()
    assert list(unfit(folder)) == [folder / name]


def test_what_is_too_large_is_left_out_unread(folder):
    with (folder / "big.bin").open("wb") as file:
        file.truncate(1 << 40)  # a hole, not a terabyte
    taken = take_in(folder, ["softmax"])
    assert taken.flags == ["big.bin is left out: too large (1048576.0 MB; 16.0 MB are left)."]
    assert folder / "big.bin" in unfit(folder)


def test_files_that_fit_one_by_one_do_not_fit_together(folder):
    for name in "abc":
        (folder / name).write_bytes(b"x" * 400)
    taken = take_in(folder, ["softmax"], Caps(files_bytes=1000))
    assert sorted(taken.files) == ["a", "b", "logits.csv"] and len(taken.flags) == 1
    assert len(unfit(folder, Caps(files_bytes=1000))) == 1


def test_a_notebook_that_is_too_large_is_refused(folder):
    taken = take_in(folder, ["softmax"], Caps(notebook_bytes=5))
    assert "too large" in taken.refused["softmax"]


def test_files_without_end_are_not_read_without_end(folder):
    for number in range(60):
        (folder / f"f{number}").write_text("")
    taken = take_in(folder, ["softmax"], Caps(files=10, entries=40))
    assert len(taken.files) == 10 and len(taken.flags) <= 40
    assert "More than 40 files" in taken.flags[-1]
    assert folder in unfit(folder, Caps(entries=40))


def test_a_folder_beside_the_notebook_is_not_entered(folder, secret):
    (folder / "numpy").mkdir()
    (folder / "numpy" / "__init__.py").write_text("raise SystemExit")
    taken = take_in(folder, ["softmax"])
    assert taken.files == {"logits.csv": b"1,2\n"}
    assert "numpy is left out" in taken.flags[0]


def test_a_notebook_of_another_unit_is_left_out(folder):
    (folder / "other.ipynb").write_text("{}")
    assert take_in(folder, ["softmax"]).flags == [
        "other.ipynb is left out: not a notebook of this unit."
    ]


def test_a_notebook_that_is_missing_is_said_so_and_the_other_taken(folder):
    taken = take_in(folder, ["softmax", "worksheet"])
    assert list(taken.notebooks) == ["softmax"]
    assert taken.absent == ["worksheet"] and taken.refused == {}


def test_a_folder_without_any_of_the_notebooks_is_refused(folder):
    with pytest.raises(NotebookError, match="holds none of attention.ipynb"):
        take_in(folder, ["attention"])


def test_a_time_that_is_yet_to_come_is_flagged_and_stays_late(folder):
    (folder / "timestamp.txt").write_text("2999-01-01 00:00:00 UTC")
    taken = take_in(folder, ["softmax"])
    assert taken.submitted.year == 2999
    assert "yet to come" in taken.flags[0]


@pytest.mark.parametrize("text", [b"", b"soon", b"9" * 199, b"\xff\xfe", b"x" * 10_000])
def test_a_time_that_is_none_is_flagged_and_the_file_s_own_is_taken(folder, text):
    (folder / "timestamp.txt").write_bytes(text)
    os.utime(folder / "softmax.ipynb", (0, 86_400))
    taken = take_in(folder, ["softmax"])
    assert taken.submitted.isoformat() == "1970-01-02T00:00:00+00:00"
    assert "holds no date" in taken.flags[0]


def test_the_hash_follows_what_was_handed_in_and_nothing_else(folder):
    before = take_in(folder, ["softmax"]).sha256
    os.utime(folder / "softmax.ipynb", (0, 0))
    assert take_in(folder, ["softmax"]).sha256 == before
    (folder / "logits.csv").write_text("1,3\n")
    changed = take_in(folder, ["softmax"]).sha256
    assert changed != before
    (folder / "logits.csv").rename(folder / "logit.csv")
    assert take_in(folder, ["softmax"]).sha256 not in (before, changed)


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace", "a.b+c@uni.edu", "学生1"])
def test_a_student_may_be_called(name):
    assert why_not_student(name) == ""


@pytest.mark.parametrize(
    "name", ["", "..", ".", "-x", "a/b", "*", "{0}", "a[1]", "a\nb", "x" * 129]
)
def test_a_student_may_not_be_called(name):
    assert why_not_student(name)


def test_reading_stops_at_the_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 11)
    assert read_regular(path, 11) == b"x" * 11
    with pytest.raises(NotebookError, match="too large"):
        read_regular(path, 10)
