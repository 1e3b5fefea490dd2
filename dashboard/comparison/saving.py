"""« Enregistrer au registre »: this comparison, kept with a use case that is there already or with a new one."""

from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.comparison.fields import field_key
from dashboard.comparison.scenario_session import set_scenario
from dashboard.register import estimator_gateway as register
from dashboard.shared.html_parts import address, refusal
from dashboard.shared.permissions import may_write
from dashboard.shared.scenario_url import plain
from dashboard.shared.texts import t
from estimator.comparison.scenario import Scenario
from estimator.core.errors import SobriaError
from estimator.governance.register.schema import METROPOLE

PLACE, SAVED = "save", "compare saved"


def show(scenario: Scenario, lang: str) -> None:
    """One button; what the page does not know of a new use case is asked in it."""
    with st.popover(t("compare_save.title", lang), type="primary"):
        if not may_write():
            st.html(Markup("<p>{}</p>").format(t("compare_save.reader", lang)))
            return
        cases = {"": t("compare_save.new", lang)} | {case.id: case.name for case in register.register().use_cases()}
        asked = scenario.use_case if scenario.use_case in cases else ""
        case = asked
        if len(cases) > 1:
            case = st.selectbox(
                t("compare_save.case", lang), list(cases), index=list(cases).index(asked), key=field_key(PLACE, "case"),
                format_func=cases.__getitem__,
            )  # fmt: skip
        known = {"service": ""} if case else {"name": scenario.title, "service": "", "commune": METROPOLE}
        said = {
            name: st.text_input(t(f"compare_save.{name}", lang), value=value, key=field_key(PLACE, name)).strip()
            for name, value in known.items()
        }
        if st.button(t("compare_save.save", lang), type="primary"):
            _save(case, said, scenario, lang)
        if st.session_state.get(SAVED) == (scenario.use_case, plain(scenario)):
            link = Markup('<a href="{}">{}</a>').format(
                address("registre", lang, cas=scenario.use_case), t("compare_save.see", lang)
            )
            st.html(Markup('<p role="status"><b>{}</b> {}</p>').format(t("compare_save.saved", lang), link))


def _save(case: str, said: dict[str, str], scenario: Scenario, lang: str) -> None:
    """Write it, or say why nothing was written."""
    try:
        author = register.author(said["service"], t("compare_save.why", lang))
        kept = register.keep(scenario, author, case, {} if case else _facts(said, scenario))
    except SobriaError as error:
        st.html(refusal(error, lang))
        return
    now = set_scenario(plain(scenario) | {"use_case": kept.id}, PLACE, lang)
    st.session_state[SAVED] = (kept.id, plain(now) if now else {})
    st.rerun()


def _facts(said: dict[str, str], scenario: Scenario) -> dict[str, Any]:
    """A new use case: what is said, and what the comparison knows."""
    volume = {"volume_per_month": scenario.asked.volume / 12} if scenario.asked else {}
    need = {"task": scenario.title, "unit": scenario.need.unit, "owner_role": said["service"]}
    return said | need | volume
