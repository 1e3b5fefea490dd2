"""A document as Markdown, and as a table for a French spreadsheet."""

import csv
import io
import re

from estimator.core.typography import typeset
from estimator.places.supplier_answers import cell_text
from estimator.reporting.documents.document import Block, FieldList, Points, Row, Section, Sheet, Table, TableCell

SPECIAL = re.compile(r"([\\`*_\[\]#|~$])")
BLANK = "………"
COLON = {"fr": "\u00a0: ", "en": ": "}


def markdown(sheet: Sheet) -> str:
    """The document in Markdown; every text is escaped."""
    lang = sheet.lang
    lines = [f"**{_escaped_line(sheet.mark, lang)}**", ""] if sheet.mark else []
    lines += [f"# {_escaped_line(sheet.title, lang)}", "", _escaped_line(sheet.kind, lang), ""]
    lines += [line for text in sheet.lead for line in (_escaped_line(text, lang), "")]
    lines += [line for part in sheet.sections for line in _section(part, lang)]
    lines += ["---", "", *(line for text in sheet.foot for line in (_escaped_line(text, lang), ""))]
    return "\n".join(lines).rstrip() + "\n"


def table(sheet: Sheet) -> str:
    """Its records, separated by `;`; cells escaped against formulas; numbers with all digits."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    marked = ("marque",) if sheet.mark else ()
    writer.writerow([*marked, *sheet.columns])
    for record in sheet.records:
        writer.writerow([cell_text(cell) for cell in (*((sheet.mark,) if sheet.mark else ()), *record)])
    return out.getvalue()


def _escaped_line(text: str, lang: str) -> str:
    """A text on one line, escaped for Markdown and HTML."""
    text = SPECIAL.sub(r"\\\1", " ".join(typeset(text, lang).split()))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"^([-+]|\d+[.)])(?= |$)", r"\\\1", text)


def _section(part: Section, lang: str) -> list[str]:
    lines = [f"## {_escaped_line(part.title, lang)}", ""]
    for block in part.blocks:
        lines += [*_block(block, lang), ""]
    return lines


def _block(block: Block, lang: str) -> list[str]:
    if isinstance(block, str):
        return [_escaped_line(block, lang)]
    if isinstance(block, Points):
        return [f"- {_escaped_line(item, lang)}" for item in block.items]
    if isinstance(block, FieldList):
        return [
            f"- {_escaped_line(name, lang)}{COLON[lang]}{_escaped_line(value, lang) or BLANK}"
            for name, value in block.pairs
        ]
    return _rows(block, lang)


def _rows(found: Table, lang: str) -> list[str]:
    head = [
        f"| {' | '.join(_escaped_line(name, lang) for name in found.columns)} |",
        "|" + " --- |" * len(found.columns),
    ]
    caption = [_escaped_line(found.caption, lang), ""] if found.caption else []
    return [*caption, *head, *(_line(row, len(found.columns), lang) for row in found.rows)]


def _line(row: Row, wide: int, lang: str) -> str:
    cells = [cell if isinstance(cell, TableCell) else TableCell(cell) for cell in row]
    texts = ["<br>".join(_escaped_line(text, lang) for text in (cell.text, *cell.small) if text) for cell in cells]
    return f"| {' | '.join((*texts, *[''] * (wide - len(texts))))} |"
