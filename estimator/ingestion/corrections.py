"""What a later file must say to correct a row in quarantine, and whether lines of it do."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.json_text import UNREAD
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.said_moments import (
    DAY,
    FEW_CELLS,
    OF_PERIOD,
    OF_YEAR,
    but_for_days,
    but_for_years,
    same_moments,
)
from estimator.ledger.rows import Refused

_CELL = re.compile("[,;\t]")
_NAME = re.compile(r"[^\W\d_]{2}|^[0-9a-f]{8}-")  # a text, or a UUID: neither a number nor a moment
_OF_A_RUN = ("run_id", "timestamp", "project_name", "task_name")
_OF_A_CALL = frozenset({"spanId", "id", "request_id"})
_OF_A_REQUEST = _OF_A_CALL | {"custom_id", "litellm_call_id", "trace_id", "span_id"}  # each row of another is another
_PLAIN = re.compile("[A-Za-z0-9_-]+")
_FRACTION = re.compile("[-+0-9]*[.eE][-+.eE0-9]*")
_MOMENT_OF_A_CALL = ("traceId", "created", "timestamp")  # some servers give one id to several calls


def stated(data: bytes, told: Mapping[int, Mapping[str, Any]], lines: Collection[int]) -> dict[int, set[str]]:
    """What each of these lines of a file says: its cells or, where its reader told them, its fields."""
    text = data.decode("utf-8", "replace").splitlines()
    found = {line: cells_of(text[line - 1]) if line <= len(text) else set[str]() for line in lines}
    for line in told.keys() & lines:
        found[line] = said_by(told[line])
    return found


def said_by(told: Mapping[str, Any]) -> set[str]:
    """What a record says, as its reader told its fields."""
    return {str(value) for value in told.values()} | fields_of(told)


def correctable(waiting: Sequence[Refused], still: Collection[str] = ()) -> list[Refused]:
    """Those that a sound line may correct: something of them was read, and no later version of their file refuses them.
    still: ids of the rows that it refuses."""
    return [row for row in waiting if row.code not in UNREAD and row.row_id not in still]


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
    asked = Correctable(correctable(waiting, still), name)
    there = [(at, row) for at, row in enumerate(asked.rows) if row.file_name == name and row.line in lines]
    found = {at for at, row in there if shared or _in_the_clear(row, lines[row.line])}
    for line, cells in lines.items():
        found |= asked.stated_by(line, cells, found)
    return [asked.rows[at] for at in sorted(found)]


class Correctable:
    """Rows in quarantine that lines of a file of this name may state soundly."""

    def __init__(self, rows: Sequence[Refused], name: str) -> None:
        self.rows, self._name = rows, name
        self._said, self._marks = list(map(said, rows)), list(map(mark, rows))
        counts = Counter(cell for cells in self._said for cell in cells)
        self._rare = defaultdict[str, list[int]](list)  # of the two rarest one is there where one alone was changed
        for at, cells in enumerate(self._said):
            some = self._marks[at], undated(rows[at], cells)
            one_of = (sorted(others, key=lambda cell: counts[cell])[:1] for others in some)
            for cell in {*sorted(cells, key=lambda cell: (counts[cell], cell))[:2], *chain.from_iterable(one_of)}:
                self._rare[cell].append(at)

    def stated_by(self, line: int, cells: set[str], but: Collection[int] = ()) -> set[int]:
        """Places of those that a line of these cells states, but for these: a line states one row, of several that are
        alike, one."""
        found, first = set[int](), ""
        for at in sorted({at for cell in cells & self._rare.keys() for at in self._rare[cell]}.difference(but)):
            row, marks = self.rows[at], self._marks[at]
            near = _near(row, self._said[at], cells, self._name, line)
            named = bool(marks) and marks <= cells
            first = first or row.row_id if near and not named else first
            found |= {at} if named or near and row.row_id == first else set()
        return found

    def call_ids(self) -> frozenset[bytes]:
        """Texts of which a line that states one of them holds one: the longest plain part of the id of its call. None
        where a row has no such id, or one that may be written otherwise, as 1.50 is 1.5."""
        calls = [(call(row), marks) for row, marks in zip(self.rows, self._marks, strict=True)]
        ids = [max(cells & marks if marks else cells, default="") for cells, marks in calls]
        values = [cell.partition("=")[2] for cell in ids]
        texts = [max(_PLAIN.findall(value), key=len, default="") for value in values if not _FRACTION.fullmatch(value)]
        return frozenset(text.encode() for text in texts) if len(texts) == len(ids) and all(texts) else frozenset()


def _near(row: Refused, stored: set[str], cells: set[str], name: str, line: int) -> bool:
    """Whether the cells of this line of the file of this name say all but one of what the row says, and elsewhere than
    at its line of its file its legible moments, or all but its dates where they were the fault."""
    own = row.file_name == name
    same = len(stored) > FEW_CELLS and len(stored - cells) <= 1 and (calls := call(row)) <= cells
    same = same and (own and row.line == line or same_moments(row, stored, cells, undated=own or bool(calls)))
    return same or but_for_years(row, stored, cells, own) or but_for_days(row, stored, cells)


def cells_of(line: str) -> set[str]:
    """Its cells that say something."""
    return {cell for text in _CELL.split(line) if (cell := text.strip(' "'))}


def fields_of(fields: Mapping[str, Any]) -> set[str]:
    """Fields that say something, each with its name: two counts of a call may be equal."""
    return {f"{name}={value}" for name, value in fields.items() if value != ""}


def _fields(row: Refused) -> dict[str, str]:
    """The fields of a record; none of a row of a table, nor of text."""
    told = json_text.parsed(row.text) if not row.header else None
    return told if isinstance(told, dict) else {}


def said(row: Refused) -> set[str]:
    """What a row says; nothing of a scrap, which has not the cells of its header, one more or one less: it is in lines
    of anybody."""
    if fields := _fields(row):
        return fields_of(fields)
    whole = not row.header or abs(len(_CELL.split(row.header)) - len(_CELL.split(row.text))) <= 1
    return cells_of(row.text) if whole else set()


def _in_the_clear(row: Refused, cells: set[str]) -> bool:
    """Whether all but one of what is in the clear of a run are among these cells; never where its texts are hidden, its
    name with them."""
    shown = cells_of(row.text) - {HIDDEN} if "run_id" in _CELL.split(row.header) else set[str]()
    return len(shown) > FEW_CELLS and len(shown - cells) <= 1 and any(_NAME.search(cell) for cell in shown & cells)


def undated(row: Refused, cells: set[str]) -> set[str]:
    """The cells that whoever states soundly a row whose dates were wrong says as it does."""
    return {cell for cell in cells if not OF_YEAR.match(cell)} if row.code in OF_PERIOD else set()


def call(row: Refused) -> set[str]:
    """What names the call of a row: one of another name is another call, whose counts may well be the same."""
    return {cell for cell in said(row) if cell.partition("=")[0] in _OF_A_REQUEST} - {
        f"{n}={HIDDEN}" for n in _OF_A_REQUEST
    }


def mark(row: Refused) -> set[str]:
    """What names a run and its moment, or a call; none where its header has no such columns, or not above its cells."""
    if HIDDEN not in (fields := _fields(row)).values() and not _OF_A_CALL.isdisjoint(fields):
        return fields_of({name: fields[name] for name in (*_OF_A_CALL, *_MOMENT_OF_A_CALL) if name in fields})
    header, cells = _CELL.split(row.header), _CELL.split(row.text)
    told = {name: cell.strip(' "') for name, cell in zip(header, cells, strict=False)}
    whole = len(header) == len(cells) and told.get("run_id") and DAY.match(told.get("timestamp", ""))
    return {told[name] for name in _OF_A_RUN if told.get(name)} if whole else set()
