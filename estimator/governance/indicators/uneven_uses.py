"""Uses that lack data in a month that is compared, and have some in the other one: a change leaves them out of both.

A month without data is unknown, and no zero: against one that is known it would pass for a rise or a fall. Of what
leaves, this holds for uses that are told one by one: in which months the others ran is not told.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from estimator.core.errors import LANGUAGES, say
from estimator.governance.indicators.left_out import gap_of, missing_months
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import apart_ids
from estimator.results.totals import gaps_text

Pairs = Sequence[tuple[int, int]]  # months [yyyymm] that are compared, now and before


class Uneven(NamedTuple):
    """A use that lacks data in some months of one period: its name, these months, and each with the one that it is
    compared with [yyyymm]."""

    id: str
    name: str
    missing: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]


def uneven_uses(now: Scope, before: Scope, compared: Pairs) -> list[Uneven]:
    """Those of the months that are compared, by name."""
    lacks, apart = (missing_months(now), missing_months(before)), apart_ids(now) | apart_ids(before)
    ran = {(row.id, row.row.month) for row in (*now.rows, *before.rows)}
    names = {case.id: case.name for scope in (before, now) for case in scope.in_use}
    found = []
    for id in sorted({*lacks[0], *lacks[1]} - apart, key=lambda id: (names[id], id)):
        missing = {*lacks[0].get(id, ()), *lacks[1].get(id, ())}
        pairs = [pair for pair in compared if {(id, month) in ran for month in pair} == {True, False}]
        pairs = [pair for pair in pairs if missing.intersection(pair)]
        months = sorted(month for pair in pairs for month in pair if month in missing)
        found += [Uneven(id, names[id], tuple(months), tuple(pairs))] if pairs else []
    return found


def left_out(uses: Sequence[Uneven]) -> list[dict[str, Any]]:
    """{"use_case", "name", "periods"} of each, as `gaps` tells."""
    return [{"use_case": one.id} | gap_of(one.name, one.missing) for one in uses]


def nothing_left(uses: Sequence[Uneven]) -> dict[str, str]:
    """Why two periods are not compared, by language, after its code; empty without any."""
    key, found = "compared_gaps", left_out(uses)
    told = {lang: say("indicators_missing", key, lang, names=gaps_text(found, lang)) for lang in LANGUAGES}
    return {"code": key} | told if uses else {}
