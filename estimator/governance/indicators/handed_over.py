"""Which authorities did not hand over what a comparison rests on, in a home that merges their groups."""

from collections.abc import Collection, Iterator, Sequence

from estimator.builds.merged_groups import SMALL
from estimator.core.errors import sentences
from estimator.core.periods import Period
from estimator.core.typography import some_of
from estimator.governance.indicators.known_months import known_in_both, known_months
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.schema import WHOLE
from estimator.results.totals import AuthorityPart, Outside, handed, outside
from estimator.results.totals import lacking as lacking_months

MOST = 5  # authorities that a sentence names
Pairs = Sequence[tuple[int, int]]  # months [yyyymm] that are compared, now and before


def lacking(scope: Scope) -> list[AuthorityPart]:
    """Those whose files have not every known month of a period of the whole territory: its sum lacks something of them,
    that may be of any size."""
    return lacking_months(list(_parts(scope)), known_months(scope))


def outside_of(scope: Scope) -> Outside:
    """What authorities withhold of a scope, with the known months that they lack."""
    parts = scope.sources.authorities if any(_parts(scope)) else ()
    return scope.outside._replace(lacking=handed(parts, known_months(scope)))


def incomplete(scope: Scope) -> list[AuthorityPart]:
    """Those, and those of which something of any size is in no file of the period: nothing was recorded, no use has it,
    or it is withheld without its size."""
    short, months = lacking(scope), frozenset(scope.period.months())
    return [part for part in _parts(scope) if part in short or _is_open(part, months)]


def _is_open(part: AuthorityPart, months: frozenset[int]) -> bool:
    empty = any(file.nothing and not file.months.isdisjoint(months) for file in part.files)
    away = outside([part], months)
    return empty or bool(away.unattached or away.silent)


def one_sided(scope: Scope, compared: Pairs) -> list[AuthorityPart]:
    """Those whose files have one only of two months that are compared."""
    return [part for part in _parts(scope) if _is_one_sided(part.months, compared)]


def names(parts: Sequence[AuthorityPart]) -> list[str]:
    """« 54395 Nancy (2025) »: each with the periods of its files."""
    return [f"{_name(part)} ({part.handed})" for part in parts]


def not_comparable(scope: Scope, before: Scope) -> dict[str, str]:
    """Why two periods are not compared, by language, after its code; empty where they are."""
    compared = known_in_both(scope, before)
    if parts := one_sided(scope, compared):
        return sentences("indicators_missing", "one_sided", names=some_of(names(parts), MOST))
    if parts := empty_sided(scope, compared):
        return sentences("indicators_missing", "compared_empty", names=some_of([*map(_name, parts)], MOST))
    if files := twice(scope, compared):
        return sentences("indicators_missing", "compared_twice", names=some_of(files, MOST))
    if withholding(scope, compared):
        return sentences("indicators_missing", "compared_withheld")
    if parts := unattached(scope, compared):
        return sentences("indicators_missing", "compared_unattached", names=some_of([*map(_name, parts)], MOST))
    if parts := cut_years(scope, compared):
        return sentences("indicators_missing", "compared_cut", names=some_of([*map(_name, parts)], MOST))
    late = attached_late(scope, before, compared)
    return sentences("indicators_missing", "compared_late") if late else {}


def empty_sided(scope: Scope, compared: Pairs) -> list[AuthorityPart]:
    """Those that recorded nothing of one only of two months that are compared: what they used then is not known."""
    there = {part.territory: [file.months for file in part.files if not file.nothing] for part in _parts(scope)}
    return [part for part in _parts(scope) if _is_one_sided(frozenset().union(*there[part.territory]), compared)]


def unattached(scope: Scope, compared: Pairs) -> list[AuthorityPart]:
    """Those whose homes have activity of the months that are compared, of any size, that no use has: what becomes a
    use's would be a change."""
    months = _months(compared)
    return [part for part in _parts(scope) if outside([part], months).unattached]


def cut_years(scope: Scope, compared: Pairs) -> list[AuthorityPart]:
    """Those whose merged uses are known of a year that is compared in part: equal parts of it are no months."""
    months, cut = _months(compared), set[str]()
    parts = list(_parts(scope))
    spread = dict[tuple[str, int], set[int]]()
    uses = scope.sources.build.use_of_service
    for row in scope.sources.rows if parts else ():
        territory, use = uses.get(row.row.service_key, ("", ""))
        if use == SMALL:
            spread.setdefault((territory, row.row.month // 100), set()).add(row.row.month)
    for (territory, _), mine in spread.items():
        cut |= {territory} if months & mine and not mine <= months else set()
    return [part for part in parts if part.territory in cut]


def attached_late(scope: Scope, before: Scope, compared: Pairs) -> bool:
    """Whether a service is of a use of this scope in a month that is compared, and of none in another one: the day it
    was attached would be a change."""
    months = _months(compared)
    mine = {row.row.service_key for row in (*scope.rows, *before.rows) if row.id and row.row.month in months}
    return scope.territory != WHOLE and any(
        row.row.service_key in mine for row in scope.sources.rows if row.id is None and row.row.month in months
    )


def withholding(scope: Scope, compared: Pairs) -> bool:
    """Whether files of two periods withhold some of what is compared: what one tells the other may withhold, or not of
    the same uses."""
    months = _months(compared)
    files = (file for part in _parts(scope) for file in part.files if file.withheld != 0)
    return any(not months.isdisjoint(Period(file.period).months()) for file in files)


def twice(scope: Scope, compared: Pairs) -> list[str]:
    """« 54395 Nancy »: the authorities whose files count the same measurements in these months."""
    months = _months(compared)
    pairs = scope.sources.build.reasoned if any(_parts(scope)) else ()
    shared = [pair["of"] for pair in pairs if pair["services"] and not months.isdisjoint(pair["months"])]
    told = [f"{one['territory']} {one['administration']}".strip() for of in shared for one in of]
    return list(dict.fromkeys(told))


def not_handed(parts: Sequence[AuthorityPart], year: int) -> dict[str, str]:
    """Why a year is no basis of anything, by language, after its code."""
    return sentences("indicators_missing", "not_handed", year=year, names=some_of(names(parts), MOST))


def _parts(scope: Scope) -> Iterator[AuthorityPart]:
    if scope.territory == WHOLE and scope.use is None:
        yield from sorted(scope.sources.authorities, key=lambda part: part.territory)


def _months(compared: Pairs) -> set[int]:
    return {month for pair in compared for month in pair}


def _is_one_sided(there: Collection[int], compared: Pairs) -> bool:
    return any((now in there) != (before in there) for now, before in compared)


def _name(part: AuthorityPart) -> str:
    return f"{part.territory} {part.administration}".strip()
