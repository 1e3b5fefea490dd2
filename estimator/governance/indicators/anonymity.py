"""What a scope may tell, so that no person is recognisable: small use cases are merged as « autres », or withheld."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimator.core.errors import sentences
from estimator.core.interval import Interval
from estimator.core.periods import Period
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import MergedGroup, Scope, is_loose, of_case
from estimator.governance.indicators.small_uses import is_dominated, small_ids
from estimator.governance.indicators.told_together import merged_groups
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import WHOLE

VOTED = ("use_case", "name", "indicator", "unit", "year", "ceiling", "by", "date", "document")
WITHHELD = {"verdict": None, "near": False, "withheld": True}


@dataclass(frozen=True)
class Groups:
    """Ids of the use cases of a period that can be published one by one, and of those merged.

    too_few: the sum of those merged would give, by itself or by difference, that of too few people, so no figure of
    theirs is told; kept: they are told to those who hold the data, and so to nobody else; loose: whether what is in no
    use of the home is merged with them.
    """

    shown: frozenset[str]
    others: tuple[str, ...]
    too_few: bool = False
    kept: bool = False
    loose: bool = False


def grouped(scope: Scope) -> Groups:
    """The use cases with data in a scope; those that are told only together are merged, but for those who hold the
    data: they read each run of theirs anyway."""
    there = {row.id for row in scope.rows}
    cases = sorted((c for c in scope.cases if c.id in there), key=lambda c: (-_uses(scope, c.id), c.id))
    hidden = frozenset[str]().union(*(group.uses for group in merged_groups(scope)))
    others = tuple(case.id for case in cases if case.id in hidden)
    if scope.sources.inside:
        return Groups(frozenset(case.id for case in cases), (), kept=bool(others))
    shown = frozenset(case.id for case in cases if case.id not in hidden)
    return Groups(shown, others, is_untold(scope), loose=_is_loose_merged(scope))


def _is_loose_merged(scope: Scope) -> bool:
    """Whether what is in no use of the home, which a scope holds, is told only with uses that are merged."""
    loose = {case.id for case in scope.every.cases if is_loose(case)}
    return any(group.uses & loose and group.uses - loose for group in merged_groups(scope))


def is_loose_rounded(scope: Scope) -> bool:
    """Whether what is in no use of the home, in one line, is of small services that the others hide."""
    return not told_together(scope).issubset(case.id for case in scope.cases)


def merged_rows(scope: Scope) -> list[Attached]:
    """The months of a scope that are told only together."""
    groups = grouped(scope)
    return [
        row
        for row in scope.rows
        if row.id in groups.others or (groups.loose and row.id is None and not scope.sources.is_elsewhere(row))
    ]


def untold_ids(scope: Scope, months: Collection[int]) -> frozenset[str]:
    """The use cases of which nothing over these months is told by name: of too few people in a year of theirs, or
    merged in one, with data in the period of the scope or without. None for those who hold the data."""
    if scope.sources.inside or not months:
        return frozenset()
    span = replace(scope.sources.ever, period=Period.over(months))
    return small_ids(span).union(*(group.uses for group in merged_groups(span)))


def told_together(scope: Scope) -> frozenset[str]:
    """The use cases of a scope that its years merge, and services in none of the whole territory, with data in it or
    without. None for those who hold the data."""
    every = frozenset[str]().union(*(group.uses for group in merged_groups(scope)))
    return frozenset() if scope.sources.inside else every.intersection(case.id for case in scope.every.cases)


def _uses(scope: Scope, case: str) -> float:
    return units(of_case(scope.rows, case)) or 0.0


def is_untold(scope: Scope) -> bool:
    """Whether the sum of the merged use cases of a scope is not told."""
    return any(untold_groups(scope))


def untold_groups(scope: Scope) -> Iterator[MergedGroup]:
    """The groups for which it is not: one goes beyond the territory, or is in it with a part only of its silent months,
    or is too few people whatever it is merged with. None for those who hold the data."""
    for group in () if scope.sources.inside else _groups_in(scope):
        if group.alone or group.cut or _is_beyond(scope, group) or _is_cut(scope, group):
            yield group


def _groups_in(scope: Scope) -> list[MergedGroup]:
    """Those that have a use of the scope in their years, whether it has data in the scope or not."""
    there = {scope.use} if scope.use else {case.id for case in scope.every.cases}
    return [group for group in merged_groups(scope) if group.uses & there]


def _is_beyond(scope: Scope, group: MergedGroup) -> bool:
    return scope.territory != WHOLE and bool(group.uses - {case.id for case in scope.cases})


def _is_cut(scope: Scope, group: MergedGroup) -> bool:
    there = group.silent if scope.only is None else group.silent & scope.only
    return there not in (frozenset(), group.silent)


def small(scope: Scope) -> frozenset[str]:
    """The use cases in whose figures one agent could be recognised, where these are not told to who holds the data."""
    return frozenset() if grouped(scope).kept else small_ids(scope)


def withheld(scope: Scope) -> bool:
    """Whether the total of a territory is not told. That of the whole territory over a year is, beside uses that are
    too few people whatever they are merged with, where what is in no use of the home itself hides them."""
    if not is_untold(scope):
        return False
    loose = scope.sources.own(of_case(scope.rows, None))
    if not loose or scope.only is not None or scope.period.text != str(scope.period.first // 100):
        return True
    alone = frozenset[str]().union(*(group.uses for group in _groups_in(scope) if group.alone))
    if any(is_loose(case) for case in scope.every.cases if case.id in alone):
        return True
    return is_dominated([*loose, *(row for row in scope.rows if row.id in alone)], alone)


def withheld_months(scope: Scope, months: list[int]) -> frozenset[int]:
    """Those of these months of the territory, of any year, whose total is not told."""
    years = {month: replace(scope, period=Period(str(month // 100))) for month in months}
    return frozenset(month for month, year in years.items() if is_untold(year.over([month])))


def too_few_of(scope: Scope) -> frozenset[int]:
    """The months in which the merged uses are not told, with data or without, nor what is in no use: the total less it
    would be theirs."""
    return frozenset(month for month in scope.begun if is_untold(scope.over([month])))


def told_months(scope: Scope) -> list[int]:
    """The months of the territory with data of which it may be told: not those that only merged uses have, where they
    are not told."""
    hidden, silent = frozenset().union(*(group.uses for group in merged_groups(scope))), too_few_of(scope)
    return months_of([row for row in scope.every.rows if row.row.month not in silent or row.id not in hidden])


def is_more_in_total(scope: Scope) -> bool:
    """Whether the total of the territory may be of more months than those: of one that is not told, with data or
    without. How many it is of would tell in which a small use ran."""
    return any(month <= scope.sources.running_month for month in too_few_of(scope).difference(told_months(scope)))


def withheld_amount(amount: Interval, reason: str = "small_group") -> Interval:
    """The same amount [its unit] without its figures, and why."""
    return Interval(unit=amount.unit, missing=sentences("indicators_missing", reason))


def why_withheld(scope: Scope) -> str:
    """The reason of a territory whose total is withheld: what it would be less the groups that others published, its
    own uses, or those of another by difference; of a part of a year in which no large use ran, one that does not say
    whether it has data: that a small use ran is not told."""
    if len(scope.sources.own(scope.rows)) < len(scope.rows):
        return "less_published"
    few = small_ids(scope)
    if scope.months != scope.whole_years().months and all(row.id in few for row in scope.every.rows):
        return "period_apart"
    return "small_group" if few else "by_difference"


def withheld_budget(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a ceiling when its spending is withheld: the vote alone."""
    return {key: value for key, value in found.items() if key in VOTED} | WITHHELD
