"""Leviers: what could be changed first, with what each change would save; the Synthèse has the first three."""

import streamlit as st

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from dashboard.summary.estimator_gateway import every_lever, state
from estimator.core.errors import say
from estimator.core.refusals import on_a_page
from estimator.governance.levers.levers import Levers, first_text, together_text
from estimator.reporting.summary.decisions import gain_text

OPENED = 3  # first levers, as in the Synthèse


def show() -> None:
    """The levers of the home."""
    lang, now = language(), state()
    found = every_lever(now) if now else None
    if found is None or not (found.levers or found.not_told):
        st.html(render("nothing_yet", lang))
        return
    added = found.of(None)
    first = added[:OPENED]
    bars = [
        svg_charts.ChartRow(
            label=f"{lever.number}. {lever.title[lang]}",  # as in the list and in what is added up
            amount=lever.gain,
            proof={"estimated": 1.0},
            href=html_parts.address("registre", lang, cas=lever.use_case) if lever.use_case else "",
        )
        for lever in added
    ]
    page = render(
        "leviers",
        lang,
        answer=first_text(found, lang),
        together=together_text(found, lang) if first else "",
        first=first,
        rest=[lever for lever in found.levers if lever not in first],
        picture=svg_charts.interval_chart(bars, t("levers.first", lang), lang) if first else "",
        proof=lambda lever: gain_text(lever, lang),
        reasons=_reasons(found, lang),
    )
    st.html(page)


def _reasons(found: Levers, lang: str) -> list[tuple[str, str, str]]:
    """Each kind of change and reason for no figure, with its services."""
    held: dict[tuple[str, str], list[str]] = {}
    for none in found.not_told:
        held.setdefault((none.kind, on_a_page(none.why[lang])), []).append(none.named[lang])
    return [(say("levers", kind, lang), why, ", ".join(names)) for (kind, why), names in held.items()]


show()
