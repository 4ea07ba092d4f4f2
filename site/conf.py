"""The web book: one page for each lesson in notebooks/, with the outputs that it carries.

    python3 run.py build                                    first, when a lesson has changed
    .venv/bin/python -m sphinx -W site site/_build/html     then open site/_build/html/index.html

Nothing is executed and nothing is fetched, when it is built or when it is read: MathJax, which
typesets the formulas, lies in _static/. MLPREP_REPOSITORY, an address such as
https://github.com/OWNER/NAME, adds to each page the buttons that need one (source, Binder).
"""

import os
import re
import shutil
import tomllib
from pathlib import Path

SITE = Path(__file__).resolve().parent
NOTEBOOKS = SITE.parent / "notebooks"
PAGES = SITE / "notebooks"  # Sphinx reads only what lies in its own folder

project = "mlprep"
author = "the mlprep authors"
copyright = f"2026, {author}. Text: CC BY 4.0, code: MIT"
language = "en-GB"

extensions = ["myst_nb"]
exclude_patterns = ["_build", "_static", "**/.ipynb_checkpoints", "notebooks/README.md"]
nb_execution_mode = "off"
nb_merge_streams = True  # what a cell prints is one block
nb_ipywidgets_js = {}  # two scripts from a CDN; lessons show a still figure beside each widget
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
numfig = True

html_theme = "sphinx_book_theme"
html_title = "mlprep"
html_static_path = ["_static"]
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
mathjax_path = "mathjax/tex-svg-full.js"
html_theme_options = {
    "home_page_in_toc": True,
    "navbar_persistent": [],  # else a second search box stands on top of the first
    "show_toc_level": 2,
    "use_fullscreen_button": False,
}
if repository := os.environ.get("MLPREP_REPOSITORY"):
    html_theme_options |= {
        "repository_url": repository,
        "use_repository_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }


def copy_lessons():
    """Bring notebooks/ here, so that a page's name is also its path in the repository."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(NOTEBOOKS, PAGES, ignore=shutil.ignore_patterns(".*"))


def contents() -> str:
    """The lessons by track and stage: tables for the front page, toctrees for the sidebar."""
    index = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    tables = index[index.index("\n## ") :]
    parts = [re.sub(r"\]\((\w+\.ipynb)\)", r"](notebooks/\1)", tables)]
    curriculum = tomllib.loads((SITE.parent / "source/curriculum.toml").read_text(encoding="utf-8"))
    listed = set()
    for stage in [stage for stages in curriculum.values() for stage in stages]:
        names = [name for name in stage["units"] if (NOTEBOOKS / f"{name}.ipynb").is_file()]
        names = [name for name in names if name not in listed]  # in one place of the sidebar each
        if names:
            entries = "\n".join(f"notebooks/{name}" for name in names)
            parts.append(
                f"```{{toctree}}\n:hidden:\n:caption: {stage['stage']}\n\n{entries}\n```\n"
            )
        listed |= set(names)
    return "\n".join(parts)


def setup(app):
    def fill_front_page(app, docname, source):
        if docname == "index":
            source[0] = source[0].replace("<!-- lessons -->", contents())

    copy_lessons()
    app.connect("source-read", fill_front_page)
