"""Confrontation aux publications: our figures against published or measured ones, reproduced or predicted."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.chart_parts import figure_of, how, line, list_of
from dashboard.shared.dates import day_text
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.assessment.method_documentation import ValidationLine
from estimator.core.number_format import plain, share_text

MOSTLY = 0.7  # share of the values of a family that must be inside for it to be well predicted
MISSES = ("miss_water", "miss_models", "miss_made", "miss_load")
VERSION = 12  # characters of a version number


def show() -> None:
    """The whole page."""
    lang, rows = language(), estimator_gateway.validation_results()
    predicted = _of("prediction", rows)
    st.html(_head(predicted, lang) + _prediction(predicted, lang) + _cuts(rows, lang))
    st.html(_reproduction(_of("reproduction", rows), lang) + _misses(rows, lang) + _not_covered(rows, lang))


def _of(mode: str, rows: Sequence[ValidationLine]) -> list[ValidationLine]:
    return sorted((r for r in rows if r.mode == mode), key=lambda r: (-r.outputs, r.name))


def _head(rows: Sequence[ValidationLine], lang: str) -> Markup:
    big, rest = rows[0], rows[1:]
    answer = t(
        "validation.answer",
        lang,
        **_inside(rows, lang),
        good=sum(r.inside >= MOSTLY * r.outputs for r in rows),
        families=len(rows),
    )
    made = {"day": day_text(big.day, lang), "version": big.factors_version[:VERSION]}
    note = t(
        "validation.note",
        lang,
        big=html_parts.publications_name(big.name, lang),
        many=big.outputs,
        **_inside(rest, lang),
        **made,
    )
    if big.factors_version != estimator_gateway.factors_version():
        note += " " + t("validation.stale", lang)
    back = Markup('<a href="{}">{}</a>').format(html_parts.address("methode", lang), t("validation.back", lang))
    return html_parts.head(t("validation.title", lang), answer, Markup("{} {}").format(note, back))


def _inside(rows: Sequence[ValidationLine], lang: str) -> dict[str, Any]:
    inside, outputs = sum(r.inside for r in rows), sum(r.outputs for r in rows)
    return {"inside": inside, "outputs": outputs, "share": share_text(inside / outputs, lang)}


def _prediction(rows: Sequence[ValidationLine], lang: str) -> Markup:
    names = [html_parts.publications_name(r.name, lang) for r in rows]
    table = _table(t("validation.table_caption", lang), "family", rows, [_linked_name(r, lang) for r in rows], lang)
    body = _picture(rows, names, lang) + html_parts.details(t("chart.table", lang), table)
    return html_parts.section(t("validation.prediction", lang), body, t("validation.prediction_note", lang))


def _picture(rows: Sequence[ValidationLine], names: Sequence[str], lang: str) -> Markup:
    """A bar of ratios for each row, on one axis."""
    lowest, highest = min(min(r.ratios.values()) for r in rows), max(max(r.ratios.values()) for r in rows)
    ticks = svg_charts.ratio_ticks(lowest, highest)
    drawn, said = [], []
    for row, name in zip(rows, names, strict=True):
        low, middle, high = row.ratios[0.05], row.ratios[0.5], row.ratios[0.95]
        text = t(
            "validation.row", lang, inside=row.inside, outputs=row.outputs, ratio=plain(middle, svg_charts.RATIO, lang)
        )
        ends = {"low": plain(low, svg_charts.RATIO, lang), "high": plain(high, svg_charts.RATIO, lang)}
        said.append(t("validation.row_alt", lang, name=name, row=text, **ends))
        picture = svg_charts.ratio_svg(low, middle, high, ticks)
        drawn.append(line(Markup("<b>{}</b> <span>{}</span>").format(name, text), picture))
    title = t("validation.picture", lang)
    label = t("chart.alt", lang, title=title, rows=t("numbers.list", lang).join(said))
    body = Markup('<h3 class="panel">{}</h3>').format(title) + list_of(drawn)
    return figure_of(label, body + svg_charts.ratio_axis(ticks, lang) + how(t("chart.ratio_how", lang)))


def _table(caption: str, first: str, rows: Sequence[ValidationLine], names: Sequence[Any], lang: str) -> Markup:
    columns = (first, "cases", "values", "inside", "width", "ratio", "spread", "second_hand")
    cells = [
        [name, r.cases, r.outputs, r.inside, *_ratios(r, lang), r.transcribed]
        for r, name in zip(rows, names, strict=True)
    ]
    heads = [t(f"validation.{c}", lang) for c in columns]
    return html_parts.table(caption, heads, cells, right=tuple(range(1, len(columns))))


def _ratios(row: ValidationLine, lang: str) -> list[str]:
    if not row.ratios or row.median_width is None:
        return ["", "", ""]
    step = svg_charts.RATIO
    spread = t("numbers.range", lang, low=plain(row.ratios[0.05], step, lang), high=plain(row.ratios[0.95], step, lang))
    return [plain(row.median_width, step, lang), plain(row.ratios[0.5], step, lang), spread]


def _linked_name(row: ValidationLine, lang: str) -> str | Markup:
    name = html_parts.publications_name(row.name, lang)
    if not row.address.startswith("https://"):
        return name
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(row.address, name)


def _cuts(rows: Sequence[ValidationLine], lang: str) -> Markup:
    """The same predictions by quantity, then by hardware."""
    quantities, devices = _of("indicator", rows), _of("device", rows)
    names = [t(f"published.{r.name}", lang) for r in quantities]
    by_quantity = t("validation.by_indicator", lang)
    body = _picture(quantities, names, lang) + html_parts.details(
        t("chart.table", lang), _table(by_quantity, "quantity", quantities, names, lang)
    )
    by_device = t("validation.by_device", lang)
    machines = [
        t("validation.device_none", lang) if r.name == "none" else estimator_gateway.subject_name(r.name, lang)
        for r in devices
    ]
    body += html_parts.details(by_device, _table(by_device, "device", devices, machines, lang))
    return html_parts.section(by_quantity, body)


def _reproduction(rows: Sequence[ValidationLine], lang: str) -> Markup:
    said = Markup("<p>{}</p>").format(t("validation.reproduction_answer", lang, **_inside(rows, lang)))
    columns = ("family", "cases", "values", "agrees", "spread", "second_hand")
    cells = [[_linked_name(r, lang), r.cases, r.outputs, r.inside, _ratios(r, lang)[2], r.transcribed] for r in rows]
    heads = [t(f"validation.{c}", lang) for c in columns]
    table = html_parts.table(
        t("validation.reproduction_caption", lang), heads, cells, right=tuple(range(1, len(columns)))
    )
    body = said + html_parts.details(t("validation.reproduction_caption", lang), table)
    return html_parts.section(t("validation.reproduction", lang), body, t("validation.reproduction_note", lang))


def _misses(rows: Sequence[ValidationLine], lang: str) -> Markup:
    faulty, sound = (next(r for r in rows if (r.mode, r.name) == ("fault", name)) for name in ("faulty", "sound"))
    told = t("validation.faults_what", lang, told=faulty.inside, faulty=faulty.cases, alarms=sound.inside,
             sound=sound.cases)  # fmt: skip
    reasons = html_parts.items([t(f"validation.{m}", lang) for m in MISSES])
    why = html_parts.section(t("validation.misses", lang), reasons, t("validation.misses_note", lang))
    return why + html_parts.section(t("validation.faults", lang), Markup("<p>{}</p>").format(told))


def _not_covered(rows: Sequence[ValidationLine], lang: str) -> Markup:
    unmet = estimator_gateway.unconfronted(lang)
    second_hand = sum(r.transcribed for r in rows if r.mode in ("prediction", "reproduction"))
    vague = sum(r.cases for r in rows if r.mode == "left_out")
    cards = Markup("{} {}").format(
        t("validation.not_devices", lang, n=len(unmet)),
        html_parts.details(t("validation.not_devices_list", lang), Markup("<p>{}</p>").format(", ".join(unmet))),
    )
    said = [
        t("validation.not_blind", lang),
        t("validation.not_same", lang),
        t("validation.not_metals", lang),
        t("validation.not_second_hand", lang, n=second_hand),
        t("validation.not_vague", lang, n=vague),
        cards,
    ]
    return html_parts.section(t("validation.not_covered", lang), html_parts.items(said))


show()
