"""The whole page of a territory and a period, rendered once and cached: the parts above and below the choices."""

import streamlit as st
from markupsafe import Markup

from dashboard.summary.estimator_gateway import SummaryScope, body, leaving
from dashboard.summary.full_page import full_page
from dashboard.summary.plain_language import simple

TERRITORY, PERIOD, SIMPLE, OPENED = "territoire", "periode", "simple", "voir"
DRAWN = 240  # pages in the cache


@st.cache_resource(max_entries=DRAWN, show_spinner=False)
def drawn(wanted: SummaryScope, lang: str, in_plain_words: bool, opened: str) -> tuple[Markup, Markup]:
    """The parts above and below the choices."""
    here = {TERRITORY: wanted.territory, PERIOD: wanted.period}
    return simple(leaving(wanted), here, lang) if in_plain_words else full_page(body(wanted), here, opened, lang)
