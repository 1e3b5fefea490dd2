"""Coverage of the measurements: by month with gaps, then by service and proof."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.shared import chart_parts, html_parts, svg_charts
from dashboard.shared.dates import month_text
from dashboard.shared.templates import render, table
from dashboard.shared.texts import t
from estimator.builds.queries import NO_PROOF
from estimator.builds.timelines import Month, ServiceTimeline, lines_of
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import listed
from estimator.core.interval import Interval
from estimator.core.number_format import figure
from estimator.core.periods import months_between
from estimator.results.totals import ServiceTotals

DRAWN = 20  # services in the chart
FEWEST = 6  # months across
LABELS = 8  # on the scale
EMPTY: Mapping[str, float] = {}  # a month without any row
ZERO: Mapping[str, float] = {"unknown": 0.0}  # a month whose rows hold no electricity


def coverage_of_months(
    services: Sequence[ServiceTotals], months: Sequence[Mapping[str, Any]], names: Mapping[str, str], lang: str
) -> Markup:
    """Each service month by month, as a picture and as a table. services: those of Results.services; months:
    estimator.builds.coverage.by_month; names: of services, by key."""
    lines = lines_of(months, [entry.service_key for entry in services])
    picture, table = months_picture(lines[:DRAWN], lang, names), months_table(lines, lang, names)
    said = '<p class="note">{}</p>{}<details><summary>{}</summary>{}</details>'
    return Markup(said).format(_note(lines, lang), picture, t("chart.table", lang), table)


def coverage_by_service(
    services: Sequence[ServiceTotals], months: Sequence[Mapping[str, Any]], names: Mapping[str, str], lang: str
) -> Markup:
    """What proves the electricity of each service, as a table. The same arguments."""
    lines = lines_of(months, [entry.service_key for entry in services])
    return render(
        "coverage",
        lang,
        services=services,
        names=names,
        spans={e.key: (len(e.found), len(months_between(min(e.found), max(e.found)))) for e in lines},
        PROOFS=PROOFS,
        NO_PROOF=NO_PROOF,
    )


def months_picture(lines: Sequence[ServiceTimeline], lang: str, names: Mapping[str, str]) -> Markup:
    """One strip a service, one column a month."""
    touched = [month for line in lines for month in line.found]
    months = months_between(min(touched), max(touched)) if touched else []
    title = t("coverage.caption", lang)
    strips = chart_parts.list_of(_strip(line, months, lang, names) for line in lines)
    proofs = [month["kwh"] for line in lines for month in line.found.values() if any(month["kwh"].values())]
    body = svg_charts.textures(proofs, lang, _marks(lines, lang)) + strips
    axis, how = _axis(months, lang), t("coverage.how", lang)
    body += Markup('<div class="months">{}</div><p class="small">{}</p>').format(axis, how)
    values = (
        chart_parts.DrawnValue(
            f"{names.get(line.key, line.key)}, {month_text(month, lang)}",
            t(f"proof.{proof}", lang),
            (None, kwh, None),
            "kWh",
            html_parts.figure_name("it_energy", lang),
        )
        for line in lines
        for month, found in sorted(line.found.items())
        for proof, kwh in found["kwh"].items()
    )
    return chart_parts.figure_of(title, body, values, lang, t("chart.in_table", lang, title=title))


def months_table(lines: Sequence[ServiceTimeline], lang: str, names: Mapping[str, str]) -> Markup:
    """The same as numbers: one row a service and month, gaps included."""
    heads = ("table.service", "table.month", "table.runs", "figures.it_energy", "table.proof")
    rows = [
        [names.get(line.key, line.key), month_text(month, lang), *_cells(line.found.get(month), lang)]
        for line in lines
        for month in months_between(min(line.found), max(line.found))
    ]
    return table(t("coverage.caption", lang), [t(head, lang) for head in heads], rows, right=(2, 3), named=2)


def gaps_text(line: ServiceTimeline, lang: str) -> str:
    """« aucune ligne en mai 2025, de juil. 2025 à sept. 2025 », or nothing where there is no gap."""
    said = [
        t("coverage.gap_one", lang, month=month_text(months[0], lang))
        if len(months) == 1
        else t("coverage.gap_many", lang, first=month_text(months[0], lang), last=month_text(months[-1], lang))
        for months in line.gaps
    ]
    return t("coverage.gaps", lang, list=", ".join(said)) if said else ""


def _strip(line: ServiceTimeline, months: Sequence[int], lang: str, names: Mapping[str, str]) -> Markup:
    """One column a month; before a service's first month or after its last there is no gap."""
    first, last = min(line.found), max(line.found)
    columns = [
        line.found[m]["kwh"] or ZERO if m in line.found else EMPTY if first <= m <= last else None for m in months
    ]
    open_ = [place for place, m in enumerate(months) if m in line.found and line.found[m]["unknown"]]
    picture = svg_charts.columns_svg(columns, line.top, max(FEWEST, len(months)), open_)
    span = Markup('<span class="{1}">{0}</span>')
    notes = Markup(" ").join(span.format(*note) for note in _notes(line, lang).items())
    ends = {month_text(m, lang): _cells(line.found[m], lang)[1] for m in (first, last)}
    alt = listed([t("chart.row_missing", lang, label=month, value=value) for month, value in ends.items()], lang)
    return chart_parts.line(Markup("<b>{}</b> {}").format(names.get(line.key, line.key), notes), picture, "column", alt)


def _notes(line: ServiceTimeline, lang: str) -> dict[str, str]:
    """Its highest month, its proofs, what is unknown of it and its gaps, in words, each with how it is shown."""
    top = t("chart.month_top", lang, value=_kwh(line.top, lang)) if line.top else ""
    zero = "" if any(month["unknown"] for month in line.found.values()) else t("coverage.zero", lang)
    proofs = ", ".join(t(f"proof.{p}", lang) for p in PROOFS if any(m["kwh"].get(p) for m in line.found.values()))
    told = {top or zero: "said", proofs: "said", _unknown_text(line, lang): "said", gaps_text(line, lang): "said warn"}
    return {text: kind for text, kind in told.items() if text}


def _unknown_text(line: ServiceTimeline, lang: str) -> str:
    """Count of months with runs of unknown electricity."""
    count = sum(1 for month in line.found.values() if month["unknown"])
    if count == len(line.found):
        return t("coverage.unknown_all", lang)
    return t("coverage.unknown_some", lang, n=count) if count else ""


def _marks(lines: Sequence[ServiceTimeline], lang: str) -> Markup:
    """Legend of the marks other than proofs, as far as they are drawn."""
    months = [month for line in lines for month in line.found.values()]
    drawn = {"open": any(month["unknown"] for month in months), "empty": any(line.gaps for line in lines)}
    return Markup().join(svg_charts.mark(name, t(f"coverage.{name}", lang)) for name, there in drawn.items() if there)


def _axis(months: Sequence[int], lang: str) -> Markup:
    slots, marks = max(FEWEST, len(months)), []
    every = -(-len(months) // LABELS)
    for index, month in enumerate(months):
        end = index in (0, len(months) - 1)
        if not end and (index % every or index > len(months) - 1 - every):
            continue
        side = "edge" if index == slots - 1 else "" if end else "inner"
        marks.append((round((index + 0.5) * 100 / slots, 2), month_text(month, lang), side))
    return chart_parts.scale(marks)


def _cells(month: Month | None, lang: str) -> list[str | int]:
    """Runs, electricity and proof of a month; None: it has no row."""
    if month is None:
        return ["", t("chart.no_data", lang), ""]
    whole = sum(month["kwh"].values())
    proof = html_parts.proof_text({p: kwh / whole for p, kwh in month["kwh"].items()}, lang) if whole else ""
    if not month["unknown"]:
        return [month["runs"], t("numbers.about", lang, value=_kwh(whole, lang)), proof]
    left_out = t("coverage.unknown_runs", lang, n=month["unknown"])
    if month["unknown"] == month["runs"]:
        return [month["runs"], t("coverage.unknown_all", lang), ""]
    value = t("numbers.about", lang, value=_kwh(whole, lang))
    return [month["runs"], t("coverage.and_unknown", lang, value=value, unknown=left_out), proof]


def _kwh(value: float, lang: str) -> str:
    return figure(Interval.exact(value, "kWh"), lang).central


def _note(lines: Sequence[ServiceTimeline], lang: str) -> str:
    """How many services have a gap, and how many are not in the chart."""
    if not lines:
        return t("coverage.nothing", lang)
    gaps = sum(1 for line in lines if line.gaps)
    said = [t("coverage.scope", lang), t("coverage.gaps_some", lang, n=gaps) if gaps else t("coverage.gaps_none", lang)]
    if len(lines) > DRAWN:
        said.append(t("coverage.left", lang, n=len(lines) - DRAWN))
    return " ".join(said)
