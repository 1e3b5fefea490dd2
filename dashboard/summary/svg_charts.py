"""SVG charts of the summary: a footprint by month with its interval, and the decomposition of a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dashboard.shared import chart_parts as parts
from dashboard.shared.chart_parts import ACCENT, INK, LINE, STRIP, WHITE, data_uri
from dashboard.shared.dates import month_text
from dashboard.shared.svg_charts import ticks_of
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.core.number_format import interval_text, plain, step_for, tick_text, with_unit

HIGH, GROUND = 88, 4  # height of a chart, and below its zero [px]
LARGE = 172  # height of the picture of the page [px]
HOLLOW = f'fill="{WHITE}" stroke="{INK}" stroke-dasharray="3 3"'  # a month to come
EARLIER = "#b6c7da"  # months before the period: lighter, and labelled
NARROWEST = 2.0  # minimum height of an interval [px]
ROOM = 0.1  # margin on each side of a month [share of its width]
EFFECTS = ("volume", "efficiency", "scope", "method")


@dataclass(frozen=True)
class History:
    """A footprint by month (yyyymm -> amount or None); limit: the objective, divided equally among the months.

    pace: a month at the pace of the known days of the year, for those to come; tall: height of the chart [px]."""

    name: str
    months: Mapping[int, Mapping[str, Any] | None]
    period: frozenset[int]
    limit: float | None = None
    pace: Mapping[str, float] | None = None
    tall: int = HIGH


def months_figure(history: History, lang: str) -> Markup:
    """One small chart: intervals by month from zero, the central value as a line, the objective dashed."""
    known = [(m, a) for m, a in history.months.items() if a and a["central"] is not None]
    if not known:
        return Markup()
    top = max([amount["high"] for _, amount in known] + ([history.limit] if history.limit else []))
    unit = known[0][1]["unit"]
    step = step_for(unit, top, lang)
    months = list(history.months)
    return Markup(
        '<figure class="chart multiple" aria-label="{}"><p class="small">{}</p><img alt="" src="{}">'
        '<p class="ends" aria-hidden="true"><span>{}</span><span>{}</span></p></figure>'
    ).format(
        _alt(history, known, lang),
        t("synthese.up_to", lang, value=with_unit(plain(top, step, lang), step)),
        data_uri(months_svg(history, top)),
        month_text(months[0], lang),
        month_text(months[-1], lang),
    )


def months_chart(history: History, lang: str) -> Markup:
    """The picture of a page: the same months, large: an axis, the objective named on its line, months to come."""
    known = [(m, a) for m, a in history.months.items() if a and a["central"] is not None]
    highest = max([amount["high"] for _, amount in known] + ([history.limit] if history.limit else []))
    step = step_for(known[0][1]["unit"], highest, lang)
    ticks, months = ticks_of(step, highest), list(history.months)
    labels = [(_y(v, ticks[-1], history.tall), with_unit(tick_text(v, step, lang), step)) for v in ticks]
    marks = [m for m in months if m in (months[0], months[-1]) or m % 100 == 1]
    named = [(round(100 * (months.index(m) + 0.5) / len(months), 2), month_text(m, lang), "") for m in marks]
    limit = None if history.limit is None else round(_y(history.limit, ticks[-1], history.tall))
    return render(
        "months_chart",
        lang,
        alt=_alt(history, known, lang),
        picture=data_uri(months_svg(history, ticks[-1], [y for y, _ in labels])),
        labels=[(round(y), text) for y, text in labels],
        axis=parts.scale(named),
        limit=limit,
        legend=_chart_legend(history, lang),
    )


def _chart_legend(history: History, lang: str) -> Markup:
    samples = [(_sample(ACCENT, WHITE), "legend_now"), (_sample(EARLIER, INK), "legend_earlier")]
    if history.pace and _to_come(history):
        samples.append((f'<rect width="14" height="12" x="7" y="1" {HOLLOW}/>', "legend_pace"))
    return parts.legend_of(
        (parts.sample(parts.svg(body, 14, "28"), t(f"synthese.{key}", lang)) for body, key in samples), lang
    )


def _to_come(history: History) -> list[int]:
    """The months after the last known one."""
    last = max((m for m, a in history.months.items() if a and a["central"] is not None), default=0)
    return [month for month in history.months if month > last]


def months_svg(history: History, top: float, lines: Sequence[float] = ()) -> str:
    """The SVG alone; `top`: the value of its upper edge; lines: heights of the lines of an axis [px]."""
    wide, tall, to_come = 100 / len(history.months), history.tall, _to_come(history) if history.pace else []
    body = [f'<rect width="100%" y="{y:.1f}" height="1" fill="{LINE}"/>' for y in lines or [tall - GROUND]]
    for index, (month, amount) in enumerate(history.months.items()):
        left, width = (index + ROOM) * wide, wide * (1 - 2 * ROOM)
        if history.pace and month in to_come:
            low, high = (_y(history.pace[end], top, tall) for end in ("low", "high"))
            body.append(
                f'<rect x="{left:.2f}%" width="{width:.2f}%" y="{high:.1f}" height="{low - high:.1f}" {HOLLOW}/>'
            )
            continue
        if amount is None or amount["central"] is None:
            body.append(_gap(left + width / 2, tall))
            continue
        now = month in history.period
        low, middle, high = (_y(amount[end], top, tall) for end in ("low", "central", "high"))
        deep = max(low - high, NARROWEST)
        fill = ACCENT if now else EARLIER
        place = f'x="{left:.2f}%" width="{width:.2f}%"'
        body.append(f'<rect {place} y="{high:.1f}" height="{deep:.1f}" fill="{fill}"/>')
        body.append(f'<rect {place} y="{middle - 1:.1f}" height="2" fill="{WHITE if now else INK}"/>')
    if history.limit is not None:
        body.append(_objective_line(_y(history.limit, top, tall), "100%"))
    return parts.svg("".join(body), tall)


def months_legend(limited: bool, lang: str) -> Markup:
    """Legend of bars, lines and dots."""
    samples = [_sample(ACCENT, WHITE), _sample(EARLIER, INK), f'<circle cx="14" cy="7" r="1.5" fill="{INK}"/>']
    keys = ["legend_period", "legend_earlier", "legend_gap"]
    if limited:
        samples.append(_objective_line(7, "28"))
        keys.append("legend_objective")
    drawn = zip(samples, keys, strict=True)
    return parts.legend_of(
        (parts.sample(parts.svg(body, 14, "28"), t(f"synthese.{key}", lang)) for body, key in drawn), lang
    )


def waterfall(rows: Sequence[tuple[str, str, float, float]], title: str, lang: str) -> Markup:
    """Rows of (label, value in words, from, to) on one axis from zero: totals start at zero, effects where they do."""
    top = max((max(start, end) for _, _, start, end in rows), default=0.0) or 1.0
    items = [
        parts.line(
            Markup("<b>{}</b> <span>{}</span>").format(label, value),
            step_svg(start, end, top, total=start == 0.0),
            kind="step",
        )
        for label, value, start, end in rows
    ]
    said = t("numbers.list", lang).join(f"{label} : {value}" for label, value, *_ in rows)
    return parts.figure_of(t("chart.alt", lang, title=title, rows=said), parts.list_of(items))


def step_svg(start: float, end: float, top: float, total: bool) -> str:
    """A total as a solid bar from zero; an effect as a bar between two totals, hollow when negative."""
    left, right = 100 * min(start, end) / top, 100 * max(start, end) / top
    fill = INK if total else ACCENT if end > start else WHITE
    bar = (
        f'<rect x="{left:.2f}%" width="{max(right - left, 0.3):.2f}%" y="3" height="14" fill="{fill}"'
        f' stroke="{INK if total else ACCENT}"/>'
    )
    return parts.svg(bar, STRIP)


def _alt(history: History, known: Sequence[tuple[int, Mapping[str, Any]]], lang: str) -> str:
    """Text alternative: the first, the last and the highest month, with their intervals; the table has them all."""
    highest = max(known, key=lambda entry: entry[1]["central"])
    chosen = dict.fromkeys([known[0][0], highest[0], known[-1][0]])
    amounts = dict(known)
    said = [
        t("chart.month_cell", lang, month=month_text(month, lang), value=interval_text(amounts[month], lang))
        for month in chosen
    ]
    return t("synthese.months_alt", lang, name=history.name, months=t("numbers.list", lang).join(said))


def _sample(fill: str, line: str) -> str:
    """An interval with its central value, for the legend."""
    return f'<rect width="14" height="14" x="7" fill="{fill}"/><rect width="14" height="2" x="7" y="6" fill="{line}"/>'


def _objective_line(y: float, right: str) -> str:
    """The objective."""
    ends = f'x1="0" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"'
    return f'<line {ends} stroke="{INK}" stroke-width="1.5" stroke-dasharray="5 4"/>'


def _gap(middle: float, tall: int) -> str:
    return f'<circle cx="{middle:.2f}%" cy="{tall - GROUND - 4}" r="1.5" fill="{INK}"/>'


def _y(value: float, top: float, tall: int) -> float:
    return (tall - GROUND) * (1 - value / top) if top else float(tall - GROUND)
