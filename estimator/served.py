"""IT electricity of what a model served: tokens at the accelerators, the rest of the servers, what waits to serve."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from estimator import draws, models
from estimator.binding import Bound, bind_one
from estimator.catalogue import Catalogue, Factor
from estimator.errors import LANGUAGES, say, sentences
from estimator.token_energy import Size, TokenEnergy, TokenRequest, token_energy
from estimator.token_table import ANY
from estimator.token_table import load as measured_tables

SERVER, DESK = "machine/ai-server", "machine/workstation"
DESKS = ("class/desk",)
SHOWN = {"id", "value", "low", "high", "unit", "bounds_kind", "locator", "note"}
SHOWN_OF_SOURCE = {"id", "title", "publisher", "year", "url", "licence", "accessed"}


@dataclass(frozen=True)
class Served:
    """What becomes of a use described by its tokens: a bound IT energy, amounts, steps, factors, warnings."""

    bound: Bound
    device_hours: float | None
    steps: list[dict[str, Any]]
    factors: list[dict[str, Any]]
    warnings: list[dict[str, str]]


@dataclass(frozen=True)
class Use:
    """A use of a language model, as asked. Tokens are those of one request; reasoning counts as output."""

    model: str
    output_tokens: float
    input_tokens: float | None = None
    requests: float = 1.0
    device: str | None = None
    device_count: float | None = None
    concurrency: float | None = None
    precision_bits: float | None = None
    host: str | None = None


def served(use: Use, catalogue: Catalogue, day: Any) -> Served:
    """IT energy [kWh] of a use of a model, as a bound quantity with its interval. ModelUnknown names the nearest."""
    model = models.find(use.model)
    size = models.size(model)
    if size.total is None:
        return Served(Bound("it_energy", model.id, None, missing=size.reason or "no_model_size"), None, [], [], [])
    found = token_energy(_request(use, model, size))
    machine = DESK if use.host in DESKS else SERVER
    host = bind_one(catalogue, "host_ratio", machine, day).factor
    waiting = None if use.host in DESKS else measured_tables().find("provisioning_factor", ANY)
    shares = [item for item in (host, waiting) if item is not None]
    count = use.output_tokens * use.requests
    item = _it_energy(found, shares, count)
    seconds = found.device_seconds[1] if found.device_seconds else None
    hours = None if seconds is None or use.device is None else count * seconds / 3600
    warnings = [sentences("token_warnings", code) for code in found.warnings]
    return Served(
        Bound("it_energy", model.id, item),
        hours,
        _steps(found, shares, count, item),
        _factors(shares, catalogue),
        warnings,
    )


def _request(use: Use, model: models.Model, size: models.Size) -> TokenRequest:
    active = size.active if size.active is not None and size.active <= (size.total or 0.0) else None
    return TokenRequest(
        model=_measured_names().get(model.id, model.name),
        total_params=Size(central=size.total or 0.0, low=size.total_low, high=size.total_high),
        active_params=Size(central=active, low=size.active_low, high=size.active_high) if active else None,
        device=use.device,
        device_count=use.device_count,
        precision_bits=use.precision_bits,
        concurrency=use.concurrency,
        output_tokens=use.output_tokens,
        input_tokens=use.input_tokens,
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


def _it_energy(found: TokenEnergy, shares: list[Factor], count: float) -> Factor:
    """The product of draws, kept by its 5 %, central and 95 % points [kWh]."""
    token = found.factor()
    drawn: Any = draws.draw(token)
    for item in shares:
        drawn = drawn * draws.draw(item)
    low, high = draws.interval(drawn * count)
    central = count * math.prod([token.value or 0.0, *(item.value or 0.0 for item in shares)])
    changed = {
        "id": f"it_energy/{found.name}",
        "quantity": "it_energy",
        "value": central,
        "low": min(low, central),
        "high": max(high, central),
        "bounds_kind": "p5_p95",
    }
    return token.model_copy(update=changed)


def _steps(found: TokenEnergy, shares: list[Factor], count: float, item: Factor) -> list[dict[str, Any]]:
    token = found.factor()
    said = {lang: " ; ".join(step.text(lang) for step in found.steps) for lang in LANGUAGES}
    numbers = " × ".join(f"{value:.6g}" for value in (count, token.value, *(s.value for s in shares)))
    terms = ("tokens", "per_token", *(share.quantity for share in shares))
    product = {lang: " × ".join(say("served", term, lang) for term in terms) for lang in LANGUAGES}
    return [
        _step("token_energy", said, token),
        _step("it_energy", product | {"numbers": numbers}, item),
    ]


def _step(name: str, formula: dict[str, str], item: Factor) -> dict[str, Any]:
    label = {lang: say("served", "per_token" if name == "token_energy" else name, lang) for lang in LANGUAGES}
    body = {"name": name, "label": label, "formula": formula, "unit": "kWh", "inputs": []}
    return body | {"value": item.value, "low": item.low, "high": item.high}


def _factors(shares: list[Factor], catalogue: Catalogue) -> list[dict[str, Any]]:
    found = []
    for item in shares:
        source = catalogue.sources[item.source]
        body = item.model_dump(
            mode="json", include={"id", "value", "low", "high", "unit", "bounds_kind", "locator", "note"}
        )
        body["label"] = {lang: say("served", item.quantity, lang) for lang in LANGUAGES}
        body["subject"] = {"id": item.subject} | {lang: catalogue.label(item.subject, lang) for lang in LANGUAGES}
        body["source"] = source.model_dump(
            mode="json", include={"id", "title", "publisher", "year", "url", "licence", "accessed"}
        )
        found.append(body | {"quantity": item.quantity, "rung": 0, "asked": item.subject, "share_of_variance": None})
    return found
