"""Accessibilité: the statement required by law, generated from the audit; the contact comes from the authority."""

import streamlit as st

from dashboard.accessibility.audit import NOT_CHECKED, NOT_MET, STATES, audit
from dashboard.shared.screens import SCREENS
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.core.home import default_home, settings
from estimator.core.number_format import share_text

lang, found = language(), audit()
counts = {state: len(found.of(state)) for state in STATES}
names = ["accessibility.explanation" if screen.name == "explain" else f"nav.{screen.name}" for screen in SCREENS]
page = render(
    "accessibilite",
    lang,
    audit=found,
    counts={**counts, "all": found.applicable, "rate": share_text(found.rate, lang)},
    not_met=found.of(NOT_MET),
    not_checked=found.of(NOT_CHECKED),
    contact=settings(default_home()).contact.model_dump(),
    screens=[t(name, lang) for name in names],
    STATES=STATES,
)
st.html(page)
