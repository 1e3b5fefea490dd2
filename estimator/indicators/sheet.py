"""The sheet of the twelve indicators for a territory and a period: values, objectives, thresholds, trends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from estimator.commitments import expected
from estimator.indicators.footprint import FOOTPRINTS, footprint, per_service
from estimator.indicators.practice import coverage, non_ai_reviewed, published, right_sized, trained
from estimator.indicators.scope import Scope
from estimator.indicators.sober import sober_hosting
from estimator.indicators.trajectory import change


@dataclass(frozen=True)
class Entry:
    """An indicator: its number, the phrases of the charter that it answers to, and what kind of number it is."""

    id: str
    number: int
    charter: tuple[str, ...]
    kind: str  # footprint, count or share


INDICATORS = (
    Entry("energy", 1, ("C18", "C19"), "footprint"),
    Entry("water", 2, ("C18",), "footprint"),
    Entry("adpe", 3, ("C18", "C20"), "footprint"),
    Entry("gwp", 4, ("C14", "C18"), "footprint"),
    Entry("per_service", 5, ("C06", "C37"), "count"),
    Entry("right_sized", 6, ("C25",), "share"),
    Entry("non_ai_reviewed", 7, ("C39", "C40"), "share"),
    Entry("sober_hosting", 8, ("C21", "C22"), "share"),
    Entry("coverage", 9, ("C14", "C43"), "share"),
    Entry("trajectory", 10, ("C03", "C19"), "footprint"),
    Entry("trained", 11, ("C26", "C32"), "share"),
    Entry("published", 12, ("C44", "C50", "C51"), "share"),
)


def sheet(scope: Scope) -> dict[str, Any]:
    """{"territory", "period", "previous", "build", "indicators": {id: {…}}} of a scope; unknown is None, never zero."""
    day = scope.period.last_day
    before = scope.before()
    found: dict[str, dict[str, Any]] = {name: footprint(scope, name) for name in FOOTPRINTS}
    for name in FOOTPRINTS:
        found[name]["change"] = change(scope, before, name)
    found |= {
        "per_service": per_service(scope),
        "right_sized": right_sized(scope),
        "non_ai_reviewed": non_ai_reviewed(scope),
        "sober_hosting": sober_hosting(scope, day),
        "coverage": coverage(scope),
        "trajectory": _trajectory(scope, found["energy"]),
        "trained": trained(scope, day),
        "published": published(scope, day),
    }
    entries = {e.id: _entry(e, found[e.id], scope, day) for e in INDICATORS}
    build = scope.sources.build
    body: dict[str, Any] = {"territory": scope.territory, "period": str(scope.period), "previous": str(before.period)}
    body |= {"build": build.id, "factors_version": build.factors_version, "sample": build.sample}
    return body | {"indicators": entries}


def _entry(entry: Entry, found: Mapping[str, Any], scope: Scope, day: date) -> dict[str, Any]:
    objective = scope.sources.commitments.objective(entry.id, scope.territory, day)
    body = {"id": entry.id, "number": entry.number, "kind": entry.kind, "charter": list(entry.charter)}
    return body | {"objective": objective.model_dump(mode="json") if objective else None} | dict(found)


def _trajectory(scope: Scope, energy: Mapping[str, Any]) -> dict[str, Any]:
    """Electricity of the year against its reference year and its objective; « objectif non fixé » without a vote."""
    objective = scope.sources.commitments.objective("energy", scope.territory, scope.period.last_day)
    body: dict[str, Any] = {"value": energy["value"], "change": energy["change"], "reference": None, "path": None}
    if objective is None:
        return body
    reference = footprint(scope.year(objective.reference_year), "energy")["value"]
    body["reference"] = {"year": objective.reference_year} | dict(reference)
    stated = objective.reference if objective.reference is not None else reference["central"]
    if stated is not None:
        body["path"] = expected(objective, scope.period.last_day.year, stated)
        body["target"] = {"year": objective.due_year, "value": objective.target(stated)}
    return body
