"""Confrontation aux publications: our figures against published or measured ones, reproduced or predicted."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.chart_parts import DrawnValue, figure_of, line, list_of
from dashboard.shared.dates import day_text
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language
from estimator.assessment.method_documentation import ValidationLine, validation_results
from estimator.core.number_format import plain, share_text

MOSTLY = 0.7  # share of the values of a family that must be inside for it to be well predicted
VERSION = 12  # characters of a version number


def show() -> None:
    """The whole page."""
    lang, rows = language(), validation_results()
    predicted = _of("prediction", rows)
    faulty, sound = (next(r for r in rows if (r.mode, r.name) == ("fault", name)) for name in ("faulty", "sound"))
    good = sum(r.inside >= MOSTLY * r.outputs for r in predicted)
    page = render(
        "validation",
        lang,
        answer=t("validation.answer", lang, **_inside(predicted, lang), good=good, families=len(predicted)),
        note=_note(predicted, lang),
        predicted=predicted,
        reproduced=_of("reproduction", rows),
        quantities=_of("indicator", rows),
        devices=_of("device", rows),
        faulty=faulty,
        sound=sound,
        unmet=estimator_gateway.unconfronted(lang),
        second_hand=sum(r.transcribed for r in rows if r.mode in ("prediction", "reproduction")),
        vague=sum(r.cases for r in rows if r.mode == "left_out"),
        inside=lambda rows: _inside(rows, lang),
        ratios=lambda row: _ratios(row, lang),
        picture=lambda rows, name: _picture(rows, name, lang),
        publications_name=lambda name: html_parts.publications_name(name, lang),
        quantity=lambda name: t(f"published.{name}", lang),
        device=lambda name: estimator_gateway.subject_name(name, lang),
    )
    st.html(page)


def _of(mode: str, rows: Sequence[ValidationLine]) -> list[ValidationLine]:
    return sorted((r for r in rows if r.mode == mode), key=lambda r: (-r.outputs, r.name))


def _note(rows: Sequence[ValidationLine], lang: str) -> str:
    """The largest family apart, the day and the tables of the results, and whether they are those that ship."""
    big, version = rows[0], rows[0].factors_version
    name = html_parts.publications_name(big.name, lang)
    made = {"day": day_text(big.day, lang), "version": version[:VERSION]}
    note = t("validation.note", lang, big=name, many=big.outputs, **_inside(rows[1:], lang), **made)
    return note if version == estimator_gateway.factors_version() else f"{note} {t('validation.stale', lang)}"


def _inside(rows: Sequence[ValidationLine], lang: str) -> dict[str, Any]:
    inside, outputs = sum(r.inside for r in rows), sum(r.outputs for r in rows)
    return {"inside": inside, "outputs": outputs, "share": share_text(inside / outputs, lang)}


def _picture(rows: Sequence[ValidationLine], name_of: Callable[[str], str], lang: str) -> Markup:
    """A bar of ratios for each row, on one axis."""
    lowest, highest = min(min(r.ratios.values()) for r in rows), max(max(r.ratios.values()) for r in rows)
    ticks = svg_charts.ratio_ticks(lowest, highest)
    drawn, values = [], []
    for row in rows:
        low, middle, high = row.ratios[0.05], row.ratios[0.5], row.ratios[0.95]
        name, ratio = name_of(row.name), plain(middle, svg_charts.RATIO, lang)
        text = t("validation.row", lang, inside=row.inside, outputs=row.outputs, ratio=ratio)
        ends = {"low": plain(low, svg_charts.RATIO, lang), "high": plain(high, svg_charts.RATIO, lang)}
        values.append(DrawnValue(name, text, (low, middle, high)))
        picture = svg_charts.ratio_svg(low, middle, high, ticks)
        said = Markup("<b>{}</b> <span>{}</span>").format(name, text)
        drawn.append(line(said, picture, alt=t("validation.span", lang, **ends)))
    body = list_of(drawn) + svg_charts.ratio_axis(ticks, lang)
    return figure_of(t("validation.picture", lang), body, values, lang)


def _ratios(row: ValidationLine, lang: str) -> list[str]:
    if not row.ratios or row.median_width is None:
        return ["", "", ""]
    step = svg_charts.RATIO
    spread = t("numbers.range", lang, low=plain(row.ratios[0.05], step, lang), high=plain(row.ratios[0.95], step, lang))
    return [plain(row.median_width, step, lang), plain(row.ratios[0.5], step, lang), spread]


show()
