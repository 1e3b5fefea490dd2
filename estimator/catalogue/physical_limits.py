"""Limits of what an input can state, by its machine, card, zone and model: the bounds of factor rows."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from estimator.catalogue.default_subjects import ANY_CARD
from estimator.catalogue.models import known
from estimator.catalogue.models import load as models
from estimator.catalogue.processors import sheet_power
from estimator.catalogue.schema import Factor
from estimator.catalogue.tables import Catalogue

METERS = frozenset({"codecarbon"})  # tools whose emissions are electricity times the factor of a place, nothing else


def _bounds(name: str, row: Factor | None) -> dict[str, float]:
    values = (row.low, row.value, row.high) if row else (None, None, None)
    ends = zip(("low", "value", "high"), values, strict=True)
    return {f"{name}_{end}": math.nan if value is None else value for end, value in ends}


def _default(catalogue: Catalogue, quantity: str, subject: str) -> Factor | None:
    for step in catalogue.fallbacks(subject):
        rows = [
            f for f in catalogue.by_subject.get((quantity, step), ()) if f.role == "default" and f.value is not None
        ]
        if rows:
            return rows[-1]
    return None


@lru_cache(maxsize=256)
def _of_machine(catalogue: Catalogue, machine: str | None) -> dict[str, float]:
    subject = machine if machine and machine in catalogue.subjects else "machine/any"
    names = ("processor_power", "processor_reading", "memory_power", "machine_power", "cards_per_machine")
    return {k: v for name in names for k, v in _bounds(name, _default(catalogue, name, subject)).items()}


def processors_most(catalogue: Catalogue, machine: str | None, processor: str) -> float:
    """Most that the processors of a machine can draw, by the sheet of one [kWh/h]; NaN where it is not known."""
    return (sheet_power(processor) or math.nan) / 1000 * _of_machine(catalogue, machine)["processor_reading_high"]


def cards_most(catalogue: Catalogue) -> float:
    """Most cards that one machine can hold."""
    return _of_machine(catalogue, None)["cards_per_machine_high"]


@lru_cache(maxsize=1024)
def _of_card(catalogue: Catalogue, device: str | None) -> dict[str, float]:
    card = _default(catalogue, "max_power", device if device and device in catalogue.subjects else ANY_CARD)
    return _bounds("max_power", card) | _of_anything(catalogue)


@lru_cache(maxsize=4)
def _of_anything(catalogue: Catalogue) -> dict[str, float]:
    """Limits that hang on nothing."""
    of = {"mode/nvml": ("card_reading",), "mode/declared": ("stated_grid_ratio", "possible_gwp", "meter_period")}
    of[ANY_CARD] = ("answer_tokens", "request_tokens", "answer_pace", "answer_energy")
    of["machine/any"] = ("cluster_cards",)
    rows = [_default(catalogue, name, subject) for subject, names in of.items() for name in names]
    pue = catalogue.quantities["pue"]
    found = {"pue_low": pue.floor, "pue_high": pue.ceiling}
    found["any_machine_high"] = _of_machine(catalogue, None)["machine_power_high"]
    return found | {k: v for row in rows if row for k, v in _bounds(row.quantity, row).items()}


@lru_cache(maxsize=4)
def _any_water(catalogue: Catalogue) -> float:
    """Most water of a kWh, on any grid and site [L/kWh]: many rows to read."""
    most = {"grid_reservoir_water_intensity": 0.0, "wue_it": 0.0}
    for quantity, subject in catalogue.by_subject:
        if quantity in most:
            highs = (item.high or 0.0 for item in catalogue.by_subject[quantity, subject])
            most[quantity] = max(most[quantity], *highs)
    return sum(most.values())


@lru_cache(maxsize=1024)
def _of_zone(catalogue: Catalogue, zone: str | None) -> dict[str, float]:
    """Lowest and highest factor of the electricity of a zone, of any source and year [kgCO2e/kWh]."""
    for step in catalogue.fallbacks(zone or ""):
        rows = [f for f in catalogue.by_subject.get(("grid_gwp", step), ()) if f.value is not None]
        if rows:
            return {"zone_gwp_low": min(f.low or 0.0 for f in rows), "zone_gwp_high": max(f.high or 0.0 for f in rows)}
    return {"zone_gwp_low": math.nan, "zone_gwp_high": math.nan}


@lru_cache(maxsize=4096)
def _of_model(catalogue: Catalogue, model: str | None) -> dict[str, float]:
    """Electricity that a token of this model can take, alone or in a crowd [kWh]."""
    low, high = _any_size()
    found = known(model)
    if found:
        low, high = found.active_low or low, found.active_high or found.total_high or high
    row = _default(catalogue, "parameter_token_energy", ANY_CARD)
    return {"token_energy_low": (row.low or 0) * low, "token_energy_high": (row.high or 0) * high} if row else {}


@lru_cache(maxsize=1)
def _any_size() -> tuple[float, float]:
    """Least and most parameters at work of the models of the catalogue that write text [1e9]."""
    sizes = [m for m in models().models if m.modality in ("text", "multimodal")]
    return min(m.active_low for m in sizes if m.active_low), max(m.active_high for m in sizes if m.active_high)


LIMITS: Mapping[str, Callable[[Catalogue, str | None], Mapping[str, Any]]] = {
    "machine": _of_machine,
    "device": _of_card,
    "zone": _of_zone,
    "model": _of_model,
    "anything": lambda catalogue, _: {"any_water_high": partial(_any_water, catalogue)},
    "scope": lambda catalogue, scope: {"part_of_machine": float(scope == "process")},
    "reader": lambda catalogue, reader: {"of_meter": float(reader in METERS)},
}
