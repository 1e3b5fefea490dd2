"""Lines of a large file that may correct rows in quarantine under its name: few, whatever the size of the file."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from estimator.core.digest_set import of_column
from estimator.ingestion.corrections import Correctable, cells_of, correctable, corrected, said_by
from estimator.ingestion.reader import LARGE_BYTES, LargeTrace, ReadingContext
from estimator.ingestion.readers import stream_trace
from estimator.ledger.append import Stated
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Refused

_MOST_TEXTS = 64  # sought one after the other in each block
_ESCAPED = b"\\u00"  # a plain character that may be written otherwise


class SoughtLines:
    """Of a file that is read by blocks, its new lines that say what these rows in quarantine lack. Which lines are new
    is noted while it is read, a byte a line; what they say is read again only where a row is refused no more."""

    def __init__(self, held: Sequence[Refused], name: str) -> None:
        self._held, self._name = correctable(held), name
        self._asked = Correctable(self._held, name)
        self._at = {row.line for row in self._held}
        self._new = bytearray()  # by line, whether it is new and what it says is not known yet
        self._shared = False  # whether it repeats a row of an earlier version of itself
        self._lines: dict[int, set[str]] = {}

    def look_at(self, result: ReadResult, stated: Stated) -> None:
        """Note the new rows of this result. stated: ids of the rows that stand under the name of this file."""
        if not self._held:
            return
        if result.rows:
            ids = pa.chunked_array([pa.array([row.row_id for row in result.rows], pa.string())])
            new = ~stated("activities").holds(of_column(ids))
            lines = np.array([row.line for row in result.rows], np.int64)
            told = np.array([row.line in result.told for row in result.rows])
            self._note(lines, new, ~told)
            for line in lines[new & told].tolist():
                self._look(line, said_by(result.told[line]))
        if result.table is not None and len(result.table):
            new = ~stated("activities").holds(of_column(result.table["row_id"]))
            self._note(result.table["line"].to_numpy(), new, new)

    def corrected(self, trace: LargeTrace, context: ReadingContext, still: Collection[str]) -> list[Refused]:
        """Those of the rows that the new lines of this file state soundly. still: ids of the rows that it refuses."""
        if not (left := correctable(self._held, still)):
            return []
        if any(self._new):
            self._asked = Correctable(left, self._name)
            self._tell(trace, context) if trace.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in b"{[" else self._read(trace)
        return corrected(left, dict(sorted(self._lines.items())), still, self._name, self._shared)

    def _note(self, lines: np.ndarray, new: np.ndarray, unsaid: np.ndarray) -> None:
        self._shared = self._shared or not new.all()
        self._new.extend(bytes(max(0, int(lines.max()) + 1 - len(self._new))))
        np.frombuffer(self._new, np.uint8)[lines] = new & unsaid

    def _look(self, line: int, cells: set[str]) -> None:
        if line in self._at or self._asked.stated_by(line, cells):
            self._lines[line] = cells

    def _read(self, trace: LargeTrace) -> None:
        """What the new lines of a table or of a text say: their cells."""
        above = 0
        for block in trace.blocks(LARGE_BYTES):
            texts = block.decode("utf-8", "replace").splitlines()
            for place in np.flatnonzero(np.frombuffer(self._new, np.uint8)[above + 1 :][: len(texts)]).tolist():
                self._look(above + 1 + place, cells_of(texts[place]))
            above += len(texts)

    def _tell(self, trace: LargeTrace, context: ReadingContext) -> None:
        """What the new lines of JSON say, as its reader tells."""
        some = _SomeLines(trace, np.frombuffer(self._new, np.uint8) > 0, self._asked.call_ids(), self._at)
        for result in stream_trace(some, replace(context, line_by_line=True), lambda read: None):
            for line, told in result.told.items():
                self._look(line, said_by(told))


class _SomeLines(LargeTrace):
    """A large file of which all other lines are empty: those of a mask, which hold one of these texts where there are
    some, or are at these numbers."""

    def __init__(self, whole: LargeTrace, mask: np.ndarray, texts: Collection[bytes], at: Collection[int]) -> None:
        self.__dict__.update(whole.__dict__)
        self._mask, self._at = mask, at
        self._texts = (*texts, _ESCAPED) if 0 < len(texts) <= _MOST_TEXTS else (b"",)

    def blocks(self, size: int) -> Iterator[bytes]:
        above = 0
        for block in super().blocks(size):
            ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
            starts = [0, *ends.tolist()]
            kept = np.flatnonzero(self._mask[above + 1 :][: len(starts)]).tolist()
            some = any(text in block for text in self._texts)
            lines = [b""] * len(starts)
            for place in kept if some else [place for place in kept if above + 1 + place in self._at]:
                line = block[starts[place] : starts[place + 1] - 1] if place < len(ends) else block[starts[place] :]
                if above + 1 + place in self._at or any(text in line for text in self._texts):
                    lines[place] = line
            yield b"\n".join(lines)
            above += len(ends)
