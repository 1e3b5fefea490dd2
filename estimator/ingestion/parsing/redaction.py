"""Redaction of refused rows: coordinates and cells of unknown columns are never stored."""

import csv
import io
import re
from collections.abc import Collection, Sequence

from estimator.core.typography import cut
from estimator.ingestion.codecarbon.columns import Columns

HIDDEN = "…"
_COORDINATE = re.compile(r"^[+-]?\d{0,3}[.,]\d{1,6}$")
# Of no person and no place: a day of this century without its dashes, or as a spreadsheet counts it (2009 to 2119).
_DAY = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[4-7]\d{4}", re.ASCII)
_BARE_NUMBER = re.compile(r"^(?!1\d{9}(?:\d{3})?(?:\.\d+)?$)[+-]?[\d.,]+$")  # but a time since 1970, in s or ms
_HARMLESS = re.compile(
    r"^(?:[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|\d{4}-\d\d-\d\d[T ][\d:.]+Z?|[0-9a-f]{8}-[0-9a-f-]{27}|)$"
)


def aligned_text(columns: Columns, cells: Sequence[str]) -> str:
    """Cells aligned with their columns, as one line of CSV: private columns removed, unknown columns emptied."""
    known = set(columns.at.values())
    kept = [cell if place in known else "" for place, cell in enumerate(cells) if place not in columns.private]
    return as_line(kept)


def shifted_text(columns: Columns, cells: Sequence[str], private_values: Collection[str]) -> str:
    """Cells possibly shifted from their columns, as one line of CSV.

    Hidden: the cells at the position of a private column from the left or from the right, any value of a private
    column elsewhere in the file, any possible coordinate, and, in a file with unknown columns, any free text.
    """
    shift = len(cells) - columns.width
    places = {place for private in columns.private for place in (private, private + shift)}
    kept = []
    for place, cell in enumerate(cells):
        text = cell.strip()
        free = bool(columns.unknown) and not _HARMLESS.match(text)
        hidden = place in places or text in private_values or _COORDINATE.match(text) or free
        kept.append(HIDDEN if text and hidden else cell)
    return as_line(kept)


def redacted(cell: str) -> str:
    """A cell quoted in the refusal of a row whose cells may be shifted: a bare number is hidden, but for a day or a
    time since 1970.
    """
    text = cell.strip()
    return HIDDEN if _BARE_NUMBER.match(text) and not _DAY.fullmatch(text) else cut(text, 60)


def as_line(cells: Sequence[str]) -> str:
    """One line of CSV without its line end."""
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(cells)
    return file.getvalue()
