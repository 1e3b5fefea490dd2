"""Which copies of rows are withdrawn: SQL over the files, and the same rule on one row."""

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from estimator.core.duckdb_engine import files_sql

NAME_ONLY = "file_name"  # a file withdrawn under one name stays withdrawn under another
# Not compared between copies: what a later version, or another sending, says of the same row does not bring it back.
_OF_A_VERSION = frozenset({NAME_ONLY, "reader", "reader_version", "context_tokens", "provider", "served_at"})
_OF_A_VERSION |= {"told_us", "called_by", "calls_through"}
_OF_PLACES = frozenset({"host_of_provider", "host_not_told", "host_not_sent", "zone_not_told", "zone_not_sent"})
_OF_PLACES |= {"address_of_region", "address_private", "address_not_of_provider", "address_sent"}

# Of a `NOT EXISTS`, the engine holds every row.
COUNTING = "SELECT stored.* FROM {rows} AS stored ANTI JOIN {gone} AS gone ON {same}"
SAME = "gone.{0} IS NOT DISTINCT FROM stored.{0}"
# Of the rows of the ledger, those that may be read from a refused row alone are held.
WAITING = """
WITH refused AS MATERIALIZED ({refused}),
named AS MATERIALIZED (SELECT row_id FROM row_status SEMI JOIN refused USING (row_id)),
placed AS MATERIALIZED (SELECT file_sha, line FROM row_status SEMI JOIN refused USING (file_sha, line))
SELECT * FROM refused ANTI JOIN named USING (row_id) ANTI JOIN placed USING (file_sha, line)
"""


def parquet(files: Sequence[str], option: str = "union_by_name=true") -> str:
    """SQL of the rows of these files."""
    return f"read_parquet([{files_sql(files)}], {', '.join({option: 1, 'union_by_name=true': 1})})"


def not_withdrawn(rows: str, gone: Sequence[str], opened: Callable[[str], Any] = str) -> str:
    """SQL of the rows of a relation without the copies in the files `gone`. opened: one of them, as Arrow reads it."""
    if not gone:
        return f"SELECT * FROM {rows} AS stored"
    import pyarrow.parquet as pq

    columns = set.intersection(*(set(pq.read_schema(opened(path)).names) for path in gone)) - _OF_A_VERSION
    return COUNTING.format(rows=rows, gone=parquet(gone), same=" AND ".join(map(SAME.format, sorted(columns))))


def still_quarantined(refused: str) -> str:
    """SQL of the refused rows from which no row of `row_status` was parsed since."""
    return WAITING.format(refused=refused)


def copy_of(row: BaseModel) -> str:
    """Key of a copy: the row without the name of its file, nor what depends on the version that read it: earlier ones
    wrote the usual place of a provider as if the trace had said it."""
    told = dict(row)
    checks = told.get("checks", ())
    if "host_of_provider" in checks:
        row = row.model_copy(update={"host": "class/server-unknown", "zone": None})
    if checks:
        row = row.model_copy(update={"checks": tuple(code for code in checks if code not in _OF_PLACES)})
    return row.model_dump_json(exclude=set(_OF_A_VERSION))
