"""Mesures: what was measured, how reliable it is, and what a person may mend; one run at ?execution=."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.connect import mending
from dashboard.measurements.coverage import coverage_by_service, coverage_of_months
from dashboard.measurements.run_detail import run_view
from dashboard.measurements.run_fields import modelled
from dashboard.register.run_tables import MOST, asked_of, hardware
from dashboard.shared import estimator_gateway, html_parts, svg_charts
from dashboard.shared.dates import period_text
from dashboard.shared.templates import phrase, render
from dashboard.shared.texts import both, sentence, t
from dashboard.shared.widgets import choice, language, page_asked, paging, part, proof_sentence, search, service_bars
from estimator.builds.queries import ANY, MOST_DRAWN, NO_PROOF, ORDERS
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import SobriaError
from estimator.core.number_format import said_in_sentence
from estimator.governance.indicators.own_counts import told_totals
from estimator.reporting.summary.standing import outside_text
from estimator.results.reading import Results
from estimator.results.totals import Totals

FILTERS = ("service", "verifier", "preuve", "recherche", "tri")
PARTS = ("corriger", "executions", "mois", "services", "remarques", "ecartees")
BARS = 5  # services in the picture


def show() -> None:
    """The page, or one run when named in the URL."""
    lang, build = language(), estimator_gateway.current()
    if build is None:
        st.html(render("nothing_yet", lang))
        return
    if asked := st.query_params.get("execution", ""):
        _run(build, asked, lang)
        return
    totals = told_totals(build)
    if not totals.coverage.runs:
        st.html(_nothing(build, totals.coverage.quarantined, lang))
        return
    names = estimator_gateway.service_names()
    head, below = st.container(key="measured", gap=None), st.container(key="parts", gap=None)
    with below:
        given = any(name in st.query_params for name in FILTERS)
        parts = {name: t(f"measures.part_{name}", lang) for name in PARTS}
        opened = part(t("measures.all", lang), parts, "voir", "executions" if given else None)
        if opened == "corriger":
            mending.show(build, names, lang)
        elif opened == "executions":
            _runs(build, names, lang)
        elif opened:
            st.html(_part(build, opened, names, lang))
    with head:
        st.html(_head(build, totals, names, lang))


def _run(build: Results, row_id: str, lang: str) -> None:
    try:
        run = build.run(row_id[: estimator_gateway.LONGEST_ID])
    except SobriaError:
        st.html(render("unknown", lang, gone=estimator_gateway.gone(row_id), opened=""))
        return
    names = estimator_gateway.service_names()
    head, section, rest = run_view(run, lang, names.get(run["service_key"], "")).partition("<section>")
    st.html(head)
    mending.of_run(build, run["row_id"], lang)
    st.html(section + rest)


def _nothing(build: Results, refused: int, lang: str) -> Markup:
    """A ledger without runs: the next step, after the quarantined rows, if any."""
    if not refused:
        return render("nothing_yet", lang)
    answer = t("measures.answer_none", lang, refused=t("measures.refused", lang, n=refused))
    return html_parts.head(t("measures.title", lang), answer) + _part(build, "ecartees", {}, lang)


def _head(build: Results, totals: Totals, names: Mapping[str, str], lang: str) -> Markup:
    """One sentence, one picture, three facts, two actions."""
    covered, services = totals.coverage, build.services()
    answer = phrase(
        "measures.answer",
        lang,
        period=period_text(covered.period, lang),
        runs=t("measures.runs_merged" if totals.authorities else "measures.runs", lang, n=covered.runs),
        services=t("measures.services_merged" if totals.authorities else "measures.services", lang, n=covered.services),
        proof=Markup('<span class="caveat">{}</span>').format(_proof(totals, build.lacks_rows, lang)),
    )
    few = services[:BARS]
    return render(
        "mesures",
        lang,
        answer=answer,
        picture=svg_charts.interval_chart(service_bars(few, lang, names), t("measures.picture", lang), lang, ""),
        shown=few,
        names=names,
        left=services[BARS:],
        facts=[(name, totals.indicators[name], _said(totals, name, lang)) for name in ("energy", "gwp")],
        totals=totals,
        mends=build.to_mend(),
        away=build.mends(),
    )


def _said(totals: Totals, name: str, lang: str) -> str:
    """A total as it is said aloud; of the electricity, that of the machines where their sites are not known."""
    said, _ = said_in_sentence(totals.indicators[name], lang)
    if name == "energy" and totals.indicators[name].central is None:
        alone, _ = said_in_sentence(totals.indicators["it_energy"], lang)
        return t("measures.machines", lang, missing=said, value=alone)
    return said


def _proof(totals: Totals, lost: bool, lang: str) -> str:
    """How much of the electricity is measured; runs of unknown electricity, and what is withheld or lost, apart."""
    unknown, there = totals.coverage.unknown, any(totals.proof.values())
    their = "measures.their_known" if there and (unknown or totals.at_least) else "measures.their"
    told = [
        proof_sentence(totals.proof, t(their, lang), lang),
        t(f"measures.unknown{'_merged' * bool(totals.authorities)}", lang, n=unknown) if there and unknown else "",
        t("explain.least", lang) if there and totals.at_least else "",
        outside_text(totals.outside._replace(gaps=(), lacks_rows=lost), lang),  # its months tell them
    ]
    return " ".join(filter(None, told))


def _part(build: Results, name: str, names: Mapping[str, str], lang: str) -> Markup:
    """A part without any field."""
    if name == "mois":
        return coverage_of_months(build.services(), build.coverage_by_month(), names, lang)
    if name == "services":
        return coverage_by_service(build.services(), build.coverage_by_month(), names, lang)
    if name == "remarques":
        return render("mesures_checks", lang, checks=build.checks(), mends=build.mends())
    return render("mesures_quarantine", lang, **build.quarantine(0, html_parts.PER_PAGE))


def _runs(build: Results, names: Mapping[str, str], lang: str) -> None:
    """The runs that the address asks for: chosen, searched, ordered, page by page, and as a file."""
    _filters(build, build.checks(), lang)
    query, page = st.query_params.to_dict(), page_asked()
    asked = asked_of(query, names)
    found = build.runs(asked, (page - 1) * html_parts.PER_PAGE, html_parts.PER_PAGE)
    where = {name: query[name] for name in FILTERS if query.get(name)}
    if not found["rows"]:
        st.html(Markup('<p role="status">{}</p>').format(t("measures.none", lang)))
        return
    near = "near" if asked.order == "energy" and found["total"] > MOST_DRAWN else "sorted"
    told = {"names": names, "where": where, "proofs": lambda row: _proofs(row, lang), "total": found["total"]}
    told |= {"hardware": partial(hardware, lang=lang), "most": MOST}
    told["caption"] = t(f"measures.{near}", lang, order=t(f"measures.order_{asked.order}", lang))
    st.html(
        render("mesures_runs", lang, rows=found["rows"], **told) + paging("mesures", page, found["total"], where, lang)
    )


def _filters(build: Results, checks: Sequence[Mapping[str, Any]], lang: str) -> None:
    services = estimator_gateway.services_by_name()
    codes = {ANY: t("measures.to_check_any", lang)} if build.to_mend() else {}
    codes |= {check["code"]: sentence(both(check, lang)) for check in checks}
    proofs = {proof: t(f"proof.{proof}", lang) for proof in PROOFS} | {NO_PROOF: t("measures.no_proof", lang)}
    orders = {order: t(f"measures.order_{order}", lang) for order in ORDERS}
    st.html(render("redraws", lang))
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        search(t("measures.search", lang), "recherche", t("measures.search_example", lang))
        choice(t("places.service", lang), services, "service", t("measures.any_service", lang))
        choice(t("measures.filter_check", lang), codes, "verifier", t("measures.any_check", lang))
        choice(t("measures.filter_proof", lang), proofs, "preuve", t("measures.any_proof", lang))
        choice(t("measures.order", lang), orders, "tri", t("measures.order_date", lang))


def _proofs(row: Mapping[str, Any], lang: str) -> str:
    proofs = set(row["proofs"].values()) | ({"estimated"} if modelled(row) else set())
    return ", ".join(t(f"proof.{p}", lang) for p in PROOFS if p in proofs)


show()
