"""JupyterLab for an instructor: what `mlprep teach` starts with.

Read because JUPYTER_CONFIG_PATH names this folder. nbgrader's panels are on, as they come;
labconfig/ names what is opened first.
"""

import warnings
from pathlib import Path

import zmq

c = get_config()

c.ServerApp.root_dir = str(Path(__file__).resolve().parents[2])
c.ContentsManager.hide_globs = ["__pycache__", "*.pyc", "*~", "*.db-journal"]
# nbgrader's with SQLAlchemy 2.1, at each autograding: noise in the terminal.
warnings.filterwarnings("ignore", message="Object of type .* not in session")
# Else each kernel warns in the terminal that others on this machine could read along.
if zmq.has("curve"):
    c.KernelManager.transport_encryption = "auto"
