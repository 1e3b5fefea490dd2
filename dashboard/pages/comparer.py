"""Comparer: which solution meets the need with the least; the scenario is in the URL, else the example."""

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import difference as compare_difference
from dashboard.comparison import downloads as compare_files
from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison import explanation as compare_opened
from dashboard.comparison import five_form as compare_five
from dashboard.comparison import hosting_sites as compare_hosts
from dashboard.comparison import plotly_charts as compare_interactive
from dashboard.comparison import result as compare_view
from dashboard.comparison import results_table as compare_table
from dashboard.comparison import scenario_form as compare_form
from dashboard.comparison import scenario_session as compare_session
from dashboard.comparison import verdict_sections as compare_sections
from dashboard.comparison import volume_growth as compare_growth
from dashboard.shared.templates import render
from dashboard.shared.widgets import language


def show() -> None:
    """The comparison, or one of its figures when named in the URL."""
    lang = language()
    scenario, wrong = compare_session.current(lang)
    mark = render("banner", lang, mark="compare.example") if scenario.example else Markup()
    if wrong:
        mark += Markup('<p class="warn" role="alert">{}</p>').format(wrong)
    asked = st.query_params.get("calcul", "")
    if asked:
        compare_opened.show(scenario, asked, mark, lang)
        return
    found = compare_data.compared(scenario)
    compare_five.show(scenario, lang)
    st.html(mark + compare_view.head(found, lang) + compare_view.picture(found, scenario, lang))
    verdicts = compare_sections.ratios(found, lang) + compare_sections.hinges(found, lang)
    st.html(compare_table.numbers(found, scenario, lang) + verdicts)
    compare_form.show(scenario, {o.id: o.refusal for o in found.options if o.refusal}, lang)
    st.html(compare_sections.smallest(found, lang))
    compare_hosts.show(found, scenario, lang)
    compare_difference.show(found, scenario, lang)
    st.html(compare_growth.growth(found, lang))
    compare_interactive.show(found, lang)
    compare_files.show(found, scenario, lang)


show()
