"""What a model answered, as amounts and bound factors: electricity and time of accelerators for one output."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from estimator.catalogue import models
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor
from estimator.core.errors import LANGUAGES, say, sentences
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference.token_energy import (
    MediaRequest,
    SizeBounds,
    TokenEnergy,
    TokenRequest,
    media_energy,
    token_energy,
)
from estimator.workloads.request import Request
from estimator.workloads.traced_value import TracedCalculation, by_name

SECONDS_PER_HOUR = 3600.0
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_./-]")


@dataclass(frozen=True)
class InferenceInventory:
    """Amounts and bounds of a group, what is told before its steps, rows that were used, warnings."""

    amounts: dict[str, float]
    bounds: dict[str, SelectedFactor]
    steps: list[dict[str, Any]] = field(default_factory=list)
    rows: tuple[str, ...] = ()
    warnings: list[dict[str, str]] = field(default_factory=list)


def inference_inventory(request: Request, device: str | None, host: str = "") -> InferenceInventory:
    """The outputs of a question with their electricity and time. ModelUnknown names the nearest models.

    What is not known of a model at a host is the same for all its requests there: their draws have one name. Without
    a host the model is taken as served alike wherever it runs, so that sites are compared on all else.
    """
    model = models.find(request.model or "")
    amounts = {"outputs": _outputs(request)}
    if request.audio_s is not None:
        return InferenceInventory(amounts, _unknown(model.id, "no_audio_energy"))
    media = request.images is not None or request.videos is not None
    if media and request.output_tokens is None:
        return replace(_answered(model.id, _media(request, model, device), host), amounts=amounts)
    size = models.size(model)
    if size.total is None:
        return InferenceInventory(amounts, _unknown(model.id, size.reason or "no_model_size"))
    found = replace(_answered(model.id, _tokens(request, model, size, device), host), amounts=amounts)
    apart = [sentences("token_warnings", "media_not_counted")] if media else []
    return replace(found, warnings=found.warnings + apart)


def rows_used(trail: TracedCalculation, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Measured configurations and coefficients of the regression that an answer rests on, with their sources."""
    trail.rows(ids, _rows())
    return list(trail.factors.values())


@cache
def _rows() -> dict[str, Any]:
    tables = measured_tables()
    return by_name((*tables.factors.values(), *tables.rows))


def _outputs(request: Request) -> float:
    one = request.images or request.videos or request.audio_s
    if request.output_tokens is not None:
        one = request.output_tokens + request.reasoning_tokens
    return (one or 0.0) * request.requests


def _unknown(model: str, reason: str) -> dict[str, SelectedFactor]:
    return {name: SelectedFactor(name, model, None, missing=reason) for name in ("output_energy", "output_hours")}


@lru_cache(maxsize=512)
def _answered(model: str, request: TokenRequest | MediaRequest, host: str) -> InferenceInventory:
    """Electricity and time of one output, and the step that tells them; the same request, the same answer."""
    found = token_energy(request) if isinstance(request, TokenRequest) else media_energy(request)
    energy = found.factor()
    changed = {"quantity": "output_energy", "subject": model, "drawn_as": f"output_energy/{model}@{host}"}
    changed["id"] = f"{energy.id}/{_NOT_IN_ID.sub('-', host)}" if host else energy.id
    energy = energy.model_copy(update=changed)
    bounds = {
        "output_energy": SelectedFactor("output_energy", model, energy),
        "output_hours": _hours(model, found, energy),
    }
    said = {lang: " ; ".join(step.text(lang) for step in found.steps) for lang in LANGUAGES}
    label = {lang: say("served", "per_output", lang) for lang in LANGUAGES}
    step: dict[str, Any] = {"name": "output_energy", "label": label, "formula": said, "unit": "kWh", "inputs": []}
    step |= {"value": energy.value, "low": energy.low, "high": energy.high}
    return InferenceInventory(
        {}, bounds, [step], found.factors, [sentences("token_warnings", c) for c in found.warnings]
    )


def _hours(model: str, found: TokenEnergy, energy: Factor) -> SelectedFactor:
    """Accelerator time of one output; images and videos have none that was measured."""
    if found.device_seconds is None:
        return SelectedFactor("output_hours", model, None, missing="no_output_time")
    low, value, high = (seconds / SECONDS_PER_HOUR for seconds in found.device_seconds)
    changed: dict[str, object] = {"id": f"output_hours/{energy.id}", "quantity": "output_hours", "unit": "h"}
    changed |= {"low": low, "value": value, "high": high}
    changed["drawn_as"] = energy.drawn_as.replace("output_energy", "output_hours", 1)
    return SelectedFactor("output_hours", model, energy.model_copy(update=changed))


def _media(request: Request, model: models.Model, device: str | None) -> MediaRequest:
    kind: Any = "image" if request.images is not None else "video"
    return MediaRequest(kind=kind, model=_measured_names().get(model.id, model.name), device=device)


def _tokens(request: Request, model: models.Model, size: models.ParameterCount, device: str | None) -> TokenRequest:
    active = size.active if size.active is not None and size.active <= (size.total or 0.0) else None
    read = None if request.input_tokens is None else request.input_tokens - request.cached_tokens
    return TokenRequest(
        model=_measured_names().get(model.id, model.name),
        total_params=SizeBounds(central=size.total or 0.0, low=size.total_low, high=size.total_high),
        active_params=SizeBounds(central=active, low=size.active_low, high=size.active_high) if active else None,
        device=device,
        device_count=request.device_count,
        precision_bits=request.precision_bits,
        concurrency=request.concurrency,
        output_tokens=None if request.output_tokens is None else request.output_tokens + request.reasoning_tokens,
        input_tokens=read,
    )


@cache
def _measured_names() -> dict[str, str]:
    """Catalogue id of each model that was measured -> its name in the measurements."""
    found = {}
    for name in {row.model for row in measured_tables().rows}:
        try:
            found[models.find(name).id] = name
        except models.ModelUnknown:
            continue
    return found
