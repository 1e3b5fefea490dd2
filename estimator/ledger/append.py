"""Append to the ledger: duplicates counted, other rows written in batches, then the import acknowledged."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from estimator.core import parquet_files
from estimator.core.digest_set import Digests, of_column
from estimator.core.errors import SobriaError
from estimator.core.event_log import make_record
from estimator.ledger.arrow_schemas import BATCH_SCHEMA
from estimator.ledger.files import KINDS, Ledger
from estimator.ledger.journal import Import, ImportedFile
from estimator.ledger.later_readings import changes
from estimator.ledger.parts_in_hand import PartsInHand
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import CALLS, Activity, Kind, Refused
from estimator.ledger.standing import Standing

BATCH_ROWS, PACKED_ROWS = 32_000, 1_000
Stated = Callable[[Kind], Digests]


@dataclass(frozen=True)
class Account:
    """Outcome of every row read: read = accepted + superseded + quarantined + duplicates; waiting: those of the
    duplicates that are still in quarantine; withdrawn: those that were withdrawn, and count no more or are no longer in
    quarantine. supersedes, again: rows of before that for these no longer count, or count again."""

    files: int
    read: int
    accepted: int
    superseded: int
    quarantined: int
    duplicates: int
    waiting: int = 0
    withdrawn: int = 0
    supersedes: int = 0
    again: int = 0

    @property
    def barren(self) -> bool:
        """Rows were read, and none of them is in the ledger: all are in quarantine."""
        return self.read > 0 and self.read == self.quarantined + self.waiting

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.superseded + self.quarantined + self.duplicates:
            raise ValueError(f"the account does not balance: {self}")

    def counting(self, back: int) -> "Account":
        """The account, once so many of its withdrawn rows count again."""
        known, gone = self.duplicates - back, self.withdrawn - back
        return replace(self, accepted=self.accepted + back, duplicates=known, withdrawn=gone)

    def as_dict(self) -> dict[str, int]:
        """{"files", "read", "accepted", "superseded", "quarantined", "duplicates", "waiting", "withdrawn",
        "supersedes", "again"}"""
        return asdict(self)


class FileName(Protocol):
    """A file as named in the account: base name and content hash."""

    @property
    def name(self) -> str: ...

    @property
    def sha(self) -> str: ...


class Append:
    """An append in progress: duplicates counted, other rows written in batches. `standing`: what is known of the
    ledger, when it is kept from one append to the next. `unjudged`: rows that may repeat some that were forgotten.
    `added`: the new rows of the last result taken, one by one and in tables; `aside`: those newly set aside.
    `brought`: once accounted for, the parts of its new rows, and those of the imports that ended meanwhile. `stated`:
    ids of the rows that stand under the name of the file that is read, as of the first time that they are asked for."""

    def __init__(self, ledger: Ledger, standing: Standing | None = None) -> None:
        self._ledger, self._standing = ledger, standing or Standing(ledger)
        self._standing.follow()
        self._rows_known, self._refused_known = map(self._standing.known, KINDS)
        self._told_us = int(self._ledger.clock().timestamp() * 1e6)
        self._read: set[str] = set()
        self.again = self._standing.few()  # ids of its rows that the ledger had
        self.months: set[int] = set()  # of their start
        self._leaned = self._standing.few()  # and that it leaves to the parts that have them
        self._new, self._copies = _Pending(), _Pending()
        self._sources: list[ImportedFile] = []
        self._wrote: dict[str, int] = {}
        self._copied: dict[str, int] = {}
        self._parts = PartsInHand(ledger.store, self._wrote)
        self._parts_of_copies = PartsInHand(ledger.store, self._copied)
        self.read = self.new = self.quarantined = self.duplicates = self.copied = self.moved = 0
        self.waiting = self.withdrawn = self.unjudged = 0
        self.added: tuple[list[Activity], list[pa.Table]] = [], []
        self.aside: list[Refused] = []
        self.brought: tuple[list[str], list[str]] = [], []
        self.stated: Stated = cache(partial(self._ledger.stated, ""))

    @property
    def known(self) -> int:
        """Rows that were there already: those that are left out, and those that are written as copies."""
        return self.duplicates + self.copied

    def take(self, file: FileName, results: Iterable[ReadResult]) -> None:
        """Add the rows of one file. Rows read before an error count.

        Rows that a file of another name stated already are written too, as copies that count once: they stay when that
        file is withdrawn. Files of one name are versions of it, which often grow: their common rows are written once.
        """
        before = self.read, self.quarantined, self.duplicates
        self._rows_known.settle()
        read = file.sha in self._read or file.sha in self._standing.read_files
        read = read or self._standing.recent  # the rows of a sender are known under its name only
        self.stated = cache(partial(self._ledger.stated, file.name))
        own = None if read else self.stated
        try:
            for result in results:
                self._post(result, own)
                self._flush_if_full()
        except SobriaError:
            if self.read > before[0]:
                self._account_for(file, before)
            raise
        finally:
            self._read.add(file.sha)
        self._account_for(file, before)

    @property
    def read_files(self) -> set[str]:
        """Hashes of the files of this append."""
        return self._read

    @property
    def written(self) -> list[str]:
        """The parts of this append."""
        return sorted(self._wrote)

    def holds_refused(self, name: str) -> bool:
        """Whether rows under this name were set aside, by this append or before it."""
        return self._refused_known.any_of(name)

    def may_restate(self, rows: Sequence[Activity]) -> bool:
        """Whether a part of others may hold a reading of the same run as one of these rows of senders, at its moment;
        asked once they are written."""
        return self._standing.may_restate(rows, self._wrote)

    def has_version(self, file: FileName) -> bool:
        """Whether a file of this name and of another content was imported."""
        return bool(self._standing.versions.get(file.name, set()) - {file.sha})

    def has_file(self, file: FileName) -> bool:
        """Whether this content was imported, under any name."""
        return file.sha in self._standing.read_files

    def recount(self, account: Account) -> Account:
        """The account of this append once rows of before, which may have superseded some of its own, are withdrawn."""
        before = [one for one in self._ledger.withdrawals.read()[0] if one.event in self._standing.withdrawn]
        found = changes(self._ledger, self._wrote, self.read_files, before)
        superseded = min(found.superseded, account.superseded)
        accepted = account.accepted + account.superseded - superseded
        return replace(account, **found._asdict() | {"superseded": superseded, "accepted": accepted})

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
        """Write all that is pending."""
        self._write_batch()
        self._parts.close()
        self._parts_of_copies.close()

    def _write_batch(self) -> None:
        for pending, parts, wrote in (
            (self._new, self._parts, self._wrote),
            (self._copies, self._parts_of_copies, self._copied),
        ):
            if not len(pending):
                continue
            if pending.rows or not pending.tables:
                pending.pack()
            parts.add(_dated(pa.concat_tables(pending.tables).unify_dictionaries(), self._told_us))
            self._ledger.write_refused(pending.refused, wrote)
        self._new, self._copies = _Pending(), _Pending()

    def account(self) -> Account:
        """Write the rest, count superseded rows of this append in the current ledger, and acknowledge the import."""
        self.flush()
        with self._ledger.acknowledging():
            others = {part for done in self._standing.journal() for part in done.wrote}
            rows, refused = (self._ledger.also_in(kind, self._wrote, others) for kind in KINDS)
            self.brought = sorted(self._wrote), sorted(others)
            found = changes(self._ledger, self._wrote, self.read_files)
            superseded = min(found.superseded, self.new - rows)
            account = Account(
                files=len(self._sources),
                read=self.read + self.moved,
                accepted=self.new - rows - superseded,
                superseded=superseded,
                quarantined=self.quarantined - refused,
                duplicates=self.known + rows + refused,
                waiting=self.waiting + refused,
                withdrawn=self.withdrawn,
                supersedes=found.supersedes,
                again=found.again,
            )
            self._acknowledge()
        self._standing.keep()
        return account

    def abandon(self) -> None:
        """Leave nothing of what was written, as it could not be acknowledged."""
        self._ledger.forget([*self._wrote, *self._copied])

    def acknowledge(self) -> None:
        """Write the rest and acknowledge the import, without its account."""
        self.flush()
        self._acknowledge()

    def _post(self, result: ReadResult, own: Stated | None) -> None:
        """own: ids of the rows that stand under the name of this file; None where it was read before."""
        if result.read and not result.distinct:
            self._rows_known.settle()
        self.added, self.aside = ([], []), []
        for row in result.rows:
            if not self._rows_known.has(row):
                self._keep(row)
                self.added[0].append(row)
                continue
            self.again.add_one(row.row_id)
            self.months.add(row.start_month)
            if own and not own("activities").holds_one(row.row_id):
                self._copies.rows.append(row)
                self.copied += 1
            else:
                self._lean_on(row.row_id)
        if result.table is not None:
            known = self._rows_known.meet(result.table, result.distinct)
            there = result.table.filter(pa.array(known)) if known.any() else result.table[:0]
            self.again.add(of_column(there["row_id"]))
            self.months.update(pc.unique(there["start_month"]).to_pylist())
            if own and len(there):
                mine = own("activities").holds(of_column(there["row_id"]))
                self._copies.tables.append(there.filter(pa.array(~mine)))
                self.copied += len(self._copies.tables[-1])
                there = there.filter(pa.array(mine))
            self._leaned.add(of_column(there["row_id"]))
            self._note_known(there["row_id"].to_pylist())
            fresh = result.table.filter(pa.array(~known)) if known.any() else result.table
            self._new.tables.append(fresh)
            self.added[1].append(fresh)
            self.new += len(fresh)
        for refusal in result.refused:
            self._set_aside(refusal, own)
        self.read += result.read

    def _set_aside(self, refusal: Refused, own: Stated | None) -> None:
        if self._rows_known.has(refusal):
            self._lean_on(refusal.row_id)
        elif not self._refused_known.has(refusal):
            self._refused_known.add_one(refusal.row_id)
            self._new.refused.append(refusal)
            self.aside.append(refusal)
            self.quarantined += 1
        else:
            gone = self._refused_known.withdrawn([refusal.row_id])
            self.withdrawn, self.waiting = self.withdrawn + gone, self.waiting + 1 - gone
            if own and not own("quarantine").holds_one(refusal.row_id):
                self._copies.refused.append(refusal)
                self.copied += 1
            else:
                self._lean_on(refusal.row_id)

    def _account_for(self, file: FileName, before: tuple[int, int, int]) -> None:
        read, refused = self.read - before[0], self.quarantined - before[1]
        new = read - (self.duplicates - before[2])
        self._sources.append(ImportedFile(name=file.name, sha=file.sha, read=read, refused=refused, new=new))

    def _acknowledge(self) -> None:
        """Record the parts that this import depends on; a part left by a killed import is first checked."""
        if not self._sources:
            return
        relied = self._standing.unrecorded(self._leaned) if self._standing.loose else {}
        self._ledger.store.check(relied)
        fields = {
            "after": sorted(self._standing.heads),
            "sources": [source.model_dump() for source in self._sources],
            "read": self.read,
            "moved": self.moved,
            "duplicates": self.duplicates,
            "wrote": self._wrote | self._copied,
            "relied": relied,
        }
        self._ledger.imports.write(make_record(Import, fields, self._ledger.clock()))

    def _keep(self, row: Activity) -> None:
        self._rows_known.add_one(row.row_id)
        self._new.rows.append(row)
        self.new += 1
        self.unjudged += self._standing.may_repeat(row)

    def _lean_on(self, row_id: str) -> None:
        self._leaned.add_one(row_id)
        self._note_known([row_id])

    def _note_known(self, row_ids: Collection[str]) -> None:
        """Count duplicates."""
        self.duplicates += len(row_ids)
        self.withdrawn += self._rows_known.withdrawn(row_ids)

    def _flush_if_full(self) -> None:
        for pending in (self._new, self._copies):
            if len(pending.rows) >= PACKED_ROWS:
                pending.pack()
        if len(self._new) + len(self._copies) >= BATCH_ROWS:
            self._write_batch()


def _dated(rows: pa.Table, told_us: int) -> pa.Table:
    """These rows, with when they were received [us] on those that are records of a call."""
    place = rows.schema.get_field_index("told_us")
    of_call = pc.and_(rows["cumulative"], pc.or_(*(pc.starts_with(rows["run_key"], start) for start in CALLS)))
    told = pc.if_else(of_call, pa.scalar(told_us, pa.int64()), pa.scalar(None, pa.int64()))
    return rows.set_column(place, rows.schema.field(place), told)


class _Pending:
    """Rows of a batch to be written."""

    def __init__(self) -> None:
        self.rows: list[Activity] = []
        self.tables: list[pa.Table] = []
        self.refused: list[Refused] = []

    def pack(self) -> None:
        """Hold its rows as a table, which takes a tenth of their memory."""
        self.tables.append(parquet_files.table_of(self.rows, BATCH_SCHEMA))
        self.rows = []

    def __len__(self) -> int:
        return len(self.rows) + sum(map(len, self.tables)) + len(self.refused)
