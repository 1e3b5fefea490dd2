"""Tables for machines: empty when unknown, cells escaped against spreadsheet formulas, all digits."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from estimator.core.language import decimal_mark
from estimator.places.supplier_answers import MARK, cell_text

BYTE_ORDER_MARK = "\ufeff"  # for spreadsheets to detect UTF-8


def french_table(columns: Sequence[str], records: Iterable[Sequence[object]], mark: str = "") -> str:
    """For a French spreadsheet: separated by `;`, decimal commas; mark: a first column of sample data."""
    first, marked = ((MARK,), (mark,)) if mark else ((), ())
    return _written((*first, *columns), ((*marked, *record) for record in records), ";", cell_text)


def spreadsheet(columns: Sequence[str], records: Iterable[Sequence[object]], lang: str, mark: str = "") -> str:
    """For a spreadsheet of the reader's language. mark: a first column of sample data."""
    if decimal_mark(lang) == ",":
        return BYTE_ORDER_MARK + french_table(columns, records, mark)
    first, marked = ((MARK,), (mark,)) if mark else ((), ())
    return BYTE_ORDER_MARK + plain_table((*first, *columns), ((*marked, *record) for record in records))


def plain_table(columns: Sequence[str], records: Iterable[Sequence[object]]) -> str:
    """For programs: separated by `,`, plain decimals, ISO days."""
    return _written(columns, records, ",", _plain_cell)


def _written(
    columns: Sequence[str],
    records: Iterable[Sequence[object]],
    delimiter: str,
    written: Callable[[object], str],
) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([written(cell) for cell in record] for record in records)
    return out.getvalue()


def _plain_cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return cell_text(value)
