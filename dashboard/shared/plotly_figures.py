"""Pictures to explore, by one template of Plotly: values under the pointer, words, files."""

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from textwrap import wrap
from typing import Any, NamedTuple

import streamlit as st
from markupsafe import Markup

from dashboard.shared.chart_parts import DrawnValue, keep
from dashboard.shared.texts import t
from estimator.core.interval import Interval
from estimator.core.language import decimal_mark, percent_sign, thousands_mark
from estimator.reporting.documents.pictures import ACCENT, INK, LINE, WHITE

PLACE = Markup('<figure class="explored"></figure>')  # of a picture, in the HTML of a part
SECOND, PALE = "#57606a", "#5a96d0"
ROW, WORDS, ROOM, PLANE = 56, 18, 88, 300  # height of a row, of a line of words, of what is around rows, a plane [px]
APART, ABOVE = 0.28, 0.18  # height of a group, that from what is drawn to its words [rows]
TEXTURES, SYMBOLS = ("", "/", "x", ".", "\\", "+"), ("circle", "square", "diamond")  # of the groups of a legend
WIDEST, BROAD = 120, 34  # maximum characters of a name, the pointer has it whole; of a line, on a screen of 320 px
LINEAR, MOST_POWERS = 10, 4  # times from which an axis of ratios goes by powers of ten; steps of it
FONT = {"family": "SobrIA Sans, system-ui, sans-serif", "size": 14, "color": INK}


class Mark(NamedTuple):
    """A bar from low to high or, with a central value, an interval [unit of the picture]; group: of the legend; told:
    its value in words, if it is not that of its row."""

    low: float
    high: float
    central: float | None = None
    group: str = ""
    colour: str = ACCENT
    told: str = ""

    @classmethod
    def of(cls, amount: Interval, group: str, colour: str, told: str = "") -> "Mark":
        """An amount with its interval."""
        return cls(amount.ends.low, amount.ends.high, amount.ends.central, group, colour, told)


class ExploredRow(NamedTuple):
    """A row, its value in words, what is drawn in it; height: its place on a second axis, where there is one."""

    name: str
    told: str
    marks: Sequence[Mark]
    height: float | None = None


class Explored(NamedTuple):
    """A picture. worth: of the unit of its axis; line: the value that all are read against, a row of one mark; second:
    name of the axis of heights, threshold: what they are read against, a row without marks."""

    title: str
    rows: Sequence[ExploredRow]
    unit: str = ""
    worth: float = 1.0
    line: ExploredRow | None = None
    second: str = ""
    threshold: ExploredRow | None = None


def explored(text: Markup, pictures: Sequence[Explored], key: str, lang: str) -> None:
    """The HTML of a part, with its pictures at their places, each with what keeps it."""
    first, *rest = text.split(PLACE)
    st.html(Markup(first))  # noqa: S704 (a part of our own template, escaped)
    for number, (picture, after) in enumerate(zip(pictures, rest, strict=True)):
        with st.container(key=f"explored_{key}_{number}", gap=None):
            st.html(keep(picture.title, values(picture), lang))
            image = {"format": "svg", "filename": f"sobria-{key}"}
            config = {"displayModeBar": True, "modeBarButtons": [["toImage"]], "toImageButtonOptions": image}
            st.plotly_chart(figure(picture, lang), alt=alternative(picture, lang), config=config, theme=None)
        st.html(Markup(after))  # noqa: S704 (the same)


def figure(picture: Explored, lang: str) -> dict[str, Any]:
    """The picture as Plotly has it; it writes « 94% » of a share in any language, and « 94 » where we say what of."""
    plane = bool(picture.second)
    share = plane and all((row.height or 0) <= 1 for row in picture.rows)
    if share:
        rows = [row._replace(height=100 * (row.height or 0)) for row in picture.rows]
        limit = picture.threshold and picture.threshold._replace(height=100 * (picture.threshold.height or 0))
        picture = picture._replace(rows=rows, threshold=limit)
    groups = list(dict.fromkeys(mark.group for row in picture.rows for mark in row.marks))
    alone = [group for group in groups if next(_of(picture, group))[1].central is not None]
    under = len(groups) > len(alone)  # an interval stands under its bar, and beside those of other groups
    apart = {group: APART * (alone.index(group) + under) if group in alone else 0.0 for group in groups}
    said = [_words(row, f"{n}  " if plane else "") for n, row in enumerate(picture.rows, 1)]
    above = 0 if plane else (max(map(len, said)) - 1) * WORDS / ROW  # lines of words after the first one [rows]
    pitch = 1 + above + max(apart.values(), default=0.0)
    ranks = {group: n for kind in (alone, [g for g in groups if g not in alone]) for n, group in enumerate(kind)}
    traces = [_trace(picture, group, pitch, apart[group], ranks[group]) for group in groups]
    key = [line for lines in said for line in lines]
    high = PLANE + WORDS * len(key) if plane else ROOM + ROW * len(picture.rows) * pitch
    layout: dict[str, Any] = {
        "font": FONT, "paper_bgcolor": WHITE, "plot_bgcolor": WHITE, "dragmode": False, "barmode": "overlay",
        "height": high, "separators": decimal_mark(lang) + thousands_mark(lang),
        "margin": {"l": 8, "r": 16, "t": 40, "b": 56}, "hoverlabel": {"bgcolor": WHITE, "font": FONT},
        "xaxis": {
            "rangemode": "tozero", "exponentformat": "none", "separatethousands": True,
            "gridcolor": LINE, "zerolinecolor": INK, "title": {"text": picture.unit, "font": FONT}, "fixedrange": True,
        },
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False},
        "shapes": list(_lines(picture)),
    }  # fmt: skip
    ends = [end for row in picture.rows for mark in row.marks for end in mark[:2]]
    if picture.line and 0 < min(ends) < max(ends) / LINEAR:  # bars of ratios that would not be seen side by side
        low, high = floor(log10(min(ends))), ceil(log10(max(ends)))
        layout["xaxis"] |= {"type": "log", "range": [low, high], "dtick": -(-(high - low) // MOST_POWERS)}
        layout["xaxis"] |= {"exponentformat": "power"}
        layout["xaxis"]["title"]["text"] = t("chart.powers", lang, unit=picture.unit)
    if plane:
        sign = percent_sign(lang) if share else ""
        layout["yaxis"] = {"automargin": True, "gridcolor": LINE, "ticksuffix": sign, "fixedrange": True}
        layout["yaxis"] |= {"ticks": "outside", "ticklen": 12, "tickcolor": WHITE}  # a mark at zero covers none
        layout["yaxis"] |= {"title": {"text": picture.second, "font": FONT, "standoff": 8}}
        layout["showlegend"], layout["margin"]["t"] = False, 40 + WORDS * len(key)  # a row is named by its number
        layout["title"] = {"text": "<br>".join(key), "font": FONT, "x": 0, "y": 1, "yanchor": "top", "pad": {"t": 20}}
    else:
        top = -0.7 - above
        layout["yaxis"] = {"visible": False, "fixedrange": True, "range": [len(picture.rows) * pitch + top, top]}
        layout["annotations"] = [_named(index * pitch, lines) for index, lines in enumerate(said)]
    return {"data": traces, "layout": layout}


def alternative(picture: Explored, lang: str) -> str:
    """What the picture is, and where its values are: in the table that each part has under it."""
    return t("chart.in_table", lang, title=picture.title.rstrip("?\u00a0\u202f "))


def values(picture: Explored) -> Iterator[DrawnValue]:
    """What is drawn: each mark, in the unit of the axis, and its height; what all or heights are read against."""
    for row in (*picture.rows, *filter(None, [picture.line, picture.threshold])):
        for mark in row.marks:
            ends = [None if v is None else v / picture.worth for v in (mark.low, mark.central, mark.high)]
            yield DrawnValue(row.name, mark.group, ends, picture.unit)
        if row.height is not None:
            yield DrawnValue(row.name, "", (None, row.height, None), "", picture.second)


def _of(picture: Explored, group: str) -> Iterator[tuple[int, Mark]]:
    return ((n, mark) for n, row in enumerate(picture.rows) for mark in row.marks if mark.group == group)


def _trace(picture: Explored, group: str, pitch: float, apart: float, rank: int) -> dict[str, Any]:
    """The marks of one group, in the unit of the axis; rank: of the group among those drawn as it is."""
    places, marks = zip(*_of(picture, group), strict=True)
    low, high = ([end / picture.worth for end in ends] for ends in zip(*(m[:2] for m in marks), strict=True))
    rows = [picture.rows[n] for n in places]
    heights = [n * pitch + apart if row.height is None else row.height for n, row in zip(places, rows, strict=True)]
    told = [f"{_plain(row.name)}<br>{_plain(mark.told or row.told)}" for row, mark in zip(rows, marks, strict=True)]
    common = {"y": heights, "hovertext": told, "hoverinfo": "text", "name": _plain(group), "showlegend": bool(group)}
    common["cliponaxis"] = False  # a mark at zero is whole
    colours = [mark.colour for mark in marks]
    if marks[0].central is None:
        wide = [end - start for start, end in zip(low, high, strict=True)]
        edge = {"color": SECOND, "width": 1}  # that of a pale mark is seen
        marker = {"color": colours, "pattern": {"shape": TEXTURES[rank % len(TEXTURES)]}, "line": edge}
        return common | {"type": "bar", "orientation": "h", "base": low, "x": wide, "width": 0.3, "marker": marker}
    middle = [(mark.central or 0.0) / picture.worth for mark in marks]
    ends = {
        "array": [end - m for end, m in zip(high, middle, strict=True)],
        "arrayminus": [m - end for end, m in zip(low, middle, strict=True)],
    }
    names: dict[str, Any] = {"mode": "markers+text", "textposition": "top right"}
    names["text"] = [str(n + 1) for n in places]
    return common | (names if picture.second else {"mode": "markers"}) | {
        "type": "scatter", "x": middle,
        "marker": {
            "size": 12, "color": WHITE, "line": {"color": colours, "width": 3}, "symbol": SYMBOLS[rank % len(SYMBOLS)],
        },
        "error_x": {"type": "data", "symmetric": False, "color": colours[0], "thickness": 6, "width": 0, **ends},
    }  # fmt: skip


def _lines(picture: Explored) -> Iterator[dict[str, Any]]:
    ink = {"type": "line", "line": {"color": INK, "width": 1.5}}
    if picture.line is not None:
        x = picture.line.marks[0].low / picture.worth
        yield ink | {"yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1}
    if picture.threshold:
        yield ink | {"xref": "paper", "x0": 0, "x1": 1, "y0": picture.threshold.height, "y1": picture.threshold.height}


def _words(row: ExploredRow, number: str) -> list[str]:
    """The lines that name a row and say its value; of a plane, whose axes say it, a point by its number."""
    name = row.name if len(row.name) <= WIDEST else row.name[: WIDEST - 1] + "…"
    lines = [_plain(line) for line in wrap(number + name, BROAD)]
    return lines if number else [*(f"<b>{line}</b>" for line in lines), *map(_plain, wrap(row.told, BROAD))]


def _named(index: float, lines: Sequence[str]) -> dict[str, Any]:
    """These words above what is drawn of a row."""
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": index - ABOVE, "yanchor": "bottom"}
    return place | {"text": "<br>".join(lines), "align": "left", "showarrow": False, "bgcolor": WHITE}


def _plain(text: str) -> str:
    """A label escaped against the tags of Plotly."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
