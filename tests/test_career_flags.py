"""One report for every linter: numbered, with reasons, closed by what a flag is not."""

from __future__ import annotations

from mlprep.career.flags import report


def test_texts_are_numbered_with_the_reasons_of_their_flags():
    def lint(text):
        return {"short": "say more"} if len(text) < 3 else {}

    assert report(["secret", "no"], lint, "line", ("page", {"thin": "one line"}), 6, "good") == (
        "line 1: no flags\nline 2: 1 to look at\n    short  say more\npage: thin   one line\n"
        "Flags are advice: no points, and no flag does not mean good."
    )


def test_nothing_to_read_is_said():
    assert report([], len) == "No texts: nothing to say."
    assert report([], len, "story") == "No stories: nothing to say."
