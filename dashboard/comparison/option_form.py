"""The form of one option of a comparison: description, site, tested quality."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.form_values import NotANumber, merged, number, number_text, refusal_text, share_field_text
from dashboard.comparison.scenario_session import ERROR, REVISION, list_field, read, say_error, set_scenario, text_field
from dashboard.shared import estimator_gateway
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import sentence, t
from estimator.comparison.scenario import Option, Scenario

NETWORK = "network/fixed-fra"
OPTION_NUMBERS = ("attempts", "acceptance", "reserved_hours")


def option_form(scenario: Scenario, option: Option, lang: str) -> None:
    """Every field of an option that a project lead may enter."""
    place, quality, use = option.id, option.quality, option.use
    first = option == scenario.options[0]
    statuses = {
        s: t(f"compare_form.{'first_' if first else ''}{s}", lang) for s in ("studied", "rejected", "not_studied")
    }
    with st.form(f"compare_option_{st.session_state[REVISION]}_{place}", border=False):
        st.html(Markup("<h3>{}</h3>").format(sentence(option.label)))
        columns = st.columns(2)
        with columns[0]:
            text_field(place, "label", option.label, lang)
            list_field(place, "status", statuses, option.status, lang)
            text_field(place, "why", option.why, lang)
            if option.method == "model":
                names = {"": t("compare_form.none", lang), **compare_data.model_names()}
                list_field(place, "model", names, compare_data.model_id(use.model) if use and use.model else "", lang)
                list_field(place, "host", _places(lang), _place(option), lang)
            _service_field(place, option, lang)
        with columns[1]:
            text_field(place, "quality", share_field_text(quality.value if quality else None, lang), lang)
            for name in ("test", "date", "by"):
                text_field(place, name, getattr(quality, name, ""), lang)
            work = option.people.work_minutes if option.people else None
            text_field(place, "work_minutes", number_text(work, lang), lang)
            screen = option.people.screen_minutes if option.people else None
            text_field(place, "screen_minutes", number_text(screen, lang), lang)
        with st.expander(t("compare_form.finer", lang)):
            _finer(place, option, lang)
        say_error(place)
        st.form_submit_button(
            t("compare_form.apply", lang), type="primary", on_click=_apply_option, args=(scenario, option, lang)
        )


def _finer(place: str, option: Option, lang: str) -> None:
    """Fields with usual values: retries, acceptance, hardware."""
    use, columns = option.use, st.columns(2)
    with columns[0]:
        text_field(place, "attempts", number_text(option.attempts, lang), lang)
        text_field(place, "acceptance", share_field_text(option.acceptance, lang), lang)
        text_field(place, "reserved_hours", number_text(option.reserved_hours, lang), lang)
    with columns[1]:
        if option.method == "model":
            devices = {"": t("compare_form.device_default", lang), **compare_data.subject_names("device", lang)}
            list_field(place, "device", devices, use.device or "" if use else "", lang)
            text_field(place, "zone", use.zone or "" if use else "", lang)
            text_field(place, "concurrency", number_text(use.concurrency if use else None, lang), lang)
            text_field(place, "data_gb", number_text(use.data_gb if use else None, lang), lang)


def _service_field(place: str, option: Option, lang: str) -> None:
    """The services of the ledger, one of which may represent the option."""
    keys = estimator_gateway.service_keys()
    service = option.measured.service if option.measured else ""
    if keys or service:
        list_field(
            place, "service", {"": t("compare_form.no_service", lang)} | {key: key for key in keys}, service, lang
        )


def _places(lang: str) -> dict[str, str]:
    """Sites and providers in one list: « host:… », « provider:… »."""
    sites = {f"host:{key}": name for key, name in compare_data.subject_names("host", lang).items()}
    served = {
        f"provider:{k}": t("compare_form.served_by", lang, name=n) for k, n in compare_data.provider_names().items()
    }
    return {"": t("compare_form.none", lang), **sites, **served}


def _place(option: Option) -> str:
    use = option.use
    if use is None or not (use.host or use.provider):
        return ""
    return f"host:{use.host}" if use.host else f"provider:{use.provider}"


def _apply_option(scenario: Scenario, option: Option, lang: str) -> None:
    values = plain(scenario)
    at = [o.id for o in scenario.options].index(option.id)
    try:
        values["options"][at] = _option_values(values["options"][at], option, lang)
    except NotANumber as error:
        st.session_state[ERROR] = (option.id, refusal_text(error, lang))
        return
    set_scenario(values, option.id, lang, keep=True)


def _option_values(base: Mapping[str, Any], option: Option, lang: str) -> dict[str, Any]:
    """An option from its form; fields outside the form are unchanged. NotANumber."""
    place = option.id
    numbers: dict[str, Any] = {name: number(read(place, name), name) for name in OPTION_NUMBERS}
    found = {name: number(read(place, name), name) for name in ("quality", "screen_minutes", "work_minutes")}
    quality = {name: read(place, name) for name in ("test", "date", "by")}
    people = {name: found[name] for name in ("screen_minutes", "work_minutes")}
    stated: dict[str, Any] = {name: read(place, name) for name in ("label", "status", "why")}
    stated |= numbers | {
        "quality": merged({}, value=found["quality"], **quality) if found["quality"] is not None else None
    }
    stated["people"] = merged(base.get("people", {}), **people) if any(v is not None for v in people.values()) else None
    service = read(place, "service")
    stated["measured"] = merged(base.get("measured", {}), service=service) if service else None
    if option.method == "model":
        stated["use"] = None if service else _use(base.get("use", {}), place)
    return merged(base, **stated)


def _use(base: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The use of one attempt. NotANumber."""
    kind, _, name = read(place, "host").partition(":")
    moved = number(read(place, "data_gb"), "data_gb")
    return merged(
        base,
        model=read(place, "model"),
        host=name if kind == "host" else None,
        provider=name if kind == "provider" else None,
        device=read(place, "device"),
        zone=read(place, "zone").upper(),
        concurrency=number(read(place, "concurrency"), "concurrency"),
        data_gb=moved,
        network=None if moved is None else base.get("network", NETWORK),
    )
