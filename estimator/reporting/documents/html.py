"""A document as a self-contained HTML page without script, printable on A4."""

from functools import cache, partial
from importlib import resources
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from estimator.core.errors import say
from estimator.core.typography import typeset
from estimator.reporting.documents.document import Sheet, Table, TableCell
from estimator.reporting.documents.svg_bars import FILLS, PATTERNS, bar_svg, dot, sample
from estimator.reporting.documents.templates import environment

AIRY = 4000  # maximum characters of one page in normal type


def page(sheet: Sheet) -> str:
    """The HTML of a document; every text is escaped."""
    t = partial(typeset, lang=sheet.lang)
    body = _rendered(
        "document.html",
        **vars(sheet),
        t=t,
        central=t(say("sheet", "central", sheet.lang)),
        textures=lambda table: {proof: say("proofs", proof, sheet.lang) for proof in _textures(table)},
        whole_cells=_whole_cells,
        bar_svg=bar_svg,
        sample=sample,
        dot=dot,
    )
    tables = [block for part in sheet.sections for block in part.blocks if isinstance(block, Table)]
    body = (PATTERNS if any(map(_textures, tables)) else Markup()) + body
    names = {"title": t(sheet.title), "kind": t(sheet.kind), "name": _kind(sheet, body)}
    return str(_rendered("page.html", lang=sheet.lang, style=_style(), body=body, **names))


def _rendered(template: str, **facts: Any) -> Markup:
    return Markup(_environment().get_template(template).render(facts))  # noqa: S704 (autoescaped)


@cache
def _environment() -> Environment:
    return environment("estimator.reporting")


@cache
def _style() -> Markup:
    """Our stylesheet, minified."""
    text = (resources.files(__package__) / "page.css").read_text("utf-8")
    return Markup("".join(line.strip() for line in text.splitlines()))  # noqa: S704


def _kind(sheet: Sheet, body: Markup) -> str:
    """CSS classes of a document: one page, and smaller type when it is long."""
    if not sheet.one_page:
        return ""
    return "one tight" if len(body.striptags()) > AIRY else "one"


def _whole_cells(table: Table) -> list[list[TableCell]]:
    rows = (*table.rows, *table.picture)
    return [[cell if isinstance(cell, TableCell) else TableCell(cell) for cell in row] for row in rows]


def _textures(table: Table) -> list[str]:
    """The textures in use by the bars of a table."""
    bars = [cell.bar for row in table.rows for cell in row if isinstance(cell, TableCell) and cell.bar]
    return [p for p in FILLS if any((bar.proof or {"unknown": 1.0}).get(p, 0) > 0 for bar in bars)]
