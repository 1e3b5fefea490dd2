"""The links to the documents of a scenario, for the pages that show one."""

from markupsafe import Markup

from dashboard.shared import html_parts
from dashboard.shared.scenario_url import token
from dashboard.shared.texts import t
from estimator.comparison.scenario import Scenario

ADDRESSES = {  # document -> its URL
    "evaluation": "fiche-evaluation",
    "rgesn": "fiche-rgesn",
    "tender": "fiche-marche",
    "questionnaire": "fiche-questions",
}
FORMATS = ("csv", "md")


def scenario_documents(scenario: Scenario, lang: str) -> Markup:
    """The documents of an unsaved scenario, as a section of a page."""
    state = token(scenario)
    links = document_links(lang, scenario=state) if state else Markup("<p>{}</p>").format(t("documents.too_long", lang))
    return html_parts.section(t("documents.title", lang), links, t("documents.what", lang))


def document_links(lang: str, /, **query: str) -> Markup:
    """Each document as a page to print, a table and a text to paste. query: scenario or cas, as read by the routes."""
    lines = []
    for kind, name in ADDRESSES.items():
        title = t(f"documents.{kind}", lang)
        page = Markup('<a href="{}">{}</a>').format(html_parts.address(name, lang, **query), title)
        files = [
            Markup('<a href="{}">{}<span class="unseen">, {}</span></a>').format(
                html_parts.address(name, lang, **query, format=format), t(f"documents.{format}", lang), title
            )
            for format in FORMATS
        ]
        lines.append(Markup('{} <span class="small">{}</span>').format(page, Markup(" · ").join(files)))
    return html_parts.items(lines)
