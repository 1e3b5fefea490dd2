"""Append to the ledger: duplicates counted, other rows written in batches, then the import acknowledged."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from estimator.core import atomic_files, parquet_files
from estimator.core.errors import SobriaError
from estimator.core.event_log import make_record
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.files import KINDS, Ledger
from estimator.ledger.journal import Import, ImportedFile, heads
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Refused

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Account:
    """Outcome of every row read: read = accepted + superseded + quarantined + duplicates; waiting: those of the
    duplicates that are still in quarantine; withdrawn: those that were withdrawn, and count no more."""

    files: int
    read: int
    accepted: int
    superseded: int
    quarantined: int
    duplicates: int
    waiting: int = 0
    withdrawn: int = 0

    @property
    def barren(self) -> bool:
        """Rows were read, and none of them is in the ledger: all are in quarantine."""
        return self.read > 0 and self.read == self.quarantined + self.waiting

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.superseded + self.quarantined + self.duplicates:
            raise ValueError(f"the account does not balance: {self}")

    def as_dict(self) -> dict[str, int]:
        """{"files", "read", "accepted", "superseded", "quarantined", "duplicates", "waiting", "withdrawn"}"""
        return asdict(self)


class FileName(Protocol):
    """A file as named in the account: base name and content hash."""

    @property
    def name(self) -> str: ...

    @property
    def sha(self) -> str: ...


class Append:
    """An append in progress: duplicates counted, other rows written in batches."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        with ledger.reading():
            self._imports = ledger.imports.read()[0]
            self._rows_known = ledger.known("activities")
            self._refused_known = ledger.known("quarantine")
            self._loose = self._unrecorded_rows()
            self._named = self._recorded_parts()
        self._rows: list[Activity] = []
        self._tables: list[pa.Table] = []
        self._refused: list[Refused] = []
        self._sources: list[ImportedFile] = []
        self._wrote: dict[str, int] = {}
        self._relied: dict[str, int] = {}
        self.read = self.new = self.quarantined = self.duplicates = self.moved = 0
        self.waiting = self.withdrawn = 0

    def take(self, file: FileName, results: Iterable[ReadResult]) -> None:
        """Add the rows of one file. Rows read before an error count."""
        before = self.read, self.quarantined, self.duplicates
        try:
            for result in results:
                self._post(result)
                self._flush_if_full()
        except SobriaError:
            if self.read > before[0]:
                self._account_for(file, before)
            raise
        self._account_for(file, before)

    def move(self, file: tuple[str, str], rows: Iterable[Activity]) -> None:
        """Add rows formerly quarantined and now parsed; they were counted as read at the time."""
        new = 0
        for row in rows:
            if not self._rows_known.has(row):
                self._keep(row)
                new += 1
        self.moved += new
        self._sources.append(ImportedFile(name=file[0], sha=file[1], read=0, refused=0, new=new))
        self._flush_if_full()

    def flush(self) -> None:
        """Write the pending batch."""
        rows = pa.concat_tables([parquet_files.table_of(self._rows, ACTIVITY_SCHEMA), *self._tables])
        for part, count in self._ledger.write(rows, self._refused).items():
            self._wrote[part] = self._wrote.get(part, 0) + count
        self._rows, self._tables, self._refused = [], [], []

    def account(self) -> Account:
        """Write the rest, count superseded rows of this append in the current ledger, and acknowledge the import."""
        self.flush()
        with self._ledger.acknowledging():
            others = self._recorded_parts() - self._named
            rows, refused = (self._ledger.also_in(kind, self._wrote, others) for kind in KINDS)
            superseded = min(self._ledger.superseded(self._wrote), self.new - rows)
            account = Account(
                files=len(self._sources),
                read=self.read + self.moved,
                accepted=self.new - rows - superseded,
                superseded=superseded,
                quarantined=self.quarantined - refused,
                duplicates=self.duplicates + rows + refused,
                waiting=self.waiting + refused,
                withdrawn=self.withdrawn,
            )
            if self._sources:
                self._acknowledge()
        return account

    def _recorded_parts(self) -> set[str]:
        """Parts that an import has written and recorded."""
        return {part for done in self._ledger.imports.read()[0] for part in done.wrote}

    def _post(self, result: ReadResult) -> None:
        for row in result.rows:
            if self._rows_known.has(row):
                self._note_known(row.row_id)
            else:
                self._keep(row)
        if result.table is not None:
            known = self._rows_known.meet(result.table)
            for row_id in result.table.filter(pa.array(known))["row_id"].to_pylist():
                self._note_known(row_id)
            fresh = result.table.filter(pa.array(~known)) if known.any() else result.table
            self._tables.append(fresh)
            self.new += len(fresh)
        for refusal in result.refused:
            if self._rows_known.has(refusal):
                self._note_known(refusal.row_id)
            elif self._refused_known.has(refusal):
                self._note_known(refusal.row_id)
                self.waiting += 1
            else:
                self._refused_known.add_one(refusal.row_id)
                self._refused.append(refusal)
                self.quarantined += 1
        self.read += result.read

    def _account_for(self, file: FileName, before: tuple[int, int, int]) -> None:
        read, refused = self.read - before[0], self.quarantined - before[1]
        new = read - (self.duplicates - before[2])
        self._sources.append(ImportedFile(name=file.name, sha=file.sha, read=read, refused=refused, new=new))

    def _acknowledge(self) -> None:
        """Record the parts that this import depends on; a part left by a killed import is first checked."""
        for part in self._relied:
            atomic_files.sync_folder((self._ledger.folder / part).parent)
        fields = {
            "after": heads(self._imports),
            "sources": [source.model_dump() for source in self._sources],
            "read": self.read,
            "moved": self.moved,
            "duplicates": self.duplicates,
            "wrote": self._wrote,
            "relied": self._relied,
        }
        self._ledger.imports.write(make_record(Import, fields, self._ledger.clock()))

    def _keep(self, row: Activity) -> None:
        self._rows_known.add_one(row.row_id)
        self._rows.append(row)
        self.new += 1

    def _note_known(self, row_id: str) -> None:
        """Count a duplicate; if no import has recorded its part, depend on that part."""
        self.duplicates += 1
        self.withdrawn += self._rows_known.is_withdrawn(row_id)
        if row_id in self._loose:
            part, rows = self._loose[row_id]
            self._relied[part] = rows

    def _flush_if_full(self) -> None:
        if len(self._rows) + sum(map(len, self._tables)) + len(self._refused) >= BATCH_ROWS:
            self.flush()

    def _unrecorded_rows(self) -> dict[str, tuple[str, int]]:
        """Row id -> (part, rows) for parts that no import has recorded: its import was killed, or still runs."""
        named = {part for done in self._imports for part in (*done.wrote, *done.relied)}
        named |= {done.made for done in self._ledger.compactions.read()[0]}
        loose: dict[str, tuple[str, int]] = {}
        for part in self._ledger.parts():
            if part not in named:
                ids = pq.ParquetFile(self._ledger.folder / part).read(columns=["row_id"]).column("row_id").to_pylist()
                loose.update(dict.fromkeys(ids, (part, len(ids))))
        return loose
