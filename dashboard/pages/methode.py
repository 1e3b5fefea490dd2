"""Méthode et limites: system boundary, formulas, uncertainty, disagreements; generated from formulas and tables."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import streamlit as st

from dashboard.shared import estimator_gateway, svg_charts
from dashboard.shared.dates import is_past
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.assessment.impacts import FIGURES
from estimator.builds.recalculation import effect_text, factors_text
from estimator.catalogue import published_figures
from estimator.catalogue.published_figures import BOUNDARY, boundary_text, figure_label
from estimator.core.errors import say
from estimator.core.number_format import NO_BREAK, DisplayUnit, exact_text, plain, step_for, unit_text
from estimator.core.typography import typeset

RIVALS = (  # (quantity, subject) of the largest disagreements between sources
    ("grid_gwp", "FRA"),
    ("grid_water_intensity", "FRA"),
    ("grid_reservoir_water_intensity", "FRA"),
    ("grid_primary_energy", "FRA"),
    ("pue", "class/server-unknown"),
    ("embodied_gwp", "gpu/h100-sxm-80"),
    ("embodied_adpe", "gpu/h100-sxm-80"),
    ("lifetime", "gpu/any"),
    ("host_ratio", "machine/ai-server"),
    ("network_gwp", "network/fixed-fra"),
)
LIMITS = {
    "SHOWN": 4,  # maximum other sources in a cell
    "LATE_SHOWN": 20,  # maximum factors past their review date in the list
    "CHANGES_SHOWN": 20,  # maximum changes of factors, newest first
}


def show() -> None:
    """The whole page."""
    lang, today = language(), date.today()
    found = estimator_gateway.method_text(lang)
    late = [e for e in estimator_gateway.factors() if e.factor.value is not None and is_past(e.factor.review_by, today)]
    page = render(
        "methode",
        lang,
        **found._asdict(),
        left=sum(not element.inside for element in found.boundary),
        rivals=list(_rivals(today, lang)),
        published=published_figures.load(),
        columns_said=[typeset(say("published_boundary", column, lang), lang) for column in BOUNDARY],
        changes=estimator_gateway.changes(),
        late=late,
        FIGURES=FIGURES,
        **LIMITS,
        name=lambda entry: t("numbers.of", lang, name=entry.quantity[lang], subject=entry.subject[lang]),
        unit=lambda unit: unit_text(unit, lang).replace(" ", NO_BREAK),
        with_source=lambda entry, step: _value_with_source(entry, step, lang),
        boundary_text=boundary_text,
        effect_text=effect_text,
        factors_text=factors_text,
        figure_label=figure_label,
    )
    st.html(page)


def _rivals(today: date, lang: str) -> Iterator[dict[str, Any]]:
    """The default value and those of other sources, for the largest disagreements, with the range of their ratios."""
    known = [e for e in estimator_gateway.factors() if e.factor.value is not None]
    for pair in RIVALS:
        family = [e for e in known if e.pair == pair]
        used = next((e for e in family if e.factor.role == "default" and e.factor.valid_on(today)), None)
        others = [e for e in family if e.factor.role == "rival"]
        if used and others:
            ratios = [(e.factor.value or 0.0) / (used.factor.value or 1.0) for e in others]
            low, high = (plain(ratio, svg_charts.RATIO, lang) for ratio in (min(ratios), max(ratios)))
            span = t("numbers.range", lang, low=low, high=high) if low != high else low
            step = step_for(used.factor.unit, used.factor.value, lang)
            yield {"used": used, "others": others, "step": step, "span": span}


def _value_with_source(entry: FactorEntry, step: DisplayUnit, lang: str) -> str:
    value = exact_text(entry.factor.value, entry.factor.unit, lang, step)
    year = entry.factor.valid_from.year if entry.factor.valid_from else entry.source.get("year")
    ours = entry.factor.role == "rival" and entry.source["publisher"] == t("app.name", lang)
    publisher = ", ".join(str(v) for v in (entry.source["title" if ours else "publisher"], year) if v)
    return t("method.from_source", lang, value=value, source=publisher)


show()
