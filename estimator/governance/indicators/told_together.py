"""Complementary suppression: which use cases are told only together, decided once for every territory and period.

Every figure that is published, of a use, of a territory, of a month or of a period, is a sum of whole pieces: a use
that is told alone in one month, or a merged group in one month, or in its silent months together. No difference of
such figures is then less than a piece, and a piece is of enough people. A calendar year decides its groups; any other
period merges at least what its years merge, so that a quarter less its months, or two years less one, is one too.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from estimator.core.periods import Period
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import MergedGroup, Scope, of_case
from estimator.governance.indicators.small_uses import RESIDENTS, heads_of, hide, small_ids
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import METROPOLE, WHOLE

T = TypeVar("T")
Unit = frozenset[str]  # ids of uses that no figure separates


def merged_groups(scope: Scope) -> tuple[MergedGroup, ...]:
    """The groups of the whole territory over the period of a scope, kept once found."""
    known = scope.sources.merged
    if scope.period not in known:
        now = replace(scope, territory=WHOLE, use=None, only=None)
        years = dict.fromkeys(str(month // 100) for month in months_of(now.rows))
        of_years = () if scope.period.text in years else [merged_groups(replace(now, period=Period(y))) for y in years]
        known[scope.period] = merged_beside(now, list(chain.from_iterable(of_years)))
    return known[scope.period]


def merged_beside(scope: Scope, before: Sequence[MergedGroup]) -> tuple[MergedGroup, ...]:
    """The groups of the whole territory over a period, each of those before wholly in one: none is told apart."""
    return _Merging(scope, before).groups()


class _Merging:
    """The uses of the whole territory in a period, as units that are merged until each is of enough people.

    Small ones are merged with each other and with the next smallest of their commune, whose total is then told. Where
    the commune has none that makes them enough, they join those of other territories, whose own total is withheld: a
    territory without a total first, then the commune of the least electricity, and the métropole last.
    """

    def __init__(self, scope: Scope, before: Sequence[MergedGroup]) -> None:
        ever = scope.sources.ever
        self.scope, self.before, self.heads = scope, before, heads_of(scope)
        self.small = small_ids(scope)
        self.rows: dict[str, list[Attached]] = {}
        for row in scope.rows:
            if row.use_case and row.use_case.users != RESIDENTS:
                self.rows.setdefault(row.use_case.id, []).append(row)
        self.communes = {id: rows[0].use_case.commune for id, rows in self.rows.items() if rows[0].use_case}
        uses = {id: units(of_case(ever.rows, id)) or 0.0 for id in self.rows}
        self.order = sorted(self.rows, key=lambda id: (uses[id], id))

    def groups(self) -> tuple[MergedGroup, ...]:
        """Each group of the period; one that is not enough people whatever it is merged with is as small as can be."""
        units = _joined([group.uses & self.rows.keys() for group in self.before], self.order)
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
        for id, rows in self.rows.items():
            kwh[self.communes[id]] = kwh.get(self.communes[id], 0.0) + _kwh(rows)
        free = [unit for unit in units if unit not in left and not unit & taken]
        free.sort(key=lambda unit: kwh[self.communes[min(unit)]])
        tiers: tuple[list[Unit], ...] = ([], [], [])
        for unit in free:
            commune = self.communes[min(unit)]
            tiers[0 if commune in silent else 2 if commune == METROPOLE else 1].append(unit)
        return list(tiers)

    def _group(self, uses: Unit) -> MergedGroup:
        parts, months = [group for group in self.before if group.uses & uses], set(self.scope.period.months())
        alone = not self._is_safe([uses]) or any(group.alone for group in parts)
        if not parts:
            return MergedGroup(uses, self._silent(uses), alone)
        cut = any(group.silent & months and not group.silent <= months for group in parts)
        return MergedGroup(uses, frozenset().union(*(group.silent & months for group in parts)), alone, cut)

    def _is_hidden(self, unit: Unit) -> bool:
        return bool(unit & self.small) or any(unit & group.uses for group in self.before)

    def _is_safe(self, units: Iterable[Unit], months: Iterable[int] | None = None) -> bool:
        """Whether the sum of these uses over these months, or all, tells nothing of one that is small."""
        wanted = None if months is None else frozenset(months)
        rows = [r for id in Unit().union(*units) for r in self.rows[id] if wanted is None or r.row.month in wanted]
        return not any(row.id in self.small for row in rows) or hide(rows, self.small, self.heads)

    def _is_steady(self, units: Sequence[Unit]) -> bool:
        """Whether it tells nothing in any month either."""
        return self._is_safe(units) and not self._unsafe(units)

    def _unsafe(self, units: Sequence[Unit]) -> list[int]:
        months = months_of([row for id in Unit().union(*units) for row in self.rows[id]])
        return [month for month in months if not self._is_safe(units, [month])]

    def _silent(self, uses: Unit) -> frozenset[int]:
        """The months in which a group is not told: those in which it is too few people, with as many others as it takes
        for the year less the months that are told to be enough."""
        start = self._unsafe([uses])
        rest = [month for month in months_of([row for id in uses for row in self.rows[id]]) if month not in start]
        return frozenset(_grown(start, [rest], (lambda months: self._is_safe([uses], months),)))


def _kwh(rows: Sequence[Attached]) -> float:
    return sum(row.row.group.values.get("it_energy") or 0.0 for row in rows)


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
