"""Synthèse: are our uses of AI sober? For elected officials; plain language at ?simple=1."""

from collections.abc import Sequence

import streamlit as st

from dashboard.shared.html_parts import address
from dashboard.shared.templates import phrase, render
from dashboard.shared.texts import t
from dashboard.shared.widgets import choice, language
from dashboard.summary.estimator_gateway import (
    State,
    SummaryScope,
    address_refused,
    body,
    leaving,
    periods,
    scope_of_address,
    sources,
    state,
)
from dashboard.summary.page import OPENED, PERIOD, SIMPLE, TERRITORY, VERDICT, drawn
from dashboard.summary.plain_language import aloud
from estimator.reporting.summary.sentences import period_text, tell, territory_text


def show() -> None:
    """The summary of the territory and the period in the URL."""
    lang, now = language(), state()
    if now is None:
        st.html(render("nothing_yet", lang))
        return
    read = st.query_params
    asked = read.get(TERRITORY, ""), read.get(PERIOD, "")
    wanted, refused = scope_of_address(now, *asked), address_refused(now, *asked)
    if refused is not None:
        shown = {"territory": territory_text(wanted.territory, lang), "period": period_text(wanted.period, lang)}
        st.html(phrase("synthese.shown_instead", lang, refusal=refused.message(lang), **shown))
    in_plain_words = read.get(SIMPLE) == "1"
    top, below = drawn(wanted, lang, in_plain_words, (read.get(OPENED, ""), read.get(VERDICT, "")))
    st.html(top + render("redraws", lang))
    to_say = aloud(leaving(wanted), lang) if in_plain_words else [said[lang] for said in body(wanted)["aloud"]]
    _choices(now, wanted, to_say, lang)
    st.html(below)


def _choices(now: State, wanted: SummaryScope, to_say: Sequence[str], lang: str) -> None:
    """Territory and period, stored in the URL; then what is printed, and what can be said aloud."""
    places = {code: territory_text(code, lang) for code in sources(now).territories}
    spans = {text: period_text(text, lang) for text in periods(now)}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        choice(t("synthese.territory", lang), places, TERRITORY, territory_text(wanted.territory, lang))
        choice(t("synthese.period", lang), spans, PERIOD, period_text(wanted.period, lang))
        if to_say:
            with st.popover(tell("to_say", lang)), st.container(key="to_say", gap="xsmall"):
                for said in to_say:
                    st.code(said, language=None, wrap_lines=True)
        sheet = address("fiche-synthese", lang, territoire=wanted.territory, periode=wanted.period)
        st.html(phrase("synthese.print_link", lang, address=sheet), width="content")


show()
