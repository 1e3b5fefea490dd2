"""Detail of a factor: its value, bounds and their rule, source, and the values of other sources."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts, svg_charts
from dashboard.shared.dates import validity_text
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.core.interval import Interval
from estimator.core.number_format import DisplayUnit, bounds_text, exact_text, step_for
from estimator.core.periods import is_over


def factor_view(entry: FactorEntry, family: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The whole screen of a factor. family: every value of its quantity for its subject."""
    known = [e for e in family if e.factor.value is not None]
    return render("factor", lang, entry=entry, known=known, **of_factors(today, lang))


def of_factors(today: date, lang: str) -> dict[str, Any]:
    """The functions that the templates of factors call."""
    return {
        "value": partial(_value, lang=lang),
        "bounds": lambda entry: _bounds(entry, step_for(entry.factor.unit, entry.factor.value, lang), lang),
        "past": lambda item: is_over(item.review_by, today),
        "rivals_picture": partial(rivals_picture, lang=lang),
    }


def rivals_picture(entries: Sequence[FactorEntry], lang: str) -> Markup:
    """Values of one quantity for one subject: the default is filled, the rivals outlined."""
    title = t("numbers.of", lang, name=entries[0].quantity[lang], subject=entries[0].subject[lang])
    ordered = sorted(entries, key=lambda e: str(e.factor.valid_from or ""), reverse=True)
    ordered.sort(key=lambda e: e.factor.role != "default")
    step = step_for(ordered[0].factor.unit, max(e.factor.high or 0.0 for e in ordered), lang)
    rows = []
    for entry in ordered:
        item, used = entry.factor, entry.factor.role == "default"
        when = validity_text(item.valid_from, item.valid_to, lang)
        row = svg_charts.ChartRow(
            label=entry.source["title"],
            amount=Interval(low=item.low, central=item.value, high=item.high, unit=item.unit),
            proof={"measured" if used else "declared": 1.0},
            aside=t(
                "factors.side",
                lang,
                value=exact_text(item.value, item.unit, lang, step),
                bounds=_bounds(entry, step, lang),
            ),
            said=t("factors.said", lang, role=t("factors.used" if used else "factors.rival", lang), when=when),
            href=html_parts.address("facteurs", lang, facteur=item.id),
            more=f"{entry.source['title']}, {when}",
        )
        rows.append(row)
    return Markup("<h3>{}</h3>{}").format(title, svg_charts.plain_chart(rows, title, lang))


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
