"""Comparer: which option meets the need with the least; form on the left, answer on the right, at each change."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import difference as compare_difference
from dashboard.comparison import downloads as compare_files
from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison import explanation as compare_opened
from dashboard.comparison import hosting_sites as compare_hosts
from dashboard.comparison import need_form, option_cards, saving
from dashboard.comparison import result as compare_view
from dashboard.comparison import results_table as compare_table
from dashboard.comparison import scenario_session as compare_session
from dashboard.comparison import verdict_sections as compare_sections
from dashboard.comparison import volume_growth as compare_growth
from dashboard.comparison.fields import need_changed, option_changed
from dashboard.comparison.scenario_session import View
from dashboard.shared import estimator_gateway
from dashboard.shared.plotly_figures import Explored, explored
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import language, part
from estimator.comparison.answer import Answer
from estimator.comparison.scenario import Scenario

Show = Callable[[Answer, Scenario, str], object]
FORM, ANSWER = 4, 7  # widths of the two columns, of eleven


def show() -> None:
    """The comparison, or one of its figures when named in the URL."""
    lang = language()
    view = compare_session.current(lang)
    build = estimator_gateway.current()
    marked = view.scenario.example and not (build and build.sample)  # one banner says it for the whole page
    mark = render("banner", lang, mark="compare.example") if marked else Markup()
    if view.wrong:
        mark += Markup('<p class="warn" role="alert">{}</p>').format(view.wrong)
    if asked := st.query_params.get("calcul", ""):
        compare_opened.show(view.scenario, asked, mark, lang)
        return
    to_answer = Markup('<a class="to-answer" href="#reponse">{}</a>').format(t("compare.to_answer", lang))
    st.html(mark + Markup("<h1>{}</h1>").format(t("compare.title", lang)) + to_answer)
    form, answered = st.columns([FORM, ANSWER], gap="large")
    with answered, st.container(key="compare_answer", gap=None):
        answer = _answer(view, lang)
    with form, st.container(key="compare_edit", gap="small"):
        need_form.show(view, lang)
        option_cards.show(view, answer, lang)
    if answer:
        st.html('<div id="tout-voir"></div>')
        _everything(answer, view.scenario, lang)
    if st.session_state.get(saving.DONE) or _refused_again(view.scenario, lang):
        st.rerun()  # once every field is on the page: one that is not loses what it holds
    compare_session.keep_typed()


def _refused_again(scenario: Scenario, lang: str) -> bool:
    """Whether the address held what some fields refuse: it is in them, and refused there as when it was typed."""
    changes = {str(index): option_changed for index, _ in enumerate(compare_session.groups(scenario))}
    changes |= {place + compare_session.PICKED: option_cards.picked for place in changes}
    changes |= {need_form.NEED_PLACE: need_changed} | ({need_form.FIVE: need_form.answered} if scenario.asked else {})
    again = [at for at in st.session_state.pop(compare_session.AGAIN, ()) if at[0] in changes]
    for place, name, _ in again:
        changes[place](place.removesuffix(compare_session.PICKED), name, lang)
    return bool(again)


def _answer(view: View, lang: str) -> Answer | None:
    """One sentence, one picture, three facts, two actions; on a blank page, what to do."""
    unread = compare_session.unread_fields(lang)
    if view.missing:
        st.html(render("comparer_blank", lang, missing=view.missing, wrong=unread))
        compare_files.reopen(lang)
        return None
    answer = compare_data.compared(view.scenario, lang)
    if st.session_state.get(compare_session.ERROR):
        said = t("compare.of_before", lang, fields=unread or t("compare.a_choice", lang))
        st.html(Markup('<p class="warn" role="status">{}</p>').format(said))
    st.html(compare_view.head(answer, lang) + compare_view.picture(answer, view.scenario, lang))
    for line in compare_data.ceilings(answer, lang):
        st.html(Markup("<p>{}</p>").format(line))
    if saved := saving.confirmation(view.scenario, lang):
        st.html(saved)
    with st.container(key="compare_actions", horizontal=True, vertical_alignment="center"):
        saving.show(view.scenario, answer, lang)
        compare_files.show(answer, view.scenario, lang)
        st.html(Markup('<a href="#tout-voir">{}</a>').format(t("chart.see_all", lang)))  # it stands under the form
    return answer


@st.fragment
def _everything(answer: Answer, scenario: Scenario, lang: str) -> None:
    """All the rest, closed: where, why, how much more, which model, every number."""
    with st.container(key="parts", gap=None):
        names = {name: t(f"compare.part_{name}", lang) for name in PARTS}
        if opened := part(t("chart.see_all", lang), names, "voir", None):
            PARTS[opened](answer, scenario, lang)


def _why(answer: Answer, scenario: Scenario, lang: str) -> None:
    st.html(compare_sections.ratios(answer, lang) + compare_sections.hinges(answer, lang))
    compare_difference.show(answer, scenario, lang)


def _drawn(name: str, said: Callable[[Answer, str], Markup], pictures: Callable[[Answer, str], list[Explored]]) -> Show:
    return lambda answer, _, lang: explored(said(answer, lang), pictures(answer, lang), name, lang)


PARTS: dict[str, Show] = {
    "lieux": compare_hosts.show,
    "ecart": _why,
    "volume": _drawn("volume", compare_growth.growth, compare_growth.pictures),
    "modele": _drawn("modele", compare_sections.smallest, compare_sections.pictures),
    "chiffres": lambda answer, scenario, lang: st.html(compare_table.numbers(answer, scenario, lang)),
}

show()
