"""Energy and time per token as a sum of five terms, fitted on measured configurations, and the spread of its errors."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimator.assessment.uncertainty import Z95
from estimator.workloads.inference.measurements import (
    ANY,
    PROMPTS,
    REFERENCE,
    SECOND,
    MeasuredConfiguration,
    Spec,
    TokenTables,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Q = Any  # a float, an array of configurations or an array of draws
LEVELS = (0.05, 0.5, 0.95)
ENERGY = ("step", "weights", "compute", "context", "sparse", "device", *PROMPTS.values())
TIME = ("step", "weights", "compute", "context", "sparse", "device")
READING = "prefill"  # fitted with them, and not kept: two tokens are written with almost nothing read between them
START = {"step": 1e-3, "weights": 1.0, "compute": 2.0, "context": 1.5, "sparse": 3.0, "device": 1.4, "prefill": 2.5}
# What is hidden to see how far predictions drift beyond the range of a fit.
# Which part of which range: beyond this value, upwards or downwards.
HIDDEN = (
    ("concurrency", 40.0, -1),
    ("concurrency", 100.0, 1),
    ("active", 30e9, 1),
    ("active", 10e9, -1),
    ("bits", 16.0, -1),
)


@dataclass(frozen=True)
class Load:
    """The physics of one token: parameters [1], requests in flight, bits, tokens, accelerators and their data sheet."""

    total: Q
    active: Q
    concurrency: Q
    bits: Q
    output: Q
    prompt: Q
    count: Q
    power: Q
    bandwidth: Q
    compute: Q


def terms(load: Load, k: Mapping[str, Q]) -> dict[str, Q]:
    """Energy per output token, by cause [J]; with the coefficients of time, energy at full power [J].

    step: what each step costs whatever it does, shared by the requests in flight; weights: reading the weights
    touched by at least one request, shared too; compute: arithmetic of the token; context: reading what came before;
    prompt: arithmetic of the prompt, per output token, which fills the experts of a mixture. `sparse` multiplies the
    arithmetic of what a mixture of experts writes.
    """
    touched = load.active + (load.total - load.active) * (1 - (1 - load.active / load.total) ** (load.concurrency - 1))
    per_byte = load.power / load.bandwidth
    dense = load.power / load.compute * 2 * load.active
    return {
        "step": k["step"] * load.power * load.count / load.concurrency,
        "weights": k["weights"] * per_byte * touched * load.bits / 8 / load.concurrency,
        "compute": k["compute"] * dense * k["sparse"] ** (1 - load.active / load.total),
        "context": k["context"] * per_byte * (load.prompt + load.output / 2) * load.active**0.5,
        "prompt": k["prefill"] * dense * load.prompt / load.output,
    }


@dataclass(frozen=True)
class Fit:
    """Coefficients, and measured over predicted time at 5, 50 and 95 % of an architecture that the fit has not seen."""

    energy: Mapping[str, float]
    time: Mapping[str, float]
    time_spread: tuple[float, float, float]
    outside: float
    active: tuple[float, float]
    bounds: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class FitColumns:
    """The measured configurations as columns; `new` marks the device that is not the reference one."""

    load: Load
    task: "Array"
    architecture: "Array"
    new: "Array"
    energy: "Array"
    time: "Array"
    weight: "Array"


def sample(rows: Sequence[MeasuredConfiguration], specs: Mapping[str, Spec], reference: str) -> FitColumns:
    """Columns of the token rows that have all that the fit reads; each architecture weighs the same."""
    import numpy as np

    rows = [r for r in rows if r.unit == "J/output token" and r.output_tokens and r.itl_ms and r.device in specs]
    names = [r.architecture for r in rows]
    per = {name: names.count(name) for name in names}

    def column(value: Callable[[MeasuredConfiguration], Any]) -> "Array":
        return np.array([value(r) for r in rows], dtype=float)

    load = Load(
        total=column(lambda r: r.total_params_b * 1e9),
        active=column(lambda r: r.active_params_b * 1e9),
        concurrency=column(lambda r: max(r.concurrency, 1.0)),
        bits=column(lambda r: r.precision_bits),
        output=column(lambda r: r.output_tokens),
        prompt=np.zeros(len(rows)),
        count=column(lambda r: r.device_count),
        power=column(lambda r: specs[r.device].power),
        bandwidth=column(lambda r: specs[r.device].bandwidth),
        compute=column(lambda r: specs[r.device].compute),
    )
    full_power = load.power * load.count / load.concurrency
    return FitColumns(
        load=load,
        task=np.array([r.task for r in rows]),
        architecture=np.array(names),
        new=np.array([r.device != reference for r in rows]),
        energy=column(lambda r: r.energy_j),
        time=column(lambda r: r.itl_ms) / 1000 * full_power,
        weight=np.array([len(rows) / len(per) / per[name] for name in names]),
    )


def fit(data: FitColumns, given: Mapping[str, float], leave_out: str | None = None) -> Fit:
    """The regression of every architecture but one. given: what is not fitted (`prefill`, `prompt_chat`)."""

    inside = data.architecture != leave_out
    start = {**START, **dict.fromkeys(PROMPTS.values(), 1500.0), **given}
    energy = _solve(data, data.energy, ENERGY, start, inside)
    time = _solve(data, data.time, (*TIME, READING), energy | {READING: START[READING]}, inside)
    names = sorted(set(data.architecture[inside]))
    errors: list[Array] = []
    seen: dict[str, list[float]] = {}
    for name in names:
        rest, held = inside & (data.architecture != name), data.architecture == name
        without = _solve(data, data.energy, ENERGY, energy, rest)
        slower = _solve(data, data.time, (*TIME, READING), time | {p: without[p] for p in PROMPTS.values()}, rest)
        errors.append(_errors(data, data.time, slower)[held])
        for key, value in [*((f"energy_{k}", without[k]) for k in ENERGY), *((f"time_{k}", slower[k]) for k in TIME)]:
            seen.setdefault(key, []).append(value)
    spread = _spread(errors)
    outside = max(_astray(data, energy, inside, hidden) for hidden in HIDDEN)
    bounds = {key: (min(values), max(values)) for key, values in seen.items()}
    return Fit(energy, time, spread, outside, _range(data.load.active[inside]), bounds)


def _range(values: "Array") -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _prompt(data: FitColumns, k: Mapping[str, float]) -> "Array":
    import numpy as np

    return np.array([k[PROMPTS.get(task, "prompt_chat")] for task in data.task], dtype=float)


def _predict(data: FitColumns, k: Mapping[str, float]) -> "tuple[Array, dict[str, Array]]":
    from dataclasses import replace

    import numpy as np

    load = replace(data.load, prompt=_prompt(data, k))
    parts = terms(load, k)
    total: Array = sum(parts.values()) * np.where(data.new, k["device"], 1.0)
    return total, parts


def _errors(data: FitColumns, seen: "Array", k: Mapping[str, float]) -> "Array":
    import numpy as np

    errors: Array = np.log(seen) - np.log(_predict(data, k)[0])
    return errors


def _solve(
    data: FitColumns, seen: "Array", free: Sequence[str], start: Mapping[str, float], inside: "Array"
) -> dict[str, float]:
    """Gauss-Newton on the logarithms of coefficients and energy: each step is a linear least squares."""
    import numpy as np

    k = dict(start)
    weight = np.sqrt(data.weight[inside])
    for _ in range(60):
        total, parts = _predict(data, k)
        slopes = _slopes(data, k, parts)
        matrix = np.stack([slopes[name] for name in free], axis=1)[inside] * weight[:, None]
        target = (np.log(seen) - np.log(total))[inside] * weight
        damped = np.vstack([matrix, 0.3 * np.eye(len(free))])
        step = np.linalg.lstsq(damped, np.concatenate([target, np.zeros(len(free))]), rcond=None)[0]
        for name, move in zip(free, step / max(1.0, float(np.abs(step).max())), strict=True):
            k[name] *= math.exp(move)
        if float(np.abs(step).max()) < 1e-7:
            break
    return k


def _slopes(data: FitColumns, k: Mapping[str, float], parts: "Mapping[str, Array]") -> "dict[str, Array]":
    """Change of the logarithm of the total for a change of the logarithm of each coefficient."""
    import numpy as np

    total = sum(parts.values())
    share = {name: part / total for name, part in parts.items()}
    prompt = _prompt(data, k)
    by_prompt = share["prompt"] + share["context"] * prompt / (prompt + data.load.output / 2)
    sparsity = 1 - data.load.active / data.load.total
    return {
        **{name: share[name] for name in ("step", "weights", "compute", "context")},
        "prefill": share["prompt"],
        "sparse": share["compute"] * sparsity,
        "device": np.where(data.new, 1.0, 0.0),
        **{name: np.where(data.task == task, by_prompt, 0.0) for task, name in PROMPTS.items()},
    }


def _spread(errors: "Sequence[Array]") -> tuple[float, float, float]:
    """5, 50 and 95 % of errors [ratio], every architecture weighing the same, widened as Student's law asks.

    With few architectures a 90 % interval is wider than the quantiles seen: by t / z times the root of 1 + 1/n.
    """
    import numpy as np

    values = np.concatenate(errors)
    weight = np.concatenate([np.full(len(e), 1 / len(e)) for e in errors])
    order = np.argsort(values)
    place = np.cumsum(weight[order]) - weight[order] / 2
    low, middle, high = np.interp(LEVELS, place / weight.sum(), values[order])
    count = len(errors)
    student = Z95 + (Z95**3 + Z95) / (4 * (count - 1))
    wider = student / Z95 * math.sqrt(1 + 1 / count)
    ends = (middle + wider * (low - middle), middle, middle + wider * (high - middle))
    return float(np.exp(ends[0])), float(np.exp(ends[1])), float(np.exp(ends[2]))


def _astray(data: FitColumns, energy: Mapping[str, float], inside: "Array", hidden: tuple[str, float, int]) -> float:
    """90 % half-width [ratio per factor e] of the drift of predictions when the far end of a range is hidden."""
    import numpy as np

    name, edge, way = hidden
    values = getattr(data.load, name)
    beyond = ((values - edge) * way > 0) & inside
    rest = inside & ~beyond
    end = (values[rest] * way).max() * way
    moved = np.log(_predict(data, _solve(data, data.energy, ENERGY, energy, rest))[0] / _predict(data, energy)[0])
    distance = np.abs(np.log(values[beyond] / end))
    return float(np.exp(Z95 * np.sqrt(np.mean(moved[beyond] ** 2)) / np.mean(distance)))


def refit(table: TokenTables, leave_out: str | None = None) -> Fit:
    """The regression fitted on the measured configurations of a table, all architectures or all but one."""
    given = {"prefill": table.value("token_energy_prefill"), "prompt_chat": table.value("token_prompt_chat")}
    sheets = {device: table.sheet(device) for device in (REFERENCE, SECOND)}
    specs = {device: found[0] for device, found in sheets.items() if found}
    return fit(sample(table.rows, specs, REFERENCE), given, leave_out)


def fitted(regression: Fit) -> Iterator[tuple[str, str, tuple[float, float, float], str]]:
    """What a fit says, as (quantity, subject, (low, value, high), kind of bounds) of factor rows."""
    for kind, names, values in (("energy", ENERGY, regression.energy), ("time", TIME, regression.time)):
        for name in names:
            low, high = regression.bounds[f"{kind}_{name}"]
            value = values[name]
            quantity = f"token_{name}" if name.startswith("prompt") else f"token_{kind}_{name}"
            yield quantity, SECOND if name == "device" else ANY, (min(low, value), value, max(high, value)), "min_max"
    for quantity, ends in (
        ("token_time_residual", regression.time_spread),
        ("token_outside", (1 / regression.outside, 1.0, regression.outside)),
    ):
        yield quantity, ANY, ends, "p5_p95"
    low, high = regression.active
    yield "token_range_active", ANY, (low, (low * high) ** 0.5, high), "min_max"
