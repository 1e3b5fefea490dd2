"""Registre: the use cases and their stage; one of them at ?cas=, a form at ?faire=."""

from collections.abc import Sequence
from datetime import date
from functools import partial

import streamlit as st
from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register.forms import ALONE, show_form
from dashboard.register.sentences import commune_text, counts_text, quality_text, when_text
from dashboard.register.use_case_detail import saved, use_case_view
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.permissions import may_write
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import choice, language, paged
from estimator.catalogue import models
from estimator.core.errors import SobriaError
from estimator.core.periods import is_over
from estimator.governance.register.schema import UseCase
from estimator.reporting.uses.resident import reached_text

FILTERS = ("etape", "issue", "service", "commune")


def show() -> None:
    """The list, or the use case or the form named in the URL."""
    lang, writer = language(), may_write()
    asked, doing = st.query_params.get("cas", ""), st.query_params.get("faire", "")
    if asked:
        _use_case(asked, doing if writer else "", lang)
    elif writer and doing in ALONE:
        show_form(doing, None, lang)
    else:
        _list(writer, lang)


def _use_case(asked: str, doing: str, lang: str) -> None:
    try:
        case = register.register().use_case(asked[: estimator_gateway.LONGEST_ID])
    except SobriaError:
        back = Markup('<a href="{}">{}</a>').format(html_parts.address("registre", lang), t("register.back", lang))
        st.html(html_parts.head(t("register.unknown_title", lang), t("register.unknown_answer", lang), back))
        return
    if not (doing and show_form(doing, case, lang)):
        st.html(use_case_view(case, may_write(), date.today(), lang))


def _list(writer: bool, lang: str) -> None:
    today, held = date.today(), register.register()
    cases = held.use_cases()
    facts = {"writer": writer, "saved": saved(), "faults": held.faults(), "ALONE": ALONE}
    if not cases:
        st.html(render("registre_empty", lang, **facts))
        return
    page = render(
        "registre",
        lang,
        answer=counts_text(held.counts(), len(cases), lang),
        late=sum(is_over(case.next_review, today) for case in cases),
        stages={stage: [case for case in cases if case.stage == stage] for stage in register.STAGES},
        word=partial(register.word, lang=lang),
        **facts,
    )
    st.html(page)
    with st.container(key="list", gap=None):
        st.html(Markup("<h2>{}</h2>").format(t("register.list", lang)) + render("redraws", lang))
        st.html(_table(_filtered_cases(cases, lang), today, lang) + render("registre_files", lang))


def _filtered_cases(cases: Sequence[UseCase], lang: str) -> list[UseCase]:
    """The use cases selected by the filters of the URL."""
    stages: dict[str, str] = {stage: register.word("stages", stage, lang) for stage in register.STAGES}
    results: dict[str, str] = {name: register.word("outcomes", name, lang) for name in register.OUTCOMES}
    services = {name: name for name in sorted({case.service for case in cases})}
    communes = {code: commune_text(code, lang) for code in sorted({case.commune for case in cases})}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        stage = choice(t("register.stage", lang), stages, "etape", t("register.any_stage", lang))
        result = choice(t("register.result", lang), results, "issue", t("register.any_result", lang))
        service = choice(t("register_forms.service", lang), services, "service", t("register.any_service", lang))
        commune = choice(t("register.commune", lang), communes, "commune", t("register.any_commune", lang))
    wanted = ((stage, "stage"), (result, "outcome"), (service, "service"), (commune, "commune"))
    kept = (case for case in cases if all(value in (None, getattr(case, field)) for value, field in wanted))
    return sorted(kept, key=lambda case: (case.is_over, case.next_review or date.max, case.name.casefold()))


def _table(chosen: Sequence[UseCase], today: date, lang: str) -> Markup:
    shown, links = paged("registre", chosen, FILTERS, lang)
    texts = (commune_text, quality_text, reached_text, when_text, models.name_of)
    facts = {function.__name__: function for function in texts} | {"word": partial(register.word, lang=lang)}
    return render("registre_list", lang, shown=shown, today=today, paging=links, **facts)


show()
