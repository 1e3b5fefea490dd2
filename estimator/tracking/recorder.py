"""Recorder: writes measured totals to the spool, one run, or one a window, each with its counts and its sidecar."""

from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from estimator.ingestion.sidecar import IdlePower, Modes, Sidecar, dump, sidecar_of_run
from estimator.tracking import machine
from estimator.tracking.codecarbon_session import Metering, Totals
from estimator.tracking.counts import CountsFile, RunCounts
from estimator.tracking.energy_budget import Consumed
from estimator.tracking.meters import Meters, after, label
from estimator.tracking.options import Progress, TrackOptions, sidecar, so_far
from estimator.tracking.overhead import Overhead, OverheadMeter
from estimator.tracking.spool import SpooledRun
from estimator.tracking.windows import power_w, stretch, synchronise

Wait = Callable[[float], object]


class Whole(NamedTuple):
    """All windows together: energy [kWh] and mode of each component, duration [s]."""

    energies: dict[str, float]
    modes: Modes
    duration_s: float


class Recorder:
    """From meter detection to the last row; raises any exception of metering and disk.

    `make` builds codecarbon's tracker with its output; `after` is called periodically in the tracker's own thread.
    """

    def __init__(
        self,
        options: TrackOptions,
        counts: RunCounts,
        own: OverheadMeter,
        make: Callable[[Any], Any],
        after: Callable[[], None],
    ) -> None:
        self.options, self.counts, self.own = options, counts, own
        self.counts_file: CountsFile | None = None
        self.facts = Sidecar()
        self.metering = Metering(make, self._live, after)
        self.run_id = self.metering.run_id
        self._meters = Meters(Modes(), {}, whole_machine=False)
        self._base: Totals = {}  # totals at the start of this window
        self._opened: Totals = {}  # totals at the start of the workload
        self._began = 0.0
        self._open = False
        with ExitStack() as unless_done:
            unless_done.callback(self.metering.quiet)
            self.run = SpooledRun(options.home, self.run_id)
            unless_done.pop_all()

    def start(self) -> None:
        """Detect the meters and start measuring."""
        self.metering.start()
        self._meters = label(self.metering.hardware, machine.virtual(), any(machine.cards()))
        self.facts = sidecar(self.run_id, self.options, self._meters)
        if self.options.window_s:
            self._is_window(1, self.run_id)

    def rest_before(self, wait: Wait) -> None:
        """Meter the idle machine, if requested; part of no run."""
        if self.options.idle_s:
            self._rest("idle_before", wait)

    def open(self) -> None:
        """Start of the workload: what is metered from here on is its own. Nothing slow may come after the reading."""
        self._describe(self._meters.modes, None)
        synchronise()
        with self.metering.lock:
            self._base = self._opened = self.metering.read()
            self.metering.forget_means()
            self._open, self._began = True, monotonic()

    def consumed(self, now: bool) -> Consumed:
        """Electricity of the workload at the last reading, or at a new one made now."""
        with self.metering.lock, self.own.counted():
            if now:
                self.metering.read()
            kwh, moment = self.metering.last_read()
        return Consumed(kwh - self._opened["energy_consumed"], moment)

    def is_due(self) -> bool:
        """Whether this window has reached its duration."""
        return bool(self._open and self.options.window_s and monotonic() - self._began >= self.options.window_s)

    def next_window(self) -> None:
        """End this window, start the next at the same reading. If the next cannot start, this one continues."""
        synchronise()
        with self.metering.lock, self.own.counted():
            if not self._open:
                return
            totals, run_id = self.metering.read(), str(uuid4())
            following = SpooledRun(self.options.home, run_id)
            self._is_window(self.facts.window or 1, self.facts.window_of or self.run_id)
            self._write(totals, None, ended=False)
            self.run.close()
            self.own.mark()
            self.metering.forget_means()
            self.counts.begin_again()
            self.run, self.run_id, self._base, self._began = following, run_id, totals, monotonic()
            self._is_window((self.facts.window or 1) + 1, self.facts.window_of)

    def end(self, exit_code: int | None, wait: Wait) -> Whole:
        """Write the last row; then meter the idle machine again, if requested and unless `wait` was interrupted."""
        synchronise()
        try:
            with self.metering.lock, self.own.counted():
                totals = self.metering.read()
                self._open = False
                row = self._write(totals, exit_code, ended=True)
            if self.options.idle_s:
                self._rest("idle_after", wait)
                self._dump()
        finally:
            with self.own.counted():
                self.metering.stop()
        whole = stretch(totals, self._opened, self.run_id)
        return Whole(_energies(whole), self._modes(row), whole["duration"])

    def close(self) -> None:
        """Release the last run, for delivery to the ledger."""
        self._open = False
        self.run.close()
        self._leave()

    def discard(self) -> None:
        """Discard a run whose workload never started."""
        self._open = False
        self.metering.stop()
        self._leave()
        self.run.discard()

    def _leave(self) -> None:
        self.metering.quiet()
        if self.counts_file:
            self.counts_file.remove()

    def _is_window(self, rank: int, of: str | None) -> None:
        self.facts = self.facts.model_copy(update={"run_id": self.run_id, "window": rank, "window_of": of})

    def _live(self, totals: Totals) -> None:
        """A snapshot in the tracker's own thread."""
        if self._open:
            self._write(totals, None, ended=False)

    def _write(self, totals: Totals, exit_code: int | None, ended: bool) -> dict[str, Any]:
        """Write the row and sidecar of this window up to these totals."""
        if self.counts_file:
            self.counts_file.take(ended)
        row = stretch(totals, self._base, self.run_id)
        self.run.write(row)
        self._describe(self._modes(row) if ended else self._meters.modes, exit_code)
        return row

    def _modes(self, row: Totals) -> Modes:
        return after(self._meters, _energies(row), row["duration"])

    def _describe(self, modes: Modes, exit_code: int | None) -> None:
        self.facts = so_far(self.facts, Progress(modes, self._window_overhead(), exit_code, self.counts.so_far()))
        self._dump()

    def _window_overhead(self) -> Overhead:
        """Overhead of this window: in its readings, and while the workload waited."""
        self.own.add(0.0, self.metering.taken_s())
        return self.own.since_mark()

    def _dump(self) -> None:
        dump(self.facts, sidecar_of_run(self.run.trace, self.run_id))

    def _rest(self, when: str, wait: Wait) -> None:
        """Meter the idle machine; None when `wait` was interrupted."""
        before = self.metering.read()
        cut_short = wait(self.options.idle_s or 0.0)
        if not cut_short:
            seen = stretch(self.metering.read(), before, self.run_id)
            rest = IdlePower(power_w=power_w(seen), duration_s=seen["duration"])
            self.facts = self.facts.model_copy(update={when: rest})


def _energies(row: Totals) -> dict[str, float]:
    return {part: row[f"{part}_energy"] for part in ("cpu", "gpu", "ram")}
