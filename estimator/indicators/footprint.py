"""Electricity, water, metals, greenhouse gases, and the footprint of one service rendered."""

from collections.abc import Sequence
from typing import Any

from estimator.attached import Attached
from estimator.figures import FIGURES, amounts, figure_named
from estimator.indicators.scope import Scope, of_case
from estimator.worlds import Cell

FOOTPRINTS = ("energy", "water", "adpe", "gwp")


def footprint(scope: Scope, indicator: str) -> dict[str, Any]:
    """The total of the period with its interval, cover and parts, and its months."""
    figure = figure_named(indicator)
    assert figure is not None
    body = amounts(scope.cells, [figure])[indicator].as_dict()
    months = {month: _total([r for r in scope.rows if r.row.month == month], indicator) for month in _months(scope)}
    return {"value": body, "months": months}


def _months(scope: Scope) -> list[int]:
    return scope.period.months()


def _total(rows: Sequence[Attached], indicator: str) -> dict[str, Any] | None:
    figure = figure_named(indicator)
    assert figure is not None
    if not rows:
        return None
    return amounts([r.row.cell for r in rows], [figure])[indicator].as_dict()


def per_service(scope: Scope) -> dict[str, Any]:
    """Footprints divided by what was made, a use case a row; those that count nothing are named."""
    found: list[dict[str, Any]] = []
    silent: list[str] = []
    for case in scope.in_use:
        rows = of_case(scope.rows, case.id)
        made = units(rows)
        if not rows or not made:
            silent.append(case.id)
            continue
        totals = amounts(_cells(rows), FIGURES)
        each = {name: _divided(totals[name].as_dict(), made) for name in FOOTPRINTS}
        found.append({"use_case": case.id, "name": case.name, "unit": case.unit, "units": made, "each": each})
    found.sort(key=_weight, reverse=True)
    return {"value": {"numerator": len(found), "denominator": len(scope.in_use)}, "services": found, "silent": silent}


def _weight(row: dict[str, Any]) -> float:
    return float(row["each"]["energy"]["central"] or 0.0) * float(row["units"])


def units(rows: Sequence[Attached]) -> float | None:
    """What these months made: items where they are counted, else requests; None where neither is."""
    items = [r.row.items for r in rows if r.row.items]
    requests = [r.row.requests for r in rows if r.row.requests]
    return sum(items) if items else sum(requests) if requests else None


def _cells(rows: Sequence[Attached]) -> list[Cell]:
    return [r.row.cell for r in rows]


def _divided(amount: dict[str, Any], units: float) -> dict[str, Any]:
    ends = {name: amount[name] / units if amount[name] is not None else None for name in ("low", "central", "high")}
    return ends | {"unit": amount["unit"]} | ({"missing": amount["missing"]} if "missing" in amount else {})
