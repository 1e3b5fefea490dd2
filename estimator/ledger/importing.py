"""Files read and brought into the ledger: what is new is appended, and each row is accounted for."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from estimator.activity import Refused
from estimator.errors import SobriaError
from estimator.ledger.files import Ledger
from estimator.ledger.posting import Account, Posting
from estimator.readers import find_files, read_trace
from estimator.readers.base import Context, open_trace


class NothingToImport(SobriaError):
    """Paths that hold no row of any trace."""

    code = "nothing_to_import"


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


def import_paths(
    ledger: Ledger,
    paths: Iterable[str | Path],
    context: Context,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Read files, folders or `-`, and append what is new. A file that cannot be read stops none of the others.

    `progress` is called with the number of files done and of files in all. When it returns, what it reports is on
    disk, and `verify` would miss any of it.
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
            posting.take((trace.name, trace.sha), result.rows, result.refused)
            refused += result.refused
            files.append(FileResult(trace.name, result.read, len(result.refused), result.unused))
        if progress:
            progress(done, len(found))
    account = posting.account()
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
