"""How high a one-page document stands in its smallest type, to fill the page and not pass it.

The sizes are those of `.tight` in page.css; a letter is taken as wide as those of the widest font there.
"""

from collections.abc import Iterable
from math import ceil

from estimator.reporting.documents.document import Document, FieldList, Points, Section, Table, TableCell

PAGE, WIDTH = 790.0, 533.0  # between the margins of an A4 page [pt]
LETTER = 0.52  # width of a letter, over the size of its type [1]
LINE, SMALL, LEAD, CELL = 6.8 * 1.1, 6.3 * 1.1, 7.1 * 1.1, 6.6 * 1.1  # heights of a line [pt]
TITLE, HEADING, BAR, AXIS, EDGE = 24.0, 12.0, 7.9, 6.9, 1.8  # of a title with its kind, a heading, a bar, edges [pt]
FILL = 10.5  # of a field to fill in [pt]
PADDED = 19.0  # of a cell: its edge, and what a word too long leaves of a line [pt]
FIRST, OTHERS = 0.28, 0.175  # widths of the columns of a table, of that of the page [1]


def height(document: Document) -> float:
    """The height of a document on paper [pt]."""
    lead = sum(_tall(text, LEAD) for text in document.lead)
    foot = sum(_tall(text, SMALL) for text in document.foot)
    return TITLE * _lines(document.title, 11.5) + lead + foot + sum(map(_section, document.sections))


def lines_left(document: Document) -> int:
    """How many more lines the page holds."""
    return int((PAGE - height(document)) // LINE)


def lines_of(text: str) -> int:
    """The lines that a sentence of a list takes."""
    return _lines(text, 6.8, WIDTH - 8)


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
    return _lines(text, line / 1.1, wide) * line


def _lines(text: str, size: float, wide: float = WIDTH) -> int:
    return max(1, ceil(len(text) * LETTER * size / wide))
