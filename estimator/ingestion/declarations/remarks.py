"""What a person should know of declared rows and of seats as they enter the ledger, with its numbers."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from estimator.catalogue.load import load
from estimator.catalogue.resolver import nearest_zones
from estimator.core.duckdb_engine import connect
from estimator.core.errors import LANGUAGES, sentences
from estimator.core.number_format import exact_text
from estimator.core.typography import some_of
from estimator.ingestion.codecarbon.exports import WAYS
from estimator.ingestion.sidecar import misnamed_sidecar, sidecar_of_file, unused_fields
from estimator.ledger.files import Ledger
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity

TOLD = ("declared_site", "declared_site_split", "declared_pue_unused", "declared_pue_zero", "period_unfinished")


@dataclass(frozen=True)
class Remark:
    """One remark on one row, the first of several where it is about them: code of [remarks], its place, and the facts
    of its text. row_id: of the row, where only a new one is worth it."""

    code: str
    file: str
    line: int
    facts: Mapping[str, object]
    row_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """{"code", "file", "line"} and each language."""
        return sentences("remarks", self.code, **self.facts) | {"file": self.file, "line": self.line}


READERS = ("declared", "seats")
MOMENT_S = 1.0  # a row no longer than this is a call or a session, not a period; both so in weighed_checks.sql
USE = ("service_key", "product", "storage", "network")  # what corrects a declaration may name another model or place
TOLD_OF = ("row_id", "run_key", "file_name", "file_sha", "line", "start_us", "end_us", "model", "host", "zone")


class Declaration(NamedTuple):
    """A declaration: of what, what tells it from others, when, and where."""

    use: tuple[Any, ...]
    row_id: str
    run_key: str
    file_name: str
    file_sha: str
    line: int
    start_us: int
    end_us: int
    model: str | None
    host: str | None
    zone: str | None

    def meets(self, other: "Declaration") -> bool:
        """Whether the periods overlap."""
        return self.start_us < other.end_us and other.start_us < self.end_us

    def repeats(self, other: "Declaration") -> bool:
        """Whether both are of one use with one model, at one place over days of both, or over the very same days."""
        same_days, same_place = (self[part] == other[part] for part in (slice(6, 8), slice(9, 11)))
        return self.model == other.model and (same_days or (same_place and self.meets(other)))

    def corrects(self, other: "Declaration") -> bool:
        """Whether the other is of an earlier content of the same file."""
        return bool(self.file_name == other.file_name and self.file_sha != other.file_sha)


_START = attrgetter("start_us")


class Declared:
    """Declarations of a ledger, then those of the import: those of a period by use, then by length, in order; sessions
    by their date, use and sound. Other calls of one moment may well be equal."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._sessions: dict[tuple[Any, ...], Declaration] = {}
        self._periods: dict[tuple[Any, ...], dict[int, list[Declaration]]] | None = None

    def alike(self, rows: Sequence[Activity]) -> Iterator[Remark]:
        """A remark on each row that declares what another one does, to which it is then added, and one on the rows of
        an earlier version of their file that it no longer has. rows: of a whole file."""
        rows = [row for row in rows if row.reader in READERS]
        if self._periods is None and any(row.duration_s > MOMENT_S or row.audio_s for row in rows):
            self._periods = {}
            self._read()
        runs = {row.run_key for row in rows}
        gone: dict[str, Declaration] = {}
        for row in rows:
            if row.duration_s > MOMENT_S:
                met = self._met(declaration := _declaration(row))
                before = {d.run_key: d for d in met if declaration.corrects(d) and d.run_key not in runs}
                gone |= {} if row.product else before  # seats that the table states otherwise are withdrawn
                apart = {row.run_key, *before} | (runs if row.product else set())  # seats are as many purchases
                if there := next((d for d in met if d.run_key not in apart and d.repeats(declaration)), None):
                    yield Remark("declared_already", row.file_name, row.line, _facts(there, row.line), row.row_id)
            elif row.audio_s:
                session = _declaration(row)
                there = self._sessions.setdefault((session.use, *session[6:8], row.audio_s), session)
                if there.row_id != row.row_id:
                    yield Remark("session_alike", row.file_name, row.line, _facts(there, row.line), row.row_id)
        if gone:
            lines = some_of([str(line) for line in sorted({d.line for d in gone.values()})])
            facts = {"file": rows[0].file_name, "count": str(len(gone)), "at": lines, "run": ",".join(gone)}
            yield Remark("declared_before", rows[0].file_name, min(row.line for row in rows), facts)

    def _met(self, declared: Declaration) -> list[Declaration]:
        """Those of its use whose period overlaps its own, to which it is then added."""
        assert self._periods is not None
        start, end = declared.start_us, declared.end_us
        lengths, met = self._periods.setdefault(declared.use, {}), []
        for bits, there in lengths.items():  # none is longer than 2^bits
            first, last = bisect_left(there, start - 2**bits, key=_START), bisect_left(there, end, key=_START)
            met += [other for other in there[first:last] if other.meets(declared)]
        if declared.row_id not in {other.row_id for other in met}:
            insort(lengths.setdefault((end - start).bit_length(), []), declared, key=_START)
        return met

    def _read(self) -> None:
        names = ", ".join((*USE, *TOLD_OF, "duration_s", "audio_s"))
        with self._ledger.reading(), connect() as connection:
            rows = connection.execute(
                f"SELECT {names} FROM ({self._ledger.rows_sql('activities')})"
                " WHERE list_contains($1, reader) AND (duration_s > $2 OR audio_s > 0) ORDER BY line",
                [list(READERS), MOMENT_S],
            ).fetchall()
        for *cells, duration, audio in rows:
            found = Declaration(tuple(cells[: len(USE)]), *cells[len(USE) :])
            if duration > MOMENT_S:
                self._met(found)
            else:
                self._sessions.setdefault((found.use, *found[6:8], audio), found)


def _declaration(row: Activity) -> Declaration:
    return Declaration(tuple(getattr(row, name) for name in USE), *(getattr(row, name) for name in TOLD_OF))


def _facts(there: Declaration, line: int) -> dict[str, str]:
    return {"file": there.file_name, "at": str(there.line), "line": str(line), "run": there.run_key}


def remarks(rows: Sequence[Activity], declared: Declared) -> Iterator[Remark]:
    """The remarks on these rows; of seats, how many months their lines make."""
    if seats := [row for row in rows if row.product]:
        last = datetime.fromtimestamp(max(row.end_us or 0 for row in seats) / 1e6 - 1, UTC).date().isoformat()
        told = {"lines": len({row.line for row in seats}), "months": len(seats), "last": last}
        yield Remark("seats_months", seats[0].file_name, seats[0].line, told)
    yield from alike(rows, declared)
    for row in (row for row in rows if row.reader == "declared"):
        for code in (code for code in TOLD if code in row.checks):
            yield Remark(code, row.file_name, row.line, _sites(row) if code in TOLD[:2] else {})
        zone, host = places_as_read(row)
        if zone and row.zone is None:
            near = ", ".join(nearest_zones(zone))
            yield Remark("zone_unread", row.file_name, row.line, {"read": zone, "near": near})
        if host:
            near = ", ".join(load().nearest(host, "host"))
            yield Remark("host_unread", row.file_name, row.line, {"read": host, "near": near})


def places_as_read(row: Activity) -> tuple[str, str]:
    """The zone that a declared row names, and the host where no table has it; empty where it names none."""
    read = row.zone_as_read or ""
    if "host_unread" not in row.checks:
        return read, ""
    zoned = row.zone is not None or "unknown_country" in row.checks
    zone, _, host = read.partition("/") if zoned else ("", "", read)
    return zone, host


def alike(rows: Sequence[Activity], declared: Declared) -> Iterator[Remark]:
    """Those of what declares the same as another; of an exported table, how many runs are read in which way."""
    yield from declared.alike(rows)
    ways = {row.run_id: way for row in rows for way in WAYS if way in row.checks}
    if ways:
        found = Counter(ways.values())
        yield Remark("exported_runs", rows[0].file_name, rows[0].line, {way: found[way] for way in WAYS})


def of_new(told: Iterable[Remark], new: Iterable[Activity]) -> list[Remark]:
    """These remarks, without those that are of a row that the ledger had: what repeats it may have corrected it since.
    new: the rows that it did not have."""
    ids = {row.row_id for row in new}
    return [one for one in told if not one.row_id or one.row_id in ids]


class UnusedSidecar:
    """What of the sidecar of a file none of its rows takes; whether the one that has the name of the file without its
    extension is that of one of its runs."""

    def __init__(self, path: str | Path) -> None:
        self._path, self._found = Path(path), misnamed_sidecar(Path(path))

    def look_at(self, result: ReadResult) -> None:
        """Forget it where a row of these is of the run that it names."""
        if not self._found:
            return
        runs = [] if result.table is None else result.table["run_id"].unique().to_pylist()
        if self._path.stem in {*runs, *(row.run_id for row in result.rows)}:
            self._found = None

    def remarks(self, reader: str) -> Iterator[Remark]:
        """On the first line: the fields that no row of this reader takes; a wrong name, and the right one."""
        if unused := unused_fields(self._path, reader):
            facts = {"name": sidecar_of_file(self._path).name, "fields": some_of(unused)}
            yield Remark("sidecar_fields", self._path.name, 1, facts)
        if self._found:
            facts = {"name": self._found.name, "right": sidecar_of_file(self._path).name}
            yield Remark("sidecar_unused", self._path.name, 1, facts)


def other_hours(ledger: Ledger, name: str, read: Sequence[pa.Table]) -> Iterator[Remark]:
    """A remark on the rows of a file that the ledger has at other moments, as they were read with another time zone: a
    row is known by what its cells say. One for each file that they are under; read: ids, starts and lines."""
    if not any(map(len, read)):
        return
    with ledger.reading(), connect() as connection:
        connection.register("read_now", pa.concat_tables(read))
        found = connection.execute(
            "SELECT there.file_name, COUNT(DISTINCT now.row_id), MIN(now.line)"
            f" FROM ({ledger.rows_sql('activities')}) AS there JOIN read_now AS now USING (row_id)"
            " WHERE there.start_us <> now.start_us GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    for file, count, line in found:
        yield Remark("hours_of_before", name, line, {"file": file, "count": str(count)})


def _sites(row: Activity) -> dict[str, dict[str, str]]:
    """Site energy that a row declares, and its PUE where it states one [kWh]."""
    pue = row.reported_pue
    declared = row.site_energy_kwh if pue is None else (row.other_energy_kwh or 0.0) * pue
    told = {"declared": declared, "pue": pue}
    return {name: {lang: exact_text(value, "1", lang) for lang in LANGUAGES} for name, value in told.items()}
