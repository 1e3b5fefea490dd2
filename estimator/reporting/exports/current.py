"""What other software reads of a home: the told results of its current build, kept until something of them changes."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

from estimator.builds.current import current
from estimator.core.errors import SobriaError
from estimator.governance.indicators.told_results import ToldResults, told_results
from estimator.results.reading import open_current

T = TypeVar("T")
DECIDING = ("register", "commitments")  # folders of events that decide which uses are small


class CurrentResults:
    """The told results of the build in force, opened again when another is published or the register changes."""

    def __init__(self, home: Path) -> None:
        self._home, self._lock = home, Lock()
        self._known: tuple[object, ToldResults] | None = None

    def read(self, made: Callable[[ToldResults], T]) -> T:
        """What is made of them, one reader at a time: a build file is read by one. nothing_built, BuildLocked."""
        with self._lock:
            folders = [self._home / name for name in DECIDING]
            state = (current(self._home), [sorted(os.listdir(folder)) for folder in folders if folder.exists()])
            if self._known is None or self._known[0] != state:
                build = open_current(self._home)
                if build is None:
                    raise SobriaError("nothing_built")
                self._known = (state, told_results(self._home, build))
            return made(self._known[1])
