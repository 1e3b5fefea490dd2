"""Compaction of small files into one a month, safe if killed: old parts are deleted after the merged one is written."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from estimator.core import parquet_files
from estimator.core.duckdb_engine import arrow, connect
from estimator.core.errors import SobriaError
from estimator.core.event_log import make_record
from estimator.core.locks import waited_lock
from estimator.core.storage.storage import Patience, put_one, read_one
from estimator.ledger.arrow_schemas import HELD, SHARED, stated
from estimator.ledger.files import IMPORTING, Ledger
from estimator.ledger.journal import Compaction, replaced
from estimator.ledger.rows import Kind
from estimator.ledger.withdrawn_rows import NAME_ONLY

LEAST = 2
CROWD = 16  # parts of a month from which an import packs them
MOST = 512, 16_000_000  # parts of a month packed by an import, and the bytes of those packed at once
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


def pack(ledger: Ledger) -> None:
    """Merge the small parts of crowded months, before an import adds to them: unless another import runs, which may
    read its own, or another process compacts. What cannot be read or written is left as it is, and told by others."""
    crowds = Counter(str(PurePosixPath(name).parent) for name in ledger.present())
    if max(crowds.values(), default=0) < CROWD:
        return
    busy = CompactionRunning(home=ledger.home)
    with suppress(SobriaError, OSError), waited_lock(ledger.folder / IMPORTING, 0, busy):
        compact(ledger, CROWD, wait_s=0, bounded=True)


def compact(ledger: Ledger, least: int = LEAST, wait_s: float = WAIT_S, bounded: bool = False) -> Compacted:
    """Merge the parts of each month that has `least` or more, as many at once as fit in MOST. CompactionRunning,
    ledger_torn.

    Identical copies, file name aside, are merged into one; no other row and no column is removed, so no total changes.
    `bounded`: the smallest parts of a month, MOST at most, without those much larger than the others, so that a row is
    rewritten a few times only.
    """
    ledger.prepare()
    with ledger.store.lease("compacting", Patience(0, CompactionRunning(home=ledger.home))):
        before = ledger.parts()
        with ledger.reading():
            folders: dict[str, list[str]] = defaultdict(list)
            for name in before:
                folders[str(PurePosixPath(name).parent)].append(name)
            for folder, names in sorted(folders.items()):
                for chosen in [_alike(ledger, names)] if bounded else _groups(ledger, names):
                    if len(chosen) >= least:
                        _settle(ledger, folder, chosen)
        deleted, kept = _delete(ledger, wait_s)
        return Compacted(len(before), len(ledger.parts()), deleted, kept)


def _alike(ledger: Ledger, names: list[str]) -> list[str]:
    """The smallest of these parts, within MOST, without the largest while it has more than twice the bytes of the
    others."""
    sizes = {name: ledger.store.size(name) for name in names}
    rising = sorted(names, key=sizes.__getitem__)[: MOST[0]]
    while rising and sum(map(sizes.__getitem__, rising)) > min(MOST[1], 3 * sum(map(sizes.__getitem__, rising[:-1]))):
        del rising[-1]
    return rising


def _groups(ledger: Ledger, names: list[str]) -> list[list[str]]:
    """These parts, from the smallest, in groups of so many bytes, or of one that has more: memory is of one group."""
    groups, held = [list[str]()], 0
    for size, name in sorted((ledger.store.size(name), name) for name in names):
        if held + size > MOST[1]:
            groups, held = [*groups, []], 0
        groups[-1].append(name)
        held += size
    return groups


def _settle(ledger: Ledger, folder: str, names: list[str]) -> None:
    """Record which part replaces these ones, then write it; until it exists, they count."""
    kind: Kind = "activities" if folder.startswith("activities") else "quarantine"
    tables = {name: _whole_table(ledger, name) for name in names}
    try:
        table = _merged_table(kind, list(tables.values()))
    except pa.ArrowTypeError:  # columns of newer versions that do not agree: these parts stay apart
        return
    ids = set(chain.from_iterable(t.column("row_id").to_pylist() for t in tables.values()))
    if ids != set(table.column("row_id").to_pylist()):
        raise ValueError(f"{folder}: a compaction would lose rows")
    data = parquet_files.bytes_of(stated(table) if kind == "activities" else table)
    made = f"{folder}/{parquet_files.part_name(data)}"
    old = {
        name: {"rows": len(t), "files": pc.count_distinct(t["file_sha"].cast(pa.string())).as_py()}
        for name, t in tables.items()
        if name != made
    }
    if made in set(chain.from_iterable(c.replaced for c in ledger.compactions.read()[0])):
        return  # a part replaced by another cannot itself replace one
    fields = {"made": made, "rows": len(table), "replaced": old}
    ledger.compactions.write(make_record(Compaction, fields, ledger.clock()))
    put_one(ledger.store, made, data)


def _whole_table(ledger: Ledger, name: str) -> pa.Table:
    """The rows of a part, whose content is that of its name: what is damaged would be merged as sound. ledger_torn."""
    data = read_one(ledger.store, name)
    if parquet_files.part_name(data) != PurePosixPath(name).name:
        raise SobriaError("ledger_torn", file=PurePosixPath(name).name)
    schema = pq.read_schema(pa.BufferReader(data))
    shared = [name for name in schema.names if name in SHARED and pa.types.is_string(schema.field(name).type)]
    return pq.ParquetFile(pa.BufferReader(data), read_dictionary=shared).read()


def _merged_table(kind: Kind, tables: Sequence[pa.Table]) -> pa.Table:
    """All rows of these tables in a fixed order, identical copies once; columns that this version does not know are
    carried. ArrowTypeError."""
    schema = parquet_files.carried_schema(HELD[kind], tables)
    rows = pa.concat_tables([parquet_files.conform(table, schema) for table in tables]).unify_dictionaries()
    if pc.count_distinct(rows["row_id"]).as_py() == len(rows):
        return parquet_files.sorted_by(rows, ("file_sha", "line", "row_id"))
    columns = ", ".join(f'"{name}"' for name in schema.names if name != NAME_ONLY)
    sql = (
        f"SELECT * FROM rows QUALIFY ROW_NUMBER() OVER (PARTITION BY {columns} ORDER BY {NAME_ONLY}) = 1"
        f" ORDER BY file_sha, line, {columns}"
    )
    with connect() as connection:
        return arrow(connection.register("rows", rows), sql, schema)


def _delete(ledger: Ledger, wait_s: float) -> tuple[int, int]:
    """Delete the parts replaced by a complete one for as long as the storage keeps them for readers, unless a reader
    holds the lock: (deleted, kept)."""
    compactions = ledger.compactions.read()[0]
    present = ledger.present()
    if not present & replaced(present, compactions):
        return 0, 0
    made = {c.made for c in compactions} & present
    store = ledger.store
    whole = {name for name in made if not store.tears or ledger.is_whole(name)}
    young = {name for name in whole if store.keeps_s and time.time() - store.modified(name) < store.keeps_s}
    every, stale = (sorted(present & replaced(present - made | there, compactions)) for there in (whole, whole - young))
    later = len(every) - len(stale)
    if not stale:
        return 0, later
    try:
        with store.deleting(Patience(wait_s, CompactionRunning(home=ledger.home))):
            store.delete(stale)
            return len(stale), later
    except CompactionRunning:  # a reader holds them
        return 0, len(stale)
