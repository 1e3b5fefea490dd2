"""Facteurs: every factor with its bounds, source and age, and the sources that disagree; one of them at ?facteur=."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard.factors.factor_detail import factor_link, factor_row, factor_view, rivals_picture
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.dates import is_past
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.texts import t
from dashboard.shared.widgets import choice, language, page_asked, search

DRAWN = 8  # values of one disagreement in the chart of the list


def show() -> None:
    """The list with its filters, or one factor when named in the URL."""
    lang, entries, today = language(), estimator_gateway.factors(), date.today()
    asked = st.query_params.get("facteur", "")
    if asked:
        found = next((e for e in entries if e.factor.id == asked), None)
        rivals = [e for e in entries if found and e.pair == found.pair]
        st.html(factor_view(found, rivals, today, lang) if found else html_parts.unknown(lang))
        return
    st.html(_head(entries, today, lang))
    chosen = _filtered_entries(entries, lang)
    st.html(_disagreements(chosen, lang) + _list(chosen, today, lang))


def _head(entries: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    values = [e for e in entries if e.factor.value is not None]
    unknown, late = len(entries) - len(values), sum(is_past(e.factor.review_by, today) for e in values)
    answer = t(
        "factors.answer",
        lang,
        values=t("factors.values", lang, n=len(values)),
        sources=t("factors.sources", lang, n=len({e.factor.source for e in values})),
        unknown=t("factors.unknown", lang, n=unknown) if unknown else t("factors.unknown_none", lang),
        review=t("factors.review_count", lang, n=late) if late else t("factors.review_none", lang),
    )
    return html_parts.head(t("factors.title", lang), answer)


def _filtered_entries(entries: Sequence[FactorEntry], lang: str) -> list[FactorEntry]:
    """The factors selected by the filters of the URL."""
    quantities = {e.factor.quantity: e.quantity[lang] for e in entries}
    sources = {e.factor.source: e.source["title"] for e in entries}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        quantity = choice(t("factors.quantity", lang), quantities, "grandeur", t("factors.any_quantity", lang))
        source = choice(t("factors.source", lang), sources, "source", t("factors.any_source", lang))
        wanted = search(t("factors.search", lang), "sujet", t("factors.search_help", lang)).casefold()
    return [
        e
        for e in entries
        if (quantity is None or e.factor.quantity == quantity)
        and (source is None or e.factor.source == source)
        and (wanted in f"{e.subject[lang]} {e.factor.id}".casefold())
    ]


def _disagreements(chosen: Sequence[FactorEntry], lang: str) -> Markup:
    """Quantities and subjects, among those selected, with several sources; the best documented is drawn."""
    title = t("factors.rivals", lang)
    groups: dict[tuple[str, str], list[FactorEntry]] = {}
    for entry in estimator_gateway.factors():
        groups.setdefault(entry.pair, []).append(entry)
    pairs = list(dict.fromkeys(e.pair for e in chosen if e.rivals and len(known_values(groups[e.pair])) > 1))
    if not pairs:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("factors.rivals_none", lang)))
    pairs.sort(key=lambda pair: -len({e.factor.source for e in known_values(groups[pair])}))
    first = known_values(groups[pairs[0]])
    body = rivals_picture(first[:DRAWN], lang)
    if len(first) > DRAWN:
        body += Markup('<p class="small under"><a href="{}">{}</a></p>').format(
            html_parts.address("facteurs", lang, facteur=first[0].factor.id), t("factors.all_of_it", lang, n=len(first))
        )
    others = [groups[pair][0] for pair in pairs[1:]]
    links = [factor_link(entry, lang) for entry in others]
    if links:
        body += html_parts.details(t("factors.rivals_more", lang, n=len(links)), html_parts.items(links))
    return html_parts.section(title, body, t("factors.rivals_note", lang))


def known_values(entries: Sequence[FactorEntry]) -> list[FactorEntry]:
    """The factors with a value."""
    return [e for e in entries if e.factor.value is not None]


def _list(chosen: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    title = t("factors.list", lang)
    if not chosen:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("factors.none", lang)))
    page = min(page_asked(), (len(chosen) - 1) // html_parts.PER_PAGE + 1)
    shown = chosen[(page - 1) * html_parts.PER_PAGE : page * html_parts.PER_PAGE]
    heads = [t(f"factors.{c}", lang) for c in ("factor", "value", "bounds", "where", "valid")]
    rows = [factor_row(entry, today, lang) for entry in shown]
    body = html_parts.table(t("factors.list_caption", lang), heads, rows, right=(1,))
    where = {name: st.query_params.get(name, "") for name in ("grandeur", "source", "sujet")}
    body += html_parts.paging("facteurs", page, len(chosen), where, lang)
    return html_parts.section(title, body, t("factors.found", lang, n=len(chosen)))


show()
