"""Totals of a home, read from the results beside its build."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY, Amount, ImpactIndicator, figures
from estimator.builds import coverage
from estimator.builds.current import current
from estimator.builds.queries import SAMPLE_MARK, Build, iso, last_day
from estimator.core.errors import sentences
from estimator.results.file import ResultTable, Row, read_level, read_table
from estimator.results.making import ensure
from estimator.results.totals import Check, Coverage, ServiceTotals, Totals


def open_current(home: Path) -> "Results | None":
    """The build named in CURRENT with its results, or None."""
    path = current(home)
    return Results(path, sample=(home / SAMPLE_MARK).exists()) if path else None


class Results(Build):
    """One build with the table of its results, which is made when it is not there."""

    def table(self) -> ResultTable:
        """Every row, use cases aside."""
        return read_table(self._file)

    def totals(self) -> Totals:
        """Figures, proof and coverage of the whole ledger."""
        rows = read_level(self._file, "total")
        found = _figures(rows)
        return Totals(
            indicators=figures(found),
            proof=self.proof(),
            coverage=self._coverage(found, rows),
            checks=tuple(Check(**check) for check in self.checks()),
            build=self.meta,
            sample=self.sample,
        )

    def services(self) -> list[ServiceTotals]:
        """One entry a service, by decreasing site electricity, else IT."""
        held: dict[str, list[Row]] = {}
        for row in read_level(self._file, "service"):
            held.setdefault(row["service"], []).append(row)
        proofs, counts = self.proof_by_service(), coverage.by_service(self._engine)
        entries = []
        for row in self._engine.rows("SELECT * FROM services ORDER BY service_key"):
            key = row["service_key"]
            found = _figures(held[key])
            row |= {"first": iso(row.pop("first_us")), "last": last_day(row.pop("last_us")), "proof": proofs[key]}
            size = found["energy"].central or found["it_energy"].central or 0.0
            entries.append((size, ServiceTotals(**row, **counts[key], indicators=figures(found))))
        return [entry for _, entry in sorted(entries, key=lambda e: -e[0])]

    @cached_property
    def _file(self) -> Path:
        return ensure(self)

    def _coverage(self, found: Mapping[str, Amount], rows: Sequence[Row]) -> Coverage:
        """Runs, services, period, quarantined rows, and the share of the electricity covered by each figure."""
        row = self._engine.rows(
            "SELECT COALESCE(SUM(runs), 0)::BIGINT AS runs, COUNT(*) AS services, MIN(first_us) AS first_us,"
            " MAX(last_us) AS last_us, COALESCE(SUM(to_check), 0)::BIGINT AS to_check FROM services"
        )[0]
        return Coverage(
            runs=row["runs"],
            services=row["services"],
            period=(iso(row["first_us"]), last_day(row["last_us"])),
            as_read_kwh=rows[0]["as_read_kwh"],
            site_energy=found["energy"].covers,
            embodied=found["gwp"].parts["machines"].covers,
            by_figure={figure.id: found[figure.id].covers for figure in FIGURES},
            unknown=coverage.unknown_runs(self._engine),
            quarantined=self.quarantine_count(),
            to_check=row["to_check"],
        )


def _figures(rows: Sequence[Row]) -> dict[str, Amount]:
    """The figures of the rows of one place in the table, as `amounts` gave them."""
    by_name = {row["impact"]: _amount(row) for row in rows}
    return {figure.id: _with_parts(figure, by_name) for figure in FIGURES + SUPPLEMENTARY}


def _with_parts(figure: ImpactIndicator, by_name: Mapping[str, Amount]) -> Amount:
    whole = by_name[figure.id]
    if len(figure.parts) == 1:
        return whole
    return whole.with_parts({part.name: by_name[f"{figure.id}.{part.name}"] for part in figure.parts})


def _amount(row: Mapping[str, Any]) -> Amount:
    known = {name: row[name] for name in ("unit", "low", "central", "high", "at_factor_values")}
    if row["missing"]:
        return Amount(**known, missing=sentences("missing", row["missing"]))
    return Amount(**known, envelope=(row["lowest"], row["highest"]), covers=row["coverage"])
