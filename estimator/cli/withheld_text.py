"""What withholds a total, for a terminal: who holds the data is told the names, and the command that may open it."""

from collections.abc import Sequence
from shlex import quote

from estimator.core.errors import say
from estimator.core.typography import some_of
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.withholding import Withholding, told_year, withholding

MOST = 5  # commands of one kind


def withheld_lines(scope: Scope, lang: str) -> list[str]:
    """That the total of a territory is withheld, by what, and what may open it; nothing where it is told."""
    found = withholding(scope)
    if not found:
        return []
    year = told_year(scope)
    whole = [say("report", "withheld_year", lang, year=year)] if year else []
    return [say("report", "told_here", lang), *opening_lines(found, lang), *whole]


def opening_lines(found: Sequence[Withholding], lang: str) -> list[str]:
    """The names of what is withheld, or withholds, then the commands that may open it."""
    if not found:
        return []
    lines = [say("report", "withheld_by", lang, names=_names(found, lang))]
    for way in ("loose", "unstated"):
        for one in [one for one in found if one.way == way][:MOST]:
            told = {"name": say("report", "unstated_one", lang, name=one.name), "id": one.id}
            lines.append(say("report", f"withheld_{way}", lang, service=quote(one.service), **told))
    few = [one for one in found if one.way == "few"]
    return [*lines, *([say("report", "withheld_few", lang, names=_names(few, lang))] if few else [])]


def _names(found: Sequence[Withholding], lang: str) -> str:
    return some_of([say("report", "unstated_one", lang, name=one.name) for one in found])
