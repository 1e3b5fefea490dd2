"""Routes of the documents of a scenario: a page, a table, a text to paste."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.comparison import estimator_gateway as compare_data
from dashboard.register import estimator_gateway as register
from dashboard.shared import estimator_gateway
from dashboard.shared.document_links import ADDRESSES
from dashboard.shared.html_parts import address
from dashboard.shared.html_shell import document_response, or_refusal
from dashboard.shared.texts import lang_of
from estimator.comparison.scenario import Scenario
from estimator.comparison.scenario_link import decode
from estimator.core.home import default_home
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.sheets import SHEETS

KINDS = {f"/{name}": kind for kind, name in ADDRESSES.items()}


def _document(request: Request) -> Response:
    """The document of ?scenario=, of the use case ?cas=, else of the example, in the ?format= asked. SobriaError."""
    lang, path = lang_of(request.query_params), request.scope["path"]
    asked = {name: request.query_params.get(name, "") for name in ("scenario", "cas")}
    facts, format = facts_of(*_scenario(**asked, lang=lang)), request.query_params.get("format", "html")
    back = address("registre" if asked["cas"] else "comparer", lang, **asked)
    return document_response(SHEETS[KINDS[path]](facts), path.strip("/"), format, back)


def _scenario(scenario: str, cas: str, lang: str) -> tuple[Scenario, str, Path, str]:
    """The scenario of the URL, the language, the home, the file name of the scenario. SobriaError."""
    home = default_home()
    if cas:
        case = register.register().use_case(cas[: estimator_gateway.LONGEST_ID])
        return register.scenario_of(case), lang, home, case.scenario
    return decode(scenario) if scenario else compare_data.example_scenario(lang), lang, home, "scenario.toml"


ROUTES = [Route(path, or_refusal(_document)) for path in KINDS]
