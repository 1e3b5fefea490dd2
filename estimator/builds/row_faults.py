"""The faults of the rows that count, by the rules of the catalogue, as a table of the build."""

import math
from collections.abc import Set

import numpy as np
import pyarrow as pa

from estimator.catalogue.fault_rules import NUMBERS, RULES, TEXTS
from estimator.catalogue.input_faults import faults, of_table
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB

TOGETHER = 25_000  # rows judged at once
FIGURES = ("read_value", "low", "high", "excess")
OF_ITS_PLACE = ("grid_of_zone", "declared_gases")  # emissions by the place that the file names, not by another
TYPES = {"stated": "UBIGINT", "code": "VARCHAR"} | dict.fromkeys(FIGURES, "DOUBLE")


def record_faults(engine: DuckDB, catalogue: Catalogue, unstated: Set[str]) -> None:
    """Table `row_faults`: one row a run and a fault, with what was read, its limits, and how far it is beyond; table
    `judged`: the codes of all rules, which no mark left by a reader stands for. unstated: columns of no run."""
    said = f"HASH({', '.join(TEXTS)})"
    texts = ", ".join(f"ANY_VALUE({name}) AS {name}" for name in TEXTS)
    rows_said = engine.rows(f"SELECT {said} AS said, {texts} FROM runs GROUP BY said ORDER BY said")
    names = np.array([row["said"] for row in rows_said], np.uint64)
    of = {name: pa.array([row[name] for row in rows_said], pa.string()).dictionary_encode() for name in TEXTS}
    held = [name for name in NUMBERS if name not in unstated]
    stated = f"HASH({', '.join((*TEXTS, *held))})"  # rows that state the same have the same faults
    odd: dict[tuple[int, str], list[float | None]] = {}
    columns = ", ".join((f"{said} AS said", f"{stated} AS stated", *held))
    for batch in engine.batches(f"SELECT {columns} FROM runs", TOGETHER):
        rows = pa.Table.from_batches([batch])
        places = np.searchsorted(names, rows["said"])
        for name, values in of.items():
            rows = rows.append_column(name, values.take(places))
        for found in faults(of_table(rows, catalogue)):
            figures = zip(*(values.tolist() for values in (*found[2:], found.excess)), strict=True)
            for told, values in zip(rows["stated"].take(found.rows).to_pylist(), figures, strict=True):
                odd[told, found.code] = [value if math.isfinite(value) else None for value in values]
    lines = [(told, code, *values) for (told, code), values in odd.items()]
    engine.load("odd", {name: [line[place] for line in lines] for place, name in enumerate(TYPES)}, TYPES)
    engine.run(
        f"CREATE TABLE row_faults AS SELECT row_id, service_key, odd.* EXCLUDE (stated)"
        f" FROM runs JOIN odd ON {f'odd.stated = {stated}' if odd else 'FALSE'}"
        f" WHERE NOT (code IN {OF_ITS_PLACE} AND zone_from NOT IN ('trace', 'unknown')); DROP TABLE odd"
    )
    engine.load("judged", {"code": [rule.code for rule in RULES]}, {"code": "VARCHAR"})
