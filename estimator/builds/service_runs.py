"""The runs of a service, all of them or those between two moments: how many, when, and what they count."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from estimator.assessment.evaluation import ActivityGroup
from estimator.core.duckdb_engine import DuckDB

# A run with a moment of it on either side of a bound is cut by it.
_WITHIN = """service_key = $1 AND ($2::BIGINT IS NULL OR end_us > $2 OR start_us >= $2)
 AND ($3::BIGINT IS NULL OR start_us < $3)"""
_COUNTED = f"""SELECT COUNT(*) AS runs, MIN(start_us) AS first_us, MAX(end_us) AS last_us,
 COUNT(items) AS with_items, COUNT(COALESCE(items, requests)) AS counted,
 fsum(items) AS items, fsum(requests) AS requests,
 COUNT(*) FILTER (start_us < $2 OR end_us > $3) AS cut FROM runs WHERE {_WITHIN}"""
# Groups that authorities published have sums, and no runs.
_MERGED = """SELECT services.runs, first_us, last_us, services.items, requests,
 IF(services.items IS NULL, 0, services.runs) AS with_items, services.runs AS counted, 0 AS cut
 FROM services, (SELECT fsum(requests) AS requests FROM cells WHERE service_key = $1)
 WHERE service_key = $1"""


class RunsOf(NamedTuple):
    """The runs of a service: from a moment on, before another, since 1970 [us]; None: whenever."""

    service: str
    since_us: int | None = None
    until_us: int | None = None

    @property
    def rows(self) -> tuple[str, Sequence[Any]]:
        """SQL condition of the rows of `bound_slices` of these runs, and its parameters."""
        return f"service_key = $1 AND row_id IN (SELECT row_id FROM runs WHERE {_WITHIN})", self

    @property
    def every(self) -> bool:
        """Whether they are all the runs of the service."""
        return self.since_us is None and self.until_us is None


class CountedGroup(NamedTuple):
    """Activity of runs with the same selected factors, and how many items and requests they count."""

    group: ActivityGroup
    items: float
    requests: float


class ServiceRuns(NamedTuple):
    """Runs of a service: how many, from when to when, since 1970 [us]. with_items: how many of them count items;
    counted: items or requests; items, requests: how many they count; cut: how many of them go over a bound."""

    runs: int
    first_us: int
    last_us: int
    with_items: int
    counted: int
    items: float | None
    requests: float | None
    cut: int

    @property
    def first(self) -> str:
        """The day on which the first begins, in UTC."""
        return _day(self.first_us)

    @property
    def last(self) -> str:
        """The day on which the last ends, in UTC."""
        return _day(max(self.first_us, self.last_us - 1))


def service_runs(engine: DuckDB, asked: RunsOf) -> ServiceRuns | None:
    """The runs of a service; None without any."""
    [found] = engine.rows(_COUNTED, asked)
    if not found["runs"] and asked.every:
        found = next(iter(engine.rows(_MERGED, [asked.service])), found)
    return ServiceRuns(**found) if found["runs"] else None


def _day(moment_us: int) -> str:
    return datetime.fromtimestamp(moment_us / 1e6, UTC).date().isoformat()
