"""Layout of every page: navigation, language, sample data banner, footer. Streamlit runs it for each view."""

import string
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup

from dashboard.accessibility.audit import audit
from dashboard.comparison.scenario_session import current as compared
from dashboard.connect.methods_table import tell_import
from dashboard.register.estimator_gateway import word
from dashboard.register.forms import ALONE, FORMS
from dashboard.register.sentences import commune_text
from dashboard.shared import estimator_gateway
from dashboard.shared.dates import moment_text, validity_text
from dashboard.shared.html_parts import figure_name
from dashboard.shared.permissions import may_write
from dashboard.shared.screens import ASKED, DOORS, HOME, SCREENS, Screen
from dashboard.shared.templates import phrase, render
from dashboard.shared.texts import LANGUAGES, known_text, t
from dashboard.shared.widgets import language, page_asked
from dashboard.summary.estimator_gateway import is_internal, scope_of_address, state
from estimator.core.errors import SobriaError
from estimator.core.home import default_home, named_home
from estimator.core.periods import Period
from estimator.governance.indicators.explanation import split_number
from estimator.reporting.summary.sentences import territory_text
from estimator.results.reading import Results

HERE = Path(__file__).parent
LONGEST_TITLE = 80
OF_USES = ("accueil", "mesures", "registre", "leviers")  # show figures of uses one by one; Synthèse says it itself


def frame() -> None:
    """One view: the page between its navigation and its footer."""
    lang = language()
    pages = {s: st.Page(HERE / f"{s.address}.py", url_path=s.path or None, default=s == HOME) for s in SCREENS}
    chosen = st.navigation(list(pages.values()), position="hidden")
    here = next(screen for screen, page in pages.items() if page == chosen)
    title = t("nav.title", lang, page=_subject_of_address(here, lang) + t(f"nav.{here.name}", lang))
    st.set_page_config(page_title=title, layout="wide")
    build = estimator_gateway.current()
    with st.container(key="page", gap=None):
        languages = {code: "?" + urlencode({**st.query_params.to_dict(), "lang": code}) for code in LANGUAGES}
        st.html(render("top", lang, here=here, doors=DOORS, languages=languages, sample=bool(build and build.sample)))
        with st.container(key="content", gap=None):
            tell_import(lang)
            of_one = here.address == "explication" and st.query_params.get("id", "").startswith(("service.", "run."))
            if (here.address in OF_USES or of_one) and (now := state()) and is_internal(now):
                st.html(Markup('<p class="small internal">{}</p>').format(t("synthese.kept", lang)))
            told = st.container(key="not_understood")
            chosen.run()
            if wrong := [t("state.asked", lang, asked=asked) for asked in _not_understood(here)]:
                told.html(phrase("state.not_understood", lang, asked=", ".join(wrong)))
        st.html(_footer(build, lang))


def _not_understood(here: Screen) -> Iterator[str]:
    """What the address holds that means nothing on this page, which is then shown without it."""
    known = {"lang": " ".join(LANGUAGES), "page": str(page_asked())} | ASKED[here.address]
    for name, asked in st.query_params.items():
        words, held = known.get(name.rstrip(string.digits)), st.session_state.get(name, asked)
        if isinstance(held, list):  # of several, those that are none
            asked, held = ",".join(one for one in asked.split(",") if one not in held), ""
        told = words is not None and (asked in words.split() if words else asked == held)
        if asked and words != "*" and not told:
            yield f"{name}={asked}"[:LONGEST_TITLE]


def _subject_of_address(here: Screen, lang: str) -> str:
    """What the URL opens in a page, or chooses of it, in words, before the page name; as written where it has none."""
    told = [_named(here, name, st.query_params[name], lang) for name in NAMED if st.query_params.get(name)]
    return "".join(t("accessibility.opened", lang, what=what) for what in told if what)


def _named(here: Screen, name: str, text: str, lang: str) -> str:
    if (tell := NAMED[name]) is None:  # a part, a way or a form, which has a title or is not opened
        keys = (f"{here.name}.part_{text}", f"places.part_{text}", f"connect_ways.{text}", f"proof.{text}")
        more = (f"register_forms.{FORMS.get(text)}", f"register.{ALONE.get(text)}", f"synthese.status_{text}")
        return next(filter(None, (known_text(key, lang) for key in keys + more)), "")
    try:
        return tell(text, lang)
    except (SobriaError, LookupError):
        return t("register.unknown_title" if name == "cas" else "state.unknown_title", lang)


def _run(row_id: str, lang: str) -> str:
    run = estimator_gateway.current_build().run(row_id[: estimator_gateway.LONGEST_ID])
    return f"{estimator_gateway.service_name(run['service_key'])}, {moment_text(run['end'], lang)}"


def _figure_of_option(asked: str, lang: str) -> str:
    name, _, figure = asked.partition(".")
    called = compared(lang).scenario.option(name).label
    return f"{t('nav.explain', lang)} {_figure(f'total.{figure}', lang)}, {called}"


def _compared(lang: str) -> str:
    """The comparison that the address holds; "" where it cannot be read."""
    return "" if (view := compared(lang)).wrong else view.scenario.title[:LONGEST_TITLE]


def _factor(asked: str, lang: str) -> str:
    e = {e.factor.id: e for e in estimator_gateway.factors()}[asked]
    of = t("numbers.of", lang, name=e.quantity[lang], subject=e.subject[lang])
    return f"{of}, {e.source['title']}, {validity_text(e.factor.valid_from, e.factor.valid_to, lang)}"


def _scope_text(name: str, _: str, lang: str) -> str:
    """The territory or the period that is shown, which takes the place of one without figures; "" without a build."""
    if (now := state()) is None:
        return ""
    shown = scope_of_address(now, *(st.query_params.get(name, "") for name in ("territoire", "periode")))
    return territory_text(shown.territory, lang) if name == "territoire" else Period(shown.period).label(lang)


def _figure(number: str, lang: str) -> str:
    """« Gaz à effet de serre », « Eau, Services de la métropole, année 2026 », « Électricité, Courriers »."""
    found = split_number(number)
    if found and Period.is_one(found[1]):
        territory, period, figure = found
        return ", ".join((figure_name(figure, lang), territory_text(territory, lang), Period(period).label(lang)))
    kind, _, rest = number.partition(".")
    about, _, figure = rest.rpartition(".") if kind != "total" else ("", "", rest)
    name = figure_name(figure, lang) if known_text(f"figures.{figure.replace('.', '_')}", lang) else figure
    return ", ".join(filter(None, (name, estimator_gateway.service_name(about))))


def _footer(build: Results | None, lang: str) -> Markup:
    """Basis of the page: factors, build, day of the last data; limits; accessibility."""
    factors = build.factors_version if build else estimator_gateway.factors_version()
    last = build.totals().coverage.period[1] if build else None
    until = min(last, date.today().isoformat()) if last else None
    home = named_home(default_home(), whole=may_write())  # its whole path for those who may write in it
    return render("footer", lang, factors=factors, build=build, until=until, state=audit().state, home=home)


NAMED: dict[str, Callable[[str, str], str] | None] = {
    **{"id": _figure, "calcul": _figure_of_option, "execution": _run, "facteur": _factor},
    "cas": lambda text, _: estimator_gateway.use_cases()[text],
    "service": lambda text, _: estimator_gateway.service_name(text),
    **{"faire": None, "voie": None, "promesses": None, "preuve": None, "commune": commune_text},
    **{"etape": partial(word, "stages"), "issue": partial(word, "outcomes")},
    **dict.fromkeys(("recherche", "sujet"), lambda text, _: text[:LONGEST_TITLE]),
    **{"voir": None, "territoire": partial(_scope_text, "territoire"), "periode": partial(_scope_text, "periode")},
    **dict.fromkeys(("exemple", "scenario"), lambda _, lang: _compared(lang)),
    "page": lambda _, lang: t("paging.page", lang, n=page_asked()) if page_asked() > 1 else "",
    "simple": lambda text, lang: t("accessibility.easy", lang) if text == "1" else "",
}
frame()
