"""Coefficients: intensive values, evaluated once a group after factor selection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from estimator.assessment.units import HOURS_PER_YEAR

Q = Any  # a float or an array of draws


@dataclass(frozen=True)
class Coefficient:
    """A plain function of selected factors; `numbers` is the text of its step in an explanation."""

    name: str
    inputs: tuple[str, ...]
    text: str
    function: Callable[..., Any]


def device_life_hours(device_lifetime: Q) -> Q:
    """Lifetime of an accelerator [h] from years [year]."""
    return device_lifetime * HOURS_PER_YEAR


def machine_life_hours(machine_lifetime: Q) -> Q:
    """Lifetime of a machine [h] from years [year]."""
    return machine_lifetime * HOURS_PER_YEAR


COEFFICIENTS = (
    Coefficient("device_life_hours", ("device_lifetime",), "device_lifetime × 8766", device_life_hours),
    Coefficient("machine_life_hours", ("machine_lifetime",), "machine_lifetime × 8766", machine_life_hours),
)


def evaluate(factors: Mapping[str, Any]) -> dict[str, Any]:
    """Every coefficient from selected factor values; None where an input is None."""
    return {
        c.name: None if any(factors.get(i) is None for i in c.inputs) else c.function(*(factors[i] for i in c.inputs))
        for c in COEFFICIENTS
    }
