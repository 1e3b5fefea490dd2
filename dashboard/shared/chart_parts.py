"""Components of all charts in a page: list lines, legends, axes, frames."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from dashboard.shared.texts import t
from estimator.reporting.documents.pictures import data_uri


def line(words: Markup, picture: str = "", kind: str = "bar") -> Markup:
    """A row of a list of bars: its words, then its picture if it has one, which is not read aloud."""
    drawn = Markup('<img class="{}" alt="" src="{}">').format(kind, data_uri(picture)) if picture else ""
    return Markup("<li><p>{}</p>{}</li>").format(words, drawn)


def list_of(lines: Iterable[Markup]) -> Markup:
    """The rows of a picture."""
    return Markup('<ol class="bars">{}</ol>').format(Markup().join(lines))


def sample(picture: str, word: str) -> Markup:
    """An entry of a legend."""
    return Markup('<li><img src="{}" alt="" width="28" height="14">{}</li>').format(data_uri(picture), word)


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
    return Markup('<div class="axis" aria-hidden="true">{}</div>').format(Markup().join(spans))


def inner(index: int, count: int) -> str:
    """The kind of a tick of an axis: a narrow page keeps the first, the middle one and the last."""
    return "" if index in (0, (count - 1) // 2, count - 1) else "inner"


def how(text: str) -> Markup:
    """How to read a picture, under it."""
    return Markup('<p class="small how">{}</p>').format(text)


def figure_of(alt: str, body: Markup) -> Markup:
    """A picture with its words."""
    return Markup('<figure class="chart" aria-label="{}">{}</figure>').format(alt, body)
