"""Parts of the ledger while their rows come, a batch at a time: those of a month are in one file until it is large."""

from itertools import pairwise

import numpy as np
import pyarrow as pa

from estimator.core import parquet_files
from estimator.core.parquet_files import BlockFile
from estimator.core.storage.storage import Storage, put_one
from estimator.ledger.arrow_schemas import stated

MOST = 16_000_000  # what is held of parts that are not written yet [bytes]


class PartsInHand:
    """Activities to be written, one file a month of start and more once they are large. wrote: takes each part that is
    on disk, with its rows."""

    def __init__(self, store: Storage, wrote: dict[str, int]) -> None:
        self._store, self._wrote = store, wrote
        self._files: dict[str, BlockFile] = {}
        self._rows: dict[str, int] = {}

    def add(self, rows: pa.Table) -> None:
        """One batch."""
        months = rows["start_month"].to_numpy()
        if np.any(np.diff(months) < 0):
            order = np.argsort(months, kind="stable")
            rows, months = parquet_files.in_order(rows, order), months[order]
        starts = np.flatnonzero(np.diff(months, prepend=0)).tolist()
        for start, end in pairwise([*starts, len(months)]):
            self._add(f"activities/month={months[start]}", stated(rows[start:end]))
        while sum(file.size for file in self._files.values()) > MOST:
            self._put(max(self._files, key=lambda folder: self._files[folder].size))

    def close(self) -> None:
        """Write those that are in hand."""
        for folder in [*self._files]:
            self._put(folder)

    def _add(self, folder: str, table: pa.Table) -> None:
        if folder in self._files and not self._files[folder].takes(table):
            self._put(folder)
        self._files.setdefault(folder, BlockFile()).add(table)
        self._rows[folder] = self._rows.get(folder, 0) + len(table)

    def _put(self, folder: str) -> None:
        data = self._files.pop(folder).content()
        name = f"{folder}/{parquet_files.part_name(data)}"
        put_one(self._store, name, data)
        self._wrote[name] = self._wrote.get(name, 0) + self._rows.pop(folder)
