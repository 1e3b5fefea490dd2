"""What the ends of files tell of their columns, without their rows being read."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from estimator.core.duckdb_engine import DuckDB, files_sql, texts_sql
from estimator.ledger.rows import Activity
from estimator.ledger.withdrawn_rows import parquet

# A list is told by the path to its elements, one a row where each holds one; a file of few rows counts nothing.
_ENDS = """WITH told AS (
  SELECT file_name, SPLIT_PART(path_in_schema, ',', 1) AS name, contains(path_in_schema, ',') AS listed,
    SUM(row_group_num_rows) AS rows, SUM(num_values) - SUM(stats_null_count) AS stated,
    CASE WHEN SUM(stats_null_count) = 0 AND SUM(num_values) = SUM(row_group_num_rows)
      AND MIN(stats_min_value) = MAX(stats_min_value)
      AND BOOL_AND(stats_min_value = stats_max_value AND min_is_exact AND max_is_exact) THEN MIN(stats_min_value)
    END AS value
  FROM parquet_metadata([{files}]) GROUP BY ALL
)
SELECT file_name, CAST(MAX(rows) AS BIGINT) AS "rows", COUNT(stated) > 0 AS told, LIST(name) AS names,
  LIST(name) FILTER (listed) AS lists, LIST(name) FILTER (stated = 0) AS empty,
  LIST(name) FILTER (stated = rows AND NOT listed) AS every,
  LIST([name, value]) FILTER (value IS NOT NULL) AS same
FROM told GROUP BY file_name"""
_PLAIN = ("VARCHAR", "VARCHAR[]", "BIGINT", "BOOLEAN")  # columns of which an end tells the very value that rows have


class StatedColumns(NamedTuple):
    """Of the rows of one file: the columns that some state, or may, where its end does not tell, and those that all
    state alike, with the text of that, or that none does, and those that every row states, as far as its end tells;
    and how many rows there are."""

    stated: Set[str]
    same: Mapping[str, str | None]
    every: Set[str]
    rows: int


def stated_columns(engine: DuckDB, files: Sequence[str]) -> dict[str, StatedColumns]:
    """What these files tell, by their path; of one whose end tells nothing, rows are counted. No row of a file states a
    column of activities that it does not hold."""
    found = {}
    for row in engine.rows(_ENDS.format(files=files_sql(files))) if files else ():
        names, lists, empty, every = ({*(row[name] or ())} for name in ("names", "lists", "empty", "every"))
        if not row["told"]:
            each = (f"COUNT{'_IF(LEN({0}) > 0)' if name in lists else '({0})'} AS {{0}}".format(name) for name in names)
            (counted,) = engine.rows(f"SELECT {', '.join(each)} FROM {parquet([row['file_name']])}")
            empty = {name for name, count in counted.items() if not count}
            every = {name for name, count in counted.items() if count == row["rows"]} - lists
        empty |= Activity.model_fields.keys() - names
        same = dict[str, str | None](row["same"] or ()) | (dict.fromkeys(empty) if row["told"] else {})
        found[row["file_name"]] = StatedColumns(names - empty, same, every, row["rows"])
    return found


def shared(same: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    """What all rows of some files state alike, of what those of each state."""
    told = ({*of_file.items()} for of_file in same)
    return {name: value for name, value in set.intersection(*told) if value is not None}


def constants(types: Mapping[str, str], empty: Set[str], same: Mapping[str, str]) -> dict[str, str]:
    """SQL of those of these columns that all rows state alike, or none does: NULL, or a list of nothing."""
    told = {name: "[]" if kind.endswith("[]") else "NULL" for name, kind in types.items() if name in empty}
    for name, value in same.items():
        if types.get(name) in _PLAIN:
            told[name] = f"[{texts_sql([value])}]" if types[name].endswith("[]") else texts_sql([value])
    return {name: f"{value}::{types[name]}" for name, value in told.items()}


def inlined(sql: str, told: Mapping[str, str]) -> str:
    """SQL with these columns as what all rows state: what a condition of that decides is neither read nor summed up, as
    it would be of a relation that tells it."""
    return re.sub(r"(?<!')\b\w+\b(?!')", lambda name: told.get(name[0], name[0]), sql)


def read_columns(types: Mapping[str, str], empty: Set[str], same: Mapping[str, str]) -> str:
    """SQL of these columns of rows. Those that all state alike, or none does, are not read."""
    told = constants(types, empty, same)
    return ", ".join(f"{told[name]} AS {name}" if name in told else name for name in types)
