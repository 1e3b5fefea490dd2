"""What this library says in the log of a service, and the guard that keeps its own faults out of the service."""

import logging
import tomllib
from importlib.resources import files
from types import TracebackType
from typing import Any, ClassVar

LOG = logging.getLogger("sobria")
_MOST = 100  # faults of a process that are logged


def tell(key: str, **facts: Any) -> None:
    """A warning in the log named `sobria`, in French and in English."""
    said = tomllib.loads((files("sobria_instrument") / "words.toml").read_text("utf-8"))[key]
    LOG.warning(" / ".join(text.format(**facts) for text in said.values()))


class Guarded:
    """A part of this library within a service: its faults are logged, each once, and never reach the service."""

    _said: ClassVar[set[str]] = set()  # of the process: a fault at each call would fill its log

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> bool:
        if not isinstance(fault, Exception):
            return False
        if (told := repr(fault)) not in self._said and len(self._said) < _MOST:
            self._said.add(told)
            LOG.warning("sobria_instrument", exc_info=fault)
        return True
