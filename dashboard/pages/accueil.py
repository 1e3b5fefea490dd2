"""Accueil: cost of our AI, and its coverage."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.register.service_names import service_names
from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.dates import period_text
from dashboard.shared.texts import sentence, t
from dashboard.shared.widgets import language, proof_sentence, service_bars, why_not_measured
from estimator.assessment.impacts import Amount
from estimator.core.number_format import plain, range_text, said_in_sentence, share_text, step_for, with_unit
from estimator.reporting.summary.sentences import counted_indicators
from estimator.results.totals import ServiceTotals, Totals

SHOWN = 8  # services in the chart
TILES = ("energy", "water", "adpe", "gwp")


def show() -> None:
    """The screen of a home with a build, or of one without."""
    lang, build = language(), estimator_gateway.current()
    if build is None:
        st.html(_empty(lang))
        return
    totals, services = build.totals(), build.services()
    if not services:
        st.html(_empty(lang))
        return
    answer, note = _answer(totals, build.modes(), services, lang)
    st.html(html_parts.head(t("home.title", lang), answer, note) + _picture(services, lang))
    st.html(_totals(totals, lang) + _onward_links(lang))


def _answer(
    totals: Totals, modes: Sequence[Mapping[str, Any]], services: Sequence[ServiceTotals], lang: str
) -> tuple[Markup, Markup]:
    energy, coverage, proof = totals.indicators["energy"], totals.coverage, totals.proof
    known = energy.central is not None
    counted = len(_services_with_energy(services)) if known else len(services)
    in_sentence, aside = said_in_sentence(energy, lang)
    sentence = Markup(t("home.answer" if known else "home.answer_missing", lang)).format(
        period=period_text(coverage.period, lang),
        services=t("home.services", lang, n=counted),
        used=t("home.used", lang, n=counted),
        energy=_opens("total.energy", in_sentence, html_parts.figure_name("energy", lang), lang),
        central=aside,
        proof=proof_sentence(proof, t("home.this", lang), lang),
    )
    note = []
    if known and energy.covers < html_parts.ALMOST_ALL:
        share = share_text(energy.covers, lang)
        note.append(Markup("{}").format(t("home.covers", lang, share=share)))
    if not known:
        it_energy = html_parts.number(
            totals.indicators["it_energy"], "total.it_energy", html_parts.figure_name("it_energy", lang), lang
        )
        note.append(Markup(t("home.it_only", lang)).format(value=it_energy))
    note.append(Markup("{}").format(why_not_measured(modes, lang)))
    if coverage.unknown:
        note.append(Markup("{}").format(t("home.unknown", lang, n=coverage.unknown)))
    if counted < len(services):
        note.append(Markup("{}").format(t("home.without", lang, n=len(services) - counted)))
    return sentence, Markup(" ").join(note)


def _services_with_energy(services: Sequence[ServiceTotals]) -> list[ServiceTotals]:
    """The services of known site electricity, hence in the total."""
    return [entry for entry in services if entry.indicators["energy"].central is not None]


def _opens(number: str, text: str, name: str, lang: str) -> Markup:
    return Markup('<a class="number" href="{}">{}<span class="unseen">, {}</span></a>').format(
        html_parts.explain_link(number, lang), text, name
    )


def _picture(services: Sequence[ServiceTotals], lang: str) -> Markup:
    shown, names = services[:SHOWN], service_names([entry.service_key for entry in services])
    title = t("home.picture", lang)
    body = svg_charts.interval_chart(service_bars(shown, lang, names=names), title, lang)
    left = len(_services_with_energy(services[SHOWN:]))
    if left:
        body += Markup('<p class="small"><a href="{}">{}</a></p>').format(
            html_parts.address("mesures", lang), t("home.more", lang, n=left)
        )
    return html_parts.section(
        title, body + html_parts.details(t("chart.table", lang), _table(shown, names, title, lang))
    )


def _table(services: Sequence[ServiceTotals], names: Mapping[str, str], title: str, lang: str) -> Markup:
    heads = [t(f"table.{k}", lang) for k in ("service", "low", "central", "high", "proof", "runs")]
    rows = []
    for entry in services:
        amount, number = entry.indicators["energy"], f"service.{entry.service_key}.energy"
        if amount.central is None:
            cells: list[Any] = [html_parts.number(amount, number, entry.service_key, lang), "", ""]
        else:
            step = step_for(amount.unit, amount.central, lang)
            low, central, high = (with_unit(plain(amount[b], step, lang), step) for b in ("low", "central", "high"))
            cells = [
                low,
                Markup('<a class="number" href="{}">{}</a>').format(html_parts.explain_link(number, lang), central),
                high,
            ]
        rows.append(
            [
                _service_cell(entry.service_key, names),
                *cells,
                html_parts.proof_text(entry.proof, lang),
                entry.runs,
            ]
        )
    return html_parts.table(title, heads, rows, right=(1, 2, 3, 5), quiet=True)


def _service_cell(key: str, names: Mapping[str, str]) -> str | Markup:
    """The name of a service above its key, or its key alone."""
    if key not in names:
        return key
    return Markup('{}<br><span class="small">{}</span>').format(names[key], key)


def _totals(totals: Totals, lang: str) -> Markup:
    found, proof = totals.indicators, totals.proof
    shown = [
        html_parts.tile(
            html_parts.figure_name(name, lang), found[name], f"total.{name}", _lines(name, found, proof, lang), lang
        )
        for name in TILES
    ]
    primary = Markup(t("home.primary", lang)).format(
        value=html_parts.number(
            found["primary_energy"], "total.primary_energy", html_parts.figure_name("primary_energy", lang), lang
        )
    )
    body = html_parts.tiles(shown) + Markup('<p class="small under">{}</p>').format(primary)
    shares = _shared_cover(found)
    covers = ""
    if shares:
        all_of_it = shares[0] >= html_parts.ALMOST_ALL
        covers = t(
            "home.totals_cover_all" if all_of_it else "home.totals_cover", lang, share=share_text(shares[0], lang)
        )
    if totals.coverage.unknown:
        covers = f"{covers} {t('home.unknown', lang, n=totals.coverage.unknown)}".strip()
    return html_parts.section(t("home.totals", lang), body, t("home.totals_note", lang, covers=covers))


def _shared_cover(found: Mapping[str, Amount]) -> list[float]:
    """The share of the electricity covered by every total, when it is the same for all."""
    shares = [found[name].covers for name in TILES if found[name].central is not None]
    return shares[:1] if shares and max(shares) - min(shares) < html_parts.LEAST_SHOWN else []


def _lines(name: str, found: Mapping[str, Amount], proof: Mapping[str, float], lang: str) -> list[str | Markup]:
    """Lines under a figure: definition, parts, proof, coverage."""
    amount = found[name]
    lines: list[str | Markup] = [t(f"figures.{name}_what", lang)]
    if name == "water":
        for part in ("onsite", "electricity"):
            value = Markup('<a class="number" href="{}">{}</a>').format(
                html_parts.explain_link(f"total.water.{part}", lang), range_text(amount[part], lang)
            )
            lines.append(Markup(t("numbers.pair", lang)).format(name=t(f"parts.{part}", lang), value=value))
    if name in ("adpe", "gwp"):
        parts = {p: amount.parts[p].central for p in ("use", "devices", "machines", "network") if p in amount.parts}
        known = {p: v for p, v in parts.items() if v is not None}
        if len(known) > 1:
            largest = max(known, key=lambda p: known[p])
            lines.append(t("parts.first", lang, part=t(f"parts.{largest}", lang)))
    if amount.central is not None:
        lines.append(
            html_parts.proof_text(proof, lang) if name == "energy" else html_parts.derived_proof_text(proof, lang)
        )
        if not _shared_cover(found):
            lines.append(t("chart.covered", lang, share=share_text(amount.covers, lang)))
    return lines


def _onward_links(lang: str) -> Markup:
    ways = (
        ("summary", html_parts.address("synthese", lang)),
        ("compare", html_parts.address("comparer", lang)),
        ("measures", html_parts.address("mesures", lang)),
    )
    counted = counted_indicators(lang)
    entries = [
        (link, t(f"home.door_{name}", lang), sentence(t(f"home.door_{name}_what", lang, counted=counted)))
        for name, link in ways
    ]
    return html_parts.section(t("home.doors", lang), html_parts.onward_links(entries))


def _empty(lang: str) -> Markup:
    """A home without measurements: the next command to run."""
    steps = [
        Markup("<h3>{}</h3><p>{}</p>{}").format(
            t(f"state.empty_{name}", lang), t(f"state.empty_{name}_what", lang), html_parts.command(text)
        )
        for name, text in (
            ("track", "sobria track -- python mon_script.py"),
            ("import", "sobria import mes_traces/"),
            ("example", "./scripts/run"),
        )
    ]
    body = Markup('<ol class="steps">{}</ol>').format(Markup().join(Markup("<li>{}</li>").format(s) for s in steps))
    for link, text in (("brancher", "connect.from_home"), ("facteurs", "state.empty_factors")):
        body += Markup('<p><a href="{}">{}</a></p>').format(html_parts.address(link, lang), t(text, lang))
    head = html_parts.head(t("state.empty_title", lang), t("state.empty_answer", lang))
    return head + html_parts.section(t("state.empty_next", lang), body)


show()
