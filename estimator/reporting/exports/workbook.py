"""The results of a home as a workbook: a sheet of results, an impact a column, and a sheet of method and sources."""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import xlsxwriter

from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY
from estimator.catalogue.published_figures import figure_label
from estimator.core.errors import listed, say
from estimator.core.number_format import pair_text, unit_text
from estimator.core.periods import first_day
from estimator.governance.indicators.told_results import ToldResults
from estimator.reporting.publications.open_data import sources_of
from estimator.results.schema import VERSION

DIMENSIONS = ("level", "service", "use_case", "month", "model", "place", "proof")
BOUNDS = ("low", "central", "high")
MARKS = ("rounded", "covers_roughly")  # how the amounts of a line, and what they cover, are told
IMPACTS = {figure.id: figure.unit for figure in FIGURES + SUPPLEMENTARY}
DIGITS, TINIEST = 3, 1e-6  # significant digits shown; below, a power of ten

Record = Mapping[str, Any]


def workbook(told: ToldResults, rows: Sequence[Record], lang: str, marks: tuple[str, str]) -> bytes:
    """The bytes of the workbook.

    Parameters
    ----------
    told : the results, with the build that they are of.
    rows : their rows, with `proof_text` and `reason`; those of one place in the table follow one another.
    lang : one of LANGUAGES.
    marks : what is written above sample data, and what is said of the rows that the ledger lacks; both may be empty.

    Returns
    -------
    An XLSX file. A value is a number with all its digits, in the unit of its column; an unknown one is an empty cell,
    its reason in the last column. No cell is a formula.
    """
    out, (mark, lost) = io.BytesIO(), marks
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": "SobrIA", "created": datetime.fromisoformat(told.build.made_at)})
        sheet = _Sheet(book, say("export", "results", lang), lang)
        heads = [*([mark] if mark else []), *_heads(lang)]
        sheet.write(0, heads)
        for line, (_, found) in enumerate(groupby(rows, key=lambda row: [row[name] for name in DIMENSIONS]), 1):
            sheet.write(line, [*([mark] if mark else []), *_cells(list(found), lang)])
        sheet.finish(len(heads))
        method = _Sheet(book, say("export", "method", lang), lang)
        for line, cells in enumerate(_method(told, lang, mark, lost)):
            method.write(line, cells)
        method.finish(2)
    return out.getvalue()


class _Sheet:
    """A sheet under its bold first line, each number in a format that shows its first digits."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, lang: str) -> None:
        self._book, self._lang, self._formats = book, lang, dict[str, Any]()
        self._sheet = book.add_worksheet(name)
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})

    def write(self, line: int, cells: Sequence[Any]) -> None:
        """A line; what is None or empty is left empty."""
        for column, cell in enumerate(cells):
            if isinstance(cell, int | float):
                self._sheet.write_number(line, column, cell, self._shown(_number_format(cell)))
            elif isinstance(cell, datetime):
                self._sheet.write_datetime(line, column, cell, self._shown("mmmm yyyy"))
            elif cell:
                self._sheet.write_string(line, column, cell, None if line else self._head)

    def finish(self, columns: int) -> None:
        """The first line stays in sight, and filters."""
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, columns - 1, 22)

    def _shown(self, code: str) -> Any:
        whole = say("export", "spreadsheet_locale", self._lang) + code
        if whole not in self._formats:
            self._formats[whole] = self._book.add_format({"num_format": whole})
        return self._formats[whole]


def _noon(month: int) -> datetime:
    return datetime.combine(first_day(month), datetime.min.time())


def _number_format(value: float) -> str:
    """Three significant digits, thousands apart; the separators are those of the language."""
    if 0 < abs(value) < TINIEST:
        return "0.00E+00"
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _heads(lang: str) -> Iterator[str]:
    """The heading of each column, its unit in brackets."""
    yield from (say("export", name, lang) for name in (*DIMENSIONS, "unknown_runs", *MARKS))
    for impact, unit in IMPACTS.items():
        facts = {"figure": figure_label(impact, lang), "unit": unit_text(unit, lang)}
        yield from (say("export", name, lang, **facts) for name in (*BOUNDS, "coverage"))
    yield say("export", "reason", lang)


def _cells(rows: Sequence[Record], lang: str) -> Iterator[Any]:
    """One place in the table: its dimensions, its bounds and coverage by impact, and why those missing are."""
    first, found = rows[0], {row["impact"]: row for row in rows}
    yield say("export", f"level_{first['level']}", lang)
    yield from (_noon(first[name]) if name == "month" and first[name] else first[name] for name in DIMENSIONS[1:-1])
    yield from (first["proof_text"], first["unknown_runs"])
    yield from (say("export", "is_rounded", lang) if first[name] else None for name in MARKS)
    for impact in IMPACTS:
        row = found.get(impact, {})
        yield from (row.get(name) for name in BOUNDS)
        yield 100.0 * row["coverage"] if row.get("coverage") is not None else None
    missing = (row for impact, row in found.items() if impact in IMPACTS and row["reason"])
    yield listed((pair_text(figure_label(row["impact"], lang), row["reason"], lang) for row in missing), lang)


def _method(told: ToldResults, lang: str, mark: str, lost: str) -> Iterator[tuple[str, ...]]:
    """What the results are of, how to read them, and the sources of their factors."""
    yield (say("export", "method", lang), mark)
    build = told.build
    facts = {
        "build": build.id,
        "made_at": build.made_at,
        "factors": build.factors_version,
        "formulas": build.meta["formulas_version"],
        "schema": VERSION,
    }
    yield from ((say("export", f"fact_{name}", lang), value) for name, value in facts.items())
    yield from (
        (say("export", f"read_{name}", lang), say("export", name, lang)) for name in ("bounds", "sums", "empty")
    )
    if any(map(told.is_rounded, told.table.select(["level", "month"]).to_pylist())):
        yield (say("export", "rounded", lang), say("export", "read_rounded", lang))
    if told.withheld:
        yield (say("export", "read_withheld", lang), say("export", "withheld", lang))
    if lost:
        yield (say("export", "read_lacks_rows", lang), lost)
    yield from (
        (say("export", "source", lang), f"{s['title']} {s.get('path', '')}".strip()) for s in sources_of(told.rows)
    )
