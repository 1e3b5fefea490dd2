"""« Vos options »: a card each, of what runs, where, and the quality found; the rest where it is asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import changes
from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.fields import FormPart, option_changed, paths_of, rewrite, shown, typed
from dashboard.comparison.form_values import (
    MADE,
    MODEL,
    OF_A_TASK,
    OF_ONE,
    OPTION,
    PROGRAM,
    PROGRAM_NUMBERS,
    SEARCH_MODELS,
    SEARCH_NUMBERS,
    USE_NUMBERS,
    NotANumber,
    by_labels,
    label_of,
    number,
    number_text,
)
from dashboard.comparison.scenario_session import (
    GONE,
    PICKED,
    View,
    edited,
    field_key,
    groups,
    letters,
    rearranged,
    refuse,
    say_error,
    set_scenario,
)
from dashboard.shared import estimator_gateway
from dashboard.shared.texts import both, sentence, t
from estimator.comparison.answer import Answer
from estimator.comparison.five_fields import country_asked, is_a_person
from estimator.comparison.scenario import Option, Scenario, ScenarioRefused

DEFAULTS = {"network": "network/fixed-fra", "terminal": "terminal/laptop-with-screen", "wue_basis": "it"}
NEW, NEW_PLACE = "new", "add"
Group = Sequence[Option]


def show(view: View, answer: Answer | None, lang: str) -> None:
    """A card for each option, then the model to add."""
    st.html(Markup("<h2>{}</h2>").format(t("compare_form.options", lang)))
    refused = {o.id: o.refusal for o in answer.options if o.refusal} if answer else {}
    names = compare_data.asked_models(lang, view.scenario.need.task or "")
    for index, (group, letter) in enumerate(zip(groups(view.scenario), letters(view.scenario, lang), strict=True)):
        with st.container(key=f"compare_card_{index}", border=True, gap="small"):
            _card(str(index), group, letter, names, lang)
            if same := changes.test_of_others(view.scenario, group[0]):
                told = ", ".join(part for part in (same.test, same.date, same.by) if part)
                change = partial(changes.with_test, group=group, tested=same)
                _button("same_test", change, FormPart(str(index), lang, option_changed), told)
            if gone := st.session_state.get(GONE, {}).get(str(index)):
                st.html(Markup('<p class="warn" role="status">{}</p>').format(gone))
            _set_aside(group, FormPart(str(index), lang, option_changed), letter)
            for refusal in (refused[option.id] for option in group if option.id in refused):
                st.html(Markup('<p class="warn" role="alert">{}</p>').format(by_labels(both(refusal, lang), lang)))
            for said_of in ("", PICKED):
                say_error(f"{index}{said_of}", lang)
    st.selectbox(
        t("compare_form.add", lang), list(names), None, names.__getitem__, field_key(NEW_PLACE, NEW), on_change=_added,
        args=(lang,), placeholder=t("accessibility.choose", lang), filter_mode="contains",
    )  # fmt: skip


def _set_aside(group: Group, form: FormPart, letter: str) -> None:
    """What was found of an option on other tasks, and a button to confirm the last of it for a model."""
    for said in group[0].aside:
        task, found = compare_data.task_names(form.lang).get(said.task, said.task), _told(said, OF_A_TASK, form.lang)
        text = t("compare_form.aside", form.lang, task=task, found=found)
        st.html(Markup('<p class="warn" role="status">{}</p>').format(text))
    if group[0].method == "model" and group[0].aside:
        _button("confirm", partial(changes.with_aside, group=group, said=group[0].aside[-1]), form, letter)


def _told(held: Any, names: Iterable[str], lang: str) -> str:
    """« Qualité 93 %, Minutes d'écran par réponse 3 »: what is filled in of these fields."""
    texts = {name: shown(name, held, name if hasattr(held, name) else (MODEL | PROGRAM)[name], lang) for name in names}
    return ", ".join(f"{label_of(name, lang).partition(' (')[0]} {text}" for name, text in texts.items() if text)


def _card(place: str, group: Group, letter: str, names: Mapping[str, str], lang: str) -> None:
    """What runs, where, and the quality found; of an option that describes nothing that runs, its name."""
    option, picks = group[0], FormPart(place, lang, picked)

    def label(field: str) -> str:
        return t(f"compare_form.{field}_of", lang, letter=letter)

    if option.status == "rejected" or option.measured is not None:
        st.html(Markup("<h3>{}</h3>").format(sentence(option.label)))
    elif option.method == "model":
        known = _model_of(option)
        known_names = names if known in names else {**names, known: compare_data.model_names().get(known, known)}
        picks.listed("model", known_names, known, label("model"))
    else:
        programs = {"": t("compare_form.no_program", lang), **compare_data.program_names(lang)}
        picks.listed("program", programs, program_of(option), label("program"))
    if is_a_person(program_of(option)):
        minutes = shown("work_minutes", option, OPTION["work_minutes"], lang)
        FormPart(place, lang, option_changed).text("work_minutes", minutes, label("work_minutes"))
    elif option.use or option.alternative:
        picks.listed("host", _places(option, lang), place_of(option), label("host"))
        if country_asked(place_of(option)):
            zone = shown("zone", option, paths_of(option.method)["zone"], lang)
            FormPart(place, lang, option_changed).text("zone", zone, label("zone"), "FRA")
    value = shown("quality", option, "quality.value", lang)
    FormPart(place, lang, option_changed).text("quality", value, label("quality"), t("compare_form.quality_as", lang))
    title = t("compare_form.more_of", lang, letter=letter)
    with st.expander(title, key=f"compare_more_{place}", on_change="rerun", bind="query-params") as more:
        if more.open:
            _more(FormPart(place, lang, option_changed), group, letter)


def program_of(option: Option) -> str:
    """The program without AI of an option, "" of none."""
    return option.alternative.id if option.alternative else ""


def _model_of(option: Option) -> str:
    return compare_data.model_id(option.use.model) if option.use and option.use.model else ""


def place_of(option: Option) -> str:
    """The site or the provider of an option."""
    if option.alternative:
        return option.alternative.host or ""
    use = option.use
    return (use.host or use.provider or "") if use else ""


def server_of(option: Option, lang: str) -> dict[str, str]:
    """Whether a model runs on a server kept on for it, and how many services share it."""
    shared = option.use.resource_share if option.use else None
    by = number_text(round(1 / (shared or 1), 6), lang)
    return {"existing_server": "no" if option.reserved_hours else "yes", "shared_by": by}


def _places(option: Option, lang: str) -> dict[str, str]:
    """The usual kinds of place first, then every site; for a model, those who serve it."""
    served = {key: t("compare_form.served_by", lang, name=name) for key, name in compare_data.provider_names().items()}
    return {"": t("compare_form.none", lang), **compare_data.place_names(lang), **(served if option.use else {})}


def picked(place: str, name: str, lang: str) -> None:
    """Another model, program, place or server on a card; its other fields follow."""
    view, value = edited(lang), typed(place, name)
    group = groups(view.scenario)[int(place)]
    try:
        if name == "program":
            values = changes.with_program(view.scenario, group, value, lang)
        elif group[0].method == "none":
            values = changes.with_place(view.scenario, group, value)
        else:
            values = changes.with_model(view.scenario, group[0], lang, **_said(name, value))
    except (NotANumber, ScenarioRefused) as error:
        refuse(place + PICKED, {name: error})
        return
    if scenario := set_scenario(values, place + PICKED, lang, view.missing):
        refresh(view.scenario, scenario, lang, place)
        now, acts = groups(scenario)[int(place)][0], group[0].alternative.acts if group[0].alternative else 1.0
        was = changes.proposed(view.scenario, group[0], lang).get("alternative", {}).get("acts", 1.0)
        names = OF_ONE if acts == was else ("acts", *OF_ONE)
        lost = [name for name in names if _told(group[0], [name], lang) != _told(now, [name], lang)]
        if found := _told(group[0], lost, lang):
            st.session_state[GONE] = {place: t("compare_form.gone", lang, found=found)}


def _said(name: str, value: str) -> dict[str, Any]:
    """A field of a card, as where a model runs has it. NotANumber."""
    if name == "existing_server":
        return {"alone": value == "no"}
    if name == "shared_by":
        return {"shared_by": max(number(value, name) or 1.0, 1.0)}
    return {"model": value} if name == "model" else {"place": value} if value else {}


def refresh(before: Scenario, after: Scenario, lang: str, place: str = "") -> None:
    """What the fields of a card show, once what runs on it is another; of every card by default."""
    held = groups(before)
    for index, (option, *_) in enumerate(groups(after)):
        if place in ("", str(index)):
            chosen = {"host": place_of(option), "program": program_of(option), "model": _model_of(option)}
            was = _texts(held[index][0], lang) if index < len(held) else {}
            rewrite(str(index), server_of(option, lang) | _texts(option, lang) | chosen, was)


def _texts(option: Option, lang: str) -> dict[str, str]:
    """What the fields of an option show, but for what is picked."""
    paths = paths_of(option.method).items()
    return {name: shown(name, option, path, lang) or DEFAULTS.get(name, "") for name, path in paths}


def _added(lang: str) -> None:
    view = edited(lang)
    if chosen := typed(NEW_PLACE, NEW):
        set_scenario(changes.with_new(view.scenario, chosen, lang), NEW_PLACE, lang, view.missing)
        st.session_state[field_key(NEW_PLACE, NEW)] = None


def _more(form: FormPart, group: Group, letter: str) -> None:
    """Every other field of an option, then what is done with its card."""
    option, lang, paths = group[0], form.lang, paths_of(group[0].method)

    def texts(*names: str) -> None:
        for name in names:
            example = "FRA" if name == "zone" else ""
            form.text(name, shown(name, option, paths[name], lang), label_of(name, lang, letter), example)

    def listed(name: str, options: Mapping[str, str]) -> None:
        form.listed(name, options, shown(name, option, paths[name], lang) or DEFAULTS.get(name, ""))

    person = is_a_person(program_of(option))
    zone = () if country_asked(place_of(option)) else ("zone",)  # asked on the card
    texts("label", "test", "date", "by", *(() if person else ("work_minutes",)), "screen_minutes")
    first, statuses = "first_" * (form.place == "0"), ("studied", "rejected", "not_studied")
    listed("status", {name: t(f"compare_form.{first}{name}", lang) for name in statuses})
    texts("why")
    existing = {name: t(f"compare_form.existing_{name}", lang) for name in ("yes", "no")}
    if option.method == "model":
        texts("reasoning_tokens")
        picks, server = FormPart(form.place, lang, picked), server_of(option, lang)
        picks.listed("existing_server", existing, server["existing_server"])
        if server["existing_server"] == "no":
            picks.text("shared_by", server["shared_by"])
        _of_model(texts, listed, lang, zone)
    elif option.alternative and not person:
        if len(group) == 1:
            listed("existing_server", existing)
        texts(*PROGRAM_NUMBERS, *zone, "pue")
    names = estimator_gateway.services_by_name()
    if names or option.measured:
        coded = {key: name if key in name else f"{name} ({key})" for key, name in names.items()}  # as its file has it
        listed("service", {"": t("compare_form.no_service", lang), **coded})
        texts(*(("items", "since", "until") if option.measured else ()))
    with st.expander(t("compare_form.finer", lang)):
        texts("attempts", "acceptance", "acceptance_why", "reserved_hours", "other_unit")
        listed("terminal", compare_data.names_having("terminal_power", lang))
        texts("people_zone")
    with st.container(horizontal=True):
        _button("copy", partial(changes.with_copy, option=option, lang=lang), form, letter)
        if form.place != "0":
            _button("remove", partial(changes.without, group=group), form, letter)


def _of_model(texts: Callable[..., None], listed: Callable[..., None], lang: str, zone: Sequence[str]) -> None:
    none = {"": t("compare_form.none", lang)}
    with st.expander(t("compare_form.hardware", lang)):
        listed("product", none | dict(compare_data.subject_names("seat", lang)))
        own = compare_data.names_having("sound_desk_ratio", lang)  # a computer of one's own
        devices = compare_data.subject_names("device", lang)
        listed("device", {"": t("compare_form.device_default", lang), **devices, **own})
        texts(*zone, *USE_NUMBERS)
        listed("wue_basis", {name: t(f"compare_form.basis_{name}", lang) for name in ("it", "site")})
        listed("storage", none | dict(compare_data.subject_names("storage", lang)))
        texts("data_gb")
        listed("network", compare_data.subject_names("network", lang))
    with st.expander(t("compare_form.beside_answers", lang)):
        texts(*MADE)
        for name in SEARCH_MODELS:
            listed(name, none | dict(compare_data.model_names("embedding")))
        texts(*SEARCH_NUMBERS)
        listed("tuning_device", none | dict(compare_data.subject_names("device", lang)))
        texts("tuning_hours")


def _button(name: str, change: Callable[[Scenario], dict[str, object]], form: FormPart, letter: str) -> None:
    def press() -> None:
        view = edited(form.lang)
        if scenario := set_scenario(change(view.scenario), form.place + PICKED, form.lang, view.missing):
            rearranged(view.scenario, scenario)

    label = t(f"compare_form.{name}", form.lang, letter=letter)
    st.button(label, key=field_key(form.place, name), on_click=press)
