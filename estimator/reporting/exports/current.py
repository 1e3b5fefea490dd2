"""What other software reads of a home: the told results of its current build, kept until something of them changes."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from estimator.builds.current import current
from estimator.core.errors import SobriaError
from estimator.governance.indicators.told_results import ToldResults, told_results
from estimator.results.reading import open_current

T = TypeVar("T")
PREPARED_S = 8.0  # less than the 10 s that Prometheus waits by default
DECIDING = ("register", "commitments")  # folders of events that decide which uses are small


class CurrentResults:
    """The told results of the build in force, opened again when another is published or the register changes."""

    def __init__(self, home: Path) -> None:
        self._home, self._reader = home, ThreadPoolExecutor(1, "told-results")
        self._known: tuple[object, ToldResults] | None = None

    def read(self, made: Callable[[ToldResults], T]) -> T:
        """What is made of them, one reader at a time: a build file is read by one. nothing_built, BuildLocked;
        results_preparing where it takes longer than whoever asks would wait: they are then ready for the next one."""
        found = self._reader.submit(lambda: made(self._told()))
        try:
            return found.result(PREPARED_S)
        except TimeoutError:
            found.cancel()
            raise SobriaError("results_preparing", seconds=f"{PREPARED_S:g}") from None

    def _told(self) -> ToldResults:
        folders = [self._home / name for name in DECIDING]
        state = (current(self._home), [sorted(os.listdir(folder)) for folder in folders if folder.exists()])
        if self._known is None or self._known[0] != state:
            build = open_current(self._home)
            if build is None:
                raise SobriaError("nothing_built")
            self._known = (state, told_results(self._home, build))
        return self._known[1]
