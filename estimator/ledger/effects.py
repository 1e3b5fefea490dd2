"""What a withdrawal, or its undoing, changes: its own rows, and those of others that count no more, or again."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import pyarrow as pa

from estimator.ledger.rows import Kind


class Beside(NamedTuple):
    """superseded: ids of the rows withdrawn or brought back that are in no total, for another row of their run is.
    How many rows of others: supersedes: no longer count, for another reading stands in their place; replaces: no
    longer count, for what comes back states them otherwise; again: count again."""

    superseded: Collection[str] = ()
    supersedes: int = 0
    replaces: int = 0
    again: int = 0

    @classmethod
    def of(cls, before: Set[str], after: Set[str], back: Set[str], replaced: Set[str]) -> Self:
        """Of the ids of the rows that count before and after those of `back` come back and those of `replaced` go."""
        gone = before - after
        return cls(back - after, len(gone - replaced), len(gone & replaced), len(after - before - back))


@dataclass(frozen=True)
class WithdrawalEffect:
    """Effect of a withdrawal, done or as a dry run: rows by service, refused rows, input files. still: the rows that
    other files state too, each with their names; they go on counting. also: how many of the others each other name
    of the same content states, which count no more for it either. given_back: ids of what a withdrawn file or import
    had replaced, by withdrawal, and counts again."""

    target: str
    tables: dict[Kind, pa.Table]
    withdrawal: str = ""
    still: Mapping[str, Sequence[str]] = field(default_factory=dict)
    also: Mapping[str, int] = field(default_factory=dict)
    given_back: Mapping[str, Set[str]] = field(default_factory=dict)
    beside: Beside = Beside()

    def as_dict(self) -> dict[str, Any]:
        """{"target", "withdrawal", "rows", "superseded", "refused", "still", "again", "supersedes", "replaces",
        "still_in", "also", "services", "files"}; rows: that no longer count, superseded: that go with them and were in
        no total, still: that do count, for the files of `still_in` state them too, again: that do, for what is
        withdrawn had replaced them; supersedes, replaces: as in `Beside`; no withdrawal: dry run."""
        rows, refused = self.tables["activities"], self.tables["quarantine"]
        files = {name for table in (rows, refused) for name in table.column("file_name").to_pylist()}
        columns = (rows.column(name).to_pylist() for name in ("row_id", "service_key"))
        stated = dict(zip(*columns, strict=True))  # a row that a file repeats counts once
        away = stated.keys() - self.still.keys()
        leaving = [stated[row] for row in away if row not in self.beside.superseded]
        counts = {"rows": len(leaving), "superseded": len(away) - len(leaving), "refused": len(refused)}
        counts |= {"still": len(stated) - len(away)}
        counts |= {"again": self.beside.again + sum(map(len, self.given_back.values()))}
        counts |= {"supersedes": self.beside.supersedes, "replaces": self.beside.replaces}
        return {
            "target": self.target,
            "withdrawal": self.withdrawal,
            **counts,
            "still_in": sorted({name for names in self.still.values() for name in names}),
            "also": dict(sorted(self.also.items())),
            "services": dict(sorted(Counter(leaving).items())),
            "files": sorted(files),
        }
