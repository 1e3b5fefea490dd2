"""Copy of a ledger in the columns and identities of this version, which can be stopped and run again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path, PurePosixPath

import pyarrow as pa

from estimator.core import parquet_files
from estimator.core.atomic_files import publish
from estimator.core.event_log import MOMENT, make_record
from estimator.custody.sender_marks import SenderMarks
from estimator.ledger.arrow_schemas import SCHEMAS
from estimator.ledger.files import WITHDRAWN, Ledger
from estimator.ledger.journal import Compaction, RowsWithdrawal, replaced
from estimator.ledger.rows import Kind

MOST_ROWS = 1_000_000  # in one part, unless one of the old parts has more


class LedgerCopy:
    """A copy under way. The journal is copied as it is: a part that holds the rows of old ones says so, as after a
    compaction. What is torn is copied torn, and what is there already is left."""

    def __init__(self, source: Ledger, target: Ledger, marks: SenderMarks) -> None:
        self._source, self._target, self._marks = source, target, marks

    def run(self) -> None:
        """Copy what the target does not hold yet."""
        self._target.prepare()
        self._copy_withdrawals(self._copy_withdrawn_rows())
        for records in (self._source.imports, self._source.compactions):
            for path in _files(self._source.folder / str(records.place), "*.json"):
                self._copy(path)
        done = self._target.present() | self._replaced()
        left = [name for name in self._source.parts() if name not in done]
        for folder, names in groupby(left, lambda name: str(PurePosixPath(name).parent)):
            for batch in self._batches(names):
                self._merge(folder, batch)

    def _batches(self, names: Iterator[str]) -> Iterator[dict[str, pa.Table]]:
        """Tables of parts, together under MOST_ROWS or alone; a torn part is copied."""
        batch: dict[str, pa.Table] = {}
        for name in names:
            path = self._source.folder / name
            if not parquet_files.is_whole(path):
                self._copy(path)
                continue
            table = parquet_files.read_part(path)
            if batch and sum(map(len, batch.values())) + len(table) > MOST_ROWS:
                yield batch
                batch = {}
            batch[name] = table
        if batch:
            yield batch

    def _merge(self, folder: str, tables: dict[str, pa.Table]) -> None:
        """One part for these, which its record names before it exists; a part that would replace itself is copied."""
        kind: Kind = "activities" if folder.startswith("activities") else "quarantine"
        renewed = [self._renewed(kind, table) for table in tables.values()]
        schema = parquet_files.carried_schema(SCHEMAS[kind], renewed)
        table = pa.concat_tables([parquet_files.conform(one, schema) for one in renewed])
        data = parquet_files.bytes_of(table)
        name = parquet_files.part_name(data)
        if f"{folder}/{name}" in tables or f"{folder}/{name}" in self._replaced():
            for part in tables:
                self._copy(self._source.folder / part)
            return
        old = {
            part: {"rows": len(rows), "files": len(rows.column("file_sha").unique())} for part, rows in tables.items()
        }
        record = {"made": f"{folder}/{name}", "rows": len(table), "replaced": old}
        self._target.compactions.write(make_record(Compaction, record, self._target.clock()))
        publish(self._target.folder / folder, name, data)

    def _replaced(self) -> set[str]:
        return replaced(self._target.present(), self._target.compactions.read()[0])

    def _renewed(self, kind: Kind, table: pa.Table) -> pa.Table:
        schema = parquet_files.carried_schema(SCHEMAS[kind], [table])
        return self._marks.marked(kind, parquet_files.conform(table, schema))

    def _copy_withdrawn_rows(self) -> dict[str, str]:
        """Copy the parts of withdrawn rows: those whose rows have another identity now, by name, with the new name."""
        renamed = {}
        folder = self._source.folder / WITHDRAWN
        for kind in SCHEMAS:
            for path in _files(folder / kind, "*.parquet"):
                table = parquet_files.read_part(path) if parquet_files.is_whole(path) else None
                if table is None or not self._marks.concern(kind, table):
                    self._copy(path)
                    continue
                made = parquet_files.write_part(self._target.folder / WITHDRAWN / kind, self._renewed(kind, table))
                renamed[f"{kind}/{path.name}"] = f"{kind}/{made.name}"
        return renamed

    def _copy_withdrawals(self, renamed: dict[str, str]) -> None:
        """Copy withdrawals; those that name a part by another name now are written anew, and those that undo them."""
        held, _ = self._source.withdrawals.read()
        anew: dict[str, str] = {}
        for entry in sorted(held, key=lambda entry: (bool(entry.undoes), *entry.order)):
            parts = [renamed.get(part, part) for part in entry.parts]
            undoes = anew.get(entry.undoes, entry.undoes)
            if parts == entry.parts and undoes == entry.undoes:
                continue
            fields = entry.model_dump(exclude={"event", "at"}) | {"parts": parts, "undoes": undoes}
            moment = datetime.strptime(entry.at, MOMENT).replace(tzinfo=UTC)
            written = make_record(RowsWithdrawal, fields, moment)
            anew[entry.event] = written.event
            self._target.withdrawals.write(written)
        former = {entry.file_name for entry in held if entry.event in anew}
        for path in _files(self._source.folder / str(self._source.withdrawals.place), "*.json"):
            if path.name not in former:
                self._copy(path)

    def _copy(self, path: Path) -> None:
        """The same bytes at the same place, unless they are there."""
        place = self._target.folder / path.relative_to(self._source.folder)
        if not place.exists():
            publish(place.parent, place.name, path.read_bytes())


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))
