"""Where an explained number comes from, when groups that authorities published are in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from estimator.core.communes import METROPOLE, is_siren
from estimator.core.errors import say
from estimator.core.typography import typeset
from estimator.reporting.summary.standing import authority_sentences
from estimator.results.totals import AuthorityPart, Outside, outside


def brought(trace: Mapping[str, Any]) -> list[AuthorityPart]:
    """The authorities that a trace names."""
    return [AuthorityPart(**part) for part in trace.get("authorities", ())]


def brought_sentences(trace: Mapping[str, Any], lang: str, found: Outside | None = None) -> list[str]:
    """As `authority_sentences`, then of what their shares are, where rows of the home are in none; none of a number
    without them."""
    parts = brought(trace)
    own = [typeset(say("authorities", "own_rows", lang), lang)] if trace.get("own_rows") else []
    away = (found or outside(parts))._replace(reasoned=trace.get("reasoned", ()))
    return [*authority_sentences(parts, lang, away), *own, *_files(trace, lang)] if parts else []


def _files(trace: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Each file that a number of one authority is from, with what to ask it; for several, how to open that of each."""
    files = trace.get("files", ())
    if len(brought(trace)) > 1:
        yield from [typeset(say("authorities", "open_each", lang), lang)] if files else []
        return
    for file in files:
        own = METROPOLE if is_siren(file["territory"]) else file["territory"]
        told = {"name": file["name"], "file": file["file"], "digest": file["digest"], "code": own}
        yield typeset(say("authorities", "from_file", lang, **told, day=file["made_at"][:10]), lang)
