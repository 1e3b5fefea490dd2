"""The faults of the rows that count, by the rules of the catalogue, as a table of the build."""

import math

import pyarrow as pa

from estimator.catalogue.fault_rules import NUMBERS, RULES, TEXTS
from estimator.catalogue.input_faults import faults, of_table
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB

TOGETHER = 25_000  # rows judged at once
FIGURES = ("read_value", "low", "high", "excess")
TYPES = {"stated": "UBIGINT", "code": "VARCHAR"} | dict.fromkeys(FIGURES, "DOUBLE")


def record_faults(engine: DuckDB, catalogue: Catalogue) -> None:
    """Table `row_faults`: one row a run and a fault, with what was read, its limits, and how far it is beyond; table
    `judged`: the codes of all rules, which no mark left by a reader stands for."""
    counts = ", ".join(f"COUNT({name}) AS {name}" for name in (*NUMBERS, *TEXTS))
    held = [name for name, count in engine.rows(f"SELECT {counts} FROM runs")[0].items() if count]
    stated = f"HASH({', '.join(held or ('row_id',))})"  # rows that state the same have the same faults
    odd: dict[tuple[int, str], list[float | None]] = {}
    for batch in engine.batches(f"SELECT {', '.join((f'{stated} AS stated', *held))} FROM runs", TOGETHER):
        rows = pa.Table.from_batches([batch])
        for found in faults(of_table(rows, catalogue)):
            figures = zip(*(values.tolist() for values in (*found[2:], found.excess)), strict=True)
            for told, values in zip(rows["stated"].take(found.rows).to_pylist(), figures, strict=True):
                odd[told, found.code] = [value if math.isfinite(value) else None for value in values]
    lines = [(told, code, *values) for (told, code), values in odd.items()]
    engine.load("odd", {name: [line[place] for line in lines] for place, name in enumerate(TYPES)}, TYPES)
    engine.run(
        f"CREATE TABLE row_faults AS SELECT row_id, service_key, odd.* EXCLUDE (stated)"
        f" FROM runs JOIN odd ON odd.stated = {stated}; DROP TABLE odd"
    )
    engine.load("judged", {"code": [rule.code for rule in RULES]}, {"code": "VARCHAR"})
