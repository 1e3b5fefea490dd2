"""The share of the electricity by proof, for each place that may be told."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from estimator.catalogue.schema import PROOFS
from estimator.governance.indicators.told_results import ToldResults
from estimator.results.proofs import NO_PROOF


def proof_shares_by_place(told: ToldResults) -> Mapping[tuple[str, Any], Mapping[str, float]]:
    """Share of the electricity by proof [1] of a service; of all and of a month where nothing is withheld. All have the
    same proofs in the same order."""
    found: dict[tuple[str, Any], Mapping[str, float]] = {
        ("service", service): shares for service, shares in told.build.proof_by_service().items()
    }
    if told.withheld:
        return found
    found["total", None] = told.build.proof()
    months: dict[int, dict[str, float]] = defaultdict(lambda: dict.fromkeys(PROOFS, 0.0))
    for row in told.table.select(["level", "impact", "month", "proof", "weight_kwh"]).to_pylist():
        if row["level"] == "cell" and row["impact"] == "energy" and row["proof"] != NO_PROOF:
            months[row["month"]][row["proof"]] += row["weight_kwh"]
    shared = {
        month: {name: kwh / (sum(parts.values()) or 1.0) for name, kwh in parts.items()}
        for month, parts in months.items()
    }
    return found | {("month", month): parts for month, parts in shared.items()}
