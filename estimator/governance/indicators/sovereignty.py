"""Sovereignty: who makes the models in use, how open they are, where and under which law they run, by share of use."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from estimator.catalogue.models import known, load
from estimator.governance.indicators.usage_by_case import Attached
from estimator.places.evidence import HostUnknown, country_of, site, tables

EUROPE = "EU27"
UNKNOWN = "unknown"
MIXED = "mixed"  # of a set, whose models differ
UNTOLD = "untold"  # of a small use: the rows that would say it are not told, with some or without
WEIGHTS = ("closed", "weights", "open", UNKNOWN, MIXED)  # the classes of models, by what is published of them


def facts(model: str | None, host: str | None, day: date, zone: str = "") -> dict[str, str]:
    """Country of the publisher, class and licence of the weights, countries of the site and of its operator.

    zone: where the electricity is said to be taken, whose country comes before that of the site in the tables.
    """
    found = dict.fromkeys(("publisher", "weights", "licence", "place", "law"), UNKNOWN)
    found |= _of_model(model)
    try:
        there = site(host, day) if host else None
    except HostUnknown:
        there = None
    if there:
        told = {"place": there.country(), "law": there.fact("operator_country")}
        found |= {name: fact.value for name, fact in told.items() if fact}
    return found | ({"place": country} if (country := country_of(zone)) else {})


def _of_model(model: str | None) -> dict[str, str]:
    """Country of the publisher, class and licence of the weights; of a set, what all its models have, else `mixed`."""
    held, catalogue = known(model), load()
    if held is None:
        return {}
    members = catalogue.members(held.id) if held.id in catalogue.set_of else (held,)
    makers = (catalogue.publishers.get(one.publisher) for one in members)
    classes = {one.open_class for one in members}
    told: dict[str, set[str]] = {
        "publisher": {(maker.country if maker else "") or UNKNOWN for maker in makers},
        "weights": {"weights"} if len(classes) > 1 and "closed" not in classes else {*classes},
        "licence": {one.licence or UNKNOWN for one in members},
    }
    return {name: values.pop() if len(values) == 1 else MIXED for name, values in told.items()}


def sovereignty(rows: Sequence[Attached], day: date) -> dict[str, Any]:
    """Each fact by share of the electricity of some months [1], largest first, unknown said; and the share of it whose
    models come from the European Union, with what is unknown. day: of the facts."""
    kwh = [(row, float(row.row.group.values.get("it_energy") or 0.0)) for row in rows]
    whole = sum(value for _, value in kwh)
    of: dict[tuple[str | None, str | None, str], dict[str, str]] = {}
    for row, _ in kwh:
        key = (row.row.model, row.row.host, row.zone)
        if key not in of:
            of[key] = facts(row.row.model, row.row.host, day, row.zone)

    def by(name: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for row, value in kwh:
            told = of[row.row.model, row.row.host, row.zone][name]
            found[told] = found.get(told, 0.0) + value / whole
        return dict(sorted(found.items(), key=lambda entry: (entry[0] in (UNKNOWN, MIXED), -entry[1])))

    shares: Mapping[str, Mapping[str, float]] = (
        {name: by(name) for name in ("publisher", "weights", "licence", "place", "law")} if whole else {}
    )
    return dict(shares) | {"publisher_european": _european(shares.get("publisher", {}))}


def _european(shares: Mapping[str, float]) -> dict[str, float | None]:
    """The share known to be of the European Union, and the unknown share; None when nothing is known."""
    members = {member.zone for member in tables().memberships if member.group == EUROPE}
    inside = math.fsum(share for country, share in shares.items() if country in members)
    unknown = (UNKNOWN, MIXED)
    known = any(country not in unknown for country in shares)
    return {"share": inside if known else None, "unknown": math.fsum(shares.get(name, 0.0) for name in unknown)}
