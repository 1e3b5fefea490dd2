"""What changed since the period before: volume, efficiency, scope and method, exactly; and is it established?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator import draws
from estimator.attached import Attached
from estimator.compare.pairing import Side
from estimator.compare.verdict_words import change_words
from estimator.errors import LANGUAGES
from estimator.figures import figure_named
from estimator.indicators.footprint import units
from estimator.indicators.scope import Scope, of_case
from estimator.shapley import shapley


@dataclass(frozen=True)
class Case:
    """A use case in one period: what it made, its IT electricity, and its total, central and drawn."""

    made: float
    it_energy: float
    total: float
    drawn: Any


def change(now: Scope, before: Scope, indicator: str) -> dict[str, Any]:
    """The change of a total, split by Shapley, and « établie » when its paired difference excludes zero.

    volume: units of the use cases of both periods (items, else requests, else one); efficiency: their IT electricity
    by unit; scope: use cases of one period only, and what nothing attaches; method: what a kWh is counted for, which
    moves with factors and with where it runs. None where one of the periods has no value.
    """
    old, new = _cases(before, indicator), _cases(now, indicator)
    if not old or not new:
        return {"established": None, "effects": None}
    both = [name for name in old if name in new and name is not None and old[name].it_energy and new[name].it_energy]
    parts = [_parts(old, both), _parts(new, both)]
    effects = shapley(parts[0], parts[1], lambda world: _value(world))
    total = [sum(case.total for case in cases.values()) for cases in (old, new)]
    difference = _difference(old, new)
    low, high = draws.interval(difference)
    body: dict[str, Any] = {"before": total[0], "after": total[1], "difference": {"low": low, "high": high}}
    body |= {"effects": effects, "established": not low <= 0 <= high}
    if total[0]:
        body["share"] = total[1] / total[0] - 1
        body["words"] = {lang: change_words(effects, total[0], lang) for lang in LANGUAGES}
    return body


def _cases(scope: Scope, indicator: str) -> dict[str | None, Case]:
    found = {}
    for name in {row.id for row in scope.rows}:
        case = _case(of_case(scope.rows, name), indicator)
        if case is not None:
            found[name] = case
    return found


def _case(rows: Sequence[Attached], indicator: str) -> Case | None:
    figure, energy = figure_named(indicator), figure_named("it_energy")
    assert figure is not None and energy is not None
    side = Side([row.row.cell for row in rows])
    total, it_energy = side.central(figure), side.central(energy)
    if total is None:
        return None
    return Case(units(rows) or 1.0, it_energy or 0.0, total, side.drawn(figure))


def _parts(cases: Mapping[str | None, Case], both: Sequence[str | None]) -> dict[str, Any]:
    """The four parts of a total, each a tuple over the use cases of both periods; scope is one number."""
    chosen = [cases[name] for name in both]
    rest = sum(case.total for name, case in cases.items() if name not in both)
    import numpy as np

    return {
        "volume": np.array([case.made for case in chosen]),
        "efficiency": np.array([case.it_energy / case.made for case in chosen]),
        "method": np.array([case.total / case.it_energy for case in chosen]),
        "scope": np.array([rest]),
    }


def _value(world: Mapping[str, Any]) -> float:
    return float((world["volume"] * world["efficiency"] * world["method"]).sum() + world["scope"].sum())


def _difference(old: Mapping[str | None, Case], new: Mapping[str | None, Case]) -> Any:
    return sum(case.drawn for case in new.values()) - sum(case.drawn for case in old.values())
