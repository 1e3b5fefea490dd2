"""« Enregistrer au registre »: this comparison, kept with a use case that is there already or with a new one."""

from datetime import date
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.scenario_session import ERROR, faults, field_key, set_scenario
from dashboard.register import estimator_gateway as register
from dashboard.register.form_fields import confirmed
from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import LABELS, address, refusal
from dashboard.shared.permissions import may_write
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t
from dashboard.shared.widgets import any_day
from estimator.comparison.answer import Answer
from estimator.comparison.scenario import Option, Scenario
from estimator.comparison.verdict_text import quality_text, tested_words
from estimator.core.errors import LANGUAGES, SobriaError
from estimator.core.home import default_home
from estimator.core.refusals import FieldsRefused, ListedRefusal
from estimator.governance.indicators import scenarios
from estimator.governance.indicators.scenarios import Draft, draft
from estimator.governance.register.schema import UseCase

PLACE, SAVED, PANEL, DONE, READ = "save", "compare saved", "compare_save", "compare save done", "compare save read"
FIELDS = {"name": "nom", "service": "service", "commune": "commune"}  # of the register, as its forms name them
ANSWERS = ("etudiee_et_ecartee", "trouvee_et_retenue", "non_etudiee")


def show(scenario: Scenario, answer: Answer, lang: str) -> None:
    """One button; it asks what the page does not know of a use. Once saved, its panel is closed; the page says so."""
    if st.session_state.pop(DONE, False):
        st.session_state[PANEL] = False
    with st.popover(t("compare_save.title", lang), type="primary", key=PANEL, on_change="rerun"):
        if not may_write():
            st.html(Markup("<p>{}</p>").format(t("compare_save.reader", lang)))
            return
        if (build := estimator_gateway.current()) and build.sample:
            st.html(Markup('<p class="warn">{}</p>').format(t("compare_save.sample", lang)))
        st.html(Markup('<p class="small">{}</p>').format(t("register_forms.persons", lang)))
        uses = {use.id: use for use in register.register().use_cases()}
        cases = {"": t("compare_save.new", lang)} | {use.id: use.name for use in uses.values()}
        case = scenario.use_case if scenario.use_case in cases else ""
        if uses:
            label, key, at = t("compare_save.case", lang), f"{case} {PLACE}", list(cases).index(case)
            case = st.selectbox(label, list(cases), at, format_func=cases.__getitem__, key=field_key(key, "case"))
        use = uses.get(case)
        known = {"service": use.service} if use else {"name": scenario.title, "service": "", "commune": ""}
        said = dict[str, Any]()
        for name, value in known.items():
            label, key = t(f"register_forms.{FIELDS[name]}", lang), field_key(f"{case} {PLACE}", name)
            said[name] = st.text_input(label, value, key=key).strip()
        name = use.name if use else said["name"]
        if name not in ["", *(told.title for told in scenarios.in_each_language(scenario))]:
            key = f"compare_save.{'held' if use else 'other'}_name"  # its documents are under that name
            st.html(Markup('<p class="warn">{}</p>').format(t(key, lang, name=name, title=scenario.title)))
        held = use.alternative.answer if use else ANSWERS[-1]
        said["alternative"] = _without_ai(use, scenario, answer, lang)
        option = _kept(said["alternative"].get("answer", held), use, scenario, answer, lang)
        option = option and _with_test(option, use, scenario, lang)
        if option and (below := _below(answer, option.id, lang)):
            st.html(Markup('<p class="warn" role="alert">{}</p>').format(below))
            key = field_key(PLACE, f"{option.id} below")
            said["below"] = st.text_input(t("compare_save.below_why", lang), option.why, key=key).strip()
        wrong = st.container()
        if st.button(t("register_forms.check", lang), type="primary"):
            st.session_state[READ] = True
        if READ in st.session_state:
            with wrong:
                new = _draft(use, said, scenario, option, lang)
            _write(new, lang)


def _write(new: Draft | None, lang: str) -> None:
    """Write it, once it is read back and confirmed."""
    if new and not confirmed(new.entries.new, READ, t("compare_save.save", lang), lang):
        return
    del st.session_state[READ]
    if new:
        now = set_scenario(plain(new.scenario) | {"use_case": new.keep().id}, PLACE, lang)
        st.session_state[SAVED], st.session_state[DONE] = (new.use_case.id, plain(now) if now else {}), True


def confirmation(scenario: Scenario, lang: str) -> Markup:
    """That this comparison, as it is, was saved; "" where it was not."""
    if st.session_state.get(SAVED) != (scenario.use_case, plain(scenario)):
        return Markup()
    told = t("compare_save.saved", lang), address("registre", lang, cas=scenario.use_case), t("compare_save.see", lang)
    return Markup('<p role="status"><b>{}</b> <a href="{}">{}</a></p>').format(*told)


def _without_ai(use: UseCase | None, scenario: Scenario, answer: Answer, lang: str) -> dict[str, Any]:
    """What the register is to keep of the option without AI: asked where it was studied, known where it was rejected;
    nothing where the register has its answer, said where it is about another option."""
    first = scenario.options[0]
    held = use.alternative if use and use.alternative.answer != ANSWERS[-1] else None
    labels = ["", *(said.options[0].label for said in scenarios.in_each_language(scenario))]
    if held and held.description not in labels and first.status == "studied":
        told = {"answer": register.word("answers", held.answer, lang), "held": held.description, "label": first.label}
        st.html(Markup('<p class="warn">{}</p>').format(t("compare_save.other_answer", lang, **told)))
    if held or first.status == "not_studied":
        return {}
    found, reason = ANSWERS[0], first.why
    if first.status == "studied":
        at = 1 if first.why and first.id == scenarios.advised(answer) else None
        label, key = t("compare_save.answer", lang, label=first.label), field_key(f"{at} {PLACE}", "answer")
        names = {name: t(f"compare_save.{name}", lang) for name in ANSWERS}
        found = st.radio(label, list(names), at, format_func=names.__getitem__, key=key) or ""
        known = (use.alternative.reason if use else "") or first.why or _own_reason(answer, lang)
        reason = st.text_input(t("compare_save.reason", lang), value=known, key=field_key(PLACE, "reason")).strip()
    said = {"answer": found, "description": first.label} | ({"reason": reason} if reason else {})
    return said if found == ANSWERS[-1] else {"reason": "", "date": date.today()} | said


def _kept(found: str, use: UseCase | None, scenario: Scenario, answer: Answer, lang: str) -> Option | None:
    """The option that is kept: the one without AI where it is, else one that is asked."""
    if found == ANSWERS[1]:
        return scenario.options[0]
    gone = scenarios.of_first_program(scenario)
    could = {o.id: answer.label(o.id) for o in scenario.options if o.status == "studied" and o.id not in gone}
    known = scenarios.at_first(answer, use, gone if found == ANSWERS[0] else ())
    if not (use and use.model):
        could = {"": t("compare_save.none_kept", lang)} | could
    elif known not in could:
        could = {"": t("compare_save.held", lang, what=scenarios.held_words(use, lang))} | could
    at, key = list(could).index(known if known in could else ""), field_key(f"{use and use.id} {known} {PLACE}", "kept")
    name = st.radio(t("compare_save.kept", lang), list(could), at, format_func=could.__getitem__, key=key)
    return scenario.option(name) if name else None


def _with_test(kept: Option, use: UseCase | None, scenario: Scenario, lang: str) -> Option:
    """An option whose tested quality has its day and service, asked where the scenario lacks them: the register may."""
    if not (said := kept.quality) or (said.date and said.by):
        return kept
    st.html(Markup('<p class="small">{}</p>').format(t("compare_save.undated", lang)))
    test = said.test or scenarios.words_of_test(scenario, use, lang)
    key = field_key(f"{use.id if use else ''} {PLACE}", kept.id)
    same = [found for found in use.qualities if (found.value, found.test) == (said.value, test)] if use else []
    held, day, by = same[-1] if same else said, said.date, said.by
    if not day:
        day = str(any_day(t("compare_save.test_day", lang), held.date or None, key=f"{key} date") or "")
    if not by:
        by = st.text_input(t("compare_save.test_by", lang), held.by, key=f"{key} by").strip()
    return kept.model_copy(update={"quality": said.model_copy(update={"date": day, "by": by})})


def _below(answer: Answer, name: str, lang: str) -> str:
    """That an option is below the threshold, and by what; else ""."""
    option, wanted = answer.option(name), answer.scenario.constraints.quality
    if not wanted or option.meets_threshold is not False:
        return ""
    key = "below_unsure" if option.assured is False else "below"
    return t(f"compare_save.{key}", lang, found=tested_words(option, lang), threshold=quality_text(wanted, lang))


def _own_reason(answer: Answer, lang: str) -> str:
    """What the comparison found against the option without AI itself: its quality, or its electricity; else ""."""
    first = answer.options[0].id
    return _below(answer, first, lang) or scenarios.beaten_words(answer, first, lang)


def _draft(use: UseCase | None, said: Any, scenario: Scenario, option: Option | None, lang: str) -> Draft | None:
    """What is to be written, or None, and all that it lacks."""
    asked, below, new = said.get("alternative", {}), said.pop("below", None), None
    case, unnamed = use.id if use else "", scenarios.words_of_test(scenario, use, lang)
    empty = [name for name in ("answer", "reason") if asked.get(name) == ""] + ["below_why"] * (below == "")
    lacks = [{"code": name} | {each: _wanted(name, scenario, each) for each in LANGUAGES} for name in empty]
    for place in tuple(st.session_state.get(ERROR, {})):  # else what is written is not what is shown
        lacks += [{"code": ERROR} | dict.fromkeys(LANGUAGES, text) for text in faults(place, lang)]
    wrong: SobriaError | None = FieldsRefused(lacks) if lacks else None
    if "" in asked.values():
        said["alternative"] = {}  # else the register says it again
    try:
        tested = option.quality if option else None
        test = {"test": (tested and tested.test) or unnamed}
        quality = tested.model_dump() | test if tested and (tested.date or tested.by) else None
        if option:
            held = {option.id: option.model_copy(update={"why": below or option.why})}
            scenario = scenario.model_copy(update={"options": tuple(held.get(o.id, o) for o in scenario.options)})
        facts = _facts(said, scenario, option, unnamed, lang)
        write = partial(draft, default_home(), scenario, case=case, facts=facts, quality=quality)
        new = write(register.author_of_what(said["service"], below or t("compare_save.why", lang), write))
    except SobriaError as error:
        wrong = FieldsRefused([*lacks, *error.items]) if wrong and isinstance(error, ListedRefusal) else error
    if wrong:
        st.html(refusal(wrong, lang, LABELS["compare_save"]))
    return None if wrong else new


def _wanted(name: str, scenario: Scenario, lang: str) -> str:
    label = t(f"compare_save.{name}", lang, label=scenario.options[0].label)
    return t(f"compare_save.{'answer' if name == 'answer' else 'reason'}_wanted", lang, label=label)


def _facts(said: dict[str, Any], scenario: Scenario, option: Option | None, test: str, lang: str) -> dict[str, Any]:
    """What is said of a use, and what the comparison knows; nothing that nobody said, but for what is asked. test: that
    of the threshold."""
    need, limits, runs = scenario.need, scenario.constraints, option and (option.use or option.alternative)
    known = said | {
        "task": compare_data.task_names(lang).get((need.task or "").removeprefix("task/"), scenario.title),
        "unit": need.unit,
        "owner_role": said["service"],
        "volume_per_month": need.per_month,
        "concurrency": need.peak_concurrency,
        "data_sensitivity": t(f"compare_form.data_{limits.data}", lang) if limits.data != "ordinary" else "",
        "host": runs and runs.host,
        "model": option and option.use and option.use.model,
        "threshold": limits.quality and {"value": limits.quality.value, "test": test},
    }
    return {name: value for name, value in known.items() if value or name in (*FIELDS, "owner_role")}
