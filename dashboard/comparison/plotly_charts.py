"""Interactive charts of a comparison: tooltips, zoom, hidden series; loaded on demand."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import streamlit as st
from markupsafe import Markup

from dashboard.comparison.quality_chart import quality_text
from dashboard.comparison.svg_charts import PALE
from dashboard.shared import html_parts, svg_charts
from dashboard.shared.chart_parts import ACCENT, INK, LINE, WHITE
from dashboard.shared.texts import sentence, t
from dashboard.shared.widgets import choice
from estimator.comparison.answer import Answer
from estimator.core.number_format import DisplayUnit, ReadableAmount, interval_text, step_for

NAME = "graphiques"
FIGURES = ("energy", "water", "adpe", "gwp")
ROW = 56  # height of an option [px]
PLANE = 5  # height of the quality chart [rows]
WIDEST = 40  # maximum characters of a name above its line; the tooltip has the whole name
APART = 0.3  # offset between the volumes of one option [rows]
ROOM = 96  # margins above and below the options [px]
FONT = {"family": "SobrIA Sans, system-ui, sans-serif", "size": 14, "color": INK}
COLOURS = (ACCENT, PALE, INK)
BUTTONS = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False}

Drawn = tuple[str, dict[str, Any], str]  # title, chart, text alternative


class PlotRow(NamedTuple):
    """An option in a chart: its name, its amount, its height."""

    name: str
    amount: ReadableAmount
    y: float


def show(answer: Answer, lang: str) -> None:
    """The section: a switch, stored in the URL, then three charts, each with alternative text; empty without Plotly."""
    if find_spec("plotly") is None:
        return
    with st.container(key="compare_charts", gap="small"):
        st.html(Markup("<h2>{}</h2>").format(t("compare_charts.title", lang)))
        st.session_state.setdefault(NAME, st.query_params.get(NAME) == "oui")
        if not st.checkbox(t("compare_charts.load", lang), key=NAME, on_change=_keep):
            return
        figures = {name: html_parts.figure_name(name, lang) for name in FIGURES[1:]}
        name = choice(t("compare.figure", lang), figures, "impact", html_parts.figure_name("energy", lang)) or "energy"
        for title, figure, words in (_options(answer, name, lang), _quality(answer, lang), _growth(answer, lang)):
            if figure["data"]:
                st.html(Markup("<h3>{}</h3>").format(title))
                st.plotly_chart(figure, alt=words, config=BUTTONS, theme=None)
        st.html(Markup('<p class="small">{}</p>').format(t("compare_charts.how", lang)))


def _keep() -> None:
    if st.session_state[NAME]:
        st.query_params[NAME] = "oui"
    else:
        st.query_params.pop(NAME, None)


def _options(answer: Answer, name: str, lang: str) -> Drawn:
    """Each option per unit, with its interval."""
    title = t("compare_charts.options", lang, figure=html_parts.figure_name(name, lang), unit=answer.unit)
    amounts = {option.label: option.per_unit[name] for option in answer.options if name in option.per_unit}
    return _intervals(title, {"": amounts}, lang)


def _growth(answer: Answer, lang: str) -> Drawn:
    """The electricity of the period at each volume, one colour a volume."""
    groups = {
        t("chart.times", lang, n=f"{grown.times:g}"): {answer.label(n): a for n, a in grown.energy.items()}
        for grown in answer.growth
    }
    return _intervals(t("compare.growth", lang), groups, lang)


def _intervals(title: str, groups: Mapping[str, Mapping[str, ReadableAmount]], lang: str) -> Drawn:
    """One line an option, its name above; in each line a point and an interval for each group."""
    known = {
        group: [PlotRow(sentence(n), a, 0.0) for n, a in amounts.items() if a.get("central") is not None]
        for group, amounts in groups.items()
    }
    every = [row for rows in known.values() for row in rows]
    if not every:
        return title, {"data": []}, ""
    step = step_for(every[0].amount["unit"], max(row.amount["central"] for row in every), lang)
    traces = []
    for number, (group, rows) in enumerate(known.items()):
        placed = [row._replace(y=index + APART * number) for index, row in enumerate(rows)]
        traces.append(_trace(placed, step, COLOURS[number], lang) | {"name": group, "showlegend": bool(group)})
    names = [row.name for row in next(iter(known.values()))]
    layout = _layout(len(names) * (1 + APART * (len(known) - 1)), step, lang)
    layout["yaxis"] = {"visible": False, "range": [len(names) - 1 + APART * len(known), -0.6]}
    layout["annotations"] = [
        {
            "text": _plain(_short(name)),
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": index,
            "yshift": 18,
            "showarrow": False,
        }
        for index, name in enumerate(names)
    ]
    words = [
        svg_charts.alt_text([svg_charts.ChartRow(r.name, r.amount) for r in rows], g or title, lang)
        for g, rows in known.items()
    ]
    return title, {"data": traces, "layout": layout}, " ".join(words)


def _quality(answer: Answer, lang: str) -> Drawn:
    """Quality on the y axis, electricity per unit on the x axis, the threshold as a line."""
    title = t("compare.smallest", lang)
    rows = [
        PlotRow(sentence(option.label), option.per_unit["energy"], option.quality.value)
        for option in answer.options
        if option.quality and option.known("energy")
    ]
    if not rows:
        return title, {"data": []}, ""
    step = step_for("kWh", max(row.amount["central"] for row in rows), lang)
    trace = _trace(rows, step, COLOURS[0], lang)
    told = [quality_text(row.y, lang) for row in rows]
    trace["hovertext"] = [f"{text}<br>{quality}" for text, quality in zip(trace["hovertext"], told, strict=True)]
    layout = _layout(PLANE, step, lang)
    form = ".0%" if max(row.y for row in rows) <= 1 else ""
    layout["yaxis"] = {"automargin": True, "gridcolor": LINE, "tickformat": form}
    layout["yaxis"] |= {"title": {"text": t("compare.quality", lang), "standoff": 8}}
    threshold = answer.scenario.constraints.quality
    if threshold:
        ends = {"x0": 0, "x1": 1, "y0": threshold.value, "y1": threshold.value}
        layout["shapes"] = [{"type": "line", "xref": "paper", "line": {"color": INK}, **ends}]
    words = [
        t("chart.row", lang, label=row.name, value=interval_text(row.amount, lang), proof=quality)
        for row, quality in zip(rows, told, strict=True)
    ]
    text = t("chart.alt", lang, title=title.rstrip("?\u00a0\u202f "), rows=t("numbers.list", lang).join(words))
    return title, {"data": [trace], "layout": layout}, text


def _trace(rows: Sequence[PlotRow], step: DisplayUnit, colour: str, lang: str) -> dict[str, Any]:
    """One point and its interval a row, in the unit of the axis."""
    low, central, high = (
        [row.amount[bound] / float(step.worth) for row in rows] for bound in ("low", "central", "high")
    )
    ends = {
        "array": [end - middle for end, middle in zip(high, central, strict=True)],
        "arrayminus": [middle - end for end, middle in zip(low, central, strict=True)],
    }
    return {
        "type": "scatter", "mode": "markers", "x": central, "y": [row.y for row in rows], "hoverinfo": "text",
        "marker": {"size": 12, "color": WHITE, "line": {"color": colour, "width": 3}}, "showlegend": False,
        "error_x": {"type": "data", "symmetric": False, "color": colour, "thickness": 6, "width": 0, **ends},
        "hovertext": [f"{_plain(row.name)}<br>{interval_text(row.amount, lang)}" for row in rows],
    }  # fmt: skip


def _layout(rows: float, step: DisplayUnit, lang: str) -> dict[str, Any]:
    return {
        "font": FONT, "paper_bgcolor": WHITE, "plot_bgcolor": WHITE, "height": ROOM + ROW * rows, "dragmode": False,
        "separators": ",\u202f" if lang == "fr" else ".,", "margin": {"l": 8, "r": 16, "t": 32, "b": 56},
        "xaxis": {"rangemode": "tozero", "gridcolor": LINE, "zerolinecolor": INK, "title": {"text": step.text}},
        "hoverlabel": {"bgcolor": WHITE, "font": FONT}, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
    }  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= WIDEST else name[: WIDEST - 1] + "…"


def _plain(text: str) -> str:
    """A label escaped against the tags of Plotly."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
