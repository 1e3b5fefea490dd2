"""What the rows of a ledger measured of the models that it also estimates, as the table `own_measures`."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from estimator.assessment.evaluation import ActivityGroup
from estimator.catalogue import models
from estimator.catalogue.selection import bind
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB
from estimator.core.errors import SobriaError
from estimator.ledger.rows import COMPONENTS
from estimator.workloads.inventory import inventory_of
from estimator.workloads.own_measures import Own, OwnMeasure, ratio_of
from estimator.workloads.request import Request
from estimator.workloads.resolution import resolve

LEAST_REQUESTS, LEAST_SECONDS = 1000, 3600  # under both, a run is too short to be one of a service
_BITS = re.compile(r"\d+")
TYPES = dict.fromkeys(("model", "host", "first_day", "last_day"), "VARCHAR") | {"runs": "INTEGER"}
TYPES |= dict.fromkeys(("low", "value", "high"), "DOUBLE")
MODES = {f"{name}_mode": f"{name}_reading_ratio" for name in COMPONENTS} | {"gap": "unmetered_ratio"}
MAY_BE = "SELECT 1 FROM summed WHERE NOT modelled AND model IS NOT NULL AND host IS NOT NULL LIMIT 1"
READ = f"""
SELECT runs.* FROM runs
WHERE NOT modelled AND model IS NOT NULL AND host IS NOT NULL AND output_tokens > 0 AND requests > 0
  AND (requests >= {LEAST_REQUESTS} OR duration_s >= {LEAST_SECONDS})
  AND NOT EXISTS (
    SELECT 1 FROM modes WHERE modes.proof <> 'measured' AND (
      {" OR ".join(f"runs.{n}_mode = modes.mode AND runs.{n}_energy_kwh > 0" for n in COMPONENTS)}
    )
  )
ORDER BY start_us, row_id
"""


def own_measures(engine: DuckDB, catalogue: Catalogue) -> Own:
    """The measured runs of each model at each host over what is computed of them, also written as `own_measures`."""
    runs: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    days: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in engine.rows(READ) if engine.rows(MAY_BE) else ():
        day = datetime.fromtimestamp(row["start_us"] / 1e6, UTC).date()
        kwh = _measured(row, catalogue, day)
        found = _computed(row, catalogue, day) if kwh else None
        if kwh and found:
            runs[found[0], row["host"]].append((kwh, found[1]))
            days[found[0], row["host"]].append(day.isoformat())
    own = {
        key: OwnMeasure(*key, len(pairs), *ratio_of(pairs), min(days[key]), max(days[key]))
        for key, pairs in runs.items()
    }
    engine.load("own_measures", {name: [getattr(m, name) for m in own.values()] for name in TYPES}, TYPES)
    return own


def _measured(row: dict[str, Any], catalogue: Catalogue, day: date) -> float | None:
    """IT electricity of a run as the ledger counts it [kWh]."""
    amounts = {f"{n}_energy": (row[f"{n}_energy_kwh"] or 0.0) * row["charge_share"] for n in COMPONENTS}
    bounds = bind(catalogue, {name: row[name] for name in MODES}, day, MODES.values())
    value: float | None = ActivityGroup(amounts, bounds).values.get("it_energy")
    return value


def _computed(row: dict[str, Any], catalogue: Catalogue, day: date) -> tuple[str, float] | None:
    """The model of a run, and the electricity of its answers alone at factor values [kWh]; None where unknown."""
    bits = _BITS.search(row["precision"] or "")
    per = {f"{n}_tokens": (row[f"{n}_tokens"] or 0.0) / row["requests"] for n in ("input", "output", "cached")}
    try:
        asked = Request(
            **per, model=row["model"], host=row["host"], device=row["device"], requests=row["requests"],
            device_count=row["device_count"], precision_bits=float(bits.group()) if bits else None,
            concurrency=row["concurrency"],
        )  # fmt: skip
        group = inventory_of(resolve(asked.checked(), catalogue, day)).groups[0]
        model = models.find(row["model"]).id
    except (SobriaError, ValueError):
        return None
    value = group.values.get("answering_energy")
    return (model, float(value)) if value else None
