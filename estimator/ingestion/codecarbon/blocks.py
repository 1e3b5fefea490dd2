"""Large codecarbon files, parsed by block and by column; irregular rows are parsed one at a time."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from estimator.ingestion.codecarbon.cells import ONCE, CellValues, has_few, said_by, whole
from estimator.ingestion.codecarbon.columns import OF_A_ROW, Columns, is_header, understand
from estimator.ingestion.codecarbon.rows import RowReading
from estimator.ingestion.codecarbon.table import Cut, table_of
from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.timestamps import Walls
from estimator.ledger.read_result import ReadResult

BLOCK_BYTES = 5 << 20
_PIECE_BYTES = 1 << 20  # of a block, split and converted at once: what is made of it stays near the processor
_BY_ROW_BYTES = 64 << 10  # up to this number of lines, those that cannot be split into columns are parsed row by row
_FEW_HEADERS = 4
_TRIES = 100
_QUOTE_IN_CELL = re.compile(rb'(?<![,\n"])"(?![,\r\n"])')


class Block(NamedTuple):
    """A block of lines, the header that they were split for, their cells and values; none when they cannot be split."""

    lines: bytes
    columns: Columns | None
    cells: pa.Table | None
    said: CellValues | None


class BlockReading:
    """One pass over one large file, header excluded."""

    def __init__(self, rows: RowReading, first_line: int) -> None:
        self._rows = rows
        self._line = first_line
        self._walls: dict[ZoneInfo, Walls] = {}
        self._few: tuple[Columns | None, frozenset[int]] = None, frozenset()  # with few texts in the last block

    def cut(self, lines: bytes) -> Block:
        """The next lines, split by the columns known so far; may run ahead in another thread."""
        if b"\r" in lines:
            lines = lines.replace(b"\r\r\n", b"\n")
        columns = self._rows.columns
        few = self._few[1] if self._few[0] is columns else frozenset()
        cells = _cells(lines, columns, few) if lines else None
        if cells is None:
            return Block(lines, columns, None, None)
        few = frozenset(place for place, cell in enumerate(cells.columns) if has_few(whole(cell)))
        self._few = columns, few
        said = said_by(columns, cells, few, self._rows.identities)
        return Block(lines, columns, cells, said)

    def take(self, block: Block) -> Iterator[ReadResult]:
        """Rows of a block; refused rows whose text cannot be redacted yet come with the rest of the file."""
        waiting = [block] if block.lines else []
        while waiting:
            part = waiting.pop()
            if part.columns is not self._rows.columns:
                part = self.cut(part.lines)
            if part.cells is not None and part.said is not None:
                yield from self._in_columns(part.lines, part.cells, part.said, waiting)
            elif halves := _halves(part.lines):
                waiting += map(self.cut, reversed(halves))
            else:
                yield self._by_row(part.lines)

    def _in_columns(
        self, lines: bytes, cells: pa.Table, said: CellValues, waiting: list[Block]
    ) -> Iterator[ReadResult]:
        """A table of the regular rows, the others row by row; lines after another header wait to be split again."""
        headers = self._headers(lines, said.odd)
        if len(headers) > _FEW_HEADERS and (halves := _halves(lines)):
            waiting += map(self.cut, reversed(halves))
            return
        if headers:
            rest = lines.split(b"\n", headers[0] + 1)[-1]
            waiting += [Block(rest, None, None, None)] if rest else []
            cells, said = cells[: headers[0] + 1], CellValues._make(part[: headers[0] + 1] for part in said)
        made, odd = table_of(self._rows, Cut(cells, said, self._line), self._walls)
        for place in self._rows.columns.private:
            regular = cells[place].filter(pa.array(~odd)) if odd.any() else cells[place]
            self._rows.private_values.update(pc.unique(regular).to_pylist())
        for place, row in self._texts(lines, odd):
            self._rows.take(self._line + place, row)
        self._line += len(cells)
        yield self._rows.so_far(made)

    def _headers(self, lines: bytes, odd: np.ndarray) -> list[int]:
        """Indices of rows that are a header with other columns."""
        columns = self._rows.columns
        return [p for p, row in self._texts(lines, odd) if is_header(row) and understand(row) is not columns]

    def _texts(self, lines: bytes, odd: np.ndarray) -> Iterator[tuple[int, list[str]]]:
        """(index, cells as written) of these rows, each of which is a line, without the blank ones."""
        if places := np.flatnonzero(odd).tolist():
            texts = lines.split(b"\n")
            cells = _parsed(
                b"".join(texts[place] + b"\n" for place in places), self._rows.columns.width, {}, [], len(lines)
            )
            rows = map(list, zip(*(column.to_pylist() for column in cells.columns), strict=True))
            yield from ((place, row) for place, row in zip(places, rows, strict=True) if any(map(str.strip, row)))

    def _by_row(self, lines: bytes) -> ReadResult:
        for line, cells in delimited_text.records(self._rows.trace.name, lines.decode(), ",", self._line):
            self._rows.take(line, cells)
        self._line += lines.count(b"\n") + _lone_returns(lines)
        return self._rows.so_far()


def _cells(lines: bytes, columns: Columns, few: frozenset[int]) -> pa.Table | None:
    """The cells of these lines: the columns OF_A_ROW as numbers, null where empty, unless a cell is none; the others as
    texts, held once each in the columns `few`. None when the counts of lines and rows differ."""
    quoted = b'"' in lines
    if _lone_returns(lines) or (quoted and _QUOTE_IN_CELL.search(lines)):
        return None
    texts = dict.fromkeys(few, ONCE)
    numbers = {columns.at[name]: pa.float64() for name in OF_A_ROW if name in columns.at}
    short: list[csv.InvalidRow] = []
    for types, at_once in ((texts | numbers, _PIECE_BYTES), (texts | numbers, len(lines)), (texts, len(lines))):
        try:
            cells = _parsed(lines, columns.width, types, short, at_once)
            break
        except pa.ArrowInvalid:
            continue
    else:
        return None
    spans = False  # whether a cell holds a line end
    if quoted:
        ends = int(np.count_nonzero(np.frombuffer(lines, np.uint8) == ord("\n")))  # much faster than bytes.count
        spans = len(cells) != ends + (not lines.endswith(b"\n"))
    return None if short or spans else cells.unify_dictionaries().combine_chunks()


def _parsed(
    lines: bytes, width: int, types: Mapping[int, pa.DataType], short: list[csv.InvalidRow], at_once: int
) -> pa.Table:
    """The cells of these lines, of those types, by column, else texts; without the lines that have another count of
    them, which are added to `short`. at_once: bytes split together. ArrowInvalid, where a line is longer too."""

    def skipped(row: csv.InvalidRow) -> str:
        short.append(row)
        return "skip"

    names = [f"cell_{place}" for place in range(width)]
    return csv.read_csv(
        pa.py_buffer(lines),
        csv.ReadOptions(column_names=names, use_threads=False, block_size=at_once + 1),
        csv.ParseOptions(ignore_empty_lines=False, newlines_in_values=True, invalid_row_handler=skipped),
        csv.ConvertOptions(
            column_types={name: types.get(place, pa.string()) for place, name in enumerate(names)},
            null_values=[""],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def _lone_returns(lines: bytes) -> int:
    """Count of lines that end with a lone carriage return."""
    return lines.count(b"\r") - lines.count(b"\r\n") if b"\r" in lines else 0


def _halves(lines: bytes) -> list[bytes]:
    """The lines in two parts, never split within quotes; nothing when they are few or cannot be split."""
    if len(lines) <= _BY_ROW_BYTES:
        return []
    middle, quotes = len(lines) // 2, lines.count(b'"', 0, len(lines) // 2)
    for _ in range(_TRIES):
        end = lines.find(b"\n", middle) + 1
        quotes += lines.count(b'"', middle, end)
        if not 0 < end < len(lines):
            return []
        if quotes % 2 == 0:
            return [lines[:end], lines[end:]]
        middle = end
    return []
