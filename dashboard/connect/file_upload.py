"""File upload: dry run of the import, then the import once confirmed."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from markupsafe import Markup

from dashboard.connect import estimator_gateway as connect
from dashboard.connect import places_form
from dashboard.shared.permissions import may_write
from dashboard.shared.templates import render
from dashboard.shared.texts import both, t
from dashboard.shared.widgets import file_field
from estimator.catalogue.schema import PROOFS
from estimator.core.errors import SobriaError
from estimator.core.typography import typeset
from estimator.ingestion.dry_run import NOT_ESTIMABLE

DROPPED, FILE, DONE = "connect dropped", "connect file", "connect done"
SHOWN = 12  # names of fields and of models


def show(lang: str) -> None:
    """The upload field, or why there is none."""
    with st.container(key="connect_drop", gap="small"):
        st.html(Markup("<h2>{}</h2>").format(t("connect.drop", lang)))
        if not may_write():
            st.html(Markup("<p>{}</p>").format(t("connect.read_only", lang)))
            return
        if DONE in st.session_state:
            name, said = st.session_state[DONE]
            _account(name, said, lang)
        if FILE in st.session_state:
            name, content, found = st.session_state[FILE]
            _report(name, content, found, lang)
        else:
            st.html(Markup("<p>{}</p>").format(t("connect.drop_what", lang)))
            file_field(t("connect.file", lang), DROPPED, lang, on_change=_take)


def _take() -> None:
    """Dry run of the uploaded file, once; only its content and the result are stored."""
    file = st.session_state[DROPPED]
    st.session_state.pop(DONE, None)
    if file is None or not may_write():
        return
    examine(file.name, file.getvalue())


def examine(name: str, content: bytes) -> None:
    """Dry run of a content under this name, kept for the page to show."""
    try:
        found: Mapping[str, Any] | SobriaError = connect.checked(name, content)
    except SobriaError as error:
        found = error
    st.session_state[FILE] = (connect.plain_name(name), content, found)


def _import(name: str, content: bytes, services: list[str]) -> None:
    """Import the checked file, its services placed first where somebody said where they run; if that is refused, the
    file stays on the page."""
    if not may_write():
        return
    place = places_form.said("file")
    try:
        if place:
            connect.place_services(services, place)
        st.session_state.pop(FILE, None)
        st.session_state[DONE] = (name, connect.imported(name, content))
    except SobriaError as error:
        st.session_state[DONE] = (name, error)


def _report(name: str, content: bytes, found: Mapping[str, Any] | SobriaError, lang: str) -> None:
    """Result of the dry run, with buttons to import or to cancel."""
    new = aside = 0
    services = [] if isinstance(found, SobriaError) else found["file"]["services"]
    if isinstance(found, SobriaError):
        _refusal_message(typeset(found.message(lang), lang))
    elif found["file"]["error"]:
        _refusal_message(both(found["file"]["error"], lang))
    else:
        account = found["account"]
        new, aside = account["accepted"] + account["superseded"], account["quarantined"]
        lines = _dry_run_lines(found["file"], lang)
        st.html(render("brancher_file", lang, done=False, counts=_counts(name, account, lang), lines=lines))
        if new:
            st.html(Markup("<h3>{}</h3><p>{}</p>").format(t("places.before", lang), t("places.before_note", lang)))
            places_form.fields("file", lang)
    with st.container(horizontal=True):
        if new or aside:
            label = t("connect.confirm", lang, n=new) if new else t("connect.confirm_aside", lang)
            st.button(label, type="primary", on_click=_import, args=(name, content, services))
        st.button(t("connect.another", lang), on_click=st.session_state.pop, args=(FILE, None))


def _refusal_message(text: str) -> None:
    st.html(Markup('<p class="warn" role="alert">{}</p>').format(text))


def _account(name: str, said: Mapping[str, int] | SobriaError, lang: str) -> None:
    """Account of the import, or why nothing was imported."""
    if isinstance(said, SobriaError):
        _refusal_message(typeset(said.message(lang), lang))
        return
    st.html(render("brancher_file", lang, done=True, counts=_counts(name, said, lang)))


def _counts(name: str, account: Mapping[str, int], lang: str) -> str:
    """« emissions.csv : 118 lignes acceptées, 3 écartées. »"""
    counted = [t(f"connect.{count}", lang, n=account[count]) for count in ("accepted", "quarantined")]
    more = [t(f"connect.{count}", lang, n=account[count]) for count in ("superseded", "duplicates") if account[count]]
    return t("connect.counts", lang, name=name, list=", ".join([*counted, *more]))


def _dry_run_lines(file: Mapping[str, Any], lang: str) -> list[str]:
    """Report before the import: format, proof, quarantined rows with reasons, ignored fields."""
    lines = [t("connect.format", lang, format=connect.format_name(file["reader"], lang))]
    proofs = file["proofs"]
    lines += [t(f"connect.rows_{name}", lang, n=proofs[name]) for name in (*PROOFS, NOT_ESTIMABLE) if name in proofs]
    if file["unknown_models"]:
        lines.append(t("connect.unknown_models", lang, names=_name_list(file["unknown_models"])))
    lines += [
        t("connect.aside", lang, n=reason["count"], line=reason["line"], reason=both(reason, lang))
        for reason in file["refused"]
    ]
    lines += [t("connect.look", lang, n=check["count"], reason=both(check, lang)) for check in file["checks"]]
    if file["left_out"]:
        lines.append(t("connect.left_out", lang, n=len(file["left_out"]), names=_name_list(file["left_out"])))
    return lines


def _name_list(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
