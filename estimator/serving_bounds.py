"""The coefficients of answers in the ledger: how they were made, as its rows say, to electricity and time by output."""

import re
from datetime import date
from importlib import resources

from estimator.binding import Bound, bind_one
from estimator.catalogue import Catalogue
from estimator.models import ModelUnknown
from estimator.question import Question
from estimator.served import served
from estimator.tokens.table import ANY

QUANTITIES = ("output_energy", "output_hours", "provisioning_factor")
MODULES = ("serving_bounds", "served", *(f"tokens/{name}" for name in ("energy", "prediction", "regression", "table")))
_BITS = re.compile(r"\d+")


def bind_serving(catalogue: Catalogue, serving: str, day: date) -> list[Bound]:
    """What a group of alike answers takes: electricity and time of one output, and what waits beside.

    serving: the text of runs.sql, `model|kind|device|device_count|concurrency|precision|output|input|site`, tokens
    by request; empty where nothing is to be modelled. A model that is not in the catalogue is not estimable.
    """
    if not serving:
        return [Bound(name, "", None, missing="not_asked") for name in QUANTITIES]
    model, kind, device, count, flight, precision, output, read, site = serving.split("|")
    bits = _BITS.search(precision)
    fields = {
        "model": model,
        "output_tokens": _number(output) if kind == "tokens" else None,
        "images": 1.0 if kind == "images" else None,
        "input_tokens": _number(read),
        "device_count": _number(count),
        "concurrency": _number(flight),
        "precision_bits": float(bits.group()) if bits else None,
    }
    try:
        found = served(Question.model_validate({n: v for n, v in fields.items() if v is not None}), device or None)
    except ModelUnknown:
        return [Bound(name, model, None, missing="unknown_model") for name in QUANTITIES]
    waiting = bind_one(catalogue, "provisioning_factor", ANY, day)
    if site == "desk":
        waiting = Bound("provisioning_factor", "", None, missing="not_applicable")
    return [found.bounds["output_energy"], found.bounds["output_hours"], waiting]


def code() -> list[str]:
    """The text of the modules that compute these coefficients: a change in them is another build."""
    folder = resources.files("estimator")
    return [(folder / f"{name}.py").read_text("utf-8") for name in MODULES]


def _number(text: str) -> float | None:
    return float(text) if text else None
