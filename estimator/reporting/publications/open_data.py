"""Footprints as open data in our own Table Schema: one row a month, use case and indicator, with a data package."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

from estimator.assessment.impacts import FIGURES, Amount, amounts
from estimator.catalogue.load import load
from estimator.catalogue.schema import PROOFS
from estimator.core.language import OFFICIAL
from estimator.core.number_format import missing_text
from estimator.core.periods import Period
from estimator.governance.indicators.anonymity import (
    Groups,
    grouped,
    is_loose_rounded,
    told_together,
    too_few_of,
    withheld_amount,
)
from estimator.governance.indicators.known_months import outside_all
from estimator.governance.indicators.told_amounts import finest, is_rounded, told_sum
from estimator.governance.indicators.told_shares import each_of_merged
from estimator.governance.indicators.usage_by_case import Attached
from estimator.reporting.documents.csv_table import plain_table
from estimator.reporting.publications.context import ReportFacts, ReportFiles, known_shares

TABLE = "footprints.csv"
PACKAGE = "datapackage.json"
IMPACTS = [figure.id for figure in FIGURES]  # the electricity first
KINDS = ("case", "others", "elsewhere", "unregistered")


def data(facts: ReportFacts) -> ReportFiles:
    """A table and the data package that describes it, in French as their schema is.

    Unknown: an empty group, with its reason.
    """
    french = replace(facts, lang=OFFICIAL)
    columns = [field["name"] for field in schema()["fields"]]
    files = {
        TABLE: plain_table(columns, ([row.get(name) for name in columns] for row in _rows(french))),
        PACKAGE: _package(french),
    }
    return ReportFiles(files, (facts.say("no_licence"), *((facts.say("withheld"),) if facts.withheld else ())))


@cache
def schema() -> dict[str, Any]:
    """The Table Schema of the rows, the same as docs/table-schemas/footprints.json."""
    found: dict[str, Any] = json.loads((resources.files(__package__) / "footprints.json").read_text("utf-8"))
    return found


def _rows(facts: ReportFacts) -> Iterator[Mapping[str, object]]:
    """By month: use cases that can be published, then small ones together, then what other authorities published, whose
    uses are in their registers, then runs without use case, unless they are merged with the small ones.

    All but the first have no figures in a month where the small ones are too few, whether these have data or not, no
    row where that is before the first known month of the home or after the last one, and
    are rounded where the territory has small ones, of which the electricity alone is told, and of whole years alone
    where whoever knows a large one of theirs would read a team in its months; no share of what is rounded is.
    """
    told_as, too_few, beside = grouped(facts.scope), too_few_of(facts.scope), is_rounded(facts.scope)
    groups: dict[tuple[int, int, str], list[Attached]] = {}
    hides = is_loose_rounded(facts.scope)
    absent = outside_all(facts.scope, too_few)
    for row in () if facts.withheld else facts.scope.rows:
        kind = KINDS.index(_kind(facts, row, told_as))
        if not kind or row.row.month not in absent:
            groups.setdefault((row.row.month, kind, row.id or "" if not kind else ""), []).append(row)
    loose = hides and not told_as.loose
    joined = not told_together(facts.scope).isdisjoint(case.id for case in facts.scope.cases)
    untold = [kind for kind, so in (("others", joined), ("unregistered", loose)) if so]
    for month, name in () if facts.withheld else product(too_few - absent, untold):
        groups.setdefault((month, KINDS.index(name), ""), [])
    provenance = {name: facts.provenance[name] for name in ("mark", "build", "factors_version", "method")}
    for (month, kind, id), rows in sorted(groups.items()):
        case = rows[0].use_case if id else None
        about = {
            "month": f"{month // 100}-{month % 100:02}",
            "kind": KINDS[kind],
            "territory": case.commune if case else "",
            "use_case": id,
            "use_case_name": case.name if case else "",
            "unknown_runs": _unknown_runs(facts, rows) if id or not beside else None,
        }
        merged = KINDS[kind] == "others" or (KINDS[kind] == "unregistered" and hides)
        there = replace(facts.scope, period=Period.over([month]), only=None)
        reasons = dict[str, str]()
        if KINDS[kind] == "others":  # of merged uses alone: a second impact would tell which of them is which
            reasons = dict.fromkeys(IMPACTS[1:], "by_difference")
        if not id and month in too_few:
            reasons = dict.fromkeys(IMPACTS, "month_apart")
        elif merged and finest(there):
            reasons = dict.fromkeys(IMPACTS, "by_difference") | {IMPACTS[0]: "year_alone"}
        shares = {f.id: {} if KINDS[kind] == "others" else known_shares(rows, f.id) for f in FIGURES}
        found = amounts([row.row.group for row in rows], FIGURES)
        found = found if id else facts.scope.lowered(found)
        if not id and beside:  # what is in no use, too: a total less it, and less those told one by one, is theirs
            found = told_sum(found)
            shares = {impact: each_of_merged(of) for impact, of in shares.items()}
        yield from (about | figures | provenance for figures in _figures(found, shares, reasons))


def _unknown_runs(facts: ReportFacts, rows: Iterable[Attached]) -> int:
    """How many runs of these rows, of one month, have no known electricity."""
    unknown = facts.scope.sources.build.unknown_cells
    return sum(unknown.get(place, 0) for place in {(row.key, row.row.month) for row in rows})


def _kind(facts: ReportFacts, row: Attached, told_as: Groups) -> str:
    if row.id:
        return "case" if row.id in told_as.shown else "others"
    if facts.scope.sources.is_elsewhere(row):
        return "elsewhere"
    return "others" if told_as.loose else "unregistered"


def _figures(
    found: Mapping[str, Amount], shares: Mapping[str, Mapping[str, float]], reasons: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """One entry an indicator: bounds, coverage, reason when missing, and its shares by proof. reasons: why some are
    not told."""
    for figure in FIGURES:
        amount = found[figure.id]
        if figure.id in reasons:
            hidden = withheld_amount(amount, reasons[figure.id])
            yield {"indicator": figure.id} | hidden.as_dict() | {"missing": missing_text(hidden, OFFICIAL)}
            continue
        reason = amount.missing[OFFICIAL] if amount.missing else ""
        proof = {f"proof_{name}": shares[figure.id].get(name) for name in PROOFS}
        covers = {"covers": amount.covers, "covers_roughly": amount.covers_roughly}
        yield {"indicator": figure.id} | amount.as_dict() | covers | {"missing": reason} | proof


def _package(facts: ReportFacts) -> str:
    """A data package: the table, its schema, the sources of its factors, and the basis of the figures.

    It has no licence: the publisher chooses that of the data.
    """
    about = {name: value for name, value in facts.provenance.items() if value}
    title = facts.say("data_title", territory=facts.place, period=facts.period)
    resource = {
        "name": "footprints",
        "path": TABLE,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema(),
    }
    of_years = facts.scope.whole_years().rows  # those of its months would tell in which a small use ran
    body = {
        "profile": "tabular-data-package",
        "name": "sobria-footprints",
        "title": f"{facts.mark} : {title}" if facts.mark else title,
        "description": facts.say("data_description"),
        "created": facts.scope.sources.build.made_at,
        "sources": sources_of(of_years),
        "sobria": about,
        "resources": [resource],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def sources_of(rows: Iterable[Attached]) -> list[dict[str, str]]:
    """The sources of the selected factors of the rows that count, which stay under their own licence."""
    known = load().sources
    groups = (row.row.group for row in rows if row.row.group.values.get("it_energy") is not None)
    used = {bound.factor.source for group in groups for bound in group.bounds.values() if bound.factor}
    found = [(known[name].citation, known[name].url) for name in sorted(used)]
    return [{"title": title, "path": url} if url.startswith("http") else {"title": title} for title, url in found]
