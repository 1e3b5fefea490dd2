"""The indicators of sobriety, each declared once: the sheet, the votes, the reports and the pages follow."""

from collections.abc import Mapping
from dataclasses import dataclass

PERCENT = {"%": "0.01"}


@dataclass(frozen=True)
class SobrietyIndicator:
    """An indicator: its number, the phrases of the charter that it answers to, what kind of number it is, and what
    it is about: a footprint, a choice of model or site, or the way things are done.

    units: in which the council votes an objective, each with how many of the estimator's unit, which comes first, it is
    worth; none where nothing is voted. criteria: of the RGESN. of_period: does it add up or weigh the months of a
    period, or is it the state of its last day? from_traces: is it read from measurements, without anybody who types?
    """

    id: str
    number: int
    charter: tuple[str, ...]
    kind: str  # footprint, count, share, or another amount, which is said with its interval
    family: str  # footprint, choice or process
    units: Mapping[str, str]
    criteria: tuple[str, ...] = ()
    of_period: bool = False
    from_traces: bool = False


def _footprint(
    id: str, number: int, charter: tuple[str, ...], units: Mapping[str, str], criteria: tuple[str, ...] = ()
) -> SobrietyIndicator:
    """A total of a period, read from traces."""
    return SobrietyIndicator(id, number, charter, "footprint", "footprint", units, criteria, True, True)


INDICATORS = (
    _footprint("energy", 1, ("C18", "C19"), {"kWh": "1", "MWh": "1e3", "GWh": "1e6"}),
    _footprint("water", 2, ("C18",), {"L": "1", "m3": "1e3"}, ("8.4",)),
    _footprint("adpe", 3, ("C18", "C20"), {"kgSbeq": "1", "gSbeq": "1e-3"}, ("8.2",)),
    _footprint("gwp", 4, ("C14", "C18"), {"kgCO2e": "1", "tCO2e": "1e3"}, ("8.6",)),
    SobrietyIndicator("per_service", 5, ("C06", "C37"), "count", "footprint", {}),
    SobrietyIndicator("right_sized", 6, ("C25",), "share", "choice", PERCENT, of_period=True),
    SobrietyIndicator("non_ai_reviewed", 7, ("C39", "C40"), "share", "process", PERCENT),
    SobrietyIndicator(
        "sober_hosting", 8, ("C21", "C22"), "share", "choice", PERCENT, ("8.3", "8.4", "8.6"), True, True
    ),
    SobrietyIndicator("coverage", 9, ("C14", "C43"), "share", "process", PERCENT, of_period=True, from_traces=True),
    _footprint("trajectory", 10, ("C03", "C19"), {}),
    SobrietyIndicator("trained", 11, ("C26", "C32"), "share", "process", PERCENT),
    SobrietyIndicator("published", 12, ("C44", "C50", "C51"), "share", "process", PERCENT),
)
VOTED: Mapping[str, SobrietyIndicator] = {entry.id: entry for entry in INDICATORS if entry.units}
FOOTPRINTS = tuple(entry.id for entry in VOTED.values() if entry.kind == "footprint")
OTHERS = tuple(entry.id for entry in INDICATORS if entry.kind != "footprint")  # that are no total
