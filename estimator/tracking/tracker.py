"""Tracker: measures a workload with codecarbon, always offline, with the metering mode of each component."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from shlex import quote
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Literal, ParamSpec, Self, TypeVar

from estimator.core.errors import SobriaError
from estimator.core.home import SPOOL
from estimator.core.own_environment import environ_of_others
from estimator.ingestion.sidecar import Sidecar, dump, sidecar_of_run
from estimator.tracking.codecarbon_session import UNREADABLE, NotMeasured
from estimator.tracking.counts import COUNTED, VARIABLE, CountsFile, RunCounts
from estimator.tracking.energy_budget import Consumed
from estimator.tracking.options import TrackOptions, codecarbon_settings, so_spent, tell, tell_rest, tell_summary
from estimator.tracking.overhead import Overhead, OverheadMeter
from estimator.tracking.recorder import Recorder, Wait, Whole
from estimator.tracking.spool import Importer, deliver, into_ledger, load_importer

__all__ = ["TrackOptions", "Tracker", "tracked"]

SNAPSHOT_S = 15  # maximum loss of a killed tracker [s]
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# Metering failures, which never break the workload.
FAILURES = (NotMeasured, SobriaError, *UNREADABLE, AssertionError)


class Tracker:
    """Measures from `start` to `stop`, or the body of a `with`; never breaks the workload.

    >>> with Tracker(project="tri-courriers", zone="FRA") as run:  # doctest: +SKIP
    ...     for batch in run.windows(letters, every=100):
    ...         run.count(items=len(batch), output_tokens=sort(batch))

    Parameters
    ----------
    options : what to measure and where to write it; None: made of `given`.
    importer : who reads the finished runs; None: the ledger of the home.
    before : overhead already spent before this tracker [s].
    given : the fields of the options: project, zone, home, sampling …

    Attributes
    ----------
    run_id : the id of the run, or of its last window.
    problem : why nothing was measured; None: no failure.
    spent : the tracker's own overhead, delivery included [s].
    """

    def __init__(
        self,
        options: TrackOptions | None = None,
        importer: Importer | None = None,
        before: Overhead | None = None,
        **given: Any,
    ) -> None:
        self.options = options or TrackOptions(**given)
        self.run_id: str | None = None
        self.problem: str | None = None
        self.counts = RunCounts({} if self.options.items is None else {"items": self.options.items})
        self._importer = importer or into_ledger
        self._own = OverheadMeter(before)
        self._delivering = Lock()
        self._recorder: Recorder | None = None
        self._ended: Sidecar | None = None

    @property
    def spent(self) -> Overhead:
        """The tracker's own overhead so far, over all windows [s]."""
        return self._own.spent

    def items(self, count: float) -> None:
        """Add to the count of items: messages sorted, pages read …"""
        self.count(items=count)

    def count(self, **counts: float) -> None:
        """Add counts, by the names of estimator.tracking.counts.COUNTED: requests, output_tokens, images …"""
        self.counts.add(counts)

    def windows(self, batches: Iterable[T], every: int = 1) -> Iterator[T]:
        """The same batches, a new window after each `every` of them: each window is a run of its own."""
        for rank, batch in enumerate(batches):
            if rank and rank % every == 0:
                self.next_window()
            yield batch

    def start(self, wait: Wait = time.sleep) -> Self:
        """Detect the meters, which takes a second or two in a new process, then start measuring.

        `wait` leaves the machine idle for some seconds when requested; it returns True when interrupted.
        """
        if self._recorder is None:
            try:
                with self._own.counted():
                    recorder = self._begin()
                recorder.rest_before(wait)
                with self._own.counted():
                    recorder.open()
            except FAILURES as error:
                self._give_up(error)
            except KeyboardInterrupt:
                self.discard()
                raise
        return self

    def consumed(self, now: bool = False) -> Consumed | None:
        """Electricity of the workload so far, over all windows, with a new reading if asked; None when not measured."""
        try:
            return self._recorder.consumed(now) if self._recorder is not None else None
        except FAILURES as error:
            self._recorder.metering.failed = error  # type: ignore[union-attr]
            return None

    def stopped_by(self, why: Literal["budget"]) -> None:
        """State why the run was ended before its time."""
        if self._recorder is not None:
            self._recorder.facts = self._recorder.facts.model_copy(update={"stopped_by": why})

    def next_window(self) -> None:
        """End this window and start the next at the same time; counts so far belong to the first."""
        if self._recorder is not None:
            try:
                self._recorder.next_window()
            except FAILURES as error:
                self._recorder.metering.failed = error
            else:
                self.run_id = self._recorder.run_id

    def stop(self, exit_code: int | None = None) -> None:
        """End the run and bring it into the ledger."""
        self.end(exit_code)
        self.deliver()

    def end(self, exit_code: int | None = None, wait: Wait = time.sleep) -> None:
        """End the run and leave its trace and sidecar in the spool."""
        if self._recorder is None:
            return
        try:
            self._tell(self._recorder, self._recorder.end(exit_code, wait))
        except FAILURES as error:
            self._give_up(error)
        else:
            self._close()

    def deliver(self) -> None:
        """Import the finished runs of the spool; failures stay there, with a message."""
        home = self.options.home
        with self._delivering:
            with self._own.counted():
                delivery = deliver(home, self._importer)
            if kept := delivery.kept:
                folder, why = home / SPOOL, kept[-1][1]
                tell(self.options.lang, "kept", count=len(kept), folder=folder, named=quote(str(folder)), why=why)
            for trace in delivery.brought:
                if self._ended and trace.stem == self._ended.run_id:  # now includes the overhead of the delivery
                    with contextlib.suppress(*FAILURES):
                        dump(so_spent(self._ended, self._own.since_mark()), sidecar_of_run(trace, trace.stem))

    def discard(self) -> None:
        """Discard a run whose workload never started."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            with contextlib.suppress(*FAILURES):
                recorder.discard()

    def environ(self) -> dict[str, str]:
        """Environment variables of a program to be tracked: those we were given, and the path of its counts file."""
        found = os.devnull
        with contextlib.suppress(*FAILURES):
            if self._recorder is not None:
                self._recorder.counts_file = CountsFile(self.counts)
                found = str(self._recorder.counts_file.path)
        return {**environ_of_others(), VARIABLE: found}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(_exit_code(error))

    def _begin(self) -> Recorder:
        self.options = self.options.at_home()
        self._recorder = recorder = Recorder(
            self.options, self.counts, self._own, partial(_codecarbon, self.options), self._between
        )
        self.run_id = recorder.run_id
        loading = Thread(target=self._load_ahead, daemon=True)
        loading.start()
        try:
            recorder.start()
        finally:
            loading.join()
        return recorder

    def _load_ahead(self) -> None:
        """Preload modules needed later, while codecarbon waits for the machine."""
        with contextlib.suppress(*FAILURES):
            import codecarbon.core.emissions
            import codecarbon.external.geography
            import codecarbon.input

            tables: Any = codecarbon.input.DataSource
            tables().get_global_energy_mix_data()
        if self._importer is into_ledger:
            load_importer()

    def _between(self) -> None:
        """Periodic work between two readings, in codecarbon's own thread."""
        if self._recorder is not None and self._recorder.is_due():
            self.next_window()
            self.deliver()

    def _tell(self, recorder: Recorder, whole: Whole) -> None:
        """Print the messages at the end of a run."""
        lang = self.options.lang
        if recorder.metering.failed:
            tell(lang, "unread", why=recorder.metering.failed)
        if self.counts.refused:
            tell(lang, "bad_counts", count=self.counts.refused, names=", ".join(COUNTED))
        tell_rest(lang, recorder.facts)
        tell_summary(lang, whole.energies, whole.modes, whole.duration_s)

    def _give_up(self, error: BaseException) -> None:
        """Stop measuring; rows already written stay."""
        self.problem = str(error) or type(error).__name__
        if self._recorder is not None and self._recorder.run.trace.exists():
            tell(self.options.lang, "cut_short", why=self.problem)
            self._close()
        else:
            tell(self.options.lang, "not_measured", why=self.problem)
            self.discard()

    def _close(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()
            self._ended = recorder.facts


def tracked(options: TrackOptions | None = None, **given: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: each call of the function is a run.

    Parameters
    ----------
    options : what to measure and where to write it; None: made of `given`.
    given : the fields of the options; project is the name of the function by default.

    Returns
    -------
    The function, measured.

    >>> @tracked(project="tri-courriers")  # doctest: +SKIP
    ... def sort(letters): ...
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def measured(*args: P.args, **kwargs: P.kwargs) -> R:
            with Tracker(options or TrackOptions(**{"project": function.__name__} | given)):
                return function(*args, **kwargs)

        return measured

    return decorate


def _codecarbon(options: TrackOptions, output: Any) -> Any:
    """A tracker independent of codecarbon's own configuration."""
    import codecarbon
    import codecarbon.core.util
    import codecarbon.external.ram

    make: Any = codecarbon.OfflineEmissionsTracker
    if shutil.which("scontrol") is None:  # in a container of a job, codecarbon would call it and fail without it
        asking: tuple[Any, ...] = (codecarbon.core.util, codecarbon.external.ram)
        for module in asking:
            module.SLURM_JOB_ID = None
    return make(output_handlers=[output], **codecarbon_settings(options, SNAPSHOT_S))


def _exit_code(error: BaseException | None) -> int:
    """The exit status of a program that ends with this exception."""
    if error is None or (isinstance(error, SystemExit) and error.code is None):
        return 0
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return error.code
    return 130 if isinstance(error, KeyboardInterrupt) else 1
