"""Use cases by electricity: one by one when nobody is recognisable, small ones and unregistered runs together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from estimator.assessment.impacts import amounts, figure_named
from estimator.assessment.uncertainty import interval
from estimator.comparison.paired_draws import Side
from estimator.governance.indicators.anonymity import (
    grouped,
    is_loose_rounded,
    merged_rows,
    told_together,
    withheld,
    withheld_amount,
)
from estimator.governance.indicators.practices import proof_shares
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.told_amounts import is_rounded, told_interval, told_line
from estimator.governance.indicators.usage_by_case import Attached
from estimator.governance.register.schema import WHOLE

ENERGY = figure_named("energy")
TOLD = 4  # maximum lines on a one-page sheet, the others merged
FEWEST = 2  # minimum number merged
UNREGISTERED = ("unregistered", "")


def uses(scope: Scope) -> list[dict[str, Any]]:
    """Each as {"kind": "case", "others", "unregistered" or "elsewhere", "id", "name", "count", "loose", "energy",
    "proof", "share"}, largest first; "elsewhere": what the files of an authority tell, by its code and name; services
    of no use whose electricity is unknown are a line of their own; loose: how many are merged with the others. What is
    in no use is not told beside uses too few to be told together: the total less it would be theirs. Of a territory
    whose total is not told, the uses that the sheet of the whole territory tells one by one, and no share: a figure
    over its share is the total. Merged uses are counted over the years of the period: how many have data in it would
    tell in which months one ran.
    """
    groups, silent = grouped(scope), withheld(scope)
    if silent and withheld(replace(scope, territory=WHOLE)):
        return []
    others, outside = (_untold, _untold) if groups.too_few else (_merged, _beside)
    told = {"case": _of, "others": others, "unregistered": outside, "elsewhere": outside}
    names = {case.id: case.name for case in scope.cases}
    lines = [("case", id, names[id], 1, of_case(scope.rows, id)) for id in groups.shown]
    merged = frozenset[str]() if silent else told_together(scope)
    loose = len(merged.difference(names)) if groups.loose else 0
    merged = merged.intersection(names)
    lines.append(("others", "", "", len(merged) + loose, [] if silent else merged_rows(scope)))
    authorities = [("elsewhere", part.territory, part.administration) for part in scope.sources.authorities]
    for kind, id, name in (*authorities, *(() if groups.loose else [(*UNREGISTERED, "")])):
        mine = [row for row in scope.rows if _loose(scope, row) == (kind, id)]
        lines += [(kind, id, name, _services(rows), rows) for rows in _by_knowledge(mine)]
    found = [
        {"kind": kind, "id": id, "name": name, "count": count, "loose": loose if kind == "others" else 0}
        | told[kind](rows, scope)
        for kind, id, name, count, rows in lines
        if rows or (kind == "others" and merged and groups.too_few)
    ]
    return sorted(found, key=lambda row: (-(row["energy"]["central"] or 0.0), row["kind"], row["id"]))


def folded(scope: Scope, found: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The lines of `uses` of known electricity after the first ones, as one of kind "rest"; None when too few.

    Its amount is that of all their months drawn together.
    """
    known = [use for use in found if use["energy"]["central"] is not None][TOLD:]
    if len(known) < FEWEST:
        return None
    ids, loose = {use["id"] for use in known if use["kind"] == "case"}, {(use["kind"], use["id"]) for use in known}
    rows = [row for row in scope.rows if row.id in ids or _loose(scope, row) in loose]
    rows += merged_rows(scope) if ("others", "") in loose else []
    of = _merged if any(use["kind"] == "others" for use in known) else _of  # less the others, it would be theirs
    return {"kind": "rest", "id": "", "name": "", "count": services_of(known), "loose": 0} | of(rows, scope)


def services_of(lines: Sequence[Mapping[str, Any]]) -> int:
    """How many these lines are of: uses, merged ones each, and services in none; an authority is one."""
    return sum(1 if use["kind"] == "elsewhere" else use["count"] for use in lines)


def _loose(scope: Scope, row: Attached) -> tuple[str, str]:
    """The kind of a month in no use, with the code of the authority that published it, if one did; empty of one in a
    use."""
    if row.id:
        return "", ""
    authority = scope.sources.build.authority_of_service.get(row.row.service_key)
    return ("elsewhere", authority) if authority else UNREGISTERED


def _of(rows: Sequence[Attached], scope: Scope) -> dict[str, Any]:
    """Electricity of some months, its proof, and its share of that of the scope, draw by draw [1]: None where that is
    rounded, for an amount over its share is the total."""
    assert ENERGY is not None
    groups = [row.row.group for row in rows]
    part, whole = (Side(found).drawn(ENERGY) for found in (groups, scope.groups))
    body: dict[str, Any] = {
        "energy": amounts(groups, [ENERGY])["energy"],
        "proof": proof_shares(rows, ENERGY.id),
        "share": None,
    }
    if part is None or whole is None or withheld(scope) or is_rounded(scope):
        return body
    return body | {"share": interval(part / whole)}


def _merged(rows: Sequence[Attached], scope: Scope) -> dict[str, Any]:
    """The same, rounded, as merged uses are, without its proof: what is measured of several may be of one of them."""
    body = _of(rows, scope)
    return body | {"energy": told_line(scope, body["energy"]), "proof": {}}


def _beside(rows: Sequence[Attached], scope: Scope) -> dict[str, Any]:
    """The same of what is in no use: rounded beside uses that are merged, for a total less it is theirs."""
    if is_loose_rounded(scope):
        return _merged(rows, scope)
    body = _of(rows, scope)
    return body | {"energy": told_interval(body["energy"]), "proof": {}} if is_rounded(scope) else body


def _untold(rows: Sequence[Attached], _scope: Scope) -> dict[str, Any]:
    """The same with its figures withheld."""
    assert ENERGY is not None
    amount = amounts([row.row.group for row in rows], [ENERGY])["energy"]
    return {"energy": withheld_amount(amount), "proof": {}, "share": None}


def _by_knowledge(rows: Sequence[Attached]) -> tuple[list[Attached], list[Attached]]:
    """Those of services with some known electricity, and those of the others: none is lost in a sum."""
    known = {row.row.service_key for row in rows if row.row.group.values.get("it_energy") is not None}
    sides: tuple[list[Attached], list[Attached]] = ([], [])
    for row in rows:
        sides[row.row.service_key not in known].append(row)
    return sides


def _services(rows: Sequence[Attached]) -> int:
    return len({row.row.service_key for row in rows})
