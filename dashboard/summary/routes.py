"""Routes of the summary: its one-page sheet, its figures with all digits, and what the authority publishes."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.shared.html_shell import document_response, refusal_response
from dashboard.shared.texts import DEFAULT, LANGUAGES, lang_of
from dashboard.summary.estimator_gateway import (
    Remembered,
    State,
    SummaryScope,
    body,
    scope_in,
    scope_of_address,
    state,
)
from estimator.core.errors import SobriaError
from estimator.core.home import default_home
from estimator.governance.indicators.scope import WHOLE
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import ReportFacts, facts_in
from estimator.reporting.publications.reen import review
from estimator.reporting.publications.reen_file import reen_file
from estimator.reporting.publications.reen_rollup import FOLDER, read_files, rollup
from estimator.reporting.summary.one_page import document
from estimator.reporting.uses.context import UseFacts
from estimator.reporting.uses.evidence import evidence_file

SYNTHESIS_FILES = (
    *("/fiche-synthese", "/synthese.csv", "/synthese.json"),
    *("/bilan-annuel", "/bilan-commune.json", "/preuves-usages", "/bilan-territoire"),
)
SHEETS = 120  # entries in the cache
HTML, CSV = "html", "csv"


def synthesis_routes() -> list[Route]:
    """The routes of the summary."""
    answers = (_sheet, _table, _body, _review, _commune, _evidence, _territory)
    return [Route(path, answer) for path, answer in zip(SYNTHESIS_FILES, answers, strict=True)]


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


def _review(request: Request) -> Response:
    """The yearly review of the territory and the period."""
    found = _requested_scope(request)
    return document_response(rendered(review(_facts(*found)), HTML), "bilan", HTML) if found else _nothing(request)


def _commune(request: Request) -> Response:
    """The file that a commune hands to its métropole."""
    found = _requested_scope(request)
    if found is None:
        return _nothing(request)
    try:
        body = reen_file(_facts(*found)).files[""]
    except SobriaError as refusal:
        return refusal_response(refusal, found[1])
    return document_response(str(body), f"{found[0].territory}-{found[0].period}", "json")


def _evidence(request: Request) -> Response:
    """The evidence on every use of the territory."""
    found = _requested_scope(request)
    if found is None:
        return _nothing(request)
    whole = scope_in(found[0]._replace(territory=WHOLE))
    cases = [UseFacts(whole, case, found[1]) for case in scope_in(found[0]).cases]
    if not cases:
        return refusal_response(SobriaError("no_use_case"), found[1])
    format = request.query_params.get("format", HTML)
    try:
        return document_response(rendered(evidence_file(cases), format), "preuves", format)
    except SobriaError as refusal:
        return refusal_response(refusal, found[1])


def _territory(request: Request) -> Response:
    """The review added up from the files of the communes in the home."""
    lang = lang_of(request.query_params)
    try:
        return document_response(rendered(rollup(read_files(default_home() / FOLDER), lang), HTML), "territoire", HTML)
    except SobriaError as refusal:
        return refusal_response(refusal, lang)


def _facts(asked: SummaryScope, lang: str) -> ReportFacts:
    return facts_in(scope_in(asked), lang)


def _nothing(request: Request) -> Response:
    """The page of a home without a build, with the next step."""
    lang = request.query_params.get("lang", DEFAULT)
    return RedirectResponse(f"./synthese?lang={lang if lang in LANGUAGES else DEFAULT}", status_code=303)
