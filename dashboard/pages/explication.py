"""D'où vient ce chiffre ? One number opened, at ?id=."""

import streamlit as st
from markupsafe import Markup

from dashboard import data, parts
from dashboard.explain_view import explain_view
from dashboard.synthese.data import explanation
from dashboard.texts import t
from dashboard.view import language
from estimator.core.errors import SobriaError


def show() -> None:
    """The explanation that the address asks for, or how to ask for one."""
    lang, build = language(), data.current()
    asked = st.query_params.get("id", "")
    if build is None:
        st.html(parts.nothing_yet(lang))
    elif not asked:
        link = Markup('<a href="{}">{}</a>').format(parts.address("", lang), t("nav.home", lang))
        st.html(parts.head(t("explain.title", lang), t("explain.which", lang), link))
    else:
        try:
            st.html(explain_view(explanation(asked), build.totals()["coverage"], lang))
        except SobriaError:
            st.html(parts.unknown(lang))


show()
