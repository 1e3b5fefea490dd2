"""The services that run today, as the build holds them: one model of one service at one place, over its last months."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from estimator.builds.build_file import BuildFile, PlacedGroup
from estimator.core.periods import month_after
from estimator.governance.indicators.scope import Sources
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import UseCase
from estimator.ledger.rows import COMPONENTS

Key = tuple[str, str, str]
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


def running(sources: Sources) -> list[RunningService]:
    """Every service with a run in the last three months of the ledger, over its last twelve."""
    months, build = sources.build.months(), sources.build
    if not months:
        return []
    first, recent = (month_after(months[-1], 1 - count) for count in (YEAR, RECENT))
    held: dict[Key, list[Attached]] = {}
    for entry in sources.rows:
        if entry.row.month >= first:
            held.setdefault((entry.row.service_key, entry.row.model or "", entry.row.host or ""), []).append(entry)
    groups: dict[Key, list[PlacedGroup]] = defaultdict(list)
    lines: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for placed in build.placed_groups(first):
        groups[_key(placed.row)].append(placed)
    for line in build.summed_lines(first):
        lines[_key(line)].append(line)
    return [
        _service(entries, groups[key], lines[key], build)
        for key, entries in sorted(held.items())
        if months_of(entries)[-1] >= recent
    ]


def _service(
    entries: Sequence[Attached], groups: Sequence[PlacedGroup], lines: Sequence[dict[str, Any]], build: BuildFile
) -> RunningService:
    counted = [entry.row.requests for entry in entries if entry.row.requests is not None]
    names = dict.fromkeys(placed.row["serving"] for placed in groups)
    servings = tuple(build.servings[name] for name in names if name in build.servings)
    requests = sum(counted) if counted else None
    last = max(entries, key=lambda entry: entry.row.month)
    key = (last.row.service_key, last.row.model or "", last.row.host or "")
    return RunningService(
        *key, tuple(months_of(entries)), last.use_case, tuple(groups), tuple(lines), servings, requests
    )


def _key(row: Mapping[str, Any]) -> Key:
    return row["service_key"], row["model"], row["host"]
