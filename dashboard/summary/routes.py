"""Routes of the summary: its one-page sheet, its figures with all digits, and what the authority publishes."""

from collections.abc import Callable

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.shared.html_parts import address
from dashboard.shared.html_shell import document_page, document_response, file_response, or_refusal
from dashboard.shared.texts import lang_of
from dashboard.summary.estimator_gateway import (
    SummaryScope,
    address_refused,
    leaving,
    scope_in,
    scope_of_address,
    state,
)
from dashboard.summary.page import PERIOD, TERRITORY
from estimator.core.errors import SobriaError
from estimator.core.home import default_home
from estimator.core.interval import json_text
from estimator.governance.register.schema import WHOLE
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.publications.context import facts_in
from estimator.reporting.publications.reen import review
from estimator.reporting.publications.reen_file import reen_file
from estimator.reporting.publications.reen_rollup import rollup
from estimator.reporting.publications.territory_files import FOLDER, read_files
from estimator.reporting.summary.one_page import document
from estimator.reporting.uses.context import UseFacts
from estimator.reporting.uses.evidence import evidence_file

SHEETS = 120  # entries in the cache
HTML, CSV = "html", "csv"


@st.cache_resource(max_entries=SHEETS, show_spinner=False)
def _written(asked: SummaryScope, lang: str, format: str) -> str:
    return rendered(document(leaving(asked), lang), format)


def _of_scope(answer: Callable[[SummaryScope, str, Request], Response]) -> Callable[[Request], Response]:
    """An answer about the scope in the URL: a home without a build, or a scope without figures, has none."""

    def answered(request: Request) -> Response:
        now = state()
        if now is None:  # the page of a home without a build says the next step
            return RedirectResponse(f"./synthese?lang={lang_of(request.query_params)}", status_code=303)
        read = request.query_params
        asked = read.get(TERRITORY, ""), read.get(PERIOD, "")
        if refused := address_refused(now, *asked):
            raise refused
        return answer(scope_of_address(now, *asked), lang_of(read), request)

    return answered


def _sheet(asked: SummaryScope, lang: str, _: Request) -> Response:
    return Response(document_page(_written(asked, lang, HTML), lang, _back(asked, lang)), media_type="text/html")


def _back(asked: SummaryScope, lang: str) -> str:
    return address("synthese", lang, **{TERRITORY: asked.territory, PERIOD: asked.period})


def _table(asked: SummaryScope, lang: str, _: Request) -> Response:
    return file_response(_written(asked, lang, CSV), f"synthese-{asked.territory}-{asked.period}", CSV)


def _review(asked: SummaryScope, lang: str, _: Request) -> Response:
    """The yearly review of the territory and the period."""
    return document_response(review(facts_in(scope_in(asked), lang)), "bilan", HTML, _back(asked, lang))


def _commune(asked: SummaryScope, lang: str, _: Request) -> Response:
    """The file that a commune hands to its métropole."""
    found = reen_file(facts_in(scope_in(asked), lang))
    return file_response(str(found.files[""]), f"{asked.territory}-{asked.period}", "json")


def _evidence(asked: SummaryScope, lang: str, request: Request) -> Response:
    """The evidence on every use of the territory."""
    whole = scope_in(asked._replace(territory=WHOLE))
    cases = [UseFacts(whole, case, lang) for case in scope_in(asked).judged]
    if not cases:
        raise SobriaError("no_use_case")
    found = evidence_file(cases, asked.territory)
    return document_response(found, "preuves", request.query_params.get("format", HTML), _back(asked, lang))


def _territory(request: Request) -> Response:
    """The review added up from the files of the communes in the home."""
    found = rollup(read_files(default_home() / FOLDER), lang_of(request.query_params))
    return document_response(found, "territoire", HTML, address("synthese", found.lang))


OF_A_SCOPE = {
    "/fiche-synthese": _sheet,
    "/synthese.csv": _table,
    "/synthese.json": lambda asked, *_: Response(json_text(leaving(asked)), media_type="application/json"),
    "/bilan-annuel": _review,
    "/bilan-commune.json": _commune,
    "/preuves-usages": _evidence,
}
ROUTES = [Route(path, or_refusal(_of_scope(answer))) for path, answer in OF_A_SCOPE.items()]
ROUTES.append(Route("/bilan-territoire", or_refusal(_territory)))
