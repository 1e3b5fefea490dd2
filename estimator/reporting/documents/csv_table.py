"""Machine-readable tables: plain decimals, empty when unknown, cells escaped against spreadsheet formulas."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from estimator.places.supplier_answers import cell_text

Row = Mapping[str, object]


def table_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Comma-separated rows with a header; a missing column is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return cell_text(value)
