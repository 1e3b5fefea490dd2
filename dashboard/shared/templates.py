"""The templates of the screens, in dashboard/templates: HTML in the language of the view, every value escaped.

A line of a template starts where the previous one ends, without a space. `{% call(x) rows_of(…) %}` makes a table: the
cells of one row, each after a `<td>`, repeated for each x.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any

import streamlit as st
from jinja2 import Environment
from markupsafe import Markup

from dashboard.shared import chart_parts, dates, estimator_gateway, html_parts, svg_charts, texts
from estimator.assessment.uncertainty import DRAWS
from estimator.core import number_format
from estimator.core.language import language_name
from estimator.core.periods import days_said
from estimator.core.refusals import on_a_page
from estimator.core.typography import escaped, typeset
from estimator.reporting.documents.templates import environment

IN_A_LANGUAGE = (
    texts.both, typeset, estimator_gateway.subject_name, estimator_gateway.model_name, estimator_gateway.all_withdrawn,
    html_parts.alternatives, estimator_gateway.place_text, days_said, html_parts.impact_proof_text,
    html_parts.explain_link, html_parts.factor_link, html_parts.impossible_note, html_parts.figure_name,
    html_parts.number, html_parts.proof_text, html_parts.unknown_part, dates.day_text, dates.duration_text,
    dates.month_text, dates.period_text, dates.short_day, dates.validity_text, dates.moment_text,
    number_format.bounds_text, number_format.exact_text, number_format.figure, number_format.interval_text,
    number_format.range_text, number_format.share_text, number_format.spoken_numbers, number_format.partly_text,
    number_format.uses_text, number_format.mark_text, chart_parts.shares_figure,
)  # fmt: skip
IN_ANY = (
    texts.sentence, html_parts.head, html_parts.quoted, language_name, chart_parts.line, chart_parts.list_of,
    svg_charts.share_svg, escaped, on_a_page,
)  # fmt: skip
MACROS = ("command", "definitions", "shortened")  # of the template « parts », known to all


def render(template: str, lang: str, /, **facts: Any) -> Markup:
    """The HTML of a template, with these facts."""
    return Markup(_environment(lang).get_template(f"{template}.html").render(facts))  # noqa: S704 (autoescaped)


def phrase(key: str, lang: str, /, **facts: object) -> Markup:
    """A text with HTML among its facts."""
    return Markup(texts.t(key, lang)).format(**facts)  # noqa: S704 (our own words)


@cache
def _environment(lang: str) -> Environment:
    found = environment("dashboard")
    said: dict[str, Any] = {f.__name__: partial(f, lang=lang) for f in IN_A_LANGUAGE}
    said |= {f.__name__: f for f in IN_ANY}
    said["t"] = lambda key, **facts: texts.t(key, lang, **facts)
    said["address"] = lambda key, **facts: html_parts.address(key, lang, **facts)
    said["phrase"] = lambda key, **facts: phrase(key, lang, **facts)
    found.globals |= said | {"lang": lang, "DRAWS": DRAWS}
    found.globals["columns"] = lambda section, *names: [texts.t(f"{section}.{name}", lang) for name in names]
    found.globals |= {"section": _section, "rows_of": _rows_of, "table": table}
    found.globals["part_asked"] = lambda: st.query_params.get("voir")  # the part that the address opens
    parts = found.get_template("parts.html").module
    found.globals |= {name: getattr(parts, name) for name in MACROS}
    return found


def _section(heading: str, note: str | Markup = "", *, caller: Callable[[], Markup]) -> Markup:
    """{% call section(heading, note) %}: the body of a part of a page."""
    below = Markup('<p class="note">{}</p>').format(note) if note else ""
    return Markup("<section><h2>{}</h2>{}{}</section>").format(heading, below, caller())


def _rows_of(
    caption: str, heads: Sequence[str], entries: Iterable[Any], *, caller: Callable[[Any], Markup], **layout: Any
) -> Markup:
    return table(caption, heads, [caller(entry).split("<td>")[1:] for entry in entries], **layout)


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = (), **layout: int
) -> Markup:
    """An HTML table. right: columns of numbers. layout: quiet, where the caption repeats the heading above, and only
    screen readers get it; named, how many first cells of a row name it, as its headers, else one."""
    layout = {"quiet": False, "named": 1, **layout}
    return render("table", texts.DEFAULT, caption=caption, heads=heads, rows=rows, right=right, **layout)
