"""Formulas and factors that can be evaluated from the columns of the ledger."""

from functools import cache

from estimator.assessment.coefficients import below, made_of
from estimator.assessment.evaluation import factor_inputs, the_system
from estimator.assessment.expressions import Formula
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY
from estimator.catalogue.load import load

AMOUNTS = (
    "cpu_energy", "gpu_energy", "ram_energy", "other_energy", "declared_site_energy", "output_tokens", "input_tokens",
    "context_tokens", "mean_context_tokens", "unread_requests", "unread_outputs", "unsized_outputs", "media_outputs",
    "device_hours", "machine_hours", "data_gb", "hosted_hours", "working_hours", "stated_uses", "active_seat_days",
    "seat_days", "stored_gb_years",
)  # fmt: skip
ATTRIBUTES = (
    "zone", "host", "machine", "device", "network", "cpu_mode", "gpu_mode", "ram_mode", "other_mode", "gap", "serving",
    "seat", "task", "storage",
)  # fmt: skip


@cache
def ledger_formulas() -> tuple[Formula, ...]:
    """The formulas of every figure of the ledger."""
    quantities = load().quantities
    factors = [name for name in factor_inputs() if quantities[name].hangs_on in ATTRIBUTES]
    columns = {*AMOUNTS, "resource_share", *factors, *made_of(factors)}
    results = {result for figure in FIGURES + SUPPLEMENTARY for part in figure.parts for result in part.results}
    return the_system().reduced(columns, results)


@cache
def ledger_factors() -> tuple[str, ...]:
    """The factor quantities that they use, directly or through a coefficient."""
    read = {name for formula in ledger_formulas() for name in formula.inputs}
    return tuple(name for name in factor_inputs() if name in below(read))
