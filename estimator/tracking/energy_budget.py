"""An electricity budget of a tracked command: the program is asked to stop when it is reached, then killed."""

import signal
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import psutil

from estimator.tracking.options import tell, value_text

NEAR = 0.9  # share of the budget from which the person is warned [1]
GRACE_S = 30.0  # time left to the program to save its work after SIGTERM, before SIGKILL [s]
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

    def watch(self, pid: int) -> None:
        """Called often while the command runs: warn near the budget, stop its processes when it is reached."""
        if self.reached:
            if perf_counter() >= self._kill_s:
                _signal(pid, signal.SIGKILL)
            return
        expected = self._expected()
        if expected >= NEAR * self.kwh and not self._warned:
            self._warned = True
            tell(self._lang, "budget_near", share=round(100 * NEAR), budget=value_text(1000 * self.kwh, self._lang))
        if expected >= self.kwh and (self._new(True) or self._last).kwh >= self.kwh:
            self.reached, self._kill_s = True, perf_counter() + GRACE_S
            tell(self._lang, "budget_reached", budget=value_text(1000 * self.kwh, self._lang), seconds=round(GRACE_S))
            _signal(pid, signal.SIGTERM)

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


def _signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and to those that it has started."""
    try:
        parent = psutil.Process(pid)
        for process in (*parent.children(recursive=True), parent):
            process.send_signal(number)
    except psutil.NoSuchProcess:
        return
