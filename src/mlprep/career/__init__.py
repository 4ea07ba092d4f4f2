"""What career units are made of: linters that give flags with reasons, and never points.

A linter says what is absent or can be measured. Whether a line is true or convincing is for people.
"""

from mlprep.career.resume import FLAGS, Flag, lint_bullet, lint_project, read_own, report

__all__ = ["FLAGS", "Flag", "lint_bullet", "lint_project", "read_own", "report"]
