"""Text tables as they come: any encoding, line ending or delimiter, cut into records with their line number."""

import csv
import io
import re
from collections.abc import Iterator

from estimator.ingestion.reader import BrokenTable

_EXCEL_HINT = re.compile(r"^sep=(.)$", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")
DELIMITERS = (",", ";", "\t")


def decode(data: bytes) -> str:
    """Text of UTF-8, UTF-16 with its mark, or else a Western 8-bit encoding; CR-CR-LF becomes LF."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").replace("\r\r\n", "\n")
    data = data.replace(b"\r\r\n", b"\n")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def delimiter_of(head: str) -> str:
    """The delimiter that occurs most in the first line that is not blank; a comma when there is none."""
    line = next((line for line in head.splitlines() if line.strip()), "")
    hint = _EXCEL_HINT.match(line.strip())
    return hint[1] if hint else max(DELIMITERS, key=line.count)


def records(name: str, text: str, delimiter: str, first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of each record that is not blank, the first line having this number. BrokenTable."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = first
    try:
        for cells in reader:
            if any(map(str.strip, cells)) and not _is_hint(line, cells, delimiter):
                yield line, cells
            line = first + reader.line_num
    except csv.Error as error:
        raise BrokenTable(file=name, line=line, reason=str(error)) from error


def number_text(cell: str) -> str:
    """A number with a decimal comma, as French spreadsheets write it, with its point."""
    return cell.replace(",", ".") if _DECIMAL_COMMA.match(cell) else cell


def _is_hint(line: int, cells: list[str], delimiter: str) -> bool:
    return line == 1 and _EXCEL_HINT.match(delimiter.join(cells).strip()) is not None
