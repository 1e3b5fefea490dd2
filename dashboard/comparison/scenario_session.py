"""The scenario of this view, in the URL and in the session: blank, asked for as an example, or as it was left."""

from collections.abc import Mapping
from string import ascii_uppercase
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.form_values import Unreadable, label_of, refusal_text
from dashboard.shared.scenario_url import EXAMPLE, NAME, plain, token
from dashboard.shared.texts import t
from estimator.comparison.answer import one_program
from estimator.comparison.five_fields import PLACES, SETS, in_language, scenario_from
from estimator.comparison.scenario import MOST_OPTIONS, Asked, Option, Scenario, ScenarioRefused, scenario_of
from estimator.comparison.scenario_link import decode

LONG, SHOWN, REVISION, ERROR, UNREAD, HELD, GONE, AGAIN = (
    f"compare {name}" for name in ("long", "shown", "revision", "error", "unread", "held", "gone", "again")
)
MISSING = "manque"  # in the URL: which counts of the five answers are not given yet
TYPED = "saisi"  # in the URL: what was typed in the fields that refuse it, by place and field
PICKED = " picked"  # of a card: a choice on it, apart from what is typed in its fields
COUNTS = ("people", "uses")
Values = Mapping[str, Any]
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
        for name in (ERROR, UNREAD, GONE):
            st.session_state.pop(name, None)
        st.session_state[AGAIN] = typed_before()
        for place, name, text in typed_before():
            st.session_state[field_key(place.removesuffix(PICKED), name)] = text
    st.session_state[HELD] = (found, missing)
    return View(found, missing, wrong)


def typed_before() -> list[tuple[str, str, str]]:
    """The places and fields of the URL that refused what was typed in them, and that text."""
    return [(*at.rpartition(".")[::2], text) for at, text in parse_qsl(st.query_params.get(TYPED, ""))]


def keep_typed() -> None:
    """Have the URL hold what was typed in the fields that refuse it, or nothing."""
    unread = st.session_state.get(UNREAD, {})
    held = [(at, name) for at, (*_, names) in st.session_state.get(ERROR, {}).items() for name in names]
    said = [(at, name, unread.get(at.removesuffix(PICKED), {}).get(name, "")) for at, name in held]
    if (said := [one for one in said if one[2]]) != typed_before():
        _in_address(TYPED, urlencode([(f"{at}.{name}", text) for at, name, text in said]))


def _in_address(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def field_key(place: str, name: str) -> str:
    """The key of a field; changes when the fields are reset."""
    return f"compare {st.session_state.get(REVISION, 0)} {place} {name}"


def edited(lang: str) -> View:
    """The scenario of the changed fields: of answers typed in a row, the browser sends the URL of before them all."""
    if HELD not in st.session_state:
        return current(lang)
    scenario, missing = st.session_state[HELD]
    return View(in_language(scenario, lang), missing, "")


def groups(scenario: Scenario) -> list[tuple[Option, ...]]:
    """The options by card: one program without AI on several servers is one card."""
    found: list[tuple[Option, ...]] = []
    for option in scenario.options:
        before = found[-1][0] if found else None
        joined = before and before.alternative and option.alternative and one_program(scenario, before.id, option.id)
        found[-1:] = [(*found[-1], option)] if joined else [*found[-1:], (option,)]
    return found


def letters(scenario: Scenario, lang: str) -> list[str]:
    """The letter of each card, in words of the one without AI."""
    alphabet = ascii_uppercase * MOST_OPTIONS
    return [alphabet[n - 1] if n else t("compare_form.without_ai", lang) for n, _ in enumerate(groups(scenario))]


def refuse(place: str, wrong: Mapping[str, Unreadable], values: Values = MappingProxyType({})) -> None:
    """Say what cannot be read, by field ("" of a choice), next to the fields of a place, which keep what was typed."""
    ids = [str(option.get("id", "")) for option in values.get("options", ())]
    each = [one for e in wrong.values() for one in (e.apart() if ids and isinstance(e, ScenarioRefused) else [e])]
    st.session_state.setdefault(ERROR, {})[place] = (each, ids, tuple(wrong))


def unread_fields(lang: str) -> str:
    """What the page calls the fields of which nothing could be read."""
    cards = letters(edited(lang).scenario, lang)
    labels = dict[str, None]()
    for place, (*_, names) in st.session_state.get(ERROR, {}).items():
        letter = cards[int(card)] if (card := place.partition(" ")[0]).isdecimal() else ""
        labels |= {label_of(name, lang, letter): None for name in names if name}
    return ", ".join(t("compare_form.named", lang, field=label) for label in labels)


def rearranged(before: Scenario, after: Scenario) -> None:
    """The cards are others, or elsewhere: their fields are made anew, with what was typed in them and says nothing."""
    now = {group[0].id: str(n) for n, group in enumerate(groups(after))}
    places = {str(n): now.get(group[0].id, "") for n, group in enumerate(groups(before))}
    st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    for name in (ERROR, UNREAD):
        held = st.session_state.get(name, {})
        st.session_state[name] = {at: said for place, said in held.items() if (at := places.get(place, place))}


def set_scenario(
    values: Values, place: str, lang: str, missing: tuple[str, ...] = (), keep: bool = True
) -> Scenario | None:
    """Set the scenario to these values, or report the error next to the fields of `place`. keep: fields as typed."""
    try:
        scenario = scenario_of(values, "scenario")
    except ScenarioRefused as error:
        refuse(place, {"": error}, values)
        return None
    st.session_state.get(ERROR, {}).pop(place, None)
    st.session_state.pop(GONE, None)
    if keep:
        st.session_state[SHOWN] = plain(scenario)
    text = token(scenario)
    st.session_state[HELD] = (scenario, missing)
    st.session_state[LONG] = None if text else scenario
    for name in (EXAMPLE, "calcul", "modele", TYPED):
        st.query_params.pop(name, None)
    for name, value in ((NAME, text), (MISSING, ",".join(missing))):
        _in_address(name, value)
    return scenario


def say_error(place: str, lang: str) -> None:
    """What could not be read at this place."""
    for text in faults(place, lang):
        st.html(Markup('<p class="warn" role="alert">{}</p>').format(text))


def faults(place: str, lang: str) -> list[str]:
    """What could not be read at this place, its fields named as they now are on the page; one that is of several
    options, once."""
    if place not in st.session_state.get(ERROR, {}):
        return []
    (wrong, ids, _), scenario = st.session_state[ERROR][place], current(lang).scenario
    cards, card = letters(scenario, lang), place.partition(" ")[0]
    of = {option.id: letter for group, letter in zip(groups(scenario), cards, strict=True) for option in group}
    letter = cards[int(card)] if card.isdecimal() else ""
    return list(dict.fromkeys(refusal_text(error, lang, [of.get(id, "") for id in ids], letter) for error in wrong))
