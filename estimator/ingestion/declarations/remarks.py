"""What a person should know of declared rows as they enter the ledger, with its numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from estimator.core.errors import sentences
from estimator.ingestion.declarations.energy import pue_over
from estimator.ledger.rows import Activity

TOLD = ("declared_site", "declared_site_split", "period_unfinished")


@dataclass(frozen=True)
class Remark:
    """One remark on one row: code of [remarks], its place, and the facts of its text."""

    code: str
    file: str
    line: int
    facts: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """{"code", "file", "line", "fr", "en"}"""
        return sentences("remarks", self.code, **self.facts) | {"file": self.file, "line": self.line}


def remarks(rows: Iterable[Activity]) -> Iterator[Remark]:
    """The remarks on these rows, in their order."""
    for row in rows:
        for code in (code for code in TOLD if code in row.checks):
            yield Remark(code, row.file_name, row.line, _sites(row) if code in TOLD[:2] else {})


def _sites(row: Activity) -> dict[str, str]:
    """Site energy that a row declares, by its PUE, and that of the totals, by the PUE of its host [kWh]."""
    it = row.other_energy_kwh or 0.0
    ours = pue_over(str(row.host), row.start_us, row.end_us, row.start_month, row.end_month)
    stated = row.reported_pue or ours
    told = {"declared": stated and it * stated, "pue": stated, "counted": ours and it * ours, "host_pue": ours}
    return {name: "?" if value is None else f"{value:.4g}" for name, value in told.items()}
