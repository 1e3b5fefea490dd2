"""Coverage of the measurements: by month with gaps, then by service and proof."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.measurements.coverage_timeline import ServiceTimeline, lines_of, months_picture, months_table
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.builds.queries import NO_PROOF
from estimator.catalogue.schema import PROOFS
from estimator.core.periods import months_between
from estimator.results.totals import ServiceTotals

DRAWN = 20  # services in the chart


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


def _note(lines: Sequence[ServiceTimeline], lang: str) -> str:
    """How many services have a gap, and how many are not in the chart."""
    if not lines:
        return t("coverage.nothing", lang)
    gaps = sum(1 for line in lines if line.gaps)
    said = [t("coverage.gaps_some", lang, n=gaps) if gaps else t("coverage.gaps_none", lang)]
    if len(lines) > DRAWN:
        said.append(t("coverage.left", lang, n=len(lines) - DRAWN))
    return " ".join(said)
