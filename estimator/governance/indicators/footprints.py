"""Electricity, water, metals, greenhouse gases, and the footprint per functional unit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import FIGURES, Amount, amounts
from estimator.core.interval import Interval
from estimator.core.periods import Period, month_after, months_between
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import withheld_amount, withheld_months
from estimator.governance.indicators.functional_units import counting, known, units
from estimator.governance.indicators.known_months import before, months_ever, outside_all
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.told_amounts import (
    finest,
    is_month_rounded,
    month_impacts,
    told_in_use,
    told_sum,
    with_shares,
)
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import WHOLE

FOUR = tuple(figure for figure in FIGURES if figure.id in FOOTPRINTS)
ENERGY = FOUR[0]
T = TypeVar("T", bound=Interval)
FEWEST_MONTHS, MOST_MONTHS = 12, 24  # months of a history


def footprints(scope: Scope) -> dict[str, dict[str, Any]]:
    """Each total of the period with interval, coverage and parts, by month, and its history, which starts earlier."""
    drawn = history(scope)
    begun = replace(scope, period=Period.over(drawn), only=None).begun
    hidden = withheld_months(scope, begun)  # with data here or without
    there = ({*months_of(scope.everything)} | hidden) - outside_all(scope, hidden)
    monthly = {month: _told(scope, month, hidden) if month in there else None for month in drawn}
    whole = of_scope(scope)
    found: dict[str, dict[str, Any]] = {}
    for name in FOOTPRINTS:
        past = {month: all_four and all_four[name] for month, all_four in monthly.items()}
        months = {month: past[month] for month in scope.period.months()}
        found[name] = {"value": whole[name], "months": months, "history": past}
    return found


def _told(scope: Scope, month: int, hidden: Collection[int]) -> dict[str, Interval]:
    there = replace(scope, period=Period.over([month]), only=None)
    found, least = _four(there.lowered(_over(scope, [month]))), finest(there)
    impacts = () if month in hidden else month_impacts(scope, month // 100)
    told = as_of_years(there, told_sum(found, least)) if is_month_rounded(scope, month) else found
    why = "month_apart" if month in hidden else "by_difference"
    return {n: amount if n in impacts else withheld_amount(amount, why) for n, amount in told.items()}


def as_of_years(scope: Scope, told: Mapping[str, T]) -> dict[str, T]:
    """The amounts of a scope, rounded, with the shares that are told of its whole years."""
    years = of_scope(scope.whole_years())
    return {name: with_shares(amount, years[name]) for name, amount in told.items()}


def footprint(scope: Scope, indicator: str) -> dict[str, Any]:
    """One of them."""
    return footprints(scope)[indicator]


def history(scope: Scope) -> list[int]:
    """The months to draw: from those that the period is compared with, 12 at least and 24 at most, from the first one
    with data."""
    now = scope.period.months()
    window = months_between(before(scope).period.first, now[-1])
    while len(window) < FEWEST_MONTHS:
        window = [month_after(window[0], -1), *window]
    window = window[-max(MOST_MONTHS, len(now)) :]
    there = months_ever(scope)
    start = min((month for month in there if month >= window[0]), default=now[0])
    return [month for month in window if month >= min(start, now[0])]


def of_scope(scope: Scope) -> dict[str, Amount]:
    """The four footprints of a scope."""
    return _four(figures_of(scope))


def figures_of(scope: Scope) -> Mapping[str, Amount]:
    """The figures of a scope. Those of the whole ledger over one of its months, or over all, are in its results."""
    months = months_of(scope.rows)
    if scope.without:
        return scope.lowered(amounts(scope.groups, FOUR))
    if scope.territory == WHOLE and months == sorted(scope.sources.figures_of_months):
        return scope.sources.figures
    return scope.lowered(_over(scope, months))


def _over(scope: Scope, months: Sequence[int]) -> Mapping[str, Amount]:
    """The figures of some months with data, of the territory."""
    if scope.territory == WHOLE and len(months) == 1 and months[0] in scope.sources.figures_of_months:
        return scope.sources.figures_of_months[months[0]]
    kept, key = scope.sources.amounts, (scope.territory, scope.use, tuple(months))
    if key not in kept:
        kept[key] = amounts([row.row.group for row in scope.everything if row.row.month in months], FOUR)
    return kept[key]


def totals(groups: Sequence[ActivityGroup]) -> dict[str, Amount]:
    """The four footprints of these groups."""
    return _four(amounts(groups, FOUR))


def of_one_unit(rows: Sequence[Attached]) -> dict[str, Interval]:
    """The four footprints of one unit [their unit], each over the rows in which units are counted and it is known."""
    counted = counting(known(rows, ENERGY))
    whole = totals([row.row.group for row in counted])
    return {figure.id: whole[figure.id].per(units(known(counted, figure)) or 1.0) for figure in FOUR}


def _four(found: Mapping[str, Amount]) -> dict[str, Amount]:
    return {name: found[name] for name in FOOTPRINTS}


def per_service(scope: Scope) -> dict[str, Any]:
    """Footprints per functional unit, one row a use case; those without counts are named, and those of which nothing is
    told are only counted, with data or without."""
    found: list[dict[str, Any]] = []
    silent: list[str] = []
    told = told_in_use(scope)
    for case in told:
        rows = of_case(scope.rows, case.id)
        made = units(known(rows, ENERGY))
        if not made:
            silent.append(case.id)
            continue
        each = of_one_unit(rows)
        found.append({"use_case": case.id, "name": case.name, "unit": case.unit, "units": made, "each": each})
    found.sort(key=_weight, reverse=True)
    value = {"numerator": len(found), "denominator": len(told)}
    return {"value": value, "services": found, "silent": silent, "hidden": len(scope.in_use) - len(told)}


def _weight(row: dict[str, Any]) -> float:
    return float(row["each"]["energy"]["central"] or 0.0) * float(row["units"])


RATIOS: Mapping[str, Callable[[Scope], dict[str, Any]]] = {"per_service": per_service}  # to what was made
