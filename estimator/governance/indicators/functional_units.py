"""Functional units of the months of a use case."""

from collections.abc import Mapping, Sequence

from estimator.assessment.impacts import ImpactIndicator, applies_to, is_counted, known_result
from estimator.catalogue.models import is_of
from estimator.governance.indicators.usage_by_case import Attached

# Units of what models hear or make: the modality of the models, and their counter in one unit.
OUTPUTS: Mapping[str, tuple[str, int]] = {"audio-hour": ("audio", 3600), "image": ("image", 1)}


def units(rows: Sequence[Attached]) -> float | None:
    """Units of these months: items where counted, else requests; None without either."""
    return sum(r.row.items or r.row.requests or 0.0 for r in counting(rows)) or None


def counting(rows: Sequence[Attached]) -> list[Attached]:
    """Those that the units are counted in."""
    items = [r for r in rows if r.row.items]
    return items or [r for r in answering(rows) if r.row.requests]


def known(rows: Sequence[Attached], figure: ImpactIndicator) -> list[Attached]:
    """Those that add to a figure: the units of the others are not to divide it."""
    counted = [r for r in rows if is_counted(figure, r.row.group, r.row.group.values)]
    return [
        r
        for r in counted
        if any(known_result(p, r.row.group.values) for p in figure.parts if applies_to(p, r.row.group))
    ]


def counted_in(rows: Sequence[Attached]) -> str | None:
    """The functional unit: "items", else "requests", else None."""
    if any(r.row.items for r in rows):
        return "items"
    return "requests" if any(r.row.requests for r in rows) else None


def outputs(rows: Sequence[Attached], unit: str) -> float | None:
    """A unit of OUTPUTS in these months; None without any."""
    modality, size = OUTPUTS[unit]
    found = (r.row.group.amounts.get("media_outputs") or 0.0 for r in rows if is_of(r.row.model, modality))
    return sum(found) / size or None


def answering(rows: Sequence[Attached]) -> Sequence[Attached]:
    """Those that answer somebody: what indexes documents or trains a model is of no unit, unless there is only that."""
    beside = [r for r in rows if not (r.row.training or is_of(r.row.model or "", "embedding"))]
    return beside or rows
