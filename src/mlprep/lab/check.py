"""Check my work, as the button asks for it.

GET    assignment?path=      {"unit", "title"}: what is opened; its grader is warmed up
POST   check {path}          the report (mlprep.grading.judge.Report) when it is there
DELETE check?path=           cancel: the grading ends, with all that it started
POST   hint {path, question}        {"hints": all so far and the next, "of": how many}
POST   solution {path, question}    {"text": Markdown}, once an attempt was checked
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from mlprep import copies, warm
from mlprep.asking import Run
from mlprep.errors import UsageError
from mlprep.lab.handlers import Handler, answers
from mlprep.lab.places import Place, find

WARM_S = 10  # how long a check waits for the warm grader: starting a cold one takes as long
RUNNING: dict[Path, Run] = {}  # the checks under way, by notebook


class Assignment(Handler):
    """A notebook was opened."""

    @answers
    async def get(self):
        place = find(self.root, self.text("path"))
        await self.apart(warm.start, place.unit.course)
        news = getattr(self.contents_manager, "news", {}).pop(place.path, "")
        return {"unit": place.unit.name, "title": place.unit.info["title"], "news": news}


class Check(Handler):
    """Grade a notebook, or stop that."""

    run: Run | None = None

    @answers
    async def post(self):
        place = find(self.root, self.text("path"))
        if place.path in RUNNING:
            raise UsageError(
                "A check of this notebook is already running. Wait for it, or cancel it."
            )
        words = ["check", place.unit.name, "--json", "--notebook", str(place.path)]
        self.run = RUNNING[place.path] = Run(place.unit.course, words, wait_s=WARM_S)
        try:
            report = json.loads(await self.apart(self.run.output))
        finally:
            del RUNNING[place.path]
        for result in report["results"]:
            del result["probes"]  # hidden ones are named there
        return report | {"title": place.unit.info["title"]}

    @answers
    async def delete(self):
        run = RUNNING.get(find(self.root, self.text("path")).path)
        if run is not None:
            await self.apart(run.cancel)
        return {"cancelled": run is not None}

    def on_connection_close(self) -> None:
        """The page was closed: nobody waits for the result."""
        super().on_connection_close()
        if self.run is not None:
            asyncio.get_running_loop().run_in_executor(None, self.run.cancel)


class Hint(Handler):
    """The next hint for a question."""

    @answers
    async def post(self):
        return await _help(self, "--hint")


class Solution(Handler):
    """The worked solution of a question that was tried."""

    @answers
    async def post(self):
        return await _help(self, "--solution")


class StartOver(Handler):
    """A fresh copy of an assignment."""

    @answers
    async def post(self):
        place = find(self.root, self.text("path"))
        if place.path != place.unit.work_notebook(place.stem).resolve():
            raise UsageError(f"{place.path.name}: a copy of your own. Delete it, if you want to.")
        kept = await self.apart(copies.start_over, place.unit, place.stem)
        return {"kept": kept.relative_to(self.root).as_posix() if kept else ""}


async def _help(handler: Handler, flag: str) -> dict:
    place: Place = find(handler.root, handler.text("path"))
    question = handler.text("question")
    if question.startswith("-"):  # the command line would take it for an option
        raise UsageError(f"{question}: no such question in {place.unit.name}.")
    words = ["check", place.unit.name, question, flag, "--json"]
    return json.loads(await handler.apart(Run(place.unit.course, words, wait_s=WARM_S).output))


HANDLERS = [
    ("assignment", Assignment),
    ("check", Check),
    ("hint", Hint),
    ("solution", Solution),
    ("start-over", StartOver),
]
