"""Facteurs: every factor with its bounds, source and age, and the sources that disagree; one of them at ?facteur=."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard.factors.factor_detail import factor_view, of_factors
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import choice, language, paged, search
from estimator.catalogue.load import far_values
from estimator.core.periods import is_over

DRAWN = 8  # values of one disagreement in the chart of the list


def show() -> None:
    """The list with its filters, or one factor when named in the URL."""
    lang, entries, today = language(), estimator_gateway.factors(), date.today()
    asked = st.query_params.get("facteur", "")
    if asked:
        found = next((e for e in entries if e.factor.id == asked), None)
        rivals = [e for e in entries if found and e.pair == found.pair]
        st.html(factor_view(found, rivals, today, lang) if found else render("unknown", lang))
        return
    st.html(_head(entries, today, lang))
    chosen = _filtered_entries(entries, lang)
    st.html(_lists(chosen, today, lang))


def _head(entries: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    values = _with_value(entries)
    unknown, late = len(entries) - len(values), sum(is_over(e.factor.review_by, today) for e in values)
    answer = t(
        "factors.answer",
        lang,
        values=t("factors.values", lang, n=len(values)),
        sources=t("factors.sources", lang, n=len({e.factor.source for e in values})),
        unknown=t("factors.unknown", lang, n=unknown) if unknown else t("factors.unknown_none", lang),
        review=t("factors.review_count", lang, n=late) if late else t("factors.review_none", lang),
    )
    far = Markup("").join(Markup('<p class="warn">{}</p>').format(one.text(lang)) for one in far_values())
    return html_parts.head(t("factors.title", lang), answer) + far


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


def _disagreements(chosen: Sequence[FactorEntry]) -> list[list[FactorEntry]]:
    """All factors of the quantities and subjects selected with several sources, best documented first."""
    groups: dict[tuple[str, str], list[FactorEntry]] = {}
    for entry in estimator_gateway.factors():
        groups.setdefault(entry.pair, []).append(entry)
    pairs = dict.fromkeys(e.pair for e in chosen if e.rivals)
    families = [groups[pair] for pair in pairs if len(_with_value(groups[pair])) > 1]
    return sorted(families, key=lambda family: -len({e.factor.source for e in _with_value(family)}))


def _with_value(entries: Sequence[FactorEntry]) -> list[FactorEntry]:
    return [e for e in entries if e.factor.value is not None]


def _lists(chosen: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The disagreements, then the factors selected, page by page."""
    rivals = _disagreements(chosen)
    first = _with_value(rivals[0]) if rivals else []
    shown, links = paged("facteurs", chosen, ("grandeur", "source", "sujet"), lang)
    return render(
        "factors",
        lang,
        drawn=first[:DRAWN],
        count=len(first),
        others=[family[0] for family in rivals[1:]],
        chosen=len(chosen),
        shown=shown,
        paging=links,
        **of_factors(today, lang),
    )


show()
