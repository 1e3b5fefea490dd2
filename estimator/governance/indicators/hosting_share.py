"""Share of the electricity of AI in sober, shared and nearby data centres, and how many criteria are known."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from estimator.catalogue.default_subjects import UNKNOWN_SITE
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import rows_of_shares
from estimator.places.criteria import criteria
from estimator.places.evidence import HostUnknown, country_of, country_said, distance_class, shared
from estimator.places.placing import answers_on
from estimator.places.supplier_answers import SupplierAnswer

SOBER = ("8.3", "8.4", "8.6")  # PUE, WUE, electricity of the country
NEAR = ("territory", "region")


def sober_hosting(scope: Scope) -> dict[str, Any]:
    """Share of the electricity in sites that meet the three criteria; beside, the shares that are shared and near.

    Unknown counts as not met, and its share is given too; a share is None when nothing is known.
    By site, and by country where that is said of its rows: which criteria are met, not met or unknown.
    """
    kwh: dict[tuple[str, str], float] = {}
    for row in rows_of_shares(scope):
        name = row.row.host or "", country_of(row.zone)
        values = row.row.group.values
        kwh[name] = kwh.get(name, 0.0) + float(values.get("site_energy") or values.get("it_energy") or 0.0)
    whole = sum(kwh.values())
    said = answers_on(scope.sources.home, scope.day)
    sites = [
        _site(place, value, whole, (scope.day, said))
        for place, value in sorted(kwh.items(), key=lambda entry: -entry[1])
    ]
    found = Counter(status for site in sites for status in site["criteria"].values())
    criteria_known = {"numerator": found["met"] + found["not_met"], "not_met": found["not_met"]}
    body = {"value": _share(sites, _meets_criteria), "sites": sites}
    body |= {"shared": _share(sites, lambda s: _criterion_met(s["shared"], ("yes",)))}
    body |= {"near": _share(sites, lambda s: _criterion_met(s["distance"], NEAR))}
    return body | {"criteria_known": criteria_known | {"denominator": len(sites) * len(SOBER)}}


def _site(
    place: tuple[str, str], kwh: float, whole: float, known: tuple[date, Sequence[SupplierAnswer]]
) -> dict[str, Any]:
    (host, country), (day, said) = place, known
    body: dict[str, Any] = {"host": host, "country": country or None, "share": kwh / whole if whole else None}
    try:
        host = host or UNKNOWN_SITE
        stated = country_said(host, country, day, ("-", "-"), said)
        found = {c.id: c.status for c in criteria(host, day, (*said, *stated)) if c.id in SOBER}
        where, common = distance_class(host, answers=said).value, shared(host, said)
    except HostUnknown:
        found, where, common = dict.fromkeys(SOBER, "unknown"), "unknown", None
    body |= {"criteria": found, "distance": where, "shared": common.value if common else "unknown"}
    return body | {"sober": all(status == "met" for status in found.values())}


def _meets_criteria(site: dict[str, Any]) -> bool | None:
    """Whether a site meets the three criteria: False if one is not met; None when the others are unknown."""
    if site["sober"]:
        return True
    return False if "not_met" in site["criteria"].values() else None


def _criterion_met(value: str, wanted: Sequence[str]) -> bool | None:
    return None if value == "unknown" else value in wanted


def _share(sites: list[dict[str, Any]], holds: Callable[[dict[str, Any]], bool | None]) -> dict[str, Any]:
    """The share known to meet it, and the unknown share."""
    found = {answer: [s["share"] or 0.0 for s in sites if holds(s) is answer] for answer in (True, False, None)}
    known = math.fsum(found[True]) + math.fsum(found[False])
    return {"share": math.fsum(found[True]) if known else None, "unknown": math.fsum(found[None])}
