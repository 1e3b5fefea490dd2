"""Amounts as they may leave: of a sum that holds merged or withheld uses, rounded, and whole.

Several impacts of one sum are several equations: as uses run on different machines, exact electricity of the machines
and of the whole site, month by month, would give the two small uses of which it is the sum. So electricity is told to
two significant figures, as documents print it, and what comes of it to one. The parts of an impact and its envelope are
not told: a small use may nearly make one alone. Where small uses are most of a sum, its rounding hides less of them:
its electricity and its greenhouse gases are told, and nothing more. A sum of uses that are all told one by one keeps
its figures.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from estimator.assessment.impacts import Amount
from estimator.core.interval import Interval
from estimator.core.number_format import significant
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import grouped
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.small_uses import small_ids
from estimator.governance.indicators.told_shares import told_share
from estimator.governance.indicators.told_together import merged_groups
from estimator.governance.indicators.usage_by_case import Attached

T = TypeVar("T", bound=Interval)
FIRST = ("energy", "gwp")  # impacts of a sum of which small uses are most
MOST = 0.5  # of the electricity of a sum [1]
FIGURES = {"kWh": 2}  # significant figures of an amount, by its unit; one of others
ENDS = ("low", "central", "high")
SHARES = ("coverage", "covers", "made", "made_partly")  # of the electricity of a sum [1]
NUMBERS = ("before", "after", "reference", "path", "target")  # of a body: amounts without an interval
RATIOS = ("effects", "used")  # of a body: what holds amounts, or shares, by name
AS_THEY_ARE = ("objective", "limits", "services", "value", "months", "history")  # votes, uses told alone, what is done
NOT_TOLD = ("lowest", "highest", "as_read_kwh")  # columns of results that are one more equation


def merged_ids(scope: Scope) -> frozenset[str]:
    """The uses of a territory that are told only together, in its period or in another: what it is compared with, its
    history and its year then hold them too. None for those who hold the data."""
    if scope.sources.inside:
        return frozenset()
    there = {row.id for row in scope.everything if row.id}
    ever = frozenset[str]().union(*(group.uses for group in merged_groups(scope.sources.ever)))
    return ever & there | frozenset(grouped(scope).others)


def is_rounded(scope: Scope) -> bool:
    """Whether the sum of a scope holds uses that are told only together."""
    return bool(grouped(scope).others)


def is_ever_rounded(scope: Scope) -> bool:
    """Whether that of its territory does, in any of its periods."""
    return bool(merged_ids(scope))


def few_ids(scope: Scope) -> frozenset[str]:
    """Those of them that are of too few people, in the period or over all."""
    return merged_ids(scope) & (small_ids(scope) | small_ids(scope.sources.ever))


def told_impacts(rows: Sequence[Attached], few: frozenset[str]) -> tuple[str, ...]:
    """The footprints that are told of the sum of these rows: the first ones where uses of too few people are most of
    it."""
    kwh, of_few = (sum(map(_kwh, found)) for found in (rows, [row for row in rows if row.id in few]))
    return FIRST if of_few > MOST * kwh else FOOTPRINTS


def _kwh(row: Attached) -> float:
    return row.row.group.values.get("it_energy") or 0.0


def told_amount(value: float, unit: str = "") -> float:
    """An amount [unit] to two significant figures for electricity, to one for another or where no unit is given."""
    return float(significant(value, FIGURES.get(unit, 1)))


def told_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same row of a table with its amounts rounded, its shares to the percent, and its weight to one figure."""
    found = dict(row) | dict.fromkeys(NOT_TOLD)
    found |= {name: _or_none(told_share, row[name]) for name in SHARES if name in row}
    found |= {name: _or_none(_of(row["unit"]), row[name]) for name in (*ENDS, "at_factor_values")}
    return found | {"weight_kwh": told_amount(row["weight_kwh"])}


def told_interval(amount: T) -> T:
    """The same amount rounded [its unit], a ratio to the percent, without its envelope nor its known parts."""
    found: dict[str, Any] = {name: told_share(getattr(amount, name)) for name in SHARES if name in amount}
    found |= {name: _or_none(_of(amount.unit), getattr(amount, name)) for name in ENDS}
    if isinstance(amount, Amount):
        found |= {"envelope": None, "parts": {name: part for name, part in amount.parts.items() if not part.known}}
        found["at_factor_values"] = _or_none(_of(amount.unit), amount.at_factor_values)
    return amount.model_copy(update=found)


def told_body(body: Any, unit: str) -> Any:
    """What a total is compared with, in the body of a document, with every amount in it rounded; the total itself and
    its months are by whoever knows what they hold. unit: of the amounts without an interval."""
    if isinstance(body, Interval):
        return told_interval(body)
    if isinstance(body, Mapping):
        return {name: value if name in AS_THEY_ARE else _told(name, value, unit) for name, value in body.items()}
    return [told_body(one, unit) for one in body] if isinstance(body, list) else body


def _told(name: str, value: Any, unit: str) -> Any:
    if name in RATIOS and value:
        return {one: (told_share if name == "used" else _of(unit))(number) for one, number in value.items()}
    if isinstance(value, float):
        return told_amount(value, unit) if name in NUMBERS else told_share(value) if name == "share" else value
    return told_body(value, unit)


def _of(unit: str) -> Callable[[float], float]:
    """What rounds an amount of a unit, or a ratio."""
    return told_share if unit == "1" else lambda value: told_amount(value, unit)


def _or_none(rounded: Callable[[float], float], value: float | None) -> float | None:
    return None if value is None else rounded(value)
