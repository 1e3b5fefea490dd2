"""Plan du site: every screen by its door, another way than the menu to find one."""

import streamlit as st

from dashboard.shared.screens import DOORS
from dashboard.shared.templates import render
from dashboard.shared.widgets import language

st.html(render("plan", language(), doors=DOORS))
