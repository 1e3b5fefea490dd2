"""Quality checks of the factor tables: silent gaps, sources, licences, locators, overlaps, overdue reviews."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from estimator.catalogue.schema import Factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import say, sentences

LEAST = 1 / 3  # of the width that a rule gives, on a scale of ratios [1]
GRID = ("grid_gwp", "grid_adpe", "grid_primary_energy", "grid_water_intensity", "grid_reservoir_water_intensity")
EXPECTED = {
    "host": ("pue", ("wue_it", "wue_site")),
    "device": ("embodied_gwp", "embodied_adpe", "embodied_primary_energy", "lifetime", "occupancy"),
    "machine": ("embodied_gwp", "embodied_adpe", "embodied_primary_energy", "lifetime", "occupancy"),
    "mode": ("reading_ratio",),
    "gap": ("unmetered_ratio",),
    "network": ("network_gwp", "network_adpe", "network_primary_energy"),
    "part": ("embodied_gwp", "embodied_adpe", "embodied_primary_energy"),
    "terminal": ("embodied_gwp", "embodied_adpe", "embodied_primary_energy"),
    "storage": ("storage_energy", "storage_replication"),
    "alternative": (("act_energy", "standby_energy"),),
    "task": (("task_output_tokens", "task_audio_s", "task_images"),),
    "seat": ("seat_active_share", "seat_worked_share", "seat_uses_per_day"),
    "equivalence": (("equivalence_gwp", "equivalence_water", "equivalence_energy"),),
}


@dataclass(frozen=True)
class Problem:
    """One fault and its subject. An overdue review is a warning, not a refusal."""

    code: str
    about: str
    detail: str = ""
    fatal: bool = True

    def as_dict(self) -> dict[str, Any]:
        return sentences("problems", self.code, about=self.about, detail=self.detail) | {
            "about": self.about,
            "fatal": self.fatal,
        }

    def text(self, lang: str) -> str:
        return say("problems", self.code, lang, about=self.about, detail=self.detail)


def problems(catalogue: Catalogue, today: date | None = None) -> list[Problem]:
    """Every fault of the tables, fatal ones first."""
    today = today or date.today()
    found = [*_rows(catalogue, today), *_gaps(catalogue, today), *_overlaps(catalogue)]
    return sorted(found, key=lambda p: (not p.fatal, p.code, p.about))


def _rows(catalogue: Catalogue, today: date) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in catalogue.factors:
        if item.id in seen:
            yield Problem("repeated_id", item.id)
        seen.add(item.id)
        yield from _provenance(catalogue, item)
        yield from _meaning(catalogue, item)
        if item.review_by is not None and item.review_by < today:
            yield Problem("past_review", item.id, item.review_by.isoformat(), fatal=False)


def _provenance(catalogue: Catalogue, item: Factor) -> Iterator[Problem]:
    source = catalogue.sources.get(item.source)
    if source is None:
        yield Problem("no_source", item.id, item.source or "-")
    elif not source.licence:
        yield Problem("no_licence", item.id, item.source)
    if not item.locator:
        yield Problem("no_locator", item.id)
    if item.bounds_kind == "rule" and item.bounds_rule not in catalogue.bounds_rules:
        yield Problem("unknown_rule", item.id, item.bounds_rule or "-")


def _meaning(catalogue: Catalogue, item: Factor) -> Iterator[Problem]:
    quantity = next(
        (q for q in catalogue.quantities.values() if q.kind == "factor" and q.factor == item.quantity), None
    )
    if quantity is None:
        yield Problem("unknown_quantity", item.id, item.quantity)
    elif item.unit != quantity.unit:
        yield Problem("wrong_unit", item.id, f"{item.unit} / {quantity.unit}")
    elif item.value is not None and not quantity.floor <= item.value <= quantity.ceiling:
        yield Problem("implausible", item.id, f"{item.value:g} {item.unit} ({quantity.floor:g} – {quantity.ceiling:g})")
    elif item.bounds_kind == "rule" and not _as_wide_as_its_rule(catalogue, item, quantity.floor):
        yield Problem("narrow_bounds", item.id, f"{item.bounds_rule} : {item.low:g} – {item.high:g}")
    if item.subject not in catalogue.subjects and item.subject not in catalogue.zones:
        yield Problem("unknown_subject", item.id, item.subject)


def _as_wide_as_its_rule(catalogue: Catalogue, item: Factor, floor: float) -> bool:
    """Whether bounds are near those that their rule makes of the value, no less than a third of them on a scale of
    ratios, as one may be cut at what is possible; of a quantity whose floor is 1, a PUE, of what is above it."""
    rule = catalogue.bounds_rules.get(item.bounds_rule or "", {})
    if item.value is None or item.low is None or item.high is None:
        return True
    base = 1.0 if floor == 1 else 0.0
    low, high = (rule.get(times, 1) ** LEAST for times in ("divide", "multiply"))
    above = item.value - base
    return bool(item.low <= base + above / low and item.high >= base + above * high)


def _gaps(catalogue: Catalogue, today: date) -> Iterator[Problem]:
    for zone in catalogue.zones.values():
        for quantity in GRID:
            if not zone.wider and not _has_value_or_reason(catalogue, quantity, zone.zone, today):
                yield Problem("silent_gap", zone.zone, quantity)
    for subject in catalogue.subjects.values():
        for wanted in EXPECTED[subject.kind]:
            options = (wanted,) if isinstance(wanted, str) else wanted
            if not any(
                _has_value_or_reason(catalogue, q, s, today) for q in options for s in catalogue.fallbacks(subject.id)
            ):
                yield Problem("silent_gap", subject.id, " / ".join(options))


def _has_value_or_reason(catalogue: Catalogue, quantity: str, subject: str, day: date) -> bool:
    """Is there a value in force, or a row with the reason why there is none?"""
    rows = catalogue.by_subject.get((quantity, subject), ())
    return any(f.role == "default" and f.valid_on(day) for f in rows)


def _overlaps(catalogue: Catalogue) -> Iterator[Problem]:
    for (quantity, subject), rows in catalogue.by_subject.items():
        dated = sorted((f for f in rows if f.role == "default"), key=lambda f: f.valid_from or date.min)
        for before, after in zip(dated, dated[1:], strict=False):
            if _end(before) >= (after.valid_from or date.min):
                yield Problem("overlap", after.id, before.id)
            elif after.valid_from and _end(before) + timedelta(days=1) < after.valid_from:
                yield Problem("hole_in_time", after.id, f"{quantity} {subject} {_end(before)}")


def _end(item: Factor) -> date:
    return item.valid_to or date.max - timedelta(days=1)
