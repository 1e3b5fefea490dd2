"""What is said of all factors at once, kept from a redraw to the next: a page is run anew at each of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from dashboard.shared import estimator_gateway, html_parts
from dashboard.shared.estimator_gateway import FactorEntry
from dashboard.shared.texts import LANGUAGES, t
from estimator.catalogue.load import far_values
from estimator.core.periods import is_over


@lru_cache(maxsize=8)
def head(today: date, lang: str) -> Markup:
    """The title of the page, how many factors there are, and what is to be looked at."""
    values = with_value(entries := estimator_gateway.factors())
    unknown, late = len(entries) - len(values), sum(is_over(e.factor.review_by, today) for e in values)
    answer = t(
        "factors.answer",
        lang,
        values=t("factors.values", lang, n=len(values)),
        sources=t("factors.sources", lang, n=len({e.factor.source for e in values})),
        unknown=t("factors.unknown", lang, n=unknown) if unknown else t("factors.unknown_none", lang),
        review=t("factors.review_count", lang, n=late) if late else t("factors.review_none", lang),
    )
    far = [Markup('<p class="warn">{}</p>').format(one.text(lang)) for one in far_values()]
    return Markup("").join([html_parts.head(t("factors.title", lang), answer), *far])


@lru_cache(maxsize=len(LANGUAGES))
def quantities(lang: str) -> Mapping[str, str]:
    """The name of each quantity of a factor."""
    return {e.factor.quantity: e.quantity[lang] for e in estimator_gateway.factors()}


@lru_cache(maxsize=1)
def sources() -> Mapping[str, str]:
    """The title of each source of a factor."""
    return {e.factor.source: e.source["title"] for e in estimator_gateway.factors()}


@lru_cache(maxsize=1)
def families() -> list[list[FactorEntry]]:
    """All factors of each quantity and subject with several values, best documented first."""
    groups: dict[tuple[str, str], list[FactorEntry]] = {}
    for entry in estimator_gateway.factors():
        groups.setdefault(entry.pair, []).append(entry)
    several = [group for group in groups.values() if len(with_value(group)) > 1]
    return sorted(several, key=lambda family: -len({e.factor.source for e in with_value(family)}))


def with_value(entries: Sequence[FactorEntry]) -> list[FactorEntry]:
    """Those that say one."""
    return [e for e in entries if e.factor.value is not None]
