"""Delimited text: any encoding, line ending or delimiter, split into records with their line number."""

import csv
import io
import math
import re
from collections.abc import Iterator

from estimator.core.errors import SobriaError

_EXCEL_HINT = re.compile(r"^sep=(.)$", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
DELIMITERS = (",", ";", "\t")
UTF8, UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")  # marks at the start of a file


def decode(data: bytes) -> str:
    """Text from UTF-8, UTF-16 with byte order mark, else a Western 8-bit encoding; CR-CR-LF becomes LF."""
    if data.startswith(UTF16):
        return data.decode("utf-16", "replace").replace("\r\r\n", "\n")
    return decode_bytes(data.removeprefix(UTF8).replace(b"\r\r\n", b"\n"))


def decode_bytes(data: bytes) -> str:
    """Text without a mark, from UTF-8, else a Western 8-bit encoding."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def delimiter_of(head: str) -> str:
    """The most frequent delimiter of the first non-blank line; a comma when there is none."""
    line = next((line for line in head.splitlines() if line.strip()), "")
    hint = _EXCEL_HINT.match(line.strip())
    return hint[1] if hint else max(DELIMITERS, key=line.count)


def records(name: str, text: str, delimiter: str, first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of each non-blank record, numbered from the given first line. broken_table,
    unclosed_quote."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line, widest = first, 0
    try:
        for cells in reader:
            widest = max(widest, len(cells) if first + reader.line_num == line + 1 else 0)
            swallowed = sum(lines.count(delimiter) >= max(widest - 1, 1) for c in cells for lines in c.split("\n")[1:])
            if swallowed and widest:
                raise SobriaError("unclosed_quote", file=name, line=line, count=swallowed)
            hint = line == 1 and _EXCEL_HINT.match(delimiter.join(cells).strip())
            if any(map(str.strip, cells)) and not hint:
                yield line, cells
            line = first + reader.line_num
    except csv.Error as error:  # the only one of a text whose lines are cut at each end of line
        raise SobriaError("broken_table", file=name, line=line, most=csv.field_size_limit()) from error


def table(name: str, text: str, delimiter: str = "") -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The column names of the first record, and (line number, trimmed cells by name) of each other, empty ones left
    out; the delimiter is found where none is given. broken_table, unclosed_quote."""
    rows = records(name, text, delimiter or delimiter_of(text))
    names = [cell.strip() for cell in next(rows, (0, []))[1]]
    return names, (
        (line, {column: cell.strip() for column, cell in zip(names, cells, strict=False) if column and cell.strip()})
        for line, cells in rows
    )


def number_text(cell: str) -> str:
    """A number of a French spreadsheet, « 3 000,5 », rewritten with a point and without its spaces."""
    cell = _THOUSANDS.sub("", cell)
    return cell.replace(",", ".") if _DECIMAL_COMMA.match(cell) else cell


def number_or_nan(cell: str, spreadsheet: bool = True) -> float:
    """A number, read as `number_text` where the file may come from a French spreadsheet; NaN where there is none: not
    of other digits, nor joined by « _ », which Python takes."""
    text = (number_text(cell) if spreadsheet else cell).strip()
    return float(text) if _NUMBER.fullmatch(text) else math.nan
