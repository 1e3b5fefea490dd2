"""The scenario of this view, in the URL and in the session: blank, asked for as an example, or as it was left."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.form_values import checked, refusal_text
from dashboard.shared.scenario_url import EXAMPLE, NAME, plain, token
from dashboard.shared.texts import t
from estimator.comparison.five_fields import PLACES, SETS, in_language, scenario_from
from estimator.comparison.scenario import Asked, Scenario, ScenarioRefused
from estimator.comparison.scenario_link import decode

LONG, SHOWN, REVISION, ERROR = (f"compare {name}" for name in ("long", "shown", "revision", "error"))
MISSING = "manque"  # in the URL: which counts of the five answers are not given yet
COUNTS = ("people", "uses")
BLANK = Asked(people=1, uses=1, per="month", task="question-rag", models=SETS, place=PLACES[0])  # but for the counts


class View(NamedTuple):
    """The scenario shown, the answers that it still lacks, and the error of an invalid URL."""

    scenario: Scenario
    missing: tuple[str, ...]
    wrong: str


def current(lang: str) -> View:
    """The scenario of the URL, else the example if it is asked for, else a blank one."""
    text = st.query_params.get(NAME, "")
    missing = tuple(name for name in st.query_params.get(MISSING, "").split(",") if name in COUNTS)
    kept, wrong = st.session_state.get(LONG), ""
    try:
        found = decode(text) if text else kept
    except ScenarioRefused:
        found, wrong = None, t("compare.bad_address", lang)
    if found is None and EXAMPLE in st.query_params:
        found = compare_data.example_scenario(lang)
    if found is None:
        found, missing = scenario_from(BLANK, lang), COUNTS
    found = in_language(found, lang)
    if st.session_state.get(SHOWN) != plain(found):  # another scenario than that of the fields: reset them
        st.session_state[SHOWN] = plain(found)
        st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
        st.session_state.pop(ERROR, None)
    return View(found, missing, wrong)


def set_scenario(
    values: Mapping[str, Any], place: str, lang: str, missing: tuple[str, ...] = (), keep: bool = True
) -> Scenario | None:
    """Set the scenario to these values, or report the error next to the fields of `place`. keep: fields as typed."""
    try:
        scenario = checked(values)
    except ScenarioRefused as error:
        st.session_state[ERROR] = (place, refusal_text(error, lang))
        return None
    st.session_state.pop(ERROR, None)
    if keep:
        st.session_state[SHOWN] = plain(scenario)
    text = token(scenario)
    st.session_state[LONG] = None if text else scenario
    for name, value in ((NAME, text), (MISSING, ",".join(missing)), (EXAMPLE, ""), ("calcul", ""), ("modele", "")):
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    return scenario


def say_error(place: str) -> None:
    """The error reported at this place."""
    where, text = st.session_state.get(ERROR, ("", ""))
    if where == place:
        st.html(Markup('<p class="warn" role="alert">{}</p>').format(text))
