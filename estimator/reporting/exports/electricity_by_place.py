"""What the electricity of each place in the table rests on: its shares by proof, and the runs that it leaves out."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from estimator.catalogue.schema import PROOFS
from estimator.governance.indicators.told_results import ToldResults
from estimator.results.proofs import NO_PROOF

Place = tuple[str, str | None, int | None]  # level, service, month


def place_of(row: Mapping[str, Any]) -> Place:
    """Where a row stands in the table, but for what only cells have."""
    return row["level"], row["service"], row["month"]


def proof_shares_by_place(told: ToldResults) -> Mapping[Place, Mapping[str, float]]:
    """Share of the electricity by proof [1] of a service and of its months; of all and of a month where nothing is
    withheld. All have the same proofs in the same order."""
    found: dict[Place, Mapping[str, float]] = {
        ("service", service, None): shares for service, shares in told.build.proof_by_service().items()
    }
    months: dict[Place, dict[str, float]] = defaultdict(lambda: dict.fromkeys(PROOFS, 0.0))
    for row in told.table.select(["level", "impact", "service", "month", "proof", "weight_kwh"]).to_pylist():
        if row["level"] == "cell" and row["impact"] == "energy" and row["proof"] != NO_PROOF:
            months["service_month", row["service"], row["month"]][row["proof"]] += row["weight_kwh"]
            if not told.withheld:
                months["month", None, row["month"]][row["proof"]] += row["weight_kwh"]
    if not told.withheld:
        found["total", None, None] = told.build.proof()
    shared = {
        place: {name: kwh / (sum(parts.values()) or 1.0) for name, kwh in parts.items()}
        for place, parts in months.items()
    }
    return found | shared


def unknown_runs_by_place(told: ToldResults) -> Mapping[Place, int | None]:
    """How many runs have no known electricity and are in no value of a place; of one between two months, in both. None
    of a sum that is rounded, unless there is none: some would be runs of small uses, once those told are taken off."""
    found: dict[Place, int | None] = defaultdict(int)
    of_service: dict[tuple[str, int], int] = defaultdict(int)
    months: dict[int, int] = defaultdict(int)
    for service, count in told.build.unknown_by_service().items():
        found["service", service, None] = count
    for row in told.build.coverage_by_month():
        of_service[row["service_key"], row["month"]] += row["unknown"]
        months[row["month"]] += row["unknown"]
    found |= {("service_month", service, month): count for (service, month), count in of_service.items()}
    sums: dict[Place, int] = {("total", None, None): told.build.unknown_runs()}
    sums |= {("month", None, month): count for month, count in months.items()}
    for place, count in sums.items():
        rounded = told.is_rounded({"level": place[0], "month": place[2]})
        found[place] = None if count and rounded else count
    return found
