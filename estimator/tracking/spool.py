"""Spool of runs in progress, and their delivery to the ledger at the end."""

import csv
import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from estimator.core.atomic_files import publish
from estimator.core.errors import SobriaError
from estimator.core.home import SPOOL, TRACES
from estimator.core.locks import take

_LEFTOVER_S = 86_400.0
PRIVATE = frozenset({"longitude", "latitude"})

# Exceptions of the ledger or its libraries: none may change a workload's exit status.
FAILURES = (SobriaError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ImportError)

Importer = Callable[[Path, list[Path]], object]


class SpooledRun:
    """The folder of one run, `<home>/spool/<run id>/`, locked from opening to closing.

    Its trace is a file of one row, replaced atomically at each write: a killed run leaves its last one.
    """

    def __init__(self, home: Path, run_id: str) -> None:
        self.folder = home / SPOOL / run_id
        self.folder.mkdir(parents=True, mode=0o700)
        self.trace = self.folder / f"{run_id}.csv"
        self._held = take(self.folder)
        self._writing = Lock()

    def write(self, row: Mapping[str, Any]) -> None:
        """Write the row of the run so far, with private columns emptied."""
        cells = {name: "" if value is None or name in PRIVATE else value for name, value in row.items()}
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, fieldnames=list(cells), lineterminator="\n")
        table.writeheader()
        table.writerow(cells)
        with self._writing:
            publish(self.folder, self.trace.name, text.getvalue().encode())

    def close(self) -> None:
        """Release the run, for delivery to the ledger."""
        os.close(self._held)

    def discard(self) -> None:
        """Discard a run that never started."""
        for file in self.folder.iterdir():
            file.unlink()
        self.folder.rmdir()
        self.close()


def _hold(folder: Path, held: ExitStack) -> bool:
    """Lock the folder of a finished run; False when the run, or another delivery, still holds the lock."""
    try:
        held.callback(os.close, take(folder, wait=False))
    except BlockingIOError:
        return False
    return True


class Delivery(NamedTuple):
    """Traces imported, with their final paths; those left in the spool, with their refusals."""

    brought: list[Path]
    kept: list[tuple[Path, str]]


def deliver(home: Path, importer: Importer) -> Delivery:
    """Import every finished run of the spool, then move its files to `<home>/traces/<month>/`.

    Runs left by an earlier failure or a killed tracker are included. They are imported together; on failure, one by
    one, so that a refused run does not block the others.
    """
    delivery = Delivery([], [])
    with ExitStack() as held:
        traces = _finished_traces(home, held, delivery)
        if len(traces) > 1:
            try:
                importer(home, traces)
            except _failures():
                pass
            else:
                importer = _mark_imported
        for trace in traces:
            try:
                importer(home, [trace])
                delivery.brought.append(_file_away(home, trace))
            except _failures() as error:
                delivery.kept.append((trace, _why(error)))
    return delivery


def _finished_traces(home: Path, held: ExitStack, delivery: Delivery) -> list[Path]:
    """Traces of the finished runs of the spool, each now locked; folders that cannot be locked are skipped."""
    spool, traces = home / SPOOL, []
    for folder in sorted(filter(Path.is_dir, spool.iterdir())) if spool.is_dir() else []:
        trace = folder / f"{folder.name}.csv"
        try:
            if _hold(folder, held):
                if trace.exists():
                    traces.append(trace)
                elif time.time() - folder.stat().st_mtime > _LEFTOVER_S:  # killed before its first snapshot
                    shutil.rmtree(folder)
        except OSError as error:
            delivery.kept.append((trace, _why(error)))
    return traces


def _why(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _mark_imported(home: Path, traces: list[Path]) -> None:
    """An importer for traces that were all imported already."""


def load_importer() -> None:
    """Preload the imports of `into_ledger` during idle time; a failure is reported at delivery."""
    with suppress(*FAILURES):
        from estimator.ingestion.codecarbon import reader
        from estimator.ingestion.context import reading_context
        from estimator.ingestion.importing import import_paths

        _ = reading_context, import_paths, reader


def into_ledger(home: Path, traces: list[Path]) -> None:
    """The default importer; raises the first reason why a file was not read."""
    from estimator.ingestion.context import reading_context
    from estimator.ingestion.importing import import_paths
    from estimator.ledger import Ledger

    report = import_paths(Ledger(home), traces, reading_context(home))
    if report.errors:
        raise report.errors[0]


def _failures() -> tuple[type[Exception], ...]:
    """FAILURES, and the errors of libraries that the ledger may have loaded and that are not imported here."""
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
