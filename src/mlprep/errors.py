"""Every error that mlprep raises on purpose.

    MlprepError
    ├── UsageError          the command or its arguments are wrong              exit code 2
    ├── AuthorError         something under source/ must be mended              exit code 1
    │   └── DriftError      a generated file does not match its source          exit code 1
    ├── NotebookError       a learner's file cannot be graded as it is          exit code 1
    └── GraderError         the grader itself failed; never a learner's 0       exit code 1

A message says where, what must hold, what was found and what to do.
"""


class MlprepError(Exception):
    """Something is wrong and the message says what to do about it."""

    exit_code = 1


class UsageError(MlprepError):
    """The command line or a function argument is wrong."""

    exit_code = 2


class AuthorError(MlprepError):
    """A file under source/ breaks a rule of the curriculum."""


class DriftError(AuthorError):
    """A generated file differs from what its source gives."""


class NotebookError(MlprepError):
    """A learner's notebook cannot be read or is not the assignment."""


class GraderError(MlprepError):
    """The grader failed. The learner's work is neither right nor wrong."""
