"""Form fields of the register: labelled, preserved while people correct refused values, parsed to values."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from glob import escape
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.register import estimator_gateway as register
from dashboard.register.sentences import event_pairs
from dashboard.shared import estimator_gateway
from dashboard.shared.dates import short_day
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from dashboard.shared.widgets import any_day
from estimator.core.event_log import Event
from estimator.core.language import decimal_mark
from estimator.governance.register.schema import UseCase

KEPT = "form "  # prefix of the keys of all fields of the open form
MOST_READ = 20  # entries read back one by one
LONG = ("tache", "benefice", "alternative_description", "alternative_raison", "why", "conclusion", "reasons", "rows")
NUMBERS = ("seuil_valeur", "volume_mensuel", "croissance_annuelle", "simultaneite")
TABLES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
GROUPS = {group: names.split() for group, names in TABLES["groups"].items()}
NEW = GROUPS["task"]
MONTHS = {"6": "6", "12": "12"}  # between two reviews
ANSWERS = ("etudiee_et_ecartee", "trouvee_et_retenue")
DECISIONS = ("lancer", "continuer", "changer_etape", "arreter", "ne_pas_faire", "fait_sans_ia")


def confirmed(new: Sequence[Event], read: str, save: str, lang: str) -> bool:
    """Draw the entries that a form will write, with a button that confirms them, named `save`, and one that brings its
    fields back, which drops the key `read`; whether they are confirmed."""
    entries = [(register.word("events", event.kind, lang), list(event_pairs(event, lang))) for event in new[:MOST_READ]]
    st.html(render("register_read_back", lang, entries=entries, more=len(new) - len(entries)))
    with st.container(horizontal=True):
        said = st.button(save, type="primary")
        st.button(t("register_forms.correct", lang), on_click=st.session_state.pop, args=(read, None))
    return said


def text(name: str, lang: str, known: str = "") -> str:
    """A text, on one line or several."""
    st.session_state.setdefault(KEPT + name, known)
    field = st.text_area if name in LONG else st.text_input
    typed: str = field(t(f"register_forms.{name}", lang), key=KEPT + name) or ""
    return typed.strip()


def day(name: str, lang: str, known: date | None = None) -> str | None:
    """A day, as 2026-11-24."""
    st.session_state.setdefault(KEPT + name, known)
    chosen = any_day(t(f"register_forms.{name}", lang), None, key=KEPT + name)
    return chosen.isoformat() if isinstance(chosen, date) else None


def one_of(name: str, options: Mapping[str, str], lang: str, known: str | None = None) -> str | None:
    """A choice among a few radio buttons. options: value -> label."""
    st.session_state.setdefault(KEPT + name, known if known in options else None)
    return st.radio(
        t(f"register_forms.{name}", lang), list(options), index=None, format_func=options.__getitem__, key=KEPT + name
    )


def all_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """Every fact but the non-AI answer, in groups that have a name."""
    row, found = register.row_of(case) if case else {}, dict[str, Any]()
    for group, names in GROUPS.items():
        with st.expander(t(f"register_forms.group_{group}", lang), expanded=True):
            for name in names:
                known = row.get(name, "").replace(".", decimal_mark(lang) if name in NUMBERS else ".")
                asked = one_of(name, MONTHS, lang, known) if name == "revue_mois" else text(name, lang, known)
                found[name] = asked or ""
    return found


def alternative_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """The answer to the non-AI question."""
    row = register.row_of(case) if case else {}
    answers = {name: register.word("answers", name, lang) for name in ANSWERS}
    known = (case and case.alternative.date) or date.today()
    return {
        "alternative_reponse": one_of("alternative_reponse", answers, lang, row.get("alternative_reponse")) or "",
        **{n: text(n, lang, row.get(n, "")) for n in ("alternative_description", "alternative_raison")},
        "alternative_date": day("alternative_date", lang, known) or "",
    }


def stage_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """The next stage, or an earlier one."""
    if case is None:
        return {}
    following = register.next_stage(case)
    before = register.STAGES[: register.STAGES.index(case.stage)]
    stages = [*([following] if following else []), *reversed(before)]
    options: dict[str, str] = {stage: register.word("stages", stage, lang) for stage in stages}
    return {"stage": one_of("target", options, lang, following)}


def quality_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """A tested quality."""
    return {
        "value": text("value", lang),
        "test": text("test", lang, case.threshold.test if case and case.threshold else ""),
        "date": day("date_test", lang, date.today()),
        "by": text("by", lang),
    }


def review_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """A review done, and the date of the next one."""
    return {
        "done": day("done", lang, date.today()) or "",
        "by": text("by_review", lang),
        "conclusion": text("conclusion", lang),
        "planned": day("planned", lang),
    }


def decision_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """A decision."""
    options = {what: register.word("decisions", what, lang) for what in DECISIONS}
    return {
        "what": one_of("what", options, lang) or "",
        "reasons": text("reasons", lang),
        "date": day("date", lang, date.today()),
        "by": text("body", lang),
    }


def attach_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """A service of the ledger, from a day on."""
    names, label = estimator_gateway.services_by_name(), t("register_forms.service_key", lang)
    key, named = KEPT + "service_key", names.__getitem__
    chosen = st.selectbox(label, [*names], index=None, format_func=named, key=key, placeholder="") or ""
    return {"service_key": escape(chosen), "since": day("since", lang)}


def detach_fields(case: UseCase | None, lang: str) -> dict[str, Any]:
    """An attachment, and its end day."""
    name = estimator_gateway.service_name
    options = {a.id: f"{name(a.service_key)} ({short_day(a.at[:10], lang)})" for a in case.attachments} if case else {}
    return {"attachment": one_of("attachment", options, lang) or "", "until": day("stop", lang)}
