"""The sheet of the indicators for a territory and a period: values, objectives, thresholds, trends."""

from collections.abc import Mapping
from typing import Any

from estimator.core.interval import Interval
from estimator.governance.indicator_list import FOOTPRINTS, INDICATORS, SobrietyIndicator
from estimator.governance.indicators.added_indicators import computed
from estimator.governance.indicators.anonymity import (
    is_more_in_total,
    is_untold,
    told_months,
    why_withheld,
    withheld,
    withheld_amount,
    withheld_budget,
)
from estimator.governance.indicators.footprints import RATIOS, as_of_years, footprints, of_scope
from estimator.governance.indicators.handed_over import incomplete, not_handed, outside_of
from estimator.governance.indicators.hosting_share import sober_hosting
from estimator.governance.indicators.known_months import before, known_months
from estimator.governance.indicators.left_out import gaps, unknown_runs
from estimator.governance.indicators.practices import PRACTICES, proof_shares
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.thresholds import limits
from estimator.governance.indicators.told_amounts import (
    AS_THEY_ARE,
    OF_CHANGE,
    OF_YEAR,
    apart_ids,
    finest,
    finest_of_years,
    impacts_of,
    is_ever_rounded,
    is_rounded,
    leaving_shares,
    rows_of_shares,
    times_of,
    told_body,
    told_interval,
    told_sum,
)
from estimator.governance.indicators.told_ends import KWH, made_of, told_amount
from estimator.governance.indicators.trend import change, comparable

CHANGE = (*OF_CHANGE, "difference", "effects", "ends", "relative", "share", "words")  # none of it told
COUNTS = ("not_estimable",)  # of months of services: told of merged uses where it is none
RANKED = ("sites",)  # the largest first
OF_SHARES = ("proof", "untold", "missing")  # of a footprint, and of its trajectory
COMPUTED = {**RATIOS, **PRACTICES, "sober_hosting": sober_hosting}


def sheet(scope: Scope) -> dict[str, Any]:
    """{"territory", "period", "previous", "build", "indicators": {id: {…}}, "added": […]} of a scope; unknown is None,
    never zero. running_month: that of today [yyyymm]; added: those of other packages. Sums that hold uses told only
    together are rounded where they leave."""
    found = _footprints(scope)
    found |= {name: _leaving(scope, compute(scope)) for name, compute in COMPUTED.items()}
    found["trajectory"] = _trajectory(scope, found["energy"])
    entries = {e.id: _entry(e, found[e.id], scope) for e in INDICATORS}
    build = scope.sources.build
    body: dict[str, Any] = {"territory": scope.territory, "period": str(scope.period)}
    earlier = before(scope).period
    body |= {"previous": str(earlier), "same_season": scope.period.first % 100 == earlier.first % 100}
    measured = [] if withheld(scope) else told_months(scope)  # when its uses ran is then not told either
    body |= {"months": [month for month in measured if month in known_months(scope)], "measured": measured}
    body |= {"measured_least": bool(measured) and is_more_in_total(scope)}
    unread = _is_unread(scope) and not withheld(scope)
    outside = outside_of(scope)._replace(gaps=gaps(scope), unknown_runs=unknown_runs(scope), unread=unread)
    body |= {"outside": outside._asdict(), "elsewhere": scope.sources.elsewhere}
    body |= {"running_month": scope.sources.running_month}
    body |= {"build": build.id, "factors_version": build.factors_version, "sample": build.sample}
    figures = {name: found[name]["value"] for name in FOOTPRINTS}
    added = computed(figures, {name: found[name]["proof"] for name in FOOTPRINTS})
    if is_ever_rounded(scope):
        units = {id: entry["value"].unit for id, entry in entries.items() if isinstance(entry["value"], Interval)}
        least = _finest_of_change(scope)
        kept = AS_THEY_ARE if is_rounded(scope.year(scope.period.last // 100)) else OF_YEAR
        entries |= {id: told_body(entries[id], unit, least, kept) for id, unit in units.items()}
        if is_rounded(scope):
            added = [one | {"value": told_interval(one["value"], finest(scope))} for one in added]
    return body | {"indicators": entries, "added": added}


def _is_unread(scope: Scope) -> bool:
    """Whether a part of the electricity was not read in a month of a use told one by one, or of what is in no use."""
    apart, there = apart_ids(scope), dict[str, set[int]]()
    for row in scope.every.rows:
        if row.id not in apart:
            there.setdefault(row.row.service_key, set()).add(row.row.month)
    return any(
        run["start_month"] <= month <= run["end_month"]
        for run in scope.sources.build.unread
        for month in there.get(run["service_key"], ())
    )


def _leaving(scope: Scope, found: dict[str, Any]) -> dict[str, Any]:
    """A practice as it may leave: the shares of electricity that are told, and no count nor rank of what a few take."""
    value = found["value"]
    if is_rounded(scope):
        if isinstance(value.get("denominator"), float):
            found = found | {"value": {name: value[name] for name in ("share", "unknown")}}
        found = found | {name: None for name in COUNTS if found.get(name)}
        found = found | {name: sorted(found[name], key=str) for name in RANKED if name in found}
    return leaving_shares(scope, found)


def _footprints(scope: Scope) -> dict[str, dict[str, Any]]:
    """The four footprints with their months, change and budget; withheld when about too few people."""
    earlier, pace = before(scope), Pace(scope)
    found = footprints(scope)
    hidden, why = withheld(scope), why_withheld(scope)
    of_year = hidden or withheld(scope.year(pace.year))
    told, compared = impacts_of(scope) & impacts_of(scope.year(pace.year)), impacts_of(earlier)
    values = {name: found[name]["value"] for name in FOOTPRINTS}
    values = as_of_years(scope, told_sum(values, finest(scope))) if is_rounded(scope) else values
    for name in FOOTPRINTS:
        entry, voted = found[name], pace.against_budget(name)
        entry["value"] = values[name]
        if hidden or name not in impacts_of(scope):
            entry["value"] = withheld_amount(entry["value"], why if hidden else "by_difference")
        shares = proof_shares(rows_of_shares(scope), name) if entry["value"].known else {}
        entry |= leaving_shares(scope, {"proof": shares})
        if hidden:
            entry |= {kind: dict.fromkeys(entry["months"]) for kind in ("months", "history")}
        if name not in told:
            entry |= {"change": dict.fromkeys(CHANGE), "month_to_come": None, "path": None}
            entry["budget"] = withheld_budget(voted) if voted else voted
            continue
        untold = hidden or name not in compared or any(map(is_untold, comparable(scope, earlier, name)))
        entry["change"] = dict.fromkeys(CHANGE) if untold else _told_change(scope, name)
        entry["month_to_come"] = None if of_year else pace.month_to_come(name)
        entry["path"] = None if of_year or _is_path_withheld(scope, name) else pace.against_path(name)
        entry["budget"] = withheld_budget(voted) if voted and of_year else voted
    return found


def _finest_of_change(scope: Scope) -> float:
    """The finest place of the electricity of two totals that are compared [kWh]; 0 of whole ones."""
    return max(map(finest_of_years, (scope, before(scope)))) if is_ever_rounded(scope) else 0.0


def _told_change(scope: Scope, name: str) -> dict[str, Any]:
    """The change of a total, both of these made of their electricity as the months compared are told: of some months
    of a year, as these are; of whole years, as years are. With a use left out of some months, they would be one more
    equation of the rounded sum of all: which way it goes is told alone."""
    earlier, least = before(scope), _finest_of_change(scope)
    found = change(scope, earlier, name)
    if "before" not in found or not is_ever_rounded(scope):
        return found
    if found["left_out"]:
        return found | {"before": None, "after": None}
    if not least:
        return found
    least *= 1 if found["months"] == len(scope.period.months()) and not finest(scope) else times_of(found["months"])
    for end, span in zip(("after", "before"), comparable(scope, earlier, name), strict=True):
        if energy := of_scope(span)["energy"].central:
            told = told_amount(energy, KWH, least)
            found[end] = made_of(found[end], energy, told)
    return found


def _is_path_withheld(scope: Scope, name: str) -> bool:
    """Whether the reference year of the objective in force is a total that is not told."""
    voted = scope.sources.commitments.objective(name, scope.territory, scope.period.last_day)
    if voted is None or voted.reference is not None:
        return False
    year = scope.year(voted.reference_year)
    return withheld(year) or name not in impacts_of(year)


def _entry(entry: SobrietyIndicator, found: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    voted = "energy" if entry.id == "trajectory" else entry.id
    objective = scope.sources.commitments.objective(voted, scope.territory, scope.day)
    body = {"id": entry.id, "number": entry.number, "kind": entry.kind, "family": entry.family}
    body |= {"charter": list(entry.charter), "limits": limits(entry.id, entry.criteria, scope.day)}
    return body | {"objective": objective.model_dump(mode="json") if objective else None} | dict(found)


def _trajectory(scope: Scope, energy: Mapping[str, Any]) -> dict[str, Any]:
    """Electricity against its reference year and its objective; « objectif non fixé » without a vote."""
    found = energy["path"]
    body: dict[str, Any] = {"value": energy["value"], "change": energy["change"], "reference": None, "path": None}
    body |= {name: energy[name] for name in OF_SHARES if name in energy}
    if found is None:
        return body
    year = found["reference_year"]
    told: Interval = of_scope(scope.year(year))["energy"]
    if apart := incomplete(scope.year(year)):
        told = Interval(unit=told.unit, missing=not_handed(apart, year))
    reference = {"year": year} | (told_interval(told) if is_ever_rounded(scope) else told).as_dict()
    body |= {"reference": reference, "path": found["path"], "verdict": found["verdict"]}
    target = found["target"]
    if target is not None and is_ever_rounded(scope):
        target = told_amount(target, energy["value"].unit)
    return body | {"target": {"year": found["due_year"], "value": target}}
