"""Where a run in progress is written down, and how it goes from there to the ledger once it is over."""

import csv
import fcntl
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from estimator.errors import SobriaError

SPOOL, TRACES = "spool", "traces"
PRIVATE = frozenset({"longitude", "latitude"})

# What a ledger, or a library that it stands on, may raise: no reason to lose a workload's exit status.
FAILURES = (SobriaError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ImportError)

Importer = Callable[[Path, list[Path]], object]


class Run:
    """The folder of one run, `<home>/spool/<run id>/`, held by a lock from its opening to its closing.

    Its trace is one file of one row, replaced whole at each writing: a run killed without notice leaves the last one.
    """

    def __init__(self, home: Path, run_id: str) -> None:
        self.folder = home / SPOOL / run_id
        self.folder.mkdir(parents=True, mode=0o700)
        self.trace = self.folder / f"{run_id}.csv"
        self._held = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._held, fcntl.LOCK_EX)
        self._writing = Lock()

    def write(self, row: Mapping[str, Any]) -> None:
        """Write the row of the run so far, its private columns emptied."""
        cells = {name: "" if value is None or name in PRIVATE else value for name, value in row.items()}
        temporary = self.trace.with_suffix(".tmp")
        with self._writing:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                table = csv.DictWriter(file, fieldnames=list(cells), lineterminator="\n")
                table.writeheader()
                table.writerow(cells)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.trace)

    def close(self) -> None:
        """Let the run go: it may now be brought to the ledger."""
        os.close(self._held)

    def discard(self) -> None:
        """Forget a run that never took place."""
        for file in self.folder.iterdir():
            file.unlink()
        self.folder.rmdir()
        self.close()


class RowWriter:
    """The output of codecarbon that writes a run's row into its folder."""

    def __init__(self, run_of: Callable[[], Run | None]) -> None:
        self._run_of = run_of

    def out(self, total: Any, delta: Any) -> None:
        """End of the run."""
        if run := self._run_of():
            run.write(total.values)

    def live_out(self, total: Any, delta: Any) -> None:
        """In the course of the run."""
        self.out(total, delta)

    def task_out(self, data: Any, experiment_name: str) -> None:
        """Tasks are not used here."""

    def exit(self) -> None:
        """Nothing to close."""


@contextmanager
def _free(folder: Path) -> Iterator[bool]:
    """Hold the folder of a run that is over; False when the run, or another delivery, still holds it."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(held)


class Delivery(NamedTuple):
    """The traces brought into the ledger, where they now stand; those that stay in the spool, with what was refused."""

    brought: list[Path]
    kept: list[tuple[Path, str]]


def deliver(home: Path, importer: Importer) -> Delivery:
    """Bring every run of the spool that is over into the ledger, then keep its files under `<home>/traces/<month>/`.

    Runs that an earlier failure or a killed tracker left are taken along; one that fails does not stop the others.
    """
    spool, delivery = home / SPOOL, Delivery([], [])
    for folder in sorted(spool.iterdir()) if spool.is_dir() else []:
        trace = folder / f"{folder.name}.csv"
        try:
            with _free(folder) as free:
                if free and trace.exists():
                    importer(home, [trace])
                    delivery.brought.append(_file_away(home, trace))
        except _failures() as error:
            delivery.kept.append((trace, f"{type(error).__name__}: {error}"))
    return delivery


def into_ledger(home: Path, traces: list[Path]) -> None:
    """The importer that is used unless another is given; raises the first reason why a file was not read."""
    from estimator.home import reading_context
    from estimator.ledger import Ledger, import_paths

    report = import_paths(Ledger(home), traces, reading_context(home))
    if report.errors:
        raise report.errors[0]


def _failures() -> tuple[type[Exception], ...]:
    """FAILURES, and the errors of the libraries that the ledger may have loaded and that are not imported here."""
    known = (("duckdb", "Error"), ("pyarrow", "ArrowException"))
    return FAILURES + tuple(getattr(sys.modules[module], name) for module, name in known if module in sys.modules)


def _file_away(home: Path, trace: Path) -> Path:
    with trace.open(encoding="utf-8", newline="") as table:
        month = next(csv.DictReader(table))["timestamp"][:7]
    kept = home / TRACES / month
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in sorted(trace.parent.iterdir()):
        file.replace(kept / file.name)
    trace.parent.rmdir()
    return kept / trace.name
