"""Rows of codecarbon output, one at a time: from any version, or as rewritten by a spreadsheet."""

import math
from functools import cached_property
from hashlib import blake2b
from operator import itemgetter
from struct import Struct
from typing import Any

import pyarrow as pa

from estimator.core.digest_set import SIZE
from estimator.ingestion.codecarbon.columns import KNOWN, OF_A_ROW, Columns, is_header, understand
from estimator.ingestion.codecarbon.energy import (
    COMPONENTS,
    FIGURE_COLUMNS,
    Judgement,
    Signs,
    energy_fields,
    judge,
    read_figures,
)
from estimator.ingestion.codecarbon.exports import judged
from estimator.ingestion.codecarbon.facts import RowFacts, facts_of
from estimator.ingestion.codecarbon.place import Coordinates
from estimator.ingestion.parsing import redaction, timestamps
from estimator.ingestion.parsing.delimited_text import number_or_nan
from estimator.ingestion.parsing.row_identity import Identities
from estimator.ingestion.parsing.row_parts import check_ended
from estimator.ingestion.parsing.sidecars import Sidecars
from estimator.ingestion.reader import LargeTrace, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Refused

NAME = "codecarbon"
VERSION = 3
_MISPLACED = ("wrong_width", "bad_timestamp")
_REMEMBERED = 10_000
pack = Struct(f"<{len(OF_A_ROW)}d").pack


class RowReading:
    """One pass over one file, with its caches from row to row."""

    def __init__(self, trace: Trace | LargeTrace, context: ReadingContext, columns: Columns, delimiter: str) -> None:
        self.trace, self.context, self.delimiter = trace, context, delimiter
        self.identities = Identities(delimiter, context.scratch)
        self.months = timestamps.Months()
        self.rows: list[Activity] = []
        self.exported: list[Activity] = []  # until the last row of each run is read
        self.unused: dict[str, None] = {}
        self.refused: list[Refused] = []
        self.pending: list[tuple[Columns, list[str], Refused]] = []
        self.private_values: set[str] = set()
        self.sidecars = Sidecars(trace)
        self._use(columns)

    def _use(self, columns: Columns) -> None:
        """Set the header of the following rows."""
        self.columns = columns
        self.unused |= dict.fromkeys(columns.unknown)
        self.facts: dict[tuple[Any, ...], tuple[RowFacts, str]] = {}
        self._judged: dict[tuple[int, Signs], tuple[RowFacts, Judgement]] = {}
        absent = columns.width  # the cell is empty in every row
        self.shared = itemgetter(absent, absent, *columns.places)
        self.numbers = [(n, name, columns.at[name]) for n, name in enumerate(OF_A_ROW) if name in columns.at]
        self.measures = itemgetter(*(columns.at.get(name, absent) for name in FIGURE_COLUMNS))
        self.expected = frozenset(name for name in COMPONENTS if f"{name}_energy" in columns.at)

    @cached_property
    def own_sidecars(self) -> frozenset[str]:
        """Ids of runs that may have their own sidecar."""
        return self.sidecars.own()

    def take(self, line: int, cells: list[str]) -> None:
        """One record: accepted, refused, or a repeated header."""
        columns = self.columns
        if len(cells) > columns.width and not any(map(str.strip, cells[columns.width :])):
            cells = cells[: columns.width]
        if columns.other_tool:
            how = "aligned" if len(cells) == columns.width else "shifted"
            self._refuse(line, cells, RowRefused("other_tool", tool=columns.other_tool), how)
            return
        try:
            (self.exported if columns.exported else self.rows).append(self._activity(line, cells))
        except RowRefused as refusal:
            if refusal.code in _MISPLACED and is_header(cells):
                self._header(line, cells)
            else:
                self._refuse(line, cells, refusal, "shifted" if refusal.code in _MISPLACED else "aligned")

    def so_far(self, table: pa.Table | None = None) -> ReadResult:
        """Rows since the last call, with this table of rows, without the refused rows that wait for redaction."""
        rows, refused, self.rows, self.refused = self.rows, self.refused, [], []
        read = len(rows) + len(refused) + (0 if table is None else len(table))
        return ReadResult(rows, refused, read, tuple(self.unused), table, distinct=True)

    def rest(self) -> ReadResult:
        """The remaining rows; refused rows are redacted with every private value found in the file."""
        self.rows += judged(self.exported)
        private = {value.strip() for value in self.private_values} - {""}
        for columns, cells, draft in self.pending:
            text = redaction.shifted_text(columns, cells, private)
            self.refused.append(draft.model_copy(update={"text": text}))
        self.refused.sort(key=lambda row: row.line)
        return self.so_far()

    def _header(self, line: int, cells: list[str]) -> None:
        columns = understand(cells)
        names = [name if name.strip().lower() in KNOWN else "" for name in cells]
        self._refuse(line, names, RowRefused("repeated_header"), "bare")
        if columns.is_trace and columns.has_energy:
            self._use(columns)

    def _refuse(self, line: int, cells: list[str], refusal: RowRefused, how: str) -> None:
        columns = self.columns
        ids = self.identities
        if how == "aligned" and columns.is_trace:
            row_id = ids.of_bytes(self._identity_bytes(ids.text_of(columns.shared, cells), cells))
        else:
            row_id = ids.of_cells(cells)
        text = redaction.aligned_text(columns, cells) if how == "aligned" else ""
        draft = Refused(
            row_id=row_id,
            file_name=self.trace.name,
            file_sha=self.trace.sha,
            line=line,
            reader=NAME,
            code=refusal.code,
            facts=refusal.facts,
            header=redaction.as_line(columns.safe_header()),
            text=redaction.as_line(cells) if how == "bare" else text,
        )
        if how == "shifted":
            self.pending.append((columns, cells, draft))
        else:
            self.refused.append(draft)

    def _activity(self, line: int, cells: list[str]) -> Activity:
        columns, trace = self.columns, self.trace
        if len(cells) != columns.width:
            raise RowRefused("wrong_width", found=str(len(cells)), expected=str(columns.width))
        moment = self._moment(cells)
        for place in columns.private:
            self.private_values.add(cells[place])
        run_id = self.text(cells, "run_id")
        cells = [*cells, ""]
        facts, shared = self.facts_of(cells, run_id)
        figures = read_figures(self.measures(cells), self.delimiter != ",")
        energies, checks = energy_fields(figures, facts, self.expected)
        end_us = timestamps.to_us(moment, facts.zone)
        start_us = end_us - round(figures.duration * 1e6)
        check_ended(start_us, end_us)
        cumulative = bool(run_id) and not columns.is_task_file
        row_id = self.identities.of_bytes(self._identity_bytes(shared, cells))
        hours = figures.duration / 3600
        fields = {
            **facts.fields,
            **energies,
            **({} if columns.is_task_file else facts.of_run),
            "row_id": row_id,
            "run_key": f"{run_id}/{facts.fields['service_key']}" if cumulative else row_id,
            "run_id": run_id or None,
            "cumulative": cumulative,
            "task_name": self.text(cells, "task_name") or ("?" if columns.is_task_file else None),
            "start_us": start_us,
            "end_us": end_us,
            "start_month": self.months.of(start_us),
            "end_month": self.months.of(end_us),
            "duration_s": figures.duration,
            "time_basis": "offset" if moment.tzinfo is not None else facts.basis,
            "file_name": trace.name,
            "file_sha": trace.sha,
            "line": line,
            "reader": NAME,
            "reader_version": VERSION,
            "device_hours": hours * facts.cards if facts.cards else None,
            "machine_hours": hours,
            "checks": tuple(sorted({*facts.checks, *checks})),
        }
        return Activity(**fields)

    def _identity_bytes(self, shared: str, cells: list[str]) -> bytes:
        """Identity bytes of a row: its shared cells, its texts, and its numbers in eight bytes each."""
        words = [self.identities.text_of(self.columns.words, cells)]
        numbers = [math.nan] * len(OF_A_ROW)
        for number, name, place in self.numbers:
            text = cells[place].strip()
            if text:
                value = number_or_nan(text, self.delimiter != ",")
                if math.isfinite(value):
                    numbers[number] = value
                else:
                    words.append(f"{name}\x1e{text}")
        said = "".join(f"\x1f{word}" for word in words).encode("utf-8", "surrogatepass")
        return digest_of(shared) + said + pack(*numbers)

    def _moment(self, cells: list[str]) -> Any:
        text = cells[self.columns.at["timestamp"]].strip()
        moment = timestamps.parse(text, day_first=self.delimiter != ",")
        if moment is None:
            code, year = timestamps.fault(text, self.delimiter != ",", "bad_timestamp")
            raise RowRefused(code, value=redaction.redacted(text), **year)
        return moment

    def text(self, cells: list[str], name: str) -> str:
        """A trimmed cell; empty when the file has no such column."""
        place = self.columns.at.get(name)
        return cells[place].strip() if place is not None else ""

    def facts_of(self, cells: list[str], run_id: str) -> tuple[RowFacts, str]:
        """Facts and texts of the shared cells, cached over rows."""
        sidecar = self.sidecars.of(run_id)
        key = (self.shared(cells), run_id if sidecar else None)
        found = self.facts.get(key)
        if found is None:
            if len(self.facts) >= _REMEMBERED:
                self.facts.clear()
            facts = facts_of(lambda name: self.text(cells, name), self._coordinates(cells), self.context, sidecar)
            found = self.facts[key] = (facts, self.identities.text_of(self.columns.shared, cells))
        return found

    def judged(self, facts: RowFacts, signs: Signs) -> Judgement:
        """What `judge` makes of these signs, cached over rows: of the very same facts, which are held."""
        found = self._judged.get(key := (id(facts), signs))
        if found is None:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            found = self._judged[key] = facts, judge(signs, facts, self.expected)
        return found[1]

    def _coordinates(self, cells: list[str]) -> Coordinates | None:
        """None when the file has no such columns."""
        places = self.columns.coordinates
        return (cells[places[0]], cells[places[1]]) if places else None


def digest_of(shared: str) -> bytes:
    """Digest of the cells shared by most rows of a file, part of the identity of each."""
    return blake2b(shared.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()
