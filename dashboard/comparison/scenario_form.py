"""Form of the need and the options of a comparison; every change is stored in the URL."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison.form_values import NotANumber, merged, number, number_text, refusal_text, share_field_text
from dashboard.comparison.option_form import option_form
from dashboard.comparison.scenario_session import (
    ERROR,
    field_key,
    list_field,
    read,
    say_error,
    set_scenario,
    text_field,
)
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import sentence, t
from estimator.comparison.scenario import Option, Scenario

CHOSEN = "compare chosen"
DATA = ("open", "ordinary", "personal", "sensitive")
NEED_NUMBERS = ("volume", "input_tokens", "output_tokens")


def show(scenario: Scenario, refused: Mapping[str, Mapping[str, str]], lang: str) -> None:
    """Both forms."""
    with st.container(key="compare_edit", gap="medium"):
        title, note = t("compare_form.title", lang), t("compare_form.note", lang)
        st.html(Markup('<h2 id="besoin">{}</h2><p class="note">{}</p>').format(title, note))
        _need_form(scenario, lang)
        _options(scenario, refused, lang)


def _need_form(scenario: Scenario, lang: str) -> None:
    need, limits = scenario.need, scenario.constraints
    quality = limits.quality
    with st.form("compare_need", border=False):
        st.html(Markup("<h3>{}</h3>").format(t("compare_form.need", lang)))
        text_field("need", "name", scenario.title, lang)
        kinds = {kind: t(f"compare_form.data_{kind}", lang) for kind in DATA}
        first, second, third = st.columns(3)
        with first:
            text_field("need", "unit", need.unit, lang)
        with second:
            text_field("need", "volume", number_text(need.volume, lang), lang)
        with third:
            text_field("need", "period", need.period, lang)
        first, second, third = st.columns(3)
        with first:
            text_field("need", "threshold", share_field_text(quality.value if quality else None, lang), lang)
        with second:
            text_field("need", "test", quality.test if quality else "", lang)
        with third:
            list_field("need", "data", kinds, limits.data, lang)
        first, second, third = st.columns(3)
        with first:
            text_field("need", "input_tokens", number_text(need.input_tokens, lang), lang)
        with second:
            text_field("need", "output_tokens", number_text(need.output_tokens, lang), lang)
        with third:
            text_field("need", "location", limits.location, lang)
        st.checkbox(t("compare_form.example", lang), value=scenario.example, key=field_key("need", "example"))
        say_error("need")
        st.form_submit_button(
            t("compare_form.apply", lang), type="primary", on_click=_apply_need, args=(scenario, lang)
        )


def _apply_need(scenario: Scenario, lang: str) -> None:
    values = plain(scenario)
    try:
        numbers = {name: number(read("need", name), name) for name in (*NEED_NUMBERS, "threshold")}
    except NotANumber as error:
        st.session_state[ERROR] = ("need", refusal_text(error, lang))
        return
    limit, threshold = values.get("constraints", {}), numbers.pop("threshold")
    quality = (
        None if threshold is None else merged(limit.get("quality", {}), value=threshold, test=read("need", "test"))
    )
    values["need"] = merged(values["need"], unit=read("need", "unit"), period=read("need", "period"), **numbers)
    values["constraints"] = merged(
        limit, quality=quality, data=read("need", "data"), location=read("need", "location").upper()
    )
    values["example"] = bool(st.session_state.get(field_key("need", "example")))
    set_scenario({**values, "title": read("need", "name")}, "need", lang, keep=True)


def _options(scenario: Scenario, refused: Mapping[str, Mapping[str, str]], lang: str) -> None:
    ids = [option.id for option in scenario.options]
    if st.session_state.get(CHOSEN) not in ids:
        st.session_state[CHOSEN] = ids[min(1, len(ids) - 1)]
    left, right = st.columns([1, 2], gap="large")
    with left:
        chosen = st.radio(
            t("compare_form.options", lang),
            ids,
            key=CHOSEN,
            format_func=lambda name: _name(scenario, name, refused, lang),
        )
        st.button(t("compare_form.add", lang), on_click=_add, args=(scenario, lang))
    option = scenario.option(chosen or ids[0])
    with right:
        option_form(scenario, option, lang)
        if option.id in refused:
            st.html(Markup('<p class="warn" role="alert">{}</p>').format(refused[option.id][lang]))
        with st.container(horizontal=True):
            st.button(t("compare_form.copy", lang), on_click=_copy, args=(scenario, option, lang))
            if option.id != ids[0]:
                st.button(t("compare_form.remove", lang), on_click=_remove, args=(scenario, option, lang))
            else:
                st.html(Markup('<p class="small">{}</p>').format(t("compare_form.first_stays", lang)))


def _name(scenario: Scenario, name: str, refused: Mapping[str, Any], lang: str) -> str:
    option = scenario.option(name)
    status = t("compare_form.refused_status" if name in refused else f"compare.{option.status}", lang)
    plain_label = "".join("\\" + c if c in "\\`*_[]()#$:<>~|!" else c for c in option.label)
    return t("compare_form.row", lang, label=sentence(plain_label), status=status)


def _free(scenario: Scenario) -> str:
    """An unused option id."""
    taken = {option.id for option in scenario.options}
    return next(name for n in range(1, len(taken) + 2) if (name := f"solution-{n}") not in taken)


def _add(scenario: Scenario, lang: str) -> None:
    values, name = plain(scenario), _free(scenario)
    new = {"id": name, "label": t("compare_form.new", lang), "method": "model", "status": "not_studied"}
    values["options"] = [*values["options"], new]
    if set_scenario(values, name, lang):
        st.session_state[CHOSEN] = name


def _copy(scenario: Scenario, option: Option, lang: str) -> None:
    values, name = plain(scenario), _free(scenario)
    at = [o.id for o in scenario.options].index(option.id)
    label = t("compare_form.copy_of", lang, label=option.label)[:80]
    values["options"].insert(at + 1, {**values["options"][at], "id": name, "label": label})
    if set_scenario(values, option.id, lang):
        st.session_state[CHOSEN] = name


def _remove(scenario: Scenario, option: Option, lang: str) -> None:
    values = plain(scenario)
    values["options"] = [o for o in values["options"] if o["id"] != option.id]
    set_scenario(values, option.id, lang)
