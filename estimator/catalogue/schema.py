"""The rows of the factor tables: sources, quantities, subjects, zones, factors."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from estimator.core.errors import texts
from estimator.core.fields import Strict
from estimator.core.language import DEFAULT

MissingReason = Literal["not_published", "licence", "not_known", "unreliable", "not_applicable", "only_people"]
BoundsKind = Literal["p5_p95", "min_max", "rival_sources", "rule", "exact", "convention"]
Proof = Literal["measured", "estimated", "declared", "unknown"]  # what an electricity rests on
PROOFS: tuple[str, ...] = get_args(Proof)


class TableRow(Strict):
    """A row of a table: nothing more than its columns, and never changed."""


def told_by(row: BaseModel, key: str, lang: str, column: str = "label") -> str:
    """What a row says in a language, in its column of this language; in one that the tables have no column
    for, the words say it, `[labels]`, under `key`: a user's own row is then said as it is written."""
    own = getattr(row, f"{column}_{lang}", None)
    return str(own if own is not None else texts("labels", lang).get(key) or getattr(row, f"{column}_{DEFAULT}"))


class Source(TableRow):
    """Origin of values, with its licence."""

    id: str
    title: str
    publisher: str
    version: str = ""
    year: int | None = None
    url: str
    accessed: date
    licence: str
    redistribution: Literal["open", "citation", "own"]
    citation: str

    @cached_property
    def shown(self) -> Mapping[str, Any]:
        """The citation printed with a value."""
        told = {"id", "title", "publisher", "year", "url", "licence", "accessed"}
        return self.model_dump(mode="json", include=told)


class Proposal(TableRow):
    """A program, or a person, that meets a need without AI. acts: supposed for one use of the task; minutes: of a
    person at their screen for it, where it takes some [min]."""

    task: str = Field(pattern=r"^task/[a-z-]+$")
    alternative: str = Field(pattern=r"^alternative/[a-z-]+$")
    acts: float = Field(gt=0)
    minutes: float | None = Field(gt=0)
    source: str
    locator: str
    review_by: date
    note: str

    @property
    def row(self) -> str:
        """The name of this row."""
        return f"{self.task}/{self.alternative}"


class Quantity(TableRow):
    """An entry of the dictionary of quantities."""

    id: str
    kind: Literal["activity", "factor", "coefficient", "result"]
    unit: str
    factor: str
    hangs_on: str
    extensive: bool
    floor: float
    ceiling: float
    label_fr: str
    label_en: str
    note: str

    def label(self, lang: str) -> str:
        return told_by(self, self.id, lang)


class Subject(TableRow):
    """Subject of a factor: a site, a device, a machine, a measurement mode, a network, a program without AI, a task, a
    product bought by the seat."""

    id: str
    kind: Literal[
        "host", "device", "machine", "mode", "gap", "network", "part", "terminal", "storage", "equivalence",
        "alternative", "task", "seat",
    ]  # fmt: skip
    proof: Proof | Literal[""]
    zone: str
    wider: str = Field(alias="class")
    provider: str
    label_fr: str
    label_en: str
    aliases: str
    note: str

    def label(self, lang: str) -> str:
        return told_by(self, self.id, lang)


class Zone(TableRow):
    """A country, a part of one, or an aggregate."""

    zone: str
    alpha2: str
    wider: str
    label_fr: str
    label_en: str
    timezones: str
    import_heavy: bool
    aliases: str


class Factor(TableRow):
    """One value with its bounds, its validity and its source [unit of its quantity]."""

    id: str = Field(pattern=r"^[A-Za-z0-9_./-]+$")
    quantity: str
    subject: str
    role: Literal["default", "rival"]
    value: float | None
    low: float | None
    high: float | None
    bounds_kind: BoundsKind | None
    bounds_rule: str
    unit: str
    valid_from: date | None
    valid_to: date | None
    geography: str
    technology: str
    boundary: str
    family: str
    correlation_group: str
    source: str
    locator: str
    quality: str = Field(pattern=r"^[1-5]/[1-5]/[1-5]/[1-5]$")
    review_by: date | None
    missing_reason: MissingReason | None
    note: str
    drawn_as: str = ""  # key of the draws shared with other factors; empty: its own, keyed by its id

    def __hash__(self) -> int:
        return hash(self.id)  # of all its columns, the one that nearly always differs: factors are keys of what is kept

    @property
    def doubt(self) -> str:
        """Key of its draws: factors with the same key take the same quantile in every draw."""
        return self.drawn_as or self.id

    @model_validator(mode="after")
    def _whole(self) -> "Factor":
        if self.value is None:
            if self.missing_reason is None:
                raise PydanticCustomError("no_value", "no value and no missing_reason")
        elif self.low is None or self.high is None or self.bounds_kind is None:
            raise PydanticCustomError("no_bounds", "a value needs low, high and bounds_kind")
        elif not self.low <= self.value <= self.high:
            read = f"{self.low:g}, {self.value:g}, {self.high:g}"
            raise PydanticCustomError("disorder", "low, value, high {read} are not in order", {"read": read})
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            read = f"{self.valid_from}, {self.valid_to}"
            raise PydanticCustomError("dates_disorder", "valid_from, valid_to {read} are not in order", {"read": read})
        return self

    def valid_on(self, day: date) -> bool:
        """Is this value in force on that day?"""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
