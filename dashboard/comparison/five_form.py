"""The five fields at the top of « Comparer »: who uses it, how often, for which task, with which models, where."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import ValidationError

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.comparison.form_values import NotANumber, count, number_text, refusal_text
from dashboard.comparison.scenario_session import (
    ERROR,
    list_field,
    read,
    say_error,
    set_scenario,
    text_field,
)
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t
from estimator.comparison.five_fields import PLACES, SETS, scenario_from
from estimator.comparison.scenario import PER_YEAR, Asked, Scenario
from estimator.core.errors import SobriaError

HERE = "five"
BLANK = Asked(people=1, uses=1, per="month", task="question-rag", models=SETS, place=PLACES[0])  # but for the numbers


def show(scenario: Scenario, lang: str) -> None:
    """The fields, as answered where the scenario was made of answers."""
    said = scenario.asked or BLANK
    counted = {name: getattr(scenario.asked, name, None) for name in ("people", "uses")}
    with st.container(key="compare_five_fields"), st.form("compare_five", border=False):
        people, uses, per, task = st.columns([2, 2, 1, 3], vertical_alignment="bottom")
        with people:
            text_field(HERE, "people", number_text(counted["people"], lang), lang)
        with uses:
            text_field(HERE, "uses", number_text(counted["uses"], lang), lang)
        with per:
            list_field(HERE, "per", {name: t(f"compare_form.per_{name}", lang) for name in PER_YEAR}, said.per, lang)
        with task:
            list_field(HERE, "task", compare_data.task_names(lang), said.task.removeprefix("task/"), lang)
        names = compare_data.asked_models(lang)
        sites = compare_data.place_names(lang)
        elsewhere = {"": t("compare_form.same_place", lang), **compare_data.provider_names(), **sites}
        *models, place, kept, more, send = st.columns([3, 3, 3, 3, 2, 2], vertical_alignment="bottom")
        for number, column in enumerate(models, 1):
            name = compare_data.model_id(said.models[number - 1]) if said.models[number - 1 :] else ""
            listed = names if number == 1 else {"": t("compare_form.no_other", lang), **names}
            with column:
                list_field(HERE, f"model_{number}", listed, name, lang)
        with place:
            list_field(HERE, "place", sites, said.place, lang)
        with kept:
            answers = {name: t(f"compare_form.server_{name}", lang) for name in ("yes", "no")}
            list_field(HERE, "existing_server", answers, "no" if said.alone else "yes", lang)
        with more.popover(t("compare_form.places_of_models", lang)):
            text_field(HERE, "shared_by", number_text(said.shared_by, lang), lang)
            for number in (1, 2):
                at = said.place_of(said.models[number - 1]) if said.models[number - 1 :] else said
                own = None if at is said else at
                list_field(HERE, f"place_{number}", elsewhere, own.place if own else "", lang)
                alike = {"": t("compare_form.server_alike", lang), **answers}
                list_field(HERE, f"server_{number}", alike, ("no" if own.alone else "yes") if own else "", lang)
                text_field(HERE, f"shared_by_{number}", number_text(own.shared_by if own else None, lang), lang)
        with send:
            st.form_submit_button(t("compare_form.answer", lang), type="primary", on_click=_apply, args=(lang,))
        say_error(HERE)


def _apply(lang: str) -> None:
    """The scenario of the answers, or what is wrong next to the fields."""
    try:
        numbers = {name: count(read(HERE, name), name) for name in ("people", "uses")}
        models = tuple(dict.fromkeys(name for n in (1, 2) if (name := read(HERE, f"model_{n}"))))
        lists = {name: read(HERE, name) for name in ("per", "task", "place")}
        kept = {
            "alone": read(HERE, "existing_server") == "no",
            "shared_by": count(read(HERE, "shared_by"), "shared_by"),
        }
        at = [found for n in (1, 2) if (found := _place_of_model(n, {"place": lists["place"], **kept}))]
        asked = Asked.model_validate({**numbers, **lists, **kept, "models": models, "at": at})
        set_scenario(plain(scenario_from(asked, lang)), HERE, lang)
    except NotANumber as error:
        st.session_state[ERROR] = (HERE, refusal_text(error, lang))
    except ValidationError as error:
        field = t(f"compare_form.{error.errors()[0]['loc'][0]}", lang)
        st.session_state[ERROR] = (HERE, t("compare_form.answer_wanted", lang, field=field))
    except SobriaError as error:
        st.session_state[ERROR] = (HERE, error.message(lang))


def _place_of_model(number: int, rest: Mapping[str, Any]) -> dict[str, Any]:
    """Where a model runs, and how its server is shared, where that is not as for the rest. NotANumber."""
    name, site, server, shared = (read(HERE, f"{n}_{number}") for n in ("model", "place", "server", "shared_by"))
    said: dict[str, Any] = {"place": site} if site else {}
    said |= {"alone": server == "no"} if server else {}
    said |= {"shared_by": count(shared, f"shared_by_{number}")} if shared else {}
    return {**rest, **said, "model": name} if name and said else {}
