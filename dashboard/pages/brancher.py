"""Brancher un service: ingestion methods; one of them at ?voie=."""

import streamlit as st

from dashboard.connect import file_upload as connect_drop
from dashboard.connect import methods_table as connect_view
from dashboard.connect import seats_form
from dashboard.connect.methods import WAYS
from dashboard.shared.templates import render
from dashboard.shared.widgets import language

lang, asked = language(), st.query_params.get("voie", "")
way = next((way for way in WAYS if way.name == asked), None)
st.session_state["voie"] = way and way.name  # of the address, which the frame tells when it is none
if way is None:
    st.html(render("brancher", lang, ways=WAYS))
else:
    connect_view.way_view(way, lang)
    if way.name in connect_view.LIVE:
        connect_view.waiting(lang, way.name == "collect")
    if way.name == seats_form.WAY:
        seats_form.show(lang)
connect_drop.show(lang)
