"""How far what lasts has come, and who is told of a build."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar

Progress = Callable[[int, int], None]  # given what is done, of what: 0 of 0 while nobody knows
# Opened around each build that is not given a `progress`: whoever asks for a figure may have to wait for one.
WATCH: ContextVar[Callable[[], AbstractContextManager[Progress | None]]] = ContextVar("watch", default=nullcontext)
