"""Seats of an earlier version of a table that still count where this version could not be read."""

from collections.abc import Collection

from estimator.core.duckdb_engine import connect
from estimator.ledger.files import Ledger
from estimator.ledger.restatements import SEATS

_STANDING = f"""
SELECT line, COUNT(DISTINCT start_month) FROM ({{rows}})
WHERE reader = '{SEATS}' AND file_name = $1 AND file_sha <> $2 AND NOT list_contains($3, row_id)
  AND list_contains($4, line)
GROUP BY line ORDER BY line
"""


def standing_seats(
    ledger: Ledger, name: str, sha: str, row_ids: Collection[str], lines: Collection[int]
) -> list[tuple[int, int]]:
    """Of these lines, refused, each that an earlier version of the file says, with how many of its months still count.
    row_ids: of what this version says."""
    if not lines:
        return []
    with ledger.still() as held, connect() as connection:
        sql = _STANDING.format(rows=held.rows_sql("activities"))
        return connection.execute(sql, [name, sha, sorted(row_ids), sorted(lines)]).fetchall()
