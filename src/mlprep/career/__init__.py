"""What career units are made of: linters that give flags with reasons, and never points.

A linter says what is absent or can be measured. Whether a line is true or convincing is for people.
"""

from mlprep.career.offers import lint_email, lint_reply
from mlprep.career.offers import report as report_offers
from mlprep.career.resume import FLAGS, Flag, lint_bullet, lint_project, read_own, report
from mlprep.career.stories import (
    follow_ups,
    lint_bank,
    lint_story,
    read_stories,
    report_stories,
    sample_stories,
)

__all__ = [
    "FLAGS",
    "Flag",
    "follow_ups",
    "lint_bank",
    "lint_bullet",
    "lint_email",
    "lint_project",
    "lint_reply",
    "lint_story",
    "read_own",
    "read_stories",
    "report",
    "report_offers",
    "report_stories",
    "sample_stories",
]
