"""Fold of the events of a use case into its current state, independent of the order of reading."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from estimator.core.event_log import MOMENT, Event, Fault
from estimator.governance.register.schema import (
    Alternative,
    Attachment,
    Decision,
    Detached,
    Pattern,
    QualityFound,
    Review,
    Stage,
    Staged,
    UseCase,
    UseCaseFacts,
)


@dataclass(frozen=True)
class Conflict:
    """Two concurrent events. Both count; `fields`: those replaced by the later one
    and not settled since (empty: nothing was lost)."""

    use_case: str
    events: tuple[Event, Event]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ReplayedUseCase:
    """A use case (None without a creation event), its ordered events, its conflicts, the quarantined events."""

    use_case: UseCase | None
    history: tuple[Event, ...]
    conflicts: tuple[Conflict, ...]
    faults: tuple[Fault, ...]


def fold(events: Iterable[Event]) -> ReplayedUseCase:
    """Fold the events of one use case."""
    history = in_order(events)
    known = {event.event for event in history}
    faults = [Fault(e.event, "previous_absent") for e in history if e.previous and e.previous not in known]
    state: UseCase | None = None
    applied = []
    for event in history:
        try:
            state = apply(state, event)
            applied.append(event)
        except (ValidationError, LookupError):
            faults.append(Fault(event.event, "not_applied"))
    return ReplayedUseCase(state, tuple(applied), tuple(_conflicts(applied)), tuple(faults))


def as_of(history: Sequence[Event], day: date, ran: int | None = None) -> UseCase | None:
    """A use case as it was at the end of a day; None where nothing says that it was there. history: its events, as they
    were folded; ran: the year of its first known run.

    An event tells of the day on which it was written, or of the one that it says. A use was there from the first day
    that anything tells of it, under the facts first written of it; one under way when it was written down was in the
    stage that it was then given, from the year of its first run.
    """
    under_way = _under_way(history, ran) if ran else None
    known = [date(ran, 1, 1)] if ran and under_way else []
    if not history or min(known + [said for event in history for said in (_day(event), *_days_said(event))]) > day:
        return None
    state: UseCase | None = None
    staged = False
    for event in filter(None, (_told_by(day, event) for event in history)):
        state, staged = apply(state, event), staged or event.kind == "staged"
    assert state is not None
    if (state.alternative.date or day) > day:
        state = state.model_copy(update={"alternative": Alternative()})
    if under_way and not staged and known[0] <= day:
        state = state.model_copy(update={"stage": under_way, "started": known[0]})
    return state


def _under_way(history: Sequence[Event], ran: int) -> Stage | None:
    """The first stage given to a use, where it was on the day of its creation, or in a year after that of its first
    run: no month of its runs is told by that."""
    moved = ((_day(event), Staged.model_validate(event.data).stage) for event in history if event.kind == "staged")
    first = next(((day, stage) for day, stage in moved if stage != "idee"), None)
    if first is None or (first[0] != _day(history[0]) and first[0].year <= ran):
        return None
    return "experimentation" if first[1] == "retrait" else first[1]


def _told_by(day: date, event: Event) -> Event | None:
    """What an event tells of a use by the end of a day: all of it, the answer about AI that it dates, or nothing."""
    if _day(event) <= day and event.kind in ("changed", "staged"):
        return event
    match event.kind:
        case "created" | "attached" | "detached":  # an attachment says itself from which run it holds
            return event
        case "reviewed" | "quality" | "decided":
            return event if next(_days_said(event), _day(event)) <= day else None
        case "changed" if next(_days_said(event), date.max) <= day:
            return event.model_copy(update={"data": {"alternative": event.data["alternative"]}})
    return None


def _days_said(event: Event) -> Iterator[date]:
    """The days that an event says of what was done; the one on which a review is due is none."""
    data = event.data
    for said in ((data.get("alternative") or {}).get("date"), data.get("date"), data.get("done"), data.get("since")):
        if said:
            yield date.fromisoformat(str(said).strip())


def in_order(events: Iterable[Event]) -> list[Event]:
    """Causal order: each event after the one that its author had read; concurrent ones by time, then hash."""
    by_id = {event.event: event for event in events}
    after: dict[str | None, list[Event]] = defaultdict(list)
    for event in by_id.values():
        after[event.previous if event.previous in by_id else None].append(event)
    ready = [(event.order, event) for event in after[None]]
    heapq.heapify(ready)
    found = []
    while ready:
        _, event = heapq.heappop(ready)
        found.append(event)
        for child in after[event.event]:
            heapq.heappush(ready, (child.order, child))
    return found


def apply(state: UseCase | None, event: Event) -> UseCase:
    """The state after an event. ValidationError or LookupError when its data do not apply."""
    data = event.data
    if state is None:
        if event.kind != "created":
            raise LookupError(event.use_case)
        facts = UseCaseFacts.model_validate(data)
        return UseCase(id=event.use_case, head=event.event, **_fields(facts))
    return state.model_copy(update={**_update(state, event, data), "head": event.event})


def _update(state: UseCase, event: Event, data: Mapping[str, Any]) -> dict[str, Any]:
    match event.kind:
        case "created" | "changed":
            facts = UseCaseFacts.model_validate(_facts(state) | dict(data))
            return _fields(facts) | ({"model_since": _day(event)} if state.model not in ("", facts.model) else {})
        case "staged":
            stage = Staged.model_validate(data).stage
            started = state.started or (None if stage == "idee" else _day(event))
            return {"stage": stage, "started": started, "moves": (*state.moves, len(state.decisions))}
        case "reviewed":
            review = Review.model_validate(data)
            return {"planned": None, "reviews": (*state.reviews, review)} if review.done else {"planned": review.due}
        case "quality":
            return {"qualities": (*state.qualities, QualityFound.model_validate(data))}
        case "decided":
            return {"decisions": (*state.decisions, Decision.model_validate(data))}
        case "attached":
            pattern = _fields(Pattern.model_validate(data))
            new = Attachment(id=event.event, use_case=state.id, at=event.at, **pattern)
            return {"attachments": (*state.attachments, new)}
        case "detached":
            return {"attachments": _remaining_attachments(state.attachments, Detached.model_validate(data))}


def _remaining_attachments(attachments: Sequence[Attachment], stop: Detached) -> tuple[Attachment, ...]:
    """The attachments without the cancelled one, or with the end day of the ended one."""
    if stop.attachment not in {a.id for a in attachments}:
        raise LookupError(stop.attachment)
    kept = (a for a in attachments if a.id != stop.attachment or stop.until)
    return tuple(a.model_copy(update={"until": stop.until}) if a.id == stop.attachment else a for a in kept)


def _fields(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _facts(state: UseCase) -> dict[str, Any]:
    return {name: getattr(state, name) for name in UseCaseFacts.model_fields}


def _day(event: Event) -> date:
    return datetime.strptime(event.at, MOMENT).date()


def _replaced_fields(event: Event) -> set[str]:
    """The fields replaced by an event."""
    if event.kind in ("created", "changed"):
        return set(event.data)
    return {"stage"} if event.kind == "staged" else set()


def _conflicts(history: Sequence[Event]) -> Iterable[Conflict]:
    """Pairs of events with the same parent."""
    siblings: dict[str | None, list[int]] = defaultdict(list)
    for place, event in enumerate(history):
        siblings[event.previous].append(place)
    for places in siblings.values():
        for first, second in combinations(places, 2):
            settled = {name for event in history[second + 1 :] for name in _replaced_fields(event)}
            pair = (history[first], history[second])
            lost = {
                f for f in _replaced_fields(pair[0]) & _replaced_fields(pair[1]) if pair[0].data[f] != pair[1].data[f]
            }
            yield Conflict(pair[0].use_case, pair, tuple(sorted(lost - settled)))
