"""Quality checks of the factor tables: silent gaps, sources, licences, locators, overlaps, overdue reviews."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from estimator.catalogue.schema import Factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, said_in, say
from estimator.core.number_format import base_unit, bounds_text, exact_text

LEAST = 1 / 3  # of the width that a rule gives, on a scale of ratios [1]
FAR = 10  # times beyond what the shipped tables have: a value of one's own is far, most often in another unit [1]
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
    """One fault and its subject, with what was read and what was expected. An overdue review or a value of one's own
    that is far from the shipped ones is a warning, not a refusal."""

    code: str
    about: str
    detail: str | Mapping[str, str] = ""
    expected: str | Mapping[str, str] = ""
    fatal: bool = True

    def told(self) -> dict[str, str]:
        """Its code and its sentences."""
        return {"code": self.code} | {lang: self.text(lang) for lang in LANGUAGES}

    def as_dict(self) -> dict[str, Any]:
        return self.told() | {"about": self.about, "fatal": self.fatal}

    def text(self, lang: str) -> str:
        facts = said_in(lang, {"detail": self.detail, "expected": self.expected})
        return say("problems", self.code, lang, about=self.about, **facts)


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
        yield Problem(
            "implausible", item.id, f"{item.value:g} {item.unit}", f"{quantity.floor:g} – {quantity.ceiling:g}"
        )
    elif item.bounds_kind == "rule" and (wanted := _wider_by_its_rule(catalogue, item, quantity.floor)):
        yield Problem("narrow_bounds", item.id, f"{item.low:g} – {item.high:g}", f"{item.bounds_rule}, {wanted}")
    if item.subject not in catalogue.subjects and item.subject not in catalogue.zones:
        yield Problem("unknown_subject", item.id, item.subject)


def _wider_by_its_rule(catalogue: Catalogue, item: Factor, floor: float) -> str:
    """The bounds that a rule makes of the value, where those written are less than a third as wide on a scale of
    ratios, as one may be cut at what is possible; of a quantity whose floor is 1, a PUE, of what is above it."""
    rule = catalogue.bounds_rules.get(item.bounds_rule or "", {})
    if item.value is None or item.low is None or item.high is None:
        return ""
    base = 1.0 if floor == 1 else 0.0
    low, high = (rule.get(times, 1) for times in ("divide", "multiply"))
    above = item.value - base
    if item.low <= base + above / low**LEAST and item.high >= base + above * high**LEAST:
        return ""
    return f"{base + above / low:.3g} – {base + above * high:.3g}"


def kind_of(catalogue: Catalogue, subject: str) -> str:
    """The kind of a subject of the tables; `zone` for a country, a part of one or an aggregate."""
    return catalogue.subjects[subject].kind if subject in catalogue.subjects else "zone"


def kinds_of(shipped: Catalogue, quantity: str) -> set[str]:
    """The kinds of subject that a quantity can be of: those of the shipped rows, else the one that it hangs on; none
    where it is of no subject."""
    held = {kind_of(shipped, subject) for subject in shipped.having(quantity)}
    return held or EXPECTED.keys() & {q.hangs_on for q in shipped.quantities.values() if q.factor == quantity}


def far_from(shipped: Catalogue, item: Factor, kind: str) -> Problem | None:
    """What is wrong with a value more than ten times beyond those that the shipped tables have of its quantity, and
    beyond their bounds: of its subject, of any year and source; where none is, of its kind of subject."""
    rows = [f for f in shipped.by_subject.get((item.quantity, item.subject), ()) if f.high]
    if not rows:
        alike = (subject for subject in shipped.having(item.quantity) if kind_of(shipped, subject) == kind)
        rows = [f for subject in alike for f in shipped.by_subject[item.quantity, subject] if f.high]
    if item.value is None or item.role == "rival" or not rows:
        return None
    ends = [(f.low or 0.0, f.value or 0.0, f.high or 0.0) for f in rows]
    low, high = min(value for _, value, _ in ends), max(value for _, value, _ in ends)
    if min(low / FAR, *(least for least, _, _ in ends)) <= item.value <= max(high * FAR, *(most for *_, most in ends)):
        return None
    read, known = {}, {}
    for lang in LANGUAGES:
        step = base_unit(item.unit, lang)
        read[lang] = exact_text(item.value, item.unit, lang, step)
        known[lang] = bounds_text(low, high, step, lang)
    return Problem("far_from_shipped", item.id, read, known, fatal=False)


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
                yield Problem("overlap", after.id, f"{before.id} ({_period(before)})", _period(after))
            elif after.valid_from and _end(before) + timedelta(days=1) < after.valid_from:
                yield Problem("hole_in_time", after.id, f"{quantity} {subject} {_end(before)}")


def _period(item: Factor) -> str:
    return f"{item.valid_from or '…'} – {item.valid_to or '…'}"


def _end(item: Factor) -> date:
    return item.valid_to or date.max - timedelta(days=1)
