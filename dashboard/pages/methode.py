"""Méthode et limites: system boundary, formulas, uncertainty, disagreements; generated from formulas and tables."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.factors.factor_detail import factor_link
from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.dates import day_text, is_past
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.assessment.impacts import FIGURES
from estimator.builds.recalculation import effect_text, factors_text
from estimator.catalogue import published_figures
from estimator.catalogue.published_figures import BOUNDARY, boundary_text, figure_label
from estimator.core.errors import say
from estimator.core.number_format import NO_BREAK, DisplayUnit, exact_text, plain, step_for, unit_text
from estimator.core.typography import typeset

RIVALS = (  # (quantity, subject) of the largest disagreements between sources
    ("grid_gwp", "FRA"),
    ("grid_water_intensity", "FRA"),
    ("grid_reservoir_water_intensity", "FRA"),
    ("grid_primary_energy", "FRA"),
    ("pue", "class/server-unknown"),
    ("embodied_gwp", "gpu/h100-sxm-80"),
    ("embodied_adpe", "gpu/h100-sxm-80"),
    ("lifetime", "gpu/any"),
    ("host_ratio", "machine/ai-server"),
    ("network_gwp", "network/fixed-fra"),
)
SHOWN = 4  # maximum other sources in a cell
LATE_SHOWN = 20  # maximum factors past their review date in the list
CHANGES_SHOWN = 20  # maximum changes of factors, newest first
SURE = ("proof", "interval", "unknown", "rungs")


def show() -> None:
    """The whole page."""
    lang, today = language(), date.today()
    found = estimator_gateway.method_text(lang)
    st.html(_head(found, lang) + _boundary(found, lang) + _indicators(found, lang) + _rivals(today, lang))
    st.html(
        _formulas(found, lang) + _sure(lang) + _published(lang) + _changes(lang) + _review(today, lang) + _further(lang)
    )


def _head(found: estimator_gateway.Method, lang: str) -> Markup:
    left = sum(not element.inside for element in found.boundary)
    whole = len(found.boundary)
    answer = t("method.answer", lang, counted=whole - left, all=whole, left=left)
    return html_parts.head(t("method.title", lang), answer, t("method.note", lang))


def _boundary(found: estimator_gateway.Method, lang: str) -> Markup:
    heads = [t(f"method.{c}", lang) for c in ("element", "counted", "how")]
    rows = [estimator_gateway.typeset_all((e.name, e.counted, e.how), lang) for e in found.boundary]
    return html_parts.section(
        t("method.boundary", lang), html_parts.table(t("method.boundary_caption", lang), heads, rows, quiet=True)
    )


def _indicators(found: estimator_gateway.Method, lang: str) -> Markup:
    title = t("method.indicators", lang)
    heads = [t(f"method.{c}", lang) for c in ("indicator", "unit", "sum")]
    rows: list[Sequence[Any]] = []
    for item in found.indicators:
        terms = [t("home.and", lang, first=", ".join(x.labels[:-1]), last=x.labels[-1]) if len(x.labels) > 1
                 else x.labels[0] for x in item.terms]  # fmt: skip
        said = [
            t("method.optional", lang, term=term) if x.optional else term
            for x, term in zip(item.terms, terms, strict=True)
        ]
        rows.append([html_parts.figure_name(item.id, lang), _unit(item.unit, lang), " + ".join(said)])
    return html_parts.section(
        title, html_parts.table(title, heads, rows, quiet=True), t("method.indicators_note", lang)
    )


def _formulas(found: estimator_gateway.Method, lang: str) -> Markup:
    heads = [t(f"method.{c}", lang) for c in ("result", "unit", "formula", "reference")]
    rows = [
        estimator_gateway.typeset_all(
            (r.label, _unit(r.unit, lang), r.words, r.reference or t("method.once", lang)), lang
        )
        for r in found.rules
    ]
    body = html_parts.table(t("method.formulas_caption", lang), heads, rows, quiet=True)
    return html_parts.section(t("method.formulas", lang), body, t("method.formulas_note", lang))


def _unit(unit: str, lang: str) -> str:
    return unit_text(unit, lang).replace(" ", NO_BREAK)


def _sure(lang: str) -> Markup:
    pairs = [(t(f"method.{name}", lang), t(f"method.{name}_what", lang)) for name in SURE]
    return html_parts.section(t("method.how_sure", lang), html_parts.definitions(pairs))


def _published(lang: str) -> Markup:
    """The figures of others, their boundary column by column."""
    heads = [t("published.what", lang), t("published.value", lang)]
    heads += [typeset(say("published_boundary", column, lang), lang) for column in BOUNDARY]
    rows: list[list[Any]] = []
    for row in published_figures.load():
        about = f"{row.measured(lang)}. {row.request(lang)}"
        what = Markup('{}<br><span class="small">{}</span>').format(
            ", ".join(row.model_ids), typeset(f"{figure_label(row.figure, lang)} : {about}", lang)
        )
        cells = [typeset(boundary_text(column, code, lang), lang) for column, code in row.boundary.items()]
        rows.append([what, exact_text(row.value, row.unit, lang), *cells])
    title = t("published.title", lang)
    return html_parts.section(title, html_parts.table(title, heads, rows, quiet=True), t("published.note", lang))


def _rivals(today: date, lang: str) -> Markup:
    """The default value and those of other sources, side by side, for the largest disagreements."""
    groups: dict[tuple[str, str], list[FactorEntry]] = {}
    for entry in estimator_gateway.factors():
        if entry.factor.value is not None:
            groups.setdefault(entry.pair, []).append(entry)
    rows = []
    for pair in RIVALS:
        used = next((e for e in groups.get(pair, ()) if e.factor.role == "default" and e.factor.valid_on(today)), None)
        others = [e for e in groups.get(pair, ()) if e.factor.role == "rival"]
        if used and others:
            rows.append(_rival_row(used, others, lang))
    heads = [t(f"method.{c}", lang) for c in ("indicator", "used", "others", "span")]
    body = html_parts.table(t("method.rivals_caption", lang), heads, rows, right=(3,), quiet=True)
    return html_parts.section(t("method.rivals", lang), body, t("method.rivals_note", lang))


def _rival_row(used: FactorEntry, others: Sequence[FactorEntry], lang: str) -> list[Any]:
    name = t("numbers.of", lang, name=used.quantity[lang], subject=used.subject[lang])
    link = Markup('<a href="{}">{}</a>').format(html_parts.address("facteurs", lang, facteur=used.factor.id), name)
    step = step_for(used.factor.unit, used.factor.value, lang)
    said: list[str | Markup] = [_value_with_source(e, step, lang) for e in others[:SHOWN]]
    if len(others) > SHOWN:
        said.append(t("method.more", lang, n=len(others) - SHOWN))
    ours = used.factor.value or 1.0
    ratios = [(e.factor.value or 0.0) / ours for e in others]
    low, high = (plain(ratio, svg_charts.RATIO, lang) for ratio in (min(ratios), max(ratios)))
    span = t("numbers.range", lang, low=low, high=high) if low != high else low
    return [link, _value_with_source(used, step, lang), Markup("<br>").join(said), span]


def _value_with_source(entry: FactorEntry, step: DisplayUnit, lang: str) -> str:
    value = exact_text(entry.factor.value, entry.factor.unit, lang, step)
    year = entry.factor.valid_from.year if entry.factor.valid_from else entry.source.get("year")
    ours = entry.factor.role == "rival" and entry.source["publisher"] == t("app.name", lang)
    publisher = ", ".join(str(v) for v in (entry.source["title" if ours else "publisher"], year) if v)
    return t("method.from_source", lang, value=value, source=publisher)


def _changes(lang: str) -> Markup:
    """Each change of factors or formulas, and its effect on the five totals, with the same activity."""
    title, found = t("changes.title", lang), estimator_gateway.changes()
    if not found:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("changes.none", lang)))
    names = [figure.id for figure in FIGURES]
    heads = [t("changes.day", lang), t("changes.factors", lang), *(html_parts.figure_name(n, lang) for n in names)]
    rows = [
        [
            day_text(entry["at"][:10], lang),
            _change_count(entry, lang),
            *(typeset(effect_text(entry["figures"].get(n), lang), lang) for n in names),
        ]
        for entry in found[:CHANGES_SHOWN]
    ]
    body = html_parts.table(title, heads, rows, right=range(2, 2 + len(names)), quiet=True)
    if len(found) > CHANGES_SHOWN:
        more = t("changes.more", lang, n=len(found) - CHANGES_SHOWN)
        body += Markup('<p class="small under">{}</p>').format(more)
    return html_parts.section(title, body, t("changes.note", lang))


def _change_count(entry: Mapping[str, Any], lang: str) -> Markup:
    """Count of factors, linked to the only one that changed, or to all of them."""
    changed = (entry["factors"] or {}).get("changed", [])
    where = {"facteur": changed[0]["id"]} if len(changed) == 1 else {}
    said = typeset(factors_text(entry, lang), lang)
    return Markup('<a href="{}">{}</a>').format(html_parts.address("facteurs", lang, **where), said)


def _review(today: date, lang: str) -> Markup:
    late = [e for e in estimator_gateway.factors() if e.factor.value is not None and is_past(e.factor.review_by, today)]
    title = t("method.review", lang)
    if not late:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("method.review_none", lang)))
    links: list[str | Markup] = [factor_link(entry, lang) for entry in late[:LATE_SHOWN]]
    if len(late) > LATE_SHOWN:
        links.append(t("method.more", lang, n=len(late) - LATE_SHOWN))
    return html_parts.section(title, html_parts.items(links), t("method.review_some", lang, n=len(late)))


def _further(lang: str) -> Markup:
    where = {
        "validation": html_parts.address("validation", lang),
        "factors": html_parts.address("facteurs", lang),
        "accessibility": html_parts.address("accessibilite", lang),
    }
    entries = [(link, t(f"method.door_{n}", lang), t(f"method.door_{n}_what", lang)) for n, link in where.items()]
    return html_parts.section(t("method.further", lang), html_parts.onward_links(entries))


show()
