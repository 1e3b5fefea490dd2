"""The faults of the rows that count, by the rules of the catalogue, as a table of the build."""

import math
from typing import Any

import pyarrow as pa

from estimator.catalogue.fault_rules import BY_CODE, NUMBERS, RULES, TEXTS
from estimator.catalogue.input_faults import faults, of_table
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB

TOGETHER = 25_000  # rows judged at once
TYPES = {"row_id": "VARCHAR", "service_key": "VARCHAR", "code": "VARCHAR"}
TYPES |= dict.fromkeys(("read_value", "low", "high", "excess"), "DOUBLE") | {"alarm": "BOOLEAN"}


def record_faults(engine: DuckDB, catalogue: Catalogue) -> None:
    """Table `row_faults`: one row a run and a fault, with what was read, its limits, and how far it is beyond; table
    `judged`: the codes of all rules, which no mark left by a reader stands for."""
    columns: dict[str, list[Any]] = {name: [] for name in TYPES}
    counts = ", ".join(f"COUNT({name}) AS {name}" for name in (*NUMBERS, *TEXTS))
    stated = [name for name, count in engine.rows(f"SELECT {counts} FROM runs")[0].items() if count]
    wanted = ", ".join(("row_id", "service_key", *stated))
    for batch in engine.batches(f"SELECT {wanted} FROM runs", TOGETHER):
        rows = pa.Table.from_batches([batch])
        for found in faults(of_table(rows, catalogue)):
            told = rows.take(found.rows)
            columns["row_id"] += told["row_id"].to_pylist()
            columns["service_key"] += told["service_key"].to_pylist()
            columns["code"] += [found.code] * len(found.rows)
            columns["alarm"] += [BY_CODE[found.code].alarm] * len(found.rows)
            for name, values in zip(("read_value", "low", "high", "excess"), (*found[2:], found.excess), strict=True):
                columns[name] += [value if math.isfinite(value) else None for value in values.tolist()]
    engine.load("row_faults", columns, TYPES)
    engine.load("judged", {"code": [rule.code for rule in RULES]}, {"code": "VARCHAR"})
