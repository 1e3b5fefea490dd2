"""Where an explained number comes from, when groups that authorities published are in it."""

from collections.abc import Mapping
from typing import Any

from estimator.core.errors import say
from estimator.core.typography import typeset
from estimator.reporting.summary.sentences import authority_sentences
from estimator.results.totals import AuthorityPart, Outside


def brought(trace: Mapping[str, Any]) -> list[AuthorityPart]:
    """The authorities that a trace names."""
    return [AuthorityPart(**part) for part in trace.get("authorities", ())]


def brought_sentences(trace: Mapping[str, Any], lang: str, found: Outside | None = None) -> list[str]:
    """As `authority_sentences`, then of what their shares are, where rows of the home are in none; none of a number
    without them."""
    parts = brought(trace)
    own = [typeset(say("authorities", "own_rows", lang), lang)] if trace.get("own_rows") else []
    return [*authority_sentences(parts, lang, found), *own] if parts else []
