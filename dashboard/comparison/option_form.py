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
from estimator.comparison.scenario import Option, People, Scenario
from estimator.workloads.request import Request

NETWORK = "network/fixed-fra"
OPTION_NUMBERS = ("attempts", "acceptance", "reserved_hours")
USE_NUMBERS = (
    *("concurrency", "device_count", "precision_bits", "cached_tokens", "reasoning_tokens", "pue", "wue"),
    *("active_share", "storage_tb_months"),
)
MADE = ("audio_s", "images", "image_side")
SEARCH_MODELS = ("embedding_model", "rerank_model")
SEARCH_NUMBERS = (
    "documents", "document_tokens", "query_tokens", "reindexings", "changed_share", "passages", "passage_tokens",
)  # fmt: skip
PROGRAM_NUMBERS = ("acts", "kept_years", "shared_by", "pue")


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
                bought = {"": t("compare_form.none", lang), **compare_data.subject_names("seat", lang)}
                list_field(
                    place, "product", bought, compare_data.product_id(use.product) if use and use.product else "", lang
                )
                list_field(place, "host", _places(lang), _place(option), lang)
            else:
                _program_fields(place, option, lang)
            _service_field(place, option, lang)
        with columns[1]:
            text_field(place, "quality", share_field_text(quality.value if quality else None, lang), lang)
            for name in ("test", "date", "by"):
                text_field(place, name, getattr(quality, name, ""), lang)
            work = option.people.work_minutes if option.people else None
            text_field(place, "work_minutes", number_text(work, lang), lang)
            screen = option.people.screen_minutes if option.people else None
            text_field(place, "screen_minutes", number_text(screen, lang), lang)
            if option.method == "none" and option.alternative:
                for name in PROGRAM_NUMBERS:
                    text_field(place, name, number_text(getattr(option.alternative, name), lang), lang)
        with st.expander(t("compare_form.finer", lang)):
            _finer(place, option, lang)
        if option.method == "model":
            with st.expander(t("compare_form.beside_answers", lang)):
                _beside_answers(place, option, lang)
        say_error(place)
        st.form_submit_button(
            t("compare_form.apply", lang), type="primary", on_click=_apply_option, args=(scenario, option, lang)
        )


def _finer(place: str, option: Option, lang: str) -> None:
    """Fields with usual values: retries, acceptance, hardware, the people's terminals."""
    use, people, columns = option.use, option.people or People(), st.columns(2)
    with columns[0]:
        text_field(place, "attempts", number_text(option.attempts, lang), lang)
        text_field(place, "acceptance", share_field_text(option.acceptance, lang), lang)
        text_field(place, "acceptance_why", option.acceptance_why, lang)
        text_field(place, "reserved_hours", number_text(option.reserved_hours, lang), lang)
        text_field(place, "other_unit", option.unit or "", lang)
        list_field(place, "terminal", compare_data.subject_names("terminal", lang), people.terminal, lang)
        text_field(place, "people_zone", people.zone, lang)
        if option.measured:
            text_field(place, "items", number_text(option.measured.items, lang), lang)
    with columns[1]:
        text_field(place, "zone", (use or option.alternative or Request()).zone or "", lang)
        if option.method == "model":
            devices = {"": t("compare_form.device_default", lang), **compare_data.subject_names("device", lang)}
            list_field(place, "device", devices, use.device or "" if use else "", lang)
            for name in USE_NUMBERS:
                text_field(place, name, number_text(getattr(use, name) if use else None, lang), lang)
            bases = {name: t(f"compare_form.basis_{name}", lang) for name in ("it", "site")}
            list_field(place, "wue_basis", bases, use.wue_basis if use else "it", lang)
            media = {"": t("compare_form.none", lang), **compare_data.subject_names("storage", lang)}
            list_field(place, "storage", media, (use and use.storage) or "", lang)
            text_field(place, "data_gb", number_text(use.data_gb if use else None, lang), lang)
            networks = compare_data.subject_names("network", lang)
            list_field(place, "network", networks, (use and use.network) or NETWORK, lang)


def _beside_answers(place: str, option: Option, lang: str) -> None:
    """Sound and images of one attempt; a search in documents before the answer; a fine-tuning made for the need."""
    use, tuned = option.use or Request(), option.fine_tuning
    found, columns = use.retrieval, st.columns(2)
    with columns[0]:
        for name in MADE:
            text_field(place, name, number_text(getattr(use, name), lang), lang)
        names = {"": t("compare_form.none", lang), **compare_data.model_names("embedding")}
        for name in SEARCH_MODELS:
            said = getattr(found, name, None)
            list_field(place, name, names, compare_data.model_id(said) if said else "", lang)
        devices = {"": t("compare_form.none", lang), **compare_data.subject_names("device", lang)}
        list_field(place, "tuning_device", devices, (tuned and tuned.device) or "", lang)
        text_field(place, "tuning_hours", number_text(tuned.device_hours if tuned else None, lang), lang)
    with columns[1]:
        for name in SEARCH_NUMBERS:
            text_field(place, name, number_text(getattr(found, name, None), lang), lang)


def _program_fields(place: str, option: Option, lang: str) -> None:
    """What runs without AI, where, and whether on a server that exists already."""
    found = option.alternative
    names = {"": t("compare_form.no_program", lang), **compare_data.program_names(lang)}
    list_field(place, "alternative", names, found.id if found else "", lang)
    hosts = {"": t("compare_form.none", lang), **compare_data.subject_names("host", lang)}
    list_field(place, "host", hosts, found.host or "" if found else "", lang)
    kept = {name: t(f"compare_form.existing_{name}", lang) for name in ("yes", "no")}
    list_field(place, "existing_server", kept, "no" if found and not found.existing_server else "yes", lang)


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
    terminal = {"terminal": read(place, "terminal"), "zone": read(place, "people_zone").upper()}
    known = any(value is not None for value in people.values())
    stated["people"] = merged(base.get("people", {}), **people, **terminal) if known else None
    stated |= {"unit": read(place, "other_unit"), "acceptance_why": read(place, "acceptance_why")}
    service, items = read(place, "service"), number(read(place, "items"), "items")
    stated["measured"] = merged({}, service=service, items=items) if service else None
    if option.method == "model":
        stated["use"] = None if service else _use(base.get("use", {}), place)
        stated["fine_tuning"] = None if service else _tuning(base.get("fine_tuning", {}), place)
    else:
        stated["alternative"] = None if service else _program(base.get("alternative", {}), place)
    return merged(base, **stated)


def _program(base: Mapping[str, Any], place: str) -> dict[str, Any] | None:
    """A program without AI, or none. NotANumber."""
    found = read(place, "alternative")
    if not found:
        return None
    numbers = {name: number(read(place, name), name) for name in PROGRAM_NUMBERS}
    zone = read(place, "zone").upper()
    kept = {"existing_server": read(place, "existing_server") != "no", "host": read(place, "host"), "zone": zone}
    return merged(base, id=found, **kept, **numbers)


def _use(base: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The use of one attempt. NotANumber."""
    kind, _, name = read(place, "host").partition(":")
    search = {n: number(read(place, n), n) for n in SEARCH_NUMBERS} | {n: read(place, n) for n in SEARCH_MODELS}
    moved = number(read(place, "data_gb"), "data_gb")
    return merged(
        base,
        model=read(place, "model"),
        product=read(place, "product"),
        storage=read(place, "storage"),
        host=name if kind == "host" else None,
        provider=name if kind == "provider" else None,
        device=read(place, "device"),
        zone=read(place, "zone").upper(),
        data_gb=moved,
        network=None if moved is None else read(place, "network"),
        wue_basis=read(place, "wue_basis") if read(place, "wue") else None,
        retrieval=merged({}, **search) or None,
        **{name: number(read(place, name), name) for name in (*USE_NUMBERS, *MADE)},
    )


def _tuning(base: Mapping[str, Any], place: str) -> dict[str, Any] | None:
    """A fine-tuning where its option runs, or none. NotANumber."""
    hours, device = number(read(place, "tuning_hours"), "tuning_hours"), read(place, "tuning_device")
    if hours is None and not device:
        return None
    host = read(place, "host").partition(":")[2] if read(place, "host").startswith("host:") else None
    zone = read(place, "zone").upper()
    return merged({"host": host, "zone": zone, **base}, device=device, device_hours=hours)
