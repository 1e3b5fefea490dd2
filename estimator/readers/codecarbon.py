"""Reader of codecarbon output: emissions.csv of every version since 1.0, its backups and its task files."""

from operator import itemgetter
from typing import Any

from estimator.activity import Activity, Refused
from estimator.readers import clock, redaction, table
from estimator.readers.base import (
    Context,
    EmptyFile,
    NoEnergyColumn,
    NotATrace,
    Reader,
    ReadResult,
    RowRefused,
    Trace,
)
from estimator.readers.beside import Sidecars
from estimator.readers.codecarbon_columns import KNOWN, Columns, is_header, understand
from estimator.readers.codecarbon_energy import COMPONENTS, FIGURE_COLUMNS, energy_fields, read_figures
from estimator.readers.codecarbon_facts import Facts, facts_of
from estimator.readers.identity import Identities

NAME = "codecarbon"
VERSION = 1
_MISPLACED = ("wrong_width", "bad_timestamp")
_REMEMBERED = 10_000


def sniff(name: str, head: str) -> bool:
    """Whether the first line names the columns of codecarbon, or of a tool that is taken for it."""
    delimiter = table.delimiter_of(head)
    first = next(table.records(name, head, delimiter), None)
    if first is None:
        return False
    columns = understand(first[1])
    return columns.is_trace or columns.other_tool is not None


def read(trace: Trace, context: Context) -> ReadResult:
    """Every row of the trace, as an Activity or as Refused. EmptyFile, NotATrace, NoEnergyColumn, BadSidecar."""
    text = table.decode(trace.data)
    delimiter = table.delimiter_of(text[:10_000])
    rows = table.records(trace.name, text, delimiter)
    header = next(rows, None)
    if header is None:
        raise EmptyFile(file=trace.name)
    columns = understand(header[1])
    if not (columns.is_trace or columns.other_tool):
        raise NotATrace(file=trace.name, columns=", ".join(columns.safe_header()[:6])[:120])
    if columns.is_trace and not columns.has_energy:
        raise NoEnergyColumn(file=trace.name, columns=", ".join(columns.at))
    reading = _Reading(trace, context, columns, delimiter)
    for line, cells in rows:
        reading.take(line, cells)
    return reading.result()


class _Reading:
    """One pass over one file, with what it remembers from row to row."""

    def __init__(self, trace: Trace, context: Context, columns: Columns, delimiter: str) -> None:
        self.trace, self.context, self.delimiter = trace, context, delimiter
        self.identities = Identities(delimiter)
        self.months = clock.Months()
        self.rows: list[Activity] = []
        self.unused: dict[str, None] = {}
        self.refused: list[Refused] = []
        self.pending: list[tuple[int, Columns, list[str], Refused]] = []
        self.private_values: set[str] = set()
        self.sidecars = Sidecars(trace)
        self._use(columns)

    def _use(self, columns: Columns) -> None:
        """Take a header for the rows that follow it."""
        self.columns = columns
        self.unused |= dict.fromkeys(columns.unknown)
        self.facts: dict[tuple[Any, ...], tuple[Facts, str]] = {}
        absent = columns.width  # where every row gets an empty cell
        self.shared = itemgetter(absent, absent, *(place for _, place in columns.shared))
        self.measures = itemgetter(*(columns.at.get(name, absent) for name in FIGURE_COLUMNS))
        self.expected = frozenset(name for name in COMPONENTS if f"{name}_energy" in columns.at)

    def take(self, line: int, cells: list[str]) -> None:
        """One record: accepted, refused, or a header that occurs again."""
        columns = self.columns
        if len(cells) > columns.width and not any(map(str.strip, cells[columns.width :])):
            cells = cells[: columns.width]
        if columns.other_tool:
            self._refuse(line, cells, RowRefused("other_tool", tool=columns.other_tool), "aligned")
            return
        try:
            self.rows.append(self._activity(line, cells))
        except RowRefused as refusal:
            if refusal.code in _MISPLACED and is_header(cells):
                self._header(line, cells)
            else:
                self._refuse(line, cells, refusal, "shifted" if refusal.code in _MISPLACED else "aligned")

    def result(self) -> ReadResult:
        """What was read, the text of refused rows cleaned with all that the file has shown to be private."""
        private = {value.strip() for value in self.private_values} - {""}
        for place, columns, cells, draft in self.pending:
            text = redaction.shifted_text(columns, cells, private)
            self.refused[place] = draft.model_copy(update={"text": text})
        return ReadResult(self.rows, self.refused, len(self.rows) + len(self.refused), tuple(self.unused))

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
            row_id = ids.of_text(f"{ids.text_of(columns.shared, cells)}\x1f{ids.text_of(columns.varying, cells)}")
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
            self.pending.append((len(self.refused), columns, cells, draft))
        self.refused.append(draft)

    def _activity(self, line: int, cells: list[str]) -> Activity:
        columns, trace = self.columns, self.trace
        if len(cells) != columns.width:
            raise RowRefused("wrong_width", found=str(len(cells)), expected=str(columns.width))
        moment = self._moment(cells)
        for place in columns.private:
            self.private_values.add(cells[place])
        run_id = self._text(cells, "run_id")
        cells = [*cells, ""]
        facts, shared = self._facts(cells, run_id)
        figures = read_figures(self.measures(cells), self.delimiter != ",")
        energies, checks = energy_fields(figures, facts, self.expected)
        end_us = clock.to_us(moment, facts.zone)
        start_us = end_us - round(figures.duration * 1e6)
        cumulative = bool(run_id) and not columns.is_task_file and not columns.exported
        if columns.exported:
            checks.append("increments_suspected")
        row_id = self.identities.of_text(f"{shared}\x1f{self.identities.text_of(columns.varying, cells)}")
        hours = figures.duration / 3600
        fields = {
            **facts.fields,
            **energies,
            **({} if columns.is_task_file else facts.of_run),
            "row_id": row_id,
            "run_key": f"{run_id}/{facts.fields['service_key']}" if cumulative else row_id,
            "run_id": run_id or None,
            "cumulative": cumulative,
            "task_name": self._text(cells, "task_name") or ("?" if columns.is_task_file else None),
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
            "reported_gwp_kg": figures.emissions,
            "reported_water_l": figures.water if figures.water or figures.wue else None,
            "checks": tuple(sorted({*facts.checks, *checks})),
        }
        return Activity(**fields)

    def _moment(self, cells: list[str]) -> Any:
        text = cells[self.columns.at["timestamp"]].strip()
        moment = clock.parse(text, day_first=self.delimiter != ",")
        if moment is None:
            raise RowRefused("bad_timestamp", value=redaction.shown(text))
        return moment

    def _text(self, cells: list[str], name: str) -> str:
        place = self.columns.at.get(name)
        return cells[place].strip() if place is not None else ""

    def _facts(self, cells: list[str], run_id: str) -> tuple[Facts, str]:
        """What the shared cells mean, and what they say, remembered from the rows before."""
        sidecar = self.sidecars.of(run_id)
        key = (self.shared(cells), run_id if sidecar else None)
        found = self.facts.get(key)
        if found is None:
            if len(self.facts) >= _REMEMBERED:
                self.facts.clear()
            facts = facts_of(lambda name: self._text(cells, name), self.context, sidecar)
            found = self.facts[key] = (facts, self.identities.text_of(self.columns.shared, cells))
        return found


READER = Reader(NAME, VERSION, sniff, read)
