"""Commitments of the council, besides the register: objectives, budgets, training, publications."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from estimator.core.errors import LANGUAGES, SobriaError, say, sentences
from estimator.core.event_log import Fault, RecordFolder, make_record
from estimator.core.fields import Author, Strict
from estimator.core.home import SAMPLE_MARK
from estimator.core.refusals import ListedRefusal, checked, field_label
from estimator.core.searched_text import as_compared
from estimator.core.storage.storage import storage_at
from estimator.governance.commitments.schema import (
    Budget,
    Correction,
    Dated,
    Kind,
    Objective,
    Publication,
    Statement,
    StatementWithdrawal,
    Training,
    Vote,
    What,
)
from estimator.governance.register.register import Register

FOLDER = "commitments"
SMALLEST_GROUP = 5

M = TypeVar("M", bound=Strict)
D = TypeVar("D", bound=Dated)
V = TypeVar("V", bound=Vote)
KINDS: Mapping[type[Strict], Kind] = {
    Objective: "objective",
    Budget: "budget",
    Training: "training",
    Publication: "publication",
    Correction: "correction",
    StatementWithdrawal: "withdrawn",
}


class CommitmentRefused(ListedRefusal):
    """Invalid fields: what was read, what was expected."""


class StatementUnknown(SobriaError):
    """No statement has this id, or it is of another kind."""


@dataclass(frozen=True)
class CommitmentEntry(Generic[M]):
    """A statement: id, time, author and reason; `withdrawn`: why it no longer counts, else empty."""

    id: str
    at: str
    who: str
    why: str
    said: M
    withdrawn: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Id, time, author, reason, whether it was withdrawn, then its fields."""
        about = {"id": self.id, "at": self.at, "who": self.who, "why": self.why, "withdrawn": self.withdrawn}
        return about | self.said.model_dump(mode="json")


@dataclass(frozen=True)
class Published:
    """A publication and its later corrections, by date."""

    entry: CommitmentEntry[Publication]
    corrections: tuple[CommitmentEntry[Correction], ...]

    def as_dict(self) -> dict[str, Any]:
        """The fields of the publication, then its corrections."""
        return self.entry.as_dict() | {"corrections": [c.as_dict() for c in self.corrections]}


class Trained(NamedTuple):
    """Agents trained, agents with access to AI tools, services with a statement."""

    trained: int
    with_access: int
    services: int


class TrainingGroup(NamedTuple):
    """A line large enough to publish: a service, or several small ones together (None)."""

    service: str | None
    trained: int
    with_access: int


class Commitments:
    """The statements in `<home>/commitments`, append-only: a later one replaces an earlier one.

    Fields come as plain values and are validated here: CommitmentRefused lists every fault.
    """

    def __init__(self, home: Path, now: Callable[[], datetime] | None = None) -> None:
        self.home = home
        self.store = RecordFolder(storage_at(home, FOLDER), Statement)
        self.now = now or (lambda: datetime.now(UTC))

    def vote_objective(self, fields: Mapping[str, Any], author: Author) -> CommitmentEntry[Objective]:
        """An objective; from its day on, it replaces the previous one for this indicator and territory."""
        return self._write(self._checked(Objective, fields), author)

    def vote_budget(self, fields: Mapping[str, Any], author: Author) -> CommitmentEntry[Budget]:
        """A yearly ceiling; it replaces the previous one for this indicator, territory or use, and year.
        UseCaseUnknown."""
        found = self._checked(Budget, fields)
        if found.use_case:
            Register(self.home).use_case(found.use_case)
        return self._write(found, author)

    def state_training(self, fields: Mapping[str, Any], author: Author) -> CommitmentEntry[Training]:
        """Training figures of a service."""
        return self._write(self._checked(Training, fields), author)

    def publish(self, fields: Mapping[str, Any], author: Author) -> CommitmentEntry[Publication]:
        """A publication. UseCaseUnknown."""
        found = self._checked(Publication, fields)
        if found.use_case:
            Register(self.home).use_case(found.use_case)
        return self._write(found, author)

    def correct(self, fields: Mapping[str, Any], author: Author) -> CommitmentEntry[Correction]:
        """A correction of a publication, on its day or later. StatementUnknown."""
        found = self._checked(Correction, fields)
        known = {e.id: e.said for e in self.entries(Publication)}
        if found.publication not in known:
            raise StatementUnknown(read=found.publication)
        if found.date < known[found.publication].date:
            raise _refusal("before", "correction_date", found.date, known[found.publication].date)
        return self._write(found, author)

    def withdraw(self, id: str, author: Author) -> None:
        """Withdraw a statement entered by mistake; `author.why` is the mistake. StatementUnknown."""
        if id not in {s.event for s in self.store.read()[0] if s.kind != "withdrawn"}:
            raise StatementUnknown(read=id)
        self._write(StatementWithdrawal(statement=id), author)

    def objective(self, indicator: str, territory: str, day: date) -> Objective | None:
        """The objective in force on a day, None without a vote."""
        return _last(o for o in self._standing(Objective, day) if o.about == (indicator, territory))

    def budget(self, indicator: str, territory: str, year: int, use_case: str | None = None) -> Budget | None:
        """The ceiling of a year by the last vote, of a territory or of one use, None without a vote."""
        about = (indicator, year, use_case, None if use_case else territory)
        return _last(b for b in self._standing(Budget) if b.about == about)

    def replaced(self, kind: type[V]) -> dict[str, CommitmentEntry[V]]:
        """The vote that judges in place of each that no longer does, by the id of the latter."""
        standing = [e for e in self.entries(kind) if not e.withdrawn]
        judges = {e.said.about: e for e in standing}
        return {e.id: judges[e.said.about] for e in standing if judges[e.said.about] is not e}

    def with_budget(self, year: int) -> list[str]:
        """The territories with a ceiling of a year."""
        return sorted({b.territory for b in self._standing(Budget) if b.year == year and not b.use_case})

    def trained(self, day: date, until: date | None = None) -> Trained | None:
        """The last statement of each service up to a day, summed; None without statements. until: without any service
        of which that one, or one since, up to this other day, is of fewer than 5 agents with access."""
        last = self._services(day)
        if until is not None:
            since = (t.date for t in self._standing(Training, until) if t.date > day)
            fewest = self.with_access(day, *since)
            last = [t for t in last if fewest[as_compared(t.service)] >= SMALLEST_GROUP]
        return Trained(sum(t.trained for t in last), sum(t.with_access for t in last), len(last)) if last else None

    def with_access(self, *days: date) -> dict[str, int]:
        """The fewest agents with access to AI tools on any of these days, by service (as it is compared), from the last
        statement of each up to that day."""
        said, found = self._standing(Training), dict[str, int]()
        for day in days:
            for service, heads in {as_compared(t.service): t.with_access for t in said if t.date <= day}.items():
                found[service] = min(heads, found.get(service, heads))
        return found

    def without_use(self, likeness: float) -> dict[str, list[str]]:
        """The services whose agents are stated and that no use of the register has, each with those of uses whose name
        is near: of this likeness [0 to 1]."""
        uses = {as_compared(case.service): case.service for case in Register(self.home).use_cases()}
        said = {as_compared(t.service): t.service for t in self._standing(Training)}
        absent = {name: get_close_matches(of, uses, cutoff=likeness) for of, name in said.items() if of not in uses}
        return {name: [uses[one] for one in near] for name, near in absent.items()}

    def training_groups(self, day: date) -> list[TrainingGroup]:
        """The same by service, without any group of less than 5 agents with access: small ones are merged, with the
        next smallest service if still too few. Empty when all of them together are too few.
        """
        kept = sorted(self._services(day), key=lambda t: (-t.with_access, as_compared(t.service)))
        merged: list[Training] = []
        while kept and (kept[-1].with_access < SMALLEST_GROUP or 0 < _access(merged) < SMALLEST_GROUP):
            merged.append(kept.pop())
        groups = [TrainingGroup(t.service, t.trained, t.with_access) for t in kept]
        if _access(merged):
            groups.append(TrainingGroup(None, sum(t.trained for t in merged), _access(merged)))
        return groups if sum(g.with_access for g in groups) >= SMALLEST_GROUP else []

    def publications(self, what: What | None = None, until: date | None = None) -> list[Published]:
        """Publications up to a day, in order, withdrawn ones included, each with its corrections."""
        corrections = self.entries(Correction)
        return [
            Published(e, tuple(c for c in corrections if c.said.publication == e.id))
            for e in self.entries(Publication)
            if what in (None, e.said.what) and (until is None or e.said.date <= until)
        ]

    def published(self, use_case: str, day: date, what: What = "evaluation") -> Publication | None:
        """The last publication about a use case up to a day, its evaluation unless said otherwise, or None."""
        about = (use_case, what)
        return _last(p for p in self._standing(Publication, day) if (p.use_case, p.what) == about)

    def entries(self, kind: type[D]) -> list[CommitmentEntry[D]]:
        """Every statement of a kind, withdrawn or not, by date, then in order of writing."""
        reasons = {e.said.statement: e.why for e in self._all(StatementWithdrawal)}
        found = [CommitmentEntry(e.id, e.at, e.who, e.why, e.said, reasons.get(e.id, "")) for e in self._all(kind)]
        return sorted(found, key=lambda e: (e.said.date, e.at, e.id))

    def faults(self) -> list[dict[str, str]]:
        """Quarantined files and statements: {"code", "about"} and each language."""
        statements, faults = self.store.read()
        kinds = {name: kind for kind, name in KINDS.items()}
        faults += [Fault(s.event, "not_applied") for s in statements if _model(kinds[s.kind], s) is None]
        return [sentences("commitments_faults", f.code, about=f.about) | {"about": f.about} for f in faults]

    def _all(self, kind: type[M]) -> list[CommitmentEntry[M]]:
        found = []
        for record in sorted(self.store.read()[0], key=lambda r: r.order):
            said = _model(kind, record) if record.kind == KINDS[kind] else None
            if said is not None:
                found.append(CommitmentEntry(record.event, record.at, record.who, record.why, said))
        return found

    def _standing(self, kind: type[D], day: date | None = None) -> list[D]:
        """Statements in force on a day, the last one last."""
        return [e.said for e in self.entries(kind) if not e.withdrawn and (day is None or e.said.date <= day)]

    def _services(self, day: date) -> list[Training]:
        """The last statement of each service."""
        return list({as_compared(t.service): t for t in self._standing(Training, day)}.values())

    def _checked(self, kind: type[M], fields: Mapping[str, Any]) -> M:
        said_in = {"now": self.now(), "invented": (self.home / SAMPLE_MARK).exists()}
        return checked(kind, fields, KINDS[kind], CommitmentRefused, said_in)

    def _write(self, said: M, author: Author) -> CommitmentEntry[M]:
        about = {"kind": KINDS[type(said)], "who": author.who, "why": author.why}
        record = make_record(Statement, about | {"data": said.model_dump(mode="json")}, self.store.moment(self.now()))
        self.store.write(record)
        return CommitmentEntry(record.event, record.at, record.who, record.why, said)


def author(who: str, why: str) -> Author:
    """Author (a function or a service) and reason. CommitmentRefused."""
    return checked(Author, {"who": who, "why": why}, "author", CommitmentRefused)


def expected(objective: Objective, year: int, reference_value: float) -> float:
    """Value in a year on the straight line from the reference year to the due year [estimator's unit].

    Before these years, the reference value; after, the target.
    """
    target = objective.target(reference_value)
    assert target is not None
    done = (year - objective.reference_year) / (objective.due_year - objective.reference_year)
    return reference_value + (target - reference_value) * min(max(done, 0.0), 1.0)


def _refusal(code: str, field: str, read: object, expected: object = "") -> CommitmentRefused:
    """The refusal of one field."""
    said = {
        lang: say("register_problems", code, lang, field=field_label(field, lang), read=read, expected=expected)
        for lang in LANGUAGES
    }
    return CommitmentRefused([{"code": code} | said])


def _model(kind: type[M], record: Statement) -> M | None:
    """The model of a record, None when invalid."""
    try:
        return kind.model_validate(record.data)
    except ValidationError:
        return None


def _last(found: Iterable[D]) -> D | None:
    return next(iter(reversed(list(found))), None)


def _access(trainings: Sequence[Training]) -> int:
    return sum(t.with_access for t in trainings)
