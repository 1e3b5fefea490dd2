"""An amount with its doubt: the one way in which an interval is carried from a room to another."""

import json
import math
from collections.abc import Mapping
from operator import methodcaller
from typing import Any, NamedTuple, Self

from pydantic import ConfigDict, Field

from estimator.core.fields import Strict

WITHHELD = frozenset(
    {"small_group", "by_difference", "less_published", "share_of_merged", "year_alone", "month_apart", "period_apart"}
)  # reasons of what is known, and not told


class Ends(NamedTuple):
    """The three points of a known amount [unit]."""

    low: float
    central: float
    high: float


class Interval(Strict):
    """5 % point, median and 95 % point of an amount [unit], or none of them and why. Read by the names of its JSON."""

    model_config = ConfigDict(allow_inf_nan=True)

    unit: str = "1"
    low: float | None = None
    central: float | None = None
    high: float | None = None
    missing: Mapping[str, str] | None = None
    rounded: bool | None = Field(default=None, exclude=True)  # whether its last zeros are no figures; None: as it is

    @classmethod
    def of(cls, points: tuple[float, float, float], unit: str = "1") -> "Interval":
        """The interval of three points, as `uncertainty.points` gives those of draws [unit]."""
        low, central, high = points
        return cls(unit=unit, low=low, central=central, high=high)

    @classmethod
    def exact(cls, value: float, unit: str) -> "Interval":
        """A value without doubt [unit]."""
        return cls.of((value, value, value), unit)

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """The amount that this JSON is of."""
        return cls(**{name: body[name] for name in cls.model_fields if name in body})

    @property
    def known(self) -> bool:
        """Whether it has a value."""
        return self.central is not None

    @property
    def withheld(self) -> bool:
        """Whether it is not told because of whom it would be about, and not for want of knowing."""
        return (self.missing or {}).get("code") in WITHHELD

    @property
    def ends(self) -> Ends:
        """Low, central and high [unit]. ValueError where it is unknown or has no upper end."""
        if self.low is None or self.central is None or self.high is None:
            raise ValueError("an interval without ends")
        return Ends(self.low, self.central, self.high)

    def per(self, units: float) -> "Interval":
        """The same for one of so many units, or unknown for the same reason."""
        if not self.known:
            return Interval(unit=self.unit, missing=self.missing)
        low, central, high = self.ends
        return Interval.of((low / units, central / units, high / units), self.unit)

    def times(self, other: "Interval") -> "Interval":
        """The product with a quantity whose doubt is its own [unit of the first]: each side as wide, in ratio, as the
        root of the sum of the squares; zero stays zero. ValueError where one is unknown or below zero."""
        (low, central, high), (least, middle, most) = self.ends, other.ends
        if not high:
            return self
        below = math.hypot(math.log(central / low), math.log(middle / least))
        above = math.hypot(math.log(high / central), math.log(most / middle))
        value = central * middle
        return Interval.of((value / math.exp(below), value, value * math.exp(above)), self.unit)

    def as_dict(self) -> dict[str, Any]:
        """As JSON: unknown is null with its reason, never absent and never zero."""
        body = {name: getattr(self, name) for name in ("low", "central", "high", "unit")}
        return body | {"missing": dict(self.missing)} if self.missing else body

    def __contains__(self, name: object, /) -> bool:
        fields = type(self).model_fields
        return name in ("low", "central", "high") or (name in fields and getattr(self, str(name)) is not None)

    def __getitem__(self, name: str, /) -> Any:
        """A value by its name in JSON. KeyError."""
        if name not in self:
            raise KeyError(name)
        return getattr(self, name)

    def get(self, name: str, otherwise: Any = None, /) -> Any:
        """The same, or something else where JSON has no such name."""
        try:
            return self[name]
        except KeyError:
            return otherwise


def json_text(body: Any, indent: int | None = None) -> str:
    """The JSON of a body that holds intervals."""
    return json.dumps(body, ensure_ascii=False, indent=indent, default=methodcaller("as_dict"))
