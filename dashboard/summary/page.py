"""The whole page of a territory and a period, rendered once and cached: the parts above and below the choices."""

import streamlit as st
from markupsafe import Markup

from dashboard.shared.dates import period_text
from dashboard.shared.html_parts import address
from dashboard.shared.templates import phrase
from dashboard.summary.estimator_gateway import SummaryScope, body, leaving, sources
from dashboard.summary.full_page import Opened, full_page
from dashboard.summary.plain_language import simple
from estimator.core.periods import Period
from estimator.governance.register.schema import WHOLE

TERRITORY, PERIOD, SIMPLE, OPENED, VERDICT = "territoire", "periode", "simple", "voir", "promesses"
DRAWN = 240  # pages in the cache


@st.cache_resource(max_entries=DRAWN, show_spinner=False)
def drawn(wanted: SummaryScope, lang: str, in_plain_words: bool, opened: Opened) -> tuple[Markup, Markup]:
    """The parts above and below the choices."""
    here = {TERRITORY: wanted.territory, PERIOD: wanted.period}
    home = _of_home(wanted, lang)
    return simple(leaving(wanted), here, lang) if in_plain_words else full_page(body(wanted), here, opened, home, lang)


def _of_home(wanted: SummaryScope, lang: str) -> Markup:
    """What Accueil counts, where it is more than this territory and period: its figures are others."""
    build = sources(wanted.state).build
    months, period = set(build.months()), period_text(build.totals().coverage.period, lang)
    if wanted.territory == WHOLE and months <= set(Period(wanted.period).months()):
        return Markup()
    return phrase("synthese.home", lang, address=address("", lang), period=period[:1].lower() + period[1:])
