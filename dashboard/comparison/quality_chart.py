"""Quality against electricity: which option suffices with the least?"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from dashboard.comparison.svg_charts import PALE, alt_text, dot, grid, span
from dashboard.shared.chart_parts import figure_of, how
from dashboard.shared.svg_charts import RATIO, axis, far_smaller, nice_ticks, ticks_of
from dashboard.shared.texts import t
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text, share_text, step_for, tick_text
from estimator.reporting.documents.pictures import ACCENT, INK, LINE, WHITE, data_uri, place, svg

HIGH = 240  # height of the chart [px]
TENTHS = 10


class QualityPoint(NamedTuple):
    """A model: electricity per unit, and quality."""

    label: str
    amount: Interval
    quality: float
    marked: bool
    note: str = ""


def quality_picture(points: Sequence[QualityPoint], threshold: float | None, title: str, lang: str) -> Markup:
    """Quality on the y axis, electricity per unit on the x axis, each model with its interval; the threshold as a line.

    Points far below the largest are drawn again in a second panel, with the same numbers.
    """
    numbered = list(enumerate(points, 1))
    far = far_smaller([point.amount.ends.central for point in points])
    far = far if sum(far) > 1 else [False] * len(far)
    small = [entry for entry, is_small in zip(numbered, far, strict=True) if is_small]
    picture = _plane(
        [(0 if is_small else n, p) for (n, p), is_small in zip(numbered, far, strict=True)], points, threshold, lang
    )
    rows = [_point_text(point, lang) for point in points]
    key = Markup('<ol class="key">{}</ol>').format(Markup().join(Markup("<li>{}</li>").format(row) for row in rows))
    if small:
        heading = Markup('<h3 class="panel">{}</h3>').format(t("chart.small", lang))
        picture += heading + _plane(small, points, threshold, lang)
    marks = {"quality_how": True, "quality_how_threshold": threshold is not None}
    marks["quality_how_best"] = any(point.marked for point in points)
    under = how(" ".join(t(f"compare.{key}", lang) for key, there in marks.items() if there))
    return figure_of(alt_text(title, t("numbers.list", lang).join(rows), lang), picture + key + under)


def _plane(
    shown: Sequence[tuple[int, QualityPoint]], points: Sequence[QualityPoint], threshold: float | None, lang: str
) -> Markup:
    """One panel. points: all of them, for a common quality axis in every panel. Number 0: not written."""
    step = step_for(points[0].amount.unit, max(p.amount.ends.central for _, p in shown), lang)
    ticks = ticks_of(step, max(p.amount.ends.high for _, p in shown))
    levels = _levels([p.quality for p in points] + ([threshold] if threshold is not None else []))
    body, names = grid(ticks, HIGH), []
    body += "".join(span((0, ticks[-1]), ticks[-1], _y(v, levels), 1, LINE) for v in levels)
    if threshold is not None:
        body += span((0, ticks[-1]), ticks[-1], _y(threshold, levels) - 0.75, 1.5, INK)
        text = t("compare.threshold_line", lang, value=quality_text(threshold, lang))
        names.append(_label(text, 1.0, _y(threshold, levels), "limit"))
    for number, point in shown:
        y = _y(point.quality, levels)
        body += span((point.amount.ends.low, point.amount.ends.high), ticks[-1], y - 2, 4, PALE)
        body += dot(place(point.amount.ends.central, ticks[-1]), y, ACCENT if point.marked else WHITE)
        if number:
            names.append(_label(str(number), point.amount.ends.central / ticks[-1], y, "point"))
    names += [_label(quality_text(v, lang), 0.0, _y(v, levels), "level") for v in (levels[0], levels[-1])]
    return Markup('<div class="plane" aria-hidden="true"><img alt="" src="{}">{}</div>{}').format(
        data_uri(svg(body, HIGH)), Markup().join(names), axis(ticks, step, lang)
    )


def _levels(values: Sequence[float]) -> list[float]:
    """Ticks of the quality axis: tenths that include every share, or from zero for test scores."""
    if max(values) > 1:
        return nice_ticks(max(values))
    first, last = math.floor(min(values) * TENTHS - 0.5), math.ceil(max(values) * TENTHS)
    return [n / TENTHS for n in range(max(first, 0), max(last, first + 1) + 1)]


def quality_text(value: float, lang: str) -> str:
    """A share as a percentage, a test score unchanged."""
    return share_text(value, lang) if value <= 1 else tick_text(value, RATIO, lang)


def _point_text(point: QualityPoint, lang: str) -> str:
    return t(
        "compare.point",
        lang,
        label=point.label,
        quality=quality_text(point.quality, lang),
        energy=interval_text(point.amount, lang),
        note=point.note,
    )


def _label(text: str, share: float, y: float, kind: str) -> Markup:
    return Markup('<span class="{}" style="left:{}%;top:{}%">{}</span>').format(
        kind, round(100 * share, 2), round(100 * y / HIGH, 2), text
    )


def _y(value: float, levels: Sequence[float]) -> float:
    return HIGH - 8 - (HIGH - 16) * (value - levels[0]) / ((levels[-1] - levels[0]) or 1.0)
