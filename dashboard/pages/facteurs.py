"""Facteurs: every factor with its bounds, source and age, and the sources that disagree; one of them at ?facteur=."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard.factors import factor_lists
from dashboard.factors.factor_detail import factor_view, of_factors
from dashboard.shared import estimator_gateway
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import choice, language, paged, search
from estimator.core.searched_text import is_found

FILTERS = ("grandeur", "source", "sujet")


def show() -> None:
    """The list with its filters, or one factor when named in the URL."""
    lang, entries, today = language(), estimator_gateway.factors(), date.today()
    if asked := st.query_params.get("facteur", ""):
        found = next((e for e in entries if e.factor.id == asked), None)
        family = [e for e in entries if found and e.pair == found.pair]
        st.html(factor_view(found, family, today, lang) if found else render("unknown", lang))
        return
    st.html(factor_lists.head(today, lang))
    disagreements = st.container(key="rivals", gap=None)
    with st.container(key="list", gap=None):
        st.html(Markup("<h2>{}</h2>").format(t("factors.list", lang)) + render("redraws", lang))
        chosen = _filtered_entries(entries, lang)
        st.html(_list(chosen, today, lang))
    disagreements.html(_rivals(chosen, today, lang))


def _filtered_entries(entries: Sequence[FactorEntry], lang: str) -> Sequence[FactorEntry]:
    """The factors selected by the filters of the URL."""
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        quantity = choice(
            t("factors.quantity", lang), factor_lists.quantities(lang), "grandeur", t("factors.any_quantity", lang)
        )
        source = choice(t("factors.source", lang), factor_lists.sources(), "source", t("factors.any_source", lang))
        wanted = search(t("factors.search", lang), "sujet", t("factors.search_help", lang))
    entries = [e for e in entries if e.factor.quantity == quantity] if quantity else entries
    entries = [e for e in entries if e.factor.source == source] if source else entries
    return [e for e in entries if is_found(wanted, f"{e.subject[lang]} {e.factor.id}")] if wanted else entries


def _rivals(chosen: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The disagreements between sources on the factors selected."""
    pairs = {e.pair for e in chosen if e.rivals}
    rivals = [family for family in factor_lists.families() if family[0].pair in pairs]
    first, others = factor_lists.with_value(rivals[0]) if rivals else [], [family[0] for family in rivals[1:]]
    return render("factors_rivals", lang, first=first, others=others, **of_factors(today, lang))


def _list(chosen: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The factors selected, page by page; closed until some are asked for."""
    shown, links = paged("facteurs", chosen, FILTERS, lang)
    asked = "liste" if any(name in st.query_params for name in (*FILTERS, "page")) else st.query_params.get("voir", "")
    facts = of_factors(today, lang) | {"voir": asked}
    return render("factors", lang, chosen=len(chosen), shown=shown, paging=links, **facts)


show()
