"""Result of a reader: accepted rows, refused rows, and the count read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from estimator.ledger.rows import Activity, Refused


@dataclass(frozen=True)
class ReadResult:
    """Rows of one trace, or of a block of it: read = accepted + refused. `table`: more rows, in the columns of
    Activity; `unused`: names of columns that were ignored; `told`: fields of each accepted row by its line, where it
    is no line of text; `apart`: objects that are of another tool, by line, which its reader left unread; `distinct`:
    the id of each row of the table is that of no other row of the results of the trace that are so."""

    rows: list[Activity]
    refused: list[Refused]
    read: int
    unused: tuple[str, ...] = field(default=())
    table: pa.Table | None = None
    told: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    apart: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    distinct: bool = False

    def __post_init__(self) -> None:
        if self.read != self.accepted + len(self.refused):
            raise ValueError(f"{self.read} rows read, {self.accepted} accepted, {len(self.refused)} refused")

    @property
    def accepted(self) -> int:
        """Count of accepted rows."""
        return len(self.rows) + (0 if self.table is None else len(self.table))
