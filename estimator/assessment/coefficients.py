"""Intensive quantities computed from selected factors, evaluated once for each set of factors.

Token coefficients: energy and time of the accelerators are linear in the tokens written, read and read again; nothing
about a single request is in them. Power in kW, bandwidth in GB/s, arithmetic in TFLOP/s, parameters in billions.
"""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from estimator.assessment.expressions import Node, node
from estimator.assessment.units import HOURS_PER_YEAR

Q = Any  # a float, an array of draws, or a symbol
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Coefficient:
    """An ordinary function of factors and of coefficients written before it.

    lowers: the inputs that lower it; all others raise it.
    """

    name: str
    function: Callable[..., Any]
    lowers: frozenset[str]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple(inspect.signature(self.function).parameters)

    @cached_property
    def tree(self) -> Node:
        """The function called with symbols, for its text."""
        return node(self.function(*(Node("name", (i,)) for i in self.inputs)))


def coefficient(*lowers: str) -> Callable[[Callable[..., Any]], Coefficient]:
    """Decorator: a function of quantities becomes a Coefficient that these inputs lower."""
    return lambda function: Coefficient(function.__name__, function, frozenset(lowers))


@coefficient()
def device_life_hours(device_lifetime: Q) -> Q:
    """Lifetime of an accelerator [h] from years [year]."""
    return device_lifetime * HOURS_PER_YEAR


@coefficient()
def machine_life_hours(machine_lifetime: Q) -> Q:
    """Lifetime of a machine [h] from years [year]."""
    return machine_lifetime * HOURS_PER_YEAR


def touched(total: Q, active_share: Q, flight: Q) -> Q:
    """Parameters that at least one of the requests in flight touches at a step [1e9]: all of a dense model."""
    return total * (active_share + (1 - active_share) * (1 - (1 - active_share) ** (flight - 1)))


def arithmetic(active: Q, compute: Q) -> Q:
    """Time of the arithmetic of one token at the rate of the data sheet [s]: two operations a parameter."""
    return 2 * active / (compute * 1000)


@coefficient()
def token_scale(card_ratio: Q, serving_software: Q, token_residual_common: Q, token_residual_model: Q) -> Q:
    """What the accelerator, the software and the model measure over what data sheets and sizes predict [1]."""
    return card_ratio * serving_software * token_residual_common * token_residual_model


@coefficient("requests_in_flight")
def step_energy(token_energy_step: Q, card_power: Q, replica_cards: Q, requests_in_flight: Q) -> Q:
    """What a step costs whatever it does, shared by the requests in flight [kWh/token]."""
    return token_energy_step * card_power * replica_cards / requests_in_flight / SECONDS_PER_HOUR


@coefficient("card_bandwidth", "requests_in_flight")
def weights_energy(
    token_energy_weights: Q, card_power: Q, card_bandwidth: Q, model_parameters: Q, model_active_share: Q,
    weight_bits: Q, requests_in_flight: Q,
) -> Q:  # fmt: skip
    """Reading the weights that are touched, shared by the requests in flight [kWh/token]."""
    read = touched(model_parameters, model_active_share, requests_in_flight) * weight_bits / 8
    return token_energy_weights * card_power / card_bandwidth * read / requests_in_flight / SECONDS_PER_HOUR


@coefficient("card_compute")
def compute_energy(
    token_energy_compute: Q, token_energy_sparse: Q, card_power: Q, card_compute: Q, model_parameters: Q,
    model_active_share: Q,
) -> Q:  # fmt: skip
    """Arithmetic of a written token; that of a mixture of experts costs more [kWh/token]."""
    sparse = token_energy_sparse ** (1 - model_active_share)
    return (
        token_energy_compute
        * sparse
        * card_power
        * arithmetic(model_parameters * model_active_share, card_compute)
        / SECONDS_PER_HOUR
    )


@coefficient()
def output_energy(token_scale: Q, step_energy: Q, weights_energy: Q, compute_energy: Q) -> Q:
    """Electricity of the accelerators for a token written [kWh/token]."""
    return token_scale * (step_energy + weights_energy + compute_energy)


@coefficient("card_compute")
def input_energy(
    token_scale: Q, token_energy_prefill: Q, card_power: Q, card_compute: Q, model_parameters: Q, model_active_share: Q
) -> Q:
    """Electricity of the accelerators for a token read [kWh/token]; a prompt fills the experts of a mixture."""
    seconds = arithmetic(model_parameters * model_active_share, card_compute)
    return token_scale * token_energy_prefill * card_power * seconds / SECONDS_PER_HOUR


@coefficient("card_bandwidth")
def context_energy(
    token_scale: Q,
    token_energy_context: Q,
    card_power: Q,
    card_bandwidth: Q,
    model_parameters: Q,
    model_active_share: Q,
) -> Q:
    """Electricity of the accelerators for a token read again to write another [kWh/token]."""
    seconds = (model_parameters * model_active_share * 1e9) ** 0.5 / (card_bandwidth * 1e9)
    return token_scale * token_energy_context * card_power * seconds / SECONDS_PER_HOUR


@coefficient()
def time_scale(card_time_ratio: Q, serving_software: Q, token_time_residual: Q) -> Q:
    """Measured time over predicted time [1]."""
    return card_time_ratio * serving_software * token_time_residual


@coefficient("requests_in_flight", "card_bandwidth", "card_compute")
def output_hours(
    time_scale: Q, token_time_step: Q, token_time_weights: Q, token_time_compute: Q, token_time_sparse: Q,
    replica_cards: Q, card_bandwidth: Q, card_compute: Q, model_parameters: Q, model_active_share: Q,
    weight_bits: Q, requests_in_flight: Q,
) -> Q:  # fmt: skip
    """Time of accelerators for a token written [h/token]."""
    read = touched(model_parameters, model_active_share, requests_in_flight) * weight_bits / 8 / card_bandwidth
    sparse = token_time_sparse ** (1 - model_active_share)
    shared = token_time_step * replica_cards + token_time_weights * read
    own = token_time_compute * sparse * arithmetic(model_parameters * model_active_share, card_compute)
    return time_scale * (shared / requests_in_flight + own) / SECONDS_PER_HOUR


@coefficient("card_compute")
def input_hours(time_scale: Q, token_time_prefill: Q, card_compute: Q, model_parameters: Q, model_active_share: Q) -> Q:
    """Time of accelerators for a token read [h/token]."""
    return (
        time_scale
        * token_time_prefill
        * arithmetic(model_parameters * model_active_share, card_compute)
        / SECONDS_PER_HOUR
    )


@coefficient("card_bandwidth")
def context_hours(
    time_scale: Q, token_time_context: Q, card_bandwidth: Q, model_parameters: Q, model_active_share: Q
) -> Q:
    """Time of accelerators for a token read again to write another [h/token]."""
    return (
        time_scale
        * token_time_context
        * (model_parameters * model_active_share * 1e9) ** 0.5
        / (card_bandwidth * 1e9)
        / SECONDS_PER_HOUR
    )


COEFFICIENTS = tuple(item for item in list(globals().values()) if isinstance(item, Coefficient))


def evaluate(factors: Mapping[str, Any], wanted: Collection[str] | None = None) -> dict[str, Any]:
    """Every coefficient (or those wanted) from the values of its factors; None where an input is None."""
    values: dict[str, Any] = {}
    for item in COEFFICIENTS:
        if wanted is None or item.name in wanted:
            inputs = [values[i] if i in values else factors.get(i) for i in item.inputs]
            values[item.name] = None if any(value is None for value in inputs) else item.function(*inputs)
    return values


def made_of(factors: Collection[str]) -> tuple[str, ...]:
    """The coefficients that these factors are enough for."""
    known = set(factors)
    for item in COEFFICIENTS:
        if known.issuperset(item.inputs):
            known.add(item.name)
    return tuple(item.name for item in COEFFICIENTS if item.name in known)


def below(names: Collection[str]) -> frozenset[str]:
    """These names, and all factors and coefficients that the coefficients among them are computed from."""
    found = set(names)
    for item in reversed(COEFFICIENTS):
        if item.name in found:
            found.update(item.inputs)
    return frozenset(found)


def raises(name: str) -> dict[str, bool]:
    """Whether a factor raises each coefficient that it plays a part in, directly or through another."""
    found: dict[str, bool] = {}
    for item in COEFFICIENTS:
        for inner in item.inputs:
            if inner == name or inner in found:
                found[item.name] = (inner not in item.lowers) == found.get(inner, True)
    return found
