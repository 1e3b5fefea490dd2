"""Rows on their way to the ledger: known ones counted, the others written, the whole then acknowledged."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pyarrow.parquet as pq

from estimator import lake
from estimator.activity import Activity, Refused
from estimator.ledger.files import Ledger
from estimator.ledger.records import Import, Source, heads
from estimator.register.events import make_record

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Account:
    """Where every row that was read went: read = accepted + superseded + quarantined + duplicates."""

    files: int
    read: int
    accepted: int
    superseded: int
    quarantined: int
    duplicates: int

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.superseded + self.quarantined + self.duplicates:
            raise ValueError(f"the account does not balance: {self}")

    def as_dict(self) -> dict[str, int]:
        """{"files", "read", "accepted", "superseded", "quarantined", "duplicates"}"""
        return asdict(self)


class Posting:
    """Rows on their way to the ledger: known ones counted, the others written in batches."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        with ledger.reading():
            self._imports = ledger.imports.read()[0]
            self._rows_known = ledger.known("activities")
            self._refused_known = ledger.known("quarantine")
            self._loose = self._unnamed()
        self._rows: list[Activity] = []
        self._refused: list[Refused] = []
        self._runs: dict[str, str] = {}
        self._sources: list[Source] = []
        self._wrote: dict[str, int] = {}
        self._relied: dict[str, int] = {}
        self.alone = self.quarantined = self.duplicates = self.moved = 0

    def take(self, file: tuple[str, str], rows: Iterable[Activity], refused: Iterable[Refused]) -> None:
        """Add the rows of one file: its base name and its hash."""
        before = self.quarantined, self.duplicates
        read = 0
        for row in rows:
            read += 1
            if not self._is_known(row):
                self._keep(row)
        for refusal in refused:
            read += 1
            if not self._is_known(refusal):
                self._refused_known.ids.add(refusal.row_id)
                self._refused.append(refusal)
                self.quarantined += 1
        name, sha = file
        new = read - (self.duplicates - before[1])
        self._sources.append(Source(name=name, sha=sha, read=read, refused=self.quarantined - before[0], new=new))
        self._flush_if_full()

    def move(self, file: tuple[str, str], rows: Iterable[Activity]) -> None:
        """Add rows that were refused and have now been understood; they were counted as read at the time."""
        new = 0
        for row in rows:
            if not self._rows_known.has(row):
                self._keep(row)
                new += 1
        self.moved += new
        self._sources.append(Source(name=file[0], sha=file[1], read=0, refused=0, new=new))
        self._flush_if_full()

    def flush(self) -> None:
        """Write what is waiting."""
        for part, rows in self._ledger.write(self._rows, self._refused).items():
            self._wrote[part] = self._wrote.get(part, 0) + rows
        self._rows, self._refused = [], []

    def account(self) -> Account:
        """Write the rest, judge the rows of this posting as the ledger now stands, and acknowledge them."""
        self.flush()
        statuses = self._ledger.statuses(self._runs.values())
        superseded = sum(statuses.get(row_id) == "superseded" for row_id in self._runs)
        accepted = self.alone + len(self._runs) - superseded
        read = accepted + superseded + self.quarantined + self.duplicates
        account = Account(len(self._sources), read, accepted, superseded, self.quarantined, self.duplicates)
        if self._sources:
            self._acknowledge(read - self.moved)
        return account

    def _acknowledge(self, read: int) -> None:
        """Name what this import stands on; a part that a killed import left is first made sure of."""
        for part in self._relied:
            lake.sync_folder((self._ledger.folder / part).parent)
        fields = {
            "after": heads(self._imports),
            "sources": [source.model_dump() for source in self._sources],
            "read": read,
            "moved": self.moved,
            "duplicates": self.duplicates,
            "wrote": self._wrote,
            "relied": self._relied,
        }
        self._ledger.imports.write(make_record(Import, fields, self._ledger.clock()))

    def _keep(self, row: Activity) -> None:
        self._rows_known.ids.add(row.row_id)
        self._rows.append(row)
        if row.run_id:
            self._runs[row.row_id] = row.run_id
        else:
            self.alone += 1

    def _is_known(self, row: Activity | Refused) -> bool:
        """Whether it is a duplicate; a row that was refused before and is now understood is none."""
        known = self._rows_known.has(row) or (isinstance(row, Refused) and self._refused_known.has(row))
        if known:
            self.duplicates += 1
            if row.row_id in self._loose:
                part, rows = self._loose[row.row_id]
                self._relied[part] = rows
        return known

    def _flush_if_full(self) -> None:
        if len(self._rows) + len(self._refused) >= BATCH_ROWS:
            self.flush()

    def _unnamed(self) -> dict[str, tuple[str, int]]:
        """Part, with its rows, by row id, of those that no import has named: one was killed, or still runs."""
        named = {part for done in self._imports for part in (*done.wrote, *done.relied)}
        named |= {done.made for done in self._ledger.compactions.read()[0]}
        loose: dict[str, tuple[str, int]] = {}
        for part in self._ledger.parts():
            if part not in named:
                ids = pq.ParquetFile(self._ledger.folder / part).read(columns=["row_id"]).column("row_id").to_pylist()
                loose.update(dict.fromkeys(ids, (part, len(ids))))
        return loose
