"""`%plain` in a notebook of the course: what `mlprep plain` does, for the notebook's own unit.

    %plain ridge_df          a plain file of the question, and the clock starts
    %plain mark dry run      the next mark, or the one that is named
    %plain run ridge_df      the first run
    %plain log               the first-run pass rate

Every kernel of the environment knows this module, so it imports what takes time when it is used.
"""

from __future__ import annotations

from IPython.core.magic import Magics, line_magic, magics_class

from mlprep.errors import MlprepError, UsageError


@magics_class
class PlainMagics(Magics):
    """The plain editor's magic."""

    @line_magic
    def plain(self, line: str) -> None:
        """Begin a question in a plain editor, mark a step, run it once, or show the log."""
        from mlprep.asking import Run
        from mlprep.magic import this_unit

        try:
            unit, _ = this_unit()
            print(Run(unit.course, ["plain", *words(unit.name, line.split())]).output(), end="")
        except MlprepError as error:
            print(f"%plain: {error}")


def words(unit: str, said: list[str]) -> list[str]:
    """The command line of what was typed after %plain in a notebook of a unit."""
    if not said:
        raise UsageError("name the question, such as %plain ridge_df.")
    if said[0] == "listen":
        raise UsageError("a listener needs a terminal: mlprep plain listen.")
    if said[0] == "run" and len(said) == 2:
        return ["run", unit, said[1]]
    return said if said[0] in ("mark", "run", "log") else [unit, *said]
