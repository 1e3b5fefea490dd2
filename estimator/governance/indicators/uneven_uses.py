"""Uses of which more is known in one of two months that are compared: a change leaves them out of both.

A month without data, or of unknown electricity, is unknown, and no zero: against one that is known it would pass for a
rise or a fall. Of what leaves, this holds for uses told one by one: in which months the others ran is not told.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from estimator.assessment.impacts import ImpactIndicator, figure_named
from estimator.core.errors import LANGUAGES, listed, say
from estimator.governance.indicators.functional_units import known
from estimator.governance.indicators.left_out import gap_of, missing_months, name_of
from estimator.governance.indicators.scope import Scope, use_of
from estimator.governance.indicators.told_amounts import apart_ids
from estimator.governance.indicators.usage_by_case import Attached
from estimator.results.totals import gaps_text

Pairs = Sequence[tuple[int, int]]  # months [yyyymm] that are compared, now and before
Shares = dict[str, dict[int, float]]  # what is known of each use in a month [1]
LIKE = 0.05  # by which what is known of two months may differ for them to be compared [1]


class Uneven(NamedTuple):
    """A use of which less is known in some months of one period: its name, these months without any data of it, those
    with some, and each with the one that it is compared with [yyyymm]."""

    id: str
    name: str
    missing: tuple[int, ...]
    partly: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]


def uneven_uses(now: Scope, before: Scope, compared: Pairs, indicator: str) -> list[Uneven]:
    """Those of the months that are compared, by name, for an indicator. A use that has not begun, or has stopped, is
    known to have none."""
    figure = figure_named(indicator)
    assert figure is not None
    there, then = _shares(now, figure), _shares(before, figure)
    held = {(use_of(row), row.row.month) for scope in (before, now) for row in scope.rows}
    names = {case.id: name_of(scope, case) for scope in (before, now) for case in scope.every.cases}
    found = []
    for id in sorted({*there, *then} - apart_ids(now) - apart_ids(before), key=lambda id: (names[id], id)):
        less = dict[tuple[int, int], int]()
        for month, earlier in compared:
            share, earlier_share = there.get(id, {}).get(month), then.get(id, {}).get(earlier)
            if share is not None and earlier_share is not None and abs(share - earlier_share) > LIKE:
                less[month, earlier] = earlier if share > earlier_share else month
        lacking, partly = (tuple(m for m in sorted(less.values()) if ((id, m) in held) is has) for has in (False, True))
        found += [Uneven(id, names[id], lacking, partly, tuple(less))] if less else []
    return found


def _shares(scope: Scope, figure: ImpactIndicator) -> Shares:
    """How much of a use is known in its months: of its runs, those whose electricity is, and of that, what adds to the
    figure; nothing of a month that it lacks."""
    rows, found = dict[tuple[str, int], list[Attached]](), Shares()
    for row in scope.rows:
        rows.setdefault((use_of(row), row.row.month), []).append(row)
    for (id, month), mine in rows.items():
        found.setdefault(id, {})[month] = _share(scope, mine, figure)
    for id, (_, lacking) in missing_months(scope).items():
        found.setdefault(id, {}).update(dict.fromkeys(lacking, 0.0))
    return found


def _share(scope: Scope, rows: Sequence[Attached], figure: ImpactIndicator) -> float:
    cells = {(row.key, row.row.month) for row in rows}
    counts = [scope.sources.build.run_cells.get(cell, (0, 0)) for cell in cells]
    runs, unknown = (sum(side) for side in zip(*counts, strict=True))
    read, adding = (_read(some) for some in (rows, known(rows, figure)))
    return (1 - unknown / runs if runs else 1.0) * (adding / read if read else 1.0)


def _read(rows: Sequence[Attached]) -> float:
    """The electricity of the machines that was read, or estimated [kWh]."""
    return sum(row.row.group.values.get("it_energy") or 0.0 for row in rows)


def left_out(uses: Sequence[Uneven]) -> list[dict[str, Any]]:
    """{"use_case", "partly", "name", "periods"} of each, as `gaps` tells; those without any data there come first.
    partly: whether there are some, less complete than those that they are compared with."""
    kinds = [(False, one, one.missing) for one in uses] + [(True, one, one.partly) for one in uses]
    return [{"use_case": one.id, "partly": some} | gap_of(one.name, months) for some, one, months in kinds if months]


def why_left_out(found: Sequence[Mapping[str, Any]], lang: str) -> str:
    """« faute de données dans l'une : Voirie (mai 2026) », « données moins complètes dans l'une : … », of those."""
    kinds = groupby(found, key=lambda one: "left_partly" if one["partly"] else "left_none")
    return listed((say("indicators_missing", key, lang, names=gaps_text(list(of), lang)) for key, of in kinds), lang)


def nothing_left(uses: Sequence[Uneven]) -> dict[str, str]:
    """Why two periods are not compared, by language, after its code; empty without any."""
    key, found = "compared_gaps", left_out(uses)
    told = {lang: say("indicators_missing", key, lang, why=why_left_out(found, lang)) for lang in LANGUAGES}
    return {"code": key} | told if uses else {}
