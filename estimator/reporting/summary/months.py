"""A footprint by month, drawn for the screen and for paper: its interval, its objective, the months to come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from estimator.core.interval import Interval
from estimator.core.number_format import step_for, tick_text, with_unit
from estimator.reporting.documents.pictures import ACCENT, INK, LINE, WHITE, svg, ticks_of

HIGH, GROUND = 88, 4  # height of a picture, and below its zero [px]
LARGE = 172  # height of the picture of a page [px]
HOLLOW = f'fill="{WHITE}" stroke="{INK}" stroke-dasharray="3 3"'  # a month to come
RING = f'fill="{WHITE}" stroke="{INK}"'  # of a month that is not told
EARLIER = "#7a93b0"  # months before the period: lighter, and labelled
NARROWEST = 2.0  # minimum height of an interval [px]
ROOM = 0.1  # margin on each side of a month [share of its width]


@dataclass(frozen=True)
class History:
    """A footprint by month (yyyymm -> amount or None); limit: the objective of the last year, divided equally among its
    months.

    pace: each month to come at the pace of the known days of the year; tall: height of the picture [px]; running: the
    month [yyyymm] of today, before which none is to come."""

    months: Mapping[int, Interval | None]
    period: frozenset[int]
    limit: float | None = None
    pace: Interval | None = None
    tall: int = HIGH
    running: int = 0

    @property
    def known(self) -> dict[int, Interval]:
        """The months with a figure."""
        return {month: amount for month, amount in self.months.items() if amount and amount.known}

    @property
    def untold(self) -> set[int]:
        """The months that are not told because of whom they would be about: with data or without."""
        return {month for month, amount in self.months.items() if amount and amount.withheld}

    @property
    def gaps(self) -> set[int]:
        """The others that have no figure, but before the first with data that is told, and after the last."""
        there = [month for month, amount in self.months.items() if amount]
        told = self.known.keys() | self.untold
        return {month for month in self.months if month not in told and there and there[0] <= month <= there[-1]}

    @property
    def last(self) -> int:
        """The last month that is known, or that is and is not told."""
        return max(self.known.keys() | self.untold, default=0)

    @property
    def highest(self) -> float:
        """The highest value that is drawn."""
        return max(float(value) for value in (*(amount.ends.high for amount in self.known.values()), self.limit or 0.0))

    @property
    def to_come(self) -> list[int]:
        """The months after the last one that is known, or known and not told, from the running one, where a pace is
        drawn: one that ended without data is past."""
        return [month for month in self.months if self.pace and month > self.last and month >= self.running]

    @property
    def limit_from(self) -> float:
        """Where the year of the objective begins [% of the width]."""
        return 100 * sum(month // 100 < max(self.months) // 100 for month in self.months) / len(self.months)


def history_of(body: Mapping[str, Any], key: str, tall: int = HIGH) -> History:
    """That of a footprint of a summary; the large one says what is to come."""
    entry = body["indicators"][key]
    path, pace = entry["path"], entry["month_to_come"] if tall == LARGE else None
    months = {int(month): amount for month, amount in entry["history"].items()}
    return History(months, frozenset(body["months"]), path and path["month"], pace, tall, body["running_month"])


def axis(history: History, lang: str) -> tuple[float, dict[float, str]]:
    """The value of the upper edge of the large picture, and the marks of its scale: height [px] -> text."""
    step = step_for(next(iter(history.known.values())).unit, history.highest, lang)
    ticks = ticks_of(step, history.highest)
    return ticks[-1], {height(v, ticks[-1], history.tall): with_unit(tick_text(v, step, lang), step) for v in ticks}


def months_svg(history: History, top: float, lines: Collection[float] = ()) -> str:
    """The picture alone; `top`: the value of its upper edge; lines: heights of the lines of an axis [px]."""
    wide, tall = 100 / len(history.months), history.tall
    grid, ours, before, light, dark = (f'fill="{color}"' for color in (LINE, ACCENT, EARLIER, WHITE, INK))
    painted: dict[str, list[str]] = {paint: [] for paint in (grid, HOLLOW, RING, ours, before, light, dark)}
    painted[grid] += [f'<rect width="100%" y="{y:.1f}" height="1"/>' for y in lines or [tall - GROUND]]
    for index, (month, amount) in enumerate(history.months.items()):
        left, width = (index + ROOM) * wide, wide * (1 - 2 * ROOM)
        extent = f'x="{left:.2f}%" width="{width:.2f}%"'
        if history.pace and month in history.to_come:
            low, _, high = (height(end, top, tall) for end in history.pace.ends)
            painted[HOLLOW].append(f'<rect {extent} y="{high:.1f}" height="{low - high:.1f}"/>')
        elif month in history.untold:
            painted[grid].append(f'<rect {extent} height="{tall - GROUND}"/>')
            painted[RING].append(_ring(f"{left + width / 2:.2f}%", tall))
        elif month in history.gaps:
            painted[dark].append(f'<circle cx="{left + width / 2:.2f}%" cy="{tall - GROUND - 4}" r="1.5"/>')
        elif amount and amount.known:
            low, middle, high = (height(end, top, tall) for end in amount.ends)
            fill, line = (ours, light) if month in history.period else (before, dark)
            painted[fill].append(f'<rect {extent} y="{high:.1f}" height="{max(low - high, NARROWEST):.1f}"/>')
            painted[line].append(f'<rect {extent} y="{middle - 1:.1f}" height="2"/>')
    body = [f"<g {paint}>{''.join(parts)}</g>" for paint, parts in painted.items() if parts]
    if history.limit is not None:
        body.append(objective_line(height(history.limit, top, tall), f"{history.limit_from:.2f}%", "100%"))
    return svg("".join(body), tall)


def samples(history: History, limited: bool = False) -> dict[str, str]:
    """The legend of the large picture: a sample for each of the words of its kinds of months; limited: with that of the
    objective, where its line has no name."""
    drawn = {"legend_now": _sample(ACCENT, WHITE), "legend_earlier": _sample(EARLIER, INK)}
    drawn |= _unknown([history])
    if history.to_come:
        drawn["legend_pace"] = f'<rect width="14" height="12" x="7" y="1" {HOLLOW}/>'
    if limited:
        drawn["legend_limit"] = objective_line(7, "0", "28")
    return {key: svg(body, 14, "28") for key, body in drawn.items()}


def small_samples(histories: Collection[History]) -> dict[str, str]:
    """That of the small ones: of what one of them draws."""
    drawn = {"legend_period": _sample(ACCENT, WHITE), "legend_earlier": _sample(EARLIER, INK)}
    drawn |= _unknown(histories)
    if any(history.limit is not None for history in histories):
        drawn["legend_objective"] = objective_line(7, "0", "28")
    return {key: svg(body, 14, "28") for key, body in drawn.items()}


def _unknown(histories: Collection[History]) -> dict[str, str]:
    """The samples of months without a figure: not told, and without data."""
    drawn: dict[str, str] = {}
    if any(history.untold for history in histories):
        drawn["legend_untold"] = f'<rect width="14" height="14" x="7" fill="{LINE}"/><g {RING}>{_ring("14", 14)}</g>'
    if any(history.gaps for history in histories):
        drawn["legend_gap"] = f'<circle cx="14" cy="7" r="1.5" fill="{INK}"/>'
    return drawn


def _ring(x: str, tall: int) -> str:
    """The mark of a month that is not told, half-way up: at zero, it would be one."""
    return f'<circle cx="{x}" cy="{tall // 2}" r="3"/>'


def _sample(fill: str, line: str) -> str:
    """An interval with its central value, for the legend."""
    return f'<rect width="14" height="14" x="7" fill="{fill}"/><rect width="14" height="2" x="7" y="6" fill="{line}"/>'


def objective_line(y: float, left: str, right: str) -> str:
    """The objective."""
    ends = f'x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"'
    return f'<line {ends} stroke="{INK}" stroke-width="1.5" stroke-dasharray="5 4"/>'


def height(value: float, top: float, tall: int) -> float:
    """Where a value stands in the picture, from its upper edge [px]."""
    return (tall - GROUND) * (1 - value / top) if top else float(tall - GROUND)
