"""Routes of the summary: its one-page sheet, and its figures with all digits."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.shared.texts import DEFAULT, LANGUAGES, lang_of
from dashboard.summary.estimator_gateway import Remembered, State, SummaryScope, body, scope_of_address, state
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.summary.one_page import document

SYNTHESIS_FILES = ("/fiche-synthese", "/synthese.csv", "/synthese.json")
SHEETS = 120  # entries in the cache
HTML, CSV = "html", "csv"


def synthesis_routes() -> list[Route]:
    """The routes of the summary."""
    return [Route("/fiche-synthese", _sheet), Route("/synthese.csv", _table), Route("/synthese.json", _body)]


def _write(key: tuple[SummaryScope, str, str]) -> str:
    asked_for, lang, format = key
    return rendered(document(body(asked_for), lang), format)


sheets = Remembered(_write, SHEETS)


def _requested_scope(request: Request) -> tuple[SummaryScope, str] | None:
    """The scope and language in the URL; None in a home without a build."""
    now: State | None = state()
    if now is None:
        return None
    read = request.query_params
    return scope_of_address(now, read.get("territoire", ""), read.get("periode", "")), lang_of(read)


def _sheet(request: Request) -> Response:
    found = _requested_scope(request)
    if found is None:
        return _nothing(request)
    return Response(sheets((*found, HTML)), media_type="text/html")


def _table(request: Request) -> Response:
    found = _requested_scope(request)
    if found is None:
        return _nothing(request)
    name = f"synthese-{found[0].territory}-{found[0].period}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(sheets((*found, CSV)), media_type="text/csv", headers=headers)


def _body(request: Request) -> Response:
    found = _requested_scope(request)
    if found is None:
        return _nothing(request)
    return JSONResponse(body(found[0]))


def _nothing(request: Request) -> Response:
    """The page of a home without a build, with the next step."""
    lang = request.query_params.get("lang", DEFAULT)
    return RedirectResponse(f"./synthese?lang={lang if lang in LANGUAGES else DEFAULT}", status_code=303)
