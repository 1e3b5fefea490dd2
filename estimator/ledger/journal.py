"""What the ledger writes down about itself: imports, withdrawals, compactions; one file each, never changed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from estimator.core.event_log import Kept
from estimator.core.fields import Strict, Text


class ImportedFile(Strict):
    """A file that an import read: how many rows, of which refused, of which new to the ledger."""

    name: str
    sha: str
    read: int
    refused: int
    new: int


class Import(Kept):
    """An import that was acknowledged: from then on, every row that it read can be found in the ledger.

    `wrote`: parts with their rows. `relied`: the same of parts that held what it read, and that none had named yet.
    `moved`: rows that left the quarantine. `after`: the imports that none had named yet, so that a lost one is missed.
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
        """Whether every row that was read was known, or was written."""
        return self.read + self.moved == self.duplicates + sum(self.wrote.values())


class RowsWithdrawal(Kept):
    """Copies of rows that count no more: those in `parts`. `undoes`: the withdrawal that this one takes back."""

    who: Text
    why: Text
    target: str
    undoes: str
    rows: int
    refused: int
    parts: list[str]


class Replaced(Strict):
    """A part that a compaction has replaced: its rows, and the files that they came from."""

    rows: int
    files: int


class Compaction(Kept):
    """A part that stands for others as soon as it is there: written down before it is made."""

    made: str
    rows: int
    replaced: dict[str, Replaced]


def now() -> datetime:
    """The time of this machine, which nothing here relies on: order comes from hashes."""
    return datetime.now(UTC)


def in_force(withdrawals: Iterable[RowsWithdrawal]) -> list[RowsWithdrawal]:
    """Withdrawals that were not taken back."""
    held = list(withdrawals)
    undone = {w.undoes for w in held}
    return [w for w in held if not w.undoes and w.event not in undone]


def covered(present: set[str], compactions: Iterable[Compaction]) -> set[str]:
    """Parts whose rows can be read: those present, and those that a part stands for which can be read."""
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
    """Parts for which another stands."""
    held = list(compactions)
    found = covered(present, held)
    return set(chain.from_iterable(c.replaced for c in held if c.made in found))


def heads(imports: Iterable[Import]) -> list[str]:
    """The imports that no other has named."""
    held = list(imports)
    named = set(chain.from_iterable(i.after for i in held))
    return sorted(i.event for i in held if i.event not in named)
