"""Quarantined rows: those still waiting, and their retry after a fix of a reader."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from textwrap import shorten

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.duckdb_engine import arrow, connect
from estimator.core.errors import SobriaError
from estimator.core.fields import Author, has_contact
from estimator.core.home import TRACES
from estimator.ingestion.cells_of_rows import CellsOfRows
from estimator.ingestion.corrections import corrected, mark, said, undated
from estimator.ingestion.http.sender_rows import body, own, sender_in
from estimator.ingestion.reader import LargeTrace, ReadingContext, open_trace
from estimator.ingestion.readers import Trace, find_files, read_trace
from estimator.ledger.append import Append
from estimator.ledger.arrow_schemas import REFUSED_SCHEMA
from estimator.ledger.files import Ledger, as_models
from estimator.ledger.rows import Activity, Refused
from estimator.ledger.withdrawals import settle
from estimator.ledger.withdrawn_rows import still_quarantined as waiting_sql

LONGEST_WHY = 4000
OF_A_NAME = frozenset({"declared_empty", "long_name", "hidden_character", "contact_name"})  # its file alone mends it
_AT_ONCE = 1_000  # rows that are models together
Files = dict[tuple[str, str], list[Refused]]


@dataclass(frozen=True)
class Retried:
    """Outcome of the retry: accepted, superseded, refused again, or to be read from the original file. supersedes,
    again: as in `Account`.

    The stored text of a redacted row does not prove its identity: its file is needed.
    """

    waiting: int
    accepted: int
    superseded: int
    refused: int
    file_needed: int
    files: tuple[str, ...] = ()
    supersedes: int = 0
    again: int = 0

    def as_dict(self) -> dict[str, int | tuple[str, ...]]:
        """{"waiting", "accepted", "superseded", "refused", "file_needed", "files", "supersedes", "again"}; files: names
        of those needed."""
        return asdict(self)


def still_quarantined(ledger: Ledger) -> list[Refused]:
    """Quarantined rows, each once, neither withdrawn nor parsed since."""
    return list({row.row_id: row for row in reversed(_waiting(ledger))}.values())[::-1]


def _waiting(ledger: Ledger) -> list[Refused]:
    """The same, a row of several files as often as they state it."""
    return as_models("quarantine", _waiting_table(ledger))


def _waiting_table(ledger: Ledger) -> pa.Table:
    with ledger.still() as held, connect() as connection:
        connection.execute(f"CREATE VIEW row_status AS {held.rows_sql('activities')}")
        table = arrow(connection, waiting_sql(held.rows_sql("quarantine")), REFUSED_SCHEMA)
    return table.sort_by([(name, "ascending") for name in ("file_name", "file_sha", "line")])


class Waiting:
    """Quarantined rows, which a later file may complete or correct: a table of them, whose few rows that a file is
    about are models once asked for."""

    def __init__(self, ledger: Ledger) -> None:
        there = ledger.files("quarantine")[1:]  # the first of them holds none
        self._table = _waiting_table(ledger) if there else REFUSED_SCHEMA.empty_table()
        counts = pc.value_counts(self._table["file_name"]).to_pylist()
        ends = accumulate(found["counts"] for found in counts)
        self._spans = {found["values"]: (end - found["counts"], end) for found, end in zip(counts, ends, strict=True)}

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, name: str) -> bool:
        return name in self._spans

    def of(self, name: str) -> list[Refused]:
        """Those of the files of this name."""
        start, end = self._spans.get(name, (0, 0))
        return as_models("quarantine", self._table[start:end]) if end else []

    def near(self, lines: Mapping[int, set[str]], name: str) -> list[Refused]:
        """Those of other names that one of these lines may correct: all those that `corrected` would find among them,
        and some more."""
        cells, rows = self._by_cell
        asked = np.array(sorted({hash(cell) for cells_of in lines.values() for cell in cells_of}), np.int64)
        spans = zip(np.searchsorted(cells, asked), np.searchsorted(cells, asked, "right"), strict=True)
        start, end = self._spans.get(name, (0, 0))
        found = {at for first, last in spans for at in rows[first:last].tolist() if not start <= at < end}
        return [
            row
            for row in as_models("quarantine", self._table.take(pa.array(sorted(found), pa.int64())))
            if row.code not in OF_A_NAME
        ]

    @cached_property
    def _by_cell(self) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of cells, sorted, and for each the place of a row that `corrected` would find by it: of its cells the
        two that are in the fewest rows, and one of those that name it, or that it says whatever its dates."""
        each, *whole = CellsOfRows(), CellsOfRows(), CellsOfRows()
        for start in range(0, len(self), _AT_ONCE):
            for at, row in enumerate(as_models("quarantine", self._table[start : start + _AT_ONCE]), start):
                each.add(at, told := said(row))
                for some, one_of in zip(whole, (mark(row), undated(row, told)), strict=True):
                    some.add(at, one_of)
        counted = np.unique(each.arrays()[0], return_counts=True)
        kept = [each.rarest(counted, 2), *(some.rarest(counted, 1) for some in whole)]
        cells, rows = map(np.concatenate, zip(*kept, strict=True))
        order = np.argsort(cells, kind="stable")
        return cells[order], rows[order]


def completed(cut: Sequence[Refused], trace: Trace | LargeTrace, still: Collection[str]) -> list[Refused]:
    """Those that this later version of their file or body, which begins with all that it held, no longer refuses.
    still: ids of the rows that it refuses."""
    sizes = [(row, int(row.facts.get("bytes", "0"))) for row in cut if row.row_id not in still]
    shas = trace.sha_of_first({size for _, size in sizes if 0 < size < trace.size})
    return [row for row, size in sizes if shas.get(size) == row.file_sha]


def lift(ledger: Ledger, rows: Iterable[Refused]) -> int:
    """Withdraw these quarantined rows, which stand whole elsewhere, in the journal under their lines; how many."""
    if whole := list({(row.row_id, row.file_sha): row for row in rows}.values()):
        lines = ", ".join(f"{_in_journal(row)}:{row.line}" for row in whole)
        settle(ledger, "completed", whole, Author(who="SobrIA", why=shorten(lines, LONGEST_WHY, placeholder=" …")))
    return len(whole)


def _in_journal(row: Refused) -> str:
    """The file of a row as the journal may name it: no telephone, as which a mark of a sender may read."""
    return f"sha256_{row.file_sha}" if has_contact(row.file_name) else row.file_name


def lift_sent(ledger: Ledger, trace: Trace, lines: Mapping[int, set[str]], refused: Iterable[Refused]) -> int:
    """Withdraw the quarantined rows of a sender that these new lines of its later body state soundly, or that it states
    whole where a body was cut; how many."""
    sent = ledger.copies("quarantine", ledger.files("quarantine"), pc.field("file_name") == trace.name)
    still = {row.row_id for row in refused}
    whole = [*corrected(sent, lines, still), *completed(sent, trace, still)]
    if not (found := {row.row_id for row in whole}):
        return 0
    return lift(ledger, (row for row in _waiting(ledger) if row.file_name == trace.name and row.row_id in found))


def retry(ledger: Ledger, context: ReadingContext, paths: Iterable[str | Path] = ()) -> Retried:
    """Parse quarantined rows again: from their file in these paths or in the home's traces, else from stored text."""
    waiting = _waiting(ledger)
    names = {row.file_name for row in waiting}
    tracked = [path for path in find_files([ledger.home / TRACES]).traces if Path(path).name in names]
    shas = {row.file_sha: (row.file_name, row.file_sha) for row in waiting}
    originals = _originals(shas, [*tracked, *find_files(paths).traces] if waiting else [])
    files: Files = defaultdict(list)
    there = sorted(waiting, key=lambda row: (row.file_name, row.file_sha) in originals)  # the last of a row counts
    for row in {row.row_id: row for row in there}.values():
        files[row.file_name, row.file_sha].append(row)
    needed: dict[str, int] = {}
    refused = 0
    with ledger.importing():
        posting = Append(ledger)
        for file, rows in files.items():
            if file in originals:
                found, unsure = _from_file(originals[file], rows, context), 0
            else:
                found, unsure = _rows_from_kept_text(file, rows, context)
            if unsure:
                needed[file[0]] = needed.get(file[0], 0) + unsure
            refused += len(rows) - len(found) - unsure
            if found:
                posting.move(file, found)
        account = posting.account()
    total = sum(map(len, files.values()))
    left = sum(needed.values()), tuple(sorted(needed)), account.supersedes, account.again
    return Retried(total, account.accepted, account.superseded, refused, *left)


def _originals(shas: Mapping[str, tuple[str, str]], paths: Sequence[str | Path]) -> dict[tuple[str, str], Trace]:
    """The original traces of these files, by name and hash. unreadable_file."""
    senders = {sender for name, _ in shas.values() if (sender := sender_in(name))}
    found = {}
    for path in paths:
        trace = open_trace(path)
        for candidate in (trace, *(body(sender, trace.data) for sender in senders)):
            if candidate.sha in shas:
                found[shas[candidate.sha]] = candidate
    return found


def _from_file(trace: Trace, rows: Sequence[Refused], context: ReadingContext) -> list[Activity]:
    """The rows of a file that were refused, and are now accepted."""
    lines, sender = {row.line for row in rows}, sender_in(rows[0].file_name)
    try:
        read = read_trace(trace, context)
        rows_read = own(read, sender).rows if sender else read.rows
        return [row for row in rows_read if row.line in lines]
    except SobriaError:
        return []


def _rows_from_kept_text(
    file: tuple[str, str], rows: Sequence[Refused], context: ReadingContext
) -> tuple[list[Activity], int]:
    """Rows parsed from the stored text, and the count of those that need their file.

    A row is accepted only if its identity is unchanged: a new import of its file must not count it twice.
    """
    found: list[Activity] = []
    unsure, sender = 0, sender_in(file[0])
    for header in dict.fromkeys(row.header for row in rows):
        held = _rows_by_line(header, [row for row in rows if row.header == header])
        text = "\n".join([header, *(row.text for row in held.values())]) + "\n"
        try:
            read = read_trace(Trace(file[0], text.encode(), None), context)
        except SobriaError:
            continue
        for row in (own(read, sender) if sender else read).rows:
            old = held.get(row.line)
            if old is not None and old.row_id == row.row_id:
                found.append(row.model_copy(update={"file_sha": file[1], "line": old.line}))
            else:
                unsure += 1
    return found, unsure


def _rows_by_line(header: str, rows: Sequence[Refused]) -> dict[int, Refused]:
    """Each row by its first line number when they follow each other below their header."""
    line = 2 + header.count("\n")
    numbered = {}
    for row in rows:
        numbered[line] = row
        line += 1 + row.text.count("\n")
    return numbered
