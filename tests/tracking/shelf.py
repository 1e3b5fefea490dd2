"""What the tests of tracking share: an importer that remembers, options, the runs of a home."""

import csv
from pathlib import Path
from typing import Any

from estimator.ingestion.sidecar import Sidecar, load
from estimator.tracking.tracker import TrackOptions


class Shelf:
    """An importer that remembers what it was given, and refuses while it is told to."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.refuses: Exception | None = None

    def __call__(self, home: Path, traces: list[Path]) -> None:
        if self.refuses:
            raise self.refuses
        self.given += [trace.read_text("utf-8") for trace in traces]


def options(home: Path, **given: Any) -> TrackOptions:
    return TrackOptions(home=home, **{"lang": "en", "sampling_s": 1.0} | given)


def kept(home: Path) -> list[tuple[dict[str, str], Sidecar]]:
    """Rows and sidecars of the runs that have entered the ledger."""
    found = []
    for trace in sorted((home / "traces").rglob("*.csv")):
        (row,) = csv.DictReader(trace.read_text("utf-8").splitlines())
        found.append((row, load(trace.with_name(f"{row['run_id']}.sobria.json"))))
    return found
