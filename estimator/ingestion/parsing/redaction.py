"""What a refused row may keep: never a coordinate, never a cell of a column that nobody knows."""

import csv
import io
import re
from collections.abc import Collection, Sequence

from estimator.ingestion.codecarbon.columns import Columns

HIDDEN = "…"
_COORDINATE = re.compile(r"^[+-]?\d{0,3}[.,]\d{1,6}$")
_BARE_NUMBER = re.compile(r"^[+-]?[\d.,]+$")
_HARMLESS = re.compile(
    r"^(?:[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|\d{4}-\d\d-\d\d[T ][\d:.]+Z?|[0-9a-f]{8}-[0-9a-f-]{27}|)$"
)


def aligned_text(columns: Columns, cells: Sequence[str]) -> str:
    """Cells that stand under their names, as one line of CSV: private columns out, unknown columns emptied."""
    known = set(columns.at.values())
    kept = [cell if place in known else "" for place, cell in enumerate(cells) if place not in columns.private]
    return as_line(kept)


def shifted_text(columns: Columns, cells: Sequence[str], private_values: Collection[str]) -> str:
    """Cells that may stand under the wrong names, as one line of CSV.

    Hidden: where a private column stands counted from the left or from the right, any value that a private column
    holds elsewhere in the file, whatever could be a coordinate, and, in a file with unknown columns, any free text.
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
    """A cell quoted in a sentence about a row whose cells may be out of place: a bare number is not shown."""
    text = cell.strip()
    return HIDDEN if _BARE_NUMBER.match(text) else text[:60]


def as_line(cells: Sequence[str]) -> str:
    """One line of CSV without its end."""
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(cells)
    return file.getvalue()
