"""What a file of groups says for the yearly review of a territory: the shapes, and what is checked of it."""

import base64
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from estimator.assessment.uncertainty import DRAWS
from estimator.core.communes import is_authority
from estimator.core.fields import Strict
from estimator.core.interval import Interval
from estimator.core.periods import Period

if TYPE_CHECKING:
    from estimator.assessment.uncertainty import Array

COUNTED = ("non_ai_reviewed", "coverage", "published")  # shares whose two counts are of one territory, and add up
ROUNDED = 1e-9  # by which a part may exceed its whole, both being sums of floats [1]

Amount = Annotated[float, Field(ge=0)]
Month = Annotated[int, Field(ge=1900_01, le=2999_12)]


def _authority(text: str) -> str:
    if not is_authority(text):
        raise PydanticCustomError("authority", "neither an INSEE code nor a SIREN")
    return text


Authority = Annotated[str, AfterValidator(_authority)]


def _drawn(text: str) -> str:
    import numpy as np

    try:
        drawn = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    except ValueError:
        drawn = np.empty(1)
    if text and not (len(drawn) == DRAWS and drawn.min() >= 0 and drawn.max() < math.inf):
        raise PydanticCustomError("commune_draws", "not the draws of an amount", {"count": DRAWS})
    return text


class CommuneFigure(Interval):
    """A footprint of a commune over the period: its interval, the share of the electricity that it covers [1], and its
    draws as 32-bit numbers; empty with `missing` when it is unknown. covers_roughly: whether that share rests on an
    electricity that is withheld, told to one digit: it then has one too. made, made_partly: that whose manufacture is
    in it whole, or in part [1], where it counts it."""

    model_config = ConfigDict(allow_inf_nan=False)

    unit: str
    low: Amount | None
    central: Amount | None
    high: Amount | None
    made: Amount | None = None
    made_partly: Amount | None = None
    missing: Mapping[str, str] = Field(default_factory=dict)
    covers: Amount = 0.0
    covers_roughly: bool = False
    draws: Annotated[str, AfterValidator(_drawn)] = ""

    @property
    def whole(self) -> bool:
        """Whether it is unknown, or has its ends in order and its draws."""
        ends = [end for end in (self.low, self.central, self.high) if end is not None]
        return not ends or (len(ends) == 3 and ends == sorted(ends) and bool(self.draws))

    def drawn(self) -> "Array":
        """The draws [unit of the figure]; one number for all without uncertainty."""
        import numpy as np

        return np.frombuffer(base64.b64decode(self.draws), "<f4").astype(float)


def counted(shares: Mapping[str, tuple[float, float]]) -> Mapping[str, tuple[float, float]]:
    """The shares that add up are there."""
    if set(COUNTED) - set(shares):
        raise PydanticCustomError("commune_shares", "not the shares that add up", {"names": ", ".join(COUNTED)})
    return shares


class CommuneService(Strict):
    """A service of a commune, to find those that two communes count: its electricity [kWh], and a digest of what was
    read of each of its months. Files of before wrote those of too few people too, without names."""

    service: str = ""
    use_case: str = ""
    host: str = ""
    months: Mapping[str, str]
    energy: CommuneFigure


def in_period(months: object, given: ValidationInfo) -> object:
    """Months [yyyymm] of the period of the file, which the context names."""
    period = given.context["period"] if given.context else ""
    known = {str(month) for month in Period(period).months()} if period else set()
    for month in months if isinstance(months, Mapping | tuple) else ():
        if period and str(month) not in known:
            raise PydanticCustomError("merge_months", "out of the period", {"read": str(month), "period": period})
    return months


def _parts(shares: Mapping[str, tuple[float, float]]) -> Mapping[str, tuple[float, float]]:
    for name, (part, whole) in shares.items():
        if part > whole * (1 + ROUNDED):
            told = {"read": f"{name} : {part:g} / {whole:g}", "names": ", ".join(COUNTED)}
            raise PydanticCustomError("merge_shares", "a part above its whole", told)
    return counted(shares)


def _ordered(figure: CommuneFigure) -> CommuneFigure:
    ends = [end for end in (figure.low, figure.central, figure.high) if end is not None]
    if figure.unit != "kWh" or len(ends) not in (0, 3) or ends != sorted(ends):
        raise PydanticCustomError("merge_energy", "not an electricity")
    return figure


class _Service(CommuneService):
    months: Annotated[Mapping[str, str], AfterValidator(in_period)]
    energy: Annotated[CommuneFigure, AfterValidator(_ordered)]


class _Review(Strict):
    uses: int = Field(ge=0)
    seed: int
    shares: Annotated[Mapping[str, tuple[Amount, Amount]], AfterValidator(_parts)]
    months: Annotated[tuple[Month, ...], AfterValidator(in_period)]
    services: tuple[_Service, ...]


class _Reviewed(Strict):
    review: _Review


def check_review(review: Mapping[str, Any], period: str) -> None:
    """ValidationError: not what the review of a territory takes of a file over that period."""
    _Reviewed.model_validate({"review": review}, context={"period": period})
