"""Export and import of a comparison: its link, its scenario file, its results."""

import json

import streamlit as st
from markupsafe import Markup

from dashboard.comparison.scenario_session import refuse, say_error, set_scenario
from dashboard.shared.document_links import scenario_documents
from dashboard.shared.scenario_url import plain, token
from dashboard.shared.texts import t
from estimator.comparison.answer import Answer
from estimator.comparison.scenario import Scenario, ScenarioRefused, parse_scenario
from estimator.comparison.scenario_toml import scenario_toml

PASTED = "compare pasted"


def show(answer: Answer, scenario: Scenario, lang: str) -> None:
    """Documents made from this answer, its link, its files."""
    with st.popover(t("compare_files.title", lang)), st.container(key="documents"):
        st.html(scenario_documents(scenario, lang))
        with st.container(key="compare_files", horizontal=True):
            for name, (text, kind) in downloads(answer, scenario).items():
                label = t(f"compare_files.{name}", lang)
                stem = f"{'exemple-' if scenario.example else ''}{'scenario' if name == 'toml' else 'comparaison'}"
                st.download_button(
                    label, text, f"{stem}.{name}", kind, on_click="ignore", key=f"compare download {name}"
                )
        for name in ("link" if token(scenario) else "too_long", "again"):
            st.html(Markup('<p class="small">{}</p>').format(t(f"compare_files.{name}", lang)))


def reopen(lang: str) -> None:
    """The field to paste a scenario file that was kept."""
    with st.popover(t("compare_files.reopen", lang)), st.form("compare_paste", border=False):
        st.text_area(t("compare_files.paste", lang), key=PASTED, height=120, max_chars=100_000)
        say_error(PASTED, lang)
        st.form_submit_button(t("compare_files.open", lang), on_click=_open, args=(lang,))


def downloads(answer: Answer, scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Each file by extension: text, kind."""
    results = json.dumps(answer.model_dump(mode="json"), ensure_ascii=False, indent=1)
    return {"toml": (scenario_toml(scenario), "application/toml"), "json": (results, "application/json")}


def _open(lang: str) -> None:
    """Load the pasted file as the scenario."""
    try:
        scenario = parse_scenario(st.session_state[PASTED])
    except ScenarioRefused as error:
        refuse(PASTED, {"": error})
        return
    set_scenario(plain(scenario), PASTED, lang, keep=False)
