"""The electricity of AI in sober, shared and nearby data centres, and how many criteria are known at all."""

from datetime import date
from typing import Any

from estimator.hosting import criteria
from estimator.hosting.facts import HostUnknown, distance_class, shared
from estimator.indicators.scope import Scope

SOBER = ("8.3", "8.4", "8.6")  # PUE, WUE, electricity of the country
NEAR = ("territory", "region")


def sober_hosting(scope: Scope, day: date) -> dict[str, Any]:
    """Share of the electricity in sites that meet the three criteria; beside, the shares that are shared and near.

    What is unknown is not met, and is shown as unknown: by site, which criteria are met, not met or unknown.
    """
    kwh: dict[str, float] = {}
    for row in scope.rows:
        name = row.row.host or ""
        values = row.row.cell.values
        kwh[name] = kwh.get(name, 0.0) + float(values.get("site_energy") or values.get("it_energy") or 0.0)
    whole = sum(kwh.values())
    sites = [_site(name, value, whole, day) for name, value in sorted(kwh.items(), key=lambda entry: -entry[1])]
    known = sum(status != "unknown" for site in sites for status in site["criteria"].values())
    body = {"value": _share(sites, lambda s: s["sober"], whole), "sites": sites}
    body |= {"shared": _share(sites, lambda s: s["shared"] == "yes", whole)}
    body |= {"near": _share(sites, lambda s: s["distance"] in NEAR, whole)}
    return body | {"criteria_known": {"numerator": known, "denominator": len(sites) * len(SOBER)}}


def _site(host: str, kwh: float, whole: float, day: date) -> dict[str, Any]:
    body: dict[str, Any] = {"host": host, "share": kwh / whole if whole else None}
    try:
        found = {c.id: c.status for c in criteria(host, day) if c.id in SOBER}
        where, common = distance_class(host).value, shared(host)
    except HostUnknown:
        found, where, common = dict.fromkeys(SOBER, "unknown"), "unknown", None
    body |= {"criteria": found, "distance": where, "shared": common.value if common else "unknown"}
    return body | {"sober": all(status == "met" for status in found.values())}


def _share(sites: list[dict[str, Any]], met: Any, whole: float) -> dict[str, Any]:
    share = sum(site["share"] or 0.0 for site in sites if met(site))
    return {"share": share if whole else None}
