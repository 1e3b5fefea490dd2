"""Electricity of accelerators for tokens, images or videos: the measured tables and the regression, for a case."""

from functools import cache
from typing import Any

from estimator.catalogue import models
from estimator.catalogue.selection import SelectedFactor
from estimator.core.errors import LANGUAGES, sentences
from estimator.workloads.inference.measurements import TokenTables
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference.token_energy import (
    MediaRequest,
    SizeBounds,
    TokenEnergy,
    TokenRequest,
    media_energy,
    token_energy,
)
from estimator.workloads.published_case import Workload
from estimator.workloads.traced_value import NotEstimable, TracedCalculation, TracedValue, by_name

MEDIA = {"text-to-image": "image", "text-to-video": "video"}


def accelerator_energy(
    workload: Workload, device: str | None, trail: TracedCalculation, left_out: tuple[str | None, frozenset[str]]
) -> TracedValue | None:
    """Electricity of the accelerators over all requests [kWh]; None when the case describes no use of a model.

    left_out: "architecture" for a prediction without that of the case, or None; and ids of sources to do without.
    """
    media = MEDIA.get(workload.task or "")
    if workload.model is None and workload.total_params_b is None and media is None:
        return None
    if workload.requests is None:
        if workload.output_tokens is None:
            return None
        raise NotEstimable("no_requests")
    table = _table(workload.model, *left_out)
    if media is not None:
        request = MediaRequest.model_validate({"kind": media, "model": workload.model, "device": device})
        return _told(media_energy(request, table), workload.requests, trail)
    if not workload.output_tokens:
        raise NotEstimable("no_output_tokens")
    found = token_energy(_request(workload, device), table)
    return _told(found, workload.requests * workload.output_tokens, trail)


def _told(found: TokenEnergy, count: float, trail: TracedCalculation) -> TracedValue:
    """The energy of all tokens, images or videos, with the steps and rows that made that of one."""
    for step in found.steps:
        trail.sentence(f"token_{step.code}", {lang: step.text(lang) for lang in LANGUAGES})
    trail.rows(found.factors, _rows())
    one = trail.factor_value(SelectedFactor("token_energy", "", found.factor()))
    return trail.times("all_requests", one, count)


@cache
def _rows() -> dict[str, Any]:
    tables = measured_tables()
    return by_name((*tables.factors.values(), *tables.rows))


def _request(workload: Workload, device: str | None) -> TokenRequest:
    total, active = _sizes(workload)
    return TokenRequest(
        model=workload.model,
        total_params=total,
        active_params=active,
        device=device,
        device_count=workload.device_count,
        precision_bits=workload.precision_bits,
        concurrency=workload.concurrency,
        request_rate=workload.request_rate_per_s,
        output_tokens=workload.output_tokens,
        input_tokens=workload.input_tokens,
        task=workload.task,
    )


def _sizes(workload: Workload) -> tuple[SizeBounds, SizeBounds | None]:
    """Parameters as stated, else those of the catalogue of models. NotEstimable when neither knows."""
    stated = SizeBounds(central=workload.total_params_b) if workload.total_params_b else None
    active = SizeBounds(central=workload.active_params_b) if workload.active_params_b else None
    if stated and active:
        return stated, active
    known = _known(workload.model)
    size = models.size(known) if known else None
    if stated is None:
        if known is None or size is None or size.total is None:
            code = size.reason if size and size.reason else "no_model_size"
            raise NotEstimable(code, sentences("models", code) if code != "no_model_size" else None)
        stated = SizeBounds(central=size.total, low=size.total_low, high=size.total_high)
    if active is None and size is not None and size.active is not None and size.active <= stated.central:
        active = SizeBounds(central=size.active, low=size.active_low, high=size.active_high)
    return stated, active


@cache
def _known(model: str | None) -> models.Model | None:
    try:
        return models.find(model) if model else None
    except models.ModelUnknown:
        return None


@cache
def _table(model: str | None, leave_out: str | None, without: frozenset[str]) -> TokenTables:
    architecture = _architecture(model) if leave_out == "architecture" else None
    return _reduced(architecture, without)


@cache
def _reduced(architecture: str | None, without: frozenset[str]) -> TokenTables:
    table = measured_tables()
    table = table.left_out(architecture) if architecture else table
    for source in sorted(without):
        table = table.without(source)
    return table


def _architecture(model: str | None) -> str | None:
    """The measured architecture that this model has, under whatever name."""
    exact = measured_tables().architecture(model)
    known = _known(model)
    if exact is not None or known is None:
        return exact
    return _architectures().get(known.id)


@cache
def _architectures() -> dict[str, str]:
    found = {}
    for row in measured_tables().rows:
        known = _known(row.model)
        if known is not None:
            found[known.id] = row.architecture
    return found
