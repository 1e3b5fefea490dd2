"""Where an explained number comes from, when groups that authorities published are in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from estimator.core.errors import say
from estimator.core.typography import typeset
from estimator.governance.indicators.explanation import AUTHORITIES, number_of, split_number
from estimator.governance.register.schema import WHOLE
from estimator.reporting.summary.sentences import scope_name
from estimator.reporting.summary.standing import MOST_AUTHORITIES, authority_sentences
from estimator.results.totals import AuthorityPart, Outside, outside


def brought(trace: Mapping[str, Any]) -> list[AuthorityPart]:
    """The authorities that a trace names."""
    return [AuthorityPart(**part) for part in trace.get("authorities", ())]


def brought_numbers(number: str, trace: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """The ids of what the files of groups in a number of the whole tell of it, each with its territory and period: all
    together, a year or the period, then each of the largest authorities that tell some of it."""
    asked, codes = split_number(number), [part.territory for part in brought(trace) if part.share][:MOST_AUTHORITIES]
    if asked:
        of = {WHOLE: [AUTHORITIES, *codes] if codes else [], AUTHORITIES: codes}.get(asked[0], [])
        told, figure = [(code, asked[1]) for code in of], asked[2]
    else:
        told, figure = [(AUTHORITIES, str(year)) for year in trace.get("years", ())], number.partition(".")[2]
    return [(number_of(*one, figure), scope_name(*one, lang)) for one in told]


def brought_sentences(trace: Mapping[str, Any], lang: str, found: Outside | None = None) -> list[str]:
    """As `authority_sentences`, then of what their shares are, where rows of the home are in none; none of a number
    without them."""
    parts = brought(trace)
    own = [typeset(say("authorities", "own_rows", lang), lang)] if trace.get("own_rows") else []
    away = (found or outside(parts))._replace(reasoned=trace.get("reasoned", ()))
    return [*authority_sentences(parts, lang, away), *own, *_files(trace, lang)] if parts else []


def _files(trace: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Each file that a number of one authority is from, with what to ask it."""
    for file in trace.get("files", ()) if len(brought(trace)) == 1 else ():
        told = {name: file[name] for name in ("name", "file", "digest", "number")}
        yield typeset(say("authorities", "from_file", lang, **told, day=file["made_at"][:10]), lang)
