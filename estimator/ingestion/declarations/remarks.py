"""What a person should know of declared rows and of seats as they enter the ledger, with its numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from estimator.core.duckdb_engine import connect
from estimator.core.errors import sentences
from estimator.core.number_format import exact_text
from estimator.ingestion.sidecar import misnamed_sidecar, sidecar_of_file
from estimator.ledger.files import Ledger
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity

EXPORTED = frozenset({"readings_proven", "increments_proven", "increments_suspected"})
TOLD = ("declared_site", "declared_site_split", "declared_pue_unused", "period_unfinished")


@dataclass(frozen=True)
class Remark:
    """One remark on one row, the first of several where it is about them: code of [remarks], its place, and the facts
    of its text."""

    code: str
    file: str
    line: int
    facts: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """{"code", "file", "line", "fr", "en"}"""
        return sentences("remarks", self.code, **self.facts) | {"file": self.file, "line": self.line}


MOMENT_S = (
    1.0  # a row no longer than this is a call or a session, not a declaration of a period; so in weighed_checks.sql
)


class Declared:
    """Declarations of a ledger, then those of the import: (row id, file, line) by service, period, what is kept or
    moved, and the model, or the sound of a session. Other calls of one moment may well be equal."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._found: dict[tuple[Any, ...], tuple[str, str, int]] | None = None

    def alike(self, rows: Sequence[Activity]) -> Iterator[Remark]:
        """A remark on each row that declares what another one does, to which it is then added."""
        for row in (row for row in rows if row.reader == "declared"):
            period = row.duration_s > MOMENT_S
            if not (period or row.audio_s):
                continue
            if self._found is None:
                self._found = self._read()
            told = (row.model, None) if period else (None, row.audio_s)
            key = (row.service_key, row.start_us, row.end_us, row.storage, row.network, *told)
            there = self._found.setdefault(key, (row.row_id, row.file_name, row.line))
            if there[0] != row.row_id:
                facts = {"file": there[1], "at": str(there[2]), "line": str(row.line), "run": there[0]}
                yield Remark("declared_already" if period else "session_alike", row.file_name, row.line, facts)

    def _read(self) -> dict[tuple[Any, ...], tuple[str, str, int]]:
        with self._ledger.reading(), connect() as connection:
            rows = connection.execute(
                "SELECT service_key, start_us, end_us, storage, network, CASE WHEN duration_s > $1 THEN model END,"
                " CASE WHEN duration_s <= $1 THEN audio_s END, row_id, file_name, line"
                f" FROM ({self._ledger.rows_sql('activities')})"
                " WHERE reader = 'declared' AND (duration_s > $1 OR audio_s > 0) ORDER BY line DESC",
                [MOMENT_S],
            ).fetchall()
        return {row[:7]: row[7:] for row in rows}


def remarks(rows: Sequence[Activity], declared: Declared) -> Iterator[Remark]:
    """The remarks on these rows; of seats, how many months their lines make."""
    if seats := [row for row in rows if row.product]:
        last = datetime.fromtimestamp(max(row.end_us or 0 for row in seats) / 1e6 - 1, UTC).date().isoformat()
        facts = {"lines": str(len({row.line for row in seats})), "months": str(len(seats)), "last": last}
        yield Remark("seats_months", seats[0].file_name, seats[0].line, facts)
    yield from alike(rows, declared)
    for row in (row for row in rows if row.reader == "declared"):
        for code in (code for code in TOLD if code in row.checks):
            yield Remark(code, row.file_name, row.line, _sites(row) if code in TOLD[:2] else {})


def alike(rows: Sequence[Activity], declared: Declared) -> Iterator[Remark]:
    """Those of what declares the same as another; of an exported table, how many runs are read in which way."""
    yield from declared.alike(rows)
    ways = {row.run_id: way for row in rows for way in EXPORTED & {*row.checks}}
    if ways:
        found = Counter(ways.values())
        yield Remark("exported_runs", rows[0].file_name, rows[0].line, {way: str(found[way]) for way in EXPORTED})


class UnusedSidecar:
    """Whether the sidecar that has the name of a file without its extension is that of one of its runs."""

    def __init__(self, path: str | Path) -> None:
        self._path, self._found = Path(path), misnamed_sidecar(Path(path))

    def look_at(self, result: ReadResult) -> None:
        """Forget it where a row of these is of the run that it names."""
        runs = [] if result.table is None else result.table["run_id"].unique().to_pylist()
        if self._found and self._path.stem in {*runs, *(row.run_id for row in result.rows)}:
            self._found = None

    def remarks(self) -> Iterator[Remark]:
        """Its name, and the one that it should have, on the first line."""
        if self._found:
            facts = {"name": self._found.name, "right": sidecar_of_file(self._path).name}
            yield Remark("sidecar_unused", self._path.name, 1, facts)


def _sites(row: Activity) -> dict[str, str]:
    """Site energy that a row declares, and its PUE where it states one [kWh]."""
    pue = row.reported_pue
    declared = row.site_energy_kwh if pue is None else (row.other_energy_kwh or 0.0) * pue
    told = {"declared": declared, "pue": pue}
    return {
        f"{name}{end}": exact_text(told[name], "1", lang) for lang, end in (("fr", ""), ("en", "_en")) for name in told
    }
