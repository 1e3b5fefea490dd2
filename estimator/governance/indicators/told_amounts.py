"""Amounts as they may leave: of a sum that holds merged or withheld uses, rounded, and whole.

Several impacts of one sum are several equations: as uses run on different machines, exact electricity of the machines
and of the whole site, month by month, would give the two small uses of which it is the sum. So electricity is told to
two significant figures, as documents print it, and what comes of it to one. Its value at the factors is not told, which
would be its central value a second time, nor the parts of an impact and its envelope: a small use may nearly make one
alone. Where small uses are most of a sum, its rounding hides less of them: its electricity and its greenhouse gases are
told, and nothing more; nor is another impact of which they are most, as the metals are of the machines that a team of
two has alone. The spans of all periods together tell a sum closer than its rounding does: so an impact, gases included,
is not told where one small use has another share of it than of the electricity, as in another country. The electricity
of a part of a year is told no finer than that of the merged uses over the year, and their own line of whole years
alone, to one figure, where whoever knows one large use of theirs, and takes it off, is left with too few people: the
sum of twelve roundings would tell it closer than one. Two roundings of one sum, each at a place of its own, would too:
so its ends, and there its other impacts, are made of its electricity or central value as told. A sum of uses that are
all told one by one keeps its figures. Several months of a year, of which there are many, are to one place more.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from estimator.assessment.impacts import FIGURES, Amount, ImpactIndicator
from estimator.core.interval import Interval
from estimator.core.periods import Period
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import grouped, told_together, withheld_amount
from estimator.governance.indicators.known_months import dated_rows
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.small_uses import KnownTeams, Team, people_of, small_ids, team_of
from estimator.governance.indicators.told_ends import (
    ENDS,
    KEPT,
    KWH,
    is_coarse,
    made_of,
    place_of,
    told_amount,
    told_ends,
)
from estimator.governance.indicators.told_shares import (
    share_of_ceiling,
    share_of_merged,
    shares_of_merged,
    told_shares,
)
from estimator.governance.indicators.told_together import merged_groups
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import UseCase
from estimator.results.proofs import value_in

T = TypeVar("T", bound=Interval)
FIRST = ("energy", "gwp")  # impacts of a sum of which small uses are most
MOST = 0.5  # of the electricity of a sum [1]
APART = 0.25  # between the shares of one small use in an impact and in the electricity, of what is not its own [1]
SHARES = ("coverage", "made", "made_partly")  # columns of results: of the electricity of a sum [1]
PARTS = ("covers", "made", "made_partly")  # the same of an amount [1]
NUMBERS = ("before", "after", "reference", "path", "target")  # of a body: amounts without an interval
OF_CHANGE = ("established", "rises", "months", "compared", "left_out", "before", "after")  # what is told of a change
AS_THEY_ARE = ("objective", "limits", "services", "value", "months", "history")  # votes, uses told alone, what is done
OF_YEAR = (*AS_THEY_ARE, "budget", "month_to_come", "projected")  # and what is made of the electricity of a year
NOT_TOLD = ("at_factor_values", "lowest", "highest", "as_read_kwh")  # columns of results: one more equation each


def merged_ids(scope: Scope) -> frozenset[str]:
    """The uses of a territory, and services in none, that are told only together, in its period or in another: what it
    is compared with, its history and its year then hold them too. None for those who hold the data."""
    if scope.sources.inside:
        return frozenset()
    there = {row.id for row in scope.every.everything if row.id}
    ever = frozenset[str]().union(*(group.uses for group in merged_groups(scope.sources.ever)))
    return ever & there | frozenset(grouped(scope).others)


def apart_ids(scope: Scope) -> frozenset[str]:
    """The uses of a territory of which not even whether they have data is told: too few people, or merged in its period
    or in another, unless they are told one by one here. None for those who hold the data."""
    if scope.sources.inside:
        return frozenset()
    return (merged_ids(scope) | small_ids(scope)) - grouped(scope).shown


def told_in_use(scope: Scope) -> list[UseCase]:
    """The uses in trial or in service of which it is told."""
    apart = apart_ids(scope)
    return [case for case in scope.in_use if case.id not in apart]


def is_rounded(scope: Scope) -> bool:
    """Whether the sum of a scope holds uses that are told only together in its years, with data there or without."""
    return bool(told_together(scope))


def rows_of_shares(scope: Scope) -> list[Attached]:
    """The rows of which a scope tells shares, places and counts: of a sum that holds merged uses, those of its whole
    years, as those of some of their months would tell in which a small use ran."""
    return scope.whole_years().rows if is_rounded(scope) else scope.rows


def is_month_rounded(scope: Scope, month: int) -> bool:
    """Whether that of one month [yyyymm] does, in the period of a scope or in its year."""
    year = replace(scope, period=Period(str(month // 100)), only=None)
    now = month in scope.period.months() and is_rounded(scope.over([month]))
    return now or is_rounded(year.over([month]))


def is_ever_rounded(scope: Scope) -> bool:
    """Whether that of its territory does, in any of its periods."""
    return bool(merged_ids(scope))


def few_ids(scope: Scope) -> frozenset[str]:
    """Those of them that are of too few people in the years of the period, or today."""
    return merged_ids(scope) & small_ids(scope)


def impacts_of(scope: Scope) -> frozenset[str]:
    """The footprints that are told of a territory over a period: those of each of its years, and of each month of these
    unless it is of whole years. Nothing of it depends on in which months a small use ran."""
    months = scope.period.months()
    place = 1 if scope.only is not None or len(months) % 12 or months[0] % 100 != 1 else 0
    years = {row.row.month // 100 for row in dated_rows(scope)} or {months[-1] // 100}
    return frozenset.intersection(*(_impacts_of_year(scope, year)[place] for year in years))


def month_impacts(scope: Scope, year: int) -> frozenset[str]:
    """Those that are told of each month of a year."""
    return _impacts_of_year(scope, year)[1]


def _impacts_of_year(scope: Scope, year: int) -> tuple[frozenset[str], frozenset[str]]:
    known, about = scope.sources.impacts, (scope.territory, scope.use, year)
    if about not in known:
        of_year = scope.every.year(year)
        rows, few = of_year.sources.own(of_year.rows), few_ids(of_year)
        known[about] = told_impacts(rows, few), steady_impacts(rows, few)
    return known[about]


def steady_impacts(rows: Sequence[Attached], few: frozenset[str]) -> frozenset[str]:
    """The footprints that are told of the sum of these rows and of each month of large uses: all of them or none. Each
    small team is in each with the most that it takes in a month: in which it ran would decide it."""
    large = [row for row in rows if row.id not in few]
    beside = _largest_months(rows, few) if large else []
    by_month = ([row for row in large or rows if row.row.month == month] for month in months_of(large or rows))
    return told_impacts(rows, few).intersection(*(told_impacts([*there, *beside], few) for there in by_month))


def _largest_months(rows: Sequence[Attached], few: frozenset[str]) -> list[Attached]:
    """The rows of each small team in the month in which it takes the most electricity."""
    teams = dict[Team, dict[int, list[Attached]]]()
    for row in rows:
        if (team := team_of(row.use_case, few)).few:
            teams.setdefault(team, {}).setdefault(row.row.month, []).append(row)
    largest = (max(months.values(), key=lambda there: sum(map(_kwh, there))) for months in teams.values())
    return list(chain.from_iterable(largest))


def told_impacts(rows: Sequence[Attached], few: frozenset[str]) -> frozenset[str]:
    """The footprints that are told of the sum of these rows: the first ones, and each other of which uses of too few
    people are not most; the first ones alone where they are most of its electricity. Beside it, none of which one of
    them has a share of its own, as where its electricity is dirtier or cleaner: both sums would be that use."""
    kwh = _of_few(rows, few, _kwh)
    others = [figure for figure in FIGURES if figure.id in FOOTPRINTS and figure.id != FOOTPRINTS[0]]
    shares = {figure.id: _of_few(rows, few, partial(_at_factor_values, figure)) for figure in others}
    if sum(kwh.values()) > MOST:
        shares = {name: each for name, each in shares.items() if name in FIRST}
    told = (
        name
        for name, each in shares.items()
        if (name in FIRST or sum(each.values()) <= MOST)
        and all(abs(each[id] - share) <= APART * (1 - share) for id, share in kwh.items())
    )
    return frozenset((FOOTPRINTS[0], *told))


def _of_few(rows: Sequence[Attached], few: frozenset[str], amount: Callable[[Attached], float]) -> Mapping[Team, float]:
    """The share of a sum of these rows that each team of these uses has [1]; 0 of nothing."""
    found, whole = dict[Team, float](), 0.0
    for row in rows:
        there, team = amount(row), team_of(row.use_case, few)
        whole += there
        if team.few:
            found[team] = found.get(team, 0.0) + there
    return {team: there / whole if whole else 0.0 for team, there in found.items()}


def _kwh(row: Attached) -> float:
    return row.row.group.values.get("it_energy") or 0.0


def _at_factor_values(figure: ImpactIndicator, row: Attached) -> float:
    return value_in(figure, row.row.group)


def finest(scope: Scope) -> float:
    """The finest place of the electricity of a sum that holds merged uses over a part of a year [kWh]; 0 of whole
    years."""
    count = len(scope.period.months() if scope.only is None else scope.only)
    return 0.0 if _is_of_years(scope) else finest_of_years(scope) * times_of(count)


def times_of(months: int) -> int:
    """How many times coarser so many months are told than one: a year has 65 suites of several of its months."""
    return 1 if months == 1 else 10


def told_line(scope: Scope, amount: Interval) -> Interval:
    """The line of these uses alone, as it is told over a period: where it has a finest place, to one figure and of
    whole years alone. With the total of the same month, less those told one by one, it would be told twice."""
    least = finest_of_years(scope)
    if least and not _is_of_years(scope):
        return withheld_amount(amount, "year_alone")
    return told_interval(amount, least * 10)


def _is_of_years(scope: Scope) -> bool:
    months = scope.period.months()
    return scope.only is None and len(months) % 12 == 0 and months[0] % 100 == 1


def finest_of_years(scope: Scope) -> float:
    """The coarsest place of the second figure of the merged uses of a territory over a year of its period [kWh]; 0
    where they hide each small one from whoever knows a large one."""
    return max(_rank_of_year(scope, year) for year in {month // 100 for month in scope.period.months()})


def _rank_of_year(scope: Scope, year: int) -> float:
    known, about = scope.sources.ranks, (scope.territory, scope.use, year)
    if about not in known:
        of_year, merged = scope.every.year(year), told_together(scope.year(year))
        known[about] = rank_of([row for row in of_year.rows if row.id in merged], people_of(of_year))
    return known[about]


def rank_of(rows: Sequence[Attached], people: KnownTeams) -> float:
    """The place of the second figure of the electricity of these rows of a year [kWh], 10 of 340; 0 where they are
    enough people without any one of their large uses."""
    large = {row.id for row in rows if row.id} - people.small
    if all(people.hide([row for row in rows if row.id != id]) for id in large):
        return 0.0
    energy = next(figure for figure in FIGURES if figure.id == FOOTPRINTS[0])
    whole = sum(_at_factor_values(energy, row) for row in rows)
    return float(Decimal(1).scaleb(place_of(whole, KEPT[KWH]))) if whole else 0.0


def leaving_shares(scope: Scope, found: Mapping[str, Any]) -> dict[str, Any]:
    """A body about the electricity of a scope, with the shares in it that may leave; all of them for those who hold the
    data."""
    if scope.sources.inside:
        return dict(found)
    return shares_of_merged(found) if is_rounded(scope) else told_shares(found)


def told_row(row: Mapping[str, Any], least: float = 0.0, energy: float | None = None) -> dict[str, Any]:
    """The same row of a table with its amounts rounded, its weight to one figure, and its shares that are told. least:
    and energy: as of `told_interval`."""
    found = dict(row) | dict.fromkeys(NOT_TOLD)
    found |= {name: share_of_merged(row[name]) for name in SHARES if row.get(name) is not None}
    weight = row["weight_kwh"]
    if least and energy:
        weight = made_of(weight, energy, told_amount(energy, KWH, least))
    return found | told_ends(row, row["unit"], least, energy) | {"weight_kwh": told_amount(weight, least=least)}


def told_sum(amounts: Mapping[str, T], least: float = 0.0) -> dict[str, T]:
    """The impacts of one sum, rounded. Where its electricity is no finer than a rank, the others are made of it as it
    is told: rounded apart, at a place of their own, they would tell it closer."""
    energy = amounts["energy"].central
    return {name: told_interval(amount, least, energy) for name, amount in amounts.items()}


def told_interval(amount: T, least: float = 0.0, energy: float | None = None) -> T:
    """The same amount rounded [its unit], without its value at the factors, which is its central one again and adds up,
    nor its envelope and known parts; with its shares that are told. least: the finest rank of electricity [kWh];
    energy: where there is one, the electricity of the same sum [kWh], of which another impact is made as it is told."""
    ends = told_ends({name: getattr(amount, name) for name in ENDS}, amount.unit, least, energy)
    found: dict[str, Any] = dict(ends)
    found["rounded"] = is_coarse(ends["central"], amount.unit, least) if ends["central"] else None
    if isinstance(amount, Amount):
        shares = {name: share_of_merged(amount[name]) for name in PARTS if name in amount}
        untold = {*amount.untold, *(name for name, share in shares.items() if share is None)}
        found |= shares | {"untold": tuple(name for name in PARTS if name in untold)}
        found |= {"at_factor_values": None, "envelope": None}
        found["parts"] = {name: part for name, part in amount.parts.items() if not part.known}
    return amount.model_copy(update=found)


def with_shares(amount: T, years: Interval) -> T:
    """A part of the sum of some years, rounded, with the shares that are told of the whole: its own would tell in which
    months a small use ran."""
    if not isinstance(amount, Amount):
        return amount
    shares = {name: share_of_merged(years[name]) for name in PARTS if name in amount and name in years}
    untold = tuple(name for name in PARTS if name in amount.untold or shares.get(name, 0.0) is None)
    return amount.model_copy(update={**shares, "untold": untold})


def told_body(body: Any, unit: str, least: float = 0.0, kept: Collection[str] = AS_THEY_ARE) -> Any:
    """What a total is compared with, in the body of a document, with every amount in it rounded; the total itself and
    its months are by whoever knows what they hold. unit: of the amounts without an interval. Of a change, which way it
    goes: how much, beside a total that is known elsewhere, would be the other one to more figures than it is told; a
    share of a ceiling is that of what is told of the spent part. least: the finest rank of both totals [kWh]; kept: the
    names that stay as they are, `OF_YEAR` where the year is of uses that are all told one by one, as its total is."""
    if isinstance(body, Interval):
        return told_interval(body)
    if isinstance(body, Mapping):
        told = {name: v if name in kept else _told(name, v, unit, (least, kept)) for name, v in body.items()}
        if used := body.get("used"):
            told["used"] = {end: share_of_ceiling(told["spent"][end], body["ceiling"], used[end]) for end in used}
        return told
    return [told_body(one, unit, least, kept) for one in body] if isinstance(body, list) else body


def _told(name: str, value: Any, unit: str, how: tuple[float, Collection[str]]) -> Any:
    least, kept = how
    if name == "change":
        value = {one: value[one] if one in (*OF_CHANGE, "missing") else None for one in value}
    if isinstance(value, float):
        of_part = least if name in OF_CHANGE and unit == KWH else 0.0  # the others are of a year
        return told_amount(value, unit, of_part) if name in NUMBERS else value
    return told_body(value, unit, least, kept)
