"""Mesures: what was measured, and how reliable it is; one run at ?execution=."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.measurements.coverage import coverage
from dashboard.measurements.run_detail import run_view
from dashboard.measurements.run_fields import modelled
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.dates import period_text
from dashboard.shared.estimator_gateway import OpenBuild
from dashboard.shared.templates import render
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice, language, page_asked, paging, proof_sentence
from estimator.builds.queries import ANY, NO_PROOF, RunFilter
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import SobriaError
from estimator.results.totals import Totals

FILTERS = ("service", "verifier", "preuve", "page")


def show() -> None:
    """The lists, or one run when named in the URL."""
    lang, build = language(), estimator_gateway.current()
    if build is None:
        st.html(render("nothing_yet", lang))
        return
    asked = st.query_params.get("execution", "")
    if asked:
        try:
            st.html(run_view(build.run(asked), lang))
        except SobriaError:
            st.html(render("unknown", lang))
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
    st.html(coverage(build.services(), build.coverage_by_month(), lang) + render("mesures_checks", lang, checks=checks))
    if not st.session_state["list_first"]:
        _runs(build, checks, lang)
    st.html(render("mesures_quarantine", lang, **build.quarantine(0, html_parts.PER_PAGE)))


def _nothing(build: OpenBuild, refused: int, lang: str) -> Markup:
    """A ledger without runs: the next step, after the quarantined rows, if any."""
    if not refused:
        return render("nothing_yet", lang)
    answer = t("measures.answer_none", lang, refused=t("measures.refused", lang, n=refused))
    return render("mesures", lang, answer=answer) + render(
        "mesures_quarantine", lang, **build.quarantine(0, html_parts.PER_PAGE)
    )


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
    return render("mesures", lang, answer=answer)


def _proof(totals: Totals, lang: str) -> str:
    """How much of the electricity is measured; runs of unknown electricity apart."""
    unknown = totals.coverage.unknown
    if not unknown or not any(totals.proof.values()):
        return proof_sentence(totals.proof, t("measures.their", lang), lang)
    said = proof_sentence(totals.proof, t("measures.their_known", lang), lang)
    return f"{said} {t('measures.unknown', lang, n=unknown)}"


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
        table = render("mesures_runs", lang, rows=found["rows"], proofs=lambda row: _proofs(row, lang))
        st.html(table + paging("mesures", page, found["total"], where, lang))


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


def _proofs(row: Mapping[str, Any], lang: str) -> str:
    proofs = set(row["proofs"].values()) | ({"estimated"} if modelled(row) else set())
    return ", ".join(t(f"proof.{p}", lang) for p in PROOFS if p in proofs)


show()
