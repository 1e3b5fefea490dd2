"""Moments of a quarantined row, by which a row of another file is told to be the same one."""

import csv
import re
from collections.abc import Collection, Set

from estimator.ingestion.declarations.columns import understand
from estimator.ingestion.parsing.timestamps import BEYOND
from estimator.ledger.rows import Refused

DAY = re.compile(r"\d{4}-\d\d-\d\d")
YEAR = re.compile(r"^\d{4}(?=-\d\d-\d\d)")
OF_YEAR = re.compile(r"(?:\d{4})?-\d\d-\d\d")  # what may be found again with another year, or with one
FEW_CELLS = 3  # that say nothing of the file they come from
OF_PERIOD = frozenset({"declared_future", "declared_period", "before_first", "bad_year", "year_beyond", "bad_period"})
_REVERSED = frozenset({"declared_period", "bad_period"})
_SLASHED = re.compile(r"(\d\d?)[/.](\d\d?)[/.](\d{4})(?!\d)(.*)")
_EPOCH = re.compile(r"1\d{9}(?:\d{3}){0,3}(?:\.\d+)?")  # since 1970, in s, ms, µs or ns


def same_moments(row: Refused, stored: Collection[str], cells: Collection[str], undated: bool) -> bool:
    """Whether these cells say each moment that is legible in the row, its start first and its end last; of a row that
    ended before it began, one of the two. undated: the answer where none is legible."""
    if not (legible := _legible(row, stored)):
        return undated
    start, end = _period(row)
    said, others = _moments(cells), legible - {start, end}
    dates = said - others
    if row.code in _REVERSED and start and end:
        return bool(dates) and (start == min(dates) or start != end == max(dates))
    if row.code in _REVERSED:
        return bool(legible & said)
    first = start not in legible or bool(dates) and start == min(dates)
    last = end not in legible or bool(dates) and end == max(dates)
    return first and last and others <= said


def but_for_years(row: Refused, stored: Set[str], cells: Set[str], own: bool) -> bool:
    """Whether a row whose period was the fault is stated with other years alone; own: in a file of its name.
    Elsewhere never with another year than that of a legible date beside the wrong one, nor for two dates that
    are one, as those that stand for none."""
    others = stored - cells
    if row.code not in OF_PERIOD or len(stored) <= FEW_CELLS or not all(map(OF_YEAR.match, others)):
        return False
    start, end = _period(row)
    if not own and (start and start == end or row.code == BEYOND and _legible(row, stored)):
        return False
    return {YEAR.sub("", cell) for cell in others} <= {YEAR.sub("", cell) for cell in cells}


def but_for_days(row: Refused, stored: Set[str], cells: Set[str]) -> bool:
    """Whether a row that ended before it began is stated with other dates alone, within the days that it named: another
    period may well have the same counts."""
    if row.code not in _REVERSED or len(stored) <= FEW_CELLS or not all(map(DAY.match, stored - cells)):
        return False
    old, new = (sorted(cell[:10] for cell in said if DAY.match(cell)) for said in (stored, cells))
    return bool(old and new) and old[0] <= new[0] and new[-1] <= old[-1]


def _legible(row: Refused, stored: Collection[str]) -> set[str]:
    """The moments that the row says, less those that are its fault."""
    return _moments(stored) - {_moment(facts["value"]) for _, facts in row.faults if "value" in facts}


def _moments(cells: Collection[str]) -> set[str]:
    return {moment for cell in cells if (moment := _moment(cell))}


def _moment(cell: str) -> str:
    """A date, with its hour if any, as ISO 8601, or a number since 1970; empty for any other text."""
    value = cell.rpartition("=")[2].strip()
    if found := _SLASHED.match(value):
        day, month, year, rest = found.groups()
        value = f"{year}-{month:0>2}-{day:0>2}{rest}"
    return value.replace(" ", "T", 1) if DAY.match(value) or _EPOCH.fullmatch(value) else ""


def _period(row: Refused) -> tuple[str, str]:
    """Start and end that a row of a declaration says; empty where they are not legible, or in another format."""
    lines = csv.reader((row.header, row.text))
    header, cells = next(lines, []), next(lines, [])
    told = {name: _moment(cells[at]) for name, at in understand(header).at.items() if at < len(cells)}
    return told.get("start", ""), told.get("end", "")
