"""What withholds a total: the uses and services of too few people for which it is not told, and what may open it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, NamedTuple

from estimator.core.searched_text import as_compared
from estimator.governance.indicators.anonymity import untold_groups, withheld
from estimator.governance.indicators.scope import Scope, is_loose
from estimator.governance.indicators.small_uses import heads_of, small_ids
from estimator.governance.register.schema import WHOLE


class Withholding(NamedTuple):
    """A use of too few people. name: its own, or of the service that no use has; id: of the use, or empty; service:
    whose agents they are. way: what may open it, to attach the service to a use, to say how many its agents are, or
    nothing where they are known to be fewer than five."""

    name: str
    id: str
    service: str
    way: Literal["loose", "unstated", "few"]


def withholding(scope: Scope) -> list[Withholding]:
    """Those that withhold the total of a territory, of any commune; none where it is told, or for those who hold the
    data."""
    if not withheld(scope):
        return []
    return of_few(scope, frozenset[str]().union(*(group.uses for group in untold_groups(scope))))


def of_few(scope: Scope, uses: Collection[str]) -> list[Withholding]:
    """Those of these uses (ids) that are of too few people in the years of a scope or today, by name; all of them where
    none is, as they then hide those of another year."""
    whole = replace(scope, territory=WHOLE, use=None, only=None).every
    few, heads = small_ids(whole).intersection(uses), heads_of(whole)
    cases = [case for case in whole.cases if case.id in (few or uses)]
    found = (
        Withholding(case.service, "", case.service, "loose")
        if is_loose(case)
        else Withholding(case.name, case.id, case.service, "few" if as_compared(case.service) in heads else "unstated")
        for case in cases
    )
    return sorted(found)


def told_year(scope: Scope) -> str:
    """The calendar year of a part of one whose total is told, « 2026 »; empty where it is not, or for other periods."""
    year = scope.year(scope.period.last // 100)
    is_part = scope.period.first // 100 == scope.period.last // 100 and scope.period != year.period
    return year.period.text if is_part and not withheld(year) else ""
