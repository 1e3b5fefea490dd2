"""« D'où vient ce chiffre ? » for a figure of an option: its sentence, steps, factors, exclusions, the file."""

import json

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.result import link
from dashboard.explanation.explanation import left_out, of_figure
from dashboard.shared import html_parts
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.comparison.scenario import Scenario
from estimator.core.errors import SobriaError

FIGURES = ("energy", "water", "adpe", "gwp", "primary_energy")


def show(scenario: Scenario, asked: str, mark: Markup, lang: str) -> None:
    """One figure of one option, named `option.figure`; a missing or impossible one is reported."""
    name, _, figure = asked.partition(".")
    try:
        option = scenario.option(name)
        found = compare_data.option_explained(scenario, name, figure)
    except SobriaError as error:
        back = Markup('<a href="{}">{}</a>').format(link(scenario, lang), t("compare.back", lang))
        st.html(mark + html_parts.head(t("explain.title", lang), html_parts.refusal_text(error, lang), back))
        return
    page = render(
        "option_figure",
        lang,
        found=found,
        scenario=scenario,
        name=name,
        label=option.label,
        figure_id=figure,
        each=found.amount.per(scenario.need.volume),
        others=[other for other in FIGURES if other != figure],
        left_out=left_out(found, lang),
        link=lambda opened: link(scenario, lang, calcul=opened),
        **of_figure(lang),
    )
    st.html(mark + page)
    with st.container(key="compare_file", gap=None):
        heading = Markup('<h2>{}</h2><p class="note">{}</p>')
        st.html(heading.format(t("explain.part_reference", lang), t("compare.replay", lang)))
        text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1)
        st.download_button(
            t("explain.download", lang), text, f"sobria-{name}-{figure}.json", "application/json", on_click="ignore"
        )
