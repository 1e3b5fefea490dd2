"""D'où vient ce chiffre ? Explanation of one figure, at ?id=."""

import streamlit as st
from markupsafe import Markup

from dashboard.explanation.explanation import explain_view
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from dashboard.summary.estimator_gateway import explanation
from estimator.core.errors import SobriaError
from estimator.governance.indicators.own_counts import told_totals


def show() -> None:
    """The explanation named in the URL, or how to get one."""
    lang, build = language(), estimator_gateway.current()
    asked = st.query_params.get("id", "")
    if build is None:
        st.html(render("nothing_yet", lang))
    elif not asked:
        link = Markup('<a href="{}">{}</a>').format(html_parts.address("", lang), t("nav.home", lang))
        st.html(html_parts.head(t("explain.title", lang), t("explain.which", lang), link))
    else:
        try:
            st.html(explain_view(explanation(asked), lang, told_totals(build).outside))
        except SobriaError:
            run, _, figure = asked.removeprefix("run.").partition(".")
            gone = estimator_gateway.gone(run) if asked.startswith("run.") else None
            st.html(render("unknown", lang, gone=gone, opened=figure))


show()
