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


def coverage(services: Sequence[ServiceTotals], months: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    """Two parts of a page. services: those of Results.services; months: estimator.builds.coverage.by_month."""
    lines = lines_of(months, [entry.service_key for entry in services])
    return render(
        "coverage",
        lang,
        note=_note(lines, lang),
        picture=months_picture(lines[:DRAWN], lang),
        months=months_table(lines, lang),
        services=services,
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
