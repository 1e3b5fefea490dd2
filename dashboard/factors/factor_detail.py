"""Detail of a factor: its value, bounds and their rule, source, and the values of other sources."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from dashboard.explanation.explanation import source_text, validity_text
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.chart_parts import figure_of, line, list_of
from dashboard.shared.dates import day_text, is_past
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.texts import t
from estimator.core.number_format import DisplayUnit, bounds_text, exact_text, step_for


def factor_row(entry: FactorEntry, today: date, lang: str) -> list[Any]:
    """A line of the list."""
    item = entry.factor
    name = factor_link(entry, lang)
    if entry.rivals:
        name += Markup('<br><span class="small">{}</span>').format(t(f"factors.{_role(entry)}", lang))
    step = step_for(item.unit, item.value, lang)
    valid: Any = validity_text(_iso(item.valid_from), _iso(item.valid_to), lang)
    if is_past(item.review_by, today):
        late = t("factors.review_by", lang, day=day_text(item.review_by, lang))
        valid = Markup('{}<br><span class="warn">{}</span>').format(valid, late)
    return [
        name,
        _value(entry, lang),
        _bounds(entry, step, lang),
        source_text(entry.source, item.locator, lang),
        valid,
    ]


def factor_link(entry: FactorEntry, lang: str) -> Markup:
    """A factor by its name, which leads to it."""
    return Markup('<a href="{}">{}</a>').format(
        html_parts.address("facteurs", lang, facteur=entry.factor.id), _name(entry, lang)
    )


def factor_view(entry: FactorEntry, family: Sequence[FactorEntry], today: date, lang: str) -> Markup:
    """The whole screen of a factor. family: every value of its quantity for its subject."""
    answer = t(
        "factors.one_answer",
        lang,
        quantity=entry.quantity[lang],
        subject=entry.subject[lang],
        value=_value(entry, lang),
    )
    back = Markup('<a href="{}">{}</a>').format(html_parts.address("facteurs", lang), t("factors.back", lang))
    body = html_parts.head(t("factors.one_title", lang), answer, back)
    known = [e for e in family if e.factor.value is not None]
    if known:
        heading = t("factors.rivals" if len(known) > 1 else "factors.value", lang)
        note = t("factors.rivals_note", lang) if len(known) > 1 else ""
        body += html_parts.section(heading, rivals_picture(known, lang), note)
    return body + html_parts.section(t("factors.fields", lang), _record(entry, today, lang))


def rivals_picture(entries: Sequence[FactorEntry], lang: str) -> Markup:
    """Values of one quantity for one subject: the default is filled, the rivals outlined."""
    title = _name(entries[0], lang)
    ordered = sorted(entries, key=lambda e: str(e.factor.valid_from or ""), reverse=True)
    ordered.sort(key=lambda e: e.factor.role != "default")
    highest = max(e.factor.high or 0.0 for e in ordered)
    step = step_for(ordered[0].factor.unit, highest, lang)
    ticks = svg_charts.ticks_of(step, highest)
    rows, said = [], []
    for entry in ordered:
        item = entry.factor
        when = validity_text(_iso(item.valid_from), _iso(item.valid_to), lang)
        text = t(
            "factors.side", lang,
            value=exact_text(item.value, item.unit, lang, step),
            bounds=_bounds(entry, step, lang),
            role=t(f"factors.{_role(entry)}", lang), when=when,
        )  # fmt: skip
        amount = {"low": item.low, "central": item.value, "high": item.high, "unit": item.unit}
        texture = {"measured" if item.role == "default" else "declared": 1.0}
        link = html_parts.address("facteurs", lang, facteur=item.id)
        named = Markup('<b><a href="{}">{}</a></b> <span>{}</span>').format(link, entry.source["title"], text)
        rows.append(line(named, svg_charts.bar_svg(amount, texture, ticks[-1], ticks)))
        said.append(t("numbers.pair", lang, name=entry.source["title"], value=text))
    label = t("chart.alt", lang, title=title, rows=t("numbers.list", lang).join(said))
    return Markup("<h3>{}</h3>{}").format(title, figure_of(label, list_of(rows) + svg_charts.axis(ticks, step, lang)))


def _record(entry: FactorEntry, today: date, lang: str) -> Markup:
    item, source = entry.factor, entry.source
    step = step_for(item.unit, item.value, lang)
    kind = t(f"bounds_kind.{item.bounds_kind}", lang) if item.bounds_kind else ""
    review: Any = day_text(item.review_by, lang) if item.review_by else ""
    if is_past(item.review_by, today):
        review = Markup('<span class="warn">{}</span>').format(t("factors.review_by", lang, day=review))
    values = [
        ("id", item.id),
        ("value", _value(entry, lang)),
        ("low_high", _bounds(entry, step, lang)),
        ("rule", entry.bounds[lang] or kind),
        ("valid", validity_text(_iso(item.valid_from), _iso(item.valid_to), lang)),
        ("source", source_text(source, item.locator, lang)),
        ("accessed", day_text(source["accessed"], lang)),
        ("geography", item.geography),
        ("technology", item.technology),
        ("boundary", item.boundary),
        ("family", item.family),
        ("quality", item.quality),
        ("review", review),
        ("note", item.note),
    ]
    return html_parts.definitions([(t(f"factors.{name}", lang), value) for name, value in values])


def _name(entry: FactorEntry, lang: str) -> str:
    return t("numbers.of", lang, name=entry.quantity[lang], subject=entry.subject[lang])


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


def _role(entry: FactorEntry) -> str:
    return "used" if entry.factor.role == "default" else "rival"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
