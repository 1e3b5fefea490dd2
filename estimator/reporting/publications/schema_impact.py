"""Indicators in the open-data schema etalab/schema-impact-service-public-numerique v0.5.0, in French as it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.language import OFFICIAL
from estimator.core.number_format import covered_share_text, interval_text, partly_text, unit_text
from estimator.core.periods import Period, months_between
from estimator.governance.indicator_list import FOOTPRINTS, VOTED, SobrietyIndicator
from estimator.governance.indicators.anonymity import told_months, withheld
from estimator.governance.indicators.footprints import footprint
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import (
    impacts_of,
    is_month_rounded,
    is_rounded,
    rows_of_shares,
    told_interval,
)
from estimator.governance.indicators.usage_by_case import last_day
from estimator.reporting.documents.csv_table import plain_table
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.summary.sentences import is_partly_unknown, objective_text, shared

COLUMNS = (
    "administration_rattachement", "nom_service_public_numerique", "indicateur", "valeur", "unite_mesure", "est_cible",
    "type_indicateur", "frequence_monitoring", "date", "est_periode", "date_debut", "est_automatise",
    "source_collecte", "denom_insee", "code_insee", "dataviz_wish", "commentaires",
)  # fmt: skip
FREQUENCIES = {1: "mensuelle", 3: "trimestrielle", 6: "semestrielle", 12: "annuelle"}


def schema_impact(facts: ReportFacts) -> ReportFiles:
    """One row an indicator and month, one for the period, one an objective; missing values have no row but a text.

    The schema requires a value in every row, and has no interval column: it is in the comments with the proof.
    """
    french = replace(facts, lang=OFFICIAL)
    rows: list[dict[str, Any]] = []
    lost: list[str] = []
    for name, entry in VOTED.items():
        found = list(_share(french, entry) if entry.kind == "share" else _amount(french, name))
        valued = [row for row in found if row["valeur"] is not None]
        rows += [*valued, *_objective(french, entry)]
        lost += [] if valued else [say("indicators", name, facts.lang)]
    left = [facts.say("without_value", names=", ".join(lost))] if lost else []
    left += [facts.say("withheld")] if facts.withheld else []
    left += [] if facts.administration else [facts.say("no_administration")]
    whole = (_common(french) | row for row in rows)
    return ReportFiles({"": plain_table(COLUMNS, ([row.get(c) for c in COLUMNS] for row in whole))}, tuple(left))


def _common(facts: ReportFacts) -> dict[str, Any]:
    """Fields common to all rows: publisher, service, place."""
    commune = facts.scope.territory if facts.scope.territory not in ("all", "metropole") else None
    name = facts.say("service_name", territory=facts.place)
    return {
        "administration_rattachement": facts.administration or facts.say("unsaid"),
        "nom_service_public_numerique": f"{name} ({facts.mark})" if facts.mark else name,
        "est_cible": False,
        "denom_insee": "COM" if commune else None,
        "code_insee": commune,
    }


def _amount(facts: ReportFacts, name: str) -> Iterator[dict[str, Any]]:
    """Each month that has data, where months add up, then the whole period."""
    found = facts.body["indicators"][name]
    months = found.get("months", {})
    for month, amount in months.items():
        if amount:
            told = facts.scope.lowered({name: amount})[name]
            there = replace(facts.scope, period=Period.over([month]))
            proof = facts.proof(rows_of_shares(there), name, is_month_rounded(facts.scope, month))
            span = {"date": facts.until(month), "date_debut": last_day(month).replace(day=1)}
            about = {"frequence_monitoring": FREQUENCIES[1], "dataviz_wish": "linechart"}
            yield _amount_fields(facts, name, told, proof) | span | about
    if len(months) != 1:
        proof = facts.proof(rows_of_shares(facts.scope), name, is_rounded(facts.scope))
        whole = _amount_fields(facts, name, found["value"], proof) | _span(facts)
        yield whole | ({"indicateur": facts.say("over_the_period", name=whole["indicateur"])} if months else {})


def _amount_fields(facts: ReportFacts, name: str, amount: Interval, proof: str) -> dict[str, Any]:
    interval = ", ".join(filter(None, (interval_text(amount, facts.lang), partly_text(amount, facts.lang))))
    told = {"interval": interval, "proof": proof}
    untold = "covers" in amount.get("untold", ())
    covers = facts.say("share_untold") if untold else covered_share_text(amount, facts.lang)
    return {
        "indicateur": say("indicators", name, facts.lang),
        "valeur": amount.central,
        "unite_mesure": unit_text(amount.unit, facts.lang),
        "type_indicateur": "impact",
        "est_periode": True,
        "est_automatise": True,
        "source_collecte": facts.say("source_traces"),
        "commentaires": f"{facts.say('comment', covers=covers, **told)} {facts.made()}",
    }


def _share(facts: ReportFacts, entry: SobrietyIndicator) -> Iterator[dict[str, Any]]:
    value = facts.body["indicators"][entry.id]["value"]
    told = f"{shared(value, facts.lang)}. {facts.made()}"
    known = value["share"] is not None and (value["share"] > 0 or not is_partly_unknown(value))  # never zero
    span = _span(facts) if entry.of_period else _state(facts)
    yield span | {
        "indicateur": say("indicators", entry.id, facts.lang),
        "valeur": 100 * value["share"] if known else None,
        "unite_mesure": "%",
        "type_indicateur": "usage",
        "est_automatise": entry.from_traces,
        "source_collecte": facts.say("source_traces" if entry.from_traces else "source_register"),
        "commentaires": told,
    }


def _reference(year: Scope, name: str) -> float | None:
    """The footprint of a reference year, None where it is unknown or not told [its unit]."""
    if withheld(year) or name not in impacts_of(year):
        return None
    found: Interval = footprint(year, name)["value"]
    return (told_interval(found) if is_rounded(year) else found).central


def _objective(facts: ReportFacts, entry: SobrietyIndicator) -> Iterator[dict[str, Any]]:
    """The target that a council voted, at the end of its year; a change needs the value of its reference year."""
    scope, name, share = facts.scope, entry.id, entry.kind == "share"
    found = scope.sources.commitments.objective(name, scope.territory, scope.period.last_day)
    if found is None:
        return
    stated = found.reference
    if stated is None and name in FOOTPRINTS:
        stated = _reference(scope.year(found.reference_year), name)
    target = found.target(stated)
    if target is None:
        return
    unit = "%" if share else unit_text(facts.body["indicators"][name]["value"]["unit"], facts.lang)
    year = {"date": date(found.due_year, 12, 31), "date_debut": date(found.due_year, 1, 1), "est_periode": True}
    state = {"date": date(found.due_year, 12, 31), "date_debut": None, "est_periode": False}
    voted = facts.say("voted", objective=objective_text(found.model_dump(mode="json"), facts.lang), date=found.date)
    yield (year if entry.of_period else state) | {
        "indicateur": say("indicators", name, facts.lang),
        "valeur": 100 * target if share else target,
        "unite_mesure": unit,
        "est_cible": True,
        "type_indicateur": "usage" if share else "impact",
        "frequence_monitoring": "annuelle",
        "est_automatise": False,
        "source_collecte": facts.say("source_vote"),
        "commentaires": f"{voted} {facts.made()}",
    }


def _span(facts: ReportFacts) -> dict[str, Any]:
    """The months of the period with data, or all of it without any that is told; a quarter is three months that follow
    each other from January, April, July or October."""
    months = [] if facts.withheld else told_months(facts.scope)
    months = months or facts.scope.period.months()
    first, count = last_day(months[0]).replace(day=1), len(months)
    follow = months_between(months[0], months[-1]) == months and (first.month - 1) % count == 0
    span = {"date": facts.until(months[-1]), "date_debut": first, "est_periode": True}
    return span | {"frequence_monitoring": FREQUENCIES.get(count, "autre") if follow else "autre"}


def _state(facts: ReportFacts) -> dict[str, Any]:
    return _span(facts) | {"date_debut": None, "est_periode": False}
