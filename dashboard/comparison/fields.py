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
    number,
    number_text,
    quality_field_text,
    share_field_text,
    zone_code,
)
from dashboard.comparison.scenario_session import ERROR, REVISION, UNREAD, edited, groups, refuse, set_scenario
from dashboard.shared.estimator_gateway import subject_name
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t
from estimator.comparison.five_fields import is_a_person
from estimator.core.number_format import counted

SHARES = {"acceptance", "threshold"}
WORDS = {
    "name", "unit", "period", "threshold_test", "data", "location", "label", "status", "why", "acceptance_why", "test",
    "date", "by", "terminal", "people_zone", "other_unit", "service", "tuning_device", "zone", "device", "product",
    "wue_basis", "storage", "network", "since", "until", *SEARCH_MODELS,
}  # fmt: skip
ONCE = {"label", "status", "why", "existing_server"}  # of the first option of a card alone
NEEDED = {"quality": "value", "measured": "service"}  # a part that is nothing without one of its fields


def field_key(place: str, name: str) -> str:
    """The key of a field; changes when the fields are reset."""
    return f"compare {st.session_state.get(REVISION, 0)} {place} {name}"


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
        st.selectbox(
            label or t(f"compare_form.{name}", self.lang), list(known),
            key=self._held(name, value), placeholder=t("accessibility.choose", self.lang), on_change=self.change,
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
    """The need of the fields, computed at once, with what cards refused against that of before; or what is wrong."""
    view = edited(lang)
    values = plain(view.scenario)
    if wrong := _read_into([values], NEED, place):
        refuse(place, *wrong)
        return
    if set_scenario(values, place, lang, view.missing):
        for card in filter(str.isdecimal, tuple(st.session_state.get(ERROR, {}))):
            option_changed(card, "", lang)


def option_changed(place: str, name: str, lang: str) -> None:
    """The options of the card `place`, as its fields have them, computed at once; or what is wrong, next to them."""
    view = edited(lang)
    values, group = plain(view.scenario), [option.id for option in groups(view.scenario)[int(place)]]
    held = [option for option in values["options"] if option["id"] in group]
    before = held[0].get("people", {})
    if wrong := _read_into(held, paths_of(held[0]["method"]), place):
        refuse(place, *wrong)
        return
    if is_a_person(held[0].get("alternative", {}).get("id", "")):
        _at_the_screen(held[0], before)
    set_scenario(values, place, lang, view.missing)


def _at_the_screen(option: dict[str, Any], before: Mapping[str, Any]) -> None:
    """A person who works at their screen all along, but for minutes of it that were stated apart."""
    minutes = option.get("people", {}).get("work_minutes")
    if minutes is not None and before.get("screen_minutes") in (None, before.get("work_minutes")):
        option["people"] = {**option["people"], "screen_minutes": minutes}


def paths_of(method: str) -> Mapping[str, str]:
    """The fields of an option and their paths."""
    return MODEL if method == "model" else PROGRAM


def _read_into(held: Sequence[dict[str, Any]], paths: Mapping[str, str], place: str) -> list[NotANumber]:
    """Set what the fields hold, of those that are on the page; those that cannot be read."""
    wrong = list[NotANumber]()
    for name, path in paths.items():
        if field_key(place, name) not in st.session_state:
            continue
        try:
            value = _value(place, name)
        except NotANumber as error:
            wrong.append(error)
            continue
        for values in held[:1] if name in ONCE else held:
            if name == "zone" and values.get("zone_supposed"):
                if not typed(place, name):
                    continue
                del values["zone_supposed"]
            _set(values, path.split("."), value)
            if name == "quality":
                _set(values, ["quality", "cases"], (counted(typed(place, name)) or (None, None))[1])
    for values in held:
        _tidy(values.get("constraints", values))
    return wrong


def _value(place: str, name: str) -> Any:
    text = typed(place, name)
    if name == "existing_server":
        return text != "no"
    if name in WORDS:
        return zone_code(text, name) if name in ZONES else text
    said = counted(text) if name == "quality" else None
    return said[0] if said else number(text, name)


def _set(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a value at a path; nothing typed removes it, and what it leaves empty."""
    first, *rest = path
    if rest:
        inner = dict(values.get(first, {}))
        _set(inner, rest, value)
        value = inner
    if value in (None, "", {}):
        values.pop(first, None)
    else:
        values[first] = value


def _tidy(values: dict[str, Any]) -> None:
    """Leave out what says nothing without another field that is empty."""
    for part, needed in NEEDED.items():
        if needed not in values.get(part, {}):
            values.pop(part, None)
    if not values.get("people", {}).keys() & {"screen_minutes", "work_minutes"}:
        values.pop("people", None)
    if "measured" in values:
        for part in ("use", "alternative", "fine_tuning"):
            values.pop(part, None)
    use = values.get("use", {})
    for name, needed in (("wue_basis", "wue"), ("network", "data_gb")):
        if needed not in use:
            use.pop(name, None)
    if "fine_tuning" in values:
        values["fine_tuning"] = {name: use[name] for name in ("host", "zone") if name in use} | values["fine_tuning"]
