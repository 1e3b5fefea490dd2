"""The sheet of the twelve indicators for a territory and a period: values, objectives, thresholds, trends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from estimator.core.errors import sentences
from estimator.governance.indicators.anonymity import withheld
from estimator.governance.indicators.footprints import FOOTPRINTS, footprints, per_service, totals
from estimator.governance.indicators.hosting_share import sober_hosting
from estimator.governance.indicators.practices import coverage, non_ai_reviewed, published, right_sized, trained
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.thresholds import limits
from estimator.governance.indicators.trend import change


@dataclass(frozen=True)
class SobrietyIndicator:
    """An indicator: its number, the phrases of the charter that it answers to, what kind of number it is, and what
    it is about: a footprint, a choice of model or site, or the way things are done. criteria: of the RGESN."""

    id: str
    number: int
    charter: tuple[str, ...]
    kind: str  # footprint, count or share
    family: str  # footprint, choice or process
    criteria: tuple[str, ...] = ()


INDICATORS = (
    SobrietyIndicator("energy", 1, ("C18", "C19"), "footprint", "footprint"),
    SobrietyIndicator("water", 2, ("C18",), "footprint", "footprint", ("8.4",)),
    SobrietyIndicator("adpe", 3, ("C18", "C20"), "footprint", "footprint", ("8.2",)),
    SobrietyIndicator("gwp", 4, ("C14", "C18"), "footprint", "footprint", ("8.6",)),
    SobrietyIndicator("per_service", 5, ("C06", "C37"), "count", "footprint"),
    SobrietyIndicator("right_sized", 6, ("C25",), "share", "choice"),
    SobrietyIndicator("non_ai_reviewed", 7, ("C39", "C40"), "share", "process"),
    SobrietyIndicator("sober_hosting", 8, ("C21", "C22"), "share", "choice", ("8.3", "8.4", "8.6")),
    SobrietyIndicator("coverage", 9, ("C14", "C43"), "share", "process"),
    SobrietyIndicator("trajectory", 10, ("C03", "C19"), "footprint", "footprint"),
    SobrietyIndicator("trained", 11, ("C26", "C32"), "share", "process"),
    SobrietyIndicator("published", 12, ("C44", "C50", "C51"), "share", "process"),
)


def sheet(scope: Scope) -> dict[str, Any]:
    """{"territory", "period", "previous", "build", "indicators": {id: {…}}} of a scope; unknown is None, never zero."""
    day = min(scope.period.last_day, scope.sources.today)
    found = _footprints(scope)
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
    body: dict[str, Any] = {"territory": scope.territory, "period": str(scope.period)}
    body |= {"previous": str(scope.before().period), "months": scope.known_months()}
    body |= {"build": build.id, "factors_version": build.factors_version, "sample": build.sample}
    return body | {"indicators": entries}


def _footprints(scope: Scope) -> dict[str, dict[str, Any]]:
    """The four footprints with their months, change and budget; withheld when they are those of too few people."""
    before, pace = scope.before(), Pace(scope)
    found = footprints(scope)
    hidden = withheld(scope)
    for name in FOOTPRINTS:
        entry = found[name]
        if hidden:
            entry["value"] = _withheld(entry["value"])
            entry |= {kind: dict.fromkeys(entry[kind]) for kind in ("months", "history")}
            entry |= {"change": {"established": None, "effects": None}, "path": None, "budget": None}
            continue
        entry |= {"change": change(scope, before, name)}
        entry |= {"path": pace.against_path(name), "budget": pace.against_budget(name)}
    return found


def _withheld(amount: Mapping[str, Any]) -> dict[str, Any]:
    ends = dict.fromkeys(("low", "central", "high"))
    return ends | {"unit": amount["unit"], "missing": sentences("indicators_missing", "small_group")}


def _entry(entry: SobrietyIndicator, found: Mapping[str, Any], scope: Scope, day: date) -> dict[str, Any]:
    voted = "energy" if entry.id == "trajectory" else entry.id
    objective = scope.sources.commitments.objective(voted, scope.territory, day)
    body = {"id": entry.id, "number": entry.number, "kind": entry.kind, "family": entry.family}
    body |= {"charter": list(entry.charter), "limits": limits(entry.id, entry.criteria, day)}
    return body | {"objective": objective.model_dump(mode="json") if objective else None} | dict(found)


def _trajectory(scope: Scope, energy: Mapping[str, Any]) -> dict[str, Any]:
    """Electricity against its reference year and its objective; « objectif non fixé » without a vote."""
    found = energy["path"]
    body: dict[str, Any] = {"value": energy["value"], "change": energy["change"], "reference": None, "path": None}
    if found is None:
        return body
    year = found["reference_year"]
    reference = {"year": year} | totals(scope.year(year).groups)["energy"]
    body |= {"reference": reference, "path": found["path"], "verdict": found["verdict"]}
    return body | {"target": {"year": found["due_year"], "value": found["target"]}}
