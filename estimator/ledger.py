"""The ledger: what was done, written once and never changed; whether a row counts is judged when it is read."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from estimator import lake
from estimator.activity import Activity, Refused
from estimator.errors import SobriaError
from estimator.lake import ACTIVITY_SCHEMA, REFUSED_SCHEMA
from estimator.readers import find_files, read_trace
from estimator.readers.base import Context, open_trace
from estimator.store import connect

__all__ = ["ACTIVITY_SCHEMA", "Account", "FileResult", "ImportReport", "Ledger", "import_paths"]

BATCH_ROWS = 100_000


class NothingToImport(SobriaError):
    """Paths that hold no row of any trace."""

    code = "nothing_to_import"


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


@dataclass(frozen=True)
class FileResult:
    """One file of an import: rows read and refused, columns nothing was taken from, or why it was not read."""

    name: str
    read: int
    refused: int
    unused: tuple[str, ...] = ()
    error: SobriaError | None = None


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `refused` are all refused rows of the files, also those that were known before."""

    account: Account
    files: tuple[FileResult, ...]
    refused: tuple[Refused, ...]

    @property
    def errors(self) -> tuple[SobriaError, ...]:
        """Why some files were not read at all."""
        return tuple(file.error for file in self.files if file.error)


class Ledger:
    """The Parquet files under `<home>/ledger`. Appending never touches what is there."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "ledger"
        self.activities = self.folder / "activities"
        self.quarantine = self.folder / "quarantine"

    def append(self, rows: Sequence[Activity], refused: Sequence[Refused]) -> Account:
        """Write the rows that are not known yet, and say where each went."""
        posting = Posting(self)
        posting.take(rows, refused)
        return posting.account(files=len({row.file_sha for row in rows} | {row.file_sha for row in refused}))

    def known_ids(self) -> set[str]:
        """Ids of all rows, accepted or refused."""
        known: set[str] = set()
        for path in (*self._parts(self.activities), *self._parts(self.quarantine)):
            known.update(pq.ParquetFile(path).read(columns=["row_id"]).column("row_id").to_pylist())
        return known

    def names(self) -> list[str]:
        """Files of the ledger, relative to it, sorted: what a build depends on."""
        paths = (*self._parts(self.activities), *self._parts(self.quarantine))
        return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def activity_files(self) -> list[str]:
        """Paths of all files of activities; never empty."""
        return self._files(self.activities)

    def quarantine_files(self) -> list[str]:
        """Paths of all files of refused rows; never empty."""
        return self._files(self.quarantine)

    def statuses(self, run_ids: Iterable[str]) -> dict[str, str]:
        """current or superseded, by row_id, for every row of these runs."""
        wanted = pa.array(sorted(set(run_ids)), type=pa.string())
        if not len(wanted):
            return {}
        stored = ds.dataset(self.activity_files(), schema=ACTIVITY_SCHEMA, format="parquet")
        activities = stored.to_table(filter=ds.field("run_id").isin(wanted))
        text = (resources.files("estimator") / "sql" / "views" / "current_rows.sql").read_text("utf-8")
        with connect() as connection:
            connection.register("activities", activities)
            judged = connection.execute(f"SELECT row_id, status FROM ({text}) WHERE status <> 'duplicate'").fetchall()
        return dict(judged)

    def prepare(self) -> None:
        """Make the folders and their empty seed files, and sweep what killed writers have left."""
        lake.seed(self.activities / "month=190001", ACTIVITY_SCHEMA)
        lake.seed(self.quarantine, REFUSED_SCHEMA)
        lake.sweep(self.folder)

    def write(self, rows: Sequence[Activity], refused: Sequence[Refused]) -> None:
        """Write rows as they are, one file a month of start; those refused, in one file."""
        months: dict[int, list[Activity]] = defaultdict(list)
        for row in rows:
            months[row.start_month].append(row)
        for month, batch in sorted(months.items()):
            lake.write_part(self.activities / f"month={month}", lake.table_of(batch, ACTIVITY_SCHEMA))
        if refused:
            lake.write_part(self.quarantine, lake.table_of(refused, REFUSED_SCHEMA))

    def _parts(self, folder: Path) -> list[Path]:
        return sorted(folder.rglob("part-*.parquet"))

    def _files(self, folder: Path) -> list[str]:
        self.prepare()
        return [str(path) for path in sorted(folder.rglob("*.parquet"))]


class Posting:
    """Rows on their way to the ledger: known ones counted, the others written in batches."""

    def __init__(self, ledger: Ledger) -> None:
        ledger.prepare()
        self._ledger = ledger
        self._known = ledger.known_ids()
        self._rows: list[Activity] = []
        self._refused: list[Refused] = []
        self._runs: dict[str, str] = {}
        self.alone = self.quarantined = self.duplicates = 0

    def take(self, rows: Iterable[Activity], refused: Iterable[Refused]) -> None:
        """Add the rows of one file."""
        for row in rows:
            if self._is_new(row.row_id):
                self._rows.append(row)
                if row.run_id:
                    self._runs[row.row_id] = row.run_id
                else:
                    self.alone += 1
        for refusal in refused:
            if self._is_new(refusal.row_id):
                self._refused.append(refusal)
                self.quarantined += 1
        if len(self._rows) + len(self._refused) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        self._ledger.write(self._rows, self._refused)
        self._rows, self._refused = [], []

    def account(self, files: int) -> Account:
        """Write the rest, and judge the rows of this posting as the ledger now stands."""
        self.flush()
        statuses = self._ledger.statuses(self._runs.values())
        superseded = sum(statuses[row_id] == "superseded" for row_id in self._runs)
        accepted = self.alone + len(self._runs) - superseded
        read = accepted + superseded + self.quarantined + self.duplicates
        return Account(files, read, accepted, superseded, self.quarantined, self.duplicates)

    def _is_new(self, row_id: str) -> bool:
        if row_id in self._known:
            self.duplicates += 1
            return False
        self._known.add(row_id)
        return True


def import_paths(
    ledger: Ledger,
    paths: Iterable[str | Path],
    context: Context,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Read files, folders or `-`, and append what is new. A file that cannot be read stops none of the others.

    `progress` is called with the number of files done and of files in all.
    """
    with _no_collection():
        return _import(ledger, list(find_files(paths)), context, progress)


def _import(
    ledger: Ledger, found: list[str | Path], context: Context, progress: Callable[[int, int], None] | None
) -> ImportReport:
    posting = Posting(ledger)
    files: list[FileResult] = []
    refused: list[Refused] = []
    for done, path in enumerate(found, start=1):
        try:
            trace = open_trace(path)
            result = read_trace(trace, context)
        except SobriaError as error:
            files.append(FileResult(Path(path).name, 0, 0, error=error))
        else:
            posting.take(result.rows, result.refused)
            refused += result.refused
            files.append(FileResult(trace.name, result.read, len(result.refused), result.unused))
        if progress:
            progress(done, len(found))
    account = posting.account(files=sum(file.error is None for file in files))
    if account.read != sum(file.read for file in files):
        raise ValueError(f"{sum(file.read for file in files)} rows in the files, {account.read} in the account")
    return ImportReport(account, tuple(files), tuple(refused))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows hold no cycles: looking for some among all the rows in memory takes a third of the time of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
