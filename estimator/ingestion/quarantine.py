"""Quarantined rows: those still waiting, and their retry after a fix of a reader."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.duckdb_engine import arrow, connect
from estimator.core.errors import SobriaError
from estimator.core.fields import Author, has_contact
from estimator.core.home import TRACES
from estimator.ingestion.cells_of_rows import CellsOfRows
from estimator.ingestion.http.sender_rows import body, own, sender_in
from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.json_text import UNREAD
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.reader import LargeTrace, ReadingContext, open_trace
from estimator.ingestion.readers import Trace, find_files, read_trace
from estimator.ingestion.said_moments import (
    DAY,
    FEW_CELLS,
    OF_PERIOD,
    OF_YEAR,
    but_for_days,
    but_for_years,
    same_moments,
)
from estimator.ledger.append import Append
from estimator.ledger.arrow_schemas import REFUSED_SCHEMA
from estimator.ledger.files import Ledger, as_models
from estimator.ledger.rows import Activity, Refused
from estimator.ledger.withdrawals import settle
from estimator.ledger.withdrawn_rows import still_quarantined as waiting_sql

LONGEST_WHY = 4000
_CELL = re.compile("[,;\t]")
OF_A_NAME = frozenset({"declared_empty", "long_name", "hidden_character", "contact_name"})  # its file alone mends it
_AT_ONCE = 1_000  # rows that are models together
_NAME = re.compile(r"[^\W\d_]{2}|^[0-9a-f]{8}-")  # a text, or a UUID: neither a number nor a moment
_OF_A_RUN = ("run_id", "timestamp", "project_name", "task_name")
_OF_A_CALL = frozenset({"spanId", "id", "request_id"})
_OF_A_REQUEST = _OF_A_CALL | {"custom_id", "litellm_call_id", "trace_id", "span_id"}  # each row of another is another
_MOMENT_OF_A_CALL = ("traceId", "created", "timestamp")  # some servers give one id to several calls
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
        asked = np.array(sorted({hash(cell) for said in lines.values() for cell in said}), np.int64)
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
        said, *whole = CellsOfRows(), CellsOfRows(), CellsOfRows()
        for start in range(0, len(self), _AT_ONCE):
            for at, row in enumerate(as_models("quarantine", self._table[start : start + _AT_ONCE]), start):
                said.add(at, told := _said(row))
                for some, one_of in zip(whole, (_mark(row), _undated(row, told)), strict=True):
                    some.add(at, one_of)
        counted = np.unique(said.arrays()[0], return_counts=True)
        kept = [said.rarest(counted, 2), *(some.rarest(counted, 1) for some in whole)]
        cells, rows = map(np.concatenate, zip(*kept, strict=True))
        order = np.argsort(cells, kind="stable")
        return cells[order], rows[order]


def completed(cut: Sequence[Refused], trace: Trace | LargeTrace, still: Collection[str]) -> list[Refused]:
    """Those that this later version of their file or body, which begins with all that it held, no longer refuses.
    still: ids of the rows that it refuses."""
    data = trace.data
    sizes = [(row, int(row.facts.get("bytes", "0"))) for row in cut if row.row_id not in still]
    return [row for row, size in sizes if 0 < size < len(data) and _beginning(trace, data[:size]).sha == row.file_sha]


def _beginning(trace: Trace | LargeTrace, data: bytes) -> Trace:
    return replace(trace, data=data) if isinstance(trace, Trace) else Trace(trace.name, data, None)


def stated(data: bytes, told: Mapping[int, Mapping[str, Any]], lines: Collection[int]) -> dict[int, set[str]]:
    """What each of these lines of a file says: its cells or, where its reader told them, its fields."""
    text = data.decode("utf-8", "replace").splitlines()
    found = {line: _cells(text[line - 1]) if line <= len(text) else set[str]() for line in lines}
    for line in told.keys() & lines:
        found[line] = {str(value) for value in told[line].values()} | _named(told[line])
    return found


def corrected(
    waiting: Sequence[Refused],
    lines: Mapping[int, set[str]],
    still: Collection[str],
    name: str = "",
    shared: bool = False,
) -> list[Refused]:
    """Those that a later file states soundly: it no longer refuses them, and one of these lines, which are new, says
    all but one of what a whole row of theirs says, or all but the years where the period was the fault, or all but its
    days where it ended before it began, or names their run and its moment, or their call; never those of another call
    or moment, nor several that nothing names for one line. still: ids of the rows that it refuses; name: of the file,
    whose new row at the line of a run of that name is enough where it says all but one of what is in the clear of it;
    shared: whether it repeats a row of an earlier version of itself: a new row at their line is then enough."""
    new = [row for row in waiting if row.code not in UNREAD and row.row_id not in still]
    stored = [_said(row) for row in new]
    counts, marks = Counter(cell for cells in stored for cell in cells), [_mark(row) for row in new]
    rare: dict[str, list[int]] = defaultdict(list)  # one of the two rarest cells is there where one alone was changed
    for at, cells in enumerate(stored):
        one_of = (sorted(some, key=lambda cell: counts[cell])[:1] for some in (marks[at], _undated(new[at], cells)))
        for cell in {*sorted(cells, key=lambda cell: (counts[cell], cell))[:2], *chain.from_iterable(one_of)}:
            rare[cell].append(at)
    there = [(at, row) for at, row in enumerate(new) if row.file_name == name and row.line in lines]
    found = {at for at, row in there if shared or _in_the_clear(row, lines[row.line])}
    for line, cells in lines.items():
        first = ""  # a line states one row: of several that are alike, one
        for at in sorted({at for cell in cells & rare.keys() for at in rare[cell]} - found):
            near = _near(new[at], stored[at], cells, name, line)
            named = bool(marks[at]) and marks[at] <= cells
            first = first or new[at].row_id if near and not named else first
            found |= {at} if named or near and new[at].row_id == first else set()
    return [new[at] for at in sorted(found)]


def _near(row: Refused, stored: set[str], cells: set[str], name: str, line: int) -> bool:
    """Whether the cells of this line of the file of this name say all but one of what the row says, and elsewhere than
    at its line of its file its legible moments, or all but its dates where they were the fault."""
    own = row.file_name == name
    same = len(stored) > FEW_CELLS and len(stored - cells) <= 1 and (call := _call(row)) <= cells
    same = same and (own and row.line == line or same_moments(row, stored, cells, undated=own or bool(call)))
    return same or but_for_years(row, stored, cells, own) or but_for_days(row, stored, cells)


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


def _cells(line: str) -> set[str]:
    """Its cells that say something."""
    return {cell for text in _CELL.split(line) if (cell := text.strip(' "'))}


def _named(fields: Mapping[str, Any]) -> set[str]:
    """Fields that say something, each with its name: two counts of a call may be equal."""
    return {f"{name}={value}" for name, value in fields.items() if value != ""}


def _fields(row: Refused) -> dict[str, str]:
    """The fields of a record; none of a row of a table, nor of text."""
    told = json_text.parsed(row.text) if not row.header else None
    return told if isinstance(told, dict) else {}


def _said(row: Refused) -> set[str]:
    """What a row says; nothing of a scrap, which has not the cells of its header, one more or one less: it is in lines
    of anybody."""
    if fields := _fields(row):
        return _named(fields)
    whole = not row.header or abs(len(_CELL.split(row.header)) - len(_CELL.split(row.text))) <= 1
    return _cells(row.text) if whole else set()


def _in_the_clear(row: Refused, cells: set[str]) -> bool:
    """Whether all but one of what is in the clear of a run are among these cells; never where its texts are hidden, its
    name with them."""
    shown = _cells(row.text) - {HIDDEN} if "run_id" in _CELL.split(row.header) else set[str]()
    return len(shown) > FEW_CELLS and len(shown - cells) <= 1 and any(_NAME.search(cell) for cell in shown & cells)


def _undated(row: Refused, cells: set[str]) -> set[str]:
    """The cells that whoever states soundly a row whose dates were wrong says as it does."""
    return {cell for cell in cells if not OF_YEAR.match(cell)} if row.code in OF_PERIOD else set()


def _call(row: Refused) -> set[str]:
    """What names the call of a row: one of another name is another call, whose counts may well be the same."""
    return {cell for cell in _said(row) if cell.partition("=")[0] in _OF_A_REQUEST} - {
        f"{n}={HIDDEN}" for n in _OF_A_REQUEST
    }


def _mark(row: Refused) -> set[str]:
    """What names a run and its moment, or a call; none where its header has no such columns, or not above its cells."""
    if HIDDEN not in (fields := _fields(row)).values() and not _OF_A_CALL.isdisjoint(fields):
        return _named({name: fields[name] for name in (*_OF_A_CALL, *_MOMENT_OF_A_CALL) if name in fields})
    header, cells = _CELL.split(row.header), _CELL.split(row.text)
    told = {name: cell.strip(' "') for name, cell in zip(header, cells, strict=False)}
    whole = len(header) == len(cells) and told.get("run_id") and DAY.match(told.get("timestamp", ""))
    return {told[name] for name in _OF_A_RUN if told.get(name)} if whole else set()


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
