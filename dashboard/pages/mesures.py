"""Mesures: what was measured, and how reliable it is; one run at ?execution=."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.measurements.coverage import coverage
from dashboard.measurements.run_detail import run_view
from dashboard.measurements.run_fields import modelled
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.dates import duration_text, period_text, short_day
from dashboard.shared.estimator_gateway import OpenBuild
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice, language, page_asked, proof_sentence
from estimator.builds.queries import ANY, NO_PROOF, RunFilter
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import SobriaError
from estimator.results.totals import Totals

FILTERS = ("service", "verifier", "preuve", "page")


def show() -> None:
    """The lists, or one run when named in the URL."""
    lang, build = language(), estimator_gateway.current()
    if build is None:
        st.html(html_parts.nothing_yet(lang))
        return
    asked = st.query_params.get("execution", "")
    if asked:
        try:
            st.html(run_view(build.run(asked), lang))
        except SobriaError:
            st.html(html_parts.unknown(lang))
        return
    totals, checks = build.totals(), build.checks()
    if not totals.coverage.runs:
        st.html(_nothing(build, totals.coverage.quarantined, lang))
        return
    st.html(_head(totals, lang))
    if "list_first" not in st.session_state:  # a URL with filters is for the list
        st.session_state["list_first"] = any(name in st.query_params for name in FILTERS)
    if st.session_state["list_first"]:
        _runs(build, checks, lang)
    st.html(coverage(build.services(), build.coverage_by_month(), lang) + _checks(checks, lang))
    if not st.session_state["list_first"]:
        _runs(build, checks, lang)
    st.html(_quarantine(build, lang))


def _nothing(build: OpenBuild, refused: int, lang: str) -> Markup:
    """A ledger without runs: the next step, after the quarantined rows, if any."""
    if not refused:
        return html_parts.nothing_yet(lang)
    more = Markup('<a href="{}">{}</a>').format(html_parts.address("brancher", lang), t("connect.from_measures", lang))
    answer = t("measures.answer_none", lang, refused=t("measures.refused", lang, n=refused))
    return html_parts.head(t("measures.title", lang), answer, more) + _quarantine(build, lang)


def _head(totals: Totals, lang: str) -> Markup:
    coverage = totals.coverage
    refused, to_check = coverage.quarantined, coverage.to_check
    answer = t(
        "measures.answer",
        lang,
        period=period_text(coverage.period, lang),
        runs=t("measures.runs", lang, n=coverage.runs),
        services=t("measures.services", lang, n=coverage.services),
        proof=_proof(totals, lang),
        refused=t("measures.refused", lang, n=refused) if refused else t("measures.refused_none", lang),
        to_check=t("measures.to_check", lang, n=to_check) if to_check else t("measures.to_check_none", lang),
    )
    more = Markup('<a href="{}">{}</a>').format(html_parts.address("brancher", lang), t("connect.from_measures", lang))
    return html_parts.head(t("measures.title", lang), answer, more)


def _proof(totals: Totals, lang: str) -> str:
    """How much of the electricity is measured; runs of unknown electricity apart."""
    unknown = totals.coverage.unknown
    if not unknown or not any(totals.proof.values()):
        return proof_sentence(totals.proof, t("measures.their", lang), lang)
    said = proof_sentence(totals.proof, t("measures.their_known", lang), lang)
    return f"{said} {t('measures.unknown', lang, n=unknown)}"


def _checks(checks: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    title = t("measures.check", lang)
    if not checks:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("measures.check_none", lang)))
    entries = []
    for check in checks:
        link = html_parts.address("mesures", lang, verifier=check["code"])
        entries.append(
            Markup('{} <a class="warn" href="{}">{}<span class="unseen">, {}</span></a>').format(
                sentence(both(check, lang)), link, t("measures.check_see", lang, n=check["count"]), check["code"]
            )
        )
    return html_parts.section(title, html_parts.items(entries))


def _runs(build: OpenBuild, checks: Sequence[Mapping[str, Any]], lang: str) -> None:
    with st.container(key="list", gap=None):
        st.html(Markup("<h2>{}</h2>").format(t("measures.list", lang)))
        asked = _filters(build, checks, lang)
        page = page_asked()
        found = build.runs(asked, (page - 1) * html_parts.PER_PAGE, html_parts.PER_PAGE)
        if not found["rows"]:
            st.html(Markup("<p>{}</p>").format(t("measures.none", lang)))
            return
        where = {"service": asked.service or "", "verifier": asked.check or "", "preuve": asked.proof or ""}
        st.html(_run_table(found["rows"], lang) + html_parts.paging("mesures", page, found["total"], where, lang))


def _filters(build: OpenBuild, checks: Sequence[Mapping[str, Any]], lang: str) -> RunFilter:
    services = {entry.service_key: entry.service_key for entry in build.services()}
    names = {ANY: t("measures.to_check_any", lang)} if checks else {}
    names |= {check["code"]: sentence(both(check, lang)) for check in checks}
    proofs = {proof: t(f"proof.{proof}", lang) for proof in PROOFS}
    proofs[NO_PROOF] = t("measures.no_proof", lang)
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        service = choice(t("measures.service", lang), services, "service", t("measures.any_service", lang))
        check = choice(t("measures.filter_check", lang), names, "verifier", t("measures.any_check", lang))
        proof = choice(t("measures.filter_proof", lang), proofs, "preuve", t("measures.any_proof", lang))
    return RunFilter(service, check, proof)


def _machine(row: Mapping[str, Any], lang: str) -> str:
    return estimator_gateway.subject_name(row["machine"], lang) if row["machine"] else ""


def _run_table(rows: Sequence[Mapping[str, Any]], lang: str) -> Markup:
    columns = ("date", "service", "model", "machine", "duration", "energy")
    heads = [*(t(f"measures.{c}", lang) for c in columns), t("table.proof", lang)]
    lines = []
    for row in rows:
        day = short_day(row["last"], lang)
        link = html_parts.address("mesures", lang, execution=row["row_id"])
        opened = Markup('<a href="{}">{}<span class="unseen">, {}</span></a>').format(link, day, row["service_key"])
        mark = Markup('<br><span class="warn">{}</span>').format(t("measures.marked", lang)) if row["checks"] else ""
        energy = html_parts.number(
            row["indicators"]["it_energy"], f"run.{row['row_id']}.it_energy", row["row_id"][:6], lang
        )
        proofs = set(row["proofs"].values()) | ({"estimated"} if modelled(row) else set())
        said = ", ".join(t(f"proof.{p}", lang) for p in PROOFS if p in proofs)
        texts = (row["service_key"], row["model"], row["device_as_read"] or _machine(row, lang))
        cells: list[Any] = [
            Markup("{}{}").format(opened, mark),
            *(html_parts.shortened(text) if text else "" for text in texts),
            duration_text(row["duration_s"], lang),
        ]
        lines.append([*cells, energy, said])
    return html_parts.table(t("measures.list_caption", lang), heads, lines)


def _quarantine(build: OpenBuild, lang: str) -> Markup:
    title, found = t("measures.quarantine", lang), build.quarantine(0, html_parts.PER_PAGE)
    if not found["total"]:
        return html_parts.section(title, Markup("<p>{}</p>").format(t("measures.quarantine_none", lang)))
    heads = [t(f"measures.{c}", lang) for c in ("file", "line", "reason", "text")]
    rows = [
        [html_parts.shortened(r["file_name"]), r["line"], sentence(both(r, lang)), html_parts.shortened(r["text"])]
        for r in found["rows"]
    ]
    body = html_parts.table(t("measures.quarantine_caption", lang), heads, rows, right=(1,))
    if found["total"] > len(rows):
        shown = t("paging.shown", lang, first=1, last=len(rows), total=found["total"])
        body += Markup('<p class="small">{}</p>').format(shown)
    return html_parts.section(title, body, t("measures.quarantine_note", lang))


show()
