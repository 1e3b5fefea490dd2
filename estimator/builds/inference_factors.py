"""Inference coefficients of ledger rows: from their serving configuration to electricity and time by output."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from estimator.catalogue.defaults import machine_at
from estimator.catalogue.models import ModelUnknown
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB
from estimator.workloads.inference.measurements import ANY
from estimator.workloads.inference.measurements import load as measured_tables
from estimator.workloads.inference_inventory import inference_inventory
from estimator.workloads.request import Request

WAITING = "waiting"
_ANSWERS = ("output_energy", "output_hours")
_BITS = re.compile(r"\d+")


def bind_serving(catalogue: Catalogue, serving: str, day: date) -> list[SelectedFactor]:
    """Coefficients of a group of similar answers: electricity and time of one output, and its idle energy.

    serving: the text of runs.sql, `model|kind|device|device_count|concurrency|precision|output|input|ratio|site|host`,
    tokens by request, `ratio`: input by output tokens when requests are not counted; `waiting` for the reserved
    hours not used by answers; empty when nothing is modelled. A model outside the catalogue is not
    estimable.
    """
    if not serving:
        return [
            SelectedFactor(name, "", None, missing="not_asked")
            for name in (*_ANSWERS, "device_load", "provisioning_factor")
        ]
    if serving == WAITING:
        load = replace(select_factor(catalogue, "token_idle_share", ANY, day), quantity="device_load")
        return [
            *(SelectedFactor(n, "", None, missing="not_asked") for n in _ANSWERS),
            load,
            _absent("provisioning_factor"),
        ]
    answers = _answers(serving)
    shared = serving.split("|")[9] == "shared"
    waits = select_factor(catalogue, "provisioning_factor", ANY, day) if shared else _absent("provisioning_factor")
    return [*answers, _absent("device_load"), waits]


def machine_table(engine: DuckDB) -> None:
    """Table `default_machines`: the kind of computer at each site, for modelled rows without one."""
    hosts = [row["host"] for row in engine.rows("SELECT DISTINCT COALESCE(host, '') AS host FROM runs ORDER BY host")]
    columns = {"at_host": hosts, "default_machine": [machine_at(host) for host in hosts]}
    engine.load("default_machines", columns, dict.fromkeys(columns, "VARCHAR"))


def pace_table(engine: DuckDB) -> None:
    """Table `paces`: the accelerator time of one output [h] of each serving configuration with reserved hours."""
    found = [row["serving"] for row in engine.rows("SELECT DISTINCT serving FROM runs WHERE reserved ORDER BY serving")]
    paces = [_answers(serving)[1].factor for serving in found]
    columns: dict[str, list[Any]] = {"serving": found, "output_hours": [pace.value if pace else None for pace in paces]}
    engine.load("paces", columns, {"serving": "VARCHAR", "output_hours": "DOUBLE"})


def _answers(serving: str) -> list[SelectedFactor]:
    """Electricity and accelerator time of one output."""
    model, kind, device, count, flight, precision, output, read, ratio, _, host = serving.split("|")
    bits = _BITS.search(precision)
    fields = {
        "model": model,
        "output_tokens": _number(output) if kind == "tokens" else None,
        "images": 1.0 if kind == "images" else None,
        "input_tokens": _input_tokens(read, ratio),
        "device_count": _number(count),
        "concurrency": _number(flight),
        "precision_bits": float(bits.group()) if bits else None,
    }
    try:
        request = Request.model_validate({n: v for n, v in fields.items() if v is not None})
        found = inference_inventory(request, device or None, host)
    except ValidationError:  # a row of an earlier version, which accepted impossible values
        return [SelectedFactor(name, model, None, missing="beyond_use") for name in _ANSWERS]
    except ModelUnknown:
        return [SelectedFactor(name, model, None, missing="unknown_model") for name in _ANSWERS]
    return [found.bounds[name] for name in _ANSWERS]


def _input_tokens(read: str, ratio: str) -> float | None:
    """Input tokens by request; when requests are not counted, those of an answer of typical length."""
    if ratio and not read:
        return float(ratio) * measured_tables().value("token_default_output")
    return _number(read)


def _absent(quantity: str) -> SelectedFactor:
    return SelectedFactor(quantity, "", None, missing="not_applicable")


def _number(text: str) -> float | None:
    return float(text) if text else None
