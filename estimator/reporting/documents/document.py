"""A document as data: sections of plain text, tables and fields, rendered by each format."""

from collections.abc import Mapping
from dataclasses import dataclass

from estimator.core.interval import Interval
from estimator.reporting.documents.pictures import drawn_proofs

Row = tuple["TableCell | str", ...]
Record = tuple[object, ...]


@dataclass(frozen=True)
class IntervalBar:
    """An interval drawn from zero to `top` [unit of the amount]; proof: shares of the electricity by proof.

    alt: what the bar shows and the text of its cell or row does not say; empty when all of it is said there.
    """

    amount: Interval
    proof: Mapping[str, float]
    top: float
    alt: str = ""


@dataclass(frozen=True)
class TableCell:
    """A cell of a table: its text, then small print, then its bar; or the axis from zero to `top`."""

    text: str
    small: tuple[str, ...] = ()
    bar: IntervalBar | None = None
    scale: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns; the first cell of a row is its header. A row of two cells spans the width.

    picture: rows that only draw values of other rows, omitted in text formats. form: to be filled in by hand.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    picture: tuple[Row, ...] = ()
    form: bool = False

    def cells(self, drawn: bool = False) -> list[list[TableCell]]:
        """The rows, a text being a cell of its own; drawn: with those of the picture."""
        rows = (*self.rows, *(self.picture if drawn else ()))
        return [[cell if isinstance(cell, TableCell) else TableCell(cell) for cell in row] for row in rows]

    @property
    def proofs(self) -> set[str]:
        """The proofs that its bars show."""
        bars = [cell.bar for row in self.cells() for cell in row if cell.bar]
        return {name for bar in bars for name in drawn_proofs(bar.proof)}


@dataclass(frozen=True)
class FieldList:
    """Names and values; a value is empty when a person must fill it in."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A drawing, and in words what it shows, which text formats print.

    legend: a sample drawn -> its word; marks: of its scale, height [px] -> text; ends: what stands under its left and
    right ends; values: all that it draws, as a table folded under the words `opens` on a screen, and not printed.
    """

    drawn: str
    alt: str
    marks: Mapping[int, str]
    ends: tuple[str, str]
    legend: Mapping[str, str]
    values: Table
    opens: str


Block = str | Table | FieldList | Points | Picture


@dataclass(frozen=True)
class Section:
    """A titled part. quote: the title stays in French in every language."""

    title: str
    blocks: tuple[Block, ...]
    quote: bool = False

    @property
    def tables(self) -> int:
        """How many tables it has: alone, a table is named by the title; among others, by its caption too."""
        return sum(isinstance(block, Table) for block in self.blocks)


@dataclass(frozen=True)
class Document:
    """A document. mark: watermark of an example; small: in small type, on one page while it is short; dense: in smaller
    type, to hold on one page whatever its length; plain: in larger type and one column while it is short; about: the
    territory and period that its title and its kind do not say, for the title of the window; window: that title itself,
    where those three would say a word twice.

    columns, records: the same content as a table for machines; without columns there is none.
    """

    kind: str
    title: str
    lang: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    columns: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    mark: str = ""
    small: bool = False
    dense: bool = False
    plain: bool = False
    about: str = ""
    window: str = ""
