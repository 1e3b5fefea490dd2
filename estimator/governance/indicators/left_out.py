"""What the figures of a scope leave out for lack of data: months of a use without any, runs of unknown electricity.

Where they leave, neither is told of a use that is not told there by name, nor of months in which only such uses ran.
"""

from collections.abc import Collection, Iterator
from typing import Any

from estimator.core.periods import Period, stretches
from estimator.governance.indicators.anonymity import told_months, untold_ids, withheld
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import apart_ids, told_in_use
from estimator.governance.indicators.usage_by_case import Attached
from estimator.governance.register.schema import UseCase


def gaps(scope: Scope) -> tuple[dict[str, Any], ...]:
    """The months of `missing_months`, as "periods", with the "name" of each use. None of one use alone, nor of a
    territory whose total is withheld."""
    if scope.use is not None or withheld(scope):
        return ()
    return tuple(gap_of(name, months) for name, months in missing_months(scope).values())


def gap_of(name: str, months: Collection[int]) -> dict[str, Any]:
    """{"name", "periods"} of a use without data in these months."""
    return {"name": name, "periods": [str(period) for period in stretches(months)]}


def missing_months(scope: Scope) -> dict[str, tuple[str, list[int]]]:
    """The name of each use that has no data in known months of the period, and had some before, with these, by its id;
    of one that is neither in trial nor in service, and of a service in none, which may have stopped, those between two
    of its months alone."""
    known = [month for month in told_months(scope) if month != scope.sources.running_month]
    months, found = _months_of_uses(scope), dict[str, tuple[str, list[int]]]()
    in_use, apart = {case.id for case in told_in_use(scope)}, apart_ids(scope)
    for case in scope.every.cases:
        mine = months.get(case.id, set())
        if case.id in apart or not mine:
            continue
        last = max(known, default=0) if case.id in in_use else max(mine)
        if lacks := [month for month in known if min(mine) < month <= last and month not in mine]:
            found[case.id] = (name_of(scope, case), lacks)
    return found


def name_of(scope: Scope, case: UseCase) -> str:
    """The name of a use; of a service in none, its own, or that of the use that an authority published it for."""
    authority, use = scope.sources.build.use_of_service.get(case.service, ("", case.service))
    return case.name or (f"{use} ({authority})" if authority else use)


def unknown_runs(scope: Scope) -> int:
    """How many runs of the period, at least, have no known electricity: they are in no figure. Those of a service of
    which a part is not told in a month are not counted, and those of merged groups as in their month of most."""
    if withheld(scope):
        return 0
    there, asked = {(row.key, row.row.month) for row in _told(scope)}, set[tuple[str, int]]()
    untold = set[tuple[str, int]]()
    for key, month in scope.sources.build.unknown_cells:
        if month in scope.months:
            (asked if (key, month) in there else untold).add((key[0], month))
    return scope.sources.build.unknown_runs_of(asked - untold)


def _told(scope: Scope) -> Iterator[Attached]:
    """The rows of what is told by name, services in no use too."""
    apart = apart_ids(scope)
    return (row for row in scope.every.rows if row.id not in apart)


def _months_of_uses(scope: Scope) -> dict[str, set[int]]:
    """The months [yyyymm] of each use, those of a year in which it is not told by name left out."""
    found, untold = dict[str, set[int]](), dict[int, frozenset[str]]()
    for row in scope.every.everything:
        year = row.row.month // 100
        if year not in untold:
            untold[year] = untold_ids(scope, Period(str(year)).months())
        if row.id and row.id not in untold[year]:
            found.setdefault(row.id, set()).add(row.row.month)
    return found
