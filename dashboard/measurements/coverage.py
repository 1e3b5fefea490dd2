"""Coverage of the measurements: by month with gaps, then by service and proof."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from dashboard.measurements.coverage_timeline import ServiceTimeline, lines_of, months_picture, months_table
from dashboard.shared import html_parts
from dashboard.shared.dates import short_day
from dashboard.shared.texts import sentence, t
from estimator.builds.queries import NO_PROOF
from estimator.catalogue.schema import PROOFS
from estimator.core.number_format import share_text
from estimator.core.periods import months_between
from estimator.results.totals import ServiceTotals

DRAWN = 20  # services in the chart


def coverage(services: Sequence[ServiceTotals], months: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    """Two parts of a page. services: those of Results.services; months: estimator.builds.coverage.by_month."""
    lines = lines_of(months, [entry.service_key for entry in services])
    body = months_picture(lines[:DRAWN], lang) + html_parts.details(t("chart.table", lang), months_table(lines, lang))
    first = html_parts.section(t("coverage.heading", lang), body, _note(lines, lang))
    table = _by_service(services, {line.key: line for line in lines}, lang)
    return first + html_parts.section(t("coverage.by_service", lang), table, t("coverage.by_service_note", lang))


def _note(lines: Sequence[ServiceTimeline], lang: str) -> str:
    """How many services have a gap, and how many are not in the chart."""
    if not lines:
        return t("coverage.nothing", lang)
    gaps = sum(1 for line in lines if line.gaps)
    said = [t("coverage.gaps_some", lang, n=gaps) if gaps else t("coverage.gaps_none", lang)]
    if len(lines) > DRAWN:
        said.append(t("coverage.left", lang, n=len(lines) - DRAWN))
    return " ".join(said)


def _by_service(services: Sequence[ServiceTotals], lines: Mapping[str, ServiceTimeline], lang: str) -> Markup:
    heads = [t("table.service", lang)]
    heads += [t(f"coverage.{name}", lang) for name in ("first", "last", "months")]
    heads += [t("table.runs", lang), t("coverage.proved", lang)]
    rows = []
    for entry in services:
        key = entry.service_key
        runs = _runs(key, entry.runs, "", t("measures.any_proof", lang), lang)
        days = [short_day(end, lang) for end in (entry.first, entry.last)]
        rows.append([key, *days, _months(lines.get(key), lang), runs, _proofs(entry, lang)])
    return html_parts.table(t("coverage.by_service", lang), heads, rows, quiet=True)


def _months(line: ServiceTimeline | None, lang: str) -> str:
    """« 16 sur 18 »: months with rows among those from the first to the last."""
    if line is None:
        return ""
    whole = len(months_between(min(line.found), max(line.found)))
    return t("coverage.months_of", lang, n=len(line.found), all=whole)


def _proofs(entry: ServiceTotals, lang: str) -> Markup:
    """One line a proof: count of runs with electricity of it, linked, and its share of the electricity."""
    key, said = entry.service_key, []
    for proof in PROOFS:
        runs, share = entry.proved.get(proof, 0), entry.proof.get(proof, 0.0)
        if not runs and not share:
            continue
        word = t(f"proof.{proof}", lang)
        facts = {"word": sentence(word), "share": t("coverage.share", lang, share=share_text(share, lang))}
        text = Markup(t("coverage.part" if runs else "coverage.added", lang))
        said.append(text.format(runs=_runs(key, runs, proof, word, lang), **facts))
    if entry.unknown:
        word = t("coverage.unknown_all", lang)
        runs_link = _runs(key, entry.unknown, NO_PROOF, word, lang)
        said.append(Markup(sentence(t("coverage.unknown", lang))).format(runs=runs_link))
    return Markup("<br>").join(said) or Markup(sentence(t("coverage.zero", lang)))


def _runs(service: str, count: int, proof: str, word: str, lang: str) -> Markup:
    """« 72 exécutions », linked to their list; proof: "" for all."""
    link = html_parts.address("mesures", lang, service=service, preuve=proof)
    more = t("coverage.of_service", lang, service=service, word=word)
    return Markup('<a href="{}">{}<span class="unseen"> {}</span></a>').format(
        link, t("coverage.runs", lang, n=count), more
    )
