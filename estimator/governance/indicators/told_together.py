"""Complementary suppression: which use cases are told only together, decided once for every territory and period.

Every figure that is published, of a use, of a territory, of a month or of a period, is a sum of whole pieces: a use
that is told alone in one month, or a merged group in one month, or in its silent months together. No difference of
such figures is then less than a piece, and a piece is of enough people. A calendar year decides its groups; any other
period merges what its years merge and nothing else, so that a quarter less its months, or two years less one, is one
too. In which months a small use ran decides nothing: which uses are merged, and when they are told, would say it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from estimator.core.periods import Period
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import RESIDENTS, MergedGroup, Scope, is_loose, of_case
from estimator.governance.indicators.small_uses import Team, nearly_all, people_of, small_beside
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import METROPOLE, WHOLE

T = TypeVar("T")
Unit = frozenset[str]  # ids of uses that no figure separates


def merged_groups(scope: Scope) -> tuple[MergedGroup, ...]:
    """The groups of the whole territory over the period of a scope, kept once found."""
    known = scope.sources.every.merged
    if scope.period not in known:
        now = replace(scope.every, territory=WHOLE, use=None, only=None)
        years = dict.fromkeys(str(month // 100) for month in now.period.months())
        if scope.period.text in years:
            known[scope.period] = _Merging(now, (), in_one=True).groups()
        else:
            of_years = [merged_groups(replace(now, period=Period(year))) for year in years]
            known[scope.period] = _over(list(chain.from_iterable(of_years)), frozenset(now.period.months()))
    return known[scope.period]


def _over(groups: Sequence[MergedGroup], months: frozenset[int]) -> tuple[MergedGroup, ...]:
    """These groups of some years over months of theirs: those that share a use are one."""
    units = _joined([group.uses for group in groups], sorted(frozenset().union(*(group.uses for group in groups))))
    return tuple(_joint(unit, [group for group in groups if group.uses & unit], months) for unit in units)


def _joint(uses: Unit, parts: Sequence[MergedGroup], months: frozenset[int], alone: bool = False) -> MergedGroup:
    """The group of these uses over these months, that holds these parts whole."""
    cut = any(group.silent & months and not group.silent <= months for group in parts)
    silent = frozenset[int]().union(*(group.silent & months for group in parts))
    return MergedGroup(uses, silent, alone or any(group.alone for group in parts), cut)


def merged_beside(scope: Scope, before: Sequence[MergedGroup]) -> tuple[MergedGroup, ...]:
    """The groups of the whole territory over a period, each of those before wholly in one: none is told apart."""
    return _Merging(scope, before).groups()


class _Merging:
    """The uses of the whole territory in a period, as units that are merged until each is of enough people.

    Small ones are merged with each other and with the next smallest of their commune, whose total is then told. Where
    the commune has none that makes them enough, they join those of other territories, whose own total is withheld: a
    territory without a total first, then the commune of the least electricity, and the métropole last. A month is told
    where the large ones alone would hide any small one at the most that it takes in a month, whether it ran or not, so
    none in which no large one ran; of a group without a large one, all months that large uses have are, or none. A
    large use that shared the energy of a computer with a small one is merged with it. in_one: whether what is in no use
    is published in one sum, as a use of its own territory that is merged where a service of it is small; it hides no
    use of another.
    """

    def __init__(self, scope: Scope, before: Sequence[MergedGroup], in_one: bool = False) -> None:
        ever = scope.sources.ever
        self.scope, self.before, self.beside = scope, before, small_beside(scope)
        self.rows: dict[str, list[Attached]] = {}
        for row in scope.rows:
            if row.use_case and (row.use_case.users != RESIDENTS or row.use_case.id in self.beside):
                self.rows.setdefault(row.use_case.id, []).append(row)
        people = people_of(scope)
        loose = Unit(id for id, rows in self.rows.items() if rows[0].use_case and is_loose(rows[0].use_case))
        self.together = [*(group.uses for group in before), *(few | {id} for id, few in self.beside.items())]
        if in_one and loose & (people.small | self.beside.keys()):
            self.together.append(loose)
        elif in_one:
            self.rows = {id: rows for id, rows in self.rows.items() if id not in loose}
        self.small = people.small.union(id for id, few in self.beside.items() if not self.rows.keys() >= few)
        self.people = people._replace(small=self.small)
        self.communes = {id: rows[0].use_case.commune for id, rows in self.rows.items() if rows[0].use_case}
        uses = {id: units(of_case(ever.rows, id)) or 0.0 for id in self.rows}
        self.order = sorted(self.rows, key=lambda id: (uses[id], id))
        self.kwh = {id: _by_month(rows) for id, rows in self.rows.items()}
        self.months, self.begun = months_of([row for row in scope.rows if row.id not in self.small]), scope.begun

    def groups(self) -> tuple[MergedGroup, ...]:
        """Each group of the period; one that is not enough people whatever it is merged with is as small as can be."""
        units = _joined([uses & self.rows.keys() for uses in self.together], self.order)
        found, left = list[Unit](), list[Unit]()
        for commune in dict.fromkeys(map(self.communes.__getitem__, self.order)):
            mine = [unit for unit in units if {self.communes[id] for id in unit} == {commune}]
            start, rest = ([unit for unit in mine if self._is_hidden(unit) is so] for so in (True, False))
            grown = _grown(start, [rest], (self._is_steady, self._is_safe))
            if start and self._is_safe(grown):
                found.append(Unit().union(*grown))
            else:
                left += start
        left += [unit for unit in units if len({self.communes[id] for id in unit}) > 1]
        if left:
            grown = _grown(left, self._others(left, Unit().union(*found), units), (self._is_steady, self._is_safe))
            found.append(Unit().union(*(grown if self._is_safe(grown) else left)))
        return tuple(map(self._group, found))

    def _others(self, left: Sequence[Unit], taken: Unit, units: Sequence[Unit]) -> list[list[Unit]]:
        """Units of no group that may join these, by what is lost with them: nothing more, a commune, the métropole."""
        silent = {self.communes[id] for unit in left for id in unit}
        kwh: dict[str, float] = {}
        for id in self.rows:
            kwh[self.communes[id]] = kwh.get(self.communes[id], 0.0) + sum(self.kwh[id].values())
        free = [unit for unit in units if unit not in left and not unit & taken]
        free.sort(key=lambda unit: kwh[self.communes[min(unit)]])
        tiers: tuple[list[Unit], ...] = ([], [], [])
        for unit in free:
            commune = self.communes[min(unit)]
            tiers[0 if commune in silent else 2 if commune == METROPOLE else 1].append(unit)
        return list(tiers)

    def _group(self, uses: Unit) -> MergedGroup:
        parts = [group for group in self.before if group.uses & uses]
        alone = not self._is_safe([uses])
        if parts:
            return _joint(uses, parts, frozenset(self.scope.period.months()), alone)
        return MergedGroup(uses, self._silent(uses), alone)

    def _is_hidden(self, unit: Unit) -> bool:
        return bool(unit & self.small) or any(unit & group.uses for group in self.before)

    def _is_safe(self, units: Iterable[Unit]) -> bool:
        """Whether the sum of these uses over the period tells nothing of one that is small."""
        return self._is_enough([row for id in Unit().union(*units) for row in self.rows[id]])

    def _is_enough(self, rows: Sequence[Attached]) -> bool:
        return not any(row.id in self.small for row in rows) or self.people.hide(rows)

    def _is_steady(self, units: Sequence[Unit]) -> bool:
        """Whether it tells nothing in any month either, whichever of the small ones ran."""
        uses = Unit().union(*units)
        return self._is_safe(units) and all(self._is_hiding(uses, [month]) for month in self.months)

    def _is_hiding(self, uses: Unit, months: Sequence[int]) -> bool:
        """Whether the large ones of these uses, over these months, would hide each small team at its most: of each
        month what it takes in its largest, of all of them no more than its year."""
        teams: dict[Team, dict[int, float]] = {}
        for id in uses & self.small:
            team = teams.setdefault(self.people.team(self.rows[id][0].use_case), {})
            team |= {month: team.get(month, 0.0) + kwh for month, kwh in self.kwh[id].items()}
        each = [team.values() for team in teams.values()]
        most = max((min(max(kwh) * len(months), sum(kwh)) for kwh in each), default=0.0)
        large = sum(self.kwh[id].get(month, 0.0) for id in uses - self.small for month in months)
        return not uses & self.small or (large > 0 and 0 not in nearly_all([most, large]))

    def _silent(self, uses: Unit) -> frozenset[int]:
        """The months in which a group is not told: those in which its large uses hide no small one, without data too,
        with as few others, the largest first, as it takes for the year less the months that are told to be enough."""
        if uses <= self.small and self._is_regular(uses):
            return frozenset()
        start = [month for month in self.begun if not self._is_hiding(uses, [month])]
        rest = [month for month in self.begun if month not in start]
        rest.sort(key=lambda month: -sum(self.kwh[id].get(month, 0.0) for id in uses - self.small))
        return frozenset(_grown(start, [rest], (lambda months: self._is_hiding(uses, months),)))

    def _is_regular(self, uses: Unit) -> bool:
        """Whether these small ones, without a large one, are enough in each month that a large use has, and have no
        other: which months are told would be those in which they ran."""
        months = _split(row for id in uses for row in self.rows[id])
        large = {month for id in self.rows.keys() - self.small for month in self.kwh[id]}
        return {rows[0].row.month for rows in months} == large and all(map(self._is_enough, months))


def _by_month(rows: Sequence[Attached]) -> dict[int, float]:
    """Their electricity by month [kWh]."""
    return {of[0].row.month: sum(one.row.group.values.get("it_energy") or 0.0 for one in of) for of in _split(rows)}


def _split(rows: Iterable[Attached]) -> list[list[Attached]]:
    """These rows by month."""
    found: dict[int, list[Attached]] = {}
    for row in rows:
        found.setdefault(row.row.month, []).append(row)
    return list(found.values())


def _joined(sets: Iterable[Unit], order: Sequence[str]) -> list[Unit]:
    """The least sets that hold each of these whole, and each of the others alone, in order."""
    found = [Unit({id}) for id in order]
    for one in sets:
        touched = [unit for unit in found if unit & one]
        if touched:
            joined = Unit().union(*touched)
            found = [joined if unit is touched[0] else unit for unit in found if unit not in touched[1:]]
    return found


def _grown(start: Sequence[T], rest: Sequence[Sequence[T]], tests: Sequence[Callable[[list[T]], bool]]) -> list[T]:
    """The start with as many of the rest as it takes for the last test to hold: of a tier before those of the next, one
    that makes the first test hold before any other."""
    found, tiers, ends = list(start), [list(tier) for tier in rest], tests[-1]
    while any(tiers) and found and not ends(found):
        choices = ((tier, one) for tier in tiers for test in tests for one in tier if test([*found, one]))
        tier, one = next(choices, next((tier, tier[0]) for tier in tiers if tier))
        tier.remove(one)
        found.append(one)
    return found
