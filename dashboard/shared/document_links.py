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
OF_A_USE = {"resident": "fiche-usage", "stopped": "evaluation-usage", "sci": "sci-usage", "evidence": "preuves-usage"}
FORMATS = dict.fromkeys((*ADDRESSES, *OF_A_USE), ("csv", "md")) | dict.fromkeys(("resident", "stopped"), ("md",))


def scenario_documents(scenario: Scenario, lang: str) -> Markup:
    """The documents of an unsaved scenario, as a section of a page."""
    query = {"scenario": token(scenario)}
    return render("scenario_documents", lang, addresses=ADDRESSES, formats=FORMATS, query=query)


def document_links(lang: str, /, **query: str) -> Markup:
    """Each document as a page to print, a table and a text to paste. query: scenario or cas, as read by the routes."""
    return render("document_links", lang, addresses=ADDRESSES, formats=FORMATS, query=query)


def use_documents(case: str, closed: bool, lang: str) -> Markup:
    """The documents about a use case; the evaluation of its end once it is closed."""
    addresses = {kind: name for kind, name in OF_A_USE.items() if closed or kind != "stopped"}
    return render("document_links", lang, addresses=addresses, formats=FORMATS, query={"cas": case})
