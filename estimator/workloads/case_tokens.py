"""Electricity of accelerators for tokens, images or videos: the measured tables and the regression, for a case."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Literal

from estimator.assessment.evaluation import ActivityGroup, values_of
from estimator.catalogue import models
from estimator.catalogue.selection import SelectedFactor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import sentences
from estimator.workloads.inference.measurements import TokenTables
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference.media import media_energy
from estimator.workloads.inference.serving import (
    ModelSize,
    Serving,
    ServingFactors,
    flight_at,
    serving_factors,
    size_of,
)
from estimator.workloads.inference_inventory import token_amounts
from estimator.workloads.published_case import Workload
from estimator.workloads.request import Request
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
        name: Literal["image", "video"] = "image" if media == "image" else "video"
        picture = media_energy(name, workload.model, device, table)
        trail.rows(picture.rows, _rows())
        one = trail.factor_value(SelectedFactor("media_energy", "", picture.factor))
        return trail.times("all_requests", one, workload.requests)
    if not workload.output_tokens:
        raise NotEstimable("no_output_tokens")
    written, read = workload.output_tokens, workload.input_tokens
    asked = Request(model=workload.model or "-", output_tokens=written, input_tokens=read, requests=workload.requests)
    found = _factors(workload, device, trail.catalogue, table)
    trail.rows(found.rows, _rows())
    group = ActivityGroup(token_amounts(asked), found.bounds)
    for bound in found.bounds.values():
        trail.factor(bound)
    drawn = values_of(group, "draws", frozenset({"token_energy"}))["token_energy"]
    return trail.times("all_requests", TracedValue(group.values["token_energy"], drawn), 1)


@cache
def _rows() -> dict[str, Any]:
    tables = measured_tables()
    return by_name((*tables.factors.values(), *tables.rows))


def _factors(workload: Workload, device: str | None, catalogue: Catalogue, table: TokenTables) -> ServingFactors:
    """How the model of a case is served; arrivals per second settle the requests in flight (Little's law)."""
    size = _size(workload)
    serving = Serving(
        workload.model or "uncatalogued", size, _measured_name(workload.model), device, workload.device_count,
        workload.precision_bits, workload.concurrency, task=workload.task or "lm-arena-chat",
    )  # fmt: skip
    day = date.today()
    if workload.concurrency is None and workload.request_rate_per_s and workload.output_tokens:
        per_second = workload.request_rate_per_s * workload.output_tokens
        serving = replace(serving, flight=flight_at(serving, per_second, catalogue, day))
    return serving_factors(serving, catalogue, day, table)


def _size(workload: Workload) -> ModelSize:
    """Parameters as stated, else those of the catalogue of models. NotEstimable when neither knows."""
    known = _known(workload.model)
    found = size_of(known) if known else None
    if workload.total_params_b is None:
        if found is None:
            code = models.size(known).reason or "no_model_size" if known else "no_model_size"
            raise NotEstimable(code, sentences("models", code) if code != "no_model_size" else None)
        return found
    total, active = workload.total_params_b, workload.active_params_b
    if active is None and found is not None and found.active[1] <= total:
        return ModelSize((total, total, total), found.active, found.guessed)
    return ModelSize((total, total, total), (active or total, active or total, active or total))


@cache
def _measured_name(model: str | None) -> str | None:
    """The name of a model in the measured configurations."""
    if measured_tables().architecture(model):
        return model
    known = _known(model)
    names = {row.model for row in measured_tables().rows}
    return next((n for n in sorted(names) if known and _known(n) == known), None)


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
    return measured_tables().architecture(_measured_name(model))
