"""Which authorities did not hand over what a comparison rests on, in a home that merges their groups."""

from collections.abc import Collection, Iterator, Sequence

from estimator.core.errors import sentences
from estimator.core.periods import Period
from estimator.core.typography import some_of
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.schema import WHOLE
from estimator.results.totals import AuthorityPart
from estimator.results.totals import lacking as lacking_months

MOST = 5  # authorities that a sentence names
Pairs = Sequence[tuple[int, int]]  # months [yyyymm] that are compared, now and before


def lacking(scope: Scope) -> list[AuthorityPart]:
    """Those whose files have not every known month of a period of the whole territory: its sum lacks something of them,
    that may be of any size."""
    return lacking_months(list(_parts(scope)), scope.known_months())


def one_sided(scope: Scope, compared: Pairs) -> list[AuthorityPart]:
    """Those whose files have one only of two months that are compared."""
    return [part for part in _parts(scope) if _is_one_sided(part.months, compared)]


def names(parts: Sequence[AuthorityPart]) -> list[str]:
    """« 54395 Nancy (2025) »: each with the periods of its files."""
    return [f"{_name(part)} ({part.handed})" for part in parts]


def not_comparable(scope: Scope, compared: Pairs) -> dict[str, str]:
    """Why two periods are not compared, by language, after its code; empty where they are."""
    if parts := one_sided(scope, compared):
        return sentences("indicators_missing", "one_sided", names=some_of(names(parts), MOST))
    if files := twice(scope, compared):
        return sentences("indicators_missing", "compared_twice", names=some_of(files, MOST))
    return sentences("indicators_missing", "compared_withheld") if withholding(scope, compared) else {}


def withholding(scope: Scope, compared: Pairs) -> bool:
    """Whether files of two periods withhold some of what is compared: what one tells the other may withhold, or not of
    the same uses."""
    months = {month for pair in compared for month in pair}
    files = (file for part in _parts(scope) for file in part.files if file.withheld != 0)
    return any(not months.isdisjoint(Period(file.period).months()) for file in files)


def twice(scope: Scope, compared: Pairs) -> list[str]:
    """« 54395 Nancy »: the authorities whose files count the same measurements in these months."""
    months = {month for pair in compared for month in pair}
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


def _is_one_sided(there: Collection[int], compared: Pairs) -> bool:
    return any((now in there) != (before in there) for now, before in compared)


def _name(part: AuthorityPart) -> str:
    return f"{part.territory} {part.administration}".strip()
