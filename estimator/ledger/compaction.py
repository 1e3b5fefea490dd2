"""Compaction of small files into one a month, safe if killed: old parts are deleted after the merged one is written."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import PurePosixPath

import pyarrow as pa

from estimator.core import atomic_files, parquet_files
from estimator.core.duckdb_engine import connect
from estimator.core.errors import SobriaError
from estimator.core.event_log import make_record
from estimator.core.locks import waited_lock
from estimator.ledger.arrow_schemas import SCHEMAS
from estimator.ledger.files import Ledger
from estimator.ledger.journal import Compaction, replaced
from estimator.ledger.rows import Kind
from estimator.ledger.withdrawn_rows import NAME_ONLY, parquet

LEAST = 2
WAIT_S = 5.0


class CompactionRunning(SobriaError):
    """Another process is compacting the same ledger."""


@dataclass(frozen=True)
class Compacted:
    """Parts that count before and after, old parts deleted, and old parts not deleted because a reader holds them."""

    before: int
    after: int
    deleted: int
    kept: int

    def as_dict(self) -> dict[str, int]:
        """{"before", "after", "deleted", "kept"}"""
        return asdict(self)


def compact(ledger: Ledger, least: int = LEAST, wait_s: float = WAIT_S, bounded: bool = False) -> Compacted:
    """Merge the parts of each month that has `least` or more. CompactionRunning, ledger_torn.

    Identical copies, file name aside, are merged into one; no other row and no column is removed, so no total changes.
    `bounded`: a part much larger than the others of its month stays apart, so that a row is rewritten a few times only.
    """
    ledger.prepare()
    with waited_lock(ledger.folder / ".compacting", 0, CompactionRunning(home=ledger.home)):
        before = ledger.parts()
        with ledger.reading():
            folders: dict[str, list[str]] = defaultdict(list)
            for name in before:
                folders[str(PurePosixPath(name).parent)].append(name)
            for folder, names in sorted(folders.items()):
                chosen = _alike(ledger, names) if bounded else names
                if len(chosen) >= least:
                    _settle(ledger, folder, chosen)
        deleted, kept = _delete(ledger, wait_s)
        return Compacted(len(before), len(ledger.parts()), deleted, kept)


def _alike(ledger: Ledger, names: list[str]) -> list[str]:
    """These parts without the largest, as long as it has more than twice the bytes of all others."""
    sizes = {name: (ledger.folder / name).stat().st_size for name in names}
    rising = sorted(names, key=sizes.__getitem__)
    while rising and sizes[rising[-1]] > 2 * sum(sizes[name] for name in rising[:-1]):
        del rising[-1]
    return rising


def _settle(ledger: Ledger, folder: str, names: list[str]) -> None:
    """Record which part replaces these ones, then write it; until it exists, they count."""
    kind: Kind = "activities" if folder.startswith("activities") else "quarantine"
    tables = {name: parquet_files.read_part(ledger.folder / name) for name in names}
    try:
        table = _merged_table(ledger, kind, tables)
    except pa.ArrowTypeError:  # columns of newer versions that do not agree: these parts stay apart
        return
    ids = set(chain.from_iterable(t.column("row_id").to_pylist() for t in tables.values()))
    if ids != set(table.column("row_id").to_pylist()):
        raise ValueError(f"{folder}: a compaction would lose rows")
    data = parquet_files.bytes_of(table)
    made = f"{folder}/{parquet_files.part_name(data)}"
    old = {
        name: {"rows": len(t), "files": len(t.column("file_sha").unique())}
        for name, t in tables.items()
        if name != made
    }
    if made in set(chain.from_iterable(c.replaced for c in ledger.compactions.read()[0])):
        return  # a part replaced by another cannot itself replace one
    fields = {"made": made, "rows": len(table), "replaced": old}
    ledger.compactions.write(make_record(Compaction, fields, ledger.clock()))
    atomic_files.publish(ledger.folder / folder, parquet_files.part_name(data), data)


def _merged_table(ledger: Ledger, kind: Kind, tables: Mapping[str, pa.Table]) -> pa.Table:
    """All rows of these parts in a fixed order, identical copies once; columns that this version does not know are
    carried. ArrowTypeError."""
    schema = parquet_files.carried_schema(SCHEMAS[kind], tables.values())
    held = {name for table in tables.values() for name in table.schema.names}
    columns = ", ".join(f'"{name}"' for name in schema.names if name in held - {NAME_ONLY})
    files = parquet([str(ledger.folder / name) for name in tables])
    sql = (
        f"SELECT * FROM {files} QUALIFY ROW_NUMBER() OVER (PARTITION BY {columns} ORDER BY {NAME_ONLY}) = 1"
        f" ORDER BY file_sha, line, {columns}"
    )
    with connect() as connection:
        return parquet_files.conform(connection.sql(sql).to_arrow_table(), schema)


def _delete(ledger: Ledger, wait_s: float) -> tuple[int, int]:
    """Delete the parts replaced by a complete one, unless a reader holds the lock: (deleted, kept)."""
    compactions = ledger.compactions.read()[0]
    present = ledger.present()
    made = {c.made for c in compactions} & present
    whole = {name for name in made if parquet_files.is_whole(ledger.folder / name)}
    stale = sorted(present & replaced(present - made | whole, compactions))
    if not stale:
        return 0, 0
    try:
        with waited_lock(ledger.folder / ".reading", wait_s, CompactionRunning(home=ledger.home)):
            for name in stale:
                (ledger.folder / name).unlink(missing_ok=True)
            return len(stale), 0
    except CompactionRunning:  # a reader holds them
        return 0, len(stale)
