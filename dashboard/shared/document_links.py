"""The links to the documents of a scenario, for the pages that show one."""

from markupsafe import Markup

from dashboard.shared.scenario_url import token
from dashboard.shared.templates import render
from estimator.comparison.scenario import Scenario

ADDRESSES = {  # document -> its URL
    "evaluation": "fiche-evaluation",
    "rgesn": "fiche-rgesn",
    "tender": "fiche-marche",
    "questionnaire": "fiche-questions",
}


def scenario_documents(scenario: Scenario, lang: str) -> Markup:
    """The documents of an unsaved scenario, as a section of a page."""
    return render("scenario_documents", lang, addresses=ADDRESSES, query={"scenario": token(scenario)})


def document_links(lang: str, /, **query: str) -> Markup:
    """Each document as a page to print, a table and a text to paste. query: scenario or cas, as read by the routes."""
    return render("document_links", lang, addresses=ADDRESSES, query=query)
