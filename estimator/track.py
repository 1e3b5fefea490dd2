"""Record a workload with codecarbon, always offline, and say honestly how each part of its electricity was metered."""

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from time import perf_counter, process_time
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from estimator import child, machine
from estimator.errors import SobriaError
from estimator.meters import Meters, after, label
from estimator.recording import Ending, TrackOptions, sidecar, tell, tell_summary
from estimator.sidecar import Modes, beside_run, dump
from estimator.spool import SPOOL, Importer, RowWriter, Run, deliver, into_ledger

__all__ = ["TrackOptions", "Tracker", "run_command", "tracked"]

SNAPSHOT_S = 15  # a tracker killed without notice loses at most this much of its run [s]
P = ParamSpec("P")
R = TypeVar("R")


class NotMeasured(Exception):
    """codecarbon has not started, or has not given its result; it swallows its own errors."""


# What codecarbon and the libraries under it may raise; a workload never pays for it.
FAILURES = (
    NotMeasured,
    SobriaError,
    ImportError,
    OSError,
    ArithmeticError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    AssertionError,
    RuntimeError,
)


class Tracker:
    """Measures from `start` to `stop`, or the inside of a `with`; never breaks the workload.

    >>> with Tracker(project="tri-courriers", zone="FRA") as run:  # doctest: +SKIP
    ...     run.items(len(sort(letters)))

    Afterwards `run_id` names the run, `problem` says why nothing was measured (None: all went well), `overhead_s` and
    `overhead_cpu_s` what the tracker itself took before and after the workload [s].
    """

    def __init__(self, options: TrackOptions | None = None, importer: Importer | None = None, **given: Any) -> None:
        self.options = options or TrackOptions(**given)
        self.run_id: str | None = None
        self.problem: str | None = None
        self.overhead_s = self.overhead_cpu_s = 0.0
        self._importer = importer or into_ledger
        self._items = self.options.items
        self._tracker: Any = None
        self._run: Run | None = None
        self._meters = Meters(Modes(), {}, whole_machine=False)
        self._silence = _Silence()

    def items(self, count: float) -> None:
        """Count things done: messages sorted, pages read …"""
        self._items = (self._items or 0) + count

    def start(self) -> Self:
        """Find the meters, which takes a second or two in a new process, then begin to measure."""
        try:
            with self._own_time():
                self._begin()
            self._describe(self._meters.modes, None)
        except FAILURES as error:
            self._give_up(error)
        return self

    def stop(self, exit_code: int | None = None) -> None:
        """End the run and write its trace and its sidecar into the spool."""
        if self._run is None:
            return
        try:
            with self._own_time():
                data = self._end()
            energies = {"cpu": data.cpu_energy, "gpu": data.gpu_energy, "ram": data.ram_energy}
            modes = after(self._meters, energies, data.duration)
            self._describe(modes, exit_code)
            tell_summary(self.options.lang, energies, modes, data.duration)
        except FAILURES as error:
            self._give_up(error)
        else:
            self._close()

    def deliver(self) -> None:
        """Bring the finished runs of the spool into the ledger; what fails stays there, and a sentence says so."""
        home = self.options.home
        if kept := deliver(home, self._importer).kept:
            tell(self.options.lang, "kept", count=len(kept), folder=home / SPOOL, why=kept[-1][1])

    def discard(self) -> None:
        """Forget a run whose workload never began."""
        run, self._run = self._run, None
        with contextlib.suppress(*FAILURES):
            if self._tracker is not None:
                self._tracker.stop()
            if run is not None:
                run.discard()
        self._silence.end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(_exit_code(error))
        self.deliver()

    def _begin(self) -> None:
        self._silence.begin()
        self.options = self.options.at_home()
        self._tracker = _codecarbon(self.options, RowWriter(lambda: self._run))
        found = getattr(self._tracker, "run_id", None)
        if found is None:
            raise NotMeasured(self._silence.last)
        self.run_id = str(found)
        self._run = Run(self.options.home, self.run_id)
        self._tracker.start()
        if self._tracker._start_time is None:
            raise NotMeasured(self._silence.last)
        self._meters = label(self._tracker._hardware, machine.virtual(), any(machine.cards()))

    def _end(self) -> Any:
        self._tracker.stop()
        data = getattr(self._tracker, "final_emissions_data", None)
        if data is None:
            raise NotMeasured(self._silence.last)
        return data

    def _describe(self, modes: Modes, exit_code: int | None) -> None:
        if self._run is not None and self.run_id is not None:
            ending = Ending(modes, self.overhead_s, exit_code, self._items)
            facts = sidecar(self.run_id, self.options, self._meters, ending)
            dump(facts, beside_run(self._run.trace, self.run_id))

    def _give_up(self, error: BaseException) -> None:
        """Nothing more will be measured; what was already written down is kept."""
        self.problem = str(error) or type(error).__name__
        if self._run is not None and self._run.trace.exists():
            tell(self.options.lang, "cut_short", why=self.problem)
            self._close()
        else:
            tell(self.options.lang, "not_measured", why=self.problem)
            self.discard()

    def _close(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.close()
        self._silence.end()

    @contextlib.contextmanager
    def _own_time(self) -> Iterator[None]:
        wall, cpu = perf_counter(), process_time()
        try:
            yield
        finally:
            self.overhead_s += perf_counter() - wall
            self.overhead_cpu_s += process_time() - cpu


def tracked(options: TrackOptions | None = None, **given: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: each call of the function is a run.

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


def run_command(argv: Sequence[str], options: TrackOptions, importer: Importer | None = None) -> int:
    """Run a command, measured: its exit status, 128 + n when signal n ended it. Its trace enters the ledger at once."""
    name = os.path.basename(argv[0]) or "command"
    tracker = Tracker(options if options.project else options.model_copy(update={"project": name}), importer)
    with child.held_signals() as mask:
        tracker.start()
        if stopped := child.asked_to_stop():
            tracker.discard()
            return 128 + stopped
        try:
            code = child.run(argv, mask)
        except OSError as error:
            tracker.discard()
            tell(options.lang, "cannot_start", command=name, why=error.strerror)
            return child.cannot_start(error)
        tracker.stop(code)
    with contextlib.suppress(KeyboardInterrupt):  # the trace is in the spool: the next run brings it in
        tracker.deliver()
    return code


def _codecarbon(options: TrackOptions, output: RowWriter) -> Any:
    """A tracker that takes nothing from codecarbon's own configuration files and variables, and calls nobody.

    Every setting is given, since one that is left out is looked up there: an address to post to, a PUE, a token.
    """
    import codecarbon.core.emissions  # loaded here and not in the course of the run
    import codecarbon.external.geography  # noqa: F401

    make: Any = codecarbon.OfflineEmissionsTracker
    return make(
        project_name=options.project or "sobria",
        country_iso_code=options.country,
        measure_power_secs=options.sampling_s,
        tracking_mode=options.scope,
        pue=1.0,
        wue=0.0,
        output_methods=[],
        output_handlers=[output],
        output_dir=str(options.home) if options.home.is_dir() else os.curdir,
        api_call_interval=max(1, round(SNAPSHOT_S / options.sampling_s)),
        emissions_endpoint="",
        electricitymaps_api_token="",
        experiment_id="",
        log_level="warning",
        logger_preamble="",
        allow_multiple_runs=True,
        force_mode_cpu_load=False,
        rapl_include_dram=False,
        rapl_prefer_psys=False,
        **dict.fromkeys(_LEFT_EMPTY),
    )


_LEFT_EMPTY = (
    "region",
    "cloud_provider",
    "cloud_region",
    "country_2letter_iso_code",
    "gpu_ids",
    "metadata",
    "force_cpu_power",
    "force_ram_power",
    "force_carbon_intensity_g_co2e_kwh",
)


class _Silence(logging.Filter):
    """Keeps codecarbon's log off the workload's terminal, and its last error for the sentence that says what failed."""

    last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            self.last = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        elif record.levelno >= logging.ERROR:
            self.last = record.getMessage()
        return False

    def begin(self) -> None:
        logging.getLogger("codecarbon").addFilter(self)

    def end(self) -> None:
        logging.getLogger("codecarbon").removeFilter(self)


def _exit_code(error: BaseException | None) -> int:
    """The exit status that a program would have with this exception at its top."""
    if error is None or (isinstance(error, SystemExit) and error.code is None):
        return 0
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return error.code
    return 130 if isinstance(error, KeyboardInterrupt) else 1
