"""The evaluation sheet of the scenario in the address, as a page of its own: no script, one printed page."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.compare import data as compare_data
from dashboard.index import OURS
from dashboard.texts import DEFAULT, LANGUAGES, t
from estimator.compare.scenario_link import decode
from estimator.errors import SobriaError
from estimator.home import default_home
from estimator.sheets.files import evaluation_page

SHEET_FILES = ("/fiche-evaluation",)


def sheet_routes() -> list[Route]:
    """The routes of the sheets."""
    return [Route("/fiche-evaluation", _evaluation)]


def _evaluation(request: Request) -> Response:
    """The sheet of ?scenario=, else of the example."""
    asked = request.query_params.get("lang", DEFAULT)
    lang = asked if asked in LANGUAGES else DEFAULT
    token = request.query_params.get("scenario", "")
    try:
        scenario = decode(token) if token else compare_data.example_scenario()
        return HTMLResponse(evaluation_page(scenario, lang, default_home()))
    except SobriaError as refusal:
        return HTMLResponse(_refused(refusal, lang), status_code=400)


def _refused(refusal: SobriaError, lang: str) -> str:
    """What the address lacks, in one sentence, and the way back."""
    title = t("state.refused_title", lang)
    page = Markup(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{} – SobrIA</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">{}</head>'
        '<body class="alone"><main><h1>{}</h1><p>{}</p><p><a href="/comparer?lang={}">{}</a></p></main></body></html>'
    )
    back = (lang, t("nav.compare", lang))
    return str(page.format(lang, title, Markup(OURS.replace("./", "/")), title, refusal.message(lang), *back))
