"""Energy of a whole site, as a bill says it: machines and cooling are told apart by the PUE of the build."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from typing import Any

from estimator.builds.supplier_factors import AnsweredFactors
from estimator.core.duckdb_engine import DuckDB
from estimator.core.periods import first_day


def site_pues(engine: DuckDB, answered: AnsweredFactors) -> None:
    """Table `site_pues`: for each row with the energy of a site alone, the PUE of its host at factor values, mean over
    its periods by duration, as its energy is shared among them; null where one has none."""
    periods = engine.rows("SELECT month, from_us, to_us FROM months ORDER BY from_us")
    starts, ends = [row["from_us"] for row in periods], [row["to_us"] for row in periods]
    columns: dict[str, list[Any]] = {"row_id": [], "site_pue": []}
    for row in engine.rows(
        "SELECT row_id, COALESCE(host, '') AS host, start_us, end_us FROM located"
        " WHERE status = 'current' AND site_energy_kwh IS NOT NULL ORDER BY row_id"
    ):
        mean: float | None = 0.0
        for period in periods[bisect_right(ends, row["start_us"]) : bisect_left(starts, row["end_us"])]:
            begins = max(period["from_us"], row["start_us"])
            part = (min(period["to_us"], row["end_us"]) - begins) / (row["end_us"] - row["start_us"])
            mark = answered.mark(row["host"], datetime.fromtimestamp(begins / 1e6, UTC).date())
            pue = answered.select("pue", row["host"] + mark, first_day(period["month"])).factor
            mean = mean + part * pue.value if pue and pue.value and mean is not None else None
        columns["row_id"].append(row["row_id"])
        columns["site_pue"].append(mean)
    engine.load("site_pues", columns, {"row_id": "VARCHAR", "site_pue": "DOUBLE"})
