"""What a model answered, as amounts and bound factors: electricity and time of accelerators for one output."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from estimator.catalogue import models
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import Bound
from estimator.core.errors import LANGUAGES, say, sentences
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference.token_energy import (
    MediaRequest,
    Size,
    TokenEnergy,
    TokenRequest,
    media_energy,
    token_energy,
)
from estimator.workloads.request import Question
from estimator.workloads.traced_value import Trail, by_name

SECONDS_PER_HOUR = 3600.0
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_./-]")


@dataclass(frozen=True)
class Served:
    """Amounts and bounds of a cell, what is told before its steps, rows that were used, warnings."""

    amounts: dict[str, float]
    bounds: dict[str, Bound]
    steps: list[dict[str, Any]] = field(default_factory=list)
    rows: tuple[str, ...] = ()
    warnings: list[dict[str, str]] = field(default_factory=list)


def served(question: Question, device: str | None, host: str = "") -> Served:
    """The outputs of a question with their electricity and time. ModelUnknown names the nearest models.

    What is not known of a model at a host is the same for all its requests there: their draws have one name. Without
    a host the model is taken as served alike wherever it runs, so that sites are compared on all else.
    """
    model = models.find(question.model or "")
    amounts = {"outputs": _outputs(question)}
    if question.audio_s is not None:
        return Served(amounts, _unknown(model.id, "no_audio_energy"))
    media = question.images is not None or question.videos is not None
    if media and question.output_tokens is None:
        return replace(_answered(model.id, _media(question, model, device), host), amounts=amounts)
    size = models.size(model)
    if size.total is None:
        return Served(amounts, _unknown(model.id, size.reason or "no_model_size"))
    found = replace(_answered(model.id, _tokens(question, model, size, device), host), amounts=amounts)
    apart = [sentences("token_warnings", "media_not_counted")] if media else []
    return replace(found, warnings=found.warnings + apart)


def rows_used(trail: Trail, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Measured configurations and coefficients of the regression that an answer rests on, with their sources."""
    trail.rows(ids, _rows())
    return list(trail.factors.values())


@cache
def _rows() -> dict[str, Any]:
    tables = measured_tables()
    return by_name((*tables.factors.values(), *tables.rows))


def _outputs(question: Question) -> float:
    one = question.images or question.videos or question.audio_s
    if question.output_tokens is not None:
        one = question.output_tokens + question.reasoning_tokens
    return (one or 0.0) * question.requests


def _unknown(model: str, reason: str) -> dict[str, Bound]:
    return {name: Bound(name, model, None, missing=reason) for name in ("output_energy", "output_hours")}


@lru_cache(maxsize=512)
def _answered(model: str, request: TokenRequest | MediaRequest, host: str) -> Served:
    """Electricity and time of one output, and the step that tells them; the same request, the same answer."""
    found = token_energy(request) if isinstance(request, TokenRequest) else media_energy(request)
    energy = found.factor()
    changed = {"quantity": "output_energy", "subject": model, "drawn_as": f"output_energy/{model}@{host}"}
    changed["id"] = f"{energy.id}/{_NOT_IN_ID.sub('-', host)}" if host else energy.id
    energy = energy.model_copy(update=changed)
    bounds = {"output_energy": Bound("output_energy", model, energy), "output_hours": _hours(model, found, energy)}
    said = {lang: " ; ".join(step.text(lang) for step in found.steps) for lang in LANGUAGES}
    label = {lang: say("served", "per_output", lang) for lang in LANGUAGES}
    step: dict[str, Any] = {"name": "output_energy", "label": label, "formula": said, "unit": "kWh", "inputs": []}
    step |= {"value": energy.value, "low": energy.low, "high": energy.high}
    return Served({}, bounds, [step], found.factors, [sentences("token_warnings", c) for c in found.warnings])


def _hours(model: str, found: TokenEnergy, energy: Factor) -> Bound:
    """Accelerator time of one output; images and videos have none that was measured."""
    if found.device_seconds is None:
        return Bound("output_hours", model, None, missing="no_output_time")
    low, value, high = (seconds / SECONDS_PER_HOUR for seconds in found.device_seconds)
    changed: dict[str, object] = {"id": f"output_hours/{energy.id}", "quantity": "output_hours", "unit": "h"}
    changed |= {"low": low, "value": value, "high": high}
    changed["drawn_as"] = energy.drawn_as.replace("output_energy", "output_hours", 1)
    return Bound("output_hours", model, energy.model_copy(update=changed))


def _media(question: Question, model: models.Model, device: str | None) -> MediaRequest:
    kind: Any = "image" if question.images is not None else "video"
    return MediaRequest(kind=kind, model=_measured_names().get(model.id, model.name), device=device)


def _tokens(question: Question, model: models.Model, size: models.Size, device: str | None) -> TokenRequest:
    active = size.active if size.active is not None and size.active <= (size.total or 0.0) else None
    read = None if question.input_tokens is None else question.input_tokens - question.cached_tokens
    return TokenRequest(
        model=_measured_names().get(model.id, model.name),
        total_params=Size(central=size.total or 0.0, low=size.total_low, high=size.total_high),
        active_params=Size(central=active, low=size.active_low, high=size.active_high) if active else None,
        device=device,
        device_count=question.device_count,
        precision_bits=question.precision_bits,
        concurrency=question.concurrency,
        output_tokens=None if question.output_tokens is None else question.output_tokens + question.reasoning_tokens,
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
