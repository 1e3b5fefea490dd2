"""Measured over predicted energy of a model at a place: what measured configurations of its architecture teach.

A Gaussian update of the logarithm of the ratio: variance components in factors/residual_components.csv, shared by all
models, by one architecture, by one model, smooth in the logarithm of requests in flight. It never depends on the
lengths of a request, so that energies add up.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from estimator.assessment.coefficients import evaluate
from estimator.catalogue.csv_tables import rows
from estimator.workloads.inference.measurements import PROMPTS, MeasuredConfiguration, TokenTables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Configuration:
    """What the residual of a model depends on; None is unknown and like nothing that was measured."""

    model: str
    architecture: str
    mixture: bool
    card: str | None
    count: float
    bits: float | None
    flight: float
    task: str = "lm-arena-chat"


@dataclass(frozen=True)
class Residual:
    """Logarithm of measured over predicted: mean, part that moves with all other models, part of the model alone."""

    mean: float
    common: float
    own: float


Components = Mapping[str, tuple[float, float]]


@cache
def components(left: str | None = None) -> Components:
    """Standard deviation of each component [log] and its length in ln(requests in flight), 0 where it has none.

    left: an architecture, for those estimated without it; those that ship where the fit never read it.
    """
    folder = resources.files("factors")
    table = rows(folder / "results", "leave_out_residual.csv") if left else ()
    without = {row["component"]: row["sd"] for _, row in table if row["architecture"] == left}
    return {
        row["component"]: (float(without.get(row["component"], row["sd"])), float(row["length"] or 0))
        for _, row in rows(folder, "residual_components.csv")
    }


def residual(at: Configuration, table: TokenTables) -> Residual:
    """The residual at a configuration, given the measured ones of its architecture."""
    import numpy as np

    parts = components(table.left)
    total, shared = _variance(at, at, parts)
    learned = _learned(at.architecture, table) if at.architecture else None
    if learned is None:
        return Residual(0.0, math.sqrt(shared), math.sqrt(total - shared))
    known, seen, inverse = learned
    pairs = np.array([_variance(at, b, parts) for b in known])
    cross, common = pairs[:, 0], pairs[:, 1]
    mean = float(cross @ inverse @ seen)
    spread = max(total - float(cross @ inverse @ cross), 1e-6)
    left = max(shared - float(common @ inverse @ common), 1e-9)
    load = (shared - float(cross @ inverse @ common)) / math.sqrt(left)
    load = min(max(load, 0.0), math.sqrt(spread))
    return Residual(mean, load, math.sqrt(spread - load**2))


@cache
def _learned(architecture: str, table: TokenTables) -> "tuple[tuple[Configuration, ...], Array, Array] | None":
    """Measured configurations of an architecture, logarithms of measured over predicted, inverse of their covariance;
    None without any."""
    import numpy as np

    measured = _measured(architecture, table)
    if not measured:
        return None
    known = tuple(at for at, _ in measured)
    parts = components(table.left)
    covariance = np.zeros((len(known), len(known)))
    for i, a in enumerate(known):
        covariance[i, : i + 1] = covariance[: i + 1, i] = [_variance(a, b, parts)[0] for b in known[: i + 1]]
    covariance += parts["repeat"][0] ** 2 * np.eye(len(known))
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    return known, np.array([ratio for _, ratio in measured]), inverse


def _variance(a: Configuration, b: Configuration, parts: Components) -> tuple[float, float]:
    """Covariance of the residuals of two configurations, and the part of it that all models share."""
    gap = math.log(a.flight) - math.log(b.flight)
    card = a is b or (a.card is not None and a.card == b.card)
    bits = a is b or (a.bits is not None and a.bits == b.bits)
    task = a.task == b.task

    def of(name: str) -> float:
        sd, length = parts[name]
        return sd**2 * (math.exp(-0.5 * (gap / length) ** 2) if length else 1.0)

    shared = of("shared_flight") + of("shared_type") * (a.mixture == b.mixture) + of("shared_cell") * (card and bits)
    total = shared
    if a.architecture == b.architecture:
        total += of("architecture_flight") + of("architecture_bits") * bits + of("architecture_task") * task
    if a.model == b.model:
        total += of("model") + of("configuration") * (task and card and bits and a.count == b.count)
    return total, shared


def _measured(architecture: str, table: TokenTables) -> tuple[tuple[Configuration, float], ...]:
    """Measured configurations of an architecture with the logarithm of measured over predicted."""
    mine = [r for r in table.rows if r.architecture == architecture and r.unit == "J/output token" and r.output_tokens]
    found = []
    for row in mine:
        predicted = _predicted(row, table)
        if predicted is not None:
            at = Configuration(
                row.model, row.architecture, row.arch == "moe", row.device, row.device_count, row.precision_bits,
                max(row.concurrency, 1.0), row.task,
            )  # fmt: skip
            found.append((at, math.log(row.energy_j / predicted)))
    return tuple(found)


def _predicted(row: MeasuredConfiguration, table: TokenTables) -> float | None:
    """Energy per output token of a measured configuration by the coefficients [J]; None without a data sheet."""
    sheet = table.sheet(row.device)
    if sheet is None:
        return None
    spec = sheet[0]
    factors: dict[str, Any] = {
        f"token_energy_{n}": v for n, v in table.regression.energy.items() if not n.startswith("prompt")
    }
    factors |= {"card_ratio": table.value("token_energy_device", row.device), "card_power": spec.power / 1e3}
    factors |= {"card_bandwidth": spec.bandwidth / 1e9, "card_compute": spec.compute / 1e12}
    factors |= {"model_parameters": row.total_params_b, "model_active_share": row.active_params_b / row.total_params_b}
    factors |= {"weight_bits": row.precision_bits, "replica_cards": row.device_count}
    factors |= {"requests_in_flight": max(row.concurrency, 1.0)}
    factors |= {"serving_software": 1.0, "token_residual_common": 1.0, "token_residual_model": 1.0}
    found = evaluate(factors)
    prompt = table.regression.energy[PROMPTS.get(row.task, "prompt_chat")]
    output = row.output_tokens or 1.0
    again = prompt + output / 2
    kwh = found["output_energy"] + found["input_energy"] * prompt / output + found["context_energy"] * again
    return float(kwh * 3.6e6)
