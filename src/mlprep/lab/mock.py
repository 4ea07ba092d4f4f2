"""Mock interviews in JupyterLab, as static/mock.js and the start page ask for them.

GET   mock            {"title", "minutes", "elapsed_s", "step"} of the one that is under way, or {}
POST  mock/notebook   {"path"}: the learner's notebook for them, made if it is not there
"""

from __future__ import annotations

from mlprep.course import Course
from mlprep.lab.handlers import Handler, answers
from mlprep.lab.home import alone, learner
from mlprep.mock.desk import is_abandoned, step_of, under_way
from mlprep.mock.log import Log
from mlprep.mock.page import make
from mlprep.mock.rounds import ROUNDS


class Clock(Handler):
    """The clock of the mock that is under way."""

    @answers
    async def get(self):
        return await self.apart(alone, clock, Course.find(self.root))


class Notebook(Handler):
    """The notebook that mocks are held in."""

    @answers
    async def post(self):
        path, _ = await self.apart(make, Course.find(self.root))
        return {"path": path.relative_to(self.root).as_posix()}


def clock(course: Course) -> dict:
    """What the clock shows; {} when no mock is under way, or one that was left for long."""
    log = Log(learner(course))
    mock = under_way(log)
    if mock is None or is_abandoned(log, mock):
        return {}
    return {
        "title": ROUNDS[mock.round].title,
        "minutes": mock.minutes,
        "elapsed_s": mock.elapsed_s(log.now()),
        "step": step_of(mock),
    }


HANDLERS = [("mock", Clock), ("mock/notebook", Notebook)]
