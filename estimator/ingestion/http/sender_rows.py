"""Identity of rows by sender: row ids of one sender never collide with those of another, or of imported files."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from estimator.core.digest_set import SIZE
from estimator.ingestion.reader import Trace
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity
from estimator.ledger.versions import COLLECTED

MARK = 12  # characters of a sender's id, enough to be unique
_NAME = re.compile(rf"{COLLECTED}([^@]+)@([0-9a-f]{{{MARK}}})")


class Sender(NamedTuple):
    """A service, and the sender mark of its token, which renewed tokens share."""

    service: str
    mark: str

    @property
    def name(self) -> str:
        """The name used in place of a file name."""
        return f"{COLLECTED}{self.service}@{self.mark}"


@dataclass(frozen=True)
class Body(Trace):
    """A body of a sender: the same bytes from another sender are another trace."""

    sender: Sender

    @cached_property
    def sha(self) -> str:
        """SHA-256 of the sender and the bytes, in hexadecimal."""
        return hashlib.sha256(self.sender.mark.encode() + b"\n" + self.data).hexdigest()


def body(sender: Sender, data: bytes) -> Body:
    """A body as input of the readers."""
    return Body(sender.name, data, None, sender)


def sender_in(file_name: str) -> Sender | None:
    """The sender of a row; None for a row of a file."""
    found = _NAME.fullmatch(file_name)
    return Sender(found[1], found[2]) if found else None


def own(result: ReadResult, sender: Sender) -> ReadResult:
    """These rows under their sender, with the service of its token whatever they name. Row, run and computer ids
    include the sender's mark, so that they never match those of another sender."""
    rows = [_own(row, sender) for row in result.rows]
    refused = [row.model_copy(update={"row_id": _own_id(row.row_id, sender)}) for row in result.refused]
    return ReadResult(rows, refused, result.read, result.unused, told=result.told)


def _own(row: Activity, sender: Sender) -> Activity:
    row_id = _own_id(row.row_id, sender)
    names = {"run_key": row.run_key, "run_id": row.run_id, "machine_id": row.machine_id}
    names |= {"trace_id": row.trace_id, "called_by": row.called_by}
    marked = {name: f"{text}@{sender.mark}" for name, text in names.items() if text is not None}
    if row.calls_through:
        marked["calls_through"] = " ".join(f"{key}@{sender.mark}" for key in row.calls_through.split())
    if row.run_key == row.row_id:
        marked["run_key"] = row_id
    return row.model_copy(update=marked | {"row_id": row_id, "service_key": sender.service})


def _own_id(row_id: str, sender: Sender) -> str:
    return blake2b(f"{sender.mark}/{row_id}".encode(), digest_size=SIZE).hexdigest()
