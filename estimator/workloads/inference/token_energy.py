"""Energy of a token, an image or a video at the accelerators: measured where it was, by a regression elsewhere."""

import math
from collections.abc import Sequence
from itertools import groupby, pairwise

from estimator.catalogue.load import load as catalogue
from estimator.catalogue.schema import Factor
from estimator.workloads.inference.measurements import ANY, TokenTables, load
from estimator.workloads.inference.prediction import predicted
from estimator.workloads.inference.regression import MeasuredConfiguration
from estimator.workloads.inference.types import (
    InferenceStep,
    MediaRequest,
    SizeBounds,
    TokenEnergy,
    TokenRequest,
    named,
)

__all__ = ["MediaRequest", "SizeBounds", "InferenceStep", "TokenEnergy", "TokenRequest", "media_energy", "token_energy"]

NEAR = 1.05  # a concurrency this close to the end of what was measured is inside
WIDEST = 4.5  # two neighbouring measurements further apart than this leave a hole


def token_energy(request: TokenRequest, table: TokenTables | None = None) -> TokenEnergy:
    """Energy per output token of the accelerators, without the rest of the servers [J].

    Interpolated between measurements of this very configuration when model, device, precision and concurrency were
    measured; predicted by the regression otherwise.
    """
    table = table or load()
    return _measured(request, table) or predicted(request, table)


def media_energy(request: MediaRequest, table: TokenTables | None = None) -> TokenEnergy:
    """Energy of one image or one video of the accelerators [J]: of this model when it was measured, else of all those
    that were, an order of magnitude."""
    table = table or load()
    unit = f"J/{request.kind}"
    rows = [r for r in table.rows if r.unit == unit and r.model == request.model]
    here = [r for r in rows if _covers(request.device, r.device)]
    if not rows:
        item = table.find(f"{request.kind}_energy")
        low, central, high = (v * 3.6e6 for v in (item.low or 0.0, item.value or 0.0, item.high or 0.0))
        facts: dict[str, float | str] = {"low": low, "value": central, "high": high}
        return _media(
            request, (low, central, high), [InferenceStep(code="other_models", facts=facts)], (item.id,), "other_models"
        )
    used = here or rows
    central = math.exp(sum(math.log(r.energy_j) for r in used) / len(used))
    low, high = min(r.energy_low_j or r.energy_j for r in used), max(r.energy_high_j or r.energy_j for r in used)
    facts = {"model": used[0].model, "low": low, "value": central, "high": high}
    ids = tuple(r.id for r in used)
    if here:
        return _media(request, (low, central, high), [InferenceStep(code="media", facts=facts)], ids, "measured")
    ratio = table.find("token_energy_device", ANY)
    down, up = ((ratio.low or 1.0) / (ratio.value or 1.0), (ratio.high or 1.0) / (ratio.value or 1.0))
    steps = [
        InferenceStep(code="media", facts=facts),
        InferenceStep(code="other_device", facts={"low": down, "high": up}),
    ]
    return _media(request, (low * down, central, high * up), steps, (*ids, ratio.id), "regression")


def _media(
    request: MediaRequest,
    ends: tuple[float, float, float],
    steps: Sequence[InferenceStep],
    factors: tuple[str, ...],
    method: str,
) -> TokenEnergy:
    warnings = {"measured": (), "regression": ("device_unknown",), "other_models": ("model_unknown",)}[method]
    low, central, high = ends
    return TokenEnergy.model_validate(
        {
            "low": low, "central": central, "high": high, "unit": f"J/{request.kind}", "method": method,
            "steps": tuple(steps), "factors": factors, "warnings": warnings, "name": named(request),
            "kin": request.model or request.kind,
        }
    )  # fmt: skip


def _covers(asked: str | None, had: str) -> bool:
    """Is the device of a measurement the one asked for, or one of the class asked for?"""
    return asked is not None and asked != ANY and asked in set(catalogue().ladder(had))


def _measured(request: TokenRequest, table: TokenTables) -> TokenEnergy | None:
    """The measurement of this configuration, interpolated between concurrencies; None when there is none."""
    if request.concurrency is None or request.model is None or request.precision_bits is None:
        return None
    rows = [
        r
        for r in table.rows
        if (r.unit, r.model, r.precision_bits) == ("J/output token", request.model, request.precision_bits)
        and _covers(request.device, r.device)
        and request.device_count in (None, r.device_count)
    ]
    curves = [c for c in _curves(rows) if _inside(c, request.concurrency)]
    if not curves:
        return None
    best = min(curves, key=lambda curve: _distance(curve[0], request))
    value, near = _between(best, request.concurrency)
    spread = table.find("token_measured_spread")
    others = [v for curve in curves if (v := _between(curve, request.concurrency)[0])]
    told = request.task == best[0].task
    low = min([value] if told else others) * (spread.low or 1.0)
    high = max([value] if told else others) * (spread.high or 1.0)
    facts: dict[str, float | str] = {
        "model": best[0].model, "device": best[0].device, "count": best[0].device_count, "task": best[0].task,
        "bits": best[0].precision_bits, "concurrency": request.concurrency, "value": value, "low": low, "high": high,
    }  # fmt: skip
    return TokenEnergy(
        low=low, central=value, high=high, unit="J/output token", method="measured",
        steps=(InferenceStep(code="measured", facts=facts), InferenceStep(code="result", facts=facts)),
        factors=(*(r.id for r in near), spread.id), warnings=() if told else ("task_supposed",),
        concurrency=request.concurrency, device_seconds=_seconds(near, request.concurrency, spread),
        name=named(request), kin=best[0].architecture,
    )  # fmt: skip


Curve = Sequence[MeasuredConfiguration]  # one configuration, by growing concurrency


def _curves(rows: Sequence[MeasuredConfiguration]) -> list[Curve]:
    def place(row: MeasuredConfiguration) -> tuple[str, str, int]:
        return row.task, row.device, row.device_count

    ordered = sorted(rows, key=lambda r: (*place(r), r.concurrency, r.id))
    return [tuple(group) for _, group in groupby(ordered, key=place)]


def _inside(curve: Curve, concurrency: float) -> bool:
    if not curve[0].concurrency / NEAR <= concurrency <= curve[-1].concurrency * NEAR:
        return False
    below, above = _neighbours(curve, concurrency)
    return above.concurrency / below.concurrency <= WIDEST


def _neighbours(curve: Curve, concurrency: float) -> tuple[MeasuredConfiguration, MeasuredConfiguration]:
    for below, above in pairwise(curve):
        if below.concurrency <= concurrency <= above.concurrency:
            return below, above
    return (curve[0], curve[0]) if concurrency < curve[0].concurrency else (curve[-1], curve[-1])


def _between(curve: Curve, concurrency: float) -> tuple[float, tuple[MeasuredConfiguration, ...]]:
    """Energy at a concurrency, straight between its neighbours on logarithmic scales [J], and these neighbours."""
    below, above = _neighbours(curve, concurrency)
    gap = math.log(above.concurrency / below.concurrency)
    share = math.log(concurrency / below.concurrency) / gap if gap else 0.0
    value = below.energy_j * (above.energy_j / below.energy_j) ** share
    return value, (below,) if below is above else (below, above)


def _distance(row: MeasuredConfiguration, request: TokenRequest) -> tuple[bool, float, int]:
    """How unlike a measured configuration is: another task, another length of answer, more accelerators."""
    length = request.output_tokens or 500.0
    return row.task != request.task, abs(math.log((row.output_tokens or length) / length)), row.device_count


def _seconds(
    near: Sequence[MeasuredConfiguration], concurrency: float, spread: Factor
) -> tuple[float, float, float] | None:
    """Accelerator time of one output token, of the nearest measurement [s]."""
    row = min(near, key=lambda r: abs(math.log(r.concurrency / concurrency)))
    if not row.itl_ms:
        return None
    value = row.device_count * row.itl_ms / 1000 / row.concurrency
    return value * (spread.low or 1.0), value, value * (spread.high or 1.0)
