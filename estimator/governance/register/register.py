"""The register of AI use cases of a home: operations and queries."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.event_log import Event, EventFolder, Fault, Kind, Store, TrialStore, make_event, moment_after
from estimator.core.fields import Author, Choice, on_one_scale
from estimator.core.home import SAMPLE_MARK
from estimator.core.number_format import sentences_with
from estimator.core.refusals import FieldsRefused, ListedRefusal, checked, field_label
from estimator.governance.register.refusals import (
    ChangeRefused,
    ClosedUseCase,
    NotThere,
    RegisterTorn,
    StageOrder,
    StageRefused,
    UseCaseKnown,
    UseCaseUnknown,
)
from estimator.governance.register.replay import Conflict, ReplayedUseCase, as_of, fold
from estimator.governance.register.schema import (
    CLOSING,
    OUTCOMES,
    STAGES,
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
    UseCaseId,
)
from estimator.governance.register.stage_rules import StageRule, lacking

DUE_DAYS = 30
_NOBODY = Author(who="-", why="-")


@dataclass(frozen=True)
class Due:
    """A review overdue, or due soon."""

    use_case: UseCase
    day: date
    late: bool


@dataclass(frozen=True)
class StageCounts:
    """Counts of use cases by stage and outcome; past « idee », count of those with a written non-AI answer."""

    stages: dict[str, int]
    outcomes: dict[str, int]
    non_ai_reviewed: int
    past_idea: int


class Register:
    """The use cases in `<home>/register`. Every writing method returns the updated use case.

    Fields come as plain values and are validated here: FieldsRefused lists every fault.
    """

    def __init__(self, home: Path, store: Store | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.store = store or EventFolder(home)
        self.now = now or (lambda: datetime.now(UTC))
        self.invented = (home / SAMPLE_MARK).exists()

    def trial(self) -> tuple["Register", TrialStore]:
        """A register in memory on top of this one, and what it writes, until that is kept."""
        store = TrialStore(self.store)
        tried = Register(Path(), store, self.now)
        tried.invented = self.invented
        return tried, store

    def use_cases(self) -> list[UseCase]:
        """All of them, by id."""
        return [f.use_case for _, f in sorted(self._all().items()) if f.use_case]

    def use_cases_of(self, day: date, ran: Mapping[str, int]) -> list[UseCase]:
        """Those that were there at the end of a day, by id, as they then were. ran: the year of the first known run
        of each."""
        found = (as_of(folded.history, day, ran.get(id)) for id, folded in sorted(self._all().items()))
        return [case for case in found if case]

    def use_case(self, id: str) -> UseCase:
        """One of them. UseCaseUnknown."""
        return self._state(self._one(id), id)

    def history(self, id: str) -> list[Event]:
        """Its events, first to last. UseCaseUnknown."""
        folded = self._one(id)
        self._state(folded, id)
        return list(folded.history)

    def create(self, facts: Mapping[str, Any], author: Author, id: str | None = None) -> UseCase:
        """A new use case at stage « idee »; its id is made from its name unless given. UseCaseKnown,
        use_case_twice: another has these very facts."""
        found = checked(UseCaseFacts, facts, context={"invented": self.invented})
        if twin := next((case for case in self.use_cases() if _facts(case) == _facts(found)), None):
            first = self.history(twin.id)[0]
            raise SobriaError("use_case_twice", name=twin.name, id=twin.id, who=first.who, day=first.at[:10])
        taken = {event.use_case for event in self.store.read()[0]}
        name = checked(UseCaseId, {"id": id}).id if id else free_id(found.name, taken)
        if name in taken:
            raise UseCaseKnown(id=name)
        return self._write(name, "created", found, author)

    def change(self, id: str, changes: Mapping[str, Any], author: Author) -> UseCase:
        """Replace some fields; only differences from what the author had read are written, if any.

        ChangeRefused when the current stage requires a removed field.
        """
        case = self.use_case(id)
        old, now = _facts(self._version_read(id, author)), _facts(case)
        moved = changes.get("commune", old["commune"]) != old["commune"]
        facts = checked(UseCaseFacts, old | dict(changes), context={"invented": self.invented or not moved})
        new = _facts(facts)
        changed = {name for name in new if new[name] != old[name] and new[name] != now[name]}
        if not changed:
            return case
        after = case.model_copy(update={name: getattr(facts, name) for name in changed})
        if "threshold" in changed:
            _check_scale(after, "threshold_value")
        lost = [rule for rule in lacking(after, case.stage) if rule not in lacking(case, case.stage)]
        if lost:
            raise ChangeRefused(_unmet_conditions(lost), name=case.name, stage=_label(case.stage))
        return self._write(id, "changed", facts.model_dump(mode="json", include=changed), author)

    def move(self, id: str, stage: Stage, author: Author) -> UseCase:
        """Move to the next stage, if its conditions are met, or back. StageRefused, StageOrder, ClosedUseCase."""
        case = self.use_case(id)
        target = checked(Staged, {"stage": stage})
        step = STAGES.index(target.stage) - STAGES.index(case.stage)
        if step == 0 or step > 1:
            following = STAGES[min(STAGES.index(case.stage) + 1, len(STAGES) - 1)]
            labels = {"stage": _label(case.stage), "target": _label(stage), "following": _label(following)}
            raise StageOrder(name=case.name, **labels)
        if step > 0 and stage != "retrait" and case.decision and case.decision.what in CLOSING:
            said = _label(case.decision.what, "register_decisions")
            raise ClosedUseCase(name=case.name, day=case.decision.date, decision=said)
        return self._stage(case, target, author)

    def enter(self, id: str, stage: Stage, author: Author) -> UseCase:
        """Set the stage of a use case already under way at registration: conditions apply, order does not."""
        case = self.use_case(id)
        target = checked(Staged, {"stage": stage})
        if case.started:
            return self.move(id, stage, author)
        return self._stage(case, target, author)

    def review(self, id: str, review: Mapping[str, Any], author: Author) -> UseCase:
        """Record a review; without `done`, plan the next one, by default on the expected day."""
        case = self.use_case(id)
        planned = {} if "done" in review else {"due": case.next_review or self.now().date()}
        return self._write(id, "reviewed", checked(Review, planned | dict(review), "review"), author)

    def record_quality(self, id: str, found: Mapping[str, Any], author: Author) -> UseCase:
        """Record a tested quality; by default by the test of the threshold."""
        case = self.use_case(id)
        test = {"test": case.threshold.test} if case.threshold else {}
        quality = checked(QualityFound, test | dict(found), "quality")
        _check_scale(case.model_copy(update={"qualities": (quality,)}), "quality_value")
        return self._write(id, "quality", quality, author)

    def decide(self, id: str, decision: Mapping[str, Any], author: Author) -> UseCase:
        """Record a decision with its reasons."""
        self.use_case(id)
        return self._write(id, "decided", checked(Decision, decision, "decision"), author)

    def attach(self, id: str, pattern: Mapping[str, Any], author: Author) -> UseCase:
        """Attach runs to a use case by a pattern; not again what it says already, unless another use came after it."""
        case, said, names = self.use_case(id), checked(Pattern, pattern, "attachment"), set(Pattern.model_fields)
        for found in reversed(self.attachments()):
            if found.use_case != id:
                break
            if found.until is None and found.model_dump(include=names) == said.model_dump():
                return case
        return self._write(id, "attached", said, author)

    def detach(self, id: str, attachment: str, author: Author, until: date | None = None) -> UseCase:
        """End an attachment on a day; without a day, cancel it. NotThere."""
        found = checked(Detached, {"attachment": attachment, "until": until}, "attachment")
        if attachment not in {a.id for a in self.use_case(id).attachments}:
            raise NotThere(id=id, read=attachment)
        return self._write(id, "detached", found, author)

    def due(self, today: date) -> list[Due]:
        """Reviews overdue or due within 30 days, the latest first."""
        limit = today + timedelta(days=DUE_DAYS)
        found = [Due(c, c.next_review, c.next_review < today) for c in self.use_cases() if c.next_review]
        return sorted((d for d in found if d.day <= limit), key=lambda d: (d.day, d.use_case.id))

    def counts(self) -> StageCounts:
        """Use cases by stage and by outcome, and the non-AI question: numerator and denominator."""
        cases = self.use_cases()
        stages, outcomes = Counter(c.stage for c in cases), Counter(c.outcome for c in cases)
        past = [c for c in cases if c.stage != "idee"]
        return StageCounts(
            stages={name: stages[name] for name in STAGES},
            outcomes={name: outcomes[name] for name in OUTCOMES},
            non_ai_reviewed=sum(c.alternative.answer != "non_etudiee" for c in past),
            past_idea=len(past),
        )

    def conflicts(self) -> list[Conflict]:
        """Concurrent events: their authors had not read each other's."""
        return [conflict for _, folded in sorted(self._all().items()) for conflict in folded.conflicts]

    def attachments(self) -> list[Attachment]:
        """All attachments, in order of writing."""
        return sorted((a for c in self.use_cases() for a in c.attachments), key=lambda a: (a.at, a.id))

    def faults(self) -> list[Fault]:
        """Quarantined files and events."""
        return self.store.read()[1] + [f for _, folded in sorted(self._all().items()) for f in folded.faults]

    def _all(self) -> dict[str, ReplayedUseCase]:
        by_case: dict[str, list[Event]] = defaultdict(list)
        for event in self.store.read()[0]:
            by_case[event.use_case].append(event)
        return {id: fold(events) for id, events in by_case.items()}

    def _one(self, id: str) -> ReplayedUseCase:
        return fold(event for event in self.store.read()[0] if event.use_case == id)

    def _state(self, folded: ReplayedUseCase, id: str) -> UseCase:
        if folded.use_case is None:
            raise UseCaseUnknown(id=id)
        return folded.use_case

    def _version_read(self, id: str, author: Author) -> UseCase:
        """The use case at the version read by its author. NotThere."""
        history = self.history(id)
        _check_seen(id, author, history)
        ids = [event.event for event in history]
        return self._state(fold(history[: ids.index(author.seen) + 1] if author.seen else history), id)

    def _stage(self, case: UseCase, target: Staged, author: Author) -> UseCase:
        lacks = lacking(case, target.stage)
        if lacks:
            raise StageRefused(_unmet_conditions(lacks), name=case.name, stage=_label(target.stage))
        return self._write(case.id, "staged", target, author)

    def _write(self, id: str, kind: Kind, data: BaseModel | Mapping[str, Any], author: Author) -> UseCase:
        """Write an event after the last one, or after the version read by the author; an attachment, after those of all
        uses. NotThere, RegisterTorn."""
        if damaged := self.store.read()[1]:
            raise RegisterTorn([fault.as_dict() for fault in damaged])
        history = self._one(id).history
        _check_seen(id, author, history)
        fields = {
            "use_case": id,
            "kind": kind,
            "who": author.who,
            "why": author.why,
            "previous": author.seen or (history[-1].event if history else None),
            "data": data.model_dump(mode="json") if isinstance(data, BaseModel) else dict(data),
        }
        now = moment_after(self.attachments(), self.now()) if kind == "attached" else self.now()
        self.store.write(make_event(fields, now))
        return self.use_case(id)


def author(who: str, why: str, seen: str | None = None) -> Author:
    """Author (a function or a service), reason, and the `head` of the use case that they had read."""
    return checked(Author, {"who": who, "why": why, "seen": seen}, "author")


def author_of_what(who: str, why: str, attempt: Callable[[Author], object], seen: str | None = None) -> Author:
    """Author of what a form asks to write. FieldsRefused lists who, why, and the fields that `attempt` refuses: it is
    made only where who or why is refused, by nobody in particular, and is to write nothing."""
    try:
        return author(who, why, seen)
    except FieldsRefused as error:
        try:
            attempt(_NOBODY.model_copy(update={"seen": seen}))
        except ListedRefusal as other:
            raise FieldsRefused([*error.items, *(item for item in other.items if "field" in item)]) from error
        except SobriaError:  # of no field: said once who and why are there
            pass
        raise


def author_of_choice(id: str, who: str, why: str) -> Author:
    """Author of what is done to the thing that a form lets choose, by its id. FieldsRefused, of each that is empty."""
    checked(Choice, {"id": id, "who": who, "why": why}, "author")
    return author(who, why)


def free_id(name: str, taken: set[str]) -> str:
    """An id of letters and digits of a name without accents, joined by hyphens, with a number if already used."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or "cas"
    number = 1
    while (base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return base if number == 1 else f"{base}-{number}"


def _check_seen(id: str, author: Author, history: Sequence[Event]) -> None:
    if author.seen and author.seen not in {event.event for event in history}:
        raise NotThere(id=id, read=author.seen)


def _check_scale(case: UseCase, field: str) -> None:
    """FieldsRefused, of this field, when the quality and the threshold of one test are not on one scale."""
    if case.threshold and case.tested and not on_one_scale(case.tested.value, case.threshold.value):
        label = {lang: field_label(field, lang) for lang in LANGUAGES}
        marks = {"read": case.tested.value, "expected": case.threshold.value}
        said = sentences_with("register_problems", "scales", field=label, name=case.threshold.test, **marks)
        raise FieldsRefused([said | {"field": field}])


def _facts(model: UseCaseFacts) -> dict[str, Any]:
    return model.model_dump(include=set(UseCaseFacts.model_fields))


def _unmet_conditions(rules: list[StageRule]) -> list[dict[str, str]]:
    return [rule.as_dict() for rule in rules]


def _label(word: str, section: str = "register_stages") -> dict[str, str]:
    """The name of an allowed word in each language."""
    return {lang: say(section, word, lang) for lang in LANGUAGES}
