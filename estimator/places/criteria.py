"""The RGESN criteria on hosting, met, not met or unknown for a site, each with its evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from estimator.core.errors import say
from estimator.places.evidence import (
    CriterionThreshold,
    Evidence,
    HostingSite,
    KnownFact,
    SiteMeasurement,
    site,
    tables,
)
from estimator.places.requirements import PRIORITIES
from estimator.places.supplier_answers import SupplierAnswer

Status = Literal["met", "not_met", "unknown"]
YEAR = 365.25  # [days], to compare an age with a limit in years


@dataclass(frozen=True)
class HostingCriterion:
    """One criterion for one site.

    reason: key of the words, why this status. value, low, high [unit]: the value found, None for a fact, whose
    word is `found`. factors: ids of the factors and answers used. asks: fields whose answer would settle it.
    """

    id: str
    status: Status
    reason: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    found: str = ""
    factors: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    thresholds: tuple[CriterionThreshold, ...] = ()
    asks: tuple[str, ...] = ()

    def title(self, lang: str) -> str:
        return say("hosting_criteria", f"c{self.id.replace('.', '_')}", lang)

    def status_text(self, lang: str) -> str:
        return say("hosting_status", self.status, lang)

    def reason_text(self, lang: str) -> str:
        return say("hosting_reasons", self.reason, lang)


def criteria(host: str, day: date, answers: Sequence[SupplierAnswer] = ()) -> list[HostingCriterion]:
    """The criteria of the RGESN for a site on a day, with what its supplier answered. HostUnknown, AnswerRefused.

    Only a value of the site or of its operator counts; « met » when the whole interval meets the threshold.
    """
    place = site(host, day, answers)
    return [JUDGES.get(criterion, _by_fact)(place, criterion) for criterion in PRIORITIES]


def _limits(place: HostingSite, criterion: str) -> dict[str, CriterionThreshold]:
    """The thresholds of a criterion in force on the day, by the suffix of their id."""
    rows = (t for t in tables().thresholds if t.criterion == criterion and t.valid_on(place.day))
    return {t.id.rpartition("/")[2]: t for t in rows}


def _of_fact(criterion: str, known: KnownFact | None, limit: CriterionThreshold) -> HostingCriterion:
    """A criterion settled by a fact."""
    if known is None:
        return HostingCriterion(criterion, "unknown", "no_fact", thresholds=(limit,), asks=(limit.quantity,))
    status: Status = "met" if limit.accepts(known.value) else "not_met"
    evidence = (known.evidence,) if known.evidence else ()
    return HostingCriterion(
        criterion, status, f"fact_{status}", found=known.value, evidence=evidence, thresholds=(limit,)
    )


def _of_number(
    criterion: str, reading: SiteMeasurement, limit: CriterionThreshold, asks: tuple[str, ...]
) -> HostingCriterion:
    """A criterion settled by a value, unless its interval straddles the threshold."""
    side = limit.side(reading.low, reading.high)
    status: Status = "unknown" if side is None else "met" if side else "not_met"
    found = _found_value(reading) | {"unit": limit.unit, "thresholds": (limit,)}
    reason = "straddles" if side is None else f"value_{status}"
    return HostingCriterion(criterion, status, reason, **found, asks=asks if side is None else ())


def _found_value(reading: SiteMeasurement) -> dict[str, Any]:
    numbers = {"value": reading.value, "low": reading.low, "high": reading.high}
    return numbers | {"factors": (reading.factor.id,), "evidence": (reading.evidence,)}


def _by_fact(place: HostingSite, criterion: str) -> HostingCriterion:
    """A criterion whose only threshold says which words of a fact are good."""
    (limit,) = _limits(place, criterion).values()
    return _of_fact(criterion, place.fact(limit.quantity), limit)


def _equipment(place: HostingSite, criterion: str) -> HostingCriterion:
    """A published policy settles it; without one, only a life above the example of the text does."""
    limits = _limits(place, criterion)
    policy = place.fact("equipment_policy")
    if policy is not None:
        return _of_fact(criterion, policy, limits["policy"])
    life = place.reading("machine_lifetime")
    both, asks = tuple(limits.values()), ("equipment_policy", "equipment_life")
    if isinstance(life, str):
        return HostingCriterion(criterion, "unknown", "no_fact", thresholds=both, asks=asks)
    found = _of_number(criterion, life, limits["life"], asks)
    if found.status == "met":
        return found
    return replace(found, status="unknown", reason="life_short", thresholds=both, asks=asks)


def _pue(place: HostingSite, criterion: str) -> HostingCriterion:
    """The PUE against the limit of its kind: measured, or by design when the site is recent enough."""
    limits = _limits(place, criterion)
    rows = limits["measured"], limits["by-design"], limits["new"]
    asks = ("pue", "pue_kind", "commissioned")
    reading = place.reading("pue")
    if isinstance(reading, str):
        return HostingCriterion(criterion, "unknown", reading, thresholds=rows, asks=asks)
    real = _of_number(criterion, reading, rows[0], asks[:2])
    kind = _kind(place, reading)
    if kind is None:
        if real.status == "met":  # a measured value would suffice; one by design has a stricter limit
            return replace(real, status="unknown", reason="kind_unknown", thresholds=rows, asks=asks[1:])
        return replace(real, asks=asks if real.asks else ())
    evidence = tuple(dict.fromkeys(e for e in (reading.evidence, kind.evidence) if e))
    if kind.value == "measured":
        return replace(real, found=kind.value, evidence=evidence)
    designed = replace(_of_number(criterion, reading, rows[1], asks[:2]), found=kind.value, thresholds=rows)
    start = place.fact("commissioned")
    if start is None:
        return replace(designed, status="unknown", reason="age_unknown", asks=("commissioned",), evidence=evidence)
    evidence += (start.evidence,) if start.evidence else ()
    young = rows[2].side(*_age(start.value, place.day))
    if young is None:
        return replace(designed, status="unknown", reason="age_unknown", asks=("commissioned",), evidence=evidence)
    if not young:
        return replace(designed, status="unknown", reason="design_old", asks=asks[:2], evidence=evidence)
    return replace(designed, evidence=evidence)


def _kind(place: HostingSite, reading: SiteMeasurement) -> KnownFact | None:
    """Whether a PUE is measured or by design. A ratio of metered energies is measured; an answer gives its own kind."""
    if "pue_kind" in place.answers or not reading.declared:
        return place.fact("pue_kind")
    return None if "pue" in place.answers else KnownFact("measured")


def _age(start: str, day: date) -> tuple[float, float]:
    """Minimum and maximum age of a site put in service in a year, or on a day [year]."""
    last = date.fromisoformat(start if len(start) > 4 else f"{start}-12-31")
    first = date.fromisoformat(start if len(start) > 4 else f"{start}-01-01")
    return (day - last).days / YEAR, (day - first).days / YEAR


def _water(place: HostingSite, criterion: str) -> HostingCriterion:
    """Water over total energy: published so, or over IT energy divided by the PUE.

    The PUE is that of the site, else the plausible range. A WUE published without its basis may already be on total
    energy: the interval then includes both.
    """
    limit = _limits(place, criterion)["wue"]
    whole = place.reading("wue_site")
    if isinstance(whole, SiteMeasurement):
        return _of_number(criterion, whole, limit, ("wue",))
    wue, pue = place.reading("wue_it"), place.reading("pue")
    known = isinstance(pue, SiteMeasurement)
    asks = ("wue", "wue_basis") if known else ("wue", "wue_basis", "pue")
    if isinstance(wue, str):
        return HostingCriterion(criterion, "unknown", wue, unit=limit.unit, thresholds=(limit,), asks=asks)
    basis = place.fact("wue_basis")
    if basis is not None and basis.value == "total_energy":
        return _of_number(criterion, wue, limit, ("wue",))
    plausible = place.catalogue.quantities["pue"]
    value, low, high = (
        (pue.value, pue.low, pue.high) if isinstance(pue, SiteMeasurement) else (1.0, 1.0, plausible.ceiling)
    )
    top = wue.high / (low if basis is not None else plausible.floor)
    reading = replace(wue, value=wue.value / value, low=wue.low / high, high=top)
    found = _of_number(criterion, reading, limit, asks)
    if isinstance(pue, SiteMeasurement):
        factors = (*found.factors, pue.factor.id)
        found = replace(found, factors=factors, evidence=tuple(dict.fromkeys((*found.evidence, pue.evidence))))
    if basis is not None and basis.evidence and known:
        found = replace(found, evidence=tuple(dict.fromkeys((*found.evidence, basis.evidence))))
    return found


def _electricity(place: HostingSite, criterion: str) -> HostingCriterion:
    """Mostly renewable, and its origin documented."""
    limits = _limits(place, criterion)
    both = tuple(limits.values())
    contract = place.fact("electricity_contract")
    share = place.answers.get("renewable_factor")
    missing = tuple(f for f in ("renewable_factor", "electricity_contract") if place.fact(f) is None)
    evidence = tuple(k.evidence for k in (place.fact("renewable_factor"), contract) if k is not None and k.evidence)
    found = HostingCriterion(
        criterion, "unknown", "no_fact", unit="1", evidence=evidence, thresholds=both, asks=missing
    )
    found = replace(found, found=contract.value if contract else "")
    side: bool | None = None
    if share is not None:
        value = float(share.value)
        low, high = (value if end is None else end for end in (share.low, share.high))
        found = replace(found, value=value, low=low, high=high, factors=(f"answer/{place.host}/renewable_factor",))
        side = limits["majority"].side(low, high)
    documented = None if contract is None else limits["documented"].accepts(contract.value)
    if side is False or documented is False:
        return replace(found, status="not_met", reason="value_not_met" if side is False else "fact_not_met", asks=())
    if side and documented:
        return replace(found, status="met", reason="value_met", asks=())
    straddles = share is not None and side is None
    return replace(found, reason="straddles", asks=("renewable_factor", *missing)) if straddles else found


def _grid(place: HostingSite, criterion: str) -> HostingCriterion:
    """The electricity of the country over a year, by location."""
    (limit,) = _limits(place, criterion).values()
    where = place.country()
    if where is None and "grid_gwp" not in place.answered:
        return HostingCriterion(
            criterion, "unknown", "no_country", unit=limit.unit, thresholds=(limit,), asks=("country",)
        )
    reading = place.reading("grid_gwp", where.value if where else None)
    if isinstance(reading, str):
        return HostingCriterion(criterion, "unknown", reading, unit=limit.unit, thresholds=(limit,), asks=("grid_gwp",))
    found = _of_number(criterion, reading, limit, ("grid_gwp",))
    evidence = (*found.evidence, where.evidence) if where and where.evidence else found.evidence
    return replace(found, found=where.value if where else "", evidence=evidence)


def _heat(place: HostingSite, criterion: str) -> HostingCriterion:
    """Heat reused, in whole or part; else a PUE low enough."""
    limit = _limits(place, criterion)["heat"]
    heat = place.fact("heat_reuse")
    reuse = _of_fact(criterion, heat, limit)
    if reuse.status == "met":
        return reuse
    pue = _pue(place, criterion)
    every = (limit, *pue.thresholds)
    if pue.status == "met":
        return replace(pue, thresholds=every)
    if reuse.status == "not_met":
        found = reuse.found if pue.status == "not_met" else pue.found
        return replace(pue, found=found, evidence=(*reuse.evidence, *pue.evidence), thresholds=every)
    reason = "no_fact" if pue.status == "not_met" else pue.reason
    return replace(pue, status="unknown", reason=reason, thresholds=every, asks=("heat_reuse", *pue.asks))


JUDGES: Mapping[str, Callable[[HostingSite, str], HostingCriterion]] = {
    "8.2": _equipment,
    "8.3": _pue,
    "8.4": _water,
    "8.5": _electricity,
    "8.6": _grid,
    "8.7": _heat,
}  # the others are settled by a fact
