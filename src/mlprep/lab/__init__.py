"""mlprep in JupyterLab's server: what the buttons and panels of static/ ask for.

Each face has a module here with its `HANDLERS`, a list of (address, handler), and one in static/
that talks to it (static/main.js lists those). Answers are plain JSON; an error is
{"message": one sentence} with a status of 400 or above.

    handlers.py     what they share: JSON in and out, errors as sentences
    places.py       which notebook of which course a path names, and none outside of it
    check.py        Check my work: grading, hints, worked solutions, starting over
    home.py         the start page: the choice, the plan, progress
    mock.py         mock interviews: the clock, the notebook

The extension is on in every server of the environment: etc/jupyter/jupyter_server_config.d names
it to the server, share/jupyter/labextensions/mlprep to JupyterLab and Notebook 7.
"""

from __future__ import annotations


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "mlprep.lab"}]


def _load_jupyter_server_extension(app) -> None:
    from pathlib import Path

    from jupyter_server.base.handlers import FileFindHandler
    from jupyter_server.utils import url_path_join

    from mlprep.lab import check, home, mock

    base = url_path_join(app.web_app.settings["base_url"], "mlprep")
    static = {"path": str(Path(__file__).parent / "static"), "no_cache_paths": ["/"]}
    faces = [*check.HANDLERS, *home.HANDLERS, *mock.HANDLERS]
    handlers = [(url_path_join(base, address), handler) for address, handler in faces]
    handlers.append((url_path_join(base, "static", "(.*)"), FileFindHandler, static))
    app.web_app.add_handlers(".*$", handlers)
