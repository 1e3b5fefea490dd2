"""Layout of every page: navigation, language, sample data banner, footer. Streamlit runs it for each view."""

from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from dashboard.accessibility.audit import audit
from dashboard.connect.methods_table import tell_import
from dashboard.register.forms import ALONE, FORMS
from dashboard.register.service_names import service_names, use_cases
from dashboard.shared import estimator_gateway
from dashboard.shared.html_parts import figure_name
from dashboard.shared.permissions import may_write
from dashboard.shared.screens import DOORS, HOME, SCREENS, Screen
from dashboard.shared.templates import render
from dashboard.shared.texts import LANGUAGES, has_text, t
from dashboard.shared.widgets import language
from dashboard.summary.estimator_gateway import is_internal, scope_of_address, state
from estimator.core.home import default_home, named_home
from estimator.core.periods import Period
from estimator.governance.indicators.explanation import split_number
from estimator.reporting.summary.sentences import territory_text
from estimator.results.reading import Results

HERE = Path(__file__).parent
# What an address opens in a page, or chooses of it, which its title then says.
OPENED = ("id", "execution", "facteur", "cas", "faire", "voie", "service", "voir", "territoire", "periode")
LONGEST_TITLE = 80
OF_USES = ("accueil", "mesures", "registre", "leviers")  # show figures of uses one by one; Synthèse says it itself


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
        languages = {code: "?" + urlencode({**st.query_params.to_dict(), "lang": code}) for code in LANGUAGES}
        st.html(render("top", lang, here=here, doors=DOORS, languages=languages, sample=sample))
        with st.container(key="content", gap=None):
            tell_import(lang)
            of_one = here.address == "explication" and st.query_params.get("id", "").startswith(("service.", "run."))
            if (here.address in OF_USES or of_one) and (now := state()) and is_internal(now):
                st.html(Markup('<p class="small internal">{}</p>').format(t("synthese.kept", lang)))
            chosen.run()
        st.html(_footer(build, lang))


def _page(screen: Screen, lang: str) -> "st.Page":
    title = t("nav.title", lang, page=_subject_of_address(lang) + t(f"nav.{screen.name}", lang))
    file = HERE / f"{screen.address}.py"
    return st.Page(file, title=title, url_path=screen.path or None, default=screen == HOME)


def _subject_of_address(lang: str) -> str:
    """The item opened by the URL, before the page name, in its own words: no two URLs have the same title."""
    read = {name: st.query_params[name] for name in OPENED if st.query_params.get(name)}
    asked = [_named(name, text, lang)[:LONGEST_TITLE] for name, text in read.items()]
    if st.query_params.get("simple") == "1":
        asked.append(t("accessibility.easy", lang))
    return "".join(t("accessibility.opened", lang, what=what) for what in asked if what)


def _named(name: str, text: str, lang: str) -> str:
    """What people call what stands in an address; as it is written there when they have no word for it."""
    match name:
        case "id":
            return _figure(text, lang)
        case "cas":
            return use_cases().get(text, text)
        case "service":
            return service_names([text]).get(text, text)
        case "territoire" | "periode":
            return _scope_text(name, lang)
    keys = {
        "voie": [f"connect_ways.{text}"],
        "voir": [f"measures.part_{text}", f"compare.part_{text}"],
        "faire": [f"register_forms.{FORMS.get(text)}", f"register.{ALONE.get(text)}"],
    }
    told = [t(key, lang) for key in keys.get(name, ()) if has_text(key, lang)]
    return told[0] if told else "" if name == "voir" else text


def _scope_text(name: str, lang: str) -> str:
    """The territory or the period that is shown, which takes the place of one without figures; "" without a build."""
    now, asked = state(), st.query_params
    if now is None:
        return ""
    shown = scope_of_address(now, asked.get("territoire", ""), asked.get("periode", ""))
    return territory_text(shown.territory, lang) if name == "territoire" else Period(shown.period).label(lang)


def _figure(number: str, lang: str) -> str:
    """« Gaz à effet de serre », « Eau, Services de la métropole, année 2026 », « Électricité, Courriers »."""
    found = split_number(number)
    if found and Period.is_one(found[1]):
        territory, period, figure = found
        return ", ".join((figure_name(figure, lang), territory_text(territory, lang), Period(period).label(lang)))
    kind, _, rest = number.partition(".")
    about, _, figure = rest.rpartition(".") if kind != "total" else ("", "", rest)
    name = figure_name(figure, lang) if has_text(f"figures.{figure.replace('.', '_')}", lang) else figure
    return ", ".join(filter(None, (name, service_names([about]).get(about, about))))


def _footer(build: Results | None, lang: str) -> Markup:
    """Basis of the page: factors, build, day of the last data; limits; accessibility."""
    factors = build.factors_version if build else estimator_gateway.factors_version()
    last = build.totals().coverage.period[1] if build else None
    until = min(last, date.today().isoformat()) if last else None
    home = named_home(default_home(), whole=may_write())  # its whole path for those who may write in it
    return render("footer", lang, factors=factors, build=build, until=until, state=audit().state, home=home)


frame()
