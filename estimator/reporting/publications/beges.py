"""Lines for the greenhouse gas inventory (BEGES): one a category and part, with its interval and its unknowns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from estimator.assessment.impacts import ImpactIndicator, amounts, figure_named
from estimator.catalogue.site_ownership import owner
from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text
from estimator.governance.indicators.anonymity import grouped, told_together, withheld_amount
from estimator.governance.indicators.footprints import of_scope
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.small_uses import Team, is_of_one, small_ids, team_of
from estimator.governance.indicators.told_amounts import finest, impacts_of, told_sum
from estimator.governance.indicators.usage_by_case import Attached
from estimator.reporting.documents.csv_table import BYTE_ORDER_MARK, french_table
from estimator.reporting.documents.document import Record
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.summary.sentences import tell

PARTS = ("use", "devices", "machines", "network")
# Operator of the site -> part -> item of the regulatory inventory; an absent part is in a purchased service.
ITEMS: Mapping[str, Mapping[str, str]] = {
    "own": {"use": "2.1", "devices": "4.2", "machines": "4.2", "network": "4.5"},
    "bought": dict.fromkeys(PARTS, "4.5"),
    "unsaid": {},
}
COLUMNS = (
    "categorie", "poste", "intitule", "partie", "co2_kg", "ch4_kg", "n2o_kg", "autres_gaz_kg", "co2_biogenique_kg",
    "total_kgco2e", "bas_kgco2e", "haut_kgco2e", "incertitude_pourcent", "part_couverte_pourcent",
    "part_couverte_environ", "raison", "preuve", "remarque", "periode", "territoire", "couverture", "calcul",
    "facteurs", "methode",
)  # fmt: skip


class Line(NamedTuple):
    """A line of the inventory: the operator of the site, the part of the figure, its gases and their proof."""

    who: str
    part: str
    amount: Interval
    proof: str


def beges(facts: ReportFacts) -> ReportFiles:
    """A table for a French spreadsheet; single gases are unknown: their columns are empty, like any unknown value."""
    lines = list(_lines(facts))
    apart = _sum_note(facts, lines)
    table = BYTE_ORDER_MARK + french_table(COLUMNS, (_record(facts, line, apart) for line in lines), facts.mark)
    notes = [facts.say("beges_gases"), facts.say("beges_upstream"), *filter(None, (apart,))]
    notes += [facts.say("rounded")] if any(line.amount.rounded is not None for line in lines) else []
    notes += [facts.say("withheld")] if facts.withheld else []
    return ReportFiles({"": table}, tuple(notes))


def _sum_note(facts: ReportFacts, lines: Sequence[Line]) -> str:
    """That lines do not add up to the published total, which who fills in the form would do; empty of a single one."""
    total = facts.body["indicators"]["gwp"]["value"]
    several = len([line for line in lines if line.amount.known]) > 1 and total.known
    return facts.say("beges_sum", total=interval_text(total, facts.lang)) if several else ""


def _lines(facts: ReportFacts) -> Iterator[Line]:
    """A line a category and part, to two figures where it holds uses that are merged. These are told together or not at
    all: where a line would hold some of them and not the others, or be nearly one of them, no line that holds any is,
    nor where no document tells their gases. Which lines hold some is of the whole
    years of the period.
    """
    held: dict[str, list[Attached]] = {}
    for row in () if facts.withheld else facts.scope.every.whole_years().rows:
        held.setdefault(owner(row.row.host), []).append(row)
    lines = {(who, part): rows for who in ITEMS for part in PARTS if (rows := _there(held.get(who, []), part))}
    groups = grouped(facts.scope)
    merged = told_together(facts.scope).intersection(row.id for rows in held.values() for row in rows)
    small, few = (
        {line: merged.intersection(row.id for row in rows) for line, rows in lines.items()},
        small_ids(facts.scope),
    )
    split = (
        groups.too_few
        or "gwp" not in impacts_of(facts.scope)
        or any(
            uses and (uses != merged or _is_one([row for row in lines[line] if row.id in merged], line[1], few))
            for line, uses in small.items()
        )
    )
    for (who, part), of_years in lines.items():
        rows = [row for row in of_years if row.row.month in facts.scope.months]
        if not rows and not small[who, part]:
            continue
        amount = _amount(facts, rows, part)
        proof = facts.proof(of_years if small[who, part] else rows, f"gwp.{part}", rounded=bool(small[who, part]))
        if small[who, part]:
            amount, proof = (withheld_amount(amount), "") if split else (_told(facts.scope, amount), proof)
        yield Line(who, part, amount, proof or tell("proof_untold", facts.lang))


def _told(scope: Scope, amount: Interval) -> Interval:
    """The gases of a line, rounded beside the electricity of the territory."""
    found = {"energy": of_scope(scope)["energy"], "gwp": amount}
    return told_sum(found, finest(scope))["gwp"]


def _is_one(rows: Sequence[Attached], part: str, few: Collection[str]) -> bool:
    """Whether a small team has nearly all that a part is of these, which a sum of two figures would then tell."""
    found: dict[Team, list[Attached]] = {}
    for row in rows:
        found.setdefault(team_of(row.use_case, few), []).append(row)
    alone = _figure(part)
    gases = {team: amounts([row.row.group for row in mine], [alone])[alone.id] for team, mine in found.items()}
    return is_of_one((team, amount.at_factor_values or 0.0) for team, amount in gases.items())


def _there(rows: list[Attached], part: str) -> list[Attached]:
    """Those of these rows to which a part applies."""
    whole = figure_named("gwp")
    assert whole is not None
    needs = next(p.needs for p in whole.parts if p.name == part)
    return [row for row in rows if not needs or any(row.row.group.amounts.get(name) for name in needs)]


def _amount(facts: ReportFacts, rows: list[Attached], part: str) -> Interval:
    """The greenhouse gases of a part."""
    alone = _figure(part)
    return facts.scope.lowered(amounts([row.row.group for row in rows], [alone]))[alone.id]


def _figure(part: str) -> ImpactIndicator:
    alone = figure_named(f"gwp.{part}")
    assert alone is not None
    return alone


def _record(facts: ReportFacts, line: Line, apart: str) -> Record:
    who, part, amount, proof = line
    item = ITEMS[who].get(part, "")
    missing = amount.missing
    told = facts.provenance
    remark = f"beges_{who}_{'use' if part == 'use' else 'made'}"
    remark += "_elsewhere" if remark == "beges_own_use" and facts.body["elsewhere"] else ""
    return (
        item.partition(".")[0],
        item,
        facts.say(f"beges_{item.replace('.', '_')}" if item else "beges_unsaid"),
        say("parts", part, facts.lang),
        *(None,) * 5,
        *(amount.central, amount.low, amount.high),
        _uncertainty(amount),
        100 * amount["covers"] if "covers" in amount else None,
        say("export", "is_rounded", facts.lang) if amount.get("covers_roughly") else "",
        missing[facts.lang] if missing else "",
        proof if part == "use" else "",
        " ".join(filter(None, (facts.say(remark), apart))),
        told["period"],
        told["territory"],
        told["coverage"],
        told["build"],
        told["factors_version"],
        told["method"],
    )


def _uncertainty(amount: Interval) -> float | None:
    """The larger half-width of the 90 % interval, as a percentage of the central value."""
    if not amount.central:
        return None
    low, central, high = amount.ends
    return 100 * max(high - central, central - low) / central
