"""A scenario: one need and several options, the non-AI one first; read from a file and validated."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from estimator.assessment.tested_share import TestedShare
from estimator.catalogue.load import SubjectName
from estimator.comparison.period import PER_YEAR, years_of
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.fields import Moment, NearDay, Typed, is_past, moment_us, on_one_scale, without_stop
from estimator.core.typography import printable
from estimator.core.validation_messages import file_fault, told, was_read
from estimator.workloads.request import Pue, Request, TrainingEffort

P = TypeVar("P", bound=Typed)
MOST_OPTIONS = 200
LONGEST_LABEL = 80  # of an option [signs]
MOST_ASKED = 5  # models of the five answers
USES = {"requests", "day"}  # request fields that a scenario computes or holds itself


class ScenarioRefused(SobriaError):
    """An invalid scenario file, with every fault: where, what was read, and what was expected."""

    def __init__(self, code: str = "", /, faults: Sequence[Mapping[str, Any]] = (), **facts: Any) -> None:
        self.faults = faults or [facts | {"found": was_read(facts.get("read", ""))}]
        super().__init__(code, **facts)

    def message(self, lang: str) -> str:
        """What was read, where, and what was expected, in one language; a line a fault where there are several."""
        if self.code != ScenarioRefused.code:
            return super().message(lang)
        lines = [say("scenario_file", "fault", lang, **fault) for fault in self.faults]
        if len(lines) > 1:
            listed = "".join(f"\n  - {line}." for line in lines)
            return say("errors", "scenario_faults", lang, count=len(lines), faults=listed, **self.facts)
        return say("errors", self.code, lang, file=self.facts["file"], fault=lines[0])

    def apart(self) -> "list[ScenarioRefused]":
        """A refusal for each fault."""
        each = [ScenarioRefused(self.code, [fault], **self.facts) for fault in self.faults]
        return each if len(each) > 1 else [self]


class Quality(TestedShare, Typed):
    """Quality of answers: the result of a test, with author and date; or a threshold to reach."""

    test: str = ""
    date: str = ""
    by: str = Field("", description="the service that tested; never a person")

    @property
    def only_stated(self) -> bool:
        """Whether nobody says the test, its day, its service or its cases."""
        return not (self.test or self.date or self.by or self.cases)

    @field_validator("date")
    @classmethod
    def _past(cls, written: str) -> str:
        """A test of a day to come has no result yet; what is no date is kept as it was written."""
        try:
            ahead = not is_past(date.fromisoformat(written.strip()), datetime.now(UTC))
        except ValueError:
            return written
        if ahead:
            raise PydanticCustomError("test_ahead", "a test of a day to come")
        return written

    def same_test(self, other: "Quality") -> bool:
        """Whether both may be compared: by one test, or by one that is not named."""
        return not (self.test and other.test) or self.test.casefold() == other.test.casefold()


class Need(Typed):
    """Functional unit and volume required of every option."""

    _bare = field_validator("unit", "period")(without_stop)
    unit: str = Field(min_length=1, max_length=80, description="functional unit: « une réponse acceptée »")
    volume: float = Field(gt=0, le=1e15, description="units wanted over the period")
    period: str = Field("an", max_length=40)
    task: str | None = Field(None, description="gives the tokens of one attempt that are not stated")
    input_tokens: float | None = Field(None, ge=0, le=1e12, description="read for one attempt")
    output_tokens: float | None = Field(None, gt=0, le=1e12, description="written for one attempt")
    peak_concurrency: float | None = Field(None, gt=0, le=1e6, description="requests at the same time at the peak")

    @field_validator("period")
    @classmethod
    def _lasting(cls, period: str) -> str:
        if years_of(period) == 0:
            raise PydanticCustomError("period_empty", "a period of no time")
        return period

    @property
    def years(self) -> float | None:
        """Length of the period; None where its name does not say [year]."""
        return years_of(self.period)

    @property
    def per_month(self) -> float | None:
        """Units wanted in a month; None where nobody says the length of the period."""
        return self.volume / self.years / 12 if self.years else None


class Constraints(Typed):
    """Eligibility constraints on options; none changes a figure."""

    quality: Quality | None = None
    delay_s: float | None = Field(None, gt=0)
    data: Literal["open", "ordinary", "personal", "sensitive"] = "ordinary"
    location: str = Field("", description="zone in which the computation must take place: FRA, EU27")


class People(Typed):
    """User equipment and work for one answer, accepted or not; work is at the screen, unless its minutes are said."""

    terminal: str = "terminal/laptop-with-screen"
    zone: str = Field("FRA", description="of the electricity of the terminals")
    screen_minutes: float | None = Field(
        None, ge=0, le=1e5, description="of the terminal, for one answer; default: those of work [min]"
    )
    work_minutes: float | None = Field(None, ge=0, le=1e5, description="of a person's work, for one answer [min]")

    @property
    def at_screen(self) -> float | None:
        """Minutes of the terminal for one answer, by one rule for every option; None where nobody says them [min]."""
        return self.work_minutes if self.screen_minutes is None else self.screen_minutes


class MeasuredService(Typed):
    """A service of the ledger whose measured runs, of which none is cut by since or until, represent this option."""

    service: str = Field(min_length=1)
    items: float | None = Field(
        None, gt=0, description="units that these runs made; default: as they count them, else their calls"
    )
    since: Moment | None = Field(None, description="runs from then on; a day from its beginning, in UTC")
    until: Moment | None = Field(None, description="runs before then; a past moment, wanted with items")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.since and self.until and moment_us(self.until) <= moment_us(self.since):
            raise PydanticCustomError("until_first", "until after since")
        return self


class Program(Typed):
    """A program without AI, of the table of alternatives, that meets the need in place of a model."""

    id: str = Field(pattern=r"^alternative/[a-z0-9-]+$")
    existing_server: bool = Field(description="whether it runs on a server that exists already, idle or not")
    acts: float = Field(1.0, gt=0, le=1e9, description="for one attempt")
    kept_years: float | None = Field(
        None, gt=0, le=100, description="of a machine kept on for it; default: the whole period [year]"
    )
    shared_by: float = Field(1.0, ge=1, le=1e6, description="services that share this machine, in equal parts")
    zone: str | None = None
    host: SubjectName | None = None
    pue: Pue = None


class SetAside(Typed):
    """What was said of an option on another task, which says nothing on this one: kept to be confirmed."""

    task: str
    quality: Quality | None = None
    people: People | None = None
    acceptance: float | None = Field(None, gt=0, le=1)
    acceptance_why: str = Field("", max_length=300)
    acts: float | None = Field(None, gt=0, le=1e9, description="of a program, for one attempt")


class Option(Typed):
    """One way to meet the need. `use` describes one attempt; `reserved_hours` a server for the whole period."""

    _bare = field_validator("label")(without_stop)
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    label: str = Field(min_length=1, max_length=LONGEST_LABEL)
    method: Literal["none", "model"]
    status: Literal["studied", "rejected", "not_studied"] = "studied"
    why: str = ""
    unit: str | None = Field(None, description="another unit than that of the need: then it is not comparable")
    attempts: float = Field(1.0, ge=1, le=1e6, description="attempts for one unit asked, regenerations included")
    acceptance: float | None = Field(None, gt=0, le=1, description="share of accepted answers, if not the tested one")
    acceptance_why: str = Field("", max_length=300, description="why another share than the tested quality")
    quality: Quality | None = None
    use: Request | None = None
    measured: MeasuredService | None = None
    alternative: Program | None = None
    fine_tuning: TrainingEffort | None = Field(None, description="made once over the period, for this need")
    reserved_hours: float | None = Field(None, gt=0, le=1e9, description="of all devices, over the period [h]")
    people: People | None = None
    aside: tuple[SetAside, ...] = Field((), description="said on other tasks: rules nothing")
    zone_supposed: bool = Field(False, description="nobody said the zone: it is the one supposed of such a place")

    def same_as(self, other: "Option") -> bool:
        """Whether both describe one thing with one quality, whatever they are called and whoever tested them."""
        told = {"id", "label", "why", "quality", "aside"}
        quality = [option.quality and option.quality.value for option in (self, other)]
        return quality[0] == quality[1] and self.model_dump(exclude=told) == other.model_dump(exclude=told)

    def answers_as(self, other: "Option") -> bool:
        """Whether both are one model of one known quality, as at two places: neither answers better."""
        one, two = ((o.use and o.use.model, o.quality and o.quality.value, o.accepted) for o in (self, other))
        return all(one) and one == two

    @property
    def tested(self) -> float | None:
        """The share of accepted answers that a test found; None: no test, or a mark that is no share."""
        return self.quality.value if self.quality and self.quality.value <= 1 else None

    @property
    def accepted(self) -> float:
        """The share of accepted answers, by which figures are divided: stated, else the tested one, else all [1]."""
        return next(share for share in (self.acceptance, self.tested, 1.0) if share is not None)

    @property
    def supposed(self) -> bool:
        """Whether all its answers are taken as accepted without anybody saying so."""
        return self.acceptance is None and self.tested is None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.status == "rejected" and not self.why:
            raise PydanticCustomError("option_without_why", "an option that is rejected says why")
        if self.method == "model" and self.status == "studied" and self.use is None and self.measured is None:
            raise PydanticCustomError("option_without_use", "an option with a model says its use")
        if sum(described is not None for described in (self.use, self.measured, self.alternative)) > 1:
            raise PydanticCustomError("option_twice_described", "use or measured, not both")
        if self.fine_tuning is not None and self.use is None:
            raise PydanticCustomError("fine_tuning_without_use", "an option that tunes a model says its use")
        if self.use is not None and USES & self.use.model_fields_set:
            held = {"fields": ", ".join(sorted(USES & self.use.model_fields_set))}
            raise PydanticCustomError("option_holds_scenario", "{fields} come from the scenario", held)
        return self


class AskedPlace(Typed):
    """Where something runs: a host, or the provider whose service it is; alone: on a server kept on for it, which
    `shared_by` such services share in equal parts."""

    place: str = Field(min_length=1)
    alone: bool = False
    shared_by: float = Field(1.0, ge=1, le=1e6)


class ModelPlace(AskedPlace):
    """Where one of the models of five answers runs."""

    model: str = Field(min_length=1)


class Asked(AskedPlace):
    """Five answers, before anything is measured, that a scenario was made of: it is a trace of them, and rules nothing.

    models: names of models, or sets of them; place: where what is of one's own runs; at: models that run elsewhere;
    reindexed: which of the documents are read again every night; said: names that other models begin with too, as said.
    """

    people: float = Field(gt=0, le=1e10)
    uses: float = Field(gt=0, le=1e6, description="of one person")
    per: Literal["day", "week", "month", "year"]
    task: str = Field(min_length=1)
    models: tuple[str, ...] = Field(min_length=1, max_length=MOST_ASKED)
    at: tuple[ModelPlace, ...] = ()
    said: tuple[str, ...] = Field((), max_length=MOST_ASKED)
    documents: float | None = Field(None, gt=0, le=1e12, description="searched before the answer of a model")
    reindexed: Literal["never", "changed", "all"] = "never"

    def placed(self) -> Iterator[tuple[str, AskedPlace]]:
        """Each model and where it runs: as said of it, else where everything does. One that is named several times runs
        at as many places, first those that are not said of it."""
        for index, model in enumerate(self.models):
            said = [found for found in self.at if found.model == model]
            places = [*[self] * (self.models.count(model) - len(said)), *said]
            yield model, places[self.models[:index].count(model)]

    @property
    def volume(self) -> float:
        """Uses of everyone over a year."""
        return self.people * self.uses * PER_YEAR[self.per]


class Scenario(Typed):
    """One need and its options, in the order in which they are shown; the first is without AI."""

    _bare = field_validator("title")(without_stop)
    title: str = Field(min_length=1, max_length=120)
    use_case: str = ""
    day: NearDay | None = None
    example: bool = Field(False, description="an example: marked as such on every output")
    asked: Asked | None = None
    need: Need
    constraints: Constraints = Constraints()
    options: tuple[Option, ...] = Field(min_length=1, max_length=MOST_OPTIONS)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        ids = [option.id for option in self.options]
        if len(set(ids)) < len(ids):
            name = next(i for i in ids if ids.count(i) > 1)
            last = len(ids) - 1 - ids[::-1].index(name)
            twice = {"id": name, "loc": ["options", str(last), "id"], "read": name}
            raise PydanticCustomError("option_id_twice", "two options have the id {id}", twice)
        if self.options[0].method != "none":
            raise PydanticCustomError("first_without_ai", "the first option is the one without AI")
        kept = (option.alternative for option in self.options)
        if self.need.years is None and any(p and not p.existing_server and p.kept_years is None for p in kept):
            facts = {"loc": ["need", "period"], "read": self.need.period}
            raise PydanticCustomError("period_unknown", "the length of {read} is not known", facts)
        limit = self.constraints.quality
        found = [(["options", str(n)], option.quality) for n, option in enumerate(self.options) if option.quality]
        for (against, one), (at, other) in combinations([*found, *([(["constraints"], limit)] if limit else [])], 2):
            same = one.same_test(other) and (other is limit or one.test and other.test)
            if same and not on_one_scale(one.value, other.value):
                paths = [[*path, "quality", "value"] for path in (at, against)]  # that of the threshold is the last
                name = _place_of(paths[1], ids[int(against[1])])
                read = {"loc": paths[0], "read": other.value, "against": paths[1], "other": one.value, "name": name}
                raise PydanticCustomError("quality_scales", "{read}, and {other} by the same test", read)
        return self

    def option(self, name: str) -> Option:
        """The option of this id. ScenarioRefused."""
        for option in self.options:
            if option.id == name:
                return option
        known = ", ".join(option.id for option in self.options)
        raise ScenarioRefused(file=self.title, where="options", read=name, expected=known)


def read_scenario(path: Path) -> Scenario:
    """A scenario from a TOML file. ScenarioRefused gives the place, what was read and what was expected."""
    try:
        return parse_scenario(path.read_text("utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        key = "not_text" if isinstance(error, UnicodeDecodeError) else "no_file" if not path.exists() else "unreadable"
        reason = {lang: say("scenario_file", key, lang) for lang in LANGUAGES}
        raise ScenarioRefused("scenario_unreadable", file=path, reason=reason) from error


def parse_scenario(text: str, name: str = "scenario.toml") -> Scenario:
    """A scenario from TOML text. ScenarioRefused."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioRefused("scenario_not_toml", file=name, reason=file_fault(error)) from error
    except RecursionError as error:
        reason = {lang: say("scenario_file", "too_deep", lang) for lang in LANGUAGES}
        raise ScenarioRefused("scenario_unreadable", file=name, reason=reason) from error
    return scenario_of(data, name)


def scenario_of(data: Mapping[str, Any], name: str = "scenario.toml") -> Scenario:
    """A scenario from plain values. ScenarioRefused."""
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        faults = error.errors()
        # pydantic also says too short a list of which an element is at fault
        inner = {fault["loc"][:depth] for fault in faults for depth in range(1, len(fault["loc"]))}
        real = [_fault(f, data) for f in faults if f["type"] != "too_short" or f["loc"] not in inner]
        raise ScenarioRefused(file=name, faults=real) from error


def part_of(kind: type[P], values: Mapping[str, Any]) -> P:
    """A part of a scenario from plain values, alone. ScenarioRefused."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ScenarioRefused(file="scenario", faults=[_fault(one, values, kind) for one in error.errors()]) from error


def _fault(one: ErrorDetails, data: Mapping[str, Any], kind: type[Typed] = Scenario) -> dict[str, Any]:
    """One fault: its field and where it stands, what was read and what was expected, in both languages."""
    about = one.get("ctx", {})
    loc = [str(part) for part in one["loc"] or about.get("loc", ())]
    named = data["options"][int(loc[1])] if loc[:1] == ["options"] and len(loc) > 1 else None
    id = str(named.get("id", "")) if isinstance(named, Mapping) else ""
    where, against = {"where": _place_of(loc, printable(id)), "loc": loc}, {"against": about.get("against", ())}
    return {**where, **against, "other": about.get("other"), "field": loc[-1] if loc else "", **told(one, kind)}


def _place_of(loc: Sequence[str], id: str) -> str:
    """« need.volume »; « option 2 (leger), use.model »: options counted from one, as in the file."""
    if loc[:1] != ["options"] or len(loc) == 1:
        return ".".join(loc) or "-"
    return f"option {int(loc[1]) + 1}{f' ({id[:40]})' if id else ''}" + (f", {'.'.join(loc[2:])}" if loc[2:] else "")
