"""Schema of commitments: allowed words, units and types."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from estimator.core.event_log import SignedRecord
from estimator.core.fields import Id, Strict, Text
from estimator.core.periods import Period, PeriodRefused
from estimator.governance.indicator_list import FOOTPRINTS, VOTED
from estimator.governance.register.schema import PastDay, Territory

What = Literal[
    "fiche", "fiche_habitant", "evaluation", "bilan_annuel", "donnees_ouvertes", "boamps", "beges", "budget_vert"
]
OF_A_USE = ("fiche_habitant", "evaluation")
Kind = Literal["objective", "training", "publication", "correction", "budget", "withdrawn"]

_ADDRESS = re.compile(r"https?://\S+|[^:]+")


def _one_of(names: Collection[str]) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in names:
            raise PydanticCustomError("literal_error", "not an indicator of this vote", {"expected": ", ".join(names)})
        return value

    return BeforeValidator(check)


def _whole(value: object) -> object:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", text):
        raise PydanticCustomError("count", "not a whole number")
    return int(text)


def _year(value: object) -> object:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"(19|2[0-9])[0-9]{2}", text):
        raise PydanticCustomError("year", "not a year")
    return int(text)


def _hash(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{8,64}", value.strip()):
        raise PydanticCustomError("hash", "not the id of a build or of factors")
    return value.strip()


def _address(value: object) -> object:
    if isinstance(value, str) and value.strip() and not _ADDRESS.fullmatch(value.strip()):
        raise PydanticCustomError("address", "neither a web address nor a file")
    return value


def _period(value: object) -> object:
    try:
        return value if value is None else Period(str(value)).text
    except PeriodRefused:
        raise PydanticCustomError("period", "not a period") from None


Voted = Annotated[str, _one_of(tuple(VOTED))]
Footprint = Annotated[str, _one_of(FOOTPRINTS)]
Year = Annotated[int, BeforeValidator(_year)]
Headcount = Annotated[int, BeforeValidator(_whole)]
Hash = Annotated[str, BeforeValidator(_hash)]
Address = Annotated[Text, BeforeValidator(_address)]


class Statement(SignedRecord):
    """Base of statements."""

    kind: Kind


class Dated(Strict):
    """A vote or an action on a day."""

    date: PastDay


class Vote(Dated):
    """A vote of a body for a territory, and the document that proves it."""

    indicator: Voted
    territory: Territory
    by: Text
    document: Text
    unit: str = ""

    @field_validator("unit")
    @classmethod
    def _known(cls, unit: str, info: ValidationInfo) -> str:
        units = _units(info)
        if unit and units and unit not in units:
            raise PydanticCustomError("unit", "not a unit of this indicator", {"expected": ", ".join(units)})
        return unit

    @property
    def about(self) -> tuple[object, ...]:
        """What the vote is of: the last one of the same judges."""
        return (self.indicator, self.territory)

    def in_base(self, value: float) -> float:
        """A value [unit of the vote] in the estimator's unit [kWh, L, kgSbeq, kgCO2e], a percentage as a share."""
        return float(Decimal(repr(value)) * Decimal(VOTED[self.indicator].units[self.unit]))


def _units(info: ValidationInfo) -> Mapping[str, str]:
    """The units of the indicator that was read; none when it is not one."""
    found = VOTED.get(info.data.get("indicator", ""))
    return found.units if found else {}


def _amount(value: float | None, info: ValidationInfo) -> float | None:
    """A value in the unit of its vote."""
    if value is None:
        return None
    unit = info.data.get("unit")
    if unit == "":
        raise PydanticCustomError("unit_wanted", "a value needs its unit", {"expected": ", ".join(_units(info))})
    if value < 0 or (unit == "%" and value > 100):
        raise PydanticCustomError("percent" if unit == "%" else "negative", "out of range")
    return value


class Objective(Vote):
    """A target by the end of a year: a value in `unit`, or a change [%] against the reference year."""

    value: float | None = None
    change_percent: float | None = None
    reference_year: Year
    reference_value: float | None = None
    due_year: Year

    _amounts = field_validator("value", "reference_value")(_amount)

    @field_validator("change_percent")
    @classmethod
    def _of_a_footprint(cls, change: float | None, info: ValidationInfo) -> float | None:
        if change is not None and "%" in _units(info):
            raise PydanticCustomError("change_of_share", "a share has a value as its target")
        if change is not None and (change < -100 or change == 0):
            raise PydanticCustomError("change", "out of range")
        return change

    @field_validator("due_year")
    @classmethod
    def _later(cls, year: int, info: ValidationInfo) -> int:
        if year <= info.data.get("reference_year", 0):
            raise PydanticCustomError("due", "not later", {"expected": info.data["reference_year"]})
        return year

    @model_validator(mode="after")
    def _one_target(self) -> "Objective":
        if (self.value is None) == (self.change_percent is None):
            raise PydanticCustomError("target", "a value or a change")
        return self

    @property
    def reference(self) -> float | None:
        """The value of the reference year, when stated in the vote [estimator's unit]."""
        return None if self.reference_value is None else self.in_base(self.reference_value)

    def target(self, reference_value: float | None) -> float | None:
        """The target [estimator's unit]; None for a change against an unknown value."""
        if self.value is not None:
            return self.in_base(self.value)
        return None if reference_value is None else reference_value * (1 + (self.change_percent or 0) / 100)


class Budget(Vote):
    """The ceiling of an indicator for a year, in `unit`; use_case: of this use of the register alone."""

    indicator: Footprint
    year: Year
    use_case: Id | None = None
    unit: str = Field(min_length=1)
    value: float

    _amounts = field_validator("value")(_amount)

    @property
    def about(self) -> tuple[object, ...]:
        return (self.indicator, self.year, self.use_case, None if self.use_case else self.territory)

    @property
    def ceiling(self) -> float:
        """The ceiling [kWh, L, kgSbeq, kgCO2e]."""
        return self.in_base(self.value)


class Training(Dated):
    """Training of a service on a day [agents]: trained, among those with access to AI tools. Never names."""

    service: Text
    with_access: Headcount
    trained: Headcount
    kind: Text

    @field_validator("trained")
    @classmethod
    def _among(cls, trained: int, info: ValidationInfo) -> int:
        access = info.data.get("with_access")
        if access is not None and trained > access:
            raise PydanticCustomError("among", "more than those with access", {"expected": access})
        return trained


class Publication(Dated):
    """A publication, its build and factors, and its place: of a use case, or of a territory over a period."""

    what: What
    build: Hash
    factors_version: Hash
    address: Address
    use_case: Id | None = None
    territory: Territory | None = None
    period: Annotated[str | None, BeforeValidator(_period)] = None

    @model_validator(mode="after")
    def _about(self) -> "Publication":
        given = (bool(self.use_case), bool(self.territory), bool(self.period))
        if given != ((True, False, False) if self.what in OF_A_USE else (False, True, True)):
            raise PydanticCustomError("about", "a use case, or a territory and a period")
        return self


class Correction(Dated):
    """Correction of a publication (id of its statement) and reason; the publication itself is unchanged."""

    publication: Text
    changed: Text
    reason: Text


class StatementWithdrawal(Strict):
    """Withdrawal of a statement entered by mistake; its id stays in the history."""

    statement: Text
