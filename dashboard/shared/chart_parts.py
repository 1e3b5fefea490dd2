"""Components of all charts in a page: list lines, legends, axes, frames, what is kept of them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from dashboard.shared.texts import t
from estimator.reporting.documents.csv_table import spreadsheet
from estimator.reporting.documents.pictures import data_uri


class DrawnValue(NamedTuple):
    """What is drawn of one thing; ends: low, central, high [unit], each None where there is none; figure: of what."""

    name: str
    group: str
    ends: Sequence[float | None]
    unit: str = ""
    figure: str = ""


def line(words: Markup, picture: str = "", kind: str = "bar", alt: str = "") -> Markup:
    """A row of a list of bars: its words, then its picture if it has one. alt: what it adds to them, if it does."""
    drawn = Markup('<img class="{}" alt="{}" src="{}">').format(kind, alt, data_uri(picture)) if picture else ""
    return Markup("<li><p>{}</p>{}</li>").format(words, drawn)


def list_of(lines: Iterable[Markup]) -> Markup:
    """The rows of a picture."""
    return Markup('<ol class="bars">{}</ol>').format(Markup().join(lines))


def sample(picture: str, word: str) -> Markup:
    """An entry of a legend."""
    return Markup('<li><img src="{}" alt="">{}</li>').format(data_uri(picture), word)


def legend_of(samples: Iterable[Markup], lang: str) -> Markup:
    """Legend of the textures or colours in use."""
    return Markup('<ul class="legend" aria-label="{}">{}</ul>').format(t("chart.legend", lang), Markup().join(samples))


def scale(marks: Sequence[tuple[float, str, str]]) -> Markup:
    """The axis under bars, from (position [%], text, kind); hidden from screen readers, its numbers being in the text.

    kind: "inner" for a mark that a narrow page leaves out, "edge" for one that its edge would cut.
    """
    spans = (
        Markup('<span class="tick{}" style="left:{}%">{}</span>').format(f" {kind}" if kind else "", at, text)
        for at, text, kind in marks
    )
    return Markup('<div class="axis" aria-hidden="true">{}</div>').format(Markup(" ").join(spans))


def inner(index: int, count: int) -> str:
    """The kind of a tick of an axis: a narrow page keeps the first, the middle one and the last."""
    return "" if index in (0, (count - 1) // 2, count - 1) else "inner"


def figure_of(title: str, body: Markup, values: Iterable[DrawnValue], lang: str, alt: str = "") -> Markup:
    """A picture with what keeps it, named by its title where its words say all that it draws, else by `alt`."""
    figure = Markup('<figure class="chart" aria-label="{}">{}{}</figure>')
    return figure.format(alt or title, keep(title, values, lang), body)


def shares_figure(title: str, shares: Sequence[tuple[str, float]], body: Markup, lang: str) -> Markup:
    """A picture of shares of one, from (name, share)."""
    return figure_of(title, body, (DrawnValue(name, "", (None, share, None)) for name, share in shares), lang)


def keep(title: str, values: Iterable[DrawnValue], lang: str) -> Markup:
    """What keeps a picture, as it is seen or as its values: both files are made in the browser.

    On a page that says that it is internal (class "internal"), the buttons and the names of the files say so."""
    files = (
        Markup('<button type="button" data-file="{}">{}<b>, {}</b><span class="unseen">, {}</span></button>').format(
            file, t(f"chart.{key}", lang), t("chart.within", lang), title
        )
        for file, key in (("svg", "image"), ("csv", "values"))
    )
    return Markup(
        '<details class="keep" data-title="{title}" data-values="{}"><summary title="{keep}"><span class="unseen">'
        "{keep}, {title}</span></summary><div>{}</div></details>"
    ).format(values_csv(values, lang), Markup().join(files), keep=t("chart.keep", lang), title=title)


def values_csv(values: Iterable[DrawnValue], lang: str) -> str:
    """What is drawn, to six figures, for a spreadsheet of the reader's language."""
    heads = [t(f"chart.csv_{name}", lang) for name in ("name", "group", "low", "central", "high", "unit", "figure")]
    rows = [
        (v.name, v.group, *(None if e is None else float(f"{e:.6g}") for e in v.ends), v.unit, v.figure) for v in values
    ]
    return spreadsheet(heads, rows, lang)
