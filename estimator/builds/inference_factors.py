"""The factors of the ledger's answers: a model at a place, as its rows describe it, and the time that tokens take."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from estimator.assessment.coefficients import below, evaluate
from estimator.builds.equation_selection import ledger_factors
from estimator.catalogue.default_subjects import DESKS, machine_at
from estimator.catalogue.load import load
from estimator.catalogue.models import ModelUnknown, is_of, known
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger.current_rows import named_sql
from estimator.workloads.inference.measurements import ANY, MediaKind
from estimator.workloads.inference.serving import WAITING as OF_WAITING
from estimator.workloads.inference.serving import waiting
from estimator.workloads.inference_inventory import media_factors, token_factors
from estimator.workloads.own_measures import Own, as_measured

WAITING, TRAINING = "waiting", "training"
HOURS = {WAITING: "token_idle_share", TRAINING: "training_load"}  # load of cards whose hours are counted, not answers
PACE = ("output_hours", "input_hours", "context_hours")
SUPPOSED = ("token_prompt_chat", "context_spread", "token_default_output")
BESIDE = ("device_load", *OF_WAITING)  # factors of waiting cards, which no answer needs
SERVING_COLUMNS = dict.fromkeys(("serving", "model", "kind", "card", "bits", "place", "site"), "VARCHAR")
SERVING_COLUMNS |= dict.fromkeys(("cards", "flight_class", "flight"), "DOUBLE")
MEDIA: dict[str, MediaKind] = {
    "images": "image",
    "sound": "sound",
    "embedding": "embedding",
}  # kinds of a way of serving that are not tokens
_BITS = re.compile(r"\d+")
Row = Mapping[str, Any]  # of the table `servings`


def serving_rows(engine: DuckDB) -> dict[str, Row]:
    """The ways of serving of the ledger, by name."""
    return {row["serving"]: row for row in engine.rows("SELECT * FROM servings")}


def bind_serving(catalogue: Catalogue, serving: str, row: Row | None, day: date, own: Own) -> dict[str, SelectedFactor]:
    """Every factor of a way of serving. A model that is not in the catalogue is not estimable.

    serving: a name of the table `servings` with its row; `waiting` for the reserved hours that no answer takes,
    `training` for those of a training; empty where nothing is to be modelled.
    """
    names = _names()
    if row is None:
        bounds = {name: SelectedFactor(name, "", None, missing="not_asked") for name in names}
        if serving in HOURS:
            load_ = replace(select_factor(catalogue, HOURS[serving], ANY, day), quantity="device_load")
            bounds |= {"device_load": load_} | {name: _absent(name) for name in OF_WAITING}
        return bounds
    bounds = {name: _absent(name) for name in names} | _answers(catalogue, row, day, names)
    measure = None if row["site"] == "reserved" or row["kind"] in MEDIA else own.get((_model(row), row["place"]))
    if measure:
        bounds = as_measured(bounds, measure)
    if row["site"] == "shared":
        bounds |= waiting(catalogue, row["place"], day)
    return bounds


def models_of(engine: DuckDB, modality: str, rows: str, also: Iterable[str] = ()) -> str:
    """SQL: whether the model of a row is of a kind, for those of `rows` (a relation, its condition) and of `also`."""
    told = engine.rows(f"SELECT DISTINCT model FROM {rows} AND model IS NOT NULL")
    return named_sql(model for model in sorted({*also, *(row["model"] for row in told)}) if is_of(model, modality))


def _model(row: Row) -> str:
    """The model of a way of serving, by its id in the catalogue; as read where it has none."""
    found = known(row["model"])
    return found.id if found else str(row["model"])


def machine_table(engine: DuckDB) -> None:
    """Table `default_machines`: the kind of computer at each site, for modelled rows without one; table `desks`: those
    whose accelerator is not supposed."""
    hosts = [row["host"] for row in engine.rows("SELECT DISTINCT COALESCE(host, '') AS host FROM summed ORDER BY host")]
    columns = {"at_host": hosts, "default_machine": [machine_at(host) for host in hosts]}
    engine.load("default_machines", columns, dict.fromkeys(columns, "VARCHAR"))
    engine.load("desks", {"machine": list(DESKS)}, {"machine": "VARCHAR"})


def pace_table(engine: DuckDB, catalogue: Catalogue) -> bool:
    """Table `paces`: accelerator time of tokens [h] of each way of serving that has reserved hours; whether any has."""
    today = date.today()
    columns: dict[str, list[Any]] = {name: [] for name in ("serving", *PACE, *SUPPOSED)}
    for row in engine.rows("SELECT * FROM servings WHERE site = 'reserved' ORDER BY serving"):
        found = _answers(catalogue, row, today, _names())
        values = {name: bound.factor.value if bound.factor else None for name, bound in found.items()}
        values |= evaluate(values, below(PACE)) | {"serving": row["serving"]}
        for name, column in columns.items():
            column.append(values.get(name))
    engine.load("paces", columns, dict.fromkeys(columns, "DOUBLE") | {"serving": "VARCHAR"})
    return bool(columns["serving"])


def supposed_table(engine: DuckDB, catalogue: Catalogue) -> None:
    """Table `supposed`: what stands for tokens and requests that are not counted."""
    length = select_factor(catalogue, "token_default_output", ANY, date.today()).factor
    value = length.value if length else None
    engine.load("supposed", {"token_default_output": [value]}, {"token_default_output": "DOUBLE"})


def _names() -> list[str]:
    return [name for name in ledger_factors() if load().quantities[name].hangs_on == "serving"]


def _answers(catalogue: Catalogue, row: Row, day: date, names: Sequence[str]) -> dict[str, SelectedFactor]:
    """The factors of the answers of a way of serving; the same reason for all where there are none."""
    model, bits = row["model"], _BITS.search(row["bits"])
    try:
        if row["kind"] in MEDIA:
            found = media_factors(MEDIA[row["kind"]], model, row["card"] or None)
            return _missing(names, model, "no_output_time") | found
        if row["card"] and row["card"] not in catalogue.subjects:
            return _missing(names, model, "unknown_device")
        tokens = token_factors(
            catalogue,
            day,
            model=model,
            device=row["card"] or None,
            device_count=row["cards"] or None,
            precision_bits=float(bits.group()) if bits else None,
            flight=row["flight"] if row["flight_class"] >= 0 else None,
            place=row["place"],
        ).bounds
    except ModelUnknown:
        return _missing(names, model, "unknown_model")
    reason = tokens["model_parameters"].missing
    return _missing(names, model, reason) if reason else tokens


def _missing(names: Sequence[str], model: str, reason: str) -> dict[str, SelectedFactor]:
    """No factor of the answers, for one reason."""
    return {name: SelectedFactor(name, model, None, missing=reason) for name in names if name not in BESIDE}


def _absent(quantity: str) -> SelectedFactor:
    return SelectedFactor(quantity, "", None, missing="not_applicable")
