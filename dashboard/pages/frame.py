"""Layout of every page: navigation, language, sample data banner, footer. Streamlit runs it for each view."""

from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from dashboard.accessibility.audit import audit
from dashboard.shared import estimator_gateway
from dashboard.shared.permissions import may_write
from dashboard.shared.screens import DOORS, HOME, SCREENS, Screen
from dashboard.shared.templates import render
from dashboard.shared.texts import LANGUAGES, t
from dashboard.shared.widgets import language
from estimator.core.home import default_home
from estimator.results.reading import Results

HERE = Path(__file__).parent
OPENED = ("id", "execution", "facteur", "cas", "faire", "voie")  # opened in a page, whose title then says it
LONGEST_TITLE = 80


def frame() -> None:
    """One view: the page between its navigation and its footer."""
    lang = language()
    st.set_page_config(layout="wide")
    pages = {screen: _page(screen, lang) for screen in SCREENS}
    menu = {t(f"doors.{door}", lang): [pages[screen] for screen in screens] for door, screens in DOORS.items()}
    out_of_menu = [page for screen, page in pages.items() if not screen.door]
    chosen = st.navigation({"": out_of_menu, **menu}, position="hidden")
    here = next(screen for screen, page in pages.items() if page == chosen)
    build = estimator_gateway.current()
    with st.container(key="page", gap=None):
        sample = build is not None and build.sample
        st.html(render("top", lang, here=here, doors=DOORS, languages=_languages(), sample=sample))
        with st.container(key="content", gap=None):
            chosen.run()
        st.html(_footer(build, lang))


def _page(screen: Screen, lang: str) -> "st.Page":
    title = t("nav.title", lang, page=_subject_of_address(lang) + t(f"nav.{screen.name}", lang))
    file = HERE / f"{screen.address}.py"
    return st.Page(file, title=title, url_path=screen.path or None, default=screen == HOME)


def _subject_of_address(lang: str) -> str:
    """The item opened by the URL, before the page name: no two URLs have the same title."""
    asked = [st.query_params[name][:LONGEST_TITLE] for name in OPENED if st.query_params.get(name)]
    if st.query_params.get("simple") == "1":
        asked.append(t("accessibility.easy", lang))
    return "".join(t("accessibility.opened", lang, what=what) for what in asked)


def _languages() -> dict[str, str]:
    """The link to this same screen in each language."""
    return {code: "?" + urlencode({**st.query_params.to_dict(), "lang": code}) for code in LANGUAGES}


def _footer(build: Results | None, lang: str) -> Markup:
    """Basis of the page: factors, build, day of the last data; limits; accessibility."""
    factors = build.factors_version if build else estimator_gateway.factors_version()
    last = build.totals().coverage.period[1] if build else None
    until = min(last, date.today().isoformat()) if last else None
    return render("footer", lang, factors=factors, build=build, until=until, state=audit().state, home=_home())


def _home() -> str:
    """The home that is shown: its whole path for those who may write in it, else its name."""
    home = default_home()
    return str(home) if may_write() else home.name


frame()
