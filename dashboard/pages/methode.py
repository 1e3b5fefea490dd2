"""Méthode et limites: system boundary, formulas, uncertainty; generated from formulas and tables."""

from datetime import date

import streamlit as st

from dashboard.shared import estimator_gateway
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.assessment.impacts import FIGURES
from estimator.builds import recalculation
from estimator.catalogue import published_figures
from estimator.catalogue.published_figures import BOUNDARY, boundary_text, figure_label
from estimator.core.errors import say
from estimator.core.home import default_home
from estimator.core.number_format import NO_BREAK, unit_text
from estimator.core.periods import is_over
from estimator.core.typography import typeset

SHOWN = 20  # factors past their review date, and changes, newest first
lang, today = language(), date.today()
found = estimator_gateway.method_text(lang)
late = [e for e in estimator_gateway.factors() if e.factor.value is not None and is_over(e.factor.review_by, today)]
page = render(
    "methode",
    lang,
    **found,
    published=published_figures.load(),
    columns_said=[typeset(say("published_boundary", column, lang), lang) for column in BOUNDARY],
    changes=recalculation.changes(default_home()),
    late=late,
    FIGURES=FIGURES,
    SHOWN=SHOWN,
    name=lambda entry: t("numbers.of", lang, name=entry.quantity[lang], subject=entry.subject[lang]),
    unit=lambda unit: unit_text(unit, lang).replace(" ", NO_BREAK),
    boundary_text=boundary_text,
    effect_text=recalculation.effect_text,
    factors_text=recalculation.factors_text,
    figure_label=figure_label,
)
st.html(page)
