"""How long a period is, by the name that people give it."""

import re
from functools import cache

from estimator.core.errors import written

PER_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0, "year": 1.0}
LENGTHS = {"year": 1.0, "semester": 2.0, "quarter": 4.0, "month": 12.0, "week": 365.25 / 7, "day": 365.25}  # of a year


def period_named(word: str) -> str | None:
    """The period of LENGTHS that a word names, in any language: « mois », « weeks »."""
    return next((name for name in LENGTHS if re.fullmatch(written(name), word, re.IGNORECASE)), None)


@cache
def _period() -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{written('each')})(?:(?<=['’])| ))?(\d+(?:[.,]\d+)?)? ?([^\W\d_]+)(?: \d{{4}})?")


def years_of(period: str) -> float | None:
    """Years of a period that is named « an », « année 2027 », « mois », « 3 months », zero of « 0 mois »; of any other,
    None [year]."""
    text = " ".join(period.casefold().split())
    if re.fullmatch(r"20\d\d", text):
        return 1.0
    said = _period().fullmatch(text)
    name = period_named(said[2]) if said else None
    return float((said[1] or "1").replace(",", ".")) / LENGTHS[name] if said and name else None
