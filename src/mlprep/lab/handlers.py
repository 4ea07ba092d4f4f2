"""What all handlers share: JSON in, JSON out, and every error a sentence."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable
from pathlib import Path

from jupyter_server.base.handlers import APIHandler
from tornado import web

from mlprep.errors import MlprepError, UsageError


def answers(method):
    """A handler's method that returns plain data: authenticated, sent as JSON, errors as sentences.

    The message of an error that mlprep raised on purpose goes to the reader as it is.
    """

    @web.authenticated
    @functools.wraps(method)
    async def answer(self):
        try:
            data = await method(self)
        except MlprepError as error:
            self.set_status(400)
            data = {"message": str(error)}
        except web.HTTPError:
            raise
        except OSError as error:
            self.set_status(507)
            why = error.strerror or error
            data = {"message": f"The disk did not take it ({why}). Nothing was lost."}
        except Exception as error:  # noqa: BLE001 - the reader gets a sentence, the log the rest
            self.log.exception("mlprep: %s", self.request.path)
            self.set_status(500)
            kind = type(error).__name__
            data = {"message": f"The course's server failed ({kind}: {error}). Nothing was lost."}
        self.finish(json.dumps(data))

    return answer


class Handler(APIHandler):
    """An API handler of the course."""

    @property
    def root(self) -> Path:
        """The folder that the server shows."""
        return Path(self.settings["server_root_dir"]).expanduser().resolve()

    def text(self, name: str) -> str:
        """A field of the request's JSON, or of its address.

        Raises:
            UsageError: it is missing or is no text.
        """
        body = self.get_json_body() if self.request.body else {}
        value = body.get(name) if isinstance(body, dict) else None
        value = self.get_query_argument(name, None) if value is None else value
        if not isinstance(value, str) or not value:
            raise UsageError(f"{name}: must be given, as text. Got {value!r}.")
        return value

    @staticmethod
    async def apart(function: Callable, *args):
        """Call a function that takes its time in a thread, so that the server goes on."""
        return await asyncio.to_thread(function, *args)
