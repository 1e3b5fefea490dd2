"""The page without a file: the table of ingestion methods, and the four steps of one of them."""

import streamlit as st
from markupsafe import Markup

from dashboard.connect.estimator_gateway import unfinished
from dashboard.connect.file_upload import RUNNING
from dashboard.connect.methods import TEMPLATES, Way
from dashboard.shared import estimator_gateway
from dashboard.shared.templates import render
from dashboard.shared.texts import t
from estimator.core.home import default_home
from estimator.core.locks import held
from estimator.ingestion.http.endpoints import COLLECTING
from estimator.ledger import Ledger
from estimator.ledger.files import IMPORTING

LIVE = ("track", "collect")  # methods whose rows come while the page is open
EVERY = 3  # seconds between two looks at the home
KNOWN = "connect runs known"


def way_view(way: Way, lang: str) -> None:
    """Four steps, each with its code to copy."""
    st.html(render("brancher_way", lang, way=way))
    with st.container(key="connect_steps", gap="small"):
        st.html(Markup("<h2>{}</h2>").format(t("connect.steps", lang)))
        for place, step in enumerate(way.steps, 1):
            st.html(render("brancher_step", lang, place=place, step=step.name, templates=TEMPLATES))
            for code in (step.code, *step.others):
                if code:
                    st.code(code, language=None, wrap_lines=True)


@st.fragment(run_every=EVERY)
def running(lang: str) -> None:
    """That an import that this page does not follow runs, looked at again; once it ended, a button draws the page."""
    now = "running" if held(Ledger(default_home()).folder / IMPORTING) else "ended"
    st.html(Markup('<p class="banner" role="status">{}</p>').format(t(f"connect.{now}", lang)))
    if now == "ended" and st.button(t("connect.draw_again", lang)):
        st.rerun()


def tell_import(lang: str) -> None:
    """The same, where one runs; else which did not end."""
    if held(Ledger(default_home()).folder / IMPORTING) and RUNNING not in st.session_state:
        running(lang)
    elif told := "" if RUNNING in st.session_state else unfinished(lang):
        st.html(Markup('<p class="banner" role="status">{}</p>').format(told))


def waiting(lang: str, collects: bool) -> None:
    """Runs come since the page was opened, looked for until a person says not to; collects: from a collector."""
    live = st.toggle(t("connect.live", lang, seconds=EVERY), value=True, key="connect live")
    st.fragment(_waiting, run_every=EVERY if live else None)(lang, collects)


def _waiting(lang: str, collects: bool) -> None:
    build = estimator_gateway.current()
    runs = build.totals().coverage.runs if build else 0
    new = runs - st.session_state.setdefault(KNOWN, runs)
    lock = Ledger(default_home()).folder / COLLECTING
    with st.container(key="connect_waiting"):
        st.html(render("brancher_waiting", lang, new=new, idle=collects and not held(lock)))
