"""The files of the ledger: which exist, which count, and how rows are appended."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from estimator.core import atomic_files, parquet_files
from estimator.core.duckdb_engine import Connection, EngineError, FileDamaged, connect, texts_sql
from estimator.core.errors import SobriaError
from estimator.core.event_log import FOLDER as REGISTER
from estimator.core.event_log import RecordFolder
from estimator.core.home import AUTHORITIES, LEDGER, claim
from estimator.core.locks import file_lock
from estimator.core.storage.storage import OfRange, Storage, StoreFailed, put_one, read_one, storage_at
from estimator.ledger.journal import Compaction, Import, RowsWithdrawal, covered, in_force, now, replaced
from estimator.ledger.rows import Activity, Kind, Refused
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet

if TYPE_CHECKING:
    import pyarrow as pa

    from estimator.core.digest_set import Digests

KINDS: dict[Kind, type[Activity | Refused]] = {"activities": Activity, "quarantine": Refused}
WITHDRAWN = "withdrawn"
READ_ROWS = 65_536  # read of a part at once, where all of them are not needed together
READ_TOGETHER = 32_000_000  # what is read of several parts at once [bytes]; of a larger one, all
IMPORTING = ".importing"  # lock that imports share while they run
SWEPT = (LEDGER, AUTHORITIES, REGISTER, "commitments", "scenarios", "collect")  # builds may take longer
_PART = re.compile(r'"((?:activities|quarantine)/[^"]+)": (\d+)')


class Ledger:
    """The Parquet files of a home, in `<home>/ledger` or in a bucket. Append-only: existing files are never modified.
    folder: on this machine, with the locks of its processes and the empty seed files."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = now, store: Storage | None = None) -> None:
        self.home = home
        self.folder = home / LEDGER
        self.activities = self.folder / "activities"
        self.quarantine = self.folder / "quarantine"
        self.clock = clock
        self.store = store or storage_at(home, LEDGER)
        self.imports = RecordFolder(self.store.below("imports"), Import)
        self.withdrawals = RecordFolder(self.store.below("withdrawals"), RowsWithdrawal)
        self.compactions = RecordFolder(self.store.below("compactions"), Compaction)
        self._entries: dict[str, list[tuple[str, str]]] = {}
        self._stated: dict[str, set[str]] = {}  # of parts that no import recorded: the files of their rows
        self._alike: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}  # what `of_same_runs` found last
        self._sweep_at = 0.0
        self._still: tuple[list[str], list[RowsWithdrawal]] | None = None

    def stated(self, name: str, kind: Kind) -> "Digests":
        """Ids of the rows of a kind that stand under the name of this file, without the withdrawn ones."""
        import pyarrow as pa

        from estimator.core.digest_set import Digests, of_column

        found = Digests(folder=self.home / "builds")
        with self.reading(), connect() as connection:
            sql = f"SELECT row_id FROM ({self.rows_sql(kind)}) WHERE file_name = $1"
            for batch in connection.sql(sql, params=[name]).to_arrow_reader(READ_ROWS):
                found.add(of_column(pa.chunked_array([batch["row_id"]])))
        return found

    def copies(self, kind: Kind, files: Sequence[str], where: Any = None) -> list[Any]:
        """Rows of these files as Activity or Refused."""
        held = [file for file in files if not file.endswith(parquet_files.SEED)]
        if not held:
            return []
        stored = self.store.dataset(held, parquet_files.schema_of(KINDS[kind]))
        return as_models(kind, stored.to_table(filter=where))

    def names(self) -> list[str]:
        """Files that count and withdrawals in force, relative to the ledger, sorted: the inputs of a build."""
        gone = [f"{WITHDRAWN}/{part}" for w in self.in_force() for part in w.parts]
        return sorted({*self.parts(), *gone})

    def in_force(self) -> list[RowsWithdrawal]:
        """Withdrawals that were not undone."""
        return self._still[1] if self._still else in_force(self.withdrawals.read()[0])

    def parts(self) -> list[str]:
        """Parts that count (not replaced by compaction), relative to the ledger, sorted."""
        if self._still:
            return self._still[0]
        present = self.present()
        return sorted(present - replaced(present, self.compactions.read()[0]))

    def present(self) -> set[str]:
        """Parts that are there, by their names in the ledger."""
        return {name for kind in KINDS for name in self.store.names(kind) if is_part(name)}

    def address(self, name: str) -> str:
        """A part as DuckDB names it."""
        return self.store.address(name)

    def is_whole(self, name: str) -> bool:
        """Whether the content of a part matches the hash in its name."""
        return parquet_files.part_name(read_one(self.store, name)) == PurePosixPath(name).name

    def checked(self, names: Iterable[str]) -> dict[str, bool]:
        """Whether each of these parts is whole; those that are no longer there are left out."""
        return {
            name: parquet_files.part_name(data) == PurePosixPath(name).name
            for some in _together(sorted(names), self._size_if_there)
            for name, data in self.store.read(some).items()
        }

    def _size_if_there(self, name: str) -> int:
        try:
            return self.store.size(name)
        except FileNotFoundError:
            return 0

    def table(self, name: str, columns: Sequence[str] | None = None) -> "pa.Table":
        """The rows of a part."""
        import pyarrow.parquet as pq

        return pq.ParquetFile(self.store.opened(name)).read(columns=columns)

    def batches(self, name: str, columns: Sequence[str]) -> Iterator["pa.Table"]:
        """These columns of a part, some rows at a time."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(self.store.opened(name)).iter_batches(READ_ROWS, columns=columns):
            yield pa.Table.from_batches([batch])

    def size(self, address: str) -> int:
        """The size of a part by its address [bytes]."""
        return self.store.size(self.store.name_of(address))

    def opened(self, address: str) -> Any:
        """A part by its address, as Arrow reads it."""
        return self.store.opened(self.store.name_of(address))

    def unfinished(self) -> list[str]:
        """Names of the files with rows in parts that no import recorded: it was killed, or runs. Each is read once."""
        named = self._recorded().keys() | {done.made for done in self.compactions.read()[0]}
        left = {part for part in self.parts() if part not in named}
        if new := left - self._stated.keys():
            with self.reading(), connect() as engine:  # once none is deleted any more
                whole = [self.address(part) for part in new & {*self.parts()} if self.is_whole(part)]
                sql = f"SELECT DISTINCT filename, file_name FROM {parquet(whole, 'filename=true')}"
                for path, name in engine.execute(sql).fetchall() if whole else ():
                    self._stated.setdefault(self.store.name_of(path), set()).add(name)
        return sorted({name for part in left for name in self._stated.get(part, ())})

    def lost_rows(self) -> int:
        """Count of recorded rows whose part is gone, or cut, and that no other part is known to hold."""
        compactions = self.compactions.read()[0]
        named = {part: old.rows for done in compactions for part, old in done.replaced.items()} | self._recorded()
        if not named:
            return 0
        from estimator.ledger.made_good import missing_rows

        with self.store.reading():  # what a compaction replaced stays until it was opened
            compactions = self.compactions.read()[0]
            whole = {part for part in self.present() if not self.store.tears or self._looks_whole(part)}
            lost = named.keys() - covered(whole, compactions)
            return sum(missing_rows(self, whole, {part: named[part] for part in lost}).values()) if lost else 0

    def _recorded(self) -> dict[str, int]:
        """Rows by part that an import wrote or relied on: the text of the journal, which takes less than its models.
        An entry is written once, and read once."""
        new = self.imports.place.names() - self._entries.keys()
        for name, text in (self.imports.place.read(sorted(new)) if new else {}).items():
            self._entries[name] = _PART.findall(text.decode("utf-8", "replace"))
        return {part: int(rows) for found in self._entries.values() for part, rows in found}

    def files(self, kind: Kind) -> list[str]:
        """Paths of the files of a kind that count, with an empty seed file. ledger_torn."""
        self.prepare(writing=False)
        return [self.seed(kind), *self._whole(name for name in self.parts() if name.startswith(f"{kind}/"))]

    def seed(self, kind: Kind) -> str:
        """Path of the empty file of a kind, which has every column: beside it, a part is null where it holds none."""
        seeds = {"activities": self.activities / "month=190001", "quarantine": self.quarantine}
        return str(seeds[kind] / parquet_files.SEED)

    def withdrawn_files(self, kind: Kind, of: Sequence[RowsWithdrawal] | None = None) -> list[str]:
        """Paths of the files with the withdrawn copies of a kind; of: these withdrawals alone. ledger_torn."""
        withdrawals = self.in_force() if of is None else of
        parts = {part for w in withdrawals for part in w.parts if part.startswith(f"{kind}/")}
        return self._whole(f"{WITHDRAWN}/{part}" for part in sorted(parts))

    def _whole(self, names: Iterable[str]) -> list[str]:
        """The addresses of parts. ledger_torn."""
        held = list(names)
        if torn := next((name for name in held if self.store.tears and not self._looks_whole(name)), None):
            raise SobriaError("ledger_torn", file=PurePosixPath(torn).name)
        return [self.address(name) for name in held]

    def _looks_whole(self, name: str) -> bool:
        return parquet_files.looks_whole(Path(self.address(name)))

    def rows_sql(self, kind: Kind) -> str:
        """SQL of the rows of a kind, without the withdrawn ones. ledger_torn."""
        return not_withdrawn(parquet(self.files(kind)), self.withdrawn_files(kind), self.opened)

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Context of an import and of what it is not over without, as others see it: their lock is held, and its parts
        are packed by nobody."""
        self.prepare()
        with file_lock(self.folder / IMPORTING, shared=True):
            yield

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """Context of the lock of an import that counts its rows and records itself: one at a time."""
        with self.store.lease("acknowledging"):
            yield

    def also_in(self, kind: Kind, mine: Iterable[str], others: Iterable[str]) -> int:
        """Count of rows of a kind that stand in parts of both: two imports brought them at once."""
        both = [[p for p in sorted(ps) if p.startswith(f"{kind}/")] for ps in (mine, others)]
        if not all(both):
            return 0
        with self.reading(), connect() as connection:
            present = self.present()
            there = [[self.address(p) for p in ps if p in present] for ps in both]
            ids = (f"SELECT row_id FROM {parquet(paths)}" for paths in there if paths)
            sql = f"SELECT COUNT(*) FROM ({' INTERSECT '.join(ids)})"
            found = connection.execute(sql).fetchone() if all(there) else None
        return int(found[0]) if found else 0

    def only_in(self, mine: Iterable[str], others: Iterable[str] = ()) -> list[str]:
        """Ids of the activities that stand in these parts, and in none of the others."""
        with self.reading(), connect() as connection:
            here = {part for part in self.present() if part.startswith("activities/")}
            both = [[self.address(part) for part in parts if part in here] for parts in (mine, others)]
            ids = (f"SELECT row_id FROM {parquet(paths)}" for paths in both if paths)
            return [row_id for (row_id,) in connection.execute(" EXCEPT ".join(ids)).fetchall()] if both[0] else []

    def holding(self, row_ids: Iterable[str], parts: Sequence[str]) -> list[str]:
        """Those of these parts that hold one of these rows."""
        sql = f"SELECT DISTINCT filename FROM {parquet([self.address(part) for part in parts], 'filename=true')}"
        with connect() as engine:
            found = engine.execute(f"{sql} WHERE row_id IN (SELECT UNNEST($1))", [sorted(row_ids)]).fetchall()
        return [self.store.name_of(path) for (path,) in found]

    def prepare(self, writing: bool = True) -> None:
        """Create the folders and their empty seed files, and delete leftovers of killed writers. writing: whether more
        follows; to read a bucket, nothing is put in it. home_too_new, home_file_torn, store_unconditional."""
        if writing or self.store.tears:
            self.store.ready()
        claim(self.home)
        parquet_files.seed(self.activities / "month=190001", Activity)
        parquet_files.seed(self.quarantine, Refused)
        for records in (self.imports, self.withdrawals, self.compactions) if self.store.tears else ():
            atomic_files.make_folder(Path(str(records.place)))
        if time.monotonic() > self._sweep_at:
            parquet_files.sweep(self.home, SWEPT)
            self._sweep_at = time.monotonic() + parquet_files.LEFTOVER_S

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Context of a read lock: no file is deleted. What cannot be read there is told as the part whose content is
        no longer that of its name, if there is one. ledger_torn, store_refused."""
        self.prepare(writing=False)
        with self.store.reading():
            try:
                yield
            except (FileDamaged, EngineError, OSError, ValueError) as error:  # the last two are those of Arrow
                self._tell_torn(error)
                raise

    def _tell_torn(self, error: Exception) -> None:
        if not self.store.tears and isinstance(error, OSError) and error.errno:
            return  # of this machine: Arrow gives no number
        named = f"{error} {error.__cause__}"
        names = [*sorted(self.present()), *sorted(name for name in self.store.names(WITHDRAWN) if is_part(name))]
        for name in sorted(names, key=lambda name: PurePosixPath(name).name not in named):
            if not all(self.checked([name]).values()):
                raise SobriaError("ledger_torn", file=PurePosixPath(name).name) from error
        if not self.store.tears and isinstance(error, FileDamaged | EngineError):
            told = str(error.__cause__ or error).rpartition(f"{OfRange.__name__}: ")[2].partition("\n")[0]
            raise StoreFailed("store_refused", address=self.store, told=told) from error

    @contextmanager
    def still(self) -> Iterator["Ledger"]:
        """Context of a snapshot: later appends are not visible and no file is deleted."""
        with self.reading():
            held = copy(self)
            held._still = self.parts(), self.in_force()
            yield held

    def write(self, rows: "pa.Table", refused: Sequence[Refused], wrote: dict[str, int] | None = None) -> None:
        """Write activities in one file a month of start, and refused rows in one file. wrote: takes each part that is
        on disk, with its rows."""
        from estimator.ledger.parts_in_hand import PartsInHand

        wrote = {} if wrote is None else wrote
        parts = PartsInHand(self.store, wrote)
        parts.add(rows)
        parts.close()
        self.write_refused(refused, wrote)

    def write_refused(self, refused: Sequence[Refused], wrote: dict[str, int]) -> None:
        """Write these refused rows in one file. wrote: as in `write`."""
        if refused:
            table = parquet_files.table_of(refused, parquet_files.schema_of(Refused))
            name = self.write_part("quarantine", table)
            wrote[name] = wrote.get(name, 0) + len(refused)

    def write_part(self, folder: str, table: "pa.Table") -> str:
        """Write a table as a part, and return its name. The same content gives the same file."""
        data = parquet_files.bytes_of(table)
        name = f"{folder}/{parquet_files.part_name(data)}"
        put_one(self.store, name, data)
        return name

    def forget(self, parts: Iterable[str]) -> None:
        """Delete these parts, those that an import recorded apart: an append could not be finished."""
        with self.acknowledging(), self.store.deleting():
            self.store.delete({*parts} - self._recorded().keys())

    def brought(
        self, connection: Connection, parts: Iterable[str], shas: Iterable[str], reader: str | None = None
    ) -> tuple[str, list[str], list[str]]:
        """What an import brought, while nothing is deleted: SQL of its rows, their files, and other files as in
        `of_same_runs`. Where its parts were packed with others meanwhile, its rows are those of its input files, and
        other files are all of them, which hold its own too. parts, shas: of the import."""
        named = {part for part in parts if part.startswith("activities/")}
        if named <= {*self.parts()}:
            mine = [self.seed("activities"), *map(self.address, sorted(named))]
            return parquet(mine), mine, self.of_same_runs(connection, mine, reader) if named else []
        files = self.files("activities")
        return f"(SELECT * FROM {parquet(files)} WHERE file_sha IN ({texts_sql(shas)}))", files, files

    def of_same_runs(self, connection: Connection, mine: Sequence[str], reader: str | None = None) -> list[str]:
        """Other files with a row of the same runs as these, of a run whose hash is that of one, or of tables of seats
        of the same name: most have none, and are not read in full. reader: of its rows alone, which skips the blocks of
        rows that have none."""
        asked = frozenset(mine), frozenset(self.files("activities"))
        others = self._alike.get(asked) or sorted(asked[1] - asked[0])
        if not others or all(path.endswith(parquet_files.SEED) for path in others):
            return []
        of_reader, there, here = f" AND reader = '{reader}'" if reader else "", parquet(others), parquet(mine)
        alike = ("hash(run_id)", "run_id IS NOT NULL"), ("file_name", "reader = 'seats'")
        sql = " UNION ".join(  # of a single condition the engine holds the smaller side
            f"SELECT filename FROM {there} WHERE {told}{of_reader} AND {one} IN (SELECT {one} FROM {here} WHERE {told})"
            for one, told in alike
        )
        found = [path for (path,) in connection.execute(sql).fetchall()]
        if not reader:
            self._alike = {asked: found or [self.seed("activities")]}
        return found


def as_models(kind: Kind, table: "pa.Table") -> list[Any]:
    """Stored rows as Activity or Refused."""
    rows = (row | {"facts": json.loads(row["facts"])} if "facts" in row else row for row in table.to_pylist())
    return [KINDS[kind].model_validate(row) for row in rows]


def _together(names: Iterable[str], size: Callable[[str], int]) -> Iterator[list[str]]:
    """These names, those of small files several at a time."""
    some, held = list[str](), 0
    for name in names:
        if some and held + size(name) > READ_TOGETHER:
            yield some
            some, held = [], 0
        some.append(name)
        held += size(name)
    if some:
        yield some


def is_part(name: str) -> bool:
    """Whether a file of the ledger holds rows."""
    base = name.rpartition("/")[2]
    return base.startswith("part-") and base.endswith(".parquet")
