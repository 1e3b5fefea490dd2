"""Registre: the use cases and their stage; one of them at ?cas=, a form at ?faire=."""

from collections.abc import Sequence
from datetime import date

import streamlit as st
from markupsafe import Markup

from dashboard.register import estimator_gateway as register
from dashboard.register.forms import ALONE, show_form
from dashboard.register.sentences import (
    alternative_cell,
    commune_text,
    counts_text,
    is_closed,
    is_late,
    quality_text,
    reached_text,
    review_cell,
    stage_cell,
)
from dashboard.register.stages import stage_path
from dashboard.register.use_case_detail import read_only, saved, use_case_view
from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.permissions import may_write
from dashboard.shared.texts import both, t
from dashboard.shared.widgets import choice, language, page_asked
from estimator.core.errors import SobriaError
from estimator.governance.register.schema import UseCase

FILTERS = ("etape", "issue", "service", "commune")
COMMAND = "sobria register add nom=… tache=… unite=… service=… commune=… responsable=… --who … --why …"


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
    today, cases = date.today(), register.register().use_cases()
    if not cases:
        st.html(saved(lang) + _empty(writer, lang) + _problems(lang))
        return
    st.html(saved(lang) + _head(cases, today, lang) + read_only(writer, lang) + _register_actions(writer, lang))
    st.html(_stages(cases, lang) + _results(lang) + _problems(lang))
    with st.container(key="list", gap=None):
        st.html(Markup("<h2>{}</h2>").format(t("register.list", lang)))
        chosen = _filtered_cases(cases, lang)
        st.html(_table(chosen, today, lang))


def _head(cases: Sequence[UseCase], today: date, lang: str) -> Markup:
    answer = counts_text(register.register().counts(), len(cases), lang)
    late = sum(is_late(case, today) for case in cases)
    note = Markup('<span class="warn">{}</span>').format(t("register.late_count", lang, n=late)) if late else ""
    return html_parts.head(t("register.title", lang), answer, note)


def _register_actions(writer: bool, lang: str) -> Markup:
    """Actions on the register as a whole."""
    forms = ALONE.items() if writer else ()
    ways = [(html_parts.address("registre", lang, faire=name), t(f"register.{word}", lang)) for name, word in forms]
    ways += [("registre.csv", t("register.export", lang)), ("registre-schema.json", t("register.schema", lang))]
    links = [Markup('<li><a href="{}">{}</a></li>').format(*way) for way in ways]
    return Markup('<nav class="ways" aria-label="{}"><ul>{}</ul></nav>').format(
        t("register.actions", lang), Markup().join(links)
    )


def _stages(cases: Sequence[UseCase], lang: str) -> Markup:
    """Count of use cases at each stage, and of those closed there; each stage filters the list."""
    entries = []
    for stage in register.STAGES:
        here = [case for case in cases if case.stage == stage]
        closed = sum(is_closed(case) for case in here) if stage != "retrait" else 0
        said = t("register.total", lang, n=len(here))
        said += t("register.of_which_closed", lang, n=closed) if closed else ""
        entries.append((_filter(register.word("stages", stage, lang), "etape", stage, lang), said, ""))
    return html_parts.section(t("register.stages", lang), stage_path(entries), t("register.stages_note", lang))


def _results(lang: str) -> Markup:
    """Count of use cases by result, those without AI first; each result filters the list."""
    counts = register.register().counts().outcomes
    entries = [
        (
            _filter(register.word("outcomes", name, lang), "issue", name, lang),
            t("register.total", lang, n=counts[name]),
            "",
        )
        for name in register.RESULTS
    ]
    return html_parts.section(t("register.results", lang), stage_path(entries), t("register.results_note", lang))


def _filter(name: str, key: str, value: str, lang: str) -> Markup:
    """A link that filters the list by a value."""
    return Markup('<a href="{}">{}</a>').format(html_parts.address("registre", lang, **{key: value}), name)


def _filtered_cases(cases: Sequence[UseCase], lang: str) -> list[UseCase]:
    """The use cases selected by the filters of the URL."""
    stages: dict[str, str] = {stage: register.word("stages", stage, lang) for stage in register.STAGES}
    results: dict[str, str] = {name: register.word("outcomes", name, lang) for name in register.OUTCOMES}
    services = {name: name for name in sorted({case.service for case in cases})}
    communes = {code: commune_text(code, lang) for code in sorted({case.commune for case in cases})}
    with st.container(key="filters", horizontal=True, gap="medium", vertical_alignment="bottom"):
        stage = choice(t("register.stage", lang), stages, "etape", t("register.any_stage", lang))
        result = choice(t("register.result", lang), results, "issue", t("register.any_result", lang))
        service = choice(t("register.service", lang), services, "service", t("register.any_service", lang))
        commune = choice(t("register.commune", lang), communes, "commune", t("register.any_commune", lang))
    wanted = ((stage, "stage"), (result, "outcome"), (service, "service"), (commune, "commune"))
    kept = (case for case in cases if all(value in (None, getattr(case, field)) for value, field in wanted))
    return sorted(kept, key=_order)


def _order(case: UseCase) -> tuple[bool, date, str]:
    return is_closed(case), case.next_review or date.max, case.name.casefold()


def _table(chosen: Sequence[UseCase], today: date, lang: str) -> Markup:
    if not chosen:
        return Markup("<p>{}</p>").format(t("register.none", lang))
    page = min(page_asked(), (len(chosen) - 1) // html_parts.PER_PAGE + 1)
    shown = chosen[(page - 1) * html_parts.PER_PAGE : page * html_parts.PER_PAGE]
    columns = ("name", "where", "stage", "alternative", "quality", "means", "next_review")
    heads = [t(f"register.{column}", lang) for column in columns]
    rows = [_row(case, today, lang) for case in shown]
    where = {name: st.query_params.get(name, "") for name in FILTERS}
    table = html_parts.table(t("register.list_caption", lang), heads, rows)
    return table + (
        html_parts.paging("registre", page, len(chosen), where, lang) if len(chosen) > len(shown) else Markup()
    )


def _row(case: UseCase, today: date, lang: str) -> list[Markup | str]:
    link = Markup('<a class="wild" href="{}">{}</a>').format(
        html_parts.address("registre", lang, cas=case.id), case.name
    )
    quality = Markup("{}<br>{}").format(quality_text(case, lang), reached_text(case, lang))
    return [
        link,
        _two(case.service, commune_text(case.commune, lang)),
        stage_cell(case, lang),
        alternative_cell(case, lang),
        quality,
        _two(case.model, estimator_gateway.subject_name(case.host, lang)),
        review_cell(case, today, lang),
    ]


def _two(first: str, second: str) -> Markup:
    """Two texts, one under the other."""
    return Markup("<br>").join(html_parts.shortened(text) for text in (first, second) if text)


def _problems(lang: str) -> Markup:
    """Quarantined files and events."""
    faults = [both(fault.as_dict(), lang) for fault in register.register().faults()]
    return html_parts.section(t("register.problems", lang), html_parts.items(faults)) if faults else Markup()


def _empty(writer: bool, lang: str) -> Markup:
    """An empty register: what a use case is, and the next step."""
    steps = [
        Markup("<li><h3>{}</h3><p>{}</p></li>").format(
            t(f"register.empty_step{n}", lang), t(f"register.empty_step{n}_what", lang)
        )
        for n in (1, 2, 3)
    ]
    head = html_parts.head(t("register.empty_title", lang), t("register.empty_answer", lang))
    ways = _register_actions(writer, lang) if writer else read_only(writer, lang) + html_parts.command(COMMAND)
    body = Markup('<ol class="steps">{}</ol>').format(Markup().join(steps))
    return head + ways + html_parts.section(t("register.empty_next", lang), body)


show()
