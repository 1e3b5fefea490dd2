"""The factors of a build: each subject and month with the factors selected for it, as tables to join."""

from collections.abc import Mapping, Sequence
from typing import Any

from estimator.assessment.coefficients import evaluate, made_of
from estimator.builds.equation_selection import ledger_factors
from estimator.builds.inference_factors import bind_serving, serving_rows
from estimator.builds.supplier_factors import BILLED, AnsweredFactors, marked
from estimator.catalogue.selection import SelectedFactor
from estimator.core.duckdb_engine import DuckDB
from estimator.core.periods import first_day
from estimator.workloads.own_measures import Own


def bind_tables(engine: DuckDB, own: Own, answered: AnsweredFactors) -> dict[str, list[str]]:
    """One table an attribute: (subject, month) -> central value of each factor and the set of bound factors.

    `sets` keeps what each set holds, and `factors` every factor row that is used.
    """
    catalogue, attributes = answered.catalogue, dict[str, list[str]]()
    for name in ledger_factors():
        attributes.setdefault(catalogue.quantities[name].hangs_on, []).append(name)
    kept: list[tuple[str, int, SelectedFactor]] = []
    for attribute, names in attributes.items():
        kept += _bind_attribute(engine, attribute, names, own, answered)
    fields = ("attribute", "set_id", "quantity", "subject", "factor_id", "rung", "missing")
    rows = [
        (a, s, b.quantity, b.subject, b.factor.id if b.factor else None, b.fallback_level, b.missing)
        for a, s, b in kept
    ]
    types = dict.fromkeys(fields, "VARCHAR") | {"set_id": "INTEGER", "rung": "INTEGER"}
    engine.load("sets", {f: [row[i] for row in rows] for i, f in enumerate(fields)}, types)
    used = {b.factor.id: b.factor for _, _, b in kept if b.factor}
    columns: dict[str, list[Any]] = {"id": list(used), "row": [f.model_dump_json() for f in used.values()]}
    engine.load("factors", columns, {"id": "VARCHAR", "row": "VARCHAR"})
    return attributes


def _bind_attribute(
    engine: DuckDB, attribute: str, names: Sequence[str], own: Own, answered: AnsweredFactors
) -> list[tuple[str, int, SelectedFactor]]:
    pairs = engine.rows(f"SELECT DISTINCT {marked(attribute)} AS subject, month FROM groups ORDER BY 1, 2")
    known: dict[tuple[Any, ...], int] = {}  # declarations of a site are apart: another formula reads them
    kept: list[tuple[str, int, SelectedFactor]] = []
    made = made_of(names)
    columns: dict[str, list[Any]] = {k: [] for k in ("subject", "month", f"{attribute}_set", *names, *made)}
    servings = serving_rows(engine) if attribute == "serving" else {}
    for pair in pairs:
        day = first_day(pair["month"])
        if attribute == "serving":
            found = bind_serving(answered.catalogue, pair["subject"], servings.get(pair["subject"]), day, own)
            bounds = [found[name] for name in names]
        else:
            bounds = [answered.select(name, pair["subject"], day) for name in names]
        key = (BILLED in pair["subject"], *((b.subject, b.factor.id if b.factor else None, b.missing) for b in bounds))
        if key not in known:
            known[key] = len(known)
            kept += [(attribute, known[key], b) for b in bounds]
        values = {b.quantity: b.factor.value if b.factor else None for b in bounds}
        extra = evaluate(values, made)
        row = {"subject": pair["subject"], "month": pair["month"], f"{attribute}_set": known[key]} | values
        for name, column in columns.items():
            column.append(row[name] if name in row else extra[name])
    types = dict.fromkeys(columns, "DOUBLE") | {"subject": "VARCHAR", "month": "INTEGER", f"{attribute}_set": "INTEGER"}
    engine.load(f"bound_{attribute}", columns, types)
    return kept


def joined(relation: str, attributes: Mapping[str, Sequence[str]]) -> str:
    """SQL: a relation with the factors of its attributes, joined by equality."""
    columns, joins = [f"{relation}.*"], []
    for attribute, names in attributes.items():
        wanted = [f"{attribute}_set", *names, *made_of(names)]
        columns += [f"bound_{attribute}.{n}" for n in wanted]
        joins.append(
            f"JOIN bound_{attribute} ON bound_{attribute}.subject = {marked(f'{relation}.{attribute}')}"
            f" AND bound_{attribute}.month = {relation}.month"
        )
    return f"SELECT {', '.join(columns)} FROM {relation} " + " ".join(joins)
