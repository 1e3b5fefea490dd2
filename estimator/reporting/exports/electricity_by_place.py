"""What each amount of each place in the table rests on: its shares by proof, and the runs that it leaves out."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from estimator.governance.indicators.told_results import ToldResults
from estimator.results.proofs import shares_of

Place = tuple[str, str | None, int | None]  # level, service, month


def place_of(row: Mapping[str, Any]) -> Place:
    """Where a row stands in the table, but for what only cells have."""
    return row["level"], row["service"], row["month"]


def proof_shares_by_place(told: ToldResults) -> Mapping[tuple[Place, str], Mapping[str, float]]:
    """The shares by proof [1] of each impact, and of each part of one, of a service and of its months; of all and of a
    month where nothing is withheld. All have the same proofs in the same order."""
    found: dict[tuple[Place, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    columns = ["level", "impact", "service", "month", "proof", "at_factor_values"]
    for row in told.table.select(columns).to_pylist():
        if row["level"] != "cell" or not row["at_factor_values"]:
            continue
        service, month = row["service"], row["month"]
        places: list[Place] = [("service", service, None), ("service_month", service, month)]
        for place in places if told.withheld else (*places, ("month", None, month), ("total", None, None)):
            found[place, row["impact"]][row["proof"]] += row["at_factor_values"]
    return {about: shares_of(amounts) for about, amounts in found.items()}


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
