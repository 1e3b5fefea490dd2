"""Rows received before senders were apart, under the mark of their sender when it can be told."""

from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from estimator.core import parquet_files
from estimator.ingestion.http.sender_rows import Sender, own
from estimator.ingestion.http.tokens import Tokens
from estimator.ledger.arrow_schemas import SCHEMAS
from estimator.ledger.files import as_models
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Kind
from estimator.ledger.versions import COLLECTED


class SenderMarks:
    """The senders of a home, by the name that stood for a file name. A service with several senders is left out: which
    of them sent a row was not kept."""

    def __init__(self, home: Path) -> None:
        self._tokens = Tokens(home)

    def concern(self, kind: Kind, table: pa.Table) -> bool:
        """Whether rows of the table get a mark. sender_torn."""
        return bool(self._names(kind, table))

    def marked(self, kind: Kind, table: pa.Table) -> pa.Table:
        """The table, its rows of known senders under their mark, as if they were received today. sender_torn."""
        for name in self._names(kind, table):
            sender = self._senders[name]
            theirs = self._of_sender(kind, table, sender)
            rows = as_models(kind, parquet_files.conform(table.filter(theirs), SCHEMAS[kind]))
            result = ReadResult(rows, [], len(rows)) if kind == "activities" else ReadResult([], rows, len(rows))
            found = own(result, sender)
            named = [row.model_copy(update={"file_name": sender.name}) for row in (*found.rows, *found.refused)]
            made = parquet_files.conform(parquet_files.table_of(named, SCHEMAS[kind]), table.schema)
            others = table.filter(pc.invert(theirs))
            table = pa.concat_tables([others, made])
        return table

    def _names(self, kind: Kind, table: pa.Table) -> list[str]:
        names = table.column("file_name").unique().to_pylist()
        known = [name for name in names if name.startswith(COLLECTED) and "@" not in name and name in self._senders]
        return [name for name in known if pc.any(self._of_sender(kind, table, self._senders[name])).as_py()]

    def _of_sender(self, kind: Kind, table: pa.Table, sender: Sender) -> pa.ChunkedArray:
        """Rows with this file name and, as it was given to all of them, this service."""
        theirs = pc.equal(table["file_name"], COLLECTED + sender.service)
        if kind == "activities":
            theirs = pc.and_(theirs, pc.equal(table["service_key"], sender.service))
        return theirs

    @cached_property
    def _senders(self) -> dict[str, Sender]:
        found = self._tokens.senders()
        services = [sender.service for sender in found]
        return {COLLECTED + sender.service: sender for sender in found if services.count(sender.service) == 1}
