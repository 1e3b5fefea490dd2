"""The files of the ledger: which are there, which count, how rows are added to them."""

import fcntl
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from estimator import lake
from estimator.activity import Activity, Refused
from estimator.errors import SobriaError
from estimator.lake import ACTIVITY_SCHEMA, REFUSED_SCHEMA
from estimator.ledger.live import copy_of, counting, parquet
from estimator.ledger.records import Compaction, Import, Withdrawal, in_force, now, replaced
from estimator.register.events import RecordFolder
from estimator.store import connect

if TYPE_CHECKING:
    from estimator.ledger.posting import Account

Kind = Literal["activities", "quarantine"]
KINDS: dict[Kind, tuple[pa.Schema, type[Activity | Refused]]] = {
    "activities": (ACTIVITY_SCHEMA, Activity),
    "quarantine": (REFUSED_SCHEMA, Refused),
}
WITHDRAWN = "withdrawn"
PARTS = "part-*.parquet"


class LedgerTorn(SobriaError):
    """A file of the ledger that was cut or overwritten."""

    code = "ledger_torn"


@dataclass(frozen=True)
class Known:
    """Ids of the rows of one kind that count, and the copies that were withdrawn, by id."""

    ids: set[str]
    gone: dict[str, set[str]]

    def has(self, row: Activity | Refused) -> bool:
        """Whether the row counts already, or is the very copy that was withdrawn."""
        return row.row_id in self.ids or (row.row_id in self.gone and copy_of(row) in self.gone[row.row_id])


class Ledger:
    """The Parquet files under `<home>/ledger`. Appending never touches what is there."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = now) -> None:
        self.home = home
        self.folder = home / "ledger"
        self.activities = self.folder / "activities"
        self.quarantine = self.folder / "quarantine"
        self.clock = clock
        self.imports = RecordFolder(self.folder / "imports", Import)
        self.withdrawals = RecordFolder(self.folder / "withdrawals", Withdrawal)
        self.compactions = RecordFolder(self.folder / "compactions", Compaction)
        self._still: tuple[list[str], list[Withdrawal]] | None = None

    def append(self, rows: Sequence[Activity], refused: Sequence[Refused]) -> "Account":
        """Write the rows that are not known yet, and say where each went."""
        from estimator.ledger.posting import Posting

        posting = Posting(self)
        files = {(row.file_name, row.file_sha) for row in rows} | {(row.file_name, row.file_sha) for row in refused}
        for file in sorted(files):
            mine = [row for row in rows if (row.file_name, row.file_sha) == file]
            posting.take(file, mine, [row for row in refused if (row.file_name, row.file_sha) == file])
        return posting.account()

    def known_ids(self) -> set[str]:
        """Ids of all rows, accepted or refused, withdrawn or not."""
        return self._ids("activities") | self._ids("quarantine")

    def known(self, kind: Kind) -> Known:
        """What an import must know of the rows of a kind."""
        ids = self._ids(kind)
        gone: dict[str, set[str]] = defaultdict(set)
        for row in self.copies(kind, self.withdrawn_files(kind)):
            gone[row.row_id].add(copy_of(row))
        if gone:
            stored = self.copies(kind, self.files(kind), ds.field("row_id").isin(list(gone)))
            living = {row.row_id for row in stored if copy_of(row) not in gone[row.row_id]}
            ids = ids - gone.keys() | living
        return Known(ids, dict(gone))

    def copies(self, kind: Kind, files: Sequence[str], where: Any = None) -> list[Any]:
        """Rows of these files, as Activity or Refused."""
        if not files:
            return []
        stored = ds.dataset(files, schema=KINDS[kind][0], format="parquet")
        return self.models(kind, stored.to_table(filter=where))

    def models(self, kind: Kind, table: pa.Table) -> list[Any]:
        """Stored rows as Activity or Refused."""
        return [KINDS[kind][1].model_validate(_plain(row)) for row in table.to_pylist()]

    def names(self) -> list[str]:
        """Files of the ledger that count, and withdrawals in force, relative to it, sorted: what a build depends on."""
        gone = [f"{WITHDRAWN}/{part}" for w in self.in_force() for part in w.parts]
        return sorted({*self.parts(), *gone})

    def in_force(self) -> list[Withdrawal]:
        """Withdrawals that were not taken back."""
        return self._still[1] if self._still else in_force(self.withdrawals.read()[0])

    def parts(self) -> list[str]:
        """Parts that count, relative to the ledger, sorted: those for which no other stands."""
        if self._still:
            return self._still[0]
        present = self.present()
        return sorted(present - replaced(present, self.compactions.read()[0]))

    def present(self) -> set[str]:
        """Parts on disk, relative to the ledger."""
        folders = (self.activities, self.quarantine)
        return {path.relative_to(self.folder).as_posix() for folder in folders for path in folder.rglob(PARTS)}

    def activity_files(self) -> list[str]:
        """Paths of all files of activities; never empty. LedgerTorn."""
        return self.files("activities")

    def quarantine_files(self) -> list[str]:
        """Paths of all files of refused rows; never empty. LedgerTorn."""
        return self.files("quarantine")

    def files(self, kind: Kind) -> list[str]:
        """Paths of the files of a kind that count, an empty seed among them. LedgerTorn."""
        self.prepare()
        seeds = {"activities": self.activities / "month=190001", "quarantine": self.quarantine}
        parts = [self.folder / name for name in self.parts() if name.startswith(f"{kind}/")]
        return _whole([seeds[kind] / lake.SEED, *parts])

    def withdrawn_files(self, kind: Kind) -> list[str]:
        """Paths of the files that hold the copies of a kind that count no more. LedgerTorn."""
        parts = {part for w in self.in_force() for part in w.parts if part.startswith(f"{kind}/")}
        return _whole([self.folder / WITHDRAWN / part for part in sorted(parts)])

    def rows_sql(self, kind: Kind) -> str:
        """SQL: the rows of a kind, less those withdrawn. LedgerTorn."""
        return counting(parquet(self.files(kind)), self.withdrawn_files(kind))

    def statuses(self, run_ids: Iterable[str]) -> dict[str, str]:
        """current or superseded, by row_id, for every row of these runs that is not withdrawn."""
        wanted = pa.array(sorted(set(run_ids)), type=pa.string())
        if not len(wanted):
            return {}
        with self.reading(), connect() as connection:
            seed, *parts = self.files("activities")
            files = [seed, *(path for path in parts if _mentions(path, wanted))]
            stored = ds.dataset(files, schema=ACTIVITY_SCHEMA, format="parquet")
            connection.register("found", stored.to_table(filter=ds.field("run_id").isin(wanted)))
            connection.execute(
                f"CREATE TEMP VIEW activities AS {counting('found', self.withdrawn_files('activities'))}"
            )
            text = (resources.files("estimator") / "sql" / "views" / "current_rows.sql").read_text("utf-8")
            judged = connection.execute(f"SELECT row_id, status FROM ({text}) WHERE status <> 'duplicate'").fetchall()
        return dict(judged)

    def prepare(self) -> None:
        """Make the folders and their empty seed files, and sweep what killed writers have left."""
        lake.seed(self.activities / "month=190001", ACTIVITY_SCHEMA)
        lake.seed(self.quarantine, REFUSED_SCHEMA)
        for records in (self.imports, self.withdrawals, self.compactions):
            lake.make_folder(records.folder)
        lake.sweep(self.folder)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While it lasts, no file is deleted."""
        self.prepare()
        with lake.held(self.folder / ".reading", fcntl.LOCK_SH):
            yield

    @contextmanager
    def still(self) -> Iterator["Ledger"]:
        """The ledger as it stands: while it lasts, what is added is not seen and no file is deleted."""
        with self.reading():
            held = copy(self)
            held._still = self.parts(), self.in_force()
            yield held

    def write(self, rows: Sequence[Activity], refused: Sequence[Refused]) -> dict[str, int]:
        """Write rows as they are, one file a month of start; those refused, in one file. Rows by part."""
        months: dict[int, list[Activity]] = defaultdict(list)
        for row in rows:
            months[row.start_month].append(row)
        wrote = {}
        for month, batch in sorted(months.items()):
            path = lake.write_part(self.activities / f"month={month}", lake.table_of(batch, ACTIVITY_SCHEMA))
            wrote[path.relative_to(self.folder).as_posix()] = len(batch)
        if refused:
            path = lake.write_part(self.quarantine, lake.table_of(refused, REFUSED_SCHEMA))
            wrote[path.relative_to(self.folder).as_posix()] = len(refused)
        return wrote

    def _ids(self, kind: Kind) -> set[str]:
        ids: set[str] = set()
        for path in self.files(kind):
            ids.update(pq.ParquetFile(path).read(columns=["row_id"]).column("row_id").to_pylist())
        return ids


def _mentions(path: str, runs: pa.Array) -> bool:
    """Whether a file holds a row of these runs: most small files do not, and are not read in full."""
    found = pc.is_in(pq.ParquetFile(path).read(columns=["run_id"]).column("run_id"), value_set=runs)
    return bool(pc.any(found).as_py())


def _whole(paths: Sequence[Path]) -> list[str]:
    for path in paths:
        if not lake.looks_whole(path):
            raise LedgerTorn(file=path.name)
    return [str(path) for path in paths]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A stored row as its model reads it."""
    return row | {"facts": json.loads(row["facts"])} if "facts" in row else row
