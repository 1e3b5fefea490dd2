"""The services that run today, as the build holds them: one model of one service at one place, over its last months;
and those that do not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from estimator.assessment.evaluation import as_read
from estimator.builds.build_file import PlacedGroup
from estimator.core.periods import month_after
from estimator.governance.indicators.known_days import (
    LOOKED,
    YEAR,
    by_use,
    days_known,
    days_worth,
    is_known,
    ledger_end,
    past_year,
    present,
    unknown_rows,
)
from estimator.governance.indicators.scope import Sources
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import UseCase

Key = tuple[str, str, str, bool]
SEASON = 92.0  # days that three months have at most
RECENT = 3  # months at the end of the ledger without a run, from which a service no longer runs


@dataclass(frozen=True)
class RunningService:
    """A service with its model and its place (empty: not known), over the months [yyyymm] looked at in which it ran.

    training: whether it made or tuned the model; days: known of these months; worth: those of a year that they stand
    for; at_least: whether these days are known in part; lines: its sums before its place decides anything; servings:
    how its model is served; requests: as far as counted.
    """

    service: str
    model: str
    host: str
    training: bool
    months: tuple[int, ...]
    days: int
    worth: float
    at_least: bool
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
    def is_over(self) -> bool:
        """Whether the register says that its use is."""
        return self.use_case is not None and self.use_case.is_over

    @property
    def per_year(self) -> float:
        """What the known days are multiplied by for a year [1]; a training is made once."""
        return 1.0 if self.training else YEAR / self.worth

    @cached_property
    def tokens(self) -> tuple[dict[str, Any], ...]:
        """The lines of tokens whose electricity was read."""
        return tuple(line for line in self.lines if not line["modelled"] and line["written"])

    @cached_property
    def read(self) -> bool:
        """Whether its electricity was read or declared."""
        return any(as_read(placed.group) for placed in self.groups)

    @cached_property
    def device_hours(self) -> float:
        """Reserved hours of accelerators, in the days known [h]."""
        return sum(placed.group.amounts["device_hours"] or 0.0 for placed in self.groups if is_known(placed.group))


class StoppedService(NamedTuple):
    """A service without a run in these months, and the last month [yyyymm] in which it ran; None: not yet."""

    service: str
    name: str
    last: int | None
    model: str = ""  # that of none of its lines, as its host
    host: str = ""


def running(sources: Sources) -> list[RunningService]:
    """Every service with a run in the last three months of the ledger, this one at most, over its last twelve; of a
    training, which is made once, in any of these. Not the former models and places of a use of which `present` knows
    enough since."""
    build = sources.build
    end = ledger_end(sources)
    first, recent = month_after(end, 1 - LOOKED), _recent(sources)
    held: dict[Key, list[Attached]] = {}
    for entry in past_year(sources):
        held.setdefault(entry.key, []).append(entry)
    now = {
        entry.key for rows in by_use(past_year(sources)).values() for entry in present(build, rows, sources.today).rows
    }
    groups: dict[Key, list[PlacedGroup]] = defaultdict(list)
    lines: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for placed in build.placed_groups(first):
        if placed.row["month"] <= end:
            groups[_key(placed.row)].append(placed)
    for line in build.summed_lines(first):
        if line["month"] <= end:
            lines[_key(line)].append(line)
    return [
        _service(entries, groups[key], lines[key], sources)
        for key, entries in sorted(held.items())
        if key[-1] or key in now and months_of(entries)[-1] >= recent
    ]


def stopped(sources: Sources) -> list[StoppedService]:
    """Every service without any run in the last three months of the ledger, this one at most; a training of the last
    twelve is not one of them."""
    end, recent = ledger_end(sources), _recent(sources)
    held: dict[str, list[Attached]] = {}
    made = month_after(end, 1 - LOOKED)
    for entry in (e for e in sources.rows if not (e.row.training and made <= e.row.month <= end)):
        held.setdefault(entry.row.service_key, []).append(entry)
    found = []
    for service, entries in sorted(held.items()):
        past = [month for month in months_of(entries) if month <= end]
        if not past or past[-1] < recent:
            case = _last(entries).use_case
            found.append(StoppedService(service, case.name if case else service, past[-1] if past else None))
    return found


def _recent(sources: Sources) -> int:
    """The month [yyyymm] before which a service without a run no longer runs. What covers more than three months, such
    as the declaration of a year, does not say that the others have stopped."""
    end = ledger_end(sources)
    return month_after(min(end, sources.build.last_month(SEASON) or end), 1 - RECENT)


def _last(entries: Sequence[Attached]) -> Attached:
    return max(entries, key=lambda entry: entry.row.month)


def _service(
    entries: Sequence[Attached],
    groups: Sequence[PlacedGroup],
    lines: Sequence[dict[str, Any]],
    sources: Sources,
) -> RunningService:
    build = sources.build
    counted = [entry.row.requests for entry in entries if entry.row.requests is not None]
    names = dict.fromkeys(placed.row["serving"] for placed in groups)
    servings = tuple(build.servings[name] for name in names if name in build.servings)
    requests = sum(counted) if counted else None
    last = _last(entries)
    known = days_known(build, entries, sources.today)
    days = max(1, len(known)), days_worth(known), bool(unknown_rows(entries))
    return RunningService(
        *last.key, tuple(months_of(entries)), *days, last.use_case, tuple(groups), tuple(lines), servings, requests
    )


def _key(row: Mapping[str, Any]) -> Key:
    return row["service_key"], row["model"], row["host"], row["training"]
