"""Factor selection for an activity group: by day, with fallback to wider subjects."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from estimator.catalogue.schema import Factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.number_format import exact_text

GRID = ("grid_gwp", "grid_water_intensity", "grid_primary_energy", "grid_adpe")  # that have years
_OF_YEAR = re.compile(r"(?!grid_adpe)[^/]+/[^/]+/(?:before-)?(\d{4})")  # of the id of a row; metals have no year
Span = tuple[str, int | None, int | None]  # its word, its first year, its last


@dataclass(frozen=True)
class SelectedFactor:
    """One factor input of the formulas: the selected factor, or the reason why there is none.

    fallback_level: 0 for the subject's own factor, 1 and more for a fallback to a wider subject.
    """

    quantity: str
    subject: str
    factor: Factor | None
    fallback_level: int = 0
    missing: str | None = None


def widened(bound: SelectedFactor, spreads: Iterable[tuple[float, float]], drawn_as: str = "") -> SelectedFactor:
    """A factor times numbers of about 1 that are between these ends, independent of it and of each other: the squares
    of the logarithms add up. Of the draws of the factor, or of `drawn_as`; one without value is as it was."""
    item, ends = bound.factor, list(spreads)
    if item is None or not item.value or not ends:
        return bound
    own = tuple((end or item.value) / item.value for end in (item.low, item.high))
    below, above = (math.hypot(*(math.log(each[side]) for each in (own, *ends))) for side in (0, 1))
    low, high = item.value * math.exp(-below), item.value * math.exp(above)
    named = "-".join(f"{end:.4g}" for each in ends for end in each)
    new = {
        "id": f"{item.id}/{named}",
        "low": low,
        "high": high,
        "bounds_kind": "p5_p95",
        "drawn_as": drawn_as or item.doubt,
    }
    return replace(bound, factor=item.model_copy(update=new))


def bind(
    catalogue: Catalogue, attributes: Mapping[str, str | None], day: date, names: Iterable[str]
) -> dict[str, SelectedFactor]:
    """Selected factors of these quantities for a group with these attributes (zone, host, device, modes …) on a day."""
    quantities = catalogue.quantities
    return {name: select_factor(catalogue, name, attributes.get(quantities[name].hangs_on), day) for name in names}


@lru_cache(maxsize=16_384)
def select_factor(catalogue: Catalogue, name: str, subject: str | None, day: date) -> SelectedFactor:
    """The default factor of one quantity for one subject on a day; never a silent fallback to a wider zone or class."""
    quantity = catalogue.quantities[name]
    if not subject:
        return SelectedFactor(name, "", None, missing=f"no_{_kind(quantity.hangs_on)}")
    if subject not in catalogue.zones and subject not in catalogue.subjects:
        return SelectedFactor(name, subject, None, missing=f"unknown_{_kind(quantity.hangs_on)}")
    reason: str | None = None
    for level, step in enumerate(catalogue.fallbacks(subject)):
        for item in catalogue.by_subject.get((quantity.factor, step), ()):
            if item.role == "default" and item.valid_on(day):
                if item.value is not None:
                    return SelectedFactor(name, subject, item, level)
                reason = reason or item.missing_reason
    return SelectedFactor(name, subject, None, missing=reason or "no_factor")


def years_reused(
    bounds: Mapping[str, SelectedFactor], year: int, catalogue: Catalogue, names: Iterable[str] = GRID
) -> list[dict[str, str]]:
    """What of the electricity of a year has the value of another one, or of several, in words: a sentence a span."""
    spans: dict[tuple[str, Span], list[str]] = {}
    for name in names:
        item = bounds[name].factor if name in bounds else None
        if item and (span := _span(item, year)):
            spans.setdefault((item.subject, span), []).append(name)
    labels = {zone: tuple(catalogue.label(zone, lang) for lang in LANGUAGES) for zone, _ in spans}
    return [_year_reused(labels[zone], tuple(named), year, span) for (zone, span), named in spans.items()]


@lru_cache(maxsize=4096)
def _span(item: Factor, year: int) -> Span | None:
    """The year that a row is of, as its id ends with, where it is another; of a row without one, its years."""
    first, last = (day.year if day else None for day in (item.valid_from, item.valid_to))
    if of := _OF_YEAR.match(item.id):
        mine = int(of[1])
        key = "last" if first and last is None else "year" if last else "only"
        return None if mine == year else (key, mine, None)
    if first is None:
        return ("before", first, last) if last and year < last else None
    if last is None:
        return ("last", first, last) if year > first else None
    return ("span", first, last) if first != last else None


@lru_cache(maxsize=1024)
def _year_reused(labels: tuple[str, ...], names: tuple[str, ...], year: int, said: Span) -> dict[str, str]:
    key, first, last = said
    found = {"code": "year_reused"}
    for zone, lang in zip(labels, LANGUAGES, strict=True):
        what = ", ".join(say("grid_years", name, lang) for name in names)
        span = say("grid_years", key, lang, first=first, last=last)
        facts = {"what": what[:1].upper() + what[1:], "zone": zone, "span": span}
        found[lang] = say("warnings", "year_reused", lang, year=year, **facts)
    return found


def given(catalogue: Catalogue, name: str, value: float, source: str = "given") -> SelectedFactor:
    """A user-supplied value, taken as exact. given_value_refused outside the plausible range."""
    quantity = catalogue.quantities[name]
    if not quantity.floor <= value <= quantity.ceiling:
        raise SobriaError(
            "given_value_refused",
            quantity={lang: quantity.label(lang) for lang in LANGUAGES},
            value={lang: exact_text(value, quantity.unit, lang) for lang in LANGUAGES},
            low={lang: exact_text(quantity.floor, "1", lang) for lang in LANGUAGES},
            high={lang: exact_text(quantity.ceiling, "1", lang) for lang in LANGUAGES},
        )
    item = Factor(
        id=f"{source}/{name}/{value:.15g}",  # two values are two factors
        quantity=quantity.factor or name,
        subject=source,
        role="default",
        value=value,
        low=value,
        high=value,
        bounds_kind="exact",
        bounds_rule="",
        unit=quantity.unit,
        valid_from=None,
        valid_to=None,
        geography="",
        technology="",
        boundary="",
        family="",
        correlation_group="",
        source=source,
        locator="-",
        quality="1/1/1/3",
        review_by=None,
        missing_reason=None,
        note="",
    )
    return SelectedFactor(name, "given", item)


def _kind(hangs_on: str) -> str:
    return "mode" if hangs_on.endswith("_mode") else hangs_on
