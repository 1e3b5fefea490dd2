"""SVG charts: bars that scale with the page, next to text that stays text."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from dashboard.shared import chart_parts as parts
from dashboard.shared.html_parts import opened, proof_text
from dashboard.shared.texts import t
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import listed
from estimator.core.interval import Interval
from estimator.core.number_format import DisplayUnit, figure, interval_text, step_for, tick_text, with_unit
from estimator.reporting.documents.pictures import (
    ACCENT,
    EDGE,
    INK,
    LINE,
    STRIP,
    WHITE,
    band,
    bar_svg,
    dot,
    drawn_proofs,
    grid,
    place,
    rect,
    textured,
    ticks_of,
)

SAMPLE = 14  # height of a sample of a legend, and of a bar [px]
COLUMN = 48  # height of a column of months [px]
BOX = 13  # height of the mark of an unknown electricity [px]
RATIO = DisplayUnit(Decimal(1), "", scaled=False)  # a number without a unit


@dataclass(frozen=True)
class ChartRow:
    """A row of an interval chart: its label, amount, proof of its electricity, link."""

    label: str
    amount: Interval
    proof: Mapping[str, float] = field(default_factory=dict)
    said: str = ""
    href: str = ""
    aside: str = ""  # text in place of the value of a bar without any
    figure: str = ""  # the name of what the bar is
    more: str = ""  # screen reader text after the value, to distinguish links
    alt: str = ""  # what the bar says beside its words


def interval_chart(
    bars: Sequence[ChartRow], title: str, lang: str, how: str = "chart.how", step: DisplayUnit | None = None
) -> Markup:
    """Interval bars with a dot on a common axis from zero, each with its central value only: the bar draws its
    interval and says it. how: the key of what they say of the true value, "" for nothing; step: the unit of the axis,
    by default that of the highest central value."""
    drawn = [_told_by_its_bar(bar, lang) for bar in bars]
    panels = [legend([b.proof for b in bars if b.amount.known], lang), _panel(drawn, lang, step), _absent(drawn, lang)]
    panels += [Markup('<p class="small how">{}</p>').format(t(how, lang))] if how else []
    return _figure(bars, title, Markup().join(panels), lang)


def _told_by_its_bar(bar: ChartRow, lang: str) -> ChartRow:
    """The central value in the words, the interval in the bar, if any; of other words, all that it draws."""
    if bar.aside:
        return replace(bar, alt=listed([interval_text(bar.amount, lang), proof_text(bar.proof, lang)], lang))
    has = figure(bar.amount, lang)
    return replace(bar, aside=has.central, alt="" if bar.amount.low == bar.amount.high else has.interval)


def plain_chart(bars: Sequence[ChartRow], title: str, lang: str) -> Markup:
    """The same bars as they are, beside a text that says what their textures are."""
    return _figure(bars, title, _panel(bars, lang), lang)


def _figure(bars: Sequence[ChartRow], title: str, body: Markup, lang: str) -> Markup:
    values = (
        parts.DrawnValue(b.label, b.said, (b.amount.low, b.amount.central, b.amount.high), b.amount.unit, b.figure)
        for b in bars
    )
    return parts.figure_of(title, body, values, lang)


def legend(proofs: Sequence[Mapping[str, float]], lang: str) -> Markup:
    """Legend of the textures in use, and of the dot."""
    central = textured(dot("14px", SAMPLE / 2), "28", SAMPLE)
    return textures(proofs, lang, parts.sample(central, t("chart.central", lang)))


def textures(proofs: Sequence[Mapping[str, float]], lang: str, more: Markup | None = None) -> Markup:
    """A sample of each texture in use, with its label."""
    there = [p for p in (*PROOFS, "untold") if any(p in drawn_proofs(shares) for shares in proofs)]
    drawn = {p: textured(band({p: 1.0}, ("0.5px", "27px"), 0, SAMPLE), "28", SAMPLE) for p in there}
    items = [parts.sample(picture, t(f"proof.{p}", lang)) for p, picture in drawn.items()]
    return parts.legend_of([*items, more or Markup()], lang)


def share_svg(share: float) -> str:
    """A plain bar for a share of the total."""
    body = f'<rect width="100%" height="8" fill="{LINE}"/><rect width="{100 * share:.2f}%" height="8" fill="{ACCENT}"/>'
    return textured(body, "100%", 8)


def columns_svg(months: Sequence[Mapping[str, float] | None], top: float, slots: int, open_: Sequence[int] = ()) -> str:
    """One column a month, stacked by proof; an empty month is a dotted baseline, None is blank.

    open_: positions of the months with unknown electricity: a dashed empty box on top of their column.
    """
    width, parts = 100 / slots, [f'<line x1="0" x2="100%" y1="{COLUMN - 0.5}" y2="{COLUMN - 0.5}" stroke="{LINE}"/>']
    room = COLUMN - BOX if open_ else COLUMN
    for index, kwh in enumerate(months):
        if kwh is None:
            continue
        left, wide, ground = index * width + width * 0.1, width * 0.8, float(COLUMN)
        if not kwh and index not in open_:
            parts.append(_dots(f"{left:.2f}%", f"{left + wide:.2f}%", COLUMN - 4))
        for proof in PROOFS:
            height = room * kwh.get(proof, 0.0) / top if top else 0.0
            if height:
                ground -= height
                parts.append(rect((f"{left:.2f}%", f"{wide:.2f}%"), ground, height, proof))
        if index in open_:
            parts.append(_box(f"x:{left:.2f}%;width:{wide:.2f}%", ground - BOX + 1))
    return textured("".join(parts), "100%", COLUMN)


def mark(name: str, text: str) -> Markup:
    """A legend entry other than a proof: "empty" month, or "open" column, with unknown electricity."""
    body = _dots("2", "26", SAMPLE / 2) if name == "empty" else _box("x:0.5px;width:27px", 1)
    return parts.sample(textured(body, "28", SAMPLE), text)


def ratio_ticks(lowest: float, highest: float) -> list[float]:
    """1, 2, 5, 10 … and their inverses, whole decades around 1 that include both values."""
    decades = max(1, math.ceil(max(-math.log10(lowest), math.log10(highest))))
    below = [s * 10.0**-n for n in range(decades, 0, -1) for s in (1, 2, 5)]
    return [*below, *(s * 10.0**n for n in range(decades) for s in (1, 2, 5)), 10.0**decades]


def ratio_svg(low: float, middle: float, high: float, ticks: Sequence[float]) -> str:
    """Ratios from low to high with a dot in the middle, on a logarithmic axis; the line at 1 is darker."""
    places = [ratio_share(v, ticks) for v in (low, middle, high)]
    lines = grid((place(ratio_share(v, ticks), 1) for v in ticks), STRIP)
    even = f'<rect style="x:{place(ratio_share(1.0, ticks), 1)}" width="1.5" height="{STRIP}" fill="{INK}"/>'
    extent = place(places[0], 1), f"calc((100% - {2 * EDGE}px)*{places[2] - places[0]:.5f})"
    bar = band({"measured": 1.0}, extent, (STRIP - SAMPLE) / 2, SAMPLE) if high > low else ""
    return textured(lines + bar + even + dot(place(places[1], 1), STRIP / 2), "100%", STRIP)


def ratio_share(value: float, ticks: Sequence[float]) -> float:
    """Position of a ratio on its axis, from 0 to 1."""
    return math.log(value / ticks[0]) / math.log(ticks[-1] / ticks[0])


def ratio_axis(ticks: Sequence[float], lang: str) -> Markup:
    """The axis of ratios: « ÷ 10 », « égal », « × 10 »; hidden from screen readers, its numbers being in the text."""
    ends, marks = (ticks[0], 1.0, ticks[-1]), []
    for value in ticks:
        far = tick_text(max(value, round(1 / value, 6)), RATIO, lang)
        text = t("chart.equal", lang) if value == 1 else t(f"chart.{'times' if value > 1 else 'over'}", lang, n=far)
        marks.append((round(100 * ratio_share(value, ticks), 3), text, "" if value in ends else "inner"))
    return parts.scale(marks)


def _panel(bars: Sequence[ChartRow], lang: str, step: DisplayUnit | None = None) -> Markup:
    """Rows on one axis, each value in its own unit unless its row says it."""
    known = [bar.amount for bar in bars if bar.amount.known]
    highest = max((amount.ends.high for amount in known), default=0.0)
    unit = known[0].unit if known else "kWh"
    step = step or step_for(unit, max((amount.ends.central for amount in known), default=0.0), lang)
    ticks = ticks_of(step, highest)
    drawn = [_row(b, ticks, lang) for b in bars if b.amount.known]
    return parts.list_of(drawn) + (axis(ticks, step, lang) if known else Markup())


def _absent(bars: Sequence[ChartRow], lang: str) -> Markup:
    """Rows without a value, each with its replacement text."""
    rows = [_row(b, (), lang) for b in bars if not b.amount.known]
    return Markup('<ol class="bars absent">{}</ol>').format(Markup().join(rows)) if rows else Markup()


def _row(bar: ChartRow, ticks: Sequence[float], lang: str) -> Markup:
    value: Any = bar.aside or interval_text(bar.amount, lang)
    if bar.href:
        value = opened(bar.href, value, bar.more or bar.label)
    said = Markup('<span class="said">{}</span>').format(bar.said) if bar.said else Markup()
    picture = bar_svg(bar.amount, bar.proof, ticks[-1], ticks) if bar.amount.known else ""
    return parts.line(Markup("<b>{}</b> <span>{}</span> {}").format(bar.label, value, said), picture, alt=bar.alt)


def axis(ticks: Sequence[float], step: DisplayUnit, lang: str) -> Markup:
    """The axis under the bars; hidden from screen readers, since its numbers are in the text."""
    marks = []
    for index, value in enumerate(ticks):
        text = tick_text(value, step, lang)
        shown = with_unit(text, step) if index == len(ticks) - 1 else text
        where = round(100 * value / ticks[-1], 3) if ticks[-1] else 0.0
        marks.append((where, shown, parts.inner(index, len(ticks))))
    return parts.scale(marks)


def _dots(left: str, right: str, y: float) -> str:
    return (
        f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}"'
        f' stroke="{INK}" stroke-dasharray="1 5" stroke-width="2" stroke-linecap="round"/>'
    )


def _box(place: str, y: float) -> str:
    return (
        f'<rect style="{place}" y="{y:.2f}" height="{BOX - 2}" fill="{WHITE}" stroke="{INK}" stroke-dasharray="4 3"/>'
    )
