"""The scenario of this view and its form fields, in the URL and in the session."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.form_values import checked, refusal_text
from dashboard.shared.scenario_url import NAME, plain, token
from dashboard.shared.texts import t
from estimator.comparison.scenario import Scenario, ScenarioRefused
from estimator.comparison.scenario_link import decode

LONG, SHOWN, REVISION, ERROR = (f"compare {name}" for name in ("long", "shown", "revision", "error"))


def current(lang: str) -> tuple[Scenario, str]:
    """The scenario of the URL, else the example; and the error of an invalid URL."""
    text = st.query_params.get(NAME, "")
    wrong = ""
    try:
        found = decode(text) if text else st.session_state.get(LONG) or compare_data.example_scenario(lang)
    except ScenarioRefused:
        found, wrong = compare_data.example_scenario(lang), t("compare.bad_address", lang)
    if st.session_state.get(SHOWN) != plain(found):  # another scenario than that of the fields: reset them
        st.session_state[SHOWN] = plain(found)
        st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    return found, wrong


def set_scenario(values: Mapping[str, Any], place: str, lang: str, keep: bool = False) -> bool:
    """Set the scenario to these values, or report the error next to the form `place`. keep: fields as typed."""
    try:
        scenario = checked(values)
    except ScenarioRefused as error:
        st.session_state[ERROR] = (place, refusal_text(error, lang))
        return False
    st.session_state.pop(ERROR, None)
    if keep:
        st.session_state[SHOWN] = plain(scenario)
    text = token(scenario)
    st.session_state[LONG] = None if text else scenario
    if text:
        st.query_params[NAME] = text
    else:
        st.query_params.pop(NAME, None)
    for gone in ("calcul", "modele"):
        st.query_params.pop(gone, None)
    return True


def say_error(place: str) -> None:
    """The error reported at this place."""
    where, text = st.session_state.get(ERROR, ("", ""))
    if where == place:
        st.html(Markup('<p class="warn" role="alert">{}</p>').format(text))


def field_key(place: str, name: str) -> str:
    """The key of a field; changes when the fields are reset."""
    return f"compare {st.session_state.get(REVISION, 0)} {place} {name}"


def read(place: str, name: str) -> str:
    """The value of a field, as text."""
    return str(st.session_state.get(field_key(place, name)) or "").strip()


def text_field(place: str, name: str, value: str, lang: str) -> None:
    """A text field for a line of text or a number."""
    st.text_input(t(f"compare_form.{name}", lang), value=value, key=field_key(place, name))


def list_field(place: str, name: str, options: Mapping[str, str], value: str, lang: str) -> None:
    """A searchable list; a value missing from the list is added as it is."""
    known = options if value in options else {**options, value: value}
    st.selectbox(
        t(f"compare_form.{name}", lang), list(known), index=list(known).index(value), key=field_key(place, name),
        placeholder=t("accessibility.choose", lang), format_func=lambda key: known.get(key, key),
    )  # fmt: skip
