"""Routes of the register: its table as CSV, the schema, the sheet of a use case."""

from datetime import date
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.register import estimator_gateway as register
from dashboard.register.printable_sheet import sheet
from dashboard.shared import estimator_gateway
from dashboard.shared.html_shell import not_found_page
from dashboard.shared.texts import lang_of
from estimator.governance.register.refusals import UseCaseUnknown
from estimator.reporting.documents.rendering import rendered

REGISTER_FILES = ("/registre.csv", "/registre-schema.json")
SCHEMA = Path(__file__).parents[1] / "static" / "registre-schema.json"


def register_routes() -> list[Route]:
    """The routes of the register."""
    return [Route("/registre.csv", _table), Route("/registre-schema.json", _schema), Route("/fiche-usage", _sheet)]


def _table(request: Request) -> Response:
    """Every use case, one line each, with a byte order mark for spreadsheets; a header gives the schema
    of the table."""
    headers = {
        "Content-Disposition": 'attachment; filename="registre.csv"',
        "Link": '<registre-schema.json>; rel="describedby"; type="application/json"',
    }
    build = estimator_gateway.current()
    sample = build is not None and build.sample
    table = register.export_csv(register.register(), sample).encode("utf-8-sig")
    return Response(table, media_type="text/csv", headers=headers)


def _schema(request: Request) -> Response:
    return Response(SCHEMA.read_bytes(), media_type="application/json")


def _sheet(request: Request) -> Response:
    """The printable sheet of the use case ?cas=."""
    lang = lang_of(request.query_params)
    try:
        case = register.register().use_case(request.query_params.get("cas", "")[: estimator_gateway.LONGEST_ID])
    except UseCaseUnknown:
        return HTMLResponse(not_found_page(lang), status_code=404)
    build = estimator_gateway.current()
    sample = build is not None and build.sample
    return HTMLResponse(rendered(sheet(case, date.today(), sample, lang), "html"))
