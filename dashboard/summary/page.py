"""The whole page of a territory and a period, rendered once and cached: the parts above and below the choices."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dashboard.shared import html_parts
from dashboard.shared.texts import t
from dashboard.summary import answer, indicators_and_charter
from dashboard.summary.estimator_gateway import Remembered, SummaryScope, body
from dashboard.summary.plain_language import simple
from estimator.governance.indicators.explanation import number_of

TERRITORY, PERIOD, SIMPLE = "territoire", "periode", "simple"
DRAWN = 240  # pages in the cache
UNKNOWN = (
    indicators_and_charter.decisions,
    indicators_and_charter.indicators,
    indicators_and_charter.charter,
    indicators_and_charter.claims,
)  # in a period without a figure
PARTS = (answer.footprints, indicators_and_charter.decisions, answer.changes, answer.paths, answer.uses, *UNKNOWN[1:])


def _draw(key: tuple[SummaryScope, str, bool]) -> tuple[Markup, Markup]:
    """The parts above and below the choices."""
    wanted, lang, in_plain_words = key
    found = body(wanted)
    links = _links(wanted, in_plain_words, lang)
    if in_plain_words:
        return simple(found, links, lang)
    parts_ = PARTS if found["indicators"]["energy"]["value"]["central"] is not None else UNKNOWN
    below = [part(found, lang) for part in parts_]
    below.append(indicators_and_charter.sources(_files(wanted, found, lang), lang))
    return answer.head(found, links, lang), Markup().join(below)


drawn = Remembered(_draw, DRAWN)


def _links(wanted: SummaryScope, in_plain_words: bool, lang: str) -> Markup:
    """The other forms of this page: printable, and in plain language or in full."""
    here = {TERRITORY: wanted.territory, PERIOD: wanted.period}
    other = html_parts.address("synthese", lang, **here, **({} if in_plain_words else {SIMPLE: "1"}))
    entries = [
        (html_parts.address("fiche-synthese", lang, **here), t("synthese.print", lang)),
        (other, t("synthese.full" if in_plain_words else "synthese.plain", lang)),
    ]
    links = Markup().join(Markup('<li><a href="{}">{}</a></li>').format(*entry) for entry in entries)
    return Markup('<nav class="ways" aria-label="{}"><ul>{}</ul></nav>').format(t("synthese.forms", lang), links)


def _files(wanted: SummaryScope, found: Mapping[str, Any], lang: str) -> dict[str, str]:
    """The same figures as files, and the explanation of the first of them, when known."""
    here = {TERRITORY: wanted.territory, PERIOD: wanted.period}
    addresses = {key: html_parts.address(f"synthese.{key}", lang, **here) for key in ("csv", "json")}
    if found["indicators"]["energy"]["value"]["central"] is None:
        return addresses
    number = number_of(wanted.territory, wanted.period, "energy")
    return addresses | {"opened": html_parts.explain_link(number, lang)}
