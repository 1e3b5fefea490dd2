"""Accueil: cost of our AI, and its coverage."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.dates import period_text
from dashboard.shared.templates import phrase, render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language, proof_sentence, service_bars
from dashboard.summary.estimator_gateway import scope_of_address, state
from dashboard.summary.page import PERIOD, TERRITORY
from estimator.core.number_format import covered_share_text, said_in_sentence
from estimator.governance.indicators.own_counts import told_totals
from estimator.reporting.summary.sentences import scope_name
from estimator.reporting.summary.standing import outside_text
from estimator.results.reading import Results
from estimator.results.totals import ServiceTotals, Totals

SHOWN = 4  # services in the chart
TILES = ("energy", "water", "adpe", "gwp")


def show() -> None:
    """The screen of a home with a build, or of one without."""
    lang, build = language(), estimator_gateway.current()
    services = build.services() if build else []
    st.html(_page(build, services, lang) if build and services else render("accueil_empty", lang))


def _page(build: Results, services: Sequence[ServiceTotals], lang: str) -> Markup:
    totals, names = told_totals(build), estimator_gateway.service_names()
    counted, found, unknown = _services_with_energy(services) or services, totals.indicators, totals.coverage.unknown
    shown, how = counted[:SHOWN], html_parts.how_read(totals.coverage.impossible, lang)
    period = period_text(totals.coverage.period, lang)
    title = t("home.picture", lang, period=period[:1].lower() + period[1:])
    return render(
        "accueil",
        lang,
        answer=_answer(totals, len(counted), lang),
        notes=[
            *_notes(totals, services, lang),
            outside_text(totals.outside._replace(lacks_rows=build.lacks_rows), lang),
        ],
        picture=svg_charts.interval_chart(service_bars(shown, lang, names), title, lang, how),
        title=title,
        left=len(counted) - len(shown),
        shown=services,
        names=names,
        found=found,
        proofs=build.shares_by_proof(),
        covers=t("home.unknown_merged" if totals.authorities else "home.unknown", lang, n=unknown) if unknown else "",
        door=_door(lang),
        TILES=TILES,
    )


def _door(lang: str) -> Markup:
    """The way to the summary, that says of which territory and period it is: less than what is counted here."""
    if (now := state()) is None:
        return Markup()
    _, territory, period = scope_of_address(now, "", "")
    scope = scope_name(territory, period, lang)
    to = html_parts.address("synthese", lang, **{TERRITORY: territory, PERIOD: period})
    return phrase("home.door_summary", lang, address=to, scope=scope[:1].lower() + scope[1:])


def _answer(totals: Totals, counted: int, lang: str) -> Markup:
    energy = totals.indicators["energy"]
    known = energy.central is not None
    in_sentence, aside = said_in_sentence(energy, lang)
    name = html_parts.figure_name("energy", lang)
    return phrase(
        "home.answer" if known else "home.answer_missing",
        lang,
        period=period_text(totals.coverage.period, lang),
        services=t("home.services_merged" if totals.authorities else "home.services", lang, n=counted),
        used=t("home.used", lang, n=counted),
        energy=html_parts.opened(html_parts.explain_link("total.energy", lang), in_sentence, name),
        central=aside,
        proof=proof_sentence(totals.proof, t("home.known" if totals.at_least else "home.this", lang), lang),
    )


def _notes(totals: Totals, services: Sequence[ServiceTotals], lang: str) -> list[str | Markup]:
    """What the answer covers."""
    energy, unknown = totals.indicators["energy"], totals.coverage.unknown
    notes: list[str | Markup] = [html_parts.impossible_note(totals.coverage.impossible, lang)]
    without = len(services) - len(_services_with_energy(services))
    if energy.central is None:
        name, without = html_parts.figure_name("it_energy", lang), 0
        value = html_parts.number(totals.indicators["it_energy"], "total.it_energy", name, lang)
        notes.append(phrase("home.it_only", lang, value=value))
    elif (energy.covers or 1) < html_parts.ALMOST_ALL:
        notes.append(t("home.covers", lang, share=covered_share_text(energy, lang)))
    notes.append(t("explain.least", lang) if totals.at_least else "")
    notes.append(t("home.unknown_merged" if totals.authorities else "home.unknown", lang, n=unknown) if unknown else "")
    return [*notes, t("home.without", lang, n=without) if without else ""]


def _services_with_energy(services: Sequence[ServiceTotals]) -> list[ServiceTotals]:
    """The services of known site electricity, hence in the total."""
    return [entry for entry in services if entry.indicators["energy"].central is not None]


show()
