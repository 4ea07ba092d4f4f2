"""nbgrader for this course: read by every `nbgrader` command that is started in this folder.

nbgrader itself is as it comes. What mlprep adds (the judge, the sandbox) is named here, never
patched in.
"""

import contextlib
import os
from pathlib import Path

import mlprep.nbgrader

c = get_config()

# Tests run in another process than the submission, which runs in a sandbox.
mlprep.nbgrader.configure(c)

# The name under which a course's assignments lie in an exchange.
c.CourseDirectory.course_id = "mlprep"

# Found from any folder below, so that `nbgrader` works in source/attention/ as well.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# release/<unit>/ gets the notebooks and the data files of source/<unit>/, never what they are
# made from: those files hold the answers. mlprep's own release builder reads this list.
c.CourseDirectory.ignore = [
    "*.py",  # lesson.py, <unit>.py and worksheet.py, as authored
    "*.toml",  # unit.toml: what the unit says of itself
    "*.pyc",
    "__pycache__",
    ".ipynb_checkpoints",
    ".*",  # an editor's or a system's files: .DS_Store, .swp
    "*~",
    "feedback",  # nbgrader's default: an older feedback folder inside a submission
]

# Without a folder for exchanging files, nbgrader's panels and commands end in a traceback. Set the
# variable to a folder that all learners can write to; the default serves one person alone.
exchange = Path(os.environ.get("MLPREP_EXCHANGE") or Path(__file__).resolve().parent / "exchange")
with contextlib.suppress(OSError):  # a checkout that may only be read
    exchange.mkdir(parents=True, exist_ok=True)
c.Exchange.root = str(exchange)

# A test cell that a learner deleted is put back before grading; else it costs its points though
# the answer is right.
c.OverwriteCells.add_missing_cells = True

# No times of execution in the notebooks: the same submission graded twice gives the same file.
c.ExecutePreprocessor.record_timing = c.Execute.record_timing = False

# A tag on a cell must not keep it from being run: tags come from the submission.
c.Execute.skip_cells_with_tag = ""

# Else each kernel warns "running over TCP without encryption" into the log, once a notebook.
c.Execute.extra_arguments = c.ExecutePreprocessor.extra_arguments = ["--IPKernelApp.log_level=40"]
