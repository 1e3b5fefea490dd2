"""What a model answered, as amounts and selected factors: tokens written, read and read again; images, videos and
seconds of sound."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from estimator.catalogue import models
from estimator.catalogue.default_subjects import ANY_CARD, DESK, DESKS, WORKSTATION
from estimator.catalogue.load import shipped
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, sentences
from estimator.core.number_format import sentences_with
from estimator.workloads.inference.measurements import MediaKind
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference.media import MediaEnergy, media_energy, of_side
from estimator.workloads.inference.serving import Serving, ServingFactors, serving_factors, size_of
from estimator.workloads.request import Request

MEDIA = ("image", "video", "embedding")  # what models make that write no text
NOT_OF_TOKENS = dict.fromkeys(MEDIA, "not_a_text_model") | {"audio": "seconds_wanted", "speech": "no_speech_energy"}


@dataclass(frozen=True)
class InferenceInventory:
    """Amounts and factors of a group, measured rows that were used, warnings; cards for the least, usual and largest
    size of the model."""

    amounts: dict[str, float]
    bounds: dict[str, SelectedFactor]
    rows: tuple[str, ...] = ()
    warnings: list[dict[str, str]] = field(default_factory=list)
    cards: tuple[float, ...] = (1.0, 1.0, 1.0)


def inference_inventory(
    request: Request, device: str | None, place: str, catalogue: Catalogue, day: date
) -> InferenceInventory:
    """What a request makes a model answer at a place, and the factors of it. ModelUnknown names the nearest models."""
    model = models.find(request.model or "")
    made = _media_made(request, model)
    if made is not None and (request.output_tokens is None or (made[0] == "sound" and model.modality == "audio")):
        kind, count = made
        desk = request.device if request.device in DESKS else WORKSTATION
        heard_by = desk if kind == "sound" and place == DESK else device
        bounds, found = _media(kind, model, heard_by, request.image_side)
        alone = request.device_hours is not None  # then manufacture is that of the hours
        codes = [*found.warnings, *(() if alone else ("media_without_manufacture",))] if found else []
        told = [sentences("token_warnings", code) for code in codes]
        bounds["output_hours"] = SelectedFactor("output_hours", model.id, None, missing="no_output_time")
        amounts = {"media_outputs": count * request.requests}
        return InferenceInventory(amounts, bounds, found.rows if found else (), told)
    factors = token_factors(
        catalogue,
        day,
        model=model.id,
        device=device,
        device_count=request.device_count,
        precision_bits=request.precision_bits,
        flight=request.concurrency,
        place=place,
    )
    codes = [*factors.warnings, *(["input_supposed"] if request.input_tokens is None and not request.product else [])]
    codes += ["media_not_counted"] if made is not None else []
    codes += ["by_seats"] if request.product else []
    reasons = model.open_class == "closed" or "reasoning" in model.id  # a closed model may reason, and does not say
    codes += ["no_reasoning"] if reasons and not request.reasoning_tokens and not request.product else []
    facts: dict[str, dict[str, Any]] = {}
    long = select_factor(catalogue, "long_prompt", ANY_CARD, day).factor
    if long and (request.input_tokens or 0.0) > (long.value or math.inf):
        codes.append("long_prompt")
        facts["long_prompt"] = {"tokens": long.value or 0.0}
    if "concurrency_unknown" in codes:
        facts["concurrency_unknown"] = {**factors.flight_effect}
    facts["too_few_cards"] = {"cards": request.device_count or 1, "fewest": factors.fewest}
    if request.product:
        task = f"task/{(request.task or '').removeprefix('task/')}"
        facts["by_seats"] = {"task": {lang: catalogue.label(task, lang) for lang in LANGUAGES}}
    told = [sentences_with("token_warnings", code, **facts.get(code, {})) for code in codes]
    return InferenceInventory(token_amounts(request), factors.bounds, factors.rows, told, factors.cards)


def token_amounts(request: Request) -> dict[str, float]:
    """Tokens that requests write (reasoning too), read, and read again to write (those in cache too).

    What is stated of several requests are means.
    """
    count, written = request.requests, (request.output_tokens or 0.0) + request.reasoning_tokens
    read = request.input_tokens
    context = count * written * ((read or 0.0) + written / 2)
    return {
        "output_tokens": count * written,
        "input_tokens": count * ((read or 0.0) - request.cached_tokens),
        "context_tokens": context if count == 1 else 0.0,
        "mean_context_tokens": 0.0 if count == 1 else context,
        "unread_requests": count if read is None else 0.0,
        "unread_outputs": count * written if read is None else 0.0,
        "unsized_outputs": 0.0,
    }


def token_factors(catalogue: Catalogue, day: date, model: str, **facts: Any) -> ServingFactors:
    """The factors of tokens of a model of the catalogue, facts being fields of Serving. ModelUnknown."""
    known = models.find(model)
    size = size_of(known)
    if size is None or known.modality in NOT_OF_TOKENS:
        missing = NOT_OF_TOKENS.get(known.modality) or models.size(known).reason or "no_model_size"
        return ServingFactors({"model_parameters": SelectedFactor("model_parameters", known.id, None, missing=missing)})
    return serving_factors(Serving(known.id, size, _measured_names().get(known.id), **facts), catalogue, day)


def media_factors(kind: MediaKind, model: str, device: str | None) -> dict[str, SelectedFactor]:
    """The factor of an image, a video or a second of sound of a model of the catalogue. ModelUnknown."""
    return _media(kind, models.find(model), device)[0]


def _media_made(request: Request, model: models.Model) -> tuple[MediaKind, float] | None:
    """What one request makes, hears or embeds, besides tokens written, and how much of it."""
    if model.modality == "embedding" and request.input_tokens is not None:
        return "embedding", request.input_tokens - request.cached_tokens
    if request.images is not None:
        return "image", request.images
    if request.videos is not None:
        return "video", request.videos
    return ("sound", request.audio_s) if request.audio_s is not None else None


def _media(
    kind: MediaKind, model: models.Model, device: str | None, side: float | None = None
) -> tuple[dict[str, SelectedFactor], MediaEnergy | None]:
    """The factor of an output and what it rests on; a reason and nothing where no source speaks of such a model: only
    models that transcribe were timed, neither those that speak nor those that converse; one that writes, whatever it
    reads, makes no image, and one that makes images no video. side: of the image [px], where it is not that of the
    measurements."""
    if kind == "sound" and model.modality != "audio":
        reason = "no_speech_energy" if model.modality == "speech" else "no_audio_energy"
        return {"media_energy": SelectedFactor("media_energy", model.id, None, missing=reason)}, None
    if kind == "embedding":
        return _embedding(model, device)
    if kind in ("image", "video") and model.modality != kind:
        return {"media_energy": SelectedFactor("media_energy", model.id, None, missing=f"makes_no_{kind}")}, None
    found = media_energy(kind, _measured_names().get(model.id, model.name), device)
    found = found if side is None or kind != "image" else of_side(found, side)
    return {"media_energy": SelectedFactor("media_energy", model.id, found.factor)}, found


def _embedding(model: models.Model, device: str | None) -> tuple[dict[str, SelectedFactor], MediaEnergy | None]:
    """The factor of an embedded token: measured, else in proportion to the size of the model; a reason without."""
    size = models.size(model)
    if size.total is None:
        return {"media_energy": SelectedFactor("media_energy", model.id, None, missing=size.reason)}, None
    sizes = (size.total_low or size.total, size.total, size.total_high or size.total)
    found = media_energy("embedding", _measured_names().get(model.id, model.name), device, size=sizes)
    if size.guessed:
        found = replace(found, warnings=(*found.warnings, "size_supposed"))
    return {"media_energy": SelectedFactor("media_energy", model.id, found.factor)}, found


def evidence(ids: Iterable[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Rows of measured configurations and of the regression that an answer rests on, with their sources."""
    rows = {row.id: row for row in measured_tables().rows}
    return [_evidence(key, rows.get(key) or shipped().by_id.get(key), catalogue) for key in dict.fromkeys(ids)]


def _evidence(key: str, row: Any, catalogue: Catalogue) -> dict[str, Any]:
    source = catalogue.sources.get(row.source) if row else None
    body = {"id": key, "quantity": "token_energy", "locator": row.locator if row else ""}
    return body | {"source": {n: source.shown[n] for n in ("id", "title", "url", "licence")} if source else {}}


@cache
def _measured_names() -> dict[str, str]:
    """Catalogue id of each model that was measured -> its name in the measurements, the first of the table where it has
    several (precisions, tunings)."""
    known, names = models.load(), dict.fromkeys(row.model for row in measured_tables().rows)
    named = [(known.known(name), name) for name in names]
    return {model.id: name for model, name in reversed(named) if model is not None}
