"""Detail of a factor: its value, bounds and their rule, source, and the values of other sources."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.chart_parts import DrawnValue, figure_of, line, list_of
from dashboard.shared.dates import is_past, validity_text
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.core.interval import Interval
from estimator.core.number_format import DisplayUnit, bounds_text, exact_text, step_for
from estimator.reporting.documents.pictures import bar_svg


def factor_view(entry: FactorEntry, family: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The whole screen of a factor. family: every value of its quantity for its subject."""
    known = [e for e in family if e.factor.value is not None]
    return render("factor", lang, entry=entry, known=known, **of_factors(today, lang))


def of_factors(today: date, lang: str) -> dict[str, Any]:
    """The functions that the templates of factors call."""
    return {
        "value": partial(_value, lang=lang),
        "bounds": lambda entry: _bounds(entry, step_for(entry.factor.unit, entry.factor.value, lang), lang),
        "past": lambda item: is_past(item.review_by, today),
        "rivals_picture": partial(rivals_picture, lang=lang),
    }


def rivals_picture(entries: Sequence[FactorEntry], lang: str) -> Markup:
    """Values of one quantity for one subject: the default is filled, the rivals outlined."""
    title = t("numbers.of", lang, name=entries[0].quantity[lang], subject=entries[0].subject[lang])
    ordered = sorted(entries, key=lambda e: str(e.factor.valid_from or ""), reverse=True)
    ordered.sort(key=lambda e: e.factor.role != "default")
    highest = max(e.factor.high or 0.0 for e in ordered)
    step = step_for(ordered[0].factor.unit, highest, lang)
    ticks = svg_charts.ticks_of(step, highest)
    rows, said, values = [], [], []
    for entry in ordered:
        item = entry.factor
        text = t(
            "factors.side", lang,
            value=exact_text(item.value, item.unit, lang, step),
            bounds=_bounds(entry, step, lang),
            role=t("factors.used" if item.role == "default" else "factors.rival", lang),
            when=validity_text(item.valid_from, item.valid_to, lang),
        )  # fmt: skip
        amount = Interval(low=item.low, central=item.value, high=item.high, unit=item.unit)
        texture = {"measured" if item.role == "default" else "declared": 1.0}
        link = html_parts.address("facteurs", lang, facteur=item.id)
        named = Markup('<b><a href="{}">{}</a></b> <span>{}</span>').format(link, entry.source["title"], text)
        rows.append(line(named, bar_svg(amount, texture, ticks[-1], ticks)))
        values.append(DrawnValue(entry.source["title"], text, (item.low, item.value, item.high), item.unit))
        said.append(t("numbers.pair", lang, name=entry.source["title"], value=text))
    label = t("chart.alt", lang, title=title, rows=t("numbers.list", lang).join(said))
    body = list_of(rows) + svg_charts.axis(ticks, step, lang)
    return Markup("<h3>{}</h3>{}").format(title, figure_of(title, label, body, values, lang))


def _value(entry: FactorEntry, lang: str) -> str:
    item = entry.factor
    if item.value is None:
        return t("factors.absent", lang, reason=t(f"missing_reason.{item.missing_reason}", lang))
    return exact_text(item.value, item.unit, lang)


def _bounds(entry: FactorEntry, step: DisplayUnit, lang: str) -> str:
    """The bounds of a value; a rival without bounds is not thereby exact."""
    item = entry.factor
    if item.value is None:
        return ""
    if item.role == "rival" and item.low == item.high:
        return t("factors.no_bounds", lang)
    return bounds_text(item.low, item.high, step, lang)
