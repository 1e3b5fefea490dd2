"""Routes of the register: its table as CSV, the documents about a use case."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.register import estimator_gateway as register
from dashboard.shared import estimator_gateway
from dashboard.shared.document_links import OF_A_USE
from dashboard.shared.html_parts import address
from dashboard.shared.html_shell import document_response, not_found_page, or_refusal
from dashboard.shared.texts import lang_of
from dashboard.summary.estimator_gateway import address_refused, scope_in, scope_of_address, state
from estimator.governance.register.refusals import UseCaseUnknown
from estimator.governance.register.schema import WHOLE
from estimator.reporting.uses.context import UseFacts
from estimator.reporting.uses.documents import DOCUMENTS

KINDS = {f"/{name}": kind for kind, name in OF_A_USE.items()}


def _table(request: Request) -> Response:
    """Every use case, one line each, with a byte order mark for spreadsheets; a header gives its schema."""
    schema = '<registre-schema.json>; rel="describedby"; type="application/json"'
    headers = {"Content-Disposition": 'attachment; filename="registre-interne.csv"', "Link": schema}
    sample = bool((build := estimator_gateway.current()) and build.sample)
    table = register.export_csv(register.register(), sample).encode("utf-8-sig")
    return Response(table, media_type="text/csv", headers=headers)


def _document(request: Request) -> Response:
    """The document of the address about the use case ?cas=, over ?periode= or the last year with data. SobriaError."""
    read, lang, path = request.query_params, lang_of(request.query_params), request.scope["path"]
    try:
        case = register.register().use_case(read.get("cas", "")[: estimator_gateway.LONGEST_ID])
    except UseCaseUnknown:
        return HTMLResponse(not_found_page(lang), status_code=404)
    now = state()
    if now is None:
        return RedirectResponse(f"./registre?cas={case.id}&lang={lang}", status_code=303)
    period, format = read.get("periode", ""), read.get("format", "html")
    if refused := address_refused(now, "", period):
        raise refused
    scope = scope_in(scope_of_address(now, WHOLE, period))
    found, back = DOCUMENTS[KINDS[path]](UseFacts(scope, case, lang)), address("registre", lang, cas=case.id)
    return document_response(found, f"{path.strip('/')}-{case.id}", format, back)


ROUTES = [Route("/registre.csv", _table), *(Route(path, or_refusal(_document)) for path in KINDS)]
