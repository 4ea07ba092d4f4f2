"""What learners are given: made by nbgrader's own preprocessors, in this process.

`nbgrader generate_assignment` writes the same bytes. Its order of preprocessors and its settings
are kept (nbgrader_config.py of the course); only SaveCells is left out, for it writes to the
gradebook and changes no cell.
"""

from __future__ import annotations

import contextlib
import json
from functools import cached_property
from pathlib import Path

from mlprep.course import Course, Unit
from mlprep.errors import AuthorError

CONFIG = "nbgrader_config.py"
AUTHORED_SUFFIXES = (".py", ".toml")


class Releaser:
    """nbgrader's generate_assignment for one course, without its database."""

    def __init__(self, course: Course):
        self.course = course

    @cached_property
    def _config(self):
        from traitlets.config.loader import PyFileConfigLoader

        if not (self.course.root / CONFIG).is_file():
            raise AuthorError(
                f"{CONFIG}: missing. It tells nbgrader what not to copy to release/; write "
                'c.CourseDirectory.ignore = ["*.py", "*.toml", ".ipynb_checkpoints", "*.pyc", '
                '"__pycache__", "feedback"].'
            )
        return PyFileConfigLoader(CONFIG, path=str(self.course.root)).load_config()

    @cached_property
    def _converter(self):
        from nbgrader.converters.generate_assignment import GenerateAssignment
        from nbgrader.coursedir import CourseDirectory

        coursedir = CourseDirectory(config=self._config, root=str(self.course.root))
        return GenerateAssignment(coursedir=coursedir, config=self._config)

    @cached_property
    def _exporter(self):
        from nbgrader.preprocessors import SaveCells

        converter = self._converter
        exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            name = preprocessor if isinstance(preprocessor, str) else preprocessor.__name__
            if name.rpartition(".")[2] != SaveCells.__name__:
                exporter.register_preprocessor(preprocessor)
        return exporter

    def notebook(self, unit: Unit, stem: str, source: str) -> str:
        """The release notebook's text that nbgrader makes of a source notebook's text.

        Raises:
            AuthorError: nbgrader refuses the notebook.
        """
        import nbformat

        resources = {
            "metadata": {"name": stem, "path": str(unit.folder)},
            "unique_key": stem,
            "output_files_dir": f"{stem}_files",
            "nbgrader": {
                "student": ".",
                "assignment": unit.name,
                "notebook": stem,
                "db_url": self._converter.coursedir.db_url,
            },
        }
        node = nbformat.reads(source, as_version=4)
        label = f"source/{unit.name}/{stem}.py"
        try:
            with contextlib.chdir(self.course.root):
                text, _ = self._exporter.from_notebook_node(node, resources)
        except Exception as error:
            raise AuthorError(
                f"{label}: nbgrader must accept it. Got {type(error).__name__}: "
                f"{' '.join(str(error).split())[:200]}. Mend the markers and the metadata."
            ) from error
        return text

    def data_files(self, unit: Unit) -> dict[Path, Path]:
        """What nbgrader copies beside the notebooks: {path in the release: path in the source}.

        Raises:
            AuthorError: nbgrader's settings would copy a unit's authored files.
        """
        from nbgrader.utils import find_all_files

        ignore = list(self._converter.coursedir.ignore)
        found = {}
        for name in find_all_files(str(unit.folder), [*ignore, "*.ipynb"]):
            path = Path(name)
            if path.suffix in AUTHORED_SUFFIXES:
                raise AuthorError(
                    f"{CONFIG}: c.CourseDirectory.ignore must hold '*{path.suffix}', or "
                    f"source/{unit.name}/{path.name} reaches the learner. Got {ignore}. Add it."
                )
            release = self.course.root / "release" / unit.name / path.relative_to(unit.folder)
            found[release] = path
        return dict(sorted(found.items()))


def load(text: str) -> dict:
    """A notebook's text as plain data."""
    return json.loads(text)
