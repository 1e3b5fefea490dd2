"""Journal of the ledger: imports, withdrawals, compactions; one immutable file an entry."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from estimator.core.event_log import Kept
from estimator.core.fields import Strict, Text


class ImportedFile(Strict):
    """An input file of an import: counts of its rows, of the refused ones, and of those new to the ledger."""

    name: str
    sha: str
    read: int
    refused: int
    new: int


class Import(Kept):
    """An acknowledged import: every row that it read can be found in the ledger from then on.

    `wrote`: parts with their rows. `relied`: existing parts with duplicates of its rows, not yet in any entry.
    `moved`: rows taken out of quarantine. `after`: heads of the journal when written, so that a lost entry is detected.
    """

    after: list[str]
    sources: list[ImportedFile]
    read: int
    moved: int
    duplicates: int
    wrote: dict[str, int]
    relied: dict[str, int]

    @property
    def balances(self) -> bool:
        """Whether every row read was either a duplicate or written."""
        return self.read + self.moved == self.duplicates + sum(self.wrote.values())


class RowsWithdrawal(Kept):
    """Copies of rows that no longer count: those in `parts`. `undoes`: the withdrawal that this one cancels."""

    who: Text
    why: Text
    target: str
    undoes: str
    rows: int
    refused: int
    parts: list[str]


class Replaced(Strict):
    """A part replaced by compaction: its rows, and their input files."""

    rows: int
    files: int


class Compaction(Kept):
    """A merged part and those that it replaces as soon as it exists; recorded before the part is written."""

    made: str
    rows: int
    replaced: dict[str, Replaced]


def now() -> datetime:
    """The time of this machine, for information only: order comes from hashes."""
    return datetime.now(UTC)


def in_force(withdrawals: Iterable[RowsWithdrawal]) -> list[RowsWithdrawal]:
    """Withdrawals that were not undone."""
    held = list(withdrawals)
    undone = {w.undoes for w in held}
    return [w for w in held if not w.undoes and w.event not in undone]


def covered(present: set[str], compactions: Iterable[Compaction]) -> set[str]:
    """Readable parts: those present, and those replaced by a readable part."""
    left = sorted(compactions, key=lambda c: c.order, reverse=True)
    found = set(present)
    while True:
        waiting = []
        for compaction in left:
            if compaction.made in found:
                found.update(compaction.replaced)
            else:
                waiting.append(compaction)
        if len(waiting) == len(left):
            return found
        left = waiting


def replaced(present: set[str], compactions: Iterable[Compaction]) -> set[str]:
    """Parts replaced by another."""
    held = list(compactions)
    found = covered(present, held)
    return set(chain.from_iterable(c.replaced for c in held if c.made in found))
