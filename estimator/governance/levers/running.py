"""The services that run today, as the build holds them: one model of one service at one place, over its last months."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from estimator.builds.build_file import BuildFile, PlacedGroup
from estimator.core.periods import month_after
from estimator.governance.indicators.usage_by_case import last_day
from estimator.governance.register.attachments import use_case_of
from estimator.governance.register.register import Register
from estimator.governance.register.schema import UseCase
from estimator.ledger.rows import COMPONENTS

YEAR = 12  # months of a year, and of what is looked at
RECENT = 3  # months at the end of the ledger without a run, from which a service no longer runs


@dataclass(frozen=True)
class RunningService:
    """A service with its model and its place (empty: not known), over the months [yyyymm] looked at in which it ran.

    lines: its sums before its place decides anything; servings: how its model is served; requests: as far as counted.
    """

    service: str
    model: str
    host: str
    months: tuple[int, ...]
    use_case: UseCase | None
    groups: tuple[PlacedGroup, ...]
    lines: tuple[dict[str, Any], ...]
    servings: tuple[dict[str, Any], ...]
    requests: float | None

    @property
    def name(self) -> str:
        """The name that people know."""
        return self.use_case.name if self.use_case else self.service

    @property
    def per_year(self) -> float:
        """What the known months are multiplied by for a year [1]."""
        return YEAR / len(self.months)

    @cached_property
    def tokens(self) -> tuple[dict[str, Any], ...]:
        """The lines of tokens whose electricity was read."""
        return tuple(line for line in self.lines if not line["modelled"] and line["written"])

    @cached_property
    def read(self) -> bool:
        """Whether its electricity was read or declared."""
        return any(placed.group.amounts[f"{part}_energy"] for placed in self.groups for part in COMPONENTS)

    @cached_property
    def device_hours(self) -> float:
        """Reserved hours of accelerators [h]."""
        return sum(placed.group.amounts["device_hours"] or 0.0 for placed in self.groups)


def running(build: BuildFile, register: Register) -> list[RunningService]:
    """Every service with a run in the last three months of the ledger, over its last twelve."""
    months = build.months()
    if not months:
        return []
    first, recent = (month_after(months[-1], 1 - count) for count in (YEAR, RECENT))
    return [
        found for key in _keys(build, first) if (found := _running(build, register, key, first)).months[-1] >= recent
    ]


def _keys(build: BuildFile, first: int) -> list[tuple[str, str, str]]:
    return list(dict.fromkeys((c.service_key, c.model or "", c.host or "") for c in build.cells() if c.month >= first))


def _running(build: BuildFile, register: Register, key: tuple[str, str, str], first: int) -> RunningService:
    service, model, host = key
    cells = [c for c in build.cells() if (c.service_key, c.model or "", c.host or "") == key and c.month >= first]
    months = tuple(sorted({c.month for c in cells}))
    cases = {case.id: case for case in register.use_cases()}
    attached = use_case_of(service, host or None, model or None, last_day(months[-1]), register.attachments())
    counted = [c.requests for c in cells if c.requests is not None]
    groups, lines = build.placed_groups(key, first), build.summed_lines(key, first)
    servings = [row for name, row in build.servings().items() if name in {placed.row["serving"] for placed in groups}]
    requests, case = sum(counted) if counted else None, cases.get(attached or "")
    return RunningService(*key, months, case, tuple(groups), tuple(lines), tuple(servings), requests)
