"""Coverage of the ledger: runs and electricity by service, month and proof, and the outcome of the rows of a file."""

from collections.abc import Collection
from functools import cache
from typing import Any

from estimator.assessment.equation_system import sql
from estimator.assessment.expressions import Formula
from estimator.builds.equation_selection import ledger_formulas
from estimator.core.duckdb_engine import DuckDB

STATUSES = ("current", "superseded", "duplicate")


@cache
def energy_formulas() -> tuple[Formula, ...]:
    """The formulas of the ledger that compute IT electricity."""
    used = {"it_energy"}
    for item in reversed(ledger_formulas()):
        used |= set(item.inputs) if item.name in used else set()
    return tuple(item for item in ledger_formulas() if item.name in used)


def run_energy() -> str:
    """SQL of the view run_energy: a row for each month of each run, its IT electricity [kWh] NULL when unknown, and
    what was read of each component as it counts in it."""
    parts = ", ".join(f"{part}_energy * {part}_reading_ratio AS {part}_kwh" for part in ("cpu", "gpu", "ram"))
    return f"SELECT row_id, service_key, month, it_energy, {parts} FROM ({sql(energy_formulas(), 'bound_slices')})"


def by_month(engine: DuckDB) -> list[dict[str, Any]]:
    """{"service_key", "month" (yyyymm), "runs", "unknown", "kwh"} of each service and month with rows.

    unknown: count of runs of unknown electricity; they are in no proof.
    kwh: the IT electricity of the others by proof [kWh], absent proofs omitted.
    """
    found: dict[tuple[str, int], dict[str, float]] = {}
    for row in engine.rows(
        "SELECT service_key, month, proof, fsum(kwh) AS kwh FROM proof_energy GROUP BY service_key, month, proof"
    ):
        found.setdefault((row["service_key"], row["month"]), {})[row["proof"]] = row["kwh"]
    counts = engine.rows("SELECT * FROM service_months ORDER BY service_key, month")
    return [row | {"kwh": found.get((row["service_key"], row["month"]), {})} for row in counts]


def by_service(engine: DuckDB) -> dict[str, dict[str, Any]]:
    """{"proved", "unknown"} of each service: runs with electricity of each proof, and runs of unknown
    electricity."""
    unknown = engine.rows(
        "SELECT services.service_key, COUNT(DISTINCT unknown_energy.row_id) + COALESCE((SELECT CAST(SUM(merged.runs)"
        " AS BIGINT) FROM merged_unknown AS merged WHERE merged.service_key = services.service_key), 0) AS unknown"
        " FROM services LEFT JOIN unknown_energy ON unknown_energy.service_key = services.service_key"
        " GROUP BY services.service_key"
    )
    found: dict[str, dict[str, Any]] = {r["service_key"]: {"proved": {}, "unknown": r["unknown"]} for r in unknown}
    for row in engine.rows("SELECT service_key, proof, runs FROM proved_runs"):
        found[row["service_key"]]["proved"][row["proof"]] = row["runs"]
    return found


def unknown_runs(engine: DuckDB) -> int:
    """Count of runs of unknown electricity, for the whole run or for a month of it."""
    found = engine.rows(
        "SELECT COUNT(DISTINCT row_id) + (SELECT CAST(COALESCE(SUM(runs), 0) AS BIGINT) FROM merged_unknown) AS n"
        " FROM unknown_energy"
    )
    return int(found[0]["n"])


def run_cells(engine: DuckDB) -> list[dict[str, Any]]:
    """{"service_key", "model", "host", "training", "month", "runs", "unknown"}: how many runs, and how many of these
    are of unknown electricity.

    A run of two months is in both; its waiting is a slice beside its own."""
    count = "COALESCE(SUM(slices) FILTER (serving {} 'waiting' AND {}), 0)"
    of_runs = f"CAST(GREATEST({count.format('<>', '{0}')}, {count.format('=', '{0}')}) AS BIGINT)"
    return engine.rows(
        "SELECT service_key, COALESCE(model, '') AS model, COALESCE(host, '') AS host, training, month,"
        f" {of_runs.format('true')} AS runs, {of_runs.format('COALESCE(it_energy, site_energy) IS NULL')} AS unknown"
        " FROM estimates GROUP BY ALL"
    )


def unknown_runs_of(engine: DuckDB, services: Collection[tuple[str, int]]) -> int:
    """Count of runs of unknown electricity in these months [yyyymm] of services, each once; of merged groups, of which
    months alone are known, at least as many as in that of most."""
    if not services:
        return 0
    keys, months = zip(*sorted(services), strict=True)
    found = engine.rows(
        "WITH asked AS (SELECT UNNEST($1::VARCHAR[]) AS service_key, UNNEST($2::BIGINT[]) AS month)"
        " SELECT CAST((SELECT COUNT(DISTINCT row_id) FROM unknown_energy SEMI JOIN asked USING (service_key, month))"
        " + COALESCE((SELECT SUM(most) FROM (SELECT MAX(runs) AS most FROM merged_unknown"
        " SEMI JOIN asked USING (service_key, month) GROUP BY service_key)), 0) AS BIGINT) AS n",
        [[*keys], [*months]],
    )
    return int(found[0]["n"])


def file_account(engine: DuckDB, sha: str) -> dict[str, int]:
    """{"read", "current", "superseded", "duplicate", "refused"}: rows of a file in the ledger, by outcome.

    Duplicates of an earlier file are in the ledger under that file, and not counted here.
    """
    rows = engine.rows("SELECT status, COUNT(*) AS n FROM row_status WHERE file_sha = $1 GROUP BY status", [sha])
    counts = dict.fromkeys(STATUSES, 0) | {row["status"]: row["n"] for row in rows}
    refused = engine.rows("SELECT COUNT(DISTINCT row_id) AS n FROM refused WHERE file_sha = $1", [sha])[0]["n"]
    return {"read": sum(counts.values()) + refused, **counts, "refused": refused}
