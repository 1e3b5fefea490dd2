"""The sidecars of one trace."""

import os
from pathlib import Path

from estimator.ingestion.reader import LargeTrace, Trace
from estimator.ingestion.sidecar import SUFFIX, Sidecar, load, sidecar_of_file, sidecar_of_run

_ASKED_ONE_BY_ONE = 32
_LONGEST_ID = 100
_UNSAFE = frozenset("/\\\0")


class Sidecars:
    """Sidecars by run id, each loaded once. bad_sidecar."""

    def __init__(self, trace: Trace | LargeTrace) -> None:
        self._place = trace.folder / trace.name if trace.folder else None
        self._known: dict[str, Sidecar | None] = {}
        self._names: frozenset[str] | None = None
        self._whole = self._load_sidecar(sidecar_of_file(self._place)) if self._place else None

    def of(self, run_id: str) -> Sidecar | None:
        """The sidecar of the run, else that of the file when it is for this run or for no run in particular."""
        if run_id in self._known:
            return self._known[run_id]
        own = None
        if self._place and 0 < len(run_id) < _LONGEST_ID and not _UNSAFE.intersection(run_id):
            own = self._load_sidecar(sidecar_of_run(self._place, run_id)) if self._may_be(run_id + SUFFIX) else None
        whole = self._whole
        found = self._known[run_id] = own or (whole if whole and whole.run_id in (None, run_id) else None)
        return found

    def own(self) -> frozenset[str]:
        """Ids of runs that may have their own sidecar: the others share that of the file, or have none."""
        named = {self._whole.run_id} if self._whole and self._whole.run_id else set()
        listed = os.listdir(self._place.parent) if self._place else []
        return frozenset(named | {name.removesuffix(SUFFIX) for name in listed if name.endswith(SUFFIX)})

    def _may_be(self, name: str) -> bool:
        """A file of many runs lists its folder once; in a folder of many files, each looks up its few runs."""
        if self._names is None and self._place and len(self._known) >= _ASKED_ONE_BY_ONE:
            self._names = frozenset(name for name in os.listdir(self._place.parent) if name.endswith(SUFFIX))
        return self._names is None or name in self._names

    def _load_sidecar(self, path: Path) -> Sidecar | None:
        return load(path) if path.is_file() else None
