"""JupyterLab for one learner: what `mlprep study` and Binder start with.

Read because JUPYTER_CONFIG_PATH names this folder. The extensions that are switched off stand in
jupyter_server_config.d/ and labconfig/ beside it: those settings are read from JSON only.
"""

from pathlib import Path

import zmq

c = get_config()

c.ServerApp.root_dir = str(Path(__file__).resolve().parents[2])
# JupyterLab, in which the start page opens: labconfig/page_config.json names its command.
c.ServerApp.default_url = c.LabApp.default_url = "/lab"
# A lesson can be run and changed, and saved as a copy in work/; the course's own file stays.
c.ServerApp.contents_manager_class = "mlprep.contents.StudyContents"
# Answers and grades, so that nobody reads them by accident; release/ because work/ has the copies
# to write in. A courtesy, not a lock: all of it is on the learner's own disk.
c.ContentsManager.hide_globs = [
    *("source", "release", "submitted", "autograded", "feedback", "exchange", "*.db"),
    *("__pycache__", "*.pyc", "*~"),
]
# Else each kernel warns in the terminal that others on this machine could read along.
if zmq.has("curve"):
    c.KernelManager.transport_encryption = "auto"
