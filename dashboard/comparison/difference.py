"""Difference between two options: its components, which add up, and the factors that make it uncertain."""

from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.verdict_sections import times_text
from dashboard.shared.plotly_figures import PALE, PLACE, SECOND, Explored, ExploredRow, Mark, explored
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice
from estimator.comparison.answer import Answer, Difference, Pair
from estimator.comparison.rounding import adding_up, rounded_text
from estimator.comparison.scenario import Scenario
from estimator.comparison.verdict_text import told
from estimator.core.number_format import share_text, step_for
from estimator.reporting.documents.pictures import ACCENT

DRAWN = 5  # maximum factors in the chart
LEAST_DOUBT = 0.005
WIDEST = 1000  # largest number in the unit of a waterfall
CHOICE = "contre"


def show(answer: Answer, scenario: Scenario, lang: str) -> None:
    """The section, with the choice of the option to compare with the reference, stored in the URL."""
    pairs = {pair.b: pair for pair in answer.lead if pair.ratio}
    with st.container(key="compare_difference", gap=None):
        if not pairs:
            st.html(Markup("<p>{}</p>").format(t("compare.doubt_none", lang)))
            return
        first = answer.opened.b if answer.opened else next(iter(pairs))
        names = {name: sentence(answer.label(name)) for name in pairs if name != first}
        asked = t("compare.against_which", lang, reference=answer.label(answer.reference))
        chosen = choice(asked, names, CHOICE, sentence(answer.label(first))) or first
        pair = pairs[chosen]
        opened = compare_data.difference(scenario, pair.a, pair.b)
        facts = _split(answer, opened, lang) | _doubt(pair, opened, lang)
        pictures = [facts[name] for name in ("split_explored", "doubt_explored") if facts[name]]
        text = render("comparer_difference", lang, told=told(pair, lang), times_text=times_text, **facts)
        explored(text, pictures, "ecart", lang)


def _split(answer: Answer, opened: Difference, lang: str) -> dict[str, Any]:
    """Electricity of one option to that of the other, component by component, at factor values."""
    sides = [answer.option(name) for name in (opened.a, opened.b)]
    unit, (start, end) = "kWh", (side.service["energy"]["at_factor_values"] for side in sides)
    step = step_for(unit, max(min(start, end), max(start, end) / WIDEST), lang)
    shown, steps, total = adding_up(start, opened.split, step.worth)
    names = [sentence(side.label) for side in sides]
    text = partial(rounded_text, step=step, lang=lang)
    parts = ((sentence(t(f"components.{p}", lang)), text(v, signed=True)) for p, v in steps.items())
    said = [(names[0], text(shown)), *parts, (names[1], text(total))]
    rises = [ExploredRow(*said[0], [Mark(0.0, start, colour=SECOND)])]
    level = start
    for told_of, part, seen in zip(said[1:-1], opened.split.values(), steps.values(), strict=True):
        if seen:  # a row of zero has no bar; its table has it
            low, high = sorted((level, level + part))
            rises.append(ExploredRow(*told_of, [Mark(low, high, colour=ACCENT if part > 0 else PALE)]))
        level += part
    rises.append(ExploredRow(*said[-1], [Mark(0.0, end, colour=SECOND)]))
    title = t("compare.split", lang, period=answer.scenario.need.period)
    picture = Explored(title, rises, step.text, float(step.worth))
    return {"split_title": title, "split": said, "split_picture": PLACE, "split_explored": picture}


def _doubt(pair: Pair, opened: Difference, lang: str) -> dict[str, Any]:
    """Tornado of the ratio, and the variance share of each factor, largest first."""
    doubts: list[dict[str, Any]] = [
        {"key": key, "name": both(opened.labels[key], lang), "share": share, "ends": opened.tornado[key]}
        for key, share in sorted(opened.matters.items(), key=lambda item: -item[1])
        if share >= LEAST_DOUBT and key in opened.tornado
    ]
    swings = [
        ExploredRow(
            d["name"], t("compare.doubt_share", lang, share=share_text(d["share"], lang)), [Mark(*sorted(d["ends"]))]
        )
        for d in doubts[:DRAWN]
    ]
    central = pair.ratio.at_factor_values if pair.ratio else 1.0
    line = ExploredRow(t("compare.at_kept", lang), "", [Mark(central, central, central)])
    picture = Explored(t("compare.measure", lang), swings, t("compare.ratio", lang), line=line) if swings else None
    return {"doubts": doubts, "kept": central, "tornado": PLACE if swings else "", "doubt_explored": picture}
