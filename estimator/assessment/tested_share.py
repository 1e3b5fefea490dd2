"""A share of accepted answers found by a test, and what its number of cases leaves possible."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from estimator.assessment.uncertainty import Z95
from estimator.core.interval import Interval
from estimator.core.said_number import counted


class TestedShare(BaseModel):
    """A share of accepted answers, or a score of the test [unit of the test]."""

    value: float = Field(ge=0, description="share of accepted answers, or score of the test [unit of the test]")
    cases: int | None = Field(None, gt=0, le=10**9, description="of the test [1]; unknown where nobody says")

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, values: Any) -> Any:
        """« 42 sur 50 » is a share, and the cases of its test."""
        said = isinstance(values, Mapping) and isinstance(values.get("value"), str) and counted(values["value"])
        if not said:
            return values
        if values.get("cases") not in (None, said[1]):
            raise PydanticCustomError("cases_twice", "{read}: other cases", {"read": values["value"]})
        return {**values, "value": said[0], "cases": said[1]}

    @property
    def spread(self) -> Interval | None:
        """The share of accepted answers that a test of so many cases leaves possible, 5 % to 95 % [1]: the score
        interval of Wilson (1927, doi:10.1080/01621459.1927.10502953). None of a mark, and of cases nobody says."""
        if self.cases is None or self.value > 1:
            return None
        more = Z95**2 / self.cases
        middle = (self.value + more / 2) / (1 + more)
        half = sqrt(self.value * (1 - self.value) * more + more**2 / 4) / (1 + more)
        return Interval(low=max(middle - half, 0.0), central=self.value, high=min(middle + half, 1.0))

    def settles(self, wanted: float) -> bool | None:
        """Whether all that the test leaves possible is on one side of a threshold; None where nobody says how many
        cases."""
        spread = self.spread
        return None if spread is None else (spread.ends.low >= wanted) is (spread.ends.high >= wanted)
