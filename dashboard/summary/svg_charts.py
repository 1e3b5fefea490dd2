"""Charts of the summary: a footprint by month, with its axis, its legend and its words."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from dashboard.shared import chart_parts as parts
from dashboard.shared.dates import month_text
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.reporting.documents.pictures import data_uri
from estimator.reporting.summary.months import History, axis, height, months_svg, samples
from estimator.reporting.summary.months_text import months_alt, value_text
from estimator.reporting.summary.sentences import tell

_CLEAR = 12  # between two names of months on an axis, of its length, on the narrowest page that shows them all [%]


def months_figure(name: str, history: History, lang: str) -> Markup:
    """One small chart: intervals by month from zero, the central value as a line, the objective dashed."""
    if not history.known:
        return Markup()
    months = list(history.months)
    body = Markup(
        '<div class="multiple"><p class="small">{}</p><img alt="{}" src="{}">'
        '<p class="ends" aria-hidden="true"><span>{}</span> <span>{}</span></p></div>'
    ).format(
        t("synthese.up_to", lang, value=value_text(history, history.highest, lang)),
        months_alt(history, lang),
        data_uri(months_svg(history, history.highest)),
        month_text(months[0], lang),
        month_text(months[-1], lang),
    )
    return _figure(name, history, body, lang)


def months_chart(name: str, history: History, lang: str) -> Markup:
    """The picture of a page: the same months, large: an axis, the objective named on its line, months to come."""
    (top, scale), months = axis(history, lang), list(history.months)
    named = [(place, month_text(months[n], lang), kind) for n, (place, kind) in axis_names(months).items()]
    limit = None if history.limit is None else round(height(history.limit, top, history.tall))
    body = render(
        "months_chart",
        lang,
        alt=months_alt(history, lang),
        picture=data_uri(months_svg(history, top, scale)),
        labels=[(round(y), text) for y, text in scale.items()],
        axis=parts.scale(named),
        limit=limit,
        legend_limit=tell("legend_limit", lang),
        legend=months_legend(samples(history), lang),
    )
    return _figure(name, history, body, lang)


def axis_names(months: Sequence[int]) -> dict[int, tuple[float, str]]:
    """The months that an axis names, by rank, each with its place [%] and kind: the first, the last, and the months of
    January whose name would stand clear of those."""
    places = [round(100 * (n + 0.5) / len(months), 2) for n in range(len(months))]
    found = {0: (places[0], ""), len(months) - 1: (places[-1], "")}
    for n, month in enumerate(months):
        if month % 100 == 1 and all(abs(places[n] - place) >= _CLEAR for place, _ in found.values()):
            found[n] = (places[n], "inner")
    return dict(sorted(found.items()))


def _figure(name: str, history: History, body: Markup, lang: str) -> Markup:
    """A picture of months, with what keeps it: each month, then the objective of one."""
    unit = next(iter(history.known.values())).unit
    values = [
        parts.DrawnValue(month_text(month, lang), "", (a.low, a.central, a.high) if a else (None,) * 3, unit, name)
        for month, a in history.months.items()
    ]
    if history.limit is not None:
        values.append(parts.DrawnValue(tell("legend_limit", lang), "", (None, history.limit, None), unit, name))
    return parts.figure_of(name, body, values, lang)


def months_legend(drawn: Mapping[str, str], lang: str) -> Markup:
    """Legend of these samples of bars, lines and dots."""
    return parts.legend_of((parts.sample(picture, tell(key, lang)) for key, picture in drawn.items()), lang)
