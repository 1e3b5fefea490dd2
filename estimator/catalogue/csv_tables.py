"""Tables in CSV that ship, or of the user: their rows with their lines, and as records of a type."""

import csv
import io
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from estimator.catalogue.schema import TableRow
from estimator.core.errors import SobriaError

R = TypeVar("R", bound=TableRow)


class FactorsRefused(SobriaError):
    """A factor table that cannot be read as it should be."""


def csv_files(home: Traversable) -> list[str]:
    """Names of the tables of a folder, in order, whatever the case of their ending."""
    return sorted(file.name for file in home.iterdir() if file.name.lower().endswith(".csv"))


def rows(home: Traversable, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a table with their lines. A mark of Unicode at the start, which spreadsheets write, is no content."""
    return rows_of((home / name).read_text("utf-8-sig"))


def rows_of(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same of the text of a table."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    for cells in filter(None, reader):
        row: dict[str, Any] = dict(zip(header, cells, strict=False))
        if len(cells) > len(header):
            row[""] = cells[len(header) :]
        elif len(cells) < len(header):
            row |= dict.fromkeys(header[len(cells) :])
        yield reader.line_num, row


def records(home: Traversable, name: str, kind: type[R]) -> Iterator[tuple[int, R]]:
    """Every row of a table with its line. FactorsRefused on the first fault."""
    for line, row in rows(home, name):
        yield line, row_record(kind, row, name, line)


def row_record(kind: type[R], row: Mapping[str, Any], file: str, line: int) -> R:
    """One record of a table; an empty cell is None where its type has it. FactorsRefused."""
    optional = _optional(kind)
    return record(kind, {c: None if cell == "" and c in optional else cell for c, cell in row.items()}, file, line)


@cache
def _optional(kind: type[TableRow]) -> frozenset[str]:
    return frozenset(c for c, field in kind.model_fields.items() if type(None) in get_args(field.annotation))


def record(kind: type[R], cells: Mapping[str, Any], file: str, line: int | str) -> R:
    """One record of a file. FactorsRefused."""
    try:
        return kind.model_validate(cells)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "row"
        raise FactorsRefused(file=file, line=line, reason=f"{where}: {fault['msg']}") from error
