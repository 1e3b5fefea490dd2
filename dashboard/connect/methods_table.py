"""The page without a file: the table of ingestion methods, and the four steps of one of them."""

import streamlit as st
from markupsafe import Markup

from dashboard.connect.methods import TEMPLATES, WAYS, Way
from dashboard.shared.templates import render
from dashboard.shared.texts import t


def ways_view(lang: str) -> None:
    """The question, and one line a method."""
    st.html(render("brancher", lang, ways=WAYS, templates=TEMPLATES))


def way_view(way: Way, lang: str) -> None:
    """Four steps, each with its code to copy."""
    st.html(render("brancher_way", lang, way=way))
    with st.container(key="connect_steps", gap="small"):
        st.html(Markup("<h2>{}</h2>").format(t("connect.steps", lang)))
        for place, step in enumerate(way.steps, 1):
            st.html(render("brancher_step", lang, place=place, step=step.name, templates=TEMPLATES))
            for code in (step.code, *step.others):
                if code:
                    st.code(code, language=None, wrap_lines=True)
