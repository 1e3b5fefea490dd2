"""Explanation of a footprint of a territory, or of a use case, over a period: its steps, factors and services."""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.explanation import ExplainedNumber, NumberUnknown, NumberWithheld, explain_number
from estimator.assessment.impacts import Amount, amounts, figure_named
from estimator.builds.merge_journal import merges_of, recorded
from estimator.builds.reasoned_merges import reasoned_of
from estimator.core.communes import is_siren
from estimator.core.periods import Period
from estimator.governance.indicators.anonymity import grouped, untold_ids, withheld
from estimator.governance.indicators.footprints import figures_of
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.practices import impossible_share, proof_shares
from estimator.governance.indicators.scope import Scope, Sources, of_case
from estimator.governance.indicators.usage_by_case import Attached
from estimator.governance.register.schema import METROPOLE, WHOLE
from estimator.results.totals import AuthorityPart, outside

SHEET, USE = "sheet", "use"
AUTHORITIES = "authorities"  # the territory of a sum of what all merged files tell
_OF_MONTHS = (
    "list_contains($1, service_key) AND row_id IN (SELECT row_id FROM runs WHERE end_month >= $2 AND start_month <= $3)"
)


def number_of(territory: str, period: str, figure: str) -> str:
    """The id of such a figure: sheet.TERRITORY.PERIOD.FIGURE."""
    return f"{SHEET}.{territory}.{period}.{figure}"


def split_number(number: str, of: str = SHEET) -> tuple[str, str, str] | None:
    """(territory, period, figure) of an id, or (use case, period, figure); None for another kind of id."""
    kind, _, rest = number.partition(".")
    about, _, rest = rest.partition(".")
    pieces = rest.split(".")
    for size in (2, 1):  # a part of a figure has two names
        period, figure = ".".join(pieces[:-size]), ".".join(pieces[-size:])
        if kind == of and about and period and figure_named(figure):
            return about, period, figure
    return None


def explained(home: Path, number: str) -> ExplainedNumber | None:
    """A figure sheet.TERRITORY.PERIOD.FIGURE or use.ID.PERIOD.FIGURE of a home; None for another kind of id.
    NumberUnknown, NumberWithheld, NoBuild, PeriodRefused."""
    if found := split_number(number):
        whole = scope_of(home, WHOLE, found[1])
        if found[0] not in opened_territories(whole.sources):
            scope_of(home, *found[:2])  # which says the territories that there are
        return explain_sheet(whole, found[0], found[2])
    if found := split_number(number, USE):
        return explain_use(scope_of(home, WHOLE, found[1]), found[0], found[2])
    return None


def opened_territories(sources: Sources) -> tuple[str, ...]:
    """Those whose figures can be explained: of the home, and the authorities whose groups it merged, with their sum."""
    codes = [part.territory for part in sources.authorities]
    return (*dict.fromkeys([*sources.territories, *codes, *([AUTHORITIES] if codes else [])]),)


def explain_sheet(whole: Scope, territory: str, figure: str) -> ExplainedNumber:
    """The explanation of a footprint of one of these, over the period of a scope of the whole territory. NumberUnknown,
    NumberWithheld."""
    if territory in whole.sources.territories:
        return explain_footprint(replace(whole, territory=territory), figure)
    return explain_merged(whole, territory, figure)


def explain_footprint(scope: Scope, figure: str) -> ExplainedNumber:
    """The explanation of a footprint. NumberUnknown without data, NumberWithheld about too few people."""
    number = number_of(scope.territory, scope.period.text, figure)
    hidden = withheld(scope)
    if hidden or not scope.rows:
        raise (NumberWithheld if hidden else NumberUnknown)(id=number)
    found = _explained((SHEET, scope.territory, figure), scope, scope.rows, figures_of(scope).get(figure))
    brought = _brought(scope, scope.rows, figure)
    parts, theirs = [part.model_dump() for part in brought], scope.sources.build.authority_of_service
    own = any(row.row.service_key not in theirs for row in scope.rows)
    told = {"authorities": parts, "own_rows": own, "reasoned": scope.outside.reasoned}
    return found.model_copy(update={"trace": {**found.trace, **told}}) if parts else found


def explain_merged(scope: Scope, territory: str, figure: str) -> ExplainedNumber:
    """A footprint of what the files of one authority tell, by its code, or of all of them, without rows of the home.
    NumberUnknown."""
    number, asked = number_of(territory, scope.period.text, figure), figure_named(figure)
    codes, theirs = {territory} if territory != AUTHORITIES else {*_codes(scope)}, scope.sources.build
    rows = [row for row in scope.rows if theirs.authority_of_service.get(row.row.service_key) in codes]
    parts = [part for part in _brought(scope, rows, figure) if part.territory in codes]
    if not rows or asked is None:
        raise NumberUnknown(id=number)
    groups, held = [row.row.group for row in rows], outside(parts, scope.period.months())
    read = math.fsum(float(group.values.get("it_energy") or 0.0) for group in groups)
    amount = held.untold(held.lowered(amounts(groups, [asked]), read))[figure]
    found = _explained((SHEET, territory, figure), scope, rows, amount)
    pairs = reasoned_of(scope.outside.reasoned, codes)
    told = {"authorities": [part.model_dump() for part in parts], "own_rows": False, "reasoned": pairs}
    return found.model_copy(update={"trace": {**found.trace, **told, "files": _files(scope, codes, figure)}})


def _codes(scope: Scope) -> list[str]:
    """Those of the authorities whose published groups are in the build."""
    return [part.territory for part in scope.sources.authorities]


def _files(scope: Scope, codes: Collection[str], figure: str) -> list[dict[str, str]]:
    """The merged files of these authorities that share months with the period, as the journal tells them: their name
    here and when they were given, their digest, when they were written; and the number that opens the figure there."""
    home, months = scope.sources.home, set(scope.period.months())
    kept = recorded(home)
    there = {one.name: one for one in merges_of(home) if kept.get(one.name) == one.digest}
    mine = (one for one in there.values() if one.territory in codes and months & set(Period(one.period).months()))
    told = ("name", "file", "territory", "digest", "made_at")
    return [
        {field: str(getattr(one, field)) for field in told}
        | {"number": number_of(METROPOLE if is_siren(one.territory) else one.territory, scope.period.text, figure)}
        for one in mine
    ]


def _brought(scope: Scope, rows: Sequence[Attached], figure: str) -> list[AuthorityPart]:
    """What each authority brought to a footprint by the groups that it published, the largest first, with its files
    that share months with it: its share of what they all brought, where rows of the home count too, since one of the
    sum would tell that to all digits."""
    theirs, asked = scope.sources.build.authority_of_service, figure_named(figure)
    if asked is None:
        return []
    held: dict[str, list[ActivityGroup]] = {}
    for row in rows:
        if row.row.service_key in theirs:
            held.setdefault(theirs[row.row.service_key], []).append(row.row.group)
    if not held and any(row.row.service_key not in theirs for row in rows):
        return []
    values = {code: amounts(groups, [asked])[figure].at_factor_values for code, groups in held.items()}
    whole, months = math.fsum(value or 0.0 for value in values.values()), set(scope.period.months())
    found = []
    for part in scope.sources.authorities:
        files = tuple(file for file in part.files if months.intersection(Period(file.period).months()))
        value = values.get(part.territory)
        share = value / whole if value is not None and whole else None
        found += [part.model_copy(update={"share": share, "files": files})] if files else []
    return sorted(found, key=lambda part: -(part.share or 0.0))


def explain_use(scope: Scope, case: str, figure: str) -> ExplainedNumber:
    """The same of one use case of the whole territory."""
    number, rows = f"{USE}.{case}.{scope.period}.{figure}", of_case(scope.rows, case)
    asked = figure_named(figure)
    if case not in grouped(scope).shown or asked is None:
        there = rows or case in untold_ids(scope, scope.period.months())
        raise (NumberWithheld if there and asked else NumberUnknown)(id=number)
    return _explained((USE, case, figure), scope, rows, amounts([row.row.group for row in rows], [asked])[figure])


def _explained(
    named: tuple[str, str, str], scope: Scope, rows: Sequence[Attached], stored: Amount | None
) -> ExplainedNumber:
    kind, about, figure = named
    services = tuple(sorted({row.row.service_key for row in rows}))
    return explain_number(
        f"{kind}.{about}.{scope.period}.{figure}",
        [row.row.group for row in rows],
        figure,
        stored,
        scope=kind,
        key=f"{about}, {scope.period}",
        proof=proof_shares(rows, figure),
        build=scope.sources.build.meta,
        services=services,
        remarks=scope.sources.build.behind(figure, _OF_MONTHS, [list(services), scope.period.first, scope.period.last]),
        impossible=impossible_share(scope, rows),
    )
