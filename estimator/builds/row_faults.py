"""The faults of the rows that count, by the rules of the catalogue, as a table of the build."""

import math
from collections.abc import Mapping, Set
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
    rows_said = engine.batches(f"SELECT {said} AS said, {texts} FROM runs GROUP BY said", TOGETHER)
    all_said = pa.Table.from_batches(rows_said, pa.schema({"said": pa.uint64()} | dict.fromkeys(TEXTS, pa.string())))
    of = {name: all_said[name].combine_chunks().dictionary_encode() for name in TEXTS}
    held = [name for name in NUMBERS if name not in unstated]
    stated = f"HASH({', '.join((*TEXTS, *held))})"  # rows that state the same have the same faults
    odd: dict[tuple[int, str], list[float | None]] = {}
    spans = dict.fromkeys(held, (math.inf, -math.inf))  # of the numbers that every row with a fault states
    columns = ", ".join((f"{said} AS said", f"{stated} AS stated", *held))
    for batch in engine.batches(f"SELECT {columns} FROM runs", TOGETHER):
        rows = pa.Table.from_batches([batch])
        places = pc.index_in(rows["said"], all_said["said"])
        for name, values in of.items():
            rows = rows.append_column(name, values.take(places))
        for found in faults(of_table(rows, catalogue)):
            figures = zip(*(values.tolist() for values in (*found[2:], found.excess)), strict=True)
            spans = {name: _wider(span, rows[name].take(found.rows)) for name, span in spans.items()}
            for told, values in zip(rows["stated"].take(found.rows).to_pylist(), figures, strict=True):
                odd[told, found.code] = [value if math.isfinite(value) else None for value in values]
    lines = [(told, code, *values) for (told, code), values in odd.items()]
    engine.load("odd", {name: [line[place] for line in lines] for place, name in enumerate(TYPES)}, TYPES)
    engine.run(
        f"CREATE TABLE row_faults AS SELECT row_id, service_key, held_in, odd.* EXCLUDE (stated)"
        f" FROM (SELECT * FROM runs WHERE {_within(spans) if odd else 'FALSE'}) JOIN odd ON odd.stated = {stated}"
        f" WHERE NOT (code IN {OF_ITS_PLACE} AND zone_from NOT IN ('trace', 'unknown')); DROP TABLE odd"
    )
    engine.load("judged", {"code": [rule.code for rule in RULES]}, {"code": "VARCHAR"})


def _wider(span: tuple[float, float], read: Any) -> tuple[float, float]:
    """A span with these numbers in it; without bounds where one is not stated."""
    low, high = float(np.min(read)), float(np.max(read))  # a number that is not stated is nan, as are then both
    return (min(span[0], low), max(span[1], high)) if low <= high else (-math.inf, math.inf)


def _within(spans: Mapping[str, tuple[float, float]]) -> str:
    """SQL: whether a row may be one of those with a fault, told from its numbers before it is told from its hash."""
    ends = (f"{name} BETWEEN {low!r} AND {high!r}" for name, (low, high) in spans.items() if math.isfinite(high - low))
    return " AND ".join(ends) or "TRUE"
