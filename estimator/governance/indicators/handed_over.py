"""Which authorities did not hand over what a comparison rests on, in a home that merges their groups."""

from collections.abc import Collection, Iterator, Sequence

from estimator.core.errors import sentences
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


def not_comparable(parts: Sequence[AuthorityPart]) -> dict[str, str]:
    """Why two periods are not compared, by language, after its code."""
    return sentences("indicators_missing", "one_sided", names=some_of(names(parts), MOST))


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
