"""An electricity budget of a tracked command: the program is asked to stop when it is reached, then killed."""

import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import perf_counter, sleep
from typing import NamedTuple

import psutil

from estimator.tracking.options import tell, value_text

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # which ends a program at once on Windows
NEAR = 0.9  # share of the budget from which the person is warned [1]
GRACE_S = 30.0  # time left to the program to save its work after SIGTERM, before SIGKILL [s]
POLL_S = 0.05  # between two looks at the processes that outlive the command [s]
REACHED = 123  # exit status of `sobria track` when it stopped its command; those of a shell start at 126


class Consumed(NamedTuple):
    """Electricity of the workload [kWh] and when its counters were read [s, perf_counter]."""

    kwh: float
    read_s: float


class EnergyBudget:
    """Electricity that a run may consume [kWh], as read by its own meters, before any factor.

    consumed: the last reading, or with True a new one; None where nothing is measured. Between two readings the mean
    power of the last stretch is supposed to go on; a new reading confirms it before the program is stopped.
    """

    def __init__(self, kwh: float, consumed: Callable[[bool], Consumed | None], lang: str) -> None:
        self.kwh, self.reached = kwh, False
        self._consumed, self._lang = consumed, lang
        self._before = self._last = Consumed(0.0, perf_counter())
        self._warned = self._unwatched = False
        self._kill_s = 0.0
        self._asked: list[psutil.Process] = []

    def watch(self, pid: int) -> None:
        """Called often while the command runs: warn near the budget, stop its processes when it is reached."""
        if self.reached:
            if perf_counter() >= self._kill_s:
                _signal(_family(pid), KILL)
            return
        expected = self._expected()
        if expected >= NEAR * self.kwh and not self._warned:
            self._warned = True
            tell(self._lang, "budget_near", share=round(100 * NEAR), budget=value_text(1000 * self.kwh, self._lang))
        if expected >= self.kwh and (self._new(True) or self._last).kwh >= self.kwh:
            self.reached, self._kill_s = True, perf_counter() + GRACE_S
            tell(self._lang, "budget_reached", budget=value_text(1000 * self.kwh, self._lang), seconds=round(GRACE_S))
            self._asked = _family(pid)
            _signal(self._asked, signal.SIGTERM)

    def wait(self) -> None:
        """Wait for the processes asked to stop that outlive the command, as a shell's program does; then kill them."""
        while alive := [process for process in self._asked if _runs(process)]:
            if perf_counter() >= self._kill_s:
                _signal(alive, KILL)
                return
            sleep(POLL_S)

    def _expected(self) -> float:
        """Electricity at this moment, from the last two readings [kWh]."""
        self._new(False)
        elapsed = self._last.read_s - self._before.read_s
        power = (self._last.kwh - self._before.kwh) / elapsed if elapsed > 0 else 0.0
        return self._last.kwh + power * (perf_counter() - self._last.read_s)

    def _new(self, now: bool) -> Consumed | None:
        found = self._consumed(now)
        if found is None and not self._unwatched:
            self._unwatched = True
            tell(self._lang, "budget_unwatched", budget=value_text(1000 * self.kwh, self._lang))
        if found and found.read_s > self._last.read_s:
            self._before, self._last = self._last, found
        return found


def _family(pid: int) -> list[psutil.Process]:
    """A process, then those that it has started: a shell asked first does not start its next command."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended, be it waited for by its parent or not."""
    try:
        return process.is_running() and process.status() not in {psutil.STATUS_ZOMBIE}
    except psutil.NoSuchProcess:
        return False


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
