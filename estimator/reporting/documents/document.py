"""A document as data: sections of plain text, tables and fields, which each format writes in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = tuple["TableCell | str", ...]
Record = tuple[object, ...]


@dataclass(frozen=True)
class IntervalBar:
    """An interval drawn from zero to `top` [unit of the amount]; proof: shares of the electricity by proof."""

    amount: Mapping[str, Any]
    proof: Mapping[str, float]
    top: float


@dataclass(frozen=True)
class TableCell:
    """A cell of a table: its text, then small lines under it, then its bar; or the scale from zero to `top`."""

    text: str
    small: tuple[str, ...] = ()
    bar: IntervalBar | None = None
    scale: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns; the first cell of a row is its header. A row of two cells fills the width.

    picture: rows that only draw what other rows write, left out where nothing is drawn. form: is it filled in by hand?
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    picture: tuple[Row, ...] = ()
    form: bool = False


@dataclass(frozen=True)
class FieldList:
    """Names and values; a value is empty when a person has to write it."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


Block = str | Table | FieldList | Points


@dataclass(frozen=True)
class Section:
    """A titled part. quote: is the title in French whatever the language of the document?"""

    title: str
    blocks: tuple[Block, ...]
    quote: bool = False


@dataclass(frozen=True)
class Sheet:
    """A document. mark: what an example is marked with; wide: does it fill one page, in small type?

    columns, records: the same content as a table for machines.
    """

    kind: str
    title: str
    lang: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    mark: str = ""
    one_page: bool = False
