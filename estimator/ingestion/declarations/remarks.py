"""What a person should know of declared rows and of seats as they enter the ledger, with its numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.core.duckdb_engine import connect
from estimator.core.errors import sentences
from estimator.core.number_format import exact_text
from estimator.ledger.files import Ledger
from estimator.ledger.rows import Activity

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


MOMENT_S = 1.0  # a row no longer than this is a call, not a declaration of a period; so in weighed_checks.sql


class Declared:
    """Declarations of a ledger, then those of the import: (row id, file, line) by service, model, period and what
    is kept or moved."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._found: dict[tuple[Any, ...], tuple[str, str, int]] | None = None

    def earlier(self, row: Activity) -> tuple[str, str, int] | None:
        """Another declaration of the service, model and period of this row, which is then added."""
        if self._found is None:
            self._found = self._read()
        key = (row.service_key, row.model, row.start_us, row.end_us, row.storage, row.network)
        found = self._found.setdefault(key, (row.row_id, row.file_name, row.line))
        return None if found[0] == row.row_id else found

    def _read(self) -> dict[tuple[Any, ...], tuple[str, str, int]]:
        with self._ledger.reading(), connect() as connection:
            rows = connection.execute(
                "SELECT service_key, model, start_us, end_us, storage, network, row_id, file_name, line"
                f" FROM ({self._ledger.rows_sql('activities')}) WHERE reader = 'declared'"
            ).fetchall()
        return {row[:6]: row[6:] for row in rows}


def remarks(rows: Sequence[Activity], declared: Declared) -> Iterator[Remark]:
    """The remarks on these rows, in their order; of seats, how many months their lines make."""
    if seats := [row for row in rows if row.product]:
        facts = {"lines": str(len({row.line for row in seats})), "months": str(len(seats))}
        yield Remark("seats_months", seats[0].file_name, seats[0].line, facts)
    for row in (row for row in rows if row.reader == "declared"):
        if row.duration_s > MOMENT_S and (there := declared.earlier(row)):
            facts = {"file": there[1], "at": str(there[2]), "run": there[0]}
            yield Remark("declared_already", row.file_name, row.line, facts)
        for code in (code for code in TOLD if code in row.checks):
            yield Remark(code, row.file_name, row.line, _sites(row) if code in TOLD[:2] else {})


def _sites(row: Activity) -> dict[str, str]:
    """Site energy that a row declares, and its PUE where it states one [kWh]."""
    pue = row.reported_pue
    declared = row.site_energy_kwh if pue is None else (row.other_energy_kwh or 0.0) * pue
    told = {"declared": declared, "pue": pue}
    return {
        f"{name}{end}": exact_text(told[name], "1", lang) for lang, end in (("fr", ""), ("en", "_en")) for name in told
    }
