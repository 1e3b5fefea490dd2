"""The file of groups that an authority publishes: what it holds, and what is checked of it."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from estimator.builds.equation_selection import AMOUNTS, ATTRIBUTES
from estimator.builds.inference_factors import HOURS, MEDIA, SERVING_COLUMNS
from estimator.builds.published_review import Authority, check_review
from estimator.builds.supplier_factors import is_published
from estimator.catalogue.load import load, of_tables
from estimator.catalogue.models import known
from estimator.catalogue.resolver import zone_of
from estimator.core.communes import METROPOLE, is_siren
from estimator.core.fields import Strict, in_utf8
from estimator.core.periods import Period
from estimator.core.typography import CONTROL, UNSEEN

FORMAT = "sobria-groups/1"
DIGEST = 32
MOST_KWH, MOST = 1e9, 1e15  # sums that no authority reaches in a month: electricity [kWh], tokens and all others
AHEAD = timedelta(days=1)  # of a clock that is not set
MOST_MONTHS = 240  # of a period
MOST_COUNTED = 10**9  # runs of a group, groups withheld
LEAST = {"cards": 0.0, "flight": 0.0}  # of a way of serving
SERVED = ("tokens", *MEDIA, "seats", "storage")  # kinds of a way of serving, as sql/runs.sql names them


def _readable(text: str) -> str:
    if CONTROL.search(text) or UNSEEN.search(text) or len(text.splitlines()) > 1 or "\t" in text:
        raise PydanticCustomError("control", "control characters")
    return text


def _named(text: str) -> str:
    if text != text.strip():
        raise PydanticCustomError("merge_named", "blanks around a name")
    return text


Sum = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNTED)]
Fact = Annotated[str, StringConstraints(max_length=1000)]  # as rows tell it
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_readable)]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


def _period(text: str) -> str:
    if not Period.is_one(text):
        raise PydanticCustomError("commune_period", "not a period")
    return Period(text).text


def _moment(text: str) -> str:
    try:
        aware = datetime.fromisoformat(text).utcoffset() is not None
    except ValueError:
        aware = False
    if not aware:
        raise PydanticCustomError("merge_moment", "not a moment with its offset")
    return text


def _month(month: int) -> int:
    if not 1 <= month % 100 <= 12:
        raise PydanticCustomError("month_digits", "not a month")
    return month


def _serving(row: Mapping[str, str | float]) -> Mapping[str, str | float]:
    kinds = {"VARCHAR": str, "DOUBLE": float}
    known_columns = all(isinstance(v, kinds[SERVING_COLUMNS.get(n, "VARCHAR")]) for n, v in row.items())
    counts = [(value, LEAST[name]) for name, value in row.items() if name in LEAST and isinstance(value, float)]
    said = row.get("kind", "tokens") in SERVED and all(least <= count < math.inf for count, least in counts)
    if "serving" not in row or row.keys() - SERVING_COLUMNS.keys() or not (known_columns and said):
        raise PydanticCustomError("merge_facts", "not the columns of a way of serving")
    return row


def _facts(facts: Mapping[str, str]) -> Mapping[str, str]:
    modes = {facts.get(name, "") for name in ATTRIBUTES if name.endswith("_mode")}
    if facts.keys() - {"model", *ATTRIBUTES, "answered"} or any(m not in load().subjects for m in modes):
        raise PydanticCustomError("merge_facts", "not the facts of a group")
    mark, pue = facts.get("answered", ""), load().quantities["pue"]
    if not is_published(mark):
        told = {"read": mark, "low": pue.floor, "high": pue.ceiling}
        raise PydanticCustomError("merge_answered", "not what a published line says of its site", told)
    return facts


def _sums(sums: Mapping[str, float]) -> Mapping[str, float]:
    if sums.keys() - {"items", "requests", *AMOUNTS}:
        raise PydanticCustomError("merge_facts", "not the sums of a group")
    return sums


class PublishedGroup(Strict):
    """Sums of the activity of a use, or of several small ones together, in a month.

    use: empty for small ones. facts: what decides its factors, by column; sums: amounts [unit of the dictionary], those
    that are known; slices: how many runs, a run being counted in each of its months; rounded up where a small use makes
    nearly all of them.
    """

    use: Line
    month: Annotated[int, Field(ge=1900_01, le=2999_12), AfterValidator(_month)]
    training: bool = False
    resource_share: float = Field(default=1.0, gt=0, le=1)
    slices: int = Field(ge=0, le=MOST_COUNTED)
    facts: Annotated[Mapping[str, Fact], AfterValidator(_facts)]
    sums: Annotated[Mapping[str, Sum], AfterValidator(_sums)]


class PublishedGroups(Strict):
    """The file of an authority over a period.

    made_at: when the file was written, after its build. servings: rows of the table of that name; withheld: how many
    groups are about too few agents, and are not there, each counted once in a calendar year; uses_withheld: how many
    uses of these years they are of, in all or in part, not there in files of before; withheld_kwh: their electricity in
    the period, each factor at its value. None of these three is told where even all of them are too few agents.
    unattached: whether its home has activity of the period that no use has, which is in no group; files of before do
    not tell. review: what else the yearly review of a territory takes, checked when a file is read. digest: of all the
    rest.
    """

    format: Literal["sobria-groups/1"]
    territory: Authority
    administration: Annotated[Line, AfterValidator(_named)]
    period: Annotated[str, AfterValidator(_period)]
    made_at: Annotated[str, AfterValidator(_moment)]
    mark: Line
    build: Version
    factors_version: Version
    formulas_version: Version
    withheld: Count | None
    uses_withheld: Count | None = None
    withheld_kwh: Sum | None
    unattached: bool | None = None
    review: Mapping[str, Any]
    servings: tuple[Annotated[Mapping[str, Fact | float], AfterValidator(_serving)], ...]
    groups: tuple[PublishedGroup, ...]
    digest: str = ""

    @field_validator("withheld_kwh")
    @classmethod
    def _of_some(cls, read: float | None, given: ValidationInfo) -> float | None:
        if read and 0 in (given.data.get("withheld"), given.data.get("uses_withheld")):
            raise PydanticCustomError("merge_withheld", "an electricity of nothing")
        return read

    @field_validator("groups")
    @classmethod
    def _served_and_run(cls, read: tuple[PublishedGroup, ...], given: ValidationInfo) -> tuple[PublishedGroup, ...]:
        told = {"", *HOURS, *(str(row["serving"]) for row in given.data.get("servings", ()))}
        named = {group.facts.get("serving", "") for group in read} - told
        if named and "servings" in given.data:
            raise PydanticCustomError("merge_serving", "a way of serving that is not there", {"read": min(named)})
        if any(any(group.sums.values()) for group in read) and not any(group.slices for group in read):
            raise PydanticCustomError("merge_slices", "sums of no run", {"read": "0"})
        return read

    @field_validator("groups")
    @classmethod
    def _in_period(cls, read: tuple[PublishedGroup, ...], given: ValidationInfo) -> tuple[PublishedGroup, ...]:
        period = given.data.get("period")
        out = [group.month for group in read if group.month not in Period(period).months()] if period else []
        if out:
            raise PydanticCustomError("merge_months", "out of the period", {"read": str(out[0]), "period": period})
        told = Counter(group.model_dump_json() for group in read if group.facts.get("host"))
        if again := [text for text, count in told.items() if count > 1]:  # sites that only a home knows have no name
            raise PydanticCustomError("merge_group_twice", "a group twice", {"read": again[0][:80]})
        return read

    @classmethod
    def read(cls, text: bytes) -> "PublishedGroups":
        """The file of that text, with a review that can be made. ValidationError."""
        found = cls.model_validate_json(in_utf8(text))
        check_review(found.review, found.period)
        return found

    def sealed(self) -> "PublishedGroups":
        """The same with the digest of its content."""
        left = {"digest"} | {name for name in ("uses_withheld", "unattached") if getattr(self, name) is None}
        body = json.dumps(self.model_dump(mode="json", exclude=left), sort_keys=True)
        return self.model_copy(
            update={"digest": hashlib.blake2b(body.encode(), digest_size=DIGEST).hexdigest()},
        )

    @property
    def name(self) -> str:
        """Its name in a home."""
        return f"{self.territory}_{self.period}.json"

    @property
    def months(self) -> set[int]:
        return set(Period(self.period).months())

    @property
    def moment(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.made_at)

    def marks(self) -> Iterator[tuple[int, str]]:
        """The month and digest of what was read of each service that it names."""
        for service in self.review["services"]:
            yield from ((int(month), read) for month, read in service["months"].items())

    def twice(self, other: "PublishedGroups") -> bool:
        """Whether both count the same months of one authority: of one code, or of one name, where what it wrote as
        « metropole » is now under its SIREN."""
        codes = {self.territory, other.territory}
        renamed = METROPOLE in codes and any(map(is_siren, codes)) and self.same_name(other)
        return (len(codes) == 1 or renamed) and bool(self.months & other.months)

    def same_name(self, other: "PublishedGroups") -> bool:
        """Whether both say the same authority by its name."""
        return bool(self.administration) and self.administration == other.administration

    def may_be_two(self, other: "PublishedGroups") -> bool:
        """Whether both are « metropole », each métropole's word for itself, and no name says that they are one."""
        return self.territory == other.territory == METROPOLE and not self.same_name(other)

    def written_before(self) -> set[int]:
        """The months [yyyymm] of its groups and of its review that had not begun when it was written, a day apart."""
        last = self.moment.astimezone(UTC) + AHEAD
        told = {group.month for group in self.groups}.union(self.review["months"])
        return {month for month in told if month > last.year * 100 + last.month}

    def unlikely(self) -> Iterator[tuple[str, float, float]]:
        """The sums of a month that no authority reaches, each as its name, what was read and what is below."""
        sums: dict[tuple[int, str], list[float]] = {}
        for group in self.groups:
            for name, value in group.sums.items():
                sums.setdefault((group.month, name), []).append(value)
        found = [(f"{month}, {name}", math.fsum(each), _most(name)) for (month, name), each in sorted(sums.items())]
        found.append(("withheld_kwh", self.withheld_kwh or 0.0, MOST_KWH * len(self.months)))
        yield from (one for one in found if one[1] >= one[2])

    def unknown(self) -> Mapping[str, Sequence[str]]:
        """The models, sites and zones of its groups that the tables do not have, by their column; none: no column."""
        known_here: dict[str, Callable[[str], object]] = {
            "model": known,
            "host": of_tables().subjects.get,
            "zone": zone_of,
        }
        read = {name: {group.facts.get(name, "") for group in self.groups} - {""} for name in known_here}
        wrong = {name: sorted(text for text in read[name] if not known_here[name](text)) for name in known_here}
        return {name: texts for name, texts in wrong.items() if texts}


def _most(name: str) -> float:
    """What a sum of a month stays below, of any authority."""
    return MOST_KWH if name in AMOUNTS and load().quantities[name].unit == "kWh" else MOST
