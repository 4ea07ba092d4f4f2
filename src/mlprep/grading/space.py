"""The namespace in which a test cell runs in the judge: ours, and behind it the submission's.

A name that a learner's cell of the instructor's notebook defines is fetched from the submission,
as data or as a handle, even where it is a builtin's name too (an exercise may ask for one's own
`sorted`). All else is the judge's: what locked cells, imports and earlier tests define, and
builtins. A name that nothing of ours defines is the submission's.

A test that deletes or replaces a function of the learner's does so in the submission as well:
"it must call `squares`" is tested by taking `squares` away.
"""

from __future__ import annotations

import builtins
import contextlib
import types
from collections.abc import Mapping

from mlprep.check.answer import AnswerLost, RemoteError
from mlprep.grading.names import Origins, read_and_bound
from mlprep.grading.remote import Box, Handle


class Undefined(Exception):
    """A test needs a name that the learner's notebook does not define."""


class Space(dict):
    """Globals of one test cell.

    Args:
        ours: what locked cells and imports define in the judge.
        earlier: what earlier tests have defined.
    """

    def __init__(self, box: Box, test: str, origins: Origins, ours: Mapping, earlier: Mapping):
        super().__init__()
        self._box, self._test, self._origins = box, test, origins
        self._fetched: set[str] = set()
        for name, value in vars(builtins).items():  # here they are found at once
            if not name.startswith("__") and origins.of(name, test) != "theirs":
                super().__setitem__(name, value)
        for name, value in (ours | earlier).items():
            origin = origins.of(name, test)
            if origin == "theirs" and not name.startswith("__"):
                continue
            chosen = earlier if origin == "test" and name in earlier else ours
            super().__setitem__(name, chosen.get(name, value))

    def fetch_what(self, source: str) -> None:
        """Fetch each name that a test reads without defining it.

        Raises:
            Undefined: the submission does not have it. AnswerLost: its process is gone.
        """
        read, bound = read_and_bound(source)
        for name in sorted(read - bound):
            if name not in self and self._is_theirs(name):
                try:
                    self[name]
                except KeyError:
                    raise Undefined(name) from None

    def fetch_again(self, box: Box) -> None:
        """Take what was fetched from the submission's fresh process: the old one was lost."""
        self._box = box
        for name in self._fetched:
            old = dict.__getitem__(self, name)
            with contextlib.suppress(RemoteError, AnswerLost):
                new = box.get(name)
                if isinstance(old, Handle) and isinstance(new, Handle):
                    old._become(new)
                else:
                    super().__setitem__(name, new)

    def _is_theirs(self, name: str) -> bool:
        return self._origins.of(name, self._test) == "theirs" or not hasattr(builtins, name)

    def __missing__(self, name: str):
        if not self._is_theirs(name) or name.startswith("__"):
            raise KeyError(name)
        try:
            value = self._box.get(name)
        except RemoteError:
            raise KeyError(name) from None
        self._fetched.add(name)
        super().__setitem__(name, value)
        return value

    def __setitem__(self, name: str, value) -> None:
        if name in self._fetched and isinstance(value, (Handle, types.FunctionType)):
            self._box.put(name, value)
        else:
            self._fetched.discard(name)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if name in self._fetched:
            self._box.forget(name)
        super().__delitem__(name)
