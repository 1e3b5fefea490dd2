"""Glossaire: each technical word of the screens, explained in one or two sentences."""

import streamlit as st

from dashboard.shared.templates import render
from dashboard.shared.texts import words
from dashboard.shared.widgets import language


def show() -> None:
    """The words by subject, in the order of the file of words."""
    lang = language()
    st.html(render("glossaire", lang, subjects=words(lang)["glossary"]))


show()
