"""How long a period is, by the name that people give it."""

import re

PER_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0, "year": 1.0}
NAMES = {"day": ("jour", "day"), "week": ("semaine", "week"), "month": ("mois", "month"), "year": ("an", "year")}
_LENGTHS = {
    1.0: ("an", "ans", "année", "années", "year", "years"),
    2.0: ("semestre", "semestres"),
    4.0: ("trimestre", "trimestres", "quarter", "quarters"),
    12.0: ("mois", "month", "months"),
    365.25 / 7: ("semaine", "semaines", "week", "weeks"),
    365.25: ("jour", "jours", "day", "days"),
}  # of a year
_PERIOD = re.compile(r"(?:(?:par|per|un|une|one|a) |l['’])?(\d+(?:[.,]\d+)?)? ?([a-zé]+)(?: \d{4})?")


def years_of(period: str) -> float | None:
    """Years of a period that is named « an », « année 2027 », « mois », « 3 months », zero of « 0 mois »; of any other,
    None [year]."""
    text = " ".join(period.casefold().split())
    if re.fullmatch(r"20\d\d", text):
        return 1.0
    said = _PERIOD.fullmatch(text)
    parts = next((of_a_year for of_a_year, words in _LENGTHS.items() if said and said[2] in words), None)
    return float((said[1] or "1").replace(",", ".")) / parts if said and parts else None
