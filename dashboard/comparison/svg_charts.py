"""SVG charts of a comparison: paired ratios, one model at several sites, sensitivity, quality × energy."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from dashboard.shared import chart_parts as parts
from dashboard.shared.svg_charts import RATIO, axis, far_smaller, nice_ticks, ticks_of
from dashboard.shared.texts import t
from estimator.core.interval import Interval
from estimator.core.number_format import interval_text, share_text, step_for, tick_text, two_figures
from estimator.reporting.documents import pictures
from estimator.reporting.documents.pictures import ACCENT, EDGE, INK, LINE, STRIP, WHITE, place, svg

SECOND, PALE = "#57606a", "#8ab4dc"
# Components of a total, in band order; bar textures mean proof elsewhere, so these are plain colours.
PARTS = {
    "servers": ACCENT,
    "electricity": ACCENT,
    "idle": LINE,
    "overhead": PALE,
    "onsite": PALE,
    "making": SECOND,
    "network": INK,
}


class RatioRow(NamedTuple):
    """An option against the reference: its text, and the ratio of its electricity."""

    label: str
    sentence: str
    verdict: str
    low: float
    median: float
    high: float


class Stack(NamedTuple):
    """A site: the components of its central value [unit of the amount] and the interval of the total."""

    label: str
    parts: Mapping[str, float]
    amount: Interval
    said: str = ""


class Rise(NamedTuple):
    """A step of a waterfall: label, printed number, start and end [any one unit]."""

    label: str
    shown: str
    start: float
    end: float


class Swing(NamedTuple):
    """A factor: the ratio at its low and at its high value, and its variance share."""

    label: str
    low: float
    high: float
    share: float


def times_text(value: float, lang: str) -> str:
    """« × 2,4 », two significant figures."""
    return t("chart.times", lang, n=tick_text(float(two_figures(value)), RATIO, lang))


def _mark(value: float, lang: str) -> str:
    """Text of a ratio on an axis, unrounded."""
    return t("chart.times", lang, n=tick_text(value, RATIO, lang)) if value else "0"


def dumbbells(rows: Sequence[RatioRow], lang: str) -> Markup:
    """Each option against the reference, a hollow dot at 1; those close to it drawn again, enlarged."""
    top = max(row.high for row in rows)
    near = [row for row, small in zip(rows, far_smaller([row.median for row in rows]), strict=True) if small]
    panels = [_dumbbell_panel(rows, top, lang)]
    if len(near) > 1:
        title = Markup('<h3 class="panel">{}</h3>').format(t("compare.ratio_near", lang))
        again = [row._replace(sentence=row.label) for row in near]
        panels.append(title + _dumbbell_panel(again, max(row.high for row in near), lang))
    alt = t("numbers.list", lang).join(f"{row.sentence} {row.verdict}" for row in rows)
    body = Markup().join(panels) + parts.how(t("compare.ratio_how", lang))
    return parts.figure_of(alt_text(t("compare.ratios", lang), alt, lang), body)


def _dumbbell_panel(rows: Sequence[RatioRow], top: float, lang: str) -> Markup:
    ticks = nice_ticks(max(top, 1.0))
    lines = [
        parts.line(
            Markup('<span>{}</span> <span class="said">{}</span>').format(row.sentence, row.verdict),
            _dumbbell(row, ticks),
        )
        for row in rows
    ]
    marks = [(v, t("compare.same_as", lang) if v == 1 else _mark(v, lang)) for v in ticks]
    return parts.list_of(lines) + _marks(marks, ticks[-1])


def _dumbbell(row: RatioRow, ticks: Sequence[float]) -> str:
    top, middle = ticks[-1], STRIP / 2
    body = grid(ticks, STRIP)
    body += f'<rect style="x:{place(1, top)}" width="1.5" height="{STRIP}" fill="{INK}"/>'
    body += span((row.low, row.high), top, middle - 4, 8, PALE)
    first, last = sorted((1.0, row.median))
    body += span((first, last), top, middle - 0.75, 1.5, INK)
    body += dot(place(1, top), middle, WHITE) + dot(place(row.median, top), middle, ACCENT)
    return svg(body, STRIP)


def stacks(rows: Sequence[Stack], title: str, lang: str) -> Markup:
    """One stacked bar a site, with the interval of the total under it."""
    known = [row for row in rows if row.amount.known]
    unit = known[0].amount.unit if known else "kWh"
    step = step_for(unit, max((row.amount.ends.central for row in known), default=0.0), lang)
    highest = max((row.amount.ends.high for row in known), default=0.0)
    ticks = ticks_of(step, highest)
    there = [part for part in PARTS if any(part in row.parts for row in known)]
    key = [
        parts.sample(svg(f'<rect width="28" height="12" y="1" fill="{PARTS[p]}"/>', 14, "28"), part_name(p, lang))
        for p in there
    ]
    lines = []
    for row in rows:
        value = interval_text(row.amount, lang, step)
        said = Markup('<b>{}</b> <span>{}</span> <span class="said">{}</span>').format(row.label, value, row.said)
        lines.append(parts.line(said, _stack(row, ticks) if row in known else ""))
    alt = t("numbers.list", lang).join(
        t("chart.row_missing", lang, label=row.label, value=interval_text(row.amount, lang)) for row in rows
    )
    marks = axis(ticks, step, lang) if known else Markup()
    body = parts.legend_of(key, lang) + parts.list_of(lines) + marks + parts.how(t("compare.stack_how", lang))
    return parts.figure_of(alt_text(title, alt, lang), body)


def alt_text(title: str, rows: str, lang: str) -> str:
    """Text alternative of a chart, under its title without question mark."""
    return t("chart.alt", lang, title=title.rstrip("?\u00a0\u202f "), rows=rows.rstrip("."))


def part_name(part: str, lang: str) -> str:
    """« refroidissement et pertes »"""
    return t(f"components.{part}", lang)


def _stack(row: Stack, ticks: Sequence[float]) -> str:
    top, body, start = ticks[-1], grid(ticks, STRIP), 0.0
    for part in PARTS:
        if row.parts.get(part):
            body += span((start, start + row.parts[part]), top, 1, 11, PARTS[part])
            start += row.parts[part]
    body += span((row.amount.ends.low, row.amount.ends.high), top, 15.25, 1.5, INK)
    for end in ("low", "high"):
        body += f'<rect style="x:{place(row.amount[end], top)}" y="12.5" width="1.5" height="7" fill="{INK}"/>'
    return svg(body, STRIP)


def waterfall(rows: Sequence[Rise], title: str, lang: str) -> Markup:
    """From one total to another: a bar each, and between them the effect of each component."""
    top = max(max(row.start, row.end) for row in rows)
    lines = [
        parts.line(Markup("<b>{}</b> <span>{}</span>").format(row.label, row.shown), _rise(row, top)) for row in rows
    ]
    alt = t("numbers.list", lang).join(f"{row.label} {row.shown}" for row in rows)
    return parts.figure_of(alt_text(title, alt, lang), parts.list_of(lines) + parts.how(t("compare.split_how", lang)))


def _rise(row: Rise, top: float) -> str:
    """A total starts at zero; an increase is dark, a decrease is pale."""
    fill = SECOND if not row.start else ACCENT if row.end > row.start else PALE
    low, high = sorted((row.start, row.end))
    ground = f'<rect style="x:{place(0, top)}" width="1" height="{STRIP}" fill="{LINE}"/>'
    return svg(ground + span((low, high), top, 3, 14, fill), STRIP)


def tornado(rows: Sequence[Swing], central: float, title: str, lang: str) -> Markup:
    """For each factor, the ratio at its low and at its high value, around the central ratio."""
    ticks = nice_ticks(max(max(row.low, row.high) for row in rows))
    lines, said = [], []
    for row in rows:
        ends = t("compare.swing", lang, low=times_text(row.low, lang), high=times_text(row.high, lang))
        share = t("compare.doubt_share", lang, share=share_text(row.share, lang))
        said.append(t("chart.row", lang, label=row.label, value=ends, proof=share))
        told = Markup('<b>{}</b> <span>{}</span> <span class="said">{}</span>').format(row.label, share, ends)
        lines.append(parts.line(told, _swing(row, central, ticks)))
    marks = [(v, _mark(v, lang)) for v in ticks]
    body = parts.list_of(lines) + _marks(marks, ticks[-1]) + parts.how(t("compare.tornado_how", lang))
    return parts.figure_of(alt_text(title, t("numbers.list", lang).join(said), lang), body)


def _swing(row: Swing, central: float, ticks: Sequence[float]) -> str:
    low, high = sorted((row.low, row.high))
    body = grid(ticks, STRIP) + span((low, high), ticks[-1], 3, 14, ACCENT)
    middle = place(central, ticks[-1])
    return svg(body + f'<rect style="x:{middle}" width="2" height="{STRIP}" fill="{INK}"/>', STRIP)


def _marks(marks: Sequence[tuple[float, str]], top: float) -> Markup:
    """A scale whose numbers have no unit."""
    return parts.scale(
        [(round(100 * v / top, 3), text, parts.inner(i, len(marks))) for i, (v, text) in enumerate(marks)]
    )


def grid(ticks: Sequence[float], height: int) -> str:
    """A line at each tick, the height of a picture [px]."""
    return pictures.grid((place(v, ticks[-1]) for v in ticks), height)


def span(ends: tuple[float, float], top: float, y: float, height: float, fill: str) -> str:
    """A band from one value to another on a scale from 0 to `top`."""
    low, high = ends
    wide = max((high - low) / top if top else 0.0, 0.002)
    style = f"x:{place(low, top)};width:calc((100% - {2 * EDGE}px)*{wide:.5f})"
    return f'<rect style="{style}" y="{y:.2f}" height="{height}" fill="{fill}"/>'


def dot(x: str, y: float, fill: str) -> str:
    """A point at a position."""
    return f'<circle style="cx:{x}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{INK}" stroke-width="2"/>'
