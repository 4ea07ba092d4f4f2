"""mlprep's grader inside nbgrader, by configuration alone. In a course's nbgrader_config.py:

    import mlprep.nbgrader
    mlprep.nbgrader.configure(c)

Then `nbgrader autograde` and Formgrader judge in mlprep's way: a submission is checked before
anything of it is copied (exporter), restored to the assignment's cells (restore), judged by tests
that run in another process than its own (judge), and stored (record); `nbgrader generate_feedback`
shows what came of it, with mathematics that needs no network (feedback, page).

Courses of others need no change: any test cell of plain asserts is judged, with the worked
solution of the source notebook as the proof that it can be.

Options:

    c.Judge.unsafe = True               run submissions without a sandbox (or MLPREP_UNSAFE=1)
    c.Judge.call_s, cell_s, test_s, notebook_s, memory_mb, disk_mb, processes
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
OURS = "mlprep.nbgrader"
THEIRS = "nbgrader.preprocessors"


def configure(c) -> None:
    """Switch the grader on in an nbgrader configuration."""
    c.Autograde.exporter_class = f"{OURS}.exporter.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        f"{OURS}.restore.Restore",
        f"{THEIRS}.OverwriteKernelspec",
        f"{THEIRS}.OverwriteCells",
        f"{THEIRS}.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        f"{OURS}.judge.Judge",
        f"{THEIRS}.IgnorePattern",
        f"{THEIRS}.LimitOutput",
        f"{THEIRS}.SaveAutoGrades",
        f"{OURS}.record.Record",
        f"{THEIRS}.AssignLatePenalties",
        f"{THEIRS}.CheckCellMetadata",
    ]
    c.OverwriteCells.add_missing_cells = True
    c.Execute.skip_cells_with_tag = ""  # of nbgrader's other commands: tags come from learners
    c.GenerateFeedback.preprocessors = [
        f"{THEIRS}.GetGrades",
        f"{OURS}.feedback.HideTests",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    c.HTMLExporter.filters = {"markdown2html": f"{OURS}.page.markdown2html"}
    c.HTMLExporter.extra_template_basedirs = [str(HERE / "templates"), str(_nbgrader_templates())]


def _nbgrader_templates() -> Path:
    import importlib.util

    package = Path(importlib.util.find_spec("nbgrader").origin).parent
    return package / "server_extensions" / "formgrader" / "templates"
