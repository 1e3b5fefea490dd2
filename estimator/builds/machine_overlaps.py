"""Runs that each measured a whole computer that nobody named, at one time: they may be of one computer, counted twice.

Of rows that are not read, which may overlap one of another part: those that run while rows of the same service or file
do, in any other part, whatever their hardware.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import NamedTuple

# SQL: a row of a whole computer that nobody named.
WHOLE = (
    "reader = 'codecarbon' AND scope = 'machine' AND machine_id IS NULL AND COALESCE(resource_share, 1) = 1"
    " AND end_us > start_us + 1000000"
)
# SQL: when rows of a whole computer ran, by what another may share with them; of rows told `first_us` and `last_us`.
SPANS = """SELECT held_in, name, MIN(first_us) AS first_us, MAX(last_us) AS last_us FROM (
  SELECT held_in, 'service ' || service_key AS name, first_us, last_us FROM {rows} WHERE first_us IS NOT NULL
  UNION ALL
  SELECT held_in, 'file ' || file_sha, first_us, last_us FROM {rows} WHERE first_us IS NOT NULL
) GROUP BY held_in, name{and_by}"""
BY_HOUR = ", FLOOR(first_us / 3600000000.0)"
# SQL: the hashes of the rows that meet one of the table `given`: of those that began before a row ends, the last end.
MEET = """SELECT DISTINCT HASH(row_id) FROM (
  SELECT row_id, begun_us, MAX(last_us) OVER (PARTITION BY name ORDER BY moment ROWS UNBOUNDED PRECEDING) AS until_us
  FROM (
    SELECT row_id, 'service ' || service_key AS name, end_us AS moment, start_us AS begun_us, NULL AS last_us
    FROM {rows} WHERE {whole}
    UNION ALL
    SELECT row_id, 'file ' || file_sha, end_us, start_us, NULL FROM {rows} WHERE {whole}
    UNION ALL
    SELECT NULL, name, first_us, NULL, last_us FROM given
  )
) WHERE row_id IS NOT NULL AND until_us > begun_us"""


class Span(NamedTuple):
    """When rows of a whole computer of one service, or of one file, ran [us]."""

    name: str
    first_us: int
    last_us: int


def others_met(spans: Mapping[str, Sequence[Span]]) -> dict[str, list[Span]]:
    """By part, the spans of other parts that meet one of its own of the same name."""
    by_name = defaultdict[str, list[tuple[str, Span]]](list)
    for part, of_part in spans.items():
        for span in of_part:
            by_name[span.name].append((part, span))
    return {
        part: sorted(
            {
                other
                for own in of_part
                for where, other in by_name[own.name]
                if where != part and other.first_us < own.last_us and other.last_us > own.first_us
            }
        )
        for part, of_part in spans.items()
    }


def machine_twice(told: str, rows: str, which: str = "TRUE") -> str:
    """SQL of what is told of the rows of a relation that may be counted twice with another one of it."""
    text = (resources.files(__package__) / "sql" / "machine_twice.sql").read_text("utf-8")
    return text.format(told=told, rows=rows, whole=f"{which} AND {WHOLE}")
