"""Files dropped: dry run of their import, where they ran, then the import once confirmed."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from io import BytesIO
from typing import Any, BinaryIO

import streamlit as st
from markupsafe import Markup

from dashboard.connect import estimator_gateway as connect
from dashboard.connect import places_form
from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import figure_name, refusal
from dashboard.shared.permissions import may_write
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.core.errors import SobriaError, of_disk, say
from estimator.core.home import default_home
from estimator.core.number_format import interval_text
from estimator.core.refusals import on_a_page
from estimator.core.typography import typeset
from estimator.ingestion.dry_run import file_lines, known_lines, looks
from estimator.ingestion.left_files import left_lines, unread_lines
from estimator.ingestion.readers import format_name

DROPPED, FILES, RUNNING, DONE = "connect dropped", "connect files", "connect running", "connect done"
QUOTE = "%22" if os.name == "nt" else '"'  # in a file name: browsers send %22, Windows has none
EVERY = 0.2  # between two looks at an import that runs [s]
ASKED = ("zone", "host", *places_form.CARDS, "use")  # of the services of the files, before their import


def show(lang: str) -> None:
    """The upload field, or why there is none."""
    with st.container(key="connect_drop", gap="small"):
        st.html(Markup("<h2>{}</h2>").format(t("connect.drop", lang)))
        if not may_write():
            st.html(Markup("<p>{}</p>").format(t("connect.read_only", lang)))
            return
        if RUNNING in st.session_state:
            _follow(st.progress(0.0, t("connect.importing", lang)), lang)
        if DONE in st.session_state:
            told = st.session_state[DONE]
            st.html(refusal(told, lang) if isinstance(told, SobriaError) else render("brancher_done", lang, told=told))
        if FILES in st.session_state:
            files, found = st.session_state[FILES]
            _report(files, found, lang)
            return
        st.html(Markup("<p>{}</p>").format(t("connect.drop_what", lang)))
        st.file_uploader(t("connect.file", lang), key=DROPPED, accept_multiple_files=True)
        if taken := st.session_state[DROPPED]:
            with st.spinner(t("connect.reading", lang, n=len(taken))):
                examine([(file.name.replace("%22", QUOTE), file) for file in taken])
            st.rerun()
        done, standing, gone = connect.last_imports(lang)
        st.html(render("brancher_last", lang, imports=done.values()))
        places_form.withdraw_form("undo", standing, _undone, lang)
        places_form.withdraw_form("redo", gone, _redone, lang)


def _redone(**said: str) -> list[str]:
    lines = connect.redone(**said)
    st.session_state.pop(FILES, None)  # what the page said of them is no longer true
    return lines


def _undone(**said: str) -> list[str]:
    """Annul an import; the form that brings it back is then open, with its withdrawal chosen."""
    st.session_state["redo id"], lines = connect.undone(**said)
    st.query_params["voir"] = "redo"
    return lines


def examine(taken: Sequence[tuple[str, BinaryIO | bytes]]) -> None:
    """Dry run of these files, by name, kept for the page to show."""
    st.session_state.pop(DONE, None)
    files: connect.Dropped | None = None
    found: Mapping[str, Any] | SobriaError
    try:
        files = connect.dropped((name, BytesIO(c) if isinstance(c, bytes) else c) for name, c in taken)
        found = connect.checked(files)
    except SobriaError as error:
        found = error
    except OSError as error:
        found = of_disk(error, default_home())
    st.session_state[FILES] = (files, found)


def _import(files: connect.Dropped, services: list[str], lang: str) -> None:
    """Import the checked files in a thread: it ends whatever becomes of the page."""
    if not may_write():
        return
    now, place = ["importing", 0, 0], places_form.said("file", ASKED)

    def tell(*told: Any) -> None:
        now[:] = told

    st.session_state[RUNNING] = ThreadPoolExecutor(1).submit(connect.imported, files, services, place, tell), now


def _follow(bar: Any, lang: str) -> None:
    """Say how far the import is until it ends, then its account; if it is refused, the files stay on the page."""
    work, now = st.session_state[RUNNING]
    while not work.done():
        step, done, whole = now
        bar.progress(done / whole if whole else 0.0, t(f"connect.{step}", lang))
        wait([work], EVERY)
    del st.session_state[RUNNING]
    try:
        done = work.result()
        told = [_counts(t("connect.account", lang), done["account"], lang)]
        if done["runs"]:
            facts = {"figure": figure_name(done["figure"], lang), "amount": interval_text(done["amount"], lang)}
            told.append(t("connect.weighs", lang, n=done["runs"], **facts))
        changed = {name: done[name] for name in ("lifted", "replaced")}
        changed |= {name: done["account"][name] for name in ("supersedes", "again")}
        told += [t(f"connect.{name}", lang, n=count) for name, count in changed.items() if count]
        st.session_state[DONE] = told
        st.session_state.pop(FILES)[0].folder.cleanup()
    except SobriaError as error:
        st.session_state[DONE] = error
        if error.code in ("totals_not_made", "build_locked_written", "disk_full_written"):
            del st.session_state[FILES]
    except OSError as error:
        st.session_state[DONE] = of_disk(error, default_home())
    st.rerun()


def _report(files: connect.Dropped, found: Mapping[str, Any] | SobriaError, lang: str) -> None:
    """Result of the dry run, with buttons to import or to cancel."""
    if isinstance(found, SobriaError):
        st.html(refusal(found, lang))
        st.button(t("connect.another", lang), on_click=st.session_state.pop, args=(FILES, None))
        return
    account = found["account"]
    new, aside = account["accepted"] + account["superseded"], account["quarantined"]
    checked = [file for file in found["files"] if not file["error"]]
    read = [(file["name"], _told(file, lang)) for file in checked]
    both = looks(checked, lang) if len(checked) > 1 else []
    shared = [(typeset(on_a_page(line), lang), names) for line, names in both]
    replaced = [typeset(on_a_page(line), lang) for line in known_lines(found, lang)]
    unread = [typeset(line, lang) for line in unread_lines(found["files"], lang)]
    unread += [typeset(line, lang) for line in left_lines(found["left"], lang)]
    if outside := files.outside:
        unread.append(typeset(say("check", "outside", lang, count=len(outside), names=", ".join(outside)), lang))
    read_of = t("connect.files_read", lang, n=len(checked))
    name = files.names[0] if len(files.names) == 1 else t("connect.files", lang, n=files.dropped, read=read_of)
    counts = _counts(name, account, lang) if read else ""
    st.html(render("brancher_files", lang, counts=counts, read=read, unread=unread, looks=shared, replaced=replaced))
    if new:
        st.html(render("brancher_places", lang, services=found["services"], names=estimator_gateway.service_names()))
        places_form.fields("file", lang, [name for name in ASKED if name != "use" or connect.known("use", lang)])
    with st.container(horizontal=True):
        word = "confirm" if new else "confirm_aside" if aside else "confirm_replace"
        if new or aside or found["replaces"]:
            label = t(f"connect.{word}", lang, n=account["accepted"] or new)
            st.button(label, type="primary", on_click=_import, args=(files, [*found["services"]], lang))
        st.button(t("connect.another", lang), on_click=st.session_state.pop, args=(FILES, None))
    if account["withdrawn"]:
        places_form.withdraw_form("redo", connect.last_imports(lang)[2], _redone, lang)


def _counts(name: str, account: Mapping[str, int], lang: str) -> str:
    """« emissions.csv : 118 lignes acceptées, 3 écartées. »"""
    counted = [t(f"connect.{count}", lang, n=account[count]) for count in ("accepted", "quarantined")]
    more = [t(f"connect.{count}", lang, n=account[count]) for count in ("superseded", "duplicates") if account[count]]
    return t("connect.counts", lang, name=name, list=", ".join([*counted, *more]))


def _told(file: Mapping[str, Any], lang: str) -> list[str]:
    """Its format, then what an import would do with it."""
    lines = [t("connect.format", lang, format=format_name(file["format"], lang)), *file_lines(file, lang)]
    return [estimator_gateway.place_text(on_a_page(line), lang) for line in lines]
