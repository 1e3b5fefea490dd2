"""Facteurs: every factor with its bounds, source and age, and the sources that disagree; one of them at ?facteur=."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

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
    st.html(_head(today, lang))
    disagreements = st.container(key="rivals", gap=None)
    with st.container(key="list", gap=None):
        st.html(Markup("<h2>{}</h2>").format(t("factors.list", lang)) + render("redraws", lang))
        chosen = _filtered_entries(entries, lang)
        st.html(_list(chosen, today, lang))
    disagreements.html(_rivals(chosen, today, lang))


@lru_cache(maxsize=8)
def _head(today: date, lang: str) -> Markup:
    values = _with_value(entries := estimator_gateway.factors())
    unknown, late = len(entries) - len(values), sum(is_over(e.factor.review_by, today) for e in values)
    answer = t(
        "factors.answer",
        lang,
        values=t("factors.values", lang, n=len(values)),
        sources=t("factors.sources", lang, n=len({e.factor.source for e in values})),
        unknown=t("factors.unknown", lang, n=unknown) if unknown else t("factors.unknown_none", lang),
        review=t("factors.review_count", lang, n=late) if late else t("factors.review_none", lang),
    )
    far = [Markup('<p class="warn">{}</p>').format(one.text(lang)) for one in far_values()]
    return Markup("").join([html_parts.head(t("factors.title", lang), answer), *far])


def _filtered_entries(entries: Sequence[FactorEntry], lang: str) -> Sequence[FactorEntry]:
    """The factors selected by the filters of the URL."""
    every = estimator_gateway.factors()
    names = {e.factor.quantity: e.quantity[lang] for e in every}, {e.factor.source: e.source["title"] for e in every}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        quantity = choice(t("factors.quantity", lang), names[0], "grandeur", t("factors.any_quantity", lang))
        source = choice(t("factors.source", lang), names[1], "source", t("factors.any_source", lang))
        wanted = search(t("factors.search", lang), "sujet", t("factors.search_help", lang))
    entries = [e for e in entries if e.factor.quantity == quantity] if quantity else entries
    entries = [e for e in entries if e.factor.source == source] if source else entries
    return [e for e in entries if is_found(wanted, f"{e.subject[lang]} {e.factor.id}")] if wanted else entries


@lru_cache(maxsize=1)
def _families() -> list[list[FactorEntry]]:
    """All factors of each quantity and subject with several values, best documented first."""
    groups: dict[tuple[str, str], list[FactorEntry]] = {}
    for entry in estimator_gateway.factors():
        groups.setdefault(entry.pair, []).append(entry)
    several = [group for group in groups.values() if len(_with_value(group)) > 1]
    return sorted(several, key=lambda family: -len({e.factor.source for e in _with_value(family)}))


def _with_value(entries: Sequence[FactorEntry]) -> list[FactorEntry]:
    return [e for e in entries if e.factor.value is not None]


def _rivals(chosen: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The disagreements between sources on the factors selected."""
    pairs = {e.pair for e in chosen if e.rivals}
    rivals = [family for family in _families() if family[0].pair in pairs]
    first, others = _with_value(rivals[0]) if rivals else [], [family[0] for family in rivals[1:]]
    return render("factors_rivals", lang, first=first, others=others, **of_factors(today, lang))


def _list(chosen: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The factors selected, page by page; closed until some are asked for."""
    shown, links = paged("facteurs", chosen, FILTERS, lang)
    asked = "liste" if any(name in st.query_params for name in (*FILTERS, "page")) else st.query_params.get("voir", "")
    facts = of_factors(today, lang) | {"voir": asked}
    return render("factors", lang, chosen=len(chosen), shown=shown, paging=links, **facts)


show()
