"""The fields of « Comparer »: where each stands in a scenario, how it is shown and read, what a change of it does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from dashboard.comparison.form_values import (
    MODEL,
    NEED,
    PROGRAM,
    SEARCH_MODELS,
    ZONES,
    NotANumber,
    Unreadable,
    count,
    number,
    number_text,
    quality_field_text,
    share_field_text,
    zone_code,
)
from dashboard.comparison.scenario_session import ERROR, UNREAD, edited, field_key, groups, refuse, set_scenario
from dashboard.shared.estimator_gateway import subject_name
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t
from estimator.comparison.five_fields import is_a_person
from estimator.comparison.kept_fields import ONCE
from estimator.comparison.period import PER_YEAR
from estimator.comparison.plain_values import follows_work, set_at, tidy
from estimator.comparison.scenario import Quality, Scenario, ScenarioRefused, part_of, scenario_of
from estimator.core.said_number import SaidNumber, counted

SHARES = {"acceptance", "threshold"}
WORDS = {
    "name", "unit", "period", "threshold_test", "data", "location", "label", "status", "why", "acceptance_why", "test",
    "date", "by", "terminal", "people_zone", "other_unit", "service", "tuning_device", "zone", "device", "product",
    "wue_basis", "storage", "network", "since", "until", *SEARCH_MODELS,
}  # fmt: skip
Read = Callable[[dict[str, Any], Mapping[str, str]], dict[str, Unreadable]]  # into plain values, what fields hold


def unread(place: str) -> dict[str, str]:
    """What was typed in the fields of a place and is not in the scenario, or is there in other words."""
    found: dict[str, str] = st.session_state.setdefault(UNREAD, {}).setdefault(place, {})
    return found


def rewrite(place: str, texts: Mapping[str, str], before: Mapping[str, str]) -> None:
    """What the fields of a place show, where it is another than before; what was typed in the others stays."""
    for name, text in texts.items():
        key, refused = field_key(place, name), name in unread(place) and place in st.session_state.get(ERROR, {})
        if key in st.session_state and text != before.get(name) and not refused:
            st.session_state[key] = text


class FormPart(NamedTuple):
    """Fields of one place of the form; each change is computed at once, by `change`."""

    place: str
    lang: str
    change: Callable[[str, str, str], None]

    def text(self, name: str, value: str, label: str = "", example: str = "") -> None:
        """A text field for a line of text or a number."""
        st.text_input(
            label or t(f"compare_form.{name}", self.lang), key=self._held(name, value), placeholder=example,
            on_change=self.change, args=(self.place, name, self.lang),
        )  # fmt: skip

    def listed(self, name: str, options: Mapping[str, str], value: str, label: str = "") -> None:
        """A searchable list; a value missing from the list is added as it is."""
        known = options if value in options else {**options, value: subject_name(value, self.lang)}
        if st.session_state[key := self._held(name, value)] not in known:  # of an address
            st.session_state[key] = value
        st.selectbox(
            label or t(f"compare_form.{name}", self.lang), list(known),
            key=key, placeholder=t("accessibility.choose", self.lang), on_change=self.change,
            args=(self.place, name, self.lang), format_func=lambda key: known.get(key, key), filter_mode="contains",
        )  # fmt: skip

    def _held(self, name: str, value: str) -> str:
        """The key of a field; what was typed in it and says nothing yet is kept while it is folded or moved."""
        key, kept = field_key(self.place, name), unread(self.place)
        kept[name] = st.session_state.setdefault(key, kept.get(name, value))
        if kept[name] == value:
            del kept[name]
        return key


def typed(place: str, name: str) -> str:
    """What a field holds, as text."""
    return str(st.session_state.get(field_key(place, name)) or "").strip()


def shown(name: str, held: Any, path: str, lang: str) -> str:
    """The text of a field. held: a scenario or an option."""
    if name == "quality":
        return quality_field_text(held.quality, lang)
    if name == "zone" and held.zone_supposed:  # nobody said it: what is typed here is
        return ""
    for part in path.split("."):
        held = getattr(held, part, None)
    if name == "existing_server":
        return "no" if held is False else "yes"
    if name in WORDS or name == "reasoning_tokens" and not held:  # zero is what nobody stated
        return str(held or "")
    return (share_field_text if name in SHARES else number_text)(held, lang)


def need_changed(place: str, name: str, lang: str) -> None:
    """The need of the fields, computed at once, with what cards refused against that of before; what is wrong."""
    if _take(place, lang, NEED, lambda values, paths: _read_into([values], paths, place)):
        for card in filter(str.isdecimal, tuple(st.session_state.get(ERROR, {}))):
            option_changed(card, "", lang)


def option_changed(place: str, name: str, lang: str) -> None:
    """The options of the card `place`, as its fields have them, computed at once; what is wrong, next to them."""
    group = [option.id for option in groups(edited(lang).scenario)[int(place)]]

    def read(values: dict[str, Any], paths: Mapping[str, str]) -> dict[str, Unreadable]:
        held = [option for option in values["options"] if option["id"] in group]
        before, wrong = held[0].get("people", {}), _read_into(held, paths, place)
        if is_a_person(held[0].get("alternative", {}).get("id", "")) and follows_work(held[0], before):
            rewrite(place, {"screen_minutes": ""}, {})
        return wrong

    _take(place, lang, paths_of(edited(lang).scenario.option(group[0]).method), read)


def _take(place: str, lang: str, paths: Mapping[str, str], read: Read) -> Scenario | None:
    """Set what the fields of a place hold: all of it, else each that can be; the others are said, and stay typed."""
    view = edited(lang)
    values = plain(view.scenario)
    wrong, refused, known = read(values, paths), dict[str, Unreadable](), None
    try:
        scenario = scenario_of(values, "scenario")
    except ScenarioRefused:
        scenario, left = view.scenario, [name for name in paths if name not in wrong]
        while scenario != known:  # one may wait for another: a rejected option, for its reason
            known, refused = scenario, {}
            for name in left:
                one = plain(scenario)
                read(one, {name: paths[name]})
                try:
                    scenario = scenario_of(one, "scenario")
                except ScenarioRefused as error:
                    refused[name] = error
            left = list(refused)
    kept = (wrong := wrong | refused) and scenario == view.scenario
    taken = None if kept else set_scenario(plain(scenario), place, lang, view.missing)
    if wrong:
        refuse(place, wrong, values)
    return taken


def paths_of(method: str) -> Mapping[str, str]:
    """The fields of an option and their paths."""
    return MODEL if method == "model" else PROGRAM


def _read_into(held: Sequence[dict[str, Any]], paths: Mapping[str, str], place: str) -> dict[str, Unreadable]:
    """Set what the fields hold, of those that are on the page; those that cannot be read."""
    wrong = dict[str, Unreadable]()
    for name, path in paths.items():
        if field_key(place, name) not in st.session_state:
            continue
        try:
            value = _value(place, name)
        except (NotANumber, ScenarioRefused) as error:
            wrong[name] = error
            continue
        for values in held[:1] if name in ONCE else held:
            if name == "zone" and values.get("zone_supposed"):
                if not typed(place, name):
                    continue
                del values["zone_supposed"]
            set_at(values, path.split("."), value)
            if name == "quality":
                set_at(values, ["quality", "cases"], (counted(typed(place, name)) or (None, None))[1])
    for values in held:
        tidy(values.get("constraints", values))
    return wrong


def _value(place: str, name: str) -> Any:
    text = typed(place, name)
    if name == "date":  # of no quality, it stands in no scenario
        return part_of(Quality, {"value": 0.0, "date": text}).date
    if name == "volume":  # of a day, a week or a month, or of the period as it is written
        times, per = count(text, name), PER_YEAR.get(typed(place, "per"), 1.0)
        return None if times is None else SaidNumber(times * per, text)
    if name == "existing_server":
        return text != "no"
    if name in WORDS:
        return zone_code(text, name) if name in ZONES else text
    said = counted(text) if name == "quality" else None
    return said[0] if said else number(text, name)
