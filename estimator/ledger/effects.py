"""What a withdrawal, or its undoing, changes: its own rows, and those of others that count no more, or again."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc

from estimator.ledger.rows import Kind


class RowsChanged(NamedTuple):
    """Ids of the rows that a withdrawal, or its undoing, makes count no more, or again. rows: of those that it is of;
    superseded: of those, in no total before as after, for another row of their run is. supersedes: how many other rows
    no longer count, or of those that come back, for another reading stands in their place; replaces: the same, for what
    comes back states them otherwise; again: how many count again that did not, for what was in their place goes."""

    rows: Set[str] = frozenset()
    superseded: Set[str] = frozenset()
    supersedes: int = 0
    replaces: int = 0
    again: int = 0

    @classmethod
    def gone(cls, before: Set[str], after: Set[str], mine: Set[str]) -> Self:
        """Of the ids of the rows that count before and after those of `mine` are withdrawn."""
        lost = before - after
        return cls(lost & mine, mine - before - after, len(lost - mine), again=len(after - before))

    @classmethod
    def back(cls, before: Set[str], after: Set[str], mine: Set[str], replaced: Set[str]) -> Self:
        """Of the ids of the rows that count before and after those of `mine` come back and those of `replaced` go."""
        lost, won = before - after, after - before
        return cls(won & mine, mine - before - after, len(lost - replaced), len(lost & replaced), len(won - mine))


@dataclass(frozen=True)
class WithdrawalEffect:
    """Effect of a withdrawal, done or as a dry run: rows by service, refused rows, input files. still: the rows that
    other files state too, each with their names, which count before as after. also: how many of the others each other
    name of the same content states, which count no more for it either. given_back: ids of what a withdrawn file or
    import had replaced, by withdrawal, which stands again. held_by: ids of the rows that do not come back, by the other
    withdrawal that holds them too."""

    target: str
    tables: dict[Kind, pa.Table]
    withdrawal: str = ""
    still: Mapping[str, Sequence[str]] = field(default_factory=dict)
    also: Mapping[str, int] = field(default_factory=dict)
    given_back: Mapping[str, Set[str]] = field(default_factory=dict)
    counted: RowsChanged = RowsChanged()
    held_by: Mapping[str, Set[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """{"target", "withdrawal", "rows", "superseded", "refused", "held", "still", "again", "supersedes", "replaces",
        "held_by", "still_in", "also", "services", "files"}; rows: that no longer count, or count again, superseded:
        that go or come back with them and are in no total before as after, held: that the withdrawals of `held_by`
        withdraw too, still: that count before as after, for the files of `still_in` state them too, again, supersedes,
        replaces: as in `RowsChanged`; no withdrawal: dry run."""
        rows, refused = self.tables["activities"], self.tables["quarantine"]
        files = {name for table in (rows, refused) for name in pc.unique(table["file_name"]).to_pylist()}
        columns = (rows[name].cast(pa.string()).to_pylist() for name in ("row_id", "service_key"))
        stated = dict(zip(*columns, strict=True))  # a row that a file repeats counts once
        services = Counter(service for row, service in stated.items() if row in self.counted.rows)
        held = set[str]().union(*self.held_by.values())
        aside = sum(row_id not in held for row_id in refused["row_id"].to_pylist())
        counts = {"rows": len(self.counted.rows), "superseded": len(self.counted.superseded - held), "refused": aside}
        counts |= {"held": len(held), "still": len(self.still), "again": self.counted.again}
        counts |= {"supersedes": self.counted.supersedes, "replaces": self.counted.replaces}
        return {
            "target": self.target,
            "withdrawal": self.withdrawal,
            **counts,
            "held_by": sorted(self.held_by),
            "still_in": sorted({name for names in self.still.values() for name in names}),
            "also": dict(sorted(self.also.items())),
            "services": dict(sorted(services.items())),
            "files": sorted(files),
        }
