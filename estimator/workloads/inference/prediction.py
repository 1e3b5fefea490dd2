"""Energy of a token by the regression: hypotheses made and told, and an interval that widens with each of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from estimator.catalogue.schema import Factor
from estimator.workloads.inference.measurements import ANY, REFERENCE, TokenTables
from estimator.workloads.inference.regression import PROMPTS, Load, terms
from estimator.workloads.inference.types import InferenceStep, TokenEnergy, TokenRequest, named

TASKS = frozenset({"gpqa", "lm-arena-chat", *PROMPTS})
BUSIEST = 4096.0  # requests in flight of one replica, the most that was measured
Doubt = tuple[str, float, float]  # field of a point, its low and its high


@dataclass(frozen=True)
class RegressionPoint:
    """All that the regression reads of a request, every hypothesis made."""

    total: float
    active: float
    bits: float
    output: float
    prompt: float
    prefill: float
    count: float
    spec: tuple[float, float, float]
    concurrency: float | None
    rate: float | None
    idle: float
    slow: float  # how much slower than the coefficients of time say


def predicted(request: TokenRequest, table: TokenTables) -> TokenEnergy:
    """Energy per output token by the regression."""
    point, doubts, warnings, used = _point(request, table)
    flight, parts = _joules(point, table)
    ratio = table.find("token_energy_device", request.device or ANY)
    known = request.concurrency is not None or request.request_rate is not None
    residual = table.regression.known if known else table.regression.unknown
    base = sum(parts.values())
    spreads = [(math.log(residual[1] / residual[0]), math.log(residual[2] / residual[1]))]
    spreads += [_change(base, point, pair, table) for pair in doubts]
    for item in [ratio, *(f for f in used if f.quantity == "token_device_unknown")]:
        if item.bounds_kind == "rule" and item.low and item.value and item.high:
            spreads.append((math.log(item.value / item.low), math.log(item.high / item.value)))
    beyond = _beyond(point, flight, table)
    spreads += [(gap * math.log(table.regression.outside),) * 2 for gap in beyond.values()]
    central = base * (ratio.value or 1.0) * residual[1]
    low = central * math.exp(-math.hypot(*(s[0] for s in spreads)))
    high = central * math.exp(math.hypot(*(s[1] for s in spreads)))
    steps = [InferenceStep(code=code, facts={"value": value}) for code, value in parts.items() if value]
    steps += [
        InferenceStep(code="device", facts={"ratio": ratio.value or 1.0}),
        InferenceStep(code="known" if known else "unknown", facts={"concurrency": flight, "ratio": residual[1]}),
        *(InferenceStep(code=f"outside_{name}", facts={"times": math.exp(gap)}) for name, gap in beyond.items()),
        InferenceStep(code="result", facts={"value": central, "low": low, "high": high}),
    ]
    warnings += [f"outside_{name}" for name in beyond]
    return TokenEnergy(
        low=low, central=central, high=high, unit="J/output token", method="regression", steps=tuple(steps),
        factors=tuple(dict.fromkeys([*(f.id for f in used), ratio.id, *_coefficients(table, known)])),
        warnings=tuple(warnings), concurrency=flight, device_seconds=_seconds(point, flight, request, table),
        name=named(request), kin=table.architecture(request.model) or request.model or named(request),
    )  # fmt: skip


def _point(request: TokenRequest, table: TokenTables) -> tuple[RegressionPoint, list[Doubt], list[str], list[Factor]]:
    """The request with a value everywhere, what stays in doubt, what to tell, and the factors that were used."""
    doubts: list[Doubt] = []
    warnings: list[str] = []
    used: list[Factor] = []

    def supposed(field: str, quantity: str, warning: str) -> float:
        item = table.find(quantity)
        used.append(item)
        doubts.append((field, item.low or 0.0, item.high or 0.0))
        if warning:
            warnings.append(warning)
        return item.value or 0.0

    active = request.active_params or request.total_params
    for field, size in (("total", request.total_params), ("active", active)):
        low, high = size.low or size.central, size.high or size.central
        if low < high:
            doubts.append((field, low * 1e9, high * 1e9))
            warnings.append("size_supposed")
    sheet = table.sheet(request.device)
    if sheet is None:
        warnings.append("device_unknown")
        sheet = table.sheet(REFERENCE)
        used.append(table.find("token_device_unknown"))
    assert sheet is not None
    spec, rows = sheet
    used += rows
    bits = request.precision_bits or supposed("bits", "token_default_bits", "precision_supposed")
    output = request.output_tokens or supposed("output", "token_default_output", "output_supposed")
    prefill = table.value("token_energy_prefill")
    if request.input_tokens is not None:
        prompt = request.input_tokens
        prefill = supposed("prefill", "token_energy_prefill", "")
    elif request.task in TASKS:
        prompt = table.regression.energy[PROMPTS.get(request.task, "prompt_chat")]
    else:
        prompt = supposed("prompt", "token_prompt_chat", "input_supposed")
    rate = None if request.concurrency else request.request_rate
    idle = supposed("idle", "token_idle_share", "") if rate else 0.0
    slow = table.find("token_time_device", request.device or ANY)
    slowest = (slow.low or 1.0, slow.value or 1.0, slow.high or 1.0)
    if rate:
        spread = table.regression.time_spread
        doubts.append(("slow", slowest[0] * spread[0], slowest[2] * spread[2]))
    elif request.concurrency is None:
        warnings.append("concurrency_unknown")
    memory = table.value("device_memory", request.device or REFERENCE) * 1e9
    holds = request.total_params.central * 1e9 * bits / 8 * 1.2 / memory
    count = request.device_count or 2.0 ** max(0, math.ceil(math.log2(holds)))
    total, at_work = request.total_params.central * 1e9, min(active.central, request.total_params.central) * 1e9
    point = RegressionPoint(
        total, at_work, bits, output, prompt, prefill, count, (spec.power, spec.bandwidth, spec.compute),
        request.concurrency or (None if rate else table.regression.reference), rate, idle, slowest[1],
    )  # fmt: skip
    return point, doubts, list(dict.fromkeys(warnings)), used


def _load(point: RegressionPoint, concurrency: float) -> Load:
    active = min(point.active, point.total)
    return Load(
        point.total, active, max(concurrency, 1.0), point.bits, point.output, point.prompt, point.count, *point.spec
    )


def _pace(point: RegressionPoint, concurrency: float, table: TokenTables) -> float:
    """Time between two tokens of one request [s]."""
    at_full_power = sum(terms(_load(point, concurrency), table.regression.time).values())
    return at_full_power * max(concurrency, 1.0) / (point.spec[0] * point.count) * point.slow


def _flight(point: RegressionPoint, table: TokenTables) -> float:
    """Requests in flight: given, or those at which arrivals and time to answer agree (Little's law); under one, the
    share of time at work."""
    if point.rate is None:
        return point.concurrency or 1.0
    tokens = point.rate * point.output
    alone = tokens * _pace(point, 1.0, table)
    if alone <= 1:
        return alone
    low, high = 1.0, BUSIEST
    for _ in range(50):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if tokens * _pace(point, middle, table) > middle else (low, middle)
    return low


def _joules(point: RegressionPoint, table: TokenTables) -> tuple[float, dict[str, float]]:
    """Requests in flight, and energy per output token by cause [J], before the ratios of device and architecture."""
    flight = _flight(point, table)
    parts = terms(_load(point, flight), {**table.regression.energy, "prefill": point.prefill})
    waiting = max(0.0, 1 - flight) * point.idle if point.rate else 0.0
    parts["idle"] = waiting * point.spec[0] * point.count / (point.rate * point.output) if point.rate else 0.0
    return flight, parts


def _change(base: float, point: RegressionPoint, doubt: Doubt, table: TokenTables) -> tuple[float, float]:
    """How much lower and higher the energy gets over what is in doubt [logarithm]."""
    field, *ends = doubt
    moves = []
    for value in ends:
        other: dict[str, Any] = {field: value}
        moves.append(math.log(sum(_joules(replace(point, **other), table)[1].values()) / base))
    return max(0.0, -min(moves)), max(0.0, *moves)


def _beyond(point: RegressionPoint, flight: float, table: TokenTables) -> dict[str, float]:
    """How far outside the measured range, by input [logarithm]; what is inside is left out."""
    values = {"active": point.active, "concurrency": max(flight, 1.0), "bits": point.bits}
    gaps = {}
    for name, value in values.items():
        low, high = table.regression.ranges[name]
        gap = max(math.log(low / value), math.log(value / high), 0.0)
        if gap > 0.05:
            gaps[name] = gap
    return gaps


def _seconds(
    point: RegressionPoint, flight: float, request: TokenRequest, table: TokenTables
) -> tuple[float, float, float]:
    """Accelerator time of one output token, waiting included when arrivals are known [s]: low, central, high."""
    if point.rate:
        all_time = point.count / (point.rate * point.output)
        return all_time, all_time, all_time
    item = table.find("token_time_device", request.device or ANY)
    slow = (item.low or 1.0, item.value or 1.0, item.high or 1.0)
    base = point.count * _pace(point, flight, table) / flight / slow[1]
    low, central, high = (base * a * b for a, b in zip(slow, table.regression.time_spread, strict=True))
    return low, central, high


def _coefficients(table: TokenTables, known: bool) -> Iterator[str]:
    for name in ("step", "weights", "compute", "context", "sparse"):
        yield table.find(f"token_energy_{name}").id
    yield table.find("token_residual" if known else "token_residual_unknown").id
