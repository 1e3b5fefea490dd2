"""Difference between two options: its components, which add up, and the factors that make it uncertain."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.estimator_gateway import ComparedScenario
from dashboard.comparison.result import breakable, told_pair
from dashboard.comparison.svg_charts import Rise, Swing, part_name, times_text, tornado, waterfall
from dashboard.comparison.verdict_sections import label, other_than
from dashboard.shared import html_parts
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice
from estimator.comparison.rounding import adding_up
from estimator.comparison.scenario import Scenario
from estimator.core.number_format import share_text, step_for, tick_text, with_unit

DRAWN = 5  # maximum factors in the chart
LEAST_DOUBT = 0.005
WIDEST = 1000  # largest number in the unit of a waterfall
CHOICE = "contre"


def show(found: ComparedScenario, scenario: Scenario, lang: str) -> None:
    """The section, with the choice of the option to compare with the reference, stored in the URL."""
    body = found.body
    pairs = {other_than(body["reference"], pair): pair for pair in body["lead"] if pair["ratio"]}
    with st.container(key="compare_difference", gap=None):
        st.html(Markup("<h2>{}</h2>").format(t("compare.doubt", lang)))
        if not pairs:
            st.html(Markup("<p>{}</p>").format(t("compare.doubt_none", lang)))
            return
        first = other_than(body["reference"], body["opened"])
        names = {name: sentence(label(body, name)) for name in pairs if name != first}
        asked = t("compare.against_which", lang, reference=label(body, body["reference"]))
        chosen = choice(asked, names, CHOICE, sentence(label(body, first))) or first
        pair = pairs[chosen]
        opened = compare_data.difference(scenario, pair["a"], pair["b"])
        lead = Markup('<p class="lead">{}</p>').format(told_pair(pair, lang))
        st.html(lead + _split(body, opened, lang) + _doubt(pair, opened, lang))


def _split(body: Mapping[str, Any], opened: Mapping[str, Any], lang: str) -> Markup:
    """Electricity of one option to that of the other, component by component, at factor values."""
    figures = {option["id"]: option["figures"].get("energy", {}) for option in body["options"]}
    unit, start, end = figures[opened["a"]]["unit"], *(figures[opened[side]]["at_factor_values"] for side in ("a", "b"))
    step = step_for(unit, max(min(start, end), max(start, end) / WIDEST), lang)
    shown, steps, total = adding_up(start, opened["split"], step.worth)
    names = [sentence(label(body, opened[side])) for side in ("a", "b")]

    def text(value: Decimal, signed: bool = False) -> str:
        number = tick_text(float(abs(value) * step.worth), step, lang)
        sign = ("+\u00a0" if value > 0 else "\u2212\u00a0" if value < 0 else "") if signed else ""
        return with_unit(sign + number, step)

    said = [(names[0], text(shown)), *((sentence(part_name(p, lang)), text(v, True)) for p, v in steps.items())]
    said.append((names[1], text(total)))
    rises = [Rise(names[0], text(shown), 0.0, start)]
    level = start
    for (name, told), part in zip(said[1:-1], opened["split"].values(), strict=True):
        if part:
            rises.append(Rise(name, told, level, level + part))
        level += part
    rises.append(Rise(names[1], text(total), 0.0, end))
    title = t("compare.split", lang, period=body["scenario"]["need"]["period"])
    heads = [t("compare.split_part", lang), html_parts.figure_name("energy", lang)]
    table = html_parts.details(
        t("chart.table", lang), html_parts.table(title, heads, [(breakable(n), v) for n, v in said], right=(1,))
    )
    heading = Markup('<h3 class="under">{}</h3>').format(title)
    return heading + waterfall(rises, title, lang) + table


def _doubt(pair: Mapping[str, Any], opened: Mapping[str, Any], lang: str) -> Markup:
    """Tornado of the ratio, variance shares, and what to measure first."""
    matters = {k: v for k, v in opened["matters"].items() if v >= LEAST_DOUBT and k in opened["tornado"]}
    heading = Markup('<h3 class="under">{}</h3>').format(t("compare.measure", lang))
    if not matters:
        return heading + Markup("<p>{}</p>").format(t("compare.no_doubt", lang))
    names = {key: both(opened["labels"][key], lang) for key in matters}
    ordered = sorted(matters, key=lambda key: -matters[key])
    swings = []
    for key in ordered[:DRAWN]:
        low, high = opened["tornado"][key]
        swings.append(Swing(names[key], low, high, matters[key]))
    first = t("compare.measure_next", lang, factor=names[ordered[0]], share=share_text(matters[ordered[0]], lang))
    heads = [t(f"compare.{key}", lang) for key in ("factor", "doubt_column", "at_low", "at_high")]
    rows = [
        [
            Markup('<a href="{}">{}</a>').format(html_parts.address("facteurs", lang, facteur=k), names[k]),
            share_text(matters[k], lang),
            *(times_text(v, lang) for v in opened["tornado"][k]),
        ]
        for k in ordered
    ]
    table = html_parts.details(
        t("chart.table", lang), html_parts.table(t("compare.doubt_caption", lang), heads, rows, (1, 2, 3))
    )
    figure = tornado(swings, pair["ratio"]["at_factor_values"], t("compare.measure", lang), lang)
    return heading + Markup('<p class="lead">{}</p>').format(first) + figure + table
