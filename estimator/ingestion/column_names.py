"""Columns of a table that bears other names than ours: as a person says which is which, and what no column says."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from estimator.core.errors import SobriaError
from estimator.ingestion.declarations.columns import HEARD, REQUIRED, TEMPLATE
from estimator.ingestion.parsing import delimited_text, timestamps

START, END = REQUIRED[1:]
_DAY, _MOMENT = timedelta(days=1), timedelta(seconds=1)
_JSON = re.compile(r'\s*(?:\{|\[\s*["\[{\]])')


@dataclass(frozen=True)
class ColumnNames:
    """Our names of columns with theirs, and our names with one text for every row."""

    theirs: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def column_names(said: Sequence[str]) -> ColumnNames | None:
    """From `ours=theirs` for a column, and `ours:=text` for what no column says; None when nothing is said.
    columns_unread."""
    theirs: dict[str, str] = {}
    texts: dict[str, str] = {}
    for pair in said:
        ours, equals, value = pair.partition("=")
        name = ours.removesuffix(":").strip().lower()
        if not equals or not value.strip() or name not in (*TEMPLATE, HEARD):
            raise SobriaError("columns_unread", read=pair, expected=", ".join((*TEMPLATE, HEARD)))
        (texts if ours.endswith(":") else theirs)[name] = value.strip()
    return ColumnNames(theirs, texts) if said else None


def renamed(file: str, data: bytes, names: ColumnNames) -> bytes:
    """The same table with our names, each row at its line. Without an end, a row is of the day of its start, or of the
    second where this one has an hour. columns_of_json, columns_absent, broken_table, unclosed_quote."""
    text = delimited_text.decode(data)
    if _JSON.match(text):  # its text may be a prompt
        raise SobriaError("columns_of_json", file=file)
    delimiter = delimited_text.delimiter_of(text)
    rows = delimited_text.records(file, text, delimiter)
    line, header = next(rows, (1, []))
    at = {name.strip().casefold(): place for place, name in reversed(list(enumerate(header)))}
    if absent := [name for name in names.theirs.values() if name.casefold() not in at]:
        raise SobriaError("columns_absent", file=file, absent=", ".join(absent), columns=", ".join(header)[:300])
    places = {ours: at[theirs.casefold()] for ours, theirs in names.theirs.items()}
    ours = {*places, *names.texts}
    others = [place for place in range(len(header)) if place not in places.values()]
    kept = ["" if header[place].strip().lower() in ours else header[place] for place in others]
    ends = END not in {*ours, *(name.strip().lower() for name in kept)}
    table = io.StringIO()
    writer = csv.writer(table, delimiter=delimiter, lineterminator="\n")
    table.write("\n" * (line - 1))
    writer.writerow([*places, *names.texts, *([END] if ends else []), *kept])
    written = line + 1 + sum(name.count("\n") for name in header)
    for line, cells in rows:
        cells += [""] * (len(header) - len(cells))
        mapped = [cells[place] for place in places.values()]
        end = [_end_of(mapped[[*places].index(START)], delimiter != ",")] if ends and START in places else [""] * ends
        table.write("\n" * (line - written))
        writer.writerow([*mapped, *names.texts.values(), *end, *(cells[place] for place in others)])
        written = line + 1 + sum(cell.count("\n") for cell in cells)
    return table.getvalue().encode()


def _end_of(start: str, day_first: bool) -> str:
    """The end of a row without any; empty where its start is not read."""
    text = start.strip()
    moment = timestamps.parse(text if ":" in text else f"{text} 00:00", day_first)
    if moment is None:
        return ""
    return (moment + _MOMENT).isoformat() if ":" in text else f"{moment + _DAY:%Y-%m-%d}"
