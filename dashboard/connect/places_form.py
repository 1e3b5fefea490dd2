"""Where services run, and what suppliers answered: lists, and the forms that say and mend them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.connect import estimator_gateway as connect
from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import LABELS, refusal
from dashboard.shared.permissions import may_write
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import any_day, select, writer
from estimator.core.errors import SobriaError
from estimator.core.home import default_home
from estimator.governance.place_changes import instead_line
from estimator.places.placing import knowledge

PLACE, CARDS, AUTHOR = ("host", "zone"), ("device", "cards"), ("who", "why")
CHOICES = ("host", "zone", "device", "use")
DAYS = ("since", "until")
TOLD, READ, SENT = "places told", "places read", "places sent"


def choices(form: str, asked: Sequence[str], lang: str) -> None:
    """The fields that are asked, kept under the name of the form: a list to choose from, or a number."""
    for name in asked:
        label = t(f"places.{name}", lang)
        if name not in CHOICES:
            st.number_input(label, min_value=1, value=None, step=1, key=f"{form} {name}")
            continue
        select(label, connect.known(name, lang), f"{form} {name}", t("places.as_told", lang) if name in PLACE else "")


def fields(form: str, lang: str, asked: Sequence[str] = PLACE) -> None:
    """What is asked of a place, and who says so, kept under the name of the form."""
    choices(form, asked, lang)
    writer(f"{form} who", lang)
    st.text_input(t("register_forms.why", lang), key=f"{form} why")


def said(form: str, asked: Sequence[str] = PLACE) -> dict[str, Any]:
    """What was chosen and typed in the fields of a form."""
    return {name: st.session_state.get(f"{form} {name}") or "" for name in (*asked, *AUTHOR)}


def show(lang: str) -> None:
    """The page: what is in force, then the forms of those who may write."""
    try:
        known = knowledge(default_home())
    except SobriaError as error:
        st.html(refusal(error, lang))
        return
    st.html(render("lieux", lang, known=known, instead_line=instead_line, writer=may_write()))
    if not may_write():
        return
    with st.container(key="say", gap="xsmall"):
        st.html(Markup("<h2>{}</h2>").format(t("places.say", lang)))
        _form("place", lang, _place_drawn, lambda: _place(lang))
        _form("own", lang, _own_drawn, lambda: connect.host_named(said("own", ("name", "wider", "zone"))))
        _form("answers", lang, _answers_drawn, lambda: _take(lang))
        entries = {entry.id: estimator_gateway.place_text(entry.said.told, lang) for entry in known.said()}
        withdraw_form("withdraw", entries, partial(_withdrawn, entries), lang)


def withdraw_form(name: str, entries: Mapping[str, str], withdraw: Callable[..., Sequence[str]], lang: str) -> None:
    """The form by which one of these entries, by id, is taken back, where there are some."""
    if entries:
        _form(name, lang, partial(_withdraw_drawn, name, entries), lambda: withdraw(**said(name, ("id",)), lang=lang))
    _tell(name)  # of a form that has nothing left to show


def _tell(name: str) -> None:
    """What a form did, once, where it was sent."""
    if TOLD in st.session_state and st.session_state[TOLD][0] == name:
        st.html(st.session_state.pop(TOLD)[1])


def _form(name: str, lang: str, draw: Callable[[str], None], save: Callable[[], Sequence[str] | None]) -> None:
    """A form, closed unless ?voir= opens it; once sent, it is saved: the page says so and what changed, or why not."""
    closed = st.expander(t(f"places.part_{name}", lang), st.query_params.get("voir") == name, key=f"form_{name}")
    with closed, st.form(name, border=False, enter_to_submit=False):
        st.html(Markup('<p class="note">{}</p>').format(t(f"places.{name}_note", lang)))
        draw(lang)
        word = "confirm" if name == "withdraw" and READ in st.session_state else "save"
        sent = st.form_submit_button(t(f"places.{name}_{word}", lang), type="primary")
    with st.container():  # there whether it has a word to say or not: what follows is not drawn anew
        _tell(name)
        if not sent or not may_write():
            return
        try:
            lines = save()
        except SobriaError as error:
            st.html(refusal(error, lang, LABELS.get(name)))
            return
    st.session_state[TOLD] = (name, render("lieux_done", lang, lines=lines or [t(f"places.{name}_done", lang)]))
    st.rerun()


def _place_drawn(lang: str) -> None:
    label, choose = (t(name, lang) for name in ("places.service", "accessibility.choose"))
    names = estimator_gateway.services_by_name()
    named = partial(st.selectbox, label, [*names], format_func=lambda key: names.get(key, key), placeholder=choose)
    named(index=None, key="place service", accept_new_options=True)
    fields("place", lang)
    for name in DAYS:
        any_day(t(f"places.{name}", lang), None, key=f"place {name}")


def _place(lang: str) -> list[str]:
    """A name of no measured service is refused; sent again as it is, it has its rule."""
    typed = said("place", ("service", *PLACE, *DAYS))
    sure, st.session_state[SENT] = st.session_state.get(SENT) == typed, {**typed}
    return connect.mended({"service": typed.pop("service")}, typed, lang, sure)


def _own_drawn(lang: str) -> None:
    st.text_input(t("places.name", lang), key="own name")
    for name, kind in (("wider", "host"), ("zone", "zone")):
        select(t(f"places.{name}", lang), connect.known(kind, lang), f"own {name}")
    fields("own", lang, ())


def _answers_drawn(lang: str) -> None:
    st.file_uploader(t("places.file", lang), key="answers file", type=["csv", "json"])
    writer("answers who", lang)


def _take(lang: str) -> list[str]:
    file, who = st.session_state["answers file"], st.session_state["answers who"]
    name, content = (file.name, file.getvalue()) if file else ("", b"")
    return connect.answers_taken(content, who, name, lang)


def _withdrawn(entries: Mapping[str, str], lang: str, **typed: str) -> list[str]:
    """What was chosen is read back; sent again as it is, it is withdrawn."""
    if st.session_state.pop(READ, None) == typed:
        return connect.withdrawn(**typed, lang=lang)
    connect.author_of_choice(**typed)
    st.session_state[READ] = typed
    return [t("places.withdraw_read", lang, told=entries[typed["id"]], **typed)]


def _withdraw_drawn(name: str, entries: Mapping[str, str], lang: str) -> None:
    select(t(f"places.{name}_which", lang), entries, f"{name} id", t("accessibility.choose", lang))
    fields(name, lang, ())
