"""A document as a self-contained HTML page without script, printable on A4."""

from functools import cache
from importlib import resources

from markupsafe import Markup

from estimator.core.errors import say
from estimator.core.typography import typeset
from estimator.reporting.documents.document import Block, FieldList, Points, Row, Section, Sheet, Table, TableCell
from estimator.reporting.documents.svg_bars import FILLS, PATTERNS, bar_svg, dot, sample

AIRY = 4000  # maximum characters of one page in normal type


def page(sheet: Sheet) -> str:
    """The HTML of a document; every text is escaped."""
    lang = sheet.lang
    body = Markup().join(
        (
            PATTERNS if _has_bars(sheet) else Markup(),
            _stamp(sheet.mark),
            _head(sheet),
            Markup().join(_section(part, lang) for part in sheet.sections),
            Markup("<footer>{}</footer>").format(Markup().join(_block(text, lang) for text in sheet.foot)),
        )
    )
    document = Markup(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{} – {}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head>'
        '<body class="{}"><main>{}</main></body></html>'
    )
    names = (_t(sheet.title, lang), _t(sheet.kind, lang))
    return str(document.format(lang, *names, _style(), _kind(sheet, body), body))


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


def _t(text: str, lang: str) -> str:
    return typeset(text, lang)


def _stamp(mark: str) -> Markup:
    """The watermark of an example on the printed page; also printed above the title."""
    return (
        Markup(
            '<svg class="stamp" viewBox="0 0 600 200" aria-hidden="true"><text x="300" y="120" text-anchor="middle"'
            ' transform="rotate(-18 300 100)" font-size="33" font-weight="700" fill="#f3e8e3">{}</text></svg>'
        ).format(mark)
        if mark
        else Markup()
    )


def _head(sheet: Sheet) -> Markup:
    lang = sheet.lang
    mark = Markup('<p class="mark">{}</p>').format(_t(sheet.mark, lang)) if sheet.mark else Markup()
    lead = Markup().join(Markup('<p class="lead">{}</p>').format(_t(text, lang)) for text in sheet.lead)
    kind, title = _t(sheet.kind, lang), _t(sheet.title, lang)
    return Markup('<header>{}<p class="kind">{}</p><h1>{}</h1>{}</header>').format(mark, kind, title, lead)


def _section(part: Section, lang: str) -> Markup:
    quote = Markup(' lang="fr"') if part.quote and lang != "fr" else Markup()
    blocks = Markup().join(_block(block, lang) for block in part.blocks)
    return Markup("<section><h2{}>{}</h2>{}</section>").format(quote, _t(part.title, "fr" if quote else lang), blocks)


def _block(block: Block, lang: str) -> Markup:
    if isinstance(block, str):
        return Markup("<p>{}</p>").format(_t(block, lang))
    if isinstance(block, Points):
        items = Markup().join(Markup("<li>{}</li>").format(_t(item, lang)) for item in block.items)
        return Markup("<ul>{}</ul>").format(items)
    if isinstance(block, FieldList):
        return Markup("<dl>{}</dl>").format(Markup().join(_field(*pair, lang) for pair in block.pairs))
    return _table(block, lang)


def _field(name: str, value: str, lang: str) -> Markup:
    empty = Markup(' class="fill"') if not value else Markup()
    return Markup("<dt>{}</dt><dd{}>{}</dd>").format(_t(name, lang), empty, _t(value, lang))


def _table(table: Table, lang: str) -> Markup:
    heads = Markup().join(Markup('<th scope="col">{}</th>').format(_t(name, lang)) for name in table.columns)
    rows = Markup().join(_row(row, table.columns, lang) for row in (*table.rows, *table.picture))
    caption = Markup("<caption>{}</caption>").format(_t(table.caption, lang)) if table.caption else Markup()
    kinds = [name for name, is_so in (("even", len(table.columns) > 3), ("form", table.form)) if is_so]
    even = Markup(' class="{}"').format(" ".join(kinds)) if kinds else Markup()
    return Markup("<table{}>{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}").format(
        even, caption, heads, rows, _legend(table, lang)
    )


def _row(row: Row, columns: tuple[str, ...], lang: str) -> Markup:
    first, *others = (cell if isinstance(cell, TableCell) else TableCell(cell) for cell in row)
    head = Markup('<th scope="row"><b>{}</b>{}</th>').format(_t(first.text, lang), _small(first, lang))
    span = Markup(' colspan="{}"').format(len(columns) - 1) if len(others) == 1 < len(columns) - 1 else Markup()
    cells = Markup()
    for name, cell in zip(columns[1:], others, strict=False):
        of = Markup(' data-of="{}"').format(_t(name, lang)) if not span and (cell.text or cell.bar) else Markup()
        cells += Markup("<td{}{}>{}</td>").format(span, of, _inside(cell, lang))
    return Markup("<tr>{}{}</tr>").format(head, cells)


def _inside(cell: TableCell, lang: str) -> Markup:
    if cell.scale:
        return Markup('<div class="axis" aria-hidden="true"><span>0</span><span>{}</span></div>').format(cell.scale)
    return Markup("{}{}{}").format(_t(cell.text, lang), bar_svg(cell.bar) if cell.bar else "", _small(cell, lang))


def _small(cell: TableCell, lang: str) -> Markup:
    return Markup().join(Markup('<span class="small">{}</span>').format(_t(text, lang)) for text in cell.small)


def _legend(table: Table, lang: str) -> Markup:
    """Legend of the textures in use and the dot, under a table with bars."""
    bars = [cell.bar for row in table.rows for cell in row if isinstance(cell, TableCell) and cell.bar]
    if not bars:
        return Markup()
    used = [p for p in FILLS if any((bar.proof or {"unknown": 1.0}).get(p, 0) > 0 for bar in bars)]
    items = [Markup("<li>{}{}</li>").format(sample(p), say("proofs", p, lang)) for p in used]
    items.append(Markup("<li>{}{}</li>").format(dot(), _t(say("sheet", "central", lang), lang)))
    return Markup('<ul class="legend">{}</ul>').format(Markup().join(items))


def _has_bars(sheet: Sheet) -> bool:
    tables = [b for part in sheet.sections for b in part.blocks if isinstance(b, Table)]
    return any(isinstance(cell, TableCell) and cell.bar for t in tables for row in t.rows for cell in row)
