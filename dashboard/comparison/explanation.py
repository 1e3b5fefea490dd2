"""« D'où vient ce chiffre ? » for a figure of an option: its sentence, steps, factors, exclusions, the file."""

import json
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.result import link
from dashboard.explanation.explanation import left_out, of_figure
from dashboard.shared import html_parts
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.assessment.impacts import per_unit
from estimator.comparison.scenario import Scenario
from estimator.core.errors import SobriaError
from estimator.core.number_format import count_text, interval_text

FIGURES = ("energy", "water", "adpe", "gwp", "primary_energy")


def show(scenario: Scenario, asked: str, mark: Markup, lang: str) -> None:
    """One figure of one option, named `option.figure`; a missing or impossible one is reported."""
    name, _, figure = asked.partition(".")
    back = Markup('<a href="{}">{}</a>').format(link(scenario, lang), t("compare.back", lang))
    try:
        option = scenario.option(name)
        found = compare_data.option_explained(scenario, name, figure)
    except SobriaError as error:
        st.html(mark + html_parts.head(t("explain.title", lang), error.message(lang), back))
        return
    amount = found.amount
    said = html_parts.proof_text(found.proof, lang)
    title = t("compare.figure_of", lang, figure=html_parts.figure_name(figure, lang), label=option.label)
    proof = "" if amount.central is None else f", {said}"
    answer = t("explain.answer", lang, figure=title, value=interval_text(amount, lang), proof=proof)
    each = per_unit(amount, scenario.need.volume)
    about = t(
        "compare.for_period",
        lang,
        n=count_text(round(scenario.need.volume), lang),
        unit=scenario.need.unit,
        period=scenario.need.period,
        each=interval_text(each, lang),
    )
    others = Markup("{} {}").format(t("compare.other_figures", lang), _others(scenario, name, figure, lang))
    st.html(
        mark + html_parts.head(t("explain.title", lang), answer, Markup("{}<br>{}<br>{}").format(about, others, back))
    )
    without = left_out(found.not_counted, lang)
    st.html(render("option_figure", lang, found=found, left_out=without, **of_figure(lang)))
    with st.container(key="compare_file", gap=None):
        st.html(
            Markup('<h2>{}</h2><p class="note">{}</p>').format(
                t("explain.reference_title", lang), t("compare.replay", lang)
            )
        )
        text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1)
        st.download_button(
            t("explain.download", lang), text, f"sobria-{name}-{figure}.json", "application/json", on_click="ignore"
        )


def _others(scenario: Scenario, name: str, figure: str, lang: str) -> Markup:
    """The other figures of the same option."""
    links: list[Any] = [
        Markup('<a href="{}">{}</a>').format(
            link(scenario, lang, calcul=f"{name}.{other}"), html_parts.figure_name(other, lang)
        )
        for other in FIGURES
        if other != figure
    ]
    return Markup(" · ").join(links)
