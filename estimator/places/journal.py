"""What people say of places: hosts of their own, rules and suppliers' answers, each a signed dated file that a later
one may withdraw."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from estimator.catalogue.default_subjects import THREAD_MACHINES
from estimator.catalogue.load import load, name_hosts, of_tables
from estimator.catalogue.provider_addresses import usual_host
from estimator.catalogue.resolver import Places, zone_named
from estimator.catalogue.schema import Subject
from estimator.catalogue.selection import given
from estimator.core.errors import SobriaError
from estimator.core.event_log import RecordFolder, SignedRecord, make_record
from estimator.core.fields import Author, Strict, Text, near_when_said
from estimator.core.home import PLACES, settings
from estimator.core.refusals import ListedRefusal, checked, field_problem
from estimator.core.storage.storage import storage_at
from estimator.places.supplier_answers import SupplierAnswer, check_together
from estimator.places.supplier_answers import checked as checked_answer

SHORTEST = 8  # minimum length of an id prefix
MATCHED = ("run", "file", "service", "model", "address", "sender")
STATED = ("host", "zone", "machine", "device", "cards", "vcpus", "load")
WHOLE = ((MATCHED, "place_of_what"), (STATED, "place_where"))  # a rule has one field of each; else what it lacks
HARDWARE = ("machine", "device", "cards", "vcpus", "load")

_ESCAPED = re.compile(r"\[([\[*?])\]")  # a sign of patterns, for itself
_NAME = re.compile(r"(?=.{1,60}$)[a-z0-9]+([-._/][a-z0-9]+)*")

M = TypeVar("M", bound=Strict)
Mark = Annotated[str, StringConstraints(pattern=r"^\S+$", max_length=200)]
SaidDay = Annotated[date, AfterValidator(near_when_said)]


class PlaceRefused(ListedRefusal):
    """Invalid fields of a rule or of a host: what was read, what was expected."""


class PlaceRule(Strict):
    """Where the runs ran that match all that is given of them, from one day to before another.

    run: id of a row or of a run; file, service, model, address: `*` matches any letters; sender: mark of a token.
    zone, host, machine, device: subjects; cards: of one server; vcpus: threads of a virtual machine; load: requests in
    flight.
    """

    run: Mark | None = None
    file: Text | None = None
    service: Text | None = None
    model: Text | None = None
    address: Text | None = None
    sender: Mark | None = None
    host: Text | None = None
    zone: Text | None = None
    machine: Text | None = None
    device: Text | None = None
    cards: int | None = Field(None, gt=0, le=999_999)
    vcpus: float | None = Field(None, gt=0, le=9_999)
    load: float | None = Field(None, gt=0)
    since: SaidDay | None = None
    until: SaidDay | None = None

    @model_validator(mode="after")
    def _whole(self) -> "PlaceRule":
        for names, code in WHOLE:
            if all(getattr(self, name) is None for name in names):
                raise PydanticCustomError(code, "one field at least")
        if self.since and self.until and self.until <= self.since:
            raise PydanticCustomError("place_days", "until after since")
        return self

    @property
    def precision(self) -> tuple[bool, bool, int]:
        """By what a rule counts before another one, whenever they were written: it is about one run; it names a service
        or a file in full; it names more."""
        in_full = any(only_text(name) is not None for name in (self.service, self.file) if name)
        return self.run is not None, in_full, sum(getattr(self, name) is not None for name in MATCHED)

    def is_of_same(self, other: "PlaceRule") -> bool:
        """Whether both are about the same runs, their days aside."""
        return all(getattr(self, name) == getattr(other, name) for name in MATCHED)

    def stands_for(self, other: "PlaceRule") -> bool:
        """Whether both may say the same thing of one run, on some day."""
        met = all(_meet(getattr(self, name), getattr(other, name), name) for name in MATCHED)
        both = any(None not in (getattr(self, name), getattr(other, name)) for name in STATED)
        starts, ends = (
            max(self.since or date.min, other.since or date.min),
            min(self.until or date.max, other.until or date.max),
        )
        return met and both and starts < ends

    @property
    def told(self) -> str:
        """« service=chatbot → host=dcml/vandoeuvre zone=FRA », the same in every language."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        lists = ((*MATCHED, "since", "until"), STATED)
        return " → ".join(" ".join(f"{n}={said[n]}" for n in names if said[n] is not None) for names in lists)


def only_text(pattern: str) -> str | None:
    """The only text that a pattern stands for; None where it stands for several."""
    return None if set(_ESCAPED.sub("", pattern)) & {*"*?["} else _ESCAPED.sub(r"\1", pattern)


def _meet(one: str | None, other: str | None, name: str) -> bool:
    """Whether one text may match both patterns; an address has a port, or not."""
    if one is None or other is None or one == other:
        return True
    if name == "address":
        one, other = (text.lower().rpartition(":")[0] or text.lower() for text in (one, other))
    only = only_text(one), only_text(other)
    return all(text is None or fnmatchcase(text, wanted) for text, wanted in zip(only, (other, one), strict=True))


class OwnHost(Strict):
    """A host that a home names, by an id like those of the tables. wider: the site or class whose values are its own
    until a supplier answers for it; zone: where its electricity comes from."""

    name: str
    wider: Text
    zone: Text
    label: Text | None = None

    @field_validator("name")
    @classmethod
    def _an_id(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise PydanticCustomError("host_name", "an id")
        return name

    @property
    def told(self) -> str:
        """« ville/baie → class=class/server-room zone=FRA », the same in every language."""
        return f"{self.name} → class={self.wider} zone={self.zone}"

    def subject(self) -> Subject:
        """Its row among the subjects of the tables."""
        empty = dict.fromkeys(("proof", "provider", "aliases", "note"), "")
        label = dict.fromkeys((n for n in Subject.model_fields if n.startswith("label_")), self.label or self.name)
        return Subject.model_validate(
            {"id": self.name, "kind": "host", "zone": self.zone, "class": self.wider} | empty | label
        )


class Withdrawal(Strict):
    """What no longer counts: the id of a rule, of an answer or of a host."""

    record: str


class PlaceRecord(SignedRecord):
    """One file of the journal."""

    kind: Literal["rule", "answer", "host", "withdrawn"]


@dataclass(frozen=True)
class PlaceEntry(Generic[M]):
    """What was said, in force: id, time, author and reason."""

    id: str
    at: str
    who: str
    why: str
    said: M

    def as_dict(self) -> dict[str, Any]:
        """Id, time, author and reason, then the fields that are given."""
        about = {"id": self.id, "at": self.at, "who": self.who, "why": self.why}
        return about | self.said.model_dump(mode="json", exclude_none=True)


class PlaceJournal:
    """The files in `<home>/places`, append-only. places_torn on any reading: what is unreadable may be a withdrawal.
    trial: all is checked and nothing is written."""

    def __init__(self, home: Path, now: Callable[[], datetime] | None = None, trial: bool = False) -> None:
        self.home, self.trial = home, trial
        self._records = RecordFolder(storage_at(home, PLACES), PlaceRecord)
        self._now = now or (lambda: datetime.now(UTC))

    def add_host(self, fields: Mapping[str, Any], author: Author) -> PlaceEntry[OwnHost]:
        """A host of one's own, from now on in the catalogue. PlaceRefused, host_taken, host_unknown, zone_unknown."""
        said = checked(OwnHost, fields, "host", PlaceRefused)
        self.use_hosts()
        if taken := _already(said.name):
            raise SobriaError("host_taken", read=said.name, taken=taken)
        classes = [s.id for s in of_tables().subjects.values() if s.kind == "host"]
        if said.wider not in classes:
            near = ", ".join(id for id in classes if id.startswith("class/"))
            raise SobriaError("host_unknown", read=said.wider, near=near)
        entry = self._write("host", said.model_copy(update={"zone": zone_named(said.zone)}), author)
        self.use_hosts()
        return entry

    def use_hosts(self) -> None:
        """The catalogue of this process takes the hosts of this home. places_torn."""
        name_hosts(entry.said.subject() for entry in self.hosts())

    def add_rule(self, fields: Mapping[str, Any], author: Author) -> PlaceEntry[PlaceRule]:
        """A rule; of those that match a run, the most precise counts, then the last written. PlaceRefused,
        host_unknown, zone_unknown, hardware_unknown, given_value_refused, vcpus_of_vm."""
        return self._write("rule", _checked_rule(fields), author)

    @contextmanager
    def adding_rules(self, rules: Sequence[Mapping[str, Any]], author: Author) -> Iterator[None]:
        """Context at whose end these rules are written together: none of them where it fails. The same errors, at its
        start."""
        records = [self._record("rule", said, author, n) for n, said in enumerate(map(_checked_rule, rules))]
        with self._records.writing(records):
            yield

    def add_answers(self, answers: Sequence[SupplierAnswer], author: Author) -> list[PlaceEntry[SupplierAnswer]]:
        """Answers, all or none; one that counts already on its day, word for word, is not written again. AnswerRefused,
        GivenValueRefused."""
        known = [entry.said for entry in self.answers()]
        counting = {(said.host, said.field, said.date): said for said in known}  # the last written of a day
        new = [f for f in dict.fromkeys(map(checked_answer, answers)) if counting.get((f.host, f.field, f.date)) != f]
        for host in {found.host for found in new}:
            check_together([*known, *new], host, known)
        return [self._write("answer", found, author) for found in new]

    def withdraw_answers(self, answers: Sequence[SupplierAnswer], author: Author) -> list[PlaceEntry[SupplierAnswer]]:
        """Withdraw these answers, those of them in force. AnswerRefused, GivenValueRefused."""
        wanted = list(map(checked_answer, answers))
        found = [entry for entry in self.answers() if entry.said in wanted]
        for entry in found:
            self._write("withdrawn", Withdrawal(record=entry.id), author)
        return found

    def withdraw(self, given: str, author: Author) -> PlaceEntry[Any]:
        """Withdraw a rule, an answer or a host, by id or id prefix, a host by its name too: what it replaced counts
        again. place_id_unknown, host_of_settings."""
        every: list[PlaceEntry[Any]] = [*self.hosts(), *self.rules(), *self.answers()]
        found = [e for e in self.hosts() if e.said.name == given]
        found = found or [e for e in every if len(given) >= SHORTEST and e.id.startswith(given)]
        if len(found) != 1:
            raise SobriaError("place_id_unknown", id=given[:80])
        said = found[0].said
        if isinstance(said, OwnHost) and settings(self.home).host == said.name:
            raise SobriaError("host_of_settings", read=said.name)
        self._write("withdrawn", Withdrawal(record=found[0].id), author)
        self.use_hosts()
        return found[0]

    def hosts(self) -> list[PlaceEntry[OwnHost]]:
        """The hosts that the home names, oldest first."""
        return list(self._in_force("host", OwnHost))

    def rules(self) -> list[PlaceEntry[PlaceRule]]:
        """The rules in force, oldest first."""
        return list(self._in_force("rule", PlaceRule))

    def answers(self) -> list[PlaceEntry[SupplierAnswer]]:
        """The suppliers' answers in force, oldest first."""
        return list(self._in_force("answer", SupplierAnswer))

    def _in_force(self, kind: str, model: type[M]) -> Iterator[PlaceEntry[M]]:
        records, faults = self._records.read()
        if faults:
            raise SobriaError("places_torn", file=faults[0].about, folder=self._records.place)
        gone = {record.data.get("record") for record in records if record.kind == "withdrawn"}
        for record in sorted(records, key=lambda record: record.order):
            if record.kind == kind and record.event not in gone:
                try:
                    said = model.model_validate(record.data)
                except ValidationError as error:
                    raise SobriaError("places_torn", file=record.file_name, folder=self._records.place) from error
                yield PlaceEntry(record.event, record.at, record.who, record.why, said)

    def _record(self, kind: str, said: Strict, author: Author, nth: int = 0) -> PlaceRecord:
        """nth: of those written together, each of which is of a moment of its own, in their order."""
        data = said.model_dump(mode="json", exclude_none=True)
        fields = {"kind": kind, "who": author.who, "why": author.why, "data": data}
        return make_record(PlaceRecord, fields, self._records.moment(self._now()) + timedelta(microseconds=nth))

    def _write(self, kind: str, said: M, author: Author) -> PlaceEntry[M]:
        record = self._record(kind, said, author)
        if not self.trial:
            self._records.write(record)
        return PlaceEntry(record.event, record.at, record.who, record.why, said)


def _checked_rule(fields: Mapping[str, Any]) -> PlaceRule:
    lacks = [code for names, code in WHOLE if all(fields.get(name) is None for name in names)]
    wrong = [field_problem({"type": code, "loc": (), "msg": "", "input": None}, "place") for code in lacks]
    try:
        said = checked(PlaceRule, fields, "place", PlaceRefused)
    except PlaceRefused as error:  # the model says the first one alone, and none beside a field at fault
        known = {item["code"] for item in wrong}
        raise PlaceRefused([*wrong, *(item for item in error.items if item["code"] not in known)]) from error
    if said.machine and (said.vcpus is None) == (said.machine in THREAD_MACHINES):
        raise SobriaError("vcpus_of_vm", read=said.machine, expected=", ".join(THREAD_MACHINES))
    if said.cards is not None:
        given(load(), "cards_per_machine", said.cards)
    if said.load is not None:
        given(load(), "requests_in_flight", max(said.load, 1.0))  # on a mean, less than one is held alone
    return in_tables(said)


def in_tables(rule: PlaceRule) -> PlaceRule:
    """The rule with its host and zone as the tables name them; a provider stands for its host, and in a zone for its
    site there.

    host_unknown, host_of_sites, zone_unknown, hardware_unknown."""
    zone = rule.zone and zone_named(rule.zone)
    host = rule.host and (usual_host(rule.host, "")[0] or rule.host)
    if host and zone and host != rule.host:
        host = _site(host, zone)
    said = {"host": host, "device": rule.device, "machine": rule.machine}
    return rule.model_copy(update={"zone": zone} | {kind: name and _subject(name, kind) for kind, name in said.items()})


def _site(host: str, zone: str) -> str:
    """The only site in a zone of a host that is in none; the host where no site of it is known there. host_of_sites."""
    known = load()
    found = [s for s in known.subjects.values() if s.zone and host in known.fallbacks(s.id)]
    sites = [s.id for s in found if s.kind == "host" and zone in known.fallbacks(s.zone)]
    if host in known.subjects and known.subjects[host].zone or not sites:
        return host
    if len(sites) > 1:
        raise SobriaError("host_of_sites", read=host, zone=zone, sites=", ".join(sites))
    return sites[0]


def _already(name: str) -> str:
    """What has this name or alias: a row of the tables, a host of the home, the place of a provider; else empty."""
    if name in load().subjects:
        return name
    return Places.load().resolve_host(name, "") or usual_host(name, "")[0] or ""


def _subject(read: str, kind: str) -> str:
    """The id of a subject of this kind, by its id or alias. host_unknown, hardware_unknown."""
    found = load().subjects.get(load().named(read))
    if found is None or found.kind != kind:
        code = "host_unknown" if kind == "host" else "hardware_unknown"
        raise SobriaError(code, read=read, near=", ".join(load().nearest(read, kind)))
    return found.id
