"""A codecarbon tracker that may be asked for its totals at any moment and from any thread, one reading at a time."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import RLock
from time import perf_counter, thread_time
from typing import Any

Totals = Mapping[str, Any]

# What codecarbon and the libraries under it may raise when they read a sensor.
UNREADABLE = (ImportError, OSError, ArithmeticError, LookupError, AttributeError, TypeError, ValueError, RuntimeError)


class NotMeasured(Exception):
    """codecarbon has not started, or has not given its result; it swallows its own errors."""


class Metering:
    """One tracker, started and stopped once. Totals are a row of codecarbon, of all from the start to the moment at
    which its counters were read [s, kWh]: codecarbon itself goes on counting the time that it takes to write the row.

    `make` builds the tracker around its output, which is this object. `live` is called with the totals now and then,
    in the tracker's own thread and under `lock`; `after` in the same thread when the lock is free again. What a
    reading in that thread raises is kept in `failed`: the next reading covers its time.
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
            self.run_id = str(self._told(getattr(self.tracker, "run_id", None)))
            self.tracker._scheduler.function = self._in_turn
            unless_done.pop_all()

    def start(self) -> None:
        """Find the meters, then begin. NotMeasured, or what a sensor raises."""
        with self.lock:
            self.tracker.start()
            self._told(self.tracker._start_time)
            self._begun = True
            self.read()  # its first totals wait for tables that codecarbon loads, those to come do not

    @property
    def hardware(self) -> list[Any]:
        """codecarbon's objects, one a part of the computer."""
        return list(self.tracker._hardware)

    def read(self) -> Totals:
        """The totals up to now. NotMeasured, or what a sensor raises."""
        with self.lock:
            self._row, self._asked = None, True
            try:
                self.tracker._measure_power_and_energy()
                self.tracker.flush()
            finally:
                self._asked = False
            return self._told(self._row)  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Read no more; codecarbon swallows what fails."""
        with self.lock:
            self._begun = False
            self.tracker.stop()

    def forget_means(self) -> None:
        """Begin anew the means of use, which codecarbon keeps second by second for as long as it runs."""
        self.tracker._clear_utilization_history()

    def taken_s(self) -> float:
        """Processor time [s] of the readings in the tracker's own thread since this was last asked."""
        taken, self._cpu_s = self._cpu_s, 0.0
        return taken

    def quiet(self) -> None:
        """Give codecarbon its own log back."""
        logging.getLogger("codecarbon").removeFilter(self._silence)

    def _told(self, found: Any) -> Any:
        if found is None:
            raise NotMeasured(self._silence.last)
        return found

    def _in_turn(self) -> None:
        """One reading of the tracker's own thread."""
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
        """Output of codecarbon: the totals that were asked for."""
        self._row = self._read(total)

    def live_out(self, total: Any, delta: Any) -> None:
        """Output of codecarbon: totals in the course of the run; those that are asked for come by `out`."""
        if self._begun and not self._asked:
            self._live(self._read(total))

    def _read(self, total: Any) -> Totals:
        """A row of codecarbon, up to the moment at which its counters were read.

        That moment is written with its offset and its fraction of a second, so that windows follow one another
        exactly, also when clocks change; codecarbon itself writes neither.
        """
        read = self.tracker._last_measured_time
        moment = datetime.now().astimezone() - timedelta(seconds=perf_counter() - read)
        duration = read - self.tracker._start_time
        return {**total.values, "duration": duration, "timestamp": moment.isoformat(timespec="microseconds")}

    def task_out(self, data: Any, experiment_name: str) -> None:
        """Tasks are not used here."""

    def exit(self) -> None:
        """Nothing to close."""


class _Silence(logging.Filter):
    """Keeps codecarbon's log off the workload's terminal, and its last error for the sentence that says what failed."""

    last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            self.last = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        elif record.levelno >= logging.ERROR:
            self.last = record.getMessage()
        return False
