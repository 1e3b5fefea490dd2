"""What a change makes of a service that runs: its groups with other amounts and factors, selected as a build does.

Where electricity was read, tokens tell which share of it is left: computed after over computed before, on one draw.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import BILLED, SITE_PUE, ActivityGroup, evaluated, why_unknown
from estimator.builds.build_file import BuildFile, PlacedGroup
from estimator.builds.equation_selection import ledger_factors
from estimator.builds.inference_factors import WAITING, bind_serving
from estimator.builds.supplier_factors import ANSWERED, AnsweredFactors
from estimator.catalogue.default_subjects import machine_at
from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor
from estimator.comparison.program_inventory import program_inventory
from estimator.comparison.scenario import Program
from estimator.core.errors import SobriaError, sentences
from estimator.core.periods import first_day
from estimator.governance.levers.running import RunningService
from estimator.ledger.rows import COMPONENTS

INDEX = "task/question-rag"  # the task whose documents are read again
WRITTEN = ("output_tokens", "context_tokens", "mean_context_tokens", "unread_outputs")
HOURS = ("device_hours", "machine_hours", "hosted_hours")
_SAME_HOURS = ("month", "zone", "host", "machine", "device", "gap", "resource_share", "answered")


class LeverNotComputed(SobriaError):
    """A change whose gain cannot be computed, and why."""

    code = "lever_none"


@dataclass(frozen=True)
class Change:
    """A change of a service, and its target. written, hours, flight: of tokens written, of reserved hours and of
    requests in flight, what they become over what they are [1]; again: of the tokens that an index reads, those of
    documents read before [1]; bits: of a weight; program: what replaces the model."""

    kind: str
    model: str | None = None
    host: str | None = None
    zone: str | None = None
    bits: int | None = None
    written: float = 1.0
    hours: float = 1.0
    flight: float = 1.0
    again: float = 0.0
    program: Program | None = None

    def serving(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A way of serving after it."""
        told = {"model": self.model, "place": self.host, "bits": f"int{self.bits}" if self.bits else None}
        return dict(row) | {n: v for n, v in told.items() if v} | {"flight": (row.get("flight") or 1.0) * self.flight}


@dataclass(frozen=True)
class Workshop:
    """A build with what selects its factors."""

    build: BuildFile
    answered: AnsweredFactors

    def after(self, service: RunningService, change: Change) -> list[ActivityGroup]:
        """The groups of a service after a change. LeverNotComputed."""
        if change.program is not None:
            return self._program(service, change.program)
        left = self._left(service, change) if change.again or (service.read and change.kind != "place") else None
        found = [self._line(placed, change, left) for placed in service.groups]
        lines = [line.group for line in found if line.row["serving"] != WAITING]
        return lines + list(self._waiting(service, found, change))

    def left_of_reading(self, service: RunningService, change: Change) -> float:
        """What is left of the electricity that was read, at the median of its draws [1]. LeverNotComputed."""
        return uncertainty.points(self._left(service, change))[1]

    def _program(self, service: RunningService, program: Program) -> list[ActivityGroup]:
        if not service.requests:
            raise LeverNotComputed("lever_no_requests")
        day = first_day(service.months[-1])
        return program_inventory(program, service.requests, self.answered.catalogue, day)[1].groups

    def _left(self, service: RunningService, change: Change) -> Any:
        """Electricity after a change over what was read, by draw [1]; of an index, in proportion to its tokens."""
        if change.again:
            changed = self.answered.select("task_changed_share", INDEX, first_day(service.months[-1])).factor
            if changed is None:
                raise LeverNotComputed("lever_index_times")
            return 1 - change.again * (1 - uncertainty.draw(changed))
        if change.kind == "waiting":
            return self._lit(service, change)
        if not service.tokens:
            raise LeverNotComputed("lever_no_tokens")
        if service.device_hours:
            raise LeverNotComputed("lever_reserved_read")
        before, after = (sum(self._computed(line, service, c) for line in service.tokens) for c in (None, change))
        return after / before

    def _computed(self, line: Mapping[str, Any], service: RunningService, change: Change | None) -> Any:
        """Electricity of the accelerators that tokens of runs take, computed, by draw [kWh]."""
        row: dict[str, Any] = {"model": service.model, "kind": "tokens", "place": service.host, "site": "desk"}
        row |= {name: line[name] for name in ("card", "cards", "bits")} | {"flight_class": -1, "flight": None}
        row = change.serving(row) if change else row
        bounds = bind_serving(self.answered.catalogue, "-", row, first_day(line["month"]), {})
        written = line["written"] * (change.written if change else 1.0)
        again = line["again"] * (change.written if change else 1.0)
        amounts = dict.fromkeys(("unread_requests", "unread_outputs", "unsized_outputs", "mean_context_tokens"), 0.0)
        amounts |= {"output_tokens": written, "input_tokens": line["read"], "context_tokens": again}
        found = evaluated(ActivityGroup(amounts, bounds), _drawn, frozenset({"answering_energy"}))["answering_energy"]
        if found is None:
            why = why_unknown("answering_energy", ActivityGroup(amounts, bounds))
            raise LeverNotComputed("lever_unknown_after", why=sentences("missing", why or "not_asked"))
        return found

    def _lit(self, service: RunningService, change: Change) -> Any:
        """What is left of the electricity of cards, when hours in which they only wait are taken away: no more than
        they drew on average."""
        read = sum(placed.group.amounts["gpu_energy"] or 0.0 for placed in service.groups)
        idle = service.groups[0].group.bounds.get("max_power")
        share = bind_serving(self.answered.catalogue, WAITING, None, first_day(service.months[-1]), {})["device_load"]
        if idle is None or idle.factor is None or share.factor is None or not read:
            raise LeverNotComputed("lever_no_power")
        import numpy as np

        drawn = service.device_hours * uncertainty.draw(idle.factor) * uncertainty.draw(share.factor)
        return 1 - (1 - change.hours) * np.minimum(drawn / read, 1.0)

    def _line(self, placed: PlacedGroup, change: Change, left: Any) -> PlacedGroup:
        row, amounts, bounds = dict(placed.row), dict(placed.group.amounts), dict(placed.group.bounds)
        if change.host and amounts[BILLED]:
            amounts |= of_machines(placed.group)
        amounts |= {name: amounts[name] * change.written for name in WRITTEN if amounts[name]}
        amounts |= {name: amounts[name] * change.hours for name in HOURS if amounts[name]}
        if left is not None:
            parts = ["gpu_energy"] if change.kind == "waiting" else [*(f"{part}_energy" for part in COMPONENTS), BILLED]
            parts += ["media_outputs"] if change.again else []
            amounts |= {part: amounts[part] * left for part in parts if amounts.get(part)}
        if change.host:
            own = row["serving"] and row["machine"] == machine_at(row["host"])
            row |= {"host": change.host, "zone": change.zone or row["zone"]}
            row |= {"machine": machine_at(change.host)} if own else {}
            row["answered"] = self.answered.mark(change.host, first_day(row["month"]))
            for attribute in ANSWERED:
                bounds |= self._bound(attribute, row)
        serving = self.build.servings.get(row["serving"])
        if serving is not None:
            changed = change.serving(serving)
            bounds |= self._serving(row, changed)
        return PlacedGroup(row, ActivityGroup(amounts, bounds))

    def _bound(self, attribute: str, row: Mapping[str, Any]) -> dict[str, SelectedFactor]:
        subject, day = f"{row[attribute]}{row['answered']}", first_day(row["month"])
        return {name: self.answered.select(name, subject, day) for name in _hanging_on(attribute)}

    def _serving(self, row: Mapping[str, Any], serving: Mapping[str, Any] | None) -> dict[str, SelectedFactor]:
        name = row["serving"] if serving is not None else WAITING
        found = bind_serving(self.answered.catalogue, name, serving, first_day(row["month"]), self.build.own)
        return {name: found[name] for name in _hanging_on("serving")}

    def _waiting(self, service: RunningService, after: list[PlacedGroup], change: Change) -> Iterator[ActivityGroup]:
        """Reserved hours that no answer takes after a change: the time that answers no longer take is waited."""
        for before, line in zip(service.groups, after, strict=True):
            row, held = before.row, before.group.amounts["hosted_hours"]
            busy = before.group.values.get("answering_hours")
            if not held or busy is None or row["serving"] == WAITING:
                continue
            now = line.group.values["answering_hours"]
            waits = [p for p in after if p.row["serving"] == WAITING and _same_hours(p.row, line.row)]
            share = before.group.amounts["resource_share"] or 0.0
            if waits:
                hours = (
                    (waits[0].group.amounts["working_hours"] or 0.0) - (1 - change.hours) * share * held + busy - now
                )
            else:
                hours = change.hours * share * held - now
            bounds = dict(line.group.bounds) | self._serving(line.row, None)
            blank = dict.fromkeys(line.group.amounts)
            yield ActivityGroup(blank | {"working_hours": max(hours, 0.0), "resource_share": share}, bounds)


def of_machines(group: ActivityGroup) -> dict[str, Any]:
    """Amounts of a group whose machines move, and not what cools them: the electricity of their site is theirs over its
    PUE, by draw. LeverNotComputed."""
    pue = group.bounds[SITE_PUE]
    if pue.factor is None:
        raise LeverNotComputed("lever_unknown_after", why=sentences("missing", pue.missing or "not_asked"))
    read = {f"{part}_energy": group.amounts.get(f"{part}_energy") or 0.0 for part in COMPONENTS}
    billed = group.amounts[BILLED] / uncertainty.draw(pue.factor)
    return read | {"other_energy": read["other_energy"] + billed, BILLED: None}


@cache
def _hanging_on(attribute: str) -> tuple[str, ...]:
    """The factors that an attribute of a row decides."""
    return tuple(name for name in ledger_factors() if load().quantities[name].hangs_on == attribute)


def _same_hours(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in _SAME_HOURS)


def _drawn(_: str, item: Any) -> Any:
    return uncertainty.draw(item)
