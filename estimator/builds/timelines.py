"""The months of each service that have rows, and its gaps between them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from estimator.core.periods import months_between, stretches

MOST, YEAR = 120, 12  # months
Month = Mapping[str, Any]  # {"runs", "unknown", "kwh"} of estimator.builds.coverage.by_month


class ServiceTimeline(NamedTuple):
    """A service with its months that have rows, by number yyyymm."""

    key: str
    found: Mapping[int, Month]

    @property
    def top(self) -> float:
        """Its largest month [kWh]."""
        return max((sum(month["kwh"].values()) for month in self.found.values()), default=0.0)

    @property
    def gaps(self) -> list[list[int]]:
        """Its months without any row, between its first and its last, consecutive ones grouped."""
        every = months_between(min(self.found), max(self.found))
        return [period.months() for period in stretches([month for month in every if month not in self.found])]


def lines_of(rows: Sequence[Mapping[str, Any]], services: Sequence[str]) -> list[ServiceTimeline]:
    """The months of each service, in the order of `services`; ten years at most.

    rows: those of estimator.builds.coverage.by_month.
    """
    last = max((row["month"] for row in rows), default=0)
    first = last - MOST // YEAR * 100
    by_service: dict[str, dict[int, Month]] = {key: {} for key in services}
    for row in rows:
        if row["month"] > first and row["service_key"] in by_service:
            by_service[row["service_key"]][row["month"]] = row
    return [ServiceTimeline(key, found) for key, found in by_service.items() if found]
