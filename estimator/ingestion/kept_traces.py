"""Traces that the tracker stores in the home, by month, each with its sidecar."""

from contextlib import suppress
from pathlib import Path

from estimator.core.errors import SobriaError
from estimator.core.home import TRACES
from estimator.ingestion.sidecar import Sidecar, load, sidecar_of_run


def sidecar_of(home: Path, run_id: str) -> Sidecar | None:
    """The sidecar of a run tracked here, None when absent or unreadable."""
    name = sidecar_of_run(Path(run_id), run_id).name
    if Path(run_id).name != run_id or not (home / TRACES).is_dir():
        return None
    for month in sorted((home / TRACES).iterdir()):
        with suppress(OSError, SobriaError):
            return load(month / name)
    return None
