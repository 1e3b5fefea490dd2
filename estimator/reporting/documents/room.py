"""How high a document of two pages stands in its type, to fill them and not pass them.

The sizes are those of `.one` in page.css; a letter is taken as wide as those of the widest font there.
"""

from collections.abc import Iterable
from math import ceil

from estimator.reporting.documents.document import Document, FieldList, Points, Section, Table, TableCell

PAGE, WIDTH = 790.0, 533.0  # between the margins of an A4 page [pt]
BROKEN = 60.0  # of the first page, what is left under a row or a title that goes whole to the second [pt]
LETTER = 0.52  # width of a letter, over the size of its type [1]
LEADING = 1.18  # height of a line, over the size of its type [1]
TYPE = 8.2  # size of the type of a text [pt]
LINE, SMALL, LEAD, CELL = (size * LEADING for size in (TYPE, 8.0, 8.6, TYPE))  # heights of a line [pt]
TITLE, HEADING, BAR, AXIS, EDGE = 32.0, 17.0, 9.5, 9.6, 2.8  # of a title with its kind, a heading, a bar, edges [pt]
FILL = 14.0  # of a field to fill in [pt]
PADDED = 19.0  # of a cell: its edge, and what a word too long leaves of a line [pt]
FIRST, OTHERS = 0.28, 0.175  # widths of the columns of a table, of that of the page [1]


def height(document: Document) -> float:
    """The height of a document on paper [pt]."""
    lead = sum(_tall(text, LEAD) for text in document.lead)
    foot = sum(_tall(text, SMALL) for text in document.foot)
    return TITLE * _lines(document.title, 15) + lead + foot + sum(map(_section, document.sections))


def lines_left(document: Document) -> int:
    """How many more lines its two pages hold."""
    return int((2 * PAGE - BROKEN - height(document)) // LINE)


def lines_of(text: str) -> int:
    """The lines that a sentence of a list takes."""
    return _lines(text, TYPE, WIDTH - 8)


def _section(section: Section) -> float:
    return HEADING + sum(_block(block) for block in section.blocks)


def _block(block: object) -> float:
    if isinstance(block, str):
        return _tall(block, LINE)
    if isinstance(block, Points):
        return sum(lines_of(item) for item in block.items) * LINE
    if isinstance(block, FieldList):
        pairs = [max(_tall(value, LINE, WIDTH * 0.36), FILL * (not value)) for _, value in block.pairs]
        return sum(max(pairs[n : n + 2]) for n in range(0, len(pairs), 2))
    return _table(block) if isinstance(block, Table) else 0.0


def _table(table: Table) -> float:
    """Its caption, its rows, and what says how bars are filled."""
    rows = [_row(cells, len(table.columns)) for cells in table.cells(drawn=True)]
    return _tall(table.caption, SMALL) + CELL + EDGE + sum(rows) + (CELL * 1.3 if table.proofs else 0)


def _row(cells: Iterable[TableCell], columns: int) -> float:
    first, *others = cells
    wide = OTHERS if len(others) + 1 == columns else 1 - FIRST
    found = [_cell(first, FIRST), *(_cell(cell, wide) for cell in others)]
    return max(found) + EDGE


def _cell(cell: TableCell, share: float) -> float:
    if cell.scale:
        return AXIS
    wide = share * WIDTH - PADDED
    text = _tall(cell.text, CELL, wide) if cell.text else 0.0
    return text + (BAR if cell.bar else 0.0) + sum(_tall(small, SMALL, wide) for small in cell.small)


def _tall(text: str, line: float, wide: float = WIDTH) -> float:
    return _lines(text, line / LEADING, wide) * line


def _lines(text: str, size: float, wide: float = WIDTH) -> int:
    return max(1, ceil(len(text) * LETTER * size / wide))
