"""The runs with something that a person may mend, by service, those that weigh most first."""

from typing import Any

from estimator.core.duckdb_engine import DuckDB

_BY_SERVICE = """
WITH found AS (
  SELECT row_id, service_key, LIST(DISTINCT mended_by) AS mends
  FROM run_checks WHERE mended_by IS NOT NULL AND ($1 IS NULL OR row_id = $1) GROUP BY row_id, service_key
), read AS (
  SELECT row_id, fsum(it_energy) AS kwh
  FROM run_energy WHERE row_id IN (SELECT row_id FROM found) GROUP BY row_id
)
SELECT
  service_key, COUNT(*) AS runs, fsum(kwh) AS kwh,
  COUNT(*) FILTER (found.row_id IN (SELECT row_id FROM unknown_energy)) AS unknown,
  LIST_SORT(LIST_DISTINCT(FLATTEN(LIST(mends)))) AS mends
FROM found LEFT JOIN read ON read.row_id = found.row_id
GROUP BY service_key ORDER BY kwh DESC NULLS LAST, unknown DESC, runs DESC, service_key
"""


def by_service(engine: DuckDB, row_id: str | None) -> list[dict[str, Any]]:
    """{"service_key", "runs", "kwh", "unknown", "mends"} of each service with something to mend, the most electricity
    first; of one run, when given.

    runs: those with such a check; kwh: their IT electricity [kWh], NULL where none is known; unknown: how many of them
    have an unknown part.
    """
    return engine.rows(_BY_SERVICE, [row_id])
