"""What a sheet of indicators is about: a territory and a period, with the use cases and the months that are in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from estimator.attached import Attached, attached
from estimator.commitments import Commitments
from estimator.periods import Period
from estimator.reading import Build
from estimator.register import Register
from estimator.register.types import UseCase
from estimator.worlds import Cell

WHOLE = "all"  # the whole territory, what nothing attaches included
IN_USE = ("experimentation", "pilote", "generalisation")


@dataclass(frozen=True)
class Sources:
    """Where a sheet reads: the build, the register, what was voted and done, the home of the scenarios."""

    build: Build
    register: Register
    commitments: Commitments
    home: Path


@dataclass(frozen=True)
class Scope:
    """A territory ("all", "metropole" or an INSEE code) over a period, in these sources."""

    sources: Sources
    territory: str
    period: Period

    @cached_property
    def everything(self) -> list[Attached]:
        """Months of the ledger that belong to the territory, of all times."""
        rows = attached(self.sources.build, self.sources.register)
        return [r for r in rows if self.territory == WHOLE or (r.use_case and r.use_case.commune == self.territory)]

    @cached_property
    def rows(self) -> list[Attached]:
        """Months of the ledger in the territory and the period."""
        return [r for r in self.everything if r.row.month in self._months]

    @cached_property
    def _months(self) -> frozenset[int]:
        return frozenset(self.period.months())

    @property
    def cells(self) -> list[Cell]:
        return [r.row.cell for r in self.rows]

    @cached_property
    def cases(self) -> list[UseCase]:
        """Use cases of the territory."""
        cases = self.sources.register.use_cases()
        return [case for case in cases if self.territory in (WHOLE, case.commune)]

    @property
    def in_use(self) -> list[UseCase]:
        """Use cases that are being tried or used."""
        return [c for c in self.cases if c.stage in IN_USE and c.outcome in ("en_cours", "generalise")]

    def before(self) -> "Scope":
        """The same territory over the period of the same length just before."""
        return Scope(self.sources, self.territory, self.period.previous())

    def year(self, year: int) -> "Scope":
        """The same territory over a whole year."""
        return Scope(self.sources, self.territory, Period(str(year)))


def of_case(rows: Sequence[Attached], case: str | None) -> list[Attached]:
    """The months of one use case."""
    return [row for row in rows if row.id == case]
