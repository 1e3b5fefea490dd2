"""Change since the same period a year before, or the previous one: volume, efficiency, scope, method, significance."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.impacts import ImpactIndicator, figure_named
from estimator.assessment.sensitivity import shapley
from estimator.comparison.change_text import change_words
from estimator.comparison.paired_draws import Side
from estimator.core.errors import LANGUAGES
from estimator.governance.indicators.anonymity import grouped, withheld_months
from estimator.governance.indicators.functional_units import counted_in, counting, known, units
from estimator.governance.indicators.handed_over import not_comparable
from estimator.governance.indicators.known_months import known_in_both, known_months
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.uneven_uses import left_out, nothing_left, uneven_uses
from estimator.governance.indicators.usage_by_case import Attached

RESIDUE = 1e-9  # of a total, that sums of floats leave [1]
OTHERS = "(others)"  # the use cases that are told only together: no id has a bracket
Part = tuple[str | None, bool]  # a use case, where its units are counted or where none is


@dataclass(frozen=True)
class UseCasePeriod:
    """A use case in one period: its output, its functional unit, its IT electricity and its total, at factor values
    and as draws."""

    made: float
    counts: str | None
    it_energy: float
    total: float
    drawn: Any
    it_drawn: Any


def change(now: Scope, before: Scope, indicator: str) -> dict[str, Any]:
    """The change of a total with its Shapley decomposition, « établie » when the paired difference excludes zero.

    volume: units of the use cases of both periods (items, else requests); efficiency: IT electricity of one, where they
    are counted; method: impact per kWh, which depends on factors and on the place; scope: use cases of one period
    only, those with another functional unit in each, runs without units, and runs without use case. Use cases that are
    told only together are one of these parts: what arrives or leaves may be one of them. Only complete
    months of both periods with data are compared: `months`, how many, and `compared`, which. None without any,
    nor, with `missing`, where an authority handed over one period only, counts what another one does, or withholds some
    of either: what it used would be a change. left_out: the uses that lack data in some months of one period, and are
    left out of both in these.
    rises: of an established one, whether it is up. relative: the change in share of the total before [1], by draw.
    """
    figure = figure_named(indicator)
    assert figure is not None
    if why := not_comparable(now, before):
        return {"established": None, "effects": None, "months": 0, "missing": why}
    uneven = uneven_uses(now, before, _told_in_both(now, before), indicator)
    now, before = comparable(now, before, indicator)
    merged = frozenset(grouped(before).others) | frozenset(grouped(now).others)
    old, new = _cases(before, indicator, merged), _cases(now, indicator, merged)
    if not old or not new:
        why = nothing_left(uneven)
        return {"established": None, "effects": None, "months": 0} | ({"missing": why} if why else {})
    both = [name for name in old if name[0] is not None and name in new and _divisible(old[name], new[name])]
    drawn = [sum(case.drawn for case in cases.values()) for cases in (old, new)]
    total = [uncertainty.points(values)[1] for values in drawn]
    least = RESIDUE * max(total)
    effects = _adding_up(shapley(_parts(old, both), _parts(new, both), _value), total[1] - total[0], least)
    difference = uncertainty.interval(drawn[1] - drawn[0], figure.unit)
    low, _, high = difference.ends
    body: dict[str, Any] = {"before": total[0], "after": total[1], "difference": difference, "rises": low > 0}
    body["compared"] = {"before": known_months(before), "now": known_months(now)}
    body |= {"months": len(body["compared"]["now"]), "left_out": left_out(uneven)}
    body |= {"effects": effects, "established": not low <= 0 <= high}
    if body["established"]:
        effect = shapley(_changes_by_draw(old, both), _changes_by_draw(new, both), _value)
        kept = {name: values * (abs(values) > least) for name, values in effect.items()}
        bounds = {name: uncertainty.interval(values, figure.unit) for name, values in kept.items()}
        body["ends"] = {name: ends.model_copy(update={"central": effects[name]}) for name, ends in bounds.items()}
    if total[0] and _all_positive(drawn[0]):
        body["relative"] = uncertainty.interval(drawn[1] / drawn[0] - 1)
    if total[0]:
        body["share"] = total[1] / total[0] - 1
        body["words"] = {lang: change_words(effects, total[0], lang) for lang in LANGUAGES}
    return body


def _all_positive(values: Any) -> bool:
    import numpy as np

    return bool(np.all(values > 0))


def comparable(now: Scope, before: Scope, indicator: str) -> tuple[Scope, Scope]:
    """The two scopes restricted to the calendar months that are complete, have data in both, and are told in both; with
    each use in those of its months alone of which both know as much."""
    both = _told_in_both(now, before)
    pairs = [(use.id, pair) for use in uneven_uses(now, before, both, indicator) for pair in use.pairs]
    now, before = (
        replace(
            scope,
            only=frozenset(pair[side] for pair in both),
            without=frozenset((id, pair[side]) for id, pair in pairs),
        )
        for side, scope in enumerate((now, before))
    )
    left = known_in_both(now, before) if pairs else both
    return now.over(month for month, _ in left), before.over(earlier for _, earlier in left)


def _told_in_both(now: Scope, before: Scope) -> list[tuple[int, int]]:
    both = known_in_both(now, before)
    hidden = withheld_months(now, [month for pair in both for month in pair])
    return [pair for pair in both if hidden.isdisjoint(pair)]


def _divisible(old: UseCasePeriod, new: UseCasePeriod) -> bool:
    """Whether the change of a use case can be split into volume and efficiency."""
    return bool(old.counts and old.counts == new.counts and old.it_energy and new.it_energy)


def _cases(scope: Scope, indicator: str, merged: Collection[str]) -> dict[Part, UseCasePeriod]:
    figure, found = figure_named(indicator), {}
    assert figure is not None
    parts: dict[str | None, list[Attached]] = {}
    for row in scope.rows:  # fixed order: sums of floats depend on it
        parts.setdefault(OTHERS if row.id in merged else row.id, []).append(row)
    for name, mine in parts.items():
        rows = known(mine, figure)
        counted = counting(rows)
        ids = {id(row) for row in counted}
        for there, part in ((True, counted), (False, [row for row in rows if id(row) not in ids])):
            case = _case(part, figure, counted_in(counted) if there else None)
            if case is not None:
                found[name, there] = case
    return found


def _case(rows: Sequence[Attached], figure: ImpactIndicator, counts: str | None) -> UseCasePeriod | None:
    energy = figure_named("it_energy")
    assert energy is not None
    side = Side([row.row.group for row in rows])
    total, it_energy = side.at_factor_values(figure), side.at_factor_values(energy)
    if total is None:
        return None
    return UseCasePeriod(units(rows) or 1.0, counts, it_energy or 0.0, total, side.drawn(figure), side.drawn(energy))


def _parts(cases: Mapping[Part, UseCasePeriod], both: Sequence[Part]) -> dict[str, Any]:
    """The four parts of a total, one row a use case of both periods; scope is one row."""
    import numpy as np

    chosen = [cases[name] for name in both]
    rest = sum(case.total for name, case in cases.items() if name not in both)
    return {
        "volume": np.array([case.made for case in chosen]),
        "efficiency": np.array([case.it_energy / case.made for case in chosen]),
        "method": np.array([case.total / case.it_energy for case in chosen]),
        "scope": np.array([rest]),
    }


def _changes_by_draw(cases: Mapping[Part, UseCasePeriod], both: Sequence[Part]) -> dict[str, Any]:
    """The parts in every draw: one row a use case, one column a draw."""
    import numpy as np

    chosen = [cases[name] for name in both]
    rest = sum((case.drawn for name, case in cases.items() if name not in both), np.zeros(uncertainty.DRAWS))
    flat = np.ones(uncertainty.DRAWS)
    return {
        "volume": np.array([case.made * flat for case in chosen]).reshape(-1, uncertainty.DRAWS),
        "efficiency": np.array([case.it_drawn / case.made * flat for case in chosen]).reshape(-1, uncertainty.DRAWS),
        "method": np.array([case.drawn / case.it_drawn * flat for case in chosen]).reshape(-1, uncertainty.DRAWS),
        "scope": np.array([rest]),
    }


def _value(world: Mapping[str, Any]) -> Any:
    found = (world["volume"] * world["efficiency"] * world["method"]).sum(axis=0) + world["scope"].sum(axis=0)
    return float(found) if found.ndim == 0 else found


def _adding_up(effects: Mapping[str, float], whole: float, least: float) -> dict[str, float]:
    """The effects at factor values, which make the change of two medians of draws: what they lack of it is shared in
    proportion to their sizes, and one under `least`, the residue of a sum of floats, is none [any unit]."""
    kept = {name: value if abs(value) > least else 0.0 for name, value in effects.items()}
    size = math.fsum(map(abs, kept.values()))
    lacking = (whole - math.fsum(kept.values())) / size if size else 0.0
    return {name: value + lacking * abs(value) for name, value in kept.items()}
