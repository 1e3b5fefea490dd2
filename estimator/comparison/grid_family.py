"""One family of grid factors for all zones of a comparison: what differs between sites is then not the source."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor, years_reused
from estimator.catalogue.tables import Catalogue
from estimator.comparison.option_inventory import OptionInventory
from estimator.core.errors import LANGUAGES, say
from estimator.core.language import DEFAULT
from estimator.core.number_format import exact_text

GRID = "grid_gwp"


def of_one_family(options: Sequence[OptionInventory], catalogue: Catalogue, day: date) -> list[OptionInventory]:
    """The options with grid factors of one family, where their zones have several; each replaced number is told.

    The family is the commonest that every zone, or the country that it is part of, has; without one, factors stand as
    they are and the options say that they are of several families. A factor that someone gave is left as it is.
    """
    grids = [factor for option in options for factor in _grids(option)]
    if len({factor.family for factor in grids}) < 2:
        return list(options)
    counted = Counter(factor.family for factor in grids)
    for family, _ in counted.most_common():
        found = {factor.id: _row(factor, family, catalogue, day) for factor in grids}
        if all(found.values()):
            rows = {key: row for key, row in found.items() if row}
            return [_replaced(option, rows, catalogue, day) for option in options]
    told = {lang: say("warnings", "grid_families", lang, count=len(counted)) for lang in LANGUAGES}
    return [replace(o, warnings=(*o.warnings, {"code": "grid_families"} | told)) for o in options]


def _grids(option: OptionInventory) -> list[Factor]:
    """The factors of the tables for the electricity of an option."""
    bounds = [group.bounds[GRID].factor for group in option.groups if GRID in group.bounds]
    return [factor for factor in bounds if factor is not None and factor.family]


def _row(factor: Factor, family: str, catalogue: Catalogue, day: date) -> Factor | None:
    """The factor of a family for the same zone, or its country, on the day, or when it was measured."""
    then = day if factor.valid_on(day) else factor.valid_from or factor.valid_to or day
    for zone in catalogue.fallbacks(factor.subject):
        for row in catalogue.by_subject.get((GRID, zone), ()):
            if row.family == family and row.value is not None and row.valid_on(then):
                return row
    return None


def _replaced(option: OptionInventory, rows: dict[str, Factor], catalogue: Catalogue, day: date) -> OptionInventory:
    groups, told = [], {warning[DEFAULT]: warning for warning in option.warnings}
    for group in option.groups:
        bound = group.bounds.get(GRID)
        row = rows.get(bound.factor.id) if bound is not None and bound.factor is not None else None
        if bound is None or bound.factor is None or row is None or row.id == bound.factor.id:
            groups.append(group)
            continue
        taken = SelectedFactor(GRID, bound.subject, row)
        groups.append(replace(group, bounds={**group.bounds, GRID: taken}))
        for before in years_reused(group.bounds, day.year, catalogue):
            told.pop(before[DEFAULT], None)
        said = (*years_reused(groups[-1].bounds, day.year, catalogue), _told(bound.factor, row, catalogue))
        told |= {warning[DEFAULT]: warning for warning in said}
    return replace(option, groups=tuple(groups), warnings=tuple(told.values()))


def _told(before: Factor, row: Factor, catalogue: Catalogue) -> dict[str, str]:
    """Both numbers and their sources, in words."""
    body = {"code": "grid_family"}
    for lang in LANGUAGES:
        numbers = {n: exact_text(1000 * (f.value or 0.0), "1", lang) for n, f in (("used", row), ("else", before))}
        sources = {n: catalogue.sources[f.source].publisher for n, f in (("source", row), ("other", before))}
        zone = catalogue.label(before.subject, lang)
        body[lang] = say("warnings", "grid_family", lang, zone=zone, **numbers, **sources)
    return body
