"""Layout of every page: navigation, language, sample data banner, footer. Streamlit runs it for each view."""

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.screens import HOME, SCREENS, Screen
from dashboard.shared.texts import LANGUAGES, t
from dashboard.shared.widgets import language

HERE = Path(__file__).parent
OPENED = ("id", "execution", "facteur", "cas", "faire", "voie")  # opened in a page, whose title then says it
LONGEST_TITLE = 80


def frame() -> None:
    """One view: the page between its navigation and its footer."""
    lang = language()
    st.set_page_config(layout="wide")
    pages = {screen: _page(screen, lang) for screen in SCREENS}
    chosen = st.navigation(list(pages.values()), position="hidden")
    here = next(screen for screen, page in pages.items() if page == chosen)
    build = estimator_gateway.current()
    with st.container(key="page", gap=None):
        mark = html_parts.banner(lang) if build is not None and build.sample else Markup()
        st.html(_top(here, lang) + mark + Markup('<div id="contenu" tabindex="-1"></div>'))
        with st.container(key="content", gap=None):
            chosen.run()
        st.html(html_parts.footer(_facts(build), lang))


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


def _top(here: Screen, lang: str) -> Markup:
    """Name, pages, language. Plain links: each page is a document, with its title, language and place in history."""
    links = [
        Markup('<a href="{}"{}>{}</a>').format(
            html_parts.address(screen.path, lang),
            Markup(' aria-current="page"') if screen == here else "",
            t(f"nav.{screen.name}", lang),
        )
        for screen in SCREENS
        if screen.in_menu
    ]
    skip = Markup('<a class="skip" href="#contenu">{}</a>').format(t("accessibility.skip", lang))
    return skip + Markup('<div class="top"><p class="brand">{}</p><nav aria-label="{}">{}</nav>{}</div>').format(
        t("app.name", lang), t("nav.label", lang), Markup(" ").join(links), _languages(lang)
    )


def _languages(lang: str) -> Markup:
    """The two languages; the other one links to this same screen."""
    entries = []
    for code in LANGUAGES:
        link = "?" + urlencode({**st.query_params.to_dict(), "lang": code})
        entry = '<b lang="{0}">{2}</b>' if code == lang else '<a lang="{0}" hreflang="{0}" href="{1}">{2}</a>'
        entries.append(Markup(entry).format(code, link, t(f"app.{code}", lang)))
    return Markup('<nav class="languages" aria-label="{}">{}</nav>').format(
        t("app.language", lang), Markup(" ").join(entries)
    )


def _facts(build: estimator_gateway.OpenBuild | None) -> dict[str, str | None]:
    if build is None:
        return {"factors": estimator_gateway.factors_version()}
    until = build.totals().coverage.period[1]
    return {"factors": build.factors_version, "build": build.id, "until": until}


frame()
