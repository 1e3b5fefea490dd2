"""The tracker's own overhead on the machine that it measures."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import NamedTuple


class Overhead(NamedTuple):
    """Time for which the workload waited [s], processor time [s]."""

    wall_s: float = 0.0
    cpu_s: float = 0.0


class OverheadMeter:
    """Adds up the time spent inside `counted`, by this process and by the programs that it starts and waits for there.

    Processor time is that of the whole process: an upper bound when the workload has other threads.
    """

    def __init__(self, before: Overhead | None = None) -> None:
        self.spent = before or Overhead()
        self._mark = Overhead()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the time of the block."""
        wall, cpu = perf_counter(), _processor_s()
        try:
            yield
        finally:
            self.add(perf_counter() - wall, _processor_s() - cpu)

    def add(self, wall_s: float, cpu_s: float) -> None:
        """Add a time measured elsewhere."""
        self.spent = Overhead(self.spent.wall_s + wall_s, self.spent.cpu_s + cpu_s)

    def since_mark(self) -> Overhead:
        """Time spent since the last mark."""
        return Overhead(self.spent.wall_s - self._mark.wall_s, self.spent.cpu_s - self._mark.cpu_s)

    def mark(self) -> None:
        """Start a new window."""
        self._mark = self.spent


def since_start() -> Overhead:
    """Time spent by this process since its start, for one that does nothing but track; Linux only, else the processor
    time alone."""
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            began = int(file.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        with open("/proc/uptime", encoding="ascii") as file:
            return Overhead(max(float(file.read().split()[0]) - began, 0.0), _processor_s())
    except (OSError, ValueError, IndexError):
        return Overhead(0.0, _processor_s())


def _processor_s() -> float:
    return sum(os.times()[:4])
