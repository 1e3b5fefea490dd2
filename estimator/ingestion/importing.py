"""Import of files into the ledger: new rows are appended, and each row is accounted for."""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from estimator.core.errors import NO_ROOM, SobriaError, reason_of
from estimator.core.heap import one_heap
from estimator.core.typography import escaped
from estimator.ingestion.corrections import corrected, stated
from estimator.ingestion.declarations.remarks import Declared, Remark, UnusedSidecar, of_new, other_hours, remarks
from estimator.ingestion.quarantine import Waiting, completed, lift
from estimator.ingestion.reader import LargeTrace, ReadingContext, Trace
from estimator.ingestion.readers import FoundFiles, find_files, open_results, size_of
from estimator.ingestion.sought_lines import SoughtLines
from estimator.ledger.append import Account, Append
from estimator.ledger.compaction import pack
from estimator.ledger.files import Ledger
from estimator.ledger.later_readings import later_readings
from estimator.ledger.read_result import ReadResult
from estimator.ledger.restatements import SEATS
from estimator.ledger.rows import Faults, Refused, add_faults
from estimator.ledger.standing_seats import standing_seats
from estimator.ledger.withdrawals import count_again, restating, withdraw_restated, withdraw_restated_elsewhere

MOMENT = pa.schema({"row_id": pa.string(), "start_us": pa.int64(), "line": pa.int64()})


@dataclass(frozen=True)
class FileResult:
    """One file of an import: rows read and refused, ignored columns, or why it was not read."""

    name: str
    read: int
    refused: int
    unused: tuple[str, ...] = ()
    error: SobriaError | None = None


@dataclass(frozen=True)
class ImportReport:
    """Report of an import. `faults` of refused rows, and `remarks`: of all rows of the files, duplicates included; that
    a row is beside one like it, of new rows only. `left`: what the folders hold that no reader recognised. `lifted`:
    how many rows were set aside before and are no more. `brought`: as in `Append`."""

    account: Account
    files: tuple[FileResult, ...]
    faults: Faults
    remarks: tuple[Remark, ...] = ()
    left: tuple[str, ...] = ()
    lifted: int = 0
    brought: tuple[Sequence[str], Sequence[str]] = (), ()

    @property
    def errors(self) -> tuple[SobriaError, ...]:
        """Errors of the files that were not read."""
        return tuple(file.error for file in self.files if file.error)

    @property
    def failed(self) -> bool:
        """Whether a file was refused, or all rows that were read: a file that holds no row is neither."""
        return self.account.barren or any(error.code != "no_rows" for error in self.errors)


def import_paths(
    ledger: Ledger,
    paths: Iterable[str | Path],
    context: ReadingContext,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Import files, folders or `-`: append new rows. An unreadable file does not stop the others.

    Parameters
    ----------
    ledger : where accepted rows go.
    paths : files and folders; `-` is standard input.
    context : what a file may leave unsaid, such as the time zone of its dates.
    progress : called with the bytes read and the total.

    Returns
    -------
    How many rows were read, accepted and set aside, with the reasons. On return, all reported rows are on disk, and
    `verify` would detect the loss of any.

    Raises
    ------
    SobriaError : import_disk_full. No row of the import is kept, as where OSError is raised.
    """
    pack(ledger)
    posting = Append(ledger)
    try:
        with _no_collection(), one_heap(), _of_the_system(), ledger.importing():
            return _import(ledger, posting, find_files(paths), context, progress or (lambda done, total: None))
    except OSError as error:
        posting.abandon()
        if error.errno in NO_ROOM:
            raise SobriaError("import_disk_full", reason=reason_of(error)) from error
        raise


def _import(
    ledger: Ledger, posting: Append, found: FoundFiles, context: ReadingContext, progress: Callable[[int, int], None]
) -> ImportReport:
    declared, waiting = Declared(ledger), Waiting(ledger)
    files: list[FileResult] = []
    faults: Faults = {}
    told: list[Remark] = []
    whole: list[Refused] = []
    restated: list[_File] = []
    standing: list[_File] = []
    sizes = [size_of(path) for path in found.traces]
    done, total = 0, sum(sizes)
    for path, size in zip(found.traces, sizes, strict=True):
        file = _File(path, declared, waiting, ledger, faults)
        file.bring(posting, context, lambda read: progress(done + read, total))  # noqa: B023
        done += size
        files.append(FileResult(file.name, file.read, file.refused, tuple(file.unused), file.error))
        told += file.remarks
        whole += file.completed
        progress(done, total)
        if file.read_anew:
            restated.append(file)
        if file.seats_refused:
            standing.append(file)
        told += other_hours(ledger, file.name, file.moments)
    account, replaced, _ = restate(ledger, posting, [(file.name, file.sha, file.read_anew) for file in restated])
    told += replaced
    told += [remark for file in standing for remark in file.standing(ledger)]
    told += kept_out(ledger, posting)
    lifted = lift(ledger, whole)
    if account.read != sum(file.read for file in files):
        raise ValueError(f"{sum(file.read for file in files)} rows in the files, {account.read} in the account")
    told_of = tuple(files), faults, tuple(told), tuple(left.name for left in found.left)
    return ImportReport(account, *told_of, lifted, posting.brought)


def restate(
    ledger: Ledger, posting: Append, files: Iterable[tuple[str, str, Collection[str]]]
) -> tuple[Account, list[Remark], set[str]]:
    """Withdraw what earlier imports stated otherwise, in versions of these files (name, hash, ids of rows) or in files
    of another name, and count again what these files state once more; the account, then, and the ids of these."""
    account, told, back = posting.account(), list[Remark](), set[str]()
    versions = list(files)
    for name, sha, _ in versions:
        row_ids = {row_id for other, _, ids in versions if other == name for row_id in ids}  # none is the later one
        gone = withdraw_restated(ledger, name, sha, row_ids, restating(sha))
        told += [Remark("line_restated", name, line, {}) for line in gone]
        account = posting.recount(account) if gone else account
    elsewhere = withdraw_restated_elsewhere(ledger, posting.brought[0], posting.read_files, posting.again)
    told += [Remark("row_restated", name, line, {}) for name, line in elsewhere]
    account = posting.recount(account) if elsewhere else account
    if account.withdrawn:
        why = restating(min(posting.read_files))
        back, replacing = count_again(ledger, posting.read_files, posting.again, why)
        told += [Remark("row_told_again", name, line, {}) for name, line in replacing]
        account = (posting.recount(account) if replacing else account).counting(len(back))
    return account, told, back


def kept_out(ledger: Ledger, posting: Append) -> list[Remark]:
    """A remark on each row that the ledger had and that a later reading of the same record keeps out of the totals."""
    found = later_readings(ledger, posting.again, posting.months, posting.brought[0])
    return [Remark("row_read_since", row.file, row.line, {"by": row.by, "sha": row.by_sha[:12]}) for row in found]


class _File:
    """One file of an import, and its results so far."""

    def __init__(
        self,
        path: str | Path,
        declared: Declared,
        waiting: Waiting,
        ledger: Ledger,
        faults: Faults,
    ) -> None:
        self._declared, self._waiting, self._ledger, self._faults = declared, waiting, ledger, faults
        self._small = True
        self._sought: SoughtLines | None = None  # of a large file, where rows of its name wait for a sound one
        self._rows: dict[int, str] = {}  # accepted, by line, of a small one, where some rows wait, or have a version
        self._ids: list[str] = []  # of them all, where it has a version: seats have a row a month on one line
        self._told: dict[int, Mapping[str, Any]] = {}  # the fields of those that are no line of text
        self._has_version = self._may_differ = False
        self.seats_refused: list[int] = []  # lines of a table of seats that has an earlier version
        self.moments: list[pa.Table] = []  # of its rows, where some may be there that were read with another time zone
        self._path, self._unused_sidecar = path, UnusedSidecar(path)
        self.name, self.sha = escaped(Path(path).name), ""
        self._still: set[str] = set()  # ids of its refused rows, where some rows wait for a sound one
        self.read = self.refused = 0
        self.remarks: list[Remark] = []
        self.completed: list[Refused] = []
        self.unused: dict[str, None] = {}
        self.error: SobriaError | None = None

    def bring(self, posting: Append, context: ReadingContext, progress: Callable[[int], None]) -> None:
        """Read the file into the append; `progress` is called with the bytes read of a large one."""
        try:
            context = replace(context, scratch=self._ledger.home / "builds")
            opened = open_results(self._path, context, progress)
            self.name, self.sha = opened.trace.name, opened.trace.sha
            self._small = isinstance(opened.trace, Trace)
            self._has_version = self._small and posting.has_version(opened.trace)
            self._may_differ = bool(context.option_timezone) or posting.has_file(opened.trace)
            held = self._waiting.of(self.name)
            self._sought = SoughtLines(held, self.name) if held and not self._small else None
            posting.take(opened.trace, self._counted(opened.results, posting))
            self.remarks += self._unused_sidecar.remarks(opened.reader.name)
            if not self.read:
                raise SobriaError("no_rows", file=self.name)
            if self._waiting if self._small else held:
                whole = completed(held, opened.trace, self._still)
                anew = self._corrected(held, opened.trace, context)
                self.completed = whole + anew
                self.remarks += [Remark("line_completed", self.name, row.line, {}) for row in whole]
                self.remarks += [Remark("line_corrected", r.file_name, r.line, {"by": self.name}) for r in anew]
        except SobriaError as error:
            self.error = error

    @property
    def read_anew(self) -> Collection[str]:
        """Ids of its rows, where an earlier version of it may have stated some otherwise; none of a large file."""
        return self._ids

    def standing(self, ledger: Ledger) -> list[Remark]:
        """A remark on each refused line of seats of which those that an earlier version said still count."""
        found = standing_seats(ledger, self.name, self.sha, self._ids, self.seats_refused)
        return [Remark("seats_stand", self.name, line, {"months": months}) for line, months in found]

    def _corrected(self, held: Sequence[Refused], trace: Trace | LargeTrace, context: ReadingContext) -> list[Refused]:
        """Those of its earlier versions and, where it is small, of other files that its new rows correct; its rows that
        the ledger has are only looked up where one may."""
        if isinstance(trace, LargeTrace):
            return self._sought.corrected(trace, context, self._still) if self._sought else []
        lines = stated(trace.data, self._told, self._rows)
        others = self._waiting.near(lines, self.name)
        if not held and not corrected(others, lines, self._still):
            return []
        known = self._ledger.stated(self.name, "activities")
        new = {line: cells for line, cells in lines.items() if not known.holds_one(self._rows[line])}
        return corrected([*held, *others], new, self._still, self.name, shared=len(new) < len(lines))

    def _counted(self, results: Iterable[ReadResult], posting: Append) -> Iterator[ReadResult]:
        for result in results:
            told = self._count(result)
            if self._sought:
                self._sought.look_at(result, posting.stated)
            yield result
            self.remarks += of_new(told, posting.added[0])

    def _count(self, result: ReadResult) -> list[Remark]:
        self.read += result.read
        self.refused += len(result.refused)
        add_faults(self._faults, result.refused)
        if self._waiting:
            self._still |= {row.row_id for row in result.refused}
        if self._small and (self._waiting or self._has_version):
            self._rows |= {row.line: row.row_id for row in result.rows}
            self._told |= result.told
        if self._has_version:
            self._ids += [row.row_id for row in result.rows]
            self.seats_refused += [row.line for row in result.refused if row.reader == SEATS]
        if self._may_differ:
            told = [{name: getattr(row, name) for name in MOMENT.names} for row in result.rows]
            self.moments.append(pa.Table.from_pylist(told, MOMENT))
            self.moments += [result.table.select(MOMENT.names).cast(MOMENT)] if result.table is not None else []
        self._unused_sidecar.look_at(result)
        self.unused |= dict.fromkeys(result.unused)
        return [*remarks(result.rows, self._declared)]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage collection off: rows have no reference cycles, and looking for some takes a third of the import time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _of_the_system() -> Iterator[None]:
    """Arrow on the allocator of the system: what one of both gives back is for the other too."""
    usual = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(usual)
