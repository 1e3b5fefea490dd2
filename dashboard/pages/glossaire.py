"""Glossaire: each technical word of the screens, explained in one or two sentences."""

import streamlit as st

from dashboard.shared.templates import render
from dashboard.shared.texts import words
from dashboard.shared.widgets import language

st.html(render("glossaire", language(), subjects=words(language())["glossary"]))
