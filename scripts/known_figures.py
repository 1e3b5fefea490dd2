"""Published figures of well-known models beside ours, for the page of published cases: inside, and how far apart."""

from collections.abc import Iterator
from datetime import date

from estimator.catalogue.load import load
from estimator.catalogue.published_figures import PublishedFigure, figure_label
from estimator.catalogue.published_figures import load as published
from estimator.core.interval import Interval
from estimator.core.number_format import exact_text
from estimator.workloads.published_comparison import judged, ours, ours_of_all
from estimator.workloads.validation.case_tables import case_tables

SHOWN = ("energy", "it_energy", "gwp", "gwp.use")
CALIBRATION = "deepseek_day6"  # the only document that a law of serving is set on; no row here is of it
CLOSE = 2.0  # ratio of ours to the published one that a known figure is expected to keep within


def known(today: date) -> Iterator[tuple[PublishedFigure, str, Interval]]:
    """Each published electricity or greenhouse gas of a use or a training and its model, with ours, without the factors
    of its document; where several models may be meant, "" is all of them: whole range, median of the medians."""
    for row in published():
        if row.figure in SHOWN and row.phase != "life":
            tables = case_tables(_same(row), today).catalogue
            if len(row.model_ids) > 1:
                yield row, "", ours_of_all(row, tables, today)
            yield from ((row, model, ours(row, model, tables, today)) for model in row.model_ids)


def _same(row: PublishedFigure) -> frozenset[str]:
    sources = load().sources
    return frozenset(s.id for s in sources.values() if s.url == sources[row.source].url)


def known_table(today: date, lang: str) -> list[str]:
    """The lines of the table."""
    lines = [
        "| publication | ce qui est mesuré | modèle | publié | nous (5 % – 95 %) | dedans | ÷ publié | calibration |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row, model, body in known(today):
        low, central, high = body.ends
        ends = [exact_text(end, row.unit, lang) for end in (central, low, high)]
        inside = "oui" if low <= row.value <= high else "non"
        if model and len(row.model_ids) > 1:
            inside = "voir « tous »"
        if not judged(row):
            inside = "périmètre différent"
        source = load().sources[row.source]
        cells = [
            f"[{source.title}]({source.url})",
            f"{figure_label(row.figure, lang)} : {row.measured(lang)}",
            f"`{model}`" if model else "tous",
        ]
        cells += [exact_text(row.value, row.unit, lang), f"{ends[0]} ({ends[1]} – {ends[2]})", inside]
        cells += [f"{central / row.value:.2f}".replace(".", ","), "oui" if row.source == CALIBRATION else "non"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines
