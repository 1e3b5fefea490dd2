"""A codecarbon tracker that gives its totals at any time and from any thread, one reading at a time.

The one module that touches what codecarbon keeps private.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import RLock
from time import perf_counter, thread_time
from typing import Any

Totals = Mapping[str, Any]

# Exceptions of codecarbon and its libraries when reading a sensor.
UNREADABLE = (ImportError, OSError, ArithmeticError, LookupError, AttributeError, TypeError, ValueError, RuntimeError)


class NotMeasured(Exception):
    """codecarbon did not start, or returned no result; it swallows its own errors."""


class Metering:
    """One tracker, started and stopped once. Totals are a codecarbon row, from the start to the time at
    which its counters were read [s, kWh]: codecarbon itself also counts the time spent writing the row.

    `make` builds the tracker with this object as output. `live` is called with the totals periodically,
    in the tracker's own thread and under `lock`; `after` in the same thread once the lock is free. An exception of a
    reading in that thread is stored in `failed`: the next reading covers its time.
    """

    def __init__(self, make: Callable[[Any], Any], live: Callable[[Totals], None], after: Callable[[], None]) -> None:
        self.lock = RLock()
        self.failed: Exception | None = None
        self._cpu_s = 0.0
        self._live, self._after = live, after
        self._silence = _Silence()
        self._row: Totals | None = None
        self._begun = self._asked = False
        logging.getLogger("codecarbon").addFilter(self._silence)
        with ExitStack() as unless_done:
            unless_done.callback(self.quiet)
            self.tracker = make(self)
            self.run_id = str(self._checked_result(getattr(self.tracker, "run_id", None)))
            self.tracker._scheduler.function = self._in_turn
            unless_done.pop_all()

    def start(self) -> None:
        """Detect the meters, then start. NotMeasured, or the exception of a sensor."""
        with self.lock:
            self.tracker.start()
            self._checked_result(self.tracker._start_time)
            self._begun = True
            self.read()  # its first totals load tables of codecarbon, the following ones do not

    @property
    def hardware(self) -> list[Any]:
        """Hardware objects of codecarbon, one a component of the computer."""
        return list(self.tracker._hardware)

    def read(self) -> Totals:
        """The totals so far. NotMeasured, or the exception of a sensor."""
        with self.lock:
            self._row, self._asked = None, True
            try:
                self.tracker._measure_power_and_energy()
                self.tracker.flush()
            finally:
                self._asked = False
            return self._checked_result(self._row)  # type: ignore[no-any-return]

    def last_read(self) -> tuple[float, float]:
        """Electricity at the last reading of the tracker's own thread or of ours [kWh], and when it was [s]."""
        with self.lock:
            return self.tracker._total_energy.kWh, self.tracker._last_measured_time

    def stop(self) -> None:
        """Stop reading; codecarbon swallows its own errors."""
        with self.lock:
            self._begun = False
            self.tracker.stop()

    def forget_means(self) -> None:
        """Reset the utilisation means, which codecarbon stores second by second for the whole run."""
        self.tracker._clear_utilization_history()

    def taken_s(self) -> float:
        """Processor time [s] of the readings in the tracker's own thread since the last call."""
        taken, self._cpu_s = self._cpu_s, 0.0
        return taken

    def quiet(self) -> None:
        """Restore codecarbon's log handlers."""
        logging.getLogger("codecarbon").removeFilter(self._silence)

    def _checked_result(self, found: Any) -> Any:
        if found is None:
            raise NotMeasured(self._silence.last)
        return found

    def _in_turn(self) -> None:
        """One reading in the tracker's own thread."""
        began = thread_time()
        try:
            with self.lock:
                if self._begun:
                    self.tracker._measure_power_and_energy()
        except UNREADABLE as error:
            self.failed = error
        self._cpu_s += thread_time() - began
        self._after()

    def out(self, total: Any, delta: Any) -> None:
        """Output callback of codecarbon: requested totals."""
        self._row = self._totals_row(total)

    def live_out(self, total: Any, delta: Any) -> None:
        """Output callback of codecarbon: totals during the run; requested ones come through `out`."""
        if self._begun and not self._asked:
            self._live(self._totals_row(total))

    def _totals_row(self, total: Any) -> Totals:
        """A codecarbon row, up to the time at which its counters were read.

        That time is written with its offset and its fraction of a second, so that windows are contiguous,
        even across clock changes; codecarbon itself writes neither.
        """
        read = self.tracker._last_measured_time
        moment = datetime.now().astimezone() - timedelta(seconds=perf_counter() - read)
        duration = read - self.tracker._start_time
        return {**total.values, "duration": duration, "timestamp": moment.isoformat(timespec="microseconds")}

    def task_out(self, data: Any, experiment_name: str) -> None:
        """Tasks are not used here."""

    def exit(self) -> None:
        """Nothing to close."""


def processor_mode(item: Any) -> str:
    """How a CPU object of codecarbon reads its power."""
    return str(item._mode)


def is_forced(item: Any) -> bool:
    """Whether the power of a RAM object of codecarbon was given to it."""
    return item._force_ram_power is not None


class _Silence(logging.Filter):
    """Log handler that hides codecarbon's log from the terminal, and stores its last error for the failure message."""

    last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            self.last = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        elif record.levelno >= logging.ERROR:
            self.last = record.getMessage()
        return False
