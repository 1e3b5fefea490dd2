"""What the ends of files tell of their columns, without their rows being read."""

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from estimator.core.duckdb_engine import DuckDB, files_sql
from estimator.ledger.withdrawn_rows import parquet

# A list is told by the path to its elements; a file of few rows counts nothing.
_ENDS = """SELECT file_name, SPLIT_PART(path_in_schema, ',', 1) AS name, contains(path_in_schema, ',') AS listed,
  SUM(num_values) AS rows, SUM(num_values) - SUM(stats_null_count) AS stated, SUM(stats_null_count) = 0 AS every,
  COALESCE(SUM(stats_null_count) = 0 AND COUNT(DISTINCT stats_min_value) = 1
    AND BOOL_AND(stats_min_value = stats_max_value AND min_is_exact AND max_is_exact), FALSE) AS same
FROM parquet_metadata([{files}]) GROUP BY ALL ORDER BY ALL"""


class StatedColumns(NamedTuple):
    """Of the rows of one file: the columns that some state, or may, where its end does not tell, and those that all
    state alike, or none does, and those that every row states, as far as its end tells; and how many rows there are."""

    stated: Set[str]
    same: Set[str]
    every: Set[str]
    rows: int


def stated_columns(engine: DuckDB, files: Sequence[str]) -> dict[str, StatedColumns]:
    """What these files tell, by their path; of one whose end tells nothing, rows are counted."""
    ends: dict[str, list[Mapping[str, object]]] = {file: [] for file in files}
    for row in engine.rows(_ENDS.format(files=files_sql(files))) if files else ():
        ends[row["file_name"]].append(row)
    found = {}
    for file, columns in ends.items():
        counted = {str(column["name"]): column["stated"] for column in columns}
        if not any(count is not None for count in counted.values()):
            each = (f"COUNT{'_IF(LEN({0}) > 0)' if c['listed'] else '({0})'} AS {{0}}" for c in columns)
            counts = ", ".join(sql.format(c["name"]) for sql, c in zip(each, columns, strict=True))
            (counted,) = engine.rows(f"SELECT {counts} FROM {parquet([file])}")
        told = [column for column in columns if column["stated"] is not None]
        alike = {str(c["name"]) for c in told if c["same"] and not c["listed"] or not c["stated"]}
        every = {str(c["name"]) for c in told if c["every"] and not c["listed"]}
        rows = min(int(str(c["rows"])) for c in columns)  # a list is as many values as it holds
        found[file] = StatedColumns({name for name, count in counted.items() if count != 0}, alike, every, rows)
    return found


def read_columns(types: Mapping[str, str], empty: Set[str]) -> str:
    """SQL of these columns of rows. Those that none states are not read: NULL, or a list of nothing."""
    return ", ".join(
        f"{'[]' if kind.endswith('[]') else 'NULL'}::{kind} AS {name}" if name in empty else name
        for name, kind in types.items()
    )
