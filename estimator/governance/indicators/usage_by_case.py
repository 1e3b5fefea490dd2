"""The ledger by use case: each month of a service with its use case, if any."""

import calendar
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from estimator.builds.build_file import BuildFile, Monthly
from estimator.catalogue.selection import GRID
from estimator.governance.register.attachments import use_case_of
from estimator.governance.register.register import Register
from estimator.governance.register.schema import UseCase

DIGITS = 9  # of the amounts that tell two services apart
SEATED = {"seat_days", "active_seat_days", "stated_uses", "resource_share", "items"}  # all that lines of seats say


@dataclass(frozen=True)
class Attached:
    """A month of a service with its use case; None when unattached."""

    use_case: UseCase | None
    row: Monthly

    @property
    def id(self) -> str | None:
        return self.use_case.id if self.use_case else None

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """The service, its model and its host (empty: unknown), and whether it is the training of the model."""
        return self.row.service_key, self.row.model or "", self.row.host or "", self.row.training

    @property
    def zone(self) -> str:
        """Where its electricity is taken, as the build chose the factors of the grid; empty when unknown."""
        bounds = self.row.group.bounds
        return next((bounds[name].subject for name in GRID if name in bounds), "")


def attached(build: BuildFile, register: Register) -> list[Attached]:
    """Every month of the ledger with its use case; an attachment applies from the month in which it starts."""
    cases = {case.id: case for case in register.use_cases()}
    patterns = register.attachments()
    found = []
    for row in build.monthly():
        name = use_case_of(row.service_key, row.host, row.model, last_day(row.month), patterns)
        found.append(Attached(cases.get(name or ""), row))
    return found


def last_day(month: int) -> date:
    """The last day of a month yyyymm."""
    year, number = divmod(month, 100)
    return date(year, number, calendar.monthrange(year, number)[1])


def months_of(rows: Sequence[Attached]) -> list[int]:
    """The months of these rows, in order."""
    return sorted({entry.row.month for entry in rows})


def digest(rows: Sequence[Attached], of: str = "") -> str:
    """What was read of a service in a month, whatever its place and factors: the same lines give the same digest. of:
    whose they are, which is a part of it where only seats are counted: as many elsewhere are other ones."""
    sums: dict[str, float] = {}
    for row in rows:
        counts = {"items": row.row.items, "requests": row.row.requests}
        for name, value in {**row.row.group.amounts, **counts}.items():
            sums[name] = math.fsum((sums.get(name, 0.0), value or 0.0))
    told = [f"{name} {float(f'{value:.{DIGITS}g}')!r}" for name, value in sorted(sums.items()) if value]
    if {name for name, value in sums.items() if value} <= SEATED:
        told += [of, *sorted({f"{row.row.service_key} {row.row.model}" for row in rows})]
    return hashlib.blake2b("\n".join(told).encode(), digest_size=8).hexdigest()
